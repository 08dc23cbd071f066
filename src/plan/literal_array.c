/* Literals to arrays and back. */
#include <string.h>

#include "plan/literal_array.h"

/* A buffer of these bytes, readable in whole words. */
static bool
new_buffer(struct wd_arena *arena, const void *data, size_t size,
           struct wd_span *out_span)
{
  uint8_t *copy = wd_arena_alloc(arena, (size + 15) & ~(size_t)7);

  if (!copy)
    return false;
  if (size)
    memcpy(copy, data, size);
  *out_span = (struct wd_span){copy, size};
  return true;
}

static bool
new_text(const struct wd_literal *literal, struct wd_arena *arena,
         struct wd_span *buffers)
{
  size_t length = literal->null ? 0 : literal->value.bytes.length;
  int32_t offsets[2] = {0, (int32_t)length};

  return new_buffer(arena, offsets, sizeof offsets, &buffers[0]) &&
         new_buffer(arena, literal->value.bytes.data, length, &buffers[1]);
}

/* The bytes of a value of fixed width. */
static bool
new_value(const struct wd_type *type, const struct wd_literal *literal,
          struct wd_arena *arena, struct wd_span *buffer)
{
  struct {
    int32_t months, days;
    int64_t nanoseconds;
  } interval;
  float single;
  const void *data = &literal->value;
  size_t width = type->id == WD_TYPE_BOOL ? 1 : wd_type_width(type);

  if (type->id == WD_TYPE_F32) {
    single = (float)literal->value.real;
    data = &single;
  } else if (type->id == WD_TYPE_INTERVAL) {
    interval.months = literal->value.interval.months;
    interval.days = literal->value.interval.days;
    interval.nanoseconds = literal->value.interval.microseconds * 1000;
    data = &interval;
  }
  return new_buffer(arena, data, width, buffer);
}

bool
wd_literal_carried(const struct wd_type *type, const struct wd_literal *literal)
{
  switch (type->id) {
  case WD_TYPE_BOOL:
  case WD_TYPE_I8:
  case WD_TYPE_I16:
  case WD_TYPE_I32:
  case WD_TYPE_I64:
  case WD_TYPE_U8:
  case WD_TYPE_U16:
  case WD_TYPE_U32:
  case WD_TYPE_U64:
  case WD_TYPE_F32:
  case WD_TYPE_F64:
  case WD_TYPE_DECIMAL:
  case WD_TYPE_DATE:
  case WD_TYPE_TIMESTAMP:
  case WD_TYPE_NULL:
    return true;
  case WD_TYPE_STRING:
  case WD_TYPE_BINARY:
    return literal->null || literal->value.bytes.length <= INT32_MAX;
  case WD_TYPE_INTERVAL:
    return literal->null ||
           (literal->value.interval.microseconds <= INT64_MAX / 1000 &&
            literal->value.interval.microseconds >= INT64_MIN / 1000);
  default:
    return false;
  }
}

bool
wd_literal_to_batch(const struct wd_type *type,
                    const struct wd_literal *literal, struct wd_arena *arena,
                    struct wd_batch *out_batch)
{
  struct wd_node *node = wd_arena_alloc(arena, sizeof *node);
  struct wd_span *buffers = wd_arena_array(arena, 3, sizeof *buffers);
  uint8_t valid = !literal->null;
  bool made = node && buffers;

  *out_batch = (struct wd_batch){.rows = 1, .node_count = 1, .nodes = node};
  if (!made)
    return false;
  *node = (struct wd_node){1, literal->null};
  out_batch->buffers = buffers;
  out_batch->buffer_count = wd_type_buffers(type);
  if (type->id == WD_TYPE_NULL)
    return true;
  made = new_buffer(arena, &valid, 1, &buffers[0]);
  if (type->id == WD_TYPE_STRING || type->id == WD_TYPE_BINARY)
    return made && new_text(literal, arena, &buffers[1]);
  return made && new_value(type, literal, arena, &buffers[1]);
}

static int64_t
read_signed(const uint8_t *data, uint32_t width)
{
  uint64_t value = 0;

  memcpy(&value, data, width);
  switch (width) {
  case 1:
    return (int8_t)value;
  case 2:
    return (int16_t)value;
  case 4:
    return (int32_t)value;
  default:
    return (int64_t)value;
  }
}

static void
read_interval(const uint8_t *data, struct wd_literal *out)
{
  int64_t nanoseconds;

  memcpy(&out->value.interval.months, data, 4);
  memcpy(&out->value.interval.days, data + 4, 4);
  memcpy(&nanoseconds, data + 8, 8);
  out->value.interval.microseconds = nanoseconds / 1000;
}

struct wd_literal
wd_literal_from_array(const struct wd_array *array, uint32_t row)
{
  struct wd_literal out = {.null = wd_array_null(array, row)};
  uint32_t width = wd_type_width(array->type), length;
  const uint8_t *data;
  float single;

  if (out.null || array->type->id == WD_TYPE_NULL)
    return (struct wd_literal){.null = true};
  data = array->buffers[1].data + (size_t)row * width;
  switch (array->type->id) {
  case WD_TYPE_BOOL:
    out.value.boolean = wd_bit(array->buffers[1].data, row);
    break;
  case WD_TYPE_U8:
  case WD_TYPE_U16:
  case WD_TYPE_U32:
  case WD_TYPE_U64:
    memcpy(&out.value.natural, data, width);
    break;
  case WD_TYPE_F32:
    memcpy(&single, data, sizeof single);
    out.value.real = (double)single;
    break;
  case WD_TYPE_F64:
    memcpy(&out.value.real, data, sizeof out.value.real);
    break;
  case WD_TYPE_DECIMAL:
    memcpy(&out.value.decimal, data, sizeof out.value.decimal);
    break;
  case WD_TYPE_INTERVAL:
    read_interval(data, &out);
    break;
  case WD_TYPE_STRING:
  case WD_TYPE_BINARY:
    out.value.bytes.data = (const char *)wd_array_bytes(array, row, &length);
    out.value.bytes.length = length;
    break;
  default:
    out.value.integer = read_signed(data, width);
    break;
  }
  return out;
}
