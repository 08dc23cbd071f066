/* What is known of aggregates beyond their names: how many arguments they
 * take and of which kind. Pure; any thread. */
#ifndef WD_PLAN_AGGREGATE_FUNCTION_H
#define WD_PLAN_AGGREGATE_FUNCTION_H

#include "plan/function.h"

enum wd_aggregate_rule {
  WD_AGG_RULE_COUNT,    /* anything to i64, never null */
  WD_AGG_RULE_SUM,      /* a number to the wide type of its kind */
  WD_AGG_RULE_AVG,      /* a number; integers as fp64 */
  WD_AGG_RULE_SAME,     /* anything to its type */
  WD_AGG_RULE_FLOAT,    /* numbers as fp64, to fp64 */
  WD_AGG_RULE_QUANTILE, /* the same and a constant fraction */
  WD_AGG_RULE_PICK,     /* anything and a constant fraction, to its type */
  WD_AGG_RULE_BITS,     /* an integer to its type */
  WD_AGG_RULE_LOGIC,    /* a boolean to boolean */
  WD_AGG_RULE_COUNT_IF, /* a boolean to i64, never null */
  WD_AGG_RULE_TEXT,     /* a string and a constant string to string */
  WD_AGG_RULE_LIST,     /* anything to a list of it */
  WD_AGG_RULE_MAP,      /* anything to a map of it to i64 */
  WD_AGG_RULE_GROUPING, /* keys of grouping sets to i64, never null */
};

enum wd_aggregate_rule
wd_aggregate_rule(enum wd_aggregate_function function);

void
wd_aggregate_arity(enum wd_aggregate_function function, uint32_t *out_least,
                   uint32_t *out_most);

/* Whether `distinct` means something for it. */
bool
wd_aggregate_takes_distinct(enum wd_aggregate_function function);

/* Whether its result follows from the order that the rows have. */
bool
wd_aggregate_follows_order(enum wd_aggregate_function function);

/* By a name that is not Substrait's (`stddev`, `mean` …), case folded. */
bool
wd_aggregate_alias(const char *name, size_t length,
                   enum wd_aggregate_function *out_function);

#endif
