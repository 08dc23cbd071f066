/* Aggregate functions and windows as Spark SQL. */
#include "engine/spark/lower_bits.h"
#include "engine/spark/lower_cast.h"
#include "engine/spark/lower_interval.h"
#include "engine/spark/types.h"
#include "plan/aggregate_function.h"
#include "plan/coerce.h"

/* What is not here Spark has not, or means something else by it. */
static const char *const names[] = {
    [WD_AGG_COUNT_STAR] = "count",
    [WD_AGG_COUNT] = "count",
    [WD_AGG_SUM] = "sum",
    [WD_AGG_MIN] = "min",
    [WD_AGG_MAX] = "max",
    [WD_AGG_AVG] = "avg",
    [WD_AGG_APPROX_COUNT_DISTINCT] = "approx_count_distinct",
    [WD_AGG_COUNT_IF] = "count_if",
    [WD_AGG_ANY_VALUE] = "any_value",
    [WD_AGG_FIRST] = "first",
    [WD_AGG_LAST] = "last",
    [WD_AGG_MIN_BY] = "min_by",
    [WD_AGG_MAX_BY] = "max_by",
    [WD_AGG_STD_DEV] = "stddev_samp",
    [WD_AGG_STD_DEV_POP] = "stddev_pop",
    [WD_AGG_VARIANCE] = "var_samp",
    [WD_AGG_VARIANCE_POP] = "var_pop",
    [WD_AGG_CORR] = "corr",
    [WD_AGG_COVAR_SAMP] = "covar_samp",
    [WD_AGG_COVAR_POP] = "covar_pop",
    [WD_AGG_MEDIAN] = "median",
    [WD_AGG_QUANTILE] = "percentile",
    [WD_AGG_BOOL_AND] = "bool_and",
    [WD_AGG_BOOL_OR] = "bool_or",
    [WD_AGG_BIT_AND] = "bit_and",
    [WD_AGG_BIT_OR] = "bit_or",
    [WD_AGG_BIT_XOR] = "bit_xor",
    [WD_AGG_STRING_AGG] = "listagg",
    [WD_AGG_COLLECT_LIST] = "collect_list",
    [WD_AGG_COLLECT_SET] = "collect_set",
    [WD_AGG_GROUPING] = NULL,
};

static enum wd_status
write_list(struct wd_spark_lowering *lowering,
           const struct wd_expression *const *list, uint32_t count,
           struct wd_buf *buf)
{
  enum wd_status status = WD_OK;

  for (uint32_t i = 0; status == WD_OK && i < count; i++) {
    wd_buf_puts(buf, i ? ", " : "");
    status = wd_spark_write_expression(lowering, list[i], buf);
  }
  return status;
}

static enum wd_status
write_after(struct wd_spark_lowering *lowering,
            const struct wd_measure *measure, const char *over,
            struct wd_buf *buf)
{
  enum wd_status status = WD_OK;

  if (measure->filter) {
    wd_buf_puts(buf, " FILTER (WHERE ");
    status = wd_spark_write_expression(lowering, measure->filter, buf);
    wd_buf_putc(buf, ')');
  }
  wd_buf_puts(buf, over ? over : "");
  return status;
}

/* What a least or greatest of intervals is found by; else NULL. */
static const char *
name_of(const struct wd_measure *measure, const char *name)
{
  if (measure->argument_count != 1 ||
      measure->arguments[0]->type.id != WD_TYPE_INTERVAL)
    return name;
  return measure->function == WD_AGG_MIN   ? "min_by"
         : measure->function == WD_AGG_MAX ? "max_by"
                                           : name;
}

static bool
is_of_bits(const struct wd_measure *measure)
{
  return (measure->function == WD_AGG_BIT_AND ||
          measure->function == WD_AGG_BIT_OR ||
          measure->function == WD_AGG_BIT_XOR) &&
         measure->type.id == WD_TYPE_U64;
}

