#include "substrait/proto.h"

#include <string.h>

#include "base/utf8.h"

/* https://protobuf.dev/programming-guides/encoding/#structure */
enum wire { VARINT = 0, FIXED64 = 1, SIZED = 2, FIXED32 = 5 };

/* Tags and sizes have 32 bits: at most so many bytes. */
#define SHORT_VARINT 5
#define LONG_VARINT 10

/* A message that is not yet at its end. */
struct frame {
  struct wd_message *message;
  struct wd_value *last;
  const uint8_t *end;
  uint64_t seen;   /* a bit for each field of the type */
  uint32_t oneofs; /* a bit for each oneof */
};

struct decoder {
  const struct wd_proto_limits *limits;
  struct wd_arena *arena;
  struct wd_error *error;
  const uint8_t *at;
  uint32_t values;
  uint32_t depth; /* frames in use */
  struct frame *frames;
};

static enum wd_status
fail_in(const struct decoder *decoder, enum wd_status status, const char *text)
{
  const struct frame *top = &decoder->frames[decoder->depth - 1];

  return wd_message_fail(top->message, status, decoder->error, "%s", text);
}

/* A number of at most `most` bytes before `end`. */
static bool
read_varint(struct decoder *decoder, const uint8_t *end, unsigned most,
            uint64_t *out)
{
  uint64_t value = 0;

  for (unsigned i = 0; i < most && decoder->at < end; i++) {
    uint8_t byte = *decoder->at++;

    if (i == LONG_VARINT - 1 && byte > 1)
      return false;
    value |= (uint64_t)(byte & 0x7f) << (7 * i);
    if (byte < 0x80) {
      *out = value;
      return true;
    }
  }
  return false;
}

/* A tag, or a size. */
static bool
read_short(struct decoder *decoder, const uint8_t *end, uint32_t *out)
{
  uint64_t value;

  if (!read_varint(decoder, end, SHORT_VARINT, &value) || value > UINT32_MAX)
    return false;
  *out = (uint32_t)value;
  return true;
}

static enum wire
wire_of(enum wd_proto_kind kind)
{
  switch (kind) {
  case WD_PROTO_DOUBLE:
    return FIXED64;
  case WD_PROTO_FLOAT:
    return FIXED32;
  case WD_PROTO_STRING:
  case WD_PROTO_BYTES:
  case WD_PROTO_MESSAGE:
    return SIZED;
  default:
    return VARINT;
  }
}

static const struct wd_proto_field *
find_field(const struct wd_proto_type *type, uint32_t number)
{
  for (uint32_t i = 0; i < type->count; i++)
    if (type->fields[i].number == number)
      return &type->fields[i];
  return NULL;
}

static enum wd_status
new_value(struct decoder *decoder, const struct wd_proto_field *field,
          struct wd_value **out)
{
  struct frame *top = &decoder->frames[decoder->depth - 1];
  struct wd_value *value;

  if (decoder->values == decoder->limits->values)
    return fail_in(decoder, WD_LIMIT_EXCEEDED, "the plan has too many parts");
  decoder->values++;
  value = wd_arena_alloc(decoder->arena, sizeof *value);
  if (!value)
    return wd_fail_memory(decoder->error);
  value->field = field;
  value->owner = top->message;
  if (top->last)
    top->last->next = value;
  else
    top->message->values = value;
  top->last = value;
  *out = value;
  return WD_OK;
}

static enum wd_status
push(struct decoder *decoder, uint16_t type, const struct wd_value *place,
     const uint8_t *end, struct wd_message **out)
{
  struct wd_message *message;

  if (decoder->depth == decoder->limits->depth)
    return fail_in(decoder, WD_LIMIT_EXCEEDED, "the plan is nested too deeply");
  message = wd_arena_alloc(decoder->arena, sizeof *message);
  if (!message)
    return wd_fail_memory(decoder->error);
  message->type = type;
  message->place = place;
  decoder->frames[decoder->depth++] =
      (struct frame){.message = message, .end = end};
  *out = message;
  return WD_OK;
}

