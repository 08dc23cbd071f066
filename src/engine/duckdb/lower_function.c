/* Calls as SQL: each function has a template (engine/template.h). */
#include <string.h>

#include "arrow/decimal.h"
#include "engine/duckdb/lower_writer.h"
#include "engine/duckdb/types_composed.h"
#include "engine/template.h"

static const char *const templates[WD_FN_SCALAR_COUNT] = {
    [WD_FN_ADD] = "($ + $)",
    [WD_FN_SUBTRACT] = "($ - $)",
    [WD_FN_MULTIPLY] = "($ * $)",
    [WD_FN_DIVIDE] = "($ / $)",
    [WD_FN_MODULUS] = "($ % $)",
    [WD_FN_NEGATE] = "(- $)",
    [WD_FN_ABS] = "abs($)",
    [WD_FN_SIGN] = "sign($)",
    [WD_FN_POWER] = "pow($, $)",
    [WD_FN_SQRT] = "sqrt($)",
    [WD_FN_EXP] = "exp($)",
    [WD_FN_BITWISE_AND] = "($ & $)",
    [WD_FN_BITWISE_OR] = "($ | $)",
    [WD_FN_BITWISE_XOR] = "xor($, $)",
    [WD_FN_BITWISE_NOT] = "(~ $)",
    [WD_FN_SIN] = "sin($)",
    [WD_FN_COS] = "cos($)",
    [WD_FN_TAN] = "tan($)",
    [WD_FN_ASIN] = "asin($)",
    [WD_FN_ACOS] = "acos($)",
    [WD_FN_ATAN] = "atan($)",
    [WD_FN_ATAN2] = "atan2($, $)",
    [WD_FN_LN] = "ln($)",
    [WD_FN_LOG10] = "log10($)",
    [WD_FN_LOG2] = "log2($)",
    [WD_FN_CEIL] = "ceil($)",
    [WD_FN_FLOOR] = "floor($)",
    [WD_FN_ROUND] = "round($@)",
    [WD_FN_EQUAL] = "($ = $)",
    [WD_FN_NOT_EQUAL] = "($ <> $)",
    [WD_FN_LT] = "($ < $)",
    [WD_FN_LTE] = "($ <= $)",
    [WD_FN_GT] = "($ > $)",
    [WD_FN_GTE] = "($ >= $)",
    [WD_FN_IS_NULL] = "($ IS NULL)",
    [WD_FN_IS_NOT_NULL] = "($ IS NOT NULL)",
    [WD_FN_IS_NAN] = "isnan($)",
    [WD_FN_IS_NOT_DISTINCT_FROM] = "($ IS NOT DISTINCT FROM $)",
    [WD_FN_IS_DISTINCT_FROM] = "($ IS DISTINCT FROM $)",
    [WD_FN_NULLIF] = "nullif($, $)",
    [WD_FN_COALESCE] = "coalesce($@)",
    [WD_FN_LEAST] = "least($@)",
    [WD_FN_GREATEST] = "greatest($@)",
    [WD_FN_NOT] = "(NOT $)",
    [WD_FN_LIKE] = "($ LIKE $);($ LIKE $ ESCAPE $)",
    [WD_FN_UPPER] = "upper($)",
    [WD_FN_LOWER] = "lower($)",
    [WD_FN_CHAR_LENGTH] = "length($)",
    [WD_FN_OCTET_LENGTH] = "strlen($)",
    [WD_FN_SUBSTRING] = "substring($@)",
    /* With one operand DuckDB trims all blanks of Unicode. */
    [WD_FN_TRIM] = "trim($, ' ');trim($, $)",
    [WD_FN_LTRIM] = "ltrim($, ' ');ltrim($, $)",
    [WD_FN_RTRIM] = "rtrim($, ' ');rtrim($, $)",
    [WD_FN_REPLACE] = "replace($, $, $)",
    [WD_FN_STARTS_WITH] = "starts_with($, $)",
    [WD_FN_ENDS_WITH] = "ends_with($, $)",
    [WD_FN_CONTAINS] = "contains($, $)",
    [WD_FN_STRPOS] = "strpos($, $)",
    /* By code points; DuckDB's reverse is by graphemes. */
    [WD_FN_REVERSE] = "array_to_string(list_reverse(string_split($, '')), '')",
    [WD_FN_PI] = "pi()",
    [WD_FN_GCD] = "gcd($1, $2)",
    [WD_FN_LCM] = "lcm($1, $2)",
    [WD_FN_BIT_COUNT] = "bit_count($1)",
    [WD_FN_TRUNC] = "trunc($)",
    [WD_FN_IS_FINITE] = "isfinite($)",
    [WD_FN_IS_INFINITE] = "isinf($)",
    [WD_FN_IS_TRUE] = "($1 IS TRUE)",
    [WD_FN_IS_NOT_TRUE] = "($1 IS NOT TRUE)",
    [WD_FN_IS_FALSE] = "($1 IS FALSE)",
    [WD_FN_IS_NOT_FALSE] = "($1 IS NOT FALSE)",
    [WD_FN_LEAST_SKIP_NULL] = "least($@)",
    [WD_FN_GREATEST_SKIP_NULL] = "greatest($@)",
    [WD_FN_XOR] = "($ <> $)",
    [WD_FN_AND_NOT] = "($ AND NOT $)",
    [WD_FN_ILIKE] = "($ ILIKE $);($ ILIKE $ ESCAPE $)",
    [WD_FN_REGEXP_MATCH] = "regexp_matches($1, $2)",
    [WD_FN_REGEXP_MATCH_SUBSTRING] =
        "regexp_extract_all($1, $2)[1];regexp_extract_all(substring($1, $3), "
        "$2)[1];regexp_extract_all(substring($1, $3), "
        "$2)[$4];regexp_extract_all(substring($1, $3), $2, CAST($5 AS "
        "INTEGER))[$4]",
    [WD_FN_REGEXP_STRPOS] =
        "CASE WHEN regexp_matches($1, $2) THEN length(regexp_extract($1, "
        "'(?s:\\A(.*?))(?:' || $2 || ')', 1)) + 1 WHEN NOT regexp_matches($1, "
        "$2) THEN 0 END",
    [WD_FN_REGEXP_COUNT_SUBSTRING] =
        "len(regexp_extract_all($1, $2));len(regexp_extract_all(substring($1, "
        "$3), $2))",
    [WD_FN_REGEXP_REPLACE] = "regexp_replace($1, $2, $3, 'g')",
    [WD_FN_COUNT_SUBSTRING] = "CASE WHEN $2 = '' THEN strlen($1) * 0 WHEN $2 "
                              "<> '' THEN len(string_split($1, $2)) "
                              "- 1 END",
    [WD_FN_CONCAT_WS] = "concat_ws($@)",
    [WD_FN_REPEAT] =
        "CASE WHEN $2 > 0 AND CAST(strlen($1) AS HUGEINT) * $2 > 268435456 "
        "THEN error('a text would have more than 256 MiB') "
        "ELSE repeat($1, $2) END",
    [WD_FN_CENTER] =
        "CASE WHEN $2 > 67108864 THEN error('a text would have more than "
        "67108864 characters') WHEN length($1) >= $2 THEN $1 ELSE rpad(lpad("
        "$1, CAST(length($1) + ($2 - length($1)) // 2 AS INTEGER), ' '), $2, "
        "' ') END;CASE WHEN $2 > 67108864 THEN error('a text would have more "
        "than 67108864 characters') WHEN length($1) >= $2 THEN $1 ELSE rpad("
        "lpad($1, CAST(length($1) + ($2 - length($1)) // 2 AS INTEGER), $3), "
        "$2, $3) END",
    [WD_FN_REPLACE_SLICE] =
        "CASE WHEN $2 BETWEEN 1 AND length($1) AND $3 >= 0 THEN substring($1, "
        "1, $2 - 1) || $4 || substring($1, $2 + $3) END",
    [WD_FN_SWAPCASE] =
        "array_to_string(list_transform(string_split($1, ''), lambda c: CASE "
        "WHEN upper(c) = c THEN lower(c) ELSE upper(c) END), '')",
    [WD_FN_CAPITALIZE] = "(upper(substring($1, 1, 1)) || substring($1, 2))",
    [WD_FN_INITCAP] =
        "array_to_string(list_transform(string_split(lower($1), ' '), lambda "
        "w: upper(substring(w, 1, 1)) || substring(w, 2)), ' ')",
    [WD_FN_BIT_LENGTH] = "bit_length($1)",
    [WD_FN_LEFT] = "left($1, $2)",
    [WD_FN_RIGHT] = "right($1, CAST($2 AS BIGINT))",
    [WD_FN_SPLIT_PART] = "split_part($1, $2, $3)",
    [WD_FN_TRANSLATE] = "translate($1, $2, $3)",
    [WD_FN_ASCII] = "ascii($1)",
    [WD_FN_CHR] = "chr($1)",
    [WD_FN_HEX] = "hex($1)",
    [WD_FN_UNHEX] = "unhex($1)",
    [WD_FN_BASE64] = "to_base64($1)",
    [WD_FN_UNBASE64] = "from_base64($1)",
    [WD_FN_MD5] = "md5($1)",
    [WD_FN_SHA1] = "sha1($1)",
    [WD_FN_SHA256] = "sha256($1)",
    [WD_FN_AT_TIME_ZONE] = "timezone($2, $1)",
    [WD_FN_ADD_MONTHS] = "($1 + to_months(CAST($2 AS INTEGER)))",
    [WD_FN_LAST_DAY] = "last_day($1)",
    [WD_FN_MAKE_DATE] = "make_date($1, $2, $3)",
    [WD_FN_MAKE_TIMESTAMP] = "make_timestamp($1, $2, $3, $4, $5, $6)",
    [WD_FN_STRPTIME_DATE] = "strptime($1, $2)",
    [WD_FN_STRPTIME_TIMESTAMP] = "strptime($1, $2)",
    [WD_FN_TRY_STRPTIME] = "try_strptime($1, $2)",
    [WD_FN_TIMESTAMP_SECONDS] = "make_timestamp($1 * 1000000)",
    [WD_FN_TIMESTAMP_MILLIS] = "make_timestamp($1 * 1000)",
    [WD_FN_TIMESTAMP_MICROS] = "make_timestamp($1)",
    [WD_FN_UNIX_MICROS] = "epoch_us($1)",
    /* DuckDB's own cut fractions off toward 1970. */
    [WD_FN_EXTRACT_UNIX_TIME] =
        "((CAST(epoch_us($) AS HUGEINT) + 10000000000000000000) // 1000000 - "
        "10000000000000)",
    [WD_FN_UNIX_MILLIS] =
        "(CAST(CAST(epoch_us($1) AS HUGEINT) + 10000000000000000000 AS "
        "HUGEINT) // 1000 - 10000000000000000)",
    [WD_FN_DATE_TRUNC] = "date_trunc($1, $2)",
    [WD_FN_EXTRACT_ISO_YEAR] = "isoyear($)",
    [WD_FN_EXTRACT_QUARTER] = "quarter($)",
    [WD_FN_EXTRACT_ISO_WEEK] = "week($)",
    [WD_FN_EXTRACT_SUNDAY_DAY_OF_WEEK] = "(dayofweek($) + 1)",
    [WD_FN_EXTRACT_MILLISECOND] = "(millisecond($) % 1000)",
    [WD_FN_EXTRACT_MICROSECOND] = "(microsecond($) % 1000)",
    [WD_FN_EXTRACT_SUBSECOND] = "(microsecond($) % 1000000)",
    [WD_FN_EXTRACT_YEAR] = "year($)",
    [WD_FN_EXTRACT_MONTH] = "month($)",
    [WD_FN_EXTRACT_DAY] = "day($)",
    [WD_FN_EXTRACT_HOUR] = "hour($)",
    [WD_FN_EXTRACT_MINUTE] = "minute($)",
    [WD_FN_EXTRACT_SECOND] = "second($)",
    [WD_FN_EXTRACT_DAY_OF_WEEK] = "isodow($)",
    [WD_FN_EXTRACT_DAY_OF_YEAR] = "dayofyear($)",
    [WD_FN_LIST_OF] = "list_value($@)",
    [WD_FN_LIST_CONTAINS] =
        "CASE WHEN $2 IS NOT NULL THEN list_contains($1, $2) END",
    [WD_FN_LIST_POSITION] = "CASE WHEN $1 IS NOT NULL AND $2 IS NOT NULL THEN "
                            "coalesce(list_position($1, $2), 0) END",
    [WD_FN_LIST_SORT] = "list_sort($1, 'ASC', 'NULLS LAST')",
    [WD_FN_LIST_SORT_DESC] = "list_sort($1, 'DESC', 'NULLS LAST')",
    [WD_FN_LIST_REVERSE] = "list_reverse($1)",
    /* DuckDB's has any order, and leaves nulls out. */
    [WD_FN_LIST_DISTINCT] =
        "CASE WHEN len($1) = list_count($1) THEN list_sort(list_distinct($1), "
        "'ASC', 'NULLS LAST') WHEN $1 IS NOT NULL THEN "
        "list_append(list_sort(list_distinct($1), 'ASC', 'NULLS LAST'), NULL) "
        "END",
    [WD_FN_LIST_SLICE] = "list_slice($1, $2, $3)",
    [WD_FN_LIST_CONCAT] = "CASE WHEN $1 IS NOT NULL AND $2 IS NOT NULL THEN "
                          "list_concat($1, $2) END",
    [WD_FN_LIST_APPEND] =
        "CASE WHEN $1 IS NOT NULL THEN list_append($1, $2) END",
    [WD_FN_LIST_FLATTEN] = "flatten($1)",
    [WD_FN_LIST_MIN] = "list_min($1)",
    [WD_FN_LIST_MAX] = "list_max($1)",
    [WD_FN_LIST_SUM] = "list_sum($1)",
    [WD_FN_LIST_JOIN] = "CASE WHEN $1 IS NOT NULL AND $2 IS NOT NULL THEN "
                        "coalesce(array_to_string($1, $2), '') END",
    [WD_FN_MAP_KEYS] = "map_keys($1)",
    [WD_FN_MAP_VALUES] = "map_values($1)",
    [WD_FN_MAP_CONTAINS] =
        "CASE WHEN $2 IS NOT NULL THEN map_contains($1, $2) END",
    [WD_FN_MAP_FROM_LISTS] =
        "CASE WHEN $1 IS NOT NULL AND $2 IS NOT NULL THEN map($1, $2) END",
    [WD_FN_STRING_SPLIT] = "string_split($1, $2)",
    [WD_FN_REGEXP_STRING_SPLIT] = "string_split_regex($1, $2)",
};

