/* What the files of the typing share. */
#ifndef WD_PLAN_TYPER_H
#define WD_PLAN_TYPER_H

#include "plan/coerce.h"
#include "plan/syntax_tree.h"
#include "plan/typing.h"

/* A variable of a lambda whose body is typed; inner ones come first. */
struct variable {
  const struct variable *outer;
  const char *name;
  const struct wd_expression *expression;
};

struct typer {
  struct wd_scope scope;
  const struct variable *variables; /* NULL: none */
  uint32_t *variable_count;         /* made so far in this expression */
  struct wd_arena *arena;
  struct wd_error *error;
};

/* An expression and where it was written. */
struct typed {
  const struct wd_expression *expression;
  const struct wd_syntax *syntax;
};

enum wd_status
wd__type(struct typer *typer, const struct wd_syntax *syntax,
         const struct wd_expression **out);

/* A column, or a variable of a lambda; a parameter. */
enum wd_status
wd__type_column(struct typer *typer, const struct wd_syntax *syntax,
                const struct wd_expression **out);

enum wd_status
wd__type_parameter(struct typer *typer, const struct wd_syntax *syntax,
                   const struct wd_expression **out);

enum wd_status
wd__type_operands(struct typer *typer, const struct wd_syntax *syntax,
                  struct typed **out_operands);

/* `i64, string`, as far as there is room; returns text. */
const char *
wd__operand_types(uint32_t count, const struct typed *operands, char *text,
                  size_t size);

/* A function over operands that are still to be cast to what it takes. */
enum wd_status
wd__type_function(struct typer *typer, const struct wd_syntax *syntax,
                  enum wd_function function, uint32_t count,
                  struct typed *operands, const struct wd_expression **out);

/* An aggregate's call, as a column of the aggregation. */
enum wd_status
wd__type_aggregate(struct typer *typer, const struct wd_syntax *syntax,
                   enum wd_aggregate_function function,
                   const struct wd_expression **out);

/* Checks an aggregate's call, casts its arguments to what it takes and says
 * what it gives. */
enum wd_status
wd__type_measured(struct typer *typer, const struct wd_syntax *syntax,
                  enum wd_aggregate_function function, struct typed *operands,
                  struct wd_type *out_type, bool *out_nullable);

/* A function that the program registered; NULL: there is none of that name. */
const struct wd_named *
wd__find_named(const struct typer *typer, const char *name);

enum wd_status
wd__type_named(struct typer *typer, const struct wd_syntax *syntax,
               const struct wd_named *function,
               const struct wd_expression **out);

/* The same over arguments that are typed; they have these names. */
enum wd_status
wd__type_named_over(struct typer *typer, const struct wd_named *function,
                    uint32_t count, struct typed *operands, const char **names,
                    const struct wd_expression **out);

/* An aggregate of the program's as a measure, whose filter is set; `rows` knows
 * no aggregates. */
enum wd_status
wd__type_named_measure(struct typer *rows, const struct wd_syntax *syntax,
                       const struct wd_named *function,
                       struct wd_measure *measure);

/* The same over a window, of operands that are typed: fills in what is called,
 * and what it gives. */
enum wd_status
wd__type_named_window(struct typer *typer, const struct wd_syntax *syntax,
                      const struct wd_named *function, struct typed *operands,
                      struct wd_expression *node);

enum wd_status
wd__type_named_aggregate(struct typer *typer, const struct wd_syntax *syntax,
                         const struct wd_named *function,
                         const struct wd_expression **out);

/* A function with WD_RULE_NESTED: of lambdas, or that makes structs. */
enum wd_status
wd__type_nested(struct typer *typer, const struct wd_syntax *syntax,
                enum wd_function function, const struct wd_expression **out);

/* The value of an array's row. */
enum wd_status
wd__type_value(struct typer *typer, const struct wd_syntax *syntax,
               const struct wd_array *array, uint32_t row,
               const struct wd_expression **out);

