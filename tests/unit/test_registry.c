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

static struct wd_type
named(const char *name, enum wd_type_id storage)
{
  struct wd_type type = wd_type_of(storage);

  type.extension = name;
  return type;
}

/* A type once for each program, and stored alike by all of them. */
static enum wd_status
add_types(void *env)
{
  const struct wd_closure closure = {.function = 1};
  struct wd_registry *registry = wd_registry_new(NULL);
  struct wd_type money = named("money", WD_TYPE_I64);
  struct wd_type other = named("Money", WD_TYPE_F64);
  struct wd_type taken = named("bigint", WD_TYPE_I64);
  struct wd_error error = {.status = WD_OK};
  int first = 1, second = 2;
  enum wd_status status;

  (void)env;
  if (!registry)
    return WD_NO_MEMORY;
  status = wd_registry_add_type(registry, &money, &closure, &first, &error);
  if (status == WD_OK) {
    assert_true(wd_registry_type(registry, "MONEY")->has_operations);
    assert_null(wd_registry_type(registry, "mone"));
    status = wd_registry_add_type(registry, &money, NULL, &second, &error);
  }
  if (status == WD_OK) {
    assert_false(wd_registry_type(registry, "money")->has_operations);
    status = wd_registry_add_type(registry, &money, NULL, &second, &error);
    assert_int_equal(status, WD_INVALID_ARGUMENT);
    wd_error_clear(&error);
    status = wd_registry_add_type(registry, &other, NULL, &first, &error);
    assert_int_equal(status, WD_TYPE_MISMATCH);
    assert_non_null(strstr(error.message, "stored as fp64 here"));
    wd_error_clear(&error);
    status = wd_registry_add_type(registry, &taken, NULL, &first, &error);
    assert_int_equal(status, WD_INVALID_ARGUMENT);
    status = WD_OK;
  }
  wd_registry_free(registry);
  return status;
}

static void
test_types(void **state)
{
  (void)state;
  assert_int_equal(add_types(NULL), WD_OK);
}

/* Operators, and names of the language, for arguments of a named type only. */
static void
test_overloads(void **state)
{
  struct wd_column pair[2] = {{.name = "a", .type = named("m", WD_TYPE_I64)},
                              {.name = "b", .type = wd_type_of(WD_TYPE_I64)}};
  struct wd_named function = {.typed = true, .arguments = {2, pair}};
  struct wd_registry *registry = wd_registry_new(NULL);
  struct wd_error error = {.status = WD_OK};

  (void)state;
  assert_int_equal(wd_registry_add(registry, "+", 1, &function, NULL), WD_OK);
  assert_int_equal(wd_registry_add(registry, "abs", 3, &function, NULL), WD_OK);
  assert_int_equal(wd_registry_add(registry, "+", 1, &function, &error),
                   WD_INVALID_ARGUMENT);
  pair[1].type = named("m", WD_TYPE_I64);
  assert_int_equal(wd_registry_add(registry, "+", 1, &function, NULL), WD_OK);
  assert_non_null(wd_registry_overloads(registry, "+", 1)->overload);
  assert_non_null(wd_registry_overloads(registry, "ABS", 3));
  assert_null(wd_registry_find(registry, "abs", 3));
  pair[0].type = pair[1].type = wd_type_of(WD_TYPE_I64);
  assert_int_equal(wd_registry_add(registry, "+", 1, &function, NULL),
                   WD_INVALID_ARGUMENT);
  assert_int_equal(wd_registry_add(registry, "abs", 3, &function, NULL),
                   WD_INVALID_ARGUMENT);
  wd_registry_free(registry);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_found),     cmocka_unit_test(test_refused),
      cmocka_unit_test(test_many),      cmocka_unit_test(test_types),
      cmocka_unit_test(test_overloads),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
