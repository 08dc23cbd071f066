/* Integers by rule, and mathematics by IEEE 754. */
#include <math.h>

#include "arrow/decimal.h"
#include "engine/duckdb/pure_run.h"

#define WITH_INTEGERS(X)                                                       \
  X(I8, int8_t)                                                                \
  X(I16, int16_t)                                                              \
  X(I32, int32_t)                                                              \
  X(I64, int64_t)                                                              \
  X(U8, uint8_t)                                                               \
  X(U16, uint16_t)                                                             \
  X(U32, uint32_t)                                                             \
  X(U64, uint64_t)

static wd_int128
integer_at(enum wd_type_id id, const void *data, idx_t row)
{
  switch (id) {
#define READ(name, c_type)                                                     \
  case WD_TYPE_##name:                                                         \
    return ((const c_type *)data)[row];
    WITH_INTEGERS(READ)
  default:
    return 0;
  }
}

/* False when it does not fit. */
static bool
integer_put(enum wd_type_id id, void *data, idx_t row, wd_int128 value)
{
  switch (id) {
#define WRITE(name, c_type)                                                    \
  case WD_TYPE_##name:                                                         \
    ((c_type *)data)[row] = (c_type)value;                                     \
    return ((const c_type *)data)[row] == value;
    WITH_INTEGERS(WRITE)
  default:
    return false;
  }
}

static unsigned
bits_of(enum wd_type_id id)
{
  static const uint8_t bits[] = {8, 16, 32, 64, 8, 16, 32, 64};

  return bits[id - WD_TYPE_I8];
}

/* Of the value as it is stored, so many bits: shifts are circular in their
 * count, like those of the processor (and of Java). */
static wd_int128
shift(const struct wd_duck_pure *pure, wd_int128 value, wd_int128 count)
{
  unsigned bits = bits_of(pure->key.result.id);
  unsigned by = (unsigned)((wd_uint128)count & (bits - 1));
  bool is_signed = pure->key.result.id <= WD_TYPE_I64;
  wd_uint128 mask = ((wd_uint128)1 << bits) - 1, stored;

  if (pure->key.kind == WD_DUCK_PURE_SHIFT_RIGHT)
    return value >> by;
  stored = (wd_uint128)value & mask;
  stored = pure->key.kind == WD_DUCK_PURE_SHIFT_LEFT ? stored << by & mask
                                                     : stored >> by;
  if (is_signed && stored >> (bits - 1))
    return (wd_int128)stored - ((wd_int128)1 << bits);
  return (wd_int128)stored;
}

/* To tens, hundreds …. */
static wd_int128
round_to(const struct wd_duck_pure *pure, wd_int128 value, wd_int128 digits)
{
  enum wd_rounding rounding = pure->key.options.rounding;
  wd_int128 unit = 1, rest, twice;
  bool odd, up;

  if (digits < -20)
    digits = -20; /* more than any integer has */
  for (; digits < 0; digits++)
    unit *= 10;
  rest = value % unit;
  if (rest == 0)
    return value;
  odd = value / unit % 2;
  twice = 2 * (rest < 0 ? -rest : rest);
  if (pure->key.kind == WD_DUCK_PURE_INT_ROUND_EVEN)
    up = twice > unit || (twice == unit && odd);
  else
    up = rounds_up(rounding, rest < 0, (twice > unit) - (twice < unit), odd);
  value -= rest;
  return !up ? value : rest < 0 ? value - unit : value + unit;
}

/* y is not 0. */
static wd_int128
divide(const struct wd_duck_pure *pure, wd_int128 x, wd_int128 y)
{
  wd_int128 rest = x % y;

  if (pure->key.kind == WD_DUCK_PURE_INT_DIVIDE)
    return x / y;
  return pure->key.options.floor && rest && (rest < 0) != (y < 0) ? rest + y
                                                                  : rest;
}

/* Of integers of 64 bits, so that only a product passes 128. */
static wd_int128
multiply(wd_int128 x, wd_int128 y)
{
  wd_int128 most = (wd_int128)(((wd_uint128)1 << 127) - 1), value;

  /* Of two u64: it is larger than any integer in any case. */
  return __builtin_mul_overflow(x, y, &value) ? most : value;
}

/* What is not defined: an error, or null. NULL: *out_null. */
static const char *
undefined(uint8_t option, const char *message, bool *out_null)
{
  *out_null = option == WD_UNDEFINED_NULL;
  return *out_null ? NULL : message;
}

