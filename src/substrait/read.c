/* Tables: granted ones, and those that are written out in the plan. */
#include <ctype.h>
#include <string.h>

#include "plan/coerce.h"
#include "substrait/translate.h"

/* `a.b` of the names a and b. */
static enum wd_status
join_names(const struct translator *t, const struct wd_message *table,
           const char **out)
{
  struct wd_buf buf;
  enum wd_status status = WD_OK;

  wd_buf_init(&buf, t->arena->mem, 4096);
  for (const struct wd_value *value =
           wd_message_find(table, WD_SS_ReadRel_NamedTable_names);
       value && status == WD_OK; value = wd_value_next(value)) {
    const char *name = NULL;

    status = wd__text(t, value, &name);
    if (status == WD_OK && buf.length)
      wd_buf_putc(&buf, '.');
    if (status == WD_OK)
      wd_buf_puts(&buf, name);
  }
  if (status == WD_OK && buf.failed)
    status = buf.length + 256 > buf.maximum
                 ? wd_message_fail(table, WD_LIMIT_EXCEEDED, t->error,
                                   "the table's name is too long")
                 : wd_fail_memory(t->error);
  if (status == WD_OK && buf.length == 0)
    status = wd__missing(t, table, "the table's name");
  if (status == WD_OK)
    *out = wd_arena_strdup(t->arena, wd_buf_text(&buf));
  wd_buf_fini(&buf);
  return status == WD_OK && !*out ? wd_fail_memory(t->error) : status;
}

static enum wd_status
ask(struct translator *t, const char *name, struct wd_plan_node *node,
    struct wd_error *error)
{
  const struct wd_binder *binder = t->planner->binder;

  node->read.name = name;
  return binder->table(binder->env, name, node->read.options,
                       node->read.option_count, t->arena, &node->schema, error);
}

/* By its name, or, as producers fold names, by that in lower case. */
static enum wd_status
find_table(struct translator *t, const char *name, struct wd_plan_node *node)
{
  struct wd_error first, second;
  char *lower;
  enum wd_status status;

  wd_error_clear(&first);
  wd_error_clear(&second);
  status = ask(t, name, node, &first);
  if (status != WD_NOT_GRANTED)
    return status == WD_OK ? status : wd_error_pass(t->error, &first);
  lower = wd_arena_strdup(t->arena, name);
  if (!lower)
    return wd_fail_memory(t->error);
  for (char *c = lower; *c; c++)
    *c = (char)tolower((unsigned char)*c);
  if (strcmp(lower, name) == 0)
    return wd_error_pass(t->error, &first);
  status = ask(t, lower, node, &second);
  if (status == WD_OK)
    return WD_OK;
  return wd_error_pass(t->error, status == WD_NOT_GRANTED ? &first : &second);
}

/* A column of the table as the plan says that it is. */
static enum wd_status
find_column(struct translator *t, const struct wd_message *schema,
            const struct wd_plan_node *table, const char *table_name,
            const struct wd_column *wanted, const struct wd_expression **out)
{
  int found =
      wd_schema_find(&table->schema, wanted->name, strlen(wanted->name));
  struct wd_type common;
  char names[240], a[96], b[96];
  enum wd_status status;

  if (found < 0)
    return wd_message_fail(
        schema, WD_INVALID_PLAN, t->error,
        "the table '%s' has no column '%s'%s; its columns are: %s", table_name,
        wanted->name, found == -2 ? " (it has several)" : "",
        wd_schema_names(&table->schema, names, sizeof names));
  status = wd__column(t, &table->schema, (uint32_t)found, out);
  if (status != WD_OK || wd_type_alike(&(*out)->type, &wanted->type))
    return status;
  if (wd_type_common(&(*out)->type, &wanted->type, &common) &&
      wd_type_equal(&common, &wanted->type))
    return wd__make_cast(t, schema, *out, &wanted->type, out);
  return wd_message_fail(
      schema, WD_TYPE_MISMATCH, t->error,
      "the column '%s' of the table '%s' is %s, not %s as the plan says",
      wanted->name, table_name, wd_type_text(&(*out)->type, a, sizeof a),
      wd_type_text(&wanted->type, b, sizeof b));
}

/* The table's columns that the plan names, in its order. */
static enum wd_status
choose_columns(struct translator *t, const struct wd_message *schema,
               const struct wd_plan_node *table, const char *table_name,
               const struct wd_plan_node **out)
{
  struct wd_schema wanted;
  const struct wd_expression **columns;
  const char **names;
  bool same;
  enum wd_status status = wd__schema_of(t, schema, &wanted);

  if (status != WD_OK)
    return status;
  columns = wd_arena_array(t->arena, wanted.count, sizeof *columns);
  names = wd_arena_array(t->arena, wanted.count, sizeof *names);
  if (!columns || !names)
    return wd_fail_memory(t->error);
  same = wanted.count == table->schema.count;
  for (uint32_t i = 0; i < wanted.count && status == WD_OK; i++) {
    names[i] = wanted.columns[i].name;
    status = find_column(t, schema, table, table_name, &wanted.columns[i],
                         &columns[i]);
    same = same && status == WD_OK && columns[i]->kind == WD_EXPR_COLUMN &&
           columns[i]->column == i;
  }
  *out = table;
  if (status != WD_OK || same)
    return status;
  return wd__plan_project(t->planner, table, wanted.count, columns, names, out);
}

