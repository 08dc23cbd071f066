/* Named types: what casts, comparisons, operators and aggregates mean for what
 * a program registered (docs/types.md). All of it becomes calls of its
 * functions, so that engines know nothing of it. */
#include <stdio.h>
#include <string.h>

#include "plan/aggregate_function.h"
#include "plan/signature.h"
#include "plan/typer.h"

static const struct wd_registry *
registry_of(const struct typer *typer)
{
  return typer->scope.named ? typer->scope.named->functions : NULL;
}

/* The type of an expression as it was registered; NULL: it has no name, or one
 * that nobody registered. */
static const struct wd_named_type *
registered(const struct typer *typer, const struct wd_type *type)
{
  const struct wd_registry *registry = registry_of(typer);
  const struct wd_named_type *known =
      registry && type->extension ? wd_registry_type(registry, type->extension)
                                  : NULL;

  return known && wd_type_alike(&known->type, type) ? known : NULL;
}

static bool
is_registered(const struct typer *typer, const struct wd_type *type)
{
  return registered(typer, type) != NULL;
}

bool
wd__has_named(uint32_t count, const struct typed *operands)
{
  for (uint32_t i = 0; i < count; i++)
    if (operands[i].expression->type.extension)
      return true;
  return false;
}

enum wd_status
wd__type_resolve(struct typer *typer, const struct wd_syntax *syntax,
                 const struct wd_type *named, struct wd_type *out_type)
{
  const struct wd_registry *registry = registry_of(typer);
  const struct wd_named_type *known =
      registry ? wd_registry_type(registry, named->extension) : NULL;
  char clean[100];

  /* Of a plan that was written, which says all of it. */
  if (named->id != WD_TYPE_NULL)
    return WD_OK;
  if (known) {
    *out_type = known->type;
    return WD_OK;
  }
  return wd_source_fail(
      syntax->source, syntax->start, WD_INVALID_PLAN, typer->error,
      "unknown type '%s': neither one of the language (such as i64, string, "
      "decimal(10,2)) nor registered",
      wd_text_clean(clean, sizeof clean, named->extension,
                    strlen(named->extension)));
}

/* The same value under another name; a literal is one of that type. */
static enum wd_status
retype(struct typer *typer, struct typed *operand, const struct wd_type *type)
{
  const struct wd_expression *from = operand->expression;
  bool literal = from->kind == WD_EXPR_LITERAL;
  struct wd_expression *node;
  enum wd_status status;

  if (wd_type_equal(&from->type, type))
    return WD_OK;
  status = wd__new_expression(typer, operand->syntax,
                              literal ? WD_EXPR_LITERAL : WD_EXPR_CAST,
                              literal ? 0 : 1, operand, &node);
  if (status != WD_OK)
    return status;
  node->literal = from->literal;
  node->said = literal;
  node->type = *type;
  node->nullable = from->nullable;
  operand->expression = node;
  return WD_OK;
}

static enum wd_status
to_storage(struct typer *typer, struct typed *operand)
{
  struct wd_type storage = wd_type_storage(&operand->expression->type);

  return retype(typer, operand, &storage);
}

/* Calls an operation of a type; *out_has false: the type has none, and nothing
 * was done. */
static enum wd_status
call_operation(struct typer *typer, const struct wd_named_type *type,
               const struct wd_named *operation, struct typed *operand,
               bool *out_has)
{
  const char *names[] = {NULL};
  enum wd_status status;

  *out_has = type && type->has_operations;
  if (!*out_has)
    return WD_OK;
  status = wd__type_named_over(typer, operation, 1, operand, names,
                               &operand->expression);
  if (status != WD_UNSUPPORTED)
    return status;
  wd_error_clear(typer->error);
  *out_has = false;
  return WD_OK;
}

