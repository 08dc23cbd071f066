/* Aggregates: their calls become measures. */
#include <string.h>

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

/* Without the filter. */
static uint32_t
arguments_of(const struct wd_syntax *syntax)
{
  return syntax->window ? syntax->window->arguments : syntax->count;
}

static enum wd_status
check_call(struct typer *typer, const struct wd_syntax *syntax,
           enum wd_aggregate_function function)
{
  const char *message = NULL;

  if (!typer->scope.aggregation)
    message = "aggregates are only allowed in aggregate, and not inside each "
              "other";
  else if (syntax->star && function != WD_AGG_COUNT)
    message = "only count takes a '*'";
  else if (!syntax->star && arguments_of(syntax) == 0 &&
           function == WD_AGG_COUNT)
    message = "to count rows, write count(*)";
  else if (!syntax->star && arguments_of(syntax) != 1)
    message = "an aggregate takes one argument";
  else if (syntax->window && syntax->window->ignore_nulls)
    message = "aggregates leave nulls out by themselves";
  if (!message)
    return WD_OK;
  return wd_source_fail(syntax->source, syntax->start, WD_INVALID_PLAN,
                        typer->error, "%s: %s", syntax->name, message);
}

/* Integers are averaged as floats: Substrait's avg of integers is an
 * integer, which nobody means. */
enum wd_status
wd__cast_aggregated(struct typer *typer, enum wd_aggregate_function function,
                    struct typed *argument)
{
  struct wd_type f64 = wd_type_of(WD_TYPE_F64);
  const struct wd_type *type = &argument->expression->type;

  if (type->id == WD_TYPE_NULL ||
      (function == WD_AGG_AVG && wd_type_is_integer(type)))
    return wd__cast(typer, argument, &f64);
  return WD_OK;
}

/* The argument is typed on the rows, where aggregates are not known. */
static enum wd_status
type_argument(struct typer *typer, const struct wd_syntax *syntax,
              enum wd_aggregate_function function, struct wd_measure *measure)
{
  struct typer rows = *typer;
  struct typed operand, *argument;
  const struct wd_expression **arguments =
      wd_arena_array(typer->arena, 1, sizeof *arguments);
  char text[96];
  enum wd_status status;

  if (!arguments)
    return wd_fail_memory(typer->error);
  rows.scope.aggregation = NULL;
  argument = &operand;
  operand.syntax = syntax->operands[0];
  status = wd__type(&rows, operand.syntax, &operand.expression);
  if (status == WD_OK)
    status = wd__cast_aggregated(&rows, function, argument);
  if (status != WD_OK)
    return status;
  arguments[0] = argument->expression;
  measure->argument_count = 1;
  measure->arguments = arguments;
  if (wd_aggregate_derive(function, &arguments[0]->type, &measure->type,
                          &measure->nullable))
    return WD_OK;
  return wd_source_fail(syntax->source, syntax->start, WD_TYPE_MISMATCH,
                        typer->error, "%s does not take %s",
                        wd_aggregate_name(function),
                        wd_type_text(&arguments[0]->type, text, sizeof text));
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

enum wd_status
wd__type_aggregate(struct typer *typer, const struct wd_syntax *syntax,
                   enum wd_aggregate_function function,
                   const struct wd_expression **out)
{
  struct wd_aggregation *aggregation = typer->scope.aggregation;
  struct wd_measure measure = {.function = function,
                               .distinct = syntax->distinct};
  struct wd_expression *column;
  enum wd_status status = check_call(typer, syntax, function);

  if (status != WD_OK)
    return status;
  measure.filter = aggregation->filter;
  if (syntax->star) {
    measure.function = WD_AGG_COUNT_STAR;
    wd_aggregate_derive(WD_AGG_COUNT_STAR, NULL, &measure.type,
                        &measure.nullable);
  } else {
    status = type_argument(typer, syntax, function, &measure);
  }
  if (status == WD_OK && syntax->window && syntax->window->has_filter)
    status = type_filter(typer, syntax, &measure);
  if (status == WD_OK)
    status =
        wd__new_expression(typer, syntax, WD_EXPR_COLUMN, 0, NULL, &column);
  if (status != WD_OK)
    return status;
  column->column = aggregation->keys->count + aggregation->count;
  column->type = measure.type;
  column->nullable = measure.nullable;
  *out = column;
  return wd_aggregation_add(aggregation, &measure, typer->arena, typer->error);
}
