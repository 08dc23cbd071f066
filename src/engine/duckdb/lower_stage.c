/* Lambdas over partitions, groups and pairs of groups as SQL: what is below
 * becomes a query of its own (stage.h), here stands the end of its queue. */
#include "engine/duckdb/functions.h"
#include "engine/duckdb/lower.h"
#include "engine/duckdb/stored.h"
#include "engine/duckdb/types.h"

/* A stage for a call, before what is below it is lowered, until close_stage.
 * *out_stage is NULL for text that is for people. */
static enum wd_status
open_stage(struct wd_duck_lowering *lowering, struct wd_duck_call *call,
           struct wd_duck_stage **out_stage)
{
  struct wd_query *query = lowering->query;
  struct wd_duck_stage *stage;
  enum wd_status status;

  *out_stage = NULL;
  if (!query)
    return WD_OK;
  status = wd_duck_stage_new(query, call, &stage, lowering->error);
  if (status != WD_OK)
    return status;
  call->stage = stage;
  stage->fill = lowering->fill;
  stage->above = lowering->stage;
  lowering->stage = stage;
  wd_duck_source_add(query, &stage->source);
  stage->next = query->stages;
  query->stages = stage;
  *out_stage = stage;
  return WD_OK;
}

/* Gives the stage its SQL and appends its end to the SQL above. */
static enum wd_status
close_stage(struct wd_duck_lowering *lowering, struct wd_duck_stage *stage,
            const struct wd_buf *below, struct wd_buf *buf)
{
  if (stage)
    lowering->stage = stage->above;
  if (below->failed)
    return wd_duck_buf_failure(below, lowering->error);
  if (!stage) {
    wd_buf_printf(buf, "SELECT * FROM wd_source(%s)", wd_buf_text(below));
    return WD_OK;
  }
  stage->sql = wd_arena_strdup(lowering->arena, wd_buf_text(below));
  if (!stage->sql)
    return wd_fail_memory(lowering->error);
  wd_buf_printf(buf, "SELECT * FROM wd_source(%llu)",
                (unsigned long long)stage->source.number);
  return WD_OK;
}

/* A stage whose rows are fetched: there is no function, so no slot. */
static enum wd_status
open_runs(struct wd_duck_lowering *lowering, const struct wd_plan_node *node,
          uint32_t numbers, struct wd_duck_stage **out_stage)
{
  const struct wd_lambda *lambda = node->lambda.bound.lambda;
  struct wd_duck_call *call = wd_arena_alloc(lowering->arena, sizeof *call);
  enum wd_status status = WD_OK;

  *out_stage = NULL;
  if (!call)
    return wd_fail_memory(lowering->error);
  if (lowering->query)
    status = wd_duck_lambda_check(lowering, lambda);
  if (status != WD_OK)
    return status;
  *call = (struct wd_duck_call){
      .query = lowering->query, .mem = lowering->engine->mem, .lambda = lambda};
  status = open_stage(lowering, call, out_stage);
  if (status == WD_OK && *out_stage) {
    (*out_stage)->runs = true;
    (*out_stage)->numbers = numbers;
    (*out_stage)->ordered = true;
  }
  return status;
}

/* The columns that the lambda wants, each with a comma. */
static void
write_wanted(const struct wd_plan_node *node, struct wd_buf *buf)
{
  const struct wd_bound *bound = &node->lambda.bound;
  uint32_t count =
      bound->all_columns ? node->left->schema.count : bound->column_count;

  for (uint32_t i = 0; i < count; i++)
    wd_buf_printf(buf, "t.c%u AS w%u, ",
                  bound->all_columns ? i : bound->columns[i], i);
}

/* `b`: true where the keys are others than in the row before. */
static void
write_boundary(const char *key, const uint32_t *keys, uint32_t count,
               struct wd_buf *buf)
{
  for (uint32_t i = 0; i < count; i++) {
    uint32_t at = keys ? keys[i] : i;

    wd_buf_printf(buf, "%st.%s%u IS DISTINCT FROM lag(t.%s%u) OVER ()",
                  i ? " OR " : "", key, at, key, at);
  }
  wd_buf_puts(buf, count ? " AS b" : "FALSE AS b");
}

static void
write_order(const char *key, const uint32_t *keys, uint32_t count,
            struct wd_buf *buf)
{
  for (uint32_t i = 0; i < count; i++)
    wd_buf_printf(buf, "%st.%s%u NULLS LAST", i ? ", " : " ORDER BY ", key,
                  keys ? keys[i] : i);
}

