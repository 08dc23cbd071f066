/* Arrow arrays with children to DuckDB's vectors. */
#include <string.h>

#include "engine/duckdb/nested.h"

void
wd_duck_set_null(const struct wd_type *type, duckdb_vector vector, idx_t row)
{
  uint32_t count = type->child_count + (type->id == WD_TYPE_UNION);

  duckdb_vector_ensure_validity_writable(vector);
  duckdb_validity_set_row_invalid(duckdb_vector_get_validity(vector), row);
  if (type->id == WD_TYPE_FIXED_LIST) {
    duckdb_vector child = duckdb_array_vector_get_child(vector);

    for (idx_t i = row * type->width; i < (row + 1) * type->width; i++)
      wd_duck_set_null(&type->children->type, child, i);
  } else if (type->id == WD_TYPE_STRUCT) {
    for (uint32_t i = 0; i < count; i++)
      wd_duck_set_null(&type->children[i].type,
                       duckdb_struct_vector_get_child(vector, i), row);
  } else if (type->id == WD_TYPE_UNION) {
    static const struct wd_type tag = {.id = WD_TYPE_U8};

    for (uint32_t i = 0; i < count; i++)
      wd_duck_set_null(i ? &type->children[i - 1].type : &tag,
                       duckdb_struct_vector_get_child(vector, i), row);
  }
}

/* Goes past an array. */
static void
skip(const struct wd_type *type, struct wd_duck_nested_in *in)
{
  in->node++;
  in->buffers += wd_type_buffers(type);
  for (uint32_t i = 0; i < type->child_count; i++)
    skip(&type->children[i].type, in);
}

static void
skip_children(const struct wd_type *type, struct wd_duck_nested_in *in)
{
  for (uint32_t i = 0; i < type->child_count; i++)
    skip(&type->children[i].type, in);
}

static void
read_list(const struct wd_type *type, const struct wd_span *buffers,
          struct wd_duck_nested_in *in, uint32_t from, uint32_t to,
          duckdb_vector vector, idx_t at)
{
  const uint32_t *offsets = (const void *)buffers[1].data;
  duckdb_list_entry *entries =
      (duckdb_list_entry *)duckdb_vector_get_data(vector) + at;
  idx_t base = duckdb_list_vector_get_size(vector);
  uint32_t begin = offsets[from], end = offsets[to];

  for (uint32_t i = from; i < to; i++) {
    entries->offset = base + (offsets[i] - begin);
    entries->length = offsets[i + 1] - offsets[i];
    entries++;
  }
  if (begin == end) {
    skip_children(type, in);
    return;
  }
  duckdb_list_vector_reserve(vector, base + (end - begin));
  duckdb_list_vector_set_size(vector, base + (end - begin));
  wd_duck_nested_read(&type->children->type, in, begin, end,
                      duckdb_list_vector_get_child(vector), base);
}

/* What is null as a whole is null in all its parts. */
static void
spread_nulls(const struct wd_type *type, const uint8_t *validity, uint32_t from,
             uint32_t to, duckdb_vector vector, idx_t at)
{
  for (uint32_t i = from; i < to; i++)
    if (!wd_bit(validity, i))
      wd_duck_set_null(type, vector, at + (i - from));
}

static void
read_struct(const struct wd_type *type, struct wd_duck_nested_in *in,
            uint32_t from, uint32_t to, duckdb_vector vector, idx_t at)
{
  for (uint32_t i = 0; i < type->child_count; i++)
    wd_duck_nested_read(&type->children[i].type, in, from, to,
                        duckdb_struct_vector_get_child(vector, i), at);
}

/* Members that a row is not of are null: that is what DuckDB demands. */
static void
read_union(const struct wd_type *type, const uint8_t *ids,
           struct wd_duck_nested_in *in, uint32_t from, uint32_t to,
           duckdb_vector vector, idx_t at)
{
  uint8_t *tags =
      duckdb_vector_get_data(duckdb_struct_vector_get_child(vector, 0));

  memcpy(tags + at, ids + from, to - from);
  for (uint32_t i = 0; i < type->child_count; i++) {
    const struct wd_type *member = &type->children[i].type;
    duckdb_vector child = duckdb_struct_vector_get_child(vector, i + 1);

    wd_duck_nested_read(member, in, from, to, child, at);
    for (uint32_t row = from; row < to; row++)
      if (ids[row] != i)
        wd_duck_set_null(member, child, at + (row - from));
  }
}

void
wd_duck_nested_read(const struct wd_type *type, struct wd_duck_nested_in *in,
                    uint32_t from, uint32_t to, duckdb_vector vector, idx_t at)
{
  const struct wd_node *node = in->node;
  const struct wd_span *buffers = in->buffers;
  bool nulls = type->id != WD_TYPE_UNION && node->null_count && buffers[0].size;
  uint32_t width = type->width;

  if (!vector || from == to) {
    skip(type, in);
    return;
  }
  in->node++;
  in->buffers += wd_type_buffers(type);
  switch (type->id) {
  case WD_TYPE_LIST:
  case WD_TYPE_MAP:
    read_list(type, buffers, in, from, to, vector, at);
    break;
  case WD_TYPE_FIXED_LIST:
    wd_duck_nested_read(&type->children->type, in, from * width, to * width,
                        duckdb_array_vector_get_child(vector), at * width);
    break;
  case WD_TYPE_STRUCT:
    read_struct(type, in, from, to, vector, at);
    break;
  case WD_TYPE_UNION:
    read_union(type, buffers[0].data, in, from, to, vector, at);
    break;
  default:
    wd_duck_column_read(type, node, buffers, from, to, vector, at);
    return;
  }
  if (nulls)
    spread_nulls(type, buffers[0].data, from, to, vector, at);
}
