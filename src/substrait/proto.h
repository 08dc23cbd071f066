/* Reading protobuf, strictly: bytes to a tree of messages.
 *
 * What a plan says must not be lost: a field that is not known, one that is
 * there twice where once is meant, two members of a oneof, a number past its
 * type, text that is no UTF-8 and groups are errors, with the field's path.
 * What is accepted, every protobuf library accepts with the same content.
 * Nothing recurses. Trees are immutable, in an arena; strings and bytes stay in
 * the input, which must outlive them. The tables are made at build time
 * (scripts/substrait-generate). Wire format:
 * https://protobuf.dev/programming-guides/encoding/
 */
#ifndef WD_SUBSTRAIT_PROTO_H
#define WD_SUBSTRAIT_PROTO_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "substrait.gen.h"

enum wd_proto_kind {
  WD_PROTO_DOUBLE,
  WD_PROTO_FLOAT,
  WD_PROTO_I64,
  WD_PROTO_U64,
  WD_PROTO_I32,
  WD_PROTO_BOOL,
  WD_PROTO_STRING,
  WD_PROTO_MESSAGE,
  WD_PROTO_BYTES,
  WD_PROTO_U32,
  WD_PROTO_ENUM,
};

struct wd_proto_field {
  const char *name;
  uint32_t number;
  enum wd_proto_kind kind;
  bool repeated;
  uint8_t oneof; /* 0: of none; also the one of an `optional` */
  /* Of a message its index in wd_proto_types, of an enumeration in
   * wd_proto_enums. */
  uint16_t type;
};

struct wd_proto_type {
  const char *name;
  uint32_t count;
  const struct wd_proto_field *fields; /* by ascending number */
};

/* By WD_SS_<message>; WD_SS_TYPES of them, from WD_SS_TYPES_OF_OURS on those of
 * our own extensions. */
extern const struct wd_proto_type wd_proto_types[];

struct wd_proto_enum {
  uint32_t count;
  const struct wd_proto_name {
    const char *name;
    int32_t value;
  } * values;
};

extern const struct wd_proto_enum wd_proto_enums[];

struct wd_message;

/* One occurrence of a field. */
struct wd_value {
  const struct wd_proto_field *field;
  const struct wd_value *next; /* in the order of the input, any field */
  const struct wd_message *owner;
  union {
    int64_t integer;  /* i64, i32, bool, enum */
    uint64_t natural; /* u64, u32; float and double: their bits */
    struct {
      const char *data;
      size_t length;
    } bytes;
    const struct wd_message *message;
  };
};

struct wd_message {
  uint16_t type;                 /* index in wd_proto_types */
  const struct wd_value *values; /* the first one, or NULL */
  const struct wd_value *place;  /* where it stands; NULL: the whole */
};

/* Caps on hostile input. */
struct wd_proto_limits {
  size_t bytes;
  uint32_t values; /* fields, with the messages in them */
  uint32_t depth;  /* messages in each other */
};

/* Decodes a message of a type. WD_INVALID_PLAN or WD_LIMIT_EXCEEDED name the
 * field by its path. */
enum wd_status
wd_proto_decode(const void *data, size_t length, uint16_t type,
                const struct wd_proto_limits *limits, struct wd_arena *arena,
                const struct wd_message **out_message, struct wd_error *error);

/* The same of the bytes in a value, as a part of the message that it is in. */
enum wd_status
wd_proto_decode_value(const struct wd_value *value, uint16_t type,
                      const struct wd_proto_limits *limits,
                      struct wd_arena *arena,
                      const struct wd_message **out_message,
                      struct wd_error *error);

/* The field's (first) value, or NULL. */
const struct wd_value *
wd_message_find(const struct wd_message *message, uint32_t number);

/* The next value of the same field, or NULL. */
const struct wd_value *
wd_value_next(const struct wd_value *value);

uint32_t
wd_message_count(const struct wd_message *message, uint32_t number);

/* The message in a field, or NULL. */
const struct wd_message *
wd_message_sub(const struct wd_message *message, uint32_t number);

/* A number, a boolean or an enumeration; 0 when it is not there. */
int64_t
wd_message_integer(const struct wd_message *message, uint32_t number);

/* Appends `relations[0].root.input` of a value, of a message. The whole is
 * `plan`. */
void
wd_value_path(const struct wd_value *value, struct wd_buf *buf);

void
wd_message_path(const struct wd_message *message, struct wd_buf *buf);

/* Fails with `<path>: <text>`. */
enum wd_status
wd_message_fail(const struct wd_message *message, enum wd_status status,
                struct wd_error *error, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#ifdef __clang_analyzer__ /* as of wd_fail */
#define wd_message_fail(message, status, error, ...)                           \
  ((wd_message_fail)(message, status, error, __VA_ARGS__), (status))
#endif

enum wd_status
wd_value_fail(const struct wd_value *value, enum wd_status status,
              struct wd_error *error, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#endif
