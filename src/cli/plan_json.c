#include "cli/plan_json.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "substrait/proto.h"

/* How deep messages may lie in each other; this recurses, and so does
 * jansson, up to 2048. */
#define DEPTH_MAX 1000

/* In front of the names of our messages. */
#define OURS "type.googleapis.com/wasidata.v1."

/* Where a value stands. */
struct place {
  const struct place *outer;
  const char *name;
  size_t index; /* of an array; NONE: it is none */
};

#define NONE SIZE_MAX

/* Bytes are put down from the last to the first: a message's length is known
 * when what is in it has been written. */
struct output {
  struct wd_buf *buf;
  struct wd_error *error;
  unsigned depth;
};

bool
wd_cli_is_json(const void *data, size_t length)
{
  const char *text = data;
  size_t at = 0;

  /* A line feed and a brace may be protobuf, but not before a quote. */
  while (at < length && strchr(" \t\r\n", text[at]) && text[at])
    at++;
  if (at == length || text[at++] != '{')
    return false;
  while (at < length && strchr(" \t\r\n", text[at]) && text[at])
    at++;
  return at < length && (text[at] == '"' || text[at] == '}');
}

static void
write_place(const struct place *place, struct wd_buf *buf)
{
  if (!place)
    return;
  write_place(place->outer, buf);
  wd_buf_printf(buf, "%s%s", buf->length ? "." : "", place->name);
  if (place->index != NONE)
    wd_buf_printf(buf, "[%zu]", place->index);
}

static enum wd_status
fail(const struct output *output, const struct place *place, const char *what)
{
  struct wd_buf path;
  enum wd_status status;

  wd_buf_init(&path, NULL, 1 << 16);
  write_place(place, &path);
  status = wd_fail(output->error, WD_INVALID_PLAN, "%s: %s",
                   path.length ? wd_buf_text(&path) : "plan", what);
  wd_buf_fini(&path);
  return status;
}

static enum wd_status
put_back(const struct output *output, const void *data, size_t length)
{
  char *room = wd_buf_reserve(output->buf, length);

  if (!room)
    return wd_fail(output->error, WD_LIMIT_EXCEEDED, "a plan is too large");
  for (size_t i = 0; i < length; i++)
    room[i] = ((const char *)data)[length - 1 - i];
  output->buf->length += length;
  return WD_OK;
}

static enum wd_status
put_varint(const struct output *output, uint64_t value)
{
  uint8_t bytes[10];
  size_t count = 0;

  do {
    bytes[count] = (uint8_t)(value & 0x7f);
    value >>= 7;
    bytes[count++] |= value ? 0x80 : 0;
  } while (value);
  return put_back(output, bytes, count);
}

enum wire { WIRE_VARINT = 0, WIRE_64 = 1, WIRE_BYTES = 2, WIRE_32 = 5 };

static enum wd_status
put_tag(const struct output *output, uint32_t number, enum wire wire)
{
  return put_varint(output, (uint64_t)number << 3 | wire);
}

/* After the bytes that are there from `begin` on. */
static enum wd_status
put_length(const struct output *output, uint32_t number, size_t begin)
{
  enum wd_status status = put_varint(output, output->buf->length - begin);

  return status == WD_OK ? put_tag(output, number, WIRE_BYTES) : status;
}

/* A number, or its digits as a text. */
static bool
read_integer(const json_t *json, bool is_signed, uint64_t *out)
{
  const char *text = json_string_value(json);
  char *end;

  if (json_is_integer(json)) {
    *out = (uint64_t)json_integer_value(json);
    return is_signed || json_integer_value(json) >= 0;
  }
  if (!text || (*text != '-' && (*text < '0' || *text > '9')) ||
      (!is_signed && *text == '-') || strlen(text) != json_string_length(json))
    return false;
  errno = 0;
  *out = is_signed ? (uint64_t)strtoll(text, &end, 10)
                   : (uint64_t)strtoull(text, &end, 10);
  return errno == 0 && *end == '\0' && end != text;
}

static enum wd_status
put_integer(const struct output *output, const struct place *place,
            const struct wd_proto_field *field, const json_t *json)
{
  bool is_signed = field->kind == WD_PROTO_I64 || field->kind == WD_PROTO_I32;
  uint64_t value;
  enum wd_status status;

  if (!read_integer(json, is_signed, &value))
    return fail(output, place, "an integer is wanted");
  if ((field->kind == WD_PROTO_I32 &&
       ((int64_t)value < INT32_MIN || (int64_t)value > INT32_MAX)) ||
      (field->kind == WD_PROTO_U32 && value > UINT32_MAX))
    return fail(output, place, "the number is past the field's type");
  status = put_varint(output, value);
  return status == WD_OK ? put_tag(output, field->number, WIRE_VARINT) : status;
}

