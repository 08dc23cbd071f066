/* Calls of functions that the program registered.
 *
 * A lambda is called by the batch, so a call cannot stand in the text of an
 * expression. The rows that the expression is of get another column first, with
 * the call's results (a step of the jar's), and its place in the text is that
 * column's name. What a call gives inside of others comes before them. A branch
 * of a `case` guards the calls in it: rows that do not come there are not given
 * to the lambda; so are rows with nulls to strict functions.
 */
#ifndef WD_ENGINE_SPARK_LOWER_NAMED_H
#define WD_ENGINE_SPARK_LOWER_NAMED_H

#include "engine/spark/lower.h"

/* A call whose results are a column of the rows that are at hand. */
struct wd_spark_called {
  struct wd_spark_called *next; /* called before */
  const struct wd_expression *call;
  uint32_t number; /* the column is n<number>_0 */
  uint32_t place;  /* of the column */
  bool right;      /* of a join's right side */
};

/* Whether a node's own expressions call functions of the program. */
bool
wd_spark_has_calls(const struct wd_plan_node *node);

/* Whether an expression does, over columns of both sides of a join whose left
 * one has so many. */
bool
wd_spark_calls_across(const struct wd_expression *expression,
                      uint32_t left_count);

/* Puts a node's left as a relation, its columns first, then what the node's
 * expressions call. */
enum wd_status
wd_spark_lower_input(struct wd_spark_lowering *lowering,
                     const struct wd_plan_node *node, uint32_t field);

/* A relation, and expressions over its `width` columns. */
struct wd_spark_base {
  enum wd_status (*lower)(struct wd_spark_lowering *lowering,
                          const struct wd_plan_node *node, uint32_t field);
  const struct wd_plan_node *node;
  uint32_t width;
};

/* Parts of a condition, all of which must hold. */
struct wd_spark_conditions {
  uint32_t count;
  const struct wd_expression **items;
};

/* The same of a base, with what conditions over it call. */
enum wd_status
wd_spark_lower_calls(struct wd_spark_lowering *lowering,
                     const struct wd_spark_base *base,
                     const struct wd_spark_conditions *conditions,
                     uint32_t field);

/* The same of a side of a join, with what its conditions call over columns of
 * that side (those over no columns are called on the left). */
enum wd_status
wd_spark_lower_side_calls(struct wd_spark_lowering *lowering,
                          const struct wd_plan_node *join, bool right,
                          const struct wd_spark_conditions *conditions,
                          uint32_t field);

/* Appends the column of a call. */
enum wd_status
wd_spark_write_named(struct wd_spark_lowering *lowering,
                     const struct wd_expression *call, struct wd_buf *buf);

#endif
