/* Lifting: from guest memory and core values to host structs.
 *
 * Everything is copied into an arena, strings, lists and buffers too, and
 * checked on the way (bounds, alignment, UTF-8, cases, characters, handles),
 * so that what was lifted cannot change when guest code runs again. Strings
 * are followed by a zero byte. Lists may overlap in guest memory: a small
 * guest can ask for large copies, so give the arena a limit.
 */
#ifndef WD_ABI_LIFT_H
#define WD_ABI_LIFT_H

#include <wasmtime/val.h>

#include "abi/guest.h"

/* Per call (arguments, or a result): what a guest may have copied. */
#define WD_ABI_COPY_LIMIT ((size_t)2 << 30)

/* What a lift carries along. No guest code runs while it is used. */
struct wd_abi_lift {
  const struct wd_abi_guest *guest;
  struct wd_arena *arena;
  struct wd_abi_site site;
  struct wd_error *error;
};

/* Lifts from core values; *values moves behind what was taken. `to` has
 * type->host_size zeroed bytes. WD_LIMIT_EXCEEDED when the arena is full. */
enum wd_status
wd_abi_lift_flat(const struct wd_abi_lift *lift, const struct wd_abi_type *type,
                 const wasmtime_val_raw_t **values, void *to);

/* Lifts from type->size bytes that are inside of the memory. */
enum wd_status
wd_abi_lift_memory(const struct wd_abi_lift *lift,
                   const struct wd_abi_type *type, const uint8_t *from,
                   void *to);

/* Copies a list's elements (of the type) to the arena. */
enum wd_status
wd_abi_lift_elements(const struct wd_abi_lift *lift,
                     const struct wd_abi_type *element, uint32_t pointer,
                     uint32_t length, const void **out_data);

#endif
