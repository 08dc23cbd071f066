/* Text to syntax tree: precedence climbing with capped nesting. */
#include <string.h>
#include <strings.h>

#include "base/utf8.h"
#include "plan/lexer.h"
#include "plan/syntax_tree.h"

/* Brackets and prefixes inside each other; each costs a few frames. */
#define NESTING_MAX 256

struct parser {
  struct wd_source *source;
  struct wd_arena *arena;
  struct wd_error *error;
  struct wd_token token;
  size_t last; /* where the token before ended */
  uint32_t nodes;
  uint32_t nesting;
};

struct list {
  const struct wd_syntax **items;
  uint32_t count;
  uint32_t capacity;
};

enum form { FORM_LEFT, FORM_CHAIN, FORM_COMPARE, FORM_IS, FORM_SPECIAL };

struct operator {
  const char *word; /* NULL: the symbol */
  uint16_t symbol;
  enum wd_level level;
  enum form form;
  enum wd_function function;
  bool integer_divide;
};

static const struct operator operators[] = {
  { "or", 0, WD_LEVEL_OR, FORM_CHAIN, WD_FN_OR, false },
  { "and", 0, WD_LEVEL_AND, FORM_CHAIN, WD_FN_AND, false },
  { NULL, WD_SYMBOL(0, '='), WD_LEVEL_COMPARE, FORM_COMPARE, WD_FN_EQUAL,
    false },
  { NULL, WD_SYMBOL('=', '='), WD_LEVEL_COMPARE, FORM_COMPARE, WD_FN_EQUAL,
    false },
  { NULL, WD_SYMBOL('<', '>'), WD_LEVEL_COMPARE, FORM_COMPARE,
    WD_FN_NOT_EQUAL, false },
  { NULL, WD_SYMBOL('!', '='), WD_LEVEL_COMPARE, FORM_COMPARE,
    WD_FN_NOT_EQUAL, false },
  { NULL, WD_SYMBOL(0, '<'), WD_LEVEL_COMPARE, FORM_COMPARE, WD_FN_LT, false },
  { NULL, WD_SYMBOL('<', '='), WD_LEVEL_COMPARE, FORM_COMPARE, WD_FN_LTE,
    false },
  { NULL, WD_SYMBOL(0, '>'), WD_LEVEL_COMPARE, FORM_COMPARE, WD_FN_GT, false },
  { NULL, WD_SYMBOL('>', '='), WD_LEVEL_COMPARE, FORM_COMPARE, WD_FN_GTE,
    false },
  { "is", 0, WD_LEVEL_COMPARE, FORM_IS, WD_FN_IS_NULL, false },
  { "in", 0, WD_LEVEL_COMPARE, FORM_SPECIAL, WD_FN_EQUAL, false },
  { "between", 0, WD_LEVEL_COMPARE, FORM_SPECIAL, WD_FN_AND, false },
  { "like", 0, WD_LEVEL_COMPARE, FORM_SPECIAL, WD_FN_LIKE, false },
  { "not", 0, WD_LEVEL_COMPARE, FORM_SPECIAL, WD_FN_NOT, false },
  { NULL, WD_SYMBOL('|', '|'), WD_LEVEL_CONCAT, FORM_CHAIN, WD_FN_CONCAT,
    false },
  { NULL, WD_SYMBOL(0, '+'), WD_LEVEL_ADD, FORM_LEFT, WD_FN_ADD, false },
  { NULL, WD_SYMBOL(0, '-'), WD_LEVEL_ADD, FORM_LEFT, WD_FN_SUBTRACT, false },
  { NULL, WD_SYMBOL(0, '*'), WD_LEVEL_MULTIPLY, FORM_LEFT, WD_FN_MULTIPLY,
    false },
  { NULL, WD_SYMBOL(0, '/'), WD_LEVEL_MULTIPLY, FORM_LEFT, WD_FN_DIVIDE,
    false },
  { NULL, WD_SYMBOL('/', '/'), WD_LEVEL_MULTIPLY, FORM_LEFT, WD_FN_DIVIDE,
    true },
  { "div", 0, WD_LEVEL_MULTIPLY, FORM_LEFT, WD_FN_DIVIDE, true },
  { NULL, WD_SYMBOL(0, '%'), WD_LEVEL_MULTIPLY, FORM_LEFT, WD_FN_MODULUS,
    false },
};

