/* A table in a box. The first rows are kept as they will be shown; when there
 * are enough of them, or no more, the widths are known, and from then on rows
 * go out as they come. */
#include <string.h>

#include "base/width.h"
#include "io/output_kind.h"

/* Shown text that may be kept; a little more is. */
#define KEPT_BYTES ((size_t)16 << 20)

struct box {
  uint32_t *widths;
  struct wd_buf kept; /* zero-terminated texts, row by row */
  uint64_t kept_rows;
  bool flowing; /* the widths are fixed, the header is out */
};

static uint32_t
header_width(const struct wd_output *output, const char *text,
             struct wd_buf *buf)
{
  return wd_width_show(buf, text, strlen(text), output->options.value_width);
}

static const char *
type_text(const struct wd_output *output, uint32_t column, char text[96])
{
  return wd_type_text(&output->schema.columns[column].type, text, 96);
}

static void
widen(uint32_t *width, uint32_t least)
{
  if (*width < least)
    *width = least;
}

static enum wd_status
begin(struct wd_output *output, struct wd_error *error)
{
  uint32_t count = output->schema.count;
  struct box *box = wd_arena_alloc(&output->arena, sizeof *box);
  char text[96];

  if (!box)
    return wd_fail_memory(error);
  wd_buf_init(&box->kept, output->mem, WD_OUTPUT_BYTES_MAX);
  output->state = box;
  box->widths = wd_arena_array(&output->arena, count + 1, sizeof(uint32_t));
  if (!box->widths)
    return wd_fail_memory(error);
  for (uint32_t i = 0; i < count; i++) {
    wd_buf_clear(&output->scratch);
    widen(&box->widths[i], header_width(output, output->schema.columns[i].name,
                                        &output->scratch));
    widen(&box->widths[i],
          header_width(output, type_text(output, i, text), &output->scratch));
  }
  return WD_OK;
}

static void
free_state(struct wd_output *output)
{
  struct box *box = output->state;

  if (box)
    wd_buf_fini(&box->kept);
}

static void
add_repeated(struct wd_buf *out, const char *text, uint32_t count)
{
  while (count--)
    wd_buf_puts(out, text);
}

static void
add_rule(struct wd_output *output, const char *left, const char *middle,
         const char *right)
{
  const struct box *box = output->state;

  wd_buf_puts(&output->text, left);
  for (uint32_t i = 0; i < output->schema.count; i++) {
    if (i)
      wd_buf_puts(&output->text, middle);
    add_repeated(&output->text, "─", box->widths[i] + 2);
  }
  wd_buf_puts(&output->text, right);
  wd_buf_putc(&output->text, '\n');
}

/* One cell with the line before it; a text that is too wide is let out of its
 * place. */
static void
add_cell(struct wd_output *output, uint32_t column, const char *text,
         size_t length, uint32_t width)
{
  const struct box *box = output->state;
  struct wd_buf *out = &output->text;
  uint32_t place = box->widths[column];
  uint32_t padding = width < place ? place - width : 0;
  bool right = wd_type_is_numeric(&output->schema.columns[column].type);

  wd_buf_puts(out, "│ ");
  if (right)
    add_repeated(out, " ", padding);
  wd_buf_add(out, text, length);
  if (!right)
    add_repeated(out, " ", padding);
  wd_buf_putc(out, ' ');
}

static void
add_header_cell(struct wd_output *output, uint32_t column, const char *text)
{
  struct wd_buf *shown = &output->scratch;
  uint32_t width;

  if (!shown->failed)
    wd_buf_clear(shown);
  width = header_width(output, text, shown);
  add_cell(output, column, wd_buf_text(shown), shown->length, width);
}

static void
add_header(struct wd_output *output)
{
  char text[96];

  add_rule(output, "┌", "┬", "┐");
  for (uint32_t i = 0; i < output->schema.count; i++)
    add_header_cell(output, i, output->schema.columns[i].name);
  wd_buf_puts(&output->text, "│\n");
  for (uint32_t i = 0; i < output->schema.count; i++)
    add_header_cell(output, i, type_text(output, i, text));
  wd_buf_puts(&output->text, "│\n");
}

