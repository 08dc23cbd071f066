/* An arena: many small allocations that end together (a plan, a query, a
 * batch). One thread at a time. Blocks double up to 64 KiB; a larger wish
 * gets a block of its own. */
#ifndef WD_BASE_ARENA_H
#define WD_BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

#include "base/mem.h"

struct wd_arena_block;

struct wd_arena {
  struct wd_mem *mem;
  struct wd_arena_block *blocks; /* newest first */
  size_t used;                   /* in the newest block */
  size_t total;                  /* bytes obtained from mem */
  size_t limit;                  /* of total */
};

/* Nothing is allocated yet. `limit` bounds the bytes in all (0: none). */
void
wd_arena_init(struct wd_arena *arena, struct wd_mem *mem, size_t limit);

/* Frees everything; the arena can be used again. */
void
wd_arena_fini(struct wd_arena *arena);

/* Zeroed and aligned to 16; NULL when memory or limit is exhausted. */
void *
wd_arena_alloc(struct wd_arena *arena, size_t size);

/* count * size checked for overflow. */
void *
wd_arena_array(struct wd_arena *arena, size_t count, size_t size);

/* Zero-terminated copies; NULL on failure. */
char *
wd_arena_strndup(struct wd_arena *arena, const char *text, size_t length);

char *
wd_arena_strdup(struct wd_arena *arena, const char *text);

char *
wd_arena_printf(struct wd_arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
