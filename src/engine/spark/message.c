#include "engine/spark/message.h"

#include <string.h>

#include "base/wire.h"

/* Longest form of a varint. */
#define VARINT_MAX 10

enum { WIRE_VARINT = 0, WIRE_FIXED64 = 1, WIRE_BYTES = 2, WIRE_FIXED32 = 5 };

void
wd_sc_writer_init(struct wd_sc_writer *writer, struct wd_mem *mem)
{
  *writer = (struct wd_sc_writer){.depth = 0};
  wd_buf_init(&writer->buf, mem, WD_SC_REQUEST_MAX);
}

void
wd_sc_writer_fini(struct wd_sc_writer *writer)
{
  wd_buf_fini(&writer->buf);
}

enum wd_status
wd_sc_writer_check(const struct wd_sc_writer *writer, struct wd_error *error)
{
  if (writer->too_deep)
    return wd_fail(error, WD_LIMIT_EXCEEDED,
                   "the plan is nested too deep for Spark Connect: write what "
                   "is in its middle to a sink and read it again");
  if (!writer->buf.failed)
    return WD_OK;
  if (writer->buf.length < writer->buf.maximum / 4)
    return wd_fail_memory(error);
  return wd_fail(error, WD_LIMIT_EXCEEDED,
                 "the plan is too large for Spark Connect: with the rows that "
                 "the program made it has more than %u MiB; write them to a "
                 "file and grant it as a table",
                 WD_SC_REQUEST_MAX >> 20);
}

void
wd_sc_put_int(struct wd_sc_writer *writer, uint32_t field, int64_t value)
{
  wd_wire_int(&writer->buf, field, value);
}

void
wd_sc_put_double(struct wd_sc_writer *writer, uint32_t field, double value)
{
  wd_wire_double(&writer->buf, field, value);
}

void
wd_sc_put_bytes(struct wd_sc_writer *writer, uint32_t field, const void *data,
                size_t length)
{
  wd_wire_bytes(&writer->buf, field, data, length);
}

void
wd_sc_put_text(struct wd_sc_writer *writer, uint32_t field, const char *text)
{
  wd_wire_text(&writer->buf, field, text);
}

void
wd_sc_put_entry(struct wd_sc_writer *writer, uint32_t field, const char *key,
                const char *value)
{
  size_t entry = wd_sc_begin(writer, field);

  wd_sc_put_text(writer, 1, key);
  wd_sc_put_text(writer, 2, value);
  wd_sc_end(writer, entry);
}

size_t
wd_sc_begin(struct wd_sc_writer *writer, uint32_t field)
{
  if (++writer->depth > WD_SC_DEPTH)
    writer->too_deep = true;
  return wd_wire_begin(&writer->buf, field);
}

void
wd_sc_end(struct wd_sc_writer *writer, size_t begun)
{
  writer->depth--;
  wd_wire_end(&writer->buf, begun);
}

static bool
read_varint(struct wd_sc_view *view, uint64_t *out_value)
{
  uint64_t value = 0;

  for (size_t i = 0; i < VARINT_MAX && i < view->length; i++) {
    value |= (uint64_t)(view->data[i] & 0x7f) << (7 * i);
    if (view->data[i] < 0x80) {
      view->data += i + 1;
      view->length -= i + 1;
      *out_value = value;
      return true;
    }
  }
  return false;
}

enum wd_sc_read
wd_sc_next(struct wd_sc_view *view, struct wd_sc_field *out_field)
{
  uint64_t tag, length = 0;

  if (view->length == 0)
    return WD_SC_END;
  if (!read_varint(view, &tag) || tag >> 3 == 0 || tag >> 32)
    return WD_SC_MALFORMED;
  *out_field = (struct wd_sc_field){.number = (uint32_t)(tag >> 3)};
  switch (tag & 7) {
  case WIRE_VARINT:
    return read_varint(view, &out_field->integer) ? WD_SC_FIELD
                                                  : WD_SC_MALFORMED;
  case WIRE_FIXED64:
  case WIRE_FIXED32:
    length = (tag & 7) == WIRE_FIXED64 ? 8 : 4;
    if (length > view->length)
      return WD_SC_MALFORMED;
    memcpy(&out_field->integer, view->data, length);
    break;
  case WIRE_BYTES:
    if (!read_varint(view, &length) || length > view->length)
      return WD_SC_MALFORMED;
    out_field->is_bytes = true;
    out_field->view = (struct wd_sc_view){view->data, length};
    break;
  default:
    return WD_SC_MALFORMED;
  }
  view->data += length;
  view->length -= length;
  return WD_SC_FIELD;
}

bool
wd_sc_is_message(struct wd_sc_view view)
{
  struct wd_sc_field field;
  enum wd_sc_read read;

  while ((read = wd_sc_next(&view, &field)) == WD_SC_FIELD)
    ;
  return read == WD_SC_END;
}

struct wd_sc_view
wd_sc_find(struct wd_sc_view view, uint32_t field)
{
  struct wd_sc_view found = {NULL, 0};
  struct wd_sc_field next;

  while (wd_sc_next(&view, &next) == WD_SC_FIELD)
    if (next.number == field && next.is_bytes)
      found = next.view;
  return found;
}

int64_t
wd_sc_find_int(struct wd_sc_view view, uint32_t field, int64_t otherwise)
{
  struct wd_sc_field next;

  while (wd_sc_next(&view, &next) == WD_SC_FIELD)
    if (next.number == field && !next.is_bytes)
      otherwise = (int64_t)next.integer;
  return otherwise;
}

bool
wd_sc_is_text(struct wd_sc_view view, const char *text)
{
  return view.length == strlen(text) &&
         memcmp(view.data ? (const char *)view.data : "", text, view.length) ==
             0;
}

char *
wd_sc_copy_text(char *to, size_t size, struct wd_sc_view view)
{
  return wd_text_clean(to, size, view.data ? (const char *)view.data : "",
                       view.length);
}
