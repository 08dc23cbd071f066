#include "plan/aggregate_function.h"

#include <string.h>
#include <strings.h>

#define MANY WD_FUNCTION_MANY
#define COUNT(array) (sizeof(array) / sizeof *(array))

enum { PLAIN = 0, DISTINCT = 1, ORDER = 2 };

static const struct {
  enum wd_aggregate_rule rule;
  uint32_t least, most;
  unsigned flags;
} traits[] = {
    [WD_AGG_COUNT_STAR] = {WD_AGG_RULE_COUNT, 0, 0, PLAIN},
    [WD_AGG_COUNT] = {WD_AGG_RULE_COUNT, 1, MANY, DISTINCT},
    [WD_AGG_SUM] = {WD_AGG_RULE_SUM, 1, 1, DISTINCT},
    [WD_AGG_MIN] = {WD_AGG_RULE_SAME, 1, 1, DISTINCT},
    [WD_AGG_MAX] = {WD_AGG_RULE_SAME, 1, 1, DISTINCT},
    [WD_AGG_AVG] = {WD_AGG_RULE_AVG, 1, 1, DISTINCT},
    [WD_AGG_APPROX_COUNT_DISTINCT] = {WD_AGG_RULE_COUNT, 1, 1, PLAIN},
    [WD_AGG_COUNT_IF] = {WD_AGG_RULE_COUNT_IF, 1, 1, PLAIN},
    [WD_AGG_ANY_VALUE] = {WD_AGG_RULE_SAME, 1, 1, PLAIN},
    [WD_AGG_FIRST] = {WD_AGG_RULE_SAME, 1, 1, ORDER},
    [WD_AGG_LAST] = {WD_AGG_RULE_SAME, 1, 1, ORDER},
    [WD_AGG_MODE] = {WD_AGG_RULE_SAME, 1, 1, PLAIN},
    [WD_AGG_MIN_BY] = {WD_AGG_RULE_SAME, 2, 2, PLAIN},
    [WD_AGG_MAX_BY] = {WD_AGG_RULE_SAME, 2, 2, PLAIN},
    [WD_AGG_PRODUCT] = {WD_AGG_RULE_FLOAT, 1, 1, DISTINCT},
    [WD_AGG_STD_DEV] = {WD_AGG_RULE_FLOAT, 1, 1, DISTINCT},
    [WD_AGG_STD_DEV_POP] = {WD_AGG_RULE_FLOAT, 1, 1, DISTINCT},
    [WD_AGG_VARIANCE] = {WD_AGG_RULE_FLOAT, 1, 1, DISTINCT},
    [WD_AGG_VARIANCE_POP] = {WD_AGG_RULE_FLOAT, 1, 1, DISTINCT},
    [WD_AGG_CORR] = {WD_AGG_RULE_FLOAT, 2, 2, PLAIN},
    [WD_AGG_COVAR_SAMP] = {WD_AGG_RULE_FLOAT, 2, 2, PLAIN},
    [WD_AGG_COVAR_POP] = {WD_AGG_RULE_FLOAT, 2, 2, PLAIN},
    [WD_AGG_MEDIAN] = {WD_AGG_RULE_FLOAT, 1, 1, DISTINCT},
    [WD_AGG_QUANTILE] = {WD_AGG_RULE_QUANTILE, 2, 2, DISTINCT},
    [WD_AGG_QUANTILE_DISC] = {WD_AGG_RULE_PICK, 2, 2, DISTINCT},
    [WD_AGG_APPROX_QUANTILE] = {WD_AGG_RULE_QUANTILE, 2, 2, PLAIN},
    [WD_AGG_BOOL_AND] = {WD_AGG_RULE_LOGIC, 1, 1, PLAIN},
    [WD_AGG_BOOL_OR] = {WD_AGG_RULE_LOGIC, 1, 1, PLAIN},
    [WD_AGG_BIT_AND] = {WD_AGG_RULE_BITS, 1, 1, PLAIN},
    [WD_AGG_BIT_OR] = {WD_AGG_RULE_BITS, 1, 1, PLAIN},
    [WD_AGG_BIT_XOR] = {WD_AGG_RULE_BITS, 1, 1, DISTINCT},
    [WD_AGG_STRING_AGG] = {WD_AGG_RULE_TEXT, 2, 2, DISTINCT | ORDER},
    [WD_AGG_LIST] = {WD_AGG_RULE_LIST, 1, 1, DISTINCT | ORDER},
    [WD_AGG_COLLECT_LIST] = {WD_AGG_RULE_LIST, 1, 1, DISTINCT | ORDER},
    [WD_AGG_COLLECT_SET] = {WD_AGG_RULE_LIST, 1, 1, PLAIN},
    [WD_AGG_HISTOGRAM] = {WD_AGG_RULE_MAP, 1, 1, PLAIN},
    [WD_AGG_GROUPING] = {WD_AGG_RULE_GROUPING, 0, 62, PLAIN},
};

_Static_assert(COUNT(traits) == WD_AGG_COUNT_OF_FUNCTIONS,
               "every aggregate has traits");

static const struct {
  const char *name;
  enum wd_aggregate_function function;
} aliases[] = {
    {"approx_percentile", WD_AGG_APPROX_QUANTILE},
    {"approx_distinct", WD_AGG_APPROX_COUNT_DISTINCT},
    {"arbitrary", WD_AGG_ANY_VALUE},
    {"array_agg", WD_AGG_LIST},
    {"covar", WD_AGG_COVAR_SAMP},
    {"every", WD_AGG_BOOL_AND},
    {"group_concat", WD_AGG_STRING_AGG},
    {"grouping_id", WD_AGG_GROUPING},
    {"listagg", WD_AGG_STRING_AGG},
    {"mean", WD_AGG_AVG},
    {"percentile", WD_AGG_QUANTILE},
    {"percentile_approx", WD_AGG_APPROX_QUANTILE},
    {"quantile_cont", WD_AGG_QUANTILE},
    {"some", WD_AGG_BOOL_OR},
    {"stddev", WD_AGG_STD_DEV},
    {"stddev_pop", WD_AGG_STD_DEV_POP},
    {"stddev_samp", WD_AGG_STD_DEV},
    {"var_pop", WD_AGG_VARIANCE_POP},
    {"var_samp", WD_AGG_VARIANCE},
};

enum wd_aggregate_rule
wd_aggregate_rule(enum wd_aggregate_function function)
{
  return traits[function].rule;
}

void
wd_aggregate_arity(enum wd_aggregate_function function, uint32_t *out_least,
                   uint32_t *out_most)
{
  *out_least = traits[function].least;
  *out_most = traits[function].most;
}

bool
wd_aggregate_takes_distinct(enum wd_aggregate_function function)
{
  return traits[function].flags & DISTINCT;
}

bool
wd_aggregate_follows_order(enum wd_aggregate_function function)
{
  return traits[function].flags & ORDER;
}

bool
wd_aggregate_alias(const char *name, size_t length,
                   enum wd_aggregate_function *out_function)
{
  for (size_t i = 0; i < COUNT(aliases); i++)
    if (strlen(aliases[i].name) == length &&
        strncasecmp(aliases[i].name, name, length) == 0) {
      *out_function = aliases[i].function;
      return true;
    }
  return false;
}