static enum wd_status
write_arguments(struct wd_spark_lowering *lowering,
                const struct wd_measure *measure, bool by_key,
                struct wd_buf *buf)
{
  enum wd_status status;

  if (measure->function == WD_AGG_COUNT_STAR)
    wd_buf_putc(buf, '*');
  if (is_of_bits(measure))
    return wd_spark_write_bits(lowering, measure->arguments[0], buf);
  status =
      write_list(lowering, measure->arguments, measure->argument_count, buf);
  if (by_key) {
    wd_buf_puts(buf, ", ");
    status = status == WD_OK
                 ? wd_spark_write_key(lowering, measure->arguments[0], buf)
                 : status;
  }
  if (measure->function == WD_AGG_ANY_VALUE)
    wd_buf_puts(buf, ", true");
  return status;
}

static enum wd_status
check_call(const struct wd_spark_lowering *lowering,
           const struct wd_measure *measure, const char *over)
{
  if (measure->sort_count)
    return wd_fail(lowering->error, WD_UNSUPPORTED,
                   "the engine spark does not have %s of sorted rows yet: run "
                   "on duckdb",
                   wd_aggregate_name(measure->function));
  if (over && measure->distinct)
    return wd_fail(
        lowering->error, WD_UNSUPPORTED,
        "the engine spark does not have %s(distinct …) over windows: "
        "group the rows, and join",
        wd_aggregate_name(measure->function));
  return WD_OK;
}

/* function([DISTINCT] arguments) */
static enum wd_status
write_call(struct wd_spark_lowering *lowering, const struct wd_measure *measure,
           const char *name, const char *over, struct wd_buf *buf)
{
  const char *word = name_of(measure, name);
  enum wd_status status = check_call(lowering, measure, over);

  if (status != WD_OK)
    return status;
  wd_buf_printf(buf, "%s(%s", word,
                measure->distinct && word == name ? "DISTINCT " : "");
  status = write_arguments(lowering, measure, word != name, buf);
  wd_buf_putc(buf, ')');
  return status == WD_OK ? write_after(lowering, measure, over, buf) : status;
}

/* Sums that no more fit their unsigned type, and bits of it. */
static enum wd_status
write_unsigned(struct wd_spark_lowering *lowering,
               const struct wd_measure *measure, const char *name,
               const char *over, struct wd_buf *buf)
{
  bool bits = is_of_bits(measure);
  enum wd_status status;

  if (bits)
    wd_spark_begin_bits(buf);
  else
    wd_spark_begin_narrow(false, buf);
  status = write_call(lowering, measure, name, over, buf);
  if (bits)
    wd_spark_end_bits(buf);
  else
    wd_spark_end_narrow(&measure->type, false, buf);
  return status;
}

/* The exact sum by the count; Spark's own average has other digits. */
static enum wd_status
write_decimal_average(struct wd_spark_lowering *lowering,
                      const struct wd_measure *measure, const char *over,
                      struct wd_buf *buf)
{
  enum wd_status status;

  wd_buf_puts(buf, "CAST(");
  status = write_call(lowering, measure, "sum", over, buf);
  wd_buf_printf(buf, " AS DECIMAL(38,%d)) / nullif(", measure->type.scale);
  if (status == WD_OK)
    status = write_call(lowering, measure, "count", over, buf);
  wd_buf_puts(buf, ", 0)");
  return status;
}

/* A bit for each key that is not in the set, the first is the highest. */
static void
write_grouping(const struct wd_spark_lowering *lowering,
               const struct wd_measure *measure, struct wd_buf *buf)
{
  const struct wd_key_set *set = lowering->set;
  uint64_t bits = 0;

  for (uint32_t i = 0; set && i < measure->argument_count; i++) {
    bool in_set = false;

    for (uint32_t k = 0; k < set->count; k++)
      in_set = in_set || set->keys[k] == measure->arguments[i]->column;
    bits = bits << 1 | !in_set;
  }
  /* An aggregate, or there would be no row for no rows. */
  wd_buf_printf(buf,
                "coalesce(max(CAST('%llu' AS BIGINT)), CAST('%llu' AS "
                "BIGINT))",
                (unsigned long long)bits, (unsigned long long)bits);
}

