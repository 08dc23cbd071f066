/* Calls as Spark SQL: each function has a template (engine/template.h). */
#include <stdio.h>
#include <string.h>

#include "engine/spark/lower_bits.h"
#include "engine/spark/lower_cast.h"
#include "engine/spark/lower_interval.h"
#include "engine/template.h"
#include "plan/coerce.h"

#define LONG_TEXT                                                              \
  "raise_error('a text would have more than 67108864 characters')"
#define INF "CAST('Infinity' AS DOUBLE)"
#define NAN_ "CAST('NaN' AS DOUBLE)"
#define NTZ(x) "CAST(" x " AS TIMESTAMP_NTZ)"
#define LTZ(x) "CAST(" x " AS TIMESTAMP_LTZ)"
#define FRACTION(x) "(extract(SECOND FROM " NTZ(x) ") % 1)"
/* Spark's logarithms are null outside of their domain. */
#define LOG(name, low)                                                         \
  "CASE WHEN $1 > " low " THEN " name "($1) WHEN $1 = " low                    \
  " THEN CAST('-Infinity' AS DOUBLE) WHEN $1 < " low " THEN " NAN_ " END"
/* Spark's ceil and floor give whole numbers of 64 bits. */
#define CEIL "CASE WHEN rint($1) < $1 THEN rint($1) + 1 ELSE rint($1) END"
#define FLOOR "CASE WHEN rint($1) > $1 THEN rint($1) - 1 ELSE rint($1) END"
/* Halves away from zero, and the sign of a zero stays. */
#define HALVES                                                                 \
  "CASE WHEN abs($1 - rint($1)) = CAST(0.5 AS DOUBLE) THEN $1 + sign($1) * "   \
  "CAST(0.5 AS DOUBLE) ELSE rint($1) END"

