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
    {"bool", WD_BOOL},
    {"boolean", WD_BOOL},
    {"i8", WD_I8},
    {"tinyint", WD_I8},
    {"i16", WD_I16},
    {"smallint", WD_I16},
    {"i32", WD_I32},
    {"int", WD_I32},
    {"integer", WD_I32},
    {"i64", WD_I64},
    {"bigint", WD_I64},
    {"u8", WD_U8},
    {"u16", WD_U16},
    {"u32", WD_U32},
    {"u64", WD_U64},
    {"f32", WD_F32},
    {"float", WD_F32},
    {"real", WD_F32},
    {"f64", WD_F64},
    {"double", WD_F64},
    {"decimal", WD_DECIMAL},
    {"numeric", WD_DECIMAL},
    {"date", WD_DATE},
    {"timestamp", WD_TIMESTAMP},
    {"string", WD_STRING},
    {"varchar", WD_STRING},
    {"text", WD_STRING},
    {"utf8", WD_STRING},
    {"binary", WD_BINARY},
    {"bytes", WD_BINARY},
    {"blob", WD_BINARY},
    {"fp32", WD_F32},
    {"fp64", WD_F64},
    {"timestamp_tz", WD_TIMESTAMP},
    {"timestamptz", WD_TIMESTAMP},
    {"time", WD_TIME},
    {"time", WD_TIME32},
    {"interval", WD_INTERVAL},
    {"uuid", WD_UUID},
    {"fixedbinary", WD_FIXED_BINARY},
    {"enum", WD_ENUM},
    {"null", WD_NULL},
    {"list", WD_LIST},
    {"fixedlist", WD_FIXED_LIST},
    {"struct", WD_STRUCT},
    {"map", WD_MAP},
    {"union", WD_UNION},
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
  static const uint8_t widths[WD_OTHER + 1] = {
      [WD_BOOL] = 1,      [WD_I8] = 1,        [WD_I16] = 2,  [WD_I32] = 4,
      [WD_I64] = 8,       [WD_U8] = 1,        [WD_U16] = 2,  [WD_U32] = 4,
      [WD_U64] = 8,       [WD_F32] = 4,       [WD_F64] = 8,  [WD_DECIMAL] = 16,
      [WD_DATE] = 4,      [WD_TIMESTAMP] = 8, [WD_TIME] = 8, [WD_TIME32] = 4,
      [WD_INTERVAL] = 16, [WD_UUID] = 16,     [WD_UNION] = 1};
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
  for (uint32_t i = 0; i < schema->schema.count; i++)
    wd__field_free(schema->fields + i);
  free(schema->fields);
  free(schema);
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
  wd__field_copy(schema->fields + count, field);
  schema->schema.count++;
}

/* ---- The parser: a place in a text that names its tokens. */

