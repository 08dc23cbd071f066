/* Relations and tables of our own extension (proto/wasi_data.proto), but for
 * lambdas. */
#include <string.h>

#include "plan/coerce.h"
#include "substrait/own.h"

static const struct {
  const char *name;
  uint16_t type;
} messages[] = {
    {"Map", WD_SS_wasidata_Map},
    {"Filter", WD_SS_wasidata_Filter},
    {"FlatMap", WD_SS_wasidata_FlatMap},
    {"MapPartitions", WD_SS_wasidata_MapPartitions},
    {"ForEachPartition", WD_SS_wasidata_ForEachPartition},
    {"MapGroups", WD_SS_wasidata_MapGroups},
    {"CoMapGroups", WD_SS_wasidata_CoMapGroups},
    {"Reduce", WD_SS_wasidata_Reduce},
    {"TableFunction", WD_SS_wasidata_TableFunction},
    {"Rows", WD_SS_wasidata_Rows},
    {"Range", WD_SS_wasidata_Range},
    {"Sql", WD_SS_wasidata_Sql},
    {"ReadOptions", WD_SS_wasidata_ReadOptions},
    {"SortWithinPartitions", WD_SS_wasidata_SortWithinPartitions},
    {"Distinct", WD_SS_wasidata_Distinct},
    {"Sample", WD_SS_wasidata_Sample},
    {"RowIndex", WD_SS_wasidata_RowIndex},
    {"Explode", WD_SS_wasidata_Explode},
    {"Zip", WD_SS_wasidata_Zip},
    {"AsOfJoin", WD_SS_wasidata_AsOfJoin},
    {"StreamSource", WD_SS_wasidata_StreamSource},
    {"Watermark", WD_SS_wasidata_Watermark},
    {"Window", WD_SS_wasidata_Window},
};

/* The message that an Any says it holds; false: none of ours. */
static bool
find_type(const struct wd_message *any, uint16_t *out)
{
  static const char ours[] = WD_URL_OURS;
  const struct wd_value *url = wd_message_find(any, WD_SS_Any_type_url);
  size_t prefix = sizeof ours - 1;

  if (!url || url->bytes.length <= prefix ||
      memcmp(url->bytes.data, ours, prefix) != 0)
    return false;
  for (size_t i = 0; i < sizeof messages / sizeof *messages; i++)
    if (strlen(messages[i].name) == url->bytes.length - prefix &&
        memcmp(messages[i].name, url->bytes.data + prefix,
               url->bytes.length - prefix) == 0) {
      *out = messages[i].type;
      return true;
    }
  return false;
}

enum wd_status
wd__detail(struct translator *t, const struct wd_message *any,
           const struct wd_message **out)
{
  const struct wd_value *bytes = wd_message_find(any, WD_SS_Any_value);
  const struct wd_value *url = wd_message_find(any, WD_SS_Any_type_url);
  struct wd_message *empty;
  uint16_t type = 0;

  if (!find_type(any, &type))
    return wd_message_fail(
        any, WD_UNSUPPORTED, t->error, "'%.*s' is not known here",
        url ? (int)url->bytes.length : 0, url ? url->bytes.data : "");
  if (bytes)
    return wd_proto_decode_value(bytes, type, &wd__limits, t->arena, out,
                                 t->error);
  empty = wd_arena_alloc(t->arena, sizeof *empty);
  if (!empty)
    return wd_fail_memory(t->error);
  *empty = (struct wd_message){.type = type, .place = any->place};
  *out = empty;
  return WD_OK;
}

enum wd_status
wd__numbers(struct translator *t, const struct wd_message *message,
            uint32_t field, uint32_t limit, uint32_t *out_count,
            const uint32_t **out)
{
  uint32_t *numbers = wd_arena_array(t->arena, wd_message_count(message, field),
                                     sizeof *numbers);

  *out = numbers;
  *out_count = 0;
  if (!numbers)
    return wd_fail_memory(t->error);
  for (const struct wd_value *value = wd_message_find(message, field); value;
       value = wd_value_next(value)) {
    if (value->natural >= limit)
      return wd_value_fail(value, WD_INVALID_PLAN, t->error,
                           "column %llu of an input of %u",
                           (unsigned long long)value->natural, limit);
    numbers[(*out_count)++] = (uint32_t)value->natural;
  }
  return WD_OK;
}

