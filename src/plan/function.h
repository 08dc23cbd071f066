/* The functions of expressions: Substrait's, by their names.
 *
 * One X-macro list gives ids, names and the extension that defines each
 * (https://github.com/substrait-io/substrait, extensions/functions_*.yaml;
 * `wasidata`: ours, which Substrait lacks); types of results are derived by
 * Substrait's rules (function.c). */
#ifndef WD_PLAN_FUNCTION_H
#define WD_PLAN_FUNCTION_H

#include "arrow/type.h"

/* X(id, name, extension) */
#define WD_SCALAR_FUNCTIONS(X)                                                 \
  X(ADD, "add", "arithmetic")                                                  \
  X(SUBTRACT, "subtract", "arithmetic")                                        \
  X(MULTIPLY, "multiply", "arithmetic")                                        \
  X(DIVIDE, "divide", "arithmetic")                                            \
  X(MODULUS, "modulus", "arithmetic")                                          \
  X(NEGATE, "negate", "arithmetic")                                            \
  X(ABS, "abs", "arithmetic")                                                  \
  X(SIGN, "sign", "arithmetic")                                                \
  X(POWER, "power", "arithmetic")                                              \
  X(SQRT, "sqrt", "arithmetic")                                                \
  X(EXP, "exp", "arithmetic")                                                  \
  X(BITWISE_AND, "bitwise_and", "arithmetic")                                  \
  X(BITWISE_OR, "bitwise_or", "arithmetic")                                    \
  X(BITWISE_XOR, "bitwise_xor", "arithmetic")                                  \
  X(BITWISE_NOT, "bitwise_not", "arithmetic")                                  \
  X(SIN, "sin", "arithmetic")                                                  \
  X(COS, "cos", "arithmetic")                                                  \
  X(TAN, "tan", "arithmetic")                                                  \
  X(ASIN, "asin", "arithmetic")                                                \
  X(ACOS, "acos", "arithmetic")                                                \
  X(ATAN, "atan", "arithmetic")                                                \
  X(ATAN2, "atan2", "arithmetic")                                              \
  X(LN, "ln", "logarithmic")                                                   \
  X(LOG10, "log10", "logarithmic")                                             \
  X(LOG2, "log2", "logarithmic")                                               \
  X(CEIL, "ceil", "rounding")                                                  \
  X(FLOOR, "floor", "rounding")                                                \
  X(ROUND, "round", "rounding")                                                \
  X(EQUAL, "equal", "comparison")                                              \
  X(NOT_EQUAL, "not_equal", "comparison")                                      \
  X(LT, "lt", "comparison")                                                    \
  X(LTE, "lte", "comparison")                                                  \
  X(GT, "gt", "comparison")                                                    \
  X(GTE, "gte", "comparison")                                                  \
  X(IS_NULL, "is_null", "comparison")                                          \
  X(IS_NOT_NULL, "is_not_null", "comparison")                                  \
  X(IS_NAN, "is_nan", "comparison")                                            \
  X(IS_NOT_DISTINCT_FROM, "is_not_distinct_from", "comparison")                \
  X(IS_DISTINCT_FROM, "is_distinct_from", "comparison")                        \
  X(NULLIF, "nullif", "comparison")                                            \
  X(COALESCE, "coalesce", "comparison")                                        \
  X(LEAST, "least", "comparison")                                              \
  X(GREATEST, "greatest", "comparison")                                        \
  X(AND, "and", "boolean")                                                     \
  X(OR, "or", "boolean")                                                       \
  X(NOT, "not", "boolean")                                                     \
  X(LIKE, "like", "string")                                                    \
  X(UPPER, "upper", "string")                                                  \
  X(LOWER, "lower", "string")                                                  \
  X(CHAR_LENGTH, "char_length", "string")                                      \
  X(OCTET_LENGTH, "octet_length", "string")                                    \
  X(SUBSTRING, "substring", "string")                                          \
  X(TRIM, "trim", "string")                                                    \
  X(LTRIM, "ltrim", "string")                                                  \
  X(RTRIM, "rtrim", "string")                                                  \
  X(CONCAT, "concat", "string")                                                \
  X(REPLACE, "replace", "string")                                              \
  X(STARTS_WITH, "starts_with", "string")                                      \
  X(ENDS_WITH, "ends_with", "string")                                          \
  X(CONTAINS, "contains", "string")                                            \
  X(STRPOS, "strpos", "string")                                                \
  X(REVERSE, "reverse", "string")                                              \
  X(SHIFT_LEFT, "shift_left", "arithmetic")                                    \
  X(SHIFT_RIGHT, "shift_right", "arithmetic")                                  \
  X(SHIFT_RIGHT_UNSIGNED, "shift_right_unsigned", "arithmetic")                \
  X(FACTORIAL, "factorial", "arithmetic")                                      \
  X(SINH, "sinh", "arithmetic")                                                \
  X(COSH, "cosh", "arithmetic")                                                \
  X(TANH, "tanh", "arithmetic")                                                \
  X(ASINH, "asinh", "arithmetic")                                              \
  X(ACOSH, "acosh", "arithmetic")                                              \
  X(ATANH, "atanh", "arithmetic")                                              \
  X(RADIANS, "radians", "arithmetic")                                          \
  X(DEGREES, "degrees", "arithmetic")                                          \
  X(CBRT, "cbrt", "wasidata")                                                  \
  X(PI, "pi", "wasidata")                                                      \
  X(GCD, "gcd", "wasidata")                                                    \
  X(LCM, "lcm", "wasidata")                                                    \
  X(BIT_COUNT, "bit_count", "wasidata")                                        \
  X(LOGB, "logb", "logarithmic")                                               \
  X(LOG1P, "log1p", "logarithmic")                                             \
  X(EXPM1, "expm1", "wasidata")                                                \
  X(TRUNC, "trunc", "wasidata")                                                \
  X(ROUND_EVEN, "round_even", "wasidata")                                      \
  X(IS_FINITE, "is_finite", "comparison")                                      \
  X(IS_INFINITE, "is_infinite", "comparison")                                  \
  X(IS_TRUE, "is_true", "comparison")                                          \
  X(IS_NOT_TRUE, "is_not_true", "comparison")                                  \
  X(IS_FALSE, "is_false", "comparison")                                        \
  X(IS_NOT_FALSE, "is_not_false", "comparison")                                \
  X(LEAST_SKIP_NULL, "least_skip_null", "comparison")                          \
  X(GREATEST_SKIP_NULL, "greatest_skip_null", "comparison")                    \
  X(XOR, "xor", "boolean")                                                     \
  X(AND_NOT, "and_not", "boolean")                                             \
  X(ILIKE, "ilike", "wasidata")                                                \
  X(REGEXP_MATCH, "regexp_match", "wasidata")                                  \
  X(REGEXP_MATCH_SUBSTRING, "regexp_match_substring", "string")                \
  X(REGEXP_STRPOS, "regexp_strpos", "string")                                  \
  X(REGEXP_COUNT_SUBSTRING, "regexp_count_substring", "string")                \
  X(REGEXP_REPLACE, "regexp_replace", "string")                                \
  X(COUNT_SUBSTRING, "count_substring", "string")                              \
  X(CONCAT_WS, "concat_ws", "string")                                          \
  X(REPEAT, "repeat", "string")                                                \
  X(REPLACE_SLICE, "replace_slice", "string")                                  \
  X(SWAPCASE, "swapcase", "string")                                            \
  X(CAPITALIZE, "capitalize", "string")                                        \
  X(INITCAP, "initcap", "string")                                              \
  X(BIT_LENGTH, "bit_length", "string")                                        \
  X(LPAD, "lpad", "string")                                                    \
  X(RPAD, "rpad", "string")                                                    \
  X(CENTER, "center", "string")                                                \
  X(LEFT, "left", "string")                                                    \
  X(RIGHT, "right", "string")                                                  \
  X(SPLIT_PART, "split_part", "wasidata")                                      \
  X(TRANSLATE, "translate", "wasidata")                                        \
  X(ASCII, "ascii", "wasidata")                                                \
  X(CHR, "chr", "wasidata")                                                    \
  X(LEVENSHTEIN, "levenshtein", "wasidata")                                    \
  X(HEX, "hex", "wasidata")                                                    \
  X(UNHEX, "unhex", "wasidata")                                                \
  X(BASE64, "base64", "wasidata")                                              \
  X(UNBASE64, "unbase64", "wasidata")                                          \
  X(MD5, "md5", "wasidata")                                                    \
  X(SHA1, "sha1", "wasidata")                                                  \
  X(SHA256, "sha256", "wasidata")                                              \
  X(EXTRACT_YEAR, "extract:year", "datetime")                                  \
  X(EXTRACT_MONTH, "extract:month", "datetime")                                \
  X(EXTRACT_DAY, "extract:day", "datetime")                                    \
  X(EXTRACT_HOUR, "extract:hour", "datetime")                                  \
  X(EXTRACT_MINUTE, "extract:minute", "datetime")                              \
  X(EXTRACT_SECOND, "extract:second", "datetime")                              \
  X(EXTRACT_DAY_OF_WEEK, "extract:iso_day_of_week", "datetime")                \
  X(EXTRACT_DAY_OF_YEAR, "extract:day_of_year", "datetime")                    \
  X(EXTRACT_ISO_YEAR, "extract:iso_year", "datetime")                          \
  X(EXTRACT_QUARTER, "extract:quarter", "datetime")                            \
  X(EXTRACT_ISO_WEEK, "extract:iso_week", "datetime")                          \
  X(EXTRACT_SUNDAY_DAY_OF_WEEK, "extract:sunday_day_of_week", "datetime")      \
  X(EXTRACT_MILLISECOND, "extract:millisecond", "datetime")                    \
  X(EXTRACT_MICROSECOND, "extract:microsecond", "datetime")                    \
  X(EXTRACT_SUBSECOND, "extract:subsecond", "datetime")                        \
  X(EXTRACT_UNIX_TIME, "extract:unix_time", "datetime")                        \
  X(AT_TIME_ZONE, "at_time_zone", "datetime")                                  \
  X(DATE_TRUNC, "date_trunc", "wasidata")                                      \
  X(DATE_DIFF, "date_diff", "wasidata")                                        \
  X(ADD_MONTHS, "add_months", "wasidata")                                      \
  X(LAST_DAY, "last_day", "wasidata")                                          \
  X(MAKE_DATE, "make_date", "wasidata")                                        \
  X(MAKE_TIMESTAMP, "make_timestamp", "wasidata")                              \
  X(STRFTIME, "strftime", "datetime")                                          \
  X(STRPTIME_DATE, "strptime_date", "datetime")                                \
  X(STRPTIME_TIMESTAMP, "strptime_timestamp", "datetime")                      \
  X(TRY_STRPTIME, "try_strptime", "wasidata")                                  \
  X(TIMESTAMP_SECONDS, "timestamp_seconds", "wasidata")                        \
  X(TIMESTAMP_MILLIS, "timestamp_millis", "wasidata")                          \
  X(TIMESTAMP_MICROS, "timestamp_micros", "wasidata")                          \
  X(UNIX_MILLIS, "unix_millis", "wasidata")                                    \
  X(UNIX_MICROS, "unix_micros", "wasidata")                                    \
  X(NOW, "now", "wasidata")                                                    \
  X(CURRENT_DATE, "current_date", "wasidata")                                  \
  X(LOCALTIMESTAMP, "localtimestamp", "wasidata")                              \
  X(LIST_OF, "list_of", "wasidata")                                            \
  X(ELEMENT_AT, "element_at", "wasidata")                                      \
  X(LIST_LENGTH, "list_length", "wasidata")                                    \
  X(LIST_CONTAINS, "list_contains", "wasidata")                                \
  X(LIST_POSITION, "list_position", "wasidata")                                \
  X(LIST_SORT, "list_sort", "wasidata")                                        \
  X(LIST_SORT_DESC, "list_sort_desc", "wasidata")                              \
  X(LIST_REVERSE, "list_reverse", "wasidata")                                  \
  X(LIST_DISTINCT, "list_distinct", "wasidata")                                \
  X(LIST_SLICE, "list_slice", "wasidata")                                      \
  X(LIST_CONCAT, "list_concat", "wasidata")                                    \
  X(LIST_APPEND, "list_append", "wasidata")                                    \
  X(LIST_FLATTEN, "list_flatten", "wasidata")                                  \
  X(LIST_MIN, "list_min", "wasidata")                                          \
  X(LIST_MAX, "list_max", "wasidata")                                          \
  X(LIST_SUM, "list_sum", "wasidata")                                          \
  X(LIST_JOIN, "list_join", "wasidata")                                        \
  X(MAP_KEYS, "map_keys", "wasidata")                                          \
  X(MAP_VALUES, "map_values", "wasidata")                                      \
  X(MAP_CONTAINS, "map_contains", "wasidata")                                  \
  X(MAP_FROM_LISTS, "map_from_lists", "wasidata")                              \
  X(MAP_ENTRIES, "map_entries", "wasidata")                                    \
  X(STRUCT, "struct", "wasidata")                                              \
  X(TRANSFORM, "transform", "wasidata")                                        \
  X(LIST_FILTER, "list_filter", "wasidata")                                    \
  X(LIST_REDUCE, "list_reduce", "wasidata")                                    \
  X(ANY_MATCH, "any_match", "wasidata")                                        \
  X(ALL_MATCH, "all_match", "wasidata")                                        \
  X(STRING_SPLIT, "string_split", "string")                                    \
  X(REGEXP_STRING_SPLIT, "regexp_string_split", "string")

