/* Calls of scalar functions and aggregates. */
#include <string.h>

#include "lambda/lambda.h"
#include "substrait/standard.h"
#include "substrait/writer.h"

void
wd__write_value_argument(struct writer *w, uint32_t field,
                         const struct wd_expression *value)
{
  size_t argument = wd_wire_begin(w->buf, field);

  wd__write_expression(w, WD_SS_FunctionArgument_value, value);
  wd_wire_end(w->buf, argument);
}

static void
put_word(struct writer *w, uint32_t field, const char *word)
{
  size_t argument = wd_wire_begin(w->buf, field);

  wd_wire_text(w->buf, WD_SS_FunctionArgument_enum, word);
  wd_wire_end(w->buf, argument);
}

static const char **
kinds_of(struct writer *w, uint32_t extra, uint32_t count,
         const struct wd_expression *const *arguments)
{
  const char **kinds =
      wd_arena_array(w->arena, (size_t)extra + count, sizeof *kinds);

  if (!kinds) {
    wd__write_fail(w, WD_NO_MEMORY, "memory");
    return NULL;
  }
  for (uint32_t i = 0; i < extra; i++)
    kinds[i] = "req";
  for (uint32_t i = 0; i < count; i++)
    kinds[extra + i] = arguments[i]->kind == WD_EXPR_LAMBDA
                           ? "func"
                           : wd__type_kind(&arguments[i]->type);
  return kinds;
}

/* The head of a call: which function; `end` closes it. */
static size_t
begin_call(struct writer *w, uint32_t anchor,
           const struct wd_expression *expression)
{
  size_t begun = wd_wire_begin(w->buf, WD_SS_Expression_scalar_function);

  wd_wire_int(w->buf, WD_SS_Expression_ScalarFunction_function_reference,
              anchor);
  wd__write_type(w, WD_SS_Expression_ScalarFunction_output_type,
                 &expression->type, expression->nullable, true);
  return begun;
}

static void
put_arguments(struct writer *w, const struct wd_expression *call)
{
  for (uint32_t i = 0; i < call->argument_count; i++)
    wd__write_value_argument(w, WD_SS_Expression_ScalarFunction_arguments,
                             call->arguments[i]);
}

/* extract(component, [indexing,] value) */
static void
put_extract(struct writer *w, const struct wd_expression *call,
            const struct component *component)
{
  const char **kinds =
      kinds_of(w, component->indexed ? 2 : 1, 1, call->arguments);
  struct form form;
  size_t begun;

  if (!kinds)
    return;
  wd__find_form(w, FORM_SCALAR, "extract", "datetime",
                component->indexed ? 3 : 2, kinds, &form);
  begun = begin_call(w, form.anchor, call);
  put_word(w, WD_SS_Expression_ScalarFunction_arguments, component->name);
  if (component->indexed)
    put_word(w, WD_SS_Expression_ScalarFunction_arguments, "ONE");
  put_arguments(w, call);
  wd_wire_end(w->buf, begun);
}

/* struct(name, value, name, value …): names are words. */
static void
put_struct(struct writer *w, const struct wd_expression *call)
{
  size_t begun = begin_call(
      w, wd__declare_function(w, WD_URN_OURS, "struct:req_any"), call);

  for (uint32_t i = 0; i < call->argument_count; i++) {
    put_word(w, WD_SS_Expression_ScalarFunction_arguments,
             call->type.children[i].name);
    wd__write_value_argument(w, WD_SS_Expression_ScalarFunction_arguments,
                             call->arguments[i]);
  }
  wd_wire_end(w->buf, begun);
}

static void
put_list(struct writer *w, const struct wd_expression *call)
{
  size_t nested, list;

  if (call->argument_count == 0) {
    nested = wd_wire_begin(w->buf, WD_SS_Expression_literal);
    wd__write_list_type(w, WD_SS_Expression_Literal_empty_list, &call->type);
    wd_wire_end(w->buf, nested);
    return;
  }
  nested = wd_wire_begin(w->buf, WD_SS_Expression_nested);
  list = wd_wire_begin(w->buf, WD_SS_Expression_Nested_list);

  for (uint32_t i = 0; i < call->argument_count; i++)
    wd__write_expression(w, WD_SS_Expression_Nested_List_values,
                         call->arguments[i]);
  wd_wire_end(w->buf, list);
  wd_wire_end(w->buf, nested);
}

