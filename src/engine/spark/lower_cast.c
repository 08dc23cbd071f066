#include "engine/spark/lower_cast.h"

#include <stdio.h>
#include <string.h>

#include "engine/spark/carried.h"
#include "engine/spark/types.h"
#include "plan/coerce.h"

/* ---- Spark's own types --------------------------------------------------- */

/* Binaries that are no text are an error (null in the attempt). */
static enum wd_status
write_decoded(struct wd_spark_lowering *lowering,
              const struct wd_expression *cast, struct wd_buf *buf)
{
  return wd_spark_write_template(lowering,
                                 cast->try_cast
                                     ? "try_validate_utf8(CAST($ AS STRING))"
                                     : "validate_utf8(CAST($ AS STRING))",
                                 cast, buf);
}

/* Floats that a decimal or a narrower float cannot hold are an error (null in
 * the attempt), where Spark gives null or an infinite value. */
static enum wd_status
write_from_real(struct wd_spark_lowering *lowering,
                const struct wd_expression *cast, struct wd_buf *buf)
{
  const char *bad = cast->try_cast ? "NULL"
                                   : "raise_error('a number is out of range of "
                                     "the type that it is cast to')";
  bool decimal = cast->type.id == WD_TYPE_DECIMAL;
  const char *word = cast->try_cast ? "TRY_CAST" : "CAST";
  char template[512], type[32];

  snprintf(type, sizeof type, decimal ? "DECIMAL(%u,%d)" : "FLOAT",
           cast->type.precision, cast->type.scale);
  snprintf(template, sizeof template,
           decimal ? "CASE WHEN NOT abs(CAST($1 AS DOUBLE)) < CAST('Infinity' "
                     "AS DOUBLE) THEN %s ELSE %s($1 AS %s) END"
                   : "CASE WHEN abs($1) < CAST('Infinity' AS DOUBLE) AND "
                     "abs(CAST($1 AS FLOAT)) = CAST('Infinity' AS FLOAT) THEN "
                     "%s ELSE %s($1 AS %s) END",
           bad, word, type);
  return wd_spark_write_template(lowering, template, cast, buf);
}

static enum wd_status
write_plain(struct wd_spark_lowering *lowering,
            const struct wd_expression *cast, struct wd_buf *buf)
{
  enum wd_status status;

  wd_buf_puts(buf, cast->try_cast ? "TRY_CAST(" : "CAST(");
  status = wd_spark_write_expression(lowering, cast->arguments[0], buf);
  return status == WD_OK ? wd_spark_cast_end(&cast->type, buf, lowering->error)
                         : status;
}

/* ---- Unsigned numbers ---------------------------------------------------- */

/* Less half of the range they fit the signed type of the width, whose bounds
 * Spark checks. */
static const struct {
  const char *half;
  const char *type;
} halves[] = {
    [1] = {"128", "TINYINT"},
    [2] = {"32768", "SMALLINT"},
    [4] = {"2147483648", "INT"},
    [8] = {"CAST('9223372036854775808' AS DECIMAL(20,0))", "BIGINT"},
};

void
wd_spark_begin_narrow(bool attempt, struct wd_buf *buf)
{
  wd_buf_puts(buf, attempt ? "CAST(TRY_CAST(try_subtract(" : "CAST(CAST((");
}

void
wd_spark_end_narrow(const struct wd_type *type, bool attempt,
                    struct wd_buf *buf)
{
  uint32_t width = wd_type_width(type);

  wd_buf_printf(buf, "%s%s) AS %s) + %s AS ", attempt ? ", " : " - ",
                halves[width].half, halves[width].type, halves[width].half);
  wd_spark_type_sql(type, buf, NULL);
  wd_buf_putc(buf, ')');
}

/* Whole numbers up to 20 digits, of a type that may have more than 64 bits or
 * a fraction, which is cut off. Of floats the large ones are halved first, as
 * only BIGINT is made of them digit by digit. */
