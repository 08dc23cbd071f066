#include "wasm/image.h"

#include <inttypes.h>

#include "wasm/image_internal.h"
#include "wasm/module_internal.h"

/* Mapping a run costs a worker about 1 µs, so runs with short gaps are one;
 * and each is up to two mappings of a process that has 65,530. */
#define GAP_FIRST (8 * 4096)
#define GAP_LAST (128 * 4096)
#define RUNS_MAPPED 256

/* Where they stay many they are copied into each worker, up to this. */
#define COPIED_MOST (8 << 20)

struct wd_image *
wd_image_ref(struct wd_image *image)
{
  atomic_fetch_add_explicit(&image->references, 1, memory_order_relaxed);
  return image;
}

void
wd_image_unref(struct wd_image *image)
{
  struct wd_module *module;

  if (!image || atomic_fetch_sub_explicit(&image->references, 1,
                                          memory_order_acq_rel) != 1)
    return;
  module = image->module;
  wd_memory_file_unref(image->contents.base);
  wd_memory_file_unref(image->contents.delta);
  wd_runs_fini(&image->contents.runs);
  wd_mem_free(image->mem, image,
              sizeof *image + image->global_count * sizeof *image->globals);
  wd_module_unref(module);
}

uint64_t
wd_image_size(const struct wd_image *image)
{
  return image->contents.size;
}

uint64_t
wd_image_delta(const struct wd_image *image)
{
  return image->contents.runs.bytes;
}

uint64_t
wd_image_id(const struct wd_image *image)
{
  return image->id;
}

struct wd_image *
wd_image_allocate(struct wd_module *module)
{
  static atomic_uint_fast64_t ids;
  uint32_t globals = module->outline.info.global_count;
  struct wd_mem *mem = module->runtime->mem;
  struct wd_image *image;

  image =
      wd_mem_calloc(mem, 1, sizeof *image + globals * sizeof(wasmtime_val_t));
  if (!image)
    return NULL;
  atomic_init(&image->references, 1);
  image->mem = mem;
  image->module = wd_module_ref(module);
  image->id = atomic_fetch_add(&ids, 1) + 1;
  image->global_count = globals;
  wd_runs_init(&image->contents.runs, mem);
  return image;
}

/* The first time: the memory itself becomes the base. The driver waits, so
 * workers can begin on it before the driver has a mapping of its own. */
static enum wd_status
freeze_in_place(struct wd_image *image, struct wd_linear *memory,
                struct wd_error *error)
{
  enum wd_status status = wd_memory_file_seal(memory->file, error);

  if (status)
    return status;
  wd_linear_freeze(memory);
  image->contents.base = wd_memory_file_ref(memory->file);
  return WD_OK;
}

/* Not frozen: good while the driver waits. */
static enum wd_status
look_at(struct wd_image *image, const struct wd_linear *memory)
{
  image->contents.base = wd_memory_file_ref(memory->file);
  return WD_OK;
}

/* Joins runs until they are few enough to be mapped, unless that would more
 * than double the bytes: then they are copied. */
static void
join(struct wd_contents *contents)
{
  struct wd_runs *runs = &contents->runs;
  uint64_t gap = GAP_FIRST;
  uint64_t bytes;

  while (wd_runs_count(runs, gap, &bytes) > RUNS_MAPPED && gap < GAP_LAST)
    gap *= 2;
  contents->copied = wd_runs_count(runs, gap, &bytes) > RUNS_MAPPED ||
                     (gap > GAP_FIRST && bytes > 2 * runs->bytes);
  wd_runs_join(runs, contents->copied ? 4096 : gap);
}

static enum wd_status
write_delta(struct wd_image *image, const struct wd_linear *memory,
            struct wd_error *error)
{
  struct wd_contents *contents = &image->contents;
  uint64_t offset = 0;
  enum wd_status status;

  contents->base = wd_memory_file_ref(memory->file);
  if (contents->runs.count == 0)
    return WD_OK;
  status = wd_memory_file_new(image->mem, contents->runs.bytes,
                              &contents->delta, error);
  for (uint32_t i = 0; i < contents->runs.count && !status; i++) {
    struct wd_run run = contents->runs.items[i];

    status =
        wd_memory_file_write(contents->delta, offset, memory->base + run.begin,
                             run.end - run.begin, error);
    offset += run.end - run.begin;
  }
  return status ? status : wd_memory_file_seal(contents->delta, error);
}

