/* Arrow IPC streams and files
 * (https://arrow.apache.org/docs/format/Columnar.html): schema, batches, end of
 * stream, through nanoarrow. One thread at a time. Of carried types only. */
#ifndef WD_ARROW_IPC_H
#define WD_ARROW_IPC_H

#include "arrow/batch.h"

struct wd_ipc_writer;

/* Takes all bytes, or fills the error and returns its status. */
typedef enum wd_status
wd_ipc_write(void *env, const void *data, size_t size, struct wd_error *error);

/* Writes the schema. The schema is copied; end with wd_ipc_writer_free, also
 * when this failed (*out_writer is NULL then). */
enum wd_status
wd_ipc_writer_begin(struct wd_mem *mem, const struct wd_schema *schema,
                    wd_ipc_write *write, void *env,
                    struct wd_ipc_writer **out_writer, struct wd_error *error);

/* The same for an Arrow file: a stream between marks, with an index at its
 * end. */
enum wd_status
wd_ipc_writer_begin_file(struct wd_mem *mem, const struct wd_schema *schema,
                         wd_ipc_write *write, void *env,
                         struct wd_ipc_writer **out_writer,
                         struct wd_error *error);

/* Writes a checked batch of the schema. After a failure the stream is of no
 * use: everything more fails. */
enum wd_status
wd_ipc_writer_write(struct wd_ipc_writer *writer, const struct wd_batch *batch,
                    struct wd_error *error);

/* Writes the end of the stream or file; nothing may follow. */
enum wd_status
wd_ipc_writer_end(struct wd_ipc_writer *writer, struct wd_error *error);

/* May be NULL. Writes nothing. */
void
wd_ipc_writer_free(struct wd_ipc_writer *writer);

#endif
