/* Calls of the program's functions in SQL: the engine tells the types of the
 * operands, here they become arguments. The rules are those of expressions
 * (typing_named.c). */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "plan/literal_array.h"
#include "plan/signature.h"
#include "plan/sql.h"
#include "plan/typing.h"

struct call {
  const struct wd_named *function;
  const struct wd_sql_operands *operands;
  struct wd_arena *arena;
  struct wd_error *error;
  uint32_t *places; /* of each argument: which operand */
};

static enum wd_status
check_count(const struct call *call)
{
  const struct wd_named *function = call->function;
  uint32_t count = function->arguments.count, given = call->operands->count;

  if (!function->typed || given == count ||
      (function->variadic && given + 1 >= count))
    return WD_OK;
  return wd_fail(call->error, WD_INVALID_PLAN,
                 "%s takes %u%s argument%s, not %u", function->name,
                 count - function->variadic,
                 function->variadic ? " or more" : "",
                 count == 1 && !function->variadic ? "" : "s", given);
}

static enum wd_status
place_named(const struct call *call, uint32_t operand, const char *name)
{
  const struct wd_schema *arguments = &call->function->arguments;

  for (uint32_t i = 0; i < arguments->count; i++) {
    if (strcasecmp(arguments->columns[i].name, name) != 0)
      continue;
    if (i >= call->operands->count || call->places[i] != UINT32_MAX)
      return wd_fail(call->error, WD_INVALID_PLAN,
                     "%s: the argument '%.48s' %s", call->function->name, name,
                     i < call->operands->count
                         ? "is given twice"
                         : "comes after one that is not given");
    call->places[i] = operand;
    return WD_OK;
  }
  return wd_fail(call->error, WD_INVALID_PLAN, "%s has no argument '%.48s'",
                 call->function->name, name);
}

static enum wd_status
place(const struct call *call)
{
  bool named = false;
  enum wd_status status = check_count(call);

  for (uint32_t i = 0; i < call->operands->count; i++)
    call->places[i] = UINT32_MAX;
  for (uint32_t i = 0; status == WD_OK && i < call->operands->count; i++) {
    const char *name = call->operands->columns[i].name;

    if (named && !name)
      return wd_fail(call->error, WD_INVALID_PLAN,
                     "%s: arguments with names come after all others",
                     call->function->name);
    named = name != NULL;
    if (named && call->function->typed)
      status = place_named(call, i, name);
    else
      call->places[i] = i;
  }
  return status;
}

/* `f does not take (string, i64)` */
static enum wd_status
fail_types(const struct call *call)
{
  char types[240] = "", text[96];
  size_t used = 0;

  for (uint32_t i = 0; i < call->operands->count && used + 100 < sizeof types;
       i++)
    used += (size_t)snprintf(
        types + used, sizeof types - used, "%s%s", i ? ", " : "",
        wd_type_text(&call->operands->columns[i].type, text, sizeof text));
  return wd_fail(call->error, WD_TYPE_MISMATCH, "%s does not take (%s)",
                 call->function->name, types);
}

/* What the function is bound to: its arguments as columns. */
static enum wd_status
make_input(const struct call *call, struct wd_schema *out_input)
{
  const struct wd_named *function = call->function;
  uint32_t count = call->operands->count, said = function->arguments.count;
  struct wd_column *columns =
      wd_arena_array(call->arena, count, sizeof *columns);

  if (!columns)
    return wd_fail_memory(call->error);
  for (uint32_t i = 0; i < count; i++) {
    const struct wd_column *operand = &call->operands->columns[call->places[i]];
    const struct wd_signature_operand given = {
        operand->type,
        call->operands->known && call->operands->known[call->places[i]]
            ? &call->operands->values[call->places[i]]
            : NULL};

    columns[i] = *operand;
    columns[i].nullable = operand->nullable && !function->strict;
    if (function->typed) {
      columns[i].type =
          function->arguments.columns[i < said ? i : said - 1].type;
      if (!wd_signature_takes(&given, &columns[i].type))
        return fail_types(call);
    }
    if (function->typed && i < said)
      columns[i].name = function->arguments.columns[i].name;
    else if (!columns[i].name)
      columns[i].name = wd_arena_printf(call->arena, "arg%u", i + 1);
    if (!columns[i].name)
      return wd_fail_memory(call->error);
  }
  *out_input = (struct wd_schema){count, columns};
  return WD_OK;
}

/* In texts types have no names (docs/types.md). */
static enum wd_status
fail_named(const struct call *call)
{
  return wd_fail(call->error, WD_UNSUPPORTED,
                 "%s takes or gives a registered type, which texts in SQL do "
                 "not know: call it in an expression, before or after the text",
                 call->function->name);
}

/* Those whose values are known in the types that the function takes. */
static enum wd_status
make_constants(const struct call *call, const uint32_t *places,
               const struct wd_schema *input,
               struct wd_constant **out_constants, uint32_t *out_count)
{
  const struct wd_sql_operands *operands = call->operands;
  struct wd_constant *constants =
      wd_arena_array(call->arena, operands->count, sizeof *constants);

  *out_constants = constants;
  *out_count = 0;
  if (!constants)
    return wd_fail_memory(call->error);
  for (uint32_t i = 0; i < operands->count; i++) {
    uint32_t from = places[i];
    const struct wd_type *type = &input->columns[i].type;

    if (!operands->known || !operands->known[from] ||
        !wd_type_equal(&operands->columns[from].type, type) ||
        (operands->values[from].null && call->function->strict) ||
        !wd_literal_carried(type, &operands->values[from]))
      continue;
    constants[*out_count].column = i;
    if (!wd_literal_to_batch(type, &operands->values[from], call->arena,
                             &constants[*out_count].value))
      return wd_fail_memory(call->error);
    ++*out_count;
  }
  return WD_OK;
}

enum wd_status
wd_sql_arguments(const struct wd_named *function,
                 const struct wd_sql_operands *operands, struct wd_arena *arena,
                 struct wd_schema *out_arguments, const uint32_t **out_places,
                 struct wd_error *error)
{
  struct call call = {
      function, operands, arena, error,
      wd_arena_array(arena, operands->count, sizeof *call.places)};
  enum wd_status status = call.places ? place(&call) : wd_fail_memory(error);

  *out_places = call.places;
  return status == WD_OK ? make_input(&call, out_arguments) : status;
}

enum wd_status
wd_sql_bind_call(const struct wd_named_binder *binder,
                 const struct wd_named *function,
                 const struct wd_sql_operands *operands, struct wd_arena *arena,
                 struct wd_sql_call *out_call, struct wd_error *error)
{
  const struct call call = {function, operands, arena, error, NULL};
  struct wd_schema input;
  struct wd_constant *constants;
  const uint32_t *places;
  uint32_t count;
  enum wd_status status =
      wd_sql_arguments(function, operands, arena, &input, &places, error);

  if (status == WD_OK && wd_named_takes_type(function))
    status = fail_named(&call);
  if (status == WD_OK)
    status = make_constants(&call, places, &input, &constants, &count);
  if (status == WD_OK)
    status = binder->bind(binder->env, function, &input, constants, count,
                          &out_call->named);
  if (status == WD_OK && out_call->named.bound.output.columns[0].type.extension)
    status = fail_named(&call);
  if (status != WD_OK)
    return status;
  out_call->function = function;
  out_call->named.name = function->name;
  out_call->named.closure = function->closure;
  out_call->named.bound.strict |= function->strict;
  out_call->named.bound.deterministic |= function->deterministic;
  out_call->argument_count = operands->count;
  out_call->arguments = places;
  return WD_OK;
}
