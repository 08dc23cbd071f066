/* Names and paths as they go into messages: one line of clean UTF-8 that
 * leaves room for the rest of the message. */
#ifndef WD_IO_SHOW_H
#define WD_IO_SHOW_H

#include <string.h>

#include "base/error.h"

struct wd_shown {
  char text[256];
};

/* At most 255 bytes of `text`; returns shown->text. */
static inline const char *
wd_show_length(struct wd_shown *shown, const char *text, size_t length)
{
  wd_text_clean(shown->text, sizeof shown->text, text, length);
  for (char *at = shown->text; *at; at++) {
    if (*at == '\n')
      *at = '?';
  }
  return shown->text;
}

static inline const char *
wd_show(struct wd_shown *shown, const char *text)
{
  return wd_show_length(shown, text, strlen(text));
}

#endif
