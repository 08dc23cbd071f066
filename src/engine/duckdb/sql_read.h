/* Reading a query: what the files of this part share. */
#ifndef WD_ENGINE_DUCKDB_SQL_READ_H
#define WD_ENGINE_DUCKDB_SQL_READ_H

#include "engine/duckdb/sql.h"

/* Syntax trees are up to some hundred times as large as texts. */
#define WD_DUCK_TREE_MAX ((size_t)512 << 20)

/* One query while it is read. */
struct wd_sql_reading {
  struct wd_duck_engine *engine;
  duckdb_connection connection;
  struct wd_source source;           /* as it was written */
  struct wd_sql_rewritten rewritten; /* as DuckDB reads it */
  struct wd_arena *arena;            /* of the plan */
  struct wd_arena scratch;
  struct wd_error *error;
  struct wd_sql_check check;
  struct wd_sql_value *root;
  const char *mark; /* of a query that a table function is over; or NULL */
  char *json;
};

/* Calls that are bound, and functions of their types while it is planned. */
struct wd_sql_binding {
  struct wd_sql_reading *reading;
  struct wd_sql *sql;
  const struct wd_sql_binder *binder;
  const struct wd_sql_found **found;
  struct wd_sql_call *calls;
  struct wd_duck_call *slots;
  bool *bound;
  uint32_t count;
  /* Those of the query, in which there is room for the rows of table functions,
   * one for each call. */
  struct wd_sql_input *inputs;
  uint32_t named_inputs; /* how many of them the text names */
  bool *inside;          /* of the others: may be read more than once */
  const char *mark;
};

/* SELECT function(text), as a text of DuckDB's own that duckdb_free frees. */
enum wd_status
wd__sql_on_text(const struct wd_sql_reading *reading, const char *function,
                const char *text, size_t length, char **out);

/* What DuckDB writes of a tree as JSON, in the arena; ends the buffer.
 * `status`: of writing it. */
enum wd_status
wd__sql_of_tree(const struct wd_sql_reading *reading, struct wd_buf *json,
                enum wd_status status, struct wd_arena *arena,
                const char **out_text);

/* A table as a view without rows. */
enum wd_status
wd__sql_make_view(const struct wd_sql_reading *reading,
                  const struct wd_sql_input *input);

enum wd_status
wd__sql_make_views(const struct wd_sql_reading *reading,
                   const struct wd_sql *sql);

/* The rows of a table function whose arguments were probed become a table of
 * the query. */
enum wd_status
wd__sql_bind_rows(struct wd_sql_binding *binding,
                  const struct wd_sql_found *found,
                  const struct wd_duck_probed *probed);

/* A query that a table function is over, as text. */
enum wd_status
wd__sql_over(const struct wd_sql_reading *reading,
             const struct wd_sql_found *found, struct wd_sql_over *out_over);

#endif