/* Types that are written with `<…>`, which is no comparison then. */
static const char *const bracketed[] = {
  "decimal",   "numeric",      "timestamp",
  "timestamp_tz", "timestamptz", "precision_timestamp",
  "precision_timestamp_tz", "time", "duration", "fixedbinary",
  "list",      "fixedlist",    "struct",
  "map",       "enum",         "union",
};

static const struct {
  const char *field;
  enum wd_function function;
} extracts[] = {
  { "year", WD_FN_EXTRACT_YEAR },
  { "month", WD_FN_EXTRACT_MONTH },
  { "day", WD_FN_EXTRACT_DAY },
  { "hour", WD_FN_EXTRACT_HOUR },
  { "minute", WD_FN_EXTRACT_MINUTE },
  { "second", WD_FN_EXTRACT_SECOND },
  { "iso_day_of_week", WD_FN_EXTRACT_DAY_OF_WEEK },
  { "isodow", WD_FN_EXTRACT_DAY_OF_WEEK },
  { "day_of_year", WD_FN_EXTRACT_DAY_OF_YEAR },
  { "doy", WD_FN_EXTRACT_DAY_OF_YEAR },
};

#define COUNT(array) (sizeof(array) / sizeof *(array))

static enum wd_status
parse_expression(struct parser *p, const struct wd_syntax **out);

static enum wd_status
parse_binary(struct parser *p, enum wd_level least,
             const struct wd_syntax **out);

const char *
wd_operator_sign(enum wd_function function, enum wd_level *out_level)
{
  static const char signs[][4] = { "+", "-",  "*", "/",  "%",
                                   "=", "<>", "<", "<=", ">",
                                   ">=" };

  for (size_t i = 0; i < COUNT(operators); i++)
    if (operators[i].function == function &&
        (operators[i].form == FORM_LEFT || operators[i].form == FORM_CHAIN ||
         operators[i].form == FORM_COMPARE)) {
      *out_level = operators[i].level;
      if (operators[i].word)
        return operators[i].word;
      if (function == WD_FN_CONCAT)
        return "||";
      for (size_t k = 0; k < COUNT(signs); k++) {
        uint16_t symbol = signs[k][1]
                            ? WD_SYMBOL(signs[k][0], signs[k][1])
                            : WD_SYMBOL(0, signs[k][0]);

        if (symbol == operators[i].symbol)
          return signs[k];
      }
    }
  return NULL;
}

const char *
wd_extract_field(enum wd_function function)
{
  for (size_t i = 0; i < COUNT(extracts); i++)
    if (extracts[i].function == function)
      return extracts[i].field;
  return NULL;
}

static enum wd_status
fail(struct parser *p, size_t at, const char *message)
{
  return wd_source_fail(p->source, at, WD_INVALID_PLAN, p->error, "%s",
                        message);
}

static const char *
token_text(const struct parser *p)
{
  return p->source->text + p->token.start;
}

static int
token_length(const struct parser *p)
{
  size_t length = p->token.end - p->token.start;

  if (length > 60)
    length = wd_utf8_cut((const uint8_t *)token_text(p), 60);
  return (int)length;
}

static enum wd_status
fail_expected(struct parser *p, const char *what)
{
  if (p->token.kind == WD_TOKEN_END)
    return wd_source_fail(p->source, p->token.start, WD_INVALID_PLAN,
                          p->error, "expected %s where the text ends", what);
  return wd_source_fail(p->source, p->token.start, WD_INVALID_PLAN, p->error,
                        "expected %s, not '%.*s'", what, token_length(p),
                        token_text(p));
}

static enum wd_status
advance(struct parser *p)
{
  p->last = p->token.end;
  return wd_lex(p->source, p->token.end, &p->token, p->error);
}

/* The token after this one; an end when there is none. */
static struct wd_token
peek(const struct parser *p)
{
  struct wd_token next;

  if (wd_lex(p->source, p->token.end, &next, NULL) != WD_OK)
    next = (struct wd_token){ .kind = WD_TOKEN_END };
  return next;
}

static bool
is_word(const struct parser *p, const char *word)
{
  return wd_token_is(p->source, &p->token, word);
}

static bool
is_symbol(const struct wd_token *token, uint16_t symbol)
{
  return token->kind == WD_TOKEN_SYMBOL && token->symbol == symbol;
}

static bool
at_symbol(const struct parser *p, char symbol)
{
  return is_symbol(&p->token, WD_SYMBOL(0, symbol));
}

static enum wd_status
expect_symbol(struct parser *p, char symbol)
{
  char what[4] = { '\'', symbol, '\'', '\0' };

  return at_symbol(p, symbol) ? advance(p) : fail_expected(p, what);
}

