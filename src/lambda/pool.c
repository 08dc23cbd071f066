#include "lambda/pool.h"

#include <pthread.h>
#include <string.h>
#include <time.h>

#include "lambda/worker.h"

/* More names would be a mistake of the lambda. */
#define MAX_COUNTERS 256

/* The export by which a program says what struct wd_abi_guest calls
 * `shares_blocks`: docs/abi.md. */
#define SHARES_BLOCKS "wasi_data_shares_blocks"

struct wd_pool {
  atomic_uint references;
  struct wd_pool *head; /* what it is joined to; itself when to nothing */
  struct wd_pool *next; /* that is joined to the same head */
  uint64_t id;
  struct wd_pool_options options;
  struct wd_image *image;
  bool shares_blocks; /* as struct wd_abi_guest says */

  /* Guards what follows. */
  pthread_mutex_t lock;
  struct wd_worker *workers;
  uint32_t made;
  struct wd_error failure;
  struct wd_pool_figures retired; /* of workers that are gone */
  struct wd_pool_counter *counters;
  uint32_t counter_count;

  atomic_bool killed;
  bool killer_started;
  bool closing;
  pthread_t killer;
};

/* The worker that this thread used last, so that entering takes no lock. */
static _Thread_local struct {
  uint64_t pool;
  struct wd_worker *worker;
} recent;

static _Thread_local uint64_t thread_number;

static uint64_t
this_thread(void)
{
  static _Atomic uint64_t last;

  if (!thread_number)
    thread_number = atomic_fetch_add(&last, 1) + 1;
  return thread_number;
}

enum wd_status
wd_pool_new(const struct wd_pool_options *options, struct wd_pool **out_pool,
            struct wd_error *error)
{
  static _Atomic uint64_t last_id;
  struct wd_pool *pool = wd_mem_calloc(options->mem, 1, sizeof *pool);

  if (!pool)
    return wd_fail_memory(error);
  atomic_init(&pool->references, 1);
  pool->id = atomic_fetch_add(&last_id, 1) + 1;
  pool->head = pool;
  pool->options = *options;
  pool->image = wd_image_ref(options->image);
  pool->shares_blocks =
      wd_module_export(wd_linkage_module(options->linkage), SHARES_BLOCKS);
  pthread_mutex_init(&pool->lock, NULL);
  *out_pool = pool;
  return WD_OK;
}

void
wd_pool_join(struct wd_pool *head, struct wd_pool *other)
{
  struct wd_pool **at = &head->next;

  while (*at)
    at = &(*at)->next;
  *at = other;
  other->head = head;
}

struct wd_pool *
wd_pool_next(struct wd_pool *pool)
{
  return pool->next;
}

struct wd_pool *
wd_pool_ref(struct wd_pool *pool)
{
  atomic_fetch_add(&pool->references, 1);
  return pool;
}

static void
worker_free(struct wd_worker *worker)
{
  struct wd_mem *mem = worker->pool->options.mem;

  wd_wasi_worker_flush(&worker->wasi);
  wd_instance_free(worker->instance);
  wd_mem_free(mem, worker->sites,
              worker->site_capacity * sizeof *worker->sites);
  wd_mem_free(mem, worker->open,
              worker->cursor_capacity * sizeof *worker->open);
  wd_mem_free(mem, worker->pairs,
              worker->scratch_capacity * sizeof *worker->pairs);
  wd_mem_free(mem, worker->spans,
              worker->scratch_capacity * sizeof *worker->spans);
  wd_arena_fini(&worker->lists);
  wd_mem_free(mem, worker, sizeof *worker);
}

