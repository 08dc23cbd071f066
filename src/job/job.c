#include "job/job.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <time.h>

/* Rows that wait to be fetched: a few batches, and not too many bytes. */
#define QUEUE_BATCHES 8
#define QUEUE_BYTES (32u << 20)

struct wd_job {
  struct wd_job_options options;
  struct wd_query *query;
  pthread_t thread;

  /* Guards what follows. */
  pthread_mutex_t lock;
  pthread_cond_t changed;
  enum wd_job_state state;
  struct wd_error error;
  bool cancelled; /* somebody asked */
  bool full;      /* the job's thread waits for room in the queue */
  struct wd_rows queue[QUEUE_BATCHES];
  uint32_t queue_first, queue_count;
  uint64_t queue_bytes;
  uint64_t rows_out;
};

static bool
ended(const struct wd_job *job)
{
  return job->state >= WD_JOB_SUCCEEDED;
}

/* Puts rows into the queue; false when the job was cancelled meanwhile. */
static bool
enqueue(struct wd_job *job, struct wd_rows *rows)
{
  bool wanted;

  pthread_mutex_lock(&job->lock);
  while (!job->cancelled &&
         (job->queue_count == QUEUE_BATCHES ||
          (job->queue_count && job->queue_bytes + rows->size > QUEUE_BYTES))) {
    job->full = true;
    pthread_cond_broadcast(&job->changed);
    pthread_cond_wait(&job->changed, &job->lock);
  }
  job->full = false;
  wanted = !job->cancelled;
  if (wanted) {
    uint32_t at = (job->queue_first + job->queue_count++) % QUEUE_BATCHES;

    job->queue[at] = *rows;
    job->queue_bytes += rows->size;
    pthread_cond_broadcast(&job->changed);
  }
  pthread_mutex_unlock(&job->lock);
  if (!wanted)
    wd_rows_fini(rows);
  return wanted;
}

/* Fetches until the end: a collect queues the rows, a write gives none. */
static enum wd_status
run(struct wd_job *job, struct wd_error *error)
{
  const struct wd_engine_functions *engine = job->options.engine->functions;
  bool has = true;

  while (has) {
    struct wd_rows rows = {0};
    enum wd_status status = engine->next(job->query, &rows, &has, error);

    if (status != WD_OK)
      return status;
    if (has && job->options.silent)
      wd_rows_fini(&rows);
    else if (has && !enqueue(job, &rows))
      return wd_fail(error, WD_CANCELLED, "the job was cancelled");
  }
  return WD_OK;
}

/* What the job came to: the lambda's failure goes before the engine's words,
 * cancelling before both. An engine may swallow a lambda's failure, also one
 * by cancelling, and report success. */
static enum wd_status
settle(struct wd_job *job, enum wd_status status, struct wd_error *error)
{
  struct wd_error failure = {0};

  if (job->options.pool &&
      wd_pool_failure(job->options.pool, &failure) != WD_OK &&
      (status == WD_OK || failure.status != WD_CANCELLED)) {
    *error = failure;
    status = failure.status;
  }
  pthread_mutex_lock(&job->lock);
  if (status != WD_OK && job->cancelled) {
    wd_error_clear(error);
    status = wd_fail(error, WD_CANCELLED, "the job was cancelled");
  }
  pthread_mutex_unlock(&job->lock);
  return status;
}

static enum wd_status
finish_sink(struct wd_job *job, enum wd_status status, struct wd_error *error)
{
  struct wd_sink *sink = job->options.sink;

  job->options.sink = NULL;
  if (!sink)
    return status;
  if (status == WD_OK)
    return wd_sink_commit(sink, error);
  wd_sink_abort(sink);
  return status;
}

static void *
job_thread(void *env)
{
  struct wd_job *job = env;
  struct wd_error error = {0};
  enum wd_status status = run(job, &error);

  status = settle(job, status, &error);
  status = finish_sink(job, status, &error);
  pthread_mutex_lock(&job->lock);
  job->error = error;
  job->state = status == WD_OK          ? WD_JOB_SUCCEEDED
               : status == WD_CANCELLED ? WD_JOB_CANCELLED
                                        : WD_JOB_FAILED;
  pthread_cond_broadcast(&job->changed);
  pthread_mutex_unlock(&job->lock);
  return NULL;
}

/* Gives up what the options handed over. */
static void
release(struct wd_job_options *options)
{
  wd_sink_abort(options->sink);
  if (options->into)
    options->engine->functions->stored_unref(options->into);
  wd_plan_fini(&options->plan);
  wd_pool_unref(options->pool);
}

