/* Text to syntax tree: precedence climbing with capped nesting. */
#include <string.h>

#include "base/utf8.h"
#include "plan/parser.h"

/* Brackets and prefixes inside each other; each costs a few frames. */
#define NESTING_MAX 256

static enum wd_status
parse_binary(struct parser *p, enum wd_level least,
             const struct wd_syntax **out);

static enum wd_status
enter(struct parser *p)
{
  if (++p->nesting <= NESTING_MAX)
    return WD_OK;
  return wd_source_fail(p->source, p->token.start, WD_LIMIT_EXCEEDED, p->error,
                        "more than %d brackets and prefixes inside each other",
                        NESTING_MAX);
}

static bool
is_number(const struct wd_syntax *syntax)
{
  return syntax->kind == WD_SYNTAX_LITERAL && !syntax->literal.null &&
         (syntax->type.id == WD_TYPE_I64 || syntax->type.id == WD_TYPE_F64 ||
          syntax->type.id == WD_TYPE_DECIMAL);
}

/* A sign before a number is part of it. */
static enum wd_status
new_negate(struct parser *p, size_t start, const struct wd_syntax *operand,
           const struct wd_syntax **out)
{
  struct list list = {0};
  struct wd_syntax *node;
  enum wd_status status;

  if (is_number(operand)) {
    status = wd__parse_node(p, WD_SYNTAX_LITERAL, start, NULL, &node);
    if (status != WD_OK)
      return status;
    node->type = operand->type;
    node->literal = operand->literal;
    wd_literal_negate(&node->type, &node->literal);
  } else {
    status = wd__parse_add(p, &list, operand);
    if (status == WD_OK)
      status = wd__parse_operation(p, WD_FN_NEGATE, start, &list, &node);
    if (status != WD_OK)
      return status;
  }
  *out = node;
  return WD_OK;
}

static enum wd_status
parse_not(struct parser *p, enum wd_level least, const struct wd_syntax **out)
{
  size_t start = p->token.start;
  const struct wd_syntax *operand;
  struct list list = {0};
  struct wd_syntax *node;
  enum wd_status status;

  if (least > WD_LEVEL_NOT)
    return wd__parse_fail(p, start, "put brackets around: not ...");
  status = wd__parse_advance(p);
  if (status == WD_OK)
    status = parse_binary(p, WD_LEVEL_NOT, &operand);
  if (status == WD_OK)
    status = wd__parse_add(p, &list, operand);
  if (status == WD_OK)
    status = wd__parse_operation(p, WD_FN_NOT, start, &list, &node);
  if (status == WD_OK)
    *out = node;
  return status;
}

static enum wd_status
parse_prefix(struct parser *p, enum wd_level least,
             const struct wd_syntax **out)
{
  size_t start = p->token.start;
  bool minus = at_symbol(p, '-'), plus = at_symbol(p, '+');
  bool flip = at_symbol(p, '~');
  enum wd_status status = enter(p);

  if (status != WD_OK)
    return status;
  if (is_word(p, "not")) {
    status = parse_not(p, least, out);
  } else if (minus || plus || flip) {
    status = wd__parse_advance(p);
    if (status == WD_OK)
      status = parse_prefix(p, WD_LEVEL_UNARY, out);
    if (status == WD_OK && flip)
      status = wd__parse_call_of(p, "bitwise_not", start, *out, NULL, out);
    if (status == WD_OK && minus)
      status = new_negate(p, start, *out, out);
  } else {
    status = wd__parse_postfix(p, out);
  }
  p->nesting--;
  return status;
}

/* What follows on an operator: operands of the next level, one or (in a
 * chain) as many as there are. */
static enum wd_status
parse_operands(struct parser *p, const struct infix *op,
               const struct wd_syntax **left)
{
  size_t start = (*left)->start;
  struct list list = {0};
  struct wd_syntax *node;
  enum wd_status status = wd__parse_add(p, &list, *left);

  do {
    const struct wd_syntax *right;

    if (status == WD_OK)
      status = wd__parse_advance(p);
    if (status == WD_OK)
      status = parse_binary(p, op->level + 1, &right);
    if (status == WD_OK)
      status = wd__parse_add(p, &list, right);
  } while (status == WD_OK && op->form == FORM_CHAIN &&
           wd__find_operator(p) == op);
  if (status == WD_OK)
    status = wd__parse_operation(p, op->function, start, &list, &node);
  if (status != WD_OK)
    return status;
  node->integer_divide = op->integer_divide;
  *left = node;
  return WD_OK;
}

