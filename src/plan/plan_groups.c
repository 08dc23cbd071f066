/* Lambdas over groups and pairs of groups, partitions by number, and data that
 * is kept. */
#include <string.h>

#include "plan/coerce.h"
#include "plan/planner.h"

/* One side of a grouping: its rows, keys that are no columns of them first. */
struct side {
  struct planner *planner;
  const struct wd_plan_node *node;
  uint32_t count;
  const struct wd_expression **keys;
  const char **names;
  uint32_t *columns; /* the keys in `node` */
  uint32_t made;     /* keys that are no columns */
};

static enum wd_status
type_keys(struct side *side, const struct wd_keys_syntax *keys)
{
  struct planner *planner = side->planner;
  const struct wd_schema *schema = &side->node->schema;
  struct wd_scope scope = wd__plan_scope(planner, side->node);
  enum wd_status status = WD_OK;

  side->count = keys->count;
  side->keys = wd_arena_array(planner->arena, keys->count, sizeof *side->keys);
  side->names =
      wd_arena_array(planner->arena, keys->count, sizeof *side->names);
  side->columns =
      wd_arena_array(planner->arena, keys->count, sizeof *side->columns);
  if (!side->keys || !side->names || !side->columns)
    return wd_fail_memory(planner->error);
  for (uint32_t i = 0; i < keys->count && status == WD_OK; i++) {
    status = wd_expression_make(keys->keys[i].syntax, &scope, planner->arena,
                                &side->keys[i], planner->error);
    if (status != WD_OK)
      return status;
    status = wd__plan_check_order(planner, side->node, side->keys[i],
                                  "groups of a lambda");
    side->names[i] = wd__plan_name(&keys->keys[i], side->keys[i], schema);
    side->made += side->keys[i]->kind != WD_EXPR_COLUMN;
  }
  return status;
}

/* A made key must not be taken for a column of the rows, or another key. */
static enum wd_status
check_name(const struct side *side, uint32_t key)
{
  const struct wd_schema *schema = &side->node->schema;
  const char *name = side->names[key];
  bool taken = false;

  for (uint32_t i = 0; i < schema->count; i++)
    taken = taken || strcmp(schema->columns[i].name, name) == 0;
  for (uint32_t i = 0; i < key; i++)
    taken = taken || (side->keys[i]->kind != WD_EXPR_COLUMN &&
                      strcmp(side->names[i], name) == 0);
  if (!taken)
    return WD_OK;
  return wd_fail(side->planner->error, WD_INVALID_PLAN,
                 "the group key '%.100s' has the name of another column of the "
                 "rows; name it otherwise with 'as'",
                 name);
}

/* Puts the keys that are no columns in front of the rows. */
static enum wd_status
make_columns(struct side *side)
{
  struct planner *planner = side->planner;
  const struct wd_schema *schema = &side->node->schema;
  uint32_t count = side->made + schema->count, at = 0;
  const struct wd_expression **expressions =
      wd_arena_array(planner->arena, count, sizeof *expressions);
  const char **names = wd_arena_array(planner->arena, count, sizeof *names);
  enum wd_status status = WD_OK;

  if (!expressions || !names)
    return wd_fail_memory(planner->error);
  for (uint32_t i = 0; i < side->count && status == WD_OK; i++) {
    if (side->keys[i]->kind == WD_EXPR_COLUMN) {
      side->columns[i] = side->made + side->keys[i]->column;
      continue;
    }
    status = check_name(side, i);
    side->columns[i] = at;
    names[at] = side->names[i];
    expressions[at++] = side->keys[i];
  }
  for (uint32_t i = 0; i < schema->count && status == WD_OK; i++) {
    names[at] = schema->columns[i].name;
    status = wd_expression_make_column(schema, i, planner->arena,
                                       &expressions[at++], planner->error);
  }
  if (status != WD_OK || side->made == 0)
    return status;
  return wd__plan_project(planner, side->node, count, expressions, names,
                          &side->node);
}

