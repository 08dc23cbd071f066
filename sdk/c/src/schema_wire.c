/* Schemas as the host has them: fields with Arrow format strings
 * (https://arrow.apache.org/docs/format/CDataInterface.html). */
#include <stdio.h>
#include <stdlib.h>

#include "internal.h"

static const char unit_letters[] = "smun";

/* The formats of types that need no parameters, by type. */
static const char *const formats[] = {"b",   "c",  "s", "i", "l", "C",
                                      "S",   "I",  "L", "f", "g", NULL,
                                      "tdD", NULL, "u", "z"};

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
format_parse(const char *format, wd_field *field)
{
  for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
    if (formats[i] && strcmp(format, formats[i]) == 0) {
      field->type = (enum wd_type)i;
      return true;
    }
  return timestamp_from(format, strlen(format), field) ||
         decimal_from(format, field);
}

static char *
text_of(wd_str s)
{
  char *text = wd__new(s.size + 1);
  memcpy(text, s.data, s.size);
  return text;
}

/* How many fields a field takes up, children included; `at` is in range. */
static uint32_t
extent(const struct wire_field *fields, uint32_t count, uint32_t at)
{
  uint32_t pending = 1, next = at;
  while (pending && next < count) {
    pending += fields[next].children;
    pending--;
    next++;
  }
  return next - at;
}

void
wd__schema_from_wire(struct wd__schema *schema, const struct wire_field *fields,
                     uint32_t count)
{
  for (uint32_t i = 0; i < count; i += extent(fields, count, i)) {
    char *name = text_of(fields[i].name);
    char *format = text_of(fields[i].format);
    wd_field field = {.name = name, .nullable = fields[i].nullable};
    if (fields[i].children || fields[i].dictionary.count ||
        !format_parse(format, &field)) {
      field.type = WD_OTHER;
      field.timezone = format;
    }
    wd__schema_add(schema, &field);
    free(name);
    free(format);
  }
}

static wd_str
format_of(struct wd__arena *arena, const wd_field *field)
{
  if (formats[field->type])
    return wd_str_of(formats[field->type]);
  size_t room = 32 + (field->timezone ? strlen(field->timezone) : 0);
  char *text = wd__arena_take(arena, room);
  if (field->type == WD_DECIMAL)
    snprintf(text, room, "d:%u,%d", field->precision, field->scale);
  else
    snprintf(text, room, "ts%c:%s", unit_letters[field->unit],
             field->timezone ? field->timezone : "");
  return wd_str_of(text);
}

struct wire_list
wd__schema_to_wire(struct wd__arena *arena, const wd_schema *schema)
{
  struct wire_field *fields =
      wd__arena_take(arena, schema->count * sizeof *fields);
  memset(fields, 0, schema->count * sizeof *fields);
  for (uint32_t i = 0; i < schema->count; i++) {
    const wd_field *field = schema->fields + i;
    fields[i].name = wd_str_of(field->name);
    fields[i].format = format_of(arena, field);
    fields[i].nullable = field->nullable;
  }
  return (struct wire_list){fields, schema->count};
}
