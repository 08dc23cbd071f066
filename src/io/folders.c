#include "io/folders.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "arrow/civil.h"
#include "io/location.h"

/* More columns than that say no folders. */
#define COLUMNS_MAX 64

/* A folder `name=value` of a path. */
struct part {
  const char *name;
  size_t name_length;
  const char *value;
  size_t value_length;
};

/* The parts of a path; the file's own name is none. */
static uint32_t
find_parts(const char *path, struct part *parts)
{
  uint32_t count = 0;
  const char *end;

  for (; (end = strchr(path, '/')) && count < COLUMNS_MAX; path = end + 1) {
    const char *sign = memchr(path, '=', (size_t)(end - path));

    if (!sign || sign == path)
      continue;
    parts[count++] = (struct part){path, (size_t)(sign - path), sign + 1,
                                   (size_t)(end - sign) - 1};
  }
  return count;
}

static bool
same_names(const struct part *a, const struct part *b, uint32_t count)
{
  for (uint32_t i = 0; i < count; i++)
    if (a[i].name_length != b[i].name_length ||
        memcmp(a[i].name, b[i].name, a[i].name_length) != 0)
      return false;
  return true;
}

/* NULL: no memory. What is no encoding stays as it is. */
static const char *
decoded(const char *text, size_t length, struct wd_arena *arena)
{
  char *copy = wd_arena_strndup(arena, text, length);

  return copy && !wd_percents_decode(copy)
             ? wd_arena_strndup(arena, text, length)
             : copy;
}

static bool
is_integer(const char *text)
{
  char *end;

  errno = 0;
  (void)strtoll(text, &end, 10);
  return !errno && *end == '\0' && end != text &&
         (*text == '-' || (*text >= '0' && *text <= '9'));
}

static bool
is_date(const char *text)
{
  int32_t days;

  return wd_date_parse(text, strlen(text), &days);
}

static bool
is_timestamp(const char *text)
{
  int64_t microseconds;

  return wd_timestamp_parse(text, strlen(text), &microseconds);
}

/* Whether it is true of all values, of which there are some. */
static bool
all_are(const struct wd_folder_column *column, uint32_t file_count,
        bool (*is)(const char *text))
{
  bool some = false;

  for (uint32_t i = 0; i < file_count; i++) {
    if (column->values[i] && !is(column->values[i]))
      return false;
    some |= column->values[i] != NULL;
  }
  return some;
}

static struct wd_type
type_of(const struct wd_folder_column *column, uint32_t file_count)
{
  struct wd_type type = wd_type_of(WD_TYPE_STRING);

  if (all_are(column, file_count, is_integer)) {
    type.id = WD_TYPE_I64;
  } else if (all_are(column, file_count, is_date)) {
    type.id = WD_TYPE_DATE;
  } else if (all_are(column, file_count, is_timestamp)) {
    type.id = WD_TYPE_TIMESTAMP;
    type.unit = WD_UNIT_US;
  }
  return type;
}

static enum wd_status
read_values(const char *const *files, uint32_t file_count, uint32_t index,
            struct wd_arena *arena, struct wd_folder_column *column,
            struct wd_error *error)
{
  static const char null[] = "__HIVE_DEFAULT_PARTITION__";
  struct part parts[COLUMNS_MAX];

  column->values = wd_arena_array(arena, file_count, sizeof *column->values);
  if (!column->values)
    return wd_fail_memory(error);
  for (uint32_t i = 0; i < file_count; i++) {
    const struct part *part = &parts[index];

    find_parts(files[i], parts);
    if (i == 0)
      column->name = decoded(part->name, part->name_length, arena);
    column->values[i] = NULL;
    if (part->value_length == strlen(null) &&
        memcmp(part->value, null, strlen(null)) == 0)
      continue;
    column->values[i] = decoded(part->value, part->value_length, arena);
    if (!column->name || !column->values[i])
      return wd_fail_memory(error);
  }
  column->type = type_of(column, file_count);
  return WD_OK;
}

enum wd_status
wd_folder_columns(const char *const *files, uint32_t file_count,
                  struct wd_arena *arena, struct wd_folder_column **out_columns,
                  uint32_t *out_count, struct wd_error *error)
{
  struct part first[COLUMNS_MAX], other[COLUMNS_MAX];
  uint32_t count = file_count ? find_parts(files[0], first) : 0;
  enum wd_status status = WD_OK;

  *out_count = 0;
  for (uint32_t i = 1; i < file_count && count; i++)
    if (find_parts(files[i], other) != count ||
        !same_names(first, other, count))
      count = 0;
  if (!count)
    return WD_OK;
  *out_columns = wd_arena_array(arena, count, sizeof **out_columns);
  if (!*out_columns)
    return wd_fail_memory(error);
  for (uint32_t i = 0; status == WD_OK && i < count; i++)
    status =
        read_values(files, file_count, i, arena, &(*out_columns)[i], error);
  *out_count = count;
  return status;
}
