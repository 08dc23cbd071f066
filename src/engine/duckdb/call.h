/* Calls: what a registered function does for one query.
 *
 * A call belongs to a query and sits in a slot (functions.h) from the lowering
 * to the end of the query. Engine threads reach it through the slot.
 */
#ifndef WD_ENGINE_DUCKDB_CALL_H
#define WD_ENGINE_DUCKDB_CALL_H

#include "engine/duckdb/columns.h"
#include "engine/duckdb/engine.h"

struct wd_duck_stage;

struct wd_duck_call {
  struct wd_duck_call *next; /* of the query */
  struct wd_query *query;
  struct wd_mem *mem;
  const struct wd_lambda *lambda;
  struct wd_duck_slot *slot;
  /* The operand that each column of the lambda's is; NULL: the operands are
   * its columns. */
  const uint32_t *picked;
  bool wrapped; /* the result is a STRUCT */
  /* An aggregate's: over a window, where DuckDB 1.5 must not be told that one
   * thread failed: the others would wait for its part of a tree for ever. The
   * query is interrupted instead, and what is computed until then is idle. */
  bool windowed;
  atomic_bool failed;
  bool strict;   /* rows with a null are not given to it, and are null */
  bool numbered; /* a flat map's: the number of each row's partition follows
                  * the lambda's columns, rows of one are neighbours */
  struct wd_duck_stage *stage; /* a sink's */
};

/* A thread's time with its worker. Queries with partitions lock the worker:
 * whoever ends the partitions visits the workers of other threads. */
struct wd_duck_visit {
  struct wd_worker *worker;
  pthread_mutex_t *lock; /* NULL: not locked */
};

/* In the pool of a lambda. */
enum wd_status
wd_duck_visit_begin(struct wd_query *query, const struct wd_lambda *lambda,
                    struct wd_duck_visit *out_visit, struct wd_error *error);

/* The worker of another thread. */
enum wd_status
wd_duck_visit_other(struct wd_query *query, struct wd_worker *worker,
                    struct wd_duck_visit *out_visit, struct wd_error *error);

void
wd_duck_visit_end(struct wd_duck_visit *visit);

/* While the thread waits for something else, others may visit. */
void
wd_duck_visit_pause(struct wd_duck_visit *visit);

void
wd_duck_visit_resume(struct wd_duck_visit *visit);

/* Places rows [from, *out_to) of the frame's columns as the call's input. */
enum wd_status
wd_duck_call_place(const struct wd_duck_call *call, struct wd_worker *worker,
                   struct wd_duck_frame *frame, idx_t from, idx_t to,
                   idx_t *out_to, struct wd_error *error);

/* Records the failure in query and pool; the text for DuckDB. */
const char *
wd_duck_call_failed(const struct wd_duck_call *call,
                    const struct wd_error *error);

/* The vectors that a batch of a schema is read into: the vector itself for one
 * column that is not wrapped, else the fields of the struct. */
struct wd_duck_targets {
  duckdb_vector few[WD_DUCK_FRAME_COLUMNS];
  duckdb_vector *vectors;
  size_t size; /* bytes, when not few */
};

enum wd_status
wd_duck_targets_init(struct wd_duck_targets *targets, struct wd_mem *mem,
                     const struct wd_schema *schema, bool wrapped,
                     duckdb_vector vector, struct wd_error *error);

/* Finds the fields again: a list's child moves when it grows. */
void
wd_duck_targets_find(struct wd_duck_targets *targets,
                     const struct wd_schema *schema, bool wrapped,
                     duckdb_vector vector);

void
wd_duck_targets_fini(struct wd_duck_targets *targets, struct wd_mem *mem);

/* Fills the BOOLEAN that stands for no columns. */
void
wd_duck_fill_true(duckdb_vector vector, bool wrapped, idx_t from, idx_t to);

#endif
