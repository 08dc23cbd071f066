/* The syntax tree itself: of the parser, the printer and the typing only. */
#ifndef WD_PLAN_SYNTAX_TREE_H
#define WD_PLAN_SYNTAX_TREE_H

#include "plan/literal.h"
#include "plan/source.h"
#include "plan/syntax.h"

#define WD_SYNTAX_BYTES 65536u
#define WD_SYNTAX_NODES 4096u
#define WD_SYNTAX_DEPTH 200u

enum wd_syntax_kind {
  WD_SYNTAX_STAR,      /* columns to leave out, then aliases that replace */
  WD_SYNTAX_ALIAS,     /* operand under a name; below a star only */
  WD_SYNTAX_PARAMETER, /* name */
  WD_SYNTAX_COLUMN,    /* side, name */
  WD_SYNTAX_LITERAL,   /* type, literal */
  WD_SYNTAX_OPERATOR,  /* function over operands; and, or, concat take many */
  WD_SYNTAX_CALL,      /* name over operands; star: count(*) */
  WD_SYNTAX_WINDOW,    /* the same, over a window */
  WD_SYNTAX_CAST,      /* operand to type */
  WD_SYNTAX_CASE,      /* [subject], condition, value, …, [else] */
  WD_SYNTAX_FIELD,     /* the field `name` of the operand */
  WD_SYNTAX_IN,        /* the first in the others */
  WD_SYNTAX_BETWEEN,   /* the first between the second and the third */
  WD_SYNTAX_LAMBDA,    /* operand of variables; in a call only */
  WD_SYNTAX_NAMED,     /* operand as the argument `name`; in a call only */
  WD_SYNTAX_TYPED,     /* an expression that is typed already; no text */
};

enum wd_syntax_side { WD_SIDE_NONE, WD_SIDE_LEFT, WD_SIDE_RIGHT };

struct wd_syntax {
  enum wd_syntax_kind kind;
  enum wd_function function;
  enum wd_syntax_side side;
  bool integer_divide; /* `//`, whose function is divide too */
  bool negated;        /* not in, not between, not like */
  bool distinct;
  bool star;
  bool try_cast;
  bool quoted; /* a column written "…" */
  bool has_subject;
  bool has_else;
  uint32_t depth;
  size_t start;                   /* in the source */
  const struct wd_source *source; /* NULL: it was never a text */
  const char *name;
  uint32_t name_count; /* of a lambda's variables */
  const char *const *names;
  const struct wd_window_shape *window; /* of a call; NULL: none */
  struct wd_type type;
  struct wd_literal literal;
  const struct wd_expression *typed;
  uint32_t count;
  const struct wd_syntax *const *operands;
};

/* How tightly things bind, loosest first. */
enum wd_level {
  WD_LEVEL_OR,
  WD_LEVEL_AND,
  WD_LEVEL_NOT,
  WD_LEVEL_COMPARE,
  WD_LEVEL_OPERAND, /* of a comparison */
  WD_LEVEL_BIT_OR = WD_LEVEL_OPERAND,
  WD_LEVEL_BIT_AND,
  WD_LEVEL_SHIFT,
  WD_LEVEL_CONCAT,
  WD_LEVEL_ADD,
  WD_LEVEL_MULTIPLY,
  WD_LEVEL_UNARY,
  WD_LEVEL_PRIMARY,
};

/* Whether a - b - c is (a - b) - c: what a chain is not. */
static inline bool
wd_level_is_left(enum wd_level level)
{
  return (level >= WD_LEVEL_BIT_OR && level < WD_LEVEL_CONCAT) ||
         level == WD_LEVEL_ADD || level == WD_LEVEL_MULTIPLY;
}

/* What follows on the arguments of a call; `item` prints one operand. */
void
wd_window_print(const struct wd_window_shape *window,
                void (*item)(void *env, uint32_t index, enum wd_level least),
                void *env, struct wd_buf *buf);

/* `x -> ` or `(x, y) -> `. */
void
wd_lambda_print(const char *const *names, uint32_t count, struct wd_buf *buf);

/* How a function is written as an operator: its sign and level; NULL when it
 * is not. Divide is `/`. */
const char *
wd_operator_sign(enum wd_function function, enum wd_level *out_level);

/* The field of an extract, `year`; NULL for other functions. */
const char *
wd_extract_field(enum wd_function function);

#endif
