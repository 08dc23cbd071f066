/* A program with MIB mebibytes of memory in use: an action, one with a lambda,
 * then STEPS, before each of which a hundredth of the pages changes, and one
 * with a lambda at the end. The host measures in the actions. */
#include "bench.h"

#define PAGE 4096u

static int64_t
identity(int64_t value, void *env)
{
  return value + *(const uint8_t *)env;
}

int
main(int argc, char **argv)
{
  size_t size = (argc > 1 ? strtoul(argv[1], NULL, 10) : 1) << 20;
  unsigned long steps = argc > 2 ? strtoul(argv[2], NULL, 10) : 3;
  uint8_t *memory = malloc(size);
  bench_mark("B");
  memset(memory, 1, size);
  memory[0] = 0;
  wd_dataset one = wd_range(1, 2, 1);
  wd_count(one);
  wd_count(wd_map_i64(one, "id", identity, memory, 0, "y"));
  for (unsigned long step = 0; step < steps; step++) {
    for (size_t at = PAGE * (step + 1); at < size; at += 100 * PAGE)
      memory[at]++;
    wd_count(one);
  }
  wd_count(wd_map_i64(one, "id", identity, memory, 0, "y"));
  bench_mark("0 0E");
}
