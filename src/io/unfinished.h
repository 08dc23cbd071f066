/* The temporary files that this process is writing, so that it can remove
 * them when it has to end without waiting for those who write. Any thread. */
#ifndef WD_IO_UNFINISHED_H
#define WD_IO_UNFINISHED_H

#include <stdbool.h>

/* An entry, in storage of whoever writes. */
struct wd_unfinished {
  struct wd_unfinished *next;
  struct wd_unfinished **link; /* what points here; NULL: not registered */
  const char *path;            /* outlives the entry */
};

/* From now on the file is removed by wd_unfinished_remove_all. */
void
wd_unfinished_add(struct wd_unfinished *entry, const char *path);

/* The file is finished or gone. Does nothing for a zeroed entry. */
void
wd_unfinished_drop(struct wd_unfinished *entry);

/* Removes all files. Whoever adds or drops an entry afterwards waits forever,
 * so that nothing new appears: the process is to end at once (_exit). */
void
wd_unfinished_remove_all(void);

#endif
