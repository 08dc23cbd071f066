/* Relations, but for those with files of their own. */
#include <string.h>

#include "substrait/translate.h"

enum wd_status
wd__filter(struct translator *t, const struct wd_plan_node *input,
           const struct wd_expression *predicate,
           const struct wd_plan_node **out)
{
  struct wd_plan_node *node;
  enum wd_status status =
      wd__plan_node(t->planner, WD_NODE_FILTER, input, NULL, &node);

  if (status != WD_OK)
    return status;
  node->filter = predicate;
  *out = node;
  return WD_OK;
}

static enum wd_status
name_of(const struct translator *t, const struct wd_schema *input,
        const struct wd_expression *expression, uint32_t index,
        const char **out)
{
  *out = expression->kind == WD_EXPR_COLUMN
             ? input->columns[expression->column].name
             : wd_arena_printf(t->arena, "column_%u", index + 1);
  return *out ? WD_OK : wd_fail_memory(t->error);
}

enum wd_status
wd__project(struct translator *t, const struct wd_plan_node *input,
            uint32_t count, const struct wd_expression *const *expressions,
            const struct wd_plan_node **out)
{
  uint32_t width = input->schema.count;
  const struct wd_expression **all =
      wd_arena_array(t->arena, (size_t)width + count, sizeof *all);
  const char **names =
      wd_arena_array(t->arena, (size_t)width + count, sizeof *names);
  enum wd_status status =
      wd__plan_check_width(t->planner, (uint64_t)width + count);

  if (!all || !names)
    return wd_fail_memory(t->error);
  for (uint32_t i = 0; i < width + count && status == WD_OK; i++) {
    if (i < width)
      status = wd__column(t, &input->schema, i, &all[i]);
    else
      all[i] = expressions[i - width];
    if (status == WD_OK)
      status = name_of(t, &input->schema, all[i], i, &names[i]);
  }
  if (status != WD_OK)
    return status;
  return wd__plan_project(t->planner, input, width + count, all, names, out);
}

/* The columns of a project that nobody looked at yet can be chosen in it. */
static bool
is_fresh_project(const struct wd_message *rel, const struct wd_plan_node *node)
{
  return rel->type == WD_SS_ProjectRel && node->kind == WD_NODE_PROJECT;
}

/* Whether all columns come out, each in its place. */
static bool
is_whole(const struct wd_message *mapping, uint32_t width)
{
  uint32_t i = 0;

  for (const struct wd_value *value =
           wd_message_find(mapping, WD_SS_RelCommon_Emit_output_mapping);
       value; value = wd_value_next(value))
    if (value->integer != i++)
      return false;
  return i == width;
}

/* The columns that `common` wants, in its order. */
static enum wd_status
emit(struct translator *t, const struct wd_message *rel,
     const struct wd_message *mapping, const struct wd_plan_node **node)
{
  const struct wd_plan_node *from = *node;
  bool fresh = is_fresh_project(rel, from);
  uint32_t count =
      wd_message_count(mapping, WD_SS_RelCommon_Emit_output_mapping);
  const struct wd_expression **columns =
      wd_arena_array(t->arena, count, sizeof *columns);
  const char **names = wd_arena_array(t->arena, count, sizeof *names);
  uint32_t i = 0;
  enum wd_status status = wd__plan_check_width(t->planner, count);

  if (!columns || !names)
    return wd_fail_memory(t->error);
  if (is_whole(mapping, from->schema.count))
    return WD_OK;
  for (const struct wd_value *value =
           wd_message_find(mapping, WD_SS_RelCommon_Emit_output_mapping);
       value && status == WD_OK; value = wd_value_next(value), i++) {
    if (value->integer < 0 || value->integer >= from->schema.count)
      return wd_value_fail(value, WD_INVALID_PLAN, t->error,
                           "column %lld of %u", (long long)value->integer,
                           from->schema.count);
    names[i] = from->schema.columns[value->integer].name;
    if (fresh)
      columns[i] = from->project.expressions[value->integer];
    else
      status =
          wd__column(t, &from->schema, (uint32_t)value->integer, &columns[i]);
  }
  if (status != WD_OK)
    return status;
  return wd__plan_project(t->planner, fresh ? from->left : from, count, columns,
                          names, node);
}

enum wd_status
wd__input(struct translator *t, const struct wd_message *rel, uint32_t field,
          const struct wd_plan_node **out)
{
  const struct wd_message *input;
  enum wd_status status = wd__need(t, rel, field, "the input", &input);

  return status == WD_OK ? wd__relation(t, input, out) : status;
}

