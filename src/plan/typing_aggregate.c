/* Aggregates: their calls become measures. */
#include <string.h>

#include "plan/aggregate_function.h"
#include "plan/coerce.h"
#include "plan/typer.h"

enum wd_status
wd_aggregation_add(struct wd_aggregation *aggregation,
                   const struct wd_measure *measure, struct wd_arena *arena,
                   struct wd_error *error)
{
  if (aggregation->count == aggregation->capacity) {
    uint32_t capacity = aggregation->capacity ? aggregation->capacity * 2 : 4;
    struct wd_measure *measures =
        wd_arena_array(arena, capacity, sizeof *measures);

    if (!measures)
      return wd_fail_memory(error);
    if (aggregation->count)
      memcpy(measures, aggregation->measures,
             aggregation->count * sizeof *measures);
    aggregation->measures = measures;
    aggregation->capacity = capacity;
  }
  aggregation->measures[aggregation->count++] = *measure;
  return WD_OK;
}

static enum wd_status
fail_call(struct typer *typer, const struct wd_syntax *syntax,
          const char *message)
{
  return wd_source_fail(syntax->source, syntax->start, WD_INVALID_PLAN,
                        typer->error, "%s: %s", syntax->name, message);
}

/* Without the filter. */
static uint32_t
arguments_of(const struct wd_syntax *syntax)
{
  return syntax->window ? syntax->window->arguments : syntax->count;
}

static enum wd_status
check_arity(struct typer *typer, const struct wd_syntax *syntax,
            enum wd_aggregate_function function)
{
  uint32_t count = arguments_of(syntax);
  uint32_t least, most;

  wd_aggregate_arity(function, &least, &most);
  if (syntax->star || (count >= least && count <= most))
    return WD_OK;
  if (count == 0 && function == WD_AGG_COUNT)
    return fail_call(typer, syntax, "to count rows, write count(*)");
  if (most == 1)
    return fail_call(typer, syntax, "an aggregate takes one argument");
  return wd_source_fail(syntax->source, syntax->start, WD_INVALID_PLAN,
                        typer->error, "%s takes %u arguments, not %u",
                        syntax->name, least, count);
}

static enum wd_status
check_call(struct typer *typer, const struct wd_syntax *syntax,
           enum wd_aggregate_function function)
{
  if (syntax->star && function != WD_AGG_COUNT)
    return fail_call(typer, syntax, "only count takes a '*'");
  if (syntax->distinct && !wd_aggregate_takes_distinct(function))
    return fail_call(typer, syntax, "'distinct' has no meaning here");
  if (syntax->window && syntax->window->ignore_nulls)
    return fail_call(typer, syntax, "aggregates leave nulls out by themselves");
  return check_arity(typer, syntax, function);
}

static enum wd_status
fail_type(struct typer *typer, const struct typed *argument,
          enum wd_aggregate_function function)
{
  char text[96];

  return wd_source_fail(
      argument->syntax->source, argument->syntax->start, WD_TYPE_MISMATCH,
      typer->error, "%s does not take %s", wd_aggregate_name(function),
      wd_type_text(&argument->expression->type, text, sizeof text));
}

static bool
fraction_of(const struct wd_expression *value, double *out_fraction)
{
  double scale = 1;

  if (value->kind != WD_EXPR_LITERAL || value->literal.null)
    return false;
  switch (value->type.id) {
  case WD_TYPE_I64:
    *out_fraction = (double)value->literal.value.integer;
    break;
  case WD_TYPE_F64:
    *out_fraction = value->literal.value.real;
    break;
  case WD_TYPE_DECIMAL:
    for (int i = 0; i < value->type.scale; i++)
      scale *= 10;
    *out_fraction = (double)value->literal.value.decimal / scale;
    break;
  default:
    return false;
  }
  return *out_fraction >= 0 && *out_fraction <= 1;
}

