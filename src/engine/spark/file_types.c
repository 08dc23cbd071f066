#include "engine/spark/file_types.h"

#include <stdio.h>

#include "engine/spark/carried.h"
#include "engine/spark/lower_cast.h"

static bool
is_text(const struct wd_type *type)
{
  switch (type->id) {
  case WD_TYPE_TIME:
  case WD_TYPE_UUID:
  case WD_TYPE_ENUM:
  case WD_TYPE_INTERVAL:
    return true;
  default:
    return type->id == WD_TYPE_TIMESTAMP && type->unit == WD_UNIT_NS;
  }
}

static struct wd_type
file_leaf(const struct wd_type *type)
{
  return is_text(type) ? wd_type_of(WD_TYPE_STRING)
                       : wd_spark_carrier_leaf(type);
}

enum wd_status
wd_spark_file_schema(const struct wd_schema *schema, struct wd_arena *arena,
                     struct wd_schema *out_schema, struct wd_error *error)
{
  return wd_spark_map_schema(schema, file_leaf, arena, out_schema, error);
}

/* A column, called c and its number, of one type as another. */
static enum wd_status
put_converted(struct wd_spark_lowering *lowering, uint32_t index,
              const struct wd_type *from, const struct wd_type *to,
              const char *name)
{
  const struct wd_expression column = {
      .kind = WD_EXPR_COLUMN, .type = *from, .nullable = true, .column = index};
  struct wd_buf buf;

  wd_buf_init(&buf, lowering->engine->mem, WD_SPARK_TEXT_MAX);
  return wd_spark_put_written(
      lowering, WD_SC_Project_expressions, &buf, name,
      wd_spark_write_converted(lowering, &column, to, &buf));
}

static enum wd_status
put_column(struct wd_spark_lowering *lowering, const struct wd_column *column,
           uint32_t index, bool reads)
{
  struct wd_type file;
  char name[16];

  snprintf(name, sizeof name, "c%u", index);
  if (!wd_spark_map_type(&column->type, file_leaf, lowering->arena, &file))
    return wd_fail_memory(lowering->error);
  return reads ? put_converted(lowering, index, &file, &column->type, name)
               : put_converted(lowering, index, &column->type, &file,
                               column->name);
}

static enum wd_status
put_columns(struct wd_spark_lowering *lowering, const struct wd_schema *schema,
            bool reads)
{
  enum wd_status status = WD_OK;

  for (uint32_t i = 0; status == WD_OK && i < schema->count; i++)
    status = put_column(lowering, &schema->columns[i], i, reads);
  return status;
}

enum wd_status
wd_spark_put_read_types(struct wd_spark_lowering *lowering,
                        const struct wd_schema *schema)
{
  return put_columns(lowering, schema, true);
}

enum wd_status
wd_spark_put_file_columns(struct wd_spark_lowering *lowering,
                          const struct wd_schema *schema)
{
  return put_columns(lowering, schema, false);
}
