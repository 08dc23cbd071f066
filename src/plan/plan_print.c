/* Plans for people: as a tree of text, as a graph for Graphviz. */
#include <inttypes.h>
#include <string.h>

#include "plan/lexer.h"
#include "plan/plan.h"
#include "plan/sql.h"

static const char *
join_name(enum wd_join_kind kind)
{
  static const char *const names[] = {
      [WD_JOIN_INNER] = "inner",
      [WD_JOIN_LEFT] = "left",
      [WD_JOIN_RIGHT] = "right",
      [WD_JOIN_FULL] = "full",
      [WD_JOIN_SEMI] = "semi",
      [WD_JOIN_ANTI] = "anti",
      [WD_JOIN_CROSS] = "cross",
      [WD_JOIN_AS_OF] = "as-of",
      [WD_JOIN_AS_OF_LEFT] = "as-of-left",
  };

  return names[kind];
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
  wd_buf_puts(buf, "read ");
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
  wd_buf_printf(buf, "values %" PRIu64 " row%s", rows, rows == 1 ? "" : "s");
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
  wd_buf_puts(buf, "project ");
  for (uint32_t i = 0; i < node->schema.count; i++) {
    if (i)
      wd_buf_puts(buf, ", ");
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

  wd_buf_puts(buf, "generate ");
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
  wd_buf_printf(buf, "%s ", wd_role_name(node->lambda.role));
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

  wd_buf_puts(buf, "aggregate");
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
  wd_buf_printf(buf, "%s join", join_name(node->join.kind));
  if (!node->join.condition)
    return;
  wd_buf_puts(buf, " on ");
  wd_expression_print_join(node->join.condition, &node->left->schema,
                           &node->right->schema, buf);
}

static void
print_co_group(const struct wd_plan_node *node, struct wd_buf *buf)
{
  wd_buf_printf(buf, "%s ", wd_role_name(WD_ROLE_CO_GROUP));
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
  wd_buf_printf(buf, "repartition %" PRIu32, node->repartition.count);
  print_columns(&node->schema, node->repartition.columns,
                node->repartition.column_count, buf);
}

static void
print_sort(const struct wd_plan_node *node, struct wd_buf *buf)
{
  wd_buf_puts(buf,
              node->kind == WD_NODE_SORT ? "sort " : "sort within partitions ");
  for (uint32_t i = 0; i < node->sort.count; i++) {
    const struct wd_sort_key *key = &node->sort.keys[i];

    if (i)
      wd_buf_puts(buf, ", ");
    wd_expression_print(key->expression, &node->left->schema, buf);
    wd_buf_puts(buf, key->descending ? " desc" : " asc");
    wd_buf_puts(buf, key->nulls_first ? " nulls first" : " nulls last");
  }
}

static void
print_distinct(const struct wd_plan_node *node, struct wd_buf *buf)
{
  wd_buf_puts(buf, "distinct");
  for (uint32_t i = 0; i < node->distinct.count; i++) {
    wd_buf_puts(buf, i ? ", " : " on ");
    wd_name_print(node->schema.columns[node->distinct.columns[i]].name, buf);
  }
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

/* Kept columns, then the rows in brackets. */
static void
print_expand(const struct wd_plan_node *node, struct wd_buf *buf)
{
  const struct wd_schema *input = &node->left->schema;
  uint32_t width = node->schema.count - node->expand.kept_count;

  wd_buf_puts(buf, "expand");
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
  case WD_NODE_SET:
    wd_buf_puts(buf, set_name(node->set));
    break;
  case WD_NODE_SAMPLE:
    wd_buf_printf(buf, "sample %g%s seed %" PRIu64, node->sample.fraction,
                  node->sample.replacement ? " with replacement" : "",
                  node->sample.seed);
    break;
  case WD_NODE_ROW_INDEX:
    wd_buf_puts(buf, "row index ");
    wd_name_print(node->schema.columns[node->left->schema.count].name, buf);
    break;
  case WD_NODE_EXPAND:
    print_expand(node, buf);
    break;
  case WD_NODE_EXPLODE:
    wd_buf_puts(buf, node->explode.outer ? "explode outer " : "explode ");
    wd_name_print(node->left->schema.columns[node->explode.column].name, buf);
    print_schema(&node->schema, buf);
    break;
  default:
    wd_buf_puts(buf, "zip");
    break;
  }
}

/* The text on one line. */
static void
print_sql(const struct wd_plan_node *node, struct wd_buf *buf)
{
  wd_buf_puts(buf, "sql ");
  for (const char *c = node->sql->text; *c; c++)
    wd_buf_putc(buf, *c == '\n' || *c == '\t' || *c == '\r' ? ' ' : *c);
  print_schema(&node->schema, buf);
}

static void
print_node(const struct wd_plan_node *node, struct wd_buf *buf)
{
  switch (node->kind) {
  case WD_NODE_READ:
    print_read(node, buf);
    break;
  case WD_NODE_VALUES:
    print_values(node, buf);
    break;
  case WD_NODE_RANGE:
    wd_buf_printf(buf, "range %" PRId64 " to %" PRId64 " by %" PRId64,
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
    wd_buf_puts(buf, "filter ");
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
    wd_buf_puts(buf, node->left ? "cache" : "cached rows");
    print_schema(&node->schema, buf);
    break;
  case WD_NODE_LIMIT:
    wd_buf_printf(buf, "limit %" PRIu64, node->limit.count);
    if (node->limit.offset)
      wd_buf_printf(buf, " offset %" PRIu64, node->limit.offset);
    break;
  default:
    print_rows(node, buf);
    break;
  }
}

/* A text on one line: what a program wrote into names and literals cannot
 * break the tree, nor reach the terminal. */
static void
add_line(const struct wd_buf *line, bool dot, struct wd_buf *buf)
{
  for (size_t i = 0; i < line->length; i++) {
    unsigned char c = (unsigned char)line->data[i];

    if (c < ' ' || c == 0x7f)
      c = ' ';
    if (dot && (c == '"' || c == '\\'))
      wd_buf_putc(buf, '\\');
    wd_buf_putc(buf, (char)c);
  }
}

static void
add_node(const struct wd_plan_node *node, bool dot, struct wd_buf *buf)
{
  struct wd_buf line;

  wd_buf_init(&line, buf->mem, buf->maximum);
  print_node(node, &line);
  if (line.failed)
    buf->failed = true;
  else
    add_line(&line, dot, buf);
  wd_buf_fini(&line);
}

struct tree {
  uint32_t depth;
  struct wd_buf *buf;
};

static void
indent(uint32_t depth, struct wd_buf *buf)
{
  for (uint32_t i = 0; i < depth; i++)
    wd_buf_puts(buf, "  ");
}

static void
print_subquery(void *env, const struct wd_subquery *subquery);

static void
print_tree(const struct wd_plan_node *node, uint32_t depth, struct wd_buf *buf);

static void
print_inputs(const struct wd_sql *sql, const struct tree *tree)
{
  for (uint32_t i = 0; i < sql->input_count; i++) {
    indent(tree->depth, tree->buf);
    wd_buf_puts(tree->buf, "table ");
    wd_name_print(sql->inputs[i].name, tree->buf);
    wd_buf_putc(tree->buf, '\n');
    print_tree(sql->inputs[i].node, tree->depth + 1, tree->buf);
  }
}

static void
print_tree(const struct wd_plan_node *node, uint32_t depth, struct wd_buf *buf)
{
  for (; node; node = node->left) {
    struct tree tree = {++depth, buf};

    indent(depth - 1, buf);
    add_node(node, false, buf);
    wd_buf_putc(buf, '\n');
    wd_plan_each_subquery(node, print_subquery, &tree);
    if (node->kind == WD_NODE_SQL)
      print_inputs(node->sql, &tree);
    if (node->right) {
      print_tree(node->left, depth, buf);
      print_tree(node->right, depth, buf);
      return;
    }
  }
}

static void
print_subquery(void *env, const struct wd_subquery *subquery)
{
  struct tree *tree = env;

  indent(tree->depth, tree->buf);
  wd_buf_printf(tree->buf, "subquery %" PRIu32 "\n", subquery->number);
  print_tree(subquery->query, tree->depth + 1, tree->buf);
}

void
wd_plan_print(const struct wd_plan *plan, struct wd_buf *buf)
{
  print_tree(plan->root, 0, buf);
}

struct graph {
  uint32_t self;
  uint32_t *next;
  struct wd_buf *buf;
};

static void
print_subgraph(void *env, const struct wd_subquery *subquery);

/* Returns the number of the node; *next counts them. */
static uint32_t
print_graph(const struct wd_plan_node *node, uint32_t *next, struct wd_buf *buf)
{
  uint32_t self = (*next)++;
  const struct wd_plan_node *inputs[] = {node->left, node->right};

  wd_buf_printf(buf, "  n%" PRIu32 " [label=\"", self);
  add_node(node, true, buf);
  wd_buf_puts(buf, "\"];\n");
  for (int i = 0; i < 2; i++)
    if (inputs[i])
      wd_buf_printf(buf, "  n%" PRIu32 " -> n%" PRIu32 ";\n",
                    print_graph(inputs[i], next, buf), self);
  if (node->kind == WD_NODE_SQL)
    for (uint32_t i = 0; i < node->sql->input_count; i++)
      wd_buf_printf(buf, "  n%" PRIu32 " -> n%" PRIu32 ";\n",
                    print_graph(node->sql->inputs[i].node, next, buf), self);
  wd_plan_each_subquery(node, print_subgraph, &(struct graph){self, next, buf});
  return self;
}

static void
print_subgraph(void *env, const struct wd_subquery *subquery)
{
  struct graph *graph = env;

  wd_buf_printf(graph->buf,
                "  n%" PRIu32 " -> n%" PRIu32
                " [style=dashed, label=\"subquery %" PRIu32 "\"];\n",
                print_graph(subquery->query, graph->next, graph->buf),
                graph->self, subquery->number);
}

void
wd_plan_print_dot(const struct wd_plan *plan, struct wd_buf *buf)
{
  uint32_t next = 0;

  wd_buf_puts(buf, "digraph plan {\n  rankdir=BT;\n  node [shape=box];\n");
  print_graph(plan->root, &next, buf);
  wd_buf_puts(buf, "}\n");
}
