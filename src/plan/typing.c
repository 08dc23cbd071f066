#include "plan/typing.h"

#include <string.h>

#include "plan/typer.h"

static enum wd_status
fail(struct typer *typer, const struct wd_syntax *syntax, enum wd_status status,
     const char *message)
{
  return wd_source_fail(syntax->source, syntax->start, status, typer->error,
                        "%s", message);
}

enum wd_status
wd__new_expression(struct typer *typer, const struct wd_syntax *syntax,
                   enum wd_expression_kind kind, uint32_t count,
                   const struct typed *operands, struct wd_expression **out)
{
  struct wd_expression *node = wd_arena_alloc(typer->arena, sizeof *node);
  const struct wd_expression **arguments =
      wd_arena_array(typer->arena, count, sizeof *arguments);
  uint64_t size = 1;

  if (!node || !arguments)
    return wd_fail_memory(typer->error);
  for (uint32_t i = 0; i < count; i++) {
    arguments[i] = operands[i].expression;
    size += arguments[i]->size;
    node->nullable = node->nullable || arguments[i]->nullable;
  }
  if (size > WD_EXPRESSION_SIZE)
    return fail(typer, syntax, WD_LIMIT_EXCEEDED,
                "the expression is too large when 'case' and 'between' are "
                "written out");
  node->kind = kind;
  node->size = (uint32_t)size;
  node->argument_count = count;
  node->arguments = arguments;
  *out = node;
  return WD_OK;
}

/* Literals whose type follows from their use. */
bool
wd__is_soft(const struct wd_expression *expression)
{
  return expression->kind == WD_EXPR_LITERAL && !expression->said &&
         (expression->literal.null || expression->type.id == WD_TYPE_I64 ||
          expression->type.id == WD_TYPE_DECIMAL ||
          expression->type.id == WD_TYPE_STRING);
}

enum wd_status
wd__cast(struct typer *typer, struct typed *operand, const struct wd_type *type)
{
  const struct wd_expression *from = operand->expression;
  bool literal = from->kind == WD_EXPR_LITERAL;
  struct wd_literal value;
  struct wd_expression *node;
  enum wd_status status;

  if (wd_type_equal(&from->type, type))
    return WD_OK;
  if (from->type.extension || type->extension)
    return wd__cast_named(typer, operand, type);
  literal =
      literal && wd_literal_convert(&from->type, &from->literal, type, &value);
  status = wd__new_expression(typer, operand->syntax,
                              literal ? WD_EXPR_LITERAL : WD_EXPR_CAST,
                              literal ? 0 : 1, operand, &node);
  if (status != WD_OK)
    return status;
  if (literal)
    node->literal = value;
  node->type = *type;
  node->nullable = from->nullable;
  operand->expression = node;
  return WD_OK;
}

enum wd_status
wd__make_boolean(struct typer *typer, struct typed *operand, const char *what)
{
  struct wd_type boolean = wd_type_of(WD_TYPE_BOOL);
  enum wd_type_id id = operand->expression->type.id;
  char text[96];

  if (id != WD_TYPE_BOOL && id != WD_TYPE_NULL)
    return wd_source_fail(
        operand->syntax->source, operand->syntax->start, WD_TYPE_MISMATCH,
        typer->error, "%s must be boolean, not %s", what,
        wd_type_text(&operand->expression->type, text, sizeof text));
  return wd__cast(typer, operand, &boolean);
}

static enum wd_status
type_literal(struct typer *typer, const struct wd_syntax *syntax,
             const struct wd_expression **out)
{
  struct wd_expression *node;
  enum wd_status status =
      wd__new_expression(typer, syntax, WD_EXPR_LITERAL, 0, NULL, &node);

  if (status != WD_OK)
    return status;
  node->type = syntax->type;
  node->literal = syntax->literal;
  node->nullable = syntax->literal.null;
  *out = node;
  return WD_OK;
}

enum wd_status
wd__type_operands(struct typer *typer, const struct wd_syntax *syntax,
                  struct typed **out_operands)
{
  struct typed *operands =
      wd_arena_array(typer->arena, syntax->count, sizeof *operands);

  if (!operands)
    return wd_fail_memory(typer->error);
  for (uint32_t i = 0; i < syntax->count; i++) {
    enum wd_status status =
        wd__type(typer, syntax->operands[i], &operands[i].expression);

    if (status != WD_OK)
      return status;
    operands[i].syntax = syntax->operands[i];
  }
  *out_operands = operands;
  return WD_OK;
}

