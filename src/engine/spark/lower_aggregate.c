/* Aggregations: keys k0 …, measures m0 …; a projection calls them c0 …, so
 * that a key may be there twice. */
#include <stdio.h>

#include "engine/spark/lambda.h"
#include "engine/spark/lower_named.h"
#include "plan/aggregate_function.h"

static bool
is_ordered(const struct wd_plan_node *node)
{
  switch (node->kind) {
  case WD_NODE_SORT:
    return true;
  case WD_NODE_PROJECT:
  case WD_NODE_FILTER:
  case WD_NODE_LIMIT:
    return is_ordered(node->left);
  default:
    return false;
  }
}

static enum wd_status
check_measure(const struct wd_spark_lowering *lowering,
              const struct wd_plan_node *node, const struct wd_measure *measure)
{
  if (wd_aggregate_follows_order(measure->function) && is_ordered(node->left))
    return wd_fail(lowering->error, WD_UNSUPPORTED,
                   "the engine spark does not have %s after a sort yet: use "
                   "min_by or max_by",
                   wd_aggregate_name(measure->function));
  return WD_OK;
}

static enum wd_status
put_measure(struct wd_spark_lowering *lowering, const struct wd_plan_node *node,
            uint32_t index)
{
  const struct wd_measure *measure = &node->aggregate.measures[index];
  struct wd_buf buf;
  char name[16];
  enum wd_status status;

  snprintf(name, sizeof name, "m%u", index);
  if (measure->bound.lambda)
    return wd_spark_put_lambda_measure(
        lowering, WD_SC_Aggregate_aggregate_expressions, measure, name);
  status = check_measure(lowering, node, measure);
  wd_buf_init(&buf, lowering->engine->mem, WD_SPARK_TEXT_MAX);
  if (status == WD_OK)
    status = wd_spark_write_measure(lowering, measure, NULL, &buf);
  return wd_spark_put_written(lowering, WD_SC_Aggregate_aggregate_expressions,
                              &buf, name, status);
}

/* Keys as columns of their own, so that measures and keys are apart, and a
 * constant is a key like others. */
static enum wd_status
put_input(struct wd_spark_lowering *lowering, const struct wd_plan_node *node)
{
  struct wd_sc_writer *writer = lowering->writer;
  size_t relation = wd_sc_begin(writer, WD_SC_Aggregate_input);
  size_t project = wd_sc_begin(writer, WD_SC_Relation_project);
  enum wd_status status =
      wd_spark_lower_input(lowering, node, WD_SC_Project_input);

  wd_spark_put_text(lowering, WD_SC_Project_expressions, "*");
  for (uint32_t i = 0; status == WD_OK && i < node->aggregate.key_count; i++) {
    char name[16];
    const char *text;

    snprintf(name, sizeof name, "k%u", i);
    status = wd_spark_expression(lowering, node->aggregate.keys[i], &text);
    if (status == WD_OK)
      wd_spark_put_named(lowering, WD_SC_Project_expressions, text, name);
  }
  wd_sc_end(writer, project);
  wd_sc_end(writer, relation);
  return status;
}

static void
put_key(struct wd_spark_lowering *lowering, uint32_t field, uint32_t key)
{
  struct wd_sc_writer *writer = lowering->writer;
  size_t expression = wd_sc_begin(writer, field);
  size_t attribute = wd_sc_begin(writer, WD_SC_Expression_unresolved_attribute);
  char name[16];

  snprintf(name, sizeof name, "k%u", key);
  wd_sc_put_text(
      writer, WD_SC_Expression_UnresolvedAttribute_unparsed_identifier, name);
  wd_sc_end(writer, attribute);
  wd_sc_end(writer, expression);
}

static bool
has_key(const struct wd_key_set *set, uint32_t key)
{
  for (uint32_t i = 0; set && i < set->count; i++)
    if (set->keys[i] == key)
      return true;
  return !set;
}

