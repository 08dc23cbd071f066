/* Functions: which casts their operands get. */
#include <stdio.h>
#include <string.h>

#include "plan/signature.h"
#include "plan/typer.h"

const char *
wd__operand_types(uint32_t count, const struct typed *operands, char *text,
                  size_t size)
{
  char type[96];
  size_t used = 0;

  *text = '\0';
  for (uint32_t i = 0; i < count && used + 100 < size; i++)
    used += (size_t)snprintf(
        text + used, size - used, "%s%s", i ? ", " : "",
        wd_type_text(&operands[i].expression->type, type, sizeof type));
  return text;
}

static enum wd_status
fail_types(struct typer *typer, const struct wd_syntax *syntax,
           enum wd_function function, uint32_t count,
           const struct typed *operands, const char *hint)
{
  const char *field = wd_extract_field(function);
  char types[200];
  struct wd_buf known;
  enum wd_status status;

  wd_buf_init(&known, NULL, 600);
  if (wd_function_rule(function) == WD_RULE_TYPED) {
    wd_buf_puts(&known, "; there is ");
    wd_signature_describe(wd_function_signature(function),
                          wd_function_name(function), &known);
  }
  status = wd_source_fail(
      syntax->source, syntax->start, WD_TYPE_MISMATCH, typer->error,
      "%s%s does not take (%s)%s%s%s", field ? "extract of the " : "",
      field ? field : wd_function_name(function),
      wd__operand_types(count, operands, types, sizeof types),
      known.failed ? "" : wd_buf_text(&known), hint ? "; " : "",
      hint ? hint : "");
  wd_buf_fini(&known);
  return status;
}

static bool
is_null(const struct wd_expression *expression)
{
  return expression->type.id == WD_TYPE_NULL;
}

/* All to one type, nulls included. */
static enum wd_status
cast_all(struct typer *typer, uint32_t count, struct typed *operands,
         const struct wd_type *type)
{
  enum wd_status status = WD_OK;

  for (uint32_t i = 0; i < count && status == WD_OK; i++)
    status = wd__cast(typer, &operands[i], type);
  return status;
}

/* Nulls without a type get one. */
static enum wd_status
cast_nulls(struct typer *typer, uint32_t count, struct typed *operands,
           enum wd_type_id id)
{
  struct wd_type type = wd_type_of(id);
  enum wd_status status = WD_OK;

  for (uint32_t i = 0; i < count && status == WD_OK; i++)
    if (is_null(operands[i].expression))
      status = wd__cast(typer, &operands[i], &type);
  return status;
}

/* Nulls, and words of enumerations. */
static enum wd_status
cast_texts(struct typer *typer, uint32_t count, struct typed *operands)
{
  struct wd_type type = wd_type_of(WD_TYPE_STRING);
  enum wd_status status = cast_nulls(typer, count, operands, WD_TYPE_STRING);

  for (uint32_t i = 0; i < count && status == WD_OK; i++)
    if (operands[i].expression->type.id == WD_TYPE_ENUM)
      status = wd__cast(typer, &operands[i], &type);
  return status;
}

static const char *
arithmetic_hint(enum wd_function function, uint32_t count,
                const struct typed *operands)
{
  for (uint32_t i = 0; i < count; i++) {
    switch (operands[i].expression->type.id) {
    case WD_TYPE_STRING:
      return function == WD_FN_ADD
                 ? "texts are joined with ||, or cast to a number"
                 : "cast the text to a number";
    case WD_TYPE_DATE:
      return "a date takes days (d + 1), intervals (d + interval '1 month') "
             "and dates (d - d)";
    case WD_TYPE_TIMESTAMP:
      return operands[i].expression->type.unit == WD_UNIT_NS
                 ? "cast it to timestamp<6>"
                 : "a timestamp takes intervals: t + interval '2 hours'";
    case WD_TYPE_INTERVAL:
      return "intervals are added to dates, timestamps and intervals, and "
             "multiplied by integers";
    case WD_TYPE_F32:
    case WD_TYPE_F64:
      if (function == WD_FN_MODULUS)
        return "% takes integers or decimals";
      break;
    default:
      break;
    }
  }
  return NULL;
}

