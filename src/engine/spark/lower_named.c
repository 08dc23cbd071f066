#include "engine/spark/lower_named.h"

#include <stdio.h>

#include "engine/spark/lambda.h"

/* What must hold, or must not, in the rows that are given to a lambda. */
struct guard {
  const struct guard *outer;
  const struct wd_expression *condition;
  bool holds;
};

struct call {
  const struct wd_expression *expression;
  const struct guard *guard;
  struct wd_spark_called *called; /* when it is among the rows' columns */
  uint32_t number;
  uint32_t count; /* of arguments that the lambda wants */
  uint32_t *places;
  uint32_t guard_place; /* 0: there is no guard */
  uint32_t place;       /* of its results */
  uint32_t extras;      /* columns before it, of arguments and the guard */
};

/* The calls of expressions, those inside of others first. */
struct calls {
  struct wd_spark_lowering *lowering;
  struct wd_spark_base base;
  uint32_t count, room;
  struct call *items;
  /* Of a join's condition: those of one side only. */
  bool sided, right;
  uint32_t left_count;
  enum wd_status status;
};

/* ---- Which calls there are ----------------------------------------------- */

struct sides {
  uint32_t left_count;
  bool left, right;
};

static void
find_sides(const struct wd_expression *expression, struct sides *sides)
{
  if (expression->kind == WD_EXPR_COLUMN) {
    sides->left |= expression->column < sides->left_count;
    sides->right |= expression->column >= sides->left_count;
  }
  for (uint32_t i = 0; i < expression->argument_count; i++)
    find_sides(expression->arguments[i], sides);
}

static bool
has_calls(const struct wd_expression *expression)
{
  if (expression->kind == WD_EXPR_NAMED)
    return true;
  for (uint32_t i = 0; i < expression->argument_count; i++)
    if (has_calls(expression->arguments[i]))
      return true;
  return false;
}

bool
wd_spark_calls_across(const struct wd_expression *expression,
                      uint32_t left_count)
{
  struct sides sides = {.left_count = left_count};

  /* A case decides for which rows the calls in it are made. */
  if (expression->kind == WD_EXPR_NAMED ||
      (expression->kind == WD_EXPR_CASE && has_calls(expression)))
    find_sides(expression, &sides);
  if (sides.left && sides.right)
    return true;
  for (uint32_t i = 0; i < expression->argument_count; i++)
    if (wd_spark_calls_across(expression->arguments[i], left_count))
      return true;
  return false;
}

typedef void
visit_expression(void *env, const struct wd_expression *expression);

static void
visit_measures(const struct wd_plan_node *node, visit_expression *visit,
               void *env)
{
  for (uint32_t i = 0; i < node->aggregate.key_count; i++)
    visit(env, node->aggregate.keys[i]);
  for (uint32_t i = 0; i < node->aggregate.measure_count; i++) {
    const struct wd_measure *measure = &node->aggregate.measures[i];

    for (uint32_t j = 0; j < measure->argument_count; j++)
      visit(env, measure->arguments[j]);
    if (measure->filter)
      visit(env, measure->filter);
  }
}

/* The expressions over the columns of a node's left. */
static void
visit_node(const struct wd_plan_node *node, visit_expression *visit, void *env)
{
  switch (node->kind) {
  case WD_NODE_PROJECT:
    for (uint32_t i = 0; i < node->schema.count; i++)
      visit(env, node->project.expressions[i]);
    break;
  case WD_NODE_FILTER:
    visit(env, node->filter);
    break;
  case WD_NODE_SORT:
  case WD_NODE_SORT_WITHIN:
    for (uint32_t i = 0; i < node->sort.count; i++)
      visit(env, node->sort.keys[i].expression);
    break;
  case WD_NODE_EXPAND:
    for (uint32_t i = 0; i < node->expand.row_count *
                                 (node->schema.count - node->expand.kept_count);
         i++)
      visit(env, node->expand.expressions[i]);
    break;
  case WD_NODE_AGGREGATE:
    visit_measures(node, visit, env);
    break;
  default:
    break;
  }
}

static void
look_for_calls(void *env, const struct wd_expression *expression)
{
  bool *found = env;

  *found = *found || has_calls(expression);
}

bool
wd_spark_has_calls(const struct wd_plan_node *node)
{
  bool found = false;

  visit_node(node, look_for_calls, &found);
  return found;
}

