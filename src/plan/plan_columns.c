/* with-column, drop-columns, rename: projects of the columns that are there. */
#include <stdio.h>
#include <string.h>

#include "plan/planner.h"
#include "plan/suggest.h"

enum wd_status
wd_schema_column(const struct wd_schema *schema, const char *where,
                 const char *name, uint32_t *out_column, struct wd_error *error)
{
  int found = wd_schema_find(schema, name, strlen(name));
  const char *best = NULL;
  unsigned distance = 0;
  char clean[128], names[300], names_clean[300], hint[112] = "";

  if (found >= 0) {
    *out_column = (uint32_t)found;
    return WD_OK;
  }
  wd_text_clean(clean, sizeof clean, name, strlen(name));
  if (found == -2)
    return wd_fail(error, WD_INVALID_PLAN,
                   "column '%s' is ambiguous in %s: more than one has that "
                   "name; rename one of them in a select before",
                   clean, where);
  if (schema->count == 0)
    return wd_fail(error, WD_INVALID_PLAN,
                   "unknown column '%s' in %s: there are no columns", clean,
                   where);
  for (uint32_t i = 0; i < schema->count; i++)
    wd_suggest(name, strlen(name), schema->columns[i].name, &best, &distance);
  if (best)
    snprintf(hint, sizeof hint, " (did you mean %.64s?)", best);
  wd_schema_names(schema, names, sizeof names);
  wd_text_clean(names_clean, sizeof names_clean, names, strlen(names));
  return wd_fail(error, WD_INVALID_PLAN,
                 "unknown column '%s' in %s%s; the columns are: %s", clean,
                 where, hint, names_clean);
}

enum wd_status
wd__plan_find(struct planner *planner, const struct wd_schema *schema,
              const char *where, const char *name, uint32_t *out_column)
{
  return wd_schema_column(schema, where, name, out_column, planner->error);
}

bool
wd__plan_has_name(const struct wd_schema *schema, const char *name)
{
  for (uint32_t i = 0; i < schema->count; i++)
    if (strcmp(schema->columns[i].name, name) == 0)
      return true;
  return false;
}

enum wd_status
wd__plan_all_columns(struct planner *planner, const struct wd_schema *schema,
                     const struct wd_expression **expressions,
                     const char **names)
{
  enum wd_status status = WD_OK;

  for (uint32_t i = 0; i < schema->count && status == WD_OK; i++) {
    names[i] = schema->columns[i].name;
    status = wd_expression_make_column(schema, i, planner->arena,
                                       &expressions[i], planner->error);
  }
  return status;
}

/* Projects of up to one column more than the input has. */
struct shape {
  struct planner *planner;
  const struct wd_plan_node *input;
  const struct wd_expression **expressions;
  const char **names;
};

static enum wd_status
begin(struct planner *planner, const struct wd_plan_node *input,
      struct shape *out_shape)
{
  size_t room = (size_t)input->schema.count + 1;

  *out_shape = (struct shape){
      .planner = planner,
      .input = input,
      .expressions =
          wd_arena_array(planner->arena, room, sizeof *out_shape->expressions),
      .names = wd_arena_array(planner->arena, room, sizeof *out_shape->names),
  };
  if (!out_shape->expressions || !out_shape->names)
    return wd_fail_memory(planner->error);
  return wd__plan_all_columns(planner, &input->schema, out_shape->expressions,
                              out_shape->names);
}

/* A name that is there is replaced where it stands. */
static enum wd_status
with_column(const struct shape *shape, const struct wd_relation *relation,
            uint32_t *out_count)
{
  struct planner *planner = shape->planner;
  const struct wd_schema *schema = &shape->input->schema;
  const char *name = relation->with_column.name;
  struct wd_scope scope = wd__plan_scope(planner, shape->input);
  uint32_t at = schema->count;
  enum wd_status status = WD_OK;

  scope.windows = true;
  if (wd_schema_find(schema, name, strlen(name)) != -1)
    status = wd__plan_find(planner, schema, "with-column", name, &at);
  if (status == WD_OK && at == schema->count)
    status = wd__plan_check_width(planner, (uint64_t)at + 1);
  if (status == WD_OK)
    status =
        wd_expression_make(relation->with_column.syntax, &scope, planner->arena,
                           &shape->expressions[at], planner->error);
  shape->names[at] = name;
  *out_count = at == schema->count ? at + 1 : schema->count;
  return status;
}