static void
pool_free(struct wd_pool *pool)
{
  struct wd_mem *mem;

  pthread_mutex_lock(&pool->lock);
  pool->closing = true;
  pthread_mutex_unlock(&pool->lock);
  if (pool->killer_started)
    pthread_join(pool->killer, NULL);
  while (pool->workers) {
    struct wd_worker *worker = pool->workers;

    pool->workers = worker->next;
    worker_free(worker);
  }
  wd_image_unref(pool->image);
  pthread_mutex_destroy(&pool->lock);
  mem = pool->options.mem;
  wd_mem_free(mem, pool->counters, MAX_COUNTERS * sizeof *pool->counters);
  wd_mem_free(mem, pool, sizeof *pool);
}

void
wd_pool_unref(struct wd_pool *pool)
{
  struct wd_pool *next;

  if (!pool || atomic_fetch_sub(&pool->references, 1) != 1)
    return;
  for (; pool; pool = next) {
    next = pool->next;
    pool_free(pool);
  }
}

static void
retire_figures(struct wd_pool *pool, const struct wd_worker *worker)
{
  pool->retired.calls += atomic_load(&worker->calls);
  pool->retired.rows_in += atomic_load(&worker->rows_in);
  pool->retired.rows_out += atomic_load(&worker->rows_out);
}

static void
unlink_worker(struct wd_pool *pool, struct wd_worker *worker)
{
  struct wd_worker **at = &pool->workers;

  while (*at != worker)
    at = &(*at)->next;
  *at = worker->next;
}

/* This thread's worker, or one that nobody has; failed ones are removed. The
 * lock is held. */
static struct wd_worker *
find_worker(struct wd_pool *pool, uint64_t thread)
{
  struct wd_worker *idle = NULL;
  struct wd_worker *next;

  for (struct wd_worker *worker = pool->workers; worker; worker = next) {
    next = worker->next;
    if (worker->thread == thread && worker->failed && !worker->cursors) {
      unlink_worker(pool, worker);
      retire_figures(pool, worker);
      worker_free(worker);
    } else if (worker->thread == thread) {
      return worker;
    } else if (worker->thread == 0 && !worker->failed) {
      idle = worker;
    }
  }
  if (idle)
    idle->thread = thread;
  return idle;
}

static enum wd_status
worker_new(struct wd_pool *pool, uint32_t number, struct wd_worker **out_worker,
           struct wd_error *error)
{
  const struct wd_pool_options *options = &pool->options;
  struct wd_worker *worker = wd_mem_calloc(options->mem, 1, sizeof *worker);
  enum wd_status status;

  if (!worker)
    return wd_fail_memory(error);
  worker->pool = pool;
  worker->number = number;
  wd_wasi_worker_init(&worker->wasi);
  worker->wasi.arguments = options->arguments;
  worker->wasi.argument_count = options->argument_count;
  worker->wasi.environment = options->environment;
  worker->wasi.environment_count = options->environment_count;
  worker->wasi.time = options->time_ns;
  worker->wasi.sink = options->print;
  worker->wasi.sink_env = options->env;
  status = wd_worker_instance_new(
      options->linkage, pool->image,
      &(struct wd_instance_options){.mem = options->mem,
                                    .memory_limit = options->memory_limit,
                                    .env = worker},
      &worker->instance, error);
  if (status == WD_OK)
    status = wd_worker_prepare(worker, error);
  worker->guest.shares_blocks = pool->shares_blocks;
  if (status != WD_OK) {
    worker_free(worker);
    return status;
  }
  *out_worker = worker;
  return WD_OK;
}

/* A worker for a thread that has none. */
static enum wd_status
add_worker(struct wd_pool *pool, uint64_t thread, uint32_t number,
           struct wd_worker **out_worker, struct wd_error *error)
{
  struct wd_worker *worker = NULL;
  enum wd_status status = worker_new(pool, number, &worker, error);

  if (status != WD_OK)
    return status;
  pthread_mutex_lock(&pool->lock);
  worker->thread = thread;
  worker->next = pool->workers;
  pool->workers = worker;
  pthread_mutex_unlock(&pool->lock);
  *out_worker = worker;
  return WD_OK;
}