/* `a <-> b`, at the sign. */
static enum wd_status
parse_distance(struct parser *p, const struct infix *op,
               const struct wd_syntax **left)
{
  const struct wd_syntax *right;
  enum wd_status status = wd__parse_advance(p);

  if (status == WD_OK)
    status = parse_binary(p, op->level + 1, &right);
  return status == WD_OK
             ? wd__parse_call_of(p, "<->", (*left)->start, *left, right, left)
             : status;
}

/* `is [not] true`, `is [not] false`, at the last word. */
static enum wd_status
parse_is_truth(struct parser *p, bool negated, const struct wd_syntax **left)
{
  bool truth = is_word(p, "true");
  const char *name = truth     ? negated ? "is_not_true" : "is_true"
                     : negated ? "is_not_false"
                               : "is_false";
  enum wd_status status = wd__parse_advance(p);

  return status == WD_OK
             ? wd__parse_call_of(p, name, (*left)->start, *left, NULL, left)
             : status;
}

/* `is [not] null`, `is [not] distinct from x`, at `is`. */
static enum wd_status
parse_is(struct parser *p, const struct wd_syntax **left)
{
  size_t start = (*left)->start;
  struct list list = {0};
  struct wd_syntax *node;
  bool negated = false, distinct = false;
  enum wd_status status = wd__parse_add(p, &list, *left);

  if (status == WD_OK)
    status = wd__parse_advance(p);
  if (status == WD_OK && is_word(p, "not")) {
    negated = true;
    status = wd__parse_advance(p);
  }
  if (status == WD_OK && is_word(p, "distinct")) {
    const struct wd_syntax *right;

    distinct = true;
    status = wd__parse_advance(p);
    if (status == WD_OK)
      status = wd__parse_word(p, "from");
    if (status == WD_OK)
      status = parse_binary(p, WD_LEVEL_OPERAND, &right);
    if (status == WD_OK)
      status = wd__parse_add(p, &list, right);
  } else if (status == WD_OK && (is_word(p, "true") || is_word(p, "false"))) {
    return parse_is_truth(p, negated, left);
  } else if (status == WD_OK) {
    status = is_word(p, "null") || is_word(p, "unknown")
                 ? wd__parse_advance(p)
                 : wd__parse_expected(p, "null, true, false, not or [not] "
                                         "distinct from");
  }
  if (status == WD_OK)
    status = wd__parse_operation(p,
                                 distinct ? negated ? WD_FN_IS_NOT_DISTINCT_FROM
                                                    : WD_FN_IS_DISTINCT_FROM
                                 : negated ? WD_FN_IS_NOT_NULL
                                           : WD_FN_IS_NULL,
                                 start, &list, &node);
  if (status == WD_OK)
    *left = node;
  return status;
}

static enum wd_status
parse_in(struct parser *p, struct list *list)
{
  enum wd_status status = wd__parse_advance(p);

  if (status == WD_OK)
    status = wd__parse_symbol(p, '(');
  if (status == WD_OK && at_symbol(p, ')'))
    return wd__parse_fail(p, p->token.start, "the list after 'in' is empty");
  return status == WD_OK ? wd__parse_list(p, list) : status;
}

/* An operand, after a word that is there. */
static enum wd_status
parse_after(struct parser *p, struct list *list)
{
  const struct wd_syntax *operand = NULL;
  enum wd_status status = wd__parse_advance(p);

  if (status == WD_OK)
    status = parse_binary(p, WD_LEVEL_OPERAND, &operand);
  return status == WD_OK ? wd__parse_add(p, list, operand) : status;
}

static enum wd_status
parse_between(struct parser *p, struct list *list, bool *out_symmetric)
{
  struct wd_token next = wd__parse_peek(p);
  enum wd_status status = WD_OK;

  *out_symmetric = wd_token_is(p->source, &next, "symmetric");
  if (*out_symmetric)
    status = wd__parse_advance(p);
  if (status == WD_OK)
    status = parse_after(p, list);
  if (status == WD_OK && !is_word(p, "and"))
    return wd__parse_expected(p, "'and'");
  return status == WD_OK ? parse_after(p, list) : status;
}

