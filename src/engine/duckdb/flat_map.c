/* Flat-map lambdas: the rows of a whole chunk are one LIST on its row 0, the
 * other rows have empty ones; UNNEST makes rows of it again. Where rows have
 * the number of a partition, each partition's rows in the chunk are a LIST. */
#include <string.h>

#include "engine/duckdb/failure.h"
#include "engine/duckdb/functions.h"

/* What is being filled. */
struct expansion {
  const struct wd_duck_call *call;
  duckdb_vector list;
  struct wd_duck_targets targets;
  idx_t rows; /* in the list so far */
};

static enum wd_status
expansion_add(struct expansion *expansion, const struct wd_batch *batch,
              struct wd_error *error)
{
  const struct wd_schema *schema = &expansion->call->lambda->output;
  bool wrapped = expansion->call->wrapped;
  idx_t rows = expansion->rows + batch->rows;
  duckdb_vector child;

  if (batch->rows == 0)
    return WD_OK;
  if (duckdb_list_vector_reserve(expansion->list, rows) != DuckDBSuccess ||
      duckdb_list_vector_set_size(expansion->list, rows) != DuckDBSuccess)
    return wd_fail(error, WD_LIMIT_EXCEEDED,
                   "a flat_map made %llu rows of one chunk, which DuckDB has "
                   "no memory for",
                   (unsigned long long)rows);
  child = duckdb_list_vector_get_child(expansion->list);
  if (schema->count == 0) {
    wd_duck_fill_true(child, wrapped, expansion->rows, rows);
  } else {
    wd_duck_targets_find(&expansion->targets, schema, wrapped, child);
    wd_duck_batch_read(schema, batch, 0, batch->rows,
                       expansion->targets.vectors, expansion->rows);
  }
  expansion->rows = rows;
  return WD_OK;
}

/* All parts of the output for the batch that was placed. */
static enum wd_status
expand_batch(struct expansion *expansion, struct wd_worker *worker,
             struct wd_error *error)
{
  const struct wd_lambda *lambda = expansion->call->lambda;
  struct wd_batch batch;
  bool more;
  enum wd_status status =
      wd_call_flat_map(worker, lambda, &batch, &more, error);

  for (;;) {
    if (status == WD_OK)
      status = expansion_add(expansion, &batch, error);
    if (status == WD_OK)
      status = wd_call_end(worker, lambda, error);
    if (status != WD_OK || !more)
      return status;
    status = wd_call_flat_map_next(worker, lambda, &batch, &more, error);
  }
}

/* Where the rows end that are one LIST with row `from`. */
static idx_t
run_end(const struct wd_duck_call *call, duckdb_data_chunk input, idx_t from)
{
  idx_t rows = duckdb_data_chunk_get_size(input), to = from + 1;
  const uint32_t *numbers;

  if (!call->numbered)
    return rows;
  numbers = duckdb_vector_get_data(
      duckdb_data_chunk_get_vector(input, call->lambda->wanted.count));
  while (to < rows && numbers[to] == numbers[from])
    to++;
  return to;
}

/* Rows [from, to), whose LIST is row `from`'s. */
static enum wd_status
expand_run(struct expansion *expansion, struct wd_worker *worker,
           struct wd_duck_frame *frame, idx_t from, idx_t to,
           struct wd_error *error)
{
  idx_t first = expansion->rows;
  duckdb_list_entry *entries;
  enum wd_status status = WD_OK;

  for (idx_t at = from; status == WD_OK && at < to;) {
    status =
        wd_duck_call_place(expansion->call, worker, frame, at, to, &at, error);
    if (status == WD_OK)
      status = expand_batch(expansion, worker, error);
  }
  entries = duckdb_vector_get_data(expansion->list);
  entries[from] = (duckdb_list_entry){first, expansion->rows - first};
  while (++from < to)
    entries[from] = (duckdb_list_entry){expansion->rows, 0};
  return status;
}

static enum wd_status
expand_rows(struct expansion *expansion, struct wd_duck_frame *frame,
            duckdb_data_chunk input, struct wd_error *error)
{
  const struct wd_duck_call *call = expansion->call;
  idx_t rows = duckdb_data_chunk_get_size(input);
  struct wd_duck_visit visit;
  enum wd_status status =
      wd_duck_visit_begin(call->query, call->lambda, &visit, error);

  if (status != WD_OK)
    return status;
  for (idx_t from = 0; status == WD_OK && from < rows;) {
    idx_t to = run_end(call, input, from);

    status = expand_run(expansion, visit.worker, frame, from, to, error);
    from = to;
  }
  wd_duck_visit_end(&visit);
  return status;
}

static enum wd_status
expand_chunk(const struct wd_duck_call *call, duckdb_data_chunk input,
             duckdb_vector output, struct wd_error *error)
{
  struct expansion expansion = {.call = call, .list = output};
  struct wd_duck_frame frame;
  enum wd_status status =
      wd_duck_frame_init(&frame, call->mem, &call->lambda->wanted, error);

  if (status != WD_OK)
    return status;
  wd_duck_frame_read_chunk(&frame, input);
  status = wd_duck_targets_init(&expansion.targets, call->mem,
                                &call->lambda->output, call->wrapped,
                                duckdb_list_vector_get_child(output), error);
  if (status == WD_OK) {
    status = expand_rows(&expansion, &frame, input, error);
    wd_duck_targets_fini(&expansion.targets, call->mem);
  }
  wd_duck_frame_fini(&frame);
  return status;
}

void
wd_duck_flat_map_run(duckdb_function_info info, duckdb_data_chunk input,
                     duckdb_vector output)
{
  struct wd_duck_slot *slot = duckdb_scalar_function_get_extra_info(info);
  struct wd_duck_call *call = atomic_load(&slot->call);
  struct wd_error error;

  wd_duck_error_init(&error);
  if (!call)
    duckdb_scalar_function_set_error(info, "the lambda's job has ended");
  else if (expand_chunk(call, input, output, &error) != WD_OK)
    duckdb_scalar_function_set_error(info, wd_duck_call_failed(call, &error));
}
