/* Jobs on an engine that does as it is told: ends, failures, cancelling at
 * every moment, sinks that commit or not. */
#include <errno.h>
#include <time.h>

#include "fake_engine.h"
#include "folder.h"
#include "lambda_help.h"

#include "job/job.h"
#include "oom.h"

/* ---- Making jobs --------------------------------------------------------- */

static enum wd_status
range_plan(struct wd_mem *mem, struct wd_plan *out_plan, struct wd_error *error)
{
  const struct wd_binder binder = {.env = NULL};
  struct wd_relation *range = wd_relation_new(mem, WD_REL_RANGE, NULL, NULL);
  enum wd_status status;

  if (!range)
    return wd_fail_memory(error);
  range->range.end = 10;
  range->range.step = 1;
  status = wd_plan_make(mem, range, &binder, out_plan, error);
  wd_relation_unref(range);
  return status;
}

/* A collect, or a write to the sink. */
static enum wd_status
start(struct fake_engine *fake, struct wd_pool *pool, struct wd_sink *sink,
      struct wd_job **out_job, struct wd_error *error)
{
  struct wd_job_options options = {
      .mem = fake->mem,
      .engine = &fake->engine,
      .id = 3,
      .pool = pool ? wd_pool_ref(pool) : NULL,
      .sink = sink,
      .format = sink ? WD_FORMAT_CSV : WD_FORMAT_UNKNOWN,
  };
  enum wd_status status = range_plan(fake->mem, &options.plan, error);

  if (status == WD_OK)
    return wd_job_start(&options, out_job, error);
  wd_pool_unref(options.pool);
  wd_sink_abort(sink);
  return status;
}

static struct wd_job *
started(struct fake_engine *fake)
{
  struct wd_error error = {0};
  struct wd_job *job = NULL;

  assert_ok(start(fake, NULL, NULL, &job, &error));
  return job;
}

static enum wd_job_state
state_of(struct wd_job *job)
{
  struct wd_job_progress progress;

  wd_job_progress(job, &progress);
  return progress.state;
}

/* Fetches all; how many rows. */
static enum wd_status
drain(struct wd_job *job, uint64_t *out_rows, struct wd_error *error)
{
  enum wd_status status = WD_OK;
  bool has = true;

  *out_rows = 0;
  while (status == WD_OK && has) {
    struct wd_rows rows = {0};

    status = wd_job_next(job, &rows, &has, error);
    if (status == WD_OK && has)
      *out_rows += rows.batch.rows;
    wd_rows_fini(&rows);
  }
  return status;
}

/* ---- Collects ------------------------------------------------------------ */

static void
collects(void **state)
{
  struct fake_engine fake = fake_engine(NULL, 100, 7);
  struct wd_error error = {0};
  struct wd_job *job = started(&fake);
  struct wd_job_progress progress;
  uint64_t rows;

  (void)state;
  assert_int_equal(wd_job_id(job), 3);
  assert_false(wd_job_writes(job));
  assert_string_equal(wd_job_schema(job)->columns[0].name, "id");
  assert_ok(drain(job, &rows, &error));
  assert_int_equal(rows, 700);
  assert_ok(drain(job, &rows, &error));
  assert_int_equal(rows, 0);
  assert_ok(wd_job_wait(job, -1, &error));
  wd_job_progress(job, &progress);
  assert_int_equal(progress.state, WD_JOB_SUCCEEDED);
  assert_int_equal(progress.rows_out, 700);
  assert_int_equal(progress.rows_in, 11);
  assert_true(progress.fraction == 1);
  wd_job_free(job);
  assert_int_equal(atomic_load(&fake.queries), 0);
}

