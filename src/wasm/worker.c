/* Instances on an image. */
#include "wasm/fingerprint.h"
#include "wasm/instance_internal.h"

static bool
write_globals(struct wd_instance *instance)
{
  const struct wd_outline *outline = &instance->linkage->module->outline;
  const struct wd_image *image = instance->image;

  for (uint32_t i = 0; i < image->global_count; i++) {
    wasmtime_error_t *failure = NULL;
    wasmtime_extern_t item;

    if (!wd_instance_item(instance, outline->global_exports[i],
                          WASMTIME_EXTERN_GLOBAL, &item))
      return false;
    failure = wasmtime_global_set(instance->context, &item.of.global,
                                  &image->globals[i]);
    if (failure) {
      wasmtime_error_delete(failure);
      return false;
    }
  }
  return true;
}

static enum wd_status
make(struct wd_instance *instance, const struct wd_instance_options *options,
     struct wd_error *error)
{
  enum wd_status status = wd_instance_make(instance, options->wasi, error);

  if (!status && !write_globals(instance))
    status = wd_fail(error, WD_INTERNAL, "cannot restore the globals");
  return status;
}

enum wd_status
wd_worker_instance_new(struct wd_linkage *linkage, struct wd_image *image,
                       const struct wd_instance_options *options,
                       struct wd_instance **out_instance,
                       struct wd_error *error)
{
  uint64_t limit = options->memory_limit ? options->memory_limit : UINT64_MAX;
  struct wd_instance *instance;
  enum wd_status status;

  if (image->module != linkage->module)
    return wd_fail(error, WD_INTERNAL, "the image is of another program");
  status = wd_instance_check_limit(options, image->contents.size,
                                   "the memory image has", error);
  if (status)
    return status;
  instance = wd_instance_allocate(linkage, options);
  if (!instance)
    return wd_fail_memory(error);
  instance->image = wd_image_ref(image);
  wd_linear_init_private(&instance->memory, &image->contents, options->mem,
                         limit);
  status = make(instance, options, error);
  if (status)
    wd_instance_free(instance);
  else
    *out_instance = instance;
  return status;
}

bool
wd_instance_reset(struct wd_instance *instance)
{
  struct wd_image *image = instance->image;

  if (!image || !wd_instance_alive(instance) || instance->depth ||
      instance->memory.size != image->contents.size ||
      wd_table_fingerprint(instance) != image->table_print)
    return false;
  instance->memory.refused = 0;
  if (wd_linear_restore(&instance->memory, &image->contents, NULL) ||
      !write_globals(instance)) {
    instance->failed = true;
    return false;
  }
  return true;
}
