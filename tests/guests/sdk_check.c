/* Checks the C SDK from inside: every kind of lambda, every type, nulls. Says
 * what failed and exits with 1, else with 0. */
#include <stdio.h>
#include <stdlib.h>

#include <wasidata.h>

#define CHECK(condition)                                                       \
  do {                                                                         \
    if (!(condition)) {                                                        \
      printf("line %d: %s\n", __LINE__, #condition);                           \
      exit(1);                                                                 \
    }                                                                          \
  } while (0)

#define EVERY_TYPE                                                             \
  "bool: bool, i8: i8, i16: i16, i32: i32, i64: i64, u8: u8, u16: u16, "       \
  "u32: u32, u64: u64, f32: f32, f64: f64, decimal: decimal(20, 3), "          \
  "date: date, timestamp: timestamp(ms), string: string, binary: binary"
enum { TYPES = 16, ROWS = 5000 };

/* ---- Types */

/* Column c of row i is null in some rows. */
static bool
is_null(int64_t i, uint32_t c)
{
  return (i + c) % 5 == 0;
}

static void
set_every(wd_rows *rows, int64_t i)
{
  char text[32];
  snprintf(text, sizeof text, "text %d", (int)i % 1000);
  wd_set_bool(rows, 0, i % 3 == 0);
  wd_set_i8(rows, 1, (int8_t)i);
  wd_set_i16(rows, 2, (int16_t)-i);
  wd_set_i32(rows, 3, (int32_t)i * -1000);
  wd_set_i64(rows, 4, i * -10000000000);
  wd_set_u8(rows, 5, (uint8_t)i);
  wd_set_u16(rows, 6, (uint16_t)i);
  wd_set_u32(rows, 7, (uint32_t)i * 1000);
  wd_set_u64(rows, 8, (uint64_t)i * 10000000000);
  wd_set_f32(rows, 9, (float)i / 2);
  wd_set_f64(rows, 10, (double)i / 4);
  wd_set_decimal(rows, 11, (wd_decimal)i * 1000000000 - 1);
  wd_set_date(rows, 12, wd_date(2000, 1, 1) - (int32_t)i);
  wd_set_timestamp(rows, 13, i * 86400001);
  wd_set_text(rows, 14, text);
  wd_set_bytes(rows, 15, wd_str_of(text));
  for (uint32_t c = 0; c < TYPES; c++)
    if (is_null(i, c))
      wd_set_null(rows, c);
}

static wd_dataset
every(void)
{
  wd_rows *values = wd_rows_new(EVERY_TYPE);
  for (int64_t i = 0; i < ROWS; i++) {
    set_every(values, i);
    wd_emit(values);
  }
  return wd_create(values);
}

static void
copy_all(const wd_row *row, wd_rows *out, void *env)
{
  (void)env;
  for (uint32_t c = 0; c < row->count; c++)
    wd_copy(out, c, row, c);
}

static void
get_and_set(const wd_row *row, wd_rows *out, void *env)
{
  (void)env;
  wd_set_bool(out, 0, wd_get_bool(row, 0));
  wd_set_i8(out, 1, wd_get_i8(row, 1));
  wd_set_i64(out, 2, wd_get_i16(row, 2));
  wd_set_i32(out, 3, wd_get_i32_by(row, "i32"));
  wd_set_i64(out, 4, wd_get_i64(row, 4));
  wd_set_u32(out, 5, wd_get_u32(row, 5));
  wd_set_u16(out, 6, wd_get_u16(row, 6));
  wd_set_i64(out, 7, wd_get_i64(row, 7));
  wd_set_u64(out, 8, wd_get_u64(row, 8));
  wd_set_f64(out, 9, wd_get_f64(row, 9));
  wd_set_f64(out, 10, wd_get_f64_by(row, "f64"));
  wd_set_decimal(out, 11, wd_get_decimal(row, 11));
  wd_set_date(out, 12, wd_get_date(row, 12));
  wd_set_timestamp(out, 13, wd_get_timestamp(row, 13));
  wd_set_text(out, 14, "is set again");
  wd_set_str(out, 14, wd_get_str(row, 14));
  wd_set_bytes(out, 15, wd_get_bytes(row, 15));
  for (uint32_t c = 0; c < TYPES; c++)
    if (wd_is_null(row, c))
      wd_set_null(out, c);
}

static void
pass_all(const wd_batch *in, wd_rows *out, void *env)
{
  (void)env;
  for (uint32_t c = 0; c < in->count; c++)
    wd_pass(out, c, in, c);
}

/* A row as text, from the raw columns. */
static void
row_text(const wd_row *row, char *text, size_t size)
{
  size_t at = 0;
  for (uint32_t c = 0; c < row->count && at < size; c++) {
    const wd_column *column = row->columns + c;
    const uint8_t *raw = column->values;
    static const uint8_t widths[] = {0, 1, 2, 4, 8, 1, 2, 4, 8, 4, 8, 16, 4, 8};
    wd_str bytes = {"", 0};
    uint8_t bit;
    if (column->type == WD_BOOL) {
      bit = wd_get_bool(row, c);
      bytes = (wd_str){(char *)&bit, 1};
    } else if (column->type >= WD_STRING) {
      bytes = wd_get_bytes(row, c);
    } else {
      uint32_t width = widths[column->type];
      bytes = (wd_str){(const char *)raw + row->index * width, width};
    }
    if (wd_is_null(row, c))
      bytes = wd_str_of("null");
    for (uint32_t i = 0; i < bytes.size && at < size; i++)
      at += (size_t)snprintf(text + at, size - at, "%02x",
                             (unsigned char)bytes.data[i]);
    if (at < size)
      at += (size_t)snprintf(text + at, size - at, "|");
  }
}

/* Rows of `from` are those that were made, in some order. */
static void
check_every(wd_dataset from)
{
  static char seen[ROWS][400];
  static char made[ROWS][400];
  wd_job left = wd_collect(from), right = wd_collect(every());
  const wd_row *row;
  uint32_t count = 0, others = 0;
  while ((row = wd_next_row(left)))
    row_text(row, seen[count++], sizeof *seen);
  while ((row = wd_next_row(right)))
    row_text(row, made[others++], sizeof *made);
  CHECK(count == ROWS && others == ROWS);
  qsort(seen, ROWS, sizeof *seen, (int (*)(const void *, const void *))strcmp);
  qsort(made, ROWS, sizeof *made, (int (*)(const void *, const void *))strcmp);
  CHECK(memcmp(seen, made, sizeof seen) == 0);
}

static void
check_types(void)
{
  wd_dataset rows = every();
  check_every(rows);
  check_every(wd_map(rows, copy_all, NULL, 0, EVERY_TYPE));
  check_every(wd_map(rows, copy_all, NULL, 0, NULL));
  check_every(wd_map(rows, get_and_set, NULL, 0, EVERY_TYPE));
  check_every(wd_map_batch(rows, pass_all, NULL, 0, NULL));
}

/* ---- bind */

struct shift {
  int64_t by;
  uint32_t column;
};

static void
shift_bind(wd_bind *bind, void *env)
{
  struct shift *shift = env;
  shift->column = wd_bind_column(bind, "i64");
  CHECK(wd_bind_try_column(bind, "nothing") == UINT32_MAX);
  CHECK(wd_bind_input(bind)->count == TYPES);
  wd_bind_output(bind, "shifted: i64");
}

static void
shift_row(const wd_row *row, wd_rows *out, void *env)
{
  const struct shift *shift = env;
  CHECK(row->count == 1);
  wd_set_i64(out, 0, wd_get_i64(row, shift->column) + shift->by);
}

static void
check_bind(void)
{
  struct shift shift = {7, 99};
  wd_dataset shifted = wd_apply(every(), &(wd_lambda){.map = shift_row,
                                                      .env = &shift,
                                                      .env_size = sizeof shift,
                                                      .bind = shift_bind});
  CHECK(wd_count(wd_filter(shifted, "shifted = -19999999993")) == 1);
}

/* ---- Parts of outputs, partitions */

static void
repeat(const wd_row *row, wd_rows *out, void *env)
{
  char text[1000];
  (void)env;
  memset(text, 'x', sizeof text);
  for (uint32_t i = 0; i < 3000; i++) {
    wd_set_i64(out, 0, wd_get_i64(row, 0));
    if (i % 3)
      wd_set_str(out, 1, (wd_str){text, i % 1000});
    wd_emit(out);
  }
}

/* A row's output is larger than a part. */
static void
check_flat_map(void)
{
  wd_dataset rows =
      wd_flat_map(wd_range(0, 20, 1), repeat, NULL, 0, "id: i64, text: string");
  wd_job job = wd_collect(rows);
  const wd_row *row;
  uint64_t count = 0, bytes = 0, nulls = 0;
  while ((row = wd_next_row(job))) {
    count++;
    bytes += wd_get_str(row, 1).size;
    nulls += wd_is_null(row, 1);
  }
  CHECK(count == 60000 && nulls == 20000);
  CHECK(bytes == 20 * 999000);
}

struct sum {
  int64_t sum;
  int64_t *heap;
};

static void
sum_open(void *state, uint32_t index, void *env)
{
  struct sum *sum = state;
  (void)index, (void)env;
  CHECK(sum->sum == 0 && !sum->heap);
  sum->heap = calloc(1, sizeof *sum->heap);
}

static void
sum_row(void *state, const wd_row *row, wd_rows *out, void *env)
{
  struct sum *sum = state;
  (void)out, (void)env;
  *sum->heap += wd_get_i64(row, 0);
}

static bool
sum_end(void *state, wd_rows *out, void *env)
{
  struct sum *sum = state;
  (void)env;
  wd_set_i64(out, 0, *sum->heap);
  wd_emit(out);
  return false;
}

static void
sum_close(void *state, void *env)
{
  (void)env;
  free(((struct sum *)state)->heap);
}

static void
check_partitions(void)
{
  static const wd_partition_fn sums = {.size = sizeof(struct sum),
                                       .open = sum_open,
                                       .row = sum_row,
                                       .end = sum_end,
                                       .close = sum_close};
  wd_dataset parts =
      wd_map_partitions(wd_range(0, 100000, 1), &sums, NULL, 0, "sum: i64");
  wd_job job = wd_collect(wd_aggregate_all(parts, "sum(sum) as sum"));
  const wd_row *row = wd_next_row(job);
  CHECK(row && wd_get_i64(row, 0) == 4999950000);
}

/* ---- Filters */

static bool
odd(const wd_row *row, void *env)
{
  return wd_get_i64(row, 0) % 2 == *(const int64_t *)env;
}

static void
odd_batch(const wd_batch *in, uint8_t *keep, void *env)
{
  const int64_t *id = wd_in_i64(in, 0);
  (void)env;
  for (uint32_t i = 0; i < in->rows; i++)
    keep[i] = id[i] & 1;
}

static void
check_filters(void)
{
  int64_t one = 1;
  wd_dataset ids = wd_range(0, 9999, 1);
  CHECK(wd_count(wd_filter_by(ids, odd, &one, sizeof one)) == 4999);
  CHECK(wd_count(wd_filter_batch(ids, odd_batch, NULL, 0)) == 4999);
  CHECK(wd_count(wd_filter_by(wd_range(0, 0, 1), odd, &one, 8)) == 0);
}

/* ---- reduce and aggregates */

static wd_dataset
keyed(void)
{
  wd_rows *rows = wd_rows_new("key: i64, text: string, value: i64");
  for (int64_t i = 0; i < ROWS; i++) {
    char text[16];
    snprintf(text, sizeof text, "t%05d", (int)i);
    wd_set_i64(rows, 0, i % 10);
    wd_set_text(rows, 1, text);
    if (i % 7)
      wd_set_i64(rows, 2, i);
    wd_emit(rows);
  }
  return wd_create(rows);
}

static void
fold(wd_acc *acc, const wd_row *row, void *env)
{
  (void)env;
  *wd_at_i64(acc, 2) += wd_get_i64(row, 2);
  if (wd_str_compare(wd_get_str(row, 1), wd_acc_str(acc, 1)) > 0)
    wd_acc_set_str(acc, 1, wd_get_str(row, 1));
}

static void
check_reduce(void)
{
  wd_dataset groups = wd_reduce(wd_group_by(keyed(), "key"), fold, NULL, 0);
  wd_job job = wd_collect(wd_sort(groups, "key"));
  const wd_row *row;
  int64_t key = 0;
  while ((row = wd_next_row(job))) {
    char text[16];
    int64_t sum = 0;
    for (int64_t i = key; i < ROWS; i += 10)
      sum += i % 7 ? i : 0;
    snprintf(text, sizeof text, "t%05d", ROWS - 10 + (int)key);
    CHECK(wd_get_i64(row, 0) == key && wd_get_i64(row, 2) == sum);
    CHECK(wd_str_equal(wd_get_str(row, 1), wd_str_of(text)));
    key++;
  }
  CHECK(key == 10);
}

/* An aggregate whose state has a pointer: all values, on the heap. */
struct list {
  uint32_t count;
  int64_t *values;
};

static void
list_add(struct list *list, const int64_t *values, uint32_t count)
{
  list->values = realloc(list->values, (list->count + count + 1) * 8);
  memcpy(list->values + list->count, values, count * 8);
  list->count += count;
}

static void
list_update(void *state, const wd_row *row, void *env)
{
  int64_t value = wd_get_i64(row, 0);
  (void)env;
  if (!wd_is_null(row, 0))
    list_add(state, &value, 1);
}

static void
list_combine(void *state, const void *other, void *env)
{
  const struct list *list = other;
  (void)env;
  if (list->count)
    list_add(state, list->values, list->count);
}

static void
list_save(const void *state, wd_bytes *out, void *env)
{
  const struct list *list = state;
  (void)env;
  wd_save(out, &list->count, 4);
  wd_save(out, list->values, list->count * 8);
}

static void
list_load(void *state, const void *data, size_t size, void *env)
{
  (void)env;
  list_add(state, (const int64_t *)((const char *)data + 4),
           (uint32_t)(size - 4) / 8);
}

static void
list_free(void *state, void *env)
{
  (void)env;
  free(((struct list *)state)->values);
}

static int
ascending(const void *a, const void *b)
{
  int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
  return (x > y) - (x < y);
}

static void
list_finish(const void *state, wd_rows *out, void *env)
{
  const struct list *list = state;
  (void)env;
  if (!list->count)
    return;
  qsort(list->values, list->count, 8, ascending);
  wd_set_i64(out, 0, list->values[list->count / 2]);
}

static void
check_aggregate(void)
{
  static const wd_aggregator median = {.size = sizeof(struct list),
                                       .update = list_update,
                                       .combine = list_combine,
                                       .finish = list_finish,
                                       .save = list_save,
                                       .load = list_load,
                                       .free = list_free,
                                       .output = "i64"};
  const wd_measure measures[] = {
      {.expression = "count(*) as n"},
      {.name = "median",
       .function = &median,
       .arguments = WD_ARGUMENTS("value")},
  };
  wd_dataset groups = wd_aggregate_by(wd_group_by(keyed(), "key"), measures, 2);
  wd_job job = wd_collect(wd_sort(groups, "key"));
  const wd_row *row;
  int64_t keys = 0;
  while ((row = wd_next_row(job))) {
    struct list list = {0, NULL};
    for (int64_t i = keys; i < ROWS; i += 10)
      if (i % 7)
        list_add(&list, &i, 1);
    CHECK(wd_get_i64_by(row, "n") == ROWS / 10);
    CHECK(wd_get_i64_by(row, "median") == list.values[list.count / 2]);
    free(list.values);
    keys++;
  }
  CHECK(keys == 10);
}

/* ---- Life: what is captured is freed, whatever the order of drops. */

static int releases;

static void
release(void *memory)
{
  releases++;
  free(memory);
}

static int64_t
same(int64_t value, void *env)
{
  (void)env;
  return value;
}

static void
check_life(void)
{
  wd_dataset first = wd_range(0, 3, 1);
  wd_release_with(first, release, malloc(16));
  wd_dataset second = wd_limit(first, 2);
  wd_dataset third = wd_limit(second, 1);
  wd_drop(first);
  wd_drop(second);
  CHECK(releases == 0 && wd_count(third) == 1);
  wd_drop(third);
  CHECK(releases == 1);

  char *large = calloc(1, 1 << 20);
  size_t pages = 0;
  for (int i = 0; i < 300; i++) {
    unsigned scope = wd_scope();
    wd_map_i64(wd_range(0, 3, 1), "id", same, large, 1 << 20, "y");
    wd_scope_end(scope);
    if (i == 3)
      pages = __builtin_wasm_memory_size(0);
  }
  CHECK(__builtin_wasm_memory_size(0) == pages);
  free(large);
}

/* ---- Errors */

static void
fails(const wd_row *row, wd_rows *out, void *env)
{
  (void)env;
  if (wd_get_i64(row, 0) == 2)
    wd_fail("row %d is bad", 2);
  wd_set_i64(out, 0, 1);
}

static void
mistaken(const wd_row *row, wd_rows *out, void *env)
{
  (void)env, (void)out;
  wd_get_str(row, 0);
}

static bool
misnamed(const wd_row *row, void *env)
{
  (void)env;
  return wd_get_i64_by(row, "idd") > 0;
}

static void
check_message(wd_dataset from, const char *part)
{
  wd_clear_error();
  CHECK(wd_count(from) == UINT64_MAX);
  CHECK(wd_last_error());
  if (!strstr(wd_last_error()->message, part))
    printf("%s\n", wd_last_error()->message);
  CHECK(strstr(wd_last_error()->message, part));
}

static void
check_schema(const char *text, const char *part)
{
  wd_clear_error();
  CHECK(!wd_rows_new(text));
  CHECK(strstr(wd_last_error()->message, part));
}

static void
check_errors(void)
{
  wd_dataset ids = wd_range(0, 5, 1);
  wd_on_error(WD_RETURN);
  check_message(wd_map(ids, fails, NULL, 0, "x: i64"), "row 2 is bad");
  check_message(wd_map(ids, mistaken, NULL, 0, "x: i64"),
                "'id', is i64 and was used as string");
  check_message(wd_map(ids, fails, NULL, 0, "x: string"),
                "'x', is string and was set as i64");
  check_message(wd_map_f64(ids, "id", NULL, NULL, 0, "x"), "takes f64");
  check_message(wd_map_f64(ids, "nothing", NULL, NULL, 0, "x"),
                "no column 'nothing' in the input; there are: id i64");
  check_message(
      wd_filter_by(wd_select(ids, "id", "'t' as t"), misnamed, NULL, 0),
      "no column 'idd' in the rows; there are: id i64, t string");
  wd_dataset wide = ids;
  for (int i = 0; i < 99; i++) {
    char name[32];
    snprintf(name, sizeof name, "a rather long name %d", i);
    wide = wd_with_column(wide, name, "id");
  }
  check_message(wd_filter_by(wide, misnamed, NULL, 0),
                "long name 9 i64, a rather");
  check_message(wd_filter_by(wide, misnamed, NULL, 0), " ...");
  CHECK(!wd_read("nothing").id && wd_last_error()->code == WD_NOT_GRANTED);
  CHECK(!wd_limit(wd_read("nothing"), 1).id);
  CHECK(!wd_apply(ids, &(wd_lambda){.env = NULL}).id);
  CHECK(!wd_flat_map(ids, fails, NULL, 0, "*, x: i64").id);
  check_schema("a", "a type is missing");
  check_schema("a: foo", "an unknown type");
  check_schema("a: decimal(50)", "out of range");
  check_schema("a: i64 b: i64", "',' is missing");
  check_schema("\"a", "not closed");
  check_schema("a: timestamp(h)", "a unit is s, ms");
  check_schema("a: list", "'<' is missing");
  check_schema("a: struct<b: i64", "'>' is missing");
  check_schema("a: map<string>", "a key and a value");
  check_schema("a: enum('x", "not closed");
  check_schema("a: i64[0]", "out of range");
  wd_on_error(WD_EXIT);
}

int
main(void)
{
  check_types();
  check_bind();
  check_flat_map();
  check_partitions();
  check_filters();
  check_reduce();
  check_aggregate();
  check_life();
  check_errors();
  puts("good");
}
