/* wasi-data for C programs: data sets, lambdas, actions.
 *
 *   #include <wasidata.h>
 *
 *   int
 *   main(void)
 *   {
 *     wd_dataset orders = wd_read("orders");
 *     wd_dataset large = wd_filter(orders, "price * qty > 100");
 *     wd_show(wd_sort(large, "price desc"));
 *   }
 *
 * A data set is a description of rows. Building one runs nothing; an action
 * (wd_collect, wd_show, wd_write, wd_count …) runs it. A lambda is a C function
 * of the program and what it captured; it runs in copies of the program's
 * memory as that was at the action, so it may follow any pointer it was given.
 * What a lambda writes to memory is seen by nobody else.
 *
 * Compile and link, SDK being this SDK's folder (README.md has a CMake
 * toolchain file and pkg-config):
 *
 *   clang-14 --target=wasm32-wasi --sysroot=/usr -O2 -msimd128 -mbulk-memory \
 *     -I$SDK/include -c program.c $SDK/src/[a-z]*.c
 *   clang-14 --target=wasm32-wasi --sysroot=/usr -Wl,-z,stack-size=1048576 \
 *     *.o -o program.wasm
 *
 * The file that defines `main` must include this header.
 *
 * Names that end in `__` or contain `__` are not for use by programs. Nothing
 * here is thread-safe: programs have one thread.
 */
#ifndef WASIDATA_H
#define WASIDATA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Errors ---------------------------------------------------------------
 *
 * By default a call that fails prints `wasi-data: message` to stderr and ends
 * the program with exit code 125: most programs need no error handling. After
 * wd_on_error(WD_RETURN) it returns instead: a handle whose `id` is NULL, or
 * what the function says, and wd_last_error() tells why. A call that is given
 * a failed handle fails without touching the last error, so that a chain of
 * calls can be checked at its end.
 */

enum wd_code {
  WD_NOT_GRANTED,      /* the program named something it was not granted */
  WD_NOT_FOUND,        /* a thing that was granted or named does not exist */
  WD_INVALID_ARGUMENT, /* an argument is not acceptable */
  WD_INVALID_PLAN,     /* an expression, plan or query does not parse or type */
  WD_TYPE_MISMATCH,    /* a type is not the one that is needed */
  WD_UNSUPPORTED,      /* this host does not do that (yet) */
  WD_LIMIT_EXCEEDED,   /* a limit of memory, time or size */
  WD_CANCELLED,        /* the job was cancelled */
  WD_LAMBDA_FAILED,    /* a lambda failed, by wd_fail or by trap */
  WD_ENGINE_FAILED,    /* the engine failed */
  WD_IO,               /* reading or writing failed */
  WD_INTERNAL,         /* a fault of the host */
};

typedef struct wd_error {
  enum wd_code code;
  const char *message; /* for people */
  const char *origin;  /* where it arose; may be "" */
} wd_error;

enum wd_on_error {
  WD_EXIT,   /* print and exit(125): the default */
  WD_RETURN, /* return; see wd_last_error */
};

/* What happens when a call fails. Returns what was set before. */
enum wd_on_error
wd_on_error(enum wd_on_error what);

/* The last failure, NULL if there was none since the program's start or
 * wd_clear_error. Valid until the next call that fails. */
const wd_error *
wd_last_error(void);

void
wd_clear_error(void);

/* Ends the program as a call that fails does by default: with the message and
 * exit code 125. */
_Noreturn void
wd_exit_with(const wd_error *error);

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
 * letters, digits and `_` stand in double quotes.
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

/* ---- Data sets ------------------------------------------------------------
 *
 * Handles are small values. A function never takes over its arguments: the
 * same data set may be used many times. Handles live until wd_drop or the end
 * of their scope; programs that do not loop need neither.
 */

typedef struct wd_dataset {
  struct wd__node *id; /* NULL: failed */
} wd_dataset;

typedef struct wd_grouped {
  struct wd__node *id;
} wd_grouped;

