/* Signatures of functions as text: which operands they take, what they give.
 *
 * Overloads with | between them, each `operands>result`, without blanks:
 *
 *   s string    B binary   o boolean  i i32   l i64   f fp64
 *   d date      h time     v interval  k a string that is a constant
 *   t timestamp in microseconds, z the same with the zone UTC
 *   n any integer, x and y anything: the same letter is the same type
 *   everywhere
 *   [x  a list of x        {xy  a map from x to y
 *   ?   the operands from here on may be left out
 *   *   the last operand may be given any number of times
 *
 * A result is nullable when an operand is; with `!` after it always, with `.`
 * never. Pure functions; any thread. */
#ifndef WD_PLAN_SIGNATURE_H
#define WD_PLAN_SIGNATURE_H

#include "plan/expression.h"

struct wd_signature_operand {
  struct wd_type type;
  const struct wd_literal *literal; /* one that adapts to its use, or NULL */
};

/* What an overload makes of operands. */
struct wd_signature_match {
  struct wd_type result;
  bool always_null; /* as of `!` */
  bool never_null;  /* as of `.` */
};

/* Finds the overload that needs the fewest casts, and the types to cast the
 * operands to (`count`, the caller's). `exact`: without any cast. False: none
 * takes them, or memory is short (*out_short). Types of lists are made in the
 * arena. */
bool
wd_signature_find(const char *signature, uint32_t count,
                  const struct wd_signature_operand *operands, bool exact,
                  struct wd_arena *arena, struct wd_type *out_wanted,
                  struct wd_signature_match *out_match, bool *out_short);

/* Whether an operand is cast to a type by itself, where a signature wants it.
 */
bool
wd_signature_takes(const struct wd_signature_operand *operand,
                   const struct wd_type *wanted);

/* The overloads for people: `f(string)`, `f(list<T>, i64 [, i64])`, with " and
 * " before the last. */
void
wd_signature_describe(const char *signature, const char *name,
                      struct wd_buf *buf);

/* How many operands the overloads take. */
void
wd_signature_arity(const char *signature, uint32_t *out_least,
                   uint32_t *out_most);

#endif
