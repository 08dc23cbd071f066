/* Syntax to typed expressions: names are resolved against a schema, implicit
 * casts become nodes, literals take the types that they are used with.
 * Rules: docs/expressions.md. What comes out lives in the arena; literals'
 * texts stay in the syntax's. */
#ifndef WD_PLAN_TYPING_H
#define WD_PLAN_TYPING_H

#include "plan/plan.h"

/* Nodes of one expression, written out. */
#define WD_EXPRESSION_SIZE 32768u

/* Collects the aggregate calls of the measures of one aggregation. */
struct wd_aggregation {
  const struct wd_schema *keys;       /* usable outside of the calls, by name */
  const struct wd_expression *filter; /* of the current measure, or NULL */
  uint32_t count;
  uint32_t capacity;
  struct wd_measure *measures;
};

/* How calls of registered functions are bound. */
struct wd_named_binder {
  void *env;
  const struct wd_registry *functions; /* NULL: there are none */
  enum wd_status (*bind)(void *env, const struct wd_named *function,
                         const struct wd_schema *input,
                         const struct wd_constant *constants,
                         uint32_t constant_count,
                         struct wd_named_call *out_call);
};

struct wd_scope {
  const struct wd_schema *left;
  const struct wd_schema *right;      /* of a join's condition, else NULL */
  struct wd_aggregation *aggregation; /* NULL: aggregate calls are refused */
  const struct wd_parameters *parameters; /* or NULL */
  const struct wd_named_binder *named;    /* or NULL */
  bool windows;                           /* calls over windows are allowed */
  int64_t now; /* microseconds since 1970: what now() is */
};

/* Columns of `right` count on after those of `left`. With an aggregation,
 * calls of aggregates are appended to it and stand as columns after its keys.
 * WD_INVALID_PLAN or WD_TYPE_MISMATCH, with the text and a caret. */
enum wd_status
wd_expression_make(const struct wd_syntax *syntax, const struct wd_scope *scope,
                   struct wd_arena *arena,
                   const struct wd_expression **out_expression,
                   struct wd_error *error);

/* For a call of a table function, `f(x, y)` or `outer(f(x, y))`, alone: makes
 * the expression of its rows, a list of structs. *out_is false for all else. */
enum wd_status
wd_expression_make_rows(const struct wd_syntax *syntax,
                        const struct wd_scope *scope, struct wd_arena *arena,
                        bool *out_is, bool *out_outer,
                        const struct wd_expression **out_expression,
                        struct wd_error *error);

/* The field of a struct. */
enum wd_status
wd_expression_make_field(const struct wd_expression *expression, uint32_t field,
                         struct wd_arena *arena,
                         const struct wd_expression **out_expression,
                         struct wd_error *error);

/* As wd_expression_make; the expression must be boolean (or null). `what`
 * names it in the error: `a filter`. */
enum wd_status
wd_expression_make_predicate(const struct wd_syntax *syntax,
                             const struct wd_scope *scope, const char *what,
                             struct wd_arena *arena,
                             const struct wd_expression **out_expression,
                             struct wd_error *error);

/* What sorts and groups as an expression does: the key of a named type's own
 * order (of the kind WD_EXPR_NAMED), what other named types are stored as, and
 * others as they are. */
enum wd_status
wd_expression_make_ordered(const struct wd_expression *expression,
                           const struct wd_scope *scope, struct wd_arena *arena,
                           const struct wd_expression **out_key,
                           struct wd_error *error);

/* The columns of two schemas after each other. */
enum wd_status
wd_schema_concat(const struct wd_schema *left, const struct wd_schema *right,
                 struct wd_arena *arena, struct wd_schema *out_schema,
                 struct wd_error *error);

/* A column as an expression. */
enum wd_status
wd_expression_make_column(const struct wd_schema *schema, uint32_t column,
                          struct wd_arena *arena,
                          const struct wd_expression **out_expression,
                          struct wd_error *error);

/* A string as a literal; the text is not copied. */
enum wd_status
wd_expression_make_text(const char *text, struct wd_arena *arena,
                        const struct wd_expression **out_expression,
                        struct wd_error *error);

/* A call over expressions of the right types. */
enum wd_status
wd_expression_make_call(enum wd_function function, uint32_t count,
                        const struct wd_expression *const *arguments,
                        struct wd_arena *arena,
                        const struct wd_expression **out_expression,
                        struct wd_error *error);

/* Cast to a type, if it has not got it. */
enum wd_status
wd_expression_make_cast(const struct wd_expression *expression,
                        const struct wd_type *type, struct wd_arena *arena,
                        const struct wd_expression **out_expression,
                        struct wd_error *error);

/* Appends a measure. */
enum wd_status
wd_aggregation_add(struct wd_aggregation *aggregation,
                   const struct wd_measure *measure, struct wd_arena *arena,
                   struct wd_error *error);

/* Finds a column by its name, exactly or with case folded. WD_INVALID_PLAN
 * lists what there is, and suggests; `where` says whose columns they are. */
enum wd_status
wd_schema_column(const struct wd_schema *schema, const char *where,
                 const char *name, uint32_t *out_column,
                 struct wd_error *error);

/* ", " between the names of a schema's columns, the last ones left out when
 * the list gets long. Returns text. */
const char *
wd_schema_names(const struct wd_schema *schema, char *text, size_t size);

#endif
