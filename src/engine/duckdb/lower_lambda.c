/* Lambda steps and aggregations as SQL. */
#include "engine/duckdb/functions.h"
#include "engine/duckdb/lower.h"
#include "engine/duckdb/names.h"
#include "engine/duckdb/types.h"

enum wd_status
wd_duck_lambda_check(const struct wd_duck_lowering *lowering,
                     const struct wd_lambda *lambda)
{
  enum wd_status status;

  if (!lowering->query->pool)
    return wd_fail(lowering->error, WD_INTERNAL,
                   "a plan with lambdas needs a pool to run them in");
  status = wd_duck_schema_check(&lambda->wanted, lowering->error);
  if (status == WD_OK)
    status = wd_duck_schema_check(&lambda->right, lowering->error);
  if (status == WD_OK)
    status = wd_duck_schema_check(&lambda->output, lowering->error);
  return status;
}

enum wd_status
wd_duck_lower_lambda(struct wd_duck_lowering *lowering, int kind,
                     const struct wd_lambda *lambda, bool wrapped,
                     struct wd_duck_call **out_call, const char **out_name)
{
  static const char *const names[] = {"wd_map", "wd_flat_map", "wd_sink",
                                      "wd_aggregate", "wd_barrier"};
  struct wd_duck_call *call;
  enum wd_status status;

  *out_call = NULL;
  *out_name = names[kind];
  if (!lowering->query)
    return WD_OK;
  if (lambda) {
    status = wd_duck_lambda_check(lowering, lambda);
    if (status != WD_OK)
      return status;
  }
  call = wd_arena_alloc(lowering->arena, sizeof *call);
  if (!call)
    return wd_fail_memory(lowering->error);
  call->query = lowering->query;
  call->mem = lowering->engine->mem;
  call->lambda = lambda;
  call->wrapped = wrapped;
  call->numbered = kind == WD_DUCK_FLAT_MAP && lowering->numbered;
  status = wd_duck_slot_take(lowering->engine, (enum wd_duck_kind)kind, call,
                             lowering->error);
  if (status != WD_OK)
    return status;
  call->next = lowering->query->calls;
  lowering->query->calls = call;
  *out_call = call;
  *out_name = call->slot->name;
  return WD_OK;
}

/* `name(t.c1, t.c4)`: the columns that the lambda wants; with the number of
 * the row's partition where that decides what the lambda gets at once. */
static void
write_call(const char *name, const struct wd_plan_node *node, bool numbered,
           struct wd_buf *buf)
{
  const struct wd_bound *bound = &node->lambda.bound;
  uint32_t wanted =
      bound->all_columns ? node->left->schema.count : bound->column_count;

  wd_buf_printf(buf, "%s(", name);
  for (uint32_t i = 0; i < wanted; i++)
    wd_buf_printf(buf, "%st.c%u", i ? ", " : "",
                  bound->all_columns ? i : bound->columns[i]);
  if (numbered)
    wd_buf_puts(buf, wanted ? ", t.b" : "t.b");
  wd_buf_putc(buf, ')');
}

enum wd_status
wd_duck_lower_input(struct wd_duck_lowering *lowering,
                    const struct wd_plan_node *node, const char *name,
                    const char *as, struct wd_buf *buf)
{
  write_call(name, node,
             lowering->numbered && node->lambda.role == WD_ROLE_FLAT_MAP, buf);
  wd_buf_printf(buf, " AS %s FROM ", as);
  lowering->idle = false;
  return wd_duck_lower_from(lowering, node->left, "t", buf);
}

/* What comes out of a map: columns of `t`, fields of the struct `t.m`. */
static void
write_result(const struct wd_plan_node *node, struct wd_buf *buf)
{
  const uint32_t *passed = node->lambda.bound.passed;
  uint32_t own = 0;

  for (uint32_t i = 0; i < node->schema.count; i++) {
    wd_buf_puts(buf, i ? ", " : "");
    if (passed[i] != UINT32_MAX)
      wd_buf_printf(buf, "t.c%u AS c%u", passed[i], i);
    else
      wd_buf_printf(buf, "t.m.c%u AS c%u", own++, i);
  }
}

/* Columns that pass by stay on DuckDB's side of the call. The struct is never
 * null; asking makes DuckDB call the function though nobody reads a field. */
static enum wd_status
lower_passing_map(struct wd_duck_lowering *lowering,
                  const struct wd_plan_node *node, struct wd_buf *buf)
{
  struct wd_duck_call *call;
  const char *name;
  enum wd_status status = wd_duck_lower_lambda(
      lowering, WD_DUCK_MAP, node->lambda.bound.lambda, true, &call, &name);

  if (status != WD_OK)
    return status;
  wd_buf_puts(buf, "SELECT ");
  write_result(node, buf);
  wd_buf_puts(buf, lowering->numbered ? ", t.b FROM (SELECT t.*, "
                                      : " FROM (SELECT t.*, ");
  status = wd_duck_lower_input(lowering, node, name, "m", buf);
  wd_buf_puts(buf, ") AS t WHERE t.m IS NOT NULL");
  return status;
}

