/* `*` in a select: all columns, less some, some of them replaced. */
#ifndef WD_PLAN_STAR_H
#define WD_PLAN_STAR_H

#include "plan/typing.h"

/* How many columns it stands for. A name that is not there, or is there twice,
 * is an error. */
enum wd_status
wd_star_count(const struct wd_syntax *star, const struct wd_schema *schema,
              uint32_t *out_count, struct wd_error *error);

/* The columns and their names, as many as wd_star_count says. */
enum wd_status
wd_star_expand(const struct wd_syntax *star, const struct wd_scope *scope,
               struct wd_arena *arena,
               const struct wd_expression **out_expressions,
               const char **out_names, struct wd_error *error);

#endif
