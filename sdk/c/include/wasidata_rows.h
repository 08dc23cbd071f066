/* Text, types, rows and batches: what lambdas read and write. Included by
 * wasidata.h; not to be read first. */
#ifndef WASIDATA_ROWS_H
#define WASIDATA_ROWS_H

/* ---- Text ----------------------------------------------------------------*/

/* Bytes somewhere; not terminated by a zero. Strings are UTF-8. */
typedef struct wd_str {
  const char *data;
  uint32_t size;
} wd_str;

/* For printf's `%.*s`: printf("%.*s\n", WD_PRINT(s)). */
#define WD_PRINT(s) (int)(s).size, (s).data

static inline wd_str
wd_str_of(const char *text)
{
  return (wd_str){text, (uint32_t)strlen(text)};
}

static inline bool
wd_str_equal(wd_str a, wd_str b)
{
  return a.size == b.size && memcmp(a.data, b.data, a.size) == 0;
}

/* Below, equal to, above 0, byte by byte (which is by code point). */
static inline int
wd_str_compare(wd_str a, wd_str b)
{
  int order = memcmp(a.data, b.data, a.size < b.size ? a.size : b.size);
  return order ? order : (a.size > b.size) - (a.size < b.size);
}

/* A copy on the heap, terminated by a zero; free() it. */
char *
wd_str_copy(wd_str s);

/* ---- Types ----------------------------------------------------------------
 *
 * A schema is written as text: `a: i64, price: decimal(10,2), c: string not
 * null`. Columns may be null unless it says `not null`. Names with other than
 * letters, digits and `_` stand in double quotes. A type that was registered
 * (wasidata_types.h) is written by its name.
 */

enum wd_type {
  WD_BOOL, /* bool */
  WD_I8,   /* i8 … i64 (also tinyint, smallint, int, bigint) */
  WD_I16,
  WD_I32,
  WD_I64,
  WD_U8, /* u8 … u64 */
  WD_U16,
  WD_U32,
  WD_U64,
  WD_F32,       /* f32 (also float, real) */
  WD_F64,       /* f64 (also double) */
  WD_DECIMAL,   /* decimal(precision, scale): wd_decimal, times 10^scale */
  WD_DATE,      /* date: int32_t, days since 1970-01-01 */
  WD_TIMESTAMP, /* timestamp, timestamp(ms), timestamp(us, UTC): int64_t since
                   1970-01-01 in units of s, ms, us (the default) or ns */
  WD_STRING,    /* string (also varchar, text): UTF-8 */
  WD_BINARY,    /* binary (also bytes, blob) */
  WD_TIME,      /* time, time(ns): int64_t since midnight, in us or ns */
  WD_TIME32,    /* time(s), time(ms): int32_t since midnight */
  WD_INTERVAL,  /* interval: wd_interval */
  WD_UUID,      /* uuid: wd_uuid */
  WD_FIXED_BINARY, /* fixedbinary(size) */
  WD_ENUM,         /* enum('a', 'b'): one of these words, by its index */
  WD_NULL,         /* null: nothing but nulls */
  /* Nested types, to any depth: see wasidata_nested.h. */
  WD_LIST,       /* i64[], list<i64> */
  WD_FIXED_LIST, /* i64[3] */
  WD_STRUCT,     /* struct<a: i64, b: string> */
  WD_MAP,        /* map<string, i64> */
  WD_UNION,      /* union<a: i64, b: string> */
  WD_OTHER,      /* a type that this SDK does not know: such a column can be
                    there but not be asked for; `timezone` of its field is its
                    Arrow format */
};

/* A length of time in the calendar; the parts have signs of their own. */
typedef struct wd_interval {
  int32_t months;
  int32_t days;
  int64_t nanoseconds;
} wd_interval;

/* The bytes in the order in which they are written. */
typedef struct wd_uuid {
  uint8_t bytes[16];
} wd_uuid;

/* 8-4-4-4-12 hexadecimal digits; false, and no change, for other text. */
bool
wd_uuid_parse(wd_str text, wd_uuid *out_uuid);

/* With a zero at the end. */
void
wd_uuid_print(wd_uuid uuid, char out_text[37]);

__extension__ typedef __int128 wd_decimal;

enum wd_unit { WD_S, WD_MS, WD_US, WD_NS };

typedef struct wd_field {
  const char *name;
  enum wd_type type;
  enum wd_unit unit;    /* timestamp, time */
  const char *timezone; /* timestamp; NULL: without */
  uint8_t precision;    /* decimal */
  int8_t scale;         /* decimal */
  bool nullable;
  uint32_t width;       /* fixed binary: bytes; fixed list: elements */
  uint32_t child_count; /* lists 1, maps 2 (key, value), structs, unions */
  const struct wd_field *children;
  uint32_t word_count; /* enum */
  const wd_str *words;
  /* Of a named type, whose storage all else is (wasidata_types.h); NULL: it is
   * none. */
  const char *extension;
  const char *extension_metadata; /* NULL: none */
} wd_field;

typedef struct wd_schema {
  uint32_t count;
  const wd_field *fields;
} wd_schema;

/* Days since 1970-01-01 of a day of the Gregorian calendar. */
int32_t
wd_date(int year, unsigned month, unsigned day);

/* The reverse. */
void
wd_date_split(int32_t date, int *out_year, unsigned *out_month,
              unsigned *out_day);

