/* Decimals: a 128-bit integer, a precision of at most 38 digits and a scale.
 * Pure functions, any thread. */
#ifndef WD_ARROW_DECIMAL_H
#define WD_ARROW_DECIMAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

__extension__ typedef __int128 wd_int128;
__extension__ typedef unsigned __int128 wd_uint128;

#define WD_DECIMAL_PRECISION_MAX 38

/* 10 to the power of precision: the least magnitude that does not fit. */
wd_uint128
wd_decimal_limit(uint8_t precision);

/* `[+-]digits[.digits]`, the whole text. The precision is the number of
 * digits without leading zeros (at least 1 and at least the scale), the scale
 * the number of digits after the point, zeros included. False for anything
 * else and for more than 38 digits. */
bool
wd_decimal_parse(const char *text, size_t length, wd_int128 *out_value,
                 uint8_t *out_precision, int8_t *out_scale);

/* The exact value: `-0.05`; a negative scale appends zeros. */
void
wd_decimal_print(wd_int128 value, int8_t scale, struct wd_buf *buf);

#endif
