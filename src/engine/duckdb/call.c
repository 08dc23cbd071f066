#include "engine/duckdb/call.h"

#include <string.h>

#include "engine/duckdb/query.h"

enum wd_status
wd_duck_visit_other(struct wd_query *query, struct wd_worker *worker,
                    struct wd_duck_visit *out_visit, struct wd_error *error)
{
  out_visit->worker = worker;
  out_visit->lock = NULL;
  if (!query->stages)
    return WD_OK;
  out_visit->lock = wd_duck_query_worker_lock(query, worker);
  if (!out_visit->lock)
    return wd_fail_memory(error);
  pthread_mutex_lock(out_visit->lock);
  return WD_OK;
}

enum wd_status
wd_duck_visit_begin(struct wd_query *query, const struct wd_lambda *lambda,
                    struct wd_duck_visit *out_visit, struct wd_error *error)
{
  struct wd_worker *worker;
  enum wd_status status = wd_pool_enter(lambda->pool, &worker, error);

  if (status != WD_OK)
    return status;
  return wd_duck_visit_other(query, worker, out_visit, error);
}

void
wd_duck_visit_end(struct wd_duck_visit *visit)
{
  if (visit->lock)
    pthread_mutex_unlock(visit->lock);
}

void
wd_duck_visit_pause(struct wd_duck_visit *visit)
{
  wd_duck_visit_end(visit);
}

void
wd_duck_visit_resume(struct wd_duck_visit *visit)
{
  if (visit->lock)
    pthread_mutex_lock(visit->lock);
}

enum wd_status
wd_duck_call_place(const struct wd_duck_call *call, struct wd_worker *worker,
                   struct wd_duck_frame *frame, idx_t from, idx_t to,
                   idx_t *out_to, struct wd_error *error)
{
  enum wd_status status =
      wd_duck_frame_cut(frame, from, to, WD_BATCH_BYTES, out_to, error);

  if (status == WD_OK)
    status = wd_call_batch(worker, call->lambda, WD_SLOT_INPUT, &frame->shape,
                           frame->places, error);
  if (status == WD_OK)
    wd_duck_frame_write(frame, from);
  return status;
}

const char *
wd_duck_call_failed(const struct wd_duck_call *call,
                    const struct wd_error *error)
{
  wd_duck_query_fail(call->query, error);
  wd_pool_fail(call->query->pool, error);
  return error->message[0] ? error->message : "a lambda failed";
}

enum wd_status
wd_duck_targets_init(struct wd_duck_targets *targets, struct wd_mem *mem,
                     const struct wd_schema *schema, bool wrapped,
                     duckdb_vector vector, struct wd_error *error)
{
  targets->vectors = targets->few;
  targets->size = 0;
  if (schema->count > WD_DUCK_FRAME_COLUMNS) {
    targets->size = schema->count * sizeof *targets->vectors;
    targets->vectors = wd_mem_alloc(mem, targets->size);
    if (!targets->vectors)
      return wd_fail_memory(error);
  }
  wd_duck_targets_find(targets, schema, wrapped, vector);
  return WD_OK;
}

void
wd_duck_targets_find(struct wd_duck_targets *targets,
                     const struct wd_schema *schema, bool wrapped,
                     duckdb_vector vector)
{
  if (!wrapped) {
    targets->vectors[0] = vector;
    return;
  }
  for (uint32_t i = 0; i < schema->count; i++)
    targets->vectors[i] = duckdb_struct_vector_get_child(vector, i);
}

void
wd_duck_targets_fini(struct wd_duck_targets *targets, struct wd_mem *mem)
{
  if (targets->size)
    wd_mem_free(mem, targets->vectors, targets->size);
}

void
wd_duck_fill_true(duckdb_vector vector, bool wrapped, idx_t from, idx_t to)
{
  if (wrapped)
    vector = duckdb_struct_vector_get_child(vector, 0);
  memset((uint8_t *)duckdb_vector_get_data(vector) + from, 1, to - from);
}
