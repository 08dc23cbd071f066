/* Types out of Connect's messages. */
#include <string.h>

#include "engine/spark/types.h"

struct reading {
  struct wd_arena *arena;
  struct wd_error *error;
  uint32_t depth;
};

static enum wd_status
read_type(struct reading *reading, struct wd_sc_view view,
          struct wd_type *out_type);

static enum wd_status
malformed(const struct reading *reading)
{
  return wd_fail_at(reading->error, WD_ORIGIN_ENGINE, WD_ENGINE_FAILED,
                    "Spark's description of columns cannot be read");
}

static enum wd_status
read_child(struct reading *reading, const char *name, struct wd_sc_view view,
           bool nullable, struct wd_column *out_child)
{
  *out_child = (struct wd_column){.name = name, .nullable = nullable};
  if (!view.data)
    return malformed(reading);
  return read_type(reading, view, &out_child->type);
}

static enum wd_status
read_list(struct reading *reading, struct wd_sc_view view,
          struct wd_type *out_type)
{
  struct wd_column *child = wd_arena_alloc(reading->arena, sizeof *child);

  if (!child)
    return wd_fail_memory(reading->error);
  *out_type =
      (struct wd_type){.id = WD_TYPE_LIST, .child_count = 1, .children = child};
  return read_child(reading, "item",
                    wd_sc_find(view, WD_SC_DataType_Array_element_type), true,
                    child);
}

static enum wd_status
read_map(struct reading *reading, struct wd_sc_view view,
         struct wd_type *out_type)
{
  struct wd_column *entry = wd_arena_array(reading->arena, 3, sizeof *entry);
  enum wd_status status;

  if (!entry)
    return wd_fail_memory(reading->error);
  entry[0] = (struct wd_column){
      .name = "entries",
      .type = {.id = WD_TYPE_STRUCT, .child_count = 2, .children = entry + 1}};
  *out_type =
      (struct wd_type){.id = WD_TYPE_MAP, .child_count = 1, .children = entry};
  status =
      read_child(reading, "key", wd_sc_find(view, WD_SC_DataType_Map_key_type),
                 false, &entry[1]);
  if (status != WD_OK)
    return status;
  return read_child(reading, "value",
                    wd_sc_find(view, WD_SC_DataType_Map_value_type), true,
                    &entry[2]);
}

static uint32_t
count_fields(struct wd_sc_view view)
{
  struct wd_sc_field field;
  uint32_t count = 0;

  while (wd_sc_next(&view, &field) == WD_SC_FIELD)
    count += field.number == WD_SC_DataType_Struct_fields && field.is_bytes;
  return count;
}

/* A name as it is: one that is not UTF-8 or has a NUL is refused. */
static enum wd_status
read_name(const struct reading *reading, struct wd_sc_view view,
          const char **out_name)
{
  char *name =
      wd_arena_strndup(reading->arena, (const char *)view.data, view.length);

  if (!name)
    return wd_fail_memory(reading->error);
  *out_name = name;
  return memchr(name, '\0', view.length) ? malformed(reading) : WD_OK;
}

static enum wd_status
read_fields(struct reading *reading, struct wd_sc_view view,
            uint32_t *out_count, const struct wd_column **out_columns)
{
  uint32_t count = count_fields(view), at = 0;
  struct wd_column *columns =
      wd_arena_array(reading->arena, count, sizeof *columns);
  struct wd_sc_field field;
  enum wd_status status = columns ? WD_OK : wd_fail_memory(reading->error);

  while (status == WD_OK && at < count &&
         wd_sc_next(&view, &field) == WD_SC_FIELD) {
    struct wd_sc_view name;

    if (field.number != WD_SC_DataType_Struct_fields || !field.is_bytes)
      continue;
    name = wd_sc_find(field.view, WD_SC_DataType_StructField_name);
    if (!name.data)
      return malformed(reading);
    status =
        read_child(reading, NULL,
                   wd_sc_find(field.view, WD_SC_DataType_StructField_data_type),
                   true, &columns[at]);
    if (status == WD_OK)
      status = read_name(reading, name, &columns[at].name);
    at++;
  }
  *out_count = count;
  *out_columns = columns;
  return status;
}

