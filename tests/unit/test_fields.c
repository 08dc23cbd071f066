#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "arrow/fields.h"
#include "oom.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

static struct wd_text
text_of(const char *text)
{
  return (struct wd_text){text, (uint32_t)strlen(text)};
}

static struct wd_field
field_of(const char *name, const char *format, uint32_t children)
{
  return (struct wd_field){.name = text_of(name),
                           .format = text_of(format),
                           .nullable = true,
                           .children = children};
}

static enum wd_status
parse(const struct wd_field *fields, uint32_t count, struct wd_error *error)
{
  struct wd_arena arena;
  struct wd_schema schema;
  enum wd_status status;

  wd_arena_init(&arena, NULL, 0);
  status = wd_fields_parse(fields, count, &arena, &schema, error);
  wd_arena_fini(&arena);
  return status;
}

static enum wd_status
parse_format(const char *format, uint32_t children)
{
  struct wd_field fields[4] = {field_of("a", format, children),
                               field_of("b", "i", 0), field_of("c", "i", 0),
                               field_of("d", "i", 0)};

  return parse(fields, children + 1, NULL);
}

static void
test_formats(void **state)
{
  static const char *const good[] = {
      "n",          "b",    "c",      "s",     "i",          "l",
      "C",          "S",    "I",      "L",     "f",          "g",
      "u",          "z",    "d:38,0", "d:1,1", "d:10,2,128", "tdD",
      "tss:",       "tsm:", "tsu:",   "tsn:",  "tsu:UTC",    "tsu:Europe/Paris",
      "tsu:+02:00", "tts",  "ttn",    "tin",   "tDu",        "w:16",
      "w:0",        "+s",
  };
  static const char *const malformed[] = {
      "",        "x",           "ii",           "d",
      "d:",      "d:10",        "d:,2",         "d:10,",
      "d:10,2,", "d:10,2,128,", "d:10,2 ",      "d:99999999999,2",
      "w:",      "w:-1",        "w:2147483648", "w:99999999999999999999",
      "ts",      "tsu",         "tsx:",         "tsu;",
      "tt",      "ttx",         "tD",           "tsu:a b",
      "tsu:\"",  "+",           "+x",           "+w:",
      "+us",     "d:--1,2",
  };
  static const char *const foreign[] = {
      "e",   "U",      "Z",     "vu",    "vz",     "tdm",        "tiM",
      "tiD", "d:39,0", "d:0,0", "d:5,6", "d:5,-1", "d:10,2,256", "d:10,2,64",
  };

  (void)state;
  for (size_t i = 0; i < COUNT(good); i++) {
    if (parse_format(good[i], 0) != WD_OK)
      fail_msg("'%s' was refused", good[i]);
  }
  for (size_t i = 0; i < COUNT(malformed); i++) {
    if (parse_format(malformed[i], 0) != WD_INVALID_ARGUMENT)
      fail_msg("'%s'", malformed[i]);
  }
  for (size_t i = 0; i < COUNT(foreign); i++) {
    if (parse_format(foreign[i], 0) != WD_UNSUPPORTED)
      fail_msg("'%s'", foreign[i]);
  }
}

static void
test_zone_length(void **state)
{
  char format[80] = "tsu:";

  (void)state;
  memset(format + 4, 'a', 64);
  assert_int_equal(parse_format(format, 0), WD_OK);
  format[68] = 'a';
  assert_int_equal(parse_format(format, 0), WD_INVALID_ARGUMENT);
}

static void
test_children(void **state)
{
  (void)state;
  assert_int_equal(parse_format("+l", 1), WD_OK);
  assert_int_equal(parse_format("+l", 0), WD_INVALID_ARGUMENT);
  assert_int_equal(parse_format("+l", 2), WD_INVALID_ARGUMENT);
  assert_int_equal(parse_format("i", 1), WD_INVALID_ARGUMENT);
  assert_int_equal(parse_format("+s", 3), WD_OK);
  assert_int_equal(parse_format("+w:3", 1), WD_OK);
  assert_int_equal(parse_format("+w:3", 0), WD_INVALID_ARGUMENT);
  assert_int_equal(parse_format("+m", 1), WD_INVALID_ARGUMENT);
  assert_int_equal(parse_format("+us:0,1", 2), WD_OK);
  assert_int_equal(parse_format("+us:0,1", 3), WD_INVALID_ARGUMENT);
  assert_int_equal(parse_format("+us:1,0", 2), WD_UNSUPPORTED);
  assert_int_equal(parse_format("+us:0,", 1), WD_INVALID_ARGUMENT);
  assert_int_equal(parse_format("+ud:0,1", 2), WD_UNSUPPORTED);
  assert_int_equal(parse_format("+L", 1), WD_UNSUPPORTED);
}

static void
test_child_counts(void **state)
{
  struct wd_field fields[3] = {field_of("a", "+s", 2), field_of("b", "i", 0),
                               field_of("c", "i", 0)};

  (void)state;
  assert_int_equal(parse(fields, 3, NULL), WD_OK);
  assert_int_equal(parse(fields, 2, NULL), WD_INVALID_ARGUMENT);
  assert_int_equal(parse(fields, 1, NULL), WD_INVALID_ARGUMENT);
  fields[0].children = UINT32_MAX;
  assert_int_equal(parse(fields, 3, NULL), WD_INVALID_ARGUMENT);
  fields[0].children = 2;
  fields[1] = field_of("b", "+s", 1);
  assert_int_equal(parse(fields, 3, NULL), WD_INVALID_ARGUMENT);
  assert_int_equal(parse(fields, 0, NULL), WD_OK);
}

