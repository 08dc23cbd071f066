/* Values of parameters as expressions: those of types that have no literals
 * are made of others. */
#include <string.h>

#include "plan/literal_array.h"
#include "plan/typer.h"

/* Longest text of a time, a uuid, a word of an enumeration. */
#define TEXT_MAX 65536

static enum wd_status
new_literal(struct typer *typer, const struct wd_syntax *syntax,
            const struct wd_type *type, const struct wd_literal *value,
            const struct wd_expression **out)
{
  struct wd_expression *node;
  enum wd_status status =
      wd__new_expression(typer, syntax, WD_EXPR_LITERAL, 0, NULL, &node);

  if (status != WD_OK)
    return status;
  node->type = *type;
  node->literal = *value;
  node->nullable = value->null;
  *out = node;
  return WD_OK;
}

static enum wd_status
new_node(struct typer *typer, const struct wd_syntax *syntax,
         enum wd_expression_kind kind, enum wd_function function,
         uint32_t count, const struct typed *operands,
         const struct wd_type *type, const struct wd_expression **out)
{
  struct wd_expression *node;
  enum wd_status status =
      wd__new_expression(typer, syntax, kind, count, operands, &node);

  if (status != WD_OK)
    return status;
  node->function = function;
  node->type = *type;
  node->nullable = kind == WD_EXPR_CAST && operands[0].expression->nullable;
  *out = node;
  return WD_OK;
}

static enum wd_status
new_cast(struct typer *typer, const struct wd_syntax *syntax,
         const struct wd_expression *of, const struct wd_type *type,
         const struct wd_expression **out)
{
  struct typed operand = {of, syntax};

  return new_node(typer, syntax, WD_EXPR_CAST, 0, 1, &operand, type, out);
}

/* Null, of a type. */
static enum wd_status
new_null(struct typer *typer, const struct wd_syntax *syntax,
         const struct wd_type *type, const struct wd_expression **out)
{
  struct wd_type none = wd_type_of(WD_TYPE_NULL);
  const struct wd_literal null = {.null = true};
  enum wd_status status = new_literal(typer, syntax, &none, &null, out);

  return status == WD_OK ? new_cast(typer, syntax, *out, type, out) : status;
}

/* A text that is cast. */
static enum wd_status
new_text(struct typer *typer, const struct wd_syntax *syntax,
         const struct wd_array *array, uint32_t row,
         const struct wd_expression **out)
{
  bool bytes = array->type->id == WD_TYPE_FIXED_BINARY;
  struct wd_type type = wd_type_of(bytes ? WD_TYPE_BINARY : WD_TYPE_STRING);
  struct wd_literal value = {.null = false};
  struct wd_buf buf;
  uint32_t length;
  enum wd_status status;

  if (bytes) {
    value.value.bytes.data = (const char *)wd_array_bytes(array, row, &length);
    value.value.bytes.length = length;
  } else {
    wd_buf_init(&buf, NULL, TEXT_MAX);
    wd_array_print(array, row, &buf);
    value.value.bytes.length = buf.length;
    value.value.bytes.data =
        buf.failed
            ? NULL
            : wd_arena_strndup(typer->arena, wd_buf_text(&buf), buf.length);
    wd_buf_fini(&buf);
  }
  if (!value.value.bytes.data)
    return wd_fail_memory(typer->error);
  status = new_literal(typer, syntax, &type, &value, out);
  return status == WD_OK ? new_cast(typer, syntax, *out, array->type, out)
                         : status;
}

/* No elements: the empty part of a list of one. */
static enum wd_status
new_empty(struct typer *typer, const struct wd_syntax *syntax,
          const struct wd_type *list, const struct wd_type *item,
          const struct wd_expression **out)
{
  struct wd_type i64 = wd_type_of(WD_TYPE_I64);
  const struct wd_literal one = {.value.integer = 1}, zero = {.null = false};
  struct typed operands[3] = {{NULL, syntax}, {NULL, syntax}, {NULL, syntax}};
  struct typed null = {NULL, syntax};
  enum wd_status status = new_null(typer, syntax, item, &null.expression);

  if (status == WD_OK)
    status = new_node(typer, syntax, WD_EXPR_CALL, WD_FN_LIST_OF, 1, &null,
                      list, &operands[0].expression);
  if (status == WD_OK)
    status = new_literal(typer, syntax, &i64, &one, &operands[1].expression);
  if (status == WD_OK)
    status = new_literal(typer, syntax, &i64, &zero, &operands[2].expression);
  return status == WD_OK ? new_node(typer, syntax, WD_EXPR_CALL,
                                    WD_FN_LIST_SLICE, 3, operands, list, out)
                         : status;
}

