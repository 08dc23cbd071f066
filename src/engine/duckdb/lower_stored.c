/* Rows that are kept as SQL: a table's name, and what fills it before. */
#include "engine/duckdb/lower.h"
#include "engine/duckdb/stored.h"

static bool
is_filled_by(const struct wd_query *query, const struct wd_duck_stored *stored)
{
  for (const struct wd_duck_fill *fill = query->fills; fill; fill = fill->next)
    if (fill->stored == stored)
      return true;
  return false;
}

/* After those that it needs itself. */
static void
append_fill(struct wd_query *query, struct wd_duck_fill *fill)
{
  struct wd_duck_fill **link = &query->fills;

  while (*link)
    link = &(*link)->next;
  *link = fill;
}

/* Lowers what fills a table, as a part of its own of the query. */
static enum wd_status
lower_fill(struct wd_duck_lowering *lowering, struct wd_duck_stored *stored,
           const struct wd_plan_node *node)
{
  struct wd_duck_lowering inner = *lowering;
  struct wd_duck_fill *fill = wd_arena_alloc(lowering->arena, sizeof *fill);
  struct wd_buf sql;
  enum wd_status status;

  if (!fill)
    return wd_fail_memory(lowering->error);
  *fill = (struct wd_duck_fill){
      .stored = stored,
      .schema = &node->schema,
      .ordered = wd_duck_is_ordered(node),
      .partitions = wd_duck_partitions(node),
  };
  inner.fill = fill;
  inner.stage = NULL;
  inner.idle = false;
  inner.numbered = fill->partitions != 0;
  wd_buf_init(&sql, lowering->engine->mem, WD_DUCK_SQL_MAX);
  wd_buf_printf(&sql, "CREATE TABLE %s AS ", stored->name);
  status = wd_duck_lower_node(&inner, node, &sql);
  lowering->lambdas = inner.lambdas;
  fill->sql = wd_arena_strndup(lowering->arena, wd_buf_text(&sql), sql.length);
  if (status == WD_OK && (!fill->sql || sql.failed))
    status = wd_fail_memory(lowering->error);
  wd_buf_fini(&sql);
  if (status == WD_OK)
    append_fill(lowering->query, fill);
  return status;
}

enum wd_status
wd_duck_lower_cache(struct wd_duck_lowering *lowering,
                    const struct wd_plan_node *node, struct wd_buf *buf)
{
  struct wd_duck_stored *stored = node->stored;
  bool extra = !lowering->numbered && wd_duck_partitions(node);
  enum wd_status status = WD_OK;

  lowering->numbered = false;
  if (!lowering->query) {
    wd_buf_puts(buf, "SELECT * FROM wd_cache(");
    if (node->left)
      status = wd_duck_lower_node(lowering, node->left, buf);
    wd_buf_putc(buf, ')');
    return status;
  }
  if (node->left && !is_filled_by(lowering->query, stored))
    status = lower_fill(lowering, stored, node->left);
  wd_buf_printf(buf, "SELECT *%s FROM %s", extra ? " EXCLUDE (b)" : "",
                stored->name);
  return status;
}

enum wd_status
wd_duck_lower_into(struct wd_duck_lowering *lowering,
                   const struct wd_request *request, const char *query,
                   char **out_sql)
{
  struct wd_duck_stored *stored = (struct wd_duck_stored *)request->into;

  *out_sql = wd_arena_printf(lowering->arena,
                             request->append ? "INSERT INTO %s %s"
                                             : "CREATE TABLE %s AS %s",
                             stored->name, query);
  return *out_sql ? WD_OK : wd_fail_memory(lowering->error);
}
