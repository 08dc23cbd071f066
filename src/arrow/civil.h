/* Dates and times of the proleptic Gregorian calendar, counted from
 * 1970-01-01, years astronomical (year 0 is 1 BC). Pure functions, any
 * thread. */
#ifndef WD_ARROW_CIVIL_H
#define WD_ARROW_CIVIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arrow/decimal.h"
#include "arrow/type.h"

/* Month 1 to 12, day 1 to 31 (not checked against the month); years up to
 * some 10^16 either way. */
int64_t
wd_days_from_civil(int64_t year, unsigned month, unsigned day);

/* The reverse, for every count of days. */
void
wd_civil_from_days(int64_t days, int64_t *out_year, unsigned *out_month,
                   unsigned *out_day);

/* `YYYY-MM-DD`, the whole text: a year of 4 to 9 digits, with a minus or with
 * ` (BC)` after the day for those before year 1. False for anything else, for
 * days that are none, and past 32 bits. */
bool
wd_date_parse(const char *text, size_t length, int32_t *out_days);

/* A date, then optionally a space or T, `HH:MM[:SS[.fraction]]`, a zone (`Z`,
 * `+HH`, `+HHMM`, `+HH:MM`): microseconds in UTC. False when more than six
 * digits of the fraction matter. */
bool
wd_timestamp_parse(const char *text, size_t length, int64_t *out_us);

/* `2000-01-01`, `0044-03-15 (BC)`. */
void
wd_date_print(int64_t days, struct wd_buf *buf);

/* `2000-01-01 12:30:00.25`, with `+00` when zoned; no trailing zeros. */
void
wd_timestamp_print(int64_t value, enum wd_unit unit, bool zoned,
                   struct wd_buf *buf);

/* `12:30:00.25`; no trailing zeros. 24:00:00 is a time too. */
void
wd_time_print(int64_t value, enum wd_unit unit, struct wd_buf *buf);

/* `1 year 2 months -3 days 04:05:06.5`, without what is 0; `00:00:00` when all
 * is. */
void
wd_interval_value_print(int32_t months, int32_t days, int64_t nanoseconds,
                        struct wd_buf *buf);

#endif
