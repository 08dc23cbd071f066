/* Rows with nested values that are reduced, and user aggregates over them:
 * main makes rows by a rule of their numbers, which test_sdk_nested_reduce.py
 * knows. Arguments: what, rows, groups. */
#include <stdio.h>
#include <stdlib.h>

#include <wasidata.h>

#define SCHEMA                                                                 \
  "k: i64, id: i64, name: string, e: enum('red', 'blue'), f: fixedbinary(2), " \
  "l: string[], s: struct<a: i64, b: i64[]>, m: map<string, i64>, x: i64[2], " \
  "u: union<i: i64, t: string>, n: null"
enum { K, ID, NAME, E, F, L, S, M, X, U, N, COLUMNS };

static void
text_of(char *text, int64_t i)
{
  snprintf(text, 32, "\u00e9%lld", (long long)i);
}

static void
set_row(wd_rows *rows, int64_t i, int64_t groups)
{
  char text[32], two[2] = {'a', (char)('a' + i % 26)};
  text_of(text, i);
  wd_set_i64(rows, K, i % groups);
  wd_set_i64(rows, ID, i);
  wd_set_text(rows, NAME, text);
  wd_set_enum(rows, E, (uint32_t)(i % 2));
  wd_set_bytes(rows, F, (wd_str){two, 2});
  wd_rows *list = wd_set_list(rows, L);
  for (int64_t j = 0; j < i % 3; j++) {
    if ((i + j) % 4)
      wd_set_text(list, 0, text);
    wd_emit(list);
  }
  wd_rows *s = wd_set_struct(rows, S);
  wd_set_i64(s, 0, i);
  if (i % 5) {
    wd_rows *b = wd_set_list(s, 1);
    wd_set_i64(b, 0, -i);
    wd_emit(b);
  }
  wd_rows *map = wd_set_list(rows, M);
  for (int64_t j = 0; j < i % 3; j++) {
    wd_set_text(map, 0, j ? "second" : "first");
    if (j)
      wd_set_i64(map, 1, i);
    wd_emit(map);
  }
  wd_rows *pair = wd_set_list(rows, X);
  wd_set_i64(pair, 0, i);
  wd_emit(pair);
  wd_emit(pair);
  if (i % 2)
    wd_set_text(wd_set_union(rows, U, 1), 1, text);
  else if (i % 4)
    wd_set_i64(wd_set_union(rows, U, 0), 0, i);
  else
    wd_set_union(rows, U, 1);
  for (uint32_t c = NAME; c < U; c++)
    if ((i + c) % 7 == 0)
      wd_set_null(rows, c);
}

/* The row of the lowest id, all of it. */
static void
lowest(wd_acc *acc, const wd_row *row, void *env)
{
  (void)env;
  if (wd_get_i64(row, ID) >= *wd_at_i64(acc, ID))
    return;
  wd_rows *out = wd_acc_rows(acc);
  for (uint32_t c = 0; c < COLUMNS; c++)
    if (wd_is_null(row, c) && c != U)
      wd_acc_set_null(acc, c);
    else
      wd_copy(out, c, row, c);
}

/* Whether a list of one i64 each goes before another. */
static bool
below(wd_list a, wd_list b)
{
  for (uint32_t i = 0; i < a.size && i < b.size; i++) {
    wd_row x = wd_list_at(a, i), y = wd_list_at(b, i);
    if (wd_get_i64(&x, 0) != wd_get_i64(&y, 0))
      return wd_get_i64(&x, 0) < wd_get_i64(&y, 0);
  }
  return a.size < b.size;
}

/* Two columns: k, and ids, a list that is kept sorted: the merge of both. */
static void
merge(wd_acc *acc, const wd_row *row, void *env)
{
  (void)env;
  wd_row is = wd_acc_row(acc);
  wd_list a = wd_get_list(&is, 1), b = wd_get_list(row, 1);
  if (wd_is_null(row, 1))
    return;
  wd_rows *to = wd_set_list(wd_acc_rows(acc), 1);
  for (uint32_t i = 0, j = 0; i < a.size || j < b.size;) {
    wd_list left = a, right = b;
    left.first += i;
    left.size = i < a.size;
    right.first += j;
    right.size = j < b.size;
    bool first = left.size && (!right.size || below(left, right));
    wd_row item = wd_list_at(first ? a : b, first ? i++ : j++);
    wd_copy(to, 0, &item, 0);
    wd_emit(to);
  }
}