/* Kinds of types without parts. */
static bool
simple_type(uint32_t kind, struct wd_type *out_type)
{
  static const struct {
    uint32_t kind;
    enum wd_type_id id;
  } simple[] = {
      {WD_SC_DataType_null, WD_TYPE_NULL},
      {WD_SC_DataType_binary, WD_TYPE_BINARY},
      {WD_SC_DataType_boolean, WD_TYPE_BOOL},
      {WD_SC_DataType_byte, WD_TYPE_I8},
      {WD_SC_DataType_short, WD_TYPE_I16},
      {WD_SC_DataType_integer, WD_TYPE_I32},
      {WD_SC_DataType_long, WD_TYPE_I64},
      {WD_SC_DataType_float, WD_TYPE_F32},
      {WD_SC_DataType_double, WD_TYPE_F64},
      {WD_SC_DataType_string, WD_TYPE_STRING},
      {WD_SC_DataType_char, WD_TYPE_STRING},
      {WD_SC_DataType_var_char, WD_TYPE_STRING},
      {WD_SC_DataType_date, WD_TYPE_DATE},
  };

  for (size_t i = 0; i < sizeof simple / sizeof *simple; i++)
    if (simple[i].kind == kind) {
      *out_type = wd_type_of(simple[i].id);
      return true;
    }
  return false;
}

static enum wd_status
read_decimal(struct reading *reading, struct wd_sc_view view,
             struct wd_type *out_type)
{
  int64_t precision =
      wd_sc_find_int(view, WD_SC_DataType_Decimal_precision, 10);
  int64_t scale = wd_sc_find_int(view, WD_SC_DataType_Decimal_scale, 0);

  if (precision < 1 || precision > 38 || scale < 0 || scale > precision)
    return malformed(reading);
  *out_type = wd_type_decimal((uint8_t)precision, (int8_t)scale);
  return WD_OK;
}

static enum wd_status
read_kind(struct reading *reading, const struct wd_sc_field *field,
          struct wd_type *out_type)
{
  if (simple_type(field->number, out_type))
    return WD_OK;
  switch (field->number) {
  case WD_SC_DataType_decimal:
    return read_decimal(reading, field->view, out_type);
  case WD_SC_DataType_timestamp:
    *out_type = wd_type_timestamp(WD_UNIT_US, "UTC");
    return WD_OK;
  case WD_SC_DataType_timestamp_ntz:
    *out_type = wd_type_timestamp(WD_UNIT_US, NULL);
    return WD_OK;
  case WD_SC_DataType_array:
    return read_list(reading, field->view, out_type);
  case WD_SC_DataType_map:
    return read_map(reading, field->view, out_type);
  case WD_SC_DataType_struct:
    *out_type = wd_type_of(WD_TYPE_STRUCT);
    return read_fields(reading, field->view, &out_type->child_count,
                       &out_type->children);
  default:
    return wd_fail(reading->error, WD_UNSUPPORTED,
                   "it has a type of Spark's (number %u of DataType) that is "
                   "not carried: intervals, variants, user-defined types",
                   field->number);
  }
}

static enum wd_status
read_type(struct reading *reading, struct wd_sc_view view,
          struct wd_type *out_type)
{
  struct wd_sc_field field;
  enum wd_status status;

  if (!wd_sc_is_message(view) || wd_sc_next(&view, &field) != WD_SC_FIELD ||
      !field.is_bytes)
    return malformed(reading);
  if (++reading->depth > WD_TYPE_DEPTH)
    return wd_fail(reading->error, WD_LIMIT_EXCEEDED,
                   "it is nested deeper than %d", WD_TYPE_DEPTH);
  status = read_kind(reading, &field, out_type);
  reading->depth--;
  return status;
}

enum wd_status
wd_spark_schema_from(struct wd_sc_view view, struct wd_arena *arena,
                     struct wd_schema *out_schema, struct wd_error *error)
{
  struct reading reading = {arena, error, 0};
  struct wd_type type = {0};
  enum wd_status status = read_type(&reading, view, &type);

  if (status == WD_OK && type.id != WD_TYPE_STRUCT)
    status = malformed(&reading);
  if (status == WD_OK)
    *out_schema = (struct wd_schema){type.child_count, type.children};
  return status;
}