/* A column of the input as the schema has it. */
static enum wd_status
fit_column(struct translator *t, const struct wd_message *where,
           const struct wd_schema *input, uint32_t column,
           const struct wd_column *wanted, const struct wd_expression **out)
{
  char a[96], b[96];
  enum wd_status status = wd__column(t, input, column, out);

  if (status != WD_OK || wd_type_equal(&(*out)->type, &wanted->type))
    return status;
  if (wd_type_alike(&(*out)->type, &wanted->type))
    return wd__make_cast(t, where, *out, &wanted->type, out);
  return wd_message_fail(where, WD_TYPE_MISMATCH, t->error,
                         "the column '%.100s' is %s, not %s as the plan says",
                         wanted->name, wd_type_text(&(*out)->type, a, sizeof a),
                         wd_type_text(&wanted->type, b, sizeof b));
}

/* The input with the names of a NamedStruct, whose types it must have. */
enum wd_status
wd__fit(struct translator *t, const struct wd_message *named,
        const struct wd_plan_node **node)
{
  const struct wd_schema *input = &(*node)->schema;
  struct wd_schema wanted;
  const struct wd_expression **columns;
  const char **names;
  bool same = true;
  enum wd_status status = wd__schema_of(t, named, &wanted);

  if (status != WD_OK)
    return status;
  if (wanted.count != input->count)
    return wd_message_fail(named, WD_INVALID_PLAN, t->error,
                           "the input has %u columns, not %u", input->count,
                           wanted.count);
  columns = wd_arena_array(t->arena, wanted.count, sizeof *columns);
  names = wd_arena_array(t->arena, wanted.count, sizeof *names);
  if (!columns || !names)
    return wd_fail_memory(t->error);
  for (uint32_t i = 0; i < wanted.count && status == WD_OK; i++) {
    status = fit_column(t, named, input, i, &wanted.columns[i], &columns[i]);
    names[i] = wanted.columns[i].name;
    same = same && status == WD_OK && columns[i]->kind == WD_EXPR_COLUMN &&
           strcmp(names[i], input->columns[i].name) == 0;
  }
  if (status != WD_OK || same)
    return status;
  return wd__plan_project(t->planner, *node, wanted.count, columns, names,
                          node);
}

static enum wd_status
read_sort(struct translator *t, const struct wd_message *detail,
          struct wd_plan_node *node)
{
  const struct view view = {.schema = &node->schema};
  enum wd_status status;

  node->kind = WD_NODE_SORT_WITHIN;
  status =
      wd__sort_keys(t, &view, detail, WD_SS_wasidata_SortWithinPartitions_sorts,
                    &node->sort.count, &node->sort.keys);
  return status == WD_OK && node->sort.count == 0
             ? wd__missing(t, detail, "the keys of the sort")
             : status;
}

static enum wd_status
read_distinct(struct translator *t, const struct wd_message *detail,
              struct wd_plan_node *node)
{
  enum wd_status status = wd__numbers(
      t, detail, WD_SS_wasidata_Distinct_columns, node->schema.count,
      &node->distinct.count, &node->distinct.columns);

  node->kind = WD_NODE_DISTINCT;
  if (status == WD_OK && node->distinct.count == 0)
    return wd__missing(t, detail, "a column");
  return status;
}

static enum wd_status
read_sample(struct translator *t, const struct wd_message *detail,
            struct wd_plan_node *node)
{
  const struct wd_value *fraction =
      wd_message_find(detail, WD_SS_wasidata_Sample_fraction);
  double most;

  node->kind = WD_NODE_SAMPLE;
  node->sample.replacement =
      wd_message_integer(detail, WD_SS_wasidata_Sample_replacement);
  node->sample.seed =
      (uint64_t)wd_message_integer(detail, WD_SS_wasidata_Sample_seed);
  node->sample.fraction = 0;
  if (fraction)
    memcpy(&node->sample.fraction, &fraction->natural, sizeof(double));
  most = node->sample.replacement ? WD_SAMPLE_FRACTION_MAX : 1.0;
  return node->sample.fraction >= 0 && node->sample.fraction <= most
             ? WD_OK
             : wd_message_fail(detail, WD_INVALID_PLAN, t->error,
                               "the fraction is not between 0 and %g", most);
}