/* ---- Collecting them ----------------------------------------------------- */

static struct call *
find_call(const struct calls *calls, const struct wd_expression *expression)
{
  for (uint32_t i = 0; i < calls->count; i++)
    if (calls->items[i].expression == expression)
      return &calls->items[i];
  return NULL;
}

static void
add_call(struct calls *calls, const struct wd_expression *expression,
         const struct guard *guard)
{
  struct call *there = find_call(calls, expression);

  /* An operand that stands in several places is computed for all of them. */
  if (there) {
    if (there->guard != guard)
      there->guard = NULL;
    return;
  }
  if (calls->count == calls->room) {
    uint32_t room = calls->room ? 2 * calls->room : 4;
    struct call *items =
        wd_arena_array(calls->lowering->arena, room, sizeof *items);

    if (!items) {
      calls->status = wd_fail_memory(calls->lowering->error);
      return;
    }
    for (uint32_t i = 0; i < calls->count; i++)
      items[i] = calls->items[i];
    calls->items = items;
    calls->room = room;
  }
  calls->items[calls->count++] = (struct call){
      .expression = expression,
      .guard = guard,
      .number = calls->lowering->call_count++,
  };
}

static void
collect(struct calls *calls, const struct wd_expression *expression,
        const struct guard *guard);

static const struct guard *
add_guard(struct calls *calls, const struct guard *outer,
          const struct wd_expression *condition, bool holds)
{
  struct guard *guard = wd_arena_alloc(calls->lowering->arena, sizeof *guard);

  if (!guard) {
    calls->status = wd_fail_memory(calls->lowering->error);
    return outer;
  }
  *guard = (struct guard){outer, condition, holds};
  return guard;
}

/* A condition is looked at when those before it did not hold. */
static void
collect_case(struct calls *calls, const struct wd_expression *branches,
             const struct guard *guard)
{
  uint32_t pairs = branches->argument_count / 2;

  for (uint32_t i = 0; calls->status == WD_OK && i < pairs; i++) {
    const struct wd_expression *condition = branches->arguments[2 * i];

    collect(calls, condition, guard);
    collect(calls, branches->arguments[2 * i + 1],
            add_guard(calls, guard, condition, true));
    guard = add_guard(calls, guard, condition, false);
  }
  if (branches->argument_count % 2)
    collect(calls, branches->arguments[2 * pairs], guard);
}

static bool
is_of_side(const struct calls *calls, const struct wd_expression *call,
           const struct guard *guard)
{
  struct sides sides = {.left_count = calls->left_count};

  if (!calls->sided)
    return true;
  find_sides(call, &sides);
  for (; guard; guard = guard->outer)
    find_sides(guard->condition, &sides);
  return calls->right ? sides.right && !sides.left : !sides.right;
}

static void
collect(struct calls *calls, const struct wd_expression *expression,
        const struct guard *guard)
{
  if (calls->status != WD_OK || !has_calls(expression))
    return;
  if (expression->kind == WD_EXPR_LAMBDA) {
    calls->status =
        wd_fail(calls->lowering->error, WD_UNSUPPORTED,
                "the engine spark does not call functions of the program in "
                "lambdas over lists: explode the list first");
    return;
  }
  if (expression->kind == WD_EXPR_CASE) {
    collect_case(calls, expression, guard);
    return;
  }
  for (uint32_t i = 0; i < expression->argument_count; i++)
    collect(calls, expression->arguments[i], guard);
  if (expression->kind == WD_EXPR_NAMED && calls->status == WD_OK &&
      is_of_side(calls, expression, guard))
    add_call(calls, expression, guard);
}

static void
collect_expression(void *env, const struct wd_expression *expression)
{
  collect(env, expression, NULL);
}

/* ---- Where columns are --------------------------------------------------- */

static const struct wd_expression *
argument_of(const struct call *call, uint32_t index)
{
  const struct wd_bound *bound = &call->expression->named->bound;

  return call->expression
      ->arguments[bound->all_columns ? index : bound->columns[index]];
}

static bool
has_guard(const struct call *call)
{
  const struct wd_expression *expression = call->expression;

  for (uint32_t i = 0;
       expression->named->bound.strict && i < expression->argument_count; i++)
    if (expression->arguments[i]->nullable)
      return true;
  return call->guard != NULL;
}

