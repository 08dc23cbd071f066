/* What the files of this room know about modules and runtimes. */
#ifndef WD_WASM_MODULE_INTERNAL_H
#define WD_WASM_MODULE_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>

#include "wasm/rewrite.h"

enum { WD_VARIANT_COUNT = 2 };

struct wd_runtime {
  atomic_uint references;
  struct wd_mem *mem;
  char *cache_dir; /* NULL: none */
  bool backtrace_details;
  size_t stack_size;
  pthread_mutex_t lock; /* of making engines */
  _Atomic(wasm_engine_t *) engines[WD_VARIANT_COUNT];
};

struct wd_module {
  atomic_uint references;
  struct wd_runtime *runtime;
  struct wd_arena arena; /* the outline */
  struct wd_outline outline;
  uint8_t *bytes; /* as they were given */
  size_t size;
  pthread_mutex_t lock; /* of compiling */
  wasmtime_module_t *code[WD_VARIANT_COUNT];
};

/* What code of this runtime and variant is compiled with, as text. */
void
wd_runtime_settings(const struct wd_runtime *runtime, enum wd_variant variant,
                    char *out_text, size_t size);

#endif
