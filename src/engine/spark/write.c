#include "engine/spark/write.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/spark/file_types.h"
#include "io/format.h"
#include "io/tree.h"

static const char *const formats[] = {[WD_FORMAT_CSV] = "csv",
                                      [WD_FORMAT_JSONL] = "json",
                                      [WD_FORMAT_PARQUET] = "parquet"};

static const char *
ending(enum wd_format format)
{
  return format == WD_FORMAT_JSONL ? "jsonl" : wd_format_name(format);
}

/* Options of ours in Spark's words. */
static const struct {
  const char *name;
  const char *spark;
} option_names[] = {
    {"header", "header"}, {"delimiter", "sep"},  {"quote", "quote"},
    {"escape", "escape"}, {"null", "nullValue"}, {"compression", "compression"},
};

static enum wd_status
put_option(struct wd_spark_lowering *lowering, const struct wd_request *request,
           const struct wd_option *option)
{
  const char *value;
  enum wd_status status =
      wd_format_option(request->write_format, WD_SINK, option->name,
                       option->value, lowering->arena, &value, lowering->error);

  if (status != WD_OK)
    return status;
  for (size_t i = 0; i < sizeof option_names / sizeof *option_names; i++)
    if (strcmp(option_names[i].name, option->name) == 0) {
      wd_sc_put_entry(lowering->writer, WD_SC_WriteOperation_options,
                      option_names[i].spark, value);
      return WD_OK;
    }
  return wd_fail(lowering->error, WD_UNSUPPORTED,
                 "the engine spark does not know the option %s of writes",
                 option->name);
}

static enum wd_status
put_options(struct wd_spark_lowering *lowering,
            const struct wd_request *request)
{
  enum wd_status status = WD_OK;

  if (request->write_format == WD_FORMAT_CSV) {
    wd_sc_put_entry(lowering->writer, WD_SC_WriteOperation_options, "header",
                    "true");
    wd_sc_put_entry(lowering->writer, WD_SC_WriteOperation_options, "escape",
                    "\"");
    wd_sc_put_entry(lowering->writer, WD_SC_WriteOperation_options,
                    "emptyValue", "\"\"");
  }
  if (request->write_format == WD_FORMAT_JSONL)
    wd_sc_put_entry(lowering->writer, WD_SC_WriteOperation_options,
                    "ignoreNullFields", "false");
  for (uint32_t i = 0; status == WD_OK && i < request->option_count; i++)
    if (strcmp(request->options[i].name, "format") != 0)
      status = put_option(lowering, request, &request->options[i]);
  return status;
}

/* The rows under their own names. */
static enum wd_status
put_named_rows(struct wd_spark_lowering *lowering,
               const struct wd_request *request, uint32_t field)
{
  const struct wd_plan_node *root = request->plan->root;
  size_t relation = wd_sc_begin(lowering->writer, field);
  size_t project = wd_sc_begin(lowering->writer, WD_SC_Relation_project);
  enum wd_status status =
      wd_spark_lower_node(lowering, root, WD_SC_Project_input);

  if (status == WD_OK)
    status = wd_spark_put_file_columns(lowering, &root->schema);
  wd_sc_end(lowering->writer, project);
  wd_sc_end(lowering->writer, relation);
  return status;
}

/* One file, in the rows' order. */
static enum wd_status
put_input(struct wd_spark_lowering *lowering, const struct wd_request *request)
{
  struct wd_sc_writer *writer = lowering->writer;
  size_t relation, single;
  enum wd_status status;

  if (request->write_prefix)
    return put_named_rows(lowering, request, WD_SC_WriteOperation_input);
  relation = wd_sc_begin(writer, WD_SC_WriteOperation_input);
  single = wd_sc_begin(writer, WD_SC_Relation_repartition);
  status = put_named_rows(lowering, request, WD_SC_Repartition_input);
  wd_sc_put_int(writer, WD_SC_Repartition_num_partitions, 1);
  wd_sc_put_int(writer, WD_SC_Repartition_shuffle, 0);
  wd_sc_end(writer, single);
  wd_sc_end(writer, relation);
  return status;
}

