/* Structs, and functions of lists that take lambdas, as SQL. A lambda's
 * variables are `v0`, `v1` …; where a reduce's result has another type than the
 * elements, both are fields of one struct, `a` and `x`, because DuckDB has one
 * type for them. */
#include "engine/duckdb/lower_writer.h"
#include "engine/duckdb/types.h"

void
wd__write_variable(const struct writer *writer,
                   const struct wd_expression *variable)
{
  const struct wd_variables *of = variable->variables;

  wd_buf_printf(writer->buf, "v%u", variable->column);
  if (of->unlike)
    wd_buf_puts(writer->buf, variable->column == of->first ? ".a" : ".x");
}

static void
write_null(const struct writer *writer, const struct wd_type *type)
{
  wd_buf_puts(writer->buf, "CAST(NULL AS ");
  wd_duck_type_sql(type, writer->buf);
  wd_buf_putc(writer->buf, ')');
}

static enum wd_status
write_as(const struct writer *writer, const struct wd_expression *expression,
         const struct wd_type *type)
{
  enum wd_status status;

  wd_buf_puts(writer->buf, "CAST(");
  status = wd__write_expression(writer, expression);
  wd_buf_puts(writer->buf, " AS ");
  wd_duck_type_sql(type, writer->buf);
  wd_buf_putc(writer->buf, ')');
  return status;
}

enum wd_status
wd__write_lambda(const struct writer *writer,
                 const struct wd_expression *lambda)
{
  const struct wd_variables *variables = lambda->variables;

  wd_buf_puts(writer->buf, "lambda ");
  for (uint32_t i = 0; i < variables->count; i++)
    wd_buf_printf(writer->buf, "%sv%u", i ? ", " : "", variables->first + i);
  wd_buf_puts(writer->buf, ": ");
  return write_as(writer, lambda->arguments[0], &lambda->type);
}

static enum wd_status
write_struct(const struct writer *writer, const struct wd_expression *call)
{
  enum wd_status status = WD_OK;

  wd_buf_puts(writer->buf, "row(");
  for (uint32_t i = 0; status == WD_OK && i < call->argument_count; i++) {
    wd_buf_puts(writer->buf, i ? ", " : "");
    status = write_as(writer, call->arguments[i], &call->type.children[i].type);
  }
  wd_buf_putc(writer->buf, ')');
  return status;
}

static const struct wd_type *
item_of(const struct wd_expression *list)
{
  return &list->type.children[0].type;
}

/* Every part a struct of both types. */
static enum wd_status
write_unlike(const struct writer *writer, const struct wd_expression *call)
{
  const struct wd_expression *lambda = call->arguments[1];
  const struct wd_type *item = item_of(call->arguments[0]);
  uint32_t first = lambda->variables->first;
  enum wd_status status;

  wd_buf_puts(writer->buf, "list_reduce(list_transform(");
  status = wd__write_expression(writer, call->arguments[0]);
  wd_buf_puts(writer->buf, ", lambda x: {'a': ");
  write_null(writer, &lambda->type);
  wd_buf_printf(writer->buf, ", 'x': x}), lambda v%u, v%u: {'a': ", first,
                first + 1);
  if (status == WD_OK)
    status = write_as(writer, lambda->arguments[0], &lambda->type);
  wd_buf_puts(writer->buf, ", 'x': ");
  write_null(writer, item);
  wd_buf_puts(writer->buf, "}, {'a': ");
  if (status == WD_OK)
    status = write_as(writer, call->arguments[2], &lambda->type);
  wd_buf_puts(writer->buf, ", 'x': ");
  write_null(writer, item);
  wd_buf_puts(writer->buf, "}).a");
  return status;
}

enum wd_status
wd__write_nested(const struct writer *writer, const struct wd_expression *call)
{
  switch (call->function) {
  case WD_FN_MAP_ENTRIES:
    return wd__write_template(writer, "map_entries($)", call);
  case WD_FN_TRANSFORM:
    return wd__write_template(writer, "list_transform($, $)", call);
  case WD_FN_LIST_FILTER:
    return wd__write_template(writer, "list_filter($, $)", call);
  case WD_FN_LIST_REDUCE:
    if (call->arguments[1]->variables->unlike)
      return write_unlike(writer, call);
    /* DuckDB fails for no elements. */
    return wd__write_template(
        writer,
        call->argument_count == 3
            ? "list_reduce($, $, $)"
            : "list_transform([$1], lambda w: CASE WHEN len(w) > 0 THEN "
              "list_reduce(w, $2) END)[1]",
        call);
  case WD_FN_ANY_MATCH:
    return wd__write_template(
        writer,
        "list_transform([list_transform($1, $2)], lambda w: CASE WHEN "
        "list_contains(w, TRUE) THEN TRUE WHEN list_count(w) = len(w) THEN "
        "FALSE END)[1]",
        call);
  case WD_FN_ALL_MATCH:
    return wd__write_template(
        writer,
        "list_transform([list_transform($1, $2)], lambda w: CASE WHEN "
        "list_contains(w, FALSE) THEN FALSE WHEN list_count(w) = len(w) THEN "
        "TRUE END)[1]",
        call);
  default:
    return write_struct(writer, call);
  }
}