enum wd_status
wd__write_expression(const struct writer *writer,
                     const struct wd_expression *expression)
{
  return wd_duck_lower_expression(writer->lowering, expression, writer->scope,
                                  writer->buf);
}

static enum wd_status
write_operand(const void *env, const struct wd_expression *call, uint32_t index,
              struct wd_buf *buf)
{
  (void)buf; /* the writer's */
  return wd__write_expression(env, call->arguments[index]);
}

enum wd_status
wd__write_template(const struct writer *writer, const char *template,
                   const struct wd_expression *call)
{
  return wd_template_write(template, call, write_operand, writer, writer->buf,
                           writer->lowering->error);
}

static enum wd_status
write_joined(const struct writer *writer, const char *operator,
             const struct wd_expression * call)
{
  enum wd_status status = WD_OK;

  wd_buf_putc(writer->buf, '(');
  for (uint32_t i = 0; status == WD_OK && i < call->argument_count; i++) {
    if (i)
      wd_buf_puts(writer->buf, operator);
    status = wd__write_expression(writer, call->arguments[i]);
  }
  wd_buf_putc(writer->buf, ')');
  return status;
}

/* What may be written several times. */
static bool
is_short(const struct wd_expression *expression)
{
  while (expression->kind == WD_EXPR_CAST)
    expression = expression->arguments[0];
  return expression->kind == WD_EXPR_COLUMN ||
         expression->kind == WD_EXPR_LITERAL;
}

