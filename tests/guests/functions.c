/* A module that registers functions and does nothing else: those of the script,
 * for who calls them from elsewhere. */
#include "script_aggregates.h"
#include "script_functions.h"

int
main(void)
{
  static const char *const scalars[][2] = {
      {"add", "plus"},      {"strict-add", "strict_plus"},
      {"nulls", "nulls"},   {"same", "same"},
      {"told", "told"},     {"label", "label"},
      {"total", "total"},   {"twelve", "twelve"},
      {"even", "is_even"},  {"shout", "shout"},
      {"second", "of_two"}, {"strict-second", "strict_of_two"},
      {"fail", "unlucky"},  {"trap", "falls"},
      {"reads", "reads"},   {"strict-same", "strict_same"},
  };
  static const char *const aggregates[][2] = {
      {"added", "added"},
      {"weighed", "weighed"},
      {"gathered", "gathered"},
      {"breaks", "breaks"},
  };
  bool good = true;
  for (size_t i = 0; i < sizeof scalars / sizeof *scalars; i++)
    good = good && script_register(scalars[i][0], scalars[i][1]);
  for (size_t i = 0; i < sizeof aggregates / sizeof *aggregates; i++)
    good =
        good && script_register_aggregate(aggregates[i][0], aggregates[i][1]);
  return !good;
}
