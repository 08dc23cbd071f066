/* Subqueries, and looking out of them. */
#include <string.h>

#include "substrait/translate.h"

static bool
has_column(const struct around *around, uint32_t column)
{
  for (uint32_t i = 0; i < around->count; i++)
    if (around->columns[i] == column)
      return true;
  return false;
}

static enum wd_status
look_at(struct translator *t, struct around *around, uint32_t column)
{
  if (has_column(around, column))
    return WD_OK;
  if (around->count == around->room) {
    uint32_t room = around->room ? around->room * 2 : 4;
    uint32_t *columns = wd_arena_array(t->arena, room, sizeof *columns);

    if (!columns)
      return wd_fail_memory(t->error);
    if (around->count)
      memcpy(columns, around->columns, around->count * sizeof *columns);
    around->columns = columns;
    around->room = room;
  }
  around->columns[around->count++] = column;
  return WD_OK;
}

enum wd_status
wd__look_out(struct translator *t, struct around *around, uint32_t column,
             const struct wd_expression **out)
{
  struct wd_expression *node = wd_arena_alloc(t->arena, sizeof *node);
  enum wd_status status = look_at(t, around, column);

  if (status != WD_OK)
    return status;
  if (!node)
    return wd_fail_memory(t->error);
  node->kind = WD_EXPR_OUTER;
  node->size = 1;
  node->column = column;
  node->around = around->number;
  node->type = around->schema->columns[column].type;
  node->nullable = around->schema->columns[column].nullable;
  *out = node;
  return WD_OK;
}

enum wd_status
wd__outer(struct translator *t, const struct wd_message *reference,
          uint32_t column, const struct wd_message *where,
          const struct wd_expression **out)
{
  int64_t steps = wd_message_integer(
      reference, WD_SS_Expression_FieldReference_OuterReference_steps_out);
  struct around *around = t->around;
  enum wd_status status =
      wd__refuse(t, reference,
                 WD_SS_Expression_FieldReference_OuterReference_rel_reference,
                 "a reference to a relation by its anchor");

  if (status != WD_OK)
    return status;
  for (int64_t i = 1; i < steps && around; i++)
    around = around->outer;
  if (!around || steps < 1)
    return wd_message_fail(reference, WD_INVALID_PLAN, t->error,
                           "there is no query %lld steps out",
                           (long long)steps);
  if (column >= around->schema->count)
    return wd_message_fail(where, WD_INVALID_PLAN, t->error,
                           "column %u of an outer row of %u", column,
                           around->schema->count);
  return wd__look_out(t, around, column, out);
}

/* The node of a subquery over `count` needles. */
static enum wd_status
new_subquery(struct translator *t, const struct wd_subquery *subquery,
             uint32_t count, const struct wd_expression *const *needles,
             const struct wd_type *type, bool nullable,
             const struct wd_expression **out)
{
  struct wd_expression *node = wd_arena_alloc(t->arena, sizeof *node);
  struct wd_subquery *copy = wd_arena_alloc(t->arena, sizeof *copy);
  uint64_t size = 1;

  if (!node || !copy)
    return wd_fail_memory(t->error);
  for (uint32_t i = 0; i < count; i++)
    size += needles[i]->size;
  if (size > WD_EXPRESSION_SIZE)
    return wd_fail(t->error, WD_LIMIT_EXCEEDED, "an expression is too large");
  *copy = *subquery;
  *node = (struct wd_expression){.kind = WD_EXPR_SUBQUERY,
                                 .type = *type,
                                 .nullable = nullable,
                                 .size = (uint32_t)size,
                                 .argument_count = count,
                                 .arguments = needles,
                                 .subquery = copy};
  *out = node;
  return WD_OK;
}

/* Plans a query with the view around it. */
static enum wd_status
make_query(struct translator *t, const struct view *view,
           const struct wd_message *rel, struct around *around,
           const struct wd_plan_node **out)
{
  enum wd_status status;

  *around = (struct around){.schema = view->schema,
                            .number = ++t->planner->subqueries,
                            .outer = t->around};
  t->around = around;
  status = wd__relation(t, rel, out);
  t->around = around->outer;
  return status;
}