static void
fails(void **state)
{
  struct fake_engine fake = fake_engine(NULL, 2, 3);
  struct wd_error error = {0};
  struct wd_job *job;
  uint64_t rows;

  (void)state;
  fake.end_status = WD_ENGINE_FAILED;
  job = started(&fake);
  assert_int_equal(wd_job_wait(job, -1, &error), WD_ENGINE_FAILED);
  wd_error_clear(&error);
  assert_fails(drain(job, &rows, &error), WD_ENGINE_FAILED, "went wrong");
  assert_int_equal(rows, 0);
  assert_int_equal(state_of(job), WD_JOB_FAILED);
  wd_job_free(job);
  fake.start_status = WD_IO;
  assert_fails(start(&fake, NULL, NULL, &job, &error), WD_IO, "not start");
  assert_int_equal(start(&fake, NULL, NULL, &job, NULL), WD_IO);
  assert_int_equal(atomic_load(&fake.queries), 0);
}

static void
await_full(struct wd_job *job)
{
  struct wd_error error = {0};

  /* Waiting for ever for what only we can end is refused. */
  assert_fails(wd_job_wait(job, -1, &error), WD_INVALID_ARGUMENT,
               "ends when its batches are fetched");
}

static void
cancelled_while_full(void **state)
{
  struct fake_engine fake = fake_engine(NULL, 1000, 10);
  struct wd_error error = {0};
  struct wd_job *job = started(&fake);
  struct wd_rows rows = {0};
  bool has;

  (void)state;
  await_full(job);
  assert_int_equal(state_of(job), WD_JOB_RUNNING);
  assert_ok(wd_job_next(job, &rows, &has, &error));
  assert_true(has);
  wd_rows_fini(&rows);
  wd_job_cancel(job);
  wd_job_cancel(job);
  assert_int_equal(wd_job_wait(job, -1, &error), WD_CANCELLED);
  assert_int_equal(state_of(job), WD_JOB_CANCELLED);
  wd_job_free(job);
}

static void
freed_while_full(void **state)
{
  struct fake_engine fake = fake_engine(NULL, 1000, 10);
  struct wd_job *job = started(&fake);

  (void)state;
  await_full(job);
  wd_job_free(job);
  wd_job_free(NULL);
  job = started(&fake);
  wd_job_free(job);
  assert_int_equal(atomic_load(&fake.queries), 0);
}

/* Large batches: the queue is bounded by bytes, but takes one of any size. */
static void
large_batches(void **state)
{
  struct fake_engine fake = fake_engine(NULL, 3, 5000000);
  struct wd_error error = {0};
  struct wd_job *job = started(&fake);
  uint64_t rows;

  (void)state;
  await_full(job);
  assert_ok(drain(job, &rows, &error));
  assert_int_equal(rows, 15000000);
  wd_job_free(job);
}

static void
cancelled_while_running(void **state)
{
  struct fake_engine fake = fake_engine(NULL, 1, 4);
  struct wd_error error = {0};
  struct wd_job *job;
  struct timespec before, after;

  (void)state;
  fake.block = true;
  job = started(&fake);
  clock_gettime(CLOCK_MONOTONIC, &before);
  assert_ok(wd_job_wait(job, 30, &error));
  clock_gettime(CLOCK_MONOTONIC, &after);
  assert_true((after.tv_sec - before.tv_sec) * 1000000000 + after.tv_nsec -
                  before.tv_nsec >=
              30000000);
  assert_int_equal(state_of(job), WD_JOB_RUNNING);
  assert_ok(wd_job_wait(job, 0, &error));
  wd_job_cancel(job);
  assert_fails(wd_job_wait(job, INT64_MAX / 2000000, &error), WD_CANCELLED,
               "the job was cancelled");
  assert_true(atomic_load(&fake.cancels) > 0);
  wd_job_free(job);
}

static void *
cancel_soon(void *env)
{
  struct timespec pause = {0, 20000000};

  nanosleep(&pause, NULL);
  wd_job_cancel(env);
  return NULL;
}

/* Somebody waits for rows that do not come. */
static void
cancelled_by_another_thread(void **state)
{
  struct fake_engine fake = fake_engine(NULL, 0, 4);
  struct wd_error error = {0};
  struct wd_rows rows = {0};
  struct wd_job *job;
  pthread_t thread;
  bool has;

  (void)state;
  fake.block = true;
  job = started(&fake);
  assert_int_equal(pthread_create(&thread, NULL, cancel_soon, job), 0);
  assert_fails(wd_job_next(job, &rows, &has, &error), WD_CANCELLED,
               "the job was cancelled");
  assert_false(has);
  pthread_join(thread, NULL);
  wd_job_free(job);
}

