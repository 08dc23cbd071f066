/* Statistics: one aggregation of all columns, then a row for each. */
#include "plan/aggregate_function.h"
#include "plan/coerce.h"
#include "plan/planner.h"

/* What is computed of a column, and where it is in the aggregation; -1: it is
 * not, because the type has no such thing. */
enum { COUNT, ROWS, MEAN, STDDEV, LEAST, Q25, MEDIAN, Q75, MOST, STATISTICS };

static const struct {
  const char *name;
  enum wd_type_id type;
  bool nullable;
} results[] = {
    {"column", WD_TYPE_STRING, false}, {"type", WD_TYPE_STRING, false},
    {"count", WD_TYPE_I64, false},     {"nulls", WD_TYPE_I64, false},
    {"mean", WD_TYPE_F64, true},       {"stddev", WD_TYPE_F64, true},
    {"min", WD_TYPE_STRING, true},     {"q25", WD_TYPE_F64, true},
    {"median", WD_TYPE_F64, true},     {"q75", WD_TYPE_F64, true},
    {"max", WD_TYPE_STRING, true},
};

#define WIDTH (sizeof results / sizeof *results)

struct describe {
  struct planner *planner;
  const struct wd_schema *input;
  uint32_t count;
  uint32_t *columns; /* that are described */
  struct wd_aggregation aggregation;
  int (*places)[STATISTICS]; /* of each column */
};

static enum wd_status
find_columns(struct describe *describe, const struct wd_relation *relation)
{
  bool all = relation->names.count == 0;
  enum wd_status status = WD_OK;

  describe->count = all ? describe->input->count : relation->names.count;
  describe->columns = wd_arena_array(describe->planner->arena, describe->count,
                                     sizeof *describe->columns);
  describe->places = wd_arena_array(describe->planner->arena, describe->count,
                                    sizeof *describe->places);
  if (!describe->columns || !describe->places)
    return wd_fail_memory(describe->planner->error);
  if (describe->count == 0)
    return wd_fail(describe->planner->error, WD_INVALID_PLAN,
                   "there are no columns to describe");
  for (uint32_t i = 0; i < describe->count && status == WD_OK; i++) {
    describe->columns[i] = i;
    if (!all)
      status = wd__plan_find(describe->planner, describe->input, "describe",
                             relation->names.list[i], &describe->columns[i]);
  }
  return status;
}

static enum wd_status
make_fraction(struct planner *planner, double fraction,
              const struct wd_expression **out)
{
  struct wd_expression *literal =
      wd_arena_alloc(planner->arena, sizeof *literal);

  if (!literal)
    return wd_fail_memory(planner->error);
  literal->kind = WD_EXPR_LITERAL;
  literal->size = 1;
  literal->type = wd_type_of(WD_TYPE_F64);
  literal->literal.value.real = fraction;
  *out = literal;
  return WD_OK;
}

/* Appends a measure of a column; numbers that are computed with as fp64. */
static enum wd_status
add(struct describe *describe, uint32_t column, int statistic,
    enum wd_aggregate_function function, double fraction)
{
  struct planner *planner = describe->planner;
  const struct wd_type f64 = wd_type_of(WD_TYPE_F64);
  struct wd_measure measure = {.function = function, .argument_count = 1};
  const struct wd_expression **arguments =
      wd_arena_array(planner->arena, 2, sizeof *arguments);
  bool number = statistic != COUNT && statistic != ROWS && statistic != LEAST &&
                statistic != MOST;
  enum wd_status status;

  if (!arguments)
    return wd_fail_memory(planner->error);
  status =
      wd_expression_make_column(describe->input, describe->columns[column],
                                planner->arena, &arguments[0], planner->error);
  if (status == WD_OK && number)
    status = wd_expression_make_cast(arguments[0], &f64, planner->arena,
                                     &arguments[0], planner->error);
  if (status == WD_OK && function == WD_AGG_QUANTILE) {
    measure.argument_count = 2;
    status = make_fraction(planner, fraction, &arguments[1]);
  }
  if (status != WD_OK)
    return status;
  if (function == WD_AGG_COUNT_STAR)
    measure.argument_count = 0;
  measure.arguments = arguments;
  if (!wd_aggregate_derive(function, &arguments[0]->type, &measure.type,
                           &measure.nullable))
    return WD_OK;
  describe->places[column][statistic] = (int)describe->aggregation.count;
  return wd_aggregation_add(&describe->aggregation, &measure, planner->arena,
                            planner->error);
}

static enum wd_status
add_column(struct describe *describe, uint32_t column)
{
  static const struct {
    int statistic;
    enum wd_aggregate_function function;
    double fraction;
  } numbers[] = {
      {MEAN, WD_AGG_AVG, 0},        {STDDEV, WD_AGG_STD_DEV, 0},
      {Q25, WD_AGG_QUANTILE, 0.25}, {MEDIAN, WD_AGG_QUANTILE, 0.5},
      {Q75, WD_AGG_QUANTILE, 0.75},
  };
  const struct wd_type string = wd_type_of(WD_TYPE_STRING);
  const struct wd_type *type =
      &describe->input->columns[describe->columns[column]].type;
  enum wd_status status;

  for (int i = 0; i < STATISTICS; i++)
    describe->places[column][i] = -1;
  status = add(describe, column, COUNT, WD_AGG_COUNT, 0);
  if (status == WD_OK)
    status = add(describe, column, ROWS, WD_AGG_COUNT_STAR, 0);
  for (size_t i = 0; status == WD_OK && wd_type_is_numeric(type) &&
                     i < sizeof numbers / sizeof *numbers;
       i++)
    status = add(describe, column, numbers[i].statistic, numbers[i].function,
                 numbers[i].fraction);
  /* Bytes may be no text. */
  if (status != WD_OK || type->id == WD_TYPE_NULL || type->id == WD_TYPE_BOOL ||
      type->id == WD_TYPE_BINARY || type->id == WD_TYPE_FIXED_BINARY ||
      type->child_count || !wd_type_castable(type, &string))
    return status;
  status = add(describe, column, LEAST, WD_AGG_MIN, 0);
  return status == WD_OK ? add(describe, column, MOST, WD_AGG_MAX, 0) : status;
}

