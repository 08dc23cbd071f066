/* distinct, union, intersect, except: rows as members of sets, where nulls
 * and NaNs equal themselves. */
#include <stdio.h>
#include <string.h>

#include "plan/coerce.h"
#include "plan/planner.h"

static bool
contains(const uint32_t *columns, uint32_t count, uint32_t column)
{
  for (uint32_t i = 0; i < count; i++)
    if (columns[i] == column)
      return true;
  return false;
}

/* The input with the orders of those of the columns that have one behind it;
 * *columns then are these. */
static enum wd_status
add_orders(struct planner *planner, const struct wd_plan_node *input,
           uint32_t count, uint32_t *columns,
           const struct wd_plan_node **out_node)
{
  uint32_t width = input->schema.count, at = width;
  const struct wd_expression **expressions = wd_arena_array(
      planner->arena, (size_t)width + count, sizeof *expressions);
  const char **names =
      wd_arena_array(planner->arena, (size_t)width + count, sizeof *names);
  enum wd_status status =
      expressions && names ? WD_OK : wd_fail_memory(planner->error);

  for (uint32_t i = 0; i < width && status == WD_OK; i++) {
    names[i] = input->schema.columns[i].name;
    status = wd_expression_make_column(&input->schema, i, planner->arena,
                                       &expressions[i], planner->error);
  }
  for (uint32_t i = 0; i < count && status == WD_OK; i++) {
    status = wd__plan_order(planner, input, expressions[columns[i]],
                            &expressions[at]);
    if (status != WD_OK || !expressions[at])
      continue;
    names[at] = wd_arena_printf(planner->arena, "order_%u", at);
    if (!names[at])
      return wd_fail_memory(planner->error);
    columns[i] = at++;
  }
  *out_node = input;
  return status != WD_OK || at == width
             ? status
             : wd__plan_project(planner, input, at, expressions, names,
                                out_node);
}

/* Types with an order of their own are distinct by it. */
static enum wd_status
distinct_by_order(struct planner *planner, const struct wd_plan_node *input,
                  struct wd_plan_node *node,
                  const struct wd_plan_node **out_node)
{
  uint32_t width = input->schema.count;
  uint32_t count = node->distinct.count ? node->distinct.count : width;
  uint32_t *columns = wd_arena_array(planner->arena, count, sizeof *columns);
  const struct wd_expression **expressions =
      wd_arena_array(planner->arena, width, sizeof *expressions);
  const char **names = wd_arena_array(planner->arena, width, sizeof *names);
  enum wd_status status = WD_OK;

  if (!columns || !expressions || !names)
    return wd_fail_memory(planner->error);
  for (uint32_t i = 0; i < count; i++)
    columns[i] = node->distinct.count ? node->distinct.columns[i] : i;
  status = add_orders(planner, input, count, columns, &node->left);
  if (status != WD_OK || node->left == input)
    return status;
  node->schema = node->left->schema;
  node->distinct.count = count;
  node->distinct.columns = columns;
  for (uint32_t i = 0; i < width && status == WD_OK; i++) {
    names[i] = input->schema.columns[i].name;
    status = wd_expression_make_column(&node->schema, i, planner->arena,
                                       &expressions[i], planner->error);
  }
  return status == WD_OK ? wd__plan_project(planner, node, width, expressions,
                                            names, out_node)
                         : status;
}

enum wd_status
wd__plan_distinct(struct planner *planner, const struct wd_relation *relation,
                  const struct wd_plan_node *input,
                  const struct wd_plan_node **out_node)
{
  uint32_t count = relation->names.count, kept = 0;
  uint32_t *columns = wd_arena_array(planner->arena, count, sizeof *columns);
  struct wd_plan_node *node;
  enum wd_status status =
      wd__plan_node(planner, WD_NODE_DISTINCT, input, NULL, &node);

  if (status != WD_OK)
    return status;
  if (!columns)
    return wd_fail_memory(planner->error);
  for (uint32_t i = 0; i < count && status == WD_OK; i++) {
    status = wd__plan_find(planner, &input->schema, "distinct",
                           relation->names.list[i], &columns[kept]);
    if (status == WD_OK && !contains(columns, kept, columns[kept]))
      kept++;
  }
  node->distinct.count = kept;
  node->distinct.columns = columns;
  *out_node = node;
  return status == WD_OK ? distinct_by_order(planner, input, node, out_node)
                         : status;
}

struct set {
  struct planner *planner;
  const struct wd_plan_node *sides[2];
  uint32_t count;
  uint32_t *matches; /* of the right, for each column of the left */
  struct wd_column *columns;
};

static const char *
operation_name(enum wd_set_operation operation)
{
  switch (operation) {
  case WD_SET_UNION_ALL:
  case WD_SET_UNION_DISTINCT:
    return "union";
  case WD_SET_INTERSECT_ALL:
  case WD_SET_INTERSECT_DISTINCT:
    return "intersect";
  default:
    return "except";
  }
}

