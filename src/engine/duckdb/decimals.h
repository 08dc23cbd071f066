/* Decimals in vectors: an unscaled integer as wide as the precision needs. */
#ifndef WD_ENGINE_DUCKDB_DECIMALS_H
#define WD_ENGINE_DUCKDB_DECIMALS_H

#include <duckdb.h>
#include <string.h>

#include "arrow/decimal.h"

static inline wd_int128
wd_duck_decimal_at(const void *data, uint8_t precision, idx_t row)
{
  wd_int128 value;

  if (precision <= 4)
    return ((const int16_t *)data)[row];
  if (precision <= 9)
    return ((const int32_t *)data)[row];
  if (precision <= 18)
    return ((const int64_t *)data)[row];
  memcpy(&value, (const char *)data + row * sizeof value, sizeof value);
  return value;
}

static inline void
wd_duck_decimal_put(void *data, uint8_t precision, idx_t row, wd_int128 value)
{
  if (precision <= 4)
    ((int16_t *)data)[row] = (int16_t)value;
  else if (precision <= 9)
    ((int32_t *)data)[row] = (int32_t)value;
  else if (precision <= 18)
    ((int64_t *)data)[row] = (int64_t)value;
  else
    memcpy((char *)data + row * sizeof value, &value, sizeof value);
}

#endif