static const char *
wide_template(const struct wd_type *from, bool attempt)
{
#define HALF "9223372036854775808"
#define WIDE(word, bad)                                                        \
  from->id == WD_TYPE_STRING                                                   \
      ? "CASE WHEN NOT rlike($1, '(?s)^[+-]?[0-9]+[ ]*(?!.)') THEN " bad       \
        " ELSE " word "($1 AS DECIMAL(38,0)) END"                              \
  : from->id == WD_TYPE_DECIMAL                                                \
      ? "CASE WHEN $1 < 0 THEN ceil($1) ELSE floor($1) END"                    \
  : wd_type_is_float(from)                                                     \
      ? "CASE WHEN $1 < CAST('" HALF "' AS DOUBLE) THEN CAST(" word            \
        "($1 AS BIGINT) AS DECIMAL(38,0)) ELSE CAST(" word "($1 - CAST('" HALF \
        "' AS DOUBLE) AS BIGINT) AS DECIMAL(38,0)) + "                         \
        "CAST('" HALF "' AS DECIMAL(20,0)) END"                                \
      : "CAST($1 AS DECIMAL(38,0))"

  return attempt ? WIDE("TRY_CAST", "NULL")
                 : WIDE("CAST", "raise_error(concat('not a number: ', $1))");
#undef WIDE
#undef HALF
}

static enum wd_status
write_unsigned(struct wd_spark_lowering *lowering,
               const struct wd_expression *cast, struct wd_buf *buf)
{
  const struct wd_expression *operand = cast->arguments[0];
  struct wd_expression whole = *cast;
  enum wd_status status;

  wd_spark_begin_narrow(cast->try_cast, buf);
  if (cast->type.id == WD_TYPE_U64) {
    wd_buf_putc(buf, '(');
    status = wd_spark_write_template(
        lowering, wide_template(&operand->type, cast->try_cast), cast, buf);
    wd_buf_putc(buf, ')');
  } else {
    whole.type = wd_type_of(WD_TYPE_I64);
    status = wd_spark_write_cast(lowering, &whole, buf);
  }
  wd_spark_end_narrow(&cast->type, cast->try_cast, buf);
  return status;
}

/* ---- Enumerations -------------------------------------------------------- */

static void
write_words(const struct wd_type *type, struct wd_buf *buf)
{
  wd_buf_puts(buf, "array(");
  for (uint32_t i = 0; i < type->dictionary_count; i++) {
    wd_buf_puts(buf, i ? ", " : "");
    wd_spark_quote(type->dictionary[i], strlen(type->dictionary[i]), buf);
  }
  wd_buf_putc(buf, ')');
}

/* Spark takes what `element_at` gives for a value even where the place is
 * null. */
static enum wd_status
write_word(struct wd_spark_lowering *lowering, const struct wd_expression *cast,
           struct wd_buf *buf)
{
  const struct wd_expression *operand = cast->arguments[0];
  enum wd_status status;

  wd_buf_puts(buf, "try_element_at(");
  write_words(&operand->type, buf);
  wd_buf_puts(buf, ", CAST(");
  status = wd_spark_write_expression(lowering, operand, buf);
  wd_buf_puts(buf, " AS INT) + 1)");
  return status;
}

static enum wd_status
write_index(struct wd_spark_lowering *lowering,
            const struct wd_expression *cast, struct wd_buf *buf)
{
  enum wd_status status;

  wd_buf_puts(buf, "CAST(transform(array(array_position(");
  write_words(&cast->type, buf);
  wd_buf_puts(buf, ", ");
  status = wd_spark_write_expression(lowering, cast->arguments[0], buf);
  wd_buf_printf(
      buf, ")), v -> CASE WHEN v = 0 THEN %s ELSE v - 1 END)[0]",
      cast->try_cast
          ? "NULL"
          : "raise_error('a text is none of the words of the enumeration')");
  return status == WD_OK ? wd_spark_cast_end(&cast->type, buf, lowering->error)
                         : status;
}