static void
put_named(struct writer *w, const struct wd_expression *call)
{
  const struct wd_named_call *named = call->named;
  enum wd_role role = named->bound.lambda->role;
  bool own = role == WD_ROLE_LATERAL || wd_role_is_of_types(role);
  const struct lambda_use use = {
      .lambda = named->bound.lambda,
      .role = own ? role : WD_ROLE_SCALAR,
      .closure = &named->closure,
      .arguments = &named->bound.lambda->input,
      .strict = named->bound.strict,
      .deterministic = named->bound.deterministic,
      .name = named->name,
      .result = role == WD_ROLE_FROM_TEXT ? &named->bound.lambda->right : NULL,
  };
  size_t begun = begin_call(w, wd__declare_lambda(w, &use), call);

  put_arguments(w, call);
  wd_wire_end(w->buf, begun);
}

/* Dates and intervals are added by rules of ours; a pattern with an escape is
 * not the standard's either. */
static bool
is_ours(const struct wd_expression *call)
{
  if (!wd_call_options_usual(call->options))
    return true;
  if (call->function == WD_FN_LIKE)
    return call->argument_count > 2;
  for (uint32_t i = 0; i < call->argument_count; i++)
    if (call->arguments[i]->type.id == WD_TYPE_INTERVAL)
      return true;
  return false;
}

static void
put_own_option(void *to, const char *name, const char *value)
{
  wd__write_option(to, WD_SS_Expression_ScalarFunction_options, name, value);
}

static void
put_function(struct writer *w, const struct wd_expression *call)
{
  const char *name = wd_function_name(call->function);
  const char **kinds = kinds_of(w, 0, call->argument_count, call->arguments);
  struct form form;
  size_t begun;

  if (!kinds)
    return;
  wd__find_form(w, FORM_SCALAR, name,
                is_ours(call) ? "wasidata"
                              : wd_function_extension(call->function),
                call->argument_count, kinds, &form);
  begun = begin_call(w, form.anchor, call);
  put_arguments(w, call);
  wd__write_options(w, WD_SS_Expression_ScalarFunction_options, &form, name,
                    call->argument_count &&
                        wd_type_is_integer(&call->arguments[0]->type));
  wd__own_options(call->options, put_own_option, w);
  wd_wire_end(w->buf, begun);
}

void
wd__write_call(struct writer *w, const struct wd_expression *call)
{
  const struct component *component = wd__component_of(call->function);

  if (call->kind == WD_EXPR_NAMED)
    put_named(w, call);
  else if (component)
    put_extract(w, call, component);
  else if (call->function == WD_FN_STRUCT)
    put_struct(w, call);
  else if (call->function == WD_FN_LIST_OF)
    put_list(w, call);
  else
    put_function(w, call);
}

/* ---- Aggregates */

/* Functions whose name says of which distribution they are. */
static const struct {
  enum wd_aggregate_function function;
  const char *name;
  const char *distribution;
} distributed[] = {
    {WD_AGG_STD_DEV, "std_dev", "SAMPLE"},
    {WD_AGG_STD_DEV_POP, "std_dev", "POPULATION"},
    {WD_AGG_VARIANCE, "variance", "SAMPLE"},
    {WD_AGG_VARIANCE_POP, "variance", "POPULATION"},
};

const char *
wd__write_aggregate(struct writer *w, enum wd_aggregate_function function,
                    uint32_t count, const struct wd_expression *const *values,
                    struct form *out_form, const char **out_distribution)
{
  const char *name = wd_aggregate_name(function);
  const char **kinds = kinds_of(w, 0, count, values);

