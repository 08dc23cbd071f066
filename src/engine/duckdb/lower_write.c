/* Writes as COPY statements. */
#include <string.h>

#include "engine/duckdb/lower.h"
#include "engine/duckdb/types.h"
#include "io/format.h"

/* Instants that are stored without zone get it back, so that files say it. */
static void
write_column(const struct wd_column *column, uint32_t index, struct wd_buf *buf)
{
  const struct wd_type *type = &column->type;
  bool instant = type->id == WD_TYPE_TIMESTAMP && type->timezone &&
                 (type->unit == WD_UNIT_S || type->unit == WD_UNIT_MS);

  if (instant)
    wd_buf_printf(buf, "CAST(CAST(t.c%u AS TIMESTAMP) AS TIMESTAMPTZ)", index);
  else
    wd_buf_printf(buf, "t.c%u", index);
  wd_buf_puts(buf, " AS ");
  wd_duck_quote(column->name, strlen(column->name), '"', buf);
}

static enum wd_status
write_csv_option(const struct wd_option *option, struct wd_arena *arena,
                 struct wd_buf *buf, struct wd_error *error)
{
  static const struct {
    const char *name;
    const char *sql;
  } names[] = {{"header", "HEADER"},
               {"delimiter", "DELIMITER"},
               {"quote", "QUOTE"},
               {"escape", "ESCAPE"},
               {"null", "NULLSTR"}};
  const char *value;
  enum wd_status status = wd_format_option(WD_FORMAT_CSV, WD_SINK, option->name,
                                           option->value, arena, &value, error);

  for (size_t i = 0; status == WD_OK && i < sizeof names / sizeof *names; i++) {
    if (strcmp(names[i].name, option->name) != 0)
      continue;
    wd_buf_printf(buf, ", %s ", names[i].sql);
    wd_duck_quote(value, strlen(value), '\'', buf);
  }
  return status;
}

static enum wd_status
write_format(const struct wd_request *request, struct wd_arena *arena,
             struct wd_buf *buf, struct wd_error *error)
{
  enum wd_status status = WD_OK;
  const char *ignored;

  switch (request->write_format) {
  case WD_FORMAT_PARQUET:
    wd_buf_puts(buf, "FORMAT parquet");
    break;
  case WD_FORMAT_CSV:
    wd_buf_puts(buf, "FORMAT csv");
    break;
  case WD_FORMAT_JSONL:
    wd_buf_puts(buf, "FORMAT json, ARRAY false");
    break;
  default:
    return wd_fail(error, WD_UNSUPPORTED,
                   "the engine duckdb does not write the format %s; it writes "
                   "csv, jsonl, parquet and arrow",
                   wd_format_name(request->write_format));
  }
  for (uint32_t i = 0; status == WD_OK && i < request->option_count; i++) {
    const struct wd_option *option = &request->options[i];

    if (strcmp(option->name, "format") == 0)
      continue;
    if (request->write_format == WD_FORMAT_CSV)
      status = write_csv_option(option, arena, buf, error);
    else
      status = wd_format_option(request->write_format, WD_SINK, option->name,
                                option->value, arena, &ignored, error);
  }
  return status;
}

enum wd_status
wd_duck_lower_write(struct wd_duck_lowering *lowering,
                    const struct wd_request *request,
                    const struct wd_schema *schema, const char *query,
                    char **out_sql)
{
  struct wd_buf buf;
  enum wd_status status;

  if (schema->count == 0)
    return wd_fail(lowering->error, WD_INVALID_PLAN,
                   "rows without columns cannot be written");
  wd_buf_init(&buf, lowering->engine->mem, 128 << 20);
  wd_buf_puts(&buf, "COPY (SELECT ");
  for (uint32_t i = 0; i < schema->count; i++) {
    wd_buf_puts(&buf, i ? ", " : "");
    write_column(&schema->columns[i], i, &buf);
  }
  wd_buf_printf(&buf, " FROM (%s) AS t) TO ", query);
  wd_duck_quote(request->write_path, strlen(request->write_path), '\'', &buf);
  /* The path is a temporary one already. */
  wd_buf_puts(&buf, " (USE_TMP_FILE false, ");
  status = write_format(request, lowering->arena, &buf, lowering->error);
  wd_buf_putc(&buf, ')');
  if (status == WD_OK) {
    *out_sql = wd_arena_strndup(lowering->arena, wd_buf_text(&buf), buf.length);
    if (!*out_sql || buf.failed)
      status = wd_fail_memory(lowering->error);
  }
  wd_buf_fini(&buf);
  return status;
}
