/* Map, filter and scalar lambdas as scalar functions. */
#include <string.h>

#include "engine/duckdb/failure.h"
#include "engine/duckdb/functions.h"
#include "engine/duckdb/strict.h"

/* One batch: rows [from, *out_to) of the chunk through the lambda into the
 * same rows of the result. */
static enum wd_status
map_batch(const struct wd_duck_call *call, struct wd_worker *worker,
          struct wd_duck_frame *frame, const struct wd_duck_targets *targets,
          idx_t from, idx_t rows, idx_t *out_to, struct wd_error *error)
{
  const struct wd_lambda *lambda = call->lambda;
  struct wd_batch batch;
  enum wd_status status =
      wd_duck_call_place(call, worker, frame, from, rows, out_to, error);

  if (status == WD_OK)
    status = wd_call_map(worker, lambda, &batch, error);
  if (status != WD_OK)
    return status;
  wd_duck_batch_read(&lambda->output, &batch, 0, batch.rows, targets->vectors,
                     from);
  return wd_call_end(worker, lambda, error);
}

static enum wd_status
map_rows(const struct wd_duck_call *call, struct wd_duck_frame *frame,
         const struct wd_duck_targets *targets, idx_t rows,
         struct wd_error *error)
{
  struct wd_duck_visit visit;
  idx_t from = 0;
  enum wd_status status =
      wd_duck_visit_begin(call->query, call->lambda, &visit, error);

  if (status != WD_OK)
    return status;
  while (status == WD_OK && from < rows)
    status =
        map_batch(call, visit.worker, frame, targets, from, rows, &from, error);
  wd_duck_visit_end(&visit);
  return status;
}

static enum wd_status
map_chunk(const struct wd_duck_call *call, duckdb_data_chunk input,
          duckdb_vector output, struct wd_error *error)
{
  const struct wd_schema *schema = &call->lambda->output;
  idx_t rows = duckdb_data_chunk_get_size(input);
  struct wd_duck_frame frame;
  struct wd_duck_targets targets;
  enum wd_status status =
      wd_duck_frame_init(&frame, call->mem, &call->lambda->wanted, error);

  if (status != WD_OK)
    return status;
  frame.picked = call->picked;
  wd_duck_frame_read_chunk(&frame, input);
  status = wd_duck_targets_init(&targets, call->mem, schema, call->wrapped,
                                output, error);
  if (status == WD_OK) {
    status = map_rows(call, &frame, &targets, rows, error);
    if (schema->count == 0)
      wd_duck_fill_true(output, call->wrapped, 0, rows);
    wd_duck_targets_fini(&targets, call->mem);
  }
  wd_duck_frame_fini(&frame);
  return status;
}

void
wd_duck_map_run(duckdb_function_info info, duckdb_data_chunk input,
                duckdb_vector output)
{
  struct wd_duck_slot *slot = duckdb_scalar_function_get_extra_info(info);
  struct wd_duck_call *call = atomic_load(&slot->call);
  struct wd_error error;
  enum wd_status status = WD_OK;

  wd_duck_error_init(&error);
  if (!call)
    duckdb_scalar_function_set_error(info, "the lambda's job has ended");
  else if (call->strict)
    status = wd_duck_strict_run(call, input, output, map_chunk, &error);
  else
    status = map_chunk(call, input, output, &error);
  if (status != WD_OK)
    duckdb_scalar_function_set_error(info, wd_duck_call_failed(call, &error));
}

void
wd_duck_barrier_run(duckdb_function_info info, duckdb_data_chunk input,
                    duckdb_vector output)
{
  (void)info;
  memset(duckdb_vector_get_data(output), 1, duckdb_data_chunk_get_size(input));
}
