/* Nested and special values of rows: what wasidata_nested.h promises, and how
 * children of columns that are written keep up with them. */
#include "internal.h"

/* ---- Reading */

void
wd__index_error(uint32_t index, uint32_t size)
{
  wd_fail("there is no element %u in a list of %u", index, size);
}

bool
wd_map_find(wd_list map, wd_str key, wd_row *out_entry)
{
  for (uint32_t i = 0; i < map.size; i++) {
    wd_row entry = wd_list_at(map, i);
    if (wd_str_equal(wd_get_str(&entry, 0), key)) {
      *out_entry = entry;
      return true;
    }
  }
  return false;
}

uint32_t
wd_get_member(const wd_row *row, uint32_t column)
{
  const wd_column *c = row->columns + column;
  if (column >= row->count || c->type != WD_UNION)
    wd__type_error(row->columns, row->count, column, WD_UNION);
  return ((const uint8_t *)c->values)[row->index];
}

uint32_t
wd_get_enum(const wd_row *row, uint32_t column)
{
  const wd_column *c = row->columns + column;
  if (column >= row->count || c->type != WD_ENUM)
    wd__type_error(row->columns, row->count, column, WD_ENUM);
  if (wd__null(c, row->index))
    return 0;
  if (c->width == 1)
    return ((const uint8_t *)c->values)[row->index];
  if (c->width == 2)
    return ((const uint16_t *)c->values)[row->index];
  return ((const uint32_t *)c->values)[row->index];
}

/* What is not simply bytes somewhere. */
wd_str
wd__get_bytes(const wd_row *row, uint32_t column, enum wd_type type)
{
  const wd_column *c = row->columns + column;
  bool word = column < row->count && c->type == WD_ENUM;
  bool fixed = column < row->count && type == WD_BINARY &&
               (c->type == WD_FIXED_BINARY || c->type == WD_UUID);
  if (!word && !fixed)
    wd__type_error(row->columns, row->count, column, type);
  if (wd__null(c, row->index))
    return (wd_str){"", 0};
  if (word)
    return c->words[wd_get_enum(row, column)];
  return (wd_str){(const char *)c->values + (size_t)row->index * c->width,
                  c->width};
}

wd_batch
wd_in_children(const wd_batch *batch, uint32_t column)
{
  const wd_column *c = batch->columns + column;
  if (column >= batch->count || !c->child_count)
    wd__type_error(batch->columns, batch->count, column, WD_STRUCT);
  return (wd_batch){c->children->length, c->child_count, c->children};
}

const int32_t *
wd_in_offsets(const wd_batch *batch, uint32_t column)
{
  const wd_column *c = batch->columns + column;
  if (column >= batch->count || (c->type != WD_LIST && c->type != WD_MAP))
    wd__type_error(batch->columns, batch->count, column, WD_LIST);
  return c->offsets;
}

/* ---- Writing */

/* A fixed list that was begun has what it is to have. */
static void
fixed_end(wd_rows *rows, uint32_t column)
{
  struct wd__out *o = rows->columns + column;
  uint32_t before = o->filled ? (o->filled - 1) * o->width : 0;
  if (o->filled && o->child->index != before + o->width)
    wd_fail("output column %u, '%s', is a list of %u and was given %u elements",
            column, rows->schema->fields[column].name, o->width,
            o->child->index - before);
}

/* The children go to where the current row's begin. */
static void
begin(wd_rows *rows, uint32_t column)
{
  struct wd__out *o = rows->columns + column;
  uint32_t row = rows->index;
  if (o->type == WD_STRUCT || o->type == WD_UNION) {
    if (o->child->index > row)
      wd_fail("output column %u, '%s': fields are set, not emitted", column,
              rows->schema->fields[column].name);
    wd__rows_seek(o->child, row);
    if (o->valid[row])
      for (uint32_t i = 0; i < o->child->count; i++)
        wd_set_null(o->child, i);
  } else if (o->type == WD_FIXED_LIST) {
    if (o->filled <= row)
      fixed_end(rows, column);
    wd__rows_seek(o->child, row * o->width);
    o->filled = row + 1;
  } else {
    wd__ends_fill(o, row);
    wd__rows_seek(o->child, (uint32_t)o->offsets[row]);
  }
}

