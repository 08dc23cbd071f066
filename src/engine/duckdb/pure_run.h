/* What computes the functions of pure.h: one callback for each class. */
#ifndef WD_ENGINE_DUCKDB_PURE_RUN_H
#define WD_ENGINE_DUCKDB_PURE_RUN_H

#include "arrow/decimal.h"
#include "engine/duckdb/pure.h"

struct wd_duck_pure {
  struct wd_duck_pure *next;
  bool binary;
  struct wd_duck_pure_key key;
  char name[24];
};

static inline bool
is_null(const uint64_t *validity, idx_t row)
{
  return validity && !(validity[row >> 6] >> (row & 63) & 1);
}

static inline void
set_null(duckdb_vector vector, idx_t row)
{
  duckdb_vector_ensure_validity_writable(vector);
  duckdb_validity_set_row_invalid(duckdb_vector_get_validity(vector), row);
}

/* The largest number whose factorial has at most 38 digits. */
#define FACTORIAL_MAX 33

/* Of FACTORIAL_MAX for what is larger. */
static inline wd_int128
factorial(wd_int128 n)
{
  wd_int128 value = 1;

  for (n = n < FACTORIAL_MAX ? n : FACTORIAL_MAX; n > 1; n--)
    value *= n;
  return value;
}

/* Whether a magnitude is rounded up that is cut off otherwise. It lies above
 * what it is cut to by less than a half (`beside` < 0), a half, or more;
 * `odd`: what it is cut to. */
static inline bool
rounds_up(enum wd_rounding rounding, bool minus, int beside, bool odd)
{
  switch (rounding) {
  case WD_ROUND_TRUNCATE:
    return false;
  case WD_ROUND_AWAY_FROM_ZERO:
    return true;
  case WD_ROUND_CEILING:
    return !minus;
  case WD_ROUND_FLOOR:
    return minus;
  default:
    break;
  }
  if (beside)
    return beside > 0;
  switch (rounding) {
  case WD_ROUND_TIE_DOWN:
    return minus;
  case WD_ROUND_TIE_UP:
    return !minus;
  case WD_ROUND_TIE_TOWARDS_ZERO:
    return false;
  case WD_ROUND_TIE_TO_ODD:
    return !odd;
  default:
    return true;
  }
}

/* One decimal or two to a decimal. */
void
wd__pure_decimal(duckdb_function_info info, duckdb_data_chunk input,
                 duckdb_vector output);

/* One or two integers to an integer of the first one's type. */
void
wd__pure_integer(duckdb_function_info info, duckdb_data_chunk input,
                 duckdb_vector output);

/* One or two fp64 to fp64 or fp32. */
void
wd__pure_real(duckdb_function_info info, duckdb_data_chunk input,
              duckdb_vector output);

/* A text to the integer that is written there. */
void
wd__pure_parse(duckdb_function_info info, duckdb_data_chunk input,
               duckdb_vector output);

/* Two texts to an i64. */
void
wd__pure_distance(duckdb_function_info info, duckdb_data_chunk input,
                  duckdb_vector output);

/* A date, time or timestamp to a time or timestamp of any unit, or a date. */
void
wd__pure_time(duckdb_function_info info, duckdb_data_chunk input,
              duckdb_vector output);

#endif
