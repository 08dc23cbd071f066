/* A pool: the worker instances of one job on one image.
 *
 * Each engine thread that enters gets one worker of its own, made when it
 * first comes and kept warm; a thread that comes again gets the same one. The
 * pool must stay until no engine thread uses it any more (the job's query has
 * ended). Shared by counting references; any thread.
 */
#ifndef WD_LAMBDA_POOL_H
#define WD_LAMBDA_POOL_H

#include "base/arena.h"
#include "wasi/worker.h"

struct wd_pool;
struct wd_worker;

struct wd_pool_options {
  struct wd_mem *mem;             /* must outlive the pool */
  struct wd_linkage *linkage;     /* wd_worker_linkage_new; must outlive it */
  struct wd_image *image;         /* a reference is taken */
  uint64_t memory_limit;          /* bytes for each worker; 0: none */
  uint64_t job;                   /* its number, also the seed of randomness */
  uint64_t time_ns;               /* where clocks stand, since 1970 */
  const char *const *environment; /* NAME=value, as granted */
  uint32_t environment_count;
  const char *const *arguments; /* the program's */
  uint32_t argument_count;
  wd_wasi_sink *print; /* what lambdas print and log; may be NULL */
  void *env;
};

/* What workers of a program are linked with: preview1 without files, the
 * interface `context`, and traps for everything else of wasi:data.
 * WD_BAD_MODULE when the module imports something else, or lacks an export
 * that lambdas need. */
enum wd_status
wd_worker_linkage_new(struct wd_module *module, enum wd_variant variant,
                      struct wd_linkage **out_linkage, struct wd_error *error);

/* Hands a log message to a print function as one clean line. */
void
wd_log_line(wd_wasi_sink *print, void *env, const char *text, size_t length);

enum wd_status
wd_pool_new(const struct wd_pool_options *options, struct wd_pool **out_pool,
            struct wd_error *error);

struct wd_pool *
wd_pool_ref(struct wd_pool *pool);

void
wd_pool_unref(struct wd_pool *pool);

/* A job with lambdas of several programs has a pool for each: one is the head,
 * the others are joined to it, before any thread enters them, and owned by it
 * (the reference is taken over). What is done to the head is done to all:
 * leaving, killing, asking how it failed, figures, counters. */
void
wd_pool_join(struct wd_pool *head, struct wd_pool *other);

/* The next pool after the head, in the order of joining; NULL: no more. */
struct wd_pool *
wd_pool_next(struct wd_pool *pool);

/* The calling thread's worker. WD_CANCELLED after wd_pool_kill. After a failed
 * call on it the worker is replaced at the next entry. A failure is recorded in
 * the pool. */
enum wd_status
wd_pool_enter(struct wd_pool *pool, struct wd_worker **out_worker,
              struct wd_error *error);

/* The calling thread gives its worker back: another thread may have it, warm
 * and bound. Not while it has an open partition. */
void
wd_pool_leave(struct wd_pool *pool);

/* Stops the guest that runs in this worker, and lets none start in it; returns
 * at once, so it is called again until the call has ended. Any thread. */
void
wd_worker_kill(struct wd_worker *worker);

/* What its workers begin with; the pool's. */
const struct wd_image *
wd_pool_image(const struct wd_pool *pool);

/* As it was made. */
const struct wd_pool_options *
wd_pool_options(const struct wd_pool *pool);

/* Stops all guests that run, and lets none start; returns at once. Any thread;
 * repeats until they have stopped are this function's business (a thread of
 * the pool's own). */
void
wd_pool_kill(struct wd_pool *pool);

/* Whether a lambda of this pool failed, and how: engines may swallow errors.
 * The first failure is kept. */
enum wd_status
wd_pool_failure(struct wd_pool *pool, struct wd_error *error);

/* Records a failure (engines call it too, for output that does not check). */
void
wd_pool_fail(struct wd_pool *pool, const struct wd_error *error);

/* Figures. */
struct wd_pool_figures {
  uint64_t workers;  /* made so far */
  uint64_t calls;    /* of lambdas */
  uint64_t rows_in;  /* handed to lambdas */
  uint64_t rows_out; /* returned by them */
};

void
wd_pool_figures(struct wd_pool *pool, struct wd_pool_figures *out_figures);

/* Adds what workers elsewhere did for the job, in executors of a cluster. */
void
wd_pool_add_figures(struct wd_pool *pool, const struct wd_pool_figures *more);

/* Counters that lambdas add to. Names are cut at 63 bytes; names past the
 * 256th are dropped. */
struct wd_pool_counter {
  char name[64];
  uint64_t value;
};

void
wd_pool_count(struct wd_pool *pool, const char *name, size_t length,
              uint64_t delta);

/* A copy in the arena. */
enum wd_status
wd_pool_counters(struct wd_pool *pool, struct wd_arena *arena,
                 const struct wd_pool_counter **out_counters,
                 uint32_t *out_count, struct wd_error *error);

/* The same, and all begin anew: what was taken is the caller's to count. */
enum wd_status
wd_pool_take_counters(struct wd_pool *pool, struct wd_arena *arena,
                      const struct wd_pool_counter **out_counters,
                      uint32_t *out_count, struct wd_error *error);

#endif
