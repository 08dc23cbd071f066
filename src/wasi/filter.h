/* Takes out of text what would steer a terminal: escape sequences (CSI, OSC,
 * DCS, …) and control characters other than newline, tab and carriage return,
 * in their 7 bit and 8 bit (C1) forms. Invalid UTF-8 becomes '?'. What comes
 * out is valid UTF-8 when the pieces are put together; a character or a
 * sequence may be cut by the pieces that come in. Source: ECMA-48.
 *
 * One thread at a time. */
#ifndef WD_WASI_FILTER_H
#define WD_WASI_FILTER_H

#include <stddef.h>
#include <stdint.h>

struct wd_filter {
  uint8_t state; /* enum in filter.c; 0: text */
  uint8_t have;  /* bytes of a character that is not complete */
  uint8_t character[4];
};

/* Room that wd_filter_text needs beyond the length of its input. */
enum { WD_FILTER_MORE = 4 };

/* Prepared by zeroing. Writes at most length + WD_FILTER_MORE bytes to
 * out_text and returns how many. */
size_t
wd_filter_text(struct wd_filter *filter, const char *text, size_t length,
               char *out_text);

#endif
