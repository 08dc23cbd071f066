/* Writes that DuckDB does not do itself. */
#ifndef WD_ENGINE_DUCKDB_WRITE_H
#define WD_ENGINE_DUCKDB_WRITE_H

#include "engine/duckdb/query.h"

typedef enum wd_status
wd_duck_next(struct wd_query *query, struct wd_rows *out_rows, bool *out_has,
             struct wd_error *error);

/* Writes all rows as an Arrow IPC stream or file to the query's path. */
enum wd_status
wd_duck_write_arrow(struct wd_query *query, wd_duck_next *next,
                    struct wd_error *error);

#endif
