#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "arrow/civil.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

static bool
date(const char *text, int32_t *out_days)
{
  return wd_date_parse(text, strlen(text), out_days);
}

static bool
timestamp(const char *text, int64_t *out_us)
{
  return wd_timestamp_parse(text, strlen(text), out_us);
}

static void
test_days_follow_each_other(void **state)
{
  int64_t year = -801, previous = wd_days_from_civil(-801, 1, 1) - 1;
  unsigned month, day;

  (void)state;
  for (int64_t days = previous + 1; year < 2401; days++) {
    wd_civil_from_days(days, &year, &month, &day);
    assert_in_range(month, 1, 12);
    assert_in_range(day, 1, 31);
    assert_true(wd_days_from_civil(year, month, day) == days);
  }
  assert_true(wd_days_from_civil(1970, 1, 1) == 0);
  assert_true(wd_days_from_civil(2000, 3, 1) == 11017);
  assert_true(wd_days_from_civil(1600, 2, 29) == -135081);
}

static void
test_days_at_the_edges(void **state)
{
  static const int64_t edges[] = {INT64_MIN, INT64_MAX, INT32_MIN, INT32_MAX,
                                  -719468,   -719469,   0,         -1};
  int64_t year;
  unsigned month, day;

  (void)state;
  for (size_t i = 0; i < COUNT(edges); i++) {
    wd_civil_from_days(edges[i], &year, &month, &day);
    assert_in_range(month, 1, 12);
    assert_in_range(day, 1, 31);
    if (edges[i] > INT32_MIN - INT64_C(1) && edges[i] <= INT32_MAX)
      assert_true(wd_days_from_civil(year, month, day) == edges[i]);
  }
}

static void
test_date_parse(void **state)
{
  static const char *const wrong[] = {
      "",
      "2000",
      "2000-01",
      "2000-1-01",
      "2000-00-01",
      "2000-13-01",
      "2000-02-30",
      "1900-02-29",
      "2000-01-00",
      "2000-01-32",
      "2000/01/01",
      "2000-01-01 ",
      " 2000-01-01",
      "200-01-01",
      "+2000-01-01",
      "9999999-01-01",
      "1234567890-01-01",
      "0000-01-01 (BC)",
      "-0001-01-01 (BC)",
      "2000-01-01 (BC",
  };
  int32_t days;

  (void)state;
  assert_true(date("1970-01-01", &days) && days == 0);
  assert_true(date("2000-02-29", &days) && days == 11016);
  assert_true(date("1969-12-31", &days) && days == -1);
  assert_true(date("0000-03-01", &days) && days == -719468);
  assert_true(date("0001-03-01 (BC)", &days) && days == -719468);
  assert_true(date("-0001-03-01", &days) && days == -719468 - 366);
  assert_true(date("5881580-07-11", &days) && days == INT32_MAX);
  assert_false(date("5881580-07-12", &days));
  for (size_t i = 0; i < COUNT(wrong); i++) {
    if (date(wrong[i], &days))
      fail_msg("'%s' was taken", wrong[i]);
  }
}

static void
test_timestamp_parse(void **state)
{
  static const char *const wrong[] = {
      "1970-01-01 ",
      "1970-01-01 24:00",
      "1970-01-01 00:60",
      "1970-01-01 00:00:60",
      "1970-01-01 0:00",
      "1970-01-01 00:00:00.",
      "1970-01-01 00:00:00.0000001",
      "1970-01-01 00:00:00+",
      "1970-01-01 00:00:00+24",
      "1970-01-01 00:00:00+01:60",
      "1970-01-01 00:00:00Zx",
      "1970-01-01x00:00:00",
      "999999-01-01 00:00:00",
  };
  int64_t us;

  (void)state;
  assert_true(timestamp("1970-01-01", &us) && us == 0);
  assert_true(timestamp("1970-01-01 00:01", &us) && us == 60000000);
  assert_true(timestamp("1970-01-01T00:00:01.5Z", &us) && us == 1500000);
  assert_true(timestamp("1969-12-31 23:59:59.999999", &us) && us == -1);
  assert_true(timestamp("1970-01-01 00:00:00.000001000", &us) && us == 1);
  assert_true(timestamp("1970-01-01 01:00:00+01", &us) && us == 0);
  assert_true(timestamp("1970-01-01 00:00:00-0130", &us) &&
              us == INT64_C(5400000000));
  assert_true(timestamp("1970-01-01 05:30:00+05:30", &us) && us == 0);
  for (size_t i = 0; i < COUNT(wrong); i++) {
    if (timestamp(wrong[i], &us))
      fail_msg("'%s' was taken", wrong[i]);
  }
}

