/* Where a statement ends: DuckDB's parser is asked, nobody else reads SQL.
 *
 * A semicolon separates statements when one more statement after it is one
 * more to the parser: within a text, a name or a comment it is not.
 */
#include <string.h>

#include "engine/duckdb/failure.h"
#include "engine/duckdb/sql.h"

/* Semicolons that are asked for: each costs a parse of all before it. */
#define ASKED_MAX 4096u

struct split {
  struct wd_duck_engine *engine;
  duckdb_connection connection;
  const char *text;
  struct wd_buf buf;
  struct wd_error *error;
};

#define BROKEN ((idx_t)-1)

/* How many statements a text has; BROKEN: it is not SQL. *out_open: because it
 * ends within something. */
static idx_t
count(const struct split *split, const char *text, bool *out_open)
{
  duckdb_extracted_statements statements = NULL;
  idx_t number =
      duckdb_extract_statements(split->connection, text, &statements);
  const char *message = number == 0 && statements
                            ? duckdb_extract_statements_error(statements)
                            : NULL;

  *out_open = message && strstr(message, "unterminated ");
  if (message && *message)
    number = BROKEN;
  duckdb_destroy_extracted(&statements);
  return number;
}

/* So many bytes of the text, and what is put behind them. */
static idx_t
count_with(struct split *split, size_t length, const char *behind,
           bool *out_open)
{
  wd_buf_clear(&split->buf);
  wd_buf_add(&split->buf, split->text, length);
  wd_buf_puts(&split->buf, behind);
  return count(split, wd_buf_text(&split->buf), out_open);
}

/* Finds the first semicolon that ends a statement. *out_wrong: the first one
 * that does not, because there is no SQL before it; 0: there is none. */
static enum wd_status
find_end(struct split *split, struct wd_sql_end *out, size_t *out_wrong)
{
  const char *at = split->text;

  *out_wrong = 0;
  for (unsigned asked = 0; (at = strchr(at, ';')) != NULL; at++) {
    size_t length = (size_t)(at - split->text) + 1;
    bool open, more_open;
    idx_t here = count_with(split, length, "", &open);

    if (here != BROKEN && here != 0 &&
        count_with(split, length, "SELECT 1", &more_open) == here + 1) {
      *out = (struct wd_sql_end){WD_SQL_ENDED, length};
      break;
    }
    if (here == BROKEN && !open && !*out_wrong)
      *out_wrong = length;
    if (++asked == ASKED_MAX && *out_wrong)
      break;
    if (asked == ASKED_MAX)
      return wd_fail(split->error, WD_LIMIT_EXCEEDED,
                     "a statement has more than %u semicolons in its texts",
                     ASKED_MAX);
  }
  return split->buf.failed ? wd_fail_memory(split->error) : WD_OK;
}

/* What ends nowhere is still to be written, blank, or no SQL: that is whole
 * too, for its error is to be told. */
static enum wd_status
split_text(struct split *split, size_t length, struct wd_sql_end *out)
{
  size_t wrong;
  bool open;
  idx_t all;
  enum wd_status status;

  *out = (struct wd_sql_end){WD_SQL_OPEN, length};
  status = find_end(split, out, &wrong);
  if (status != WD_OK || out->state == WD_SQL_ENDED)
    return status;
  all = count(split, split->text, &open);
  if (all == 0)
    out->state = WD_SQL_BLANK;
  else if (all == BROKEN && !open && wrong)
    *out = (struct wd_sql_end){WD_SQL_ENDED, wrong};
  return WD_OK;
}

enum wd_status
wd_duck_sql_end(struct wd_engine *engine, const char *text, size_t length,
                struct wd_sql_end *out_end, struct wd_error *error)
{
  struct split split = {
      .engine = (struct wd_duck_engine *)engine, .text = text, .error = error};
  enum wd_status status = wd_duck_lock_down(split.engine, error);

  if (status == WD_OK && duckdb_connect(split.engine->database,
                                        &split.connection) != DuckDBSuccess)
    status = wd_fail_memory(error);
  wd_buf_init(&split.buf, split.engine->mem, WD_SQL_SCRIPT_MAX + 16);
  if (status == WD_OK)
    status = split_text(&split, length, out_end);
  wd_buf_fini(&split.buf);
  duckdb_disconnect(&split.connection);
  return status;
}
