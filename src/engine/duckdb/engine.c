#include "engine/duckdb/engine.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "engine/duckdb/failure.h"
#include "engine/duckdb/functions.h"
#include "engine/duckdb/pure.h"
#include "engine/duckdb/query.h"
#include "engine/duckdb/source.h"
#include "engine/duckdb/sql.h"
#include "engine/duckdb/statistics.h"
#include "engine/duckdb/stored.h"
#include "engine/duckdb/tables.h"

enum wd_status
wd_duck_execute(duckdb_connection connection, const char *sql,
                struct wd_error *error)
{
  duckdb_result result;
  enum wd_status status = WD_OK;

  if (duckdb_query(connection, sql, &result) != DuckDBSuccess)
    status = wd_duck_fail_result(error, &result);
  duckdb_destroy_result(&result);
  return status;
}

static enum wd_status
set_option(duckdb_config config, const char *name, const char *value,
           struct wd_error *error)
{
  if (duckdb_set_config(config, name, value) == DuckDBSuccess)
    return WD_OK;
  return wd_fail_at(error, WD_ORIGIN_ENGINE, WD_ENGINE_FAILED,
                    "DuckDB refused the setting %s = %s", name, value);
}

/* DuckDB's own default for a database in memory is a folder in the current
 * one. It is made when something spills, and removed at the end. */
static void
default_temp_dir(char *text, size_t size)
{
  const char *folder = getenv("TMPDIR");

  snprintf(text, size, "%s/wasi-data-%ld.spill",
           folder && *folder ? folder : "/tmp", (long)getpid());
}

static enum wd_status
set_options(duckdb_config config, const struct wd_engine_options *options,
            struct wd_error *error)
{
  static const char *const locked[][2] = {
      {"autoinstall_known_extensions", "false"},
      {"autoload_known_extensions", "false"},
      {"allow_community_extensions", "false"},
      {"allow_unsigned_extensions", "false"},
  };
  char text[32], folder[4096];
  enum wd_status status = WD_OK;

  for (size_t i = 0; status == WD_OK && i < sizeof locked / sizeof *locked; i++)
    status = set_option(config, locked[i][0], locked[i][1], error);
  if (status == WD_OK && options->threads) {
    snprintf(text, sizeof text, "%u", options->threads);
    status = set_option(config, "threads", text, error);
  }
  if (status == WD_OK && options->memory_limit) {
    snprintf(text, sizeof text, "%lluB",
             (unsigned long long)options->memory_limit);
    status = set_option(config, "memory_limit", text, error);
  }
  default_temp_dir(folder, sizeof folder);
  if (status == WD_OK)
    status = set_option(config, "temp_directory",
                        options->temp_dir ? options->temp_dir : folder, error);
  return status;
}

static enum wd_status
open_database(struct wd_duck_engine *engine,
              const struct wd_engine_options *options, struct wd_error *error)
{
  duckdb_config config;
  char *message = NULL;
  enum wd_status status;

  if (duckdb_create_config(&config) != DuckDBSuccess)
    return wd_fail_memory(error);
  status = set_options(config, options, error);
  if (status == WD_OK && duckdb_open_ext(NULL, &engine->database, config,
                                         &message) != DuckDBSuccess)
    status = wd_duck_fail(error, message);
  duckdb_free(message);
  duckdb_destroy_config(&config);
  if (status == WD_OK &&
      duckdb_connect(engine->database, &engine->connection) != DuckDBSuccess)
    status = wd_fail_memory(error);
  /* Chains of steps become deep expressions when DuckDB merges them. What is
   * below a window must not be computed twice: sources are read once, lambdas
   * are called once. */
  if (status == WD_OK)
    status = wd_duck_execute(
        engine->connection,
        "SET GLOBAL TimeZone='UTC'; SET GLOBAL max_expression_depth=10000; "
        "SET GLOBAL disabled_optimizers='window_self_join'",
        error);
  return status;
}

static void
engine_close(struct wd_engine *base)
{
  struct wd_duck_engine *engine = (struct wd_duck_engine *)base;

  duckdb_disconnect(&engine->connection);
  duckdb_close(&engine->database);
  wd_duck_disk_remove(engine);
  wd_duck_slots_free(engine);
  wd_duck_pures_free(engine);
  wd_duck_statistics_free(engine);
  wd_duck_probes_free(engine);
  pthread_mutex_destroy(&engine->reading);
  pthread_mutex_destroy(&engine->lock);
  pthread_mutex_destroy(&engine->planning);
  wd_mem_free(engine->mem, engine, sizeof *engine);
}

static enum wd_status
engine_open(const struct wd_engine_options *options,
            struct wd_engine **out_engine, struct wd_error *error)
{
  struct wd_duck_engine *engine =
      wd_mem_calloc(options->mem, 1, sizeof *engine);
  long processors = sysconf(_SC_NPROCESSORS_ONLN);
  pthread_mutexattr_t again; /* queries are read while one is read */
  const char *temp_dir = options->temp_dir;
  enum wd_status status;

  if (!engine)
    return wd_fail_memory(error);
  engine->base.functions = &wd_engine_duckdb;
  engine->mem = options->mem;
  engine->grants = options->grants;
  engine->threads = options->threads ? options->threads
                    : processors > 0 ? (uint32_t)processors
                                     : 1;
  if (!temp_dir)
    temp_dir = getenv("TMPDIR");
  snprintf(engine->temp_dir, sizeof engine->temp_dir, "%s",
           temp_dir && *temp_dir ? temp_dir : "/tmp");
  snprintf(engine->disk_path, sizeof engine->disk_path,
           "%s/wasi-data-%ld-%p.cache", engine->temp_dir, (long)getpid(),
           (void *)engine);
  engine->text_range = WD_DUCK_TEXT_RANGE;
  pthread_mutex_init(&engine->lock, NULL);
  pthread_mutex_init(&engine->planning, NULL);
  pthread_mutexattr_init(&again);
  pthread_mutexattr_settype(&again, PTHREAD_MUTEX_RECURSIVE);
  pthread_mutex_init(&engine->reading, &again);
  pthread_mutexattr_destroy(&again);
  status = open_database(engine, options, error);
  if (status == WD_OK)
    status = wd_duck_source_define(engine, error);
  if (status != WD_OK) {
    engine_close(&engine->base);
    return status;
  }
  *out_engine = &engine->base;
  return WD_OK;
}

const struct wd_engine_functions wd_engine_duckdb = {
    .name = "duckdb",
    .open = engine_open,
    .close = engine_close,
    .table = wd_duck_table,
    .start = wd_duck_query_start,
    .next = wd_duck_query_next,
    .cancel = wd_duck_query_cancel,
    .progress = wd_duck_query_progress,
    .free = wd_duck_query_free,
    .explain = wd_duck_query_explain,
    .sql_end = wd_duck_sql_end,
    .sql_tables = wd_duck_sql_tables,
    .sql_bind = wd_duck_sql_bind,
    .stored_new = wd_duck_stored_new,
    .stored_ref = wd_duck_stored_ref,
    .stored_unref = wd_duck_stored_unref,
    .stored_schema = wd_duck_stored_schema,
};