static void
expect_decimal(const char *text, const char *printed, int precision, int scale)
{
  wd_int128 value;
  uint8_t got_precision;
  int8_t got_scale;
  struct wd_buf buf;

  assert_true(
      wd_decimal_parse(text, strlen(text), &value, &got_precision, &got_scale));
  assert_int_equal(got_precision, precision);
  assert_int_equal(got_scale, scale);
  wd_buf_init(&buf, NULL, 1000);
  wd_decimal_print(value, got_scale, &buf);
  assert_string_equal(wd_buf_text(&buf), printed);
  wd_buf_fini(&buf);
}

static void
test_decimal_parse(void **state)
{
  static const char *const wrong[] = {
      "",
      "-",
      "+",
      ".",
      "-.",
      "1.2.3",
      "1e3",
      "a1",
      "1 ",
      " 1",
      "--1",
      "0x1",
      "100000000000000000000000000000000000000",
      "0.000000000000000000000000000000000000001",
  };
  wd_int128 value;
  uint8_t precision;
  int8_t scale;

  (void)state;
  expect_decimal("0", "0", 1, 0);
  expect_decimal("-0", "0", 1, 0);
  expect_decimal("1.50", "1.50", 3, 2);
  expect_decimal("-0.05", "-0.05", 2, 2);
  expect_decimal(".5", "0.5", 1, 1);
  expect_decimal("5.", "5", 1, 0);
  expect_decimal("+007.10", "7.10", 3, 2);
  expect_decimal("99999999999999999999999999999999999999",
                 "99999999999999999999999999999999999999", 38, 0);
  expect_decimal("-0.99999999999999999999999999999999999999",
                 "-0.99999999999999999999999999999999999999", 38, 38);
  for (size_t i = 0; i < COUNT(wrong); i++) {
    if (wd_decimal_parse(wrong[i], strlen(wrong[i]), &value, &precision,
                         &scale))
      fail_msg("'%s' was taken", wrong[i]);
  }
}

static void
test_decimal_limit(void **state)
{
  wd_uint128 limit = 1;

  (void)state;
  for (uint8_t precision = 0; precision <= 38; precision++, limit *= 10)
    assert_true(wd_decimal_limit(precision) == limit);
}

static void
test_decimal_print_extremes(void **state)
{
  struct wd_buf buf;
  wd_int128 least = (wd_int128)((wd_uint128)1 << 127);

  (void)state;
  wd_buf_init(&buf, NULL, 1000);
  wd_decimal_print(least, 0, &buf);
  assert_string_equal(wd_buf_text(&buf),
                      "-170141183460469231731687303715884105728");
  wd_buf_clear(&buf);
  wd_decimal_print(-7, -3, &buf);
  assert_string_equal(wd_buf_text(&buf), "-7000");
  wd_buf_clear(&buf);
  wd_decimal_print(least, 127, &buf);
  assert_int_equal(buf.length, 2 + 1 + 127);
  wd_buf_clear(&buf);
  wd_decimal_print(0, INT8_MIN, &buf);
  assert_string_equal(wd_buf_text(&buf), "0");
  wd_buf_fini(&buf);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_days_follow_each_other),
      cmocka_unit_test(test_days_at_the_edges),
      cmocka_unit_test(test_date_parse),
      cmocka_unit_test(test_timestamp_parse),
      cmocka_unit_test(test_decimal_parse),
      cmocka_unit_test(test_decimal_limit),
      cmocka_unit_test(test_decimal_print_extremes),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
