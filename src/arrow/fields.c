#include "arrow/fields.h"

#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

struct reader {
  const struct wd_field *fields;
  uint32_t count;
  uint32_t at;
  struct wd_arena *arena;
  struct wd_error *error;
};

static enum wd_status
parse_columns(struct reader *reader, uint32_t count,
              const struct wd_column **out_columns);

static bool
text_is(const struct wd_text *text, const char *word)
{
  return text->length == strlen(word) &&
         memcmp(text->data, word, text->length) == 0;
}

/* A terminated copy of a text that must be UTF-8 without zero bytes. */
static enum wd_status
copy_text(struct reader *reader, const struct wd_text *text, const char *what,
          const char **out_text)
{
  char clean[64];

  if (!wd_utf8_valid((const uint8_t *)text->data, text->length) ||
      (text->length && memchr(text->data, '\0', text->length)))
    return wd_fail(
        reader->error, WD_INVALID_ARGUMENT,
        "field %u: its %s '%s' is not UTF-8 without zero bytes", reader->at,
        what, wd_text_clean(clean, sizeof clean, text->data, text->length));
  *out_text = wd_arena_strndup(reader->arena, text->data, text->length);
  return *out_text ? WD_OK : wd_fail_memory(reader->error);
}

static enum wd_status
copy_texts(struct reader *reader, const struct wd_text *texts, uint32_t count,
           const char *what, const char *const **out_texts)
{
  const char **copies;

  *out_texts = NULL;
  if (count == 0)
    return WD_OK;
  copies = wd_arena_array(reader->arena, count, sizeof *copies);
  if (!copies)
    return wd_fail_memory(reader->error);
  for (uint32_t i = 0; i < count; i++) {
    enum wd_status status = copy_text(reader, &texts[i], what, &copies[i]);

    if (status != WD_OK)
      return status;
  }
  *out_texts = copies;
  return WD_OK;
}

static enum wd_status
parse_dictionary(struct reader *reader, const struct wd_field *field,
                 struct wd_type *type)
{
  char text[64];

  if (type->id != WD_TYPE_U8 && type->id != WD_TYPE_U16 &&
      type->id != WD_TYPE_U32)
    return wd_fail(reader->error, WD_INVALID_ARGUMENT,
                   "field %u has a dictionary, but the type %s: an index is "
                   "C, S or I",
                   reader->at, wd_type_text(type, text, sizeof text));
  type->width = wd_type_width(type);
  type->id = WD_TYPE_ENUM;
  type->dictionary_count = field->dictionary_count;
  return copy_texts(reader, field->dictionary, field->dictionary_count,
                    "dictionary", &type->dictionary);
}

/* A map is a list of structs of a key and a value. */
static bool
map_is_valid(const struct wd_type *type)
{
  const struct wd_column *entries = type->children;

  return entries && entries->type.id == WD_TYPE_STRUCT &&
         entries->type.child_count == 2;
}

/* Lists and maps get the names and nullability that theirs have here: what
 * other libraries call their children means nothing. */
static void
settle_children(struct wd_type *type)
{
  struct wd_column *child = (struct wd_column *)(uintptr_t)type->children;
  struct wd_column *entry;

  if (!child)
    return;
  if (type->id == WD_TYPE_LIST || type->id == WD_TYPE_FIXED_LIST)
    child->name = "item";
  if (type->id != WD_TYPE_MAP)
    return;
  entry = (struct wd_column *)(uintptr_t)child->type.children;
  child->name = "entries";
  child->nullable = false;
  entry[0].name = "key";
  entry[0].nullable = false;
  entry[1].name = "value";
}

/* 16 bytes that their metadata calls a UUID. */
static void
see_uuid(const struct wd_field *field, struct wd_type *type)
{
  if (type->id != WD_TYPE_FIXED_BINARY || type->width != 16)
    return;
  for (uint32_t i = 0; i < field->metadata_count; i++)
    if (text_is(&field->metadata[2 * i], WD_EXTENSION_KEY) &&
        text_is(&field->metadata[2 * i + 1], WD_EXTENSION_UUID))
      *type = wd_type_of(WD_TYPE_UUID);
}

/* The value of a key of a column's metadata, which is taken out of it; NULL:
 * there is none. */
static const char *
take_metadata(struct wd_column *column, const char *key)
{
  const char **texts = (const char **)(uintptr_t)column->metadata;
  uint32_t kept = 0;
  const char *value = NULL;

  for (uint32_t i = 0; i < column->metadata_count; i++) {
    if (strcmp(texts[2 * i], key) == 0) {
      value = texts[2 * i + 1];
      continue;
    }
    texts[2 * kept] = texts[2 * i];
    texts[2 * kept++ + 1] = texts[2 * i + 1];
  }
  column->metadata_count = kept;
  return value;
}