/* ---- Fixed lengths ------------------------------------------------------- */

/* A template of what has the length, and of what is cast. */
static enum wd_status
write_of_length(struct wd_spark_lowering *lowering,
                const struct wd_expression *cast, const char *length,
                struct wd_buf *buf)
{
  char template[256];
  enum wd_status status;

  snprintf(template, sizeof template, "CASE WHEN %s <> %u THEN %s ELSE $1 END",
           length, cast->type.width,
           cast->try_cast
               ? "NULL"
               : "raise_error('a value has another length than its type')");
  wd_buf_puts(buf, "CAST(");
  status = wd_spark_write_template(lowering, template, cast, buf);
  return status == WD_OK ? wd_spark_cast_end(&cast->type, buf, lowering->error)
                         : status;
}

/* ---- All of them --------------------------------------------------------- */

static bool
is_time(const struct wd_type *type)
{
  return type->id == WD_TYPE_TIMESTAMP || type->id == WD_TYPE_DATE;
}

static enum wd_status
write_by_types(struct wd_spark_lowering *lowering,
               const struct wd_expression *cast, struct wd_buf *buf)
{
  const struct wd_type *from = &cast->arguments[0]->type, *to = &cast->type;

  if (from->id == WD_TYPE_ENUM && to->id == WD_TYPE_STRING)
    return write_word(lowering, cast, buf);
  if (from->id == WD_TYPE_STRING && to->id == WD_TYPE_ENUM)
    return write_index(lowering, cast, buf);
  if (to->id == WD_TYPE_FIXED_LIST)
    return write_of_length(lowering, cast, "size($1)", buf);
  if (to->id == WD_TYPE_FIXED_BINARY)
    return write_of_length(lowering, cast, "octet_length($1)", buf);
  if (wd_type_is_unsigned(to))
    return write_unsigned(lowering, cast, buf);
  if (is_time(from) && is_time(to))
    return wd_spark_write_unit_cast(lowering, cast, buf);
  if (wd_spark_cast_is_of_text(from, to))
    return wd_spark_write_text_cast(lowering, cast, buf);
  if (to->id == WD_TYPE_TIME)
    return wd_spark_write_time_cast(lowering, cast, buf);
  if ((from->id == WD_TYPE_BINARY || from->id == WD_TYPE_FIXED_BINARY) &&
      to->id == WD_TYPE_STRING)
    return write_decoded(lowering, cast, buf);
  if (wd_type_is_float(from) &&
      (to->id == WD_TYPE_DECIMAL || to->id == WD_TYPE_F32))
    return write_from_real(lowering, cast, buf);
  return write_plain(lowering, cast, buf);
}

enum wd_status
wd_spark_write_cast(struct wd_spark_lowering *lowering,
                    const struct wd_expression *cast, struct wd_buf *buf)
{
  const struct wd_expression *operand = cast->arguments[0];
  static const struct wd_literal null = {.null = true};
  const struct wd_type from = wd_type_storage(&operand->type);
  const struct wd_type to = wd_type_storage(&cast->type);

  if (operand->type.id == WD_TYPE_NULL)
    return wd_spark_write_literal(&cast->type, &null, buf, lowering->error);
  if (wd_type_alike(&from, &to))
    return wd_spark_write_expression(lowering, operand, buf);
  return write_by_types(lowering, cast, buf);
}

enum wd_status
wd_spark_write_as(struct wd_spark_lowering *lowering,
                  const struct wd_expression *operand,
                  const struct wd_type *type, struct wd_buf *buf)
{
  const struct wd_expression cast = {.kind = WD_EXPR_CAST,
                                     .type = *type,
                                     .nullable = operand->nullable,
                                     .argument_count = 1,
                                     .arguments = &operand};

  return wd_spark_write_cast(lowering, &cast, buf);
}

/* ---- Other forms within -------------------------------------------------- */

/* The first variable of conversions; those of plans are fewer. */
#define FIRST_VARIABLE 1000000

