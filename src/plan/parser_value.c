/* Values: literals, columns, calls, casts, cases. */
#include <string.h>

#include "plan/parser.h"

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

static enum wd_status
parse_named(struct parser *p, const struct wd_syntax **out)
{
  struct wd_token next = wd__parse_peek(p);
  bool open = is_symbol(&next, WD_SYMBOL(0, '('));

  if (is_word(p, "null") || is_word(p, "true") || is_word(p, "false"))
    return wd__parse_word_literal(p, out);
  if (is_word(p, "case"))
    return parse_case(p, out);
  if (wd_word_reserved(token_text(p), p->token.end - p->token.start))
    return wd__parse_expected(p, "a value");
  if (open && (is_word(p, "cast") || is_word(p, "try_cast")))
    return wd__parse_cast(p, out);
  if (open && is_word(p, "extract"))
    return parse_extract(p, out);
  if (next.kind == WD_TOKEN_STRING) {
    if (is_word(p, "date") || is_word(p, "timestamp"))
      return wd__parse_date(p, is_word(p, "date"), out);
    if (is_word(p, "interval"))
      return wd__parse_interval(p, out);
  }
  if (wd__at_typed_text(p))
    return wd__parse_typed_text(p, out);
  if (next.kind == WD_TOKEN_NUMBER && is_word(p, "interval"))
    return wd__parse_interval(p, out);
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
    return wd__parse_number(p, out);
  case WD_TOKEN_STRING:
  case WD_TOKEN_BINARY:
    return wd__parse_text(p, out);
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
        status = wd__parse_cast_of(p, start, *out, false, false, out);
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