typedef struct wd_job {
  struct wd__job *id;
} wd_job;

/* Lists of strings end with NULL. Each function with a `…_list` twin is a
 * macro that makes the list of its last arguments. */
#define WD__LIST(...) ((const char *const[]){__VA_ARGS__, NULL})

/* A granted table, by name. */
wd_dataset
wd_read(const char *name);

/* With options, name and value by turns: wd_read_with("t", "format", "csv"). */
wd_dataset
wd_read_list(const char *name, const char *const *options);
#define wd_read_with(name, ...) wd_read_list(name, WD__LIST(__VA_ARGS__))

/* A data set of rows that the program wrote; takes over and frees `rows`. */
wd_dataset
wd_create(wd_rows *rows);

/* One column `id`, i64: start, start + step … below end (above, if step < 0).
 */
wd_dataset
wd_range(int64_t start, int64_t end, int64_t step);

/* An SQL query in a dialect ("" for the engine's own); inputs[i] is bound to
 * names[i] in it. */
wd_dataset
wd_sql(const char *text, const char *dialect, const char *const *names,
       const wd_dataset *inputs);

/* The same with values of `$name`: the row's columns; takes over and frees
 * `row` (NULL: none). */
wd_dataset
wd_sql_with(const char *text, const char *dialect, const char *const *names,
            const wd_dataset *inputs, wd_rows *row);

/* A serialized Substrait plan; inputs as for wd_sql. */
wd_dataset
wd_from_plan(const void *plan, size_t size, const char *const *names,
             const wd_dataset *inputs);

/* Columns by expressions: wd_select(d, "a", "price * qty as total", "*"). */
wd_dataset
wd_select_list(wd_dataset from, const char *const *expressions);
#define wd_select(from, ...) wd_select_list(from, WD__LIST(__VA_ARGS__))

/* Adds a column, or replaces the one of that name. */
wd_dataset
wd_with_column(wd_dataset from, const char *name, const char *expression);

wd_dataset
wd_drop_columns_list(wd_dataset from, const char *const *names);
#define wd_drop_columns(from, ...)                                             \
  wd_drop_columns_list(from, WD__LIST(__VA_ARGS__))

/* Old and new names by turns. */
wd_dataset
wd_rename_list(wd_dataset from, const char *const *names);
#define wd_rename(from, ...) wd_rename_list(from, WD__LIST(__VA_ARGS__))

/* Binds `$name` in every expression given to data sets that are made of the
 * result: one row, whose columns are the parameters. Takes over and frees it.
 *
 *     wd_rows *row = wd_rows_new("least: i64");
 *     wd_set_i64(row, 0, least);
 *     wd_emit(row);
 *     orders = wd_with_parameters(orders, row);
 *     wd_show(wd_filter(orders, "qty >= $least")); */
wd_dataset
wd_with_parameters(wd_dataset from, wd_rows *row);

/* The rows for which an expression is true. */
wd_dataset
wd_filter(wd_dataset from, const char *predicate);

/* One row of those that are equal in these columns. */
wd_dataset
wd_distinct_list(wd_dataset from, const char *const *columns);
#define wd_distinct(from, ...) wd_distinct_list(from, WD__LIST(__VA_ARGS__))

/* Keys are expressions, then `asc` or `desc`, then `nulls first` or `nulls
 * last`: wd_sort(d, "count desc", "word"). Nulls are last unless it says so. */
wd_dataset
wd_sort_list(wd_dataset from, const char *const *keys);
#define wd_sort(from, ...) wd_sort_list(from, WD__LIST(__VA_ARGS__))

wd_dataset
wd_sort_within_partitions_list(wd_dataset from, const char *const *keys);
#define wd_sort_within_partitions(from, ...)                                   \
  wd_sort_within_partitions_list(from, WD__LIST(__VA_ARGS__))

wd_dataset
wd_limit(wd_dataset from, uint64_t count);

