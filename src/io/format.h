/* Formats of files: how they are told, and which options they have.
 *
 * Pure functions, any thread. The enum and its names are in io/grant.h.
 */
#ifndef WD_IO_FORMAT_H
#define WD_IO_FORMAT_H

#include <stdbool.h>

#include "io/grant.h"

/* By the path's ending, in any case: .txt, .csv, .tsv, .jsonl, .ndjson, .json,
 * .parquet, .arrow, .arrows, and any of them followed by an ending of
 * compression. Slashes at the end do not count. UNKNOWN for others. */
enum wd_format
wd_format_of_path(const char *path);

/* The ending of compression that a path has (`gz`, `zst`, `bz2`, `xz`,
 * `zip`); NULL: none. */
const char *
wd_format_compression(const char *path);

/* Whether tables of the format may be compressed so. */
bool
wd_format_reads(enum wd_format format, const char *compression);

/* What sinks of the format call that compression (`gz`: gzip); NULL: they are
 * not compressed so as a whole. */
const char *
wd_format_writes(enum wd_format format, const char *compression);

/* Whether a path's ending means an Arrow stream, not a file. */
bool
wd_format_path_streams(const char *path);

/* Whether a name of a format, or a path's ending, means separation by tabs. */
bool
wd_format_name_tabs(const char *name);

bool
wd_format_path_tabs(const char *path);

enum wd_direction { WD_TABLE, WD_SINK };

/* Checks an option and gives its value in plain form, in the arena.
 * WD_INVALID_ARGUMENT names the options that there are, or what the value may
 * be. For grants and for the options of a program's own reads and writes. */
enum wd_status
wd_format_option(enum wd_format format, enum wd_direction direction,
                 const char *name, const char *value, struct wd_arena *arena,
                 const char **out_value, struct wd_error *error);

#endif
