/* Queries in an engine's SQL as a step of a plan. */
#include <string.h>
#include <strings.h>

#include "plan/planner.h"
#include "plan/sql.h"

/* How many partitions a table function that is called in a query is asked for:
 * the same on every machine. */
#define TABLE_PARTITIONS 16u

/* Most calls of functions over tables of a plan: each plans a query. */
#define OVERS_MAX 256u

/* `$name` as an expression: what with-parameters makes of it. */
static enum wd_status
make_value(struct planner *planner, const struct wd_sql_text *said,
           const struct wd_parameter *parameter,
           const struct wd_expression **out)
{
  const struct wd_schema none = {0, NULL};
  const struct wd_scope scope = {
      .left = &none, .parameters = &said->parameters, .now = planner->now};
  const struct wd_syntax *syntax =
      wd_syntax_parameter(parameter->name, planner->arena);

  if (!syntax)
    return wd_fail_memory(planner->error);
  return wd_expression_make(syntax, &scope, planner->arena, out,
                            planner->error);
}

static enum wd_status
make_parameters(struct planner *planner, const struct wd_sql_text *said,
                struct wd_sql *sql)
{
  uint32_t count = said->parameters.count;
  struct wd_sql_parameter *parameters =
      wd_arena_array(planner->arena, count, sizeof *parameters);
  enum wd_status status = WD_OK;

  if (!parameters)
    return wd_fail_memory(planner->error);
  for (uint32_t i = 0; status == WD_OK && i < count; i++) {
    parameters[i].name = said->parameters.items[i].name;
    status = make_value(planner, said, &said->parameters.items[i],
                        &parameters[i].value);
  }
  sql->parameter_count = count;
  sql->parameters = parameters;
  return status;
}

enum wd_status
wd_sql_check_names(const struct wd_sql_input *input, struct wd_error *error)
{
  const struct wd_schema *schema = &input->node->schema;

  for (uint32_t i = 1; i < schema->count; i++)
    for (uint32_t k = 0; k < i; k++)
      if (strcasecmp(schema->columns[i].name, schema->columns[k].name) == 0)
        return wd_fail(error, WD_INVALID_PLAN,
                       "table '%.100s' has columns '%.60s' and '%.60s', which "
                       "SQL cannot tell apart; rename one",
                       input->name, schema->columns[k].name,
                       schema->columns[i].name);
  return WD_OK;
}

/* What is compared in a text is what is stored. */
static enum wd_status
check_named(struct planner *planner, const struct wd_sql_input *input)
{
  const struct wd_registry *registry = planner->binder->functions;
  const struct wd_schema *schema = &input->node->schema;

  for (uint32_t i = 0; registry && i < schema->count; i++) {
    const char *name = schema->columns[i].type.extension;
    const struct wd_named_type *type =
        name ? wd_registry_type(registry, name) : NULL;

    if (type && type->has_operations)
      return wd_fail(planner->error, WD_UNSUPPORTED,
                     "table '%.100s': the column '%.100s' has the registered "
                     "type '%.100s', which texts in SQL do not know: cast it "
                     "to text, or to what it is stored as, in a select before",
                     input->name, schema->columns[i].name, type->name);
  }
  return WD_OK;
}

static enum wd_status
make_inputs(struct planner *planner, const struct wd_relation *relation,
            struct wd_sql *sql)
{
  uint32_t count = relation->written.input_count;
  struct wd_sql_input *inputs =
      wd_arena_array(planner->arena, count, sizeof *inputs);
  enum wd_status status = WD_OK;

  if (!inputs)
    return wd_fail_memory(planner->error);
  for (uint32_t i = 0; status == WD_OK && i < count; i++) {
    inputs[i].name = relation->written.inputs[i].name;
    status = wd__plan_relation(planner, relation->written.inputs[i].relation,
                               &inputs[i].node);
    if (status == WD_OK)
      status = check_named(planner, &inputs[i]);
  }
  sql->input_count = count;
  sql->inputs = inputs;
  return status;
}

/* A query while it is planned, and what it is planned for. */
struct reading {
  struct planner *planner;
  const struct wd_relation *relation; /* NULL: its tables are planned */
  struct wd_sql *sql;
};

static enum wd_status
plan_text(const struct reading *reading, const char *text, size_t length,
          const char *mark, const struct wd_plan_node **out_node);

