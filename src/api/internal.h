/* What the files of this room share. */
#ifndef WD_API_INTERNAL_H
#define WD_API_INTERNAL_H

#include <pthread.h>

#include "guest/program.h"
#include "io/output.h"
#include "wasidata/host.h"

struct wd_host {
  struct wd_runtime *runtime;
  enum wd_variant variant;
};

/* A list of texts in the run's arena. */
struct wd_texts {
  const char **texts;
  uint32_t count;
  uint32_t capacity;
};

enum wd_explain_form {
  WD_EXPLAIN_NONE,
  WD_EXPLAIN_PLAN, /* in the form that plan_form says */
  WD_EXPLAIN_SQL,
  WD_EXPLAIN_SUBSTRAIT,
  WD_EXPLAIN_EXTRACT, /* nothing: lambdas are extracted instead */
};

struct wd_run {
  struct wd_host *host;
  struct wd_mem mem;
  struct wd_arena arena;
  struct wd_module *module;     /* NULL: a plan's rows are shown, or SQL */
  struct wd_relation *relation; /* of the plan; else NULL */
  bool sql;                     /* it runs statements */
  struct wd_grants grants;
  struct wd_texts arguments; /* the name first */
  struct wd_texts environment;
  struct wd_wasi_folder *folders;
  uint32_t folder_count, folder_capacity;
  uint32_t threads;
  uint64_t memory_limit;
  uint64_t engine_memory;
  const char *engine;          /* its library */
  const char *engine_location; /* or NULL */
  enum wd_output_format format;
  bool input;
  int output_fd;
  struct wd_wasi_output output;
  struct wd_wasi_output errors;
  struct wd_wasi_output prints; /* of lambdas, to the same as errors */
  pthread_mutex_t print_lock;
  struct wd_wasi_driver_options wasi;
  enum wd_explain_form explain;
  enum wd_plan_form plan_form;
  uint64_t explain_job;
  bool explained;
  const struct wd_grant *query_sink; /* of SQL; NULL: rows are shown */
  struct wd_error explain_error;
  const char *extract_folder;
  struct wd_extracted *extracted; /* in their temporary files */
  struct wd_wasi_fixed fixed;     /* while extracting */
  struct wd_run_function *functions;
  uint32_t function_count;
  struct wd_program *_Atomic program;
};

/* Makes the program of a run, as start and inspect want it. */
enum wd_status
wd_run_program(struct wd_run *run, struct wd_program **out_program,
               struct wd_error *error);

/* Extracts a lambda of the job that was asked for
 * (wd_program_options.bound). */
enum wd_status
wd_run_bound(void *env, uint64_t job, const struct wd_lambda *lambda,
             struct wd_error *error);

/* Gives the extracted modules their names, and tells them. */
enum wd_status
wd_run_extract_finish(struct wd_run *run, struct wd_error *error);

/* Removes what has no name yet. */
void
wd_run_extract_abort(struct wd_run *run);

/* Loads the modules of functions; the list is the run's. */
enum wd_status
wd_run_open_functions(struct wd_run *run,
                      const struct wd_library_function **out_functions,
                      struct wd_error *error);

void
wd_run_close_functions(struct wd_run *run);

/* Writes to the run's output, told to who is around. */
enum wd_status
wd_run_take(void *env, const void *data, size_t length, struct wd_error *error);

/* Shows the rows of a job on the run's output (wd_program_options.show). */
enum wd_status
wd_run_show(void *env, struct wd_job *job, struct wd_error *error);

#endif
