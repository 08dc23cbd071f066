/* Expressions as SQL: each function has a template, in which $ is the next
 * operand and @ the operands that are left, each after a comma. */
#include <string.h>

#include "arrow/decimal.h"

#include "engine/duckdb/lower.h"
#include "engine/duckdb/pure.h"
#include "engine/duckdb/types.h"

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
    [WD_FN_LIKE] = "($ LIKE $)",
    [WD_FN_UPPER] = "upper($)",
    [WD_FN_LOWER] = "lower($)",
    [WD_FN_CHAR_LENGTH] = "length($)",
    [WD_FN_OCTET_LENGTH] = "strlen($)",
    [WD_FN_SUBSTRING] = "substring($@)",
    /* With one operand DuckDB trims all blanks of Unicode. */
    [WD_FN_TRIM] = "trim($, ' ')",
    [WD_FN_LTRIM] = "ltrim($, ' ')",
    [WD_FN_RTRIM] = "rtrim($, ' ')",
    [WD_FN_REPLACE] = "replace($, $, $)",
    [WD_FN_STARTS_WITH] = "starts_with($, $)",
    [WD_FN_ENDS_WITH] = "ends_with($, $)",
    [WD_FN_CONTAINS] = "contains($, $)",
    [WD_FN_STRPOS] = "strpos($, $)",
    /* By code points; DuckDB's reverse is by graphemes. */
    [WD_FN_REVERSE] = "array_to_string(list_reverse(string_split($, '')), '')",
    [WD_FN_EXTRACT_YEAR] = "year($)",
    [WD_FN_EXTRACT_MONTH] = "month($)",
    [WD_FN_EXTRACT_DAY] = "day($)",
    [WD_FN_EXTRACT_HOUR] = "hour($)",
    [WD_FN_EXTRACT_MINUTE] = "minute($)",
    [WD_FN_EXTRACT_SECOND] = "second($)",
    [WD_FN_EXTRACT_DAY_OF_WEEK] = "isodow($)",
    [WD_FN_EXTRACT_DAY_OF_YEAR] = "dayofyear($)",
};

struct writer {
  struct wd_duck_lowering *lowering;
  const struct wd_duck_scope *scope;
  struct wd_buf *buf;
};

bool
wd_duck_uses_columns(const struct wd_expression *expression)
{
  if (expression->kind == WD_EXPR_COLUMN)
    return true;
  for (uint32_t i = 0; i < expression->argument_count; i++)
    if (wd_duck_uses_columns(expression->arguments[i]))
      return true;
  return false;
}

static enum wd_status
write_expression(const struct writer *writer,
                 const struct wd_expression *expression)
{
  return wd_duck_lower_expression(writer->lowering, expression, writer->scope,
                                  writer->buf);
}

static enum wd_status
write_template(const struct writer *writer, const char *template,
               const struct wd_expression *call)
{
  uint32_t next = 0;
  enum wd_status status = WD_OK;

  for (; status == WD_OK && *template; template ++) {
    if (*template == '$') {
      if (next == call->argument_count)
        return wd_fail(writer->lowering->error, WD_INVALID_PLAN,
                       "the function %s has too few operands",
                       wd_function_name(call->function));
      status = write_expression(writer, call->arguments[next++]);
    } else if (*template == '@') {
      while (status == WD_OK && next < call->argument_count) {
        wd_buf_puts(writer->buf, ", ");
        status = write_expression(writer, call->arguments[next++]);
      }
    } else {
      wd_buf_putc(writer->buf, *template);
    }
  }
  return status;
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
    status = write_expression(writer, call->arguments[i]);
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
  status = write_template(writer, "$@", call);
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
    return write_template(writer, templates[call->function], call);
  if (!brief)
    return write_extreme_of_list(writer, call);
  wd_buf_puts(writer->buf, "CASE WHEN ");
  for (uint32_t i = 0; status == WD_OK && i < call->argument_count; i++) {
    wd_buf_puts(writer->buf, i ? " AND (" : "(");
    status = write_expression(writer, call->arguments[i]);
    wd_buf_puts(writer->buf, ") IS NOT NULL");
  }
  wd_buf_puts(writer->buf, " THEN ");
  if (status == WD_OK)
    status = write_template(writer, templates[call->function], call);
  wd_buf_puts(writer->buf, " END");
  return status;
}

