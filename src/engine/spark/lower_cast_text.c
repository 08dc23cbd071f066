/* Casts between dates, times and timestamps of any units, and of texts to and
 * from what Spark has no type for. */
#include <stdio.h>
#include <string.h>

#include "engine/spark/lower_cast.h"
#include "engine/spark/types.h"

#define NTZ(x) "CAST(" x " AS TIMESTAMP_NTZ)"
#define LTZ(x) "CAST(" x " AS TIMESTAMP_LTZ)"

/* Nanoseconds in microseconds, downwards. */
#define NANOS_DOWN "timestamp_micros($1 div 1000 - CAST($1 % 1000 < 0 AS INT))"

static bool
is_nanoseconds(const struct wd_type *type)
{
  return type->id == WD_TYPE_TIMESTAMP && type->unit == WD_UNIT_NS;
}

static const char *
word_of(const struct wd_type *type)
{
  return type->id == WD_TYPE_DATE ? "DATE"
         : type->timezone         ? "TIMESTAMP_LTZ"
                                  : "TIMESTAMP_NTZ";
}

/* ---- Units --------------------------------------------------------------- */

enum wd_status
wd_spark_write_unit_cast(struct wd_spark_lowering *lowering,
                         const struct wd_expression *cast, struct wd_buf *buf)
{
  const struct wd_type *from = &cast->arguments[0]->type, *to = &cast->type;
  const char *source = is_nanoseconds(from) ? NANOS_DOWN : "$1";
  char template[256];

  if (is_nanoseconds(from) && is_nanoseconds(to))
    return wd_spark_write_expression(lowering, cast->arguments[0], buf);
  if (is_nanoseconds(to))
    snprintf(template, sizeof template,
             cast->try_cast ? "try_multiply(unix_micros(" LTZ("%s") "), 1000)"
                            : "(unix_micros(" LTZ("%s") ") * 1000)",
             source);
  else if (to->id == WD_TYPE_TIMESTAMP && to->unit < WD_UNIT_US &&
           (from->id == WD_TYPE_DATE || from->unit <= to->unit))
    snprintf(template, sizeof template, "CAST($1 AS %s)", word_of(to));
  else if (to->id == WD_TYPE_TIMESTAMP && to->unit < WD_UNIT_US)
    snprintf(template, sizeof template, "CAST(date_trunc('%s', %s) AS %s)",
             to->unit == WD_UNIT_S ? "SECOND" : "MILLISECOND", source,
             word_of(to));
  else
    snprintf(template, sizeof template, "%s(%s AS %s)",
             cast->try_cast ? "TRY_CAST" : "CAST", source, word_of(to));
  return wd_spark_write_template(lowering, template, cast, buf);
}

/* What a time of day counts, as a template. */
static const char *
count_of_day(const struct wd_type *from)
{
  if (from->id == WD_TYPE_TIME)
    return "CAST($1 AS BIGINT)";
  if (is_nanoseconds(from))
    return "pmod($1, CAST(86400000000000 AS BIGINT))";
  return "pmod(unix_micros(" LTZ("$1") "), CAST(86400000000 AS BIGINT))";
}

enum wd_status
wd_spark_write_time_cast(struct wd_spark_lowering *lowering,
                         const struct wd_expression *cast, struct wd_buf *buf)
{
  static const int64_t seconds[] = {1, 1000, 1000000, 1000000000};
  const struct wd_type *from = &cast->arguments[0]->type;
  bool micros = from->id == WD_TYPE_TIMESTAMP && !is_nanoseconds(from);
  int64_t a = seconds[micros ? WD_UNIT_US : from->unit],
          b = seconds[cast->type.unit];
  char template[256];
  enum wd_status status;

  snprintf(template, sizeof template, "%s %s %lld", count_of_day(from),
           a > b ? "div" : "*", (long long)(a > b ? a / b : b / a));
  wd_buf_puts(buf, "CAST(");
  status = wd_spark_write_template(lowering, template, cast, buf);
  return status == WD_OK ? wd_spark_cast_end(&cast->type, buf, lowering->error)
                         : status;
}

