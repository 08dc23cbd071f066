/* Literals to batches of one row, as a function that is bound is told of
 * arguments that are known, and back. Pure; any thread. */
#ifndef WD_PLAN_LITERAL_ARRAY_H
#define WD_PLAN_LITERAL_ARRAY_H

#include "arrow/array.h"
#include "plan/expression.h"

/* Whether a literal can be told so. */
bool
wd_literal_carried(const struct wd_type *type,
                   const struct wd_literal *literal);

/* The value of a row; what it points to is the array's. Null or of a type that
 * wd_literal_carried takes. */
struct wd_literal
wd_literal_from_array(const struct wd_array *array, uint32_t row);

/* One row of one column, in the arena; false when memory is short. */
bool
wd_literal_to_batch(const struct wd_type *type,
                    const struct wd_literal *literal, struct wd_arena *arena,
                    struct wd_batch *out_batch);

#endif