/* Operands that are long go into a list, which has a name. */
static enum wd_status
write_extreme_of_list(const struct writer *writer,
                      const struct wd_expression *call)
{
  enum wd_status status;

  wd_buf_puts(writer->buf, "list_transform([[");
  status = wd__write_template(writer, "$@", call);
  wd_buf_printf(writer->buf,
                "]], lambda v: CASE WHEN list_count(v) = %u THEN %s(v) "
                "END)[1]",
                call->argument_count,
                call->function == WD_FN_LEAST ? "list_min" : "list_max");
  return status;
}

/* DuckDB's least and greatest skip nulls; Substrait's are null with any. */
static enum wd_status
write_extreme(const struct writer *writer, const struct wd_expression *call)
{
  bool guarded = false, brief = true;
  enum wd_status status = WD_OK;

  for (uint32_t i = 0; i < call->argument_count; i++) {
    guarded = guarded || call->arguments[i]->nullable;
    brief = brief && is_short(call->arguments[i]);
  }
  if (!guarded)
    return wd__write_template(writer, templates[call->function], call);
  if (!brief)
    return write_extreme_of_list(writer, call);
  wd_buf_puts(writer->buf, "CASE WHEN ");
  for (uint32_t i = 0; status == WD_OK && i < call->argument_count; i++) {
    wd_buf_puts(writer->buf, i ? " AND (" : "(");
    status = wd__write_expression(writer, call->arguments[i]);
    wd_buf_puts(writer->buf, ") IS NOT NULL");
  }
  wd_buf_puts(writer->buf, " THEN ");
  if (status == WD_OK)
    status = wd__write_template(writer, templates[call->function], call);
  wd_buf_puts(writer->buf, " END");
  return status;
}

