/* Aggregations as SQL. Measures that are lambdas with several columns give a
 * STRUCT, which is taken apart by the query around. */
#include "engine/duckdb/functions.h"
#include "engine/duckdb/lower.h"
#include "engine/duckdb/names.h"
#include "engine/duckdb/pure.h"
#include "engine/duckdb/types.h"

static const struct wd_duck_scope below = {"t", NULL, 0};

static const char *
aggregate_name(enum wd_aggregate_function function)
{
  switch (function) {
  case WD_AGG_COUNT_STAR:
  case WD_AGG_COUNT:
    return "count";
  case WD_AGG_SUM:
    return "sum";
  case WD_AGG_MIN:
    return "min";
  case WD_AGG_MAX:
    return "max";
  case WD_AGG_AVG:
    return "avg";
  default:
    return NULL;
  }
}

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

/* What stands after the arguments: a filter, a window. */
static enum wd_status
write_filter(struct wd_duck_lowering *lowering,
             const struct wd_measure *measure, struct wd_buf *buf)
{
  enum wd_status status = WD_OK;

  if (measure->filter) {
    wd_buf_puts(buf, " FILTER (WHERE ");
    status = wd_duck_lower_expression(lowering, measure->filter, &below, buf);
    wd_buf_putc(buf, ')');
  }
  if (lowering->over)
    wd_buf_puts(buf, lowering->over);
  return status;
}

static enum wd_status
write_lambda(struct wd_duck_lowering *lowering,
             const struct wd_measure *measure, struct wd_buf *buf)
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
  wd_buf_printf(buf, "%s(", name);
  status = write_arguments(lowering, measure, buf);
  wd_buf_putc(buf, ')');
  if (status == WD_OK)
    status = write_filter(lowering, measure, buf);
  return status;
}

static enum wd_status
write_plain(struct wd_duck_lowering *lowering, const struct wd_measure *measure,
            const char *name, struct wd_buf *buf)
{
  enum wd_status status;

  wd_buf_printf(buf, "%s(%s", name, measure->distinct ? "DISTINCT " : "");
  status = write_arguments(lowering, measure, buf);
  wd_buf_putc(buf, ')');
  return status == WD_OK ? write_filter(lowering, measure, buf) : status;
}

/* The exact sum divided by the count; DuckDB's avg of decimals is a double. */
static enum wd_status
write_average(struct wd_duck_lowering *lowering,
              const struct wd_measure *measure, struct wd_buf *buf)
{
  const struct wd_type count = wd_type_decimal(19, 0);
  const char *name = "wd_pure";
  enum wd_status status = WD_OK;

  if (lowering->query)
    status =
        wd_duck_pure_find(lowering->engine, WD_DUCK_PURE_DIVIDE, &measure->type,
                          &count, &measure->type, &name, lowering->error);
  if (status != WD_OK)
    return status;
  wd_buf_printf(buf, "%s(CAST(", name);
  status = write_plain(lowering, measure, "sum", buf);
  wd_buf_puts(buf, " AS ");
  wd_duck_type_sql(&measure->type, buf);
  wd_buf_puts(buf, "), CAST(");
  if (status == WD_OK)
    status = write_plain(lowering, measure, "count", buf);
  wd_buf_puts(buf, " AS DECIMAL(19,0)))");
  return status;
}

/* DuckDB lets a sum pass 38 digits; adding nothing to it sees that. */
static enum wd_status
write_decimal_sum(struct wd_duck_lowering *lowering,
                  const struct wd_measure *measure, struct wd_buf *buf)
{
  const struct wd_type none = wd_type_decimal(1, 0);
  const char *name = "wd_pure";
  enum wd_status status = WD_OK;

  if (lowering->query)
    status =
        wd_duck_pure_find(lowering->engine, WD_DUCK_PURE_ADD, &measure->type,
                          &none, &measure->type, &name, lowering->error);
  if (status != WD_OK)
    return status;
  wd_buf_printf(buf, "%s(CAST(", name);
  status = write_plain(lowering, measure, "sum", buf);
  wd_buf_puts(buf, " AS ");
  wd_duck_type_sql(&measure->type, buf);
  wd_buf_puts(buf, "), CAST('0' AS DECIMAL(1,0)))");
  return status;
}