static const char *const templates[WD_FN_SCALAR_COUNT] = {
    [WD_FN_ADD] = "($ + $)",
    [WD_FN_SUBTRACT] = "($ - $)",
    [WD_FN_MULTIPLY] = "($ * $)",
    [WD_FN_MODULUS] = "($ % $)",
    [WD_FN_NEGATE] = "(- $)",
    [WD_FN_ABS] = "abs($)",
    [WD_FN_SIGN] = "(sign($) + 0)",
    [WD_FN_POWER] = "CASE WHEN ($1 = 1 AND $2 IS NOT NULL) OR ($1 = -1 AND "
                    "abs($2) = " INF ") THEN 1 ELSE pow($1, $2) END",
    [WD_FN_SQRT] = "sqrt($)",
    [WD_FN_EXP] = "exp($)",
    [WD_FN_SIN] = "sin($)",
    [WD_FN_COS] = "cos($)",
    [WD_FN_TAN] = "tan($)",
    [WD_FN_ASIN] = "asin($)",
    [WD_FN_ACOS] = "acos($)",
    [WD_FN_ATAN] = "atan($)",
    /* Spark's forgets the signs of zeros. */
    [WD_FN_ATAN2] =
        "CASE WHEN $1 = 0 THEN CASE WHEN CAST($1 AS STRING) = '-0.0' THEN -1 "
        "ELSE 1 END * CASE WHEN isnan($2) THEN $2 WHEN $2 < 0 OR CAST($2 AS "
        "STRING) = '-0.0' THEN pi() WHEN $2 IS NOT NULL THEN CAST(0 AS DOUBLE) "
        "END ELSE atan2($1, $2) END",
    [WD_FN_SINH] = "sinh($)",
    [WD_FN_COSH] = "cosh($)",
    [WD_FN_TANH] = "tanh($)",
    [WD_FN_ASINH] = "asinh($)",
    [WD_FN_ACOSH] = "acosh($)",
    [WD_FN_ATANH] = "atanh($)",
    [WD_FN_RADIANS] = "radians($)",
    [WD_FN_DEGREES] = "degrees($)",
    [WD_FN_CBRT] = "cbrt($)",
    [WD_FN_PI] = "pi()",
    [WD_FN_EXPM1] = "expm1($)",
    [WD_FN_LN] = LOG("ln", "0"),
    [WD_FN_LOG10] = LOG("log10", "0"),
    [WD_FN_LOG2] = LOG("log2", "0"),
    [WD_FN_LOG1P] = LOG("log1p", "-1"),
    [WD_FN_FACTORIAL] =
        "CASE WHEN $1 BETWEEN 0 AND 20 THEN factorial(CAST($1 AS INT)) WHEN $1 "
        "IS NOT NULL THEN raise_error('a factorial is out of range') END",
    [WD_FN_EQUAL] = "($ = $)",
    [WD_FN_NOT_EQUAL] = "($ <> $)",
    [WD_FN_LT] = "($ < $)",
    [WD_FN_LTE] = "($ <= $)",
    [WD_FN_GT] = "($ > $)",
    [WD_FN_GTE] = "($ >= $)",
    [WD_FN_IS_NULL] = "($ IS NULL)",
    [WD_FN_IS_NOT_NULL] = "($ IS NOT NULL)",
    [WD_FN_IS_NAN] = "(CAST($ AS DOUBLE) = " NAN_ ")",
    [WD_FN_IS_FINITE] = "(abs(CAST($ AS DOUBLE)) < " INF ")",
    [WD_FN_IS_INFINITE] = "(abs(CAST($ AS DOUBLE)) = " INF ")",
    [WD_FN_IS_NOT_DISTINCT_FROM] = "($ <=> $)",
    [WD_FN_IS_DISTINCT_FROM] = "(NOT ($ <=> $))",
    [WD_FN_IS_TRUE] = "($ IS TRUE)",
    [WD_FN_IS_NOT_TRUE] = "($ IS NOT TRUE)",
    [WD_FN_IS_FALSE] = "($ IS FALSE)",
    [WD_FN_IS_NOT_FALSE] = "($ IS NOT FALSE)",
    [WD_FN_NULLIF] = "nullif($, $)",
    [WD_FN_COALESCE] = "coalesce($@)",
    [WD_FN_LEAST] = "least($@)",
    [WD_FN_GREATEST] = "greatest($@)",
    [WD_FN_LEAST_SKIP_NULL] = "least($@)",
    [WD_FN_GREATEST_SKIP_NULL] = "greatest($@)",
    [WD_FN_NOT] = "(NOT $)",
    [WD_FN_XOR] = "($ <> $)",
    [WD_FN_AND_NOT] = "($ AND NOT $)",
    /* A backslash escapes for Spark, where nothing does for us. */
    [WD_FN_LIKE] = "($ LIKE replace($, '\\\\', '\\\\\\\\'))",
    [WD_FN_ILIKE] = "($ ILIKE replace($, '\\\\', '\\\\\\\\'))",
    [WD_FN_UPPER] = "upper($)",
    [WD_FN_LOWER] = "lower($)",
    [WD_FN_CHAR_LENGTH] = "char_length($)",
    [WD_FN_OCTET_LENGTH] = "octet_length($)",
    [WD_FN_BIT_LENGTH] = "bit_length($)",
    [WD_FN_SUBSTRING] = "substring($@)",
    [WD_FN_TRIM] = "trim($);trim(BOTH $2 FROM $1)",
    [WD_FN_LTRIM] = "ltrim($);trim(LEADING $2 FROM $1)",
    [WD_FN_RTRIM] = "rtrim($);trim(TRAILING $2 FROM $1)",
    [WD_FN_CONCAT] = "concat($@)",
    [WD_FN_CONCAT_WS] = "concat_ws($@)",
    [WD_FN_REPLACE] = "replace($, $, $)",
    [WD_FN_STARTS_WITH] = "startswith($, $)",
    [WD_FN_ENDS_WITH] = "endswith($, $)",
    [WD_FN_CONTAINS] = "contains($, $)",
    [WD_FN_STRPOS] = "instr($, $)",
    [WD_FN_REVERSE] = "reverse($)",
    [WD_FN_REPEAT] =
        "CASE WHEN CAST(octet_length($1) AS DECIMAL(20,0)) * $2 > 268435456 "
        "THEN raise_error('a text would have more than 256 MiB') ELSE "
        "repeat($1, CAST(least($2, 268435457) AS INT)) END",
    [WD_FN_REPLACE_SLICE] =
        "CASE WHEN $2 BETWEEN 1 AND char_length($1) AND $3 >= 0 THEN "
        "concat(substring($1, 1, CAST($2 - 1 AS INT)), $4, substring($1, "
        "CAST(least($2 + $3, 2147483647) AS INT))) END",
    [WD_FN_CAPITALIZE] = "concat(upper(substring($1, 1, 1)), substring($1, 2))",
    [WD_FN_INITCAP] = "initcap($)",
    [WD_FN_LPAD] =
        "CASE WHEN $2 > 67108864 THEN " LONG_TEXT " ELSE lpad($1, $2, ' ') END;"
        "CASE WHEN $2 > 67108864 THEN " LONG_TEXT " ELSE lpad($1, $2, $3) END",
    [WD_FN_RPAD] =
        "CASE WHEN $2 > 67108864 THEN " LONG_TEXT " ELSE rpad($1, $2, ' ') END;"
        "CASE WHEN $2 > 67108864 THEN " LONG_TEXT " ELSE rpad($1, $2, $3) END",
    [WD_FN_LEFT] = "CASE WHEN $2 < 0 THEN substring($1, 1, "
                   "greatest(char_length($1) + $2, 0)) ELSE left($1, $2) END",
    [WD_FN_RIGHT] =
        "CASE WHEN $2 < 0 THEN substring($1, 1 - $2) ELSE right($1, $2) END",
    [WD_FN_SPLIT_PART] = "split_part($1, $2, CAST($3 AS INT))",
    [WD_FN_TRANSLATE] = "translate($, $, $)",
    [WD_FN_ASCII] = "ascii($)",
    [WD_FN_LEVENSHTEIN] = "levenshtein($, $)",
    [WD_FN_REGEXP_MATCH] = "rlike($, $)",
    [WD_FN_HEX] = "hex($)",
    [WD_FN_UNHEX] = "to_binary($, 'hex')",
    [WD_FN_BASE64] = "base64(CAST($ AS BINARY))",
    [WD_FN_UNBASE64] = "to_binary($, 'base64')",
    [WD_FN_MD5] = "md5(CAST($ AS BINARY))",
    [WD_FN_SHA1] = "sha1(CAST($ AS BINARY))",
    [WD_FN_SHA256] = "sha2(CAST($ AS BINARY), 256)",
    [WD_FN_EXTRACT_YEAR] = "year($)",
    [WD_FN_EXTRACT_MONTH] = "month($)",
    [WD_FN_EXTRACT_DAY] = "day($)",
    [WD_FN_EXTRACT_HOUR] = "hour(" NTZ("$") ")",
    [WD_FN_EXTRACT_MINUTE] = "minute(" NTZ("$") ")",
    [WD_FN_EXTRACT_SECOND] = "second(" NTZ("$") ")",
    [WD_FN_EXTRACT_DAY_OF_WEEK] = "(weekday($) + 1)",
    [WD_FN_EXTRACT_DAY_OF_YEAR] = "dayofyear($)",
    [WD_FN_EXTRACT_ISO_YEAR] = "extract(YEAROFWEEK FROM $)",
    [WD_FN_EXTRACT_QUARTER] = "quarter($)",
    [WD_FN_EXTRACT_ISO_WEEK] = "weekofyear($)",
    [WD_FN_EXTRACT_SUNDAY_DAY_OF_WEEK] = "dayofweek($)",
    [WD_FN_EXTRACT_MILLISECOND] = "floor(" FRACTION("$") " * 1000)",
    [WD_FN_EXTRACT_MICROSECOND] = "(floor(" FRACTION("$") " * 1000000) % 1000)",
    [WD_FN_EXTRACT_SUBSECOND] = "floor(" FRACTION("$") " * 1000000)",
    [WD_FN_EXTRACT_UNIX_TIME] = "unix_seconds(" LTZ("$") ")",
    [WD_FN_LAST_DAY] = "last_day($)",
    [WD_FN_MAKE_DATE] =
        "make_date(CAST($ AS INT), CAST($ AS INT), CAST($ AS INT))",
    [WD_FN_TIMESTAMP_SECONDS] = "timestamp_seconds($)",
    [WD_FN_TIMESTAMP_MILLIS] = "timestamp_millis($)",
    [WD_FN_TIMESTAMP_MICROS] = "timestamp_micros($)",
    [WD_FN_UNIX_MILLIS] = "unix_millis(" LTZ("$") ")",
    [WD_FN_UNIX_MICROS] = "unix_micros(" LTZ("$") ")",
    [WD_FN_DATE_TRUNC] = "date_trunc($, $)",
};

