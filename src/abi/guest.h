/* A guest as the glue sees it: memory, cabi_realloc, handles. All of its
 * answers are hostile.
 *
 * Allocating runs guest code: afterwards the memory may lie elsewhere and hold
 * something else than was checked. So nothing here hands out an address that
 * outlives an allocation; keep guest pointers (32 bits), not addresses.
 */
#ifndef WD_ABI_GUEST_H
#define WD_ABI_GUEST_H

#include <stdatomic.h>

#include "abi/function.h"

struct wd_abi_guest {
  void *env;
  /* Where its memory and the size of that are found, as they are now; the base
   * is aligned to 8, NULL with size 0. */
  uint8_t *const *memory;
  const _Atomic uint64_t *memory_size;
  /* cabi_realloc(0, 0, align, size); imports trap while it runs. What it gives
   * need not be checked. */
  enum wd_status (*allocate)(void *env, uint32_t align, uint32_t size,
                             uint32_t *out_pointer, struct wd_error *error);
  /* Its allocations are given back as a whole, never one by one: so the lists
   * of a batch may share one. */
  bool shares_blocks;
  /* Whether the guest holds this handle. NULL: it holds none. */
  bool (*holds)(void *env, enum wd_abi_resource resource, uint32_t handle);
};

/* Where in a call something is, for messages and for the status: what a guest
 * does wrong is WD_INVALID_ARGUMENT in an import, WD_LAMBDA_FAILED in an
 * export. */
struct wd_abi_site {
  const struct wd_abi_function *function;
  const char *part; /* a parameter; NULL: the result */
};

/* "datasets.create, parameter 'batches': <text>", with the guest as origin. */
enum wd_status
wd_abi_fault(const struct wd_abi_site *site, struct wd_error *error,
             const char *format, ...) __attribute__((format(printf, 3, 4)));

/* What wd_abi_range says of a range that is none. */
enum wd_status
wd_abi_range_fault(const struct wd_abi_guest *guest,
                   const struct wd_abi_site *site, uint32_t pointer,
                   uint64_t count, uint32_t size, uint32_t align,
                   struct wd_error *error);

extern const uint64_t wd_abi_nowhere[1];

/* Checks that count * size bytes at a guest pointer are aligned and inside of
 * the memory; *out_address is theirs until guest code runs again. Never NULL: a
 * guest without memory has only ranges of nothing, at wd_abi_nowhere. */
static inline enum wd_status
wd_abi_range(const struct wd_abi_guest *guest, const struct wd_abi_site *site,
             uint32_t pointer, uint64_t count, uint32_t size, uint32_t align,
             uint8_t **out_address, struct wd_error *error)
{
  uint8_t *memory = *guest->memory;
  uint64_t memory_size =
      atomic_load_explicit(guest->memory_size, memory_order_relaxed);
  uint64_t total;

  if ((pointer & (align - 1)) ||
      __builtin_mul_overflow(count, (uint64_t)size, &total) ||
      pointer > memory_size || total > memory_size - pointer) {
    *out_address = (uint8_t *)wd_abi_nowhere;
    return wd_abi_range_fault(guest, site, pointer, count, size, align, error);
  }
  *out_address = memory ? memory + pointer : (uint8_t *)wd_abi_nowhere;
  return WD_OK;
}

/* Room for `size` bytes in the guest, checked. Size 0 allocates nothing and
 * gives a pointer that is aligned. */
enum wd_status
wd_abi_allocate(const struct wd_abi_guest *guest,
                const struct wd_abi_site *site, uint32_t align, uint64_t size,
                uint32_t *out_pointer, struct wd_error *error);

/* Copies to a pointer that wd_abi_allocate gave, or an area that was checked:
 * checks it again. Bytes from `size` to `room` are zeroed. */
enum wd_status
wd_abi_write(const struct wd_abi_guest *guest, const struct wd_abi_site *site,
             uint32_t pointer, const void *data, uint64_t size, uint64_t room,
             struct wd_error *error);

#endif