/* X(id, name, extension) */
#define WD_AGGREGATE_FUNCTIONS(X)                                              \
  X(COUNT_STAR, "count", "aggregate_generic")                                  \
  X(COUNT, "count", "aggregate_generic")                                       \
  X(SUM, "sum", "arithmetic")                                                  \
  X(MIN, "min", "arithmetic")                                                  \
  X(MAX, "max", "arithmetic")                                                  \
  X(AVG, "avg", "arithmetic")                                                  \
  X(APPROX_COUNT_DISTINCT, "approx_count_distinct", "aggregate_approx")        \
  X(COUNT_IF, "count_if", "wasidata")                                          \
  X(ANY_VALUE, "any_value", "aggregate_generic")                               \
  X(FIRST, "first", "wasidata")                                                \
  X(LAST, "last", "wasidata")                                                  \
  X(MODE, "mode", "arithmetic")                                                \
  X(MIN_BY, "min_by", "wasidata")                                              \
  X(MAX_BY, "max_by", "wasidata")                                              \
  X(PRODUCT, "product", "arithmetic")                                          \
  X(STD_DEV, "std_dev", "arithmetic")                                          \
  X(STD_DEV_POP, "std_dev_pop", "arithmetic")                                  \
  X(VARIANCE, "variance", "arithmetic")                                        \
  X(VARIANCE_POP, "variance_pop", "arithmetic")                                \
  X(CORR, "corr", "arithmetic")                                                \
  X(COVAR_SAMP, "covar_samp", "wasidata")                                      \
  X(COVAR_POP, "covar_pop", "wasidata")                                        \
  X(MEDIAN, "median", "arithmetic")                                            \
  X(QUANTILE, "quantile", "arithmetic")                                        \
  X(QUANTILE_DISC, "quantile_disc", "wasidata")                                \
  X(APPROX_QUANTILE, "approx_quantile", "wasidata")                            \
  X(BOOL_AND, "bool_and", "boolean")                                           \
  X(BOOL_OR, "bool_or", "boolean")                                             \
  X(BIT_AND, "bit_and", "wasidata")                                            \
  X(BIT_OR, "bit_or", "wasidata")                                              \
  X(BIT_XOR, "bit_xor", "wasidata")                                            \
  X(STRING_AGG, "string_agg", "string")                                        \
  X(LIST, "list", "wasidata")                                                  \
  X(COLLECT_LIST, "collect_list", "wasidata")                                  \
  X(COLLECT_SET, "collect_set", "wasidata")                                    \
  X(HISTOGRAM, "histogram", "wasidata")                                        \
  X(GROUPING, "grouping", "wasidata")

