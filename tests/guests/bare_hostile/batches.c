/* Batches of one flat column, and what can be wrong with them. */
#include "hostile.h"

const char *
format(void)
{
  if (starts("utf8_") || starts("offsets_"))
    return "u";
  if (starts("decimal_"))
    return "d:5,2";
  if (starts("filter_"))
    return is("filter_type") ? "l" : "b";
  return "l";
}

list
buffer(size_t size)
{
  return (list){at(page(size)), (size + 7) / 8};
}

void
set(uint32_t pointer, uint32_t index, uint32_t value)
{
  ((uint32_t *)pointer)[index] = value;
}

/* Zeroes (or `x`) without nulls. */
struct batch
good(const char *type, uint32_t rows)
{
  struct node *node = page(sizeof *node);
  list *buffers = page(3 * sizeof *buffers);
  struct batch batch = {rows, {at(node), 1}, {at(buffers), 2}};

  *node = (struct node){rows, 0};
  buffers[0] = (list){8, 0};
  if (type[0] == 'u' || type[0] == 'z') {
    buffers[1] = buffer((rows + 1) * 4);
    buffers[2] = buffer(rows);
    batch.buffers.count = 3;
    for (uint32_t i = 0; i <= rows; i++)
      set(buffers[1].data, i, i);
    memset((void *)buffers[2].data, 'x', rows);
  } else {
    buffers[1] = buffer(rows * (type[0] == 'd' ? 16 : 8));
  }
  return batch;
}

static void
spoil_nodes(struct batch *batch)
{
  if (is("nodes_out"))
    batch->nodes.data = memory_end() - 4;
  if (is("nodes_odd"))
    batch->nodes.data += 1;
  if (is("nodes_wrap"))
    batch->nodes = (list){0xfffffff8u, 0x20000001u};
  if (is("nodes_none"))
    batch->nodes.count = 0;
  if (is("nodes_many"))
    batch->nodes.count = 2;
}

static void
spoil_buffers(struct batch *batch, list *buffers)
{
  if (is("buffers_out"))
    batch->buffers.data = memory_end();
  if (is("buffers_odd"))
    batch->buffers.data += 2;
  if (is("buffers_few"))
    batch->buffers.count = 1;
  if (is("buffers_many"))
    batch->buffers.count = 0xffffffffu;
  if (is("buffer_out"))
    buffers[1].data = memory_end() - 16;
  if (is("buffer_odd"))
    buffers[1].data += 4;
  if (is("buffer_wrap"))
    buffers[1].count = 0x20000000u;
  if (is("buffer_short"))
    buffers[1].count -= 1;
  if (is("buffer_none"))
    buffers[1].count = 0;
}

static void
spoil_nulls(struct batch *batch, struct node *node, list *buffers)
{
  list validity = buffer(batch->rows / 8 + 1);

  memset((void *)validity.data, 0xff, validity.count * 8);
  if (is("validity_short"))
    buffers[0] = (list){validity.data, 1}, node->nulls = 1;
  if (is("nulls_lie"))
    buffers[0] = validity, node->nulls = 3;
  if (is("nulls_hidden"))
    buffers[0] = validity, *(uint8_t *)validity.data = 0xfe;
  if (is("nulls_many"))
    buffers[0] = validity, node->nulls = batch->rows + 1;
  if (is("nulls_missing"))
    node->nulls = 1;
  if (is("strict_null"))
    buffers[0] = validity, node->nulls = 1, *(uint8_t *)validity.data = 0xfe;
}

static void
spoil_rows(struct batch *batch, struct node *node)
{
  if (is("rows_few"))
    *batch = good("l", batch->rows - 1);
  if (is("rows_many"))
    *batch = good("l", batch->rows + 1);
  if (is("rows_huge"))
    batch->rows = node->length = 0xffffffffu;
  if (is("rows_node"))
    node->length--;
}

static void
spoil_offsets(uint32_t rows, list *buffers)
{
  if (is("offsets_fall"))
    set(buffers[1].data, 3, 9), set(buffers[1].data, 4, 5);
  if (is("offsets_start"))
    set(buffers[1].data, 0, 1);
  if (is("offsets_past"))
    set(buffers[1].data, rows, rows * 4);
  if (is("offsets_negative"))
    set(buffers[1].data, 0, 0x80000000u);
  if (is("offsets_short"))
    buffers[1].count = 1;
  if (is("offsets_none"))
    buffers[1].count = 0;
}

static void
spoil_values(list *buffers)
{
  if (is("utf8_bad"))
    *(uint8_t *)(buffers[2].data + 2) = 0xff;
  if (is("utf8_surrogate"))
    memcpy((void *)buffers[2].data, "\xed\xa0\x80", 3),
        set(buffers[1].data, 1, 3), set(buffers[1].data, 2, 3);
  if (is("utf8_cut")) /* two bytes of one character in two values */
    memcpy((void *)buffers[2].data, "\xc3\xa9", 2);
  if (is("decimal_beyond"))
    set(buffers[1].data, 0, 100000);
}

void
spoil(struct batch *batch)
{
  struct node *node = (struct node *)batch->nodes.data;
  list *buffers = (list *)batch->buffers.data;

  spoil_nodes(batch);
  spoil_buffers(batch, buffers);
  spoil_nulls(batch, node, buffers);
  spoil_rows(batch, node);
  spoil_offsets(batch->rows, buffers);
  spoil_values(buffers);
}
