/* Relations that the standard has. */
#include "substrait/writer.h"

void
wd__write_common(struct writer *w, uint32_t count, const uint32_t *columns)
{
  size_t common = wd_wire_begin(w->buf, WD_SS_ReadRel_common), emit;

  if (!columns) {
    wd_wire_bytes(w->buf, WD_SS_RelCommon_direct, "", 0);
  } else {
    emit = wd_wire_begin(w->buf, WD_SS_RelCommon_emit);
    wd__write_numbers(w, WD_SS_RelCommon_Emit_output_mapping, count, columns);
    wd_wire_end(w->buf, emit);
  }
  wd_wire_end(w->buf, common);
}

/* The first `count` columns only. */
static void
put_first(struct writer *w, uint32_t count)
{
  uint32_t *columns = wd_arena_array(w->arena, count, sizeof *columns);

  if (!columns) {
    wd__write_fail(w, WD_NO_MEMORY, "memory");
    return;
  }
  for (uint32_t i = 0; i < count; i++)
    columns[i] = i;
  wd__write_common(w, count, columns);
}

/* A project that gives nothing but other names: names are the root's. */
static bool
is_renaming(const struct wd_plan_node *node)
{
  if (node->kind != WD_NODE_PROJECT ||
      node->schema.count != node->left->schema.count)
    return false;
  for (uint32_t i = 0; i < node->schema.count; i++)
    if (node->project.expressions[i]->kind != WD_EXPR_COLUMN ||
        node->project.expressions[i]->column != i)
      return false;
  return true;
}

static void
put_filter(struct writer *w, const struct wd_plan_node *node)
{
  size_t begun = wd_wire_begin(w->buf, WD_SS_Rel_filter);

  wd__write_common(w, 0, NULL);
  wd__write_relation(w, WD_SS_FilterRel_input, node->left);
  wd__write_expression(w, WD_SS_FilterRel_condition, node->filter);
  wd_wire_end(w->buf, begun);
}

static void
put_sort(struct writer *w, const struct wd_plan_node *node)
{
  size_t begun = wd_wire_begin(w->buf, WD_SS_Rel_sort);

  wd__write_common(w, 0, NULL);
  wd__write_relation(w, WD_SS_SortRel_input, node->left);
  for (uint32_t i = 0; i < node->sort.count; i++)
    wd__write_sort(w, WD_SS_SortRel_sorts, node->sort.keys[i].expression,
                   node->sort.keys[i].descending,
                   node->sort.keys[i].nulls_first);
  wd_wire_end(w->buf, begun);
}

static void
put_limit(struct writer *w, const struct wd_plan_node *node)
{
  size_t begun = wd_wire_begin(w->buf, WD_SS_Rel_fetch);
  uint64_t offset = node->limit.offset, count = node->limit.count;

  wd__write_common(w, 0, NULL);
  wd__write_relation(w, WD_SS_FetchRel_input, node->left);
  if (offset)
    wd__write_i64(w, WD_SS_FetchRel_offset_expr,
                  offset < INT64_MAX ? (int64_t)offset : INT64_MAX);
  if (count < INT64_MAX)
    wd__write_i64(w, WD_SS_FetchRel_count_expr, (int64_t)count);
  wd_wire_end(w->buf, begun);
}

/* Without sets all keys are one set. */
static void
put_groupings(struct writer *w, const struct wd_plan_node *node)
{
  uint32_t keys = node->aggregate.key_count;
  size_t grouping;

  for (uint32_t i = 0; i < node->aggregate.set_count; i++) {
    const struct wd_key_set *set = &node->aggregate.sets[i];

    grouping = wd_wire_begin(w->buf, WD_SS_AggregateRel_groupings);
    wd__write_numbers(w, WD_SS_AggregateRel_Grouping_expression_references,
                      set->count, set->keys);
    wd_wire_end(w->buf, grouping);
  }
  if (node->aggregate.set_count || keys == 0)
    return;
  grouping = wd_wire_begin(w->buf, WD_SS_AggregateRel_groupings);
  for (uint32_t i = 0; i < keys; i++)
    wd_wire_int(w->buf, WD_SS_AggregateRel_Grouping_expression_references, i);
  wd_wire_end(w->buf, grouping);
}

