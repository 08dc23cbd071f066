/* Literals: values of the standard's kinds; others are casts of such. */
#include <string.h>

#include "plan/literal.h"
#include "substrait/writer.h"

static void
put_decimal(struct writer *w, const struct wd_type *type, wd_int128 value)
{
  uint8_t bytes[16];
  size_t begun = wd_wire_begin(w->buf, WD_SS_Expression_Literal_decimal);

  for (int i = 0; i < 16; i++)
    bytes[i] = (uint8_t)((wd_uint128)value >> (8 * i));
  wd_wire_bytes(w->buf, WD_SS_Expression_Literal_Decimal_value, bytes,
                sizeof bytes);
  wd__write_int(w, WD_SS_Expression_Literal_Decimal_precision, type->precision);
  wd__write_int(w, WD_SS_Expression_Literal_Decimal_scale, type->scale);
  wd_wire_end(w->buf, begun);
}

static void
put_timestamp(struct writer *w, const struct wd_type *type, int64_t value)
{
  static const int64_t precisions[] = {
      [WD_UNIT_S] = 0, [WD_UNIT_MS] = 3, [WD_UNIT_US] = 6, [WD_UNIT_NS] = 9};
  size_t begun = wd_wire_begin(
      w->buf, type->timezone ? WD_SS_Expression_Literal_precision_timestamp_tz
                             : WD_SS_Expression_Literal_precision_timestamp);

  wd__write_int(w, WD_SS_Expression_Literal_PrecisionTimestamp_precision,
                precisions[type->unit]);
  wd__write_int(w, WD_SS_Expression_Literal_PrecisionTimestamp_value, value);
  wd_wire_end(w->buf, begun);
}

static void
put_months(struct writer *w, uint32_t field, int32_t months)
{
  size_t begun = wd_wire_begin(w->buf, field);

  wd__write_int(w, WD_SS_Expression_Literal_IntervalYearToMonth_years,
                months / 12);
  wd__write_int(w, WD_SS_Expression_Literal_IntervalYearToMonth_months,
                months % 12);
  wd_wire_end(w->buf, begun);
}

/* Seconds have 32 bits; what has more is all in the fraction. */
static void
put_days(struct writer *w, uint32_t field, int32_t days, int64_t microseconds)
{
  int64_t seconds = microseconds / 1000000, rest = microseconds % 1000000;
  size_t begun = wd_wire_begin(w->buf, field);

  if (seconds != (int32_t)seconds) {
    rest = microseconds;
    seconds = 0;
  }
  wd__write_int(w, WD_SS_Expression_Literal_IntervalDayToSecond_days, days);
  wd__write_int(w, WD_SS_Expression_Literal_IntervalDayToSecond_seconds,
                seconds);
  wd_wire_int(w->buf, WD_SS_Expression_Literal_IntervalDayToSecond_precision,
              6);
  wd__write_int(w, WD_SS_Expression_Literal_IntervalDayToSecond_subseconds,
                rest);
  wd_wire_end(w->buf, begun);
}

static void
put_interval(struct writer *w, const struct wd_literal *literal)
{
  int32_t months = literal->value.interval.months;
  int32_t days = literal->value.interval.days;
  int64_t microseconds = literal->value.interval.microseconds;
  size_t begun;

  if (months == 0) {
    put_days(w, WD_SS_Expression_Literal_interval_day_to_second, days,
             microseconds);
  } else if (days == 0 && microseconds == 0) {
    put_months(w, WD_SS_Expression_Literal_interval_year_to_month, months);
  } else {
    begun = wd_wire_begin(w->buf, WD_SS_Expression_Literal_interval_compound);
    put_months(w,
               WD_SS_Expression_Literal_IntervalCompound_interval_year_to_month,
               months);
    put_days(w,
             WD_SS_Expression_Literal_IntervalCompound_interval_day_to_second,
             days, microseconds);
    wd_wire_end(w->buf, begun);
  }
}

