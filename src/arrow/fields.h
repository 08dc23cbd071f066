/* Schemas as the ABI has them: fields depth first, types as Arrow format
 * strings. The strings are hostile: a parse checks everything. */
#ifndef WD_ARROW_FIELDS_H
#define WD_ARROW_FIELDS_H

#include "arrow/type.h"

struct wd_text {
  const char *data; /* not terminated */
  uint32_t length;
};

struct wd_field {
  struct wd_text name;
  struct wd_text format;
  bool nullable;
  uint32_t children;
  uint32_t metadata_count;        /* pairs */
  const struct wd_text *metadata; /* key, value, … */
  uint32_t dictionary_count;
  const struct wd_text *dictionary;
};

/* Fields to a schema in the arena. Errors: WD_INVALID_ARGUMENT for what is no
 * schema (format, child counts, names that are not UTF-8 or hold NUL, depth
 * over 64), WD_UNSUPPORTED for Arrow types that we never carry. */
enum wd_status
wd_fields_parse(const struct wd_field *fields, uint32_t count,
                struct wd_arena *arena, struct wd_schema *out_schema,
                struct wd_error *error);

/* The reverse; *out_fields is an array of *out_count in the arena. */
enum wd_status
wd_fields_make(const struct wd_schema *schema, struct wd_arena *arena,
               struct wd_field **out_fields, uint32_t *out_count,
               struct wd_error *error);

#endif
