/* Aggregate functions as SQL. */
#include "engine/duckdb/extent.h"
#include "engine/duckdb/pure.h"
#include "engine/duckdb/types.h"
#include "plan/aggregate_function.h"

static const struct wd_duck_scope below = {.left = "t"};

static const char *const names[] = {
    [WD_AGG_COUNT_STAR] = "count",
    [WD_AGG_COUNT] = "count",
    [WD_AGG_SUM] = "sum",
    [WD_AGG_MIN] = "min",
    [WD_AGG_MAX] = "max",
    [WD_AGG_AVG] = "avg",
    [WD_AGG_APPROX_COUNT_DISTINCT] = "approx_count_distinct",
    [WD_AGG_COUNT_IF] = "count",
    [WD_AGG_ANY_VALUE] = "any_value",
    [WD_AGG_FIRST] = "first",
    [WD_AGG_LAST] = "last",
    [WD_AGG_MODE] = "mode",
    /* The others leave out rows whose value is null. */
    [WD_AGG_MIN_BY] = "arg_min_null",
    [WD_AGG_MAX_BY] = "arg_max_null",
    [WD_AGG_PRODUCT] = "product",
    [WD_AGG_STD_DEV] = "stddev_samp",
    [WD_AGG_STD_DEV_POP] = "stddev_pop",
    [WD_AGG_VARIANCE] = "var_samp",
    [WD_AGG_VARIANCE_POP] = "var_pop",
    [WD_AGG_CORR] = "corr",
    [WD_AGG_COVAR_SAMP] = "covar_samp",
    [WD_AGG_COVAR_POP] = "covar_pop",
    [WD_AGG_MEDIAN] = "median",
    [WD_AGG_QUANTILE] = "quantile_cont",
    [WD_AGG_QUANTILE_DISC] = "quantile_disc",
    [WD_AGG_APPROX_QUANTILE] = "approx_quantile",
    [WD_AGG_BOOL_AND] = "bool_and",
    [WD_AGG_BOOL_OR] = "bool_or",
    [WD_AGG_BIT_AND] = "bit_and",
    [WD_AGG_BIT_OR] = "bit_or",
    [WD_AGG_BIT_XOR] = "bit_xor",
    [WD_AGG_STRING_AGG] = "string_agg",
    [WD_AGG_LIST] = "list",
    [WD_AGG_COLLECT_LIST] = "list",
    [WD_AGG_COLLECT_SET] = "list",
    [WD_AGG_HISTOGRAM] = "histogram",
    [WD_AGG_GROUPING] = "grouping",
};

static enum wd_status
write_list(struct wd_duck_lowering *lowering, const struct wd_measure *measure,
           const char *between, const char *after, struct wd_buf *buf)
{
  enum wd_status status = WD_OK;

  for (uint32_t i = 0; status == WD_OK && i < measure->argument_count; i++) {
    if (i)
      wd_buf_puts(buf, between);
    status =
        wd_duck_lower_expression(lowering, measure->arguments[i], &below, buf);
    wd_buf_puts(buf, after);
  }
  return status;
}

enum wd_status
wd_duck_lower_measure_filter(struct wd_duck_lowering *lowering,
                             const struct wd_measure *measure, const char *more,
                             struct wd_buf *buf)
{
  enum wd_status status = WD_OK;

  if (measure->filter || more) {
    wd_buf_puts(buf, " FILTER (WHERE ");
    wd_buf_puts(buf, more ? more : "");
    wd_buf_puts(buf, more && measure->filter ? " AND " : "");
    if (measure->filter)
      status = wd_duck_lower_expression(lowering, measure->filter, &below, buf);
    wd_buf_putc(buf, ')');
  }
  if (lowering->over)
    wd_buf_puts(buf, lowering->over);
  return status;
}

static enum wd_status
write_sorts(struct wd_duck_lowering *lowering, const struct wd_measure *measure,
            struct wd_buf *buf)
{
  enum wd_status status = WD_OK;

  for (uint32_t i = 0; i < measure->sort_count && status == WD_OK; i++) {
    const struct wd_sort_key *key = &measure->sorts[i];

    /* A number alone would be the place of an argument. */
    wd_buf_puts(buf, i ? ", (" : " ORDER BY (");
    status = wd_duck_lower_expression(lowering, key->expression, &below, buf);
    wd_buf_puts(buf, key->descending ? ") DESC" : ") ASC");
    wd_buf_puts(buf, key->nulls_first ? " NULLS FIRST" : " NULLS LAST");
  }
  return status;
}

