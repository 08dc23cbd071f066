/* Table functions that are called once for each row of arguments: what
 * `call-rows` gives becomes one column of lists, a list for each row, so that
 * all else is as for a scalar function (wd_call_map). */
#include <string.h>

#include "arrow/concat.h"
#include "lambda/worker.h"

/* The parts of one call's rows, while there are more. */
struct part {
  struct part *next;
  struct wd_batch batch;
};

struct lateral {
  struct wd_worker *worker;
  const struct wd_lambda *lambda;
  struct wd_arena *arena;
  struct wd_error *error;
  uint32_t arguments; /* rows of them */
  uint32_t *offsets;  /* at first of each row + 1 how many it gave */
  uint32_t last;      /* the last parent */
  uint64_t rows;
  uint64_t bytes;
  uint32_t part_count;
  struct part *parts; /* the last one first */
};

enum wd_status
wd__lateral_output(struct wd_lambda *lambda, struct wd_arena *arena,
                   struct wd_error *error)
{
  struct wd_column *columns = wd_arena_array(arena, 2, sizeof *columns);

  lambda->table = lambda->output;
  if (lambda->table.count == 0)
    return wd_fail(error, WD_TYPE_MISMATCH,
                   "a table function gives at least one column");
  if (!columns)
    return wd_fail_memory(error);
  wd_schema_shape(&lambda->table, &(uint32_t){0}, &lambda->table_buffers);
  columns[0] = (struct wd_column){.name = "item",
                                  .type = {.id = WD_TYPE_STRUCT,
                                           .child_count = lambda->table.count,
                                           .children = lambda->table.columns}};
  columns[1] = (struct wd_column){
      .name = "rows",
      .type = {.id = WD_TYPE_LIST, .child_count = 1, .children = columns}};
  lambda->output = (struct wd_schema){1, columns + 1};
  return WD_OK;
}

/* Counts the rows of each row of arguments. */
static enum wd_status
take_parents(struct lateral *lateral, enum wd_abi_export which,
             const struct wd_wire_list *wire, uint32_t rows)
{
  const uint32_t *parents;
  enum wd_status status =
      wd_abi_u32_view(&wd_abi_exports[which], &lateral->worker->guest, wire,
                      &parents, lateral->error);

  if (status != WD_OK)
    return status;
  if (wire->length != rows)
    return wd_fail(lateral->error, WD_LAMBDA_FAILED,
                   "it gave %u rows and said of %u where they came from", rows,
                   wire->length);
  for (uint32_t i = 0; i < rows; i++) {
    uint32_t parent = parents[i];

    if (parent >= lateral->arguments || parent < lateral->last)
      return wd_fail(lateral->error, WD_LAMBDA_FAILED,
                     "row %u is said to come from row %u of %u, after one of "
                     "row %u",
                     i, parent, lateral->arguments, lateral->last);
    lateral->offsets[parent + 1]++;
    lateral->last = parent;
  }
  return WD_OK;
}

/* What the rows so far take. */
static enum wd_status
check_size(struct lateral *lateral, const struct wd_batch *batch)
{
  lateral->rows += batch->rows;
  for (uint32_t i = 0; i < batch->buffer_count; i++)
    lateral->bytes += batch->buffers[i].size;
  if (lateral->bytes <= WD_LATERAL_BYTES && lateral->rows <= WD_LATERAL_BYTES)
    return WD_OK;
  return wd_fail(lateral->error, WD_LIMIT_EXCEEDED,
                 "it gives more than %u MiB for %u rows of arguments; rows "
                 "without end come from a table function whose arguments are "
                 "constants",
                 WD_LATERAL_BYTES >> 20, lateral->arguments);
}

static enum wd_status
keep_part(struct lateral *lateral, const struct wd_batch *batch)
{
  struct part *part = wd_arena_alloc(lateral->arena, sizeof *part);
  enum wd_status status;

  if (!part)
    return wd_fail_memory(lateral->error);
  status = wd_batches_concat(&lateral->lambda->table, 1, batch, lateral->arena,
                             &part->batch, lateral->error);
  if (status != WD_OK)
    return status;
  part->next = lateral->parts;
  lateral->parts = part;
  lateral->part_count++;
  return wd_worker_end(lateral->worker, lateral->error);
}

/* The lists over the rows, as a batch of the one column. */
static enum wd_status
make_lists(struct lateral *lateral, const struct wd_batch *rows,
           struct wd_batch *out_batch)
{
  uint32_t node_count = rows->node_count + 2;
  uint32_t buffer_count = rows->buffer_count + 3;
  struct wd_node *nodes =
      wd_arena_array(lateral->arena, node_count, sizeof *nodes);
  struct wd_span *buffers =
      wd_arena_array(lateral->arena, buffer_count, sizeof *buffers);

