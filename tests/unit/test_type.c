#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "arrow/type.h"
#include "oom.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

static const char everything[] =
    "a boolean, b i8, c i16, d i32, e i64, f u8, g u16, h u32, i u64, j fp32, "
    "k fp64, l decimal<10,2>, m date, n timestamp<6>, "
    "o timestamp_tz<9,Europe/Paris>, p string not null, q binary, r null, "
    "\"select \"\"x\"\"\" time<3>, t interval, u duration<0>, "
    "v fixedbinary<16>, w list<string not null>, x fixedlist<i32, 3>, "
    "y struct<a i64, b struct<c string not null> not null>, "
    "z map<string, list<i64>>, aa enum<\"x\", \"y\"\"\">, "
    "bb union<a i64, \"\" string>, cc struct<>";

static enum wd_status
parse_type(const char *text, struct wd_arena *arena, struct wd_type *out_type,
           struct wd_error *error)
{
  return wd_type_parse(text, strlen(text), arena, out_type, error);
}

static void
test_names(void **state)
{
  static const char *const pairs[][2] = {
      {"bigint", "i64"},
      {" BIGINT ", "i64"},
      {"int", "i32"},
      {"Double", "fp64"},
      {"f64", "fp64"},
      {"float", "fp32"},
      {"bool", "boolean"},
      {"varchar", "string"},
      {"blob", "binary"},
      {"decimal(10,2)", "decimal<10,2>"},
      {"decimal < 38 >", "decimal<38,0>"},
      {"timestamp", "timestamp<6>"},
      {"timestamp(3)", "timestamp<3>"},
      {"timestamptz", "timestamp_tz<6,UTC>"},
      {"timestamp_tz<0>", "timestamp_tz<0,UTC>"},
      {"timestamp_tz(9, +02:00)", "timestamp_tz<9,+02:00>"},
      {"list<int>", "list<i32>"},
      {"int[]", "list<i32>"},
      {"varchar[3][]", "list<fixedlist<string, 3>>"},
      {"struct<a: int, b text not null>", "struct<a i32, b string not null>"},
      {"map(varchar, int[])", "map<string, list<i32>>"},
      {"UUID", "uuid"},
  };
  struct wd_arena arena;

  (void)state;
  wd_arena_init(&arena, NULL, 0);
  for (size_t i = 0; i < COUNT(pairs); i++) {
    struct wd_error error = {0};
    struct wd_type type;
    char text[64];

    if (parse_type(pairs[i][0], &arena, &type, &error) != WD_OK)
      fail_msg("%s: %s", pairs[i][0], error.message);
    assert_string_equal(wd_type_text(&type, text, sizeof text), pairs[i][1]);
  }
  wd_arena_fini(&arena);
}

static void
test_bad_names(void **state)
{
  static const char *const wrong[] = {
      "",
      "i63",
      "i64 x",
      "i64,",
      "decimal",
      "decimal(39,0)",
      "decimal(0,0)",
      "decimal(5,6)",
      "decimal(5,-1)",
      "decimal(5,2>",
      "decimal<5,2",
      "decimal(99999999999999999999,2)",
      "i64<3>",
      "timestamp<7>",
      "timestamp<6,UTC>",
      "timestamp_tz<6,>",
      "timestamp_tz<6,a b>",
      "timestamp_tz<6,'x'>",
      "list",
      "list<>",
      "list<i64 not>",
      "list<i64",
      "map<i64>",
      "enum<x>",
      "enum<\"x>",
      "struct<i64>",
      "fixedbinary<4294967295>",
      "\xff",
  };
  struct wd_arena arena;

  (void)state;
  wd_arena_init(&arena, NULL, 0);
  for (size_t i = 0; i < COUNT(wrong); i++) {
    struct wd_error error = {0};
    struct wd_type type;

    if (parse_type(wrong[i], &arena, &type, &error) != WD_INVALID_ARGUMENT)
      fail_msg("'%s' was taken", wrong[i]);
    assert_true(error.message[0]);
  }
  wd_arena_fini(&arena);
}

static void
test_depth(void **state)
{
  enum { LEVELS = 65 };
  char text[LEVELS * 6 + 4] = "";
  struct wd_error error = {0};
  struct wd_arena arena;
  struct wd_type type;

  (void)state;
  for (int i = 0; i < LEVELS; i++)
    strcat(text, "list<");
  strcat(text, "i64");
  for (int i = 0; i < LEVELS; i++)
    strcat(text, ">");
  wd_arena_init(&arena, NULL, 0);
  assert_int_equal(parse_type(text, &arena, &type, &error),
                   WD_INVALID_ARGUMENT);
  assert_non_null(strstr(error.message, "deeper"));
  text[strlen(text) - 1] = '\0';
  assert_int_equal(parse_type(text + 5, &arena, &type, NULL), WD_OK);
  wd_arena_fini(&arena);
}

