/* Schemas as the host has them: fields with Arrow format strings
 * (https://arrow.apache.org/docs/format/CDataInterface.html). */
#include <stdio.h>

#include "internal.h"

static const char unit_letters[] = "smun";

/* The formats of types that need no parameters, by type. */
static const char *const formats[WD_OTHER] = {
    [WD_BOOL] = "b",   [WD_I8] = "c",      [WD_I16] = "s",
    [WD_I32] = "i",    [WD_I64] = "l",     [WD_U8] = "C",
    [WD_U16] = "S",    [WD_U32] = "I",     [WD_U64] = "L",
    [WD_F32] = "f",    [WD_F64] = "g",     [WD_DATE] = "tdD",
    [WD_STRING] = "u", [WD_BINARY] = "z",  [WD_INTERVAL] = "tin",
    [WD_NULL] = "n",   [WD_LIST] = "+l",   [WD_STRUCT] = "+s",
    [WD_MAP] = "+m",   [WD_UUID] = "w:16",
};

static bool
timestamp_from(const char *format, size_t size, wd_field *field)
{
  if (size < 4 || format[0] != 't' || format[1] != 's' || format[3] != ':')
    return false;
  const char *unit = strchr(unit_letters, format[2]);
  if (!format[2] || !unit)
    return false;
  field->type = WD_TIMESTAMP;
  field->unit = (enum wd_unit)(unit - unit_letters);
  field->timezone = format[4] ? format + 4 : NULL;
  return true;
}

static bool
decimal_from(const char *format, wd_field *field)
{
  unsigned precision;
  int scale, bits = 128;
  int found = sscanf(format, "d:%u,%d,%d", &precision, &scale, &bits);
  if (found < 2 || bits != 128 || precision < 1 || precision > 38)
    return false;
  field->type = WD_DECIMAL;
  field->precision = (uint8_t)precision;
  field->scale = (int8_t)scale;
  return true;
}

static bool
time_from(const char *format, wd_field *field)
{
  if (format[0] != 't' || format[1] != 't' || !format[2] || format[3])
    return false;
  const char *unit = strchr(unit_letters, format[2]);
  if (!unit)
    return false;
  field->unit = (enum wd_unit)(unit - unit_letters);
  field->type = field->unit < WD_US ? WD_TIME32 : WD_TIME;
  return true;
}

/* `w:16`, `+w:3`, `+us:0,1`. */
static bool
sized_from(const char *format, wd_field *field)
{
  if (sscanf(format, "w:%u", &field->width) == 1)
    field->type = WD_FIXED_BINARY;
  else if (sscanf(format, "+w:%u", &field->width) == 1)
    field->type = WD_FIXED_LIST;
  else if (strncmp(format, "+us:", 4) == 0)
    field->type = WD_UNION;
  else
    return false;
  return true;
}

static bool
format_parse(const char *format, wd_field *field)
{
  for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
    if (formats[i] && i != WD_UUID && strcmp(format, formats[i]) == 0) {
      field->type = (enum wd_type)i;
      return true;
    }
  return timestamp_from(format, strlen(format), field) ||
         decimal_from(format, field) || time_from(format, field) ||
         sized_from(format, field);
}

static char *
text_of(struct wd__arena *arena, wd_str s)
{
  char *text = wd__arena_take(arena, (size_t)s.size + 1);
  memcpy(text, s.data, s.size);
  text[s.size] = 0;
  return text;
}

static const char extension_key[] = "ARROW:extension:name";
static const char extension_metadata_key[] = "ARROW:extension:metadata";

/* The value of a key of the metadata; NULL: there is none. */
static const char *
metadata_of(struct wd__arena *arena, const struct wire_field *field,
            const char *key)
{
  const struct wire_pair *pairs = field->metadata.data;
  for (uint32_t i = 0; i < field->metadata.count; i++)
    if (wd_str_equal(pairs[i].name, wd_str_of(key)))
      return text_of(arena, pairs[i].value);
  return NULL;
}

/* What no field of these children can be is WD_OTHER. */
static bool
children_fit(const wd_field *field)
{
  if (field->word_count)
    return field->type == WD_U8 || field->type == WD_U16 ||
           field->type == WD_U32;
  switch (field->type) {
  case WD_LIST:
  case WD_FIXED_LIST:
    return field->child_count == 1;
  case WD_MAP:
    return field->child_count == 1 && field->children->type == WD_STRUCT &&
           field->children->child_count == 2;
  case WD_STRUCT:
  case WD_UNION:
    return field->child_count > 0;
  default:
    return field->child_count == 0;
  }
}

