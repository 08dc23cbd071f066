/* Relations with lambdas: bound again, to what they were bound to. */
#include <string.h>

#include "substrait/own.h"

static const struct {
  uint16_t type;
  enum wd_role role;
} singles[] = {
    {WD_SS_wasidata_Map, WD_ROLE_MAP},
    {WD_SS_wasidata_Filter, WD_ROLE_FILTER},
    {WD_SS_wasidata_FlatMap, WD_ROLE_FLAT_MAP},
    {WD_SS_wasidata_MapPartitions, WD_ROLE_PARTITION},
    {WD_SS_wasidata_ForEachPartition, WD_ROLE_FOR_EACH},
    {WD_SS_wasidata_MapGroups, WD_ROLE_GROUP},
    {WD_SS_wasidata_Reduce, WD_ROLE_REDUCE},
};

static bool
find_role(uint16_t type, enum wd_role *out)
{
  for (size_t i = 0; i < sizeof singles / sizeof *singles; i++)
    if (singles[i].type == type) {
      *out = singles[i].role;
      return true;
    }
  return false;
}

bool
wd__is_lambda(uint16_t type, bool pair)
{
  enum wd_role role;

  return pair ? type == WD_SS_wasidata_CoMapGroups : find_role(type, &role);
}

/* What the lambda gives must be what the plan says. */
static enum wd_status
check_output(struct translator *t, const struct wd_message *detail,
             uint32_t field, const struct wd_schema *output)
{
  const struct wd_message *named;
  struct wd_schema said;
  struct wd_buf have, want;
  bool same;
  enum wd_status status =
      wd__need(t, detail, field, "the columns that come out", &named);

  if (status == WD_OK)
    status = wd__schema_of(t, named, &said);
  if (status != WD_OK)
    return status;
  same = said.count == output->count;
  for (uint32_t i = 0; same && i < said.count; i++)
    same = strcmp(said.columns[i].name, output->columns[i].name) == 0 &&
           wd_type_equal(&said.columns[i].type, &output->columns[i].type);
  if (same)
    return WD_OK;
  wd_buf_init(&have, t->arena->mem, 200);
  wd_buf_init(&want, t->arena->mem, 200);
  wd_schema_print(output, &have);
  wd_schema_print(&said, &want);
  status = wd_message_fail(named, WD_TYPE_MISMATCH, t->error,
                           "the lambda gives other columns than the plan says: "
                           "%s; the plan: %s",
                           wd_buf_text(&have), wd_buf_text(&want));
  wd_buf_fini(&have);
  wd_buf_fini(&want);
  return status;
}

/* The input as it was when the lambda was bound to it. */
static enum wd_status
fit_input(struct translator *t, const struct wd_message *detail, uint32_t field,
          const struct wd_plan_node **input)
{
  const struct wd_message *named;
  enum wd_status status =
      wd__need(t, detail, field, "the columns that come in", &named);

  return status == WD_OK ? wd__fit(t, named, input) : status;
}

static enum wd_status
make_single(struct translator *t, const struct wd_message *detail,
            enum wd_role role, const struct wd_plan_node *input,
            const struct wd_plan_node **out)
{
  struct wd_plan_node *node;
  enum wd_status status =
      wd__plan_node(t->planner, WD_NODE_LAMBDA, input, NULL, &node);

  if (status != WD_OK)
    return status;
  *out = node;
  node->lambda.role = role;
  status = wd__carried_closure(t, detail, role, &node->lambda.closure);
  if (status == WD_OK && role == WD_ROLE_GROUP)
    status = wd__numbers(t, detail, WD_SS_wasidata_MapGroups_keys,
                         input->schema.count, &node->lambda.key_count,
                         &node->lambda.keys);
  if (status == WD_OK)
    status =
        wd__plan_bind(t->planner, &node->lambda.closure, role, &input->schema,
                      node->lambda.keys, node->lambda.key_count,
                      &node->lambda.site, &node->lambda.bound);
  if (status == WD_OK)
    status =
        wd__plan_check_output(t->planner, role, &node->lambda.bound.output);
  if (status != WD_OK || role == WD_ROLE_FILTER)
    return status;
  node->schema = node->lambda.bound.output;
  return role == WD_ROLE_FOR_EACH
             ? WD_OK
             : check_output(t, detail, WD_SS_wasidata_Map_output,
                            &node->schema);
}

