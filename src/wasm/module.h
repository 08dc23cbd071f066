/* A module: checked, rewritten, hashed; compiled once for each variant.
 *
 * The rewriting (rewrite.h): active data segments become empty passive ones,
 * the start function is exported as `__wd_start` instead of run, mutable
 * globals are exported as `__wd_g<index>`, the memory as `__wd_memory` (when
 * it has no export) and the table as `__wd_table`. Immutable after loading;
 * shared by counting references; any thread.
 */
#ifndef WD_WASM_MODULE_H
#define WD_WASM_MODULE_H

#include <stdint.h>

#include "base/hash.h"
#include "wasm/runtime.h"

enum wd_extern_kind {
  WD_EXTERN_FUNCTION,
  WD_EXTERN_TABLE,
  WD_EXTERN_MEMORY,
  WD_EXTERN_GLOBAL,
  WD_EXTERN_TAG,
};

/* An import or an export of the module as it was written. */
struct wd_extern {
  const char *module; /* imports only */
  const char *name;
  enum wd_extern_kind kind;
  const char *signature; /* functions: "(i32 i64) -> i32" */
};

struct wd_global_info {
  uint32_t index;
  uint8_t type; /* 0x7f i32, 0x7e i64, 0x7d f32, 0x7c f64, 0x7b v128 */
};

/* Where an active data segment's bytes are in the original file. */
struct wd_segment {
  uint64_t offset; /* in linear memory */
  size_t position; /* in the file */
  size_t size;
};

struct wd_module_info {
  const char *name;    /* as given to wd_module_load, for messages */
  struct wd_hash hash; /* of the original bytes */
  uint32_t import_count;
  const struct wd_extern *imports;
  uint32_t export_count;
  const struct wd_extern *exports;
  uint32_t global_count; /* own mutable ones */
  const struct wd_global_info *globals;
  uint32_t segment_count;
  const struct wd_segment *segments;
  uint64_t memory_minimum; /* bytes */
  uint64_t memory_maximum; /* bytes; UINT64_MAX: none */
  bool has_start;
};

struct wd_module;

/* Takes a copy of the bytes. WD_BAD_MODULE, with a reason for people, for: not
 * Wasm, truncated, malformed, a component, imported or shared or second
 * memory, memory64, no memory, mutable globals of reference type, offsets of
 * data that are not constant (PIC), reserved export names (`__wd_…`). */
enum wd_status
wd_module_load(struct wd_runtime *runtime, const uint8_t *bytes, size_t size,
               const char *name, struct wd_module **out_module,
               struct wd_error *error);

/* Reads a file. WD_NOT_FOUND, WD_IO, or as wd_module_load. */
enum wd_status
wd_module_load_file(struct wd_runtime *runtime, const char *path,
                    struct wd_module **out_module, struct wd_error *error);

struct wd_module *
wd_module_ref(struct wd_module *module);

void
wd_module_unref(struct wd_module *module);

const struct wd_module_info *
wd_module_info(const struct wd_module *module);

/* The bytes that it was loaded from; the module's own. */
const uint8_t *
wd_module_bytes(const struct wd_module *module, size_t *out_size);

/* The export of that name, or NULL. */
const struct wd_extern *
wd_module_export(const struct wd_module *module, const char *name);

/* Compiled code of a variant: from memory, else from the cache, else compiled
 * (and put into the cache: a failing cache is no error). Owned by the
 * module. Blocks other threads that want the same. */
enum wd_status
wd_module_code(struct wd_module *module, enum wd_variant variant,
               wasmtime_module_t **out_code, struct wd_error *error);

/* Compiles ahead of time: the code lies in the cache afterwards.
 * WD_INVALID_ARGUMENT when the runtime has no cache. */
enum wd_status
wd_module_precompile(struct wd_module *module, enum wd_variant variant,
                     struct wd_error *error);

/* Where the compiled code of a variant lies in the cache, or would.
 * WD_INVALID_ARGUMENT when the runtime has no cache. */
enum wd_status
wd_module_cache_path(const struct wd_module *module, enum wd_variant variant,
                     char *out_path, size_t size, struct wd_error *error);

#endif
