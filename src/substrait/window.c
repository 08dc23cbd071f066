/* Calls over windows, and what they share with aggregates. */
#include <string.h>

#include "substrait/standard.h"
#include "substrait/translate.h"

/* Functions that are known here by another name. */
static const struct {
  const char *name;
  const char *known;
} renamed[] = {
    {"sum0", "sum"},
    {"var", "variance"},
    {"var_sample", "variance"},
    {"var_population", "variance_pop"},
    {"stddev_population", "std_dev_pop"},
    {"approx_median", "median"},
};

/* std_dev and variance say of which distribution: first argument, or option. */
static enum wd_status
read_distribution(struct translator *t, const struct wd_message *message,
                  const struct call_fields *fields, struct called *called)
{
  const struct wd_value *option = wd_message_find(message, fields->options);
  const char *word = "SAMPLE";
  bool deviation = strcmp(called->name, "std_dev") == 0;
  enum wd_status status = WD_OK;

  if (!deviation && strcmp(called->name, "variance") != 0)
    return WD_OK;
  for (; option && status == WD_OK; option = wd_value_next(option)) {
    const struct wd_value *name =
        wd_message_find(option->message, WD_SS_FunctionOption_name);
    const struct wd_value *preference =
        wd_message_find(option->message, WD_SS_FunctionOption_preference);

    if (name && preference && name->bytes.length == 12 &&
        memcmp(name->bytes.data, "distribution", 12) == 0)
      status = wd__text(t, preference, &word);
  }
  if (called->arguments.count && called->arguments.enums[0]) {
    word = called->arguments.enums[0];
    called->arguments.values++;
    called->arguments.enums++;
    called->arguments.count--;
  }
  if (status == WD_OK && strcmp(word, "POPULATION") == 0)
    called->name = deviation ? "std_dev_pop" : "variance_pop";
  else if (status == WD_OK && strcmp(word, "SAMPLE") != 0)
    return wd_message_fail(message, WD_INVALID_PLAN, t->error,
                           "the distribution %s", word);
  return status;
}

static bool
is_distribution(const struct wd_value *option)
{
  const struct wd_value *name =
      wd_message_find(option->message, WD_SS_FunctionOption_name);

  return name && name->bytes.length == 12 &&
         memcmp(name->bytes.data, "distribution", 12) == 0;
}

/* What windows of ours have beside the standard's. */
static bool
take_own(struct called *called, const char *name, const char *value)
{
  if (strcmp(name, "filter") == 0 && strcmp(value, "LAST_ARGUMENT") == 0)
    called->filtered = true;
  else if (strcmp(name, "nulls") == 0 && strcmp(value, "IGNORE_NULLS") == 0)
    called->ignore_nulls = true;
  else if (strcmp(name, "bounds_type") == 0 && strcmp(value, "GROUPS") == 0)
    called->groups = true;
  else
    return false;
  return true;
}

static enum wd_status
read_own_options(const struct translator *t, const struct wd_message *message,
                 const struct call_fields *fields, struct called *called)
{
  enum wd_status status = WD_OK;

  for (const struct wd_value *option =
           wd_message_find(message, fields->options);
       option && status == WD_OK; option = wd_value_next(option)) {
    const struct wd_value *named =
        wd_message_find(option->message, WD_SS_FunctionOption_name);
    const struct wd_value *preference =
        wd_message_find(option->message, WD_SS_FunctionOption_preference);
    const char *name, *value;

    if (!named || !preference)
      return wd__missing(t, option->message, "the option's name or value");
    status = wd__text(t, named, &name);
    if (status == WD_OK)
      status = wd__text(t, preference, &value);
    if (status == WD_OK && !take_own(called, name, value))
      return wd_message_fail(option->message, WD_UNSUPPORTED, t->error,
                             "%s with the option %s=%s is not run here",
                             called->name, name, value);
  }
  return status;
}

static enum wd_status
check_options(struct translator *t, const struct wd_message *message,
              const struct call_fields *fields, struct called *called)
{
  const struct wd_value *option = wd_message_find(message, fields->options);
  const char *name = called->name;
  struct chosen chosen;

  if (called->extension->ours)
    return read_own_options(t, message, fields, called);
  /* Read already, and the only one that these functions need. */
  if (option && is_distribution(option) && !wd_value_next(option))
    return WD_OK;
  return wd__check_options(t, message, fields->options, name, &chosen);
}

static bool
is_known_extension(const struct extension *extension)
{
  return !extension->extension || extension->ours ||
         wd__is_aggregate_extension(extension->extension);
}

