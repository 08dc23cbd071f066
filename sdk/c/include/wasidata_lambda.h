/* Functions of the program over rows, batches, partitions and groups, and
 * aggregates. Included by wasidata.h; not to be read first. */
#ifndef WASIDATA_LAMBDA_H
#define WASIDATA_LAMBDA_H

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

#endif
