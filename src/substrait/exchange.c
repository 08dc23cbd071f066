/* Rows that are dealt out anew: partitions by number. */
#include "substrait/translate.h"

static enum wd_status
read_columns(struct translator *t, const struct wd_message *scatter,
             struct wd_plan_node *node)
{
  uint32_t count =
      wd_message_count(scatter, WD_SS_ExchangeRel_ScatterFields_fields);
  uint32_t *columns = wd_arena_array(t->arena, count, sizeof *columns);

  if (!columns)
    return wd_fail_memory(t->error);
  node->repartition.columns = columns;
  for (const struct wd_value *value =
           wd_message_find(scatter, WD_SS_ExchangeRel_ScatterFields_fields);
       value; value = wd_value_next(value)) {
    const struct wd_message *reference = wd_message_sub(
        value->message, WD_SS_Expression_FieldReference_direct_reference);
    const struct wd_message *field =
        reference
            ? wd_message_sub(reference,
                             WD_SS_Expression_ReferenceSegment_struct_field)
            : NULL;
    int64_t column =
        field ? wd_message_integer(
                    field, WD_SS_Expression_ReferenceSegment_StructField_field)
              : -1;

    if (column < 0 || column >= node->schema.count ||
        wd_message_find(field,
                        WD_SS_Expression_ReferenceSegment_StructField_child))
      return wd_message_fail(value->message, WD_INVALID_PLAN, t->error,
                             "this is no column of the input");
    columns[node->repartition.column_count++] = (uint32_t)column;
  }
  return node->repartition.column_count ? WD_OK
                                        : wd__missing(t, scatter, "a column");
}

enum wd_status
wd__exchange(struct translator *t, const struct wd_message *message,
             const struct wd_plan_node **out)
{
  const struct wd_message *scatter =
      wd_message_sub(message, WD_SS_ExchangeRel_scatter_by_fields);
  int64_t count =
      wd_message_integer(message, WD_SS_ExchangeRel_partition_count);
  const struct wd_plan_node *input;
  struct wd_plan_node *node;
  enum wd_status status =
      wd__input(t, message, WD_SS_ExchangeRel_input, &input);

  if (status == WD_OK)
    status = wd__refuse(t, message, WD_SS_ExchangeRel_targets,
                        "an exchange with targets");
  if (status == WD_OK && !scatter &&
      !wd_message_find(message, WD_SS_ExchangeRel_round_robin))
    return wd__unsupported(t, message,
                           "an exchange that is not by fields or in turns");
  if (status == WD_OK && (count < 1 || count > WD_PLAN_PARTITIONS))
    return wd_message_fail(message, WD_INVALID_PLAN, t->error,
                           "%lld partitions; there are 1 to %u",
                           (long long)count, WD_PLAN_PARTITIONS);
  if (status == WD_OK)
    status = wd__plan_node(t->planner, WD_NODE_REPARTITION, input, NULL, &node);
  if (status != WD_OK)
    return status;
  node->repartition.count = (uint32_t)count;
  *out = node;
  return scatter ? read_columns(t, scatter, node) : WD_OK;
}
