/* Queries that a program writes in DuckDB's SQL.
 *
 * DuckDB parses the text; its syntax tree is checked (sql_check.h), calls of
 * the program's functions and parameters are given names of our own in it, and
 * what DuckDB writes of that tree is what is planned: never the text itself.
 * It becomes a part of the plan's SQL (lower_sql.c), with the query's tables
 * as common table expressions around it.
 *
 * Before the first query the database is locked: from then on DuckDB opens
 * nothing but granted locations and its own temporary files.
 */
#ifndef WD_ENGINE_DUCKDB_SQL_H
#define WD_ENGINE_DUCKDB_SQL_H

#include "engine/duckdb/lower.h"
#include "engine/duckdb/sql_check.h"

/* What the engine keeps of a query, in the plan's arena. */
struct wd_duck_sql {
  /* SQL with `<mark>f<n>` for the name of the function of call n, and
   * `<mark>p<n>()` for the value of parameter n; the rows of the table function
   * of call n are the table `<mark>t<n>`. */
  const char *text;
  const char *mark;
  bool orders;        /* a part of it depends on the order of rows */
  const bool *shared; /* of each input: may be read more than once */
};

/* The functions of the contract. */
enum wd_status
wd_duck_sql_end(struct wd_engine *engine, const char *text, size_t length,
                struct wd_sql_end *out_end, struct wd_error *error);

enum wd_status
wd_duck_sql_tables(struct wd_engine *engine, const char *text, size_t length,
                   const struct wd_registry *functions, struct wd_arena *arena,
                   uint32_t *out_count, const char *const **out_names,
                   struct wd_error *error);

enum wd_status
wd_duck_sql_bind(struct wd_engine *engine, struct wd_sql *sql,
                 const struct wd_sql_binder *binder, struct wd_arena *arena,
                 struct wd_error *error);

/* Lets DuckDB open granted locations and nothing else. Once is enough. */
enum wd_status
wd_duck_lock_down(struct wd_duck_engine *engine, struct wd_error *error);

/* ---- Between the files of this part ---- */

/* What stands in a tree for calls and parameters. */
struct wd_duck_sql_marks {
  const char *mark;
  const struct wd_sql_check *check;
  const struct wd_sql_call *calls;
  const bool *bound; /* of each call: it is filled in */
  uint32_t parameter_count;
  const struct wd_sql_parameter *parameters;
};

/* Appends the tree as JSON with the marks in it; calls that are not bound are
 * probes (sql_probe.c). WD_INVALID_PLAN: a parameter that nobody gave. */
enum wd_status
wd_duck_sql_write(const struct wd_duck_sql_marks *marks,
                  const struct wd_sql_value *root, struct wd_buf *buf);

/* Appends the marked SQL, with what `call` and `parameter` append for marks. */
enum wd_status
wd_duck_sql_expand(const char *text, const char *mark,
                   enum wd_status (*call)(void *env, uint32_t index,
                                          struct wd_buf *buf),
                   enum wd_status (*parameter)(void *env, uint32_t index,
                                               struct wd_buf *buf),
                   void *env, struct wd_buf *buf);

/* What a probe was told of its operands. */
struct wd_duck_probed {
  bool hit;
  uint32_t call; /* from 0 */
  struct wd_arena *arena;
  struct wd_sql_operands operands;
  duckdb_value *values; /* of those that are known, NULL for others */
  struct wd_error error;
};

void
wd_duck_probed_fini(struct wd_duck_probed *probed);

/* Makes sure that there are probes for so many calls: functions that refuse to
 * be planned, and tell why. */
enum wd_status
wd_duck_probes_need(struct wd_duck_engine *engine, uint32_t count,
                    struct wd_error *error);

void
wd_duck_probes_free(struct wd_duck_engine *engine);

#endif
