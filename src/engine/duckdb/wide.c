#include "engine/duckdb/wide.h"

struct wd_wide
wd_wide_multiply(wd_uint128 a, wd_uint128 b)
{
  uint64_t a1 = (uint64_t)(a >> 64), a0 = (uint64_t)a;
  uint64_t b1 = (uint64_t)(b >> 64), b0 = (uint64_t)b;
  wd_uint128 low = (wd_uint128)a0 * b0;
  wd_uint128 middle = (wd_uint128)a1 * b0 + (uint64_t)(low >> 64);
  wd_uint128 other = (wd_uint128)a0 * b1 + (uint64_t)middle;

  return (struct wd_wide){
      (wd_uint128)a1 * b1 + (uint64_t)(middle >> 64) + (uint64_t)(other >> 64),
      other << 64 | (uint64_t)low,
  };
}

bool
wd_wide_scale(struct wd_wide a, unsigned digits, struct wd_wide *out_result)
{
  while (digits) {
    unsigned step = digits < 19 ? digits : 19;
    wd_uint128 factor = wd_decimal_limit((uint8_t)step);
    struct wd_wide high = wd_wide_multiply(a.high, factor);
    struct wd_wide low = wd_wide_multiply(a.low, factor);

    a.high = high.low + low.high;
    a.low = low.low;
    if (high.high || a.high < low.high)
      return false;
    digits -= step;
  }
  *out_result = a;
  return true;
}

bool
wd_wide_add(struct wd_wide a, struct wd_wide b, struct wd_wide *out_result)
{
  wd_uint128 low = a.low + b.low;
  wd_uint128 carry = low < a.low;
  wd_uint128 high = a.high + b.high;
  bool fits = high >= a.high && high + carry >= high;

  *out_result = (struct wd_wide){high + carry, low};
  return fits;
}

struct wd_wide
wd_wide_subtract(struct wd_wide a, struct wd_wide b)
{
  return (struct wd_wide){a.high - b.high - (a.low < b.low), a.low - b.low};
}

int
wd_wide_compare(struct wd_wide a, struct wd_wide b)
{
  if (a.high != b.high)
    return a.high < b.high ? -1 : 1;
  return a.low < b.low ? -1 : a.low > b.low;
}

/* Bit by bit, from the top; what is common never comes here. */
static struct wd_wide
divide_slowly(struct wd_wide a, struct wd_wide b, struct wd_wide *out_rest)
{
  struct wd_wide quotient = {0, 0}, rest = {0, 0};

  for (int bit = 255; bit >= 0; bit--) {
    wd_uint128 word = bit >= 128 ? a.high : a.low;
    bool top = rest.high >> 127;

    rest.high = rest.high << 1 | rest.low >> 127;
    rest.low = rest.low << 1 | (word >> (bit & 127) & 1);
    quotient.high = quotient.high << 1 | quotient.low >> 127;
    quotient.low <<= 1;
    if (top || wd_wide_compare(rest, b) >= 0) {
      rest = wd_wide_subtract(rest, b);
      quotient.low |= 1;
    }
  }
  *out_rest = rest;
  return quotient;
}

static struct wd_wide
divide(struct wd_wide a, struct wd_wide b, struct wd_wide *out_rest)
{
  if (a.high || b.high)
    return divide_slowly(a, b, out_rest);
  *out_rest = (struct wd_wide){0, a.low % b.low};
  return (struct wd_wide){0, a.low / b.low};
}

struct wd_wide
wd_wide_remainder(struct wd_wide a, struct wd_wide b)
{
  struct wd_wide rest;

  divide(a, b, &rest);
  return rest;
}

struct wd_wide
wd_wide_divide(struct wd_wide a, struct wd_wide b)
{
  static const struct wd_wide one = {0, 1};
  struct wd_wide rest;
  struct wd_wide quotient = divide(a, b, &rest);

  if (wd_wide_compare(rest, wd_wide_subtract(b, rest)) >= 0)
    wd_wide_add(quotient, one, &quotient);
  return quotient;
}