/* Skips `offset` rows, then keeps `count`. */
wd_dataset
wd_slice(wd_dataset from, uint64_t offset, uint64_t count);

/* About this fraction of the rows. */
wd_dataset
wd_sample(wd_dataset from, double fraction, bool replacement, uint64_t seed);

enum wd_join_kind {
  WD_INNER, /* pairs that match */
  WD_LEFT,  /* and rows of the left without a match */
  WD_RIGHT, /* and rows of the right without a match */
  WD_FULL,  /* and rows of both without a match */
  WD_SEMI,  /* rows of the left that have a match */
  WD_ANTI,  /* rows of the left that have none */
  WD_CROSS, /* all pairs; the condition is "" */
  WD_AS_OF, /* with the nearest match by the condition's one inequality */
  WD_AS_OF_LEFT,
};

/* A name that both sides have is written `left.name`, `right.name`. */
wd_dataset
wd_join(wd_dataset left, wd_dataset right, enum wd_join_kind kind,
        const char *condition);

/* By equality of columns of the same names, each once in the result. */
wd_dataset
wd_join_using_list(wd_dataset left, wd_dataset right, enum wd_join_kind kind,
                   const char *const *columns);
#define wd_join_using(left, right, kind, ...)                                  \
  wd_join_using_list(left, right, kind, WD__LIST(__VA_ARGS__))

enum wd_set_operation {
  WD_UNION_ALL,
  WD_UNION_DISTINCT,
  WD_INTERSECT_ALL,
  WD_INTERSECT_DISTINCT,
  WD_EXCEPT_ALL,
  WD_EXCEPT_DISTINCT,
};

/* Columns are matched by position, or by name. */
wd_dataset
wd_combine(wd_dataset left, wd_dataset right, enum wd_set_operation operation,
           bool by_name);

/* So many partitions, by the hash of these columns, or evenly. */
wd_dataset
wd_repartition_list(wd_dataset from, uint32_t count,
                    const char *const *columns);
#define wd_repartition(from, count, ...)                                       \
  wd_repartition_list(from, count, WD__LIST(__VA_ARGS__))

enum wd_storage { WD_MEMORY, WD_DISK };

/* Computed at most once, by the first action that needs it. */
wd_dataset
wd_cache(wd_dataset from, enum wd_storage storage);

/* Adds a column i64 that counts rows from 0 in their order. */
wd_dataset
wd_with_row_index(wd_dataset from, const char *name);

/* A row for each element of a list; position: a column for its index, or "". */
wd_dataset
wd_explode(wd_dataset from, const char *column, bool outer,
           const char *position);

/* Columns to rows: `name` and `value` name the new columns. */
wd_dataset
wd_unpivot(wd_dataset from, const char *const *columns, const char *name,
           const char *value);

wd_dataset
wd_describe_list(wd_dataset from, const char *const *columns);
#define wd_describe(from, ...) wd_describe_list(from, WD__LIST(__VA_ARGS__))

/* Side by side, row by row. */
wd_dataset
wd_zip(wd_dataset left, wd_dataset right);

/* Streams: the event-time column, and how late a row may be. */
wd_dataset
wd_with_watermark(wd_dataset from, const char *column, uint64_t delay_ms);

/* Keys are expressions: wd_group_by(d, "origin", "delay / 60 as hours"). */
wd_grouped
wd_group_by_list(wd_dataset from, const char *const *keys);
#define wd_group_by(from, ...) wd_group_by_list(from, WD__LIST(__VA_ARGS__))

wd_grouped
wd_rollup_list(wd_dataset from, const char *const *keys);
#define wd_rollup(from, ...) wd_rollup_list(from, WD__LIST(__VA_ARGS__))

wd_grouped
wd_cube_list(wd_dataset from, const char *const *keys);
#define wd_cube(from, ...) wd_cube_list(from, WD__LIST(__VA_ARGS__))

/* One of the grouping sets: indices into the list of keys. */
typedef struct wd_key_set {
  const uint32_t *keys;
  uint32_t count;
} wd_key_set;

