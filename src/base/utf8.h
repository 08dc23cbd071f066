/* UTF-8 validity: the one place that decides it. Pure functions, any thread.
 * Source of the rules: RFC 3629 (no surrogates, no overlong forms, at most
 * U+10FFFF). */
#ifndef WD_BASE_UTF8_H
#define WD_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* True when no byte has its top bit set. */
bool
wd_ascii_valid(const uint8_t *text, size_t length);

/* True when the whole text is valid UTF-8; scans ASCII runs first. */
bool
wd_utf8_valid(const uint8_t *text, size_t length);

/* Length in bytes (1 to 4) of the valid character at text, 0 when there is
 * none. */
size_t
wd_utf8_step(const uint8_t *text, size_t length);

/* The largest prefix (its length) that does not end inside a character. */
size_t
wd_utf8_cut(const uint8_t *text, size_t length);

#endif
