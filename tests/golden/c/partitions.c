#include <wasidata.h>

enum { KEYS = 7, LARGEST = 3 };

static int64_t
modulo(int64_t id, void *env)
{
  return id % *(int64_t *)env;
}

/* ---- Rows and sum of a partition */

struct sums {
  int64_t rows, sum;
};

static void
sums_row(void *state, const wd_row *row, wd_rows *out, void *env)
{
  struct sums *s = state;
  (void)out, (void)env;
  s->rows++;
  s->sum += wd_get_i64(row, 0);
}

static bool
sums_end(void *state, wd_rows *out, void *env)
{
  const struct sums *s = state;
  (void)env;
  wd_set_i64(out, 0, s->rows);
  wd_set_i64(out, 1, s->sum);
  wd_emit(out);
  return false;
}

/* ---- The largest of a group */

struct largest {
  int64_t k;
  uint32_t count;
  int64_t ids[LARGEST];
};

static void
largest_row(void *state, const wd_row *row, wd_rows *out, void *env)
{
  struct largest *l = state;
  (void)out, (void)env;
  int64_t id = wd_get_i64_by(row, "id");
  l->k = wd_get_i64_by(row, "k");
  for (uint32_t i = 0; i < l->count; i++)
    if (id > l->ids[i]) {
      int64_t less = l->ids[i];
      l->ids[i] = id;
      id = less;
    }
  if (l->count < LARGEST)
    l->ids[l->count++] = id;
}

static bool
largest_end(void *state, wd_rows *out, void *env)
{
  const struct largest *l = state;
  (void)env;
  for (uint32_t i = 0; i < l->count; i++) {
    wd_set_i64(out, 0, l->k);
    wd_set_i64(out, 1, i + 1);
    wd_set_i64(out, 2, l->ids[i]);
    wd_emit(out);
  }
  return false;
}

/* ---- The keys of a partition */

struct keys {
  int64_t rows[KEYS];
};

static void
keys_row(void *state, const wd_row *row, wd_rows *out, void *env)
{
  struct keys *k = state;
  (void)out, (void)env;
  k->rows[wd_get_i64_by(row, "k")]++;
}

static bool
keys_end(void *state, wd_rows *out, void *env)
{
  const struct keys *k = state;
  (void)env;
  for (int64_t i = 0; i < KEYS; i++)
    if (k->rows[i]) {
      wd_set_i64(out, 0, i);
      wd_set_i64(out, 1, k->rows[i]);
      wd_emit(out);
    }
  return false;
}

/* ---- How often the next number is larger */

struct rises {
  bool some;
  int64_t last, rises;
};

static void
rises_row(void *state, const wd_row *row, wd_rows *out, void *env)
{
  struct rises *r = state;
  (void)out, (void)env;
  int64_t id = wd_get_i64_by(row, "id");
  r->rises += r->some && id > r->last;
  r->some = true;
  r->last = id;
}

static bool
rises_end(void *state, wd_rows *out, void *env)
{
  const struct rises *r = state;
  (void)env;
  wd_set_i64(out, 0, r->rises);
  wd_emit(out);
  return false;
}

int
main(void)
{
  static const wd_partition_fn sums = {
      .size = sizeof(struct sums), .row = sums_row, .end = sums_end};
  static const wd_partition_fn largest = {
      .size = sizeof(struct largest), .row = largest_row, .end = largest_end};
  static const wd_partition_fn keys = {
      .size = sizeof(struct keys), .row = keys_row, .end = keys_end};
  static const wd_partition_fn rises = {
      .size = sizeof(struct rises), .row = rises_row, .end = rises_end};
  int64_t mod = KEYS;
  wd_dataset numbers =
      wd_map_i64(wd_range(0, 10000, 1), "id", modulo, &mod, sizeof mod, "k");

  wd_show(wd_aggregate_all(
      wd_map_partitions(numbers, &sums, NULL, 0, "rows: i64, total: i64"),
      "sum(rows) as rows", "sum(total) as total"));
  wd_show(wd_sort(wd_map_groups(wd_group_by(numbers, "k"), &largest, NULL, 0,
                                "k: i64, place: i64, id: i64"),
                  "k", "place"));
  wd_dataset parts = wd_repartition(numbers, 4, "k");
  wd_dataset counted =
      wd_map_partitions(parts, &keys, NULL, 0, "k: i64, rows: i64");
  wd_show(wd_sort(wd_aggregate(wd_group_by(counted, "k"),
                               "count(*) as partitions", "sum(rows) as rows"),
                  "k"));
  wd_show(wd_aggregate_all(
      wd_map_partitions(wd_sort_within_partitions(parts, "id desc"), &rises,
                        NULL, 0, "rises: i64"),
      "sum(rises) as rises"));
}
