/* reduce: (row, row) → row over states.
 *
 * A state is a row: a slot of 8 bytes for each column (16 for a decimal), a
 * null flag of a byte each, then the bytes of strings; sizes are multiples of
 * 16. A string's slot holds where its bytes begin and end, from the start of
 * the state; while a call works on it, it holds a wd_str. */
#include <stdlib.h>

#include "internal.h"

struct wd__layout {
  struct wd__slot *slots;
  wd_column *view; /* columns over a stored state, for wd_row */
  uint32_t count;
  uint32_t nulls;
  uint32_t stride;
  bool has_strings;
};

typedef struct wd__layout layout;

static const uint8_t no_bits[1];

bool
wd__reduces(enum wd_type type)
{
  return wd__is_bytes(type) || (wd__type_width(type) > 0 && type != WD_UNION);
}

layout *
wd__layout_new(const wd_column *columns, uint32_t count)
{
  layout *l = wd__new(sizeof *l);
  l->count = count;
  l->slots = wd__new((count + 1) * sizeof *l->slots);
  l->view = wd__copy_of(columns, count * sizeof *l->view);
  uint32_t at = 0;
  for (uint32_t pass = 0; pass < 2; pass++)
    for (uint32_t i = 0; i < count; i++) {
      bool wide = wd__type_width(columns[i].type) == 16;
      if (wide != (pass == 0))
        continue;
      l->slots[i] = (struct wd__slot){columns[i].type, at};
      l->has_strings |= wd__is_bytes(columns[i].type);
      at += wide ? 16 : 8;
    }
  l->nulls = at;
  l->stride = (at + count + 15) & ~15u;
  return l;
}

/* ---- Accumulators, for programs */

static _Noreturn void
acc_error(const wd_acc *acc, uint32_t column, enum wd_type type)
{
  if (column >= acc->count)
    wd_fail("there is no column %u: the rows have %u columns", column,
            acc->count);
  wd_fail("column %u is %s and was used as %s", column,
          wd__type_name(acc->layout[column].type), wd__type_name(type));
}

void *
wd__acc_at(wd_acc *acc, uint32_t column, enum wd_type type)
{
  if (column >= acc->count || acc->layout[column].type != type)
    acc_error(acc, column, type);
  void *slot = acc->slots + acc->layout[column].offset;
  if (acc->slots[acc->nulls + column])
    memset(slot, 0, wd__type_width(type) == 16 ? 16 : 8);
  acc->slots[acc->nulls + column] = 0;
  return slot;
}

bool
wd_acc_is_null(const wd_acc *acc, uint32_t column)
{
  if (column >= acc->count)
    acc_error(acc, column, WD_OTHER);
  return acc->slots[acc->nulls + column];
}

void
wd_acc_set_null(wd_acc *acc, uint32_t column)
{
  if (column >= acc->count)
    acc_error(acc, column, WD_OTHER);
  acc->slots[acc->nulls + column] = 1;
}

wd_str
wd_acc_str(const wd_acc *acc, uint32_t column)
{
  if (column >= acc->count || !wd__is_bytes(acc->layout[column].type))
    acc_error(acc, column, WD_STRING);
  if (acc->slots[acc->nulls + column])
    return (wd_str){"", 0};
  wd_str value;
  memcpy(&value, acc->slots + acc->layout[column].offset, sizeof value);
  return value;
}

/* Keeps a string that will live as long as the call. */
static void
str_keep(wd_acc *acc, uint32_t column, wd_str value)
{
  memcpy(acc->slots + acc->layout[column].offset, &value, sizeof value);
  acc->slots[acc->nulls + column] = 0;
}

void
wd_acc_set_str(wd_acc *acc, uint32_t column, wd_str value)
{
  if (column >= acc->count || !wd__is_bytes(acc->layout[column].type))
    acc_error(acc, column, WD_STRING);
  char *copy = wd__arena_take(&wd__scratch, value.size);
  memcpy(copy, value.data, value.size);
  str_keep(acc, column, (wd_str){copy, value.size});
}

/* ---- Rows and states */

static wd_acc
acc_of(const layout *l)
{
  return (wd_acc){NULL, l->slots, l->count, l->nulls};
}

static void
value_load(void *slot, const wd_column *c, uint32_t row)
{
  uint32_t width = wd__type_width(c->type);
  uint64_t zero = 0;
  memcpy(slot, &zero, 8);
  if (c->type == WD_BOOL)
    *(uint8_t *)slot = wd__bit(c->values, row);
  else if (width == 8)
    memcpy(slot, (const uint64_t *)c->values + row, 8);
  else
    memcpy(slot, (const uint8_t *)c->values + (size_t)row * width, width);
}

/* The first row of a group becomes its accumulator. Strings stay where they
 * are: the input lives as long as the call. */
static void
acc_load(wd_acc *acc, const wd_row *row)
{
  for (uint32_t i = 0; i < acc->count; i++) {
    const wd_column *c = row->columns + i;
    if (wd__null(c, row->index))
      acc->slots[acc->nulls + i] = 1;
    else if (wd__is_bytes(c->type))
      str_keep(acc, i, wd_get_bytes(row, i));
    else {
      acc->slots[acc->nulls + i] = 0;
      value_load(acc->slots + acc->layout[i].offset, c, row->index);
    }
  }
}

/* A stored state as a row. */
static wd_row
state_row(const layout *l, const uint8_t *state)
{
  for (uint32_t i = 0; i < l->count; i++) {
    wd_column *c = l->view + i;
    const void *slot = state + l->slots[i].offset;
    c->validity = state[l->nulls + i] ? no_bits : NULL;
    c->null_count = state[l->nulls + i];
    c->values = wd__is_bytes(c->type) ? state : slot;
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
  if (!l->has_strings)
    return;
  for (uint32_t i = 0; i < l->count; i++) {
    int32_t ends[2];
    if (!wd__is_bytes(l->slots[i].type))
      continue;
    memcpy(ends, state + l->slots[i].offset, sizeof ends);
    wd_str value = {(const char *)state + ends[0],
                    (uint32_t)(ends[1] - ends[0])};
    memcpy(slots + l->slots[i].offset, &value, sizeof value);
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
  work->has = wd__arena_take(&wd__scratch, states->count + 16);
  memset(work->has, 1, states->count);
  if (!l->has_strings && wd__states_packed(states, l->stride)) {
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

/* Slots to a stored state; returns its size. `to` NULL: the size only. */
static size_t
state_store(const layout *l, uint8_t *slots, uint8_t *to)
{
  size_t size = l->stride;
  if (to)
    memcpy(to, slots, l->stride);
  for (uint32_t i = 0; i < l->count; i++) {
    wd_str value;
    if (!wd__is_bytes(l->slots[i].type))
      continue;
    memcpy(&value, slots + l->slots[i].offset, sizeof value);
    if (slots[l->nulls + i])
      value.size = 0;
    if (to) {
      int32_t ends[2] = {(int32_t)size, (int32_t)(size + value.size)};
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
  if (!l->has_strings) {
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
    } else {
      acc_load(&acc, &row);
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
