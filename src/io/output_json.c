/* JSON (RFC 8259): an array of objects, or an object a line. */
#include <string.h>

#include "arrow/json.h"
#include "io/output_kind.h"

static void
add_value(struct wd_output *output, const struct wd_batch *batch,
          uint32_t column, uint32_t row)
{
  struct wd_array array = wd_array_of(&output->schema, batch, column);

  wd_json_value(&array, row, &output->text);
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
    wd_json_string(name, strlen(name), key);
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
