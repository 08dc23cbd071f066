/* Folders as a whole: what is in them, to the disk, and away. Links are not
 * followed. Any thread. */
#ifndef WD_IO_TREE_H
#define WD_IO_TREE_H

#include "base/arena.h"
#include "base/error.h"

/* Syncs every file and folder of a tree. 0 or an error number. */
int
wd_tree_sync(const char *path);

/* Removes a file, or a folder with all that is in it. Nothing there is no
 * error. 0 or an error number. */
int
wd_tree_remove(const char *path);

/* The files of a tree, as paths relative to it, in the arena. 0 or an error
 * number. */
int
wd_tree_files(const char *path, struct wd_arena *arena,
              const char *const **out_files, uint32_t *out_count);

/* Syncs one file or folder. A folder that does not know how to be synced is
 * left to the system. 0 or an error number. */
int
wd_path_sync(const char *path);

#endif
