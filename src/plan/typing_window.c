/* Calls over windows. */
#include <string.h>

#include "plan/signature.h"
#include "plan/typer.h"

static enum wd_status
fail_at(struct typer *typer, const struct wd_syntax *syntax,
        enum wd_status status, const char *message)
{
  return wd_source_fail(syntax->source, syntax->start, status, typer->error,
                        "%s: %s", syntax->name, message);
}

static enum wd_status
fail_types(struct typer *typer, const struct wd_syntax *syntax,
           const char *signature)
{
  struct wd_buf known;
  enum wd_status status;

  wd_buf_init(&known, NULL, 600);
  wd_signature_describe(signature, syntax->name, &known);
  status = wd_source_fail(syntax->source, syntax->start, WD_TYPE_MISMATCH,
                          typer->error,
                          "%s: does not take arguments of these types; there "
                          "is %s",
                          syntax->name, wd_buf_text(&known));
  wd_buf_fini(&known);
  return status;
}

static enum wd_status
check_place(struct typer *typer, const struct wd_syntax *syntax)
{
  if (typer->scope.windows)
    return WD_OK;
  return fail_at(typer, syntax, WD_INVALID_PLAN,
                 "windows are only allowed in select and with-column, and not "
                 "inside each other; name the result there and use it after");
}

/* Casts the arguments to what a window function takes, gives its type. */
static enum wd_status
type_function(struct typer *typer, const struct wd_syntax *syntax,
              enum wd_window_function function, struct typed *operands,
              struct wd_expression *node)
{
  uint32_t count = syntax->window->arguments, least, most;
  struct wd_signature_operand *given =
      wd_arena_array(typer->arena, count, sizeof *given);
  struct wd_type *wanted = wd_arena_array(typer->arena, count, sizeof *wanted);
  const char *signature = wd_window_signature(function);
  struct wd_signature_match match;
  bool short_of_memory;
  enum wd_status status = WD_OK;

  if (!given || !wanted)
    return wd_fail_memory(typer->error);
  wd_signature_arity(signature, &least, &most);
  if (count < least || count > most)
    return wd_source_fail(syntax->source, syntax->start, WD_INVALID_PLAN,
                          typer->error, "%s takes %u%s argument%s, not %u",
                          syntax->name, least, most > least ? " or more" : "",
                          most == 1 ? "" : "s", count);
  for (uint32_t i = 0; i < count; i++) {
    const struct wd_expression *operand = operands[i].expression;

    given[i].type = operand->type;
    given[i].literal = wd__is_soft(operand) ? &operand->literal : NULL;
    node->nullable = node->nullable || operand->nullable;
  }
  if (!wd_signature_find(signature, count, given, false, typer->arena, wanted,
                         &match, &short_of_memory))
    return short_of_memory ? wd_fail_memory(typer->error)
                           : fail_types(typer, syntax, signature);
  for (uint32_t i = 0; status == WD_OK && i < count; i++)
    status = wd__cast(typer, &operands[i], &wanted[i]);
  node->type = match.result;
  node->nullable = (node->nullable || match.always_null) && !match.never_null;
  return status;
}

/* The same for an aggregate. */
static enum wd_status
type_aggregate(struct typer *typer, const struct wd_syntax *syntax,
               enum wd_aggregate_function function, struct typed *operands,
               struct wd_window *window, struct wd_expression *node)
{
  enum wd_status status;

  if (function == WD_AGG_GROUPING)
    return fail_at(typer, syntax, WD_INVALID_PLAN,
                   "is only known in the measures of groups");
  window->aggregate = true;
  window->distinct = syntax->distinct;
  window->aggregate_function = syntax->star ? WD_AGG_COUNT_STAR : function;
  status = wd__type_measured(typer, syntax, function, operands, &node->type,
                             &node->nullable);
  return status == WD_OK
             ? wd__type_unordered(typer, syntax, function,
                                  syntax->star ? 0 : syntax->window->arguments,
                                  operands)
             : status;
}

/* A function of the program's of that name, for these operands. */
static enum wd_status
find_named(struct typer *typer, const struct wd_syntax *syntax,
           struct typed *operands, const struct wd_named **out_named)
{
  const struct wd_named *overloads =
      wd__aggregate_overloads(typer, syntax->name);

  *out_named = wd__find_named(typer, syntax->name);
  if (*out_named || !overloads || syntax->star)
    return WD_OK;
  return wd__find_overload(typer, overloads, syntax->window->arguments,
                           operands, out_named);
}

static enum wd_status
type_called(struct typer *typer, const struct wd_syntax *syntax,
            struct typed *operands, struct wd_window *window,
            struct wd_expression *node)
{
  size_t length = strlen(syntax->name);
  const struct wd_named *named;
  enum wd_aggregate_function aggregate;
  enum wd_status status = find_named(typer, syntax, operands, &named);

  if (status != WD_OK)
    return status;

  if (named && named->kind == WD_NAMED_AGGREGATE && !syntax->star &&
      !window->shape.ignore_nulls) {
    window->aggregate = true;
    window->distinct = syntax->distinct;
    return wd__type_named_window(typer, syntax, named, operands, node);
  }
  if (wd_aggregate_find(syntax->name, length, &aggregate)) {
    if (window->shape.ignore_nulls)
      return fail_at(typer, syntax, WD_INVALID_PLAN,
                     "aggregates leave nulls out by themselves");
    return type_aggregate(typer, syntax, aggregate, operands, window, node);
  }
  if (!wd_window_find(syntax->name, length, &window->function))
    return fail_at(typer, syntax, WD_INVALID_PLAN,
                   "not a function that is called over a window; there are "
                   "row_number, rank, dense_rank, percent_rank, cume_dist, "
                   "ntile, lag, lead, first_value, last_value, nth_value and "
                   "the aggregates");
  if (syntax->star || syntax->distinct || window->shape.has_filter)
    return fail_at(typer, syntax, WD_INVALID_PLAN,
                   "only aggregates take '*', distinct or a filter");
  if (window->shape.ignore_nulls && window->function < WD_WIN_LAG)
    return fail_at(typer, syntax, WD_INVALID_PLAN,
                   "only functions that give a row's value ignore nulls");
  return type_function(typer, syntax, window->function, operands, node);
}