static enum wd_status
expect_word(struct parser *p, const char *word)
{
  char what[16] = "'";

  if (is_word(p, word))
    return advance(p);
  strcat(strcat(what, word), "'");
  return fail_expected(p, what);
}

static enum wd_status
list_add(struct parser *p, struct list *list, const struct wd_syntax *item)
{
  if (list->count == list->capacity) {
    uint32_t capacity = list->capacity ? list->capacity * 2 : 4;
    const struct wd_syntax **items =
      wd_arena_array(p->arena, capacity, sizeof *items);

    if (!items)
      return wd_fail_memory(p->error);
    if (list->count)
      memcpy(items, list->items, list->count * sizeof *items);
    list->items = items;
    list->capacity = capacity;
  }
  list->items[list->count++] = item;
  return WD_OK;
}

static enum wd_status
new_node(struct parser *p, enum wd_syntax_kind kind, size_t start,
         const struct list *operands, struct wd_syntax **out)
{
  struct wd_syntax *node = wd_arena_alloc(p->arena, sizeof *node);

  if (!node)
    return wd_fail_memory(p->error);
  node->kind = kind;
  node->start = start;
  node->source = p->source;
  node->depth = 1;
  if (operands) {
    node->count = operands->count;
    node->operands = operands->items;
  }
  for (uint32_t i = 0; i < node->count; i++)
    if (node->operands[i]->depth >= node->depth)
      node->depth = node->operands[i]->depth + 1;
  if (++p->nodes > WD_SYNTAX_NODES)
    return wd_source_fail(p->source, start, WD_LIMIT_EXCEEDED, p->error,
                          "the expression has more than %u parts",
                          WD_SYNTAX_NODES);
  if (node->depth > WD_SYNTAX_DEPTH)
    return wd_source_fail(p->source, start, WD_LIMIT_EXCEEDED, p->error,
                          "the expression is more than %u levels deep",
                          WD_SYNTAX_DEPTH);
  *out = node;
  return WD_OK;
}

/* An operator over a list, *out set. */
static enum wd_status
new_operator(struct parser *p, enum wd_function function, size_t start,
             const struct list *operands, struct wd_syntax **out)
{
  enum wd_status status =
    new_node(p, WD_SYNTAX_OPERATOR, start, operands, out);

  if (status == WD_OK)
    (*out)->function = function;
  return status;
}

static enum wd_status
enter(struct parser *p)
{
  if (++p->nesting <= NESTING_MAX)
    return WD_OK;
  return wd_source_fail(p->source, p->token.start, WD_LIMIT_EXCEEDED, p->error,
                        "more than %d brackets and prefixes inside each other",
                        NESTING_MAX);
}

/* Expressions with commas between, up to and with the closing bracket. */
static enum wd_status
parse_list(struct parser *p, struct list *list)
{
  enum wd_status status = WD_OK;

  while (status == WD_OK) {
    const struct wd_syntax *item;

    status = parse_expression(p, &item);
    if (status == WD_OK)
      status = list_add(p, list, item);
    if (status != WD_OK || !at_symbol(p, ','))
      break;
    status = advance(p);
  }
  return status == WD_OK ? expect_symbol(p, ')') : status;
}

static enum wd_status
parse_number(struct parser *p, const struct wd_syntax **out)
{
  struct wd_syntax *node;
  enum wd_status status =
    new_node(p, WD_SYNTAX_LITERAL, p->token.start, NULL, &node);

  if (status != WD_OK)
    return status;
  if (!wd_literal_number(token_text(p), p->token.end - p->token.start,
                         &node->type, &node->literal))
    return wd_source_fail(p->source, p->token.start, WD_INVALID_PLAN, p->error,
                          "the number %.*s is out of range: at most 38 "
                          "digits, or 1e308",
                          token_length(p), token_text(p));
  *out = node;
  return advance(p);
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
    new_node(p, WD_SYNTAX_LITERAL, p->token.start, NULL, &node);

  if (status != WD_OK)
    return status;
  if (!text)
    return wd_fail_memory(p->error);
  if (binary && !from_hex(text, &length))
    return fail(p, p->token.start,
                "a binary literal is pairs of hexadecimal digits: x'00ff'");
  node->type = wd_type_of(binary ? WD_TYPE_BINARY : WD_TYPE_STRING);
  node->literal.value.bytes.data = text;
  node->literal.value.bytes.length = length;
  *out = node;
  return advance(p);
}