static struct wd_expression
new_variable(struct wd_spark_lowering *lowering, const struct wd_type *type)
{
  return (struct wd_expression){.kind = WD_EXPR_VARIABLE,
                                .type = *type,
                                .nullable = true,
                                .column = FIRST_VARIABLE +
                                          lowering->variable_count++};
}

static enum wd_status
convert_field(struct wd_spark_lowering *lowering,
              const struct wd_expression *operand, uint32_t index,
              const struct wd_type *type, struct wd_buf *buf)
{
  const struct wd_expression field = {.kind = WD_EXPR_FIELD,
                                      .type =
                                          operand->type.children[index].type,
                                      .nullable = true,
                                      .column = index,
                                      .argument_count = 1,
                                      .arguments = &operand};

  return wd_spark_write_converted(lowering, &field, type, buf);
}

static enum wd_status
convert_items(struct wd_spark_lowering *lowering,
              const struct wd_expression *operand, const struct wd_type *type,
              struct wd_buf *buf)
{
  struct wd_expression item =
      new_variable(lowering, &operand->type.children[0].type);
  enum wd_status status;

  wd_buf_puts(buf, "transform(");
  status = wd_spark_write_expression(lowering, operand, buf);
  wd_buf_printf(buf, ", v%u -> ", item.column);
  if (status == WD_OK)
    status =
        wd_spark_write_converted(lowering, &item, &type->children[0].type, buf);
  wd_buf_putc(buf, ')');
  return status;
}

static enum wd_status
convert_fields(struct wd_spark_lowering *lowering,
               const struct wd_expression *operand, const struct wd_type *type,
               struct wd_buf *buf)
{
  enum wd_status status;

  wd_buf_puts(buf, "CASE WHEN (");
  status = wd_spark_write_expression(lowering, operand, buf);
  wd_buf_puts(buf, ") IS NOT NULL THEN named_struct(");
  for (uint32_t i = 0; status == WD_OK && i < type->child_count; i++) {
    const char *name = type->children[i].name;

    wd_buf_puts(buf, i ? ", " : "");
    wd_spark_quote(name, strlen(name), buf);
    wd_buf_puts(buf, ", ");
    status = convert_field(lowering, operand, i, &type->children[i].type, buf);
  }
  wd_buf_puts(buf, ") END");
  return status;
}

static enum wd_status
convert_entries(struct wd_spark_lowering *lowering,
                const struct wd_expression *operand, const struct wd_type *type,
                struct wd_buf *buf)
{
  struct wd_expression entry =
      new_variable(lowering, &operand->type.children[0].type);
  const struct wd_type *pair = &type->children[0].type;
  enum wd_status status;

  wd_buf_puts(buf, "map_from_entries(transform(map_entries(");
  status = wd_spark_write_expression(lowering, operand, buf);
  wd_buf_printf(buf, "), v%u -> struct(", entry.column);
  if (status == WD_OK)
    status = convert_field(lowering, &entry, 0, &pair->children[0].type, buf);
  wd_buf_puts(buf, ", ");
  if (status == WD_OK)
    status = convert_field(lowering, &entry, 1, &pair->children[1].type, buf);
  wd_buf_puts(buf, ")))");
  return status;
}

enum wd_status
wd_spark_write_converted(struct wd_spark_lowering *lowering,
                         const struct wd_expression *operand,
                         const struct wd_type *type, struct wd_buf *buf)
{
  if (wd_type_equal(&operand->type, type))
    return wd_spark_write_expression(lowering, operand, buf);
  switch (type->id) {
  case WD_TYPE_LIST:
  case WD_TYPE_FIXED_LIST:
    return convert_items(lowering, operand, type, buf);
  case WD_TYPE_STRUCT:
    return convert_fields(lowering, operand, type, buf);
  case WD_TYPE_MAP:
    return convert_entries(lowering, operand, type, buf);
  default:
    return wd_spark_write_as(lowering, operand, type, buf);
  }
}
