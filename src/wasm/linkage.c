#include <stdio.h>
#include <string.h>

#include "wasm/linkage_internal.h"
#include "wasm/signature.h"
#include "wasm/trap.h"

static const char wasi_module[] = "wasi_snapshot_preview1";

static const struct wd_import exit_import = {
    wasi_module, "proc_exit", "i", "", wd_instance_exit, NULL};

/* Imports that nobody gives, as text, as far as it has room. */
struct missing {
  char names[512];
  unsigned count;
};

/* What stands in for a tolerated import. */
static enum wd_status
call_missing(struct wd_instance *instance, const void *data,
             wasmtime_val_raw_t *values, struct wd_error *error)
{
  const struct wd_extern *import = data;

  (void)instance;
  (void)values;
  return wd_fail(error, WD_BAD_MODULE,
                 "the import %s.%s was called, which is not provided here",
                 import->module, import->name);
}

static const struct wd_import *
find_import(const struct wd_linkage_options *options,
            const struct wd_extern *wanted)
{
  for (size_t i = 0; i < options->import_count; i++)
    if (strcmp(options->imports[i].name, wanted->name) == 0 &&
        strcmp(options->imports[i].module, wanted->module) == 0)
      return &options->imports[i];
  if (options->wasi && strcmp(wanted->name, exit_import.name) == 0 &&
      strcmp(wanted->module, exit_import.module) == 0)
    return &exit_import;
  return NULL;
}

static enum wd_status
define(struct wd_linkage *linkage, wasmtime_linker_t *linker,
       const struct wd_extern *wanted, const struct wd_import *import,
       struct wd_error *error)
{
  struct wd_import *copy = wd_arena_alloc(&linkage->arena, sizeof *copy);
  wasm_functype_t *type;
  wasmtime_error_t *failure;

  if (!copy)
    return wd_fail_memory(error);
  *copy = *import;
  copy->module = wanted->module; /* these live as long as the module */
  copy->name = wanted->name;
  type = wd_signature_type(wanted->signature);
  if (!type)
    return wd_fail(error, WD_BAD_MODULE, "%s: the import %s.%s is %s",
                   linkage->module->outline.info.name, wanted->module,
                   wanted->name, wanted->signature);
  failure = wasmtime_linker_define_func_unchecked(
      linker, wanted->module, strlen(wanted->module), wanted->name,
      strlen(wanted->name), type, wd_instance_import, copy, NULL);
  wasm_functype_delete(type);
  return failure ? wd_fail_wasmtime(error, WD_INTERNAL, wanted->name, failure)
                 : WD_OK;
}

static enum wd_status
define_given(struct wd_linkage *linkage, wasmtime_linker_t *linker,
             const struct wd_extern *wanted, const struct wd_import *import,
             struct wd_error *error)
{
  char ours[256];

  if (wanted->kind == WD_EXTERN_FUNCTION &&
      wd_signature_is(wanted->signature, import->parameters, import->results))
    return define(linkage, linker, wanted, import, error);
  return wd_fail(error, WD_BAD_MODULE,
                 "%s: the import %s.%s is %s in the program, but %s here; was "
                 "it built for another version?",
                 linkage->module->outline.info.name, wanted->module,
                 wanted->name,
                 wanted->signature ? wanted->signature
                                   : "no "
                                     "function",
                 wd_signature_print(import->parameters, import->results, ours,
                                    sizeof ours));
}

static void
note_missing(struct missing *missing, const struct wd_extern *import)
{
  size_t used = strlen(missing->names);
  int length =
      snprintf(missing->names + used, sizeof missing->names - used, "%s%s.%s",
               used ? ", " : "", import->module, import->name);

  if (length < 0 || (size_t)length >= sizeof missing->names - used)
    missing->names[used] = '\0';
  missing->count++;
}

