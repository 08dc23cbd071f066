// The smallest pipeline: the squares of 1 to 5, by a lambda.
//
//   wasi-data run hello.wasm
#include <wasidata.hpp>

int
main()
{
  wd::range(1, 6)
      .with_column(
          "square", [](std::int64_t id) { return id * id; }, "id")
      .show();
}
