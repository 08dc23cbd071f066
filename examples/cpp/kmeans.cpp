// Lloyd's k-means: iterations whose lambda captures the last step's centres.
//
//   wasi-data run kmeans.wasm [POINTS]
//
// The points are made by a lambda from the rows' numbers, around four places.
// Coordinates are integers, so that sums do not depend on the order of rows:
// the result is the same on any number of threads.
#include <array>
#include <cstdlib>

#include <wasidata.hpp>

constexpr int most_steps = 50;

struct Point {
  std::int64_t x, y;
  WD_ROW(x, y)

  bool operator==(const Point &) const = default;
};

using Centres = std::array<Point, 4>;

// A number that looks random, from 0 to below `range` (splitmix64).
static std::int64_t
scatter(std::uint64_t seed, std::uint64_t range)
{
  seed += 0x9e3779b97f4a7c15;
  seed = (seed ^ seed >> 30) * 0xbf58476d1ce4e5b9;
  seed = (seed ^ seed >> 27) * 0x94d049bb133111eb;
  return static_cast<std::int64_t>((seed ^ seed >> 31) % range);
}

static Point
make_point(std::int64_t row)
{
  auto id = static_cast<std::uint64_t>(row);
  static constexpr Centres places = {
      {{-5000, -5000}, {6000, -2000}, {1000, 5000}, {-7000, 6000}}};
  Point place = places[id % places.size()];
  return {place.x + scatter(2 * id, 4000) - 2000,
          place.y + scatter(2 * id + 1, 4000) - 2000};
}

static std::int64_t
distance(Point a, Point b)
{
  return (a.x - b.x) * (a.x - b.x) + (a.y - b.y) * (a.y - b.y);
}

// By the batch: whole columns in, a whole column out.
struct Columns {
  std::span<const std::int64_t> x, y;
  WD_ROW(x, y)
};

struct Nearest {
  std::span<std::int64_t> cluster;
  WD_ROW(cluster)
};

static void
nearest(const Centres &centres, const Columns &in, Nearest &out)
{
  for (std::size_t i = 0; i < in.x.size(); i++) {
    Point p = {in.x[i], in.y[i]};
    std::size_t best = 0;
    for (std::size_t c = 1; c < centres.size(); c++)
      if (distance(p, centres[c]) < distance(p, centres[best]))
        best = c;
    out.cluster[i] = static_cast<std::int64_t>(best);
  }
}

struct Sums {
  std::int64_t cluster, points, x, y;
  WD_ROW(cluster, points, x, y)
};

// One step: the means of the points nearest to each centre.
static Centres
step(const wd::DataSet &points, Centres last)
{
  wd::DataSet sums =
      points
          .with_columns_batch([last](const Columns &in, Nearest &out) {
            nearest(last, in, out);
          })
          .group_by("cluster")
          .aggregate("count(*) as points", "sum(x) as x", "sum(y) as y");
  for (const Sums &s : sums.collect<Sums>())
    last[s.cluster] = {s.x / s.points, s.y / s.points};
  return last;
}

int
main(int argc, char **argv)
{
  std::int64_t count = argc > 1 ? std::strtoll(argv[1], nullptr, 10) : 100000;
  Centres centres = {{{0, 0}, {1000, 0}, {0, 1000}, {-1000, 0}}};
  wd::DataSet points = wd::range(0, count).map(make_point);
  int steps = 0;
  for (bool moved = true; moved && steps < most_steps; steps++) {
    Centres next = step(points, centres);
    moved = next != centres;
    centres = next;
  }
  std::printf("%d steps\n", steps);
  for (Point c : centres)
    std::printf("%lld %lld\n", c.x, c.y);
}