/* `date '…'` or `timestamp '…'`, at the word. */
static enum wd_status
parse_time(struct parser *p, bool date, const struct wd_syntax **out)
{
  struct wd_syntax *node;
  size_t length;
  char *text;
  enum wd_status status =
    new_node(p, WD_SYNTAX_LITERAL, p->token.start, NULL, &node);

  if (status == WD_OK)
    status = advance(p);
  if (status != WD_OK)
    return status;
  text = wd_token_unquote(p->source, &p->token, p->arena, &length);
  if (!text)
    return wd_fail_memory(p->error);
  if (date && !wd_literal_date(text, length, &node->type, &node->literal))
    return fail(p, p->token.start, "not a date: date 'YYYY-MM-DD'");
  if (!date &&
      !wd_literal_timestamp(text, length, &node->type, &node->literal))
    return fail(p, p->token.start,
                "not a timestamp: timestamp 'YYYY-MM-DD HH:MM:SS.ffffff'");
  *out = node;
  return advance(p);
}

static enum wd_status
parse_word_literal(struct parser *p, const struct wd_syntax **out)
{
  struct wd_syntax *node;
  enum wd_status status =
    new_node(p, WD_SYNTAX_LITERAL, p->token.start, NULL, &node);

  if (status != WD_OK)
    return status;
  node->literal.null = is_word(p, "null");
  node->type = wd_type_of(node->literal.null ? WD_TYPE_NULL : WD_TYPE_BOOL);
  node->literal.value.boolean = is_word(p, "true");
  *out = node;
  return advance(p);
}

