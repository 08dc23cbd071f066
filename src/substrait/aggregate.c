/* Aggregations: keys, grouping sets, measures. */
#include <string.h>

#include "plan/aggregate_function.h"
#include "plan/typer.h"
#include "substrait/translate.h"

struct aggregate {
  struct translator *t;
  const struct wd_message *message;
  const struct wd_plan_node *input;
  struct view view;
  uint32_t key_count, key_room;
  const struct wd_expression **keys;
  /* Where the key of each grouping expression is, when some are the same. */
  uint32_t place_count;
  uint32_t *places;
  uint32_t set_count;
  struct wd_key_set *sets;
  uint32_t measure_count; /* those of the plan; the grouping's comes after */
  struct wd_measure *measures;
  bool *zero;             /* null results become 0 */
  struct wd_type *wanted; /* what results are cast to after */
  bool numbered;          /* the number of the set comes out, too */
};

static enum wd_status
add_key(struct aggregate *a, const struct wd_expression *key, uint32_t *out)
{
  /* The same column in several sets is one key. */
  for (uint32_t i = 0; i < a->key_count; i++)
    if (key->kind == WD_EXPR_COLUMN && a->keys[i]->kind == WD_EXPR_COLUMN &&
        key->column == a->keys[i]->column) {
      *out = i;
      return WD_OK;
    }
  if (a->key_count == a->key_room) {
    uint32_t room = a->key_room ? a->key_room * 2 : 8;
    const struct wd_expression **keys =
        wd_arena_array(a->t->arena, room, sizeof *keys);

    if (!keys)
      return wd_fail_memory(a->t->error);
    if (a->key_count)
      memcpy(keys, a->keys, a->key_count * sizeof *keys);
    a->keys = keys;
    a->key_room = room;
  }
  *out = a->key_count;
  a->keys[a->key_count++] = key;
  return WD_OK;
}

/* The older form: each set has its own expressions. */
static enum wd_status
read_old_set(struct aggregate *a, const struct wd_message *grouping,
             struct wd_key_set *set)
{
  const struct wd_expression **expressions;
  uint32_t count, *keys;
  enum wd_status status = wd__expressions(
      a->t, &a->view, grouping,
      WD_SS_AggregateRel_Grouping_grouping_expressions, &count, &expressions);

  if (status != WD_OK)
    return status;
  keys = wd_arena_array(a->t->arena, count, sizeof *keys);
  if (!keys)
    return wd_fail_memory(a->t->error);
  for (uint32_t i = 0; i < count && status == WD_OK; i++)
    status = add_key(a, expressions[i], &keys[i]);
  *set = (struct wd_key_set){count, keys};
  return status;
}

/* DataFusion writes a key once for each set that has it, and means one. */
static enum wd_status
merge_keys(struct aggregate *a)
{
  const struct wd_expression **all = a->keys;

  a->place_count = a->key_count;
  a->places = wd_arena_array(a->t->arena, a->key_count, sizeof *a->places);
  a->key_count = a->key_room = 0;
  if (!a->places)
    return wd_fail_memory(a->t->error);
  for (uint32_t i = 0; i < a->place_count; i++) {
    enum wd_status status = add_key(a, all[i], &a->places[i]);

    if (status != WD_OK)
      return status;
  }
  return WD_OK;
}

/* The columns as they were written: some keys at several places. */
static enum wd_status
spread_keys(struct aggregate *a, const struct wd_plan_node **node)
{
  uint32_t rest = (*node)->schema.count - a->key_count;
  uint32_t count = a->place_count + rest;
  const struct wd_expression **columns =
      wd_arena_array(a->t->arena, count, sizeof *columns);
  const char **names = wd_arena_array(a->t->arena, count, sizeof *names);
  enum wd_status status = WD_OK;

  if (!columns || !names)
    return wd_fail_memory(a->t->error);
  for (uint32_t i = 0; i < count && status == WD_OK; i++) {
    uint32_t from =
        i < a->place_count ? a->places[i] : i - a->place_count + a->key_count;

    names[i] = (*node)->schema.columns[from].name;
    status = wd__column(a->t, &(*node)->schema, from, &columns[i]);
  }
  if (status != WD_OK)
    return status;
  return wd__plan_project(a->t->planner, *node, count, columns, names, node);
}