/* What the plan was given under that name, if anything. */
static struct wd_relation *
find_input(const struct translator *t, const char *name)
{
  for (uint32_t i = 0; i < t->relation->written.input_count; i++)
    if (strcmp(t->relation->written.inputs[i].name, name) == 0)
      return t->relation->written.inputs[i].relation;
  return NULL;
}

/* The table with all its columns, and the name by which it was found. */
static enum wd_status
make_table(struct translator *t, const struct wd_message *table,
           const struct wd_plan_node **out, const char **out_name)
{
  struct wd_relation *input;
  struct wd_plan_node *node;
  enum wd_status status = join_names(t, table, out_name);

  if (status != WD_OK)
    return status;
  input = find_input(t, *out_name);
  if (input)
    return wd__plan_relation(t->planner, input, out);
  status = wd__plan_node(t->planner, WD_NODE_READ, NULL, NULL, &node);
  if (status == WD_OK)
    status = wd__read_options(t, table, node);
  if (status == WD_OK)
    status = find_table(t, *out_name, node);
  if (status == WD_OK)
    status = wd__plan_check_width(t->planner, node->schema.count);
  *out = node;
  return status;
}

static enum wd_status
read_named(struct translator *t, const struct wd_message *read,
           const struct wd_message *table, const struct wd_plan_node **out)
{
  const struct wd_message *schema;
  const struct wd_plan_node *node;
  const char *name;
  enum wd_status status =
      wd__need(t, read, WD_SS_ReadRel_base_schema, "the schema", &schema);

  if (status == WD_OK)
    status = make_table(t, table, &node, &name);
  return status == WD_OK ? choose_columns(t, schema, node, name, out) : status;
}

/* The rows of a virtual table: one input row, expanded. */
struct rows {
  struct translator *t;
  struct wd_schema schema;
  uint32_t count;
  const struct wd_expression **values;
};

static enum wd_status
add_row(struct rows *rows, const struct wd_message *row, uint32_t field,
        bool literals)
{
  struct translator *t = rows->t;
  const struct view view = {.schema = NULL};
  uint32_t width = rows->schema.count, i = 0;
  const struct wd_expression **values =
      rows->values + (size_t)rows->count * width;
  enum wd_status status = WD_OK;

  if (wd_message_count(row, field) != width)
    return wd_message_fail(row, WD_INVALID_PLAN, t->error,
                           "a row of %u values for %u columns",
                           wd_message_count(row, field), width);
  for (const struct wd_value *value = wd_message_find(row, field);
       value && status == WD_OK; value = wd_value_next(value), i++) {
    const struct wd_type *type = &rows->schema.columns[i].type;

    status = literals ? wd__literal(t, value->message, &values[i])
                      : wd__expression(t, &view, value->message, &values[i]);
    if (status == WD_OK)
      status = wd__name_fields(t, value->message, type, &values[i]);
    if (status == WD_OK && !wd_type_equal(&values[i]->type, type))
      status = wd__make_cast(t, value->message, values[i], type, &values[i]);
  }
  rows->count++;
  return status;
}

static enum wd_status
read_rows(struct rows *rows, const struct wd_message *table)
{
  uint32_t old = wd_message_count(table, WD_SS_ReadRel_VirtualTable_values);
  uint32_t count =
      old + wd_message_count(table, WD_SS_ReadRel_VirtualTable_expressions);
  enum wd_status status = WD_OK;

  rows->values =
      wd_arena_array(rows->t->arena, (size_t)count * rows->schema.count + 1,
                     sizeof *rows->values);
  if (!rows->values)
    return wd_fail_memory(rows->t->error);
  if (old && old != count)
    return wd_message_fail(table, WD_INVALID_PLAN, rows->t->error,
                           "rows of the older form and of the newer");
  for (const struct wd_value *value = table->values; value && status == WD_OK;
       value = value->next)
    status = value->field->number == WD_SS_ReadRel_VirtualTable_values
                 ? add_row(rows, value->message,
                           WD_SS_Expression_Literal_Struct_fields, true)
                 : add_row(rows, value->message,
                           WD_SS_Expression_Nested_Struct_fields, false);
  return status;
}

/* So many rows of nothing. */
static enum wd_status
make_range(struct translator *t, int64_t count, struct wd_plan_node **out)
{
  struct wd_column *column = wd_arena_alloc(t->arena, sizeof *column);
  enum wd_status status =
      wd__plan_node(t->planner, WD_NODE_RANGE, NULL, NULL, out);

  if (!column)
    return wd_fail_memory(t->error);
  if (status != WD_OK)
    return status;
  column->name = "id";
  column->type = wd_type_of(WD_TYPE_I64);
  (*out)->schema = (struct wd_schema){1, column};
  (*out)->range.end = count;
  (*out)->range.step = 1;
  return WD_OK;
}

