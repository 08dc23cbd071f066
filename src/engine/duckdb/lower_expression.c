/* Expressions as SQL: columns, casts, cases; calls are in lower_function.c. */
#include <string.h>

#include "engine/duckdb/extent.h"
#include "engine/duckdb/lower_writer.h"
#include "engine/duckdb/types_composed.h"
#include "plan/coerce.h"

bool
wd_duck_uses_columns(const struct wd_expression *expression)
{
  if (expression->kind == WD_EXPR_COLUMN ||
      expression->kind == WD_EXPR_SUBQUERY)
    return true;
  for (uint32_t i = 0; i < expression->argument_count; i++)
    if (wd_duck_uses_columns(expression->arguments[i]))
      return true;
  return false;
}

/* Types of results differ here and there (year is BIGINT, pow is DOUBLE);
 * DuckDB drops casts to the same type. */
static enum wd_status
write_call(const struct writer *writer, const struct wd_expression *call)
{
  bool cast =
      call->type.id != WD_TYPE_BOOL && call->type.id != WD_TYPE_INTERVAL;
  enum wd_status status;

  if (cast)
    wd_buf_puts(writer->buf, "CAST(");
  status = wd__write_function(writer, call);
  if (cast) {
    wd_buf_puts(writer->buf, " AS ");
    wd_duck_type_sql(&call->type, writer->buf);
    wd_buf_putc(writer->buf, ')');
  }
  return status;
}

/* Whether DuckDB's own cast between times rounds, fails in TRY_CAST, or says
 * INT32 of a date that is no timestamp. */
static bool
is_unit_cast(const struct wd_type *from, const struct wd_type *to)
{
  if (to->id == WD_TYPE_TIME)
    return is_timestamp(from) || from->id == WD_TYPE_TIME;
  if (is_timestamp(to) && is_timestamp(from))
    return to->unit != from->unit;
  if (is_timestamp(to))
    return from->id == WD_TYPE_DATE;
  return to->id == WD_TYPE_DATE && is_timestamp(from) &&
         from->unit == WD_UNIT_NS;
}

static enum wd_status
write_unit(const struct writer *writer, const struct wd_expression *cast)
{
  return wd__write_pure(
      writer, cast->try_cast ? WD_DUCK_PURE_TRY_UNIT : WD_DUCK_PURE_UNIT, cast);
}

/* A text to a time of a coarser unit than DuckDB's TIME. */
static enum wd_status
write_coarse_time(const struct writer *writer, const struct wd_expression *cast)
{
  struct wd_expression fine = *cast, coarse = *cast;
  const struct wd_expression *operand = &fine;

  fine.type.unit = WD_UNIT_US;
  coarse.arguments = &operand;
  return write_unit(writer, &coarse);
}

/* The operand of a cast to an integer: fractions are cut off, where DuckDB
 * rounds; a text must be an integer. */
static enum wd_status
write_whole(const struct writer *writer, const struct wd_expression *cast)
{
  enum wd_type_id from = cast->arguments[0]->type.id;
  enum wd_status status;

  if (from == WD_TYPE_STRING)
    return wd__write_pure(
        writer,
        cast->try_cast ? WD_DUCK_PURE_TRY_INTEGER : WD_DUCK_PURE_INTEGER, cast);
  if (from != WD_TYPE_F32 && from != WD_TYPE_F64 && from != WD_TYPE_DECIMAL)
    return wd__write_expression(writer, cast->arguments[0]);
  wd_buf_puts(writer->buf, "trunc(");
  status = wd__write_expression(writer, cast->arguments[0]);
  wd_buf_putc(writer->buf, ')');
  return status;
}

/* A struct of one field is that member: see typing_value.c. */
static enum wd_status
write_union(const struct writer *writer, const struct wd_expression *cast)
{
  const struct wd_expression *one = cast->arguments[0];
  const char *name = one->type.children[0].name;
  enum wd_status status;

  wd_buf_puts(writer->buf, "CAST(union_value(");
  wd_duck_quote(name, strlen(name), '"', writer->buf);
  wd_buf_puts(writer->buf, " := CAST(");
  status = wd__write_expression(writer, one->arguments[0]);
  wd_buf_puts(writer->buf, " AS ");
  wd_duck_type_sql(&one->type.children[0].type, writer->buf);
  wd_buf_puts(writer->buf, ")) AS ");
  wd_duck_type_sql(&cast->type, writer->buf);
  wd_buf_putc(writer->buf, ')');
  return status;
}