/* NULL: computed. Else what is wrong. */
static const char *
integer_of(const struct wd_duck_pure *pure, wd_int128 x, wd_int128 y,
           wd_int128 *out_value, bool *out_null)
{
  switch (pure->key.kind) {
  case WD_DUCK_PURE_INT_ADD:
    *out_value = x + y;
    return NULL;
  case WD_DUCK_PURE_INT_SUBTRACT:
    *out_value = x - y;
    return NULL;
  case WD_DUCK_PURE_INT_MULTIPLY:
    *out_value = multiply(x, y);
    return NULL;
  case WD_DUCK_PURE_INT_NEGATE:
    *out_value = -x;
    return NULL;
  case WD_DUCK_PURE_INT_ABS:
    *out_value = x < 0 ? -x : x;
    return NULL;
  case WD_DUCK_PURE_INT_DIVIDE:
  case WD_DUCK_PURE_INT_REMAINDER:
    if (y == 0)
      return undefined(pure->key.options.zero, "division by zero", out_null);
    *out_value = divide(pure, x, y);
    return NULL;
  case WD_DUCK_PURE_FACTORIAL:
    *out_value = factorial(x);
    return x < 0 || (x > 20 && !pure->key.options.overflow)
               ? "a factorial is out of range"
               : NULL;
  case WD_DUCK_PURE_INT_ROUND:
  case WD_DUCK_PURE_INT_ROUND_EVEN:
    *out_value = round_to(pure, x, y);
    return NULL;
  default:
    *out_value = shift(pure, x, y);
    return NULL;
  }
}

/* The nearest integer of a type. */
static wd_int128
nearest(enum wd_type_id id, wd_int128 value)
{
  bool is_signed = id <= WD_TYPE_I64;
  unsigned bits = bits_of(id) - is_signed;

  if (value < 0)
    return is_signed ? -((wd_int128)1 << bits) : 0;
  return ((wd_int128)1 << bits) - 1;
}

/* Whether the result stands in its row. */
static bool
put(const struct wd_duck_pure *pure, void *out, idx_t row, wd_int128 value)
{
  enum wd_type_id id = pure->key.result.id;

  if (integer_put(id, out, row, value) ||
      pure->key.options.overflow == WD_OVERFLOW_SILENT)
    return true;
  return pure->key.options.overflow == WD_OVERFLOW_SATURATE &&
         integer_put(id, out, row, nearest(id, value));
}

void
wd__pure_integer(duckdb_function_info info, duckdb_data_chunk input,
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
    const char *wrong = NULL;
    wd_int128 value = 0;
    bool null = is_null(a_valid, row) || is_null(b_valid, row);

    if (!null)
      wrong = integer_of(pure, integer_at(pure->key.left.id, a, row),
                         integer_at(pure->key.right.id, b, row), &value, &null);
    if (null && !wrong) {
      set_null(output, row);
      continue;
    }
    if (!wrong && !put(pure, out, row, value))
      wrong = "an integer is out of range";
    if (wrong) {
      duckdb_scalar_function_set_error(info, wrong);
      return;
    }
  }
}

static double
round_whole(double x, enum wd_rounding rounding)
{
  double size = fabs(x), down = floor(size), rest = size - down;
  bool up = rest > 0 && rounds_up(rounding, x < 0, (rest > 0.5) - (rest < 0.5),
                                  fmod(down, 2) != 0);

  return copysign(up ? down + 1 : down, x);
}

static double
round_real(double x, double digits, enum wd_rounding rounding)
{
  double unit = pow(10, fabs(digits));
  double scaled = digits < 0 ? x / unit : x * unit;

  if (!isfinite(scaled) || !isfinite(unit))
    return isfinite(x) && digits < 0 ? 0 : x;
  scaled = rounding ? round_whole(scaled, rounding) : round(scaled);
  return digits < 0 ? scaled * unit : scaled / unit;
}

/* Halves to the even one. */
static double
round_real_even(double x, double digits)
{
  double unit = pow(10, fabs(digits));
  double scaled = digits < 0 ? x / unit : x * unit;

  if (!isfinite(scaled) || !isfinite(unit))
    return isfinite(x) && digits < 0 ? 0 : x;
  scaled = copysign(scaled - remainder(scaled, 1), x);
  return digits < 0 ? scaled * unit : scaled / unit;
}

static double
real_of_two(const struct wd_duck_pure *pure, double x, double y)
{
  switch (pure->key.kind) {
  case WD_DUCK_PURE_REAL_DIVIDE:
    return x / y;
  case WD_DUCK_PURE_POWER:
    return pow(x, y);
  case WD_DUCK_PURE_LOGB:
    return log(x) / log(y);
  case WD_DUCK_PURE_ROUND_REAL_EVEN:
    return round_real_even(x, y);
  default:
    return round_real(x, y, pure->key.options.rounding);
  }
}

