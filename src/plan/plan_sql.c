/* Queries in an engine's SQL as a step of a plan. */
#include <string.h>

#include "plan/planner.h"
#include "plan/sql.h"

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
  }
  sql->input_count = count;
  sql->inputs = inputs;
  return status;
}

static enum wd_status
make(const struct wd_relation *relation, struct planner *planner,
     const struct wd_plan_node **out_node)
{
  const struct wd_sql_text *said = relation->written.plan;
  struct wd_sql *sql = wd_arena_alloc(planner->arena, sizeof *sql);
  struct wd_plan_node *node;
  enum wd_status status =
      wd__plan_node(planner, WD_NODE_SQL, NULL, NULL, &node);

  if (status != WD_OK)
    return status;
  if (!sql)
    return wd_fail_memory(planner->error);
  sql->text = said->text;
  sql->length = said->length;
  status = make_inputs(planner, relation, sql);
  if (status == WD_OK)
    status = make_parameters(planner, said, sql);
  if (status == WD_OK)
    status = planner->binder->sql(planner->binder->env, sql, &planner->named,
                                  planner->arena, planner->error);
  if (status == WD_OK)
    status = wd__plan_check_columns(planner, &sql->schema,
                                    "the result of the query");
  node->schema = sql->schema;
  node->sql = sql;
  *out_node = node;
  return status;
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