/* The template is of the operands, each in a type that the function takes. */
static enum wd_status
write_pure_of(const struct writer *writer, enum wd_duck_pure_kind kind,
              const char *template, const struct wd_expression *call)
{
  const struct wd_expression *const *operands = call->arguments;
  const char *name = "wd_pure";
  enum wd_status status;

  if (writer->lowering->query) {
    status =
        wd_duck_pure_find(writer->lowering->engine, kind, &operands[0]->type,
                          &operands[call->argument_count - 1]->type,
                          &call->type, &name, writer->lowering->error);
    if (status != WD_OK)
      return status;
  }
  wd_buf_printf(writer->buf, "%s(", name);
  status = write_template(writer, template, call);
  wd_buf_putc(writer->buf, ')');
  return status;
}

static enum wd_status
write_pure(const struct writer *writer, enum wd_duck_pure_kind kind,
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
  if (call->argument_count == 2 && is_safe(call->arguments[1]))
    return write_template(writer, template, call);
  return write_pure(writer, kind, call);
}

static enum wd_status
write_modulus(const struct writer *writer, const struct wd_expression *call)
{
  if (call->type.id == WD_TYPE_DECIMAL)
    return write_pure(writer, WD_DUCK_PURE_REMAINDER, call);
  return write_integers(writer, WD_DUCK_PURE_INT_REMAINDER,
                        templates[WD_FN_MODULUS], call);
}

static enum wd_status
write_round(const struct writer *writer, const struct wd_expression *call)
{
  if (call->type.id == WD_TYPE_DECIMAL)
    return write_pure_of(writer, WD_DUCK_PURE_ROUND,
                         "$, CAST($ AS DECIMAL(10,0))", call);
  if (call->type.id == WD_TYPE_F32 || call->type.id == WD_TYPE_F64)
    return write_pure_of(writer, WD_DUCK_PURE_ROUND_REAL,
                         "$, CAST($ AS DOUBLE)", call);
  return write_template(writer, templates[WD_FN_ROUND], call);
}

static enum wd_status
write_divide(const struct writer *writer, const struct wd_expression *call)
{
  if (wd_type_is_integer(&call->type))
    return write_integers(writer, WD_DUCK_PURE_INT_DIVIDE, "($ // $)", call);
  if (call->type.id == WD_TYPE_DECIMAL)
    return write_pure(writer, WD_DUCK_PURE_DIVIDE, call);
  return write_template(writer, templates[WD_FN_DIVIDE], call);
}

/* Decimals whose exact result has more than 38 digits are computed by us. */
static enum wd_status
write_arithmetic(const struct writer *writer, enum wd_duck_pure_kind kind,
                 const struct wd_expression *call)
{
  const struct wd_type *a, *b;
  int scale, whole;
  enum wd_status status;

  if (call->type.id != WD_TYPE_DECIMAL || call->argument_count != 2)
    return write_template(writer, templates[call->function], call);
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
  if (whole + scale + 1 > WD_DECIMAL_PRECISION_MAX)
    return write_pure(writer, kind, call);
  /* DuckDB computes in 64 bits when both operands are stored so. */
  if (whole + scale + 1 > 18 && a->precision <= 18 && b->precision <= 18) {
    wd_buf_printf(writer->buf, "(CAST(");
    status = write_expression(writer, call->arguments[0]);
    wd_buf_printf(writer->buf, " AS DECIMAL(%d,%d))%s", 19, a->scale,
                  kind == WD_DUCK_PURE_MULTIPLY ? " * "
                  : kind == WD_DUCK_PURE_ADD    ? " + "
                                                : " - ");
    if (status == WD_OK)
      status = write_expression(writer, call->arguments[1]);
    wd_buf_putc(writer->buf, ')');
    return status;
  }
  return write_template(writer, templates[call->function], call);
}

static bool
is_timestamp(const struct wd_type *type)
{
  return type->id == WD_TYPE_TIMESTAMP;
}

static bool
is_nanoseconds(const struct wd_type *type)
{
  return is_timestamp(type) && type->unit == WD_UNIT_NS;
}

/* An operand in microseconds, downwards: DuckDB cuts nanoseconds off toward
 * 1970. The large numbers keep all that is divided above 0. */
