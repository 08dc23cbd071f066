#include "base/units.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <strings.h>

/* Six decimals of the largest unit (2^40) fit into 64 bits. */
#define DECIMALS 6
#define DECIMALS_SCALE 1000000u

struct unit {
  const char *name;
  uint64_t factor;
};

static const struct unit size_units[] = {
    {"", 1},
    {"B", 1},
    {"kB", 1000},
    {"MB", 1000000},
    {"GB", 1000000000},
    {"TB", 1000000000000},
    {"k", UINT64_C(1) << 10},
    {"KiB", UINT64_C(1) << 10},
    {"M", UINT64_C(1) << 20},
    {"MiB", UINT64_C(1) << 20},
    {"G", UINT64_C(1) << 30},
    {"GiB", UINT64_C(1) << 30},
    {"T", UINT64_C(1) << 40},
    {"TiB", UINT64_C(1) << 40},
    {NULL, 0},
};

static const struct unit duration_units[] = {
    {"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}, {NULL, 0},
};

/* A number as it stands before its unit. */
struct number {
  uint64_t whole;
  uint64_t millionths;
};

/* Reads digits, at least one; the value grows by them. False when there is
 * none or too many. */
static bool
read_digits(const char **at, int most, uint64_t *value)
{
  const char *begin = *at;

  for (; **at >= '0' && **at <= '9'; (*at)++) {
    if (*at - begin == most || __builtin_mul_overflow(*value, 10u, value) ||
        __builtin_add_overflow(*value, (uint64_t)(**at - '0'), value))
      return false;
  }
  return *at > begin;
}

static bool
read_number(const char **at, struct number *number)
{
  const char *begin;

  *number = (struct number){0};
  if (!read_digits(at, 20, &number->whole))
    return false;
  if (**at != '.')
    return true;
  begin = ++*at;
  if (!read_digits(at, DECIMALS, &number->millionths))
    return false;
  for (ptrdiff_t i = *at - begin; i < DECIMALS; i++)
    number->millionths *= 10;
  return true;
}

/* False: not a number with one of the units, or too large. */
static bool
parse(const char *text, const struct unit *units, uint64_t *out_value)
{
  struct number number;
  uint64_t value;

  if (!read_number(&text, &number))
    return false;
  while (units->name && strcasecmp(units->name, text) != 0)
    units++;
  if (!units->name ||
      __builtin_mul_overflow(number.whole, units->factor, &value) ||
      __builtin_add_overflow(
          value, number.millionths * units->factor / DECIMALS_SCALE, &value))
    return false;
  *out_value = value;
  return true;
}

static enum wd_status
fail(const char *text, const char *what, struct wd_error *error)
{
  char shown[80];
  size_t length = 0;

  while (text[length])
    length++;
  return wd_fail(error, WD_INVALID_ARGUMENT, "'%s' is no %s",
                 wd_text_clean(shown, sizeof shown, text, length), what);
}

enum wd_status
wd_size_parse(const char *text, uint64_t *out_bytes, struct wd_error *error)
{
  if (parse(text, size_units, out_bytes))
    return WD_OK;
  return fail(text, "size: write a number and a unit, such as 64k, 256MiB, 1GB",
              error);
}

enum wd_status
wd_duration_parse(const char *text, uint64_t *out_milliseconds,
                  struct wd_error *error)
{
  if (parse(text, duration_units, out_milliseconds))
    return WD_OK;
  return fail(text,
              "duration: write a number and a unit, such as 500ms, 3s, 2m, 1h",
              error);
}

char *
wd_size_print(uint64_t bytes, char *out_text, size_t size)
{
  static const char *const names[] = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  double value = (double)bytes / 1024;
  size_t unit = 0;

  if (bytes < 1024) {
    snprintf(out_text, size, "%" PRIu64 " B", bytes);
    return out_text;
  }
  /* 1023.95 would be shown as 1024.0. */
  for (; value >= 1023.95 && unit < 5; unit++)
    value /= 1024;
  snprintf(out_text, size, "%.1f %s", value, names[unit]);
  return out_text;
}

char *
wd_duration_print(uint64_t milliseconds, char *out_text, size_t size)
{
  unsigned rest = (unsigned)(milliseconds % 1000);
  int digits = 3;

  if (milliseconds < 1000 && milliseconds > 0) {
    snprintf(out_text, size, "%ums", rest);
  } else if (rest == 0) {
    snprintf(out_text, size, "%" PRIu64 "s", milliseconds / 1000);
  } else {
    for (; rest % 10 == 0; digits--)
      rest /= 10;
    snprintf(out_text, size, "%" PRIu64 ".%0*us", milliseconds / 1000, digits,
             rest);
  }
  return out_text;
}
