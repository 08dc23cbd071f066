#include "arrow/decimal.h"

static const uint64_t powers[20] = {
    1u,
    10u,
    100u,
    1000u,
    10000u,
    100000u,
    1000000u,
    10000000u,
    100000000u,
    1000000000u,
    10000000000u,
    100000000000u,
    1000000000000u,
    10000000000000u,
    100000000000000u,
    1000000000000000u,
    10000000000000000u,
    100000000000000000u,
    1000000000000000000u,
    10000000000000000000u,
};

wd_uint128
wd_decimal_limit(uint8_t precision)
{
  unsigned all = precision < WD_DECIMAL_PRECISION_MAX
                     ? precision
                     : WD_DECIMAL_PRECISION_MAX;
  unsigned low = all < 19 ? all : 19;

  return (wd_uint128)powers[low] * powers[all - low];
}

bool
wd_decimal_parse(const char *text, size_t length, wd_int128 *out_value,
                 uint8_t *out_precision, int8_t *out_scale)
{
  wd_uint128 value = 0;
  bool negative = length && text[0] == '-';
  bool digit = false, point = false;
  unsigned precision = 0, scale = 0;

  for (size_t i = length && (negative || text[0] == '+'); i < length; i++) {
    if (text[i] == '.' && !point) {
      point = true;
      continue;
    }
    if (text[i] < '0' || text[i] > '9')
      return false;
    digit = true;
    precision += precision || text[i] != '0';
    scale += point;
    if (precision > WD_DECIMAL_PRECISION_MAX ||
        scale > WD_DECIMAL_PRECISION_MAX)
      return false;
    value = value * 10 + (unsigned)(text[i] - '0');
  }
  if (!digit)
    return false;
  if (precision < scale)
    precision = scale;
  *out_value = negative ? -(wd_int128)value : (wd_int128)value;
  *out_precision = (uint8_t)(precision ? precision : 1);
  *out_scale = (int8_t)scale;
  return true;
}

void
wd_decimal_print(wd_int128 value, int8_t scale, struct wd_buf *buf)
{
  char text[40 + 128 + 2]; /* digits, zeros of the scale, sign and point */
  char *at = text + sizeof text;
  wd_uint128 rest = value < 0 ? -(wd_uint128)value : (wd_uint128)value;
  int digits = 0;

  while (rest || digits <= scale) {
    *--at = (char)('0' + (int)(rest % 10));
    rest /= 10;
    if (++digits == scale)
      *--at = '.';
  }
  if (digits == 0)
    *--at = '0';
  if (value < 0)
    *--at = '-';
  wd_buf_add(buf, at, (size_t)(text + sizeof text - at));
  for (int i = scale; i < 0 && value; i++)
    wd_buf_putc(buf, '0');
}
