#include "plan/plan.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "plan/planner.h"

/* Bytes of a plan without the values in it. */
#define ARENA_MAX (256u << 20)

enum wd_status
wd__plan_node(struct planner *planner, enum wd_node_kind kind,
              const struct wd_plan_node *left, const struct wd_plan_node *right,
              struct wd_plan_node **out_node)
{
  struct wd_plan_node *node = wd_arena_alloc(planner->arena, sizeof *node);

  if (!node)
    return wd_fail_memory(planner->error);
  if (++planner->nodes > WD_PLAN_NODES)
    return wd_fail(planner->error, WD_LIMIT_EXCEEDED,
                   "the plan has more than %u operations (a data set that is "
                   "used twice counts twice); write an intermediate result",
                   WD_PLAN_NODES);
  node->kind = kind;
  node->left = left;
  node->right = right;
  if (left) {
    node->schema = left->schema;
    node->parameters = left->parameters;
  }
  if (right && right->parameters) {
    struct wd_parameters *both = wd_arena_alloc(planner->arena, sizeof *both);

    if (!both)
      return wd_fail_memory(planner->error);
    both->outer = node->parameters;
    both->other = right->parameters;
    node->parameters = both;
  }
  *out_node = node;
  return WD_OK;
}

enum wd_status
wd__plan_check_width(struct planner *planner, uint64_t count)
{
  if (count <= WD_PLAN_COLUMNS)
    return WD_OK;
  return wd_fail(planner->error, WD_LIMIT_EXCEEDED,
                 "the result has %llu columns, at most %u can be",
                 (unsigned long long)count, WD_PLAN_COLUMNS);
}

/* Names are compared as they are: `A` beside `a` is no duplicate. */
static enum wd_status
check_distinct(struct planner *planner, const struct wd_schema *schema,
               const char *what)
{
  for (uint32_t i = 1; i < schema->count; i++)
    for (uint32_t k = 0; k < i; k++) {
      char name[128];

      if (strcmp(schema->columns[i].name, schema->columns[k].name) != 0)
        continue;
      wd_text_clean(name, sizeof name, schema->columns[i].name,
                    strlen(schema->columns[i].name));
      return wd_fail(planner->error, WD_INVALID_PLAN,
                     "%s has two columns '%s'; give them distinct names", what,
                     name);
    }
  return WD_OK;
}

enum wd_status
wd__plan_check_columns(struct planner *planner, const struct wd_schema *schema,
                       const char *what)
{
  enum wd_status status = wd__plan_check_width(planner, schema->count);

  if (status == WD_OK)
    status = wd_schema_check_carried(schema, planner->error);
  if (status == WD_OK)
    status = wd_registry_check(planner->binder->functions, schema, what,
                               planner->error);
  return status == WD_OK ? check_distinct(planner, schema, what) : status;
}

static enum wd_status
check_bound(struct planner *planner, enum wd_role role,
            const struct wd_schema *input, const struct wd_bound *bound)
{
  char what[64];

  for (uint32_t i = 0; !bound->all_columns && i < bound->column_count; i++)
    if (bound->columns[i] >= input->count)
      return wd_fail(planner->error, WD_LAMBDA_FAILED,
                     "the %s lambda wants column %u of an input of %u",
                     wd_role_name(role), bound->columns[i], input->count);
  snprintf(what, sizeof what, "the output of the %s lambda",
           wd_role_name(role));
  return wd__plan_check_columns(planner, &bound->output, what);
}

enum wd_status
wd__plan_bind(struct planner *planner, const struct wd_closure *closure,
              enum wd_role role, const struct wd_schema *input,
              const uint32_t *keys, uint32_t key_count, uint32_t *out_site,
              struct wd_bound *out_bound)
{
  enum wd_status status;

  *out_site = planner->sites++;
  *out_bound = (struct wd_bound){.lambda = NULL};
  status = planner->binder->bind(planner->binder->env, closure, role, input,
                                 keys, key_count, *out_site, planner->arena,
                                 out_bound, planner->error);
  return status == WD_OK ? check_bound(planner, role, input, out_bound)
                         : status;
}

