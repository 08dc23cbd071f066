/* The rules are those of the extension files of Substrait 0.108:
 * https://github.com/substrait-io/substrait/tree/main/extensions */
#include "plan/function.h"

#include <string.h>
#include <strings.h>

#include "arrow/decimal.h"
#include "plan/aggregate_function.h"
#include "plan/signature.h"
#include "plan/suggest.h"

#define PRECISION_MAX WD_DECIMAL_PRECISION_MAX
#define COUNT(array) (sizeof(array) / sizeof *(array))

/* Rule and arity; the comments of the rules are in the header. */
#define SIGNATURES(X)                                                          \
  X(ADD, ARITHMETIC, 2, 2)                                                     \
  X(SUBTRACT, ARITHMETIC, 2, 2)                                                \
  X(MULTIPLY, ARITHMETIC, 2, 2)                                                \
  X(DIVIDE, ARITHMETIC, 2, 2)                                                  \
  X(MODULUS, ARITHMETIC, 2, 2)                                                 \
  X(NEGATE, SIGN, 1, 1)                                                        \
  X(ABS, SIGN, 1, 1)                                                           \
  X(SIGN, SIGN, 1, 1)                                                          \
  X(POWER, FLOAT, 2, 2)                                                        \
  X(SQRT, FLOAT, 1, 1)                                                         \
  X(EXP, FLOAT, 1, 1)                                                          \
  X(BITWISE_AND, BITWISE, 2, 2)                                                \
  X(BITWISE_OR, BITWISE, 2, 2)                                                 \
  X(BITWISE_XOR, BITWISE, 2, 2)                                                \
  X(BITWISE_NOT, BITWISE, 1, 1)                                                \
  X(SIN, FLOAT, 1, 1)                                                          \
  X(COS, FLOAT, 1, 1)                                                          \
  X(TAN, FLOAT, 1, 1)                                                          \
  X(ASIN, FLOAT, 1, 1)                                                         \
  X(ACOS, FLOAT, 1, 1)                                                         \
  X(ATAN, FLOAT, 1, 1)                                                         \
  X(ATAN2, FLOAT, 2, 2)                                                        \
  X(LN, FLOAT, 1, 1)                                                           \
  X(LOG10, FLOAT, 1, 1)                                                        \
  X(LOG2, FLOAT, 1, 1)                                                         \
  X(CEIL, WHOLE, 1, 1)                                                         \
  X(FLOOR, WHOLE, 1, 1)                                                        \
  X(ROUND, ROUND, 2, 2)                                                        \
  X(EQUAL, COMPARE, 2, 2)                                                      \
  X(NOT_EQUAL, COMPARE, 2, 2)                                                  \
  X(LT, COMPARE, 2, 2)                                                         \
  X(LTE, COMPARE, 2, 2)                                                        \
  X(GT, COMPARE, 2, 2)                                                         \
  X(GTE, COMPARE, 2, 2)                                                        \
  X(IS_NULL, IS_NULL, 1, 1)                                                    \
  X(IS_NOT_NULL, IS_NULL, 1, 1)                                                \
  X(IS_NAN, IS_NAN, 1, 1)                                                      \
  X(IS_NOT_DISTINCT_FROM, DISTINCT, 2, 2)                                      \
  X(IS_DISTINCT_FROM, DISTINCT, 2, 2)                                          \
  X(NULLIF, NULLIF, 2, 2)                                                      \
  X(COALESCE, SAME, 1, WD_FUNCTION_MANY)                                       \
  X(LEAST, SAME, 1, WD_FUNCTION_MANY)                                          \
  X(GREATEST, SAME, 1, WD_FUNCTION_MANY)                                       \
  X(AND, LOGIC, 1, WD_FUNCTION_MANY)                                           \
  X(OR, LOGIC, 1, WD_FUNCTION_MANY)                                            \
  X(NOT, LOGIC, 1, 1)                                                          \
  X(LIKE, TEXT_TEST, 2, 3)                                                     \
  X(UPPER, TEXT, 1, 1)                                                         \
  X(LOWER, TEXT, 1, 1)                                                         \
  X(CHAR_LENGTH, TEXT_COUNT, 1, 1)                                             \
  X(OCTET_LENGTH, TEXT_COUNT, 1, 1)                                            \
  X(SUBSTRING, SUBSTRING, 2, 3)                                                \
  X(TRIM, TEXT, 1, 2)                                                          \
  X(LTRIM, TEXT, 1, 2)                                                         \
  X(RTRIM, TEXT, 1, 2)                                                         \
  X(CONCAT, TEXT, 1, WD_FUNCTION_MANY)                                         \
  X(REPLACE, TEXT, 3, 3)                                                       \
  X(STARTS_WITH, TEXT_TEST, 2, 2)                                              \
  X(ENDS_WITH, TEXT_TEST, 2, 2)                                                \
  X(CONTAINS, TEXT_TEST, 2, 2)                                                 \
  X(STRPOS, TEXT_COUNT, 2, 2)                                                  \
  X(REVERSE, TEXT, 1, 1)                                                       \
  X(SINH, FLOAT, 1, 1)                                                         \
  X(COSH, FLOAT, 1, 1)                                                         \
  X(TANH, FLOAT, 1, 1)                                                         \
  X(ASINH, FLOAT, 1, 1)                                                        \
  X(ACOSH, FLOAT, 1, 1)                                                        \
  X(ATANH, FLOAT, 1, 1)                                                        \
  X(RADIANS, FLOAT, 1, 1)                                                      \
  X(DEGREES, FLOAT, 1, 1)                                                      \
  X(CBRT, FLOAT, 1, 1)                                                         \
  X(LOGB, FLOAT, 2, 2)                                                         \
  X(LOG1P, FLOAT, 1, 1)                                                        \
  X(EXPM1, FLOAT, 1, 1)                                                        \
  X(TRUNC, WHOLE, 1, 1)                                                        \
  X(ROUND_EVEN, ROUND, 2, 2)                                                   \
  X(IS_FINITE, IS_NAN, 1, 1)                                                   \
  X(IS_INFINITE, IS_NAN, 1, 1)                                                 \
  X(LEAST_SKIP_NULL, SAME, 1, WD_FUNCTION_MANY)                                \
  X(GREATEST_SKIP_NULL, SAME, 1, WD_FUNCTION_MANY)                             \
  X(XOR, LOGIC, 2, 2)                                                          \
  X(AND_NOT, LOGIC, 2, 2)                                                      \
  X(ILIKE, TEXT_TEST, 2, 3)                                                    \
  X(EXTRACT_YEAR, EXTRACT, 1, 1)                                               \
  X(EXTRACT_MONTH, EXTRACT, 1, 1)                                              \
  X(EXTRACT_DAY, EXTRACT, 1, 1)                                                \
  X(EXTRACT_HOUR, EXTRACT, 1, 1)                                               \
  X(EXTRACT_MINUTE, EXTRACT, 1, 1)                                             \
  X(EXTRACT_SECOND, EXTRACT, 1, 1)                                             \
  X(EXTRACT_DAY_OF_WEEK, EXTRACT, 1, 1)                                        \
  X(EXTRACT_DAY_OF_YEAR, EXTRACT, 1, 1)                                        \
  X(EXTRACT_ISO_YEAR, EXTRACT, 1, 1)                                           \
  X(EXTRACT_QUARTER, EXTRACT, 1, 1)                                            \
  X(EXTRACT_ISO_WEEK, EXTRACT, 1, 1)                                           \
  X(EXTRACT_SUNDAY_DAY_OF_WEEK, EXTRACT, 1, 1)                                 \
  X(EXTRACT_MILLISECOND, EXTRACT, 1, 1)                                        \
  X(EXTRACT_MICROSECOND, EXTRACT, 1, 1)                                        \
  X(EXTRACT_SUBSECOND, EXTRACT, 1, 1)                                          \
  X(EXTRACT_UNIX_TIME, EXTRACT, 1, 1)

