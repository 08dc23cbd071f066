/* Types and schemas as people write them, and as type_print.c does. */
#include "arrow/type.h"

#include <string.h>
#include <strings.h>

#include "arrow/decimal.h"
#include "base/utf8.h"

struct parser {
  const char *at;
  const char *end;
  struct wd_arena *arena;
  struct wd_error *error;
  int depth;
};

/* Columns that are being collected: a list, as their number is not known. */
struct link {
  struct link *next;
  struct wd_column column;
};

struct chain {
  struct link *first;
  struct link **last;
  uint32_t count;
};

static const struct {
  const char *name;
  enum wd_type_id id;
} names[] = {
    {"null", WD_TYPE_NULL},
    {"boolean", WD_TYPE_BOOL},
    {"bool", WD_TYPE_BOOL},
    {"i8", WD_TYPE_I8},
    {"int8", WD_TYPE_I8},
    {"tinyint", WD_TYPE_I8},
    {"i16", WD_TYPE_I16},
    {"int16", WD_TYPE_I16},
    {"smallint", WD_TYPE_I16},
    {"i32", WD_TYPE_I32},
    {"int32", WD_TYPE_I32},
    {"int", WD_TYPE_I32},
    {"integer", WD_TYPE_I32},
    {"i64", WD_TYPE_I64},
    {"int64", WD_TYPE_I64},
    {"bigint", WD_TYPE_I64},
    {"long", WD_TYPE_I64},
    {"u8", WD_TYPE_U8},
    {"uint8", WD_TYPE_U8},
    {"utinyint", WD_TYPE_U8},
    {"u16", WD_TYPE_U16},
    {"uint16", WD_TYPE_U16},
    {"usmallint", WD_TYPE_U16},
    {"u32", WD_TYPE_U32},
    {"uint32", WD_TYPE_U32},
    {"uinteger", WD_TYPE_U32},
    {"u64", WD_TYPE_U64},
    {"uint64", WD_TYPE_U64},
    {"ubigint", WD_TYPE_U64},
    {"fp32", WD_TYPE_F32},
    {"f32", WD_TYPE_F32},
    {"float32", WD_TYPE_F32},
    {"float", WD_TYPE_F32},
    {"real", WD_TYPE_F32},
    {"fp64", WD_TYPE_F64},
    {"f64", WD_TYPE_F64},
    {"float64", WD_TYPE_F64},
    {"double", WD_TYPE_F64},
    {"decimal", WD_TYPE_DECIMAL},
    {"numeric", WD_TYPE_DECIMAL},
    {"date", WD_TYPE_DATE},
    {"timestamp", WD_TYPE_TIMESTAMP},
    {"precision_timestamp", WD_TYPE_TIMESTAMP},
    {"string", WD_TYPE_STRING},
    {"varchar", WD_TYPE_STRING},
    {"text", WD_TYPE_STRING},
    {"utf8", WD_TYPE_STRING},
    {"binary", WD_TYPE_BINARY},
    {"varbinary", WD_TYPE_BINARY},
    {"blob", WD_TYPE_BINARY},
    {"bytes", WD_TYPE_BINARY},
    {"time", WD_TYPE_TIME},
    {"interval", WD_TYPE_INTERVAL},
    {"duration", WD_TYPE_DURATION},
    {"fixedbinary", WD_TYPE_FIXED_BINARY},
    {"uuid", WD_TYPE_UUID},
    {"list", WD_TYPE_LIST},
    {"array", WD_TYPE_LIST},
    {"fixedlist", WD_TYPE_FIXED_LIST},
    {"struct", WD_TYPE_STRUCT},
    {"row", WD_TYPE_STRUCT},
    {"map", WD_TYPE_MAP},
    {"enum", WD_TYPE_ENUM},
    {"union", WD_TYPE_UNION},
};

/* Timestamps with a zone. */
static const char *const zoned[] = {
    "timestamp_tz",
    "timestamptz",
    "precision_timestamp_tz",
};

static enum wd_status
parse_type(struct parser *parser, struct wd_type *out_type);

static enum wd_status
expected(const struct parser *parser, const char *what)
{
  char found[48];

  if (parser->at == parser->end)
    return wd_fail(parser->error, WD_INVALID_ARGUMENT,
                   "expected %s where the text ends", what);
  wd_text_clean(found, sizeof found, parser->at,
                (size_t)(parser->end - parser->at));
  return wd_fail(parser->error, WD_INVALID_ARGUMENT, "expected %s at '%s'",
                 what, found);
}

