/* Programs that plans carry. */
#include <string.h>

#include "guest/internal.h"
#include "wasm/image_file.h"

static struct wd_program_carried *
find(const struct wd_program *program, const struct wd_carried *carried)
{
  struct wd_program_carried *loaded = program->carried;

  while (loaded &&
         memcmp(&loaded->hash, &carried->hash, sizeof loaded->hash) != 0)
    loaded = loaded->next;
  return loaded;
}

static void
unload(struct wd_program *program, struct wd_program_carried *loaded)
{
  if (loaded->image)
    wd_image_unref(loaded->image);
  if (loaded->linkage)
    wd_linkage_free(loaded->linkage);
  wd_module_unref(loaded->module);
  wd_arena_fini(&loaded->arena);
  wd_mem_free(program->options.mem, loaded, sizeof *loaded);
}

static enum wd_status
copy_arguments(const struct wd_carried *carried,
               struct wd_program_carried *loaded, struct wd_error *error)
{
  const char **arguments = wd_arena_array(
      &loaded->arena, carried->argument_count, sizeof *arguments);

  if (!arguments)
    return wd_fail_memory(error);
  for (uint32_t i = 0; i < carried->argument_count; i++) {
    arguments[i] = wd_arena_strdup(&loaded->arena, carried->arguments[i]);
    if (!arguments[i])
      return wd_fail_memory(error);
  }
  loaded->arguments = arguments;
  loaded->argument_count = carried->argument_count;
  return WD_OK;
}

static enum wd_status
load(struct wd_program *program, const struct wd_carried *carried,
     struct wd_program_carried *loaded, struct wd_error *error)
{
  enum wd_status status = wd_module_load(
      program->options.runtime, (const uint8_t *)carried->code,
      carried->code_size, "the plan's program", &loaded->module, error);

  if (status == WD_OK)
    status = wd_worker_linkage_new(loaded->module, program->options.variant,
                                   &loaded->linkage, error);
  if (status == WD_OK)
    status = wd_image_load(loaded->module, (const uint8_t *)carried->image,
                           carried->image_size, &loaded->image, error);
  if (status == WD_OK)
    status = copy_arguments(carried, loaded, error);
  /* What is wrong with it is wrong with the plan. */
  if (status == WD_BAD_MODULE || status == WD_INVALID_ARGUMENT) {
    if (error)
      error->status = WD_INVALID_PLAN;
    status = WD_INVALID_PLAN;
  }
  return status;
}

enum wd_status
wd_program_load_carried(struct wd_program *program,
                        const struct wd_carried *carried,
                        const struct wd_program_carried **out_loaded,
                        struct wd_error *error)
{
  struct wd_program_carried *loaded = find(program, carried);
  enum wd_status status;

  *out_loaded = loaded;
  if (loaded)
    return WD_OK;
  loaded = wd_mem_calloc(program->options.mem, 1, sizeof *loaded);
  if (!loaded)
    return wd_fail_memory(error);
  wd_arena_init(&loaded->arena, program->options.mem, 0);
  loaded->hash = carried->hash;
  status = load(program, carried, loaded, error);
  if (status != WD_OK) {
    unload(program, loaded);
    return status;
  }
  loaded->next = program->carried;
  program->carried = loaded;
  *out_loaded = loaded;
  return WD_OK;
}

bool
wd_program_is_carried(const struct wd_program *program,
                      const struct wd_carried *carried,
                      const struct wd_image *image)
{
  const struct wd_program_carried *loaded = find(program, carried);

  return loaded && wd_image_id(loaded->image) == wd_image_id(image);
}

void
wd_program_free_carried(struct wd_program *program)
{
  while (program->carried) {
    struct wd_program_carried *loaded = program->carried;

    program->carried = loaded->next;
    unload(program, loaded);
  }
}