/* An integer beside a decimal becomes one; two decimals stay as they are, the
 * rules know their precisions. */
static enum wd_status
cast_to_decimal(struct typer *typer, struct typed *operand,
                const struct wd_type *beside)
{
  const struct wd_expression *expression = operand->expression;
  struct wd_type type;

  if (expression->type.id == WD_TYPE_DECIMAL)
    return WD_OK;
  type = wd__is_soft(expression) ? wd__literal_type(expression, beside)
                                 : wd_type_integer_decimal(&expression->type);
  return wd__cast(typer, operand, &type);
}

/* The type of the other operand, or of both when none has one. */
static enum wd_status
cast_null_pair(struct typer *typer, struct typed *operands)
{
  struct wd_type type = wd_type_of(WD_TYPE_I64);
  int null = is_null(operands[0].expression) ? 0 : 1;

  if (!is_null(operands[1 - null].expression))
    type = operands[1 - null].expression->type;
  return cast_all(typer, 2, operands, &type);
}

/* A literal stays i64, so that its value does not narrow the result, but is
 * not to make an u64 a decimal. */
static enum wd_status
cast_integers(struct typer *typer, const struct wd_syntax *syntax,
              enum wd_function function, struct typed *operands)
{
  const struct wd_type *a = &operands[0].expression->type;
  const struct wd_type *b = &operands[1].expression->type;
  struct wd_type type;
  enum wd_status status;

  if (a->id == WD_TYPE_U64 || b->id == WD_TYPE_U64) {
    status = wd__unify(typer, 2, operands, "compute with");
    if (status == WD_OK && syntax->integer_divide &&
        operands[0].expression->type.id == WD_TYPE_DECIMAL)
      return fail_types(typer, syntax, function, 2, operands,
                        "cast the u64 to i64");
    return status;
  }
  wd_type_common(a, b, &type);
  return cast_all(typer, 2, operands, &type);
}

/* To the overload that needs the fewest casts; when there is none, they stay
 * as they are, and are refused when the result's type is derived. */
static enum wd_status
cast_typed(struct typer *typer, enum wd_function function, uint32_t count,
           struct typed *operands)
{
  struct wd_signature_operand *given =
      wd_arena_array(typer->arena, count, sizeof *given);
  struct wd_type *wanted = wd_arena_array(typer->arena, count, sizeof *wanted);
  struct wd_signature_match match;
  bool found, short_of_memory;
  enum wd_status status = WD_OK;

  if (!given || !wanted)
    return wd_fail_memory(typer->error);
  for (uint32_t i = 0; i < count; i++) {
    const struct wd_expression *operand = operands[i].expression;

    given[i].type = operand->type;
    given[i].literal = wd__is_soft(operand) ? &operand->literal : NULL;
  }
  found =
      wd_signature_find(wd_function_signature(function), count, given, false,
                        typer->arena, wanted, &match, &short_of_memory);
  if (short_of_memory)
    return wd_fail_memory(typer->error);
  for (uint32_t i = 0; found && status == WD_OK && i < count; i++)
    status = wd__cast(typer, &operands[i], &wanted[i]);
  return status;
}

static bool
is_temporal(const struct wd_type *type)
{
  return type->id == WD_TYPE_DATE || type->id == WD_TYPE_TIMESTAMP ||
         type->id == WD_TYPE_INTERVAL;
}

static enum wd_status
cast_arithmetic(struct typer *typer, const struct wd_syntax *syntax,
                enum wd_function function, struct typed *operands)
{
  const struct wd_type *a, *b;
  struct wd_type type;
  bool whole;
  enum wd_status status = WD_OK;

