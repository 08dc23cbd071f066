#include "engine/duckdb/types_composed.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "engine/duckdb/lower.h"

/* Elements of an ARRAY at most, those of ARRAYs in it counted: a vector has
 * room for all of them from the start. */
#define ARRAY_MAX 99999

/* Members of a UNION at most: its tags are 8 bits wide. */
#define UNION_MAX 255

static void
write_fields(const struct wd_type *type, struct wd_buf *buf)
{
  for (uint32_t i = 0; i < type->child_count; i++) {
    const struct wd_column *child = &type->children[i];

    wd_buf_puts(buf, i ? ", " : "");
    wd_duck_quote(child->name, strlen(child->name), '"', buf);
    wd_buf_putc(buf, ' ');
    wd_duck_type_sql(&child->type, buf);
  }
  wd_buf_putc(buf, ')');
}

static void
write_words(const struct wd_type *type, struct wd_buf *buf)
{
  wd_buf_puts(buf, "ENUM(");
  for (uint32_t i = 0; i < type->dictionary_count; i++) {
    const char *word = type->dictionary[i];

    wd_buf_puts(buf, i ? ", " : "");
    wd_duck_quote(word, strlen(word), '\'', buf);
  }
  wd_buf_putc(buf, ')');
}

static void
write_map(const struct wd_type *type, struct wd_buf *buf)
{
  const struct wd_column *entry = type->children->type.children;

  wd_buf_puts(buf, "MAP(");
  wd_duck_type_sql(&entry[0].type, buf);
  wd_buf_puts(buf, ", ");
  wd_duck_type_sql(&entry[1].type, buf);
  wd_buf_putc(buf, ')');
}

void
wd_duck_composed_sql(const struct wd_type *type, struct wd_buf *buf)
{
  switch (type->id) {
  case WD_TYPE_STRUCT:
    wd_buf_puts(buf, "STRUCT(");
    write_fields(type, buf);
    break;
  case WD_TYPE_UNION:
    wd_buf_puts(buf, "UNION(");
    write_fields(type, buf);
    break;
  case WD_TYPE_MAP:
    write_map(type, buf);
    break;
  case WD_TYPE_ENUM:
    write_words(type, buf);
    break;
  case WD_TYPE_FIXED_LIST:
    wd_duck_type_sql(&type->children->type, buf);
    wd_buf_printf(buf, "[%u]", type->width);
    break;
  default:
    wd_duck_type_sql(&type->children->type, buf);
    wd_buf_puts(buf, "[]");
  }
}

static duckdb_logical_type
make_fields(const struct wd_type *type)
{
  uint32_t count = type->child_count;
  duckdb_logical_type *types = wd_mem_calloc(NULL, count, sizeof *types);
  const char **names = wd_mem_calloc(NULL, count, sizeof *names);
  duckdb_logical_type made = NULL;

  for (uint32_t i = 0; types && names && i < count; i++) {
    names[i] = type->children[i].name;
    types[i] = wd_duck_type_make(&type->children[i].type);
  }
  if (types && names && type->id == WD_TYPE_STRUCT)
    made = duckdb_create_struct_type(types, names, count);
  else if (types && names)
    made = duckdb_create_union_type(types, names, count);
  for (uint32_t i = 0; types && i < count; i++)
    duckdb_destroy_logical_type(&types[i]);
  wd_mem_free(NULL, types, count * sizeof *types);
  wd_mem_free(NULL, names, count * sizeof *names);
  return made;
}

static duckdb_logical_type
make_map(const struct wd_type *type)
{
  const struct wd_column *entry = type->children->type.children;
  duckdb_logical_type key = wd_duck_type_make(&entry[0].type);
  duckdb_logical_type value = wd_duck_type_make(&entry[1].type);
  duckdb_logical_type map = duckdb_create_map_type(key, value);

  duckdb_destroy_logical_type(&key);
  duckdb_destroy_logical_type(&value);
  return map;
}

static duckdb_logical_type
make_list(const struct wd_type *type)
{
  duckdb_logical_type item = wd_duck_type_make(&type->children->type);
  duckdb_logical_type list = type->id == WD_TYPE_LIST
                                 ? duckdb_create_list_type(item)
                                 : duckdb_create_array_type(item, type->width);

  duckdb_destroy_logical_type(&item);
  return list;
}

