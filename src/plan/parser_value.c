/* Values: literals, columns, calls, casts, cases. */
#include <string.h>

#include "plan/parser.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* Types that are written with `<…>`, which is no comparison then. */
static const char *const bracketed[] = {
    "decimal",
    "numeric",
    "timestamp",
    "timestamp_tz",
    "timestamptz",
    "precision_timestamp",
    "precision_timestamp_tz",
    "time",
    "duration",
    "fixedbinary",
    "list",
    "fixedlist",
    "struct",
    "map",
    "enum",
    "union",
};

static enum wd_status
parse_items(struct parser *p, struct list *list, char closing)
{
  enum wd_status status = WD_OK;

  while (status == WD_OK) {
    const struct wd_syntax *item;

    status = wd__parse_expression(p, &item);
    if (status == WD_OK)
      status = wd__parse_add(p, list, item);
    if (status != WD_OK || !at_symbol(p, ','))
      break;
    status = wd__parse_advance(p);
  }
  return status == WD_OK ? wd__parse_symbol(p, closing) : status;
}

/* Expressions with commas between, up to and with the closing bracket. */
enum wd_status
wd__parse_list(struct parser *p, struct list *list)
{
  return parse_items(p, list, ')');
}

static enum wd_status
parse_number(struct parser *p, const struct wd_syntax **out)
{
  struct wd_syntax *node;
  enum wd_status status =
      wd__parse_node(p, WD_SYNTAX_LITERAL, p->token.start, NULL, &node);

  if (status != WD_OK)
    return status;
  if (!wd_literal_number(token_text(p), p->token.end - p->token.start,
                         &node->type, &node->literal))
    return wd_source_fail(p->source, p->token.start, WD_INVALID_PLAN, p->error,
                          "the number %.*s is out of range: at most 38 "
                          "digits, or 1e308",
                          wd__token_length(p), token_text(p));
  *out = node;
  return wd__parse_advance(p);
}

static int
hex_digit(char c)
{
  static const char digits[] = "0123456789abcdef0123456789ABCDEF";
  const char *at = c ? strchr(digits, c) : NULL;

  return at ? (int)(at - digits) % 16 : -1;
}

/* In place. */
static bool
from_hex(char *text, size_t *length)
{
  if (*length % 2)
    return false;
  for (size_t i = 0; i < *length; i += 2) {
    int high = hex_digit(text[i]), low = hex_digit(text[i + 1]);

    if (high < 0 || low < 0)
      return false;
    text[i / 2] = (char)(high << 4 | low);
  }
  *length /= 2;
  return true;
}

/* A string or a binary literal. */
static enum wd_status
parse_text(struct parser *p, const struct wd_syntax **out)
{
  bool binary = p->token.kind == WD_TOKEN_BINARY;
  struct wd_syntax *node;
  size_t length;
  char *text = wd_token_unquote(p->source, &p->token, p->arena, &length);
  enum wd_status status =
      wd__parse_node(p, WD_SYNTAX_LITERAL, p->token.start, NULL, &node);

  if (status != WD_OK)
    return status;
  if (!text)
    return wd_fail_memory(p->error);
  if (binary && !from_hex(text, &length))
    return wd__parse_fail(
        p, p->token.start,
        "a binary literal is pairs of hexadecimal digits: x'00ff'");
  node->type = wd_type_of(binary ? WD_TYPE_BINARY : WD_TYPE_STRING);
  node->literal.value.bytes.data = text;
  node->literal.value.bytes.length = length;
  *out = node;
  return wd__parse_advance(p);
}

