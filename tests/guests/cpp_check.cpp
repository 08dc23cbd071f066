// Checks the C++ SDK from inside; the argument names the case. Prints `good`,
// or what is not.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>
#include <numeric>
#include <set>

#include <wasidata.hpp>

using namespace std::chrono;
using namespace std::literals;

#define CHECK(condition)                                                       \
  do {                                                                         \
    if (!(condition)) {                                                        \
      std::printf("line %d: %s\n", __LINE__, #condition);                      \
      std::exit(1);                                                            \
    }                                                                          \
  } while (0)

// Of a failure that is expected.
static bool
says(const wd::Error &error, std::string_view part)
{
  if (error.message.find(part) != std::string::npos)
    return true;
  std::printf("%s\n", error.message.c_str());
  return false;
}

// ---- Types

struct Every {
  std::optional<bool> b;
  std::optional<std::int8_t> i8;
  std::optional<std::int16_t> i16;
  std::optional<std::int32_t> i32;
  std::optional<std::int64_t> i64;
  std::optional<std::uint8_t> u8;
  std::optional<std::uint16_t> u16;
  std::optional<std::uint32_t> u32;
  std::optional<std::uint64_t> u64;
  std::optional<float> f32;
  std::optional<double> f64;
  std::optional<wd::decimal<20, 3>> dec;
  std::optional<sys_days> day;
  std::optional<local_time<milliseconds>> when;
  std::optional<sys_time<microseconds>> instant;
  std::optional<std::string> text;
  std::optional<wd::bytes> raw;
  WD_ROW(b, i8, i16, i32, i64, u8, u16, u32, u64, f32, f64, dec, day, when,
         instant, (text, "the \"text\""), raw)
  bool operator==(const Every &) const = default;
};

static Every
every(std::int64_t i)
{
  std::string text = "text " + std::to_string(i % 1000) + " \u00e9";
  Every e;
  e.b = i % 3 == 0;
  e.i8 = static_cast<std::int8_t>(i);
  e.i16 = static_cast<std::int16_t>(-i);
  e.i32 = static_cast<std::int32_t>(i * -1000);
  e.i64 = i * -10000000000;
  e.u8 = static_cast<std::uint8_t>(i);
  e.u16 = static_cast<std::uint16_t>(i);
  e.u32 = static_cast<std::uint32_t>(i * 1000);
  e.u64 = static_cast<std::uint64_t>(i) * 10000000000;
  e.f32 = static_cast<float>(i) / 2;
  e.f64 = static_cast<double>(i) / 4;
  e.dec = wd::decimal<20, 3>::from_units(wd_decimal(i) * 1000000000 - 1);
  e.day = sys_days(2000y / 1 / 1) - days(i);
  e.when = local_time<milliseconds>(milliseconds(i * 86400001));
  e.instant = sys_time<microseconds>(microseconds(i * 86400000001));
  e.text = text;
  e.raw.emplace();
  for (char c : text)
    e.raw->push_back(static_cast<std::byte>(c));
  if (i % 5 == 0)
    e.b.reset(), e.i16.reset(), e.f64.reset(), e.day.reset(), e.raw.reset();
  if (i % 7 == 0)
    e.i8.reset(), e.i64.reset(), e.dec.reset(), e.when.reset(), e.text.reset();
  if (i % 11 == 0)
    e = {};
  return e;
}

static void
types()
{
  std::vector<Every> rows;
  for (std::int64_t i = 0; i < 5000; i++)
    rows.push_back(every(i));
  wd::DataSet made = wd::create(rows);
  CHECK(*made.to_vector<Every>() == rows);
  CHECK(*made.map([](Every e) { return e; }).to_vector<Every>() == rows);
  auto twice = [](const Every &e, wd::Emit<Every> emit) { emit(e), emit(e); };
  CHECK(*made.flat_map(twice).count() == 10000);
  auto one = [](const Every &e) { return std::vector<Every>{e}; };
  CHECK(*made.flat_map(one).to_vector<Every>() == rows);
  CHECK(*made.filter([](const Every &e) { return e.b; }).count() ==
        static_cast<std::uint64_t>(
            std::count_if(rows.begin(), rows.end(),
                          [](const Every &e) { return e.b == true; })));
  wd::Schema schema = *made.schema();
  CHECK(schema.size() == 17);
  CHECK((schema[11] == wd::Field{"dec", "decimal(20,3)", true}));
  CHECK((schema[13] == wd::Field{"when", "timestamp(ms)", true}));
  CHECK(schema[14].type == "timestamp(us, UTC)");
  CHECK(schema[15].name == "the \"text\"");
  CHECK(made.first<Every>()->value() == rows[0]);
  // Nothing of everything.
  CHECK(wd::create(std::vector<Every>()).to_vector<Every>()->empty());
  CHECK(!*wd::create(std::vector<Every>()).first<Every>());
}

// Narrower columns are read where they fit; null reads as zero.
static void
conversions()
{
  struct Narrow {
    std::optional<std::int8_t> a;
    std::uint32_t b;
    float c;
    wd::decimal<5, 1> d;
    local_time<seconds> e;
    std::string_view f;
    WD_ROW(a, b, c, d, e, f)
  };
  struct Wide {
    std::int64_t a;
    std::int64_t b;
    double c;
    wd::decimal<38, 6> d;
    sys_time<nanoseconds> e;
    wd::bytes f;
    WD_ROW(a, b, c, d, e, f)
  };
  std::vector<Narrow> rows = {{-5, 4000000000, 1.5,
                               *wd::decimal<5, 1>::parse("-12.5"),
                               local_time<seconds>(seconds(1000000001)), "x"},
                              {{}, 0, -0.f, 0, {}, ""}};
  auto same = [](Wide w) { return w; };
  for (const wd::DataSet &set :
       {wd::create(rows), wd::create(rows).map(same)}) {
    std::vector<Wide> wide = *set.to_vector<Wide>();
    CHECK(wide.size() == 2);
    CHECK(wide[0].a == -5 && wide[0].b == 4000000000 && wide[0].c == 1.5);
    CHECK(wide[0].d.to_string() == "-12.500000");
    CHECK(wide[0].e.time_since_epoch().count() == 1000000001000000000);
    CHECK(wide[0].f == wd::bytes{std::byte('x')});
    CHECK(wide[1].a == 0 && std::signbit(wide[1].c) && wide[1].f.empty());
  }
  // By a function of values, and what has no array.
  wd::DataSet sums = wd::create(rows).with_column(
      "sum", [](std::int64_t a, double b) { return a + b; }, "a", "c");
  auto values = *sums.select("sum").to_vector<std::optional<double>>();
  CHECK(values[0] == -3.5 && !values[1]);
  CHECK(sums.schema()->back() == (wd::Field{"sum", "f64", true}));
}

static void
decimals()
{
  using D = wd::decimal<10, 2>;
  CHECK(D(3) + *D::parse("0.25") == *D::parse("3.25"));
  CHECK(D::parse("-0.5")->to_string() == "-0.50" && D().to_string() == "0.00");
  CHECK((D::parse("1.255") == std::nullopt &&
         D::parse("1.250") == D(5) * 1 - *D::parse("3.75")));
  CHECK(!D::parse("") && !D::parse(".") && !D::parse("1e3") && !D::parse("-"));
  CHECK(!D::parse("100000000") && D::parse("99999999.99"));
  CHECK((D::parse("-2.45")->to<10, 1>().to_string() == "-2.5"));
  CHECK((D::parse("2.44")->to<10, 1>().to_string() == "2.4"));
  auto product = *D::parse("1.5") * *D::parse("-2.25");
  CHECK(product.to_string() == "-3.3750" && decltype(product)::scale == 4);
  CHECK(static_cast<double>(*D::parse("2.5")) == 2.5);
  CHECK(D(-1) < D() && *D::parse("1.01") > D(1));
  auto most = wd::decimal<38>::parse(std::string(38, '9'));
  CHECK(most && most->to_string() == std::string(38, '9'));
}

// ---- Closures

static int alive;

struct Tracked {
  std::string text;

  explicit Tracked(std::string s) : text(std::move(s))
  {
    alive++;
  }
  Tracked(const Tracked &other) : text(other.text)
  {
    alive++;
  }
  ~Tracked()
  {
    alive--;
  }
};

static void
closures()
{
  // What was captured lives as long as data sets made with it.
  {
    wd::DataSet last = wd::range(0, 1);
    {
      Tracked tracked("a text that is too long for a small string");
      auto add = [tracked](std::int64_t id) {
        return tracked.text + std::to_string(id);
      };
      wd::DataSet texts = wd::range(0, 3).map(add);
      last = texts.limit(2).select("value");
      last = last.filter("value <> 'x'");
    }
    CHECK(alive == 1);
    auto rows = *last.to_vector<std::string>();
    CHECK(rows.size() == 2 && rows[1].ends_with("string1"));
    last = wd::range(0, 1);
    CHECK(alive == 0);
  }
  // A failed call releases at once.
  {
    Tracked tracked("x");
    auto keep = [tracked](std::int64_t) { return true; };
    wd::DataSet failed = wd::read("nothing").filter(keep);
    CHECK(!failed && failed.error().code == wd::Code::not_granted);
  }
  CHECK(alive == 0);
  // Pointers are followed as memory is at the action.
  std::map<std::int64_t, std::string> names = {{0, "even"}, {1, "odd"}};
  auto name = [&names](std::int64_t id) { return names[id % 2]; };
  wd::DataSet named = wd::range(0, 4).map(name);
  CHECK((*named.to_vector<std::string>())[2] == "even");
  names[0] = "changed";
  CHECK((*named.to_vector<std::string>())[2] == "changed");
  // What a lambda writes is seen by nobody else.
  std::int64_t seen = 7;
  wd::range(0, 10).filter([&seen](std::int64_t) { return ++seen; }).count();
  CHECK(seen == 7);
}

// ---- Rows

struct Pair {
  std::int64_t x;
  std::optional<double> y;
  WD_ROW(x, y)
  bool operator==(const Pair &) const = default;
};

static wd::DataSet
pairs(std::int64_t count)
{
  return wd::range(0, count).map([](std::int64_t id) {
    return Pair{id, id % 3 ? std::optional(id * .5) : std::nullopt};
  });
}

static void
rows()
{
  // Columns that are added and replaced, in their places.
  struct Added {
    double y;
    std::string z;
    WD_ROW(y, z)
  };
  wd::DataSet added = pairs(3).with_columns([](const Pair &p) {
    return Added{p.y.value_or(-1), std::to_string(p.x)};
  });
  wd::Schema schema = *added.schema();
  CHECK(schema.size() == 3 && schema[1].name == "y" && !schema[1].nullable);
  int i = 0;
  for (wd::Row row : added.collect()) {
    CHECK(row.size() == 3 && row.get<std::int64_t>("x") == i);
    CHECK(row.get<double>(1) == (i ? i * .5 : -1));
    CHECK(row.get<std::string>("z") == std::to_string(i++));
  }
  CHECK(i == 3);
  // By name: any columns, and a schema as text.
  auto any = [](wd::Row row, wd::RowOut out) {
    out.set(0, row.is_null("y")).copy(1, row, row.find("y"));
    if (row.get<std::int64_t>(0) > 0)
      out.set(2, row.name(1));
  };
  struct Any {
    bool gone;
    std::optional<double> again;
    std::optional<std::string> name;
    WD_ROW(gone, again, name)
    bool operator==(const Any &) const = default;
  };
  auto whole = *pairs(2)
                    .map("gone: bool, again: f64, name: string", any)
                    .to_vector<Any>();
  CHECK((whole == std::vector<Any>{{true, {}, {}}, {false, .5, "y"}}));
  auto star = [](const Pair &p, wd::RowOut out) { out.set(0, -p.x); };
  CHECK(pairs(2).map("*, less: i64", star).schema()->size() == 3);
  // Nothing but a name, and more rows than a part of an output.
  auto many = [](std::int64_t id, wd::Emit<std::string_view> emit) {
    std::string text(id % 7, 'x');
    for (std::int64_t i = 0; i < 1000; i++)
      emit(text);
  };
  wd::DataSet long_one = wd::range(0, 5000).flat_map(many);
  CHECK(*long_one.filter("char_length(value) = 6").count() == 714000);
  auto nothing = [](std::int64_t) { return std::vector<Pair>(); };
  CHECK(*wd::range(0, 5000).flat_map(nothing).count() == 0);
  auto by_name = [](wd::Row row, wd::RowOut out) {
    for (std::int64_t i = 0; i < row.get<std::int64_t>("id"); i++)
      out.set(0, i).emit();
  };
  CHECK(*wd::range(0, 4).flat_map("i: i64", by_name).count() == 6);
}

static void
batches()
{
  struct In {
    std::span<const std::int64_t> x;
    wd::Column<std::optional<double>> y;
    WD_ROW(x, y)
  };
  struct Out {
    std::span<double> sum;
    wd::NewColumn<std::optional<std::string>> text;
    wd::NewColumn<bool> big;
    WD_ROW(sum, text, big)
  };
  struct Line {
    double sum;
    std::optional<std::string> text;
    bool big;
    WD_ROW(sum, text, big)
  };
  auto compute = [](const In &in, Out &out) {
    CHECK(in.y.size() == in.x.size() && out.sum.size() == in.x.size());
    for (std::uint32_t i = 0; i < in.x.size(); i++) {
      out.sum[i] = static_cast<double>(in.x[i]) + in.y[i].value_or(0);
      CHECK(in.y.is_null(i) == !in.y[i]);
      if (in.y[i])
        out.text.push_back(std::to_string(in.x[i]));
      else
        out.text.push_back({});
      out.big.push_back(in.x[i] > 4000);
    }
    auto sum = [](double s, std::optional<double> y) {
      return s + y.value_or(0);
    };
    CHECK(std::accumulate(in.y.begin(), in.y.end(), 0., sum) >= 0);
  };
  auto lines = *pairs(5000).map_batch(compute).to_vector<Line>();
  CHECK(lines.size() == 5000 && lines[10].sum == 15 && lines[9].sum == 9);
  CHECK(lines[10].text == "10" && !lines[9].text && lines[4001].big);
  wd::DataSet beside = pairs(10).with_columns_batch(compute);
  CHECK(beside.schema()->size() == 5);
  CHECK(*beside.filter("sum = x + y and text is not null").count() == 6);
  auto even = [](const In &in, std::span<std::uint8_t> keep) {
    for (std::size_t i = 0; i < keep.size(); i++)
      keep[i] = in.x[i] % 2 == 0;
  };
  CHECK(*pairs(5001).filter_batch(even).count() == 2501);
  auto twice = [](const In &in, wd::Emit<std::int64_t> emit) {
    for (std::int64_t x : in.x)
      emit(x), emit(x);
  };
  CHECK(*pairs(5001).flat_map_batch(twice).count() == 10002);
}

// ---- Partitions

static void
partitions()
{
  // A copy of the lambda for each partition.
  auto running = [sum = std::int64_t(0)](std::int64_t id,
                                         wd::Emit<std::int64_t> emit) mutable {
    emit(sum += id);
  };
  wd::DataSet ids = wd::range(0, 10000);
  CHECK(*ids.map_partitions(running).count() == 10000);
  // An object with an end.
  struct Sum {
    std::int64_t sum = 0;
    std::string text = "a text that is too long for a small string";

    void operator()(std::int64_t id, wd::Emit<std::int64_t>)
    {
      sum += id;
    }
    void end(wd::Emit<std::int64_t> emit)
    {
      emit(sum);
    }
  };
  auto total = [](const wd::DataSet &set) {
    std::int64_t sum = 0;
    for (std::int64_t part : set.collect<std::int64_t>())
      sum += part;
    return sum;
  };
  CHECK(total(ids.map_partitions(Sum())) == 49995000);
  // Of parts.
  wd::Partition parts = {
      std::vector<std::int64_t>(),
      [](std::vector<std::int64_t> &all, std::int64_t id,
         wd::Emit<std::int64_t>) { all.push_back(id); },
      [](std::vector<std::int64_t> &all, wd::Emit<std::int64_t> emit) {
        emit(std::accumulate(all.begin(), all.end(), std::int64_t(0)));
      }};
  CHECK(total(ids.map_partitions(parts)) == 49995000);
  // All rows at once.
  auto gather = [](const std::vector<std::int64_t> &all,
                   wd::Emit<std::int64_t> emit) {
    emit(static_cast<std::int64_t>(all.size()));
  };
  CHECK(total(ids.map_partitions(gather)) == 10000);
  // An end that has more to say.
  struct Slowly {
    std::int64_t left = 3;

    void operator()(std::int64_t, wd::Emit<std::int64_t>)
    {
    }
    bool end(wd::Emit<std::int64_t> emit)
    {
      emit(1);
      return --left;
    }
  };
  CHECK(total(wd::range(0, 10).map_partitions(Slowly())) % 3 == 0);
  CHECK(total(wd::range(0, 10).map_partitions(Slowly())) > 0);
}

// ---- Aggregates

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

// A state on the heap.
struct Words {
  std::string separator;
  std::map<std::string, std::optional<std::int64_t>> counts = {};
  std::set<std::int64_t> lengths = {};
  WD_STATE(separator, counts, lengths)

  void update(std::string_view word, std::optional<std::int64_t> weight)
  {
    auto &count = counts[std::string(word)];
    count = count.value_or(0) + weight.value_or(1);
    lengths.insert(static_cast<std::int64_t>(word.size()));
  }
  void combine(const Words &other)
  {
    for (const auto &[word, count] : other.counts)
      counts[word] = counts[word].value_or(0) + *count;
    lengths.insert(other.lengths.begin(), other.lengths.end());
  }
  std::string finish() const
  {
    std::string text;
    for (const auto &[word, count] : counts)
      text += word + std::to_string(*count) + separator;
    return text + std::to_string(lengths.size());
  }
};

static void
aggregates()
{
  auto mod = [](std::int64_t id) { return id % 3; };
  wd::DataSet set = pairs(9000).with_column("k", mod, "x");
  wd::DataSet means =
      set.group_by("k")
          .aggregate("count(*) as n", wd::measure("mean", Mean(), "x * 2e0"),
                     wd::measure("ys", Mean(), "y"),
                     wd::measure("few", Mean(), "x / 1").where("x < 6"),
                     wd::Measure("sum(x) as s").where("x < 6"))
          .sort("k");
  struct Line {
    std::int64_t k, n;
    double mean;
    std::optional<double> ys;
    double few;
    std::int64_t s;
    WD_ROW(k, n, mean, ys, few, s)
  };
  auto lines = *means.to_vector<Line>();
  CHECK(lines.size() == 3 && lines[1].n == 3000);
  CHECK(lines[1].mean == 8999 && lines[1].ys == 2249.75);
  CHECK(!lines[0].ys && lines[2].few == 3.5 && lines[2].s == 7);
  // On the heap, with a setting; over all rows; over none.
  auto word = [](std::int64_t k) { return std::string(k + 1, 'w'); };
  wd::DataSet texts = set.with_column("word", word, "k");
  auto all = [](const wd::DataSet &from) {
    return *from.aggregate(wd::measure("w", Words{";"}, "word",
                                       "cast(null as "
                                       "bigint)"))
                .to_vector<std::string>();
  };
  CHECK(all(texts)[0] == "w3000;ww3000;www3000;3");
  CHECK(all(texts.filter("false"))[0] == "0");
  auto groups = *texts.group_by("k")
                     .aggregate(wd::measure("w", Words{","}, "word", "k"))
                     .sort("k")
                     .select("w")
                     .to_vector<std::string>();
  CHECK(groups[2] == "www6000,1");
  // Of three lambdas.
  wd::Fold most = {std::int64_t(-1),
                   [](std::int64_t &m, std::int64_t x) { m = std::max(m, x); },
                   [](std::int64_t &m, std::int64_t x) { m = std::max(m, x); },
                   [add = 0.5](std::int64_t m) { return m + add; }};
  auto max = *set.aggregate(wd::measure("m", most, "x")).to_vector<double>();
  CHECK(max == std::vector<double>{8999.5});
}

static void
reduce()
{
  auto sum = [](Pair a, const Pair &b) {
    return Pair{a.x + b.x, a.y ? b.y ? *a.y + *b.y : a.y : b.y};
  };
  wd::DataSet whole = pairs(9000).reduce(sum);
  CHECK((*whole.to_vector<Pair>() == std::vector<Pair>{{40495500, 13500000}}));
  CHECK(pairs(0).reduce(sum).to_vector<Pair>()->empty());
  CHECK(*pairs(9000).group_by("x % 10 as k").reduce(sum).count() == 10);
  struct Texts {
    std::string_view least, most;
    bool any;
    local_time<microseconds> last;
    std::optional<sys_days> day;
    wd::decimal<10, 2> price;
    WD_ROW(least, most, any, last, day, price)
  };
  auto make = [](std::int64_t id) {
    static std::string text;
    text = std::to_string(id % 1000);
    return Texts{text,
                 text,
                 id == 77,
                 local_time<microseconds>(microseconds(id)),
                 id % 2 ? std::optional(sys_days(days(id))) : std::nullopt,
                 1};
  };
  auto fold = [](Texts a, const Texts &b) {
    return Texts{std::min(a.least, b.least),
                 std::max(a.most, b.most),
                 a.any || b.any,
                 std::max(a.last, b.last),
                 std::max(a.day, b.day),
                 a.price + b.price};
  };
  int count = 0;
  wd::DataSet texts = wd::range(0, 9000).map(make).reduce(fold);
  for (const Texts &t : texts.collect<Texts>()) {
    CHECK(t.least == "0" && t.most == "999" && t.any);
    CHECK(t.last.time_since_epoch().count() == 8999);
    CHECK(t.day == sys_days(days(8999)) && t.price == 9000);
    count++;
  }
  CHECK(count == 1);
}

// ---- Failures

static void
errors()
{
  // They stay with what failed, and are told where somebody asks.
  wd::DataSet none = wd::read("nothing");
  auto count =
      none.filter("a > 1").join(wd::range(0, 1), wd::Join::cross, "").count();
  CHECK(!count && says(count.error(), "'nothing' is not granted"));
  CHECK(count.error().code == wd::Code::not_granted);
  CHECK(count.value_or(7) == 7);
  CHECK(!wd::range(0, 1).select("+"));
  CHECK(says(wd::range(0, 1).select("idd").schema().error(), "'idd'"));
  // At bind: columns that are not there, or of another type.
  auto takes = [](const Pair &p) { return p.x; };
  auto missing = wd::range(0, 1).map(takes).count();
  CHECK(says(missing.error(), "there is no column 'x' for Pair.x"));
  CHECK(says(missing.error(), "there are: id i64"));
  CHECK(missing.error().code == wd::Code::invalid_argument);
  auto wrong =
      wd::range(0, 1).select("id as x", "'t' as y").map(takes).schema();
  CHECK(says(wrong.error(), "column 'y' is string and Pair.y takes f64"));
  auto two = pairs(1).map([](std::int64_t x) { return x; }).count();
  CHECK(says(two.error(), "takes rows of one column, not of 2"));
  auto column = wd::range(0, 1)
                    .with_column(
                        "a", [](double d) { return d; }, "ID")
                    .count();
  CHECK(says(column.error(), "there is no column 'ID' for argument 1"));
  auto part = wd::range(0, 1).reduce([](Pair a, Pair) { return a; }).count();
  CHECK(says(part.error(), "there is no column 'x'"));
  auto less = pairs(1).reduce([](std::int64_t a, std::int64_t) { return a; });
  CHECK(says(less.count().error(), "takes rows of one column"));
  struct X {
    std::int64_t x;
    WD_ROW(x)
  };
  auto part2 = pairs(2).reduce([](X a, X) { return a; }).count();
  CHECK(says(part2.error(), "column 'y' is not in X"));
  auto mean = pairs(2)
                  .select("'x' as t")
                  .aggregate(wd::measure("m", Mean(), "t"))
                  .count();
  CHECK(says(mean.error(), "is string and argument 1 takes f64"));
  // In a lambda.
  auto bad = wd::range(0, 9).map([](std::int64_t id) {
    if (id == 5)
      wd::fail("row %d is bad", 5);
    return id;
  });
  CHECK(says(bad.count().error(), "row 5 is bad"));
  auto rows = bad.collect<std::int64_t>();
  while (rows.next())
    ;
  CHECK(rows.error() && says(*rows.error(), "row 5 is bad"));
  CHECK(rows.error()->code == wd::Code::lambda_failed);
  auto job = bad.write("nowhere");
  CHECK(!job && says(job.error(), "nowhere"));
  auto trap = wd::range(0, 9).map([](std::int64_t id) {
    std::int64_t zero = id - id;
    asm volatile("" : "+r"(zero));
    return id / zero;
  });
  CHECK(says(trap.count().error(), "divide by zero"));
  // A lambda by names asks for what is not there, or of another type.
  auto by_name = [](const char *name) {
    return wd::range(0, 1)
        .map("d: f64",
             [name](wd::Row row, wd::RowOut out) {
               out.set(0, row.get<double>(name));
             })
        .count();
  };
  CHECK(says(by_name("nix").error(), "there is no column 'nix'"));
  CHECK(says(by_name("id").error(), "column 'id' is i64 and was asked for as "
                                    "f64"));
  // Rows of a collect that are not those.
  auto others = wd::range(0, 1).to_vector<Pair>();
  CHECK(says(others.error(), "there is no column 'x' for Pair.x"));
  CHECK(!wd::range(0, 1).first<Pair>());
}

// Nobody looks: the program ends.
static void
unseen()
{
  wd::read("nothing");
  std::puts("not reached");
}

static void
unseen_value()
{
  std::printf("%llu\n", *wd::read("nothing").count());
  std::puts("not reached");
}

static void
unseen_rows()
{
  for (std::int64_t id : wd::range(0, 9)
                             .map([](std::int64_t i) {
                               return i < 5 ? i : (wd::fail("row 5 is bad"), 0);
                             })
                             .collect<std::int64_t>())
    (void)id;
  std::puts("not reached");
}

static void
fails_in_main()
{
  wd::fail("main gives up");
}

#define CASE(name)                                                             \
  {                                                                            \
#name, name                                                                \
  }
static const struct {
  const char *name;
  void (*run)();
} cases[] = {
    CASE(types),       CASE(conversions),   CASE(decimals),
    CASE(closures),    CASE(rows),          CASE(batches),
    CASE(partitions),  CASE(aggregates),    CASE(reduce),
    CASE(errors),      CASE(unseen),        CASE(unseen_value),
    CASE(unseen_rows), CASE(fails_in_main),
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
