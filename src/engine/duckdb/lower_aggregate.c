/* Aggregations as SQL. Measures that are lambdas with several columns give a
 * STRUCT, which is taken apart by the query around. */
#include "engine/duckdb/extent.h"
#include "engine/duckdb/functions.h"
#include "plan/aggregate_function.h"

static const struct wd_duck_scope below = {.left = "t"};

static enum wd_status
write_arguments(struct wd_duck_lowering *lowering,
                const struct wd_measure *measure, struct wd_buf *buf)
{
  const struct wd_bound *bound = &measure->bound;
  bool all = !bound->lambda || bound->all_columns;
  uint32_t count = all ? measure->argument_count : bound->column_count;
  enum wd_status status = WD_OK;

  for (uint32_t i = 0; status == WD_OK && i < count; i++) {
    if (i)
      wd_buf_puts(buf, ", ");
    status = wd_duck_lower_expression(
        lowering, measure->arguments[all ? i : bound->columns[i]], &below, buf);
  }
  return status;
}

enum wd_status
wd_duck_lower_lambda_measure(struct wd_duck_lowering *lowering,
                             const struct wd_measure *measure,
                             struct wd_buf *buf)
{
  struct wd_duck_call *call;
  const char *name;
  bool wrapped =
      measure->role == WD_ROLE_REDUCE || measure->bound.output.count != 1;
  enum wd_status status =
      wd_duck_lower_lambda(lowering, WD_DUCK_AGGREGATE, measure->bound.lambda,
                           wrapped, &call, &name);

  if (status != WD_OK)
    return status;
  if (call)
    call->windowed = lowering->over != NULL;
  wd_buf_printf(buf, measure->distinct ? "%s(DISTINCT " : "%s(", name);
  status = write_arguments(lowering, measure, buf);
  wd_buf_putc(buf, ')');
  if (status == WD_OK)
    status = wd_duck_lower_measure_filter(lowering, measure, NULL, buf);
  return status;
}

static uint32_t
measure_width(const struct wd_measure *measure)
{
  return measure->bound.lambda ? measure->bound.output.count : 1;
}

static bool
is_wrapped(const struct wd_measure *measure)
{
  return measure->bound.lambda &&
         (measure->role == WD_ROLE_REDUCE || measure->bound.output.count != 1);
}

/* Whether anything looks at the rows, or only at how many there are. */
static bool
uses_columns(const struct wd_plan_node *node)
{
  for (uint32_t i = 0; i < node->aggregate.key_count; i++)
    if (wd_duck_uses_columns(node->aggregate.keys[i]))
      return true;
  for (uint32_t i = 0; i < node->aggregate.measure_count; i++) {
    const struct wd_measure *measure = &node->aggregate.measures[i];

    for (uint32_t k = 0; k < measure->argument_count; k++)
      if (wd_duck_uses_columns(measure->arguments[k]))
        return true;
    if (measure->filter && wd_duck_uses_columns(measure->filter))
      return true;
    for (uint32_t k = 0; k < measure->sort_count; k++)
      if (wd_duck_uses_columns(measure->sorts[k].expression))
        return true;
  }
  return false;
}

static bool
follows_order(const struct wd_plan_node *node)
{
  for (uint32_t i = 0; i < node->aggregate.measure_count; i++)
    if (!node->aggregate.measures[i].bound.lambda &&
        node->aggregate.measures[i].sort_count == 0 &&
        wd_aggregate_follows_order(node->aggregate.measures[i].function))
      return true;
  return false;
}

/* The rows that are grouped: with keys as columns for grouping sets, with
 * their places where measures follow them. */
static enum wd_status
write_rows(struct wd_duck_lowering *lowering, const struct wd_plan_node *node,
           bool numbered, struct wd_buf *buf)
{
  bool sets = node->aggregate.set_count;
  enum wd_status status = WD_OK;

  wd_buf_puts(buf, " FROM ");
  if (numbered || sets)
    wd_buf_puts(buf, "(SELECT t.*");
  if (numbered)
    wd_buf_puts(buf, ", row_number() OVER () AS i");
  for (uint32_t i = 0; sets && status == WD_OK && i < node->aggregate.key_count;
       i++) {
    wd_buf_puts(buf, ", ");
    status = wd_duck_lower_expression(lowering, node->aggregate.keys[i], &below,
                                      buf);
    wd_buf_printf(buf, " AS k%u", i);
  }
  if (numbered || sets)
    wd_buf_puts(buf, " FROM ");
  lowering->idle = !uses_columns(node);
  if (status == WD_OK)
    status = wd_duck_lower_from(lowering, node->left, "t", buf);
  if (numbered || sets)
    wd_buf_puts(buf, ") AS t");
  return status;
}