static enum wd_status
make_side(struct planner *planner, const struct wd_keys_syntax *keys,
          const struct wd_plan_node *input, struct side *out_side)
{
  enum wd_status status;

  *out_side = (struct side){.planner = planner, .node = input};
  status = type_keys(out_side, keys);
  return status == WD_OK ? make_columns(out_side) : status;
}

enum wd_status
wd__plan_map_groups(struct planner *planner, const struct wd_relation *relation,
                    const struct wd_plan_node *input,
                    const struct wd_plan_node **out_node)
{
  struct side side;
  struct wd_plan_node *node;
  enum wd_status status =
      make_side(planner, &relation->groups.left, input, &side);

  if (status == WD_OK)
    status = wd__plan_node(planner, WD_NODE_LAMBDA, side.node, NULL, &node);
  if (status != WD_OK)
    return status;
  node->lambda.role = WD_ROLE_GROUP;
  node->lambda.closure = relation->groups.closure;
  node->lambda.key_count = side.count;
  node->lambda.keys = side.columns;
  status = wd__plan_bind(planner, &relation->groups.closure, WD_ROLE_GROUP,
                         &side.node->schema, side.columns, side.count,
                         &node->lambda.site, &node->lambda.bound);
  if (status == WD_OK)
    status = wd__plan_check_output(planner, WD_ROLE_GROUP,
                                   &node->lambda.bound.output);
  node->schema = node->lambda.bound.output;
  *out_node = node;
  return status;
}

/* The types in which the keys of both sides are compared. */
static enum wd_status
common_types(const struct side *left, const struct side *right,
             const struct wd_type **out_types)
{
  struct planner *planner = left->planner;
  struct wd_type *types;
  char a[96], b[96];

  if (left->count != right->count)
    return wd_fail(planner->error, WD_INVALID_PLAN,
                   "the left side is grouped by %u keys, the right one by %u",
                   left->count, right->count);
  types = wd_arena_array(planner->arena, left->count, sizeof *types);
  if (!types)
    return wd_fail_memory(planner->error);
  for (uint32_t i = 0; i < left->count; i++)
    if (!wd_type_common(&left->keys[i]->type, &right->keys[i]->type, &types[i]))
      return wd_fail(
          planner->error, WD_TYPE_MISMATCH,
          "the keys '%.100s' of type %s and '%.100s' of type %s cannot be "
          "compared; cast one of them",
          left->names[i], wd_type_text(&left->keys[i]->type, a, sizeof a),
          right->names[i], wd_type_text(&right->keys[i]->type, b, sizeof b));
  *out_types = types;
  return WD_OK;
}

enum wd_status
wd__plan_bind_pair(struct planner *planner, struct wd_plan_node *node)
{
  struct wd_bound *bound = &node->lambda.bound;
  enum wd_status status;

  node->lambda.site = planner->sites++;
  status = planner->binder->bind_pair(
      planner->binder->env, &node->lambda.closure, &node->left->schema,
      node->lambda.keys, &node->right->schema, node->lambda.right_keys,
      node->lambda.key_count, node->lambda.site, planner->arena, bound,
      planner->error);
  if (status == WD_OK)
    status = wd__plan_check_output(planner, WD_ROLE_CO_GROUP, &bound->output);
  node->schema = bound->output;
  return status;
}

enum wd_status
wd__plan_check_keys(struct planner *planner, const struct wd_plan_node *node)
{
  for (uint32_t i = 0; i < node->lambda.key_count; i++) {
    const struct wd_column *left =
        &node->left->schema.columns[node->lambda.keys[i]];
    const struct wd_column *right =
        &node->right->schema.columns[node->lambda.right_keys[i]];
    struct wd_type common;

    if (!wd_type_common(&left->type, &right->type, &common) ||
        !wd_type_equal(&common, &node->lambda.key_types[i]))
      return wd_fail(planner->error, WD_TYPE_MISMATCH,
                     "the keys '%.100s' and '%.100s' are not compared in this "
                     "type",
                     left->name, right->name);
  }
  return WD_OK;
}

