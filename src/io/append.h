/* Adding files to a folder, all of them or none.
 *
 * They are written into a hidden folder in it (`.append.<pid>-<n>.wasi-data`).
 * Then a manifest of that name and `.manifest` says that they belong to the
 * folder: from there on the append has happened, and whoever comes by, another
 * writer or a reader, moves what was not moved yet and removes the manifest.
 * Everybody may do so at the same time. Any thread.
 */
#ifndef WD_IO_APPEND_H
#define WD_IO_APPEND_H

#include "base/arena.h"
#include "base/error.h"

/* What the names of hidden folders of appends begin and end with. */
#define WD_APPEND_PREFIX ".append."
#define WD_APPEND_SUFFIX ".wasi-data"

/* Syncs what is in the hidden folder, which lies in `folder`, and makes it a
 * part of it. 0, or an error number and what could not be done (*out_what);
 * nothing was added then, unless *out_stands: the manifest is there, and the
 * hidden folder must stay. */
int
wd_append_publish(const char *folder, const char *hidden,
                  struct wd_arena *arena, bool *out_stands,
                  const char **out_what);

/* Finishes the appends to a folder that were cut off. 0 or an error number. */
int
wd_append_finish(const char *folder, struct wd_arena *arena);

#endif