static enum wd_status
find_name(const struct translator *t, const struct wd_message *message,
          struct called *called)
{
  const char *name = called->extension->name;
  enum wd_aggregate_function aggregate;
  enum wd_window_function window;

  called->zero = strcmp(name, "sum0") == 0;
  for (size_t i = 0; i < sizeof renamed / sizeof *renamed; i++)
    if (strcmp(renamed[i].name, name) == 0)
      name = renamed[i].known;
  called->name = name;
  called->is_window = wd_window_find(name, strlen(name), &window);
  if (called->extension->lambda)
    return WD_OK;
  if (is_known_extension(called->extension) &&
      (called->is_window || wd_aggregate_find(name, strlen(name), &aggregate)))
    return WD_OK;
  return wd_message_fail(
      message, WD_UNSUPPORTED, t->error,
      "the aggregate '%s'%s%s%s is not known here", called->extension->name,
      called->extension->extension ? " of '" : "",
      called->extension->extension ? called->extension->extension : "",
      called->extension->extension ? "'" : "");
}

enum wd_status
wd__read_call(struct translator *t, const struct view *view,
              const struct wd_message *message,
              const struct call_fields *fields, struct called *out)
{
  enum wd_status status = wd__find_extension(
      t, message, wd_message_integer(message, fields->function),
      &out->extension);

  out->filtered = out->ignore_nulls = out->groups = false;

  if (status == WD_OK)
    status = find_name(t, message, out);
  if (status == WD_OK)
    status = check_options(t, message, fields, out);
  if (status == WD_OK)
    status = wd__arguments(t, view, message, fields->arguments,
                           fields->old_arguments, &out->arguments);
  if (status == WD_OK)
    status = read_distribution(t, message, fields, out);
  if (status != WD_OK)
    return status;
  out->distinct =
      wd_message_integer(message, fields->invocation) ==
      WD_SS_AggregateFunction_AggregationInvocation_AGGREGATION_INVOCATION_DISTINCT;
  for (uint32_t i = 0; i < out->arguments.count; i++)
    if (out->arguments.enums[i])
      return wd_message_fail(message, WD_UNSUPPORTED, t->error,
                             "%s with the argument %s is not run here",
                             out->name, out->arguments.enums[i]);
  return WD_OK;
}

enum wd_status
wd__direction(const struct translator *t, const struct wd_message *field,
              bool *out_descending, bool *out_nulls_first)
{
  int64_t direction = wd_message_integer(field, WD_SS_SortField_direction);

  switch (direction) {
  case WD_SS_SortField_SortDirection_SORT_DIRECTION_ASC_NULLS_FIRST:
  case WD_SS_SortField_SortDirection_SORT_DIRECTION_ASC_NULLS_LAST:
  case WD_SS_SortField_SortDirection_SORT_DIRECTION_DESC_NULLS_FIRST:
  case WD_SS_SortField_SortDirection_SORT_DIRECTION_DESC_NULLS_LAST:
    *out_descending =
        direction >=
        WD_SS_SortField_SortDirection_SORT_DIRECTION_DESC_NULLS_FIRST;
    *out_nulls_first =
        direction ==
            WD_SS_SortField_SortDirection_SORT_DIRECTION_ASC_NULLS_FIRST ||
        direction ==
            WD_SS_SortField_SortDirection_SORT_DIRECTION_DESC_NULLS_FIRST;
    return WD_OK;
  default:
    return wd__unsupported(t, field,
                           "a sort that is not ascending or descending");
  }
}

/* Arguments, what partitions, keys, offsets: the operands of a window. */
struct window {
  struct translator *t;
  const struct wd_message *message;
  const struct view *view;
  struct wd_window_shape shape;
  struct wd_window_key *sorts;
  const struct wd_expression **operands;
  uint32_t count;
};

static enum wd_status
add_keys(struct window *window, const struct wd_message *from, uint32_t field)
{
  enum wd_status status = WD_OK;

  for (const struct wd_value *value = wd_message_find(from, field);
       value && status == WD_OK; value = wd_value_next(value)) {
    struct wd_window_key *sort = &window->sorts[window->shape.keys++];
    const struct wd_message *key;

    status = wd__direction(window->t, value->message, &sort->descending,
                           &sort->nulls_first);
    if (status == WD_OK)
      status = wd__need(window->t, value->message, WD_SS_SortField_expr,
                        "the key", &key);
    if (status == WD_OK)
      status = wd__expression(window->t, window->view, key,
                              &window->operands[window->count++]);
  }
  return status;
}

