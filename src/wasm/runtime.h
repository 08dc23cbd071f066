/* The Wasm runtime: wasmtime engines for the two variants of code, and the
 * cache of compiled code. One for a process is the usual; any thread; shared
 * by counting references.
 *
 * Engines are made at first use of their variant: host memory creator
 * (linear.h), no memory_init_cow, no GC, NaNs not canonicalised per
 * operation, relaxed SIMD deterministic, 1 MiB of Wasm stack unless said.
 */
#ifndef WD_WASM_RUNTIME_H
#define WD_WASM_RUNTIME_H

#include <stdbool.h>

#include <wasmtime.h>

#include "base/error.h"
#include "base/mem.h"

/* Plain code runs at full speed and is stopped by taking its memory away
 * (instance.h); interruptible code checks an epoch at loops and calls. */
enum wd_variant { WD_VARIANT_PLAIN, WD_VARIANT_INTERRUPTIBLE };

struct wd_runtime_options {
  struct wd_mem *mem;
  const char *cache_dir;  /* NULL: no cache on disk */
  bool backtrace_details; /* file and line from DWARF; another cache key */
  size_t stack_size;      /* bytes; 0: 1 MiB */
};

struct wd_runtime;

enum wd_status
wd_runtime_new(const struct wd_runtime_options *options,
               struct wd_runtime **out_runtime, struct wd_error *error);

struct wd_runtime *
wd_runtime_ref(struct wd_runtime *runtime);

void
wd_runtime_unref(struct wd_runtime *runtime);

/* The engine of a variant, made when needed. */
enum wd_status
wd_runtime_engine(struct wd_runtime *runtime, enum wd_variant variant,
                  wasm_engine_t **out_engine, struct wd_error *error);

/* Makes all interruptible instances of this runtime look at their `killed`
 * flag soon. Any thread, async-signal-unsafe. */
void
wd_runtime_tick(struct wd_runtime *runtime);

#endif
