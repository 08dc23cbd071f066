/* Text on a terminal: how many columns it takes, and what may not be sent
 * there. Any thread. */
#ifndef WD_BASE_WIDTH_H
#define WD_BASE_WIDTH_H

#include "base/buf.h"

/* Appends text so that it stays on one line and does nothing to the terminal:
 * control characters become \n, \t, \r or \x1b, those of two bytes and the
 * ones that turn the direction of writing become \u202e, bytes that are not
 * UTF-8 become \xff. Text wider than `limit` columns is cut, its last column
 * is then `…` (0: no limit). Returns the columns taken: 2 for a wide
 * character, 0 for one that combines. */
uint32_t
wd_width_show(struct wd_buf *buf, const char *text, size_t length,
              uint32_t limit);

/* The bytes of the longest prefix of a text, as wd_width_show made it, that
 * takes at most `limit` columns; how many it takes. */
size_t
wd_width_fit(const char *text, size_t length, uint32_t limit,
             uint32_t *out_width);

/* As wd_width_show without limit, but line ends and tabs stay. */
void
wd_width_filter(struct wd_buf *buf, const char *text, size_t length);

#endif