/* `date '…'` or `timestamp '…'`, at the word. */
static enum wd_status
parse_time(struct parser *p, bool date, const struct wd_syntax **out)
{
  struct wd_syntax *node;
  size_t length;
  char *text;
  enum wd_status status =
      wd__parse_node(p, WD_SYNTAX_LITERAL, p->token.start, NULL, &node);

  if (status == WD_OK)
    status = wd__parse_advance(p);
  if (status != WD_OK)
    return status;
  text = wd_token_unquote(p->source, &p->token, p->arena, &length);
  if (!text)
    return wd_fail_memory(p->error);
  if (date && !wd_literal_date(text, length, &node->type, &node->literal))
    return wd__parse_fail(p, p->token.start, "not a date: date 'YYYY-MM-DD'");
  if (!date && !wd_literal_timestamp(text, length, &node->type, &node->literal))
    return wd__parse_fail(
        p, p->token.start,
        "not a timestamp: timestamp 'YYYY-MM-DD HH:MM:SS.ffffff'");
  *out = node;
  return wd__parse_advance(p);
}

/* `interval '1 day 02:00:00'`, `interval '3' month`, `interval 3 month`, at the
 * word. */
static enum wd_status
parse_interval(struct parser *p, const struct wd_syntax **out)
{
  struct wd_syntax *node;
  size_t length, start;
  char *text;
  const char *unit = NULL;
  size_t unit_length = 0;
  enum wd_status status =
      wd__parse_node(p, WD_SYNTAX_LITERAL, p->token.start, NULL, &node);

  if (status == WD_OK)
    status = wd__parse_advance(p);
  if (status != WD_OK)
    return status;
  start = p->token.start;
  length = p->token.end - start;
  text = p->token.kind == WD_TOKEN_NUMBER
             ? wd_arena_strndup(p->arena, token_text(p), length)
             : wd_token_unquote(p->source, &p->token, p->arena, &length);
  if (!text)
    return wd_fail_memory(p->error);
  status = wd__parse_advance(p);
  if (status == WD_OK && p->token.kind == WD_TOKEN_NAME &&
      wd_interval_unit(token_text(p), p->token.end - p->token.start)) {
    unit = token_text(p);
    unit_length = p->token.end - p->token.start;
    status = wd__parse_advance(p);
  }
  if (status == WD_OK && !wd_literal_interval(text, length, unit, unit_length,
                                              &node->type, &node->literal))
    return wd__parse_fail(p, start,
                          "not an interval: interval '1 year 2 months 3 days "
                          "04:05:06.5', interval '3' day");
  *out = node;
  return status;
}

static enum wd_status
parse_word_literal(struct parser *p, const struct wd_syntax **out)
{
  struct wd_syntax *node;
  enum wd_status status =
      wd__parse_node(p, WD_SYNTAX_LITERAL, p->token.start, NULL, &node);

  if (status != WD_OK)
    return status;
  node->literal.null = is_word(p, "null");
  node->type = wd_type_of(node->literal.null ? WD_TYPE_NULL : WD_TYPE_BOOL);
  node->literal.value.boolean = is_word(p, "true");
  *out = node;
  return wd__parse_advance(p);
}

/* The end of a type's name and what it has in brackets. */
static size_t
name_end(const struct parser *p, bool in_cast)
{
  const struct wd_source *source = p->source;
  struct wd_token next = wd__parse_peek(p);
  bool angled = is_symbol(&next, WD_SYMBOL(0, '<')) ||
                is_symbol(&next, WD_SYMBOL('<', '='));
  bool known = in_cast;
  int depth = 0;

  for (size_t i = 0; i < COUNT(bracketed); i++)
    known = known || is_word(p, bracketed[i]);
  if (!is_symbol(&next, WD_SYMBOL(0, '(')) &&
      !(angled && known && (in_cast || next.start == p->token.end)))
    return p->token.end;
  for (size_t at = next.start; at < source->length; at++) {
    char c = source->text[at];

    depth += c == '(' || c == '<';
    depth -= c == ')' || c == '>';
    if (depth == 0)
      return at + 1;
  }
  return p->token.end;
}

/* The end of a type's text that begins with the current token. Only in a cast
 * do `[]` and `[3]` belong to it: elsewhere they ask for an element. */
