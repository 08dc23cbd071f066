#include "engine/spark/query.h"

#include <stdio.h>

#include "engine/spark/carried.h"
#include "engine/spark/figures.h"
#include "engine/spark/lower.h"
#include "engine/spark/stored.h"
#include "engine/spark/types.h"
#include "engine/spark/write.h"

static enum wd_status
query_new(struct wd_spark_engine *engine, const struct wd_request *request,
          struct wd_query **out_query, struct wd_error *error)
{
  struct wd_query *query = wd_mem_calloc(engine->mem, 1, sizeof *query);
  enum wd_status status;

  if (!query)
    return wd_fail_memory(error);
  query->engine = engine;
  query->schema = request->plan->root->schema;
  query->pool = request->pool;
  wd_sc_uuid(query->operation);
  wd_arena_init(&query->arena, engine->mem, 0);
  wd_arena_init(&query->unpacked, engine->mem, 0);
  wd_sc_writer_init(&query->plan, engine->mem);
  status = wd_spark_carrier_schema(&query->schema, &query->arena,
                                   &query->carrier, error);
  if (status == WD_OK)
    status = wd_sc_session_init(&query->session, engine->mem, &engine->endpoint,
                                engine->session.id, &query->cancelled, error);
  if (status != WD_OK) {
    wd_spark_query_free(query);
    return status;
  }
  *out_query = query;
  return WD_OK;
}

static enum wd_status
lower(struct wd_query *query, const struct wd_request *request,
      struct wd_error *error)
{
  struct wd_spark_lowering lowering = {.engine = query->engine,
                                       .arena = &query->arena,
                                       .writer = &query->plan,
                                       .operation = query->operation,
                                       .error = error};
  enum wd_status status;

  query->into = request->into != NULL;
  status = wd_spark_schema_check(&query->schema, error);
  if (status != WD_OK)
    return status;
  if (request->into)
    status = wd_spark_lower_into(&lowering, request);
  else if (request->write_path)
    status = wd_spark_write_lower(&lowering, query, request);
  else
    status =
        wd_spark_lower_node(&lowering, request->plan->root, WD_SC_Plan_root);
  query->fills = lowering.fills;
  query->extended = lowering.extended;
  return status == WD_OK ? wd_sc_writer_check(&query->plan, error) : status;
}

enum wd_status
wd_spark_query_start(struct wd_engine *base, const struct wd_request *request,
                     struct wd_query **out_query, struct wd_error *error)
{
  struct wd_query *query = NULL;
  enum wd_status status =
      query_new((struct wd_spark_engine *)base, request, &query, error);

  if (status != WD_OK)
    return status;
  status = lower(query, request, error);
  if (status == WD_OK)
    status = wd_sc_execution_start(&query->execution, &query->session,
                                   query->operation, &query->plan, error);
  if (status != WD_OK) {
    query->failed = true;
    wd_spark_query_free(query);
    return status;
  }
  *out_query = query;
  return WD_OK;
}

static enum wd_status
fail_rows(const char *column, const char *what, struct wd_error *error)
{
  return wd_fail_at(error, WD_ORIGIN_ENGINE, WD_ENGINE_FAILED,
                    "Spark's rows are not as planned: column '%s' %s", column,
                    what);
}

/* Whether a message's columns are the plan's. */
static enum wd_status
check_schema(const struct wd_query *query, const struct wd_schema *schema,
             struct wd_error *error)
{
  uint32_t count = query->schema.count;

  if (schema->count != (count ? count : 1))
    return wd_fail_at(error, WD_ORIGIN_ENGINE, WD_ENGINE_FAILED,
                      "Spark's rows have %u columns, the plan's %u",
                      schema->count, count);
  for (uint32_t i = 0; i < count; i++) {
    char got[64], wanted[64], text[192];

    if (wd_spark_type_same(&schema->columns[i].type,
                           &query->carrier.columns[i].type))
      continue;
    snprintf(
        text, sizeof text, "is a %s, not a %s",
        wd_type_text(&schema->columns[i].type, got, sizeof got),
        wd_type_text(&query->carrier.columns[i].type, wanted, sizeof wanted));
    return fail_rows(query->schema.columns[i].name, text, error);
  }
  return WD_OK;
}

