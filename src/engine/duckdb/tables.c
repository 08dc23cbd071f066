#include "engine/duckdb/tables.h"

#include <string.h>

#include "engine/duckdb/extent.h"
#include "engine/duckdb/failure.h"
#include "engine/duckdb/lower.h"
#include "engine/duckdb/narrow.h"
#include "engine/duckdb/parquet_types.h"
#include "engine/duckdb/source.h"
#include "engine/duckdb/statistics.h"
#include "engine/duckdb/types.h"
#include "engine/duckdb/types_composed.h"
#include "engine/granted.h"
#include "io/format.h"

void
wd_duck_write_path(const char *path, struct wd_buf *buf)
{
  wd_buf_putc(buf, '\'');
  for (; *path; path++) {
    if (strchr("*?[", *path))
      wd_buf_printf(buf, "[%c]", *path);
    else if (*path == '\'')
      wd_buf_puts(buf, "''");
    else
      wd_buf_putc(buf, *path);
  }
  wd_buf_putc(buf, '\'');
}

static void
write_text_option(const char *sql, const char *value, struct wd_buf *buf)
{
  if (!value)
    return;
  wd_buf_printf(buf, ", %s=", sql);
  wd_duck_quote(value, strlen(value), '\'', buf);
}

/* columns={'a': 'BIGINT', …} */
static enum wd_status
write_columns(const char *text, struct wd_arena *arena, struct wd_buf *buf,
              struct wd_error *error)
{
  struct wd_schema schema;
  enum wd_status status;

  if (!text)
    return WD_OK;
  status = wd_schema_parse(text, strlen(text), arena, &schema, error);
  if (status == WD_OK)
    status = wd_duck_schema_check(&schema, error);
  if (status != WD_OK)
    return status;
  wd_buf_puts(buf, ", columns={");
  for (uint32_t i = 0; i < schema.count; i++) {
    const char *name = schema.columns[i].name;

    wd_buf_puts(buf, i ? ", " : "");
    wd_duck_quote(name, strlen(name), '\'', buf);
    wd_buf_puts(buf, ": '");
    wd_duck_type_sql(&schema.columns[i].type, buf);
    wd_buf_putc(buf, '\'');
  }
  wd_buf_putc(buf, '}');
  return WD_OK;
}

static enum wd_status
write_csv_options(const struct wd_settings *settings, struct wd_arena *arena,
                  struct wd_buf *buf, struct wd_error *error)
{
  const char *header = wd_setting(settings, "header");
  const char *quote = wd_setting(settings, "quote");
  const char *quoted = wd_setting(settings, "quoted-null");

  /* Or DuckDB leaves out lines until the rest looks like a table, and those
   * that begin with `#`. */
  wd_buf_puts(buf, ", skip=0, comment=''");
  if (header && strcmp(header, "auto") != 0)
    wd_buf_printf(buf, ", header=%s", header);
  write_text_option("delim", wd_setting(settings, "delimiter"), buf);
  write_text_option("quote", quote ? quote : "\"", buf);
  write_text_option("escape", wd_setting(settings, "escape"), buf);
  write_text_option("nullstr", wd_setting(settings, "null"), buf);
  /* `""` is a text, unless it is told otherwise. */
  wd_buf_printf(buf, ", allow_quoted_nulls=%s", quoted ? quoted : "false");
  return write_columns(wd_setting(settings, "columns"), arena, buf, error);
}

/* `read_parquet(['…'])` with what options say. */
static enum wd_status
write_reader(const struct wd_settings *settings, const char *const *files,
             uint32_t file_count, struct wd_arena *arena, struct wd_buf *buf,
             struct wd_error *error)
{
  enum wd_format format = settings->grant->format;
  enum wd_status status = WD_OK;

