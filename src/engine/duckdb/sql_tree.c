#include "engine/duckdb/sql_tree.h"

#include <string.h>

struct reader {
  const char *at;
  struct wd_arena *arena;
  struct wd_error *error;
};

static enum wd_status
fail(const struct reader *reader)
{
  return wd_fail(reader->error, WD_INTERNAL,
                 "DuckDB gave a syntax tree that is no JSON");
}

static void
skip_blanks(struct reader *reader)
{
  reader->at += strspn(reader->at, " \t\r\n");
}

/* Four hexadecimal digits; -1: they are not. */
static int32_t
read_unit(const char *at)
{
  int32_t unit = 0;

  for (int i = 0; i < 4; i++) {
    static const char digits[] = "0123456789abcdef0123456789ABCDEF";
    const char *digit = at[i] ? strchr(digits, at[i]) : NULL;

    if (!digit)
      return -1;
    unit = unit << 4 | (int32_t)((digit - digits) & 15);
  }
  return unit;
}

static char *
put_utf8(char *to, uint32_t code)
{
  if (code < 0x80) {
    *to++ = (char)code;
  } else if (code < 0x800) {
    *to++ = (char)(0xc0 | code >> 6);
    *to++ = (char)(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    *to++ = (char)(0xe0 | code >> 12);
    *to++ = (char)(0x80 | (code >> 6 & 0x3f));
    *to++ = (char)(0x80 | (code & 0x3f));
  } else {
    *to++ = (char)(0xf0 | code >> 18);
    *to++ = (char)(0x80 | (code >> 12 & 0x3f));
    *to++ = (char)(0x80 | (code >> 6 & 0x3f));
    *to++ = (char)(0x80 | (code & 0x3f));
  }
  return to;
}

/* `\uXXXX`, two of them for a character beyond the first plane. */
static char *
read_unicode(struct reader *reader, char *to)
{
  int32_t unit = read_unit(reader->at + 2), low;

  if (unit <= 0)
    return NULL;
  reader->at += 6;
  if (unit < 0xd800 || unit > 0xdfff)
    return put_utf8(to, (uint32_t)unit);
  low = reader->at[0] == '\\' && reader->at[1] == 'u'
            ? read_unit(reader->at + 2)
            : -1;
  if (unit > 0xdbff || low < 0xdc00 || low > 0xdfff)
    return NULL;
  reader->at += 6;
  return put_utf8(to, 0x10000 + ((uint32_t)(unit & 0x3ff) << 10) +
                          (uint32_t)(low & 0x3ff));
}

static char *
read_escape(struct reader *reader, char *to)
{
  static const char named[] = "\"\"\\\\//b\bf\fn\nr\rt\t";

  if (reader->at[1] == 'u')
    return read_unicode(reader, to);
  for (const char *at = named; *at; at += 2)
    if (*at == reader->at[1]) {
      *to++ = at[1];
      reader->at += 2;
      return to;
    }
  return NULL;
}

/* At the quote. */
static enum wd_status
read_string(struct reader *reader, const char **out)
{
  const char *end = reader->at + 1;
  char *text, *to;

  while (*end && *end != '"')
    end += *end == '\\' && end[1] ? 2 : 1;
  if (*end != '"')
    return fail(reader);
  text = to = wd_arena_alloc(reader->arena, (size_t)(end - reader->at));
  if (!text)
    return wd_fail_memory(reader->error);
  for (reader->at++; reader->at < end;)
    if (*reader->at != '\\') {
      *to++ = *reader->at++;
    } else {
      to = read_escape(reader, to);
      if (!to)
        return fail(reader);
    }
  reader->at = end + 1;
  *to = '\0';
  *out = text;
  return WD_OK;
}

static enum wd_status
read_value(struct reader *reader, uint32_t depth, struct wd_sql_value **out);

static enum wd_status
read_key(struct reader *reader, const char **out_key)
{
  enum wd_status status;

  skip_blanks(reader);
  status = *reader->at == '"' ? read_string(reader, out_key) : fail(reader);
  if (status != WD_OK)
    return status;
  skip_blanks(reader);
  return *reader->at++ == ':' ? WD_OK : fail(reader);
}

/* After the bracket: what it holds, up to the other one. */
static enum wd_status
read_items(struct reader *reader, uint32_t depth, struct wd_sql_value *in)
{
  char close = in->kind == WD_SQL_OBJECT ? '}' : ']';
  struct wd_sql_value **link = &in->first;

  skip_blanks(reader);
  if (*reader->at == close) {
    reader->at++;
    return WD_OK;
  }
  for (;;) {
    const char *key = NULL;
    enum wd_status status =
        in->kind == WD_SQL_OBJECT ? read_key(reader, &key) : WD_OK;

    if (status == WD_OK)
      status = read_value(reader, depth + 1, link);
    if (status != WD_OK)
      return status;
    (*link)->key = key;
    link = &(*link)->next;
    skip_blanks(reader);
    if (*reader->at == close) {
      reader->at++;
      return WD_OK;
    }
    if (*reader->at++ != ',')
      return fail(reader);
  }
}

static enum wd_status
read_value(struct reader *reader, uint32_t depth, struct wd_sql_value **out)
{
  struct wd_sql_value *value = wd_arena_alloc(reader->arena, sizeof *value);
  enum wd_status status = WD_OK;

  if (!value)
    return wd_fail_memory(reader->error);
  if (depth > WD_SQL_TREE_DEPTH)
    return wd_fail(reader->error, WD_LIMIT_EXCEEDED,
                   "the query is nested too deep");
  skip_blanks(reader);
  value->start = reader->at;
  if (*reader->at == '{' || *reader->at == '[') {
    value->kind = *reader->at++ == '{' ? WD_SQL_OBJECT : WD_SQL_ARRAY;
    status = read_items(reader, depth, value);
  } else if (*reader->at == '"') {
    value->kind = WD_SQL_STRING;
    status = read_string(reader, &value->text);
  } else {
    reader->at += strcspn(reader->at, ",]} \t\r\n");
    if (reader->at == value->start)
      status = fail(reader);
  }
  value->length = (size_t)(reader->at - value->start);
  *out = value;
  return status;
}

enum wd_status
wd_sql_tree_read(const char *json, struct wd_arena *arena,
                 struct wd_sql_value **out_root, struct wd_error *error)
{
  struct reader reader = {json, arena, error};

  return read_value(&reader, 0, out_root);
}

struct wd_sql_value *
wd_sql_member(const struct wd_sql_value *object, const char *key)
{
  struct wd_sql_value *member =
      object && object->kind == WD_SQL_OBJECT ? object->first : NULL;

  while (member && strcmp(member->key, key) != 0)
    member = member->next;
  return member;
}

const char *
wd_sql_string(const struct wd_sql_value *object, const char *key)
{
  const struct wd_sql_value *member = wd_sql_member(object, key);

  return member && member->kind == WD_SQL_STRING ? member->text : "";
}
