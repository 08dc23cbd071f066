/* The aggregates that a script registers by name. */
#ifndef SCRIPT_AGGREGATES_H
#define SCRIPT_AGGREGATES_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <wasidata.h>

/* added: the sum of x, and what was captured for each row; null for none. */
struct added {
  int64_t sum;
  int64_t rows;
};

static void
added_update(void *state, const wd_row *row, void *env)
{
  struct added *added = state;
  if (wd_is_null(row, 0))
    return;
  added->sum += wd_get_i64(row, 0) + *(int64_t *)env;
  added->rows++;
}

static void
added_combine(void *state, const void *other, void *env)
{
  struct added *added = state;
  const struct added *more = other;
  (void)env;
  added->sum += more->sum;
  added->rows += more->rows;
}

static void
added_finish(const void *state, wd_rows *out, void *env)
{
  const struct added *added = state;
  (void)env;
  if (added->rows)
    wd_set_i64(out, 0, added->sum);
}

/* weighed: the mean of the first argument by the second. */
struct weighed {
  double sum;
  double weight;
};

static void
weighed_update(void *state, const wd_row *row, void *env)
{
  struct weighed *weighed = state;
  (void)env;
  weighed->sum += wd_get_f64(row, 0) * wd_get_f64(row, 1);
  weighed->weight += wd_get_f64(row, 1);
}

static void
weighed_combine(void *state, const void *other, void *env)
{
  struct weighed *weighed = state;
  const struct weighed *more = other;
  (void)env;
  weighed->sum += more->sum;
  weighed->weight += more->weight;
}

static void
weighed_finish(const void *state, wd_rows *out, void *env)
{
  const struct weighed *weighed = state;
  (void)env;
  if (weighed->weight != 0)
    wd_set_f64(out, 0, weighed->sum / weighed->weight);
}

/* gathered: the texts in order, with commas: a state of any size. */
struct gathered {
  char **texts;
  size_t count;
};

static void
gathered_add(struct gathered *gathered, const char *text, size_t size)
{
  gathered->texts =
      realloc(gathered->texts, (gathered->count + 1) * sizeof(char *));
  gathered->texts[gathered->count++] = strndup(text, size);
}

static void
gathered_update(void *state, const wd_row *row, void *env)
{
  wd_str text = wd_get_str(row, 0);
  (void)env;
  if (!wd_is_null(row, 0))
    gathered_add(state, text.data, text.size);
}

static void
gathered_combine(void *state, const void *other, void *env)
{
  const struct gathered *more = other;
  (void)env;
  for (size_t i = 0; i < more->count; i++)
    gathered_add(state, more->texts[i], strlen(more->texts[i]));
}

static int
gathered_compare(const void *a, const void *b)
{
  return strcmp(*(char *const *)a, *(char *const *)b);
}

static void
gathered_finish(const void *state, wd_rows *out, void *env)
{
  const struct gathered *gathered = state;
  size_t size = 1;
  (void)env;
  for (size_t i = 0; i < gathered->count; i++)
    size += strlen(gathered->texts[i]) + 1;
  char *joined = malloc(size), *to = joined;
  *to = '\0';
  if (gathered->count)
    qsort(gathered->texts, gathered->count, sizeof(char *), gathered_compare);
  for (size_t i = 0; i < gathered->count; i++) {
    if (i)
      *to++ = ',';
    to = stpcpy(to, gathered->texts[i]);
  }
  wd_set_text(out, 0, joined);
  free(joined);
}

static void
gathered_save(const void *state, wd_bytes *out, void *env)
{
  const struct gathered *gathered = state;
  (void)env;
  /* Saving nothing is no state. */
  wd_save(out, &gathered->count, sizeof gathered->count);
  for (size_t i = 0; i < gathered->count; i++)
    wd_save(out, gathered->texts[i], strlen(gathered->texts[i]) + 1);
}

static void
gathered_load(void *state, const void *data, size_t size, void *env)
{
  const char *at = (const char *)data + sizeof(size_t);
  const char *end = (const char *)data + size;
  (void)env;
  for (; at < end; at += strlen(at) + 1)
    gathered_add(state, at, strlen(at));
}

static void
gathered_free(void *state, void *env)
{
  struct gathered *gathered = state;
  (void)env;
  for (size_t i = 0; i < gathered->count; i++)
    free(gathered->texts[i]);
  free(gathered->texts);
}

