#include "arrow/type.h"

#include <string.h>
#include <strings.h>

int
wd_schema_find(const struct wd_schema *schema, const char *name, size_t length)
{
  int exact = -1, folded = -1;

  for (uint32_t i = 0; i < schema->count; i++) {
    const char *candidate = schema->columns[i].name;

    if (strlen(candidate) != length ||
        strncasecmp(candidate, name, length) != 0)
      continue;
    folded = folded == -1 ? (int)i : -2;
    if (memcmp(candidate, name, length) == 0)
      exact = exact == -1 ? (int)i : -2;
  }
  return exact != -1 ? exact : folded;
}

/* Why batches do not hold a type, of itself or of what is in it. */
static const char *
why_not(const struct wd_type *type)
{
  const char *why = NULL;

  switch (type->id) {
  case WD_TYPE_DURATION:
    return "use an interval, or an i64 of units";
  case WD_TYPE_STRUCT:
  case WD_TYPE_UNION:
    if (type->child_count == 0)
      return "it needs at least one field";
    break;
  case WD_TYPE_FIXED_LIST:
  case WD_TYPE_FIXED_BINARY:
    if (type->width == 0)
      return "its width must be at least 1";
    break;
  default:
    break;
  }
  for (uint32_t i = 0; !why && i < type->child_count; i++)
    why = why_not(&type->children[i].type);
  return why;
}

bool
wd_type_carried(const struct wd_type *type)
{
  return !why_not(type);
}

enum wd_status
wd_schema_check_carried(const struct wd_schema *schema, struct wd_error *error)
{
  for (uint32_t i = 0; i < schema->count; i++) {
    const struct wd_column *column = &schema->columns[i];
    const char *why = why_not(&column->type);
    char name[128], type[256];

    if (!why)
      continue;
    wd_text_clean(name, sizeof name, column->name, strlen(column->name));
    return wd_fail(error, WD_UNSUPPORTED,
                   "column '%s' has the type %s, which is not supported: %s",
                   name, wd_type_text(&column->type, type, sizeof type), why);
  }
  return WD_OK;
}
