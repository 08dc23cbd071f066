/* Lines of text must be the same however files are cut into ranges. */
#include "duck_help.h"

static void
write_bytes(struct duck *duck, const char *name, const char *bytes,
            size_t length)
{
  FILE *file = fopen(folder_join(duck->folder, name), "w");

  assert_non_null(file);
  assert_int_equal(fwrite(bytes, 1, length, file), length);
  assert_int_equal(fclose(file), 0);
}

static void
set_range(struct duck *duck, uint64_t range)
{
  ((struct wd_duck_engine *)duck->engine)->text_range = range;
}

/* Lines in brackets, sorted: there is no order without a sort. */
static void
expect_lines(struct duck *duck, const char *table, const char *text)
{
  static const uint64_t ranges[] = {1, 2, 3, 5, 7, 16, 1000, 1 << 20};

  for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
    set_range(duck, ranges[i]);
    duck_expect(
        duck,
        rel_select(rel_sort(rel_read(table), "+line"), "'[' || line || ']'"),
        text);
  }
}

static void
test_ends_of_lines(void **state)
{
  struct duck *duck = *state;
  static const char text[] = "unix\ndos\r\n\n\r\na longer line than twelve "
                             "bytes\r\nin\rside\nz last without end";

  write_bytes(duck, "a.txt", text, sizeof text - 1);
  duck_grant(duck, "t", "a.txt", "");
  expect_lines(duck, "t",
               "[]\n[]\n[a longer line than twelve bytes]\n[dos]\n"
               "[in\rside]\n[unix]\n[z last without end]\n");
}

static void
test_small_files(void **state)
{
  struct duck *duck = *state;

  write_bytes(duck, "empty.txt", "", 0);
  write_bytes(duck, "newline.txt", "\n", 1);
  write_bytes(duck, "one.txt", "x", 1);
  write_bytes(duck, "mark.txt", "\xef\xbb\xbf", 3);
  write_bytes(duck, "marked.txt", "\xef\xbb\xbfy\n", 5);
  write_bytes(duck, "return.txt", "\r", 1);
  duck_grant(duck, "empty", "empty.txt", "");
  duck_grant(duck, "newline", "newline.txt", "");
  duck_grant(duck, "one", "one.txt", "");
  duck_grant(duck, "all", "*.txt", "format=text");
  expect_lines(duck, "empty", "");
  expect_lines(duck, "newline", "[]\n");
  expect_lines(duck, "one", "[x]\n");
}

static void
test_several_files(void **state)
{
  struct duck *duck = *state;

  write_bytes(duck, "a.txt", "a1\na2", 5);
  write_bytes(duck, "b.txt", "", 0);
  write_bytes(duck, "c.txt", "c1\nc2\n", 6);
  write_bytes(duck, "d.txt",
              "\xef\xbb\xbf"
              "d1\n",
              6);
  duck_grant(duck, "t", "*.txt", "format=text");
  expect_lines(duck, "t", "[a1]\n[a2]\n[c1]\n[c2]\n[d1]\n");
}

static void
test_nul_bytes(void **state)
{
  struct duck *duck = *state;

  write_bytes(duck, "a.txt", "a\0b\n\0\0\n", 7);
  duck_grant(duck, "t", "a.txt", "");
  duck_expect(
      duck, rel_sort(rel_select(rel_read("t"), "char_length(line) as n"), "+n"),
      "2\n3\n");
}

static void
test_bad_utf8(void **state)
{
  struct duck *duck = *state;

  write_bytes(duck, "a.txt", "good\nstill \xc3\xa4\nbad \xff here\n", 26);
  duck_grant(duck, "t", "a.txt", "");
  for (uint64_t range = 1; range < 40; range += 3) {
    set_range(duck, range);
    duck_expect_failure(duck, rel_read("t"), WD_INVALID_ARGUMENT,
                        "a.txt' is not UTF-8: line 3 has the byte 0xff");
  }
}

static void
test_compressed(void **state)
{
  struct duck *duck = *state;

  write_bytes(duck, "a.txt", "\x1f\x8b\x08\x00 whatever", 12);
  duck_grant(duck, "t", "a.txt", "");
  duck_expect_failure(duck, rel_read("t"), WD_UNSUPPORTED,
                      "compressed by gzip");
}

static void
test_long_lines(void **state)
{
  struct duck *duck = *state;
  size_t length = 3 << 20;
  char *text = malloc(length + 3);

  memset(text, 'x', length);
  memcpy(text + length, "\ny\n", 3);
  write_bytes(duck, "a.txt", text, length + 3);
  free(text);
  duck_grant(duck, "t", "a.txt", "");
  set_range(duck, 4096);
  duck_expect(
      duck, rel_sort(rel_select(rel_read("t"), "char_length(line) as n"), "+n"),
      "1\n3145728\n");
  duck_expect(duck, rel_aggregate(rel_read("t"), "", "count(*) as n"), "2\n");
}

/* With one thread nothing is read before somebody asks for rows. */
static int
open_alone(void **state)
{
  return duck_open_threads(state, 1);
}

/* The file is cut short after the query has looked at its size. */
static void
test_shrinking(void **state)
{
  struct duck *duck = *state;
  struct wd_plan plan = {0};
  struct wd_request request = {.plan = &plan, .pool = duck->pool};
  struct wd_query *query = NULL;
  char *text = malloc(1 << 20);

  memset(text, '\n', 1 << 20);
  write_bytes(duck, "a.txt", text, 1 << 20);
  free(text);
  duck_grant(duck, "t", "a.txt", "");
  assert_int_equal(duck_plan(duck,
                             rel_aggregate(rel_read("t"), "", "max(line) as m"),
                             &plan),
                   WD_OK);
  assert_int_equal(
      wd_engine_duckdb.start(duck->engine, &request, &query, &duck->error),
      WD_OK);
  assert_int_equal(truncate(folder_join(duck->folder, "a.txt"), 1000), 0);
  assert_int_equal(
      duck_fetch(query, &plan.root->schema, UINT64_MAX, NULL, &duck->error),
      WD_IO);
  assert_non_null(strstr(duck->error.message, "became shorter"));
  wd_engine_duckdb.free(query);
  wd_plan_fini(&plan);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, duck_open, duck_close)
  const struct CMUnitTest tests[] = {
      TEST(test_ends_of_lines),
      TEST(test_small_files),
      TEST(test_several_files),
      TEST(test_nul_bytes),
      TEST(test_bad_utf8),
      TEST(test_compressed),
      TEST(test_long_lines),
      cmocka_unit_test_setup_teardown(test_shrinking, open_alone, duck_close),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
