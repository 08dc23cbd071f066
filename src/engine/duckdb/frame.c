#include <string.h>

#include "engine/duckdb/columns.h"

static bool
frame_allocate(struct wd_duck_frame *frame, uint32_t columns, uint32_t buffers)
{
  size_t nodes_size = columns * sizeof *frame->shape.nodes;
  size_t columns_size = columns * sizeof *frame->columns;
  size_t sizes_size = buffers * sizeof *frame->shape.sizes;
  size_t places_size = buffers * sizeof *frame->places;
  char *block;

  frame->block_size = nodes_size + columns_size + sizes_size + places_size;
  block = wd_mem_calloc(frame->mem, 1, frame->block_size);
  if (!block)
    return false;
  frame->block = block;
  frame->columns = (void *)block;
  frame->shape.nodes = (void *)(block += columns_size);
  frame->shape.sizes = (void *)(block += nodes_size);
  frame->places = (void *)(block + sizes_size);
  return true;
}

enum wd_status
wd_duck_frame_init(struct wd_duck_frame *frame, struct wd_mem *mem,
                   const struct wd_schema *schema, struct wd_error *error)
{
  uint32_t buffers = 0;

  frame->schema = schema;
  frame->mem = mem;
  frame->block = NULL;
  frame->block_size = 0;
  frame->shape.nodes = frame->few_nodes;
  frame->shape.sizes = frame->few_sizes;
  frame->places = frame->few_places;
  frame->columns = frame->few_columns;
  for (uint32_t i = 0; i < schema->count; i++)
    buffers += wd_type_buffers(&schema->columns[i].type);
  if (schema->count > WD_DUCK_FRAME_COLUMNS &&
      !frame_allocate(frame, schema->count, buffers))
    return wd_fail_memory(error);
  frame->shape.rows = 0;
  frame->shape.node_count = schema->count;
  frame->shape.buffer_count = buffers;
  for (uint32_t i = 0; i < schema->count; i++)
    frame->columns[i].type = &schema->columns[i].type;
  return WD_OK;
}

void
wd_duck_frame_fini(struct wd_duck_frame *frame)
{
  wd_mem_free(frame->mem, frame->block, frame->block_size);
}

void
wd_duck_frame_read_chunk(struct wd_duck_frame *frame, duckdb_data_chunk chunk)
{
  for (uint32_t i = 0; i < frame->schema->count; i++) {
    duckdb_vector vector = duckdb_data_chunk_get_vector(chunk, i);

    frame->columns[i].data = duckdb_vector_get_data(vector);
    frame->columns[i].validity = duckdb_vector_get_validity(vector);
  }
}

/* Shapes all columns; the bytes of all buffers. */
static uint64_t
frame_shape(struct wd_duck_frame *frame, idx_t from, idx_t to,
            uint32_t *out_largest)
{
  uint64_t total = 0, largest = 0;
  uint64_t *sizes = frame->shape.sizes;

  *out_largest = 0;
  for (uint32_t i = 0; i < frame->schema->count; i++) {
    uint32_t buffers = wd_type_buffers(frame->columns[i].type);
    uint64_t size = 0;

    wd_duck_column_shape(&frame->columns[i], from, to, &frame->shape.nodes[i],
                         sizes);
    for (uint32_t k = 0; k < buffers; k++)
      size += sizes[k];
    if (size > largest) {
      largest = size;
      *out_largest = i;
    }
    total += size;
    sizes += buffers;
  }
  return total;
}

enum wd_status
wd_duck_frame_cut(struct wd_duck_frame *frame, idx_t from, idx_t to,
                  uint64_t limit, idx_t *out_to, struct wd_error *error)
{
  uint32_t largest;
  uint64_t total = frame_shape(frame, from, to, &largest);

  while (total > limit && to - from > 1) {
    to = from + (to - from) / 2;
    total = frame_shape(frame, from, to, &largest);
  }
  if (total > INT32_MAX)
    return wd_fail(error, WD_LIMIT_EXCEEDED,
                   "a row has %llu bytes, most of them in column '%s'; a "
                   "batch holds at most 2 GiB",
                   (unsigned long long)total,
                   frame->schema->columns[largest].name);
  frame->shape.rows = (uint32_t)(to - from);
  *out_to = to;
  return WD_OK;
}

void
wd_duck_frame_write(const struct wd_duck_frame *frame, idx_t from)
{
  const uint64_t *sizes = frame->shape.sizes;
  uint8_t *const *places = frame->places;

  for (uint32_t i = 0; i < frame->schema->count; i++) {
    uint32_t buffers = wd_type_buffers(frame->columns[i].type);

    wd_duck_column_write(&frame->columns[i], from, from + frame->shape.rows,
                         &frame->shape.nodes[i], sizes, places);
    sizes += buffers;
    places += buffers;
  }
}
