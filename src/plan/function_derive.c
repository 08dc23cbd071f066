/* Types of results. The rules are those of the extension files of Substrait
 * 0.108: https://github.com/substrait-io/substrait/tree/main/extensions */
#include "arrow/decimal.h"
#include "plan/aggregate_function.h"
#include "plan/function.h"
#include "plan/signature.h"

#define PRECISION_MAX WD_DECIMAL_PRECISION_MAX

static int
least(int a, int b)
{
  return a < b ? a : b;
}

static int
most(int a, int b)
{
  return a > b ? a : b;
}

/* functions_arithmetic_decimal.yaml: where the precision passes 38, the scale
 * gives way, down to 6 digits. */
static struct wd_type
fit_decimal(int precision, int scale)
{
  int least_scale = least(scale, 6);

  if (precision > PRECISION_MAX) {
    scale = most(scale - (precision - PRECISION_MAX), least_scale);
    precision = PRECISION_MAX;
  }
  return wd_type_decimal((uint8_t)most(precision, 1), (int8_t)scale);
}

static bool
derive_decimal(enum wd_function function, const struct wd_type *types,
               struct wd_type *out_type)
{
  int p1 = types[0].precision, s1 = types[0].scale;
  int p2 = types[1].precision, s2 = types[1].scale;
  int scale = most(s1, s2);

  switch (function) {
  case WD_FN_ADD:
  case WD_FN_SUBTRACT:
    *out_type = fit_decimal(scale + most(p1 - s1, p2 - s2) + 1, scale);
    return true;
  case WD_FN_MULTIPLY:
    *out_type = fit_decimal(p1 + p2 + 1, s1 + s2);
    return true;
  case WD_FN_DIVIDE:
    scale = most(6, s1 + p2 + 1);
    *out_type = fit_decimal(p1 - s1 + p2 + scale, scale);
    return true;
  default: /* modulus */
    *out_type = fit_decimal(least(p1 - s1, p2 - s2) + scale, scale);
    return true;
  }
}

static bool
is_float(const struct wd_type *type)
{
  return type->id == WD_TYPE_F32 || type->id == WD_TYPE_F64;
}

static bool
is_unsigned(const struct wd_type *type)
{
  return type->id >= WD_TYPE_U8 && type->id <= WD_TYPE_U64;
}

static bool
all_are(const struct wd_type *types, uint32_t count, enum wd_type_id id)
{
  for (uint32_t i = 0; i < count; i++)
    if (types[i].id != id)
      return false;
  return true;
}

static bool
all_equal(const struct wd_type *types, uint32_t count)
{
  for (uint32_t i = 1; i < count; i++)
    if (!wd_type_equal(&types[0], &types[i]))
      return false;
  return true;
}

static bool
derive_arithmetic(enum wd_function function, const struct wd_type *types,
                  struct wd_type *out_type)
{
  if (all_are(types, 2, WD_TYPE_DECIMAL))
    return derive_decimal(function, types, out_type);
  *out_type = types[0];
  return all_equal(types, 2) &&
         (wd_type_is_integer(&types[0]) ||
          (is_float(&types[0]) && function != WD_FN_MODULUS));
}

static bool
derive_sign(enum wd_function function, const struct wd_type *type,
            struct wd_type *out_type)
{
  *out_type = *type;
  return wd_type_is_numeric(type) && !is_unsigned(type) &&
         (function != WD_FN_SIGN || type->id != WD_TYPE_DECIMAL);
}

/* functions_rounding_decimal.yaml */
static bool
derive_whole(const struct wd_type *type, struct wd_type *out_type)
{
  *out_type = *type;
  if (type->id == WD_TYPE_DECIMAL)
    *out_type = wd_type_decimal(
        (uint8_t)least(most(type->precision - type->scale + 1, 1),
                       PRECISION_MAX),
        0);
  return is_float(type) || type->id == WD_TYPE_DECIMAL;
}

static bool
derive_round(const struct wd_type *types, struct wd_type *out_type)
{
  *out_type = types[0];
  if (types[0].id == WD_TYPE_DECIMAL)
    *out_type = wd_type_decimal(
        (uint8_t)least(types[0].precision + 1, PRECISION_MAX), types[0].scale);
  return wd_type_is_numeric(&types[0]) && !is_unsigned(&types[0]) &&
         types[1].id == WD_TYPE_I32;
}