/* From its metadata to its type. A UUID is a type of ours. */
static void
see_extension(struct wd_column *column)
{
  struct wd_type *type = &column->type;

  if (type->id == WD_TYPE_UUID)
    return;
  type->extension = take_metadata(column, WD_EXTENSION_KEY);
  if (type->extension)
    type->extension_metadata = take_metadata(column, WD_EXTENSION_METADATA_KEY);
  if (type->extension && !*type->extension)
    type->extension = NULL;
  if (type->extension_metadata && !*type->extension_metadata)
    type->extension_metadata = NULL;
}

static enum wd_status
parse_type(struct reader *reader, const struct wd_field *field,
           struct wd_type *type)
{
  char text[64];
  uint32_t place = reader->at;
  enum wd_status status =
      wd_type_parse_format(field->format.data, field->format.length,
                           reader->arena, type, reader->error);

  if (status != WD_OK) {
    wd_error_prefix(reader->error, "field %u", place);
    return status;
  }
  if (type->child_count != UINT32_MAX && type->child_count != field->children) {
    uint32_t wanted = type->child_count;

    type->child_count = 0;
    return wd_fail(reader->error, WD_INVALID_ARGUMENT,
                   "field %u has %u children, its format '%s' has %u", place,
                   field->children,
                   wd_text_clean(text, sizeof text, field->format.data,
                                 field->format.length),
                   wanted);
  }
  type->child_count = field->children;
  if (field->dictionary_count) {
    status = parse_dictionary(reader, field, type);
    reader->at++;
    return status;
  }
  reader->at++;
  status = parse_columns(reader, type->child_count, &type->children);
  if (status != WD_OK)
    return status;
  if (type->id == WD_TYPE_MAP && !map_is_valid(type))
    return wd_fail(reader->error, WD_INVALID_ARGUMENT,
                   "field %u is a map: its child must be a struct of key "
                   "and value",
                   place);
  settle_children(type);
  see_uuid(field, type);
  return WD_OK;
}

static enum wd_status
parse_column(struct reader *reader, struct wd_column *column)
{
  const struct wd_field *field = &reader->fields[reader->at];
  enum wd_status status;

  column->nullable = field->nullable;
  column->metadata_count = field->metadata_count;
  status = field->metadata_count > UINT32_MAX / 2
               ? wd_fail_memory(reader->error)
               : copy_text(reader, &field->name, "name", &column->name);
  if (status == WD_OK)
    status = copy_texts(reader, field->metadata, field->metadata_count * 2,
                        "metadata", &column->metadata);
  if (status == WD_OK)
    status = parse_type(reader, field, &column->type);
  if (status == WD_OK)
    see_extension(column);
  return status;
}

static enum wd_status
parse_columns(struct reader *reader, uint32_t count,
              const struct wd_column **out_columns)
{
  struct wd_column *columns;

  *out_columns = NULL;
  if (count == 0)
    return WD_OK;
  columns = wd_arena_array(reader->arena, count, sizeof *columns);
  if (!columns)
    return wd_fail_memory(reader->error);
  for (uint32_t i = 0; i < count; i++) {
    enum wd_status status = parse_column(reader, &columns[i]);

    if (status != WD_OK)
      return status;
  }
  *out_columns = columns;
  return WD_OK;
}

/* Walks the tree without building it: every child is there and none is
 * deeper than the parser may recurse. Counts the fields at the top. */
static enum wd_status
check_tree(const struct reader *reader, uint32_t *out_top)
{
  uint32_t missing[WD_TYPE_DEPTH];
  uint32_t top = 0;
  int depth = 0;

  for (uint32_t i = 0; i < reader->count; i++) {
    uint32_t children = reader->fields[i].children;

    if (depth == 0)
      top++;
    else
      missing[depth - 1]--;
    if (children > reader->count - i - 1)
      return wd_fail(reader->error, WD_INVALID_ARGUMENT,
                     "field %u has %u children, but only %u fields follow", i,
                     children, reader->count - i - 1);
    if (children) {
      if (depth == WD_TYPE_DEPTH)
        return wd_fail(reader->error, WD_INVALID_ARGUMENT,
                       "field %u: types are nested deeper than %d", i,
                       WD_TYPE_DEPTH);
      missing[depth++] = children;
    }
    while (depth && missing[depth - 1] == 0)
      depth--;
  }
  *out_top = top;
  return depth == 0 ? WD_OK
                    : wd_fail(reader->error, WD_INVALID_ARGUMENT,
                              "%u children are missing after the last of %u "
                              "fields",
                              missing[depth - 1], reader->count);
}

