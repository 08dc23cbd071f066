#include "engine/spark/tables.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/granted.h"
#include "engine/spark/carried.h"
#include "engine/spark/credentials.h"
#include "engine/spark/describe.h"
#include "engine/spark/file_types.h"
#include "engine/spark/types.h"
#include "io/format.h"

struct table {
  struct wd_settings settings;
  const char *const *files;
  uint32_t file_count;
};

static enum wd_status
open_table(const struct wd_grant *grant, const struct wd_option *options,
           uint32_t count, struct wd_arena *arena, struct table *out_table,
           struct wd_error *error)
{
  enum wd_status status;

  *out_table = (struct table){.file_count = 0};
  if (grant->format == WD_FORMAT_ARROW)
    return wd_fail(error, WD_UNSUPPORTED,
                   "table '%s' has the format arrow, which Spark does not "
                   "read; it reads text, csv, jsonl and parquet",
                   grant->name);
  status = wd_settings_make(grant, options, count, arena, &out_table->settings,
                            error);
  if (status == WD_OK && !grant->remote)
    status = wd_grant_files(grant, arena, &out_table->files,
                            &out_table->file_count, error);
  return status;
}

static void
put_option(struct wd_sc_writer *writer, const char *name, const char *value)
{
  if (value)
    wd_sc_put_entry(writer, WD_SC_Read_DataSource_options, name, value);
}

/* Lines of csv without a header named so have one: Spark does not look. */
static void
put_csv_options(struct wd_sc_writer *writer, const struct table *table,
                bool infer)
{
  const char *header = wd_setting(&table->settings, "header");
  const char *quote = wd_setting(&table->settings, "quote");
  const char *escape = wd_setting(&table->settings, "escape");

  put_option(writer, "header",
             header && strcmp(header, "auto") != 0 ? header : "true");
  put_option(writer, "sep", wd_setting(&table->settings, "delimiter"));
  put_option(writer, "quote", quote);
  put_option(writer, "escape", escape ? escape : quote ? quote : "\"");
  put_option(writer, "nullValue", wd_setting(&table->settings, "null"));
  put_option(writer, "multiLine", "true");
  put_option(writer, "mode", "FAILFAST");
  put_option(writer, "inferSchema", infer ? "true" : "false");
}

/* What is not on this machine: one URL, patterns and all. */
static enum wd_status
put_remote(struct wd_spark_lowering *lowering, const struct table *table)
{
  const struct wd_grant *grant = table->settings.grant;
  bool jdbc = grant->format == WD_FORMAT_JDBC;
  struct wd_sc_writer *writer = lowering->writer;

  if (jdbc) {
    /* Only the grant's: they are no business of programs. */
    put_option(writer, "url", grant->location);
    put_option(writer, "dbtable", wd_grant_option(grant, "table"));
    put_option(writer, "driver", wd_grant_option(grant, "driver"));
  } else {
    wd_sc_put_text(writer, WD_SC_Read_DataSource_paths, grant->location);
  }
  return grant->credentials ? wd_spark_put_credentials(lowering, grant) : WD_OK;
}

/* Spark takes `{}[]*?\` in paths for patterns. */
static enum wd_status
put_path(struct wd_spark_lowering *lowering, const char *file)
{
  char *path = realpath(file, NULL);
  struct wd_buf buf;
  enum wd_status status;

  wd_buf_init(&buf, lowering->engine->mem, 1 << 16);
  wd_buf_puts(&buf, "file:");
  for (const char *at = path ? path : file; *at; at++) {
    if (strchr("{}[]*?\\", *at))
      wd_buf_putc(&buf, '\\');
    wd_buf_putc(&buf, *at);
  }
  free(path);
  status = wd_spark_text_check(&buf, lowering->error);
  if (status == WD_OK)
    wd_sc_put_text(lowering->writer, WD_SC_Read_DataSource_paths,
                   wd_buf_text(&buf));
  wd_buf_fini(&buf);
  return status;
}

enum wd_status
wd_spark_put_ddl(struct wd_spark_lowering *lowering, uint32_t field,
                 const struct wd_schema *schema)
{
  struct wd_schema file;
  struct wd_buf buf;
  enum wd_status status = wd_spark_schema_check(schema, lowering->error);

  if (status == WD_OK)
    status =
        wd_spark_file_schema(schema, lowering->arena, &file, lowering->error);
  wd_buf_init(&buf, lowering->engine->mem, WD_SPARK_TEXT_MAX);
  for (uint32_t i = 0; status == WD_OK && i < file.count; i++) {
    wd_buf_puts(&buf, i ? ", " : "");
    wd_spark_quote_name(file.columns[i].name, &buf);
    wd_buf_putc(&buf, ' ');
    status = wd_spark_type_sql(&file.columns[i].type, &buf, lowering->error);
  }
  if (status == WD_OK)
    status = wd_spark_text_check(&buf, lowering->error);
  if (status == WD_OK)
    wd_sc_put_text(lowering->writer, field, wd_buf_text(&buf));
  wd_buf_fini(&buf);
  return status;
}