/* The template is of the operands, each in a type that the function takes. */
static enum wd_status
write_pure_of(const struct writer *writer, enum wd_duck_pure_kind kind,
              const char *template, const struct wd_expression *call)
{
  const struct wd_expression *const *operands = call->arguments;
  const struct wd_duck_pure_key key = {
      .kind = kind,
      .options = call->options,
      .left = operands[0]->type,
      .right = operands[call->argument_count - 1]->type,
      .result = call->type};
  const char *name = "wd_pure";
  enum wd_status status;

  if (writer->lowering->query) {
    status = wd_duck_pure_find(writer->lowering->engine, &key, &name,
                               writer->lowering->error);
    if (status != WD_OK)
      return status;
  }
  wd_buf_printf(writer->buf, "%s(", name);
  status = wd__write_template(writer, template, call);
  wd_buf_putc(writer->buf, ')');
  return status;
}

enum wd_status
wd__write_pure(const struct writer *writer, enum wd_duck_pure_kind kind,
               const struct wd_expression *call)
{
  return write_pure_of(writer, kind, "$@", call);
}

/* A divisor with which DuckDB's own division does what the plan says: neither
 * 0 (DuckDB: null) nor -1 (DuckDB: an overflow where the remainder is 0). */
static bool
is_safe(const struct wd_expression *expression)
{
  int64_t value = expression->literal.value.integer;

  return expression->kind == WD_EXPR_LITERAL && !expression->literal.null &&
         value != 0 && value != -1;
}

