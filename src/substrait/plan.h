/* Plans that were written as Substrait, as relations.
 *
 * The bytes are decoded and looked at when the relation is made; names are
 * resolved and types derived when a plan is made of it, as for any relation.
 * What is not run here is refused by name, with its path in the plan. Which
 * parts of Substrait there are: docs/substrait.md. Any thread.
 */
#ifndef WD_SUBSTRAIT_PLAN_H
#define WD_SUBSTRAIT_PLAN_H

#include "plan/relation.h"

/* The bytes are copied. Inputs are what the plan reads by their names, before
 * what is granted: `count` of them, copied, a reference to each is taken.
 * WD_INVALID_PLAN, WD_LIMIT_EXCEEDED or WD_UNSUPPORTED say where. */
enum wd_status
wd_substrait_relation(struct wd_mem *mem, const void *data, size_t length,
                      uint32_t count, const struct wd_written_input *inputs,
                      struct wd_relation **out_relation,
                      struct wd_error *error);

#endif