/* The input's columns and more. */
static enum wd_status
extend(struct translator *t, struct wd_plan_node *node,
       const struct wd_column *more)
{
  uint32_t count = node->schema.count;
  struct wd_column *columns =
      wd_arena_array(t->arena, (size_t)count + 1, sizeof *columns);
  enum wd_status status = wd__plan_check_width(t->planner, (uint64_t)count + 1);

  if (!columns)
    return wd_fail_memory(t->error);
  if (count)
    memcpy(columns, node->schema.columns, count * sizeof *columns);
  columns[count] = *more;
  node->schema = (struct wd_schema){count + 1, columns};
  return status;
}

static enum wd_status
read_row_index(struct translator *t, struct wd_plan_node *node)
{
  const struct wd_column index = {.name = "row_index",
                                  .type = wd_type_of(WD_TYPE_I64)};

  node->kind = WD_NODE_ROW_INDEX;
  return extend(t, node, &index);
}

/* What stands in the place of a list or a map. */
static enum wd_status
find_items(struct translator *t, const struct wd_message *detail,
           const struct wd_type *type, bool position, struct wd_column *items,
           uint32_t *out_count)
{
  uint32_t count = 0;
  char text[96];

  if (position)
    items[count++] =
        (struct wd_column){.name = "position", .type = wd_type_of(WD_TYPE_I64)};
  switch (type->id) {
  case WD_TYPE_LIST:
  case WD_TYPE_FIXED_LIST:
    items[count] = type->children[0];
    items[count++].name = "item";
    break;
  case WD_TYPE_MAP:
    items[count] = type->children[0].type.children[0];
    items[count++].name = "key";
    items[count] = type->children[0].type.children[1];
    items[count++].name = "value";
    break;
  default:
    return wd_message_fail(detail, WD_TYPE_MISMATCH, t->error,
                           "%s has no items",
                           wd_type_text(type, text, sizeof text));
  }
  *out_count = count;
  return WD_OK;
}

static enum wd_status
read_explode(struct translator *t, const struct wd_message *detail,
             struct wd_plan_node *node)
{
  int64_t column = wd_message_integer(detail, WD_SS_wasidata_Explode_column);
  const struct wd_schema input = node->schema;
  struct wd_column items[3], *columns;
  uint32_t count = 0, at = 0;
  enum wd_status status;

  node->kind = WD_NODE_EXPLODE;
  node->explode.outer =
      wd_message_integer(detail, WD_SS_wasidata_Explode_outer);
  node->explode.has_position =
      wd_message_integer(detail, WD_SS_wasidata_Explode_position);
  if (column >= input.count)
    return wd_message_fail(detail, WD_INVALID_PLAN, t->error,
                           "column %lld of an input of %u", (long long)column,
                           input.count);
  node->explode.column = (uint32_t)column;
  status = find_items(t, detail, &input.columns[column].type,
                      node->explode.has_position, items, &count);
  if (status == WD_OK)
    status = wd__plan_check_width(t->planner, (uint64_t)input.count + 2);
  columns = wd_arena_array(t->arena, (size_t)input.count + 2, sizeof *columns);
  if (!columns)
    return wd_fail_memory(t->error);
  for (uint32_t i = 0; status == WD_OK && i < input.count; i++) {
    if (i != column) {
      columns[at++] = input.columns[i];
      continue;
    }
    for (uint32_t k = 0; k < count; k++, at++) {
      columns[at] = items[k];
      columns[at].nullable = items[k].nullable || node->explode.outer;
    }
  }
  node->schema = (struct wd_schema){at, columns};
  return status;
}

static enum wd_status
read_pair(struct translator *t, struct wd_plan_node *node)
{
  enum wd_status status =
      wd__plan_check_width(t->planner, (uint64_t)node->left->schema.count +
                                           node->right->schema.count);

  if (status != WD_OK)
    return status;
  return wd_schema_concat(&node->left->schema, &node->right->schema, t->arena,
                          &node->schema, t->error);
}

