#include "plan/literal.h"

#include <inttypes.h>
#include <locale.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arrow/civil.h"
#include "arrow/decimal.h"

/* Numbers are written with a point, whatever the embedder's locale is. */
static locale_t point_locale;

static void
make_point_locale(void)
{
  point_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
}

static locale_t
point_begin(void)
{
  static pthread_once_t once = PTHREAD_ONCE_INIT;

  pthread_once(&once, make_point_locale);
  return point_locale ? uselocale(point_locale) : (locale_t)0;
}

static void
point_end(locale_t old)
{
  if (old)
    uselocale(old);
}

static double
read_double(const char *text)
{
  locale_t old = point_begin();
  double value = strtod(text, NULL);

  point_end(old);
  return value;
}

static float
read_float(const char *text)
{
  locale_t old = point_begin();
  float value = strtof(text, NULL);

  point_end(old);
  return value;
}

uint8_t
wd_literal_digits(wd_int128 value)
{
  wd_uint128 rest = value < 0 ? -(wd_uint128)value : (wd_uint128)value;
  uint8_t digits = 1;

  while (rest >= 10) {
    rest /= 10;
    digits++;
  }
  return digits;
}

bool
wd_literal_integer(wd_int128 value, struct wd_type *out_type,
                   struct wd_literal *out_literal)
{
  uint8_t digits = wd_literal_digits(value);

  *out_literal = (struct wd_literal){.null = false};
  if (value >= INT64_MIN && value <= INT64_MAX) {
    *out_type = wd_type_of(WD_TYPE_I64);
    out_literal->value.integer = (int64_t)value;
    return true;
  }
  *out_type = wd_type_decimal(digits, 0);
  out_literal->value.decimal = value;
  return digits <= WD_DECIMAL_PRECISION_MAX;
}

static bool
number_float(const char *text, size_t length, struct wd_type *out_type,
             struct wd_literal *out_literal)
{
  char copy[512];

  if (length >= sizeof copy)
    return false;
  memcpy(copy, text, length);
  copy[length] = '\0';
  *out_type = wd_type_of(WD_TYPE_F64);
  *out_literal = (struct wd_literal){.value.real = read_double(copy)};
  return isfinite(out_literal->value.real);
}

bool
wd_literal_number(const char *text, size_t length, struct wd_type *out_type,
                  struct wd_literal *out_literal)
{
  wd_int128 value;
  uint8_t precision;
  int8_t scale;

  if (memchr(text, 'e', length) || memchr(text, 'E', length))
    return number_float(text, length, out_type, out_literal);
  if (!wd_decimal_parse(text, length, &value, &precision, &scale))
    return false;
  if (scale == 0)
    return wd_literal_integer(value, out_type, out_literal);
  *out_type = wd_type_decimal(precision, scale);
  *out_literal = (struct wd_literal){.value.decimal = value};
  return true;
}

void
wd_literal_negate(struct wd_type *type, struct wd_literal *literal)
{
  if (type->id == WD_TYPE_F64)
    literal->value.real = -literal->value.real;
  else if (type->id == WD_TYPE_I64)
    wd_literal_integer(-(wd_int128)literal->value.integer, type, literal);
  else if (type->scale == 0)
    wd_literal_integer(-literal->value.decimal, type, literal);
  else
    literal->value.decimal = -literal->value.decimal;
}

bool
wd_literal_date(const char *text, size_t length, struct wd_type *out_type,
                struct wd_literal *out_literal)
{
  int32_t days;

  if (!wd_date_parse(text, length, &days))
    return false;
  *out_type = wd_type_of(WD_TYPE_DATE);
  *out_literal = (struct wd_literal){.value.integer = days};
  return true;
}

/* Whether a timestamp's text ends with a zone: what follows the hours. */
static bool
has_zone(const char *text, size_t length)
{
  const char *colon = memchr(text, ':', length);
  size_t from = colon ? (size_t)(colon - text) : length;

  return memchr(text + from, '+', length - from) ||
         memchr(text + from, '-', length - from) ||
         memchr(text + from, 'Z', length - from) ||
         memchr(text + from, 'z', length - from);
}