enum wd_status
wd_spark_write_measure(struct wd_spark_lowering *lowering,
                       const struct wd_measure *measure, const char *over,
                       struct wd_buf *buf)
{
  const char *name = NULL;
  enum wd_status status;

  if ((size_t)measure->function < sizeof names / sizeof *names)
    name = names[measure->function];
  if (measure->function == WD_AGG_GROUPING) {
    write_grouping(lowering, measure, buf);
    return WD_OK;
  }
  if (!name)
    return wd_fail(lowering->error, WD_UNSUPPORTED,
                   "the engine spark does not have the aggregate %s yet",
                   wd_aggregate_name(measure->function));
  if (measure->function == WD_AGG_SUM ? wd_type_is_unsigned(&measure->type)
                                      : is_of_bits(measure))
    return write_unsigned(lowering, measure, name, over, buf);
  wd_buf_puts(buf, "CAST(");
  if (measure->function == WD_AGG_AVG && measure->type.id == WD_TYPE_DECIMAL)
    status = write_decimal_average(lowering, measure, over, buf);
  else
    status = write_call(lowering, measure, name, over, buf);
  return status == WD_OK
             ? wd_spark_cast_end(&measure->type, buf, lowering->error)
             : status;
}

static enum wd_status
write_keys(struct wd_spark_lowering *lowering, const struct wd_expression *call,
           uint32_t from, struct wd_buf *buf)
{
  const struct wd_window_shape *shape = &call->window->shape;
  enum wd_status status = WD_OK;

  for (uint32_t i = 0; status == WD_OK && i < shape->keys; i++) {
    wd_buf_puts(buf, i ? ", " : " ORDER BY ");
    status = wd_spark_write_key(lowering, call->arguments[from + i], buf);
    wd_buf_puts(buf, shape->sorts[i].descending ? " DESC" : " ASC");
    wd_buf_puts(buf,
                shape->sorts[i].nulls_first ? " NULLS FIRST" : " NULLS LAST");
  }
  /* Spark's own functions of windows demand an order: all are peers. */
  if (shape->keys == 0 && !call->window->aggregate)
    wd_buf_puts(buf, " ORDER BY CAST(1 AS INT)");
  return status;
}

static enum wd_status
write_frame_end(struct wd_spark_lowering *lowering,
                const struct wd_expression *call, enum wd_frame_end_kind kind,
                uint32_t *at, struct wd_buf *buf)
{
  static const char *const words[] = {"UNBOUNDED PRECEDING", " PRECEDING",
                                      "CURRENT ROW", " FOLLOWING",
                                      "UNBOUNDED FOLLOWING"};
  bool rows = call->window->shape.frame.unit == WD_FRAME_ROWS;
  enum wd_status status = WD_OK;

  if (wd_frame_has_offset(kind)) {
    wd_buf_puts(buf, rows ? "CAST(" : "");
    status = wd_spark_write_expression(lowering, call->arguments[(*at)++], buf);
    wd_buf_puts(buf, rows ? " AS INT)" : "");
  }
  wd_buf_puts(buf, words[kind]);
  return status;
}

static enum wd_status
write_frame(struct wd_spark_lowering *lowering,
            const struct wd_expression *call, uint32_t at, struct wd_buf *buf)
{
  const struct wd_frame *frame = &call->window->shape.frame;
  enum wd_status status;

  if (frame->unit == WD_FRAME_NONE)
    return WD_OK;
  if (frame->unit == WD_FRAME_GROUPS)
    return wd_fail(lowering->error, WD_UNSUPPORTED,
                   "Spark has no frames of groups: write rows or range");
  if (!call->window->aggregate && (call->window->function < WD_WIN_FIRST_VALUE))
    return WD_OK; /* they look at the partition, and Spark wants no frame */
  wd_buf_puts(buf, frame->unit == WD_FRAME_ROWS ? " ROWS BETWEEN "
                                                : " RANGE BETWEEN ");
  status = write_frame_end(lowering, call, frame->start, &at, buf);
  wd_buf_puts(buf, " AND ");
  return status == WD_OK ? write_frame_end(lowering, call, frame->end, &at, buf)
                         : status;
}

