/* Aggregations: keys, then measures; and reductions of rows. */
#include <string.h>

#include "plan/planner.h"

struct aggregate {
  struct planner *planner;
  const struct wd_plan_node *input;
  uint32_t key_count;
  const struct wd_expression **keys;
  struct wd_column *columns; /* of the keys */
  struct wd_schema key_schema;
  /* For each key what is grouped by in its place; NULL: itself. */
  const struct wd_expression **orders;
  uint32_t order_count;
  uint32_t set_count;
  const struct wd_key_set *sets;
};

static enum wd_status
make_keys(struct planner *planner, const struct wd_plan_node *input,
          uint32_t count, const struct wd_named_syntax *named,
          struct aggregate *out)
{
  struct wd_scope scope = wd__plan_scope(planner, input);
  enum wd_status status = WD_OK;

  *out = (struct aggregate){
      .planner = planner, .input = input, .key_count = count};
  out->keys = wd_arena_array(planner->arena, count, sizeof *out->keys);
  out->columns = wd_arena_array(planner->arena, count, sizeof *out->columns);
  out->orders = wd_arena_array(planner->arena, count, sizeof *out->orders);
  if (!out->keys || !out->columns || !out->orders)
    return wd_fail_memory(planner->error);
  for (uint32_t i = 0; i < count && status == WD_OK; i++) {
    status = wd_expression_make(named[i].syntax, &scope, planner->arena,
                                &out->keys[i], planner->error);
    if (status != WD_OK)
      return status;
    out->columns[i].name =
        wd__plan_name(&named[i], out->keys[i], &input->schema);
    out->columns[i].type = out->keys[i]->type;
    out->columns[i].nullable = out->keys[i]->nullable;
    status = wd__plan_order(planner, input, out->keys[i], &out->orders[i]);
    out->order_count += out->orders[i] != NULL;
  }
  out->key_schema = (struct wd_schema){count, out->columns};
  return status;
}

/* Arguments and the schema that a lambda sees. */
static enum wd_status
make_arguments(const struct aggregate *aggregate,
               const struct wd_measure_syntax *syntax,
               struct wd_measure *measure, struct wd_schema *out_schema)
{
  struct planner *planner = aggregate->planner;
  const struct wd_schema *input = &aggregate->input->schema;
  struct wd_scope scope = wd__plan_scope(aggregate->planner, aggregate->input);
  uint32_t count = syntax->argument_count;
  const struct wd_expression **arguments =
      wd_arena_array(planner->arena, count, sizeof *arguments);
  struct wd_column *columns =
      wd_arena_array(planner->arena, count, sizeof *columns);
  enum wd_status status = WD_OK;

  if (!arguments || !columns)
    return wd_fail_memory(planner->error);
  for (uint32_t i = 0; i < count && status == WD_OK; i++) {
    struct wd_named_syntax named = {NULL, syntax->arguments[i]};

    status = wd_expression_make(named.syntax, &scope, planner->arena,
                                &arguments[i], planner->error);
    if (status != WD_OK)
      return status;
    columns[i].name = wd__plan_name(&named, arguments[i], input);
    columns[i].type = arguments[i]->type;
    columns[i].nullable = arguments[i]->nullable;
  }
  measure->argument_count = count;
  measure->arguments = arguments;
  *out_schema = (struct wd_schema){count, columns};
  return status;
}

static enum wd_status
make_lambda_measure(const struct aggregate *aggregate,
                    const struct wd_measure_syntax *syntax,
                    struct wd_aggregation *aggregation)
{
  struct planner *planner = aggregate->planner;
  struct wd_measure measure = {.role = WD_ROLE_AGGREGATE,
                               .closure = syntax->closure,
                               .filter = aggregation->filter};
  struct wd_schema arguments;
  enum wd_status status =
      make_arguments(aggregate, syntax, &measure, &arguments);