static enum wd_status
read_set(struct aggregate *a, const struct wd_message *grouping,
         struct wd_key_set *set)
{
  uint32_t count = wd_message_count(
      grouping, WD_SS_AggregateRel_Grouping_expression_references);
  uint32_t *keys = wd_arena_array(a->t->arena, count, sizeof *keys), n = 0;

  if (!keys)
    return wd_fail_memory(a->t->error);
  for (const struct wd_value *value = wd_message_find(
           grouping, WD_SS_AggregateRel_Grouping_expression_references);
       value; value = wd_value_next(value)) {
    uint32_t most = a->places ? a->place_count : a->key_count;

    if (value->natural >= most)
      return wd_value_fail(value, WD_INVALID_PLAN, a->t->error,
                           "grouping expression %llu of %u",
                           (unsigned long long)value->natural, most);
    keys[n++] =
        a->places ? a->places[value->natural] : (uint32_t)value->natural;
  }
  *set = (struct wd_key_set){n, keys};
  return WD_OK;
}

static enum wd_status
read_keys(struct aggregate *a)
{
  uint32_t count = wd_message_count(a->message, WD_SS_AggregateRel_groupings);
  bool shared =
      wd_message_find(a->message, WD_SS_AggregateRel_grouping_expressions);
  enum wd_status status = WD_OK;

  if (count > WD_PLAN_GROUPING_SETS)
    return wd_message_fail(a->message, WD_LIMIT_EXCEEDED, a->t->error,
                           "more than %u grouping sets", WD_PLAN_GROUPING_SETS);
  a->sets = wd_arena_array(a->t->arena, count, sizeof *a->sets);
  if (!a->sets)
    return wd_fail_memory(a->t->error);
  if (shared)
    status = wd__expressions(a->t, &a->view, a->message,
                             WD_SS_AggregateRel_grouping_expressions,
                             &a->key_count, &a->keys);
  a->key_room = a->key_count;
  if (status == WD_OK && a->t->datafusion && shared)
    status = merge_keys(a);
  for (const struct wd_value *value =
           wd_message_find(a->message, WD_SS_AggregateRel_groupings);
       value && status == WD_OK; value = wd_value_next(value)) {
    struct wd_key_set *set = &a->sets[a->set_count++];
    uint32_t old = wd_message_count(
        value->message, WD_SS_AggregateRel_Grouping_grouping_expressions);

    /* For readers of the older form producers write both. */
    if (old && shared &&
        old !=
            wd_message_count(value->message,
                             WD_SS_AggregateRel_Grouping_expression_references))
      return wd_value_fail(value, WD_INVALID_PLAN, a->t->error,
                           "other grouping expressions in the older form than "
                           "in the newer");
    status = shared ? read_set(a, value->message, set)
                    : read_old_set(a, value->message, set);
  }
  return status;
}

static bool
has_key(const struct wd_key_set *set, uint32_t key)
{
  for (uint32_t i = 0; i < set->count; i++)
    if (set->keys[i] == key)
      return true;
  return false;
}

static uint64_t
bits_of(const struct aggregate *a, const struct wd_key_set *set)
{
  uint64_t bits = 0;

  for (uint32_t i = 0; i < a->key_count; i++)
    bits = bits << 1 | !has_key(set, i);
  return bits;
}

/* One set is an ordinary group: only its keys are columns that are grouped. */
static enum wd_status
check_sets(struct aggregate *a)
{
  for (uint32_t key = 0; key < a->key_count; key++) {
    bool used = false;

    for (uint32_t i = 0; i < a->set_count; i++)
      used = used || has_key(&a->sets[i], key);
    if (!used)
      return wd__unsupported(a->t, a->message,
                             "a grouping expression in none of the sets");
  }
  if (a->set_count < 2) {
    a->set_count = 0;
    return WD_OK;
  }
  if (a->key_count > 62)
    return wd__unsupported(a->t, a->message,
                           "grouping sets over more than 62 keys");
  for (uint32_t i = 1; i < a->set_count; i++)
    for (uint32_t k = 0; k < i; k++)
      if (bits_of(a, &a->sets[i]) == bits_of(a, &a->sets[k]))
        return wd__unsupported(a->t, a->message, "the same grouping set twice");
  return WD_OK;
}

/* DataFusion's averages of decimals have four more digits than its arguments:
 * what it says it gives counts, since its functions are defined by it alone. */
