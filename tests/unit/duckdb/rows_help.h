/* Batches of any carried type, with edge values and nulls. */
#ifndef WD_TEST_ROWS_HELP_H
#define WD_TEST_ROWS_HELP_H

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "arrow/batch.h"
#include "arrow/decimal.h"

/* A column of each carried type, and of each width of decimals. */
#define ROWS_ALL_TYPES                                                         \
  "c0 boolean, c1 i8, c2 i16, c3 i32, c4 i64, c5 u8, c6 u16, c7 u32, c8 u64, " \
  "c9 fp32, c10 fp64, c11 decimal<4,1>, c12 decimal<9,2>, c13 decimal<18,3>, " \
  "c14 decimal<38,9>, c15 date, c16 timestamp<0>, c17 timestamp<3>, "          \
  "c18 timestamp<6>, c19 timestamp<9>, c20 timestamp_tz<6,UTC>, "              \
  "c21 timestamp_tz<9,UTC>, c22 string, c23 binary"

enum rows_nulls { ROWS_NO_NULLS, ROWS_SOME_NULLS, ROWS_ALL_NULLS };

static inline uint64_t
rows_mix(uint64_t x)
{
  x = (x ^ x >> 31) * 0x9e3779b97f4a7c15u;
  return x ^ x >> 29;
}

static inline bool
rows_null_at(enum rows_nulls nulls, uint32_t row)
{
  return nulls == ROWS_ALL_NULLS ||
         (nulls == ROWS_SOME_NULLS && rows_mix(row + 77) % 5 == 0);
}

/* Texts of 0 to 30 bytes, around the 12 that lie inside a duckdb_string_t. */
static inline uint32_t
rows_text(uint32_t row, char *text)
{
  uint32_t length = (uint32_t)(rows_mix(row) % 31);

  for (uint32_t i = 0; i < length; i++)
    text[i] = (char)('a' + (row + i * 7) % 26);
  if (length > 20)
    memcpy(text + length - 4, "\xc3\xa4\xc3\xb6", 4);
  return length;
}

static inline wd_int128
rows_decimal(const struct wd_type *type, uint32_t row)
{
  wd_int128 most = (wd_int128)(wd_decimal_limit(type->precision) - 1);
  wd_uint128 bits = (wd_uint128)rows_mix(row) * rows_mix(row + 1);
  wd_int128 value = (wd_int128)(bits % (wd_uint128)most);

  if (row % 7 == 0)
    value = most;
  return row % 2 ? -value : value;
}

static inline void
rows_fixed(const struct wd_type *type, uint32_t row, uint8_t *place)
{
  uint64_t bits = rows_mix(row * 3 + 1);
  wd_int128 decimal;
  float single;
  double real;

  switch (type->id) {
  case WD_TYPE_F32:
    single = row % 5 == 0 ? -0.0f : row % 5 == 1 ? INFINITY : (float)row / 3;
    memcpy(place, &single, 4);
    break;
  case WD_TYPE_F64:
    real = row % 5 == 0 ? -0.0 : row % 5 == 1 ? -INFINITY : row / 7.0;
    memcpy(place, &real, 8);
    break;
  case WD_TYPE_DECIMAL:
    decimal = rows_decimal(type, row);
    memcpy(place, &decimal, 16);
    break;
  case WD_TYPE_DATE: {
    int32_t days = (int32_t)(bits % 4000000) - 2000000;

    memcpy(place, &days, 4);
    break;
  }
  case WD_TYPE_TIMESTAMP: {
    int64_t time = (int64_t)(bits % 4000000000u) - 2000000000;

    memcpy(place, &time, 8);
    break;
  }
  default:
    memcpy(place, &bits, wd_type_width(type));
  }
}

