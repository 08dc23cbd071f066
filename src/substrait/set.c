/* Set operations over any number of inputs, folded to those over two. */
#include "substrait/translate.h"

struct set {
  struct translator *t;
  const struct wd_message *message;
  uint32_t count;
  const struct wd_plan_node **inputs;
};

static enum wd_status
combine(struct set *set, enum wd_set_operation operation,
        const struct wd_plan_node *left, const struct wd_plan_node *right,
        const struct wd_plan_node **out)
{
  struct wd_relation relation = {.kind = WD_REL_SET,
                                 .set = {.operation = operation}};
  struct wd_error local;
  struct wd_error *error = set->t->planner->error;
  enum wd_status status;

  wd_error_clear(&local);
  set->t->planner->error = &local;
  status = wd__plan_set(set->t->planner, &relation, left, right, out);
  set->t->planner->error = error;
  if (status == WD_OK || status == WD_NO_MEMORY)
    return status == WD_OK ? status : wd_fail_memory(error);
  return wd_message_fail(set->message, status, error, "%s", local.message);
}

/* inputs[from] op inputs[from + 1] op … */
static enum wd_status
fold(struct set *set, enum wd_set_operation operation, uint32_t from,
     const struct wd_plan_node **out)
{
  enum wd_status status = WD_OK;

  *out = set->inputs[from];
  for (uint32_t i = from + 1; i < set->count && status == WD_OK; i++)
    status = combine(set, operation, *out, set->inputs[i], out);
  return status;
}

/* The first against all others, which are folded by themselves. */
static enum wd_status
fold_others(struct set *set, enum wd_set_operation operation,
            enum wd_set_operation others, const struct wd_plan_node **out)
{
  const struct wd_plan_node *rest;
  enum wd_status status = fold(set, others, 1, &rest);

  return status == WD_OK ? combine(set, operation, set->inputs[0], rest, out)
                         : status;
}

/* https://substrait.io/relations/logical_relations/#set-operation-types */
static enum wd_status
make(struct set *set, const struct wd_plan_node **out)
{
  switch (wd_message_integer(set->message, WD_SS_SetRel_op)) {
  case WD_SS_SetRel_SetOp_SET_OP_MINUS_PRIMARY:
    return fold(set, WD_SET_EXCEPT_DISTINCT, 0, out);
  case WD_SS_SetRel_SetOp_SET_OP_MINUS_PRIMARY_ALL:
    return fold(set, WD_SET_EXCEPT_ALL, 0, out);
  case WD_SS_SetRel_SetOp_SET_OP_MINUS_MULTISET:
    return fold_others(set, WD_SET_EXCEPT_DISTINCT, WD_SET_INTERSECT_DISTINCT,
                       out);
  case WD_SS_SetRel_SetOp_SET_OP_INTERSECTION_PRIMARY:
    return fold_others(set, WD_SET_INTERSECT_DISTINCT, WD_SET_UNION_DISTINCT,
                       out);
  case WD_SS_SetRel_SetOp_SET_OP_INTERSECTION_MULTISET:
    return fold(set, WD_SET_INTERSECT_DISTINCT, 0, out);
  case WD_SS_SetRel_SetOp_SET_OP_INTERSECTION_MULTISET_ALL:
    return fold(set, WD_SET_INTERSECT_ALL, 0, out);
  case WD_SS_SetRel_SetOp_SET_OP_UNION_DISTINCT:
    return fold(set, WD_SET_UNION_DISTINCT, 0, out);
  case WD_SS_SetRel_SetOp_SET_OP_UNION_ALL:
    return fold(set, WD_SET_UNION_ALL, 0, out);
  default:
    return wd__missing(set->t, set->message, "the operation");
  }
}

enum wd_status
wd__set(struct translator *t, const struct wd_message *message,
        const struct wd_plan_node **out)
{
  struct set set = {.t = t,
                    .message = message,
                    .count = wd_message_count(message, WD_SS_SetRel_inputs)};
  uint32_t i = 0;
  enum wd_status status = WD_OK;

  if (set.count < 2)
    return wd__missing(t, message, "a second input");
  set.inputs = wd_arena_array(t->arena, set.count, sizeof *set.inputs);
  if (!set.inputs)
    return wd_fail_memory(t->error);
  for (const struct wd_value *value =
           wd_message_find(message, WD_SS_SetRel_inputs);
       value && status == WD_OK; value = wd_value_next(value))
    status = wd__relation(t, value->message, &set.inputs[i++]);
  return status == WD_OK ? make(&set, out) : status;
}
