/* A driver's clock and random numbers that are the same in every run: for
 * programs whose memory is to come out the same. A reading moves the clock on
 * by a microsecond, so that whoever waits for it comes to an end. */
#ifndef WD_WASI_FIXED_H
#define WD_WASI_FIXED_H

#include "wasi/random.h"
#include "wasm/instance.h"

struct wd_wasi_fixed {
  uint64_t time; /* nanoseconds since 1970 */
  struct wd_random random;
};

void
wd_wasi_fixed_init(struct wd_wasi_fixed *fixed);

#define WD_WASI_FIXED_IMPORTS 2

/* Fills in imports that stand before wasmtime's own. `fixed` must outlive
 * what is linked with them, and serves one instance. */
void
wd_wasi_fixed_imports(struct wd_wasi_fixed *fixed, struct wd_import *imports);

#endif