/* A value of a kind that the standard has. */
static void
put_value(struct writer *w, const struct wd_type *type,
          const struct wd_literal *literal)
{
  struct wd_buf *buf = w->buf;

  switch (type->id) {
  case WD_TYPE_BOOL:
    wd_wire_int(buf, WD_SS_Expression_Literal_boolean, literal->value.boolean);
    return;
  case WD_TYPE_I8:
    wd_wire_int(buf, WD_SS_Expression_Literal_i8, literal->value.integer);
    return;
  case WD_TYPE_I16:
    wd_wire_int(buf, WD_SS_Expression_Literal_i16, literal->value.integer);
    return;
  case WD_TYPE_I32:
    wd_wire_int(buf, WD_SS_Expression_Literal_i32, literal->value.integer);
    return;
  case WD_TYPE_I64:
    wd_wire_int(buf, WD_SS_Expression_Literal_i64, literal->value.integer);
    return;
  case WD_TYPE_F32:
    wd_wire_float(buf, WD_SS_Expression_Literal_fp32,
                  (float)literal->value.real);
    return;
  case WD_TYPE_F64:
    wd_wire_double(buf, WD_SS_Expression_Literal_fp64, literal->value.real);
    return;
  case WD_TYPE_DATE:
    wd_wire_int(buf, WD_SS_Expression_Literal_date, literal->value.integer);
    return;
  case WD_TYPE_STRING:
    wd_wire_bytes(buf, WD_SS_Expression_Literal_string,
                  literal->value.bytes.data, literal->value.bytes.length);
    return;
  case WD_TYPE_BINARY:
    wd_wire_bytes(buf, WD_SS_Expression_Literal_binary,
                  literal->value.bytes.data, literal->value.bytes.length);
    return;
  case WD_TYPE_DECIMAL:
    put_decimal(w, type, literal->value.decimal);
    return;
  case WD_TYPE_TIMESTAMP:
    put_timestamp(w, type, literal->value.integer);
    return;
  default:
    put_interval(w, literal);
  }
}

static void
put_literal(struct writer *w, uint32_t field, const struct wd_type *type,
            const struct wd_literal *literal)
{
  size_t expression = wd_wire_begin(w->buf, field);
  size_t begun = wd_wire_begin(w->buf, WD_SS_Expression_literal);

  if (literal->null)
    wd__write_type(w, WD_SS_Expression_Literal_null, type, true, false);
  else
    put_value(w, type, literal);
  wd_wire_end(w->buf, begun);
  wd_wire_end(w->buf, expression);
}

/* The type of the literal that is cast to this one; false: none is. */
static bool
is_cast(const struct wd_type *type, const struct wd_literal *literal,
        struct wd_type *out_type, struct wd_literal *out_literal)
{
  *out_literal = *literal;
  switch (type->id) {
  case WD_TYPE_U8:
  case WD_TYPE_U16:
  case WD_TYPE_U32:
  case WD_TYPE_U64:
    *out_type = wd_type_of(WD_TYPE_I64);
    if (literal->value.natural <= INT64_MAX)
      return true;
    *out_type = wd_type_decimal(20, 0);
    out_literal->value.decimal = literal->value.natural;
    return true;
  case WD_TYPE_TIMESTAMP:
    *out_type = wd_type_timestamp(type->unit, "UTC");
    return type->timezone && strcmp(type->timezone, "UTC") != 0;
  default:
    return false;
  }
}

void
wd__write_literal(struct writer *w, uint32_t field,
                  const struct wd_expression *literal)
{
  struct wd_type type;
  struct wd_literal value;
  size_t expression, cast;

  if (literal->literal.null ||
      !is_cast(&literal->type, &literal->literal, &type, &value)) {
    put_literal(w, field, &literal->type, &literal->literal);
    return;
  }
  expression = wd_wire_begin(w->buf, field);
  cast = wd_wire_begin(w->buf, WD_SS_Expression_cast);
  wd__write_type(w, WD_SS_Expression_Cast_type, &literal->type, false, false);
  put_literal(w, WD_SS_Expression_Cast_input, &type, &value);
  wd_wire_int(
      w->buf, WD_SS_Expression_Cast_failure_behavior,
      WD_SS_Expression_Cast_FailureBehavior_FAILURE_BEHAVIOR_THROW_EXCEPTION);
  wd_wire_end(w->buf, cast);
  wd_wire_end(w->buf, expression);
}
