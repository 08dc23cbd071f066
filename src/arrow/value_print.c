#include "arrow/array.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arrow/civil.h"
#include "arrow/decimal.h"
#include "arrow/json.h"

/* A finite number as its shortest digits d.ddd… times 10 to the exponent. */
struct digits {
  char text[20];
  int count;
  int exponent;
};

static void
scan_digits(const char *text, struct digits *out_digits)
{
  out_digits->count = 0;
  for (; *text != 'e'; text++) {
    if (*text >= '0' && *text <= '9')
      out_digits->text[out_digits->count++] = *text;
  }
  out_digits->exponent = (int)strtol(text + 1, NULL, 10);
  while (out_digits->count > 1 &&
         out_digits->text[out_digits->count - 1] == '0')
    out_digits->count--;
}

/* A number that is not too small is told apart by DIG digits from all others
 * with as many: if DIG digits give it back, then the shortest form is those
 * without their zeros. Below that every count must be tried. */
static void
find_digits(double value, bool narrow, struct digits *out_digits)
{
  double smallest = narrow ? (double)FLT_MIN : DBL_MIN;
  int digits = value < smallest ? 1 : narrow ? FLT_DIG : DBL_DIG;
  int most = narrow ? FLT_DECIMAL_DIG : DBL_DECIMAL_DIG;
  char text[40];

  for (;; digits++) {
    snprintf(text, sizeof text, "%.*e", digits - 1, value);
    if (digits == most ||
        (narrow ? (double)strtof(text, NULL) : strtod(text, NULL)) == value)
      break;
  }
  scan_digits(text, out_digits);
}

/* The digit at place i is worth 10^(exponent - i): the point follows the one
 * worth 1, and at least one digit follows the point. */
static void
print_positional(const struct digits *digits, struct wd_buf *buf)
{
  int last = digits->exponent + 1;

  if (last < digits->count - 1)
    last = digits->count - 1;
  for (int i = digits->exponent < 0 ? digits->exponent : 0; i <= last; i++) {
    wd_buf_putc(buf, i >= 0 && i < digits->count ? digits->text[i] : '0');
    if (i == digits->exponent)
      wd_buf_putc(buf, '.');
  }
}

static void
print_scientific(const struct digits *digits, struct wd_buf *buf)
{
  wd_buf_putc(buf, digits->text[0]);
  if (digits->count > 1) {
    wd_buf_putc(buf, '.');
    wd_buf_add(buf, digits->text + 1, (size_t)digits->count - 1);
  }
  wd_buf_printf(buf, "e%+03d", digits->exponent);
}

static void
print_float(double value, bool narrow, struct wd_buf *buf)
{
  struct digits digits = {.count = 0};

  if (isnan(value)) {
    wd_buf_puts(buf, "nan");
    return;
  }
  if (signbit(value))
    wd_buf_putc(buf, '-');
  value = fabs(value);
  if (isinf(value)) {
    wd_buf_puts(buf, "inf");
    return;
  }
  find_digits(value, narrow, &digits);
  if (digits.exponent >= -4 && digits.exponent < 16)
    print_positional(&digits, buf);
  else
    print_scientific(&digits, buf);
}

/* The extreme values mean infinity, as DuckDB has it. */
static bool
print_infinity(int64_t value, int64_t greatest, struct wd_buf *buf)
{
  if (value != greatest && value != -greatest)
    return false;
  wd_buf_puts(buf, value < 0 ? "-infinity" : "infinity");
  return true;
}

static void
print_hexadecimal(const uint8_t *data, uint32_t length, struct wd_buf *buf)
{
  static const char digits[] = "0123456789abcdef";

  wd_buf_puts(buf, "\\x");
  for (uint32_t i = 0; i < length; i++) {
    char pair[2] = {digits[data[i] >> 4], digits[data[i] & 15]};

    wd_buf_add(buf, pair, 2);
  }
}

static void
print_bytes(const struct wd_array *array, uint32_t row, struct wd_buf *buf)
{
  uint32_t length;
  const uint8_t *data = wd_array_bytes(array, row, &length);

  if (array->type->id == WD_TYPE_STRING)
    wd_buf_add(buf, data, length);
  else
    print_hexadecimal(data, length, buf);
}