struct parser {
  const char *text;
  const char *at;
  struct wd__fault *fault;
  uint32_t depth; /* of the type that is being read */
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

/* `(` or `<`, which the same kind closes. */
static bool
open_list(struct parser *p, char *out_close)
{
  *out_close = take(p, '(') ? ')' : '>';
  return *out_close == ')' || take(p, '<');
}

static bool
close_list(struct parser *p, char close)
{
  return take(p, close) ||
         bad(p, close == ')' ? "')' is missing" : "'>' is missing");
}

static bool
decimal_parse(struct parser *p, wd_field *field)
{
  long precision, scale = 0;
  char close;
  if (!open_list(p, &close))
    return bad(p, "decimal needs (precision, scale)");
  if (!number(p, 1, 38, &precision) ||
      (take(p, ',') && !number(p, 0, precision, &scale)))
    return false;
  field->precision = (uint8_t)precision;
  field->scale = (int8_t)scale;
  return close_list(p, close);
}

/* By its name, or by how many digits it has after the point. */
static bool
unit_parse(struct parser *p, wd_field *field)
{
  static const char *const digits[] = {"0", "3", "6", "9"};
  wd_str unit = word(p);
  for (int i = 0; i < 4; i++)
    if (is(unit, units[i]) || is(unit, digits[i])) {
      field->unit = (enum wd_unit)i;
      return true;
    }
  return bad(p, "a unit is s, ms, us or ns");
}

static bool
timestamp_parse(struct parser *p, struct wd__arena *arena, wd_field *field)
{
  char close;
  field->unit = WD_US;
  if (!open_list(p, &close))
    return true;
  if (!unit_parse(p, field))
    return false;
  if (take(p, ',')) {
    blanks(p);
    const char *start = p->at;
    size_t size = strcspn(start, ")> \t\n");
    char *zone = wd__arena_take(arena, size + 1);
    memcpy(zone, start, size);
    zone[size] = 0;
    p->at = start + size;
    if (!size)
      return bad(p, "a time zone is missing");
    field->timezone = zone;
  }
  return close_list(p, close);
}

static bool
time_parse(struct parser *p, wd_field *field)
{
  char close;
  field->unit = WD_US;
  if (open_list(p, &close) && (!unit_parse(p, field) || !close_list(p, close)))
    return false;
  field->type = field->unit < WD_US ? WD_TIME32 : WD_TIME;
  return true;
}

/* A word of an enum, in quotes of either kind, which are doubled in it. */
static bool
quoted(struct parser *p, struct wd__arena *arena, wd_str *out_word)
{
  blanks(p);
  char quote = *p->at;
  if (quote != '"' && quote != '\'')
    return bad(p, "a word in quotes is missing");
  char *word = wd__arena_take(arena, strlen(p->at));
  char *to = word;
  for (p->at++; *p->at != quote || p->at[1] == quote; p->at++) {
    if (!*p->at)
      return bad(p, "a quote is not closed");
    p->at += *p->at == quote;
    *to++ = *p->at;
  }
  p->at++;
  *out_word = (wd_str){word, (uint32_t)(to - word)};
  return true;
}

static bool
enum_parse(struct parser *p, struct wd__arena *arena, wd_field *field)
{
  char close;
  uint32_t room = 0;
  wd_str *words = NULL;
  if (!open_list(p, &close))
    return bad(p, "an enum needs its words, ('a', 'b')");
  do {
    if (field->word_count == room) {
      room = room ? room * 2 : 8;
      wd_str *more = wd__arena_take(arena, room * sizeof *more);
      if (words)
        memcpy(more, words, field->word_count * sizeof *words);
      field->words = words = more;
    }
    if (!quoted(p, arena, words + field->word_count))
      return false;
    field->word_count++;
  } while (take(p, ','));
  return close_list(p, close);
}

#define DEPTH 64 /* as deep as hosts take types */

static bool
type_parse(struct parser *p, struct wd__arena *arena, wd_field *field);

static bool
nullable_parse(struct parser *p, wd_field *field);

/* A type of another name, as the only child. */
static wd_field *
child_add(struct wd__arena *arena, wd_field *field)
{
  wd_field *children =
      wd__arena_take(arena, (field->child_count + 1) * sizeof *children);
  if (field->child_count)
    memcpy(children, field->children, field->child_count * sizeof *children);
  field->children = children;
  children[field->child_count] = (wd_field){.name = "", .nullable = true};
  return children + field->child_count++;
}

/* The types between brackets: with names for structs and unions. */
static bool
children_parse(struct parser *p, struct wd__arena *arena, wd_field *field)
{
  bool named = field->type == WD_STRUCT || field->type == WD_UNION;
  static const char *const entry[] = {"key", "value"};
  uint32_t most = field->type == WD_MAP ? 2 : named ? UINT32_MAX : 1;
  char close;
  if (!open_list(p, &close))
    return bad(p, "'<' is missing");
  do {
    wd_field *child = child_add(arena, field);
    char *name = NULL;
    if (named && !name_parse(p, arena, &name))
      return false;
    if (named)
      take(p, ':');
    child->name = named       ? name
                  : most == 1 ? "item"
                              : entry[field->child_count - 1];
    if (!type_parse(p, arena, child) || !nullable_parse(p, child))
      return false;
  } while (field->child_count < most && take(p, ','));
  if (field->type == WD_MAP && field->child_count != 2)
    return bad(p, "a map has a key and a value: ',' is missing");
  if (field->type == WD_MAP)
    ((wd_field *)(uintptr_t)field->children)->nullable = false;
  long width = 0;
  if (field->type == WD_FIXED_LIST &&
      (!(take(p, ',') || bad(p, "a length is missing")) ||
       !number(p, 1, 99999, &width)))
    return false;
  field->width = (uint32_t)width;
  return close_list(p, close);
}

static bool
parameters_parse(struct parser *p, struct wd__arena *arena, wd_field *field)
{
  long width;
  char close;
  switch (field->type) {
  case WD_DECIMAL:
    return decimal_parse(p, field);
  case WD_TIMESTAMP:
    return timestamp_parse(p, arena, field);
  case WD_TIME:
    return time_parse(p, field);
  case WD_ENUM:
    return enum_parse(p, arena, field);
  case WD_FIXED_BINARY:
    if (!open_list(p, &close))
      return bad(p, "fixedbinary needs (size)");
    if (!number(p, 1, INT32_MAX, &width))
      return false;
    field->width = (uint32_t)width;
    return close_list(p, close);
  case WD_LIST:
  case WD_FIXED_LIST:
  case WD_STRUCT:
  case WD_MAP:
  case WD_UNION:
    return children_parse(p, arena, field);
  default:
    return true;
  }
}

/* `[]` and `[3]` behind a type make lists of it. */
static bool
brackets_parse(struct parser *p, struct wd__arena *arena, wd_field *field)
{
  while (take(p, '[')) {
    wd_field list = {.name = field->name, .nullable = true, .type = WD_LIST};
    wd_field *item = child_add(arena, &list);
    *item = *field;
    item->name = "item";
    item->nullable = true;
    if (!take(p, ']')) {
      long width;
      if (!number(p, 1, 99999, &width))
        return false;
      if (!take(p, ']'))
        return bad(p, "']' is missing");
      list.type = WD_FIXED_LIST;
      list.width = (uint32_t)width;
    }
    *field = list;
    if (++p->depth > DEPTH)
      return bad(p, "types are nested deeper than 64");
  }
  return true;
}

/* The storage of a type that was registered, with its name. */
static bool
named_type(wd_str name, wd_field *field)
{
  const wd_field *type = wd__named_type(name);
  const wd_field as = *field;
  if (!type)
    return false;
  *field = *type;
  field->name = as.name;
  field->nullable = as.nullable;
  return true;
}

static bool
type_parse(struct parser *p, struct wd__arena *arena, wd_field *field)
{
  const char *start = p->at;
  wd_str name = word(p);
  size_t i = 0, count = sizeof names / sizeof *names;
  while (i < count && !is(name, names[i].name))
    i++;
  if (i == count && named_type(name, field))
    return brackets_parse(p, arena, field);
  if (i == count) {
    p->at = start;
    return bad(p, name.size ? "an unknown type" : "a type is missing");
  }
  uint32_t depth = p->depth;
  if (p->depth++ > DEPTH)
    return bad(p, "types are nested deeper than 64");
  field->type = names[i].type;
  if (!parameters_parse(p, arena, field))
    return false;
  if (name.size > 9 && field->type == WD_TIMESTAMP && !field->timezone)
    field->timezone = "UTC";
  if (!brackets_parse(p, arena, field))
    return false;
  p->depth = depth;
  return true;
}

static bool
nullable_parse(struct parser *p, wd_field *field)
{
  const char *start = p->at;
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
  struct parser p = {text, text, fault, 0};
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
    wd_field field = {.nullable = true};
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
  struct parser p = {text, text, fault, 0};
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

static void
fields_print(const wd_field *fields, uint32_t count);

static void
type_print(const wd_field *f)
{
  if (f->extension) {
    printf("%s", f->extension);
    return;
  }
  if (f->type == WD_TIMESTAMP || f->type == WD_DECIMAL || !f->child_count)
    printf("%s", wd__type_name(f->type));
  if (f->type == WD_DECIMAL)
    printf("(%u,%d)", f->precision, f->scale);
  if (f->type == WD_TIMESTAMP)
    printf(f->timezone ? "(%s, %s)" : "(%s)", units[f->unit], f->timezone);
  if (f->type == WD_TIME || f->type == WD_TIME32)
    printf("(%s)", units[f->unit]);
  if (f->type == WD_FIXED_BINARY)
    printf("(%u)", f->width);
  for (uint32_t i = 0; i < f->word_count; i++)
    printf("%s'%.*s'", i ? ", " : "(", WD_PRINT(f->words[i]));
  if (f->word_count)
    printf(")");
  if (f->type == WD_LIST || f->type == WD_FIXED_LIST) {
    type_print(f->children);
    printf(f->type == WD_LIST ? "[]" : "[%u]", f->width);
  } else if (f->type == WD_MAP) {
    printf("map<");
    type_print(f->children);
    printf(", ");
    type_print(f->children + 1);
    printf(">");
  } else if (f->child_count) {
    printf("%s<", wd__type_name(f->type));
    fields_print(f->children, f->child_count);
    printf(">");
  }
}

static void
fields_print(const wd_field *fields, uint32_t count)
{
  for (uint32_t i = 0; i < count; i++) {
    printf("%s%s: ", i ? ", " : "", fields[i].name);
    type_print(fields + i);
  }
}

void
wd_print_schema(wd_dataset from)
{
  wd_schema *schema = wd_schema_of(from);
  for (uint32_t i = 0; schema && i < schema->count; i++) {
    const wd_field *f = schema->fields + i;
    printf("%s ", f->name);
    type_print(f);
    puts(f->nullable ? "" : " not null");
  }
  free(schema);
}