/* How often a template has the operand of that index. */
static uint32_t
count_uses(const char *template, uint32_t index)
{
  uint32_t uses = 0;

  for (; *template && *template != ';'; template ++)
    uses += *template == '$' && template[1] == (char)('1' + index);
  return uses;
}

/* Whether an operand that is long would be written several times. */
static bool
repeats(const char *template, const struct wd_expression *call)
{
  for (uint32_t i = 0; i < call->argument_count && i < 9; i++)
    if (count_uses(template, i) > 1 && !wd_spark_is_short(call->arguments[i]))
      return true;
  return false;
}

static enum wd_status
write_operand(const void *env, const struct wd_expression *call, uint32_t index,
              struct wd_buf *buf)
{
  struct wd_spark_lowering *const *lowering = env;
  enum wd_function_rule rule = call->kind == WD_EXPR_CALL
                                   ? wd_function_rule(call->function)
                                   : WD_RULE_SAME;

  return rule == WD_RULE_COMPARE || rule == WD_RULE_DISTINCT
             ? wd_spark_write_key(*lowering, call->arguments[index], buf)
             : wd_spark_write_expression(*lowering, call->arguments[index],
                                         buf);
}

/* The field of `v` that is bound to an operand. */
static enum wd_status
write_bound(const void *env, const struct wd_expression *call, uint32_t index,
            struct wd_buf *buf)
{
  (void)env;
  (void)call;
  wd_buf_printf(buf, "v.o%u", index);
  return WD_OK;
}

