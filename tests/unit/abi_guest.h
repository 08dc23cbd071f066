/* A guest made of a block of memory, whose cabi_realloc can be told to
 * misbehave. Every allocation moves the memory, so that an address kept too
 * long is seen by AddressSanitizer. */
#ifndef WD_TEST_ABI_GUEST_H
#define WD_TEST_ABI_GUEST_H

#include <stdlib.h>
#include <string.h>

#include "abi/abi.h"

#define GUEST_SIZE 65536u

static const _Atomic uint64_t guest_size = GUEST_SIZE;

enum guest_mood {
  GUEST_GOOD,
  GUEST_NULL,
  GUEST_UNALIGNED,
  GUEST_OUTSIDE,
  GUEST_WRAPPING,
  GUEST_TRAPPING,
};

struct fake_guest {
  uint8_t *memory;
  uint32_t next;    /* where cabi_realloc goes on */
  uint32_t handles; /* those below are held */
  enum guest_mood mood;
  unsigned allocations;
  struct wd_abi_guest guest;
};

static inline void
guest_move(struct fake_guest *fake)
{
  uint8_t *moved = malloc(GUEST_SIZE);

  memcpy(moved, fake->memory, GUEST_SIZE);
  free(fake->memory);
  fake->memory = moved;
}

static inline enum wd_status
guest_allocate(void *env, uint32_t align, uint32_t size, uint32_t *out_pointer,
               struct wd_error *error)
{
  struct fake_guest *fake = env;

  fake->allocations++;
  guest_move(fake);
  fake->next = (fake->next + align - 1) & ~(align - 1);
  *out_pointer = fake->next;
  switch (fake->mood) {
  case GUEST_GOOD:
    if (size > GUEST_SIZE - fake->next)
      *out_pointer = 0;
    else
      fake->next += size;
    return WD_OK;
  case GUEST_NULL:
    *out_pointer = 0;
    return WD_OK;
  case GUEST_UNALIGNED:
    *out_pointer = fake->next + 1;
    return WD_OK;
  case GUEST_OUTSIDE:
    *out_pointer = GUEST_SIZE;
    return WD_OK;
  case GUEST_WRAPPING:
    *out_pointer = UINT32_MAX & ~7u;
    return WD_OK;
  case GUEST_TRAPPING:
    return wd_fail(error, WD_TRAP, "wasm trap: unreachable");
  }
  return WD_INTERNAL;
}

static inline bool
guest_holds(void *env, enum wd_abi_resource resource, uint32_t handle)
{
  struct fake_guest *fake = env;

  (void)resource;
  return handle < fake->handles;
}

static inline void
guest_init(struct fake_guest *fake)
{
  *fake = (struct fake_guest){.next = 4096, .handles = 8};
  fake->memory = calloc(1, GUEST_SIZE);
  fake->guest = (struct wd_abi_guest){.env = fake,
                                      .memory = &fake->memory,
                                      .memory_size = &guest_size,
                                      .allocate = guest_allocate,
                                      .holds = guest_holds};
}

static inline void
guest_fini(struct fake_guest *fake)
{
  free(fake->memory);
}

/* Writes bytes somewhere free and gives their pointer. */
static inline uint32_t
guest_put(struct fake_guest *fake, const void *data, size_t size)
{
  uint32_t pointer = (fake->next + 7) & ~7u;

  memcpy(fake->memory + pointer, data, size);
  fake->next = pointer + (uint32_t)size;
  return pointer;
}

static inline struct wd_wire_list
guest_text(struct fake_guest *fake, const char *text)
{
  return (struct wd_wire_list){
      .pointer = guest_put(fake, text, strlen(text)),
      .length = (uint32_t)strlen(text),
  };
}

static inline struct wd_wire_list
guest_list(struct fake_guest *fake, const void *data, uint32_t count,
           size_t size)
{
  return (struct wd_wire_list){.pointer = guest_put(fake, data, count * size),
                               .length = count};
}

/* Two core values for what is a pointer and a length. */
static inline void
guest_pair(wasmtime_val_raw_t *values, struct wd_wire_list list)
{
  values[0].i64 = list.pointer;
  values[1].i64 = list.length;
}

static inline void
guest_read(struct fake_guest *fake, uint32_t pointer, void *to, size_t size)
{
  memcpy(to, fake->memory + pointer, size);
}

#endif
