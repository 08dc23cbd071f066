#include "engine/duckdb/pure.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "engine/duckdb/decimals.h"
#include "engine/duckdb/types.h"
#include "engine/duckdb/wide.h"

struct wd_duck_pure {
  struct wd_duck_pure *next;
  enum wd_duck_pure_kind kind;
  struct wd_type left, right, result;
  char name[24];
};

static bool
is_decimal(enum wd_duck_pure_kind kind)
{
  return kind <= WD_DUCK_PURE_ROUND;
}

static bool
is_integer(enum wd_duck_pure_kind kind)
{
  return kind == WD_DUCK_PURE_INT_DIVIDE || kind == WD_DUCK_PURE_INT_REMAINDER;
}

static bool
is_binary(enum wd_duck_pure_kind kind)
{
  return kind < WD_DUCK_PURE_SQRT || kind == WD_DUCK_PURE_POWER ||
         kind == WD_DUCK_PURE_ROUND_REAL;
}

static bool
is_text(enum wd_duck_pure_kind kind)
{
  return kind >= WD_DUCK_PURE_INTEGER;
}

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
  int s1 = pure->left.scale, s2 = pure->right.scale, s = pure->result.scale;
  int common = s1 > s2 ? s1 : s2;
  struct wd_wide a = magnitude(left), b = magnitude(right);

  *out_minus = (left < 0) != (right < 0);
  switch (pure->kind) {
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
               (right < 0) != (pure->kind == WD_DUCK_PURE_SUBTRACT), numerator,
               out_minus) &&
           wd_wide_scale(*numerator, more(s, common), numerator) &&
           wd_wide_scale(one, more(common, s), denominator);
  }
}

/* The remainder has the dividend's sign and the larger of both scales. */
static bool
remainder_of(const struct wd_duck_pure *pure, wd_int128 left, wd_int128 right,
             struct wd_wide *out_rest)
{
  int s1 = pure->left.scale, s2 = pure->right.scale;
  struct wd_wide a, b;
  bool fits = wd_wide_scale(magnitude(left), more(s2, s1), &a) &&
              wd_wide_scale(magnitude(right), more(s1, s2), &b);

  if (fits)
    *out_rest = wd_wide_remainder(a, b);
  return fits;
}

/* To so many digits after the point, or before it. */
static bool
round_to(const struct wd_duck_pure *pure, wd_int128 value, wd_int128 digits,
         struct wd_wide *out_value)
{
  static const struct wd_wide zero = {0, 0}, one = {0, 1};
  wd_int128 cut = pure->left.scale - digits;
  struct wd_wide unit;

  *out_value = magnitude(value);
  if (cut <= 0)
    return true;
  *out_value = zero;
  if (cut > WD_DECIMAL_PRECISION_MAX)
    return true;
  wd_wide_scale(one, (unsigned)cut, &unit);
  return wd_wide_scale(wd_wide_divide(magnitude(value), unit), (unsigned)cut,
                       out_value);
}

/* NULL: computed. Else what is wrong. */
static const char *
compute(const struct wd_duck_pure *pure, wd_int128 left, wd_int128 right,
        wd_int128 *out_value)
{
  struct wd_wide numerator, denominator = {0, 1};
  bool minus = left < 0, fits;

  if (right == 0 && (pure->kind == WD_DUCK_PURE_DIVIDE ||
                     pure->kind == WD_DUCK_PURE_REMAINDER))
    return "division by zero";
  if (pure->kind == WD_DUCK_PURE_REMAINDER)
    fits = remainder_of(pure, left, right, &numerator);
  else if (pure->kind == WD_DUCK_PURE_ROUND)
    fits = round_to(pure, left, right, &numerator);
  else
    fits = make_fraction(pure, left, right, &numerator, &denominator, &minus);
  if (!fits)
    return "a decimal is out of range";
  numerator = wd_wide_divide(numerator, denominator);
  if (numerator.high ||
      numerator.low >= wd_decimal_limit(pure->result.precision))
    return "a decimal is out of range";
  *out_value = minus ? -(wd_int128)numerator.low : (wd_int128)numerator.low;
  return NULL;
}

static bool
is_null(const uint64_t *validity, idx_t row)
{
  return validity && !(validity[row >> 6] >> (row & 63) & 1);
}

static void
set_null(duckdb_vector vector, idx_t row)
{
  duckdb_vector_ensure_validity_writable(vector);
  duckdb_validity_set_row_invalid(duckdb_vector_get_validity(vector), row);
}