/* The columns that the user said the table has, or nothing. */
static enum wd_status
said_columns(const struct table *table, struct wd_arena *arena,
             struct wd_schema *out_schema, struct wd_error *error)
{
  const char *text = wd_setting(&table->settings, "columns");

  *out_schema = (struct wd_schema){0, NULL};
  return text ? wd_schema_parse(text, strlen(text), arena, out_schema, error)
              : WD_OK;
}

/* Spark's readers make null of all empty texts. */
static enum wd_status
check_quoted_null(const struct wd_spark_lowering *lowering,
                  const struct table *table)
{
  const char *quoted = wd_setting(&table->settings, "quoted-null");

  if (!quoted || strcmp(quoted, "true") == 0)
    return WD_OK;
  return wd_fail(lowering->error, WD_UNSUPPORTED,
                 "table '%s': on the engine spark a quoted empty text of csv "
                 "is null; leave out quoted-null=false",
                 table->settings.grant->name);
}

/* A relation that reads the files; columns NULL: Spark finds out. */
static enum wd_status
put_source(struct wd_spark_lowering *lowering, const struct table *table,
           const struct wd_schema *columns, uint32_t field)
{
  static const char *const formats[] = {[WD_FORMAT_TEXT] = "text",
                                        [WD_FORMAT_CSV] = "csv",
                                        [WD_FORMAT_JSONL] = "json",
                                        [WD_FORMAT_PARQUET] = "parquet",
                                        [WD_FORMAT_JDBC] = "jdbc"};
  struct wd_sc_writer *writer = lowering->writer;
  enum wd_format format = table->settings.grant->format;
  size_t relation = wd_sc_begin(writer, field);
  size_t read = wd_sc_begin(writer, WD_SC_Relation_read);
  size_t source = wd_sc_begin(writer, WD_SC_Read_data_source);
  enum wd_status status = check_quoted_null(lowering, table);

  wd_sc_put_text(writer, WD_SC_Read_DataSource_format, formats[format]);
  if (status == WD_OK && columns &&
      (format == WD_FORMAT_CSV || format == WD_FORMAT_JSONL))
    status = wd_spark_put_ddl(lowering, WD_SC_Read_DataSource_schema, columns);
  if (format == WD_FORMAT_CSV)
    put_csv_options(writer, table, !columns);
  if (format == WD_FORMAT_JSONL)
    put_option(writer, "mode", "FAILFAST");
  if (status == WD_OK && table->settings.grant->remote)
    status = put_remote(lowering, table);
  for (uint32_t i = 0; status == WD_OK && i < table->file_count; i++)
    status = put_path(lowering, table->files[i]);
  wd_sc_end(writer, source);
  wd_sc_end(writer, read);
  wd_sc_end(writer, relation);
  return status;
}

/* Integers of csv have 64 bits, as everywhere. */
static enum wd_status
widen(struct wd_schema *schema, struct wd_arena *arena, struct wd_error *error)
{
  struct wd_column *columns =
      wd_arena_array(arena, schema->count, sizeof *columns);

  if (!columns)
    return wd_fail_memory(error);
  for (uint32_t i = 0; i < schema->count; i++) {
    columns[i] = schema->columns[i];
    if (columns[i].type.id == WD_TYPE_I32)
      columns[i].type = wd_type_of(WD_TYPE_I64);
  }
  schema->columns = columns;
  return WD_OK;
}

/* A table to be described; columns NULL: Spark finds out. */
struct asked {
  const struct table *table;
  const struct wd_schema *columns;
};

static enum wd_status
put_asked(struct wd_spark_lowering *lowering, const void *env, uint32_t field)
{
  const struct asked *asked = env;

  return put_source(lowering, asked->table, asked->columns, field);
}

/* What the cluster lacks to read a URL. */
static void
explain_missing(const struct wd_grant *grant, struct wd_error *error)
{
  if (error && grant->remote &&
      (strstr(error->message, "ClassNotFoundException") ||
       strstr(error->message, "No FileSystem for scheme") ||
       strstr(error->message, "No suitable driver")))
    wd_error_prefix(error, "the cluster lacks the %s (docs/spark-clusters.md)",
                    grant->format == WD_FORMAT_JDBC
                        ? "database's JDBC driver"
                        : "classes of that file system");
}