  if (status == WD_OK)
    status = wd__plan_bind(planner, &syntax->closure, WD_ROLE_AGGREGATE,
                           &arguments, NULL, 0, &measure.site, &measure.bound);
  if (status != WD_OK)
    return status;
  if (measure.bound.output.count != 1)
    return wd_fail(planner->error, WD_TYPE_MISMATCH,
                   "an aggregate lambda must return one column, not %u",
                   measure.bound.output.count);
  measure.type = measure.bound.output.columns[0].type;
  measure.nullable = measure.bound.output.columns[0].nullable;
  return wd_aggregation_add(aggregation, &measure, planner->arena,
                            planner->error);
}

static enum wd_status
make_filter(const struct aggregate *aggregate,
            const struct wd_measure_syntax *syntax,
            struct wd_aggregation *aggregation)
{
  struct wd_scope scope = wd__plan_scope(aggregate->planner, aggregate->input);

  aggregation->filter = NULL;
  if (!syntax->filter)
    return WD_OK;
  return wd_expression_make_predicate(
      syntax->filter, &scope, "a measure's filter", aggregate->planner->arena,
      &aggregation->filter, aggregate->planner->error);
}

/* One result: a column of the aggregation, or an expression over such. */
static enum wd_status
make_measure(const struct aggregate *aggregate,
             const struct wd_measure_syntax *syntax,
             struct wd_aggregation *aggregation,
             const struct wd_expression **out)
{
  struct planner *planner = aggregate->planner;
  struct wd_scope scope = wd__plan_scope(aggregate->planner, aggregate->input);
  uint32_t before = aggregation->count;
  enum wd_status status = make_filter(aggregate, syntax, aggregation);

  scope.aggregation = aggregation;
  if (status != WD_OK)
    return status;
  if (syntax->is_lambda) {
    struct wd_expression *column =
        wd_arena_alloc(planner->arena, sizeof *column);

    if (!column)
      return wd_fail_memory(planner->error);
    status = make_lambda_measure(aggregate, syntax, aggregation);
    if (status != WD_OK)
      return status;
    column->kind = WD_EXPR_COLUMN;
    column->size = 1;
    column->column = aggregate->key_count + before;
    column->type = aggregation->measures[before].type;
    column->nullable = aggregation->measures[before].nullable;
    *out = column;
    return WD_OK;
  }
  status = wd_expression_make(syntax->syntax, &scope, planner->arena, out,
                              planner->error);
  if (status == WD_OK && aggregation->count == before)
    return wd_fail(planner->error, WD_INVALID_PLAN,
                   "the measure '%.100s' has no aggregate such as sum(...) or "
                   "count(*)",
                   wd_syntax_default_name(syntax->syntax));
  return status;
}

const char *
wd__plan_measure_name(const struct wd_measure_syntax *syntax)
{
  if (syntax->name && *syntax->name)
    return syntax->name;
  return syntax->is_lambda ? "aggregate"
                           : wd_syntax_default_name(syntax->syntax);
}

/* Of a key that is grouped by its order: a value of the group. */
static struct wd_measure
value_measure(const struct aggregate *aggregate, uint32_t key)
{
  return (struct wd_measure){.function = WD_AGG_ANY_VALUE,
                             .argument_count = 1,
                             .arguments = &aggregate->keys[key],
                             .type = aggregate->columns[key].type,
                             .nullable = true};
}

/* That value; null where the group is not by the key. */
static enum wd_status
key_value(const struct aggregate *aggregate, const struct wd_plan_node *node,
          uint32_t key, uint32_t value, const struct wd_expression **out)
{
  struct planner *planner = aggregate->planner;
  struct wd_expression *branches =
      wd_arena_alloc(planner->arena, sizeof *branches);
  const struct wd_expression **parts =
      wd_arena_array(planner->arena, 2, sizeof *parts);
  const struct wd_expression *order;
  enum wd_status status =
      branches && parts ? WD_OK : wd_fail_memory(planner->error);

  if (status == WD_OK)
    status = wd_expression_make_column(&node->schema, key, planner->arena,
                                       &order, planner->error);
  if (status == WD_OK)
    status = wd_expression_make_call(WD_FN_IS_NOT_NULL, 1, &order,
                                     planner->arena, &parts[0], planner->error);
  if (status == WD_OK)
    status = wd_expression_make_column(&node->schema, value, planner->arena,
                                       &parts[1], planner->error);
  if (status != WD_OK)
    return status;
  *branches = (struct wd_expression){.kind = WD_EXPR_CASE,
                                     .type = parts[1]->type,
                                     .nullable = true,
                                     .size = 1 + parts[0]->size + 1,
                                     .argument_count = 2,
                                     .arguments = parts};
  *out = branches;
  return WD_OK;
}

