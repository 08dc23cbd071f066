/* Memory budgets: every allocation of ours goes through one.
 *
 * Budgets form a tree; what a child uses counts in its parents, and each may
 * have a limit. Frees are sized. A budget is shared by threads (its counters
 * are atomic); it must outlive what was allocated from it, and its parent
 * must outlive it. mem == NULL is the process-wide budget without limit.
 *
 * For tests: wd_mem_fail_after(n) makes the n-th allocation from then on, in
 * the whole process, fail once (n = 0: none).
 */
#ifndef WD_BASE_MEM_H
#define WD_BASE_MEM_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct wd_mem {
  struct wd_mem *parent;
  const char *name;
  uint64_t limit; /* bytes; UINT64_MAX: none */
  _Atomic uint64_t used;
  _Atomic uint64_t peak;
};

/* Prepares the caller's storage. Nothing to undo, but used must be 0 when it
 * goes (wd_mem_fini asserts it). */
void
wd_mem_init(struct wd_mem *mem, struct wd_mem *parent, const char *name,
            uint64_t limit);

void
wd_mem_fini(struct wd_mem *mem);

/* NULL when a limit would be passed or the machine has none left; size 0
 * gives a pointer that can be freed. Aligned for any type. */
void *
wd_mem_alloc(struct wd_mem *mem, size_t size);

/* As wd_mem_alloc, zeroed; count * size is checked for overflow. */
void *
wd_mem_calloc(struct wd_mem *mem, size_t count, size_t size);

/* On failure NULL, and the old block stays as it was. */
void *
wd_mem_realloc(struct wd_mem *mem, void *block, size_t old_size,
               size_t new_size);

/* block may be NULL. size is the size it was allocated with. */
void
wd_mem_free(struct wd_mem *mem, void *block, size_t size);

/* A zero-terminated copy, freed with size length + 1. */
char *
wd_mem_strndup(struct wd_mem *mem, const char *text, size_t length);

/* Counts memory that was obtained elsewhere (mappings). False when a limit
 * would be passed: nothing is counted then. */
bool
wd_mem_charge(struct wd_mem *mem, uint64_t size);

void
wd_mem_discharge(struct wd_mem *mem, uint64_t size);

uint64_t
wd_mem_used(const struct wd_mem *mem);

/* Test hooks. */
void
wd_mem_fail_after(long count);

/* How many allocations there were in the process since it started. */
long
wd_mem_count(void);

#endif
