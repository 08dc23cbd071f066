/* The parser's tools, and its table of operators. */
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "plan/parser.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

#define INFIX(sign, level, symbol, function)                                   \
  {                                                                            \
    sign, NULL, WD_SYMBOL(0, symbol), WD_LEVEL_##level, FORM_LEFT, function,   \
        false                                                                  \
  }
#define COMPARISON(sign, symbol, function)                                     \
  {                                                                            \
    sign, NULL, symbol, WD_LEVEL_COMPARE, FORM_COMPARE, function, false        \
  }

static const struct infix infixes[] = {
    {"or", "or", 0, WD_LEVEL_OR, FORM_CHAIN, WD_FN_OR, false},
    {"and", "and", 0, WD_LEVEL_AND, FORM_CHAIN, WD_FN_AND, false},
    COMPARISON("=", WD_SYMBOL(0, '='), WD_FN_EQUAL),
    COMPARISON("=", WD_SYMBOL('=', '='), WD_FN_EQUAL),
    COMPARISON("<>", WD_SYMBOL('<', '>'), WD_FN_NOT_EQUAL),
    COMPARISON("<>", WD_SYMBOL('!', '='), WD_FN_NOT_EQUAL),
    COMPARISON("<", WD_SYMBOL(0, '<'), WD_FN_LT),
    COMPARISON("<=", WD_SYMBOL('<', '='), WD_FN_LTE),
    COMPARISON(">", WD_SYMBOL(0, '>'), WD_FN_GT),
    COMPARISON(">=", WD_SYMBOL('>', '='), WD_FN_GTE),
    {NULL, NULL, WD_SYMBOL_NULL_SAFE, WD_LEVEL_COMPARE, FORM_COMPARE,
     WD_FN_IS_NOT_DISTINCT_FROM, false},
    {NULL, "is", 0, WD_LEVEL_COMPARE, FORM_IS, WD_FN_IS_NULL, false},
    {NULL, "in", 0, WD_LEVEL_COMPARE, FORM_SPECIAL, WD_FN_EQUAL, false},
    {NULL, "between", 0, WD_LEVEL_COMPARE, FORM_SPECIAL, WD_FN_AND, false},
    {NULL, "like", 0, WD_LEVEL_COMPARE, FORM_SPECIAL, WD_FN_LIKE, false},
    {NULL, "ilike", 0, WD_LEVEL_COMPARE, FORM_SPECIAL, WD_FN_ILIKE, false},
    {NULL, "rlike", 0, WD_LEVEL_COMPARE, FORM_SPECIAL, WD_FN_REGEXP_MATCH,
     false},
    {NULL, "not", 0, WD_LEVEL_COMPARE, FORM_SPECIAL, WD_FN_NOT, false},
    {"||", NULL, WD_SYMBOL('|', '|'), WD_LEVEL_CONCAT, FORM_CHAIN, WD_FN_CONCAT,
     false},
    INFIX("|", BIT_OR, '|', WD_FN_BITWISE_OR),
    INFIX("&", BIT_AND, '&', WD_FN_BITWISE_AND),
    {"<<", NULL, WD_SYMBOL('<', '<'), WD_LEVEL_SHIFT, FORM_LEFT,
     WD_FN_SHIFT_LEFT, false},
    {">>", NULL, WD_SYMBOL('>', '>'), WD_LEVEL_SHIFT, FORM_LEFT,
     WD_FN_SHIFT_RIGHT, false},
    {NULL, NULL, WD_SYMBOL_DISTANCE, WD_LEVEL_SHIFT, FORM_CALL, WD_FN_EQUAL,
     false},
    INFIX("+", ADD, '+', WD_FN_ADD),
    INFIX("-", ADD, '-', WD_FN_SUBTRACT),
    INFIX("*", MULTIPLY, '*', WD_FN_MULTIPLY),
    INFIX("/", MULTIPLY, '/', WD_FN_DIVIDE),
    INFIX("%", MULTIPLY, '%', WD_FN_MODULUS),
    {NULL, NULL, WD_SYMBOL('/', '/'), WD_LEVEL_MULTIPLY, FORM_LEFT,
     WD_FN_DIVIDE, true},
    {NULL, "div", 0, WD_LEVEL_MULTIPLY, FORM_LEFT, WD_FN_DIVIDE, true},
};

