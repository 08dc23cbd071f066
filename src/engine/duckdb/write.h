/* Writes that DuckDB does not do itself. */
#ifndef WD_ENGINE_DUCKDB_WRITE_H
#define WD_ENGINE_DUCKDB_WRITE_H

#include "engine/duckdb/query.h"

typedef enum wd_status
wd_duck_next(struct wd_query *query, struct wd_rows *out_rows, bool *out_has,
             struct wd_error *error);

/* Of a write that is partitioned: *io_to, the end of the query's chunk, becomes
 * the end of the rows from chunk_from on that go into one file, and
 * write_folders says where. WD_IO: it has no place there. */
enum wd_status
wd_duck_write_folders(struct wd_query *query, idx_t *io_to,
                      struct wd_error *error);

/* Writes all rows as an Arrow IPC stream or file to the query's path, or, when
 * they are partitioned, as one for each of the folders below it; those of one
 * folder follow each other. */
enum wd_status
wd_duck_write_arrow(struct wd_query *query, wd_duck_next *next,
                    struct wd_error *error);

#endif
