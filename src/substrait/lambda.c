/* Lambdas whose bodies are expressions: arguments of the functions of lists. */
#include <string.h>

#include "plan/coerce.h"
#include "substrait/translate.h"

struct lambda_scope {
  struct lambda_scope *outer;
  const struct wd_expression *const *parameters;
  uint32_t count;
};

enum wd_status
wd__lambda_parameter(const struct translator *t,
                     const struct wd_message *reference, uint32_t column,
                     const struct wd_message *where,
                     const struct wd_expression **out)
{
  uint64_t steps = (uint64_t)wd_message_integer(
      reference,
      WD_SS_Expression_FieldReference_LambdaParameterReference_steps_out);
  const struct lambda_scope *scope = t->lambda;

  while (scope && steps--)
    scope = scope->outer;
  if (!scope)
    return wd_message_fail(where, WD_INVALID_PLAN, t->error,
                           "a parameter of a lambda that it is not in");
  if (column >= scope->count)
    return wd_message_fail(where, WD_INVALID_PLAN, t->error,
                           "parameter %u of a lambda of %u", column,
                           scope->count);
  *out = scope->parameters[column];
  return WD_OK;
}

static enum wd_status
new_parameter(struct translator *t, const struct wd_type *type,
              struct wd_variables **out_variables,
              const struct wd_expression **out)
{
  struct wd_variables *variables = wd_arena_alloc(t->arena, sizeof *variables);
  struct wd_expression *node = wd_arena_alloc(t->arena, sizeof *node);
  const char **names = wd_arena_array(t->arena, 1, sizeof *names);

  if (!variables || !node || !names)
    return wd_fail_memory(t->error);
  names[0] = wd_arena_printf(t->arena, "x%u", t->variables);
  if (!names[0])
    return wd_fail_memory(t->error);
  *variables = (struct wd_variables){
      .first = t->variables++, .count = 1, .names = names};
  node->kind = WD_EXPR_VARIABLE;
  node->size = 1;
  node->column = variables->first;
  node->variables = variables;
  node->type = *type;
  node->nullable = true;
  *out_variables = variables;
  *out = node;
  return WD_OK;
}

/* The body over one parameter of the elements' type. */
static enum wd_status
make_lambda(struct translator *t, const struct view *view,
            const struct wd_message *lambda, const struct wd_type *item,
            struct wd_expression **out)
{
  const struct wd_message *types, *body;
  const struct wd_value *type;
  struct wd_variables *variables = NULL;
  const struct wd_expression **parts =
      wd_arena_array(t->arena, 2, sizeof *parts);
  struct lambda_scope scope = {.outer = t->lambda, .count = 1};
  struct view inner = {.schema = view->schema};
  struct wd_expression *node = wd_arena_alloc(t->arena, sizeof *node);
  enum wd_status status = wd__need(t, lambda, WD_SS_Expression_Lambda_body,
                                   "the lambda's body", &body);

  if (!parts || !node)
    return wd_fail_memory(t->error);
  if (status == WD_OK)
    status = wd__need(t, lambda, WD_SS_Expression_Lambda_parameters,
                      "the lambda's parameters", &types);
  if (status != WD_OK)
    return status;
  type = wd_message_find(types, WD_SS_Type_Struct_types);
  if (!type || wd_value_next(type))
    return wd_message_fail(types, WD_INVALID_PLAN, t->error,
                           "the lambda must have one parameter, an element of "
                           "the list");
  status = wd__check_claim(t, type->message, item, "the lambda's parameter");
  if (status == WD_OK)
    status = new_parameter(t, item, &variables, &parts[1]);
  if (status != WD_OK)
    return status;
  scope.parameters = &parts[1];
  t->lambda = &scope;
  status = wd__expression(t, &inner, body, &parts[0]);
  t->lambda = scope.outer;
  if (status != WD_OK)
    return status;
  node->kind = WD_EXPR_LAMBDA;
  node->variables = variables;
  node->type = parts[0]->type;
  node->nullable = parts[0]->nullable;
  node->size = 1 + parts[0]->size;
  node->argument_count = 1;
  node->arguments = parts;
  *out = node;
  return WD_OK;
}

static enum wd_status
result_type(struct translator *t, const struct wd_message *call,
            enum wd_function function, const struct wd_expression *list,
            const struct wd_expression *lambda, struct wd_type *out)
{
  if (function == WD_FN_TRANSFORM)
    return wd_type_list(&lambda->type, true, t->arena, out)
               ? WD_OK
               : wd_fail_memory(t->error);
  if (lambda->type.id != WD_TYPE_BOOL)
    return wd_message_fail(call, WD_TYPE_MISMATCH, t->error,
                           "the lambda of %s must give a boolean",
                           wd_function_name(function));
  *out = function == WD_FN_LIST_FILTER ? list->type : wd_type_of(WD_TYPE_BOOL);
  return WD_OK;
}

static const struct wd_message *
argument(const struct wd_message *call, uint32_t index)
{
  const struct wd_value *value =
      wd_message_find(call, WD_SS_Expression_ScalarFunction_arguments);

  while (value && index--)
    value = wd_value_next(value);
  return value ? wd_message_sub(value->message, WD_SS_FunctionArgument_value)
               : NULL;
}

bool
wd__takes_lambda(const struct extension *named, enum wd_function *out_function)
{
  static const struct {
    const char *name;
    enum wd_function function;
  } known[] = {
      {"transform", WD_FN_TRANSFORM},
      {"filter", WD_FN_LIST_FILTER},
      {"any_match", WD_FN_ANY_MATCH},
      {"all_match", WD_FN_ALL_MATCH},
  };

  if (!named->extension || strcmp(named->extension, "functions_list") != 0)
    return false;
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    if (strcmp(known[i].name, named->name) == 0) {
      *out_function = known[i].function;
      return true;
    }
  return false;
}

enum wd_status
wd__lambda_call(struct translator *t, const struct view *view,
                const struct wd_message *call, enum wd_function function,
                const struct wd_expression **out)
{
  const struct wd_message *first = argument(call, 0);
  const struct wd_message *second = argument(call, 1);
  const struct wd_message *lambda =
      second ? wd_message_sub(second, WD_SS_Expression_lambda) : NULL;
  const struct wd_expression *list, **operands;
  struct wd_expression *node, *body = NULL;
  enum wd_status status;

  if (!first || !lambda || argument(call, 2))
    return wd_message_fail(call, WD_INVALID_PLAN, t->error,
                           "%s takes a list and a lambda",
                           wd_function_name(function));
  status = wd__expression(t, view, first, &list);
  if (status == WD_OK && list->type.id != WD_TYPE_LIST)
    return wd_message_fail(first, WD_TYPE_MISMATCH, t->error,
                           "this must be a list");
  if (status == WD_OK)
    status = make_lambda(t, view, lambda, &list->type.children[0].type, &body);
  if (status != WD_OK)
    return status;
  node = wd_arena_alloc(t->arena, sizeof *node);
  operands = wd_arena_array(t->arena, 2, sizeof *operands);
  if (!node || !operands)
    return wd_fail_memory(t->error);
  operands[0] = list;
  operands[1] = body;
  node->kind = WD_EXPR_CALL;
  node->function = function;
  node->size = 1 + list->size + body->size;
  node->nullable = list->nullable || function == WD_FN_ANY_MATCH ||
                   function == WD_FN_ALL_MATCH;
  node->argument_count = 2;
  node->arguments = operands;
  *out = node;
  return result_type(t, call, function, list, body, &node->type);
}
