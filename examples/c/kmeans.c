/* Lloyd's k-means: iterations whose lambda captures the last step's centres.
 *
 *   wasi-data run kmeans.wasm [POINTS]
 *
 * The points are made by a lambda from the rows' numbers, around four places.
 * Coordinates are integers, so that sums do not depend on the order of rows:
 * the result is the same on any number of threads.
 */
#include <stdio.h>
#include <stdlib.h>

#include <wasidata.h>

#define CENTRES 4
#define MOST_STEPS 50

typedef struct {
  int64_t x, y;
} point;

struct centres {
  point at[CENTRES];
};

/* A number that looks random, from 0 to below `range` (splitmix64). */
static int64_t
scatter(uint64_t seed, int64_t range)
{
  seed += 0x9e3779b97f4a7c15;
  seed = (seed ^ seed >> 30) * 0xbf58476d1ce4e5b9;
  seed = (seed ^ seed >> 27) * 0x94d049bb133111eb;
  return (int64_t)((seed ^ seed >> 31) % (uint64_t)range);
}

static void
make_point(const wd_row *row, wd_rows *out, void *env)
{
  static const point places[CENTRES] = {
      {-5000, -5000}, {6000, -2000}, {1000, 5000}, {-7000, 6000}};
  (void)env;
  uint64_t id = (uint64_t)wd_get_i64(row, 0);
  point place = places[id % CENTRES];
  wd_set_i64(out, 0, place.x + scatter(2 * id, 4000) - 2000);
  wd_set_i64(out, 1, place.y + scatter(2 * id + 1, 4000) - 2000);
}

static int64_t
distance(point a, point b)
{
  return (a.x - b.x) * (a.x - b.x) + (a.y - b.y) * (a.y - b.y);
}

/* By the batch: whole columns in, a whole column out. */
static void
nearest(const wd_batch *in, wd_rows *out, void *env)
{
  const struct centres *centres = env;
  const int64_t *x = wd_in_i64(in, 0);
  const int64_t *y = wd_in_i64(in, 1);
  int64_t *cluster = wd_out_i64(out, 0);
  for (uint32_t i = 0; i < in->rows; i++) {
    point p = {x[i], y[i]};
    cluster[i] = 0;
    for (int c = 1; c < CENTRES; c++)
      if (distance(p, centres->at[c]) < distance(p, centres->at[cluster[i]]))
        cluster[i] = c;
  }
}

/* One step: the means of the points nearest to each centre. */
static struct centres
step(wd_dataset points, struct centres last)
{
  unsigned scope = wd_scope();
  wd_dataset assigned =
      wd_map_batch(points, nearest, &last, sizeof last, "*, cluster: i64");
  wd_job sums = wd_collect(wd_aggregate(wd_group_by(assigned, "cluster"),
                                        "count(*) as points", "sum(x) as x",
                                        "sum(y) as y"));
  const wd_row *row;
  while ((row = wd_next_row(sums))) {
    point *centre = &last.at[wd_get_i64_by(row, "cluster")];
    int64_t count = wd_get_i64_by(row, "points");
    centre->x = wd_get_i64_by(row, "x") / count;
    centre->y = wd_get_i64_by(row, "y") / count;
  }
  wd_scope_end(scope);
  return last;
}

int
main(int argc, char **argv)
{
  int64_t count = argc > 1 ? strtoll(argv[1], NULL, 10) : 100000;
  struct centres centres = {{{0, 0}, {1000, 0}, {0, 1000}, {-1000, 0}}};
  wd_dataset points = wd_map(wd_range(0, count, 1), make_point, NULL, 0,
                             "x: i64 not null, y: i64 not null");
  int steps = 0;
  for (bool moved = true; moved && steps < MOST_STEPS; steps++) {
    struct centres next = step(points, centres);
    moved = memcmp(&next, &centres, sizeof next) != 0;
    centres = next;
  }
  printf("%d steps\n", steps);
  for (int c = 0; c < CENTRES; c++)
    printf("%lld %lld\n", (long long)centres.at[c].x,
           (long long)centres.at[c].y);
}