/* ---- Texts --------------------------------------------------------------- */

/* A pattern of a whole text; `$` is an operand's. */
#define TEXT(pattern) "(?s)^(" pattern ")(?!.)"

/* A number below a power of ten as a fraction without zeros at its end. */
#define FRACTION(x, digits)                                                    \
  "CASE WHEN " x " = 0 THEN '' ELSE concat('.', trim(TRAILING '0' FROM "       \
  "lpad(CAST(" x " AS STRING), " digits ", '0'))) END"

#define TWO(x) "lpad(CAST(" x " AS STRING), 2, '0')"

/* A time of day, counted in `second` parts of a second. */
#define CLOCK(x, second, fraction)                                             \
  "concat(" TWO(x " div (3600 * " second ")") ", ':', " TWO(                   \
      x " div (60 * " second                                                   \
        ") % 60") ", ':', " TWO(x " div " second " % 60") ", " fraction ")"

#define ONE "CAST(1 AS BIGINT)"
#define THOUSAND "CAST(1000 AS BIGINT)"
#define MILLION "CAST(1000000 AS BIGINT)"
#define BILLION "CAST(1000000000 AS BIGINT)"

static const char *
clock_template(enum wd_unit unit)
{
  static const char *const templates[] = {
      [WD_UNIT_S] = CLOCK("$1", ONE, "''"),
      [WD_UNIT_MS] = CLOCK("$1", THOUSAND, FRACTION("$1 % 1000", "3")),
      [WD_UNIT_US] = CLOCK("$1", MILLION, FRACTION("$1 % 1000000", "6")),
      [WD_UNIT_NS] = CLOCK("$1", BILLION, FRACTION("$1 % 1000000000", "9")),
  };

  return templates[unit];
}

/* `bad` is what a text gives that is none. Scales are of INT: products with a
 * BIGINT have too many digits to keep the nine after the point. */
static enum wd_status
write_time(struct wd_spark_lowering *lowering, const struct wd_expression *cast,
           const char *bad, struct wd_buf *buf)
{
  static const char *const scales[] = {"1", "1000", "1000000", "1000000000"};
  char template[1024];

  snprintf(
      template, sizeof template,
      "CASE WHEN NOT rlike($1, '" TEXT("(([01]?[0-9]|2[0-3]):[0-5][0-9]"
                                       "(:[0-5][0-9]([.][0-9]{0,9})?)?|24:00(:"
                                       "00([.]0*)?)?)[ ]*") "') THEN %s "
                                                            "ELSE "
                                                            "CAST((CAST(split_"
                                                            "part($1, ':', 1) "
                                                            "AS INT) * 3600 + "
                                                            "CAST(split_part($"
                                                            "1, ':', 2) AS "
                                                            "INT) * 60 + "
                                                            "CAST(concat('0', "
                                                            "split_part($1, "
                                                            "':', 3)) AS "
                                                            "DECIMAL(12,9))) * "
                                                            "%s "
                                                            "AS BIGINT) END",
      bad, scales[cast->type.unit]);
  return wd_spark_write_template(lowering, template, cast, buf);
}

static enum wd_status
write_uuid(struct wd_spark_lowering *lowering, const struct wd_expression *cast,
           const char *bad, struct wd_buf *buf)
{
  char template[512];

  snprintf(template, sizeof template,
           "CASE WHEN NOT rlike($1, '" TEXT(
               "[{]?([0-9a-fA-F]-?){32}[}]?") "') THEN %s "
                                              "ELSE unhex(regexp_replace($1, "
                                              "'[-{}]', '')) END",
           bad);
  return wd_spark_write_template(lowering, template, cast, buf);
}

#define UUID_TEXT                                                              \
  "lower(concat_ws('-', substring(hex($1), 1, 8), substring(hex($1), 9, 4), "  \
  "substring(hex($1), 13, 4), substring(hex($1), 17, 4), "                     \
  "substring(hex($1), 21)))"

