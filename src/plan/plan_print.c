/* Nodes of plans for people: what they are called and what they do. */
#include <inttypes.h>
#include <string.h>

#include "plan/lexer.h"
#include "plan/plan_graph.h"
#include "plan/sql.h"

static const char *
join_name(enum wd_join_kind kind)
{
  static const char *const names[] = {
      [WD_JOIN_INNER] = "inner join",
      [WD_JOIN_LEFT] = "left join",
      [WD_JOIN_RIGHT] = "right join",
      [WD_JOIN_FULL] = "full join",
      [WD_JOIN_SEMI] = "semi join",
      [WD_JOIN_ANTI] = "anti join",
      [WD_JOIN_CROSS] = "cross join",
      [WD_JOIN_AS_OF] = "as-of join",
      [WD_JOIN_AS_OF_LEFT] = "as-of-left join",
  };

  return names[kind];
}

static const char *
set_name(enum wd_set_operation operation)
{
  static const char *const names[] = {
      [WD_SET_UNION_ALL] = "union all",
      [WD_SET_UNION_DISTINCT] = "union distinct",
      [WD_SET_INTERSECT_ALL] = "intersect all",
      [WD_SET_INTERSECT_DISTINCT] = "intersect distinct",
      [WD_SET_EXCEPT_ALL] = "except all",
      [WD_SET_EXCEPT_DISTINCT] = "except distinct",
  };

  return names[operation];
}

const char *
wd_plan_node_name(const struct wd_plan_node *node)
{
  static const char *const names[] = {
      [WD_NODE_READ] = "read",
      [WD_NODE_VALUES] = "values",
      [WD_NODE_RANGE] = "range",
      [WD_NODE_GENERATE] = "generate",
      [WD_NODE_PROJECT] = "project",
      [WD_NODE_FILTER] = "filter",
      [WD_NODE_AGGREGATE] = "aggregate",
      [WD_NODE_SORT] = "sort",
      [WD_NODE_LIMIT] = "limit",
      [WD_NODE_REPARTITION] = "repartition",
      [WD_NODE_SORT_WITHIN] = "sort within partitions",
      [WD_NODE_DISTINCT] = "distinct",
      [WD_NODE_SAMPLE] = "sample",
      [WD_NODE_ROW_INDEX] = "row index",
      [WD_NODE_EXPAND] = "expand",
      [WD_NODE_ZIP] = "zip",
      [WD_NODE_SQL] = "sql",
  };

  switch (node->kind) {
  case WD_NODE_LAMBDA:
    return wd_role_name(node->lambda.role);
  case WD_NODE_CO_GROUP:
    return wd_role_name(WD_ROLE_CO_GROUP);
  case WD_NODE_JOIN:
    return join_name(node->join.kind);
  case WD_NODE_SET:
    return set_name(node->set);
  case WD_NODE_CACHE:
    return node->left ? "cache" : "cached rows";
  case WD_NODE_EXPLODE:
    return node->explode.outer ? "explode outer" : "explode";
  default:
    return names[node->kind];
  }
}

static void
print_schema(const struct wd_schema *schema, struct wd_buf *buf)
{
  wd_buf_puts(buf, " -> ");
  if (schema->count)
    wd_schema_print(schema, buf);
  else
    wd_buf_puts(buf, "no columns");
}

static void
print_read(const struct wd_plan_node *node, struct wd_buf *buf)
{
  wd_buf_putc(buf, ' ');
  wd_name_print(node->read.name, buf);
  for (uint32_t i = 0; i < node->read.option_count; i++)
    wd_buf_printf(buf, ", %s=%s", node->read.options[i].name,
                  node->read.options[i].value);
  print_schema(&node->schema, buf);
}

static void
print_values(const struct wd_plan_node *node, struct wd_buf *buf)
{
  uint64_t rows = 0;

  for (uint32_t i = 0; i < node->values.batch_count; i++)
    rows += node->values.batches[i].batch.rows;
  wd_buf_printf(buf, " %" PRIu64 " row%s", rows, rows == 1 ? "" : "s");
  print_schema(&node->schema, buf);
}

