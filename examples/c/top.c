/* Shows the first rows of a table by one of its columns.
 *
 *   wasi-data run --table counts=counts.parquet top.wasm [COLUMN [ROWS]]
 *
 * Shows that a program's arguments are its own, and expressions as text.
 */
#include <stdio.h>
#include <stdlib.h>

#include <wasidata.h>

int
main(int argc, char **argv)
{
  const char *column = argc > 1 ? argv[1] : "count";
  uint64_t rows = argc > 2 ? strtoull(argv[2], NULL, 10) : 10;
  char key[256];

  snprintf(key, sizeof key, "\"%s\" desc", column);
  wd_show(wd_limit(wd_sort(wd_read("counts"), key), rows));
}