static enum wd_status
widen_average(struct aggregate *a, const struct wd_message *function,
              const struct called *called)
{
  const struct wd_message *claim =
      wd_message_sub(function, WD_SS_AggregateFunction_output_type);
  const struct wd_type *own =
      called->arguments.count == 1 ? &called->arguments.values[0]->type : NULL;
  struct wd_type type;
  bool nullable;
  enum wd_status status;

  if (!a->t->bare || !own || own->id != WD_TYPE_DECIMAL || !claim ||
      strcmp(called->name, "avg") != 0)
    return WD_OK;
  status = wd__type_of(a->t, claim, &type, &nullable);
  if (status != WD_OK || type.id != WD_TYPE_DECIMAL || type.scale <= own->scale)
    return status;
  type.precision = WD_DECIMAL_PRECISION_MAX;
  return wd__make_cast(a->t, function, called->arguments.values[0], &type,
                       &called->arguments.values[0]);
}

static enum wd_status
type_measure(struct aggregate *a, const struct wd_message *function,
             const struct called *called, struct wd_measure *measure)
{
  struct wd_scope scope = {.left = a->view.schema};
  struct wd_error local;
  struct typer typer = {.scope = scope, .arena = a->t->arena, .error = &local};
  struct wd_syntax syntax = {.kind = WD_SYNTAX_CALL,
                             .name = called->name,
                             .distinct = called->distinct,
                             .count = called->arguments.count};
  struct typed *typed =
      wd_arena_array(a->t->arena, syntax.count, sizeof *typed);
  const struct wd_expression **arguments =
      wd_arena_array(a->t->arena, syntax.count, sizeof *arguments);
  enum wd_status status;

  if (!typed || !arguments)
    return wd_fail_memory(a->t->error);
  syntax.star = syntax.count == 0 && measure->function == WD_AGG_COUNT;
  for (uint32_t i = 0; i < syntax.count; i++)
    typed[i] = (struct typed){called->arguments.values[i], &syntax};
  wd_error_clear(&local);
  status = wd__type_measured(&typer, &syntax, measure->function, typed,
                             &measure->type, &measure->nullable);
  if (status != WD_OK)
    return status == WD_NO_MEMORY
               ? wd_fail_memory(a->t->error)
               : wd_message_fail(function, status, a->t->error, "%s",
                                 local.message);
  if (syntax.star)
    measure->function = WD_AGG_COUNT_STAR;
  for (uint32_t i = 0; i < syntax.count; i++)
    arguments[i] = typed[i].expression;
  measure->argument_count = syntax.count;
  measure->arguments = arguments;
  return WD_OK;
}

/* The order of a measure's rows, where it makes a difference. */
static enum wd_status
read_sorts(struct aggregate *a, const struct wd_message *function,
           struct wd_measure *measure)
{
  if (!wd_message_find(function, WD_SS_AggregateFunction_sorts) ||
      !wd_aggregate_follows_order(measure->function))
    return WD_OK;
  if (measure->distinct)
    return wd__unsupported(a->t, function,
                           "an aggregate of distinct rows that are sorted");
  return wd__sort_keys(a->t, &a->view, function, WD_SS_AggregateFunction_sorts,
                       &measure->sort_count, &measure->sorts);
}

/* The standard's average of integers is an integer, cut off. */
static bool
is_cut(const struct aggregate *a, const struct called *called)
{
  return !a->t->bare && !called->extension->ours &&
         strcmp(called->name, "avg") == 0 && called->arguments.count == 1 &&
         wd_type_is_integer(&called->arguments.values[0]->type);
}

/* Ours: grouping() of keys by their places. */
static enum wd_status
type_grouping(struct aggregate *a, const struct wd_message *function,
              const struct called *called, struct wd_measure *measure)
{
  uint32_t count = called->arguments.count;
  const struct wd_expression **arguments =
      wd_arena_array(a->t->arena, count, sizeof *arguments);
  struct wd_expression *keys = wd_arena_array(a->t->arena, count, sizeof *keys);

  if (!arguments || !keys)
    return wd_fail_memory(a->t->error);
  if (!called->extension->ours || count > 62)
    return wd__unsupported(a->t, function, "grouping as an aggregate");
  for (uint32_t i = 0; i < count; i++) {
    const struct wd_expression *place = called->arguments.values[i];

    if (place->kind != WD_EXPR_LITERAL || place->type.id != WD_TYPE_I64 ||
        place->literal.null || place->literal.value.natural >= a->key_count)
      return wd_message_fail(function, WD_INVALID_PLAN, a->t->error,
                             "grouping of what is no key");
    keys[i].kind = WD_EXPR_COLUMN;
    keys[i].size = 1;
    keys[i].column = (uint32_t)place->literal.value.natural;
    keys[i].type = a->keys[keys[i].column]->type;
    keys[i].nullable = true;
    arguments[i] = &keys[i];
  }
  measure->argument_count = count;
  measure->arguments = arguments;
  wd_aggregate_derive(WD_AGG_GROUPING, NULL, &measure->type,
                      &measure->nullable);
  return WD_OK;
}