static struct wd_subquery
subquery_of(enum wd_subquery_kind kind, const struct around *around,
            const struct wd_plan_node *query)
{
  return (struct wd_subquery){.kind = kind,
                              .number = around->number,
                              .query = query,
                              .outer_count = around->count,
                              .outer = around->columns};
}

static enum wd_status
check_width(const struct translator *t, const struct wd_message *where,
            const struct wd_plan_node *query, uint32_t count)
{
  if (query->schema.count == count)
    return WD_OK;
  return wd_message_fail(where, WD_INVALID_PLAN, t->error,
                         "a subquery of %u columns; it must have %u",
                         query->schema.count, count);
}

static enum wd_status
make_scalar(struct translator *t, const struct view *view,
            const struct wd_message *message, const struct wd_expression **out)
{
  const struct wd_message *rel;
  const struct wd_plan_node *query;
  struct around around;
  struct wd_subquery subquery;
  enum wd_status status = wd__need(
      t, message, WD_SS_Expression_Subquery_Scalar_input, "the input", &rel);

  if (status == WD_OK)
    status = make_query(t, view, rel, &around, &query);
  if (status == WD_OK)
    status = check_width(t, message, query, 1);
  if (status != WD_OK)
    return status;
  subquery = subquery_of(WD_SUBQUERY_SCALAR, &around, query);
  return new_subquery(t, &subquery, 0, NULL, &query->schema.columns[0].type,
                      true, out);
}

static enum wd_status
new_exists(struct translator *t, const struct around *around,
           const struct wd_plan_node *query, const struct wd_expression **out)
{
  const struct wd_type boolean = wd_type_of(WD_TYPE_BOOL);
  struct wd_subquery subquery = subquery_of(WD_SUBQUERY_EXISTS, around, query);

  return new_subquery(t, &subquery, 0, NULL, &boolean, false, out);
}

static struct wd_expression *
new_literal(struct translator *t, enum wd_type_id type)
{
  struct wd_expression *node = wd_arena_alloc(t->arena, sizeof *node);

  if (node) {
    node->kind = WD_EXPR_LITERAL;
    node->size = 1;
    node->type = wd_type_of(type);
  }
  return node;
}

/* Counts rows that are equal; the count is the last column. */
static enum wd_status
count_equal(struct translator *t, const struct wd_plan_node **query)
{
  const struct wd_schema *schema = &(*query)->schema;
  uint32_t keys = schema->count;
  const struct wd_expression **columns =
      wd_arena_array(t->arena, keys, sizeof *columns);
  struct wd_column *results =
      wd_arena_array(t->arena, (size_t)keys + 1, sizeof *results);
  struct wd_measure *measure = wd_arena_alloc(t->arena, sizeof *measure);
  struct wd_plan_node *node;
  enum wd_status status =
      wd__plan_node(t->planner, WD_NODE_AGGREGATE, *query, NULL, &node);

  if (status != WD_OK)
    return status;
  if (!columns || !results || !measure)
    return wd_fail_memory(t->error);
  for (uint32_t i = 0; i < keys && status == WD_OK; i++) {
    status = wd__column(t, schema, i, &columns[i]);
    results[i] = schema->columns[i];
  }
  measure->function = WD_AGG_COUNT_STAR;
  measure->type = wd_type_of(WD_TYPE_I64);
  results[keys] = (struct wd_column){.name = "count", .type = measure->type};
  node->schema = (struct wd_schema){keys + 1, results};
  node->aggregate.key_count = keys;
  node->aggregate.keys = columns;
  node->aggregate.measure_count = 1;
  node->aggregate.measures = measure;
  *query = node;
  return status;
}

