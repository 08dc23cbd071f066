/* One row of DuckDB's as a batch. */
#include <string.h>

#include "engine/duckdb/columns.h"

/* Room in the arena for each buffer of the frame. False: out of memory. */
static bool
make_room(struct wd_duck_frame *frame, struct wd_arena *arena,
          struct wd_span *spans)
{
  for (uint32_t i = 0; i < frame->shape.buffer_count; i++) {
    uint64_t size = frame->shape.sizes[i];

    /* Whole words are written. */
    frame->places[i] = size ? wd_arena_alloc(arena, size + 8) : NULL;
    if (size && !frame->places[i])
      return false;
    spans[i] = (struct wd_span){frame->places[i], size};
  }
  return true;
}

static enum wd_status
take(struct wd_duck_frame *frame, struct wd_arena *arena,
     struct wd_batch *out_batch, struct wd_error *error)
{
  const struct wd_shape *shape = &frame->shape;
  struct wd_span *spans;
  struct wd_node *nodes;
  idx_t to;
  enum wd_status status =
      wd_duck_frame_cut(frame, 0, 1, UINT64_MAX, &to, error);

  if (status != WD_OK)
    return status;
  spans = wd_arena_array(arena, shape->buffer_count, sizeof *spans);
  nodes = wd_arena_array(arena, shape->node_count, sizeof *nodes);
  if (!spans || !nodes || !make_room(frame, arena, spans))
    return wd_fail_memory(error);
  wd_duck_frame_write(frame, 0);
  memcpy(nodes, shape->nodes, shape->node_count * sizeof *nodes);
  *out_batch = (struct wd_batch){1, shape->node_count, shape->buffer_count,
                                 nodes, spans};
  return WD_OK;
}

enum wd_status
wd_duck_row_take(struct wd_mem *mem, duckdb_data_chunk chunk,
                 const struct wd_schema *schema, struct wd_arena *arena,
                 struct wd_batch *out_batch, struct wd_error *error)
{
  struct wd_duck_frame frame;
  enum wd_status status = wd_duck_frame_init(&frame, mem, schema, error);

  if (status != WD_OK)
    return status;
  wd_duck_frame_read_chunk(&frame, chunk);
  status = take(&frame, arena, out_batch, error);
  wd_duck_frame_fini(&frame);
  return status;
}