enum wd_status
wd__plan_co_map_groups(struct planner *planner,
                       const struct wd_relation *relation,
                       const struct wd_plan_node *left,
                       const struct wd_plan_node *right,
                       const struct wd_plan_node **out_node)
{
  struct side sides[2];
  struct wd_plan_node *node;
  const struct wd_type *types = NULL;
  enum wd_status status =
      make_side(planner, &relation->groups.left, left, &sides[0]);

  if (status == WD_OK)
    status = make_side(planner, &relation->groups.right, right, &sides[1]);
  if (status == WD_OK)
    status = common_types(&sides[0], &sides[1], &types);
  if (status == WD_OK)
    status = wd__plan_node(planner, WD_NODE_CO_GROUP, sides[0].node,
                           sides[1].node, &node);
  if (status != WD_OK)
    return status;
  node->lambda.role = WD_ROLE_CO_GROUP;
  node->lambda.closure = relation->groups.closure;
  node->lambda.key_count = sides[0].count;
  node->lambda.keys = sides[0].columns;
  node->lambda.right_keys = sides[1].columns;
  node->lambda.key_types = types;
  *out_node = node;
  return wd__plan_bind_pair(planner, node);
}

enum wd_status
wd__plan_repartition(struct planner *planner,
                     const struct wd_relation *relation,
                     const struct wd_plan_node *input,
                     const struct wd_plan_node **out_node)
{
  uint32_t count = relation->repartition.column_count;
  uint32_t *columns = wd_arena_array(planner->arena, count, sizeof *columns);
  struct wd_plan_node *node;
  enum wd_status status =
      wd__plan_node(planner, WD_NODE_REPARTITION, input, NULL, &node);

  if (status != WD_OK)
    return status;
  if (!columns)
    return wd_fail_memory(planner->error);
  if (relation->repartition.count == 0 ||
      relation->repartition.count > WD_PLAN_PARTITIONS)
    return wd_fail(planner->error, WD_INVALID_ARGUMENT,
                   "a repartition makes 1 to %u partitions, not %u",
                   WD_PLAN_PARTITIONS, relation->repartition.count);
  for (uint32_t i = 0; i < count && status == WD_OK; i++) {
    status = wd__plan_find(planner, &input->schema, "repartition",
                           relation->repartition.columns[i], &columns[i]);
    if (status == WD_OK)
      status = wd__plan_check_column_order(planner, input, columns[i],
                                           "a repartition");
  }
  node->repartition.count = relation->repartition.count;
  node->repartition.column_count = count;
  node->repartition.columns = columns;
  *out_node = node;
  return status;
}

enum wd_status
wd__plan_stored(struct planner *planner, const struct wd_relation *relation,
                const struct wd_plan_node **out_node)
{
  struct wd_schema schema;
  struct wd_plan_node *node;
  bool filled = false;
  enum wd_status status =
      planner->binder->stored(planner->binder->env, relation->cache.stored,
                              planner->arena, &filled, &schema, planner->error);

  *out_node = NULL;
  if (status != WD_OK || !filled)
    return status;
  status = wd__plan_node(planner, WD_NODE_CACHE, NULL, NULL, &node);
  if (status != WD_OK)
    return status;
  node->schema = schema;
  node->stored = relation->cache.stored;
  *out_node = node;
  return WD_OK;
}

enum wd_status
wd__plan_cache(struct planner *planner, const struct wd_relation *relation,
               const struct wd_plan_node *input,
               const struct wd_plan_node **out_node)
{
  struct wd_plan_node *node;
  enum wd_status status;

  if (!input)
    return wd_fail(planner->error, WD_INTERNAL, "a table without rows");
  status = wd__plan_node(planner, WD_NODE_CACHE, input, NULL, &node);
  if (status != WD_OK)
    return status;
  node->stored = relation->cache.stored;
  *out_node = node;
  return WD_OK;
}
