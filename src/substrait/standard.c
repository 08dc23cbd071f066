#include "substrait/standard.h"

#include <stddef.h>
#include <string.h>

#include "substrait.gen.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

bool
wd__is_aggregate_extension(const char *extension)
{
  static const char *const names[] = {
      "functions_arithmetic",        "functions_arithmetic_decimal",
      "functions_aggregate_generic", "functions_aggregate_approx",
      "functions_boolean",           "functions_string",
      "functions_datetime",          "unsigned_integers",
  };

  for (size_t i = 0; i < COUNT(names); i++)
    if (strcmp(extension, names[i]) == 0)
      return true;
  return false;
}

static const struct component components[] = {
    {"YEAR", WD_FN_EXTRACT_YEAR, false},
    {"ISO_YEAR", WD_FN_EXTRACT_ISO_YEAR, false},
    {"QUARTER", WD_FN_EXTRACT_QUARTER, true},
    {"MONTH", WD_FN_EXTRACT_MONTH, true},
    {"DAY", WD_FN_EXTRACT_DAY, true},
    {"DAY_OF_YEAR", WD_FN_EXTRACT_DAY_OF_YEAR, true},
    {"MONDAY_DAY_OF_WEEK", WD_FN_EXTRACT_DAY_OF_WEEK, true},
    {"SUNDAY_DAY_OF_WEEK", WD_FN_EXTRACT_SUNDAY_DAY_OF_WEEK, true},
    {"ISO_WEEK", WD_FN_EXTRACT_ISO_WEEK, true},
    {"HOUR", WD_FN_EXTRACT_HOUR, false},
    {"MINUTE", WD_FN_EXTRACT_MINUTE, false},
    {"SECOND", WD_FN_EXTRACT_SECOND, false},
    {"MILLISECOND", WD_FN_EXTRACT_MILLISECOND, false},
    {"MICROSECOND", WD_FN_EXTRACT_MICROSECOND, false},
    {"SUBSECOND", WD_FN_EXTRACT_SUBSECOND, false},
    {"UNIX_TIME", WD_FN_EXTRACT_UNIX_TIME, false},
};

const struct component *
wd__component_named(const char *name)
{
  for (size_t i = 0; i < COUNT(components); i++)
    if (strcmp(components[i].name, name) == 0)
      return &components[i];
  return NULL;
}

const struct component *
wd__component_of(enum wd_function function)
{
  for (size_t i = 0; i < COUNT(components); i++)
    if (components[i].function == function)
      return &components[i];
  return NULL;
}

static const int64_t roles[] = {
    [WD_ROLE_MAP] = WD_SS_wasidata_Role_ROLE_MAP,
    [WD_ROLE_FILTER] = WD_SS_wasidata_Role_ROLE_FILTER,
    [WD_ROLE_FLAT_MAP] = WD_SS_wasidata_Role_ROLE_FLAT_MAP,
    [WD_ROLE_PARTITION] = WD_SS_wasidata_Role_ROLE_MAP_PARTITIONS,
    [WD_ROLE_GROUP] = WD_SS_wasidata_Role_ROLE_MAP_GROUPS,
    [WD_ROLE_FOR_EACH] = WD_SS_wasidata_Role_ROLE_FOR_EACH,
    [WD_ROLE_REDUCE] = WD_SS_wasidata_Role_ROLE_REDUCE,
    [WD_ROLE_AGGREGATE] = WD_SS_wasidata_Role_ROLE_AGGREGATE,
    [WD_ROLE_SCALAR] = WD_SS_wasidata_Role_ROLE_SCALAR,
    [WD_ROLE_RELATION] = WD_SS_wasidata_Role_ROLE_UNSPECIFIED,
    [WD_ROLE_CO_GROUP] = WD_SS_wasidata_Role_ROLE_CO_MAP_GROUPS,
    [WD_ROLE_TABLE] = WD_SS_wasidata_Role_ROLE_TABLE,
    [WD_ROLE_LATERAL] = WD_SS_wasidata_Role_ROLE_LATERAL,
    [WD_ROLE_TO_TEXT] = WD_SS_wasidata_Role_ROLE_TO_TEXT,
    [WD_ROLE_FROM_TEXT] = WD_SS_wasidata_Role_ROLE_FROM_TEXT,
    [WD_ROLE_SORT_KEYS] = WD_SS_wasidata_Role_ROLE_SORT_KEYS,
};

int64_t
wd__role_number(enum wd_role role)
{
  return roles[role];
}
