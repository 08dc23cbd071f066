#include "arrow/civil.h"

#include <inttypes.h>
#include <string.h>

#define DAYS_PER_ERA 146097 /* 400 years */
#define YEARS_PER_ERA 400
#define EPOCH 719468 /* days from 0000-03-01 to 1970-01-01 */
#define US_PER_DAY INT64_C(86400000000)

static int64_t
floor_div(int64_t a, int64_t b)
{
  return a / b - (a % b < 0);
}

static int64_t
floor_mod(int64_t a, int64_t b)
{
  return a % b + (a % b < 0 ? b : 0);
}

/* Years are counted from March here, so that the leap day is the last one:
 * month m of such a year starts at day (153 m + 2) / 5. */
int64_t
wd_days_from_civil(int64_t year, unsigned month, unsigned day)
{
  int64_t shifted = year - (month <= 2);
  int64_t era = floor_div(shifted, YEARS_PER_ERA);
  int64_t in_era = floor_mod(shifted, YEARS_PER_ERA);
  unsigned from_march = month > 2 ? month - 3 : month + 9;
  int64_t of_year = (153 * from_march + 2) / 5 + day - 1;

  return era * DAYS_PER_ERA + in_era * 365 + in_era / 4 - in_era / 100 +
         of_year - EPOCH;
}

void
wd_civil_from_days(int64_t days, int64_t *out_year, unsigned *out_month,
                   unsigned *out_day)
{
  int64_t era = floor_div(days, DAYS_PER_ERA);
  int64_t shifted = floor_mod(days, DAYS_PER_ERA) + EPOCH;
  unsigned of_era, in_era, of_year, from_march;

  era += shifted / DAYS_PER_ERA;
  of_era = (unsigned)(shifted % DAYS_PER_ERA);
  in_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
  of_year = of_era - (365 * in_era + in_era / 4 - in_era / 100);
  from_march = (5 * of_year + 2) / 153;
  *out_day = of_year - (153 * from_march + 2) / 5 + 1;
  *out_month = from_march < 10 ? from_march + 3 : from_march - 9;
  *out_year = era * YEARS_PER_ERA + in_era + (*out_month <= 2);
}

struct scan {
  const char *at;
  const char *end;
};

static bool
take(struct scan *scan, char c)
{
  if (scan->at == scan->end || *scan->at != c)
    return false;
  scan->at++;
  return true;
}

/* A number of least to most digits, most at most 9. */
static bool
take_digits(struct scan *scan, int least, int most, unsigned *out_value)
{
  unsigned value = 0;
  int digits = 0;

  while (scan->at < scan->end && digits < most && *scan->at >= '0' &&
         *scan->at <= '9') {
    value = value * 10 + (unsigned)(*scan->at++ - '0');
    digits++;
  }
  *out_value = value;
  return digits >= least;
}

static unsigned
days_of_month(int64_t year, unsigned month)
{
  static const uint8_t days[12] = {31, 28, 31, 30, 31, 30,
                                   31, 31, 30, 31, 30, 31};
  bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

  return month == 2 && leap ? 29 : days[month - 1];
}

static bool
take_bc(struct scan *scan)
{
  static const char mark[] = " (BC)";
  size_t length = sizeof mark - 1;

  if ((size_t)(scan->end - scan->at) < length ||
      memcmp(scan->at, mark, length) != 0)
    return false;
  scan->at += length;
  return true;
}

static bool
take_date(struct scan *scan, int64_t *out_days)
{
  bool negative = take(scan, '-');
  unsigned digits, month, day;
  int64_t year;

  if (!take_digits(scan, 4, 9, &digits) || !take(scan, '-') ||
      !take_digits(scan, 2, 2, &month) || !take(scan, '-') ||
      !take_digits(scan, 2, 2, &day))
    return false;
  year = negative ? -(int64_t)digits : digits;
  if (take_bc(scan)) {
    if (year <= 0)
      return false;
    year = 1 - year;
  }
  if (month < 1 || month > 12 || day < 1 || day > days_of_month(year, month))
    return false;
  *out_days = wd_days_from_civil(year, month, day);
  return true;
}

bool
wd_date_parse(const char *text, size_t length, int32_t *out_days)
{
  struct scan scan = {text, text + length};
  int64_t days;

  if (!take_date(&scan, &days) || scan.at != scan.end || days < INT32_MIN ||
      days > INT32_MAX)
    return false;
  *out_days = (int32_t)days;
  return true;
}

/* The digits after the point, as microseconds. */
static bool
take_fraction(struct scan *scan, int64_t *out_us)
{
  const char *start = scan->at;
  unsigned us;

  if (!take_digits(scan, 1, 6, &us))
    return false;
  for (int64_t digits = scan->at - start; digits < 6; digits++)
    us *= 10;
  while (take(scan, '0'))
    ;
  *out_us = us;
  return true;
}

