#include "engine/duckdb/narrow.h"

#include <string.h>

#include "arrow/decimal.h"
#include "engine/duckdb/failure.h"
#include "engine/duckdb/lower.h"
#include "engine/duckdb/types.h"

/* As many as DuckDB looks at for the types. */
#define SAMPLE_ROWS 20480

static bool
is_wide(const struct wd_type *type)
{
  if (type->id == WD_TYPE_DECIMAL)
    return type->precision == WD_DECIMAL_PRECISION_MAX && type->scale == 0;
  for (uint32_t i = 0; i < type->child_count; i++)
    if (is_wide(&type->children[i].type))
      return true;
  return false;
}

/* A copy with i64 in the places. */
static bool
narrowed(const struct wd_type *type, struct wd_arena *arena,
         struct wd_type *out_type)
{
  struct wd_column *children;

  *out_type = *type;
  if (type->id == WD_TYPE_DECIMAL && is_wide(type))
    *out_type = wd_type_of(WD_TYPE_I64);
  if (type->child_count == 0)
    return true;
  children = wd_arena_array(arena, type->child_count, sizeof *children);
  if (!children)
    return false;
  for (uint32_t i = 0; i < type->child_count; i++) {
    children[i] = type->children[i];
    if (!narrowed(&type->children[i].type, arena, &children[i].type))
      return false;
  }
  out_type->children = children;
  return true;
}

/* A boolean for each wide column: whether the cast there and back changes any
 * value. */
static enum wd_status
write_question(const char *query, const struct wd_schema *schema,
               const struct wd_type *types, struct wd_buf *buf)
{
  const char *comma = "";

  wd_buf_puts(buf, "SELECT ");
  for (uint32_t i = 0; i < schema->count; i++) {
    const struct wd_column *column = &schema->columns[i];

    if (!is_wide(&column->type))
      continue;
    wd_buf_printf(buf, "%sbool_or(TRY_CAST(t.", comma);
    wd_duck_quote(column->name, strlen(column->name), '"', buf);
    wd_buf_puts(buf, " AS ");
    wd_duck_type_sql(&types[i], buf);
    wd_buf_puts(buf, ") IS DISTINCT FROM t.");
    wd_duck_quote(column->name, strlen(column->name), '"', buf);
    wd_buf_putc(buf, ')');
    comma = ", ";
  }
  return wd_buf_printf(buf, " FROM (%s LIMIT %d) AS t", query, SAMPLE_ROWS)
             ? WD_OK
             : WD_NO_MEMORY;
}

/* Takes the types of columns whose values did not change. */
static void
take_answers(duckdb_result *answers, const struct wd_type *types,
             struct wd_schema *schema, struct wd_column *columns)
{
  duckdb_data_chunk chunk = duckdb_fetch_chunk(*answers);
  idx_t answer = 0;

  for (uint32_t i = 0; i < schema->count; i++) {
    columns[i] = schema->columns[i];
    if (chunk && is_wide(&columns[i].type)) {
      duckdb_vector vector = duckdb_data_chunk_get_vector(chunk, answer++);
      const bool *changed = duckdb_vector_get_data(vector);

      if (wd_duck_is_valid(duckdb_vector_get_validity(vector), 0) && !*changed)
        columns[i].type = types[i];
    }
  }
  duckdb_destroy_data_chunk(&chunk);
  schema->columns = columns;
}

enum wd_status
wd_duck_narrow(struct wd_duck_engine *engine, const char *query,
               struct wd_arena *arena, struct wd_schema *schema,
               struct wd_error *error)
{
  struct wd_type *types = wd_arena_array(arena, schema->count, sizeof *types);
  struct wd_column *columns =
      wd_arena_array(arena, schema->count, sizeof *columns);
  bool wide = false, made = types && columns;
  duckdb_result answers;
  struct wd_buf sql;
  enum wd_status status;

  for (uint32_t i = 0; made && i < schema->count; i++) {
    wide = wide || is_wide(&schema->columns[i].type);
    made = narrowed(&schema->columns[i].type, arena, &types[i]);
  }
  if (!made)
    return wd_fail_memory(error);
  if (!wide)
    return WD_OK;
  wd_buf_init(&sql, engine->mem, 64 << 20);
  status = write_question(query, schema, types, &sql);
  if (status != WD_OK || sql.failed) {
    wd_buf_fini(&sql);
    return wd_fail_memory(error);
  }
  pthread_mutex_lock(&engine->lock);
  if (duckdb_query(engine->connection, wd_buf_text(&sql), &answers) ==
      DuckDBSuccess)
    take_answers(&answers, types, schema, columns);
  else
    status = wd_duck_fail(error, duckdb_result_error(&answers));
  duckdb_destroy_result(&answers);
  pthread_mutex_unlock(&engine->lock);
  wd_buf_fini(&sql);
  return status;
}
