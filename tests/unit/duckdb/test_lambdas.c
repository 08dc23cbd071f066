/* Lambdas of every role inside queries, by the fake of fake_lambda.h. */
#include "duck_help.h"

#include <limits.h>
#include <time.h>

static struct wd_relation *
map(struct wd_relation *input, enum fake_function function)
{
  return rel_lambda(input, WD_ROLE_MAP, function);
}

static struct wd_relation *
filter(struct wd_relation *input, enum fake_function function)
{
  return rel_lambda(input, WD_ROLE_FILTER, function);
}

static struct wd_relation *
flat_map(struct wd_relation *input, enum fake_function function)
{
  return rel_lambda(input, WD_ROLE_FLAT_MAP, function);
}

static struct wd_relation *
partitions(struct wd_relation *input, enum fake_function function)
{
  return rel_lambda(input, WD_ROLE_PARTITION, function);
}

static struct wd_relation *
count(struct wd_relation *input)
{
  return rel_aggregate(input, "", "count(*) as n");
}

static void
test_map(void **state)
{
  struct duck *duck = *state;

  duck_expect(duck,
              rel_aggregate(map(rel_range(0, 100000, 1), FAKE_DOUBLE), "",
                            "sum(a) as s; count(*) as n"),
              "9999900000|100000\n");
  duck_expect(duck, map(rel_range(0, 0, 1), FAKE_DOUBLE), "");
  duck_expect(duck,
              rel_aggregate(map(rel_select(rel_range(0, 10000, 1),
                                           "id; id * 2 as b; cast(id as "
                                           "string) as c"),
                                FAKE_IDENTITY),
                            "", "sum(id) as x; sum(b) as y; max(c) as z"),
              "49995000|99990000|9999\n");
}

/* Nobody looks at the results, but the lambda must have been asked. */
static void
test_map_that_nobody_reads(void **state)
{
  struct duck *duck = *state;

  duck_expect(duck, count(map(rel_range(0, 5000, 1), FAKE_DOUBLE)), "5000\n");
  assert_true(fake_pool_calls(duck->pool) >= 3);
  duck_expect_failure(duck, count(map(rel_range(0, 9, 1), FAKE_FAIL)),
                      WD_LAMBDA_FAILED, "no luck");
}

/* A lambda that wants no column of its input gets the number of rows. */
static void
test_no_columns(void **state)
{
  struct duck *duck = *state;

  duck_expect(
      duck,
      rel_aggregate(map(rel_range(0, 5000, 1), FAKE_ONE), "", "sum(a) as s"),
      "5000\n");
  duck_expect(duck,
              rel_aggregate(map(map(rel_range(0, 5000, 1), FAKE_ONE), FAKE_ONE),
                            "", "sum(a) as s"),
              "5000\n");
  duck_expect(duck,
              rel_aggregate(partitions(rel_range(0, 5000, 1), FAKE_COUNT_ROWS),
                            "", "sum(b) as s"),
              "5000\n");
}

static void
test_filter(void **state)
{
  struct duck *duck = *state;

  duck_expect(duck,
              rel_aggregate(
                  filter(rel_select(rel_range(0, 10000, 1), "id; id + 1 as b"),
                         FAKE_EVEN),
                  "", "count(*) as n; sum(b) as s"),
              "5000|25000000\n");
  duck_expect(
      duck,
      count(filter(rel_select(rel_range(0, 100, 1), "nullif(id, 4) as id"),
                   FAKE_EVEN)),
      "49\n");
}

/* What a lambda let through may be relied on by what comes after it. */
static void
test_filters_stay_in_order(void **state)
{
  struct duck *duck = *state;
  struct wd_relation *mixed = rel_select(
      rel_range(0, 1000, 1),
      "id; case when id % 2 = 0 then cast(id as string) else 'odd' end as s");

  duck_expect(
      duck,
      count(rel_filter(filter(mixed, FAKE_EVEN), "cast(s as i64) >= 500")),
      "250\n");
  duck_expect(
      duck,
      count(rel_filter(
          rel_join(filter(rel_select(rel_range(0, 1000, 1),
                                     "id; case when id % 2 = 0 then cast(id as "
                                     "string) else 'odd' end as s"),
                          FAKE_EVEN),
                   rel_select(rel_range(0, 1000, 1), "id as r"), WD_JOIN_INNER,
                   "id = r"),
          "cast(s as i64) >= 500")),
      "250\n");
}