/* Names of columns as their places. */
static enum wd_status
find_keys(struct planner *planner, const struct wd_schema *schema,
          const struct wd_sql_over *over, uint32_t **out_keys)
{
  uint32_t *keys =
      wd_arena_array(planner->arena, over->key_count, sizeof *keys);
  enum wd_status status = keys ? WD_OK : wd_fail_memory(planner->error);

  for (uint32_t i = 0; status == WD_OK && i < over->key_count; i++)
    status =
        wd__plan_find(planner, schema, "partition by", over->keys[i], &keys[i]);
  *out_keys = keys;
  return status;
}

/* The rows in the order in which the function is given them. */
static enum wd_status
sort_rows(struct planner *planner, const struct wd_sql_over *over,
          const struct wd_plan_node **node)
{
  const struct wd_schema *schema = &(*node)->schema;
  struct wd_sort_key *keys =
      wd_arena_array(planner->arena, over->sort_count, sizeof *keys);
  struct wd_plan_node *sort;
  enum wd_status status = keys ? WD_OK : wd_fail_memory(planner->error);

  for (uint32_t i = 0; status == WD_OK && i < over->sort_count; i++) {
    uint32_t column = 0;

    keys[i].descending = over->sorts[i].descending;
    keys[i].nulls_first = over->sorts[i].nulls_first;
    status = wd__plan_find(planner, schema, "order by", over->sorts[i].name,
                           &column);
    if (status == WD_OK)
      status = wd_expression_make_column(schema, column, planner->arena,
                                         &keys[i].expression, planner->error);
  }
  if (status == WD_OK)
    status = wd__plan_node(planner, WD_NODE_SORT, *node, NULL, &sort);
  if (status != WD_OK)
    return status;
  sort->sort.count = over->sort_count;
  sort->sort.keys = keys;
  *node = sort;
  return WD_OK;
}

/* The columns of the relation, then the arguments. */
static enum wd_status
make_input(struct planner *planner, const struct wd_schema *relation,
           const struct wd_schema *arguments, const struct wd_batch *values,
           struct wd_schema *out_input,
           const struct wd_constant **out_constants)
{
  struct wd_constant *constants =
      wd_arena_array(planner->arena, arguments->count, sizeof *constants);
  struct wd_batch value = *values;

  if (!constants)
    return wd_fail_memory(planner->error);
  for (uint32_t i = 0; i < arguments->count; i++) {
    const struct wd_schema one = {1, &arguments->columns[i]};

    wd_schema_shape(&one, &value.node_count, &value.buffer_count);
    constants[i] = (struct wd_constant){relation->count + i, value};
    value.nodes += value.node_count;
    value.buffers += value.buffer_count;
  }
  *out_constants = constants;
  return wd_schema_concat(relation, arguments, planner->arena, out_input,
                          planner->error);
}

/* A table function over the rows of a node. */
static enum wd_status
apply(struct planner *planner, const struct wd_named *function,
      const struct wd_schema *arguments, const struct wd_batch *values,
      const struct wd_sql_over *over, const struct wd_plan_node *input,
      const struct wd_plan_node **out_node)
{
  const struct wd_constant *constants = NULL;
  struct wd_plan_node *node;
  struct wd_schema columns;
  uint32_t *keys = NULL;
  enum wd_status status =
      wd__plan_node(planner, WD_NODE_LAMBDA, input, NULL, &node);

  if (status == WD_OK)
    status = find_keys(planner, &input->schema, over, &keys);
  if (status == WD_OK)
    status = make_input(planner, &input->schema, arguments, values, &columns,
                        &constants);
  if (status != WD_OK)
    return status;
  node->lambda.role = WD_ROLE_RELATION;
  node->lambda.closure = function->closure;
  node->lambda.key_count = over->key_count;
  node->lambda.keys = keys;
  node->lambda.site = planner->sites++;
  status = planner->binder->bind_relation(
      planner->binder->env, function, &columns, keys, over->key_count,
      constants, arguments->count, node->lambda.site, planner->arena,
      &node->lambda.bound, planner->error);
  if (status == WD_OK)
    status = wd__plan_check_output(planner, WD_ROLE_RELATION,
                                   &node->lambda.bound.output);
  node->schema = node->lambda.bound.output;
  *out_node = node;
  return status;
}