/* Offsets of rows and groups are counts, known when it is typed; those of a
 * range are added to the one key. */
static enum wd_status
check_offset(struct typer *typer, const struct wd_syntax *syntax,
             const struct wd_window_shape *shape, struct typed *offset,
             const struct wd_expression *key)
{
  struct wd_type count = wd_type_of(WD_TYPE_I64);
  const struct wd_expression *e = offset->expression;

  if (shape->frame.unit != WD_FRAME_RANGE) {
    if (e->kind == WD_EXPR_LITERAL && !e->literal.null &&
        e->type.id == WD_TYPE_I64 && e->literal.value.integer >= 0)
      return WD_OK;
    return wd_source_fail(offset->syntax->source, offset->syntax->start,
                          WD_INVALID_PLAN, typer->error,
                          "the offset of a frame by rows or groups must be a "
                          "number that is not negative");
  }
  if (shape->keys != 1 || !key)
    return fail_at(typer, syntax, WD_INVALID_PLAN,
                   "a range with an offset needs one key (order by)");
  if (e->kind != WD_EXPR_LITERAL || e->literal.null)
    return wd_source_fail(offset->syntax->source, offset->syntax->start,
                          WD_INVALID_PLAN, typer->error,
                          "the offset of a range must be a constant");
  (void)count;
  if (wd_type_is_numeric(&key->type) && wd_type_is_numeric(&e->type)) {
    if (wd_literal_negative(&e->type, &e->literal))
      return wd_source_fail(offset->syntax->source, offset->syntax->start,
                            WD_INVALID_PLAN, typer->error,
                            "the offset of a frame cannot be negative");
    return wd__cast(typer, offset, &key->type);
  }
  if ((key->type.id == WD_TYPE_DATE || key->type.id == WD_TYPE_TIMESTAMP) &&
      e->type.id == WD_TYPE_INTERVAL)
    return WD_OK;
  return wd_source_fail(offset->syntax->source, offset->syntax->start,
                        WD_TYPE_MISMATCH, typer->error,
                        "the offset of a range must be a number beside a "
                        "number, or an interval beside a date or timestamp");
}

static enum wd_status
check_frame(struct typer *typer, const struct wd_syntax *syntax,
            struct typed *operands)
{
  const struct wd_window_shape *shape = syntax->window;
  uint32_t at = shape->arguments + shape->has_filter + shape->partitions;
  const struct wd_expression *key =
      shape->keys ? operands[at].expression : NULL;
  enum wd_status status = WD_OK;

  at += shape->keys;
  if (shape->frame.unit == WD_FRAME_GROUPS && shape->keys == 0)
    return fail_at(typer, syntax, WD_INVALID_PLAN,
                   "a frame by groups needs keys (order by)");
  for (; at < syntax->count && status == WD_OK; at++)
    status = check_offset(typer, syntax, shape, &operands[at], key);
  return status;
}

/* What the window itself takes: a condition, things that are compared. */
static enum wd_status
check_parts(struct typer *typer, const struct wd_syntax *syntax,
            struct typed *operands)
{
  const struct wd_window_shape *shape = syntax->window;
  struct wd_type integer = wd_type_of(WD_TYPE_I64);
  uint32_t from = shape->arguments;
  enum wd_status status = WD_OK;

  if (shape->has_filter)
    status = wd__make_boolean(typer, &operands[from++], "a filter");
  for (uint32_t i = from;
       status == WD_OK && i < from + shape->partitions + shape->keys; i++)
    if (operands[i].expression->type.id == WD_TYPE_NULL)
      status = wd__cast(typer, &operands[i], &integer);
    else
      status = wd__type_ordered(typer, &operands[i]);
  return status == WD_OK ? check_frame(typer, syntax, operands) : status;
}

enum wd_status
wd__type_window(struct typer *typer, const struct wd_syntax *syntax,
                const struct wd_expression **out)
{
  struct wd_window *window = wd_arena_alloc(typer->arena, sizeof *window);
  struct typer inner = *typer;
  struct typed *operands;
  struct wd_expression typed = {.nullable = false}, *node;
  enum wd_status status = check_place(typer, syntax);

  if (status != WD_OK)
    return status;
  if (!window)
    return wd_fail_memory(typer->error);
  window->shape = *syntax->window;
  inner.scope.windows = false;
  inner.variables = NULL;
  status = wd__type_operands(&inner, syntax, &operands);
  if (status == WD_OK)
    status = type_called(&inner, syntax, operands, window, &typed);
  if (status == WD_OK)
    status = check_parts(&inner, syntax, operands);
  if (status == WD_OK)
    status = wd__new_expression(typer, syntax, WD_EXPR_WINDOW, syntax->count,
                                operands, &node);
  if (status != WD_OK)
    return status;
  node->window = window;
  node->named = typed.named;
  node->type = typed.type;
  node->nullable = typed.nullable;
  *out = node;
  return WD_OK;
}