static void
decimal_run(duckdb_function_info info, duckdb_data_chunk input,
            duckdb_vector output)
{
  const struct wd_duck_pure *pure = duckdb_scalar_function_get_extra_info(info);
  duckdb_vector left = duckdb_data_chunk_get_vector(input, 0);
  duckdb_vector right = duckdb_data_chunk_get_vector(input, 1);
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
    wrong = compute(pure, wd_duck_decimal_at(a, pure->left.precision, row),
                    wd_duck_decimal_at(b, pure->right.precision, row), &value);
    if (wrong) {
      duckdb_scalar_function_set_error(info, wrong);
      return;
    }
    wd_duck_decimal_put(out, pure->result.precision, row, value);
  }
}

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

static void
integer_run(duckdb_function_info info, duckdb_data_chunk input,
            duckdb_vector output)
{
  const struct wd_duck_pure *pure = duckdb_scalar_function_get_extra_info(info);
  enum wd_type_id id = pure->result.id;
  duckdb_vector left = duckdb_data_chunk_get_vector(input, 0);
  duckdb_vector right = duckdb_data_chunk_get_vector(input, 1);
  const void *a = duckdb_vector_get_data(left);
  const void *b = duckdb_vector_get_data(right);
  const uint64_t *a_valid = duckdb_vector_get_validity(left);
  const uint64_t *b_valid = duckdb_vector_get_validity(right);
  void *out = duckdb_vector_get_data(output);
  idx_t rows = duckdb_data_chunk_get_size(input);

  for (idx_t row = 0; row < rows; row++) {
    wd_int128 x, y;

    if (is_null(a_valid, row) || is_null(b_valid, row)) {
      set_null(output, row);
      continue;
    }
    x = integer_at(id, a, row);
    y = integer_at(id, b, row);
    if (y == 0) {
      duckdb_scalar_function_set_error(info, "division by zero");
      return;
    }
    if (!integer_put(id, out, row,
                     pure->kind == WD_DUCK_PURE_INT_DIVIDE ? x / y : x % y)) {
      duckdb_scalar_function_set_error(info, "an integer is out of range");
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

static double
real_of_two(enum wd_duck_pure_kind kind, double x, double y)
{
  return kind == WD_DUCK_PURE_POWER ? pow(x, y) : round_real(x, y);
}

static double
real_of(enum wd_duck_pure_kind kind, double x)
{
  switch (kind) {
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

static void
real_run(duckdb_function_info info, duckdb_data_chunk input,
         duckdb_vector output)
{
  const struct wd_duck_pure *pure = duckdb_scalar_function_get_extra_info(info);
  bool two = is_binary(pure->kind), single = pure->result.id == WD_TYPE_F32;
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

/* Decimal digits with a sign and blanks around, nothing else. */
static bool
parse_integer(const char *text, size_t length, wd_int128 *out_value)
{
  uint8_t precision;
  int8_t scale;

  while (length && *text == ' ') {
    text++;
    length--;
  }
  while (length && text[length - 1] == ' ')
    length--;
  return wd_decimal_parse(text, length, out_value, &precision, &scale) &&
         scale == 0 && !memchr(text, '.', length);
}

static void
fail_integer(duckdb_function_info info, const char *text, size_t length)
{
  char shown[64], message[128];

  wd_text_clean(shown, sizeof shown, text, length);
  snprintf(message, sizeof message, "'%s' is not an integer", shown);
  duckdb_scalar_function_set_error(info, message);
}

static void
text_run(duckdb_function_info info, duckdb_data_chunk input,
         duckdb_vector output)
{
  const struct wd_duck_pure *pure = duckdb_scalar_function_get_extra_info(info);
  duckdb_vector vector = duckdb_data_chunk_get_vector(input, 0);
  duckdb_string_t *in = duckdb_vector_get_data(vector);
  const uint64_t *valid = duckdb_vector_get_validity(vector);
  void *out = duckdb_vector_get_data(output);
  idx_t rows = duckdb_data_chunk_get_size(input);

  for (idx_t row = 0; row < rows; row++) {
    wd_int128 value = 0;
    bool null = is_null(valid, row);

    if (!null && !parse_integer(duckdb_string_t_data(&in[row]),
                                duckdb_string_t_length(in[row]), &value)) {
      if (pure->kind == WD_DUCK_PURE_INTEGER) {
        fail_integer(info, duckdb_string_t_data(&in[row]),
                     duckdb_string_t_length(in[row]));
        return;
      }
      null = true;
    }
    if (null)
      set_null(output, row);
    else
      wd_duck_decimal_put(out, 38, row, value);
  }
}

static void
add_parameter(duckdb_scalar_function function, const struct wd_type *type)
{
  duckdb_logical_type logical = wd_duck_type_make(type);

  duckdb_scalar_function_add_parameter(function, logical);
  duckdb_destroy_logical_type(&logical);
}

static enum wd_status
register_pure(struct wd_duck_engine *engine, struct wd_duck_pure *pure,
              struct wd_error *error)
{
  duckdb_scalar_function function = duckdb_create_scalar_function();
  duckdb_logical_type result = wd_duck_type_make(&pure->result);
  duckdb_state state;

  duckdb_scalar_function_set_name(function, pure->name);
  add_parameter(function, &pure->left);
  if (is_binary(pure->kind))
    add_parameter(function, &pure->right);
  duckdb_scalar_function_set_return_type(function, result);
  duckdb_scalar_function_set_extra_info(function, pure, NULL);
  duckdb_scalar_function_set_special_handling(function);
  duckdb_scalar_function_set_function(function,
                                      is_decimal(pure->kind)   ? decimal_run
                                      : is_integer(pure->kind) ? integer_run
                                      : is_text(pure->kind)    ? text_run
                                                               : real_run);
  state = duckdb_register_scalar_function(engine->connection, function);
  duckdb_destroy_scalar_function(&function);
  duckdb_destroy_logical_type(&result);
  if (state == DuckDBSuccess)
    return WD_OK;
  return wd_fail(error, WD_INTERNAL, "DuckDB refused the function %s",
                 pure->name);
}

static void
set_types(struct wd_duck_pure *pure, const struct wd_type *left,
          const struct wd_type *right, const struct wd_type *result)
{
  struct wd_type real = wd_type_of(WD_TYPE_F64);

  if (is_decimal(pure->kind) || is_integer(pure->kind)) {
    pure->left = *left;
    pure->right =
        pure->kind == WD_DUCK_PURE_ROUND ? wd_type_decimal(10, 0) : *right;
    pure->result = *result;
  } else if (is_text(pure->kind)) {
    pure->left = wd_type_of(WD_TYPE_STRING);
    pure->right = pure->left;
    pure->result = wd_type_decimal(38, 0);
  } else {
    pure->left = pure->right = pure->result = real;
    if (result->id == WD_TYPE_F32)
      pure->result = *result;
  }
}

/* Under the engine's lock. */
static enum wd_status
find_or_make(struct wd_duck_engine *engine, const struct wd_duck_pure *like,
             const char **out_name, struct wd_error *error)
{
  struct wd_duck_pure *pure = engine->pures;

  while (pure && (pure->kind != like->kind ||
                  !wd_type_equal(&pure->left, &like->left) ||
                  !wd_type_equal(&pure->right, &like->right) ||
                  !wd_type_equal(&pure->result, &like->result)))
    pure = pure->next;
  if (!pure) {
    pure = wd_mem_calloc(engine->mem, 1, sizeof *pure);
    if (!pure)
      return wd_fail_memory(error);
    *pure = *like;
    snprintf(pure->name, sizeof pure->name, "wd_pure_%u", engine->pure_count++);
    pure->next = engine->pures;
    engine->pures = pure;
    if (register_pure(engine, pure, error) != WD_OK)
      return WD_INTERNAL;
  }
  *out_name = pure->name;
  return WD_OK;
}

enum wd_status
wd_duck_pure_find(struct wd_duck_engine *engine, enum wd_duck_pure_kind kind,
                  const struct wd_type *left, const struct wd_type *right,
                  const struct wd_type *result, const char **out_name,
                  struct wd_error *error)
{
  struct wd_duck_pure like = {.kind = kind};
  enum wd_status status;

  set_types(&like, left, right, result);
  pthread_mutex_lock(&engine->lock);
  status = find_or_make(engine, &like, out_name, error);
  pthread_mutex_unlock(&engine->lock);
  return status;
}

void
wd_duck_pures_free(struct wd_duck_engine *engine)
{
  while (engine->pures) {
    struct wd_duck_pure *pure = engine->pures;

    engine->pures = pure->next;
    wd_mem_free(engine->mem, pure, sizeof *pure);
  }
}