duckdb_logical_type
wd_duck_composed_make(const struct wd_type *type)
{
  switch (type->id) {
  case WD_TYPE_STRUCT:
  case WD_TYPE_UNION:
    return make_fields(type);
  case WD_TYPE_MAP:
    return make_map(type);
  case WD_TYPE_ENUM:
    return duckdb_create_enum_type((const char **)(uintptr_t)type->dictionary,
                                   type->dictionary_count);
  default:
    return make_list(type);
  }
}

/* A child of what DuckDB has, which is destroyed; `name` is DuckDB's, or our
 * own word. */
static enum wd_status
take_child(duckdb_logical_type logical, const char *name,
           struct wd_arena *arena, struct wd_column *out_child,
           struct wd_error *error)
{
  enum wd_status status = WD_OK;

  out_child->nullable = true;
  out_child->name = wd_arena_strdup(arena, name);
  if (out_child->name)
    status = wd_duck_type_from(logical, arena, &out_child->type, error);
  else
    status = wd_fail_memory(error);
  duckdb_destroy_logical_type(&logical);
  return status;
}

static enum wd_status
fields_from(duckdb_logical_type logical, struct wd_arena *arena,
            struct wd_type *type, struct wd_error *error)
{
  bool is_struct = type->id == WD_TYPE_STRUCT;
  idx_t count = is_struct ? duckdb_struct_type_child_count(logical)
                          : duckdb_union_type_member_count(logical);
  struct wd_column *children = wd_arena_array(arena, count, sizeof *children);
  enum wd_status status = children ? WD_OK : wd_fail_memory(error);

  for (idx_t i = 0; status == WD_OK && i < count; i++) {
    char *name = is_struct ? duckdb_struct_type_child_name(logical, i)
                           : duckdb_union_type_member_name(logical, i);

    status = take_child(is_struct ? duckdb_struct_type_child_type(logical, i)
                                  : duckdb_union_type_member_type(logical, i),
                        name, arena, &children[i], error);
    duckdb_free(name);
  }
  type->child_count = (uint32_t)count;
  type->children = children;
  return status;
}

static enum wd_status
map_from(duckdb_logical_type logical, struct wd_arena *arena,
         struct wd_type *type, struct wd_error *error)
{
  struct wd_column *entries = wd_arena_array(arena, 3, sizeof *entries);
  enum wd_status status;

  if (!entries)
    return wd_fail_memory(error);
  entries->name = "entries";
  entries->type = wd_type_of(WD_TYPE_STRUCT);
  entries->type.child_count = 2;
  entries->type.children = entries + 1;
  type->child_count = 1;
  type->children = entries;
  status = take_child(duckdb_map_type_key_type(logical), "key", arena,
                      entries + 1, error);
  entries[1].nullable = false;
  if (status == WD_OK)
    status = take_child(duckdb_map_type_value_type(logical), "value", arena,
                        entries + 2, error);
  return status;
}

static enum wd_status
list_from(duckdb_logical_type logical, struct wd_arena *arena,
          struct wd_type *type, struct wd_error *error)
{
  struct wd_column *item = wd_arena_alloc(arena, sizeof *item);
  bool fixed = type->id == WD_TYPE_FIXED_LIST;

  if (!item)
    return wd_fail_memory(error);
  type->child_count = 1;
  type->children = item;
  if (fixed)
    type->width = (uint32_t)duckdb_array_type_array_size(logical);
  return take_child(fixed ? duckdb_array_type_child_type(logical)
                          : duckdb_list_type_child_type(logical),
                    "item", arena, item, error);
}

static enum wd_status
words_from(duckdb_logical_type logical, struct wd_arena *arena,
           struct wd_type *type, struct wd_error *error)
{
  uint32_t count = duckdb_enum_dictionary_size(logical);
  const char **words = wd_arena_array(arena, count, sizeof *words);

  if (!words)
    return wd_fail_memory(error);
  for (uint32_t i = 0; i < count; i++) {
    char *word = duckdb_enum_dictionary_value(logical, i);

    words[i] = wd_arena_strdup(arena, word);
    duckdb_free(word);
    if (!words[i])
      return wd_fail_memory(error);
  }
  type->width = wd_duck_enum_width(count);
  type->dictionary_count = count;
  type->dictionary = words;
  return WD_OK;
}

