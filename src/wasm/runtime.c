#include "wasm/runtime.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wasm/fault.h"
#include "wasm/guard.h"
#include "wasm/linear.h"
#include "wasm/module_internal.h"

#define STACK_DEFAULT ((size_t)1 << 20)
#define STACK_LEAST ((size_t)64 << 10)
#define STACK_MOST ((size_t)64 << 20)

static const char details_variable[] = "WASMTIME_BACKTRACE_DETAILS";

enum wd_status
wd_runtime_new(const struct wd_runtime_options *options,
               struct wd_runtime **out_runtime, struct wd_error *error)
{
  size_t stack = options->stack_size ? options->stack_size : STACK_DEFAULT;
  struct wd_runtime *runtime;

  if (stack < STACK_LEAST || stack > STACK_MOST)
    return wd_fail(error, WD_INVALID_ARGUMENT,
                   "a stack of %zu bytes: give %zu to %zu", stack, STACK_LEAST,
                   STACK_MOST);
  runtime = wd_mem_calloc(options->mem, 1, sizeof *runtime);
  if (!runtime)
    return wd_fail_memory(error);
  atomic_init(&runtime->references, 1);
  runtime->mem = options->mem;
  runtime->backtrace_details = options->backtrace_details;
  runtime->stack_size = stack;
  if (options->cache_dir) {
    runtime->cache_dir = wd_mem_strndup(options->mem, options->cache_dir,
                                        strlen(options->cache_dir));
    if (!runtime->cache_dir) {
      wd_mem_free(runtime->mem, runtime, sizeof *runtime);
      return wd_fail_memory(error);
    }
  }
  pthread_mutex_init(&runtime->lock, NULL);
  wd_fault_install();
  wd_guard_install();
  *out_runtime = runtime;
  return WD_OK;
}

struct wd_runtime *
wd_runtime_ref(struct wd_runtime *runtime)
{
  atomic_fetch_add_explicit(&runtime->references, 1, memory_order_relaxed);
  return runtime;
}

void
wd_runtime_unref(struct wd_runtime *runtime)
{
  if (!runtime || atomic_fetch_sub_explicit(&runtime->references, 1,
                                            memory_order_acq_rel) != 1)
    return;
  for (int i = 0; i < WD_VARIANT_COUNT; i++)
    if (runtime->engines[i])
      wasm_engine_delete(runtime->engines[i]);
  pthread_mutex_destroy(&runtime->lock);
  if (runtime->cache_dir)
    wd_mem_free(runtime->mem, runtime->cache_dir,
                strlen(runtime->cache_dir) + 1);
  wd_mem_free(runtime->mem, runtime, sizeof *runtime);
}

/* wasmtime has no setter for this one: it reads the variable when a
 * configuration is made. */
static wasm_config_t *
new_config(bool backtrace_details)
{
  static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
  const char *value = getenv(details_variable);
  bool set = value && strcmp(value, "0") != 0;
  wasm_config_t *config;

  if (set == backtrace_details)
    return wasm_config_new();
  pthread_mutex_lock(&lock);
  setenv(details_variable, backtrace_details ? "1" : "0", 1);
  config = wasm_config_new();
  if (set)
    setenv(details_variable, "1", 1);
  else
    unsetenv(details_variable);
  pthread_mutex_unlock(&lock);
  return config;
}

/* An invalid configuration makes wasmtime end the process: everything here is
 * constant, but for the stack's size, which was checked. */
static wasm_engine_t *
new_engine(const struct wd_runtime *runtime, enum wd_variant variant)
{
  wasm_config_t *config = new_config(runtime->backtrace_details);
  wasmtime_memory_creator_t creator = wd_linear_creator();

  if (!config)
    return NULL;
  wasmtime_config_host_memory_creator_set(config, &creator);
  wasmtime_config_memory_init_cow_set(config, false);
  wasmtime_config_native_unwind_info_set(config, false);
  wasmtime_config_epoch_interruption_set(config,
                                         variant == WD_VARIANT_INTERRUPTIBLE);
  wasmtime_config_async_stack_size_set(config, runtime->stack_size * 2);
  wasmtime_config_max_wasm_stack_set(config, runtime->stack_size);
  wasmtime_config_wasm_threads_set(config, false);
  wasmtime_config_shared_memory_set(config, false);
  wasmtime_config_wasm_gc_set(config, false);
  wasmtime_config_wasm_multi_memory_set(config, false);
  wasmtime_config_wasm_memory64_set(config, false);
  wasmtime_config_wasm_relaxed_simd_set(config, true);
  wasmtime_config_wasm_relaxed_simd_deterministic_set(config, true);
  return wasm_engine_new_with_config(config);
}

enum wd_status
wd_runtime_engine(struct wd_runtime *runtime, enum wd_variant variant,
                  wasm_engine_t **out_engine, struct wd_error *error)
{
  wasm_engine_t *engine = atomic_load(&runtime->engines[variant]);

  if (!engine) {
    pthread_mutex_lock(&runtime->lock);
    engine = atomic_load(&runtime->engines[variant]);
    if (!engine) {
      engine = new_engine(runtime, variant);
      atomic_store(&runtime->engines[variant], engine);
    }
    pthread_mutex_unlock(&runtime->lock);
  }
  if (!engine)
    return wd_fail(error, WD_INTERNAL, "cannot make a WebAssembly engine");
  *out_engine = engine;
  return WD_OK;
}

void
wd_runtime_tick(struct wd_runtime *runtime)
{
  wasm_engine_t *engine =
      atomic_load(&runtime->engines[WD_VARIANT_INTERRUPTIBLE]);

  if (engine)
    wasmtime_engine_increment_epoch(engine);
}

void
wd_runtime_settings(const struct wd_runtime *runtime, enum wd_variant variant,
                    char *out_text, size_t size)
{
  snprintf(out_text, size, "rewriting 1, variant %d, backtrace details %d",
           (int)variant, runtime->backtrace_details);
}
