#include "fake_lambda.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define SLOTS 3
#define MOST_BUFFERS 1024

/* A growing output. */
struct output {
  const struct wd_schema *schema;
  uint32_t rows;
  struct wd_node nodes[MOST_BUFFERS];
  struct wd_span spans[MOST_BUFFERS];
  void *owned[MOST_BUFFERS];
};

struct input {
  struct wd_batch batch;
  struct wd_node nodes[MOST_BUFFERS];
  struct wd_span spans[MOST_BUFFERS];
  void *owned[MOST_BUFFERS];
};

struct cursor {
  bool open;
  uint32_t index;
  int64_t rows;
  bool ended;
  bool given;
  uint32_t wanted[2]; /* a scan's columns */
  uint32_t wanted_count;
};

struct wd_worker {
  struct wd_worker *next;
  struct wd_pool *pool;
  pthread_t thread;
  struct input inputs[SLOTS];
  uint32_t *groups;
  struct output output;
  uint32_t given; /* rows of a flat-map in parts */
  struct cursor cursors[16];
};

struct wd_pool {
  atomic_uint references;
  pthread_mutex_t lock;
  struct wd_worker *workers;
  struct wd_error failure;
  bool killed;
  _Atomic uint64_t calls;
};

struct wd_pool *
fake_pool_new(void)
{
  struct wd_pool *pool = calloc(1, sizeof *pool);

  atomic_init(&pool->references, 1);
  pthread_mutex_init(&pool->lock, NULL);
  return pool;
}

uint64_t
fake_pool_calls(struct wd_pool *pool)
{
  return atomic_load(&pool->calls);
}

static void
input_clear(struct input *input)
{
  for (uint32_t i = 0; i < MOST_BUFFERS; i++)
    free(input->owned[i]);
  memset(input, 0, sizeof *input);
}

static void
output_clear(struct output *output)
{
  for (uint32_t i = 0; i < MOST_BUFFERS; i++)
    free(output->owned[i]);
  memset(output, 0, sizeof *output);
}

struct wd_pool *
wd_pool_ref(struct wd_pool *pool)
{
  atomic_fetch_add(&pool->references, 1);
  return pool;
}

void
wd_pool_unref(struct wd_pool *pool)
{
  if (!pool || atomic_fetch_sub(&pool->references, 1) != 1)
    return;
  while (pool->workers) {
    struct wd_worker *worker = pool->workers;

    pool->workers = worker->next;
    for (int i = 0; i < SLOTS; i++)
      input_clear(&worker->inputs[i]);
    output_clear(&worker->output);
    free(worker->groups);
    free(worker);
  }
  pthread_mutex_destroy(&pool->lock);
  free(pool);
}

enum wd_status
wd_pool_enter(struct wd_pool *pool, struct wd_worker **out_worker,
              struct wd_error *error)
{
  struct wd_worker *worker;

  pthread_mutex_lock(&pool->lock);
  if (pool->killed) {
    pthread_mutex_unlock(&pool->lock);
    return wd_fail(error, WD_CANCELLED, "killed");
  }
  worker = pool->workers;
  while (worker && !pthread_equal(worker->thread, pthread_self()))
    worker = worker->next;
  if (!worker) {
    worker = calloc(1, sizeof *worker);
    worker->pool = pool;
    worker->thread = pthread_self();
    worker->next = pool->workers;
    pool->workers = worker;
  }
  pthread_mutex_unlock(&pool->lock);
  *out_worker = worker;
  return WD_OK;
}

void
wd_pool_leave(struct wd_pool *pool)
{
  (void)pool;
}

void
wd_pool_kill(struct wd_pool *pool)
{
  pthread_mutex_lock(&pool->lock);
  pool->killed = true;
  pthread_mutex_unlock(&pool->lock);
}

enum wd_status
wd_pool_failure(struct wd_pool *pool, struct wd_error *error)
{
  enum wd_status status;

  pthread_mutex_lock(&pool->lock);
  status = pool->failure.status;
  if (status != WD_OK)
    wd_error_pass(error, &pool->failure);
  pthread_mutex_unlock(&pool->lock);
  return status;
}

