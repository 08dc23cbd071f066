/* Finding the pages of a private mapping that were written: those the kernel
 * has copied (or made) for this process alone. */
#ifndef WD_WASM_DIRTY_H
#define WD_WASM_DIRTY_H

#include <stdint.h>

#include "base/error.h"
#include "base/mem.h"

/* Bytes [begin, end) relative to the mapping's base. */
struct wd_run {
  uint64_t begin;
  uint64_t end;
};

/* Rising, never touching one another. */
struct wd_runs {
  struct wd_mem *mem;
  struct wd_run *items;
  uint32_t count;
  uint32_t capacity;
  uint64_t bytes;
};

void
wd_runs_init(struct wd_runs *runs, struct wd_mem *mem);

void
wd_runs_fini(struct wd_runs *runs);

/* Joins runs whose gap is at most `gap` bytes. */
void
wd_runs_join(struct wd_runs *runs, uint64_t gap);

/* How many runs that would leave, and of how many bytes in all. */
uint32_t
wd_runs_count(const struct wd_runs *runs, uint64_t gap, uint64_t *out_bytes);

/* The written pages of [base, base + size); the runs are empty before.
 * WD_NO_MEMORY, WD_IO when the kernel does not tell. */
enum wd_status
wd_dirty_find(const uint8_t *base, uint64_t size, struct wd_runs *runs,
              struct wd_error *error);

/* The same by /proc/self/pagemap, for kernels before 6.7. */
enum wd_status
wd_dirty_find_slowly(const uint8_t *base, uint64_t size, struct wd_runs *runs,
                     struct wd_error *error);

#endif