/* An engine may finish although it was asked to stop: then all is there. */
static void
too_late_to_cancel(void **state)
{
  struct fake_engine fake = fake_engine(NULL, 2, 4);
  struct wd_error error = {0};
  struct wd_job *job;

  (void)state;
  fake.block = fake.deaf = true;
  job = started(&fake);
  wd_job_wait(job, 10, &error);
  wd_job_cancel(job);
  assert_ok(wd_job_wait(job, 10000, &error));
  assert_int_equal(state_of(job), WD_JOB_SUCCEEDED);
  wd_job_cancel(job);
  assert_int_equal(state_of(job), WD_JOB_SUCCEEDED);
  wd_job_free(job);
}

/* ---- Writes -------------------------------------------------------------- */

static struct wd_grants grants;

static struct wd_sink *
sink_in(struct folder *folder, char *path, size_t size)
{
  struct wd_error error = {0};
  const struct wd_grant *grant;
  struct wd_sink *sink;
  char text[600];

  snprintf(path, size, "%s/out.csv", folder->path);
  snprintf(text, sizeof text, "out=%s", path);
  wd_grants_init(&grants, NULL);
  assert_ok(wd_grants_add_sink(&grants, text, &error));
  assert_ok(wd_grants_sink(&grants, "out", 3, &grant, &error));
  assert_ok(wd_sink_open(grant, WD_WRITE_OVERWRITE, NULL, &sink, &error));
  return sink;
}

/* Nothing but what is expected is in the folder. */
static void
folder_has(struct folder *folder, const char *path, bool there)
{
  assert_int_equal(access(path, F_OK) == 0, there);
  if (there)
    assert_int_equal(remove(path), 0);
  assert_int_equal(rmdir(folder->path), 0);
  assert_int_equal(mkdir(folder->path, 0755), 0);
}

static void
writes(void **state)
{
  struct fake_engine fake = fake_engine(NULL, 2, 50);
  struct wd_error error = {0};
  struct wd_job *job;
  char path[512];

  assert_ok(
      start(&fake, NULL, sink_in(*state, path, sizeof path), &job, &error));
  assert_true(wd_job_writes(job));
  assert_ok(wd_job_wait(job, -1, &error));
  folder_has(*state, path, true);
  wd_job_free(job);
  wd_grants_fini(&grants);
}

static void
write_fails(void **state)
{
  struct fake_engine fake = fake_engine(NULL, 2, 50);
  struct wd_error error = {0};
  struct wd_job *job;
  char path[512];

  fake.end_status = WD_IO;
  assert_ok(
      start(&fake, NULL, sink_in(*state, path, sizeof path), &job, &error));
  assert_fails(wd_job_wait(job, -1, &error), WD_IO, "went wrong");
  folder_has(*state, path, false);
  wd_job_free(job);
  wd_grants_fini(&grants);
  fake.start_status = WD_IO;
  assert_fails(
      start(&fake, NULL, sink_in(*state, path, sizeof path), &job, &error),
      WD_IO, "not start");
  folder_has(*state, path, false);
  wd_grants_fini(&grants);
}

static void
write_cancelled(void **state)
{
  struct fake_engine fake = fake_engine(NULL, 2, 50);
  struct wd_error error = {0};
  struct wd_job *job;
  char path[512];

  fake.block = true;
  assert_ok(
      start(&fake, NULL, sink_in(*state, path, sizeof path), &job, &error));
  wd_job_cancel(job);
  assert_int_equal(wd_job_wait(job, -1, &error), WD_CANCELLED);
  folder_has(*state, path, false);
  wd_job_free(job);
  wd_grants_fini(&grants);
}