static void
write_group_by(const struct wd_plan_node *node, struct wd_buf *buf)
{
  if (node->aggregate.set_count == 0) {
    for (uint32_t i = 0; i < node->aggregate.key_count; i++)
      wd_buf_printf(buf, "%s%u", i ? ", " : " GROUP BY ", i + 1);
    return;
  }
  wd_buf_puts(buf, " GROUP BY GROUPING SETS (");
  for (uint32_t i = 0; i < node->aggregate.set_count; i++) {
    const struct wd_key_set *set = &node->aggregate.sets[i];

    wd_buf_puts(buf, i ? ", (" : "(");
    for (uint32_t k = 0; k < set->count; k++)
      wd_buf_printf(buf, "%st.k%u", k ? ", " : "", set->keys[k]);
    wd_buf_putc(buf, ')');
  }
  wd_buf_putc(buf, ')');
}

static enum wd_status
write_measures(struct wd_duck_lowering *lowering,
               const struct wd_plan_node *node, struct wd_buf *buf)
{
  uint32_t keys = node->aggregate.key_count;
  enum wd_status status = WD_OK;

  for (uint32_t i = 0; status == WD_OK && i < node->aggregate.measure_count;
       i++) {
    const struct wd_measure *measure = &node->aggregate.measures[i];

    wd_buf_puts(buf, keys || i ? ", " : "");
    status = measure->bound.lambda
                 ? wd_duck_lower_lambda_measure(lowering, measure, buf)
                 : wd_duck_lower_measure(lowering, measure, buf);
    wd_buf_printf(buf, " AS m%u", i);
  }
  return status;
}

/* SELECT keys AS k0 …, measures AS m0 … FROM … GROUP BY keys */
static enum wd_status
lower_groups(struct wd_duck_lowering *lowering, const struct wd_plan_node *node,
             struct wd_buf *buf)
{
  uint32_t keys = node->aggregate.key_count;
  bool sets = node->aggregate.set_count;
  bool numbered = wd_duck_is_ordered(node->left) && follows_order(node);
  enum wd_status status = WD_OK;

  wd_buf_puts(buf, "SELECT ");
  for (uint32_t i = 0; status == WD_OK && i < keys; i++) {
    wd_buf_puts(buf, i ? ", " : "");
    if (sets)
      wd_buf_printf(buf, "t.k%u", i);
    else
      status = wd_duck_lower_expression(lowering, node->aggregate.keys[i],
                                        &below, buf);
    wd_buf_printf(buf, " AS k%u", i);
  }
  lowering->placed = numbered;
  lowering->grouping_sets = sets;
  if (status == WD_OK)
    status = write_measures(lowering, node, buf);
  lowering->placed = lowering->grouping_sets = false;
  if (keys + node->aggregate.measure_count == 0)
    wd_buf_puts(buf, "count(*) AS m0");
  if (status == WD_OK)
    status = write_rows(lowering, node, numbered, buf);
  write_group_by(node, buf);
  return status;
}

static void
write_columns(const struct wd_plan_node *node, struct wd_buf *buf)
{
  uint32_t column = 0;

  for (; column < node->aggregate.key_count; column++)
    wd_buf_printf(buf, "%sg.k%u AS c%u", column ? ", " : "", column, column);
  for (uint32_t i = 0; i < node->aggregate.measure_count; i++) {
    const struct wd_measure *measure = &node->aggregate.measures[i];

    for (uint32_t k = 0; k < measure_width(measure); k++, column++) {
      wd_buf_printf(buf, "%sg.m%u", column ? ", " : "", i);
      if (is_wrapped(measure))
        wd_buf_printf(buf, ".c%u", k);
      wd_buf_printf(buf, " AS c%u", column);
    }
  }
  if (column == 0)
    wd_buf_puts(buf, "TRUE AS z");
}

enum wd_status
wd_duck_lower_aggregate(struct wd_duck_lowering *lowering,
                        const struct wd_plan_node *node, struct wd_buf *buf)
{
  enum wd_status status;

  lowering->extents = wd_duck_extents(lowering, node->left);
  wd_buf_puts(buf, "SELECT ");
  write_columns(node, buf);
  wd_buf_puts(buf, " FROM (");
  status = lower_groups(lowering, node, buf);
  wd_buf_puts(buf, ") AS g");
  if (node->aggregate.drop_empty)
    wd_buf_puts(buf, " WHERE g.m0 IS NOT NULL");
  return status;
}