static enum wd_status
put_enum(const struct output *output, const struct place *place,
         const struct wd_proto_field *field, const json_t *json)
{
  const struct wd_proto_enum *type = &wd_proto_enums[field->type];
  const char *name = json_string_value(json);
  const struct wd_proto_field number = {.kind = WD_PROTO_I32,
                                        .number = field->number};
  enum wd_status status;

  if (!name)
    return put_integer(output, place, &number, json);
  for (uint32_t i = 0; i < type->count; i++) {
    if (strcmp(type->values[i].name, name) != 0)
      continue;
    status = put_varint(output, (uint64_t)(int64_t)type->values[i].value);
    return status == WD_OK ? put_tag(output, field->number, WIRE_VARINT)
                           : status;
  }
  return fail(output, place, "a value that is not known here");
}

static enum wd_status
put_real(const struct output *output, const struct place *place,
         const struct wd_proto_field *field, const json_t *json)
{
  const char *text = json_string_value(json);
  double value = json_number_value(json);
  float small;
  enum wd_status status;

  if (text && strcmp(text, "NaN") == 0)
    value = NAN;
  else if (text && strcmp(text, "Infinity") == 0)
    value = INFINITY;
  else if (text && strcmp(text, "-Infinity") == 0)
    value = -INFINITY;
  else if (!json_is_number(json))
    return fail(output, place, "a number is wanted");
  if (field->kind == WD_PROTO_DOUBLE) {
    status = put_back(output, &value, sizeof value);
    return status == WD_OK ? put_tag(output, field->number, WIRE_64) : status;
  }
  small = (float)value;
  if (isinf(small) && !isinf(value))
    return fail(output, place, "the number is past the field's type");
  status = put_back(output, &small, sizeof small);
  return status == WD_OK ? put_tag(output, field->number, WIRE_32) : status;
}

/* From the last group of digits to the first. */
static enum wd_status
put_base64(const struct output *output, const struct place *place,
           const char *text, size_t length)
{
  while (length && text[length - 1] == '=')
    length--;
  if (length % 4 == 1)
    return fail(output, place, "bytes in base64 are wanted");
  for (size_t end = length; end;) {
    size_t digits = end % 4 ? end % 4 : 4;
    uint32_t bits = 0;
    uint8_t bytes[3];
    enum wd_status status;

    for (size_t i = 0; i < 4; i++) {
      int digit = i < digits ? wd_base64_digit(text[end - digits + i]) : 0;

      if (digit < 0)
        return fail(output, place, "bytes in base64 are wanted");
      bits = bits << 6 | (uint32_t)digit;
    }
    for (size_t i = 0; i < 3; i++)
      bytes[i] = (uint8_t)(bits >> (16 - 8 * i));
    status = put_back(output, bytes, digits - 1);
    if (status != WD_OK)
      return status;
    end -= digits;
  }
  return WD_OK;
}

static enum wd_status
put_text(const struct output *output, const struct place *place,
         const struct wd_proto_field *field, const json_t *json)
{
  const char *text = json_string_value(json);
  size_t begin = output->buf->length, length = json_string_length(json);
  enum wd_status status;

  if (!text)
    return fail(output, place, "a text is wanted");
  status = field->kind == WD_PROTO_BYTES
               ? put_base64(output, place, text, length)
               : put_back(output, text, length);
  return status == WD_OK ? put_length(output, field->number, begin) : status;
}

static enum wd_status
put_fields(struct output *output, const struct place *place, uint16_t type,
           json_t *json);

/* `{"@type": …}` with the fields of the message that it names. */
static enum wd_status
put_any(struct output *output, const struct place *place, json_t *json)
{
  const char *url = json_string_value(json_object_get(json, "@type"));
  const char *name = url ? strrchr(url, '.') : NULL;
  size_t begin = output->buf->length;
  enum wd_status status;
  uint16_t type = WD_SS_TYPES_OF_OURS;

  if (!url)
    return fail(output, place, "\"@type\" is missing");
  while (type < WD_SS_TYPES &&
         (strncmp(url, OURS, sizeof OURS - 1) != 0 ||
          strcmp(wd_proto_types[type].name, name + 1) != 0))
    type++;
  if (type == WD_SS_TYPES)
    return fail(output, place, "\"@type\" is not known here");
  status = put_fields(output, place, type, json);
  if (status == WD_OK)
    status = put_length(output, WD_SS_Any_value, begin);
  begin = output->buf->length;
  if (status == WD_OK)
    status = put_back(output, url, strlen(url));
  return status == WD_OK ? put_length(output, WD_SS_Any_type_url, begin)
                         : status;
}