  switch (format) {
  case WD_FORMAT_PARQUET:
    wd_buf_puts(buf, "read_parquet([");
    break;
  case WD_FORMAT_CSV:
    wd_buf_puts(buf, "read_csv([");
    break;
  case WD_FORMAT_JSONL:
    wd_buf_puts(buf, "read_json([");
    break;
  default:
    return wd_fail(
        error, WD_UNSUPPORTED,
        "table '%s' has the format %s, which the engine duckdb "
        "does not read; it reads text, csv, jsonl, parquet and arrow",
        settings->grant->name, wd_format_name(format));
  }
  for (uint32_t i = 0; i < file_count; i++) {
    wd_buf_puts(buf, i ? ", " : "");
    wd_duck_write_path(files[i], buf);
  }
  wd_buf_putc(buf, ']');
  if (format == WD_FORMAT_CSV)
    status = write_csv_options(settings, arena, buf, error);
  if (format == WD_FORMAT_JSONL) {
    /* Objects of many fields are objects still, not maps. */
    wd_buf_puts(buf,
                ", format='newline_delimited', map_inference_threshold=-1");
    status = write_columns(wd_setting(settings, "columns"), arena, buf, error);
  }
  wd_buf_putc(buf, ')');
  return status;
}

enum wd_status
wd_duck_prepared_schema(duckdb_prepared_statement prepared,
                        struct wd_arena *arena, struct wd_schema *out_schema,
                        struct wd_error *error)
{
  idx_t count = duckdb_prepared_statement_column_count(prepared);
  struct wd_column *columns = wd_arena_array(arena, count, sizeof *columns);
  enum wd_status status = columns ? WD_OK : wd_fail_memory(error);

  for (idx_t i = 0; status == WD_OK && i < count; i++) {
    const char *name = duckdb_prepared_statement_column_name(prepared, i);
    duckdb_logical_type type =
        duckdb_prepared_statement_column_logical_type(prepared, i);

    columns[i].name = wd_arena_strdup(arena, name ? name : "");
    columns[i].nullable = true;
    if (!columns[i].name)
      status = wd_fail_memory(error);
    else
      status = wd_duck_type_from(type, arena, &columns[i].type, error);
    duckdb_free((void *)(uintptr_t)name);
    duckdb_destroy_logical_type(&type);
  }
  out_schema->count = (uint32_t)count;
  out_schema->columns = columns;
  return status;
}

static enum wd_status
ask_schema(struct wd_duck_engine *engine, const char *sql,
           struct wd_arena *arena, struct wd_schema *out_schema,
           struct wd_error *error)
{
  duckdb_prepared_statement prepared = NULL;
  enum wd_status status;

  pthread_mutex_lock(&engine->lock);
  if (duckdb_prepare(engine->connection, sql, &prepared) == DuckDBSuccess)
    status = wd_duck_prepared_schema(prepared, arena, out_schema, error);
  else
    status = wd_duck_fail(error, duckdb_prepare_error(prepared));
  duckdb_destroy_prepare(&prepared);
  pthread_mutex_unlock(&engine->lock);
  return status;
}

/* DuckDB takes lines of any number of fields, or with a quote that is not
 * closed, for one column of whole lines. They are one only if the comma says
 * so, too. `sql` is the reader's, which gets the comma. */
static enum wd_status
check_one_column(struct wd_duck_engine *engine,
                 const struct wd_settings *settings,
                 const struct wd_schema *schema, struct wd_buf *sql,
                 struct wd_arena *arena, struct wd_error *error)
{
  struct wd_schema again = {0, NULL};
  enum wd_status status;

  if (settings->grant->format != WD_FORMAT_CSV || schema->count != 1 ||
      wd_setting(settings, "delimiter") || wd_setting(settings, "columns"))
    return WD_OK;
  sql->length--; /* the bracket */
  if (!wd_buf_puts(sql, ", delim=',')"))
    return wd_fail_memory(error);
  status = ask_schema(engine, wd_buf_text(sql), arena, &again, error);
  if (status == WD_OK && again.count == 1)
    return WD_OK;
  if (status == WD_NO_MEMORY || status == WD_CANCELLED)
    return status;
  wd_error_clear(error);
  return wd_fail(error, WD_INVALID_ARGUMENT,
                 "the lines have different numbers of fields, or a quote is "
                 "not closed; the option delimiter says what is between "
                 "fields (whole lines are read by format=text)");
}