static enum wd_status
too_deep(const struct parser *parser)
{
  return wd_fail(parser->error, WD_INVALID_ARGUMENT,
                 "types are nested deeper than %d", WD_TYPE_DEPTH);
}

static void
skip_space(struct parser *parser)
{
  while (parser->at < parser->end &&
         (*parser->at == ' ' || *parser->at == '\t' || *parser->at == '\n' ||
          *parser->at == '\r'))
    parser->at++;
}

static bool
take(struct parser *parser, char c)
{
  skip_space(parser);
  if (parser->at == parser->end || *parser->at != c)
    return false;
  parser->at++;
  return true;
}

static bool
is_word(char c)
{
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         (c >= '0' && c <= '9') || c == '_';
}

/* The word at the place, its length 0 when there is none. */
static struct parser
peek_word(struct parser *parser)
{
  struct parser word;

  skip_space(parser);
  word = *parser;
  while (word.at < word.end && is_word(*word.at))
    word.at++;
  word.end = word.at;
  word.at = parser->at;
  return word;
}

static bool
word_is(const struct parser *word, const char *text)
{
  size_t length = (size_t)(word->end - word->at);

  return strlen(text) == length && strncasecmp(word->at, text, length) == 0;
}

static enum wd_status
parse_number(struct parser *parser, uint32_t most, uint32_t *out_value)
{
  struct parser word = peek_word(parser);
  uint64_t value = 0;

  if (word.at == word.end || word.end - word.at > 10)
    return expected(parser, "a number");
  for (; word.at < word.end; word.at++) {
    if (*word.at < '0' || *word.at > '9')
      return expected(parser, "a number");
    value = value * 10 + (uint64_t)(*word.at - '0');
  }
  if (value > most)
    return wd_fail(parser->error, WD_INVALID_ARGUMENT,
                   "%llu is too large, at most %u can be there",
                   (unsigned long long)value, most);
  *out_value = (uint32_t)value;
  parser->at = word.end;
  return WD_OK;
}

/* The quote that closes the text at the place; NULL when none does. */
static const char *
closing_quote(const struct parser *parser)
{
  const char *at = parser->at;

  while (at < parser->end) {
    if (*at != '"')
      at++;
    else if (at + 1 < parser->end && at[1] == '"')
      at += 2;
    else
      return at;
  }
  return NULL;
}

/* `"…"` with doubled quotes. */
static enum wd_status
parse_quoted(struct parser *parser, const char **out_text)
{
  const char *close;
  char *to;

  if (!take(parser, '"'))
    return expected(parser, "a quoted text");
  close = closing_quote(parser);
  if (!close)
    return expected(parser, "a closing quote for what begins");
  to = wd_arena_alloc(parser->arena, (size_t)(close - parser->at) + 1);
  if (!to)
    return wd_fail_memory(parser->error);
  *out_text = to;
  for (; parser->at < close; parser->at++) {
    *to++ = *parser->at;
    parser->at += *parser->at == '"';
  }
  parser->at++;
  return WD_OK;
}

static enum wd_status
parse_name(struct parser *parser, const char **out_name)
{
  struct parser word = peek_word(parser);

  if (parser->at < parser->end && *parser->at == '"')
    return parse_quoted(parser, out_name);
  if (word.at == word.end)
    return expected(parser, "a name");
  *out_name =
      wd_arena_strndup(parser->arena, word.at, (size_t)(word.end - word.at));
  if (!*out_name)
    return wd_fail_memory(parser->error);
  parser->at = word.end;
  return WD_OK;
}

/* `[not] null`, or nothing: nullable. */
static enum wd_status
parse_nullable(struct parser *parser, bool *out_nullable)
{
  struct parser word = peek_word(parser);

  *out_nullable = !word_is(&word, "not");
  if (word.at == word.end)
    return WD_OK;
  if (!*out_nullable) {
    parser->at = word.end;
    word = peek_word(parser);
  }
  if (!word_is(&word, "null"))
    return expected(parser, *out_nullable ? "'not null' or a comma" : "'null'");
  parser->at = word.end;
  return WD_OK;
}

/* A column into the caller's storage; name NULL: it is to be read. */
static enum wd_status
parse_column(struct parser *parser, const char *name,
             struct wd_column *out_column)
{
  enum wd_status status = WD_OK;

  *out_column = (struct wd_column){.name = name};
  if (!name)
    status = parse_name(parser, &out_column->name);
  if (!name && status == WD_OK)
    take(parser, ':');
  if (status == WD_OK)
    status = parse_type(parser, &out_column->type);
  if (status == WD_OK)
    status = parse_nullable(parser, &out_column->nullable);
  return status;
}

