/* Values as SQL that cannot be read as anything else. */
#include <math.h>

#include "arrow/decimal.h"
#include "base/utf8.h"
#include "engine/duckdb/lower.h"
#include "engine/duckdb/types.h"

enum wd_status
wd_duck_buf_failure(const struct wd_buf *buf, struct wd_error *error)
{
  if (buf->length < buf->maximum / 2)
    return wd_fail_memory(error);
  return wd_fail(error, WD_LIMIT_EXCEEDED,
                 "the plan is too large: its SQL has more than %zu MiB",
                 buf->maximum >> 20);
}

/* Every byte in hexadecimal: no byte of it means anything to a parser. */
static void
write_blob(const char *data, size_t length, struct wd_buf *buf)
{
  wd_buf_puts(buf, "CAST('");
  for (size_t i = 0; i < length; i++)
    wd_buf_printf(buf, "\\x%02X", (unsigned char)data[i]);
  wd_buf_puts(buf, "' AS BLOB)");
}

/* Control characters (NUL would end the SQL) go the way of blobs. */
static void
write_string(const char *text, size_t length, struct wd_buf *buf)
{
  bool plain = true;

  for (size_t i = 0; i < length; i++)
    plain = plain && (unsigned char)text[i] >= ' ';
  if (plain) {
    wd_buf_puts(buf, "CAST(");
    wd_duck_quote(text, length, '\'', buf);
    wd_buf_puts(buf, " AS VARCHAR)");
    return;
  }
  wd_buf_puts(buf, "decode(");
  write_blob(text, length, buf);
  wd_buf_putc(buf, ')');
}

static void
write_real(const struct wd_type *type, double value, struct wd_buf *buf)
{
  wd_buf_puts(buf, "CAST('");
  if (isnan(value))
    wd_buf_puts(buf, "nan");
  else if (isinf(value))
    wd_buf_puts(buf, value < 0 ? "-inf" : "inf");
  else
    wd_buf_printf(buf, "%.17g", value);
  wd_buf_puts(buf, "' AS ");
  wd_duck_type_sql(type, buf);
  wd_buf_putc(buf, ')');
}

static void
write_timestamp(const struct wd_type *type, int64_t value, struct wd_buf *buf)
{
  long long number = (long long)value;

  wd_buf_puts(buf, "CAST(");
  switch (type->unit) {
  case WD_UNIT_S:
    wd_buf_printf(buf, "make_timestamp(CAST('%lld' AS BIGINT) * 1000000)",
                  number);
    break;
  case WD_UNIT_MS:
    wd_buf_printf(buf, "make_timestamp(CAST('%lld' AS BIGINT) * 1000)", number);
    break;
  case WD_UNIT_US:
    wd_buf_printf(buf, "make_timestamp(CAST('%lld' AS BIGINT))", number);
    break;
  case WD_UNIT_NS:
    wd_buf_printf(buf, "make_timestamp_ns(CAST('%lld' AS BIGINT))", number);
    break;
  }
  wd_buf_puts(buf, " AS ");
  wd_duck_type_sql(type, buf);
  wd_buf_putc(buf, ')');
}

static void
write_null(const struct wd_type *type, struct wd_buf *buf)
{
  wd_buf_puts(buf, "CAST(NULL AS ");
  wd_duck_type_sql(type, buf);
  wd_buf_putc(buf, ')');
}

static void
write_decimal(const struct wd_type *type, wd_int128 value, struct wd_buf *buf)
{
  wd_buf_puts(buf, "CAST('");
  wd_decimal_print(value, type->scale, buf);
  wd_buf_puts(buf, "' AS ");
  wd_duck_type_sql(type, buf);
  wd_buf_putc(buf, ')');
}

static void
write_integer(const struct wd_type *type, const struct wd_literal *literal,
              struct wd_buf *buf)
{
  if (type->id >= WD_TYPE_U8 && type->id <= WD_TYPE_U64)
    wd_buf_printf(buf, "CAST('%llu' AS ",
                  (unsigned long long)literal->value.natural);
  else
    wd_buf_printf(buf, "CAST('%lld' AS ", (long long)literal->value.integer);
  wd_duck_type_sql(type, buf);
  wd_buf_putc(buf, ')');
}

enum wd_status
wd_duck_lower_literal(const struct wd_type *type,
                      const struct wd_literal *literal, struct wd_buf *buf,
                      struct wd_error *error)
{
  const char *data = literal->value.bytes.data;
  size_t length = literal->value.bytes.length;

  if (literal->null || type->id == WD_TYPE_NULL) {
    write_null(type, buf);
    return WD_OK;
  }
  switch (type->id) {
  case WD_TYPE_BOOL:
    wd_buf_puts(buf, literal->value.boolean ? "TRUE" : "FALSE");
    break;
  case WD_TYPE_F32:
  case WD_TYPE_F64:
    write_real(type, literal->value.real, buf);
    break;
  case WD_TYPE_DECIMAL:
    write_decimal(type, literal->value.decimal, buf);
    break;
  case WD_TYPE_DATE:
    wd_buf_printf(buf, "(DATE '1970-01-01' + CAST('%lld' AS INTEGER))",
                  (long long)literal->value.integer);
    break;
  case WD_TYPE_TIMESTAMP:
    write_timestamp(type, literal->value.integer, buf);
    break;
  case WD_TYPE_INTERVAL:
    wd_buf_printf(buf,
                  "(to_months(CAST('%d' AS INTEGER)) + to_days(CAST('%d' AS "
                  "INTEGER)) + to_microseconds(CAST('%lld' AS BIGINT)))",
                  (int)literal->value.interval.months,
                  (int)literal->value.interval.days,
                  (long long)literal->value.interval.microseconds);
    break;
  case WD_TYPE_STRING:
    if (!wd_utf8_valid((const uint8_t *)data, length))
      return wd_fail(error, WD_INVALID_PLAN, "a string literal is not UTF-8");
    write_string(data, length, buf);
    break;
  case WD_TYPE_BINARY:
    write_blob(data, length, buf);
    break;
  default:
    write_integer(type, literal, buf);
  }
  return WD_OK;
}
