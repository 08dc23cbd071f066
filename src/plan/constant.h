/* Literals as batches of one row: what a function that is bound is told of
 * arguments that are known. Pure; any thread. */
#ifndef WD_PLAN_CONSTANT_H
#define WD_PLAN_CONSTANT_H

#include "arrow/batch.h"
#include "plan/expression.h"

/* Whether a literal can be told so. */
bool
wd_constant_carried(const struct wd_type *type,
                    const struct wd_literal *literal);

/* One row of one column, in the arena; false when memory is short. */
bool
wd_constant_make(const struct wd_type *type, const struct wd_literal *literal,
                 struct wd_arena *arena, struct wd_batch *out_batch);

#endif
