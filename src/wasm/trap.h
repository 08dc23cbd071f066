/* What wasmtime reports, as a `struct wd_error`. */
#ifndef WD_WASM_TRAP_H
#define WD_WASM_TRAP_H

#include <wasmtime.h>

#include "base/error.h"

/* Records a failure of wasmtime's as "<what>: <its text in one line>" and
 * deletes it. */
enum wd_status
wd_fail_wasmtime(struct wd_error *error, enum wd_status status,
                 const char *what, wasmtime_error_t *failure);

/* What a guest call ended with, taken apart; fixed size. */
struct wd_trap {
  char cause[512];  /* one line */
  char place[128];  /* the function it happened in, or "" */
  char trace[3072]; /* frames, one a line, innermost first */
};

/* Reads one of the two (the other is NULL) and deletes it. */
void
wd_trap_read(wasmtime_error_t *failure, wasm_trap_t *trap,
             struct wd_trap *out_trap);

#endif
