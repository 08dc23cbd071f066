/* Relations: sharing and letting go. */
#include "plan/relation.h"

#include "oom.h"
#include "plan_help.h"

/* A program that adds an operation in a loop must not overflow the host's
 * stack when it ends. */
static void
test_long_chain(void **state)
{
  uint64_t before = wd_mem_used(NULL);
  struct wd_relation *relation =
      wd_relation_new(NULL, WD_REL_RANGE, NULL, NULL);

  (void)state;
  for (int i = 0; i < 200000; i++) {
    struct wd_relation *next =
        wd_relation_new(NULL, WD_REL_LIMIT, relation, NULL);

    assert_non_null(next);
    wd_relation_unref(relation);
    relation = next;
  }
  wd_relation_unref(relation);
  assert_int_equal(wd_mem_used(NULL), before);
}

static void
test_shared(void **state)
{
  uint64_t before = wd_mem_used(NULL);
  struct wd_relation *input = wd_relation_new(NULL, WD_REL_RANGE, NULL, NULL);

  (void)state;
  for (int i = 0; i < 40; i++) {
    struct wd_relation *next = wd_relation_new(NULL, WD_REL_JOIN, input, input);

    wd_relation_unref(input);
    input = next;
  }
  assert_ptr_equal(wd_relation_ref(input), input);
  wd_relation_unref(input);
  wd_relation_unref(input);
  assert_int_equal(wd_mem_used(NULL), before);
}

/* The batches of a created data set end with it. */
static void
test_values(void **state)
{
  uint64_t before = wd_mem_used(NULL);
  struct wd_relation *relation =
      wd_relation_new(NULL, WD_REL_VALUES, NULL, NULL);
  struct wd_node node = {.length = 2};
  uint64_t sizes[2] = {0, 16};
  struct wd_shape shape = {.rows = 2,
                           .node_count = 1,
                           .buffer_count = 2,
                           .nodes = &node,
                           .sizes = sizes};
  uint8_t **places;

  (void)state;
  relation->values.batches =
      wd_arena_array(&relation->arena, 1, sizeof(struct wd_rows));
  assert_non_null(relation->values.batches);
  assert_int_equal(
      wd_rows_new(NULL, &shape, relation->values.batches, &places, NULL),
      WD_OK);
  memset(places[1], 0, 16);
  relation->values.batch_count = 1;
  wd_relation_unref(relation);
  assert_int_equal(wd_mem_used(NULL), before);
}

static enum wd_status
make_once(void *env)
{
  struct wd_relation *input = wd_relation_new(NULL, WD_REL_RANGE, NULL, NULL);
  struct wd_relation *relation;

  (void)env;
  if (!input)
    return WD_NO_MEMORY;
  relation = wd_relation_new(NULL, WD_REL_LIMIT, input, NULL);
  wd_relation_unref(input);
  if (!relation)
    return WD_NO_MEMORY;
  wd_relation_unref(relation);
  return WD_OK;
}

static void
test_out_of_memory(void **state)
{
  (void)state;
  wd_oom_each(make_once, NULL);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_long_chain),
      cmocka_unit_test(test_shared),
      cmocka_unit_test(test_values),
      cmocka_unit_test(test_out_of_memory),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
