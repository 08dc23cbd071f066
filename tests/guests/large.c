/* A program of much memory, of which little is used: MIB mebibytes, in which
 * LIVE mebibytes of pages that cannot be packed lie far apart. A lambda adds up
 * their first bytes; then the program prints whether the sum is its own. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <wasidata.h>

#define PAGE ((size_t)65536)

struct pages {
  const uint64_t *memory;
  size_t count, apart; /* words */
};

static uint64_t
sum_of(const struct pages *pages)
{
  uint64_t sum = 0;

  for (size_t i = 0; i < pages->count; i++)
    for (size_t j = 0; j < PAGE / 8; j++)
      sum += pages->memory[i * pages->apart + j];
  return sum;
}

static int64_t
sum_them(int64_t value, void *env)
{
  return value + (int64_t)(sum_of(env) >> 8);
}

int
main(int argc, char **argv)
{
  size_t size = (argc > 1 ? strtoul(argv[1], NULL, 10) : 1) << 20;
  size_t live = (argc > 2 ? strtoul(argv[2], NULL, 10) : 1) << 20;
  uint64_t *memory = malloc(size);
  uint64_t random = 88172645463325252;
  struct pages pages = {memory, live / PAGE, size / live * PAGE / 8};
  wd_job job;
  const wd_batch *batch;
  bool same = true;

  if (!memory)
    return 1;
  for (size_t i = 0; i < pages.count; i++)
    for (size_t j = 0; j < PAGE / 8; j++) {
      random ^= random << 13;
      random ^= random >> 7;
      random ^= random << 17;
      memory[i * pages.apart + j] = random;
    }
  job = wd_collect(
      wd_map_i64(wd_range(0, 8, 1), "id", sum_them, &pages, sizeof pages, "y"));
  while ((batch = wd_next_batch(job)))
    for (uint32_t i = 0; i < batch->rows; i++)
      same &= wd_in_i64(batch, 0)[i] >= (int64_t)(sum_of(&pages) >> 8);
  puts(same ? "same" : "another sum");
  return 0;
}