static enum wd_status
read_as_of(struct translator *t, const struct wd_message *detail,
           struct wd_plan_node *node)
{
  bool left = wd_message_integer(detail, WD_SS_wasidata_AsOfJoin_left);
  const struct wd_message *condition;
  struct wd_column *columns;
  struct view view = {.schema = &node->schema};
  enum wd_status status = read_pair(t, node);

  node->kind = WD_NODE_JOIN;
  node->join.kind = left ? WD_JOIN_AS_OF_LEFT : WD_JOIN_AS_OF;
  if (status == WD_OK)
    status = wd__need(t, detail, WD_SS_wasidata_AsOfJoin_condition,
                      "the condition", &condition);
  if (status == WD_OK)
    status = wd__predicate(t, &view, condition, "the condition of a join",
                           &node->join.condition);
  if (status == WD_OK)
    status = wd__plan_check_as_of(t->planner, node->join.condition,
                                  node->left->schema.count);
  if (status != WD_OK || !left)
    return status;
  columns = wd_arena_array(t->arena, node->schema.count, sizeof *columns);
  if (!columns)
    return wd_fail_memory(t->error);
  for (uint32_t i = 0; i < node->schema.count; i++) {
    columns[i] = node->schema.columns[i];
    columns[i].nullable = columns[i].nullable || i >= node->left->schema.count;
  }
  node->schema.columns = columns;
  return WD_OK;
}

static enum wd_status
make(struct translator *t, const struct wd_message *detail,
     struct wd_plan_node *node)
{
  bool pair = node->right;

  switch (detail->type) {
  case WD_SS_wasidata_SortWithinPartitions:
    return pair ? WD_UNSUPPORTED : read_sort(t, detail, node);
  case WD_SS_wasidata_Distinct:
    return pair ? WD_UNSUPPORTED : read_distinct(t, detail, node);
  case WD_SS_wasidata_Sample:
    return pair ? WD_UNSUPPORTED : read_sample(t, detail, node);
  case WD_SS_wasidata_RowIndex:
    return pair ? WD_UNSUPPORTED : read_row_index(t, node);
  case WD_SS_wasidata_Explode:
    return pair ? WD_UNSUPPORTED : read_explode(t, detail, node);
  case WD_SS_wasidata_Zip:
    node->kind = WD_NODE_ZIP;
    return pair ? read_pair(t, node) : WD_UNSUPPORTED;
  case WD_SS_wasidata_AsOfJoin:
    return pair ? read_as_of(t, detail, node) : WD_UNSUPPORTED;
  default:
    return WD_UNSUPPORTED;
  }
}

static enum wd_status
read_inputs(struct translator *t, const struct wd_message *rel, bool pair,
            const struct wd_plan_node *inputs[2])
{
  const struct wd_value *value =
      wd_message_find(rel, pair ? WD_SS_ExtensionMultiRel_inputs
                                : WD_SS_ExtensionSingleRel_input);
  enum wd_status status = WD_OK;

  if (pair && wd_message_count(rel, WD_SS_ExtensionMultiRel_inputs) != 2)
    return wd__unsupported(t, rel, "not two inputs");
  for (int i = 0; i < (pair ? 2 : 1) && status == WD_OK; i++) {
    if (!value)
      return wd__missing(t, rel, "the input");
    status = wd__relation(t, value->message, &inputs[i]);
    value = wd_value_next(value);
  }
  return status;
}

enum wd_status
wd__extension_rel(struct translator *t, const struct wd_message *rel,
                  const struct wd_plan_node **out)
{
  bool pair = rel->type == WD_SS_ExtensionMultiRel;
  const struct wd_plan_node *inputs[2] = {NULL, NULL};
  const struct wd_message *any, *detail;
  struct wd_plan_node *node;
  enum wd_status status = wd__need(t, rel,
                                   pair ? WD_SS_ExtensionMultiRel_detail
                                        : WD_SS_ExtensionSingleRel_detail,
                                   "the detail", &any);

  if (status == WD_OK)
    status = wd__detail(t, any, &detail);
  if (status == WD_OK && pair && detail->type == WD_SS_wasidata_Sql)
    return wd__sql_rel(t, detail, rel, out);
  if (status == WD_OK)
    status = read_inputs(t, rel, pair, inputs);
  if (status == WD_OK && wd__is_lambda(detail->type, pair))
    return wd__lambda_rel(t, detail, inputs[0], inputs[1], out);
  if (status == WD_OK)
    status =
        wd__plan_node(t->planner, WD_NODE_SAMPLE, inputs[0], inputs[1], &node);
  if (status != WD_OK)
    return status;
  *out = node;
  status = make(t, detail, node);
  if (status == WD_UNSUPPORTED && t->error->status == WD_OK)
    return wd__unsupported(t, any, wd_proto_types[detail->type].name);
  return status;
}

