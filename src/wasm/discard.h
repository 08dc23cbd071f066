/* Taking a large mapping down without waiting for it. */
#ifndef WD_WASM_DISCARD_H
#define WD_WASM_DISCARD_H

#include <stddef.h>
#include <stdint.h>

/* Pages that were moved aside; no base when there are none. */
struct wd_moved {
  uint8_t *base;
  size_t size;
};

/* Moves the pages of a mapping (one of its own, whole pages) to another
 * address. The range stays mapped and reads what its file holds. No base when
 * that is not possible: nothing has happened then. */
struct wd_moved
wd_move_aside(uint8_t *base, size_t size);

/* Unmaps what was moved, piece by piece, on a thread that ends then. */
void
wd_moved_discard(struct wd_moved moved);

#endif