static int64_t
integer_at(const uint8_t *data, uint32_t width)
{
  int64_t value = 0;
  unsigned unused = (64 - width * 8) & 63;

  memcpy(&value, data, width);
  return (int64_t)((uint64_t)value << unused) >> unused;
}

static void
print_timestamp(const struct wd_type *type, int64_t value, struct wd_buf *buf)
{
  if (!print_infinity(value, INT64_MAX, buf))
    wd_timestamp_print(value, type->unit, type->timezone != NULL, buf);
}

/* Months, days and nanoseconds are signed each for itself, as DuckDB's text
 * of them is. */
static void
print_interval(const uint8_t *data, struct wd_buf *buf)
{
  int32_t months, days;
  int64_t nanoseconds;

  memcpy(&months, data, sizeof months);
  memcpy(&days, data + 4, sizeof days);
  memcpy(&nanoseconds, data + 8, sizeof nanoseconds);
  wd_interval_value_print(months, days, nanoseconds, buf);
}

static void
print_uuid(const uint8_t *data, struct wd_buf *buf)
{
  for (int i = 0; i < 16; i++)
    wd_buf_printf(buf, i == 4 || i == 6 || i == 8 || i == 10 ? "-%02x" : "%02x",
                  data[i]);
}

static void
print_fixed(const struct wd_type *type, const uint8_t *data, struct wd_buf *buf)
{
  uint32_t width = wd_type_width(type);
  uint64_t natural = 0;
  wd_int128 decimal;
  double wide;
  float narrow;

  switch (type->id) {
  case WD_TYPE_U8:
  case WD_TYPE_U16:
  case WD_TYPE_U32:
  case WD_TYPE_U64:
    memcpy(&natural, data, width);
    wd_buf_printf(buf, "%" PRIu64, natural);
    return;
  case WD_TYPE_F32:
    memcpy(&narrow, data, sizeof narrow);
    print_float((double)narrow, true, buf);
    return;
  case WD_TYPE_F64:
    memcpy(&wide, data, sizeof wide);
    print_float(wide, false, buf);
    return;
  case WD_TYPE_DECIMAL:
    memcpy(&decimal, data, sizeof decimal);
    wd_decimal_print(decimal, type->scale, buf);
    return;
  case WD_TYPE_DATE:
    if (!print_infinity(integer_at(data, width), INT32_MAX, buf))
      wd_date_print(integer_at(data, width), buf);
    return;
  case WD_TYPE_TIMESTAMP:
    print_timestamp(type, integer_at(data, width), buf);
    return;
  case WD_TYPE_TIME:
    wd_time_print(integer_at(data, width), type->unit, buf);
    return;
  case WD_TYPE_INTERVAL:
    print_interval(data, buf);
    return;
  case WD_TYPE_UUID:
    print_uuid(data, buf);
    return;
  default:
    wd_buf_printf(buf, "%" PRId64, integer_at(data, width));
  }
}

void
wd_array_print(const struct wd_array *array, uint32_t row, struct wd_buf *buf)
{
  const struct wd_type *type = array->type;

  switch (type->id) {
  case WD_TYPE_NULL:
    wd_buf_puts(buf, "NULL");
    return;
  case WD_TYPE_BOOL:
    wd_buf_puts(buf, wd_bit(array->buffers[1].data, row) ? "true" : "false");
    return;
  case WD_TYPE_STRING:
  case WD_TYPE_BINARY:
  case WD_TYPE_FIXED_BINARY:
    print_bytes(array, row, buf);
    return;
  case WD_TYPE_ENUM:
    wd_buf_puts(buf, wd_array_word(array, row));
    return;
  default:
    break;
  }
  if (wd_type_is_nested(type))
    wd_json_value(array, row, buf);
  else
    print_fixed(type,
                array->buffers[1].data + (uint64_t)row * wd_type_width(type),
                buf);
}

bool
wd_value_null(const struct wd_schema *schema, const struct wd_batch *batch,
              uint32_t column, uint32_t row)
{
  struct wd_array array = wd_array_of(schema, batch, column);

  return wd_array_null(&array, row);
}

void
wd_value_print(const struct wd_schema *schema, const struct wd_batch *batch,
               uint32_t column, uint32_t row, struct wd_buf *buf)
{
  struct wd_array array = wd_array_of(schema, batch, column);

  wd_array_print(&array, row, buf);
}
