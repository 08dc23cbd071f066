#include "wasi/filter.h"

#include <stdbool.h>
#include <string.h>

#include "base/utf8.h"

enum state {
  TEXT,
  ESCAPE,        /* after ESC */
  INTERMEDIATE,  /* ESC and 0x20 to 0x2f: one final byte follows */
  CONTROL,       /* CSI: up to a final byte of 0x40 to 0x7e */
  STRING,        /* OSC, DCS, SOS, PM, APC: up to BEL or ST */
  STRING_ESCAPE, /* ESC in such a string */
};

enum {
  BELL = 0x07,
  CANCEL = 0x18,
  SUBSTITUTE = 0x1a,
  ESC = 0x1b,
  C1_DCS = 0x90,
  C1_SOS = 0x98,
  C1_CSI = 0x9b,
  C1_ST = 0x9c,
  C1_OSC = 0x9d,
  C1_PM = 0x9e,
  C1_APC = 0x9f,
};

/* What a C1 control starts; 0x40 to 0x5f after ESC mean the same. */
static enum state
after_control(unsigned control)
{
  switch (control) {
  case C1_CSI:
    return CONTROL;
  case C1_DCS:
  case C1_SOS:
  case C1_OSC:
  case C1_PM:
  case C1_APC:
    return STRING;
  default:
    return TEXT;
  }
}

static enum state
after_escape(unsigned c)
{
  if (c >= 0x20 && c <= 0x2f)
    return INTERMEDIATE;
  if (c >= 0x40 && c <= 0x5f)
    return after_control(c + 0x40);
  return c == ESC ? ESCAPE : TEXT;
}

/* Follows a sequence; characters of it never come out. */
static enum state
follow(enum state state, unsigned c)
{
  if (c == CANCEL || c == SUBSTITUTE)
    return TEXT;
  switch (state) {
  case ESCAPE:
    return after_escape(c);
  case INTERMEDIATE:
    return c == ESC ? ESCAPE : c >= 0x20 && c <= 0x2f ? INTERMEDIATE : TEXT;
  case CONTROL:
    return c == ESC ? ESCAPE : c >= 0x40 && c <= 0x7e ? TEXT : CONTROL;
  case STRING:
    return c == ESC ? STRING_ESCAPE : c == BELL || c == C1_ST ? TEXT : STRING;
  case STRING_ESCAPE:
    return c == '\\' ? TEXT : c == ESC ? STRING_ESCAPE : STRING;
  default:
    return TEXT;
  }
}

/* The scalar value if it is below 0x100, else something that is no control. */
static unsigned
small_value(const uint8_t *character, size_t length)
{
  if (length == 1)
    return character[0];
  if (length == 2 && character[0] <= 0xc3)
    return (character[0] & 3u) << 6 | (character[1] & 0x3fu);
  return 0x100;
}

/* One whole character; returns the bytes that come out. */
static size_t
pass(struct wd_filter *filter, const uint8_t *character, size_t length,
     char *to)
{
  unsigned c = small_value(character, length);

  if (filter->state != TEXT) {
    filter->state = (uint8_t)follow((enum state)filter->state, c);
    return 0;
  }
  if (c == ESC) {
    filter->state = ESCAPE;
    return 0;
  }
  if (c >= 0x80 && c < 0xa0) {
    filter->state = (uint8_t)after_control(c);
    return 0;
  }
  if (c == 0x7f || (c < 0x20 && c != '\n' && c != '\t' && c != '\r'))
    return 0;
  memcpy(to, character, length);
  return length;
}

/* A byte that belongs to no character. A lone C1 byte is a control to a
 * terminal that is not in UTF-8 mode. */
static size_t
pass_invalid(struct wd_filter *filter, uint8_t byte, char *to)
{
  uint8_t control[2] = {0xc2, byte};

  if (byte >= 0x80 && byte < 0xa0)
    return pass(filter, control, 2, to);
  return pass(filter, (const uint8_t *)"?", 1, to);
}

/* How many bytes a character has that begins so; 1 for an invalid byte. */
static size_t
length_of(uint8_t first)
{
  return first < 0xc2   ? 1
         : first < 0xe0 ? 2
         : first < 0xf0 ? 3
         : first < 0xf5 ? 4
                        : 1;
}

/* Handles what is held until it may be the beginning of a character. */
static size_t
settle(struct wd_filter *filter, char *to)
{
  size_t written = 0;

  while (filter->have) {
    size_t step = wd_utf8_step(filter->character, filter->have);
    bool partial = step == 0 &&
                   filter->have < length_of(filter->character[0]) &&
                   wd_utf8_cut(filter->character, filter->have) == 0;

    if (partial)
      break;
    if (step)
      written += pass(filter, filter->character, step, to + written);
    else
      written += pass_invalid(filter, filter->character[0], to + written);
    if (!step)
      step = 1;
    filter->have = (uint8_t)(filter->have - step);
    memmove(filter->character, filter->character + step, filter->have);
  }
  return written;
}

size_t
wd_filter_text(struct wd_filter *filter, const char *text, size_t length,
               char *out_text)
{
  size_t written = 0;

  for (size_t i = 0; i < length; i++) {
    filter->character[filter->have++] = (uint8_t)text[i];
    written += settle(filter, out_text + written);
  }
  return written;
}
