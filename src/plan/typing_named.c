/* Calls of functions that the program registered. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "plan/literal_array.h"
#include "plan/signature.h"
#include "plan/typer.h"

/* A call whose arguments are brought into order. */
struct call {
  struct typer *typer;
  const struct wd_syntax *syntax;
  const struct wd_named *function;
  uint32_t count;
  struct typed *operands; /* in the function's order */
  const char **names;     /* of the arguments */
};

/* `f(a: i64, b: string ...)` */
static const char *
describe(const struct wd_named *function, char *text, size_t size)
{
  const struct wd_schema *arguments = &function->arguments;
  size_t used = (size_t)snprintf(text, size, "%.64s(", function->name);
  char type[96];

  for (uint32_t i = 0; i < arguments->count && used + 180 < size; i++)
    used += (size_t)snprintf(
        text + used, size - used, "%s%.48s: %s", i ? ", " : "",
        arguments->columns[i].name,
        wd_type_text(&arguments->columns[i].type, type, sizeof type));
  snprintf(text + used, size - used, "%s)", function->variadic ? " ..." : "");
  return text;
}

static enum wd_status
fail_call(const struct call *call, enum wd_status status, const char *what)
{
  char text[400];

  return wd_source_fail(call->syntax->source, call->syntax->start, status,
                        call->typer->error, "%s; it is %s", what,
                        describe(call->function, text, sizeof text));
}

static enum wd_status
check_count(const struct call *call)
{
  const struct wd_named *function = call->function;
  uint32_t count = function->arguments.count;
  char what[200];

  if (!function->typed || function->overload || call->count == count ||
      (function->variadic && call->count + 1 >= count))
    return WD_OK;
  snprintf(what, sizeof what, "%.64s takes %u%s argument%s, not %u",
           function->name, count - function->variadic,
           function->variadic ? " or more" : "",
           count == 1 && !function->variadic ? "" : "s", call->count);
  return fail_call(call, WD_INVALID_PLAN, what);
}

/* The place of a named argument. */
static enum wd_status
find_argument(const struct call *call, const struct wd_syntax *named,
              uint32_t *out_place)
{
  const struct wd_schema *arguments = &call->function->arguments;
  char what[200];

  for (uint32_t i = 0; i < arguments->count; i++)
    if (strcasecmp(arguments->columns[i].name, named->name) == 0) {
      *out_place = i;
      if (i < call->count && !call->operands[i].expression)
        return WD_OK;
      snprintf(what, sizeof what, "%.64s: the argument '%.48s' %s",
               call->function->name, named->name,
               i < call->count ? "is given twice"
                               : "comes after one that is not given");
      return fail_call(call, WD_INVALID_PLAN, what);
    }
  snprintf(what, sizeof what, "%.64s has no argument '%.48s'",
           call->function->name, named->name);
  return fail_call(call, WD_INVALID_PLAN, what);
}

/* Types one argument and puts it where it belongs. */
static enum wd_status
place_argument(struct call *call, uint32_t index)
{
  const struct wd_syntax *syntax = call->syntax->operands[index];
  bool named = syntax->kind == WD_SYNTAX_NAMED;
  const struct wd_expression *expression;
  uint32_t place = index;
  enum wd_status status = WD_OK;

  if (named && call->function->typed)
    status = find_argument(call, syntax, &place);
  if (status == WD_OK)
    status = wd__type(call->typer, named ? syntax->operands[0] : syntax,
                      &expression);
  if (status != WD_OK)
    return status;
  call->operands[place] =
      (struct typed){expression, named ? syntax->operands[0] : syntax};
  if (named)
    call->names[place] = syntax->name;
  return WD_OK;
}

