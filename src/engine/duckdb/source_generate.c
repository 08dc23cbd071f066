/* The source of a table function's rows.
 *
 * Threads of its own run the partitions, each in its own worker, and put what
 * they give into a queue: a cursor stays with its worker, while DuckDB moves
 * its tasks between threads as it likes. They start when rows are first asked
 * for, because then it is known which columns are wanted.
 */
#include <string.h>

#include "engine/duckdb/failure.h"
#include "engine/duckdb/query.h"
#include "engine/duckdb/queue.h"
#include "engine/duckdb/types.h"

/* Little, so that the memory of chunks is used again while it is in the caches;
 * of much, the allocator gives back what was taken, and asks for it again. */
#define QUEUE_BYTES (1u << 20)

struct generate {
  struct wd_duck_source source;
  const struct wd_lambda *lambda;
  struct wd_duck_queue queue;
  pthread_mutex_t lock; /* what follows */
  bool started;
  bool closed;   /* nobody takes rows any more */
  uint32_t next; /* the next partition */
  uint32_t running;
  uint32_t thread_count;
  pthread_t *threads; /* room for source.max_threads */
  /* Since it was started: */
  struct wd_schema wanted;
  uint32_t *columns; /* room for all */
  duckdb_logical_type *types;
};

static bool
take_partition(struct generate *generate, uint32_t *out_partition)
{
  bool has;

  pthread_mutex_lock(&generate->lock);
  has = !generate->closed && generate->next < generate->lambda->partitions;
  if (has)
    *out_partition = generate->next++;
  pthread_mutex_unlock(&generate->lock);
  return has;
}

/* The rows of an open partition. */
static enum wd_status
pass_on(struct generate *generate, struct wd_worker *worker, uint32_t cursor,
        struct wd_error *error)
{
  for (;;) {
    struct wd_duck_queue_items items = {NULL, NULL};
    struct wd_batch batch;
    bool has;
    enum wd_status status =
        wd_scan_next(worker, generate->lambda, &generate->wanted, cursor,
                     &batch, &has, error);

    if (status != WD_OK || !has)
      return status;
    status = wd_duck_queue_items_make(&generate->queue, generate->types,
                                      &generate->wanted, &batch, &items, error);
    if (status == WD_OK)
      status = wd_call_end(worker, generate->lambda, error);
    if (status == WD_OK)
      status = wd_duck_queue_push(&generate->queue, &items, error);
    wd_duck_queue_items_drop(&generate->queue, &items);
    if (status != WD_OK)
      return status;
  }
}

/* Whether the query goes on without these rows. */
static bool
is_closed(struct generate *generate)
{
  bool closed;

  pthread_mutex_lock(&generate->lock);
  closed = generate->closed;
  pthread_mutex_unlock(&generate->lock);
  return closed && wd_duck_query_failure(generate->source.query, NULL) == WD_OK;
}

static enum wd_status
run_partition(struct generate *generate, struct wd_worker *worker,
              uint32_t partition, struct wd_error *error)
{
  const struct wd_lambda *lambda = generate->lambda;
  uint32_t cursor = 0;
  enum wd_status status =
      wd_scan_open(worker, lambda, partition, generate->columns,
                   generate->wanted.count, &cursor, error);

  if (status != WD_OK)
    return status;
  status = pass_on(generate, worker, cursor, error);
  if (status == WD_CANCELLED && is_closed(generate)) {
    wd_duck_error_init(error);
    status = WD_OK;
  }
  return status == WD_OK ? wd_scan_close(worker, lambda, cursor, error)
                         : status;
}

static void
generate_ended(struct wd_duck_source *source)
{
  struct generate *generate = (struct generate *)source;

  pthread_mutex_lock(&generate->lock);
  generate->closed = true;
  pthread_mutex_unlock(&generate->lock);
  wd_duck_queue_close(&generate->queue);
}

static void *
generate_run(void *argument)
{
  struct generate *generate = argument;
  struct wd_query *query = generate->source.query;
  struct wd_worker *worker;
  struct wd_error error;
  uint32_t partition;
  bool last;
  enum wd_status status;

  wd_duck_error_init(&error);
  status = wd_pool_enter(generate->lambda->pool, &worker, &error);
  while (status == WD_OK && take_partition(generate, &partition))
    status = run_partition(generate, worker, partition, &error);
  if (status == WD_OK) {
    wd_pool_leave(generate->lambda->pool);
  } else if (!is_closed(generate)) {
    wd_duck_query_fail(query, &error);
    generate_ended(&generate->source);
  }
  pthread_mutex_lock(&generate->lock);
  last = --generate->running == 0;
  pthread_mutex_unlock(&generate->lock);
  if (last)
    wd_duck_queue_finish(&generate->queue);
  return NULL;
}

/* Those whose vectors are there. */
static enum wd_status
choose_columns(struct generate *generate, const duckdb_vector *vectors,
               struct wd_error *error)
{
  const struct wd_schema *schema = &generate->source.schema;
  struct wd_column *columns = wd_arena_array(&generate->source.query->arena,
                                             schema->count, sizeof *columns);
  uint32_t count = 0;

