/* The syntax tree of a query: DuckDB's own, which it gives as JSON.
 *
 * Values live in an arena and point into the JSON text, which stays. Only
 * DuckDB writes such texts, so what is no JSON is a fault of ours.
 */
#ifndef WD_ENGINE_DUCKDB_SQL_TREE_H
#define WD_ENGINE_DUCKDB_SQL_TREE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"

/* How deep trees may be: expressions of DuckDB's parser are less. */
#define WD_SQL_TREE_DEPTH 6000u

enum wd_sql_value_kind {
  WD_SQL_SCALAR, /* null, true, a number: its text */
  WD_SQL_STRING,
  WD_SQL_ARRAY,
  WD_SQL_OBJECT,
};

struct wd_sql_value {
  enum wd_sql_value_kind kind;
  struct wd_sql_value *next;  /* of the array or object it is in */
  struct wd_sql_value *first; /* of an array or object */
  const char *key;            /* in an object */
  const char *text;           /* of a string, without escapes */
  const char *start;          /* in the JSON text */
  size_t length;
  uint32_t call; /* 1 and more: a call of the program's function (sql.h) */
};

/* Reads a JSON text, zero-terminated. */
enum wd_status
wd_sql_tree_read(const char *json, struct wd_arena *arena,
                 struct wd_sql_value **out_root, struct wd_error *error);

/* NULL: there is none. */
struct wd_sql_value *
wd_sql_member(const struct wd_sql_value *object, const char *key);

/* The text of a member that is a string, "" for others. */
const char *
wd_sql_string(const struct wd_sql_value *object, const char *key);

#endif