/* Offsets of rows are counts. */
static enum wd_status
add_offset(struct window *window, const struct wd_message *bound)
{
  const struct wd_message *expression = wd_message_sub(
      bound, WD_SS_Expression_WindowFunction_Bound_Preceding_offset_expr);
  struct wd_expression *literal;

  if (expression)
    return wd__expression(window->t, window->view, expression,
                          &window->operands[window->count++]);
  literal = wd_arena_alloc(window->t->arena, sizeof *literal);
  if (!literal)
    return wd_fail_memory(window->t->error);
  literal->kind = WD_EXPR_LITERAL;
  literal->size = 1;
  literal->type = wd_type_of(WD_TYPE_I64);
  literal->literal.value.integer = wd_message_integer(
      bound, WD_SS_Expression_WindowFunction_Bound_Preceding_offset);
  window->operands[window->count++] = literal;
  return WD_OK;
}

/* An end of the frame that is not said is open. */
static enum wd_status
add_bound(struct window *window, uint32_t field, bool start,
          enum wd_frame_end_kind *out)
{
  const struct wd_message *bound = wd_message_sub(window->message, field);
  const struct wd_value *kind = bound ? bound->values : NULL;

  *out = start ? WD_FRAME_UNBOUNDED_PRECEDING : WD_FRAME_UNBOUNDED_FOLLOWING;
  if (!kind)
    return WD_OK;
  switch (kind->field->number) {
  case WD_SS_Expression_WindowFunction_Bound_preceding:
    *out = WD_FRAME_PRECEDING;
    return add_offset(window, kind->message);
  case WD_SS_Expression_WindowFunction_Bound_following:
    *out = WD_FRAME_FOLLOWING;
    return add_offset(window, kind->message);
  case WD_SS_Expression_WindowFunction_Bound_current_row:
    *out = WD_FRAME_CURRENT_ROW;
    return WD_OK;
  default:
    return WD_OK;
  }
}

/* Functions of a row's place look at all of the partition. */
static enum wd_status
add_frame(struct window *window, const struct called *called)
{
  int64_t type = wd_message_integer(
      window->message, WD_SS_Expression_WindowFunction_bounds_type);
  struct wd_frame *frame = &window->shape.frame;
  enum wd_window_function function;
  enum wd_status status;

  if (called->is_window &&
      wd_window_find(called->name, strlen(called->name), &function) &&
      function < WD_WIN_FIRST_VALUE)
    return WD_OK;
  frame->unit =
      called->groups ? WD_FRAME_GROUPS
      : type == WD_SS_Expression_WindowFunction_BoundsType_BOUNDS_TYPE_ROWS
          ? WD_FRAME_ROWS
          : WD_FRAME_RANGE;
  status = add_bound(window, WD_SS_Expression_WindowFunction_lower_bound, true,
                     &frame->start);
  if (status == WD_OK)
    status = add_bound(window, WD_SS_Expression_WindowFunction_upper_bound,
                       false, &frame->end);
  if (status == WD_OK && type == 0 &&
      (wd_frame_has_offset(frame->start) || wd_frame_has_offset(frame->end)))
    return wd__missing(window->t, window->message, "bounds_type");
  return status;
}

static enum wd_status
add_partitions(struct window *window, const struct wd_message *from,
               uint32_t field)
{
  const struct wd_expression **partitions;
  enum wd_status status =
      wd__expressions(window->t, window->view, from, field,
                      &window->shape.partitions, &partitions);

  for (uint32_t i = 0; status == WD_OK && i < window->shape.partitions; i++)
    window->operands[window->count++] = partitions[i];
  return status;
}

static enum wd_status
make_zero(struct translator *t, const struct wd_message *where,
          const struct wd_expression **out)
{
  struct wd_expression *zero = wd_arena_alloc(t->arena, sizeof *zero);
  const struct wd_expression *pair[] = {*out, zero};

  if (!zero)
    return wd_fail_memory(t->error);
  zero->kind = WD_EXPR_LITERAL;
  zero->size = 1;
  zero->type = wd_type_of(WD_TYPE_I64);
  return wd__make_call(t, where, WD_FN_COALESCE, 2, pair, out);
}

/* What stands in brackets and after them: `from` has the partitions and the
 * sorts, in these fields. */