/* For calls of registered functions in expressions. */
static enum wd_status
bind_named(void *env, const struct wd_named *function,
           const struct wd_schema *input, const struct wd_constant *constants,
           uint32_t constant_count, struct wd_named_call *out_call)
{
  struct planner *planner = env;
  enum wd_status status;

  out_call->site = planner->sites++;
  status = planner->binder->bind_named(
      planner->binder->env, function, input, constants, constant_count,
      out_call->site, planner->arena, &out_call->bound, planner->error);
  if (status == WD_OK)
    status =
        check_bound(planner, wd_named_role(function), input, &out_call->bound);
  if (status == WD_OK && out_call->bound.output.count != 1)
    status = wd_fail(planner->error, WD_TYPE_MISMATCH,
                     "the function %s must give one column, not %u",
                     function->name, out_call->bound.output.count);
  return status;
}

enum wd_status
wd__plan_project(struct planner *planner, const struct wd_plan_node *input,
                 uint32_t count, const struct wd_expression *const *expressions,
                 const char *const *names, const struct wd_plan_node **out_node)
{
  struct wd_column *columns =
      wd_arena_array(planner->arena, count, sizeof *columns);
  struct wd_plan_node *node;
  enum wd_status status =
      wd__plan_node(planner, WD_NODE_PROJECT, input, NULL, &node);

  if (status != WD_OK)
    return status;
  if (!columns)
    return wd_fail_memory(planner->error);
  for (uint32_t i = 0; i < count; i++)
    columns[i] = (struct wd_column){.name = names[i],
                                    .type = expressions[i]->type,
                                    .nullable = expressions[i]->nullable};
  node->schema = (struct wd_schema){count, columns};
  node->project.expressions = expressions;
  *out_node = node;
  return WD_OK;
}

const char *
wd__plan_name(const struct wd_named_syntax *named,
              const struct wd_expression *expression,
              const struct wd_schema *input)
{
  if (named->name)
    return named->name;
  if (expression->kind == WD_EXPR_COLUMN)
    return input->columns[expression->column].name;
  return wd_syntax_default_name(named->syntax);
}

static enum wd_status
make_read(struct planner *planner, const struct wd_relation *relation,
          struct wd_plan_node *node)
{
  char what[128];
  enum wd_status status = planner->binder->table(
      planner->binder->env, relation->read.name, relation->read.options,
      relation->read.option_count, planner->arena, &node->schema,
      planner->error);

  node->read.name = relation->read.name;
  node->read.option_count = relation->read.option_count;
  node->read.options = relation->read.options;
  if (status == WD_OK)
    status = wd__plan_check_width(planner, node->schema.count);
  if (status == WD_OK) {
    snprintf(what, sizeof what, "table '%.100s'", relation->read.name);
    status = wd_registry_check(planner->binder->functions, &node->schema, what,
                               planner->error);
  }
  return status;
}

static enum wd_status
make_values(struct planner *planner, const struct wd_relation *relation,
            struct wd_plan_node *node)
{
  node->schema = relation->values.schema;
  node->values.batch_count = relation->values.batch_count;
  node->values.batches = relation->values.batches;
  return wd__plan_check_columns(planner, &node->schema, "the created data set");
}

static enum wd_status
make_range(struct planner *planner, const struct wd_relation *relation,
           struct wd_plan_node *node)
{
  struct wd_column *column = wd_arena_alloc(planner->arena, sizeof *column);

  if (!column)
    return wd_fail_memory(planner->error);
  if (relation->range.step == 0)
    return wd_fail(planner->error, WD_INVALID_ARGUMENT,
                   "the step of a range is 0");
  column->name = "id";
  column->type = wd_type_of(WD_TYPE_I64);
  node->schema = (struct wd_schema){1, column};
  node->range.start = relation->range.start;
  node->range.end = relation->range.end;
  node->range.step = relation->range.step;
  return WD_OK;
}

/* Roles whose rows come from the lambda have columns, for-each has none, a
 * filter says one boolean and leaves the rows as they are. */
static enum wd_status
check_role(struct planner *planner, enum wd_role role,
           const struct wd_schema *output)
{
  char text[96];

  switch (role) {
  case WD_ROLE_FILTER:
    if (output->count == 1 && output->columns[0].type.id == WD_TYPE_BOOL)
      return WD_OK;
    return wd_fail(planner->error, WD_TYPE_MISMATCH,
                   "a filter lambda must return one boolean column, not %u%s%s",
                   output->count, output->count == 1 ? " of type " : "",
                   output->count == 1 ? wd_type_text(&output->columns[0].type,
                                                     text, sizeof text)
                                      : "");
  case WD_ROLE_FOR_EACH:
    if (output->count == 0)
      return WD_OK;
    return wd_fail(planner->error, WD_TYPE_MISMATCH,
                   "a for-each lambda returns no columns, not %u",
                   output->count);
  case WD_ROLE_MAP:
  case WD_ROLE_FLAT_MAP:
  case WD_ROLE_PARTITION:
  case WD_ROLE_GROUP:
  case WD_ROLE_CO_GROUP:
  case WD_ROLE_TABLE:
  case WD_ROLE_RELATION:
    if (output->count > 0)
      return WD_OK;
    return wd_fail(planner->error, WD_TYPE_MISMATCH,
                   "a %s lambda must return at least one column",
                   wd_role_name(role));
  default:
    return wd_fail(planner->error, WD_UNSUPPORTED,
                   "lambdas of the role %s are not supported yet",
                   wd_role_name(role));
  }
}

