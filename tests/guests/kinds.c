/* Every kind of lambda over every type that is carried, nulls included.
 *
 *   kinds KIND ROWS
 *
 * The source is made of a range by a map: each column is a function of the row
 * number, and null where (row + column) % 7 is 3. KIND is what comes after it;
 * the result goes to the sink `out`. tests/suite/test_lambdas.py computes the
 * same by itself. */
#include <wasidata.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SCHEMA                                                                 \
  "id: i64 not null, bo: bool, i8: i8, i16: i16, i32: i32, i64: i64, u8: u8, " \
  "u16: u16, u32: u32, u64: u64, f32: f32, f64: f64, dec: decimal(12,3), "     \
  "wide: decimal(38,0), day: date, ts: timestamp, tsz: timestamp(us, UTC), "   \
  "text: string, bytes: binary"

enum {
  ID,
  BO,
  I8,
  I16,
  I32,
  I64,
  U8,
  U16,
  U32,
  U64,
  F32,
  F64,
  DEC,
  WIDE,
  DAY,
  TS,
  TSZ,
  TEXT,
  BYTES,
  COLUMNS,
};

/* X(column, accessor) for those of fixed width. */
#define FIXED(X)                                                               \
  X(BO, bool)                                                                  \
  X(I8, i8)                                                                    \
  X(I16, i16)                                                                  \
  X(I32, i32)                                                                  \
  X(I64, i64)                                                                  \
  X(U8, u8)                                                                    \
  X(U16, u16)                                                                  \
  X(U32, u32)                                                                  \
  X(U64, u64)                                                                  \
  X(F32, f32)                                                                  \
  X(F64, f64)                                                                  \
  X(DEC, decimal)                                                              \
  X(WIDE, decimal) X(DAY, date) X(TS, timestamp) X(TSZ, timestamp)

static bool
null_at(int64_t id, int column)
{
  return (id + column) % 7 == 3;
}

static void
make(const wd_row *row, wd_rows *out, void *env)
{
  int64_t id = wd_get_i64(row, 0);
  char text[64];
  unsigned size = 0;

  (void)env;
  wd_set_i64(out, ID, id);
  wd_set_bool(out, BO, id % 3 == 0);
  wd_set_i8(out, I8, (int8_t)(id % 256 - 128));
  wd_set_i16(out, I16, (int16_t)(id * 31 % 65536 - 32768));
  wd_set_i32(out, I32, (int32_t)(id * 65537 % 4294967296 - 2147483648));
  wd_set_i64(out, I64, id * 1000000007 - 5000000000);
  wd_set_u8(out, U8, (uint8_t)(id * 7));
  wd_set_u16(out, U16, (uint16_t)(id * 257));
  wd_set_u32(out, U32, (uint32_t)(id * 2654435761u));
  wd_set_u64(out, U64, UINT64_MAX - (uint64_t)id * 3);
  wd_set_f32(out, F32, (float)id / 4 - 10);
  wd_set_f64(out, F64, (double)id * 0.1);
  wd_set_decimal(out, DEC, (wd_decimal)id * 1001 - 500000);
  wd_set_decimal(out, WIDE,
                 (wd_decimal)id * 1000000000000 * 1000000000000 * 10000000);
  wd_set_date(out, DAY, (int32_t)(id % 40000 - 20000));
  wd_set_timestamp(out, TS, id * 86400123456 % 4000000000000000 - 1000000);
  wd_set_timestamp(out, TSZ, id * 3600000001 % 4000000000000000);
  /* Empty ones, short ones, ones that no engine holds inline, umlauts. */
  for (int64_t i = 0; i < id % 17; i++)
    size += (unsigned)snprintf(text + size, sizeof text - size, "%s",
                               i % 2 ? "\xc3\xbc" : "x");
  wd_set_str(out, TEXT, (wd_str){text, size});
  for (size = 0; size < id % 19; size++)
    text[size] = (char)(id + size * 13);
  wd_set_bytes(out, BYTES, (wd_str){text, size});
  for (int column = 1; column < COLUMNS; column++)
    if (null_at(id, column))
      wd_set_null(out, (uint32_t)column);
}

/* By getters and setters, type by type. */
static void
copy(const wd_row *row, wd_rows *out)
{
  wd_set_i64(out, ID, wd_get_i64(row, ID));
#define COPY(column, type)                                                     \
  if (!wd_is_null(row, column))                                                \
    wd_set_##type(out, column, wd_get_##type(row, column));
  FIXED(COPY)
  if (!wd_is_null(row, TEXT))
    wd_set_str(out, TEXT, wd_get_str(row, TEXT));
  if (!wd_is_null(row, BYTES))
    wd_set_bytes(out, BYTES, wd_get_bytes(row, BYTES));
}

