/* Lists, structs and maps: of literals and of what is computed. */
#include "substrait/translate.h"

/* Elements of a list, fields of a struct: literals, or expressions if there is
 * a view. */
static enum wd_status
make_items(struct translator *t, const struct view *view,
           const struct wd_message *message, uint32_t field,
           uint32_t *out_count, const struct wd_expression ***out)
{
  uint32_t i = 0;
  enum wd_status status = WD_OK;

  if (view)
    return wd__expressions(t, view, message, field, out_count, out);
  *out_count = wd_message_count(message, field);
  *out = wd_arena_array(t->arena, *out_count, sizeof **out);
  if (!*out)
    return wd_fail_memory(t->error);
  for (const struct wd_value *item = wd_message_find(message, field);
       item && status == WD_OK; item = wd_value_next(item))
    status = wd__literal(t, item->message, &(*out)[i++]);
  return status;
}

static enum wd_status
make_item(struct translator *t, const struct view *view,
          const struct wd_message *of, uint32_t field, const char *what,
          const struct wd_expression **out)
{
  const struct wd_message *part;
  enum wd_status status = wd__need(t, of, field, what, &part);

  if (status != WD_OK)
    return status;
  return view ? wd__expression(t, view, part, out) : wd__literal(t, part, out);
}

enum wd_status
wd__make_list(struct translator *t, const struct view *view,
              const struct wd_message *message,
              const struct wd_expression **out)
{
  const struct wd_expression **items;
  uint32_t count;
  enum wd_status status = make_items(
      t, view, message, WD_SS_Expression_Nested_List_values, &count, &items);

  return status == WD_OK
             ? wd__make_call(t, message, WD_FN_LIST_OF, count, items, out)
             : status;
}

/* Fields have no names in a plan but for those of the columns that they end
 * in. */
enum wd_status
wd__struct_of(struct translator *t, uint32_t count,
              const struct wd_expression *const *items,
              const struct wd_expression **out)
{
  struct wd_expression *node = wd_arena_alloc(t->arena, sizeof *node);
  struct wd_column *columns = wd_arena_array(t->arena, count, sizeof *columns);

  if (!node || !columns)
    return wd_fail_memory(t->error);
  node->kind = WD_EXPR_CALL;
  node->function = WD_FN_STRUCT;
  node->size = 1;
  for (uint32_t i = 0; i < count; i++) {
    columns[i] = (struct wd_column){
        .name = wd_arena_printf(t->arena, "f%u", i),
        .type = items[i]->type,
        .nullable = true,
    };
    if (!columns[i].name)
      return wd_fail_memory(t->error);
    node->size += items[i]->size;
  }
  node->type = (struct wd_type){
      .id = WD_TYPE_STRUCT, .child_count = count, .children = columns};
  node->argument_count = count;
  node->arguments = items;
  *out = node;
  return WD_OK;
}

enum wd_status
wd__make_struct(struct translator *t, const struct view *view,
                const struct wd_message *message,
                const struct wd_expression **out)
{
  const struct wd_expression **items;
  uint32_t count;
  enum wd_status status = make_items(
      t, view, message, WD_SS_Expression_Nested_Struct_fields, &count, &items);

  if (status == WD_OK && count == 0)
    return wd__unsupported(t, message, "a struct without fields");
  return status == WD_OK ? wd__struct_of(t, count, items, out) : status;
}

/* A map of lists of its keys and values. */
enum wd_status
wd__make_map(struct translator *t, const struct view *view,
             const struct wd_message *message, const struct wd_expression **out)
{
  uint32_t count =
      wd_message_count(message, WD_SS_Expression_Nested_Map_key_values);
  const struct wd_expression **items =
      wd_arena_array(t->arena, (size_t)count * 2, sizeof *items);
  const struct wd_expression *lists[2];
  uint32_t i = 0;
  enum wd_status status = WD_OK;

  if (!items)
    return wd_fail_memory(t->error);
  for (const struct wd_value *pair =
           wd_message_find(message, WD_SS_Expression_Nested_Map_key_values);
       pair && status == WD_OK; pair = wd_value_next(pair), i++) {
    status = make_item(t, view, pair->message,
                       WD_SS_Expression_Nested_Map_KeyValue_key, "the key",
                       &items[i]);
    if (status == WD_OK)
      status = make_item(t, view, pair->message,
                         WD_SS_Expression_Nested_Map_KeyValue_value,
                         "the value", &items[count + i]);
  }
  for (uint32_t side = 0; side < 2 && status == WD_OK; side++)
    status = wd__make_call(t, message, WD_FN_LIST_OF, count,
                           items + (size_t)side * count, &lists[side]);
  if (status != WD_OK)
    return status;
  return wd__make_call(t, message, WD_FN_MAP_FROM_LISTS, 2, lists, out);
}

static enum wd_status
make_empty_list(struct translator *t, const struct wd_type *type,
                const struct wd_expression **out)
{
  struct wd_expression *node = wd_arena_alloc(t->arena, sizeof *node);

  if (!node)
    return wd_fail_memory(t->error);
  node->kind = WD_EXPR_CALL;
  node->function = WD_FN_LIST_OF;
  node->size = 1;
  node->type = *type;
  *out = node;
  return WD_OK;
}

enum wd_status
wd__make_empty(struct translator *t, const struct wd_message *type,
               const struct wd_expression **out)
{
  const struct wd_expression *lists[2];
  struct wd_type made;
  enum wd_status status = wd__type_of_parts(t, type, &made);

  if (status != WD_OK)
    return status;
  if (made.id == WD_TYPE_LIST)
    return make_empty_list(t, &made, out);
  for (uint32_t side = 0; side < 2 && status == WD_OK; side++) {
    struct wd_column *item = wd_arena_alloc(t->arena, sizeof *item);
    struct wd_type list = {
        .id = WD_TYPE_LIST, .child_count = 1, .children = item};

    if (!item)
      return wd_fail_memory(t->error);
    *item = made.children[0].type.children[side];
    item->name = "item";
    item->nullable = true;
    status = make_empty_list(t, &list, &lists[side]);
  }
  if (status != WD_OK)
    return status;
  return wd__make_call(t, type, WD_FN_MAP_FROM_LISTS, 2, lists, out);
}

enum wd_status
wd__nested(struct translator *t, const struct view *view,
           const struct wd_message *message, const struct wd_expression **out)
{
  static const uint32_t others[] = {
      WD_SS_Expression_Nested_nullable,
      WD_SS_Expression_Nested_type_variation_reference, 0};
  const struct wd_value *kind = wd__member(message, others);

  if (!kind)
    return wd__missing(t, message, "the kind of what is nested");
  switch (kind->field->number) {
  case WD_SS_Expression_Nested_struct:
    return wd__make_struct(t, view, kind->message, out);
  case WD_SS_Expression_Nested_list:
    return wd__make_list(t, view, kind->message, out);
  default:
    return wd__make_map(t, view, kind->message, out);
  }
}
