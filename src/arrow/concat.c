#include "arrow/concat.h"

#include <string.h>

/* How a buffer's parts become one. */
enum form {
  FORM_VALIDITY,
  FORM_BITS,
  FORM_OFFSETS, /* of strings, or of a list: its child is the next node */
  FORM_BYTES,   /* of a string's data: as long as the last offset says */
  FORM_WIDTH,
};

/* A buffer of a column: where it is in every batch, and what it is of. */
struct part {
  enum form form;
  uint32_t width;
  uint32_t node;
  uint32_t buffer;
  bool child; /* offsets: into the next node */
};

struct concat {
  uint32_t count;
  const struct wd_batch *batches;
  uint32_t node; /* the next one */
  uint32_t buffer;
  struct part *parts; /* of each buffer */
  struct wd_node *nodes;
  struct wd_span *buffers;
  bool too_large;
};

static void
add(struct concat *concat, enum form form, uint32_t width, bool child)
{
  concat->parts[concat->buffer] =
      (struct part){form, width, concat->node, concat->buffer, child};
  concat->buffer++;
}

/* Notes the buffers of a column and its children, depth first. */
static void
note(struct concat *concat, const struct wd_type *type)
{
  switch (type->id) {
  case WD_TYPE_NULL:
    break;
  case WD_TYPE_UNION:
    add(concat, FORM_WIDTH, 1, false);
    break;
  case WD_TYPE_STRUCT:
  case WD_TYPE_FIXED_LIST:
    add(concat, FORM_VALIDITY, 0, false);
    break;
  case WD_TYPE_STRING:
  case WD_TYPE_BINARY:
    add(concat, FORM_VALIDITY, 0, false);
    add(concat, FORM_OFFSETS, 4, false);
    add(concat, FORM_BYTES, 1, false);
    break;
  case WD_TYPE_LIST:
  case WD_TYPE_MAP:
    add(concat, FORM_VALIDITY, 0, false);
    add(concat, FORM_OFFSETS, 4, true);
    break;
  case WD_TYPE_BOOL:
    add(concat, FORM_VALIDITY, 0, false);
    add(concat, FORM_BITS, 0, false);
    break;
  default:
    add(concat, FORM_VALIDITY, 0, false);
    add(concat, FORM_WIDTH, wd_type_width(type), false);
  }
  concat->node++;
  for (uint32_t i = 0; i < type->child_count; i++)
    note(concat, &type->children[i].type);
}

static uint32_t
last_offset(const struct wd_batch *batch, uint32_t node, uint32_t buffer)
{
  uint32_t length = batch->nodes[node].length, offset = 0;

  if (length && batch->buffers[buffer].size)
    memcpy(&offset, batch->buffers[buffer].data + (size_t)length * 4, 4);
  return offset;
}

/* How far the offsets of a batch reach: so much those of the next begin on. */
static uint32_t
reach(const struct wd_batch *batch, const struct part *part)
{
  return part->child ? batch->nodes[part->node + 1].length
                     : last_offset(batch, part->node, part->buffer);
}

static void
add_nodes(struct concat *concat, uint32_t node_count)
{
  for (uint32_t i = 0; i < node_count; i++) {
    uint64_t length = 0, nulls = 0;

    for (uint32_t k = 0; k < concat->count; k++) {
      length += concat->batches[k].nodes[i].length;
      nulls += concat->batches[k].nodes[i].null_count;
    }
    concat->too_large = concat->too_large || length > WD_CONCAT_ROWS;
    concat->nodes[i] = (struct wd_node){(uint32_t)length, (uint32_t)nulls};
  }
}

static uint64_t
size_of(struct concat *concat, const struct part *part)
{
  const struct wd_node *node = &concat->nodes[part->node];
  uint64_t bytes = 0;

  switch (part->form) {
  case FORM_VALIDITY:
    return node->null_count ? ((uint64_t)node->length + 7) / 8 : 0;
  case FORM_BITS:
    return ((uint64_t)node->length + 7) / 8;
  case FORM_OFFSETS:
    for (uint32_t k = 0; k < concat->count; k++)
      bytes += reach(&concat->batches[k], part);
    concat->too_large = concat->too_large || bytes > INT32_MAX;
    return ((uint64_t)node->length + 1) * 4;
  case FORM_BYTES:
    for (uint32_t k = 0; k < concat->count; k++)
      bytes += last_offset(&concat->batches[k], part->node, part->buffer - 1);
    return bytes;
  default:
    return (uint64_t)node->length * part->width;
  }
}

