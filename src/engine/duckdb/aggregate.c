/* User aggregates and reduces over the aggregate protocol.
 *
 * A state is a string of bytes that we own, inside DuckDB's state while it is
 * small. A batch of rows is handed over with the distinct states that it
 * touches. To find these without a hash table each state bears a mark: the
 * number of the batch that touched it last, and its index there.
 */
#include <stddef.h>
#include <string.h>

#include "engine/duckdb/failure.h"
#include "engine/duckdb/functions.h"
#include "engine/duckdb/nested.h"
#include "engine/duckdb/query.h"

#define INLINE_BYTES 40
#define EMPTY UINT32_MAX
#define BATCH_STATES 2048

/* What lies before the bytes of a large state: the destructor is told nothing
 * else. */
struct block {
  struct wd_mem *mem;
  size_t capacity;
  uint8_t bytes[];
};

struct state {
  uint64_t mark;
  uint32_t size; /* EMPTY: no row so far */
  bool large;
  union {
    uint8_t few[INLINE_BYTES];
    struct block *block;
  };
};

/* Batches get numbers that no other batch of the process has; a mark is the
 * number and BATCH_STATES' worth of bits for the index. */
static uint64_t
next_mark(void)
{
  static _Atomic uint64_t batches;

  return (atomic_fetch_add_explicit(&batches, 1, memory_order_relaxed) + 1) *
         BATCH_STATES;
}

static const uint8_t *
state_bytes(const struct state *state)
{
  return state->large ? state->block->bytes : state->few;
}

static void
block_free(struct block *block)
{
  wd_mem_free(block->mem, block, sizeof *block + block->capacity);
}

#define COPY_CASE(count)                                                       \
  case count:                                                                  \
    memcpy(to, from, (count));                                                 \
    break

/* Most states are a few numbers: without a call then. */
static void
copy_few(uint8_t *to, const uint8_t *from, uint32_t size)
{
  switch (size) {
    COPY_CASE(8);
    COPY_CASE(16);
    COPY_CASE(24);
    COPY_CASE(32);
  default:
    memcpy(to, from, size);
  }
}

static bool
state_set(struct state *state, struct wd_mem *mem, const uint8_t *bytes,
          uint32_t size)
{
  if (!state->large && size > INLINE_BYTES) {
    struct block *block = wd_mem_alloc(mem, sizeof *block + size);

    if (!block)
      return false;
    block->mem = mem;
    block->capacity = size;
    state->block = block;
    state->large = true;
  } else if (state->large && size > state->block->capacity) {
    size_t capacity = state->block->capacity * 2;
    struct block *block;

    if (capacity < size)
      capacity = size;
    block = wd_mem_realloc(mem, state->block,
                           sizeof *block + state->block->capacity,
                           sizeof *block + capacity);
    if (!block)
      return false;
    block->capacity = capacity;
    state->block = block;
  }
  copy_few(state->large ? state->block->bytes : state->few, bytes, size);
  state->size = size;
  return true;
}

/* Some states as a batch of one binary column. */
struct states {
  uint32_t count;
  uint32_t empty;
  uint64_t bytes;
  struct state *states[BATCH_STATES];
  struct wd_node node;
  uint64_t sizes[3];
  uint8_t *places[3];
};

static void
states_clear(struct states *states)
{
  states->count = 0;
  states->empty = 0;
  states->bytes = 0;
}

static void
states_add(struct states *states, struct state *state)
{
  states->states[states->count++] = state;
  if (state->size == EMPTY)
    states->empty++;
  else
    states->bytes += state->size;
}

static enum wd_status
states_place(struct states *states, const struct wd_duck_call *call,
             struct wd_worker *worker, enum wd_call_slot slot,
             struct wd_error *error)
{
  struct wd_shape shape = {states->count, 1, 3, &states->node, states->sizes};

