#include "plan/star.h"

#include <string.h>

#include "plan/syntax_tree.h"

/* The column that a part of the star names. */
static enum wd_status
find(const struct wd_syntax *part, const struct wd_schema *schema,
     uint32_t *out_column, struct wd_error *error)
{
  int found = wd_schema_find(schema, part->name, strlen(part->name));
  char names[240];

  if (found >= 0) {
    *out_column = (uint32_t)found;
    return WD_OK;
  }
  return wd_source_fail(
      part->source, part->start, WD_INVALID_PLAN, error,
      found == -2 ? "column '%.100s' is ambiguous: more than one has that "
                    "name; the columns are: %s"
                  : "unknown column '%.100s'; the columns are: %s",
      part->name, wd_schema_names(schema, names, sizeof names));
}

/* The part that names a column of the schema; *out_part NULL: none does. */
static enum wd_status
find_part(const struct wd_syntax *star, const struct wd_schema *schema,
          uint32_t column, const struct wd_syntax **out_part,
          struct wd_error *error)
{
  *out_part = NULL;
  for (uint32_t i = 0; i < star->count; i++) {
    uint32_t found = 0;
    enum wd_status status = find(star->operands[i], schema, &found, error);

    if (status != WD_OK)
      return status;
    if (found != column)
      continue;
    if (*out_part)
      return wd_source_fail(
          star->operands[i]->source, star->operands[i]->start, WD_INVALID_PLAN,
          error, "column '%.100s' is named twice", star->operands[i]->name);
    *out_part = star->operands[i];
  }
  return WD_OK;
}

enum wd_status
wd_star_count(const struct wd_syntax *star, const struct wd_schema *schema,
              uint32_t *out_count, struct wd_error *error)
{
  enum wd_status status = WD_OK;

  *out_count = 0;
  if (star->count == 0) {
    *out_count = schema->count;
    return WD_OK;
  }
  for (uint32_t i = 0; i < schema->count && status == WD_OK; i++) {
    const struct wd_syntax *part;

    status = find_part(star, schema, i, &part, error);
    *out_count += status == WD_OK && !(part && part->kind == WD_SYNTAX_COLUMN);
  }
  return status;
}

enum wd_status
wd_star_expand(const struct wd_syntax *star, const struct wd_scope *scope,
               struct wd_arena *arena,
               const struct wd_expression **out_expressions,
               const char **out_names, struct wd_error *error)
{
  const struct wd_schema *schema = scope->left;
  enum wd_status status = WD_OK;
  uint32_t at = 0;

  for (uint32_t i = 0; i < schema->count && status == WD_OK; i++) {
    const struct wd_syntax *part;

    status = find_part(star, schema, i, &part, error);
    if (status != WD_OK || (part && part->kind == WD_SYNTAX_COLUMN))
      continue;
    out_names[at] = schema->columns[i].name;
    status = part ? wd_expression_make(part->operands[0], scope, arena,
                                       &out_expressions[at], error)
                  : wd_expression_make_column(schema, i, arena,
                                              &out_expressions[at], error);
    at++;
  }
  return status;
}
