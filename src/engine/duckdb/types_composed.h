/* The composed types of types.h: those that have children, or words. */
#ifndef WD_ENGINE_DUCKDB_TYPES_COMPOSED_H
#define WD_ENGINE_DUCKDB_TYPES_COMPOSED_H

#include "engine/duckdb/types.h"

/* Lists, fixed lists, structs, maps, unions; enumerations. */
static inline bool
wd_duck_type_is_composed(const struct wd_type *type)
{
  return type->id >= WD_TYPE_LIST;
}

/* Fields of a struct at most: a query names every one of them. */
#define WD_DUCK_FIELDS 4096

/* Bytes of an index in DuckDB, whatever ours has. */
static inline uint32_t
wd_duck_enum_width(uint32_t words)
{
  return words <= UINT8_MAX ? 1 : words <= UINT16_MAX ? 2 : 4;
}

/* The parts of the functions of types.h for them. */
void
wd_duck_composed_sql(const struct wd_type *type, struct wd_buf *buf);

/* NULL when memory is short. */
duckdb_logical_type
wd_duck_composed_make(const struct wd_type *type);

enum wd_status
wd_duck_composed_from(duckdb_logical_type logical, struct wd_arena *arena,
                      struct wd_type *out_type, struct wd_error *error);

/* Whether DuckDB 1.5 has no CASE of it, as of all that is an ARRAY or has one
 * in its fields: then it is chosen as the one item of a list. */
bool
wd_duck_type_is_boxed(const struct wd_type *type);

/* Why DuckDB cannot store a type that is carried; NULL when it can. */
const char *
wd_duck_type_why_not(const struct wd_type *type);

#endif
