#include <string.h>

#include "lambda/worker.h"

/* The states of aggregates travel as one nullable binary column. */
static const struct wd_column state_column = {
    .name = "state",
    .type = {.id = WD_TYPE_BINARY},
    .nullable = true,
};

static const struct wd_schema state_schema = {1, &state_column};

#define STATE_BUFFERS 3

/* A lambda that says 'more' this often in a row and gives nothing would do so
 * forever. */
#define MAX_EMPTY_PARTS 100000

enum wd_status
wd__call_failed(struct wd_worker *worker, const struct wd_lambda *lambda,
                struct wd_error *error)
{
  if (error->status != WD_CANCELLED && lambda->name)
    wd_error_prefix(error, "function %s", lambda->name);
  else if (error->status != WD_CANCELLED)
    wd_error_prefix(error, "%s lambda", wd_role_name(lambda->role));
  worker->failed = true;
  worker->pending = NULL;
  wd_pool_fail(worker->pool, error);
  return error->status;
}

enum wd_status
wd_call_partition(struct wd_worker *worker, const struct wd_lambda *lambda,
                  uint32_t index, uint32_t count, struct wd_error *error)
{
  struct wd_error local;
  struct wd_worker_site *site;
  enum wd_status status;

  error = wd_error_or(error, &local);
  status = wd_worker_site(worker, lambda, &site, error);
  if (status != WD_OK)
    return wd__call_failed(worker, lambda, error);
  wd_stream_init(&site->stream, worker, lambda->site, index);
  site->stream.partitions = count;
  return WD_OK;
}

/* The export that a placed batch is for. */
static enum wd_abi_export
export_of(const struct wd_lambda *lambda, enum wd_call_slot slot)
{
  if (lambda->role == WD_ROLE_CO_GROUP)
    return slot == WD_SLOT_RIGHT ? WD_ABI_EXPORT_CO_GROUPS_PUSH_RIGHT
                                 : WD_ABI_EXPORT_CO_GROUPS_PUSH_LEFT;
  if (slot == WD_SLOT_RIGHT)
    return WD_ABI_EXPORT_LAMBDAS_COMBINE;
  switch (lambda->role) {
  case WD_ROLE_FLAT_MAP:
    return WD_ABI_EXPORT_LAMBDAS_FLAT_MAP;
  case WD_ROLE_PARTITION:
  case WD_ROLE_GROUP:
  case WD_ROLE_FOR_EACH:
  case WD_ROLE_RELATION:
    return WD_ABI_EXPORT_LAMBDAS_PUSH_PARTITION;
  case WD_ROLE_REDUCE:
  case WD_ROLE_AGGREGATE:
    return WD_ABI_EXPORT_LAMBDAS_UPDATE;
  case WD_ROLE_LATERAL:
    return WD_ABI_EXPORT_TABLES_CALL_ROWS;
  case WD_ROLE_TO_TEXT:
  case WD_ROLE_FROM_TEXT:
  case WD_ROLE_SORT_KEYS:
    return wd__operation_export(lambda->role);
  default:
    return WD_ABI_EXPORT_LAMBDAS_MAP;
  }
}

static const char *
slot_name(const struct wd_lambda *lambda, enum wd_call_slot slot)
{
  return wd_role_is_of_types(lambda->role) ? "values"
         : slot == WD_SLOT_INPUT           ? "input"
         : slot == WD_SLOT_STATES          ? "states"
                                           : "right";
}

enum wd_status
wd_call_batch(struct wd_worker *worker, const struct wd_lambda *lambda,
              enum wd_call_slot slot, const struct wd_shape *shape,
              uint8_t **out_places, struct wd_error *error)
{
  struct wd_error local;
  struct wd_worker_site *site;
  enum wd_status status;

  error = wd_error_or(error, &local);
  status = wd_worker_site(worker, lambda, &site, error);
  if (status == WD_OK)
    status = wd_worker_reserve(worker, shape->buffer_count, error);
  if (status == WD_OK)
    status = wd_abi_batch_place(&wd_abi_exports[export_of(lambda, slot)],
                                &worker->guest, slot_name(lambda, slot), shape,
                                worker->pairs, &worker->slots[slot], out_places,
                                error);
  if (status != WD_OK)
    return wd__call_failed(worker, lambda, error);
  if (slot == WD_SLOT_INPUT || lambda->role == WD_ROLE_CO_GROUP)
    wd_worker_count(&worker->rows_in, shape->rows);
  return WD_OK;
}