/* The column of the rows that an argument is, or one that is made for it. */
static uint32_t
place_of(const struct calls *calls, const struct wd_expression *argument,
         uint32_t next)
{
  const struct call *call;

  if (argument->kind == WD_EXPR_COLUMN)
    return argument->column - (calls->right ? calls->left_count : 0);
  call = argument->kind == WD_EXPR_NAMED ? find_call(calls, argument) : NULL;
  return call ? call->place : next;
}

static enum wd_status
place_calls(struct calls *calls)
{
  uint32_t width = calls->base.width ? calls->base.width : 1;

  for (uint32_t i = 0; i < calls->count; i++) {
    struct call *call = &calls->items[i];
    const struct wd_expression *expression = call->expression;
    const struct wd_bound *bound = &expression->named->bound;
    uint32_t begin = width;

    call->count =
        bound->all_columns ? expression->argument_count : bound->column_count;
    call->places = wd_arena_array(calls->lowering->arena, call->count,
                                  sizeof *call->places);
    if (!call->places)
      return wd_fail_memory(calls->lowering->error);
    for (uint32_t j = 0; j < call->count; j++) {
      call->places[j] = place_of(calls, argument_of(call, j), width);
      width += call->places[j] == width;
    }
    if (has_guard(call))
      call->guard_place = width++;
    call->extras = width - begin;
    call->place = width++;
  }
  return WD_OK;
}

/* ---- Putting them -------------------------------------------------------- */

static enum wd_status
write_condition(struct wd_spark_lowering *lowering,
                const struct wd_expression *condition, const char *after,
                struct wd_buf *buf)
{
  enum wd_status status;

  wd_buf_puts(buf, buf->length ? " AND (" : "(");
  status = wd_spark_write_expression(lowering, condition, buf);
  wd_buf_puts(buf, after);
  return status;
}

static enum wd_status
put_guard_column(struct wd_spark_lowering *lowering, const struct call *call)
{
  const struct wd_expression *expression = call->expression;
  struct wd_buf buf;
  char name[16];
  enum wd_status status = WD_OK;

  wd_buf_init(&buf, lowering->engine->mem, WD_SPARK_TEXT_MAX);
  for (const struct guard *guard = call->guard; guard && status == WD_OK;
       guard = guard->outer)
    status =
        write_condition(lowering, guard->condition,
                        guard->holds ? ") IS TRUE" : ") IS NOT TRUE", &buf);
  for (uint32_t i = 0; expression->named->bound.strict && status == WD_OK &&
                       i < expression->argument_count;
       i++)
    if (expression->arguments[i]->nullable)
      status = write_condition(lowering, expression->arguments[i],
                               ") IS NOT NULL", &buf);
  snprintf(name, sizeof name, "g%u", call->number);
  return wd_spark_put_written(lowering, WD_SC_Project_expressions, &buf, name,
                              status);
}

static enum wd_status
put_calls(struct calls *calls, uint32_t count, uint32_t field);

/* The columns that there are, arguments of the call that are none of them, its
 * guard. */
static enum wd_status
put_arguments(struct calls *calls, uint32_t index, uint32_t field)
{
  struct wd_spark_lowering *lowering = calls->lowering;
  const struct call *call = &calls->items[index];
  uint32_t next = call->place - call->extras;
  size_t relation, project;
  enum wd_status status;

  if (call->extras == 0)
    return put_calls(calls, index, field);
  relation = wd_sc_begin(lowering->writer, field);
  project = wd_sc_begin(lowering->writer, WD_SC_Relation_project);
  status = put_calls(calls, index, WD_SC_Project_input);
  lowering->column_base = calls->right ? calls->left_count : 0;
  wd_spark_put_text(lowering, WD_SC_Project_expressions, "*");
  for (uint32_t i = 0; status == WD_OK && i < call->count; i++) {
    const char *text;
    char name[32];

    if (call->places[i] != next)
      continue;
    next++;
    snprintf(name, sizeof name, "a%u_%u", call->number, i);
    status = wd_spark_expression(lowering, argument_of(call, i), &text);
    if (status == WD_OK)
      wd_spark_put_named(lowering, WD_SC_Project_expressions, text, name);
  }
  if (status == WD_OK && call->guard_place)
    status = put_guard_column(lowering, call);
  lowering->column_base = 0;
  wd_sc_end(lowering->writer, project);
  wd_sc_end(lowering->writer, relation);
  return status;
}

