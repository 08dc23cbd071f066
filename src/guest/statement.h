/* Statements of SQL that are no query: how the first words of a text are read.
 *
 * Queries are the engine's to parse; here it is only told what is to be done
 * with one. Tables that are made, filled and dropped are the program's own.
 * Texts live in the caller's arena, or are parts of the caller's text.
 */
#ifndef WD_GUEST_STATEMENT_H
#define WD_GUEST_STATEMENT_H

#include "base/arena.h"
#include "wasidata/error.h"

enum wd_statement_kind {
  WD_STATEMENT_QUERY, /* whatever is none of the others: the engine says */
  WD_STATEMENT_EXPLAIN,
  WD_STATEMENT_DESCRIBE,
  WD_STATEMENT_SHOW_TABLES,
  WD_STATEMENT_SHOW_FUNCTIONS,
  WD_STATEMENT_CREATE, /* a table from a query */
  WD_STATEMENT_INSERT,
  WD_STATEMENT_DROP,
  WD_STATEMENT_COUNT,
};

struct wd_statement {
  enum wd_statement_kind kind;
  bool replace;     /* CREATE OR REPLACE */
  bool lenient;     /* IF EXISTS, IF NOT EXISTS */
  const char *name; /* of the table */
  uint32_t column_count;
  const char *const *columns; /* INSERT INTO name (columns) */
  const char *query;
  size_t length;
};

/* Reads one statement; WD_INVALID_PLAN says how it is written. */
enum wd_status
wd_statement_read(const char *text, size_t length, struct wd_arena *arena,
                  struct wd_statement *out_statement, struct wd_error *error);

#endif
