/* Functions that make structs, and those of lists that take lambdas. */
#include <string.h>
#include <strings.h>

#include "plan/typer.h"

static enum wd_status
fail_at(struct typer *typer, const struct wd_syntax *syntax,
        enum wd_status status, const char *message)
{
  return wd_source_fail(syntax->source, syntax->start, status, typer->error,
                        "%s", message);
}

/* ---- Structs */

/* Fields that a call names: `name => value`, a column, or with `named_struct`
 * names and values by turns. */
struct fields {
  uint32_t count;
  struct typed *values;
  const char **names;
};

static bool
is_name_text(const struct wd_syntax *syntax)
{
  return syntax->kind == WD_SYNTAX_LITERAL && !syntax->literal.null &&
         syntax->type.id == WD_TYPE_STRING &&
         syntax->literal.value.bytes.length &&
         !memchr(syntax->literal.value.bytes.data, '\0',
                 syntax->literal.value.bytes.length);
}

/* The name of one operand, and where its value is. */
static enum wd_status
name_field(struct typer *typer, const struct wd_syntax *syntax, bool pairs,
           uint32_t index, const char **out_name,
           const struct wd_syntax **out_value)
{
  const struct wd_syntax *operand = syntax->operands[index];

  *out_value = operand;
  if (pairs) {
    if (!is_name_text(operand))
      return fail_at(typer, operand, WD_INVALID_PLAN,
                     "named_struct takes names and values by turns: "
                     "named_struct('a', 1, 'b', x)");
    *out_name = operand->literal.value.bytes.data;
    *out_value = syntax->operands[index + 1];
  } else if (operand->kind == WD_SYNTAX_NAMED) {
    *out_name = operand->name;
    *out_value = operand->operands[0];
  } else if (operand->kind == WD_SYNTAX_COLUMN ||
             operand->kind == WD_SYNTAX_FIELD) {
    *out_name = operand->name;
  } else {
    return fail_at(typer, operand, WD_INVALID_PLAN,
                   "this field has no name; write struct(name => value)");
  }
  return WD_OK;
}

static enum wd_status
take_fields(struct typer *typer, const struct wd_syntax *syntax,
            struct fields *fields)
{
  bool pairs = strcmp(syntax->name, "named_struct") == 0;
  enum wd_status status = WD_OK;

  if (pairs && syntax->count % 2)
    return fail_at(typer, syntax, WD_INVALID_PLAN,
                   "named_struct takes names and values by turns");
  fields->count = pairs ? syntax->count / 2 : syntax->count;
  fields->values =
      wd_arena_array(typer->arena, fields->count, sizeof *fields->values);
  fields->names =
      wd_arena_array(typer->arena, fields->count, sizeof *fields->names);
  if (!fields->values || !fields->names)
    return wd_fail_memory(typer->error);
  for (uint32_t i = 0; status == WD_OK && i < fields->count; i++) {
    struct typed *value = &fields->values[i];

    status = name_field(typer, syntax, pairs, pairs ? 2 * i : i,
                        &fields->names[i], &value->syntax);
    for (uint32_t k = 0; status == WD_OK && k < i; k++)
      if (strcasecmp(fields->names[k], fields->names[i]) == 0)
        return wd_source_fail(
            value->syntax->source, value->syntax->start, WD_INVALID_PLAN,
            typer->error, "two fields are called '%.100s'", fields->names[i]);
    if (status == WD_OK)
      status = wd__type(typer, value->syntax, &value->expression);
  }
  return status;
}