void
wd_pool_fail(struct wd_pool *pool, const struct wd_error *error)
{
  pthread_mutex_lock(&pool->lock);
  wd_error_pass(&pool->failure, error);
  pthread_mutex_unlock(&pool->lock);
}

void
wd_pool_figures(struct wd_pool *pool, struct wd_pool_figures *out_figures)
{
  *out_figures = (struct wd_pool_figures){.calls = fake_pool_calls(pool)};
}

static void *
exactly(uint64_t size)
{
  void *block = NULL;

  return posix_memalign(&block, 8, (size + 7) / 8 * 8) == 0 ? block : NULL;
}

enum wd_status
wd_call_batch(struct wd_worker *worker, const struct wd_lambda *lambda,
              enum wd_call_slot slot, const struct wd_shape *shape,
              uint8_t **out_places, struct wd_error *error)
{
  struct input *input = &worker->inputs[slot];

  (void)lambda;
  if (shape->buffer_count > MOST_BUFFERS)
    return wd_fail(error, WD_INTERNAL, "too many buffers for the fake");
  input_clear(input);
  for (uint32_t i = 0; i < shape->buffer_count; i++) {
    out_places[i] = NULL;
    if (shape->sizes[i] == 0)
      continue;
    input->owned[i] = exactly(shape->sizes[i]);
    memset(input->owned[i], 0xa5, shape->sizes[i]);
    out_places[i] = input->owned[i];
    input->spans[i] = (struct wd_span){input->owned[i], shape->sizes[i]};
  }
  memcpy(input->nodes, shape->nodes, shape->node_count * sizeof *shape->nodes);
  input->batch =
      (struct wd_batch){shape->rows, shape->node_count, shape->buffer_count,
                        input->nodes, input->spans};
  return WD_OK;
}

enum wd_status
wd_call_groups(struct wd_worker *worker, const struct wd_lambda *lambda,
               uint32_t rows, uint32_t **out_groups, struct wd_error *error)
{
  (void)lambda;
  (void)error;
  free(worker->groups);
  worker->groups = exactly(rows * sizeof(uint32_t));
  *out_groups = worker->groups;
  return WD_OK;
}

/* Columns of outputs: whole buffers at once. */

static void
output_fixed(struct output *output, uint32_t column, uint32_t buffer,
             const void *data, size_t size, uint32_t rows)
{
  output->rows = rows;
  output->nodes[column].length = rows;
  output->owned[buffer + 1] = exactly(size + 1);
  memcpy(output->owned[buffer + 1], data, size);
  output->spans[buffer + 1] = (struct wd_span){output->owned[buffer + 1], size};
}

struct text {
  const char *data;
  uint32_t length;
  bool null;
};

static void
output_texts(struct output *output, uint32_t column, uint32_t buffer,
             const struct text *texts, uint32_t rows)
{
  int32_t *offsets = exactly(((size_t)rows + 1) * 4);
  uint8_t *bits = exactly(((size_t)rows + 7) / 8 + 1);
  size_t total = 0;
  char *data;

  output->rows = rows;
  output->nodes[column].length = rows;
  memset(bits, 0, ((size_t)rows + 7) / 8);
  offsets[0] = 0;
  for (uint32_t i = 0; i < rows; i++) {
    total += texts[i].null ? 0 : texts[i].length;
    offsets[i + 1] = (int32_t)total;
    if (texts[i].null)
      output->nodes[column].null_count++;
    else
      bits[i / 8] |= (uint8_t)(1u << i % 8);
  }
  data = exactly(total + 1);
  for (uint32_t i = 0; i < rows; i++)
    if (!texts[i].null && texts[i].length)
      memcpy(data + offsets[i], texts[i].data, texts[i].length);
  output->owned[buffer] = bits;
  output->owned[buffer + 1] = offsets;
  output->owned[buffer + 2] = data;
  output->spans[buffer] = (struct wd_span){bits, ((size_t)rows + 7) / 8};
  output->spans[buffer + 1] =
      (struct wd_span){(uint8_t *)offsets, ((size_t)rows + 1) * 4};
  output->spans[buffer + 2] = (struct wd_span){(uint8_t *)data, total};
}

