#include "guest/statement.h"

#include <string.h>
#include <strings.h>

#include "base/error.h"

#define COLUMNS_MAX 1000u

struct reader {
  const char *at;
  const char *end;
  struct wd_arena *arena;
  struct wd_statement *statement;
  bool no_memory; /* for a name */
  struct wd_error *error;
};

/* ---- Words --------------------------------------------------------------- */

/* What follows a comment that begins here. */
static const char *
after_comment(const char *at, const char *end)
{
  unsigned depth = 0;

  if (at[0] == '-') {
    while (at < end && *at != '\n')
      at++;
    return at;
  }
  do {
    if (at + 1 < end && at[0] == '/' && at[1] == '*') {
      depth++;
      at += 2;
    } else if (at + 1 < end && at[0] == '*' && at[1] == '/') {
      depth--;
      at += 2;
    } else {
      at++;
    }
  } while (at < end && depth > 0);
  return at;
}

static const char *
after_blanks(const char *at, const char *end)
{
  while (at < end) {
    if (strchr(" \t\r\n\f\v", *at) && *at)
      at++;
    else if (at + 1 < end &&
             ((at[0] == '-' && at[1] == '-') || (at[0] == '/' && at[1] == '*')))
      at = after_comment(at, end);
    else
      break;
  }
  return at;
}

static bool
is_letter(char c)
{
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         (c & 0x80);
}

static size_t
word_length(const char *at, const char *end)
{
  const char *begin = at;

  if (at < end && is_letter(*at))
    while (at < end &&
           (is_letter(*at) || *at == '$' || (*at >= '0' && *at <= '9')))
      at++;
  return (size_t)(at - begin);
}

/* Takes a word of the language when it is the next one. */
static bool
take(struct reader *reader, const char *word)
{
  const char *at = after_blanks(reader->at, reader->end);
  size_t length = word_length(at, reader->end);

  if (length == 0 || length != strlen(word) || strncasecmp(at, word, length))
    return false;
  reader->at = at + length;
  return true;
}

/* Two words in a row, or none. */
static bool
take_both(struct reader *reader, const char *first, const char *second)
{
  const char *begin = reader->at;

  if (take(reader, first) && take(reader, second))
    return true;
  reader->at = begin;
  return false;
}

static bool
take_mark(struct reader *reader, char mark)
{
  const char *at = after_blanks(reader->at, reader->end);

  if (at == reader->end || *at != mark)
    return false;
  reader->at = at + 1;
  return true;
}

/* Whether nothing follows but the end of the statement. */
static bool
at_end(const struct reader *reader)
{
  const char *at = after_blanks(reader->at, reader->end);

  if (at < reader->end && *at == ';')
    at = after_blanks(at + 1, reader->end);
  return at == reader->end;
}

/* "A name", in which "" is one quote. NULL: it does not end, or has a NUL. */
static const char *
take_quoted(struct reader *reader, const char *at)
{
  char *name = wd_arena_alloc(reader->arena, (size_t)(reader->end - at) + 1);
  size_t length = 0;

  reader->no_memory = !name;
  for (at++; name && at < reader->end && *at; at++) {
    if (*at == '"' && (at + 1 == reader->end || at[1] != '"')) {
      name[length] = '\0';
      reader->at = at + 1;
      return length ? name : NULL;
    }
    at += *at == '"';
    name[length++] = *at;
  }
  return NULL;
}

/* NULL: there is none. */
static const char *
take_name(struct reader *reader)
{
  const char *at = after_blanks(reader->at, reader->end);
  size_t length = word_length(at, reader->end);
  char *name;

  if (at < reader->end && *at == '"')
    return take_quoted(reader, at);
  if (length == 0)
    return NULL;
  reader->at = at + length;
  name = wd_arena_strndup(reader->arena, at, length);
  reader->no_memory = !name;
  return name;
}

/* ---- Statements ---------------------------------------------------------- */

static enum wd_status
fail_form(const struct reader *reader, const char *form)
{
  if (reader->no_memory)
    return wd_fail_memory(reader->error);
  return wd_fail(reader->error, WD_INVALID_PLAN, "sql: write %s", form);
}

/* All that is left is a query. */
static enum wd_status
take_query(struct reader *reader, enum wd_statement_kind kind)
{
  struct wd_statement *statement = reader->statement;

  statement->kind = kind;
  statement->query = reader->at;
  statement->length = (size_t)(reader->end - reader->at);
  return WD_OK;
}