static enum wd_status
write_integers(const struct writer *writer, enum wd_duck_pure_kind kind,
               const char *template, const struct wd_expression *call)
{
  if (call->argument_count == 2 && is_safe(call->arguments[1]) &&
      wd_call_options_usual(call->options))
    return wd__write_template(writer, template, call);
  return wd__write_pure(writer, kind, call);
}

static enum wd_status
write_modulus(const struct writer *writer, const struct wd_expression *call)
{
  if (call->type.id == WD_TYPE_DECIMAL)
    return wd__write_pure(writer, WD_DUCK_PURE_REMAINDER, call);
  return write_integers(writer, WD_DUCK_PURE_INT_REMAINDER,
                        templates[WD_FN_MODULUS], call);
}

static enum wd_status
write_round_even(const struct writer *writer, const struct wd_expression *call)
{
  if (call->type.id == WD_TYPE_DECIMAL)
    return write_pure_of(writer, WD_DUCK_PURE_ROUND_EVEN,
                         "$, CAST($ AS DECIMAL(10,0))", call);
  if (call->type.id == WD_TYPE_F32 || call->type.id == WD_TYPE_F64)
    return write_pure_of(writer, WD_DUCK_PURE_ROUND_REAL_EVEN,
                         "$, CAST($ AS DOUBLE)", call);
  return wd__write_pure(writer, WD_DUCK_PURE_INT_ROUND_EVEN, call);
}

/* DuckDB's pads refuse to pad with nothing; texts past 256 MiB are refused
 * before they are made. */
static enum wd_status
write_pad(const struct writer *writer, const struct wd_expression *call)
{
  bool left = call->function == WD_FN_LPAD;

  if (call->argument_count == 2)
    return wd__write_template(
        writer,
        left ? "lpad($1, CASE WHEN $2 > 67108864 THEN error('a text would have "
               "more than 67108864 characters') ELSE $2 END, ' ')"
             : "rpad($1, CASE WHEN $2 > 67108864 THEN error('a text would have "
               "more than 67108864 characters') ELSE $2 END, ' ')",
        call);
  return wd__write_template(
      writer,
      left ? "CASE WHEN $2 > 67108864 THEN error('a text would have more than "
             "67108864 characters') WHEN $3 = '' AND $2 > 0 THEN left($1, $2) "
             "ELSE lpad($1, $2, $3) END"
           : "CASE WHEN $2 > 67108864 THEN error('a text would have more than "
             "67108864 characters') WHEN $3 = '' AND $2 > 0 THEN left($1, $2) "
             "ELSE rpad($1, $2, $3) END",
      call);
}

static enum wd_status
write_round(const struct writer *writer, const struct wd_expression *call)
{
  if (wd_type_is_integer(&call->type) && call->options.rounding)
    return wd__write_pure(writer, WD_DUCK_PURE_INT_ROUND, call);
  if (call->type.id == WD_TYPE_DECIMAL)
    return write_pure_of(writer, WD_DUCK_PURE_ROUND,
                         "$, CAST($ AS DECIMAL(10,0))", call);
  if (call->type.id == WD_TYPE_F32 || call->type.id == WD_TYPE_F64)
    return write_pure_of(writer, WD_DUCK_PURE_ROUND_REAL,
                         "$, CAST($ AS DOUBLE)", call);
  return wd__write_template(writer, templates[WD_FN_ROUND], call);
}

