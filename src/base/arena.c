#include "base/arena.h"

#include <stdio.h>
#include <string.h>

#define FIRST_BLOCK 1024
#define LAST_BLOCK 65536

struct wd_arena_block {
  struct wd_arena_block *next;
  size_t size; /* of data */
  _Alignas(16) unsigned char data[];
};

void
wd_arena_init(struct wd_arena *arena, struct wd_mem *mem, size_t limit)
{
  *arena = (struct wd_arena){.mem = mem, .limit = limit};
}

void
wd_arena_fini(struct wd_arena *arena)
{
  struct wd_arena_block *block = arena->blocks;

  while (block) {
    struct wd_arena_block *next = block->next;

    wd_mem_free(arena->mem, block, sizeof *block + block->size);
    block = next;
  }
  wd_arena_init(arena, arena->mem, arena->limit);
}

static bool
add_block(struct wd_arena *arena, size_t least)
{
  size_t size = arena->blocks ? arena->blocks->size * 2 : FIRST_BLOCK;
  struct wd_arena_block *block;

  if (size > LAST_BLOCK)
    size = LAST_BLOCK;
  if (size < least)
    size = least;
  if (size > SIZE_MAX - sizeof *block)
    return false;
  if (arena->limit && size > arena->limit - arena->total)
    return false;
  block = wd_mem_alloc(arena->mem, sizeof *block + size);
  if (!block)
    return false;
  block->next = arena->blocks;
  block->size = size;
  arena->blocks = block;
  arena->used = 0;
  arena->total += size;
  return true;
}

void *
wd_arena_alloc(struct wd_arena *arena, size_t size)
{
  void *place;

  if (size > SIZE_MAX - 15)
    return NULL;
  size = (size + 15) & ~(size_t)15;
  if ((!arena->blocks || size > arena->blocks->size - arena->used) &&
      !add_block(arena, size))
    return NULL;
  place = arena->blocks->data + arena->used;
  arena->used += size;
  return memset(place, 0, size);
}

void *
wd_arena_array(struct wd_arena *arena, size_t count, size_t size)
{
  size_t total;

  if (__builtin_mul_overflow(count, size, &total))
    return NULL;
  return wd_arena_alloc(arena, total);
}

char *
wd_arena_strndup(struct wd_arena *arena, const char *text, size_t length)
{
  char *copy = length == SIZE_MAX ? NULL : wd_arena_alloc(arena, length + 1);

  if (copy && length)
    memcpy(copy, text, length);
  return copy;
}

char *
wd_arena_strdup(struct wd_arena *arena, const char *text)
{
  return wd_arena_strndup(arena, text, strlen(text));
}

char *
wd_arena_printf(struct wd_arena *arena, const char *format, ...)
{
  va_list arguments;
  char *text;
  int length;

  va_start(arguments, format);
  length = vsnprintf(NULL, 0, format, arguments);
  va_end(arguments);
  text = length < 0 ? NULL : wd_arena_alloc(arena, (size_t)length + 1);
  if (!text)
    return NULL;
  va_start(arguments, format);
  vsnprintf(text, (size_t)length + 1, format, arguments);
  va_end(arguments);
  return text;
}
