/* Decimals whose results do not fit or divide. */
#include "engine/duckdb/decimals.h"
#include "engine/duckdb/pure_run.h"
#include "engine/duckdb/wide.h"

static struct wd_wide
magnitude(wd_int128 value)
{
  wd_uint128 bits = (wd_uint128)value;

  return (struct wd_wide){0, value < 0 ? -bits : bits};
}

/* a + b or a - b with both at the larger scale, as sign and magnitude. */
static bool
add(struct wd_wide a, bool a_minus, struct wd_wide b, bool b_minus,
    struct wd_wide *out_sum, bool *out_minus)
{
  if (a_minus == b_minus) {
    *out_minus = a_minus;
    return wd_wide_add(a, b, out_sum);
  }
  if (wd_wide_compare(a, b) >= 0) {
    *out_minus = a_minus;
    *out_sum = wd_wide_subtract(a, b);
  } else {
    *out_minus = b_minus;
    *out_sum = wd_wide_subtract(b, a);
  }
  return true;
}

static unsigned
more(int scale, int than)
{
  return scale > than ? (unsigned)(scale - than) : 0;
}

/* Numerator and denominator of the exact result at the result's scale. False:
 * more than 256 bits, so more than any decimal holds. */
static bool
make_fraction(const struct wd_duck_pure *pure, wd_int128 left, wd_int128 right,
              struct wd_wide *numerator, struct wd_wide *denominator,
              bool *out_minus)
{
  static const struct wd_wide one = {0, 1};
  int s1 = pure->key.left.scale, s2 = pure->key.right.scale,
      s = pure->key.result.scale;
  int common = s1 > s2 ? s1 : s2;
  struct wd_wide a = magnitude(left), b = magnitude(right);

  *out_minus = (left < 0) != (right < 0);
  switch (pure->key.kind) {
  case WD_DUCK_PURE_MULTIPLY:
    *numerator = wd_wide_multiply(a.low, b.low);
    return wd_wide_scale(*numerator, more(s, s1 + s2), numerator) &&
           wd_wide_scale(one, more(s1 + s2, s), denominator);
  case WD_DUCK_PURE_DIVIDE:
    return wd_wide_scale(a, more(s + s2, s1), numerator) &&
           wd_wide_scale(b, more(s1, s + s2), denominator);
  default:
    return wd_wide_scale(a, more(common, s1), &a) &&
           wd_wide_scale(b, more(common, s2), &b) &&
           add(a, left < 0, b,
               (right < 0) != (pure->key.kind == WD_DUCK_PURE_SUBTRACT),
               numerator, out_minus) &&
           wd_wide_scale(*numerator, more(s, common), numerator) &&
           wd_wide_scale(one, more(common, s), denominator);
  }
}

/* The remainder has the dividend's sign and the larger of both scales. */
static bool
remainder_of(const struct wd_duck_pure *pure, wd_int128 left, wd_int128 right,
             struct wd_wide *out_rest)
{
  int s1 = pure->key.left.scale, s2 = pure->key.right.scale;
  struct wd_wide a, b;
  bool fits = wd_wide_scale(magnitude(left), more(s2, s1), &a) &&
              wd_wide_scale(magnitude(right), more(s1, s2), &b);

  if (fits)
    *out_rest = wd_wide_remainder(a, b);
  return fits;
}

/* A half that was rounded up, down where that is even. */
static struct wd_wide
to_even(struct wd_wide value, struct wd_wide unit, struct wd_wide quotient)
{
  static const struct wd_wide one = {0, 1};
  struct wd_wide rest = wd_wide_remainder(value, unit), twice;

  if (quotient.low % 2 == 1 && wd_wide_add(rest, rest, &twice) &&
      wd_wide_compare(twice, unit) == 0)
    return wd_wide_subtract(quotient, one);
  return quotient;
}

/* As an option says. */
static struct wd_wide
by_rounding(const struct wd_duck_pure *pure, wd_int128 value,
            struct wd_wide unit)
{
  static const struct wd_wide one = {0, 1};
  struct wd_wide size = magnitude(value);
  struct wd_wide rest = wd_wide_remainder(size, unit), twice;
  struct wd_wide quotient = wd_wide_divide(wd_wide_subtract(size, rest), unit);
  int beside;

  if (rest.high == 0 && rest.low == 0)
    return quotient;
  /* A half of more than 256 bits is more than any unit. */
  beside = wd_wide_add(rest, rest, &twice) ? wd_wide_compare(twice, unit) : 1;
  if (rounds_up(pure->key.options.rounding, value < 0, beside,
                quotient.low % 2 == 1))
    wd_wide_add(quotient, one, &quotient);
  return quotient;
}

/* To so many digits after the point, or before it. */
static bool
round_to(const struct wd_duck_pure *pure, wd_int128 value, wd_int128 digits,
         struct wd_wide *out_value)
{
  static const struct wd_wide zero = {0, 0}, one = {0, 1};
  wd_int128 cut = pure->key.left.scale - digits;
  struct wd_wide unit, quotient;