/* Groups of all keys, or of those of a set. */
static enum wd_status
put_groups(struct wd_spark_lowering *lowering, const struct wd_plan_node *node,
           const struct wd_key_set *set, uint32_t field)
{
  struct wd_sc_writer *writer = lowering->writer;
  size_t relation = wd_sc_begin(writer, field);
  size_t aggregate = wd_sc_begin(writer, WD_SC_Relation_aggregate);
  enum wd_status status = put_input(lowering, node);

  wd_sc_put_int(writer, WD_SC_Aggregate_group_type,
                WD_SC_Aggregate_GroupType_GROUP_TYPE_GROUPBY);
  for (uint32_t i = 0; i < node->aggregate.key_count; i++)
    if (has_key(set, i))
      put_key(lowering, WD_SC_Aggregate_grouping_expressions, i);
  lowering->set = set;
  for (uint32_t i = 0; status == WD_OK && i < node->aggregate.measure_count;
       i++)
    status = put_measure(lowering, node, i);
  lowering->set = NULL;
  wd_sc_end(writer, aggregate);
  wd_sc_end(writer, relation);
  return status;
}

/* A reduce without keys has no row for no rows. */
static enum wd_status
put_full_groups(struct wd_spark_lowering *lowering,
                const struct wd_plan_node *node, const struct wd_key_set *set,
                uint32_t field)
{
  struct wd_sc_writer *writer = lowering->writer;
  size_t relation, filter;
  enum wd_status status;

  if (!node->aggregate.drop_empty)
    return put_groups(lowering, node, set, field);
  relation = wd_sc_begin(writer, field);
  filter = wd_sc_begin(writer, WD_SC_Relation_filter);
  status = put_groups(lowering, node, set, WD_SC_Filter_input);
  wd_spark_put_text(lowering, WD_SC_Filter_condition, "m0 IS NOT NULL");
  wd_sc_end(writer, filter);
  wd_sc_end(writer, relation);
  return status;
}

static uint32_t
count_keys(const struct wd_plan_node *node, const struct wd_key_set *set)
{
  uint32_t count = 0;

  for (uint32_t i = 0; i < node->aggregate.key_count; i++)
    count += has_key(set, i);
  return count;
}

/* Lambdas' states become rows: that of the last measure is the outermost
 * step. */
static enum wd_status
put_finished(struct wd_spark_lowering *lowering,
             const struct wd_plan_node *node, const struct wd_key_set *set,
             uint32_t measures, uint32_t field)
{
  struct wd_sc_writer *writer = lowering->writer;
  const struct wd_measure *measure;
  struct wd_spark_extension begun;
  uint32_t place;
  size_t relation;
  char name[16];
  enum wd_status status;

  while (measures && !node->aggregate.measures[measures - 1].bound.lambda)
    measures--;
  if (measures == 0)
    return put_full_groups(lowering, node, set, field);
  measure = &node->aggregate.measures[--measures];
  place = count_keys(node, set) + measures;
  snprintf(name, sizeof name, "m%u_", measures);
  relation = wd_sc_begin(writer, field);
  status = wd_spark_begin_appended(lowering, measure->bound.lambda,
                                   measure->role == WD_ROLE_REDUCE
                                       ? WD_SPARK_FINISH_REDUCE
                                       : WD_SPARK_FINISH,
                                   &place, 1, name, &begun);
  if (status == WD_OK)
    status = put_finished(lowering, node, set, measures, WD_SPARK_LAMBDA_INPUT);
  wd_spark_end_extension(lowering, &begun);
  wd_sc_end(writer, relation);
  return status;
}

/* The measures' columns; *at is the number of the next. */
static void
put_measure_columns(struct wd_spark_lowering *lowering,
                    const struct wd_measure *measure, uint32_t index,
                    uint32_t *at)
{
  uint32_t width = measure->bound.lambda ? measure->bound.output.count : 1;

  for (uint32_t i = 0; i < width; i++) {
    char from[32], to[16];

    snprintf(from, sizeof from, measure->bound.lambda ? "m%u_%u" : "m%u", index,
             i);
    snprintf(to, sizeof to, "c%u", (*at)++);
    wd_spark_put_named(lowering, WD_SC_Project_expressions, from, to);
  }
}