static void
output_batch(const struct output *output, const struct wd_schema *schema,
             struct wd_batch *out_batch)
{
  uint32_t buffers = 0;

  for (uint32_t i = 0; i < schema->count; i++)
    buffers += wd_type_buffers(&schema->columns[i].type);
  *out_batch = (struct wd_batch){output->rows, schema->count, buffers,
                                 output->nodes, output->spans};
}

static bool
is_null(const struct wd_batch *batch, uint32_t column, uint32_t buffer,
        uint32_t row)
{
  return batch->nodes[column].null_count &&
         !wd_bit(batch->buffers[buffer].data, row);
}

static int64_t
number_at(const struct wd_batch *batch, uint32_t buffer, uint32_t row)
{
  int64_t value;

  memcpy(&value, batch->buffers[buffer + 1].data + 8 * row, 8);
  return value;
}

static struct text
text_at(const struct wd_batch *batch, uint32_t column, uint32_t buffer,
        uint32_t row)
{
  const int32_t *offsets = (const void *)batch->buffers[buffer + 1].data;

  return (struct text){
      (const char *)batch->buffers[buffer + 2].data + offsets[row],
      (uint32_t)(offsets[row + 1] - offsets[row]),
      is_null(batch, column, buffer, row),
  };
}

static enum wd_status
begin(struct wd_worker *worker, const struct wd_lambda *lambda,
      struct wd_error *error)
{
  enum wd_status status;

  atomic_fetch_add(&worker->pool->calls, 1);
  output_clear(&worker->output);
  if (lambda->function != FAKE_FAIL)
    return WD_OK;
  status = wd_fail(error, WD_LAMBDA_FAILED, "no luck");
  wd_pool_fail(worker->pool, error);
  return status;
}

enum wd_status
wd_call_map(struct wd_worker *worker, const struct wd_lambda *lambda,
            struct wd_batch *out_batch, struct wd_error *error)
{
  const struct wd_batch *in = &worker->inputs[0].batch;
  struct output *output = &worker->output;
  enum wd_status status = begin(worker, lambda, error);

  if (status != WD_OK)
    return status;
  output->rows = in->rows;
  if (lambda->function == FAKE_IDENTITY) {
    *out_batch = *in;
    return wd_batch_check(&lambda->output, in, in->rows, error);
  }
  if (lambda->function == FAKE_EVEN) {
    uint8_t *bits = calloc(1, in->rows / 8 + 1);
    uint8_t *valid = calloc(1, in->rows / 8 + 1);

    for (uint32_t i = 0; i < in->rows; i++) {
      bool null = is_null(in, 0, 0, i);

      bits[i / 8] |=
          (uint8_t)((unsigned)(!null && number_at(in, 0, i) % 2 == 0) << i % 8);
      valid[i / 8] |= (uint8_t)((unsigned)!null << i % 8);
      output->nodes[0].null_count += null;
    }
    output_fixed(output, 0, 0, bits, in->rows / 8 + 1, in->rows);
    output->owned[0] = valid;
    output->spans[0] = (struct wd_span){valid, in->rows / 8 + 1};
    free(bits);
  }
  if (lambda->function == FAKE_DOUBLE || lambda->function == FAKE_ONE) {
    int64_t *values = calloc(in->rows + 1, sizeof *values);

    for (uint32_t i = 0; i < in->rows; i++)
      values[i] = lambda->function == FAKE_ONE ? 1 : 2 * number_at(in, 0, i);
    output_fixed(output, 0, 0, values, in->rows * 8, in->rows);
    free(values);
  }
  output_batch(output, &lambda->output, out_batch);
  return WD_OK;
}

