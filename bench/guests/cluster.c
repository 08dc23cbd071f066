/* What bench/spark/run measures on Spark. A case is `NAME:ROWS`; words read the
 * table `lines`. */
#include <string.h>

#include "bench.h"
#include "texts.h"

static void
add_one(const wd_batch *in, wd_rows *out, void *env)
{
  (void)env;
  const int64_t *from = wd_in_i64(in, 0);
  int64_t *to = wd_out_i64(out, 0);
  for (uint32_t i = 0; i < in->rows; i++)
    to[i] = from[i] + 1;
}

static int64_t
add_one_row(int64_t value, void *env)
{
  (void)env;
  return value + 1;
}

static bool
of_three(const wd_row *row, void *env)
{
  (void)env;
  return wd_get_i64(row, 0) % 3 == 0;
}

static void
sum_update(void *states, const uint32_t *groups, const wd_batch *in, void *env)
{
  (void)env;
  int64_t *state = states;
  const int64_t *x = wd_in_i64(in, 0);
  for (uint32_t i = 0; i < in->rows; i++)
    state[groups ? groups[i] : 0] += x[i];
}

static void
sum_combine(void *state, const void *other, void *env)
{
  (void)env;
  *(int64_t *)state += *(const int64_t *)other;
}

static void
sum_finish(const void *state, wd_rows *out, void *env)
{
  (void)env;
  wd_set_i64(out, 0, *(const int64_t *)state);
}

static wd_dataset
sums(wd_dataset rows)
{
  static const wd_aggregator sum = {.size = sizeof(int64_t),
                                    .update_batch = sum_update,
                                    .combine = sum_combine,
                                    .finish = sum_finish,
                                    .output = "i64"};
  static const char *const arguments[] = {"x", NULL};
  const wd_measure measure = {
      .name = "y", .function = &sum, .arguments = arguments};
  wd_dataset keyed = wd_select(rows, "id as x", "id % 1000 as k");
  return wd_aggregate_all(wd_aggregate_by(wd_group_by(keyed, "k"), &measure, 1),
                          "sum(y) as y");
}

static wd_dataset
make(const char *name)
{
  const char *count = strchr(name, ':');
  size_t length = count ? (size_t)(count - name) : strlen(name);
  wd_dataset rows = wd_range(0, count ? strtoll(count + 1, NULL, 10) : 0, 1);
#define CASE(text) (length == strlen(text) && memcmp(name, text, length) == 0)
  if (CASE("map"))
    return wd_aggregate_all(
        wd_map_batch(rows, add_one, NULL, 0, "y: i64 not null"), "sum(y) as y");
  if (CASE("map-row"))
    return wd_aggregate_all(wd_map_i64(rows, "id", add_one_row, NULL, 0, "y"),
                            "sum(y) as y");
  if (CASE("filter"))
    return wd_aggregate_all(wd_filter_by(rows, of_three, NULL, 0),
                            "count(*) as y");
  if (CASE("string"))
    return wd_aggregate_all(
        wd_map_batch(
            wd_select(rows, "'row number ' || cast(id as string) as s"),
            upper_batch, NULL, 0, "y: string not null"),
        "sum(octet_length(y)) as y");
  if (CASE("groups"))
    return sums(rows);
  if (CASE("words"))
    return wd_aggregate_all(
        wd_aggregate(wd_group_by(wd_flat_map(wd_read("lines"), word_rows, NULL,
                                             0, "word: string not null"),
                                 "word"),
                     "count(*) as n"),
        "sum(n) as y");
  if (CASE("rows"))
    return rows;
  bench_unknown(name);
}

int
main(int argc, char **argv)
{
  return bench_run(argc, argv, make);
}
