#include "engine/duckdb/types.h"

#include <stdio.h>
#include <string.h>

#include "engine/duckdb/names.h"
#include "engine/duckdb/types_composed.h"

static duckdb_type
timestamp_id(const struct wd_type *type)
{
  switch (type->unit) {
  case WD_UNIT_S:
    return DUCKDB_TYPE_TIMESTAMP_S;
  case WD_UNIT_MS:
    return DUCKDB_TYPE_TIMESTAMP_MS;
  case WD_UNIT_NS:
    return DUCKDB_TYPE_TIMESTAMP_NS;
  default:
    return type->timezone ? DUCKDB_TYPE_TIMESTAMP_TZ : DUCKDB_TYPE_TIMESTAMP;
  }
}

static duckdb_type
storage_id(const struct wd_type *type)
{
  switch (type->id) {
  case WD_TYPE_I8:
    return DUCKDB_TYPE_TINYINT;
  case WD_TYPE_I16:
    return DUCKDB_TYPE_SMALLINT;
  case WD_TYPE_I32:
    return DUCKDB_TYPE_INTEGER;
  case WD_TYPE_I64:
    return DUCKDB_TYPE_BIGINT;
  case WD_TYPE_U8:
    return DUCKDB_TYPE_UTINYINT;
  case WD_TYPE_U16:
    return DUCKDB_TYPE_USMALLINT;
  case WD_TYPE_U32:
    return DUCKDB_TYPE_UINTEGER;
  case WD_TYPE_U64:
    return DUCKDB_TYPE_UBIGINT;
  case WD_TYPE_F32:
    return DUCKDB_TYPE_FLOAT;
  case WD_TYPE_F64:
    return DUCKDB_TYPE_DOUBLE;
  case WD_TYPE_DECIMAL:
    return DUCKDB_TYPE_DECIMAL;
  case WD_TYPE_DATE:
    return DUCKDB_TYPE_DATE;
  case WD_TYPE_TIMESTAMP:
    return timestamp_id(type);
  case WD_TYPE_STRING:
    return DUCKDB_TYPE_VARCHAR;
  case WD_TYPE_BINARY:
  case WD_TYPE_FIXED_BINARY:
    return DUCKDB_TYPE_BLOB;
  case WD_TYPE_TIME:
    return type->unit == WD_UNIT_NS ? DUCKDB_TYPE_TIME_NS : DUCKDB_TYPE_TIME;
  case WD_TYPE_INTERVAL:
    return DUCKDB_TYPE_INTERVAL;
  case WD_TYPE_UUID:
    return DUCKDB_TYPE_UUID;
  default:
    return DUCKDB_TYPE_BOOLEAN;
  }
}

static const char *
storage_name(duckdb_type id)
{
  switch (id) {
  case DUCKDB_TYPE_TINYINT:
    return "TINYINT";
  case DUCKDB_TYPE_SMALLINT:
    return "SMALLINT";
  case DUCKDB_TYPE_INTEGER:
    return "INTEGER";
  case DUCKDB_TYPE_BIGINT:
    return "BIGINT";
  case DUCKDB_TYPE_UTINYINT:
    return "UTINYINT";
  case DUCKDB_TYPE_USMALLINT:
    return "USMALLINT";
  case DUCKDB_TYPE_UINTEGER:
    return "UINTEGER";
  case DUCKDB_TYPE_UBIGINT:
    return "UBIGINT";
  case DUCKDB_TYPE_FLOAT:
    return "FLOAT";
  case DUCKDB_TYPE_DOUBLE:
    return "DOUBLE";
  case DUCKDB_TYPE_DATE:
    return "DATE";
  case DUCKDB_TYPE_TIMESTAMP:
    return "TIMESTAMP";
  case DUCKDB_TYPE_TIMESTAMP_S:
    return "TIMESTAMP_S";
  case DUCKDB_TYPE_TIMESTAMP_MS:
    return "TIMESTAMP_MS";
  case DUCKDB_TYPE_TIMESTAMP_NS:
    return "TIMESTAMP_NS";
  case DUCKDB_TYPE_TIMESTAMP_TZ:
    return "TIMESTAMPTZ";
  case DUCKDB_TYPE_VARCHAR:
    return "VARCHAR";
  case DUCKDB_TYPE_BLOB:
    return "BLOB";
  case DUCKDB_TYPE_TIME:
    return "TIME";
  case DUCKDB_TYPE_TIME_NS:
    return "TIME_NS";
  case DUCKDB_TYPE_INTERVAL:
    return "INTERVAL";
  case DUCKDB_TYPE_UUID:
    return "UUID";
  default:
    return "BOOLEAN";
  }
}

