#include "engine/duckdb/converted.h"

#include <string.h>

#include "engine/duckdb/strings.h"
#include "engine/duckdb/types_composed.h"

/* As Arrow has it: 16 bytes. */
struct interval {
  int32_t months;
  int32_t days;
  int64_t nanoseconds;
};

#define FLIP ((uint64_t)1 << 63)

static int64_t
time_step(const struct wd_type *type)
{
  return type->unit == WD_UNIT_S ? 1000000 : 1000;
}

static void
write_times(const struct wd_duck_column *column, idx_t from, idx_t to,
            uint8_t *place)
{
  const int64_t *values = column->data;
  int32_t *out = (void *)place;
  int64_t step = time_step(column->type);

  if (column->type->unit >= WD_UNIT_US) {
    memcpy(place, values + from, (to - from) * sizeof *values);
    return;
  }
  for (idx_t i = from; i < to; i++)
    *out++ = (int32_t)(values[i] / step);
}

static void
write_intervals(const duckdb_interval *values, idx_t rows, uint8_t *place)
{
  struct interval *out = (void *)place;

  for (idx_t i = 0; i < rows; i++)
    out[i] = (struct interval){values[i].months, values[i].days,
                               (int64_t)((uint64_t)values[i].micros * 1000)};
}

static void
write_uuids(const duckdb_hugeint *values, idx_t rows, uint8_t *place)
{
  for (idx_t i = 0; i < rows; i++) {
    uint64_t halves[2] = {
        __builtin_bswap64((uint64_t)values[i].upper ^ FLIP),
        __builtin_bswap64(values[i].lower),
    };

    memcpy(place, halves, sizeof halves);
    place += sizeof halves;
  }
}

/* All have the width: no others were ever put there. */
static void
write_binaries(const struct wd_duck_column *column, idx_t from, idx_t to,
               uint8_t *place)
{
  const duckdb_string_t *strings = column->data;
  uint32_t width = column->type->width;

  for (idx_t i = from; i < to; i++) {
    uint32_t length = strings[i].value.inlined.length;

    if (!wd_duck_is_valid(column->validity, i) || length != width)
      memset(place, 0, width);
    else
      memcpy(place,
             length > WD_DUCK_INLINED ? strings[i].value.pointer.ptr
                                      : strings[i].value.inlined.inlined,
             width);
    place += width;
  }
}

static uint32_t
index_at(const uint8_t *data, uint64_t i, uint32_t width)
{
  uint32_t index = 0;

  memcpy(&index, data + i * width, width);
  return index;
}

/* Indices of one width to another; what stands under a null may be anything. */
static void
copy_indices(const struct wd_type *type, const uint8_t *from,
             uint32_t from_width, uint8_t *to, uint32_t to_width, uint64_t rows)
{
  for (uint64_t i = 0; i < rows; i++) {
    uint32_t index = index_at(from, i, from_width);

    if (index >= type->dictionary_count)
      index = 0;
    memcpy(to + i * to_width, &index, to_width);
  }
}

void
wd_duck_converted_write(const struct wd_duck_column *column, idx_t from,
                        idx_t to, uint8_t *place)
{
  const struct wd_type *type = column->type;
  uint32_t width;

  if (from == to)
    return;
  switch (type->id) {
  case WD_TYPE_TIME:
    write_times(column, from, to, place);
    break;
  case WD_TYPE_INTERVAL:
    write_intervals((const duckdb_interval *)column->data + from, to - from,
                    place);
    break;
  case WD_TYPE_UUID:
    write_uuids((const duckdb_hugeint *)column->data + from, to - from, place);
    break;
  case WD_TYPE_FIXED_BINARY:
    write_binaries(column, from, to, place);
    break;
  default:
    width = wd_duck_enum_width(type->dictionary_count);
    copy_indices(type, (const uint8_t *)column->data + from * width, width,
                 place, type->width, to - from);
  }
}

