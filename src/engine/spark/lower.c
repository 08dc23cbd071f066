#include "engine/spark/lower.h"

#include <stdio.h>
#include <string.h>

#include "arrow/ipc.h"
#include "engine/spark/carried.h"
#include "engine/spark/lambda.h"
#include "engine/spark/lower_interval.h"
#include "engine/spark/lower_named.h"
#include "engine/spark/stored.h"
#include "engine/spark/types.h"

struct wd_spark_name
wd_spark_name_of(const struct wd_schema *schema, uint32_t column)
{
  struct wd_spark_name name = {"z"};

  if (schema->count)
    snprintf(name.text, sizeof name.text, "c%u", column);
  return name;
}

void
wd_spark_put_text(struct wd_spark_lowering *lowering, uint32_t field,
                  const char *text)
{
  size_t expression = wd_sc_begin(lowering->writer, field);
  size_t string =
      wd_sc_begin(lowering->writer, WD_SC_Expression_expression_string);

  wd_sc_put_text(lowering->writer, WD_SC_Expression_ExpressionString_expression,
                 text);
  wd_sc_end(lowering->writer, string);
  wd_sc_end(lowering->writer, expression);
}

void
wd_spark_put_named(struct wd_spark_lowering *lowering, uint32_t field,
                   const char *text, const char *name)
{
  size_t expression = wd_sc_begin(lowering->writer, field);
  size_t alias = wd_sc_begin(lowering->writer, WD_SC_Expression_alias);

  wd_spark_put_text(lowering, WD_SC_Expression_Alias_expr, text);
  wd_sc_put_text(lowering->writer, WD_SC_Expression_Alias_name, name);
  wd_sc_end(lowering->writer, alias);
  wd_sc_end(lowering->writer, expression);
}

enum wd_status
wd_spark_put_written(struct wd_spark_lowering *lowering, uint32_t field,
                     struct wd_buf *buf, const char *name,
                     enum wd_status status)
{
  if (status == WD_OK)
    status = wd_spark_text_check(buf, lowering->error);
  if (status == WD_OK && name)
    wd_spark_put_named(lowering, field, wd_buf_text(buf), name);
  else if (status == WD_OK)
    wd_spark_put_text(lowering, field, wd_buf_text(buf));
  wd_buf_fini(buf);
  return status;
}

enum wd_status
wd_spark_put_expression(struct wd_spark_lowering *lowering, uint32_t field,
                        const struct wd_expression *expression)
{
  const char *text;
  enum wd_status status = wd_spark_expression(lowering, expression, &text);

  if (status == WD_OK)
    wd_spark_put_text(lowering, field, text);
  return status;
}

static void
put_column(struct wd_spark_lowering *lowering, const struct wd_schema *schema,
           uint32_t column)
{
  struct wd_spark_name name = wd_spark_name_of(schema, column);

  wd_spark_put_named(lowering, WD_SC_Project_expressions, name.text, name.text);
}

void
wd_spark_put_columns(struct wd_spark_lowering *lowering,
                     const struct wd_schema *schema)
{
  for (uint32_t i = 0; i < (schema->count ? schema->count : 1); i++)
    put_column(lowering, schema, i);
}

static enum wd_status
lower_project(struct wd_spark_lowering *lowering,
              const struct wd_plan_node *node)
{
  size_t project = wd_sc_begin(lowering->writer, WD_SC_Relation_project);
  enum wd_status status =
      wd_spark_lower_input(lowering, node, WD_SC_Project_input);

  for (uint32_t i = 0; status == WD_OK && i < node->schema.count; i++) {
    const char *text;

    status = wd_spark_expression(lowering, node->project.expressions[i], &text);
    if (status == WD_OK)
      wd_spark_put_named(lowering, WD_SC_Project_expressions, text,
                         wd_spark_name_of(&node->schema, i).text);
  }
  if (node->schema.count == 0)
    wd_spark_put_named(lowering, WD_SC_Project_expressions, "TRUE", "z");
  wd_sc_end(lowering->writer, project);
  return status;
}

