#include "engine/duckdb/query.h"

#include <string.h>

#include "engine/duckdb/failure.h"
#include "engine/duckdb/functions.h"
#include "engine/duckdb/lower.h"
#include "engine/duckdb/stored.h"
#include "engine/duckdb/types.h"
#include "engine/duckdb/write.h"

struct wd_duck_worker_lock {
  struct wd_duck_worker_lock *next;
  struct wd_worker *worker;
  pthread_mutex_t lock;
};

pthread_mutex_t *
wd_duck_query_worker_lock(struct wd_query *query, struct wd_worker *worker)
{
  struct wd_duck_worker_lock *lock;

  pthread_mutex_lock(&query->lock);
  lock = query->worker_locks;
  while (lock && lock->worker != worker)
    lock = lock->next;
  if (!lock) {
    lock = wd_mem_calloc(query->engine->mem, 1, sizeof *lock);
    if (lock) {
      lock->worker = worker;
      pthread_mutex_init(&lock->lock, NULL);
      lock->next = query->worker_locks;
      query->worker_locks = lock;
    }
  }
  pthread_mutex_unlock(&query->lock);
  return lock ? &lock->lock : NULL;
}

void
wd_duck_query_name_table(const struct wd_query *query, struct wd_error *error)
{
  const char *table = NULL;
  size_t longest = 0;

  if (!error || error->origin != WD_ORIGIN_ENGINE ||
      strncmp(error->message, "table '", strlen("table '")) == 0)
    return;
  for (const struct wd_duck_read *read = query->reads; read; read = read->next)
    for (uint32_t i = 0; i < read->count; i++)
      if (strlen(read->files[i]) > longest &&
          strstr(error->message, read->files[i])) {
        longest = strlen(read->files[i]);
        table = read->table;
      }
  if (table)
    wd_error_prefix(error, "table '%s'", table);
}

/* DuckDB's own failure. When one thread fails it interrupts the others, and now
 * and then tells what these say of it. */
static enum wd_status
fail_engine(const char *message, struct wd_error *error)
{
  enum wd_status status = wd_duck_fail(error, message);

  if (status != WD_CANCELLED)
    return status;
  wd_error_clear(error);
  return wd_fail(error, WD_ENGINE_FAILED,
                 "DuckDB gave up because a part of the query failed on another "
                 "thread, and does not say why; with --threads 1 it does");
}

/* The cause is what counts: a lambda's failure before what DuckDB made of it,
 * a cancel before the error of being interrupted. `message`: DuckDB's. */
static enum wd_status
fail_query(struct wd_query *query, const char *message, struct wd_error *error)
{
  enum wd_status status = WD_OK;

  query->ended = true;
  if (query->pool)
    status = wd_pool_failure(query->pool, error);
  if (status == WD_OK)
    status = wd_duck_query_failure(query, error);
  if (status == WD_OK && atomic_load(&query->cancelled))
    status = wd_fail(error, WD_CANCELLED, "the query was cancelled");
  if (status == WD_OK && message)
    status = fail_engine(message, error);
  if (status != WD_OK)
    wd_duck_query_name_table(query, error);
  return status;
}

enum wd_status
wd_duck_query_connect(struct wd_query *query, duckdb_connection *out_connection,
                      struct wd_error *error)
{
  if (duckdb_connect(query->engine->database, out_connection) != DuckDBSuccess)
    return wd_fail_memory(error);
  return WD_OK;
}

static enum wd_status
set_order(duckdb_connection connection, bool ordered, struct wd_error *error)
{
  return wd_duck_execute(connection,
                         ordered ? "SET preserve_insertion_order=true"
                                 : "SET preserve_insertion_order=false",
                         error);
}

static enum wd_status
prepare(duckdb_connection connection, const char *sql, bool ordered,
        duckdb_prepared_statement *out_prepared, struct wd_error *error)
{
  enum wd_status status = set_order(connection, ordered, error);

  if (status == WD_OK &&
      duckdb_prepare(connection, sql, out_prepared) != DuckDBSuccess)
    status = wd_duck_fail(error, duckdb_prepare_error(*out_prepared));
  return status;
}