static enum wd_status
fill_base(struct wd_memory_file *base, const struct wd_linear *memory,
          const struct wd_runs *runs, struct wd_error *error)
{
  struct wd_data_extent extent = {0, 0};
  uint64_t clean = 0;
  enum wd_status status = WD_OK;

  for (uint32_t i = 0; i < runs->count && !status; i++) {
    struct wd_run run = runs->items[i];

    status = wd_memory_file_copy(memory->file, clean, run.begin, base, &extent,
                                 error);
    if (!status)
      status = wd_memory_file_write(base, run.begin, memory->base + run.begin,
                                    run.end - run.begin, error);
    clean = run.end;
  }
  if (!status)
    status = wd_memory_file_copy(memory->file, clean, memory->file->size, base,
                                 &extent, error);
  return status ? status : wd_memory_file_seal(base, error);
}

/* A new base of all that the memory holds; the driver works on it from now
 * on. */
static enum wd_status
write_base(struct wd_image *image, struct wd_linear *memory,
           struct wd_error *error)
{
  struct wd_contents *contents = &image->contents;
  enum wd_status status;

  status =
      wd_memory_file_new(image->mem, contents->size, &contents->base, error);
  if (!status)
    status = fill_base(contents->base, memory, &contents->runs, error);
  if (!status)
    status = wd_linear_replace(memory, contents->base, error);
  contents->copied = false;
  wd_runs_fini(&contents->runs);
  return status;
}

static enum wd_status
freeze_changes(struct wd_image *image, struct wd_linear *memory,
               struct wd_error *error)
{
  struct wd_contents *contents = &image->contents;
  enum wd_status status =
      wd_dirty_find(memory->base, contents->size, &contents->runs, error);
  uint64_t most;

  if (status)
    return status;
  join(contents);
  most = contents->size / 4;
  if (contents->copied && most > COPIED_MOST)
    most = COPIED_MOST;
  if (contents->runs.bytes > most)
    return write_base(image, memory, error);
  return write_delta(image, memory, error);
}

enum wd_status
wd_image_new(struct wd_module *module, struct wd_linear *memory, bool freeze,
             struct wd_image **out_image, struct wd_error *error)
{
  struct wd_image *image;
  enum wd_status status = wd_linear_settle(memory, error);

  if (status)
    return status;
  image = wd_image_allocate(module);
  if (!image)
    return wd_fail_memory(error);
  image->contents.size = memory->size;
  if (memory->shared && freeze)
    status = freeze_in_place(image, memory, error);
  else if (memory->shared)
    status = look_at(image, memory);
  else
    status = freeze_changes(image, memory, error);
  if (status)
    wd_image_unref(image);
  else
    *out_image = image;
  return status;
}

static enum wd_status
read_delta(const struct wd_contents *contents, uint64_t offset, uint8_t *to,
           uint64_t size, struct wd_error *error)
{
  uint64_t position = 0;
  enum wd_status status = WD_OK;

  for (uint32_t i = 0; i < contents->runs.count && !status; i++) {
    struct wd_run run = contents->runs.items[i];
    uint64_t begin = run.begin > offset ? run.begin : offset;
    uint64_t end = run.end < offset + size ? run.end : offset + size;

    if (begin < end)
      status =
          wd_memory_file_read(contents->delta, position + (begin - run.begin),
                              to + (begin - offset), end - begin, error);
    position += run.end - run.begin;
  }
  return status;
}

enum wd_status
wd_image_read(const struct wd_image *image, uint64_t offset, void *to,
              size_t size, struct wd_error *error)
{
  const struct wd_contents *contents = &image->contents;
  uint64_t in_base = 0;
  enum wd_status status;

  if (offset > contents->size || size > contents->size - offset)
    return wd_fail(error, WD_INVALID_ARGUMENT,
                   "%zu bytes at %" PRIu64
                   " are outside of an image of %" PRIu64,
                   size, offset, contents->size);
  if (offset < contents->base->size)
    in_base = contents->base->size - offset;
  if (in_base > size)
    in_base = size;
  status = wd_memory_file_read(contents->base, offset, to, in_base, error);
  for (uint64_t i = in_base; i < size; i++)
    ((uint8_t *)to)[i] = 0;
  return status ? status : read_delta(contents, offset, to, size, error);
}