static enum wd_status
lower_filter(struct wd_spark_lowering *lowering,
             const struct wd_plan_node *node)
{
  size_t filter = wd_sc_begin(lowering->writer, WD_SC_Relation_filter);
  enum wd_status status =
      wd_spark_lower_input(lowering, node, WD_SC_Filter_input);

  if (status == WD_OK)
    status =
        wd_spark_put_expression(lowering, WD_SC_Filter_condition, node->filter);
  wd_sc_end(lowering->writer, filter);
  return status;
}

static enum wd_status
put_key(struct wd_spark_lowering *lowering, uint32_t field,
        const struct wd_expression *expression)
{
  struct wd_buf buf;

  wd_buf_init(&buf, lowering->engine->mem, WD_SPARK_TEXT_MAX);
  return wd_spark_put_written(lowering, field, &buf, NULL,
                              wd_spark_write_key(lowering, expression, &buf));
}

static enum wd_status
put_sort_key(struct wd_spark_lowering *lowering, const struct wd_sort_key *key)
{
  struct wd_sc_writer *writer = lowering->writer;
  size_t order = wd_sc_begin(writer, WD_SC_Sort_order);
  enum wd_status status =
      put_key(lowering, WD_SC_Expression_SortOrder_child, key->expression);

  wd_sc_put_int(
      writer, WD_SC_Expression_SortOrder_direction,
      key->descending
          ? WD_SC_Expression_SortOrder_SortDirection_SORT_DIRECTION_DESCENDING
          : WD_SC_Expression_SortOrder_SortDirection_SORT_DIRECTION_ASCENDING);
  wd_sc_put_int(writer, WD_SC_Expression_SortOrder_null_ordering,
                key->nulls_first
                    ? WD_SC_Expression_SortOrder_NullOrdering_SORT_NULLS_FIRST
                    : WD_SC_Expression_SortOrder_NullOrdering_SORT_NULLS_LAST);
  wd_sc_end(writer, order);
  return status;
}

static enum wd_status
lower_sort(struct wd_spark_lowering *lowering, const struct wd_plan_node *node)
{
  size_t sort = wd_sc_begin(lowering->writer, WD_SC_Relation_sort);
  enum wd_status status =
      wd_spark_lower_input(lowering, node, WD_SC_Sort_input);

  for (uint32_t i = 0; status == WD_OK && i < node->sort.count; i++)
    status = put_sort_key(lowering, &node->sort.keys[i]);
  wd_sc_put_int(lowering->writer, WD_SC_Sort_is_global,
                node->kind == WD_NODE_SORT);
  wd_sc_end(lowering->writer, sort);
  return status;
}

/* Spark counts rows of limits and offsets in 32 bits. */
static enum wd_status
check_rows(const struct wd_spark_lowering *lowering, uint64_t count)
{
  if (count <= INT32_MAX)
    return WD_OK;
  return wd_fail(lowering->error, WD_UNSUPPORTED,
                 "Spark's limits and offsets end at 2147483647 rows");
}

static enum wd_status
lower_offset(struct wd_spark_lowering *lowering,
             const struct wd_plan_node *node, uint32_t field)
{
  size_t relation, offset;
  enum wd_status status;

  if (node->limit.offset == 0)
    return wd_spark_lower_node(lowering, node->left, field);
  relation = wd_sc_begin(lowering->writer, field);
  offset = wd_sc_begin(lowering->writer, WD_SC_Relation_offset);
  status = wd_spark_lower_node(lowering, node->left, WD_SC_Offset_input);
  wd_sc_put_int(lowering->writer, WD_SC_Offset_offset,
                (int64_t)node->limit.offset);
  wd_sc_end(lowering->writer, offset);
  wd_sc_end(lowering->writer, relation);
  return status == WD_OK ? check_rows(lowering, node->limit.offset) : status;
}

/* All the rows that a relation can have. */
#define ALL_ROWS (UINT64_MAX / 2)

