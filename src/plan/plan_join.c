/* Joins. The node gives the columns of both sides; `using` puts a project
 * after it. */
#include <string.h>

#include "plan/coerce.h"
#include "plan/planner.h"

struct join {
  struct planner *planner;
  enum wd_join_kind kind;
  const struct wd_plan_node *left;
  const struct wd_plan_node *right;
  uint32_t key_count;
  uint32_t *left_keys;
  uint32_t *right_keys;
};

static bool
is_as_of(enum wd_join_kind kind)
{
  return kind == WD_JOIN_AS_OF || kind == WD_JOIN_AS_OF_LEFT;
}

static bool
one_sided(enum wd_join_kind kind)
{
  return kind == WD_JOIN_SEMI || kind == WD_JOIN_ANTI;
}

static enum wd_status
check_kind(struct planner *planner, const struct wd_relation *relation)
{
  bool condition = relation->join.on || relation->join.using_count;

  if (relation->join.kind == WD_JOIN_CROSS && condition)
    return wd_fail(planner->error, WD_INVALID_PLAN,
                   "a cross join has no condition; use an inner join");
  if (relation->join.kind != WD_JOIN_CROSS && !condition)
    return wd_fail(planner->error, WD_INVALID_PLAN,
                   "a join needs a condition; all pairs are a cross join");
  return WD_OK;
}

static enum wd_status
make_schema(const struct join *join, struct wd_schema *out_schema)
{
  const struct wd_schema *left = &join->left->schema;
  const struct wd_schema *right = &join->right->schema;
  enum wd_join_kind kind = join->kind;
  uint64_t count = (uint64_t)left->count + right->count;
  struct wd_column *columns;

  if (one_sided(kind)) {
    *out_schema = *left;
    return WD_OK;
  }
  if (count > WD_PLAN_COLUMNS)
    return wd_fail(join->planner->error, WD_LIMIT_EXCEEDED,
                   "the join has %llu columns, at most %u can be",
                   (unsigned long long)count, WD_PLAN_COLUMNS);
  columns = wd_arena_array(join->planner->arena, count, sizeof *columns);
  if (!columns)
    return wd_fail_memory(join->planner->error);
  for (uint32_t i = 0; i < count; i++) {
    bool is_left = i < left->count;

    columns[i] = is_left ? left->columns[i] : right->columns[i - left->count];
    if (kind == WD_JOIN_FULL ||
        (is_left ? kind == WD_JOIN_RIGHT
                 : kind == WD_JOIN_LEFT || kind == WD_JOIN_AS_OF_LEFT))
      columns[i].nullable = true;
  }
  *out_schema = (struct wd_schema){(uint32_t)count, columns};
  return WD_OK;
}

static enum wd_status
find_keys(struct join *join, const struct wd_relation *relation)
{
  uint32_t count = relation->join.using_count;
  enum wd_status status = WD_OK;

  join->key_count = count;
  join->left_keys =
      wd_arena_array(join->planner->arena, count, sizeof *join->left_keys);
  join->right_keys =
      wd_arena_array(join->planner->arena, count, sizeof *join->right_keys);
  if (!join->left_keys || !join->right_keys)
    return wd_fail_memory(join->planner->error);
  for (uint32_t i = 0; i < count && status == WD_OK; i++) {
    const char *name = relation->join.using_columns[i];

    status =
        wd__plan_find(join->planner, &join->left->schema,
                      "the left side of the join", name, &join->left_keys[i]);
    if (status == WD_OK)
      status = wd__plan_find(join->planner, &join->right->schema,
                             "the right side of the join", name,
                             &join->right_keys[i]);
    for (uint32_t k = 0; k < i && status == WD_OK; k++)
      if (join->left_keys[k] == join->left_keys[i])
        status = wd_fail(join->planner->error, WD_INVALID_PLAN,
                         "the join names the column '%.100s' twice", name);
  }
  return status;
}

/* A function over both sides' keys, cast to their common type. */
static enum wd_status
key_call(const struct join *join, const struct wd_schema *both, uint32_t key,
         enum wd_function function, const struct wd_expression **out)
{
  struct wd_arena *arena = join->planner->arena;
  struct wd_error *error = join->planner->error;
  uint32_t at[2] = {join->left_keys[key],
                    join->left->schema.count + join->right_keys[key]};
  const struct wd_expression *pair[2];
  const struct wd_scope scope = {.left = both, .named = &join->planner->named};
  struct wd_type type;
  char a[96], b[96];
  enum wd_status status = WD_OK;