static enum wd_status
lower_map(struct wd_duck_lowering *lowering, const struct wd_plan_node *node,
          struct wd_buf *buf)
{
  uint32_t count = node->schema.count;
  bool forced = lowering->idle || count == 0;
  bool wrapped = forced || count > 1;
  struct wd_duck_call *call;
  const char *name;
  enum wd_status status = wd_duck_lower_lambda(
      lowering, WD_DUCK_MAP, node->lambda.bound.lambda, wrapped, &call, &name);

  if (status != WD_OK)
    return status;
  wd_buf_puts(buf, "SELECT ");
  /* One column needs no step that takes a struct apart. */
  if (!wrapped && !lowering->numbered)
    return wd_duck_lower_input(lowering, node, name, "c0", buf);
  if (!wrapped)
    wd_buf_puts(buf, "t.m AS c0");
  else if (count)
    wd_duck_write_columns("t.m", count, 0, buf);
  else
    wd_buf_puts(buf, "TRUE AS z");
  wd_buf_puts(buf, lowering->numbered ? ", t.b FROM (SELECT t.b, "
                                      : " FROM (SELECT ");
  status = wd_duck_lower_input(lowering, node, name, "m", buf);
  wd_buf_puts(buf, ") AS t");
  /* The struct is never null; asking makes DuckDB call the function though
   * nobody reads a field. */
  if (forced)
    wd_buf_puts(buf, " WHERE t.m IS NOT NULL");
  return status;
}

/* The lambda's answer is a column of its own before it filters, or DuckDB
 * would move the call below joins. */
static enum wd_status
lower_filter(struct wd_duck_lowering *lowering, const struct wd_plan_node *node,
             struct wd_buf *buf)
{
  struct wd_duck_call *call;
  const char *name;
  enum wd_status status = wd_duck_lower_lambda(
      lowering, WD_DUCK_MAP, node->lambda.bound.lambda, false, &call, &name);

  if (status != WD_OK)
    return status;
  wd_buf_puts(buf, "SELECT * EXCLUDE (m) FROM (SELECT t.*, ");
  status = wd_duck_lower_input(lowering, node, name, "m", buf);
  wd_buf_puts(buf, ") AS t WHERE t.m");
  return status;
}

static enum wd_status
lower_flat_map(struct wd_duck_lowering *lowering,
               const struct wd_plan_node *node, struct wd_buf *buf)
{
  uint32_t count = node->schema.count;
  struct wd_duck_call *call;
  const char *name;
  enum wd_status status =
      wd_duck_lower_lambda(lowering, WD_DUCK_FLAT_MAP,
                           node->lambda.bound.lambda, count > 1, &call, &name);

  if (status != WD_OK)
    return status;
  wd_buf_puts(buf, "SELECT ");
  if (count > 1)
    wd_duck_write_columns("t.u", count, 0, buf);
  else
    wd_buf_printf(buf, "t.u AS %s", wd_duck_name(&node->schema, 0).text);
  wd_buf_puts(buf, lowering->numbered
                       ? ", t.b FROM (SELECT unnest(t.m) AS u, t.b FROM "
                         "(SELECT t.b, "
                       : " FROM (SELECT unnest(t.m) AS u FROM (SELECT ");
  status = wd_duck_lower_input(lowering, node, name, "m", buf);
  wd_buf_puts(buf, ") AS t) AS t");
  return status;
}

enum wd_status
wd_duck_lower_lambda_node(struct wd_duck_lowering *lowering,
                          const struct wd_plan_node *node, struct wd_buf *buf)
{
  switch (node->lambda.role) {
  case WD_ROLE_MAP:
  case WD_ROLE_SCALAR:
    return node->lambda.bound.passed ? lower_passing_map(lowering, node, buf)
                                     : lower_map(lowering, node, buf);
  case WD_ROLE_FILTER:
    return lower_filter(lowering, node, buf);
  case WD_ROLE_FLAT_MAP:
    return lower_flat_map(lowering, node, buf);
  case WD_ROLE_PARTITION:
  case WD_ROLE_FOR_EACH:
    return wd_duck_lower_partition_node(lowering, node, buf);
  case WD_ROLE_GROUP:
  case WD_ROLE_RELATION:
    return wd_duck_lower_group_node(lowering, node, buf);
  default:
    return wd_fail(lowering->error, WD_UNSUPPORTED,
                   "the engine duckdb does not run lambdas of the role %s yet",
                   wd_role_name(node->lambda.role));
  }
}