/* What the engine must know before it starts. */
static enum wd_status
cast_fraction(struct typer *typer, enum wd_aggregate_function function,
              struct typed *argument)
{
  struct wd_expression *literal;
  double fraction;
  enum wd_status status;

  if (!fraction_of(argument->expression, &fraction))
    return wd_source_fail(
        argument->syntax->source, argument->syntax->start, WD_INVALID_PLAN,
        typer->error,
        "%s: the fraction must be a number between 0 and 1, such as 0.5",
        wd_aggregate_name(function));
  status = wd__new_expression(typer, argument->syntax, WD_EXPR_LITERAL, 0, NULL,
                              &literal);
  if (status != WD_OK)
    return status;
  literal->type = wd_type_of(WD_TYPE_F64);
  literal->literal.value.real = fraction;
  argument->expression = literal;
  return WD_OK;
}

static enum wd_status
check_separator(struct typer *typer, const struct typed *argument)
{
  const struct wd_expression *value = argument->expression;

  if (value->kind == WD_EXPR_LITERAL && !value->literal.null &&
      value->type.id == WD_TYPE_STRING)
    return WD_OK;
  return wd_source_fail(
      argument->syntax->source, argument->syntax->start, WD_INVALID_PLAN,
      typer->error, "string_agg: the separator must be a text, such as ', '");
}

/* Integers are averaged as floats: Substrait's avg of integers is an
 * integer, which nobody means. */
static enum wd_status
cast_argument(struct typer *typer, enum wd_aggregate_function function,
              uint32_t index, struct typed *argument)
{
  enum wd_aggregate_rule rule = wd_aggregate_rule(function);
  struct wd_type f64 = wd_type_of(WD_TYPE_F64);
  struct wd_type string = wd_type_of(WD_TYPE_STRING);
  const struct wd_type *type = &argument->expression->type;
  bool null = type->id == WD_TYPE_NULL;

  switch (rule) {
  case WD_AGG_RULE_LOGIC:
  case WD_AGG_RULE_COUNT_IF:
    return wd__make_boolean(typer, argument, "what it looks at");
  case WD_AGG_RULE_TEXT:
    if (index)
      return check_separator(typer, argument);
    return null ? wd__cast(typer, argument, &string) : WD_OK;
  case WD_AGG_RULE_QUANTILE:
  case WD_AGG_RULE_PICK:
    if (index)
      return cast_fraction(typer, function, argument);
    break;
  case WD_AGG_RULE_BITS:
    f64 = wd_type_of(WD_TYPE_I64);
    break;
  default:
    break;
  }
  if (rule == WD_AGG_RULE_FLOAT || rule == WD_AGG_RULE_QUANTILE) {
    if (!null && !wd_type_is_numeric(type))
      return fail_type(typer, argument, function);
    return wd__cast(typer, argument, &f64);
  }
  if (null || (function == WD_AGG_AVG && wd_type_is_integer(type)))
    return wd__cast(typer, argument, &f64);
  return WD_OK;
}

static enum wd_status
derive(struct typer *typer, const struct typed *argument,
       enum wd_aggregate_function function, struct wd_type *out_type,
       bool *out_nullable)
{
  enum wd_aggregate_rule rule = wd_aggregate_rule(function);
  struct wd_type i64 = wd_type_of(WD_TYPE_I64), item;
  bool made;

  if (!wd_aggregate_derive(function, &argument->expression->type, out_type,
                           out_nullable))
    return fail_type(typer, argument, function);
  if (rule != WD_AGG_RULE_LIST && rule != WD_AGG_RULE_MAP)
    return WD_OK;
  item = *out_type;
  made = rule == WD_AGG_RULE_LIST
             ? wd_type_list(&item, true, typer->arena, out_type)
             : wd_type_map(&item, &i64, typer->arena, out_type);
  return made ? WD_OK : wd_fail_memory(typer->error);
}

