#include <math.h>
#include <stdio.h>
#include <string.h>

#include <wasidata_types.h>

static void
to_text(const wd_row *row, wd_rows *out, void *env)
{
  wd_row money = wd_get_struct(row, 0);
  long long cents = wd_get_i64(&money, 0);
  char text[64];
  (void)env;
  snprintf(text, sizeof text, "%lld.%02lld %.*s", cents / 100, cents % 100,
           WD_PRINT(wd_get_str(&money, 1)));
  wd_set_text(out, 0, text);
}

static void
set_money(wd_rows *out, int64_t cents, wd_str currency)
{
  wd_rows *money = wd_set_struct(out, 0);
  wd_set_i64(money, 0, cents);
  wd_set_str(money, 1, currency);
}

static void
from_text(const wd_row *row, wd_rows *out, void *env)
{
  char text[64], currency[4];
  long long whole, cents;
  (void)env;
  snprintf(text, sizeof text, "%.*s", WD_PRINT(wd_get_str(row, 0)));
  if (sscanf(text, "%lld.%2lld %3s", &whole, &cents, currency) != 3)
    wd_fail("'%s' is no money", text);
  set_money(out, whole * 100 + cents, wd_str_of(currency));
}

static void
sort_key(const wd_row *row, wd_rows *out, void *env)
{
  wd_row money = wd_get_struct(row, 0);
  char key[64];
  (void)env;
  char *end = wd_key_str(key, wd_get_str(&money, 1));
  end = wd_key_i64(end, wd_get_i64(&money, 0));
  wd_set_bytes(out, 0, (wd_str){key, (uint32_t)(end - key)});
}

static void
add(const wd_row *row, wd_rows *out, void *env)
{
  wd_row a = wd_get_struct(row, 0), b = wd_get_struct(row, 1);
  wd_str left = wd_get_str(&a, 1), right = wd_get_str(&b, 1);
  (void)env;
  if (!wd_str_equal(left, right))
    wd_fail("cannot add %.*s and %.*s", WD_PRINT(left), WD_PRINT(right));
  set_money(out, wd_get_i64(&a, 0) + wd_get_i64(&b, 0), left);
}

static void
distance(const wd_row *row, wd_rows *out, void *env)
{
  wd_row a = wd_get_struct(row, 0), b = wd_get_struct(row, 1);
  double x = wd_get_f64(&a, 0) - wd_get_f64(&b, 0);
  double y = wd_get_f64(&a, 1) - wd_get_f64(&b, 1);
  (void)env;
  wd_set_f64(out, 0, sqrt(x * x + y * y));
}

static void
place(const wd_row *row, wd_rows *out, void *env)
{
  double id = (double)wd_get_i64(row, 0);
  wd_rows *point = wd_set_struct(out, 0);
  (void)env;
  wd_set_f64(point, 0, id);
  wd_set_f64(point, 1, 2 * id);
}

static void
show_wrong(wd_dataset prices, const char *wrong, const char *a, const char *b)
{
  wd_clear_error();
  wd_count(wd_filter(prices, wrong));
  const wd_error *error = wd_last_error();
  printf("%s\n", error && strstr(error->message, a) && strstr(error->message, b)
                     ? "refused"
                     : "taken");
}

int
main(void)
{
  wd_register_type(
      "money", "struct<cents: i64 not null, currency: string not null>",
      &(wd_type_operations){
          .to_text = to_text, .from_text = from_text, .sort_key = sort_key});
  wd_register_type("point", "struct<x: f64 not null, y: f64 not null>", NULL);
  wd_register_scalar(
      "+", "a: money, b: money",
      &(wd_lambda){.map = add, .output = "m: money", .promises = WD_STRICT});
  wd_register_scalar(
      "<->", "a: point, b: point",
      &(wd_lambda){.map = distance, .output = "d: f64", .promises = WD_STRICT});
  wd_dataset prices =
      wd_select(wd_read("prices"), "id", "cast(price as money) as m");
  wd_show(wd_select(wd_sort(prices, "m", "id"), "id", "m::string as price",
                    "(m + m)::string as twice", "m > '5.00 EUR' as dear"));
  wd_dataset groups = wd_aggregate(wd_group_by(prices, "m"), "count(*) as n",
                                   "min(id) as least");
  wd_show(wd_select(wd_sort(groups, "m"), "m::string as price", "n", "least"));
  wd_dataset ends =
      wd_aggregate_all(prices, "min(m) as lowest", "max(m) as highest");
  wd_show(wd_select(ends, "lowest::string as lowest",
                    "highest::string as highest"));
  wd_dataset points =
      wd_map(wd_range(0, 4, 1), place, NULL, 0, "value: point not null");
  wd_show(wd_sort(wd_select(points,
                            "value <-> cast(struct(x => 0::f64, y => 0::f64) "
                            "as point) as d"),
                  "d"));
  wd_on_error(WD_RETURN);
  show_wrong(prices, "m + '1.00 XXX' > '1.00 XXX'", "cannot add", "XXX");
  show_wrong(prices, "m > 'much'", "'much'", "is no money");
  show_wrong(prices, "m > 5", "money", "i64");
  show_wrong(prices, "m - m > m", "-", "money, money");
}