static enum wd_status
fail_cast(struct typer *typer, const struct typed *operand,
          const struct wd_type *type)
{
  const struct wd_type *from = &operand->expression->type;
  const struct wd_type storage = wd_type_storage(from->extension ? from : type);
  char a[96], b[96], stored[200];

  return wd_source_fail(
      operand->syntax->source, operand->syntax->start, WD_TYPE_MISMATCH,
      typer->error, "%s cannot be cast to %s; %s is cast %s text and %s %s",
      wd_type_text(from, a, sizeof a), wd_type_text(type, b, sizeof b),
      from->extension ? a : b, from->extension ? "to" : "from",
      from->extension ? "to" : "from",
      wd_type_text(&storage, stored, sizeof stored));
}

/* From a named type. */
static enum wd_status
cast_from(struct typer *typer, struct typed *operand,
          const struct wd_type *type)
{
  const struct wd_named_type *known =
      registered(typer, &operand->expression->type);
  const struct wd_type storage = wd_type_storage(&operand->expression->type);
  bool text = type->id == WD_TYPE_STRING && !type->extension, has = false;
  enum wd_status status = WD_OK;

  if (text)
    status = call_operation(typer, known, known ? &known->to_text : NULL,
                            operand, &has);
  if (status != WD_OK || has)
    return status;
  if (!wd_type_alike(&storage, type) && !text && known)
    return fail_cast(typer, operand, type);
  if (!wd_type_castable(&storage, type))
    return fail_cast(typer, operand, type);
  status = to_storage(typer, operand);
  return status == WD_OK ? wd__cast(typer, operand, type) : status;
}

enum wd_status
wd__cast_named(struct typer *typer, struct typed *operand,
               const struct wd_type *type)
{
  const struct wd_expression *from = operand->expression;
  const struct wd_named_type *known = registered(typer, type);
  const struct wd_type storage = wd_type_storage(type);
  bool has = false;
  enum wd_status status = WD_OK;

  if (wd_type_alike(&from->type, type) || from->type.id == WD_TYPE_NULL ||
      (from->kind == WD_EXPR_LITERAL && from->literal.null))
    return retype(typer, operand, type);
  if (from->type.extension)
    return type->extension ? fail_cast(typer, operand, type)
                           : cast_from(typer, operand, type);
  if (from->type.id == WD_TYPE_STRING)
    status = call_operation(typer, known, known ? &known->from_text : NULL,
                            operand, &has);
  if (status != WD_OK || has)
    return status;
  if (!wd_type_alike(&from->type, &storage) &&
      !wd_type_castable(&from->type, &storage))
    return fail_cast(typer, operand, type);
  if (!wd_type_alike(&from->type, &storage))
    status = wd__cast(typer, operand, &storage);
  return status == WD_OK ? retype(typer, operand, type) : status;
}

enum wd_status
wd__type_ordered(struct typer *typer, struct typed *operand)
{
  const struct wd_type *type = &operand->expression->type;
  const struct wd_named_type *known = registered(typer, type);
  bool has = false;
  enum wd_status status = WD_OK;

  if (!type->extension)
    return WD_OK;
  status = call_operation(typer, known, known ? &known->sort_keys : NULL,
                          operand, &has);
  return status == WD_OK && !has ? to_storage(typer, operand) : status;
}

/* Whether one of an overload's arguments takes an operand. */
static bool
takes(const struct typer *typer, const struct wd_type *wanted,
      const struct wd_expression *operand)
{
  const struct wd_signature_operand given = {
      operand->type, wd__is_soft(operand) ? &operand->literal : NULL};

  if (wanted->extension)
    return wd_type_alike(&operand->type, wanted) ||
           (wd__is_soft(operand) &&
            (operand->type.id == WD_TYPE_STRING || operand->literal.null)) ||
           operand->type.id == WD_TYPE_NULL;
  return !is_registered(typer, &operand->type) &&
         wd_signature_takes(&given, wanted);
}

static bool
fits(const struct typer *typer, const struct wd_named *function, uint32_t count,
     const struct typed *operands)
{
  uint32_t said = function->arguments.count;
  bool good = function->variadic ? count + 1 >= said : count == said;

  for (uint32_t i = 0; good && i < count; i++)
    good = takes(typer, wd_named_argument(function, i), operands[i].expression);
  return good;
}

