/* For the tests of the command: jobs that end badly, or not at all.
 *
 *   jobs WHERE ROWS LAMBDA [CODE]
 *
 * WHERE is show, write (to the sink `out`, waiting for it), leave (the same,
 * without waiting) or table (the granted table `t` is read); LAMBDA is what
 * its map does at row 5000: nothing, fail, trap, loop (that touches no
 * memory), touch (one that does), log. Ends with exit code CODE. */
#include <stdio.h>
#include <stdlib.h>

#include <wasidata.h>

static volatile int64_t place;

static void
loop(void)
{
  int64_t i = 0;

  for (;;)
    __asm__ volatile("" : "+r"(i));
}

static int64_t
misbehave(int64_t value, void *env)
{
  const char *how = env;

  if (value != 5000)
    return value;
  switch (how[0]) {
  case 'f':
    wd_fail("row %d is not to its taste", (int)value);
  case 't':
    if (how[1] == 'r')
      __builtin_trap();
    for (;;)
      place++;
  case 'l':
    if (how[2] == 'g')
      wd_log(WD_INFO, "row %d \033[31mseen", (int)value);
    else
      loop();
  }
  return value;
}

int
main(int argc, char **argv)
{
  if (argc < 4)
    return 2;
  wd_dataset rows = argv[1][0] == 't'
                        ? wd_read("t")
                        : wd_range(0, strtoll(argv[2], NULL, 10), 1);
  if (argv[1][0] != 't')
    rows = wd_map_i64(rows, "id", misbehave, argv[3], 0, "value");
  printf("main begins\n");
  switch (argv[1][0]) {
  case 's':
  case 't':
    wd_show(rows);
    break;
  case 'w':
    wd_wait(wd_write(rows, "out", WD_OVERWRITE));
    break;
  case 'l':
    wd_write(rows, "out", WD_OVERWRITE);
    break;
  }
  return argc > 4 ? atoi(argv[4]) : 0;
}