/* The field at *at, and moves it behind its children. */
static void
field_from(struct wd__arena *arena, const struct wire_field **at,
           const struct wire_field *end, wd_field *out_field)
{
  const struct wire_field *from = (*at)++;
  char *format = text_of(arena, from->format);
  const char *extension = metadata_of(arena, from, extension_key);
  wd_field field = {.name = text_of(arena, from->name),
                    .nullable = from->nullable,
                    .words = from->dictionary.data,
                    .word_count = from->dictionary.count};
  wd_field *children = wd__arena_take(arena, from->children * sizeof *children);
  for (; field.child_count < from->children && *at < end; field.child_count++)
    field_from(arena, at, end, children + field.child_count);
  field.children = children;
  if (!format_parse(format, &field) || !children_fit(&field)) {
    field = (wd_field){.name = field.name,
                       .nullable = field.nullable,
                       .type = WD_OTHER,
                       .timezone = format};
  } else if (field.word_count) {
    field.type = WD_ENUM;
  } else if (field.type == WD_MAP) {
    field.child_count = 2;
    field.children = children->children;
  } else if (field.type == WD_FIXED_BINARY && field.width == 16 && extension &&
             strcmp(extension, "arrow.uuid") == 0) {
    field.type = WD_UUID;
    field.width = 0;
    extension = NULL;
  }
  if (extension && *extension && field.type != WD_OTHER) {
    field.extension = extension;
    field.extension_metadata = metadata_of(arena, from, extension_metadata_key);
  }
  *out_field = field;
}

void
wd__schema_from_wire(struct wd__schema *schema, const struct wire_field *fields,
                     uint32_t count)
{
  struct wd__arena arena = {0};
  const struct wire_field *at = fields, *end = fields + count;
  while (at < end) {
    wd_field field;
    field_from(&arena, &at, end, &field);
    wd__schema_add(schema, &field);
  }
  wd__arena_free(&arena);
}

static wd_str
union_format(struct wd__arena *arena, uint32_t members)
{
  size_t room = 8 + (size_t)members * 4;
  char *text = wd__arena_take(arena, room);
  int at = snprintf(text, room, "+us:");
  for (uint32_t i = 0; i < members; i++)
    at += snprintf(text + at, room - (size_t)at, i ? ",%u" : "%u", i);
  return wd_str_of(text);
}

static wd_str
format_of(struct wd__arena *arena, const wd_field *field)
{
  static const char *const indices[] = {NULL, "C", "S", NULL, "I"};
  if (field->type == WD_ENUM)
    return wd_str_of(indices[wd__field_width(field)]);
  if (formats[field->type])
    return wd_str_of(formats[field->type]);
  if (field->type == WD_UNION)
    return union_format(arena, field->child_count);
  size_t room = 32 + (field->timezone ? strlen(field->timezone) : 0);
  char *text = wd__arena_take(arena, room);
  if (field->type == WD_DECIMAL)
    snprintf(text, room, "d:%u,%d", field->precision, field->scale);
  else if (field->type == WD_TIMESTAMP)
    snprintf(text, room, "ts%c:%s", unit_letters[field->unit],
             field->timezone ? field->timezone : "");
  else if (field->type == WD_FIXED_BINARY || field->type == WD_FIXED_LIST)
    snprintf(text, room, field->type == WD_FIXED_LIST ? "+w:%u" : "w:%u",
             field->width);
  else
    snprintf(text, room, "tt%c", unit_letters[field->unit]);
  return wd_str_of(text);
}

static uint32_t
fields_count(const wd_field *fields, uint32_t count)
{
  uint32_t all = count;
  for (uint32_t i = 0; i < count; i++)
    all += fields_count(fields[i].children, fields[i].child_count) +
           (fields[i].type == WD_MAP);
  return all;
}

/* What the format does not say. */
static struct wire_list
metadata_to(struct wd__arena *arena, const wd_field *field)
{
  const char *name = field->type == WD_UUID ? "arrow.uuid" : field->extension;
  const char *more = field->extension_metadata;
  if (!name)
    return (struct wire_list){NULL, 0};
  struct wire_pair *pairs = wd__arena_take(arena, 2 * sizeof *pairs);
  pairs[0] = (struct wire_pair){wd_str_of(extension_key), wd_str_of(name)};
  if (more)
    pairs[1] =
        (struct wire_pair){wd_str_of(extension_metadata_key), wd_str_of(more)};
  return (struct wire_list){pairs, more ? 2 : 1};
}

static void
fields_to(struct wd__arena *arena, const wd_field *fields, uint32_t count,
          struct wire_field **at)
{
  for (uint32_t i = 0; i < count; i++) {
    const wd_field *field = fields + i;
    struct wire_field *to = (*at)++;
    to->name = wd_str_of(field->name);
    to->format = format_of(arena, field);
    to->nullable = field->nullable;
    to->children = field->child_count;
    if (field->type == WD_ENUM)
      to->dictionary = (struct wire_list){field->words, field->word_count};
    to->metadata = metadata_to(arena, field);
    if (field->type == WD_MAP) {
      to->children = 1;
      struct wire_field *entries = (*at)++;
      entries->name = wd_str_of("entries");
      entries->format = wd_str_of("+s");
      entries->children = 2;
    }
    fields_to(arena, field->children, field->child_count, at);
  }
}

struct wire_list
wd__schema_to_wire(struct wd__arena *arena, const wd_schema *schema)
{
  uint32_t count = fields_count(schema->fields, schema->count);
  struct wire_field *fields = wd__arena_take(arena, count * sizeof *fields);
  memset(fields, 0, count * sizeof *fields);
  struct wire_field *at = fields;
  fields_to(arena, schema->fields, schema->count, &at);
  return (struct wire_list){fields, count};
}
