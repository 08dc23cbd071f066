/* Table functions as sources. */
#include "plan/planner.h"

enum wd_status
wd__plan_table_function(struct planner *planner, const char *name,
                        const struct wd_closure *closure,
                        const struct wd_schema *arguments,
                        const struct wd_batch *values, uint32_t partitions,
                        const struct wd_plan_node **out_node)
{
  struct wd_plan_node *node;
  struct wd_bound *bound;
  enum wd_status status =
      wd__plan_node(planner, WD_NODE_GENERATE, NULL, NULL, &node);

  if (status != WD_OK)
    return status;
  bound = &node->lambda.bound;
  node->lambda.role = WD_ROLE_TABLE;
  node->lambda.closure = *closure;
  node->lambda.site = planner->sites++;
  status = planner->binder->bind_table(
      planner->binder->env, name, closure, arguments, values, partitions,
      node->lambda.site, planner->arena, bound, planner->error);
  if (status == WD_OK)
    status = wd__plan_check_output(planner, WD_ROLE_TABLE, &bound->output);
  node->schema = bound->output;
  *out_node = node;
  return status;
}

enum wd_status
wd__plan_generate(struct planner *planner, const struct wd_relation *relation,
                  const struct wd_plan_node **out_node)
{
  return wd__plan_table_function(planner, NULL, &relation->generate.closure,
                                 &relation->generate.arguments,
                                 &relation->generate.values.batch,
                                 relation->generate.partitions, out_node);
}
