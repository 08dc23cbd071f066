/* A lambda that takes for ever, and touches memory: for cancelling. */
#include "bench.h"

static int64_t
spin(int64_t value, void *env)
{
  volatile int64_t *counter = env;
  for (;;)
    *counter += value;
}

int
main(void)
{
  int64_t counter = 0;
  wd_dataset one = wd_range(1, 1000000, 1);
  bench_mark("B");
  wd_show(wd_map_i64(one, "id", spin, &counter, sizeof counter, "y"));
}
