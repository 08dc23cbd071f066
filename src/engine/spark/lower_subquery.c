/* Subqueries that do not look at the row around them: each is a relation of one
 * row, whose value is one more column of the node's input. They are a
 * project's, by Spark's scalar subqueries: a join would not keep the order of
 * the rows. */
#include <stdio.h>

#include "engine/spark/lower_named.h"

/* Whether it is written as a column. */
static bool
is_column(const struct wd_subquery *subquery)
{
  return subquery->outer_count == 0 && (subquery->kind == WD_SUBQUERY_SCALAR ||
                                        subquery->kind == WD_SUBQUERY_EXISTS);
}

static void
count(void *env, const struct wd_subquery *subquery)
{
  *(uint32_t *)env += is_column(subquery);
}

uint32_t
wd_spark_count_subqueries(const struct wd_plan_node *node)
{
  uint32_t found = 0;

  wd_plan_each_subquery(node, count, &found);
  return found;
}

enum wd_status
wd_spark_write_subquery(struct wd_spark_lowering *lowering,
                        const struct wd_subquery *subquery, struct wd_buf *buf)
{
  if (!is_column(subquery))
    return wd_fail(
        lowering->error, WD_UNSUPPORTED,
        "the engine spark does not run subqueries %s",
        subquery->outer_count
            ? "that look at the rows around them"
            : "of the kinds `in`, `any` and `all`; a join does the same");
  if (subquery->kind == WD_SUBQUERY_EXISTS)
    wd_buf_printf(buf, "s%u", subquery->number);
  else
    wd_buf_printf(buf,
                  "(CASE WHEN s%u.n > 1 THEN raise_error('a subquery that is a "
                  "value has more than one row') ELSE s%u.v END)",
                  subquery->number, subquery->number);
  return WD_OK;
}

/* How many rows there are, and the value of one, null without: errors within
 * subqueries come wrapped, so that of a second row is the reader's. */
static enum wd_status
put_row(struct wd_spark_lowering *lowering, const struct wd_subquery *subquery)
{
  struct wd_sc_writer *writer = lowering->writer;
  size_t aggregate = wd_sc_begin(writer, WD_SC_Relation_aggregate);
  uint32_t left_count = lowering->left_count, base = lowering->column_base;
  char name[16];
  enum wd_status status;

  lowering->left_count = lowering->column_base = 0;
  status =
      wd_spark_lower_node(lowering, subquery->query, WD_SC_Aggregate_input);
  lowering->left_count = left_count;
  lowering->column_base = base;
  wd_sc_put_int(writer, WD_SC_Aggregate_group_type,
                WD_SC_Aggregate_GroupType_GROUP_TYPE_GROUPBY);
  snprintf(name, sizeof name, "s%u", subquery->number);
  wd_spark_put_named(lowering, WD_SC_Aggregate_aggregate_expressions,
                     subquery->kind == WD_SUBQUERY_EXISTS
                         ? "count(1) > 0"
                         : "named_struct('n', count(1), 'v', first(c0))",
                     name);
  wd_sc_end(writer, aggregate);
  return status;
}

struct beside {
  uint32_t wanted; /* of them still to come */
  const struct wd_subquery *last;
};

/* The last of so many. */
static void
find(void *env, const struct wd_subquery *subquery)
{
  struct beside *beside = env;

  if (!is_column(subquery) || beside->wanted == 0)
    return;
  beside->wanted--;
  beside->last = subquery;
}

/* The relation that a reference is: known by its number. */
static enum wd_status
put_reference(struct wd_spark_lowering *lowering,
              const struct wd_subquery *subquery)
{
  struct wd_sc_writer *writer = lowering->writer;
  size_t reference = wd_sc_begin(writer, WD_SC_WithRelations_references);
  size_t common = wd_sc_begin(writer, WD_SC_Relation_common);
  enum wd_status status;

  wd_sc_put_int(writer, WD_SC_RelationCommon_plan_id, subquery->number);
  wd_sc_end(writer, common);
  status = put_row(lowering, subquery);
  wd_sc_end(writer, reference);
  return status;
}

static void
put_column(struct wd_spark_lowering *lowering,
           const struct wd_subquery *subquery)
{
  struct wd_sc_writer *writer = lowering->writer;
  size_t expression = wd_sc_begin(writer, WD_SC_Project_expressions);
  size_t alias = wd_sc_begin(writer, WD_SC_Expression_alias);
  size_t value = wd_sc_begin(writer, WD_SC_Expression_Alias_expr);
  size_t scalar = wd_sc_begin(writer, WD_SC_Expression_subquery_expression);
  char name[16];

  wd_sc_put_int(writer, WD_SC_SubqueryExpression_plan_id, subquery->number);
  wd_sc_put_int(writer, WD_SC_SubqueryExpression_subquery_type,
                WD_SC_SubqueryExpression_SubqueryType_SUBQUERY_TYPE_SCALAR);
  wd_sc_end(writer, scalar);
  wd_sc_end(writer, value);
  snprintf(name, sizeof name, "s%u", subquery->number);
  wd_sc_put_text(writer, WD_SC_Expression_Alias_name, name);
  wd_sc_end(writer, alias);
  wd_sc_end(writer, expression);
}

/* The input and the first `wanted` of the node's subqueries. */
static enum wd_status
put_beside(struct wd_spark_lowering *lowering, const struct wd_plan_node *node,
           uint32_t wanted, uint32_t field)
{
  struct beside beside = {.wanted = wanted};
  struct wd_sc_writer *writer = lowering->writer;
  size_t relation, with, root, project;
  enum wd_status status;

  if (wanted == 0)
    return wd_spark_lower_node(lowering, node->left, field);
  wd_plan_each_subquery(node, find, &beside);
  relation = wd_sc_begin(writer, field);
  with = wd_sc_begin(writer, WD_SC_Relation_with_relations);
  root = wd_sc_begin(writer, WD_SC_WithRelations_root);
  project = wd_sc_begin(writer, WD_SC_Relation_project);
  status = put_beside(lowering, node, wanted - 1, WD_SC_Project_input);
  wd_spark_put_text(lowering, WD_SC_Project_expressions, "*");
  put_column(lowering, beside.last);
  wd_sc_end(writer, project);
  wd_sc_end(writer, root);
  if (status == WD_OK)
    status = put_reference(lowering, beside.last);
  wd_sc_end(writer, with);
  wd_sc_end(writer, relation);
  return status;
}

enum wd_status
wd_spark_lower_beside(struct wd_spark_lowering *lowering,
                      const struct wd_plan_node *node, uint32_t field)
{
  return put_beside(lowering, node, wd_spark_count_subqueries(node), field);
}