enum wd_status
wd_call_groups(struct wd_worker *worker, const struct wd_lambda *lambda,
               uint32_t rows, uint32_t **out_groups, struct wd_error *error)
{
  const struct wd_abi_site site = {
      &wd_abi_exports[WD_ABI_EXPORT_LAMBDAS_UPDATE], "groups"};
  struct wd_error local;
  uint64_t bytes = (uint64_t)rows * sizeof(uint32_t);
  uint8_t *address = NULL;
  enum wd_status status;

  error = wd_error_or(error, &local);
  status = wd_abi_allocate(&worker->guest, &site, sizeof(uint32_t), bytes,
                           &worker->groups.pointer, error);
  if (status == WD_OK)
    status = wd_abi_range(&worker->guest, &site, worker->groups.pointer, rows,
                          sizeof(uint32_t), sizeof(uint32_t), &address, error);
  if (status != WD_OK)
    return wd__call_failed(worker, lambda, error);
  worker->groups.length = rows;
  *out_groups = (uint32_t *)(void *)address;
  return WD_OK;
}

void
wd__call_push_batch(wasmtime_val_raw_t *values,
                    const struct wd_wire_batch *batch)
{
  values[0].i32 = (int32_t)batch->rows;
  values[1].i32 = (int32_t)batch->nodes.pointer;
  values[2].i32 = (int32_t)batch->nodes.length;
  values[3].i32 = (int32_t)batch->buffers.pointer;
  values[4].i32 = (int32_t)batch->buffers.length;
}

enum wd_status
wd__call(struct wd_worker *worker, enum wd_abi_export which,
         struct wd_stream *stream, wasmtime_val_raw_t *values, size_t count,
         const void **out_payload, struct wd_error *error)
{
  enum wd_status status =
      wd_worker_call(worker, which, stream, values, count, error);

  if (status != WD_OK)
    return status;
  status = wd_abi_result_view(&wd_abi_exports[which], &worker->guest, values,
                              out_payload, error);
  if (status != WD_OK)
    wd_worker_end(worker, NULL);
  return status;
}

enum wd_status
wd__call_with_batch(struct wd_worker *worker, const struct wd_lambda *lambda,
                    enum wd_abi_export which, enum wd_call_slot slot,
                    const void **out_payload, struct wd_error *error)
{
  wasmtime_val_raw_t values[6] = {0};
  struct wd_worker_site *site;
  enum wd_status status = wd_worker_site(worker, lambda, &site, error);

  if (status != WD_OK)
    return status;
  values[0].i32 = (int32_t)wd_worker_handle(site);
  wd__call_push_batch(values + 1, &worker->slots[slot]);
  return wd__call(worker, which, &site->stream, values, 6, out_payload, error);
}

/* The partition of an open cursor. */
static enum wd_status
find_stream(struct wd_worker *worker, uint64_t key,
            struct wd_stream **out_stream, struct wd_error *error)
{
  struct wd_cursor *found = wd_worker_cursor(worker, key);

  if (!found)
    return wd_fail(error, WD_LAMBDA_FAILED,
                   "the partition with the cursor %u is not open (the program "
                   "may have named two alike)",
                   (uint32_t)key);
  *out_stream = &found->stream;
  return WD_OK;
}

static enum wd_status
call_with_cursor(struct wd_worker *worker, enum wd_abi_export which,
                 uint32_t cursor, uint64_t key, const void **out_payload,
                 struct wd_error *error)
{
  wasmtime_val_raw_t value = {0};
  struct wd_stream *stream = NULL;
  enum wd_status status = find_stream(worker, key, &stream, error);

