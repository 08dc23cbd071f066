/* Joins as SQL. */
#include <stdio.h>

#include "engine/duckdb/extent.h"
#include "engine/duckdb/types_composed.h"

static const char *
join_words(enum wd_join_kind kind)
{
  switch (kind) {
  case WD_JOIN_INNER:
    return "INNER JOIN";
  case WD_JOIN_LEFT:
    return "LEFT JOIN";
  case WD_JOIN_RIGHT:
    return "RIGHT JOIN";
  case WD_JOIN_FULL:
    return "FULL JOIN";
  case WD_JOIN_SEMI:
    return "SEMI JOIN";
  case WD_JOIN_ANTI:
    return "ANTI JOIN";
  case WD_JOIN_CROSS:
    return "CROSS JOIN";
  case WD_JOIN_AS_OF:
    return "ASOF JOIN";
  case WD_JOIN_AS_OF_LEFT:
    return "ASOF LEFT JOIN";
  }
  return NULL;
}

/* `left JOIN right ON condition` */
static enum wd_status
write_join(struct wd_duck_lowering *lowering, const struct wd_plan_node *node,
           const struct wd_duck_scope *scope, struct wd_buf *buf)
{
  const struct wd_expression *condition = node->join.condition;
  bool idle = lowering->idle && !(condition && wd_duck_uses_columns(condition));
  enum wd_status status;

  lowering->idle = idle;
  status = wd_duck_lower_from(lowering, node->left, "l", buf);
  wd_buf_printf(buf, " %s ", join_words(node->join.kind));
  lowering->idle = idle;
  if (status == WD_OK)
    status = wd_duck_lower_from(lowering, node->right, "r", buf);
  if (status != WD_OK || node->join.kind == WD_JOIN_CROSS)
    return status;
  wd_buf_puts(buf, " ON ");
  if (!condition) {
    wd_buf_puts(buf, "TRUE");
    return WD_OK;
  }
  return wd_duck_lower_expression(lowering, condition, scope, buf);
}

/* The columns of both sides, counted on. */
static void
write_sides(const struct wd_plan_node *node, struct wd_buf *buf)
{
  uint32_t left = node->left->schema.count;

  for (uint32_t i = 0; i < node->schema.count; i++)
    wd_buf_printf(buf, i < left ? "%sl.c%u AS c%u" : "%sr.c%u AS c%u",
                  i ? ", " : "", i < left ? i : i - left, i);
}

/* On several threads DuckDB 1.5 finds matches for nulls; what it found is
 * looked at again. */
static enum wd_status
lower_as_of(struct wd_duck_lowering *lowering, const struct wd_plan_node *node,
            const struct wd_duck_scope *scope, struct wd_buf *buf)
{
  bool outer = node->join.kind == WD_JOIN_AS_OF_LEFT;
  uint32_t left = outer ? node->left->schema.count : node->schema.count;
  enum wd_status status;

  wd_buf_puts(buf, "SELECT ");
  wd_duck_write_columns("t", left, 0, buf);
  for (uint32_t i = left; i < node->schema.count; i++)
    wd_buf_printf(buf,
                  wd_duck_type_is_boxed(&node->schema.columns[i].type)
                      ? "%s(CASE WHEN t.m THEN [t.c%u] END)[1] AS c%u"
                      : "%sCASE WHEN t.m THEN t.c%u END AS c%u",
                  i ? ", " : "", i, i);
  wd_buf_puts(buf, " FROM (SELECT ");
  write_sides(node, buf);
  wd_buf_puts(buf, ", ");
  status = wd_duck_lower_expression(lowering, node->join.condition, scope, buf);
  wd_buf_puts(buf, " AS m FROM ");
  if (status == WD_OK)
    status = write_join(lowering, node, scope, buf);
  wd_buf_puts(buf, outer ? ") AS t" : ") AS t WHERE t.m");
  return status;
}

/* A join of joins is one FROM: DuckDB 1.5 does not move joins across a
 * projection, so that as queries in each other they would run in the order in
 * which they were written, whatever that costs. What only chooses columns, and
 * filters of what comes out of inner joins, are looked through. */
struct tree {
  struct wd_duck_lowering *lowering;
  struct wd_buf *buf;
  uint32_t leaves; /* written so far: j0, j1 ... */
};