static enum wd_status
place_arguments(struct call *call)
{
  bool named = false;
  enum wd_status status = check_count(call);

  for (uint32_t i = 0; status == WD_OK && i < call->count; i++) {
    bool is = call->syntax->operands[i]->kind == WD_SYNTAX_NAMED;

    if (named && !is)
      return wd_source_fail(call->syntax->source,
                            call->syntax->operands[i]->start, WD_INVALID_PLAN,
                            call->typer->error,
                            "arguments with names come after all others");
    named = is;
    status = place_argument(call, i);
  }
  return status;
}

/* Casts arguments to the types that the function was registered with, as
 * functions of the language cast theirs. */
static enum wd_status
cast_arguments(struct call *call)
{
  char what[400], types[240];
  const struct wd_named *found = NULL;
  enum wd_status status = WD_OK;

  if (wd_named_takes_type(call->function))
    status = wd__find_overload(call->typer, call->function, call->count,
                               call->operands, &found);
  if (status != WD_OK || found) {
    call->function = found;
    return status;
  }
  for (uint32_t i = 0; status == WD_OK && i < call->count; i++) {
    const struct wd_expression *operand;
    const struct wd_type *wanted = wd_named_argument(call->function, i);
    struct wd_signature_operand given = {.literal = NULL};

    status =
        wd__type_forget(call->typer, !wanted->extension, &call->operands[i]);
    operand = call->operands[i].expression;
    given.type = operand->type;
    if (wd__is_soft(operand))
      given.literal = &operand->literal;
    if (status == WD_OK && !wd_named_takes_type(call->function) &&
        wd_signature_takes(&given, wanted)) {
      status = wd__cast(call->typer, &call->operands[i], wanted);
      continue;
    }
    snprintf(
        what, sizeof what, "%.64s does not take (%s)", call->function->name,
        wd__operand_types(call->count, call->operands, types, sizeof types));
    return fail_call(call, WD_TYPE_MISMATCH, what);
  }
  return status;
}

/* What the function is bound to: its arguments as columns. */
static enum wd_status
make_input(const struct call *call, struct wd_schema *out_input)
{
  struct wd_arena *arena = call->typer->arena;
  const struct wd_named *function = call->function;
  struct wd_column *columns =
      wd_arena_array(arena, call->count, sizeof *columns);

  if (!columns)
    return wd_fail_memory(call->typer->error);
  for (uint32_t i = 0; i < call->count; i++) {
    const char *name = call->names[i];

    if (function->typed && i < function->arguments.count)
      name = function->arguments.columns[i].name;
    if (!name)
      name = wd_arena_printf(arena, "arg%u", i + 1);
    if (!name)
      return wd_fail_memory(call->typer->error);
    columns[i] = (struct wd_column){
        .name = name,
        .type = call->operands[i].expression->type,
        .nullable = call->operands[i].expression->nullable && !function->strict,
    };
  }
  *out_input = (struct wd_schema){call->count, columns};
  return WD_OK;
}

static enum wd_status
make_constants(const struct call *call, struct wd_constant **out_constants,
               uint32_t *out_count)
{
  struct wd_constant *constants =
      wd_arena_array(call->typer->arena, call->count, sizeof *constants);

  *out_constants = constants;
  *out_count = 0;
  if (!constants)
    return wd_fail_memory(call->typer->error);
  for (uint32_t i = 0; i < call->count; i++) {
    const struct wd_expression *argument = call->operands[i].expression;

    /* A null for a strict function is never seen. */
    if (argument->kind != WD_EXPR_LITERAL ||
        (argument->literal.null && call->function->strict) ||
        !wd_literal_carried(&argument->type, &argument->literal))
      continue;
    constants[*out_count].column = i;
    if (!wd_literal_to_batch(&argument->type, &argument->literal,
                             call->typer->arena, &constants[*out_count].value))
      return wd_fail_memory(call->typer->error);
    ++*out_count;
  }
  return WD_OK;
}