static void
test_flat_map(void **state)
{
  struct duck *duck = *state;
  FILE *file = fopen(folder_join(duck->folder, "l.txt"), "w");

  for (int i = 0; i < 4000; i++)
    fprintf(file, "some words and incomprehensibilities %d\n", i);
  fclose(file);
  duck_grant(duck, "lines", "l.txt", "");
  for (int slow = 0; slow < 2; slow++)
    duck_expect(
        duck,
        rel_sort(rel_aggregate(flat_map(rel_read("lines"),
                                        slow ? FAKE_WORDS_SLOWLY : FAKE_WORDS),
                               "word", "count(*) as n"),
                 "+word"),
        "and|4000\nincomprehensibilities|4000\nsome|4000\nwords|4000\n");
  duck_expect(duck,
              rel_aggregate(flat_map(rel_range(0, 3000, 1), FAKE_REPEAT), "",
                            "count(*) as n; sum(a) as s"),
              "4498500|8995500500\n");
  duck_expect(duck, flat_map(rel_range(0, 0, 1), FAKE_REPEAT), "");
}

/* Rows keep a sort's order through everything that promises it. */
static void
test_order(void **state)
{
  struct duck *duck = *state;
  struct wd_relation *relation = rel_sort(
      rel_select(rel_range(0, 20000, 1), "(id * 7919) % 20000 as id"), "-id");
  char *found = duck_run(
      duck, rel_limit(flat_map(filter(rel_filter(map(relation, FAKE_DOUBLE),
                                                 "a < 30000"),
                                      FAKE_EVEN),
                               FAKE_IDENTITY),
                      20000, 100));
  char *at = found;
  long last = LONG_MAX, rows = 0;

  if (!found)
    fail_msg("%s", duck->error.message);
  /* The flat-map gives each chunk twice: order within is what counts. */
  for (; *at; rows++) {
    long value = strtol(at, &at, 10);

    at++;
    if (value > last)
      assert_true(value - last <= 2 * 2048 * 2);
    last = value;
  }
  assert_int_equal(rows, 20000);
  free(found);

  found = duck_run(
      duck, map(filter(rel_sort(rel_range(0, 100000, 1), "-id"), FAKE_EVEN),
                FAKE_DOUBLE));
  at = found;
  for (long expected = 2 * 99998; expected >= 0; expected -= 4) {
    assert_int_equal(strtol(at, &at, 10), expected);
    at++;
  }
  free(found);
}

static void
test_partitions(void **state)
{
  struct duck *duck = *state;

  duck_expect(duck,
              rel_aggregate(partitions(rel_range(0, 500000, 1), FAKE_IDENTITY),
                            "", "count(*) as n; sum(id) as s"),
              "500000|124999750000\n");
  duck_expect(
      duck,
      rel_aggregate(partitions(rel_range(0, 500000, 1), FAKE_COUNT_ROWS), "",
                    "sum(b) as rows; min(a) as first"),
      "500000|0\n");
  /* One in the other, and a lambda below, between and above. */
  duck_expect(
      duck,
      rel_aggregate(map(partitions(map(partitions(map(rel_range(0, 200000, 1),
                                                      FAKE_DOUBLE),
                                                  FAKE_IDENTITY),
                                       FAKE_DOUBLE),
                                   FAKE_IDENTITY),
                        FAKE_DOUBLE),
                    "", "count(*) as n; sum(a) as s"),
      "200000|159999200000\n");
  duck_expect(duck, partitions(rel_range(0, 0, 1), FAKE_IDENTITY), "");
}

