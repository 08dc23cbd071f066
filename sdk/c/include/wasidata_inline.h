/* What wasidata.h promises and the compiler should see through: getters,
 * setters, whole columns. Included by wasidata.h; not to be read first. */
#ifndef WASIDATA_INLINE_H
#define WASIDATA_INLINE_H

#define WD__LIKELY(x) __builtin_expect(!!(x), 1)

/* X(name, C type, type, how a getter or setter of another width works) */
#define WD__FIXED_TYPES(X)                                                     \
  X(i8, int8_t, WD_I8, integer)                                                \
  X(i16, int16_t, WD_I16, integer)                                             \
  X(i32, int32_t, WD_I32, integer)                                             \
  X(i64, int64_t, WD_I64, integer)                                             \
  X(u8, uint8_t, WD_U8, integer)                                               \
  X(u16, uint16_t, WD_U16, integer)                                            \
  X(u32, uint32_t, WD_U32, integer)                                            \
  X(u64, uint64_t, WD_U64, integer)                                            \
  X(f32, float, WD_F32, real)                                                  \
  X(f64, double, WD_F64, real)                                                 \
  X(decimal, wd_decimal, WD_DECIMAL, integer)                                  \
  X(date, int32_t, WD_DATE, integer)                                           \
  X(timestamp, int64_t, WD_TIMESTAMP, integer)                                 \
  X(time, int64_t, WD_TIME, integer)

/* X(name, C type, type): no other type is read or written as one of these. */
#define WD__RECORD_TYPES(X)                                                    \
  X(time32, int32_t, WD_TIME32)                                                \
  X(interval, wd_interval, WD_INTERVAL)                                        \
  X(uuid, wd_uuid, WD_UUID)

/* A column that is being written. */
struct wd__out {
  enum wd_type type;
  uint32_t width;        /* of a fixed value in memory; bool 1; fixed list: its
                            elements */
  struct wd_rows *child; /* of a nested type: elements, entries, fields */
  bool whole;            /* written by wd_out_…: valid[] is not in use */
  bool array;            /* a whole column has been handed out */
  void *values;          /* bool: a byte each; string, binary: the bytes */
  uint8_t *valid;        /* a byte each */
  int32_t *offsets;      /* bytes, list, map: rows + 1, as far as `filled` */
  uint32_t used;         /* bytes of a string column */
  uint32_t capacity;     /* bytes that may be used before wd__set_bytes looks */
  uint32_t filled;       /* rows whose end is in offsets */
  uint32_t room;         /* bytes that there are */
  const wd_column *passed;
  uint8_t *bits;   /* packed values of a bool */
  uint8_t *bitmap; /* packed valid[] */
};

struct wd_rows {
  struct wd__out *columns;
  uint32_t count;
  uint32_t index;    /* rows that are complete */
  uint32_t capacity; /* index stays below it */
  uint32_t room;     /* rows that there is memory for */
  uint32_t size;     /* wd_size */
  uint32_t readable; /* where WD__WORD bytes can be read, as can all before */
  bool nested;       /* some column has a child */
  bool full;         /* large enough to be handed over */
  bool fixed_size;   /* a map's: wd_resize is not for it */
  struct wd__schema *schema;
};

/* A column of a reduce's accumulator. */
struct wd__slot {
  enum wd_type type;
  uint32_t offset;
};

struct wd_acc {
  unsigned char *slots;
  const struct wd__slot *layout;
  uint32_t count;
  uint32_t nulls;        /* where the null flags are, a byte each */
  struct wd__layout *of; /* all of it */
  bool written;          /* wd_acc_rows was called */
};

int64_t
wd__get_integer(const wd_row *row, uint32_t column, enum wd_type type);

double
wd__get_real(const wd_row *row, uint32_t column, enum wd_type type);

void
wd__set_integer(wd_rows *rows, uint32_t column, wd_decimal value,
                enum wd_type type);

void
wd__set_real(wd_rows *rows, uint32_t column, double value, enum wd_type type);

