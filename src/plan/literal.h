/* Literals: values of carried types, written in the text language.
 *
 * Pure functions over caller's storage; any thread. */
#ifndef WD_PLAN_LITERAL_H
#define WD_PLAN_LITERAL_H

#include "arrow/decimal.h"
#include "plan/expression.h"

/* How many digits an integer has; 1 for 0. */
uint8_t
wd_literal_digits(wd_int128 value);

/* The type and value that the language gives an integer: i64, else decimal.
 * False past 38 digits. */
bool
wd_literal_integer(wd_int128 value, struct wd_type *out_type,
                   struct wd_literal *out_literal);

/* `12`: i64, else decimal; `1.50`: decimal<3,2>; `1.5e3`: f64. False for a
 * text that is out of range. */
bool
wd_literal_number(const char *text, size_t length, struct wd_type *out_type,
                  struct wd_literal *out_literal);

/* A number with the other sign, of the type that such a text has. */
void
wd_literal_negate(struct wd_type *type, struct wd_literal *literal);

/* `date '…'`, `timestamp '…'`: the latter in microseconds, with the zone UTC
 * when the text has one. */
bool
wd_literal_date(const char *text, size_t length, struct wd_type *out_type,
                struct wd_literal *out_literal);

bool
wd_literal_timestamp(const char *text, size_t length, struct wd_type *out_type,
                     struct wd_literal *out_literal);

/* Whether a word is a unit of intervals: `day`, `months` … */
bool
wd_interval_unit(const char *text, size_t length);

/* `interval '…'`: numbers with units, a time of day, in any order; with a unit
 * (else NULL) the text is a number of it. False for anything else, for what is
 * no whole number of microseconds, and past the range. */
bool
wd_literal_interval(const char *text, size_t length, const char *unit,
                    size_t unit_length, struct wd_type *out_type,
                    struct wd_literal *out_literal);

/* `1 month 2 days 3.5 seconds`. */
void
wd_interval_print(const struct wd_literal *literal, struct wd_buf *buf);

/* The same value in another type, as implicit casts allow it: exact, but for
 * fractions that become floats. False: it is no value of that type. */
bool
wd_literal_convert(const struct wd_type *from, const struct wd_literal *value,
                   const struct wd_type *to, struct wd_literal *out_literal);

/* Whether it is written as a number alone, without a cast. */
bool
wd_literal_is_number(const struct wd_type *type,
                     const struct wd_literal *literal);

/* Whether it is written with a sign: a number below 0, or -0.0. */
bool
wd_literal_negative(const struct wd_type *type,
                    const struct wd_literal *literal);

/* As a text that the parser reads as the same value of the same type. */
void
wd_literal_print(const struct wd_type *type, const struct wd_literal *literal,
                 struct wd_buf *buf);

#endif