enum wd_status
wd__check_arity(struct typer *typer, const struct wd_syntax *syntax,
                enum wd_function function, uint32_t count);

/* A call over a window. */
enum wd_status
wd__type_window(struct typer *typer, const struct wd_syntax *syntax,
                const struct wd_expression **out);

/* Named types (typing_type.c). */

/* What a name in a cast means. */
enum wd_status
wd__type_resolve(struct typer *typer, const struct wd_syntax *syntax,
                 const struct wd_type *named, struct wd_type *out_type);

/* A cast from or to a named type that is written, or implied. */
enum wd_status
wd__cast_named(struct typer *typer, struct typed *operand,
               const struct wd_type *type);

/* An operand that is compared: the key of a named type's own order in its
 * place, or what it is stored as. Others stay. */
enum wd_status
wd__type_ordered(struct typer *typer, struct typed *operand);

/* Calls the overload of an operator or a function of the language for operands
 * of named types, *out then; or makes the operands what it takes. Names without
 * a registered type count as what they are stored as. */
enum wd_status
wd__type_overload(struct typer *typer, const struct wd_syntax *syntax,
                  enum wd_function function, uint32_t count,
                  struct typed *operands, const struct wd_expression **out);

/* The overload for the operands, which are cast to what it takes. NULL: none.
 */
enum wd_status
wd__find_overload(struct typer *typer, const struct wd_named *first,
                  uint32_t count, struct typed *operands,
                  const struct wd_named **out_function);

/* Operands of types that nobody registered become what they are stored as. */
enum wd_status
wd__type_forget(struct typer *typer, uint32_t count, struct typed *operands);

/* Whether an aggregate of the language takes operands of named types; what
 * orders others becomes a key. */
enum wd_status
wd__type_measured_named(struct typer *typer, const struct wd_syntax *syntax,
                        enum wd_aggregate_function function, uint32_t count,
                        struct typed *operands);

/* By a named type's own order: the least becomes that by a key, for which
 * `operands` has room. */
enum wd_status
wd__type_measure_ordered(struct typer *typer, const struct wd_syntax *syntax,
                         enum wd_aggregate_function *function, uint32_t *count,
                         struct typed *operands);

/* An error where that would be needed and cannot be. */
enum wd_status
wd__type_unordered(struct typer *typer, const struct wd_syntax *syntax,
                   enum wd_aggregate_function function, uint32_t count,
                   const struct typed *operands);

/* The overloads of an aggregate of the language; NULL: there are none. */
const struct wd_named *
wd__aggregate_overloads(const struct typer *typer, const char *name);

/* An overload as a measure, of operands that were cast to what it takes. */
enum wd_status
wd__type_overload_measure(struct typer *rows, const struct wd_syntax *syntax,
                          const struct wd_named *function, uint32_t count,
                          struct typed *operands, struct wd_measure *measure);

bool
wd__has_named(uint32_t count, const struct typed *operands);

/* What a literal counts as beside a type: itself, or a decimal of no more
 * digits than it has. */
struct wd_type
wd__literal_type(const struct wd_expression *literal,
                 const struct wd_type *beside);

/* Casts in place, implicitly: a literal takes the type if it can. */
enum wd_status
wd__cast(struct typer *typer, struct typed *operand,
         const struct wd_type *type);

/* Casts all to their common type. `verb`: what is done with them. */
enum wd_status
wd__unify(struct typer *typer, uint32_t count, struct typed *operands,
          const char *verb);

/* Casts to boolean; `what` names it in the error. */
enum wd_status
wd__make_boolean(struct typer *typer, struct typed *operand, const char *what);

/* A node over operands, its size counted. */
enum wd_status
wd__new_expression(struct typer *typer, const struct wd_syntax *syntax,
                   enum wd_expression_kind kind, uint32_t count,
                   const struct typed *operands, struct wd_expression **out);

bool
wd__is_soft(const struct wd_expression *expression);

#endif
