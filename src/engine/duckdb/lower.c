#include "engine/duckdb/lower.h"

#include "engine/duckdb/extent.h"
#include "engine/duckdb/functions.h"
#include "engine/duckdb/names.h"
#include "engine/duckdb/sql.h"
#include "engine/duckdb/stored.h"
#include "engine/duckdb/types.h"

static const struct wd_duck_scope below = {.left = "t"};

enum wd_status
wd_duck_lower_from(struct wd_duck_lowering *lowering,
                   const struct wd_plan_node *node, const char *name,
                   struct wd_buf *buf)
{
  enum wd_status status;

  wd_buf_putc(buf, '(');
  status = wd_duck_lower_node(lowering, node, buf);
  wd_buf_printf(buf, ") AS %s", name);
  return status;
}

/* A query's functions may be what its filters rely on. */
static bool
is_sql_guarded(const struct wd_sql *sql)
{
  bool guarded = sql->call_count > 0;

  for (uint32_t i = 0; i < sql->input_count; i++)
    guarded = guarded || wd_duck_is_guarded(sql->inputs[i].node);
  return guarded;
}

bool
wd_duck_is_guarded(const struct wd_plan_node *node)
{
  switch (node->kind) {
  case WD_NODE_SQL:
    return is_sql_guarded(node->sql);
  case WD_NODE_LAMBDA:
    return node->lambda.role == WD_ROLE_FILTER || node->lambda.bound.passed;
  case WD_NODE_PROJECT:
  case WD_NODE_FILTER:
  case WD_NODE_SORT:
  case WD_NODE_SORT_WITHIN:
  case WD_NODE_REPARTITION:
  case WD_NODE_DISTINCT:
  case WD_NODE_EXPAND:
  case WD_NODE_EXPLODE:
  case WD_NODE_SAMPLE:
  case WD_NODE_AGGREGATE:
    return wd_duck_is_guarded(node->left);
  case WD_NODE_JOIN:
  case WD_NODE_SET:
  case WD_NODE_ZIP:
    return wd_duck_is_guarded(node->left) || wd_duck_is_guarded(node->right);
  default:
    return false;
  }
}

void
wd_duck_write_columns(const char *relation, uint32_t count, uint32_t first,
                      struct wd_buf *buf)
{
  for (uint32_t i = 0; i < count; i++)
    wd_buf_printf(buf, "%s%s.c%u AS c%u", i ? ", " : "", relation, i,
                  first + i);
}

/* DuckDB gives rows the order of its last window. */
static bool
has_window(const struct wd_plan_node *project)
{
  for (uint32_t i = 0; i < project->schema.count; i++)
    if (wd_duck_has_window(project->project.expressions[i]))
      return true;
  return false;
}

bool
wd_duck_chooses_columns(const struct wd_plan_node *node)
{
  if (node->kind != WD_NODE_PROJECT)
    return false;
  for (uint32_t i = 0; i < node->schema.count; i++)
    if (node->project.expressions[i]->kind != WD_EXPR_COLUMN)
      return false;
  return true;
}

static enum wd_status
lower_project(struct wd_duck_lowering *lowering,
              const struct wd_plan_node *node, struct wd_buf *buf)
{
  bool idle = true, numbered = lowering->numbered;
  enum wd_status status = WD_OK;

  lowering->extents = wd_duck_extents(lowering, node->left);
  wd_buf_puts(buf, "SELECT ");
  if (node->schema.count == 0)
    wd_buf_puts(buf, "TRUE AS z");
  for (uint32_t i = 0; status == WD_OK && i < node->schema.count; i++) {
    const struct wd_expression *expression = node->project.expressions[i];

    if (i)
      wd_buf_puts(buf, ", ");
    status = wd_duck_lower_narrow(lowering, expression, &below, buf);
    wd_buf_printf(buf, " AS c%u", i);
    idle = idle && !wd_duck_uses_columns(expression);
  }
  wd_buf_puts(buf, numbered ? ", t.b FROM " : " FROM ");
  lowering->idle = lowering->idle || idle;
  if (status == WD_OK)
    status = wd_duck_lower_around(lowering, node, buf);
  /* A window takes the rows out of their order. */
  if (numbered && has_window(node))
    wd_buf_puts(buf, " ORDER BY t.b");
  return status;
}

