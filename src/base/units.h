/* Sizes and durations as people write them. Pure functions; any thread. */
#ifndef WD_BASE_UNITS_H
#define WD_BASE_UNITS_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* Bytes: a number, with up to six decimals, and a unit: `B` or nothing, `kB`,
 * `MB`, `GB`, `TB` (powers of 1000, IEC 80000-13), `KiB`, `MiB`, `GiB`, `TiB`
 * or their first letter alone (powers of 1024). Case does not count; nothing
 * may stand before, between or after them. Rounded down to whole bytes.
 * WD_INVALID_ARGUMENT says how to write it; *out_bytes is then untouched. */
enum wd_status
wd_size_parse(const char *text, uint64_t *out_bytes, struct wd_error *error);

/* Milliseconds: a number as above and `ms`, `s`, `m` or `h`, which is never
 * left out. Rounded down. */
enum wd_status
wd_duration_parse(const char *text, uint64_t *out_milliseconds,
                  struct wd_error *error);

/* "12 B", "3.4 MiB": one decimal, powers of 1024. Returns out_text. */
char *
wd_size_print(uint64_t bytes, char *out_text, size_t size);

/* "3s", "1.5s", "90s", "250ms": exact, in seconds when that is whole or more
 * than one. Returns out_text. */
char *
wd_duration_print(uint64_t milliseconds, char *out_text, size_t size);

#endif
