/* The tables of a query, while it is bound: views without rows, in which names
 * and types are found. */
#include <string.h>

#include "engine/duckdb/failure.h"
#include "engine/duckdb/sql_read.h"
#include "engine/duckdb/types.h"

enum wd_status
wd__sql_make_view(const struct wd_sql_reading *reading,
                  const struct wd_sql_input *input)
{
  const struct wd_schema *schema = &input->node->schema;
  struct wd_buf sql;
  enum wd_status status = wd_sql_check_names(input, reading->error);

  if (status == WD_OK)
    status = wd_duck_schema_check(schema, reading->error);
  wd_buf_init(&sql, reading->engine->mem, WD_DUCK_SQL_MAX);
  wd_buf_puts(&sql, "CREATE TEMP VIEW ");
  wd_duck_quote(input->name, strlen(input->name), '"', &sql);
  wd_buf_puts(&sql, " AS SELECT ");
  for (uint32_t i = 0; i < schema->count; i++) {
    wd_buf_puts(&sql, i ? ", CAST(NULL AS " : "CAST(NULL AS ");
    wd_duck_type_sql(&schema->columns[i].type, &sql);
    wd_buf_puts(&sql, ") AS ");
    wd_duck_quote(schema->columns[i].name, strlen(schema->columns[i].name), '"',
                  &sql);
  }
  wd_buf_puts(&sql, schema->count ? " WHERE FALSE" : "TRUE AS z WHERE FALSE");
  if (status == WD_OK && sql.failed)
    status = wd_duck_buf_failure(&sql, reading->error);
  if (status == WD_OK)
    status =
        wd_duck_execute(reading->connection, wd_buf_text(&sql), reading->error);
  wd_buf_fini(&sql);
  return status;
}

enum wd_status
wd__sql_make_views(const struct wd_sql_reading *reading,
                   const struct wd_sql *sql)
{
  enum wd_status status = WD_OK;

  for (uint32_t i = 0; status == WD_OK && i < sql->input_count; i++) {
    status = wd__sql_make_view(reading, &sql->inputs[i]);
    if (status != WD_OK)
      wd_error_prefix(reading->error, "table '%.100s'", sql->inputs[i].name);
  }
  return status;
}
