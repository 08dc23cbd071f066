#include "base/buf.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

void
wd_buf_init(struct wd_buf *buf, struct wd_mem *mem, size_t maximum)
{
  *buf = (struct wd_buf){.mem = mem, .maximum = maximum};
}

void
wd_buf_fini(struct wd_buf *buf)
{
  wd_mem_free(buf->mem, buf->data, buf->capacity);
  wd_buf_init(buf, buf->mem, buf->maximum);
}

void
wd_buf_clear(struct wd_buf *buf)
{
  buf->length = 0;
  buf->failed = false;
  buf->full = false;
  if (buf->data)
    buf->data[0] = '\0';
}

/* Its text is "" then, so its length is 0. */
static void
fail(struct wd_buf *buf, bool full)
{
  buf->full = buf->failed ? buf->full : full;
  buf->failed = true;
  buf->length = 0;
}

void *
wd_buf_reserve(struct wd_buf *buf, size_t length)
{
  size_t need, capacity;
  char *moved;

  if (buf->failed || length > buf->maximum - buf->length) {
    fail(buf, true);
    return NULL;
  }
  need = buf->length + length + 1;
  if (need > buf->capacity) {
    capacity = buf->capacity ? buf->capacity * 2 : 64;
    if (capacity < need)
      capacity = need;
    moved = wd_mem_realloc(buf->mem, buf->data, buf->capacity, capacity);
    if (!moved) {
      fail(buf, false);
      return NULL;
    }
    buf->data = moved;
    buf->capacity = capacity;
  }
  return buf->data + buf->length;
}

bool
wd_buf_add(struct wd_buf *buf, const void *data, size_t length)
{
  void *place = wd_buf_reserve(buf, length);

  if (!place)
    return false;
  if (length)
    memcpy(place, data, length);
  buf->length += length;
  buf->data[buf->length] = '\0';
  return true;
}

bool
wd_buf_append(struct wd_buf *buf, const struct wd_buf *from)
{
  if (from->failed) {
    fail(buf, from->full);
    return false;
  }
  return wd_buf_add(buf, from->data, from->length);
}

bool
wd_buf_puts(struct wd_buf *buf, const char *text)
{
  return wd_buf_add(buf, text, strlen(text));
}

bool
wd_buf_putc(struct wd_buf *buf, char c)
{
  return wd_buf_add(buf, &c, 1);
}

bool
wd_buf_printf(struct wd_buf *buf, const char *format, ...)
{
  va_list arguments;
  char *place;
  int length;

  va_start(arguments, format);
  length = vsnprintf(NULL, 0, format, arguments);
  va_end(arguments);
  if (length < 0) {
    fail(buf, false);
    return false;
  }
  place = wd_buf_reserve(buf, (size_t)length);
  if (!place)
    return false;
  va_start(arguments, format);
  vsnprintf(place, (size_t)length + 1, format, arguments);
  va_end(arguments);
  buf->length += (size_t)length;
  return true;
}

const char *
wd_buf_text(const struct wd_buf *buf)
{
  return buf->data && !buf->failed ? buf->data : "";
}