/* `expression as name`, the name only where it differs. */
static void
print_named(const struct wd_expression *expression,
            const struct wd_schema *input, const char *name, struct wd_buf *buf)
{
  wd_expression_print(expression, input, buf);
  if (expression->kind == WD_EXPR_COLUMN &&
      strcmp(input->columns[expression->column].name, name) == 0)
    return;
  wd_buf_puts(buf, " as ");
  wd_name_print(name, buf);
}

static void
print_project(const struct wd_plan_node *node, struct wd_buf *buf)
{
  for (uint32_t i = 0; i < node->schema.count; i++) {
    wd_buf_puts(buf, i ? ", " : " ");
    print_named(node->project.expressions[i], &node->left->schema,
                node->schema.columns[i].name, buf);
  }
}

static void
print_closure(const struct wd_closure *closure, uint32_t site,
              const struct wd_bound *bound, const struct wd_schema *input,
              struct wd_buf *buf)
{
  wd_buf_printf(buf, "lambda %" PRIu32 " at site %" PRIu32, closure->function,
                site);
  if (bound->all_columns || !input)
    return;
  wd_buf_puts(buf, " of (");
  for (uint32_t i = 0; i < bound->column_count; i++) {
    if (i)
      wd_buf_puts(buf, ", ");
    wd_name_print(input->columns[bound->columns[i]].name, buf);
  }
  wd_buf_putc(buf, ')');
}

/* How many columns do not go through the lambda. */
static void
print_passed(const struct wd_plan_node *node, struct wd_buf *buf)
{
  const uint32_t *passed = node->lambda.bound.passed;
  uint32_t count = 0;

  for (uint32_t i = 0; passed && i < node->schema.count; i++)
    count += passed[i] != UINT32_MAX;
  if (count)
    wd_buf_printf(buf, " beside %" PRIu32 " column%s", count,
                  count == 1 ? "" : "s");
}

static void
print_generate(const struct wd_plan_node *node, struct wd_buf *buf)
{
  uint32_t partitions = node->lambda.bound.partitions;

  wd_buf_putc(buf, ' ');
  print_closure(&node->lambda.closure, node->lambda.site, &node->lambda.bound,
                NULL, buf);
  wd_buf_printf(buf, " in %" PRIu32 " partition%s", partitions,
                partitions == 1 ? "" : "s");
  print_schema(&node->schema, buf);
}

static void
print_columns(const struct wd_schema *schema, const uint32_t *columns,
              uint32_t count, struct wd_buf *buf)
{
  for (uint32_t i = 0; i < count; i++) {
    wd_buf_puts(buf, i ? ", " : " by ");
    wd_name_print(schema->columns[columns[i]].name, buf);
  }
}

static void
print_lambda(const struct wd_plan_node *node, struct wd_buf *buf)
{
  wd_buf_putc(buf, ' ');
  print_closure(&node->lambda.closure, node->lambda.site, &node->lambda.bound,
                &node->left->schema, buf);
  print_columns(&node->left->schema, node->lambda.keys, node->lambda.key_count,
                buf);
  print_passed(node, buf);
  if (node->lambda.role != WD_ROLE_FILTER)
    print_schema(&node->schema, buf);
}

static void
print_call(const struct wd_measure *measure, const struct wd_schema *input,
           struct wd_buf *buf)
{
  wd_buf_puts(buf, wd_aggregate_name(measure->function));
  wd_buf_puts(buf, measure->distinct ? "(distinct " : "(");
  if (measure->function == WD_AGG_COUNT_STAR)
    wd_buf_putc(buf, '*');
  for (uint32_t i = 0; i < measure->argument_count; i++) {
    if (i)
      wd_buf_puts(buf, ", ");
    wd_expression_print(measure->arguments[i], input, buf);
  }
  for (uint32_t i = 0; i < measure->sort_count; i++) {
    wd_buf_puts(buf, i ? ", " : " order by ");
    wd_expression_print(measure->sorts[i].expression, input, buf);
    wd_buf_puts(buf, measure->sorts[i].descending ? " desc" : "");
    wd_buf_puts(buf,
                measure->sorts[i].nulls_first ? " nulls first" : " nulls last");
  }
  wd_buf_putc(buf, ')');
}

