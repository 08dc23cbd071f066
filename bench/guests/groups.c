/* Aggregates and reduce: table t has the columns x, g (1 M values), h (100) and
 * k (1000). */
#include "bench.h"

#include "variance.h"

static wd_dataset
variance_by(wd_dataset t, const char *key)
{
  static const char *const arguments[] = {"x", NULL};
  const wd_measure measure = {
      .name = "y", .function = &variance, .arguments = arguments};
  if (!key)
    return wd_aggregate_all_by(t, &measure, 1);
  return wd_aggregate_all(wd_aggregate_by(wd_group_by(t, key), &measure, 1),
                          "sum(y) as y");
}

/* The sum of x, the largest g. */
static void
fold(wd_acc *acc, const wd_row *row, void *env)
{
  (void)env;
  *wd_at_i64(acc, 1) += wd_get_i64(row, 1);
  int64_t g = wd_get_i64(row, 2);
  int64_t *most = wd_at_i64(acc, 2);
  if (g > *most)
    *most = g;
}

static wd_dataset
make(const char *name)
{
  wd_dataset t = wd_read("t");
  if (strcmp(name, "one") == 0)
    return variance_by(t, NULL);
  if (strcmp(name, "hundred") == 0)
    return variance_by(t, "h");
  if (strcmp(name, "million") == 0)
    return variance_by(t, "g");
  if (strcmp(name, "reduce") == 0)
    return wd_aggregate_all(
        wd_reduce(wd_group_by(wd_select(t, "k", "x", "g"), "k"), fold, NULL, 0),
        "sum(x) + sum(g) as y");
  bench_unknown(name);
}

int
main(int argc, char **argv)
{
  return bench_run(argc, argv, make);
}
