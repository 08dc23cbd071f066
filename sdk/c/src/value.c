/* One nested value as bytes: its nodes and buffers, as a batch of one row has
 * them, one after the other. So a state can hold it, and a column can be laid
 * over it without copying.
 *
 * In the order: counts of nodes and buffers, 4 bytes each; the nodes; the
 * buffers' lengths in words, 4 bytes each and padded to 8; the buffers. */
#include "internal.h"

static size_t
padded(size_t size)
{
  return (size + 7) & ~(size_t)7;
}

size_t
wd__value_size(const struct wire_batch *value)
{
  size_t size = 8 + padded(value->node_count * sizeof *value->nodes) +
                padded(value->buffer_count * 4);
  for (uint32_t i = 0; i < value->buffer_count; i++)
    size += (size_t)value->buffers[i].words * 8;
  return size;
}

void
wd__value_write(const struct wire_batch *value, uint8_t *to)
{
  uint32_t counts[2] = {value->node_count, value->buffer_count};
  size_t nodes = value->node_count * sizeof *value->nodes;
  memcpy(to, counts, sizeof counts);
  memcpy(to + 8, value->nodes, nodes);
  uint8_t *words = to + 8 + padded(nodes);
  uint8_t *data = words + padded(value->buffer_count * 4);
  for (uint32_t i = 0; i < value->buffer_count; i++) {
    const struct wire_buffer *b = value->buffers + i;
    size_t size = (size_t)b->words * 8;
    memcpy(words + 4 * (size_t)i, &b->words, 4);
    if (size)
      memcpy(data, b->data, size);
    data += size;
  }
}

void
wd__value_read(const uint8_t *from, wd_column *column)
{
  struct wd__fault fault;
  uint32_t counts[2];
  memcpy(counts, from, sizeof counts);
  const struct wire_node *nodes = (const struct wire_node *)(from + 8);
  const uint8_t *words = from + 8 + padded(counts[0] * sizeof *nodes);
  const uint8_t *data = words + padded(counts[1] * 4);
  struct wire_buffer *buffers =
      wd__arena_take(&wd__scratch, counts[1] * sizeof *buffers);
  for (uint32_t i = 0; i < counts[1]; i++) {
    memcpy(&buffers[i].words, words + 4 * (size_t)i, 4);
    buffers[i].data = data;
    data += (size_t)buffers[i].words * 8;
  }
  struct wire_batch batch = {1, nodes, counts[0], buffers, counts[1]};
  if (!wd__batch_decode(&batch, column, 1, &fault))
    wd_fail("%s", fault.message);
}
