/* reduce: (row, row) → row over states, which reduce.h describes. */
#include "reduce.h"

static const uint8_t no_bits[1];

/* The bytes of a null value of each nested column. */
static void
nulls_make(layout *l)
{
  l->none = wd__new(l->count * sizeof *l->none);
  for (uint32_t i = 0; i < l->count; i++) {
    if (!wd__slot_is_nested(l->slots[i].type))
      continue;
    wd_set_null(l->out, i);
    struct wire_batch value = wd__row_to_wire(l->out, i);
    l->none[i] = wd__new(wd__value_size(&value));
    wd__value_write(&value, l->none[i]);
    wd__row_forget(l->out, i);
  }
}

layout *
wd__layout_new(const wd_column *columns, uint32_t count, wd_rows *out)
{
  layout *l = wd__new(sizeof *l);
  l->count = count;
  l->slots = wd__new((count + 1) * sizeof *l->slots);
  l->view = wd__columns_copy(columns, count);
  l->acc_view = wd__columns_copy(columns, count);
  l->ends = wd__new((count + 1) * sizeof *l->ends);
  l->out = out;
  uint32_t at = 0;
  for (uint32_t pass = 0; pass < 2; pass++)
    for (uint32_t i = 0; i < count; i++) {
      bool nested = wd__slot_is_nested(columns[i].type);
      bool wide = nested || wd__type_width(columns[i].type) == 16;
      if (wide != (pass == 0))
        continue;
      l->slots[i] = (struct wd__slot){columns[i].type, at};
      l->nested |= nested;
      l->has_bytes |= nested || wd__slot_is_str(columns[i].type);
      at += wide ? 16 : 8;
    }
  l->nulls = at;
  l->stride = (at + count + 15) & ~15u;
  if (l->nested)
    nulls_make(l);
  return l;
}

/* ---- Rows and states */

static wd_acc
acc_of(const layout *l)
{
  return (wd_acc){NULL, l->slots, l->count, l->nulls, (layout *)(uintptr_t)l,
                  false};
}

/* Where the bytes of a column lie in a stored state. */
static wd_str
stored(const layout *l, const uint8_t *state, uint32_t column)
{
  int32_t ends[2];
  memcpy(ends, state + l->slots[column].offset, sizeof ends);
  return (wd_str){(const char *)state + ends[0], (uint32_t)(ends[1] - ends[0])};
}

/* A stored state as a row. */
static wd_row
state_row(const layout *l, const uint8_t *state)
{
  for (uint32_t i = 0; i < l->count; i++) {
    wd_column *c = l->view + i;
    const void *slot = state + l->slots[i].offset;
    bool null = state[l->nulls + i];
    if (wd__slot_is_nested(c->type)) {
      const char *data = stored(l, state, i).data;
      wd__held_view(l, i, null ? NULL : (const uint8_t *)data, c);
      continue;
    }
    c->validity = null ? no_bits : NULL;
    c->null_count = null;
    c->values = wd__is_bytes(c->type) ? state
                : wd__slot_is_str(c->type)
                    ? (const uint8_t *)stored(l, state, i).data
                    : slot;
    c->offsets = slot;
  }
  return (wd_row){l->view, l->count, 0};
}

/* States while a call works on them. */
struct work {
  uint8_t *slots; /* stride each */
  uint8_t *has;   /* a byte each; 0: the empty state */
};

/* A stored state to slots. */
static void
state_load(const layout *l, uint8_t *slots, const uint8_t *state)
{
  memcpy(slots, state, l->stride);
  if (!l->has_bytes)
    return;
  for (uint32_t i = 0; i < l->count; i++) {
    uint8_t *slot = slots + l->slots[i].offset;
    wd_str value = stored(l, state, i);
    struct wd__held held = {(const uint8_t *)value.data, value.size, 0};
    if (wd__slot_is_nested(l->slots[i].type))
      memcpy(slot, &held, sizeof held);
    else if (wd__slot_is_str(l->slots[i].type))
      memcpy(slot, &value, sizeof value);
  }
}

static bool
work_begin(const layout *l, const struct wd__states *states, struct work *work,
           struct wd__fault *fault)
{
  if ((uint64_t)l->stride * states->count >= INT32_MAX)
    return wd__fault(fault, WD_LIMIT_EXCEEDED,
                     "%u rows to reduce are too many for one batch",
                     states->count);
  wd__rows_reset(l->out); /* after a finish */
  work->has = wd__arena_take(&wd__scratch, states->count + 16);
  memset(work->has, 1, states->count);
  if (!l->has_bytes && wd__states_packed(states, l->stride)) {
    work->slots = states->data;
    return true;
  }
  work->slots =
      wd__arena_take(&wd__scratch, (size_t)l->stride * states->count + 16);
  for (uint32_t i = 0; i < states->count; i++) {
    uint8_t *slots = work->slots + (size_t)i * l->stride;
    work->has[i] = !wd__state_null(states, i);
    if (work->has[i])
      state_load(l, slots, states->data + states->offsets[i]);
    else
      memset(slots, 0, l->stride);
  }
  return true;
}