/* Engine threads begin to work. */
static enum wd_status
begin(duckdb_prepared_statement prepared, bool streaming,
      duckdb_pending_result *out_pending, struct wd_error *error)
{
  duckdb_state state =
      streaming ? duckdb_pending_prepared_streaming(prepared, out_pending)
                : duckdb_pending_prepared(prepared, out_pending);

  if (state == DuckDBSuccess)
    return WD_OK;
  return wd_duck_fail(error, duckdb_pending_error(*out_pending));
}

enum wd_status
wd_duck_query_plan(struct wd_query *query, duckdb_connection connection,
                   const char *sql, bool ordered, bool streaming,
                   duckdb_prepared_statement *out_prepared,
                   duckdb_pending_result *out_pending, struct wd_error *error)
{
  enum wd_status status;

  pthread_mutex_lock(&query->engine->planning);
  status = prepare(connection, sql, ordered, out_prepared, error);
  if (status == WD_OK)
    status = begin(*out_prepared, streaming, out_pending, error);
  pthread_mutex_unlock(&query->engine->planning);
  return status;
}

enum wd_status
wd_duck_query_run_stage(struct wd_query *query, duckdb_connection connection,
                        const char *sql, bool ordered, struct wd_error *error)
{
  duckdb_prepared_statement prepared = NULL;
  duckdb_pending_result pending = NULL;
  enum wd_status status = wd_duck_query_plan(query, connection, sql, ordered,
                                             false, &prepared, &pending, error);

  /* An interrupt that came before there was something to interrupt is lost. */
  if (status == WD_OK && atomic_load(&query->cancelled))
    status = wd_fail(error, WD_CANCELLED, "the query was cancelled");
  if (status == WD_OK) {
    duckdb_result result;

    if (duckdb_execute_pending(pending, &result) != DuckDBSuccess)
      status = wd_duck_fail_result(error, &result);
    duckdb_destroy_result(&result);
  }
  duckdb_destroy_pending(&pending);
  duckdb_destroy_prepare(&prepared);
  return status;
}

static enum wd_status
lower(struct wd_query *query, const struct wd_request *request,
      struct wd_error *error)
{
  struct wd_duck_lowering lowering = {
      .engine = query->engine,
      .query = query,
      .arena = &query->arena,
      .error = error,
  };
  struct wd_buf buf;
  enum wd_status status;

  wd_buf_init(&buf, query->engine->mem, WD_DUCK_SQL_MAX);
  status = wd_duck_lower_plan(&lowering, request->plan, &buf, &query->ordered);
  if (status == WD_OK && query->write_path)
    status = wd_duck_lower_target(&lowering, request);
  if (status == WD_OK && query->write_path &&
      query->write_format != WD_FORMAT_ARROW)
    status = wd_duck_lower_write(&lowering, request, &query->schema,
                                 wd_buf_text(&buf), &query->sql);
  else if (status == WD_OK && query->write_ending)
    status = wd_duck_lower_parts(&lowering, request, wd_buf_text(&buf));
  else if (status == WD_OK && query->into)
    status =
        wd_duck_lower_into(&lowering, request, wd_buf_text(&buf), &query->sql);
  else if (status == WD_OK)
    query->sql = wd_arena_strndup(&query->arena, wd_buf_text(&buf), buf.length);
  if (status == WD_OK && (!query->sql || buf.failed))
    status = wd_fail_memory(error);
  wd_buf_fini(&buf);
  return status;
}

static enum wd_status
set_progress(duckdb_connection connection, struct wd_error *error)
{
  return wd_duck_execute(connection,
                         "SET enable_progress_bar=true; "
                         "SET enable_progress_bar_print=false; "
                         "SET progress_bar_time=0",
                         error);
}

static bool
is_streaming(const struct wd_query *query)
{
  return !query->into &&
         (!query->write_path || query->write_format == WD_FORMAT_ARROW);
}

static bool
has_stages(const struct wd_query *query)
{
  for (const struct wd_duck_stage *stage = query->stages; stage;
       stage = stage->next)
    if (!stage->fill)
      return true;
  return false;
}

