/* What the files of the parser share: the place in the text, tokens, nodes. */
#ifndef WD_PLAN_PARSER_H
#define WD_PLAN_PARSER_H

#include "plan/lexer.h"
#include "plan/syntax_tree.h"

struct parser {
  struct wd_source *source;
  struct wd_arena *arena;
  struct wd_error *error;
  struct wd_token token;
  size_t last; /* where the token before ended */
  uint32_t nodes;
  uint32_t nesting;
};

/* Operands that are being collected; in the arena. */
struct list {
  const struct wd_syntax **items;
  uint32_t count;
  uint32_t capacity;
};

/* How an operator's operands are written. */
enum form {
  FORM_LEFT,    /* two; associates to the left */
  FORM_CHAIN,   /* two or more */
  FORM_COMPARE, /* two */
  FORM_IS,
  FORM_SPECIAL, /* in, between, like, each after `not` too */
  FORM_CALL,    /* two; of a function that is called by the sign */
};

struct infix {
  const char *sign; /* as it is printed; NULL: it is not, or otherwise */
  const char *word; /* NULL: the symbol */
  uint16_t symbol;
  enum wd_level level;
  enum form form;
  enum wd_function function;
  bool integer_divide;
};

/* The operator that the current token is; NULL: none. */
const struct infix *
wd__find_operator(const struct parser *p);

/* The extract of the field that the current token is. */
bool
wd__find_extract(const struct parser *p, enum wd_function *out_function);

static inline const char *
token_text(const struct parser *p)
{
  return p->source->text + p->token.start;
}

static inline bool
is_word(const struct parser *p, const char *word)
{
  return wd_token_is(p->source, &p->token, word);
}

static inline bool
is_symbol(const struct wd_token *token, uint16_t symbol)
{
  return token->kind == WD_TOKEN_SYMBOL && token->symbol == symbol;
}

static inline bool
at_symbol(const struct parser *p, char symbol)
{
  return is_symbol(&p->token, WD_SYMBOL(0, symbol));
}

/* Its length, cut for a message. */
int
wd__token_length(const struct parser *p);

enum wd_status
wd__parse_fail(struct parser *p, size_t at, const char *message);

/* `expected …, not …` at the current token. */
enum wd_status
wd__parse_expected(struct parser *p, const char *what);

enum wd_status
wd__parse_advance(struct parser *p);

/* The token after this one; an end when there is none. */
struct wd_token
wd__parse_peek(const struct parser *p);

/* Goes past a symbol, a word; an error when it is not there. */
enum wd_status
wd__parse_symbol(struct parser *p, char symbol);

enum wd_status
wd__parse_word(struct parser *p, const char *word);

/* Goes past a name, bare or quoted. */
enum wd_status
wd__parse_name(struct parser *p, const char **out_name);

enum wd_status
wd__parse_add(struct parser *p, struct list *list,
              const struct wd_syntax *item);

/* A node over operands (or NULL), counted against the caps. */
enum wd_status
wd__parse_node(struct parser *p, enum wd_syntax_kind kind, size_t start,
               const struct list *operands, struct wd_syntax **out);

enum wd_status
wd__parse_operation(struct parser *p, enum wd_function function, size_t start,
                    const struct list *operands, struct wd_syntax **out);

enum wd_status
wd__parse_expression(struct parser *p, const struct wd_syntax **out);

/* An operand of a comparison. */
enum wd_status
wd__parse_operand(struct parser *p, const struct wd_syntax **out);

/* A call of a function by name over one or two operands (b may be NULL). */
enum wd_status
wd__parse_call_of(struct parser *p, const char *name, size_t start,
                  const struct wd_syntax *a, const struct wd_syntax *b,
                  const struct wd_syntax **out);

/* `name(…)` and what may follow a call, at the name. */
enum wd_status
wd__parse_call(struct parser *p, const struct wd_syntax **out);

/* Expressions with commas between, up to and with the closing bracket. */
enum wd_status
wd__parse_list(struct parser *p, struct list *list);

/* A literal that begins with the current token: a number, a string or binary,
 * null or a boolean, `date '…'` and `timestamp '…'`, `interval …`. */
enum wd_status
wd__parse_number(struct parser *p, const struct wd_syntax **out);

enum wd_status
wd__parse_text(struct parser *p, const struct wd_syntax **out);

enum wd_status
wd__parse_word_literal(struct parser *p, const struct wd_syntax **out);

enum wd_status
wd__parse_date(struct parser *p, bool date, const struct wd_syntax **out);

enum wd_status
wd__parse_interval(struct parser *p, const struct wd_syntax **out);

/* A cast of an operand to the type at the current token; `in_cast`: brackets
 * after it are a part of it. */
enum wd_status
wd__parse_cast_of(struct parser *p, size_t start,
                  const struct wd_syntax *operand, bool try_cast, bool in_cast,
                  const struct wd_syntax **out);

/* `cast(x as type)`, `try_cast(…)`, at the word. */
enum wd_status
wd__parse_cast(struct parser *p, const struct wd_syntax **out);

/* Whether a type and a text of it begin here, and what it is. */
bool
wd__at_typed_text(const struct parser *p);

enum wd_status
wd__parse_typed_text(struct parser *p, const struct wd_syntax **out);

/* A value, with the casts that follow it. */
enum wd_status
wd__parse_postfix(struct parser *p, const struct wd_syntax **out);

#endif