static enum wd_status
type_struct(struct typer *typer, const struct wd_syntax *syntax,
            const struct wd_expression **out)
{
  struct fields fields = {0};
  struct wd_column *columns;
  struct wd_expression *node;
  enum wd_status status = take_fields(typer, syntax, &fields);

  if (status != WD_OK)
    return status;
  columns = wd_arena_array(typer->arena, fields.count, sizeof *columns);
  if (!columns)
    return wd_fail_memory(typer->error);
  for (uint32_t i = 0; i < fields.count; i++)
    columns[i] = (struct wd_column){
        .name = fields.names[i],
        .type = fields.values[i].expression->type,
        .nullable = true,
    };
  status = wd__new_expression(typer, syntax, WD_EXPR_CALL, fields.count,
                              fields.values, &node);
  if (status != WD_OK)
    return status;
  node->function = WD_FN_STRUCT;
  node->type = (struct wd_type){
      .id = WD_TYPE_STRUCT, .child_count = fields.count, .children = columns};
  node->nullable = false;
  *out = node;
  return WD_OK;
}

/* ---- Lists */

/* Types the list and makes it one of any length. */
static enum wd_status
type_list(struct typer *typer, const struct wd_syntax *syntax,
          struct typed *out_list)
{
  struct wd_type type;
  char text[96];
  enum wd_status status = wd__type(typer, syntax, &out_list->expression);

  out_list->syntax = syntax;
  if (status != WD_OK || out_list->expression->type.id == WD_TYPE_LIST)
    return status;
  if (out_list->expression->type.id != WD_TYPE_FIXED_LIST)
    return wd_source_fail(
        syntax->source, syntax->start, WD_TYPE_MISMATCH, typer->error,
        "this must be a list, not %s",
        wd_type_text(&out_list->expression->type, text, sizeof text));
  if (!wd_type_list(&out_list->expression->type.children[0].type, true,
                    typer->arena, &type))
    return wd_fail_memory(typer->error);
  return wd__cast(typer, out_list, &type);
}

static enum wd_status
new_variable(struct typer *typer, const struct wd_syntax *syntax,
             const struct wd_variables *variables, uint32_t index,
             const struct wd_type *type, bool nullable,
             struct variable *variable)
{
  struct wd_expression *node;
  enum wd_status status =
      wd__new_expression(typer, syntax, WD_EXPR_VARIABLE, 0, NULL, &node);

  if (status != WD_OK)
    return status;
  node->column = variables->first + index;
  node->variables = variables;
  node->type = *type;
  node->nullable = nullable;
  variable->name = syntax->names[index];
  variable->expression = node;
  return WD_OK;
}

static enum wd_status
new_variables(struct typer *typer, const struct wd_syntax *syntax,
              struct wd_variables **out_variables)
{
  struct wd_variables *variables =
      wd_arena_alloc(typer->arena, sizeof *variables);

  if (!variables)
    return wd_fail_memory(typer->error);
  variables->first = *typer->variable_count;
  variables->count = syntax->name_count;
  variables->names = syntax->names;
  *typer->variable_count += syntax->name_count;
  *out_variables = variables;
  return WD_OK;
}

/* The body, over variables of these types. */
static enum wd_status
type_body(struct typer *typer, const struct wd_syntax *syntax,
          const struct wd_type *const *types, struct wd_variables **variables,
          struct typed *out_body)
{
  struct variable named[2];
  struct typer inner = *typer;
  enum wd_status status;

  if (syntax->name_count == 2 &&
      strcmp(syntax->names[0], syntax->names[1]) == 0)
    return fail_at(typer, syntax, WD_INVALID_PLAN,
                   "the lambda's variables have one name");
  status = new_variables(typer, syntax, variables);
  for (uint32_t i = 0; status == WD_OK && i < syntax->name_count; i++) {
    named[i].outer = inner.variables;
    status =
        new_variable(typer, syntax, *variables, i, types[i], true, &named[i]);
    inner.variables = &named[i];
  }
  inner.scope.windows = false;
  out_body->syntax = syntax->operands[0];
  return status == WD_OK
             ? wd__type(&inner, out_body->syntax, &out_body->expression)
             : status;
}

static enum wd_status
new_lambda(struct typer *typer, const struct wd_syntax *syntax,
           const struct wd_variables *variables, const struct typed *body,
           struct typed *out_lambda)
{
  struct wd_expression *node;
  enum wd_status status =
      wd__new_expression(typer, syntax, WD_EXPR_LAMBDA, 1, body, &node);

