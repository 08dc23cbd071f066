#include "arrow/json.h"

#include <string.h>

#include "base/utf8.h"

/* The code of a character that is written as an escape, -1 for the others:
 * what JSON or a terminal would take for a command (the second group is C2 80
 * to C2 9F), what JavaScript takes for a line's end (E2 80 A8 and A9), and a
 * byte that is no character. */
static int
escaped_code(const uint8_t *text, size_t step)
{
  if (step == 0)
    return 0xfffd;
  if (step == 1 &&
      (text[0] < ' ' || text[0] == 0x7f || text[0] == '"' || text[0] == '\\'))
    return text[0];
  if (step == 2 && text[0] == 0xc2 && text[1] < 0xa0)
    return text[1];
  if (step == 3 && text[0] == 0xe2 && text[1] == 0x80 &&
      (text[2] == 0xa8 || text[2] == 0xa9))
    return 0x2000 + (text[2] & 0x3f);
  return -1;
}

static void
add_escape(struct wd_buf *out, int code)
{
  static const char named[] = "\"\"\\\\\bb\ff\nn\rr\tt";

  for (const char *at = named; *at; at += 2) {
    if (*at == code) {
      wd_buf_printf(out, "\\%c", at[1]);
      return;
    }
  }
  wd_buf_printf(out, "\\u%04x", (unsigned)code);
}

void
wd_json_string(const char *text, size_t length, struct wd_buf *out)
{
  size_t done = 0; /* copied so far */

  wd_buf_putc(out, '"');
  for (size_t i = 0; i < length;) {
    size_t step = wd_utf8_step((const uint8_t *)text + i, length - i);
    int code = escaped_code((const uint8_t *)text + i, step);

    if (step == 0)
      step = 1;
    if (code >= 0) {
      wd_buf_add(out, text + done, i - done);
      add_escape(out, code);
      done = i + step;
    }
    i += step;
  }
  wd_buf_add(out, text + done, length - done);
  wd_buf_putc(out, '"');
}

/* RFC 4648, section 4, with padding. */
static void
add_base64(struct wd_buf *out, const uint8_t *data, size_t length)
{
  static const char digits[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

  wd_buf_putc(out, '"');
  for (size_t i = 0; i < length; i += 3) {
    size_t left = length - i;
    uint32_t group = (uint32_t)data[i] << 16 |
                     (left > 1 ? (uint32_t)data[i + 1] << 8 : 0) |
                     (left > 2 ? data[i + 2] : 0);
    char four[4] = {digits[group >> 18], digits[group >> 12 & 63],
                    left > 1 ? digits[group >> 6 & 63] : '=',
                    left > 2 ? digits[group & 63] : '='};

    wd_buf_add(out, four, sizeof four);
  }
  wd_buf_putc(out, '"');
}

static void
add_binary(const struct wd_array *array, uint32_t row, struct wd_buf *buf)
{
  uint32_t length;
  const uint8_t *data = wd_array_bytes(array, row, &length);

  add_base64(buf, data, length);
}

/* JSON has no number for these; the words are Spark's. */
static void
add_float(const struct wd_array *array, uint32_t row, struct wd_buf *buf)
{
  static const char *const words[][2] = {
      {"nan", "\"NaN\""}, {"inf", "\"Infinity\""}, {"-inf", "\"-Infinity\""}};
  struct wd_buf text;

  wd_buf_init(&text, NULL, 64);
  wd_array_print(array, row, &text);
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
    if (strcmp(wd_buf_text(&text), words[i][0]) == 0) {
      wd_buf_puts(buf, words[i][1]);
      wd_buf_fini(&text);
      return;
    }
  }
  wd_buf_add(buf, text.data, text.length);
  wd_buf_fini(&text);
}

/* A value in quotes whatever it is: a name must be. */
static void
add_text(const struct wd_array *array, uint32_t row, struct wd_buf *buf)
{
  struct wd_buf text;

  if (array->type->id == WD_TYPE_STRING) {
    uint32_t length;
    const uint8_t *data = wd_array_bytes(array, row, &length);

    wd_json_string((const char *)data, length, buf);
    return;
  }
  wd_buf_init(&text, NULL, buf->maximum);
  wd_array_print(array, row, &text);
  wd_json_string(wd_buf_text(&text), text.length, buf);
  buf->failed = buf->failed || text.failed;
  wd_buf_fini(&text);
}

static void
add_list(const struct wd_array *array, uint32_t row, struct wd_buf *buf)
{
  struct wd_array item = wd_array_child(array);
  uint32_t from, to;

  wd_array_elements(array, row, &from, &to);
  wd_buf_putc(buf, '[');
  for (uint32_t i = from; i < to; i++) {
    if (i > from)
      wd_buf_putc(buf, ',');
    wd_json_value(&item, i, buf);
  }
  wd_buf_putc(buf, ']');
}

static void
add_map(const struct wd_array *array, uint32_t row, struct wd_buf *buf)
{
  struct wd_array entries = wd_array_child(array);
  struct wd_array key = wd_array_child(&entries);
  struct wd_array value = wd_array_next(&key, &entries.type->children[1].type);
  uint32_t from, to;

  wd_array_elements(array, row, &from, &to);
  wd_buf_putc(buf, '{');
  for (uint32_t i = from; i < to; i++) {
    if (i > from)
      wd_buf_putc(buf, ',');
    add_text(&key, i, buf);
    wd_buf_putc(buf, ':');
    wd_json_value(&value, i, buf);
  }
  wd_buf_putc(buf, '}');
}

/* The fields of a struct, or the one of a union that the row is of. */
static void
add_fields(const struct wd_array *array, uint32_t row, struct wd_buf *buf)
{
  const struct wd_type *type = array->type;
  struct wd_array field = wd_array_child(array);
  bool all = type->id == WD_TYPE_STRUCT;
  uint32_t only = all ? 0 : array->buffers->data[row];

  wd_buf_putc(buf, '{');
  for (uint32_t i = 0; i < type->child_count; i++) {
    if (all || i == only) {
      if (all && i)
        wd_buf_putc(buf, ',');
      wd_json_string(type->children[i].name, strlen(type->children[i].name),
                     buf);
      wd_buf_putc(buf, ':');
      wd_json_value(&field, row, buf);
    }
    if (i + 1 < type->child_count)
      field = wd_array_next(&field, &type->children[i + 1].type);
  }
  wd_buf_putc(buf, '}');
}

void
wd_json_value(const struct wd_array *array, uint32_t row, struct wd_buf *buf)
{
  if (wd_array_null(array, row)) {
    wd_buf_puts(buf, "null");
    return;
  }
  switch (array->type->id) {
  case WD_TYPE_BINARY:
  case WD_TYPE_FIXED_BINARY:
    add_binary(array, row, buf);
    return;
  case WD_TYPE_F32:
  case WD_TYPE_F64:
    add_float(array, row, buf);
    return;
  case WD_TYPE_LIST:
  case WD_TYPE_FIXED_LIST:
    add_list(array, row, buf);
    return;
  case WD_TYPE_MAP:
    add_map(array, row, buf);
    return;
  case WD_TYPE_STRUCT:
  case WD_TYPE_UNION:
    add_fields(array, row, buf);
    return;
  default:
    if (array->type->id == WD_TYPE_BOOL || wd_type_is_numeric(array->type))
      wd_array_print(array, row, buf);
    else
      add_text(array, row, buf);
  }
}