/* The others, by their signatures (signature.h). */
#define TYPED(X)                                                               \
  X(SHIFT_LEFT, "ni>n")                                                        \
  X(SHIFT_RIGHT, "ni>n")                                                       \
  X(SHIFT_RIGHT_UNSIGNED, "ni>n")                                              \
  X(FACTORIAL, "n>n")                                                          \
  X(PI, ">f.")                                                                 \
  X(GCD, "ll>l")                                                               \
  X(LCM, "ll>l")                                                               \
  X(BIT_COUNT, "n>i")                                                          \
  X(IS_TRUE, "o>o.")                                                           \
  X(IS_NOT_TRUE, "o>o.")                                                       \
  X(IS_FALSE, "o>o.")                                                          \
  X(IS_NOT_FALSE, "o>o.")                                                      \
  X(REGEXP_MATCH, "ss>o")                                                      \
  X(REGEXP_MATCH_SUBSTRING, "ss?l?l?l>s!")                                     \
  X(REGEXP_STRPOS, "ss>l")                                                     \
  X(REGEXP_COUNT_SUBSTRING, "ss?l>l")                                          \
  X(REGEXP_REPLACE, "sss>s")                                                   \
  X(COUNT_SUBSTRING, "ss>l")                                                   \
  X(CONCAT_WS, "ss*>s")                                                        \
  X(REPEAT, "sl>s")                                                            \
  X(REPLACE_SLICE, "slls>s!")                                                  \
  X(SWAPCASE, "s>s")                                                           \
  X(CAPITALIZE, "s>s")                                                         \
  X(INITCAP, "s>s")                                                            \
  X(BIT_LENGTH, "s>l")                                                         \
  X(LPAD, "si?s>s")                                                            \
  X(RPAD, "si?s>s")                                                            \
  X(CENTER, "si?s>s")                                                          \
  X(LEFT, "si>s")                                                              \
  X(RIGHT, "si>s")                                                             \
  X(SPLIT_PART, "ssi>s")                                                       \
  X(TRANSLATE, "sss>s")                                                        \
  X(ASCII, "s>i")                                                              \
  X(CHR, "i>s")                                                                \
  X(LEVENSHTEIN, "ss>l")                                                       \
  X(HEX, "B>s")                                                                \
  X(UNHEX, "s>B")                                                              \
  X(BASE64, "B>s")                                                             \
  X(UNBASE64, "s>B")                                                           \
  X(MD5, "B>s")                                                                \
  X(SHA1, "B>s")                                                               \
  X(SHA256, "B>s")                                                             \
  X(AT_TIME_ZONE, "ts>z|zs>t")                                                 \
  X(DATE_TRUNC, "kd>d|kt>t|kz>z")                                              \
  X(DATE_DIFF, "kdd>l|ktt>l|kzz>l")                                            \
  X(ADD_MONTHS, "dl>d|tl>t|zl>z")                                              \
  X(LAST_DAY, "d>d|t>d")                                                       \
  X(MAKE_DATE, "lll>d")                                                        \
  X(MAKE_TIMESTAMP, "lllllf>t")                                                \
  X(STRFTIME, "ds>s|ts>s|zs>s")                                                \
  X(STRPTIME_DATE, "ss>d")                                                     \
  X(STRPTIME_TIMESTAMP, "ss>t")                                                \
  X(TRY_STRPTIME, "ss>t!")                                                     \
  X(TIMESTAMP_SECONDS, "l>z")                                                  \
  X(TIMESTAMP_MILLIS, "l>z")                                                   \
  X(TIMESTAMP_MICROS, "l>z")                                                   \
  X(UNIX_MILLIS, "t>l|z>l")                                                    \
  X(UNIX_MICROS, "t>l|z>l")                                                    \
  X(NOW, ">z.")                                                                \
  X(CURRENT_DATE, ">d.")                                                       \
  X(LOCALTIMESTAMP, ">t.")