static enum wd_status
write_divide(const struct writer *writer, const struct wd_expression *call)
{
  if (wd_type_is_integer(&call->type))
    return write_integers(writer, WD_DUCK_PURE_INT_DIVIDE, "($ // $)", call);
  if (call->type.id == WD_TYPE_DECIMAL)
    return wd__write_pure(writer, WD_DUCK_PURE_DIVIDE, call);
  if (!wd_call_options_usual(call->options))
    return wd__write_pure(writer, WD_DUCK_PURE_REAL_DIVIDE, call);
  return wd__write_template(writer, templates[WD_FN_DIVIDE], call);
}

/* Integers that do not fit are no error. */
static enum wd_status
write_overflowing(const struct writer *writer, const struct wd_expression *call)
{
  enum wd_duck_pure_kind kind;

  switch (call->function) {
  case WD_FN_ADD:
    kind = WD_DUCK_PURE_INT_ADD;
    break;
  case WD_FN_SUBTRACT:
    kind = WD_DUCK_PURE_INT_SUBTRACT;
    break;
  case WD_FN_MULTIPLY:
    kind = WD_DUCK_PURE_INT_MULTIPLY;
    break;
  case WD_FN_NEGATE:
    kind = WD_DUCK_PURE_INT_NEGATE;
    break;
  default:
    kind = WD_DUCK_PURE_INT_ABS;
  }
  return wd__write_pure(writer, kind, call);
}

/* Decimals whose exact result has more than 38 digits are computed by us. */
static enum wd_status
write_arithmetic(const struct writer *writer, const struct wd_expression *call)
{
  enum wd_duck_pure_kind kind =
      call->function == WD_FN_MULTIPLY ? WD_DUCK_PURE_MULTIPLY
      : call->function == WD_FN_ADD    ? WD_DUCK_PURE_ADD
                                       : WD_DUCK_PURE_SUBTRACT;
  const struct wd_type *a, *b;
  int scale, whole, digits;
  enum wd_status status;

  if (call->options.overflow && wd_type_is_integer(&call->type))
    return write_overflowing(writer, call);
  if (call->type.id != WD_TYPE_DECIMAL || call->argument_count != 2)
    return wd__write_template(writer, templates[call->function], call);
  a = &call->arguments[0]->type;
  b = &call->arguments[1]->type;
  if (kind == WD_DUCK_PURE_MULTIPLY) {
    scale = a->scale + b->scale;
    whole = a->precision + b->precision - scale;
  } else {
    scale = a->scale > b->scale ? a->scale : b->scale;
    whole = a->precision - a->scale;
    if (b->precision - b->scale > whole)
      whole = b->precision - b->scale;
  }
  /* A sum may have one digit more than its operands, a product has none. */
  digits = whole + scale + (kind != WD_DUCK_PURE_MULTIPLY);
  if (digits > WD_DECIMAL_PRECISION_MAX || call->options.overflow)
    return wd__write_pure(writer, kind, call);
  /* DuckDB computes in 64 bits when both operands are stored so. */
  if (digits > 18 && a->precision <= 18 && b->precision <= 18) {
    wd_buf_printf(writer->buf, "(CAST(");
    status = wd__write_expression(writer, call->arguments[0]);
    wd_buf_printf(writer->buf, " AS DECIMAL(%d,%d))%s", 19, a->scale,
                  kind == WD_DUCK_PURE_MULTIPLY ? " * "
                  : kind == WD_DUCK_PURE_ADD    ? " + "
                                                : " - ");
    if (status == WD_OK)
      status = wd__write_expression(writer, call->arguments[1]);
    wd_buf_putc(writer->buf, ')');
    return status;
  }
  return wd__write_template(writer, templates[call->function], call);
}

static bool
is_temporal(const struct wd_expression *call)
{
  return !wd_type_is_numeric(&call->arguments[0]->type) ||
         !wd_type_is_numeric(&call->arguments[1]->type);
}

