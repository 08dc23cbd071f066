/* Intervals as text. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "plan/literal.h"

static const struct {
  const char *name; /* singular */
  int64_t months, days, microseconds;
} units[] = {
    {"millennium", 12000, 0, 0}, {"century", 1200, 0, 0},
    {"decade", 120, 0, 0},       {"year", 12, 0, 0},
    {"quarter", 3, 0, 0},        {"month", 1, 0, 0},
    {"week", 0, 7, 0},           {"day", 0, 1, 0},
    {"hour", 0, 0, 3600000000},  {"minute", 0, 0, 60000000},
    {"second", 0, 0, 1000000},   {"millisecond", 0, 0, 1000},
    {"microsecond", 0, 0, 1},
};

#define NO_UNIT (sizeof units / sizeof *units)

/* Sums that are not yet cut to what an interval holds. */
struct sums {
  wd_int128 months, days, microseconds;
};

static size_t
find_unit(const char *text, size_t length)
{
  for (size_t i = 0; i < NO_UNIT; i++) {
    size_t size = strlen(units[i].name);

    if ((length == size || (length == size + 1 && strchr("sS", text[size]))) &&
        strncasecmp(text, units[i].name, size) == 0)
      return i;
  }
  return NO_UNIT;
}

bool
wd_interval_unit(const char *text, size_t length)
{
  return find_unit(text, length) < NO_UNIT;
}

/* A number as millionths of one; how long it is, 0: there is none. Digits past
 * the sixth after the point must be 0. */
static size_t
read_number(const char *text, size_t length, wd_int128 *out_millionths)
{
  size_t at = 0, digits = 0;
  bool minus = length && *text == '-';
  wd_int128 value = 0;
  int fraction = -1;

  at += length && (*text == '-' || *text == '+');
  for (; at < length; at++) {
    char c = text[at];

    if (c == '.' && fraction < 0) {
      fraction = 0;
      continue;
    }
    if (c < '0' || c > '9')
      break;
    digits++;
    if (fraction >= 6) {
      if (c != '0')
        return 0;
      continue;
    }
    if (value > ((wd_int128)1 << 90))
      return 0;
    value = value * 10 + (c - '0');
    fraction += fraction >= 0;
  }
  if (digits == 0)
    return 0;
  for (int i = fraction < 0 ? 0 : fraction; i < 6; i++)
    value *= 10;
  *out_millionths = minus ? -value : value;
  return at;
}

/* Fractions are of times only, and of weeks and years that are whole days and
 * months. */
static bool
add(struct sums *sums, size_t unit, wd_int128 millionths)
{
  wd_int128 months = millionths * units[unit].months;
  wd_int128 days = millionths * units[unit].days;
  wd_int128 microseconds = millionths * units[unit].microseconds;

  if (months % 1000000 || days % 1000000 || microseconds % 1000000)
    return false;
  sums->months += months / 1000000;
  sums->days += days / 1000000;
  sums->microseconds += microseconds / 1000000;
  return true;
}

/* `hours:minutes[:seconds]`, after the hours; how much, 0: it is no time. */
static size_t
read_time(const char *text, size_t length, wd_int128 hours, bool minus,
          struct sums *sums)
{
  wd_int128 minutes, seconds = 0;
  size_t at = 1, size = read_number(text + at, length - at, &minutes);

  if (size != 2 || hours % 1000000 || minutes < 0 || minutes >= 60000000)
    return 0;
  at += size;
  if (at < length && text[at] == ':') {
    at++;
    size = read_number(text + at, length - at, &seconds);
    if (size < 2 || seconds < 0 || seconds >= 60000000)
      return 0;
    at += size;
  }
  if (hours < 0)
    hours = -hours;
  seconds += minutes * 60 + hours * 3600;
  sums->microseconds += minus ? -seconds : seconds;
  return at;
}

static size_t
skip_blanks(const char *text, size_t length, size_t at)
{
  while (at < length && strchr(" ,", text[at]))
    at++;
  return at;
}

static size_t
word_end(const char *text, size_t length, size_t at)
{
  while (at < length && ((text[at] >= 'a' && text[at] <= 'z') ||
                         (text[at] >= 'A' && text[at] <= 'Z')))
    at++;
  return at;
}

static bool
read_parts(const char *text, size_t length, struct sums *sums)
{
  size_t at = skip_blanks(text, length, 0);

  if (at == length)
    return false;
  while (at < length) {
    wd_int128 number;
    bool minus = text[at] == '-';
    size_t size = read_number(text + at, length - at, &number), end, unit;

    if (size == 0)
      return false;
    at += size;
    if (at < length && text[at] == ':') {
      size = read_time(text + at, length - at, number, minus, sums);
      if (size == 0)
        return false;
      at = skip_blanks(text, length, at + size);
      continue;
    }
    at = skip_blanks(text, length, at);
    end = word_end(text, length, at);
    unit = find_unit(text + at, end - at);
    if (unit == NO_UNIT || !add(sums, unit, number))
      return false;
    at = skip_blanks(text, length, end);
  }
  return true;
}

static bool
read_one(const char *text, size_t length, size_t unit, struct sums *sums)
{
  wd_int128 number;

  return unit < NO_UNIT && read_number(text, length, &number) == length &&
         length && add(sums, unit, number);
}

bool
wd_literal_interval(const char *text, size_t length, const char *unit,
                    size_t unit_length, struct wd_type *out_type,
                    struct wd_literal *out_literal)
{
  struct sums sums = {0, 0, 0};

  if (unit ? !read_one(text, length, find_unit(unit, unit_length), &sums)
           : !read_parts(text, length, &sums))
    return false;
  if (sums.months < INT32_MIN || sums.months > INT32_MAX ||
      sums.days < INT32_MIN || sums.days > INT32_MAX ||
      sums.microseconds < INT64_MIN / 1000 ||
      sums.microseconds > INT64_MAX / 1000)
    return false;
  *out_type = wd_type_of(WD_TYPE_INTERVAL);
  *out_literal = (struct wd_literal){.null = false};
  out_literal->value.interval.months = (int32_t)sums.months;
  out_literal->value.interval.days = (int32_t)sums.days;
  out_literal->value.interval.microseconds = (int64_t)sums.microseconds;
  return true;
}

void
wd_interval_print(const struct wd_literal *literal, struct wd_buf *buf)
{
  int64_t us = literal->value.interval.microseconds;
  const char *blank = "";

  if (literal->value.interval.months) {
    wd_buf_printf(buf, "%d months", (int)literal->value.interval.months);
    blank = " ";
  }
  if (literal->value.interval.days) {
    wd_buf_printf(buf, "%s%d days", blank, (int)literal->value.interval.days);
    blank = " ";
  }
  if (us || !*blank) {
    wd_buf_printf(buf, "%s%s%lld.%06lld seconds", blank, us < 0 ? "-" : "",
                  (long long)llabs(us / 1000000),
                  (long long)llabs(us % 1000000));
  }
}