  if (states->bytes > INT32_MAX)
    return wd_fail(error, WD_LIMIT_EXCEEDED,
                   "a state of an aggregate has %llu bytes; a batch holds at "
                   "most 2 GiB",
                   (unsigned long long)states->bytes);
  states->node.length = states->count;
  states->node.null_count = states->empty;
  states->sizes[0] = states->empty ? (states->count + 7) / 8 : 0;
  states->sizes[1] = ((uint64_t)states->count + 1) * sizeof(int32_t);
  states->sizes[2] = states->bytes;
  return wd_call_batch(worker, call->lambda, slot, &shape, states->places,
                       error);
}

static void
states_write(const struct states *states)
{
  int32_t *offsets = (void *)states->places[1];
  uint8_t *data = states->places[2];
  uint32_t used = 0;

  if (states->empty)
    memset(states->places[0], 0, (states->count + 7) / 8);
  *offsets++ = 0;
  for (uint32_t i = 0; i < states->count; i++) {
    const struct state *state = states->states[i];

    if (state->size != EMPTY) {
      if (state->size)
        copy_few(data + used, state_bytes(state), state->size);
      used += state->size;
      if (states->empty)
        states->places[0][i / 8] |= (uint8_t)(1u << i % 8);
    }
    *offsets++ = (int32_t)used;
  }
}

/* Takes the states that a call gave back. */
static enum wd_status
states_read(struct states *states, struct wd_mem *mem,
            const struct wd_batch *batch, struct wd_error *error)
{
  const struct wd_span *buffers = batch->buffers;
  const int32_t *offsets = (const void *)buffers[1].data;
  bool nulls = batch->nodes[0].null_count && buffers[0].size;

  for (uint32_t i = 0; i < states->count; i++) {
    struct state *state = states->states[i];

    if (nulls && !wd_bit(buffers[0].data, i))
      state->size = EMPTY;
    else if (!state_set(state, mem, buffers[2].data + offsets[i],
                        (uint32_t)(offsets[i + 1] - offsets[i])))
      return wd_fail_memory(error);
  }
  return WD_OK;
}

/* Rows ahead whose states are fetched once so many were found: of many groups
 * each is far from the one before, and may lie in two lines of the cache; few
 * stay in it. */
#define AHEAD 16
#define MANY_STATES 256

static void
prefetch(struct state **of_rows, idx_t row, idx_t to)
{
  if (row + AHEAD < to) {
    const char *next = (const char *)of_rows[row + AHEAD];

    __builtin_prefetch(next, 1);
    __builtin_prefetch(next + sizeof(struct state) - 1, 1);
  }
}

/* From `row` on, until there are `most` states, or they have too many bytes. A
 * loop each for few and for many states, which ask nothing for each row. */
static inline __attribute__((always_inline)) idx_t
find_some(struct state **of_rows, idx_t row, idx_t to, struct states *states,
          uint64_t mark, uint32_t most, bool ahead, uint32_t *groups)
{
  for (; row < to; row++) {
    struct state *state = of_rows[row];
    uint64_t index;

    if (ahead)
      prefetch(of_rows, row, to);
    index = state->mark ^ mark;
    if (index >= BATCH_STATES) {
      if (states->bytes > WD_BATCH_BYTES || states->count == most)
        break;
      index = states->count;
      state->mark = mark | index;
      states_add(states, state);
    }
    groups[row] = (uint32_t)index;
  }
  return row;
}

/* Collects the distinct states of rows [from, to) and each row's index among
 * them. Ends early when they have too many bytes. */
static idx_t
find_states(struct state **of_rows, idx_t from, idx_t to, struct states *states,
            uint32_t *groups)
{
  uint64_t mark = next_mark();
  idx_t row;

  states_clear(states);
  of_rows += from;
  to -= from;
  row = find_some(of_rows, 0, to, states, mark, MANY_STATES, false, groups);
  if (states->count == MANY_STATES)
    row = find_some(of_rows, row, to, states, mark, BATCH_STATES, true, groups);
  return from + row;
}

