#include "engine/spark/closure_values.h"

#include <string.h>

/* Fields of the message: pairs of length and nulls, buffers in their order. */
enum { VALUES_ROWS = 1, VALUES_LENGTH, VALUES_NULLS, VALUES_BUFFER };

/* Where arrays of types begin, and room so that words may be read whole. */
#define ALIGNMENT ((size_t)8)

/* Buffers may be longer than they need to be: what is put is all of them. */
void
wd_spark_values_put(struct wd_sc_writer *writer, uint32_t field,
                    const struct wd_schema *schema,
                    const struct wd_batch *batch)
{
  size_t message = wd_sc_begin(writer, field);
  uint32_t nodes, buffers;

  wd_schema_shape(schema, &nodes, &buffers);
  wd_sc_put_int(writer, VALUES_ROWS, batch->rows);
  for (uint32_t i = 0; i < nodes; i++) {
    wd_sc_put_int(writer, VALUES_LENGTH, batch->nodes[i].length);
    wd_sc_put_int(writer, VALUES_NULLS, batch->nodes[i].null_count);
  }
  for (uint32_t i = 0; i < buffers; i++)
    wd_sc_put_bytes(writer, VALUES_BUFFER, batch->buffers[i].data,
                    batch->buffers[i].size);
  wd_sc_end(writer, message);
}

static bool
copy_buffer(struct wd_sc_view view, struct wd_arena *arena,
            struct wd_span *out_span)
{
  uint8_t *copy = wd_arena_array(
      arena, (view.length + ALIGNMENT - 1) / ALIGNMENT + 1, sizeof(uint64_t));

  if (copy && view.length)
    memcpy(copy, view.data, view.length);
  *out_span = (struct wd_span){copy, view.length};
  return copy != NULL;
}

/* Fills what there is room for; *out_full: all of it came, and no more. */
static enum wd_status
read_fields(struct wd_sc_view message, struct wd_arena *arena,
            struct wd_node *nodes, uint32_t node_count, struct wd_span *buffers,
            uint32_t buffer_count, bool *out_full, struct wd_error *error)
{
  uint32_t lengths = 0, nulls = 0, spans = 0;
  struct wd_sc_field field;

  *out_full = true;
  while (*out_full && wd_sc_next(&message, &field) == WD_SC_FIELD) {
    if (field.number == VALUES_LENGTH && lengths < node_count)
      nodes[lengths++].length = (uint32_t)field.integer;
    else if (field.number == VALUES_NULLS && nulls < node_count)
      nodes[nulls++].null_count = (uint32_t)field.integer;
    else if (field.number == VALUES_BUFFER && spans < buffer_count) {
      if (!copy_buffer(field.view, arena, &buffers[spans++]))
        return wd_fail_memory(error);
    } else
      *out_full = field.number == VALUES_ROWS;
  }
  *out_full = *out_full && lengths == node_count && nulls == node_count &&
              spans == buffer_count;
  return WD_OK;
}

enum wd_status
wd_spark_values_read(struct wd_sc_view message, const struct wd_schema *schema,
                     struct wd_arena *arena, struct wd_batch *out_batch,
                     struct wd_error *error)
{
  uint32_t node_count, buffer_count;
  struct wd_node *nodes;
  struct wd_span *buffers;
  bool full = false;
  enum wd_status status;

  wd_schema_shape(schema, &node_count, &buffer_count);
  nodes = wd_arena_array(arena, node_count, sizeof *nodes);
  buffers = wd_arena_array(arena, buffer_count, sizeof *buffers);
  if (!nodes || !buffers)
    return wd_fail_memory(error);
  status = read_fields(message, arena, nodes, node_count, buffers, buffer_count,
                       &full, error);
  if (status != WD_OK)
    return status;
  *out_batch =
      (struct wd_batch){(uint32_t)wd_sc_find_int(message, VALUES_ROWS, 0),
                        node_count, buffer_count, nodes, buffers};
  status =
      full ? wd_batch_check(schema, out_batch, 1, NULL) : WD_INVALID_ARGUMENT;
  if (status == WD_OK || status == WD_NO_MEMORY)
    return status == WD_OK ? WD_OK : wd_fail_memory(error);
  return wd_fail(error, WD_INVALID_ARGUMENT,
                 "a closure's values are not of its columns");
}