static size_t
type_end(const struct parser *p, bool in_cast)
{
  const struct wd_source *source = p->source;
  size_t end = name_end(p, in_cast);

  for (size_t at = end; in_cast && at < source->length; at++) {
    char c = source->text[at];

    if (c == ']')
      end = at + 1;
    else if (!strchr(" \t\r\n[0123456789", c))
      break;
  }
  return end;
}

static enum wd_status
parse_type(struct parser *p, bool in_cast, struct wd_type *out_type)
{
  struct wd_error error = {.status = WD_OK};
  size_t start = p->token.start, end;
  char text[64];

  if (p->token.kind != WD_TOKEN_NAME)
    return wd__parse_expected(p, "a type");
  end = type_end(p, in_cast);
  if (wd_type_parse(p->source->text + start, end - start, p->arena, out_type,
                    &error) != WD_OK) {
    if (error.status == WD_NO_MEMORY)
      return wd_error_pass(p->error, &error);
    return wd_source_fail(p->source, start,
                          error.status == WD_UNSUPPORTED ? WD_UNSUPPORTED
                                                         : WD_INVALID_PLAN,
                          p->error, "%s", error.message);
  }
  if (!wd_type_carried(out_type) || out_type->id == WD_TYPE_NULL)
    return wd_source_fail(p->source, start, WD_UNSUPPORTED, p->error,
                          "casts to %s are not supported",
                          wd_type_text(out_type, text, sizeof text));
  p->token.end = end;
  return wd__parse_advance(p);
}

static enum wd_status
new_cast(struct parser *p, size_t start, const struct wd_syntax *operand,
         bool try_cast, bool in_cast, const struct wd_syntax **out)
{
  struct list list = {0};
  struct wd_syntax *node;
  enum wd_status status = wd__parse_add(p, &list, operand);

  if (status == WD_OK)
    status = wd__parse_node(p, WD_SYNTAX_CAST, start, &list, &node);
  if (status != WD_OK)
    return status;
  node->try_cast = try_cast;
  *out = node;
  return parse_type(p, in_cast, &node->type);
}

/* `cast(x as type)`, at the word. */
static enum wd_status
parse_cast(struct parser *p, const struct wd_syntax **out)
{
  size_t start = p->token.start;
  bool try_cast = is_word(p, "try_cast");
  const struct wd_syntax *operand;
  enum wd_status status = wd__parse_advance(p);

  if (status == WD_OK)
    status = wd__parse_symbol(p, '(');
  if (status == WD_OK)
    status = wd__parse_expression(p, &operand);
  if (status == WD_OK)
    status = wd__parse_word(p, "as");
  if (status == WD_OK)
    status = new_cast(p, start, operand, try_cast, true, out);
  return status == WD_OK ? wd__parse_symbol(p, ')') : status;
}

/* `extract(year from x)`, at the word. */
static enum wd_status
parse_extract(struct parser *p, const struct wd_syntax **out)
{
  size_t start = p->token.start;
  enum wd_function function;
  struct list list = {0};
  struct wd_syntax *node;
  enum wd_status status = wd__parse_advance(p);

  if (status == WD_OK)
    status = wd__parse_symbol(p, '(');
  if (status != WD_OK)
    return status;
  if (!wd__find_extract(p, &function))
    return wd__parse_expected(p, "year, quarter, month, week, day, hour, "
                                 "minute, second, millisecond, microsecond, "
                                 "subsecond, iso_year, iso_day_of_week, "
                                 "sunday_day_of_week, day_of_year or "
                                 "unix_time");
  status = wd__parse_advance(p);
  if (status == WD_OK)
    status = wd__parse_word(p, "from");
  if (status == WD_OK)
    status = wd__parse_list(p, &list);
  if (status == WD_OK && list.count != 1)
    status = wd__parse_fail(p, start, "extract takes one value");
  if (status == WD_OK)
    status = wd__parse_operation(p, function, start, &list, &node);
  if (status == WD_OK)
    *out = node;
  return status;
}

