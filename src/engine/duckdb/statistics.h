/* What Parquet files say of themselves, kept by the file's name, size and time
 * so that it is asked once: a footer takes longer to read than many a plan.
 * Their columns, and how large decimals and integers are.
 *
 * DuckDB takes the same statistics at their word: it leaves out checks of
 * overflows where they say that there are none. Any thread.
 */
#ifndef WD_ENGINE_DUCKDB_STATISTICS_H
#define WD_ENGINE_DUCKDB_STATISTICS_H

#include "arrow/decimal.h"
#include "engine/duckdb/engine.h"

/* The columns of a file that was seen, in the arena; false: it was not, or it
 * has changed. */
bool
wd_duck_statistics_schema(struct wd_duck_engine *engine, const char *file,
                          struct wd_arena *arena, struct wd_schema *out_schema);

/* Keeps the columns of a file. That it cannot is no failure. */
void
wd_duck_statistics_keep(struct wd_duck_engine *engine, const char *file,
                        const struct wd_schema *schema);

/* Into most[i] the largest magnitude in column i, unscaled, where that is known
 * and the column a number like these; others stay. `reader`: the SQL that reads
 * the one file. What cannot be learned is left out: the query itself will fail.
 */
void
wd_duck_statistics_find(struct wd_duck_engine *engine, const char *file,
                        const char *reader, const struct wd_schema *schema,
                        wd_uint128 *most);

/* At the engine's end. */
void
wd_duck_statistics_free(struct wd_duck_engine *engine);

#endif
