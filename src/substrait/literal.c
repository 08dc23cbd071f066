/* Literals. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "substrait/translate.h"

#define DAY_SECONDS INT64_C(86400)

static enum wd_status
fail_value(const struct translator *t, const struct wd_value *value,
           const char *text)
{
  return wd_value_fail(value, WD_INVALID_PLAN, t->error, "%s", text);
}

static double
real_of(const struct wd_value *value)
{
  double real;
  float single;
  uint32_t bits = (uint32_t)value->natural;

  if (value->field->kind == WD_PROTO_FLOAT) {
    memcpy(&single, &bits, sizeof single);
    return (double)single;
  }
  memcpy(&real, &value->natural, sizeof real);
  return real;
}

/* 16 bytes, little-endian, two's complement. */
static enum wd_status
make_decimal(const struct translator *t, const struct wd_value *value,
             struct wd_expression *out)
{
  const struct wd_message *decimal = value->message;
  const struct wd_value *bytes =
      wd_message_find(decimal, WD_SS_Expression_Literal_Decimal_value);
  int64_t precision =
      wd_message_integer(decimal, WD_SS_Expression_Literal_Decimal_precision);
  int64_t scale =
      wd_message_integer(decimal, WD_SS_Expression_Literal_Decimal_scale);
  wd_uint128 number = 0, size;

  if (precision < 1 || precision > WD_DECIMAL_PRECISION_MAX || scale < 0 ||
      scale > precision)
    return fail_value(t, value,
                      "the precision is 1 to 38, the scale 0 to the precision");
  if (!bytes || bytes->bytes.length != 16)
    return fail_value(t, value, "a decimal has 16 bytes");
  for (int i = 15; i >= 0; i--)
    number = number << 8 | (unsigned char)bytes->bytes.data[i];
  size = (wd_int128)number < 0 ? -number : number;
  if (size >= wd_decimal_limit((uint8_t)precision))
    return fail_value(t, value, "the value has more digits than its precision");
  out->type = wd_type_decimal((uint8_t)precision, (int8_t)scale);
  out->literal.value.decimal = (wd_int128)number;
  return WD_OK;
}

/* Adds the part of days and less. */
static enum wd_status
add_days(const struct translator *t, const struct wd_value *value,
         const struct wd_message *interval, struct wd_literal *literal)
{
  int64_t seconds = wd_message_integer(
      interval, WD_SS_Expression_Literal_IntervalDayToSecond_seconds);
  int64_t parts = wd_message_integer(
      interval, WD_SS_Expression_Literal_IntervalDayToSecond_subseconds);
  int64_t precision = wd_message_integer(
      interval, WD_SS_Expression_Literal_IntervalDayToSecond_precision);
  int64_t microseconds = wd_message_integer(
      interval, WD_SS_Expression_Literal_IntervalDayToSecond_microseconds);

  if (precision < 0 || precision > 9)
    return fail_value(t, value, "the precision of an interval is 0 to 9");
  for (; precision > 6; precision--) {
    if (parts % 10)
      return fail_value(t, value,
                        "intervals are whole microseconds here; this one is "
                        "finer");
    parts /= 10;
  }
  for (; precision < 6 && parts; precision++)
    if (__builtin_mul_overflow(parts, 10, &parts))
      return fail_value(t, value, "the interval is out of range");
  if (__builtin_add_overflow(parts, microseconds, &parts) ||
      __builtin_add_overflow(parts, seconds * 1000000, &parts))
    return fail_value(t, value, "the interval is out of range");
  literal->value.interval.days = (int32_t)wd_message_integer(
      interval, WD_SS_Expression_Literal_IntervalDayToSecond_days);
  literal->value.interval.microseconds = parts;
  return WD_OK;
}

static enum wd_status
add_years(const struct translator *t, const struct wd_value *value,
          const struct wd_message *interval, struct wd_literal *literal)
{
  int64_t months = wd_message_integer(
      interval, WD_SS_Expression_Literal_IntervalYearToMonth_months);
  int64_t years = wd_message_integer(
      interval, WD_SS_Expression_Literal_IntervalYearToMonth_years);

  months += years * 12;
  if (months < INT32_MIN || months > INT32_MAX)
    return fail_value(t, value, "the interval is out of range");
  literal->value.interval.months = (int32_t)months;
  return WD_OK;
}