static enum wd_status
name_keys(struct translator *t, uint32_t count,
          const struct wd_expression *const *keys,
          const struct wd_schema *input, struct wd_schema *out)
{
  struct wd_column *columns = wd_arena_array(t->arena, count, sizeof *columns);

  if (!columns)
    return wd_fail_memory(t->error);
  for (uint32_t i = 0; i < count; i++) {
    columns[i].name = keys[i]->kind == WD_EXPR_COLUMN
                          ? input->columns[keys[i]->column].name
                          : wd_arena_printf(t->arena, "key_%u", i + 1);
    if (!columns[i].name)
      return wd_fail_memory(t->error);
    columns[i].type = keys[i]->type;
    columns[i].nullable = keys[i]->nullable;
  }
  *out = (struct wd_schema){count, columns};
  return WD_OK;
}

static enum wd_status
make_reduce(struct translator *t, const struct wd_message *detail,
            const struct wd_plan_node *input, const struct wd_plan_node **out)
{
  const struct view view = {.schema = &input->schema};
  const struct wd_expression **keys;
  struct wd_closure closure;
  struct wd_schema schema;
  uint32_t count;
  enum wd_status status =
      wd__carried_closure(t, detail, WD_ROLE_REDUCE, &closure);

  if (status == WD_OK)
    status = wd__expressions(t, &view, detail, WD_SS_wasidata_Reduce_keys,
                             &count, &keys);
  if (status == WD_OK)
    status = name_keys(t, count, keys, &input->schema, &schema);
  if (status != WD_OK)
    return status;
  return wd__plan_reduce_by(t->planner, input, &closure, &schema, keys, out);
}

static enum wd_status
read_key_types(struct translator *t, const struct wd_message *detail,
               uint32_t count, const struct wd_type **out)
{
  const struct wd_value *value =
      wd_message_find(detail, WD_SS_wasidata_CoMapGroups_key_types);
  struct wd_type *types = wd_arena_array(t->arena, count, sizeof *types);
  bool nullable;
  enum wd_status status = WD_OK;

  if (!types)
    return wd_fail_memory(t->error);
  for (uint32_t i = 0; i < count && status == WD_OK; i++) {
    if (!value)
      return wd__missing(t, detail, "the type of a key");
    status = wd__type_of(t, value->message, &types[i], &nullable);
    value = wd_value_next(value);
  }
  *out = types;
  return status;
}

static enum wd_status
read_key_pairs(struct translator *t, const struct wd_message *detail,
               struct wd_plan_node *node)
{
  uint32_t right;
  enum wd_status status = wd__numbers(
      t, detail, WD_SS_wasidata_CoMapGroups_left_keys, node->left->schema.count,
      &node->lambda.key_count, &node->lambda.keys);

  if (status == WD_OK)
    status = wd__numbers(t, detail, WD_SS_wasidata_CoMapGroups_right_keys,
                         node->right->schema.count, &right,
                         &node->lambda.right_keys);
  if (status == WD_OK && right != node->lambda.key_count)
    return wd_message_fail(detail, WD_INVALID_PLAN, t->error,
                           "%u keys of the left side, %u of the right",
                           node->lambda.key_count, right);
  if (status == WD_OK)
    status = read_key_types(t, detail, node->lambda.key_count,
                            &node->lambda.key_types);
  return status == WD_OK ? wd__plan_check_keys(t->planner, node) : status;
}

static enum wd_status
make_pair(struct translator *t, const struct wd_message *detail,
          const struct wd_plan_node *left, const struct wd_plan_node *right,
          const struct wd_plan_node **out)
{
  struct wd_plan_node *node;
  enum wd_status status =
      fit_input(t, detail, WD_SS_wasidata_CoMapGroups_left, &left);

  if (status == WD_OK)
    status = fit_input(t, detail, WD_SS_wasidata_CoMapGroups_right, &right);
  if (status == WD_OK)
    status = wd__plan_node(t->planner, WD_NODE_CO_GROUP, left, right, &node);
  if (status != WD_OK)
    return status;
  *out = node;
  node->lambda.role = WD_ROLE_CO_GROUP;
  status =
      wd__carried_closure(t, detail, WD_ROLE_CO_GROUP, &node->lambda.closure);
  if (status == WD_OK)
    status = read_key_pairs(t, detail, node);
  if (status == WD_OK)
    status = wd__plan_bind_pair(t->planner, node);
  return status == WD_OK
             ? check_output(t, detail, WD_SS_wasidata_CoMapGroups_output,
                            &node->schema)
             : status;
}

