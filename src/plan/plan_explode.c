/* explode: a row for each item of a list or a map. */
#include <string.h>

#include "plan/planner.h"

/* What stands in the place of the column: at most a position and a pair. */
struct items {
  uint32_t count;
  struct wd_column columns[3];
};

static enum wd_status
make_items(struct planner *planner, const struct wd_relation *relation,
           const struct wd_column *from, struct items *out_items)
{
  const struct wd_type *type = &from->type;
  bool outer = relation->explode.outer;
  char text[96];
  uint32_t first = 0;

  *out_items = (struct items){.count = 0};
  if (relation->explode.position) {
    out_items->columns[first++] =
        (struct wd_column){.name = relation->explode.position,
                           .type = wd_type_of(WD_TYPE_I64),
                           .nullable = outer};
  }
  if (type->id == WD_TYPE_LIST || type->id == WD_TYPE_FIXED_LIST) {
    out_items->columns[first] = type->children[0];
    out_items->columns[first].name = from->name;
    out_items->count = first + 1;
  } else if (type->id == WD_TYPE_MAP) {
    out_items->columns[first] = type->children[0].type.children[0];
    out_items->columns[first].name = "key";
    out_items->columns[first + 1] = type->children[0].type.children[1];
    out_items->columns[first + 1].name = "value";
    out_items->count = first + 2;
  } else {
    return wd_fail(planner->error, WD_TYPE_MISMATCH,
                   "explode takes a list or a map; the column '%.100s' is %s",
                   from->name, wd_type_text(type, text, sizeof text));
  }
  for (uint32_t i = 0; i < out_items->count; i++)
    out_items->columns[i].nullable = out_items->columns[i].nullable || outer;
  return WD_OK;
}

/* New names must not meet those of others. */
static enum wd_status
check_names(struct planner *planner, const struct wd_schema *input,
            uint32_t column, const struct items *items)
{
  for (uint32_t i = 0; i < items->count; i++) {
    bool taken = false;
    char clean[128];

    for (uint32_t k = 0; k < input->count; k++)
      taken = taken || (k != column && strcmp(input->columns[k].name,
                                              items->columns[i].name) == 0);
    for (uint32_t k = 0; k < i; k++)
      taken =
          taken || strcmp(items->columns[k].name, items->columns[i].name) == 0;
    if (!taken)
      continue;
    wd_text_clean(clean, sizeof clean, items->columns[i].name,
                  strlen(items->columns[i].name));
    return wd_fail(planner->error, WD_INVALID_PLAN,
                   "explode makes a second column '%s'; rename the other one "
                   "before",
                   clean);
  }
  return WD_OK;
}

enum wd_status
wd__plan_explode(struct planner *planner, const struct wd_relation *relation,
                 const struct wd_plan_node *input,
                 const struct wd_plan_node **out_node)
{
  const struct wd_schema *from = &input->schema;
  struct wd_column *columns =
      wd_arena_array(planner->arena, (size_t)from->count + 2, sizeof *columns);
  struct items items;
  uint32_t column = 0, at = 0;
  struct wd_plan_node *node;
  enum wd_status status =
      wd__plan_node(planner, WD_NODE_EXPLODE, input, NULL, &node);

  if (status == WD_OK && !columns)
    status = wd_fail_memory(planner->error);
  if (status == WD_OK)
    status = wd__plan_find(planner, from, "explode", relation->explode.column,
                           &column);
  if (status == WD_OK)
    status = make_items(planner, relation, &from->columns[column], &items);
  if (status == WD_OK)
    status = check_names(planner, from, column, &items);
  if (status == WD_OK)
    status = wd__plan_check_width(planner, (uint64_t)from->count + 2);
  if (status != WD_OK)
    return status;
  for (uint32_t i = 0; i < from->count; i++) {
    if (i != column) {
      columns[at++] = from->columns[i];
      continue;
    }
    for (uint32_t k = 0; k < items.count; k++)
      columns[at++] = items.columns[k];
  }
  node->schema = (struct wd_schema){at, columns};
  node->explode.column = column;
  node->explode.outer = relation->explode.outer;
  node->explode.has_position = relation->explode.position;
  *out_node = node;
  return WD_OK;
}

enum wd_status
wd__plan_explode_column(struct planner *planner,
                        const struct wd_plan_node *input, uint32_t column,
                        bool outer, const struct wd_plan_node **out_node)
{
  const struct wd_schema *from = &input->schema;
  struct wd_column *columns =
      wd_arena_array(planner->arena, from->count, sizeof *columns);
  struct wd_plan_node *node;
  enum wd_status status =
      wd__plan_node(planner, WD_NODE_EXPLODE, input, NULL, &node);

  if (status != WD_OK)
    return status;
  if (!columns)
    return wd_fail_memory(planner->error);
  for (uint32_t i = 0; i < from->count; i++)
    columns[i] = from->columns[i];
  columns[column] = from->columns[column].type.children[0];
  columns[column].name = from->columns[column].name;
  columns[column].nullable = columns[column].nullable || outer;
  node->schema.columns = columns;
  node->explode.column = column;
  node->explode.outer = outer;
  *out_node = node;
  return WD_OK;
}