static enum wd_status
lower_groups(struct wd_duck_lowering *lowering, const struct wd_plan_node *node,
             struct wd_buf *buf)
{
  const uint32_t *keys = node->lambda.keys;
  uint32_t count = node->lambda.key_count;
  /* A table function is given the rows of a group in an order. */
  const struct wd_plan_node *sort =
      node->lambda.role == WD_ROLE_RELATION && node->left->kind == WD_NODE_SORT
          ? node->left
          : NULL;
  enum wd_status status;

  wd_buf_puts(buf, "SELECT ");
  write_wanted(node, buf);
  write_boundary("c", keys, count, buf);
  wd_buf_puts(buf, " FROM (SELECT * FROM ");
  status =
      wd_duck_lower_from(lowering, sort ? sort->left : node->left, "t", buf);
  write_order("c", keys, count, buf);
  if (sort && status == WD_OK) {
    wd_buf_puts(buf, count ? ", " : " ORDER BY ");
    status = wd_duck_lower_sort_keys(lowering, sort, buf);
  }
  wd_buf_puts(buf, ") AS t");
  return status;
}

/* One side of a pair: keys in the types of both, the columns, nulls in place
 * of the other side's. */
static enum wd_status
lower_side(struct wd_duck_lowering *lowering, const struct wd_plan_node *node,
           bool right, struct wd_buf *buf)
{
  const struct wd_plan_node *nodes[] = {node->left, node->right};
  const uint32_t *keys = right ? node->lambda.right_keys : node->lambda.keys;
  enum wd_status status;

  wd_buf_puts(buf, "SELECT ");
  for (uint32_t i = 0; i < node->lambda.key_count; i++) {
    wd_buf_printf(buf, "CAST(t.c%u AS ", keys[i]);
    wd_duck_type_sql(&node->lambda.key_types[i], buf);
    wd_buf_printf(buf, ") AS k%u, ", i);
  }
  for (int side = 0; side < 2; side++)
    for (uint32_t i = 0; i < nodes[side]->schema.count; i++) {
      wd_buf_puts(buf, "CAST(");
      if (right == (side == 1))
        wd_buf_printf(buf, "t.c%u", i);
      else
        wd_buf_puts(buf, "NULL");
      wd_buf_puts(buf, " AS ");
      wd_duck_type_sql(&nodes[side]->schema.columns[i].type, buf);
      wd_buf_printf(buf, ") AS %c%u, ", side ? 'r' : 'l', i);
    }
  wd_buf_printf(buf, "%s AS s FROM ", right ? "TRUE" : "FALSE");
  lowering->idle = false;
  status = wd_duck_lower_from(lowering, nodes[right], "t", buf);
  return status;
}

static enum wd_status
lower_pairs(struct wd_duck_lowering *lowering, const struct wd_plan_node *node,
            struct wd_buf *buf)
{
  enum wd_status status;

  wd_buf_puts(buf, "SELECT ");
  for (uint32_t i = 0; i < node->left->schema.count; i++)
    wd_buf_printf(buf, "t.l%u, ", i);
  for (uint32_t i = 0; i < node->right->schema.count; i++)
    wd_buf_printf(buf, "t.r%u, ", i);
  write_boundary("k", NULL, node->lambda.key_count, buf);
  wd_buf_puts(buf, ", t.s FROM (SELECT * FROM (");
  status = lower_side(lowering, node, false, buf);
  wd_buf_puts(buf, " UNION ALL ");
  if (status == WD_OK)
    status = lower_side(lowering, node, true, buf);
  wd_buf_puts(buf, ") AS t");
  write_order("k", NULL, node->lambda.key_count, buf);
  wd_buf_puts(buf,
              node->lambda.key_count ? ", t.s) AS t" : " ORDER BY t.s) AS t");
  return status;
}

/* Whether rows stay in their partitions, or what is made of them does. */
static bool
keeps_partitions(const struct wd_plan_node *node)
{
  switch (node->kind) {
  case WD_NODE_LAMBDA:
    return node->lambda.role == WD_ROLE_MAP ||
           node->lambda.role == WD_ROLE_FILTER ||
           node->lambda.role == WD_ROLE_FLAT_MAP;
  case WD_NODE_PROJECT:
  case WD_NODE_FILTER:
  case WD_NODE_SORT_WITHIN:
  case WD_NODE_EXPAND:
  case WD_NODE_EXPLODE:
  case WD_NODE_SAMPLE:
  case WD_NODE_ROW_INDEX:
  case WD_NODE_CACHE:
    return true;
  default:
    return false;
  }
}

uint32_t
wd_duck_partitions(const struct wd_plan_node *node)
{
  while (keeps_partitions(node) && node->left)
    node = node->left;
  if (node->kind == WD_NODE_CACHE)
    return ((const struct wd_duck_stored *)node->stored)->partitions;
  return node->kind == WD_NODE_REPARTITION ? node->repartition.count : 0;
}