enum wd_status
wd_duck_lower_sort_keys(struct wd_duck_lowering *lowering,
                        const struct wd_plan_node *node, struct wd_buf *buf)
{
  enum wd_status status = WD_OK;

  for (uint32_t i = 0; status == WD_OK && i < node->sort.count; i++) {
    const struct wd_sort_key *key = &node->sort.keys[i];

    wd_buf_puts(buf, i ? ", " : "");
    status = wd_duck_lower_expression(lowering, key->expression, &below, buf);
    wd_buf_puts(buf, key->descending ? " DESC" : " ASC");
    wd_buf_puts(buf, key->nulls_first ? " NULLS FIRST" : " NULLS LAST");
  }
  return status;
}

static enum wd_status
lower_sort(struct wd_duck_lowering *lowering, const struct wd_plan_node *node,
           struct wd_buf *buf)
{
  enum wd_status status;

  lowering->extents = wd_duck_extents(lowering, node->left);
  wd_buf_puts(buf, "SELECT * FROM ");
  for (uint32_t i = 0; i < node->sort.count; i++)
    lowering->idle =
        lowering->idle && !wd_duck_uses_columns(node->sort.keys[i].expression);
  status = wd_duck_lower_from(lowering, node->left, "t", buf);
  wd_buf_puts(buf, " ORDER BY ");
  return status == WD_OK ? wd_duck_lower_sort_keys(lowering, node, buf)
                         : status;
}

static enum wd_status
lower_limit(struct wd_duck_lowering *lowering, const struct wd_plan_node *node,
            struct wd_buf *buf)
{
  uint64_t count = node->limit.count, offset = node->limit.offset;
  enum wd_status status;

  lowering->extents = wd_duck_extents(lowering, node->left);
  wd_buf_puts(buf, "SELECT * FROM ");
  status = wd_duck_lower_from(lowering, node->left, "t", buf);
  /* DuckDB adds the two as signed numbers; no relation has that many rows. */
  if (count > INT64_MAX / 4)
    count = INT64_MAX / 4;
  if (offset > INT64_MAX / 4)
    offset = INT64_MAX / 4;
  wd_buf_printf(buf, " LIMIT %llu OFFSET %llu", (unsigned long long)count,
                (unsigned long long)offset);
  return status;
}

/* Rows of a source that the query has. */
static enum wd_status
lower_source(struct wd_duck_lowering *lowering, struct wd_duck_source *source,
             const char *what, struct wd_buf *buf)
{
  if (source)
    wd_buf_printf(buf, "SELECT * FROM wd_source(%llu)",
                  (unsigned long long)source->number);
  else
    wd_buf_printf(buf, "SELECT * FROM wd_source(%s)", what);
  (void)lowering;
  return WD_OK;
}

static enum wd_status
lower_values(struct wd_duck_lowering *lowering, const struct wd_plan_node *node,
             struct wd_buf *buf)
{
  struct wd_duck_source *source = NULL;
  enum wd_status status = WD_OK;

  if (lowering->query) {
    status = wd_duck_values_new(lowering->engine->mem, &node->schema,
                                node->values.batch_count, node->values.batches,
                                &source, lowering->error);
    if (status != WD_OK)
      return status;
    wd_duck_source_add(lowering->query, source);
  }
  return lower_source(lowering, source, "'values'", buf);
}

static enum wd_status
lower_generate(struct wd_duck_lowering *lowering,
               const struct wd_plan_node *node, struct wd_buf *buf)
{
  const struct wd_lambda *lambda = node->lambda.bound.lambda;
  struct wd_duck_source *source = NULL;
  enum wd_status status = WD_OK;

  if (lowering->query) {
    status = wd_duck_lambda_check(lowering, lambda);
    if (status == WD_OK)
      status = wd_duck_generate_new(lowering->query, lambda, &source,
                                    lowering->error);
    if (status != WD_OK)
      return status;
    wd_duck_source_add(lowering->query, source);
  }
  return lower_source(lowering, source, "'generate'", buf);
}