/* Elements [from, to) as a list. */
static enum wd_status
new_list(struct typer *typer, const struct wd_syntax *syntax,
         const struct wd_array *items, uint32_t from, uint32_t to,
         const struct wd_expression **out)
{
  uint32_t count = to - from;
  struct wd_type list;
  struct typed *operands;
  enum wd_status status = WD_OK;

  if (!wd_type_list(items->type, true, typer->arena, &list))
    return wd_fail_memory(typer->error);
  if (count == 0)
    return new_empty(typer, syntax, &list, items->type, out);
  if (count > WD_EXPRESSION_SIZE)
    return wd_source_fail(syntax->source, syntax->start, WD_LIMIT_EXCEEDED,
                          typer->error,
                          "the parameter has more than %u elements: make a "
                          "data set of them and join it",
                          WD_EXPRESSION_SIZE);
  operands = wd_arena_array(typer->arena, count, sizeof *operands);
  if (!operands)
    return wd_fail_memory(typer->error);
  for (uint32_t i = 0; status == WD_OK && i < count; i++) {
    operands[i].syntax = syntax;
    status =
        wd__type_value(typer, syntax, items, from + i, &operands[i].expression);
  }
  return status == WD_OK ? new_node(typer, syntax, WD_EXPR_CALL, WD_FN_LIST_OF,
                                    count, operands, &list, out)
                         : status;
}

/* A list, a fixed list or a map. */
static enum wd_status
new_elements(struct typer *typer, const struct wd_syntax *syntax,
             const struct wd_array *array, uint32_t row,
             const struct wd_expression **out)
{
  struct wd_array items = wd_array_child(array), part;
  struct typed pair[2] = {{NULL, syntax}, {NULL, syntax}};
  uint32_t from, to;
  enum wd_status status;

  wd_array_elements(array, row, &from, &to);
  if (array->type->id != WD_TYPE_MAP) {
    status = new_list(typer, syntax, &items, from, to, out);
    if (status == WD_OK && !wd_type_alike(&(*out)->type, array->type))
      status = new_cast(typer, syntax, *out, array->type, out);
    return status;
  }
  part = wd_array_child(&items);
  status = new_list(typer, syntax, &part, from, to, &pair[0].expression);
  part = wd_array_next(&part, &items.type->children[1].type);
  if (status == WD_OK)
    status = new_list(typer, syntax, &part, from, to, &pair[1].expression);
  return status == WD_OK
             ? new_node(typer, syntax, WD_EXPR_CALL, WD_FN_MAP_FROM_LISTS, 2,
                        pair, array->type, out)
             : status;
}

static enum wd_status
new_struct(struct typer *typer, const struct wd_syntax *syntax,
           const struct wd_array *array, uint32_t row,
           const struct wd_expression **out)
{
  uint32_t count = array->type->child_count;
  struct typed *operands =
      wd_arena_array(typer->arena, count, sizeof *operands);
  struct wd_array field = wd_array_child(array);
  enum wd_status status = WD_OK;

  if (!operands)
    return wd_fail_memory(typer->error);
  for (uint32_t i = 0; status == WD_OK && i < count; i++) {
    operands[i].syntax = syntax;
    status =
        wd__type_value(typer, syntax, &field, row, &operands[i].expression);
    if (i + 1 < count)
      field = wd_array_next(&field, &array->type->children[i + 1].type);
  }
  return status == WD_OK ? new_node(typer, syntax, WD_EXPR_CALL, WD_FN_STRUCT,
                                    count, operands, array->type, out)
                         : status;
}

/* A struct of the one member that is there, which only here is cast to its
 * union. */
static enum wd_status
new_union(struct typer *typer, const struct wd_syntax *syntax,
          const struct wd_array *array, uint32_t row,
          const struct wd_expression **out)
{
  uint32_t member = array->buffers[0].data[row];
  struct typed operand = {NULL, syntax};
  struct wd_array field = wd_array_child(array);
  struct wd_type one = wd_type_of(WD_TYPE_STRUCT);
  enum wd_status status;

  for (uint32_t i = 1; i <= member; i++)
    field = wd_array_next(&field, &array->type->children[i].type);
  one.child_count = 1;
  one.children = &array->type->children[member];
  status = wd__type_value(typer, syntax, &field, row, &operand.expression);
  if (status == WD_OK)
    status = new_node(typer, syntax, WD_EXPR_CALL, WD_FN_STRUCT, 1, &operand,
                      &one, out);
  return status == WD_OK ? new_cast(typer, syntax, *out, array->type, out)
                         : status;
}

enum wd_status
wd__type_value(struct typer *typer, const struct wd_syntax *syntax,
               const struct wd_array *array, uint32_t row,
               const struct wd_expression **out)
{
  struct wd_literal value;

  if (array->type->id == WD_TYPE_NULL || wd_array_null(array, row))
    return new_null(typer, syntax, array->type, out);
  switch (array->type->id) {
  case WD_TYPE_TIME:
  case WD_TYPE_UUID:
  case WD_TYPE_ENUM:
  case WD_TYPE_FIXED_BINARY:
    return new_text(typer, syntax, array, row, out);
  case WD_TYPE_LIST:
  case WD_TYPE_FIXED_LIST:
  case WD_TYPE_MAP:
    return new_elements(typer, syntax, array, row, out);
  case WD_TYPE_STRUCT:
    return new_struct(typer, syntax, array, row, out);
  case WD_TYPE_UNION:
    return new_union(typer, syntax, array, row, out);
  default:
    value = wd_literal_from_array(array, row);
    return new_literal(typer, syntax, array->type, &value, out);
  }
}
