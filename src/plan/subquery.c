/* Where subqueries are. */
#include "plan/plan.h"

static void
visit(const struct wd_expression *expression,
      void (*each)(void *env, const struct wd_subquery *subquery), void *env)
{
  if (expression->kind == WD_EXPR_SUBQUERY)
    each(env, expression->subquery);
  for (uint32_t i = 0; i < expression->argument_count; i++)
    visit(expression->arguments[i], each, env);
}

void
wd_plan_each_subquery(const struct wd_plan_node *node,
                      void (*each)(void *env,
                                   const struct wd_subquery *subquery),
                      void *env)
{
  if (node->kind == WD_NODE_FILTER)
    visit(node->filter, each, env);
  if (node->kind == WD_NODE_PROJECT)
    for (uint32_t i = 0; i < node->schema.count; i++)
      visit(node->project.expressions[i], each, env);
}
