/* Pivots: measures of the rows for which an expression has a value. */
#include <string.h>

#include "plan/planner.h"

struct pivot {
  struct planner *planner;
  const struct wd_relation *relation;
  const char **names; /* of the values */
};

/* What the value is, without quotes, or as it was named. */
static enum wd_status
name_value(const struct pivot *pivot, uint32_t index)
{
  const struct wd_schema nothing = {0, NULL};
  const struct wd_scope scope = {.left = &nothing};
  struct wd_arena *arena = pivot->planner->arena;
  const struct wd_named_syntax *value =
      &pivot->relation->aggregate.values[index];
  const struct wd_expression *literal;
  enum wd_status status = wd_expression_make(value->syntax, &scope, arena,
                                             &literal, pivot->planner->error);

  if (status != WD_OK)
    return status;
  if (literal->kind != WD_EXPR_LITERAL)
    return wd_fail(pivot->planner->error, WD_INVALID_PLAN,
                   "a pivot's values are literals, such as 2000 or 'north'; "
                   "'%.100s' is none",
                   wd_syntax_default_name(value->syntax));
  pivot->names[index] = value->name;
  if (value->name)
    return WD_OK;
  pivot->names[index] = wd_syntax_default_name(value->syntax);
  if (literal->type.id != WD_TYPE_STRING || literal->literal.null)
    return WD_OK;
  pivot->names[index] =
      wd_arena_strndup(arena, literal->literal.value.bytes.data,
                       literal->literal.value.bytes.length);
  return pivot->names[index] ? WD_OK : wd_fail_memory(pivot->planner->error);
}

static enum wd_status
name_values(const struct pivot *pivot)
{
  enum wd_status status = WD_OK;

  for (uint32_t i = 0;
       i < pivot->relation->aggregate.value_count && status == WD_OK; i++) {
    status = name_value(pivot, i);
    for (uint32_t k = 0; k < i && status == WD_OK; k++)
      if (strcmp(pivot->names[k], pivot->names[i]) == 0)
        status =
            wd_fail(pivot->planner->error, WD_INVALID_PLAN,
                    "the pivot has the value '%.100s' twice", pivot->names[i]);
  }
  return status;
}

/* One measure where the expression has one value. */
static enum wd_status
make_measure(const struct pivot *pivot, uint32_t value,
             const struct wd_measure_syntax *measure,
             struct wd_measure_syntax *out)
{
  struct wd_arena *arena = pivot->planner->arena;
  const struct wd_syntax *filter = wd_syntax_pair(
      WD_FN_IS_NOT_DISTINCT_FROM, pivot->relation->aggregate.pivot,
      pivot->relation->aggregate.values[value].syntax, arena);

  *out = *measure;
  if (filter && measure->filter)
    filter = wd_syntax_pair(WD_FN_AND, measure->filter, filter, arena);
  out->filter = filter;
  out->name = pivot->names[value];
  if (filter && pivot->relation->aggregate.measure_count > 1)
    out->name = wd_arena_printf(arena, "%s_%s", pivot->names[value],
                                wd__plan_measure_name(measure));
  return filter && out->name ? WD_OK : wd_fail_memory(pivot->planner->error);
}

enum wd_status
wd__plan_pivot(struct planner *planner, const struct wd_relation *relation,
               uint32_t *out_count,
               const struct wd_measure_syntax **out_measures)
{
  uint32_t values = relation->aggregate.value_count;
  uint32_t measures = relation->aggregate.measure_count;
  struct pivot pivot = {.planner = planner, .relation = relation};
  struct wd_measure_syntax *list;
  enum wd_status status =
      wd__plan_check_width(planner, (uint64_t)values * measures);

  if (status != WD_OK)
    return status;
  if (values == 0 || measures == 0)
    return wd_fail(planner->error, WD_INVALID_PLAN,
                   "a pivot needs at least one %s",
                   values ? "measure" : "value");
  pivot.names = wd_arena_array(planner->arena, values, sizeof *pivot.names);
  list =
      wd_arena_array(planner->arena, (size_t)values * measures, sizeof *list);
  if (!pivot.names || !list)
    return wd_fail_memory(planner->error);
  status = name_values(&pivot);
  for (uint32_t i = 0; i < values * measures && status == WD_OK; i++)
    status =
        make_measure(&pivot, i / measures,
                     &relation->aggregate.measures[i % measures], &list[i]);
  *out_count = values * measures;
  *out_measures = list;
  return status;
}
