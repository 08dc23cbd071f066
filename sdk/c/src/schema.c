/* Schemas as text: `a: i64, price: decimal(10,2) not null, "the day" date`. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "internal.h"

/* The first name of a type is the one that is shown. */
static const struct {
  const char *name;
  enum wd_type type;
} names[] = {
    {"bool", WD_BOOL},       {"boolean", WD_BOOL},
    {"i8", WD_I8},           {"tinyint", WD_I8},
    {"i16", WD_I16},         {"smallint", WD_I16},
    {"i32", WD_I32},         {"int", WD_I32},
    {"integer", WD_I32},     {"i64", WD_I64},
    {"bigint", WD_I64},      {"u8", WD_U8},
    {"u16", WD_U16},         {"u32", WD_U32},
    {"u64", WD_U64},         {"f32", WD_F32},
    {"float", WD_F32},       {"real", WD_F32},
    {"f64", WD_F64},         {"double", WD_F64},
    {"decimal", WD_DECIMAL}, {"numeric", WD_DECIMAL},
    {"date", WD_DATE},       {"timestamp", WD_TIMESTAMP},
    {"string", WD_STRING},   {"varchar", WD_STRING},
    {"text", WD_STRING},     {"utf8", WD_STRING},
    {"binary", WD_BINARY},   {"bytes", WD_BINARY},
    {"blob", WD_BINARY},
};

static const char *const units[] = {"s", "ms", "us", "ns"};

const char *
wd__type_name(enum wd_type type)
{
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (names[i].type == type)
      return names[i].name;
  return "of another type";
}

uint32_t
wd__type_width(enum wd_type type)
{
  static const uint8_t widths[] = {1, 1, 2,  4, 8, 1, 2, 4, 8,
                                   4, 8, 16, 4, 8, 0, 0, 0};
  return widths[type];
}

struct wd__schema *
wd__schema_new(void)
{
  return wd__new(sizeof(struct wd__schema));
}

void
wd__schema_free(struct wd__schema *schema)
{
  if (!schema)
    return;
  for (uint32_t i = 0; i < schema->schema.count; i++) {
    free((char *)(uintptr_t)schema->fields[i].name);
    free((char *)(uintptr_t)schema->fields[i].timezone);
  }
  free(schema->fields);
  free(schema);
}

static char *
text_copy(const char *text)
{
  return wd__copy_of(text, strlen(text) + 1);
}

void
wd__schema_add(struct wd__schema *schema, const wd_field *field)
{
  uint32_t count = schema->schema.count;
  if (count == schema->room) {
    schema->room = count ? count * 2 : 8;
    wd_field *fields = wd__new(schema->room * sizeof *fields);
    if (count)
      memcpy(fields, schema->fields, count * sizeof *fields);
    free(schema->fields);
    schema->schema.fields = schema->fields = fields;
  }
  wd_field *copy = schema->fields + count;
  *copy = *field;
  copy->name = text_copy(field->name);
  copy->timezone = field->timezone ? text_copy(field->timezone) : NULL;
  schema->schema.count++;
}

/* ---- The parser: a place in a text that names its tokens. */

struct parser {
  const char *text;
  const char *at;
  struct wd__fault *fault;
};

static void
blanks(struct parser *p)
{
  while (isspace((unsigned char)*p->at))
    p->at++;
}

static bool
take(struct parser *p, char c)
{
  blanks(p);
  if (*p->at != c)
    return false;
  p->at++;
  return true;
}

static bool
is_word(char c)
{
  return isalnum((unsigned char)c) || c == '_' || (c & 0x80);
}

static wd_str
word(struct parser *p)
{
  blanks(p);
  const char *start = p->at;
  while (is_word(*p->at))
    p->at++;
  return (wd_str){start, (uint32_t)(p->at - start)};
}

static bool
is(wd_str word, const char *name)
{
  return strlen(name) == word.size &&
         strncasecmp(word.data, name, word.size) == 0;
}

static bool
bad(struct parser *p, const char *what)
{
  return wd__fault(p->fault, WD_INVALID_ARGUMENT,
                   "schema \"%s\": %s at \"%.20s\"", p->text, what, p->at);
}

/* A name, quoted or not; in the arena. */
static bool
name_parse(struct parser *p, struct wd__arena *arena, char **out_name)
{
  blanks(p);
  if (*p->at != '"') {
    wd_str plain = word(p);
    if (!plain.size)
      return bad(p, "a column's name is missing");
    char *name = wd__arena_take(arena, plain.size + 1);
    memcpy(name, plain.data, plain.size);
    name[plain.size] = 0;
    *out_name = name;
    return true;
  }
  char *name = wd__arena_take(arena, strlen(p->at));
  char *to = name;
  for (p->at++; *p->at != '"' || p->at[1] == '"'; p->at++) {
    if (!*p->at)
      return bad(p, "a quote is not closed");
    p->at += *p->at == '"';
    *to++ = *p->at;
  }
  p->at++;
  *to = 0;
  *out_name = name;
  return true;
}