static enum wd_status
lower_limit(struct wd_spark_lowering *lowering, const struct wd_plan_node *node,
            uint32_t field)
{
  size_t relation, limit;
  enum wd_status status;

  if (node->limit.count >= ALL_ROWS)
    return lower_offset(lowering, node, field);
  relation = wd_sc_begin(lowering->writer, field);
  limit = wd_sc_begin(lowering->writer, WD_SC_Relation_limit);
  status = lower_offset(lowering, node, WD_SC_Limit_input);
  wd_sc_put_int(lowering->writer, WD_SC_Limit_limit,
                (int64_t)node->limit.count);
  wd_sc_end(lowering->writer, limit);
  wd_sc_end(lowering->writer, relation);
  return status == WD_OK ? check_rows(lowering, node->limit.count) : status;
}

/* Evenly, or by the hash of columns. */
static enum wd_status
lower_repartition(struct wd_spark_lowering *lowering,
                  const struct wd_plan_node *node)
{
  struct wd_sc_writer *writer = lowering->writer;
  bool keys = node->repartition.column_count;
  size_t repartition =
      wd_sc_begin(writer, keys ? WD_SC_Relation_repartition_by_expression
                               : WD_SC_Relation_repartition);
  enum wd_status status = wd_spark_lower_node(
      lowering, node->left,
      keys ? WD_SC_RepartitionByExpression_input : WD_SC_Repartition_input);

  for (uint32_t i = 0; i < node->repartition.column_count; i++)
    wd_spark_put_text(
        lowering, WD_SC_RepartitionByExpression_partition_exprs,
        wd_spark_name_of(&node->schema, node->repartition.columns[i]).text);
  wd_sc_put_int(writer,
                keys ? WD_SC_RepartitionByExpression_num_partitions
                     : WD_SC_Repartition_num_partitions,
                node->repartition.count);
  if (!keys)
    wd_sc_put_int(writer, WD_SC_Repartition_shuffle, 1);
  wd_sc_end(writer, repartition);
  return status;
}

static enum wd_status
lower_set(struct wd_spark_lowering *lowering, const struct wd_plan_node *node)
{
  static const struct {
    int type;
    bool all;
  } operations[] = {
      [WD_SET_UNION_ALL] = {WD_SC_SetOperation_SetOpType_SET_OP_TYPE_UNION,
                            true},
      [WD_SET_UNION_DISTINCT] = {WD_SC_SetOperation_SetOpType_SET_OP_TYPE_UNION,
                                 false},
      [WD_SET_INTERSECT_ALL] =
          {WD_SC_SetOperation_SetOpType_SET_OP_TYPE_INTERSECT, true},
      [WD_SET_INTERSECT_DISTINCT] =
          {WD_SC_SetOperation_SetOpType_SET_OP_TYPE_INTERSECT, false},
      [WD_SET_EXCEPT_ALL] = {WD_SC_SetOperation_SetOpType_SET_OP_TYPE_EXCEPT,
                             true},
      [WD_SET_EXCEPT_DISTINCT] =
          {WD_SC_SetOperation_SetOpType_SET_OP_TYPE_EXCEPT, false},
  };
  size_t set = wd_sc_begin(lowering->writer, WD_SC_Relation_set_op);
  enum wd_status status =
      wd_spark_lower_node(lowering, node->left, WD_SC_SetOperation_left_input);

  if (status == WD_OK)
    status = wd_spark_lower_node(lowering, node->right,
                                 WD_SC_SetOperation_right_input);
  wd_sc_put_int(lowering->writer, WD_SC_SetOperation_set_op_type,
                operations[node->set].type);
  wd_sc_put_int(lowering->writer, WD_SC_SetOperation_is_all,
                operations[node->set].all);
  wd_sc_end(lowering->writer, set);
  return status;
}

