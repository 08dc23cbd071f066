/* Locations: what a grant may point to. In this version that is a path. */
#ifndef WD_IO_LOCATION_H
#define WD_IO_LOCATION_H

#include "base/arena.h"
#include "base/error.h"

/* The path of a location, in the arena: the location itself, or what a `file:`
 * URL (RFC 8089) with no or this host means, percent signs decoded.
 * WD_UNSUPPORTED: another scheme, `-`; WD_INVALID_ARGUMENT: an empty one, a
 * URL that is none. */
enum wd_status
wd_location_path(const char *location, struct wd_arena *arena,
                 const char **out_path, struct wd_error *error);

/* Decodes `%41` and the like in place; false for a percent sign without two
 * digits, and for a zero byte. */
bool
wd_percents_decode(char *text);

#endif