/* The end of a type's text that begins with the current token. */
static size_t
type_end(const struct parser *p, bool in_cast)
{
  const struct wd_source *source = p->source;
  struct wd_token next = peek(p);
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

static enum wd_status
parse_type(struct parser *p, bool in_cast, struct wd_type *out_type)
{
  struct wd_error error = { .status = WD_OK };
  size_t start = p->token.start, end;
  char text[64];

  if (p->token.kind != WD_TOKEN_NAME)
    return fail_expected(p, "a type");
  end = type_end(p, in_cast);
  if (wd_type_parse(p->source->text + start, end - start, p->arena, out_type,
                    &error) != WD_OK) {
    if (error.status == WD_NO_MEMORY)
      return wd_error_pass(p->error, &error);
    return wd_source_fail(p->source, start, error.status, p->error, "%s",
                          error.message);
  }
  if (!wd_type_carried(out_type) || out_type->id == WD_TYPE_NULL)
    return wd_source_fail(p->source, start, WD_UNSUPPORTED, p->error,
                          "casts to %s are not supported",
                          wd_type_text(out_type, text, sizeof text));
  p->token.end = end;
  return advance(p);
}

static enum wd_status
new_cast(struct parser *p, size_t start, const struct wd_syntax *operand,
         bool try_cast, bool in_cast, const struct wd_syntax **out)
{
  struct list list = { 0 };
  struct wd_syntax *node;
  enum wd_status status = list_add(p, &list, operand);

  if (status == WD_OK)
    status = new_node(p, WD_SYNTAX_CAST, start, &list, &node);
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
  enum wd_status status = advance(p);

  if (status == WD_OK)
    status = expect_symbol(p, '(');
  if (status == WD_OK)
    status = parse_expression(p, &operand);
  if (status == WD_OK)
    status = expect_word(p, "as");
  if (status == WD_OK)
    status = new_cast(p, start, operand, try_cast, true, out);
  return status == WD_OK ? expect_symbol(p, ')') : status;
}

/* `extract(year from x)`, at the word. */
static enum wd_status
parse_extract(struct parser *p, const struct wd_syntax **out)
{
  size_t start = p->token.start, i;
  struct list list = { 0 };
  struct wd_syntax *node;
  enum wd_status status = advance(p);

  if (status == WD_OK)
    status = expect_symbol(p, '(');
  if (status != WD_OK)
    return status;
  for (i = 0; i < COUNT(extracts) && !is_word(p, extracts[i].field); i++)
    ;
  if (i == COUNT(extracts))
    return fail_expected(p, "year, month, day, hour, minute, second, "
                            "iso_day_of_week or day_of_year");
  status = advance(p);
  if (status == WD_OK)
    status = expect_word(p, "from");
  if (status == WD_OK)
    status = parse_list(p, &list);
  if (status == WD_OK && list.count != 1)
    status = fail(p, start, "extract takes one value");
  if (status == WD_OK)
    status = new_operator(p, extracts[i].function, start, &list, &node);
  if (status == WD_OK)
    *out = node;
  return status;
}

static enum wd_status
parse_case_arm(struct parser *p, struct list *list)
{
  const struct wd_syntax *part;
  enum wd_status status = advance(p);

  if (status == WD_OK)
    status = parse_expression(p, &part);
  if (status == WD_OK)
    status = list_add(p, list, part);
  if (status == WD_OK)
    status = expect_word(p, "then");
  if (status == WD_OK)
    status = parse_expression(p, &part);
  return status == WD_OK ? list_add(p, list, part) : status;
}

static enum wd_status
parse_case_parts(struct parser *p, struct list *list, bool *out_subject,
                 bool *out_else)
{
  const struct wd_syntax *part;
  enum wd_status status = advance(p);

  *out_subject = *out_else = false;
  if (status == WD_OK && !is_word(p, "when")) {
    *out_subject = true;
    status = parse_expression(p, &part);
    if (status == WD_OK)
      status = list_add(p, list, part);
    if (status == WD_OK && !is_word(p, "when"))
      status = fail_expected(p, "'when'");
  }
  while (status == WD_OK && is_word(p, "when"))
    status = parse_case_arm(p, list);
  if (status == WD_OK && is_word(p, "else")) {
    *out_else = true;
    status = advance(p);
    if (status == WD_OK)
      status = parse_expression(p, &part);
    if (status == WD_OK)
      status = list_add(p, list, part);
  }
  return status == WD_OK ? expect_word(p, "end") : status;
}

static enum wd_status
parse_case(struct parser *p, const struct wd_syntax **out)
{
  size_t start = p->token.start;
  struct list list = { 0 };
  bool has_subject, has_else;
  struct wd_syntax *node;
  enum wd_status status =
    parse_case_parts(p, &list, &has_subject, &has_else);

  if (status == WD_OK)
    status = new_node(p, WD_SYNTAX_CASE, start, &list, &node);
  if (status != WD_OK)
    return status;
  node->has_subject = has_subject;
  node->has_else = has_else;
  *out = node;
  return WD_OK;
}

/* The arguments of a call, after its opening bracket. */
static enum wd_status
parse_arguments(struct parser *p, struct list *list, bool *out_distinct,
                bool *out_star)
{
  struct wd_token next = peek(p);
  enum wd_status status = WD_OK;

  *out_distinct = *out_star = false;
  if (at_symbol(p, ')'))
    return advance(p);
  if (at_symbol(p, '*') && is_symbol(&next, WD_SYMBOL(0, ')'))) {
    *out_star = true;
    status = advance(p);
    return status == WD_OK ? advance(p) : status;
  }
  if (is_word(p, "distinct")) {
    *out_distinct = true;
    status = advance(p);
  }
  return status == WD_OK ? parse_list(p, list) : status;
}

static char *
lower_name(struct parser *p)
{
  char *name = wd_arena_strndup(p->arena, token_text(p),
                                p->token.end - p->token.start);

  for (char *c = name; c && *c; c++)
    if (*c >= 'A' && *c <= 'Z')
      *c = (char)(*c + ('a' - 'A'));
  return name;
}

/* `name(…)`, at the name. */
static enum wd_status
parse_call(struct parser *p, const struct wd_syntax **out)
{
  size_t start = p->token.start;
  char *name = lower_name(p);
  struct list list = { 0 };
  bool distinct, star;
  struct wd_syntax *node;
  enum wd_status status = name ? advance(p) : wd_fail_memory(p->error);

  if (status == WD_OK)
    status = advance(p);
  if (status == WD_OK)
    status = parse_arguments(p, &list, &distinct, &star);
  if (status == WD_OK)
    status = new_node(p, WD_SYNTAX_CALL, start, &list, &node);
  if (status != WD_OK)
    return status;
  node->name = name;
  node->distinct = distinct;
  node->star = star;
  *out = node;
  return WD_OK;
}

/* The text of a name token, bare or quoted. */
static enum wd_status
take_name(struct parser *p, const char **out_name)
{
  size_t length = p->token.end - p->token.start;
  char *name = p->token.kind == WD_TOKEN_QUOTED
                 ? wd_token_unquote(p->source, &p->token, p->arena, &length)
                 : wd_arena_strndup(p->arena, token_text(p), length);

  if (!name)
    return wd_fail_memory(p->error);
  if (length == 0)
    return fail(p, p->token.start, "a name cannot be empty");
  *out_name = name;
  return advance(p);
}

/* `name`, `"name"`, `left.name`, `right.name`. */
static enum wd_status
parse_column(struct parser *p, const struct wd_syntax **out)
{
  struct wd_token next = peek(p);
  struct wd_syntax *node;
  enum wd_status status =
    new_node(p, WD_SYNTAX_COLUMN, p->token.start, NULL, &node);

  if (status != WD_OK)
    return status;
  if (is_symbol(&next, WD_SYMBOL(0, '.'))) {
    if (!is_word(p, "left") && !is_word(p, "right"))
      return fail(p, p->token.start,
                  "a column is written without a qualifier; only a join's "
                  "condition knows left.name and right.name");
    node->side = is_word(p, "left") ? WD_SIDE_LEFT : WD_SIDE_RIGHT;
    status = advance(p);
    if (status == WD_OK)
      status = advance(p);
    if (status == WD_OK && p->token.kind != WD_TOKEN_NAME &&
        p->token.kind != WD_TOKEN_QUOTED)
      return fail_expected(p, "a column's name");
  }
  if (status != WD_OK)
    return status;
  node->quoted = p->token.kind == WD_TOKEN_QUOTED;
  *out = node;
  return take_name(p, &node->name);
}

static enum wd_status
parse_name(struct parser *p, const struct wd_syntax **out)
{
  struct wd_token next = peek(p);
  bool open = is_symbol(&next, WD_SYMBOL(0, '('));

  if (is_word(p, "null") || is_word(p, "true") || is_word(p, "false"))
    return parse_word_literal(p, out);
  if (is_word(p, "case"))
    return parse_case(p, out);
  if (wd_word_reserved(token_text(p), p->token.end - p->token.start))
    return fail_expected(p, "a value");
  if (open && (is_word(p, "cast") || is_word(p, "try_cast")))
    return parse_cast(p, out);
  if (open && is_word(p, "extract"))
    return parse_extract(p, out);
  if (next.kind == WD_TOKEN_STRING) {
    if (is_word(p, "date") || is_word(p, "timestamp"))
      return parse_time(p, is_word(p, "date"), out);
    if (is_word(p, "interval") || is_word(p, "time"))
      return wd_source_fail(p->source, p->token.start, WD_UNSUPPORTED,
                            p->error, "%.*s literals are not supported yet",
                            token_length(p), token_text(p));
  }
  return open ? parse_call(p, out) : parse_column(p, out);
}

static enum wd_status
parse_group(struct parser *p, const struct wd_syntax **out)
{
  enum wd_status status = advance(p);

  if (status == WD_OK)
    status = parse_expression(p, out);
  if (status == WD_OK && at_symbol(p, ','))
    return fail(p, p->token.start, "lists are only written after: in");
  return status == WD_OK ? expect_symbol(p, ')') : status;
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
    return parse_name(p, out);
  default:
    break;
  }
  if (at_symbol(p, '('))
    return parse_group(p, out);
  if (at_symbol(p, '$'))
    return wd_source_fail(p->source, p->token.start, WD_UNSUPPORTED, p->error,
                          "parameters ($name) are not supported yet; write "
                          "the value into the text");
  if (at_symbol(p, '*'))
    return fail(p, p->token.start,
                "'*' stands alone, for all columns, or in count(*)");
  return fail_expected(p, "a value");
}