static bool
is_reduce(const struct wd_plan_node *node)
{
  return node->aggregate.measure_count == 1 &&
         node->aggregate.measures[0].bound.lambda &&
         node->aggregate.measures[0].role == WD_ROLE_REDUCE;
}

/* With sets the standard counts one more column, the number of the set. */
static void
put_aggregate(struct writer *w, const struct wd_plan_node *node)
{
  size_t begun = wd_wire_begin(w->buf, WD_SS_Rel_aggregate);

  if (node->aggregate.set_count > 1)
    put_first(w, node->schema.count);
  else
    wd__write_common(w, 0, NULL);
  wd__write_relation(w, WD_SS_AggregateRel_input, node->left);
  put_groupings(w, node);
  for (uint32_t i = 0; i < node->aggregate.measure_count; i++)
    wd__write_measure(w, WD_SS_AggregateRel_measures,
                      &node->aggregate.measures[i]);
  for (uint32_t i = 0; i < node->aggregate.key_count; i++)
    wd__write_expression(w, WD_SS_AggregateRel_grouping_expressions,
                         node->aggregate.keys[i]);
  wd_wire_end(w->buf, begun);
}

/* All columns are keys. */
static void
put_distinct(struct writer *w, const struct wd_plan_node *node)
{
  uint32_t count = node->schema.count;
  size_t begun = wd_wire_begin(w->buf, WD_SS_Rel_aggregate), grouping;

  wd__write_common(w, 0, NULL);
  wd__write_relation(w, WD_SS_AggregateRel_input, node->left);
  grouping = wd_wire_begin(w->buf, WD_SS_AggregateRel_groupings);
  for (uint32_t i = 0; i < count; i++)
    wd_wire_int(w->buf, WD_SS_AggregateRel_Grouping_expression_references, i);
  wd_wire_end(w->buf, grouping);
  for (uint32_t i = 0; i < count; i++)
    wd__write_column(w, WD_SS_AggregateRel_grouping_expressions, i);
  wd_wire_end(w->buf, begun);
}

static void
put_join(struct writer *w, const struct wd_plan_node *node)
{
  static const int64_t types[] = {
      [WD_JOIN_INNER] = WD_SS_JoinRel_JoinType_JOIN_TYPE_INNER,
      [WD_JOIN_LEFT] = WD_SS_JoinRel_JoinType_JOIN_TYPE_LEFT,
      [WD_JOIN_RIGHT] = WD_SS_JoinRel_JoinType_JOIN_TYPE_RIGHT,
      [WD_JOIN_FULL] = WD_SS_JoinRel_JoinType_JOIN_TYPE_OUTER,
      [WD_JOIN_SEMI] = WD_SS_JoinRel_JoinType_JOIN_TYPE_LEFT_SEMI,
      [WD_JOIN_ANTI] = WD_SS_JoinRel_JoinType_JOIN_TYPE_LEFT_ANTI,
  };
  bool cross = node->join.kind == WD_JOIN_CROSS;
  size_t begun =
      wd_wire_begin(w->buf, cross ? WD_SS_Rel_cross : WD_SS_Rel_join);

  wd__write_common(w, 0, NULL);
  wd__write_relation(w, WD_SS_JoinRel_left, node->left);
  wd__write_relation(w, WD_SS_JoinRel_right, node->right);
  if (!cross && node->join.condition)
    wd__write_expression(w, WD_SS_JoinRel_expression, node->join.condition);
  if (!cross)
    wd_wire_int(w->buf, WD_SS_JoinRel_type, types[node->join.kind]);
  wd_wire_end(w->buf, begun);
}

