/* The functions that a script registers by name. */
#ifndef SCRIPT_FUNCTIONS_H
#define SCRIPT_FUNCTIONS_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <wasidata.h>

/* Seen by `offset` as it is at the action. */
static int64_t script_offset = 1;

/* add: x + y + what was captured. */
static void
fn_add(const wd_row *row, wd_rows *out, void *env)
{
  wd_set_i64(out, 0, wd_get_i64(row, 0) + wd_get_i64(row, 1) + *(int64_t *)env);
}

/* offset: x + what `set-factor` said last. */
static void
fn_offset(const wd_row *row, wd_rows *out, void *env)
{
  (void)env;
  wd_set_i64(out, 0, wd_get_i64(row, 0) + script_offset);
}

/* strict-add: fails when it sees a null. */
static void
fn_strict_add(const wd_row *row, wd_rows *out, void *env)
{
  (void)env;
  if (wd_is_null(row, 0) || wd_is_null(row, 1))
    wd_fail("a strict function saw a null");
  wd_set_i64(out, 0, wd_get_i64(row, 0) + wd_get_i64(row, 1));
}

/* nulls: how many of its arguments are null. */
static void
fn_nulls(const wd_row *row, wd_rows *out, void *env)
{
  int64_t count = 0;
  (void)env;
  for (uint32_t i = 0; i < row->count; i++)
    count += wd_is_null(row, i);
  wd_set_i64(out, 0, count);
}

/* same: its first argument, whatever that is. */
static void
bind_same(wd_bind *bind, void *env)
{
  const wd_schema *input = wd_bind_input(bind);
  (void)env;
  if (input->count == 0) {
    wd_bind_refuse(bind, WD_INVALID_ARGUMENT, "same takes an argument");
    return;
  }
  wd_bind_output_field(bind, &input->fields[0]);
}

static void
fn_same(const wd_row *row, wd_rows *out, void *env)
{
  (void)env;
  wd_copy(out, 0, row, 0);
}

/* told: the names, types and known values of its arguments. */
struct told {
  char text[512];
};

static void
bind_told(wd_bind *bind, void *env)
{
  struct told *told = env;
  const wd_schema *input = wd_bind_input(bind);
  size_t used = 0;
  for (uint32_t i = 0; i < input->count; i++) {
    const wd_field *field = &input->fields[i];
    wd_row known;
    used += (size_t)snprintf(told->text + used, sizeof told->text - used,
                             "%s%s %d%s", i ? ", " : "", field->name,
                             (int)field->type, field->nullable ? "" : "!");
    if (!wd_bind_constant(bind, i, &known))
      continue;
    if (wd_is_null(&known, 0))
      used += (size_t)snprintf(told->text + used, sizeof told->text - used,
                               "=null");
    else if (field->type == WD_STRING)
      used += (size_t)snprintf(told->text + used, sizeof told->text - used,
                               "='%.*s'", WD_PRINT(wd_get_str(&known, 0)));
    else if (field->type == WD_I64)
      used += (size_t)snprintf(told->text + used, sizeof told->text - used,
                               "=%lld", (long long)wd_get_i64(&known, 0));
    else if (field->type == WD_F64)
      used += (size_t)snprintf(told->text + used, sizeof told->text - used,
                               "=%g", wd_get_f64(&known, 0));
    else if (field->type == WD_BOOL)
      used += (size_t)snprintf(told->text + used, sizeof told->text - used,
                               wd_get_bool(&known, 0) ? "=true" : "=false");
    else
      used +=
          (size_t)snprintf(told->text + used, sizeof told->text - used, "=?");
  }
}

static void
fn_told(const wd_row *row, wd_rows *out, void *env)
{
  (void)row;
  wd_set_text(out, 0, ((struct told *)env)->text);
}

/* label: named arguments, the text so often, in brackets. */
static void
fn_label(const wd_row *row, wd_rows *out, void *env)
{
  char text[256];
  wd_str word = wd_get_str(row, 0);
  (void)env;
  snprintf(text, sizeof text, "[%.*s x%lld]", WD_PRINT(word),
           (long long)wd_get_i64(row, 1));
  wd_set_text(out, 0, text);
}

/* total: the sum of any number of numbers. */
static void
fn_total(const wd_row *row, wd_rows *out, void *env)
{
  double sum = 0;
  (void)env;
  for (uint32_t i = 0; i < row->count; i++)
    sum += wd_get_f64(row, i);
  wd_set_f64(out, 0, sum);
}

/* twelve: no arguments. */
static void
fn_twelve(const wd_row *row, wd_rows *out, void *env)
{
  (void)row, (void)env;
  wd_set_i64(out, 0, 12);
}