static int
compare_names(const void *a, const void *b)
{
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Below the top names may be empty and repeated. */
static enum wd_status
check_names(const struct reader *reader, const struct wd_schema *schema)
{
  char clean[128];
  const char **names =
      wd_arena_array(reader->arena, schema->count, sizeof *names);

  if (!names)
    return wd_fail_memory(reader->error);
  for (uint32_t i = 0; i < schema->count; i++) {
    names[i] = schema->columns[i].name;
    if (*names[i] == '\0')
      return wd_fail(reader->error, WD_INVALID_ARGUMENT,
                     "column %u has no name: give it one", i);
  }
  if (schema->count)
    qsort(names, schema->count, sizeof *names, compare_names);
  for (uint32_t i = 1; i < schema->count; i++) {
    if (strcmp(names[i - 1], names[i]) == 0)
      return wd_fail(
          reader->error, WD_INVALID_ARGUMENT,
          "two columns are named '%s': rename one",
          wd_text_clean(clean, sizeof clean, names[i], strlen(names[i])));
  }
  return WD_OK;
}

enum wd_status
wd_fields_parse(const struct wd_field *fields, uint32_t count,
                struct wd_arena *arena, struct wd_schema *out_schema,
                struct wd_error *error)
{
  struct reader reader = {fields, count, 0, arena, error};
  struct wd_schema schema = {0};
  enum wd_status status = check_tree(&reader, &schema.count);

  if (status == WD_OK)
    status = parse_columns(&reader, schema.count, &schema.columns);
  if (status == WD_OK)
    status = check_names(&reader, &schema);
  *out_schema = status == WD_OK ? schema : (struct wd_schema){0};
  return status;
}

static uint64_t
count_fields(const struct wd_column *columns, uint32_t count)
{
  uint64_t all = count;

  for (uint32_t i = 0; i < count; i++)
    all += count_fields(columns[i].type.children, columns[i].type.child_count);
  return all;
}

static struct wd_text
text_of(const char *text)
{
  return (struct wd_text){text, (uint32_t)strlen(text)};
}

static bool
make_texts(const char *const *from, uint32_t count, struct wd_arena *arena,
           const struct wd_text **out_texts)
{
  struct wd_text *texts;

  *out_texts = NULL;
  if (count == 0)
    return true;
  texts = wd_arena_array(arena, count, sizeof *texts);
  if (!texts)
    return false;
  for (uint32_t i = 0; i < count; i++)
    texts[i] = text_of(from[i]);
  *out_texts = texts;
  return true;
}

static bool
has_metadata(const struct wd_column *column, const char *key)
{
  for (uint32_t i = 0; i < column->metadata_count; i++)
    if (strcmp(column->metadata[2 * i], key) == 0)
      return true;
  return false;
}

/* What a type is called in the metadata; NULL: its format says all. */
static const char *
extension_of(const struct wd_type *type)
{
  return type->id == WD_TYPE_UUID ? WD_EXTENSION_UUID : type->extension;
}

static bool
make_metadata(const struct wd_column *column, struct wd_arena *arena,
              struct wd_field *field)
{
  const char *extension = extension_of(&column->type);
  const char *more = column->type.extension_metadata;
  uint32_t count = column->metadata_count;
  struct wd_text *texts;

  field->metadata_count = count;
  if (!extension || has_metadata(column, WD_EXTENSION_KEY))
    return make_texts(column->metadata, count * 2, arena, &field->metadata);
  texts = wd_arena_array(arena, (size_t)count * 2 + 4, sizeof *texts);
  if (!texts)
    return false;
  for (uint32_t i = 0; i < count * 2; i++)
    texts[i] = text_of(column->metadata[i]);
  texts[count * 2] = text_of(WD_EXTENSION_KEY);
  texts[count * 2 + 1] = text_of(extension);
  field->metadata_count++;
  if (more) {
    texts[count * 2 + 2] = text_of(WD_EXTENSION_METADATA_KEY);
    texts[count * 2 + 3] = text_of(more);
    field->metadata_count++;
  }
  field->metadata = texts;
  return true;
}

static bool
make_fields(const struct wd_column *columns, uint32_t count,
            struct wd_arena *arena, struct wd_field **at)
{
  for (uint32_t i = 0; i < count; i++) {
    const struct wd_column *column = &columns[i];
    struct wd_field *field = (*at)++;
    const char *format = wd_type_format(&column->type, arena);

    if (!format)
      return false;
    field->name = text_of(column->name);
    field->format = text_of(format);
    field->nullable = column->nullable;
    field->children = column->type.child_count;
    field->dictionary_count = column->type.dictionary_count;
    if (!make_metadata(column, arena, field) ||
        !make_texts(column->type.dictionary, column->type.dictionary_count,
                    arena, &field->dictionary) ||
        !make_fields(column->type.children, column->type.child_count, arena,
                     at))
      return false;
  }
  return true;
}

enum wd_status
wd_fields_make(const struct wd_schema *schema, struct wd_arena *arena,
               struct wd_field **out_fields, uint32_t *out_count,
               struct wd_error *error)
{
  uint64_t count = count_fields(schema->columns, schema->count);
  struct wd_field *fields =
      count > UINT32_MAX ? NULL : wd_arena_array(arena, count, sizeof *fields);
  struct wd_field *at = fields;

  if (!fields || !make_fields(schema->columns, schema->count, arena, &at))
    return wd_fail_memory(error);
  *out_fields = fields;
  *out_count = (uint32_t)count;
  return WD_OK;
}
