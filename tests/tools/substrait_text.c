/* For suite_substrait_decoder: reads plans from stdin, each with its size in
 * front (4 bytes, little-endian), and prints one line for each: `no` and why
 * it is refused, or `ok` and all that it says, in a form that another library
 * can be asked for:
 *
 *   {number=value…}  fields by ascending number; repeated ones in order;
 *                    numbers in decimal, floats and texts in hex
 *
 * A field that stands for itself even when it is zero is left out where it is
 * zero and its presence cannot be asked for. */
#include <stdio.h>
#include <stdlib.h>

#include "substrait/proto.h"

/* As deep as Python's protobuf goes. */
static const struct wd_proto_limits limits = {1 << 24, 1 << 20, 100};

static void
print_hex(const char *data, size_t length)
{
  for (size_t i = 0; i < length; i++)
    printf("%02x", (unsigned char)data[i]);
}

static void
print_message(const struct wd_message *message);

static void
print_value(const struct wd_value *value)
{
  printf(" %u=", value->field->number);
  switch (value->field->kind) {
  case WD_PROTO_MESSAGE:
    print_message(value->message);
    break;
  case WD_PROTO_STRING:
  case WD_PROTO_BYTES:
    print_hex(value->bytes.data, value->bytes.length);
    break;
  case WD_PROTO_U64:
  case WD_PROTO_U32:
    printf("%llu", (unsigned long long)value->natural);
    break;
  case WD_PROTO_DOUBLE:
  case WD_PROTO_FLOAT:
    printf("%llx", (unsigned long long)value->natural);
    break;
  default:
    printf("%lld", (long long)value->integer);
  }
}

static bool
is_default(const struct wd_value *value)
{
  const struct wd_proto_field *field = value->field;

  if (field->repeated || field->oneof || field->kind == WD_PROTO_MESSAGE)
    return false;
  return field->kind == WD_PROTO_STRING || field->kind == WD_PROTO_BYTES
             ? value->bytes.length == 0
             : value->natural == 0;
}

static void
print_message(const struct wd_message *message)
{
  const struct wd_proto_type *type = &wd_proto_types[message->type];

  putchar('{');
  for (uint32_t i = 0; i < type->count; i++)
    for (const struct wd_value *value = message->values; value;
         value = value->next)
      if (value->field == &type->fields[i] && !is_default(value))
        print_value(value);
  putchar('}');
}

static void
print_plan(const void *data, size_t length)
{
  struct wd_arena arena;
  struct wd_error error;
  const struct wd_message *plan;

  wd_error_clear(&error);
  wd_arena_init(&arena, NULL, 0);
  if (wd_proto_decode(data, length, WD_SS_Plan, &limits, &arena, &plan,
                      &error) == WD_OK) {
    fputs("ok ", stdout);
    print_message(plan);
    putchar('\n');
  } else {
    printf("no %s\n", error.message);
  }
  wd_arena_fini(&arena);
}

int
main(void)
{
  unsigned char head[4];

  while (fread(head, 1, sizeof head, stdin) == sizeof head) {
    size_t length = head[0] | (size_t)head[1] << 8 | (size_t)head[2] << 16 |
                    (size_t)head[3] << 24;
    /* Of its very size: what is read past it is noticed. */
    char *data = malloc(length ? length : 1);

    if (!data || fread(data, 1, length, stdin) != length)
      return 1;
    print_plan(data, length);
    free(data);
  }
  return 0;
}
