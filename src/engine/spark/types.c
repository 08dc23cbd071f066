#include "engine/spark/types.h"

#include "engine/spark/carried.h"

static const char *const words[] = {
    [WD_TYPE_NULL] = "VOID",     [WD_TYPE_BOOL] = "BOOLEAN",
    [WD_TYPE_I8] = "TINYINT",    [WD_TYPE_I16] = "SMALLINT",
    [WD_TYPE_I32] = "INT",       [WD_TYPE_I64] = "BIGINT",
    [WD_TYPE_F32] = "FLOAT",     [WD_TYPE_F64] = "DOUBLE",
    [WD_TYPE_DATE] = "DATE",     [WD_TYPE_STRING] = "STRING",
    [WD_TYPE_BINARY] = "BINARY", [WD_TYPE_UNION] = NULL,
};

/* Of whole numbers that carry those of half the width. */
static const char *
wider_word(uint32_t width)
{
  return width == 8   ? "DECIMAL(20,0)"
         : width == 4 ? "BIGINT"
         : width == 2 ? "INT"
                      : "SMALLINT";
}

void
wd_spark_quote_name(const char *name, struct wd_buf *buf)
{
  wd_buf_putc(buf, '`');
  for (; *name; name++) {
    if (*name == '`')
      wd_buf_putc(buf, '`');
    wd_buf_putc(buf, *name);
  }
  wd_buf_putc(buf, '`');
}

static enum wd_status
fail(const struct wd_type *type, struct wd_error *error)
{
  char text[128];

  return wd_fail(error, WD_UNSUPPORTED,
                 "the engine spark does not carry the type %s: cast it, or run "
                 "on duckdb",
                 wd_type_text(type, text, sizeof text));
}

static enum wd_status
write_children(const struct wd_type *type, struct wd_buf *buf,
               struct wd_error *error)
{
  bool named = type->id == WD_TYPE_STRUCT;
  enum wd_status status = WD_OK;

  for (uint32_t i = 0; status == WD_OK && i < type->child_count; i++) {
    wd_buf_puts(buf, i ? ", " : "");
    if (named) {
      wd_spark_quote_name(type->children[i].name, buf);
      wd_buf_puts(buf, ": ");
    }
    status = wd_spark_type_sql(&type->children[i].type, buf, error);
  }
  return status;
}

static enum wd_status
write_nested(const struct wd_type *type, struct wd_buf *buf,
             struct wd_error *error)
{
  const struct wd_type *inner =
      type->id == WD_TYPE_MAP ? &type->children[0].type : type;
  enum wd_status status = WD_OK;

  wd_buf_puts(buf, type->id == WD_TYPE_STRUCT ? "STRUCT<"
                   : type->id == WD_TYPE_MAP  ? "MAP<"
                                              : "ARRAY<");
  if (type->id != WD_TYPE_MAP)
    status = write_children(inner, buf, error);
  else {
    status = wd_spark_type_sql(&inner->children[0].type, buf, error);
    wd_buf_puts(buf, ", ");
    if (status == WD_OK)
      status = wd_spark_type_sql(&inner->children[1].type, buf, error);
  }
  wd_buf_putc(buf, '>');
  return status;
}

static enum wd_status
write_same(const struct wd_type *type, struct wd_buf *buf,
           struct wd_error *error)
{
  switch (type->id) {
  case WD_TYPE_DECIMAL:
    if (type->scale < 0 || type->scale > type->precision)
      return fail(type, error);
    wd_buf_printf(buf, "DECIMAL(%u,%d)", type->precision, type->scale);
    return WD_OK;
  case WD_TYPE_TIMESTAMP:
    wd_buf_puts(buf, type->timezone ? "TIMESTAMP_LTZ" : "TIMESTAMP_NTZ");
    return WD_OK;
  case WD_TYPE_LIST:
  case WD_TYPE_STRUCT:
  case WD_TYPE_MAP:
    return write_nested(type, buf, error);
  default:
    if ((size_t)type->id >= sizeof words / sizeof *words || !words[type->id])
      return fail(type, error);
    wd_buf_puts(buf, words[type->id]);
    return WD_OK;
  }
}

enum wd_status
wd_spark_type_sql(const struct wd_type *type, struct wd_buf *buf,
                  struct wd_error *error)
{
  switch (wd_spark_form(type)) {
  case WD_SPARK_WIDER:
    wd_buf_puts(buf, wider_word(wd_type_width(type)));
    return WD_OK;
  case WD_SPARK_SCALED:
    wd_buf_puts(buf, type->timezone ? "TIMESTAMP_LTZ" : "TIMESTAMP_NTZ");
    return WD_OK;
  case WD_SPARK_COUNT:
    wd_buf_puts(buf, "BIGINT");
    return WD_OK;
  case WD_SPARK_BYTES:
    wd_buf_puts(buf, "BINARY");
    return WD_OK;
  case WD_SPARK_ITEMS:
    return write_nested(type, buf, error);
  case WD_SPARK_PARTS:
    wd_buf_puts(buf, "STRUCT<" WD_SPARK_MONTHS ": INT, " WD_SPARK_DAYS
                     ": INT, " WD_SPARK_MICROS ": BIGINT>");
    return WD_OK;
  case WD_SPARK_AS_IT_IS:
    break;
  }
  return write_same(type, buf, error);
}

enum wd_status
wd_spark_cast_end(const struct wd_type *type, struct wd_buf *buf,
                  struct wd_error *error)
{
  enum wd_status status;

  wd_buf_puts(buf, " AS ");
  status = wd_spark_type_sql(type, buf, error);
  wd_buf_putc(buf, ')');
  return status;
}

enum wd_status
wd_spark_schema_check(const struct wd_schema *schema, struct wd_error *error)
{
  struct wd_buf ignored;
  enum wd_status status = WD_OK;

  wd_buf_init(&ignored, NULL, 1 << 20);
  for (uint32_t i = 0; status == WD_OK && i < schema->count; i++) {
    wd_buf_clear(&ignored);
    status = wd_spark_type_sql(&schema->columns[i].type, &ignored, error);
    if (status != WD_OK)
      wd_error_prefix(error, "column '%s'", schema->columns[i].name);
  }
  wd_buf_fini(&ignored);
  return status;
}

bool
wd_spark_type_same(const struct wd_type *a, const struct wd_type *b)
{
  if (a->id != b->id || a->child_count != b->child_count ||
      a->precision != b->precision || a->scale != b->scale ||
      a->width != b->width)
    return false;
  if (a->id == WD_TYPE_TIMESTAMP &&
      (a->unit != b->unit || !a->timezone != !b->timezone))
    return false;
  for (uint32_t i = 0; i < a->child_count; i++)
    if (!wd_spark_type_same(&a->children[i].type, &b->children[i].type))
      return false;
  return true;
}