/* The reader's SQL, zero-terminated in `buf`, which the caller has. */
static enum wd_status
grant_reader(const struct wd_settings *settings, struct wd_arena *arena,
             struct wd_buf *buf, struct wd_duck_read *out_read,
             struct wd_error *error)
{
  const struct wd_grant *grant = settings->grant;
  enum wd_status status =
      wd_grant_files(grant, arena, &out_read->files, &out_read->count, error);

  out_read->table = grant->name;
  if (status == WD_OK)
    status = write_reader(settings, out_read->files, out_read->count, arena,
                          buf, error);
  return status;
}

enum wd_status
wd_duck_table(struct wd_engine *base, const struct wd_grant *grant,
              const struct wd_option *options, uint32_t count,
              struct wd_arena *arena, struct wd_schema *out_schema,
              struct wd_error *error)
{
  struct wd_duck_engine *engine = (struct wd_duck_engine *)base;
  struct wd_settings settings;
  const char *const *files;
  uint32_t file_count;
  struct wd_duck_read read;
  struct wd_buf sql;
  bool single;
  enum wd_status status =
      wd_settings_make(grant, options, count, arena, &settings, error);

  if (status != WD_OK)
    return status;
  if (grant->format == WD_FORMAT_ARROW)
    return wd_duck_arrow_table(engine->mem, grant, arena, out_schema, error);
  if (grant->format == WD_FORMAT_TEXT) {
    status = wd_grant_files(grant, arena, &files, &file_count, error);
    return status == WD_OK ? wd_text_schema(arena, out_schema, error) : status;
  }
  wd_buf_init(&sql, engine->mem, 64 << 20);
  wd_buf_puts(&sql, "SELECT * FROM ");
  status = grant_reader(&settings, arena, &sql, &read, error);
  if (status == WD_OK && sql.failed)
    status = wd_fail_memory(error);
  single =
      status == WD_OK && read.count == 1 && grant->format == WD_FORMAT_PARQUET;
  if (single &&
      wd_duck_statistics_schema(engine, read.files[0], arena, out_schema)) {
    wd_buf_fini(&sql);
    return WD_OK;
  }
  if (status == WD_OK) {
    status = ask_schema(engine, wd_buf_text(&sql), arena, out_schema, error);
    if (status == WD_OK)
      status =
          check_one_column(engine, &settings, out_schema, &sql, arena, error);
    if (status == WD_OK && grant->format == WD_FORMAT_JSONL)
      status =
          wd_duck_narrow(engine, wd_buf_text(&sql), arena, out_schema, error);
    if (status == WD_OK && grant->format == WD_FORMAT_PARQUET && read.count)
      wd_duck_parquet_name_types(engine, read.files[0], arena, out_schema);
    if (status != WD_OK)
      wd_error_prefix(error, "table '%s'", grant->name);
  }
  if (status == WD_OK && single)
    wd_duck_statistics_keep(engine, read.files[0], out_schema);
  wd_buf_fini(&sql);
  return status;
}

/* Text and Arrow, which we read ourselves. */
static enum wd_status
lower_own(struct wd_duck_lowering *lowering, const struct wd_plan_node *node,
          const struct wd_grant *grant, struct wd_buf *buf)
{
  struct wd_duck_engine *engine = lowering->engine;
  struct wd_duck_source *source;
  const char *const *files;
  uint32_t file_count;
  enum wd_status status;

  if (!lowering->query) {
    wd_buf_puts(buf, "SELECT * FROM wd_source(");
    wd_duck_quote(grant->location, strlen(grant->location), '\'', buf);
    wd_buf_putc(buf, ')');
    return WD_OK;
  }
  if (grant->format == WD_FORMAT_ARROW)
    return wd_duck_lower_arrow(lowering, node, grant, buf);
  status = wd_grant_files(grant, lowering->arena, &files, &file_count,
                          lowering->error);
  if (status == WD_OK)
    status = wd_duck_text_new(engine->mem, grant->name, files, file_count,
                              engine->text_range, engine->threads, &source,
                              lowering->error);
  if (status != WD_OK)
    return status;
  wd_duck_source_add(lowering->query, source);
  wd_buf_printf(buf, "SELECT * FROM wd_source(%llu)",
                (unsigned long long)source->number);
  return WD_OK;
}