static enum wd_status
parse_case_arm(struct parser *p, struct list *list)
{
  const struct wd_syntax *part;
  enum wd_status status = wd__parse_advance(p);

  if (status == WD_OK)
    status = wd__parse_expression(p, &part);
  if (status == WD_OK)
    status = wd__parse_add(p, list, part);
  if (status == WD_OK)
    status = wd__parse_word(p, "then");
  if (status == WD_OK)
    status = wd__parse_expression(p, &part);
  return status == WD_OK ? wd__parse_add(p, list, part) : status;
}

static enum wd_status
parse_case_parts(struct parser *p, struct list *list, bool *out_subject,
                 bool *out_else)
{
  const struct wd_syntax *part;
  enum wd_status status = wd__parse_advance(p);

  *out_subject = *out_else = false;
  if (status == WD_OK && !is_word(p, "when")) {
    *out_subject = true;
    status = wd__parse_expression(p, &part);
    if (status == WD_OK)
      status = wd__parse_add(p, list, part);
    if (status == WD_OK && !is_word(p, "when"))
      status = wd__parse_expected(p, "'when'");
  }
  while (status == WD_OK && is_word(p, "when"))
    status = parse_case_arm(p, list);
  if (status == WD_OK && is_word(p, "else")) {
    *out_else = true;
    status = wd__parse_advance(p);
    if (status == WD_OK)
      status = wd__parse_expression(p, &part);
    if (status == WD_OK)
      status = wd__parse_add(p, list, part);
  }
  return status == WD_OK ? wd__parse_word(p, "end") : status;
}

static enum wd_status
parse_case(struct parser *p, const struct wd_syntax **out)
{
  size_t start = p->token.start;
  struct list list = {0};
  bool has_subject, has_else;
  struct wd_syntax *node;
  enum wd_status status = parse_case_parts(p, &list, &has_subject, &has_else);

  if (status == WD_OK)
    status = wd__parse_node(p, WD_SYNTAX_CASE, start, &list, &node);
  if (status != WD_OK)
    return status;
  node->has_subject = has_subject;
  node->has_else = has_else;
  *out = node;
  return WD_OK;
}

/* The text of a name token, bare or quoted. */
enum wd_status
wd__parse_name(struct parser *p, const char **out_name)
{
  size_t length = p->token.end - p->token.start;
  char *name = p->token.kind == WD_TOKEN_QUOTED
                   ? wd_token_unquote(p->source, &p->token, p->arena, &length)
                   : wd_arena_strndup(p->arena, token_text(p), length);

  if (!name)
    return wd_fail_memory(p->error);
  if (length == 0)
    return wd__parse_fail(p, p->token.start, "a name cannot be empty");
  *out_name = name;
  return wd__parse_advance(p);
}

/* `name`, `"name"`, `left.name`, `right.name`. */
static enum wd_status
parse_column(struct parser *p, const struct wd_syntax **out)
{
  struct wd_token next = wd__parse_peek(p);
  struct wd_syntax *node;
  enum wd_status status =
      wd__parse_node(p, WD_SYNTAX_COLUMN, p->token.start, NULL, &node);

  if (status != WD_OK)
    return status;
  if (is_symbol(&next, WD_SYMBOL(0, '.')) &&
      (is_word(p, "left") || is_word(p, "right"))) {
    node->side = is_word(p, "left") ? WD_SIDE_LEFT : WD_SIDE_RIGHT;
    status = wd__parse_advance(p);
    if (status == WD_OK)
      status = wd__parse_advance(p);
    if (status == WD_OK && p->token.kind != WD_TOKEN_NAME &&
        p->token.kind != WD_TOKEN_QUOTED)
      return wd__parse_expected(p, "a column's name");
  }
  if (status != WD_OK)
    return status;
  node->quoted = p->token.kind == WD_TOKEN_QUOTED;
  *out = node;
  return wd__parse_name(p, &node->name);
}

/* Whether a type and a text of it begin here: `time '…'`, `timestamp<9> '…'`.
 */