/* functions_arithmetic_decimal.yaml: of decimals without a fraction. */
static bool
derive_bitwise(enum wd_function function, uint32_t count,
               const struct wd_type *types, struct wd_type *out_type)
{
  int precision = 1;

  *out_type = types[0];
  if (!all_are(types, count, WD_TYPE_DECIMAL))
    return wd_type_is_integer(&types[0]) && all_equal(types, count);
  for (uint32_t i = 0; i < count; i++) {
    precision = most(precision, types[i].precision);
    if (types[i].scale != 0)
      return false;
  }
  if (function == WD_FN_FACTORIAL)
    precision = PRECISION_MAX;
  *out_type = wd_type_decimal((uint8_t)precision, 0);
  return function != WD_FN_BITWISE_NOT;
}

static bool
is_of_day(enum wd_function function)
{
  switch (function) {
  case WD_FN_EXTRACT_HOUR:
  case WD_FN_EXTRACT_MINUTE:
  case WD_FN_EXTRACT_SECOND:
  case WD_FN_EXTRACT_MILLISECOND:
  case WD_FN_EXTRACT_MICROSECOND:
  case WD_FN_EXTRACT_SUBSECOND:
    return true;
  default:
    return false;
  }
}

/* A date has no time of day, a time nothing else; the fields of a timestamp
 * with a zone are those in UTC. */
static bool
derive_extract(enum wd_function function, const struct wd_type *type)
{
  if (type->id == WD_TYPE_DATE)
    return !is_of_day(function);
  return type->id == WD_TYPE_TIMESTAMP ||
         (type->id == WD_TYPE_TIME && is_of_day(function));
}

static bool
derive_type(enum wd_function function, uint32_t count,
            const struct wd_type *types, struct wd_type *out_type)
{
  *out_type = wd_type_of(WD_TYPE_BOOL);
  switch (wd_function_rule(function)) {
  case WD_RULE_ARITHMETIC:
    return derive_arithmetic(function, types, out_type);
  case WD_RULE_SIGN:
    return derive_sign(function, types, out_type);
  case WD_RULE_FLOAT:
    *out_type = types[0];
    return is_float(&types[0]) && all_equal(types, count);
  case WD_RULE_BITWISE:
    return derive_bitwise(function, count, types, out_type);
  case WD_RULE_WHOLE:
    return derive_whole(types, out_type);
  case WD_RULE_ROUND:
    return derive_round(types, out_type);
  case WD_RULE_COMPARE:
  case WD_RULE_DISTINCT:
    return all_equal(types, count);
  case WD_RULE_IS_NULL:
    return true;
  case WD_RULE_IS_NAN:
    return is_float(types);
  case WD_RULE_SAME:
  case WD_RULE_NULLIF:
    *out_type = types[0];
    return all_equal(types, count);
  case WD_RULE_LOGIC:
    return all_are(types, count, WD_TYPE_BOOL);
  case WD_RULE_TEXT:
    *out_type = types[0];
    return all_are(types, count, WD_TYPE_STRING);
  case WD_RULE_TEXT_TEST:
    return all_are(types, count, WD_TYPE_STRING);
  case WD_RULE_TEXT_COUNT:
    *out_type = wd_type_of(WD_TYPE_I64);
    return all_are(types, count, WD_TYPE_STRING);
  case WD_RULE_SUBSTRING:
    *out_type = types[0];
    return types[0].id == WD_TYPE_STRING &&
           all_are(types + 1, count - 1, WD_TYPE_I32);
  case WD_RULE_EXTRACT:
    *out_type = wd_type_of(WD_TYPE_I64);
    return derive_extract(function, types);
  case WD_RULE_TYPED:
  case WD_RULE_NESTED:
    break;
  }
  return false;
}