static void
id_list(const wd_row *row, wd_rows *out, void *env)
{
  (void)env;
  int64_t id = wd_get_i64(row, ID);
  wd_copy(out, 0, row, K);
  if (id % 11 == 0)
    return; /* null */
  wd_rows *list = wd_set_list(out, 1);
  if (id % 13 == 0)
    return; /* empty */
  wd_set_i64(list, 0, id);
  wd_emit(list);
}

/* ---- A user aggregate: how often each key of m came, the longest l (of equal
 * ones the least id), of which the state keeps size and id only. */

struct counts {
  int64_t rows, keys[2], sum, longest, id;
};

static void
counts_update(void *state, const wd_row *row, void *env)
{
  struct counts *c = state;
  (void)env;
  wd_list map = wd_get_list(row, 0), list = wd_get_list(row, 1);
  wd_row s = wd_get_struct(row, 2);
  c->rows++;
  for (uint32_t i = 0; i < map.size; i++) {
    wd_row entry = wd_list_at(map, i);
    c->keys[!wd_str_equal(wd_get_str(&entry, 0), wd_str_of("first"))]++;
  }
  wd_list b = wd_get_list_by(&s, "b");
  for (uint32_t i = 0; i < b.size; i++) {
    wd_row one = wd_list_at(b, i);
    c->sum += wd_get_i64(&one, 0);
  }
  int64_t id = wd_get_i64(row, 3), size = list.size;
  if (c->rows == 1 || size > c->longest || (size == c->longest && id < c->id)) {
    c->longest = size;
    c->id = id;
  }
}

static void
counts_combine(void *state, const void *other, void *env)
{
  struct counts *c = state;
  const struct counts *o = other;
  (void)env;
  if (!o->rows)
    return;
  if (!c->rows || o->longest > c->longest ||
      (o->longest == c->longest && o->id < c->id)) {
    c->longest = o->longest;
    c->id = o->id;
  }
  c->rows += o->rows;
  c->sum += o->sum;
  c->keys[0] += o->keys[0];
  c->keys[1] += o->keys[1];
}

static void
counts_finish(const void *state, wd_rows *out, void *env)
{
  const struct counts *c = state;
  (void)env;
  if (!c->rows)
    return; /* null */
  wd_rows *fields = wd_set_struct(out, 0);
  wd_rows *map = wd_set_list(fields, 0);
  for (int i = 0; i < 2; i++) {
    if (!c->keys[i])
      continue;
    wd_set_text(map, 0, i ? "second" : "first");
    wd_set_i64(map, 1, c->keys[i]);
    wd_emit(map);
  }
  wd_rows *two = wd_set_list(fields, 1);
  wd_set_i64(two, 0, c->longest);
  wd_emit(two);
  wd_set_i64(two, 0, c->id);
  wd_emit(two);
  if (c->sum)
    wd_set_i64(fields, 2, c->sum);
}

int
main(int count, char **arguments)
{
  if (count < 4)
    return 2;
  const char *what = arguments[1];
  int64_t groups = atoi(arguments[3]);
  wd_rows *rows = wd_rows_new(SCHEMA);
  for (int64_t i = 0; i < atoi(arguments[2]); i++) {
    set_row(rows, i, groups);
    wd_emit(rows);
  }
  wd_dataset d = wd_create(rows);
  wd_aggregator counts = {.size = sizeof(struct counts),
                          .update = counts_update,
                          .combine = counts_combine,
                          .finish = counts_finish,
                          .output = "struct<keys: map<string, i64>, longest: "
                                    "i64[2], sum: i64>"};
  const char *const of[] = {"m", "l", "s", "id", NULL};
  wd_measure measure = {.name = "c", .function = &counts, .arguments = of};
  if (!strcmp(what, "lowest"))
    d = wd_reduce(wd_group_by(d, "k"), lowest, NULL, 0);
  else if (!strcmp(what, "lowest-of-all"))
    d = wd_reduce_all(d, lowest, NULL, 0);
  else if (!strcmp(what, "merge"))
    d = wd_reduce(
        wd_group_by(wd_map(d, id_list, NULL, 0, "k: i64, ids: i64[]"), "k"),
        merge, NULL, 0);
  else if (!strcmp(what, "aggregate"))
    d = wd_aggregate_by(wd_group_by(d, "k"), &measure, 1);
  else
    d = wd_with_column(wd_aggregate_all_by(d, &measure, 1), "k", "0");
  wd_show(wd_sort(d, "k"));
}