void
wd_duck_type_sql(const struct wd_type *type, struct wd_buf *buf)
{
  duckdb_type id = storage_id(type);

  if (wd_duck_type_is_composed(type))
    wd_duck_composed_sql(type, buf);
  else if (id == DUCKDB_TYPE_DECIMAL)
    wd_buf_printf(buf, "DECIMAL(%d,%d)", type->precision, type->scale);
  else
    wd_buf_puts(buf, storage_name(id));
}

duckdb_logical_type
wd_duck_type_make(const struct wd_type *type)
{
  duckdb_type id = storage_id(type);

  if (wd_duck_type_is_composed(type))
    return wd_duck_composed_make(type);
  if (id == DUCKDB_TYPE_DECIMAL)
    return duckdb_create_decimal_type(type->precision, (uint8_t)type->scale);
  return duckdb_create_logical_type(id);
}

duckdb_logical_type
wd_duck_type_list_of(duckdb_logical_type child)
{
  duckdb_logical_type list = duckdb_create_list_type(child);

  duckdb_destroy_logical_type(&child);
  return list;
}

enum wd_status
wd_duck_type_struct_of(const struct wd_schema *schema, struct wd_mem *mem,
                       duckdb_logical_type *out_type, struct wd_error *error)
{
  uint32_t count = schema->count ? schema->count : 1;
  struct wd_type none = wd_type_of(WD_TYPE_BOOL);
  duckdb_logical_type *types = wd_mem_calloc(mem, count, sizeof *types);
  const char **pointers = wd_mem_calloc(mem, count, sizeof *pointers);
  struct wd_duck_name *names = wd_mem_calloc(mem, count, sizeof *names);
  enum wd_status status = WD_OK;

  if (types && pointers && names) {
    for (uint32_t i = 0; i < count; i++) {
      names[i] = wd_duck_name(schema, i);
      pointers[i] = names[i].text;
      types[i] =
          wd_duck_type_make(schema->count ? &schema->columns[i].type : &none);
    }
    *out_type = duckdb_create_struct_type(types, pointers, count);
    for (uint32_t i = 0; i < count; i++)
      duckdb_destroy_logical_type(&types[i]);
  } else {
    status = wd_fail_memory(error);
  }
  wd_mem_free(mem, types, count * sizeof *types);
  wd_mem_free(mem, pointers, count * sizeof *pointers);
  wd_mem_free(mem, names, count * sizeof *names);
  return status;
}

static struct wd_type
flat_from(duckdb_type id)
{
  switch (id) {
  case DUCKDB_TYPE_SQLNULL:
    return wd_type_of(WD_TYPE_NULL);
  case DUCKDB_TYPE_BOOLEAN:
    return wd_type_of(WD_TYPE_BOOL);
  case DUCKDB_TYPE_TINYINT:
    return wd_type_of(WD_TYPE_I8);
  case DUCKDB_TYPE_SMALLINT:
    return wd_type_of(WD_TYPE_I16);
  case DUCKDB_TYPE_INTEGER:
    return wd_type_of(WD_TYPE_I32);
  case DUCKDB_TYPE_BIGINT:
    return wd_type_of(WD_TYPE_I64);
  case DUCKDB_TYPE_UTINYINT:
    return wd_type_of(WD_TYPE_U8);
  case DUCKDB_TYPE_USMALLINT:
    return wd_type_of(WD_TYPE_U16);
  case DUCKDB_TYPE_UINTEGER:
    return wd_type_of(WD_TYPE_U32);
  case DUCKDB_TYPE_UBIGINT:
    return wd_type_of(WD_TYPE_U64);
  case DUCKDB_TYPE_FLOAT:
    return wd_type_of(WD_TYPE_F32);
  case DUCKDB_TYPE_DOUBLE:
    return wd_type_of(WD_TYPE_F64);
  case DUCKDB_TYPE_DATE:
    return wd_type_of(WD_TYPE_DATE);
  case DUCKDB_TYPE_HUGEINT:
  case DUCKDB_TYPE_UHUGEINT:
    return wd_type_decimal(38, 0);
  case DUCKDB_TYPE_TIMESTAMP_S:
    return wd_type_timestamp(WD_UNIT_S, NULL);
  case DUCKDB_TYPE_TIMESTAMP_MS:
    return wd_type_timestamp(WD_UNIT_MS, NULL);
  case DUCKDB_TYPE_TIMESTAMP:
    return wd_type_timestamp(WD_UNIT_US, NULL);
  case DUCKDB_TYPE_TIMESTAMP_NS:
    return wd_type_timestamp(WD_UNIT_NS, NULL);
  case DUCKDB_TYPE_TIMESTAMP_TZ:
    return wd_type_timestamp(WD_UNIT_US, "UTC");
  case DUCKDB_TYPE_BLOB:
    return wd_type_of(WD_TYPE_BINARY);
  case DUCKDB_TYPE_INTERVAL:
    return wd_type_of(WD_TYPE_INTERVAL);
  case DUCKDB_TYPE_UUID:
    return wd_type_of(WD_TYPE_UUID);
  default:
    return wd_type_of(WD_TYPE_STRING);
  }
}

