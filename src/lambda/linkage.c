#include <string.h>

#include "abi/imports.h"
#include "lambda/worker.h"

/* Bytes of a string parameter, NULL with an error when it is not inside. */
static const char *
string_at(struct wd_instance *instance, const wasmtime_val_raw_t *values,
          struct wd_error *error)
{
  uint64_t size;
  uint8_t *base = wd_instance_memory(instance, &size);
  const char *text = wd_memory_at(base, size, (uint32_t)values[0].i32,
                                  (uint32_t)values[1].i32);

  if (!text)
    wd_fail(error, WD_LAMBDA_FAILED,
            "a string passed to the host is not inside the program's memory");
  return text;
}

static enum wd_status
context_fail(struct wd_instance *instance, const void *data,
             wasmtime_val_raw_t *values, struct wd_error *error)
{
  const char *text = string_at(instance, values, error);
  char message[900];

  (void)data;
  if (!text)
    return WD_LAMBDA_FAILED;
  wd_text_clean(message, sizeof message, text, (uint32_t)values[1].i32);
  return wd_fail(error, WD_LAMBDA_FAILED, "%s", message);
}

void
wd_log_line(wd_wasi_sink *print, void *env, const char *text, size_t length)
{
  char line[1024 + WD_FILTER_MORE + 1];
  struct wd_filter filter = {0};
  size_t used =
      wd_filter_text(&filter, text, length < 1024 ? length : 1024, line);

  line[used++] = '\n';
  print(env, 2, line, used);
}

static enum wd_status
context_log(struct wd_instance *instance, const void *data,
            wasmtime_val_raw_t *values, struct wd_error *error)
{
  struct wd_worker *worker = wd_instance_env(instance);
  const struct wd_pool_options *options = wd_pool_options(worker->pool);
  const char *text = string_at(instance, values + 1, error);

  (void)data;
  if (!text)
    return WD_LAMBDA_FAILED;
  if (options->print)
    wd_log_line(options->print, options->env, text, (uint32_t)values[2].i32);
  return WD_OK;
}

static enum wd_status
context_count(struct wd_instance *instance, const void *data,
              wasmtime_val_raw_t *values, struct wd_error *error)
{
  struct wd_worker *worker = wd_instance_env(instance);
  const char *name = string_at(instance, values, error);

  (void)data;
  if (!name)
    return WD_LAMBDA_FAILED;
  wd_pool_count(worker->pool, name, (uint32_t)values[1].i32,
                (uint64_t)values[2].i64);
  return WD_OK;
}

static enum wd_status
context_job_id(struct wd_instance *instance, const void *data,
               wasmtime_val_raw_t *values, struct wd_error *error)
{
  struct wd_worker *worker = wd_instance_env(instance);

  (void)data;
  (void)error;
  values[0].i64 = (int64_t)wd_pool_options(worker->pool)->job;
  return WD_OK;
}

static enum wd_status
context_partition(struct wd_instance *instance, const void *data,
                  wasmtime_val_raw_t *values, struct wd_error *error)
{
  struct wd_worker *worker = wd_instance_env(instance);

  (void)data;
  (void)error;
  values[0].i32 = (int32_t)worker->partition;
  return WD_OK;
}

static enum wd_status
context_partitions(struct wd_instance *instance, const void *data,
                   wasmtime_val_raw_t *values, struct wd_error *error)
{
  struct wd_worker *worker = wd_instance_env(instance);

  (void)data;
  (void)error;
  values[0].i32 = (int32_t)worker->partitions;
  return WD_OK;
}

/* Attempts are always the first. */
static enum wd_status
context_attempt(struct wd_instance *instance, const void *data,
                wasmtime_val_raw_t *values, struct wd_error *error)
{
  (void)instance;
  (void)data;
  (void)error;
  values[0].i32 = 0;
  return WD_OK;
}

static enum wd_status
refuse(struct wd_instance *instance, const void *data,
       wasmtime_val_raw_t *values, struct wd_error *error)
{
  const struct wd_abi_function *function = data;

  (void)instance;
  (void)values;
  return wd_fail(error, WD_LAMBDA_FAILED,
                 "%s was called inside a lambda: lambdas run in workers, which "
                 "have no data sets; build them in main",
                 function->label);
}

static wd_import_function *
worker_function(const struct wd_abi_function *function)
{
  switch (function - wd_abi_imports) {
  case WD_ABI_IMPORT_CONTEXT_FAIL:
    return context_fail;
  case WD_ABI_IMPORT_CONTEXT_LOG:
    return context_log;
  case WD_ABI_IMPORT_CONTEXT_COUNT:
    return context_count;
  case WD_ABI_IMPORT_CONTEXT_JOB_ID:
    return context_job_id;
  case WD_ABI_IMPORT_CONTEXT_PARTITION:
    return context_partition;
  case WD_ABI_IMPORT_CONTEXT_PARTITIONS:
    return context_partitions;
  case WD_ABI_IMPORT_CONTEXT_ATTEMPT:
    return context_attempt;
  default:
    return refuse;
  }
}

/* What every lambda needs, whatever its role. */
static enum wd_status
check_exports(const struct wd_module_info *info, struct wd_error *error)
{
  const struct wd_abi_function *bind =
      &wd_abi_exports[WD_ABI_EXPORT_LAMBDAS_BIND];
  bool has_bind = false, has_realloc = false;

  for (uint32_t i = 0; i < info->export_count; i++) {
    const char *name = info->exports[i].name;

    has_bind |= wd_abi_find_export(name) == bind;
    has_realloc |= strcmp(name, "cabi_realloc") == 0;
  }
  if (has_bind && has_realloc)
    return WD_OK;
  return wd_fail(error, WD_BAD_MODULE,
                 "%s has lambdas but does not export '%s' (is the SDK linked "
                 "as a whole?)",
                 info->name, has_bind ? "cabi_realloc" : bind->core_name);
}

enum wd_status
wd_worker_linkage_new(struct wd_module *module, enum wd_variant variant,
                      struct wd_linkage **out_linkage, struct wd_error *error)
{
  const struct wd_module_info *info = wd_module_info(module);
  size_t count;
  const struct wd_import *preview1 = wd_wasi_worker_imports(&count);
  size_t capacity = count + info->import_count;
  enum wd_status status = check_exports(info, error);
  struct wd_import *imports;

  if (status != WD_OK)
    return status;
  imports = wd_mem_calloc(NULL, capacity, sizeof *imports);
  if (!imports)
    return wd_fail_memory(error);
  memcpy(imports, preview1, count * sizeof *imports);
  status = wd_abi_imports_gather(info, worker_function, imports, &count, error);
  if (status == WD_OK)
    status = wd_linkage_new(module,
                            &(struct wd_linkage_options){
                                .variant = variant,
                                .imports = imports,
                                .import_count = count,
                            },
                            out_linkage, error);
  wd_mem_free(NULL, imports, capacity * sizeof *imports);
  return status;
}
