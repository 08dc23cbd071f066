/* The one growing buffer. It demands a maximum size; once an append failed
 * the buffer stays failed (appends are no-ops), so a builder checks once at
 * its end. One thread at a time. */
#ifndef WD_BASE_BUF_H
#define WD_BASE_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/mem.h"

struct wd_buf {
  struct wd_mem *mem;
  char *data; /* zero-terminated when not NULL */
  size_t length;
  size_t capacity;
  size_t maximum;
  bool failed;
  bool full; /* it failed for the maximum, not for memory */
};

void
wd_buf_init(struct wd_buf *buf, struct wd_mem *mem, size_t maximum);

void
wd_buf_fini(struct wd_buf *buf);

/* Length 0, not failed, capacity kept. */
void
wd_buf_clear(struct wd_buf *buf);

/* False when memory or the maximum is exhausted. */
bool
wd_buf_add(struct wd_buf *buf, const void *data, size_t length);

/* What another buffer holds, or its failure. */
bool
wd_buf_append(struct wd_buf *buf, const struct wd_buf *from);

bool
wd_buf_puts(struct wd_buf *buf, const char *text);

bool
wd_buf_putc(struct wd_buf *buf, char c);

bool
wd_buf_printf(struct wd_buf *buf, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Room for `length` more bytes; NULL on failure. The caller fills it and
 * adds to buf->length himself. */
void *
wd_buf_reserve(struct wd_buf *buf, size_t length);

/* The text; "" for an empty or failed buffer. */
const char *
wd_buf_text(const struct wd_buf *buf);

#endif