/* The columns that the aggregation is to have, out of one by orders: the
 * values stand behind the measures. */
static enum wd_status
restore_keys(const struct aggregate *aggregate, uint32_t measures,
             const struct wd_plan_node *node,
             const struct wd_plan_node **out_node)
{
  struct planner *planner = aggregate->planner;
  uint32_t keys = aggregate->key_count, count = keys + measures;
  uint32_t value = count;
  const struct wd_expression **results =
      wd_arena_array(planner->arena, count, sizeof *results);
  const char **names = wd_arena_array(planner->arena, count, sizeof *names);
  enum wd_status status =
      results && names ? WD_OK : wd_fail_memory(planner->error);

  for (uint32_t i = 0; status == WD_OK && i < count; i++) {
    names[i] = node->schema.columns[i].name;
    if (i < keys && aggregate->orders[i])
      status = key_value(aggregate, node, i, value++, &results[i]);
    else
      status = wd_expression_make_column(&node->schema, i, planner->arena,
                                         &results[i], planner->error);
  }
  return status == WD_OK
             ? wd__plan_project(planner, node, count, results, names, out_node)
             : status;
}

/* Groups by orders in the place of keys that have one. */
static enum wd_status
use_orders(const struct aggregate *aggregate, uint32_t measures,
           struct wd_plan_node *node)
{
  struct wd_arena *arena = aggregate->planner->arena;
  uint32_t keys = aggregate->key_count, at = keys + measures;
  uint32_t count = at + aggregate->order_count;
  struct wd_column *columns = wd_arena_array(arena, count, sizeof *columns);
  const struct wd_expression **orders =
      wd_arena_array(arena, keys, sizeof *orders);
  struct wd_measure *all = wd_arena_array(arena, count - keys, sizeof *all);

  if (!columns || !orders || !all)
    return wd_fail_memory(aggregate->planner->error);
  memcpy(columns, node->schema.columns, at * sizeof *columns);
  if (measures)
    memcpy(all, node->aggregate.measures, measures * sizeof *all);
  for (uint32_t i = 0; i < keys; i++) {
    orders[i] = aggregate->orders[i];
    if (!orders[i]) {
      orders[i] = aggregate->keys[i];
      continue;
    }
    all[at - keys] = value_measure(aggregate, i);
    columns[at] = columns[i];
    columns[at].nullable = true;
    columns[at].name = wd_arena_printf(arena, "value_%u", i + 1);
    if (!columns[at++].name)
      return wd_fail_memory(aggregate->planner->error);
    columns[i].type = orders[i]->type;
    columns[i].nullable = true;
  }
  node->schema = (struct wd_schema){count, columns};
  node->aggregate.keys = orders;
  node->aggregate.measure_count = count - keys;
  node->aggregate.measures = all;
  return WD_OK;
}

