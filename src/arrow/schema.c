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

enum wd_status
wd_schema_check_carried(const struct wd_schema *schema, struct wd_error *error)
{
  for (uint32_t i = 0; i < schema->count; i++) {
    const struct wd_column *column = &schema->columns[i];
    char name[128], type[256];

    if (wd_type_carried(&column->type))
      continue;
    wd_text_clean(name, sizeof name, column->name, strlen(column->name));
    return wd_fail(error, WD_UNSUPPORTED,
                   "column '%s' has the type %s, which is not supported yet: "
                   "cast it or leave the column out",
                   name, wd_type_text(&column->type, type, sizeof type));
  }
  return WD_OK;
}