static void
print_measure(const struct wd_measure *measure, const struct wd_schema *input,
              struct wd_buf *buf)
{
  if (!measure->bound.lambda) {
    print_call(measure, input, buf);
  } else {
    wd_buf_printf(buf, "%s ", wd_role_name(measure->role));
    if (measure->name)
      wd_buf_printf(buf, "%s%s ", measure->distinct ? "distinct " : "",
                    measure->name);
    print_closure(&measure->closure, measure->site, &measure->bound, NULL, buf);
    if (measure->role == WD_ROLE_AGGREGATE) {
      wd_buf_puts(buf, " of (");
      for (uint32_t i = 0; i < measure->argument_count; i++) {
        if (i)
          wd_buf_puts(buf, ", ");
        wd_expression_print(measure->arguments[i], input, buf);
      }
      wd_buf_putc(buf, ')');
    }
  }
  if (measure->filter) {
    wd_buf_puts(buf, " where ");
    wd_expression_print(measure->filter, input, buf);
  }
}

/* ` in sets (a, b), (a), ()` */
static void
print_sets(const struct wd_plan_node *node, struct wd_buf *buf)
{
  for (uint32_t i = 0; i < node->aggregate.set_count; i++) {
    const struct wd_key_set *set = &node->aggregate.sets[i];

    wd_buf_puts(buf, i ? ", (" : " in sets (");
    for (uint32_t k = 0; k < set->count; k++) {
      wd_buf_puts(buf, k ? ", " : "");
      wd_name_print(node->schema.columns[set->keys[k]].name, buf);
    }
    wd_buf_putc(buf, ')');
  }
}

static void
print_aggregate(const struct wd_plan_node *node, struct wd_buf *buf)
{
  const struct wd_schema *input = &node->left->schema;
  uint32_t keys = node->aggregate.key_count;

  for (uint32_t i = 0; i < keys; i++) {
    wd_buf_puts(buf, i ? ", " : " by ");
    print_named(node->aggregate.keys[i], input, node->schema.columns[i].name,
                buf);
  }
  print_sets(node, buf);
  for (uint32_t i = 0; i < node->aggregate.measure_count; i++) {
    const struct wd_measure *measure = &node->aggregate.measures[i];

    wd_buf_puts(buf, i ? ", " : ": ");
    print_measure(measure,
                  !measure->bound.lambda && measure->function == WD_AGG_GROUPING
                      ? &node->schema
                      : input,
                  buf);
    if (measure->bound.lambda && measure->role == WD_ROLE_REDUCE)
      continue;
    wd_buf_puts(buf, " as ");
    wd_name_print(node->schema.columns[keys + i].name, buf);
  }
}

static void
print_join(const struct wd_plan_node *node, struct wd_buf *buf)
{
  if (!node->join.condition)
    return;
  wd_buf_puts(buf, " on ");
  wd_expression_print_join(node->join.condition, &node->left->schema,
                           &node->right->schema, buf);
}

static void
print_co_group(const struct wd_plan_node *node, struct wd_buf *buf)
{
  wd_buf_putc(buf, ' ');
  print_closure(&node->lambda.closure, node->lambda.site, &node->lambda.bound,
                NULL, buf);
  print_columns(&node->left->schema, node->lambda.keys, node->lambda.key_count,
                buf);
  if (node->lambda.key_count)
    wd_buf_puts(buf, " and");
  print_columns(&node->right->schema, node->lambda.right_keys,
                node->lambda.key_count, buf);
  print_schema(&node->schema, buf);
}

static void
print_repartition(const struct wd_plan_node *node, struct wd_buf *buf)
{
  wd_buf_printf(buf, " %" PRIu32, node->repartition.count);
  print_columns(&node->schema, node->repartition.columns,
                node->repartition.column_count, buf);
}

static void
print_sort(const struct wd_plan_node *node, struct wd_buf *buf)
{
  for (uint32_t i = 0; i < node->sort.count; i++) {
    const struct wd_sort_key *key = &node->sort.keys[i];

    wd_buf_puts(buf, i ? ", " : " ");
    wd_expression_print(key->expression, &node->left->schema, buf);
    wd_buf_puts(buf, key->descending ? " desc" : " asc");
    wd_buf_puts(buf, key->nulls_first ? " nulls first" : " nulls last");
  }
}

static void
print_distinct(const struct wd_plan_node *node, struct wd_buf *buf)
{
  for (uint32_t i = 0; i < node->distinct.count; i++) {
    wd_buf_puts(buf, i ? ", " : " on ");
    wd_name_print(node->schema.columns[node->distinct.columns[i]].name, buf);
  }
}

