/* Batches in Spark's form and back: a walk over the arrays, depth first. What
 * is alike in both forms is not copied. */
#include <string.h>

#include "arrow/decimal.h"
#include "engine/spark/carried.h"

#define NONE UINT32_MAX

/* Which element of an array each of the result is; `from` NULL: the same one;
 * NONE: a zero, below a null. */
struct picks {
  uint32_t count;
  const uint32_t *from;
};

struct walk {
  struct wd_arena *arena;
  struct wd_error *error;
  bool pack;
  const struct wd_node *node; /* the next of the source */
  const struct wd_span *buffer;
  struct wd_node *out_node; /* the next of the result */
  struct wd_span *out_buffer;
};

/* One array's own part of both. */
struct step {
  const struct wd_node *node;
  const struct wd_span *buffers;
  struct wd_span *out;
  struct picks picks;
};

static enum wd_status
convert(struct walk *walk, const struct wd_type *type, struct picks picks);

static uint32_t
pick(const struct step *step, uint32_t i)
{
  return step->picks.from ? step->picks.from[i] : i;
}

static bool
is_null(const struct step *step, uint32_t i)
{
  uint32_t from = pick(step, i);

  return from != NONE && step->node->null_count && step->buffers->size &&
         !wd_bit(step->buffers->data, from);
}

/* Whether element i of the result has no value. */
static bool
is_void(const struct step *step, uint32_t i)
{
  return pick(step, i) == NONE || is_null(step, i);
}

static void *
room(struct walk *walk, struct wd_span *span, uint64_t size)
{
  uint8_t *data = wd_arena_alloc(walk->arena, size ? size : 1);

  *span = (struct wd_span){data, data ? size : 0};
  if (!data)
    wd_fail_memory(walk->error);
  return data;
}

static enum wd_status
put_validity(struct walk *walk, const struct step *step, struct wd_node *node)
{
  uint32_t count = step->picks.count;
  uint8_t *bits;

  *node = (struct wd_node){.length = count};
  for (uint32_t i = 0; i < count; i++)
    node->null_count += is_null(step, i);
  if (node->null_count == 0)
    return WD_OK;
  if (!step->picks.from) {
    step->out[0] = step->buffers[0];
    return WD_OK;
  }
  bits = room(walk, &step->out[0], (count + 7) / 8);
  if (!bits)
    return WD_NO_MEMORY;
  for (uint32_t i = 0; i < count; i++)
    if (!is_null(step, i))
      bits[i >> 3] |= (uint8_t)(1 << (i & 7));
  return WD_OK;
}

/* ---- Values of fixed width ----------------------------------------------- */

static enum wd_status
copy_fixed(struct walk *walk, const struct step *step, uint32_t width)
{
  uint8_t *out;

  if (!step->picks.from) {
    step->out[1] = step->buffers[1];
    return WD_OK;
  }
  out = room(walk, &step->out[1], (uint64_t)step->picks.count * width);
  if (!out)
    return WD_NO_MEMORY;
  for (uint32_t i = 0; i < step->picks.count; i++)
    if (!is_void(step, i))
      memcpy(out + (uint64_t)i * width,
             step->buffers[1].data + (uint64_t)pick(step, i) * width, width);
  return WD_OK;
}

static enum wd_status
copy_bits(struct walk *walk, const struct step *step)
{
  uint8_t *out;

  if (!step->picks.from) {
    step->out[1] = step->buffers[1];
    return WD_OK;
  }
  out = room(walk, &step->out[1], (step->picks.count + 7) / 8);
  if (!out)
    return WD_NO_MEMORY;
  for (uint32_t i = 0; i < step->picks.count; i++)
    if (!is_void(step, i) && wd_bit(step->buffers[1].data, pick(step, i)))
      out[i >> 3] |= (uint8_t)(1 << (i & 7));
  return WD_OK;
}

static enum wd_status
fail_value(struct walk *walk, const struct wd_type *type)
{
  char text[64];

  return wd_fail_at(walk->error, WD_ORIGIN_ENGINE, WD_ENGINE_FAILED,
                    "Spark's rows are not as planned: a value is no %s",
                    wd_type_text(type, text, sizeof text));
}

/* Numbers from 0, with as many zeros before them; little-endian. */
static enum wd_status
convert_width(struct walk *walk, const struct wd_type *type,
              const struct step *step)
{
  uint32_t width = wd_type_width(type);
  uint32_t from = walk->pack ? width : 2 * width;
  uint32_t to = walk->pack ? 2 * width : width;
  static const uint8_t zeros[8];
  uint8_t *out = room(walk, &step->out[1], (uint64_t)step->picks.count * to);

  if (!out)
    return WD_NO_MEMORY;
  for (uint32_t i = 0; i < step->picks.count; i++) {
    const uint8_t *value;

    if (is_void(step, i))
      continue;
    value = step->buffers[1].data + (uint64_t)pick(step, i) * from;
    if (!walk->pack && memcmp(value + width, zeros, width) != 0)
      return fail_value(walk, type);
    memcpy(out + (uint64_t)i * to, value, width);
  }
  return WD_OK;
}

