/* Functions of lists, maps and structs as Spark SQL. A lambda's variables are
 * `v0`, `v1` …; other names in templates are bound and used in them alone. */
#include <stdio.h>
#include <string.h>

#include "engine/spark/lower_named.h"
#include "engine/spark/types.h"
#include "engine/template.h"

#define BOTH(x) "CASE WHEN $1 IS NOT NULL AND $2 IS NOT NULL THEN " x " END"
/* Places in a list, negative ones from its end. */
#define FIRST "greatest(CASE WHEN $2 < 0 THEN size($1) + $2 + 1 ELSE $2 END, 1)"
#define LAST                                                                   \
  "least(CASE WHEN $3 < 0 THEN size($1) + $3 + 1 ELSE $3 END, size($1))"

static const char *const templates[WD_FN_SCALAR_COUNT] = {
    [WD_FN_LIST_OF] = "array($@)",
    [WD_FN_LIST_LENGTH] = "size($)",
    [WD_FN_LIST_CONTAINS] = BOTH("coalesce(array_contains($1, $2), FALSE)"),
    [WD_FN_LIST_POSITION] = "array_position($, $)",
    [WD_FN_LIST_SORT] = "array_sort($)",
    [WD_FN_LIST_SORT_DESC] = "sort_array($, FALSE)",
    [WD_FN_LIST_REVERSE] = "reverse($)",
    [WD_FN_LIST_DISTINCT] = "array_sort(array_distinct($))",
    [WD_FN_LIST_SLICE] =
        "slice($1, CAST(least(" FIRST ", size($1) + 1) AS INT), "
        "CAST(greatest(" LAST " - " FIRST " + 1, 0) AS INT))",
    [WD_FN_LIST_CONCAT] = "concat($@)",
    [WD_FN_LIST_APPEND] = "array_append($, $)",
    [WD_FN_LIST_FLATTEN] = "flatten(filter($, e -> e IS NOT NULL))",
    [WD_FN_LIST_MIN] = "array_min($)",
    [WD_FN_LIST_MAX] = "array_max($)",
    [WD_FN_LIST_JOIN] = "array_join($, $)",
    [WD_FN_MAP_KEYS] = "map_keys($)",
    [WD_FN_MAP_VALUES] = "map_values($)",
    [WD_FN_MAP_CONTAINS] = BOTH("map_contains_key($1, $2)"),
    [WD_FN_MAP_FROM_LISTS] = "map_from_arrays($, $)",
    [WD_FN_MAP_ENTRIES] = "map_entries($)",
    [WD_FN_TRANSFORM] = "transform($, $)",
    [WD_FN_LIST_FILTER] = "filter($, $)",
    [WD_FN_ANY_MATCH] = "exists(transform($, $), e -> e)",
    [WD_FN_ALL_MATCH] = "forall(transform($, $), e -> e)",
    /* A separator is a text, not an expression. */
    [WD_FN_STRING_SPLIT] =
        "split($1, CASE WHEN $2 = '' THEN '' ELSE concat('\\\\Q', replace($2, "
        "'\\\\E', '\\\\E\\\\\\\\E\\\\Q'), '\\\\E') END)",
};

static enum wd_status
write_as(struct wd_spark_lowering *lowering,
         const struct wd_expression *expression, const struct wd_type *type,
         struct wd_buf *buf)
{
  enum wd_status status;

  wd_buf_puts(buf, "CAST(");
  status = wd_spark_write_expression(lowering, expression, buf);
  return status == WD_OK ? wd_spark_cast_end(type, buf, lowering->error)
                         : status;
}

/* Lists end at 2^31 elements; a map's key is any value. */
static enum wd_status
write_element(struct wd_spark_lowering *lowering,
              const struct wd_expression *call, struct wd_buf *buf)
{
  return wd_spark_write_template(
      lowering,
      call->arguments[0]->type.id == WD_TYPE_MAP
          ? "try_element_at($, $)"
          : "CASE WHEN $2 <> 0 AND $2 BETWEEN -2147483647 AND 2147483647 THEN "
            "try_element_at($1, CAST($2 AS INT)) END",
      call, buf);
}

static enum wd_status
write_sum(struct wd_spark_lowering *lowering, const struct wd_expression *call,
          struct wd_buf *buf)
{
  struct wd_buf type;
  char template[256];
  enum wd_status status;

  wd_buf_init(&type, lowering->engine->mem, 64);
  status = wd_spark_type_sql(&call->type, &type, lowering->error);
  snprintf(template, sizeof template,
           "aggregate($, CAST(NULL AS %s), (a, e) -> CAST(CASE WHEN e IS NULL "
           "THEN a WHEN a IS NULL THEN e ELSE a + CAST(e AS %s) END AS %s))",
           wd_buf_text(&type), wd_buf_text(&type), wd_buf_text(&type));
  wd_buf_fini(&type);
  return status == WD_OK
             ? wd_spark_write_template(lowering, template, call, buf)
             : status;
}

