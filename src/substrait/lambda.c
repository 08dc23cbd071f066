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

/* What a lambda can take, and how many parameters it must have at least. */
struct taken {
  const struct wd_type *types[2];
  uint32_t least, most;
};

static enum wd_status
new_parameters(struct translator *t, const struct taken *taken, uint32_t count,
               struct wd_variables **out_variables,
               const struct wd_expression **out)
{
  struct wd_variables *variables = wd_arena_alloc(t->arena, sizeof *variables);
  struct wd_expression *nodes = wd_arena_array(t->arena, count, sizeof *nodes);
  const char **names = wd_arena_array(t->arena, count, sizeof *names);

  if (!variables || !nodes || !names)
    return wd_fail_memory(t->error);
  *variables = (struct wd_variables){
      .first = t->variables, .count = count, .names = names};
  for (uint32_t i = 0; i < count; i++) {
    names[i] = wd_arena_printf(t->arena, "x%u", t->variables);
    if (!names[i])
      return wd_fail_memory(t->error);
    nodes[i].kind = WD_EXPR_VARIABLE;
    nodes[i].size = 1;
    nodes[i].column = t->variables++;
    nodes[i].variables = variables;
    nodes[i].type = *taken->types[i];
    nodes[i].nullable = true;
    out[i] = &nodes[i];
  }
  *out_variables = variables;
  return WD_OK;
}

static enum wd_status
check_parameters(const struct translator *t, const struct wd_message *types,
                 const struct taken *taken, uint32_t *out_count)
{
  uint32_t count = wd_message_count(types, WD_SS_Type_Struct_types), i = 0;
  enum wd_status status = WD_OK;

  *out_count = count;
  if (count < taken->least || count > taken->most)
    return wd_message_fail(
        types, WD_INVALID_PLAN, t->error, "the lambda must have %s",
        taken->most == 1    ? "one parameter, an element of the list"
        : taken->least == 2 ? "two parameters: what was made of the elements "
                              "so far, and the next"
                            : "one or two parameters: an element of the "
                              "list, and its index");
  for (const struct wd_value *type =
           wd_message_find(types, WD_SS_Type_Struct_types);
       type && status == WD_OK; type = wd_value_next(type), i++)
    status = wd__check_claim(t, type->message, taken->types[i],
                             "the lambda's parameter");
  return status;
}

/* The body over parameters of these types. */
static enum wd_status
make_lambda(struct translator *t, const struct view *view,
            const struct wd_message *lambda, const struct taken *taken,
            bool unlike, struct wd_expression **out)
{
  const struct wd_message *types, *body;
  uint32_t count = 0;
  struct wd_variables *variables = NULL;
  const struct wd_expression **parts =
      wd_arena_array(t->arena, 3, sizeof *parts);
  struct lambda_scope scope = {.outer = t->lambda};
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
  status = check_parameters(t, types, taken, &count);
  if (status == WD_OK)
    status = new_parameters(t, taken, count, &variables, &parts[1]);
  if (status != WD_OK)
    return status;
  variables->unlike = unlike;
  scope.parameters = &parts[1];
  scope.count = count;
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

/* Ours, by our own names. */
static bool
is_over_lists(enum wd_function function)
{
  return function == WD_FN_TRANSFORM || function == WD_FN_LIST_FILTER ||
         function == WD_FN_LIST_REDUCE || function == WD_FN_ANY_MATCH ||
         function == WD_FN_ALL_MATCH;
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

  if (named->ours)
    return wd_function_find(named->name, strlen(named->name), out_function) &&
           is_over_lists(*out_function);
  if (!named->extension || strcmp(named->extension, "functions_list") != 0)
    return false;
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    if (strcmp(known[i].name, named->name) == 0) {
      *out_function = known[i].function;
      return true;
    }
  return false;
}

/* What the lambda of a call takes: an element, in ours also its index; a
 * reduce's what it has so far, which is as its start or as the elements, and an
 * element. */
static enum wd_status
find_taken(struct translator *t, const struct view *view,
           const struct wd_message *call, enum wd_function function, bool ours,
           const struct wd_expression **operands, struct taken *out)
{
  static const struct wd_type i64 = {.id = WD_TYPE_I64};
  const struct wd_type *item = &operands[0]->type.children[0].type;
  const struct wd_message *start = argument(call, 2);
  enum wd_status status = WD_OK;

  *out = (struct taken){{item, &i64}, 1, ours ? 2 : 1};
  if (function != WD_FN_LIST_REDUCE)
    return start ? wd__unsupported(t, call, "a third argument") : WD_OK;
  *out = (struct taken){{item, item}, 2, 2};
  if (start)
    status = wd__expression(t, view, start, &operands[2]);
  if (start && status == WD_OK)
    out->types[0] = &operands[2]->type;
  return status;
}

static enum wd_status
new_call(struct translator *t, const struct wd_message *call,
         enum wd_function function, uint32_t count,
         const struct wd_expression *const *operands,
         const struct wd_expression **out)
{
  struct wd_expression *node = wd_arena_alloc(t->arena, sizeof *node);
  bool reduce = function == WD_FN_LIST_REDUCE;

  if (!node)
    return wd_fail_memory(t->error);
  node->kind = WD_EXPR_CALL;
  node->function = function;
  node->size = 1;
  for (uint32_t i = 0; i < count; i++)
    node->size += operands[i]->size;
  node->nullable = operands[0]->nullable || reduce ||
                   function == WD_FN_ANY_MATCH || function == WD_FN_ALL_MATCH;
  node->argument_count = count;
  node->arguments = operands;
  *out = node;
  if (reduce) {
    node->type = operands[1]->type;
    return WD_OK;
  }
  return result_type(t, call, function, operands[0], operands[1], &node->type);
}

enum wd_status
wd__lambda_call(struct translator *t, const struct view *view,
                const struct wd_message *call, enum wd_function function,
                bool ours, const struct wd_expression **out)
{
  const struct wd_message *first = argument(call, 0);
  const struct wd_message *second = argument(call, 1);
  const struct wd_message *lambda =
      second ? wd_message_sub(second, WD_SS_Expression_lambda) : NULL;
  const struct wd_expression **operands =
      wd_arena_array(t->arena, 3, sizeof *operands);
  struct wd_expression *body = NULL;
  struct taken taken = {.least = 1};
  const struct wd_type *item;
  enum wd_status status;

  if (!operands)
    return wd_fail_memory(t->error);
  if (!first || !lambda || argument(call, 3))
    return wd_message_fail(call, WD_INVALID_PLAN, t->error,
                           "%s takes a list and a lambda",
                           wd_function_name(function));
  status = wd__expression(t, view, first, &operands[0]);
  if (status == WD_OK && operands[0]->type.id != WD_TYPE_LIST)
    return wd_message_fail(first, WD_TYPE_MISMATCH, t->error,
                           "this must be a list");
  if (status == WD_OK)
    status = find_taken(t, view, call, function, ours, operands, &taken);
  if (status != WD_OK)
    return status;
  item = &operands[0]->type.children[0].type;
  status = make_lambda(t, view, lambda, &taken,
                       function == WD_FN_LIST_REDUCE &&
                           !wd_type_alike(taken.types[0], item),
                       &body);
  if (status != WD_OK)
    return status;
  operands[1] = body;
  if (function == WD_FN_LIST_REDUCE &&
      !wd_type_alike(&body->type, taken.types[0]))
    return wd_message_fail(lambda, WD_TYPE_MISMATCH, t->error,
                           "the lambda gives another type than it takes");
  return new_call(t, call, function, operands[2] ? 3 : 2, operands, out);
}