  if (status != WD_OK)
    return status;
  if (body->expression->type.id == WD_TYPE_NULL)
    return fail_at(typer, body->syntax, WD_TYPE_MISMATCH,
                   "the lambda gives nulls of no type: cast them");
  node->variables = variables;
  node->type = body->expression->type;
  *out_lambda = (struct typed){node, syntax};
  return WD_OK;
}

static enum wd_status
check_lambda(struct typer *typer, const struct wd_syntax *syntax,
             const char *name, uint32_t least, uint32_t most)
{
  if (syntax->kind == WD_SYNTAX_LAMBDA && syntax->name_count >= least &&
      syntax->name_count <= most)
    return WD_OK;
  return wd_source_fail(
      syntax->source, syntax->start, WD_INVALID_PLAN, typer->error,
      "%s takes a lambda of %s: %s(xs, %s)", name,
      most == 1    ? "one variable"
      : least == 2 ? "two variables"
                   : "one or two variables",
      name, least == 2 ? "(sum, x) -> sum + x" : "x -> x + 1");
}

static enum wd_status
new_call(struct typer *typer, const struct wd_syntax *syntax,
         enum wd_function function, uint32_t count,
         const struct typed *operands, const struct wd_type *type,
         bool nullable, const struct wd_expression **out)
{
  struct wd_expression *node;
  enum wd_status status =
      wd__new_expression(typer, syntax, WD_EXPR_CALL, count, operands, &node);

  if (status != WD_OK)
    return status;
  node->function = function;
  node->type = *type;
  node->nullable = nullable;
  *out = node;
  return WD_OK;
}

/* transform, list_filter, any_match, all_match: over each element, and its
 * index. */
static enum wd_status
type_each(struct typer *typer, const struct wd_syntax *syntax,
          enum wd_function function, const struct wd_expression **out)
{
  struct wd_type i64 = wd_type_of(WD_TYPE_I64), type;
  const struct wd_syntax *lambda = syntax->operands[1];
  struct wd_variables *variables;
  struct typed operands[2], body;
  bool nullable;
  enum wd_status status = type_list(typer, syntax->operands[0], &operands[0]);

  if (status == WD_OK)
    status = check_lambda(typer, lambda, wd_function_name(function), 1, 2);
  if (status == WD_OK) {
    const struct wd_type *const types[2] = {
        &operands[0].expression->type.children[0].type, &i64};

    status = type_body(typer, lambda, types, &variables, &body);
  }
  if (status == WD_OK && function != WD_FN_TRANSFORM)
    status = wd__make_boolean(typer, &body, "what the lambda gives");
  if (status == WD_OK)
    status = new_lambda(typer, lambda, variables, &body, &operands[1]);
  if (status != WD_OK)
    return status;
  type = function == WD_FN_LIST_FILTER ? operands[0].expression->type
                                       : wd_type_of(WD_TYPE_BOOL);
  if (function == WD_FN_TRANSFORM &&
      !wd_type_list(&body.expression->type, true, typer->arena, &type))
    return wd_fail_memory(typer->error);
  nullable = operands[0].expression->nullable || function == WD_FN_ANY_MATCH ||
             function == WD_FN_ALL_MATCH;
  return new_call(typer, syntax, function, 2, operands, &type, nullable, out);
}

/* The accumulator's type: the start's, or what the body makes of it. */
static enum wd_status
type_folded(struct typer *typer, const struct wd_syntax *lambda,
            const struct wd_type *item, struct wd_type *type,
            struct wd_variables **variables, struct typed *out_body)
{
  const struct wd_type *const types[2] = {type, item};
  struct wd_type common;
  char a[96], b[96];
  enum wd_status status;