/* Of a null there is a text of nothing. */
#define UNLESS_NULL(x) "CASE WHEN $1 IS NOT NULL THEN " x " END"

/* `2 years`, nothing for 0. */
#define UNITS(x, word)                                                         \
  "CASE WHEN " x " <> 0 THEN concat(CAST(" x " AS STRING), CASE WHEN abs(" x   \
  ") = 1 THEN ' " word "' ELSE ' " word "s' END) END"

#define SPAN "abs(CAST($1.micros AS DECIMAL(20,0)))"
#define SPAN_PART(unit) "CAST(floor(" SPAN " / " unit ") AS BIGINT)"

#define INTERVAL_TEXT                                                                                                 \
  UNLESS_NULL("concat_ws(' ', " UNITS("$1.months div 12", "year") ", " UNITS("$1.months % 12", "month") ", " UNITS(   \
      "$1.days",                                                                                                      \
      "day") ", "                                                                                                     \
             "CASE WHEN $1.micros <> 0 OR ($1.months = 0 AND $1.days = 0) "                                           \
             "THEN "                                                                                                  \
             "concat(CASE WHEN $1.micros < 0 THEN '-' ELSE '' "                                                       \
             "END, " TWO_OR_MORE(SPAN_PART("3600000000")) ", ':', " TWO(SPAN_PART("60000000") " % 60") ", ':', " TWO( \
                 SPAN_PART("1000000") " % 60") ", " FRACTION("CAST(" SPAN                                             \
                                                             " % 1000000 AS "                                         \
                                                             "BIGINT)",                                               \
                                                             "6") ") END)")

#define TWO_OR_MORE(x)                                                         \
  "CASE WHEN " x " < 10 THEN concat('0', CAST(" x " AS STRING)) ELSE CAST(" x  \
  " AS STRING) END"

/* Spark's own intervals have no `01:02:03` beside other units. */
#define CLOCK_PATTERN "'-?[0-9]+:[0-9]+:[0-9.]+(?!.)'"
#define CLOCK_PART(place, unit)                                                \
  "concat(CASE WHEN rlike($1, '(^|[ ])-[0-9]+:') THEN ' -' ELSE ' ' END, "     \
  "split_part(replace(regexp_substr($1, " CLOCK_PATTERN                        \
  "), '-', ''), ':', " place "), ' " unit "')"
#define INTERVAL_OF_TEXT(word)                                                 \
  "transform(array(" word "(CASE WHEN rlike($1, " CLOCK_PATTERN                \
  ") THEN concat(regexp_replace($1, " CLOCK_PATTERN                            \
  ", ''), " CLOCK_PART("1", "hours") ", " CLOCK_PART(                          \
      "2",                                                                     \
      "minutes") ", " CLOCK_PART("3",                                          \
                                 "seconds") ") ELSE $1 END AS INTERVAL)), i "  \
                                            "-> "                              \
                                            "CASE WHEN i IS NOT NULL THEN "    \
                                            "named_struct('months', "          \
                                            "CAST(extract(YEARS FROM i) * 12 " \
                                            "+ extract(MONTHS FROM i) AS "     \
                                            "INT), 'days', "                   \
                                            "CAST(extract(DAYS FROM i) AS "    \
                                            "INT), 'micros', "                 \
                                            "CAST(extract(HOURS FROM i) "      \
                                            "* " MILLION                       \
                                            " * 3600 + extract(MINUTES FROM "  \
                                            "i) * " MILLION                    \
                                            " * 60 + extract(SECONDS FROM i) " \
                                            "* 1000000 AS BIGINT)) END)[0]"

/* Nanoseconds: whole seconds by Spark, and the fraction's digits. */
#define NANOS_OF_TEXT(word, type)                                              \
  "(unix_micros(CAST(" word "(regexp_replace($1, '[.][0-9]+', '') AS " type    \
  ") AS TIMESTAMP_LTZ)) * 1000 + CAST(rpad(regexp_extract($1, "                \
  "'[.]([0-9]{1,9})', 1), 9, '0') AS BIGINT))"

