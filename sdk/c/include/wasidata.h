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
 *   clang-14 --target=wasm32-wasi --sysroot=/usr \
 *     -Wl,--stack-first,-z,stack-size=1048576 *.o -o program.wasm
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

#include "wasidata_rows.h"

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

#include "wasidata_lambda.h"

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