/* Operands that would be written several times become fields of a struct that
 * has a name. */
enum wd_status
wd_spark_write_template(struct wd_spark_lowering *lowering,
                        const char *template, const struct wd_expression *call,
                        struct wd_buf *buf)
{
  enum wd_status status = WD_OK;

  if (!repeats(template, call))
    return wd_template_write(template, call, write_operand, &lowering, buf,
                             lowering->error);
  wd_buf_puts(buf, "transform(array(named_struct(");
  for (uint32_t i = 0; status == WD_OK && i < call->argument_count; i++) {
    wd_buf_printf(buf, "%s'o%u', ", i ? ", " : "", i);
    status = wd_spark_write_expression(lowering, call->arguments[i], buf);
  }
  wd_buf_puts(buf, ")), v -> ");
  if (status == WD_OK)
    status = wd_template_write(template, call, write_bound, NULL, buf,
                               lowering->error);
  wd_buf_puts(buf, ")[0]");
  return status;
}

static enum wd_status
unsupported(const struct wd_spark_lowering *lowering, const char *name)
{
  return wd_fail(lowering->error, WD_UNSUPPORTED,
                 "the engine spark does not have %s yet", name);
}

static enum wd_status
write_joined(struct wd_spark_lowering *lowering, const char *operator,
             const struct wd_expression * call, struct wd_buf *buf)
{
  enum wd_status status = WD_OK;

  wd_buf_putc(buf, '(');
  for (uint32_t i = 0; status == WD_OK && i < call->argument_count; i++) {
    wd_buf_puts(buf, i ? operator: "");
    status = wd_spark_write_expression(lowering, call->arguments[i], buf);
  }
  wd_buf_putc(buf, ')');
  return status;
}