static enum wd_status
parse_like(struct parser *p, struct list *list)
{
  enum wd_status status = parse_after(p, list);

  if (status == WD_OK && is_word(p, "escape"))
    status = parse_after(p, list);
  return status;
}

/* Between the two ends in either order. */
static enum wd_status
add_reverse(struct parser *p, const struct list *ends, struct wd_syntax **node)
{
  struct list reverse = {0}, both = {0};
  struct wd_syntax *other;
  enum wd_status status = wd__parse_add(p, &reverse, ends->items[0]);

  if (status == WD_OK)
    status = wd__parse_add(p, &reverse, ends->items[2]);
  if (status == WD_OK)
    status = wd__parse_add(p, &reverse, ends->items[1]);
  if (status == WD_OK)
    status =
        wd__parse_node(p, WD_SYNTAX_BETWEEN, (*node)->start, &reverse, &other);
  if (status == WD_OK)
    status = wd__parse_add(p, &both, *node);
  if (status == WD_OK)
    status = wd__parse_add(p, &both, other);
  return status == WD_OK
             ? wd__parse_operation(p, WD_FN_OR, (*node)->start, &both, node)
             : status;
}

/* *left made NOT of it. */
static enum wd_status
negate(struct parser *p, const struct wd_syntax **left)
{
  struct list list = {0};
  struct wd_syntax *node;
  enum wd_status status = wd__parse_add(p, &list, *left);

  if (status == WD_OK)
    status = wd__parse_operation(p, WD_FN_NOT, (*left)->start, &list, &node);
  if (status == WD_OK)
    *left = node;
  return status;
}

/* `[not] rlike`, at the word. */
static enum wd_status
parse_rlike(struct parser *p, bool negated, const struct wd_syntax **left)
{
  struct list list = {0};
  enum wd_status status = parse_after(p, &list);

  if (status == WD_OK)
    status = wd__parse_call_of(p, "regexp_match", (*left)->start, *left,
                               list.items[0], left);
  return status == WD_OK && negated ? negate(p, left) : status;
}

/* `[not] in`, `[not] between`, `[not] like`. */
static enum wd_status
parse_special(struct parser *p, const struct wd_syntax **left)
{
  size_t start = (*left)->start;
  struct list list = {0};
  struct wd_syntax *node;
  bool negated = is_word(p, "not"), symmetric = false, ilike = false;
  enum wd_syntax_kind kind = WD_SYNTAX_OPERATOR;
  enum wd_status status = wd__parse_add(p, &list, *left);

  if (status == WD_OK && negated)
    status = wd__parse_advance(p);
  if (status != WD_OK)
    return status;
  if (is_word(p, "in")) {
    kind = WD_SYNTAX_IN;
    status = parse_in(p, &list);
  } else if (is_word(p, "between")) {
    kind = WD_SYNTAX_BETWEEN;
    status = parse_between(p, &list, &symmetric);
  } else if (is_word(p, "like") || is_word(p, "ilike")) {
    ilike = is_word(p, "ilike");
    status = parse_like(p, &list);
  } else if (is_word(p, "rlike")) {
    return parse_rlike(p, negated, left);
  } else {
    return wd__parse_expected(p, "in, between, like, ilike or rlike");
  }
  if (status == WD_OK)
    status = wd__parse_node(p, kind, start, &list, &node);
  if (status != WD_OK)
    return status;
  node->function = ilike ? WD_FN_ILIKE : WD_FN_LIKE;
  if (symmetric)
    status = add_reverse(p, &list, &node);
  else
    node->negated = negated;
  *left = node;
  return status == WD_OK && symmetric && negated ? negate(p, left) : status;
}

