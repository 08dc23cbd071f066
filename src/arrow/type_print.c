#include "arrow/type.h"

#include <stdio.h>
#include <string.h>

static const char *const names[] = {
    [WD_TYPE_NULL] = "null",
    [WD_TYPE_BOOL] = "boolean",
    [WD_TYPE_I8] = "i8",
    [WD_TYPE_I16] = "i16",
    [WD_TYPE_I32] = "i32",
    [WD_TYPE_I64] = "i64",
    [WD_TYPE_U8] = "u8",
    [WD_TYPE_U16] = "u16",
    [WD_TYPE_U32] = "u32",
    [WD_TYPE_U64] = "u64",
    [WD_TYPE_F32] = "fp32",
    [WD_TYPE_F64] = "fp64",
    [WD_TYPE_DECIMAL] = "decimal",
    [WD_TYPE_DATE] = "date",
    [WD_TYPE_TIMESTAMP] = "timestamp",
    [WD_TYPE_STRING] = "string",
    [WD_TYPE_BINARY] = "binary",
    [WD_TYPE_TIME] = "time",
    [WD_TYPE_INTERVAL] = "interval",
    [WD_TYPE_DURATION] = "duration",
    [WD_TYPE_FIXED_BINARY] = "fixedbinary",
    [WD_TYPE_UUID] = "uuid",
    [WD_TYPE_LIST] = "list",
    [WD_TYPE_FIXED_LIST] = "fixedlist",
    [WD_TYPE_STRUCT] = "struct",
    [WD_TYPE_MAP] = "map",
    [WD_TYPE_ENUM] = "enum",
    [WD_TYPE_UNION] = "union",
};

static void
print_quoted(const char *text, struct wd_buf *buf)
{
  wd_buf_putc(buf, '"');
  for (; *text; text++) {
    if (*text == '"')
      wd_buf_putc(buf, '"');
    wd_buf_putc(buf, *text);
  }
  wd_buf_putc(buf, '"');
}

static bool
is_letter(char c)
{
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool
is_plain(const char *name)
{
  if (!is_letter(*name))
    return false;
  while (is_letter(*name) || (*name >= '0' && *name <= '9'))
    name++;
  return *name == '\0';
}

static void
print_name(const char *name, struct wd_buf *buf)
{
  if (is_plain(name))
    wd_buf_puts(buf, name);
  else
    print_quoted(name, buf);
}

static void
print_type(const struct wd_type *type, bool whole, struct wd_buf *buf);

static void
print_column(const struct wd_column *column, bool named, bool whole,
             struct wd_buf *buf)
{
  if (named) {
    print_name(column->name, buf);
    wd_buf_putc(buf, ' ');
  }
  print_type(&column->type, whole, buf);
  if (!column->nullable)
    wd_buf_puts(buf, " not null");
}

static void
print_columns(const struct wd_column *columns, uint32_t count, bool named,
              bool whole, struct wd_buf *buf)
{
  for (uint32_t i = 0; i < count; i++) {
    if (i)
      wd_buf_puts(buf, ", ");
    print_column(&columns[i], named, whole, buf);
  }
}

static void
print_dictionary(const struct wd_type *type, struct wd_buf *buf)
{
  for (uint32_t i = 0; i < type->dictionary_count; i++) {
    if (i)
      wd_buf_puts(buf, ", ");
    print_quoted(type->dictionary[i], buf);
  }
}

/* Keys are never null, which goes without saying. */
static void
print_map(const struct wd_type *type, bool whole, struct wd_buf *buf)
{
  const struct wd_column *entry = type->children->type.children;

  print_type(&entry[0].type, whole, buf);
  wd_buf_puts(buf, ", ");
  print_column(&entry[1], false, whole, buf);
}

static void
print_parameters(const struct wd_type *type, bool whole, struct wd_buf *buf)
{
  switch (type->id) {
  case WD_TYPE_DECIMAL:
    wd_buf_printf(buf, "%u,%d", type->precision, type->scale);
    return;
  case WD_TYPE_TIMESTAMP:
    wd_buf_printf(buf, "%d", (int)type->unit * 3);
    if (type->timezone)
      wd_buf_printf(buf, ",%s", type->timezone);
    return;
  case WD_TYPE_TIME:
  case WD_TYPE_DURATION:
    wd_buf_printf(buf, "%d", (int)type->unit * 3);
    return;
  case WD_TYPE_FIXED_BINARY:
    wd_buf_printf(buf, "%u", type->width);
    return;
  case WD_TYPE_FIXED_LIST:
    print_columns(type->children, type->child_count, false, whole, buf);
    wd_buf_printf(buf, ", %u", type->width);
    return;
  case WD_TYPE_LIST:
    print_columns(type->children, type->child_count, false, whole, buf);
    return;
  case WD_TYPE_MAP:
    print_map(type, whole, buf);
    return;
  case WD_TYPE_ENUM:
    print_dictionary(type, buf);
    return;
  default:
    print_columns(type->children, type->child_count, true, whole, buf);
  }
}

static bool
has_parameters(const struct wd_type *type)
{
  switch (type->id) {
  case WD_TYPE_DECIMAL:
  case WD_TYPE_TIMESTAMP:
    return true;
  case WD_TYPE_INTERVAL:
  case WD_TYPE_UUID:
    return false;
  default:
    return type->id >= WD_TYPE_TIME;
  }
}

static void
print_type(const struct wd_type *type, bool whole, struct wd_buf *buf)
{
  struct wd_type storage = wd_type_storage(type);

  if (type->extension && !whole) {
    print_name(type->extension, buf);
    return;
  }
  if (type->extension) {
    wd_buf_puts(buf, "extension<");
    print_quoted(type->extension, buf);
    wd_buf_puts(buf, ", ");
    if (type->extension_metadata) {
      print_quoted(type->extension_metadata, buf);
      wd_buf_puts(buf, ", ");
    }
    print_type(&storage, true, buf);
    wd_buf_putc(buf, '>');
    return;
  }
  wd_buf_puts(buf, names[type->id]);
  if (type->id == WD_TYPE_TIMESTAMP && type->timezone)
    wd_buf_puts(buf, "_tz");
  if (!has_parameters(type))
    return;
  wd_buf_putc(buf, '<');
  print_parameters(type, whole, buf);
  wd_buf_putc(buf, '>');
}

void
wd_type_print(const struct wd_type *type, struct wd_buf *buf)
{
  print_type(type, false, buf);
}

const char *
wd_type_text(const struct wd_type *type, char *text, size_t size)
{
  struct wd_buf buf;

  wd_buf_init(&buf, NULL, 64 * 1024);
  wd_type_print(type, &buf);
  if (buf.failed)
    snprintf(text, size, "%s<...>", names[type->id]);
  else
    wd_text_clean(text, size, buf.data, buf.length);
  wd_buf_fini(&buf);
  return text;
}

void
wd_schema_print(const struct wd_schema *schema, struct wd_buf *buf)
{
  print_columns(schema->columns, schema->count, true, false, buf);
}

void
wd_schema_print_whole(const struct wd_schema *schema, struct wd_buf *buf)
{
  print_columns(schema->columns, schema->count, true, true, buf);
}
