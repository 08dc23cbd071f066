/* Programs without lambdas: joins and windows of table t (k: 1 M values, p:
 * 1000, x, i), against the same in SQL. */
#include "bench.h"

static wd_dataset
window(wd_dataset t, const char *column)
{
  const char *const columns[] = {column, NULL};
  return wd_aggregate_all(wd_select_list(t, columns), "sum(y) as y");
}

static wd_dataset
make(const char *name)
{
  wd_dataset t = wd_read("t");
  wd_dataset u =
      wd_select(wd_range(0, 1000000, 1), "id * 2 as k", "id % 7 as v");
  if (strcmp(name, "inner") == 0)
    return wd_aggregate_all(wd_join_using(t, u, WD_INNER, "k"),
                            "sum(x * v) as y");
  if (strcmp(name, "left") == 0)
    return wd_aggregate_all(wd_join_using(t, u, WD_LEFT, "k"),
                            "sum(x + coalesce(v, 0)) as y");
  if (strcmp(name, "semi") == 0)
    return wd_aggregate_all(wd_join_using(t, u, WD_SEMI, "k"), "sum(x) as y");
  if (strcmp(name, "row_number") == 0)
    return window(wd_filter(t, "i < 2000000"),
                  "row_number() over (partition by p order by k, i) * x as y");
  if (strcmp(name, "running") == 0)
    return window(wd_filter(t, "i < 2000000"),
                  "sum(x) over (partition by p order by i rows between "
                  "unbounded preceding and current row) as y");
  bench_unknown(name);
}

int
main(int argc, char **argv)
{
  return bench_run(argc, argv, make);
}
