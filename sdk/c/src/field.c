/* Fields and columns as trees: copied, freed, compared, and what their types
 * need. */
#include <stdlib.h>

#include "internal.h"

static char *
text_copy(const char *text)
{
  return text ? wd__copy_of(text, strlen(text) + 1) : NULL;
}

void
wd__field_copy(wd_field *to, const wd_field *from)
{
  *to = *from;
  to->name = text_copy(from->name);
  to->timezone = text_copy(from->timezone);
  to->extension = text_copy(from->extension);
  to->extension_metadata = text_copy(from->extension_metadata);
  wd_field *children = wd__new(from->child_count * sizeof *children);
  for (uint32_t i = 0; i < from->child_count; i++)
    wd__field_copy(children + i, from->children + i);
  to->children = children;
  wd_str *words = wd__new(from->word_count * sizeof *words);
  for (uint32_t i = 0; i < from->word_count; i++)
    words[i] = (wd_str){wd_str_copy(from->words[i]), from->words[i].size};
  to->words = words;
}

void
wd__field_free(const wd_field *field)
{
  free((char *)(uintptr_t)field->name);
  free((char *)(uintptr_t)field->timezone);
  free((char *)(uintptr_t)field->extension);
  free((char *)(uintptr_t)field->extension_metadata);
  for (uint32_t i = 0; i < field->child_count; i++)
    wd__field_free(field->children + i);
  free((wd_field *)(uintptr_t)field->children);
  for (uint32_t i = 0; i < field->word_count; i++)
    free((char *)(uintptr_t)field->words[i].data);
  free((wd_str *)(uintptr_t)field->words);
}

/* Pieces of a tree that lies in one piece of memory: `at` NULL only counts. */
static void *
piece(uint8_t **at, size_t *used, const void *from, size_t size)
{
  void *to = *at ? *at + *used : NULL;
  if (to && size)
    memcpy(to, from, size);
  *used += (size + 7) & ~(size_t)7;
  return to;
}

/* NULL stays. */
static const char *
text_piece(uint8_t **at, size_t *used, const char *from)
{
  return from ? piece(at, used, from, strlen(from) + 1) : NULL;
}

static void
flatten(const wd_field *from, wd_field *to, uint8_t **at, size_t *used)
{
  wd_field field = *from;
  field.name = piece(at, used, from->name, strlen(from->name) + 1);
  field.timezone = text_piece(at, used, from->timezone);
  field.extension = text_piece(at, used, from->extension);
  field.extension_metadata = text_piece(at, used, from->extension_metadata);
  wd_field *children =
      piece(at, used, from->children, from->child_count * sizeof *children);
  for (uint32_t i = 0; i < from->child_count; i++)
    flatten(from->children + i, children ? children + i : NULL, at, used);
  wd_str *words =
      piece(at, used, from->words, from->word_count * sizeof *words);
  for (uint32_t i = 0; i < from->word_count; i++) {
    char *word =
        piece(at, used, from->words[i].data, (size_t)from->words[i].size + 1);
    if (words)
      words[i].data = word;
  }
  field.children = children;
  field.words = words;
  if (to)
    *to = field;
}

wd_schema *
wd__schema_flat(const wd_schema *from)
{
  size_t head = sizeof(wd_schema) + from->count * sizeof(wd_field), size = head;
  uint8_t *memory = NULL;
  for (uint32_t i = 0; i < from->count; i++)
    flatten(from->fields + i, NULL, &memory, &size);
  wd_schema *schema = wd__new(size);
  wd_field *fields = (wd_field *)(schema + 1);
  memory = (uint8_t *)schema;
  size = head;
  for (uint32_t i = 0; i < from->count; i++)
    flatten(from->fields + i, fields + i, &memory, &size);
  schema->count = from->count;
  schema->fields = fields;
  return schema;
}

const wd_field *
wd__field_unknown(const wd_field *field)
{
  const wd_field *found = field->type == WD_OTHER ? field : NULL;
  for (uint32_t i = 0; !found && i < field->child_count; i++)
    found = wd__field_unknown(field->children + i);
  return found;
}

uint32_t
wd__field_width(const wd_field *field)
{
  switch (field->type) {
  case WD_FIXED_BINARY:
  case WD_FIXED_LIST:
    return field->width;
  case WD_ENUM:
    return field->word_count <= 256 ? 1 : field->word_count <= 65536 ? 2 : 4;
  default:
    return wd__type_width(field->type);
  }
}

/* ---- Columns */

wd_column
wd__column_of(const wd_field *field)
{
  wd_column column = {.type = field->type,
                      .unit = field->unit,
                      .precision = field->precision,
                      .scale = field->scale,
                      .name = field->name,
                      .width = wd__field_width(field),
                      .child_count = field->child_count,
                      .word_count = field->word_count,
                      .words = field->words};
  if (!field->child_count)
    return column;
  column.children = wd__new(field->child_count * sizeof column);
  for (uint32_t i = 0; i < field->child_count; i++)
    column.children[i] = wd__column_of(field->children + i);
  return column;
}

wd_column *
wd__columns_copy(const wd_column *columns, uint32_t count)
{
  wd_column *copy = wd__copy_of(columns, count * sizeof *copy);
  for (uint32_t i = 0; i < count; i++)
    if (copy[i].child_count)
      copy[i].children =
          wd__columns_copy(copy[i].children, copy[i].child_count);
  return copy;
}

void
wd__columns_free(wd_column *columns, uint32_t count)
{
  for (uint32_t i = 0; columns && i < count; i++)
    wd__columns_free(columns[i].children, columns[i].child_count);
  free(columns);
}

static bool
words_equal(const wd_column *column, const wd_field *field)
{
  for (uint32_t i = 0; i < field->word_count; i++)
    if (!wd_str_equal(column->words[i], field->words[i]))
      return false;
  return true;
}

bool
wd__column_is(const wd_column *column, const wd_field *field)
{
  if (column->type != field->type || column->precision != field->precision ||
      column->scale != field->scale ||
      column->width != wd__field_width(field) ||
      column->child_count != field->child_count ||
      column->word_count != field->word_count || !words_equal(column, field))
    return false;
  for (uint32_t i = 0; i < field->child_count; i++)
    if (!wd__column_is(column->children + i, field->children + i))
      return false;
  return true;
}

uint32_t
wd__type_buffers(enum wd_type type)
{
  switch (type) {
  case WD_NULL:
    return 0;
  case WD_STRUCT:
  case WD_FIXED_LIST:
  case WD_UNION:
    return 1;
  case WD_STRING:
  case WD_BINARY:
    return 3;
  default:
    return 2;
  }
}

/* How many nodes and buffers the columns have; maps have a struct between. */
void
wd__columns_shape(const wd_column *columns, uint32_t count, uint32_t *nodes,
                  uint32_t *buffers)
{
  for (uint32_t i = 0; i < count; i++) {
    *nodes += columns[i].type == WD_MAP ? 2 : 1;
    *buffers += wd__type_buffers(columns[i].type) + (columns[i].type == WD_MAP);
    wd__columns_shape(columns[i].children, columns[i].child_count, nodes,
                      buffers);
  }
}
