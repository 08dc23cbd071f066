#include <stdio.h>
#include <string.h>

#include <wasidata.h>

/* What is kept of a call of `larger`. */
struct larger {
  bool text;
};

static void
larger_bind(wd_bind *bind, void *env)
{
  const wd_schema *input = wd_bind_input(bind);
  if (!input->count) {
    wd_bind_refuse(bind, WD_INVALID_ARGUMENT, "larger takes an argument");
    return;
  }
  for (uint32_t i = 1; i < input->count; i++)
    if (input->fields[i].type != input->fields[0].type)
      wd_bind_refuse(bind, WD_INVALID_ARGUMENT,
                     "larger takes arguments of one type");
  ((struct larger *)env)->text = input->fields[0].type == WD_STRING;
  wd_field field = input->fields[0];
  field.nullable = true;
  wd_bind_output_field(bind, &field);
}

static bool
is_less(const struct larger *larger, const wd_row *row, uint32_t a, uint32_t b)
{
  if (!larger->text)
    return wd_get_i64(row, a) < wd_get_i64(row, b);
  wd_str x = wd_get_str(row, a), y = wd_get_str(row, b);
  int order = memcmp(x.data, y.data, x.size < y.size ? x.size : y.size);
  return order < 0 || (order == 0 && x.size < y.size);
}

static void
larger(const wd_row *row, wd_rows *out, void *env)
{
  uint32_t best = row->count;
  for (uint32_t i = 0; i < row->count; i++)
    if (!wd_is_null(row, i) &&
        (best == row->count || is_less(env, row, best, i)))
      best = i;
  if (best < row->count)
    wd_copy(out, 0, row, best);
}

static void
power_bind(wd_bind *bind, void *env)
{
  wd_row known;
  if (wd_bind_input(bind)->count != 2 || !wd_bind_constant(bind, 1, &known))
    wd_bind_refuse(bind, WD_INVALID_ARGUMENT, "the exponent must be known");
  else
    *(int64_t *)env = wd_get_i64(&known, 0);
}

static void
power(const wd_row *row, wd_rows *out, void *env)
{
  int64_t product = 1;
  for (int64_t i = 0; i < *(int64_t *)env; i++)
    product *= wd_get_i64(row, 0);
  wd_set_i64(out, 0, product);
}

static void
total(const wd_row *row, wd_rows *out, void *env)
{
  int64_t sum = 0;
  (void)env;
  for (uint32_t i = 0; i < row->count; i++)
    sum += wd_get_i64(row, i);
  wd_set_i64(out, 0, sum);
}

static void
scaled(const wd_row *row, wd_rows *out, void *env)
{
  (void)env;
  wd_set_i64(out, 0, wd_get_i64(row, 0) * wd_get_i64(row, 1));
}

int
main(void)
{
  struct larger none = {false};
  int64_t zero = 0;
  wd_register_scalar("larger", NULL,
                     &(wd_lambda){.map = larger,
                                  .bind = larger_bind,
                                  .env = &none,
                                  .env_size = sizeof none});
  wd_register_scalar("power_of", NULL,
                     &(wd_lambda){.map = power,
                                  .bind = power_bind,
                                  .env = &zero,
                                  .env_size = sizeof zero,
                                  .output = "p: i64"});
  wd_register_scalar(
      "total", "x: i64 ...",
      &(wd_lambda){.map = total, .output = "t: i64", .promises = WD_STRICT});
  wd_register_scalar(
      "scaled", "x: i64, by: i64",
      &(wd_lambda){.map = scaled, .output = "s: i64", .promises = WD_STRICT});
  wd_dataset numbers =
      wd_select(wd_range(0, 5, 1), "id", "if(id = 3, null, 4 - id) as down",
                "cast(id as string) as text");
  wd_show(wd_sort(wd_select(numbers, "id", "larger(id, down) as l",
                            "larger(text, '2', cast(null as string)) as t",
                            "total(id, down, 100) as s", "total(id) as one",
                            "power_of(id, 3) as p", "scaled(id, 7) as k"),
                  "id"));
  const char *wrong[] = {"larger()", "larger(id, text)", "power_of(id, down)",
                         "total('x')", "total()"};
  wd_on_error(WD_RETURN);
  for (int i = 0; i < 5; i++) {
    wd_clear_error();
    wd_count(wd_select(numbers, wrong[i]));
    printf("%s\n", wd_last_error() ? "refused" : "taken");
  }
}