static enum wd_status
make_filter(struct translator *t, const struct wd_message *rel,
            const struct wd_plan_node **out)
{
  const struct wd_message *condition;
  const struct wd_plan_node *input;
  const struct wd_expression *predicate;
  struct view view = {.subqueries = true};
  enum wd_status status =
      wd__need(t, rel, WD_SS_FilterRel_condition, "the condition", &condition);

  if (status == WD_OK)
    status = wd__input(t, rel, WD_SS_FilterRel_input, &input);
  if (status != WD_OK)
    return status;
  view.schema = &input->schema;
  status = wd__predicate(t, &view, condition, "the condition of a filter",
                         &predicate);
  return status == WD_OK ? wd__filter(t, input, predicate, out) : status;
}

static enum wd_status
make_project(struct translator *t, const struct wd_message *rel,
             const struct wd_plan_node **out)
{
  const struct wd_plan_node *input;
  const struct wd_expression **expressions;
  uint32_t count;
  struct view view = {.windows = true, .subqueries = true};
  enum wd_status status = wd__input(t, rel, WD_SS_ProjectRel_input, &input);

  if (status != WD_OK)
    return status;
  view.schema = &input->schema;
  status = wd__expressions(t, &view, rel, WD_SS_ProjectRel_expressions, &count,
                           &expressions);
  return status == WD_OK ? wd__project(t, input, count, expressions, out)
                         : status;
}

enum wd_status
wd__sort_keys(struct translator *t, const struct view *view,
              const struct wd_message *message, uint32_t field,
              uint32_t *out_count, const struct wd_sort_key **out)
{
  uint32_t count = wd_message_count(message, field), i = 0;
  struct wd_sort_key *keys = wd_arena_array(t->arena, count, sizeof *keys);
  enum wd_status status = WD_OK;

  if (!keys)
    return wd_fail_memory(t->error);
  for (const struct wd_value *value = wd_message_find(message, field);
       value && status == WD_OK; value = wd_value_next(value), i++) {
    const struct wd_message *key;

    status = wd__direction(t, value->message, &keys[i].descending,
                           &keys[i].nulls_first);
    if (status == WD_OK)
      status =
          wd__need(t, value->message, WD_SS_SortField_expr, "the key", &key);
    if (status == WD_OK)
      status = wd__expression(t, view, key, &keys[i].expression);
  }
  *out_count = count;
  *out = keys;
  return status;
}

static enum wd_status
sort_input(struct translator *t, const struct wd_message *rel,
           uint32_t input_field, uint32_t sorts_field,
           const struct wd_plan_node **out)
{
  const struct wd_plan_node *input;
  struct wd_plan_node *node;
  struct view view = {.schema = NULL};
  enum wd_status status = wd__input(t, rel, input_field, &input);

  if (status == WD_OK)
    status = wd__plan_node(t->planner, WD_NODE_SORT, input, NULL, &node);
  if (status != WD_OK)
    return status;
  view.schema = &input->schema;
  *out = node;
  status = wd__sort_keys(t, &view, rel, sorts_field, &node->sort.count,
                         &node->sort.keys);
  return status == WD_OK && node->sort.count == 0
             ? wd__missing(t, rel, "the keys of the sort")
             : status;
}

/* A count of rows: a literal that is an integer; *out stays what it was for a
 * null, and for what is not there. */
static enum wd_status
read_count(struct translator *t, const struct wd_message *rel, uint32_t field,
           uint64_t *out)
{
  const struct wd_message *message = wd_message_sub(rel, field);
  const struct view view = {.schema = NULL};
  const struct wd_expression *count;
  enum wd_status status;

  if (!message)
    return WD_OK;
  status = wd__expression(t, &view, message, &count);
  if (status != WD_OK)
    return status;
  while (count->kind == WD_EXPR_CAST)
    count = count->arguments[0];
  if (count->kind != WD_EXPR_LITERAL)
    return wd__unsupported(t, message,
                           "a count of rows that is not a constant");
  if (count->literal.null)
    return WD_OK;
  if (!wd_type_is_integer(&count->type) || count->literal.value.integer < 0)
    return wd_message_fail(message, WD_INVALID_PLAN, t->error,
                           "a count of rows must be an integer that is not "
                           "negative");
  *out = count->literal.value.natural;
  return WD_OK;
}