/* The bytes of a column that a call works on. */
static wd_str
worked(const layout *l, const uint8_t *slots, uint32_t column)
{
  const uint8_t *slot = slots + l->slots[column].offset;
  wd_str value = {NULL, 0};
  struct wd__held held;
  if (slots[l->nulls + column])
    return value;
  if (wd__slot_is_nested(l->slots[column].type)) {
    memcpy(&held, slot, sizeof held);
    return (wd_str){(const char *)held.data, held.size};
  }
  memcpy(&value, slot, sizeof value);
  return value;
}

/* Slots to a stored state; returns its size. `to` NULL: the size only. */
static size_t
state_store(const layout *l, const uint8_t *slots, uint8_t *to)
{
  size_t size = l->stride;
  if (to)
    memcpy(to, slots, l->stride);
  for (uint32_t i = 0; i < l->count; i++) {
    bool nested = wd__slot_is_nested(l->slots[i].type);
    if (!nested && !wd__slot_is_str(l->slots[i].type))
      continue;
    if (nested)
      size = (size + 7) & ~(size_t)7;
    wd_str value = worked(l, slots, i);
    if (to) {
      int32_t ends[2] = {(int32_t)size, (int32_t)(size + value.size)};
      if (value.size)
        memcpy(to + size, value.data, value.size);
      memcpy(to + l->slots[i].offset, ends, sizeof ends);
    }
    size += value.size;
  }
  return (size + 15) & ~(size_t)15;
}

static bool
work_end(const layout *l, struct work *work, uint32_t count,
         struct wire_batch *out_states, struct wd__fault *fault)
{
  if (!l->has_bytes) {
    *out_states = wd__states_to_wire(work->slots, l->stride, count, work->has);
    return true;
  }
  int32_t *offsets =
      wd__arena_take(&wd__scratch, ((size_t)count + 2) * sizeof *offsets);
  uint64_t total = 0;
  for (uint32_t i = 0; i < count; i++) {
    offsets[i] = (int32_t)total;
    if (work->has[i])
      total += state_store(l, work->slots + (size_t)i * l->stride, NULL);
    if (total > INT32_MAX)
      return wd__fault(fault, WD_LIMIT_EXCEEDED,
                       "rows to reduce are more than 2 GiB in one batch");
  }
  offsets[count] = (int32_t)total;
  uint8_t *data = wd__arena_take(&wd__scratch, (size_t)total + 16);
  for (uint32_t i = 0; i < count; i++)
    if (work->has[i])
      state_store(l, work->slots + (size_t)i * l->stride, data + offsets[i]);
  *out_states = wd__bytes_to_wire(data, offsets, count, work->has);
  return true;
}

bool
wd__reduce_update(struct wd__binding *binding, const struct wd__states *states,
                  const uint32_t *groups, const wd_batch *in,
                  struct wire_batch *out_states, struct wd__fault *fault)
{
  const layout *l = binding->layout;
  wd_reduce_fn *function = binding->bind.closure->function.reduce;
  void *env = binding->bind.env;
  struct work work;
  if (!work_begin(l, states, &work, fault))
    return false;
  wd_acc acc = acc_of(l);
  wd_row row = {in->columns, in->count, 0};
  for (; row.index < in->rows; row.index++) {
    uint32_t group = groups ? groups[row.index] : 0;
    acc.slots = work.slots + group * l->stride;
    if (work.has[group]) {
      function(&acc, &row, env);
      if (acc.written)
        wd__acc_take(&acc);
    } else {
      wd__acc_load(&acc, &row);
      work.has[group] = 1;
    }
  }
  return work_end(l, &work, states->count, out_states, fault);
}

bool
wd__reduce_combine(struct wd__binding *binding, const struct wd__states *left,
                   const struct wd__states *right,
                   struct wire_batch *out_states, struct wd__fault *fault)
{
  const layout *l = binding->layout;
  struct work work;
  if (!work_begin(l, left, &work, fault))
    return false;
  wd_acc acc = acc_of(l);
  for (uint32_t i = 0; i < left->count; i++) {
    if (wd__state_null(right, i))
      continue;
    const uint8_t *state = right->data + right->offsets[i];
    acc.slots = work.slots + (size_t)i * l->stride;
    if (work.has[i]) {
      wd_row row = state_row(l, state);
      binding->bind.closure->function.reduce(&acc, &row, binding->bind.env);
      if (acc.written)
        wd__acc_take(&acc);
    } else {
      state_load(l, acc.slots, state);
      work.has[i] = 1;
    }
  }
  return work_end(l, &work, left->count, out_states, fault);
}

bool
wd__reduce_finish(struct wd__binding *binding, const struct wd__states *states,
                  struct wd__fault *fault)
{
  const layout *l = binding->layout;
  wd_rows *out = binding->out;
  (void)fault;
  for (uint32_t i = 0; i < states->count; i++) {
    out->index = i;
    if (wd__state_null(states, i))
      continue;
    wd_row row = state_row(l, states->data + states->offsets[i]);
    for (uint32_t c = 0; c < l->count; c++)
      wd_copy(out, c, &row, c);
  }
  out->index = states->count;
  return true;
}
