/* Instances that run main, and freezing them. */
#include <string.h>

#include "wasm/fingerprint.h"
#include "wasm/instance_internal.h"

static enum wd_status
prepare_memory(struct wd_instance *instance,
               const struct wd_instance_options *options,
               struct wd_error *error)
{
  const struct wd_module_info *info = &instance->linkage->module->outline.info;
  uint64_t limit = options->memory_limit ? options->memory_limit : UINT64_MAX;
  struct wd_memory_file *file;
  enum wd_status status;

  status = wd_instance_check_limit(options, info->memory_minimum,
                                   "the program starts with", error);
  if (!status)
    status = wd_memory_file_new(instance->linkage->mem, info->memory_minimum,
                                &file, error);
  if (status)
    return status;
  wd_linear_init_shared(&instance->memory, file, options->mem, limit);
  wd_memory_file_unref(file);
  return WD_OK;
}

static void
write_segments(struct wd_instance *instance)
{
  const struct wd_module *module = instance->linkage->module;
  const struct wd_module_info *info = &module->outline.info;

  for (uint32_t i = 0; i < info->segment_count; i++)
    memcpy(instance->memory.base + info->segments[i].offset,
           module->bytes + info->segments[i].position, info->segments[i].size);
}

enum wd_status
wd_driver_new(struct wd_linkage *linkage,
              const struct wd_instance_options *options,
              struct wd_instance **out_instance, struct wd_error *error)
{
  struct wd_instance *instance = wd_instance_allocate(linkage, options);
  enum wd_status status;

  if (!instance) {
    if (options->wasi)
      wasi_config_delete(options->wasi);
    return wd_fail_memory(error);
  }
  status = prepare_memory(instance, options, error);
  if (!status)
    status = wd_instance_make(instance, options->wasi, error);
  else if (options->wasi)
    wasi_config_delete(options->wasi);
  if (status) {
    wd_instance_free(instance);
    return status;
  }
  write_segments(instance);
  instance->table_print = wd_table_fingerprint(instance);
  *out_instance = instance;
  return WD_OK;
}

enum wd_status
wd_instance_start(struct wd_instance *instance, struct wd_error *error)
{
  wasmtime_extern_t item;
  wasmtime_val_raw_t none;

  if (!wd_instance_item(instance, "__wd_start", WASMTIME_EXTERN_FUNC, &item))
    return WD_OK;
  return wd_instance_call(instance, &item.of.func, &none, 0, NULL, error);
}

static enum wd_status
read_globals(struct wd_instance *instance, struct wd_image *image,
             struct wd_error *error)
{
  const struct wd_outline *outline = &instance->linkage->module->outline;

  for (uint32_t i = 0; i < image->global_count; i++) {
    const char *name = outline->global_exports[i];
    wasmtime_extern_t item;

    if (!wd_instance_item(instance, name, WASMTIME_EXTERN_GLOBAL, &item))
      return wd_fail(error, WD_INTERNAL, "the export %s is not there", name);
    wasmtime_global_get(instance->context, &item.of.global, &image->globals[i]);
  }
  return WD_OK;
}

static enum wd_status
take_image(struct wd_instance *instance, bool freeze,
           struct wd_image **out_image, struct wd_error *error)
{
  struct wd_module *module = instance->linkage->module;
  struct wd_image *image;
  enum wd_status status;

  if (instance->image)
    return wd_fail(error, WD_INTERNAL, "a worker cannot be frozen");
  if (!wd_instance_alive(instance))
    return wd_fail(error, WD_CANCELLED, "cancelled");
  if (wd_table_fingerprint(instance) != instance->table_print)
    return wd_fail_at(error, WD_ORIGIN_GUEST, WD_UNSUPPORTED,
                      "%s: the program has changed its function table since "
                      "it started (dynamic linking?); lambdas cannot be "
                      "carried to workers then",
                      module->outline.info.name);
  status = wd_image_new(module, &instance->memory, freeze, &image, error);
  if (status)
    return status;
  image->table_print = instance->table_print;
  status = read_globals(instance, image, error);
  if (status)
    wd_image_unref(image);
  else
    *out_image = image;
  return status;
}

enum wd_status
wd_instance_freeze(struct wd_instance *instance, struct wd_image **out_image,
                   struct wd_error *error)
{
  return take_image(instance, true, out_image, error);
}

enum wd_status
wd_instance_settle(struct wd_instance *instance, struct wd_error *error)
{
  return wd_linear_settle(&instance->memory, error);
}

enum wd_status
wd_instance_view(struct wd_instance *instance, struct wd_image **out_image,
                 struct wd_error *error)
{
  return take_image(instance, false, out_image, error);
}