enum wd_status
wd__find_overload(struct typer *typer, const struct wd_named *first,
                  uint32_t count, struct typed *operands,
                  const struct wd_named **out_function)
{
  enum wd_status status = WD_OK;

  while (first && !fits(typer, first, count, operands))
    first = first->overload;
  *out_function = first;
  for (uint32_t i = 0; first && status == WD_OK && i < count; i++)
    status = wd__cast(typer, &operands[i], wd_named_argument(first, i));
  return status;
}

static const struct wd_named *
overloads_of(const struct typer *typer, enum wd_function function)
{
  const struct wd_registry *registry = registry_of(typer);
  enum wd_level level;
  const char *sign =
      function == WD_FN_NEGATE ? "-" : wd_operator_sign(function, &level);
  const char *name = wd_function_name(function);
  const struct wd_named *first = NULL;

  if (registry && sign)
    first = wd_registry_overloads(registry, sign, strlen(sign));
  return registry && !first
             ? wd_registry_overloads(registry, name, strlen(name))
             : first;
}

static enum wd_status
fail_operands(struct typer *typer, const struct wd_syntax *syntax,
              enum wd_function function, uint32_t count,
              const struct typed *operands)
{
  enum wd_level level;
  const char *sign = wd_operator_sign(function, &level);
  const char *name = sign ? sign : wd_function_name(function);
  char types[200];

  return wd_source_fail(
      syntax->source, syntax->start, WD_TYPE_MISMATCH, typer->error,
      "%s does not take (%s): no function of that name is "
      "registered for these types",
      name, wd__operand_types(count, operands, types, sizeof types));
}

/* What the language does with values whatever they are. */
static bool
takes_anything(enum wd_function function)
{
  switch (wd_function_rule(function)) {
  case WD_RULE_COMPARE:
  case WD_RULE_DISTINCT:
  case WD_RULE_IS_NULL:
    return true;
  default:
    return function == WD_FN_COALESCE || function == WD_FN_LIST_OF ||
           function == WD_FN_LIST_APPEND;
  }
}

static bool
is_comparison(enum wd_function function)
{
  return wd_function_rule(function) == WD_RULE_COMPARE ||
         wd_function_rule(function) == WD_RULE_DISTINCT;
}

/* Of types that nobody registered: their storage. */
enum wd_status
wd__type_forget(struct typer *typer, uint32_t count, struct typed *operands)
{
  enum wd_status status = WD_OK;

  for (uint32_t i = 0; status == WD_OK && i < count; i++)
    if (!is_registered(typer, &operands[i].expression->type))
      status = to_storage(typer, &operands[i]);
  return status;
}

enum wd_status
wd__type_overload(struct typer *typer, const struct wd_syntax *syntax,
                  enum wd_function function, uint32_t count,
                  struct typed *operands, const struct wd_expression **out)
{
  const struct wd_named *found;
  const char **names = wd_arena_array(typer->arena, count, sizeof *names);
  enum wd_status status = WD_OK;

  *out = NULL;
  if (!wd__has_named(count, operands))
    return WD_OK;
  if (!names)
    return wd_fail_memory(typer->error);
  status = wd__find_overload(typer, overloads_of(typer, function), count,
                             operands, &found);
  if (status == WD_OK && found)
    return wd__type_named_over(typer, found, count, operands, names, out);
  if (status == WD_OK && !takes_anything(function))
    status = wd__type_forget(typer, count, operands);
  if (status != WD_OK || !wd__has_named(count, operands))
    return status;
  if (!takes_anything(function))
    return fail_operands(typer, syntax, function, count, operands);
  if (is_comparison(function))
    status = wd__unify(typer, count, operands, "compare");
  for (uint32_t i = 0; is_comparison(function) && status == WD_OK && i < count;
       i++)
    status = wd__type_ordered(typer, &operands[i]);
  return status;
}

static enum wd_status
fail_measure(struct typer *typer, const struct wd_syntax *syntax,
             enum wd_aggregate_function function, const struct wd_type *type)
{
  char text[96];

  return wd_source_fail(
      syntax->source, syntax->start, WD_TYPE_MISMATCH, typer->error,
      "%s does not take %s: no aggregate of that name is registered for it",
      wd_aggregate_name(function), wd_type_text(type, text, sizeof text));
}

