/* Lambdas: closures bound to an input schema, and how they are called.
 *
 * A call has the same four steps for every role, all by the thread that
 * entered the pool (the worker is its):
 *
 *   wd_pool_enter(pool, &worker)
 *   wd_call_batch(worker, …, &places)   the shape of the input is placed in
 *                                       the worker's memory; fill the places
 *   wd_call_map(worker, lambda, &out)   the guest runs; `out` is a checked
 *                                       view into the worker's memory
 *   wd_call_end(worker, lambda)         the guest may free what it returned
 *
 * The caller cuts batches: rows <= WD_BATCH_ROWS and about WD_BATCH_BYTES.
 * NaNs in results are as the guest left them: who copies them out makes them
 * canonical. Any failure ends the call (wd_call_end is not needed then), is
 * recorded in the pool, and the worker is replaced at the next entry.
 */
#ifndef WD_LAMBDA_LAMBDA_H
#define WD_LAMBDA_LAMBDA_H

#include "arrow/batch.h"
#include "base/role.h"
#include "lambda/pool.h"

/* How large a batch should be at most. */
#define WD_BATCH_ROWS 65536
#define WD_BATCH_BYTES (16u << 20)

/* A value of an input column that is known when the lambda is bound. */
struct wd_lambda_constant {
  uint32_t column;
  struct wd_batch value; /* one row of that column */
};

/* How many partitions a table function may have: each is a cursor. */
#define WD_SCAN_PARTITIONS 1000000u

#define WD_LAMBDA_OWN UINT32_MAX

/* A lambda that is bound. The question that its bind answers comes first. */
struct wd_lambda {
  struct wd_pool *pool; /* not counted: the job keeps both */
  const char *name;     /* of a registered function; NULL: it has none */
  uint32_t function;
  uint32_t state;
  enum wd_role role;
  uint32_t site;
  struct wd_schema input; /* as bound: all columns, for a table function over
                           * a relation its arguments behind them */
  const uint32_t *keys;
  uint32_t key_count;
  /* Arguments of a registered function that are known. Of a table function all
   * are, and are in no batch. */
  uint32_t constant_count;
  const struct wd_lambda_constant *constants;
  struct wd_schema right; /* of a co-group: the other input, with its keys; of
                           * from-text: the column that it makes */
  const uint32_t *right_keys;
  uint32_t asked; /* partitions that a table function is asked for */

  /* The answer. */
  struct wd_schema wanted; /* the columns that batches have, in order */
  bool all_columns;
  uint32_t column_count;
  const uint32_t *columns; /* their indices in `input`, when not all */
  struct wd_schema output; /* the columns that batches of results have */
  struct wd_schema result; /* what comes out: these, and columns that pass by */
  /* For each column of `result` the input's that it is, WD_LAMBDA_OWN for one
   * of `output`; NULL: all are. */
  const uint32_t *passed;
  bool deterministic, total, strict;
  struct wd_schema table; /* lateral: the columns of its rows, see call-rows */
  uint32_t table_buffers;
  uint32_t partitions; /* that it has */
  uint64_t rows;       /* about how many there will be; 0: not known */
  uint32_t node_count; /* of a batch of `wanted` */
  uint32_t buffer_count;
  uint32_t output_nodes; /* of a batch of `output` */
  uint32_t output_buffers;
};

/* Binds a closure in a worker of the calling thread: `question` has what comes
 * before the answer, and all that it points to is kept, not copied. The lambda
 * and all that is in the answer live in the arena. Errors of the guest's bind
 * keep its message; columns of types that are not carried yet are
 * WD_UNSUPPORTED, column and type named. */
enum wd_status
wd_lambda_bind(const struct wd_lambda *question, struct wd_arena *arena,
               struct wd_lambda **out_lambda, struct wd_error *error);

/* One row of a table function's arguments as constants, a batch each, which lie
 * in that of the row. */
enum wd_status
wd_lambda_constants(const struct wd_schema *arguments,
                    const struct wd_batch *values, struct wd_arena *arena,
                    const struct wd_lambda_constant **out_constants,
                    struct wd_error *error);

/* Says which partition of how many (0: nobody knows) this worker's coming calls
 * outside of cursors belong to; without it, they are a partition with the
 * worker's number. Random numbers begin anew. */
enum wd_status
wd_call_partition(struct wd_worker *worker, const struct wd_lambda *lambda,
                  uint32_t index, uint32_t count, struct wd_error *error);

/* Which parameter of the coming call a batch is. */
enum wd_call_slot {
  WD_SLOT_INPUT,  /* map, flat-map, push, update: the rows; co-group: left */
  WD_SLOT_STATES, /* update, finish: the states; combine: the left ones */
  WD_SLOT_RIGHT,  /* combine: the right states; co-group: rows of the right */
};