  if (!wd_type_common(&both->columns[at[0]].type, &both->columns[at[1]].type,
                      &type))
    return wd_fail(error, WD_TYPE_MISMATCH,
                   "the join compares %s with %s in the columns '%.100s'",
                   wd_type_text(&both->columns[at[0]].type, a, sizeof a),
                   wd_type_text(&both->columns[at[1]].type, b, sizeof b),
                   both->columns[at[0]].name);
  for (int i = 0; i < 2 && status == WD_OK; i++) {
    status = wd_expression_make_column(both, at[i], arena, &pair[i], error);
    if (status == WD_OK)
      status = wd_expression_make_cast(pair[i], &type, arena, &pair[i], error);
    if (status == WD_OK)
      status =
          wd_expression_make_ordered(pair[i], &scope, arena, &pair[i], error);
  }
  if (status != WD_OK)
    return status;
  return wd_expression_make_call(function, 2, pair, arena, out, error);
}

static enum wd_status
using_condition(const struct join *join, const struct wd_schema *both,
                const struct wd_expression **out)
{
  const struct wd_expression **equals =
      wd_arena_array(join->planner->arena, join->key_count, sizeof *equals);
  enum wd_status status = WD_OK;

  if (!equals)
    return wd_fail_memory(join->planner->error);
  for (uint32_t i = 0; i < join->key_count && status == WD_OK; i++) {
    bool nearest = is_as_of(join->kind) && i + 1 == join->key_count;

    status =
        key_call(join, both, i, nearest ? WD_FN_GTE : WD_FN_EQUAL, &equals[i]);
  }
  if (status != WD_OK)
    return status;
  if (join->key_count == 1) {
    *out = equals[0];
    return WD_OK;
  }
  return wd_expression_make_call(WD_FN_AND, join->key_count, equals,
                                 join->planner->arena, out,
                                 join->planner->error);
}

/* Which sides an expression looks at: 1 the left, 2 the right. */
static unsigned
sides_of(const struct join *join, const struct wd_expression *expression)
{
  unsigned sides = 0;

  if (expression->kind == WD_EXPR_COLUMN)
    return expression->column < join->left->schema.count ? 1 : 2;
  for (uint32_t i = 0; i < expression->argument_count; i++)
    sides |= sides_of(join, expression->arguments[i]);
  return sides;
}

/* Counts the comparisons between the sides that are joined by `and`. */
static enum wd_status
count_comparisons(const struct join *join, const struct wd_expression *part,
                  uint32_t *inequalities)
{
  bool call = part->kind == WD_EXPR_CALL;
  enum wd_status status = WD_OK;

  if (call && part->function == WD_FN_AND) {
    for (uint32_t i = 0; i < part->argument_count && status == WD_OK; i++)
      status = count_comparisons(join, part->arguments[i], inequalities);
    return status;
  }
  if (call &&
      (part->function == WD_FN_EQUAL || part->function == WD_FN_LT ||
       part->function == WD_FN_LTE || part->function == WD_FN_GT ||
       part->function == WD_FN_GTE) &&
      sides_of(join, part->arguments[0]) + sides_of(join, part->arguments[1]) ==
          3 &&
      sides_of(join, part->arguments[0]) % 3 != 0) {
    *inequalities += part->function != WD_FN_EQUAL;
    return WD_OK;
  }
  return wd_fail(join->planner->error, WD_INVALID_PLAN,
                 "the condition of an as-of join is comparisons (=, <, <=, >, "
                 ">=) of the left side with the right, joined by 'and'; filter "
                 "the sides before for all else");
}

/* Equalities, and the one inequality by which the nearest is found. */
static enum wd_status
check_as_of(const struct join *join, const struct wd_expression *condition)
{
  uint32_t inequalities = 0;
  enum wd_status status = count_comparisons(join, condition, &inequalities);

  if (status != WD_OK || inequalities == 1)
    return status;
  return wd_fail(join->planner->error, WD_INVALID_PLAN,
                 "an as-of join needs one inequality, such as left.time >= "
                 "right.time, not %u",
                 inequalities);
}

