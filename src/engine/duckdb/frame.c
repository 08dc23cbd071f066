#include <string.h>

#include "engine/duckdb/nested.h"

static bool
frame_allocate(struct wd_duck_frame *frame, uint32_t columns, uint32_t buffers)
{
  size_t copies_size = frame->schema->count * sizeof *frame->copies;
  size_t nodes_size = columns * sizeof *frame->shape.nodes;
  size_t columns_size = columns * sizeof *frame->columns;
  size_t sizes_size = buffers * sizeof *frame->shape.sizes;
  size_t places_size = buffers * sizeof *frame->places;
  char *block;

  frame->block_size =
      copies_size + nodes_size + columns_size + sizes_size + places_size;
  block = wd_mem_calloc(frame->mem, 1, frame->block_size);
  if (!block)
    return false;
  frame->block = block;
  frame->copies = (void *)block;
  frame->columns = (void *)(block += copies_size);
  frame->shape.nodes = (void *)(block += columns_size);
  frame->shape.sizes = (void *)(block += nodes_size);
  frame->places = (void *)(block + sizes_size);
  return true;
}

/* Nested columns have parts of their own. */
static enum wd_status
define_nested(struct wd_duck_frame *frame, struct wd_error *error)
{
  const struct wd_schema *schema = frame->schema;
  uint32_t columns = 0, buffers = 0;
  struct wd_duck_column *column;

  for (uint32_t i = 0; i < schema->count; i++)
    wd_duck_nested_count(&schema->columns[i].type, &columns, &buffers);
  if (!frame_allocate(frame, columns, buffers))
    return wd_fail_memory(error);
  frame->shape.node_count = columns;
  frame->shape.buffer_count = buffers;
  column = frame->columns;
  for (uint32_t i = 0; i < schema->count; i++)
    column = wd_duck_nested_define(&schema->columns[i].type, column);
  return WD_OK;
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
  frame->shape.rows = 0;
  frame->picked = NULL;
  frame->nested = false;
  frame->failed = false;
  for (uint32_t i = 0; i < schema->count; i++) {
    buffers += wd_type_buffers(&schema->columns[i].type);
    frame->nested =
        frame->nested || wd_type_is_nested(&schema->columns[i].type);
  }
  if (frame->nested)
    return define_nested(frame, error);
  if (schema->count > WD_DUCK_FRAME_COLUMNS &&
      !frame_allocate(frame, schema->count, buffers))
    return wd_fail_memory(error);
  frame->shape.node_count = schema->count;
  frame->shape.buffer_count = buffers;
  for (uint32_t i = 0; i < schema->count; i++)
    frame->columns[i].type = &schema->columns[i].type;
  return WD_OK;
}

static void
free_copies(struct wd_duck_frame *frame)
{
  for (uint32_t i = 0; frame->nested && i < frame->schema->count; i++)
    if (frame->copies[i])
      duckdb_destroy_vector(&frame->copies[i]);
}

void
wd_duck_frame_fini(struct wd_duck_frame *frame)
{
  if (frame->block) {
    free_copies(frame);
    wd_mem_free(frame->mem, frame->block, frame->block_size);
  }
}

/* A copy has the elements of its lists in order; NULL when memory is short. */
static duckdb_vector
copy_vector(duckdb_vector vector, idx_t rows)
{
  duckdb_logical_type type = duckdb_vector_get_column_type(vector);
  duckdb_vector copy = duckdb_create_vector(type, rows);
  duckdb_selection_vector all = duckdb_create_selection_vector(rows);
  sel_t *indices = duckdb_selection_vector_get_data_ptr(all);

  for (idx_t i = 0; i < rows; i++)
    indices[i] = (sel_t)i;
  if (copy)
    duckdb_vector_copy_sel(vector, copy, all, rows, 0, 0);
  duckdb_destroy_selection_vector(all);
  duckdb_destroy_logical_type(&type);
  return copy;
}

static duckdb_vector
column_of(const struct wd_duck_frame *frame, duckdb_data_chunk chunk,
          idx_t first, uint32_t index)
{
  return duckdb_data_chunk_get_vector(
      chunk, first + (frame->picked ? frame->picked[index] : index));
}

/* Lists may lie anywhere, and several may share elements: those are copied. */
static void
read_nested(struct wd_duck_frame *frame, duckdb_data_chunk chunk, idx_t first)
{
  struct wd_duck_column *column = frame->columns;
  idx_t rows = duckdb_data_chunk_get_size(chunk);

  for (uint32_t i = 0; i < frame->schema->count; i++) {
    duckdb_vector vector = column_of(frame, chunk, first, i);
    struct wd_duck_column *next = wd_duck_nested_view(column, vector);

    if (!wd_duck_nested_in_order(column, 0, rows)) {
      if (frame->copies[i])
        duckdb_destroy_vector(&frame->copies[i]);
      frame->copies[i] = copy_vector(vector, rows);
      if (frame->copies[i])
        wd_duck_nested_view(column, frame->copies[i]);
      else
        frame->failed = true;
    }
    column = next;
  }
}

