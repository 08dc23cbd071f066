/* Writing protobuf's wire format into a buffer
 * (https://protobuf.dev/programming-guides/encoding). The buffer keeps a
 * failure, so a writer looks once, at its end. Fields that are written in the
 * order of their numbers are what every protobuf library writes. */
#ifndef WD_BASE_WIRE_H
#define WD_BASE_WIRE_H

#include <stdint.h>

#include "base/buf.h"

/* An integer, a boolean, an enumeration. */
void
wd_wire_int(struct wd_buf *buf, uint32_t field, int64_t value);

void
wd_wire_double(struct wd_buf *buf, uint32_t field, double value);

void
wd_wire_float(struct wd_buf *buf, uint32_t field, float value);

/* Bytes, a text, a message that is encoded already. */
void
wd_wire_bytes(struct wd_buf *buf, uint32_t field, const void *data,
              size_t length);

void
wd_wire_text(struct wd_buf *buf, uint32_t field, const char *text);

/* What is written between the two lies in a message of that field; `begin`
 * gives what `end` wants. */
size_t
wd_wire_begin(struct wd_buf *buf, uint32_t field);

void
wd_wire_end(struct wd_buf *buf, size_t begun);

/* A number without a field, as lists of numbers have them in one field. */
void
wd_wire_packed(struct wd_buf *buf, uint64_t value);

#endif