/* Places a batch in the worker's memory. Placing runs guest code, so for a call
 * of several batches, place them all first and fill them then (addresses do
 * not move, but the guest may write what it likes). `out_places` has one
 * pointer per buffer (NULL for empty ones), each aligned to 8 and writable up
 * to its size rounded up to 8. Binds the lambda first when this worker does not
 * know it yet. */
enum wd_status
wd_call_batch(struct wd_worker *worker, const struct wd_lambda *lambda,
              enum wd_call_slot slot, const struct wd_shape *shape,
              uint8_t **out_places, struct wd_error *error);

/* Places `groups` of an update: for each input row the row of states. Not
 * called when there is one state. */
enum wd_status
wd_call_groups(struct wd_worker *worker, const struct wd_lambda *lambda,
               uint32_t rows, uint32_t **out_groups, struct wd_error *error);

/* How many bytes a table function may give for one batch of arguments. */
#define WD_LATERAL_BYTES (256u << 20)

/* map, filter, scalar: as many rows out as in. lateral: one column, for each
 * row of arguments the list of the rows that the function gives for it. */
enum wd_status
wd_call_map(struct wd_worker *worker, const struct wd_lambda *lambda,
            struct wd_batch *out_batch, struct wd_error *error);

/* The first part of the output; while *out_more, wd_call_end and then
 * wd_call_flat_map_next give the others. */
enum wd_status
wd_call_flat_map(struct wd_worker *worker, const struct wd_lambda *lambda,
                 struct wd_batch *out_batch, bool *out_more,
                 struct wd_error *error);

enum wd_status
wd_call_flat_map_next(struct wd_worker *worker, const struct wd_lambda *lambda,
                      struct wd_batch *out_batch, bool *out_more,
                      struct wd_error *error);

/* New states, a binary column with as many rows as the states had. */
enum wd_status
wd_call_update(struct wd_worker *worker, const struct wd_lambda *lambda,
               struct wd_batch *out_states, struct wd_error *error);

enum wd_status
wd_call_combine(struct wd_worker *worker, const struct wd_lambda *lambda,
                struct wd_batch *out_states, struct wd_error *error);

/* A batch of the lambda's output, as many rows as the states had. */
enum wd_status
wd_call_finish(struct wd_worker *worker, const struct wd_lambda *lambda,
               struct wd_batch *out_batch, struct wd_error *error);

/* Partitions, groups and co-groups. A cursor stays with its worker, which is
 * not reset while one is open; other threads may go on with it when the first
 * has ceased. `count`: how many partitions there are, 0 where nobody knows. */
enum wd_status
wd_partition_open(struct wd_worker *worker, const struct wd_lambda *lambda,
                  uint32_t index, uint32_t count, uint32_t *out_cursor,
                  struct wd_error *error);

/* Pushes the batch that wd_call_batch placed, or the end. */
enum wd_status
wd_partition_push(struct wd_worker *worker, const struct wd_lambda *lambda,
                  uint32_t cursor, bool end, struct wd_error *error);

/* The same for the right side of a co-group, after the end of the left. */
enum wd_status
wd_partition_push_right(struct wd_worker *worker,
                        const struct wd_lambda *lambda, uint32_t cursor,
                        bool end, struct wd_error *error);

/* *out_has false: no more for what was pushed (no wd_call_end then). */
enum wd_status
wd_partition_next(struct wd_worker *worker, const struct wd_lambda *lambda,
                  uint32_t cursor, struct wd_batch *out_batch, bool *out_has,
                  struct wd_error *error);

enum wd_status
wd_partition_close(struct wd_worker *worker, const struct wd_lambda *lambda,
                   uint32_t cursor, struct wd_error *error);

/* Partitions of a table function: as those above, but nothing is pushed.
 * `columns`: the output columns that are wanted, which batches then have in
 * this order; `wanted` is the schema of these. */
enum wd_status
wd_scan_open(struct wd_worker *worker, const struct wd_lambda *lambda,
             uint32_t partition, const uint32_t *columns, uint32_t count,
             uint32_t *out_cursor, struct wd_error *error);

enum wd_status
wd_scan_next(struct wd_worker *worker, const struct wd_lambda *lambda,
             const struct wd_schema *wanted, uint32_t cursor,
             struct wd_batch *out_batch, bool *out_has, struct wd_error *error);

enum wd_status
wd_scan_close(struct wd_worker *worker, const struct wd_lambda *lambda,
              uint32_t cursor, struct wd_error *error);

/* Tells the guest that the result was read. */
enum wd_status
wd_call_end(struct wd_worker *worker, const struct wd_lambda *lambda,
            struct wd_error *error);

#endif
