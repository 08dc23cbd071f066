#include "engine/spark/lower_interval.h"

#include <stdio.h>
#include <string.h>

#include "engine/spark/carried.h"

#define NTZ(x) "CAST(" x " AS TIMESTAMP_NTZ)"
#define LTZ(x) "CAST(" x " AS TIMESTAMP_LTZ)"
#define BOTH(x) "CASE WHEN $1 IS NOT NULL AND $2 IS NOT NULL THEN " x " END"

/* Microseconds, in as many digits as 2^31 months have. */
#define LENGTH(x)                                                              \
  "(" x ".months * CAST(2592000000000 AS DECIMAL(13,0)) + " x                  \
  ".days * CAST(86400000000 AS DECIMAL(11,0)) + " x ".micros)"

static bool
is_interval(const struct wd_expression *expression)
{
  return expression->type.id == WD_TYPE_INTERVAL;
}

enum wd_status
wd_spark_write_key(struct wd_spark_lowering *lowering,
                   const struct wd_expression *expression, struct wd_buf *buf)
{
  const struct wd_expression call = {.kind = WD_EXPR_CALL,
                                     .type = expression->type,
                                     .argument_count = 1,
                                     .arguments = &expression};

  return is_interval(expression)
             ? wd_spark_write_template(lowering, LENGTH("$1"), &call, buf)
             : wd_spark_write_expression(lowering, expression, buf);
}

/* ---- Arithmetic ---------------------------------------------------------- */

#define PARTS(months, days, micros)                                            \
  "named_struct('" WD_SPARK_MONTHS "', CAST(" months                           \
  " AS INT), '" WD_SPARK_DAYS "', CAST(" days " AS INT), '" WD_SPARK_MICROS    \
  "', CAST(" micros " AS BIGINT))"
#define SUM(sign)                                                              \
  BOTH(PARTS("$1.months " sign " $2.months", "$1.days " sign " $2.days",       \
             "$1.micros " sign " $2.micros"))
#define PRODUCT(interval, number)                                              \
  BOTH(PARTS(interval ".months * " number, interval ".days * " number,         \
             interval ".micros * " number))
#define MICROS(x) "unix_micros(" LTZ(x) ")"
#define DIFFERENCE "(" MICROS("$1") " - " MICROS("$2") ")"

static enum wd_status
write_interval(struct wd_spark_lowering *lowering,
               const struct wd_expression *call, struct wd_buf *buf)
{
  const struct wd_expression *a = call->arguments[0], *b = call->arguments[1];
  const char *template;

  if (call->function == WD_FN_MULTIPLY)
    template = is_interval(a) ? PRODUCT("$1", "$2") : PRODUCT("$2", "$1");
  else if (is_interval(a) && is_interval(b))
    template = call->function == WD_FN_SUBTRACT ? SUM("-") : SUM("+");
  else
    template = BOTH(
        PARTS("0", DIFFERENCE " div 86400000000", DIFFERENCE " % 86400000000"));
  return wd_spark_write_template(lowering, template, call, buf);
}

/* An operand as one of Spark's intervals. */
static enum wd_status
write_calendar(struct wd_spark_lowering *lowering,
               const struct wd_expression *operand, struct wd_buf *buf)
{
  const struct wd_expression call = {.kind = WD_EXPR_CALL,
                                     .type = operand->type,
                                     .argument_count = 1,
                                     .arguments = &operand};

  if (operand->kind == WD_EXPR_LITERAL && !operand->literal.null) {
    wd_spark_write_calendar(&operand->literal, buf);
    return WD_OK;
  }
  return wd_spark_write_template(
      lowering,
      "make_interval(0, $1.months, 0, $1.days, 0, 0, "
      "CAST(CAST($1.micros AS DECIMAL(20,0)) / 1000000 AS DECIMAL(18,6)))",
      &call, buf);
}

/* A date or timestamp and an interval, either first. */
static enum wd_status
write_moved(struct wd_spark_lowering *lowering,
            const struct wd_expression *call, struct wd_buf *buf)
{
  bool first = is_interval(call->arguments[0]);
  const struct wd_expression *time = call->arguments[first];
  const struct wd_expression *interval = call->arguments[!first];
  bool as_it_is = call->type.id == WD_TYPE_DATE || time->type.timezone;
  enum wd_status status;

  wd_buf_puts(buf, as_it_is ? "(" : "(CAST(");
  status = wd_spark_write_expression(lowering, time, buf);
  wd_buf_puts(buf, as_it_is ? "" : " AS TIMESTAMP_NTZ)");
  wd_buf_puts(buf, call->function == WD_FN_SUBTRACT ? " - " : " + ");
  if (status == WD_OK)
    status = write_calendar(lowering, interval, buf);
  wd_buf_putc(buf, ')');
  return status;
}

enum wd_status
wd_spark_write_times(struct wd_spark_lowering *lowering,
                     const struct wd_expression *call, struct wd_buf *buf)
{
  const struct wd_expression *a = call->arguments[0], *b = call->arguments[1];

  if (call->type.id == WD_TYPE_INTERVAL)
    return write_interval(lowering, call, buf);
  if (wd_type_is_integer(&call->type))
    return wd_spark_write_template(lowering, "datediff($, $)", call, buf);
  if (is_interval(a) || is_interval(b))
    return write_moved(lowering, call, buf);
  return wd_spark_write_template(
      lowering,
      wd_type_is_integer(&a->type)       ? "date_add($2, CAST($1 AS INT))"
      : call->function == WD_FN_SUBTRACT ? "date_sub($1, CAST($2 AS INT))"
                                         : "date_add($1, CAST($2 AS INT))",
      call, buf);
}

/* ---- The least and the greatest ------------------------------------------ */

enum wd_status
wd_spark_write_interval_extreme(struct wd_spark_lowering *lowering,
                                const struct wd_expression *call, bool least,
                                bool skips_nulls, struct wd_buf *buf)
{
  enum wd_status status;

  wd_buf_puts(buf, "transform(array(array(");
  status = wd_spark_write_template(lowering, "$@", call, buf);
  wd_buf_printf(
      buf,
      ")), v -> %sarray_%s(transform(filter(v, x -> x IS NOT NULL), x -> "
      "named_struct('k', " LENGTH("x") ", 'v', x))).v%s)[0]",
      skips_nulls ? "" : "CASE WHEN NOT exists(v, x -> x IS NULL) THEN ",
      least ? "min" : "max", skips_nulls ? "" : " END");
  return status;
}