/* Prints, parses and copies the schema of all types. */
static enum wd_status
round_trip(void *env)
{
  struct wd_arena arena;
  struct wd_schema first, second, copy;
  struct wd_buf buf;
  enum wd_status status;

  (void)env;
  wd_arena_init(&arena, NULL, 0);
  wd_buf_init(&buf, NULL, 100000);
  status =
      wd_schema_parse(everything, sizeof everything - 1, &arena, &first, NULL);
  if (status == WD_OK) {
    wd_schema_print(&first, &buf);
    status = buf.failed ? WD_NO_MEMORY : WD_OK;
  }
  if (status == WD_OK) {
    assert_string_equal(wd_buf_text(&buf), everything);
    status = wd_schema_parse(buf.data, buf.length, &arena, &second, NULL);
  }
  if (status == WD_OK)
    status = wd_schema_copy(&second, &arena, &copy, NULL);
  if (status == WD_OK) {
    assert_true(wd_schema_equal(&first, &second));
    assert_true(wd_schema_equal(&first, &copy));
  }
  wd_buf_fini(&buf);
  wd_arena_fini(&arena);
  return status;
}

static void
test_schema_round_trip(void **state)
{
  (void)state;
  assert_int_equal(round_trip(NULL), WD_OK);
  wd_oom_each(round_trip, NULL);
}

static void
test_schema_bad(void **state)
{
  static const char *const wrong[] = {
      "a",      "a i64,",           "i64",     "a i64 b i64",
      "a i64;", "a i64 not nulls",  "\"a i64", "a i64 not",
      ",",      "a i64 not null x", "a b c",
  };
  struct wd_arena arena;
  struct wd_schema schema;

  (void)state;
  wd_arena_init(&arena, NULL, 0);
  for (size_t i = 0; i < COUNT(wrong); i++) {
    if (wd_schema_parse(wrong[i], strlen(wrong[i]), &arena, &schema, NULL) !=
        WD_INVALID_ARGUMENT)
      fail_msg("'%s' was taken", wrong[i]);
  }
  assert_int_equal(wd_schema_parse(" ", 1, &arena, &schema, NULL), WD_OK);
  assert_int_equal(schema.count, 0);
  assert_int_equal(wd_schema_parse("a i64\0b", 7, &arena, &schema, NULL),
                   WD_INVALID_ARGUMENT);
  wd_arena_fini(&arena);
}

static void
test_equal_sees_each_difference(void **state)
{
  static const char *const different[] = {
      "a i64",
      "b i64",
      "a i64 not null",
      "a i32",
      "a i64, b i64",
      "a decimal(10,2)",
      "a decimal(10,3)",
      "a decimal(11,2)",
      "a timestamp",
      "a timestamp(3)",
      "a timestamp_tz",
      "a timestamp_tz(6,Europe/Paris)",
      "a time(3)",
      "a time(6)",
      "a fixedbinary(3)",
      "a fixedbinary(4)",
      "a list<i64>",
      "a list<i64 not null>",
      "a list<i32>",
      "a fixedlist<i64,2>",
      "a fixedlist<i64,3>",
      "a struct<x i64>",
      "a struct<y i64>",
      "a enum<\"a\",\"b\">",
      "a enum<\"a\",\"c\">",
      "a enum<\"a\">",
  };
  struct wd_arena arena;

  (void)state;
  wd_arena_init(&arena, NULL, 0);
  for (size_t i = 0; i < COUNT(different); i++) {
    for (size_t k = 0; k < COUNT(different); k++) {
      struct wd_schema a, b;

      assert_int_equal(
          wd_schema_parse(different[i], strlen(different[i]), &arena, &a, NULL),
          WD_OK);
      assert_int_equal(
          wd_schema_parse(different[k], strlen(different[k]), &arena, &b, NULL),
          WD_OK);
      if (wd_schema_equal(&a, &b) != (i == k))
        fail_msg("'%s' and '%s'", different[i], different[k]);
    }
  }
  wd_arena_fini(&arena);
}

static void
test_find(void **state)
{
  static const char text[] = "a i64, B i64, b i64, Cc i64, d i64, d i64";
  struct wd_arena arena;
  struct wd_schema schema;

  (void)state;
  wd_arena_init(&arena, NULL, 0);
  assert_int_equal(
      wd_schema_parse(text, sizeof text - 1, &arena, &schema, NULL), WD_OK);
  assert_int_equal(wd_schema_find(&schema, "a", 1), 0);
  assert_int_equal(wd_schema_find(&schema, "A", 1), 0);
  assert_int_equal(wd_schema_find(&schema, "B", 1), 1);
  assert_int_equal(wd_schema_find(&schema, "b", 1), 2);
  assert_int_equal(wd_schema_find(&schema, "ccx", 2), 3);
  assert_int_equal(wd_schema_find(&schema, "d", 1), -2);
  assert_int_equal(wd_schema_find(&schema, "D", 1), -2);
  assert_int_equal(wd_schema_find(&schema, "x", 1), -1);
  assert_int_equal(wd_schema_find(&schema, "", 0), -1);
  schema.count = 3;
  schema.columns++;
  assert_int_equal(wd_schema_find(&schema, "b", 1), 1);
  wd_arena_fini(&arena);
}