/* The rows' order where they have one; of distinct values their own. */
static enum wd_status
write_order(struct wd_duck_lowering *lowering, const struct wd_measure *measure,
            bool distinct, struct wd_buf *buf)
{
  enum wd_status status = WD_OK;

  if (!wd_aggregate_follows_order(measure->function) &&
      measure->function != WD_AGG_COLLECT_SET)
    return WD_OK;
  if (measure->sort_count)
    return write_sorts(lowering, measure, buf);
  if (distinct) {
    wd_buf_puts(buf, " ORDER BY ");
    status =
        wd_duck_lower_expression(lowering, measure->arguments[0], &below, buf);
    wd_buf_puts(buf, " NULLS LAST");
  } else if (lowering->placed) {
    wd_buf_puts(buf, " ORDER BY t.i");
  }
  return status;
}

/* name([DISTINCT] arguments [ORDER BY …]) [FILTER …] */
static enum wd_status
write_call(struct wd_duck_lowering *lowering, const struct wd_measure *measure,
           const char *name, const char *more, struct wd_buf *buf)
{
  bool distinct = measure->distinct || measure->function == WD_AGG_COLLECT_SET;
  enum wd_status status;

  wd_buf_printf(buf, "%s(%s", name, distinct ? "DISTINCT " : "");
  if (measure->function == WD_AGG_COUNT_STAR)
    wd_buf_putc(buf, '*');
  status = write_list(lowering, measure, ", ", "", buf);
  if (status == WD_OK)
    status = write_order(lowering, measure, distinct, buf);
  wd_buf_putc(buf, ')');
  if (status != WD_OK)
    return status;
  return wd_duck_lower_measure_filter(lowering, measure, more, buf);
}

/* sum([DISTINCT] argument) [FILTER …], of decimals. */
static enum wd_status
write_sum(struct wd_duck_lowering *lowering, const struct wd_measure *measure,
          struct wd_buf *buf)
{
  enum wd_status status;

  wd_buf_puts(buf, measure->distinct ? "sum(DISTINCT " : "sum(");
  status = wd_duck_lower_narrow(lowering, measure->arguments[0], &below, buf);
  wd_buf_putc(buf, ')');
  if (status != WD_OK)
    return status;
  return wd_duck_lower_measure_filter(lowering, measure, NULL, buf);
}

/* A function of ours over a sum and something else, both decimals. */
static enum wd_status
write_pure_sum(struct wd_duck_lowering *lowering,
               const struct wd_measure *measure, enum wd_duck_pure_kind kind,
               const struct wd_type *other, struct wd_buf *buf)
{
  const struct wd_duck_pure_key key = {.kind = kind,
                                       .left = measure->type,
                                       .right = *other,
                                       .result = measure->type};
  const char *name = "wd_pure";
  enum wd_status status = WD_OK;

  if (lowering->query)
    status = wd_duck_pure_find(lowering->engine, &key, &name, lowering->error);
  if (status != WD_OK)
    return status;
  wd_buf_printf(buf, "%s(CAST(", name);
  status = write_sum(lowering, measure, buf);
  wd_buf_puts(buf, " AS ");
  wd_duck_type_sql(&measure->type, buf);
  wd_buf_puts(buf, "), CAST(");
  return status;
}

/* The exact sum divided by the count; DuckDB's avg of decimals is a double. */
static enum wd_status
write_average(struct wd_duck_lowering *lowering,
              const struct wd_measure *measure, struct wd_buf *buf)
{
  const struct wd_type count = wd_type_decimal(19, 0);
  enum wd_status status =
      write_pure_sum(lowering, measure, WD_DUCK_PURE_DIVIDE, &count, buf);

  if (status == WD_OK)
    status = write_call(lowering, measure, "count", NULL, buf);
  wd_buf_puts(buf, " AS DECIMAL(19,0)))");
  return status;
}

/* DuckDB lets a sum pass 38 digits; adding nothing to it sees that. */
static enum wd_status
write_checked_sum(struct wd_duck_lowering *lowering,
                  const struct wd_measure *measure, struct wd_buf *buf)
{
  const struct wd_type none = wd_type_decimal(1, 0);
  enum wd_status status =
      write_pure_sum(lowering, measure, WD_DUCK_PURE_ADD, &none, buf);

  wd_buf_puts(buf, "'0' AS DECIMAL(1,0)))");
  return status;
}

/* Of values of so many digits it does not in fewer than 10^19 rows. */
#define SAFE_DIGITS 19

