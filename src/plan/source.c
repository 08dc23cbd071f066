#include "plan/source.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

#ifdef __clang_analyzer__
#undef wd_source_fail
#endif

/* Characters of the text that are shown before and after the place. */
#define WINDOW 40

struct window {
  char text[(2 * WINDOW + 1) * 4 + 16];
  size_t length;
  size_t column; /* where the caret goes, in characters */
};

static void
window_add(struct window *window, const char *text, size_t length)
{
  memcpy(window->text + window->length, text, length);
  window->length += length;
  window->text[window->length] = '\0';
}

static size_t
step(const struct wd_source *source, size_t at)
{
  size_t size =
      wd_utf8_step((const uint8_t *)source->text + at, source->length - at);

  return size ? size : 1;
}

static size_t
step_back(const struct wd_source *source, size_t at)
{
  do
    at--;
  while (at && ((uint8_t)source->text[at] & 0xc0) == 0x80);
  return at;
}

/* The character at a place, made fit for one line of a terminal. */
static size_t
show_character(struct window *window, const struct wd_source *source, size_t at)
{
  const uint8_t *text = (const uint8_t *)source->text + at;
  size_t size = wd_utf8_step(text, source->length - at);

  if (size == 0)
    window_add(window, "?", 1);
  else if (size == 1 && (*text < ' ' || *text == 0x7f))
    window_add(window, " ", 1);
  else if (size == 2 && *text == 0xc2 && text[1] < 0xa0)
    window_add(window, "?", 1);
  else
    window_add(window, (const char *)text, size);
  return size ? size : 1;
}

static void
window_make(struct window *window, const struct wd_source *source, size_t at)
{
  size_t from = at, to = at;

  for (int i = 0; i < WINDOW && from > 0; i++)
    from = step_back(source, from);
  for (int i = 0; i < WINDOW && to < source->length; i++)
    to += step(source, to);
  if (from > 0)
    window_add(window, "...", 3);
  window->column = from > 0 ? 3 : 0;
  while (from < to) {
    window->column += from < at;
    from += show_character(window, source, from);
  }
  if (to < source->length)
    window_add(window, "...", 3);
}

enum wd_status
wd_source_fail(const struct wd_source *source, size_t at, enum wd_status status,
               struct wd_error *error, const char *format, ...)
{
  struct window window = {.length = 0};
  char message[512], clean[512];
  va_list arguments;

  va_start(arguments, format);
  vsnprintf(message, sizeof message, format, arguments);
  va_end(arguments);
  wd_text_clean(clean, sizeof clean, message, strlen(message));
  if (!source)
    return wd_fail(error, status, "%s", clean);
  window_make(&window, source, at < source->length ? at : source->length);
  return wd_fail(error, status, "%s\n  %s\n  %*s", clean, window.text,
                 (int)window.column + 1, "^");
}
