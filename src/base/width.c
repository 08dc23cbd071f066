#include "base/width.h"

#include <locale.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

#include "base/utf8.h"

#define ESCAPE_SIZE 8

static pthread_once_t once = PTHREAD_ONCE_INIT;
static locale_t utf8;

/* wcwidth answers for the locale of the thread, which is the caller's to
 * choose; this one is lent to it for a moment. Kept for the process. */
static void
make_locale(void)
{
  utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
}

static uint32_t
decode(const uint8_t *text, size_t step)
{
  static const uint8_t masks[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
  uint32_t code = text[0] & masks[step];

  for (size_t i = 1; i < step; i++)
    code = code << 6 | (text[i] & 0x3f);
  return code;
}

/* Line and paragraph separators; what turns the direction of writing. */
static bool
is_harmful(uint32_t code)
{
  return code < 0xa0 || code == 0x061c || code == 0x200e || code == 0x200f ||
         (code >= 0x2028 && code <= 0x202e) ||
         (code >= 0x2066 && code <= 0x2069);
}

/* Writes how the character is shown; returns how many columns that takes. */
static uint32_t
escape_ascii(uint8_t c, char *escape)
{
  static const char named[] = "\tt\nn\rr";
  const char *at = c ? strchr(named, c) : NULL;

  if (at && c < ' ')
    return (uint32_t)snprintf(escape, ESCAPE_SIZE, "\\%c", at[1]);
  return (uint32_t)snprintf(escape, ESCAPE_SIZE, "\\x%02x", c);
}

/* One character: its bytes, and "" or what stands for it. */
struct shown {
  size_t step;
  uint32_t width;
  char escape[ESCAPE_SIZE];
};

static void
show_character(const uint8_t *text, size_t length, struct shown *out_shown)
{
  size_t step = wd_utf8_step(text, length);
  uint32_t code;
  int width;

  out_shown->step = step ? step : 1;
  out_shown->escape[0] = '\0';
  out_shown->width = 1;
  if (step == 0 || (step == 1 && (text[0] < ' ' || text[0] == 0x7f))) {
    out_shown->width = escape_ascii(text[0], out_shown->escape);
    return;
  }
  if (step == 1)
    return;
  code = decode(text, step);
  if (is_harmful(code)) {
    out_shown->width = (uint32_t)snprintf(out_shown->escape, ESCAPE_SIZE,
                                          "\\u%04x", code & 0xffff);
    return;
  }
  width = utf8 ? wcwidth((wchar_t)code) : 1;
  out_shown->width = width < 0 ? 1 : (uint32_t)width;
}

static void
add_shown(struct wd_buf *buf, const char *text, const struct shown *shown)
{
  if (shown->escape[0])
    wd_buf_puts(buf, shown->escape);
  else
    wd_buf_add(buf, text, shown->step);
}

static void
truncate_buf(struct wd_buf *buf, size_t length)
{
  if (buf->failed || !buf->data)
    return;
  buf->length = length;
  buf->data[length] = '\0';
}

static uint32_t
show(struct wd_buf *buf, const char *text, size_t length, uint32_t limit)
{
  uint32_t width = 0, cut_width = 0;
  size_t cut = buf->length; /* where `…` would go */
  struct shown shown;

  for (size_t i = 0; i < length; i += shown.step) {
    show_character((const uint8_t *)text + i, length - i, &shown);
    if (limit && shown.width > limit - width) {
      truncate_buf(buf, cut);
      wd_buf_puts(buf, "…");
      return cut_width + 1;
    }
    width += shown.width;
    add_shown(buf, text + i, &shown);
    if (width < limit) {
      cut = buf->length;
      cut_width = width;
    }
  }
  return width;
}

static size_t
fit(const char *text, size_t length, uint32_t limit, uint32_t *out_width)
{
  size_t end = 0;
  struct shown shown;

  *out_width = 0;
  for (; end < length; end += shown.step) {
    show_character((const uint8_t *)text + end, length - end, &shown);
    if (shown.width > limit - *out_width)
      break;
    *out_width += shown.width;
  }
  return end;
}

/* wcwidth's locale, for this thread. */
static locale_t
begin(void)
{
  pthread_once(&once, make_locale);
  return utf8 ? uselocale(utf8) : (locale_t)0;
}

static void
end(locale_t before)
{
  if (utf8)
    uselocale(before);
}

uint32_t
wd_width_show(struct wd_buf *buf, const char *text, size_t length,
              uint32_t limit)
{
  locale_t before = begin();
  uint32_t width = show(buf, text, length, limit);

  end(before);
  return width;
}

size_t
wd_width_fit(const char *text, size_t length, uint32_t limit,
             uint32_t *out_width)
{
  locale_t before = begin();
  size_t size = fit(text, length, limit, out_width);

  end(before);
  return size;
}

void
wd_width_filter(struct wd_buf *buf, const char *text, size_t length)
{
  struct shown shown;

  for (size_t i = 0; i < length; i += shown.step) {
    show_character((const uint8_t *)text + i, length - i, &shown);
    if (text[i] && strchr("\t\n", text[i]))
      shown.escape[0] = '\0';
    add_shown(buf, text + i, &shown);
  }
}
