/* Accumulators of reductions: what wasidata.h and wasidata_nested.h promise of
 * them. */
#include "reduce.h"

static const uint8_t no_bits[1];

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
  if (wd__slot_is_nested(acc->layout[column].type)) {
    struct wd__held none = {NULL, 0, 0};
    memcpy(acc->slots + acc->layout[column].offset, &none, sizeof none);
  }
}

wd_str
wd_acc_str(const wd_acc *acc, uint32_t column)
{
  if (column >= acc->count || !wd__slot_is_str(acc->layout[column].type))
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
  if (column >= acc->count || !wd__slot_is_str(acc->layout[column].type))
    acc_error(acc, column, WD_STRING);
  uint32_t width = acc->of->view[column].width;
  if (acc->layout[column].type == WD_FIXED_BINARY && value.size != width)
    wd_fail("column %u takes %u bytes and was given %u", column, width,
            value.size);
  char *copy = wd__arena_take(&wd__scratch, value.size);
  memcpy(copy, value.data, value.size);
  str_keep(acc, column, (wd_str){copy, value.size});
}

/* ---- Nested values */

void
wd__held_view(const layout *l, uint32_t column, const uint8_t *data,
              wd_column *view)
{
  wd__value_read(data ? data : l->none[column], view);
}

static struct wd__held
held_of(const wd_acc *acc, uint32_t column)
{
  struct wd__held held;
  memcpy(&held, acc->slots + acc->layout[column].offset, sizeof held);
  return held;
}

/* What stands in the first row of `out` becomes the value. Its old bytes are
 * written over where there is room; a value that grows gets twice its size, so
 * that what a call leaves behind is no more than it keeps. */
static void
held_keep(wd_acc *acc, uint32_t column)
{
  struct wd__held held = held_of(acc, column);
  struct wire_batch value = wd__row_to_wire(acc->of->out, column);
  size_t size = wd__value_size(&value);
  if (size > INT32_MAX / 2)
    wd_fail("column %u: a value to reduce is larger than 1 GiB", column);
  if (size > held.room) {
    held.room = (uint32_t)(held.data ? size * 2 : size);
    held.data = wd__arena_take(&wd__scratch, held.room);
  }
  held.size = (uint32_t)size;
  wd__value_write(&value, (uint8_t *)(uintptr_t)held.data);
  wd__row_forget(acc->of->out, column);
  memcpy(acc->slots + acc->layout[column].offset, &held, sizeof held);
  acc->slots[acc->nulls + column] = 0;
}

/* ---- The accumulator as a row */

static void
column_view(const wd_acc *acc, uint32_t column)
{
  const layout *l = acc->of;
  wd_column *c = l->acc_view + column;
  const void *slot = acc->slots + l->slots[column].offset;
  bool null = acc->slots[l->nulls + column];
  enum wd_type type = l->slots[column].type;
  if (wd__slot_is_nested(type)) {
    wd__held_view(l, column, null ? NULL : held_of(acc, column).data, c);
    return;
  }
  c->validity = null ? no_bits : NULL;
  c->null_count = null;
  c->values = slot;
  if (!wd__slot_is_str(type))
    return;
  wd_str value = null ? (wd_str){"", 0} : wd_acc_str(acc, column);
  c->values = value.data;
  c->offsets = l->ends[column];
  l->ends[column][0] = 0;
  l->ends[column][1] = (int32_t)value.size;
}

wd_row
wd_acc_row(const wd_acc *acc)
{
  for (uint32_t i = 0; i < acc->count; i++)
    column_view(acc, i);
  return (wd_row){acc->of->acc_view, acc->count, 0};
}

wd_rows *
wd_acc_rows(wd_acc *acc)
{
  wd_rows *out = acc->of->out;
  for (uint32_t i = 0; !acc->written && i < acc->count; i++)
    wd_set_null(out, i);
  acc->written = true;
  return out;
}

static void
column_take(wd_acc *acc, uint32_t column)
{
  const struct wd__out *o = acc->of->out->columns + column;
  uint8_t *slot = acc->slots + acc->layout[column].offset;
  if (!o->valid[0])
    return;
  if (o->child) {
    held_keep(acc, column);
    return;
  }
  if (wd__slot_is_str(o->type)) {
    const char *data = o->values;
    uint32_t size = o->width;
    if (o->type != WD_FIXED_BINARY) {
      data += o->offsets[0];
      size = (uint32_t)(o->offsets[1] - o->offsets[0]);
    }
    wd_acc_set_str(acc, column, (wd_str){data, size});
    return;
  }
  memset(slot, 0, 8);
  memcpy(slot, o->values, o->width);
  acc->slots[acc->nulls + column] = 0;
}

void
wd__acc_take(wd_acc *acc)
{
  acc->written = false;
  if (acc->of->out->index)
    wd_fail("the rows of an accumulator are set, not emitted");
  for (uint32_t i = 0; i < acc->count; i++)
    column_take(acc, i);
}

/* ---- First rows */

static void
value_load(void *slot, const wd_column *c, uint32_t row)
{
  uint32_t width = c->width;
  uint64_t zero = 0;
  memcpy(slot, &zero, 8);
  if (c->type == WD_BOOL)
    *(uint8_t *)slot = wd__bit(c->values, row);
  else if (width == 8)
    memcpy(slot, (const uint64_t *)c->values + row, 8);
  else
    memcpy(slot, (const uint8_t *)c->values + (size_t)row * width, width);
}

static void
nested_load(wd_acc *acc, uint32_t column, const wd_row *row)
{
  struct wd__held none = {NULL, 0, 0};
  wd_rows *out = acc->of->out;
  memcpy(acc->slots + acc->layout[column].offset, &none, sizeof none);
  acc->slots[acc->nulls + column] = 1;
  if (row->columns[column].type != WD_UNION && wd_is_null(row, column))
    return;
  wd_set_null(out, column);
  wd_copy(out, column, row, column);
  held_keep(acc, column);
}

void
wd__acc_load(wd_acc *acc, const wd_row *row)
{
  for (uint32_t i = 0; i < acc->count; i++) {
    const wd_column *c = row->columns + i;
    if (wd__slot_is_nested(c->type))
      nested_load(acc, i, row);
    else if (wd__null(c, row->index))
      acc->slots[acc->nulls + i] = 1;
    else if (wd__slot_is_str(c->type))
      str_keep(acc, i, wd_get_bytes(row, i));
    else {
      acc->slots[acc->nulls + i] = 0;
      value_load(acc->slots + acc->layout[i].offset, c, row->index);
    }
  }
}