static enum wd_status
write_cast(const struct writer *writer, const struct wd_expression *cast)
{
  const struct wd_expression *operand = cast->arguments[0];
  const char *word = cast->try_cast ? "TRY_CAST(" : "CAST(";
  enum wd_type_id from = operand->type.id, to = cast->type.id;
  const struct wd_type operand_storage = wd_type_storage(&operand->type);
  const struct wd_type storage = wd_type_storage(&cast->type);
  enum wd_status status;

  if (from == WD_TYPE_NULL) {
    static const struct wd_literal null = {.null = true};

    return wd_duck_lower_literal(&cast->type, &null, writer->buf,
                                 writer->lowering->error);
  }
  if (wd_type_alike(&operand_storage, &storage))
    return wd__write_expression(writer, operand);
  if (from == WD_TYPE_STRUCT && to == WD_TYPE_UNION)
    return write_union(writer, cast);
  if (from == WD_TYPE_BINARY && to == WD_TYPE_STRING) {
    wd_buf_puts(writer->buf, cast->try_cast ? "TRY(decode(" : "(decode(");
    status = wd__write_expression(writer, operand);
    wd_buf_puts(writer->buf, "))");
    return status;
  }
  if (from == WD_TYPE_STRING && to == WD_TYPE_BINARY) {
    wd_buf_puts(writer->buf, "encode(");
    status = wd__write_expression(writer, operand);
    wd_buf_putc(writer->buf, ')');
    return status;
  }
  if (is_unit_cast(&operand->type, &cast->type))
    return write_unit(writer, cast);
  if (from == WD_TYPE_STRING && to == WD_TYPE_TIME &&
      cast->type.unit < WD_UNIT_US)
    return write_coarse_time(writer, cast);
  wd_buf_puts(writer->buf, word);
  if (wd_type_is_integer(&cast->type))
    status = write_whole(writer, cast);
  else
    status = wd__write_expression(writer, operand);
  wd_buf_puts(writer->buf, " AS ");
  wd_duck_type_sql(&cast->type, writer->buf);
  wd_buf_putc(writer->buf, ')');
  return status;
}

bool
wd_duck_has_window(const struct wd_expression *expression)
{
  if (expression->kind == WD_EXPR_WINDOW)
    return true;
  for (uint32_t i = 0; i < expression->argument_count; i++)
    if (wd_duck_has_window(expression->arguments[i]))
      return true;
  return false;
}

/* The value of a branch. */
static enum wd_status
write_value(const struct writer *writer, const struct wd_expression *value,
            bool boxed)
{
  enum wd_status status;

  wd_buf_puts(writer->buf, boxed ? "[" : "");
  status = wd__write_expression(writer, value);
  wd_buf_puts(writer->buf, boxed ? "]" : "");
  return status;
}

static enum wd_status
write_case(const struct writer *writer, const struct wd_expression *branches)
{
  uint32_t pairs = branches->argument_count / 2;
  bool boxed = wd_duck_type_is_boxed(&branches->type);
  enum wd_status status = WD_OK;

  wd_buf_puts(writer->buf, boxed ? "CAST((CASE" : "CAST(CASE");
  for (uint32_t i = 0; status == WD_OK && i < pairs; i++) {
    wd_buf_puts(writer->buf, " WHEN ");
    status = wd__write_expression(writer, branches->arguments[2 * i]);
    wd_buf_puts(writer->buf, " THEN ");
    if (status == WD_OK)
      status = write_value(writer, branches->arguments[2 * i + 1], boxed);
  }
  if (status == WD_OK && branches->argument_count % 2) {
    wd_buf_puts(writer->buf, " ELSE ");
    status = write_value(writer, branches->arguments[2 * pairs], boxed);
  }
  wd_buf_puts(writer->buf, boxed ? " END)[1] AS " : " END AS ");
  wd_duck_type_sql(&branches->type, writer->buf);
  wd_buf_putc(writer->buf, ')');
  return status;
}

static enum wd_status
write_in(const struct writer *writer, const struct wd_expression *in)
{
  enum wd_status status;

  if (in->argument_count < 2) {
    wd_buf_puts(writer->buf, "FALSE");
    return WD_OK;
  }
  wd_buf_putc(writer->buf, '(');
  status = wd__write_expression(writer, in->arguments[0]);
  wd_buf_puts(writer->buf, " IN (");
  for (uint32_t i = 1; status == WD_OK && i < in->argument_count; i++) {
    if (i > 1)
      wd_buf_puts(writer->buf, ", ");
    status = wd__write_expression(writer, in->arguments[i]);
  }
  wd_buf_puts(writer->buf, "))");
  return status;
}

/* By its place: names of fields may differ in case only. */
static enum wd_status
write_field(const struct writer *writer, const struct wd_expression *field)
{
  enum wd_status status;

  wd_buf_puts(writer->buf, "struct_extract_at(");
  status = wd__write_expression(writer, field->arguments[0]);
  wd_buf_printf(writer->buf, ", %u)", field->column + 1);
  return status;
}

/* As it is below. */
static void
write_column(const struct writer *writer, uint32_t column)
{
  const struct wd_duck_scope *scope = writer->scope;

  if (scope->places)
    wd_buf_printf(writer->buf, "j%u.c%u", scope->places[column].relation,
                  scope->places[column].column);
  else if (scope->right && column >= scope->left_count)
    wd_buf_printf(writer->buf, "%s.c%u", scope->right,
                  column - scope->left_count);
  else
    wd_buf_printf(writer->buf, "%s.c%u", scope->left, column);
}