bool
wd_literal_timestamp(const char *text, size_t length, struct wd_type *out_type,
                     struct wd_literal *out_literal)
{
  int64_t us;

  if (!wd_timestamp_parse(text, length, &us))
    return false;
  *out_type =
      wd_type_timestamp(WD_UNIT_US, has_zone(text, length) ? "UTC" : NULL);
  *out_literal = (struct wd_literal){.value.integer = us};
  return true;
}

/* The range of an integer type. */
static void
integer_range(enum wd_type_id id, wd_int128 *out_least, wd_int128 *out_most)
{
  switch (id) {
  case WD_TYPE_I8:
    *out_least = INT8_MIN, *out_most = INT8_MAX;
    break;
  case WD_TYPE_I16:
    *out_least = INT16_MIN, *out_most = INT16_MAX;
    break;
  case WD_TYPE_I32:
    *out_least = INT32_MIN, *out_most = INT32_MAX;
    break;
  case WD_TYPE_I64:
    *out_least = INT64_MIN, *out_most = INT64_MAX;
    break;
  case WD_TYPE_U8:
    *out_least = 0, *out_most = UINT8_MAX;
    break;
  case WD_TYPE_U16:
    *out_least = 0, *out_most = UINT16_MAX;
    break;
  case WD_TYPE_U32:
    *out_least = 0, *out_most = UINT32_MAX;
    break;
  default:
    *out_least = 0, *out_most = UINT64_MAX;
    break;
  }
}

static bool
is_unsigned(const struct wd_type *type)
{
  return type->id >= WD_TYPE_U8 && type->id <= WD_TYPE_U64;
}

static bool
unscaled_to_integer(wd_int128 value, const struct wd_type *to,
                    struct wd_literal *out_literal)
{
  wd_int128 least, most;

  integer_range(to->id, &least, &most);
  if (value < least || value > most)
    return false;
  if (is_unsigned(to))
    out_literal->value.natural = (uint64_t)value;
  else
    out_literal->value.integer = (int64_t)value;
  return true;
}

static bool
unscaled_to_decimal(wd_int128 value, int8_t scale, const struct wd_type *to,
                    struct wd_literal *out_literal)
{
  wd_int128 limit = (wd_int128)wd_decimal_limit(to->precision);

  if (scale > to->scale)
    return false;
  for (; scale < to->scale; scale++) {
    if (value > limit / 10 || value < -limit / 10)
      return false;
    value *= 10;
  }
  out_literal->value.decimal = value;
  return value < limit && value > -limit;
}

static bool
unscaled_to_float(wd_int128 value, int8_t scale, const struct wd_type *to,
                  struct wd_literal *out_literal)
{
  bool single = to->id == WD_TYPE_F32;
  wd_int128 exact = single ? 1 << 24 : (wd_int128)1 << 53;
  struct wd_buf buf;

  if (scale == 0) {
    out_literal->value.real = (double)value;
    return value >= -exact && value <= exact;
  }
  wd_buf_init(&buf, NULL, 256);
  wd_decimal_print(value, scale, &buf);
  out_literal->value.real = single ? (double)read_float(wd_buf_text(&buf))
                                   : read_double(wd_buf_text(&buf));
  single = !buf.failed;
  wd_buf_fini(&buf);
  return single;
}

/* Numbers of the text language: i64 and decimal. */
static bool
convert_number(wd_int128 value, int8_t scale, const struct wd_type *to,
               struct wd_literal *out_literal)
{
  if (wd_type_is_integer(to))
    return scale == 0 && unscaled_to_integer(value, to, out_literal);
  if (to->id == WD_TYPE_DECIMAL)
    return unscaled_to_decimal(value, scale, to, out_literal);
  if (to->id == WD_TYPE_F32 || to->id == WD_TYPE_F64)
    return unscaled_to_float(value, scale, to, out_literal);
  return false;
}