/* A function of a program is called for the rows that reach it as written. */
static bool
may_move(const struct wd_expression *condition)
{
  if (condition->kind == WD_EXPR_NAMED || condition->kind == WD_EXPR_SUBQUERY)
    return false;
  for (uint32_t i = 0; i < condition->argument_count; i++)
    if (!may_move(condition->arguments[i]))
      return false;
  return true;
}

static bool
are_equal_keys(const struct wd_expression *condition)
{
  if (condition->kind != WD_EXPR_CALL)
    return false;
  if (condition->function == WD_FN_EQUAL)
    return condition->arguments[0]->kind == WD_EXPR_COLUMN &&
           condition->arguments[1]->kind == WD_EXPR_COLUMN;
  if (condition->function != WD_FN_AND)
    return false;
  for (uint32_t i = 0; i < condition->argument_count; i++)
    if (!are_equal_keys(condition->arguments[i]))
      return false;
  return true;
}

/* Whether DuckDB should choose when it comes. Of semi and anti joins by more
 * than equal keys it expects too few rows, and puts them too early. */
static bool
is_movable(const struct wd_plan_node *join)
{
  const struct wd_expression *condition = join->join.condition;

  switch (join->join.kind) {
  case WD_JOIN_INNER:
  case WD_JOIN_CROSS:
    return !condition || may_move(condition);
  case WD_JOIN_SEMI:
  case WD_JOIN_ANTI:
    return condition && are_equal_keys(condition);
  default:
    return false;
  }
}

/* The join of which a node's rows are, or NULL: it is a leaf. */
static const struct wd_plan_node *
join_below(const struct wd_plan_node *node)
{
  bool filtered = false;

  while (wd_duck_chooses_columns(node) ||
         (node->kind == WD_NODE_FILTER && may_move(node->filter))) {
    filtered = filtered || node->kind == WD_NODE_FILTER;
    node = node->left;
  }
  if (node->kind != WD_NODE_JOIN || !is_movable(node))
    return NULL;
  if (filtered && node->join.kind != WD_JOIN_INNER &&
      node->join.kind != WD_JOIN_CROSS)
    return NULL;
  return node;
}

/* Rows that a lambda gives come to the steps above as they are written. */
static bool
has_lambda(const struct wd_plan_node *node)
{
  return node->kind == WD_NODE_LAMBDA || node->kind == WD_NODE_CO_GROUP ||
         node->kind == WD_NODE_SQL || (node->left && has_lambda(node->left)) ||
         (node->right && has_lambda(node->right));
}

static bool
is_tree(const struct wd_plan_node *join)
{
  return join_below(join) &&
         (join_below(join->left) || join_below(join->right)) &&
         !has_lambda(join);
}

static enum wd_status
write_tree(struct tree *tree, const struct wd_plan_node *node,
           struct wd_duck_place **out_places);

static struct wd_duck_place *
new_places(const struct tree *tree, uint32_t count)
{
  return wd_arena_array(tree->lowering->arena, count ? count : 1,
                        sizeof(struct wd_duck_place));
}

static enum wd_status
write_leaf(struct tree *tree, const struct wd_plan_node *node,
           struct wd_duck_place **out_places)
{
  char name[16];

  *out_places = new_places(tree, node->schema.count);
  if (!*out_places)
    return wd_fail_memory(tree->lowering->error);
  for (uint32_t i = 0; i < node->schema.count; i++)
    (*out_places)[i] = (struct wd_duck_place){tree->leaves, i};
  snprintf(name, sizeof name, "j%u", tree->leaves++);
  tree->lowering->extents = wd_duck_extents(tree->lowering, node);
  return wd_duck_lower_from(tree->lowering, node, name, tree->buf);
}

/* A join stands in brackets as a side of another. */
static enum wd_status
write_tree_side(struct tree *tree, const struct wd_plan_node *node,
                struct wd_duck_place **out_places)
{
  enum wd_status status;

  if (!join_below(node))
    return write_leaf(tree, node, out_places);
  wd_buf_putc(tree->buf, '(');
  status = write_tree(tree, node, out_places);
  wd_buf_putc(tree->buf, ')');
  return status;
}

static enum wd_status
write_condition(const struct tree *tree, const struct wd_expression *condition,
                const struct wd_duck_place *places)
{
  const struct wd_duck_scope scope = {.places = places};

  return wd_duck_lower_expression(tree->lowering, condition, &scope, tree->buf);
}