static enum wd_status
write_struct(struct wd_spark_lowering *lowering,
             const struct wd_expression *call, struct wd_buf *buf)
{
  enum wd_status status = WD_OK;

  wd_buf_puts(buf, "named_struct(");
  for (uint32_t i = 0; status == WD_OK && i < call->argument_count; i++) {
    const struct wd_column *field = &call->type.children[i];

    wd_buf_puts(buf, i ? ", " : "");
    wd_spark_quote(field->name, strlen(field->name), buf);
    wd_buf_puts(buf, ", ");
    status = write_as(lowering, call->arguments[i], &field->type, buf);
  }
  wd_buf_putc(buf, ')');
  return status;
}

/* From the first element, when there is no start. */
static enum wd_status
write_reduce(struct wd_spark_lowering *lowering,
             const struct wd_expression *call, struct wd_buf *buf)
{
  enum wd_status status;

  if (call->argument_count == 3) {
    wd_buf_puts(buf, "aggregate(");
    status = wd_spark_write_expression(lowering, call->arguments[0], buf);
    wd_buf_puts(buf, ", ");
    if (status == WD_OK)
      status = write_as(lowering, call->arguments[2], &call->type, buf);
  } else {
    wd_buf_puts(buf, "transform(array(");
    status = wd_spark_write_expression(lowering, call->arguments[0], buf);
    wd_buf_puts(buf, "), l -> CASE WHEN size(l) > 0 THEN aggregate(slice(l, 2, "
                     "size(l)), CAST(l[0] AS ");
    if (status == WD_OK)
      status = wd_spark_type_sql(&call->type, buf, lowering->error);
    wd_buf_putc(buf, ')');
  }
  wd_buf_puts(buf, ", ");
  if (status == WD_OK)
    status = wd_spark_write_expression(lowering, call->arguments[1], buf);
  wd_buf_puts(buf, call->argument_count == 3 ? ")" : ") END)[0]");
  return status;
}

/* Of a reduce both variables are values; elsewhere the second is the index,
 * which Spark counts from 0. */
static enum wd_status
write_indexed(struct wd_spark_lowering *lowering,
              const struct wd_expression *call, struct wd_buf *buf)
{
  const struct wd_expression *lambda = call->arguments[1];
  uint32_t first = lambda->variables->first;
  enum wd_status status;

  wd_buf_puts(buf, call->function == WD_FN_LIST_FILTER ? "filter("
                   : call->function == WD_FN_ANY_MATCH ? "exists(transform("
                   : call->function == WD_FN_ALL_MATCH ? "forall(transform("
                                                       : "transform(");
  status = wd_spark_write_expression(lowering, call->arguments[0], buf);
  wd_buf_printf(buf,
                ", (v%u, i) -> transform(array(CAST(i + 1 AS BIGINT)), v%u -> ",
                first, first + 1);
  if (status == WD_OK)
    status = write_as(lowering, lambda->arguments[0], &lambda->type, buf);
  wd_buf_puts(buf, call->function == WD_FN_ANY_MATCH ||
                           call->function == WD_FN_ALL_MATCH
                       ? ")[0]), e -> e)"
                       : ")[0])");
  return status;
}

enum wd_status
wd_spark_write_lambda(struct wd_spark_lowering *lowering,
                      const struct wd_expression *lambda, struct wd_buf *buf)
{
  const struct wd_variables *variables = lambda->variables;

  if (variables->count == 1) { /* in brackets, Spark does not read it */
    wd_buf_printf(buf, "v%u -> ", variables->first);
    return write_as(lowering, lambda->arguments[0], &lambda->type, buf);
  }
  wd_buf_putc(buf, '(');
  for (uint32_t i = 0; i < variables->count; i++)
    wd_buf_printf(buf, "%sv%u", i ? ", " : "", variables->first + i);
  wd_buf_puts(buf, ") -> ");
  return write_as(lowering, lambda->arguments[0], &lambda->type, buf);
}

bool
wd_spark_is_nested(enum wd_function function)
{
  return function >= WD_FN_LIST_OF && function <= WD_FN_STRING_SPLIT;
}

enum wd_status
wd_spark_write_nested(struct wd_spark_lowering *lowering,
                      const struct wd_expression *call, struct wd_buf *buf)
{
  switch (call->function) {
  case WD_FN_ELEMENT_AT:
    return write_element(lowering, call, buf);
  case WD_FN_LIST_SUM:
    return write_sum(lowering, call, buf);
  case WD_FN_STRUCT:
    return write_struct(lowering, call, buf);
  case WD_FN_LIST_REDUCE:
    return write_reduce(lowering, call, buf);
  case WD_FN_TRANSFORM:
  case WD_FN_LIST_FILTER:
  case WD_FN_ANY_MATCH:
  case WD_FN_ALL_MATCH:
    if (call->arguments[1]->variables->count == 2)
      return write_indexed(lowering, call, buf);
    break;
  default:
    break;
  }
  return wd_spark_write_template(
      lowering, wd_template_for(templates[call->function], call), call, buf);
}
