// Checks the C++ SDK's calls that build plans and run them, from inside; the
// argument names the case. Prints `good`, or what is not.
#include <cstring>
#include <numeric>

#include <wasidata.hpp>

using namespace std::literals;

#define CHECK(condition)                                                       \
  do {                                                                         \
    if (!(condition)) {                                                        \
      std::printf("line %d: %s\n", __LINE__, #condition);                      \
      std::exit(1);                                                            \
    }                                                                          \
  } while (0)

struct Mean {
  double sum = 0;
  std::int64_t rows = 0;

  void update(double x)
  {
    sum += x;
    rows++;
  }
  void combine(const Mean &other)
  {
    sum += other.sum;
    rows += other.rows;
  }
  std::optional<double> finish() const
  {
    return rows ? std::optional(sum / static_cast<double>(rows)) : std::nullopt;
  }
};

// ---- Actions and hosts

static void
actions()
{
  wd::DataSet set = wd::range(0, 100000);
  wd::Job job = set.write("out", wd::Mode::overwrite);
  CHECK(job.wait() && job.progress().state == wd::State::succeeded);
  CHECK(*set.write_if_granted("out") && !*set.write_if_granted("nowhere"));
  CHECK(set.explain()->size() > 10);
  auto rows = set.collect<std::int64_t>();
  std::int64_t seen = 0;
  while (auto id = rows.next()) {
    CHECK(*id == seen || *id >= 0);
    if (++seen == 10)
      break;
  }
  CHECK(wd::job_id() == 0 && wd::partition() == 0 && wd::attempt() == 0);
  wd::log(wd::Level::debug, "a line");
  auto counted = set.filter([](std::int64_t id) {
    wd::count("seen");
    return wd::job_id() > 0 && id < 10;
  });
  CHECK(*counted.count() == 10);
}

static void
relational()
{
  wd::DataSet set = wd::range(0, 10).select("id", "id % 3 as k", "id * 2 as d");
  CHECK(*set.select(std::vector<std::string>{"id", "*"}).count() == 10);
  CHECK(*set.filter("d > 5"s).limit(3).count() == 3);
  CHECK(*set.sort("k desc", "id").slice(2, 3).count() == 3);
  wd::DataSet other = wd::range(5, 15).select("id", "id as other");
  CHECK(*set.join(other, wd::Join::inner, "left.id = right.id").count() == 5);
  CHECK(*set.group_by("k").aggregate("sum(d) as s").count() == 3);
  CHECK(*set.group_by(std::vector<std::string>{"k"})
             .aggregate("count(*) as n")
             .filter("n = 4")
             .count() == 1);
}

// ---- Those that a host may not have yet

static void
written()
{
  std::int64_t factor = 7;
  wd::DataSet sevens =
      wd::range(0, 4).map([=](std::int64_t id) { return id * factor; });
  auto plan = sevens.to_plan();
  CHECK(plan && plan->size() > 100);
  CHECK(*wd::from_plan(*plan).filter("value > 0"s).count() == 3);
  auto sum = wd::from_plan(*plan).aggregate("sum(value) as s");
  CHECK(**sum.first<std::int64_t>() == 42);
  const std::byte bad[] = {std::byte{1}, std::byte{2}};
  CHECK(!wd::from_plan(wd::bytes_view(bad, 2)).count());
}

static void
columns()
{
  wd::DataSet set = wd::range(0, 10).with_column("k", "id % 3");
  CHECK(set.rename({{"id", "n"}}).schema()->front().name == "n");
  CHECK(set.drop_columns("id").schema()->size() == 1);
  CHECK(*set.distinct("k").count() == 3);
}

static void
sets()
{
  wd::DataSet a = wd::range(0, 10), b = wd::range(5, 15);
  CHECK(*a.union_all(b).count() == 20 && *a.union_distinct(b).count() == 15);
  CHECK(*a.intersect_distinct(b).count() == 5);
  CHECK(*a.except_distinct(b).count() == 5);
  CHECK(*a.intersect_all(b).count() == 5 && *a.except_all(b).count() == 5);
}

static void
join_using()
{
  wd::DataSet a = wd::range(0, 10), b = wd::range(5, 15);
  CHECK(*a.join_using(b, wd::Join::left, {"id"}).count() == 10);
}

static void
groups()
{
  struct Line {
    std::int64_t k, sum;
    WD_ROW(k, sum)
    bool operator==(const Line &) const = default;
  };
  struct In {
    std::int64_t k, id;
    WD_ROW(k, id)
  };
  auto mod = [](std::int64_t id) { return id % 3; };
  auto sum = [](const std::vector<In> &rows, wd::Emit<Line> emit) {
    Line line = {rows[0].k, 0};
    for (const In &row : rows)
      line.sum += row.id;
    emit(line);
  };
  auto lines = *wd::range(0, 9000)
                    .with_column("k", mod, "id")
                    .group_by("k")
                    .map_groups(sum)
                    .sort("k")
                    .to_vector<Line>();
  CHECK((lines ==
         std::vector<Line>{{0, 13495500}, {1, 13498500}, {2, 13501500}}));
}

static void
register_scalar()
{
  auto gcd = [](std::int64_t a, std::int64_t b) { return std::gcd(a, b); };
  wd::register_scalar("my_gcd", gcd);
  wd::DataSet set = wd::range(0, 10).select("my_gcd(id, 6) as g");
  CHECK(*set.filter("g = 3").count() == 2);
}

static void
register_aggregate()
{
  wd::register_aggregate("my_mean", Mean());
  auto mean = *wd::range(0, 11)
                   .aggregate("my_mean(cast(id as double)) as m")
                   .to_vector<std::optional<double>>();
  CHECK(mean[0] == 5);
}

static void
for_each()
{
  auto f = [](std::int64_t) { wd::count("rows"); };
  wd::range(0, 100).for_each_partition(f).wait();
}

static void
sql()
{
  wd::DataSet set =
      wd::sql("select id + 1 as n from t", {{"t", wd::range(0, 3)}});
  CHECK(*set.count() == 3);
}

static void
temp_table()
{
  wd::range(0, 3).temp_table("mine").wait();
  CHECK(*wd::read("mine").count() == 3);
}

static void
cache()
{
  wd::DataSet set = wd::range(0, 3).cache();
  CHECK(*set.count() == 3 && *set.count() == 3);
}

static void
parameters()
{
  struct Values {
    std::int64_t least;
    std::optional<std::string> name;
    WD_ROW(least, name)
  };
  wd::DataSet set = wd::range(0, 10).with_parameters(Values{7, "x"});
  CHECK(*set.filter("id >= $least and $name = 'x'").count() == 3);
}

static void
grouping()
{
  wd::DataSet set = wd::range(0, 12).select("id % 2 as a", "id % 3 as b");
  wd::Grouped sets = set.grouping_sets({"a", "b"}, {{0, 1}, {1}, {}});
  CHECK(*sets.aggregate("count(*) as n").count() == 6 + 3 + 1);
  CHECK(*set.rollup("a").aggregate("count(*) as n").count() == 3);
  CHECK(*set.cube("a", "b").aggregate("count(*) as n").count() == 12);
}

static void
shapes()
{
  wd::DataSet set = wd::range(0, 100);
  CHECK(*set.with_row_index("i").filter("i = id").count() == 100);
  CHECK(*set.repartition(4, {"id"}).count() == 100);
  CHECK(*set.sample(.5, 7).count() <= 100);
  CHECK(*set.zip(wd::range(0, 100).select("id as b")).count() == 100);
  CHECK(*set.select("id", "-id as b").unpivot({"id", "b"}, "n", "v").count() ==
        200);
  CHECK(*set.describe().count() > 0);
  CHECK(*set.group_by("id % 2 as k")
             .pivot("id % 3", {"0", "1", "2"})
             .aggregate("count(*) as n")
             .count() == 2);
}

#define CASE(name)                                                             \
  {                                                                            \
#name, name                                                                \
  }
static const struct {
  const char *name;
  void (*run)();
} cases[] = {
    CASE(actions),         CASE(relational),
    CASE(columns),         CASE(sets),
    CASE(join_using),      CASE(groups),
    CASE(register_scalar), CASE(register_aggregate),
    CASE(for_each),        CASE(sql),
    CASE(temp_table),      CASE(cache),
    CASE(parameters),      CASE(grouping),
    CASE(shapes),          CASE(written),
};

int
main(int argc, char **argv)
{
  for (const auto &c : cases)
    if (argc == 2 && !std::strcmp(argv[1], c.name)) {
      c.run();
      std::puts("good");
      return 0;
    }
  std::puts("no such case");
  return 1;
}