/* *expression made NOT of it. */
static enum wd_status
negate(struct typer *typer, const struct wd_syntax *syntax,
       const struct wd_expression **expression)
{
  struct typed operand = {*expression, syntax};

  return wd__type_function(typer, syntax, WD_FN_NOT, 1, &operand, expression);
}

static enum wd_status
type_operator(struct typer *typer, const struct wd_syntax *syntax,
              const struct wd_expression **out)
{
  struct typed *operands;
  enum wd_status status = wd__type_operands(typer, syntax, &operands);

  if (status == WD_OK)
    status = wd__type_function(typer, syntax, syntax->function, syntax->count,
                               operands, out);
  if (status == WD_OK && syntax->negated)
    status = negate(typer, syntax, out);
  return status;
}

static enum wd_status
type_between(struct typer *typer, const struct wd_syntax *syntax,
             const struct wd_expression **out)
{
  struct typed *operands, ends[2];
  enum wd_status status = wd__type_operands(typer, syntax, &operands);

  if (status != WD_OK)
    return status;
  for (int i = 0; i < 2 && status == WD_OK; i++) {
    struct typed pair[2] = {operands[0], operands[i + 1]};

    ends[i].syntax = operands[i + 1].syntax;
    status = wd__type_function(typer, syntax, i ? WD_FN_LTE : WD_FN_GTE, 2,
                               pair, &ends[i].expression);
  }
  if (status == WD_OK)
    status = wd__type_function(typer, syntax, WD_FN_AND, 2, ends, out);
  if (status == WD_OK && syntax->negated)
    status = negate(typer, syntax, out);
  return status;
}

static enum wd_status
type_in(struct typer *typer, const struct wd_syntax *syntax,
        const struct wd_expression **out)
{
  struct typed *operands;
  struct wd_expression *node;
  enum wd_status status = wd__type_operands(typer, syntax, &operands);

  if (status == WD_OK)
    status = wd__unify(typer, syntax->count, operands, "compare");
  for (uint32_t i = 0; status == WD_OK && i < syntax->count; i++)
    status = wd__type_ordered(typer, &operands[i]);
  if (status == WD_OK)
    status = wd__new_expression(typer, syntax, WD_EXPR_IN, syntax->count,
                                operands, &node);
  if (status != WD_OK)
    return status;
  node->type = wd_type_of(WD_TYPE_BOOL);
  *out = node;
  return syntax->negated ? negate(typer, syntax, out) : WD_OK;
}

/* `a.b`: a field by its name, as columns are found. */
static enum wd_status
type_field(struct typer *typer, const struct wd_syntax *syntax,
           const struct wd_expression **out)
{
  struct typed *operand;
  struct wd_expression *node;
  const struct wd_type *type;
  struct wd_schema fields;
  char text[240];
  int found;
  enum wd_status status = wd__type_operands(typer, syntax, &operand);

  if (status != WD_OK)
    return status;
  type = &operand->expression->type;
  if (type->id != WD_TYPE_STRUCT)
    return wd_source_fail(
        syntax->source, syntax->start, WD_TYPE_MISMATCH, typer->error,
        "%s has no field '%.100s': only structs have fields (a column with a "
        "point in its name is written \"a.b\")",
        wd_type_text(type, text, sizeof text), syntax->name);
  fields = (struct wd_schema){type->child_count, type->children};
  found = wd_schema_find(&fields, syntax->name, strlen(syntax->name));
  if (found < 0)
    return wd_source_fail(syntax->source, syntax->start, WD_INVALID_PLAN,
                          typer->error, "%s field '%.100s'; the fields are: %s",
                          found == -2 ? "ambiguous" : "unknown", syntax->name,
                          wd_schema_names(&fields, text, sizeof text));
  status = wd__new_expression(typer, syntax, WD_EXPR_FIELD, 1, operand, &node);
  if (status != WD_OK)
    return status;
  node->column = (uint32_t)found;
  node->type = type->children[found].type;
  node->nullable =
      operand->expression->nullable || type->children[found].nullable;
  *out = node;
  return WD_OK;
}