/* Partitions by number; the column `b` is carried up from the repartition. */
static enum wd_status
lower_numbers(struct wd_duck_lowering *lowering,
              const struct wd_plan_node *node, struct wd_buf *buf)
{
  enum wd_status status;

  wd_buf_puts(buf, "SELECT ");
  write_wanted(node, buf);
  wd_buf_puts(buf, "t.b AS b FROM ");
  lowering->numbered = true;
  status = wd_duck_lower_from(lowering, node->left, "t", buf);
  lowering->numbered = false;
  return status;
}

static enum wd_status
lower_runs(struct wd_duck_lowering *lowering, const struct wd_plan_node *node,
           uint32_t numbers, struct wd_buf *buf)
{
  struct wd_duck_stage *stage;
  struct wd_buf below;
  enum wd_status status = open_runs(lowering, node, numbers, &stage);

  if (status != WD_OK)
    return status;
  wd_buf_init(&below, lowering->engine->mem, buf->maximum);
  lowering->idle = false;
  if (node->kind == WD_NODE_CO_GROUP)
    status = lower_pairs(lowering, node, &below);
  else if (numbers)
    status = lower_numbers(lowering, node, &below);
  else
    status = lower_groups(lowering, node, &below);
  if (status == WD_OK)
    status = close_stage(lowering, stage, &below, buf);
  wd_buf_fini(&below);
  return status;
}

enum wd_status
wd_duck_lower_group_node(struct wd_duck_lowering *lowering,
                         const struct wd_plan_node *node, struct wd_buf *buf)
{
  return lower_runs(lowering, node, 0, buf);
}

/* Partitions are the shares of engine threads. */
static enum wd_status
lower_shares(struct wd_duck_lowering *lowering, const struct wd_plan_node *node,
             struct wd_buf *buf)
{
  struct wd_duck_stage *stage = NULL;
  struct wd_duck_call *call;
  const char *name;
  struct wd_buf below;
  enum wd_status status = wd_duck_lower_lambda(
      lowering, WD_DUCK_SINK, node->lambda.bound.lambda, false, &call, &name);

  if (status == WD_OK)
    status = open_stage(lowering, call, &stage);
  if (status != WD_OK)
    return status;
  if (stage)
    stage->ordered = lowering->query->ordered;
  wd_buf_init(&below, lowering->engine->mem, buf->maximum);
  wd_buf_puts(&below, "SELECT count(t.m) FROM (SELECT ");
  status = wd_duck_lower_input(lowering, node, name, "m", &below);
  wd_buf_puts(&below, ") AS t");
  if (status == WD_OK)
    status = close_stage(lowering, stage, &below, buf);
  wd_buf_fini(&below);
  return status;
}

enum wd_status
wd_duck_lower_partition_node(struct wd_duck_lowering *lowering,
                             const struct wd_plan_node *node,
                             struct wd_buf *buf)
{
  uint32_t numbers = wd_duck_partitions(node->left);

  return numbers ? lower_runs(lowering, node, numbers, buf)
                 : lower_shares(lowering, node, buf);
}

/* The number of a row's partition as the column `b`, and rows in its order;
 * nothing when no partition lambda asks for it. */
enum wd_status
wd_duck_lower_repartition(struct wd_duck_lowering *lowering,
                          const struct wd_plan_node *node, struct wd_buf *buf)
{
  uint32_t count = node->repartition.column_count;
  enum wd_status status;

  if (!lowering->numbered)
    return wd_duck_lower_node(lowering, node->left, buf);
  lowering->numbered = false;
  wd_buf_puts(buf, "SELECT t.*, CAST(");
  for (uint32_t i = 0; i < count; i++)
    wd_buf_printf(buf, "%st.c%u", i ? ", " : "hash(",
                  node->repartition.columns[i]);
  wd_buf_printf(buf, "%s %% CAST('%u' AS UBIGINT) AS UINTEGER) AS b FROM ",
                count ? ")" : "CAST(row_number() OVER () - 1 AS UBIGINT)",
                node->repartition.count);
  status = wd_duck_lower_from(lowering, node->left, "t", buf);
  wd_buf_puts(buf, " ORDER BY b");
  return status;
}

enum wd_status
wd_duck_lower_sort_within(struct wd_duck_lowering *lowering,
                          const struct wd_plan_node *node, struct wd_buf *buf)
{
  bool numbered = lowering->numbered;
  enum wd_status status;

  wd_buf_puts(buf, "SELECT * FROM ");
  status = wd_duck_lower_from(lowering, node->left, "t", buf);
  wd_buf_puts(buf, numbered ? " ORDER BY t.b, " : " ORDER BY ");
  if (status == WD_OK)
    status = wd_duck_lower_sort_keys(lowering, node, buf);
  return status;
}