enum wd_status
wd__plan_check_output(struct planner *planner, enum wd_role role,
                      const struct wd_schema *output)
{
  char what[64];
  enum wd_status status;

  snprintf(what, sizeof what, "the output of the %s lambda",
           wd_role_name(role));
  status = wd__plan_check_columns(planner, output, what);
  return status == WD_OK ? check_role(planner, role, output) : status;
}

static enum wd_status
make_lambda(struct planner *planner, const struct wd_relation *relation,
            const struct wd_plan_node *input, struct wd_plan_node *node)
{
  enum wd_role role = relation->lambda.role;
  enum wd_status status;

  if (role > WD_ROLE_FOR_EACH || role == WD_ROLE_GROUP)
    return check_role(planner, role, &input->schema);
  node->lambda.role = role;
  node->lambda.closure = relation->lambda.closure;
  status =
      wd__plan_bind(planner, &relation->lambda.closure, role, &input->schema,
                    NULL, 0, &node->lambda.site, &node->lambda.bound);
  if (status == WD_OK)
    status = check_role(planner, role, &node->lambda.bound.output);
  if (role != WD_ROLE_FILTER)
    node->schema = node->lambda.bound.output;
  return status;
}

static enum wd_status
make_sort(struct planner *planner, const struct wd_relation *relation,
          const struct wd_plan_node *input, struct wd_plan_node *node)
{
  struct wd_scope scope = wd__plan_scope(planner, input);
  uint32_t count = relation->sort.count;
  struct wd_sort_key *keys =
      wd_arena_array(planner->arena, count, sizeof *keys);
  enum wd_status status = WD_OK;

  if (!keys)
    return wd_fail_memory(planner->error);
  if (count == 0)
    return wd_fail(planner->error, WD_INVALID_PLAN,
                   "a sort needs at least one key");
  for (uint32_t i = 0; i < count && status == WD_OK; i++) {
    const struct wd_sort_syntax *key = &relation->sort.keys[i];

    keys[i].descending = key->descending;
    keys[i].nulls_first = key->nulls_first;
    status = wd_expression_make(key->syntax, &scope, planner->arena,
                                &keys[i].expression, planner->error);
    if (status == WD_OK)
      status =
          wd_expression_make_ordered(keys[i].expression, &scope, planner->arena,
                                     &keys[i].expression, planner->error);
  }
  node->sort.count = count;
  node->sort.keys = keys;
  return status;
}

static enum wd_status
make_filter(struct planner *planner, const struct wd_relation *relation,
            const struct wd_plan_node *input, struct wd_plan_node *node)
{
  struct wd_scope scope = wd__plan_scope(planner, input);

  return wd_expression_make_predicate(
      relation->filter, &scope, "the condition of a filter", planner->arena,
      &node->filter, planner->error);
}

static enum wd_node_kind
node_kind(enum wd_relation_kind kind)
{
  switch (kind) {
  case WD_REL_READ:
    return WD_NODE_READ;
  case WD_REL_VALUES:
    return WD_NODE_VALUES;
  case WD_REL_RANGE:
    return WD_NODE_RANGE;
  case WD_REL_FILTER:
    return WD_NODE_FILTER;
  case WD_REL_LAMBDA:
    return WD_NODE_LAMBDA;
  case WD_REL_SORT:
    return WD_NODE_SORT;
  case WD_REL_SORT_WITHIN:
    return WD_NODE_SORT_WITHIN;
  default:
    return WD_NODE_LIMIT;
  }
}

