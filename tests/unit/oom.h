/* Runs a case again and again, with the first, the second, … of its
 * allocations failing, until it gets through. */
#ifndef WD_TEST_OOM_H
#define WD_TEST_OOM_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"
#include "wasidata/status.h"

/* A case answers WD_OK or WD_NO_MEMORY, and leaves nothing behind in either
 * case. */
static inline void
wd_oom_each(enum wd_status (*run)(void *env), void *env)
{
  uint64_t before = wd_mem_used(NULL);
  enum wd_status status = WD_NO_MEMORY;

  for (long n = 1; status != WD_OK; n++) {
    assert_true(n < 100000);
    wd_mem_fail_after(n);
    status = run(env);
    wd_mem_fail_after(0);
    if (status != WD_OK)
      assert_int_equal(status, WD_NO_MEMORY);
    assert_int_equal(wd_mem_used(NULL), before);
  }
}

#endif