static enum wd_status
read_create(struct reader *reader)
{
  static const char form[] =
      "CREATE [OR REPLACE] [TEMP] TABLE [IF NOT EXISTS] name AS query; a "
      "table's columns are those of a query";
  struct wd_statement *statement = reader->statement;

  statement->replace = take_both(reader, "or", "replace");
  if (!take(reader, "temp"))
    take(reader, "temporary");
  if (!take(reader, "table"))
    return fail_form(reader, form);
  if (take(reader, "if")) {
    statement->lenient = take_both(reader, "not", "exists");
    if (!statement->lenient || statement->replace)
      return fail_form(reader, form);
  }
  statement->name = take_name(reader);
  if (!statement->name || !take(reader, "as"))
    return fail_form(reader, form);
  return take_query(reader, WD_STATEMENT_CREATE);
}

/* (a, b): a query in brackets begins so too, which is none. */
static enum wd_status
read_columns(struct reader *reader)
{
  struct wd_statement *statement = reader->statement;
  const char **columns =
      wd_arena_array(reader->arena, COLUMNS_MAX, sizeof *columns);
  const char *begin = reader->at;

  if (!columns)
    return wd_fail_memory(reader->error);
  if (!take_mark(reader, '('))
    return WD_OK;
  do {
    const char *name = take_name(reader);

    if (reader->no_memory)
      return wd_fail_memory(reader->error);
    if (!name || statement->column_count == COLUMNS_MAX)
      break;
    columns[statement->column_count++] = name;
  } while (take_mark(reader, ','));
  statement->columns = columns;
  if (statement->column_count == 0 || !take_mark(reader, ')')) {
    statement->column_count = 0;
    reader->at = begin;
  }
  return WD_OK;
}

static enum wd_status
read_insert(struct reader *reader)
{
  static const char form[] = "INSERT INTO name [(columns)] query";
  enum wd_status status;

  if (!take(reader, "into"))
    return fail_form(reader, form);
  reader->statement->name = take_name(reader);
  if (!reader->statement->name)
    return fail_form(reader, form);
  status = read_columns(reader);
  return status == WD_OK ? take_query(reader, WD_STATEMENT_INSERT) : status;
}

static enum wd_status
read_drop(struct reader *reader)
{
  static const char form[] = "DROP TABLE [IF EXISTS] name";
  struct wd_statement *statement = reader->statement;

  statement->kind = WD_STATEMENT_DROP;
  if (!take(reader, "table"))
    return fail_form(reader, form);
  statement->lenient = take_both(reader, "if", "exists");
  statement->name = take_name(reader);
  return statement->name && at_end(reader) ? WD_OK : fail_form(reader, form);
}

static enum wd_status
read_show(struct reader *reader)
{
  bool tables = take(reader, "tables");

  if ((!tables && !take(reader, "functions")) || !at_end(reader))
    return fail_form(reader, "SHOW TABLES or SHOW FUNCTIONS");
  reader->statement->kind =
      tables ? WD_STATEMENT_SHOW_TABLES : WD_STATEMENT_SHOW_FUNCTIONS;
  return WD_OK;
}

/* DESCRIBE name, DESCRIBE query. */
static enum wd_status
read_describe(struct reader *reader)
{
  const char *begin = reader->at;
  const char *name = take_name(reader);

  if (reader->no_memory)
    return wd_fail_memory(reader->error);
  if (name && at_end(reader))
    reader->statement->name = name;
  reader->at = begin;
  return take_query(reader, WD_STATEMENT_DESCRIBE);
}

enum wd_status
wd_statement_read(const char *text, size_t length, struct wd_arena *arena,
                  struct wd_statement *out_statement, struct wd_error *error)
{
  struct reader reader = {.at = text,
                          .end = text + length,
                          .arena = arena,
                          .statement = out_statement,
                          .error = error};

  memset(out_statement, 0, sizeof *out_statement);
  if (take(&reader, "create"))
    return read_create(&reader);
  if (take(&reader, "insert"))
    return read_insert(&reader);
  if (take(&reader, "drop"))
    return read_drop(&reader);
  if (take(&reader, "show"))
    return read_show(&reader);
  if (take(&reader, "describe"))
    return read_describe(&reader);
  if (take(&reader, "explain"))
    return take_query(&reader, WD_STATEMENT_EXPLAIN);
  return take_query(&reader, WD_STATEMENT_QUERY);
}
