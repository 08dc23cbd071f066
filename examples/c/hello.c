/* The smallest pipeline: the squares of 1 to 5, by a lambda.
 *
 *   wasi-data run hello.wasm
 */
#include <wasidata.h>

static int64_t
square(int64_t value, void *env)
{
  (void)env;
  return value * value;
}

int
main(void)
{
  wd_dataset numbers = wd_range(1, 6, 1);
  wd_show(wd_map_i64(numbers, "id", square, NULL, 0, "square"));
}