static enum wd_status
start_query(struct wd_job *job, struct wd_error *error)
{
  const struct wd_job_options *options = &job->options;
  struct wd_request request = {
      .plan = &options->plan,
      .pool = options->pool,
      .write_path = options->sink ? wd_sink_path(options->sink) : NULL,
      .write_format = options->format,
      .partition_count = options->partition_count,
      .partition_columns = options->partition_columns,
      .into = options->into,
      .append = options->append,
      .option_count = options->option_count,
      .options = options->options,
  };

  if (options->sink && wd_sink_is_folder(options->sink)) {
    request.write_prefix = wd_sink_prefix(options->sink);
    if (!request.write_prefix)
      return wd_fail_memory(error);
  }
  return options->engine->functions->start(options->engine, &request,
                                           &job->query, error);
}

/* Times are of the clock that nobody sets. */
static void
init_condition(pthread_cond_t *condition)
{
  pthread_condattr_t attributes;

  pthread_condattr_init(&attributes);
  pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
  pthread_cond_init(condition, &attributes);
  pthread_condattr_destroy(&attributes);
}

enum wd_status
wd_job_start(const struct wd_job_options *options, struct wd_job **out_job,
             struct wd_error *error)
{
  struct wd_job_options taken = *options;
  struct wd_job *job = wd_mem_calloc(taken.mem, 1, sizeof *job);
  enum wd_status status;

  if (!job) {
    release(&taken);
    return wd_fail_memory(error);
  }
  job->options = taken;
  job->state = WD_JOB_RUNNING;
  pthread_mutex_init(&job->lock, NULL);
  init_condition(&job->changed);
  status = start_query(job, error);
  if (status == WD_OK &&
      pthread_create(&job->thread, NULL, job_thread, job) != 0) {
    taken.engine->functions->free(job->query);
    status = wd_fail(error, WD_INTERNAL, "no thread for a job can be made");
  }
  if (status != WD_OK) {
    if (taken.pool && error)
      status = settle(job, status, error);
    pthread_cond_destroy(&job->changed);
    pthread_mutex_destroy(&job->lock);
    release(&job->options);
    wd_mem_free(taken.mem, job, sizeof *job);
    return status;
  }
  *out_job = job;
  return WD_OK;
}

uint64_t
wd_job_id(const struct wd_job *job)
{
  return job->options.id;
}

bool
wd_job_writes(const struct wd_job *job)
{
  return job->options.format != WD_FORMAT_UNKNOWN || job->options.silent ||
         job->options.into;
}

const struct wd_schema *
wd_job_schema(const struct wd_job *job)
{
  return &job->options.plan.root->schema;
}

void
wd_job_progress(struct wd_job *job, struct wd_job_progress *out_progress)
{
  struct wd_engine_progress progress = {.fraction = -1};

  job->options.engine->functions->progress(job->query, &progress);
  pthread_mutex_lock(&job->lock);
  *out_progress = (struct wd_job_progress){
      .state = job->state,
      .rows_in = progress.rows_in,
      .rows_out = wd_job_writes(job) ? progress.rows_out : job->rows_out,
      .fraction = job->state == WD_JOB_SUCCEEDED ? 1 : progress.fraction,
  };
  pthread_mutex_unlock(&job->lock);
}

static uint32_t
own_figures(struct wd_job *job, struct wd_job_figure *figures)
{
  struct wd_job_progress progress;
  struct wd_pool_figures pool = {0};
  uint32_t n = 0;

  wd_job_progress(job, &progress);
  if (job->options.pool)
    wd_pool_figures(job->options.pool, &pool);
  figures[n++] = (struct wd_job_figure){"", "rows-in", progress.rows_in};
  figures[n++] = (struct wd_job_figure){"", "rows-out", progress.rows_out};
  figures[n++] = (struct wd_job_figure){"lambdas", "workers", pool.workers};
  figures[n++] = (struct wd_job_figure){"lambdas", "calls", pool.calls};
  figures[n++] = (struct wd_job_figure){"lambdas", "rows-in", pool.rows_in};
  figures[n++] = (struct wd_job_figure){"lambdas", "rows-out", pool.rows_out};
  return n;
}

#define OWN_FIGURES 6

enum wd_status
wd_job_figures(struct wd_job *job, struct wd_arena *arena,
               struct wd_job_figure **out_figures, uint32_t *out_count,
               struct wd_error *error)
{
  const struct wd_engine_functions *engine = job->options.engine->functions;
  const struct wd_pool_counter *counters = NULL;
  const struct wd_engine_figure *engines = NULL;
  struct wd_job_figure *figures;
  uint32_t count = 0, engine_count = 0;
  uint32_t n;