  /* Typed again when the first answer widens it. */
  for (int try = 0; try < 2; try++) {
    status = type_body(typer, lambda, types, variables, out_body);
    if (status != WD_OK || wd_type_alike(&out_body->expression->type, type))
      return status;
    if (!wd_type_common(type, &out_body->expression->type, &common))
      break;
    if (wd_type_equal(&common, type))
      return wd__cast(typer, out_body, type);
    *type = common;
  }
  return wd_source_fail(
      out_body->syntax->source, out_body->syntax->start, WD_TYPE_MISMATCH,
      typer->error,
      "the lambda gives %s from %s: start with a value of the result's type",
      wd_type_text(&out_body->expression->type, a, sizeof a),
      wd_type_text(type, b, sizeof b));
}

/* list_reduce(xs, lambda [, start]), reduce(xs, start, lambda). */
static enum wd_status
type_reduce(struct typer *typer, const struct wd_syntax *syntax,
            const struct wd_expression **out)
{
  bool started = syntax->count == 3;
  bool last = started && syntax->operands[2]->kind == WD_SYNTAX_LAMBDA;
  const struct wd_syntax *lambda = syntax->operands[last ? 2 : 1];
  struct wd_variables *variables;
  struct typed operands[3], body;
  const struct wd_type *item;
  struct wd_type type;
  enum wd_status status = type_list(typer, syntax->operands[0], &operands[0]);

  if (status == WD_OK)
    status = check_lambda(typer, lambda, "list_reduce", 2, 2);
  if (status == WD_OK && started) {
    operands[2].syntax = syntax->operands[last ? 1 : 2];
    status = wd__type(typer, operands[2].syntax, &operands[2].expression);
  }
  if (status != WD_OK)
    return status;
  item = &operands[0].expression->type.children[0].type;
  type = started ? operands[2].expression->type : *item;
  if (type.id == WD_TYPE_NULL)
    type = *item;
  status = type_folded(typer, lambda, item, &type, &variables, &body);
  if (status == WD_OK && !started && !wd_type_alike(&type, item))
    return fail_at(typer, syntax, WD_TYPE_MISMATCH,
                   "the lambda gives another type than the elements have: "
                   "give the start as third argument");
  if (status == WD_OK)
    status = new_lambda(typer, lambda, variables, &body, &operands[1]);
  if (status == WD_OK && started)
    status = wd__cast(typer, &operands[2], &type);
  if (status != WD_OK)
    return status;
  variables->unlike = !wd_type_alike(&type, item);
  return new_call(typer, syntax, WD_FN_LIST_REDUCE, syntax->count, operands,
                  &type, true, out);
}

/* ---- Maps */

/* A list of structs `key`, `value`. */
static enum wd_status
type_entries(struct typer *typer, const struct wd_syntax *syntax,
             const struct wd_expression **out)
{
  struct wd_type type;
  struct typed *operand;
  char text[96];
  enum wd_status status = wd__type_operands(typer, syntax, &operand);

  if (status != WD_OK)
    return status;
  if (operand->expression->type.id != WD_TYPE_MAP)
    return wd_source_fail(
        syntax->source, syntax->start, WD_TYPE_MISMATCH, typer->error,
        "map_entries takes a map, not %s",
        wd_type_text(&operand->expression->type, text, sizeof text));
  if (!wd_type_list(&operand->expression->type.children[0].type, true,
                    typer->arena, &type))
    return wd_fail_memory(typer->error);
  return new_call(typer, syntax, WD_FN_MAP_ENTRIES, 1, operand, &type,
                  operand->expression->nullable, out);
}

enum wd_status
wd__type_nested(struct typer *typer, const struct wd_syntax *syntax,
                enum wd_function function, const struct wd_expression **out)
{
  enum wd_status status =
      wd__check_arity(typer, syntax, function, syntax->count);

  if (status != WD_OK)
    return status;
  switch (function) {
  case WD_FN_STRUCT:
    return type_struct(typer, syntax, out);
  case WD_FN_MAP_ENTRIES:
    return type_entries(typer, syntax, out);
  case WD_FN_LIST_REDUCE:
    return type_reduce(typer, syntax, out);
  default:
    return type_each(typer, syntax, function, out);
  }
}