/* ---- Reading rows and batches ---------------------------------------------
 *
 * A batch is a piece of a data set: columns as Arrow arrays, in place. A row is
 * a place in a batch. Columns are named by position from 0; positions of names
 * come from wd_find, or better once for all from a bind function (below).
 *
 *   wd_get_bool  wd_get_i8 … wd_get_i64  wd_get_u8 … wd_get_u64
 *   wd_get_f32   wd_get_f64  wd_get_decimal  wd_get_date  wd_get_timestamp
 *   wd_get_time (in the column's unit)  wd_get_interval  wd_get_uuid
 *   wd_get_str (string; enum: the word)
 *   wd_get_bytes (binary, string, fixed binary, uuid, enum)
 *
 * each take (row, column) and return the value, or 0 (an empty string) when it
 * is null. A getter of integers or floats also takes narrower columns: any
 * value of the column is exact in the result. Another type, or a column that
 * is not there, fails the lambda with a message that names both.
 * wd_get_…_by(row, "name") are the same by name.
 */

typedef struct wd_column {
  enum wd_type type;
  enum wd_unit unit;
  uint8_t precision;
  int8_t scale;
  uint32_t null_count;
  const uint8_t *validity; /* a bit per row, 1: not null; NULL: none is null */
  const void *values;      /* bool: a bit per row; string, binary: the bytes;
                              enum: indices; union: a byte, the member */
  const int32_t *offsets;  /* string, binary, list, map: rows + 1 of them */
  const char *name;
  uint32_t length;      /* rows; of a list's child: elements of all lists */
  uint32_t width;       /* bytes of a value; fixed list: its elements */
  uint32_t child_count; /* as of the field */
  struct wd_column *children;
  uint32_t word_count;
  const wd_str *words;
} wd_column;

typedef struct wd_batch {
  uint32_t rows;
  uint32_t count; /* of columns */
  const wd_column *columns;
} wd_batch;

typedef struct wd_row {
  const wd_column *columns;
  uint32_t count;
  uint32_t index; /* of the row in its batch */
} wd_row;

static inline wd_row
wd_row_of(const wd_batch *batch, uint32_t index)
{
  return (wd_row){batch->columns, batch->count, index};
}

/* The position of a column; fails when there is none of that name. */
uint32_t
wd_find(const wd_row *row, const char *name);

static inline bool
wd_is_null(const wd_row *row, uint32_t column);

/* The values of a column of a batch: as many as it has rows. What stands at
 * nulls means nothing. A column of another type fails.
 *   wd_in_i64(batch, column) → const int64_t *, likewise i8 … u64, f32, f64,
 *   decimal, date (int32_t), timestamp (int64_t). */

/* ---- Writing rows ---------------------------------------------------------
 *
 * A wd_rows collects rows: set the columns of the current row, in any order,
 * then wd_emit it. A column that is not set is null.
 *
 *   wd_set_bool  wd_set_i8 … wd_set_i64  wd_set_u8 … wd_set_u64
 *   wd_set_f32   wd_set_f64  wd_set_decimal  wd_set_date  wd_set_timestamp
 *   wd_set_time  wd_set_interval  wd_set_uuid
 *   wd_set_str   wd_set_bytes  wd_set_text (a C string)
 *
 * each take (rows, column, value). Integers may be set in columns of other
 * widths when they fit there; floats too, and are rounded. A string in an enum
 * is one of its words (or wd_set_enum), bytes in a fixed binary are as many as
 * it has. Anything else fails. Lists, structs, maps: wasidata_nested.h.
 */

typedef struct wd_rows wd_rows;

/* Rows that main writes, for wd_create. NULL when the schema is no good. */
wd_rows *
wd_rows_new(const char *schema);

void
wd_rows_free(wd_rows *rows);

/* Ends the current row. */
static inline void
wd_emit(wd_rows *rows);

static inline void
wd_set_null(wd_rows *rows, uint32_t column);

/* Sets a column to the value, or null, of a column of the same type, nested
 * ones too. */
void
wd_copy(wd_rows *rows, uint32_t column, const wd_row *from,
        uint32_t from_column);

/* Copies the bytes; returns the copy, which may be changed until wd_emit. */
static inline char *
wd_set_str(wd_rows *rows, uint32_t column, wd_str value);

/* Batch lambdas write whole columns: the place for wd_size(rows) values,
 * which then count as set and not null. The contents are indeterminate.
 *   wd_out_i64(rows, column) → int64_t *, likewise i8 … u64, f32, f64,
 *   decimal, date, timestamp, and bool (uint8_t *, a byte per row, 0 or 1). */

/* How many rows a batch lambda writes; a map's are given. */
uint32_t
wd_size(const wd_rows *rows);

/* Says how many rows a flat_map_batch or partition batch function writes by
 * wd_out_…, after those that it has emitted. Once for a call. */
void
wd_resize(wd_rows *rows, uint32_t size);

/* A byte per row, 1: not null, all 1 at first. Call it after wd_out_…. */
uint8_t *
wd_out_valid(wd_rows *rows, uint32_t column);

/* Makes an output column of a map_batch the input's column as it is, without
 * copying. The input's values may have been changed in place before: a batch
 * is the lambda's own. */
void
wd_pass(wd_rows *rows, uint32_t column, const wd_batch *from,
        uint32_t from_column);

#endif