#define PI 3.14159265358979323846

static double
real_of(enum wd_duck_pure_kind kind, double x)
{
  switch (kind) {
  case WD_DUCK_PURE_SINH:
    return sinh(x);
  case WD_DUCK_PURE_COSH:
    return cosh(x);
  case WD_DUCK_PURE_TANH:
    return tanh(x);
  case WD_DUCK_PURE_ASINH:
    return asinh(x);
  case WD_DUCK_PURE_ACOSH:
    return acosh(x);
  case WD_DUCK_PURE_ATANH:
    return atanh(x);
  case WD_DUCK_PURE_RADIANS:
    return x * (PI / 180);
  case WD_DUCK_PURE_DEGREES:
    return x * (180 / PI);
  case WD_DUCK_PURE_CBRT:
    return cbrt(x);
  case WD_DUCK_PURE_LOG1P:
    return log1p(x);
  case WD_DUCK_PURE_EXPM1:
    return expm1(x);
  case WD_DUCK_PURE_SQRT:
    return sqrt(x);
  case WD_DUCK_PURE_LN:
    return log(x);
  case WD_DUCK_PURE_LOG10:
    return log10(x);
  case WD_DUCK_PURE_LOG2:
    return log2(x);
  case WD_DUCK_PURE_SIN:
    return sin(x);
  case WD_DUCK_PURE_COS:
    return cos(x);
  case WD_DUCK_PURE_TAN:
    return tan(x);
  case WD_DUCK_PURE_ASIN:
    return asin(x);
  case WD_DUCK_PURE_EXP:
    return exp(x);
  case WD_DUCK_PURE_SIGN:
    return isnan(x) ? x : (x > 0) - (x < 0);
  default:
    return acos(x);
  }
}

/* Whether a logarithm is of 0, or a division by it. */
static bool
is_zero(enum wd_duck_pure_kind kind, double x, double y)
{
  switch (kind) {
  case WD_DUCK_PURE_LN:
  case WD_DUCK_PURE_LOG10:
  case WD_DUCK_PURE_LOG2:
  case WD_DUCK_PURE_LOGB:
    return x == 0;
  case WD_DUCK_PURE_LOG1P:
    return x == -1;
  case WD_DUCK_PURE_REAL_DIVIDE:
    return y == 0;
  default:
    return false;
  }
}

/* What the options say of the operands. */
static enum wd_on_undefined
option_for(const struct wd_duck_pure *pure, double x, double y, double value)
{
  bool two = pure->binary;

  if (pure->key.options.zero && is_zero(pure->key.kind, x, y))
    return pure->key.options.zero;
  /* In a division, a NaN is outside of the domain, too. */
  if (isnan(value) && ((!isnan(x) && !(two && isnan(y))) ||
                       pure->key.kind == WD_DUCK_PURE_REAL_DIVIDE))
    return pure->key.options.domain;
  return WD_UNDEFINED_USUAL;
}

void
wd__pure_real(duckdb_function_info info, duckdb_data_chunk input,
              duckdb_vector output)
{
  const struct wd_duck_pure *pure = duckdb_scalar_function_get_extra_info(info);
  bool two = pure->binary, single = pure->key.result.id == WD_TYPE_F32;
  duckdb_vector left = duckdb_data_chunk_get_vector(input, 0);
  duckdb_vector right = duckdb_data_chunk_get_vector(input, two);
  const double *x = duckdb_vector_get_data(left);
  const double *y = duckdb_vector_get_data(right);
  const uint64_t *x_valid = duckdb_vector_get_validity(left);
  const uint64_t *y_valid = duckdb_vector_get_validity(right);
  void *out = duckdb_vector_get_data(output);
  idx_t rows = duckdb_data_chunk_get_size(input);

  for (idx_t row = 0; row < rows; row++) {
    enum wd_on_undefined option;
    double value;

    if (is_null(x_valid, row) || is_null(y_valid, row)) {
      set_null(output, row);
      continue;
    }
    value = two ? real_of_two(pure, x[row], y[row])
                : real_of(pure->key.kind, x[row]);
    option = option_for(pure, x[row], y[row], value);
    if (option == WD_UNDEFINED_ERROR) {
      duckdb_scalar_function_set_error(
          info, "a number is outside of a function's domain");
      return;
    }
    if (option == WD_UNDEFINED_NULL) {
      set_null(output, row);
      continue;
    }
    if (isnan(value) || option == WD_UNDEFINED_NAN)
      value = (double)NAN;
    if (single)
      ((float *)out)[row] = (float)value;
    else
      ((double *)out)[row] = value;
  }
}
