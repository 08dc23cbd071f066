/* Types of columns: one form for the whole house.
 *
 * A type is a small tree by value; what it points to (time zone, children,
 * dictionary) belongs to an arena or is static, and is never changed. Names
 * are Substrait's (`i64`, `string`, `decimal<10,2>`); the written form at the
 * ABI is the format string of the Arrow C data interface.
 */
#ifndef WD_ARROW_TYPE_H
#define WD_ARROW_TYPE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"

enum wd_type_id {
  WD_TYPE_NULL,         /* n */
  WD_TYPE_BOOL,         /* b */
  WD_TYPE_I8,           /* c */
  WD_TYPE_I16,          /* s */
  WD_TYPE_I32,          /* i */
  WD_TYPE_I64,          /* l */
  WD_TYPE_U8,           /* C */
  WD_TYPE_U16,          /* S */
  WD_TYPE_U32,          /* I */
  WD_TYPE_U64,          /* L */
  WD_TYPE_F32,          /* f */
  WD_TYPE_F64,          /* g */
  WD_TYPE_DECIMAL,      /* d:precision,scale; 128 bits, precision at most 38 */
  WD_TYPE_DATE,         /* tdD: days since 1970-01-01, 32 bits */
  WD_TYPE_TIMESTAMP,    /* ts[smun]:[zone]: since 1970-01-01, 64 bits */
  WD_TYPE_STRING,       /* u: UTF-8, 32-bit offsets */
  WD_TYPE_BINARY,       /* z: 32-bit offsets */
  WD_TYPE_TIME,         /* tt[smun]: since midnight, 32 bits for s and ms */
  WD_TYPE_INTERVAL,     /* tin: months, days, nanoseconds */
  WD_TYPE_DURATION,     /* tD[smun]: parsed and printed, never carried */
  WD_TYPE_FIXED_BINARY, /* w:width */
  WD_TYPE_UUID,         /* w:16 with the extension name arrow.uuid */
  WD_TYPE_LIST,         /* +l */
  WD_TYPE_FIXED_LIST,   /* +w:width */
  WD_TYPE_STRUCT,       /* +s */
  WD_TYPE_MAP,          /* +m: one child, a struct of key and value */
  WD_TYPE_ENUM,         /* C, S or I with a dictionary */
  WD_TYPE_UNION,        /* +us: */
};

/* Nested so deep and no deeper; parsers refuse it, so all else may recurse. */
#define WD_TYPE_DEPTH 64

/* How a field says that its type is WD_TYPE_UUID, or a named one
 * (https://arrow.apache.org/docs/format/Columnar.html#extension-types). */
#define WD_EXTENSION_KEY "ARROW:extension:name"
#define WD_EXTENSION_METADATA_KEY "ARROW:extension:metadata"
#define WD_EXTENSION_UUID "arrow.uuid"

enum wd_unit { WD_UNIT_S, WD_UNIT_MS, WD_UNIT_US, WD_UNIT_NS };

struct wd_column;

struct wd_type {
  enum wd_type_id id;
  enum wd_unit unit;    /* timestamp, time, duration */
  uint8_t precision;    /* decimal */
  int8_t scale;         /* decimal */
  uint32_t width;       /* fixed binary and list; enum: bytes of the index */
  const char *timezone; /* timestamp; NULL: without zone */
  uint32_t child_count;
  const struct wd_column *children;
  uint32_t dictionary_count;
  const char *const *dictionary;
  /* Of a named type, whose storage all else is (docs/types.md); NULL: none. */
  const char *extension;
  const char *extension_metadata; /* NULL: none */
};

/* A named, typed column: of a schema, or a child of a nested type. */
struct wd_column {
  const char *name;
  struct wd_type type;
  bool nullable;
  uint32_t metadata_count;
  const char *const *metadata; /* key, value, key, value … */
};

struct wd_schema {
  uint32_t count;
  const struct wd_column *columns;
};

/* The type for an id that needs nothing else. */
struct wd_type
wd_type_of(enum wd_type_id id);

struct wd_type
wd_type_decimal(uint8_t precision, int8_t scale);

/* zone may be NULL; it is kept, not copied. */
struct wd_type
wd_type_timestamp(enum wd_unit unit, const char *zone);

/* Deep copy into an arena; false when memory is short. */
bool
wd_type_copy(const struct wd_type *type, struct wd_arena *arena,
             struct wd_type *out_type);

/* Whether two types are the same, children's names and nullability included
 * (metadata is not). */
bool
wd_type_equal(const struct wd_type *a, const struct wd_type *b);

/* The type that a named one is stored as; others as they are. */
static inline struct wd_type
wd_type_storage(const struct wd_type *type)
{
  struct wd_type storage = *type;

  storage.extension = NULL;
  storage.extension_metadata = NULL;
  return storage;
}

/* Whether both are of the same name, or of none. */
bool
wd_type_same_extension(const struct wd_type *a, const struct wd_type *b);

