/* Types as format strings of the Arrow C data interface:
 * https://arrow.apache.org/docs/format/CDataInterface.html */
#include "arrow/type.h"

#include <string.h>

#include "arrow/decimal.h"

#define ZONE_LENGTH_MAX 64
#define CHILDREN_ANY UINT32_MAX

static const struct {
  const char *format;
  enum wd_type_id id;
  uint32_t children;
} plain[] = {
    {"n", WD_TYPE_NULL, 0},
    {"b", WD_TYPE_BOOL, 0},
    {"c", WD_TYPE_I8, 0},
    {"s", WD_TYPE_I16, 0},
    {"i", WD_TYPE_I32, 0},
    {"l", WD_TYPE_I64, 0},
    {"C", WD_TYPE_U8, 0},
    {"S", WD_TYPE_U16, 0},
    {"I", WD_TYPE_U32, 0},
    {"L", WD_TYPE_U64, 0},
    {"f", WD_TYPE_F32, 0},
    {"g", WD_TYPE_F64, 0},
    {"tdD", WD_TYPE_DATE, 0},
    {"u", WD_TYPE_STRING, 0},
    {"z", WD_TYPE_BINARY, 0},
    {"tin", WD_TYPE_INTERVAL, 0},
    {"+l", WD_TYPE_LIST, 1},
    {"+m", WD_TYPE_MAP, 1},
    {"+s", WD_TYPE_STRUCT, CHILDREN_ANY},
};

#define PLAIN_COUNT (sizeof plain / sizeof *plain)

/* Arrow has them, we do not: what to use instead. */
static const struct {
  const char *format;
  const char *instead;
} foreign[] = {
    {"e", "half floats are never carried; use f"},
    {"U", "large strings are never carried; use u"},
    {"Z", "large binaries are never carried; use z"},
    {"vu", "views of strings are never carried; use u"},
    {"vz", "views of binaries are never carried; use z"},
    {"+L", "large lists are never carried; use +l"},
    {"+vl", "views of lists are never carried; use +l"},
    {"+vL", "views of lists are never carried; use +l"},
    {"+r", "run-ends are never carried; write the values out"},
    {"tdm", "dates of milliseconds are never carried; use tdD"},
    {"tiM", "intervals of months are never carried; use tin"},
    {"tiD", "intervals of days are never carried; use tin"},
};

static const char units[] = "smun";

static const char *
format_union(const struct wd_type *type, struct wd_arena *arena)
{
  struct wd_buf buf;
  const char *text = NULL;

  wd_buf_init(&buf, arena->mem, 1024);
  wd_buf_puts(&buf, "+us:");
  for (uint32_t i = 0; i < type->child_count; i++)
    wd_buf_printf(&buf, i ? ",%u" : "%u", i);
  if (!buf.failed)
    text = wd_arena_strdup(arena, buf.data);
  wd_buf_fini(&buf);
  return text;
}

const char *
wd_type_format(const struct wd_type *type, struct wd_arena *arena)
{
  char unit = units[type->unit & 3];

  for (size_t i = 0; i < PLAIN_COUNT; i++) {
    if (plain[i].id == type->id)
      return plain[i].format;
  }
  switch (type->id) {
  case WD_TYPE_DECIMAL:
    return wd_arena_printf(arena, "d:%u,%d", type->precision, type->scale);
  case WD_TYPE_TIMESTAMP:
    return wd_arena_printf(arena, "ts%c:%s", unit,
                           type->timezone ? type->timezone : "");
  case WD_TYPE_TIME:
    return wd_arena_printf(arena, "tt%c", unit);
  case WD_TYPE_DURATION:
    return wd_arena_printf(arena, "tD%c", unit);
  case WD_TYPE_FIXED_BINARY:
    return wd_arena_printf(arena, "w:%u", type->width);
  case WD_TYPE_UUID:
    return "w:16";
  case WD_TYPE_FIXED_LIST:
    return wd_arena_printf(arena, "+w:%u", type->width);
  case WD_TYPE_ENUM:
    return type->width == 1 ? "C" : type->width == 2 ? "S" : "I";
  default:
    return format_union(type, arena);
  }
}

struct format {
  const char *text;
  size_t length;
  size_t at;
  struct wd_arena *arena;
  struct wd_type *type;
  struct wd_error *error;
};

static enum wd_status
refuse(const struct format *format, enum wd_status status, const char *why)
{
  char text[80];

  wd_text_clean(text, sizeof text, format->text, format->length);
  return wd_fail(format->error, status, "Arrow format '%s': %s", text, why);
}

static enum wd_status
malformed(const struct format *format)
{
  return refuse(format, WD_INVALID_ARGUMENT,
                "not a format string of the Arrow C data interface");
}

static bool
starts(const struct format *format, const char *prefix)
{
  size_t length = strlen(prefix);

  return format->length >= length && memcmp(format->text, prefix, length) == 0;
}

static bool
is_text(const struct format *format, const char *text)
{
  return format->length == strlen(text) && starts(format, text);
}

static bool
take(struct format *format, char c)
{
  if (format->at == format->length || format->text[format->at] != c)
    return false;
  format->at++;
  return true;
}

