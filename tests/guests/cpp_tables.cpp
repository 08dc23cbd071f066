// Checks the C++ SDK's table functions: shows what comes out, or with an
// argument what a broken one says.
#include <string>
#include <vector>

#include <wasidata/tables.hpp>

struct Row {
  std::uint32_t part;
  std::int64_t n;
  std::optional<std::string> text;
  std::vector<std::int32_t> list;
  WD_ROW(part, n, text, list)
};

struct Arguments {
  std::int64_t below;
  std::optional<std::string> word;
  WD_ROW(below, word)
};

// Counts its live objects: a partition that ends early is destroyed too.
struct Rows {
  Arguments arguments;
  std::uint32_t part;
  std::int64_t next = 0;

  std::optional<Row> operator()()
  {
    if (next == arguments.below)
      return {};
    std::int64_t n = next++;
    Row row{part, n, {}, {}};
    if (n % 3 != 1)
      row.text = arguments.word ? *arguments.word + std::to_string(n) : "none";
    for (std::int64_t i = 0; i < n % 4; i++)
      row.list.push_back(static_cast<std::int32_t>(i));
    return row;
  }
};

static wd::DataSet
rows(std::int64_t below, std::optional<std::string> word,
     std::uint32_t partitions)
{
  return wd::generate(Arguments{below, word}, partitions,
                      [](const Arguments &arguments, std::uint32_t part) {
                        return Rows{arguments, part};
                      });
}

static wd::DataSet
counter(std::int64_t breaks, std::uint32_t partitions = 3)
{
  std::vector<std::int64_t> starts = {10, 20, 30};
  return wd::generate(partitions, [starts, breaks](std::uint32_t part) {
    return [n = starts[part % 3],
            breaks]() mutable -> std::optional<std::int64_t> {
      if (n == breaks)
        wd::fail("there is no " + std::to_string(n));
      return n++;
    };
  });
}

int
main(int argc, char **argv)
{
  std::string what = argc > 1 ? argv[1] : "";
  if (what == "broken" || what == "none") {
    wd::Result<std::uint64_t> count =
        counter(5000, what == "none" ? 0 : 3).count();
    if (count.failure()) {
      wd::Error error = count.failure()->error;
      std::printf("%s\n", error.message.c_str());
      count.failure()->seen = true;
    }
    return 0;
  }
  rows(5, "w", 2).sort("part", "n").show();
  rows(1, {}, 1).show();
  rows(0, "w", 3).show();
  rows(100000, "x", 4)
      .aggregate("count(*) as rows", "sum(n) as n", "count(text) as texts",
                 "max(part) as part")
      .show();
  counter(-1).limit(5000).aggregate("count(*) as some").show();
}