enum wd_status
wd_duck_type_from(duckdb_logical_type logical, struct wd_arena *arena,
                  struct wd_type *out_type, struct wd_error *error)
{
  duckdb_type id = duckdb_get_type_id(logical);

  switch (id) {
  case DUCKDB_TYPE_DECIMAL:
    *out_type = wd_type_decimal(duckdb_decimal_width(logical),
                                (int8_t)duckdb_decimal_scale(logical));
    return WD_OK;
  case DUCKDB_TYPE_TIME:
  case DUCKDB_TYPE_TIME_TZ:
  case DUCKDB_TYPE_TIME_NS:
    *out_type = wd_type_of(WD_TYPE_TIME);
    out_type->unit = id == DUCKDB_TYPE_TIME_NS ? WD_UNIT_NS : WD_UNIT_US;
    return WD_OK;
  case DUCKDB_TYPE_LIST:
  case DUCKDB_TYPE_ARRAY:
  case DUCKDB_TYPE_STRUCT:
  case DUCKDB_TYPE_MAP:
  case DUCKDB_TYPE_UNION:
  case DUCKDB_TYPE_ENUM:
    return wd_duck_composed_from(logical, arena, out_type, error);
  default:
    *out_type = flat_from(id);
    return WD_OK;
  }
}

enum wd_status
wd_duck_schema_check(const struct wd_schema *schema, struct wd_error *error)
{
  char text[256], name[128];
  enum wd_status status = wd_schema_check_carried(schema, error);

  for (uint32_t i = 0; status == WD_OK && i < schema->count; i++) {
    const struct wd_column *column = &schema->columns[i];
    const char *why = wd_duck_type_why_not(&column->type);

    if (why)
      status = wd_fail(
          error, WD_UNSUPPORTED,
          "column '%s' has the type %s, which DuckDB cannot store: %s",
          wd_text_clean(name, sizeof name, column->name, strlen(column->name)),
          wd_type_text(&column->type, text, sizeof text), why);
  }
  return status;
}

enum wd_status
wd_duck_types_make(struct wd_mem *mem, const struct wd_schema *schema,
                   duckdb_logical_type **out_types, struct wd_error *error)
{
  struct wd_type boolean = wd_type_of(WD_TYPE_BOOL);
  uint32_t width = wd_duck_width(schema);
  duckdb_logical_type *types = wd_mem_calloc(mem, width, sizeof *types);

  if (!types)
    return wd_fail_memory(error);
  for (uint32_t i = 0; i < width; i++)
    types[i] =
        wd_duck_type_make(schema->count ? &schema->columns[i].type : &boolean);
  *out_types = types;
  return WD_OK;
}

void
wd_duck_types_free(struct wd_mem *mem, const struct wd_schema *schema,
                   duckdb_logical_type *types)
{
  uint32_t width = wd_duck_width(schema);

  for (uint32_t i = 0; types && i < width; i++)
    duckdb_destroy_logical_type(&types[i]);
  wd_mem_free(mem, types, width * sizeof *types);
}