static struct wd__out *
column_of(wd_rows *rows, uint32_t column, enum wd_type type)
{
  struct wd__out *o = wd__out_column(rows, column);
  bool list =
      o->type == WD_LIST || o->type == WD_MAP || o->type == WD_FIXED_LIST;
  if (type == WD_LIST ? !list : o->type != type)
    wd__set_error(rows, column, type);
  return o;
}

wd_rows *
wd_set_list(wd_rows *rows, uint32_t column)
{
  struct wd__out *o = column_of(rows, column, WD_LIST);
  begin(rows, column);
  o->valid[rows->index] = 1;
  return o->child;
}

wd_rows *
wd_set_struct(wd_rows *rows, uint32_t column)
{
  struct wd__out *o = column_of(rows, column, WD_STRUCT);
  begin(rows, column);
  o->valid[rows->index] = 1;
  return o->child;
}

wd_rows *
wd_set_union(wd_rows *rows, uint32_t column, uint32_t member)
{
  struct wd__out *o = column_of(rows, column, WD_UNION);
  if (member >= o->child->count)
    wd_fail("output column %u, '%s', has %u members: there is no number %u",
            column, rows->schema->fields[column].name, o->child->count, member);
  begin(rows, column);
  ((uint8_t *)o->values)[rows->index] = (uint8_t)member;
  o->valid[rows->index] = 1;
  return o->child;
}

void
wd_set_enum(wd_rows *rows, uint32_t column, uint32_t index)
{
  struct wd__out *o = column_of(rows, column, WD_ENUM);
  const wd_field *f = rows->schema->fields + column;
  if (index >= f->word_count)
    wd_fail("output column %u, '%s', has %u words: there is no number %u",
            column, f->name, f->word_count, index);
  memcpy((uint8_t *)o->values + (size_t)rows->index * o->width, &index,
         o->width);
  o->valid[rows->index] = 1;
}

void
wd__nested_null(wd_rows *rows, uint32_t column)
{
  struct wd__out *o = rows->columns + column;
  uint32_t row = rows->index;
  if (o->type == WD_LIST || o->type == WD_MAP) {
    begin(rows, column);
  } else if (o->type == WD_FIXED_LIST && o->filled > row) {
    o->filled = row;
    wd__rows_seek(o->child, row * o->width);
  } else if (o->type != WD_FIXED_LIST && o->child->index == row) {
    for (uint32_t i = 0; i < o->child->count; i++)
      wd_set_null(o->child, i);
  }
}

/* ---- Writing whole columns */

/* The column is written whole from here on. */
static struct wd__out *
whole(wd_rows *rows, uint32_t column)
{
  struct wd__out *o = wd__out_column(rows, column);
  if (rows->index)
    wd_fail("output column %u, '%s', is written whole after rows were emitted",
            column, rows->schema->fields[column].name);
  o->array = o->whole = true;
  return o;
}

int32_t *
wd_out_offsets(wd_rows *rows, uint32_t column)
{
  struct wd__out *o = wd__out_column(rows, column);
  if (o->type != WD_LIST && o->type != WD_MAP)
    wd__set_error(rows, column, WD_LIST);
  whole(rows, column);
  o->filled = rows->size;
  memset(o->offsets, 0, ((size_t)rows->size + 1) * sizeof *o->offsets);
  return o->offsets;
}

uint8_t *
wd_out_members(wd_rows *rows, uint32_t column)
{
  column_of(rows, column, WD_UNION);
  return whole(rows, column)->values;
}