/* Whether batches hold it: all but durations, structs and unions without
 * fields, fixed lists of nothing, and what has one of these in it. */
bool
wd_type_carried(const struct wd_type *type);

/* Whether it has children. */
static inline bool
wd_type_is_nested(const struct wd_type *type)
{
  return type->child_count > 0;
}

/* Bytes of one value in the data buffer: 0 for bits, variable and nested. */
static inline uint32_t
wd_type_width(const struct wd_type *type)
{
  switch (type->id) {
  case WD_TYPE_I8:
  case WD_TYPE_U8:
    return 1;
  case WD_TYPE_I16:
  case WD_TYPE_U16:
    return 2;
  case WD_TYPE_I32:
  case WD_TYPE_U32:
  case WD_TYPE_F32:
  case WD_TYPE_DATE:
    return 4;
  case WD_TYPE_I64:
  case WD_TYPE_U64:
  case WD_TYPE_F64:
  case WD_TYPE_TIMESTAMP:
  case WD_TYPE_DURATION:
    return 8;
  case WD_TYPE_DECIMAL:
  case WD_TYPE_INTERVAL:
  case WD_TYPE_UUID:
    return 16;
  case WD_TYPE_TIME:
    return type->unit < WD_UNIT_US ? 4 : 8;
  case WD_TYPE_FIXED_BINARY:
  case WD_TYPE_ENUM:
    return type->width;
  default:
    return 0;
  }
}

/* How many buffers its own array has (children not counted): null 0, fixed
 * width and bool 2, string and binary 3, list and map 2, struct 1. */
static inline uint32_t
wd_type_buffers(const struct wd_type *type)
{
  switch (type->id) {
  case WD_TYPE_NULL:
    return 0;
  case WD_TYPE_STRING:
  case WD_TYPE_BINARY:
    return 3;
  case WD_TYPE_STRUCT:
  case WD_TYPE_FIXED_LIST:
  case WD_TYPE_UNION:
    return 1;
  default:
    return 2;
  }
}

bool
wd_type_is_integer(const struct wd_type *type);

bool
wd_type_is_numeric(const struct wd_type *type);

/* For people, in Substrait's names: `i64`, `decimal<10,2>`,
 * `timestamp_tz<6,UTC>`, `list<string>`; a named type is its name. */
void
wd_type_print(const struct wd_type *type, struct wd_buf *buf);

/* The same into a fixed buffer, cut when too long; returns text. */
const char *
wd_type_text(const struct wd_type *type, char *text, size_t size);

/* The format string of its own field; at most 64 bytes with the zero unless
 * the zone is long (then from the arena). NULL when memory is short. */
const char *
wd_type_format(const struct wd_type *type, struct wd_arena *arena);

/* The type of a format string whose children and dictionary are not known
 * yet: child_count is what the format demands (UINT32_MAX: any), children is
 * NULL; an index of a dictionary stays the integer that it is. Errors as
 * wd_fields_parse. */
enum wd_status
wd_type_parse_format(const char *text, size_t length, struct wd_arena *arena,
                     struct wd_type *out_type, struct wd_error *error);

/* Parses a Substrait-like name as people write it: `i64`, `bigint`, `int`,
 * `string`, `decimal(10,2)`, `timestamp`, `f64`, `double` … (case folded).
 * WD_INVALID_ARGUMENT names what was not understood. */
enum wd_status
wd_type_parse(const char *text, size_t length, struct wd_arena *arena,
              struct wd_type *out_type, struct wd_error *error);

/* Index of a column by exact name, else by ASCII-case-insensitive name when
 * only one has it; -1 none, -2 ambiguous (two exact ones are that too). */
int
wd_schema_find(const struct wd_schema *schema, const char *name, size_t length);

/* Names, types and nullability; metadata is not compared. */
bool
wd_schema_equal(const struct wd_schema *a, const struct wd_schema *b);

/* Deep copy into an arena. */
enum wd_status
wd_schema_copy(const struct wd_schema *schema, struct wd_arena *arena,
               struct wd_schema *out_schema, struct wd_error *error);

/* `a i64, b string not null` */
void
wd_schema_print(const struct wd_schema *schema, struct wd_buf *buf);

/* The same with what named types are stored as, for machines: `a
 * extension<"money", i64>`, or `extension<"money", "metadata", i64>`. */
void
wd_schema_print_whole(const struct wd_schema *schema, struct wd_buf *buf);

/* Parses what these print: `name type [not null], …`; names may be
 * quoted "…". */
enum wd_status
wd_schema_parse(const char *text, size_t length, struct wd_arena *arena,
                struct wd_schema *out_schema, struct wd_error *error);

/* WD_UNSUPPORTED naming column and type, and why, when one is not carried. */
enum wd_status
wd_schema_check_carried(const struct wd_schema *schema, struct wd_error *error);

#endif
