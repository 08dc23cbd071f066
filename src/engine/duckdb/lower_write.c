/* Writes as COPY statements. */
#include <string.h>

#include "engine/duckdb/lower.h"
#include "engine/duckdb/parquet_types.h"
#include "engine/duckdb/types.h"
#include "io/format.h"

/* Instants that are stored without zone get it back, so that files say it. */
static void
write_value(const struct wd_column *column, uint32_t index, struct wd_buf *buf)
{
  const struct wd_type *type = &column->type;
  bool instant = type->id == WD_TYPE_TIMESTAMP && type->timezone &&
                 (type->unit == WD_UNIT_S || type->unit == WD_UNIT_MS);

  if (instant)
    wd_buf_printf(buf, "CAST(CAST(t.c%u AS TIMESTAMP) AS TIMESTAMPTZ)", index);
  else
    wd_buf_printf(buf, "t.c%u", index);
}

/* ---- Parquet */

static bool
has_type(const struct wd_type *type, enum wd_type_id id)
{
  bool has = type->id == id;

  for (uint32_t i = 0; !has && i < type->child_count; i++)
    has = has_type(&type->children[i].type, id);
  return has;
}

/* The format's intervals have no signs and no microseconds; unions it has none,
 * and what DuckDB makes of them nobody reads back. */
static enum wd_status
parquet_check(const struct wd_column *column, struct wd_error *error)
{
  bool interval = has_type(&column->type, WD_TYPE_INTERVAL);
  char type[256], name[128];

  if (!interval && !has_type(&column->type, WD_TYPE_UNION))
    return WD_OK;
  return wd_fail(
      error, WD_UNSUPPORTED,
      "column '%s' has the type %s, which Parquet files cannot hold: %s, or "
      "write arrow",
      wd_text_clean(name, sizeof name, column->name, strlen(column->name)),
      wd_type_text(&column->type, type, sizeof type),
      interval ? "cast intervals to strings" : "select a union's members");
}

/* The type with lists in the place of fixed lists. */
static bool
loosen(const struct wd_type *from, struct wd_arena *arena, struct wd_type *to)
{
  struct wd_column *children =
      wd_arena_array(arena, from->child_count, sizeof *children);
  bool made = children || !from->child_count;

  *to = *from;
  if (to->id == WD_TYPE_FIXED_LIST) {
    to->id = WD_TYPE_LIST;
    to->width = 0;
  }
  for (uint32_t i = 0; made && i < from->child_count; i++) {
    children[i] = from->children[i];
    made = loosen(&from->children[i].type, arena, &children[i].type);
  }
  to->children = children;
  return made;
}

/* DuckDB 1.5 writes a null fixed list with elements, which other readers
 * refuse; in files they are lists in any case. */
static enum wd_status
write_parquet_column(struct wd_duck_lowering *lowering,
                     const struct wd_column *column, uint32_t index,
                     struct wd_buf *buf)
{
  struct wd_type type;

  if (!has_type(&column->type, WD_TYPE_FIXED_LIST)) {
    write_value(column, index, buf);
    return WD_OK;
  }
  if (!loosen(&column->type, lowering->arena, &type))
    return wd_fail_memory(lowering->error);
  wd_buf_printf(buf, "CAST(t.c%u AS ", index);
  wd_duck_type_sql(&type, buf);
  wd_buf_putc(buf, ')');
  return WD_OK;
}

static void
write_name(const struct wd_column *column, struct wd_buf *buf)
{
  wd_buf_puts(buf, " AS ");
  wd_duck_quote(column->name, strlen(column->name), '"', buf);
}

static bool
is_partition(const struct wd_request *request, uint32_t column);

static enum wd_status
write_parquet_columns(struct wd_duck_lowering *lowering,
                      const struct wd_request *request,
                      const struct wd_schema *schema, struct wd_buf *buf)
{
  enum wd_status status = WD_OK;

  for (uint32_t i = 0; status == WD_OK && i < schema->count; i++) {
    const struct wd_column *column = &schema->columns[i];

    wd_buf_puts(buf, i ? ", " : "");
    if (is_partition(request, i))
      write_value(column, i, buf);
    else if ((status = parquet_check(column, lowering->error)) == WD_OK)
      status = write_parquet_column(lowering, column, i, buf);
    write_name(column, buf);
  }
  return status;
}

