/* Structs made of a part of others: masks, and other names for fields. */
#include <string.h>

#include "substrait/translate.h"

/* A struct of fields with names. */
static enum wd_status
make_struct(struct translator *t, uint32_t count,
            const struct wd_expression *const *items, const char *const *names,
            const struct wd_expression **out)
{
  struct wd_column *columns;
  struct wd_expression *node;
  enum wd_status status = wd__struct_of(t, count, items, out);

  if (status != WD_OK)
    return status;
  node = wd_arena_alloc(t->arena, sizeof *node);
  columns = wd_arena_array(t->arena, count, sizeof *columns);
  if (!node || !columns)
    return wd_fail_memory(t->error);
  *node = **out;
  memcpy(columns, node->type.children, count * sizeof *columns);
  for (uint32_t i = 0; i < count; i++)
    columns[i].name = names[i];
  node->type.children = columns;
  *out = node;
  return WD_OK;
}

/* Null where the struct was that it is made of. */
static enum wd_status
guard(struct translator *t, const struct wd_message *where,
      const struct wd_expression *of, const struct wd_expression **made)
{
  struct wd_syntax syntax = {.kind = WD_SYNTAX_CASE};
  const struct wd_expression *parts[2] = {NULL, *made};
  enum wd_status status;

  if (!of->nullable)
    return WD_OK;
  status = wd__make_call(t, where, WD_FN_IS_NOT_NULL, 1, &of, &parts[0]);
  return status == WD_OK ? wd__make(t, where, NULL, &syntax, 2, parts, made)
                         : status;
}

/* What a mask selects of something that has fields. */
struct selected {
  uint32_t count;
  const struct wd_expression **items;
  const char **names;
};

static enum wd_status
apply_select(struct translator *t, const struct wd_message *select,
             const struct wd_expression **value);

/* `of`: a struct; NULL: the columns of the schema. */
static enum wd_status
select_field(struct translator *t, const struct wd_value *item,
             const struct wd_schema *schema, const struct wd_expression *of,
             struct selected *selected)
{
  int64_t field = wd_message_integer(
      item->message, WD_SS_Expression_MaskExpression_StructItem_field);
  const struct wd_message *child = wd_message_sub(
      item->message, WD_SS_Expression_MaskExpression_StructItem_child);
  uint32_t width = of ? of->type.child_count : schema->count;
  const struct wd_column *columns = of ? of->type.children : schema->columns;
  const struct wd_expression **value = &selected->items[selected->count];
  enum wd_status status;

  if (field < 0 || field >= width)
    return wd_value_fail(item, WD_INVALID_PLAN, t->error,
                         "%s %lld of a %s of %u", of ? "field" : "column",
                         (long long)field, of ? "struct" : "table", width);
  status = of ? wd__field(t, of, (uint32_t)field, value)
              : wd__column(t, schema, (uint32_t)field, value);
  selected->names[selected->count++] = columns[field].name;
  return status == WD_OK && child ? apply_select(t, child, value) : status;
}

static enum wd_status
select_fields(struct translator *t, const struct wd_message *select,
              const struct wd_schema *schema, const struct wd_expression *of,
              struct selected *out)
{
  uint32_t count = wd_message_count(
      select, WD_SS_Expression_MaskExpression_StructSelect_struct_items);
  enum wd_status status = WD_OK;

  out->count = 0;
  out->items = wd_arena_array(t->arena, count, sizeof *out->items);
  out->names = wd_arena_array(t->arena, count, sizeof *out->names);
  if (!out->items || !out->names)
    return wd_fail_memory(t->error);
  for (const struct wd_value *item = wd_message_find(
           select, WD_SS_Expression_MaskExpression_StructSelect_struct_items);
       item && status == WD_OK; item = wd_value_next(item))
    status = select_field(t, item, schema, of, out);
  return status;
}