enum wd_status
wd__plan_check_as_of(struct planner *planner,
                     const struct wd_expression *condition, uint32_t left)
{
  const struct wd_plan_node side = {.schema.count = left};
  const struct join join = {.planner = planner, .left = &side};

  return check_as_of(&join, condition);
}

static enum wd_status
make_condition(struct join *join, const struct wd_relation *relation,
               const struct wd_expression **out)
{
  const struct wd_parameters parameters = {.outer = join->left->parameters,
                                           .other = join->right->parameters};
  struct wd_scope scope = {.left = &join->left->schema,
                           .named = &join->planner->named,
                           .right = &join->right->schema,
                           .parameters = &parameters,
                           .now = join->planner->now};
  struct wd_schema both;
  enum wd_status status;

  *out = NULL;
  if (relation->join.kind == WD_JOIN_CROSS)
    return WD_OK;
  if (relation->join.on)
    return wd_expression_make_predicate(
        relation->join.on, &scope, "the condition of a join",
        join->planner->arena, out, join->planner->error);
  status = find_keys(join, relation);
  if (status == WD_OK)
    status =
        wd_schema_concat(&join->left->schema, &join->right->schema,
                         join->planner->arena, &both, join->planner->error);
  return status == WD_OK ? using_condition(join, &both, out) : status;
}

static bool
contains(const uint32_t *keys, uint32_t count, uint32_t column)
{
  for (uint32_t i = 0; i < count; i++)
    if (keys[i] == column)
      return true;
  return false;
}

/* The one key column of both: that of the side whose rows are all there. */
static enum wd_status
using_key(const struct join *join, const struct wd_plan_node *node,
          uint32_t key, const struct wd_expression **out)
{
  uint32_t column = join->left_keys[key];

  if (join->kind == WD_JOIN_FULL)
    return key_call(join, &node->schema, key, WD_FN_COALESCE, out);
  if (join->kind == WD_JOIN_RIGHT)
    column = join->left->schema.count + join->right_keys[key];
  return wd_expression_make_column(&node->schema, column, join->planner->arena,
                                   out, join->planner->error);
}

/* The keys, the other columns of the left, those of the right: the order of
 * SQL's `using`, and of Spark. */
static enum wd_status
project_using(const struct join *join, const struct wd_plan_node *node,
              const struct wd_plan_node **out_node)
{
  struct planner *planner = join->planner;
  uint32_t left = join->left->schema.count, count = join->key_count;
  const struct wd_expression **results =
      wd_arena_array(planner->arena, node->schema.count, sizeof *results);
  const char **names =
      wd_arena_array(planner->arena, node->schema.count, sizeof *names);
  enum wd_status status = WD_OK;

  if (!results || !names)
    return wd_fail_memory(planner->error);
  for (uint32_t i = 0; i < count && status == WD_OK; i++) {
    names[i] = join->left->schema.columns[join->left_keys[i]].name;
    status = using_key(join, node, i, &results[i]);
  }
  for (uint32_t i = 0; i < node->schema.count && status == WD_OK; i++) {
    if (i < left ? contains(join->left_keys, join->key_count, i)
                 : contains(join->right_keys, join->key_count, i - left))
      continue;
    names[count] = node->schema.columns[i].name;
    status = wd_expression_make_column(&node->schema, i, planner->arena,
                                       &results[count++], planner->error);
  }
  if (status != WD_OK)
    return status;
  return wd__plan_project(planner, node, count, results, names, out_node);
}

enum wd_status
wd__plan_join(struct planner *planner, const struct wd_relation *relation,
              const struct wd_plan_node *left, const struct wd_plan_node *right,
              const struct wd_plan_node **out_node)
{
  struct join join = {.planner = planner,
                      .kind = relation->join.kind,
                      .left = left,
                      .right = right};
  struct wd_plan_node *node;
  enum wd_status status = check_kind(planner, relation);

  if (status == WD_OK)
    status = wd__plan_node(planner, WD_NODE_JOIN, left, right, &node);
  if (status == WD_OK)
    status = make_schema(&join, &node->schema);
  if (status == WD_OK)
    status = make_condition(&join, relation, &node->join.condition);
  if (status == WD_OK && is_as_of(join.kind))
    status = check_as_of(&join, node->join.condition);
  if (status != WD_OK)
    return status;
  node->join.kind = join.kind;
  *out_node = node;
  if (join.key_count == 0 || one_sided(join.kind))
    return WD_OK;
  return project_using(&join, node, out_node);
}