  *out_distribution = NULL;
  for (size_t i = 0; i < sizeof distributed / sizeof *distributed; i++)
    if (distributed[i].function == function) {
      name = distributed[i].name;
      *out_distribution = distributed[i].distribution;
    }
  *out_form = (struct form){0, ""};
  if (kinds)
    wd__find_form(w, FORM_AGGREGATE, name, "", count, kinds, out_form);
  return name;
}

static uint32_t
declare_lambda(struct writer *w, const struct wd_measure *measure)
{
  const struct lambda_use use = {.lambda = measure->bound.lambda,
                                 .role = measure->role,
                                 .closure = &measure->closure,
                                 .arguments = &measure->bound.lambda->input};

  return wd__declare_lambda(w, &use);
}

/* Arguments of grouping() are keys, by their places. */
static void
put_measured(struct writer *w, const struct wd_measure *measure, uint32_t i)
{
  struct wd_expression key = {.kind = WD_EXPR_LITERAL,
                              .type = wd_type_of(WD_TYPE_I64)};
  bool grouping =
      !measure->bound.lambda && measure->function == WD_AGG_GROUPING;

  key.literal.value.integer = measure->arguments[i]->column;
  wd__write_value_argument(w, WD_SS_AggregateFunction_arguments,
                           grouping ? &key : measure->arguments[i]);
}

static void
put_aggregate(struct writer *w, const struct wd_measure *measure)
{
  const char *distribution = NULL, *name = "";
  struct form form = {0, ""};
  struct wd_buf *buf = w->buf;

  /* What it was bound with besides types is not written. */
  if (measure->name &&
      (measure->distinct || measure->bound.lambda->constant_count))
    wd__write_fail(w, WD_UNSUPPORTED,
                   "the aggregate %s with distinct or constants has no written "
                   "form yet",
                   measure->name);
  if (measure->bound.lambda)
    form.anchor = declare_lambda(w, measure);
  else if (measure->function == WD_AGG_GROUPING)
    form.anchor = wd__declare_function(w, WD_URN_OURS, "grouping:i64");
  else
    name = wd__write_aggregate(w, measure->function, measure->argument_count,
                               measure->arguments, &form, &distribution);
  wd_wire_int(buf, WD_SS_AggregateFunction_function_reference, form.anchor);
  for (uint32_t i = 0; i < measure->sort_count; i++)
    wd__write_sort(w, WD_SS_AggregateFunction_sorts,
                   measure->sorts[i].expression, measure->sorts[i].descending,
                   measure->sorts[i].nulls_first);
  wd_wire_int(buf, WD_SS_AggregateFunction_phase,
              WD_SS_AggregationPhase_AGGREGATION_PHASE_INITIAL_TO_RESULT);
  wd__write_type(w, WD_SS_AggregateFunction_output_type, &measure->type,
                 measure->nullable, true);
  wd_wire_int(
      buf, WD_SS_AggregateFunction_invocation,
      measure->distinct
          ? WD_SS_AggregateFunction_AggregationInvocation_AGGREGATION_INVOCATION_DISTINCT
          : WD_SS_AggregateFunction_AggregationInvocation_AGGREGATION_INVOCATION_ALL);
  for (uint32_t i = 0; i < measure->argument_count; i++)
    put_measured(w, measure, i);
  if (distribution)
    wd__write_option(w, WD_SS_AggregateFunction_options, "distribution",
                     distribution);
  else
    wd__write_options(w, WD_SS_AggregateFunction_options, &form, name, true);
}

void
wd__write_measure(struct writer *w, uint32_t field,
                  const struct wd_measure *measure)
{
  size_t outer = wd_wire_begin(w->buf, field);
  size_t inner = wd_wire_begin(w->buf, WD_SS_AggregateRel_Measure_measure);

  put_aggregate(w, measure);
  wd_wire_end(w->buf, inner);
  if (measure->filter)
    wd__write_expression(w, WD_SS_AggregateRel_Measure_filter, measure->filter);
  wd_wire_end(w->buf, outer);
}
