#include "engine/spark/carried.h"

#include <string.h>

enum wd_spark_form
wd_spark_form(const struct wd_type *type)
{
  switch (type->id) {
  case WD_TYPE_U8:
  case WD_TYPE_U16:
  case WD_TYPE_U32:
  case WD_TYPE_U64:
  case WD_TYPE_ENUM:
    return WD_SPARK_WIDER;
  case WD_TYPE_TIME:
    return type->unit < WD_UNIT_US ? WD_SPARK_WIDER : WD_SPARK_COUNT;
  case WD_TYPE_TIMESTAMP:
    return type->unit < WD_UNIT_US    ? WD_SPARK_SCALED
           : type->unit == WD_UNIT_NS ? WD_SPARK_COUNT
                                      : WD_SPARK_AS_IT_IS;
  case WD_TYPE_FIXED_BINARY:
  case WD_TYPE_UUID:
    return WD_SPARK_BYTES;
  case WD_TYPE_FIXED_LIST:
    return WD_SPARK_ITEMS;
  case WD_TYPE_INTERVAL:
    return WD_SPARK_PARTS;
  default:
    return WD_SPARK_AS_IT_IS;
  }
}

bool
wd_spark_type_plain(const struct wd_type *type)
{
  if (wd_spark_form(type) != WD_SPARK_AS_IT_IS)
    return false;
  for (uint32_t i = 0; i < type->child_count; i++)
    if (!wd_spark_type_plain(&type->children[i].type))
      return false;
  return true;
}

bool
wd_spark_schema_plain(const struct wd_schema *schema)
{
  for (uint32_t i = 0; i < schema->count; i++)
    if (!wd_spark_type_plain(&schema->columns[i].type))
      return false;
  return true;
}

struct wd_type
wd_spark_carrier_leaf(const struct wd_type *type)
{
  static const struct wd_column parts[] = {
      {.name = WD_SPARK_MONTHS, .type = {.id = WD_TYPE_I32}},
      {.name = WD_SPARK_DAYS, .type = {.id = WD_TYPE_I32}},
      {.name = WD_SPARK_MICROS, .type = {.id = WD_TYPE_I64}},
  };
  uint32_t width = wd_type_width(type);

  switch (wd_spark_form(type)) {
  case WD_SPARK_WIDER:
    return width == 8   ? wd_type_decimal(20, 0)
           : width == 4 ? wd_type_of(WD_TYPE_I64)
           : width == 2 ? wd_type_of(WD_TYPE_I32)
                        : wd_type_of(WD_TYPE_I16);
  case WD_SPARK_SCALED:
    return wd_type_timestamp(WD_UNIT_US, type->timezone ? "UTC" : NULL);
  case WD_SPARK_COUNT:
    return wd_type_of(WD_TYPE_I64);
  case WD_SPARK_BYTES:
    return wd_type_of(WD_TYPE_BINARY);
  case WD_SPARK_PARTS:
    return (struct wd_type){
        .id = WD_TYPE_STRUCT, .child_count = 3, .children = parts};
  case WD_SPARK_ITEMS:
  case WD_SPARK_AS_IT_IS:
    break;
  }
  return *type;
}

bool
wd_spark_map_type(const struct wd_type *type, wd_spark_leaf *leaf,
                  struct wd_arena *arena, struct wd_type *out_type)
{
  struct wd_column *children;

  *out_type = leaf(type);
  if (type->child_count == 0)
    return true;
  children = wd_arena_array(arena, type->child_count, sizeof *children);
  if (!children)
    return false;
  if (type->id == WD_TYPE_FIXED_LIST)
    *out_type = (struct wd_type){.id = WD_TYPE_LIST, .child_count = 1};
  out_type->children = children;
  for (uint32_t i = 0; i < type->child_count; i++) {
    children[i] = type->children[i];
    if (!wd_spark_map_type(&type->children[i].type, leaf, arena,
                           &children[i].type))
      return false;
  }
  return true;
}

enum wd_status
wd_spark_map_schema(const struct wd_schema *schema, wd_spark_leaf *leaf,
                    struct wd_arena *arena, struct wd_schema *out_schema,
                    struct wd_error *error)
{
  struct wd_column *columns =
      wd_arena_array(arena, schema->count, sizeof *columns);

  if (!columns)
    return wd_fail_memory(error);
  for (uint32_t i = 0; i < schema->count; i++) {
    columns[i] = schema->columns[i];
    if (!wd_spark_map_type(&schema->columns[i].type, leaf, arena,
                           &columns[i].type))
      return wd_fail_memory(error);
  }
  *out_schema = (struct wd_schema){schema->count, columns};
  return WD_OK;
}

enum wd_status
wd_spark_carrier_schema(const struct wd_schema *schema, struct wd_arena *arena,
                        struct wd_schema *out_schema, struct wd_error *error)
{
  return wd_spark_map_schema(schema, wd_spark_carrier_leaf, arena, out_schema,
                             error);
}
