#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "arrow/batch.h"
#include "arrow/decimal.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

/* Prints the value that lies at data, of a column of one row. */
static const char *
print(struct wd_type type, const void *data)
{
  static char text[512];
  const struct wd_column column = {.name = "a", .type = type};
  const struct wd_schema schema = {1, &column};
  const struct wd_node node = {1, 0};
  const struct wd_span spans[2] = {{NULL, 0}, {data, 16}};
  const struct wd_batch batch = {1, 1, 2, &node, spans};
  struct wd_buf buf;

  wd_buf_init(&buf, NULL, sizeof text - 1);
  wd_value_print(&schema, &batch, 0, 0, &buf);
  strcpy(text, wd_buf_text(&buf));
  wd_buf_fini(&buf);
  return text;
}

static const char *
print_f64(double value)
{
  return print(wd_type_of(WD_TYPE_F64), &value);
}

static const char *
print_f32(float value)
{
  return print(wd_type_of(WD_TYPE_F32), &value);
}

static void
test_integers(void **state)
{
  uint64_t ones = UINT64_MAX;
  int64_t least = INT64_MIN;
  int8_t small = -128;

  (void)state;
  assert_string_equal(print(wd_type_of(WD_TYPE_I8), &small), "-128");
  assert_string_equal(print(wd_type_of(WD_TYPE_I16), &ones), "-1");
  assert_string_equal(print(wd_type_of(WD_TYPE_I32), &ones), "-1");
  assert_string_equal(print(wd_type_of(WD_TYPE_I64), &least),
                      "-9223372036854775808");
  assert_string_equal(print(wd_type_of(WD_TYPE_U8), &ones), "255");
  assert_string_equal(print(wd_type_of(WD_TYPE_U16), &ones), "65535");
  assert_string_equal(print(wd_type_of(WD_TYPE_U32), &ones), "4294967295");
  assert_string_equal(print(wd_type_of(WD_TYPE_U64), &ones),
                      "18446744073709551615");
  assert_string_equal(print(wd_type_of(WD_TYPE_BOOL), &ones), "true");
}

static void
test_doubles(void **state)
{
  static const struct {
    double value;
    const char *text;
  } all[] = {
      {0, "0.0"},
      {-0.0, "-0.0"},
      {1, "1.0"},
      {-2.5, "-2.5"},
      {0.1, "0.1"},
      {0.1 + 0.2, "0.30000000000000004"},
      {100, "100.0"},
      {123456.789, "123456.789"},
      {0.0001, "0.0001"},
      {0.00012, "0.00012"},
      {0.00001, "1e-05"},
      {1e15, "1000000000000000.0"},
      {1234567890123456, "1234567890123456.0"},
      {1e16, "1e+16"},
      {1.5e300, "1.5e+300"},
      {123456789012345678.0, "1.2345678901234568e+17"},
      {5e-324, "5e-324"},
      {DBL_MIN, "2.2250738585072014e-308"},
      {DBL_MAX, "1.7976931348623157e+308"},
      {(double)INFINITY, "inf"},
      {-(double)INFINITY, "-inf"},
      {(double)NAN, "nan"},
      {-(double)NAN, "nan"},
  };

  (void)state;
  for (size_t i = 0; i < COUNT(all); i++)
    assert_string_equal(print_f64(all[i].value), all[i].text);
}

static void
test_floats(void **state)
{
  (void)state;
  assert_string_equal(print_f32(0.1f), "0.1");
  assert_string_equal(print_f32(16777216.0f), "16777216.0");
  assert_string_equal(print_f32(1e10f), "10000000000.0");
  assert_string_equal(print_f32(3.4e38f), "3.4e+38");
  assert_string_equal(print_f32(1e-45f), "1e-45");
  assert_string_equal(print_f32(FLT_MAX), "3.4028235e+38");
  assert_string_equal(print_f32(-INFINITY), "-inf");
}

/* Any bits: what is printed reads back as the same number. */
static void
test_doubles_round_trip(void **state)
{
  uint64_t seed = 88172645463325252u;

  (void)state;
  for (int i = 0; i < 20000; i++) {
    double value;
    float narrow;

    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    memcpy(&value, &seed, sizeof value);
    memcpy(&narrow, &seed, sizeof narrow);
    if (!isnan(value) && strtod(print_f64(value), NULL) != value)
      fail_msg("%a became %s", value, print_f64(value));
    if (!isnan(narrow) && strtof(print_f32(narrow), NULL) != narrow)
      fail_msg("%a became %s", (double)narrow, print_f32(narrow));
  }
}

static const char *
print_date(int32_t days)
{
  return print(wd_type_of(WD_TYPE_DATE), &days);
}

