/* Locations: what a grant may point to, a path or what a cluster reads. */
#ifndef WD_IO_LOCATION_H
#define WD_IO_LOCATION_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/error.h"

/* The path of a location, in the arena: the location itself, or what a `file:`
 * URL (RFC 8089) with no or this host means, percent signs decoded.
 * WD_UNSUPPORTED: another scheme, `-`; WD_INVALID_ARGUMENT: an empty one, a
 * URL that is none. */
enum wd_status
wd_location_path(const char *location, struct wd_arena *arena,
                 const char **out_path, struct wd_error *error);

/* A URL that is a cluster's business: of a file system of Hadoop's (`s3a:`,
 * `hdfs:`, `abfss:`, `gs:`, `viewfs:`), or of JDBC. */
bool
wd_location_is_remote(const char *location);

bool
wd_location_is_jdbc(const char *location);

/* WD_INVALID_ARGUMENT: a URL that holds a user or a password, which commands
 * and messages would show; it is not named. */
enum wd_status
wd_location_check_remote(const char *location, struct wd_error *error);

/* Decodes `%41` and the like in place; false for a percent sign without two
 * digits, and for a zero byte. */
bool
wd_percents_decode(char *text);

#endif