static enum wd_status
convert_unit(struct walk *walk, const struct wd_type *type,
             const struct step *step)
{
  int64_t scale = type->unit == WD_UNIT_S ? 1000000 : 1000;
  int64_t *out =
      room(walk, &step->out[1], (uint64_t)step->picks.count * sizeof *out);

  if (!out)
    return WD_NO_MEMORY;
  for (uint32_t i = 0; i < step->picks.count; i++) {
    int64_t value;

    if (is_void(step, i))
      continue;
    memcpy(&value,
           step->buffers[1].data + (uint64_t)pick(step, i) * sizeof value,
           sizeof value);
    if (!walk->pack)
      out[i] = value / scale - (value % scale < 0);
    else if (__builtin_mul_overflow(value, scale, &out[i]))
      return wd_fail(walk->error, WD_UNSUPPORTED,
                     "a timestamp is too far away: Spark counts microseconds "
                     "in 64 bits");
  }
  return WD_OK;
}

/* ---- Values of any length ------------------------------------------------ */

static uint32_t
offset_at(const struct step *step, uint32_t i)
{
  uint32_t offset;

  if (step->buffers[1].size == 0)
    return 0;
  memcpy(&offset, step->buffers[1].data + (uint64_t)i * sizeof offset,
         sizeof offset);
  return offset;
}

static uint32_t
length_at(const struct step *step, uint32_t i)
{
  return is_void(step, i) ? 0
                          : offset_at(step, pick(step, i) + 1) -
                                offset_at(step, pick(step, i));
}

static enum wd_status
fail_size(struct walk *walk)
{
  return wd_fail(walk->error, WD_LIMIT_EXCEEDED,
                 "a batch has more than 2 GiB in a column");
}

/* Offsets of the lengths that elements have; *out_total is the last. */
static enum wd_status
put_offsets(struct walk *walk, const struct step *step, uint32_t *out_total)
{
  int32_t *offsets = room(walk, &step->out[1],
                          ((uint64_t)step->picks.count + 1) * sizeof *offsets);

  if (!offsets)
    return WD_NO_MEMORY;
  for (uint32_t i = 0; i < step->picks.count; i++)
    if (__builtin_add_overflow(offsets[i], (int64_t)length_at(step, i),
                               &offsets[i + 1]))
      return fail_size(walk);
  *out_total = (uint32_t)offsets[step->picks.count];
  return WD_OK;
}

static enum wd_status
copy_bytes(struct walk *walk, const struct step *step)
{
  uint32_t total;
  uint8_t *out;
  enum wd_status status;

  if (!step->picks.from) {
    step->out[1] = step->buffers[1];
    step->out[2] = step->buffers[2];
    return WD_OK;
  }
  status = put_offsets(walk, step, &total);
  if (status != WD_OK)
    return status;
  out = room(walk, &step->out[2], total);
  if (!out)
    return WD_NO_MEMORY;
  for (uint32_t i = 0; i < step->picks.count; i++) {
    uint32_t length = length_at(step, i);

    if (length)
      memcpy(out, step->buffers[2].data + offset_at(step, pick(step, i)),
             length);
    out += length;
  }
  return WD_OK;
}

static enum wd_status
pack_bytes(struct walk *walk, uint32_t width, const struct step *step)
{
  int32_t *offsets;
  struct step bytes = *step;

  if ((uint64_t)step->picks.count * width > INT32_MAX)
    return fail_size(walk);
  offsets = room(walk, &step->out[1],
                 ((uint64_t)step->picks.count + 1) * sizeof *offsets);
  if (!offsets)
    return WD_NO_MEMORY;
  for (uint32_t i = 0; i < step->picks.count; i++)
    offsets[i + 1] = offsets[i] + (int32_t)width;
  bytes.out = step->out + 1;
  return copy_fixed(walk, &bytes, width);
}

static enum wd_status
unpack_bytes(struct walk *walk, const struct wd_type *type,
             const struct step *step)
{
  uint32_t width = wd_type_width(type);
  uint8_t *out = room(walk, &step->out[1], (uint64_t)step->picks.count * width);

  if (!out)
    return WD_NO_MEMORY;
  for (uint32_t i = 0; i < step->picks.count; i++) {
    if (is_void(step, i))
      continue;
    if (length_at(step, i) != width)
      return fail_value(walk, type);
    memcpy(out + (uint64_t)i * width,
           step->buffers[2].data + offset_at(step, pick(step, i)), width);
  }
  return WD_OK;
}

