/* For suite_substrait_plans: plans a plan from stdin again and again, the
 * first, the second, … of the allocations failing, until it gets through.
 * Prints how many there were; complains when memory is left behind. */
#include <stdio.h>

#include "../unit/substrait_help.h"

static int
complain(long n, const char *what)
{
  fprintf(stderr, "allocation %ld failed: %s\n", n, what);
  return 1;
}

int
main(void)
{
  static char data[1 << 16];
  size_t length = fread(data, 1, sizeof data, stdin);
  uint64_t before = wd_mem_used(NULL);
  enum wd_status status = WD_NO_MEMORY;
  long n = 0;

  while (status == WD_NO_MEMORY) {
    struct wd_error error;
    struct wd_buf text;

    wd_error_clear(&error);
    wd_buf_init(&text, NULL, 1 << 20);
    wd_mem_fail_after(++n);
    status = substrait_plan(data, length, &text, &error);
    wd_mem_fail_after(0);
    wd_buf_fini(&text);
    if (status != WD_OK && status != WD_NO_MEMORY)
      return complain(n, error.message);
    if (wd_mem_used(NULL) != before)
      return complain(n, "memory is left behind");
  }
  printf("%ld\n", n);
  return 0;
}
