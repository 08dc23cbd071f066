/* Filters as SQL. */
#include <string.h>

#include "engine/duckdb/extent.h"
#include "engine/duckdb/functions.h"
#include "engine/duckdb/lower.h"

static const struct wd_duck_scope below = {.left = "t"};

/* How far down, and among how many conditions, a filter looks for its own. */
#define KNOWN_STEPS 8
#define KNOWN_CONDITIONS 64

/* Parts of a condition that must all hold. */
struct conditions {
  uint32_t count;
  const struct wd_expression *const *items;
};

static struct conditions
conditions_of(const struct wd_expression *const *filter)
{
  if ((*filter)->kind == WD_EXPR_CALL && (*filter)->function == WD_FN_AND)
    return (struct conditions){(*filter)->argument_count, (*filter)->arguments};
  return (struct conditions){1, filter};
}

/* Rows of `from`, a step some way above `node`, have their columns there. */
struct way {
  const struct wd_plan_node *from, *node;
};

/* Where a column of the upper step is in the rows of the lower one. */
static uint32_t
column_at(const struct way *way, uint32_t column)
{
  for (const struct wd_plan_node *at = way->from; at != way->node;
       at = at->left)
    if (at->kind == WD_NODE_PROJECT)
      column = at->project.expressions[column]->column;
  return column;
}

static bool
same_literal(const struct wd_type *type, const struct wd_literal *a,
             const struct wd_literal *b)
{
  if (a->null || b->null)
    return a->null && b->null;
  switch (type->id) {
  case WD_TYPE_BOOL:
    return a->value.boolean == b->value.boolean;
  case WD_TYPE_DECIMAL:
    return a->value.decimal == b->value.decimal;
  case WD_TYPE_STRING:
  case WD_TYPE_BINARY:
    return a->value.bytes.length == b->value.bytes.length &&
           memcmp(a->value.bytes.data, b->value.bytes.data,
                  a->value.bytes.length) == 0;
  case WD_TYPE_DATE:
  case WD_TYPE_TIMESTAMP:
    return a->value.integer == b->value.integer;
  default:
    return wd_type_is_integer(type) && a->value.natural == b->value.natural;
  }
}

/* Whether two expressions without variables, windows and functions of programs
 * are the same, of a row and of what it was made of. */
static bool
is_same(const struct way *way, const struct wd_expression *a,
        const struct wd_expression *b)
{
  if (a->kind != b->kind || a->argument_count != b->argument_count ||
      !wd_type_equal(&a->type, &b->type))
    return false;
  switch (a->kind) {
  case WD_EXPR_COLUMN:
    return column_at(way, a->column) == b->column;
  case WD_EXPR_LITERAL:
    return same_literal(&a->type, &a->literal, &b->literal);
  case WD_EXPR_CALL:
    if (a->function != b->function ||
        !wd_call_options_equal(a->options, b->options))
      return false;
    break;
  case WD_EXPR_CAST:
    if (a->try_cast != b->try_cast)
      return false;
    break;
  case WD_EXPR_FIELD:
    if (a->column != b->column)
      return false;
    break;
  case WD_EXPR_CASE:
  case WD_EXPR_IN:
    break;
  default:
    return false;
  }
  for (uint32_t i = 0; i < a->argument_count; i++)
    if (!is_same(way, a->arguments[i], b->arguments[i]))
      return false;
  return true;
}

/* Whether a filter below has let through only rows for which the condition
 * holds. Producers write a filter twice where a table may not have heeded it,
 * and DuckDB 1.5 evaluates both. */
static bool
is_known(const struct wd_plan_node *filter,
         const struct wd_expression *condition)
{
  struct way way = {filter->left, filter->left};

  for (unsigned step = 0; step < KNOWN_STEPS; step++, way.node = way.node->left)
    if (way.node->kind == WD_NODE_FILTER) {
      struct conditions known = conditions_of(&way.node->filter);

      for (uint32_t i = 0; i < known.count && i < KNOWN_CONDITIONS; i++)
        if (is_same(&way, condition, known.items[i]))
          return true;
    } else if (!wd_duck_chooses_columns(way.node)) {
      return false;
    }
  return false;
}

/* ` WHERE …`, or nothing. */
static enum wd_status
write_where(struct wd_duck_lowering *lowering, const struct wd_plan_node *node,
            struct wd_buf *buf)
{
  struct conditions all = conditions_of(&node->filter);
  const char *word = " WHERE ";
  enum wd_status status = WD_OK;

  if (all.count > KNOWN_CONDITIONS)
    all = (struct conditions){1, &node->filter};
  for (uint32_t i = 0; status == WD_OK && i < all.count; i++) {
    if (is_known(node, all.items[i]))
      continue;
    wd_buf_puts(buf, word);
    word = " AND ";
    status = wd_duck_lower_expression(lowering, all.items[i], &below, buf);
  }
  return status;
}

/* What comes after a lambda that filters: a column with a volatile part, which
 * DuckDB evaluates where it stands and cannot filter by any earlier. */
static enum wd_status
lower_guarded_filter(struct wd_duck_lowering *lowering,
                     const struct wd_plan_node *node, struct wd_buf *buf)
{
  struct wd_duck_call *call;
  const char *name;
  enum wd_status status = wd_duck_lower_lambda(lowering, WD_DUCK_BARRIER, NULL,
                                               false, &call, &name);

  if (status != WD_OK)
    return status;
  wd_buf_printf(buf, "SELECT * EXCLUDE (p) FROM (SELECT t.");
  wd_duck_write_rest(node, buf);
  wd_buf_printf(buf, ", CASE WHEN %s() THEN ", name);
  status = wd_duck_lower_expression(lowering, node->filter, &below, buf);
  wd_buf_puts(buf, " END AS p FROM ");
  lowering->idle = lowering->idle && !wd_duck_uses_columns(node->filter);
  if (status == WD_OK)
    status = wd_duck_lower_around(lowering, node, buf);
  wd_buf_puts(buf, ") AS t WHERE t.p");
  return status;
}

enum wd_status
wd_duck_lower_filter(struct wd_duck_lowering *lowering,
                     const struct wd_plan_node *node, struct wd_buf *buf)
{
  enum wd_status status;

  lowering->extents = wd_duck_extents(lowering, node->left);
  if (wd_duck_is_guarded(node->left))
    return lower_guarded_filter(lowering, node, buf);
  wd_buf_puts(buf, "SELECT ");
  wd_duck_write_rest(node, buf);
  wd_buf_puts(buf, " FROM ");
  lowering->idle = lowering->idle && !wd_duck_uses_columns(node->filter);
  status = wd_duck_lower_around(lowering, node, buf);
  return status == WD_OK ? write_where(lowering, node, buf) : status;
}
