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

bool
wd_spark_file_type(const struct wd_type *type, struct wd_arena *arena,
                   struct wd_type *out_type)
{
  struct wd_column *children;

  if (is_text(type)) {
    *out_type = wd_type_of(WD_TYPE_STRING);
    return true;
  }
  if (!wd_type_is_nested(type))
    return wd_spark_carrier(type, arena, out_type);
  children = wd_arena_array(arena, type->child_count, sizeof *children);
  if (!children)
    return false;
  *out_type = *type;
  if (type->id == WD_TYPE_FIXED_LIST)
    *out_type = (struct wd_type){.id = WD_TYPE_LIST, .child_count = 1};
  out_type->children = children;
  for (uint32_t i = 0; i < type->child_count; i++) {
    children[i] = type->children[i];
    if (!wd_spark_file_type(&type->children[i].type, arena, &children[i].type))
      return false;
  }
  return true;
}

enum wd_status
wd_spark_file_schema(const struct wd_schema *schema, struct wd_arena *arena,
                     struct wd_schema *out_schema, struct wd_error *error)
{
  struct wd_column *columns =
      wd_arena_array(arena, schema->count, sizeof *columns);

  if (!columns)
    return wd_fail_memory(error);
  for (uint32_t i = 0; i < schema->count; i++) {
    columns[i] = schema->columns[i];
    if (!wd_spark_file_type(&schema->columns[i].type, arena, &columns[i].type))
      return wd_fail_memory(error);
  }
  *out_schema = (struct wd_schema){schema->count, columns};
  return WD_OK;
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
  if (!wd_spark_file_type(&column->type, lowering->arena, &file))
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