  value.i32 = (int32_t)cursor;
  return status == WD_OK
             ? wd__call(worker, which, stream, &value, 1, out_payload, error)
             : status;
}

enum wd_status
wd__call_take_batch(struct wd_worker *worker, enum wd_abi_export which,
                    const struct wd_wire_batch *wire,
                    const struct wd_schema *schema, uint32_t buffers,
                    uint32_t rows, struct wd_batch *out_batch,
                    struct wd_error *error)
{
  enum wd_status status = wd_worker_reserve(worker, buffers, error);

  if (status == WD_OK)
    status = wd_abi_batch_view(&wd_abi_exports[which], &worker->guest, wire,
                               worker->spans, buffers, out_batch, error);
  if (status == WD_OK)
    status = wd_batch_check(schema, out_batch, rows, error);
  if (status == WD_OK)
    wd_worker_count(&worker->rows_out, out_batch->rows);
  return status;
}

enum wd_status
wd__call_take_part(struct wd_worker *worker, enum wd_abi_export which,
                   const struct wd_wire_batch *wire,
                   const struct wd_schema *schema, uint32_t buffers,
                   struct wd_batch *out_batch, struct wd_error *error)
{
  enum wd_status status = wd__call_take_batch(
      worker, which, wire, schema, buffers, UINT32_MAX, out_batch, error);

  if (status != WD_OK)
    return status;
  worker->empty_parts = out_batch->rows ? 0 : worker->empty_parts + 1;
  if (worker->empty_parts > MAX_EMPTY_PARTS)
    return wd_fail(error, WD_LAMBDA_FAILED,
                   "it said %d times in succession that there is more, but "
                   "gave no row",
                   MAX_EMPTY_PARTS);
  return WD_OK;
}

enum wd_status
wd_call_map(struct wd_worker *worker, const struct wd_lambda *lambda,
            struct wd_batch *out_batch, struct wd_error *error)
{
  enum wd_abi_export which = WD_ABI_EXPORT_LAMBDAS_MAP;
  struct wd_error local;
  const void *payload;
  enum wd_status status;

  if (lambda->role == WD_ROLE_LATERAL)
    return wd__call_lateral(worker, lambda, out_batch, error);
  if (wd_role_is_of_types(lambda->role))
    return wd__call_operation(worker, lambda, out_batch, error);
  error = wd_error_or(error, &local);
  status = wd__call_with_batch(worker, lambda, which, WD_SLOT_INPUT, &payload,
                               error);
  if (status == WD_OK)
    status = wd__call_take_batch(
        worker, which, payload, &lambda->output, lambda->output_buffers,
        worker->slots[WD_SLOT_INPUT].rows, out_batch, error);
  return status == WD_OK ? WD_OK : wd__call_failed(worker, lambda, error);
}

static enum wd_status
take_expanded(struct wd_worker *worker, const struct wd_lambda *lambda,
              const struct wd_wire_lambdas_expanded *wire,
              struct wd_batch *out_batch, bool *out_more,
              struct wd_error *error)
{
  if (wire->more > 1)
    return wd_fail(error, WD_LAMBDA_FAILED,
                   "'more' is %u, neither true nor false", wire->more);
  *out_more = wire->more;
  return wd__call_take_part(worker, WD_ABI_EXPORT_LAMBDAS_FLAT_MAP,
                            &wire->output, &lambda->output,
                            lambda->output_buffers, out_batch, error);
}

enum wd_status
wd_call_flat_map(struct wd_worker *worker, const struct wd_lambda *lambda,
                 struct wd_batch *out_batch, bool *out_more,
                 struct wd_error *error)
{
  struct wd_error local;
  const void *payload;
  enum wd_status status;

  error = wd_error_or(error, &local);
  worker->empty_parts = 0;
  status = wd__call_with_batch(worker, lambda, WD_ABI_EXPORT_LAMBDAS_FLAT_MAP,
                               WD_SLOT_INPUT, &payload, error);
  if (status == WD_OK)
    status = take_expanded(worker, lambda, payload, out_batch, out_more, error);
  return status == WD_OK ? WD_OK : wd__call_failed(worker, lambda, error);
}

