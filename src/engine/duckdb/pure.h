/* Functions of ours for what DuckDB computes otherwise than the plan says:
 * decimals whose results do not fit or divide, integers by zero (DuckDB: null),
 * mathematics by IEEE 754 (DuckDB fails for sqrt(-1)), integers in texts
 * (DuckDB rounds '1.5'), distances of texts (DuckDB counts bytes), times in
 * another unit (DuckDB rounds, and its TRY_CAST fails where one does not fit).
 *
 * Pure: they belong to no query, are registered when first needed and stay.
 */
#ifndef WD_ENGINE_DUCKDB_PURE_H
#define WD_ENGINE_DUCKDB_PURE_H

#include "engine/duckdb/engine.h"
#include "plan/call_options.h"

/* X(kind, class, operands). Classes: DECIMAL: of two decimals (ROUND: of one
 * and the digits, DECIMAL(10,0)). INTEGER: of integers, to the first one's
 * type. REAL: of fp64 (digits, too), to fp64 or fp32. PARSE: a string to
 * DECIMAL(38,0). DISTANCE: of two strings, to i64. TIME: of a date, time or
 * timestamp. */
#define WD_DUCK_PURES(X)                                                       \
  X(ADD, DECIMAL, 2)                                                           \
  X(SUBTRACT, DECIMAL, 2)                                                      \
  X(MULTIPLY, DECIMAL, 2)                                                      \
  X(DIVIDE, DECIMAL, 2)                                                        \
  X(REMAINDER, DECIMAL, 2)                                                     \
  X(ROUND, DECIMAL, 2)                                                         \
  X(ROUND_EVEN, DECIMAL, 2)                                                    \
  X(BITWISE_AND, DECIMAL, 2)                                                   \
  X(BITWISE_OR, DECIMAL, 2)                                                    \
  X(BITWISE_XOR, DECIMAL, 2)                                                   \
  X(FACTORIAL_DECIMAL, DECIMAL, 1)                                             \
  X(INT_ADD, INTEGER, 2)                                                       \
  X(INT_SUBTRACT, INTEGER, 2)                                                  \
  X(INT_MULTIPLY, INTEGER, 2)                                                  \
  X(INT_NEGATE, INTEGER, 1)                                                    \
  X(INT_ABS, INTEGER, 1)                                                       \
  X(INT_DIVIDE, INTEGER, 2)                                                    \
  X(INT_REMAINDER, INTEGER, 2)                                                 \
  X(INT_ROUND, INTEGER, 2)                                                     \
  X(INT_ROUND_EVEN, INTEGER, 2)                                                \
  X(SHIFT_LEFT, INTEGER, 2)                                                    \
  X(SHIFT_RIGHT, INTEGER, 2)                                                   \
  X(SHIFT_RIGHT_UNSIGNED, INTEGER, 2)                                          \
  X(FACTORIAL, INTEGER, 1)                                                     \
  X(SQRT, REAL, 1)                                                             \
  X(LN, REAL, 1)                                                               \
  X(LOG10, REAL, 1)                                                            \
  X(LOG2, REAL, 1)                                                             \
  X(LOG1P, REAL, 1)                                                            \
  X(EXP, REAL, 1)                                                              \
  X(EXPM1, REAL, 1)                                                            \
  X(SIN, REAL, 1)                                                              \
  X(COS, REAL, 1)                                                              \
  X(TAN, REAL, 1)                                                              \
  X(ASIN, REAL, 1)                                                             \
  X(ACOS, REAL, 1)                                                             \
  X(SINH, REAL, 1)                                                             \
  X(COSH, REAL, 1)                                                             \
  X(TANH, REAL, 1)                                                             \
  X(ASINH, REAL, 1)                                                            \
  X(ACOSH, REAL, 1)                                                            \
  X(ATANH, REAL, 1)                                                            \
  X(RADIANS, REAL, 1)                                                          \
  X(DEGREES, REAL, 1)                                                          \
  X(CBRT, REAL, 1)                                                             \
  X(SIGN, REAL, 1)                                                             \
  X(POWER, REAL, 2)                                                            \
  X(LOGB, REAL, 2)                                                             \
  X(REAL_DIVIDE, REAL, 2)                                                      \
  X(ROUND_REAL, REAL, 2)                                                       \
  X(ROUND_REAL_EVEN, REAL, 2)                                                  \
  X(INTEGER, PARSE, 1)                                                         \
  X(TRY_INTEGER, PARSE, 1)                                                     \
  X(LEVENSHTEIN, DISTANCE, 2)                                                  \
  X(UNIT, TIME, 1)                                                             \
  X(TRY_UNIT, TIME, 1)

enum wd_duck_pure_kind {
#define WD_DUCK_PURE_ENUM(id, class, operands) WD_DUCK_PURE_##id,
  WD_DUCK_PURES(WD_DUCK_PURE_ENUM)
#undef WD_DUCK_PURE_ENUM
};

/* Which function; which types count is said at the classes. `right` is any
 * where there is one operand. */
struct wd_duck_pure_key {
  enum wd_duck_pure_kind kind;
  struct wd_call_options options;
  struct wd_type left, right, result;
};

struct wd_duck_pure;

/* The function's name in SQL, in the engine's memory. */
enum wd_status
wd_duck_pure_find(struct wd_duck_engine *engine,
                  const struct wd_duck_pure_key *key, const char **out_name,
                  struct wd_error *error);

/* At the engine's end, after the database was closed. */
void
wd_duck_pures_free(struct wd_duck_engine *engine);

#endif