static enum wd_status
write_microseconds(const struct writer *writer,
                   const struct wd_expression *operand)
{
  enum wd_status status;

  if (!is_nanoseconds(&operand->type))
    return write_expression(writer, operand);
  wd_buf_puts(writer->buf, "make_timestamp(CAST((CAST(epoch_ns(");
  status = write_expression(writer, operand);
  wd_buf_puts(writer->buf, ") AS HUGEINT) + 10000000000000000000) // 1000 - "
                           "10000000000000000 AS BIGINT))");
  return status;
}

static enum wd_status
write_extract(const struct writer *writer, const struct wd_expression *call)
{
  const char *template = templates[call->function];
  enum wd_status status;

  if (!is_nanoseconds(&call->arguments[0]->type))
    return write_template(writer, template, call);
  wd_buf_add(writer->buf, template, strcspn(template, "$"));
  status = write_microseconds(writer, call->arguments[0]);
  wd_buf_putc(writer->buf, ')');
  return status;
}

static bool
math_kind(enum wd_function function, enum wd_duck_pure_kind *out_kind)
{
  static const struct {
    enum wd_function function;
    enum wd_duck_pure_kind kind;
  } kinds[] = {
      {WD_FN_SQRT, WD_DUCK_PURE_SQRT},   {WD_FN_LN, WD_DUCK_PURE_LN},
      {WD_FN_LOG10, WD_DUCK_PURE_LOG10}, {WD_FN_LOG2, WD_DUCK_PURE_LOG2},
      {WD_FN_SIN, WD_DUCK_PURE_SIN},     {WD_FN_COS, WD_DUCK_PURE_COS},
      {WD_FN_TAN, WD_DUCK_PURE_TAN},     {WD_FN_ASIN, WD_DUCK_PURE_ASIN},
      {WD_FN_ACOS, WD_DUCK_PURE_ACOS},   {WD_FN_EXP, WD_DUCK_PURE_EXP},
      {WD_FN_POWER, WD_DUCK_PURE_POWER},
  };

  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
    *out_kind = kinds[i].kind;
    if (kinds[i].function == function)
      return true;
  }
  return false;
}

static enum wd_status
write_function(const struct writer *writer, const struct wd_expression *call)
{
  bool binary =
      call->argument_count && call->arguments[0]->type.id == WD_TYPE_BINARY;
  enum wd_duck_pure_kind math;

  if (math_kind(call->function, &math))
    return write_pure(writer, math, call);
  if (wd_function_rule(call->function) == WD_RULE_EXTRACT)
    return write_extract(writer, call);
  switch (call->function) {
  case WD_FN_ADD:
    return write_arithmetic(writer, WD_DUCK_PURE_ADD, call);
  case WD_FN_SUBTRACT:
    return write_arithmetic(writer, WD_DUCK_PURE_SUBTRACT, call);
  case WD_FN_MULTIPLY:
    return write_arithmetic(writer, WD_DUCK_PURE_MULTIPLY, call);
  case WD_FN_MODULUS:
    return write_modulus(writer, call);
  case WD_FN_ROUND:
    return write_round(writer, call);
  case WD_FN_SIGN:
    if (call->type.id == WD_TYPE_F32 || call->type.id == WD_TYPE_F64)
      return write_pure(writer, WD_DUCK_PURE_SIGN, call);
    break;
  case WD_FN_TRIM:
  case WD_FN_LTRIM:
  case WD_FN_RTRIM:
    if (call->argument_count == 2)
      return write_template(writer,
                            call->function == WD_FN_TRIM    ? "trim($, $)"
                            : call->function == WD_FN_LTRIM ? "ltrim($, $)"
                                                            : "rtrim($, $)",
                            call);
    break;
  case WD_FN_CEIL:
  case WD_FN_FLOOR:
    /* DuckDB goes by way of doubles. */
    if (wd_type_is_integer(&call->type))
      return write_template(writer, "$", call);
    break;
  case WD_FN_LIKE:
    if (call->argument_count == 3)
      return write_template(writer, "($ LIKE $ ESCAPE $)", call);
    break;
  case WD_FN_AND:
    return write_joined(writer, " AND ", call);
  case WD_FN_OR:
    return write_joined(writer, " OR ", call);
  case WD_FN_CONCAT:
    return write_joined(writer, " || ", call);
  case WD_FN_DIVIDE:
    return write_divide(writer, call);
  case WD_FN_LEAST:
  case WD_FN_GREATEST:
    return write_extreme(writer, call);
  case WD_FN_OCTET_LENGTH:
    if (binary)
      return write_template(writer, "octet_length($)", call);
    break;
  default:
    break;
  }
  if (call->function >= WD_FN_SCALAR_COUNT || !templates[call->function])
    return wd_fail(writer->lowering->error, WD_UNSUPPORTED,
                   "the engine duckdb does not have the function %s yet",
                   wd_function_name(call->function));
  return write_template(writer, templates[call->function], call);
}

