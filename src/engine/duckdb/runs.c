#include "engine/duckdb/runs.h"

#include <string.h>

#include "engine/duckdb/failure.h"
#include "engine/duckdb/nested.h"
#include "engine/duckdb/query.h"

/* A chunk of rows, and where runs begin in it. */
struct piece {
  duckdb_data_chunk chunk;
  idx_t size;
  atomic_uint users;
  const bool *right; /* a co-group's: rows of the right */
  bool starts[WD_DUCK_CHUNK];
  uint32_t index[WD_DUCK_CHUNK]; /* of the runs that begin */
};

struct consumer;

struct runs {
  struct wd_duck_stage *stage;
  struct wd_mem *mem;
  const struct wd_lambda *lambda;
  duckdb_prepared_statement prepared;
  duckdb_pending_result pending;
  duckdb_result result;
  bool has_result;
  uint8_t *seen; /* a bit for each partition by number; NULL: groups */

  /* Whoever holds it takes rows; it guards what follows. */
  pthread_mutex_t token;
  struct piece *piece; /* its rows from `from` on are the next */
  idx_t from;
  uint32_t started; /* runs, or the last number and 1 */
  bool ended;
  struct wd_error failure;

  struct consumer *consumers;
  uint32_t count;
};

struct consumer {
  struct runs *runs;
  pthread_t thread;
  bool is_thread;
  struct wd_duck_visit visit;
  struct wd_duck_frame left, right;
  bool open;
  uint32_t cursor;
  bool in_right; /* the end of the left was told */
  /* Rows that wait for a whole chunk. */
  duckdb_data_chunk out;
  idx_t out_rows;
  uint64_t out_bytes;
};

/* Bytes that wait at most. */
#define OUT_BYTES (1u << 20)

/* ---- Rows in ------------------------------------------------------------- */

static void
piece_drop(struct runs *runs, struct piece *piece)
{
  if (!piece || atomic_fetch_sub(&piece->users, 1) > 1)
    return;
  duckdb_destroy_data_chunk(&piece->chunk);
  wd_mem_free(runs->mem, piece, sizeof *piece);
}

/* Where groups begin. */
static void
find_groups(struct runs *runs, struct piece *piece, idx_t column)
{
  const bool *fresh = duckdb_vector_get_data(
      duckdb_data_chunk_get_vector(piece->chunk, column));

  for (idx_t i = 0; i < piece->size; i++) {
    piece->starts[i] = fresh[i] || runs->started == 0;
    if (piece->starts[i])
      piece->index[i] = runs->started++;
  }
}

/* Where partitions begin, whose numbers rise. */
static void
find_numbers(struct runs *runs, struct piece *piece, idx_t column)
{
  const uint32_t *numbers = duckdb_vector_get_data(
      duckdb_data_chunk_get_vector(piece->chunk, column));

  for (idx_t i = 0; i < piece->size; i++) {
    piece->starts[i] = numbers[i] + 1 != runs->started;
    if (!piece->starts[i])
      continue;
    piece->index[i] = numbers[i];
    runs->started = numbers[i] + 1;
    runs->seen[numbers[i] / 8] |= (uint8_t)(1u << numbers[i] % 8);
  }
}

static enum wd_status
make_piece(struct runs *runs, duckdb_data_chunk chunk, struct piece **out_piece,
           struct wd_error *error)
{
  struct piece *piece = wd_mem_calloc(runs->mem, 1, sizeof *piece);
  idx_t column = runs->lambda->wanted.count + runs->lambda->right.count;

  if (!piece) {
    duckdb_destroy_data_chunk(&chunk);
    return wd_fail_memory(error);
  }
  piece->chunk = chunk;
  piece->size = duckdb_data_chunk_get_size(chunk);
  atomic_init(&piece->users, 1);
  if (runs->seen)
    find_numbers(runs, piece, column);
  else
    find_groups(runs, piece, column);
  if (runs->lambda->role == WD_ROLE_CO_GROUP)
    piece->right =
        duckdb_vector_get_data(duckdb_data_chunk_get_vector(chunk, column + 1));
  *out_piece = piece;
  return WD_OK;
}

