/* User aggregates: states as bytes in a binary column. */
#include <stdlib.h>

#include "internal.h"

struct wd_bytes {
  uint8_t *data;
  size_t size;
  size_t room;
};

static struct wd__states
states_of(uint32_t rows, const struct wire_node *nodes,
          const struct wire_buffer *buffers)
{
  static const int32_t none[2];
  struct wd__states states = {.count = rows, .offsets = none};
  if (nodes[0].null_count && buffers[0].words)
    states.validity = buffers[0].data;
  if (buffers[1].words)
    states.offsets = buffers[1].data;
  states.data = (uint8_t *)(uintptr_t)buffers[2].data;
  return states;
}

bool
wd__states_packed(const struct wd__states *states, size_t size)
{
  if (states->validity ||
      (size_t)states->offsets[states->count] != size * states->count)
    return false;
  for (uint32_t i = 0; i < states->count; i++)
    if ((size_t)states->offsets[i] != size * i)
      return false;
  return true;
}

struct wire_batch
wd__bytes_to_wire(const void *data, const int32_t *offsets, uint32_t count,
                  const uint8_t *valid)
{
  struct wire_node *node = wd__arena_take(&wd__scratch, sizeof *node);
  struct wire_buffer *buffers =
      wd__arena_take(&wd__scratch, 3 * sizeof *buffers);
  *node = (struct wire_node){count, 0};
  buffers[0] = (struct wire_buffer){NULL, 0};
  if (valid) {
    uint8_t *bits = wd__arena_take(&wd__scratch, count / 8 + 64);
    node->null_count = count - wd__pack(valid, count, bits);
    if (node->null_count)
      buffers[0] = (struct wire_buffer){bits, (count + 63) / 64};
  }
  buffers[1] = (struct wire_buffer){offsets, (count + 2) / 2};
  buffers[2] = (struct wire_buffer){data, ((uint32_t)offsets[count] + 7) / 8};
  return (struct wire_batch){count, node, 1, buffers, 3};
}

struct wire_batch
wd__states_to_wire(const void *data, size_t size, uint32_t count,
                   const uint8_t *valid)
{
  int32_t *offsets =
      wd__arena_take(&wd__scratch, ((size_t)count + 2) * sizeof *offsets);
  for (uint32_t i = 0; i <= count; i++)
    offsets[i] = (int32_t)(i * size);
  return wd__bytes_to_wire(data, offsets, count, valid);
}

static bool
states_fit(size_t size, uint32_t count, struct wd__fault *fault)
{
  return size * (uint64_t)count < INT32_MAX ||
         wd__fault(fault, WD_LIMIT_EXCEEDED,
                   "%u states of %zu bytes are too many for one batch", count,
                   size);
}

static void
state_init(struct wd__closure *closure, void *state, void *env)
{
  memset(state, 0, closure->aggregator.size);
  if (closure->aggregator.init)
    closure->aggregator.init(state, env);
}

/* The states as an array; empty ones are initialised. In place where they are
 * an array already. NULL: fault. */
static uint8_t *
states_load(struct wd__binding *binding, const struct wd__states *states,
            struct wd__fault *fault)
{
  struct wd__closure *closure = binding->bind.closure;
  const wd_aggregator *a = &closure->aggregator;
  void *env = binding->bind.env;
  if (!a->load && wd__states_packed(states, a->size))
    return states->data;
  if (!states_fit(a->size, states->count, fault))
    return NULL;
  uint8_t *array = wd__arena_take(&wd__scratch, a->size * states->count + 8);
  for (uint32_t i = 0; i < states->count; i++) {
    uint8_t *state = array + i * a->size;
    const uint8_t *from = states->data + states->offsets[i];
    size_t size = (size_t)(states->offsets[i + 1] - states->offsets[i]);
    if (wd__state_null(states, i)) {
      state_init(closure, state, env);
    } else if (a->load) {
      memset(state, 0, a->size);
      a->load(state, from, size, env);
    } else if (size == a->size) {
      memcpy(state, from, size);
    } else {
      wd__fault(fault, WD_INTERNAL,
                "a state of %zu bytes came where one of "
                "%zu was given",
                size, a->size);
      return NULL;
    }
  }
  return array;
}