/* Plans the statement, which needs all tables, and starts what it reads; the
 * statement itself, when that is no stage. */
static enum wd_status
plan(struct wd_query *query, struct wd_error *error)
{
  enum wd_status status = WD_OK;

  if (query->append)
    status = wd_duck_execute(query->connection, "BEGIN TRANSACTION", error);
  if (status == WD_OK) {
    pthread_mutex_lock(&query->engine->planning);
    status = prepare(query->connection, query->sql, query->ordered,
                     &query->prepared, error);
    if (status == WD_OK && !has_stages(query))
      status =
          begin(query->prepared, is_streaming(query), &query->pending, error);
    pthread_mutex_unlock(&query->engine->planning);
  }
  for (struct wd_duck_stage *stage = query->stages; status == WD_OK && stage;
       stage = stage->next)
    if (!stage->fill)
      status = wd_duck_stage_start(stage, error);
  query->planned = status == WD_OK;
  return status;
}

static enum wd_status
start(struct wd_query *query, const struct wd_request *request,
      struct wd_error *error)
{
  enum wd_status status = wd_duck_schema_check(&query->schema, error);

  if (status == WD_OK)
    status = wd_duck_query_connect(query, &query->connection, error);
  if (status == WD_OK)
    status = set_progress(query->connection, error);
  if (status == WD_OK)
    status = lower(query, request, error);
  if (status == WD_OK && !query->fills)
    status = plan(query, error);
  return status;
}

enum wd_status
wd_duck_query_start(struct wd_engine *base, const struct wd_request *request,
                    struct wd_query **out_query, struct wd_error *error)
{
  struct wd_duck_engine *engine = (struct wd_duck_engine *)base;
  struct wd_query *query = wd_mem_calloc(engine->mem, 1, sizeof *query);
  enum wd_status status;

  if (!query)
    return wd_fail_memory(error);
  query->engine = engine;
  query->pool = request->pool;
  query->schema = request->plan->root->schema;
  query->write_path = request->write_path;
  query->write_format = request->write_format;
  query->into = (struct wd_duck_stored *)request->into;
  query->append = request->append;
  query->into_ordered =
      !request->append && wd_duck_is_ordered(request->plan->root);
  wd_arena_init(&query->arena, engine->mem, 0);
  pthread_mutex_init(&query->lock, NULL);
  status = start(query, request, error);
  if (status != WD_OK) {
    wd_duck_query_free(query);
    return status;
  }
  *out_query = query;
  return WD_OK;
}

/* Starts the statement when its stages have something for it. */
static enum wd_status
begin_late(struct wd_query *query, struct wd_error *error)
{
  enum wd_status status;

  wd_duck_stages_settle(query, NULL, NULL);
  pthread_mutex_lock(&query->engine->planning);
  status = set_order(query->connection, query->ordered, error);
  if (status == WD_OK)
    status =
        begin(query->prepared, is_streaming(query), &query->pending, error);
  pthread_mutex_unlock(&query->engine->planning);
  /* An interrupt that came before there was something to interrupt is lost. */
  if (status == WD_OK && atomic_load(&query->cancelled))
    status = wd_fail(error, WD_CANCELLED, "the query was cancelled");
  return status;
}

/* Runs to the first chunk, or, for a COPY, to the end. */
static enum wd_status
execute(struct wd_query *query, struct wd_error *error)
{
  duckdb_state state;
  struct wd_error local;

  if (query->has_result)
    return WD_OK;
  wd_duck_error_init(&local);
  if (!query->planned) {
    if (wd_duck_fill_all(query, &local) != WD_OK ||
        plan(query, &local) != WD_OK) {
      wd_duck_query_fail(query, &local);
      return fail_query(query, NULL, error);
    }
  }
  if (!query->pending && begin_late(query, &local) != WD_OK) {
    wd_duck_query_fail(query, &local);
    return fail_query(query, NULL, error);
  }
  state = duckdb_execute_pending(query->pending, &query->result);
  query->has_result = true;
  if (state == DuckDBSuccess)
    return WD_OK;
  return fail_query(query, duckdb_result_error(&query->result), error);
}