/* Nulls where the plan has none: checked by its schema. */
static enum wd_status
check_batch(const struct wd_query *query, const struct wd_batch *batch,
            struct wd_error *error)
{
  enum wd_status status =
      wd_batch_check(&query->schema, batch, UINT32_MAX, error);

  if (status == WD_OK || status == WD_NO_MEMORY)
    return status;
  if (error) {
    error->status = WD_ENGINE_FAILED;
    error->origin = WD_ORIGIN_ENGINE;
    wd_error_prefix(error, "Spark's rows are not as planned");
  }
  return WD_ENGINE_FAILED;
}

/* A stream that is none is the engine's fault. */
static enum wd_status
blame(enum wd_status status, struct wd_error *error)
{
  if (status != WD_IO)
    return status;
  error->status = WD_ENGINE_FAILED;
  error->origin = WD_ORIGIN_ENGINE;
  wd_error_prefix(error, "Spark's rows cannot be read");
  return WD_ENGINE_FAILED;
}

static enum wd_status
open_batch(struct wd_query *query, struct wd_sc_view data,
           struct wd_error *error)
{
  struct wd_error local;
  enum wd_status status;

  error = wd_error_or(error, &local);
  status = wd_ipc_reader_open_bytes(query->engine->mem, data.data, data.length,
                                    &query->reader, error);
  if (status == WD_OK)
    return check_schema(query, wd_ipc_reader_schema(query->reader), error);
  query->reader = NULL;
  return blame(status, error);
}

static enum wd_status
read_batch(struct wd_query *query, struct wd_batch *out_batch, bool *out_has,
           struct wd_error *error)
{
  struct wd_error local;

  error = wd_error_or(error, &local);
  return blame(wd_ipc_reader_next(query->reader, out_batch, out_has, error),
               error);
}

/* Reads responses until one has rows. */
static enum wd_status
next_message(struct wd_query *query, bool *out_has, struct wd_error *error)
{
  struct wd_sc_view response, batch, progress;
  enum wd_status status;

  for (;;) {
    status = wd_sc_execution_next(&query->execution, &response, out_has, error);
    if (status != WD_OK || !*out_has)
      return status;
    progress =
        wd_sc_find(response, WD_SC_ExecutePlanResponse_execution_progress);
    if (progress.data)
      wd_spark_take_progress(query, progress);
    batch = wd_sc_find(response, WD_SC_ExecutePlanResponse_arrow_batch);
    if (batch.data && !query->into)
      return open_batch(
          query, wd_sc_find(batch, WD_SC_ExecutePlanResponse_ArrowBatch_data),
          error);
  }
}

/* A relation without columns has one on the way. */
static void
drop_columns(const struct wd_query *query, struct wd_batch *batch)
{
  if (query->schema.count == 0)
    batch->node_count = batch->buffer_count = 0;
}

/* A batch as the plan has it, the caller's own. */
static enum wd_status
keep_batch(struct wd_query *query, struct wd_batch *batch,
           struct wd_rows *out_rows, struct wd_error *error)
{
  enum wd_status status = WD_OK;

  drop_columns(query, batch);
  if (!wd_spark_schema_plain(&query->schema))
    status =
        wd_spark_unpack(&query->schema, batch, &query->unpacked, batch, error);
  if (status == WD_OK)
    status = check_batch(query, batch, error);
  if (status == WD_OK)
    status = wd_rows_copy(query->engine->mem, batch, out_rows, error);
  wd_arena_fini(&query->unpacked);
  atomic_fetch_add(&query->rows_out, batch->rows);
  return status;
}

static enum wd_status
next_rows(struct wd_query *query, struct wd_rows *out_rows, bool *out_has,
          struct wd_error *error)
{
  enum wd_status status = WD_OK;

  *out_has = true;
  while (*out_has) {
    struct wd_batch batch;
    bool has = false;

    if (!query->reader)
      status = next_message(query, out_has, error);
    if (status != WD_OK || !*out_has)
      return status;
    status = read_batch(query, &batch, &has, error);
    if (status != WD_OK)
      return status;
    if (!has) {
      wd_ipc_reader_free(query->reader);
      query->reader = NULL;
    } else if (batch.rows) {
      return keep_batch(query, &batch, out_rows, error);
    }
  }
  return WD_OK;
}