static enum wd_status
match_names(struct set *set, const char *operation)
{
  const struct wd_schema *left = &set->sides[0]->schema;
  const struct wd_schema *right = &set->sides[1]->schema;
  char left_side[48], right_side[48];
  uint32_t column;
  enum wd_status status = WD_OK;

  snprintf(left_side, sizeof left_side, "the left side of the %s", operation);
  snprintf(right_side, sizeof right_side, "the right side of the %s",
           operation);
  for (uint32_t i = 0; i < left->count && status == WD_OK; i++) {
    status = wd__plan_find(set->planner, left, left_side, left->columns[i].name,
                           &column);
    if (status == WD_OK)
      status = wd__plan_find(set->planner, right, right_side,
                             left->columns[i].name, &set->matches[i]);
  }
  /* As many and each found: none is left over but by a name found twice. */
  for (uint32_t i = 0; i < right->count && status == WD_OK; i++)
    if (!contains(set->matches, left->count, i))
      status = wd__plan_find(set->planner, left, left_side,
                             right->columns[i].name, &column);
  return status;
}

static enum wd_status
match(struct set *set, const struct wd_relation *relation)
{
  uint32_t left = set->sides[0]->schema.count;
  uint32_t right = set->sides[1]->schema.count;

  set->count = left;
  set->matches =
      wd_arena_array(set->planner->arena, left, sizeof *set->matches);
  set->columns =
      wd_arena_array(set->planner->arena, left, sizeof *set->columns);
  if (!set->matches || !set->columns)
    return wd_fail_memory(set->planner->error);
  if (relation->set.by_name) {
    enum wd_status status =
        match_names(set, operation_name(relation->set.operation));

    if (status != WD_OK)
      return status;
  }
  if (left != right)
    return wd_fail(set->planner->error, WD_INVALID_PLAN,
                   "%s of %u columns and %u; both sides must have as many",
                   operation_name(relation->set.operation), left, right);
  for (uint32_t i = 0; i < left && !relation->set.by_name; i++)
    set->matches[i] = i;
  return WD_OK;
}

static bool
result_nullable(enum wd_set_operation operation, bool left, bool right)
{
  switch (operation) {
  case WD_SET_UNION_ALL:
  case WD_SET_UNION_DISTINCT:
    return left || right;
  case WD_SET_INTERSECT_ALL:
  case WD_SET_INTERSECT_DISTINCT:
    return left && right;
  default:
    return left;
  }
}

static enum wd_status
make_columns(const struct set *set, enum wd_set_operation operation)
{
  for (uint32_t i = 0; i < set->count; i++) {
    const struct wd_column *left = &set->sides[0]->schema.columns[i];
    const struct wd_column *right =
        &set->sides[1]->schema.columns[set->matches[i]];
    char a[96], b[96], clean[128];

    set->columns[i] = *left;
    set->columns[i].nullable =
        result_nullable(operation, left->nullable, right->nullable);
    if (wd_type_common(&left->type, &right->type, &set->columns[i].type))
      continue;
    wd_text_clean(clean, sizeof clean, left->name, strlen(left->name));
    return wd_fail(set->planner->error, WD_TYPE_MISMATCH,
                   "%s of %s and %s in the column '%s'; cast one of them in a "
                   "select before",
                   operation_name(operation),
                   wd_type_text(&left->type, a, sizeof a),
                   wd_type_text(&right->type, b, sizeof b), clean);
  }
  return WD_OK;
}

/* A side with its columns in the left's order and the common types; the side
 * itself when it has them. */
static enum wd_status
align(struct set *set, int side)
{
  struct planner *planner = set->planner;
  const struct wd_plan_node *input = set->sides[side];
  const struct wd_expression **expressions =
      wd_arena_array(planner->arena, set->count, sizeof *expressions);
  const char **names =
      wd_arena_array(planner->arena, set->count, sizeof *names);
  bool same = true;
  enum wd_status status = WD_OK;

  if (!expressions || !names)
    return wd_fail_memory(planner->error);
  for (uint32_t i = 0; i < set->count && status == WD_OK; i++) {
    uint32_t from = side ? set->matches[i] : i;

    names[i] = set->columns[i].name;
    same = same && from == i &&
           wd_type_equal(&input->schema.columns[i].type, &set->columns[i].type);
    status = wd_expression_make_column(&input->schema, from, planner->arena,
                                       &expressions[i], planner->error);
    if (status == WD_OK)
      status = wd_expression_make_cast(expressions[i], &set->columns[i].type,
                                       planner->arena, &expressions[i],
                                       planner->error);
  }
  if (status != WD_OK || same)
    return status;
  return wd__plan_project(planner, input, set->count, expressions, names,
                          &set->sides[side]);
}

enum wd_status
wd__plan_set(struct planner *planner, const struct wd_relation *relation,
             const struct wd_plan_node *left, const struct wd_plan_node *right,
             const struct wd_plan_node **out_node)
{
  struct set set = {.planner = planner, .sides = {left, right}};
  struct wd_plan_node *node;
  enum wd_status status = match(&set, relation);

  if (status == WD_OK)
    status = make_columns(&set, relation->set.operation);
  for (int side = 0; side < 2 && status == WD_OK; side++)
    status = align(&set, side);
  if (status == WD_OK)
    status =
        wd__plan_node(planner, WD_NODE_SET, set.sides[0], set.sides[1], &node);
  if (status != WD_OK)
    return status;
  node->schema = (struct wd_schema){set.count, set.columns};
  node->set = relation->set.operation;
  *out_node = node;
  for (uint32_t i = 0;
       status == WD_OK && i < set.count && node->set != WD_SET_UNION_ALL; i++)
    status = wd__plan_check_column_order(
        planner, node, i, operation_name(relation->set.operation));
  return status;
}
