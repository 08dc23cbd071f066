/* How a program starts and ends.
 *
 * wasi-libc's crt1-command.o of 2022 relies on the linker to wrap each export
 * in constructors and destructors, which would run them at each call of a
 * lambda on an image that has them behind it. Referring to __wasm_call_ctors
 * turns the wrapping off (lld, wasm/Driver.cpp), and then nobody else runs
 * constructors before main, and destructors after it: this file does. Newer
 * start files run the constructors themselves; `constructed` tells.
 *
 * Both call __main_void, which wasi-libc has as an archive member only, so this
 * one comes first. wasidata.h renames the program's main. */
#include <stdlib.h>

#include <wasi/api.h>

#include "internal.h"

extern void
__wasm_call_ctors(void);

__attribute__((weak)) int
wd__main_1(void);

__attribute__((weak)) int
wd__main_2(int count, char **arguments);

__attribute__((weak)) int
__main_argc_argv(int count, char **arguments);

/* Debian's compiler-rt divides numbers of 128 bits with stack protection, which
 * its wasi-libc does not have. */
__attribute__((weak)) uintptr_t __stack_chk_guard = 0xb7a40cd9;

__attribute__((weak)) _Noreturn void
__stack_chk_fail(void);

__attribute__((weak)) _Noreturn void
__stack_chk_fail(void)
{
  wd_fail("the stack was overwritten");
}

static bool constructed;

__attribute__((constructor(101))) static void
construct(void)
{
  constructed = true;
}

/* The program's arguments, kept for its whole life. */
static char **
arguments_read(int *out_count)
{
  __wasi_size_t count = 0;
  __wasi_size_t size = 0;
  if (__wasi_args_sizes_get(&count, &size))
    _Exit(71);
  char *text = malloc(size + 1);
  char **arguments = calloc(count + 1, sizeof *arguments);
  if (!text || !arguments ||
      (count && __wasi_args_get((uint8_t **)arguments, (uint8_t *)text)))
    _Exit(71);
  *out_count = (int)count;
  return arguments;
}

int
__main_void(void);

int
__main_void(void)
{
  if (!constructed)
    __wasm_call_ctors();
  if (wd__main_1)
    exit(wd__main_1());
  int count;
  char **arguments = arguments_read(&count);
  if (wd__main_2)
    exit(wd__main_2(count, arguments));
  if (__main_argc_argv)
    exit(__main_argc_argv(count, arguments));
  wd__raise(WD_INTERNAL, "the program has no main");
  exit(125);
}
