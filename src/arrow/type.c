#include "arrow/type.h"

#include <string.h>

struct wd_type
wd_type_of(enum wd_type_id id)
{
  return (struct wd_type){.id = id};
}

struct wd_type
wd_type_decimal(uint8_t precision, int8_t scale)
{
  return (struct wd_type){
      .id = WD_TYPE_DECIMAL, .precision = precision, .scale = scale};
}

struct wd_type
wd_type_timestamp(enum wd_unit unit, const char *zone)
{
  return (struct wd_type){
      .id = WD_TYPE_TIMESTAMP, .unit = unit, .timezone = zone};
}

static bool
copy_texts(const char *const *from, uint32_t count, struct wd_arena *arena,
           const char *const **out_texts)
{
  const char **texts;

  *out_texts = NULL;
  if (count == 0)
    return true;
  texts = wd_arena_array(arena, count, sizeof *texts);
  if (!texts)
    return false;
  for (uint32_t i = 0; i < count; i++) {
    texts[i] = wd_arena_strdup(arena, from[i]);
    if (!texts[i])
      return false;
  }
  *out_texts = texts;
  return true;
}

static bool
copy_columns(const struct wd_column *from, uint32_t count,
             struct wd_arena *arena, const struct wd_column **out_columns)
{
  struct wd_column *columns;

  *out_columns = NULL;
  if (count == 0)
    return true;
  columns = wd_arena_array(arena, count, sizeof *columns);
  if (!columns)
    return false;
  for (uint32_t i = 0; i < count; i++) {
    columns[i] = from[i];
    columns[i].name = wd_arena_strdup(arena, from[i].name);
    if (!columns[i].name ||
        !wd_type_copy(&from[i].type, arena, &columns[i].type) ||
        !copy_texts(from[i].metadata, from[i].metadata_count * 2, arena,
                    &columns[i].metadata))
      return false;
  }
  *out_columns = columns;
  return true;
}

/* In place; NULL stays. */
static bool
copy_text(struct wd_arena *arena, const char **text)
{
  const char *from = *text;

  if (from)
    *text = wd_arena_strdup(arena, from);
  return !from || *text;
}

bool
wd_type_copy(const struct wd_type *type, struct wd_arena *arena,
             struct wd_type *out_type)
{
  struct wd_type copy = *type;

  if (!copy_text(arena, &copy.timezone) || !copy_text(arena, &copy.extension) ||
      !copy_text(arena, &copy.extension_metadata))
    return false;
  if (!copy_columns(type->children, type->child_count, arena, &copy.children) ||
      !copy_texts(type->dictionary, type->dictionary_count, arena,
                  &copy.dictionary))
    return false;
  *out_type = copy;
  return true;
}

enum wd_status
wd_schema_copy(const struct wd_schema *schema, struct wd_arena *arena,
               struct wd_schema *out_schema, struct wd_error *error)
{
  struct wd_schema copy = {.count = schema->count};

  if (!copy_columns(schema->columns, schema->count, arena, &copy.columns))
    return wd_fail_memory(error);
  *out_schema = copy;
  return WD_OK;
}

static bool
columns_equal(const struct wd_column *a, const struct wd_column *b,
              uint32_t count)
{
  for (uint32_t i = 0; i < count; i++) {
    if (a[i].nullable != b[i].nullable || strcmp(a[i].name, b[i].name) != 0 ||
        !wd_type_equal(&a[i].type, &b[i].type))
      return false;
  }
  return true;
}

/* NULL is equal to NULL. */
static bool
texts_equal(const char *a, const char *b)
{
  return a == b || (a && b && strcmp(a, b) == 0);
}

static bool
dictionaries_equal(const struct wd_type *a, const struct wd_type *b)
{
  if (a->dictionary_count != b->dictionary_count)
    return false;
  for (uint32_t i = 0; i < a->dictionary_count; i++) {
    if (strcmp(a->dictionary[i], b->dictionary[i]) != 0)
      return false;
  }
  return true;
}

bool
wd_type_same_extension(const struct wd_type *a, const struct wd_type *b)
{
  return texts_equal(a->extension, b->extension) &&
         texts_equal(a->extension_metadata, b->extension_metadata);
}

bool
wd_type_equal(const struct wd_type *a, const struct wd_type *b)
{
  if (a->id != b->id || a->child_count != b->child_count ||
      !wd_type_same_extension(a, b))
    return false;
  switch (a->id) {
  case WD_TYPE_DECIMAL:
    return a->precision == b->precision && a->scale == b->scale;
  case WD_TYPE_TIMESTAMP:
    return a->unit == b->unit && texts_equal(a->timezone, b->timezone);
  case WD_TYPE_TIME:
  case WD_TYPE_DURATION:
    return a->unit == b->unit;
  case WD_TYPE_FIXED_BINARY:
    return a->width == b->width;
  case WD_TYPE_ENUM:
    return a->width == b->width && dictionaries_equal(a, b);
  case WD_TYPE_FIXED_LIST:
    if (a->width != b->width)
      return false;
    break;
  default:
    break;
  }
  return columns_equal(a->children, b->children, a->child_count);
}

bool
wd_schema_equal(const struct wd_schema *a, const struct wd_schema *b)
{
  return a->count == b->count &&
         columns_equal(a->columns, b->columns, a->count);
}

bool
wd_type_is_integer(const struct wd_type *type)
{
  return type->id >= WD_TYPE_I8 && type->id <= WD_TYPE_U64;
}

bool
wd_type_is_numeric(const struct wd_type *type)
{
  return type->id >= WD_TYPE_I8 && type->id <= WD_TYPE_DECIMAL;
}
