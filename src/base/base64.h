/* Base64 (RFC 4648, section 4). */
#ifndef WD_BASE_BASE64_H
#define WD_BASE_BASE64_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* What a character stands for, in the alphabet of texts or that of file names;
 * -1: it is none of either. */
int
wd_base64_digit(char c);

/* Decodes until the first other character or until there is no more room;
 * padding may be missing, the digits of file names are taken too. Returns how
 * many bytes there are. */
size_t
wd_base64_decode(const char *text, size_t length, uint8_t *out, size_t room);

/* Appends it, padded; false when the buffer failed. */
bool
wd_base64_encode(const void *data, size_t size, struct wd_buf *buf);

#endif
