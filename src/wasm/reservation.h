/* Address space for linear memories: inaccessible until somebody maps into it.
 *
 * Every instance needs 4 GiB of it and a guard, and gives it back soon. A few
 * of those are kept for the next instance of any program, which saves making
 * such a mapping: 3 µs of the 20 that a worker takes. Any thread.
 */
#ifndef WD_WASM_RESERVATION_H
#define WD_WASM_RESERVATION_H

#include <stddef.h>
#include <stdint.h>

/* Whole pages; NULL: there is no address space left. */
uint8_t *
wd_reservation_take(size_t size);

/* Gives back what was taken; whatever was mapped into it is gone. */
void
wd_reservation_give(uint8_t *base, size_t size);

#endif
