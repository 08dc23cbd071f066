// Checks the C++ SDK's lambdas over co-groups; shows what comes out, or with an
// argument what a wrong row says.
#include <algorithm>

#include <wasidata/co_groups.hpp>

struct Left {
  std::int64_t id;
  std::string name;
  WD_ROW(id, name)
};

struct Right {
  std::int64_t id;
  std::optional<std::int64_t> x;
  WD_ROW(id, x)
};

struct Wrong {
  std::int64_t id;
  std::string x;
  WD_ROW(id, x)
};

struct Out {
  std::int64_t id;
  std::string names;
  std::int64_t rows;
  std::optional<std::int64_t> sum;
  WD_ROW(id, names, rows, sum)
};

int
main(int argc, char **)
{
  wd::Grouped left =
      wd::create<Left>({{1, "a"}, {2, "b"}, {1, "c"}, {4, "d"}}).group_by("id");
  wd::Grouped right =
      wd::create<Right>({{1, 5}, {3, {}}, {1, 7}, {2, {}}}).group_by("id");
  if (argc > 1) {
    auto wrong = [](const std::vector<Left> &, const std::vector<Wrong> &,
                    wd::Emit<std::int64_t> emit) { emit(0); };
    std::puts(
        wd::co_map_groups(left, right, wrong).count().error().message.c_str());
    return 0;
  }
  auto pair = [end = std::string("!")](std::vector<Left> l,
                                       const std::vector<Right> &r,
                                       wd::Emit<Out> emit) {
    Out out = {l.empty() ? r[0].id : l[0].id, "", 0, {}};
    std::sort(l.begin(), l.end(),
              [](const Left &a, const Left &b) { return a.name < b.name; });
    for (const Left &row : l)
      out.names += row.name + end;
    for (const Right &row : r) {
      out.rows++;
      if (row.x)
        out.sum = out.sum.value_or(0) + *row.x;
    }
    emit(out);
  };
  wd::co_map_groups(left, right, pair).sort("id").show();
}
