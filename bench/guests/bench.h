/* What the guests of the benchmarks share: repetitions that the host measures.
 *
 * A program is run as `prog REPETITIONS CASE…`. It prints `B` before each
 * action, whereupon the host runs what is compared with it and starts its
 * clocks, and the result and `E` after it. A result is two numbers: the rows,
 * and the sum of the last column, an i64. The case `-` does nothing. */
#ifndef WD_BENCH_GUEST_H
#define WD_BENCH_GUEST_H

#include <stdio.h>
#include <stdlib.h>

#include <wasidata.h>

static inline void
bench_mark(const char *text)
{
  fputs(text, stdout);
  fflush(stdout);
}

static inline void
bench_action(wd_dataset set)
{
  uint64_t rows = 0;
  int64_t sum = 0;
  wd_job job = wd_collect(set);
  const wd_batch *batch;
  while ((batch = wd_next_batch(job))) {
    const int64_t *values = wd_in_i64(batch, batch->count - 1);
    rows += batch->rows;
    for (uint32_t i = 0; i < batch->rows; i++)
      sum += values[i];
  }
  wd_job_drop(job);
  printf("%llu %lldE", (unsigned long long)rows, (long long)sum);
  fflush(stdout);
}

/* Runs the cases by turns; make() gives the data set of a case. */
static inline int
bench_run(int argc, char **argv, wd_dataset (*make)(const char *name))
{
  long repetitions = argc > 1 ? strtol(argv[1], NULL, 10) : 1;
  for (long r = 0; r < repetitions; r++)
    for (int i = 2; i < argc; i++) {
      unsigned scope = wd_scope();
      bench_mark("B");
      if (strcmp(argv[i], "-") == 0)
        bench_mark("0 0E");
      else
        bench_action(make(argv[i]));
      wd_scope_end(scope);
    }
  return 0;
}

static inline _Noreturn void
bench_unknown(const char *name)
{
  fprintf(stderr, "there is no case '%s'\n", name);
  exit(2);
}

#endif
