/* Nested vectors of DuckDB to Arrow arrays. */
#include <string.h>

#include "engine/duckdb/nested.h"

/* More elements than offsets can count: more than any batch has bytes. */
#define TOO_MANY ((uint64_t)1 << 40)

void
wd_duck_nested_count(const struct wd_type *type, uint32_t *io_columns,
                     uint32_t *io_buffers)
{
  *io_columns += 1;
  *io_buffers += wd_type_buffers(type);
  for (uint32_t i = 0; i < type->child_count; i++)
    wd_duck_nested_count(&type->children[i].type, io_columns, io_buffers);
}

struct wd_duck_column *
wd_duck_nested_define(const struct wd_type *type, struct wd_duck_column *column)
{
  struct wd_duck_column *next = column + 1;

  column->type = type;
  for (uint32_t i = 0; i < type->child_count; i++)
    next = wd_duck_nested_define(&type->children[i].type, next);
  column->parts = (uint32_t)(next - column);
  return next;
}

/* The vector of a child. A union's first one are the tags, which are the
 * union's own. */
static duckdb_vector
child_vector(const struct wd_type *type, duckdb_vector vector, uint32_t child)
{
  switch (type->id) {
  case WD_TYPE_FIXED_LIST:
    return duckdb_array_vector_get_child(vector);
  case WD_TYPE_STRUCT:
    return duckdb_struct_vector_get_child(vector, child);
  case WD_TYPE_UNION:
    return duckdb_struct_vector_get_child(vector, child + 1);
  default:
    return duckdb_list_vector_get_child(vector);
  }
}

struct wd_duck_column *
wd_duck_nested_view(struct wd_duck_column *column, duckdb_vector vector)
{
  const struct wd_type *type = column->type;
  struct wd_duck_column *next = column + 1;

  column->validity = duckdb_vector_get_validity(vector);
  column->data = duckdb_vector_get_data(
      type->id == WD_TYPE_UNION ? duckdb_struct_vector_get_child(vector, 0)
                                : vector);
  for (uint32_t i = 0; i < type->child_count; i++)
    next = wd_duck_nested_view(next, child_vector(type, vector, i));
  return next;
}

static bool
is_list(const struct wd_type *type)
{
  return type->id == WD_TYPE_LIST || type->id == WD_TYPE_MAP;
}

/* The elements of rows [from, to), which are in order. */
static void
elements_of(const struct wd_duck_column *column, idx_t from, idx_t to,
            idx_t *out_from, idx_t *out_to)
{
  const duckdb_list_entry *entries = column->data;
  idx_t count = 0;
  bool first = true;

  *out_from = 0;
  for (idx_t i = from; i < to; i++) {
    if (!wd_duck_is_valid(column->validity, i))
      continue;
    if (first)
      *out_from = entries[i].offset;
    first = false;
    count += entries[i].length;
  }
  *out_to = *out_from + count;
}

static bool
entries_in_order(const struct wd_duck_column *column, idx_t from, idx_t to)
{
  const duckdb_list_entry *entries = column->data;
  idx_t begin, end;

  elements_of(column, from, to, &begin, &end);
  for (idx_t i = from; i < to; i++) {
    if (!wd_duck_is_valid(column->validity, i))
      continue;
    if (entries[i].offset != begin)
      return false;
    begin += entries[i].length;
  }
  return true;
}

/* The rows of the children. */
static void
inner_rows(const struct wd_duck_column *column, idx_t *io_from, idx_t *io_to)
{
  if (is_list(column->type)) {
    elements_of(column, *io_from, *io_to, io_from, io_to);
  } else if (column->type->id == WD_TYPE_FIXED_LIST) {
    *io_from *= column->type->width;
    *io_to *= column->type->width;
  }
}