static void
put_set(struct writer *w, const struct wd_plan_node *node)
{
  static const int64_t operations[] = {
      [WD_SET_UNION_ALL] = WD_SS_SetRel_SetOp_SET_OP_UNION_ALL,
      [WD_SET_UNION_DISTINCT] = WD_SS_SetRel_SetOp_SET_OP_UNION_DISTINCT,
      [WD_SET_INTERSECT_ALL] =
          WD_SS_SetRel_SetOp_SET_OP_INTERSECTION_MULTISET_ALL,
      [WD_SET_INTERSECT_DISTINCT] =
          WD_SS_SetRel_SetOp_SET_OP_INTERSECTION_PRIMARY,
      [WD_SET_EXCEPT_ALL] = WD_SS_SetRel_SetOp_SET_OP_MINUS_PRIMARY_ALL,
      [WD_SET_EXCEPT_DISTINCT] = WD_SS_SetRel_SetOp_SET_OP_MINUS_PRIMARY,
  };
  size_t begun = wd_wire_begin(w->buf, WD_SS_Rel_set);

  wd__write_common(w, 0, NULL);
  wd__write_relation(w, WD_SS_SetRel_inputs, node->left);
  wd__write_relation(w, WD_SS_SetRel_inputs, node->right);
  wd_wire_int(w->buf, WD_SS_SetRel_op, operations[node->set]);
  wd_wire_end(w->buf, begun);
}

/* Whether a column is the number of the row among those of one, which the
 * standard counts by itself. */
static bool
is_ordinal(const struct wd_plan_node *node, uint32_t column)
{
  uint32_t width = node->schema.count - node->expand.kept_count;

  for (uint32_t row = 0; row < node->expand.row_count; row++) {
    const struct wd_expression *one =
        node->expand.expressions[(size_t)row * width + column];

    if (one->kind != WD_EXPR_LITERAL || one->type.id != WD_TYPE_I32 ||
        one->literal.null || one->literal.value.integer != row)
      return false;
  }
  return true;
}

static void
put_expanded(struct writer *w, const struct wd_plan_node *node, uint32_t column)
{
  uint32_t width = node->schema.count - node->expand.kept_count;
  size_t field = wd_wire_begin(w->buf, WD_SS_ExpandRel_fields);
  size_t switching =
      wd_wire_begin(w->buf, WD_SS_ExpandRel_ExpandField_switching_field);

  for (uint32_t row = 0; row < node->expand.row_count; row++)
    wd__write_expression(
        w, WD_SS_ExpandRel_SwitchingField_duplicates,
        node->expand.expressions[(size_t)row * width + column]);
  wd_wire_end(w->buf, switching);
  wd_wire_end(w->buf, field);
}

static bool
is_numbered(const struct wd_plan_node *node)
{
  return node->kind == WD_NODE_EXPAND &&
         node->schema.count > node->expand.kept_count &&
         is_ordinal(node, node->schema.count - node->expand.kept_count - 1);
}

/* `columns`: those of a numbered one that come out; NULL: all. */
static void
put_expand(struct writer *w, const struct wd_plan_node *node, uint32_t count,
           const uint32_t *columns)
{
  uint32_t kept = node->expand.kept_count;
  uint32_t width = node->schema.count - kept;
  bool numbered = is_numbered(node);
  size_t begun = wd_wire_begin(w->buf, WD_SS_Rel_expand), field;

  if (numbered)
    wd__write_common(w, count, columns);
  else
    put_first(w, node->schema.count);
  wd__write_relation(w, WD_SS_ExpandRel_input, node->left);
  for (uint32_t i = 0; i < kept; i++) {
    field = wd_wire_begin(w->buf, WD_SS_ExpandRel_fields);
    wd__write_column(w, WD_SS_ExpandRel_ExpandField_consistent_field,
                     node->expand.kept[i]);
    wd_wire_end(w->buf, field);
  }
  for (uint32_t i = 0; i < width - numbered; i++)
    put_expanded(w, node, i);
  wd_wire_end(w->buf, begun);
}