static bool
is_letter(char c)
{
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static uint32_t
find_words(const struct wd_batch *in, struct text *words)
{
  uint32_t count = 0;

  for (uint32_t row = 0; row < in->rows; row++) {
    struct text line = text_at(in, 0, 0, row);

    for (uint32_t i = 0; i < line.length; i++) {
      uint32_t from = i;

      while (i < line.length && is_letter(line.data[i]))
        i++;
      if (i > from)
        words[count++] = (struct text){line.data + from, i - from, false};
    }
  }
  return count;
}

static void
expand_words(struct wd_worker *worker, uint32_t most, bool *out_more)
{
  const struct wd_batch *in = &worker->inputs[0].batch;
  struct text *words = malloc((in->buffers[2].size + 1) * sizeof *words);
  uint32_t count = find_words(in, words);
  uint32_t part = count - worker->given;

  if (part > most)
    part = most;
  output_texts(&worker->output, 0, 0, words + worker->given, part);
  worker->given += part;
  *out_more = worker->given < count;
  free(words);
}

static void
expand_numbers(struct wd_worker *worker, bool *out_more)
{
  const struct wd_batch *in = &worker->inputs[0].batch;
  size_t total = 0, at = 0;
  int64_t *values;

  for (uint32_t i = 0; i < in->rows; i++)
    total += (size_t)number_at(in, 0, i);
  values = calloc(total + 1, sizeof *values);
  for (uint32_t i = 0; i < in->rows; i++)
    for (int64_t k = number_at(in, 0, i); k > 0; k--)
      values[at++] = number_at(in, 0, i);
  output_fixed(&worker->output, 0, 0, values, total * 8, (uint32_t)total);
  free(values);
  *out_more = false;
}

enum wd_status
wd_call_flat_map_next(struct wd_worker *worker, const struct wd_lambda *lambda,
                      struct wd_batch *out_batch, bool *out_more,
                      struct wd_error *error)
{
  enum wd_status status = begin(worker, lambda, error);

  if (status != WD_OK)
    return status;
  *out_more = false;
  if (lambda->function == FAKE_WORDS)
    expand_words(worker, UINT32_MAX, out_more);
  else if (lambda->function == FAKE_WORDS_SLOWLY)
    expand_words(worker, 3, out_more);
  else if (lambda->function == FAKE_REPEAT)
    expand_numbers(worker, out_more);
  if (lambda->function == FAKE_IDENTITY) {
    *out_batch = worker->inputs[0].batch;
    *out_more = worker->given++ == 0;
    return WD_OK;
  }
  output_batch(&worker->output, &lambda->output, out_batch);
  return WD_OK;
}

enum wd_status
wd_call_flat_map(struct wd_worker *worker, const struct wd_lambda *lambda,
                 struct wd_batch *out_batch, bool *out_more,
                 struct wd_error *error)
{
  worker->given = 0;
  return wd_call_flat_map_next(worker, lambda, out_batch, out_more, error);
}

static int
compare_bytes(const void *a, const void *b)
{
  return *(const char *)a - *(const char *)b;
}

/* States: FAKE_SUM an i64; FAKE_CONCAT sorted bytes; FAKE_LONGEST two i64. */
static struct text
merge(const struct wd_lambda *lambda, struct text state, struct text more)
{
  char *data;

  if (state.null || lambda->function == FAKE_CONCAT) {
    uint32_t old = state.null ? 0 : state.length;

    data = malloc(old + more.length + 1);
    memcpy(data, state.data, old);
    memcpy(data + old, more.data, more.length);
    if (lambda->function == FAKE_CONCAT)
      qsort(data, old + more.length, 1, compare_bytes);
    if (!state.null)
      free((void *)(uintptr_t)state.data);
    return (struct text){data, old + more.length, false};
  }
  data = (char *)(uintptr_t)state.data;
  if (lambda->function == FAKE_SUM) {
    int64_t a, b;

    memcpy(&a, data, 8);
    memcpy(&b, more.data, 8);
    a += b;
    memcpy(data, &a, 8);
  } else {
    int64_t a, b;

    memcpy(&a, data, 8);
    memcpy(&b, more.data, 8);
    if (b > a)
      memcpy(data, more.data, 16);
  }
  return state;
}

static struct text *
copy_states(const struct wd_batch *states)
{
  struct text *copies = calloc(states->rows + 1, sizeof *copies);

  for (uint32_t i = 0; i < states->rows; i++) {
    struct text state = text_at(states, 0, 0, i);
    char *data = malloc(state.length + 1);

    if (!state.null)
      memcpy(data, state.data, state.length);
    copies[i] = (struct text){data, state.length, state.null};
    if (state.null)
      free(data);
  }
  return copies;
}

static void
give_states(struct wd_worker *worker, struct text *states, uint32_t count,
            struct wd_batch *out_states)
{
  output_texts(&worker->output, 0, 0, states, count);
  *out_states = (struct wd_batch){count, 1, 3, worker->output.nodes,
                                  worker->output.spans};
  for (uint32_t i = 0; i < count; i++)
    if (!states[i].null)
      free((void *)(uintptr_t)states[i].data);
  free(states);
}

enum wd_status
wd_call_update(struct wd_worker *worker, const struct wd_lambda *lambda,
               struct wd_batch *out_states, struct wd_error *error)
{
  const struct wd_batch *in = &worker->inputs[WD_SLOT_INPUT].batch;
  const struct wd_batch *old = &worker->inputs[WD_SLOT_STATES].batch;
  enum wd_status status = begin(worker, lambda, error);
  struct text *states;

  if (status != WD_OK)
    return status;
  states = copy_states(old);
  for (uint32_t i = 0; i < in->rows; i++) {
    struct text *state = &states[old->rows == 1 ? 0 : worker->groups[i]];
    int64_t row[2] = {0, 0};
    struct text more = {(char *)row, 8, false};

    if (is_null(in, 0, 0, i))
      continue;
    if (lambda->function == FAKE_CONCAT) {
      more = text_at(in, 0, 0, i);
    } else {
      row[0] = number_at(in, 0, i);
      if (lambda->function == FAKE_LONGEST) {
        row[1] = number_at(in, 2, i);
        more.length = 16;
      }
    }
    *state = merge(lambda, *state, more);
  }
  give_states(worker, states, old->rows, out_states);
  return WD_OK;
}

enum wd_status
wd_call_combine(struct wd_worker *worker, const struct wd_lambda *lambda,
                struct wd_batch *out_states, struct wd_error *error)
{
  const struct wd_batch *left = &worker->inputs[WD_SLOT_STATES].batch;
  const struct wd_batch *right = &worker->inputs[WD_SLOT_RIGHT].batch;
  enum wd_status status = begin(worker, lambda, error);
  struct text *states;

  if (status != WD_OK)
    return status;
  states = copy_states(left);
  for (uint32_t i = 0; i < right->rows; i++)
    if (!is_null(right, 0, 0, i))
      states[i] = merge(lambda, states[i], text_at(right, 0, 0, i));
  give_states(worker, states, left->rows, out_states);
  return WD_OK;
}

enum wd_status
wd_call_finish(struct wd_worker *worker, const struct wd_lambda *lambda,
               struct wd_batch *out_batch, struct wd_error *error)
{
  const struct wd_batch *states = &worker->inputs[WD_SLOT_STATES].batch;
  enum wd_status status = begin(worker, lambda, error);
  uint32_t words = lambda->function == FAKE_LONGEST ? 2 : 1;

  if (status != WD_OK)
    return status;
  if (lambda->function == FAKE_CONCAT) {
    struct wd_batch ignored;

    give_states(worker, copy_states(states), states->rows, &ignored);
  } else {
    for (uint32_t word = 0; word < words; word++) {
      int64_t *values = calloc(states->rows + 1, sizeof *values);

      for (uint32_t i = 0; i < states->rows; i++)
        if (!is_null(states, 0, 0, i))
          memcpy(&values[i], text_at(states, 0, 0, i).data + 8 * word, 8);
      output_fixed(&worker->output, word, 2 * word, values, states->rows * 8,
                   states->rows);
      free(values);
    }
  }
  output_batch(&worker->output, &lambda->output, out_batch);
  return WD_OK;
}

enum wd_status
wd_partition_open(struct wd_worker *worker, const struct wd_lambda *lambda,
                  uint32_t index, uint32_t count, uint32_t *out_cursor,
                  struct wd_error *error)
{
  uint32_t i = 0;

  (void)lambda;
  (void)count;
  (void)error;
  while (worker->cursors[i].open)
    i++;
  worker->cursors[i] = (struct cursor){.open = true, .index = index};
  *out_cursor = i;
  return WD_OK;
}

enum wd_status
wd_partition_push(struct wd_worker *worker, const struct wd_lambda *lambda,
                  uint32_t cursor, bool end, struct wd_error *error)
{
  struct cursor *state = &worker->cursors[cursor];
  enum wd_status status = begin(worker, lambda, error);

  if (status != WD_OK)
    return status;
  state->ended = end;
  state->given = false;
  if (!end)
    state->rows += worker->inputs[0].batch.rows;
  return WD_OK;
}

enum wd_status
wd_partition_push_right(struct wd_worker *worker,
                        const struct wd_lambda *lambda, uint32_t cursor,
                        bool end, struct wd_error *error)
{
  (void)worker, (void)lambda, (void)cursor, (void)end;
  return wd_fail(error, WD_UNSUPPORTED, "no co-groups here");
}

enum wd_status
wd_partition_next(struct wd_worker *worker, const struct wd_lambda *lambda,
                  uint32_t cursor, struct wd_batch *out_batch, bool *out_has,
                  struct wd_error *error)
{
  struct cursor *state = &worker->cursors[cursor];

  (void)error;
  *out_has = false;
  if (state->given)
    return WD_OK;
  state->given = true;
  output_clear(&worker->output);
  if (lambda->function == FAKE_IDENTITY && !state->ended) {
    *out_batch = worker->inputs[0].batch;
    *out_has = true;
  }
  if (lambda->function == FAKE_COUNT_ROWS && state->ended) {
    int64_t index = state->index;

    output_fixed(&worker->output, 0, 0, &index, 8, 1);
    output_fixed(&worker->output, 1, 2, &state->rows, 8, 1);
    output_batch(&worker->output, &lambda->output, out_batch);
    *out_has = true;
  }
  return WD_OK;
}

enum wd_status
wd_partition_close(struct wd_worker *worker, const struct wd_lambda *lambda,
                   uint32_t cursor, struct wd_error *error)
{
  (void)lambda;
  (void)error;
  worker->cursors[cursor].open = false;
  return WD_OK;
}

enum wd_status
wd_scan_open(struct wd_worker *worker, const struct wd_lambda *lambda,
             uint32_t partition, const uint32_t *columns, uint32_t count,
             uint32_t *out_cursor, struct wd_error *error)
{
  struct cursor *state;
  enum wd_status status = begin(worker, lambda, error);

  if (status == WD_OK)
    status = wd_partition_open(worker, lambda, partition, 0, out_cursor, error);
  if (status != WD_OK)
    return status;
  state = &worker->cursors[*out_cursor];
  state->wanted_count = count;
  memcpy(state->wanted, columns, count * sizeof *columns);
  return WD_OK;
}

enum wd_status
wd_scan_next(struct wd_worker *worker, const struct wd_lambda *lambda,
             const struct wd_schema *wanted, uint32_t cursor,
             struct wd_batch *out_batch, bool *out_has, struct wd_error *error)
{
  struct cursor *state = &worker->cursors[cursor];
  int64_t left = FAKE_UP - state->rows, values[3000];
  uint32_t rows =
      lambda->function == FAKE_FOREVER || left > 3000 ? 3000 : (uint32_t)left;
  enum wd_status status = begin(worker, lambda, error);

  *out_has = status == WD_OK && rows > 0;
  if (!*out_has)
    return status;
  output_clear(&worker->output);
  worker->output.rows = rows;
  for (uint32_t c = 0; c < state->wanted_count; c++) {
    for (uint32_t i = 0; i < rows; i++)
      values[i] = state->wanted[c] ? state->rows + i : state->index;
    output_fixed(&worker->output, c, 2 * c, values, rows * sizeof *values,
                 rows);
  }
  state->rows += rows;
  output_batch(&worker->output, wanted, out_batch);
  return WD_OK;
}

enum wd_status
wd_scan_close(struct wd_worker *worker, const struct wd_lambda *lambda,
              uint32_t cursor, struct wd_error *error)
{
  return wd_partition_close(worker, lambda, cursor, error);
}

enum wd_status
wd_call_end(struct wd_worker *worker, const struct wd_lambda *lambda,
            struct wd_error *error)
{
  (void)worker;
  (void)lambda;
  (void)error;
  return WD_OK;
}

static const struct wd_column i64_pair[] = {
    {.name = "a", .type = {.id = WD_TYPE_I64}, .nullable = true},
    {.name = "b", .type = {.id = WD_TYPE_I64}, .nullable = true},
};
static const struct wd_column text_column[] = {
    {.name = "word", .type = {.id = WD_TYPE_STRING}, .nullable = true},
};
static const struct wd_column bool_column[] = {
    {.name = "keep", .type = {.id = WD_TYPE_BOOL}, .nullable = true},
};

static struct wd_schema
output_of(uint32_t function, const struct wd_schema *input)
{
  switch (function) {
  case FAKE_WORDS:
  case FAKE_WORDS_SLOWLY:
  case FAKE_CONCAT:
    return (struct wd_schema){1, text_column};
  case FAKE_REPEAT:
  case FAKE_SUM:
  case FAKE_DOUBLE:
  case FAKE_ONE:
    return (struct wd_schema){1, i64_pair};
  case FAKE_COUNT_ROWS:
  case FAKE_LONGEST:
    return (struct wd_schema){2, i64_pair};
  case FAKE_EVEN:
    return (struct wd_schema){1, bool_column};
  default:
    return *input;
  }
}

enum wd_status
fake_bind(void *env, const struct wd_closure *closure, enum wd_role role,
          const struct wd_schema *input, const uint32_t *keys,
          uint32_t key_count, uint32_t site, struct wd_arena *arena,
          struct wd_bound *out_bound, struct wd_error *error)
{
  static const uint32_t first = 0;
  struct wd_lambda *lambda = wd_arena_alloc(arena, sizeof *lambda);
  bool all;

  if (!lambda)
    return wd_fail_memory(error);
  lambda->pool = env;
  lambda->function = closure->function;
  lambda->role = role;
  lambda->site = site;
  lambda->input = *input;
  lambda->keys = keys;
  lambda->key_count = key_count;
  lambda->output = output_of(closure->function, input);
  all = closure->function == FAKE_IDENTITY || closure->function == FAKE_FAIL ||
        closure->function == FAKE_LONGEST;
  lambda->all_columns = all;
  lambda->columns = all ? NULL : &first;
  lambda->column_count =
      all ? 0
      : closure->function == FAKE_ONE || closure->function == FAKE_COUNT_ROWS
          ? 0
          : 1;
  lambda->wanted = *input;
  if (!all)
    lambda->wanted.count = lambda->column_count;
  *out_bound = (struct wd_bound){
      .lambda = lambda,
      .output = lambda->output,
      .all_columns = all,
      .column_count = lambda->column_count,
      .columns = lambda->columns,
  };
  return WD_OK;
}

enum wd_status
fake_bind_table(void *env, const struct wd_closure *closure,
                const struct wd_schema *arguments,
                const struct wd_batch *values, uint32_t partitions,
                uint32_t site, struct wd_arena *arena,
                struct wd_bound *out_bound, struct wd_error *error)
{
  struct wd_lambda *lambda = wd_arena_alloc(arena, sizeof *lambda);

  (void)values;
  if (!lambda)
    return wd_fail_memory(error);
  lambda->pool = env;
  lambda->function = closure->function;
  lambda->role = WD_ROLE_TABLE;
  lambda->site = site;
  lambda->input = *arguments;
  lambda->all_columns = true;
  lambda->partitions = partitions;
  lambda->output = (struct wd_schema){2, i64_pair};
  *out_bound = (struct wd_bound){.lambda = lambda,
                                 .output = lambda->output,
                                 .all_columns = true,
                                 .partitions = partitions};
  return WD_OK;
}