/* X(id, name, signature): of the extension arithmetic */
#define WD_WINDOW_FUNCTIONS(X)                                                 \
  X(ROW_NUMBER, "row_number", ">l.")                                           \
  X(RANK, "rank", ">l.")                                                       \
  X(DENSE_RANK, "dense_rank", ">l.")                                           \
  X(PERCENT_RANK, "percent_rank", ">f.")                                       \
  X(CUME_DIST, "cume_dist", ">f.")                                             \
  X(NTILE, "ntile", "l>l")                                                     \
  X(LAG, "lag", "x?l?x>x!")                                                    \
  X(LEAD, "lead", "x?l?x>x!")                                                  \
  X(FIRST_VALUE, "first_value", "x>x!")                                        \
  X(LAST_VALUE, "last_value", "x>x!")                                          \
  X(NTH_VALUE, "nth_value", "xl>x!")

enum wd_window_function {
#define WD_WINDOW_ENUM(id, name, signature) WD_WIN_##id,
  WD_WINDOW_FUNCTIONS(WD_WINDOW_ENUM)
#undef WD_WINDOW_ENUM
      WD_WIN_COUNT_OF_FUNCTIONS
};

enum wd_function {
#define WD_FUNCTION_ENUM(id, name, extension) WD_FN_##id,
  WD_SCALAR_FUNCTIONS(WD_FUNCTION_ENUM)
#undef WD_FUNCTION_ENUM
      WD_FN_SCALAR_COUNT
};

