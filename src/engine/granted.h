/* Granted tables as every engine reads them. */
#ifndef WD_ENGINE_GRANTED_H
#define WD_ENGINE_GRANTED_H

#include "io/grant.h"
#include "plan/relation.h"

/* The options that count: the grant's, then the program's. */
struct wd_settings {
  const struct wd_grant *grant;
  uint32_t count;
  struct wd_grant_option *options; /* the program's, checked */
};

/* In the arena. WD_INVALID_ARGUMENT: an option that tables of the grant's
 * format do not have, a value that it cannot have, or another format. */
enum wd_status
wd_settings_make(const struct wd_grant *grant, const struct wd_option *options,
                 uint32_t count, struct wd_arena *arena,
                 struct wd_settings *out_settings, struct wd_error *error);

/* NULL: nobody gave that option. */
const char *
wd_setting(const struct wd_settings *settings, const char *name);

/* The columns of a table of the format text, in the arena: `line`. */
enum wd_status
wd_text_schema(struct wd_arena *arena, struct wd_schema *out_schema,
               struct wd_error *error);

#endif