void
wd_save(wd_bytes *out, const void *data, size_t size)
{
  if (size > INT32_MAX - out->size)
    wd_fail("wd_save: states of more than 2 GiB in one batch");
  if (size > out->room - out->size) {
    size_t room = (out->size + size) * 2;
    uint8_t *larger = wd__arena_take(&wd__scratch, room);
    if (out->size)
      memcpy(larger, out->data, out->size);
    out->data = larger;
    out->room = room;
  }
  if (size)
    memcpy(out->data + out->size, data, size);
  out->size += size;
}

static void
states_free(struct wd__binding *binding, uint8_t *array, uint32_t count)
{
  const wd_aggregator *a = &binding->bind.closure->aggregator;
  for (uint32_t i = 0; a->free && i < count; i++)
    a->free(array + i * a->size, binding->bind.env);
}

/* The reverse of states_load. */
static struct wire_batch
states_store(struct wd__binding *binding, uint8_t *array, uint32_t count)
{
  const wd_aggregator *a = &binding->bind.closure->aggregator;
  if (!a->save)
    return wd__states_to_wire(array, a->size, count, NULL);
  struct wd_bytes bytes = {NULL, 0, 0};
  int32_t *offsets =
      wd__arena_take(&wd__scratch, ((size_t)count + 2) * sizeof *offsets);
  offsets[0] = 0;
  for (uint32_t i = 0; i < count; i++) {
    a->save(array + i * a->size, &bytes, binding->bind.env);
    /* No bytes would mean the empty state. */
    if (bytes.size == (size_t)offsets[i])
      wd_save(&bytes, "", 1);
    offsets[i + 1] = (int32_t)bytes.size;
  }
  states_free(binding, array, count);
  return wd__bytes_to_wire(bytes.data, offsets, count, NULL);
}

static bool
user_update(struct wd__binding *binding, const struct wd__states *states,
            const uint32_t *groups, const wd_batch *in,
            struct wire_batch *out_states, struct wd__fault *fault)
{
  const wd_aggregator *a = &binding->bind.closure->aggregator;
  void *env = binding->bind.env;
  uint8_t *array = states_load(binding, states, fault);
  if (!array)
    return false;
  if (a->update_batch) {
    a->update_batch(array, groups, in, env);
  } else {
    wd_row row = {in->columns, in->count, 0};
    for (; row.index < in->rows; row.index++) {
      uint32_t group = groups ? groups[row.index] : 0;
      a->update(array + group * a->size, &row, env);
    }
  }
  *out_states = states_store(binding, array, states->count);
  return true;
}

static bool
user_combine(struct wd__binding *binding, const struct wd__states *left,
             const struct wd__states *right, struct wire_batch *out_states,
             struct wd__fault *fault)
{
  const wd_aggregator *a = &binding->bind.closure->aggregator;
  uint8_t *to = states_load(binding, left, fault);
  uint8_t *from = to ? states_load(binding, right, fault) : NULL;
  if (!from)
    return false;
  for (uint32_t i = 0; i < left->count; i++)
    a->combine(to + i * a->size, from + i * a->size, binding->bind.env);
  if (a->load)
    states_free(binding, from, right->count);
  *out_states = states_store(binding, to, left->count);
  return true;
}

static bool
user_finish(struct wd__binding *binding, const struct wd__states *states,
            struct wd__fault *fault)
{
  const wd_aggregator *a = &binding->bind.closure->aggregator;
  uint8_t *array = states_load(binding, states, fault);
  if (!array)
    return false;
  for (uint32_t i = 0; i < states->count; i++) {
    binding->out->index = i;
    a->finish(array + i * a->size, binding->out, binding->bind.env);
  }
  binding->out->index = states->count;
  if (a->load)
    states_free(binding, array, states->count);
  return true;
}

/* ---- Exports */

struct export_result *
lambdas_update(struct wd__binding *binding, uint32_t state_rows,
               const struct wire_node *state_nodes, uint32_t state_node_count,
               const struct wire_buffer *state_buffers,
               uint32_t state_buffer_count, const uint32_t *groups,
               uint32_t group_count, uint32_t rows,
               const struct wire_node *nodes, uint32_t node_count,
               const struct wire_buffer *buffers, uint32_t buffer_count);