static inline void
rows_column(const struct wd_type *type, uint32_t rows, enum rows_nulls nulls,
            uint8_t *const *places)
{
  char text[64];
  int32_t used = 0;

  if (places[0])
    memset(places[0], 0, (rows + 7) / 8);
  if (type->id == WD_TYPE_STRING || type->id == WD_TYPE_BINARY)
    memcpy(places[1], &used, 4);
  for (uint32_t row = 0; row < rows; row++) {
    bool null = rows_null_at(nulls, row);

    if (places[0] && !null)
      places[0][row / 8] |= (uint8_t)(1u << row % 8);
    if (type->id == WD_TYPE_STRING || type->id == WD_TYPE_BINARY) {
      uint32_t length = null ? 0 : rows_text(row, text);

      memcpy(places[1] + 4 * row, &used, 4);
      if (length)
        memcpy(places[2] + used, text, length);
      used += (int32_t)length;
      memcpy(places[1] + 4 * row + 4, &used, 4);
    } else if (type->id == WD_TYPE_BOOL) {
      if (row % 8 == 0)
        places[1][row / 8] = 0;
      places[1][row / 8] |= (uint8_t)((rows_mix(row) & 1) << row % 8);
    } else {
      rows_fixed(type, row, places[1] + row * wd_type_width(type));
    }
  }
}

static inline void
rows_sizes(const struct wd_type *type, uint32_t rows, enum rows_nulls nulls,
           struct wd_node *node, uint64_t *sizes)
{
  char text[64];

  *node = (struct wd_node){rows, 0};
  for (uint32_t row = 0; row < rows; row++)
    node->null_count += rows_null_at(nulls, row);
  sizes[0] = node->null_count ? (rows + 7) / 8 : 0;
  if (type->id == WD_TYPE_STRING || type->id == WD_TYPE_BINARY) {
    sizes[1] = (rows + 1) * 4;
    sizes[2] = 0;
    for (uint32_t row = 0; row < rows; row++)
      sizes[2] += rows_null_at(nulls, row) ? 0 : rows_text(row, text);
  } else if (type->id == WD_TYPE_BOOL) {
    sizes[1] = (rows + 7) / 8;
  } else {
    sizes[1] = rows * wd_type_width(type);
  }
}

/* Types without null; freed by wd_rows_fini. */
static inline void
rows_make(const struct wd_schema *schema, uint32_t rows, enum rows_nulls nulls,
          struct wd_rows *out_rows)
{
  struct wd_node nodes[64];
  uint64_t sizes[192];
  struct wd_shape shape = {rows, schema->count, 0, nodes, sizes};
  uint8_t **places;
  struct wd_error error = {0};

  for (uint32_t i = 0; i < schema->count; i++) {
    rows_sizes(&schema->columns[i].type, rows, nulls, &nodes[i],
               sizes + shape.buffer_count);
    shape.buffer_count += wd_type_buffers(&schema->columns[i].type);
  }
  assert_int_equal(wd_rows_new(NULL, &shape, out_rows, &places, &error), 0);
  for (uint32_t i = 0; i < schema->count; i++) {
    rows_column(&schema->columns[i].type, rows, nulls, places);
    places += wd_type_buffers(&schema->columns[i].type);
  }
  if (wd_batch_check(schema, &out_rows->batch, rows, &error) != WD_OK)
    fail_msg("%s", error.message);
}

/* Fails unless row `b` of one is row `a` of the other, in one column. */
static inline void
rows_expect_value(const struct wd_schema *schema, const struct wd_batch *one,
                  uint32_t a, const struct wd_batch *other, uint32_t b,
                  uint32_t column)
{
  char first[256], second[256];
  struct wd_buf buf;

  wd_buf_init(&buf, NULL, sizeof first);
  if (!wd_value_null(schema, one, column, a))
    wd_value_print(schema, one, column, a, &buf);
  snprintf(first, sizeof first, "%.250s", wd_buf_text(&buf));
  wd_buf_clear(&buf);
  if (!wd_value_null(schema, other, column, b))
    wd_value_print(schema, other, column, b, &buf);
  snprintf(second, sizeof second, "%.250s", wd_buf_text(&buf));
  wd_buf_fini(&buf);
  if (strcmp(first, second) != 0 || wd_value_null(schema, one, column, a) !=
                                        wd_value_null(schema, other, column, b))
    fail_msg("column %s, rows %u and %u: '%s' and '%s'",
             schema->columns[column].name, a, b, first, second);
}

#endif