/* The slow half of wd_pool_enter. */
static enum wd_status
take_worker(struct wd_pool *pool, struct wd_worker **out_worker,
            struct wd_error *error)
{
  uint64_t thread = this_thread();
  struct wd_worker *worker;
  uint32_t number = 0;
  enum wd_status status = WD_OK;

  /* find_worker may free the one that this thread remembers. */
  recent.pool = 0;
  pthread_mutex_lock(&pool->lock);
  worker = find_worker(pool, thread);
  if (!worker)
    number = pool->made++;
  pthread_mutex_unlock(&pool->lock);
  if (!worker)
    status = add_worker(pool, thread, number, &worker, error);
  if (status != WD_OK)
    return status;
  recent.pool = pool->id;
  recent.worker = worker;
  *out_worker = worker;
  return WD_OK;
}

enum wd_status
wd_pool_enter(struct wd_pool *pool, struct wd_worker **out_worker,
              struct wd_error *error)
{
  struct wd_error local;
  enum wd_status status;

  error = wd_error_or(error, &local);
  if (atomic_load_explicit(&pool->killed, memory_order_relaxed)) {
    status = wd_fail(error, WD_CANCELLED, "cancelled");
  } else if (recent.pool == pool->id && !recent.worker->failed) {
    *out_worker = recent.worker;
    return WD_OK;
  } else {
    status = take_worker(pool, out_worker, error);
  }
  if (status != WD_OK)
    wd_pool_fail(pool, error);
  return status;
}

static void
leave(struct wd_pool *pool)
{
  uint64_t thread = this_thread();

  pthread_mutex_lock(&pool->lock);
  for (struct wd_worker *worker = pool->workers; worker; worker = worker->next)
    if (worker->thread == thread && !worker->cursors)
      worker->thread = 0;
  pthread_mutex_unlock(&pool->lock);
  if (recent.pool == pool->id)
    recent.pool = 0;
}

void
wd_pool_leave(struct wd_pool *pool)
{
  for (; pool; pool = pool->next)
    leave(pool);
}

/* The lock is held. */
static void
kill_all(struct wd_pool *pool)
{
  for (struct wd_worker *w = pool->workers; w; w = w->next)
    wd_instance_kill(w->instance);
}

/* Kills again what could not be stopped at once, and workers that were being
 * made. */
static void *
kill_rounds(void *env)
{
  struct wd_pool *pool = env;
  struct timespec pause = {0, 1000000};
  bool closing = false;

  while (!closing) {
    nanosleep(&pause, NULL);
    pthread_mutex_lock(&pool->lock);
    kill_all(pool);
    closing = pool->closing;
    pthread_mutex_unlock(&pool->lock);
  }
  return NULL;
}

static void
kill_one(struct wd_pool *pool)
{
  if (atomic_exchange(&pool->killed, true))
    return;
  pthread_mutex_lock(&pool->lock);
  kill_all(pool);
  pool->killer_started =
      pthread_create(&pool->killer, NULL, kill_rounds, pool) == 0;
  pthread_mutex_unlock(&pool->lock);
}

void
wd_pool_kill(struct wd_pool *pool)
{
  for (pool = pool->head; pool; pool = pool->next)
    kill_one(pool);
}

enum wd_status
wd_pool_failure(struct wd_pool *pool, struct wd_error *error)
{
  enum wd_status status;

  pool = pool->head;
  pthread_mutex_lock(&pool->lock);
  status = pool->failure.status;
  if (status != WD_OK)
    status = wd_error_pass(error, &pool->failure);
  pthread_mutex_unlock(&pool->lock);
  return status;
}

void
wd_pool_fail(struct wd_pool *pool, const struct wd_error *error)
{
  pool = pool->head;
  pthread_mutex_lock(&pool->lock);
  wd_error_pass(&pool->failure, error);
  pthread_mutex_unlock(&pool->lock);
}

