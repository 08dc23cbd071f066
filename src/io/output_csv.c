/* RFC 4180, but that lines end in \n alone. The header is always there; null
 * is nothing, an empty text is "". */
#include <string.h>

#include "base/width.h"
#include "io/output_kind.h"

static void
add_quoted(struct wd_buf *out, const char *text, size_t length)
{
  const char *end = text + length;

  wd_buf_putc(out, '"');
  while (text < end) {
    const char *quote = memchr(text, '"', (size_t)(end - text));
    const char *stop = quote ? quote + 1 : end;

    wd_buf_add(out, text, (size_t)(stop - text));
    if (quote)
      wd_buf_putc(out, '"');
    text = stop;
  }
  wd_buf_putc(out, '"');
}

static bool
needs_quotes(const char *text, size_t length)
{
  for (size_t i = 0; i < length; i++) {
    if (text[i] == ',' || text[i] == '"' || text[i] == '\r' || text[i] == '\n')
      return true;
  }
  return length == 0;
}

static void
add_field(struct wd_output *output, const char *text, size_t length)
{
  if (output->options.terminal) {
    wd_width_filter(&output->scratch, text, length);
    text = wd_buf_text(&output->scratch);
    length = output->scratch.length;
  }
  if (needs_quotes(text, length))
    add_quoted(&output->text, text, length);
  else
    wd_buf_add(&output->text, text, length);
}

static enum wd_status
begin(struct wd_output *output, struct wd_error *error)
{
  const struct wd_schema *schema = &output->schema;

  (void)error;
  for (uint32_t i = 0; i < schema->count; i++) {
    const char *name = schema->columns[i].name;

    if (i)
      wd_buf_putc(&output->text, ',');
    if (!output->scratch.failed)
      wd_buf_clear(&output->scratch);
    add_field(output, name, strlen(name));
  }
  wd_buf_putc(&output->text, '\n');
  return WD_OK;
}

static enum wd_status
write_row(struct wd_output *output, const struct wd_batch *batch, uint32_t row,
          struct wd_error *error)
{
  (void)error;
  for (uint32_t i = 0; i < output->schema.count; i++) {
    if (i)
      wd_buf_putc(&output->text, ',');
    if (wd_value_null(&output->schema, batch, i, row))
      continue;
    wd__output_print(output, batch, i, row);
    add_field(output, wd_buf_text(&output->value), output->value.length);
  }
  wd_buf_putc(&output->text, '\n');
  return WD_OK;
}

const struct wd_output_kind wd__output_csv = {
    .begin = begin,
    .row = write_row,
};