/* The least is that by its key, and keys are what is distinct. */
enum wd_status
wd__type_measure_ordered(struct typer *typer, const struct wd_syntax *syntax,
                         enum wd_aggregate_function *function, uint32_t *count,
                         struct typed *operands)
{
  bool extreme = *function == WD_AGG_MIN || *function == WD_AGG_MAX;
  struct typed key;
  enum wd_status status;

  if (*count == 0 || !is_registered(typer, &operands[0].expression->type))
    return WD_OK;
  key = operands[0];
  status = wd__type_ordered(typer, &key);
  if (status != WD_OK)
    return status;
  if (key.expression->kind != WD_EXPR_NAMED) /* as it is stored */
    return WD_OK;
  if (*function == WD_AGG_COUNT || *function == WD_AGG_APPROX_COUNT_DISTINCT) {
    operands[0] = key;
    return WD_OK;
  }
  if (!extreme)
    return syntax->distinct || *function == WD_AGG_MODE
               ? fail_measure(typer, syntax, *function,
                              &operands[0].expression->type)
               : WD_OK;
  *function = *function == WD_AGG_MIN ? WD_AGG_MIN_BY : WD_AGG_MAX_BY;
  *count = 2;
  operands[1] = key;
  return WD_OK;
}

enum wd_status
wd__type_measured_named(struct typer *typer, const struct wd_syntax *syntax,
                        enum wd_aggregate_function function, uint32_t count,
                        struct typed *operands)
{
  enum wd_aggregate_rule rule = wd_aggregate_rule(function);
  enum wd_status status = WD_OK;

  for (uint32_t i = 1; status == WD_OK && i < count; i++)
    status = wd__type_ordered(typer, &operands[i]);
  if (status != WD_OK || count == 0 ||
      !operands[0].expression->type.extension || rule == WD_AGG_RULE_SAME ||
      rule == WD_AGG_RULE_COUNT ||
      (rule == WD_AGG_RULE_LIST && function != WD_AGG_COLLECT_SET))
    return status;
  if (!is_registered(typer, &operands[0].expression->type))
    return to_storage(typer, &operands[0]);
  return fail_measure(typer, syntax, function, &operands[0].expression->type);
}

enum wd_status
wd__type_unordered(struct typer *typer, const struct wd_syntax *syntax,
                   enum wd_aggregate_function function, uint32_t count,
                   const struct typed *operands)
{
  enum wd_aggregate_function changed = function;
  struct typed copy[2];
  const struct wd_expression *first;
  enum wd_status status;

  if (count != 1)
    return WD_OK;
  copy[0] = operands[0];
  first = copy[0].expression;
  status = wd__type_measure_ordered(typer, syntax, &changed, &count, copy);
  if (status != WD_OK || (changed == function && copy[0].expression == first))
    return status;
  return wd_source_fail(syntax->source, syntax->start, WD_UNSUPPORTED,
                        typer->error,
                        "%s over a window knows no order of a registered type: "
                        "take first_value over rows that are ordered by it",
                        wd_aggregate_name(function));
}

enum wd_status
wd_expression_make_ordered(const struct wd_expression *expression,
                           const struct wd_scope *scope, struct wd_arena *arena,
                           const struct wd_expression **out_key,
                           struct wd_error *error)
{
  static const struct wd_syntax none = {.kind = WD_SYNTAX_TYPED};
  uint32_t variables = 0;
  struct typer typer = {.scope = *scope,
                        .variable_count = &variables,
                        .arena = arena,
                        .error = error};
  struct typed typed = {expression, &none};
  enum wd_status status = wd__type_ordered(&typer, &typed);

  *out_key = typed.expression;
  return status;
}

const struct wd_named *
wd__aggregate_overloads(const struct typer *typer, const char *name)
{
  const struct wd_registry *registry = registry_of(typer);
  const struct wd_named *first =
      registry ? wd_registry_overloads(registry, name, strlen(name)) : NULL;

  return first && first->kind == WD_NAMED_AGGREGATE ? first : NULL;
}
