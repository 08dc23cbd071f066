/* Functions of ours for what DuckDB computes otherwise than the plan says:
 * decimals whose results do not fit or divide, integers by zero (DuckDB: null),
 * mathematics by IEEE 754 (DuckDB fails for sqrt(-1)), integers in texts
 * (DuckDB rounds '1.5').
 *
 * Pure: they belong to no query, are registered when first needed and stay.
 */
#ifndef WD_ENGINE_DUCKDB_PURE_H
#define WD_ENGINE_DUCKDB_PURE_H

#include "engine/duckdb/engine.h"

enum wd_duck_pure_kind {
  WD_DUCK_PURE_ADD, /* of decimals; so are the next three */
  WD_DUCK_PURE_SUBTRACT,
  WD_DUCK_PURE_MULTIPLY,
  WD_DUCK_PURE_DIVIDE,
  WD_DUCK_PURE_REMAINDER,
  WD_DUCK_PURE_ROUND,      /* of a decimal and the digits, DECIMAL(10,0) */
  WD_DUCK_PURE_INT_DIVIDE, /* of two integers of one type; also the next */
  WD_DUCK_PURE_INT_REMAINDER,
  WD_DUCK_PURE_SQRT, /* of fp64, to fp64 or fp32; so are the next ones */
  WD_DUCK_PURE_LN,
  WD_DUCK_PURE_LOG10,
  WD_DUCK_PURE_LOG2,
  WD_DUCK_PURE_SIN,
  WD_DUCK_PURE_COS,
  WD_DUCK_PURE_TAN,
  WD_DUCK_PURE_ASIN,
  WD_DUCK_PURE_ACOS,
  WD_DUCK_PURE_EXP,
  WD_DUCK_PURE_SIGN,
  WD_DUCK_PURE_POWER,      /* of two fp64 */
  WD_DUCK_PURE_ROUND_REAL, /* of an fp64 and the digits, as fp64 */
  WD_DUCK_PURE_INTEGER,    /* a string to DECIMAL(38,0) */
  WD_DUCK_PURE_TRY_INTEGER,
};

struct wd_duck_pure;

/* The function's name in SQL, in the engine's memory. Which types count is
 * said at the kinds. */
enum wd_status
wd_duck_pure_find(struct wd_duck_engine *engine, enum wd_duck_pure_kind kind,
                  const struct wd_type *left, const struct wd_type *right,
                  const struct wd_type *result, const char **out_name,
                  struct wd_error *error);

/* At the engine's end, after the database was closed. */
void
wd_duck_pures_free(struct wd_duck_engine *engine);

#endif
