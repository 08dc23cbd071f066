/* Literals: numbers, texts, dates, intervals, truth. */
#include <string.h>

#include "plan/parser.h"

enum wd_status
wd__parse_number(struct parser *p, const struct wd_syntax **out)
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
enum wd_status
wd__parse_text(struct parser *p, const struct wd_syntax **out)
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
enum wd_status
wd__parse_date(struct parser *p, bool date, const struct wd_syntax **out)
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
enum wd_status
wd__parse_interval(struct parser *p, const struct wd_syntax **out)
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

enum wd_status
wd__parse_word_literal(struct parser *p, const struct wd_syntax **out)
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