/* *out_nullable: whether any operand is. */
static bool
derive_typed(const char *signature, uint32_t count, const struct wd_type *types,
             struct wd_arena *arena, struct wd_type *out_type,
             bool *out_nullable)
{
  static const struct wd_literal constant = {.null = false};
  struct wd_signature_operand *operands =
      wd_arena_array(arena, count, sizeof *operands);
  struct wd_type *wanted = wd_arena_array(arena, count, sizeof *wanted);
  struct wd_signature_match match;
  bool short_of_memory;

  if (!operands || !wanted)
    return false;
  for (uint32_t i = 0; i < count; i++)
    operands[i] = (struct wd_signature_operand){types[i], &constant};
  if (!wd_signature_find(signature, count, operands, true, arena, wanted,
                         &match, &short_of_memory))
    return false;
  *out_type = match.result;
  *out_nullable = (*out_nullable || match.always_null) && !match.never_null;
  return true;
}

bool
wd_function_derive(enum wd_function function, uint32_t count,
                   const struct wd_type *types, const bool *nullable,
                   struct wd_arena *arena, struct wd_type *out_type,
                   bool *out_nullable)
{
  enum wd_function_rule rule = wd_function_rule(function);
  uint32_t fewest, greatest;

  wd_function_arity(function, &fewest, &greatest);
  if (count < fewest || count > greatest)
    return false;
  /* Substrait's nullability MIRROR, but for what declares its own. */
  *out_nullable = rule == WD_RULE_NULLIF || rule == WD_RULE_ROUND;
  if (rule != WD_RULE_DISTINCT && rule != WD_RULE_IS_NULL)
    for (uint32_t i = 0; i < count; i++)
      *out_nullable = *out_nullable || nullable[i];
  if (rule == WD_RULE_TYPED ||
      (rule == WD_RULE_ARITHMETIC && !wd_type_is_numeric(&types[0]) &&
       wd_function_signature(function)) ||
      (rule == WD_RULE_ARITHMETIC && !wd_type_is_numeric(&types[1]) &&
       wd_function_signature(function)))
    return derive_typed(wd_function_signature(function), count, types, arena,
                        out_type, out_nullable);
  return derive_type(function, count, types, out_type);
}

static struct wd_type
sum_type(const struct wd_type *type)
{
  if (type->id == WD_TYPE_DECIMAL)
    return wd_type_decimal(PRECISION_MAX, type->scale);
  if (is_float(type))
    return wd_type_of(WD_TYPE_F64);
  return wd_type_of(is_unsigned(type) ? WD_TYPE_U64 : WD_TYPE_I64);
}

static bool
is_never_null(enum wd_aggregate_function function)
{
  switch (wd_aggregate_rule(function)) {
  case WD_AGG_RULE_COUNT:
  case WD_AGG_RULE_COUNT_IF:
  case WD_AGG_RULE_GROUPING:
    return true;
  default:
    return function == WD_AGG_COLLECT_LIST || function == WD_AGG_COLLECT_SET;
  }
}

bool
wd_aggregate_derive(enum wd_aggregate_function function,
                    const struct wd_type *type, struct wd_type *out_type,
                    bool *out_nullable)
{
  *out_nullable = !is_never_null(function);
  switch (wd_aggregate_rule(function)) {
  case WD_AGG_RULE_COUNT:
  case WD_AGG_RULE_GROUPING:
    *out_type = wd_type_of(WD_TYPE_I64);
    return true;
  case WD_AGG_RULE_SUM:
    *out_type = sum_type(type);
    return wd_type_is_numeric(type);
  case WD_AGG_RULE_AVG:
    *out_type = type->id == WD_TYPE_DECIMAL ? sum_type(type) : *type;
    return wd_type_is_numeric(type) && !is_unsigned(type);
  case WD_AGG_RULE_SAME:
  case WD_AGG_RULE_PICK:
  case WD_AGG_RULE_LIST:
  case WD_AGG_RULE_MAP:
    *out_type = *type;
    return type->id != WD_TYPE_NULL;
  case WD_AGG_RULE_FLOAT:
  case WD_AGG_RULE_QUANTILE:
    *out_type = *type;
    return type->id == WD_TYPE_F64;
  case WD_AGG_RULE_BITS:
    *out_type = *type;
    return wd_type_is_integer(type);
  case WD_AGG_RULE_LOGIC:
    *out_type = *type;
    return type->id == WD_TYPE_BOOL;
  case WD_AGG_RULE_COUNT_IF:
    *out_type = wd_type_of(WD_TYPE_I64);
    return type->id == WD_TYPE_BOOL;
  case WD_AGG_RULE_TEXT:
    *out_type = *type;
    return type->id == WD_TYPE_STRING;
  }
  return false;
}
