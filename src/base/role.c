#include "base/role.h"

const char *
wd_role_name(enum wd_role role)
{
  static const char *const names[] = {
      "map",        "filter",   "flat-map",      "map-partitions",
      "map-groups", "for-each", "reduce",        "aggregate",
      "scalar",     "relation", "co-map-groups", "generate",
      "lateral",    "to-text",  "from-text",     "sort-keys",
  };

  return (unsigned)role < sizeof names / sizeof *names ? names[role] : "?";
}
