/* Finding imports and exports by the names that modules use. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "abi/function.h"

static void
finds(const char *module, const char *name, const char *label)
{
  const struct wd_abi_function *function = NULL;
  struct wd_error error = {0};

  assert_int_equal(wd_abi_find_import(module, name, &function, &error), WD_OK);
  assert_string_equal(function->label, label);
}

static void
refuses(const char *module, const char *name, const char *reason)
{
  const struct wd_abi_function *function = NULL;
  struct wd_error error = {0};

  assert_int_equal(wd_abi_find_import(module, name, &function, &error),
                   WD_BAD_MODULE);
  if (!strstr(error.message, reason))
    fail_msg("'%s' does not say '%s'", error.message, reason);
}

static void
test_imports(void **state)
{
  (void)state;
  finds("wasi:data/datasets@0.1.0", "read", "datasets.read");
  finds("wasi:data/datasets@0.1.7", "[method]dataset.join",
        "datasets.dataset.join");
  finds("wasi:data/datasets@0.1.12+build.4", "read", "datasets.read");
  finds("wasi:data/jobs@0.1.0", "[resource-drop]job", "jobs.job (drop)");
  finds("wasi:data/context@0.1.0", "job-id", "context.job-id");
}

static void
test_unknown_imports(void **state)
{
  (void)state;
  refuses("wasi:data/datasets@0.2.0", "read", "version 0.1.0");
  refuses("wasi:data/datasets@0.1.0-rc.1", "read", "version 0.1.0");
  refuses("wasi:data/datasets@0.1.", "read", "version 0.1.0");
  refuses("wasi:data/datasets@0.1.x", "read", "version 0.1.0");
  refuses("wasi:data/datasets", "read", "version 0.1.0");
  refuses("wasi:data/datasets@0.1.0", "raed", "'raed'");
  refuses("wasi:data/dataset@0.1.0", "read", "no interface");
  refuses("wasi:data/lambdas@0.1.0", "map", "no interface");
  refuses("cm32p2|wasi:data/datasets@0.1", "read", "cm32p2|");
  refuses("env", "read", "not of wasi:data");
}

static void
test_ours(void **state)
{
  (void)state;
  assert_true(wd_abi_is_ours("wasi:data/datasets@0.1.0"));
  assert_true(wd_abi_is_ours("wasi:data/x"));
  assert_true(wd_abi_is_ours("cm32p2|wasi:data/datasets@0.1"));
  assert_false(wd_abi_is_ours("cm32p2|wasi:cli/run"));
  assert_false(wd_abi_is_ours("wasi_snapshot_preview1"));
  assert_false(wd_abi_is_ours("wasi:database/x@0.1.0"));
}

static void
test_exports(void **state)
{
  const struct wd_abi_function *map =
      &wd_abi_exports[WD_ABI_EXPORT_LAMBDAS_MAP];

  (void)state;
  assert_ptr_equal(wd_abi_find_export("wasi:data/lambdas@0.1.0#map"), map);
  assert_ptr_equal(wd_abi_find_export("wasi:data/lambdas@0.1.9#map"), map);
  assert_string_equal(map->post_name, "cabi_post_wasi:data/lambdas@0.1.0#map");
  assert_string_equal(map->world, "program");
  assert_string_equal(wd_abi_exports[WD_ABI_EXPORT_TABLES_BIND_TABLE].world,
                      "program-tables");
  assert_null(wd_abi_find_export("wasi:data/lambdas@0.2.0#map"));
  assert_null(wd_abi_find_export("wasi:data/lambdas@0.1.0"));
  assert_null(wd_abi_find_export("memory"));
}

static void
test_odd_exports(void **state)
{
  (void)state;
  assert_true(wd_abi_is_odd_export("wasi:data/lambdas@0.1.0#nope"));
  assert_true(wd_abi_is_odd_export("wasi:data/lambda@0.1.0#map"));
  assert_true(wd_abi_is_odd_export("cabi_post_wasi:data/lambdas@0.1.0#nope"));
  assert_true(wd_abi_is_odd_export("cm32p2|wasi:data/lambdas@0.1|map"));
  assert_false(wd_abi_is_odd_export("cabi_post_wasi:data/lambdas@0.1.0#map"));
  assert_false(wd_abi_is_odd_export("wasi:data/lambdas@0.1.3#map"));
  assert_false(wd_abi_is_odd_export("cabi_realloc"));
  assert_false(wd_abi_is_odd_export("cm32p2_memory"));
}

/* What the generator promises about every row. */
static void
test_tables(void **state)
{
  (void)state;
  for (size_t i = 0; i < WD_ABI_IMPORT_COUNT; i++) {
    const struct wd_abi_function *row = &wd_abi_imports[i];

    finds(row->module, row->name, row->label);
    assert_non_null(row->call);
    assert_true(strlen(row->parameters) <= 17);
    assert_true(!row->fallible || row->area_size);
  }
  for (size_t i = 0; i < WD_ABI_EXPORT_COUNT; i++) {
    const struct wd_abi_function *row = &wd_abi_exports[i];

    assert_ptr_equal(wd_abi_find_export(row->core_name), row);
    assert_null(row->call);
    assert_true(strlen(row->parameters) <= 16);
    assert_int_equal(row->area_size != 0, row->post_name != NULL);
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_imports),
      cmocka_unit_test(test_unknown_imports),
      cmocka_unit_test(test_ours),
      cmocka_unit_test(test_exports),
      cmocka_unit_test(test_odd_exports),
      cmocka_unit_test(test_tables),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
