/* What the files of this room know about instances. */
#ifndef WD_WASM_INSTANCE_INTERNAL_H
#define WD_WASM_INSTANCE_INTERNAL_H

#include "wasm/guard.h"
#include "wasm/image_internal.h"
#include "wasm/instance.h"
#include "wasm/linkage_internal.h"

struct wd_instance {
  struct wd_linkage *linkage;
  struct wd_mem *mem;
  wasmtime_store_t *store;
  wasmtime_context_t *context;
  wasmtime_instance_t instance;
  struct wd_linear memory;
  struct wd_guard guard;
  struct wd_image *image; /* workers */
  void *env;
  unsigned depth; /* calls into the guest that go on */
  bool failed;    /* trapped: not to be called again */
  bool exited;    /* called proc_exit */
  int exit_code;
  uint64_t table_print;    /* drivers: at the start */
  struct wd_error failure; /* of an import, on its way to the call */
};

/* A new instance without a store; mem, limit and env are set. */
struct wd_instance *
wd_instance_allocate(struct wd_linkage *linkage,
                     const struct wd_instance_options *options);

/* Makes store and instance; instance->memory was initialised. `wasi` is taken
 * over. Frees nothing when it fails. */
enum wd_status
wd_instance_make(struct wd_instance *instance, wasi_config_t *wasi,
                 struct wd_error *error);

/* An export by name and kind. */
bool
wd_instance_item(struct wd_instance *instance, const char *name,
                 wasmtime_extern_kind_t kind, wasmtime_extern_t *out_item);

/* WD_LIMIT_EXCEEDED when `size` is more than the options allow. */
enum wd_status
wd_instance_check_limit(const struct wd_instance_options *options,
                        uint64_t size, const char *what,
                        struct wd_error *error);

#endif