  if (!nodes || !buffers)
    return wd_fail_memory(lateral->error);
  for (uint32_t i = 0; i < lateral->arguments; i++)
    lateral->offsets[i + 1] += lateral->offsets[i];
  nodes[0] = (struct wd_node){lateral->arguments, 0};
  nodes[1] = (struct wd_node){rows->rows, 0};
  memcpy(nodes + 2, rows->nodes, rows->node_count * sizeof *nodes);
  /* No validity of the list, its offsets, no validity of the struct. */
  buffers[1] =
      (struct wd_span){(const uint8_t *)lateral->offsets,
                       ((uint64_t)lateral->arguments + 1) * sizeof(uint32_t)};
  memcpy(buffers + 3, rows->buffers, rows->buffer_count * sizeof *buffers);
  *out_batch = (struct wd_batch){lateral->arguments, node_count, buffer_count,
                                 nodes, buffers};
  return WD_OK;
}

/* All parts as one. */
static enum wd_status
join_parts(struct lateral *lateral, struct wd_batch *out_batch)
{
  struct wd_batch *batches =
      wd_arena_array(lateral->arena, lateral->part_count, sizeof *batches);
  uint32_t at = lateral->part_count;

  if (!batches)
    return wd_fail_memory(lateral->error);
  for (const struct part *part = lateral->parts; part; part = part->next)
    batches[--at] = part->batch;
  return wd_batches_concat(&lateral->lambda->table, lateral->part_count,
                           batches, lateral->arena, out_batch, lateral->error);
}

/* The next part of the rows, after a first one. */
static enum wd_status
call_next(struct lateral *lateral, const void **out_payload)
{
  wasmtime_val_raw_t value = {0};
  struct wd_worker_site *site;
  enum wd_status status =
      wd_worker_site(lateral->worker, lateral->lambda, &site, lateral->error);

  if (status != WD_OK)
    return status;
  value.i32 = (int32_t)wd_worker_handle(site);
  return wd__call(lateral->worker, WD_ABI_EXPORT_TABLES_NEXT_ROWS,
                  &site->stream, &value, 1, out_payload, lateral->error);
}

/* Looks at what was given. When it is the last part, and the first, it is not
 * copied. */
static enum wd_status
take_rows(struct lateral *lateral, enum wd_abi_export which,
          const struct wd_wire_tables_lateral_rows *wire,
          struct wd_batch *out_batch, bool *out_more)
{
  enum wd_status status;

  *out_more = wire->more != 0;
  if (wire->more > 1)
    return wd_fail(lateral->error, WD_LAMBDA_FAILED,
                   "'more' is %u, neither true nor false", wire->more);
  status = wd__call_take_part(
      lateral->worker, which, &wire->output, &lateral->lambda->table,
      lateral->lambda->table_buffers, out_batch, lateral->error);
  if (status == WD_OK)
    status = take_parents(lateral, which, &wire->parents, out_batch->rows);
  if (status == WD_OK)
    status = check_size(lateral, out_batch);
  if (status == WD_OK && (*out_more || lateral->parts))
    status = keep_part(lateral, out_batch);
  return status;
}

static enum wd_status
call(struct lateral *lateral, struct wd_batch *out_batch)
{
  enum wd_abi_export which = WD_ABI_EXPORT_TABLES_CALL_ROWS;
  struct wd_batch rows;
  const void *payload;
  bool more = false;
  enum wd_status status =
      wd__call_with_batch(lateral->worker, lateral->lambda, which,
                          WD_SLOT_INPUT, &payload, lateral->error);

  if (status == WD_OK)
    status = take_rows(lateral, which, payload, &rows, &more);
  which = WD_ABI_EXPORT_TABLES_NEXT_ROWS;
  while (status == WD_OK && more) {
    status = call_next(lateral, &payload);
    if (status == WD_OK)
      status = take_rows(lateral, which, payload, &rows, &more);
  }
  if (status == WD_OK && lateral->parts)
    status = join_parts(lateral, &rows);
  return status == WD_OK ? make_lists(lateral, &rows, out_batch) : status;
}

enum wd_status
wd__call_lateral(struct wd_worker *worker, const struct wd_lambda *lambda,
                 struct wd_batch *out_batch, struct wd_error *error)
{
  struct wd_error local;
  struct lateral lateral = {.worker = worker,
                            .lambda = lambda,
                            .arena = &worker->lists,
                            .error = wd_error_or(error, &local),
                            .arguments = worker->slots[WD_SLOT_INPUT].rows};
  enum wd_status status = WD_OK;

  wd_arena_fini(&worker->lists);
  wd_arena_init(&worker->lists, wd_pool_options(worker->pool)->mem, 0);
  worker->empty_parts = 0;
  lateral.offsets = wd_arena_array(
      &worker->lists, (size_t)lateral.arguments + 1, sizeof *lateral.offsets);
  if (!lateral.offsets)
    status = wd_fail_memory(lateral.error);
  if (status == WD_OK)
    status = call(&lateral, out_batch);
  return status == WD_OK ? WD_OK
                         : wd__call_failed(worker, lambda, lateral.error);
}
