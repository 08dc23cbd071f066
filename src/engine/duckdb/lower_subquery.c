/* Subqueries. All steps of a query are called t, so a subquery could not name
 * the row around it: the columns that it looks at get a second name there,
 * o<number of the subquery>_<column>, which no step inside has. */
#include "engine/duckdb/extent.h"
#include "engine/duckdb/lower_writer.h"
#include "engine/duckdb/types.h"

struct around {
  const char *format; /* of number and column */
  bool any;
  struct wd_buf *buf;
  const struct wd_plan_node *below; /* whose columns they are */
  const struct wd_duck_extent *extents;
};

static void
write_names(void *env, const struct wd_subquery *subquery)
{
  struct around *around = env;

  for (uint32_t i = 0; i < subquery->outer_count; i++) {
    if (around->buf && around->any)
      wd_buf_puts(around->buf, ", ");
    around->any = true;
    if (around->buf)
      wd_buf_printf(around->buf, "o%u_%u", subquery->number,
                    subquery->outer[i]);
  }
}

static void
write_columns(void *env, const struct wd_subquery *subquery)
{
  struct around *around = env;

  for (uint32_t i = 0; i < subquery->outer_count; i++) {
    uint32_t column = subquery->outer[i];
    const struct wd_type *type = &around->below->schema.columns[column].type;

    wd_buf_puts(around->buf, ", ");
    if (around->extents && wd_duck_is_narrow(type, &around->extents[column])) {
      wd_buf_printf(around->buf, "CAST(t.c%u AS ", column);
      wd_duck_type_sql(type, around->buf);
      wd_buf_putc(around->buf, ')');
    } else {
      wd_buf_printf(around->buf, "t.c%u", column);
    }
    wd_buf_printf(around->buf, " AS o%u_%u", subquery->number, column);
  }
}

static bool
has_outer(const struct wd_plan_node *node)
{
  struct around around = {.any = false};

  wd_plan_each_subquery(node, write_names, &around);
  return around.any;
}

void
wd_duck_write_rest(const struct wd_plan_node *node, struct wd_buf *buf)
{
  struct around around = {.buf = buf};

  wd_buf_putc(buf, '*');
  if (!has_outer(node))
    return;
  wd_buf_puts(buf, " EXCLUDE (");
  wd_plan_each_subquery(node, write_names, &around);
  wd_buf_putc(buf, ')');
}

enum wd_status
wd_duck_lower_around(struct wd_duck_lowering *lowering,
                     const struct wd_plan_node *node, struct wd_buf *buf)
{
  struct around around = {
      .buf = buf, .below = node->left, .extents = lowering->extents};
  enum wd_status status;

  if (!has_outer(node))
    return wd_duck_lower_from(lowering, node->left, "t", buf);
  wd_buf_puts(buf, "(SELECT t.*");
  wd_plan_each_subquery(node, write_columns, &around);
  wd_buf_puts(buf, " FROM ");
  status = wd_duck_lower_from(lowering, node->left, "t", buf);
  wd_buf_puts(buf, ") AS t");
  return status;
}

static enum wd_status
write_needles(const struct writer *writer,
              const struct wd_expression *expression)
{
  const struct wd_subquery *subquery = expression->subquery;
  enum wd_status status = WD_OK;

  for (uint32_t i = 0; status == WD_OK && i < expression->argument_count; i++)
    status = wd__write_expression(writer, expression->arguments[i]);
  switch (subquery->kind) {
  case WD_SUBQUERY_SCALAR:
    break;
  case WD_SUBQUERY_EXISTS:
    wd_buf_puts(writer->buf, "EXISTS ");
    break;
  case WD_SUBQUERY_IN:
    wd_buf_puts(writer->buf, " IN ");
    break;
  case WD_SUBQUERY_ANY:
  case WD_SUBQUERY_ALL: {
    static const struct {
      enum wd_function function;
      const char *sign;
    } signs[] = {{WD_FN_EQUAL, "="}, {WD_FN_NOT_EQUAL, "<>"},
                 {WD_FN_LT, "<"},    {WD_FN_LTE, "<="},
                 {WD_FN_GT, ">"},    {WD_FN_GTE, ">="}};

    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
      if (signs[i].function == subquery->comparison)
        wd_buf_printf(writer->buf, " %s %s ", signs[i].sign,
                      subquery->kind == WD_SUBQUERY_ANY ? "ANY" : "ALL");
  }
  }
  return status;
}

enum wd_status
wd__write_subquery(const struct writer *writer,
                   const struct wd_expression *expression)
{
  struct wd_duck_lowering *lowering = writer->lowering;
  uint32_t parts = lowering->parts, nested = lowering->nested;
  const struct wd_duck_extent *extents = lowering->extents;
  enum wd_status status;

  wd_buf_putc(writer->buf, '(');
  status = write_needles(writer, expression);
  wd_buf_printf(writer->buf, "(SELECT %s FROM ",
                expression->subquery->kind == WD_SUBQUERY_EXISTS ? "1"
                                                                 : "t.c0");
  /* Its expressions are no parts of this one. */
  lowering->nested = 0;
  lowering->extents = NULL;
  if (status == WD_OK)
    status = wd_duck_lower_from(lowering, expression->subquery->query, "t",
                                writer->buf);
  lowering->nested = nested;
  lowering->extents = extents;
  lowering->parts = parts;
  wd_buf_puts(writer->buf, "))");
  return status;
}
