/* Plans as Substrait: what is typed and bound, in its written form.
 *
 * Everything that a plan tree holds has a form: the standard's where it has
 * one (docs/substrait.md), ours for the rest (proto/wasi_data.proto). Lambdas
 * travel with their programs, code and memory, by their hashes. The same plan
 * gives the same bytes, and what was read gives them again when it is written.
 */
#ifndef WD_SUBSTRAIT_WRITE_H
#define WD_SUBSTRAIT_WRITE_H

#include "plan/plan.h"

struct wd_substrait_options {
  /* Calls `each` for the rows of a cache that is filled, or of a program's own
   * table (its node's left is NULL). NULL: such plans are refused. */
  enum wd_status (*stored)(void *env, const struct wd_plan_node *node,
                           void (*each)(void *to, const struct wd_batch *rows),
                           void *to, struct wd_error *error);
  void *env;
};

/* Appends the plan to a buffer, whose maximum is the most that it may have:
 * WD_LIMIT_EXCEEDED past it, WD_UNSUPPORTED for what cannot be written. */
enum wd_status
wd_substrait_write(const struct wd_plan *plan,
                   const struct wd_substrait_options *options,
                   struct wd_buf *buf, struct wd_error *error);

#endif