static enum wd_status
check_request(const struct wd_request *request, struct wd_error *error)
{
  if ((size_t)request->write_format >= sizeof formats / sizeof *formats ||
      !formats[request->write_format])
    return wd_fail(error, WD_UNSUPPORTED,
                   "the engine spark does not write the format %s; it writes "
                   "csv, jsonl and parquet",
                   wd_format_name(request->write_format));
  if (request->partition_count)
    return wd_fail(error, WD_UNSUPPORTED,
                   "the engine spark does not write folders by the values of "
                   "columns yet");
  return WD_OK;
}

/* A folder of its own: the sink's, if that is one, else beside the file. */
static const char *
scratch_folder(struct wd_query *query)
{
  char folder[4096], id[WD_SC_UUID];
  char *slash;

  wd_sc_uuid(id);
  snprintf(folder, sizeof folder, "%s", query->write_path);
  slash = query->write_prefix ? NULL : strrchr(folder, '/');
  if (slash)
    *slash = '\0';
  else if (!query->write_prefix)
    snprintf(folder, sizeof folder, ".");
  slash = realpath(*folder ? folder : "/", NULL);
  if (!slash)
    return NULL;
  query->scratch =
      wd_arena_printf(&query->arena, "%s/.%s.spark.wasi-data", slash, id);
  free(slash);
  return query->scratch;
}

enum wd_status
wd_spark_write_lower(struct wd_spark_lowering *lowering, struct wd_query *query,
                     const struct wd_request *request)
{
  struct wd_sc_writer *writer = lowering->writer;
  size_t command, write;
  enum wd_status status = check_request(request, lowering->error);

  if (status != WD_OK)
    return status;
  query->write_path = request->write_path;
  query->write_prefix = request->write_prefix;
  query->write_format = request->write_format;
  if (!scratch_folder(query))
    return wd_fail(lowering->error, WD_IO, "cannot write '%s': %s",
                   request->write_path, strerror(errno));
  command = wd_sc_begin(writer, WD_SC_Plan_command);
  write = wd_sc_begin(writer, WD_SC_Command_write_operation);
  status = put_input(lowering, request);
  wd_sc_put_text(writer, WD_SC_WriteOperation_source,
                 formats[request->write_format]);
  wd_sc_put_text(writer, WD_SC_WriteOperation_path,
                 wd_arena_printf(&query->arena, "file:%s", query->scratch));
  wd_sc_put_int(writer, WD_SC_WriteOperation_mode,
                WD_SC_WriteOperation_SaveMode_SAVE_MODE_ERROR_IF_EXISTS);
  if (status == WD_OK)
    status = put_options(lowering, request);
  wd_sc_end(writer, write);
  wd_sc_end(writer, command);
  return status;
}

static enum wd_status
fail_moving(const struct wd_query *query, struct wd_error *error)
{
  return wd_fail(error, WD_IO,
                 "Spark wrote no file that can be seen here, for '%s': sinks "
                 "must lie on a file system that the cluster and this machine "
                 "share (%s)",
                 query->write_path, strerror(errno));
}

static enum wd_status
move_file(struct wd_query *query, const char *name, uint32_t index,
          struct wd_error *error)
{
  const char *from =
      wd_arena_printf(&query->arena, "%s/%s", query->scratch, name);
  const char *to = query->write_path;

  if (query->write_prefix)
    to = wd_arena_printf(&query->arena, "%s/%s%u.%s", query->write_path,
                         query->write_prefix, index,
                         ending(query->write_format));
  if (!from || !to)
    return wd_fail_memory(error);
  return rename(from, to) == 0 ? WD_OK : fail_moving(query, error);
}

enum wd_status
wd_spark_write_finish(struct wd_query *query, struct wd_error *error)
{
  const char *const *files = NULL;
  uint32_t count = 0, moved = 0;
  enum wd_status status = WD_OK;

  errno = wd_tree_files(query->scratch, &query->arena, &files, &count);
  if (errno)
    return fail_moving(query, error);
  errno = ENOENT;
  for (uint32_t i = 0; status == WD_OK && i < count; i++)
    if (strncmp(files[i], "part-", 5) == 0)
      status = move_file(query, files[i], moved++, error);
  return status == WD_OK && moved == 0 ? fail_moving(query, error) : status;
}

void
wd_spark_write_remove(struct wd_query *query)
{
  if (query->scratch)
    wd_tree_remove(query->scratch);
}