/* Days that are added to a date are INTEGER for DuckDB. */
static enum wd_status
write_days(const struct writer *writer, const struct wd_expression *call)
{
  bool first = wd_type_is_integer(&call->arguments[0]->type);

  if (call->type.id != WD_TYPE_DATE ||
      (!first && !wd_type_is_integer(&call->arguments[1]->type)))
    return wd__write_template(writer, templates[call->function], call);
  return wd__write_template(writer,
                            first ? "(CAST($1 AS INTEGER) + $2)"
                            : call->function == WD_FN_ADD
                                ? "($1 + CAST($2 AS INTEGER))"
                                : "($1 - CAST($2 AS INTEGER))",
                            call);
}

/* Functions of ours over operands as they are. */
static bool
pure_kind(enum wd_function function, enum wd_duck_pure_kind *out_kind)
{
#define PURE(id)                                                               \
  {                                                                            \
    WD_FN_##id, WD_DUCK_PURE_##id                                              \
  }
  static const struct {
    enum wd_function function;
    enum wd_duck_pure_kind kind;
  } kinds[] = {
      PURE(SQRT),       PURE(LN),          PURE(LOG10),
      PURE(LOG2),       PURE(LOG1P),       PURE(EXP),
      PURE(EXPM1),      PURE(SIN),         PURE(COS),
      PURE(TAN),        PURE(ASIN),        PURE(ACOS),
      PURE(SINH),       PURE(COSH),        PURE(TANH),
      PURE(ASINH),      PURE(ACOSH),       PURE(ATANH),
      PURE(RADIANS),    PURE(DEGREES),     PURE(CBRT),
      PURE(POWER),      PURE(LOGB),        PURE(LEVENSHTEIN),
      PURE(SHIFT_LEFT), PURE(SHIFT_RIGHT), PURE(SHIFT_RIGHT_UNSIGNED),
  };
#undef PURE

  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
    *out_kind = kinds[i].kind;
    if (kinds[i].function == function)
      return true;
  }
  return false;
}

static bool
is_map(const struct wd_expression *call)
{
  return call->arguments[0]->type.id == WD_TYPE_MAP;
}

/* As its template says. */
static enum wd_status
write_plain(const struct writer *writer, const struct wd_expression *call)
{
  if (call->function >= WD_FN_SCALAR_COUNT || !templates[call->function])
    return wd_fail(writer->lowering->error, WD_UNSUPPORTED,
                   "the engine duckdb does not have the function %s yet",
                   wd_function_name(call->function));
  return wd__write_template(
      writer, wd_template_for(templates[call->function], call), call);
}

/* A list of a null is not null. */
static enum wd_status
write_first_boxed(const struct writer *writer,
                  const struct wd_expression *coalesce)
{
  enum wd_status status = WD_OK;

  for (uint32_t i = 0; status == WD_OK && i < coalesce->argument_count; i++) {
    wd_buf_puts(writer->buf, i ? ", nullif([" : "coalesce(nullif([");
    status = wd__write_expression(writer, coalesce->arguments[i]);
    wd_buf_puts(writer->buf, "], [NULL])");
  }
  wd_buf_puts(writer->buf, ")[1]");
  return status;
}

/* coalesce and nullif, which are a CASE for DuckDB, too. */
static enum wd_status
write_choice(const struct writer *writer, const struct wd_expression *call)
{
  if (!wd_duck_type_is_boxed(&call->type))
    return write_plain(writer, call);
  if (call->function == WD_FN_COALESCE)
    return write_first_boxed(writer, call);
  return wd__write_template(writer, "nullif([$], [$])[1]", call);
}

static enum wd_status
write_element(const struct writer *writer, const struct wd_expression *call)
{
  return wd__write_template(
      writer, is_map(call) ? "map_extract_value($, $)" : "list_extract($, $)",
      call);
}

static enum wd_status
write_length(const struct writer *writer, const struct wd_expression *call)
{
  return wd__write_template(writer, is_map(call) ? "cardinality($)" : "len($)",
                            call);
}

static enum wd_status
write_sign(const struct writer *writer, const struct wd_expression *call)
{
  bool real = call->type.id == WD_TYPE_F32 || call->type.id == WD_TYPE_F64;

  return real ? wd__write_pure(writer, WD_DUCK_PURE_SIGN, call)
              : write_plain(writer, call);
}

/* DuckDB goes by way of doubles. */
static enum wd_status
write_whole(const struct writer *writer, const struct wd_expression *call)
{
  return wd_type_is_integer(&call->type) ? wd__write_template(writer, "$", call)
                                         : write_plain(writer, call);
}

static enum wd_status
write_chain(const struct writer *writer, const struct wd_expression *call)
{
  return write_joined(writer,
                      call->function == WD_FN_AND  ? " AND "
                      : call->function == WD_FN_OR ? " OR "
                                                   : " || ",
                      call);
}