enum wd_status
wd_spark_table(struct wd_engine *base, const struct wd_grant *grant,
               const struct wd_option *options, uint32_t count,
               struct wd_arena *arena, struct wd_schema *out_schema,
               struct wd_error *error)
{
  struct wd_spark_engine *engine = (struct wd_spark_engine *)base;
  struct wd_schema said;
  struct table table;
  struct asked asked = {&table, NULL};
  enum wd_status status =
      open_table(grant, options, count, arena, &table, error);

  if (status != WD_OK)
    return status;
  if (grant->format == WD_FORMAT_TEXT)
    return wd_text_schema(arena, out_schema, error);
  status = said_columns(&table, arena, &said, error);
  if (said.count)
    asked.columns = &said;
  if (status == WD_OK)
    status =
        wd_spark_describe(engine, put_asked, &asked, arena, out_schema, error);
  if (status == WD_OK && said.count)
    *out_schema = said;
  else if (status == WD_OK && grant->format == WD_FORMAT_CSV)
    status = widen(out_schema, arena, error);
  if (status != WD_OK) {
    explain_missing(grant, error);
    wd_error_prefix(error, "table '%s'", grant->name);
  }
  return status;
}

/* A column by its name in the file, as c and its number. */
static enum wd_status
put_read_column(struct wd_spark_lowering *lowering, const char *from,
                const struct wd_type *type, uint32_t index)
{
  struct wd_buf buf;
  char name[16];
  enum wd_status status;

  wd_buf_init(&buf, lowering->engine->mem, WD_SPARK_TEXT_MAX);
  wd_buf_puts(&buf, "CAST(");
  wd_spark_quote_name(from, &buf);
  status = wd_spark_cast_end(type, &buf, lowering->error);
  snprintf(name, sizeof name, "c%u", index);
  return wd_spark_put_written(lowering, WD_SC_Project_expressions, &buf, name,
                              status);
}

static enum wd_status
put_read_columns(struct wd_spark_lowering *lowering,
                 const struct wd_schema *file, enum wd_format format)
{
  enum wd_status status = WD_OK;

  for (uint32_t i = 0; status == WD_OK && i < file->count; i++)
    status = put_read_column(
        lowering, format == WD_FORMAT_TEXT ? "value" : file->columns[i].name,
        &file->columns[i].type, i);
  if (file->count == 0)
    wd_spark_put_named(lowering, WD_SC_Project_expressions, "TRUE", "z");
  return status;
}

/* The file's columns in the types that files have, named as ours. */
static enum wd_status
put_read(struct wd_spark_lowering *lowering, const struct wd_plan_node *node,
         uint32_t field)
{
  const struct wd_grant *grant;
  struct wd_schema file;
  struct table table;
  size_t relation = wd_sc_begin(lowering->writer, field);
  size_t project = wd_sc_begin(lowering->writer, WD_SC_Relation_project);
  enum wd_status status =
      wd_grants_table(lowering->engine->grants, node->read.name,
                      strlen(node->read.name), &grant, lowering->error);

  if (status == WD_OK)
    status = open_table(grant, node->read.options, node->read.option_count,
                        lowering->arena, &table, lowering->error);
  if (status == WD_OK)
    status = wd_spark_file_schema(&node->schema, lowering->arena, &file,
                                  lowering->error);
  if (status == WD_OK)
    status = put_source(lowering, &table, &node->schema, WD_SC_Project_input);
  if (status == WD_OK)
    status = put_read_columns(lowering, &file, grant->format);
  wd_sc_end(lowering->writer, project);
  wd_sc_end(lowering->writer, relation);
  return status;
}

enum wd_status
wd_spark_lower_read(struct wd_spark_lowering *lowering,
                    const struct wd_plan_node *node, uint32_t field)
{
  size_t relation, project;
  enum wd_status status;

  if (wd_spark_schema_plain(&node->schema))
    return put_read(lowering, node, field);
  relation = wd_sc_begin(lowering->writer, field);
  project = wd_sc_begin(lowering->writer, WD_SC_Relation_project);
  status = put_read(lowering, node, WD_SC_Project_input);
  if (status == WD_OK)
    status = wd_spark_put_read_types(lowering, &node->schema);
  wd_sc_end(lowering->writer, project);
  wd_sc_end(lowering->writer, relation);
  return status;
}
