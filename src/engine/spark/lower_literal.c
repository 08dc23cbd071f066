/* Values as Spark SQL that cannot be read as anything else. */
#include <math.h>

#include "arrow/decimal.h"
#include "base/utf8.h"
#include "engine/spark/carried.h"
#include "engine/spark/lower_interval.h"
#include "engine/spark/types.h"

/* Quotes and backslashes are escaped; control characters are written by
 * number. */
void
wd_spark_quote(const char *text, size_t length, struct wd_buf *buf)
{
  wd_buf_putc(buf, '\'');
  for (size_t i = 0; i < length; i++) {
    unsigned char c = (unsigned char)text[i];

    if (c == '\'' || c == '\\')
      wd_buf_printf(buf, "\\%c", c);
    else if (c < ' ' || c == 0x7f)
      wd_buf_printf(buf, "\\u%04x", c);
    else
      wd_buf_putc(buf, (char)c);
  }
  wd_buf_putc(buf, '\'');
}

static void
write_binary(const char *data, size_t length, struct wd_buf *buf)
{
  wd_buf_puts(buf, "X'");
  for (size_t i = 0; i < length; i++)
    wd_buf_printf(buf, "%02X", (unsigned char)data[i]);
  wd_buf_putc(buf, '\'');
}

static void
write_real(double value, struct wd_buf *buf)
{
  if (isnan(value))
    wd_buf_puts(buf, "'NaN'");
  else if (isinf(value))
    wd_buf_puts(buf, value < 0 ? "'-Infinity'" : "'Infinity'");
  else
    wd_buf_printf(buf, "'%.17g'", value);
}

static void
write_interval(const struct wd_literal *literal, struct wd_buf *buf)
{
  wd_buf_printf(buf,
                "named_struct('" WD_SPARK_MONTHS "', CAST('%d' AS INT), "
                "'" WD_SPARK_DAYS "', CAST('%d' AS INT), '" WD_SPARK_MICROS
                "', CAST('%lld' AS BIGINT))",
                (int)literal->value.interval.months,
                (int)literal->value.interval.days,
                (long long)literal->value.interval.microseconds);
}

void
wd_spark_write_calendar(const struct wd_literal *literal, struct wd_buf *buf)
{
  long long micros = literal->value.interval.microseconds;

  wd_buf_printf(buf,
                "make_interval(0, %d, 0, %d, 0, 0, CAST('%s%lld.%06lld' AS "
                "DECIMAL(18,6)))",
                (int)literal->value.interval.months,
                (int)literal->value.interval.days, micros < 0 ? "-" : "",
                micros < 0 ? -(micros / 1000000) : micros / 1000000,
                micros < 0 ? -(micros % 1000000) : micros % 1000000);
}

static void
write_timestamp(enum wd_unit unit, int64_t value, struct wd_buf *buf)
{
  static const char *const words[] = {[WD_UNIT_S] = "timestamp_seconds",
                                      [WD_UNIT_MS] = "timestamp_millis",
                                      [WD_UNIT_US] = "timestamp_micros"};

  if (unit == WD_UNIT_NS)
    wd_buf_printf(buf, "'%lld'", (long long)value);
  else
    wd_buf_printf(buf, "%s(CAST('%lld' AS BIGINT))", words[unit],
                  (long long)value);
}

/* The text in CAST(… AS type). */
static void
write_cast_value(const struct wd_type *type, const struct wd_literal *literal,
                 struct wd_buf *buf)
{
  switch (type->id) {
  case WD_TYPE_F32:
  case WD_TYPE_F64:
    write_real(literal->value.real, buf);
    break;
  case WD_TYPE_DECIMAL:
    wd_buf_putc(buf, '\'');
    wd_decimal_print(literal->value.decimal, type->scale, buf);
    wd_buf_putc(buf, '\'');
    break;
  case WD_TYPE_DATE:
    wd_buf_printf(buf, "date_from_unix_date(CAST('%lld' AS INT))",
                  (long long)literal->value.integer);
    break;
  case WD_TYPE_TIMESTAMP:
    write_timestamp(type->unit, literal->value.integer, buf);
    break;
  case WD_TYPE_U8:
  case WD_TYPE_U16:
  case WD_TYPE_U32:
  case WD_TYPE_U64:
    wd_buf_printf(buf, "'%llu'", (unsigned long long)literal->value.natural);
    break;
  default:
    wd_buf_printf(buf, "'%lld'", (long long)literal->value.integer);
  }
}

enum wd_status
wd_spark_write_literal(const struct wd_type *type,
                       const struct wd_literal *literal, struct wd_buf *buf,
                       struct wd_error *error)
{
  const char *data = literal->value.bytes.data;
  size_t length = literal->value.bytes.length;

  if (!literal->null && type->id == WD_TYPE_INTERVAL) {
    write_interval(literal, buf);
    return WD_OK;
  }
  if (!literal->null && type->id == WD_TYPE_STRING &&
      !wd_utf8_valid((const uint8_t *)data, length))
    return wd_fail(error, WD_INVALID_PLAN, "a string literal is not UTF-8");
  if (!literal->null && type->id == WD_TYPE_BOOL)
    wd_buf_puts(buf, literal->value.boolean ? "TRUE" : "FALSE");
  else if (!literal->null && type->id == WD_TYPE_STRING)
    wd_spark_quote(data, length, buf);
  else if (!literal->null && type->id == WD_TYPE_BINARY)
    write_binary(data, length, buf);
  else {
    wd_buf_puts(buf, "CAST(");
    if (literal->null || type->id == WD_TYPE_NULL)
      wd_buf_puts(buf, "NULL");
    else
      write_cast_value(type, literal, buf);
    return wd_spark_cast_end(type, buf, error);
  }
  return WD_OK;
}