bool
wd_duck_nested_in_order(const struct wd_duck_column *column, idx_t from,
                        idx_t to)
{
  const struct wd_duck_column *child = column + 1;

  if (is_list(column->type) && !entries_in_order(column, from, to))
    return false;
  inner_rows(column, &from, &to);
  for (uint32_t i = 0; i < column->type->child_count; i++) {
    if (!wd_duck_nested_in_order(child, from, to))
      return false;
    child += child->parts;
  }
  return true;
}

void
wd_duck_nested_shape(const struct wd_duck_column *column, idx_t from, idx_t to,
                     struct wd_duck_nested_out *out)
{
  const struct wd_type *type = column->type;
  const struct wd_duck_column *child = column + 1;
  uint64_t *sizes = out->sizes;
  struct wd_node *node = out->node++;
  idx_t rows = to - from;

  out->sizes += wd_type_buffers(type);
  if (!wd_type_is_nested(type)) {
    wd_duck_column_shape(column, from, to, node, sizes);
    return;
  }
  node->length = (uint32_t)rows;
  node->null_count = 0;
  if (type->id == WD_TYPE_UNION) {
    sizes[0] = rows;
  } else {
    node->null_count = wd_duck_null_count(column->validity, from, to);
    sizes[0] = node->null_count ? (rows + 7) / 8 : 0;
  }
  inner_rows(column, &from, &to);
  if (is_list(type))
    sizes[1] = (rows + 1) * sizeof(int32_t);
  if (to - from > INT32_MAX)
    sizes[0] += TOO_MANY;
  for (uint32_t i = 0; i < type->child_count; i++) {
    wd_duck_nested_shape(child, from, to, out);
    child += child->parts;
  }
}

static void
write_offsets(const struct wd_duck_column *column, idx_t from, idx_t to,
              uint8_t *place)
{
  const duckdb_list_entry *entries = column->data;
  int32_t *offsets = (void *)place;
  int32_t end = 0;

  *offsets++ = 0;
  for (idx_t i = from; i < to; i++) {
    if (wd_duck_is_valid(column->validity, i))
      end += (int32_t)entries[i].length;
    *offsets++ = end;
  }
}

/* A union that is null becomes a null of a member that is null there. */
static void
write_tags(const struct wd_duck_column *column, idx_t from, idx_t to,
           uint8_t *place)
{
  const uint8_t *tags = column->data;

  for (idx_t row = from; row < to; row++) {
    const struct wd_duck_column *member = column + 1;
    uint8_t tag = 0;

    if (wd_duck_is_valid(column->validity, row)) {
      *place++ = tags[row];
      continue;
    }
    while (tag + 1u < column->type->child_count &&
           wd_duck_is_valid(member->validity, row)) {
      member += member->parts;
      tag++;
    }
    *place++ = tag;
  }
}

static void
write_own(const struct wd_duck_column *column, idx_t from, idx_t to,
          const struct wd_node *node, uint8_t *const *places)
{
  if (column->type->id == WD_TYPE_UNION) {
    write_tags(column, from, to, places[0]);
    return;
  }
  if (node->null_count)
    wd_duck_validity_write(column->validity, from, to, places[0]);
  if (is_list(column->type))
    write_offsets(column, from, to, places[1]);
}

void
wd_duck_nested_write(const struct wd_duck_column *column, idx_t from, idx_t to,
                     struct wd_duck_nested_out *out)
{
  const struct wd_type *type = column->type;
  const struct wd_duck_column *child = column + 1;
  const struct wd_node *node = out->node++;
  const uint64_t *sizes = out->sizes;
  uint8_t *const *places = out->places;
  uint32_t buffers = wd_type_buffers(type);

  out->sizes += buffers;
  out->places += buffers;
  if (!wd_type_is_nested(type)) {
    wd_duck_column_write(column, from, to, node, sizes, places);
    return;
  }
  write_own(column, from, to, node, places);
  inner_rows(column, &from, &to);
  for (uint32_t i = 0; i < type->child_count; i++) {
    wd_duck_nested_write(child, from, to, out);
    child += child->parts;
  }
}