struct export_result *
lambdas_combine(struct wd__binding *binding, uint32_t left_rows,
                const struct wire_node *left_nodes, uint32_t left_node_count,
                const struct wire_buffer *left_buffers,
                uint32_t left_buffer_count, uint32_t right_rows,
                const struct wire_node *right_nodes, uint32_t right_node_count,
                const struct wire_buffer *right_buffers,
                uint32_t right_buffer_count);
struct export_result *
lambdas_finish(struct wd__binding *binding, uint32_t rows,
               const struct wire_node *nodes, uint32_t node_count,
               const struct wire_buffer *buffers, uint32_t buffer_count);

static bool
states_check(uint32_t node_count, uint32_t buffer_count,
             struct wd__fault *fault)
{
  return (node_count == 1 && buffer_count == 3) ||
         wd__fault(fault, WD_INTERNAL,
                   "the host passed states that are not one binary column");
}

EXPORT("update")
struct export_result *
lambdas_update(struct wd__binding *binding, uint32_t state_rows,
               const struct wire_node *state_nodes, uint32_t state_node_count,
               const struct wire_buffer *state_buffers,
               uint32_t state_buffer_count, const uint32_t *groups,
               uint32_t group_count, uint32_t rows,
               const struct wire_node *nodes, uint32_t node_count,
               const struct wire_buffer *buffers, uint32_t buffer_count)
{
  struct wd__fault fault;
  struct wire_batch from = {rows, nodes, node_count, buffers, buffer_count};
  struct wire_batch result;
  wd_batch in;
  wd__arena_reset(&wd__scratch);
  if (!states_check(state_node_count, state_buffer_count, &fault) ||
      !wd__binding_decode(binding, binding->columns, &from, &in, &fault))
    return wd__result_error(&fault);
  struct wd__states states = states_of(state_rows, state_nodes, state_buffers);
  bool reduce = binding->bind.closure->kind == WD__REDUCE;
  const uint32_t *of = group_count ? groups : NULL;
  if (!(reduce ? wd__reduce_update : user_update)(binding, &states, of, &in,
                                                  &result, &fault))
    return wd__result_error(&fault);
  return wd__result_batch(result);
}

EXPORT("combine")
struct export_result *
lambdas_combine(struct wd__binding *binding, uint32_t left_rows,
                const struct wire_node *left_nodes, uint32_t left_node_count,
                const struct wire_buffer *left_buffers,
                uint32_t left_buffer_count, uint32_t right_rows,
                const struct wire_node *right_nodes, uint32_t right_node_count,
                const struct wire_buffer *right_buffers,
                uint32_t right_buffer_count)
{
  struct wd__fault fault;
  struct wire_batch result;
  wd__arena_reset(&wd__scratch);
  if (!states_check(left_node_count, left_buffer_count, &fault) ||
      !states_check(right_node_count, right_buffer_count, &fault))
    return wd__result_error(&fault);
  struct wd__states left = states_of(left_rows, left_nodes, left_buffers);
  struct wd__states right = states_of(right_rows, right_nodes, right_buffers);
  bool reduce = binding->bind.closure->kind == WD__REDUCE;
  if (!(reduce ? wd__reduce_combine : user_combine)(binding, &left, &right,
                                                    &result, &fault))
    return wd__result_error(&fault);
  return wd__result_batch(result);
}

EXPORT("finish")
struct export_result *
lambdas_finish(struct wd__binding *binding, uint32_t rows,
               const struct wire_node *nodes, uint32_t node_count,
               const struct wire_buffer *buffers, uint32_t buffer_count)
{
  struct wd__fault fault;
  wd__arena_reset(&wd__scratch);
  if (!states_check(node_count, buffer_count, &fault))
    return wd__result_error(&fault);
  struct wd__states states = states_of(rows, nodes, buffers);
  wd__rows_reset(binding->out);
  wd__rows_expect(binding->out, rows, true);
  bool reduce = binding->bind.closure->kind == WD__REDUCE;
  if (!(reduce ? wd__reduce_finish : user_finish)(binding, &states, &fault))
    return wd__result_error(&fault);
  return wd__result_batch(wd__rows_to_wire(binding->out));
}
