/* Pools: who gets which worker, what becomes of those that failed, counters,
 * and many threads at once. */
#include "lambda_help.h"

static struct lambda_scene scene;
static bool loaded;

static int
load(void **state)
{
  (void)state;
  pthread_mutex_init(&scene.lock, NULL);
  loaded = scene_load(&scene);
  return 0;
}

static int
unload(void **state)
{
  (void)state;
  if (loaded)
    scene_unload(&scene);
  return 0;
}

static int
begin(void **state)
{
  struct wd_error error = {0};

  (void)state;
  if (!loaded)
    skip();
  assert_ok(scene_pool(&scene, &error));
  return 0;
}

static int
end(void **state)
{
  (void)state;
  scene_pool_end(&scene);
  return 0;
}

static struct wd_worker *
entered(void)
{
  struct wd_error error = {0};
  struct wd_worker *worker = NULL;

  assert_ok(wd_pool_enter(scene.pool, &worker, &error));
  return worker;
}

static uint64_t
made(void)
{
  struct wd_pool_figures figures;

  wd_pool_figures(scene.pool, &figures);
  return figures.workers;
}

static void *
enter_in_thread(void *env)
{
  struct wd_error error = {0};

  return wd_pool_enter(scene.pool, env, &error) == WD_OK ? env : NULL;
}

static struct wd_worker *
other_thread_gets(void)
{
  struct wd_worker *worker = NULL;
  pthread_t thread;
  void *ok;

  assert_int_equal(pthread_create(&thread, NULL, enter_in_thread, &worker), 0);
  pthread_join(thread, &ok);
  assert_non_null(ok);
  return worker;
}

static void
one_for_each_thread(void **state)
{
  struct wd_worker *worker = entered();

  (void)state;
  assert_ptr_equal(entered(), worker);
  assert_ptr_not_equal(other_thread_gets(), worker);
  assert_int_equal(made(), 2);
}

static void
left_for_others(void **state)
{
  struct wd_worker *worker = entered();

  (void)state;
  wd_pool_leave(scene.pool);
  assert_ptr_equal(other_thread_gets(), worker);
  assert_ptr_not_equal(entered(), worker);
  assert_int_equal(made(), 2);
}

/* Two pools by turns on one thread. */
static void
two_pools(void **state)
{
  struct wd_error error = {0};
  struct wd_pool *first = scene.pool, *second;
  struct wd_worker *one = entered(), *two, *again;

  (void)state;
  assert_ok(wd_pool_new(wd_pool_options(first), &second, &error));
  assert_ok(wd_pool_enter(second, &two, &error));
  assert_ptr_not_equal(one, two);
  assert_ptr_equal(entered(), one);
  assert_ok(wd_pool_enter(second, &again, &error));
  assert_ptr_equal(two, again);
  wd_pool_unref(wd_pool_ref(second));
  wd_pool_unref(second);
  wd_pool_unref(NULL);
  assert_ptr_equal(entered(), one);
}

static void
trap(void)
{
  struct wd_error error = {0};
  struct wd_lambda *lambda;
  struct wd_batch batch;

  assert_ok(
      scene_bind(&scene, F_TRAP, WD_ROLE_MAP, &scene_one, 0, &lambda, &error));
  assert_ok(scene_place(entered(), lambda, 1, 0, false, &error));
  assert_fails(wd_call_map(entered(), lambda, &batch, &error), WD_TRAP,
               "unreachable");
}

/* A worker that failed is replaced; when that fails, nothing is left of it. */
static void
replaced(void **state)
{
  struct wd_error error = {0};
  struct wd_worker *worker;

  (void)state;
  trap();
  entered();
  assert_int_equal(made(), 2);
  trap();
  wd_mem_fail_after(1);
  assert_fails(wd_pool_enter(scene.pool, &worker, &error), WD_NO_MEMORY,
               "memory");
  wd_mem_fail_after(0);
  entered();
  assert_int_equal(made(), 4);
}

/* What engines do not pass on is kept: entering can fail too. */
static void
failures_are_kept(void **state)
{
  struct wd_error error = {0}, kept = {0};
  struct wd_worker *worker;

  (void)state;
  assert_int_equal(wd_pool_failure(scene.pool, NULL), WD_OK);
  wd_mem_fail_after(1);
  assert_int_equal(wd_pool_enter(scene.pool, &worker, NULL), WD_NO_MEMORY);
  wd_mem_fail_after(0);
  assert_int_equal(wd_pool_failure(scene.pool, &kept), WD_NO_MEMORY);
  wd_fail(&error, WD_LAMBDA_FAILED, "later");
  wd_pool_fail(scene.pool, &error);
  assert_int_equal(wd_pool_failure(scene.pool, NULL), WD_NO_MEMORY);
}