/* Spark's least and greatest skip nulls; Substrait's are null with any. Long
 * operands go into an array, which has a name. */
static enum wd_status
write_extreme(struct wd_spark_lowering *lowering,
              const struct wd_expression *call, struct wd_buf *buf)
{
  bool least = call->function == WD_FN_LEAST;
  bool nullable = false;
  enum wd_status status;

  if (call->type.id == WD_TYPE_INTERVAL)
    return wd_spark_write_interval_extreme(lowering, call, least, false, buf);

  for (uint32_t i = 0; i < call->argument_count; i++)
    nullable = nullable || call->arguments[i]->nullable;
  if (!nullable || call->argument_count < 2)
    return wd_spark_write_template(
        lowering, call->argument_count < 2 ? "$" : templates[call->function],
        call, buf);
  wd_buf_puts(buf, "transform(array(array(");
  status = wd_spark_write_template(lowering, "$@", call, buf);
  wd_buf_printf(buf,
                ")), v -> CASE WHEN NOT exists(v, x -> x IS NULL) THEN "
                "array_%s(v) END)[0]",
                least ? "min" : "max");
  return status;
}

static bool
is_divisor(const struct wd_expression *expression)
{
  return expression->kind == WD_EXPR_LITERAL && !expression->literal.null &&
         expression->literal.value.real != 0;
}

/* Spark fails where the divisor is 0; IEEE 754 gives an infinite value or
 * NaN, with the zero's sign. */
static enum wd_status
write_real_division(struct wd_spark_lowering *lowering,
                    const struct wd_expression *call, struct wd_buf *buf)
{
  return wd_spark_write_template(
      lowering,
      is_divisor(call->arguments[1])
          ? "($ / $)"
          : "CASE WHEN $2 = 0 THEN $1 * CASE WHEN CAST($2 AS STRING) = '-0.0' "
            "THEN CAST('-Infinity' AS DOUBLE) ELSE " INF
            " END ELSE $1 / $2 END",
      call, buf);
}

static enum wd_status
write_divide(struct wd_spark_lowering *lowering,
             const struct wd_expression *call, struct wd_buf *buf)
{
  if (call->type.id == WD_TYPE_F32 || call->type.id == WD_TYPE_F64)
    return write_real_division(lowering, call, buf);
  /* The quotient of `div` is a BIGINT. */
  return wd_spark_write_template(lowering,
                                 call->type.id == WD_TYPE_U64
                                     ? "(($1 - $1 % $2) / $2)"
                                 : wd_type_is_integer(&call->type) ? "($ div $)"
                                                                   : "($ / $)",
                                 call, buf);
}

/* Whole numbers near a number. */
static enum wd_status
write_rounded(struct wd_spark_lowering *lowering,
              const struct wd_expression *call, struct wd_buf *buf)
{
  bool real = call->type.id == WD_TYPE_F32 || call->type.id == WD_TYPE_F64;
  const char *template = "$";

  if (wd_type_is_integer(&call->type))
    return wd_spark_write_template(lowering, template, call, buf);
  switch (call->function) {
  case WD_FN_CEIL:
    template = real ? CEIL : "ceil($)";
    break;
  case WD_FN_FLOOR:
    template = real ? FLOOR : "floor($)";
    break;
  default:
    template = real ? "CASE WHEN $1 < 0 THEN " CEIL " ELSE " FLOOR " END"
                    : "CASE WHEN $1 < 0 THEN ceil($1) ELSE floor($1) END";
  }
  return wd_spark_write_template(lowering, template, call, buf);
}

