#include "engine/duckdb/stage.h"

#include "engine/duckdb/failure.h"
#include "engine/duckdb/functions.h"
#include "engine/duckdb/names.h"
#include "engine/duckdb/query.h"
#include "engine/duckdb/runs.h"
#include "engine/duckdb/types.h"

#define QUEUE_BYTES (8u << 20)

/* An open partition. */
struct wd_duck_cursor {
  struct wd_duck_cursor *next;
  struct wd_worker *worker;
  uint32_t cursor;
};

/* Everything that a partition gives for what was pushed into it. The worker
 * is free for others while the queue is full. */
static enum wd_status
drain(struct wd_duck_stage *stage, struct wd_duck_visit *visit, uint32_t cursor,
      struct wd_error *error)
{
  const struct wd_lambda *lambda = stage->call->lambda;

  for (;;) {
    struct wd_duck_queue_items items = {NULL, NULL};
    struct wd_batch batch;
    bool has;
    enum wd_status status =
        wd_partition_next(visit->worker, lambda, cursor, &batch, &has, error);

    if (status != WD_OK || !has)
      return status;
    status =
        wd_duck_queue_items_make(&stage->queue, stage->types,
                                 &stage->source.schema, &batch, &items, error);
    if (status == WD_OK)
      status = wd_call_end(visit->worker, lambda, error);
    if (status == WD_OK) {
      wd_duck_visit_pause(visit);
      status = wd_duck_queue_push(&stage->queue, &items, error);
      wd_duck_visit_resume(visit);
    }
    wd_duck_queue_items_drop(&stage->queue, &items);
    if (status != WD_OK)
      return status;
  }
}

/* The worker's open partition, opened when there is none. Only the worker's
 * own thread adds one for it. */
static enum wd_status
worker_cursor(struct wd_duck_stage *stage, struct wd_worker *worker,
              uint32_t *out_cursor, struct wd_error *error)
{
  struct wd_duck_cursor *cursor;
  uint32_t index = 0;
  enum wd_status status;

  pthread_mutex_lock(&stage->lock);
  cursor = stage->cursors;
  while (cursor && cursor->worker != worker)
    cursor = cursor->next;
  if (!cursor)
    index = stage->cursor_count++;
  pthread_mutex_unlock(&stage->lock);
  if (cursor) {
    *out_cursor = cursor->cursor;
    return WD_OK;
  }
  cursor = wd_mem_calloc(stage->source.mem, 1, sizeof *cursor);
  if (!cursor)
    return wd_fail_memory(error);
  cursor->worker = worker;
  status = wd_partition_open(worker, stage->call->lambda, index, 0,
                             &cursor->cursor, error);
  if (status != WD_OK) {
    wd_mem_free(stage->source.mem, cursor, sizeof *cursor);
    return status;
  }
  pthread_mutex_lock(&stage->lock);
  cursor->next = stage->cursors;
  stage->cursors = cursor;
  pthread_mutex_unlock(&stage->lock);
  *out_cursor = cursor->cursor;
  return WD_OK;
}

static enum wd_status
sink_rows(const struct wd_duck_call *call, struct wd_duck_frame *frame,
          idx_t rows, struct wd_error *error)
{
  struct wd_duck_visit visit;
  uint32_t cursor = 0;
  enum wd_status status =
      wd_duck_visit_begin(call->query, call->lambda, &visit, error);

  if (status != WD_OK)
    return status;
  status = worker_cursor(call->stage, visit.worker, &cursor, error);
  for (idx_t from = 0; status == WD_OK && from < rows;) {
    status =
        wd_duck_call_place(call, visit.worker, frame, from, rows, &from, error);
    if (status == WD_OK)
      status =
          wd_partition_push(visit.worker, call->lambda, cursor, false, error);
    if (status == WD_OK)
      status = drain(call->stage, &visit, cursor, error);
  }
  wd_duck_visit_end(&visit);
  return status;
}

