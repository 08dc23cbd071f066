/* Maps of integers: table t has the columns i, a and b. */
#include "bench.h"

#include "../kernels.h"

struct env {
  int64_t step;
};

static void
increment(const wd_batch *in, wd_rows *out, void *env)
{
  const struct env *captured = env;
  const int64_t *restrict from = wd_in_i64(in, 0);
  int64_t *restrict to = wd_out_i64(out, 0);
  int64_t step = captured->step;
  for (uint32_t i = 0; i < in->rows; i++)
    to[i] = from[i] + step;
}

static void
hash(const wd_batch *in, wd_rows *out, void *env)
{
  (void)env;
  const int64_t *restrict from = wd_in_i64(in, 0);
  int64_t *restrict to = wd_out_i64(out, 0);
  for (uint32_t i = 0; i < in->rows; i++)
    to[i] = bench_hash(from[i]);
}

static void
gcd(const wd_batch *in, wd_rows *out, void *env)
{
  (void)env;
  const int64_t *a = wd_in_i64(in, 0), *b = wd_in_i64(in, 1);
  int64_t *to = wd_out_i64(out, 0);
  for (uint32_t i = 0; i < in->rows; i++)
    to[i] = bench_gcd(a[i], b[i]);
}

static void
binary_gcd(const wd_batch *in, wd_rows *out, void *env)
{
  (void)env;
  const int64_t *a = wd_in_i64(in, 0), *b = wd_in_i64(in, 1);
  int64_t *to = wd_out_i64(out, 0);
  for (uint32_t i = 0; i < in->rows; i++)
    to[i] = bench_binary_gcd(a[i], b[i]);
}

static int64_t
increment_value(int64_t value, void *env)
{
  return value + ((const struct env *)env)->step;
}

static void
increment_row(const wd_row *row, wd_rows *out, void *env)
{
  wd_set_i64(out, 0, wd_get_i64(row, 0) + ((const struct env *)env)->step);
}

static wd_dataset
make(const char *name)
{
  static const char output[] = "y: i64 not null";
  const struct env env = {1};
  wd_dataset t = wd_read("t");
  wd_dataset mapped;
  const char *measure = "sum(y) as y";
  if (strcmp(name, "increment") == 0) {
    mapped =
        wd_map_batch(wd_select(t, "i"), increment, &env, sizeof env, output);
  } else if (strcmp(name, "typed") == 0) {
    mapped = wd_map_i64(wd_select(t, "i"), "i", increment_value, &env,
                        sizeof env, "y");
  } else if (strcmp(name, "get_set") == 0) {
    mapped = wd_map(wd_select(t, "i"), increment_row, &env, sizeof env, output);
  } else if (strcmp(name, "hash") == 0) {
    mapped = wd_map_batch(wd_select(t, "i"), hash, NULL, 0, output);
    measure = "max(y) as y";
  } else if (strcmp(name, "gcd") == 0) {
    mapped = wd_map_batch(wd_select(t, "a", "b"), gcd, NULL, 0, output);
  } else if (strcmp(name, "binary_gcd") == 0) {
    mapped = wd_map_batch(wd_select(t, "a", "b"), binary_gcd, NULL, 0, output);
  } else {
    bench_unknown(name);
  }
  return wd_aggregate_all(mapped, measure);
}

int
main(int argc, char **argv)
{
  return bench_run(argc, argv, make);
}
