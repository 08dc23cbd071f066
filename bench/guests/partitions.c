/* A partition as a whole: the sum of table t's column x. */
#include "bench.h"

static void
add(void *state, const wd_batch *in, wd_rows *out, void *env)
{
  (void)out;
  (void)env;
  const int64_t *x = wd_in_i64(in, 0);
  int64_t sum = 0;
  for (uint32_t i = 0; i < in->rows; i++)
    sum += x[i];
  *(int64_t *)state += sum;
}

static bool
give(void *state, wd_rows *out, void *env)
{
  (void)env;
  wd_set_i64(out, 0, *(int64_t *)state);
  wd_emit(out);
  return false;
}

static wd_dataset
make(const char *name)
{
  static const wd_partition_fn sum = {
      .size = sizeof(int64_t), .batch = add, .end = give};
  wd_dataset t = wd_select(wd_read("t"), "x");
  (void)name;
  return wd_aggregate_all(
      wd_map_partitions(t, &sum, NULL, 0, "y: i64 not null"), "sum(y) as y");
}

int
main(int argc, char **argv)
{
  return bench_run(argc, argv, make);
}
