/* Results of exports, and areas that lie. */
#include "hostile.h"

const void *
give_error(uint8_t code, list message)
{
  area.failed = 1;
  area.as.error = (struct told){code, message, {0, 0}};
  return &area;
}

const void *
give_batch(uint32_t rows)
{
  area.failed = 0;
  if (starts("nested_")) {
    area.as.batch = nested_batch(rows);
    return &area;
  }
  area.as.batch = good(format(), rows);
  spoil(&area.as.batch);
  return &area;
}

/* An area that lies; NULL: another thing is wrong. */
const void *
wrong_area(void)
{
  if (is("area_tag"))
    area.failed = 7;
  else if (is("area_out"))
    return (void *)0xfffffff0u;
  else if (is("area_edge"))
    return (void *)(memory_end() - 4);
  else if (is("area_odd"))
    return (const char *)&area + 1;
  else if (is("error_empty"))
    return give_error(8, (list){0, 0});
  else if (is("error_plain"))
    return give_error(8, text("the lambda says no to row 17"));
  else if (is("error_code"))
    return give_error(200, text("an unknown kind of error"));
  else if (is("error_limit"))
    return give_error(6, text("a limit of the lambda's own"));
  else if (is("error_cancelled"))
    return give_error(7, text("it says that it was cancelled"));
  else if (is("error_internal"))
    return give_error(11, text("it says that the host failed"));
  else if (is("error_out"))
    return give_error(8, (list){memory_end() - 2, 1000});
  else if (is("error_invalid"))
    return give_error(8, text("bad \xff\xfe bytes \x1b[2J \xc2\x9b"));
  else if (is("error_huge")) {
    char *huge = malloc(10 << 20);

    memset(huge, 'm', 10 << 20);
    return give_error(8, (list){at(huge), 10 << 20});
  } else
    return NULL;
  return &area;
}