enum wd_status
wd__type_measured(struct typer *typer, const struct wd_syntax *syntax,
                  enum wd_aggregate_function function, struct typed *operands,
                  struct wd_type *out_type, bool *out_nullable)
{
  enum wd_status status = check_call(typer, syntax, function);

  if (syntax->star && status == WD_OK) {
    wd_aggregate_derive(WD_AGG_COUNT_STAR, NULL, out_type, out_nullable);
    return WD_OK;
  }
  if (status == WD_OK)
    status = wd__type_measured_named(typer, syntax, function,
                                     arguments_of(syntax), operands);
  for (uint32_t i = 0; status == WD_OK && i < arguments_of(syntax); i++)
    status = cast_argument(typer, function, i, &operands[i]);
  return status == WD_OK
             ? derive(typer, &operands[0], function, out_type, out_nullable)
             : status;
}

/* The arguments are typed on the rows, where aggregates are not known. */
static enum wd_status
type_arguments(struct typer *typer, const struct wd_syntax *syntax,
               enum wd_aggregate_function function, struct wd_measure *measure)
{
  struct typer rows = *typer;
  uint32_t count = arguments_of(syntax);
  struct typed *typed =
      wd_arena_array(typer->arena, (size_t)count + 1, sizeof *typed);
  const struct wd_expression **arguments =
      wd_arena_array(typer->arena, (size_t)count + 1, sizeof *arguments);
  const struct wd_named *named = wd__aggregate_overloads(typer, syntax->name);
  enum wd_status status = WD_OK;

  if (!arguments || !typed)
    return wd_fail_memory(typer->error);
  rows.scope.aggregation = NULL;
  rows.variables = NULL;
  for (uint32_t i = 0; i < count && status == WD_OK; i++) {
    typed[i].syntax = syntax->operands[i];
    status = wd__type(&rows, typed[i].syntax, &typed[i].expression);
  }
  if (status == WD_OK && named)
    status = wd__find_overload(&rows, named, count, typed, &named);
  if (status == WD_OK && named)
    return wd__type_overload_measure(&rows, syntax, named, count, typed,
                                     measure);
  if (status == WD_OK)
    status = wd__type_measured(&rows, syntax, function, typed, &measure->type,
                               &measure->nullable);
  if (status == WD_OK)
    status = wd__type_measure_ordered(&rows, syntax, &measure->function, &count,
                                      typed);
  if (status != WD_OK)
    return status;
  for (uint32_t i = 0; i < count; i++)
    arguments[i] = typed[i].expression;
  measure->argument_count = count;
  measure->arguments = arguments;
  return WD_OK;
}

/* Arguments are keys by name; none: all of them. */
static enum wd_status
type_grouping(struct typer *typer, const struct wd_syntax *syntax,
              struct wd_measure *measure)
{
  const struct wd_schema *keys = typer->scope.aggregation->keys;
  uint32_t given = arguments_of(syntax), most, least;
  uint32_t count = given ? given : keys->count;
  const struct wd_expression **arguments =
      wd_arena_array(typer->arena, count, sizeof *arguments);
  enum wd_status status = check_call(typer, syntax, WD_AGG_GROUPING);

  if (status != WD_OK)
    return status;
  if (!arguments)
    return wd_fail_memory(typer->error);
  wd_aggregate_arity(WD_AGG_GROUPING, &least, &most);
  if (count > most || (syntax->window && syntax->window->has_filter))
    return fail_call(typer, syntax, "it takes at most 62 keys and no filter");
  for (uint32_t i = 0; i < count && status == WD_OK; i++) {
    const struct wd_syntax *key = given ? syntax->operands[i] : NULL;
    int found = key && key->kind == WD_SYNTAX_COLUMN
                    ? wd_schema_find(keys, key->name, strlen(key->name))
                    : -1;

    if (key && found < 0)
      return fail_call(typer, syntax, "its arguments are names of the keys");
    status =
        wd_expression_make_column(keys, key ? (uint32_t)found : i, typer->arena,
                                  &arguments[i], typer->error);
  }
  measure->argument_count = count;
  measure->arguments = arguments;
  wd_aggregate_derive(WD_AGG_GROUPING, NULL, &measure->type,
                      &measure->nullable);
  measure->filter = NULL;
  return status;
}