static enum wd_status
lower_distinct(struct wd_spark_lowering *lowering,
               const struct wd_plan_node *node)
{
  size_t distinct = wd_sc_begin(lowering->writer, WD_SC_Relation_deduplicate);
  enum wd_status status =
      wd_spark_lower_node(lowering, node->left, WD_SC_Deduplicate_input);

  for (uint32_t i = 0; i < node->distinct.count; i++)
    wd_sc_put_text(
        lowering->writer, WD_SC_Deduplicate_column_names,
        wd_spark_name_of(&node->schema, node->distinct.columns[i]).text);
  if (node->distinct.count == 0)
    wd_sc_put_int(lowering->writer, WD_SC_Deduplicate_all_columns_as_keys, 1);
  wd_sc_end(lowering->writer, distinct);
  return status;
}

static enum wd_status
lower_sample(struct wd_spark_lowering *lowering,
             const struct wd_plan_node *node)
{
  struct wd_sc_writer *writer = lowering->writer;
  size_t sample = wd_sc_begin(writer, WD_SC_Relation_sample);
  enum wd_status status =
      wd_spark_lower_node(lowering, node->left, WD_SC_Sample_input);

  wd_sc_put_double(writer, WD_SC_Sample_lower_bound, 0);
  wd_sc_put_double(writer, WD_SC_Sample_upper_bound, node->sample.fraction);
  wd_sc_put_int(writer, WD_SC_Sample_with_replacement,
                node->sample.replacement);
  wd_sc_put_int(writer, WD_SC_Sample_seed, (int64_t)node->sample.seed);
  wd_sc_put_int(writer, WD_SC_Sample_deterministic_order, 1);
  wd_sc_end(writer, sample);
  return status;
}

/* Spark loses rows of ranges that span more than 63 bits. */
static enum wd_status
check_range(const struct wd_spark_lowering *lowering,
            const struct wd_plan_node *node)
{
  int64_t span;

  if (!__builtin_sub_overflow(node->range.end, node->range.start, &span))
    return WD_OK;
  return wd_fail(lowering->error, WD_UNSUPPORTED,
                 "Spark has no ranges from %lld to %lld: they span more than "
                 "63 bits",
                 (long long)node->range.start, (long long)node->range.end);
}

static enum wd_status
lower_range(struct wd_spark_lowering *lowering, const struct wd_plan_node *node)
{
  struct wd_sc_writer *writer = lowering->writer;
  size_t project = wd_sc_begin(writer, WD_SC_Relation_project);
  size_t relation = wd_sc_begin(writer, WD_SC_Project_input);
  size_t range = wd_sc_begin(writer, WD_SC_Relation_range);

  wd_sc_put_int(writer, WD_SC_Range_start, node->range.start);
  wd_sc_put_int(writer, WD_SC_Range_end, node->range.end);
  wd_sc_put_int(writer, WD_SC_Range_step, node->range.step);
  wd_sc_end(writer, range);
  wd_sc_end(writer, relation);
  wd_spark_put_named(lowering, WD_SC_Project_expressions, "id", "c0");
  wd_sc_end(writer, project);
  return check_range(lowering, node);
}

static enum wd_status
lower_row_index(struct wd_spark_lowering *lowering,
                const struct wd_plan_node *node)
{
  size_t project = wd_sc_begin(lowering->writer, WD_SC_Relation_project);
  enum wd_status status =
      wd_spark_lower_node(lowering, node->left, WD_SC_Project_input);

  for (uint32_t i = 0; i < node->left->schema.count; i++)
    put_column(lowering, &node->left->schema, i);
  wd_spark_put_named(
      lowering, WD_SC_Project_expressions, WD_SPARK_ROW_NUMBER,
      wd_spark_name_of(&node->schema, node->schema.count - 1).text);
  wd_sc_end(lowering->writer, project);
  return status;
}

static enum wd_status
take_ipc(void *env, const void *data, size_t size, struct wd_error *error)
{
  struct wd_buf *buf = env;

  return wd_buf_add(buf, data, size)
             ? WD_OK
             : wd_fail(error, WD_LIMIT_EXCEEDED,
                       "the rows that the program made are more than %u MiB; "
                       "write them to a file and grant it as a table",
                       WD_SC_REQUEST_MAX >> 20);
}