/* Sets the bits of one batch from `at` on; no bits there: all are set. */
static void
put_bits(uint8_t *to, uint64_t at, const struct wd_span *from, uint32_t length)
{
  for (uint32_t i = 0; i < length; i++)
    if (!from->size || wd_bit(from->data, i))
      to[(at + i) >> 3] |= (uint8_t)(1u << ((at + i) & 7));
}

static void
put_offsets(const struct concat *concat, const struct part *part, uint8_t *to)
{
  uint32_t base = 0, zero = 0;

  memcpy(to, &zero, 4);
  to += 4;
  for (uint32_t k = 0; k < concat->count; k++) {
    const struct wd_batch *batch = &concat->batches[k];
    const struct wd_span *from = &batch->buffers[part->buffer];

    for (uint32_t i = 1; i <= batch->nodes[part->node].length; i++) {
      uint32_t offset = 0;

      if (from->size)
        memcpy(&offset, from->data + (size_t)i * 4, 4);
      offset += base;
      memcpy(to, &offset, 4);
      to += 4;
    }
    base += reach(batch, part);
  }
}

/* The place is zeroed. */
static void
fill(const struct concat *concat, const struct part *part, uint8_t *to)
{
  bool bits = part->form == FORM_VALIDITY || part->form == FORM_BITS;
  uint64_t at = 0;

  if (part->form == FORM_OFFSETS) {
    put_offsets(concat, part, to);
    return;
  }
  for (uint32_t k = 0; k < concat->count; k++) {
    const struct wd_batch *batch = &concat->batches[k];
    const struct wd_span *from = &batch->buffers[part->buffer];
    uint32_t length = batch->nodes[part->node].length;

    if (bits) {
      put_bits(to, at, from, length);
      at += length;
      continue;
    }
    uint64_t bytes = part->form == FORM_BYTES
                         ? last_offset(batch, part->node, part->buffer - 1)
                         : (uint64_t)length * part->width;
    if (bytes)
      memcpy(to + at, from->data, bytes);
    at += bytes;
  }
}

static enum wd_status
join(struct concat *concat, struct wd_arena *arena, struct wd_batch *out_batch,
     struct wd_error *error)
{
  uint64_t rows = 0;

  add_nodes(concat, concat->node);
  for (uint32_t k = 0; k < concat->count; k++)
    rows += concat->batches[k].rows;
  for (uint32_t i = 0; i < concat->buffer; i++)
    concat->buffers[i].size = size_of(concat, &concat->parts[i]);
  if (concat->too_large || rows > WD_CONCAT_ROWS)
    return wd_fail(error, WD_LIMIT_EXCEEDED,
                   "the batches have more rows than one can have");
  for (uint32_t i = 0; i < concat->buffer; i++) {
    uint64_t size = concat->buffers[i].size;
    uint8_t *place = wd_arena_alloc(arena, size);

    if (!place)
      return wd_fail_memory(error);
    concat->buffers[i].data = place;
    if (size)
      fill(concat, &concat->parts[i], place);
  }
  *out_batch = (struct wd_batch){(uint32_t)rows, concat->node, concat->buffer,
                                 concat->nodes, concat->buffers};
  return WD_OK;
}

enum wd_status
wd_batches_concat(const struct wd_schema *schema, uint32_t count,
                  const struct wd_batch *batches, struct wd_arena *arena,
                  struct wd_batch *out_batch, struct wd_error *error)
{
  struct concat concat = {.count = count, .batches = batches};
  uint32_t node_count, buffer_count;

  wd_schema_shape(schema, &node_count, &buffer_count);
  concat.parts = wd_arena_array(arena, buffer_count, sizeof *concat.parts);
  concat.nodes = wd_arena_array(arena, node_count, sizeof *concat.nodes);
  concat.buffers = wd_arena_array(arena, buffer_count, sizeof *concat.buffers);
  if (!concat.parts || !concat.nodes || !concat.buffers)
    return wd_fail_memory(error);
  for (uint32_t i = 0; i < schema->count; i++)
    note(&concat, &schema->columns[i].type);
  return join(&concat, arena, out_batch, error);
}