  if (is_null(operands[0].expression) || is_null(operands[1].expression))
    status = cast_null_pair(typer, operands);
  if (status != WD_OK)
    return status;
  a = &operands[0].expression->type;
  b = &operands[1].expression->type;
  if (is_temporal(a) || is_temporal(b))
    return wd_function_signature(function)
               ? cast_typed(typer, function, 2, operands)
               : WD_OK;
  if (!wd_type_is_numeric(a) || !wd_type_is_numeric(b))
    return fail_types(typer, syntax, function, 2, operands,
                      arithmetic_hint(function, 2, operands));
  whole = wd_type_is_integer(a) && wd_type_is_integer(b);
  if (syntax->integer_divide && !whole)
    return fail_types(typer, syntax, function, 2, operands,
                      "// takes integers");
  type = wd_type_of(WD_TYPE_F64);
  if (whole && function == WD_FN_DIVIDE && !syntax->integer_divide)
    return cast_all(typer, 2, operands, &type);
  if (!wd_type_is_float(a) && !wd_type_is_float(b) && !whole) {
    const struct wd_type beside = wd_type_decimal(1, 0);

    status = cast_to_decimal(typer, &operands[0], &beside);
    return status == WD_OK ? cast_to_decimal(typer, &operands[1], &beside)
                           : status;
  }
  if (whole)
    return cast_integers(typer, syntax, function, operands);
  return wd__unify(typer, 2, operands, "compute with");
}

/* Whole numbers are their own ceiling, unsigned ones their own magnitude. */
static bool
is_identity(enum wd_function function, const struct wd_type *type)
{
  return (wd_function_rule(function) == WD_RULE_WHOLE &&
          wd_type_is_integer(type)) ||
         (function == WD_FN_ABS && wd_type_is_unsigned(type));
}

static enum wd_status
cast_sign(struct typer *typer, enum wd_function function, struct typed *operand)
{
  struct wd_type type;
  enum wd_status status = cast_nulls(typer, 1, operand, WD_TYPE_I64);

  if (status != WD_OK)
    return status;
  if (is_identity(function, &operand->expression->type))
    return WD_OK;
  type = wd_type_to_signed(&operand->expression->type);
  if (function == WD_FN_SIGN && type.id == WD_TYPE_DECIMAL)
    type = wd_type_of(WD_TYPE_F64);
  return wd__cast(typer, operand, &type);
}

/* f32 stays, all other numbers become f64; literals go with the others. */
static enum wd_status
cast_float(struct typer *typer, uint32_t count, struct typed *operands)
{
  struct wd_type type = wd_type_of(WD_TYPE_F64);
  bool single = false, other = false;

  for (uint32_t i = 0; i < count; i++) {
    const struct wd_expression *operand = operands[i].expression;

    if (!is_null(operand) && !wd_type_is_numeric(&operand->type))
      return WD_OK;
    single = single || operand->type.id == WD_TYPE_F32;
    other = other || (operand->type.id != WD_TYPE_F32 && !wd__is_soft(operand));
  }
  if (single && !other)
    type = wd_type_of(WD_TYPE_F32);
  return cast_all(typer, count, operands, &type);
}

static enum wd_status
cast_bitwise(struct typer *typer, uint32_t count, struct typed *operands)
{
  enum wd_status status = cast_nulls(typer, count, operands, WD_TYPE_I64);

  for (uint32_t i = 0; i < count; i++)
    if (!wd_type_is_integer(&operands[i].expression->type))
      return status;
  return status == WD_OK ? wd__unify(typer, count, operands, "compute with")
                         : status;
}

/* Positions and counts of digits are i32. */
static enum wd_status
cast_positions(struct typer *typer, uint32_t count, struct typed *operands)
{
  struct wd_type type = wd_type_of(WD_TYPE_I32);
  enum wd_status status = cast_nulls(typer, count, operands, WD_TYPE_I32);

  for (uint32_t i = 0; i < count && status == WD_OK; i++)
    if (wd_type_is_integer(&operands[i].expression->type))
      status = wd__cast(typer, &operands[i], &type);
  return status;
}