static enum wd_status
read_lambda(struct aggregate *a, const struct wd_message *function,
            const struct called *called, struct wd_measure *measure)
{
  uint32_t count = called->arguments.count;
  const struct wd_expression **arguments =
      wd_arena_array(a->t->arena, count, sizeof *arguments);

  if (!arguments)
    return wd_fail_memory(a->t->error);
  memcpy(arguments, called->arguments.values, count * sizeof *arguments);
  if (called->distinct ||
      wd_message_find(function, WD_SS_AggregateFunction_sorts))
    return wd__unsupported(a->t, function,
                           "a lambda over distinct or sorted rows");
  measure->argument_count = count;
  measure->arguments = arguments;
  return wd__lambda_measure(a->t, function, called->extension, measure);
}

static enum wd_status
read_function(struct aggregate *a, const struct wd_message *function,
              struct wd_measure *measure, bool *out_zero,
              struct wd_type *out_wanted)
{
  static const struct call_fields fields = {
      .function = WD_SS_AggregateFunction_function_reference,
      .arguments = WD_SS_AggregateFunction_arguments,
      .old_arguments = WD_SS_AggregateFunction_args,
      .options = WD_SS_AggregateFunction_options,
      .phase = WD_SS_AggregateFunction_phase,
      .invocation = WD_SS_AggregateFunction_invocation};
  const struct wd_message *claim =
      wd_message_sub(function, WD_SS_AggregateFunction_output_type);
  struct called called;
  struct wd_type cut;
  bool is_whole;
  enum wd_status status =
      wd__read_call(a->t, &a->view, function, &fields, &called);

  if (status == WD_OK &&
      (called.filtered || called.ignore_nulls || called.groups))
    return wd__unsupported(a->t, function, "an aggregate with such options");
  if (status == WD_OK)
    status = wd__read_phase(
        a->t, function, wd_message_integer(function, fields.phase), &called);
  if (status != WD_OK)
    return status;
  if (called.extension->lambda)
    status = read_lambda(a, function, &called, measure);
  *out_wanted = measure->type;
  if (status != WD_OK || called.extension->lambda)
    return status;
  if (!wd_aggregate_find(called.name, strlen(called.name), &measure->function))
    return wd_message_fail(function, WD_UNSUPPORTED, a->t->error,
                           "%s is no aggregate here", called.name);
  measure->distinct = called.distinct;
  *out_zero = called.zero;
  is_whole = is_cut(a, &called);
  if (is_whole)
    cut = called.arguments.values[0]->type;
  status = widen_average(a, function, &called);
  if (status == WD_OK && measure->function == WD_AGG_GROUPING)
    status = type_grouping(a, function, &called, measure);
  else if (status == WD_OK)
    status = type_measure(a, function, &called, measure);
  if (status == WD_OK)
    status = read_sorts(a, function, measure);
  *out_wanted = is_whole ? cut : measure->type;
  return status == WD_OK
             ? wd__check_claim(a->t, claim, &measure->type, called.name)
             : status;
}

static enum wd_status
read_measures(struct aggregate *a)
{
  uint32_t count = wd_message_count(a->message, WD_SS_AggregateRel_measures);
  enum wd_status status = WD_OK;

  a->measures =
      wd_arena_array(a->t->arena, (size_t)count + 1, sizeof *a->measures);
  a->zero = wd_arena_array(a->t->arena, count, sizeof *a->zero);
  a->wanted = wd_arena_array(a->t->arena, count, sizeof *a->wanted);
  if (!a->measures || !a->zero || !a->wanted)
    return wd_fail_memory(a->t->error);
  for (const struct wd_value *value =
           wd_message_find(a->message, WD_SS_AggregateRel_measures);
       value && status == WD_OK; value = wd_value_next(value)) {
    struct wd_measure *measure = &a->measures[a->measure_count];
    const struct wd_message *function;
    const struct wd_message *filter =
        wd_message_sub(value->message, WD_SS_AggregateRel_Measure_filter);

    status = wd__need(a->t, value->message, WD_SS_AggregateRel_Measure_measure,
                      "the measure", &function);
    if (status == WD_OK)
      status = read_function(a, function, measure, &a->zero[a->measure_count],
                             &a->wanted[a->measure_count]);
    if (status == WD_OK && filter)
      status = wd__predicate(a->t, &a->view, filter, "a measure's filter",
                             &measure->filter);
    a->measure_count++;
  }
  return status;
}

