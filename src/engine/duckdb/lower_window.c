/* Calls over windows as SQL. */
#include "engine/duckdb/lower_writer.h"
#include "engine/duckdb/types.h"

static enum wd_status
write_list(const struct writer *writer, const struct wd_expression *call,
           uint32_t from, uint32_t count)
{
  enum wd_status status = WD_OK;

  for (uint32_t i = 0; status == WD_OK && i < count; i++) {
    if (i)
      wd_buf_puts(writer->buf, ", ");
    status = wd__write_expression(writer, call->arguments[from + i]);
  }
  return status;
}

static enum wd_status
write_keys(const struct writer *writer, const struct wd_expression *call,
           uint32_t from)
{
  const struct wd_window_shape *shape = &call->window->shape;
  enum wd_status status = WD_OK;

  for (uint32_t i = 0; status == WD_OK && i < shape->keys; i++) {
    wd_buf_puts(writer->buf, i ? ", " : " ORDER BY ");
    status = wd__write_expression(writer, call->arguments[from + i]);
    wd_buf_puts(writer->buf, shape->sorts[i].descending ? " DESC" : " ASC");
    wd_buf_puts(writer->buf,
                shape->sorts[i].nulls_first ? " NULLS FIRST" : " NULLS LAST");
  }
  return status;
}

static enum wd_status
write_frame_end(const struct writer *writer, const struct wd_expression *call,
                enum wd_frame_end_kind kind, uint32_t *at)
{
  static const char *const words[] = {"UNBOUNDED PRECEDING", " PRECEDING",
                                      "CURRENT ROW", " FOLLOWING",
                                      "UNBOUNDED FOLLOWING"};
  enum wd_status status = WD_OK;

  if (wd_frame_has_offset(kind))
    status = wd__write_expression(writer, call->arguments[(*at)++]);
  wd_buf_puts(writer->buf, words[kind]);
  return status;
}

static enum wd_status
write_frame(const struct writer *writer, const struct wd_expression *call,
            uint32_t at)
{
  static const char *const units[] = {"", " ROWS", " RANGE", " GROUPS"};
  const struct wd_frame *frame = &call->window->shape.frame;
  enum wd_status status;

  if (frame->unit == WD_FRAME_NONE)
    return WD_OK;
  wd_buf_printf(writer->buf, "%s BETWEEN ", units[frame->unit]);
  status = write_frame_end(writer, call, frame->start, &at);
  wd_buf_puts(writer->buf, " AND ");
  return status == WD_OK ? write_frame_end(writer, call, frame->end, &at)
                         : status;
}

/* Whether all rows of a partition see the same frame. */
static bool
is_whole(const struct wd_window_shape *shape)
{
  const struct wd_frame *frame = &shape->frame;
  bool peers = shape->keys == 0 && frame->unit == WD_FRAME_RANGE;

  if (frame->unit == WD_FRAME_NONE)
    return shape->keys == 0;
  return (frame->start == WD_FRAME_UNBOUNDED_PRECEDING ||
          (peers && frame->start == WD_FRAME_CURRENT_ROW)) &&
         (frame->end == WD_FRAME_UNBOUNDED_FOLLOWING ||
          (peers && frame->end == WD_FRAME_CURRENT_ROW));
}

static enum wd_status
write_over(const struct writer *writer, const struct wd_expression *call)
{
  const struct wd_window_shape *shape = &call->window->shape;
  uint32_t at = shape->arguments + shape->has_filter;
  enum wd_status status = WD_OK;

  wd_buf_puts(writer->buf, " OVER (");
  if (shape->partitions) {
    wd_buf_puts(writer->buf, "PARTITION BY ");
    status = write_list(writer, call, at, shape->partitions);
  }
  at += shape->partitions;
  if (status == WD_OK)
    status = write_keys(writer, call, at);
  if (status == WD_OK && call->named && is_whole(shape))
    wd_buf_puts(writer->buf,
                " ROWS BETWEEN UNBOUNDED PRECEDING AND " WD_DUCK_ALL_ROWS
                " FOLLOWING");
  else if (status == WD_OK)
    status = write_frame(writer, call, at + shape->keys);
  wd_buf_putc(writer->buf, ')');
  return status;
}

static enum wd_status
write_function(const struct writer *writer, const struct wd_expression *call)
{
  const struct wd_window *window = call->window;
  enum wd_status status;

  wd_buf_printf(writer->buf, "CAST(%s(", wd_window_name(window->function));
  status = write_list(writer, call, 0, window->shape.arguments);
  wd_buf_puts(writer->buf, window->shape.ignore_nulls ? " IGNORE NULLS)" : ")");
  if (status == WD_OK)
    status = write_over(writer, call);
  wd_buf_puts(writer->buf, " AS ");
  wd_duck_type_sql(&call->type, writer->buf);
  wd_buf_putc(writer->buf, ')');
  return status;
}

/* As a measure, each call of which is followed by the window. */
static enum wd_status
write_aggregate(const struct writer *writer, const struct wd_expression *call)
{
  const struct wd_measure measure = wd_window_measure(call);
  struct wd_buf over;
  struct writer inner = *writer;
  enum wd_status status;

  wd_buf_init(&over, writer->lowering->engine->mem, writer->buf->maximum);
  inner.buf = &over;
  status = write_over(&inner, call);
  if (status == WD_OK && over.failed)
    status = wd_duck_buf_failure(&over, writer->lowering->error);
  if (status == WD_OK) {
    writer->lowering->over = wd_buf_text(&over);
    status =
        measure.bound.lambda
            ? wd_duck_lower_lambda_measure(writer->lowering, &measure,
                                           writer->buf)
            : wd_duck_lower_measure(writer->lowering, &measure, writer->buf);
    writer->lowering->over = NULL;
  }
  wd_buf_fini(&over);
  return status;
}

enum wd_status
wd__write_window(const struct writer *writer, const struct wd_expression *call)
{
  return call->window->aggregate ? write_aggregate(writer, call)
                                 : write_function(writer, call);
}