static bool
in_range(const struct wd_proto_field *field, const struct wd_value *value)
{
  switch (field->kind) {
  case WD_PROTO_I32:
  case WD_PROTO_ENUM:
    return value->integer >= INT32_MIN && value->integer <= INT32_MAX;
  case WD_PROTO_U32:
    return value->natural <= UINT32_MAX;
  case WD_PROTO_BOOL:
    return value->natural <= 1;
  default:
    return true;
  }
}

static enum wd_status
read_number(struct decoder *decoder, const uint8_t *end, struct wd_value *value)
{
  if (!read_varint(decoder, end, LONG_VARINT, &value->natural))
    return wd_value_fail(value, WD_INVALID_PLAN, decoder->error,
                         "the number is cut short or has more than 64 bits");
  if (!in_range(value->field, value))
    return wd_value_fail(value, WD_INVALID_PLAN, decoder->error,
                         "the number is out of range");
  return WD_OK;
}

static enum wd_status
read_fixed(struct decoder *decoder, const uint8_t *end, struct wd_value *value)
{
  size_t width = value->field->kind == WD_PROTO_DOUBLE ? 8 : 4;

  if ((size_t)(end - decoder->at) < width)
    return wd_value_fail(value, WD_INVALID_PLAN, decoder->error,
                         "the number is cut short");
  for (size_t i = 0; i < width; i++)
    value->natural |= (uint64_t)decoder->at[i] << (8 * i);
  decoder->at += width;
  return WD_OK;
}

static enum wd_status
read_scalar(struct decoder *decoder, const uint8_t *end, struct wd_value *value)
{
  return wire_of(value->field->kind) == VARINT
             ? read_number(decoder, end, value)
             : read_fixed(decoder, end, value);
}

static enum wd_status
read_size(struct decoder *decoder, const uint8_t *end, const uint8_t **out_end)
{
  uint32_t size;

  if (!read_short(decoder, end, &size) || size > (size_t)(end - decoder->at))
    return fail_in(decoder, WD_INVALID_PLAN,
                   "a field is longer than what it is in; the plan is cut "
                   "short or damaged");
  *out_end = decoder->at + size;
  return WD_OK;
}

static enum wd_status
read_sized(struct decoder *decoder, const uint8_t *end, struct wd_value *value)
{
  const struct wd_proto_field *field = value->field;
  const uint8_t *value_end;
  struct wd_message *message;
  enum wd_status status = read_size(decoder, end, &value_end);

  if (status != WD_OK)
    return status;
  if (field->kind == WD_PROTO_MESSAGE) {
    status = push(decoder, field->type, value, value_end, &message);
    if (status == WD_OK)
      value->message = message;
    return status;
  }
  value->bytes.data = (const char *)decoder->at;
  value->bytes.length = (size_t)(value_end - decoder->at);
  if (field->kind == WD_PROTO_STRING &&
      !wd_utf8_valid(decoder->at, value->bytes.length))
    return wd_value_fail(value, WD_INVALID_PLAN, decoder->error,
                         "the text is not valid UTF-8");
  decoder->at = value_end;
  return WD_OK;
}

/* Repeated numbers, one after the other in one field. */
static enum wd_status
read_packed(struct decoder *decoder, const uint8_t *end,
            const struct wd_proto_field *field)
{
  const uint8_t *packed_end;
  enum wd_status status = read_size(decoder, end, &packed_end);

  while (status == WD_OK && decoder->at < packed_end) {
    struct wd_value *value;

    status = new_value(decoder, field, &value);
    if (status == WD_OK)
      status = read_scalar(decoder, packed_end, value);
  }
  return status;
}

/* Once means once: protobuf would take the last, or merge. */
static enum wd_status
check_once(struct decoder *decoder, const struct wd_proto_field *field)
{
  struct frame *top = &decoder->frames[decoder->depth - 1];
  const struct wd_proto_type *type = &wd_proto_types[top->message->type];
  uint64_t bit = UINT64_C(1) << (field - type->fields);
  uint32_t oneof = field->oneof ? 1u << (field->oneof - 1) : 0;

  if (!field->repeated && (top->seen & bit))
    return wd_message_fail(top->message, WD_INVALID_PLAN, decoder->error,
                           "the field %s is there twice", field->name);
  if (top->oneofs & oneof)
    return wd_message_fail(top->message, WD_INVALID_PLAN, decoder->error,
                           "the field %s stands beside another of which only "
                           "one can be",
                           field->name);
  top->seen |= bit;
  top->oneofs |= oneof;
  return WD_OK;
}