static enum wd_status
parse_postfix(struct parser *p, const struct wd_syntax **out)
{
  size_t start = p->token.start;
  enum wd_status status = parse_primary(p, out);

  while (status == WD_OK &&
         is_symbol(&p->token, WD_SYMBOL(':', ':'))) {
    status = advance(p);
    if (status == WD_OK)
      status = new_cast(p, start, *out, false, false, out);
  }
  return status;
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
  struct list list = { 0 };
  struct wd_syntax *node;
  enum wd_status status;

  if (is_number(operand)) {
    status = new_node(p, WD_SYNTAX_LITERAL, start, NULL, &node);
    if (status != WD_OK)
      return status;
    node->type = operand->type;
    node->literal = operand->literal;
    wd_literal_negate(&node->type, &node->literal);
  } else {
    status = list_add(p, &list, operand);
    if (status == WD_OK)
      status = new_operator(p, WD_FN_NEGATE, start, &list, &node);
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
  struct list list = { 0 };
  struct wd_syntax *node;
  enum wd_status status;

  if (least > WD_LEVEL_NOT)
    return fail(p, start, "put brackets around: not ...");
  status = advance(p);
  if (status == WD_OK)
    status = parse_binary(p, WD_LEVEL_NOT, &operand);
  if (status == WD_OK)
    status = list_add(p, &list, operand);
  if (status == WD_OK)
    status = new_operator(p, WD_FN_NOT, start, &list, &node);
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
  enum wd_status status = enter(p);

  if (status != WD_OK)
    return status;
  if (is_word(p, "not")) {
    status = parse_not(p, least, out);
  } else if (minus || plus) {
    status = advance(p);
    if (status == WD_OK)
      status = parse_prefix(p, WD_LEVEL_UNARY, out);
    if (status == WD_OK && minus)
      status = new_negate(p, start, *out, out);
  } else {
    status = parse_postfix(p, out);
  }
  p->nesting--;
  return status;
}

static const struct operator *
find_operator(const struct parser *p)
{
  for (size_t i = 0; i < COUNT(operators); i++) {
    const struct operator *op = &operators[i];

    if (op->word ? is_word(p, op->word) : is_symbol(&p->token, op->symbol))
      return op;
  }
  return NULL;
}

/* What follows on an operator: operands of the next level, one or (in a
 * chain) as many as there are. */
static enum wd_status
parse_operands(struct parser *p, const struct operator *op,
               const struct wd_syntax **left)
{
  size_t start = (*left)->start;
  struct list list = { 0 };
  struct wd_syntax *node;
  enum wd_status status = list_add(p, &list, *left);

  do {
    const struct wd_syntax *right;

    if (status == WD_OK)
      status = advance(p);
    if (status == WD_OK)
      status = parse_binary(p, op->level + 1, &right);
    if (status == WD_OK)
      status = list_add(p, &list, right);
  } while (status == WD_OK && op->form == FORM_CHAIN &&
           find_operator(p) == op);
  if (status == WD_OK)
    status = new_operator(p, op->function, start, &list, &node);
  if (status != WD_OK)
    return status;
  node->integer_divide = op->integer_divide;
  *left = node;
  return WD_OK;
}

/* `is [not] null`, `is [not] distinct from x`, at `is`. */
static enum wd_status
parse_is(struct parser *p, const struct wd_syntax **left)
{
  size_t start = (*left)->start;
  struct list list = { 0 };
  struct wd_syntax *node;
  bool negated = false, distinct = false;
  enum wd_status status = list_add(p, &list, *left);

  if (status == WD_OK)
    status = advance(p);
  if (status == WD_OK && is_word(p, "not")) {
    negated = true;
    status = advance(p);
  }
  if (status == WD_OK && is_word(p, "distinct")) {
    const struct wd_syntax *right;

    distinct = true;
    status = advance(p);
    if (status == WD_OK)
      status = expect_word(p, "from");
    if (status == WD_OK)
      status = parse_binary(p, WD_LEVEL_CONCAT, &right);
    if (status == WD_OK)
      status = list_add(p, &list, right);
  } else if (status == WD_OK) {
    status = is_word(p, "null")
               ? advance(p)
               : fail_expected(p, "null, not null or [not] distinct from");
  }
  if (status == WD_OK)
    status = new_operator(p,
                          distinct  ? negated ? WD_FN_IS_NOT_DISTINCT_FROM
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
  enum wd_status status = advance(p);

  if (status == WD_OK)
    status = expect_symbol(p, '(');
  if (status == WD_OK && at_symbol(p, ')'))
    return fail(p, p->token.start, "the list after 'in' is empty");
  return status == WD_OK ? parse_list(p, list) : status;
}

/* An operand, after a word that is there. */
static enum wd_status
parse_after(struct parser *p, struct list *list)
{
  const struct wd_syntax *operand;
  enum wd_status status = advance(p);

  if (status == WD_OK)
    status = parse_binary(p, WD_LEVEL_CONCAT, &operand);
  return status == WD_OK ? list_add(p, list, operand) : status;
}

static enum wd_status
parse_between(struct parser *p, struct list *list)
{
  enum wd_status status = parse_after(p, list);

  if (status == WD_OK && !is_word(p, "and"))
    return fail_expected(p, "'and'");
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

/* `[not] in`, `[not] between`, `[not] like`. */
static enum wd_status
parse_special(struct parser *p, const struct wd_syntax **left)
{
  size_t start = (*left)->start;
  struct list list = { 0 };
  struct wd_syntax *node;
  bool negated = is_word(p, "not");
  enum wd_syntax_kind kind = WD_SYNTAX_OPERATOR;
  enum wd_status status = list_add(p, &list, *left);

  if (status == WD_OK && negated)
    status = advance(p);
  if (status != WD_OK)
    return status;
  if (is_word(p, "in")) {
    kind = WD_SYNTAX_IN;
    status = parse_in(p, &list);
  } else if (is_word(p, "between")) {
    kind = WD_SYNTAX_BETWEEN;
    status = parse_between(p, &list);
  } else if (is_word(p, "like")) {
    status = parse_like(p, &list);
  } else {
    return fail_expected(p, "in, between or like");
  }
  if (status == WD_OK)
    status = new_node(p, kind, start, &list, &node);
  if (status != WD_OK)
    return status;
  node->function = WD_FN_LIKE;
  node->negated = negated;
  *left = node;
  return WD_OK;
}

static enum wd_status
parse_operator(struct parser *p, const struct operator *op,
               const struct wd_syntax **left)
{
  const struct operator *next;
  enum wd_status status;

  if (op->form == FORM_IS)
    status = parse_is(p, left);
  else if (op->form == FORM_SPECIAL)
    status = parse_special(p, left);
  else
    status = parse_operands(p, op, left);
  if (status != WD_OK || op->level != WD_LEVEL_COMPARE)
    return status;
  next = find_operator(p);
  if (next && next->level == WD_LEVEL_COMPARE)
    return fail(p, p->token.start,
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
    const struct operator *op = find_operator(p);

    if (!op || op->level < least)
      break;
    status = parse_operator(p, op, out);
  }
  return status;
}

static enum wd_status
parse_expression(struct parser *p, const struct wd_syntax **out)
{
  return parse_binary(p, WD_LEVEL_OR, out);
}

/* `*`, at it. */
static enum wd_status
parse_star(struct parser *p, const struct wd_syntax **out)
{
  struct wd_syntax *node;
  enum wd_status status =
    new_node(p, WD_SYNTAX_STAR, p->token.start, NULL, &node);

  if (status == WD_OK)
    status = advance(p);
  if (status != WD_OK)
    return status;
  if (is_word(p, "except") || is_word(p, "exclude") || is_word(p, "replace"))
    return wd_source_fail(p->source, p->token.start, WD_UNSUPPORTED, p->error,
                          "'* %.*s' is not supported yet; name the columns",
                          token_length(p), token_text(p));
  if (p->token.kind != WD_TOKEN_END)
    return fail(p, 0, "'*' stands alone, for all columns, or in count(*)");
  *out = node;
  return WD_OK;
}

static enum wd_status
parse_alias(struct parser *p, const char **out_name)
{
  size_t at = p->token.start;
  enum wd_status status = advance(p);

  if (status != WD_OK)
    return status;
  if (!out_name)
    return fail(p, at, "a name by 'as' has no use here");
  if (p->token.kind != WD_TOKEN_NAME && p->token.kind != WD_TOKEN_QUOTED)
    return fail_expected(p, "a name");
  return take_name(p, out_name);
}

/* The text with every run of blanks as one, up to `end`. */
static enum wd_status
fold(struct parser *p, size_t end)
{
  char *folded = wd_arena_alloc(p->arena, end + 1);
  size_t length = 0;
  char quote = '\0';

  if (!folded)
    return wd_fail_memory(p->error);
  for (size_t i = 0; i < end; i++) {
    char c = p->source->text[i];
    bool blank = !quote && strchr(" \t\r\n", c);

    if (quote ? c == quote : c == '\'' || c == '"')
      quote = quote ? '\0' : c;
    if (blank && (length == 0 || folded[length - 1] == ' '))
      continue;
    folded[length++] = blank ? ' ' : c;
  }
  while (length && folded[length - 1] == ' ' && !quote)
    folded[--length] = '\0';
  p->source->folded = folded;
  return WD_OK;
}

static enum wd_status
parse_whole(struct parser *p, const struct wd_syntax **out_syntax,
            const char **out_name)
{
  enum wd_status status = advance(p);

  if (status != WD_OK)
    return status;
  if (p->token.kind == WD_TOKEN_END)
    return fail(p, 0, "the expression is empty");
  if (at_symbol(p, '*')) {
    status = parse_star(p, out_syntax);
    return status == WD_OK ? fold(p, p->last) : status;
  }
  status = parse_expression(p, out_syntax);
  if (status == WD_OK)
    status = fold(p, p->last);
  if (status == WD_OK && is_word(p, "as"))
    status = parse_alias(p, out_name);
  if (status != WD_OK || p->token.kind == WD_TOKEN_END)
    return status;
  if (p->token.kind == WD_TOKEN_NAME || p->token.kind == WD_TOKEN_QUOTED)
    return fail_expected(p, "an operator, or 'as' before a name");
  return fail_expected(p, "an operator or the end");
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
  struct parser p = { .arena = arena, .error = error };
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