static bool
is_one_state(struct state **of_rows, idx_t rows)
{
  for (idx_t row = 1; row < rows; row++)
    if (of_rows[row] != of_rows[0])
      return false;
  return true;
}

/* One batch of rows from `from` on. */
static enum wd_status
update_batch(const struct wd_duck_call *call, struct wd_worker *worker,
             struct wd_duck_frame *frame, struct state **of_rows, bool one,
             idx_t from, idx_t rows, idx_t *out_to, struct wd_error *error)
{
  const struct wd_lambda *lambda = call->lambda;
  struct states states;
  uint32_t groups[WD_DUCK_CHUNK];
  uint32_t *place = NULL;
  struct wd_batch batch;
  idx_t to = rows;
  enum wd_status status;

  if (one) {
    states_clear(&states);
    states_add(&states, of_rows[0]);
  } else {
    to = find_states(of_rows, from, rows, &states, groups);
  }
  status = wd_duck_frame_cut(frame, from, to, WD_BATCH_BYTES, out_to, error);
  /* States that only rows after the cut touch go and come back unchanged. */
  if (status == WD_OK)
    status = wd_call_batch(worker, lambda, WD_SLOT_INPUT, &frame->shape,
                           frame->places, error);
  if (status == WD_OK)
    status = states_place(&states, call, worker, WD_SLOT_STATES, error);
  if (status == WD_OK && states.count > 1)
    status = wd_call_groups(worker, lambda, frame->shape.rows, &place, error);
  if (status != WD_OK)
    return status;
  wd_duck_frame_write(frame, from);
  states_write(&states);
  if (place)
    memcpy(place, groups, frame->shape.rows * sizeof *groups);
  status = wd_call_update(worker, lambda, &batch, error);
  if (status == WD_OK)
    status = states_read(&states, call->mem, &batch, error);
  if (status == WD_OK)
    status = wd_call_end(worker, lambda, error);
  return status;
}

static enum wd_status
update_chunk(const struct wd_duck_call *call, duckdb_data_chunk input,
             struct state **of_rows, struct wd_error *error)
{
  idx_t rows = duckdb_data_chunk_get_size(input);
  bool one = is_one_state(of_rows, rows);
  struct wd_duck_frame frame;
  struct wd_duck_visit visit;
  enum wd_status status =
      wd_duck_frame_init(&frame, call->mem, &call->lambda->wanted, error);

  if (status != WD_OK)
    return status;
  frame.picked = call->picked;
  wd_duck_frame_read_chunk(&frame, input);
  status = wd_duck_visit_begin(call->query, call->lambda, &visit, error);
  if (status == WD_OK) {
    for (idx_t from = 0; status == WD_OK && from < rows;)
      status = update_batch(call, visit.worker, &frame, of_rows, one, from,
                            rows, &from, error);
    wd_duck_visit_end(&visit);
  }
  wd_duck_frame_fini(&frame);
  return status;
}

/* The union of states[i] and right[i], into states[i]. */
static enum wd_status
combine_batch(const struct wd_duck_call *call, struct wd_worker *worker,
              struct states *left, struct states *right, struct wd_error *error)
{
  struct wd_batch batch;
  enum wd_status status;

  if (left->count == 0)
    return WD_OK;
  status = states_place(left, call, worker, WD_SLOT_STATES, error);
  if (status == WD_OK)
    status = states_place(right, call, worker, WD_SLOT_RIGHT, error);
  if (status != WD_OK)
    return status;
  states_write(left);
  states_write(right);
  status = wd_call_combine(worker, call->lambda, &batch, error);
  if (status == WD_OK)
    status = states_read(left, call->mem, &batch, error);
  if (status == WD_OK)
    status = wd_call_end(worker, call->lambda, error);
  states_clear(left);
  states_clear(right);
  return status;
}