static bool
take_time(struct scan *scan, int64_t *out_us)
{
  unsigned hour, minute, second = 0;
  int64_t us = 0;

  if (!take_digits(scan, 2, 2, &hour) || !take(scan, ':') ||
      !take_digits(scan, 2, 2, &minute))
    return false;
  if (take(scan, ':')) {
    if (!take_digits(scan, 2, 2, &second) ||
        (take(scan, '.') && !take_fraction(scan, &us)))
      return false;
  }
  if (hour > 23 || minute > 59 || second > 59)
    return false;
  *out_us = (hour * 3600 + minute * 60 + second) * INT64_C(1000000) + us;
  return true;
}

/* A zone, or none: microseconds that it is ahead of UTC. */
static bool
take_zone(struct scan *scan, int64_t *out_us)
{
  bool behind;
  unsigned hour, minute = 0;

  *out_us = 0;
  if (scan->at == scan->end || take(scan, 'Z'))
    return true;
  behind = take(scan, '-');
  if ((!behind && !take(scan, '+')) || !take_digits(scan, 2, 2, &hour))
    return false;
  if (scan->at != scan->end) {
    take(scan, ':');
    if (!take_digits(scan, 2, 2, &minute))
      return false;
  }
  if (hour > 23 || minute > 59)
    return false;
  *out_us = (hour * 60 + minute) * INT64_C(60000000);
  if (behind)
    *out_us = -*out_us;
  return true;
}

bool
wd_timestamp_parse(const char *text, size_t length, int64_t *out_us)
{
  struct scan scan = {text, text + length};
  int64_t days, time = 0, zone = 0;
  wd_int128 us;

  if (!take_date(&scan, &days))
    return false;
  if ((take(&scan, ' ') || take(&scan, 'T')) &&
      (!take_time(&scan, &time) || !take_zone(&scan, &zone)))
    return false;
  us = (wd_int128)days * US_PER_DAY + time - zone;
  if (scan.at != scan.end || us < INT64_MIN || us > INT64_MAX)
    return false;
  *out_us = (int64_t)us;
  return true;
}

void
wd_date_print(int64_t days, struct wd_buf *buf)
{
  int64_t year;
  unsigned month, day;

  wd_civil_from_days(days, &year, &month, &day);
  wd_buf_printf(buf, "%04" PRId64 "-%02u-%02u%s", year > 0 ? year : 1 - year,
                month, day, year > 0 ? "" : " (BC)");
}

static const int64_t per_second[4] = {1, 1000, 1000000, 1000000000};

/* `.25`, or nothing. */
static void
print_fraction(uint64_t fraction, int digits, struct wd_buf *buf)
{
  if (fraction == 0)
    return;
  for (; fraction % 10 == 0; digits--)
    fraction /= 10;
  wd_buf_printf(buf, ".%0*" PRIu64, digits, fraction);
}

void
wd_timestamp_print(int64_t value, enum wd_unit unit, bool zoned,
                   struct wd_buf *buf)
{
  int64_t seconds = floor_div(value, per_second[unit]);
  int64_t fraction = floor_mod(value, per_second[unit]);
  int64_t days = floor_div(seconds, 86400);
  int of_day = (int)floor_mod(seconds, 86400);

  wd_date_print(days, buf);
  wd_buf_printf(buf, " %02d:%02d:%02d", of_day / 3600, of_day / 60 % 60,
                of_day % 60);
  print_fraction((uint64_t)fraction, (int)unit * 3, buf);
  if (zoned)
    wd_buf_puts(buf, "+00");
}

/* Hours are not of a day here. */
static void
print_clock(uint64_t value, enum wd_unit unit, struct wd_buf *buf)
{
  uint64_t whole = (uint64_t)per_second[unit];
  uint64_t seconds = value / whole;

  wd_buf_printf(buf, "%02" PRIu64 ":%02d:%02d", seconds / 3600,
                (int)(seconds / 60 % 60), (int)(seconds % 60));
  print_fraction(value % whole, (int)unit * 3, buf);
}

void
wd_time_print(int64_t value, enum wd_unit unit, struct wd_buf *buf)
{
  print_clock((uint64_t)value, unit, buf);
}

static void
print_count(int64_t count, const char *what, bool *io_first, struct wd_buf *buf)
{
  if (count == 0)
    return;
  wd_buf_printf(buf, "%s%" PRId64 " %s%s", *io_first ? "" : " ", count, what,
                count == 1 || count == -1 ? "" : "s");
  *io_first = false;
}

void
wd_interval_value_print(int32_t months, int32_t days, int64_t nanoseconds,
                        struct wd_buf *buf)
{
  bool first = true;

  print_count(months / 12, "year", &first, buf);
  print_count(months % 12, "month", &first, buf);
  print_count(days, "day", &first, buf);
  if (nanoseconds == 0 && !first)
    return;
  wd_buf_puts(buf, first ? "" : " ");
  if (nanoseconds < 0)
    wd_buf_putc(buf, '-');
  print_clock(nanoseconds < 0 ? -(uint64_t)nanoseconds : (uint64_t)nanoseconds,
              WD_UNIT_NS, buf);
}
