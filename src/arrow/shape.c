#include "arrow/batch.h"

static void
shape_of(const struct wd_column *columns, uint32_t count, uint32_t *nodes,
         uint32_t *buffers)
{
  for (uint32_t i = 0; i < count; i++) {
    const struct wd_type *type = &columns[i].type;

    *nodes += 1;
    *buffers += wd_type_buffers(type);
    if (type->child_count)
      shape_of(type->children, type->child_count, nodes, buffers);
  }
}

void
wd_schema_shape(const struct wd_schema *schema, uint32_t *out_nodes,
                uint32_t *out_buffers)
{
  *out_nodes = 0;
  *out_buffers = 0;
  shape_of(schema->columns, schema->count, out_nodes, out_buffers);
}

/* Of arrays with a buffer of offsets, if there are any. */
static uint32_t
last_offset(const struct wd_span *offsets, uint32_t length)
{
  const uint32_t *values = (const void *)offsets->data;

  return length ? values[length] : 0;
}

uint64_t
wd_buffer_need(const struct wd_type *type, uint32_t length,
               const struct wd_span *first, uint32_t index)
{
  uint64_t offsets = length ? ((uint64_t)length + 1) * 4 : 0;

  if (type->id == WD_TYPE_UNION)
    return length;
  if (index == 0)
    return first->size ? ((uint64_t)length + 7) / 8 : 0;
  switch (type->id) {
  case WD_TYPE_BOOL:
    return ((uint64_t)length + 7) / 8;
  case WD_TYPE_STRING:
  case WD_TYPE_BINARY:
    return index == 1 ? offsets : last_offset(first + 1, length);
  case WD_TYPE_LIST:
  case WD_TYPE_MAP:
    return offsets;
  default:
    return (uint64_t)length * wd_type_width(type);
  }
}
