/* A look at an Arrow IPC file before it is read. */
#ifndef WD_ARROW_IPC_PROBE_H
#define WD_ARROW_IPC_PROBE_H

#include <stdbool.h>
#include <stdio.h>

/* Whether the first record batch of the stream that the file is at is
 * compressed: nanoarrow 0.9 takes the bytes of compressed dictionaries for
 * their values. False also for what is damaged, which reading tells. Moves the
 * file's position. */
bool
wd__ipc_is_compressed(FILE *file);

#endif
