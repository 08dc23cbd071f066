/* The types that a script registers by name, and functions over them. */
#ifndef SCRIPT_TYPES_H
#define SCRIPT_TYPES_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <wasidata.h>
#include <wasidata_types.h>

/* money: cents and a currency. Currencies sort by their names, whatever the
 * case; `EUR` and `eur` are equal, but not stored alike. */
static void
money_to_text(const wd_row *row, wd_rows *out, void *env)
{
  wd_row money = wd_get_struct(row, 0);
  long long cents = wd_get_i64(&money, 0);
  char text[64];
  (void)env;
  snprintf(text, sizeof text, "%s%lld.%02lld %.*s", cents < 0 ? "-" : "",
           llabs(cents) / 100, llabs(cents) % 100,
           WD_PRINT(wd_get_str(&money, 1)));
  wd_set_text(out, 0, text);
}

static void
money_from_text(const wd_row *row, wd_rows *out, void *env)
{
  wd_str text = wd_get_str(row, 0);
  char copy[64] = "", currency[4];
  long long whole, cents;
  int end = 0;
  (void)env;
  snprintf(copy, sizeof copy, "%.*s", WD_PRINT(text));
  if (sscanf(copy, "%lld.%2lld %3s%n", &whole, &cents, currency, &end) != 3 ||
      (uint32_t)end != text.size)
    wd_fail("'%s' is no money: write 12.50 EUR", copy);
  wd_rows *money = wd_set_struct(out, 0);
  wd_set_i64(money, 0, whole * 100 + (copy[0] == '-' ? -cents : cents));
  wd_set_text(money, 1, currency);
}

static void
money_sort_key(const wd_row *row, wd_rows *out, void *env)
{
  wd_row money = wd_get_struct(row, 0);
  wd_str currency = wd_get_str(&money, 1);
  char key[64], *end = key;
  (void)env;
  for (uint32_t i = 0; i < currency.size && i < 8; i++)
    *end++ = (char)(currency.data[i] | 32);
  *end++ = 0;
  end = wd_key_i64(end, wd_get_i64(&money, 0));
  wd_set_bytes(out, 0, (wd_str){key, (uint32_t)(end - key)});
}

static void
set_money(wd_rows *out, int64_t cents, wd_str currency)
{
  wd_rows *money = wd_set_struct(out, 0);
  wd_set_i64(money, 0, cents);
  wd_set_str(money, 1, currency);
}

static void
money_add(const wd_row *row, wd_rows *out, void *env)
{
  wd_row a = wd_get_struct(row, 0), b = wd_get_struct(row, 1);
  wd_str left = wd_get_str(&a, 1), right = wd_get_str(&b, 1);
  (void)env;
  if (!wd_str_equal(left, right))
    wd_fail("cannot add %.*s and %.*s", WD_PRINT(left), WD_PRINT(right));
  set_money(out, wd_get_i64(&a, 0) + wd_get_i64(&b, 0), left);
}

static void
money_times(const wd_row *row, wd_rows *out, void *env)
{
  wd_row money = wd_get_struct(row, 0);
  (void)env;
  set_money(out, wd_get_i64(&money, 0) * wd_get_i64(row, 1),
            wd_get_str(&money, 1));
}

static void
money_negate(const wd_row *row, wd_rows *out, void *env)
{
  wd_row money = wd_get_struct(row, 0);
  (void)env;
  set_money(out, -wd_get_i64(&money, 0), wd_get_str(&money, 1));
}

struct money_sum {
  int64_t cents;
  uint32_t size;
  char currency[4];
};

static void
money_sum_add(struct money_sum *to, int64_t cents, wd_str currency)
{
  if (to->size && !wd_str_equal((wd_str){to->currency, to->size}, currency))
    wd_fail("cannot add %.*s and %.*s", (int)to->size, to->currency,
            WD_PRINT(currency));
  to->cents += cents;
  to->size = currency.size;
  memcpy(to->currency, currency.data, currency.size & 3);
}

static void
money_sum_update(void *state, const wd_row *row, void *env)
{
  wd_row money = wd_get_struct(row, 0);
  (void)env;
  if (!wd_is_null(row, 0))
    money_sum_add(state, wd_get_i64(&money, 0), wd_get_str(&money, 1));
}

static void
money_sum_combine(void *state, const void *other, void *env)
{
  const struct money_sum *from = other;
  (void)env;
  if (from->size)
    money_sum_add(state, from->cents, (wd_str){from->currency, from->size});
}

static void
money_sum_finish(const void *state, wd_rows *out, void *env)
{
  const struct money_sum *sum = state;
  (void)env;
  if (sum->size)
    set_money(out, sum->cents, (wd_str){sum->currency, sum->size});
}

/* point: x and y; no texts and no order of its own. */
static void
point_distance(const wd_row *row, wd_rows *out, void *env)
{
  wd_row a = wd_get_struct(row, 0), b = wd_get_struct(row, 1);
  (void)env;
  wd_set_f64(out, 0,
             hypot(wd_get_f64(&a, 0) - wd_get_f64(&b, 0),
                   wd_get_f64(&a, 1) - wd_get_f64(&b, 1)));
}

/* Twice the money of the first column. */
static void
money_double(const wd_row *row, wd_rows *out, void *env)
{
  wd_row money = wd_get_struct(row, 0);
  (void)env;
  set_money(out, 2 * wd_get_i64(&money, 0), wd_get_str(&money, 1));
}

static const wd_type_operations script_money = {.to_text = money_to_text,
                                                .from_text = money_from_text,
                                                .sort_key = money_sort_key};

static bool
script_register_type(const char *kind, const char *name)
{
  if (strcmp(kind, "money") == 0)
    return wd_register_type(name, "struct<cents: i64, currency: string>",
                            &script_money);
  if (strcmp(kind, "point") == 0)
    return wd_register_type(name, "struct<x: f64, y: f64>", NULL);
  if (strcmp(kind, "two") == 0)
    return wd_register_type(name, "i64, b: i64", NULL);
  return wd_register_type(name, kind, NULL);
}

/* The operators and functions of money and point. */
static bool
script_register_operators(void)
{
  static const wd_aggregator sum = {.size = sizeof(struct money_sum),
                                    .update = money_sum_update,
                                    .combine = money_sum_combine,
                                    .finish = money_sum_finish,
                                    .output = "money"};
  const wd_lambda add = {
      .map = money_add, .output = "m: money", .promises = WD_STRICT};
  const wd_lambda times = {
      .map = money_times, .output = "m: money", .promises = WD_STRICT};
  const wd_lambda negate = {
      .map = money_negate, .output = "m: money", .promises = WD_STRICT};
  const wd_lambda distance = {
      .map = point_distance, .output = "d: f64", .promises = WD_STRICT};
  return wd_register_scalar("+", "a: money, b: money", &add) &&
         wd_register_scalar("*", "a: money, n: i64", &times) &&
         wd_register_scalar("-", "a: money", &negate) &&
         wd_register_scalar("abs", "a: money", &negate) &&
         wd_register_scalar("<->", "a: point, b: point", &distance) &&
         wd_register_scalar("distance", "a: point, b: point", &distance) &&
         wd_register_aggregate("sum", "m: money", &sum);
}

#endif
