/* Aggregates and reduce: table t has the columns x, g (1 M values), h (100) and
 * k (1000). */
#include "bench.h"

#include "../kernels.h"

static void
variance_update(void *states, const uint32_t *groups, const wd_batch *in,
                void *env)
{
  (void)env;
  struct bench_variance *state = states;
  const int64_t *x = wd_in_i64(in, 0);
  if (groups) {
    for (uint32_t i = 0; i < in->rows; i++)
      bench_variance_add(state + groups[i], x[i]);
    return;
  }
  struct bench_variance one = *state;
  for (uint32_t i = 0; i < in->rows; i++)
    bench_variance_add(&one, x[i]);
  *state = one;
}

static void
variance_combine(void *state, const void *other, void *env)
{
  (void)env;
  bench_variance_join(state, other);
}

static void
variance_finish(const void *state, wd_rows *out, void *env)
{
  (void)env;
  wd_set_i64(out, 0, bench_variance_value(state));
}

static wd_dataset
variance_by(wd_dataset t, const char *key)
{
  static const wd_aggregator variance = {
      .size = sizeof(struct bench_variance),
      .update_batch = variance_update,
      .combine = variance_combine,
      .finish = variance_finish,
      .output = "i64",
  };
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
