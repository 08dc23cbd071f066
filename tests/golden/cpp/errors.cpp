#include <wasidata.hpp>

// What went wrong, and whether its message has both of these parts.
template <class Result>
static void
report(const char *name, const Result &result, const char *part,
       const char *other)
{
  if (result) {
    std::printf("%s: no error\n", name);
    return;
  }
  const wd::Error &error = result.error();
  auto has = [&](const char *text) {
    return error.message.find(text) != std::string::npos;
  };
  std::printf("%s: %d %s\n", name, static_cast<int>(error.code),
              has(part) && has(other) ? "as it should be"
                                      : error.message.c_str());
}

static std::int64_t
bad(std::int64_t id)
{
  if (id == 5)
    wd::fail("row %d is bad", 5);
  return id;
}

int
main(int argc, char **)
{
  wd::DataSet ids = wd::range(0, 9);
  wd::DataSet fails = ids.with_column("x", bad, "id");
  if (argc > 1) {
    fails.count();
    return 0;
  }
  auto same = [](std::int64_t id) { return id; };
  auto number = [](double value) { return value; };
  auto trap = [](std::int64_t id) { return 7 / (id - 5); };
  report("granted", wd::read("nothing").filter("a > 1").count(), "'nothing'",
         "not granted");
  report("sink", ids.write("nowhere").wait(), "'nowhere'", "not granted");
  report("syntax", ids.filter("id >").count(), "id >", "^");
  report("expression", ids.filter("idd > 1").count(), "'idd'", "id");
  report("overflow", ids.filter("abs(id * 9223372036854775807) > 1").count(),
         "", "verflow");
  report("column", ids.with_column("x", same, "idd").count(), "'idd'",
         "there are: id i64");
  report("type", ids.select("'x' as id").with_column("x", number, "id").count(),
         "'id'", "string");
  report("lambda", fails.count(), "map lambda: row 5 is bad", "");
  report("trap", ids.with_column("x", trap, "id").count(), "divide by zero",
         "");
  report("cast",
         ids.filter("cast('x' || cast(id as string) as i64) > 1").count(), "'x",
         "is not an integer");
  wd::DataSet twice = ids.join(ids, wd::Join::inner, "left.id = right.id");
  report("ambiguous", twice.filter("id > 1").count(), "'id'", "ambiguous");
  report("condition", ids.join(ids, wd::Join::inner, "").count(),
         "needs a condition", "cross");
  std::printf("%llu\n", *ids.count());
}
