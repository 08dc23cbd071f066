/* Expressions that are made of expressions, not of text. */
#include <string.h>

#include "plan/typing.h"

static struct wd_expression *
new_expression(struct wd_arena *arena, enum wd_expression_kind kind,
               uint32_t count, const struct wd_expression *const *arguments)
{
  struct wd_expression *node = wd_arena_alloc(arena, sizeof *node);
  const struct wd_expression **copy =
      wd_arena_array(arena, count, sizeof *copy);

  if (!node || !copy)
    return NULL;
  node->kind = kind;
  node->size = 1;
  node->argument_count = count;
  node->arguments = copy;
  for (uint32_t i = 0; i < count; i++) {
    copy[i] = arguments[i];
    node->size += arguments[i]->size;
    node->nullable = node->nullable || arguments[i]->nullable;
  }
  return node;
}

enum wd_status
wd_expression_make_column(const struct wd_schema *schema, uint32_t column,
                          struct wd_arena *arena,
                          const struct wd_expression **out_expression,
                          struct wd_error *error)
{
  struct wd_expression *node = new_expression(arena, WD_EXPR_COLUMN, 0, NULL);

  if (!node)
    return wd_fail_memory(error);
  node->column = column;
  node->type = schema->columns[column].type;
  node->nullable = schema->columns[column].nullable;
  *out_expression = node;
  return WD_OK;
}

enum wd_status
wd_expression_make_text(const char *text, struct wd_arena *arena,
                        const struct wd_expression **out_expression,
                        struct wd_error *error)
{
  struct wd_expression *node = new_expression(arena, WD_EXPR_LITERAL, 0, NULL);

  if (!node)
    return wd_fail_memory(error);
  node->type = wd_type_of(WD_TYPE_STRING);
  node->literal.value.bytes.data = text;
  node->literal.value.bytes.length = strlen(text);
  *out_expression = node;
  return WD_OK;
}

enum wd_status
wd_expression_make_cast(const struct wd_expression *expression,
                        const struct wd_type *type, struct wd_arena *arena,
                        const struct wd_expression **out_expression,
                        struct wd_error *error)
{
  struct wd_expression *node;

  *out_expression = expression;
  if (wd_type_equal(&expression->type, type))
    return WD_OK;
  node = new_expression(arena, WD_EXPR_CAST, 1, &expression);
  if (!node)
    return wd_fail_memory(error);
  node->type = *type;
  *out_expression = node;
  return WD_OK;
}

enum wd_status
wd_expression_make_call(enum wd_function function, uint32_t count,
                        const struct wd_expression *const *arguments,
                        struct wd_arena *arena,
                        const struct wd_expression **out_expression,
                        struct wd_error *error)
{
  struct wd_expression *node =
      new_expression(arena, WD_EXPR_CALL, count, arguments);
  struct wd_type *types = wd_arena_array(arena, count, sizeof *types);
  bool *nullable = wd_arena_array(arena, count, sizeof *nullable);

  if (!node || !types || !nullable)
    return wd_fail_memory(error);
  for (uint32_t i = 0; i < count; i++) {
    types[i] = arguments[i]->type;
    nullable[i] = arguments[i]->nullable;
  }
  node->function = function;
  if (!wd_function_derive(function, count, types, nullable, arena, &node->type,
                          &node->nullable))
    return wd_fail(error, WD_INTERNAL, "%s over operands of other types",
                   wd_function_name(function));
  *out_expression = node;
  return WD_OK;
}

enum wd_status
wd_schema_concat(const struct wd_schema *left, const struct wd_schema *right,
                 struct wd_arena *arena, struct wd_schema *out_schema,
                 struct wd_error *error)
{
  struct wd_column *columns = wd_arena_array(
      arena, (size_t)left->count + right->count, sizeof *columns);

  if (!columns)
    return wd_fail_memory(error);
  if (left->count)
    memcpy(columns, left->columns, left->count * sizeof *columns);
  if (right->count)
    memcpy(columns + left->count, right->columns,
           right->count * sizeof *columns);
  out_schema->count = left->count + right->count;
  out_schema->columns = columns;
  return WD_OK;
}