static enum wd_status
sink_chunk(const struct wd_duck_call *call, duckdb_data_chunk input,
           struct wd_error *error)
{
  struct wd_duck_frame frame;
  enum wd_status status =
      wd_duck_frame_init(&frame, call->mem, &call->lambda->wanted, error);

  if (status != WD_OK)
    return status;
  wd_duck_frame_read_chunk(&frame, input);
  status = sink_rows(call, &frame, duckdb_data_chunk_get_size(input), error);
  wd_duck_frame_fini(&frame);
  return status;
}

void
wd_duck_sink_run(duckdb_function_info info, duckdb_data_chunk input,
                 duckdb_vector output)
{
  struct wd_duck_slot *slot = duckdb_scalar_function_get_extra_info(info);
  struct wd_duck_call *call = atomic_load(&slot->call);
  struct wd_error error;

  wd_duck_error_init(&error);
  wd_duck_fill_true(output, false, 0, duckdb_data_chunk_get_size(input));
  if (!call) {
    duckdb_scalar_function_set_error(info, "the lambda's job has ended");
  } else if (sink_chunk(call, input, &error) != WD_OK) {
    /* A closed queue is no failure: the rest of the plan has enough rows. */
    if (error.status != WD_CANCELLED)
      wd_duck_call_failed(call, &error);
    duckdb_scalar_function_set_error(info, error.message);
  }
}

/* Ends the partition of one worker: as a whole, or early. */
static enum wd_status
end_partition(struct wd_duck_stage *stage, struct wd_duck_cursor *cursor,
              bool early, struct wd_error *error)
{
  const struct wd_lambda *lambda = stage->call->lambda;
  struct wd_duck_visit visit;
  enum wd_status status =
      wd_duck_visit_other(stage->source.query, cursor->worker, &visit, error);

  if (status != WD_OK)
    return status;
  if (!early) {
    status =
        wd_partition_push(visit.worker, lambda, cursor->cursor, true, error);
    if (status == WD_OK)
      status = drain(stage, &visit, cursor->cursor, error);
  }
  if (status == WD_OK || status == WD_CANCELLED)
    status = wd_partition_close(visit.worker, lambda, cursor->cursor, error);
  wd_duck_visit_end(&visit);
  return status;
}

static enum wd_status
end_partitions(struct wd_duck_stage *stage, bool early, struct wd_error *error)
{
  enum wd_status status = WD_OK;

  for (struct wd_duck_cursor *cursor = stage->cursors;
       status == WD_OK && cursor; cursor = cursor->next)
    status = end_partition(stage, cursor, early, error);
  return status;
}

uint32_t
wd_duck_stage_width(const struct wd_duck_stage *stage)
{
  return wd_duck_width(&stage->source.schema);
}

bool
wd_duck_stage_is_closed(struct wd_duck_stage *stage)
{
  bool closed;

  pthread_mutex_lock(&stage->queue.lock);
  closed = stage->queue.closed;
  pthread_mutex_unlock(&stage->queue.lock);
  return closed;
}

void
wd_duck_stages_settle(struct wd_query *query, const struct wd_duck_fill *fill,
                      const struct wd_duck_stage *above)
{
  for (struct wd_duck_stage *stage = query->stages; stage; stage = stage->next)
    if (stage->fill == fill && stage->above == above)
      wd_duck_queue_settle(&stage->queue);
}

static enum wd_status
run_sink(struct wd_duck_stage *stage, struct wd_error *error)
{
  enum wd_status status =
      wd_duck_query_run_stage(stage->source.query, stage->connection,
                              stage->sql, stage->ordered, error);

  return status == WD_OK ? end_partitions(stage, false, error) : status;
}

static void *
stage_run(void *argument)
{
  struct wd_duck_stage *stage = argument;
  struct wd_query *query = stage->source.query;
  struct wd_error error;
  enum wd_status status;

  wd_duck_error_init(&error);
  wd_duck_stages_settle(query, stage->fill, stage);
  status =
      stage->runs ? wd_duck_runs_run(stage, &error) : run_sink(stage, &error);
  if (status != WD_OK && wd_duck_stage_is_closed(stage)) {
    /* Stopped early; whoever did knows why. */
    wd_duck_error_init(&error);
    if (wd_duck_query_failure(query, NULL) == WD_OK)
      end_partitions(stage, true, &error);
  } else if (status != WD_OK) {
    wd_duck_query_name_table(query, &error);
    wd_duck_call_failed(stage->call, &error);
  }
  wd_duck_queue_finish(&stage->queue);
  return NULL;
}