#define NANOS_TEXT                                                             \
  "concat(date_format(" NANOS_DOWN                                             \
  ", 'yyyy-MM-dd HH:mm:ss'), " FRACTION("pmod($1, 1000000000)", "9") ")"

bool
wd_spark_cast_is_of_text(const struct wd_type *from, const struct wd_type *to)
{
  const struct wd_type *other = from->id == WD_TYPE_STRING ? to : from;

  if (from->id != WD_TYPE_STRING && to->id != WD_TYPE_STRING)
    return false;
  return other->id == WD_TYPE_TIME || other->id == WD_TYPE_UUID ||
         other->id == WD_TYPE_INTERVAL ||
         (other->id == WD_TYPE_TIMESTAMP && other->unit != WD_UNIT_US);
}

static enum wd_status
write_text(struct wd_spark_lowering *lowering, const struct wd_expression *cast,
           struct wd_buf *buf)
{
  const struct wd_type *from = &cast->arguments[0]->type;
  const char *template = from->id == WD_TYPE_TIME   ? clock_template(from->unit)
                         : from->id == WD_TYPE_UUID ? UNLESS_NULL(UUID_TEXT)
                         : from->id == WD_TYPE_INTERVAL ? INTERVAL_TEXT
                         : is_nanoseconds(from)         ? NANOS_TEXT
                                                        : "CAST($1 AS STRING)";

  return wd_spark_write_template(lowering, template, cast, buf);
}

/* A timestamp of another unit, by way of microseconds. */
static enum wd_status
write_timestamp(struct wd_spark_lowering *lowering,
                const struct wd_expression *cast, struct wd_buf *buf)
{
  struct wd_expression micros = *cast;
  const struct wd_expression *operand = &micros;
  struct wd_expression whole = *cast;

  micros.type.unit = WD_UNIT_US;
  whole.argument_count = 1;
  whole.arguments = &operand;
  return wd_spark_write_unit_cast(lowering, &whole, buf);
}

static enum wd_status
write_nanoseconds(struct wd_spark_lowering *lowering,
                  const struct wd_expression *cast, struct wd_buf *buf)
{
  static const char *const templates[2][2] = {
      {NANOS_OF_TEXT("CAST", "TIMESTAMP_NTZ"),
       NANOS_OF_TEXT("CAST", "TIMESTAMP_LTZ")},
      {NANOS_OF_TEXT("TRY_CAST", "TIMESTAMP_NTZ"),
       NANOS_OF_TEXT("TRY_CAST", "TIMESTAMP_LTZ")},
  };

  return wd_spark_write_template(
      lowering, templates[cast->try_cast][cast->type.timezone != NULL], cast,
      buf);
}

enum wd_status
wd_spark_write_text_cast(struct wd_spark_lowering *lowering,
                         const struct wd_expression *cast, struct wd_buf *buf)
{
  const char *bad =
      cast->try_cast ? "NULL"
                     : "raise_error(concat('the text is no value of the type "
                       "that it is cast to: ', $1))";

  if (cast->arguments[0]->type.id != WD_TYPE_STRING)
    return write_text(lowering, cast, buf);
  switch (cast->type.id) {
  case WD_TYPE_TIME:
    return write_time(lowering, cast, bad, buf);
  case WD_TYPE_UUID:
    return write_uuid(lowering, cast, bad, buf);
  case WD_TYPE_INTERVAL:
    return wd_spark_write_template(lowering,
                                   cast->try_cast ? INTERVAL_OF_TEXT("TRY_CAST")
                                                  : INTERVAL_OF_TEXT("CAST"),
                                   cast, buf);
  default:
    break;
  }
  if (!is_nanoseconds(&cast->type))
    return write_timestamp(lowering, cast, buf);
  return write_nanoseconds(lowering, cast, buf);
}
