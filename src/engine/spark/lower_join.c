/* Joins: the sides are called l and r, a projection of both gives columns our
 * names. */
#include <stdio.h>

#include "engine/spark/lower_named.h"

static int
join_type(enum wd_join_kind kind)
{
  switch (kind) {
  case WD_JOIN_INNER:
    return WD_SC_Join_JoinType_JOIN_TYPE_INNER;
  case WD_JOIN_LEFT:
    return WD_SC_Join_JoinType_JOIN_TYPE_LEFT_OUTER;
  case WD_JOIN_RIGHT:
    return WD_SC_Join_JoinType_JOIN_TYPE_RIGHT_OUTER;
  case WD_JOIN_FULL:
    return WD_SC_Join_JoinType_JOIN_TYPE_FULL_OUTER;
  case WD_JOIN_SEMI:
    return WD_SC_Join_JoinType_JOIN_TYPE_LEFT_SEMI;
  case WD_JOIN_ANTI:
    return WD_SC_Join_JoinType_JOIN_TYPE_LEFT_ANTI;
  case WD_JOIN_CROSS:
    return WD_SC_Join_JoinType_JOIN_TYPE_CROSS;
  default:
    return -1;
  }
}

/* The parts of the condition: those that Spark joins by, and those that call
 * functions of the program over columns of both sides, by which the pairs are
 * filtered then. */
struct parts {
  struct wd_spark_conditions inside, after;
};

static bool
is_and(const struct wd_expression *expression)
{
  return expression->kind == WD_EXPR_CALL && expression->function == WD_FN_AND;
}

static uint32_t
count_parts(const struct wd_expression *condition)
{
  uint32_t count = 0;

  if (!is_and(condition))
    return 1;
  for (uint32_t i = 0; i < condition->argument_count; i++)
    count += count_parts(condition->arguments[i]);
  return count;
}

static void
sort_parts(const struct wd_expression *condition, uint32_t left_count,
           struct parts *parts)
{
  struct wd_spark_conditions *to;

  if (is_and(condition)) {
    for (uint32_t i = 0; i < condition->argument_count; i++)
      sort_parts(condition->arguments[i], left_count, parts);
    return;
  }
  to = wd_spark_calls_across(condition, left_count) ? &parts->after
                                                    : &parts->inside;
  to->items[to->count++] = condition;
}

static enum wd_status
split(struct wd_spark_lowering *lowering, const struct wd_plan_node *node,
      struct parts *parts)
{
  const struct wd_expression *condition = node->join.condition;
  uint32_t count = condition ? count_parts(condition) : 0;

  *parts = (struct parts){0};
  parts->inside.items =
      wd_arena_array(lowering->arena, count, sizeof *parts->inside.items);
  parts->after.items =
      wd_arena_array(lowering->arena, count, sizeof *parts->after.items);
  if (!parts->inside.items || !parts->after.items)
    return wd_fail_memory(lowering->error);
  if (condition)
    sort_parts(condition, node->left->schema.count, parts);
  return WD_OK;
}

static enum wd_status
put_conditions(struct wd_spark_lowering *lowering, uint32_t field,
               const struct wd_spark_conditions *conditions)
{
  struct wd_buf buf;
  enum wd_status status = WD_OK;

  wd_buf_init(&buf, lowering->engine->mem, WD_SPARK_TEXT_MAX);
  for (uint32_t i = 0; status == WD_OK && i < conditions->count; i++) {
    wd_buf_puts(&buf, i ? " AND (" : "(");
    status = wd_spark_write_expression(lowering, conditions->items[i], &buf);
    wd_buf_putc(&buf, ')');
  }
  return wd_spark_put_written(lowering, field, &buf, NULL, status);
}

static enum wd_status
lower_side(struct wd_spark_lowering *lowering, const struct wd_plan_node *node,
           bool right, const struct wd_spark_conditions *inside)
{
  size_t relation =
      wd_sc_begin(lowering->writer, right ? WD_SC_Join_right : WD_SC_Join_left);
  size_t alias = wd_sc_begin(lowering->writer, WD_SC_Relation_subquery_alias);
  enum wd_status status = wd_spark_lower_side_calls(
      lowering, node, right, inside, WD_SC_SubqueryAlias_input);

  wd_sc_put_text(lowering->writer, WD_SC_SubqueryAlias_alias,
                 right ? "r" : "l");
  wd_sc_end(lowering->writer, alias);
  wd_sc_end(lowering->writer, relation);
  return status;
}