static enum wd_status
make_rows(void *env, const struct wd_named *function,
          const struct wd_schema *arguments, const struct wd_batch *values,
          const struct wd_sql_over *over, const struct wd_plan_node **out_node)
{
  const struct reading *reading = env;
  struct planner *planner = reading->planner;
  const struct wd_plan_node *node;
  enum wd_status status;

  reading->sql->calls_program = true;
  if (over && !reading->relation)
    return wd_fail(planner->error, WD_UNSUPPORTED,
                   "a function over the rows of a query in a plan");
  if (!over)
    return wd__plan_table_function(planner, function->name, &function->closure,
                                   arguments, values, TABLE_PARTITIONS,
                                   out_node);
  if (++planner->overs > OVERS_MAX)
    return wd_fail(planner->error, WD_LIMIT_EXCEEDED,
                   "queries of a plan call functions over tables more than %u "
                   "times (a common table expression counts wherever it is "
                   "used)",
                   OVERS_MAX);
  status = plan_text(reading, over->text, over->length, over->mark, &node);
  if (status == WD_OK && over->sort_count)
    status = sort_rows(planner, over, &node);
  if (status == WD_OK)
    status = apply(planner, function, arguments, values, over, node, out_node);
  return status;
}

/* What the engine says of a text whose tables and parameters are there. */
static enum wd_status
bind_text(struct reading *reading, const struct wd_plan_node **out_node)
{
  struct planner *planner = reading->planner;
  struct wd_sql *sql = reading->sql;
  const struct wd_sql_binder binder = {&planner->named, reading, make_rows};
  struct wd_plan_node *node;
  enum wd_status status =
      wd__plan_node(planner, WD_NODE_SQL, NULL, NULL, &node);

  if (status == WD_OK && !planner->binder->sql)
    return wd_fail(planner->error, WD_UNSUPPORTED,
                   "there is no engine for SQL");
  if (status == WD_OK)
    status = planner->binder->sql(planner->binder->env, sql, &binder,
                                  planner->arena, planner->error);
  if (status == WD_OK)
    status = wd__plan_check_columns(planner, &sql->schema,
                                    "the result of the query");
  if (status != WD_OK)
    return status;
  sql->calls_program = sql->calls_program || sql->call_count;
  node->schema = sql->schema;
  node->sql = sql;
  *out_node = node;
  return WD_OK;
}

static enum wd_status
plan_text(const struct reading *reading, const char *text, size_t length,
          const char *mark, const struct wd_plan_node **out_node)
{
  struct planner *planner = reading->planner;
  struct wd_sql *sql = wd_arena_alloc(planner->arena, sizeof *sql);
  struct reading inner = {planner, reading->relation, sql};
  enum wd_status status;

  if (!sql)
    return wd_fail_memory(planner->error);
  sql->text = text;
  sql->length = length;
  sql->mark = mark;
  status = make_inputs(planner, reading->relation, sql);
  if (status == WD_OK)
    status = make_parameters(planner, reading->relation->written.plan, sql);
  return status == WD_OK ? bind_text(&inner, out_node) : status;
}

enum wd_status
wd__plan_sql(struct planner *planner, struct wd_sql *sql,
             const struct wd_plan_node **out_node)
{
  struct reading reading = {planner, NULL, sql};

  return bind_text(&reading, out_node);
}

static enum wd_status
make(const struct wd_relation *relation, struct planner *planner,
     const struct wd_plan_node **out_node)
{
  const struct wd_sql_text *said = relation->written.plan;
  const struct reading reading = {planner, relation, NULL};

  return plan_text(&reading, said->text, said->length, NULL, out_node);
}

enum wd_status
wd_sql_relation(struct wd_mem *mem, const char *text, size_t length,
                uint32_t count, const struct wd_written_input *inputs,
                struct wd_relation **out_relation, struct wd_error *error)
{
  struct wd_relation *relation =
      wd_relation_new(mem, WD_REL_WRITTEN, NULL, NULL);
  struct wd_sql_text *said;
  enum wd_status status;

  if (!relation)
    return wd_fail_memory(error);
  said = wd_arena_alloc(&relation->arena, sizeof *said);
  relation->written.plan = said;
  relation->written.make = make;
  relation->written.what = "sql";
  status = wd_relation_take_inputs(relation, count, inputs, error);
  if (status == WD_OK && said)
    said->text = wd_arena_strndup(&relation->arena, text, length);
  if (status == WD_OK && (!said || !said->text))
    status = wd_fail_memory(error);
  if (status != WD_OK) {
    wd_relation_unref(relation);
    return status;
  }
  said->length = length;
  *out_relation = relation;
  return WD_OK;
}

struct wd_parameters *
wd_sql_parameters(struct wd_relation *relation)
{
  return &((struct wd_sql_text *)(uintptr_t)relation->written.plan)->parameters;
}
