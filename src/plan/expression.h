/* Typed expressions: what engines lower.
 *
 * Immutable, in the arena of the plan. Operand types are already what the
 * function takes (casts are nodes of their own), so that an engine only has
 * to write what stands here. The text language and the typing are in
 * syntax.h and typing.h.
 */
#ifndef WD_PLAN_EXPRESSION_H
#define WD_PLAN_EXPRESSION_H

#include "plan/call_options.h"
#include "plan/function.h"

enum wd_expression_kind {
  WD_EXPR_COLUMN,   /* column: index in the input schema; joins: left, right */
  WD_EXPR_LITERAL,  /* literal */
  WD_EXPR_CALL,     /* function over arguments */
  WD_EXPR_CAST,     /* arguments[0] to type; try_cast: null on failure */
  WD_EXPR_CASE,     /* condition, value, …, [else]; no else: null */
  WD_EXPR_FIELD,    /* column: index of a field of arguments[0] */
  WD_EXPR_IN,       /* arguments[0] in the others */
  WD_EXPR_WINDOW,   /* window over arguments; in a project's columns only */
  WD_EXPR_LAMBDA,   /* arguments[0] of variables; of functions of lists only */
  WD_EXPR_VARIABLE, /* column: its number; in a lambda */
  WD_EXPR_NAMED,    /* a function that the program registered: named */
  WD_EXPR_SUBQUERY, /* subquery; filters and projects only */
  WD_EXPR_OUTER,    /* column of the row around the subquery `around` */
};

struct wd_plan_node;
struct wd_expression;

enum wd_subquery_kind {
  WD_SUBQUERY_SCALAR, /* its one column of at most one row; none: null */
  WD_SUBQUERY_EXISTS, /* whether there is a row; never null */
  WD_SUBQUERY_IN,     /* whether the arguments are a row; three values */
  WD_SUBQUERY_ANY,    /* whether `comparison` holds for some row */
  WD_SUBQUERY_ALL,    /* whether it holds for each */
};

/* A query for each row of the node whose expression it is in. */
struct wd_subquery {
  enum wd_subquery_kind kind;
  enum wd_function comparison; /* of any and all */
  uint32_t number;             /* of the plan's subqueries, from 1 */
  const struct wd_plan_node *query;
  /* Which columns of the row around it are looked at, by the subquery or by
   * others in it. */
  uint32_t outer_count;
  const uint32_t *outer;
};

/* Which rows around a row a window function sees. */
enum wd_frame_unit {
  WD_FRAME_NONE, /* all of the partition, with keys up to the row's peers */
  WD_FRAME_ROWS,
  WD_FRAME_RANGE,
  WD_FRAME_GROUPS,
};

enum wd_frame_end_kind {
  WD_FRAME_UNBOUNDED_PRECEDING,
  WD_FRAME_PRECEDING, /* by an offset */
  WD_FRAME_CURRENT_ROW,
  WD_FRAME_FOLLOWING, /* by an offset */
  WD_FRAME_UNBOUNDED_FOLLOWING,
};

struct wd_frame {
  enum wd_frame_unit unit;
  enum wd_frame_end_kind start, end;
};

static inline bool
wd_frame_has_offset(enum wd_frame_end_kind kind)
{
  return kind == WD_FRAME_PRECEDING || kind == WD_FRAME_FOLLOWING;
}

struct wd_window_key {
  bool descending;
  bool nulls_first;
};

/* What stands after a call's name: its operands are the arguments, the filter,
 * what partitions, the keys, and the offsets of the frame's ends. */
struct wd_window_shape {
  uint32_t arguments;
  bool has_filter;
  bool ignore_nulls;
  bool over; /* false: only a filter */
  uint32_t partitions;
  uint32_t keys;
  const struct wd_window_key *sorts; /* one for each key */
  struct wd_frame frame;
};

struct wd_window {
  struct wd_window_shape shape; /* over is true */
  bool aggregate;               /* which of the two functions counts */
  bool distinct;
  enum wd_window_function function;
  enum wd_aggregate_function aggregate_function;
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
      int32_t months, days;
      int64_t microseconds;
    } interval;
    struct {
      const char *data;
      size_t length;
    } bytes; /* string, binary */
  } value;
};

struct wd_array;

/* Values of `$name`. */
struct wd_parameter {
  const char *name;
  struct wd_type type;
  struct wd_literal value;
  /* Its one row, of types that have no literals; else NULL. */
  const struct wd_array *array;
};

struct wd_parameters {
  uint32_t count;
  const struct wd_parameter *items;
  const struct wd_parameters *outer; /* bound earlier; the inner one wins */
  const struct wd_parameters *other; /* of the right side of a join */
};

/* The variables of a lambda, numbered on from the first; no two lambdas of an
 * expression share numbers. */
struct wd_variables {
  uint32_t first;
  uint32_t count;
  const char *const *names;
  bool unlike; /* of a reduce whose result is not of the elements' type */
};

struct wd_named_call; /* plan.h */

struct wd_expression {
  enum wd_expression_kind kind;
  struct wd_type type;
  bool nullable;
  uint32_t column;
  struct wd_literal literal;
  enum wd_function function;
  struct wd_call_options options; /* of a call */
  bool try_cast;
  const struct wd_window *window;
  const struct wd_variables *variables; /* of a lambda; a variable's lambda */
  const struct wd_named_call *named;
  const struct wd_subquery *subquery;
  uint32_t around; /* the number of a subquery */
  bool said; /* a literal of the type that was said: it adapts to no other */
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
