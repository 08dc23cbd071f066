/* Maps that keep the columns that came in: what they see of them, what comes
 * out. `passing CASE`; table t, sink out. tests/suite/test_passing.py. */
#include <stdio.h>
#include <stdlib.h>

#include <wasidata.h>

static int64_t
twice(int64_t value, void *env)
{
  (void)env;
  return 2 * value;
}

/* Says how many columns it was handed. */
static void
width(const wd_row *row, wd_rows *out, void *env)
{
  (void)env;
  wd_set_i64(out, 0, row->count);
  wd_counter_add("rows", 1);
}

static void
no_odd(const wd_row *row, wd_rows *out, void *env)
{
  (void)env;
  if (wd_get_i64(row, 0) % 2)
    wd_fail("a row is odd");
  wd_set_i64(out, 0, 1);
}

/* c1, the column that is made, c0, another that is made. */
static void
between(wd_bind *bind, void *env)
{
  (void)env;
  wd_bind_column(bind, "c7");
  wd_bind_pass(bind, 1);
  wd_bind_output(bind, "first: i64");
  wd_bind_pass(bind, 0);
  wd_bind_output(bind, "second: struct<a: i64, b: string>");
}

static void
set_between(const wd_row *row, wd_rows *out, void *env)
{
  (void)env;
  wd_rows *fields = wd_set_struct(out, 1);
  wd_set_i64(out, 0, wd_get_i64(row, 0) + row->count);
  wd_set_i64(fields, 0, wd_get_i64(row, 0));
  wd_set_text(fields, 1, "b");
}

static void
pass_first(wd_bind *bind, void *env)
{
  (void)env;
  wd_bind_pass(bind, 0);
}

static void
pass_none(wd_bind *bind, void *env)
{
  (void)env;
  wd_bind_pass(bind, 1000);
}

static void
count(void *state, const wd_batch *in, wd_rows *out, void *env)
{
  (void)out, (void)env;
  *(int64_t *)state += in->rows;
}

static bool
tell(void *state, wd_rows *out, void *env)
{
  (void)env;
  wd_set_i64(out, 0, wd_partition_index());
  wd_set_i64(out, 1, *(int64_t *)state);
  wd_emit(out);
  return false;
}

static wd_dataset
make(const char *name)
{
  static const wd_partition_fn partition = {
      .size = sizeof(int64_t), .batch = count, .end = tell};
  const wd_lambda all = {.map = width, .output = "*, y: i64"};
  const wd_lambda some = {
      .map = width, .output = "*, y: i64", .columns = "c7, c9"};
  const wd_lambda mixed = {.map = set_between, .bind = between};
  const wd_lambda odd = {.map = no_odd, .output = "*, y: i64", .columns = "c0"};
  const wd_lambda flat = {.flat_map = width, .bind = pass_first};
  const wd_lambda wrong = {.map = width, .bind = pass_none};
  wd_dataset t = wd_read("t");
  if (strcmp(name, "add") == 0)
    return wd_map_i64(t, "c7", twice, NULL, 0, "y");
  if (strcmp(name, "all") == 0)
    return wd_apply(t, &all);
  if (strcmp(name, "some") == 0)
    return wd_apply(t, &some);
  if (strcmp(name, "mixed") == 0)
    return wd_apply(t, &mixed);
  if (strcmp(name, "odd") == 0)
    return wd_filter(wd_apply(t, &odd), "c0 % 2 = 0");
  if (strcmp(name, "empty") == 0)
    return wd_apply(wd_filter(t, "c0 < 0"), &some);
  if (strcmp(name, "unread") == 0)
    return wd_select(wd_apply(t, &some), "c3");
  if (strcmp(name, "sorted") == 0)
    return wd_limit(wd_apply(wd_sort(t, "c0 desc"), &some), 3);
  if (strcmp(name, "partitions") == 0)
    return wd_map_partitions(wd_apply(wd_repartition(t, 3, "c7"), &some),
                             &partition, NULL, 0, "part: i64, rows: i64");
  if (strcmp(name, "flat") == 0)
    return wd_apply(t, &flat);
  if (strcmp(name, "wrong") == 0)
    return wd_apply(t, &wrong);
  fprintf(stderr, "there is no case '%s'\n", name);
  exit(2);
}

int
main(int argc, char **argv)
{
  wd_job job = wd_write(make(argc > 1 ? argv[1] : ""), "out", WD_OVERWRITE);
  if (!wd_wait(job))
    wd_exit_with(wd_last_error());
  printf("%llu\n", (unsigned long long)wd_counter(job, "rows"));
  return 0;
}