static enum wd_status
make_limit(struct translator *t, const struct wd_plan_node *input,
           uint64_t offset, uint64_t count, const struct wd_plan_node **out)
{
  struct wd_plan_node *node;
  enum wd_status status =
      wd__plan_node(t->planner, WD_NODE_LIMIT, input, NULL, &node);

  if (status != WD_OK)
    return status;
  node->limit.count = count;
  node->limit.offset = offset;
  *out = node;
  return WD_OK;
}

/* The older form has numbers, of which -1 means all. */
static enum wd_status
read_old_counts(struct translator *t, const struct wd_message *rel,
                uint64_t *offset, uint64_t *count)
{
  const struct wd_value *old_offset =
      wd_message_find(rel, WD_SS_FetchRel_offset);
  const struct wd_value *old_count = wd_message_find(rel, WD_SS_FetchRel_count);

  if ((old_offset && wd_message_find(rel, WD_SS_FetchRel_offset_expr)) ||
      (old_count && wd_message_find(rel, WD_SS_FetchRel_count_expr)))
    return wd_message_fail(rel, WD_INVALID_PLAN, t->error,
                           "two counts, of the older form and of the newer");
  if ((old_offset && old_offset->integer < 0) ||
      (old_count && old_count->integer < -1))
    return wd_message_fail(rel, WD_INVALID_PLAN, t->error,
                           "a count of rows must not be negative");
  if (old_offset)
    *offset = old_offset->natural;
  if (old_count && old_count->integer >= 0)
    *count = old_count->natural;
  return WD_OK;
}

static enum wd_status
make_fetch(struct translator *t, const struct wd_message *rel,
           const struct wd_plan_node **out)
{
  uint64_t offset = 0, count = INT64_MAX;
  const struct wd_plan_node *input;
  enum wd_status status = wd__input(t, rel, WD_SS_FetchRel_input, &input);

  if (status == WD_OK)
    status = read_old_counts(t, rel, &offset, &count);
  if (status == WD_OK)
    status = read_count(t, rel, WD_SS_FetchRel_offset_expr, &offset);
  if (status == WD_OK)
    status = read_count(t, rel, WD_SS_FetchRel_count_expr, &count);
  return status == WD_OK ? make_limit(t, input, offset, count, out) : status;
}

static enum wd_status
make_top(struct translator *t, const struct wd_message *rel,
         const struct wd_plan_node **out)
{
  uint64_t offset = 0, count = INT64_MAX;
  const struct wd_plan_node *sorted;
  enum wd_status status;

  if (wd_message_integer(rel, WD_SS_TopNRel_mode) ==
      WD_SS_FetchMode_FETCH_MODE_WITH_TIES)
    return wd__unsupported(t, rel, "a fetch with ties");
  status =
      sort_input(t, rel, WD_SS_TopNRel_input, WD_SS_TopNRel_sorts, &sorted);
  if (status == WD_OK)
    status = read_count(t, rel, WD_SS_TopNRel_offset, &offset);
  if (status == WD_OK)
    status = read_count(t, rel, WD_SS_TopNRel_count, &count);
  return status == WD_OK ? make_limit(t, sorted, offset, count, out) : status;
}

/* Another relation of the plan, written once and used at several places. */
static enum wd_status
make_reference(struct translator *t, const struct wd_message *rel,
               const struct wd_plan_node **out)
{
  int64_t ordinal = wd_message_integer(rel, WD_SS_ReferenceRel_subtree_ordinal);
  int64_t at = 0;

  for (const struct wd_value *value =
           wd_message_find(t->plan, WD_SS_Plan_relations);
       value; value = wd_value_next(value)) {
    const struct wd_message *subtree =
        wd_message_sub(value->message, WD_SS_PlanRel_rel);
    const struct wd_message *before = t->detached;
    enum wd_status status;

    if (at++ != ordinal)
      continue;
    if (!subtree)
      return wd_message_fail(rel, WD_INVALID_PLAN, t->error,
                             "the relation %lld is a root, which cannot be "
                             "referred to",
                             (long long)ordinal);
    t->detached = value->message;
    status = wd__relation(t, subtree, out);
    t->detached = before;
    return status;
  }
  return wd_message_fail(rel, WD_INVALID_PLAN, t->error,
                         "there is no relation %lld", (long long)ordinal);
}