static const struct {
  const char *name;
  const char *extension;
} scalars[] = {
#define NAME(id, name, extension) [WD_FN_##id] = {name, extension},
    WD_SCALAR_FUNCTIONS(NAME)};

static const struct {
  enum wd_function_rule rule;
  uint32_t least;
  uint32_t most;
  const char *text; /* of a typed one */
} signatures[] = {
#define SIGNATURE(id, rule, least, most)                                       \
  [WD_FN_##id] = {WD_RULE_##rule, least, most, NULL},
    SIGNATURES(SIGNATURE)
#define TYPED_SIGNATURE(id, text)                                              \
  [WD_FN_##id] = {WD_RULE_TYPED, 0, WD_FUNCTION_MANY, text},
        TYPED(TYPED_SIGNATURE)};

_Static_assert(COUNT(signatures) == WD_FN_SCALAR_COUNT,
               "every function has a signature");

static const char *const aggregates[] = {
#define AGGREGATE(id, name, extension) [WD_AGG_##id] = name,
    WD_AGGREGATE_FUNCTIONS(AGGREGATE)};

/* Of an arithmetic function over dates, timestamps and intervals. */
static const struct {
  enum wd_function function;
  const char *text;
} temporal[] = {
    {WD_FN_ADD, "dv>t|tv>t|zv>z|vd>t|vt>t|vz>z|vv>v|dl>d|ld>d"},
    {WD_FN_SUBTRACT, "dv>t|tv>t|zv>z|vv>v|dd>l|tt>v|zz>v|dl>d"},
    {WD_FN_MULTIPLY, "vl>v|lv>v"},
};

static const struct {
  const char *name;
  const char *signature;
} windows[] = {
#define WINDOW(id, name, signature) [WD_WIN_##id] = {name, signature},
    WD_WINDOW_FUNCTIONS(WINDOW)};

static const struct {
  const char *name;
  enum wd_function function;
} aliases[] = {
    {"assume_timezone", WD_FN_AT_TIME_ZONE},
    {"bround", WD_FN_ROUND_EVEN},
    {"ceiling", WD_FN_CEIL},
    {"character_length", WD_FN_CHAR_LENGTH},
    {"current_timestamp", WD_FN_NOW},
    {"day", WD_FN_EXTRACT_DAY},
    {"day_of_year", WD_FN_EXTRACT_DAY_OF_YEAR},
    {"dayofmonth", WD_FN_EXTRACT_DAY},
    {"dayofweek", WD_FN_EXTRACT_SUNDAY_DAY_OF_WEEK},
    {"dayofyear", WD_FN_EXTRACT_DAY_OF_YEAR},
    {"endswith", WD_FN_ENDS_WITH},
    {"epoch", WD_FN_EXTRACT_UNIX_TIME},
    {"from_base64", WD_FN_UNBASE64},
    {"hour", WD_FN_EXTRACT_HOUR},
    {"ifnull", WD_FN_COALESCE},
    {"instr", WD_FN_STRPOS},
    {"isfinite", WD_FN_IS_FINITE},
    {"isinf", WD_FN_IS_INFINITE},
    {"isnan", WD_FN_IS_NAN},
    {"iso_day_of_week", WD_FN_EXTRACT_DAY_OF_WEEK},
    {"iso_year", WD_FN_EXTRACT_ISO_YEAR},
    {"isodow", WD_FN_EXTRACT_DAY_OF_WEEK},
    {"isoyear", WD_FN_EXTRACT_ISO_YEAR},
    {"len", WD_FN_CHAR_LENGTH},
    {"length", WD_FN_CHAR_LENGTH},
    {"local_timestamp", WD_FN_AT_TIME_ZONE},
    {"microsecond", WD_FN_EXTRACT_MICROSECOND},
    {"millisecond", WD_FN_EXTRACT_MILLISECOND},
    {"minute", WD_FN_EXTRACT_MINUTE},
    {"mod", WD_FN_MODULUS},
    {"month", WD_FN_EXTRACT_MONTH},
    {"nvl", WD_FN_COALESCE},
    {"position", WD_FN_STRPOS},
    {"pow", WD_FN_POWER},
    {"quarter", WD_FN_EXTRACT_QUARTER},
    {"regexp_like", WD_FN_REGEXP_MATCH},
    {"regexp_matches", WD_FN_REGEXP_MATCH},
    {"regexp_substr", WD_FN_REGEXP_MATCH_SUBSTRING},
    {"rlike", WD_FN_REGEXP_MATCH},
    {"second", WD_FN_EXTRACT_SECOND},
    {"sgn", WD_FN_SIGN},
    {"shiftleft", WD_FN_SHIFT_LEFT},
    {"shiftright", WD_FN_SHIFT_RIGHT},
    {"shiftrightunsigned", WD_FN_SHIFT_RIGHT_UNSIGNED},
    {"startswith", WD_FN_STARTS_WITH},
    {"strptime", WD_FN_STRPTIME_TIMESTAMP},
    {"substr", WD_FN_SUBSTRING},
    {"to_base64", WD_FN_BASE64},
    {"today", WD_FN_CURRENT_DATE},
    {"truncate", WD_FN_TRUNC},
    {"unix_seconds", WD_FN_EXTRACT_UNIX_TIME},
    {"unix_time", WD_FN_EXTRACT_UNIX_TIME},
    {"week", WD_FN_EXTRACT_ISO_WEEK},
    {"weekofyear", WD_FN_EXTRACT_ISO_WEEK},
    {"year", WD_FN_EXTRACT_YEAR},
};

static bool
names_equal(const char *name, const char *text, size_t length)
{
  return strlen(name) == length && strncasecmp(name, text, length) == 0;
}

const char *
wd_function_name(enum wd_function function)
{
  return scalars[function].name;
}

const char *
wd_function_extension(enum wd_function function)
{
  return scalars[function].extension;
}

const char *
wd_aggregate_name(enum wd_aggregate_function function)
{
  return aggregates[function];
}

enum wd_function_rule
wd_function_rule(enum wd_function function)
{
  return signatures[function].rule;
}

void
wd_function_arity(enum wd_function function, uint32_t *out_least,
                  uint32_t *out_most)
{
  *out_least = signatures[function].least;
  *out_most = signatures[function].most;
  if (signatures[function].text)
    wd_signature_arity(signatures[function].text, out_least, out_most);
}

const char *
wd_function_signature(enum wd_function function)
{
  if (signatures[function].text)
    return signatures[function].text;
  for (size_t i = 0; i < COUNT(temporal); i++)
    if (temporal[i].function == function)
      return temporal[i].text;
  return NULL;
}

bool
wd_function_find(const char *name, size_t length,
                 enum wd_function *out_function)
{
  for (size_t i = 0; i < COUNT(scalars); i++)
    if (!strchr(scalars[i].name, ':') &&
        names_equal(scalars[i].name, name, length)) {
      *out_function = (enum wd_function)i;
      return true;
    }
  for (size_t i = 0; i < COUNT(aliases); i++)
    if (names_equal(aliases[i].name, name, length)) {
      *out_function = aliases[i].function;
      return true;
    }
  return false;
}

bool
wd_window_find(const char *name, size_t length,
               enum wd_window_function *out_function)
{
  for (size_t i = 0; i < COUNT(windows); i++)
    if (names_equal(windows[i].name, name, length)) {
      *out_function = (enum wd_window_function)i;
      return true;
    }
  return false;
}

const char *
wd_window_name(enum wd_window_function function)
{
  return windows[function].name;
}

const char *
wd_window_signature(enum wd_window_function function)
{
  return windows[function].signature;
}

bool
wd_aggregate_find(const char *name, size_t length,
                  enum wd_aggregate_function *out_function)
{
  if (wd_aggregate_alias(name, length, out_function))
    return true;
  /* count(*) has no name of its own. */
  for (size_t i = WD_AGG_COUNT; i < COUNT(aggregates); i++)
    if (names_equal(aggregates[i], name, length)) {
      *out_function = (enum wd_aggregate_function)i;
      return true;
    }
  return false;
}

const char *
wd_function_suggest(const char *name, size_t length)
{
  const char *best = NULL;
  unsigned distance = 0;

  for (size_t i = 0; i < COUNT(scalars); i++)
    if (!strchr(scalars[i].name, ':'))
      wd_suggest(name, length, scalars[i].name, &best, &distance);
  for (size_t i = 0; i < COUNT(aliases); i++)
    wd_suggest(name, length, aliases[i].name, &best, &distance);
  for (size_t i = WD_AGG_COUNT; i < COUNT(aggregates); i++)
    wd_suggest(name, length, aggregates[i], &best, &distance);
  for (size_t i = 0; i < COUNT(windows); i++)
    wd_suggest(name, length, windows[i].name, &best, &distance);
  return best;
}

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
  switch (signatures[function].rule) {
  case WD_RULE_ARITHMETIC:
    return derive_arithmetic(function, types, out_type);
  case WD_RULE_SIGN:
    return derive_sign(function, types, out_type);
  case WD_RULE_FLOAT:
    *out_type = types[0];
    return is_float(&types[0]) && all_equal(types, count);
  case WD_RULE_BITWISE:
    *out_type = types[0];
    return wd_type_is_integer(&types[0]) && all_equal(types, count);
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
  enum wd_function_rule rule = signatures[function].rule;

  if (count < signatures[function].least || count > signatures[function].most)
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