static bool
convert_time(int64_t value, const struct wd_type *from,
             const struct wd_type *to, struct wd_literal *out_literal)
{
  int unit = from->id == WD_TYPE_DATE ? (int)WD_UNIT_S : (int)from->unit;

  if (to->id != WD_TYPE_TIMESTAMP || (int)to->unit < unit ||
      (from->id == WD_TYPE_DATE && to->timezone) ||
      (from->id == WD_TYPE_TIMESTAMP && !from->timezone != !to->timezone))
    return false;
  if (from->id == WD_TYPE_DATE &&
      __builtin_mul_overflow(value, INT64_C(86400), &value))
    return false;
  for (; unit < (int)to->unit; unit++)
    if (__builtin_mul_overflow(value, INT64_C(1000), &value))
      return false;
  out_literal->value.integer = value;
  return true;
}

static bool
convert_text(const struct wd_literal *value, const struct wd_type *to,
             struct wd_literal *out_literal)
{
  const char *text = value->value.bytes.data;
  size_t length = value->value.bytes.length;
  struct wd_type type;
  struct wd_literal read;

  if (to->id == WD_TYPE_DATE)
    return wd_literal_date(text, length, &type, out_literal);
  if (to->id != WD_TYPE_TIMESTAMP ||
      !wd_literal_timestamp(text, length, &type, &read))
    return false;
  /* A text has no unit: only its digits say whether it fits a coarser one. */
  for (; type.unit > to->unit; type.unit--) {
    if (read.value.integer % 1000)
      return false;
    read.value.integer /= 1000;
  }
  return wd_literal_convert(&type, &read, to, out_literal);
}

bool
wd_literal_convert(const struct wd_type *from, const struct wd_literal *value,
                   const struct wd_type *to, struct wd_literal *out_literal)
{
  *out_literal = *value;
  if (value->null || wd_type_equal(from, to))
    return true;
  if (from->extension || to->extension)
    return false;
  switch (from->id) {
  case WD_TYPE_I64:
    return convert_number(value->value.integer, 0, to, out_literal);
  case WD_TYPE_DECIMAL:
    return convert_number(value->value.decimal, from->scale, to, out_literal);
  case WD_TYPE_STRING:
    return convert_text(value, to, out_literal);
  case WD_TYPE_DATE:
  case WD_TYPE_TIMESTAMP:
    return convert_time(value->value.integer, from, to, out_literal);
  default:
    return false;
  }
}

static void
print_quoted(const char *data, size_t length, struct wd_buf *buf)
{
  wd_buf_putc(buf, '\'');
  for (size_t i = 0; i < length; i++) {
    if (data[i] == '\'')
      wd_buf_putc(buf, '\'');
    wd_buf_putc(buf, data[i]);
  }
  wd_buf_putc(buf, '\'');
}

static void
print_binary(const char *data, size_t length, struct wd_buf *buf)
{
  wd_buf_puts(buf, "x'");
  for (size_t i = 0; i < length; i++)
    wd_buf_printf(buf, "%02x", (unsigned char)data[i]);
  wd_buf_putc(buf, '\'');
}

/* The shortest text with an exponent that reads back as the same number. */
static void
print_real(double value, bool single, struct wd_buf *buf)
{
  char text[40], *exponent;
  locale_t old;

  if (isnan(value) || isinf(value)) {
    wd_buf_printf(buf, "'%s'",
                  isnan(value) ? "nan"
                  : value < 0  ? "-inf"
                               : "inf");
    return;
  }
  old = point_begin();
  for (int digits = 1; digits <= 17; digits++) {
    snprintf(text, sizeof text, "%.*g", digits, value);
    if (single ? (double)strtof(text, NULL) == value
               : strtod(text, NULL) == value)
      break;
  }
  point_end(old);
  exponent = strchr(text, 'e');
  if (exponent)
    *exponent++ = '\0';
  wd_buf_printf(buf, "%se%ld", text, exponent ? strtol(exponent, NULL, 10) : 0);
}