/* Groups by each of the sets; keys that are not in a set are null in its rows
 * (grouping(key) in a measure tells them from others). */
wd_grouped
wd_grouping_sets(wd_dataset from, const char *const *keys,
                 const wd_key_set *sets, size_t count);

/* Measures are aggregate expressions with names: wd_aggregate(g,
 * "count(*) as n", "sum(price * qty) as total"). A row for each group: the
 * keys, then the measures. */
wd_dataset
wd_aggregate_list(wd_grouped from, const char *const *measures);
#define wd_aggregate(from, ...) wd_aggregate_list(from, WD__LIST(__VA_ARGS__))

/* The same over all rows: one row, also for no rows. */
wd_dataset
wd_aggregate_all_list(wd_dataset from, const char *const *measures);
#define wd_aggregate_all(from, ...)                                            \
  wd_aggregate_all_list(from, WD__LIST(__VA_ARGS__))

/* A column for each of the values (literals) of an expression. */
wd_grouped
wd_pivot(wd_grouped from, const char *expression, const char *const *values);

/* The columns of a data set; free() it. NULL on failure. Lambdas below are
 * bound on a view of memory that is discarded. */
wd_schema *
wd_schema_of(wd_dataset from);

/* Prints `name type` lines to stdout. */
void
wd_print_schema(wd_dataset from);

/* The plan in a format: "text", "json", "dot", "mermaid", "sql"; free() it. */
char *
wd_explain(wd_dataset from, const char *format);

/* The plan as Substrait; free() it. NULL on failure. */
void *
wd_to_plan(wd_dataset from, size_t *out_size);

void
wd_drop(wd_dataset dataset);

void
wd_drop_grouped(wd_grouped grouped);

/* Calls release(memory) when this data set and all that were made from it
 * are dropped: for what a lambda's env points to. */
void
wd_release_with(wd_dataset dataset, void (*release)(void *), void *memory);

/* A scope: wd_scope_end drops every handle (jobs too) made since the mark was
 * taken. For loops: `unsigned scope = wd_scope(); …; wd_scope_end(scope);` */
unsigned
wd_scope(void);

void
wd_scope_end(unsigned mark);

/* ---- Lambdas --------------------------------------------------------------
 *
 * `env` is what the function captured: env_size bytes are copied to the heap
 * by the call and the function gets the copy's address; with env_size 0 the
 * pointer itself is kept. It may point to anything in the program's memory;
 * that memory must stay as it is until the data set, and all made from it, are
 * dropped (wd_release_with), because actions read it.
 *
 * `output` is the schema of what comes out, as text (see Types).
 */

/* A row for each row: set the output's columns (do not emit). An output that
 * starts with `*` keeps all input columns in front, as they came in; setters
 * count from the first one after them. */
typedef void
wd_map_fn(const wd_row *row, wd_rows *out, void *env);

wd_dataset
wd_map(wd_dataset from, wd_map_fn *function, const void *env, size_t env_size,
       const char *output);

/* The rows for which the function says true. */
typedef bool
wd_filter_fn(const wd_row *row, void *env);

wd_dataset
wd_filter_by(wd_dataset from, wd_filter_fn *function, const void *env,
             size_t env_size);

/* Any number of rows for each row: set and wd_emit. */
typedef void
wd_flat_map_fn(const wd_row *row, wd_rows *out, void *env);

wd_dataset
wd_flat_map(wd_dataset from, wd_flat_map_fn *function, const void *env,
            size_t env_size, const char *output);

/* The same by the batch: whole columns in, whole columns out. */
typedef void
wd_batch_fn(const wd_batch *in, wd_rows *out, void *env);

wd_dataset
wd_map_batch(wd_dataset from, wd_batch_fn *function, const void *env,
             size_t env_size, const char *output);

/* keep[i]: 1 to keep row i, else 0. */
typedef void
wd_filter_batch_fn(const wd_batch *in, uint8_t *keep, void *env);