static struct link *
add_link(struct parser *parser, struct chain *chain)
{
  struct link *link = wd_arena_alloc(parser->arena, sizeof *link);

  if (!link)
    return NULL;
  *chain->last = link;
  chain->last = &link->next;
  chain->count++;
  return link;
}

static enum wd_status
chain_to_array(struct parser *parser, const struct chain *chain,
               const struct wd_column **out_columns)
{
  struct wd_column *columns =
      wd_arena_array(parser->arena, chain->count, sizeof *columns);
  uint32_t i = 0;

  if (!columns)
    return wd_fail_memory(parser->error);
  for (const struct link *link = chain->first; link; link = link->next)
    columns[i++] = link->column;
  *out_columns = columns;
  return WD_OK;
}

/* `name type [not null], …`: one or more. */
static enum wd_status
parse_columns(struct parser *parser, uint32_t *out_count,
              const struct wd_column **out_columns)
{
  struct chain chain = {.last = &chain.first};

  do {
    struct link *link = add_link(parser, &chain);
    enum wd_status status;

    if (!link)
      return wd_fail_memory(parser->error);
    status = parse_column(parser, NULL, &link->column);
    if (status != WD_OK)
      return status;
  } while (take(parser, ','));
  *out_count = chain.count;
  return chain_to_array(parser, &chain, out_columns);
}

static enum wd_status
parse_decimal(struct parser *parser, struct wd_type *type)
{
  uint32_t precision, scale = 0;
  enum wd_status status =
      parse_number(parser, WD_DECIMAL_PRECISION_MAX, &precision);

  if (status == WD_OK && take(parser, ','))
    status = parse_number(parser, precision, &scale);
  if (status != WD_OK)
    return status;
  if (precision == 0)
    return wd_fail(parser->error, WD_INVALID_ARGUMENT,
                   "a decimal's precision is 1 to 38");
  *type = wd_type_decimal((uint8_t)precision, (int8_t)scale);
  return WD_OK;
}

static enum wd_status
parse_unit(struct parser *parser, struct wd_type *type)
{
  uint32_t digits;
  enum wd_status status = parse_number(parser, 9, &digits);

  if (status != WD_OK)
    return status;
  if (digits % 3 != 0)
    return wd_fail(parser->error, WD_INVALID_ARGUMENT,
                   "the digits of a second's fraction are 0, 3, 6 or 9, "
                   "not %u",
                   digits);
  type->unit = (enum wd_unit)(digits / 3);
  return WD_OK;
}

static enum wd_status
parse_zone(struct parser *parser, struct wd_type *type)
{
  struct wd_type checked;
  char format[80] = "tss:";
  const char *end;
  size_t length;
  enum wd_status status;

  skip_space(parser);
  for (end = parser->at; end < parser->end && *end != '>' && *end != ')';)
    end++;
  length = (size_t)(end - parser->at);
  if (length == 0 || length > sizeof format - 4)
    return expected(parser, "a time zone");
  memcpy(format + 4, parser->at, length);
  status = wd_type_parse_format(format, length + 4, parser->arena, &checked,
                                parser->error);
  type->timezone = status == WD_OK ? checked.timezone : NULL;
  parser->at = end;
  return status;
}

static enum wd_status
parse_one_child(struct parser *parser, const char *name, struct wd_type *type)
{
  struct wd_column *child = wd_arena_alloc(parser->arena, sizeof *child);

  if (!child)
    return wd_fail_memory(parser->error);
  type->child_count = 1;
  type->children = child;
  return parse_column(parser, name, child);
}

static enum wd_status
parse_map(struct parser *parser, struct wd_type *type)
{
  struct wd_column *entries = wd_arena_array(parser->arena, 3, sizeof *entries);
  enum wd_status status;

  if (!entries)
    return wd_fail_memory(parser->error);
  entries[0].name = "entries";
  entries[0].nullable = false;
  entries[0].type = wd_type_of(WD_TYPE_STRUCT);
  entries[0].type.child_count = 2;
  entries[0].type.children = entries + 1;
  type->child_count = 1;
  type->children = entries;
  status = parse_column(parser, "key", entries + 1);
  entries[1].nullable = false;
  if (status == WD_OK && !take(parser, ','))
    status = expected(parser, "a comma");
  if (status == WD_OK)
    status = parse_column(parser, "value", entries + 2);
  return status;
}

static enum wd_status
chain_to_dictionary(struct parser *parser, const struct chain *chain,
                    struct wd_type *type)
{
  const char **texts =
      wd_arena_array(parser->arena, chain->count, sizeof *texts);