static enum wd_status
fail_cast(struct typer *typer, const struct wd_syntax *syntax,
          const struct wd_type *from, const struct wd_type *to,
          const char *hint)
{
  char one[96], other[96];

  return wd_source_fail(syntax->source, syntax->start, WD_TYPE_MISMATCH,
                        typer->error, "%s cannot be cast to %s%s",
                        wd_type_text(from, one, sizeof one),
                        wd_type_text(to, other, sizeof other), hint);
}

/* A cast that was written at `syntax`. */
static enum wd_status
new_cast(struct typer *typer, const struct wd_syntax *syntax,
         const struct typed *operand, const struct wd_type *type,
         const struct wd_expression **out)
{
  struct wd_expression *node;
  enum wd_status status =
      wd__new_expression(typer, syntax, WD_EXPR_CAST, 1, operand, &node);

  if (status != WD_OK)
    return status;
  node->type = *type;
  node->try_cast = syntax->try_cast;
  node->nullable = node->nullable || syntax->try_cast;
  *out = node;
  return WD_OK;
}

/* `struct(member => value)` as a union: the value is cast to the member's
 * type, and the struct of that one field to the union, as of parameters. */
static enum wd_status
type_union(struct typer *typer, const struct wd_syntax *syntax,
           const struct typed *operand, const struct wd_expression **out)
{
  const struct wd_expression *from = operand->expression;
  const struct wd_type *to = &syntax->type;
  struct wd_schema members = {to->child_count, to->children};
  struct typed part = *operand;
  struct wd_expression *one;
  char names[240];
  const char *name;
  int found;
  enum wd_status status;

  if (from->kind != WD_EXPR_CALL || from->function != WD_FN_STRUCT ||
      from->argument_count != 1)
    return fail_cast(typer, syntax, &from->type, to,
                     "; a union is made by cast(struct(member => value) as …)");
  name = from->type.children[0].name;
  found = wd_schema_find(&members, name, strlen(name));
  if (found < 0)
    return wd_source_fail(syntax->source, syntax->start, WD_INVALID_PLAN,
                          typer->error,
                          "%s member '%.100s'; the union's members are: %s",
                          found == -2 ? "ambiguous" : "unknown", name,
                          wd_schema_names(&members, names, sizeof names));
  part.expression = from->arguments[0];
  if (!wd_type_castable(&part.expression->type, &to->children[found].type))
    return fail_cast(typer, syntax, &part.expression->type,
                     &to->children[found].type, "");
  status = new_cast(typer, syntax, &part, &to->children[found].type,
                    &part.expression);
  if (status == WD_OK)
    status = wd__new_expression(typer, syntax, WD_EXPR_CALL, 1, &part, &one);
  if (status != WD_OK)
    return status;
  one->function = WD_FN_STRUCT;
  one->type = from->type;
  one->type.children = &to->children[found];
  one->nullable = false;
  part.expression = one;
  return new_cast(typer, syntax, &part, to, out);
}

static enum wd_status
type_named_cast(struct typer *typer, const struct wd_syntax *syntax,
                struct typed *operand, const struct wd_expression **out)
{
  struct wd_type type = syntax->type;
  char text[96];
  enum wd_status status = WD_OK;

  if (type.extension)
    status = wd__type_resolve(typer, syntax, &syntax->type, &type);
  if (status == WD_OK && syntax->try_cast)
    return wd_source_fail(
        syntax->source, syntax->start, WD_UNSUPPORTED, typer->error,
        "try_cast knows no registered types: a text that is no %s is an error",
        wd_type_text(type.extension ? &type : &operand->expression->type, text,
                     sizeof text));
  if (status == WD_OK)
    status = wd__cast(typer, operand, &type);
  *out = operand->expression;
  return status;
}

static enum wd_status
type_cast(struct typer *typer, const struct wd_syntax *syntax,
          const struct wd_expression **out)
{
  const struct wd_type *from;
  struct typed *operand;
  enum wd_status status = wd__type_operands(typer, syntax, &operand);

  if (status != WD_OK)
    return status;
  from = &operand->expression->type;
  if (from->extension || syntax->type.extension)
    return type_named_cast(typer, syntax, operand, out);
  if (syntax->type.id == WD_TYPE_UNION && from->id == WD_TYPE_STRUCT)
    return type_union(typer, syntax, operand, out);
  if (!wd_type_castable(from, &syntax->type))
    return fail_cast(typer, syntax, from, &syntax->type, "");
  return new_cast(typer, syntax, operand, &syntax->type, out);
}