/* The aggregation itself. */
static enum wd_status
make_node(const struct aggregate *aggregate,
          const struct wd_aggregation *aggregation, const char *const *names,
          const struct wd_plan_node **out_node)
{
  struct planner *planner = aggregate->planner;
  uint32_t keys = aggregate->key_count, count = keys + aggregation->count;
  struct wd_column *columns =
      wd_arena_array(planner->arena, count, sizeof *columns);
  char text[96];
  struct wd_plan_node *node;
  enum wd_status status =
      wd__plan_node(planner, WD_NODE_AGGREGATE, aggregate->input, NULL, &node);

  if (status != WD_OK)
    return status;
  if (!columns)
    return wd_fail_memory(planner->error);
  if (keys)
    memcpy(columns, aggregate->columns, keys * sizeof *columns);
  for (uint32_t i = 0; i < aggregation->count; i++) {
    columns[keys + i].name = names[i];
    columns[keys + i].type = aggregation->measures[i].type;
    columns[keys + i].nullable = aggregation->measures[i].nullable;
    if (!wd_type_carried(&columns[keys + i].type))
      return wd_fail(planner->error, WD_UNSUPPORTED,
                     "the measure '%.100s' is a %s, which is not supported yet",
                     names[i],
                     wd_type_text(&columns[keys + i].type, text, sizeof text));
  }
  node->schema = (struct wd_schema){count, columns};
  node->aggregate.key_count = keys;
  node->aggregate.keys = aggregate->keys;
  node->aggregate.set_count = aggregate->set_count;
  node->aggregate.sets = aggregate->sets;
  node->aggregate.measure_count = aggregation->count;
  node->aggregate.measures = aggregation->measures;
  *out_node = node;
  if (!aggregate->order_count)
    return WD_OK;
  status = use_orders(aggregate, aggregation->count, node);
  return status == WD_OK
             ? restore_keys(aggregate, aggregation->count, node, out_node)
             : status;
}

/* Names of an aggregation's own measures, when expressions come after. */
static enum wd_status
number_measures(struct planner *planner, uint32_t count,
                const char ***out_names)
{
  const char **names = wd_arena_array(planner->arena, count, sizeof *names);

  if (!names)
    return wd_fail_memory(planner->error);
  for (uint32_t i = 0; i < count; i++) {
    names[i] = wd_arena_printf(planner->arena, "measure_%u", i + 1);
    if (!names[i])
      return wd_fail_memory(planner->error);
  }
  *out_names = names;
  return WD_OK;
}

enum wd_status
wd__plan_measures(struct planner *planner, const struct wd_plan_node *input,
                  const struct wd_aggregation *aggregation,
                  const struct wd_plan_node **out_node)
{
  struct aggregate aggregate = {.planner = planner, .input = input};
  const struct wd_plan_node *node = NULL;
  const char **names = NULL;
  enum wd_status status = wd__plan_check_width(planner, aggregation->count);

  if (status == WD_OK)
    status = number_measures(planner, aggregation->count, &names);
  if (status == WD_OK)
    status = make_node(&aggregate, aggregation, names, &node);
  *out_node = node;
  return status;
}

/* Measures that are more than one call become a project after. */
static enum wd_status
make_results(const struct aggregate *aggregate,
             const struct wd_aggregation *aggregation, uint32_t count,
             const struct wd_expression **results, const char **names,
             const struct wd_plan_node **out_node)
{
  struct planner *planner = aggregate->planner;
  uint32_t keys = aggregate->key_count;
  bool direct = aggregation->count == count;
  const struct wd_plan_node *node = NULL;
  const char **inner = NULL;
  enum wd_status status;

  for (uint32_t i = 0; i < count; i++)
    direct = direct && results[keys + i]->kind == WD_EXPR_COLUMN;
  if (direct) {
    status = make_node(aggregate, aggregation, names + keys, &node);
    *out_node = node;
    return status;
  }
  status = number_measures(planner, aggregation->count, &inner);
  if (status == WD_OK)
    status = make_node(aggregate, aggregation, inner, &node);
  for (uint32_t i = 0; i < keys && status == WD_OK; i++) {
    names[i] = aggregate->columns[i].name;
    status = wd_expression_make_column(&node->schema, i, planner->arena,
                                       &results[i], planner->error);
  }
  if (status != WD_OK)
    return status;
  return wd__plan_project(planner, node, keys + count, results, names,
                          out_node);
}

static bool
has_key(const struct wd_key_set *set, uint32_t key)
{
  for (uint32_t i = 0; i < set->count; i++)
    if (set->keys[i] == key)
      return true;
  return false;
}