/* ---- Nested values ------------------------------------------------------- */

static enum wd_status
copy_list(struct walk *walk, const struct wd_type *type,
          const struct step *step)
{
  const struct wd_type *item = &type->children[0].type;
  uint32_t *from, total, at = 0;
  enum wd_status status;

  if (!step->picks.from) {
    step->out[1] = step->buffers[1];
    return convert(walk, item, (struct picks){walk->node->length, NULL});
  }
  status = put_offsets(walk, step, &total);
  if (status != WD_OK)
    return status;
  from = wd_arena_array(walk->arena, (size_t)total + 1, sizeof *from);
  if (!from)
    return wd_fail_memory(walk->error);
  for (uint32_t i = 0; i < step->picks.count; i++) {
    uint32_t length = length_at(step, i);

    for (uint32_t k = 0; k < length; k++)
      from[at++] = offset_at(step, pick(step, i)) + k;
  }
  return convert(walk, item, (struct picks){total, from});
}

/* The elements of lists that all have the same length; nulls have nulls. */
static enum wd_status
convert_items(struct walk *walk, const struct wd_type *type,
              const struct step *step)
{
  uint32_t width = type->width, count = step->picks.count;
  uint32_t *from;
  int32_t *offsets = NULL;

  if ((uint64_t)count * width > INT32_MAX)
    return fail_size(walk);
  from = wd_arena_array(walk->arena, (size_t)count * width + 1, sizeof *from);
  if (!from)
    return wd_fail_memory(walk->error);
  if (walk->pack) {
    offsets =
        room(walk, &step->out[1], ((uint64_t)count + 1) * sizeof *offsets);
    if (!offsets)
      return WD_NO_MEMORY;
  }
  for (uint32_t i = 0; i < count; i++) {
    bool null = is_void(step, i);
    uint32_t first = null         ? NONE
                     : walk->pack ? pick(step, i) * width
                                  : offset_at(step, pick(step, i));

    if (!null && !walk->pack && length_at(step, i) != width)
      return fail_value(walk, type);
    for (uint32_t k = 0; k < width; k++)
      from[i * width + k] = null ? NONE : first + k;
    if (offsets)
      offsets[i + 1] = offsets[i] + (int32_t)width;
  }
  return convert(walk, &type->children[0].type,
                 (struct picks){count * width, from});
}

/* An interval as Arrow has it. */
struct interval {
  int32_t months, days;
  int64_t nanoseconds;
};

static enum wd_status
pack_parts(struct walk *walk, const struct step *step)
{
  uint32_t count = step->picks.count;
  int32_t *months, *days;
  int64_t *micros;

  for (int i = 0; i < 3; i++)
    walk->out_node[i] = (struct wd_node){.length = count};
  months = room(walk, &walk->out_buffer[1], count * (uint64_t)sizeof *months);
  days = room(walk, &walk->out_buffer[3], count * (uint64_t)sizeof *days);
  micros = room(walk, &walk->out_buffer[5], count * (uint64_t)sizeof *micros);
  if (!months || !days || !micros)
    return WD_NO_MEMORY;
  walk->out_node += 3;
  walk->out_buffer += 6;
  for (uint32_t i = 0; i < count; i++) {
    struct interval value;

    if (is_void(step, i))
      continue;
    memcpy(&value,
           step->buffers[1].data + (uint64_t)pick(step, i) * sizeof value,
           sizeof value);
    months[i] = value.months;
    days[i] = value.days;
    micros[i] = value.nanoseconds / 1000;
  }
  return WD_OK;
}

static enum wd_status
unpack_parts(struct walk *walk, const struct wd_type *type,
             const struct step *step)
{
  const struct wd_span *parts = walk->buffer;
  struct interval *out =
      room(walk, &step->out[1], (uint64_t)step->picks.count * sizeof *out);

  if (!out)
    return WD_NO_MEMORY;
  walk->node += 3;
  walk->buffer += 6;
  for (uint32_t i = 0; i < step->picks.count; i++) {
    uint64_t at = pick(step, i);
    int64_t micros;

    if (is_void(step, i))
      continue;
    memcpy(&out[i].months, parts[1].data + at * 4, 4);
    memcpy(&out[i].days, parts[3].data + at * 4, 4);
    memcpy(&micros, parts[5].data + at * 8, 8);
    if (__builtin_mul_overflow(micros, 1000, &out[i].nanoseconds))
      return fail_value(walk, type);
  }
  return WD_OK;
}

static enum wd_status
convert_children(struct walk *walk, const struct wd_type *type,
                 struct picks picks)
{
  enum wd_status status = WD_OK;