/* The kinds that become one node of their own. */
static enum wd_status
make_simple(struct planner *planner, const struct wd_relation *relation,
            const struct wd_plan_node *input,
            const struct wd_plan_node **out_node)
{
  struct wd_plan_node *node;
  enum wd_status status =
      wd__plan_node(planner, node_kind(relation->kind), input, NULL, &node);

  if (status != WD_OK)
    return status;
  *out_node = node;
  switch (relation->kind) {
  case WD_REL_READ:
    return make_read(planner, relation, node);
  case WD_REL_VALUES:
    return make_values(planner, relation, node);
  case WD_REL_RANGE:
    return make_range(planner, relation, node);
  case WD_REL_FILTER:
    return make_filter(planner, relation, input, node);
  case WD_REL_LAMBDA:
    return make_lambda(planner, relation, input, node);
  case WD_REL_SORT:
  case WD_REL_SORT_WITHIN:
    return make_sort(planner, relation, input, node);
  default:
    node->limit.count = relation->limit.count;
    node->limit.offset = relation->limit.offset;
    return WD_OK;
  }
}

/* The same node, under which more names are known. */
static enum wd_status
make_parameters(struct planner *planner, const struct wd_relation *relation,
                const struct wd_plan_node *input,
                const struct wd_plan_node **out_node)
{
  struct wd_plan_node *node = wd_arena_alloc(planner->arena, sizeof *node);
  struct wd_parameters *parameters =
      wd_arena_alloc(planner->arena, sizeof *parameters);

  assert(input);
  if (!node || !parameters)
    return wd_fail_memory(planner->error);
  *node = *input;
  *parameters = relation->parameters;
  parameters->outer = input->parameters;
  node->parameters = parameters;
  *out_node = node;
  return WD_OK;
}

static enum wd_status
make_one(struct planner *planner, const struct wd_relation *relation,
         const struct wd_plan_node *left, const struct wd_plan_node *right,
         const struct wd_plan_node **out_node)
{
  switch (relation->kind) {
  case WD_REL_PARAMETERS:
    return make_parameters(planner, relation, left, out_node);
  case WD_REL_SELECT:
    return wd__plan_select(planner, relation, left, out_node);
  case WD_REL_AGGREGATE:
    return wd__plan_aggregate(planner, relation, left, out_node);
  case WD_REL_REDUCE:
    return wd__plan_reduce(planner, relation, left, out_node);
  case WD_REL_JOIN:
    return wd__plan_join(planner, relation, left, right, out_node);
  case WD_REL_MAP_GROUPS:
    return wd__plan_map_groups(planner, relation, left, out_node);
  case WD_REL_CO_MAP_GROUPS:
    return wd__plan_co_map_groups(planner, relation, left, right, out_node);
  case WD_REL_REPARTITION:
    return wd__plan_repartition(planner, relation, left, out_node);
  case WD_REL_GENERATE:
    return wd__plan_generate(planner, relation, out_node);
  case WD_REL_CACHE:
    return wd__plan_cache(planner, relation, left, out_node);
  case WD_REL_WITH_COLUMN:
  case WD_REL_DROP_COLUMNS:
  case WD_REL_RENAME:
    return wd__plan_columns(planner, relation, left, out_node);
  case WD_REL_DISTINCT:
    return wd__plan_distinct(planner, relation, left, out_node);
  case WD_REL_SET:
    return wd__plan_set(planner, relation, left, right, out_node);
  case WD_REL_SAMPLE:
  case WD_REL_ROW_INDEX:
  case WD_REL_ZIP:
    return wd__plan_rows(planner, relation, left, right, out_node);
  case WD_REL_UNPIVOT:
    return wd__plan_unpivot(planner, relation, left, out_node);
  case WD_REL_EXPLODE:
    return wd__plan_explode(planner, relation, left, out_node);
  case WD_REL_DESCRIBE:
    return wd__plan_describe(planner, relation, left, out_node);
  case WD_REL_WRITTEN:
    return relation->written.make(relation, planner, out_node);
  default:
    return make_simple(planner, relation, left, out_node);
  }
}

