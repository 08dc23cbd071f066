/* The table functions that a script registers by name. */
#ifndef SCRIPT_TABLES_H
#define SCRIPT_TABLES_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <wasidata_tables.h>

/* numbers(count): 0, 1, … in as many partitions as the host likes; without end
 * when the count is negative. */
struct numbers {
  int64_t next, step, count;
};

static void
numbers_open(void *state, uint32_t partition, const wd_row *arguments,
             void *env)
{
  struct numbers *s = state;
  (void)env;
  *s = (struct numbers){partition, 16, wd_get_i64(arguments, 0)};
}

static bool
numbers_next(void *state, wd_rows *out, void *env)
{
  struct numbers *s = state;
  (void)env;
  if (s->count >= 0 && s->next >= s->count)
    return false;
  wd_set_i64(out, 0, s->next);
  wd_emit(out);
  s->next += s->step;
  return true;
}

static void
numbers_close(void *state, void *env)
{
  (void)state, (void)env;
  wd_counter_add("closed", 1);
}

/* words(text, by): the parts of a text, and where they begin. */
static void
words_rows(const wd_row *row, wd_rows *out, void *env)
{
  wd_str text = wd_get_str(row, 0), by = wd_get_str(row, 1);
  uint32_t from = 0;
  (void)env;
  if (wd_is_null(row, 0) || by.size != 1)
    return;
  for (uint32_t i = 0; i <= text.size; i++) {
    if (i < text.size && text.data[i] != by.data[0])
      continue;
    if (i > from) {
      wd_set_str(out, 0, (wd_str){text.data + from, i - from});
      wd_set_i64(out, 1, from);
      wd_emit(out);
    }
    from = i + 1;
  }
}

/* repeat(value, times): any value so often, and a number beside it. */
static void
repeat_bind(wd_bind *bind, void *env)
{
  const wd_schema *input = wd_bind_input(bind);
  wd_field value;
  (void)env;
  if (input->count != 2 || input->fields[1].type != WD_I64) {
    wd_bind_refuse(bind, WD_INVALID_ARGUMENT,
                   "repeat takes a value and an i64");
    return;
  }
  value = input->fields[0];
  value.name = "value";
  wd_bind_output_field(bind, &value);
  wd_bind_output(bind, "pos: i64 not null");
}

static void
repeat_rows(const wd_row *row, wd_rows *out, void *env)
{
  (void)env;
  for (int64_t i = 0; i < wd_get_i64(row, 1); i++) {
    wd_copy(out, 0, row, 0);
    wd_set_i64(out, 1, i);
    wd_emit(out);
  }
}

/* endless(x): its argument again and again. */
static void
endless_rows(const wd_row *row, wd_rows *out, void *env)
{
  (void)env;
  for (;;) {
    wd_set_i64(out, 0, wd_get_i64(row, 0));
    wd_emit(out);
  }
}

/* first(TABLE t, n): the first n rows of a partition as they are, with their
 * place. */
struct first {
  int64_t limit;
  uint32_t columns;
};

static void
first_bind(wd_bind *bind, void *env)
{
  struct first *first = env;
  const wd_schema *input = wd_bind_input(bind);
  wd_row known;
  uint32_t last = input->count - 1;
  if (!input->count || !wd_bind_constant(bind, last, &known)) {
    wd_bind_refuse(bind, WD_INVALID_ARGUMENT, "first takes a table and n");
    return;
  }
  first->limit = wd_get_i64(&known, 0);
  first->columns = last;
  for (uint32_t i = 0; i < last; i++)
    wd_bind_output_field(bind, &input->fields[i]);
  wd_bind_output(bind, "place: i64 not null");
}

static void
first_row(void *state, const wd_row *row, wd_rows *out, void *env)
{
  int64_t *seen = state;
  const struct first *first = env;
  if (*seen >= first->limit)
    return;
  for (uint32_t i = 0; i < first->columns; i++)
    wd_copy(out, i, row, i);
  wd_set_i64(out, first->columns, (*seen)++);
  wd_emit(out);
}

/* count_rows(TABLE t): at the end of a partition, one row. */
static void
all_row(void *state, const wd_row *row, wd_rows *out, void *env)
{
  (void)row, (void)out, (void)env;
  ++*(int64_t *)state;
}

static bool
all_end(void *state, wd_rows *out, void *env)
{
  (void)env;
  wd_set_i64(out, 0, *(int64_t *)state);
  wd_emit(out);
  return false;
}

static bool
script_register_table(const char *kind, const char *name)
{
  static const wd_generator numbers = {.size = sizeof(struct numbers),
                                       .open = numbers_open,
                                       .next = numbers_next,
                                       .close = numbers_close};
  static const wd_partition_fn first = {.size = sizeof(int64_t),
                                        .row = first_row};
  static const wd_partition_fn count = {
      .size = sizeof(int64_t), .row = all_row, .end = all_end};
  static struct first first_env;
  const struct {
    const char *kind;
    const char *arguments;
    wd_table_function function;
  } kinds[] = {
      {"numbers",
       "count: i64",
       {.generate = &numbers, .partitions = 16, .output = "n: i64 not null"}},
      {"words",
       "text: string, by: string",
       {.rows = words_rows, .output = "word: string, pos: i64"}},
      {"strict-words",
       "text: string, by: string",
       {.rows = words_rows,
        .output = "word: string, pos: i64",
        .promises = WD_STRICT}},
      {"repeat", NULL, {.rows = repeat_rows, .bind = repeat_bind}},
      {"endless", "x: i64", {.rows = endless_rows, .output = "x: i64"}},
      {"first",
       "n: i64",
       {.relation = &first,
        .bind = first_bind,
        .env = &first_env,
        .env_size = sizeof first_env}},
      {"count-rows", "", {.relation = &count, .output = "n: i64 not null"}},
      {"all",
       "count: i64",
       {.generate = &numbers,
        .partitions = 16,
        .rows = endless_rows,
        .relation = &count,
        .output = "n: i64"}},
  };
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
    if (strcmp(kinds[i].kind, kind) == 0)
      return wd_register_table(name, kinds[i].arguments, &kinds[i].function);
  fprintf(stderr, "script: no table function of the kind %s\n", kind);
  exit(2);
}

#endif