/* The next rows; NULL at the end. */
static enum wd_status
fetch(struct runs *runs, struct piece **out_piece, struct wd_error *error)
{
  *out_piece = NULL;
  while (!runs->ended) {
    duckdb_data_chunk chunk;
    const char *message;

    if (wd_duck_stage_is_closed(runs->stage))
      return wd_fail(error, WD_CANCELLED, "nobody takes more rows");
    chunk = duckdb_fetch_chunk(runs->result);
    if (chunk && duckdb_data_chunk_get_size(chunk) > 0)
      return make_piece(runs, chunk, out_piece, error);
    if (chunk) {
      duckdb_destroy_data_chunk(&chunk);
      continue;
    }
    runs->ended = true;
    message = duckdb_result_error(&runs->result);
    if (message && *message)
      return wd_duck_fail(error, message);
  }
  return WD_OK;
}

/* ---- Rows out ------------------------------------------------------------ */

static enum wd_status
flush(struct consumer *consumer, struct wd_error *error)
{
  struct wd_duck_stage *stage = consumer->runs->stage;
  struct wd_duck_queue_items items = {NULL, NULL};
  struct wd_duck_queue_item *item;
  enum wd_status status;

  if (!consumer->out)
    return WD_OK;
  duckdb_data_chunk_set_size(consumer->out, consumer->out_rows);
  item = wd_duck_queue_item_new(&stage->queue, consumer->out,
                                64 + consumer->out_bytes);
  consumer->out = NULL;
  consumer->out_rows = 0;
  consumer->out_bytes = 0;
  if (!item)
    return wd_fail_memory(error);
  wd_duck_queue_items_add(&items, item);
  wd_duck_visit_pause(&consumer->visit);
  status = wd_duck_queue_push(&stage->queue, &items, error);
  wd_duck_visit_resume(&consumer->visit);
  return status;
}

/* Copies rows that a lambda gave into the chunk that waits, as many as fit. */
static enum wd_status
collect(struct consumer *consumer, const struct wd_batch *batch,
        uint32_t *in_out_from, bool *out_full, struct wd_error *error)
{
  struct wd_duck_stage *stage = consumer->runs->stage;
  const struct wd_schema *schema = &stage->source.schema;
  struct wd_duck_nested_in in = {batch->nodes, batch->buffers};
  uint32_t from = *in_out_from, left = batch->rows - from, to;

  if (!consumer->out)
    consumer->out =
        duckdb_create_data_chunk(stage->types, wd_duck_stage_width(stage));
  if (!consumer->out)
    return wd_fail_memory(error);
  to = from + (left < WD_DUCK_CHUNK - consumer->out_rows
                   ? left
                   : (uint32_t)(WD_DUCK_CHUNK - consumer->out_rows));
  for (uint32_t i = 0; i < schema->count; i++)
    wd_duck_nested_read(&schema->columns[i].type, &in, from, to,
                        duckdb_data_chunk_get_vector(consumer->out, i),
                        consumer->out_rows);
  consumer->out_rows += to - from;
  consumer->out_bytes += wd_duck_batch_bytes(batch) * (to - from) / batch->rows;
  *out_full =
      consumer->out_rows == WD_DUCK_CHUNK || consumer->out_bytes >= OUT_BYTES;
  *in_out_from = to;
  return WD_OK;
}

/* All rows of a batch. The worker is its thread's own, so that its batch stays
 * while a full queue is waited for. */
static enum wd_status
collect_batch(struct consumer *consumer, const struct wd_batch *batch,
              struct wd_error *error)
{
  enum wd_status status = WD_OK;
  uint32_t from = 0;

  if (consumer->runs->lambda->output.count == 0)
    return WD_OK;
  while (status == WD_OK && from < batch->rows) {
    bool full = false;

    status = collect(consumer, batch, &from, &full, error);
    if (status == WD_OK && full)
      status = flush(consumer, error);
  }
  return status;
}

/* Everything that the lambda gives for what was pushed into its cursor. */
static enum wd_status
drain(struct consumer *consumer, struct wd_error *error)
{
  const struct wd_lambda *lambda = consumer->runs->lambda;

  for (;;) {
    struct wd_batch batch;
    bool has;
    enum wd_status status = wd_partition_next(
        consumer->visit.worker, lambda, consumer->cursor, &batch, &has, error);

    if (status != WD_OK || !has)
      return status;
    status = collect_batch(consumer, &batch, error);
    if (status == WD_OK)
      status = wd_call_end(consumer->visit.worker, lambda, error);
    if (status != WD_OK)
      return status;
  }
}

/* ---- Runs ---------------------------------------------------------------- */