/* A key that is not in all sets is null in the others. */
static enum wd_status
use_sets(struct aggregate *aggregate, const struct wd_relation *relation)
{
  uint32_t count = relation->aggregate.set_count;
  const struct wd_key_set *sets = relation->aggregate.sets;

  aggregate->set_count = count;
  aggregate->sets = sets;
  for (uint32_t key = 0; count && key < aggregate->key_count; key++) {
    uint32_t in = 0;

    for (uint32_t i = 0; i < count; i++)
      in += has_key(&sets[i], key);
    if (in == 0)
      return wd_fail(aggregate->planner->error, WD_INVALID_PLAN,
                     "the key '%.100s' is in none of the grouping sets",
                     aggregate->columns[key].name);
    if (in < count)
      aggregate->columns[key].nullable = true;
  }
  return WD_OK;
}

enum wd_status
wd__plan_aggregate(struct planner *planner, const struct wd_relation *relation,
                   const struct wd_plan_node *input,
                   const struct wd_plan_node **out_node)
{
  uint32_t keys = relation->aggregate.key_count;
  uint32_t count = relation->aggregate.measure_count;
  const struct wd_measure_syntax *measures = relation->aggregate.measures;
  const struct wd_expression **results;
  const char **names;
  struct aggregate aggregate;
  struct wd_aggregation aggregation = {.keys = &aggregate.key_schema};
  enum wd_status status = WD_OK;

  if (relation->aggregate.pivot)
    status = wd__plan_pivot(planner, relation, &count, &measures);
  if (status == WD_OK)
    status = wd__plan_check_width(planner, (uint64_t)keys + count);
  if (status != WD_OK)
    return status;
  results =
      wd_arena_array(planner->arena, (size_t)keys + count, sizeof *results);
  names = wd_arena_array(planner->arena, (size_t)keys + count, sizeof *names);
  if (!results || !names)
    return wd_fail_memory(planner->error);
  if (keys + count == 0)
    return wd_fail(planner->error, WD_INVALID_PLAN,
                   "an aggregation needs a key or a measure");
  status =
      make_keys(planner, input, keys, relation->aggregate.keys, &aggregate);
  if (status == WD_OK)
    status = use_sets(&aggregate, relation);
  for (uint32_t i = 0; i < count && status == WD_OK; i++) {
    names[keys + i] = wd__plan_measure_name(&measures[i]);
    status = make_measure(&aggregate, &measures[i], &aggregation,
                          &results[keys + i]);
  }
  if (status != WD_OK)
    return status;
  return make_results(&aggregate, &aggregation, count, results, names,
                      out_node);
}

/* The reduction's one measure: all columns of the row. */
static enum wd_status
bind_reduce(const struct aggregate *aggregate, const struct wd_closure *closure,
            struct wd_measure *measure)
{
  struct planner *planner = aggregate->planner;
  const struct wd_schema *row = &aggregate->input->schema;
  const struct wd_schema *output = &measure->bound.output;
  uint32_t *indices =
      wd_arena_array(planner->arena, aggregate->key_count, sizeof *indices);
  const struct wd_expression **arguments =
      wd_arena_array(planner->arena, row->count, sizeof *arguments);
  uint32_t plain = 0;
  bool same;
  enum wd_status status = WD_OK;

  if (!indices || !arguments)
    return wd_fail_memory(planner->error);
  for (uint32_t i = 0; i < aggregate->key_count; i++)
    if (aggregate->keys[i]->kind == WD_EXPR_COLUMN)
      indices[plain++] = aggregate->keys[i]->column;
  for (uint32_t i = 0; i < row->count && status == WD_OK; i++)
    status = wd_expression_make_column(row, i, planner->arena, &arguments[i],
                                       planner->error);
  *measure = (struct wd_measure){.role = WD_ROLE_REDUCE,
                                 .closure = *closure,
                                 .argument_count = row->count,
                                 .arguments = arguments};
  if (status == WD_OK)
    status = wd__plan_bind(planner, &measure->closure, WD_ROLE_REDUCE, row,
                           indices, plain, &measure->site, &measure->bound);
  if (status != WD_OK)
    return status;
  same = output->count == row->count;
  for (uint32_t i = 0; i < row->count && same; i++)
    same = wd_type_equal(&output->columns[i].type, &row->columns[i].type) &&
           strcmp(output->columns[i].name, row->columns[i].name) == 0;
  return same ? WD_OK
              : wd_fail(planner->error, WD_TYPE_MISMATCH,
                        "a reduce lambda must return the columns of its input");
}