static bool
at_typed_text(const struct parser *p)
{
  size_t end = name_end(p, false);
  struct wd_token token;
  struct wd_type type;

  return wd_lex(p->source, end, &token, NULL) == WD_OK &&
         token.kind == WD_TOKEN_STRING &&
         wd_type_parse(p->source->text + p->token.start, end - p->token.start,
                       p->arena, &type, NULL) == WD_OK;
}

/* A text that is cast, at its type. */
static enum wd_status
parse_typed_text(struct parser *p, const struct wd_syntax **out)
{
  size_t start = p->token.start;
  const struct wd_syntax *text = NULL;
  struct list list = {0};
  struct wd_syntax *node;
  struct wd_type type;
  enum wd_status status = parse_type(p, false, &type);

  if (status == WD_OK)
    status = parse_text(p, &text);
  if (status == WD_OK)
    status = wd__parse_add(p, &list, text);
  if (status == WD_OK)
    status = wd__parse_node(p, WD_SYNTAX_CAST, start, &list, &node);
  if (status != WD_OK)
    return status;
  node->type = type;
  *out = node;
  return WD_OK;
}

static enum wd_status
parse_named(struct parser *p, const struct wd_syntax **out)
{
  struct wd_token next = wd__parse_peek(p);
  bool open = is_symbol(&next, WD_SYMBOL(0, '('));

  if (is_word(p, "null") || is_word(p, "true") || is_word(p, "false"))
    return parse_word_literal(p, out);
  if (is_word(p, "case"))
    return parse_case(p, out);
  if (wd_word_reserved(token_text(p), p->token.end - p->token.start))
    return wd__parse_expected(p, "a value");
  if (open && (is_word(p, "cast") || is_word(p, "try_cast")))
    return parse_cast(p, out);
  if (open && is_word(p, "extract"))
    return parse_extract(p, out);
  if (next.kind == WD_TOKEN_STRING) {
    if (is_word(p, "date") || is_word(p, "timestamp"))
      return parse_time(p, is_word(p, "date"), out);
    if (is_word(p, "interval"))
      return parse_interval(p, out);
  }
  if (at_typed_text(p))
    return parse_typed_text(p, out);
  if (next.kind == WD_TOKEN_NUMBER && is_word(p, "interval"))
    return parse_interval(p, out);
  return open ? wd__parse_call(p, out) : parse_column(p, out);
}

static enum wd_status
parse_group(struct parser *p, const struct wd_syntax **out)
{
  enum wd_status status = wd__parse_advance(p);

  if (status == WD_OK)
    status = wd__parse_expression(p, out);
  if (status == WD_OK && at_symbol(p, ','))
    return wd__parse_fail(p, p->token.start,
                          "lists are only written after: in");
  return status == WD_OK ? wd__parse_symbol(p, ')') : status;
}

/* `$name`, at the sign. */
static enum wd_status
parse_parameter(struct parser *p, const struct wd_syntax **out)
{
  struct wd_syntax *node;
  size_t end = p->token.end;
  enum wd_status status =
      wd__parse_node(p, WD_SYNTAX_PARAMETER, p->token.start, NULL, &node);

  if (status == WD_OK)
    status = wd__parse_advance(p);
  if (status == WD_OK &&
      ((p->token.kind != WD_TOKEN_NAME && p->token.kind != WD_TOKEN_QUOTED) ||
       p->token.start != end))
    return wd__parse_expected(p, "a parameter's name after '$'");
  if (status != WD_OK)
    return status;
  *out = node;
  return wd__parse_name(p, &node->name);
}

/* `[a, b, …]`, at the bracket. */
static enum wd_status
parse_list_of(struct parser *p, const struct wd_syntax **out)
{
  size_t start = p->token.start;
  struct list list = {0};
  struct wd_syntax *node;
  enum wd_status status = wd__parse_advance(p);

  if (status == WD_OK && at_symbol(p, ']'))
    return wd__parse_fail(p, start,
                          "a list of nothing has no type; take one that has: "
                          "list_slice([0], 1, 0)");
  if (status == WD_OK)
    status = parse_items(p, &list, ']');
  if (status == WD_OK)
    status = wd__parse_node(p, WD_SYNTAX_CALL, start, &list, &node);
  if (status != WD_OK)
    return status;
  node->name = wd_function_name(WD_FN_LIST_OF);
  *out = node;
  return WD_OK;
}