/* The value as it is shown, in `out`; returns its width. */
static uint32_t
show_value(struct wd_output *output, const struct wd_batch *batch,
           uint32_t column, uint32_t row, uint32_t limit, struct wd_buf *out)
{
  if (wd_value_null(&output->schema, batch, column, row))
    return wd_width_show(out, "NULL", 4, limit);
  wd__output_print(output, batch, column, row);
  return wd_width_show(out, wd_buf_text(&output->value), output->value.length,
                       limit);
}

static void
keep_row(struct wd_output *output, struct box *box,
         const struct wd_batch *batch, uint32_t row)
{
  for (uint32_t i = 0; i < output->schema.count; i++) {
    uint32_t width = show_value(output, batch, i, row,
                                output->options.value_width, &box->kept);

    widen(&box->widths[i], width);
    wd_buf_putc(&box->kept, '\0');
  }
  box->kept_rows++;
}

/* The kept rows go out; what they take is freed. */
static enum wd_status
let_flow(struct wd_output *output, struct box *box, struct wd_error *error)
{
  const char *text = wd_buf_text(&box->kept);
  enum wd_status status = WD_OK;

  if (box->kept.failed)
    return wd_fail_memory(error);
  box->flowing = true;
  add_header(output);
  if (box->kept_rows)
    add_rule(output, "├", "┼", "┤");
  for (uint64_t row = 0; status == WD_OK && row < box->kept_rows; row++) {
    for (uint32_t i = 0; i < output->schema.count; i++) {
      size_t length = strlen(text);
      uint32_t width;

      if (!output->scratch.failed)
        wd_buf_clear(&output->scratch);
      width = wd_width_show(&output->scratch, text, length, 0);
      add_cell(output, i, text, length, width);
      text += length + 1;
    }
    wd_buf_puts(&output->text, "│\n");
    if (output->text.length >= WD_OUTPUT_PIECE)
      status = wd__output_flush(output, error);
  }
  wd_buf_fini(&box->kept);
  return status;
}

static void
flow_row(struct wd_output *output, const struct box *box,
         const struct wd_batch *batch, uint32_t row)
{
  for (uint32_t i = 0; i < output->schema.count; i++) {
    uint32_t limit = output->options.value_width ? box->widths[i] : 0;
    struct wd_buf *shown = &output->scratch;
    uint32_t width;

    if (!shown->failed)
      wd_buf_clear(shown);
    width = show_value(output, batch, i, row, limit, shown);
    add_cell(output, i, wd_buf_text(shown), shown->length, width);
  }
  wd_buf_puts(&output->text, "│\n");
}

static enum wd_status
write_row(struct wd_output *output, const struct wd_batch *batch, uint32_t row,
          struct wd_error *error)
{
  struct box *box = output->state;
  enum wd_status status = WD_OK;

  if (output->schema.count == 0)
    return WD_OK;
  if (!box->flowing &&
      (box->kept_rows == WD_OUTPUT_BOX_ROWS || box->kept.length > KEPT_BYTES))
    status = let_flow(output, box, error);
  if (status != WD_OK)
    return status;
  if (box->flowing)
    flow_row(output, box, batch, row);
  else
    keep_row(output, box, batch, row);
  return box->kept.failed ? wd_fail_memory(error) : WD_OK;
}

static enum wd_status
end(struct wd_output *output, struct wd_error *error)
{
  struct box *box = output->state;
  unsigned long long rows = output->rows;
  bool more = output->schema.count && rows > box->kept_rows;
  enum wd_status status = WD_OK;

  if (output->schema.count && !box->flowing)
    status = let_flow(output, box, error);
  if (status != WD_OK)
    return status;
  if (output->schema.count)
    add_rule(output, "└", "┴", "┘");
  wd_buf_printf(&output->text, "(%llu %s", rows, rows == 1 ? "row" : "rows");
  if (more)
    wd_buf_printf(&output->text, ", widths from the first %llu",
                  (unsigned long long)box->kept_rows);
  wd_buf_puts(&output->text, ")\n");
  return WD_OK;
}

const struct wd_output_kind wd__output_box = {
    .begin = begin,
    .row = write_row,
    .end = end,
    .free = free_state,
};
