/* The lock of the database, and syntax trees of queries. */
#include "duck_help.h"
#include "engine/duckdb/sql.h"
#include "engine/duckdb/sql_functions.h"

static bool
runs(struct duck *duck, const char *format, const char *path)
{
  struct wd_duck_engine *engine = (struct wd_duck_engine *)duck->engine;
  char sql[1024];

  snprintf(sql, sizeof sql, format, path);
  return wd_duck_execute(engine->connection, sql, NULL) == WD_OK;
}

static void
grant(struct duck *duck, const char *name, const char *path)
{
  char text[1200];

  snprintf(text, sizeof text, "%s=%s", name, path);
  assert_int_equal(wd_grants_add_table(&duck->grants, text, &duck->error),
                   WD_OK);
}

/* Whatever a text would come to say: DuckDB itself opens nothing but what was
 * granted, and cannot be talked out of it. */
static void
test_lock(void **state)
{
  static const char *const tries[] = {
      "SELECT * FROM read_text('%s')",
      "SELECT * FROM read_csv('%s')",
      "SELECT * FROM glob('%s')",
      "SELECT * FROM '%s'",
      "COPY (SELECT 1) TO '%s.copy'",
      "ATTACH '%s.db' AS d",
      "EXPORT DATABASE '%s.out'",
      "LOAD '%s'",
      "INSTALL '%s'",
      "SET enable_external_access=true",
      "SET allowed_directories=['/']",
      "SET allowed_paths=['%s']",
      "RESET enable_external_access",
  };
  struct duck *duck = *state;
  char open[600], closed[600];

  snprintf(open, sizeof open, "%s", folder_join(duck->folder, "open.csv"));
  snprintf(closed, sizeof closed, "%s",
           folder_join(duck->folder, "closed.csv"));
  file_write(open, "a\n1\n");
  file_write(closed, "a\n1\n");
  grant(duck, "t", open);
  assert_true(runs(duck, "SELECT * FROM read_csv('%s')", closed));
  assert_int_equal(
      wd_duck_lock_down((struct wd_duck_engine *)duck->engine, &duck->error),
      WD_OK);
  assert_true(runs(duck, "SELECT * FROM read_csv('%s')", open));
  for (size_t i = 0; i < sizeof tries / sizeof *tries; i++)
    assert_false(runs(duck, tries[i], closed));
  /* What the engine itself sets stays possible. */
  assert_true(runs(duck, "SET preserve_insertion_order=true%s", ""));
}

static struct wd_sql_value *
tree(const char *json, struct wd_arena *arena)
{
  struct wd_error error = {0};
  struct wd_sql_value *root;

  return wd_sql_tree_read(json, arena, &root, &error) == WD_OK ? root : NULL;
}

static void
test_tree(void **state)
{
  static const char *const bad[] = {
      "",
      "{",
      "[1,",
      "{\"a\"}",
      "{\"a\":}",
      "\"abc",
      "[1 2]",
      "{a:1}",
      "[1,]",
      "\"\\x\"",
      "\"\\ud800\"",
      "\"\\u12\"",
      "\"\\ud800\\u0041\"",
  };
  struct wd_arena arena;
  struct wd_sql_value *root;
  char deep[20001];

  (void)state;
  wd_arena_init(&arena, NULL, 0);
  root = tree(" {\"a\": [1, null, {\"b\": \"\\u00e9\\n\\ud83d\\ude00\\\"\"}] ,"
              "\"c\":-2.5e3}",
              &arena);
  assert_non_null(root);
  assert_string_equal(
      wd_sql_string(wd_sql_member(root, "a")->first->next->next, "b"),
      "\xc3\xa9\n\xf0\x9f\x98\x80\"");
  assert_int_equal(wd_sql_member(root, "c")->length, 6);
  assert_null(wd_sql_member(root, "b"));
  assert_string_equal(wd_sql_string(root, "c"), "");
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    assert_null(tree(bad[i], &arena));
  memset(deep, '[', 20000);
  deep[20000] = '\0';
  assert_null(tree(deep, &arena));
  wd_arena_fini(&arena);
}

static void
test_functions(void **state)
{
  static const char *const yes[] = {
      "sum", "SUM", "+", "list_transform", "~~", "count_star", "regexp_replace",
      "xor"};
  static const char *const no[] = {
      "",
      "current_setting",
      "nextval",
      "setseed",
      "read_text",
      "getvariable",
      "a_name_that_is_far_too_long_to_be_one_of_the_functions_of_anything"};

  (void)state;
  for (size_t i = 0; i < sizeof yes / sizeof *yes; i++)
    assert_true(wd_sql_function_known(yes[i]));
  for (size_t i = 0; i < sizeof no / sizeof *no; i++)
    assert_false(wd_sql_function_known(no[i]));
  assert_true(wd_sql_table_function_known("range"));
  assert_false(wd_sql_table_function_known("read_text"));
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(test_lock, duck_open, duck_close),
      cmocka_unit_test(test_tree),
      cmocka_unit_test(test_functions),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