static enum wd_status
push_end(struct consumer *consumer, bool right, struct wd_error *error)
{
  const struct wd_lambda *lambda = consumer->runs->lambda;
  struct wd_worker *worker = consumer->visit.worker;
  enum wd_status status =
      right ? wd_partition_push_right(worker, lambda, consumer->cursor, true,
                                      error)
            : wd_partition_push(worker, lambda, consumer->cursor, true, error);

  return status == WD_OK ? drain(consumer, error) : status;
}

/* Tells the end of the left when the right begins. */
static enum wd_status
turn_right(struct consumer *consumer, struct wd_error *error)
{
  if (consumer->in_right)
    return WD_OK;
  consumer->in_right = true;
  return push_end(consumer, false, error);
}

static enum wd_status
end_run(struct consumer *consumer, struct wd_error *error)
{
  const struct wd_lambda *lambda = consumer->runs->lambda;
  bool pair = lambda->role == WD_ROLE_CO_GROUP;
  enum wd_status status = WD_OK;

  if (!consumer->open)
    return WD_OK;
  if (pair)
    status = turn_right(consumer, error);
  if (status == WD_OK)
    status = push_end(consumer, pair, error);
  if (status != WD_OK)
    return status;
  consumer->open = false;
  return wd_partition_close(consumer->visit.worker, lambda, consumer->cursor,
                            error);
}

static enum wd_status
begin_run(struct consumer *consumer, uint32_t index, struct wd_error *error)
{
  enum wd_status status = end_run(consumer, error);

  if (status == WD_OK)
    status = wd_partition_open(consumer->visit.worker, consumer->runs->lambda,
                               index, consumer->runs->stage->numbers,
                               &consumer->cursor, error);
  consumer->open = status == WD_OK;
  consumer->in_right = false;
  return status;
}

/* Rows [from, to) of the open run, all of one side. */
static enum wd_status
push_rows(struct consumer *consumer, bool right, idx_t from, idx_t to,
          struct wd_error *error)
{
  const struct wd_lambda *lambda = consumer->runs->lambda;
  struct wd_worker *worker = consumer->visit.worker;
  struct wd_duck_frame *frame = right ? &consumer->right : &consumer->left;
  enum wd_status status = right ? turn_right(consumer, error) : WD_OK;

  while (status == WD_OK && from < to) {
    idx_t end;

    status = wd_duck_frame_cut(frame, from, to, WD_BATCH_BYTES, &end, error);
    if (status == WD_OK)
      status =
          wd_call_batch(worker, lambda, right ? WD_SLOT_RIGHT : WD_SLOT_INPUT,
                        &frame->shape, frame->places, error);
    if (status != WD_OK)
      return status;
    wd_duck_frame_write(frame, from);
    status = right ? wd_partition_push_right(worker, lambda, consumer->cursor,
                                             false, error)
                   : wd_partition_push(worker, lambda, consumer->cursor, false,
                                       error);
    if (status == WD_OK)
      status = drain(consumer, error);
    from = end;
  }
  return status;
}

/* Rows [from, to) of a piece: the rest of the open run, then others. */
static enum wd_status
push_piece(struct consumer *consumer, const struct piece *piece, idx_t from,
           idx_t to, struct wd_error *error)
{
  enum wd_status status = WD_OK;

  wd_duck_frame_read_columns(&consumer->left, piece->chunk, 0);
  wd_duck_frame_read_columns(&consumer->right, piece->chunk,
                             consumer->left.schema->count);
  while (status == WD_OK && from < to) {
    bool right = piece->right && piece->right[from];
    idx_t end = from + 1;

    if (piece->starts[from])
      status = begin_run(consumer, piece->index[from], error);
    while (end < to && !piece->starts[end] &&
           (piece->right && piece->right[end]) == right)
      end++;
    if (status == WD_OK)
      status = push_rows(consumer, right, from, end, error);
    from = end;
  }
  return status;
}

static enum wd_status
visit_piece(struct consumer *consumer, const struct piece *piece, idx_t from,
            idx_t to, struct wd_error *error)
{
  enum wd_status status =
      wd_duck_visit_begin(consumer->runs->stage->source.query,
                          consumer->runs->lambda, &consumer->visit, error);

  if (status != WD_OK)
    return status;
  status = push_piece(consumer, piece, from, to, error);
  wd_duck_visit_end(&consumer->visit);
  return status;
}

/* How many rows at a piece's beginning belong to a run that began before. */
static idx_t
continued(const struct piece *piece)
{
  idx_t rows = 0;

  while (rows < piece->size && !piece->starts[rows])
    rows++;
  return rows;
}

/* What one consumer takes in turn: a piece from some row on, and the rows of
 * the next that belong to its last run. */