static enum wd_status
read_window(struct window *window, const struct called *called,
            const struct wd_message *from, uint32_t partition_field,
            uint32_t sort_field)
{
  uint32_t arguments = called->arguments.count;
  uint32_t sorts = wd_message_count(from, sort_field);
  uint32_t partitions = wd_message_count(from, partition_field);
  enum wd_status status;

  window->sorts =
      wd_arena_array(window->t->arena, sorts, sizeof *window->sorts);
  window->operands = wd_arena_array(window->t->arena,
                                    (size_t)arguments + partitions + sorts + 2,
                                    sizeof *window->operands);
  if (!window->sorts || !window->operands)
    return wd_fail_memory(window->t->error);
  window->shape.over = true;
  window->shape.arguments = arguments - called->filtered;
  window->shape.has_filter = called->filtered;
  window->shape.ignore_nulls = called->ignore_nulls;
  window->shape.sorts = window->sorts;
  for (uint32_t i = 0; i < arguments; i++)
    window->operands[window->count++] = called->arguments.values[i];
  status = add_partitions(window, from, partition_field);
  if (status == WD_OK)
    status = add_keys(window, from, sort_field);
  return status == WD_OK ? add_frame(window, called) : status;
}

enum wd_status
wd__window_call(struct translator *t, const struct view *view,
                const struct wd_message *message, const struct wd_message *keys,
                const struct wd_expression **out)
{
  static const struct call_fields fields = {
      .function = WD_SS_Expression_WindowFunction_function_reference,
      .arguments = WD_SS_Expression_WindowFunction_arguments,
      .old_arguments = WD_SS_Expression_WindowFunction_args,
      .options = WD_SS_Expression_WindowFunction_options,
      .phase = WD_SS_Expression_WindowFunction_phase,
      .invocation = WD_SS_Expression_WindowFunction_invocation};
  const struct wd_message *from = keys ? keys : message;
  uint32_t partition_field =
      keys ? WD_SS_ConsistentPartitionWindowRel_partition_expressions
           : WD_SS_Expression_WindowFunction_partitions;
  uint32_t sort_field = keys ? WD_SS_ConsistentPartitionWindowRel_sorts
                             : WD_SS_Expression_WindowFunction_sorts;
  const struct view inner = {.schema = view->schema};
  struct window window = {.t = t, .message = message, .view = &inner};
  struct wd_syntax syntax = {.kind = WD_SYNTAX_WINDOW};
  struct called called;
  struct call_fields own = fields;
  enum wd_status status;

  if (keys)
    own.old_arguments = 0;
  status = wd__read_call(t, &inner, message, &own, &called);
  if (status != WD_OK)
    return status;
  if (called.extension->lambda)
    return wd__unsupported(t, message, "a lambda over a window");
  if (!wd__is_whole_phase(wd_message_integer(message, fields.phase)))
    return wd__unsupported(t, message,
                           "a phase of an aggregation over a window");
  if (called.filtered && called.arguments.count == 0)
    return wd__missing(t, message, "the filter");
  status = read_window(&window, &called, from, partition_field, sort_field);
  if (status != WD_OK)
    return status;
  syntax.name = called.name;
  syntax.distinct = called.distinct;
  syntax.star =
      window.shape.arguments == 0 && strcmp(called.name, "count") == 0;
  syntax.window = &window.shape;
  status =
      wd__make(t, message, view, &syntax, window.count, window.operands, out);
  if (status == WD_OK && called.zero)
    status = make_zero(t, message, out);
  return status == WD_OK
             ? wd__check_claim(
                   t,
                   wd_message_sub(message,
                                  WD_SS_Expression_WindowFunction_output_type),
                   &(*out)->type, called.name)
             : status;
}

/* Partitions and sorts of the relation hold for all of its functions; its
 * columns are those of the input, then the results. */
enum wd_status
wd__window_rel(struct translator *t, const struct wd_message *rel,
               const struct wd_plan_node **out)
{
  const struct wd_message *input;
  const struct wd_plan_node *node;
  uint32_t count = wd_message_count(
               rel, WD_SS_ConsistentPartitionWindowRel_window_functions),
           i = 0;
  const struct wd_expression **results =
      wd_arena_array(t->arena, count, sizeof *results);
  struct view view = {.windows = true};
  enum wd_status status = wd__need(
      t, rel, WD_SS_ConsistentPartitionWindowRel_input, "the input", &input);

  if (!results)
    return wd_fail_memory(t->error);
  if (status == WD_OK)
    status = wd__relation(t, input, &node);
  if (status != WD_OK)
    return status;
  view.schema = &node->schema;
  for (const struct wd_value *value = wd_message_find(
           rel, WD_SS_ConsistentPartitionWindowRel_window_functions);
       value && status == WD_OK; value = wd_value_next(value))
    status = wd__window_call(t, &view, value->message, rel, &results[i++]);
  return status == WD_OK ? wd__project(t, node, count, results, out) : status;
}
