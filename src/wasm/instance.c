#include "wasm/instance.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "wasm/instance_internal.h"
#include "wasm/signature.h"
#include "wasm/trap.h"

/* Entries in all tables of an instance: each costs the host 8 bytes. */
#define TABLE_ENTRIES_MAX (1 << 20)

struct wd_instance *
wd_instance_allocate(struct wd_linkage *linkage,
                     const struct wd_instance_options *options)
{
  struct wd_instance *instance =
      wd_mem_calloc(options->mem, 1, sizeof *instance);

  if (!instance)
    return NULL;
  instance->linkage = linkage;
  instance->mem = options->mem;
  instance->env = options->env;
  wd_guard_init(&instance->guard);
  return instance;
}

/* Asked at each tick of the epoch while interruptible code runs. */
static wasmtime_error_t *
look_at_guard(const wasmtime_context_t *context, void *data,
              uint64_t *out_delta, wasmtime_update_deadline_kind_t *out_kind)
{
  struct wd_instance *instance = data;

  (void)context;
  if (wd_guard_killed(&instance->guard))
    return wasmtime_error_new("cancelled");
  *out_delta = 1;
  *out_kind = WASMTIME_UPDATE_DEADLINE_CONTINUE;
  return NULL;
}

static enum wd_status
make_store(struct wd_instance *instance, wasi_config_t *wasi,
           struct wd_error *error)
{
  wasmtime_error_t *failure = NULL;

  instance->store =
      wasmtime_store_new(instance->linkage->engine, instance, NULL);
  instance->context = wasmtime_store_context(instance->store);
  wasmtime_store_limiter(instance->store, -1, TABLE_ENTRIES_MAX, -1, -1, -1);
  if (instance->linkage->variant == WD_VARIANT_INTERRUPTIBLE) {
    wasmtime_context_set_epoch_deadline(instance->context, 1);
    wasmtime_store_epoch_deadline_callback(instance->store, look_at_guard,
                                           instance, NULL);
  }
  if (instance->linkage->wasi && !wasi)
    wasi = wasi_config_new();
  if (instance->linkage->wasi)
    failure = wasmtime_context_set_wasi(instance->context, wasi);
  else if (wasi)
    wasi_config_delete(wasi);
  return failure ? wd_fail_wasmtime(error, WD_INTERNAL, "WASI", failure)
                 : WD_OK;
}

enum wd_status
wd_instance_make(struct wd_instance *instance, wasi_config_t *wasi,
                 struct wd_error *error)
{
  enum wd_status status = make_store(instance, wasi, error);
  wasmtime_error_t *failure;
  wasm_trap_t *trap = NULL;
  struct wd_trap report;

  if (status)
    return status;
  instance->memory.minimum =
      instance->linkage->module->outline.info.memory_minimum;
  wd_linear_arm(&instance->memory);
  failure = wasmtime_instance_pre_instantiate(
      instance->linkage->pre, instance->context, &instance->instance, &trap);
  wd_linear_disarm();
  if (!failure && !trap)
    return WD_OK;
  wd_trap_read(failure, trap, &report);
  return wd_fail(error, instance->memory.failed ? WD_NO_MEMORY : WD_BAD_MODULE,
                 "%s: cannot be instantiated: %s",
                 instance->linkage->module->outline.info.name, report.cause);
}

void
wd_instance_free(struct wd_instance *instance)
{
  if (!instance)
    return;
  if (instance->store)
    wasmtime_store_delete(instance->store);
  wd_linear_fini(&instance->memory);
  wd_guard_fini(&instance->guard);
  wd_image_unref(instance->image);
  wd_mem_free(instance->mem, instance, sizeof *instance);
}

void *
wd_instance_env(struct wd_instance *instance)
{
  return instance->env;
}

struct wd_linkage *
wd_instance_linkage(struct wd_instance *instance)
{
  return instance->linkage;
}

enum wd_status
wd_instance_check_limit(const struct wd_instance_options *options,
                        uint64_t size, const char *what, struct wd_error *error)
{
  if (!options->memory_limit || size <= options->memory_limit)
    return WD_OK;
  return wd_fail(error, WD_LIMIT_EXCEEDED,
                 "%s %" PRIu64 " bytes of memory; the limit is %" PRIu64, what,
                 size, options->memory_limit);
}

bool
wd_instance_item(struct wd_instance *instance, const char *name,
                 wasmtime_extern_kind_t kind, wasmtime_extern_t *out_item)
{
  return wasmtime_instance_export_get(instance->context, &instance->instance,
                                      name, strlen(name), out_item) &&
         out_item->kind == kind;
}

enum wd_status
wd_instance_function(struct wd_instance *instance, const char *name,
                     const char *parameters, const char *results,
                     wasmtime_func_t *out_function, struct wd_error *error)
{
  const struct wd_outline *outline = &instance->linkage->module->outline;
  const struct wd_extern *export =
      wd_module_export(instance->linkage->module, name);
  wasmtime_extern_t item;
  char text[256];
  uint32_t index;

  if (!export || export->kind != WD_EXTERN_FUNCTION)
    return wd_fail(error, WD_NOT_FOUND, "%s has no exported function '%s'",
                   outline->info.name, name);
  if (!wd_signature_is(export->signature, parameters, results))
    return wd_fail(error, WD_BAD_MODULE,
                   "%s: the export '%s' is %s; it must be %s",
                   outline->info.name, name, export->signature,
                   wd_signature_print(parameters, results, text, sizeof text));
  index = (uint32_t)(export - outline->info.exports);
  if (outline->unwrapped && outline->unwrapped[index] != UINT32_MAX) {
    snprintf(text, sizeof text, "__wd_f%" PRIu32, index);
    name = text;
  }
  if (!wd_instance_item(instance, name, WASMTIME_EXTERN_FUNC, &item))
    return wd_fail(error, WD_INTERNAL, "the export '%s' is not there", name);
  *out_function = item.of.func;
  return WD_OK;
}

uint8_t *
wd_instance_memory(struct wd_instance *instance, uint64_t *out_size)
{
  *out_size =
      atomic_load_explicit(&instance->memory.size, memory_order_relaxed);
  return instance->memory.base;
}

void
wd_instance_memory_places(const struct wd_instance *instance,
                          uint8_t *const **out_base,
                          const _Atomic uint64_t **out_size)
{
  *out_base = &instance->memory.base;
  *out_size = &instance->memory.size;
}

bool
wd_instance_alive(const struct wd_instance *instance)
{
  return !instance->failed && !wd_guard_killed(&instance->guard);
}

bool
wd_instance_kill(struct wd_instance *instance)
{
  struct wd_linkage *linkage = instance->linkage;
  bool plain = linkage->variant == WD_VARIANT_PLAIN;
  bool inside = wd_guard_kill(&instance->guard, &instance->memory,
                              plain ? linkage->code : NULL);

  if (inside && !plain)
    wd_runtime_tick(linkage->module->runtime);
  return inside;
}

uint64_t
wd_instance_private_bytes(struct wd_instance *instance)
{
  struct wd_runs runs;
  uint64_t bytes;

  if (instance->memory.shared)
    return wd_memory_file_used(instance->memory.file);
  wd_runs_init(&runs, instance->mem);
  wd_dirty_find(instance->memory.base, instance->memory.size, &runs, NULL);
  bytes = runs.bytes;
  wd_runs_fini(&runs);
  return bytes;
}