  if (!columns)
    return wd_fail_memory(error);
  for (uint32_t i = 0; i < schema->count; i++)
    if (vectors[i]) {
      columns[count] = schema->columns[i];
      generate->columns[count++] = i;
    }
  generate->wanted = (struct wd_schema){count, columns};
  return wd_duck_types_make(generate->source.mem, &generate->wanted,
                            &generate->types, error);
}

/* Under the lock. */
static enum wd_status
start(struct generate *generate, const duckdb_vector *vectors,
      struct wd_error *error)
{
  uint32_t count = generate->source.max_threads;
  enum wd_status status = choose_columns(generate, vectors, error);

  if (status != WD_OK)
    return status;
  if (count > generate->lambda->partitions)
    count = generate->lambda->partitions;
  while (generate->thread_count < count &&
         pthread_create(&generate->threads[generate->thread_count], NULL,
                        generate_run, generate) == 0)
    generate->running = ++generate->thread_count;
  /* A thread that cannot be made is no failure: the others do its work. */
  if (generate->thread_count == 0)
    return wd_fail(error, WD_LIMIT_EXCEEDED,
                   "no thread can be made for a generate");
  return WD_OK;
}

static enum wd_status
generate_fill(struct wd_duck_source *source, void *local,
              const duckdb_vector *vectors, idx_t *out_rows,
              struct wd_error *error)
{
  struct generate *generate = (struct generate *)source;
  duckdb_data_chunk chunk;
  enum wd_status status = WD_OK;

  (void)local;
  *out_rows = 0;
  pthread_mutex_lock(&generate->lock);
  if (!generate->started && !generate->closed) {
    generate->started = true;
    status = start(generate, vectors, error);
  }
  pthread_mutex_unlock(&generate->lock);
  if (status != WD_OK) {
    wd_duck_query_fail(source->query, error);
    generate_ended(source);
    return status;
  }
  chunk = wd_duck_queue_pop(&generate->queue);
  if (!chunk)
    return wd_duck_query_failure(source->query, error);
  for (uint32_t i = 0; i < generate->wanted.count; i++)
    duckdb_vector_reference_vector(vectors[generate->columns[i]],
                                   duckdb_data_chunk_get_vector(chunk, i));
  *out_rows = duckdb_data_chunk_get_size(chunk);
  duckdb_destroy_data_chunk(&chunk);
  return WD_OK;
}

/* A function that does not come back is killed: the query has ended, so nobody
 * needs the pool any more. */
static void
join(struct generate *generate)
{
  bool running;

  pthread_mutex_lock(&generate->lock);
  running = generate->running > 0;
  pthread_mutex_unlock(&generate->lock);
  if (running)
    wd_pool_kill(generate->source.query->pool);
  for (uint32_t i = 0; i < generate->thread_count; i++)
    pthread_join(generate->threads[i], NULL);
}

static void
generate_free(struct wd_duck_source *source)
{
  struct generate *generate = (struct generate *)source;

  generate_ended(source);
  join(generate);
  wd_duck_types_free(source->mem, &generate->wanted, generate->types);
  wd_mem_free(source->mem, generate->threads,
              source->max_threads * sizeof *generate->threads);
  wd_mem_free(source->mem, generate->columns,
              source->schema.count * sizeof *generate->columns);
  wd_duck_queue_fini(&generate->queue);
  pthread_mutex_destroy(&generate->lock);
  wd_mem_free(source->mem, generate, sizeof *generate);
}

static const struct wd_duck_source_functions generate_functions = {
    .fill = generate_fill,
    .ended = generate_ended,
    .free = generate_free,
};

enum wd_status
wd_duck_generate_new(struct wd_query *query, const struct wd_lambda *lambda,
                     struct wd_duck_source **out_source, struct wd_error *error)
{
  struct wd_mem *mem = query->engine->mem;
  struct generate *generate = wd_mem_calloc(mem, 1, sizeof *generate);

  if (!generate)
    return wd_fail_memory(error);
  generate->source.functions = &generate_functions;
  generate->source.mem = mem;
  generate->source.query = query;
  generate->source.schema = lambda->output;
  generate->source.max_threads = query->engine->threads;
  generate->source.cardinality = lambda->rows;
  generate->lambda = lambda;
  wd_duck_queue_init(&generate->queue, mem, QUEUE_BYTES);
  pthread_mutex_init(&generate->lock, NULL);
  generate->threads =
      wd_mem_calloc(mem, query->engine->threads, sizeof *generate->threads);
  generate->columns =
      wd_mem_calloc(mem, lambda->output.count, sizeof *generate->columns);
  if (!generate->threads || !generate->columns) {
    generate_free(&generate->source);
    return wd_fail_memory(error);
  }
  *out_source = &generate->source;
  return WD_OK;
}