enum wd_aggregate_function {
#define WD_AGGREGATE_ENUM(id, name, extension) WD_AGG_##id,
  WD_AGGREGATE_FUNCTIONS(WD_AGGREGATE_ENUM)
#undef WD_AGGREGATE_ENUM
      WD_AGG_COUNT_OF_FUNCTIONS
};

/* How a function treats its operands: which types it takes, which it gives. */
enum wd_function_rule {
  WD_RULE_ARITHMETIC, /* two numbers of one type, or decimals, to that type */
  WD_RULE_SIGN,       /* a number to its type */
  WD_RULE_FLOAT,      /* floats of one type to that type */
  WD_RULE_BITWISE,    /* integers of one type to that type */
  WD_RULE_WHOLE,      /* ceil, floor: a float or a decimal */
  WD_RULE_ROUND,      /* a number and an i32: nullable */
  WD_RULE_COMPARE,    /* two of one type to boolean */
  WD_RULE_DISTINCT,   /* the same, never null */
  WD_RULE_IS_NULL,    /* anything to boolean, never null */
  WD_RULE_IS_NAN,     /* a float to boolean */
  WD_RULE_SAME,       /* all of one type to that type */
  WD_RULE_NULLIF,     /* the same, nullable */
  WD_RULE_LOGIC,      /* booleans to boolean */
  WD_RULE_TEXT,       /* strings to string */
  WD_RULE_TEXT_TEST,  /* strings to boolean */
  WD_RULE_TEXT_COUNT, /* strings to i64 */
  WD_RULE_SUBSTRING,  /* a string and one or two i32 to string */
  WD_RULE_EXTRACT,    /* a date or a timestamp to i64 */
  WD_RULE_TYPED,      /* as its signature says */
  WD_RULE_NESTED,     /* as typing_nested.c says */
};