char *
wd__set_bytes(wd_rows *rows, uint32_t column, const char *data, uint32_t size,
              enum wd_type type);

wd_str
wd__get_bytes(const wd_row *row, uint32_t column, enum wd_type type);

void *
wd__out_array(wd_rows *rows, uint32_t column, enum wd_type type);

void *
wd__acc_at(wd_acc *acc, uint32_t column, enum wd_type type);

_Noreturn void
wd__type_error(const wd_column *columns, uint32_t count, uint32_t column,
               enum wd_type type);

_Noreturn void
wd__set_error(const wd_rows *rows, uint32_t column, enum wd_type type);

_Noreturn void
wd__no_column(const wd_row *row, uint32_t column);

void
wd__set_null(wd_rows *rows, uint32_t column);

void
wd__grow(wd_rows *rows);

static inline bool
wd__bit(const uint8_t *bits, uint32_t i)
{
  return bits[i >> 3] >> (i & 7) & 1;
}

static inline bool
wd__null(const wd_column *column, uint32_t index)
{
  return column->validity && !wd__bit(column->validity, index);
}

static inline bool
wd__is_bytes(enum wd_type type)
{
  return type == WD_STRING || type == WD_BINARY;
}

#define WD__WORD 16 /* bytes of a string that one load and one store copy */

/* As memcpy, for strings that are longer, or lie at the end of memory. */
void
wd__copy(char *to, const char *from, uint32_t size);

/* ---- Getters */

static inline bool
wd_is_null(const wd_row *row, uint32_t column)
{
  if (!WD__LIKELY(column < row->count))
    wd__no_column(row, column);
  return wd__null(row->columns + column, row->index);
}

#define WD__GETTER(name, ctype, wdtype, kind)                                  \
  static inline ctype wd_get_##name(const wd_row *row, uint32_t column)        \
  {                                                                            \
    const wd_column *c = row->columns + column;                                \
    if (WD__LIKELY(column < row->count && c->type == wdtype)) {                \
      if (wd__null(c, row->index))                                             \
        return 0;                                                              \
      return ((const ctype *)c->values)[row->index];                           \
    }                                                                          \
    return (ctype)wd__get_##kind(row, column, wdtype);                         \
  }                                                                            \
  static inline ctype wd_get_##name##_by(const wd_row *row,                    \
                                         const char *column)                   \
  {                                                                            \
    return wd_get_##name(row, wd_find(row, column));                           \
  }
WD__FIXED_TYPES(WD__GETTER)
#undef WD__GETTER

#define WD__GETTER(name, ctype, wdtype)                                        \
  static inline ctype wd_get_##name(const wd_row *row, uint32_t column)        \
  {                                                                            \
    ctype none;                                                                \
    memset(&none, 0, sizeof none);                                             \
    const wd_column *c = row->columns + column;                                \
    if (!WD__LIKELY(column < row->count && c->type == wdtype))                 \
      wd__type_error(row->columns, row->count, column, wdtype);                \
    return wd__null(c, row->index) ? none                                      \
                                   : ((const ctype *)c->values)[row->index];   \
  }                                                                            \
  static inline ctype wd_get_##name##_by(const wd_row *row,                    \
                                         const char *column)                   \
  {                                                                            \
    return wd_get_##name(row, wd_find(row, column));                           \
  }
WD__RECORD_TYPES(WD__GETTER)
#undef WD__GETTER

static inline bool
wd_get_bool(const wd_row *row, uint32_t column)
{
  const wd_column *c = row->columns + column;
  if (!WD__LIKELY(column < row->count && c->type == WD_BOOL))
    wd__type_error(row->columns, row->count, column, WD_BOOL);
  return !wd__null(c, row->index) &&
         wd__bit((const uint8_t *)c->values, row->index);
}

static inline wd_str
wd_get_bytes(const wd_row *row, uint32_t column)
{
  const wd_column *c = row->columns + column;
  if (!WD__LIKELY(column < row->count && wd__is_bytes(c->type)))
    return wd__get_bytes(row, column, WD_BINARY);
  if (wd__null(c, row->index))
    return (wd_str){"", 0};
  const int32_t *at = c->offsets + row->index;
  return (wd_str){(const char *)c->values + at[0], (uint32_t)(at[1] - at[0])};
}