static enum wd_status
resolve(struct wd_linkage *linkage, wasmtime_linker_t *linker,
        const struct wd_linkage_options *options,
        const struct wd_extern *wanted, struct missing *missing,
        struct wd_error *error)
{
  const struct wd_import *import = find_import(options, wanted);
  struct wd_import absent = {.function = call_missing, .data = wanted};

  if (import)
    return define_given(linkage, linker, wanted, import, error);
  if (options->wasi && strcmp(wanted->module, wasi_module) == 0)
    return WD_OK;
  if (wanted->kind == WD_EXTERN_FUNCTION && options->tolerate &&
      options->tolerate(options->env, wanted))
    return define(linkage, linker, wanted, &absent, error);
  note_missing(missing, wanted);
  return WD_OK;
}

static enum wd_status
fail_missing(const struct wd_linkage *linkage, const struct missing *missing,
             struct wd_error *error)
{
  return wd_fail(
      error, WD_BAD_MODULE, "%s: imports that are not provided (%u): %s",
      linkage->module->outline.info.name, missing->count, missing->names);
}

static enum wd_status
define_all(struct wd_linkage *linkage, wasmtime_linker_t *linker,
           const struct wd_linkage_options *options, struct wd_error *error)
{
  const struct wd_module_info *info = &linkage->module->outline.info;
  struct missing missing = {"", 0};
  wasmtime_error_t *failure = NULL;
  enum wd_status status = WD_OK;

  wasmtime_linker_allow_shadowing(linker, true);
  if (options->wasi)
    failure = wasmtime_linker_define_wasi(linker);
  if (failure)
    return wd_fail_wasmtime(error, WD_INTERNAL, "WASI", failure);
  for (uint32_t i = 0; i < info->import_count && !status; i++)
    status =
        resolve(linkage, linker, options, &info->imports[i], &missing, error);
  if (!status && missing.count)
    status = fail_missing(linkage, &missing, error);
  if (status)
    return status;
  failure =
      wasmtime_linker_instantiate_pre(linker, linkage->code, &linkage->pre);
  return failure ? wd_fail_wasmtime(error, WD_BAD_MODULE, info->name, failure)
                 : WD_OK;
}

static enum wd_status
link_module(struct wd_linkage *linkage,
            const struct wd_linkage_options *options, struct wd_error *error)
{
  wasmtime_linker_t *linker;
  enum wd_status status;

  status = wd_runtime_engine(linkage->module->runtime, options->variant,
                             &linkage->engine, error);
  if (!status)
    status = wd_module_code(linkage->module, options->variant, &linkage->code,
                            error);
  if (status)
    return status;
  linker = wasmtime_linker_new(linkage->engine);
  status = define_all(linkage, linker, options, error);
  wasmtime_linker_delete(linker);
  return status;
}

enum wd_status
wd_linkage_new(struct wd_module *module,
               const struct wd_linkage_options *options,
               struct wd_linkage **out_linkage, struct wd_error *error)
{
  struct wd_mem *mem = module->runtime->mem;
  struct wd_linkage *linkage = wd_mem_calloc(mem, 1, sizeof *linkage);
  enum wd_status status;

  if (!linkage)
    return wd_fail_memory(error);
  linkage->mem = mem;
  linkage->module = wd_module_ref(module);
  linkage->variant = options->variant;
  linkage->wasi = options->wasi;
  wd_arena_init(&linkage->arena, mem, 0);
  status = link_module(linkage, options, error);
  if (status)
    wd_linkage_free(linkage);
  else
    *out_linkage = linkage;
  return status;
}

void
wd_linkage_free(struct wd_linkage *linkage)
{
  struct wd_module *module;

  if (!linkage)
    return;
  module = linkage->module;
  if (linkage->pre)
    wasmtime_instance_pre_delete(linkage->pre);
  wd_arena_fini(&linkage->arena);
  wd_mem_free(linkage->mem, linkage, sizeof *linkage);
  wd_module_unref(module);
}

struct wd_module *
wd_linkage_module(struct wd_linkage *linkage)
{
  return linkage->module;
}