/* ---- Columns */

static void
write_column(const struct wd_column *column, uint32_t index, struct wd_buf *buf)
{
  write_value(column, index, buf);
  write_name(column, buf);
}

static void
write_columns(const struct wd_schema *schema, struct wd_buf *buf)
{
  for (uint32_t i = 0; i < schema->count; i++) {
    wd_buf_puts(buf, i ? ", " : "");
    write_column(&schema->columns[i], i, buf);
  }
}

/* Options in the words of COPY. */
static const struct {
  const char *name;
  const char *sql;
} option_names[] = {
    {"header", "HEADER"},
    {"delimiter", "DELIMITER"},
    {"quote", "QUOTE"},
    {"escape", "ESCAPE"},
    {"null", "NULLSTR"},
    {"compression", "COMPRESSION"},
    {"compression_level", "COMPRESSION_LEVEL"},
    {"row_group_size", "ROW_GROUP_SIZE"},
};

#define OPTION_NAMES (sizeof option_names / sizeof *option_names)

static enum wd_status
write_option(const struct wd_request *request, const struct wd_option *option,
             struct wd_arena *arena, struct wd_buf *buf, struct wd_error *error)
{
  const char *value;
  enum wd_status status =
      wd_format_option(request->write_format, WD_SINK, option->name,
                       option->value, arena, &value, error);

  for (size_t i = 0; status == WD_OK && i < OPTION_NAMES; i++) {
    if (strcmp(option_names[i].name, option->name) != 0)
      continue;
    if (request->write_format == WD_FORMAT_PARQUET &&
        strcmp(value, "none") == 0)
      value = "uncompressed";
    wd_buf_printf(buf, ", %s ", option_names[i].sql);
    wd_duck_quote(value, strlen(value), '\'', buf);
  }
  return status;
}

static enum wd_status
write_format(const struct wd_request *request, struct wd_arena *arena,
             struct wd_buf *buf, struct wd_error *error)
{
  enum wd_status status = WD_OK;

  switch (request->write_format) {
  case WD_FORMAT_PARQUET:
    wd_buf_puts(buf, "FORMAT parquet");
    break;
  case WD_FORMAT_CSV:
    wd_buf_puts(buf, "FORMAT csv");
    break;
  case WD_FORMAT_JSONL:
    wd_buf_puts(buf, request->partition_count
                         ? "FORMAT csv, QUOTE '', ESCAPE '', DELIMITER '', "
                           "HEADER false"
                         : "FORMAT json, ARRAY false");
    break;
  default:
    return wd_fail(error, WD_UNSUPPORTED,
                   "the engine duckdb does not write the format %s; it writes "
                   "csv, jsonl, parquet and arrow",
                   wd_format_name(request->write_format));
  }
  for (uint32_t i = 0; status == WD_OK && i < request->option_count; i++)
    if (strcmp(request->options[i].name, "format") != 0)
      status = write_option(request, &request->options[i], arena, buf, error);
  return status;
}

static const char *
find_option(const struct wd_request *request, const char *name)
{
  for (uint32_t i = 0; i < request->option_count; i++)
    if (strcmp(request->options[i].name, name) == 0)
      return request->options[i].value;
  return "";
}

/* What the names of files end with. */
static const char *
file_ending(const struct wd_request *request)
{
  const char *compression = find_option(request, "compression");
  bool gzip = strcmp(compression, "gzip") == 0;
  bool zstd = strcmp(compression, "zstd") == 0;

  switch (request->write_format) {
  case WD_FORMAT_CSV:
    return gzip ? "csv.gz" : zstd ? "csv.zst" : "csv";
  case WD_FORMAT_JSONL:
    return gzip ? "jsonl.gz" : zstd ? "jsonl.zst" : "jsonl";
  case WD_FORMAT_ARROW:
    return strcmp(find_option(request, "container"), "stream") == 0 ? "arrows"
                                                                    : "arrow";
  default:
    return "parquet";
  }
}