wd_rows *
wd_out_children(wd_rows *rows, uint32_t column, uint32_t size)
{
  struct wd__out *o = wd__out_column(rows, column);
  if (!o->child)
    wd__set_error(rows, column, WD_STRUCT);
  uint64_t needed = (uint64_t)rows->size * o->width;
  bool list = o->type == WD_LIST || o->type == WD_MAP;
  if (o->type != WD_FIXED_LIST)
    needed = list ? size : rows->size;
  if (size != needed || size > UINT32_MAX / 32)
    wd_fail("output column %u, '%s', has %llu rows inside and was given %u",
            column, rows->schema->fields[column].name,
            (unsigned long long)needed, size);
  if (list && !o->array)
    wd_fail(
        "output column %u, '%s': wd_out_offsets comes before what is inside",
        column, rows->schema->fields[column].name);
  whole(rows, column);
  wd__rows_expect(o->child, size, true);
  return o->child;
}

/* What was written whole is consistent. */
static void
whole_end(const wd_rows *rows, uint32_t column, uint32_t length)
{
  const struct wd__out *o = rows->columns + column;
  const char *name = rows->schema->fields[column].name;
  uint32_t size = wd__rows_length(o->child);
  if (o->child->fixed_size && o->child->index > size)
    wd_fail("output column %u, '%s', was given more than %u rows inside",
            column, name, size);
  if (o->type != WD_LIST && o->type != WD_MAP)
    return;
  for (uint32_t i = 0; i < length; i++)
    if (o->offsets[i] > o->offsets[i + 1])
      wd_fail("output column %u, '%s': the offsets fall at row %u", column,
              name, i);
  if (o->offsets[0] != 0 || (uint32_t)o->offsets[length] != size)
    wd_fail("output column %u, '%s': the offsets go from %d to %d and there "
            "are %u rows inside",
            column, name, o->offsets[0], o->offsets[length], size);
}

void
wd__nested_end(wd_rows *rows, uint32_t column, uint32_t length)
{
  struct wd__out *o = rows->columns + column;
  if (o->array)
    whole_end(rows, column, length);
  if (o->type == WD_STRUCT || o->type == WD_UNION) {
    wd__rows_seek(o->child, length);
  } else if (o->type == WD_FIXED_LIST) {
    fixed_end(rows, column);
    wd__rows_seek(o->child, length * o->width);
    o->filled = 0;
  }
  for (uint32_t i = 0; o->type == WD_UNION && !o->whole && i < length; i++)
    if (!o->valid[i])
      ((uint8_t *)o->values)[i] = 0;
}

/* ---- UUIDs */

static int
digit(char c)
{
  if (c >= '0' && c <= '9')
    return c - '0';
  c |= 32;
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool
is_dash(uint32_t i)
{
  return i == 8 || i == 13 || i == 18 || i == 23;
}

bool
wd_uuid_parse(wd_str text, wd_uuid *out_uuid)
{
  wd_uuid uuid = {{0}};
  uint32_t at = 0;
  if (text.size != 36)
    return false;
  for (uint32_t i = 0; i < 36; i++) {
    int value = digit(text.data[i]);
    if (is_dash(i) ? text.data[i] != '-' : value < 0)
      return false;
    if (is_dash(i))
      continue;
    uuid.bytes[at / 2] = (uint8_t)(uuid.bytes[at / 2] << 4 | value);
    at++;
  }
  *out_uuid = uuid;
  return true;
}

void
wd_uuid_print(wd_uuid uuid, char out_text[37])
{
  uint32_t at = 0;
  for (uint32_t i = 0; i < 36; i++) {
    if (is_dash(i)) {
      out_text[i] = '-';
      continue;
    }
    uint8_t byte = uuid.bytes[at / 2];
    out_text[i] = "0123456789abcdef"[at % 2 ? byte & 15 : byte >> 4];
    at++;
  }
  out_text[36] = 0;
}
