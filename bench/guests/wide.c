/* Lambdas over 3 columns, a, b and c, of the 200 that table t has. The case
 * `narrow` is handed a table of the three. */
#include "bench.h"

static void
sum(const wd_row *row, wd_rows *out, void *env)
{
  (void)env;
  wd_set_i64(out, 0,
             wd_get_i64(row, 0) + wd_get_i64(row, 1) + wd_get_i64(row, 2));
}

static bool
even(const wd_row *row, void *env)
{
  (void)env;
  return (wd_get_i64(row, 0) + wd_get_i64(row, 1) + wd_get_i64(row, 2)) % 2 ==
         0;
}

static int64_t
increment(int64_t value, void *env)
{
  (void)env;
  return value + 1;
}

static wd_dataset
make(const char *name)
{
  const wd_lambda map = {
      .map = sum, .output = "y: i64 not null", .columns = "a, b, c"};
  const wd_lambda filter = {.filter = even, .columns = "a, b, c"};
  wd_dataset t = wd_read("t");
  if (strcmp(name, "map") == 0)
    return wd_aggregate_all(wd_apply(t, &map), "sum(y) as y");
  if (strcmp(name, "narrow") == 0)
    return wd_aggregate_all(wd_apply(wd_select(t, "a", "b", "c"), &map),
                            "sum(y) as y");
  if (strcmp(name, "filter") == 0)
    return wd_aggregate_all(wd_apply(t, &filter), "sum(d) as y");
  if (strcmp(name, "add") == 0)
    return wd_aggregate_all(wd_map_i64(t, "a", increment, NULL, 0, "y"),
                            "sum(y + d) as y");
  bench_unknown(name);
}

int
main(int argc, char **argv)
{
  return bench_run(argc, argv, make);
}