wd_dataset
wd_filter_batch(wd_dataset from, wd_filter_batch_fn *function, const void *env,
                size_t env_size);

wd_dataset
wd_flat_map_batch(wd_dataset from, wd_batch_fn *function, const void *env,
                  size_t env_size, const char *output);

/* One i64 (f64) column to another through a plain function; nulls stay null.
 * The result's columns: the input's and `name`. */
typedef int64_t
wd_i64_fn(int64_t value, void *env);
typedef double
wd_f64_fn(double value, void *env);

wd_dataset
wd_map_i64(wd_dataset from, const char *column, wd_i64_fn *function,
           const void *env, size_t env_size, const char *name);

wd_dataset
wd_map_f64(wd_dataset from, const char *column, wd_f64_fn *function,
           const void *env, size_t env_size, const char *name);

typedef struct wd_bind wd_bind;

/* A partition as a whole. Any member may be NULL. `state` is `size` bytes of
 * zeroes for each partition, 16-byte aligned. */
typedef struct wd_partition_fn {
  size_t size;
  void (*open)(void *state, uint32_t index, void *env);
  /* Either of these two: */
  void (*row)(void *state, const wd_row *row, wd_rows *out, void *env);
  void (*batch)(void *state, const wd_batch *in, wd_rows *out, void *env);
  /* All input was seen. True: call me again, I have more to emit. */
  bool (*end)(void *state, wd_rows *out, void *env);
  /* Frees what the state holds; `end` was not called if it ends early. */
  void (*close)(void *state, void *env);
} wd_partition_fn;

wd_dataset
wd_map_partitions(wd_dataset from, const wd_partition_fn *functions,
                  const void *env, size_t env_size, const char *output);

/* The same with a group as the whole. */
wd_dataset
wd_map_groups(wd_grouped from, const wd_partition_fn *functions,
              const void *env, size_t env_size, const char *output);

/* (row, row) → row: folds `row` into `acc`, a row of the same columns. Must be
 * associative and commutative. The value of a column of `acc` is at
 *   wd_at_i64(acc, column) → int64_t *, likewise bool (uint8_t), i8 … u64, f32,
 *   f64, decimal, date, timestamp
 * (also time, time32, interval, uuid; a null one reads 0 and becomes a value by
 * asking for its place); strings and fixed binaries by wd_acc_str and
 * wd_acc_set_str; any other by wd_acc_row and wd_acc_rows. */
typedef struct wd_acc wd_acc;
typedef void
wd_reduce_fn(wd_acc *acc, const wd_row *row, void *env);

/* A row for each group: keys that are no columns of the row, then the row. */
wd_dataset
wd_reduce(wd_grouped from, wd_reduce_fn *function, const void *env,
          size_t env_size);

/* One row for all rows; none for none. */
wd_dataset
wd_reduce_all(wd_dataset from, wd_reduce_fn *function, const void *env,
              size_t env_size);

/* With a function that looks at the columns first (as a wd_lambda's; the output
 * is not for it to say). */
typedef struct wd_reducer {
  wd_reduce_fn *function;
  const void *env;
  size_t env_size;
  void (*bind)(wd_bind *bind, void *env);
} wd_reducer;

wd_dataset
wd_reduce_by(wd_grouped from, const wd_reducer *reducer);

wd_dataset
wd_reduce_all_by(wd_dataset from, const wd_reducer *reducer);

bool
wd_acc_is_null(const wd_acc *acc, uint32_t column);

void
wd_acc_set_null(wd_acc *acc, uint32_t column);

wd_str
wd_acc_str(const wd_acc *acc, uint32_t column);

/* Copies the bytes. */
void
wd_acc_set_str(wd_acc *acc, uint32_t column, wd_str value);

/* The accumulator as a row, for nested values and enumerations; good until the
 * accumulator is changed, or the function returns. */
wd_row
wd_acc_row(const wd_acc *acc);

