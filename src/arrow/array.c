#include "arrow/array.h"

#include <string.h>

struct wd_array
wd_array_of(const struct wd_schema *schema, const struct wd_batch *batch,
            uint32_t column)
{
  const struct wd_schema before = {column, schema->columns};
  uint32_t nodes, buffers;

  wd_schema_shape(&before, &nodes, &buffers);
  return (struct wd_array){&schema->columns[column].type, batch->nodes + nodes,
                           batch->buffers + buffers};
}

struct wd_array
wd_array_child(const struct wd_array *array)
{
  return (struct wd_array){&array->type->children->type, array->node + 1,
                           array->buffers + wd_type_buffers(array->type)};
}

struct wd_array
wd_array_next(const struct wd_array *array, const struct wd_type *type)
{
  const struct wd_column column = {.name = "", .type = *array->type};
  const struct wd_schema all = {1, &column};
  uint32_t nodes, buffers;

  wd_schema_shape(&all, &nodes, &buffers);
  return (struct wd_array){type, array->node + nodes, array->buffers + buffers};
}

bool
wd_array_null(const struct wd_array *array, uint32_t row)
{
  if (array->type->id == WD_TYPE_NULL)
    return true;
  return array->type->id != WD_TYPE_UNION && array->node->null_count &&
         array->buffers->size && !wd_bit(array->buffers->data, row);
}

void
wd_array_elements(const struct wd_array *array, uint32_t row,
                  uint32_t *out_from, uint32_t *out_to)
{
  const uint32_t *offsets = (const void *)array->buffers[1].data;

  if (array->type->id == WD_TYPE_FIXED_LIST) {
    *out_from = row * array->type->width;
    *out_to = *out_from + array->type->width;
    return;
  }
  *out_from = offsets[row];
  *out_to = offsets[row + 1];
}

const char *
wd_array_word(const struct wd_array *array, uint32_t row)
{
  uint32_t index = 0, width = array->type->width;

  memcpy(&index, array->buffers[1].data + (size_t)row * width, width);
  return array->type->dictionary[index];
}

const uint8_t *
wd_array_bytes(const struct wd_array *array, uint32_t row, uint32_t *out_length)
{
  const uint32_t *offsets = (const void *)array->buffers[1].data;
  uint32_t width = wd_type_width(array->type);

  if (width) {
    *out_length = width;
    return array->buffers[1].data + (size_t)row * width;
  }
  *out_length = offsets[row + 1] - offsets[row];
  return *out_length ? array->buffers[2].data + offsets[row]
                     : (const uint8_t *)"";
}