enum wd_status
wd_call_flat_map_next(struct wd_worker *worker, const struct wd_lambda *lambda,
                      struct wd_batch *out_batch, bool *out_more,
                      struct wd_error *error)
{
  struct wd_error local;
  wasmtime_val_raw_t value = {0};
  struct wd_worker_site *site;
  const void *payload;
  enum wd_status status;

  error = wd_error_or(error, &local);
  status = wd_worker_site(worker, lambda, &site, error);
  if (status == WD_OK) {
    value.i32 = (int32_t)wd_worker_handle(site);
    status = wd__call(worker, WD_ABI_EXPORT_LAMBDAS_FLAT_MAP_NEXT,
                      &site->stream, &value, 1, &payload, error);
  }
  if (status == WD_OK)
    status = take_expanded(worker, lambda, payload, out_batch, out_more, error);
  return status == WD_OK ? WD_OK : wd__call_failed(worker, lambda, error);
}

/* Calls with the values given and takes states back. */
static enum wd_status
call_for_states(struct wd_worker *worker, const struct wd_lambda *lambda,
                enum wd_abi_export which, wasmtime_val_raw_t *values,
                size_t count, struct wd_batch *out_states,
                struct wd_error *error)
{
  const void *payload;
  struct wd_worker_site *site;
  enum wd_status status = wd_worker_site(worker, lambda, &site, error);

  if (status == WD_OK) {
    values[0].i32 = (int32_t)wd_worker_handle(site);
    status =
        wd__call(worker, which, &site->stream, values, count, &payload, error);
  }
  if (status == WD_OK)
    status = wd__call_take_batch(
        worker, which, payload, &state_schema, STATE_BUFFERS,
        worker->slots[WD_SLOT_STATES].rows, out_states, error);
  return status == WD_OK ? WD_OK : wd__call_failed(worker, lambda, error);
}

enum wd_status
wd_call_update(struct wd_worker *worker, const struct wd_lambda *lambda,
               struct wd_batch *out_states, struct wd_error *error)
{
  struct wd_error local;
  wasmtime_val_raw_t values[13] = {0};

  wd__call_push_batch(values + 1, &worker->slots[WD_SLOT_STATES]);
  values[6].i32 = (int32_t)worker->groups.pointer;
  values[7].i32 = (int32_t)worker->groups.length;
  wd__call_push_batch(values + 8, &worker->slots[WD_SLOT_INPUT]);
  worker->groups = (struct wd_wire_list){sizeof(uint32_t), 0};
  return call_for_states(worker, lambda, WD_ABI_EXPORT_LAMBDAS_UPDATE, values,
                         13, out_states, wd_error_or(error, &local));
}

enum wd_status
wd_call_combine(struct wd_worker *worker, const struct wd_lambda *lambda,
                struct wd_batch *out_states, struct wd_error *error)
{
  struct wd_error local;
  wasmtime_val_raw_t values[11] = {0};

  wd__call_push_batch(values + 1, &worker->slots[WD_SLOT_STATES]);
  wd__call_push_batch(values + 6, &worker->slots[WD_SLOT_RIGHT]);
  return call_for_states(worker, lambda, WD_ABI_EXPORT_LAMBDAS_COMBINE, values,
                         11, out_states, wd_error_or(error, &local));
}

enum wd_status
wd_call_finish(struct wd_worker *worker, const struct wd_lambda *lambda,
               struct wd_batch *out_batch, struct wd_error *error)
{
  enum wd_abi_export which = WD_ABI_EXPORT_LAMBDAS_FINISH;
  struct wd_error local;
  const void *payload;
  enum wd_status status;

  error = wd_error_or(error, &local);
  status = wd__call_with_batch(worker, lambda, which, WD_SLOT_STATES, &payload,
                               error);
  if (status == WD_OK)
    status = wd__call_take_batch(
        worker, which, payload, &lambda->output, lambda->output_buffers,
        worker->slots[WD_SLOT_STATES].rows, out_batch, error);
  return status == WD_OK ? WD_OK : wd__call_failed(worker, lambda, error);
}

