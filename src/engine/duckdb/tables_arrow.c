/* Tables of Arrow files, with the columns that the names of their folders say.
 * The source tells of each row which file it is of, the query has the values of
 * all files. */
#include <string.h>
#include <strings.h>

#include "arrow/ipc_reader.h"
#include "engine/duckdb/lower.h"
#include "engine/duckdb/source.h"
#include "engine/duckdb/tables.h"
#include "engine/duckdb/types.h"
#include "io/folders.h"

/* The columns of the first of the files. */
static enum wd_status
file_schema(struct wd_mem *mem, const struct wd_grant *grant, const char *file,
            struct wd_arena *arena, struct wd_schema *out_schema,
            struct wd_error *error)
{
  struct wd_ipc_reader *reader;
  enum wd_status status = wd_ipc_reader_open(mem, file, &reader, error);

  if (status != WD_OK) {
    wd_error_prefix(error, "table '%s': '%s'", grant->name, file);
    return status;
  }
  status =
      wd_schema_copy(wd_ipc_reader_schema(reader), arena, out_schema, error);
  wd_ipc_reader_free(reader);
  return status;
}

static bool
has_column(const struct wd_schema *schema, const char *name)
{
  for (uint32_t i = 0; i < schema->count; i++)
    if (strcasecmp(schema->columns[i].name, name) == 0)
      return true;
  return false;
}

/* Those of the folders' columns that the files do not have. */
static enum wd_status
added_columns(const char *const *files, uint32_t file_count,
              const struct wd_schema *schema, struct wd_arena *arena,
              struct wd_folder_column **out_columns, uint32_t *out_count,
              struct wd_error *error)
{
  uint32_t count, kept = 0;
  struct wd_folder_column *columns;
  enum wd_status status =
      wd_folder_columns(files, file_count, arena, &columns, &count, error);

  *out_count = 0;
  if (status != WD_OK || !count)
    return status;
  for (uint32_t i = 0; i < count; i++)
    if (!has_column(schema, columns[i].name))
      columns[kept++] = columns[i];
  *out_columns = columns;
  *out_count = kept;
  return WD_OK;
}

/* What a table is made of. */
struct parts {
  const char *const *files;
  uint32_t file_count;
  struct wd_schema of_files;
  struct wd_folder_column *folders;
  uint32_t folder_count;
};

static enum wd_status
parts_of(struct wd_mem *mem, const struct wd_grant *grant,
         struct wd_arena *arena, struct parts *parts, struct wd_error *error)
{
  enum wd_status status =
      wd_grant_files(grant, arena, &parts->files, &parts->file_count, error);

  if (status == WD_OK)
    status = file_schema(mem, grant, parts->files[0], arena, &parts->of_files,
                         error);
  if (status == WD_OK)
    status = added_columns(parts->files, parts->file_count, &parts->of_files,
                           arena, &parts->folders, &parts->folder_count, error);
  return status;
}

/* The columns of the files, then those of the folders. */
static enum wd_status
whole_schema(const struct parts *parts, struct wd_arena *arena,
             struct wd_schema *out_schema, struct wd_error *error)
{
  uint32_t first = parts->of_files.count;
  uint32_t count = first + parts->folder_count;
  struct wd_column *columns = wd_arena_array(arena, count, sizeof *columns);

  if (!columns)
    return wd_fail_memory(error);
  for (uint32_t i = 0; i < first; i++)
    columns[i] = parts->of_files.columns[i];
  for (uint32_t i = first; i < count; i++)
    columns[i] = (struct wd_column){
        .name = parts->folders[i - first].name,
        .type = parts->folders[i - first].type,
        .nullable = true,
    };
  *out_schema = (struct wd_schema){count, columns};
  return WD_OK;
}

enum wd_status
wd_duck_arrow_table(struct wd_mem *mem, const struct wd_grant *grant,
                    struct wd_arena *arena, struct wd_schema *out_schema,
                    struct wd_error *error)
{
  struct parts parts;
  enum wd_status status = parts_of(mem, grant, arena, &parts, error);

  return status == WD_OK ? whole_schema(&parts, arena, out_schema, error)
                         : status;
}

/* `CAST(CAST(['a', NULL] AS VARCHAR[])[c4 + 1] AS BIGINT) AS c5`: c4 is the
 * number of the file. */
static void
write_folder_column(const struct parts *parts, uint32_t index,
                    struct wd_buf *buf)
{
  const struct wd_folder_column *column = &parts->folders[index];
  uint32_t first = parts->of_files.count;

  wd_buf_puts(buf, first + index ? ", CAST(CAST([" : "CAST(CAST([");
  for (uint32_t i = 0; i < parts->file_count; i++) {
    const char *value = column->values[i];

    wd_buf_puts(buf, i ? ", " : "");
    if (value)
      wd_duck_quote(value, strlen(value), '\'', buf);
    else
      wd_buf_puts(buf, "NULL");
  }
  wd_buf_printf(buf, "] AS VARCHAR[])[c%u + 1] AS ", first);
  wd_duck_type_sql(&column->type, buf);
  wd_buf_printf(buf, ") AS c%u", first + index);
}

static void
write_columns(const struct parts *parts, struct wd_buf *buf)
{
  if (!parts->folder_count) {
    wd_buf_putc(buf, '*');
    return;
  }
  for (uint32_t i = 0; i < parts->of_files.count; i++)
    wd_buf_printf(buf, i ? ", c%u" : "c%u", i);
  for (uint32_t i = 0; i < parts->folder_count; i++)
    write_folder_column(parts, i, buf);
}

enum wd_status
wd_duck_lower_arrow(struct wd_duck_lowering *lowering,
                    const struct wd_plan_node *node,
                    const struct wd_grant *grant, struct wd_buf *buf)
{
  struct wd_duck_engine *engine = lowering->engine;
  struct wd_duck_source *source;
  struct wd_schema schema;
  struct parts parts;
  enum wd_status status =
      parts_of(engine->mem, grant, lowering->arena, &parts, lowering->error);

  if (status == WD_OK)
    status = whole_schema(&parts, lowering->arena, &schema, lowering->error);
  if (status != WD_OK)
    return status;
  if (!wd_schema_equal(&schema, &node->schema))
    return wd_fail(lowering->error, WD_IO,
                   "table '%s': its files or folders have changed since the "
                   "plan was made",
                   grant->name);
  status = wd_duck_arrow_new(
      engine->mem, grant->name, &parts.of_files, parts.files, parts.file_count,
      parts.folder_count > 0, engine->threads, &source, lowering->error);
  if (status != WD_OK)
    return status;
  wd_duck_source_add(lowering->query, source);
  wd_buf_puts(buf, "SELECT ");
  write_columns(&parts, buf);
  wd_buf_printf(buf, " FROM wd_source(%llu)",
                (unsigned long long)source->number);
  return WD_OK;
}
