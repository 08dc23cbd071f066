/* Functions by name: table t has the columns x, g (1 M values), h (100) and s.
 * Without cases it only registers them, for who loads it as a library. */
#include "bench.h"

#include <wasidata_tables.h>

#include "texts.h"
#include "variance.h"

static void
increment(const wd_batch *in, wd_rows *out, void *env)
{
  (void)env;
  const int64_t *restrict from = wd_in_i64(in, 0);
  int64_t *restrict to = wd_out_i64(out, 0);
  for (uint32_t i = 0; i < in->rows; i++)
    to[i] = from[i] + 1;
}

/* ---- A state of any size */

static void
longest_update(void *states, const uint32_t *groups, const wd_batch *in,
               void *env)
{
  (void)env;
  struct bench_longest *state = states;
  const wd_column *s = in->columns;
  const char *text = s->values;
  for (uint32_t i = 0; i < in->rows; i++)
    bench_longest_add(state + (groups ? groups[i] : 0), text + s->offsets[i],
                      (uint32_t)(s->offsets[i + 1] - s->offsets[i]));
}

static void
longest_combine(void *state, const void *other, void *env)
{
  (void)env;
  const struct bench_longest *more = other;
  if (more->text)
    bench_longest_add(state, more->text, more->size);
}

static void
longest_finish(const void *state, wd_rows *out, void *env)
{
  (void)env;
  const struct bench_longest *longest = state;
  if (longest->text)
    wd_set_str(out, 0, (wd_str){longest->text, longest->size});
}

static void
longest_save(const void *state, wd_bytes *out, void *env)
{
  (void)env;
  const struct bench_longest *longest = state;
  if (longest->text)
    wd_save(out, longest->text, longest->size);
}

static void
longest_load(void *state, const void *data, size_t size, void *env)
{
  (void)env;
  bench_longest_add(state, data, (uint32_t)size);
}

static void
longest_free(void *state, void *env)
{
  (void)env;
  free(((struct bench_longest *)state)->text);
}

static const wd_aggregator longest = {
    .size = sizeof(struct bench_longest),
    .update_batch = longest_update,
    .combine = longest_combine,
    .finish = longest_finish,
    .save = longest_save,
    .load = longest_load,
    .free = longest_free,
    .output = "string",
};

/* ---- A source: 0, 1, … */

enum { PARTITIONS = 16, PART = 16384 };

struct numbers {
  int64_t next, end;
};

static void
numbers_open(void *state, uint32_t partition, const wd_row *arguments,
             void *env)
{
  (void)env;
  struct numbers *numbers = state;
  int64_t count = wd_get_i64(arguments, 0);
  numbers->next = count * partition / PARTITIONS;
  numbers->end = count * (partition + 1) / PARTITIONS;
}

static bool
numbers_next(void *state, wd_rows *out, void *env)
{
  (void)env;
  struct numbers *numbers = state;
  int64_t left = numbers->end - numbers->next;
  uint32_t rows = left < PART ? (uint32_t)left : PART;
  wd_resize(out, rows);
  int64_t *restrict to = wd_out_i64(out, 0);
  for (uint32_t i = 0; i < rows; i++)
    to[i] = numbers->next + i;
  numbers->next += rows;
  return numbers->next < numbers->end;
}

static const wd_generator numbers = {
    .size = sizeof(struct numbers), .open = numbers_open, .next = numbers_next};

static bool
register_all(void)
{
  return wd_register_scalar("w_increment", "x: i64",
                            &(wd_lambda){.map_batch = increment,
                                         .output = "y: i64 not null",
                                         .promises = WD_STRICT}) &&
         wd_register_scalar("w_upper", "s: string",
                            &(wd_lambda){.map_batch = upper_batch,
                                         .output = "y: string not null",
                                         .promises = WD_STRICT}) &&
         wd_register_aggregate("w_variance", "x: i64", &variance) &&
         wd_register_aggregate("w_longest", "s: string", &longest) &&
         wd_register_table("w_numbers", "count: i64",
                           &(wd_table_function){.generate = &numbers,
                                                .partitions = PARTITIONS,
                                                .output = "n: i64 not null"});
}

static wd_dataset
by(const char *key, const char *measure, const char *total)
{
  return wd_aggregate_all(wd_aggregate(wd_group_by(wd_read("t"), key), measure),
                          total);
}

static wd_dataset
make(const char *name)
{
  if (strcmp(name, "numbers") == 0)
    return wd_sql("select cast(sum(n) as bigint) as y from "
                  "w_numbers(50000000)",
                  "duckdb", NULL, NULL);
  wd_dataset t = wd_read("t");
  if (strcmp(name, "scalar") == 0)
    return wd_aggregate_all(t, "sum(w_increment(x)) as y");
  if (strcmp(name, "text") == 0)
    return wd_aggregate_all(t, "sum(octet_length(w_upper(s))) as y");
  if (strcmp(name, "one") == 0)
    return wd_aggregate_all(t, "w_variance(x) as y");
  if (strcmp(name, "hundred") == 0)
    return by("h", "w_variance(x) as y", "sum(y) as y");
  if (strcmp(name, "million") == 0)
    return by("g", "w_variance(x) as y", "sum(y) as y");
  if (strcmp(name, "longest_hundred") == 0)
    return by("h", "w_longest(s) as y", "sum(octet_length(y)) as y");
  if (strcmp(name, "longest_million") == 0)
    return by("g", "w_longest(s) as y", "sum(octet_length(y)) as y");
  bench_unknown(name);
}

int
main(int argc, char **argv)
{
  return register_all() ? bench_run(argc, argv, make) : 1;
}