static enum wd_status
put_absent_key(struct wd_spark_lowering *lowering,
               const struct wd_plan_node *node, uint32_t key, const char *name)
{
  static const struct wd_literal null = {.null = true};
  struct wd_buf buf;
  enum wd_status status;

  wd_buf_init(&buf, lowering->engine->mem, WD_SPARK_TEXT_MAX);
  status = wd_spark_write_literal(&node->schema.columns[key].type, &null, &buf,
                                  lowering->error);
  return wd_spark_put_written(lowering, WD_SC_Project_expressions, &buf, name,
                              status);
}

/* The content of a relation: one aggregation, its columns called ours. */
static enum wd_status
lower_set(struct wd_spark_lowering *lowering, const struct wd_plan_node *node,
          const struct wd_key_set *set)
{
  uint32_t keys = node->aggregate.key_count;
  uint32_t at = keys;
  size_t project = wd_sc_begin(lowering->writer, WD_SC_Relation_project);
  enum wd_status status = put_finished(
      lowering, node, set, node->aggregate.measure_count, WD_SC_Project_input);

  for (uint32_t i = 0; status == WD_OK && i < keys; i++) {
    char from[16], to[16];

    snprintf(from, sizeof from, "k%u", i);
    snprintf(to, sizeof to, "c%u", i);
    if (!has_key(set, i))
      status = put_absent_key(lowering, node, i, to);
    else
      wd_spark_put_named(lowering, WD_SC_Project_expressions, from, to);
  }
  for (uint32_t i = 0; i < node->aggregate.measure_count; i++)
    put_measure_columns(lowering, &node->aggregate.measures[i], i, &at);
  if (at == 0)
    wd_spark_put_named(lowering, WD_SC_Project_expressions, "TRUE", "z");
  wd_sc_end(lowering->writer, project);
  return status;
}

static enum wd_status
put_set(struct wd_spark_lowering *lowering, const struct wd_plan_node *node,
        uint32_t set, uint32_t field)
{
  size_t relation = wd_sc_begin(lowering->writer, field);
  enum wd_status status = lower_set(lowering, node, &node->aggregate.sets[set]);

  wd_sc_end(lowering->writer, relation);
  return status;
}

/* The content of a relation: sets first to last, put together. Spark's own
 * grouping sets give no row for no rows where the set of no keys is one. */
static enum wd_status
lower_sets(struct wd_spark_lowering *lowering, const struct wd_plan_node *node,
           uint32_t first, uint32_t count)
{
  struct wd_sc_writer *writer = lowering->writer;
  size_t both, relation;
  enum wd_status status;

  if (count == 1)
    return lower_set(lowering, node, &node->aggregate.sets[first]);
  both = wd_sc_begin(writer, WD_SC_Relation_set_op);
  status = put_set(lowering, node, first, WD_SC_SetOperation_left_input);
  relation = wd_sc_begin(writer, WD_SC_SetOperation_right_input);
  if (status == WD_OK)
    status = lower_sets(lowering, node, first + 1, count - 1);
  wd_sc_end(writer, relation);
  wd_sc_put_int(writer, WD_SC_SetOperation_set_op_type,
                WD_SC_SetOperation_SetOpType_SET_OP_TYPE_UNION);
  wd_sc_put_int(writer, WD_SC_SetOperation_is_all, 1);
  wd_sc_end(writer, both);
  return status;
}

enum wd_status
wd_spark_lower_aggregate(struct wd_spark_lowering *lowering,
                         const struct wd_plan_node *node)
{
  if (node->aggregate.set_count)
    return lower_sets(lowering, node, 0, node->aggregate.set_count);
  return lower_set(lowering, node, NULL);
}
