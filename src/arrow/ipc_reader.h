/* Reading Arrow IPC streams and files, batch by batch, through nanoarrow. What
 * is in them is not trusted. One thread at a time. */
#ifndef WD_ARROW_IPC_READER_H
#define WD_ARROW_IPC_READER_H

#include "arrow/batch.h"

struct wd_ipc_reader;

/* Opens a file and reads its schema. WD_IO when it cannot be read or is no
 * Arrow stream or file; WD_UNSUPPORTED for types that are not carried. */
enum wd_status
wd_ipc_reader_open(struct wd_mem *mem, const char *path,
                   struct wd_ipc_reader **out_reader, struct wd_error *error);

/* The same of a stream in memory, which is copied. */
enum wd_status
wd_ipc_reader_open_bytes(struct wd_mem *mem, const void *data, size_t size,
                         struct wd_ipc_reader **out_reader,
                         struct wd_error *error);

/* The reader's own. */
const struct wd_schema *
wd_ipc_reader_schema(const struct wd_ipc_reader *reader);

/* The next batch, checked, valid until the next call; *out_has false at the
 * end. */
enum wd_status
wd_ipc_reader_next(struct wd_ipc_reader *reader, struct wd_batch *out_batch,
                   bool *out_has, struct wd_error *error);

/* Also for NULL. */
void
wd_ipc_reader_free(struct wd_ipc_reader *reader);

#endif