/* Columns of types that we do not carry pass as they are: nothing but a
 * projection without them is planned over them. So do those that no SQL can
 * name, as the structs without a field's name that unions are in files. */
static void
write_read_columns(const struct wd_schema *schema, struct wd_buf *buf)
{
  for (uint32_t i = 0; i < schema->count; i++) {
    const struct wd_column *column = &schema->columns[i];
    bool carried =
        wd_type_carried(&column->type) && !wd_duck_type_why_not(&column->type);

    wd_buf_puts(buf, i ? ", " : "");
    wd_buf_puts(buf, carried ? "CAST(t." : "t.");
    wd_duck_quote(column->name, strlen(column->name), '"', buf);
    if (carried) {
      wd_buf_puts(buf, " AS ");
      wd_duck_type_sql(&column->type, buf);
      wd_buf_putc(buf, ')');
    }
    wd_buf_printf(buf, " AS c%u", i);
  }
}

enum wd_status
wd_duck_lower_read(struct wd_duck_lowering *lowering,
                   const struct wd_plan_node *node, struct wd_buf *buf)
{
  const struct wd_grant *grant;
  struct wd_duck_read *read = wd_arena_alloc(lowering->arena, sizeof *read);
  struct wd_settings settings;
  enum wd_status status =
      wd_grants_table(lowering->engine->grants, node->read.name,
                      strlen(node->read.name), &grant, lowering->error);

  if (status != WD_OK)
    return status;
  if (!read)
    return wd_fail_memory(lowering->error);
  if (grant->format == WD_FORMAT_TEXT || grant->format == WD_FORMAT_ARROW)
    return lower_own(lowering, node, grant, buf);
  status = wd_settings_make(grant, node->read.options, node->read.option_count,
                            lowering->arena, &settings, lowering->error);
  if (status != WD_OK)
    return status;
  wd_buf_puts(buf, "SELECT ");
  write_read_columns(&node->schema, buf);
  wd_buf_puts(buf, " FROM ");
  status = grant_reader(&settings, lowering->arena, buf, read, lowering->error);
  if (lowering->query) {
    read->next = lowering->query->reads;
    lowering->query->reads = read;
  }
  wd_buf_puts(buf, " AS t");
  return status;
}

void
wd_duck_extents_of_table(struct wd_duck_lowering *lowering,
                         const struct wd_plan_node *node,
                         struct wd_duck_extent *extents)
{
  wd_uint128 *most =
      wd_arena_array(lowering->arena, node->schema.count, sizeof *most);
  const struct wd_grant *grant;
  struct wd_settings settings;
  struct wd_duck_read read;
  struct wd_error error = {0}; /* lower_read will find it again */
  struct wd_buf reader;

  if (!most ||
      wd_grants_table(lowering->engine->grants, node->read.name,
                      strlen(node->read.name), &grant, &error) != WD_OK ||
      grant->format != WD_FORMAT_PARQUET ||
      wd_settings_make(grant, node->read.options, node->read.option_count,
                       lowering->arena, &settings, &error) != WD_OK)
    return;
  for (uint32_t i = 0; i < node->schema.count; i++)
    most[i] = extents[i].most;
  wd_buf_init(&reader, lowering->engine->mem, 64 << 20);
  /* Of several files DuckDB reads the first one's only. */
  if (grant_reader(&settings, lowering->arena, &reader, &read, &error) ==
          WD_OK &&
      !reader.failed && read.count == 1)
    wd_duck_statistics_find(lowering->engine, read.files[0],
                            wd_buf_text(&reader), &node->schema, most);
  wd_buf_fini(&reader);
  for (uint32_t i = 0; i < node->schema.count; i++)
    if (most[i] < extents[i].most)
      extents[i].most = most[i];
}