static enum wd_status
put_join(struct wd_spark_lowering *lowering, const struct wd_plan_node *node,
         const struct wd_spark_conditions *inside, uint32_t field)
{
  struct wd_sc_writer *writer = lowering->writer;
  size_t relation = wd_sc_begin(writer, field);
  size_t join = wd_sc_begin(writer, WD_SC_Relation_join);
  enum wd_status status = lower_side(lowering, node, false, inside);

  if (status == WD_OK)
    status = lower_side(lowering, node, true, inside);
  if (status == WD_OK && inside->count) {
    lowering->joined = true;
    lowering->left_count = node->left->schema.count;
    status = put_conditions(lowering, WD_SC_Join_join_condition, inside);
    lowering->joined = false;
  }
  wd_sc_put_int(writer, WD_SC_Join_join_type,
                inside->count ? join_type(node->join.kind)
                              : WD_SC_Join_JoinType_JOIN_TYPE_CROSS);
  wd_sc_end(writer, join);
  wd_sc_end(writer, relation);
  return status;
}

/* The columns of `l` and `r` by our names, as expressions of a projection. */
static void
put_pair_columns(struct wd_spark_lowering *lowering,
                 const struct wd_plan_node *node)
{
  uint32_t left = node->left->schema.count;

  for (uint32_t i = 0; i < node->schema.count; i++) {
    char text[24];

    snprintf(text, sizeof text, i < left ? "l.c%u" : "r.c%u",
             i < left ? i : i - left);
    wd_spark_put_named(lowering, WD_SC_Project_expressions, text,
                       wd_spark_name_of(&node->schema, i).text);
  }
  if (node->schema.count == 0)
    wd_spark_put_named(lowering, WD_SC_Project_expressions, "TRUE", "z");
}

/* A join's columns by our names, as the content of a relation. */
static enum wd_status
put_pairs(struct wd_spark_lowering *lowering, const struct wd_plan_node *node,
          const struct wd_spark_conditions *inside)
{
  size_t project = wd_sc_begin(lowering->writer, WD_SC_Relation_project);
  enum wd_status status = put_join(lowering, node, inside, WD_SC_Project_input);

  put_pair_columns(lowering, node);
  wd_sc_end(lowering->writer, project);
  return status;
}

static enum wd_status
lower_pairs(struct wd_spark_lowering *lowering, const struct wd_plan_node *node,
            uint32_t field)
{
  size_t relation = wd_sc_begin(lowering->writer, field);
  struct parts parts;
  enum wd_status status = split(lowering, node, &parts);

  if (status == WD_OK)
    status = put_pairs(lowering, node, &parts.inside);
  wd_sc_end(lowering->writer, relation);
  return status;
}

/* All pairs by what Spark can join by, filtered by the rest. */
static enum wd_status
filter_pairs(struct wd_spark_lowering *lowering,
             const struct wd_plan_node *node,
             const struct wd_spark_conditions *after)
{
  struct wd_sc_writer *writer = lowering->writer;
  size_t project = wd_sc_begin(writer, WD_SC_Relation_project);
  size_t relation = wd_sc_begin(writer, WD_SC_Project_input);
  size_t filter = wd_sc_begin(writer, WD_SC_Relation_filter);
  struct wd_spark_base base = {lower_pairs, node, node->schema.count};
  enum wd_status status =
      wd_spark_lower_calls(lowering, &base, after, WD_SC_Filter_input);

  if (status == WD_OK)
    status = put_conditions(lowering, WD_SC_Filter_condition, after);
  wd_sc_end(writer, filter);
  wd_sc_end(writer, relation);
  wd_spark_put_columns(lowering, &node->schema);
  wd_sc_end(writer, project);
  return status;
}

enum wd_status
wd_spark_lower_join(struct wd_spark_lowering *lowering,
                    const struct wd_plan_node *node)
{
  struct parts parts;
  enum wd_status status;

  if (join_type(node->join.kind) < 0)
    return wd_fail(lowering->error, WD_UNSUPPORTED,
                   "the engine spark has no as-of joins: run on duckdb");
  status = split(lowering, node, &parts);
  if (status != WD_OK)
    return status;
  if (parts.after.count == 0)
    return put_pairs(lowering, node, &parts.inside);
  if (node->join.kind == WD_JOIN_INNER)
    return filter_pairs(lowering, node, &parts.after);
  return wd_fail(lowering->error, WD_UNSUPPORTED,
                 "the engine spark calls functions of the program over columns "
                 "of both sides in conditions of inner joins only");
}

