/* Handles: what is live is found, what is stale, forged or of another kind is
 * not, and a number never comes back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "guest/handles.h"
#include "oom.h"

static int objects[3];

static void
found(void **state)
{
  struct wd_handles handles;
  enum wd_abi_resource resource;
  uint32_t set, job;

  (void)state;
  wd_handles_init(&handles, NULL);
  assert_int_equal(wd_handles_add(&handles, WD_ABI_RESOURCE_DATASET,
                                  &objects[0], &set, NULL),
                   WD_OK);
  assert_int_equal(
      wd_handles_add(&handles, WD_ABI_RESOURCE_JOB, &objects[1], &job, NULL),
      WD_OK);
  assert_int_not_equal(set, 0);
  assert_ptr_equal(wd_handles_get(&handles, WD_ABI_RESOURCE_DATASET, set),
                   &objects[0]);
  assert_null(wd_handles_get(&handles, WD_ABI_RESOURCE_JOB, set));
  assert_null(wd_handles_get(&handles, WD_ABI_RESOURCE_GROUPED, job));
  assert_null(wd_handles_remove(&handles, WD_ABI_RESOURCE_DATASET, job));
  for (uint64_t forged = 0; forged <= UINT32_MAX; forged += 65521)
    if (forged != set && forged != job)
      assert_null(
          wd_handles_get(&handles, WD_ABI_RESOURCE_DATASET, (uint32_t)forged));
  assert_null(wd_handles_get(&handles, WD_ABI_RESOURCE_DATASET, UINT32_MAX));
  assert_ptr_equal(wd_handles_remove(&handles, WD_ABI_RESOURCE_DATASET, set),
                   &objects[0]);
  assert_null(wd_handles_get(&handles, WD_ABI_RESOURCE_DATASET, set));
  assert_null(wd_handles_remove(&handles, WD_ABI_RESOURCE_DATASET, set));
  assert_ptr_equal(wd_handles_pop(&handles, &resource), &objects[1]);
  assert_int_equal(resource, WD_ABI_RESOURCE_JOB);
  assert_null(wd_handles_pop(&handles, &resource));
  wd_handles_fini(&handles);
}

static int
by_value(const void *a, const void *b)
{
  uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;

  return (left > right) - (left < right);
}

/* A program that makes and drops in a loop: no number twice, so a stale handle
 * is never somebody else's, and the table stays small. */
static void
never_again(void **state)
{
  enum { ROUNDS = 20000 };
  struct wd_handles handles;
  uint32_t *seen = test_calloc(ROUNDS, sizeof *seen);

  (void)state;
  wd_handles_init(&handles, NULL);
  for (int i = 0; i < ROUNDS; i++) {
    assert_int_equal(wd_handles_add(&handles, WD_ABI_RESOURCE_DATASET, objects,
                                    &seen[i], NULL),
                     WD_OK);
    assert_ptr_equal(
        wd_handles_remove(&handles, WD_ABI_RESOURCE_DATASET, seen[i]), objects);
  }
  assert_true(handles.count <= ROUNDS / 256 + 1);
  qsort(seen, ROUNDS, sizeof *seen, by_value);
  for (int i = 1; i < ROUNDS; i++)
    assert_int_not_equal(seen[i - 1], seen[i]);
  wd_handles_fini(&handles);
  test_free(seen);
}

static void
many(void **state)
{
  enum { COUNT = 1000 };
  struct wd_handles handles;
  enum wd_abi_resource resource;
  uint32_t set[COUNT];
  int left = 0;

  (void)state;
  wd_handles_init(&handles, NULL);
  for (int i = 0; i < COUNT; i++)
    assert_int_equal(wd_handles_add(&handles, WD_ABI_RESOURCE_GROUPED,
                                    &objects[i % 3], &set[i], NULL),
                     WD_OK);
  for (int i = 0; i < COUNT; i += 2)
    assert_non_null(
        wd_handles_remove(&handles, WD_ABI_RESOURCE_GROUPED, set[i]));
  for (int i = 0; i < COUNT; i++)
    assert_ptr_equal(wd_handles_get(&handles, WD_ABI_RESOURCE_GROUPED, set[i]),
                     i % 2 ? &objects[i % 3] : NULL);
  while (wd_handles_pop(&handles, &resource))
    left++;
  assert_int_equal(left, COUNT / 2);
  wd_handles_fini(&handles);
}

static enum wd_status
add_some(void *env)
{
  struct wd_handles handles;
  struct wd_error error = {0};
  enum wd_status status = WD_OK;
  uint32_t handle;

  (void)env;
  wd_handles_init(&handles, NULL);
  for (int i = 0; i < 100 && status == WD_OK; i++)
    status =
        wd_handles_add(&handles, WD_ABI_RESOURCE_JOB, objects, &handle, &error);
  wd_handles_fini(&handles);
  return status;
}

static void
no_memory(void **state)
{
  (void)state;
  wd_oom_each(add_some, NULL);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(found),
      cmocka_unit_test(never_again),
      cmocka_unit_test(many),
      cmocka_unit_test(no_memory),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
