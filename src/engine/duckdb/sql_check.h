/* What a query of a program may have in it: its syntax tree is walked and
 * whatever is not known to be safe is refused by kind.
 *
 * Safe is what computes on the query's own tables: one SELECT, tables that the
 * caller resolves, functions of a list (sql_functions.h) and the program's
 * own. So no text reaches a file, a setting, a catalog or another database,
 * whatever DuckDB would allow.
 */
#ifndef WD_ENGINE_DUCKDB_SQL_CHECK_H
#define WD_ENGINE_DUCKDB_SQL_CHECK_H

#include "engine/duckdb/sql_tokens.h"
#include "engine/duckdb/sql_tree.h"
#include "plan/registry.h"
#include "plan/source.h"
#include "plan/sql.h"

/* Most common table expressions of a query: DuckDB plans them into each other.
 */
#define WD_SQL_CTES_MAX 500u

/* Most SELECTs of a query, the ones in it included: DuckDB plans many for
 * minutes, and cannot be stopped then. */
#define WD_SQL_QUERIES_MAX 2000u

/* A table that the query names and does not define. */
struct wd_sql_table {
  struct wd_sql_table *next;
  const char *name; /* as the text has it first */
  uint32_t uses;    /* but for those in queries that table functions are over */
  bool inside;      /* also where it may be read more than once */
};

/* A call of one of the program's functions. */
struct wd_sql_found {
  struct wd_sql_found *next;
  const struct wd_named *function;
  const struct wd_sql_value *value;
  bool over_window;
  /* Of a table function, which stands in FROM: */
  bool lateral;                     /* its arguments are no constants */
  bool inside;                      /* where it may be read more than once */
  const struct wd_sql_value *table; /* the argument that is a query, or NULL */
  const struct wd_sql_scope *scope; /* what is visible there */
};

/* Common table expressions that are visible, the innermost first. */
struct wd_sql_scope {
  const struct wd_sql_scope *outer;
  const char *name;
  const struct wd_sql_value *entry;
  bool defining; /* a recursive one, in itself */
};

struct wd_sql_check {
  struct wd_arena *arena;
  struct wd_error *error;
  const struct wd_source *source;
  const struct wd_sql_rewritten *rewritten; /* of it; what the tree is of */
  /* NULL: the program's functions are not looked at, nor others. */
  const struct wd_registry *functions;
  bool check_functions;
  /* What was found, in the order of the text: */
  struct wd_sql_table *tables;
  uint32_t table_count;
  struct wd_sql_found *calls;
  uint32_t call_count;
  bool ordered; /* the result */
  bool orders;  /* any part */
  /* While it walks: */
  const struct wd_sql_scope *scope;
  uint32_t inside;
  uint32_t elsewhere; /* in queries that table functions are over */
  uint32_t ctes;
  uint32_t queries;
};

/* `root`: what json_serialize_sql gave. */
enum wd_status
wd_sql_check(struct wd_sql_check *check, const struct wd_sql_value *root);

/* Fails with the text around a value that has a place in it. */
enum wd_status
wd_sql_fail(const struct wd_sql_check *check, const struct wd_sql_value *value,
            enum wd_status status, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#endif
