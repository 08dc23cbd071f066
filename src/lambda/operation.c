/* Operations of named types: they have no handle, each call names the closure.
 */
#include <string.h>

#include "lambda/worker.h"

static const struct wd_column text_column = {
    .name = "text", .type = {.id = WD_TYPE_STRING}, .nullable = true};

static const struct wd_column key_column = {
    .name = "key", .type = {.id = WD_TYPE_BINARY}, .nullable = true};

enum wd_abi_export
wd__operation_export(enum wd_role role)
{
  return role == WD_ROLE_TO_TEXT     ? WD_ABI_EXPORT_TYPE_OPERATIONS_TO_TEXT
         : role == WD_ROLE_FROM_TEXT ? WD_ABI_EXPORT_TYPE_OPERATIONS_FROM_TEXT
                                     : WD_ABI_EXPORT_TYPE_OPERATIONS_SORT_KEYS;
}

/* Calls with the placed batch; as many rows come out as went in. */
static enum wd_status
call(struct wd_worker *worker, const struct wd_lambda *lambda,
     struct wd_stream *stream, struct wd_batch *out_batch,
     struct wd_error *error)
{
  enum wd_abi_export which = wd__operation_export(lambda->role);
  const struct wd_wire_batch *values = &worker->slots[WD_SLOT_INPUT];
  wasmtime_val_raw_t raw[7] = {0};
  const void *payload;
  enum wd_status status;

  raw[0].i32 = (int32_t)lambda->function;
  raw[1].i32 = (int32_t)lambda->state;
  wd__call_push_batch(raw + 2, values);
  status = wd__call(worker, which, stream, raw, 7, &payload, error);
  if (status == WD_OK)
    status = wd__call_take_batch(worker, which, payload, &lambda->output,
                                 lambda->output_buffers, values->rows,
                                 out_batch, error);
  return status;
}

enum wd_status
wd__call_operation(struct wd_worker *worker, const struct wd_lambda *lambda,
                   struct wd_batch *out_batch, struct wd_error *error)
{
  struct wd_error local;
  struct wd_worker_site *site;
  enum wd_status status;

  error = wd_error_or(error, &local);
  status = wd_worker_site(worker, lambda, &site, error);
  if (status == WD_OK)
    status = call(worker, lambda, &site->stream, out_batch, error);
  return status == WD_OK ? WD_OK : wd__call_failed(worker, lambda, error);
}

static enum wd_status
place_nothing(struct wd_worker *worker, const struct wd_lambda *lambda,
              struct wd_arena *arena, struct wd_error *error)
{
  struct wd_shape shape = {.rows = 0};
  struct wd_node *nodes;
  uint64_t *sizes;
  uint8_t **places;
  enum wd_status status;

  wd_schema_shape(&lambda->input, &shape.node_count, &shape.buffer_count);
  nodes = wd_arena_array(arena, shape.node_count, sizeof *nodes);
  sizes = wd_arena_array(arena, shape.buffer_count, sizeof *sizes);
  places = wd_arena_array(arena, shape.buffer_count, sizeof *places);
  if (!nodes || !sizes || !places)
    return wd_fail_memory(error);
  shape.nodes = nodes;
  shape.sizes = sizes;
  status = wd_worker_reserve(worker, shape.buffer_count, error);
  if (status != WD_OK)
    return status;
  return wd_abi_batch_place(&wd_abi_exports[wd__operation_export(lambda->role)],
                            &worker->guest, "values", &shape, worker->pairs,
                            &worker->slots[WD_SLOT_INPUT], places, error);
}

enum wd_status
wd__bind_operation(struct wd_worker *worker, struct wd_lambda *lambda,
                   struct wd_arena *arena, struct wd_error *error)
{
  struct wd_stream stream;
  struct wd_batch none;
  uint32_t nodes;
  enum wd_status status;

  if (lambda->input.count != 1 ||
      (lambda->role == WD_ROLE_FROM_TEXT && lambda->right.count != 1))
    return wd_fail(error, WD_INVALID_ARGUMENT,
                   "an operation of a type takes and gives one column");
  lambda->output = lambda->role == WD_ROLE_FROM_TEXT ? lambda->right
                   : lambda->role == WD_ROLE_TO_TEXT
                       ? (struct wd_schema){1, &text_column}
                       : (struct wd_schema){1, &key_column};
  lambda->result = lambda->output;
  lambda->passed = NULL;
  lambda->all_columns = true;
  lambda->strict = true;
  lambda->deterministic = true;
  wd_schema_shape(&lambda->output, &nodes, &lambda->output_buffers);
  wd_stream_init(&stream, worker, lambda->site, worker->number);
  status = place_nothing(worker, lambda, arena, error);
  if (status == WD_OK)
    status = call(worker, lambda, &stream, &none, error);
  return status == WD_OK ? wd_worker_end(worker, error) : status;
}
