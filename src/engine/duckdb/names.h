/* Names that we generate: columns are c0, c1 … at every step of a query, so
 * that no name of the guest's reaches SQL but where a file is read or
 * written. A relation without columns has one BOOLEAN column `z`, because SQL
 * knows none without. */
#ifndef WD_ENGINE_DUCKDB_NAMES_H
#define WD_ENGINE_DUCKDB_NAMES_H

#include <stdio.h>

#include "arrow/type.h"

struct wd_duck_name {
  char text[16];
};

static inline struct wd_duck_name
wd_duck_name(const struct wd_schema *schema, uint32_t column)
{
  struct wd_duck_name name = {"z"};

  if (schema->count)
    snprintf(name.text, sizeof name.text, "c%u", column);
  return name;
}

/* How many columns it has in DuckDB. */
static inline uint32_t
wd_duck_width(const struct wd_schema *schema)
{
  return schema->count ? schema->count : 1;
}

#endif