static void
test_dates(void **state)
{
  (void)state;
  assert_string_equal(print_date(0), "1970-01-01");
  assert_string_equal(print_date(11016), "2000-02-29");
  assert_string_equal(print_date(-719528), "0001-01-01 (BC)");
  assert_string_equal(print_date(-719162), "0001-01-01");
  assert_string_equal(print_date(10957 - 800000), "0192-09-04 (BC)");
  assert_string_equal(print_date(INT32_MAX), "infinity");
  assert_string_equal(print_date(-INT32_MAX), "-infinity");
  assert_string_equal(print_date(INT32_MAX - 1), "5881580-07-10");
  assert_string_equal(print_date(INT32_MIN), "5877642-06-23 (BC)");
}

static const char *
print_timestamp(int64_t value, enum wd_unit unit, const char *zone)
{
  return print(wd_type_timestamp(unit, zone), &value);
}

static void
test_timestamps(void **state)
{
  (void)state;
  assert_string_equal(print_timestamp(0, WD_UNIT_S, NULL),
                      "1970-01-01 00:00:00");
  assert_string_equal(print_timestamp(-1, WD_UNIT_US, NULL),
                      "1969-12-31 23:59:59.999999");
  assert_string_equal(print_timestamp(500000, WD_UNIT_US, "Europe/Paris"),
                      "1970-01-01 00:00:00.5+00");
  assert_string_equal(print_timestamp(1001, WD_UNIT_MS, NULL),
                      "1970-01-01 00:00:01.001");
  assert_string_equal(print_timestamp(1, WD_UNIT_NS, NULL),
                      "1970-01-01 00:00:00.000000001");
  assert_string_equal(print_timestamp(INT64_MIN, WD_UNIT_US, NULL),
                      "290309-12-21 (BC) 19:59:05.224192");
  assert_string_equal(print_timestamp(INT64_MAX, WD_UNIT_US, NULL), "infinity");
  assert_string_equal(print_timestamp(INT64_MIN, WD_UNIT_S, NULL),
                      "292277022658-01-27 (BC) 08:29:52");
}

static void
test_decimals(void **state)
{
  wd_int128 value = -123;

  (void)state;
  assert_string_equal(print(wd_type_decimal(10, 2), &value), "-1.23");
  assert_string_equal(print(wd_type_decimal(10, 5), &value), "-0.00123");
  assert_string_equal(print(wd_type_decimal(10, 0), &value), "-123");
  value = 0;
  assert_string_equal(print(wd_type_decimal(10, 2), &value), "0.00");
}

/* Columns of several buffers lie before the one that is printed. */
static void
test_texts(void **state)
{
  _Alignas(8) uint32_t offsets[4] = {0, 2, 2, 5};
  _Alignas(8) uint8_t bits[8] = {5};
  _Alignas(8) uint8_t data[8] = "ab\xc3\xa4z";
  const struct wd_column columns[4] = {
      {.name = "n", .type = wd_type_of(WD_TYPE_NULL), .nullable = true},
      {.name = "s", .type = wd_type_of(WD_TYPE_STRING), .nullable = true},
      {.name = "b", .type = wd_type_of(WD_TYPE_BINARY)},
      {.name = "t", .type = wd_type_of(WD_TYPE_BOOL)},
  };
  const struct wd_schema schema = {4, columns};
  const struct wd_node nodes[4] = {{3, 3}, {3, 1}, {3, 0}, {3, 0}};
  const struct wd_span spans[8] = {
      {bits, 8},
      {(void *)offsets, 16},
      {data, 8},
      {NULL, 0},
      {(void *)offsets, 16},
      {data, 8},
      {NULL, 0},
      {bits, 8},
  };
  const struct wd_batch batch = {3, 4, 8, nodes, spans};
  struct wd_buf buf;

  (void)state;
  assert_int_equal(wd_batch_check(&schema, &batch, 3, NULL), WD_OK);
  assert_true(wd_value_null(&schema, &batch, 0, 0));
  assert_false(wd_value_null(&schema, &batch, 1, 0));
  assert_true(wd_value_null(&schema, &batch, 1, 1));
  assert_false(wd_value_null(&schema, &batch, 2, 1));
  wd_buf_init(&buf, NULL, 1000);
  wd_value_print(&schema, &batch, 1, 2, &buf);
  wd_buf_putc(&buf, '|');
  wd_value_print(&schema, &batch, 2, 2, &buf);
  wd_buf_putc(&buf, '|');
  wd_value_print(&schema, &batch, 2, 1, &buf);
  wd_buf_putc(&buf, '|');
  wd_value_print(&schema, &batch, 3, 1, &buf);
  wd_value_print(&schema, &batch, 3, 2, &buf);
  assert_string_equal(wd_buf_text(&buf), "\xc3\xa4z|\\xc3a47a|\\x|falsetrue");
  wd_buf_fini(&buf);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_integers),
      cmocka_unit_test(test_doubles),
      cmocka_unit_test(test_floats),
      cmocka_unit_test(test_doubles_round_trip),
      cmocka_unit_test(test_dates),
      cmocka_unit_test(test_timestamps),
      cmocka_unit_test(test_decimals),
      cmocka_unit_test(test_texts),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
