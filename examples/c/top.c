/* Shows the first rows of what wordcount wrote: ten, or as many as said.
 *
 *   wasi-data run --table counts=counts.parquet top.wasm 5
 *
 * Shows that data is passed between programs by table and sink alone.
 */
#include <stdlib.h>

#include <wasidata.h>

int
main(int argc, char **argv)
{
  uint64_t rows = argc > 1 ? strtoull(argv[1], NULL, 10) : 10;
  wd_dataset counts = wd_read("counts");
  wd_show(wd_limit(wd_sort(counts, "count desc", "word"), rows));
}
