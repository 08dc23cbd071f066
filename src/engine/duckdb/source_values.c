/* The source of rows that the program made. */
#include "engine/duckdb/columns.h"
#include "engine/duckdb/source.h"

struct values {
  struct wd_duck_source source;
  uint32_t batch_count;
  const struct wd_rows *batches;
  pthread_mutex_t lock;
  uint32_t batch; /* the next rows */
  uint32_t row;
};

/* Rows of one batch that nobody else gets; false at the end. */
static bool
values_take(struct values *values, const struct wd_batch **out_batch,
            uint32_t *out_from, uint32_t *out_to)
{
  bool has = false;

  pthread_mutex_lock(&values->lock);
  while (values->batch < values->batch_count && !has) {
    const struct wd_batch *batch = &values->batches[values->batch].batch;
    uint32_t left = batch->rows - values->row;

    *out_batch = batch;
    *out_from = values->row;
    *out_to = values->row + (left < WD_DUCK_CHUNK ? left : WD_DUCK_CHUNK);
    has = left > 0;
    values->row = *out_to;
    if (values->row == batch->rows) {
      values->batch++;
      values->row = 0;
    }
  }
  pthread_mutex_unlock(&values->lock);
  return has;
}

static enum wd_status
values_fill(struct wd_duck_source *source, void *local,
            const duckdb_vector *vectors, idx_t *out_rows,
            struct wd_error *error)
{
  struct values *values = (struct values *)source;
  const struct wd_batch *batch;
  uint32_t from, to;

  (void)local;
  (void)error;
  *out_rows = 0;
  if (!values_take(values, &batch, &from, &to))
    return WD_OK;
  wd_duck_batch_read(&source->schema, batch, from, to, vectors, 0);
  *out_rows = to - from;
  return WD_OK;
}

static void
values_free(struct wd_duck_source *source)
{
  struct values *values = (struct values *)source;

  pthread_mutex_destroy(&values->lock);
  wd_mem_free(source->mem, values, sizeof *values);
}

static const struct wd_duck_source_functions values_functions = {
    .fill = values_fill,
    .free = values_free,
};

enum wd_status
wd_duck_values_new(struct wd_mem *mem, const struct wd_schema *schema,
                   uint32_t batch_count, const struct wd_rows *batches,
                   struct wd_duck_source **out_source, struct wd_error *error)
{
  struct values *values = wd_mem_calloc(mem, 1, sizeof *values);
  idx_t rows = 0;

  if (!values)
    return wd_fail_memory(error);
  for (uint32_t i = 0; i < batch_count; i++)
    rows += batches[i].batch.rows;
  values->source.functions = &values_functions;
  values->source.mem = mem;
  values->source.schema = *schema;
  values->source.max_threads = (uint32_t)(rows / (64 * WD_DUCK_CHUNK)) + 1;
  values->source.cardinality = rows;
  values->batch_count = batch_count;
  values->batches = batches;
  pthread_mutex_init(&values->lock, NULL);
  *out_source = &values->source;
  return WD_OK;
}
