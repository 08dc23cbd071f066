/* Types with an order of their own, where a plan compares whole columns. */
#include <string.h>

#include "plan/planner.h"

enum wd_status
wd__plan_order(struct planner *planner, const struct wd_plan_node *input,
               const struct wd_expression *expression,
               const struct wd_expression **out_key)
{
  const struct wd_scope scope = wd__plan_scope(planner, input);
  enum wd_status status = wd_expression_make_ordered(
      expression, &scope, planner->arena, out_key, planner->error);

  if (status == WD_OK &&
      (!expression->type.extension || (*out_key)->kind != WD_EXPR_NAMED))
    *out_key = NULL;
  return status;
}

enum wd_status
wd__plan_check_order(struct planner *planner, const struct wd_plan_node *input,
                     const struct wd_expression *expression, const char *what)
{
  const struct wd_expression *key = NULL;
  char text[96];
  enum wd_status status = wd__plan_order(planner, input, expression, &key);

  if (status != WD_OK || !key)
    return status;
  return wd_fail(planner->error, WD_UNSUPPORTED,
                 "%s by the type %s: it has an order of its own, which this "
                 "does not know; cast it, or group and sort by it otherwise",
                 what, wd_type_text(&expression->type, text, sizeof text));
}

enum wd_status
wd__plan_check_column_order(struct planner *planner,
                            const struct wd_plan_node *input, uint32_t column,
                            const char *what)
{
  const struct wd_expression *expression;
  enum wd_status status = WD_OK;

  if (!input->schema.columns[column].type.extension)
    return WD_OK;
  status = wd_expression_make_column(&input->schema, column, planner->arena,
                                     &expression, planner->error);
  return status == WD_OK
             ? wd__plan_check_order(planner, input, expression, what)
             : status;
}