static bool
is_zero(const struct wd_expression *digits)
{
  return digits->kind == WD_EXPR_LITERAL && !digits->literal.null &&
         digits->literal.value.integer == 0;
}

static enum wd_status
write_round(struct wd_spark_lowering *lowering,
            const struct wd_expression *call, struct wd_buf *buf)
{
  bool real = call->type.id == WD_TYPE_F32 || call->type.id == WD_TYPE_F64;
  bool even = call->function == WD_FN_ROUND_EVEN;

  if (call->argument_count > 1 && !is_zero(call->arguments[1]))
    return wd_spark_write_template(lowering,
                                   even ? "bround($, CAST($ AS INT))"
                                        : "round($, CAST($ AS INT))",
                                   call, buf);
  return wd_spark_write_template(lowering,
                                 real && even ? "rint($)"
                                 : even       ? "bround($)"
                                 : real       ? HALVES
                                              : "round($)",
                                 call, buf);
}

static bool
is_temporal(const struct wd_expression *call)
{
  return call->argument_count == 2 &&
         (!wd_type_is_numeric(&call->arguments[0]->type) ||
          !wd_type_is_numeric(&call->arguments[1]->type));
}

/* How many borders of units lie between: a count of units since some time, of
 * both. */
static enum wd_status
write_date_diff(struct wd_spark_lowering *lowering,
                const struct wd_expression *call, struct wd_buf *buf)
{
#define MICROS(x) "unix_micros(" LTZ("date_trunc($1, " x ")") ")"
  static const struct {
    const char *unit;
    const char *template;
  } units[] = {
      {"year", "(year($3) - year($2))"},
      {"quarter", "(year($3) * 4 + quarter($3) - year($2) * 4 - quarter($2))"},
      {"month", "(year($3) * 12 + month($3) - year($2) * 12 - month($2))"},
      {"week",
       "(datediff(date_trunc('week', $3), date_trunc('week', $2)) div 7)"},
      {"day", "datediff($3, $2)"},
      {"hour", "((" MICROS("$3") " - " MICROS("$2") ") div 3600000000)"},
      {"minute", "((" MICROS("$3") " - " MICROS("$2") ") div 60000000)"},
      {"second", "((" MICROS("$3") " - " MICROS("$2") ") div 1000000)"},
      {"millisecond", "((" MICROS("$3") " - " MICROS("$2") ") div 1000)"},
      {"microsecond", "(" MICROS("$3") " - " MICROS("$2") ")"},
  };
#undef MICROS
  const struct wd_literal *unit = &call->arguments[0]->literal;

  for (size_t i = 0; i < sizeof units / sizeof *units; i++)
    if (call->arguments[0]->kind == WD_EXPR_LITERAL && !unit->null &&
        strlen(units[i].unit) == unit->value.bytes.length &&
        memcmp(units[i].unit, unit->value.bytes.data,
               unit->value.bytes.length) == 0)
      return wd_spark_write_template(lowering, units[i].template, call, buf);
  return unsupported(lowering, "date_diff of that unit");
}

/* A group's number is `\1` for us and `$1` for Java. */
static enum wd_status
write_regexp_replace(struct wd_spark_lowering *lowering,
                     const struct wd_expression *call, struct wd_buf *buf)
{
  const struct wd_expression *by = call->arguments[2];
  const char *data = by->literal.value.bytes.data;
  struct wd_buf java;
  enum wd_status status;

  if (by->kind != WD_EXPR_LITERAL || by->literal.null)
    return unsupported(lowering,
                       "regexp_replace by something else than a literal");
  wd_buf_init(&java, lowering->engine->mem, WD_SPARK_TEXT_MAX);
  for (size_t i = 0; i < by->literal.value.bytes.length; i++) {
    bool group = data[i] == '\\' && i + 1 < by->literal.value.bytes.length &&
                 data[i + 1] >= '0' && data[i + 1] <= '9';

    if (group)
      wd_buf_printf(&java, "${%c}", data[++i]);
    else if (data[i] == '\\' && i + 1 < by->literal.value.bytes.length &&
             data[i + 1] == '\\')
      wd_buf_puts(&java, "\\\\"), i++;
    else if (data[i] == '$')
      wd_buf_puts(&java, "\\$");
    else
      wd_buf_putc(&java, data[i]);
  }
  status =
      wd_spark_write_template(lowering, "regexp_replace($1, $2, ", call, buf);
  wd_spark_quote(wd_buf_text(&java), java.length, buf);
  wd_buf_putc(buf, ')');
  if (status == WD_OK)
    status = wd_spark_text_check(&java, lowering->error);
  wd_buf_fini(&java);
  return status;
}