/* grouping() of all keys tells sets apart. */
static enum wd_status
add_grouping(struct aggregate *a, const struct wd_schema *keys)
{
  struct wd_measure *measure = &a->measures[a->measure_count];
  const struct wd_expression **arguments =
      wd_arena_array(a->t->arena, a->key_count, sizeof *arguments);
  enum wd_status status = WD_OK;

  if (!arguments)
    return wd_fail_memory(a->t->error);
  for (uint32_t i = 0; i < a->key_count && status == WD_OK; i++)
    status = wd__column(a->t, keys, i, &arguments[i]);
  measure->function = WD_AGG_GROUPING;
  measure->argument_count = a->key_count;
  measure->arguments = arguments;
  wd_aggregate_derive(WD_AGG_GROUPING, NULL, &measure->type,
                      &measure->nullable);
  return status;
}

/* DataFusion does not count the column of the set's number; where nothing but
 * others come out, nobody needs it. */
static bool
is_numbered(const struct aggregate *a)
{
  const struct wd_message *common =
      wd_message_sub(a->message, WD_SS_AggregateRel_common);
  const struct wd_message *mapping =
      common ? wd_message_sub(common, WD_SS_RelCommon_emit) : NULL;
  int64_t number = (int64_t)a->key_count + a->measure_count;
  const struct wd_value *value =
      mapping ? wd_message_find(mapping, WD_SS_RelCommon_Emit_output_mapping)
              : NULL;

  if (a->set_count == 0 || a->t->datafusion)
    return false;
  for (; value && value->integer < number; value = wd_value_next(value))
    continue;
  return !mapping || value;
}

static enum wd_status
make_node(struct aggregate *a, struct wd_plan_node **out)
{
  bool numbered = a->numbered = is_numbered(a);
  uint32_t measures = a->measure_count + numbered;
  uint32_t count = a->key_count + measures;
  struct wd_column *columns =
      wd_arena_array(a->t->arena, count, sizeof *columns);
  struct wd_plan_node *node;
  enum wd_status status =
      wd__plan_node(a->t->planner, WD_NODE_AGGREGATE, a->input, NULL, &node);

  if (status == WD_OK)
    status = wd__plan_check_width(a->t->planner, count);
  if (status != WD_OK)
    return status;
  if (!columns)
    return wd_fail_memory(a->t->error);
  for (uint32_t i = 0; i < count; i++) {
    bool key = i < a->key_count;
    bool named = key && a->keys[i]->kind == WD_EXPR_COLUMN;
    uint32_t in = 0;

    for (uint32_t set = 0; key && set < a->set_count; set++)
      in += has_key(&a->sets[set], i);
    columns[i].name =
        named ? a->input->schema.columns[a->keys[i]->column].name
              : wd_arena_printf(a->t->arena, key ? "key_%u" : "measure_%u",
                                key ? i + 1 : i - a->key_count + 1);
    if (!columns[i].name)
      return wd_fail_memory(a->t->error);
    if (key) {
      columns[i].type = a->keys[i]->type;
      columns[i].nullable = a->keys[i]->nullable || in < a->set_count;
    }
  }
  node->schema = (struct wd_schema){count, columns};
  if (numbered)
    status = add_grouping(a, &node->schema);
  for (uint32_t i = 0; i < measures; i++) {
    columns[a->key_count + i].type = a->measures[i].type;
    columns[a->key_count + i].nullable = a->measures[i].nullable;
  }
  node->aggregate.key_count = a->key_count;
  node->aggregate.keys = a->keys;
  node->aggregate.set_count = a->set_count;
  node->aggregate.sets = a->sets;
  node->aggregate.measure_count = measures;
  node->aggregate.measures = a->measures;
  *out = node;
  return status;
}