static void
map(const wd_row *row, wd_rows *out, void *env)
{
  (void)env;
  copy(row, out);
}

static void
map_batch(const wd_batch *in, wd_rows *out, void *env)
{
  (void)env;
  for (uint32_t i = 0; i < in->count; i++)
    wd_pass(out, i, in, i);
}

static bool
filter(const wd_row *row, void *env)
{
  (void)env;
  return wd_get_bool(row, BO) || wd_get_str(row, TEXT).size == 5 ||
         wd_is_null(row, U64);
}

/* As often as id % 3. */
static void
flat_map(const wd_row *row, wd_rows *out, void *env)
{
  (void)env;
  for (int64_t i = 0; i < wd_get_i64(row, ID) % 3; i++) {
    copy(row, out);
    wd_emit(out);
  }
}

static void
flat_map_batch(const wd_batch *in, wd_rows *out, void *env)
{
  for (uint32_t i = 0; i < in->rows; i++) {
    wd_row row = wd_row_of(in, i);

    flat_map(&row, out, env);
  }
}

/* The odd rows as they come, and at the end one for all even ones. */
struct part {
  int64_t even;
  bool told;
};

static void
part_row(void *state, const wd_row *row, wd_rows *out, void *env)
{
  struct part *part = state;

  (void)env;
  if (wd_get_i64(row, ID) % 2 == 0) {
    part->even += wd_get_i64(row, ID);
    return;
  }
  copy(row, out);
  wd_emit(out);
}

static bool
part_end(void *state, wd_rows *out, void *env)
{
  struct part *part = state;

  (void)env;
  if (part->told)
    return false;
  wd_set_i64(out, ID, part->even);
  wd_set_text(out, TEXT, "even");
  wd_emit(out);
  part->told = true;
  return true;
}

static const wd_partition_fn partition = {
    .size = sizeof(struct part), .row = part_row, .end = part_end};

/* The row with the greatest id, column by column. */
static void
reduce(wd_acc *acc, const wd_row *row, void *env)
{
  (void)env;
  if (wd_get_i64(row, ID) < *wd_at_i64(acc, ID))
    return;
  *wd_at_i64(acc, ID) = wd_get_i64(row, ID);
#define REDUCE(column, type)                                                   \
  if (wd_is_null(row, column))                                                 \
    wd_acc_set_null(acc, column);                                              \
  else                                                                         \
    *wd_at_##type(acc, column) = wd_get_##type(row, column);
  FIXED(REDUCE)
  for (uint32_t column = TEXT; column <= BYTES; column++)
    if (wd_is_null(row, column))
      wd_acc_set_null(acc, column);
    else
      wd_acc_set_str(acc, column, wd_get_bytes(row, column));
}

/* An aggregate over (id, column): the value of the smallest id, null or not. */
struct first {
  int64_t id;
  bool seen, null;
  uint32_t size;
  char value[64];
};

#define FIRST(column, type)                                                    \
  static void first_update_##column(void *state, const wd_row *row, void *env) \
  {                                                                            \
    struct first *first = state;                                               \
    __typeof__(wd_get_##type(row, 1)) value = wd_get_##type(row, 1);           \
                                                                               \
    (void)env;                                                                 \
    if (first->seen && wd_get_i64(row, 0) >= first->id)                        \
      return;                                                                  \
    first->seen = true;                                                        \
    first->id = wd_get_i64(row, 0);                                            \
    first->null = wd_is_null(row, 1);                                          \
    memcpy(first->value, &value, sizeof value);                                \
  }                                                                            \
  static void first_finish_##column(const void *state, wd_rows *out,           \
                                    void *env)                                 \
  {                                                                            \
    const struct first *first = state;                                         \
    __typeof__(wd_get_##type((const wd_row *)0, 1)) value;                     \
                                                                               \
    (void)env;                                                                 \
    memcpy(&value, first->value, sizeof value);                                \
    if (first->seen && !first->null)                                           \
      wd_set_##type(out, 0, value);                                            \
  }
FIXED(FIRST)

static void
first_update_TEXT(void *state, const wd_row *row, void *env)
{
  struct first *first = state;
  wd_str value = wd_get_bytes(row, 1);

  (void)env;
  if (first->seen && wd_get_i64(row, 0) >= first->id)
    return;
  first->seen = true;
  first->id = wd_get_i64(row, 0);
  first->null = wd_is_null(row, 1);
  first->size = value.size;
  memcpy(first->value, value.data, value.size);
}

static void
first_finish_TEXT(const void *state, wd_rows *out, void *env)
{
  const struct first *first = state;

  (void)env;
  if (first->seen && !first->null)
    wd_set_str(out, 0, (wd_str){first->value, first->size});
}

#define first_update_BYTES first_update_TEXT

static void
first_finish_BYTES(const void *state, wd_rows *out, void *env)
{
  const struct first *first = state;

  (void)env;
  if (first->seen && !first->null)
    wd_set_bytes(out, 0, (wd_str){first->value, first->size});
}

static void
first_combine(void *state, const void *other, void *env)
{
  const struct first *right = other;

  (void)env;
  if (right->seen && (!((struct first *)state)->seen ||
                      right->id < ((struct first *)state)->id))
    memcpy(state, other, sizeof *right);
}

#define AGGREGATOR(column, type_, name)                                        \
  static const wd_aggregator aggregator_##column = {                           \
      .size = sizeof(struct first),                                            \
      .update = first_update_##column,                                         \
      .combine = first_combine,                                                \
      .finish = first_finish_##column,                                         \
      .output = type_};