static void
test_carried(void **state)
{
  static const char text[] = "ok list<i64>, bad list<duration<3>>";
  struct wd_error error = {0};
  struct wd_arena arena;
  struct wd_schema schema;

  (void)state;
  wd_arena_init(&arena, NULL, 0);
  assert_int_equal(
      wd_schema_parse(text, sizeof text - 1, &arena, &schema, NULL), WD_OK);
  assert_int_equal(wd_schema_check_carried(&schema, &error), WD_UNSUPPORTED);
  assert_non_null(strstr(error.message, "'bad'"));
  assert_non_null(strstr(error.message, "list<duration<3>>"));
  schema.count = 1;
  assert_int_equal(wd_schema_check_carried(&schema, NULL), WD_OK);
  wd_arena_fini(&arena);
}

static void
test_text_is_cut(void **state)
{
  struct wd_type type = wd_type_decimal(10, 2);
  char text[8];

  (void)state;
  assert_string_equal(wd_type_text(&type, text, sizeof text), "decimal");
}

static void
test_layout(void **state)
{
  static const struct {
    const char *text;
    uint32_t width, buffers;
    bool carried;
  } all[] = {
      {"null", 0, 0, true},
      {"bool", 0, 2, true},
      {"i8", 1, 2, true},
      {"u16", 2, 2, true},
      {"f32", 4, 2, true},
      {"date", 4, 2, true},
      {"timestamp", 8, 2, true},
      {"decimal(3,1)", 16, 2, true},
      {"string", 0, 3, true},
      {"binary", 0, 3, true},
      {"time(3)", 4, 2, true},
      {"time(6)", 8, 2, true},
      {"interval", 16, 2, true},
      {"fixedbinary(7)", 7, 2, true},
      {"list<i64>", 0, 2, true},
      {"struct<a i64>", 0, 1, true},
      {"map<i8,i8>", 0, 2, true},
      {"enum<\"a\">", 1, 2, true},
      {"union<a i64>", 0, 1, true},
      {"fixedlist<i8,2>", 0, 1, true},
      {"uuid", 16, 2, true},
      {"duration(6)", 8, 2, false},
      {"i64[]", 0, 2, true},
      {"i64[3]", 0, 1, true},
      {"fixedlist<i8,0>", 0, 1, false},
      {"fixedbinary(0)", 0, 2, false},
      {"struct<>", 0, 1, false},
      {"union<>", 0, 1, false},
      {"list<struct<a: map<i8, union<>>>>", 0, 2, false},
  };
  struct wd_arena arena;

  (void)state;
  wd_arena_init(&arena, NULL, 0);
  for (size_t i = 0; i < COUNT(all); i++) {
    struct wd_type type;

    assert_int_equal(parse_type(all[i].text, &arena, &type, NULL), WD_OK);
    assert_int_equal(wd_type_width(&type), all[i].width);
    assert_int_equal(wd_type_buffers(&type), all[i].buffers);
    assert_int_equal(wd_type_carried(&type), all[i].carried);
  }
  wd_arena_fini(&arena);
}

/* A named type is its name for people, and all of it for machines. */
static void
test_named(void **state)
{
  static const char text[] = "a extension<\"money\", struct<x i64>> not null, "
                             "b list<extension<\"geo.cell\", \"{}\", i64>>";
  static const char *const bad[] = {
      "a extension", "a extension<\"x\">", "a extension<\"x\", \"y\">",
      "a extension<i64>", "a extension<\"x\", i64"};
  struct wd_arena arena;
  struct wd_schema schema;
  struct wd_type storage;
  struct wd_buf buf;

  (void)state;
  wd_arena_init(&arena, NULL, 0);
  wd_buf_init(&buf, NULL, 1000);
  assert_int_equal(
      wd_schema_parse(text, sizeof text - 1, &arena, &schema, NULL), WD_OK);
  wd_schema_print_whole(&schema, &buf);
  assert_string_equal(wd_buf_text(&buf), text);
  wd_buf_clear(&buf);
  wd_schema_print(&schema, &buf);
  assert_string_equal(wd_buf_text(&buf),
                      "a money not null, b list<\"geo.cell\">");
  storage = wd_type_storage(&schema.columns[0].type);
  assert_null(storage.extension);
  assert_false(wd_type_equal(&storage, &schema.columns[0].type));
  for (size_t i = 0; i < COUNT(bad); i++)
    assert_int_not_equal(
        wd_schema_parse(bad[i], strlen(bad[i]), &arena, &schema, NULL), WD_OK);
  wd_buf_fini(&buf);
  wd_arena_fini(&arena);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_names),
      cmocka_unit_test(test_bad_names),
      cmocka_unit_test(test_depth),
      cmocka_unit_test(test_schema_round_trip),
      cmocka_unit_test(test_schema_bad),
      cmocka_unit_test(test_equal_sees_each_difference),
      cmocka_unit_test(test_find),
      cmocka_unit_test(test_carried),
      cmocka_unit_test(test_text_is_cut),
      cmocka_unit_test(test_layout),
      cmocka_unit_test(test_named),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
