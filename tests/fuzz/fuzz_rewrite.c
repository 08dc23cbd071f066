/* Any bytes: the rewriter stays in bounds, and what the compiler accepts it
 * still accepts after the rewriting. */
#include <stdint.h>
#include <stdlib.h>

#include <wasmtime.h>

#include "wasm/rewrite.h"
#include "wasm/unwrap.h"

static wasm_engine_t *
engine(void)
{
  static wasm_engine_t *made;

  if (!made) {
    wasm_config_t *config = wasm_config_new();

    wasmtime_config_wasm_threads_set(config, false);
    wasmtime_config_wasm_gc_set(config, false);
    wasmtime_config_wasm_multi_memory_set(config, false);
    wasmtime_config_wasm_memory64_set(config, false);
    made = wasm_engine_new_with_config(config);
  }
  return made;
}

static int
valid(const uint8_t *bytes, size_t size)
{
  wasmtime_error_t *failure = wasmtime_module_validate(engine(), bytes, size);

  if (failure)
    wasmtime_error_delete(failure);
  return !failure;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  struct wd_outline outline;
  struct wd_arena arena;
  struct wd_buf out;

  wd_arena_init(&arena, NULL, 0);
  if (wd_outline_read(data, size, "fuzz", &arena, &outline, NULL) == WD_OK &&
      wd_unwrap(&outline, &arena, NULL) == WD_OK) {
    if (wd_rewrite(data, size, &outline, NULL, &out, NULL) != WD_OK)
      abort();
    if (valid(data, size) && !valid((const uint8_t *)out.data, out.length))
      abort();
    wd_buf_fini(&out);
  }
  wd_arena_fini(&arena);
  return 0;
}