/* Columns of the input are chosen, only others are expressions. */
static void
put_project(struct writer *w, const struct wd_plan_node *node)
{
  uint32_t count = node->schema.count, next = node->left->schema.count;
  uint32_t *columns = wd_arena_array(w->arena, count, sizeof *columns);
  size_t begun;

  if (!columns) {
    wd__write_fail(w, WD_NO_MEMORY, "memory");
    return;
  }
  for (uint32_t i = 0; i < count; i++) {
    const struct wd_expression *one = node->project.expressions[i];

    columns[i] = one->kind == WD_EXPR_COLUMN ? one->column : next++;
  }
  if (next == node->left->schema.count && is_numbered(node->left)) {
    put_expand(w, node->left, count, columns);
    return;
  }
  begun = wd_wire_begin(w->buf, WD_SS_Rel_project);
  wd__write_common(w, count, columns);
  wd__write_relation(w, WD_SS_ProjectRel_input, node->left);
  for (uint32_t i = 0; i < count; i++)
    if (node->project.expressions[i]->kind != WD_EXPR_COLUMN)
      wd__write_expression(w, WD_SS_ProjectRel_expressions,
                           node->project.expressions[i]);
  wd_wire_end(w->buf, begun);
}

static void
put_repartition(struct writer *w, const struct wd_plan_node *node)
{
  size_t begun = wd_wire_begin(w->buf, WD_SS_Rel_exchange), kind;

  wd__write_common(w, 0, NULL);
  wd__write_relation(w, WD_SS_ExchangeRel_input, node->left);
  wd_wire_int(w->buf, WD_SS_ExchangeRel_partition_count,
              node->repartition.count);
  if (node->repartition.column_count) {
    kind = wd_wire_begin(w->buf, WD_SS_ExchangeRel_scatter_by_fields);
    for (uint32_t i = 0; i < node->repartition.column_count; i++)
      wd__write_reference(w, WD_SS_ExchangeRel_ScatterFields_fields,
                          node->repartition.columns[i]);
  } else {
    kind = wd_wire_begin(w->buf, WD_SS_ExchangeRel_round_robin);
    wd_wire_int(w->buf, WD_SS_ExchangeRel_RoundRobin_exact, 1);
  }
  wd_wire_end(w->buf, kind);
  wd_wire_end(w->buf, begun);
}

static void
put_kind(struct writer *w, const struct wd_plan_node *node)
{
  switch (node->kind) {
  case WD_NODE_PROJECT:
    if (wd__write_constant(w, node))
      return;
    put_project(w, node);
    return;
  case WD_NODE_FILTER:
    put_filter(w, node);
    return;
  case WD_NODE_AGGREGATE:
    if (is_reduce(node))
      break;
    put_aggregate(w, node);
    return;
  case WD_NODE_JOIN:
    if (node->join.kind > WD_JOIN_CROSS)
      break;
    put_join(w, node);
    return;
  case WD_NODE_SORT:
    put_sort(w, node);
    return;
  case WD_NODE_LIMIT:
    put_limit(w, node);
    return;
  case WD_NODE_REPARTITION:
    put_repartition(w, node);
    return;
  case WD_NODE_DISTINCT:
    if (node->distinct.count)
      break;
    put_distinct(w, node);
    return;
  case WD_NODE_SET:
    put_set(w, node);
    return;
  case WD_NODE_EXPAND:
    if (wd__write_constant(w, node))
      return;
    put_expand(w, node, 0, NULL);
    return;
  case WD_NODE_READ:
  case WD_NODE_VALUES:
  case WD_NODE_RANGE:
  case WD_NODE_GENERATE:
  case WD_NODE_CACHE:
    wd__write_source(w, node);
    return;
  default:
    break;
  }
  wd__write_extension(w, node);
}

void
wd__write_relation(struct writer *w, uint32_t field,
                   const struct wd_plan_node *node)
{
  struct place place;

  /* A cache that is not filled is what it is made of. */
  while (is_renaming(node) || (node->kind == WD_NODE_CACHE && node->left))
    node = node->left;
  if (w->status != WD_OK || w->buf->failed)
    return;
  wd__write_begin(w, field, &place);
  put_kind(w, node);
  wd__write_end(w, field, &place, &w->relations,
                WD_SS_Rel_detached_rel_ordinal);
}
