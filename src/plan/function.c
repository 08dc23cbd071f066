/* The functions' table: names, rules, how many operands. */
#include "plan/function.h"

#include <string.h>
#include <strings.h>

#include "plan/aggregate_function.h"
#include "plan/signature.h"
#include "plan/suggest.h"

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
  X(FACTORIAL, BITWISE, 1, 1)                                                  \
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
  X(EXTRACT_UNIX_TIME, EXTRACT, 1, 1)                                          \
  X(MAP_ENTRIES, NESTED, 1, 1)                                                 \
  X(STRUCT, NESTED, 1, WD_FUNCTION_MANY)                                       \
  X(TRANSFORM, NESTED, 2, 2)                                                   \
  X(LIST_FILTER, NESTED, 2, 2)                                                 \
  X(LIST_REDUCE, NESTED, 2, 3)                                                 \
  X(ANY_MATCH, NESTED, 2, 2)                                                   \
  X(ALL_MATCH, NESTED, 2, 2)

/* The others, by their signatures (signature.h). */
#define TYPED(X)                                                               \
  X(SHIFT_LEFT, "ni>n")                                                        \
  X(SHIFT_RIGHT, "ni>n")                                                       \
  X(SHIFT_RIGHT_UNSIGNED, "ni>n")                                              \
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
  X(LOCALTIMESTAMP, ">t.")                                                     \
  X(LIST_OF, "x*>[x.")                                                         \
  X(ELEMENT_AT, "[xl>x!|{xyx>y!")                                              \
  X(LIST_LENGTH, "[x>l|{xy>l")                                                 \
  X(LIST_CONTAINS, "[xx>o")                                                    \
  X(LIST_POSITION, "[xx>l")                                                    \
  X(LIST_SORT, "[x>[x")                                                        \
  X(LIST_SORT_DESC, "[x>[x")                                                   \
  X(LIST_REVERSE, "[x>[x")                                                     \
  X(LIST_DISTINCT, "[x>[x")                                                    \
  X(LIST_SLICE, "[xll>[x")                                                     \
  X(LIST_CONCAT, "[x[x>[x")                                                    \
  X(LIST_APPEND, "[xx>[x")                                                     \
  X(LIST_FLATTEN, "[[x>[x")                                                    \
  X(LIST_MIN, "[x>x!")                                                         \
  X(LIST_MAX, "[x>x!")                                                         \
  X(LIST_SUM, "[n>l!|[f>f!")                                                   \
  X(LIST_JOIN, "[ss>s")                                                        \
  X(MAP_KEYS, "{xy>[x")                                                        \
  X(MAP_VALUES, "{xy>[y")                                                      \
  X(MAP_CONTAINS, "{xyx>o")                                                    \
  X(MAP_FROM_LISTS, "[x[y>{xy")                                                \
  X(STRING_SPLIT, "ss>[s")                                                     \
  X(REGEXP_STRING_SPLIT, "ss>[s")

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
    {"aggregate", WD_FN_LIST_REDUCE},
    {"array_append", WD_FN_LIST_APPEND},
    {"array_concat", WD_FN_LIST_CONCAT},
    {"array_contains", WD_FN_LIST_CONTAINS},
    {"array_distinct", WD_FN_LIST_DISTINCT},
    {"array_filter", WD_FN_LIST_FILTER},
    {"array_join", WD_FN_LIST_JOIN},
    {"array_length", WD_FN_LIST_LENGTH},
    {"array_max", WD_FN_LIST_MAX},
    {"array_min", WD_FN_LIST_MIN},
    {"array_position", WD_FN_LIST_POSITION},
    {"array_reverse", WD_FN_LIST_REVERSE},
    {"array_size", WD_FN_LIST_LENGTH},
    {"array_slice", WD_FN_LIST_SLICE},
    {"array_sort", WD_FN_LIST_SORT},
    {"array_sum", WD_FN_LIST_SUM},
    {"array_to_string", WD_FN_LIST_JOIN},
    {"array_transform", WD_FN_TRANSFORM},
    {"assume_timezone", WD_FN_AT_TIME_ZONE},
    {"bround", WD_FN_ROUND_EVEN},
    {"cardinality", WD_FN_LIST_LENGTH},
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
    {"exists", WD_FN_ANY_MATCH},
    {"filter", WD_FN_LIST_FILTER},
    {"flatten", WD_FN_LIST_FLATTEN},
    {"forall", WD_FN_ALL_MATCH},
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
    {"list_apply", WD_FN_TRANSFORM},
    {"list_has", WD_FN_LIST_CONTAINS},
    {"list_reverse_sort", WD_FN_LIST_SORT_DESC},
    {"list_transform", WD_FN_TRANSFORM},
    {"list_value", WD_FN_LIST_OF},
    {"local_timestamp", WD_FN_AT_TIME_ZONE},
    {"map", WD_FN_MAP_FROM_LISTS},
    {"map_contains_key", WD_FN_MAP_CONTAINS},
    {"map_from_arrays", WD_FN_MAP_FROM_LISTS},
    {"microsecond", WD_FN_EXTRACT_MICROSECOND},
    {"millisecond", WD_FN_EXTRACT_MILLISECOND},
    {"minute", WD_FN_EXTRACT_MINUTE},
    {"mod", WD_FN_MODULUS},
    {"month", WD_FN_EXTRACT_MONTH},
    {"named_struct", WD_FN_STRUCT},
    {"nvl", WD_FN_COALESCE},
    {"position", WD_FN_STRPOS},
    {"pow", WD_FN_POWER},
    {"quarter", WD_FN_EXTRACT_QUARTER},
    {"reduce", WD_FN_LIST_REDUCE},
    {"regexp_like", WD_FN_REGEXP_MATCH},
    {"regexp_matches", WD_FN_REGEXP_MATCH},
    {"regexp_split_to_array", WD_FN_REGEXP_STRING_SPLIT},
    {"regexp_substr", WD_FN_REGEXP_MATCH_SUBSTRING},
    {"rlike", WD_FN_REGEXP_MATCH},
    {"second", WD_FN_EXTRACT_SECOND},
    {"sgn", WD_FN_SIGN},
    {"shiftleft", WD_FN_SHIFT_LEFT},
    {"shiftright", WD_FN_SHIFT_RIGHT},
    {"shiftrightunsigned", WD_FN_SHIFT_RIGHT_UNSIGNED},
    {"size", WD_FN_LIST_LENGTH},
    {"split", WD_FN_STRING_SPLIT},
    {"startswith", WD_FN_STARTS_WITH},
    {"strptime", WD_FN_STRPTIME_TIMESTAMP},
    {"struct_pack", WD_FN_STRUCT},
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

void
wd_function_suggest(const char *name, size_t length, const char **best,
                    unsigned *distance)
{
  for (size_t i = 0; i < COUNT(scalars); i++)
    if (!strchr(scalars[i].name, ':'))
      wd_suggest(name, length, scalars[i].name, best, distance);
  for (size_t i = 0; i < COUNT(aliases); i++)
    wd_suggest(name, length, aliases[i].name, best, distance);
  for (size_t i = WD_AGG_COUNT; i < COUNT(aggregates); i++)
    wd_suggest(name, length, aggregates[i], best, distance);
  for (size_t i = 0; i < COUNT(windows); i++)
    wd_suggest(name, length, windows[i].name, best, distance);
}