enum wd_status
wd_duck_lower_target(struct wd_duck_lowering *lowering,
                     const struct wd_request *request)
{
  struct wd_query *query = lowering->query;
  const char *ignored;
  enum wd_status status = WD_OK;

  if (request->write_prefix && !request->partition_count) {
    query->write_path =
        wd_arena_printf(lowering->arena, "%s/%s0.%s", request->write_path,
                        request->write_prefix, file_ending(request));
    if (!query->write_path)
      return wd_fail_memory(lowering->error);
  }
  if (request->write_format != WD_FORMAT_ARROW)
    return WD_OK;
  query->write_stream =
      strcmp(find_option(request, "container"), "stream") == 0;
  for (uint32_t i = 0; status == WD_OK && i < request->option_count; i++)
    if (strcmp(request->options[i].name, "format") != 0)
      status =
          wd_format_option(WD_FORMAT_ARROW, WD_SINK, request->options[i].name,
                           request->options[i].value, lowering->arena, &ignored,
                           lowering->error);
  if (status == WD_OK && request->partition_count) {
    query->write_ending = wd_arena_printf(
        lowering->arena, "%s0.%s", request->write_prefix, file_ending(request));
    if (!query->write_ending)
      return wd_fail_memory(lowering->error);
  }
  return status;
}

/* Folders `name=value`; what is in files then are the other columns. */
static void
write_partitions(const struct wd_request *request,
                 const struct wd_schema *schema, struct wd_buf *buf)
{
  if (!request->partition_count)
    return;
  for (uint32_t i = 0; i < request->partition_count; i++) {
    const char *name = schema->columns[request->partition_columns[i]].name;

    wd_buf_puts(buf, i ? ", " : ", PARTITION_BY (");
    wd_duck_quote(name, strlen(name), '"', buf);
  }
  wd_buf_printf(buf, "), FILENAME_PATTERN '%s{i}', FILE_EXTENSION '%s'",
                request->write_prefix, file_ending(request));
}

static bool
is_partition(const struct wd_request *request, uint32_t column)
{
  for (uint32_t i = 0; i < request->partition_count; i++)
    if (request->partition_columns[i] == column)
      return true;
  return false;
}

/* DuckDB writes no JSON partitioned: lines of JSON beside the partitions'
 * columns, as text without quotes. The text's name has no meaning but to be
 * no other's; names fold case. */
static void
write_json_columns(const struct wd_request *request,
                   const struct wd_schema *schema, struct wd_buf *buf)
{
  size_t longest = 0;
  bool first = true;

  wd_buf_puts(buf, "CAST(to_json({");
  for (uint32_t i = 0; i < schema->count; i++) {
    const struct wd_column *column = &schema->columns[i];

    if (is_partition(request, i)) {
      longest = strlen(column->name) > longest ? strlen(column->name) : longest;
      continue;
    }
    wd_buf_puts(buf, first ? "" : ", ");
    wd_duck_quote(column->name, strlen(column->name), '"', buf);
    wd_buf_puts(buf, ": ");
    write_value(column, i, buf);
    first = false;
  }
  wd_buf_puts(buf, "}) AS VARCHAR) AS ");
  for (size_t i = 0; i <= longest; i++)
    wd_buf_putc(buf, 'j');
  for (uint32_t i = 0; i < request->partition_count; i++) {
    wd_buf_puts(buf, ", ");
    write_column(&schema->columns[request->partition_columns[i]],
                 request->partition_columns[i], buf);
  }
}

/* Of the columns that are in files. */
static enum wd_status
write_named_types(struct wd_duck_lowering *lowering,
                  const struct wd_request *request,
                  const struct wd_schema *schema, struct wd_buf *buf)
{
  struct wd_column *columns =
      wd_arena_array(lowering->arena, schema->count, sizeof *columns);
  uint32_t count = 0;

  if (!columns)
    return wd_fail_memory(lowering->error);
  for (uint32_t i = 0; i < schema->count; i++)
    if (!is_partition(request, i))
      columns[count++] = schema->columns[i];
  return wd_duck_parquet_named(&(struct wd_schema){count, columns},
                               lowering->engine->mem, lowering->arena, buf,
                               lowering->error);
}