static enum wd_status
apply_struct(struct translator *t, const struct wd_message *select,
             const struct wd_expression **value)
{
  const struct wd_expression *of = *value;
  struct selected selected;
  char text[96];
  enum wd_status status;

  if (of->type.id != WD_TYPE_STRUCT)
    return wd_message_fail(select, WD_TYPE_MISMATCH, t->error,
                           "%s has no fields",
                           wd_type_text(&of->type, text, sizeof text));
  status = select_fields(t, select, NULL, of, &selected);
  if (status == WD_OK && selected.count == 0)
    return wd__unsupported(t, select, "a struct without fields");
  if (status == WD_OK)
    status =
        make_struct(t, selected.count, selected.items, selected.names, value);
  return status == WD_OK ? guard(t, select, of, value) : status;
}

static enum wd_status
apply_select(struct translator *t, const struct wd_message *select,
             const struct wd_expression **value)
{
  const struct wd_message *fields =
      wd_message_sub(select, WD_SS_Expression_MaskExpression_Select_struct);
  enum wd_status status = wd__enter(t, select);

  if (status != WD_OK)
    return status;
  if (!select->values)
    status = wd__missing(t, select, "what is selected");
  else if (!fields)
    status = wd__unsupported(t, select, "a mask of a list or a map");
  else
    status = apply_struct(t, fields, value);
  t->depth--;
  return status;
}

enum wd_status
wd__mask(struct translator *t, const struct wd_message *mask,
         const struct wd_plan_node **node)
{
  const struct wd_message *select =
      wd_message_sub(mask, WD_SS_Expression_MaskExpression_select);
  struct selected selected;
  enum wd_status status;

  if (!select)
    return wd__missing(t, mask, "select");
  status = select_fields(t, select, &(*node)->schema, NULL, &selected);
  if (status != WD_OK)
    return status;
  return wd__plan_project(t->planner, *node, selected.count, selected.items,
                          selected.names, node);
}

enum wd_status
wd__masked(struct translator *t, const struct wd_message *mask,
           const struct wd_schema *schema, const struct wd_expression *of,
           const struct wd_expression **out)
{
  const struct wd_message *select =
      wd_message_sub(mask, WD_SS_Expression_MaskExpression_select);
  struct selected selected;
  enum wd_status status;

  if (!select)
    return wd__missing(t, mask, "select");
  *out = of;
  if (of && of->type.id != WD_TYPE_STRUCT)
    return apply_struct(t, select, out); /* fails */
  status = select_fields(t, select, schema, of, &selected);
  if (status == WD_OK && selected.count == 0)
    return wd__unsupported(t, select, "a struct without fields");
  if (status != WD_OK)
    return status;
  if (selected.count == 1 &&
      !wd_message_integer(
          mask, WD_SS_Expression_MaskExpression_maintain_singular_struct)) {
    *out = selected.items[0];
    return WD_OK;
  }
  status = make_struct(t, selected.count, selected.items, selected.names, out);
  return status == WD_OK && of ? guard(t, mask, of, out) : status;
}

enum wd_status
wd__name_fields(struct translator *t, const struct wd_message *where,
                const struct wd_type *type, const struct wd_expression **value)
{
  const struct wd_expression *of = *value;
  uint32_t count = type->child_count;
  const struct wd_expression **items;
  const char **names;
  bool same = true;
  enum wd_status status = WD_OK;

  if (type->id != WD_TYPE_STRUCT || of->type.id != WD_TYPE_STRUCT ||
      of->type.child_count != count)
    return WD_OK;
  items = wd_arena_array(t->arena, count, sizeof *items);
  names = wd_arena_array(t->arena, count, sizeof *names);
  if (!items || !names)
    return wd_fail_memory(t->error);
  for (uint32_t i = 0; i < count && status == WD_OK; i++) {
    const struct wd_expression *field = NULL;

    names[i] = type->children[i].name;
    status = wd__field(t, of, i, &field);
    items[i] = field;
    if (status == WD_OK)
      status = wd__name_fields(t, where, &type->children[i].type, &items[i]);
    same = same && items[i] == field &&
           strcmp(names[i], of->type.children[i].name) == 0;
  }
  if (status != WD_OK || same)
    return status;
  status = make_struct(t, count, items, names, value);
  return status == WD_OK ? guard(t, where, of, value) : status;
}