void
wd_duck_frame_read_chunk(struct wd_duck_frame *frame, duckdb_data_chunk chunk)
{
  wd_duck_frame_read_columns(frame, chunk, 0);
}

void
wd_duck_frame_read_columns(struct wd_duck_frame *frame, duckdb_data_chunk chunk,
                           idx_t first)
{
  if (frame->nested) {
    read_nested(frame, chunk, first);
    return;
  }
  for (uint32_t i = 0; i < frame->schema->count; i++) {
    duckdb_vector vector = column_of(frame, chunk, first, i);

    frame->columns[i].data = duckdb_vector_get_data(vector);
    frame->columns[i].validity = duckdb_vector_get_validity(vector);
  }
}

/* Shapes one column; the bytes of its buffers. */
static uint64_t
column_shape(const struct wd_duck_column *column, idx_t from, idx_t to,
             struct wd_duck_nested_out *out)
{
  const uint64_t *sizes = out->sizes;
  uint64_t size = 0;

  if (wd_type_is_nested(column->type)) {
    wd_duck_nested_shape(column, from, to, out);
  } else {
    wd_duck_column_shape(column, from, to, out->node++, out->sizes);
    out->sizes += wd_type_buffers(column->type);
  }
  while (sizes < out->sizes && size < WD_DUCK_NO_FIT)
    size += *sizes++;
  return size;
}

static uint32_t
column_parts(const struct wd_duck_column *column)
{
  return wd_type_is_nested(column->type) ? column->parts : 1;
}

/* Shapes all columns; the bytes of all buffers. */
static uint64_t
frame_shape(struct wd_duck_frame *frame, idx_t from, idx_t to,
            uint32_t *out_largest, uint64_t *out_size)
{
  struct wd_duck_nested_out out = {frame->shape.nodes, frame->shape.sizes,
                                   NULL};
  const struct wd_duck_column *column = frame->columns;
  uint64_t total = 0, largest = 0;

  *out_largest = 0;
  for (uint32_t i = 0; i < frame->schema->count; i++) {
    uint64_t size = column_shape(column, from, to, &out);

    if (size > largest) {
      largest = size;
      *out_largest = i;
    }
    total += size < WD_DUCK_NO_FIT ? size : WD_DUCK_NO_FIT >> 20;
    column += column_parts(column);
  }
  *out_size = largest;
  return total;
}

static enum wd_status
fail_size(const struct wd_duck_frame *frame, uint64_t total, uint32_t column,
          uint64_t size, struct wd_error *error)
{
  const char *name = frame->schema->columns[column].name;

  if (size >= WD_DUCK_NO_FIT)
    return wd_fail(error, WD_LIMIT_EXCEEDED,
                   "column '%s' has an interval whose hours and less are more "
                   "than 292 years: an Arrow interval counts them in "
                   "nanoseconds",
                   name);
  return wd_fail(error, WD_LIMIT_EXCEEDED,
                 "a row has %llu bytes, most of them in column '%s'; a "
                 "batch holds at most 2 GiB",
                 (unsigned long long)total, name);
}

enum wd_status
wd_duck_frame_cut(struct wd_duck_frame *frame, idx_t from, idx_t to,
                  uint64_t limit, idx_t *out_to, struct wd_error *error)
{
  uint32_t largest;
  uint64_t total, size;

  if (frame->failed)
    return wd_fail_memory(error);
  total = frame_shape(frame, from, to, &largest, &size);
  while (total > limit && to - from > 1) {
    to = from + (to - from) / 2;
    total = frame_shape(frame, from, to, &largest, &size);
  }
  if (total > INT32_MAX)
    return fail_size(frame, total, largest, size, error);
  frame->shape.rows = (uint32_t)(to - from);
  *out_to = to;
  return WD_OK;
}

void
wd_duck_frame_write(const struct wd_duck_frame *frame, idx_t from)
{
  struct wd_duck_nested_out out = {frame->shape.nodes, frame->shape.sizes,
                                   frame->places};
  const struct wd_duck_column *column = frame->columns;
  idx_t to = from + frame->shape.rows;

  for (uint32_t i = 0; i < frame->schema->count; i++) {
    uint32_t buffers = wd_type_buffers(column->type);

    if (wd_type_is_nested(column->type)) {
      wd_duck_nested_write(column, from, to, &out);
      column += column->parts;
      continue;
    }
    wd_duck_column_write(column++, from, to, out.node++, out.sizes, out.places);
    out.sizes += buffers;
    out.places += buffers;
  }
}