enum wd_status
wd_duck_lower_write(struct wd_duck_lowering *lowering,
                    const struct wd_request *request,
                    const struct wd_schema *schema, const char *query,
                    char **out_sql)
{
  const char *path = lowering->query->write_path;
  struct wd_buf buf;
  enum wd_status status = WD_OK;

  if (schema->count == 0)
    return wd_fail(lowering->error, WD_INVALID_PLAN,
                   "rows without columns cannot be written");
  wd_buf_init(&buf, lowering->engine->mem, 128 << 20);
  wd_buf_puts(&buf, "COPY (SELECT ");
  if (request->write_format == WD_FORMAT_PARQUET)
    status = write_parquet_columns(lowering, request, schema, &buf);
  else if (request->write_format == WD_FORMAT_JSONL && request->partition_count)
    write_json_columns(request, schema, &buf);
  else
    write_columns(schema, &buf);
  wd_buf_printf(&buf, " FROM (%s) AS t) TO ", query);
  wd_duck_quote(path, strlen(path), '\'', &buf);
  /* The path is a temporary one already. */
  wd_buf_puts(&buf, request->partition_count ? " (" : " (USE_TMP_FILE false, ");
  if (status == WD_OK)
    status = write_format(request, lowering->arena, &buf, lowering->error);
  if (status == WD_OK && request->write_format == WD_FORMAT_PARQUET)
    status = write_named_types(lowering, request, schema, &buf);
  write_partitions(request, schema, &buf);
  wd_buf_putc(&buf, ')');
  if (status == WD_OK) {
    *out_sql = wd_arena_strndup(lowering->arena, wd_buf_text(&buf), buf.length);
    if (!*out_sql || buf.failed)
      status = wd_fail_memory(lowering->error);
  }
  wd_buf_fini(&buf);
  return status;
}

/* `name=value/…`, encoded as DuckDB does it for the other formats. */
static void
write_folders(const struct wd_request *request, const struct wd_schema *schema,
              struct wd_buf *buf)
{
  for (uint32_t i = 0; i < request->partition_count; i++) {
    uint32_t index = request->partition_columns[i];
    const struct wd_column *column = &schema->columns[index];

    wd_buf_puts(buf, i ? " || '/' || url_encode(" : "url_encode(");
    wd_duck_quote(column->name, strlen(column->name), '\'', buf);
    wd_buf_puts(buf, ") || '=' || coalesce(url_encode(CAST(");
    write_value(column, index, buf);
    wd_buf_puts(buf, " AS VARCHAR)), '__HIVE_DEFAULT_PARTITION__')");
  }
}

/* The columns that are in files, alone. */
static enum wd_status
leave_partitions(struct wd_duck_lowering *lowering,
                 const struct wd_request *request, struct wd_buf *buf)
{
  struct wd_query *query = lowering->query;
  struct wd_column *columns =
      wd_arena_array(lowering->arena, query->schema.count, sizeof *columns);
  uint32_t count = 0;

  if (!columns)
    return wd_fail_memory(lowering->error);
  for (uint32_t i = 0; i < query->schema.count; i++) {
    if (is_partition(request, i))
      continue;
    wd_buf_printf(buf, "t.c%u AS c%u, ", i, count);
    columns[count++] = query->schema.columns[i];
  }
  query->schema = (struct wd_schema){count, columns};
  return WD_OK;
}

enum wd_status
wd_duck_lower_parts(struct wd_duck_lowering *lowering,
                    const struct wd_request *request, const char *sql)
{
  struct wd_query *query = lowering->query;
  const struct wd_schema schema = query->schema;
  struct wd_buf buf;
  enum wd_status status;

  wd_buf_init(&buf, lowering->engine->mem, 128 << 20);
  wd_buf_puts(&buf, "SELECT ");
  status = leave_partitions(lowering, request, &buf);
  write_folders(request, &schema, &buf);
  wd_buf_printf(&buf,
                " AS p FROM (SELECT *%s FROM (%s) AS t) AS t ORDER BY p%s",
                query->ordered ? ", row_number() OVER () AS n" : "", sql,
                query->ordered ? ", t.n" : "");
  if (status == WD_OK) {
    query->sql =
        wd_arena_strndup(lowering->arena, wd_buf_text(&buf), buf.length);
    if (!query->sql || buf.failed)
      status = wd_fail_memory(lowering->error);
  }
  wd_buf_fini(&buf);
  return status;
}
