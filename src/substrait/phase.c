/* Phases of aggregations. A state between phases has a form here where it is a
 * value like the result: then what makes a state is the function itself, and
 * what reads states is the function over them. */
#include <string.h>

#include "substrait/translate.h"

/* By the standard's definitions: `decomposable: MANY`, `intermediate` is what
 * comes out. */
static const char *const decomposed[] = {
    "any_value", "bit_and", "bit_or", "bit_xor", "bool_and",
    "bool_or",   "count",   "max",    "min",     "sum",
};

static bool
is_decomposed(const struct called *called)
{
  for (size_t i = 0; i < sizeof decomposed / sizeof *decomposed; i++)
    if (strcmp(decomposed[i], called->name) == 0)
      return !called->extension->lambda && !called->distinct;
  return false;
}

static const char *
phase_name(int64_t phase)
{
  switch (phase) {
  case WD_SS_AggregationPhase_AGGREGATION_PHASE_INITIAL_TO_INTERMEDIATE:
    return "INITIAL_TO_INTERMEDIATE";
  case WD_SS_AggregationPhase_AGGREGATION_PHASE_INTERMEDIATE_TO_INTERMEDIATE:
    return "INTERMEDIATE_TO_INTERMEDIATE";
  default:
    return "INTERMEDIATE_TO_RESULT";
  }
}

bool
wd__is_whole_phase(int64_t phase)
{
  return phase == WD_SS_AggregationPhase_AGGREGATION_PHASE_UNSPECIFIED ||
         phase == WD_SS_AggregationPhase_AGGREGATION_PHASE_INITIAL_TO_RESULT;
}

enum wd_status
wd__read_phase(const struct translator *t, const struct wd_message *message,
               int64_t phase, struct called *called)
{
  if (wd__is_whole_phase(phase))
    return WD_OK;
  if (!is_decomposed(called))
    return wd_message_fail(
        message, WD_UNSUPPORTED, t->error,
        "the phase %s of '%s'%s, whose state is no value like its result: give "
        "the whole aggregation, the engine splits it",
        phase_name(phase), called->extension->name,
        called->distinct ? " of distinct values" : "");
  if (phase == WD_SS_AggregationPhase_AGGREGATION_PHASE_INITIAL_TO_INTERMEDIATE)
    return WD_OK;
  if (called->arguments.count != 1)
    return wd_message_fail(message, WD_INVALID_PLAN, t->error,
                           "the phase %s of '%s' takes one argument, its state",
                           phase_name(phase), called->extension->name);
  if (strcmp(called->name, "count") == 0) {
    called->name = "sum";
    called->zero = true;
  }
  return WD_OK;
}
