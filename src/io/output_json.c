/* JSON (RFC 8259): an array of objects, or an object a line. */
#include <string.h>

#include "base/utf8.h"
#include "io/output_kind.h"

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

static void
add_string(struct wd_buf *out, const char *text, size_t length)
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
add_binary(struct wd_output *output, const struct wd_batch *batch,
           uint32_t column, uint32_t row)
{
  const struct wd_schema before = {column, output->schema.columns};
  uint32_t nodes, buffers, offsets[2];
  const struct wd_span *spans;
  size_t length;

  wd_schema_shape(&before, &nodes, &buffers);
  spans = batch->buffers + buffers;
  memcpy(offsets, spans[1].data + (size_t)row * 4, sizeof offsets);
  length = offsets[1] - offsets[0];
  add_base64(&output->text, length ? spans[2].data + offsets[0] : NULL, length);
}

/* JSON has no number for these; the words are Spark's. */
static const char *
not_finite(const char *text)
{
  if (strcmp(text, "nan") == 0)
    return "\"NaN\"";
  if (strcmp(text, "inf") == 0)
    return "\"Infinity\"";
  if (strcmp(text, "-inf") == 0)
    return "\"-Infinity\"";
  return text;
}

static void
add_value(struct wd_output *output, const struct wd_batch *batch,
          uint32_t column, uint32_t row)
{
  const struct wd_type *type = &output->schema.columns[column].type;

  if (wd_value_null(&output->schema, batch, column, row)) {
    wd_buf_puts(&output->text, "null");
    return;
  }
  if (type->id == WD_TYPE_BINARY) {
    add_binary(output, batch, column, row);
    return;
  }
  wd__output_print(output, batch, column, row);
  if (type->id == WD_TYPE_F32 || type->id == WD_TYPE_F64)
    wd_buf_puts(&output->text, not_finite(wd_buf_text(&output->value)));
  else if (type->id == WD_TYPE_BOOL || wd_type_is_numeric(type))
    wd_buf_add(&output->text, wd_buf_text(&output->value),
               output->value.length);
  else
    add_string(&output->text, wd_buf_text(&output->value),
               output->value.length);
}

/* Makes `"name":` of each column. */
static enum wd_status
begin(struct wd_output *output, struct wd_error *error)
{
  uint32_t count = output->schema.count;
  const char **keys = wd_arena_array(&output->arena, count + 1, sizeof *keys);
  struct wd_buf *key = &output->scratch;

  if (!keys)
    return wd_fail_memory(error);
  for (uint32_t i = 0; i < count; i++) {
    const char *name = output->schema.columns[i].name;

    wd_buf_clear(key);
    add_string(key, name, strlen(name));
    wd_buf_putc(key, ':');
    keys[i] = wd_arena_strndup(&output->arena, wd_buf_text(key), key->length);
    if (key->failed || !keys[i])
      return wd_fail_memory(error);
  }
  output->state = keys;
  return WD_OK;
}

static enum wd_status
write_object(struct wd_output *output, const struct wd_batch *batch,
             uint32_t row, struct wd_error *error)
{
  const char **keys = output->state;

  (void)error;
  wd_buf_putc(&output->text, '{');
  for (uint32_t i = 0; i < output->schema.count; i++) {
    if (i)
      wd_buf_putc(&output->text, ',');
    wd_buf_puts(&output->text, keys[i]);
    add_value(output, batch, i, row);
  }
  wd_buf_putc(&output->text, '}');
  return WD_OK;
}

static enum wd_status
write_line(struct wd_output *output, const struct wd_batch *batch, uint32_t row,
           struct wd_error *error)
{
  enum wd_status status = write_object(output, batch, row, error);

  wd_buf_putc(&output->text, '\n');
  return status;
}

static enum wd_status
write_item(struct wd_output *output, const struct wd_batch *batch, uint32_t row,
           struct wd_error *error)
{
  wd_buf_puts(&output->text, output->rows ? ",\n" : "[\n");
  return write_object(output, batch, row, error);
}

static enum wd_status
end_array(struct wd_output *output, struct wd_error *error)
{
  (void)error;
  wd_buf_puts(&output->text, output->rows ? "\n]\n" : "[]\n");
  return WD_OK;
}

const struct wd_output_kind wd__output_json = {
    .begin = begin,
    .row = write_item,
    .end = end_array,
};

const struct wd_output_kind wd__output_jsonl = {
    .begin = begin,
    .row = write_line,
};