#define TYPES(X)                                                               \
  X(BO, "bool", "bo")                                                          \
  X(I8, "i8", "i8")                                                            \
  X(I16, "i16", "i16")                                                         \
  X(I32, "i32", "i32")                                                         \
  X(I64, "i64", "i64")                                                         \
  X(U8, "u8", "u8")                                                            \
  X(U16, "u16", "u16")                                                         \
  X(U32, "u32", "u32")                                                         \
  X(U64, "u64", "u64")                                                         \
  X(F32, "f32", "f32")                                                         \
  X(F64, "f64", "f64")                                                         \
  X(DEC, "decimal(12,3)", "dec")                                               \
  X(WIDE, "decimal(38,0)", "wide")                                             \
  X(DAY, "date", "day")                                                        \
  X(TS, "timestamp", "ts")                                                     \
  X(TSZ, "timestamp(us, UTC)", "tsz")                                          \
  X(TEXT, "string", "text") X(BYTES, "binary", "bytes")
TYPES(AGGREGATOR)

static wd_dataset
aggregate(wd_dataset from, bool grouped)
{
#define MEASURE(column, type_, name_)                                          \
  {.name = name_,                                                              \
   .function = &aggregator_##column,                                           \
   .arguments = WD_ARGUMENTS("id", name_)},
  const wd_measure measures[] = {TYPES(MEASURE)};
  const size_t count = sizeof measures / sizeof *measures;

  return grouped ? wd_aggregate_by(wd_group_by(from, "id % 5 as key"), measures,
                                   count)
                 : wd_aggregate_all_by(from, measures, count);
}

static wd_dataset
apply(wd_dataset from, const char *kind)
{
  if (strcmp(kind, "source") == 0)
    return from;
  if (strcmp(kind, "map") == 0)
    return wd_map(from, map, NULL, 0, SCHEMA);
  if (strcmp(kind, "map_batch") == 0)
    return wd_map_batch(from, map_batch, NULL, 0, SCHEMA);
  if (strcmp(kind, "filter") == 0)
    return wd_filter_by(from, filter, NULL, 0);
  if (strcmp(kind, "flat_map") == 0)
    return wd_flat_map(from, flat_map, NULL, 0, SCHEMA);
  if (strcmp(kind, "flat_map_batch") == 0)
    return wd_flat_map_batch(from, flat_map_batch, NULL, 0, SCHEMA);
  if (strcmp(kind, "partition") == 0)
    return wd_map_partitions(from, &partition, NULL, 0, SCHEMA);
  if (strcmp(kind, "reduce") == 0)
    return wd_reduce(wd_group_by(from, "id % 5 as key"), reduce, NULL, 0);
  if (strcmp(kind, "reduce_all") == 0)
    return wd_reduce_all(from, reduce, NULL, 0);
  if (strcmp(kind, "aggregate") == 0)
    return aggregate(from, true);
  if (strcmp(kind, "aggregate_all") == 0)
    return aggregate(from, false);
  wd_fail("no such kind: %s", kind);
}

int
main(int count, char **arguments)
{
  wd_dataset source;

  if (count < 3)
    return 2;
  source = wd_map(wd_range(0, atoll(arguments[2]), 1), make, NULL, 0, SCHEMA);
  wd_write(apply(source, arguments[1]), "out", WD_OVERWRITE);
}
