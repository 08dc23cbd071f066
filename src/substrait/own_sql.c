/* Queries in an engine's SQL: the message Sql of our extension. The engine
 * reads the text, with the same checks as one of a program. */
#include <string.h>
#include <strings.h>

#include "plan/sql.h"
#include "substrait/own.h"

static enum wd_status
read_text(const struct translator *t, const struct wd_message *detail,
          struct wd_sql *sql)
{
  const struct wd_value *dialect =
      wd_message_find(detail, WD_SS_wasidata_Sql_dialect);
  const struct wd_value *text =
      wd_message_find(detail, WD_SS_wasidata_Sql_text);
  enum wd_status status;

  if (!dialect || dialect->bytes.length == 0)
    return wd__missing(t, detail, "the dialect");
  if (!text)
    return wd__missing(t, detail, "the text");
  if (text->bytes.length > WD_SQL_TEXT_MAX)
    return wd_value_fail(text, WD_INVALID_PLAN, t->error,
                         "a text of %zu bytes; a query has at most %zu",
                         text->bytes.length, WD_SQL_TEXT_MAX);
  status = wd__text(t, dialect, &sql->dialect);
  if (status == WD_OK)
    status = wd__text(t, text, &sql->text);
  sql->length = text->bytes.length;
  return status;
}

/* A table of the query, its columns named as the query knows them. */
static enum wd_status
read_input(struct translator *t, const struct wd_message *message,
           const struct wd_message *rel, struct wd_sql_input *input,
           const struct wd_sql *sql)
{
  const struct wd_value *name =
      wd_message_find(message, WD_SS_wasidata_Sql_Input_name);
  const struct wd_message *columns;
  struct wd_error local;
  enum wd_status status;

  if (!name || name->bytes.length == 0)
    return wd__missing(t, message, "the name");
  status = wd__text(t, name, &input->name);
  for (uint32_t i = 0; status == WD_OK && i < sql->input_count; i++)
    if (strcasecmp(sql->inputs[i].name, input->name) == 0)
      return wd_value_fail(name, WD_INVALID_PLAN, t->error,
                           "two inputs have the name '%.100s'", input->name);
  if (status == WD_OK)
    status = wd__need(t, message, WD_SS_wasidata_Sql_Input_columns,
                      "the columns", &columns);
  if (status == WD_OK)
    status = wd__relation(t, rel, &input->node);
  if (status == WD_OK)
    status = wd__fit(t, columns, &input->node);
  if (status != WD_OK)
    return status;
  wd_error_clear(&local);
  status = wd_sql_check_names(input, &local);
  return status == WD_OK
             ? WD_OK
             : wd_message_fail(message, status, t->error, "%s", local.message);
}

/* `multi`: the relation whose inputs they are; NULL: there are none. */
static enum wd_status
read_inputs(struct translator *t, const struct wd_message *detail,
            const struct wd_message *multi, struct wd_sql *sql)
{
  uint32_t count = wd_message_count(detail, WD_SS_wasidata_Sql_inputs);
  struct wd_sql_input *inputs = wd_arena_array(t->arena, count, sizeof *inputs);
  const struct wd_value *rel =
      multi ? wd_message_find(multi, WD_SS_ExtensionMultiRel_inputs) : NULL;
  enum wd_status status = WD_OK;

  if (!inputs)
    return wd_fail_memory(t->error);
  if ((multi ? wd_message_count(multi, WD_SS_ExtensionMultiRel_inputs) : 0) !=
      count)
    return wd_message_fail(detail, WD_INVALID_PLAN, t->error,
                           "%u names of inputs, which are others in number",
                           count);
  sql->inputs = inputs;
  for (const struct wd_value *value =
           wd_message_find(detail, WD_SS_wasidata_Sql_inputs);
       value && rel && status == WD_OK; value = wd_value_next(value)) {
    status = read_input(t, value->message, rel->message,
                        &inputs[sql->input_count], sql);
    sql->input_count++;
    rel = wd_value_next(rel);
  }
  return status;
}

static enum wd_status
read_parameters(struct translator *t, const struct wd_message *detail,
                struct wd_sql *sql)
{
  const struct view view = {.schema = NULL};
  uint32_t count = wd_message_count(detail, WD_SS_wasidata_Sql_parameters);
  struct wd_sql_parameter *parameters =
      wd_arena_array(t->arena, count, sizeof *parameters);
  enum wd_status status = WD_OK;

  if (!parameters)
    return wd_fail_memory(t->error);
  sql->parameters = parameters;
  for (const struct wd_value *value =
           wd_message_find(detail, WD_SS_wasidata_Sql_parameters);
       value && status == WD_OK; value = wd_value_next(value)) {
    struct wd_sql_parameter *parameter = &parameters[sql->parameter_count++];
    const struct wd_value *name =
        wd_message_find(value->message, WD_SS_wasidata_Sql_Parameter_name);
    const struct wd_message *expression;

    if (!name)
      return wd__missing(t, value->message, "the name");
    status = wd__text(t, name, &parameter->name);
    if (status == WD_OK)
      status = wd__need(t, value->message, WD_SS_wasidata_Sql_Parameter_value,
                        "the value", &expression);
    if (status == WD_OK)
      status = wd__expression(t, &view, expression, &parameter->value);
  }
  return status;
}

/* The engine's word on the text, with the path of the plan. */
static enum wd_status
bind(struct translator *t, const struct wd_message *detail, struct wd_sql *sql,
     const struct wd_plan_node **out)
{
  struct wd_error *error = t->planner->error;
  struct wd_error local;
  enum wd_status status;

  wd_error_clear(&local);
  t->planner->error = &local;
  status = wd__plan_sql(t->planner, sql, out);
  t->planner->error = error;
  if (status == WD_OK)
    return WD_OK;
  return status == WD_NO_MEMORY
             ? wd_fail_memory(t->error)
             : wd_message_fail(detail, status, t->error, "%s", local.message);
}

enum wd_status
wd__sql_rel(struct translator *t, const struct wd_message *detail,
            const struct wd_message *multi, const struct wd_plan_node **out)
{
  struct wd_sql *sql = wd_arena_alloc(t->arena, sizeof *sql);
  const struct wd_message *output;
  enum wd_status status =
      wd__need(t, detail, WD_SS_wasidata_Sql_output, "the output", &output);

  if (!sql)
    return wd_fail_memory(t->error);
  if (status == WD_OK)
    status = read_text(t, detail, sql);
  if (status == WD_OK)
    status = read_inputs(t, detail, multi, sql);
  if (status == WD_OK)
    status = read_parameters(t, detail, sql);
  if (status == WD_OK)
    status = bind(t, detail, sql, out);
  return status == WD_OK ? wd__fit(t, output, out) : status;
}
