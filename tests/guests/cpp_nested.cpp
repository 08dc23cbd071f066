// As nested.c, in C++: every nested and special type through a lambda of the
// kind that the first argument names. test_sdk_nested.py knows the rows.
#include <algorithm>
#include <cstdlib>
#include <map>

#include <wasidata.hpp>

using namespace std::chrono;

enum class Color { red, green, its };
WD_ENUM(Color, red, (green, "gr\u00fcn"), (its, "it's"))

struct Inner {
  std::optional<std::string> c;
  std::vector<bool> d;
  WD_ROW(c, d)
};

struct Outer {
  std::int64_t a;
  std::optional<Inner> b;
  WD_ROW(a, b)
};

using Either = wd::one_of<wd::alternative<"i", std::int64_t>,
                          wd::alternative<"s", std::optional<std::string>>>;
template <class T> using Maybe = std::optional<T>;
using Longs = std::vector<std::int64_t>;
using Texts = std::map<std::string, Maybe<Longs>>;

struct Everything {
  std::int64_t id;
  Maybe<wd::time_of_day<>> t;
  Maybe<wd::time_of_day<milliseconds>> t32;
  Maybe<wd::interval> span;
  Maybe<wd::uuid> u;
  Maybe<std::array<std::byte, 3>> f;
  Maybe<Color> e;
  Maybe<std::int8_t> n;
  Maybe<std::vector<Maybe<std::string>>> l;
  Maybe<std::vector<Maybe<Longs>>> ll;
  Maybe<std::array<Maybe<std::int64_t>, 2>> x;
  Maybe<Outer> s;
  Maybe<Texts> m;
  Either either;
  WD_ROW(id, t, t32, span, u, f, e, n, l, ll, x, s, m, (either, "or"))
};

struct Id {
  std::int64_t id;
  WD_ROW(id)
};

static Maybe<std::string>
text(std::int64_t i)
{
  if (i % 3 == 0)
    return std::nullopt;
  return "\u65e5" + std::to_string(i);
}

static Maybe<Longs>
multiples(std::int64_t i, std::int64_t k)
{
  if ((i + k) % 5 == 0)
    return std::nullopt;
  Longs longs;
  for (std::int64_t j = 0; j < k + 1; j++)
    longs.push_back(i * j);
  return longs;
}

static void
set_nested(Everything &row, std::int64_t i)
{
  row.l.emplace();
  for (std::int64_t k = 0; k < i % 4; k++)
    row.l->push_back(text(i + k));
  row.ll.emplace();
  for (std::int64_t k = 0; k < i % 3; k++)
    row.ll->push_back(multiples(i, k));
  row.x = {i, std::nullopt};
  row.s = Outer{i, std::nullopt};
  if (i % 4)
    row.s->b = Inner{text(i), {i % 2 != 0}};
  row.m.emplace();
  if (i % 3 > 0)
    (*row.m)["first"] = std::nullopt;
  if (i % 3 > 1)
    (*row.m)["second"] = Longs();
  row.either = i % 2 ? Either::of<"i">(i) : Either::of<"s">(text(i));
}

static Everything
row_of(std::int64_t i)
{
  Everything row = {};
  row.id = i;
  auto null = [i](int column) { return (i + column) % 7 == 0; };
  set_nested(row, i);
  row.t = wd::time_of_day<>{microseconds(i * 1000001 % 86400000000)};
  row.t32 = wd::time_of_day<milliseconds>{milliseconds(i * 1001 % 86400000)};
  auto months = static_cast<std::int32_t>(i);
  row.span = wd::interval{months, -months, microseconds(i)};
  row.u = wd::uuid{
      {static_cast<std::uint8_t>(i >> 8), static_cast<std::uint8_t>(i), 7}};
  row.f = {std::byte('a'), std::byte('a' + i % 26), std::byte('z')};
  row.e = static_cast<Color>(i % 3);
  int column = 1;
  auto forget = [&](auto &...member) {
    ((null(column++) ? member.reset() : void()), ...);
  };
  forget(row.t, row.t32, row.span, row.u, row.f, row.e, row.n, row.l, row.ll,
         row.x, row.s, row.m);
  return row;
}

static wd::DataSet
batches(const wd::DataSet &d)
{
  struct In {
    wd::Column<Maybe<Outer>> s;
    wd::Column<Maybe<Texts>> m;
    wd::Column<Either> either;
    WD_ROW(s, m, (either, "or"))
  };
  struct Out {
    wd::NewColumn<Maybe<Outer>> s;
    wd::NewColumn<Maybe<Texts>> m;
    wd::NewColumn<Either> either;
    WD_ROW(s, m, (either, "or"))
  };
  return d.with_columns_batch([](const In &in, Out &out) {
    for (const Maybe<Outer> &s : in.s)
      out.s.push_back(s);
    for (std::uint32_t i = 0; i < in.m.size(); i++)
      out.m.push_back(in.m[i]);
    for (const Either &either : in.either)
      out.either.push_back(either);
  });
}

