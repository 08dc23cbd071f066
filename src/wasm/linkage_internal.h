/* What the files of this room know about linkages. */
#ifndef WD_WASM_LINKAGE_INTERNAL_H
#define WD_WASM_LINKAGE_INTERNAL_H

#include "wasm/instance.h"
#include "wasm/module_internal.h"

struct wd_linkage {
  struct wd_mem *mem;
  struct wd_module *module;
  enum wd_variant variant;
  bool wasi;
  struct wd_arena arena;   /* what the trampolines are given */
  wasm_engine_t *engine;   /* the runtime's */
  wasmtime_module_t *code; /* the module's */
  wasmtime_instance_pre_t *pre;
};

/* What wasmtime calls for an import: `env` is a struct wd_import. Leaves the
 * guard, calls, enters it again. */
wasm_trap_t *
wd_instance_import(void *env, wasmtime_caller_t *caller,
                   wasmtime_val_raw_t *values, size_t count);

/* proc_exit of drivers. */
wd_import_function wd_instance_exit;

#endif
