/* What computes the functions of pure.h: one callback for each class. */
#ifndef WD_ENGINE_DUCKDB_PURE_RUN_H
#define WD_ENGINE_DUCKDB_PURE_RUN_H

#include "engine/duckdb/pure.h"

struct wd_duck_pure {
  struct wd_duck_pure *next;
  enum wd_duck_pure_kind kind;
  bool binary;
  struct wd_type left, right, result;
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

/* Two decimals to a decimal. */
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

#endif