static enum wd_status
bind_call(const struct call *call, struct wd_named_call *named)
{
  const struct wd_named_binder *binder = call->typer->scope.named;
  struct wd_schema input;
  struct wd_constant *constants;
  uint32_t count;
  enum wd_status status = make_input(call, &input);

  if (status == WD_OK)
    status = make_constants(call, &constants, &count);
  if (status == WD_OK)
    status = binder->bind(binder->env, call->function, &input, constants, count,
                          named);
  if (status != WD_OK)
    return status;
  named->name = call->function->name;
  named->closure = call->function->closure;
  named->bound.strict = named->bound.strict || call->function->strict;
  named->bound.deterministic =
      named->bound.deterministic || call->function->deterministic;
  return WD_OK;
}

static enum wd_status
new_call(const struct call *call, const struct wd_expression **out)
{
  struct wd_named_call *named =
      wd_arena_alloc(call->typer->arena, sizeof *named);
  const struct wd_column *result;
  struct wd_expression *node;
  enum wd_status status =
      named ? bind_call(call, named) : wd_fail_memory(call->typer->error);

  if (status == WD_OK)
    status = wd__new_expression(call->typer, call->syntax, WD_EXPR_NAMED,
                                call->count, call->operands, &node);
  if (status != WD_OK)
    return status;
  result = &named->bound.output.columns[0];
  node->named = named;
  node->type = result->type;
  node->nullable = result->nullable || (named->bound.strict && node->nullable);
  *out = node;
  return WD_OK;
}

const struct wd_named *
wd__find_named(const struct typer *typer, const char *name)
{
  const struct wd_named_binder *binder = typer->scope.named;

  return binder && binder->functions
             ? wd_registry_find(binder->functions, name, strlen(name))
             : NULL;
}

/* Rows with a null are not handed to a strict aggregate. */
static enum wd_status
filter_nulls(const struct call *call, const struct wd_named_call *named,
             const struct wd_expression **filter)
{
  enum wd_status status = WD_OK;

  for (uint32_t i = 0; status == WD_OK && i < call->count; i++) {
    struct typed both[2] = {call->operands[i], {*filter, call->syntax}};

    if (!named->bound.strict || !both[0].expression->nullable)
      continue;
    status = wd__type_function(call->typer, call->syntax, WD_FN_IS_NOT_NULL, 1,
                               both, &both[0].expression);
    if (status == WD_OK && *filter)
      status = wd__type_function(call->typer, call->syntax, WD_FN_AND, 2, both,
                                 filter);
    else
      *filter = both[0].expression;
  }
  return status;
}

/* An aggregate whose operands are in the call already. */
static enum wd_status
type_measure(struct call *call, struct wd_measure *measure,
             struct wd_named_call *named)
{
  const struct wd_expression **arguments =
      wd_arena_array(call->typer->arena, call->count, sizeof *arguments);
  enum wd_status status =
      arguments ? WD_OK : wd_fail_memory(call->typer->error);

  if (status == WD_OK && call->function->typed)
    status = cast_arguments(call);
  if (status == WD_OK)
    status = bind_call(call, named);
  if (status == WD_OK)
    status = filter_nulls(call, named, &measure->filter);
  if (status != WD_OK)
    return status;
  if (measure->distinct && !named->bound.all_columns)
    return fail_call(call, WD_UNSUPPORTED,
                     "distinct needs an aggregate that looks at all of its "
                     "arguments");
  for (uint32_t i = 0; i < call->count; i++)
    arguments[i] = call->operands[i].expression;
  measure->name = named->name;
  measure->bound = named->bound;
  measure->role = WD_ROLE_AGGREGATE;
  measure->closure = named->closure;
  measure->site = named->site;
  measure->argument_count = call->count;
  measure->arguments = arguments;
  measure->type = named->bound.output.columns[0].type;
  measure->nullable = named->bound.output.columns[0].nullable;
  return WD_OK;
}