/* The conditions of a case: those written, or equality with the subject. */
static enum wd_status
type_conditions(struct typer *typer, const struct wd_syntax *syntax,
                const struct typed *subject, uint32_t arms, struct typed *parts)
{
  enum wd_status status = WD_OK;

  for (uint32_t i = 0; i < arms && status == WD_OK; i++) {
    struct typed *condition = &parts[2 * i];

    if (subject) {
      struct typed pair[2] = {*subject, *condition};

      status = wd__type_function(typer, syntax, WD_FN_EQUAL, 2, pair,
                                 &condition->expression);
    } else {
      status = wd__make_boolean(typer, condition, "the condition of a 'when'");
    }
  }
  return status;
}

/* The values are cast to one type. */
static enum wd_status
type_values(struct typer *typer, const struct wd_syntax *syntax, uint32_t arms,
            struct typed *parts, bool *out_nullable)
{
  uint32_t count = arms + syntax->has_else;
  struct typed *values = wd_arena_array(typer->arena, count, sizeof *values);
  enum wd_status status;

  if (!values)
    return wd_fail_memory(typer->error);
  for (uint32_t i = 0; i < count; i++)
    values[i] = parts[i < arms ? 2 * i + 1 : 2 * arms];
  status = wd__unify(typer, count, values, "choose between");
  *out_nullable = !syntax->has_else;
  for (uint32_t i = 0; i < count; i++) {
    parts[i < arms ? 2 * i + 1 : 2 * arms] = values[i];
    *out_nullable = *out_nullable || values[i].expression->nullable;
  }
  return status;
}

static enum wd_status
type_case(struct typer *typer, const struct wd_syntax *syntax,
          const struct wd_expression **out)
{
  uint32_t subject = syntax->has_subject;
  uint32_t arms = (syntax->count - subject) / 2;
  struct typed *operands, *parts;
  struct wd_expression *node;
  bool nullable = false;
  enum wd_status status = wd__type_operands(typer, syntax, &operands);

  if (status != WD_OK)
    return status;
  parts = operands + subject;
  status =
      type_conditions(typer, syntax, subject ? operands : NULL, arms, parts);
  if (status == WD_OK)
    status = type_values(typer, syntax, arms, parts, &nullable);
  if (status == WD_OK)
    status = wd__new_expression(typer, syntax, WD_EXPR_CASE,
                                syntax->count - subject, parts, &node);
  if (status != WD_OK)
    return status;
  node->type = parts[1].expression->type;
  node->nullable = nullable;
  *out = node;
  return WD_OK;
}

static enum wd_status
fail_function(struct typer *typer, const struct wd_syntax *syntax)
{
  size_t length = strlen(syntax->name);
  const struct wd_named_binder *named = typer->scope.named;
  const char *best = NULL;
  unsigned distance = 0;

  wd_function_suggest(syntax->name, length, &best, &distance);
  if (named && named->functions)
    wd_registry_suggest(named->functions, syntax->name, length, &best,
                        &distance);
  if (strcmp(syntax->name, "log") == 0)
    return fail(typer, syntax, WD_INVALID_PLAN,
                "'log' has two meanings; write ln, log10 or log2");
  return wd_source_fail(syntax->source, syntax->start, WD_INVALID_PLAN,
                        typer->error, "unknown function '%.100s'%s%s%s",
                        syntax->name, best ? " (did you mean " : "",
                        best ? best : "", best ? "?)" : "");
}