/* ---- Tables */

static enum wd_status
read_range(struct translator *t, const struct wd_message *detail,
           const struct wd_schema *schema, const struct wd_plan_node **out)
{
  struct wd_plan_node *node;
  enum wd_status status =
      wd__plan_node(t->planner, WD_NODE_RANGE, NULL, NULL, &node);

  if (status != WD_OK)
    return status;
  node->range.start = wd_message_integer(detail, WD_SS_wasidata_Range_start);
  node->range.end = wd_message_integer(detail, WD_SS_wasidata_Range_end);
  node->range.step = wd_message_integer(detail, WD_SS_wasidata_Range_step);
  if (node->range.step == 0)
    return wd__missing(t, detail, "step");
  if (schema->count != 1 || schema->columns[0].type.id != WD_TYPE_I64)
    return wd_message_fail(detail, WD_TYPE_MISMATCH, t->error,
                           "a range is one column of i64");
  node->schema = *schema;
  *out = node;
  return WD_OK;
}

static bool
is_aligned(const void *data)
{
  return ((uintptr_t)data & 7) == 0;
}

/* The buffers of a batch, each at a place as batches have them. */
static enum wd_status
read_buffers(struct translator *t, const struct wd_message *message,
             struct wd_span *buffers)
{
  uint32_t i = 0;

  for (const struct wd_value *value =
           wd_message_find(message, WD_SS_wasidata_Batch_buffers);
       value; value = wd_value_next(value), i++) {
    const char *data = value->bytes.data;

    if (value->bytes.length && !is_aligned(data)) {
      char *copy = wd_arena_alloc(t->arena, value->bytes.length);

      if (!copy)
        return wd_fail_memory(t->error);
      memcpy(copy, data, value->bytes.length);
      data = copy;
    }
    buffers[i] = (struct wd_span){(const uint8_t *)data, value->bytes.length};
  }
  return WD_OK;
}

enum wd_status
wd__read_batch(struct translator *t, const struct wd_message *message,
               const struct wd_schema *schema, struct wd_batch *out)
{
  uint32_t nodes = wd_message_count(message, WD_SS_wasidata_Batch_nodes);
  uint32_t buffers = wd_message_count(message, WD_SS_wasidata_Batch_buffers);
  struct wd_node *node = wd_arena_array(t->arena, nodes, sizeof *node);
  struct wd_span *spans = wd_arena_array(t->arena, buffers, sizeof *spans);
  const struct wd_value *rows =
      wd_message_find(message, WD_SS_wasidata_Batch_rows);
  uint32_t i = 0;
  struct wd_error local;
  enum wd_status status;

  if (!node || !spans)
    return wd_fail_memory(t->error);
  for (const struct wd_value *value =
           wd_message_find(message, WD_SS_wasidata_Batch_nodes);
       value; value = wd_value_next(value), i++) {
    uint64_t length = (uint64_t)wd_message_integer(
        value->message, WD_SS_wasidata_Batch_Node_length);
    uint64_t nulls = (uint64_t)wd_message_integer(
        value->message, WD_SS_wasidata_Batch_Node_null_count);

    if (length > UINT32_MAX || nulls > length)
      return wd_message_fail(value->message, WD_INVALID_PLAN, t->error,
                             "a column of so many values");
    node[i] = (struct wd_node){(uint32_t)length, (uint32_t)nulls};
  }
  if (rows && rows->natural > UINT32_MAX)
    return wd_value_fail(rows, WD_INVALID_PLAN, t->error, "so many rows");
  status = read_buffers(t, message, spans);
  if (status != WD_OK)
    return status;
  *out = (struct wd_batch){.rows = rows ? (uint32_t)rows->natural : 0,
                           .node_count = nodes,
                           .buffer_count = buffers,
                           .nodes = node,
                           .buffers = spans};
  wd_error_clear(&local);
  status = wd_batch_check(schema, out, UINT32_MAX, &local);
  return status == WD_OK ? WD_OK
                         : wd_message_fail(message, WD_INVALID_PLAN, t->error,
                                           "%s", local.message);
}

