/* Whole numbers of JSON: DuckDB makes HUGEINT of a column with negative ones
 * and others. Looks at the first rows whether i64 is enough. */
#ifndef WD_ENGINE_DUCKDB_NARROW_H
#define WD_ENGINE_DUCKDB_NARROW_H

#include "engine/duckdb/engine.h"

/* Makes decimal<38,0>, also inside of nested types, an i64 in all columns of
 * the query whose first rows are values of it. The new types are in the arena.
 */
enum wd_status
wd_duck_narrow(struct wd_duck_engine *engine, const char *query,
               struct wd_arena *arena, struct wd_schema *schema,
               struct wd_error *error);

#endif
