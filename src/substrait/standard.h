/* What reading and writing plans know of the standard's extensions. */
#ifndef WD_SUBSTRAIT_STANDARD_H
#define WD_SUBSTRAIT_STANDARD_H

#include <stdbool.h>

#include "base/role.h"
#include "plan/call_options.h"
#include "plan/function.h"

/* The value of an option that is what is done without it (option.c); NULL:
 * none is. */
const char *
wd__option_done(const char *function, const char *name);

/* What is not usual of a call, as options of a function of ours. */
void
wd__own_options(struct wd_call_options options,
                void (*each)(void *to, const char *name, const char *value),
                void *to);

/* Whether aggregates and window functions of an extension are the same here. */
bool
wd__is_aggregate_extension(const char *extension);

/* Components of `extract`. */
struct component {
  const char *name;
  enum wd_function function;
  bool indexed; /* counts from ONE or from ZERO: an argument says */
};

/* The number of a role in a written lambda. */
int64_t
wd__role_number(enum wd_role role);

/* By name, by function; NULL: there is none. */
const struct component *
wd__component_named(const char *name);

const struct component *
wd__component_of(enum wd_function function);

#endif