static enum wd_status
lower_by_kind(struct wd_duck_lowering *lowering,
              const struct wd_plan_node *node, struct wd_buf *buf)
{
  switch (node->kind) {
  case WD_NODE_READ:
    return wd_duck_lower_read(lowering, node, buf);
  case WD_NODE_VALUES:
    return lower_values(lowering, node, buf);
  case WD_NODE_RANGE:
    wd_buf_printf(buf,
                  "SELECT range AS c0 FROM range(CAST('%lld' AS BIGINT), "
                  "CAST('%lld' AS BIGINT), CAST('%lld' AS BIGINT))",
                  (long long)node->range.start, (long long)node->range.end,
                  (long long)node->range.step);
    return WD_OK;
  case WD_NODE_GENERATE:
    return lower_generate(lowering, node, buf);
  case WD_NODE_SQL:
    return wd_duck_lower_sql(lowering, node, buf);
  case WD_NODE_PROJECT:
    return lower_project(lowering, node, buf);
  case WD_NODE_FILTER:
    return wd_duck_lower_filter(lowering, node, buf);
  case WD_NODE_LAMBDA:
    return wd_duck_lower_lambda_node(lowering, node, buf);
  case WD_NODE_AGGREGATE:
    return wd_duck_lower_aggregate(lowering, node, buf);
  case WD_NODE_JOIN:
    return wd_duck_lower_join(lowering, node, buf);
  case WD_NODE_SORT:
    return lower_sort(lowering, node, buf);
  case WD_NODE_LIMIT:
    return lower_limit(lowering, node, buf);
  case WD_NODE_CO_GROUP:
    return wd_duck_lower_group_node(lowering, node, buf);
  case WD_NODE_REPARTITION:
    return wd_duck_lower_repartition(lowering, node, buf);
  case WD_NODE_SORT_WITHIN:
    return wd_duck_lower_sort_within(lowering, node, buf);
  case WD_NODE_CACHE:
    return wd_duck_lower_cache(lowering, node, buf);
  case WD_NODE_DISTINCT:
  case WD_NODE_SET:
  case WD_NODE_SAMPLE:
  case WD_NODE_ROW_INDEX:
  case WD_NODE_EXPAND:
  case WD_NODE_ZIP:
  case WD_NODE_EXPLODE:
    return wd_duck_lower_rows(lowering, node, buf);
  }
  return wd_fail(lowering->error, WD_INTERNAL, "unknown kind of plan node");
}

/* Appends the columns that are narrow in their types, after `SELECT *`. */
static void
write_widened(const struct wd_schema *schema,
              const struct wd_duck_extent *extents, struct wd_buf *buf)
{
  const char *word = " REPLACE (";

  for (uint32_t i = 0; i < schema->count; i++) {
    if (!wd_duck_is_narrow(&schema->columns[i].type, &extents[i]))
      continue;
    wd_buf_printf(buf, "%sCAST(t.c%u AS ", word, i);
    wd_duck_type_sql(&schema->columns[i].type, buf);
    wd_buf_printf(buf, ") AS c%u", i);
    word = ", ";
  }
  wd_buf_putc(buf, ')');
}

static bool
has_narrow(const struct wd_schema *schema, const struct wd_duck_extent *extents)
{
  for (uint32_t i = 0; extents && i < schema->count; i++)
    if (wd_duck_is_narrow(&schema->columns[i].type, &extents[i]))
      return true;
  return false;
}

/* The step above looks at the columns as they are, or wants their types. */
static enum wd_status
lower_as_wanted(struct wd_duck_lowering *lowering,
                const struct wd_plan_node *node, bool as_they_are,
                struct wd_buf *buf)
{
  const struct wd_duck_extent *extents =
      as_they_are ? NULL : wd_duck_extents(lowering, node);
  enum wd_status status;