/* A row to be set, not emitted: what is set in it becomes the accumulator's
 * when the function returns, the other columns stay (wd_acc_set_null makes one
 * null). What wd_acc_row told may be copied into it. */
wd_rows *
wd_acc_rows(wd_acc *acc);

typedef struct wd_bytes wd_bytes;

/* A user aggregate. A state is `size` bytes (at most 1 MiB), 8-byte aligned. */
typedef struct wd_aggregator {
  size_t size;
  void (*init)(void *state, void *env); /* NULL: zeroes */
  void (*update)(void *state, const wd_row *row, void *env);
  /* Instead of update, by the batch: row i belongs to the state number
   * groups[i], all to number 0 when groups is NULL. */
  void (*update_batch)(void *states, const uint32_t *groups, const wd_batch *in,
                       void *env);
  void (*combine)(void *state, const void *other, void *env);
  /* Sets the one column of `out`; does not emit. */
  void (*finish)(const void *state, wd_rows *out, void *env);
  /* A state that holds pointers needs these three, else they are NULL: to
   * bytes (wd_save appends), from bytes (into zeroes), and freeing. */
  void (*save)(const void *state, wd_bytes *out, void *env);
  void (*load)(void *state, const void *data, size_t size, void *env);
  void (*free)(void *state, void *env);
  const char *output; /* the result's type: "f64" */
  const void *env;
  size_t env_size;
  /* NULL, or looks at the arguments' columns first, as a wd_lambda's. */
  void (*bind)(wd_bind *bind, void *env);
} wd_aggregator;

void
wd_save(wd_bytes *out, const void *data, size_t size);

/* One result column of an aggregation: an expression, or an aggregator over
 * expressions. */
typedef struct wd_measure {
  const char *name;       /* NULL: as `expression` says */
  const char *expression; /* "sum(x) as s", or NULL */
  const wd_aggregator *function;
  const char *const *arguments; /* its input columns: WD_ARGUMENTS("a", "b") */
  const char *filter;           /* only rows for which this is true, or NULL */
} wd_measure;

#define WD_ARGUMENTS(...) WD__LIST(__VA_ARGS__)

wd_dataset
wd_aggregate_by(wd_grouped from, const wd_measure *measures, size_t count);

wd_dataset
wd_aggregate_all_by(wd_dataset from, const wd_measure *measures, size_t count);

/* Fails the lambda that is running, with a message: the job fails with it. In
 * main it ends the program with exit code 125. Does not return. */
_Noreturn void
wd_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The general form of a lambda, for those that want more: one of the function
 * members, and what else is needed. */

enum {
  WD_DETERMINISTIC = 1, /* equal input gives equal output, whatever came before
                         */
  WD_TOTAL = 2,         /* fails on no input */
  WD_STRICT = 4,        /* a null in a row gives a row of nulls, uncalled */
};

typedef struct wd_lambda {
  wd_map_fn *map;
  wd_filter_fn *filter;
  wd_flat_map_fn *flat_map;
  wd_batch_fn *map_batch;
  wd_filter_batch_fn *filter_batch;
  wd_batch_fn *flat_map_batch;
  const wd_partition_fn *partition;
  const void *env;
  size_t env_size;
  /* The schema of the output; NULL: the bind function gives it, or else it is
   * the input's. */
  const char *output;
  /* The input columns that the function wants, "origin, delay": later batches
   * have these, in this order. NULL: all. */
  const char *columns;
  /* Called before the first batch, in each worker: looks at the input's
   * schema, decides the output's, finds columns. `env` is a copy of its own
   * (if env_size is not 0) that later calls of the functions get too: the
   * place to store what was found. */
  void (*bind)(wd_bind *bind, void *env);
  unsigned promises; /* WD_DETERMINISTIC | … */
} wd_lambda;

wd_dataset
wd_apply(wd_dataset from, const wd_lambda *lambda);

/* A partition function over groups (wd_map_groups). */
wd_dataset
wd_apply_groups(wd_grouped from, const wd_lambda *lambda);

