// Guests of the benchmarks in C++; bench.h says how they speak with the host.
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <string>

#include <wasidata.hpp>

#include "../../kernels.h"

struct In {
  std::int64_t i = 0;
  WD_ROW(i)
};

struct Out {
  std::int64_t y = 0;
  WD_ROW(y)
};

struct Text {
  std::string y;
  WD_ROW(y)
};

struct Word {
  std::string_view y;
  WD_ROW(y)
};

struct Three {
  std::int64_t a = 0, b = 0, c = 0;
  WD_ROW(a, b, c)

  std::int64_t sum() const
  {
    return a + b + c;
  }
};

static void
mark(const char *text)
{
  std::fputs(text, stdout);
  std::fflush(stdout);
}

static void
action(const wd::DataSet &set)
{
  std::uint64_t rows = 0;
  std::int64_t sum = 0;
  for (std::int64_t value : set.collect<std::int64_t>()) {
    rows++;
    sum += value;
  }
  std::printf("%" PRIu64 " %" PRId64 "E", rows, sum);
  std::fflush(stdout);
}

using Set = wd::DataSet;

static Set
upper(const Set &t)
{
  return t.select("s").map([](std::string_view s) {
    Text out{std::string(s)};
    for (char &c : out.y)
      c -= static_cast<unsigned char>(c - 'a') < 26 ? 32 : 0;
    return out;
  });
}

static Set
tokens(const Set &t)
{
  return t.select("s").flat_map([](std::string_view s, wd::Emit<Word> emit) {
    std::uint32_t at = 0, size;
    while ((size = bench_word(s.data(), s.size(), &at)))
      emit({{s.data() + at - size, size}});
  });
}

static Set
nulls(const Set &t, const char *column)
{
  return t.select(column).map([](std::optional<std::int64_t> i) {
    return i ? std::optional(*i + 1) : i;
  });
}

template <class D>
static Set
twice(const Set &t, const char *column)
{
  return t.select(column).map([](D d) { return d + d; });
}

struct Case {
  const char *name;
  Set (*make)(const Set &);
  const char *measure;
};

/* Those of scalars.c, strings.c, types.c and wide.c. */
static const Case cases[] = {
    {"typed",
     [](const Set &t) {
       return t.select("i").map(
           [step = std::int64_t(1)](std::int64_t i) { return Out{i + step}; });
     },
     "sum(y) as y"},
    {"row",
     [](const Set &t) {
       return t.map([step = std::int64_t(1)](const In &row) {
         return Out{row.i + step};
       });
     },
     "sum(y) as y"},
    {"get_set",
     [](const Set &t) {
       return t.select("i").map(
           "y: i64 not null",
           [step = std::int64_t(1)](const wd::Row &row, wd::RowOut out) {
             out.set(0, row.get<std::int64_t>(0) + step);
           });
     },
     "sum(y) as y"},
    {"upper_row", upper, "sum(octet_length(y)) as y"},
    {"tokens", tokens, "sum(octet_length(y)) as y"},
    {"nulls_0", [](const Set &t) { return nulls(t, "n0"); }, "sum(value) as y"},
    {"nulls_10", [](const Set &t) { return nulls(t, "n10"); },
     "sum(value) as y"},
    {"nulls_90", [](const Set &t) { return nulls(t, "n90"); },
     "sum(value) as y"},
    {"decimal_18",
     [](const Set &t) { return twice<wd::decimal<18, 2>>(t, "d18"); },
     "cast(sum(value) as i64) as y"},
    {"decimal_38",
     [](const Set &t) { return twice<wd::decimal<38, 4>>(t, "d38"); },
     "cast(sum(value) as i64) as y"},
    {"map",
     [](const Set &t) {
       return t.map([](const Three &row) { return Out{row.sum()}; });
     },
     "sum(y) as y"},
    {"narrow",
     [](const Set &t) {
       return t.select("a", "b", "c").map([](const Three &row) {
         return Out{row.sum()};
       });
     },
     "sum(y) as y"},
    {"filter",
     [](const Set &t) {
       return t.filter([](const Three &row) { return row.sum() % 2 == 0; });
     },
     "sum(d) as y"},
    {"add",
     [](const Set &t) {
       return t.with_column(
           "y", [](std::int64_t a) { return a + 1; }, "a");
     },
     "sum(y + d) as y"},
};

static Set
make(const std::string &name)
{
  for (const Case &one : cases)
    if (name == one.name)
      return one.make(wd::read("t")).aggregate(one.measure);
  std::fprintf(stderr, "there is no case '%s'\n", name.c_str());
  std::exit(2);
}

int
main(int argc, char **argv)
{
  long repetitions = argc > 1 ? std::strtol(argv[1], nullptr, 10) : 1;
  for (long r = 0; r < repetitions; r++)
    for (int i = 2; i < argc; i++) {
      mark("B");
      if (std::string(argv[i]) == "-")
        mark("0 0E");
      else
        action(make(argv[i]));
    }
}
