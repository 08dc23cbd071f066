/* Columns of folders' names: a wrong one would be rows under another value. */
#include "oom.h"

#include "io/folders.h"

static struct wd_arena arena;
static struct wd_folder_column *columns;
static uint32_t count;

static void
find(const char *const *files, uint32_t file_count)
{
  struct wd_error error = {0};

  wd_arena_fini(&arena);
  wd_arena_init(&arena, NULL, 1 << 20);
  assert_int_equal(
      wd_folder_columns(files, file_count, &arena, &columns, &count, &error),
      WD_OK);
}

static void
assert_value(uint32_t column, uint32_t file, const char *expected)
{
  const char *value = columns[column].values[file];

  if (expected)
    assert_string_equal(value, expected);
  else
    assert_null(value);
}

static void
test_names_and_values(void **state)
{
  static const char *const files[] = {
      "/data/y=2000/c%20d=a%2Fb/1.arrow",
      "/data/y=-7/c%20d=__HIVE_DEFAULT_PARTITION__/2.arrow",
      "/data/y=__HIVE_DEFAULT_PARTITION__/c%20d=/x=3"};

  (void)state;
  find(files, 3);
  assert_int_equal(count, 2);
  assert_string_equal(columns[0].name, "y");
  assert_string_equal(columns[1].name, "c d");
  assert_int_equal(columns[0].type.id, WD_TYPE_I64);
  assert_int_equal(columns[1].type.id, WD_TYPE_STRING);
  assert_value(0, 0, "2000");
  assert_value(0, 1, "-7");
  assert_value(0, 2, NULL);
  assert_value(1, 0, "a/b");
  assert_value(1, 1, NULL);
  assert_value(1, 2, "");
}

static void
test_types(void **state)
{
  static const struct {
    const char *files[2];
    enum wd_type_id type;
  } cases[] = {
      {{"k=1/a", "k=9223372036854775807/a"}, WD_TYPE_I64},
      {{"k=1/a", "k=9223372036854775808/a"}, WD_TYPE_STRING},
      {{"k=1/a", "k=1.5/a"}, WD_TYPE_STRING},
      {{"k=1/a", "k=+1/a"}, WD_TYPE_STRING},
      {{"k=1/a", "k= 1/a"}, WD_TYPE_STRING},
      {{"k=2000-02-29/a", "k=__HIVE_DEFAULT_PARTITION__/a"}, WD_TYPE_DATE},
      {{"k=2000-02-29/a", "k=2001-02-29/a"}, WD_TYPE_STRING},
      {{"k=2000-02-29 12:00:00/a", "k=2000-02-29/a"}, WD_TYPE_TIMESTAMP},
      {{"k=__HIVE_DEFAULT_PARTITION__/a", "k=__HIVE_DEFAULT_PARTITION__/b"},
       WD_TYPE_STRING},
  };

  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    find(cases[i].files, 2);
    assert_int_equal(count, 1);
    if (columns[0].type.id != cases[i].type)
      fail_msg("%s: type %d", cases[i].files[1], (int)columns[0].type.id);
  }
}

/* Some folders without names, other names, another order: no columns. */
static void
test_none(void **state)
{
  static const char *const cases[][2] = {
      {"/a/b/c.arrow", "/a/b/d.arrow"}, {"k=1/a", "a"},   {"k=1/a", "l=1/a"},
      {"k=1/l=1/a", "l=1/k=1/a"},       {"=1/a", "=2/a"}, {"k=1", "k=2"},
  };

  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    find(cases[i], 2);
    assert_int_equal(count, 0);
  }
  find(NULL, 0);
  assert_int_equal(count, 0);
}

/* What is no encoding means itself. */
static void
test_bad_encoding(void **state)
{
  static const char *const files[] = {"k=50%/a", "k=%zz/a", "k=%00/a"};

  (void)state;
  find(files, 3);
  assert_value(0, 0, "50%");
  assert_value(0, 1, "%zz");
  assert_value(0, 2, "%00");
}

static enum wd_status
make(void *unused)
{
  static const char *const files[] = {"k=a%20b/l=1/a", "k=c/l=2/a"};
  struct wd_arena own;
  struct wd_error error = {0};
  enum wd_status status;

  (void)unused;
  wd_arena_init(&own, NULL, 1 << 20);
  status = wd_folder_columns(files, 2, &own, &columns, &count, &error);
  wd_arena_fini(&own);
  return status;
}

static void
test_out_of_memory(void **state)
{
  (void)state;
  wd_oom_each(make, NULL);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_names_and_values),
      cmocka_unit_test(test_types),
      cmocka_unit_test(test_none),
      cmocka_unit_test(test_bad_encoding),
      cmocka_unit_test(test_out_of_memory),
  };
  int failed;

  wd_arena_init(&arena, NULL, 1 << 20);
  failed = cmocka_run_group_tests(tests, NULL, NULL);
  wd_arena_fini(&arena);
  return failed;
}
