#include "wasm/linear.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/mman.h>

#include "wasm/discard.h"
#include "wasm/reservation.h"

static _Thread_local struct wd_linear *armed;

static void
init(struct wd_linear *linear, struct wd_mem *mem, uint64_t limit)
{
  memset(linear, 0, sizeof *linear);
  linear->mem = mem;
  linear->limit = limit;
}

void
wd_linear_init_shared(struct wd_linear *linear, struct wd_memory_file *file,
                      struct wd_mem *mem, uint64_t limit)
{
  init(linear, mem, limit);
  linear->file = wd_memory_file_ref(file);
  linear->shared = true;
}

void
wd_linear_init_private(struct wd_linear *linear,
                       const struct wd_contents *contents, struct wd_mem *mem,
                       uint64_t limit)
{
  init(linear, mem, limit);
  linear->file = wd_memory_file_ref(contents->base);
  linear->contents = contents;
}

void
wd_linear_fini(struct wd_linear *linear)
{
  assert(!linear->base);
  wd_mem_discharge(linear->mem, linear->charged);
  wd_memory_file_unref(linear->file);
}

void
wd_linear_arm(struct wd_linear *linear)
{
  assert(!armed);
  armed = linear;
}

void
wd_linear_disarm(void)
{
  armed = NULL;
}

/* Maps a part of a file over a part of the reservation. */
static bool
map(struct wd_linear *linear, uint64_t offset, uint64_t size, int sharing,
    const struct wd_memory_file *file, uint64_t file_offset)
{
  return size == 0 || mmap(linear->base + offset, size, PROT_READ | PROT_WRITE,
                           sharing | MAP_FIXED | MAP_NORESERVE, file->fd,
                           (off_t)file_offset) != MAP_FAILED;
}

static bool
open_pages(struct wd_linear *linear, uint64_t from, uint64_t to)
{
  return from == to ||
         mprotect(linear->base + from, to - from, PROT_READ | PROT_WRITE) == 0;
}

static bool
map_delta(struct wd_linear *linear, const struct wd_contents *contents)
{
  uint64_t offset = 0;

  for (uint32_t i = 0; i < contents->runs.count; i++) {
    struct wd_run run = contents->runs.items[i];

    if (!map(linear, run.begin, run.end - run.begin, MAP_PRIVATE,
             contents->delta, offset))
      return false;
    offset += run.end - run.begin;
  }
  return true;
}

static bool
copy_delta(struct wd_linear *linear, const struct wd_contents *contents)
{
  uint64_t offset = 0;

  for (uint32_t i = 0; i < contents->runs.count; i++) {
    struct wd_run run = contents->runs.items[i];

    if (wd_memory_file_read(contents->delta, offset, linear->base + run.begin,
                            run.end - run.begin, NULL))
      return false;
    offset += run.end - run.begin;
  }
  return true;
}

static bool
map_contents(struct wd_linear *linear, const struct wd_contents *contents)
{
  const struct wd_memory_file *base = contents->base;

  if (!map(linear, 0, base->size, MAP_PRIVATE, base, 0) ||
      !open_pages(linear, base->size, contents->size))
    return false;
  atomic_store(&linear->size, contents->size);
  /* Mapping fails when the process has too many mappings. */
  linear->copied = contents->copied || !map_delta(linear, contents);
  return !linear->copied || copy_delta(linear, contents);
}

static bool
map_shared(struct wd_linear *linear)
{
  if (!map(linear, 0, linear->file->size, MAP_SHARED, linear->file, 0))
    return false;
  atomic_store(&linear->size, linear->file->size);
  return true;
}

static uint8_t *
get_memory(void *env, size_t *out_size, size_t *out_capacity)
{
  struct wd_linear *linear = env;

  *out_size = atomic_load_explicit(&linear->size, memory_order_relaxed);
  *out_capacity = linear->reserved;
  return linear->base;
}

static bool
grow(struct wd_linear *linear, uint64_t old_size, uint64_t new_size)
{
  if (!linear->shared)
    return open_pages(linear, old_size, new_size);
  return wd_memory_file_grow(linear->file, new_size, NULL) == WD_OK &&
         map(linear, old_size, new_size - old_size, MAP_SHARED, linear->file,
             old_size);
}

/* What is returned here makes memory.grow return -1; its text is lost. */
static wasmtime_error_t *
grow_memory(void *env, size_t new_size)
{
  struct wd_linear *linear = env;
  uint64_t old_size = atomic_load(&linear->size);
  uint64_t more = new_size - old_size;

  if (new_size > linear->limit || new_size > linear->reserved ||
      !wd_mem_charge(linear->mem, more)) {
    linear->refused = new_size;
    return wasmtime_error_new("the memory limit is reached");
  }
  if (!grow(linear, old_size, new_size)) {
    linear->refused = new_size;
    wd_mem_discharge(linear->mem, more);
    return wasmtime_error_new(strerror(errno));
  }
  linear->charged += more;
  atomic_store(&linear->size, new_size);
  return NULL;
}

static void
unmap(void *env)
{
  struct wd_linear *linear = env;

  wd_reservation_give(linear->base, linear->total);
  linear->base = NULL;
}