struct taken {
  struct piece *piece; /* NULL: the end */
  idx_t from;
  struct piece *next; /* NULL: none */
  idx_t next_rows;
};

/* With the token: finds where the last run of the piece ends. */
static enum wd_status
look_ahead(struct runs *runs, struct taken *taken, struct wd_error *error)
{
  enum wd_status status = fetch(runs, &taken->next, error);

  if (status != WD_OK || !taken->next)
    return status;
  taken->next_rows = continued(taken->next);
  if (taken->next_rows < taken->next->size) {
    atomic_fetch_add(&taken->next->users, 1);
    runs->piece = taken->next;
    runs->from = taken->next_rows;
  }
  return WD_OK;
}

/* With the token. While a run goes on through whole pieces it is pushed here:
 * before its end there is nothing that others could take. */
static enum wd_status
take(struct consumer *consumer, struct taken *taken, struct wd_error *error)
{
  struct runs *runs = consumer->runs;
  enum wd_status status = WD_OK;

  taken->piece = runs->piece;
  taken->from = runs->from;
  runs->piece = NULL;
  if (!taken->piece)
    status = fetch(runs, &taken->piece, error);
  if (status != WD_OK || !taken->piece)
    return status;
  status = look_ahead(runs, taken, error);
  while (status == WD_OK && taken->next &&
         taken->next_rows == taken->next->size) {
    status = visit_piece(consumer, taken->piece, taken->from,
                         taken->piece->size, error);
    piece_drop(runs, taken->piece);
    taken->piece = taken->next;
    taken->from = 0;
    taken->next = NULL;
    if (status == WD_OK)
      status = look_ahead(runs, taken, error);
  }
  return status;
}

static enum wd_status
take_turn(struct consumer *consumer, bool *out_more, struct wd_error *error)
{
  struct runs *runs = consumer->runs;
  struct taken taken = {.piece = NULL};
  enum wd_status status = WD_OK;

  pthread_mutex_lock(&runs->token);
  if (runs->failure.status == WD_OK)
    status = take(consumer, &taken, error);
  pthread_mutex_unlock(&runs->token);
  *out_more = status == WD_OK && taken.piece;
  if (*out_more)
    status = visit_piece(consumer, taken.piece, taken.from, taken.piece->size,
                         error);
  if (status == WD_OK && taken.next)
    status = visit_piece(consumer, taken.next, 0, taken.next_rows, error);
  piece_drop(runs, taken.piece);
  piece_drop(runs, taken.next);
  return status;
}

/* Ends the open run as a whole, or, after a failure, early if the rest of the
 * plan had enough rows. */
static enum wd_status
settle(struct consumer *consumer, enum wd_status status, struct wd_error *error)
{
  struct wd_query *query = consumer->runs->stage->source.query;
  bool early = status == WD_CANCELLED &&
               wd_duck_query_failure(query, NULL) == WD_OK && consumer->open;

  if (status != WD_OK && !early)
    return status;
  if (wd_duck_visit_begin(query, consumer->runs->lambda, &consumer->visit,
                          early ? NULL : error) != WD_OK)
    return early ? status : error->status;
  if (early)
    wd_partition_close(consumer->visit.worker, consumer->runs->lambda,
                       consumer->cursor, NULL);
  else
    status = end_run(consumer, error);
  wd_duck_visit_end(&consumer->visit);
  return status;
}

/* The first failure is the one that counts. */
static void
fail_runs(struct runs *runs, const struct wd_error *error)
{
  pthread_mutex_lock(&runs->token);
  wd_error_pass(&runs->failure, error);
  pthread_mutex_unlock(&runs->token);
}

static void *
consume(void *argument)
{
  struct consumer *consumer = argument;
  struct wd_error error;
  enum wd_status status = WD_OK;
  bool more = true;

  wd_duck_error_init(&error);
  while (status == WD_OK && more)
    status = take_turn(consumer, &more, &error);
  if (settle(consumer, status, &error) != WD_OK)
    fail_runs(consumer->runs, &error);
  return NULL;
}

/* Partitions that have no rows are partitions. */
static enum wd_status
visit_empty(struct consumer *consumer, struct wd_error *error)
{
  struct runs *runs = consumer->runs;
  enum wd_status status = wd_duck_visit_begin(
      runs->stage->source.query, runs->lambda, &consumer->visit, error);

  if (status != WD_OK)
    return status;
  for (uint32_t i = 0; status == WD_OK && i < runs->stage->numbers; i++)
    if (!(runs->seen[i / 8] & 1u << i % 8))
      status = begin_run(consumer, i, error);
  if (status == WD_OK)
    status = end_run(consumer, error);
  wd_duck_visit_end(&consumer->visit);
  return status;
}

