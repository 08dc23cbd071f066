/* Plans as bytes from anybody: what is decoded stays within the caps, every
 * part of it has a path, and it becomes a plan or an error that says why. A
 * plan is written, what is written is a plan, and is written as it is. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../unit/substrait_help.h"
#include "substrait/proto.h"

static const struct wd_proto_limits limits = {1 << 16, 10000, 200};

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_path(const struct wd_value *value)
{
  struct wd_buf path;

  wd_buf_init(&path, NULL, 1 << 20);
  wd_value_path(value, &path);
  if (path.failed || path.length == 0)
    abort();
  wd_buf_fini(&path);
}

static void
complain(const char *what, const struct wd_error *error)
{
  fprintf(stderr, "%s: %s\n", what, error->message);
  abort();
}

/* More than is ever written here, but for what a short plan can ask for: then
 * there is nothing to compare. */
#define WRITTEN (4u << 20)

static void
fuzz_writer(const uint8_t *data, size_t size)
{
  struct wd_buf first, second;
  struct wd_error error;

  wd_error_clear(&error);
  wd_buf_init(&first, NULL, WRITTEN);
  wd_buf_init(&second, NULL, WRITTEN);
  if (substrait_write(data, size, NULL, &first, &error) != WD_OK) {
    if (error.message[0] == '\0' || error.status == WD_INTERNAL)
      complain("writing", &error);
  } else if (substrait_write(first.data, first.length, NULL, &second, &error) !=
             WD_OK) {
    if (error.status != WD_LIMIT_EXCEEDED)
      complain("what is written is no plan", &error);
  } else if (first.length != second.length ||
             memcmp(first.data, second.data, first.length) != 0) {
    complain("the second time other bytes are written", &error);
  }
  wd_buf_fini(&second);
  wd_buf_fini(&first);
}

static void
fuzz_plan(const uint8_t *data, size_t size)
{
  struct wd_error error;
  struct wd_buf text;

  wd_error_clear(&error);
  wd_buf_init(&text, NULL, 1 << 20);
  if (substrait_plan(data, size, &text, &error) == WD_OK)
    fuzz_writer(data, size);
  else if (error.message[0] == '\0')
    abort();
  wd_buf_fini(&text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  struct wd_arena arena;
  struct wd_error error;
  const struct wd_message *plan;

  wd_error_clear(&error);
  wd_arena_init(&arena, NULL, 0);
  if (wd_proto_decode(data, size, WD_SS_Plan, &limits, &arena, &plan, &error) ==
      WD_OK) {
    const struct wd_message *message = plan;
    const struct wd_value *last = NULL;

    while (message) {
      const struct wd_message *inner = NULL;

      for (const struct wd_value *value = message->values; value;
           value = value->next) {
        last = value;
        if (value->field->kind == WD_PROTO_MESSAGE)
          inner = value->message;
      }
      message = inner;
    }
    if (last)
      check_path(last);
    fuzz_plan(data, size);
  } else if (error.message[0] == '\0') {
    abort();
  }
  wd_arena_fini(&arena);
  return 0;
}