  for (uint32_t i = 0; status == WD_OK && i < type->child_count; i++)
    status = convert(walk, &type->children[i].type, picks);
  return status;
}

static enum wd_status
copy(struct walk *walk, const struct wd_type *type, const struct step *step)
{
  switch (type->id) {
  case WD_TYPE_BOOL:
    return copy_bits(walk, step);
  case WD_TYPE_STRING:
  case WD_TYPE_BINARY:
    return copy_bytes(walk, step);
  case WD_TYPE_LIST:
  case WD_TYPE_MAP:
    return copy_list(walk, type, step);
  case WD_TYPE_STRUCT:
    return convert_children(walk, type, step->picks);
  default:
    return copy_fixed(walk, step, wd_type_width(type));
  }
}

/* How many buffers of its own an array has in Spark's form. */
static uint32_t
carrier_buffers(const struct wd_type *type)
{
  switch (wd_spark_form(type)) {
  case WD_SPARK_BYTES:
    return 3;
  case WD_SPARK_ITEMS:
    return 2;
  case WD_SPARK_PARTS:
    return 1;
  default:
    return wd_type_buffers(type);
  }
}

static enum wd_status
convert(struct walk *walk, const struct wd_type *type, struct picks picks)
{
  uint32_t ours = wd_type_buffers(type), theirs = carrier_buffers(type);
  struct step step = {walk->node, walk->buffer, walk->out_buffer, picks};
  struct wd_node *node = walk->out_node++;
  enum wd_status status;

  walk->node++;
  walk->buffer += walk->pack ? ours : theirs;
  walk->out_buffer += walk->pack ? theirs : ours;
  if (type->id == WD_TYPE_NULL) {
    *node = (struct wd_node){picks.count, picks.count};
    return WD_OK;
  }
  status = put_validity(walk, &step, node);
  if (status != WD_OK)
    return status;
  switch (wd_spark_form(type)) {
  case WD_SPARK_WIDER:
    return convert_width(walk, type, &step);
  case WD_SPARK_SCALED:
    return convert_unit(walk, type, &step);
  case WD_SPARK_COUNT:
    return copy_fixed(walk, &step, sizeof(int64_t));
  case WD_SPARK_BYTES:
    return walk->pack ? pack_bytes(walk, wd_type_width(type), &step)
                      : unpack_bytes(walk, type, &step);
  case WD_SPARK_ITEMS:
    return convert_items(walk, type, &step);
  case WD_SPARK_PARTS:
    return walk->pack ? pack_parts(walk, &step)
                      : unpack_parts(walk, type, &step);
  case WD_SPARK_AS_IT_IS:
    break;
  }
  return copy(walk, type, &step);
}

static enum wd_status
convert_batch(struct walk *walk, const struct wd_schema *schema,
              const struct wd_schema *result, const struct wd_batch *batch,
              struct wd_batch *out_batch)
{
  uint32_t nodes, buffers;
  enum wd_status status = WD_OK;

  wd_schema_shape(result, &nodes, &buffers);
  walk->node = batch->nodes;
  walk->buffer = batch->buffers;
  walk->out_node = wd_arena_array(walk->arena, nodes, sizeof *walk->out_node);
  walk->out_buffer =
      wd_arena_array(walk->arena, buffers, sizeof *walk->out_buffer);
  if (!walk->out_node || !walk->out_buffer)
    return wd_fail_memory(walk->error);
  *out_batch = (struct wd_batch){batch->rows, nodes, buffers, walk->out_node,
                                 walk->out_buffer};
  for (uint32_t i = 0; status == WD_OK && i < schema->count; i++) {
    status = convert(walk, &schema->columns[i].type,
                     (struct picks){batch->rows, NULL});
    if (status != WD_OK && status != WD_NO_MEMORY)
      wd_error_prefix(walk->error, "column '%s'", schema->columns[i].name);
  }
  return status;
}

enum wd_status
wd_spark_pack(const struct wd_schema *schema, const struct wd_batch *batch,
              struct wd_arena *arena, struct wd_batch *out_batch,
              struct wd_error *error)
{
  struct walk walk = {.arena = arena, .error = error, .pack = true};
  struct wd_schema carrier;
  enum wd_status status =
      wd_spark_carrier_schema(schema, arena, &carrier, error);

  return status == WD_OK
             ? convert_batch(&walk, schema, &carrier, batch, out_batch)
             : status;
}

enum wd_status
wd_spark_unpack(const struct wd_schema *schema, const struct wd_batch *batch,
                struct wd_arena *arena, struct wd_batch *out_batch,
                struct wd_error *error)
{
  struct walk walk = {.arena = arena, .error = error};

  return convert_batch(&walk, schema, schema, batch, out_batch);
}
