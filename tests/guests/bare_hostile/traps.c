/* Traps, and calls that lambdas must not make. */
#include "hostile.h"

static volatile int zero;
static volatile uint32_t sink;

__attribute__((noinline)) static uint32_t
recurse(uint32_t depth)
{
  volatile char room[256];

  room[depth & 255] = (char)depth;
  if (depth == 0xffffffffu)
    return 0;
  return recurse(depth + 1) + (uint32_t)room[(depth + 1) & 255];
}

void
misbehave(const char *what)
{
  typedef double wrong(double);

  if (strcmp(what, "trap") == 0)
    __builtin_trap();
  if (strcmp(what, "recursion") == 0)
    sink = recurse(0);
  if (strcmp(what, "divide") == 0)
    sink = (uint32_t)(7 / zero);
  if (strcmp(what, "load") == 0)
    sink = *(volatile uint32_t *)0xfffffff0u;
  if (strcmp(what, "indirect") == 0)
    sink = (uint32_t)((wrong *)(uintptr_t)1)(1);
  if (strcmp(what, "table") == 0)
    sink = (uint32_t)((wrong *)(uintptr_t)60000)(1);
  if (strcmp(what, "exit") == 0)
    _Exit(0);
  if (strcmp(what, "exit7") == 0)
    _Exit(7);
  if (strcmp(what, "abort") == 0)
    abort();
  if (strcmp(what, "fail") == 0)
    fail(at("said \xff by the lambda \x1b[31m"), 27);
  if (strcmp(what, "fail_out") == 0)
    fail(0xfffffff0u, 100);
  if (strcmp(what, "log_out") == 0)
    log_line(1, memory_end() - 4, 100);
  if (strcmp(what, "dataset") == 0) {
    struct result out;
    range(0, 1, 1, &out);
  }
  if (strcmp(what, "say") == 0)
    fail(at("said by the program"), 19);
  if (strncmp(what, "memory", 6) == 0) {
    do
      sink = at(malloc(1 << 20));
    while (sink);
    if (strcmp(what, "memory_trap") == 0)
      __builtin_trap();
  }
  if (strcmp(what, "loop") == 0)
    for (;;)
      sink++;
  if (strcmp(what, "spin") == 0)
    for (;;)
      ;
}
