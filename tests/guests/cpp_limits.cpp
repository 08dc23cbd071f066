// What no memory is left for, in lambdas and in main: cpp_limits CASE.
#include <cstring>
#include <vector>

#include <wasidata.hpp>

namespace {

// Keeps what it is given, and more.
struct Hoard {
  std::vector<std::int64_t> kept;

  std::int64_t operator()(std::int64_t id)
  {
    kept.insert(kept.end(), 1 << 16, id);
    return static_cast<std::int64_t>(kept.size());
  }
};

// What lies beside the stack, if it is not at the bottom of memory.
volatile char statics[32 << 10];

std::int64_t
deep(std::int64_t depth)
{
  volatile char frame[4096] = {};
  frame[depth % 4096] = 1;
  return depth ? deep(depth - 1) + frame[depth % 4096] : 0;
}

void
tell(const wd::Result<std::uint64_t> &done)
{
  std::printf("%s\n", done ? "no error" : done.error().message.c_str());
}

} // namespace

int
main(int argc, char **argv)
{
  const char *what = argc > 1 ? argv[1] : "";
  wd::DataSet ids = wd::range(0, 1000000, 1);
  if (!std::strcmp(what, "memory"))
    tell(ids.map(Hoard()).count());
  else if (!std::strcmp(what, "overflow"))
    tell(ids.map([](std::int64_t) { return deep(1000000); }).count());
  else if (!std::strcmp(what, "little")) // past its end by some KiB only
    tell(ids.map([](std::int64_t) { return deep(258) + statics[9]; }).count());
  else if (!std::strcmp(what, "main"))
    for (Hoard hoard;; hoard(0))
      ;
  std::puts("good");
}