/* Keys that are columns of the row do not stand beside it. */
static enum wd_status
drop_keys(struct planner *planner, const struct aggregate *aggregate,
          const struct wd_plan_node *node, const struct wd_plan_node **out_node)
{
  uint32_t keys = aggregate->key_count, count = 0;
  const struct wd_expression **results =
      wd_arena_array(planner->arena, node->schema.count, sizeof *results);
  const char **names =
      wd_arena_array(planner->arena, node->schema.count, sizeof *names);
  enum wd_status status = WD_OK;

  if (!results || !names)
    return wd_fail_memory(planner->error);
  for (uint32_t i = 0; i < node->schema.count && status == WD_OK; i++) {
    if (i < keys && aggregate->keys[i]->kind == WD_EXPR_COLUMN)
      continue;
    names[count] = node->schema.columns[i].name;
    status = wd_expression_make_column(&node->schema, i, planner->arena,
                                       &results[count++], planner->error);
  }
  *out_node = node;
  if (status != WD_OK || count == node->schema.count)
    return status;
  return wd__plan_project(planner, node, count, results, names, out_node);
}

/* The rows of the groups, their keys in front. */
static enum wd_status
reduce(const struct aggregate *aggregate, const struct wd_closure *closure,
       const struct wd_plan_node **out_node)
{
  struct planner *planner = aggregate->planner;
  struct wd_measure *measure = wd_arena_alloc(planner->arena, sizeof *measure);
  struct wd_plan_node *node;
  enum wd_status status = WD_OK;

  if (!measure)
    return wd_fail_memory(planner->error);
  status = bind_reduce(aggregate, closure, measure);
  if (status == WD_OK)
    status = wd__plan_node(planner, WD_NODE_AGGREGATE, aggregate->input, NULL,
                           &node);
  if (status == WD_OK)
    status = wd_schema_concat(&aggregate->key_schema, &measure->bound.output,
                              planner->arena, &node->schema, planner->error);
  if (status != WD_OK)
    return status;
  node->aggregate.key_count = aggregate->key_count;
  node->aggregate.keys = aggregate->keys;
  node->aggregate.measure_count = 1;
  node->aggregate.measures = measure;
  node->aggregate.drop_empty = aggregate->key_count == 0;
  *out_node = node;
  return WD_OK;
}

enum wd_status
wd__plan_reduce_by(struct planner *planner, const struct wd_plan_node *input,
                   const struct wd_closure *closure,
                   const struct wd_schema *schema,
                   const struct wd_expression *const *keys,
                   const struct wd_plan_node **out_node)
{
  const struct aggregate aggregate = {
      .planner = planner,
      .input = input,
      .key_count = schema->count,
      .keys = (const struct wd_expression **)(uintptr_t)keys,
      .key_schema = *schema};

  return reduce(&aggregate, closure, out_node);
}

enum wd_status
wd__plan_reduce(struct planner *planner, const struct wd_relation *relation,
                const struct wd_plan_node *input,
                const struct wd_plan_node **out_node)
{
  struct aggregate aggregate;
  enum wd_status status = make_keys(planner, input, relation->reduce.key_count,
                                    relation->reduce.keys, &aggregate);

  for (uint32_t i = 0; status == WD_OK && i < aggregate.key_count; i++)
    status =
        wd__plan_check_order(planner, input, aggregate.keys[i], "a reduction");
  if (status == WD_OK)
    status = reduce(&aggregate, &relation->reduce.closure, out_node);
  return status == WD_OK ? drop_keys(planner, &aggregate, *out_node, out_node)
                         : status;
}
