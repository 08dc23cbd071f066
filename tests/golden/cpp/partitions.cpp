#include <algorithm>
#include <map>

#include <wasidata.hpp>

struct Number {
  std::int64_t id, k;
  WD_ROW(id, k)
};

// Rows and sum of a partition.
struct Sums {
  std::int64_t rows, total;
  WD_ROW(rows, total)
};

struct Sum {
  Sums sums = {};

  void operator()(const Number &n, wd::Emit<Sums>)
  {
    sums.rows++;
    sums.total += n.id;
  }
  void end(wd::Emit<Sums> emit)
  {
    emit(sums);
  }
};

// The largest of a group, whose rows come as a whole.
struct Placed {
  std::int64_t k, place, id;
  WD_ROW(k, place, id)
};

static void
largest(std::vector<Number> rows, wd::Emit<Placed> emit)
{
  std::size_t count = std::min<std::size_t>(3, rows.size());
  std::partial_sort(rows.begin(), rows.begin() + count, rows.end(),
                    [](Number a, Number b) { return a.id > b.id; });
  for (std::size_t i = 0; i < count; i++)
    emit({rows[i].k, static_cast<std::int64_t>(i + 1), rows[i].id});
}

struct Key {
  std::int64_t k, rows;
  WD_ROW(k, rows)
};

using Counts = std::map<std::int64_t, std::int64_t>;

struct Rises {
  std::int64_t rises;
  WD_ROW(rises)
};

int
main()
{
  std::int64_t keys = 7;
  wd::DataSet numbers = wd::range(0, 10000).with_column(
      "k", [keys](std::int64_t id) { return id % keys; }, "id");

  numbers.map_partitions(Sum())
      .aggregate("sum(rows) as rows", "sum(total) as total")
      .show();
  numbers.group_by("k").map_groups(largest).sort("k", "place").show();

  wd::DataSet parts = numbers.repartition(4, {"k"});
  wd::Partition counting = {
      Counts(),
      [](Counts &rows, const Number &n, wd::Emit<Key>) { rows[n.k]++; },
      [](Counts &rows, wd::Emit<Key> emit) {
        for (auto [k, n] : rows)
          emit({k, n});
      }};
  parts.map_partitions(counting)
      .group_by("k")
      .aggregate("count(*) as partitions", "sum(rows) as rows")
      .sort("k")
      .show();
  // Each partition has a copy of the lambda.
  auto rises = [last = INT64_MAX](const Number &n,
                                  wd::Emit<Rises> emit) mutable {
    emit({n.id > last});
    last = n.id;
  };
  parts.sort_within_partitions("id desc")
      .map_partitions(rises)
      .aggregate("sum(rises) as rises")
      .show();
}
