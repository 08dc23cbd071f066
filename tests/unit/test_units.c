/* Sizes and durations: what would break for a user is a limit that is 1024
 * times another one than she wrote. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/units.h"

struct pair {
  const char *text;
  uint64_t value;
};

static void
sizes(void **state)
{
  static const struct pair good[] = {
      {"0", 0},
      {"4096", 4096},
      {"12B", 12},
      {"64k", 65536},
      {"64K", 65536},
      {"64kB", 64000},
      {"64KB", 64000},
      {"64kib", 65536},
      {"256MiB", UINT64_C(256) << 20},
      {"256m", UINT64_C(256) << 20},
      {"1GB", 1000000000},
      {"1.5GiB", UINT64_C(3) << 29},
      {"0.000001TB", 1000000},
      {"2TiB", UINT64_C(2) << 40},
      {"1.000001", 1},
      {"18446744073709551615", UINT64_MAX},
      {"16777215.999999TiB", UINT64_C(18446744073708452104)},
  };

  (void)state;
  for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
    struct wd_error error = {0};
    uint64_t value = 1;

    assert_int_equal(wd_size_parse(good[i].text, &value, &error), WD_OK);
    assert_int_equal(value, good[i].value);
  }
}

static void
wrong_sizes(void **state)
{
  static const char *const wrong[] = {
      "",     " 1k",   "1 k",         "1k ",
      "k",    "-1",    "+1",          "1.k",
      ".5k",  "1..5k", "1.0000001k",  "1e3",
      "0x10", "1kiBs", "1EiB",        "18446744073709551616",
      "1,5k", "1K1",   "16777216TiB", "99999999999999999999999",
      "\xff",
  };

  (void)state;
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    struct wd_error error = {0};
    uint64_t value = 77;

    assert_int_equal(wd_size_parse(wrong[i], &value, &error),
                     WD_INVALID_ARGUMENT);
    assert_int_equal(value, 77);
    assert_non_null(strstr(error.message, "256MiB"));
  }
}

static void
durations(void **state)
{
  static const struct pair good[] = {
      {"3s", 3000},  {"500ms", 500},  {"2m", 120000}, {"1h", 3600000},
      {"0.5s", 500}, {"1.5M", 90000}, {"0.0019s", 1}, {"0s", 0},
  };
  static const char *const wrong[] = {"",    "3",     "s",  "3 s", "1m30s",
                                      "-1s", "3secs", "1d", "1.s", "ms"};
  struct wd_error error = {0};
  uint64_t value;

  (void)state;
  for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
    assert_int_equal(wd_duration_parse(good[i].text, &value, &error), WD_OK);
    assert_int_equal(value, good[i].value);
  }
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    wd_error_clear(&error);
    assert_int_equal(wd_duration_parse(wrong[i], &value, &error),
                     WD_INVALID_ARGUMENT);
    assert_non_null(strstr(error.message, "500ms"));
  }
}

static void
printing(void **state)
{
  static const struct pair size_texts[] = {
      {"0 B", 0},           {"1023 B", 1023},
      {"1.0 KiB", 1024},    {"1.0 MiB", (1 << 20) - 1},
      {"3.5 MiB", 7 << 19}, {"16.0 EiB", UINT64_MAX},
  };
  static const struct pair duration_texts[] = {
      {"0s", 0},      {"1ms", 1},      {"500ms", 500},
      {"3s", 3000},   {"1.5s", 1500},  {"1.005s", 1005},
      {"90s", 90000}, {"1.25s", 1250}, {"3600s", 3600000},
  };
  char text[32];

  (void)state;
  for (size_t i = 0; i < sizeof size_texts / sizeof *size_texts; i++)
    assert_string_equal(wd_size_print(size_texts[i].value, text, sizeof text),
                        size_texts[i].text);
  for (size_t i = 0; i < sizeof duration_texts / sizeof *duration_texts; i++)
    assert_string_equal(
        wd_duration_print(duration_texts[i].value, text, sizeof text),
        duration_texts[i].text);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(sizes),
      cmocka_unit_test(wrong_sizes),
      cmocka_unit_test(durations),
      cmocka_unit_test(printing),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