static enum wd_status
read_rows(struct translator *t, const struct wd_message *detail,
          const struct wd_schema *schema, const struct wd_plan_node **out)
{
  uint32_t count = wd_message_count(detail, WD_SS_wasidata_Rows_batches);
  struct wd_rows *batches = wd_arena_array(t->arena, count, sizeof *batches);
  struct wd_plan_node *node;
  enum wd_status status =
      wd__plan_node(t->planner, WD_NODE_VALUES, NULL, NULL, &node);

  if (status != WD_OK)
    return status;
  if (!batches)
    return wd_fail_memory(t->error);
  status = wd_schema_check_carried(schema, t->error);
  for (const struct wd_value *value =
           wd_message_find(detail, WD_SS_wasidata_Rows_batches);
       value && status == WD_OK; value = wd_value_next(value))
    status = wd__read_batch(t, value->message, schema,
                            &batches[node->values.batch_count++].batch);
  node->schema = *schema;
  node->values.batches = batches;
  *out = node;
  return status;
}

enum wd_status
wd__extension_table(struct translator *t, const struct wd_message *read,
                    const struct wd_message *table,
                    const struct wd_plan_node **out)
{
  const struct wd_message *any, *detail, *named;
  struct wd_schema schema;
  enum wd_status status = wd__need(
      t, table, WD_SS_ReadRel_ExtensionTable_detail, "the detail", &any);

  if (status == WD_OK)
    status = wd__detail(t, any, &detail);
  if (status == WD_OK)
    status = wd__need(t, read, WD_SS_ReadRel_base_schema, "the schema", &named);
  if (status == WD_OK)
    status = wd__schema_of(t, named, &schema);
  if (status != WD_OK)
    return status;
  switch (detail->type) {
  case WD_SS_wasidata_Range:
    return read_range(t, detail, &schema, out);
  case WD_SS_wasidata_Rows:
    return read_rows(t, detail, &schema, out);
  case WD_SS_wasidata_TableFunction:
    return wd__table_function(t, detail, &schema, out);
  case WD_SS_wasidata_Sql:
    status = wd__sql_rel(t, detail, NULL, out);
    return status == WD_OK ? wd__fit(t, named, out) : status;
  default:
    return wd__unsupported(t, any, wd_proto_types[detail->type].name);
  }
}

/* ---- Options of a read */

enum wd_status
wd__read_options(struct translator *t, const struct wd_message *table,
                 struct wd_plan_node *node)
{
  const struct wd_message *extension =
      wd_message_sub(table, WD_SS_ReadRel_NamedTable_advanced_extension);
  const struct wd_message *any =
      extension ? wd_message_sub(extension, WD_SS_AdvancedExtension_enhancement)
                : NULL;
  const struct wd_message *detail;
  struct wd_option *options;
  enum wd_status status = any ? wd__detail(t, any, &detail) : WD_OK;

  if (!any || status != WD_OK)
    return status;
  if (detail->type != WD_SS_wasidata_ReadOptions)
    return wd__unsupported(t, any, wd_proto_types[detail->type].name);
  options = wd_arena_array(
      t->arena, wd_message_count(detail, WD_SS_wasidata_ReadOptions_options),
      sizeof *options);
  if (!options)
    return wd_fail_memory(t->error);
  node->read.options = options;
  for (const struct wd_value *value =
           wd_message_find(detail, WD_SS_wasidata_ReadOptions_options);
       value && status == WD_OK; value = wd_value_next(value)) {
    struct wd_option *option = &options[node->read.option_count++];
    const struct wd_value *name =
        wd_message_find(value->message, WD_SS_wasidata_ReadOptions_Option_name);
    const struct wd_value *text = wd_message_find(
        value->message, WD_SS_wasidata_ReadOptions_Option_value);

    if (!name)
      return wd__missing(t, value->message, "the option's name");
    option->value = "";
    status = wd__text(t, name, &option->name);
    if (status == WD_OK && text)
      status = wd__text(t, text, &option->value);
  }
  return status;
}
