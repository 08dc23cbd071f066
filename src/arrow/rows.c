#include "arrow/batch.h"

#include <string.h>

#define ALIGNMENT 16
#define BLOCK_MAX (PTRDIFF_MAX / 2)

/* Where the parts of a block begin. */
struct layout {
  uint64_t spans;
  uint64_t places;
  uint64_t data;
  uint64_t size;
};

static uint64_t
round_up(uint64_t size)
{
  return (size + ALIGNMENT - 1) & ~(uint64_t)(ALIGNMENT - 1);
}

/* False when no block can be that large. */
static bool
plan_block(const struct wd_shape *shape, struct layout *out_layout)
{
  uint64_t at = round_up(shape->node_count * sizeof(struct wd_node));

  out_layout->spans = at;
  at += round_up(shape->buffer_count * sizeof(struct wd_span));
  out_layout->places = at;
  at += round_up(shape->buffer_count * sizeof(uint8_t *));
  out_layout->data = at;
  for (uint32_t i = 0; i < shape->buffer_count; i++) {
    if (shape->sizes[i] > BLOCK_MAX)
      return false;
    at += round_up(shape->sizes[i]);
    if (at > BLOCK_MAX)
      return false;
  }
  out_layout->size = at;
  return true;
}

/* Gives each buffer its place; what pads it is zero, so that equal rows are
 * equal bytes. */
static void
place_buffers(const struct wd_shape *shape, uint8_t *at, struct wd_span *spans,
              uint8_t **places)
{
  for (uint32_t i = 0; i < shape->buffer_count; i++) {
    uint64_t size = shape->sizes[i];
    uint64_t padded = round_up(size);

    places[i] = size ? at : NULL;
    spans[i] = (struct wd_span){places[i], size};
    if (padded > size)
      memset(at + size, 0, padded - size);
    at += padded;
  }
}

enum wd_status
wd_rows_new(struct wd_mem *mem, const struct wd_shape *shape,
            struct wd_rows *out_rows, uint8_t ***out_places,
            struct wd_error *error)
{
  struct layout layout;
  uint8_t *block = NULL;
  struct wd_span *spans;
  uint8_t **places;

  *out_rows = (struct wd_rows){0};
  if (plan_block(shape, &layout))
    block = wd_mem_alloc(mem, layout.size);
  if (!block)
    return wd_fail(error, WD_NO_MEMORY,
                   "out of memory: no room for a batch of %u rows",
                   shape->rows);
  spans = (void *)(block + layout.spans);
  places = (void *)(block + layout.places);
  if (shape->node_count)
    memcpy(block, shape->nodes, shape->node_count * sizeof *shape->nodes);
  place_buffers(shape, block + layout.data, spans, places);
  out_rows->mem = mem;
  out_rows->block = block;
  out_rows->size = layout.size;
  out_rows->batch =
      (struct wd_batch){shape->rows, shape->node_count, shape->buffer_count,
                        (const void *)block, spans};
  *out_places = places;
  return WD_OK;
}

enum wd_status
wd_rows_copy(struct wd_mem *mem, const struct wd_batch *batch,
             struct wd_rows *out_rows, struct wd_error *error)
{
  struct wd_shape shape = {batch->rows, batch->node_count, batch->buffer_count,
                           NULL, NULL};
  size_t size = batch->buffer_count * sizeof *shape.sizes;
  uint8_t **places;
  enum wd_status status;

  *out_rows = (struct wd_rows){0};
  shape.sizes = wd_mem_alloc(mem, size);
  if (!shape.sizes)
    return wd_fail_memory(error);
  for (uint32_t i = 0; i < batch->buffer_count; i++)
    shape.sizes[i] = batch->buffers[i].size;
  shape.nodes = (struct wd_node *)(uintptr_t)batch->nodes;
  status = wd_rows_new(mem, &shape, out_rows, &places, error);
  for (uint32_t i = 0; status == WD_OK && i < batch->buffer_count; i++) {
    if (shape.sizes[i])
      memcpy(places[i], batch->buffers[i].data, shape.sizes[i]);
  }
  wd_mem_free(mem, shape.sizes, size);
  return status;
}

void
wd_rows_fini(struct wd_rows *rows)
{
  wd_mem_free(rows->mem, rows->block, rows->size);
  *rows = (struct wd_rows){0};
}