/* `filter (where …)` beside the filter that the measure has. */
static enum wd_status
type_filter(struct typer *typer, const struct wd_syntax *syntax,
            struct wd_measure *measure)
{
  struct typer rows = *typer;
  struct typed both[2];
  enum wd_status status;

  rows.scope.aggregation = NULL;
  rows.variables = NULL;
  both[0].syntax = both[1].syntax = syntax->operands[syntax->count - 1];
  status = wd__type(&rows, both[0].syntax, &both[0].expression);
  if (status == WD_OK)
    status = wd__make_boolean(&rows, &both[0], "a filter");
  if (status != WD_OK)
    return status;
  if (measure->filter) {
    both[1].expression = measure->filter;
    return wd__type_function(&rows, syntax, WD_FN_AND, 2, both,
                             &measure->filter);
  }
  measure->filter = both[0].expression;
  return WD_OK;
}

/* Adds the measure; *out: its result as a column after the keys. */
static enum wd_status
add_measure(struct typer *typer, const struct wd_syntax *syntax,
            const struct wd_measure *measure, const struct wd_expression **out)
{
  struct wd_aggregation *aggregation = typer->scope.aggregation;
  struct wd_expression *column;
  enum wd_status status =
      wd__new_expression(typer, syntax, WD_EXPR_COLUMN, 0, NULL, &column);

  if (status != WD_OK)
    return status;
  column->column = aggregation->keys->count + aggregation->count;
  column->type = measure->type;
  column->nullable = measure->nullable;
  *out = column;
  return wd_aggregation_add(aggregation, measure, typer->arena, typer->error);
}

static enum wd_status
check_aggregation(struct typer *typer, const struct wd_syntax *syntax)
{
  if (typer->scope.aggregation)
    return WD_OK;
  return fail_call(typer, syntax,
                   "aggregates are only allowed in aggregate, and not inside "
                   "each other");
}

enum wd_status
wd__type_named_aggregate(struct typer *typer, const struct wd_syntax *syntax,
                         const struct wd_named *function,
                         const struct wd_expression **out)
{
  struct wd_measure measure = {.distinct = syntax->distinct};
  struct typer rows = *typer;
  enum wd_status status = check_aggregation(typer, syntax);

  if (status != WD_OK)
    return status;
  if (syntax->star)
    return fail_call(typer, syntax, "only count takes a '*'");
  measure.filter = typer->scope.aggregation->filter;
  rows.scope.aggregation = NULL;
  rows.variables = NULL;
  if (syntax->window && syntax->window->has_filter)
    status = type_filter(typer, syntax, &measure);
  if (status == WD_OK)
    status = wd__type_named_measure(&rows, syntax, function, &measure);
  return status == WD_OK ? add_measure(typer, syntax, &measure, out) : status;
}

enum wd_status
wd__type_aggregate(struct typer *typer, const struct wd_syntax *syntax,
                   enum wd_aggregate_function function,
                   const struct wd_expression **out)
{
  struct wd_measure measure = {.function = function,
                               .distinct = syntax->distinct};
  enum wd_status status = check_aggregation(typer, syntax);

  if (status != WD_OK)
    return status;
  measure.filter = typer->scope.aggregation->filter;
  if (function == WD_AGG_GROUPING)
    status = type_grouping(typer, syntax, &measure);
  else
    status = type_arguments(typer, syntax, function, &measure);
  if (syntax->star)
    measure.function = WD_AGG_COUNT_STAR;
  if (status == WD_OK && syntax->window && syntax->window->has_filter)
    status = type_filter(typer, syntax, &measure);
  return status == WD_OK ? add_measure(typer, syntax, &measure, out) : status;
}