/* Rows whose last column is more than 1. */
static enum wd_status
keep_several(struct translator *t, const struct wd_message *where,
             const struct wd_plan_node **query)
{
  struct wd_expression *one = new_literal(t, WD_TYPE_I64);
  const struct wd_expression *pair[2] = {NULL, one}, *several;
  enum wd_status status =
      wd__column(t, &(*query)->schema, (*query)->schema.count - 1, &pair[0]);

  if (!one)
    return wd_fail_memory(t->error);
  one->literal.value.integer = 1;
  if (status == WD_OK)
    status = wd__make_call(t, where, WD_FN_GT, 2, pair, &several);
  return status == WD_OK ? wd__filter(t, *query, several, query) : status;
}

/* Rows that are there more than once. One with a null in it is like no other:
 * SQL's unique predicate, which the standard names. */
static enum wd_status
make_repeated(struct translator *t, const struct wd_message *where,
              const struct wd_plan_node **query)
{
  const struct wd_schema *schema = &(*query)->schema;
  const struct wd_expression *column, *is_there = NULL, *condition = NULL;
  enum wd_status status = WD_OK;

  for (uint32_t i = 0; i < schema->count && status == WD_OK; i++) {
    const struct wd_expression *pair[2] = {condition, NULL};

    if (!schema->columns[i].nullable)
      continue;
    status = wd__column(t, schema, i, &column);
    if (status == WD_OK)
      status =
          wd__make_call(t, where, WD_FN_IS_NOT_NULL, 1, &column, &is_there);
    pair[1] = is_there;
    if (status == WD_OK && condition)
      status = wd__make_call(t, where, WD_FN_AND, 2, pair, &condition);
    else
      condition = is_there;
  }
  if (status == WD_OK && condition)
    status = wd__filter(t, *query, condition, query);
  if (status == WD_OK)
    status = count_equal(t, query);
  return status == WD_OK ? keep_several(t, where, query) : status;
}

static enum wd_status
make_predicate(struct translator *t, const struct view *view,
               const struct wd_message *message,
               const struct wd_expression **out)
{
  int64_t predicate = wd_message_integer(
      message, WD_SS_Expression_Subquery_SetPredicate_predicate_op);
  bool unique =
      predicate ==
      WD_SS_Expression_Subquery_SetPredicate_PredicateOp_PREDICATE_OP_UNIQUE;
  const struct wd_message *rel;
  const struct wd_plan_node *query;
  struct around around;
  enum wd_status status =
      wd__need(t, message, WD_SS_Expression_Subquery_SetPredicate_tuples,
               "the tuples", &rel);

  if (status == WD_OK && !unique &&
      predicate !=
          WD_SS_Expression_Subquery_SetPredicate_PredicateOp_PREDICATE_OP_EXISTS)
    return wd__missing(t, message, "the predicate");
  if (status == WD_OK)
    status = make_query(t, view, rel, &around, &query);
  if (status == WD_OK && unique)
    status = make_repeated(t, message, &query);
  if (status == WD_OK)
    status = new_exists(t, &around, query, out);
  return status == WD_OK && unique
             ? wd__make_call(t, message, WD_FN_NOT, 1, out, out)
             : status;
}

/* The query's one column and the needle in their common type. */
static enum wd_status
unify(struct translator *t, const struct wd_message *where,
      const struct wd_expression **needle, const struct wd_plan_node **query)
{
  const struct wd_column *column = &(*query)->schema.columns[0];
  const struct wd_expression *values[2] = {*needle, NULL}, *compared;
  const char *name = column->name;
  enum wd_status status = wd__column(t, &(*query)->schema, 0, &values[1]);

  /* What comparing makes of them says the type. */
  if (status == WD_OK)
    status = wd__make_call(t, where, WD_FN_EQUAL, 2, values, &compared);
  if (status != WD_OK)
    return status;
  *needle = compared->arguments[0];
  if (compared->arguments[1]->kind == WD_EXPR_COLUMN)
    return WD_OK;
  return wd__plan_project(t->planner, *query, 1, &compared->arguments[1], &name,
                          query);
}