/* What is left of rows that wait for a whole chunk. */
static enum wd_status
flush_all(struct runs *runs, struct wd_error *error)
{
  enum wd_status status = WD_OK;

  for (uint32_t i = 0; status == WD_OK && i < runs->count; i++) {
    runs->consumers[i].visit.lock = NULL;
    status = flush(&runs->consumers[i], error);
  }
  return status;
}

static enum wd_status
start_consumers(struct runs *runs, struct wd_error *error)
{
  uint32_t count = runs->stage->source.query->engine->threads;
  enum wd_status status = WD_OK;

  runs->consumers = wd_mem_calloc(runs->mem, count, sizeof *runs->consumers);
  if (!runs->consumers)
    return wd_fail_memory(error);
  runs->count = count;
  for (uint32_t i = 0; status == WD_OK && i < count; i++) {
    struct consumer *consumer = &runs->consumers[i];

    consumer->runs = runs;
    status = wd_duck_frame_init(&consumer->left, runs->mem,
                                &runs->lambda->wanted, error);
    if (status == WD_OK)
      status = wd_duck_frame_init(&consumer->right, runs->mem,
                                  &runs->lambda->right, error);
  }
  /* A thread that cannot be made is no failure: the others do its work. */
  for (uint32_t i = 1; status == WD_OK && i < count; i++)
    runs->consumers[i].is_thread =
        pthread_create(&runs->consumers[i].thread, NULL, consume,
                       &runs->consumers[i]) == 0;
  return status;
}

static void
join_consumers(struct runs *runs)
{
  for (uint32_t i = 1; i < runs->count; i++)
    if (runs->consumers[i].is_thread)
      pthread_join(runs->consumers[i].thread, NULL);
}

/* Starts the query and hands all its rows over. */
static enum wd_status
hand_over(struct runs *runs, struct wd_error *error)
{
  struct wd_duck_stage *stage = runs->stage;
  enum wd_status status = wd_duck_query_plan(
      stage->source.query, stage->connection, stage->sql, stage->ordered, true,
      &runs->prepared, &runs->pending, error);

  if (status == WD_OK) {
    runs->has_result = true;
    if (duckdb_execute_pending(runs->pending, &runs->result) != DuckDBSuccess)
      status = wd_duck_fail_result(error, &runs->result);
  }
  if (status == WD_OK)
    status = start_consumers(runs, error);
  if (status == WD_OK)
    consume(&runs->consumers[0]);
  join_consumers(runs);
  if (status == WD_OK && runs->failure.status != WD_OK)
    status = wd_error_pass(error, &runs->failure);
  if (status == WD_OK && runs->seen)
    status = visit_empty(&runs->consumers[0], error);
  return status == WD_OK ? flush_all(runs, error) : status;
}

static void
free_runs(struct runs *runs)
{
  for (uint32_t i = 0; i < runs->count; i++) {
    struct consumer *consumer = &runs->consumers[i];

    wd_duck_frame_fini(&consumer->left);
    wd_duck_frame_fini(&consumer->right);
    duckdb_destroy_data_chunk(&consumer->out);
  }
  wd_mem_free(runs->mem, runs->consumers,
              runs->count * sizeof *runs->consumers);
  piece_drop(runs, runs->piece);
  if (runs->has_result)
    duckdb_destroy_result(&runs->result);
  duckdb_destroy_pending(&runs->pending);
  duckdb_destroy_prepare(&runs->prepared);
  wd_mem_free(runs->mem, runs->seen, (runs->stage->numbers + 7) / 8);
  pthread_mutex_destroy(&runs->token);
}

enum wd_status
wd_duck_runs_run(struct wd_duck_stage *stage, struct wd_error *error)
{
  struct runs runs = {
      .stage = stage,
      .mem = stage->source.mem,
      .lambda = stage->call->lambda,
  };
  enum wd_status status = WD_OK;

  pthread_mutex_init(&runs.token, NULL);
  if (stage->numbers) {
    runs.seen = wd_mem_calloc(runs.mem, 1, (stage->numbers + 7) / 8);
    if (!runs.seen)
      status = wd_fail_memory(error);
  }
  if (status == WD_OK)
    status = hand_over(&runs, error);
  free_runs(&runs);
  return status;
}
