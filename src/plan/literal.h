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

/* The same value in another type, as implicit casts allow it: exact, but for
 * fractions that become floats. False: it is no value of that type. */
bool
wd_literal_convert(const struct wd_type *from, const struct wd_literal *value,
                   const struct wd_type *to, struct wd_literal *out_literal);

/* Whether it is written with a sign: a number below 0, or -0.0. */
bool
wd_literal_negative(const struct wd_type *type,
                    const struct wd_literal *literal);

/* As a text that the parser reads as the same value of the same type. */
void
wd_literal_print(const struct wd_type *type, const struct wd_literal *literal,
                 struct wd_buf *buf);

#endif