/* LIKE … ESCAPE wants its character as a literal. */
static enum wd_status
write_like_escape(struct wd_spark_lowering *lowering,
                  const struct wd_expression *call, struct wd_buf *buf)
{
  const struct wd_expression *escape = call->arguments[2];

  if (escape->kind != WD_EXPR_LITERAL || escape->literal.null ||
      escape->literal.value.bytes.length != 1)
    return unsupported(lowering, "an escape that is not one ASCII character");
  return wd_spark_write_template(lowering,
                                 call->function == WD_FN_LIKE
                                     ? "($ LIKE $ ESCAPE $)"
                                     : "($ ILIKE $ ESCAPE $)",
                                 call, buf);
}

/* Functions whose template depends on their operands' types. */
static enum wd_status
write_by_type(struct wd_spark_lowering *lowering,
              const struct wd_expression *call, struct wd_buf *buf)
{
  const struct wd_expression *const *operands = call->arguments;
  const char *template = NULL;

  switch (call->function) {
  case WD_FN_ADD_MONTHS:
    template = call->type.id == WD_TYPE_DATE
                   ? "add_months($, CAST($ AS INT))"
                   : "($ + make_interval(0, CAST($ AS INT)))";
    break;
  case WD_FN_AT_TIME_ZONE:
    template = operands[0]->type.timezone ? NTZ("from_utc_timestamp($, $)")
                                          : "to_utc_timestamp(" LTZ("$") ", $)";
    break;
  default:
    template = templates[call->function];
  }
  if (!template)
    return unsupported(lowering, wd_function_name(call->function));
  return wd_spark_write_template(lowering, template, call, buf);
}

/* Fields of a time, by the parts of a second that it counts. */
static enum wd_status
write_time_field(struct wd_spark_lowering *lowering,
                 const struct wd_expression *call, struct wd_buf *buf)
{
  static const char *const seconds[] = {"1", "1000", "1000000", "1000000000"};
  const char *second = seconds[call->arguments[0]->type.unit];
  char template[96];

  switch (call->function) {
  case WD_FN_EXTRACT_HOUR:
    snprintf(template, sizeof template, "($ div (3600 * CAST(%s AS BIGINT)))",
             second);
    break;
  case WD_FN_EXTRACT_MINUTE:
    snprintf(template, sizeof template,
             "($ div (60 * CAST(%s AS BIGINT)) %% 60)", second);
    break;
  case WD_FN_EXTRACT_SECOND:
    snprintf(template, sizeof template, "($ div %s %% 60)", second);
    break;
  case WD_FN_EXTRACT_MILLISECOND:
    snprintf(template, sizeof template, "($ %% %s * 1000 div %s)", second,
             second);
    break;
  case WD_FN_EXTRACT_MICROSECOND:
    snprintf(template, sizeof template, "($ %% %s * 1000000 div %s %% 1000)",
             second, second);
    break;
  default:
    snprintf(template, sizeof template, "($ %% %s * 1000000 div %s)", second,
             second);
  }
  return wd_spark_write_template(lowering, template, call, buf);
}