static enum wd_status
cast_operands(struct typer *typer, const struct wd_syntax *syntax,
              enum wd_function function, uint32_t count, struct typed *operands)
{
  enum wd_status status;

  switch (wd_function_rule(function)) {
  case WD_RULE_ARITHMETIC:
    return cast_arithmetic(typer, syntax, function, operands);
  case WD_RULE_SIGN:
    return cast_sign(typer, function, operands);
  case WD_RULE_FLOAT:
    return cast_float(typer, count, operands);
  case WD_RULE_BITWISE:
    return cast_bitwise(typer, count, operands);
  case WD_RULE_WHOLE:
    return cast_nulls(typer, count, operands, WD_TYPE_F64);
  case WD_RULE_ROUND:
    status = cast_sign(typer, function, operands);
    return status == WD_OK ? cast_positions(typer, 1, operands + 1) : status;
  case WD_RULE_COMPARE:
  case WD_RULE_DISTINCT:
    return wd__unify(typer, count, operands, "compare");
  case WD_RULE_SAME:
  case WD_RULE_NULLIF:
    return wd__unify(typer, count, operands, "choose between");
  case WD_RULE_IS_NAN:
    return cast_float(typer, count, operands);
  case WD_RULE_LOGIC:
    return cast_nulls(typer, count, operands, WD_TYPE_BOOL);
  case WD_RULE_TEXT:
  case WD_RULE_TEXT_TEST:
  case WD_RULE_TEXT_COUNT:
    return cast_texts(typer, count, operands);
  case WD_RULE_SUBSTRING:
    status = cast_texts(typer, 1, operands);
    return status == WD_OK ? cast_positions(typer, count - 1, operands + 1)
                           : status;
  case WD_RULE_EXTRACT:
    return cast_nulls(typer, count, operands, WD_TYPE_DATE);
  case WD_RULE_TYPED:
    return cast_typed(typer, function, count, operands);
  case WD_RULE_NESTED:
  case WD_RULE_IS_NULL:
    break;
  }
  return WD_OK;
}

static const char *
hint_for(enum wd_function function, uint32_t count,
         const struct typed *operands)
{
  const struct wd_type *type;

  if (count == 0)
    return NULL;
  type = &operands[0].expression->type;
  switch (wd_function_rule(function)) {
  case WD_RULE_ARITHMETIC:
  case WD_RULE_SIGN:
  case WD_RULE_FLOAT:
  case WD_RULE_ROUND:
  case WD_RULE_WHOLE:
    return arithmetic_hint(function, count, operands);
  case WD_RULE_TEXT:
  case WD_RULE_TEXT_TEST:
  case WD_RULE_TEXT_COUNT:
    return "other types are cast: cast(... as string)";
  case WD_RULE_EXTRACT:
    if (type->id == WD_TYPE_STRING)
      return "cast the text: cast(... as date)";
    return NULL;
  case WD_RULE_LOGIC:
    return "and, or and not take booleans: compare with something";
  case WD_RULE_TYPED:
    for (uint32_t i = 0; i < count; i++)
      if (operands[i].expression->type.id == WD_TYPE_TIMESTAMP &&
          operands[i].expression->type.unit == WD_UNIT_NS)
        return "cast it to timestamp<6>";
    return NULL;
  default:
    return NULL;
  }
}

enum wd_status
wd__check_arity(struct typer *typer, const struct wd_syntax *syntax,
                enum wd_function function, uint32_t count)
{
  uint32_t least, most;