/* All columns of a name go: what both sides of a join had may be dropped by
 * it, as on Spark. */
static enum wd_status
mark_dropped(const struct shape *shape, const char *name, bool *dropped)
{
  const struct wd_schema *schema = &shape->input->schema;
  bool found = false;
  uint32_t column;
  enum wd_status status;

  for (uint32_t i = 0; i < schema->count; i++)
    if (strcmp(schema->columns[i].name, name) == 0)
      found = dropped[i] = true;
  if (found)
    return WD_OK;
  status = wd__plan_find(shape->planner, schema, "drop-columns", name, &column);
  if (status == WD_OK)
    dropped[column] = true;
  return status;
}

static enum wd_status
drop_columns(const struct shape *shape, const struct wd_relation *relation,
             uint32_t *out_count)
{
  uint32_t columns = shape->input->schema.count, count = 0;
  bool *dropped =
      wd_arena_array(shape->planner->arena, columns, sizeof *dropped);
  enum wd_status status = WD_OK;

  if (!dropped)
    return wd_fail_memory(shape->planner->error);
  for (uint32_t i = 0; i < relation->names.count && status == WD_OK; i++)
    status = mark_dropped(shape, relation->names.list[i], dropped);
  for (uint32_t i = 0; i < columns; i++)
    if (!dropped[i]) {
      shape->expressions[count] = shape->expressions[i];
      shape->names[count++] = shape->names[i];
    }
  *out_count = count;
  return status;
}

/* New names must not meet: two columns of one name could not be told apart
 * any more. Those that were there twice before may stay. */
static enum wd_status
check_renamed(const struct shape *shape, const bool *renamed)
{
  uint32_t count = shape->input->schema.count;

  for (uint32_t i = 0; i < count; i++)
    for (uint32_t k = 0; renamed[i] && k < count; k++) {
      char clean[128];

      if (k == i || strcmp(shape->names[i], shape->names[k]) != 0)
        continue;
      wd_text_clean(clean, sizeof clean, shape->names[i],
                    strlen(shape->names[i]));
      return wd_fail(shape->planner->error, WD_INVALID_PLAN,
                     "after rename there are two columns '%s'", clean);
    }
  return WD_OK;
}

static enum wd_status
rename_columns(const struct shape *shape, const struct wd_relation *relation,
               uint32_t *out_count)
{
  const struct wd_schema *schema = &shape->input->schema;
  bool *renamed =
      wd_arena_array(shape->planner->arena, schema->count, sizeof *renamed);
  enum wd_status status = WD_OK;

  if (!renamed)
    return wd_fail_memory(shape->planner->error);
  for (uint32_t i = 0; i < relation->rename.count && status == WD_OK; i++) {
    const struct wd_renaming *renaming = &relation->rename.list[i];
    uint32_t column = 0;

    status = wd__plan_find(shape->planner, schema, "rename", renaming->from,
                           &column);
    if (status == WD_OK && renamed[column])
      return wd_fail(shape->planner->error, WD_INVALID_PLAN,
                     "rename names the column '%.100s' twice", renaming->from);
    if (status != WD_OK)
      return status;
    renamed[column] = true;
    shape->names[column] = renaming->to;
  }
  *out_count = schema->count;
  return status == WD_OK ? check_renamed(shape, renamed) : status;
}

enum wd_status
wd__plan_columns(struct planner *planner, const struct wd_relation *relation,
                 const struct wd_plan_node *input,
                 const struct wd_plan_node **out_node)
{
  struct shape shape;
  uint32_t count = 0;
  enum wd_status status = begin(planner, input, &shape);

  if (status != WD_OK)
    return status;
  if (relation->kind == WD_REL_WITH_COLUMN)
    status = with_column(&shape, relation, &count);
  else if (relation->kind == WD_REL_DROP_COLUMNS)
    status = drop_columns(&shape, relation, &count);
  else
    status = rename_columns(&shape, relation, &count);
  if (status != WD_OK)
    return status;
  return wd__plan_project(planner, input, count, shape.expressions, shape.names,
                          out_node);
}