/* The chunk that is to be handed out; NULL at the end. */
static enum wd_status
fetch(struct wd_query *query, struct wd_error *error)
{
  const char *message;

  while (!query->chunk) {
    query->chunk = duckdb_fetch_chunk(query->result);
    query->chunk_from = 0;
    if (!query->chunk) {
      message = duckdb_result_error(&query->result);
      query->ended = true;
      return fail_query(query, message && *message ? message : NULL, error);
    }
    if (duckdb_data_chunk_get_size(query->chunk) == 0)
      duckdb_destroy_data_chunk(&query->chunk);
  }
  return WD_OK;
}

/* Rows of the chunk, all of them unless they are too large for one batch. */
static enum wd_status
copy_rows(struct wd_query *query, struct wd_rows *out_rows,
          struct wd_error *error)
{
  idx_t size = duckdb_data_chunk_get_size(query->chunk), rows = size;
  struct wd_duck_frame frame;
  uint8_t **places;
  idx_t to;
  enum wd_status status =
      wd_duck_frame_init(&frame, query->engine->mem, &query->schema, error);

  if (status != WD_OK)
    return status;
  wd_duck_frame_read_chunk(&frame, query->chunk);
  if (query->write_ending)
    status = wd_duck_write_folders(query, &rows, error);
  if (status == WD_OK)
    status = wd_duck_frame_cut(&frame, query->chunk_from, rows, WD_BATCH_BYTES,
                               &to, error);
  if (status == WD_OK)
    status =
        wd_rows_new(query->engine->mem, &frame.shape, out_rows, &places, error);
  if (status == WD_OK) {
    memcpy(frame.places, places,
           frame.shape.buffer_count * sizeof *frame.places);
    wd_duck_frame_write(&frame, query->chunk_from);
    query->chunk_from = to;
    if (to == size)
      duckdb_destroy_data_chunk(&query->chunk);
    atomic_fetch_add(&query->rows_out, out_rows->batch.rows);
  }
  wd_duck_frame_fini(&frame);
  return status;
}

static enum wd_status
next_rows(struct wd_query *query, struct wd_rows *out_rows, bool *out_has,
          struct wd_error *error)
{
  enum wd_status status = execute(query, error);

  if (status == WD_OK)
    status = fetch(query, error);
  if (status != WD_OK || !query->chunk)
    return status;
  *out_has = true;
  return copy_rows(query, out_rows, error);
}

/* Rows are added when nothing of the query failed. */
static enum wd_status
end_append(struct wd_query *query, enum wd_status status,
           struct wd_error *error)
{
  duckdb_destroy_result(&query->result);
  if (status == WD_OK)
    return wd_duck_execute(query->connection, "COMMIT", error);
  wd_duck_execute(query->connection, "ROLLBACK", NULL);
  return status;
}

/* The result of a COPY, and of what makes a table, is the number of rows. */
static enum wd_status
run_copy(struct wd_query *query, struct wd_error *error)
{
  duckdb_data_chunk chunk;
  enum wd_status status = execute(query, error);

  if (status != WD_OK)
    return status;
  query->ended = true;
  chunk = duckdb_fetch_chunk(query->result);
  if (chunk && duckdb_data_chunk_get_size(chunk) == 1) {
    const int64_t *rows =
        duckdb_vector_get_data(duckdb_data_chunk_get_vector(chunk, 0));

    atomic_store(&query->rows_out, (uint64_t)*rows);
  }
  duckdb_destroy_data_chunk(&chunk);
  status = fail_query(query, NULL, error);
  if (query->append)
    status = end_append(query, status, error);
  if (status == WD_OK && query->into)
    status = wd_duck_stored_filled(query->into, &query->schema,
                                   query->into_ordered, true, error);
  return status;
}