static enum wd_status
run_to_end(struct wd_query *query, struct wd_error *error)
{
  bool has;
  enum wd_status status;

  do
    status = next_message(query, &has, error);
  while (status == WD_OK && has);
  return status == WD_OK && query->write_path
             ? wd_spark_write_finish(query, error)
             : status;
}

enum wd_status
wd_spark_query_next(struct wd_query *query, struct wd_rows *out_rows,
                    bool *out_has, struct wd_error *error)
{
  enum wd_status status;

  *out_has = false;
  if (atomic_load(&query->cancelled))
    status = wd_fail(error, WD_CANCELLED, "cancelled");
  else if (query->write_path || query->into)
    status = run_to_end(query, error);
  else
    status = next_rows(query, out_rows, out_has, error);
  query->failed = query->failed || (status != WD_OK && status != WD_CANCELLED);
  /* What went wrong in a server is no reason to ask it more. */
  if ((status == WD_OK && !*out_has) || status == WD_LAMBDA_FAILED)
    wd_spark_fetch_figures(query);
  if (status == WD_OK && !*out_has) {
    wd_spark_fills_end(query->fills, true);
    query->fills = NULL;
  }
  return status;
}

void
wd_spark_query_cancel(struct wd_query *query)
{
  atomic_store(&query->cancelled, true);
  wd_sc_wake(query->session.channel);
}

void
wd_spark_query_free(struct wd_query *query)
{
  struct wd_spark_engine *engine;

  if (!query)
    return;
  engine = query->engine;
  /* A cache whose first reader had enough of it is none the worse. */
  query->failed =
      query->failed || (query->into && atomic_load(&query->cancelled));
  /* The server is told to stop, by a connection that is not cancelled. */
  atomic_store(&query->cancelled, false);
  wd_sc_execution_fini(&query->execution);
  wd_ipc_reader_free(query->reader);
  wd_spark_write_remove(query);
  wd_spark_fills_end(query->fills, !query->failed);
  wd_sc_session_fini(&query->session);
  wd_sc_writer_fini(&query->plan);
  wd_arena_fini(&query->unpacked);
  wd_arena_fini(&query->arena);
  wd_mem_free(engine->mem, query, sizeof *query);
}

static enum wd_status
take_explanation(void *env, struct wd_sc_view response, struct wd_error *error)
{
  struct wd_sc_view text =
      wd_sc_find(wd_sc_find(response, WD_SC_AnalyzePlanResponse_explain),
                 WD_SC_AnalyzePlanResponse_Explain_explain_string);

  return wd_buf_add(env, text.data ? (const char *)text.data : "", text.length)
             ? WD_OK
             : wd_fail_memory(error);
}

enum wd_status
wd_spark_query_explain(struct wd_engine *base, const struct wd_plan *plan,
                       struct wd_buf *buf, struct wd_error *error)
{
  struct wd_spark_engine *engine = (struct wd_spark_engine *)base;
  struct wd_arena arena;
  struct wd_sc_writer request;
  struct wd_spark_lowering lowering = {.engine = engine,
                                       .arena = &arena,
                                       .writer = &request,
                                       .error = error,
                                       .looks = true};
  size_t explain, message;
  enum wd_status status;

  wd_arena_init(&arena, engine->mem, 0);
  wd_sc_writer_init(&request, engine->mem);
  wd_sc_session_head(&engine->session, &request,
                     WD_SC_AnalyzePlanRequest_client_type);
  explain = wd_sc_begin(&request, WD_SC_AnalyzePlanRequest_explain);
  message = wd_sc_begin(&request, WD_SC_AnalyzePlanRequest_Explain_plan);
  status = wd_spark_lower_node(&lowering, plan->root, WD_SC_Plan_root);
  wd_sc_end(&request, message);
  wd_sc_put_int(
      &request, WD_SC_AnalyzePlanRequest_Explain_explain_mode,
      WD_SC_AnalyzePlanRequest_Explain_ExplainMode_EXPLAIN_MODE_EXTENDED);
  wd_sc_end(&request, explain);
  pthread_mutex_lock(&engine->lock);
  if (status == WD_OK)
    status = wd_sc_session_call(&engine->session, "AnalyzePlan", &request,
                                take_explanation, buf, error);
  pthread_mutex_unlock(&engine->lock);
  wd_sc_writer_fini(&request);
  wd_arena_fini(&arena);
  return status;
}