enum wd_status
wd__lambda_rel(struct translator *t, const struct wd_message *detail,
               const struct wd_plan_node *left,
               const struct wd_plan_node *right,
               const struct wd_plan_node **out)
{
  enum wd_role role = WD_ROLE_MAP;
  enum wd_status status;

  if (detail->type == WD_SS_wasidata_CoMapGroups)
    return make_pair(t, detail, left, right, out);
  find_role(detail->type, &role);
  status = fit_input(t, detail, WD_SS_wasidata_Map_input, &left);
  if (status != WD_OK)
    return status;
  return role == WD_ROLE_REDUCE ? make_reduce(t, detail, left, out)
                                : make_single(t, detail, role, left, out);
}

/* The arguments' row, put together of its columns. */
static enum wd_status
join_values(struct translator *t, const struct wd_message *detail,
            const struct wd_schema *arguments, struct wd_batch *out)
{
  uint32_t node_count, buffer_count, i = 0;
  struct wd_node *nodes;
  struct wd_span *buffers;
  enum wd_status status = WD_OK;

  wd_schema_shape(arguments, &node_count, &buffer_count);
  nodes = wd_arena_array(t->arena, node_count, sizeof *nodes);
  buffers = wd_arena_array(t->arena, buffer_count, sizeof *buffers);
  if (!nodes || !buffers)
    return wd_fail_memory(t->error);
  *out = (struct wd_batch){.rows = 1, .nodes = nodes, .buffers = buffers};
  if (wd_message_count(detail, WD_SS_wasidata_TableFunction_values) !=
      arguments->count)
    return wd__missing(t, detail, "the value of an argument");
  for (const struct wd_value *value =
           wd_message_find(detail, WD_SS_wasidata_TableFunction_values);
       value && status == WD_OK; value = wd_value_next(value), i++) {
    const struct wd_schema one = {1, &arguments->columns[i]};
    struct wd_batch part;

    status = wd__read_batch(t, value->message, &one, &part);
    if (status != WD_OK)
      return status;
    if (part.rows != 1)
      return wd_message_fail(value->message, WD_INVALID_PLAN, t->error,
                             "an argument of %u rows", part.rows);
    memcpy(nodes + out->node_count, part.nodes,
           part.node_count * sizeof *nodes);
    memcpy(buffers + out->buffer_count, part.buffers,
           part.buffer_count * sizeof *buffers);
    out->node_count += part.node_count;
    out->buffer_count += part.buffer_count;
  }
  return status;
}

enum wd_status
wd__table_function(struct translator *t, const struct wd_message *detail,
                   const struct wd_schema *schema,
                   const struct wd_plan_node **out)
{
  const struct wd_message *named =
      wd_message_sub(detail, WD_SS_wasidata_TableFunction_arguments);
  struct wd_schema arguments = {0, NULL};
  struct wd_batch *values = wd_arena_alloc(t->arena, sizeof *values);
  struct wd_closure closure;
  enum wd_status status =
      wd__carried_closure(t, detail, WD_ROLE_TABLE, &closure);

  if (!values)
    return wd_fail_memory(t->error);
  if (status == WD_OK && named)
    status = wd__schema_of(t, named, &arguments);
  if (status == WD_OK)
    status = wd_schema_check_carried(&arguments, t->error);
  if (status == WD_OK)
    status = join_values(t, detail, &arguments, values);
  if (status == WD_OK)
    status = wd__plan_table_function(
        t->planner, NULL, &closure, &arguments, values,
        (uint32_t)wd_message_integer(detail,
                                     WD_SS_wasidata_TableFunction_partitions),
        out);
  if (status != WD_OK)
    return status;
  if (!wd_schema_equal(schema, &(*out)->schema))
    return wd_message_fail(detail, WD_TYPE_MISMATCH, t->error,
                           "the table function gives other columns than the "
                           "plan says");
  return WD_OK;
}