/* In a bind function: the columns that will come. */
const wd_schema *
wd_bind_input(const wd_bind *bind);

/* The position that a column will have; fails when it is not there. Asking for
 * a column wants it; once one was asked for, those not asked for do not come.
 */
uint32_t
wd_bind_column(wd_bind *bind, const char *name);

/* How many columns of the input are the keys of a wd_map_groups, and the
 * positions of these in wd_bind_input. */
uint32_t
wd_bind_key_count(const wd_bind *bind);

uint32_t
wd_bind_key(const wd_bind *bind, uint32_t key);

/* Of a registered function: whether an argument is known where it is called (a
 * literal, a parameter); its value is then the row's column 0, until the bind
 * function returns. */
bool
wd_bind_constant(const wd_bind *bind, uint32_t argument, wd_row *out_row);

/* The position as of wd_bind_column, but UINT32_MAX when it is not there. */
uint32_t
wd_bind_try_column(wd_bind *bind, const char *name);

/* The bind fails, with this code and message, when the function has returned;
 * the first one counts. (wd_fail ends it at once, as WD_LAMBDA_FAILED.) */
void
wd_bind_refuse(wd_bind *bind, enum wd_code code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Adds columns to the output, as text. */
void
wd_bind_output(wd_bind *bind, const char *schema);

/* Adds one column. */
void
wd_bind_output_field(wd_bind *bind, const wd_field *field);

/* Adds a column of the input, by its position there, that comes out of a map
 * as it came in. The function need not get it and does not set it: setters
 * count the other columns. */
void
wd_bind_pass(wd_bind *bind, uint32_t column);

/* Row functions over a batch, inlined: a batch lambda as short as a row lambda
 * and as fast as a loop written by hand.
 *
 *   static void
 *   all(const wd_batch *in, wd_rows *out, void *env)
 *   {
 *     wd_map_rows(in, out, one, env);
 *   }
 */
static inline void
wd_map_rows(const wd_batch *in, wd_rows *out, wd_map_fn *function, void *env);

/* ---- Actions --------------------------------------------------------------
 *
 * Each flushes stdio first. An action freezes an image of the program's memory
 * for the lambdas; the program goes on with its own.
 */

/* Runs; the rows are read by wd_next_row or wd_next_batch. Dropping the job
 * before its end cancels it. */
wd_job
wd_collect(wd_dataset from);

/* The columns of the rows, as long as the job is not dropped; NULL on failure.
 */
const wd_schema *
wd_job_schema(wd_job job);

/* The next row, NULL at the end (or on failure); valid until the next call. */
const wd_row *
wd_next_row(wd_job job);

/* The next batch, NULL at the end (or on failure); valid until the next call.
 */
const wd_batch *
wd_next_batch(wd_job job);

/* Prints the rows to the program's output, in the format that the user chose;
 * returns when all is printed. False on failure. */
bool
wd_show(wd_dataset from);

/* The number of rows; UINT64_MAX on failure. */
uint64_t
wd_count(wd_dataset from);

/* The first row, NULL when there is none; valid until the next action. */
const wd_row *
wd_first(wd_dataset from);

enum wd_write_mode {
  WD_CREATE,    /* an error when it exists */
  WD_OVERWRITE, /* replaces it as a whole */
  WD_APPEND,    /* adds to it */
  WD_IGNORE,    /* does nothing when it exists */
  WD_UPSERT,    /* replaces rows of equal keys */
};

/* Starts writing to a granted sink, which changes as a whole when the job
 * succeeds. The program's end waits for it; wd_wait does now. */
wd_job
wd_write(wd_dataset from, const char *sink, enum wd_write_mode mode);

/* Partitioned by columns (or NULL), with options, name and value by turns. */
wd_job
wd_write_list(wd_dataset from, const char *sink, enum wd_write_mode mode,
              const char *const *partition_by, const char *const *options);
#define wd_write_with(from, sink, mode, ...)                                   \
  wd_write_list(from, sink, mode, NULL, WD__LIST(__VA_ARGS__))

/* Writes and waits, if the sink is granted. False if it is not, which is no
 * error, or on failure. */
bool
wd_write_if_granted(wd_dataset from, const char *sink, enum wd_write_mode mode);

/* Writes to the sink (overwriting it) and waits, if it is granted; shows the
 * rows if not. False on failure. */
bool
wd_write_or_show(wd_dataset from, const char *sink);

/* Runs; the rows become a table of the program's own, for wd_read and SQL. */
wd_job
wd_temp_table(wd_dataset from, const char *name, enum wd_write_mode mode);

/* Runs a partition lambda for what it counts and logs. */
wd_job
wd_for_each_partition(wd_dataset from, const wd_partition_fn *functions,
                      const void *env, size_t env_size);

/* The same with all that a lambda may say; its function is `partition`. */
wd_job
wd_for_each(wd_dataset from, const wd_lambda *lambda);

enum wd_state { WD_QUEUED, WD_RUNNING, WD_SUCCEEDED, WD_FAILED, WD_STOPPED };

typedef struct wd_progress {
  enum wd_state state;
  uint64_t rows_in, rows_out;   /* read from tables; delivered or written */
  uint64_t bytes_in, bytes_out; /* where the engine counts them */
  double fraction;              /* 0 to 1; below 0: not known */
} wd_progress;

/* Does not block. */
wd_progress
wd_progress_of(wd_job job);

/* What the job's lambdas have counted by wd_counter_add so far; 0 when none
 * counted by that name. Does not block. */
uint64_t
wd_counter(wd_job job, const char *name);

/* Blocks until the job has ended. False when it failed or was cancelled. */
bool
wd_wait(wd_job job);

/* Blocks until it has ended or the time is over; the state tells which. */
wd_progress
wd_wait_for(wd_job job, uint64_t milliseconds);

/* Asks the job to end. */
void
wd_cancel(wd_job job);

void
wd_job_drop(wd_job job);

/* ---- For lambdas and main -------------------------------------------------*/

enum wd_level { WD_DEBUG, WD_INFO, WD_WARNING };

/* A line for the host's log. */
void
wd_log(enum wd_level level, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Adds to a counter of the job's: wd_counter tells what it came to. */
void
wd_counter_add(const char *name, uint64_t delta);

/* The job's number, from 1 (0 in main); the partition's index; how many there
 * are (0: not known); which try of it this is. */
uint64_t
wd_job_id(void);

uint32_t
wd_partition_index(void);

uint32_t
wd_partition_count(void);

uint32_t
wd_attempt(void);

/* Registers a function by name, for all expressions of the program:
 *
 *     wd_register_scalar("gcd", "a: i64, b: i64",
 *                        &(wd_lambda){.map = gcd, .output = "gcd: i64",
 *                                     .promises = WD_STRICT});
 *     wd_show(wd_select(d, "gcd(x, y) as g"));
 *
 * `arguments` is a schema: arguments of other types are cast as those of the
 * language's functions are; ` ...` at its end allows the last one any number
 * of times. NULL: any arguments; the lambda's `bind` looks at them and says
 * what comes out, or refuses. The lambda is a map (or map_batch) to one column;
 * it is called as for a row, or batch, of the arguments. WD_STRICT: null for a
 * null argument, without being called. False when it fails: the name is no
 * word, is a function of the language, or is taken. */
bool
wd_register_scalar(const char *name, const char *arguments,
                   const wd_lambda *lambda);

/* The same for an aggregate of one column: it stands where the language's
 * aggregates do (measures, windows), with `distinct` and `filter`, and in SQL.
 */
bool
wd_register_aggregate(const char *name, const char *arguments,
                      const wd_aggregator *aggregator);

#include "wasidata_inline.h"
#include "wasidata_nested.h"

#ifdef __cplusplus
}
#endif

#endif
