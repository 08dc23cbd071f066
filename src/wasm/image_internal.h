/* What an image is made of, for the files of this room. */
#ifndef WD_WASM_IMAGE_INTERNAL_H
#define WD_WASM_IMAGE_INTERNAL_H

#include <stdatomic.h>

#include "wasm/image.h"
#include "wasm/linear.h"
#include "wasm/module.h"

struct wd_image {
  atomic_uint references;
  struct wd_mem *mem;
  struct wd_module *module;
  uint64_t id;
  struct wd_contents contents;
  uint64_t table_print; /* fingerprint.h */
  uint32_t global_count;
  wasmtime_val_t globals[]; /* numbers and vectors, as info.globals */
};

/* An image without contents; NULL when memory is short. */
struct wd_image *
wd_image_allocate(struct wd_module *module);

/* The memory of a driver whose guest does not run, as an image; its globals
 * are filled in by the caller. The memory is private afterwards. */
enum wd_status
wd_image_new(struct wd_module *module, struct wd_linear *memory, bool freeze,
             struct wd_image **out_image, struct wd_error *error);

#endif
