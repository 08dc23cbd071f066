// Shows the first rows of a table by one of its columns.
//
//   wasi-data run --table counts=counts.parquet top.wasm [COLUMN [ROWS]]
//
// Shows that a program's arguments are its own, and expressions as text.
#include <cstdlib>

#include <wasidata.hpp>

int
main(int argc, char **argv)
{
  std::string column = argc > 1 ? argv[1] : "count";
  std::uint64_t rows = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 10;

  wd::read("counts").sort('"' + column + "\" desc").limit(rows).show();
}