static void
memory_limit(void **state)
{
  struct wd_pool_options options = *wd_pool_options(scene.pool);
  struct wd_error error = {0};
  struct wd_worker *worker;
  struct wd_pool *pool;

  (void)state;
  options.memory_limit = 65536;
  assert_ok(wd_pool_new(&options, &pool, &error));
  assert_fails(wd_pool_enter(pool, &worker, &error), WD_LIMIT_EXCEEDED,
               "the limit is 65536");
  wd_pool_unref(pool);
}

static void
counters(void **state)
{
  const struct wd_pool_counter *all;
  struct wd_error error = {0};
  char name[300];
  uint32_t count;

  (void)state;
  memset(name, 'n', sizeof name);
  wd_pool_count(scene.pool, name, sizeof name, 1);
  wd_pool_count(scene.pool, name, 70, 2);
  wd_pool_count(scene.pool, "a\x1b\xff", 3, UINT64_MAX);
  for (int i = 0; i < 1000; i++) {
    snprintf(name, sizeof name, "counter %d", i % 500);
    wd_pool_count(scene.pool, name, strlen(name), 1);
  }
  assert_ok(wd_pool_counters(scene.pool, &scene.arena, &all, &count, &error));
  assert_int_equal(count, 256);
  assert_int_equal(strlen(all[0].name), 63);
  assert_int_equal(all[0].value, 3);
  assert_string_equal(all[1].name, "a??");
  assert_int_equal(all[2].value, 2);
}

/* ---- Many threads -------------------------------------------------------- */

enum { THREADS = 4, ROUNDS = 200 };

static struct wd_lambda *add;
static atomic_bool failed;

static void *
work(void *env)
{
  (void)env;
  for (int i = 0; i < ROUNDS && !atomic_load(&failed); i++) {
    struct wd_error error = {0};
    struct wd_worker *worker;
    struct wd_batch batch;
    enum wd_status status = wd_pool_enter(scene.pool, &worker, &error);

    if (status == WD_OK)
      status = scene_place(worker, add, 100, i, false, &error);
    if (status == WD_OK)
      status = wd_call_map(worker, add, &batch, &error);
    if (status == WD_OK && scene_value(&batch, 99) != i + 199)
      status = WD_INTERNAL;
    if (status == WD_OK)
      status = wd_call_end(worker, add, &error);
    if (i % 16 == 0)
      wd_pool_leave(scene.pool);
    wd_pool_count(scene.pool, "rounds", 6, 1);
    if (status != WD_OK)
      atomic_store(&failed, true);
  }
  return NULL;
}

static void
many_threads(void **state)
{
  const struct wd_pool_counter *all;
  struct wd_error error = {0};
  struct wd_pool_figures figures;
  pthread_t threads[THREADS];
  uint32_t count;

  (void)state;
  assert_ok(
      scene_bind(&scene, F_ADD, WD_ROLE_MAP, &scene_one, 0, &add, &error));
  wd_pool_leave(scene.pool);
  for (int i = 0; i < THREADS; i++)
    assert_int_equal(pthread_create(&threads[i], NULL, work, NULL), 0);
  for (int i = 0; i < THREADS; i++)
    pthread_join(threads[i], NULL);
  assert_false(atomic_load(&failed));
  wd_pool_figures(scene.pool, &figures);
  assert_int_equal(figures.rows_out, THREADS * ROUNDS * 100);
  assert_true(figures.workers <= THREADS);
  assert_ok(wd_pool_counters(scene.pool, &scene.arena, &all, &count, &error));
  assert_int_equal(all[0].value, THREADS * ROUNDS);
}

/* Killing while threads come, go and call: all end, with an error. */
static void
killed_at_work(void **state)
{
  struct timespec pause = {0, 3000000};
  struct wd_error error = {0};
  pthread_t threads[THREADS];

  (void)state;
  for (int round = 0; round < 5; round++) {
    atomic_store(&failed, false);
    assert_ok(
        scene_bind(&scene, F_ADD, WD_ROLE_MAP, &scene_one, 0, &add, &error));
    wd_pool_leave(scene.pool);
    for (int i = 0; i < THREADS; i++)
      assert_int_equal(pthread_create(&threads[i], NULL, work, NULL), 0);
    nanosleep(&pause, NULL);
    wd_pool_kill(scene.pool);
    for (int i = 0; i < THREADS; i++)
      pthread_join(threads[i], NULL);
    scene_pool_end(&scene);
    begin(state);
  }
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
  const struct CMUnitTest tests[] = {
      CASE(one_for_each_thread),
      CASE(left_for_others),
      CASE(two_pools),
      CASE(replaced),
      CASE(failures_are_kept),
      CASE(memory_limit),
      CASE(counters),
      CASE(many_threads),
      CASE(killed_at_work),
  };

  return cmocka_run_group_tests(tests, load, unload);
}