/* even: a boolean. */
static void
fn_even(const wd_row *row, wd_rows *out, void *env)
{
  (void)env;
  if (!wd_is_null(row, 0))
    wd_set_bool(out, 0, wd_get_i64(row, 0) % 2 == 0);
}

/* shout: a text of the same letters twice. */
static void
fn_shout(const wd_row *row, wd_rows *out, void *env)
{
  (void)env;
  if (wd_is_null(row, 0))
    return;
  wd_str text = wd_get_str(row, 0);
  char *place = wd_set_str(out, 0, (wd_str){text.data, text.size});
  for (uint32_t i = 0; i < text.size; i++)
    if (place[i] >= 'a' && place[i] <= 'z')
      place[i] -= 'a' - 'A';
}

/* second: its second argument; it wants no other. */
static void
bind_second(wd_bind *bind, void *env)
{
  (void)env;
  wd_bind_column(bind, "arg2");
  wd_bind_output_field(bind, &wd_bind_input(bind)->fields[1]);
}

static void
fn_second(const wd_row *row, wd_rows *out, void *env)
{
  (void)env;
  wd_copy(out, 0, row, 0);
}

static void
fn_fail(const wd_row *row, wd_rows *out, void *env)
{
  (void)env;
  if (!wd_is_null(row, 0) && wd_get_i64(row, 0) == 13)
    wd_fail("13 is bad luck");
  wd_set_i64(out, 0, wd_get_i64(row, 0));
}

static void
fn_trap(const wd_row *row, wd_rows *out, void *env)
{
  (void)row, (void)out, (void)env;
  __builtin_trap();
}

static void
fn_reads(const wd_row *row, wd_rows *out, void *env)
{
  (void)row, (void)env;
  wd_count(wd_range(0, 10, 1));
  wd_set_i64(out, 0, 1);
}

static bool
script_register(const char *kind, const char *name)
{
  static const int64_t hundred = 100;
  static const struct told told;
  static const struct {
    const char *kind, *arguments;
    wd_lambda lambda;
  } kinds[] = {
      {"add",
       "x: i64, y: i64",
       {.map = fn_add,
        .env = &hundred,
        .env_size = sizeof hundred,
        .output = "r: i64"}},
      {"offset", "x: i64", {.map = fn_offset, .output = "r: i64"}},
      {"strict-add",
       "x: i64, y: i64",
       {.map = fn_strict_add, .output = "r: i64", .promises = WD_STRICT}},
      {"nulls", NULL, {.map = fn_nulls, .output = "r: i64 not null"}},
      {"same", NULL, {.map = fn_same, .bind = bind_same}},
      {"strict-same",
       NULL,
       {.map = fn_same, .bind = bind_same, .promises = WD_STRICT}},
      {"told",
       NULL,
       {.map = fn_told,
        .bind = bind_told,
        .env = &told,
        .env_size = sizeof told,
        .output = "r: string"}},
      {"label",
       "word: string, times: i64",
       {.map = fn_label, .output = "r: string"}},
      {"total",
       "first: f64, more: f64 ...",
       {.map = fn_total, .output = "r: f64"}},
      {"twelve", "", {.map = fn_twelve, .output = "r: i64"}},
      {"even", "x: i64", {.map = fn_even, .output = "r: bool"}},
      {"shout", "s: string", {.map = fn_shout, .output = "r: string"}},
      {"second", NULL, {.map = fn_second, .bind = bind_second}},
      {"strict-second",
       NULL,
       {.map = fn_second, .bind = bind_second, .promises = WD_STRICT}},
      {"fail", "x: i64", {.map = fn_fail, .output = "r: i64"}},
      {"trap", "x: i64", {.map = fn_trap, .output = "r: i64"}},
      {"reads", "x: i64", {.map = fn_reads, .output = "r: i64"}},
      {"two", "x: i64", {.map = fn_fail, .output = "r: i64, s: i64"}},
      {"none", "x: duration", {.map = fn_fail, .output = "r: i64"}},
  };
  bool good = true;
  if (strcmp(kind, "many") == 0) {
    char text[32];
    for (int i = 0, count = atoi(name); good && i < count; i++) {
      snprintf(text, sizeof text, "f%d", i);
      good = script_register("offset", text);
    }
    return good;
  }
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
    if (strcmp(kinds[i].kind, kind) == 0)
      return wd_register_scalar(name, kinds[i].arguments, &kinds[i].lambda);
  fprintf(stderr, "script: no function of the kind %s\n", kind);
  exit(2);
}

#endif