/* DuckDB's sum of integers is HUGEINT, its averages are DOUBLE; Substrait's
 * average of integers drops the fraction. */
enum wd_status
wd_duck_lower_measure(struct wd_duck_lowering *lowering,
                      const struct wd_measure *measure, struct wd_buf *buf)
{
  const char *name = aggregate_name(measure->function);
  bool whole =
      measure->function == WD_AGG_AVG && wd_type_is_integer(&measure->type);
  enum wd_status status;

  if (!name)
    return wd_fail(lowering->error, WD_UNSUPPORTED,
                   "the engine duckdb does not have the aggregate %s yet",
                   wd_aggregate_name(measure->function));
  if (measure->function == WD_AGG_AVG && measure->type.id == WD_TYPE_DECIMAL)
    return write_average(lowering, measure, buf);
  if (measure->function == WD_AGG_SUM && measure->type.id == WD_TYPE_DECIMAL)
    return write_decimal_sum(lowering, measure, buf);
  wd_buf_printf(buf, "CAST(%s%s(%s", whole ? "trunc(" : "", name,
                measure->distinct ? "DISTINCT " : "");
  if (measure->function == WD_AGG_COUNT_STAR) {
    wd_buf_putc(buf, '*');
    status = WD_OK;
  } else {
    status = write_arguments(lowering, measure, buf);
  }
  wd_buf_putc(buf, ')');
  if (status == WD_OK)
    status = write_filter(lowering, measure, buf);
  wd_buf_puts(buf, whole ? ") AS " : " AS ");
  wd_duck_type_sql(&measure->type, buf);
  wd_buf_putc(buf, ')');
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
  }
  return false;
}

/* SELECT keys AS k0 …, measures AS m0 … FROM … GROUP BY keys */
static enum wd_status
lower_groups(struct wd_duck_lowering *lowering, const struct wd_plan_node *node,
             struct wd_buf *buf)
{
  uint32_t keys = node->aggregate.key_count;
  uint32_t measures = node->aggregate.measure_count;
  enum wd_status status = WD_OK;

  wd_buf_puts(buf, "SELECT ");
  for (uint32_t i = 0; status == WD_OK && i < keys; i++) {
    wd_buf_puts(buf, i ? ", " : "");
    status = wd_duck_lower_expression(lowering, node->aggregate.keys[i], &below,
                                      buf);
    wd_buf_printf(buf, " AS k%u", i);
  }
  for (uint32_t i = 0; status == WD_OK && i < measures; i++) {
    const struct wd_measure *measure = &node->aggregate.measures[i];

    wd_buf_puts(buf, keys || i ? ", " : "");
    status = measure->bound.lambda
                 ? write_lambda(lowering, measure, buf)
                 : wd_duck_lower_measure(lowering, measure, buf);
    wd_buf_printf(buf, " AS m%u", i);
  }
  if (keys + measures == 0)
    wd_buf_puts(buf, "count(*) AS m0");
  wd_buf_puts(buf, " FROM ");
  lowering->idle = !uses_columns(node);
  if (status == WD_OK)
    status = wd_duck_lower_from(lowering, node->left, "t", buf);
  for (uint32_t i = 0; i < keys; i++)
    wd_buf_printf(buf, "%s%u", i ? ", " : " GROUP BY ", i + 1);
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

  wd_buf_puts(buf, "SELECT ");
  write_columns(node, buf);
  wd_buf_puts(buf, " FROM (");
  status = lower_groups(lowering, node, buf);
  wd_buf_puts(buf, ") AS g");
  if (node->aggregate.drop_empty)
    wd_buf_puts(buf, " WHERE g.m0 IS NOT NULL");
  return status;
}