static const struct {
  const char *field;
  enum wd_function function;
} extracts[] = {
    {"year", WD_FN_EXTRACT_YEAR},
    {"month", WD_FN_EXTRACT_MONTH},
    {"day", WD_FN_EXTRACT_DAY},
    {"hour", WD_FN_EXTRACT_HOUR},
    {"minute", WD_FN_EXTRACT_MINUTE},
    {"second", WD_FN_EXTRACT_SECOND},
    {"iso_day_of_week", WD_FN_EXTRACT_DAY_OF_WEEK},
    {"isodow", WD_FN_EXTRACT_DAY_OF_WEEK},
    {"day_of_year", WD_FN_EXTRACT_DAY_OF_YEAR},
    {"doy", WD_FN_EXTRACT_DAY_OF_YEAR},
    {"iso_year", WD_FN_EXTRACT_ISO_YEAR},
    {"isoyear", WD_FN_EXTRACT_ISO_YEAR},
    {"quarter", WD_FN_EXTRACT_QUARTER},
    {"iso_week", WD_FN_EXTRACT_ISO_WEEK},
    {"week", WD_FN_EXTRACT_ISO_WEEK},
    {"sunday_day_of_week", WD_FN_EXTRACT_SUNDAY_DAY_OF_WEEK},
    {"monday_day_of_week", WD_FN_EXTRACT_DAY_OF_WEEK},
    {"millisecond", WD_FN_EXTRACT_MILLISECOND},
    {"microsecond", WD_FN_EXTRACT_MICROSECOND},
    {"subsecond", WD_FN_EXTRACT_SUBSECOND},
    {"unix_time", WD_FN_EXTRACT_UNIX_TIME},
    {"epoch", WD_FN_EXTRACT_UNIX_TIME},
};

const char *
wd_operator_sign(enum wd_function function, enum wd_level *out_level)
{
  for (size_t i = 0; i < COUNT(infixes); i++)
    if (infixes[i].function == function && infixes[i].sign) {
      *out_level = infixes[i].level;
      return infixes[i].sign;
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

const struct infix *
wd__find_operator(const struct parser *p)
{
  for (size_t i = 0; i < COUNT(infixes); i++) {
    const struct infix *op = &infixes[i];

    if (op->word ? is_word(p, op->word) : is_symbol(&p->token, op->symbol))
      return op;
  }
  return NULL;
}

bool
wd__find_extract(const struct parser *p, enum wd_function *out_function)
{
  for (size_t i = 0; i < COUNT(extracts); i++)
    if (is_word(p, extracts[i].field)) {
      *out_function = extracts[i].function;
      return true;
    }
  return false;
}

enum wd_status
wd__parse_fail(struct parser *p, size_t at, const char *message)
{
  return wd_source_fail(p->source, at, WD_INVALID_PLAN, p->error, "%s",
                        message);
}

int
wd__token_length(const struct parser *p)
{
  size_t length = p->token.end - p->token.start;

  if (length > 60)
    length = wd_utf8_cut((const uint8_t *)token_text(p), 60);
  return (int)length;
}

enum wd_status
wd__parse_expected(struct parser *p, const char *what)
{
  if (p->token.kind == WD_TOKEN_END)
    return wd_source_fail(p->source, p->token.start, WD_INVALID_PLAN, p->error,
                          "expected %s where the text ends", what);
  return wd_source_fail(p->source, p->token.start, WD_INVALID_PLAN, p->error,
                        "expected %s, not '%.*s'", what, wd__token_length(p),
                        token_text(p));
}

enum wd_status
wd__parse_advance(struct parser *p)
{
  p->last = p->token.end;
  return wd_lex(p->source, p->token.end, &p->token, p->error);
}

/* The token after this one; an end when there is none. */
struct wd_token
wd__parse_peek(const struct parser *p)
{
  struct wd_token next;

  if (wd_lex(p->source, p->token.end, &next, NULL) != WD_OK)
    next = (struct wd_token){.kind = WD_TOKEN_END};
  return next;
}

enum wd_status
wd__parse_symbol(struct parser *p, char symbol)
{
  char what[4] = {'\'', symbol, '\'', '\0'};

  return at_symbol(p, symbol) ? wd__parse_advance(p)
                              : wd__parse_expected(p, what);
}

enum wd_status
wd__parse_word(struct parser *p, const char *word)
{
  char what[16];

  if (is_word(p, word))
    return wd__parse_advance(p);
  snprintf(what, sizeof what, "'%s'", word);
  return wd__parse_expected(p, what);
}

enum wd_status
wd__parse_add(struct parser *p, struct list *list, const struct wd_syntax *item)
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

enum wd_status
wd__parse_node(struct parser *p, enum wd_syntax_kind kind, size_t start,
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
enum wd_status
wd__parse_operation(struct parser *p, enum wd_function function, size_t start,
                    const struct list *operands, struct wd_syntax **out)
{
  enum wd_status status =
      wd__parse_node(p, WD_SYNTAX_OPERATOR, start, operands, out);

  if (status == WD_OK)
    (*out)->function = function;
  return status;
}