/* Kept columns, then the rows in brackets. */
static void
print_expand(const struct wd_plan_node *node, struct wd_buf *buf)
{
  const struct wd_schema *input = &node->left->schema;
  uint32_t width = node->schema.count - node->expand.kept_count;

  for (uint32_t i = 0; i < node->expand.kept_count; i++) {
    wd_buf_puts(buf, i ? ", " : " ");
    wd_name_print(input->columns[node->expand.kept[i]].name, buf);
  }
  for (uint32_t row = 0; row < node->expand.row_count; row++) {
    wd_buf_puts(buf, row || node->expand.kept_count ? ", (" : " (");
    for (uint32_t i = 0; i < width; i++) {
      if (i)
        wd_buf_puts(buf, ", ");
      wd_expression_print(node->expand.expressions[(size_t)row * width + i],
                          input, buf);
    }
    wd_buf_putc(buf, ')');
  }
  print_schema(&node->schema, buf);
}

static void
print_rows(const struct wd_plan_node *node, struct wd_buf *buf)
{
  switch (node->kind) {
  case WD_NODE_DISTINCT:
    print_distinct(node, buf);
    break;
  case WD_NODE_SAMPLE:
    wd_buf_printf(buf, " %g%s seed %" PRIu64, node->sample.fraction,
                  node->sample.replacement ? " with replacement" : "",
                  node->sample.seed);
    break;
  case WD_NODE_ROW_INDEX:
    wd_buf_putc(buf, ' ');
    wd_name_print(node->schema.columns[node->left->schema.count].name, buf);
    break;
  case WD_NODE_EXPAND:
    print_expand(node, buf);
    break;
  case WD_NODE_EXPLODE:
    wd_buf_putc(buf, ' ');
    wd_name_print(node->left->schema.columns[node->explode.column].name, buf);
    print_schema(&node->schema, buf);
    break;
  default: /* a set, a zip: the name says all */
    break;
  }
}

/* The text on one line. */
static void
print_sql(const struct wd_plan_node *node, struct wd_buf *buf)
{
  wd_buf_putc(buf, ' ');
  for (const char *c = node->sql->text; *c; c++)
    wd_buf_putc(buf, *c == '\n' || *c == '\t' || *c == '\r' ? ' ' : *c);
  print_schema(&node->schema, buf);
}

void
wd_plan_node_print(const struct wd_plan_node *node, struct wd_buf *buf)
{
  switch (node->kind) {
  case WD_NODE_READ:
    print_read(node, buf);
    break;
  case WD_NODE_VALUES:
    print_values(node, buf);
    break;
  case WD_NODE_RANGE:
    wd_buf_printf(buf, " %" PRId64 " to %" PRId64 " by %" PRId64,
                  node->range.start, node->range.end, node->range.step);
    break;
  case WD_NODE_GENERATE:
    print_generate(node, buf);
    break;
  case WD_NODE_SQL:
    print_sql(node, buf);
    break;
  case WD_NODE_PROJECT:
    print_project(node, buf);
    break;
  case WD_NODE_FILTER:
    wd_buf_putc(buf, ' ');
    wd_expression_print(node->filter, &node->left->schema, buf);
    break;
  case WD_NODE_LAMBDA:
    print_lambda(node, buf);
    break;
  case WD_NODE_AGGREGATE:
    print_aggregate(node, buf);
    break;
  case WD_NODE_JOIN:
    print_join(node, buf);
    break;
  case WD_NODE_SORT:
  case WD_NODE_SORT_WITHIN:
    print_sort(node, buf);
    break;
  case WD_NODE_CO_GROUP:
    print_co_group(node, buf);
    break;
  case WD_NODE_REPARTITION:
    print_repartition(node, buf);
    break;
  case WD_NODE_CACHE:
    print_schema(&node->schema, buf);
    break;
  case WD_NODE_LIMIT:
    wd_buf_printf(buf, " %" PRIu64, node->limit.count);
    if (node->limit.offset)
      wd_buf_printf(buf, " offset %" PRIu64, node->limit.offset);
    break;
  default:
    print_rows(node, buf);
    break;
  }
}