static enum wd_status
write_decimal_sum(struct wd_duck_lowering *lowering,
                  const struct wd_measure *measure, struct wd_buf *buf)
{
  struct wd_duck_extent extent =
      wd_duck_extent_of(measure->arguments[0], lowering->extents);
  enum wd_status status;

  if (extent.most >= wd_decimal_limit(SAFE_DIGITS))
    return write_checked_sum(lowering, measure, buf);
  wd_buf_puts(buf, "CAST(");
  status = write_sum(lowering, measure, buf);
  wd_buf_puts(buf, " AS ");
  wd_duck_type_sql(&measure->type, buf);
  wd_buf_putc(buf, ')');
  return status;
}

/* Whether there may be infinite values and NaNs. */
static bool
may_be_infinite(const struct wd_measure *measure)
{
  for (uint32_t i = 0; i < measure->argument_count; i++) {
    const struct wd_expression *argument = measure->arguments[i];

    while (argument->kind == WD_EXPR_CAST)
      argument = argument->arguments[0];
    if (argument->type.id == WD_TYPE_F32 || argument->type.id == WD_TYPE_F64 ||
        argument->type.id == WD_TYPE_STRING)
      return true;
  }
  return false;
}

/* DuckDB fails where such a value is among those of a variance: it is NaN.
 * Nulls in one argument of a pair make `x * 0 + y * 0` null, infinite values
 * NaN. */
static enum wd_status
write_moment(struct wd_duck_lowering *lowering,
             const struct wd_measure *measure, struct wd_buf *buf)
{
  struct wd_buf finite;
  enum wd_status status;

  if (!may_be_infinite(measure))
    return write_call(lowering, measure, names[measure->function], NULL, buf);
  wd_buf_init(&finite, lowering->engine->mem, buf->maximum);
  wd_buf_puts(&finite, "isfinite(");
  status = write_list(lowering, measure, " + ", " * 0", &finite);
  wd_buf_putc(&finite, ')');
  if (status == WD_OK && finite.failed)
    status = wd_duck_buf_failure(&finite, lowering->error);
  wd_buf_puts(buf, "CASE WHEN bool_and(");
  if (status == WD_OK)
    wd_buf_puts(buf, wd_buf_text(&finite));
  wd_buf_putc(buf, ')');
  if (status == WD_OK)
    status = wd_duck_lower_measure_filter(lowering, measure, NULL, buf);
  wd_buf_puts(buf, " IS FALSE THEN CAST('NaN' AS DOUBLE) ELSE ");
  if (status == WD_OK)
    status = write_call(lowering, measure, names[measure->function],
                        wd_buf_text(&finite), buf);
  wd_buf_puts(buf, " END");
  wd_buf_fini(&finite);
  return status;
}

/* Rows in which no argument is null: `value` of them, a CASE without else. */
static enum wd_status
write_count(struct wd_duck_lowering *lowering, const struct wd_measure *measure,
            struct wd_buf *buf)
{
  enum wd_status status;

  wd_buf_printf(buf, "count(%sCASE WHEN ",
                measure->distinct ? "DISTINCT " : "");
  status = write_list(lowering, measure, " AND ", " IS NOT NULL", buf);
  wd_buf_puts(buf, " THEN row(");
  if (status == WD_OK)
    status = write_list(lowering, measure, ", ", "", buf);
  wd_buf_puts(buf, ") END)");
  if (status != WD_OK)
    return status;
  return wd_duck_lower_measure_filter(lowering, measure, NULL, buf);
}

/* The arguments between other text, and the filter. */
static enum wd_status
write_around(struct wd_duck_lowering *lowering,
             const struct wd_measure *measure, const char *before,
             const char *between, const char *after, struct wd_buf *buf)
{
  enum wd_status status;

  wd_buf_puts(buf, before);
  status = write_list(lowering, measure, between, "", buf);
  wd_buf_puts(buf, after);
  if (status != WD_OK)
    return status;
  return wd_duck_lower_measure_filter(lowering, measure, NULL, buf);
}

static enum wd_status
write_count_if(struct wd_duck_lowering *lowering,
               const struct wd_measure *measure, struct wd_buf *buf)
{
  return write_around(lowering, measure, "count(CASE WHEN ", "",
                      " THEN TRUE END)", buf);
}

/* The first in the order of the rows, or any. */
static enum wd_status
write_place(struct wd_duck_lowering *lowering, const struct wd_measure *measure,
            struct wd_buf *buf)
{
  bool first = measure->function == WD_AGG_FIRST;

  if (lowering->placed)
    return write_around(lowering, measure,
                        first ? "arg_min_null(" : "arg_max_null(", "", ", t.i)",
                        buf);
  return write_around(lowering, measure, first ? "first(" : "last(", "", ")",
                      buf);
}

