/* Expansions: each row several times, some fields another expression in each.
 * The last column is the number of the copy. */
#include "substrait/translate.h"

struct expand {
  struct translator *t;
  const struct wd_message *message;
  struct view view;
  uint32_t width; /* with the copy's number */
  uint32_t copies;
  const struct wd_expression **values; /* copies × width */
};

/* How many copies there are: as many as the switching fields have. */
static enum wd_status
count_copies(struct expand *expand)
{
  expand->copies = 1;
  for (const struct wd_value *value =
           wd_message_find(expand->message, WD_SS_ExpandRel_fields);
       value; value = wd_value_next(value)) {
    const struct wd_message *field = wd_message_sub(
        value->message, WD_SS_ExpandRel_ExpandField_switching_field);
    uint32_t count =
        field
            ? wd_message_count(field, WD_SS_ExpandRel_SwitchingField_duplicates)
            : 0;

    if (!field)
      continue;
    if (count == 0)
      return wd__missing(expand->t, field, "the duplicates");
    if (expand->copies != 1 && expand->copies != count)
      return wd_message_fail(field, WD_INVALID_PLAN, expand->t->error,
                             "%u duplicates, after fields of %u", count,
                             expand->copies);
    expand->copies = count;
  }
  return WD_OK;
}

/* All copies of one field are of one type. */
static enum wd_status
check_types(struct expand *expand, const struct wd_message *field,
            uint32_t column)
{
  const struct wd_type *first = &expand->values[column]->type;
  char a[96], b[96];

  for (uint32_t copy = 1; copy < expand->copies; copy++) {
    const struct wd_type *type =
        &expand->values[(size_t)copy * expand->width + column]->type;

    if (!wd_type_equal(first, type))
      return wd_message_fail(field, WD_TYPE_MISMATCH, expand->t->error,
                             "duplicates of %s and of %s",
                             wd_type_text(first, a, sizeof a),
                             wd_type_text(type, b, sizeof b));
  }
  return WD_OK;
}

static enum wd_status
read_field(struct expand *expand, const struct wd_message *field,
           uint32_t column)
{
  const struct wd_message *same =
      wd_message_sub(field, WD_SS_ExpandRel_ExpandField_consistent_field);
  const struct wd_message *switching =
      wd_message_sub(field, WD_SS_ExpandRel_ExpandField_switching_field);
  const struct wd_expression **list, *one = NULL;
  uint32_t count = 1;
  enum wd_status status;

  if (same) {
    status = wd__expression(expand->t, &expand->view, same, &one);
    list = &one;
  } else if (switching) {
    status = wd__expressions(expand->t, &expand->view, switching,
                             WD_SS_ExpandRel_SwitchingField_duplicates, &count,
                             &list);
  } else {
    return wd__missing(expand->t, field, "the field");
  }
  if (status != WD_OK)
    return status;
  for (uint32_t copy = 0; copy < expand->copies; copy++)
    expand->values[(size_t)copy * expand->width + column] =
        list[count == 1 ? 0 : copy];
  return check_types(expand, field, column);
}

static enum wd_status
read_fields(struct expand *expand)
{
  struct wd_expression *numbers =
      wd_arena_array(expand->t->arena, expand->copies, sizeof *numbers);
  uint32_t column = 0;
  enum wd_status status = WD_OK;

  if (!numbers)
    return wd_fail_memory(expand->t->error);
  for (const struct wd_value *value =
           wd_message_find(expand->message, WD_SS_ExpandRel_fields);
       value && status == WD_OK; value = wd_value_next(value))
    status = read_field(expand, value->message, column++);
  for (uint32_t copy = 0; copy < expand->copies; copy++) {
    numbers[copy].kind = WD_EXPR_LITERAL;
    numbers[copy].size = 1;
    numbers[copy].type = wd_type_of(WD_TYPE_I32);
    numbers[copy].literal.value.integer = copy;
    expand->values[(size_t)copy * expand->width + column] = &numbers[copy];
  }
  return status;
}

static enum wd_status
make_node(struct expand *expand, const struct wd_plan_node *input,
          const struct wd_plan_node **out)
{
  struct wd_column *columns =
      wd_arena_array(expand->t->arena, expand->width, sizeof *columns);
  struct wd_plan_node *node;
  enum wd_status status =
      wd__plan_node(expand->t->planner, WD_NODE_EXPAND, input, NULL, &node);

  if (!columns)
    return wd_fail_memory(expand->t->error);
  if (status != WD_OK)
    return status;
  for (uint32_t i = 0; i < expand->width; i++) {
    columns[i].name = wd_arena_printf(expand->t->arena, "c%u", i);
    columns[i].type = expand->values[i]->type;
    for (uint32_t copy = 0; copy < expand->copies; copy++)
      columns[i].nullable =
          columns[i].nullable ||
          expand->values[(size_t)copy * expand->width + i]->nullable;
    if (!columns[i].name)
      return wd_fail_memory(expand->t->error);
  }
  node->schema = (struct wd_schema){expand->width, columns};
  node->expand.row_count = expand->copies;
  node->expand.expressions = expand->values;
  *out = node;
  return WD_OK;
}

enum wd_status
wd__expand(struct translator *t, const struct wd_message *message,
           const struct wd_plan_node **out)
{
  struct expand expand = {.t = t, .message = message};
  const struct wd_message *rel;
  const struct wd_plan_node *input;
  enum wd_status status =
      wd__need(t, message, WD_SS_ExpandRel_input, "the input", &rel);

  if (status == WD_OK)
    status = wd__relation(t, rel, &input);
  if (status == WD_OK)
    status = count_copies(&expand);
  if (status != WD_OK)
    return status;
  expand.view.schema = &input->schema;
  expand.width = wd_message_count(message, WD_SS_ExpandRel_fields) + 1;
  status = wd__plan_check_width(t->planner, expand.width);
  if (status == WD_OK && expand.copies > WD_PLAN_GROUPING_SETS)
    return wd_message_fail(message, WD_LIMIT_EXCEEDED, t->error,
                           "more than %u duplicates", WD_PLAN_GROUPING_SETS);
  if (status != WD_OK)
    return status;
  expand.values = wd_arena_array(t->arena, (size_t)expand.copies * expand.width,
                                 sizeof *expand.values);
  if (!expand.values)
    return wd_fail_memory(t->error);
  status = read_fields(&expand);
  return status == WD_OK ? make_node(&expand, input, out) : status;
}