enum wd_status
wd_call_end(struct wd_worker *worker, const struct wd_lambda *lambda,
            struct wd_error *error)
{
  struct wd_error local;

  error = wd_error_or(error, &local);
  if (wd_worker_end(worker, error) == WD_OK)
    return WD_OK;
  return wd__call_failed(worker, lambda, error);
}

/* The exports of cursors: of partitions and groups, or of co-groups. */
struct cursor_exports {
  enum wd_abi_export open, push, push_right, next, close;
};

static const struct cursor_exports *
cursor_exports(const struct wd_lambda *lambda)
{
  static const struct cursor_exports partition = {
      .open = WD_ABI_EXPORT_LAMBDAS_OPEN_PARTITION,
      .push = WD_ABI_EXPORT_LAMBDAS_PUSH_PARTITION,
      .next = WD_ABI_EXPORT_LAMBDAS_NEXT_PARTITION,
      .close = WD_ABI_EXPORT_LAMBDAS_CLOSE_PARTITION,
  };
  static const struct cursor_exports co_group = {
      .open = WD_ABI_EXPORT_CO_GROUPS_OPEN_CO_GROUP,
      .push = WD_ABI_EXPORT_CO_GROUPS_PUSH_LEFT,
      .push_right = WD_ABI_EXPORT_CO_GROUPS_PUSH_RIGHT,
      .next = WD_ABI_EXPORT_CO_GROUPS_NEXT_CO_GROUP,
      .close = WD_ABI_EXPORT_CO_GROUPS_CLOSE_CO_GROUP,
  };

  return lambda->role == WD_ROLE_CO_GROUP ? &co_group : &partition;
}

/* The guest's part of opening. */
static enum wd_status
open_cursor(struct wd_worker *worker, const struct wd_lambda *lambda,
            struct wd_stream *stream, uint32_t *out_cursor,
            struct wd_error *error)
{
  wasmtime_val_raw_t values[2] = {0};
  struct wd_worker_site *site;
  const void *payload;
  enum wd_status status = wd_worker_site(worker, lambda, &site, error);

  if (status != WD_OK)
    return status;
  values[0].i32 = (int32_t)wd_worker_handle(site);
  values[1].i32 = (int32_t)stream->partition;
  status = wd__call(worker, cursor_exports(lambda)->open, stream, values,
                    lambda->role == WD_ROLE_CO_GROUP ? 1 : 2, &payload, error);
  if (status == WD_OK)
    memcpy(out_cursor, payload, sizeof *out_cursor);
  return status;
}

enum wd_status
wd_partition_open(struct wd_worker *worker, const struct wd_lambda *lambda,
                  uint32_t index, uint32_t count, uint32_t *out_cursor,
                  struct wd_error *error)
{
  struct wd_error local;
  struct wd_stream stream;
  enum wd_status status;

  error = wd_error_or(error, &local);
  wd_stream_init(&stream, worker, lambda->site, index);
  stream.partitions = count;
  status = wd_worker_cursor_reserve(worker, error);
  if (status == WD_OK)
    status = open_cursor(worker, lambda, &stream, out_cursor, error);
  if (status == WD_OK && wd_worker_cursor(worker, *out_cursor))
    status = wd_fail(error, WD_LAMBDA_FAILED,
                     "it named two open partitions alike: %u", *out_cursor);
  if (status == WD_OK)
    status = wd_worker_end(worker, error);
  if (status != WD_OK)
    return wd__call_failed(worker, lambda, error);
  wd_worker_cursor_add(worker, *out_cursor, &stream);
  return WD_OK;
}

