/* Taking a mapping down later than it ceases to be needed: that takes 0.3 µs a
 * page, moving it aside next to nothing. */
#ifndef WD_WASM_DISCARD_H
#define WD_WASM_DISCARD_H

#include <stddef.h>
#include <stdint.h>

/* Pages that were moved aside; no base and no size when there are none. */
struct wd_moved {
  uint8_t *base;
  size_t size;
};

/* Moves the pages of a mapping (one of its own, whole pages) to another
 * address. The range stays mapped and reads what its file holds. No base when
 * that is not possible: nothing has happened then. */
struct wd_moved
wd_move_aside(uint8_t *base, size_t size);

/* Unmaps what was moved, if anything, piece by piece: other threads can change
 * the address space between. */
void
wd_moved_discard(struct wd_moved *moved);

#endif