  if (!texts)
    return wd_fail_memory(parser->error);
  type->dictionary = texts;
  for (const struct link *link = chain->first; link; link = link->next)
    texts[type->dictionary_count++] = link->column.name;
  type->width = chain->count <= UINT8_MAX + 1    ? 1
                : chain->count <= UINT16_MAX + 1 ? 2
                                                 : 4;
  return WD_OK;
}

static enum wd_status
parse_enum(struct parser *parser, struct wd_type *type)
{
  struct chain chain = {.last = &chain.first};

  do {
    struct link *link = add_link(parser, &chain);
    enum wd_status status;

    if (!link)
      return wd_fail_memory(parser->error);
    status = parse_quoted(parser, &link->column.name);
    if (status != WD_OK)
      return status;
  } while (take(parser, ','));
  return chain_to_dictionary(parser, &chain, type);
}

/* What stands between the brackets. */
static enum wd_status
parse_parameters(struct parser *parser, struct wd_type *type)
{
  enum wd_status status;

  switch (type->id) {
  case WD_TYPE_DECIMAL:
    return parse_decimal(parser, type);
  case WD_TYPE_TIMESTAMP:
    status = parse_unit(parser, type);
    if (status == WD_OK && type->timezone && take(parser, ','))
      status = parse_zone(parser, type);
    return status;
  case WD_TYPE_TIME:
  case WD_TYPE_DURATION:
    return parse_unit(parser, type);
  case WD_TYPE_FIXED_BINARY:
    return parse_number(parser, INT32_MAX, &type->width);
  case WD_TYPE_LIST:
    return parse_one_child(parser, "item", type);
  case WD_TYPE_FIXED_LIST:
    status = parse_one_child(parser, "item", type);
    if (status == WD_OK && !take(parser, ','))
      status = expected(parser, "a comma");
    if (status == WD_OK)
      status = parse_number(parser, INT32_MAX, &type->width);
    return status;
  case WD_TYPE_MAP:
    return parse_map(parser, type);
  case WD_TYPE_ENUM:
    return parse_enum(parser, type);
  case WD_TYPE_STRUCT:
  case WD_TYPE_UNION:
    skip_space(parser);
    if (parser->at < parser->end && *parser->at == '>')
      return WD_OK;
    return parse_columns(parser, &type->child_count, &type->children);
  default:
    parser->at--;
    return expected(parser, "no parameters for this type");
  }
}

static bool
needs_parameters(const struct wd_type *type)
{
  return type->id == WD_TYPE_DECIMAL ||
         (type->id >= WD_TYPE_FIXED_BINARY && type->id != WD_TYPE_UUID);
}

static bool
has_unit(enum wd_type_id id)
{
  return id == WD_TYPE_TIMESTAMP || id == WD_TYPE_TIME ||
         id == WD_TYPE_DURATION;
}

static enum wd_status
parse_type_name(struct parser *parser, struct wd_type *out_type)
{
  struct parser word = peek_word(parser);

  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    if (word_is(&word, names[i].name)) {
      *out_type = wd_type_of(names[i].id);
      if (has_unit(names[i].id))
        out_type->unit = WD_UNIT_US;
      parser->at = word.end;
      return WD_OK;
    }
  }
  for (size_t i = 0; i < sizeof zoned / sizeof *zoned; i++) {
    if (word_is(&word, zoned[i])) {
      *out_type = wd_type_timestamp(WD_UNIT_US, "UTC");
      parser->at = word.end;
      return WD_OK;
    }
  }
  return expected(parser, "a type (such as i64, string, decimal(10,2))");
}

/* The type of elements becomes a list of them: `t[]`, or `t[3]`. */
static enum wd_status
parse_suffix(struct parser *parser, struct wd_type *type)
{
  struct wd_column *child = wd_arena_alloc(parser->arena, sizeof *child);
  enum wd_status status = WD_OK;

  if (!child)
    return wd_fail_memory(parser->error);
  *child = (struct wd_column){.name = "item", .type = *type, .nullable = true};
  *type = wd_type_of(WD_TYPE_LIST);
  type->child_count = 1;
  type->children = child;
  if (take(parser, ']'))
    return WD_OK;
  type->id = WD_TYPE_FIXED_LIST;
  status = parse_number(parser, INT32_MAX, &type->width);
  return status == WD_OK && !take(parser, ']') ? expected(parser, "']'")
                                               : status;
}

static enum wd_status
parse_suffixes(struct parser *parser, struct wd_type *type)
{
  enum wd_status status = WD_OK;
  int depth = parser->depth;

  while (status == WD_OK && take(parser, '[')) {
    if (++depth > WD_TYPE_DEPTH)
      return too_deep(parser);
    status = parse_suffix(parser, type);
  }
  return status;
}