static enum wd_status
write_over(struct wd_spark_lowering *lowering, const struct wd_expression *call,
           struct wd_buf *buf)
{
  const struct wd_window_shape *shape = &call->window->shape;
  uint32_t at = shape->arguments + shape->has_filter;
  enum wd_status status = WD_OK;

  wd_buf_puts(buf, " OVER (");
  if (shape->partitions) {
    wd_buf_puts(buf, "PARTITION BY ");
    status = write_list(lowering, call->arguments + at, shape->partitions, buf);
  }
  at += shape->partitions;
  if (status == WD_OK)
    status = write_keys(lowering, call, at, buf);
  if (status == WD_OK)
    status = write_frame(lowering, call, at + shape->keys, buf);
  wd_buf_putc(buf, ')');
  return status;
}

/* The numbers of rows that functions take are INT for Spark. */
static enum wd_status
write_window_arguments(struct wd_spark_lowering *lowering,
                       const struct wd_expression *call, struct wd_buf *buf)
{
  enum wd_window_function function = call->window->function;
  uint32_t number = function == WD_WIN_NTILE ? 0 : 1;
  enum wd_status status = WD_OK;

  for (uint32_t i = 0; status == WD_OK && i < call->window->shape.arguments;
       i++) {
    wd_buf_puts(buf, i ? ", " : "");
    wd_buf_puts(buf, i == number ? "CAST(" : "");
    status = wd_spark_write_expression(lowering, call->arguments[i], buf);
    wd_buf_puts(buf, i == number ? " AS INT)" : "");
  }
  return status;
}

static enum wd_status
write_window_function(struct wd_spark_lowering *lowering,
                      const struct wd_expression *call, struct wd_buf *buf)
{
  const struct wd_window *window = call->window;
  enum wd_status status;

  wd_buf_printf(buf, "CAST(%s(", wd_window_name(window->function));
  status = write_window_arguments(lowering, call, buf);
  wd_buf_puts(buf, window->shape.ignore_nulls ? ") IGNORE NULLS" : ")");
  if (status == WD_OK)
    status = write_over(lowering, call, buf);
  return status == WD_OK ? wd_spark_cast_end(&call->type, buf, lowering->error)
                         : status;
}

enum wd_status
wd_spark_write_window(struct wd_spark_lowering *lowering,
                      const struct wd_expression *call, struct wd_buf *buf)
{
  const struct wd_window *window = call->window;
  const struct wd_measure measure = wd_window_measure(call);
  struct wd_buf over;
  enum wd_status status;

  if (!window->aggregate)
    return write_window_function(lowering, call, buf);
  if (measure.name)
    return wd_fail(lowering->error, WD_UNSUPPORTED,
                   "the engine spark does not call aggregates of the program "
                   "over windows yet: %s",
                   measure.name);
  if (window->shape.keys && (measure.function == WD_AGG_MEDIAN ||
                             measure.function == WD_AGG_QUANTILE))
    return wd_fail(lowering->error, WD_UNSUPPORTED,
                   "the engine spark does not have %s over windows with an "
                   "order: run on duckdb",
                   wd_aggregate_name(measure.function));
  wd_buf_init(&over, lowering->engine->mem, WD_SPARK_TEXT_MAX);
  status = write_over(lowering, call, &over);
  if (status == WD_OK)
    status = wd_spark_text_check(&over, lowering->error);
  if (status == WD_OK)
    status =
        wd_spark_write_measure(lowering, &measure, wd_buf_text(&over), buf);
  wd_buf_fini(&over);
  return status;
}