static inline wd_str
wd_get_str(const wd_row *row, uint32_t column)
{
  if (!WD__LIKELY(column < row->count &&
                  row->columns[column].type == WD_STRING))
    return wd__get_bytes(row, column, WD_STRING);
  return wd_get_bytes(row, column);
}

static inline bool
wd_get_bool_by(const wd_row *row, const char *column)
{
  return wd_get_bool(row, wd_find(row, column));
}

static inline wd_str
wd_get_str_by(const wd_row *row, const char *column)
{
  return wd_get_str(row, wd_find(row, column));
}

static inline wd_str
wd_get_bytes_by(const wd_row *row, const char *column)
{
  return wd_get_bytes(row, wd_find(row, column));
}

static inline bool
wd_is_null_by(const wd_row *row, const char *column)
{
  return wd_is_null(row, wd_find(row, column));
}

/* ---- Columns of a batch */

#define WD__ARRAY(name, ctype, wdtype, kind)                                   \
  static inline const ctype *wd_in_##name(const wd_batch *batch,               \
                                          uint32_t column)                     \
  {                                                                            \
    if (!WD__LIKELY(column < batch->count &&                                   \
                    batch->columns[column].type == wdtype))                    \
      wd__type_error(batch->columns, batch->count, column, wdtype);            \
    return (const ctype *)batch->columns[column].values;                       \
  }                                                                            \
  static inline ctype *wd_out_##name(wd_rows *rows, uint32_t column)           \
  {                                                                            \
    return (ctype *)wd__out_array(rows, column, wdtype);                       \
  }
#define WD__RECORD_ARRAY(name, ctype, wdtype) WD__ARRAY(name, ctype, wdtype, )
WD__FIXED_TYPES(WD__ARRAY)
WD__RECORD_TYPES(WD__RECORD_ARRAY)
#undef WD__RECORD_ARRAY
#undef WD__ARRAY

static inline uint8_t *
wd_out_bool(wd_rows *rows, uint32_t column)
{
  return (uint8_t *)wd__out_array(rows, column, WD_BOOL);
}

/* ---- Setters */

static inline void
wd_set_null(wd_rows *rows, uint32_t column)
{
  struct wd__out *o = rows->columns + column;
  if (WD__LIKELY(column < rows->count && !o->offsets && !o->child))
    o->valid[rows->index] = 0;
  else
    wd__set_null(rows, column);
}

#define WD__SETTER(name, ctype, wdtype, kind)                                  \
  static inline void wd_set_##name(wd_rows *rows, uint32_t column,             \
                                   ctype value)                                \
  {                                                                            \
    struct wd__out *o = rows->columns + column;                                \
    if (WD__LIKELY(column < rows->count && o->type == wdtype)) {               \
      ((ctype *)o->values)[rows->index] = value;                               \
      o->valid[rows->index] = 1;                                               \
    } else {                                                                   \
      wd__set_##kind(rows, column, value, wdtype);                             \
    }                                                                          \
  }
WD__FIXED_TYPES(WD__SETTER)
#undef WD__SETTER

#define WD__SETTER(name, ctype, wdtype)                                        \
  static inline void wd_set_##name(wd_rows *rows, uint32_t column,             \
                                   ctype value)                                \
  {                                                                            \
    struct wd__out *o = rows->columns + column;                                \
    if (!WD__LIKELY(column < rows->count && o->type == wdtype))                \
      wd__set_error(rows, column, wdtype);                                     \
    ((ctype *)o->values)[rows->index] = value;                                 \
    o->valid[rows->index] = 1;                                                 \
  }
WD__RECORD_TYPES(WD__SETTER)
#undef WD__SETTER