static enum wd_status
new_integer(struct translator *t, enum wd_type_id id, int64_t value,
            const struct wd_expression **out)
{
  struct wd_expression *node = wd_arena_alloc(t->arena, sizeof *node);

  if (!node)
    return wd_fail_memory(t->error);
  node->kind = WD_EXPR_LITERAL;
  node->size = 1;
  node->said = true;
  node->type = wd_type_of(id);
  node->literal.value.integer = value;
  *out = node;
  return WD_OK;
}

/* The number of the set from the bits of the keys that it lacks. */
static enum wd_status
make_set_number(struct aggregate *a, const struct wd_expression *bits,
                const struct wd_expression **out)
{
  struct wd_syntax syntax = {.kind = WD_SYNTAX_CASE, .has_subject = true};
  const struct wd_expression **parts =
      wd_arena_array(a->t->arena, (size_t)a->set_count * 2 + 1, sizeof *parts);
  enum wd_status status = WD_OK;

  if (!parts)
    return wd_fail_memory(a->t->error);
  parts[0] = bits;
  for (uint32_t i = 0; i < a->set_count && status == WD_OK; i++) {
    status = new_integer(a->t, WD_TYPE_I64, (int64_t)bits_of(a, &a->sets[i]),
                         &parts[2 * i + 1]);
    if (status == WD_OK)
      status = new_integer(a->t, WD_TYPE_I32, i, &parts[2 * i + 2]);
  }
  /* The last one is what is left. */
  syntax.has_else = true;
  if (status == WD_OK)
    parts[2 * a->set_count - 1] = parts[2 * a->set_count];
  return status == WD_OK ? wd__make(a->t, a->message, &a->view, &syntax,
                                    2 * a->set_count, parts, out)
                         : status;
}

/* Results that are not what the engine's function gives. */
static enum wd_status
finish(struct aggregate *a, const struct wd_plan_node *node,
       const struct wd_plan_node **out)
{
  uint32_t count = node->schema.count;
  const struct wd_expression **results =
      wd_arena_array(a->t->arena, count, sizeof *results);
  const char **names = wd_arena_array(a->t->arena, count, sizeof *names);
  bool same = !a->numbered;
  enum wd_status status = WD_OK;

  if (!results || !names)
    return wd_fail_memory(a->t->error);
  for (uint32_t i = 0; i < count && status == WD_OK; i++) {
    const struct wd_expression *pair[2] = {NULL, NULL};
    uint32_t measure = i - a->key_count;

    names[i] = node->schema.columns[i].name;
    status = wd__column(a->t, &node->schema, i, &results[i]);
    if (status != WD_OK || i < a->key_count)
      continue;
    if (measure == a->measure_count) {
      status = make_set_number(a, results[i], &results[i]);
      continue;
    }
    if (a->zero[measure]) {
      same = false;
      pair[0] = results[i];
      status = new_integer(a->t, WD_TYPE_I64, 0, &pair[1]);
      if (status == WD_OK)
        status = wd__make_call(a->t, a->message, WD_FN_COALESCE, 2, pair,
                               &results[i]);
    }
    if (wd_type_equal(&a->wanted[measure], &a->measures[measure].type))
      continue;
    same = false;
    if (status == WD_OK)
      status = wd__make_cast(a->t, a->message, results[i], &a->wanted[measure],
                             &results[i]);
  }
  *out = node;
  if (status != WD_OK || same)
    return status;
  return wd__plan_project(a->t->planner, node, count, results, names, out);
}

enum wd_status
wd__aggregate(struct translator *t, const struct wd_message *message,
              const struct wd_plan_node **out)
{
  struct aggregate a = {.t = t, .message = message};
  const struct wd_message *input;
  struct wd_plan_node *node = NULL;
  enum wd_status status =
      wd__need(t, message, WD_SS_AggregateRel_input, "the input", &input);

  if (status == WD_OK)
    status = wd__relation(t, input, &a.input);
  if (status != WD_OK)
    return status;
  a.view.schema = &a.input->schema;
  status = read_keys(&a);
  if (status == WD_OK)
    status = check_sets(&a);
  if (status == WD_OK)
    status = read_measures(&a);
  if (status == WD_OK && a.key_count + a.measure_count == 0)
    return wd__missing(t, message, "a key or a measure");
  if (status == WD_OK)
    status = make_node(&a, &node);
  if (status == WD_OK)
    status = finish(&a, node, out);
  if (status == WD_OK && a.place_count > a.key_count)
    status = spread_keys(&a, out);
  return status;
}