/* Most operands of a function that takes any number. */
#define WD_FUNCTION_MANY UINT32_MAX

/* Its name in Substrait; an extract has its component after a colon. */
const char *
wd_function_name(enum wd_function function);

/* The name of the extension that defines it, without `functions_`. */
const char *
wd_function_extension(enum wd_function function);

enum wd_function_rule
wd_function_rule(enum wd_function function);

void
wd_function_arity(enum wd_function function, uint32_t *out_least,
                  uint32_t *out_most);

/* The signature of a typed one (signature.h), or of an arithmetic one over
 * dates, timestamps and intervals; else NULL. */
const char *
wd_function_signature(enum wd_function function);

/* By Substrait's name or an alias (`len`, `substr` …), case folded. False
 * when there is none. Extracts are found by their field: `year`. */
bool
wd_function_find(const char *name, size_t length,
                 enum wd_function *out_function);

bool
wd_window_find(const char *name, size_t length,
               enum wd_window_function *out_function);

const char *
wd_window_name(enum wd_window_function function);

/* See signature.h. */
const char *
wd_window_signature(enum wd_window_function function);

bool
wd_aggregate_find(const char *name, size_t length,
                  enum wd_aggregate_function *out_function);

/* Betters a suggestion for a wrong name (suggest.h). */
void
wd_function_suggest(const char *name, size_t length, const char **best,
                    unsigned *distance);

/* The type of a call's result by Substrait's rules; the operands have exactly
 * the types that the function takes (typing.h casts them). False: it does not
 * take them (or memory is short). */
bool
wd_function_derive(enum wd_function function, uint32_t count,
                   const struct wd_type *types, const bool *nullable,
                   struct wd_arena *arena, struct wd_type *out_type,
                   bool *out_nullable);

/* Likewise for an aggregate, from the type of its first argument, which is
 * ignored where there is none; of a list (aggregate_function.h) the type of
 * what is in it. */
bool
wd_aggregate_derive(enum wd_aggregate_function function,
                    const struct wd_type *type, struct wd_type *out_type,
                    bool *out_nullable);

const char *
wd_aggregate_name(enum wd_aggregate_function function);

#endif