static enum wd_status
parse_primary(struct parser *p, const struct wd_syntax **out)
{
  switch (p->token.kind) {
  case WD_TOKEN_NUMBER:
    return parse_number(p, out);
  case WD_TOKEN_STRING:
  case WD_TOKEN_BINARY:
    return parse_text(p, out);
  case WD_TOKEN_QUOTED:
    return parse_column(p, out);
  case WD_TOKEN_NAME:
    return parse_named(p, out);
  default:
    break;
  }
  if (at_symbol(p, '('))
    return parse_group(p, out);
  if (at_symbol(p, '$'))
    return parse_parameter(p, out);
  if (at_symbol(p, '['))
    return parse_list_of(p, out);
  if (at_symbol(p, '*'))
    return wd__parse_fail(p, p->token.start,
                          "'*' stands alone, for all columns, or in count(*)");
  return wd__parse_expected(p, "a value");
}

/* `at time zone x`, at the first word. */
static enum wd_status
parse_zone(struct parser *p, size_t start, const struct wd_syntax **out)
{
  const struct wd_syntax *zone = NULL;
  enum wd_status status = wd__parse_advance(p);

  if (status == WD_OK)
    status = wd__parse_word(p, "time");
  if (status == WD_OK)
    status = wd__parse_word(p, "zone");
  if (status == WD_OK)
    status = parse_primary(p, &zone);
  return status == WD_OK
             ? wd__parse_call_of(p, "at_time_zone", start, *out, zone, out)
             : status;
}

/* `.name`, at the point. */
static enum wd_status
parse_field(struct parser *p, size_t start, const struct wd_syntax **out)
{
  struct list list = {0};
  struct wd_syntax *node;
  enum wd_status status = wd__parse_add(p, &list, *out);

  if (status == WD_OK)
    status = wd__parse_node(p, WD_SYNTAX_FIELD, start, &list, &node);
  if (status == WD_OK)
    status = wd__parse_advance(p);
  if (status == WD_OK && p->token.kind != WD_TOKEN_NAME &&
      p->token.kind != WD_TOKEN_QUOTED)
    return wd__parse_expected(p, "a field's name");
  if (status == WD_OK)
    status = wd__parse_name(p, &node->name);
  if (status == WD_OK)
    *out = node;
  return status;
}

/* `[index]`, at the bracket. */
static enum wd_status
parse_element(struct parser *p, size_t start, const struct wd_syntax **out)
{
  const struct wd_syntax *index;
  enum wd_status status = wd__parse_advance(p);

  if (status == WD_OK)
    status = wd__parse_expression(p, &index);
  if (status == WD_OK)
    status = wd__parse_symbol(p, ']');
  return status == WD_OK
             ? wd__parse_call_of(p, wd_function_name(WD_FN_ELEMENT_AT), start,
                                 *out, index, out)
             : status;
}

enum wd_status
wd__parse_postfix(struct parser *p, const struct wd_syntax **out)
{
  size_t start = p->token.start;
  enum wd_status status = parse_primary(p, out);

  while (status == WD_OK) {
    struct wd_token next;

    if (is_symbol(&p->token, WD_SYMBOL(':', ':'))) {
      status = wd__parse_advance(p);
      if (status == WD_OK)
        status = new_cast(p, start, *out, false, false, out);
      continue;
    }
    if (at_symbol(p, '.')) {
      status = parse_field(p, start, out);
      continue;
    }
    if (at_symbol(p, '[')) {
      status = parse_element(p, start, out);
      continue;
    }
    if (!is_word(p, "at"))
      break;
    next = wd__parse_peek(p);
    if (!wd_token_is(p->source, &next, "time"))
      break;
    status = parse_zone(p, start, out);
  }
  return status;
}
