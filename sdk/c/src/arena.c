/* Memory: arenas, cabi_realloc, and the heap that does not fail quietly. */
#include <stdlib.h>

#include "internal.h"

struct wd__chunk {
  struct wd__chunk *next;
  size_t size; /* of what follows the header */
};

#define HEADER 16
#define FIRST_CHUNK (128u << 10)

struct wd__arena wd__input;
bool wd__input_spent;
struct wd__arena wd__scratch;

static void *
allocate(size_t size)
{
  void *memory = malloc(size ? size : 1);
  if (!memory)
    wd_fail("out of memory: %zu bytes", size);
  return memory;
}

void *
wd__new(size_t size)
{
  void *memory = allocate(size);
  memset(memory, 0, size);
  return memory;
}

void *
wd__copy_of(const void *data, size_t size)
{
  void *memory = allocate(size);
  if (size)
    memcpy(memory, data, size);
  return memory;
}

static void
chunk_add(struct wd__arena *arena, size_t size)
{
  struct wd__chunk *chunk = allocate(HEADER + size);
  chunk->next = arena->chunks;
  chunk->size = size;
  arena->chunks = chunk;
  arena->at = (uint8_t *)chunk + HEADER;
  arena->end = arena->at + size;
}

void *
wd__arena_take(struct wd__arena *arena, size_t size)
{
  if (size > SIZE_MAX - FIRST_CHUNK)
    wd_fail("out of memory: %zu bytes", size);
  size = (size + 15) & ~(size_t)15;
  if (size > (size_t)(arena->end - arena->at))
    chunk_add(arena, size > FIRST_CHUNK ? size : FIRST_CHUNK);
  void *memory = arena->at;
  arena->at += size;
  return memory;
}

void
wd__arena_free(struct wd__arena *arena)
{
  while (arena->chunks) {
    struct wd__chunk *next = arena->chunks->next;
    free(arena->chunks);
    arena->chunks = next;
  }
  arena->at = arena->end = NULL;
}

/* Several chunks become one of their total size, so that the same load fits in
 * one piece the next time. */
void
wd__arena_reset(struct wd__arena *arena)
{
  struct wd__chunk *chunk = arena->chunks;
  if (!chunk)
    return;
  if (!chunk->next) {
    arena->at = (uint8_t *)chunk + HEADER;
    return;
  }
  size_t total = 0;
  for (; chunk; chunk = chunk->next)
    total += chunk->size;
  wd__arena_free(arena);
  chunk_add(arena, total);
}

void
wd__arena_swap(struct wd__arena *first, struct wd__arena *second)
{
  struct wd__arena was = *first;
  *first = *second;
  *second = was;
  wd__arena_reset(first);
}

void *
cabi_realloc(void *old, size_t old_size, size_t align, size_t size);

/* The host's allocator for what it passes: always from the arena, freed as a
 * whole. */
__attribute__((export_name("cabi_realloc"))) void *
cabi_realloc(void *old, size_t old_size, size_t align, size_t size)
{
  if (align > 16)
    __builtin_trap();
  if (wd__input_spent) {
    wd__input_spent = false;
    wd__arena_reset(&wd__input);
  }
  void *memory = wd__arena_take(&wd__input, size);
  if (old && old_size)
    memcpy(memory, old, old_size < size ? old_size : size);
  return memory;
}

void
wd__shares_blocks(void);

/* Says that what cabi_realloc gives is freed as a whole. */
__attribute__((export_name("wasi_data_shares_blocks"))) void
wd__shares_blocks(void)
{
}
