/* Products and quotients of decimals must be exact to the last digit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine/duckdb/wide.h"

static uint64_t
mix(uint64_t x)
{
  x = (x ^ x >> 31) * 0x9e3779b97f4a7c15u;
  return x ^ x >> 29;
}

static wd_uint128
number(uint64_t seed)
{
  wd_uint128 bits = (wd_uint128)mix(seed) << 64 | mix(seed + 1);

  return bits >> mix(seed + 2) % 128;
}

static bool
equal(struct wd_wide a, struct wd_wide b)
{
  return wd_wide_compare(a, b) == 0;
}

/* a * b / b is a, and half a unit more or less rounds to it or its
 * neighbour. */
static void
test_division_undoes_multiplication(void **state)
{
  static const struct wd_wide one = {0, 1};

  (void)state;
  for (uint64_t seed = 0; seed < 3000; seed++) {
    struct wd_wide a = {0, number(7 * seed)};
    struct wd_wide b = {0, number(7 * seed + 3)};
    struct wd_wide product = wd_wide_multiply(a.low, b.low);
    struct wd_wide half = {0, (b.low + 1) / 2}, sum;

    if (b.low < 3)
      continue;
    assert_true(equal(wd_wide_divide(product, b), a));
    assert_true(wd_wide_add(product, half, &sum));
    assert_int_equal((int)(wd_wide_divide(sum, b).low - a.low), 1);
    assert_true(equal(wd_wide_divide(wd_wide_subtract(sum, one), b), a));
  }
}

static void
test_division_by_wide(void **state)
{
  struct wd_wide a, b;

  (void)state;
  assert_true(wd_wide_scale((struct wd_wide){0, 6}, 70, &a));
  assert_true(wd_wide_scale((struct wd_wide){0, 4}, 69, &b));
  assert_true(equal(wd_wide_divide(a, b), (struct wd_wide){0, 15}));
  assert_true(wd_wide_scale((struct wd_wide){0, 1}, 70, &b));
  assert_true(equal(wd_wide_divide(a, b), (struct wd_wide){0, 6}));
  assert_true(wd_wide_scale((struct wd_wide){0, 12}, 70, &b));
  assert_true(equal(wd_wide_divide(a, b), (struct wd_wide){0, 1}));
  assert_true(wd_wide_scale((struct wd_wide){0, 13}, 70, &b));
  assert_true(equal(wd_wide_divide(a, b), (struct wd_wide){0, 0}));
}

static void
test_limits(void **state)
{
  struct wd_wide wide = {0, 1};

  (void)state;
  assert_true(wd_wide_scale((struct wd_wide){0, 1}, 77, &wide));
  assert_false(wd_wide_scale((struct wd_wide){0, 1}, 78, &wide));
  assert_false(wd_wide_scale((struct wd_wide){0, 2}, 77, &wide));
  wide = (struct wd_wide){~(wd_uint128)0, ~(wd_uint128)0};
  assert_false(wd_wide_add(wide, (struct wd_wide){0, 1}, &wide));
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_division_undoes_multiplication),
      cmocka_unit_test(test_division_by_wide),
      cmocka_unit_test(test_limits),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
