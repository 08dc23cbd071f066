/* Queries of the program's as a part of the SQL: their tables are common table
 * expressions around what DuckDB wrote of them. */
#include <string.h>

#include "engine/duckdb/functions.h"
#include "engine/duckdb/sql.h"
#include "engine/duckdb/types.h"

/* Whether DuckDB may read the rows as often as it likes: sources of ours are
 * read once. */
static bool
is_repeatable(const struct wd_duck_lowering *lowering,
              const struct wd_plan_node *node)
{
  const struct wd_grant *grant;

  switch (node->kind) {
  case WD_NODE_RANGE:
  case WD_NODE_CACHE:
    return true;
  case WD_NODE_READ:
    return wd_grants_table(lowering->engine->grants, node->read.name,
                           strlen(node->read.name), &grant, NULL) == WD_OK &&
           grant->format != WD_FORMAT_TEXT && grant->format != WD_FORMAT_ARROW;
  default:
    return false;
  }
}

/* A column with a volatile part is not filtered any earlier (lower.c). */
static enum wd_status
write_columns(struct wd_duck_lowering *lowering, const struct wd_schema *schema,
              bool guarded, struct wd_buf *buf)
{
  struct wd_duck_call *call;
  const char *barrier = NULL;
  enum wd_status status = WD_OK;

  if (guarded)
    status = wd_duck_lower_lambda(lowering, WD_DUCK_BARRIER, NULL, false, &call,
                                  &barrier);
  for (uint32_t i = 0; i < schema->count; i++) {
    const char *name = schema->columns[i].name;

    wd_buf_puts(buf, i ? ", " : "");
    if (barrier)
      wd_buf_printf(buf, "CASE WHEN %s() THEN t.c%u END AS ", barrier, i);
    else
      wd_buf_printf(buf, "t.c%u AS ", i);
    wd_duck_quote(name, strlen(name), '"', buf);
  }
  wd_buf_puts(buf, schema->count ? " FROM " : "TRUE AS z FROM ");
  return status;
}

static enum wd_status
write_input(struct wd_duck_lowering *lowering, const struct wd_sql_input *input,
            bool shared, struct wd_buf *buf)
{
  const struct wd_plan_node *node = input->node;
  enum wd_status status;

  wd_duck_quote(input->name, strlen(input->name), '"', buf);
  wd_buf_puts(buf, shared && !is_repeatable(lowering, node)
                       ? " AS MATERIALIZED (SELECT "
                       : " AS NOT MATERIALIZED (SELECT ");
  status =
      write_columns(lowering, &node->schema, wd_duck_is_guarded(node), buf);
  /* Nobody knows which columns the query looks at. */
  lowering->idle = true;
  if (status == WD_OK)
    status = wd_duck_lower_from(lowering, node, "t", buf);
  lowering->idle = false;
  wd_buf_putc(buf, ')');
  return status;
}

struct expansion {
  struct wd_duck_lowering *lowering;
  const struct wd_sql *sql;
};

static enum wd_status
expand_call(void *env, uint32_t index, struct wd_buf *buf)
{
  const struct expansion *expansion = env;
  const struct wd_sql_call *found = &expansion->sql->calls[index];
  bool aggregate = found->function->kind == WD_NAMED_AGGREGATE;
  struct wd_duck_call *call;
  const char *name;
  enum wd_status status = wd_duck_lower_lambda(
      expansion->lowering, aggregate ? WD_DUCK_AGGREGATE : WD_DUCK_MAP,
      found->named.bound.lambda, false, &call, &name);

  if (status != WD_OK)
    return status;
  if (call)
    call->windowed = found->over_window;
  if (call && !aggregate)
    call->strict = found->named.bound.strict;
  wd_buf_puts(buf, name);
  return WD_OK;
}

static enum wd_status
expand_parameter(void *env, uint32_t index, struct wd_buf *buf)
{
  const struct expansion *expansion = env;
  static const struct wd_duck_scope none = {.left = "t"};

  return wd_duck_lower_expression(
      expansion->lowering, expansion->sql->parameters[index].value, &none, buf);
}

/* What comes out, in the types that the plan has. */
static void
write_result(const struct wd_schema *schema, struct wd_buf *buf)
{
  for (uint32_t i = 0; i < schema->count; i++) {
    wd_buf_printf(buf, "%sCAST(t.c%u AS ", i ? ", " : "", i);
    wd_duck_type_sql(&schema->columns[i].type, buf);
    wd_buf_printf(buf, ") AS c%u", i);
  }
}

enum wd_status
wd_duck_lower_sql(struct wd_duck_lowering *lowering,
                  const struct wd_plan_node *node, struct wd_buf *buf)
{
  const struct wd_sql *sql = node->sql;
  const struct wd_duck_sql *statement = sql->statement;
  struct expansion expansion = {lowering, sql};
  enum wd_status status = WD_OK;

  wd_buf_puts(buf, "SELECT ");
  write_result(&node->schema, buf);
  wd_buf_puts(buf, sql->input_count ? " FROM (WITH " : " FROM (");
  for (uint32_t i = 0; i < sql->input_count && status == WD_OK; i++) {
    wd_buf_puts(buf, i ? ", " : "");
    status = write_input(lowering, &sql->inputs[i], statement->shared[i], buf);
  }
  wd_buf_puts(buf, sql->input_count ? " SELECT * FROM (" : "SELECT * FROM (");
  if (status == WD_OK)
    status = wd_duck_sql_expand(statement->text, statement->mark, expand_call,
                                expand_parameter, &expansion, buf);
  wd_buf_puts(buf, ") AS t) AS t(");
  for (uint32_t i = 0; i < node->schema.count; i++)
    wd_buf_printf(buf, "%sc%u", i ? ", " : "", i);
  wd_buf_putc(buf, ')');
  return status;
}