/* Types of results differ here and there (year is BIGINT, pow is DOUBLE);
 * DuckDB drops casts to the same type. */
static enum wd_status
write_call(const struct writer *writer, const struct wd_expression *call)
{
  bool cast = call->type.id != WD_TYPE_BOOL;
  enum wd_status status;

  if (cast)
    wd_buf_puts(writer->buf, "CAST(");
  status = write_function(writer, call);
  if (cast) {
    wd_buf_puts(writer->buf, " AS ");
    wd_duck_type_sql(&call->type, writer->buf);
    wd_buf_putc(writer->buf, ')');
  }
  return status;
}

/* Between units and zones that DuckDB does not cast to each other directly, or
 * not downwards: it rounds. */
static enum wd_status
write_unit(const struct writer *writer, const struct wd_expression *cast,
           const char *word)
{
  const struct wd_expression *operand = cast->arguments[0];
  enum wd_unit from = operand->type.unit, to = cast->type.unit;
  bool coarser = to < from && to < WD_UNIT_US;
  enum wd_status status;

  if (coarser)
    wd_buf_printf(writer->buf, "date_trunc('%s', ",
                  to == WD_UNIT_S ? "second" : "milliseconds");
  wd_buf_puts(writer->buf, word);
  if (to < from)
    status = write_microseconds(writer, operand);
  else
    status = write_expression(writer, operand);
  wd_buf_puts(writer->buf, coarser ? " AS TIMESTAMP))" : " AS TIMESTAMP)");
  return status;
}

/* The operand of a cast to an integer: fractions are cut off, where DuckDB
 * rounds; a text must be an integer. */
static enum wd_status
write_whole(const struct writer *writer, const struct wd_expression *cast)
{
  enum wd_type_id from = cast->arguments[0]->type.id;
  enum wd_status status;

  if (from == WD_TYPE_STRING)
    return write_pure(
        writer,
        cast->try_cast ? WD_DUCK_PURE_TRY_INTEGER : WD_DUCK_PURE_INTEGER, cast);
  if (from != WD_TYPE_F32 && from != WD_TYPE_F64 && from != WD_TYPE_DECIMAL)
    return write_expression(writer, cast->arguments[0]);
  wd_buf_puts(writer->buf, "trunc(");
  status = write_expression(writer, cast->arguments[0]);
  wd_buf_putc(writer->buf, ')');
  return status;
}

static enum wd_status
write_cast(const struct writer *writer, const struct wd_expression *cast)
{
  const struct wd_expression *operand = cast->arguments[0];
  const char *word = cast->try_cast ? "TRY_CAST(" : "CAST(";
  enum wd_type_id from = operand->type.id, to = cast->type.id;
  enum wd_status status;

  if (from == WD_TYPE_NULL) {
    static const struct wd_literal null = {.null = true};

    return wd_duck_lower_literal(&cast->type, &null, writer->buf,
                                 writer->lowering->error);
  }
  if (wd_type_equal(&operand->type, &cast->type))
    return write_expression(writer, operand);
  if (from == WD_TYPE_BINARY && to == WD_TYPE_STRING) {
    wd_buf_puts(writer->buf, cast->try_cast ? "TRY(decode(" : "(decode(");
    status = write_expression(writer, operand);
    wd_buf_puts(writer->buf, "))");
    return status;
  }
  if (from == WD_TYPE_STRING && to == WD_TYPE_BINARY) {
    wd_buf_puts(writer->buf, "encode(");
    status = write_expression(writer, operand);
    wd_buf_putc(writer->buf, ')');
    return status;
  }
  wd_buf_puts(writer->buf, word);
  if (is_timestamp(&operand->type) && is_timestamp(&cast->type))
    status = write_unit(writer, cast, word);
  else if (wd_type_is_integer(&cast->type))
    status = write_whole(writer, cast);
  else if (to == WD_TYPE_DATE)
    status = write_microseconds(writer, operand);
  else
    status = write_expression(writer, operand);
  wd_buf_puts(writer->buf, " AS ");
  wd_duck_type_sql(&cast->type, writer->buf);
  wd_buf_putc(writer->buf, ')');
  return status;
}

