/* Virtual tables: few rows of values that have literals. */
#include <string.h>

#include "plan/literal_array.h"
#include "substrait/writer.h"

/* More values are written as what they lie in. */
#define VALUES_MAX 1024u

static size_t
begin_table(struct writer *w, const struct wd_schema *schema, size_t *out_table)
{
  size_t begun = wd_wire_begin(w->buf, WD_SS_Rel_read);

  wd__write_common(w, 0, NULL);
  wd__write_schema(w, WD_SS_ReadRel_base_schema, schema);
  *out_table = wd_wire_begin(w->buf, WD_SS_ReadRel_virtual_table);
  return begun;
}

/* Whether it is the same for every row, and needs none. */
static bool
is_constant(const struct wd_expression *expression)
{
  switch (expression->kind) {
  case WD_EXPR_LITERAL:
    return true;
  case WD_EXPR_CALL:
  case WD_EXPR_CAST:
    break;
  default:
    return false;
  }
  for (uint32_t i = 0; i < expression->argument_count; i++)
    if (!is_constant(expression->arguments[i]))
      return false;
  return true;
}

static bool
are_constant(uint32_t count, const struct wd_expression *const *expressions)
{
  for (uint32_t i = 0; i < count; i++)
    if (!is_constant(expressions[i]))
      return false;
  return true;
}

/* The rows of nothing that constants are for; false: the input has columns
 * that somebody may look at, or is none that a virtual table is read as. */
static bool
is_nothing(const struct wd_plan_node *node, int64_t *out_rows)
{
  if (node->kind != WD_NODE_RANGE || node->range.start != 0 ||
      node->range.step != 1 || node->range.end < 0 || node->range.end > 1)
    return false;
  *out_rows = node->range.end;
  return true;
}

static void
put_row(struct writer *w, uint32_t count,
        const struct wd_expression *const *values)
{
  size_t row = wd_wire_begin(w->buf, WD_SS_ReadRel_VirtualTable_expressions);

  for (uint32_t i = 0; i < count; i++)
    wd__write_expression(w, WD_SS_Expression_Nested_Struct_fields, values[i]);
  wd_wire_end(w->buf, row);
}

bool
wd__write_constant(struct writer *w, const struct wd_plan_node *node)
{
  bool expand = node->kind == WD_NODE_EXPAND;
  uint32_t count = node->schema.count;
  const struct wd_expression *const *values =
      expand ? node->expand.expressions : node->project.expressions;
  uint32_t rows = expand ? node->expand.row_count : 1;
  int64_t inputs;
  size_t read, table;

  if (!is_nothing(node->left, &inputs) || (expand && inputs != 1) ||
      (expand && node->expand.kept_count) || count == 0 ||
      rows > VALUES_MAX / count || !are_constant(rows * count, values))
    return false;
  read = begin_table(w, &node->schema, &table);
  for (uint32_t i = 0; inputs && i < rows; i++)
    put_row(w, count, values + (size_t)i * count);
  wd_wire_end(w->buf, table);
  wd_wire_end(w->buf, read);
  return true;
}

/* ---- Rows of the program's own */

static bool
has_literals(const struct wd_array *array, uint32_t rows)
{
  for (uint32_t row = 0; row < rows; row++) {
    struct wd_literal literal = {.null = true};

    if (array->type->child_count || array->type->id == WD_TYPE_ENUM)
      return false;
    if (wd_array_null(array, row))
      continue;
    if (!wd_literal_carried(array->type, &literal))
      return false;
    literal = wd_literal_from_array(array, row);
    if (array->type->id == WD_TYPE_STRING &&
        memchr(literal.value.bytes.data, '\0', literal.value.bytes.length))
      return false;
  }
  return true;
}

static bool
is_small(const struct wd_plan_node *node)
{
  uint64_t rows = 0;

  for (uint32_t i = 0; i < node->values.batch_count; i++) {
    const struct wd_batch *batch = &node->values.batches[i].batch;

    rows += batch->rows;
    for (uint32_t k = 0; k < node->schema.count; k++) {
      struct wd_array array = wd_array_of(&node->schema, batch, k);

      if (rows > VALUES_MAX || !has_literals(&array, batch->rows))
        return false;
    }
  }
  return rows && rows * node->schema.count <= VALUES_MAX;
}

static void
put_values(struct writer *w, const struct wd_schema *schema,
           const struct wd_batch *batch, uint32_t row)
{
  size_t begun = wd_wire_begin(w->buf, WD_SS_ReadRel_VirtualTable_expressions);

  for (uint32_t i = 0; i < schema->count; i++) {
    struct wd_array array = wd_array_of(schema, batch, i);
    struct wd_expression value = {.kind = WD_EXPR_LITERAL,
                                  .type = *array.type,
                                  .literal.null = wd_array_null(&array, row)};

    if (!value.literal.null)
      value.literal = wd_literal_from_array(&array, row);
    wd__write_literal(w, WD_SS_Expression_Nested_Struct_fields, &value);
  }
  wd_wire_end(w->buf, begun);
}

bool
wd__write_values(struct writer *w, const struct wd_plan_node *node)
{
  size_t read, table;

  if (!is_small(node))
    return false;
  read = begin_table(w, &node->schema, &table);
  for (uint32_t i = 0; i < node->values.batch_count; i++)
    for (uint32_t row = 0; row < node->values.batches[i].batch.rows; row++)
      put_values(w, &node->schema, &node->values.batches[i].batch, row);
  wd_wire_end(w->buf, table);
  wd_wire_end(w->buf, read);
  return true;
}