static enum wd_status
make_detached(struct translator *t, const struct wd_value *ordinal,
              const struct wd_plan_node **out)
{
  uint64_t at = ordinal->natural;

  for (const struct wd_value *value =
           wd_message_find(t->detached, WD_SS_PlanRel_detached_rels);
       value; value = wd_value_next(value))
    if (at-- == 0)
      return wd__relation(t, value->message, out);
  return wd_value_fail(ordinal, WD_INVALID_PLAN, t->error,
                       "there is no detached relation %llu",
                       (unsigned long long)ordinal->natural);
}

static enum wd_status
make_by_kind(struct translator *t, const struct wd_value *kind,
             const struct wd_plan_node **out)
{
  switch (kind->field->number) {
  case WD_SS_Rel_read:
    return wd__read(t, kind->message, out);
  case WD_SS_Rel_filter:
    return make_filter(t, kind->message, out);
  case WD_SS_Rel_fetch:
    return make_fetch(t, kind->message, out);
  case WD_SS_Rel_aggregate:
    return wd__aggregate(t, kind->message, out);
  case WD_SS_Rel_sort:
    return sort_input(t, kind->message, WD_SS_SortRel_input,
                      WD_SS_SortRel_sorts, out);
  case WD_SS_Rel_join:
  case WD_SS_Rel_hash_join:
  case WD_SS_Rel_merge_join:
  case WD_SS_Rel_nested_loop_join:
    return wd__join(t, kind->message, out);
  case WD_SS_Rel_project:
    return make_project(t, kind->message, out);
  case WD_SS_Rel_set:
    return wd__set(t, kind->message, out);
  case WD_SS_Rel_cross:
    return wd__cross(t, kind->message, out);
  case WD_SS_Rel_reference:
    return make_reference(t, kind->message, out);
  case WD_SS_Rel_window:
    return wd__window_rel(t, kind->message, out);
  case WD_SS_Rel_top_n:
    return make_top(t, kind->message, out);
  case WD_SS_Rel_expand:
    return wd__expand(t, kind->message, out);
  case WD_SS_Rel_exchange:
    return wd__exchange(t, kind->message, out);
  case WD_SS_Rel_extension_single:
  case WD_SS_Rel_extension_multi:
    return wd__extension_rel(t, kind->message, out);
  default:
    return wd_value_fail(kind, WD_UNSUPPORTED, t->error,
                         "relations of the kind %s are not run here",
                         kind->field->name);
  }
}

/* The field `advanced_extension` of a relation, which most have as number 10.
 */
static enum wd_status
check_extensions(const struct translator *t, const struct wd_message *rel)
{
  const struct wd_message *common = wd_message_sub(rel, WD_SS_ReadRel_common);
  uint32_t field = rel->type == WD_SS_TopNRel
                       ? WD_SS_TopNRel_advanced_extension
                       : WD_SS_ReadRel_advanced_extension;
  enum wd_status status = WD_OK;

  if (rel->type != WD_SS_ReferenceRel &&
      rel->type != WD_SS_ExtensionSingleRel &&
      rel->type != WD_SS_ExtensionMultiRel)
    status = wd__check_extension(t, rel, field);
  if (status != WD_OK || !common || common->type != WD_SS_RelCommon)
    return status;
  return wd__check_extension(t, common, WD_SS_RelCommon_advanced_extension);
}

static enum wd_status
make_and_emit(struct translator *t, const struct wd_value *kind,
              const struct wd_plan_node **out)
{
  const struct wd_message *common, *mapping = NULL;
  enum wd_status status;

  if (kind->field->number == WD_SS_Rel_detached_rel_ordinal)
    return make_detached(t, kind, out);
  status = make_by_kind(t, kind, out);
  if (status == WD_OK)
    status = check_extensions(t, kind->message);
  if (status != WD_OK)
    return status;
  if (kind->message->type != WD_SS_ReferenceRel) {
    common = wd_message_sub(kind->message, WD_SS_ReadRel_common);
    mapping = common ? wd_message_sub(common, WD_SS_RelCommon_emit) : NULL;
  }
  return mapping ? emit(t, kind->message, mapping, out) : WD_OK;
}

enum wd_status
wd__relation(struct translator *t, const struct wd_message *rel,
             const struct wd_plan_node **out)
{
  enum wd_status status = wd__enter(t, rel);

  if (status != WD_OK)
    return status;
  status = rel->values ? make_and_emit(t, rel->values, out)
                       : wd__missing(t, rel, "the relation");
  wd__leave(t);
  return status;
}