static enum wd_status
fail_wire(struct decoder *decoder, const struct wd_proto_field *field,
          unsigned wire)
{
  return wd_message_fail(decoder->frames[decoder->depth - 1].message,
                         WD_INVALID_PLAN, decoder->error,
                         "the field %s is encoded as another type (wire type "
                         "%u)",
                         field->name, wire);
}

static enum wd_status
read_field(struct decoder *decoder)
{
  struct frame *top = &decoder->frames[decoder->depth - 1];
  const struct wd_proto_type *type = &wd_proto_types[top->message->type];
  const uint8_t *end = top->end;
  const struct wd_proto_field *field;
  struct wd_value *value;
  uint32_t tag;
  enum wd_status status;

  if (!read_short(decoder, end, &tag) || tag >> 3 == 0)
    return fail_in(decoder, WD_INVALID_PLAN,
                   "not a field; the plan is cut short or damaged");
  field = find_field(type, tag >> 3);
  if (!field)
    return wd_message_fail(
        top->message, WD_INVALID_PLAN, decoder->error,
        "unknown field %u of %s: the plan is damaged, or of a version of "
        "Substrait that is not known here",
        tag >> 3, type->name);
  status = check_once(decoder, field);
  if (status != WD_OK)
    return status;
  if ((tag & 7) == SIZED && field->repeated && wire_of(field->kind) != SIZED)
    return read_packed(decoder, end, field);
  if ((tag & 7) != wire_of(field->kind))
    return fail_wire(decoder, field, tag & 7);
  status = new_value(decoder, field, &value);
  if (status != WD_OK)
    return status;
  return (tag & 7) == SIZED ? read_sized(decoder, end, value)
                            : read_scalar(decoder, end, value);
}

static enum wd_status
read_all(struct decoder *decoder)
{
  enum wd_status status = WD_OK;

  while (status == WD_OK && decoder->depth) {
    if (decoder->at == decoder->frames[decoder->depth - 1].end)
      decoder->depth--;
    else
      status = read_field(decoder);
  }
  return status;
}

static enum wd_status
decode(const void *data, size_t length, const struct wd_value *place,
       uint16_t type, const struct wd_proto_limits *limits,
       struct wd_arena *arena, const struct wd_message **out_message,
       struct wd_error *error)
{
  struct decoder decoder = {
      .limits = limits, .arena = arena, .error = error, .at = data};
  struct wd_message *message;
  enum wd_status status;

  if (length > limits->bytes)
    return wd_fail(error, WD_LIMIT_EXCEEDED,
                   "the plan has %zu bytes; at most %zu can be", length,
                   limits->bytes);
  decoder.frames =
      wd_mem_calloc(arena->mem, limits->depth, sizeof *decoder.frames);
  if (!decoder.frames)
    return wd_fail_memory(error);
  status = push(&decoder, type, place,
                length ? decoder.at + length : decoder.at, &message);
  if (status == WD_OK)
    status = read_all(&decoder);
  wd_mem_free(arena->mem, decoder.frames,
              limits->depth * sizeof *decoder.frames);
  if (status == WD_OK)
    *out_message = message;
  return status;
}

enum wd_status
wd_proto_decode(const void *data, size_t length, uint16_t type,
                const struct wd_proto_limits *limits, struct wd_arena *arena,
                const struct wd_message **out_message, struct wd_error *error)
{
  return decode(data, length, NULL, type, limits, arena, out_message, error);
}

enum wd_status
wd_proto_decode_value(const struct wd_value *value, uint16_t type,
                      const struct wd_proto_limits *limits,
                      struct wd_arena *arena,
                      const struct wd_message **out_message,
                      struct wd_error *error)
{
  return decode(value->bytes.data, value->bytes.length, value, type, limits,
                arena, out_message, error);
}
