/* Names and texts in quotes. */
#include "engine/duckdb/lower.h"

void
wd_duck_quote(const char *text, size_t length, char quote, struct wd_buf *buf)
{
  size_t from = 0;

  wd_buf_putc(buf, quote);
  for (size_t i = 0; i < length; i++) {
    if (text[i] != quote)
      continue;
    wd_buf_add(buf, text + from, i + 1 - from);
    from = i;
  }
  wd_buf_add(buf, text + from, length - from);
  wd_buf_putc(buf, quote);
}
