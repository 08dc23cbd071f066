/* How large decimals, and integers of which they are made, can be.
 *
 * By the rules for types a product of decimals has the digits of both, so that
 * `price * (1 - discount)` is a decimal of 38 digits. DuckDB computes in 64
 * bits up to 18 digits, in 128 bits beyond, several times slower; past 38
 * digits a function of ours does. So values are followed from what limits them
 * (literals, types, the statistics of a file) to the results, and a decimal
 * that fits has 18 digits as SQL, whatever its type in the plan: it is narrow.
 * The step above gets it so if it asks for that (`extents` of the lowering),
 * else cast to its type.
 */
#ifndef WD_ENGINE_DUCKDB_EXTENT_H
#define WD_ENGINE_DUCKDB_EXTENT_H

#include "arrow/decimal.h"
#include "engine/duckdb/lower.h"

struct wd_duck_extent {
  wd_uint128 most; /* no unscaled value is larger, or smaller than -most */
  uint8_t digits;  /* the precision as SQL, at most that of the type; else 0 */
};

/* Of each column of the rows; NULL: none is a number like these, or there was
 * no memory (lowering->extents_failed). */
const struct wd_duck_extent *
wd_duck_extents(struct wd_duck_lowering *lowering,
                const struct wd_plan_node *node);

/* The same for the columns of both sides of a join. */
const struct wd_duck_extent *
wd_duck_extents_of_both(struct wd_duck_lowering *lowering,
                        const struct wd_plan_node *join);

/* Of an expression over columns with these (NULL: as their types say). */
struct wd_duck_extent
wd_duck_extent_of(const struct wd_expression *expression,
                  const struct wd_duck_extent *columns);

/* Whether it has fewer digits than its type. */
static inline bool
wd_duck_is_narrow(const struct wd_type *type,
                  const struct wd_duck_extent *extent)
{
  return type->id == WD_TYPE_DECIMAL && extent->digits < type->precision;
}

/* What the statistics of a table's one Parquet file say, into the extents of
 * its columns. */
void
wd_duck_extents_of_table(struct wd_duck_lowering *lowering,
                         const struct wd_plan_node *node,
                         struct wd_duck_extent *extents);

#endif
