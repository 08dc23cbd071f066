/* A program: the driver that runs main, what it holds, and its jobs.
 *
 * One thread runs it; wd_program_cancel and wd_program_progress may be called
 * by any other. What its options point to must outlive it.
 */
#ifndef WD_GUEST_PROGRAM_H
#define WD_GUEST_PROGRAM_H

#include "guest/library.h"
#include "job/job.h"
#include "plan/relation.h"
#include "wasi/driver.h"
#include "wasi/fixed.h"
#include "wasi/worker.h"

struct wd_program;

struct wd_program_options {
  struct wd_mem *mem;
  struct wd_runtime *runtime; /* of modules that plans carry */
  struct wd_module *module;
  /* Instead of a module: a relation whose rows are shown, and no main. It is
   * the caller's. With neither it is run by statements (session.h). */
  struct wd_relation *relation;
  enum wd_variant variant;
  const struct wd_grants *grants;
  const char *engine;          /* "duckdb", "spark" */
  const char *engine_location; /* where it is, if not here; or NULL */
  uint32_t threads;            /* 0: as many as processors */
  uint64_t memory_limit;       /* of each instance; 0: none */
  uint64_t engine_memory;      /* 0: the engine's own default */
  const char *temp_dir;        /* NULL: the system's */
  const struct wd_wasi_driver_options *wasi;
  /* Rows that the program shows, as a whole data set; called on the program's
   * thread. `next` gives batches as wd_job_next does. NULL: show answers
   * `unsupported`. */
  enum wd_status (*show)(void *env, struct wd_job *job, struct wd_error *error);
  wd_wasi_sink *print; /* lines that lambdas print or log; any thread */
  /* Told of each plan before it runs. True: it shall not run, the program ends
   * (explain). */
  bool (*planned)(void *env, uint64_t job, const struct wd_plan *plan,
                  struct wd_engine *engine);
  /* Told of each lambda of a plan that is made for a job, before `planned`;
   * NULL: nobody. */
  enum wd_status (*bound)(void *env, uint64_t job,
                          const struct wd_lambda *lambda,
                          struct wd_error *error);
  void *env;
  struct wd_wasi_fixed *fixed; /* main's clock and chance; NULL: the world's */
  /* Functions of other modules, by name: the program's registry begins with
   * them. Theirs to free, afterwards. */
  uint32_t library_count;
  const struct wd_library_function *libraries;
  /* main only registers functions, and ends at its first action. */
  bool registers;
};

enum wd_status
wd_program_new(const struct wd_program_options *options,
               struct wd_program **out_program, struct wd_error *error);

/* Runs main to its end, then waits for the writes (exit code 0) or cancels
 * them. WD_OK: *out_exit is the program's own exit code. */
enum wd_status
wd_program_run(struct wd_program *program, int *out_exit,
               struct wd_error *error);

/* After a failed wd_program_run: whether main itself trapped. */
bool
wd_program_trapped(const struct wd_program *program);

/* Cancels what runs; main is stopped where it is interruptible. */
void
wd_program_cancel(struct wd_program *program);

/* Progress of the newest job that runs; false when there is none. */
bool
wd_program_progress(struct wd_program *program,
                    struct wd_job_progress *out_progress, uint64_t *out_job);

/* Appends a plan as Substrait; rows that an engine keeps for the program are
 * fetched and written with it. */
enum wd_status
wd_program_write_plan(struct wd_engine *engine, const struct wd_plan *plan,
                      struct wd_buf *buf, struct wd_error *error);

/* What a program that `registers` has registered, and its memory as of the last
 * function: both the caller's, *out_functions NULL when there are none. */
void
wd_program_take_functions(struct wd_program *program,
                          struct wd_registry **out_functions,
                          struct wd_image **out_image);

/* Also for NULL. */
void
wd_program_free(struct wd_program *program);

#endif