  if (!has_narrow(&node->schema, extents))
    return lower_by_kind(lowering, node, buf);
  wd_buf_puts(buf, "SELECT *");
  write_widened(&node->schema, extents, buf);
  wd_buf_puts(buf, " FROM (");
  status = lower_by_kind(lowering, node, buf);
  wd_buf_puts(buf, ") AS t");
  return status;
}

enum wd_status
wd_duck_lower_node(struct wd_duck_lowering *lowering,
                   const struct wd_plan_node *node, struct wd_buf *buf)
{
  const struct wd_duck_extent *above = lowering->extents;
  enum wd_status status;

  if (lowering->depth == WD_DUCK_DEPTH)
    return wd_fail(lowering->error, WD_LIMIT_EXCEEDED,
                   "the plan is nested deeper than %d steps", WD_DUCK_DEPTH);
  lowering->depth++;
  lowering->extents = NULL;
  status = lower_as_wanted(lowering, node, above != NULL, buf);
  lowering->extents = above;
  lowering->depth--;
  if (status == WD_OK && lowering->extents_failed)
    return wd_fail_memory(lowering->error);
  if (status == WD_OK && buf->failed)
    return wd_duck_buf_failure(buf, lowering->error);
  return status;
}

bool
wd_duck_is_ordered(const struct wd_plan_node *node)
{
  switch (node->kind) {
  case WD_NODE_SORT:
  case WD_NODE_SORT_WITHIN:
    return true;
  case WD_NODE_SQL:
    return node->sql->ordered;
  case WD_NODE_PROJECT:
    return !has_window(node) && wd_duck_is_ordered(node->left);
  case WD_NODE_FILTER:
  case WD_NODE_LIMIT:
  case WD_NODE_ROW_INDEX:
  case WD_NODE_EXPAND:
  case WD_NODE_EXPLODE:
  case WD_NODE_ZIP:
    return wd_duck_is_ordered(node->left);
  case WD_NODE_LAMBDA:
    return node->lambda.role != WD_ROLE_RELATION &&
           node->lambda.role != WD_ROLE_PARTITION &&
           node->lambda.role != WD_ROLE_FOR_EACH &&
           node->lambda.role != WD_ROLE_GROUP && wd_duck_is_ordered(node->left);
  case WD_NODE_CACHE:
    return node->left ? wd_duck_is_ordered(node->left)
                      : ((struct wd_duck_stored *)node->stored)->ordered;
  default:
    return false;
  }
}

/* Whether the order of any part matters to the rows: it does below a limit,
 * wherever that is, and where rows are told apart by their place. */
static bool
needs_order(const struct wd_plan_node *node);

static bool
sql_needs_order(const struct wd_sql *sql)
{
  bool needs = ((const struct wd_duck_sql *)sql->statement)->orders;

  for (uint32_t i = 0; i < sql->input_count; i++)
    needs = needs || needs_order(sql->inputs[i].node);
  return needs;
}

static void
look_into(void *env, const struct wd_subquery *subquery)
{
  bool *needs = env;

  *needs = *needs || needs_order(subquery->query);
}

static bool
needs_order(const struct wd_plan_node *node)
{
  bool inside = false;

  wd_plan_each_subquery(node, look_into, &inside);
  if (inside || (node->kind == WD_NODE_SQL && sql_needs_order(node->sql)))
    return true;
  if (wd_duck_is_ordered(node) || node->kind == WD_NODE_ROW_INDEX ||
      node->kind == WD_NODE_ZIP || node->kind == WD_NODE_SAMPLE)
    return true;
  return (node->left && needs_order(node->left)) ||
         (node->right && needs_order(node->right));
}

enum wd_status
wd_duck_lower_plan(struct wd_duck_lowering *lowering,
                   const struct wd_plan *plan, struct wd_buf *buf,
                   bool *out_ordered)
{
  *out_ordered = needs_order(plan->root);
  return wd_duck_lower_node(lowering, plan->root, buf);
}