/* rows-of: of any arguments: how many rows, and what the arguments are. */
static void
rows_update(void *state, const wd_row *row, void *env)
{
  (void)row, (void)env;
  ++*(int64_t *)state;
}

static void
rows_combine(void *state, const void *other, void *env)
{
  (void)env;
  *(int64_t *)state += *(const int64_t *)other;
}

struct rows_of {
  char text[256];
};

static void
rows_bind(wd_bind *bind, void *env)
{
  struct rows_of *of = env;
  const wd_schema *input = wd_bind_input(bind);
  size_t used = 0;
  if (input->count == 0) {
    wd_bind_refuse(bind, WD_INVALID_ARGUMENT, "rows-of takes an argument");
    return;
  }
  for (uint32_t i = 0; i < input->count; i++)
    used += (size_t)snprintf(of->text + used, sizeof of->text - used, " %s %d",
                             input->fields[i].name, (int)input->fields[i].type);
}

static void
rows_finish(const void *state, wd_rows *out, void *env)
{
  char text[300];
  snprintf(text, sizeof text, "%lld%s", (long long)*(const int64_t *)state,
           ((struct rows_of *)env)->text);
  wd_set_text(out, 0, text);
}

/* breaks: fails at 13, traps at 14. */
static void
breaks_update(void *state, const wd_row *row, void *env)
{
  int64_t x = wd_get_i64(row, 0);
  (void)state, (void)env;
  if (x == 13)
    wd_fail("13 is bad luck");
  if (x == 14)
    __builtin_trap();
}

/* hoards: a state as large as its argument says. */
static void
hoards_update(void *state, const wd_row *row, void *env)
{
  (void)env;
  *(int64_t *)state += wd_get_i64(row, 0);
}

static void
hoards_save(const void *state, wd_bytes *out, void *env)
{
  static const char zeroes[1 << 20];
  (void)env;
  for (int64_t left = *(const int64_t *)state; left > 0;
       left -= (int64_t)sizeof zeroes)
    wd_save(out, zeroes,
            left < (int64_t)sizeof zeroes ? (size_t)left : sizeof zeroes);
}

static void
hoards_load(void *state, const void *data, size_t size, void *env)
{
  (void)data, (void)env;
  *(int64_t *)state = (int64_t)size;
}

static void
hoards_free(void *state, void *env)
{
  (void)state, (void)env;
}

static void
number_finish(const void *state, wd_rows *out, void *env)
{
  (void)env;
  wd_set_i64(out, 0, *(const int64_t *)state);
}

static bool
script_register_aggregate(const char *kind, const char *name)
{
  static const int64_t hundred = 100;
  static const struct rows_of of;
  static const struct {
    const char *kind, *arguments;
    wd_aggregator aggregator;
  } kinds[] = {
      {"added",
       "x: i64",
       {.size = sizeof(struct added),
        .update = added_update,
        .combine = added_combine,
        .finish = added_finish,
        .env = &hundred,
        .env_size = sizeof hundred,
        .output = "i64"}},
      {"weighed",
       "x: f64, weight: f64",
       {.size = sizeof(struct weighed),
        .update = weighed_update,
        .combine = weighed_combine,
        .finish = weighed_finish,
        .output = "f64"}},
      {"gathered",
       "text: string",
       {.size = sizeof(struct gathered),
        .update = gathered_update,
        .combine = gathered_combine,
        .finish = gathered_finish,
        .save = gathered_save,
        .load = gathered_load,
        .free = gathered_free,
        .output = "string"}},
      {"rows-of",
       NULL,
       {.size = sizeof(int64_t),
        .update = rows_update,
        .combine = rows_combine,
        .finish = rows_finish,
        .bind = rows_bind,
        .env = &of,
        .env_size = sizeof of,
        .output = "string"}},
      {"breaks",
       "x: i64",
       {.size = sizeof(int64_t),
        .update = breaks_update,
        .combine = rows_combine,
        .finish = number_finish,
        .output = "i64"}},
      {"hoards",
       "x: i64",
       {.size = sizeof(int64_t),
        .update = hoards_update,
        .combine = rows_combine,
        .finish = number_finish,
        .save = hoards_save,
        .load = hoards_load,
        .free = hoards_free,
        .output = "i64"}},
  };
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
    if (strcmp(kinds[i].kind, kind) == 0)
      return wd_register_aggregate(name, kinds[i].arguments,
                                   &kinds[i].aggregator);
  fprintf(stderr, "script: no aggregate of the kind %s\n", kind);
  exit(2);
}

#endif
