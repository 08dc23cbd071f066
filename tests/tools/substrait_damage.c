/* For suite_substrait_damage: reads a plan from stdin and plans it cut at every
 * byte, then TIMES times with random changes.
 *
 *   substrait_damage TIMES SEED
 *
 * A cut plan is an error, or means what the whole one does; any other damage
 * is an error that says something, or a plan. Nothing is left in memory. Prints
 * how many of the changed plans were refused. */
#include <stdio.h>
#include <stdlib.h>

#include "../unit/substrait_help.h"

#define SIZE (1u << 16)

struct text {
  char data[1 << 16];
  size_t length;
};

_Noreturn static void
complain(const char *what, unsigned long n)
{
  fprintf(stderr, "damage %lu: %s\n", n, what);
  exit(1);
}

/* False: refused. */
static bool
plan(const unsigned char *data, size_t length, unsigned long n,
     struct text *out_text)
{
  uint64_t before = wd_mem_used(NULL);
  struct wd_error error;
  struct wd_buf text;
  enum wd_status status;

  wd_error_clear(&error);
  wd_buf_init(&text, NULL, sizeof out_text->data);
  status = substrait_plan(data, length, &text, &error);
  if (status == WD_INTERNAL)
    complain(error.message, n);
  if (status != WD_OK && error.message[0] == '\0')
    complain("an error that says nothing", n);
  out_text->length = text.failed ? 0 : text.length;
  if (out_text->length)
    memcpy(out_text->data, text.data, text.length);
  wd_buf_fini(&text);
  if (wd_mem_used(NULL) != before)
    complain("memory is left behind", n);
  return status == WD_OK;
}

static void
cut(const unsigned char *data, size_t length)
{
  static struct text whole, part;

  if (!plan(data, length, length, &whole))
    complain("the whole plan is refused", 0);
  for (size_t size = 0; size < length; size++) {
    /* Of its own size, so that what reads past the end is seen. */
    unsigned char *copy = malloc(size ? size : 1);

    if (!copy)
      complain("no memory", size);
    memcpy(copy, data, size);
    if (plan(copy, size, size, &part) &&
        (part.length != whole.length ||
         memcmp(part.data, whole.data, whole.length) != 0))
      complain("the cut plan is another one", size);
    free(copy);
  }
}

static uint64_t
next(uint64_t *state)
{
  *state ^= *state << 13;
  *state ^= *state >> 7;
  *state ^= *state << 17;
  return *state;
}

/* One change; returns the new length. */
static size_t
change(unsigned char *data, size_t length, uint64_t *state)
{
  size_t at = next(state) % length, from = next(state) % length;
  size_t size = 1 + next(state) % 16;

  if (size > length - at)
    size = length - at;
  switch (next(state) % 5) {
  case 0:
    data[at] ^= (unsigned char)(1u << next(state) % 8);
    return length;
  case 1:
    data[at] = (unsigned char)next(state);
    return length;
  case 2: /* a piece goes */
    memmove(data + at, data + at + size, length - at - size);
    return length - size ? length - size : 1;
  case 3: /* a piece comes from elsewhere */
    if (size > length - from)
      size = length - from;
    if (length + size > SIZE)
      return length;
    memmove(data + at + size, data + at, length - at);
    memmove(data + at, data + from, size);
    return length + size;
  default: /* as large a number as there is */
    memset(data + at, 0xff, size);
    return length;
  }
}

static unsigned long
damage(const unsigned char *data, size_t length, unsigned long times,
       uint64_t state)
{
  static unsigned char copy[SIZE];
  static struct text text;
  unsigned long refused = 0;

  for (unsigned long n = 0; n < times; n++) {
    size_t size = length;

    memcpy(copy, data, length);
    for (uint64_t changes = 1 + next(&state) % 3; changes; changes--)
      size = change(copy, size, &state);
    refused += !plan(copy, size, n, &text);
  }
  return refused;
}

int
main(int argc, char **argv)
{
  static unsigned char data[SIZE];
  size_t length = fread(data, 1, sizeof data, stdin);

  if (argc != 3 || length == 0)
    return 2;
  cut(data, length);
  printf("%lu\n", damage(data, length, strtoul(argv[1], NULL, 10),
                         strtoull(argv[2], NULL, 10) * 2 + 1));
  return 0;
}