  *out_value = magnitude(value);
  if (cut <= 0)
    return true;
  *out_value = zero;
  if (cut > WD_DECIMAL_PRECISION_MAX && pure->key.options.rounding == 0)
    return true;
  if (cut > WD_DECIMAL_PRECISION_MAX + 1)
    cut = WD_DECIMAL_PRECISION_MAX + 1; /* more than any decimal has */
  wd_wide_scale(one, (unsigned)cut, &unit);
  quotient = wd_wide_divide(magnitude(value), unit);
  if (pure->key.kind == WD_DUCK_PURE_ROUND_EVEN)
    quotient = to_even(magnitude(value), unit, quotient);
  else if (pure->key.options.rounding)
    quotient = by_rounding(pure, value, unit);
  return wd_wide_scale(quotient, (unsigned)cut, out_value);
}

/* Of the two's complement. */
static wd_int128
bitwise(enum wd_duck_pure_kind kind, wd_int128 left, wd_int128 right)
{
  return kind == WD_DUCK_PURE_BITWISE_AND  ? left & right
         : kind == WD_DUCK_PURE_BITWISE_OR ? left | right
                                           : left ^ right;
}

/* What is computed of the integers themselves. NULL: computed. */
static const char *
compute_whole(const struct wd_duck_pure *pure, wd_int128 left, wd_int128 right,
              wd_int128 *out_value)
{
  wd_uint128 limit = wd_decimal_limit(pure->key.result.precision), size;

  if (pure->key.kind == WD_DUCK_PURE_FACTORIAL_DECIMAL) {
    *out_value = factorial(left);
    return left >= 0 && left <= FACTORIAL_MAX ? NULL
                                              : "a factorial is out of range";
  }
  *out_value = bitwise(pure->key.kind, left, right);
  size = *out_value < 0 ? -(wd_uint128)*out_value : (wd_uint128)*out_value;
  return size < limit ? NULL : "a decimal is out of range";
}

static bool
is_whole(enum wd_duck_pure_kind kind)
{
  return kind == WD_DUCK_PURE_BITWISE_AND || kind == WD_DUCK_PURE_BITWISE_OR ||
         kind == WD_DUCK_PURE_BITWISE_XOR ||
         kind == WD_DUCK_PURE_FACTORIAL_DECIMAL;
}

static const char *
overflow(const struct wd_duck_pure *pure, bool minus, wd_int128 *out_value)
{
  wd_int128 most = (wd_int128)wd_decimal_limit(pure->key.result.precision) - 1;

  *out_value = minus ? -most : most;
  return pure->key.options.overflow == WD_OVERFLOW_SATURATE
             ? NULL
             : "a decimal is out of range";
}

/* NULL: computed. Else what is wrong. */
static const char *
compute(const struct wd_duck_pure *pure, wd_int128 left, wd_int128 right,
        wd_int128 *out_value)
{
  struct wd_wide numerator, denominator = {0, 1};
  bool minus = left < 0, fits;

  if (is_whole(pure->key.kind))
    return compute_whole(pure, left, right, out_value);
  if (right == 0 && (pure->key.kind == WD_DUCK_PURE_DIVIDE ||
                     pure->key.kind == WD_DUCK_PURE_REMAINDER))
    return "division by zero";
  if (pure->key.kind == WD_DUCK_PURE_REMAINDER)
    fits = remainder_of(pure, left, right, &numerator);
  else if (pure->key.kind == WD_DUCK_PURE_ROUND ||
           pure->key.kind == WD_DUCK_PURE_ROUND_EVEN)
    fits = round_to(pure, left, right, &numerator);
  else
    fits = make_fraction(pure, left, right, &numerator, &denominator, &minus);
  if (!fits)
    return overflow(pure, minus, out_value);
  numerator = wd_wide_divide(numerator, denominator);
  if (numerator.high ||
      numerator.low >= wd_decimal_limit(pure->key.result.precision))
    return overflow(pure, minus, out_value);
  *out_value = minus ? -(wd_int128)numerator.low : (wd_int128)numerator.low;
  return NULL;
}

void
wd__pure_decimal(duckdb_function_info info, duckdb_data_chunk input,
                 duckdb_vector output)
{
  const struct wd_duck_pure *pure = duckdb_scalar_function_get_extra_info(info);
  duckdb_vector left = duckdb_data_chunk_get_vector(input, 0);
  duckdb_vector right = duckdb_data_chunk_get_vector(input, pure->binary);
  const void *a = duckdb_vector_get_data(left);
  const void *b = duckdb_vector_get_data(right);
  const uint64_t *a_valid = duckdb_vector_get_validity(left);
  const uint64_t *b_valid = duckdb_vector_get_validity(right);
  void *out = duckdb_vector_get_data(output);
  idx_t rows = duckdb_data_chunk_get_size(input);

  for (idx_t row = 0; row < rows; row++) {
    wd_int128 value = 0;
    const char *wrong;

    if (is_null(a_valid, row) || is_null(b_valid, row)) {
      set_null(output, row);
      continue;
    }
    wrong =
        compute(pure, wd_duck_decimal_at(a, pure->key.left.precision, row),
                wd_duck_decimal_at(b, pure->key.right.precision, row), &value);
    if (wrong) {
      duckdb_scalar_function_set_error(info, wrong);
      return;
    }
    wd_duck_decimal_put(out, pure->key.result.precision, row, value);
  }
}