bool
wd_duck_converted_fits(const struct wd_duck_column *column, idx_t from,
                       idx_t to)
{
  const duckdb_interval *values = column->data;

  if (column->type->id != WD_TYPE_INTERVAL)
    return true;
  for (idx_t i = from; i < to; i++) {
    int64_t product;

    if (wd_duck_is_valid(column->validity, i) &&
        __builtin_mul_overflow(values[i].micros, 1000, &product))
      return false;
  }
  return true;
}

static void
read_times(const struct wd_type *type, const uint8_t *data, uint32_t from,
           uint32_t to, int64_t *out)
{
  const int32_t *values = (const void *)data;
  int64_t step = time_step(type);

  if (type->unit >= WD_UNIT_US) {
    memcpy(out, (const int64_t *)(const void *)data + from,
           (to - from) * sizeof *out);
    return;
  }
  for (uint32_t i = from; i < to; i++)
    *out++ = values[i] * step;
}

static void
read_intervals(const struct interval *values, uint32_t rows,
               duckdb_interval *out)
{
  for (uint32_t i = 0; i < rows; i++)
    out[i] = (duckdb_interval){values[i].months, values[i].days,
                               values[i].nanoseconds / 1000};
}

static void
read_uuids(const uint8_t *data, uint32_t rows, duckdb_hugeint *out)
{
  for (uint32_t i = 0; i < rows; i++) {
    uint64_t halves[2];

    memcpy(halves, data + (size_t)i * 16, sizeof halves);
    out[i].upper = (int64_t)(__builtin_bswap64(halves[0]) ^ FLIP);
    out[i].lower = __builtin_bswap64(halves[1]);
  }
}

/* One copy of all bytes into the vector's heap, as for strings. */
static void
read_binaries(uint32_t width, const uint8_t *data, uint32_t rows,
              duckdb_vector vector, idx_t at)
{
  duckdb_string_t *out = (duckdb_string_t *)duckdb_vector_get_data(vector) + at;
  uint64_t step = (uint64_t)width * rows < UINT32_MAX ? rows : 1;
  const char *text = (const char *)data;

  for (uint32_t i = 0; i < rows; i++, text += width) {
    if (width <= WD_DUCK_INLINED) {
      uint8_t padded[16] = {0};

      memcpy(padded, text, width);
      wd_duck_string_inline(&out[i], padded, width);
    } else if (i % step == 0) {
      duckdb_unsafe_vector_assign_string_element_len(vector, at + i, text,
                                                     width * step);
      wd_duck_string_point(&out[i], (uint8_t *)out[i].value.pointer.ptr, width);
    } else {
      wd_duck_string_point(
          &out[i], (uint8_t *)out[i - 1].value.pointer.ptr + width, width);
    }
  }
}

void
wd_duck_converted_read(const struct wd_type *type, const uint8_t *data,
                       uint32_t from, uint32_t to, duckdb_vector vector,
                       idx_t at)
{
  uint8_t *out = duckdb_vector_get_data(vector);
  uint32_t width = wd_type_width(type), rows = to - from;

  switch (type->id) {
  case WD_TYPE_TIME:
    read_times(type, data, from, to, (int64_t *)(void *)out + at);
    return;
  case WD_TYPE_INTERVAL:
    read_intervals((const struct interval *)(const void *)data + from, rows,
                   (duckdb_interval *)(void *)out + at);
    return;
  case WD_TYPE_UUID:
    read_uuids(data + (size_t)from * 16, rows,
               (duckdb_hugeint *)(void *)out + at);
    return;
  case WD_TYPE_FIXED_BINARY:
    read_binaries(width, data + (size_t)from * width, rows, vector, at);
    return;
  default:
    width = wd_duck_enum_width(type->dictionary_count);
    copy_indices(type, data + (size_t)from * type->width, type->width,
                 out + at * width, width, rows);
  }
}
