/* Results of exports, and the calls that tell that they were read. */
#include "internal.h"

static struct export_result result;

struct export_result *
wd__result_error(const struct wd__fault *fault)
{
  result.failed = true;
  result.error.code = (uint8_t)fault->code;
  uint32_t size = (uint32_t)strlen(fault->message);
  char *message = wd__arena_take(&wd__scratch, size + 1);
  memcpy(message, fault->message, size);
  result.error.message = (wd_str){message, size};
  result.error.origin = (wd_str){"", 0};
  return &result;
}

struct export_result *
wd__result_batch(struct wire_batch batch)
{
  result.failed = false;
  result.batch = batch;
  return &result;
}

struct export_result *
wd__result_expanded(struct wire_batch batch, bool more)
{
  result.failed = false;
  result.expanded.output = batch;
  result.expanded.more = more;
  return &result;
}

struct export_result *
wd__result_option(const struct wire_batch *batch)
{
  result.failed = false;
  result.option.some = batch != NULL;
  if (batch)
    result.option.batch = *batch;
  return &result;
}

struct export_result *
wd__result_cursor(uint32_t cursor)
{
  result.failed = false;
  result.cursor = cursor;
  return &result;
}

struct export_result *
wd__result_none(void)
{
  result.failed = false;
  return &result;
}

struct export_result *
wd__result_binding(const struct wire_binding *binding)
{
  result.failed = false;
  result.binding = *binding;
  return &result;
}

/* After every call but map, which tells by wd__input_spent: the input was the
 * lambda's own, and is not needed. */
#define POST(c, name)                                                          \
  void c(const void *area);                                                    \
  EXPORT_POST(name) void c(const void *area)                                   \
  {                                                                            \
    (void)area;                                                                \
    wd__arena_reset(&wd__input);                                               \
  }

POST(post_bind, "bind")
POST(post_flat_map, "flat-map")
POST(post_flat_map_next, "flat-map-next")
POST(post_update, "update")
POST(post_combine, "combine")
POST(post_finish, "finish")
POST(post_open, "open-partition")
POST(post_push, "push-partition")
POST(post_next, "next-partition")
POST(post_close, "close-partition")