static void
free_heap(void *env)
{
  struct wd_linear *heap = env;

  unmap(heap);
  wd_linear_fini(heap);
  wd_mem_free(heap->mem, heap, sizeof *heap);
}

static bool
reserve(struct wd_linear *linear, size_t reserved, size_t guard)
{
  uint64_t total = (uint64_t)reserved + guard;
  uint8_t *base = wd_reservation_take(total);

  if (!base)
    return false;
  linear->base = base;
  linear->reserved = reserved;
  linear->total = total;
  return true;
}

/* A heap beside the memory that is armed, within the same limit. */
static struct wd_linear *
new_heap(const struct wd_linear *memory, size_t minimum, size_t reserved,
         size_t guard)
{
  struct wd_linear *heap = wd_mem_calloc(memory->mem, 1, sizeof *heap);

  if (!heap)
    return NULL;
  init(heap, memory->mem, memory->limit);
  if (!reserve(heap, reserved, guard)) {
    wd_mem_free(memory->mem, heap, sizeof *heap);
    return NULL;
  }
  if (!open_pages(heap, 0, minimum)) {
    free_heap(heap);
    return NULL;
  }
  atomic_store(&heap->size, minimum);
  return heap;
}

static bool
make_armed(struct wd_linear *linear, size_t minimum, size_t reserved,
           size_t guard)
{
  bool mapped;

  linear->failed = true;
  if (!reserve(linear, reserved, guard))
    return false;
  mapped = linear->shared ? map_shared(linear)
                          : map_contents(linear, linear->contents);
  linear->contents = NULL;
  if (!mapped || linear->size < minimum) {
    unmap(linear);
    return false;
  }
  linear->failed = false;
  return true;
}

static wasmtime_error_t *
new_memory(void *env, const wasm_memorytype_t *type, size_t minimum,
           size_t maximum, size_t reserved, size_t guard,
           wasmtime_linear_memory_t *out_memory)
{
  struct wd_linear *linear = armed;
  bool heap = linear && minimum != linear->minimum;

  (void)env;
  (void)type;
  (void)maximum;
  if (!linear)
    return wasmtime_error_new("a second memory is not supported");
  if (heap) {
    linear = new_heap(linear, minimum, reserved, guard);
  } else {
    armed = NULL;
    linear = make_armed(linear, minimum, reserved, guard) ? linear : NULL;
  }
  if (!linear)
    return wasmtime_error_new("no memory or address space is left");
  *out_memory =
      (wasmtime_linear_memory_t){.env = linear,
                                 .get_memory = get_memory,
                                 .grow_memory = grow_memory,
                                 .finalizer = heap ? free_heap : unmap};
  return NULL;
}

wasmtime_memory_creator_t
wd_linear_creator(void)
{
  return (wasmtime_memory_creator_t){.new_memory = new_memory};
}

void
wd_linear_freeze(struct wd_linear *linear)
{
  assert(linear->shared);
  linear->frozen = true;
}

static enum wd_status
map_private(struct wd_linear *linear, const struct wd_memory_file *file,
            struct wd_error *error)
{
  if (!map(linear, 0, linear->size, MAP_PRIVATE, file, 0))
    return wd_fail(error, WD_NO_MEMORY, "cannot map a memory image: %s",
                   strerror(errno));
  return WD_OK;
}

/* The pages are in the file too: the old mapping of them is moved aside, which
 * is quick, so that the new one need not wait until it is taken down, nor
 * other threads for longer than a piece takes. */
enum wd_status
wd_linear_settle(struct wd_linear *linear, struct wd_error *error)
{
  struct wd_moved old;
  enum wd_status status;

  if (!linear->frozen)
    return WD_OK;
  old = wd_move_aside(linear->base, linear->size);
  status = map_private(linear, linear->file, error);
  wd_moved_discard(&old);
  if (status)
    return status;
  linear->shared = linear->frozen = false;
  return WD_OK;
}

enum wd_status
wd_linear_replace(struct wd_linear *linear, struct wd_memory_file *file,
                  struct wd_error *error)
{
  enum wd_status status = map_private(linear, file, error);

  if (status)
    return status;
  wd_memory_file_unref(linear->file);
  linear->file = wd_memory_file_ref(file);
  return WD_OK;
}

enum wd_status
wd_linear_restore(struct wd_linear *linear, const struct wd_contents *contents,
                  struct wd_error *error)
{
  uint64_t size = linear->size;

  if (size && madvise(linear->base, size, MADV_DONTNEED) != 0)
    return wd_fail(error, WD_INTERNAL, "cannot reset a memory: %s",
                   strerror(errno));
  if (linear->copied && !copy_delta(linear, contents))
    return wd_fail(error, WD_NO_MEMORY, "cannot reset a memory");
  return WD_OK;
}

bool
wd_linear_protect(const struct wd_linear *linear, uint64_t size,
                  bool accessible)
{
  int protection = accessible ? PROT_READ | PROT_WRITE : PROT_NONE;

  return size == 0 || mprotect(linear->base, size, protection) == 0;
}