/* No row: nulls of the types, of no row. */
static enum wd_status
make_empty(struct rows *rows)
{
  for (uint32_t i = 0; i < rows->schema.count; i++) {
    struct wd_expression *null = wd_arena_alloc(rows->t->arena, sizeof *null);

    if (!null)
      return wd_fail_memory(rows->t->error);
    null->kind = WD_EXPR_LITERAL;
    null->size = 1;
    null->type = rows->schema.columns[i].type;
    null->literal.null = true;
    null->nullable = true;
    rows->values[i] = null;
  }
  return WD_OK;
}

static enum wd_status
project_rows(struct rows *rows, const struct wd_plan_node *input,
             const struct wd_plan_node **out)
{
  uint32_t width = rows->schema.count;
  const char **names = wd_arena_array(rows->t->arena, width, sizeof *names);

  if (!names)
    return wd_fail_memory(rows->t->error);
  for (uint32_t i = 0; i < width; i++)
    names[i] = rows->schema.columns[i].name;
  return wd__plan_project(rows->t->planner, input, width, rows->values, names,
                          out);
}

static enum wd_status
expand_rows(struct rows *rows, const struct wd_plan_node *input,
            const struct wd_plan_node **out)
{
  uint32_t width = rows->schema.count;
  struct wd_column *columns =
      wd_arena_array(rows->t->arena, width, sizeof *columns);
  struct wd_plan_node *node;
  enum wd_status status =
      wd__plan_node(rows->t->planner, WD_NODE_EXPAND, input, NULL, &node);

  if (!columns)
    return wd_fail_memory(rows->t->error);
  if (status != WD_OK)
    return status;
  for (uint32_t i = 0; i < width; i++) {
    columns[i] = rows->schema.columns[i];
    for (uint32_t row = 0; row < rows->count; row++)
      columns[i].nullable = columns[i].nullable ||
                            rows->values[(size_t)row * width + i]->nullable;
  }
  node->schema = (struct wd_schema){width, columns};
  node->expand.row_count = rows->count;
  node->expand.expressions = rows->values;
  *out = node;
  return WD_OK;
}

static enum wd_status
read_virtual(struct translator *t, const struct wd_message *read,
             const struct wd_message *table, const struct wd_plan_node **out)
{
  const struct wd_message *schema =
      wd_message_sub(read, WD_SS_ReadRel_base_schema);
  struct rows rows = {.t = t};
  struct wd_plan_node *range;
  enum wd_status status =
      schema ? wd__schema_of(t, schema, &rows.schema) : WD_OK;

  if (status == WD_OK)
    status = read_rows(&rows, table);
  if (status == WD_OK)
    status =
        make_range(t, rows.schema.count && rows.count ? 1 : rows.count, &range);
  if (status == WD_OK && rows.count == 0 && rows.schema.count) {
    rows.values =
        wd_arena_array(t->arena, rows.schema.count, sizeof *rows.values);
    status = rows.values ? make_empty(&rows) : wd_fail_memory(t->error);
  }
  if (status != WD_OK)
    return status;
  if (rows.count && rows.schema.count)
    return expand_rows(&rows, range, out);
  return project_rows(&rows, range, out);
}

static enum wd_status
read_source(struct translator *t, const struct wd_message *read,
            const struct wd_plan_node **out)
{
  const struct wd_message *named =
      wd_message_sub(read, WD_SS_ReadRel_named_table);
  const struct wd_message *virtual = wd_message_sub(
      read, WD_SS_ReadRel_virtual_table);
  const struct wd_message *extension =
      wd_message_sub(read, WD_SS_ReadRel_extension_table);
  enum wd_status status;

  if (named)
    return read_named(t, read, named, out);
  if (virtual)
    return read_virtual(t, read, virtual, out);
  if (extension)
    return wd__extension_table(t, read, extension, out);
  status = wd__refuse(t, read, WD_SS_ReadRel_local_files,
                      "reading files by their address: grant a table");
  if (status == WD_OK)
    status = wd__refuse(t, read, WD_SS_ReadRel_iceberg_table,
                        "reading Iceberg tables by their address");
  return status == WD_OK ? wd__missing(t, read, "what is read") : status;
}

/* The filter sees all columns of the schema, the mask comes after it. What a
 * best-effort filter leaves out may stay. */
enum wd_status
wd__read(struct translator *t, const struct wd_message *read,
         const struct wd_plan_node **out)
{
  const struct wd_message *filter = wd_message_sub(read, WD_SS_ReadRel_filter);
  const struct wd_message *mask =
      wd_message_sub(read, WD_SS_ReadRel_projection);
  const struct wd_expression *predicate;
  struct view view = {.subqueries = true};
  enum wd_status status = read_source(t, read, out);

  if (status != WD_OK)
    return status;
  view.schema = &(*out)->schema;
  if (filter) {
    status =
        wd__predicate(t, &view, filter, "the filter of a read", &predicate);
    if (status == WD_OK)
      status = wd__filter(t, *out, predicate, out);
  }
  return status == WD_OK && mask ? wd__mask(t, mask, out) : status;
}
