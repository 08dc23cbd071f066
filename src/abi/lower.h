/* Lowering: from host structs to guest memory and core values.
 *
 * Memory in the guest comes from cabi_realloc, list by list, inner lists
 * first; what goes into a list is put together on the host and copied when it
 * is complete. So no guest address is kept while guest code runs. The host
 * structs must not point into guest memory.
 */
#ifndef WD_ABI_LOWER_H
#define WD_ABI_LOWER_H

#include <wasmtime/val.h>

#include "abi/guest.h"
#include "abi/wd_wire.gen.h"

/* What a lowering carries along. */
struct wd_abi_lower {
  const struct wd_abi_guest *guest;
  struct wd_arena *arena; /* for what is put together */
  struct wd_abi_site site;
  struct wd_error *error;
};

/* Writes type->flat core values and moves *values behind them. */
enum wd_status
wd_abi_lower_flat(const struct wd_abi_lower *lower,
                  const struct wd_abi_type *type, const void *from,
                  wasmtime_val_raw_t **values);

/* Writes type->size bytes, as guest memory shall hold them, to the host's
 * `image` (zeroed). */
enum wd_status
wd_abi_lower_memory(const struct wd_abi_lower *lower,
                    const struct wd_abi_type *type, const void *from,
                    uint8_t *image);

#endif