static inline void
wd_set_bool(wd_rows *rows, uint32_t column, bool value)
{
  struct wd__out *o = rows->columns + column;
  if (WD__LIKELY(column < rows->count && o->type == WD_BOOL)) {
    ((uint8_t *)o->values)[rows->index] = value;
    o->valid[rows->index] = 1;
  } else {
    wd__set_integer(rows, column, value, WD_BOOL);
  }
}

/* Inlined always: a wd_str that is passed by value is written to the stack in
 * halves and read back whole, which stalls for as long as the rest takes. */
static inline __attribute__((always_inline)) char *
wd_set_str(wd_rows *rows, uint32_t column, wd_str value)
{
  struct wd__out *o = rows->columns + column;
  if (WD__LIKELY(column < rows->count && o->type == WD_STRING &&
                 o->filled == rows->index &&
                 value.size <= o->capacity - o->used)) {
    char *to = (char *)o->values + o->used;
    /* What is copied too much is overwritten by the next. */
    if (WD__LIKELY(value.size <= WD__WORD &&
                   (uintptr_t)value.data <= rows->readable))
      memcpy(to, value.data, WD__WORD);
    else
      wd__copy(to, value.data, value.size);
    o->used += value.size;
    o->valid[o->filled++] = 1;
    o->offsets[o->filled] = (int32_t)o->used;
    return to;
  }
  return wd__set_bytes(rows, column, value.data, value.size, WD_STRING);
}

static inline __attribute__((always_inline)) char *
wd_set_bytes(wd_rows *rows, uint32_t column, wd_str value)
{
  return wd__set_bytes(rows, column, value.data, value.size, WD_BINARY);
}

static inline __attribute__((always_inline)) char *
wd_set_text(wd_rows *rows, uint32_t column, const char *text)
{
  return wd_set_str(rows, column, wd_str_of(text));
}

static inline void
wd_emit(wd_rows *rows)
{
  if (!WD__LIKELY(++rows->index < rows->capacity))
    wd__grow(rows);
}

static inline __attribute__((always_inline)) void
wd_map_rows(const wd_batch *in, wd_rows *out, wd_map_fn *function, void *env)
{
  wd_row row = {in->columns, in->count, 0};
  uint32_t rows = in->rows;
  for (uint32_t i = 0; i < rows; i++) {
    row.index = out->index = i;
    function(&row, out, env);
  }
  out->index = rows;
}

/* ---- Accumulators */

#define WD__AT(name, ctype, wdtype, kind)                                      \
  static inline ctype *wd_at_##name(wd_acc *acc, uint32_t column)              \
  {                                                                            \
    if (WD__LIKELY(column < acc->count &&                                      \
                   acc->layout[column].type == wdtype &&                       \
                   !acc->slots[acc->nulls + column]))                          \
      return (ctype *)(void *)(acc->slots + acc->layout[column].offset);       \
    return (ctype *)wd__acc_at(acc, column, wdtype);                           \
  }
#define WD__RECORD_AT(name, ctype, wdtype) WD__AT(name, ctype, wdtype, )
WD__FIXED_TYPES(WD__AT)
WD__RECORD_TYPES(WD__RECORD_AT)
#undef WD__RECORD_AT
#undef WD__AT

static inline uint8_t *
wd_at_bool(wd_acc *acc, uint32_t column)
{
  return (uint8_t *)wd__acc_at(acc, column, WD_BOOL);
}

/* ---- main
 *
 * The program's main becomes wd__main_1 or wd__main_2 by its number of
 * parameters; the SDK's start code runs constructors, calls it, and exits (see
 * start.c for why). It stays a main to the compiler. */
#define WD__MAIN_COUNT(a, b, n, ...) n
#define WD__MAIN_LABEL(n) __asm__("wd__main_" #n)
#define WD__MAIN_LABEL_OF(n) WD__MAIN_LABEL(n)
#define main(...)                                                              \
  main(__VA_ARGS__) WD__MAIN_LABEL_OF(WD__MAIN_COUNT(__VA_ARGS__, 2, 1, 0));   \
  int main(__VA_ARGS__)

#endif
