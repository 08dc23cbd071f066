/* Jobs: actions on their way.
 *
 * A job owns its plan, its pool of workers, its query and its sink, and runs
 * on a thread of its own. Rows of a collect wait in a bounded queue; a write
 * commits its sink when the query has succeeded; a lambda's failure is the
 * job's, whatever the engine made of it. Functions may be called by any
 * thread; wd_job_next by one at a time.
 */
#ifndef WD_JOB_JOB_H
#define WD_JOB_JOB_H

#include "engine/engine.h"
#include "io/sink.h"

/* As the WIT's enum `state`, in its order. */
enum wd_job_state {
  WD_JOB_QUEUED,
  WD_JOB_RUNNING,
  WD_JOB_SUCCEEDED,
  WD_JOB_FAILED,
  WD_JOB_CANCELLED,
};

struct wd_job_progress {
  enum wd_job_state state;
  uint64_t rows_in;
  uint64_t rows_out;
  double fraction; /* below 0: unknown */
};

struct wd_job_figure {
  const char *stage;
  const char *name;
  uint64_t value;
};

struct wd_job;

struct wd_job_options {
  struct wd_mem *mem;
  struct wd_engine *engine;
  uint64_t id;
  struct wd_plan plan;   /* taken over, also on failure */
  struct wd_pool *pool;  /* a reference is taken over; may be NULL */
  struct wd_sink *sink;  /* taken over; NULL: rows are collected */
  enum wd_format format; /* of the sink */
  uint32_t partition_count;
  const uint32_t *partition_columns; /* in the plan's arena */
  struct wd_stored *into; /* a reference is taken over; NULL: no table */
  bool append;
  bool silent;           /* runs for what its lambdas do: rows are dropped */
  uint32_t option_count; /* of the write; in the plan's arena */
  const struct wd_option *options;
};

/* Starts a job. */
enum wd_status
wd_job_start(const struct wd_job_options *options, struct wd_job **out_job,
             struct wd_error *error);

uint64_t
wd_job_id(const struct wd_job *job);

/* Whether it does something but deliver rows, so that it goes on when the
 * program drops it. */
bool
wd_job_writes(const struct wd_job *job);

/* The columns of its rows; the job's own. */
const struct wd_schema *
wd_job_schema(const struct wd_job *job);

void
wd_job_progress(struct wd_job *job, struct wd_job_progress *out_progress);

/* The figures, in the arena: the job's own, then the lambdas' counters. */
enum wd_status
wd_job_figures(struct wd_job *job, struct wd_arena *arena,
               struct wd_job_figure **out_figures, uint32_t *out_count,
               struct wd_error *error);

/* The next rows of a collect; *out_has false at the end. Blocks. */
enum wd_status
wd_job_next(struct wd_job *job, struct wd_rows *out_rows, bool *out_has,
            struct wd_error *error);

/* Blocks until the job has ended, or so many milliseconds are over (< 0: any
 * time). WD_OK while it still runs and when it succeeded; its error when it
 * failed or was cancelled. A collect ends when its rows are fetched:
 * WD_INVALID_ARGUMENT instead of waiting for ever for those to be. */
enum wd_status
wd_job_wait(struct wd_job *job, int64_t timeout_ms, struct wd_error *error);

/* Asks it to end; returns at once. */
void
wd_job_cancel(struct wd_job *job);

/* Cancels it when it still runs, waits for its thread, frees it. Also for
 * NULL. */
void
wd_job_free(struct wd_job *job);

#endif
