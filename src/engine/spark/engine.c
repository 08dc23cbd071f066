#include "engine/spark/engine.h"

#include <string.h>

#include "engine/spark/figures.h"
#include "engine/spark/query.h"
#include "engine/spark/sql.h"
#include "engine/spark/stored.h"
#include "engine/spark/tables.h"

/* What expressions mean must not follow from how a server is set up. */
static const char *const settings[][2] = {
    {"spark.sql.ansi.enabled", "true"},
    {"spark.sql.ansi.doubleQuotedIdentifiers", "false"},
    {"spark.sql.ansi.enforceReservedKeywords", "false"},
    {"spark.sql.session.timeZone", "UTC"},
    {"spark.sql.timestampType", "TIMESTAMP_NTZ"},
    {"spark.sql.caseSensitive", "true"},
    {"spark.sql.decimalOperations.allowPrecisionLoss", "true"},
    {"spark.sql.parser.escapedStringLiterals", "false"},
    {"spark.sql.parser.quotedRegexColumnNames", "false"},
    {"spark.sql.variable.substitute", "false"},
    {"spark.sql.legacy.chunkBase64String.enabled", "false"},
    {"spark.sql.mapKeyDedupPolicy", "EXCEPTION"},
    {"spark.sql.execution.arrow.maxRecordsPerBatch", "65536"},
    {"spark.sql.execution.arrow.useLargeVarTypes", "false"},
    /* Groups of aggregates by lambdas in a task: past them (128, as Spark
     * comes) rows are sorted, and there is a call for each group. */
    {"spark.sql.objectHashAggregate.sortBased.fallbackThreshold", "100000"},
};

/* Of Spark, by its first number. */
#define VERSION_MAJOR "4."

static enum wd_status
check_version(struct wd_spark_engine *engine, struct wd_error *error)
{
  char version[64];
  enum wd_status status =
      wd_sc_session_version(&engine->session, version, sizeof version, error);

  if (status != WD_OK ||
      strncmp(version, VERSION_MAJOR, strlen(VERSION_MAJOR)) == 0)
    return status;
  return wd_fail(error, WD_UNSUPPORTED,
                 "the server at %s:%u is Spark %s; the engine spark needs "
                 "Spark 4",
                 engine->endpoint.host, engine->endpoint.port, version);
}

static enum wd_status
connect_session(struct wd_spark_engine *engine, struct wd_error *error)
{
  enum wd_status status =
      wd_sc_session_init(&engine->session, engine->mem, &engine->endpoint,
                         engine->endpoint.session, NULL, error);

  if (status == WD_OK)
    status = check_version(engine, error);
  if (status == WD_OK)
    status = wd_sc_session_configure(&engine->session, settings,
                                     sizeof settings / sizeof *settings, error);
  engine->connected = status == WD_OK;
  return status;
}

static void
engine_close(struct wd_engine *base)
{
  struct wd_spark_engine *engine = (struct wd_spark_engine *)base;

  if (engine->connected && !engine->endpoint.session)
    wd_sc_session_release(&engine->session);
  wd_sc_session_fini(&engine->session);
  wd_arena_fini(&engine->arena);
  pthread_mutex_destroy(&engine->lock);
  wd_mem_free(engine->mem, engine, sizeof *engine);
}

static enum wd_status
engine_open(const struct wd_engine_options *options,
            struct wd_engine **out_engine, struct wd_error *error)
{
  struct wd_spark_engine *engine =
      wd_mem_calloc(options->mem, 1, sizeof *engine);
  enum wd_status status;

  if (!engine)
    return wd_fail_memory(error);
  engine->base.functions = &wd_engine_spark;
  engine->mem = options->mem;
  engine->grants = options->grants;
  wd_arena_init(&engine->arena, options->mem, 0);
  pthread_mutex_init(&engine->lock, NULL);
  status = wd_sc_endpoint_parse(options->location ? options->location : "",
                                &engine->arena, &engine->endpoint, error);
  if (status == WD_OK)
    status = connect_session(engine, error);
  if (status != WD_OK) {
    engine_close(&engine->base);
    return status;
  }
  *out_engine = &engine->base;
  return WD_OK;
}

const struct wd_engine_functions wd_engine_spark = {
    .name = "spark",
    .open = engine_open,
    .close = engine_close,
    .table = wd_spark_table,
    .start = wd_spark_query_start,
    .next = wd_spark_query_next,
    .cancel = wd_spark_query_cancel,
    .progress = wd_spark_query_progress,
    .free = wd_spark_query_free,
    .explain = wd_spark_query_explain,
    .sql_end = wd_spark_sql_end,
    .sql_tables = wd_spark_sql_tables,
    .sql_bind = wd_spark_sql_bind,
    .stored_new = wd_spark_stored_new,
    .stored_ref = wd_spark_stored_ref,
    .stored_unref = wd_spark_stored_unref,
    .stored_schema = wd_spark_stored_schema,
    .figures = wd_spark_query_figures,
};
