// The example of the wasi-data proposal: rows made in the program, grouped by a
// key that a lambda computes, and reduced by (row, row) → row.
//
//   wasi-data run rows.wasm
//
// In the proposal's own notation:
//
//   dataSet = createDataSet([
//     Row(a=1, b=2., c='string1', d=date(2000, 1, 1)),
//     Row(a=2, b=3., c='string2', d=date(2000, 2, 1)),
//     Row(a=4, b=5., c='string3', d=date(2000, 3, 1))])
//   dataSet.groupBy(key).reduce(f)
#include <algorithm>

#include <wasidata.hpp>

using namespace std::chrono;

struct Row {
  std::int64_t a;
  double b;
  std::string_view c;
  sys_days d;
  WD_ROW(a, b, c, d)
};

// A row and its group: a struct that derives from a row has its columns.
struct Keyed : Row {
  std::int64_t key;
  WD_ROW_AFTER(Row, key)
};

// Odd or even.
static Keyed
key(const Row &row)
{
  return {row, row.a % 2};
}

// Sums of a and b, the greatest c, the first day.
static Keyed
f(Keyed x, const Keyed &y)
{
  x.a += y.a;
  x.b += y.b;
  x.c = std::max(x.c, y.c);
  x.d = std::min(x.d, y.d);
  return x;
}

int
main()
{
  wd::create<Row>({
                      {1, 2., "string1", 2000y / 1 / 1},
                      {2, 3., "string2", 2000y / 2 / 1},
                      {4, 5., "string3", 2000y / 3 / 1},
                  })
      .map(key)
      .group_by("key")
      .reduce(f)
      .sort("key")
      .show();
}