/* A side's columns, and the number of each row. */
static enum wd_status
put_numbered(struct wd_spark_lowering *lowering,
             const struct wd_plan_node *node, bool right)
{
  struct wd_sc_writer *writer = lowering->writer;
  size_t side = wd_sc_begin(writer, right ? WD_SC_Join_right : WD_SC_Join_left);
  size_t alias = wd_sc_begin(writer, WD_SC_Relation_subquery_alias);
  size_t relation = wd_sc_begin(writer, WD_SC_SubqueryAlias_input);
  size_t project = wd_sc_begin(writer, WD_SC_Relation_project);
  enum wd_status status =
      wd_spark_lower_node(lowering, node, WD_SC_Project_input);

  wd_spark_put_columns(lowering, &node->schema);
  wd_spark_put_named(lowering, WD_SC_Project_expressions, WD_SPARK_ROW_NUMBER,
                     "i");
  wd_sc_end(writer, project);
  wd_sc_end(writer, relation);
  wd_sc_put_text(writer, WD_SC_SubqueryAlias_alias, right ? "r" : "l");
  wd_sc_end(writer, alias);
  wd_sc_end(writer, side);
  return status;
}

/* The pairs of equal numbers, in their order. */
static enum wd_status
put_zipped(struct wd_spark_lowering *lowering, const struct wd_plan_node *node)
{
  struct wd_sc_writer *writer = lowering->writer;
  size_t input = wd_sc_begin(writer, WD_SC_Project_input);
  size_t sort = wd_sc_begin(writer, WD_SC_Relation_sort);
  size_t relation = wd_sc_begin(writer, WD_SC_Sort_input);
  size_t join = wd_sc_begin(writer, WD_SC_Relation_join);
  size_t order;
  enum wd_status status = put_numbered(lowering, node->left, false);

  if (status == WD_OK)
    status = put_numbered(lowering, node->right, true);
  wd_spark_put_text(lowering, WD_SC_Join_join_condition, "l.i = r.i");
  wd_sc_put_int(writer, WD_SC_Join_join_type,
                WD_SC_Join_JoinType_JOIN_TYPE_FULL_OUTER);
  wd_sc_end(writer, join);
  wd_sc_end(writer, relation);
  order = wd_sc_begin(writer, WD_SC_Sort_order);
  wd_spark_put_text(lowering, WD_SC_Expression_SortOrder_child,
                    "coalesce(l.i, r.i)");
  wd_sc_put_int(
      writer, WD_SC_Expression_SortOrder_direction,
      WD_SC_Expression_SortOrder_SortDirection_SORT_DIRECTION_ASCENDING);
  wd_sc_end(writer, order);
  wd_sc_put_int(writer, WD_SC_Sort_is_global, 1);
  wd_sc_end(writer, sort);
  wd_sc_end(writer, input);
  return status;
}

/* A row that has no other is an error, looked for in each. */
enum wd_status
wd_spark_lower_zip(struct wd_spark_lowering *lowering,
                   const struct wd_plan_node *node)
{
  struct wd_sc_writer *writer = lowering->writer;
  size_t project = wd_sc_begin(writer, WD_SC_Relation_project);
  size_t relation = wd_sc_begin(writer, WD_SC_Project_input);
  size_t filter = wd_sc_begin(writer, WD_SC_Relation_filter);
  size_t inner = wd_sc_begin(writer, WD_SC_Filter_input);
  size_t named = wd_sc_begin(writer, WD_SC_Relation_project);
  enum wd_status status = put_zipped(lowering, node);

  put_pair_columns(lowering, node);
  wd_spark_put_named(lowering, WD_SC_Project_expressions,
                     "l.i IS NOT NULL AND r.i IS NOT NULL", "pair");
  wd_sc_end(writer, named);
  wd_sc_end(writer, inner);
  wd_spark_put_text(lowering, WD_SC_Filter_condition,
                    "CASE WHEN pair THEN TRUE ELSE raise_error('zip: one side "
                    "has more rows than the other') IS NULL END");
  wd_sc_end(writer, filter);
  wd_sc_end(writer, relation);
  wd_spark_put_columns(lowering, &node->schema);
  wd_sc_end(writer, project);
  return status;
}