/* A schema with our names, all columns nullable. */
static enum wd_status
rename_columns(struct wd_spark_lowering *lowering,
               const struct wd_schema *schema, struct wd_schema *out_schema)
{
  struct wd_column *columns =
      wd_arena_array(lowering->arena, schema->count, sizeof *columns);

  if (!columns)
    return wd_fail_memory(lowering->error);
  for (uint32_t i = 0; i < schema->count; i++) {
    columns[i] = schema->columns[i];
    columns[i].name =
        wd_arena_strdup(lowering->arena, wd_spark_name_of(schema, i).text);
    if (!columns[i].name)
      return wd_fail_memory(lowering->error);
  }
  *out_schema = (struct wd_schema){schema->count, columns};
  return WD_OK;
}

static enum wd_status
write_batch(struct wd_spark_lowering *lowering, const struct wd_schema *schema,
            const struct wd_batch *batch, struct wd_ipc_writer *writer)
{
  struct wd_batch packed;
  struct wd_arena arena;
  enum wd_status status;

  if (wd_spark_schema_plain(schema))
    return wd_ipc_writer_write(writer, batch, lowering->error);
  wd_arena_init(&arena, lowering->engine->mem, 0);
  status = wd_spark_pack(schema, batch, &arena, &packed, lowering->error);
  if (status == WD_OK)
    status = wd_ipc_writer_write(writer, &packed, lowering->error);
  wd_arena_fini(&arena);
  return status;
}

static enum wd_status
write_rows(struct wd_spark_lowering *lowering, const struct wd_plan_node *node,
           struct wd_buf *buf)
{
  struct wd_ipc_writer *writer = NULL;
  struct wd_schema schema;
  enum wd_status status = wd_spark_carrier_schema(
      &node->schema, lowering->arena, &schema, lowering->error);

  if (status == WD_OK)
    status = rename_columns(lowering, &schema, &schema);
  if (status == WD_OK)
    status = wd_ipc_writer_begin(lowering->engine->mem, &schema, take_ipc, buf,
                                 &writer, lowering->error);
  for (uint32_t i = 0; status == WD_OK && i < node->values.batch_count; i++)
    status = write_batch(lowering, &node->schema,
                         &node->values.batches[i].batch, writer);
  if (status == WD_OK)
    status = wd_ipc_writer_end(writer, lowering->error);
  wd_ipc_writer_free(writer);
  return status;
}

/* Rows without columns are so many of a range. */
static enum wd_status
lower_bare_rows(struct wd_spark_lowering *lowering,
                const struct wd_plan_node *node)
{
  struct wd_sc_writer *writer = lowering->writer;
  size_t project = wd_sc_begin(writer, WD_SC_Relation_project);
  size_t relation = wd_sc_begin(writer, WD_SC_Project_input);
  size_t range = wd_sc_begin(writer, WD_SC_Relation_range);
  int64_t rows = 0;

  for (uint32_t i = 0; i < node->values.batch_count; i++)
    rows += node->values.batches[i].batch.rows;
  wd_sc_put_int(writer, WD_SC_Range_end, rows);
  wd_sc_put_int(writer, WD_SC_Range_step, 1);
  wd_sc_end(writer, range);
  wd_sc_end(writer, relation);
  wd_spark_put_named(lowering, WD_SC_Project_expressions, "TRUE", "z");
  wd_sc_end(writer, project);
  return WD_OK;
}

static enum wd_status
lower_values(struct wd_spark_lowering *lowering,
             const struct wd_plan_node *node)
{
  struct wd_buf buf;
  size_t local;
  enum wd_status status;

  if (node->schema.count == 0)
    return lower_bare_rows(lowering, node);
  wd_buf_init(&buf, lowering->engine->mem, WD_SC_REQUEST_MAX);
  status = wd_spark_schema_check(&node->schema, lowering->error);
  if (status == WD_OK)
    status = write_rows(lowering, node, &buf);
  local = wd_sc_begin(lowering->writer, WD_SC_Relation_local_relation);
  if (status == WD_OK)
    wd_sc_put_bytes(lowering->writer, WD_SC_LocalRelation_data, buf.data,
                    buf.length);
  wd_sc_end(lowering->writer, local);
  wd_buf_fini(&buf);
  return status;
}