static bool
number(struct parser *p, long low, long high, long *out_number)
{
  blanks(p);
  char *end;
  *out_number = strtol(p->at, &end, 10);
  if (end == p->at || *out_number < low || *out_number > high)
    return bad(p, "a number is missing or out of range");
  p->at = end;
  return true;
}

static bool
decimal_parse(struct parser *p, wd_field *field)
{
  long precision, scale = 0;
  if (!take(p, '('))
    return bad(p, "decimal needs (precision, scale)");
  if (!number(p, 1, 38, &precision) ||
      (take(p, ',') && !number(p, 0, precision, &scale)))
    return false;
  if (!take(p, ')'))
    return bad(p, "')' is missing");
  field->precision = (uint8_t)precision;
  field->scale = (int8_t)scale;
  return true;
}

static bool
timestamp_parse(struct parser *p, struct wd__arena *arena, wd_field *field)
{
  field->unit = WD_US;
  if (!take(p, '('))
    return true;
  wd_str unit = word(p);
  int found = -1;
  for (int i = 0; i < 4; i++)
    if (is(unit, units[i]))
      found = i;
  if (found < 0)
    return bad(p, "the unit of a timestamp is s, ms, us or ns");
  field->unit = (enum wd_unit)found;
  if (take(p, ',')) {
    blanks(p);
    const char *start = p->at;
    size_t size = strcspn(start, ") \t\n");
    char *zone = wd__arena_take(arena, size + 1);
    memcpy(zone, start, size);
    zone[size] = 0;
    p->at = start + size;
    if (!size)
      return bad(p, "a time zone is missing");
    field->timezone = zone;
  }
  return take(p, ')') || bad(p, "')' is missing");
}

static bool
type_parse(struct parser *p, struct wd__arena *arena, wd_field *field)
{
  const char *start = p->at;
  wd_str name = word(p);
  size_t i = 0, count = sizeof names / sizeof *names;
  while (i < count && !is(name, names[i].name))
    i++;
  if (i == count) {
    p->at = start;
    return bad(p, name.size ? "an unknown type" : "a type is missing");
  }
  field->type = names[i].type;
  if (field->type == WD_DECIMAL)
    return decimal_parse(p, field);
  if (field->type == WD_TIMESTAMP)
    return timestamp_parse(p, arena, field);
  return true;
}

static bool
nullable_parse(struct parser *p, wd_field *field)
{
  const char *start = p->at;
  field->nullable = true;
  if (!is(word(p), "not")) {
    p->at = start;
    return true;
  }
  if (!is(word(p), "null"))
    return bad(p, "'null' is missing after 'not'");
  field->nullable = false;
  return true;
}

bool
wd__schema_parse(struct wd__schema *schema, const char *text,
                 struct wd__fault *fault)
{
  struct parser p = {text, text, fault};
  struct wd__arena arena = {0};
  bool good = true;
  if (take(&p, '*')) {
    schema->star = true;
    if (!take(&p, ','))
      goto end;
  }
  blanks(&p);
  while (good && *p.at) {
    char *name;
    wd_field field = {.scale = 0};
    good = name_parse(&p, &arena, &name);
    if (!good)
      break;
    take(&p, ':');
    good = type_parse(&p, &arena, &field) && nullable_parse(&p, &field);
    if (!good)
      break;
    field.name = name;
    wd__schema_add(schema, &field);
    if (!take(&p, ','))
      break;
  }
end:
  blanks(&p);
  if (good && *p.at)
    good = bad(&p, "',' is missing");
  wd__arena_free(&arena);
  return good;
}

bool
wd__names_parse(struct wd__arena *arena, const char *text,
                const char *const **out_names, struct wd__fault *fault)
{
  struct parser p = {text, text, fault};
  size_t room = 2;
  for (const char *c = text; *c; c++)
    room += *c == ',';
  const char **list = wd__arena_take(arena, room * sizeof *list);
  size_t count = 0;
  do {
    char *name;
    if (!name_parse(&p, arena, &name))
      return false;
    list[count++] = name;
  } while (take(&p, ','));
  blanks(&p);
  if (*p.at)
    return bad(&p, "',' is missing");
  list[count] = NULL;
  *out_names = list;
  return true;
}

void
wd_print_schema(wd_dataset from)
{
  wd_schema *schema = wd_schema_of(from);
  for (uint32_t i = 0; schema && i < schema->count; i++) {
    const wd_field *f = schema->fields + i;
    printf("%s %s", f->name, wd__type_name(f->type));
    if (f->type == WD_DECIMAL)
      printf("(%u,%d)", f->precision, f->scale);
    if (f->type == WD_TIMESTAMP)
      printf(f->timezone ? "(%s, %s)" : "(%s)", units[f->unit], f->timezone);
    puts(f->nullable ? "" : " not null");
  }
  free(schema);
}
