/* Protobuf's wire format (https://protobuf.dev/programming-guides/encoding):
 * writing into a growing buffer and reading a hostile text field by field.
 *
 * Numbers of fields are those of connect.gen.h, made from the pinned messages
 * of Spark Connect (scripts/connect-generate).
 */
#ifndef WD_ENGINE_SPARK_MESSAGE_H
#define WD_ENGINE_SPARK_MESSAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "connect.gen.h"

/* What a server takes in one message
 * (spark.connect.grpc.maxInboundMessageSize). */
#define WD_SC_REQUEST_MAX (128u << 20)

/* How deep messages may lie in each other: Spark's own limit is 1024
 * (spark.connect.grpc.marshallerRecursionLimit). */
#define WD_SC_DEPTH 1000

/* A message that is written. A failure (memory, size, depth) is kept. */
struct wd_sc_writer {
  struct wd_buf buf;
  uint32_t depth;
  bool too_deep;
};

void
wd_sc_writer_init(struct wd_sc_writer *writer, struct wd_mem *mem);

void
wd_sc_writer_fini(struct wd_sc_writer *writer);

/* WD_OK, or why the message cannot be sent. */
enum wd_status
wd_sc_writer_check(const struct wd_sc_writer *writer, struct wd_error *error);

/* Fields: of integers, booleans and enumerations; double; bytes and strings. */
void
wd_sc_put_int(struct wd_sc_writer *writer, uint32_t field, int64_t value);

void
wd_sc_put_double(struct wd_sc_writer *writer, uint32_t field, double value);

void
wd_sc_put_bytes(struct wd_sc_writer *writer, uint32_t field, const void *data,
                size_t length);

void
wd_sc_put_text(struct wd_sc_writer *writer, uint32_t field, const char *text);

/* An entry of a map of texts. */
void
wd_sc_put_entry(struct wd_sc_writer *writer, uint32_t field, const char *key,
                const char *value);

/* What is put between the two lies in a message of that field; `begin` gives
 * what `end` wants. */
size_t
wd_sc_begin(struct wd_sc_writer *writer, uint32_t field);

void
wd_sc_end(struct wd_sc_writer *writer, size_t begun);

/* A message that is read: a view of somebody's bytes. */
struct wd_sc_view {
  const uint8_t *data; /* NULL: it is not there */
  size_t length;
};

struct wd_sc_field {
  uint32_t number;
  bool is_bytes;
  uint64_t integer;       /* varint, fixed32, fixed64 */
  struct wd_sc_view view; /* bytes, text, message */
};

enum wd_sc_read { WD_SC_END, WD_SC_FIELD, WD_SC_MALFORMED };

/* The next field; the view moves behind it. */
enum wd_sc_read
wd_sc_next(struct wd_sc_view *view, struct wd_sc_field *out_field);

/* Whether all of a message can be read, nested ones not looked at. */
bool
wd_sc_is_message(struct wd_sc_view view);

/* The last field of that number that holds bytes; data is NULL when there is
 * none. Of what is malformed, what comes before. */
struct wd_sc_view
wd_sc_find(struct wd_sc_view view, uint32_t field);

/* The last integer of that number, or a default. */
int64_t
wd_sc_find_int(struct wd_sc_view view, uint32_t field, int64_t otherwise);

/* Whether a text is this one. */
bool
wd_sc_is_text(struct wd_sc_view view, const char *text);

/* A zero-terminated copy, cleaned and cut to the size; returns `to`. */
char *
wd_sc_copy_text(char *to, size_t size, struct wd_sc_view view);

#endif