static enum wd_status
combine_pairs(const struct wd_duck_call *call, struct wd_worker *worker,
              struct state **sources, struct state **targets, idx_t count,
              struct wd_error *error)
{
  struct states left, right;
  uint64_t mark = next_mark();
  enum wd_status status = WD_OK;

  states_clear(&left);
  states_clear(&right);
  for (idx_t i = 0; status == WD_OK && i < count; i++) {
    struct state *source = sources[i], *target = targets[i];

    if (source->size == EMPTY)
      continue;
    /* A target that is in the batch already waits for its result. */
    if ((target->mark ^ mark) < BATCH_STATES || left.count == BATCH_STATES ||
        left.bytes + right.bytes > WD_BATCH_BYTES) {
      status = combine_batch(call, worker, &left, &right, error);
      mark = next_mark();
    }
    if (status == WD_OK && target->size == EMPTY) {
      if (!state_set(target, call->mem, state_bytes(source), source->size))
        status = wd_fail_memory(error);
      continue;
    }
    target->mark = mark;
    states_add(&left, target);
    states_add(&right, source);
  }
  if (status == WD_OK)
    status = combine_batch(call, worker, &left, &right, error);
  return status;
}

/* Results of the states from `from` on, up to one that has none. */
static enum wd_status
finish_batch(const struct wd_duck_call *call, struct wd_worker *worker,
             const struct wd_duck_targets *targets, struct state **all,
             idx_t count, idx_t offset, idx_t *io_from, duckdb_vector result,
             struct wd_error *error)
{
  const struct wd_lambda *lambda = call->lambda;
  bool skip_empty = lambda->role == WD_ROLE_REDUCE;
  struct states states;
  struct wd_batch batch;
  idx_t from = *io_from, to = from;
  enum wd_status status;

  states_clear(&states);
  while (to < count && states.count < BATCH_STATES &&
         states.bytes <= WD_BATCH_BYTES &&
         !(skip_empty && all[to]->size == EMPTY))
    states_add(&states, all[to++]);
  *io_from = to;
  status = states_place(&states, call, worker, WD_SLOT_STATES, error);
  if (status != WD_OK)
    return status;
  states_write(&states);
  status = wd_call_finish(worker, lambda, &batch, error);
  if (status != WD_OK)
    return status;
  if (lambda->output.count)
    wd_duck_batch_read(&lambda->output, &batch, 0, batch.rows, targets->vectors,
                       offset + from);
  else
    wd_duck_fill_true(result, call->wrapped, offset + from, offset + to);
  return wd_call_end(worker, lambda, error);
}

static void
set_null(duckdb_vector vector, idx_t row)
{
  duckdb_vector_ensure_validity_writable(vector);
  duckdb_validity_set_row_invalid(duckdb_vector_get_validity(vector), row);
}

/* A reduce of no rows has no row: null, and in all fields too. */
static void
write_no_row(const struct wd_duck_call *call,
             const struct wd_duck_targets *targets, duckdb_vector result,
             idx_t row)
{
  set_null(result, row);
  for (uint32_t i = 0; i < call->lambda->output.count; i++)
    wd_duck_set_null(&call->lambda->output.columns[i].type, targets->vectors[i],
                     row);
}

static enum wd_status
finish_states(const struct wd_duck_call *call, struct state **all,
              duckdb_vector result, idx_t count, idx_t offset,
              struct wd_error *error)
{
  struct wd_duck_targets targets;
  struct wd_duck_visit visit;
  enum wd_status status = wd_duck_targets_init(
      &targets, call->mem, &call->lambda->output, call->wrapped, result, error);