// By name, and through columns whose structs have other fields, in another
// order, and narrower numbers.
static wd::DataSet
others(const wd::DataSet &d)
{
  auto outer = [](const wd::Row &row, wd::RowOut out) {
    auto s = row.get<Maybe<Outer>>("s");
    for (std::uint32_t c = 0; c < row.size(); c++)
      if (c != row.find("s"))
        out.copy(c, row, c);
    struct Turned {
      Maybe<Inner> b;
      bool more;
      std::int32_t a;
      WD_ROW(b, more, a)
    };
    if (s)
      out.set(row.find("s"),
              Turned{s->b, true, static_cast<std::int32_t>(s->a)});
  };
  std::string schema = wd::detail::schema_text<Everything>();
  std::string was = "struct<a: i64 not null,";
  std::size_t at = schema.find(was), end = schema.find(", m: ");
  schema.replace(at, end - at,
                 "struct<b: struct<c: string, d: list<bool>>, more: bool, a: "
                 "i32>");
  return d.map(schema, outer).map([](const Everything &row) { return row; });
}

static wd::DataSet
through(const std::string &kind, const wd::DataSet &d)
{
  auto same = [](const Everything &row) { return row; };
  auto emit = [](const Everything &row, wd::Emit<Everything> to) { to(row); };
  if (kind == "map")
    return d.map(same).map(same);
  if (kind == "again")
    return d.select("id").map([](const Id &id) { return row_of(id.id); });
  if (kind == "flat-map")
    return d.flat_map(emit);
  if (kind == "range")
    return d.flat_map(
        [](const Everything &row) { return std::vector<Everything>{row}; });
  if (kind == "partitions")
    return d.map_partitions(emit);
  if (kind == "groups")
    return d.group_by("s").map_groups(emit);
  if (kind == "gather")
    return d.group_by("id % 5 as five")
        .map_groups([](std::vector<Everything> rows, wd::Emit<Everything> to) {
          for (const Everything &row : rows)
            to(row);
        });
  if (kind == "pass")
    return batches(d);
  if (kind == "column")
    return d
        .with_column(
            "s", [](const Outer &s) { return s; }, "s")
        .with_column("ll", [](const Everything &row) { return row.ll; });
  if (kind == "others")
    return others(d);
  if (kind == "reduce") {
    return d.union_all(d).group_by("id").reduce(
        [](const Everything &a, const Everything &b) {
          return a.e < b.e ? b : a;
        });
  }
  if (kind == "lists") { // of one column, united
    auto both = [](Longs a, const Longs &b) {
      a.insert(a.end(), b.begin(), b.end());
      std::sort(a.begin(), a.end());
      return a;
    };
    return d.map([](const Id &id) { return Longs{id.id}; })
        .reduce(both)
        .explode("value", false, "")
        .select("value as id");
  }
  if (kind == "filter")
    return d.filter([](const Everything &row) {
      return !row.s || (row.s->a == row.id && !row.s->b == (row.id % 4 == 0));
    });
  return d;
}

// ---- What does not fit is told when the plan is made.

struct OtherInner {
  std::optional<std::string> c;
  std::vector<std::string> d;
  WD_ROW(c, d)
};
struct OtherOuter {
  OtherInner b;
  WD_ROW(b)
};
struct LostOuter {
  std::int64_t a, z;
  WD_ROW(a, z)
};
enum class Two { red, its };
WD_ENUM(Two, red, (its, "it's"))

#define WRONG(name, type, column)                                              \
  if (what == name) {                                                          \
    struct Wrong {                                                             \
      type member;                                                             \
      WD_ROW((member, column))                                                 \
    };                                                                         \
    return d.map([](const Wrong &) { return 0; });                             \
  }
using TextMap = std::map<std::string, std::string>;
using Three = std::array<std::int64_t, 3>;
using Short = wd::one_of<wd::alternative<"i", std::int64_t>>;

static wd::DataSet
wrong(const std::string &what, const wd::DataSet &d)
{
  WRONG("inner", OtherOuter, "s")
  WRONG("field", LostOuter, "s")
  WRONG("list", Longs, "l")
  WRONG("struct", Outer, "l")
  WRONG("width", Three, "x")
  WRONG("map", TextMap, "m")
  WRONG("words", Two, "e")
  WRONG("union", Short, "or")
  WRONG("time", wd::time_of_day<seconds>, "t32")
  if (what == "get")
    return d.map([](const wd::Row &row) { return row.get<Longs>("s"); });
  return d;
}

int
main(int count, char **arguments)
{
  if (count < 3)
    return 2;
  std::vector<Everything> rows;
  for (std::int64_t i = 0; i < std::atoi(arguments[2]); i++)
    rows.push_back(row_of(i));
  wd::DataSet d = wd::create(rows);
  std::string kind = arguments[1];
  if (kind == "vector") {
    auto read = d.sort("id").to_vector<Everything>();
    d = wd::create(*read);
  } else if (kind.starts_with("wrong-")) {
    d = wrong(kind.substr(6), d);
  } else {
    d = through(kind, d);
  }
  d.sort(kind.starts_with("wrong-") ? "value" : "id").show();
}
