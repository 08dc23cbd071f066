/* Expressions as Spark SQL: columns, casts, cases; calls are in
 * lower_function.c. */
#include <stdio.h>

#include "engine/spark/lower_cast.h"
#include "engine/spark/lower_interval.h"
#include "engine/spark/lower_named.h"
#include "engine/spark/types.h"
#include "plan/coerce.h"

enum wd_status
wd_spark_text_check(const struct wd_buf *buf, struct wd_error *error)
{
  if (!buf->failed)
    return WD_OK;
  if (buf->length < buf->maximum / 2)
    return wd_fail_memory(error);
  return wd_fail(error, WD_LIMIT_EXCEEDED,
                 "an expression is too large for the engine: make columns of "
                 "its parts first");
}

bool
wd_spark_is_short(const struct wd_expression *expression)
{
  while (expression->kind == WD_EXPR_CAST)
    expression = expression->arguments[0];
  return expression->kind == WD_EXPR_COLUMN ||
         expression->kind == WD_EXPR_LITERAL;
}

/* Whether a result may be past the range of its type, in what carries it. */
static bool
may_leave(const struct wd_expression *call)
{
  enum wd_function_rule rule = wd_function_rule(call->function);

  return wd_type_is_unsigned(&call->type) && rule != WD_RULE_SAME &&
         rule != WD_RULE_NULLIF;
}

static enum wd_status
write_call(struct wd_spark_lowering *lowering, const struct wd_expression *call,
           struct wd_buf *buf)
{
  enum wd_status status;

  if (call->type.id == WD_TYPE_BOOL)
    return wd_spark_write_function(lowering, call, buf);
  if (may_leave(call)) {
    wd_spark_begin_narrow(false, buf);
    status = wd_spark_write_function(lowering, call, buf);
    wd_spark_end_narrow(&call->type, false, buf);
    return status;
  }
  wd_buf_puts(buf, "CAST(");
  status = wd_spark_write_function(lowering, call, buf);
  return status == WD_OK ? wd_spark_cast_end(&call->type, buf, lowering->error)
                         : status;
}

static enum wd_status
write_case(struct wd_spark_lowering *lowering,
           const struct wd_expression *branches, struct wd_buf *buf)
{
  uint32_t pairs = branches->argument_count / 2;
  const struct wd_expression *const *parts = branches->arguments;
  enum wd_status status = WD_OK;

  wd_buf_puts(buf, "CAST(CASE");
  for (uint32_t i = 0; status == WD_OK && i < pairs; i++) {
    wd_buf_puts(buf, " WHEN ");
    status = wd_spark_write_expression(lowering, parts[2 * i], buf);
    wd_buf_puts(buf, " THEN ");
    if (status == WD_OK)
      status = wd_spark_write_expression(lowering, parts[2 * i + 1], buf);
  }
  if (status == WD_OK && branches->argument_count % 2) {
    wd_buf_puts(buf, " ELSE ");
    status = wd_spark_write_expression(lowering, parts[2 * pairs], buf);
  }
  wd_buf_puts(buf, " END");
  return status == WD_OK
             ? wd_spark_cast_end(&branches->type, buf, lowering->error)
             : status;
}

static enum wd_status
write_in(struct wd_spark_lowering *lowering, const struct wd_expression *in,
         struct wd_buf *buf)
{
  enum wd_status status;

  if (in->argument_count < 2) {
    wd_buf_puts(buf, "FALSE");
    return WD_OK;
  }
  wd_buf_putc(buf, '(');
  status = wd_spark_write_key(lowering, in->arguments[0], buf);
  wd_buf_puts(buf, " IN (");
  for (uint32_t i = 1; status == WD_OK && i < in->argument_count; i++) {
    wd_buf_puts(buf, i > 1 ? ", " : "");
    status = wd_spark_write_key(lowering, in->arguments[i], buf);
  }
  wd_buf_puts(buf, "))");
  return status;
}

/* Of structs with two fields of a name, Spark finds neither. */
static enum wd_status
write_field(struct wd_spark_lowering *lowering,
            const struct wd_expression *field, struct wd_buf *buf)
{
  const char *name = field->arguments[0]->type.children[field->column].name;
  enum wd_status status;

  wd_buf_putc(buf, '(');
  status = wd_spark_write_expression(lowering, field->arguments[0], buf);
  wd_buf_puts(buf, ").");
  wd_spark_quote_name(name, buf);
  return status;
}

static void
write_column(const struct wd_spark_lowering *lowering, uint32_t column,
             struct wd_buf *buf)
{
  if (!lowering->joined)
    wd_buf_printf(buf, "c%u", column - lowering->column_base);
  else if (column < lowering->left_count)
    wd_buf_printf(buf, "l.c%u", column);
  else
    wd_buf_printf(buf, "r.c%u", column - lowering->left_count);
}

enum wd_status
wd_spark_write_expression(struct wd_spark_lowering *lowering,
                          const struct wd_expression *expression,
                          struct wd_buf *buf)
{
  if (buf->failed)
    return wd_spark_text_check(buf, lowering->error);
  switch (expression->kind) {
  case WD_EXPR_COLUMN:
    write_column(lowering, expression->column, buf);
    return WD_OK;
  case WD_EXPR_LITERAL:
    return wd_spark_write_literal(&expression->type, &expression->literal, buf,
                                  lowering->error);
  case WD_EXPR_CALL:
    return write_call(lowering, expression, buf);
  case WD_EXPR_CAST:
    return wd_spark_write_cast(lowering, expression, buf);
  case WD_EXPR_CASE:
    return write_case(lowering, expression, buf);
  case WD_EXPR_FIELD:
    return write_field(lowering, expression, buf);
  case WD_EXPR_IN:
    return write_in(lowering, expression, buf);
  case WD_EXPR_LAMBDA:
    return wd_spark_write_lambda(lowering, expression, buf);
  case WD_EXPR_VARIABLE:
    wd_buf_printf(buf, "v%u", expression->column);
    return WD_OK;
  case WD_EXPR_NAMED:
    return wd_spark_write_named(lowering, expression, buf);
  case WD_EXPR_WINDOW:
    return wd_spark_write_window(lowering, expression, buf);
  case WD_EXPR_SUBQUERY:
    return wd_spark_write_subquery(lowering, expression->subquery, buf);
  case WD_EXPR_OUTER:
    return wd_fail(lowering->error, WD_UNSUPPORTED,
                   "the engine spark does not run subqueries that look at the "
                   "rows around them");
  }
  return wd_fail(lowering->error, WD_INTERNAL, "unknown kind of expression");
}

enum wd_status
wd_spark_expression(struct wd_spark_lowering *lowering,
                    const struct wd_expression *expression,
                    const char **out_text)
{
  struct wd_buf buf;
  enum wd_status status;

  wd_buf_init(&buf, lowering->engine->mem, WD_SPARK_TEXT_MAX);
  status = wd_spark_write_expression(lowering, expression, &buf);
  if (status == WD_OK)
    status = wd_spark_text_check(&buf, lowering->error);
  if (status == WD_OK) {
    *out_text =
        wd_arena_strndup(lowering->arena, wd_buf_text(&buf), buf.length);
    if (!*out_text)
      status = wd_fail_memory(lowering->error);
  }
  wd_buf_fini(&buf);
  return status;
}