static enum wd_status
parse_operator(struct parser *p, const struct infix *op,
               const struct wd_syntax **left)
{
  const struct infix *next;
  enum wd_status status;

  if (op->form == FORM_IS)
    status = parse_is(p, left);
  else if (op->form == FORM_SPECIAL)
    status = parse_special(p, left);
  else if (op->form == FORM_CALL)
    status = parse_distance(p, op, left);
  else
    status = parse_operands(p, op, left);
  if (status != WD_OK || op->level != WD_LEVEL_COMPARE)
    return status;
  next = wd__find_operator(p);
  if (next && next->level == WD_LEVEL_COMPARE)
    return wd__parse_fail(p, p->token.start,
                          "comparisons do not follow each other; use 'and', or "
                          "brackets");
  return WD_OK;
}

/* Operators that bind at least so tightly. */
static enum wd_status
parse_binary(struct parser *p, enum wd_level least,
             const struct wd_syntax **out)
{
  enum wd_status status = parse_prefix(p, least, out);

  while (status == WD_OK) {
    const struct infix *op = wd__find_operator(p);

    if (!op || op->level < least)
      break;
    status = parse_operator(p, op, out);
  }
  return status;
}

enum wd_status
wd__parse_expression(struct parser *p, const struct wd_syntax **out)
{
  return parse_binary(p, WD_LEVEL_OR, out);
}

enum wd_status
wd__parse_operand(struct parser *p, const struct wd_syntax **out)
{
  return parse_binary(p, WD_LEVEL_OPERAND, out);
}

/* Names with commas between, in brackets. */
static enum wd_status
parse_except(struct parser *p, struct list *list)
{
  bool bracket;
  enum wd_status status = wd__parse_advance(p);

  bracket = status == WD_OK && at_symbol(p, '(');
  if (bracket)
    status = wd__parse_advance(p);
  while (status == WD_OK) {
    struct wd_syntax *node;

    status = wd__parse_node(p, WD_SYNTAX_COLUMN, p->token.start, NULL, &node);
    if (status == WD_OK && p->token.kind != WD_TOKEN_NAME &&
        p->token.kind != WD_TOKEN_QUOTED)
      status = wd__parse_expected(p, "a column's name");
    if (status == WD_OK)
      status = wd__parse_name(p, &node->name);
    if (status == WD_OK)
      status = wd__parse_add(p, list, node);
    if (status != WD_OK || !bracket || !at_symbol(p, ','))
      break;
    status = wd__parse_advance(p);
  }
  return status == WD_OK && bracket ? wd__parse_symbol(p, ')') : status;
}

/* `expression as name`. */
static enum wd_status
parse_replacement(struct parser *p, struct list *list)
{
  const struct wd_syntax *value;
  struct list operand = {0};
  struct wd_syntax *node;
  size_t start = p->token.start;
  enum wd_status status = wd__parse_expression(p, &value);

  if (status == WD_OK)
    status = wd__parse_word(p, "as");
  if (status == WD_OK)
    status = wd__parse_add(p, &operand, value);
  if (status == WD_OK)
    status = wd__parse_node(p, WD_SYNTAX_ALIAS, start, &operand, &node);
  if (status == WD_OK && p->token.kind != WD_TOKEN_NAME &&
      p->token.kind != WD_TOKEN_QUOTED)
    status = wd__parse_expected(p, "a column's name");
  if (status == WD_OK)
    status = wd__parse_name(p, &node->name);
  return status == WD_OK ? wd__parse_add(p, list, node) : status;
}

static enum wd_status
parse_replace(struct parser *p, struct list *list)
{
  enum wd_status status = wd__parse_advance(p);

  if (status == WD_OK)
    status = wd__parse_symbol(p, '(');
  while (status == WD_OK) {
    status = parse_replacement(p, list);
    if (status != WD_OK || !at_symbol(p, ','))
      break;
    status = wd__parse_advance(p);
  }
  return status == WD_OK ? wd__parse_symbol(p, ')') : status;
}

/* `* [except (…)] [replace (…)]`, at the star. */
static enum wd_status
parse_star(struct parser *p, const struct wd_syntax **out)
{
  size_t start = p->token.start;
  struct list list = {0};
  struct wd_syntax *node;
  enum wd_status status = wd__parse_advance(p);

  if (status == WD_OK && (is_word(p, "except") || is_word(p, "exclude")))
    status = parse_except(p, &list);
  if (status == WD_OK && is_word(p, "replace"))
    status = parse_replace(p, &list);
  if (status != WD_OK)
    return status;
  if (p->token.kind != WD_TOKEN_END)
    return wd__parse_fail(p, start,
                          "'*' stands alone (or with except (...), replace "
                          "(... as ...)), for all columns, or in count(*)");
  status = wd__parse_node(p, WD_SYNTAX_STAR, start, &list, &node);
  if (status == WD_OK)
    *out = node;
  return status;
}

