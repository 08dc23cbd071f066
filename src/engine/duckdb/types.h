/* Types: ours and DuckDB's.
 *
 * Each carried type has one storage type in DuckDB, the same for every
 * column, parameter and result of it. Timestamps with a zone are instants:
 * microseconds are TIMESTAMPTZ, other units the plain type of their unit.
 * Times are TIME, those of nanoseconds TIME_NS; fixed binaries are BLOB. A
 * column that is all null (type null) is stored as BOOLEAN. Nested types are
 * made of these (types_composed.h); their fields keep their names.
 */
#ifndef WD_ENGINE_DUCKDB_TYPES_H
#define WD_ENGINE_DUCKDB_TYPES_H

#include <duckdb.h>

#include "arrow/type.h"

/* The storage type in SQL. */
void
wd_duck_type_sql(const struct wd_type *type, struct wd_buf *buf);

/* The storage type as an object that the caller destroys. */
duckdb_logical_type
wd_duck_type_make(const struct wd_type *type);

/* The types of a schema's columns, one BOOLEAN for none. */
enum wd_status
wd_duck_types_make(struct wd_mem *mem, const struct wd_schema *schema,
                   duckdb_logical_type **out_types, struct wd_error *error);

/* Also for NULL. */
void
wd_duck_types_free(struct wd_mem *mem, const struct wd_schema *schema,
                   duckdb_logical_type *types);

/* A list of it, and the struct (fields c0, c1 …; one BOOLEAN `z` for no
 * columns) of a schema. */
duckdb_logical_type
wd_duck_type_list_of(duckdb_logical_type child);

enum wd_status
wd_duck_type_struct_of(const struct wd_schema *schema, struct wd_mem *mem,
                       duckdb_logical_type *out_type, struct wd_error *error);

/* What a column of DuckDB's is to us; types without a counterpart are read as
 * strings. */
enum wd_status
wd_duck_type_from(duckdb_logical_type logical, struct wd_arena *arena,
                  struct wd_type *out_type, struct wd_error *error);

/* WD_UNSUPPORTED, naming column, type and reason, for what DuckDB cannot
 * store. */
enum wd_status
wd_duck_schema_check(const struct wd_schema *schema, struct wd_error *error);

#endif