static enum wd_status
make_null(struct planner *planner, const struct wd_type *type,
          const struct wd_expression **out)
{
  struct wd_expression *null = wd_arena_alloc(planner->arena, sizeof *null);

  if (!null)
    return wd_fail_memory(planner->error);
  null->kind = WD_EXPR_LITERAL;
  null->size = 1;
  null->type = *type;
  null->nullable = true;
  null->literal.null = true;
  *out = null;
  return WD_OK;
}

/* A measure's column in the type of its result, or null. */
static enum wd_status
make_statistic(const struct describe *describe, const struct wd_schema *schema,
               uint32_t column, int statistic, const struct wd_type *type,
               const struct wd_expression **out)
{
  struct planner *planner = describe->planner;
  int place = describe->places[column][statistic];
  enum wd_status status;

  if (place < 0)
    return make_null(planner, type, out);
  status = wd_expression_make_column(schema, (uint32_t)place, planner->arena,
                                     out, planner->error);
  return status == WD_OK ? wd_expression_make_cast(*out, type, planner->arena,
                                                   out, planner->error)
                         : status;
}

static enum wd_status
make_row(const struct describe *describe, const struct wd_schema *schema,
         uint32_t column, const struct wd_expression **out)
{
  static const int statistics[] = {COUNT, ROWS,   MEAN, STDDEV, LEAST,
                                   Q25,   MEDIAN, Q75,  MOST};
  struct planner *planner = describe->planner;
  const struct wd_column *from =
      &describe->input->columns[describe->columns[column]];
  const struct wd_expression *pair[2];
  char text[96];
  const char *type = wd_arena_strdup(
      planner->arena, wd_type_text(&from->type, text, sizeof text));
  enum wd_status status;

  if (!type)
    return wd_fail_memory(planner->error);
  status = wd_expression_make_text(from->name, planner->arena, &out[0],
                                   planner->error);
  if (status == WD_OK)
    status =
        wd_expression_make_text(type, planner->arena, &out[1], planner->error);
  for (size_t i = 2; i < WIDTH && status == WD_OK; i++) {
    struct wd_type result = wd_type_of(results[i].type);

    status = make_statistic(describe, schema, column, statistics[i - 2],
                            &result, &out[i]);
  }
  if (status != WD_OK)
    return status;
  pair[0] = out[3];
  pair[1] = out[2];
  return wd_expression_make_call(WD_FN_SUBTRACT, 2, pair, planner->arena,
                                 &out[3], planner->error);
}

static enum wd_status
make_rows(const struct describe *describe, const struct wd_plan_node *input,
          const struct wd_plan_node **out_node)
{
  struct planner *planner = describe->planner;
  const struct wd_expression **expressions = wd_arena_array(
      planner->arena, describe->count * WIDTH, sizeof *expressions);
  struct wd_column *columns =
      wd_arena_array(planner->arena, WIDTH, sizeof *columns);
  struct wd_plan_node *node;
  enum wd_status status =
      wd__plan_node(planner, WD_NODE_EXPAND, input, NULL, &node);

  if (status != WD_OK)
    return status;
  if (!expressions || !columns)
    return wd_fail_memory(planner->error);
  for (uint32_t i = 0; i < describe->count && status == WD_OK; i++)
    status = make_row(describe, &input->schema, i, expressions + i * WIDTH);
  for (size_t i = 0; i < WIDTH; i++)
    columns[i] = (struct wd_column){.name = results[i].name,
                                    .type = wd_type_of(results[i].type),
                                    .nullable = results[i].nullable};
  node->schema = (struct wd_schema){(uint32_t)WIDTH, columns};
  node->expand.row_count = describe->count;
  node->expand.expressions = expressions;
  *out_node = node;
  return status;
}

enum wd_status
wd__plan_describe(struct planner *planner, const struct wd_relation *relation,
                  const struct wd_plan_node *input,
                  const struct wd_plan_node **out_node)
{
  const struct wd_schema keys = {0, NULL};
  struct describe describe = {.planner = planner,
                              .input = &input->schema,
                              .aggregation = {.keys = &keys}};
  const struct wd_plan_node *node = NULL;
  enum wd_status status = find_columns(&describe, relation);

  for (uint32_t i = 0; i < describe.count && status == WD_OK; i++)
    status = add_column(&describe, i);
  if (status == WD_OK)
    status = wd__plan_measures(planner, input, &describe.aggregation, &node);
  return status == WD_OK ? make_rows(&describe, node, out_node) : status;
}