static enum wd_status
make_interval(const struct translator *t, const struct wd_value *value,
              struct wd_expression *out)
{
  const struct wd_message *years = NULL, *days = NULL;
  enum wd_status status = WD_OK;

  out->type = wd_type_of(WD_TYPE_INTERVAL);
  if (value->field->number == WD_SS_Expression_Literal_interval_year_to_month) {
    years = value->message;
  } else if (value->field->number ==
             WD_SS_Expression_Literal_interval_day_to_second) {
    days = value->message;
  } else {
    years = wd_message_sub(
        value->message,
        WD_SS_Expression_Literal_IntervalCompound_interval_year_to_month);
    days = wd_message_sub(
        value->message,
        WD_SS_Expression_Literal_IntervalCompound_interval_day_to_second);
  }
  if (years)
    status = add_years(t, value, years, &out->literal);
  if (days && status == WD_OK)
    status = add_days(t, value, days, &out->literal);
  return status;
}

static enum wd_status
make_timestamp(const struct translator *t, const struct wd_value *value,
               const char *zone, struct wd_expression *out)
{
  int64_t precision = wd_message_integer(
      value->message, WD_SS_Expression_Literal_PrecisionTimestamp_precision);
  enum wd_unit unit = precision == 0   ? WD_UNIT_S
                      : precision == 3 ? WD_UNIT_MS
                      : precision == 6 ? WD_UNIT_US
                                       : WD_UNIT_NS;

  if (precision != 0 && precision != 3 && precision != 6 && precision != 9)
    return wd_value_fail(value, WD_UNSUPPORTED, t->error,
                         "the precision %lld of times; there are 0, 3, 6 "
                         "and 9",
                         (long long)precision);
  out->type = wd_type_timestamp(unit, zone);
  out->literal.value.integer = wd_message_integer(
      value->message, WD_SS_Expression_Literal_PrecisionTimestamp_value);
  return WD_OK;
}

static enum wd_status
make_text(const struct translator *t, const struct wd_value *bytes,
          struct wd_expression *out)
{
  if (bytes && memchr(bytes->bytes.data, '\0', bytes->bytes.length))
    return wd_value_fail(bytes, WD_UNSUPPORTED, t->error,
                         "texts with the character NUL are not run here");
  out->literal.value.bytes.data = bytes ? bytes->bytes.data : "";
  out->literal.value.bytes.length = bytes ? bytes->bytes.length : 0;
  out->type = wd_type_of(WD_TYPE_STRING);
  return WD_OK;
}

static enum wd_status
make_integer(const struct translator *t, const struct wd_value *value,
             struct wd_expression *out)
{
  int64_t limit = INT64_MAX;

  switch (value->field->number) {
  case WD_SS_Expression_Literal_i8:
    out->type = wd_type_of(WD_TYPE_I8);
    limit = INT8_MAX;
    break;
  case WD_SS_Expression_Literal_i16:
    out->type = wd_type_of(WD_TYPE_I16);
    limit = INT16_MAX;
    break;
  case WD_SS_Expression_Literal_i32:
    out->type = wd_type_of(WD_TYPE_I32);
    break;
  default:
    out->type = wd_type_of(WD_TYPE_I64);
  }
  if (value->integer > limit || value->integer < -limit - 1)
    return fail_value(t, value, "the number is out of the type's range");
  out->literal.value.integer = value->integer;
  return WD_OK;
}

static enum wd_status
make_null(const struct translator *t, const struct wd_value *value,
          struct wd_expression *out)
{
  bool nullable;

  out->literal.null = true;
  out->nullable = true;
  return wd__type_of(t, value->message, &out->type, &nullable);
}

/* A value of a type whose literals are written as texts. */
static enum wd_status
cast_text(struct translator *t, const struct wd_value *value, const char *text,
          const struct wd_type *type, const struct wd_expression **out)
{
  const struct wd_expression *literal;
  enum wd_status status;

  if (!text)
    return wd_fail_memory(t->error);
  status = wd_expression_make_text(text, t->arena, &literal, t->error);
  return status == WD_OK ? wd__make_cast(t, value->owner, literal, type, out)
                         : status;
}