/* Without the columns that the node's expressions called for, or have from
 * subqueries. */
static enum wd_status
lower_trimmed(struct wd_spark_lowering *lowering,
              const struct wd_plan_node *node,
              enum wd_status (*lower)(struct wd_spark_lowering *lowering,
                                      const struct wd_plan_node *node))
{
  size_t project, relation;
  enum wd_status status;

  if (!wd_spark_has_calls(node) && wd_spark_count_subqueries(node) == 0)
    return lower(lowering, node);
  project = wd_sc_begin(lowering->writer, WD_SC_Relation_project);
  relation = wd_sc_begin(lowering->writer, WD_SC_Project_input);
  status = lower(lowering, node);
  wd_sc_end(lowering->writer, relation);
  wd_spark_put_columns(lowering, &node->schema);
  wd_sc_end(lowering->writer, project);
  return status;
}

/* What goes into the Relation of its own. */
static enum wd_status
lower_step(struct wd_spark_lowering *lowering, const struct wd_plan_node *node)
{
  switch (node->kind) {
  case WD_NODE_VALUES:
    return lower_values(lowering, node);
  case WD_NODE_RANGE:
    return lower_range(lowering, node);
  case WD_NODE_GENERATE:
    return wd_spark_lower_generate(lowering, node);
  case WD_NODE_PROJECT:
    return lower_project(lowering, node);
  case WD_NODE_FILTER:
    return lower_trimmed(lowering, node, lower_filter);
  case WD_NODE_AGGREGATE:
    return wd_spark_lower_aggregate(lowering, node);
  case WD_NODE_JOIN:
    return wd_spark_lower_join(lowering, node);
  case WD_NODE_SORT:
    return lower_trimmed(lowering, node, lower_sort);
  case WD_NODE_DISTINCT:
    return lower_distinct(lowering, node);
  case WD_NODE_SET:
    return lower_set(lowering, node);
  case WD_NODE_SAMPLE:
    return lower_sample(lowering, node);
  case WD_NODE_ROW_INDEX:
    return lower_row_index(lowering, node);
  case WD_NODE_EXPAND:
    return wd_spark_lower_expand(lowering, node);
  case WD_NODE_EXPLODE:
    return wd_spark_lower_explode(lowering, node);
  case WD_NODE_LAMBDA:
    return wd_spark_lower_lambda(lowering, node);
  case WD_NODE_CO_GROUP:
    return wd_spark_lower_co_group(lowering, node);
  case WD_NODE_REPARTITION:
    return lower_repartition(lowering, node);
  case WD_NODE_ZIP:
    return wd_spark_lower_zip(lowering, node);
  case WD_NODE_SORT_WITHIN:
    return lower_trimmed(lowering, node, lower_sort);
  case WD_NODE_SQL:
    return wd_spark_lower_sql(lowering, node);
  default:
    return wd_fail(lowering->error, WD_INTERNAL, "an unknown kind of node");
  }
}

enum wd_status
wd_spark_lower_node(struct wd_spark_lowering *lowering,
                    const struct wd_plan_node *node, uint32_t field)
{
  size_t relation;
  enum wd_status status;

  /* Plans are at most WD_PLAN_DEPTH deep, so this may recurse. */
  if (lowering->writer->too_deep || lowering->writer->buf.failed)
    return wd_sc_writer_check(lowering->writer, lowering->error);
  if (node->kind == WD_NODE_LIMIT)
    return lower_limit(lowering, node, field);
  if (node->kind == WD_NODE_READ)
    return wd_spark_lower_read(lowering, node, field);
  if (node->kind == WD_NODE_CACHE)
    return wd_spark_lower_stored(lowering, node, field);
  relation = wd_sc_begin(lowering->writer, field);
  status = lower_step(lowering, node);
  wd_sc_end(lowering->writer, relation);
  return status;
}