enum wd_status
wd__type_named_measure(struct typer *rows, const struct wd_syntax *syntax,
                       const struct wd_named *function,
                       struct wd_measure *measure)
{
  struct wd_named_call named = {.name = NULL};
  uint32_t count = syntax->window ? syntax->window->arguments : syntax->count;
  struct call call = {
      .typer = rows,
      .syntax = syntax,
      .function = function,
      .count = count,
      .operands = wd_arena_array(rows->arena, count, sizeof *call.operands),
      .names = wd_arena_array(rows->arena, count, sizeof *call.names),
  };
  enum wd_status status;

  if (!call.operands || !call.names)
    return wd_fail_memory(rows->error);
  status = place_arguments(&call);
  return status == WD_OK ? type_measure(&call, measure, &named) : status;
}

enum wd_status
wd__type_overload_measure(struct typer *rows, const struct wd_syntax *syntax,
                          const struct wd_named *function, uint32_t count,
                          struct typed *operands, struct wd_measure *measure)
{
  struct wd_named_call named = {.name = NULL};
  struct call call = {
      .typer = rows,
      .syntax = syntax,
      .function = function,
      .count = count,
      .operands = operands,
      .names = wd_arena_array(rows->arena, count, sizeof *call.names),
  };

  return call.names ? type_measure(&call, measure, &named)
                    : wd_fail_memory(rows->error);
}

enum wd_status
wd__type_named_window(struct typer *typer, const struct wd_syntax *syntax,
                      const struct wd_named *function, struct typed *operands,
                      struct wd_expression *node)
{
  struct wd_measure measure = {.distinct = syntax->distinct};
  struct wd_named_call *named = wd_arena_alloc(typer->arena, sizeof *named);
  struct call call = {
      .typer = typer,
      .syntax = syntax,
      .function = function,
      .count = syntax->window->arguments,
      .operands = operands,
  };
  enum wd_status status;

  call.names = wd_arena_array(typer->arena, call.count, sizeof *call.names);
  if (!call.names || !named)
    return wd_fail_memory(typer->error);
  /* DuckDB 1.5 does not come to an end of it. */
  if (syntax->distinct)
    return fail_call(&call, WD_UNSUPPORTED,
                     "over a window an aggregate of the program's takes no "
                     "distinct");
  status = check_count(&call);
  if (status == WD_OK)
    status = type_measure(&call, &measure, named);
  if (status != WD_OK)
    return status;
  if (measure.filter)
    return fail_call(&call, WD_UNSUPPORTED,
                     "over a window a strict aggregate's arguments cannot be "
                     "null");
  node->named = named;
  node->type = measure.type;
  node->nullable = measure.nullable;
  return WD_OK;
}

enum wd_status
wd__type_named(struct typer *typer, const struct wd_syntax *syntax,
               const struct wd_named *function,
               const struct wd_expression **out)
{
  struct call call = {
      .typer = typer,
      .syntax = syntax,
      .function = function,
      .count = syntax->count,
      .operands =
          wd_arena_array(typer->arena, syntax->count, sizeof *call.operands),
      .names = wd_arena_array(typer->arena, syntax->count, sizeof *call.names),
  };
  enum wd_status status;

  if (!call.operands || !call.names)
    return wd_fail_memory(typer->error);
  if (syntax->window || syntax->distinct)
    return wd_source_fail(syntax->source, syntax->start, WD_INVALID_PLAN,
                          typer->error,
                          "%s is a function of one row: it takes no filter and "
                          "is not called over a window",
                          function->name);
  status = place_arguments(&call);
  if (status == WD_OK && function->typed)
    status = cast_arguments(&call);
  return status == WD_OK ? new_call(&call, out) : status;
}

enum wd_status
wd__type_named_over(struct typer *typer, const struct wd_named *function,
                    uint32_t count, struct typed *operands, const char **names,
                    const struct wd_expression **out)
{
  static const struct wd_syntax none = {.kind = WD_SYNTAX_TYPED};
  const struct call call = {.typer = typer,
                            .syntax = &none,
                            .function = function,
                            .count = count,
                            .operands = operands,
                            .names = names};

  return new_call(&call, out);
}
