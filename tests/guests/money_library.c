/* A module whose functions are of a type that other programs register too. */
#include "script_types.h"

static void
fn_cents(const wd_row *row, wd_rows *out, void *env)
{
  wd_row money = wd_get_struct(row, 0);
  (void)env;
  wd_set_i64(out, 0, wd_get_i64(&money, 0));
}

int
main(void)
{
  if (!script_register_type("money", "money") ||
      !script_register_type("point", "point") || !script_register_operators())
    return 1;
  wd_register_scalar(
      "cents", "m: money",
      &(wd_lambda){.map = fn_cents, .output = "c: i64", .promises = WD_STRICT});
  wd_register_scalar("twice", "m: money",
                     &(wd_lambda){.map = money_double,
                                  .output = "m: money",
                                  .promises = WD_STRICT});
  return 0;
}
