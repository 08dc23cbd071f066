/* Table functions of the program's in the FROM of a query.
 *
 * Where the arguments are constants, and where one of them is a query, the
 * rows are planned by themselves and are one more table of the query. Where
 * they are columns of other tables, the call is a scalar function that gives
 * lists, unnested: FROM t, f(t.x) becomes
 * FROM t, (SELECT unnest(f(t.x), max_depth := 2)).
 */
#ifndef WD_ENGINE_DUCKDB_SQL_ROWS_H
#define WD_ENGINE_DUCKDB_SQL_ROWS_H

#include "engine/duckdb/sql_check.h"

/* ---- While a query is checked (sql_check.c, sql_rows_check.c) ---- */

enum wd_status
wd__sql_walk(struct wd_sql_check *check, const struct wd_sql_value *value);

/* The program's function that a call is of; NULL: it is of none. */
const struct wd_named *
wd__sql_find(const struct wd_sql_check *check, const struct wd_sql_value *call);

/* Adds a call; NULL: check->error tells why not. */
struct wd_sql_found *
wd__sql_add_call(struct wd_sql_check *check, const struct wd_sql_value *value,
                 const struct wd_named *function);

/* A call of one in FROM; `from`: the reference to a table that it is. */
enum wd_status
wd__sql_check_rows(struct wd_sql_check *check, const struct wd_sql_value *from,
                   const struct wd_named *function);

/* ---- While it is bound (sql_rows.c) ---- */

/* Whether the rows are a table of the query: not those of lateral calls. */
static inline bool
wd__sql_is_table(const struct wd_sql_found *found)
{
  return found->function->kind == WD_NAMED_TABLE && !found->lateral;
}

#endif
