/* Typed expressions: what engines lower.
 *
 * Immutable, in the arena of the plan. Operand types are already what the
 * function takes (casts are nodes of their own), so that an engine only has
 * to write what stands here. The text language and the typing are in
 * syntax.h and typing.h.
 */
#ifndef WD_PLAN_EXPRESSION_H
#define WD_PLAN_EXPRESSION_H

#include "plan/function.h"

enum wd_expression_kind {
  WD_EXPR_COLUMN,  /* column: index in the input schema; joins: left, right */
  WD_EXPR_LITERAL, /* literal */
  WD_EXPR_CALL,    /* function over arguments */
  WD_EXPR_CAST,    /* arguments[0] to type; try_cast: null on failure */
  WD_EXPR_CASE,    /* condition, value, …, [else]; no else: null */
  WD_EXPR_IN,      /* arguments[0] in the others */
};

/* A value of a carried type; which member is meant follows from the type. */
struct wd_literal {
  bool null;
  union {
    bool boolean;
    int64_t integer;  /* signed integers, date (days), timestamp (unit) */
    uint64_t natural; /* unsigned integers */
    double real;      /* f32, f64 */
    __extension__ __int128 decimal; /* unscaled */
    struct {
      const char *data;
      size_t length;
    } bytes; /* string, binary */
  } value;
};

struct wd_expression {
  enum wd_expression_kind kind;
  struct wd_type type;
  bool nullable;
  uint32_t column;
  struct wd_literal literal;
  enum wd_function function;
  bool try_cast;
  uint32_t size; /* nodes, this one included, shared ones as often as used */
  uint32_t argument_count;
  const struct wd_expression *const *arguments;
};

/* Canonical text of an expression over a schema, for plans shown to people
 * and golden files: the language of syntax.h, fully parenthesised where
 * needed, names quoted where needed. */
void
wd_expression_print(const struct wd_expression *expression,
                    const struct wd_schema *schema, struct wd_buf *buf);

/* The same for a join's condition: names as `left.x` and `right.x`. */
void
wd_expression_print_join(const struct wd_expression *expression,
                         const struct wd_schema *left,
                         const struct wd_schema *right, struct wd_buf *buf);

#endif
