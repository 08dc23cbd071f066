/* Row lambdas over columns of other types: table t is `types` of
 * bench/cases.py. */
#include "bench.h"

static void
increment(const wd_row *row, wd_rows *out, void *env)
{
  (void)env;
  if (wd_is_null(row, 0))
    wd_set_null(out, 0);
  else
    wd_set_i64(out, 0, wd_get_i64(row, 0) + 1);
}

static void
twice(const wd_row *row, wd_rows *out, void *env)
{
  (void)env;
  wd_decimal value = wd_get_decimal(row, 0);
  wd_set_decimal(out, 0, value + value);
}

static void
list_sum(const wd_row *row, wd_rows *out, void *env)
{
  (void)env;
  int64_t sum = 0;
  wd_list list = wd_get_list(row, 0);
  for (uint32_t i = 0; i < list.size; i++) {
    wd_row element = wd_list_at(list, i);
    sum += wd_get_i64(&element, 0);
  }
  wd_set_i64(out, 0, sum);
}

static void
list_add(const wd_row *row, wd_rows *out, void *env)
{
  (void)env;
  wd_list list = wd_get_list(row, 0);
  wd_rows *to = wd_set_list(out, 0);
  for (uint32_t i = 0; i < list.size; i++) {
    wd_row element = wd_list_at(list, i);
    wd_set_i64(to, 0, wd_get_i64(&element, 0) + 1);
    wd_emit(to);
  }
}

static void
pair(const wd_row *row, wd_rows *out, void *env)
{
  (void)env;
  wd_row fields = wd_get_struct(row, 0);
  wd_rows *to = wd_set_struct(out, 0);
  wd_set_i64(to, 0, wd_get_i64(&fields, 0) + 1);
  wd_set_i64(to, 1, wd_get_i64(&fields, 1));
}

static wd_dataset
make(const char *name)
{
  static const struct {
    const char *name, *column;
    wd_map_fn *function;
    const char *output, *measure;
  } cases[] = {
      {"nulls_0", "n0", increment, "y: i64", "sum(y) as y"},
      {"nulls_10", "n10", increment, "y: i64", "sum(y) as y"},
      {"nulls_90", "n90", increment, "y: i64", "sum(y) as y"},
      {"decimal_18", "d18", twice, "y: decimal(18,2) not null",
       "cast(sum(y) as i64) as y"},
      {"decimal_38", "d38", twice, "y: decimal(38,4) not null",
       "cast(sum(y) as i64) as y"},
      {"list_sum", "list", list_sum, "y: i64 not null", "sum(y) as y"},
      {"list_add", "list", list_add, "y: i64[] not null",
       "sum(list_sum(y)) as y"},
      {"struct", "pair", pair, "y: struct<a: i64, b: i64> not null",
       "sum(y.a + y.b) as y"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    if (strcmp(name, cases[i].name) == 0) {
      wd_dataset t = wd_select(wd_read("t"), cases[i].column);
      return wd_aggregate_all(
          wd_map(t, cases[i].function, NULL, 0, cases[i].output),
          cases[i].measure);
    }
  bench_unknown(name);
}

int
main(int argc, char **argv)
{
  return bench_run(argc, argv, make);
}
