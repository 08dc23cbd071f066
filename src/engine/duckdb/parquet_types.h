/* Named types in Parquet files: the format has none, so the schema that Arrow's
 * libraries keep in a file's metadata says them (`ARROW:schema`, an IPC message
 * in base64). DuckDB neither writes nor reads it. */
#ifndef WD_ENGINE_DUCKDB_PARQUET_TYPES_H
#define WD_ENGINE_DUCKDB_PARQUET_TYPES_H

#include "engine/duckdb/engine.h"

/* Appends `, KV_METADATA {…}` for COPY when a column's type has a name.
 * Columns may be null in files, whatever the schema says. */
enum wd_status
wd_duck_parquet_named(const struct wd_schema *schema, struct wd_mem *mem,
                      struct wd_arena *arena, struct wd_buf *buf,
                      struct wd_error *error);

/* Gives the columns of a file the names of their types that it tells, as far
 * as what they are stored as is what it says. What is damaged tells nothing. */
void
wd_duck_parquet_name_types(struct wd_duck_engine *engine, const char *file,
                           struct wd_arena *arena, struct wd_schema *schema);

#endif