enum wd_status
wd_duck_composed_from(duckdb_logical_type logical, struct wd_arena *arena,
                      struct wd_type *out_type, struct wd_error *error)
{
  switch (duckdb_get_type_id(logical)) {
  case DUCKDB_TYPE_STRUCT:
    *out_type = wd_type_of(WD_TYPE_STRUCT);
    return fields_from(logical, arena, out_type, error);
  case DUCKDB_TYPE_UNION:
    *out_type = wd_type_of(WD_TYPE_UNION);
    return fields_from(logical, arena, out_type, error);
  case DUCKDB_TYPE_MAP:
    *out_type = wd_type_of(WD_TYPE_MAP);
    return map_from(logical, arena, out_type, error);
  case DUCKDB_TYPE_ENUM:
    *out_type = wd_type_of(WD_TYPE_ENUM);
    return words_from(logical, arena, out_type, error);
  case DUCKDB_TYPE_ARRAY:
    *out_type = wd_type_of(WD_TYPE_FIXED_LIST);
    return list_from(logical, arena, out_type, error);
  default:
    *out_type = wd_type_of(WD_TYPE_LIST);
    return list_from(logical, arena, out_type, error);
  }
}

/* DuckDB folds the case of names; quadratic, for fields are few. */
static const char *
fields_why_not(const struct wd_type *type)
{
  if (type->child_count > WD_DUCK_FIELDS)
    return "it has more than 4,096 fields";
  for (uint32_t i = 0; i < type->child_count; i++) {
    const char *name = type->children[i].name;

    if (*name == '\0')
      return "one of its fields has no name";
    for (uint32_t k = 0; k < i; k++)
      if (strcasecmp(name, type->children[k].name) == 0)
        return "two of its fields have the same name (case is folded)";
  }
  return NULL;
}

static int
compare_words(const void *a, const void *b)
{
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static const char *
words_why_not(const struct wd_type *type)
{
  uint32_t count = type->dictionary_count;
  const char **words = wd_mem_calloc(NULL, count, sizeof *words);
  bool twice = false;

  if (!words)
    return "there is no memory for its words";
  memcpy(words, type->dictionary, count * sizeof *words);
  qsort(words, count, sizeof *words, compare_words);
  for (uint32_t i = 1; i < count; i++)
    twice = twice || strcmp(words[i - 1], words[i]) == 0;
  wd_mem_free(NULL, words, count * sizeof *words);
  return twice ? "it has the same word twice" : NULL;
}

/* `elements`: of the fixed lists around, multiplied. */
static const char *
why_not(const struct wd_type *type, uint64_t elements)
{
  const char *why = NULL;

  switch (type->id) {
  case WD_TYPE_DECIMAL:
    return type->scale < 0 || type->scale > type->precision
               ? "its scale must be between 0 and its precision"
               : NULL;
  case WD_TYPE_ENUM:
    return words_why_not(type);
  case WD_TYPE_FIXED_LIST:
    elements *= type->width;
    if (elements > ARRAY_MAX)
      return "fixed lists have at most 99,999 elements in all";
    break;
  case WD_TYPE_LIST:
  case WD_TYPE_MAP:
    elements = 1;
    break;
  case WD_TYPE_UNION:
    if (type->child_count > UNION_MAX)
      return "a union has at most 255 members";
    why = fields_why_not(type);
    break;
  case WD_TYPE_STRUCT:
    why = fields_why_not(type);
    break;
  default:
    break;
  }
  for (uint32_t i = 0; !why && i < type->child_count; i++)
    why = why_not(&type->children[i].type, elements);
  return why;
}

const char *
wd_duck_type_why_not(const struct wd_type *type)
{
  return why_not(type, 1);
}

bool
wd_duck_type_is_boxed(const struct wd_type *type)
{
  if (type->id == WD_TYPE_FIXED_LIST)
    return true;
  if (type->id != WD_TYPE_STRUCT && type->id != WD_TYPE_UNION)
    return false;
  for (uint32_t i = 0; i < type->child_count; i++)
    if (wd_duck_type_is_boxed(&type->children[i].type))
      return true;
  return false;
}