static enum wd_status
write_tree_join(struct tree *tree, const struct wd_plan_node *node,
                struct wd_duck_place **out_places)
{
  uint32_t left_count = node->left->schema.count;
  uint32_t right_count = node->right->schema.count;
  struct wd_duck_place *left, *right, *both;
  enum wd_status status = write_tree_side(tree, node->left, &left);

  if (status != WD_OK)
    return status;
  /* CROSS JOIN takes no conditions, which filters may add. */
  wd_buf_printf(tree->buf, " %s ",
                join_words(node->join.kind == WD_JOIN_CROSS ? WD_JOIN_INNER
                                                            : node->join.kind));
  status = write_tree_side(tree, node->right, &right);
  if (status != WD_OK)
    return status;
  both = new_places(tree, left_count + right_count);
  if (!both)
    return wd_fail_memory(tree->lowering->error);
  for (uint32_t i = 0; i < left_count + right_count; i++)
    both[i] = i < left_count ? left[i] : right[i - left_count];
  *out_places = both;
  wd_buf_puts(tree->buf, " ON ");
  tree->lowering->extents = wd_duck_extents_of_both(tree->lowering, node);
  if (node->join.condition)
    return write_condition(tree, node->join.condition, both);
  wd_buf_puts(tree->buf, "TRUE");
  return WD_OK;
}

/* Up to the end of the join's condition, to which filters above it add. */
static enum wd_status
write_tree(struct tree *tree, const struct wd_plan_node *node,
           struct wd_duck_place **out_places)
{
  struct wd_duck_place *below;
  enum wd_status status;

  if (node->kind == WD_NODE_JOIN)
    return write_tree_join(tree, node, out_places);
  status = write_tree(tree, node->left, &below);
  if (status != WD_OK)
    return status;
  *out_places = below;
  if (node->kind == WD_NODE_FILTER) {
    wd_buf_puts(tree->buf, " AND ");
    tree->lowering->extents = wd_duck_extents(tree->lowering, node->left);
    return write_condition(tree, node->filter, below);
  }
  *out_places = new_places(tree, node->schema.count);
  if (!*out_places)
    return wd_fail_memory(tree->lowering->error);
  for (uint32_t i = 0; i < node->schema.count; i++)
    (*out_places)[i] = below[node->project.expressions[i]->column];
  return WD_OK;
}

static enum wd_status
lower_tree(struct wd_duck_lowering *lowering, const struct wd_plan_node *join,
           struct wd_buf *buf)
{
  struct wd_buf from;
  struct tree tree = {lowering, &from, 0};
  struct wd_duck_place *places = NULL;
  enum wd_status status;

  wd_buf_init(&from, lowering->engine->mem, buf->maximum);
  status = write_tree_join(&tree, join, &places);
  if (status == WD_OK && from.failed)
    status = wd_duck_buf_failure(&from, lowering->error);
  if (status == WD_OK) {
    wd_buf_puts(buf, join->schema.count ? "SELECT " : "SELECT TRUE AS z");
    for (uint32_t i = 0; i < join->schema.count; i++)
      wd_buf_printf(buf, "%sj%u.c%u AS c%u", i ? ", " : "", places[i].relation,
                    places[i].column, i);
    wd_buf_puts(buf, " FROM ");
    wd_buf_add(buf, wd_buf_text(&from), from.length);
  }
  wd_buf_fini(&from);
  return status;
}

enum wd_status
wd_duck_lower_join(struct wd_duck_lowering *lowering,
                   const struct wd_plan_node *node, struct wd_buf *buf)
{
  const struct wd_duck_scope scope = {
      .left = "l", .right = "r", .left_count = node->left->schema.count};

  if (node->join.kind == WD_JOIN_AS_OF || node->join.kind == WD_JOIN_AS_OF_LEFT)
    return lower_as_of(lowering, node, &scope, buf);
  if (is_tree(node))
    return lower_tree(lowering, node, buf);
  lowering->extents = wd_duck_extents_of_both(lowering, node);
  wd_buf_puts(buf, "SELECT ");
  if (node->schema.count == 0)
    wd_buf_puts(buf, "TRUE AS z");
  write_sides(node, buf);
  wd_buf_puts(buf, " FROM ");
  return write_join(lowering, node, &scope, buf);
}