/* The fields of nanoseconds are those of the microseconds. */
static enum wd_status
write_extract(struct wd_spark_lowering *lowering,
              const struct wd_expression *call, struct wd_buf *buf)
{
  const struct wd_expression *operand = call->arguments[0];
  const struct wd_expression micros = {
      .kind = WD_EXPR_CAST,
      .type = wd_type_timestamp(WD_UNIT_US, operand->type.timezone),
      .argument_count = 1,
      .arguments = &operand};
  const struct wd_expression *of_micros = &micros;
  struct wd_expression field = *call;

  if (operand->type.id == WD_TYPE_TIME)
    return write_time_field(lowering, call, buf);
  if (operand->type.id == WD_TYPE_TIMESTAMP && operand->type.unit == WD_UNIT_NS)
    field.arguments = &of_micros;
  return wd_spark_write_template(lowering, templates[call->function], &field,
                                 buf);
}

static enum wd_status
fail_options(const struct wd_spark_lowering *lowering,
             const struct wd_expression *call)
{
  struct wd_buf text;
  enum wd_status status;

  wd_buf_init(&text, NULL, 1024);
  wd_call_options_print(call->options, &text);
  wd_buf_putc(&text, '\0');
  status = wd_fail(lowering->error, WD_UNSUPPORTED,
                   "the engine spark does not have %s(…%s) yet: run on duckdb",
                   wd_function_name(call->function),
                   text.failed ? " with options" : (const char *)text.data);
  wd_buf_fini(&text);
  return status;
}

enum wd_status
wd_spark_write_function(struct wd_spark_lowering *lowering,
                        const struct wd_expression *call, struct wd_buf *buf)
{
  if (call->function >= WD_FN_SCALAR_COUNT)
    return unsupported(lowering, "that function");
  if (!wd_call_options_usual(call->options))
    return fail_options(lowering, call);
  if (wd_function_rule(call->function) == WD_RULE_BITWISE &&
      call->type.id == WD_TYPE_DECIMAL)
    return unsupported(lowering, "functions of bits over decimals");
  if (wd_spark_is_nested(call->function))
    return wd_spark_write_nested(lowering, call, buf);
  if (wd_function_rule(call->function) == WD_RULE_ARITHMETIC &&
      is_temporal(call))
    return wd_spark_write_times(lowering, call, buf);
  if (wd_function_rule(call->function) == WD_RULE_EXTRACT)
    return write_extract(lowering, call, buf);
  if (wd_spark_is_bitwise(call->function))
    return wd_spark_write_bitwise(lowering, call, buf);
  switch (call->function) {
  case WD_FN_AND:
    return write_joined(lowering, " AND ", call, buf);
  case WD_FN_OR:
    return write_joined(lowering, " OR ", call, buf);
  case WD_FN_DIVIDE:
    return write_divide(lowering, call, buf);
  case WD_FN_LEAST:
  case WD_FN_GREATEST:
    return write_extreme(lowering, call, buf);
  case WD_FN_LEAST_SKIP_NULL:
  case WD_FN_GREATEST_SKIP_NULL:
    if (call->type.id == WD_TYPE_INTERVAL)
      return wd_spark_write_interval_extreme(
          lowering, call, call->function == WD_FN_LEAST_SKIP_NULL, true, buf);
    break;
  case WD_FN_CEIL:
  case WD_FN_FLOOR:
  case WD_FN_TRUNC:
    return write_rounded(lowering, call, buf);
  case WD_FN_ROUND:
  case WD_FN_ROUND_EVEN:
    return write_round(lowering, call, buf);
  case WD_FN_DATE_DIFF:
    return write_date_diff(lowering, call, buf);
  case WD_FN_REGEXP_REPLACE:
    return write_regexp_replace(lowering, call, buf);
  case WD_FN_LIKE:
  case WD_FN_ILIKE:
    if (call->argument_count == 3)
      return write_like_escape(lowering, call, buf);
    break;
  default:
    break;
  }
  if (!templates[call->function])
    return write_by_type(lowering, call, buf);
  return wd_spark_write_template(
      lowering, wd_template_for(templates[call->function], call), call, buf);
}