/* A number below 2^31, at most ten digits. */
static bool
take_number(struct format *format, uint32_t *out_value)
{
  size_t start = format->at;
  uint64_t value = 0;

  while (format->at < format->length && format->at - start < 10 &&
         format->text[format->at] >= '0' && format->text[format->at] <= '9')
    value = value * 10 + (uint64_t)(format->text[format->at++] - '0');
  *out_value = (uint32_t)value;
  return format->at > start && value <= INT32_MAX;
}

static bool
at_end(const struct format *format)
{
  return format->at == format->length;
}

static enum wd_status
parse_decimal(struct format *format)
{
  uint32_t precision, scale, bits = 128;
  bool negative;

  format->at = 2;
  if (!take_number(format, &precision) || !take(format, ','))
    return malformed(format);
  negative = take(format, '-');
  if (!take_number(format, &scale) ||
      (take(format, ',') && !take_number(format, &bits)) || !at_end(format))
    return malformed(format);
  if (bits != 128)
    return refuse(format, WD_UNSUPPORTED, "decimals have 128 bits here");
  if (precision < 1 || precision > WD_DECIMAL_PRECISION_MAX)
    return refuse(format, WD_UNSUPPORTED, "the precision must be 1 to 38");
  if ((negative && scale) || scale > precision)
    return refuse(format, WD_UNSUPPORTED,
                  "the scale must be 0 up to the precision");
  *format->type = wd_type_decimal((uint8_t)precision, (int8_t)scale);
  return WD_OK;
}

static bool
zone_is_valid(const char *zone, size_t length)
{
  static const char others[] = "_+-/:";

  if (length > ZONE_LENGTH_MAX)
    return false;
  for (size_t i = 0; i < length; i++) {
    char c = zone[i];

    if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') &&
        !(c >= '0' && c <= '9') && (c == '\0' || !strchr(others, c)))
      return false;
  }
  return true;
}

static enum wd_status
parse_timestamp(struct format *format)
{
  const char *unit = strchr(units, format->text[2]);
  const char *zone = NULL;
  size_t length = format->length - 4;

  if (!unit || *unit == '\0' || format->text[3] != ':')
    return malformed(format);
  if (!zone_is_valid(format->text + 4, length))
    return refuse(format, WD_INVALID_ARGUMENT,
                  "a time zone has at most 64 letters, digits and _+-/:");
  if (length) {
    zone = wd_arena_strndup(format->arena, format->text + 4, length);
    if (!zone)
      return wd_fail_memory(format->error);
  }
  *format->type = wd_type_timestamp((enum wd_unit)(unit - units), zone);
  return WD_OK;
}

static enum wd_status
parse_time(struct format *format, enum wd_type_id id)
{
  const char *unit = strchr(units, format->text[2]);

  if (!unit || *unit == '\0')
    return malformed(format);
  *format->type = wd_type_of(id);
  format->type->unit = (enum wd_unit)(unit - units);
  return WD_OK;
}

static enum wd_status
parse_width(struct format *format, enum wd_type_id id, size_t at)
{
  format->at = at;
  *format->type = wd_type_of(id);
  if (!take_number(format, &format->type->width) || !at_end(format))
    return malformed(format);
  format->type->child_count = id == WD_TYPE_FIXED_LIST;
  return WD_OK;
}

/* Type ids must be 0, 1, 2 …: then they need not be kept. */
static enum wd_status
parse_union(struct format *format)
{
  uint32_t count = 0, id;

  format->at = 4;
  while (!at_end(format)) {
    if ((count && !take(format, ',')) || !take_number(format, &id))
      return malformed(format);
    if (id != count++ || count > 128)
      return refuse(format, WD_UNSUPPORTED, "type ids must be 0, 1, 2 ...");
  }
  *format->type = wd_type_of(WD_TYPE_UNION);
  format->type->child_count = count;
  return WD_OK;
}

enum wd_status
wd_type_parse_format(const char *text, size_t length, struct wd_arena *arena,
                     struct wd_type *out_type, struct wd_error *error)
{
  struct format format = {text, length, 0, arena, out_type, error};

  for (size_t i = 0; i < PLAIN_COUNT; i++) {
    if (is_text(&format, plain[i].format)) {
      *out_type = wd_type_of(plain[i].id);
      out_type->child_count = plain[i].children;
      return WD_OK;
    }
  }
  for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++) {
    if (is_text(&format, foreign[i].format))
      return refuse(&format, WD_UNSUPPORTED, foreign[i].instead);
  }
  if (starts(&format, "+ud:"))
    return refuse(&format, WD_UNSUPPORTED,
                  "dense unions are never carried; use +us:");
  if (starts(&format, "d:"))
    return parse_decimal(&format);
  if (starts(&format, "ts") && length >= 4)
    return parse_timestamp(&format);
  if (starts(&format, "tt") && length == 3)
    return parse_time(&format, WD_TYPE_TIME);
  if (starts(&format, "tD") && length == 3)
    return parse_time(&format, WD_TYPE_DURATION);
  if (starts(&format, "w:"))
    return parse_width(&format, WD_TYPE_FIXED_BINARY, 2);
  if (starts(&format, "+w:"))
    return parse_width(&format, WD_TYPE_FIXED_LIST, 3);
  if (starts(&format, "+us:"))
    return parse_union(&format);
  return malformed(&format);
}
