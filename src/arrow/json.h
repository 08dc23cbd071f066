/* Values as JSON (RFC 8259): numbers as they are, what is no number in JSON as
 * Spark's words in quotes, binaries in base64, lists as arrays, structs as
 * objects, maps as objects whose names are the keys' texts, a union as an
 * object of its one member; all else as wd_value_print has it, in quotes. */
#ifndef WD_ARROW_JSON_H
#define WD_ARROW_JSON_H

#include "arrow/array.h"

/* A text in quotes; bytes that are no UTF-8 become U+FFFD. What a terminal or
 * JavaScript would take for a command is escaped. */
void
wd_json_string(const char *text, size_t length, struct wd_buf *buf);

/* Any value, null too. */
void
wd_json_value(const struct wd_array *array, uint32_t row, struct wd_buf *buf);

#endif
