/* Every allocation of ours may fail: a clean error, nothing lost. */
#include "duck_help.h"
#include "oom.h"

struct attempt {
  struct duck *duck;
  struct wd_relation *(*make)(void);
};

static enum wd_status
run(void *env)
{
  struct attempt *attempt = env;
  struct duck *duck = attempt->duck;
  struct wd_plan plan = {0};
  struct wd_request request = {.plan = &plan};
  struct wd_query *query = NULL;
  struct wd_relation *relation;
  enum wd_status status;

  /* The relation is the test's; what fails is the engine's. */
  duck_new_pool(duck);
  request.pool = duck->pool;
  relation = attempt->make();
  status = duck_plan(duck, relation, &plan);
  if (status == WD_OK)
    status =
        wd_engine_duckdb.start(duck->engine, &request, &query, &duck->error);
  if (status == WD_OK)
    status =
        duck_fetch(query, &plan.root->schema, UINT64_MAX, NULL, &duck->error);
  if (query)
    wd_engine_duckdb.free(query);
  wd_plan_fini(&plan);
  return status;
}

/* Counts from after the relation was made. */
static void
each_failure(struct duck *duck, struct wd_relation *(*make)(void))
{
  struct attempt attempt = {duck, make};
  long before = wd_mem_count();
  uint64_t used;
  long made, total;

  wd_relation_unref(make());
  made = wd_mem_count() - before;
  /* Functions that are registered stay: not a leak. */
  assert_int_equal(run(&attempt), WD_OK);
  before = wd_mem_count();
  assert_int_equal(run(&attempt), WD_OK);
  total = wd_mem_count() - before;
  used = wd_mem_used(NULL);
  for (long n = made + 1; n <= total; n++) {
    enum wd_status status;

    wd_mem_fail_after(n);
    status = run(&attempt);
    wd_mem_fail_after(0);
    if (status != WD_OK)
      assert_int_equal(status, WD_NO_MEMORY);
    assert_int_equal(wd_mem_used(NULL), used);
  }
}

static struct wd_relation *
words(void)
{
  return rel_sort(
      rel_aggregate(rel_lambda(rel_read("lines"), WD_ROLE_FLAT_MAP, FAKE_WORDS),
                    "word", "count(*) as n"),
      "-n");
}

static struct wd_relation *
lambdas(void)
{
  return rel_measure(
      rel_aggregate(rel_lambda(rel_lambda(rel_range(0, 100, 1),
                                          WD_ROLE_PARTITION, FAKE_IDENTITY),
                               WD_ROLE_MAP, FAKE_DOUBLE),
                    "a % 3 as k", ""),
      "s", FAKE_SUM, "a");
}

static struct wd_relation *
states(void)
{
  return rel_measure(
      rel_aggregate(rel_select(rel_range(0, 200, 1), "'abc' as s; id % 3 as k"),
                    "k", ""),
      "s", FAKE_CONCAT, "s");
}

static struct wd_relation *
generated(void)
{
  struct wd_relation *relation = rel(WD_REL_GENERATE, NULL, NULL);

  relation->generate.partitions = 2;
  relation->generate.closure.function = FAKE_COUNT_UP;
  return rel_aggregate(relation, "", "sum(b) as b");
}

static int
setup(void **state)
{
  struct duck *duck;

  if (duck_open_threads(state, 1) != 0)
    return -1;
  duck = *state;
  file_write(folder_join(duck->folder, "l.txt"), "the cat\nthe dog\n");
  duck_grant(duck, "lines", "l.txt", "");
  return 0;
}

static void
test_words(void **state)
{
  each_failure(*state, words);
}

static void
test_lambdas(void **state)
{
  each_failure(*state, lambdas);
}

static void
test_states(void **state)
{
  each_failure(*state, states);
}

static void
test_generate(void **state)
{
  each_failure(*state, generated);
}

static enum wd_status
open_and_close(void *env)
{
  struct wd_engine_options options = {.threads = 1};
  struct wd_engine *engine;
  struct wd_error error = {0};
  enum wd_status status = wd_engine_duckdb.open(&options, &engine, &error);

  (void)env;
  if (status == WD_OK)
    wd_engine_duckdb.close(engine);
  return status;
}

static void
test_open(void **state)
{
  (void)state;
  wd_oom_each(open_and_close, NULL);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, duck_close)
  const struct CMUnitTest tests[] = {
      TEST(test_words),    TEST(test_lambdas),          TEST(test_states),
      TEST(test_generate), cmocka_unit_test(test_open),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