/* Without nulls, and a list for no rows. */
static enum wd_status
write_collect(struct wd_duck_lowering *lowering,
              const struct wd_measure *measure, struct wd_buf *buf)
{
  struct wd_buf some;
  enum wd_status status;

  wd_buf_init(&some, lowering->engine->mem, buf->maximum);
  status = write_list(lowering, measure, "", " IS NOT NULL", &some);
  if (status == WD_OK && some.failed)
    status = wd_duck_buf_failure(&some, lowering->error);
  wd_buf_puts(buf, "coalesce(");
  if (status == WD_OK)
    status = write_call(lowering, measure, "list", wd_buf_text(&some), buf);
  wd_buf_puts(buf, ", [])");
  wd_buf_fini(&some);
  return status;
}

/* DuckDB's histogram orders floats by `<`, so that NaNs fall among others; as
 * texts they are apart. */
static enum wd_status
write_histogram(struct wd_duck_lowering *lowering,
                const struct wd_measure *measure, struct wd_buf *buf)
{
  bool real = measure->arguments[0]->type.id == WD_TYPE_F32 ||
              measure->arguments[0]->type.id == WD_TYPE_F64;

  return write_around(lowering, measure,
                      real ? "histogram(CAST(0 + " : "histogram(", "",
                      real ? " AS VARCHAR))" : ")", buf);
}

/* DuckDB wants the fraction as a FLOAT. */
static enum wd_status
write_approximate(struct wd_duck_lowering *lowering,
                  const struct wd_measure *measure, struct wd_buf *buf)
{
  return write_around(lowering, measure, "approx_quantile(", ", CAST(",
                      " AS FLOAT))", buf);
}

/* Arguments are keys, by their number. */
static enum wd_status
write_grouping(const struct wd_duck_lowering *lowering,
               const struct wd_measure *measure, struct wd_buf *buf)
{
  if (!lowering->grouping_sets || measure->argument_count == 0) {
    wd_buf_putc(buf, '0');
    return WD_OK;
  }
  wd_buf_puts(buf, "GROUPING(");
  for (uint32_t i = 0; i < measure->argument_count; i++)
    wd_buf_printf(buf, "%st.k%u", i ? ", " : "", measure->arguments[i]->column);
  wd_buf_putc(buf, ')');
  return WD_OK;
}

static enum wd_status
write_function(struct wd_duck_lowering *lowering,
               const struct wd_measure *measure, struct wd_buf *buf)
{
  switch (measure->function) {
  case WD_AGG_STD_DEV:
  case WD_AGG_STD_DEV_POP:
  case WD_AGG_VARIANCE:
  case WD_AGG_VARIANCE_POP:
  case WD_AGG_CORR:
  case WD_AGG_COVAR_SAMP:
  case WD_AGG_COVAR_POP:
    return write_moment(lowering, measure, buf);
  case WD_AGG_COUNT:
    if (measure->argument_count > 1)
      return write_count(lowering, measure, buf);
    break;
  case WD_AGG_COUNT_IF:
    return write_count_if(lowering, measure, buf);
  case WD_AGG_FIRST:
  case WD_AGG_LAST:
    return write_place(lowering, measure, buf);
  case WD_AGG_COLLECT_LIST:
  case WD_AGG_COLLECT_SET:
    return write_collect(lowering, measure, buf);
  case WD_AGG_HISTOGRAM:
    return write_histogram(lowering, measure, buf);
  case WD_AGG_APPROX_QUANTILE:
    return write_approximate(lowering, measure, buf);
  case WD_AGG_GROUPING:
    return write_grouping(lowering, measure, buf);
  default:
    break;
  }
  return write_call(lowering, measure, names[measure->function], NULL, buf);
}

/* DuckDB's sum of integers is HUGEINT, its averages are DOUBLE; Substrait's
 * average of integers drops the fraction. */
enum wd_status
wd_duck_lower_measure(struct wd_duck_lowering *lowering,
                      const struct wd_measure *measure, struct wd_buf *buf)
{
  bool whole =
      measure->function == WD_AGG_AVG && wd_type_is_integer(&measure->type);
  enum wd_status status;

  if (measure->function == WD_AGG_AVG && measure->type.id == WD_TYPE_DECIMAL)
    return write_average(lowering, measure, buf);
  if (measure->function == WD_AGG_SUM && measure->type.id == WD_TYPE_DECIMAL)
    return write_decimal_sum(lowering, measure, buf);
  wd_buf_puts(buf, whole ? "CAST(trunc(" : "CAST(");
  status = write_function(lowering, measure, buf);
  wd_buf_puts(buf, whole ? ") AS " : " AS ");
  wd_duck_type_sql(&measure->type, buf);
  wd_buf_putc(buf, ')');
  return status;
}