static enum wd_status
make_time(struct translator *t, const struct wd_value *value,
          const struct wd_expression **out)
{
  int64_t precision = 6, units = value->integer, unit = 1, seconds;
  struct wd_type type = wd_type_of(WD_TYPE_TIME);

  if (value->field->kind == WD_PROTO_MESSAGE) {
    units = wd_message_integer(value->message,
                               WD_SS_Expression_Literal_PrecisionTime_value);
    precision = wd_message_integer(
        value->message, WD_SS_Expression_Literal_PrecisionTime_precision);
  }
  if (precision < 0 || precision > 6)
    return fail_value(t, value, "times of day are whole microseconds here");
  for (int64_t i = precision; i < 6; i++)
    unit *= 10;
  if (units < 0 || units >= DAY_SECONDS * 1000000 / unit)
    return fail_value(t, value, "the time is not within a day");
  units *= unit;
  seconds = units / 1000000;
  type.unit = WD_UNIT_US;
  return cast_text(t, value,
                   wd_arena_printf(t->arena, "%02d:%02d:%02d.%06d",
                                   (int)(seconds / 3600),
                                   (int)(seconds / 60 % 60),
                                   (int)(seconds % 60), (int)(units % 1000000)),
                   &type, out);
}

static enum wd_status
make_uuid(struct translator *t, const struct wd_value *value,
          const struct wd_expression **out)
{
  struct wd_type type = wd_type_of(WD_TYPE_UUID);
  char text[40];
  char *at = text;

  if (value->bytes.length != 16)
    return fail_value(t, value, "a UUID has 16 bytes");
  for (int i = 0; i < 16; i++) {
    static const char digits[] = "0123456789abcdef";
    unsigned char byte = (unsigned char)value->bytes.data[i];

    if (i == 4 || i == 6 || i == 8 || i == 10)
      *at++ = '-';
    *at++ = digits[byte >> 4];
    *at++ = digits[byte & 15];
  }
  *at = '\0';
  return cast_text(t, value, wd_arena_strdup(t->arena, text), &type, out);
}

/* The standard's unsigned integers are structs of one text, the digits. */
static enum wd_status
make_defined(struct translator *t, const struct wd_value *value,
             struct wd_expression *out)
{
  const struct wd_message *fields = wd_message_sub(
      value->message, WD_SS_Expression_Literal_UserDefined_struct);
  const struct wd_value *field =
      fields ? wd_message_find(fields, WD_SS_Expression_Literal_Struct_fields)
             : NULL;
  const struct wd_value *text =
      field ? wd_message_find(field->message, WD_SS_Expression_Literal_string)
            : NULL;
  static const uint64_t most[] = {UINT8_MAX, UINT16_MAX, UINT32_MAX,
                                  UINT64_MAX};
  char digits[24];
  enum wd_status status = wd__defined_type(
      t, value->message,
      wd_message_integer(value->message,
                         WD_SS_Expression_Literal_UserDefined_type_reference),
      &out->type);

  if (status != WD_OK)
    return status;
  if (out->type.id < WD_TYPE_U8 || out->type.id > WD_TYPE_U64 || !text ||
      wd_value_next(field))
    return wd__unsupported(t, value->message,
                           "a literal of a user-defined type that is not a "
                           "text of digits");
  if (text->bytes.length > 0 && text->bytes.length < sizeof digits &&
      strspn(text->bytes.data, "0123456789") >= text->bytes.length) {
    memcpy(digits, text->bytes.data, text->bytes.length);
    digits[text->bytes.length] = '\0';
    errno = 0;
    out->literal.value.natural = strtoull(digits, NULL, 10);
    if (!errno && out->literal.value.natural <= most[out->type.id - WD_TYPE_U8])
      return WD_OK;
  }
  return wd_message_fail(field->message, WD_INVALID_PLAN, t->error,
                         "this is no number of its type");
}

