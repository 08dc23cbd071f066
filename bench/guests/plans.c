/* Substrait plans of a folder, `/plans/NAME.pb`, against the same queries in
 * SQL. A result is the number of rows: their columns are of any types. */
#include "bench.h"

static void
read_file(const char *name, char **out_data, size_t *out_size)
{
  char path[256];
  FILE *file;

  snprintf(path, sizeof path, "/plans/%s.pb", name);
  file = fopen(path, "rb");
  if (!file)
    bench_unknown(name);
  *out_data = malloc(1 << 20);
  if (!*out_data)
    abort();
  *out_size = fread(*out_data, 1, 1 << 20, file);
  fclose(file);
}

int
main(int argc, char **argv)
{
  long repetitions = argc > 1 ? strtol(argv[1], NULL, 10) : 1;

  for (int i = 2; i < argc; i++) {
    char *plan = NULL;
    size_t size = 0;

    if (strcmp(argv[i], "-") != 0)
      read_file(argv[i], &plan, &size);
    for (long r = 0; r < repetitions; r++) {
      unsigned scope = wd_scope();
      uint64_t rows = 0;
      const wd_batch *batch;
      wd_job job;

      bench_mark("B");
      if (!plan) {
        bench_mark("0 0E");
        wd_scope_end(scope);
        continue;
      }
      job = wd_collect(wd_from_plan(plan, size, NULL, NULL));
      while ((batch = wd_next_batch(job)))
        rows += batch->rows;
      wd_job_drop(job);
      printf("%llu 0E", (unsigned long long)rows);
      fflush(stdout);
      wd_scope_end(scope);
    }
    free(plan);
  }
  return 0;
}