/* The value as the language writes it, in the type it has then. */
static void
print_natural(const struct wd_type *type, const struct wd_literal *literal,
              struct wd_buf *buf)
{
  switch (type->id) {
  case WD_TYPE_BOOL:
    wd_buf_puts(buf, literal->value.boolean ? "true" : "false");
    break;
  case WD_TYPE_U8:
  case WD_TYPE_U16:
  case WD_TYPE_U32:
  case WD_TYPE_U64:
    wd_buf_printf(buf, "%" PRIu64, literal->value.natural);
    break;
  case WD_TYPE_F32:
  case WD_TYPE_F64:
    print_real(literal->value.real, type->id == WD_TYPE_F32, buf);
    break;
  case WD_TYPE_DECIMAL:
    wd_decimal_print(literal->value.decimal, type->scale, buf);
    break;
  case WD_TYPE_DATE:
    wd_buf_puts(buf, "date '");
    wd_date_print(literal->value.integer, buf);
    wd_buf_putc(buf, '\'');
    break;
  case WD_TYPE_TIMESTAMP:
    wd_buf_puts(buf, "timestamp '");
    wd_timestamp_print(literal->value.integer, type->unit, type->timezone, buf);
    wd_buf_putc(buf, '\'');
    break;
  case WD_TYPE_INTERVAL:
    wd_buf_puts(buf, "interval '");
    wd_interval_print(literal, buf);
    wd_buf_putc(buf, '\'');
    break;
  case WD_TYPE_STRING:
    print_quoted(literal->value.bytes.data, literal->value.bytes.length, buf);
    break;
  case WD_TYPE_BINARY:
    print_binary(literal->value.bytes.data, literal->value.bytes.length, buf);
    break;
  default:
    wd_buf_printf(buf, "%" PRId64, literal->value.integer);
    break;
  }
}

/* Whether the natural text has this very type. */
static bool
is_natural(const struct wd_type *type, const struct wd_literal *literal)
{
  wd_int128 value;
  uint8_t digits;

  switch (type->id) {
  case WD_TYPE_F64:
    return isfinite(literal->value.real);
  case WD_TYPE_DECIMAL:
    value = literal->value.decimal;
    digits = value ? wd_literal_digits(value) : 0;
    if (type->scale > 0)
      return type->precision ==
             (digits > type->scale ? digits : (uint8_t)type->scale);
    return type->scale == 0 && type->precision == digits &&
           (value > INT64_MAX || value < INT64_MIN);
  case WD_TYPE_TIMESTAMP:
    return type->unit == WD_UNIT_US &&
           (!type->timezone || strcmp(type->timezone, "UTC") == 0);
  case WD_TYPE_BOOL:
  case WD_TYPE_I64:
  case WD_TYPE_DATE:
  case WD_TYPE_INTERVAL:
  case WD_TYPE_STRING:
  case WD_TYPE_BINARY:
    return true;
  default:
    return false;
  }
}

bool
wd_literal_is_number(const struct wd_type *type,
                     const struct wd_literal *literal)
{
  return !literal->null && wd_type_is_numeric(type) &&
         is_natural(type, literal);
}

void
wd_literal_print(const struct wd_type *type, const struct wd_literal *literal,
                 struct wd_buf *buf)
{
  bool natural =
      literal->null ? type->id == WD_TYPE_NULL : is_natural(type, literal);

  if (!natural)
    wd_buf_puts(buf, "cast(");
  if (literal->null)
    wd_buf_puts(buf, "null");
  else
    print_natural(type, literal, buf);
  if (natural)
    return;
  wd_buf_puts(buf, " as ");
  wd_type_print(type, buf);
  wd_buf_putc(buf, ')');
}

bool
wd_literal_negative(const struct wd_type *type,
                    const struct wd_literal *literal)
{
  if (literal->null)
    return false;
  switch (type->id) {
  case WD_TYPE_I64:
    return literal->value.integer < 0;
  case WD_TYPE_DECIMAL:
    return literal->value.decimal < 0;
  case WD_TYPE_F64:
    return __builtin_signbit(literal->value.real);
  default:
    return false;
  }
}
