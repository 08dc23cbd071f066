/* Calls over windows. The standard has no filter, no way to leave nulls out
 * and no frame of groups: functions with these are of our extension, and say
 * so by options; the filter is the last argument then. */
#include <string.h>

#include "substrait/writer.h"

struct call {
  const struct wd_window *window;
  const struct wd_expression *const *arguments;
  const struct wd_expression *const *partitions;
  const struct wd_expression *const *keys;
  const struct wd_expression *const *offsets;
  struct wd_frame frame;
  bool ours;
};

static struct call
split(const struct wd_expression *expression)
{
  const struct wd_window_shape *shape = &expression->window->shape;
  struct call call = {.window = expression->window,
                      .arguments = expression->arguments,
                      .frame = shape->frame};

  call.partitions =
      call.arguments + shape->arguments + (shape->has_filter ? 1 : 0);
  call.keys = call.partitions + shape->partitions;
  call.offsets = call.keys + shape->keys;
  call.ours = shape->has_filter || shape->ignore_nulls ||
              call.frame.unit == WD_FRAME_GROUPS;
  /* What is meant when no frame is said. */
  if (call.frame.unit == WD_FRAME_NONE)
    call.frame = (struct wd_frame){WD_FRAME_RANGE, WD_FRAME_UNBOUNDED_PRECEDING,
                                   shape->keys ? WD_FRAME_CURRENT_ROW
                                               : WD_FRAME_UNBOUNDED_FOLLOWING};
  return call;
}

static void
put_offset(struct writer *w, uint32_t kind, const struct wd_expression *offset)
{
  const struct wd_literal *literal = &offset->literal;
  size_t begun = wd_wire_begin(w->buf, kind);

  if (offset->kind == WD_EXPR_LITERAL && offset->type.id == WD_TYPE_I64 &&
      !literal->null)
    wd_wire_int(w->buf, WD_SS_Expression_WindowFunction_Bound_Preceding_offset,
                literal->value.integer);
  else
    wd__write_expression(
        w, WD_SS_Expression_WindowFunction_Bound_Preceding_offset_expr, offset);
  wd_wire_end(w->buf, begun);
}

static void
put_bound(struct writer *w, uint32_t field, enum wd_frame_end_kind kind,
          const struct wd_expression *offset)
{
  size_t begun = wd_wire_begin(w->buf, field);

  switch (kind) {
  case WD_FRAME_PRECEDING:
    put_offset(w, WD_SS_Expression_WindowFunction_Bound_preceding, offset);
    break;
  case WD_FRAME_FOLLOWING:
    put_offset(w, WD_SS_Expression_WindowFunction_Bound_following, offset);
    break;
  case WD_FRAME_CURRENT_ROW:
    wd_wire_bytes(w->buf, WD_SS_Expression_WindowFunction_Bound_current_row, "",
                  0);
    break;
  default:
    wd_wire_bytes(w->buf, WD_SS_Expression_WindowFunction_Bound_unbounded, "",
                  0);
  }
  wd_wire_end(w->buf, begun);
}

/* The upper end's field comes first. */
static void
put_bounds(struct writer *w, const struct call *call)
{
  bool both = wd_frame_has_offset(call->frame.start);

  put_bound(w, WD_SS_Expression_WindowFunction_upper_bound, call->frame.end,
            wd_frame_has_offset(call->frame.end) ? call->offsets[both] : NULL);
  put_bound(w, WD_SS_Expression_WindowFunction_lower_bound, call->frame.start,
            both ? call->offsets[0] : NULL);
}

