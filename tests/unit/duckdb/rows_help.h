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
#include <stdlib.h>
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
  "c21 timestamp_tz<9,UTC>, c22 string, c23 binary, "                          \
  "c24 time<0>, c25 time<3>, c26 time<6>, c27 time<9>, c28 interval, "         \
  "c29 uuid, c30 fixedbinary<5>, c31 fixedbinary<40>, "                        \
  "c32 enum<\"a\", \"b'\", \"\">, c33 null"

/* Nested ones, in all pairs and deeper, with every kind of element. */
#define ROWS_NESTED_TYPES                                                      \
  "l0 list<i64>, l1 list<string>, l2 list<boolean>, l3 list<decimal<9,2>>, "   \
  "l4 list<list<i16>>, l5 list<struct<a: i64, \"B b\": string>>, "             \
  "l6 list<map<string, i32>>, l7 list<fixedlist<i8, 3>>, l8 list<uuid>, "      \
  "l9 list<enum<\"x\", \"y\">>, la list<null>, lb list<interval>, "            \
  "s0 struct<a: i64>, s1 struct<a: list<string>, b: struct<c: date, "          \
  "d: fixedlist<string, 2>>>, s2 struct<a: i64 not null, b: binary>, "         \
  "s3 struct<u: union<i: i64, t: string>, n: null>, "                          \
  "m0 map<string, i64>, m1 map<i32, list<struct<a: time<0>>>>, "               \
  "f0 fixedlist<i64, 4>, f1 fixedlist<struct<a: list<i64>, b: boolean>, 2>, "  \
  "f2 fixedlist<fixedlist<timestamp<9>, 2>, 3>, "                              \
  "u0 union<a: i64, b: list<string>, c: struct<d: fp64>>, "                    \
  "d0 list<list<list<list<list<list<list<list<string>>>>>>>>, plain i64"

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
  case WD_TYPE_TIME: {
    static const int64_t units[] = {1, 1000, 1000000, 1000000000};
    int64_t time = (int64_t)(bits % (86400 * (uint64_t)units[type->unit]));

    memcpy(place, &time, wd_type_width(type));
    break;
  }
  case WD_TYPE_INTERVAL: {
    int32_t parts[2] = {(int32_t)(bits % 50) - 25, (int32_t)(bits % 70) - 35};
    int64_t rest = ((int64_t)(bits % 4000000000u) - 2000000000) * 1000;

    memcpy(place, parts, 8);
    memcpy(place + 8, &rest, 8);
    break;
  }
  case WD_TYPE_UUID:
  case WD_TYPE_FIXED_BINARY:
    for (uint32_t i = 0; i < wd_type_width(type); i++)
      place[i] = (uint8_t)rows_mix(row * 100 + i);
    break;
  case WD_TYPE_ENUM:
    place[0] = (uint8_t)(bits % type->dictionary_count);
    break;
  case WD_TYPE_TIMESTAMP: {
    int64_t time = (int64_t)(bits % 4000000000u) - 2000000000;

    memcpy(place, &time, 8);
    break;
  }
  default:
    memcpy(place, &bits, wd_type_width(type));
  }
}

/* Arrays that are being made, depth first. */
struct rows_maker {
  uint32_t node_count, buffer_count;
  struct wd_node nodes[256];
  uint64_t sizes[512];
  uint8_t *places[512];
};

static inline uint8_t *
rows_buffer(struct rows_maker *maker, uint64_t size)
{
  uint8_t *place = calloc(1, size + 16);

  maker->sizes[maker->buffer_count] = size;
  maker->places[maker->buffer_count++] = place;
  return place;
}

static inline void
rows_array(struct rows_maker *maker, const struct wd_column *column,
           uint32_t length, enum rows_nulls nulls);

static inline void
rows_strings(struct rows_maker *maker, uint32_t length, const uint8_t *validity)
{
  uint8_t *offsets = rows_buffer(maker, (length + 1) * 4);
  uint8_t *data = rows_buffer(maker, length * 32);
  int32_t used = 0;
  char text[64];

  for (uint32_t row = 0; row < length; row++) {
    uint32_t size = wd_bit(validity, row) ? rows_text(row, text) : 0;

    memcpy(data + used, text, size);
    used += (int32_t)size;
    memcpy(offsets + 4 * row + 4, &used, 4);
  }
  maker->sizes[maker->buffer_count - 1] = (uint64_t)used;
}

/* Lists of 0 to 4 elements; some that are null have them too. */
static inline void
rows_lists(struct rows_maker *maker, const struct wd_type *type,
           uint32_t length, enum rows_nulls nulls)
{
  uint8_t *offsets = rows_buffer(maker, (length + 1) * 4);
  int32_t used = 0;

  for (uint32_t row = 0; row < length; row++) {
    used += (int32_t)(rows_mix(row + 5) % 5);
    memcpy(offsets + 4 * row + 4, &used, 4);
  }
  rows_array(maker, type->children, (uint32_t)used, nulls);
}

