/* Handlers of `jobs`, and the jobs that a program has. */

#include "guest/internal.h"

static struct wd_program_job *
job_of(struct wd_abi_call *call, uint32_t handle)
{
  return wd_handles_get(&wd_program_of(call)->handles, WD_ABI_RESOURCE_JOB,
                        handle);
}

enum wd_status
wd_program_hold(struct wd_program *program, struct wd_program_job *job,
                uint32_t *out_handle, struct wd_error *error)
{
  enum wd_status status = wd_handles_add(&program->handles, WD_ABI_RESOURCE_JOB,
                                         job, out_handle, error);

  job->held = status == WD_OK;
  if (status != WD_OK)
    wd_program_release(program, job);
  return status;
}

/* Takes a job out of the program's list and frees it. */
static void
forget(struct wd_program *program, struct wd_program_job *job)
{
  struct wd_program_job **at = &program->jobs;

  pthread_mutex_lock(&program->lock);
  while (*at != job)
    at = &(*at)->next;
  *at = job->next;
  pthread_mutex_unlock(&program->lock);
  wd_program_settle_tables(program, job);
  wd_job_free(job->job);
  wd_mem_free(program->options.mem, job, sizeof *job);
}

/* Keeps the error of a write that failed without anybody looking. */
static void
note_failure(struct wd_program *program, struct wd_program_job *job)
{
  struct wd_error error = {0};

  if (wd_job_writes(job->job) && wd_job_wait(job->job, 0, &error) != WD_OK)
    wd_error_pass(&program->write_error, &error);
}

void
wd_program_release(struct wd_program *program, struct wd_program_job *job)
{
  struct wd_job_progress progress;

  job->held = false;
  wd_job_progress(job->job, &progress);
  if (wd_job_writes(job->job)) {
    if (progress.state < WD_JOB_SUCCEEDED)
      return;
    if (progress.state != WD_JOB_CANCELLED)
      note_failure(program, job);
  }
  forget(program, job);
}

void
wd_program_reap(struct wd_program *program)
{
  struct wd_program_job *next;

  for (struct wd_program_job *job = program->jobs; job; job = next) {
    next = job->next;
    if (!job->held)
      wd_program_release(program, job);
  }
}

static enum wd_status
on_schema(struct wd_abi_call *call,
          const struct wd_abi_jobs_job_schema_args *args,
          struct wd_abi_schema *out, struct wd_error *error)
{
  return wd_abi_schema_make(wd_job_schema(job_of(call, args->self)->job),
                            call->arena, out, error);
}

static void
tell_progress(struct wd_job *job, struct wd_abi_jobs_progress *out)
{
  struct wd_job_progress progress;

  wd_job_progress(job, &progress);
  *out = (struct wd_abi_jobs_progress){
      .state = (enum wd_abi_jobs_state)progress.state,
      .rows_in = progress.rows_in,
      .rows_out = progress.rows_out,
      .fraction = progress.fraction,
  };
}

static enum wd_status
on_progress(struct wd_abi_call *call,
            const struct wd_abi_jobs_job_progress_args *args,
            struct wd_abi_jobs_progress *out, struct wd_error *error)
{
  (void)error;
  tell_progress(job_of(call, args->self)->job, out);
  return WD_OK;
}

static struct wd_text
text_of(const char *text)
{
  return (struct wd_text){text, (uint32_t)__builtin_strlen(text)};
}

static enum wd_status
on_figures(struct wd_abi_call *call,
           const struct wd_abi_jobs_job_figures_args *args,
           struct wd_abi_list_jobs_figure *out, struct wd_error *error)
{
  struct wd_job_figure *figures;
  struct wd_abi_jobs_figure *told;
  uint32_t count;
  enum wd_status status = wd_job_figures(job_of(call, args->self)->job,
                                         call->arena, &figures, &count, error);

  if (status != WD_OK)
    return status;
  told = wd_arena_array(call->arena, count, sizeof *told);
  if (!told)
    return wd_fail_memory(error);
  for (uint32_t i = 0; i < count; i++)
    told[i] = (struct wd_abi_jobs_figure){
        text_of(figures[i].stage), text_of(figures[i].name), figures[i].value};
  out->data = told;
  out->length = count;
  return WD_OK;
}

static enum wd_status
on_next_batch(struct wd_abi_call *call,
              const struct wd_abi_jobs_job_next_batch_args *args,
              struct wd_abi_option_batch *out, struct wd_error *error)
{
  struct wd_rows rows = {0};
  bool has;
  enum wd_status status =
      wd_job_next(job_of(call, args->self)->job, &rows, &has, error);

  if (status != WD_OK)
    return status;
  return wd_guest_give_rows(call, &rows, has, out, error);
}

static enum wd_status
on_wait(struct wd_abi_call *call, const struct wd_abi_jobs_job_wait_args *args,
        struct wd_abi_jobs_progress *out, struct wd_error *error)
{
  struct wd_job *job = job_of(call, args->self)->job;
  int64_t timeout = -1;
  enum wd_status status;

  if (args->timeout_ms.some)
    timeout = args->timeout_ms.value > INT32_MAX
                  ? INT32_MAX
                  : (int64_t)args->timeout_ms.value;
  status = wd_job_wait(job, timeout, error);
  tell_progress(job, out);
  return status;
}

static enum wd_status
on_cancel(struct wd_abi_call *call,
          const struct wd_abi_jobs_job_cancel_args *args,
          struct wd_error *error)
{
  (void)error;
  wd_job_cancel(job_of(call, args->self)->job);
  return WD_OK;
}

static enum wd_status
on_drop(struct wd_abi_call *call, const struct wd_abi_jobs_job_drop_args *args,
        struct wd_error *error)
{
  struct wd_program *program = wd_program_of(call);
  struct wd_program_job *job =
      wd_handles_remove(&program->handles, WD_ABI_RESOURCE_JOB, args->self);

  (void)error;
  if (job)
    wd_program_release(program, job);
  return WD_OK;
}

void
wd_guest_jobs(struct wd_abi_handlers *handlers)
{
  handlers->jobs_job_schema = on_schema;
  handlers->jobs_job_progress = on_progress;
  handlers->jobs_job_figures = on_figures;
  handlers->jobs_job_next_batch = on_next_batch;
  handlers->jobs_job_wait = on_wait;
  handlers->jobs_job_cancel = on_cancel;
  handlers->jobs_job_drop = on_drop;
}