  wd_function_arity(function, &least, &most);
  if (count >= least && count <= most)
    return WD_OK;
  if (most == WD_FUNCTION_MANY)
    return wd_source_fail(syntax->source, syntax->start, WD_INVALID_PLAN,
                          typer->error, "%s takes at least %u argument%s",
                          wd_function_name(function), least,
                          least == 1 ? "" : "s");
  return wd_source_fail(syntax->source, syntax->start, WD_INVALID_PLAN,
                        typer->error, "%s takes %u%s argument%s, not %u",
                        wd_function_name(function), least,
                        most == least       ? ""
                        : most == least + 1 ? " or one more"
                                            : " or more",
                        most == 1 ? "" : "s", count);
}

/* The escape of a like is one character, known when it is typed. */
static enum wd_status
check_escape(struct typer *typer, const struct typed *escape)
{
  const struct wd_expression *e = escape->expression;
  const char *text = e->literal.value.bytes.data;

  if (e->kind == WD_EXPR_LITERAL && !e->literal.null &&
      e->type.id == WD_TYPE_STRING && e->literal.value.bytes.length == 1 &&
      (unsigned char)*text < 0x80)
    return WD_OK;
  return wd_source_fail(escape->syntax->source, escape->syntax->start,
                        WD_INVALID_PLAN, typer->error,
                        "the escape must be one ASCII character: escape '!'");
}

/* `round(x)` is `round(x, 0)`. */
static enum wd_status
add_digits(struct typer *typer, const struct wd_syntax *syntax,
           struct typed *operands)
{
  struct wd_expression *zero;
  enum wd_status status =
      wd__new_expression(typer, syntax, WD_EXPR_LITERAL, 0, NULL, &zero);

  if (status != WD_OK)
    return status;
  zero->type = wd_type_of(WD_TYPE_I32);
  operands[1] = (struct typed){zero, syntax};
  return WD_OK;
}

/* A date and an interval without a time of day are a date again. */
static bool
is_of_days(enum wd_function function, const struct typed *operands)
{
  const struct wd_expression *a, *b;

  if (function != WD_FN_ADD && function != WD_FN_SUBTRACT)
    return false;
  a = operands[0].expression;
  b = operands[1].expression;
  if (a->type.id == WD_TYPE_INTERVAL) {
    a = b;
    b = operands[0].expression;
  }
  return a->type.id == WD_TYPE_DATE && b->kind == WD_EXPR_LITERAL &&
         b->type.id == WD_TYPE_INTERVAL && !b->literal.null &&
         b->literal.value.interval.microseconds == 0;
}

static enum wd_status
new_call(struct typer *typer, const struct wd_syntax *syntax,
         enum wd_function function, uint32_t count, struct typed *operands,
         const struct wd_expression **out)
{
  struct wd_type *types = wd_arena_array(typer->arena, count, sizeof *types);
  bool *nullable = wd_arena_array(typer->arena, count, sizeof *nullable);
  struct wd_expression *node;
  enum wd_status status;

  if (!types || !nullable)
    return wd_fail_memory(typer->error);
  for (uint32_t i = 0; i < count; i++) {
    types[i] = operands[i].expression->type;
    nullable[i] = operands[i].expression->nullable;
  }
  status =
      wd__new_expression(typer, syntax, WD_EXPR_CALL, count, operands, &node);
  if (status != WD_OK)
    return status;
  node->function = function;
  if (!wd_function_derive(function, count, types, nullable, typer->arena,
                          &node->type, &node->nullable))
    return fail_types(typer, syntax, function, count, operands,
                      hint_for(function, count, operands));
  if (is_of_days(function, operands))
    node->type = wd_type_of(WD_TYPE_DATE);
  *out = node;
  return WD_OK;
}