static enum wd_status
write_octets(const struct writer *writer, const struct wd_expression *call)
{
  return call->arguments[0]->type.id == WD_TYPE_BINARY
             ? wd__write_template(writer, "octet_length($)", call)
             : write_plain(writer, call);
}

static enum wd_status
write_bits(const struct writer *writer, const struct wd_expression *call)
{
  if (call->type.id != WD_TYPE_DECIMAL)
    return write_plain(writer, call);
  return wd__write_pure(
      writer,
      call->function == WD_FN_BITWISE_AND  ? WD_DUCK_PURE_BITWISE_AND
      : call->function == WD_FN_BITWISE_OR ? WD_DUCK_PURE_BITWISE_OR
                                           : WD_DUCK_PURE_BITWISE_XOR,
      call);
}

static enum wd_status
write_factorial(const struct writer *writer, const struct wd_expression *call)
{
  return wd__write_pure(writer,
                        call->type.id == WD_TYPE_DECIMAL
                            ? WD_DUCK_PURE_FACTORIAL_DECIMAL
                            : WD_DUCK_PURE_FACTORIAL,
                        call);
}

static enum wd_status
write_sorted(const struct writer *writer, const struct wd_expression *call)
{
  bool descending = call->function == WD_FN_LIST_SORT_DESC;

  if (!call->options.nulls_first)
    return write_plain(writer, call);
  return wd__write_template(writer,
                            descending ? "list_sort($1, 'DESC', 'NULLS FIRST')"
                                       : "list_sort($1, 'ASC', 'NULLS FIRST')",
                            call);
}

/* What has more than a template. */
static const struct {
  enum wd_function function;
  enum wd_status (*write)(const struct writer *writer,
                          const struct wd_expression *call);
} specials[] = {
    {WD_FN_ELEMENT_AT, write_element},
    {WD_FN_LIST_LENGTH, write_length},
    {WD_FN_DATE_DIFF, wd__write_date_diff},
    {WD_FN_STRFTIME, wd__write_strftime},
    {WD_FN_ADD, write_arithmetic},
    {WD_FN_NEGATE, write_arithmetic},
    {WD_FN_ABS, write_arithmetic},
    {WD_FN_BITWISE_AND, write_bits},
    {WD_FN_BITWISE_OR, write_bits},
    {WD_FN_BITWISE_XOR, write_bits},
    {WD_FN_FACTORIAL, write_factorial},
    {WD_FN_LIST_SORT, write_sorted},
    {WD_FN_LIST_SORT_DESC, write_sorted},
    {WD_FN_SUBTRACT, write_arithmetic},
    {WD_FN_MULTIPLY, write_arithmetic},
    {WD_FN_MODULUS, write_modulus},
    {WD_FN_DIVIDE, write_divide},
    {WD_FN_ROUND, write_round},
    {WD_FN_ROUND_EVEN, write_round_even},
    {WD_FN_SIGN, write_sign},
    {WD_FN_TRUNC, write_whole},
    {WD_FN_CEIL, write_whole},
    {WD_FN_FLOOR, write_whole},
    {WD_FN_COALESCE, write_choice},
    {WD_FN_NULLIF, write_choice},
    {WD_FN_LPAD, write_pad},
    {WD_FN_RPAD, write_pad},
    {WD_FN_AND, write_chain},
    {WD_FN_OR, write_chain},
    {WD_FN_CONCAT, write_chain},
    {WD_FN_LEAST, write_extreme},
    {WD_FN_GREATEST, write_extreme},
    {WD_FN_OCTET_LENGTH, write_octets},
};

enum wd_status
wd__write_function(const struct writer *writer,
                   const struct wd_expression *call)
{
  enum wd_function_rule rule = wd_function_rule(call->function);
  enum wd_duck_pure_kind kind;

  if (pure_kind(call->function, &kind))
    return wd__write_pure(writer, kind, call);
  if (rule == WD_RULE_NESTED)
    return wd__write_nested(writer, call);
  if (rule == WD_RULE_EXTRACT)
    return wd__write_extract(writer, templates[call->function], call);
  if (rule == WD_RULE_ARITHMETIC && call->argument_count == 2 &&
      is_temporal(call))
    return write_days(writer, call);
  for (size_t i = 0; i < sizeof specials / sizeof *specials; i++)
    if (specials[i].function == call->function)
      return specials[i].write(writer, call);
  return write_plain(writer, call);
}