/* For the error's trace. */
static const char *
relation_name(const struct wd_relation *relation)
{
  static const char *const names[] = {
      [WD_REL_READ] = "read",
      [WD_REL_VALUES] = "create",
      [WD_REL_RANGE] = "range",
      [WD_REL_GENERATE] = "generate",
      [WD_REL_SELECT] = "select",
      [WD_REL_FILTER] = "filter",
      [WD_REL_LAMBDA] = "lambda",
      [WD_REL_AGGREGATE] = "aggregate",
      [WD_REL_REDUCE] = "reduce",
      [WD_REL_JOIN] = "join",
      [WD_REL_SORT] = "sort",
      [WD_REL_LIMIT] = "limit",
      [WD_REL_MAP_GROUPS] = "map-groups",
      [WD_REL_CO_MAP_GROUPS] = "co-map-groups",
      [WD_REL_REPARTITION] = "repartition",
      [WD_REL_SORT_WITHIN] = "sort-within-partitions",
      [WD_REL_CACHE] = "cache",
      [WD_REL_WITH_COLUMN] = "with-column",
      [WD_REL_DROP_COLUMNS] = "drop-columns",
      [WD_REL_RENAME] = "rename",
      [WD_REL_DISTINCT] = "distinct",
      [WD_REL_SET] = "set-operation",
      [WD_REL_SAMPLE] = "sample",
      [WD_REL_ROW_INDEX] = "with-row-index",
      [WD_REL_UNPIVOT] = "unpivot",
      [WD_REL_ZIP] = "zip-with",
      [WD_REL_PARAMETERS] = "with-parameters",
      [WD_REL_DESCRIBE] = "describe",
      [WD_REL_EXPLODE] = "explode",
  };

  if (relation->kind == WD_REL_LAMBDA)
    return wd_role_name(relation->lambda.role);
  if (relation->kind == WD_REL_WRITTEN)
    return relation->written.what;
  return names[relation->kind];
}

/* Recursion as deep as the plan, which is capped. */
static enum wd_status
make(struct planner *planner, const struct wd_relation *relation,
     uint32_t depth, const struct wd_plan_node **out_node)
{
  const struct wd_plan_node *left = NULL, *right = NULL;
  enum wd_status status = WD_OK;

  if (depth > WD_PLAN_DEPTH)
    return wd_fail(planner->error, WD_LIMIT_EXCEEDED,
                   "more than %u operations follow each other; write an "
                   "intermediate result",
                   WD_PLAN_DEPTH);
  if (relation->kind == WD_REL_CACHE) {
    status = wd__plan_stored(planner, relation, out_node);
    if (status != WD_OK || *out_node)
      return status;
  }
  if (relation->left)
    status = make(planner, relation->left, depth + 1, &left);
  if (status == WD_OK && relation->right)
    status = make(planner, relation->right, depth + 1, &right);
  if (status != WD_OK)
    return status;
  planner->depth = depth;
  status = make_one(planner, relation, left, right, out_node);
  if (status != WD_OK)
    wd_error_trace(planner->error, "in %s", relation_name(relation));
  return status;
}

enum wd_status
wd__plan_relation(struct planner *planner, const struct wd_relation *relation,
                  const struct wd_plan_node **out_node)
{
  uint32_t depth = planner->depth;
  enum wd_status status = make(planner, relation, depth + 1, out_node);

  planner->depth = depth;
  return status;
}

enum wd_status
wd_plan_make(struct wd_mem *mem, struct wd_relation *relation,
             const struct wd_binder *binder, struct wd_plan *out_plan,
             struct wd_error *error)
{
  struct planner planner = {
      .arena = &out_plan->arena, .binder = binder, .error = error};
  struct timespec now;
  enum wd_status status;

  clock_gettime(CLOCK_REALTIME, &now);
  planner.named =
      (struct wd_named_binder){&planner, binder->functions, bind_named};
  planner.now = (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
  *out_plan = (struct wd_plan){.relation = wd_relation_ref(relation)};
  wd_arena_init(&out_plan->arena, mem, ARENA_MAX);
  status = make(&planner, relation, 1, &out_plan->root);
  out_plan->site_count = planner.sites;
  if (status != WD_OK)
    wd_plan_fini(out_plan);
  return status;
}

void
wd_plan_fini(struct wd_plan *plan)
{
  if (plan->relation)
    wd_relation_unref(plan->relation);
  wd_arena_fini(&plan->arena);
  *plan = (struct wd_plan){.root = NULL};
}

struct wd_measure
wd_window_measure(const struct wd_expression *call)
{
  const struct wd_window *window = call->window;
  const struct wd_named_call *named = call->named;

  return (struct wd_measure){
      .name = named ? named->name : NULL,
      .bound = named ? named->bound : (struct wd_bound){.lambda = NULL},
      .role = WD_ROLE_AGGREGATE,
      .closure = named ? named->closure : (struct wd_closure){.program = NULL},
      .site = named ? named->site : 0,
      .function = window->aggregate_function,
      .distinct = window->distinct,
      .argument_count = window->shape.arguments,
      .arguments = call->arguments,
      .filter = window->shape.has_filter
                    ? call->arguments[window->shape.arguments]
                    : NULL,
      .type = call->type,
      .nullable = call->nullable,
  };
}