static const char *
find_function(struct writer *w, const struct call *call, struct form *out_form,
              const char **out_distribution)
{
  const struct wd_window *window = call->window;
  uint32_t count = window->shape.arguments + window->shape.has_filter;
  const char **kinds = wd_arena_array(w->arena, count, sizeof *kinds);
  const char *name = wd_window_name(window->function);

  *out_distribution = NULL;
  *out_form = (struct form){0, ""};
  if (window->aggregate && !call->ours)
    return wd__write_aggregate(w, window->aggregate_function, count,
                               call->arguments, out_form, out_distribution);
  if (window->aggregate)
    name = wd_aggregate_name(window->aggregate_function);
  if (!kinds) {
    wd__write_fail(w, WD_NO_MEMORY, "memory");
    return name;
  }
  for (uint32_t i = 0; i < count; i++)
    kinds[i] = wd__type_kind(&call->arguments[i]->type);
  wd__find_form(w, call->ours ? FORM_SCALAR : FORM_AGGREGATE, name, "wasidata",
                count, kinds, out_form);
  return name;
}

static void
put_options(struct writer *w, const struct call *call, const struct form *form,
            const char *name, const char *distribution)
{
  uint32_t field = WD_SS_Expression_WindowFunction_options;

  if (distribution)
    wd__write_option(w, field, "distribution", distribution);
  else
    wd__write_options(w, field, form, name, true);
  if (call->window->shape.has_filter)
    wd__write_option(w, field, "filter", "LAST_ARGUMENT");
  if (call->window->shape.ignore_nulls)
    wd__write_option(w, field, "nulls", "IGNORE_NULLS");
  if (call->frame.unit == WD_FRAME_GROUPS)
    wd__write_option(w, field, "bounds_type", "GROUPS");
}

void
wd__write_window(struct writer *w, const struct wd_expression *expression)
{
  const struct call call = split(expression);
  const struct wd_window_shape *shape = &call.window->shape;
  const char *distribution;
  struct form form;
  const char *name;
  size_t begun;

  if (expression->named) {
    wd__write_fail(w, WD_UNSUPPORTED,
                   "the aggregate %s over a window has no written form yet",
                   expression->named->name);
    return;
  }
  name = find_function(w, &call, &form, &distribution);
  begun = wd_wire_begin(w->buf, WD_SS_Expression_window_function);

  wd_wire_int(w->buf, WD_SS_Expression_WindowFunction_function_reference,
              form.anchor);
  for (uint32_t i = 0; i < shape->partitions; i++)
    wd__write_expression(w, WD_SS_Expression_WindowFunction_partitions,
                         call.partitions[i]);
  for (uint32_t i = 0; i < shape->keys; i++)
    wd__write_sort(w, WD_SS_Expression_WindowFunction_sorts, call.keys[i],
                   shape->sorts[i].descending, shape->sorts[i].nulls_first);
  put_bounds(w, &call);
  wd_wire_int(w->buf, WD_SS_Expression_WindowFunction_phase,
              WD_SS_AggregationPhase_AGGREGATION_PHASE_INITIAL_TO_RESULT);
  wd__write_type(w, WD_SS_Expression_WindowFunction_output_type,
                 &expression->type, expression->nullable, true);
  for (uint32_t i = 0; i < shape->arguments + shape->has_filter; i++)
    wd__write_value_argument(w, WD_SS_Expression_WindowFunction_arguments,
                             call.arguments[i]);
  wd_wire_int(
      w->buf, WD_SS_Expression_WindowFunction_invocation,
      call.window->distinct
          ? WD_SS_AggregateFunction_AggregationInvocation_AGGREGATION_INVOCATION_DISTINCT
          : WD_SS_AggregateFunction_AggregationInvocation_AGGREGATION_INVOCATION_ALL);
  put_options(w, &call, &form, name, distribution);
  wd_wire_int(
      w->buf, WD_SS_Expression_WindowFunction_bounds_type,
      call.frame.unit == WD_FRAME_ROWS
          ? WD_SS_Expression_WindowFunction_BoundsType_BOUNDS_TYPE_ROWS
          : WD_SS_Expression_WindowFunction_BoundsType_BOUNDS_TYPE_RANGE);
  wd_wire_end(w->buf, begun);
}
