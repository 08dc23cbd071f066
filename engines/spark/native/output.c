#include "output.h"

#include <math.h>
#include <string.h>

/* A walk over a batch's arrays, depth first. */
struct walk {
  const struct wd_node *node;
  const struct wd_span *buffers;
  uint64_t *sizes;
};

static void
size_array(const struct wd_type *type, struct walk *walk)
{
  const struct wd_span *first = walk->buffers;
  uint32_t count = wd_type_buffers(type);
  uint32_t length = walk->node->length;

  for (uint32_t i = 0; i < count; i++) {
    uint64_t need = wd_buffer_need(type, length, first, i);

    if (i == 0 && walk->node->null_count == 0)
      need = 0;
    walk->sizes[i] = need < first[i].size ? need : first[i].size;
  }
  walk->node++;
  walk->buffers += count;
  walk->sizes += count;
  for (uint32_t i = 0; i < type->child_count; i++)
    size_array(&type->children[i].type, walk);
}

void
wd_output_sizes(const struct wd_schema *schema, const struct wd_batch *batch,
                uint64_t *out_sizes)
{
  struct walk walk = {batch->nodes, batch->buffers, out_sizes};

  for (uint32_t i = 0; i < schema->count; i++)
    size_array(&schema->columns[i].type, &walk);
}

/* Addresses of the JVM's buffers need not be aligned to the values. */
static void
make_canonical(const struct wd_type *type, uint8_t *data, uint64_t size)
{
  static const double nan64 = (double)NAN;
  static const float nan32 = NAN;

  for (uint64_t at = 0; type->id == WD_TYPE_F64 && at < size; at += 8) {
    double value;

    memcpy(&value, data + at, sizeof value);
    if (isnan(value))
      memcpy(data + at, &nan64, sizeof nan64);
  }
  for (uint64_t at = 0; type->id == WD_TYPE_F32 && at < size; at += 4) {
    float value;

    memcpy(&value, data + at, sizeof value);
    if (isnan(value))
      memcpy(data + at, &nan32, sizeof nan32);
  }
}

struct copying {
  const struct wd_span *buffers;
  const uint64_t *sizes;
  uint8_t *const *places;
};

static void
copy_array(const struct wd_type *type, struct copying *copying)
{
  uint32_t count = wd_type_buffers(type);

  for (uint32_t i = 0; i < count; i++) {
    if (copying->sizes[i] == 0)
      continue;
    memcpy(copying->places[i], copying->buffers[i].data, copying->sizes[i]);
    if (i == 1)
      make_canonical(type, copying->places[i], copying->sizes[i]);
  }
  copying->buffers += count;
  copying->sizes += count;
  copying->places += count;
  for (uint32_t i = 0; i < type->child_count; i++)
    copy_array(&type->children[i].type, copying);
}

void
wd_output_copy(const struct wd_schema *schema, const struct wd_batch *batch,
               const uint64_t *sizes, uint8_t *const *places)
{
  struct copying copying = {batch->buffers, sizes, places};

  for (uint32_t i = 0; i < schema->count; i++)
    copy_array(&schema->columns[i].type, &copying);
}