static enum wd_status
parse_alias(struct parser *p, const char **out_name)
{
  size_t at = p->token.start;
  enum wd_status status = wd__parse_advance(p);

  if (status != WD_OK)
    return status;
  if (!out_name)
    return wd__parse_fail(p, at, "a name by 'as' has no use here");
  if (p->token.kind != WD_TOKEN_NAME && p->token.kind != WD_TOKEN_QUOTED)
    return wd__parse_expected(p, "a name");
  return wd__parse_name(p, out_name);
}

/* The text with every run of blanks and comments as one blank, up to `end`. */
static enum wd_status
fold(struct parser *p, size_t end)
{
  char *folded = wd_arena_alloc(p->arena, end + 1);
  const char *text = p->source->text;
  size_t length = 0;
  char quote = '\0';

  if (!folded)
    return wd_fail_memory(p->error);
  for (size_t i = 0; i < end;) {
    size_t next = quote ? i : wd_lex_skip(p->source, i);

    if (next > i) {
      if (length && next < end)
        folded[length++] = ' ';
      i = next;
      continue;
    }
    if (quote ? text[i] == quote : text[i] == '\'' || text[i] == '"')
      quote = quote ? '\0' : text[i];
    folded[length++] = text[i++];
  }
  p->source->folded = folded;
  return WD_OK;
}

static enum wd_status
parse_whole(struct parser *p, const struct wd_syntax **out_syntax,
            const char **out_name)
{
  enum wd_status status = wd__parse_advance(p);

  if (status != WD_OK)
    return status;
  if (p->token.kind == WD_TOKEN_END)
    return wd__parse_fail(p, 0, "the expression is empty");
  if (at_symbol(p, '*')) {
    status = parse_star(p, out_syntax);
    return status == WD_OK ? fold(p, p->last) : status;
  }
  status = wd__parse_expression(p, out_syntax);
  if (status == WD_OK)
    status = fold(p, p->last);
  if (status == WD_OK && is_word(p, "as"))
    status = parse_alias(p, out_name);
  if (status != WD_OK || p->token.kind == WD_TOKEN_END)
    return status;
  if (p->token.kind == WD_TOKEN_NAME || p->token.kind == WD_TOKEN_QUOTED)
    return wd__parse_expected(p, "an operator, or 'as' before a name");
  return wd__parse_expected(p, "an operator or the end");
}

static enum wd_status
check_text(const char *text, size_t length, struct wd_error *error)
{
  size_t at = 0, size = 1;

  if (length > WD_SYNTAX_BYTES)
    return wd_fail(error, WD_LIMIT_EXCEEDED,
                   "the expression has %zu bytes, at most %u can be", length,
                   WD_SYNTAX_BYTES);
  while (at < length && size && text[at]) {
    size = wd_utf8_step((const uint8_t *)text + at, length - at);
    at += size;
  }
  if (at < length)
    return wd_fail(error, WD_INVALID_PLAN,
                   "the expression is no UTF-8 text at byte %zu", at);
  return WD_OK;
}

enum wd_status
wd_syntax_parse(const char *text, size_t length, struct wd_arena *arena,
                const struct wd_syntax **out_syntax, const char **out_name,
                struct wd_error *error)
{
  struct parser p = {.arena = arena, .error = error};
  enum wd_status status = check_text(text, length, error);

  if (out_name)
    *out_name = NULL;
  if (status != WD_OK)
    return status;
  p.source = wd_arena_alloc(arena, sizeof *p.source);
  if (!p.source)
    return wd_fail_memory(error);
  p.source->text = wd_arena_strndup(arena, text, length);
  p.source->length = length;
  if (!p.source->text)
    return wd_fail_memory(error);
  return parse_whole(&p, out_syntax, out_name);
}