/* In its type. */
static void
write_typed_column(const struct writer *writer,
                   const struct wd_expression *column)
{
  const struct wd_duck_extent *extents = writer->lowering->extents;

  if (!extents || !wd_duck_is_narrow(&column->type, &extents[column->column])) {
    write_column(writer, column->column);
    return;
  }
  wd_buf_puts(writer->buf, "CAST(");
  write_column(writer, column->column);
  wd_buf_puts(writer->buf, " AS ");
  wd_duck_type_sql(&column->type, writer->buf);
  wd_buf_putc(writer->buf, ')');
}

static enum wd_status
write_narrow(const struct writer *writer,
             const struct wd_expression *expression)
{
  const struct wd_expression *const *operands = expression->arguments;
  struct wd_duck_extent extent =
      wd_duck_extent_of(expression, writer->lowering->extents);
  const struct wd_type type =
      wd_type_decimal(extent.digits, expression->type.scale);
  enum wd_status status = WD_OK;

  if (!wd_duck_is_narrow(&expression->type, &extent))
    return wd__write_expression(writer, expression);
  switch (expression->kind) {
  case WD_EXPR_COLUMN:
    write_column(writer, expression->column);
    return WD_OK;
  case WD_EXPR_LITERAL:
    return wd_duck_lower_literal(&type, &expression->literal, writer->buf,
                                 writer->lowering->error);
  default: /* a call of two, or a cast */
    break;
  }
  wd_buf_puts(writer->buf, "CAST((");
  for (uint32_t i = 0; status == WD_OK && i < expression->argument_count; i++) {
    if (i)
      wd_buf_puts(writer->buf, expression->function == WD_FN_ADD ? " + "
                               : expression->function == WD_FN_SUBTRACT
                                   ? " - "
                                   : " * ");
    status = write_narrow(writer, operands[i]);
  }
  wd_buf_puts(writer->buf, ") AS ");
  wd_duck_type_sql(&type, writer->buf);
  wd_buf_putc(writer->buf, ')');
  return status;
}

enum wd_status
wd_duck_lower_narrow(struct wd_duck_lowering *lowering,
                     const struct wd_expression *expression,
                     const struct wd_duck_scope *scope, struct wd_buf *buf)
{
  const struct writer writer = {lowering, scope, buf};

  return write_narrow(&writer, expression);
}

static enum wd_status
lower_by_kind(struct wd_duck_lowering *lowering,
              const struct wd_expression *expression,
              const struct wd_duck_scope *scope, struct wd_buf *buf)
{
  const struct writer writer = {lowering, scope, buf};

  if (buf->failed)
    return wd_duck_buf_failure(buf, lowering->error);
  switch (expression->kind) {
  case WD_EXPR_COLUMN:
    write_typed_column(&writer, expression);
    return WD_OK;
  case WD_EXPR_LITERAL:
    return wd_duck_lower_literal(&expression->type, &expression->literal, buf,
                                 lowering->error);
  case WD_EXPR_CALL:
    return write_call(&writer, expression);
  case WD_EXPR_CAST:
    return write_cast(&writer, expression);
  case WD_EXPR_CASE:
    return write_case(&writer, expression);
  case WD_EXPR_LAMBDA:
    return wd__write_lambda(&writer, expression);
  case WD_EXPR_VARIABLE:
    wd__write_variable(&writer, expression);
    return WD_OK;
  case WD_EXPR_NAMED:
    return wd__write_named(&writer, expression);
  case WD_EXPR_WINDOW:
    return wd__write_window(&writer, expression);
  case WD_EXPR_FIELD:
    return write_field(&writer, expression);
  case WD_EXPR_IN:
    return write_in(&writer, expression);
  case WD_EXPR_SUBQUERY:
    return wd__write_subquery(&writer, expression);
  case WD_EXPR_OUTER:
    wd_buf_printf(buf, "o%u_%u", expression->around, expression->column);
    return WD_OK;
  }
  return wd_fail(lowering->error, WD_INTERNAL, "unknown kind of expression");
}

enum wd_status
wd_duck_lower_expression(struct wd_duck_lowering *lowering,
                         const struct wd_expression *expression,
                         const struct wd_duck_scope *scope, struct wd_buf *buf)
{
  enum wd_status status;

  lowering->parts = lowering->nested ? lowering->parts + 1 : 1;
  if (lowering->parts > WD_DUCK_PARTS)
    return wd_fail(lowering->error, WD_LIMIT_EXCEEDED,
                   "an expression is too large for the engine: make columns "
                   "of its parts first");
  lowering->nested++;
  status = lower_by_kind(lowering, expression, scope, buf);
  lowering->nested--;
  return status;
}
