#include "guest/handles.h"

#include <string.h>

/* A handle: 22 bits of index (from 1) and 8 bits of uses. A slot that was used
 * so often is not used again, so that a number never comes back. */
#define INDEX_BITS 22
#define MAX_SLOTS ((1u << INDEX_BITS) - 1)
#define USE_MASK 0xffu

void
wd_handles_init(struct wd_handles *handles, struct wd_mem *mem)
{
  *handles = (struct wd_handles){.mem = mem};
}

void
wd_handles_fini(struct wd_handles *handles)
{
  wd_mem_free(handles->mem, handles->slots,
              handles->capacity * sizeof *handles->slots);
  wd_handles_init(handles, handles->mem);
}

static enum wd_status
grow(struct wd_handles *handles, struct wd_error *error)
{
  uint32_t capacity = handles->capacity ? handles->capacity * 2 : 16;
  struct wd_handle_slot *slots;

  if (capacity > MAX_SLOTS)
    capacity = MAX_SLOTS;
  if (handles->count == capacity)
    return wd_fail(error, WD_LIMIT_EXCEEDED,
                   "a program can hold %u handles; drop some", MAX_SLOTS);
  slots = wd_mem_realloc(handles->mem, handles->slots,
                         handles->capacity * sizeof *slots,
                         capacity * sizeof *slots);
  if (!slots)
    return wd_fail_memory(error);
  handles->slots = slots;
  handles->capacity = capacity;
  return WD_OK;
}

static uint32_t
handle_of(const struct wd_handles *handles, uint32_t index)
{
  return handles->slots[index].uses << INDEX_BITS | (index + 1);
}

enum wd_status
wd_handles_add(struct wd_handles *handles, enum wd_abi_resource resource,
               void *object, uint32_t *out_handle, struct wd_error *error)
{
  struct wd_handle_slot *slot;
  uint32_t index;

  if (handles->first_free) {
    index = handles->first_free - 1;
    handles->first_free = handles->slots[index].next_free;
  } else {
    if (handles->count == handles->capacity && grow(handles, error) != WD_OK)
      return error ? error->status : WD_NO_MEMORY;
    index = handles->count++;
    memset(&handles->slots[index], 0, sizeof *handles->slots);
  }
  slot = &handles->slots[index];
  slot->object = object;
  slot->resource = resource;
  *out_handle = handle_of(handles, index);
  return WD_OK;
}

static struct wd_handle_slot *
find(const struct wd_handles *handles, enum wd_abi_resource resource,
     uint32_t handle)
{
  uint32_t index = (handle & MAX_SLOTS) - 1;

  if (index >= handles->count || !handles->slots[index].object ||
      handles->slots[index].resource != resource ||
      handle_of(handles, index) != handle)
    return NULL;
  return &handles->slots[index];
}

void *
wd_handles_get(const struct wd_handles *handles, enum wd_abi_resource resource,
               uint32_t handle)
{
  struct wd_handle_slot *slot = find(handles, resource, handle);

  return slot ? slot->object : NULL;
}

static void *
vacate(struct wd_handles *handles, struct wd_handle_slot *slot)
{
  void *object = slot->object;

  slot->object = NULL;
  if (slot->uses++ == USE_MASK)
    return object;
  slot->next_free = handles->first_free;
  handles->first_free = (uint32_t)(slot - handles->slots) + 1;
  return object;
}

void *
wd_handles_remove(struct wd_handles *handles, enum wd_abi_resource resource,
                  uint32_t handle)
{
  struct wd_handle_slot *slot = find(handles, resource, handle);

  return slot ? vacate(handles, slot) : NULL;
}

void *
wd_handles_pop(struct wd_handles *handles, enum wd_abi_resource *out_resource)
{
  for (uint32_t i = handles->count; i > 0; i--)
    if (handles->slots[i - 1].object) {
      handles->count = i;
      *out_resource = handles->slots[i - 1].resource;
      return vacate(handles, &handles->slots[i - 1]);
    }
  return NULL;
}
