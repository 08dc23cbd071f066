/* Taking a large mapping down without waiting for it. */
#ifndef WD_WASM_DISCARD_H
#define WD_WASM_DISCARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Moves the pages of a mapping (one of its own, whole pages) to another
 * address and unmaps them there, piece by piece, on a thread that ends then.
 * The range stays mapped and reads what its file holds. False when that is
 * not possible: nothing has happened. */
bool
wd_discard_moved(uint8_t *base, size_t size);

#endif
