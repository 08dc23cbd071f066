// Guests of the benchmarks in C++; bench.h says how they speak with the host.
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <string>

#include <wasidata.hpp>

struct In {
  std::int64_t i = 0;
  WD_ROW(i)
};

struct Out {
  std::int64_t y = 0;
  WD_ROW(y)
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

static wd::DataSet
scalars(const std::string &name, std::int64_t step)
{
  wd::DataSet t = wd::read("t").select("i");
  if (name == "typed")
    t = t.map([step](std::int64_t i) { return Out{i + step}; });
  else if (name == "row")
    t = t.map([step](const In &row) { return Out{row.i + step}; });
  else if (name == "get_set")
    t = t.map("y: i64 not null", [step](const wd::Row &row, wd::RowOut out) {
      out.set(0, row.get<std::int64_t>(0) + step);
    });
  else {
    std::fprintf(stderr, "there is no case '%s'\n", name.c_str());
    std::exit(2);
  }
  return t.aggregate("sum(y) as y");
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
        action(scalars(argv[i], 1));
    }
}
