#include "plan/call_options.h"

#include "base/buf.h"

bool
wd_call_options_equal(struct wd_call_options a, struct wd_call_options b)
{
  return a.overflow == b.overflow && a.domain == b.domain && a.zero == b.zero &&
         a.rounding == b.rounding && a.floor == b.floor &&
         a.nulls_first == b.nulls_first;
}

static void
print_one(const char *name, const char *const *values, uint8_t value,
          struct wd_buf *buf)
{
  if (value)
    wd_buf_printf(buf, ", %s => '%s'", name, values[value]);
}

void
wd_call_options_print(struct wd_call_options options, struct wd_buf *buf)
{
  static const char *const overflow[] = {"error", "saturate", "silent"};
  static const char *const undefined[] = {"usual", "nan", "null", "error"};
  static const char *const rounding[] = {
      "usual",    "truncate", "ceiling",          "floor",     "away_from_zero",
      "tie_down", "tie_up",   "tie_towards_zero", "tie_to_odd"};

  print_one("overflow", overflow, options.overflow, buf);
  print_one("on_domain_error", undefined, options.domain, buf);
  print_one("on_zero", undefined, options.zero, buf);
  print_one("rounding", rounding, options.rounding, buf);
  if (options.floor)
    wd_buf_puts(buf, ", division_type => 'floor'");
  if (options.nulls_first)
    wd_buf_puts(buf, ", nulls => 'first'");
}