static enum wd_status
add_needle(struct translator *t, const struct wd_message *where,
           struct wd_subquery *subquery, const struct around *around,
           const struct wd_plan_node *query, const struct wd_expression *needle,
           const struct wd_expression **out)
{
  const struct wd_type boolean = wd_type_of(WD_TYPE_BOOL);
  const struct wd_expression **needles =
      wd_arena_array(t->arena, 1, sizeof *needles);
  enum wd_status status = check_width(t, where, query, 1);

  if (!needles)
    return wd_fail_memory(t->error);
  needles[0] = needle;
  if (status == WD_OK)
    status = unify(t, where, &needles[0], &query);
  if (status != WD_OK)
    return status;
  *subquery = (struct wd_subquery){.kind = subquery->kind,
                                   .comparison = subquery->comparison,
                                   .number = around->number,
                                   .query = query,
                                   .outer_count = around->count,
                                   .outer = around->columns};
  return new_subquery(t, subquery, 1, needles, &boolean, true, out);
}

/* Whether all columns of a row of the query are equal to the needles, said in
 * the query. */
static enum wd_status
make_row_equal(struct translator *t, const struct view *view,
               const struct wd_message *message, struct around *around,
               const struct wd_plan_node *query,
               const struct wd_expression **out)
{
  const struct view inside = {.schema = view->schema, .from_inside = around};
  const struct wd_expression **needles;
  uint32_t count;
  enum wd_status status = wd__expressions(
      t, &inside, message, WD_SS_Expression_Subquery_InPredicate_needles,
      &count, &needles);

  *out = NULL;
  for (uint32_t i = 0; i < count && status == WD_OK; i++) {
    const struct wd_expression *pair[2] = {NULL, needles[i]};
    const struct wd_expression *both[2] = {*out, NULL};

    status = wd__column(t, &query->schema, i, &pair[0]);
    if (status == WD_OK)
      status = wd__make_call(t, message, WD_FN_EQUAL, 2, pair, &both[1]);
    if (status == WD_OK && *out)
      status = wd__make_call(t, message, WD_FN_AND, 2, both, out);
    else
      *out = both[1];
  }
  return status;
}

/* Several needles: a row is looked for that is equal in all of them. Where that
 * can be unknown, it is looked for whether `true` is among the answers, which
 * has three values as rows have. */
static enum wd_status
make_row_in(struct translator *t, const struct view *view,
            const struct wd_message *message, struct around *around,
            const struct wd_plan_node *query, const struct wd_expression **out)
{
  struct wd_subquery subquery = {.kind = WD_SUBQUERY_IN};
  struct wd_expression *yes = new_literal(t, WD_TYPE_BOOL);
  const struct wd_expression **equal = wd_arena_alloc(t->arena, sizeof *equal);
  const char **name = wd_arena_alloc(t->arena, sizeof *name);
  enum wd_status status;

  if (!yes || !equal || !name)
    return wd_fail_memory(t->error);
  *name = "equal";
  status = make_row_equal(t, view, message, around, query, equal);
  if (status == WD_OK && *equal && !(*equal)->nullable) {
    status = wd__filter(t, query, *equal, &query);
    return status == WD_OK ? new_exists(t, around, query, out) : status;
  }
  yes->literal.value.boolean = true;
  if (status == WD_OK)
    status = wd__plan_project(t->planner, query, 1, equal, name, &query);
  return status == WD_OK
             ? add_needle(t, message, &subquery, around, query, yes, out)
             : status;
}