static enum wd_status
type_call(struct typer *typer, const struct wd_syntax *syntax,
          const struct wd_expression **out)
{
  size_t length = strlen(syntax->name);
  enum wd_aggregate_function aggregate;
  enum wd_window_function window;
  enum wd_function function;
  const struct wd_named *named;
  struct typed *operands;
  enum wd_status status;

  if (wd_aggregate_find(syntax->name, length, &aggregate))
    return wd__type_aggregate(typer, syntax, aggregate, out);
  if (wd_window_find(syntax->name, length, &window))
    return wd_source_fail(syntax->source, syntax->start, WD_INVALID_PLAN,
                          typer->error,
                          "%s is called over a window: %s(...) "
                          "over (partition by ... order by ...)",
                          syntax->name, syntax->name);
  named = wd__find_named(typer, syntax->name);
  if (named && named->kind == WD_NAMED_AGGREGATE)
    return wd__type_named_aggregate(typer, syntax, named, out);
  if (syntax->star || syntax->distinct)
    return fail(typer, syntax, WD_INVALID_PLAN,
                syntax->star ? "only count takes a '*'"
                             : "only aggregates take 'distinct'");
  if (named && named->kind == WD_NAMED_TABLE)
    return wd_source_fail(syntax->source, syntax->start, WD_INVALID_PLAN,
                          typer->error,
                          "%s is a table function: its call is an item of a "
                          "select, alone, or stands in the FROM of a query",
                          named->name);
  if (named)
    return wd__type_named(typer, syntax, named, out);
  if (!wd_function_find(syntax->name, length, &function))
    return fail_function(typer, syntax);
  if (wd_function_rule(function) == WD_RULE_NESTED)
    return wd__type_nested(typer, syntax, function, out);
  status = wd__type_operands(typer, syntax, &operands);
  if (status != WD_OK)
    return status;
  return wd__type_function(typer, syntax, function, syntax->count, operands,
                           out);
}

enum wd_status
wd__type(struct typer *typer, const struct wd_syntax *syntax,
         const struct wd_expression **out)
{
  switch (syntax->kind) {
  case WD_SYNTAX_STAR:
    return fail(typer, syntax, WD_INVALID_PLAN,
                "'*' is only allowed in a select");
  case WD_SYNTAX_COLUMN:
    return wd__type_column(typer, syntax, out);
  case WD_SYNTAX_LITERAL:
    return type_literal(typer, syntax, out);
  case WD_SYNTAX_OPERATOR:
    return type_operator(typer, syntax, out);
  case WD_SYNTAX_ALIAS:
    break;
  case WD_SYNTAX_PARAMETER:
    return wd__type_parameter(typer, syntax, out);
  case WD_SYNTAX_WINDOW:
    if (!syntax->window->over && typer->scope.aggregation)
      return type_call(typer, syntax, out);
    return wd__type_window(typer, syntax, out);
  case WD_SYNTAX_CALL:
    return type_call(typer, syntax, out);
  case WD_SYNTAX_CAST:
    return type_cast(typer, syntax, out);
  case WD_SYNTAX_CASE:
    return type_case(typer, syntax, out);
  case WD_SYNTAX_FIELD:
    return type_field(typer, syntax, out);
  case WD_SYNTAX_IN:
    return type_in(typer, syntax, out);
  case WD_SYNTAX_BETWEEN:
    return type_between(typer, syntax, out);
  case WD_SYNTAX_LAMBDA:
    return fail(typer, syntax, WD_INVALID_PLAN,
                "only transform, list_filter, list_reduce, any_match and "
                "all_match take a lambda");
  case WD_SYNTAX_NAMED:
    return fail(typer, syntax, WD_INVALID_PLAN,
                "only functions that the program registered have arguments "
                "with names");
  case WD_SYNTAX_TYPED:
    *out = syntax->typed;
    return WD_OK;
  }
  return wd_fail(typer->error, WD_INTERNAL, "a syntax tree of no kind");
}

enum wd_status
wd_expression_make(const struct wd_syntax *syntax, const struct wd_scope *scope,
                   struct wd_arena *arena,
                   const struct wd_expression **out_expression,
                   struct wd_error *error)
{
  uint32_t variables = 0;
  struct typer typer = {.scope = *scope,
                        .variable_count = &variables,
                        .arena = arena,
                        .error = error};

  return wd__type(&typer, syntax, out_expression);
}

enum wd_status
wd_expression_make_predicate(const struct wd_syntax *syntax,
                             const struct wd_scope *scope, const char *what,
                             struct wd_arena *arena,
                             const struct wd_expression **out_expression,
                             struct wd_error *error)
{
  uint32_t variables = 0;
  struct typer typer = {.scope = *scope,
                        .variable_count = &variables,
                        .arena = arena,
                        .error = error};
  struct typed typed = {NULL, syntax};
  enum wd_status status = wd__type(&typer, syntax, &typed.expression);

  if (status == WD_OK)
    status = wd__make_boolean(&typer, &typed, what);
  if (status == WD_OK)
    *out_expression = typed.expression;
  return status;
}