/* `extension<"name", ["metadata",] type>`, behind the word. */
static enum wd_status
parse_extension(struct parser *parser, struct wd_type *out_type)
{
  const char *name = NULL, *metadata = NULL;
  enum wd_status status;

  if (!take(parser, '<'))
    return expected(parser, "'<'");
  if (++parser->depth > WD_TYPE_DEPTH)
    return too_deep(parser);
  status = parse_quoted(parser, &name);
  if (status == WD_OK && !take(parser, ','))
    status = expected(parser, "a comma");
  skip_space(parser);
  if (status == WD_OK && parser->at < parser->end && *parser->at == '"') {
    status = parse_quoted(parser, &metadata);
    if (status == WD_OK && !take(parser, ','))
      status = expected(parser, "a comma");
  }
  if (status == WD_OK)
    status = parse_type(parser, out_type);
  parser->depth--;
  if (status == WD_OK && !take(parser, '>'))
    status = expected(parser, "'>'");
  if (status == WD_OK && *name) {
    out_type->extension = name;
    out_type->extension_metadata = metadata && *metadata ? metadata : NULL;
  }
  return status;
}

static enum wd_status
parse_named(struct parser *parser, struct wd_type *out_type)
{
  struct parser word = peek_word(parser);
  enum wd_status status;
  char close;

  if (word_is(&word, "extension")) {
    parser->at = word.end;
    return parse_extension(parser, out_type);
  }
  status = parse_type_name(parser, out_type);
  if (status != WD_OK)
    return status;
  close = take(parser, '<') ? '>' : take(parser, '(') ? ')' : '\0';
  if (close == '\0') {
    if (needs_parameters(out_type))
      return expected(parser, "the type's parameters, in <> or ()");
    return WD_OK;
  }
  if (++parser->depth > WD_TYPE_DEPTH)
    return too_deep(parser);
  status = parse_parameters(parser, out_type);
  parser->depth--;
  if (status == WD_OK && !take(parser, close))
    status = expected(parser, close == '>' ? "'>'" : "')'");
  return status;
}

static enum wd_status
parse_type(struct parser *parser, struct wd_type *out_type)
{
  enum wd_status status = parse_named(parser, out_type);

  return status == WD_OK ? parse_suffixes(parser, out_type) : status;
}

/* Texts are zero-terminated inside and UTF-8 outside. */
static enum wd_status
check_text(const char *text, size_t length, struct wd_error *error)
{
  if (!wd_utf8_valid((const uint8_t *)text, length) ||
      (length && memchr(text, '\0', length)))
    return wd_fail(error, WD_INVALID_ARGUMENT,
                   "not UTF-8 text without zero bytes");
  return WD_OK;
}

/* A suffix makes a type deeper from outside, where the parser does not count.
 */
static int
depth_of(const struct wd_type *type)
{
  int deepest = 0;

  for (uint32_t i = 0; i < type->child_count; i++) {
    int depth = 1 + depth_of(&type->children[i].type);

    if (depth > deepest)
      deepest = depth;
  }
  return deepest;
}

enum wd_status
wd_type_parse(const char *text, size_t length, struct wd_arena *arena,
              struct wd_type *out_type, struct wd_error *error)
{
  struct parser parser = {text, text + length, arena, error, 0};
  enum wd_status status = check_text(text, length, error);

  if (status == WD_OK)
    status = parse_type(&parser, out_type);
  skip_space(&parser);
  if (status == WD_OK && parser.at != parser.end)
    status = expected(&parser, "the end of the type");
  if (status == WD_OK && depth_of(out_type) > WD_TYPE_DEPTH)
    status = too_deep(&parser);
  return status;
}

enum wd_status
wd_schema_parse(const char *text, size_t length, struct wd_arena *arena,
                struct wd_schema *out_schema, struct wd_error *error)
{
  struct parser parser = {text, text + length, arena, error, 0};
  enum wd_status status = check_text(text, length, error);

  *out_schema = (struct wd_schema){0};
  skip_space(&parser);
  if (status == WD_OK && parser.at != parser.end)
    status = parse_columns(&parser, &out_schema->count, &out_schema->columns);
  skip_space(&parser);
  if (status == WD_OK && parser.at != parser.end)
    status = expected(&parser, "a comma or the end");
  for (uint32_t i = 0; status == WD_OK && i < out_schema->count; i++)
    if (depth_of(&out_schema->columns[i].type) > WD_TYPE_DEPTH)
      status = too_deep(&parser);
  return status;
}