/* The unit of date_trunc and date_diff is known when it is typed. */
static enum wd_status
check_unit(struct typer *typer, const struct typed *unit)
{
  static const char *const units[] = {
      "year", "quarter", "month",  "week",        "day",
      "hour", "minute",  "second", "millisecond", "microsecond"};
  const struct wd_expression *e = unit->expression;

  if (e->kind == WD_EXPR_LITERAL && !e->literal.null &&
      e->type.id == WD_TYPE_STRING)
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
      if (e->literal.value.bytes.length == strlen(units[i]) &&
          memcmp(e->literal.value.bytes.data, units[i], strlen(units[i])) == 0)
        return WD_OK;
  return wd_source_fail(unit->syntax->source, unit->syntax->start,
                        WD_INVALID_PLAN, typer->error,
                        "the unit must be 'year', 'quarter', 'month', 'week', "
                        "'day', 'hour', 'minute', 'second', 'millisecond' or "
                        "'microsecond'");
}

/* The action's time is a constant of the plan. */
static enum wd_status
type_now(struct typer *typer, const struct wd_syntax *syntax,
         enum wd_function function, const struct wd_expression **out)
{
  const int64_t day = INT64_C(86400) * 1000000;
  int64_t now = typer->scope.now;
  struct wd_expression *node;
  enum wd_status status =
      wd__new_expression(typer, syntax, WD_EXPR_LITERAL, 0, NULL, &node);

  if (status != WD_OK)
    return status;
  node->type =
      function == WD_FN_CURRENT_DATE
          ? wd_type_of(WD_TYPE_DATE)
          : wd_type_timestamp(WD_UNIT_US, function == WD_FN_NOW ? "UTC" : NULL);
  node->literal.value.integer =
      function == WD_FN_CURRENT_DATE ? now / day : now;
  *out = node;
  return WD_OK;
}

/* What a function of texts is called for lists (and maps). */
static enum wd_function
for_lists(enum wd_function function, const struct wd_type *type)
{
  if (type->id != WD_TYPE_LIST && type->id != WD_TYPE_FIXED_LIST &&
      type->id != WD_TYPE_MAP)
    return function;
  switch (function) {
  case WD_FN_CHAR_LENGTH:
    return WD_FN_LIST_LENGTH;
  case WD_FN_CONTAINS:
    return WD_FN_LIST_CONTAINS;
  case WD_FN_REVERSE:
    return WD_FN_LIST_REVERSE;
  case WD_FN_CONCAT:
    return WD_FN_LIST_CONCAT;
  default:
    return function;
  }
}

enum wd_status
wd__type_function(struct typer *typer, const struct wd_syntax *syntax,
                  enum wd_function function, uint32_t count,
                  struct typed *operands, const struct wd_expression **out)
{
  struct typed rounded[2];
  enum wd_status status;

  if ((function == WD_FN_ROUND || function == WD_FN_ROUND_EVEN) && count == 1) {
    rounded[0] = operands[0];
    status = add_digits(typer, syntax, rounded);
    if (status != WD_OK)
      return status;
    operands = rounded;
    count = 2;
  }
  status = wd__type_overload(typer, syntax, function, count, operands, out);
  if (status != WD_OK || *out)
    return status;
  if (count)
    function = for_lists(function, &operands[0].expression->type);
  status = wd__check_arity(typer, syntax, function, count);
  if (status == WD_OK &&
      (function == WD_FN_NOW || function == WD_FN_CURRENT_DATE ||
       function == WD_FN_LOCALTIMESTAMP))
    return type_now(typer, syntax, function, out);
  if (status == WD_OK &&
      (function == WD_FN_DATE_TRUNC || function == WD_FN_DATE_DIFF))
    status = check_unit(typer, &operands[0]);
  if (status == WD_OK && (function == WD_FN_LIKE || function == WD_FN_ILIKE) &&
      count == 3)
    status = check_escape(typer, &operands[2]);
  if (status == WD_OK)
    status = cast_operands(typer, syntax, function, count, operands);
  if (status != WD_OK)
    return status;
  if (count && is_identity(function, &operands[0].expression->type)) {
    *out = operands[0].expression;
    return WD_OK;
  }
  return new_call(typer, syntax, function, count, operands, out);
}
