/* How a call of a function is done otherwise than usual: what options of
 * Substrait's functions ask for. All 0 is usual. */
#ifndef WD_PLAN_CALL_OPTIONS_H
#define WD_PLAN_CALL_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

struct wd_buf;

/* What a result is that does not fit. */
enum wd_on_overflow {
  WD_OVERFLOW_ERROR,
  WD_OVERFLOW_SATURATE, /* the nearest value that fits */
  WD_OVERFLOW_SILENT,   /* some value: bits are cut off */
};

/* What a result is that is not defined. */
enum wd_on_undefined {
  WD_UNDEFINED_USUAL, /* what docs/expressions.md says of the function */
  WD_UNDEFINED_NAN,
  WD_UNDEFINED_NULL,
  WD_UNDEFINED_ERROR,
};

enum wd_rounding {
  WD_ROUND_USUAL, /* halves away from zero */
  WD_ROUND_TRUNCATE,
  WD_ROUND_CEILING,
  WD_ROUND_FLOOR,
  WD_ROUND_AWAY_FROM_ZERO,
  WD_ROUND_TIE_DOWN,
  WD_ROUND_TIE_UP,
  WD_ROUND_TIE_TOWARDS_ZERO,
  WD_ROUND_TIE_TO_ODD,
};

struct wd_call_options {
  uint8_t overflow; /* enum wd_on_overflow */
  uint8_t domain;   /* enum wd_on_undefined: operands outside of it */
  uint8_t zero;     /* the same: a logarithm of 0, a division by 0 */
  uint8_t rounding; /* enum wd_rounding, of round */
  bool floor;       /* of modulus: the quotient is rounded down */
  bool nulls_first; /* of list_sort and list_sort_desc */
};

bool
wd_call_options_equal(struct wd_call_options a, struct wd_call_options b);

static inline bool
wd_call_options_usual(struct wd_call_options options)
{
  struct wd_call_options usual = {.overflow = WD_OVERFLOW_ERROR};

  return wd_call_options_equal(options, usual);
}

/* `, overflow => 'saturate'` and so on; nothing for usual ones. */
void
wd_call_options_print(struct wd_call_options options, struct wd_buf *buf);

#endif
