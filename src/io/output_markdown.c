/* A table as GitHub's Markdown has it
 * (https://github.github.com/gfm/#tables-extension-), row by row, so without
 * padding. */
#include <string.h>

#include "base/width.h"
#include "io/output_kind.h"

/* A cell is one line, and a bar ends it. Line ends become breaks, other
 * control characters are shown. */
static void
add_cell(struct wd_output *output, const char *text, size_t length)
{
  struct wd_buf *out = &output->text;
  const char *end = text + length;

  wd_buf_putc(out, ' ');
  while (text < end) {
    const char *stop = text;

    while (stop < end && *stop != '|' && *stop != '\\' && *stop != '\n')
      stop++;
    wd_width_show(out, text, (size_t)(stop - text), 0);
    if (stop < end && *stop == '\n')
      wd_buf_puts(out, "<br>");
    else if (stop < end)
      wd_buf_printf(out, "\\%c", *stop);
    text = stop + 1;
  }
  wd_buf_puts(out, " |");
}

static enum wd_status
begin(struct wd_output *output, struct wd_error *error)
{
  const struct wd_schema *schema = &output->schema;

  (void)error;
  if (schema->count == 0)
    return WD_OK;
  wd_buf_putc(&output->text, '|');
  for (uint32_t i = 0; i < schema->count; i++) {
    const char *name = schema->columns[i].name;

    add_cell(output, name, strlen(name));
  }
  wd_buf_puts(&output->text, "\n|");
  for (uint32_t i = 0; i < schema->count; i++)
    wd_buf_puts(&output->text, wd_type_is_numeric(&schema->columns[i].type)
                                   ? "---:|"
                                   : "---|");
  wd_buf_putc(&output->text, '\n');
  return WD_OK;
}

static enum wd_status
write_row(struct wd_output *output, const struct wd_batch *batch, uint32_t row,
          struct wd_error *error)
{
  (void)error;
  if (output->schema.count == 0)
    return WD_OK;
  wd_buf_putc(&output->text, '|');
  for (uint32_t i = 0; i < output->schema.count; i++) {
    if (wd_value_null(&output->schema, batch, i, row)) {
      add_cell(output, "NULL", 4);
      continue;
    }
    wd__output_print(output, batch, i, row);
    add_cell(output, wd_buf_text(&output->value), output->value.length);
  }
  wd_buf_putc(&output->text, '\n');
  return WD_OK;
}

const struct wd_output_kind wd__output_markdown = {
    .begin = begin,
    .row = write_row,
};