static enum wd_status
push_rows(struct wd_worker *worker, const struct wd_lambda *lambda,
          enum wd_abi_export which, enum wd_call_slot slot, uint32_t cursor,
          bool end, struct wd_error *error)
{
  struct wd_error local;
  wasmtime_val_raw_t values[7] = {0};
  struct wd_stream *stream = NULL;
  const void *payload;
  enum wd_status status;

  error = wd_error_or(error, &local);
  values[0].i32 = (int32_t)cursor;
  values[1].i32 = !end;
  if (!end)
    wd__call_push_batch(values + 2, &worker->slots[slot]);
  worker->empty_parts = 0;
  status = find_stream(worker, cursor, &stream, error);
  if (status == WD_OK)
    status = wd__call(worker, which, stream, values, 7, &payload, error);
  if (status != WD_OK)
    return wd__call_failed(worker, lambda, error);
  return wd_call_end(worker, lambda, error);
}

enum wd_status
wd_partition_push(struct wd_worker *worker, const struct wd_lambda *lambda,
                  uint32_t cursor, bool end, struct wd_error *error)
{
  return push_rows(worker, lambda, cursor_exports(lambda)->push, WD_SLOT_INPUT,
                   cursor, end, error);
}

enum wd_status
wd_partition_push_right(struct wd_worker *worker,
                        const struct wd_lambda *lambda, uint32_t cursor,
                        bool end, struct wd_error *error)
{
  return push_rows(worker, lambda, cursor_exports(lambda)->push_right,
                   WD_SLOT_RIGHT, cursor, end, error);
}

static enum wd_status
take_option(struct wd_worker *worker, enum wd_abi_export which,
            const struct wd_wire_option_batch *wire,
            const struct wd_schema *schema, uint32_t buffers,
            struct wd_batch *out_batch, bool *out_has, struct wd_error *error)
{
  *out_has = wire->tag == 1;
  if (wire->tag > 1)
    return wd_fail(error, WD_LAMBDA_FAILED, "an option has the tag %u",
                   wire->tag);
  if (!*out_has)
    return wd_worker_end(worker, error);
  return wd__call_take_part(worker, which, &wire->as.value, schema, buffers,
                            out_batch, error);
}

enum wd_status
wd__call_cursor_next(struct wd_worker *worker, const struct wd_lambda *lambda,
                     enum wd_abi_export which, uint32_t cursor, uint64_t key,
                     const struct wd_schema *schema, uint32_t buffers,
                     struct wd_batch *out_batch, bool *out_has,
                     struct wd_error *error)
{
  struct wd_error local;
  const void *payload;
  enum wd_status status;

  error = wd_error_or(error, &local);
  status = call_with_cursor(worker, which, cursor, key, &payload, error);
  if (status == WD_OK)
    status = take_option(worker, which, payload, schema, buffers, out_batch,
                         out_has, error);
  return status == WD_OK ? WD_OK : wd__call_failed(worker, lambda, error);
}

enum wd_status
wd__call_cursor_close(struct wd_worker *worker, const struct wd_lambda *lambda,
                      enum wd_abi_export which, uint32_t cursor, uint64_t key,
                      struct wd_error *error)
{
  struct wd_error local;
  const void *payload;
  enum wd_status status;

  error = wd_error_or(error, &local);
  status = call_with_cursor(worker, which, cursor, key, &payload, error);
  wd_worker_cursor_remove(worker, key);
  if (status != WD_OK)
    return wd__call_failed(worker, lambda, error);
  return wd_call_end(worker, lambda, error);
}

enum wd_status
wd_partition_next(struct wd_worker *worker, const struct wd_lambda *lambda,
                  uint32_t cursor, struct wd_batch *out_batch, bool *out_has,
                  struct wd_error *error)
{
  return wd__call_cursor_next(
      worker, lambda, cursor_exports(lambda)->next, cursor, cursor,
      &lambda->output, lambda->output_buffers, out_batch, out_has, error);
}

enum wd_status
wd_partition_close(struct wd_worker *worker, const struct wd_lambda *lambda,
                   uint32_t cursor, struct wd_error *error)
{
  return wd__call_cursor_close(worker, lambda, cursor_exports(lambda)->close,
                               cursor, cursor, error);
}