/* Values that are a node of their own; WD_SS… of the others. */
static enum wd_status
make_plain(struct translator *t, const struct wd_value *value,
           struct wd_expression *out)
{
  switch (value->field->number) {
  case WD_SS_Expression_Literal_boolean:
    out->type = wd_type_of(WD_TYPE_BOOL);
    out->literal.value.boolean = value->integer != 0;
    return WD_OK;
  case WD_SS_Expression_Literal_i8:
  case WD_SS_Expression_Literal_i16:
  case WD_SS_Expression_Literal_i32:
  case WD_SS_Expression_Literal_i64:
    return make_integer(t, value, out);
  case WD_SS_Expression_Literal_fp32:
  case WD_SS_Expression_Literal_fp64:
    out->type = wd_type_of(value->field->kind == WD_PROTO_FLOAT ? WD_TYPE_F32
                                                                : WD_TYPE_F64);
    out->literal.value.real = real_of(value);
    return WD_OK;
  case WD_SS_Expression_Literal_string:
  case WD_SS_Expression_Literal_fixed_char:
    return make_text(t, value, out);
  case WD_SS_Expression_Literal_var_char:
    return make_text(
        t,
        wd_message_find(value->message, WD_SS_Expression_Literal_VarChar_value),
        out);
  case WD_SS_Expression_Literal_binary:
  case WD_SS_Expression_Literal_fixed_binary:
    out->type = wd_type_of(WD_TYPE_BINARY);
    out->literal.value.bytes.data = value->bytes.data;
    out->literal.value.bytes.length = value->bytes.length;
    return WD_OK;
  case WD_SS_Expression_Literal_date:
    out->type = wd_type_of(WD_TYPE_DATE);
    out->literal.value.integer = value->integer;
    return WD_OK;
  case WD_SS_Expression_Literal_timestamp:
  case WD_SS_Expression_Literal_timestamp_tz:
    out->type = wd_type_timestamp(
        WD_UNIT_US, value->field->number == WD_SS_Expression_Literal_timestamp
                        ? NULL
                        : "UTC");
    out->literal.value.integer = value->integer;
    return WD_OK;
  case WD_SS_Expression_Literal_precision_timestamp:
    return make_timestamp(t, value, NULL, out);
  case WD_SS_Expression_Literal_precision_timestamp_tz:
    return make_timestamp(t, value, "UTC", out);
  case WD_SS_Expression_Literal_interval_year_to_month:
  case WD_SS_Expression_Literal_interval_day_to_second:
  case WD_SS_Expression_Literal_interval_compound:
    return make_interval(t, value, out);
  case WD_SS_Expression_Literal_decimal:
    return make_decimal(t, value, out);
  case WD_SS_Expression_Literal_null:
    return make_null(t, value, out);
  case WD_SS_Expression_Literal_user_defined:
    return make_defined(t, value, out);
  default:
    return wd_value_fail(value, WD_UNSUPPORTED, t->error,
                         "literals of the kind %s are not run here",
                         value->field->name);
  }
}

enum wd_status
wd__literal(struct translator *t, const struct wd_message *literal,
            const struct wd_expression **out)
{
  static const uint32_t others[] = {
      WD_SS_Expression_Literal_nullable,
      WD_SS_Expression_Literal_type_variation_reference, 0};
  const struct wd_value *value = wd__member(literal, others);
  struct wd_expression *node;
  enum wd_status status;

  if (!value)
    return wd__missing(t, literal, "the literal's value");
  switch (value->field->number) {
  case WD_SS_Expression_Literal_time:
  case WD_SS_Expression_Literal_precision_time:
    return make_time(t, value, out);
  case WD_SS_Expression_Literal_uuid:
    return make_uuid(t, value, out);
  case WD_SS_Expression_Literal_list:
    return wd__make_list(t, NULL, value->message, out);
  case WD_SS_Expression_Literal_map:
    return wd__make_map(t, NULL, value->message, out);
  case WD_SS_Expression_Literal_struct:
    return wd__make_struct(t, NULL, value->message, out);
  case WD_SS_Expression_Literal_empty_list:
  case WD_SS_Expression_Literal_empty_map:
    return wd__make_empty(t, value->message, out);
  default:
    break;
  }
  node = wd_arena_alloc(t->arena, sizeof *node);
  if (!node)
    return wd_fail_memory(t->error);
  node->kind = WD_EXPR_LITERAL;
  node->size = 1;
  node->said = !t->bare;
  status = make_plain(t, value, node);
  *out = node;
  return status;
}