  if (status != WD_OK)
    return status;
  status = wd_duck_visit_begin(call->query, call->lambda, &visit, error);
  if (status == WD_OK) {
    for (idx_t from = 0; status == WD_OK && from < count;) {
      if (call->lambda->role == WD_ROLE_REDUCE && all[from]->size == EMPTY)
        write_no_row(call, &targets, result, offset + from++);
      else
        status = finish_batch(call, visit.worker, &targets, all, count, offset,
                              &from, result, error);
    }
    wd_duck_visit_end(&visit);
  }
  wd_duck_targets_fini(&targets, call->mem);
  return status;
}

/* What DuckDB calls. */

static idx_t
aggregate_size(duckdb_function_info info)
{
  (void)info;
  return sizeof(struct state);
}

static void
aggregate_init(duckdb_function_info info, duckdb_aggregate_state memory)
{
  struct state *state = (void *)memory;

  (void)info;
  state->mark = 0;
  state->size = EMPTY;
  state->large = false;
}

static void
aggregate_destroy(duckdb_aggregate_state *states, idx_t count)
{
  for (idx_t i = 0; i < count; i++) {
    struct state *state = (void *)states[i];

    if (state->large)
      block_free(state->block);
    state->large = false;
  }
}

static struct wd_duck_call *
called(duckdb_function_info info)
{
  struct wd_duck_slot *slot = duckdb_aggregate_function_get_extra_info(info);
  struct wd_duck_call *call = atomic_load(&slot->call);

  if (!call)
    duckdb_aggregate_function_set_error(info, "the lambda's job has ended");
  return call;
}

static void
ended(duckdb_function_info info, struct wd_duck_call *call,
      enum wd_status status, const struct wd_error *error)
{
  const char *message;

  if (status == WD_OK)
    return;
  message = wd_duck_call_failed(call, error);
  if (!call->windowed) {
    duckdb_aggregate_function_set_error(info, message);
    return;
  }
  atomic_store(&call->failed, true);
  duckdb_interrupt(call->query->connection);
}

/* Over a window, after a failure: nothing is computed any more. */
static bool
is_idle(struct wd_duck_call *call)
{
  return call->windowed && atomic_load(&call->failed);
}

static void
aggregate_update(duckdb_function_info info, duckdb_data_chunk input,
                 duckdb_aggregate_state *states)
{
  struct wd_duck_call *call = called(info);
  struct wd_error error;

  wd_duck_error_init(&error);
  if (call && !is_idle(call))
    ended(info, call,
          update_chunk(call, input, (struct state **)(void *)states, &error),
          &error);
}

static void
aggregate_combine(duckdb_function_info info, duckdb_aggregate_state *sources,
                  duckdb_aggregate_state *targets, idx_t count)
{
  struct wd_duck_call *call = called(info);
  struct wd_duck_visit visit;
  struct wd_error error;
  enum wd_status status;

  wd_duck_error_init(&error);
  if (!call || is_idle(call))
    return;
  status = wd_duck_visit_begin(call->query, call->lambda, &visit, &error);
  if (status == WD_OK) {
    status = combine_pairs(call, visit.worker, (struct state **)(void *)sources,
                           (struct state **)(void *)targets, count, &error);
    wd_duck_visit_end(&visit);
  }
  ended(info, call, status, &error);
}

static void
aggregate_finalize(duckdb_function_info info, duckdb_aggregate_state *states,
                   duckdb_vector result, idx_t count, idx_t offset)
{
  struct wd_duck_call *call = called(info);
  struct wd_error error;

  wd_duck_error_init(&error);
  if (call && !is_idle(call))
    ended(info, call,
          finish_states(call, (struct state **)(void *)states, result, count,
                        offset, &error),
          &error);
  if (call && is_idle(call))
    for (idx_t i = 0; i < count; i++)
      set_null(result, offset + i);
}

void
wd_duck_aggregate_define(duckdb_aggregate_function function)
{
  duckdb_aggregate_function_set_functions(
      function, aggregate_size, aggregate_init, aggregate_update,
      aggregate_combine, aggregate_finalize);
  duckdb_aggregate_function_set_destructor(function, aggregate_destroy);
}