/* From here on the call's place in a text is its column. */
static enum wd_status
mark_called(struct calls *calls, const struct call *call)
{
  struct wd_spark_lowering *lowering = calls->lowering;
  struct wd_spark_called *called =
      wd_arena_alloc(lowering->arena, sizeof *called);

  if (!called)
    return wd_fail_memory(lowering->error);
  *called = (struct wd_spark_called){.next = lowering->called,
                                     .call = call->expression,
                                     .number = call->number,
                                     .place = call->place,
                                     .right = calls->right};
  lowering->called = called;
  return WD_OK;
}

/* The base and the first `count` calls. */
static enum wd_status
put_calls(struct calls *calls, uint32_t count, uint32_t field)
{
  struct wd_spark_lowering *lowering = calls->lowering;
  struct wd_spark_extension begun;
  const struct call *call;
  size_t relation;
  char name[16];
  enum wd_status status;

  if (count == 0)
    return calls->base.lower(lowering, calls->base.node, field);
  call = &calls->items[count - 1];
  snprintf(name, sizeof name, "n%u_", call->number);
  relation = wd_sc_begin(lowering->writer, field);
  status = wd_spark_begin_appended(
      lowering, call->expression->named->bound.lambda, WD_SPARK_APPEND,
      call->places, call->count, name, &begun);
  if (call->guard_place)
    wd_spark_put_guard(lowering, call->guard_place);
  if (status == WD_OK)
    status = put_arguments(calls, count - 1, WD_SPARK_LAMBDA_INPUT);
  wd_spark_end_extension(lowering, &begun);
  wd_sc_end(lowering->writer, relation);
  return status == WD_OK ? mark_called(calls, call) : status;
}

static enum wd_status
put_all(struct calls *calls, uint32_t field)
{
  enum wd_status status = calls->status;

  if (status == WD_OK)
    status = place_calls(calls);
  return status == WD_OK ? put_calls(calls, calls->count, field) : status;
}

enum wd_status
wd_spark_lower_input(struct wd_spark_lowering *lowering,
                     const struct wd_plan_node *node, uint32_t field)
{
  uint32_t width = node->left->schema.count ? node->left->schema.count : 1;
  struct calls calls = {.lowering = lowering,
                        .base = {wd_spark_lower_beside, node,
                                 width + wd_spark_count_subqueries(node)}};

  visit_node(node, collect_expression, &calls);
  return put_all(&calls, field);
}

enum wd_status
wd_spark_lower_calls(struct wd_spark_lowering *lowering,
                     const struct wd_spark_base *base,
                     const struct wd_spark_conditions *conditions,
                     uint32_t field)
{
  struct calls calls = {.lowering = lowering, .base = *base};

  for (uint32_t i = 0; i < conditions->count; i++)
    collect(&calls, conditions->items[i], NULL);
  return put_all(&calls, field);
}

enum wd_status
wd_spark_lower_side_calls(struct wd_spark_lowering *lowering,
                          const struct wd_plan_node *join, bool right,
                          const struct wd_spark_conditions *conditions,
                          uint32_t field)
{
  const struct wd_plan_node *node = right ? join->right : join->left;
  struct calls calls = {
      .lowering = lowering,
      .base = {wd_spark_lower_node, node, node->schema.count},
      .sided = true,
      .right = right,
      .left_count = join->left->schema.count,
  };

  for (uint32_t i = 0; i < conditions->count; i++)
    collect(&calls, conditions->items[i], NULL);
  return put_all(&calls, field);
}

enum wd_status
wd_spark_write_named(struct wd_spark_lowering *lowering,
                     const struct wd_expression *call, struct wd_buf *buf)
{
  const struct wd_spark_called *called = lowering->called;

  while (called && called->call != call)
    called = called->next;
  if (!called)
    return wd_fail(lowering->error, WD_UNSUPPORTED,
                   "the engine spark does not call %s there",
                   call->named->name);
  if (lowering->joined)
    wd_buf_puts(buf, called->right ? "r." : "l.");
  wd_buf_printf(buf, "n%u_0", called->number);
  return WD_OK;
}
