/* Arguments that are tables, as the SQL standard writes them:
 *
 *   f(TABLE t PARTITION BY a ORDER BY b DESC, 3)
 *   f(TABLE(SELECT …) PARTITION BY (a, b), 3)
 *
 * DuckDB's parser does not know them. In calls of the program's table functions
 * they become subqueries that it knows:
 *
 *   f((SELECT mark FROM t GROUP BY a ORDER BY b DESC), 3)
 *
 * where `mark` is a name that the text does not have, and tells them from what
 * the program wrote. Only words are looked at: what comes of a text that is
 * read wrongly here is still parsed and checked as any other (sql_check.h).
 */
#ifndef WD_ENGINE_DUCKDB_SQL_TOKENS_H
#define WD_ENGINE_DUCKDB_SQL_TOKENS_H

#include "plan/registry.h"

/* A part of the text that was taken as it is. */
struct wd_sql_piece {
  struct wd_sql_piece *next; /* the one before it */
  size_t at;                 /* where it begins now */
  size_t from;               /* and where it began */
  size_t length;
};

struct wd_sql_rewritten {
  const char *text;
  size_t length;
  const char *mark;            /* NULL: nothing was rewritten */
  struct wd_sql_piece *pieces; /* the last one first */
};

/* Parts of the result that are the text's own point into it. `functions` may be
 * NULL. `mark`: of a text that was rewritten and came back from DuckDB. */
enum wd_status
wd_sql_rewrite(const char *text, size_t length,
               const struct wd_registry *functions, const char *mark,
               struct wd_arena *arena, struct wd_sql_rewritten *out,
               struct wd_error *error);

/* Where in the text as it was written something is. */
size_t
wd_sql_written_at(const struct wd_sql_rewritten *rewritten, size_t at);

#endif
