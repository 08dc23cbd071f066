#include "base/wire.h"

#include <string.h>

/* Longest form of a varint. */
#define VARINT_MAX 10

enum { WIRE_VARINT = 0, WIRE_FIXED64 = 1, WIRE_BYTES = 2, WIRE_FIXED32 = 5 };

static size_t
encode_varint(uint8_t out[VARINT_MAX], uint64_t value)
{
  size_t length = 0;

  for (; value >= 0x80; value >>= 7)
    out[length++] = (uint8_t)(value | 0x80);
  out[length++] = (uint8_t)value;
  return length;
}

void
wd_wire_packed(struct wd_buf *buf, uint64_t value)
{
  uint8_t bytes[VARINT_MAX];

  wd_buf_add(buf, bytes, encode_varint(bytes, value));
}

static void
put_tag(struct wd_buf *buf, uint32_t field, uint32_t wire)
{
  wd_wire_packed(buf, (uint64_t)field << 3 | wire);
}

void
wd_wire_int(struct wd_buf *buf, uint32_t field, int64_t value)
{
  put_tag(buf, field, WIRE_VARINT);
  wd_wire_packed(buf, (uint64_t)value);
}

void
wd_wire_double(struct wd_buf *buf, uint32_t field, double value)
{
  put_tag(buf, field, WIRE_FIXED64);
  wd_buf_add(buf, &value, sizeof value);
}

void
wd_wire_float(struct wd_buf *buf, uint32_t field, float value)
{
  put_tag(buf, field, WIRE_FIXED32);
  wd_buf_add(buf, &value, sizeof value);
}

void
wd_wire_bytes(struct wd_buf *buf, uint32_t field, const void *data,
              size_t length)
{
  put_tag(buf, field, WIRE_BYTES);
  wd_wire_packed(buf, length);
  if (length)
    wd_buf_add(buf, data, length);
}

void
wd_wire_text(struct wd_buf *buf, uint32_t field, const char *text)
{
  wd_wire_bytes(buf, field, text, strlen(text));
}

size_t
wd_wire_begin(struct wd_buf *buf, uint32_t field)
{
  put_tag(buf, field, WIRE_BYTES);
  /* One byte for the length; `end` makes more room. */
  wd_buf_putc(buf, '\0');
  return buf->length;
}

void
wd_wire_end(struct wd_buf *buf, size_t begun)
{
  size_t length = buf->length - begun, width;
  uint8_t bytes[VARINT_MAX];

  if (buf->failed)
    return;
  width = encode_varint(bytes, length);
  if (width > 1 && !wd_buf_add(buf, bytes, width - 1))
    return;
  memmove(buf->data + begun + width - 1, buf->data + begun, length);
  memcpy(buf->data + begun - 1, bytes, width);
}