static inline void
rows_values(struct rows_maker *maker, const struct wd_type *type,
            uint32_t length, enum rows_nulls nulls, const uint8_t *validity)
{
  uint32_t width = wd_type_width(type);
  uint8_t *place;

  switch (type->id) {
  case WD_TYPE_STRING:
  case WD_TYPE_BINARY:
    rows_strings(maker, length, validity);
    return;
  case WD_TYPE_LIST:
  case WD_TYPE_MAP:
    rows_lists(maker, type, length, nulls);
    return;
  case WD_TYPE_FIXED_LIST:
    rows_array(maker, type->children, length * type->width, nulls);
    return;
  case WD_TYPE_UNION:
    place = rows_buffer(maker, length);
    for (uint32_t row = 0; row < length; row++)
      place[row] = (uint8_t)(rows_mix(row + 9) % type->child_count);
    break;
  case WD_TYPE_BOOL:
    place = rows_buffer(maker, (length + 7) / 8);
    for (uint32_t row = 0; row < length; row++)
      place[row / 8] |= (uint8_t)((rows_mix(row) & 1) << row % 8);
    return;
  case WD_TYPE_STRUCT:
    break;
  default:
    place = rows_buffer(maker, (uint64_t)length * width);
    for (uint32_t row = 0; row < length; row++)
      rows_fixed(type, row, place + row * width);
    return;
  }
  for (uint32_t i = 0; i < type->child_count; i++)
    rows_array(maker, &type->children[i], length, nulls);
}

static inline void
rows_array(struct rows_maker *maker, const struct wd_column *column,
           uint32_t length, enum rows_nulls nulls)
{
  const struct wd_type *type = &column->type;
  struct wd_node *node = &maker->nodes[maker->node_count++];
  uint8_t *validity = calloc(1, length / 8 + 1);

  *node = (struct wd_node){length, 0};
  if (type->id == WD_TYPE_NULL)
    node->null_count = length;
  for (uint32_t row = 0; row < length; row++) {
    bool null = column->nullable && type->id != WD_TYPE_UNION &&
                rows_null_at(nulls, row);

    validity[row / 8] |= (uint8_t)((unsigned)!null << row % 8);
    if (type->id != WD_TYPE_NULL)
      node->null_count += null;
  }
  if (type->id != WD_TYPE_NULL && type->id != WD_TYPE_UNION)
    memcpy(rows_buffer(maker, node->null_count ? (length + 7) / 8 : 0),
           validity, (length + 7) / 8 * (node->null_count > 0));
  if (type->id != WD_TYPE_NULL)
    rows_values(maker, type, length, nulls, validity);
  free(validity);
}

/* Freed by wd_rows_fini. */
static inline void
rows_make(const struct wd_schema *schema, uint32_t rows, enum rows_nulls nulls,
          struct wd_rows *out_rows)
{
  struct rows_maker *maker = calloc(1, sizeof *maker);
  struct wd_error error = {0};
  struct wd_shape shape;
  uint8_t **places;

  for (uint32_t i = 0; i < schema->count; i++)
    rows_array(maker, &schema->columns[i], rows, nulls);
  shape = (struct wd_shape){rows, maker->node_count, maker->buffer_count,
                            maker->nodes, maker->sizes};
  assert_int_equal(wd_rows_new(NULL, &shape, out_rows, &places, &error), 0);
  for (uint32_t i = 0; i < maker->buffer_count; i++) {
    if (maker->sizes[i])
      memcpy(places[i], maker->places[i], maker->sizes[i]);
    free(maker->places[i]);
  }
  free(maker);
  if (wd_batch_check(schema, &out_rows->batch, rows, &error) != WD_OK)
    fail_msg("%s", error.message);
}

/* Fails unless row `b` of one is row `a` of the other, in one column. */
static inline void
rows_expect_value(const struct wd_schema *schema, const struct wd_batch *one,
                  uint32_t a, const struct wd_batch *other, uint32_t b,
                  uint32_t column)
{
  char first[4096], second[4096];
  struct wd_buf buf;

  wd_buf_init(&buf, NULL, 1 << 20);
  if (!wd_value_null(schema, one, column, a))
    wd_value_print(schema, one, column, a, &buf);
  snprintf(first, sizeof first, "%.4000s", wd_buf_text(&buf));
  wd_buf_clear(&buf);
  if (!wd_value_null(schema, other, column, b))
    wd_value_print(schema, other, column, b, &buf);
  snprintf(second, sizeof second, "%.4000s", wd_buf_text(&buf));
  wd_buf_fini(&buf);
  if (strcmp(first, second) != 0 || wd_value_null(schema, one, column, a) !=
                                        wd_value_null(schema, other, column, b))
    fail_msg("column %s, rows %u and %u: '%s' and '%s'",
             schema->columns[column].name, a, b, first, second);
}

#endif
