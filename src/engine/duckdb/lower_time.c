/* Fields, differences and formats of dates and timestamps as SQL. */
#include <string.h>

#include "engine/duckdb/lower_writer.h"

static bool
is_nanoseconds(const struct wd_type *type)
{
  return is_timestamp(type) && type->unit == WD_UNIT_NS;
}

/* An operand in microseconds, downwards: DuckDB cuts nanoseconds off toward
 * 1970. The large numbers keep all that is divided above 0. */
enum wd_status
wd__write_microseconds(const struct writer *writer,
                       const struct wd_expression *operand)
{
  enum wd_status status;

  if (!is_nanoseconds(&operand->type))
    return wd__write_expression(writer, operand);
  wd_buf_puts(writer->buf, "make_timestamp(CAST((CAST(epoch_ns(");
  status = wd__write_expression(writer, operand);
  wd_buf_puts(writer->buf, ") AS HUGEINT) + 10000000000000000000) // 1000 - "
                           "10000000000000000 AS BIGINT))");
  return status;
}

static bool
is_zoned(const struct wd_type *type)
{
  return is_timestamp(type) && type->timezone;
}

/* Fields are those of the moment in UTC: a plain timestamp. */
enum wd_status
wd__write_extract(const struct writer *writer, const char *template,
                  const struct wd_expression *call)
{
  const struct wd_expression *operand = call->arguments[0];
  size_t before = strcspn(template, "$");
  bool date = operand->type.id == WD_TYPE_DATE;
  enum wd_status status;

  if (!is_nanoseconds(&operand->type) && !is_zoned(&operand->type) &&
      !(date && call->function == WD_FN_EXTRACT_UNIX_TIME))
    return wd__write_template(writer, template, call);
  wd_buf_add(writer->buf, template, before);
  wd_buf_puts(writer->buf, "CAST(");
  status = wd__write_microseconds(writer, operand);
  wd_buf_puts(writer->buf, " AS TIMESTAMP)");
  wd_buf_puts(writer->buf, template + before + 1);
  return status;
}

/* DuckDB counts weeks from where the first date is, not from Mondays. */
enum wd_status
wd__write_date_diff(const struct writer *writer,
                    const struct wd_expression *call)
{
  const struct wd_literal *unit = &call->arguments[0]->literal;

  if (unit->value.bytes.length == 4 &&
      memcmp(unit->value.bytes.data, "week", 4) == 0)
    return wd__write_template(writer,
                              "(date_diff('day', date_trunc('week', $2), "
                              "date_trunc('week', $3)) // 7)",
                              call);
  return wd__write_template(writer, "date_diff($1, $2, $3)", call);
}

/* DuckDB formats moments in the zone of the session, which is UTC, but not all
 * of its formats know them. */
enum wd_status
wd__write_strftime(const struct writer *writer,
                   const struct wd_expression *call)
{
  return wd__write_template(writer,
                            is_zoned(&call->arguments[0]->type)
                                ? "strftime(CAST($1 AS TIMESTAMP), $2)"
                                : "strftime($1, $2)",
                            call);
}
