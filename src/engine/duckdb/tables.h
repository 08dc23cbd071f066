/* Granted tables: their columns, and the SQL that reads them.
 *
 * Options are those of io/format.h; what the grant says of the files wins over
 * what the program says. Text and Arrow are our own sources (source.h), the
 * others are DuckDB's readers over the files by name.
 */
#ifndef WD_ENGINE_DUCKDB_TABLES_H
#define WD_ENGINE_DUCKDB_TABLES_H

#include "engine/duckdb/engine.h"

/* The function of the engine's contract. */
enum wd_status
wd_duck_table(struct wd_engine *engine, const struct wd_grant *grant,
              const struct wd_option *options, uint32_t count,
              struct wd_arena *arena, struct wd_schema *out_schema,
              struct wd_error *error);

/* Its part for Arrow files; the SQL that reads them. */
enum wd_status
wd_duck_arrow_table(struct wd_mem *mem, const struct wd_grant *grant,
                    struct wd_arena *arena, struct wd_schema *out_schema,
                    struct wd_error *error);

struct wd_duck_lowering;

enum wd_status
wd_duck_lower_arrow(struct wd_duck_lowering *lowering,
                    const struct wd_plan_node *node,
                    const struct wd_grant *grant, struct wd_buf *buf);

/* The columns of a statement that was prepared, in the arena. */
enum wd_status
wd_duck_prepared_schema(duckdb_prepared_statement prepared,
                        struct wd_arena *arena, struct wd_schema *out_schema,
                        struct wd_error *error);

/* A file's name as DuckDB's readers take it: `*`, `?` and `[` are patterns, and
 * in brackets such a character means itself. */
void
wd_duck_write_path(const char *path, struct wd_buf *buf);

/* How large the ranges of text files are that threads take. */
#define WD_DUCK_TEXT_RANGE (1u << 20)

#endif
