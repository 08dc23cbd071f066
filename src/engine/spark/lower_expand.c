/* Steps that make several rows of one: Spark's generators stand among the
 * columns of a projection, and a second one gives all columns our names. */
#include <stdio.h>

#include "engine/spark/lower_named.h"
#include "engine/spark/types.h"

/* named_struct('e0', value, 'e1', …) */
static enum wd_status
write_expanded_row(struct wd_spark_lowering *lowering,
                   const struct wd_plan_node *node, uint32_t row,
                   struct wd_buf *buf)
{
  uint32_t kept = node->expand.kept_count;
  uint32_t width = node->schema.count - kept;
  enum wd_status status = WD_OK;

  wd_buf_puts(buf, row ? ", named_struct(" : "named_struct(");
  for (uint32_t i = 0; status == WD_OK && i < width; i++) {
    wd_buf_printf(buf, "%s'e%u', CAST(", i ? ", " : "", i);
    status = wd_spark_write_expression(
        lowering, node->expand.expressions[row * width + i], buf);
    if (status == WD_OK)
      status = wd_spark_cast_end(&node->schema.columns[kept + i].type, buf,
                                 lowering->error);
  }
  wd_buf_putc(buf, ')');
  return status;
}

/* The kept columns, and what a generator makes of an array of rows. */
static enum wd_status
put_expansion(struct wd_spark_lowering *lowering,
              const struct wd_plan_node *node)
{
  struct wd_sc_writer *writer = lowering->writer;
  size_t relation = wd_sc_begin(writer, WD_SC_Project_input);
  size_t project = wd_sc_begin(writer, WD_SC_Relation_project);
  struct wd_buf buf;
  enum wd_status status =
      wd_spark_lower_input(lowering, node, WD_SC_Project_input);

  for (uint32_t i = 0; i < node->expand.kept_count; i++) {
    char from[16], to[16];

    snprintf(from, sizeof from, "c%u", node->expand.kept[i]);
    snprintf(to, sizeof to, "k%u", i);
    wd_spark_put_named(lowering, WD_SC_Project_expressions, from, to);
  }
  wd_buf_init(&buf, lowering->engine->mem, WD_SPARK_TEXT_MAX);
  wd_buf_puts(&buf, "inline(array(");
  for (uint32_t row = 0; status == WD_OK && row < node->expand.row_count; row++)
    status = write_expanded_row(lowering, node, row, &buf);
  wd_buf_puts(&buf, "))");
  status = wd_spark_put_written(lowering, WD_SC_Project_expressions, &buf, NULL,
                                status);
  wd_sc_end(writer, project);
  wd_sc_end(writer, relation);
  return status;
}

enum wd_status
wd_spark_lower_expand(struct wd_spark_lowering *lowering,
                      const struct wd_plan_node *node)
{
  uint32_t kept = node->expand.kept_count;
  size_t project = wd_sc_begin(lowering->writer, WD_SC_Relation_project);
  enum wd_status status = put_expansion(lowering, node);

  for (uint32_t i = 0; i < node->schema.count; i++) {
    char from[16], to[16];

    snprintf(from, sizeof from, i < kept ? "k%u" : "e%u",
             i < kept ? i : i - kept);
    snprintf(to, sizeof to, "c%u", i);
    wd_spark_put_named(lowering, WD_SC_Project_expressions, from, to);
  }
  wd_sc_end(lowering->writer, project);
  return status;
}

/* All columns but the exploded one, as k0 …, and posexplode's pos and col, or
 * pos, key and value. */
static enum wd_status
put_items(struct wd_spark_lowering *lowering, const struct wd_plan_node *node)
{
  struct wd_sc_writer *writer = lowering->writer;
  size_t relation = wd_sc_begin(writer, WD_SC_Project_input);
  size_t project = wd_sc_begin(writer, WD_SC_Relation_project);
  char text[48];
  enum wd_status status =
      wd_spark_lower_node(lowering, node->left, WD_SC_Project_input);

  for (uint32_t i = 0; i < node->left->schema.count; i++) {
    char from[16], to[16];

    snprintf(from, sizeof from, "c%u", i);
    snprintf(to, sizeof to, "k%u", i);
    if (i != node->explode.column)
      wd_spark_put_named(lowering, WD_SC_Project_expressions, from, to);
  }
  snprintf(text, sizeof text, "posexplode%s(c%u)",
           node->explode.outer ? "_outer" : "", node->explode.column);
  wd_spark_put_text(lowering, WD_SC_Project_expressions, text);
  wd_sc_end(writer, project);
  wd_sc_end(writer, relation);
  return status;
}

/* What stands in the place of the list or map. */
static uint32_t
put_item_columns(struct wd_spark_lowering *lowering,
                 const struct wd_plan_node *node, uint32_t at)
{
  const struct wd_type *type =
      &node->left->schema.columns[node->explode.column].type;
  const char *names[3];
  uint32_t count = 0;

  if (node->explode.has_position)
    names[count++] = "CAST(pos AS BIGINT)";
  if (type->id == WD_TYPE_MAP) {
    names[count++] = "key";
    names[count++] = "value";
  } else {
    names[count++] = "col";
  }
  for (uint32_t i = 0; i < count; i++) {
    char to[16];

    snprintf(to, sizeof to, "c%u", at + i);
    wd_spark_put_named(lowering, WD_SC_Project_expressions, names[i], to);
  }
  return count;
}

enum wd_status
wd_spark_lower_explode(struct wd_spark_lowering *lowering,
                       const struct wd_plan_node *node)
{
  size_t project = wd_sc_begin(lowering->writer, WD_SC_Relation_project);
  enum wd_status status = put_items(lowering, node);
  uint32_t at = 0;

  for (uint32_t i = 0; i < node->left->schema.count; i++) {
    char from[16], to[16];

    snprintf(from, sizeof from, "k%u", i);
    snprintf(to, sizeof to, "c%u", at);
    if (i == node->explode.column) {
      at += put_item_columns(lowering, node, at);
    } else {
      wd_spark_put_named(lowering, WD_SC_Project_expressions, from, to);
      at++;
    }
  }
  wd_sc_end(lowering->writer, project);
  return status;
}
