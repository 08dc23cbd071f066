/* Functions by name: which names, how they are found, and that nothing is
 * lost when memory is short. */
#include "plan/registry.h"

#include <stdio.h>

#include "oom.h"
#include "plan_help.h"

static enum wd_status
add(struct wd_registry *registry, const char *name, struct wd_error *error)
{
  const struct wd_named function = {.closure = {.function = 7}};

  return wd_registry_add(registry, name, strlen(name), &function, error);
}

static void
test_found(void **state)
{
  struct wd_registry *registry = wd_registry_new(NULL);
  const struct wd_named *found;

  (void)state;
  assert_null(wd_registry_find(registry, "f", 1));
  assert_int_equal(add(registry, "Glue", NULL), WD_OK);
  assert_int_equal(add(registry, "größe", NULL), WD_OK);
  found = wd_registry_find(registry, "gLUE", 4);
  assert_non_null(found);
  assert_string_equal(found->name, "glue");
  assert_int_equal(found->closure.function, 7);
  assert_null(wd_registry_find(registry, "glue2", 5));
  assert_null(wd_registry_find(registry, "glu", 3));
  wd_registry_free(registry);
  wd_registry_free(NULL);
}

static void
test_refused(void **state)
{
  static const char *const names[] = {"",     "a b",  "1a",  "Upper", "SUM",
                                      "rank", "then", "iff", "cast",  "log"};
  struct wd_registry *registry = wd_registry_new(NULL);
  struct wd_error error = {.status = WD_OK};

  (void)state;
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    assert_int_equal(add(registry, names[i], &error), WD_INVALID_ARGUMENT);
    assert_non_null(strstr(error.message, names[i]));
    wd_error_clear(&error);
  }
  assert_int_equal(add(registry, "f", NULL), WD_OK);
  assert_int_equal(add(registry, "F", &error), WD_INVALID_ARGUMENT);
  assert_non_null(strstr(error.message, "is registered already"));
  wd_registry_free(registry);
}

static enum wd_status
add_many(void *env)
{
  struct wd_registry *registry = wd_registry_new(NULL);
  enum wd_status status = registry ? WD_OK : WD_NO_MEMORY;
  char name[32];
  uint32_t count = *(uint32_t *)env;

  for (uint32_t i = 0; i < count && status == WD_OK; i++) {
    snprintf(name, sizeof name, "f%u", i);
    status = add(registry, name, NULL);
  }
  for (uint32_t i = 0; i < count && status == WD_OK; i++) {
    snprintf(name, sizeof name, "F%u", i);
    assert_non_null(wd_registry_find(registry, name, strlen(name)));
  }
  wd_registry_free(registry);
  return status;
}

static void
test_many(void **state)
{
  uint32_t many = 10000, few = 200;

  (void)state;
  assert_int_equal(add_many(&many), WD_OK);
  wd_oom_each(add_many, &few);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_found),
      cmocka_unit_test(test_refused),
      cmocka_unit_test(test_many),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