static enum wd_status
make_in(struct translator *t, const struct view *view,
        const struct wd_message *message, const struct wd_expression **out)
{
  uint32_t count =
      wd_message_count(message, WD_SS_Expression_Subquery_InPredicate_needles);
  const struct wd_message *rel;
  const struct wd_plan_node *query;
  struct around around;
  struct wd_subquery subquery = {.kind = WD_SUBQUERY_IN};
  const struct wd_expression **needles;
  enum wd_status status =
      wd__need(t, message, WD_SS_Expression_Subquery_InPredicate_haystack,
               "the haystack", &rel);

  if (status == WD_OK && count == 0)
    status = wd__missing(t, message, "what is looked for");
  if (status == WD_OK)
    status = make_query(t, view, rel, &around, &query);
  if (status == WD_OK)
    status = check_width(t, message, query, count);
  if (status == WD_OK && count > 1)
    return make_row_in(t, view, message, &around, query, out);
  if (status == WD_OK)
    status = wd__expressions(t, view, message,
                             WD_SS_Expression_Subquery_InPredicate_needles,
                             &count, &needles);
  if (status != WD_OK)
    return status;
  return add_needle(t, message, &subquery, &around, query, needles[0], out);
}

static enum wd_status
make_comparison(struct translator *t, const struct view *view,
                const struct wd_message *message,
                const struct wd_expression **out)
{
  static const enum wd_function functions[] = {
      [WD_SS_Expression_Subquery_SetComparison_ComparisonOp_COMPARISON_OP_EQ] =
          WD_FN_EQUAL,
      [WD_SS_Expression_Subquery_SetComparison_ComparisonOp_COMPARISON_OP_NE] =
          WD_FN_NOT_EQUAL,
      [WD_SS_Expression_Subquery_SetComparison_ComparisonOp_COMPARISON_OP_LT] =
          WD_FN_LT,
      [WD_SS_Expression_Subquery_SetComparison_ComparisonOp_COMPARISON_OP_GT] =
          WD_FN_GT,
      [WD_SS_Expression_Subquery_SetComparison_ComparisonOp_COMPARISON_OP_LE] =
          WD_FN_LTE,
      [WD_SS_Expression_Subquery_SetComparison_ComparisonOp_COMPARISON_OP_GE] =
          WD_FN_GTE,
  };
  int64_t comparison = wd_message_integer(
      message, WD_SS_Expression_Subquery_SetComparison_comparison_op);
  int64_t reduction = wd_message_integer(
      message, WD_SS_Expression_Subquery_SetComparison_reduction_op);
  const struct wd_message *rel, *left;
  const struct wd_plan_node *query;
  const struct wd_expression *needle;
  struct around around;
  struct wd_subquery subquery = {.kind = WD_SUBQUERY_ANY};
  enum wd_status status =
      wd__need(t, message, WD_SS_Expression_Subquery_SetComparison_left,
               "the left side", &left);

  if (status == WD_OK)
    status = wd__need(t, message, WD_SS_Expression_Subquery_SetComparison_right,
                      "the right side", &rel);
  if (status != WD_OK)
    return status;
  if (comparison < 1 || comparison > 6 || reduction < 1 || reduction > 2)
    return wd__missing(t, message, "the comparison, or any or all");
  subquery.comparison = functions[comparison];
  if (reduction ==
      WD_SS_Expression_Subquery_SetComparison_ReductionOp_REDUCTION_OP_ALL)
    subquery.kind = WD_SUBQUERY_ALL;
  status = wd__expression(t, view, left, &needle);
  if (status == WD_OK)
    status = make_query(t, view, rel, &around, &query);
  if (status != WD_OK)
    return status;
  return add_needle(t, message, &subquery, &around, query, needle, out);
}

enum wd_status
wd__subquery(struct translator *t, const struct view *view,
             const struct wd_message *message, const struct wd_expression **out)
{
  const struct wd_value *kind = message->values;

  if (!kind)
    return wd__missing(t, message, "the kind of the subquery");
  if (!view->subqueries)
    return wd__unsupported(t, message,
                           "a subquery outside of filters and projects");
  switch (kind->field->number) {
  case WD_SS_Expression_Subquery_scalar:
    return make_scalar(t, view, kind->message, out);
  case WD_SS_Expression_Subquery_in_predicate:
    return make_in(t, view, kind->message, out);
  case WD_SS_Expression_Subquery_set_predicate:
    return make_predicate(t, view, kind->message, out);
  default:
    return make_comparison(t, view, kind->message, out);
  }
}