static enum wd_status
put_message(struct output *output, const struct place *place,
            const struct wd_proto_field *field, json_t *json)
{
  size_t begin = output->buf->length;
  enum wd_status status;

  if (!json_is_object(json))
    return fail(output, place, "an object is wanted");
  if (output->depth == DEPTH_MAX)
    return fail(output, place, "messages lie too deep in each other");
  output->depth++;
  status = field->type == WD_SS_Any
               ? put_any(output, place, json)
               : put_fields(output, place, field->type, json);
  output->depth--;
  return status == WD_OK ? put_length(output, field->number, begin) : status;
}

static enum wd_status
put_value(struct output *output, const struct place *place,
          const struct wd_proto_field *field, json_t *json)
{
  enum wd_status status;

  switch (field->kind) {
  case WD_PROTO_DOUBLE:
  case WD_PROTO_FLOAT:
    return put_real(output, place, field, json);
  case WD_PROTO_BOOL:
    if (!json_is_boolean(json))
      return fail(output, place, "true or false is wanted");
    status = put_varint(output, json_is_true(json));
    return status == WD_OK ? put_tag(output, field->number, WIRE_VARINT)
                           : status;
  case WD_PROTO_STRING:
  case WD_PROTO_BYTES:
    return put_text(output, place, field, json);
  case WD_PROTO_MESSAGE:
    return put_message(output, place, field, json);
  case WD_PROTO_ENUM:
    return put_enum(output, place, field, json);
  default:
    return put_integer(output, place, field, json);
  }
}

/* The last one first. */
static enum wd_status
put_array(struct output *output, const struct place *place,
          const struct wd_proto_field *field, const json_t *json)
{
  struct place item = *place;
  enum wd_status status = WD_OK;

  if (!json_is_array(json))
    return fail(output, place, "an array is wanted");
  for (size_t i = json_array_size(json); i-- && status == WD_OK;) {
    item.index = i;
    status = put_value(output, &item, field, json_array_get(json, i));
  }
  return status;
}

/* `base_schema` and `baseSchema` are the field base_schema. */
static bool
is_name(const char *name, const char *key)
{
  if (strcmp(name, key) == 0)
    return true;
  for (; *name && *key; name++, key++) {
    char wanted = *name;

    if (wanted == '_') {
      wanted = *++name;
      if (wanted >= 'a' && wanted <= 'z')
        wanted = (char)(wanted - 'a' + 'A');
    }
    if (wanted != *key)
      return false;
  }
  return *name == '\0' && *key == '\0';
}

static const struct wd_proto_field *
find_field(const struct wd_proto_type *type, const char *key)
{
  for (uint32_t i = 0; i < type->count; i++)
    if (is_name(type->fields[i].name, key))
      return &type->fields[i];
  return NULL;
}

static enum wd_status
put_fields(struct output *output, const struct place *place, uint16_t type,
           json_t *json)
{
  enum wd_status status = WD_OK;
  const char *key;
  json_t *value;

  json_object_foreach(json, key, value)
  {
    const struct wd_proto_field *field = find_field(&wd_proto_types[type], key);
    const struct place inner = {place, key, NONE};

    if (key[0] == '@' && type >= WD_SS_TYPES_OF_OURS)
      continue;
    if (!field)
      return fail(output, &inner, "a field that is not known here");
    if (json_is_null(value))
      continue;
    status = field->repeated ? put_array(output, &inner, field, value)
                             : put_value(output, &inner, field, value);
    if (status != WD_OK)
      return status;
  }
  return status;
}

static void
reverse(struct wd_buf *buf)
{
  for (size_t i = 0, k = buf->length; i + 1 < k; i++) {
    char byte = buf->data[i];

    buf->data[i] = buf->data[--k];
    buf->data[k] = byte;
  }
}

enum wd_status
wd_cli_plan_from_json(struct wd_buf *plan, struct wd_error *error)
{
  struct wd_buf bytes;
  struct output output = {.buf = &bytes, .error = error};
  json_error_t wrong;
  json_t *json =
      json_loadb(plan->data, plan->length, JSON_REJECT_DUPLICATES, &wrong);
  enum wd_status status;

  if (!json)
    return wd_fail(error, WD_INVALID_PLAN, "no JSON at line %d, column %d: %s",
                   wrong.line, wrong.column, wrong.text);
  wd_buf_init(&bytes, plan->mem, plan->maximum);
  status = put_fields(&output, NULL, WD_SS_Plan, json);
  json_decref(json);
  if (status != WD_OK) {
    wd_buf_fini(&bytes);
    return status;
  }
  reverse(&bytes);
  wd_buf_fini(plan);
  *plan = bytes;
  return WD_OK;
}