static double
now(void)
{
  struct timespec time;

  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* A limit ends an upstream query that would not end. */
static void
test_partitions_and_limit(void **state)
{
  struct duck *duck = *state;
  double begin = now();

  duck_expect(duck,
              count(rel_limit(
                  partitions(rel_range(0, INT64_MAX, 1), FAKE_IDENTITY), 3, 0)),
              "3\n");
  assert_true(now() - begin < 20);
}

static void
test_partitions_stop(void **state)
{
  struct duck *duck = *state;
  struct wd_plan plan = {0};
  struct wd_request request = {.plan = &plan, .pool = duck->pool};

  for (int cancel = 0; cancel < 2; cancel++) {
    struct wd_query *query = NULL;

    assert_int_equal(duck_plan(duck,
                               partitions(partitions(rel_range(0, INT64_MAX, 1),
                                                     FAKE_IDENTITY),
                                          FAKE_IDENTITY),
                               &plan),
                     WD_OK);
    assert_int_equal(
        wd_engine_duckdb.start(duck->engine, &request, &query, &duck->error),
        WD_OK);
    assert_int_equal(
        duck_fetch(query, &plan.root->schema, 5000, NULL, &duck->error), WD_OK);
    if (cancel) {
      wd_engine_duckdb.cancel(query);
      assert_int_equal(
          duck_fetch(query, &plan.root->schema, UINT64_MAX, NULL, &duck->error),
          WD_CANCELLED);
    }
    wd_engine_duckdb.free(query);
    wd_plan_fini(&plan);
  }
}

static struct wd_relation *
generate(uint32_t parts, enum fake_function function)
{
  struct wd_relation *relation = rel(WD_REL_GENERATE, NULL, NULL);

  relation->generate.partitions = parts;
  relation->generate.closure.function = function;
  return relation;
}

static void
test_generate(void **state)
{
  struct duck *duck = *state;

  duck_expect(duck,
              rel_aggregate(generate(7, FAKE_COUNT_UP), "",
                            "count(*) as n; sum(a) as a; sum(b) as b"),
              "35000|105000|87482500\n");
  /* Only the second column, and none. */
  duck_expect(duck,
              rel_aggregate(generate(3, FAKE_COUNT_UP), "", "sum(b) as b"),
              "37492500\n");
  duck_expect(duck, count(generate(3, FAKE_COUNT_UP)), "15000\n");
  duck_expect(duck, count(map(generate(2, FAKE_COUNT_UP), FAKE_DOUBLE)),
              "10000\n");
  duck_expect(duck, count(rel_limit(generate(4, FAKE_FOREVER), 9000, 0)),
              "9000\n");
  duck_expect(duck, rel_limit(generate(4, FAKE_FOREVER), 0, 0), "");
}

static void
test_generate_stops(void **state)
{
  struct duck *duck = *state;
  struct wd_plan plan = {0};
  struct wd_request request = {.plan = &plan, .pool = duck->pool};
  struct wd_query *query = NULL;

  assert_int_equal(duck_plan(duck, generate(3, FAKE_FOREVER), &plan), WD_OK);
  assert_int_equal(
      wd_engine_duckdb.start(duck->engine, &request, &query, &duck->error),
      WD_OK);
  assert_int_equal(
      duck_fetch(query, &plan.root->schema, 5000, NULL, &duck->error), WD_OK);
  wd_engine_duckdb.cancel(query);
  assert_int_equal(
      duck_fetch(query, &plan.root->schema, UINT64_MAX, NULL, &duck->error),
      WD_CANCELLED);
  wd_engine_duckdb.free(query);
  wd_plan_fini(&plan);
}

static void
test_generate_fails(void **state)
{
  duck_expect_failure(*state, generate(3, FAKE_FAIL), WD_LAMBDA_FAILED,
                      "no luck");
}

static void
test_aggregate(void **state)
{
  struct duck *duck = *state;

  duck_expect(duck,
              rel_measure(rel_aggregate(rel_range(0, 100000, 1), "", ""), "s",
                          FAKE_SUM, "id"),
              "4999950000\n");
  duck_expect(
      duck,
      rel_sort(rel_measure(rel_aggregate(rel_range(0, 100000, 1), "id % 3 as k",
                                         "count(*) as n"),
                           "s", FAKE_SUM, "id"),
               "+k"),
      "0|33334|1666683333\n1|33333|1666616667\n2|33333|1666650000\n");
  /* Many groups, so that states meet in combines. */
  duck_expect(duck,
              rel_aggregate(rel_measure(rel_aggregate(rel_range(0, 300000, 1),
                                                      "id % 100000 as k", ""),
                                        "s", FAKE_SUM, "id"),
                            "", "count(*) as n; sum(s) as s; max(s) as m"),
              "100000|44999850000|599997\n");
  duck_expect(duck,
              rel_measure(rel_aggregate(rel_range(0, 0, 1), "", ""), "s",
                          FAKE_SUM, "id"),
              "0\n");
}

/* States that grow from nothing over the 40 bytes that are kept inside. */
static void
test_states_of_any_size(void **state)
{
  struct duck *duck = *state;
  char *found;

  duck_expect(
      duck,
      rel_sort(rel_measure(
                   rel_aggregate(rel_select(rel_range(0, 26 * 4, 1),
                                            "id % 2 as k; substring('zyxwvuts"
                                            "rqponmlkjihgfedcba', cast(id % 26 "
                                            "as i32) + 1, 1) as c"),
                                 "k", ""),
                   "s", FAKE_CONCAT, "c"),
               "+k"),
      "0|bbbbddddffffhhhhjjjjllllnnnnpppprrrrttttvvvvxxxxzzzz\n"
      "1|aaaacccceeeeggggiiiikkkkmmmmooooqqqqssssuuuuwwwwyyyy\n");
  found = duck_run(
      duck,
      rel_aggregate(rel_measure(rel_aggregate(rel_select(rel_range(0, 20000, 1),
                                                         "id % 500 as k; 'x' "
                                                         "as c"),
                                              "k", ""),
                                "s", FAKE_CONCAT, "c"),
                    "s", "count(*) as n"));
  assert_string_equal(found, "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx|500\n");
  free(found);
}

static void
test_reduce(void **state)
{
  struct duck *duck = *state;
  const char *columns = "(id * 7919) % 1000 as a; id as b";

  duck_expect(
      duck,
      rel_reduce(rel_select(rel_range(0, 1000, 1), columns), "", FAKE_LONGEST),
      "999|321\n");
  duck_expect(
      duck,
      rel_reduce(rel_select(rel_range(0, 0, 1), columns), "", FAKE_LONGEST),
      "");
  duck_expect(duck,
              rel_aggregate(rel_reduce(rel_select(rel_range(0, 100000, 1),
                                                  "id as a; -id as b"),
                                       "a % 1000 as k", FAKE_LONGEST),
                            "", "count(*) as n; sum(a) as a; sum(b) as b"),
              "1000|99499500|-99499500\n");
}

static void
test_failures(void **state)
{
  static const enum wd_role roles[] = {WD_ROLE_MAP, WD_ROLE_FILTER,
                                       WD_ROLE_FLAT_MAP, WD_ROLE_PARTITION};
  struct duck *duck = *state;

  for (size_t i = 0; i < sizeof roles / sizeof *roles; i++) {
    struct wd_relation *input =
        rel_select(rel_range(0, 9000, 1), "id % 2 = 0 as even");

    duck_expect_failure(duck, rel_lambda(input, roles[i], FAKE_FAIL),
                        WD_LAMBDA_FAILED, "no luck");
    duck_new_pool(duck);
    duck_expect(duck, count(map(rel_range(0, 10, 1), FAKE_DOUBLE)), "10\n");
  }
  duck_expect_failure(
      duck,
      rel_measure(rel_aggregate(rel_range(0, 9000, 1), "id % 10 as k", ""), "s",
                  FAKE_FAIL, "id"),
      WD_LAMBDA_FAILED, "no luck");
}

/* Functions are registered once however many queries run. */
static void
test_functions_are_used_again(void **state)
{
  struct duck *duck = *state;
  struct wd_duck_engine *engine = (struct wd_duck_engine *)duck->engine;
  uint32_t slots = 0;

  for (int i = 0; i < 50; i++) {
    duck_expect(
        duck,
        rel_aggregate(map(map(rel_range(0, 10, 1), FAKE_DOUBLE), FAKE_DOUBLE),
                      "", "sum(a) as s"),
        "180\n");
    if (i == 0)
      slots = wd_duck_slots_count(engine);
  }
  assert_int_equal(wd_duck_slots_count(engine), slots);
  assert_int_equal(slots, 2);
  assert_null(engine->sources);
}

static int
open_alone(void **state)
{
  return duck_open_threads(state, 1);
}

static int
open_four(void **state)
{
  return duck_open_threads(state, 4);
}

int
main(void)
{
#define TEST(name)                                                             \
  cmocka_unit_test_setup_teardown(name, open_alone, duck_close),               \
      cmocka_unit_test_setup_teardown(name, open_four, duck_close)
  const struct CMUnitTest tests[] = {
      TEST(test_map),
      TEST(test_map_that_nobody_reads),
      TEST(test_no_columns),
      TEST(test_filter),
      TEST(test_filters_stay_in_order),
      TEST(test_flat_map),
      TEST(test_order),
      TEST(test_partitions),
      TEST(test_partitions_and_limit),
      TEST(test_partitions_stop),
      TEST(test_generate),
      TEST(test_generate_stops),
      TEST(test_generate_fails),
      TEST(test_aggregate),
      TEST(test_states_of_any_size),
      TEST(test_reduce),
      TEST(test_failures),
      TEST(test_functions_are_used_again),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