static void
test_depth(void **state)
{
  struct wd_field fields[66];

  (void)state;
  for (size_t i = 0; i < COUNT(fields); i++)
    fields[i] = field_of("a", "+l", 1);
  fields[65] = field_of("a", "i", 0);
  assert_int_equal(parse(fields, 66, NULL), WD_INVALID_ARGUMENT);
  assert_int_equal(parse(fields + 1, 65, NULL), WD_OK);
}

static void
test_names(void **state)
{
  struct wd_error error = {0};
  struct wd_field fields[3] = {field_of("a", "i", 0), field_of("b", "i", 0),
                               field_of("a", "i", 0)};

  (void)state;
  assert_int_equal(parse(fields, 3, &error), WD_INVALID_ARGUMENT);
  assert_non_null(strstr(error.message, "'a'"));
  fields[2].name = text_of("A");
  assert_int_equal(parse(fields, 3, NULL), WD_OK);
  fields[2].name = text_of("");
  assert_int_equal(parse(fields, 3, NULL), WD_INVALID_ARGUMENT);
  fields[2].name = (struct wd_text){"x\0y", 3};
  assert_int_equal(parse(fields, 3, NULL), WD_INVALID_ARGUMENT);
  fields[2].name = text_of("\xc3");
  assert_int_equal(parse(fields, 3, NULL), WD_INVALID_ARGUMENT);
  fields[2].name = (struct wd_text){NULL, 0};
  fields[1] = field_of("b", "+s", 1);
  assert_int_equal(parse(fields, 3, NULL), WD_OK);
}

static void
test_dictionary(void **state)
{
  const struct wd_text values[2] = {text_of("x"), text_of("y")};
  struct wd_text bad = text_of("\xff");
  struct wd_field field = field_of("a", "C", 0);
  struct wd_arena arena;
  struct wd_schema schema;

  (void)state;
  field.dictionary = values;
  field.dictionary_count = 2;
  wd_arena_init(&arena, NULL, 0);
  assert_int_equal(wd_fields_parse(&field, 1, &arena, &schema, NULL), WD_OK);
  assert_int_equal(schema.columns[0].type.id, WD_TYPE_ENUM);
  assert_int_equal(schema.columns[0].type.width, 1);
  assert_string_equal(schema.columns[0].type.dictionary[1], "y");
  wd_arena_fini(&arena);
  field.format = text_of("i");
  assert_int_equal(parse(&field, 1, NULL), WD_INVALID_ARGUMENT);
  field.format = text_of("S");
  assert_int_equal(parse(&field, 1, NULL), WD_OK);
  field.dictionary = &bad;
  field.dictionary_count = 1;
  assert_int_equal(parse(&field, 1, NULL), WD_INVALID_ARGUMENT);
}

static void
test_metadata(void **state)
{
  const struct wd_text metadata[2] = {text_of("key"), text_of("value")};
  struct wd_field field = field_of("a", "i", 0);
  struct wd_arena arena;
  struct wd_schema schema;

  (void)state;
  field.metadata = metadata;
  field.metadata_count = 1;
  wd_arena_init(&arena, NULL, 0);
  assert_int_equal(wd_fields_parse(&field, 1, &arena, &schema, NULL), WD_OK);
  assert_int_equal(schema.columns[0].metadata_count, 1);
  assert_string_equal(schema.columns[0].metadata[1], "value");
  wd_arena_fini(&arena);
}

/* A schema to fields and back. */
static enum wd_status
round_trip(void *env)
{
  static const char text[] =
      "a i64, b timestamp_tz<9,Europe/Paris> not null, c decimal<10,2>, "
      "d list<struct<x string not null, y binary>>, "
      "e map<string not null, i64>, f enum<\"x\", \"y\">, "
      "g fixedlist<fixedbinary<3>, 2>, h union<a i64, b string>, i time<6>, "
      "j duration<3>, k null, l boolean, m date, n struct<>";
  struct wd_arena arena;
  struct wd_schema first, second;
  struct wd_field *fields;
  uint32_t count;
  enum wd_status status;

  (void)env;
  wd_arena_init(&arena, NULL, 0);
  status = wd_schema_parse(text, sizeof text - 1, &arena, &first, NULL);
  if (status == WD_OK)
    status = wd_fields_make(&first, &arena, &fields, &count, NULL);
  if (status == WD_OK) {
    assert_int_equal(count, 14 + 3 + 3 + 1 + 2);
    status = wd_fields_parse(fields, count, &arena, &second, NULL);
  }
  if (status == WD_OK)
    assert_true(wd_schema_equal(&first, &second));
  wd_arena_fini(&arena);
  return status;
}

static void
test_round_trip(void **state)
{
  (void)state;
  assert_int_equal(round_trip(NULL), WD_OK);
  wd_oom_each(round_trip, NULL);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_formats),    cmocka_unit_test(test_zone_length),
      cmocka_unit_test(test_children),   cmocka_unit_test(test_child_counts),
      cmocka_unit_test(test_depth),      cmocka_unit_test(test_names),
      cmocka_unit_test(test_dictionary), cmocka_unit_test(test_metadata),
      cmocka_unit_test(test_round_trip),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