  if (job->options.pool && wd_pool_counters(job->options.pool, arena, &counters,
                                            &count, error) != WD_OK)
    return WD_NO_MEMORY;
  if (engine->figures && engine->figures(job->query, arena, &engines,
                                         &engine_count, error) != WD_OK)
    return WD_NO_MEMORY;
  figures = wd_arena_array(arena, OWN_FIGURES + engine_count + count,
                           sizeof *figures);
  if (!figures)
    return wd_fail_memory(error);
  n = own_figures(job, figures);
  for (uint32_t i = 0; i < engine_count; i++)
    figures[n++] = (struct wd_job_figure){engines[i].stage, engines[i].name,
                                          engines[i].value};
  for (uint32_t i = 0; i < count; i++)
    figures[n++] =
        (struct wd_job_figure){"counters", counters[i].name, counters[i].value};
  *out_figures = figures;
  *out_count = n;
  return WD_OK;
}

enum wd_status
wd_job_next(struct wd_job *job, struct wd_rows *out_rows, bool *out_has,
            struct wd_error *error)
{
  enum wd_status status = WD_OK;

  *out_has = false;
  pthread_mutex_lock(&job->lock);
  while (!job->queue_count && !ended(job))
    pthread_cond_wait(&job->changed, &job->lock);
  if (job->queue_count && job->state != WD_JOB_FAILED) {
    *out_rows = job->queue[job->queue_first];
    *out_has = true;
    job->queue_first = (job->queue_first + 1) % QUEUE_BATCHES;
    job->queue_count--;
    job->queue_bytes -= out_rows->size;
    job->full = false;
    job->rows_out += out_rows->batch.rows;
    pthread_cond_broadcast(&job->changed);
  } else if (job->state != WD_JOB_SUCCEEDED) {
    status = wd_error_pass(error, &job->error);
  }
  pthread_mutex_unlock(&job->lock);
  return status;
}

static struct timespec
after(int64_t milliseconds)
{
  struct timespec time;

  clock_gettime(CLOCK_MONOTONIC, &time);
  time.tv_sec += milliseconds / 1000;
  time.tv_nsec += milliseconds % 1000 * 1000000;
  if (time.tv_nsec >= 1000000000) {
    time.tv_sec++;
    time.tv_nsec -= 1000000000;
  }
  return time;
}

enum wd_status
wd_job_wait(struct wd_job *job, int64_t timeout_ms, struct wd_error *error)
{
  struct timespec until = after(timeout_ms < 0 ? 0 : timeout_ms);
  enum wd_status status = WD_OK;
  int waited = 0;

  pthread_mutex_lock(&job->lock);
  while (!ended(job) && waited != ETIMEDOUT &&
         (timeout_ms >= 0 || !job->full)) {
    if (timeout_ms < 0)
      pthread_cond_wait(&job->changed, &job->lock);
    else
      waited = pthread_cond_timedwait(&job->changed, &job->lock, &until);
  }
  if (ended(job) && job->state != WD_JOB_SUCCEEDED)
    status = wd_error_pass(error, &job->error);
  else if (!ended(job) && timeout_ms < 0)
    status = wd_fail(error, WD_INVALID_ARGUMENT,
                     "a collect ends when its batches are fetched: call "
                     "next-batch until none, or wait with a time");
  pthread_mutex_unlock(&job->lock);
  return status;
}

void
wd_job_cancel(struct wd_job *job)
{
  bool running;

  pthread_mutex_lock(&job->lock);
  running = !ended(job);
  job->cancelled = true;
  job->full = false;
  pthread_cond_broadcast(&job->changed);
  pthread_mutex_unlock(&job->lock);
  if (!running)
    return;
  if (job->options.pool)
    wd_pool_kill(job->options.pool);
  job->options.engine->functions->cancel(job->query);
}

void
wd_job_free(struct wd_job *job)
{
  struct wd_mem *mem;

  if (!job)
    return;
  mem = job->options.mem;
  wd_job_cancel(job);
  pthread_join(job->thread, NULL);
  job->options.engine->functions->free(job->query);
  while (job->queue_count) {
    wd_rows_fini(&job->queue[job->queue_first]);
    job->queue_first = (job->queue_first + 1) % QUEUE_BATCHES;
    job->queue_count--;
  }
  pthread_cond_destroy(&job->changed);
  pthread_mutex_destroy(&job->lock);
  release(&job->options);
  wd_mem_free(mem, job, sizeof *job);
}