enum wd_status
wd_duck_query_next(struct wd_query *query, struct wd_rows *out_rows,
                   bool *out_has, struct wd_error *error)
{
  *out_has = false;
  if (query->ended)
    return fail_query(query, NULL, error);
  if (atomic_load(&query->cancelled))
    return fail_query(query, NULL, error);
  if (!query->write_path && !query->into)
    return next_rows(query, out_rows, out_has, error);
  if (query->write_path && query->write_format == WD_FORMAT_ARROW)
    return wd_duck_write_arrow(query, next_rows, error);
  return run_copy(query, error);
}

/* Stages are sources. */
static void
stop_sources(struct wd_query *query)
{
  for (struct wd_duck_source *source = query->sources; source;
       source = source->next_of_query)
    if (source->functions->ended)
      source->functions->ended(source);
}

void
wd_duck_query_cancel(struct wd_query *query)
{
  atomic_store(&query->cancelled, true);
  duckdb_interrupt(query->connection);
  stop_sources(query);
}

void
wd_duck_query_progress(struct wd_query *query,
                       struct wd_engine_progress *out_progress)
{
  duckdb_query_progress_type progress =
      duckdb_query_progress(query->connection);

  out_progress->fraction =
      progress.percentage < 0 ? -1 : progress.percentage / 100;
  out_progress->rows_in = progress.rows_processed;
  out_progress->rows_out = atomic_load(&query->rows_out);
}

static void
free_sources(struct wd_query *query)
{
  while (query->sources) {
    struct wd_duck_source *source = query->sources;

    query->sources = source->next_of_query;
    wd_duck_source_remove(query->engine, source);
    source->functions->free(source);
  }
}

static void
free_worker_locks(struct wd_query *query)
{
  while (query->worker_locks) {
    struct wd_duck_worker_lock *lock = query->worker_locks;

    query->worker_locks = lock->next;
    pthread_mutex_destroy(&lock->lock);
    wd_mem_free(query->engine->mem, lock, sizeof *lock);
  }
}

/* Planning has begun the work: engine threads run it before the first fetch,
 * and DuckDB waits for them only in an execution that is interrupted. */
static void
cease(struct wd_query *query)
{
  if (!query->pending || query->has_result)
    return;
  duckdb_interrupt(query->connection);
  query->has_result = true;
  duckdb_execute_pending(query->pending, &query->result);
}

/* Ends all that engine threads do for the query. A connection keeps what its
 * last query was when that failed, so all of them go before what they read
 * from. */
static void
end_work(struct wd_query *query)
{
  if (query->connection && !query->ended)
    wd_duck_query_cancel(query);
  stop_sources(query);
  cease(query);
  duckdb_destroy_data_chunk(&query->chunk);
  if (query->has_result)
    duckdb_destroy_result(&query->result);
  duckdb_destroy_pending(&query->pending);
  duckdb_destroy_prepare(&query->prepared);
  for (struct wd_duck_stage *stage = query->stages; stage; stage = stage->next)
    wd_duck_stage_join(stage);
  duckdb_disconnect(&query->connection);
  for (struct wd_duck_stage *stage = query->stages; stage; stage = stage->next)
    duckdb_disconnect(&stage->connection);
}

void
wd_duck_query_free(struct wd_query *query)
{
  end_work(query);
  free_sources(query);
  for (struct wd_duck_call *call = query->calls; call; call = call->next)
    wd_duck_slot_give_back(query->engine, call->slot);
  free_worker_locks(query);
  pthread_mutex_destroy(&query->lock);
  wd_arena_fini(&query->arena);
  wd_mem_free(query->engine->mem, query, sizeof *query);
}

enum wd_status
wd_duck_query_explain(struct wd_engine *engine, const struct wd_plan *plan,
                      struct wd_buf *buf, struct wd_error *error)
{
  struct wd_arena arena;
  struct wd_duck_lowering lowering = {
      .engine = (struct wd_duck_engine *)engine,
      .arena = &arena,
      .error = error,
  };
  bool ordered;
  enum wd_status status;

  wd_arena_init(&arena, lowering.engine->mem, 0);
  status = wd_duck_lower_plan(&lowering, plan, buf, &ordered);
  wd_buf_putc(buf, '\n');
  wd_arena_fini(&arena);
  return status;
}