/* What cannot be put in its place is an error of the job. */
static void
commit_fails(void **state)
{
  struct fake_engine fake = fake_engine(NULL, 2, 50);
  struct wd_error error = {0};
  struct wd_job *job;
  char path[512];

  fake.block = fake.deaf = true;
  assert_ok(
      start(&fake, NULL, sink_in(*state, path, sizeof path), &job, &error));
  assert_int_equal(mkdir(path, 0755), 0);
  wd_job_cancel(job);
  assert_int_equal(wd_job_wait(job, -1, &error), WD_IO);
  assert_int_equal(state_of(job), WD_JOB_FAILED);
  wd_job_free(job);
  folder_has(*state, path, true);
  wd_grants_fini(&grants);
}

/* ---- Lambdas ------------------------------------------------------------- */

static struct lambda_scene scene;

static void
with_lambdas(void **state)
{
  struct fake_engine fake = fake_engine(NULL, 1, 4);
  struct wd_error error = {0};
  struct wd_job_figure *figures;
  struct wd_job *job;
  uint32_t count;

  (void)state;
  pthread_mutex_init(&scene.lock, NULL);
  if (!scene_load(&scene))
    skip();
  assert_ok(scene_pool(&scene, &error));
  fake.mem = &scene.mem;
  wd_pool_count(scene.pool, "seen", 4, 5);
  assert_ok(start(&fake, scene.pool, NULL, &job, &error));
  assert_ok(wd_job_wait(job, 10000, &error));
  assert_ok(wd_job_figures(job, &scene.arena, &figures, &count, &error));
  assert_int_equal(count, 8);
  assert_string_equal(figures[0].name, "rows-in");
  assert_int_equal(figures[0].value, 11);
  assert_string_equal(figures[6].stage, "fake");
  assert_string_equal(figures[6].name, "tasks");
  assert_int_equal(figures[6].value, 3);
  assert_string_equal(figures[7].stage, "counters");
  assert_string_equal(figures[7].name, "seen");
  assert_int_equal(figures[7].value, 5);
  wd_job_free(job);

  /* An engine that swallows what a lambda said does not make it well. */
  fake.pool_status = WD_LAMBDA_FAILED;
  assert_ok(start(&fake, scene.pool, NULL, &job, &error));
  assert_fails(wd_job_wait(job, 10000, &error), WD_LAMBDA_FAILED,
               "failed in the dark");
  wd_job_free(job);
  scene_pool_end(&scene);

  /* Neither when the lambda was stopped. */
  assert_ok(scene_pool(&scene, &error));
  fake.pool_status = WD_CANCELLED;
  assert_ok(start(&fake, scene.pool, NULL, &job, &error));
  assert_int_equal(wd_job_wait(job, 10000, &error), WD_CANCELLED);
  assert_int_equal(state_of(job), WD_JOB_CANCELLED);
  wd_job_free(job);
  scene_pool_end(&scene);
  scene_unload(&scene);
}

/* ---- Without memory ------------------------------------------------------ */

static enum wd_status
collect_all(void *env)
{
  struct fake_engine fake = fake_engine(NULL, 12, 3);
  struct wd_error error = {0};
  struct wd_job *job;
  uint64_t rows;
  enum wd_status status = start(&fake, NULL, NULL, &job, &error);

  (void)env;
  if (status != WD_OK)
    return status;
  status = drain(job, &rows, &error);
  assert_true(status != WD_OK || rows == 36);
  wd_job_free(job);
  assert_int_equal(atomic_load(&fake.queries), 0);
  return status;
}

static void
no_memory(void **state)
{
  (void)state;
  wd_oom_each(collect_all, NULL);
}

#define IN_FOLDER(name)                                                        \
  cmocka_unit_test_setup_teardown(name, folder_make, folder_remove)

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(collects),
      cmocka_unit_test(fails),
      cmocka_unit_test(cancelled_while_full),
      cmocka_unit_test(freed_while_full),
      cmocka_unit_test(large_batches),
      cmocka_unit_test(cancelled_while_running),
      cmocka_unit_test(cancelled_by_another_thread),
      cmocka_unit_test(too_late_to_cancel),
      IN_FOLDER(writes),
      IN_FOLDER(write_fails),
      IN_FOLDER(write_cancelled),
      IN_FOLDER(commit_fails),
      cmocka_unit_test(with_lambdas),
      cmocka_unit_test(no_memory),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