static void
add_figures(struct wd_pool *pool, struct wd_pool_figures *out_figures)
{
  pthread_mutex_lock(&pool->lock);
  out_figures->workers += pool->made;
  out_figures->calls += pool->retired.calls;
  out_figures->rows_in += pool->retired.rows_in;
  out_figures->rows_out += pool->retired.rows_out;
  for (struct wd_worker *w = pool->workers; w; w = w->next) {
    out_figures->calls += atomic_load(&w->calls);
    out_figures->rows_in += atomic_load(&w->rows_in);
    out_figures->rows_out += atomic_load(&w->rows_out);
  }
  pthread_mutex_unlock(&pool->lock);
}

void
wd_pool_figures(struct wd_pool *pool, struct wd_pool_figures *out_figures)
{
  *out_figures = (struct wd_pool_figures){0};
  for (; pool; pool = pool->next)
    add_figures(pool, out_figures);
}

void
wd_pool_add_figures(struct wd_pool *pool, const struct wd_pool_figures *more)
{
  pthread_mutex_lock(&pool->lock);
  pool->retired.calls += more->calls;
  pool->retired.rows_in += more->rows_in;
  pool->retired.rows_out += more->rows_out;
  pthread_mutex_unlock(&pool->lock);
}

const struct wd_image *
wd_pool_image(const struct wd_pool *pool)
{
  return pool->image;
}

const struct wd_pool_options *
wd_pool_options(const struct wd_pool *pool)
{
  return &pool->options;
}

/* The counter of that name, made when there is room; or NULL. The lock is
 * held. */
static struct wd_pool_counter *
find_counter(struct wd_pool *pool, const char *name)
{
  struct wd_pool_counter *made;

  if (!pool->counters)
    pool->counters =
        wd_mem_calloc(pool->options.mem, MAX_COUNTERS, sizeof *pool->counters);
  if (!pool->counters)
    return NULL;
  for (uint32_t i = 0; i < pool->counter_count; i++)
    if (strcmp(pool->counters[i].name, name) == 0)
      return &pool->counters[i];
  if (pool->counter_count == MAX_COUNTERS)
    return NULL;
  made = &pool->counters[pool->counter_count++];
  *made = (struct wd_pool_counter){.value = 0};
  memcpy(made->name, name, strlen(name) + 1);
  return made;
}

void
wd_pool_count(struct wd_pool *pool, const char *name, size_t length,
              uint64_t delta)
{
  char text[sizeof pool->counters->name];
  struct wd_pool_counter *counter;

  pool = pool->head;
  wd_text_clean(text, sizeof text, name, length);
  pthread_mutex_lock(&pool->lock);
  counter = find_counter(pool, text);
  if (counter)
    counter->value += delta;
  pthread_mutex_unlock(&pool->lock);
}

static enum wd_status
copy_counters(struct wd_pool *pool, struct wd_arena *arena, bool take,
              const struct wd_pool_counter **out_counters, uint32_t *out_count,
              struct wd_error *error)
{
  struct wd_pool_counter *copy;

  pthread_mutex_lock(&pool->lock);
  copy = wd_arena_array(arena, pool->counter_count, sizeof *copy);
  if (copy && pool->counter_count)
    memcpy(copy, pool->counters, pool->counter_count * sizeof *copy);
  *out_counters = copy;
  *out_count = pool->counter_count;
  if (copy && take)
    pool->counter_count = 0;
  pthread_mutex_unlock(&pool->lock);
  return copy ? WD_OK : wd_fail_memory(error);
}

enum wd_status
wd_pool_counters(struct wd_pool *pool, struct wd_arena *arena,
                 const struct wd_pool_counter **out_counters,
                 uint32_t *out_count, struct wd_error *error)
{
  return copy_counters(pool, arena, false, out_counters, out_count, error);
}

enum wd_status
wd_pool_take_counters(struct wd_pool *pool, struct wd_arena *arena,
                      const struct wd_pool_counter **out_counters,
                      uint32_t *out_count, struct wd_error *error)
{
  return copy_counters(pool, arena, true, out_counters, out_count, error);
}
