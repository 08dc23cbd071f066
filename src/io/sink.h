/* Sinks: outputs that appear whole or not at all.
 *
 * A file or a folder is written beside its place under a hidden temporary
 * name, synced and renamed when the job succeeds (its folder is synced too);
 * a folder that is there is exchanged as a whole, or gets more files
 * (append.h). Nothing is left
 * when it fails or is given up; temporary files of a killed process are named
 * so that they can be told: `.NAME.<pid>-<n>.wasi-data`, n counting the
 * sinks of the process. One thread at a time.
 */
#ifndef WD_IO_SINK_H
#define WD_IO_SINK_H

#include "io/grant.h"

/* As the WIT's enum `write-mode`, in its order. */
enum wd_write_mode {
  WD_WRITE_CREATE,
  WD_WRITE_OVERWRITE,
  WD_WRITE_APPEND,
  WD_WRITE_IGNORE,
  WD_WRITE_UPSERT,
};

struct wd_sink;

/* Checks the place (its folder exists and can be written to, `create` finds
 * nothing there, `overwrite` only what it may replace) and reserves a
 * temporary path. The target is a folder when it is one, or when its location
 * ends in a slash. A symbolic link is followed: what it points to is replaced.
 * *out_sink is NULL with WD_OK for `ignore` when the target exists.
 * WD_UNSUPPORTED: upsert, and append to a file. WD_NOT_FOUND: the folder is
 * missing; WD_IO: the rest of it. The grant must outlive the sink. */
enum wd_status
wd_sink_open(const struct wd_grant *grant, enum wd_write_mode mode,
             struct wd_mem *mem, struct wd_sink **out_sink,
             struct wd_error *error);

/* The same for what is written as a folder in any case. */
enum wd_status
wd_sink_open_folder(const struct wd_grant *grant, enum wd_write_mode mode,
                    struct wd_mem *mem, struct wd_sink **out_sink,
                    struct wd_error *error);

/* Where to write: a path that does not exist yet, or an empty folder. */
const char *
wd_sink_path(const struct wd_sink *sink);

bool
wd_sink_is_folder(const struct wd_sink *sink);

/* What the names of files in a folder begin with, so that they are not those
 * of others. The sink's; NULL: out of memory. */
const char *
wd_sink_prefix(struct wd_sink *sink);

/* Makes the output appear, and frees the sink, also on failure; what was there
 * before is then as it was. The file that is replaced hands on its permission
 * bits. For `create` and `ignore` the check of sink_open is made once more, by
 * the rename itself: a file that appeared meanwhile is an error for the one
 * and stays, without an error, for the other. */
enum wd_status
wd_sink_commit(struct wd_sink *sink, struct wd_error *error);

/* Removes the temporary file and frees the sink. Also for NULL. */
void
wd_sink_abort(struct wd_sink *sink);

#endif
