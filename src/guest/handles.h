/* Handles: what a program holds, by numbers.
 *
 * A number names a slot and how often the slot was used, and is never given
 * twice: a stale handle is always told from a live one. One thread at a time.
 */
#ifndef WD_GUEST_HANDLES_H
#define WD_GUEST_HANDLES_H

#include "abi/wd_abi.gen.h"
#include "base/error.h"
#include "base/mem.h"

struct wd_handle_slot {
  void *object; /* NULL: free */
  enum wd_abi_resource resource;
  uint32_t uses;
  uint32_t next_free; /* 1 + index; 0: none */
};

struct wd_handles {
  struct wd_mem *mem;
  struct wd_handle_slot *slots;
  uint32_t count;
  uint32_t capacity;
  uint32_t first_free; /* 1 + index; 0: none */
};

void
wd_handles_init(struct wd_handles *handles, struct wd_mem *mem);

/* The objects are the caller's business (wd_handles_next). */
void
wd_handles_fini(struct wd_handles *handles);

/* WD_LIMIT_EXCEEDED past 4 million live ones. */
enum wd_status
wd_handles_add(struct wd_handles *handles, enum wd_abi_resource resource,
               void *object, uint32_t *out_handle, struct wd_error *error);

/* The object, NULL when the handle is stale, forged or of another kind. */
void *
wd_handles_get(const struct wd_handles *handles, enum wd_abi_resource resource,
               uint32_t handle);

/* Forgets a handle and gives its object; NULL as above. */
void *
wd_handles_remove(struct wd_handles *handles, enum wd_abi_resource resource,
                  uint32_t handle);

/* Removes any live handle; NULL when there is none left. */
void *
wd_handles_pop(struct wd_handles *handles, enum wd_abi_resource *out_resource);

#endif