static enum wd_status
stage_fill(struct wd_duck_source *source, void *local,
           const duckdb_vector *vectors, idx_t *out_rows,
           struct wd_error *error)
{
  struct wd_duck_stage *stage = (struct wd_duck_stage *)source;
  duckdb_data_chunk chunk = wd_duck_queue_pop(&stage->queue);

  (void)local;
  *out_rows = 0;
  if (!chunk)
    return wd_duck_query_failure(source->query, error);
  for (uint32_t i = 0; i < source->schema.count; i++)
    if (vectors[i])
      duckdb_vector_reference_vector(vectors[i],
                                     duckdb_data_chunk_get_vector(chunk, i));
  *out_rows = duckdb_data_chunk_get_size(chunk);
  duckdb_destroy_data_chunk(&chunk);
  return WD_OK;
}

static void
stage_ended(struct wd_duck_source *source)
{
  wd_duck_stage_stop((struct wd_duck_stage *)source);
}

static void
stage_free(struct wd_duck_source *source)
{
  struct wd_duck_stage *stage = (struct wd_duck_stage *)source;

  wd_duck_stage_stop(stage);
  wd_duck_stage_join(stage);
  while (stage->cursors) {
    struct wd_duck_cursor *cursor = stage->cursors;

    stage->cursors = cursor->next;
    wd_mem_free(source->mem, cursor, sizeof *cursor);
  }
  wd_duck_types_free(source->mem, &source->schema, stage->types);
  duckdb_disconnect(&stage->connection);
  wd_duck_queue_fini(&stage->queue);
  pthread_mutex_destroy(&stage->lock);
  wd_mem_free(source->mem, stage, sizeof *stage);
}

static const struct wd_duck_source_functions stage_functions = {
    .fill = stage_fill,
    .ended = stage_ended,
    .free = stage_free,
};

enum wd_status
wd_duck_stage_new(struct wd_query *query, struct wd_duck_call *call,
                  struct wd_duck_stage **out_stage, struct wd_error *error)
{
  struct wd_mem *mem = query->engine->mem;
  struct wd_duck_stage *stage = wd_mem_calloc(mem, 1, sizeof *stage);
  enum wd_status status;

  if (!stage)
    return wd_fail_memory(error);
  stage->source.functions = &stage_functions;
  stage->source.mem = mem;
  stage->source.query = query;
  stage->source.schema = call->lambda->output;
  stage->source.max_threads = query->engine->threads;
  stage->call = call;
  wd_duck_queue_init(&stage->queue, mem, QUEUE_BYTES);
  pthread_mutex_init(&stage->lock, NULL);
  status = wd_duck_types_make(mem, &stage->source.schema, &stage->types, error);
  if (status == WD_OK)
    status = wd_duck_query_connect(query, &stage->connection, error);
  if (status != WD_OK) {
    stage_free(&stage->source);
    return status;
  }
  *out_stage = stage;
  return WD_OK;
}

enum wd_status
wd_duck_stage_start(struct wd_duck_stage *stage, struct wd_error *error)
{
  if (pthread_create(&stage->thread, NULL, stage_run, stage) != 0)
    return wd_fail(error, WD_LIMIT_EXCEEDED,
                   "no thread can be made for a map_partitions");
  stage->started = true;
  return WD_OK;
}

void
wd_duck_stage_stop(struct wd_duck_stage *stage)
{
  wd_duck_queue_close(&stage->queue);
  if (stage->connection)
    duckdb_interrupt(stage->connection);
}

void
wd_duck_stage_join(struct wd_duck_stage *stage)
{
  if (stage->started)
    pthread_join(stage->thread, NULL);
  stage->started = false;
}
