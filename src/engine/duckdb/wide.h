/* Numbers of 256 bits, unsigned: what products and scaled quotients of
 * decimals need before they are rounded. Pure functions. */
#ifndef WD_ENGINE_DUCKDB_WIDE_H
#define WD_ENGINE_DUCKDB_WIDE_H

#include <stdbool.h>
#include <stdint.h>

#include "arrow/decimal.h"

struct wd_wide {
  wd_uint128 high;
  wd_uint128 low;
};

struct wd_wide
wd_wide_multiply(wd_uint128 a, wd_uint128 b);

/* a times 10 to the power of digits; false when it passes 256 bits. */
bool
wd_wide_scale(struct wd_wide a, unsigned digits, struct wd_wide *out_result);

/* False when it passes 256 bits. */
bool
wd_wide_add(struct wd_wide a, struct wd_wide b, struct wd_wide *out_result);

/* a - b; a is not less than b. */
struct wd_wide
wd_wide_subtract(struct wd_wide a, struct wd_wide b);

/* Below 0, 0, above 0. */
int
wd_wide_compare(struct wd_wide a, struct wd_wide b);

/* The quotient, halves rounded up; b is not 0. */
struct wd_wide
wd_wide_divide(struct wd_wide a, struct wd_wide b);

/* What is left of a by the quotient that is cut off; b is not 0. */
struct wd_wide
wd_wide_remainder(struct wd_wide a, struct wd_wide b);

#endif
