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
  unsigned bits = bits_of(pure->result.id);
  unsigned by = (unsigned)((wd_uint128)count & (bits - 1));
  bool is_signed = pure->result.id <= WD_TYPE_I64;
  wd_uint128 mask = ((wd_uint128)1 << bits) - 1, stored;

  if (pure->kind == WD_DUCK_PURE_SHIFT_RIGHT)
    return value >> by;
  stored = (wd_uint128)value & mask;
  stored = pure->kind == WD_DUCK_PURE_SHIFT_LEFT ? stored << by & mask
                                                 : stored >> by;
  if (is_signed && stored >> (bits - 1))
    return (wd_int128)stored - ((wd_int128)1 << bits);
  return (wd_int128)stored;
}

/* False: it is of a negative number, or too large. */
static bool
factorial(wd_int128 n, wd_int128 *out_value)
{
  wd_int128 value = 1;

  if (n < 0 || n > 20)
    return false;
  for (; n > 1; n--)
    value *= n;
  *out_value = value;
  return true;
}

/* To tens, hundreds …: halves to the even one. */
static wd_int128
round_even(wd_int128 value, wd_int128 digits)
{
  wd_int128 unit = 1, rest, half;

  if (digits < -20)
    return 0;
  for (; digits < 0; digits++)
    unit *= 10;
  rest = value % unit;
  value -= rest;
  half = rest < 0 ? -rest : rest;
  if (2 * half > unit || (2 * half == unit && value / unit % 2))
    value += rest < 0 ? -unit : unit;
  return value;
}

/* NULL: computed. Else what is wrong. */
static const char *
integer_of(const struct wd_duck_pure *pure, wd_int128 x, wd_int128 y,
           wd_int128 *out_value)
{
  switch (pure->kind) {
  case WD_DUCK_PURE_INT_DIVIDE:
  case WD_DUCK_PURE_INT_REMAINDER:
    if (y == 0)
      return "division by zero";
    *out_value = pure->kind == WD_DUCK_PURE_INT_DIVIDE ? x / y : x % y;
    return NULL;
  case WD_DUCK_PURE_FACTORIAL:
    return factorial(x, out_value) ? NULL : "a factorial is out of range";
  case WD_DUCK_PURE_INT_ROUND_EVEN:
    *out_value = round_even(x, y);
    return NULL;
  default:
    *out_value = shift(pure, x, y);
    return NULL;
  }
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
    const char *wrong;
    wd_int128 value = 0;

    if (is_null(a_valid, row) || is_null(b_valid, row)) {
      set_null(output, row);
      continue;
    }
    wrong = integer_of(pure, integer_at(pure->left.id, a, row),
                       integer_at(pure->right.id, b, row), &value);
    if (!wrong && !integer_put(pure->result.id, out, row, value))
      wrong = "an integer is out of range";
    if (wrong) {
      duckdb_scalar_function_set_error(info, wrong);
      return;
    }
  }
}

/* Halves away from zero. */
static double
round_real(double x, double digits)
{
  double unit = pow(10, fabs(digits));
  double scaled = digits < 0 ? x / unit : x * unit;

  if (!isfinite(scaled) || !isfinite(unit))
    return isfinite(x) && digits < 0 ? 0 : x;
  return digits < 0 ? round(scaled) * unit : round(scaled) / unit;
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
real_of_two(enum wd_duck_pure_kind kind, double x, double y)
{
  switch (kind) {
  case WD_DUCK_PURE_POWER:
    return pow(x, y);
  case WD_DUCK_PURE_LOGB:
    return log(x) / log(y);
  case WD_DUCK_PURE_ROUND_REAL_EVEN:
    return round_real_even(x, y);
  default:
    return round_real(x, y);
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

void
wd__pure_real(duckdb_function_info info, duckdb_data_chunk input,
              duckdb_vector output)
{
  const struct wd_duck_pure *pure = duckdb_scalar_function_get_extra_info(info);
  bool two = pure->binary, single = pure->result.id == WD_TYPE_F32;
  duckdb_vector left = duckdb_data_chunk_get_vector(input, 0);
  duckdb_vector right = duckdb_data_chunk_get_vector(input, two);
  const double *x = duckdb_vector_get_data(left);
  const double *y = duckdb_vector_get_data(right);
  const uint64_t *x_valid = duckdb_vector_get_validity(left);
  const uint64_t *y_valid = duckdb_vector_get_validity(right);
  void *out = duckdb_vector_get_data(output);
  idx_t rows = duckdb_data_chunk_get_size(input);

  for (idx_t row = 0; row < rows; row++) {
    double value;

    if (is_null(x_valid, row) || is_null(y_valid, row)) {
      set_null(output, row);
      continue;
    }
    value = two ? real_of_two(pure->kind, x[row], y[row])
                : real_of(pure->kind, x[row]);
    if (isnan(value))
      value = (double)NAN;
    if (single)
      ((float *)out)[row] = (float)value;
    else
      ((double *)out)[row] = value;
  }
}