static enum wd_status
write_case(const struct writer *writer, const struct wd_expression *branches)
{
  uint32_t pairs = branches->argument_count / 2;
  enum wd_status status = WD_OK;

  wd_buf_puts(writer->buf, "CAST(CASE");
  for (uint32_t i = 0; status == WD_OK && i < pairs; i++) {
    wd_buf_puts(writer->buf, " WHEN ");
    status = write_expression(writer, branches->arguments[2 * i]);
    wd_buf_puts(writer->buf, " THEN ");
    if (status == WD_OK)
      status = write_expression(writer, branches->arguments[2 * i + 1]);
  }
  if (status == WD_OK && branches->argument_count % 2) {
    wd_buf_puts(writer->buf, " ELSE ");
    status = write_expression(writer, branches->arguments[2 * pairs]);
  }
  wd_buf_puts(writer->buf, " END AS ");
  wd_duck_type_sql(&branches->type, writer->buf);
  wd_buf_putc(writer->buf, ')');
  return status;
}

static enum wd_status
write_in(const struct writer *writer, const struct wd_expression *in)
{
  enum wd_status status;

  if (in->argument_count < 2) {
    wd_buf_puts(writer->buf, "FALSE");
    return WD_OK;
  }
  wd_buf_putc(writer->buf, '(');
  status = write_expression(writer, in->arguments[0]);
  wd_buf_puts(writer->buf, " IN (");
  for (uint32_t i = 1; status == WD_OK && i < in->argument_count; i++) {
    if (i > 1)
      wd_buf_puts(writer->buf, ", ");
    status = write_expression(writer, in->arguments[i]);
  }
  wd_buf_puts(writer->buf, "))");
  return status;
}

static void
write_column(const struct writer *writer, uint32_t column)
{
  const struct wd_duck_scope *scope = writer->scope;

  if (scope->right && column >= scope->left_count)
    wd_buf_printf(writer->buf, "%s.c%u", scope->right,
                  column - scope->left_count);
  else
    wd_buf_printf(writer->buf, "%s.c%u", scope->left, column);
}

static enum wd_status
lower_by_kind(struct wd_duck_lowering *lowering,
              const struct wd_expression *expression,
              const struct wd_duck_scope *scope, struct wd_buf *buf)
{
  const struct writer writer = {lowering, scope, buf};

  if (buf->failed)
    return wd_duck_buf_failure(buf, lowering->error);
  switch (expression->kind) {
  case WD_EXPR_COLUMN:
    write_column(&writer, expression->column);
    return WD_OK;
  case WD_EXPR_LITERAL:
    return wd_duck_lower_literal(&expression->type, &expression->literal, buf,
                                 lowering->error);
  case WD_EXPR_CALL:
    return write_call(&writer, expression);
  case WD_EXPR_CAST:
    return write_cast(&writer, expression);
  case WD_EXPR_CASE:
    return write_case(&writer, expression);
  case WD_EXPR_IN:
    return write_in(&writer, expression);
  }
  return wd_fail(lowering->error, WD_INTERNAL, "unknown kind of expression");
}

enum wd_status
wd_duck_lower_expression(struct wd_duck_lowering *lowering,
                         const struct wd_expression *expression,
                         const struct wd_duck_scope *scope, struct wd_buf *buf)
{
  enum wd_status status;

  lowering->parts = lowering->nested ? lowering->parts + 1 : 1;
  if (lowering->parts > WD_DUCK_PARTS)
    return wd_fail(lowering->error, WD_LIMIT_EXCEEDED,
                   "an expression is too large for the engine: make columns "
                   "of its parts first");
  lowering->nested++;
  status = lower_by_kind(lowering, expression, scope, buf);
  lowering->nested--;
  return status;
}
