/* Every nested and special type, made in main by a rule of the row's number,
 * through a lambda of the kind that the first argument names. `copy` and the
 * like keep the rows; test_sdk_nested.py knows the rule, too. */
#include <stdio.h>
#include <stdlib.h>

#include <wasidata_tables.h>

#define KNOWN                                                                  \
  "id: i64, t: time, t32: time(ms), span: interval, u: uuid, "                 \
  "f: fixedbinary(3), e: enum('red', 'gr\u00fcn', 'it''s'), n: null, "         \
  "l: string[], ll: i64[][], x: i64[2], s: struct<a: i64, b: struct<c: "       \
  "string, d: bool[]>>, m: map<string, i64[]>"
#define SCHEMA KNOWN ", or: union<i: i64, s: string>"
enum { ID, T, T32, SPAN, U, F, E, N, L, LL, X, S, M, OR, COLUMNS };

static void
set_text(wd_rows *rows, uint32_t column, int64_t i)
{
  char text[32];
  snprintf(text, sizeof text, "\u65e5%lld", (long long)i);
  if (i % 3)
    wd_set_text(rows, column, text);
}

static void
set_flat(wd_rows *rows, int64_t i)
{
  wd_uuid uuid = {{(uint8_t)(i >> 8), (uint8_t)i, 7}};
  char bytes[3] = {'a', (char)('a' + i % 26), 'z'};
  wd_set_time(rows, T, i * 1000001 % 86400000000);
  wd_set_time(rows, T32, i * 1001 % 86400000);
  wd_interval span = {(int32_t)i, -(int32_t)i, i * 1000};
  wd_set_interval(rows, SPAN, span);
  wd_set_uuid(rows, U, uuid);
  wd_set_bytes(rows, F, (wd_str){bytes, 3});
  if (i % 2)
    wd_set_enum(rows, E, (uint32_t)(i % 3));
  else
    wd_set_text(rows, E,
                i % 3 == 0   ? "red"
                : i % 3 == 1 ? "gr\u00fcn"
                             : "it's");
}

static void
set_nested(wd_rows *rows, int64_t i)
{
  wd_rows *list = wd_set_list(rows, L);
  for (int64_t k = 0; k < i % 4; k++) {
    set_text(list, 0, i + k);
    wd_emit(list);
  }
  wd_rows *lists = wd_set_list(rows, LL);
  for (int64_t k = 0; k < i % 3; k++) {
    wd_rows *inner = (i + k) % 5 ? wd_set_list(lists, 0) : NULL;
    for (int64_t j = 0; inner && j < k + 1; j++) {
      wd_set_i64(inner, 0, i * j);
      wd_emit(inner);
    }
    wd_emit(lists);
  }
  wd_rows *pair = wd_set_list(rows, X);
  wd_set_i64(pair, 0, i);
  wd_emit(pair);
  wd_emit(pair);
  wd_rows *s = wd_set_struct(rows, S);
  wd_set_i64(s, 0, i);
  if (i % 4) {
    wd_rows *b = wd_set_struct(s, 1);
    set_text(b, 0, i);
    wd_rows *d = wd_set_list(b, 1);
    wd_set_bool(d, 0, i % 2);
    wd_emit(d);
  }
  wd_rows *map = wd_set_list(rows, M);
  for (int64_t k = 0; k < i % 3; k++) {
    wd_set_text(map, 0, k ? "second" : "first");
    if (k)
      wd_set_list(map, 1);
    wd_emit(map);
  }
}

static void
set_either(wd_rows *rows, int64_t i)
{
  if (i % 2)
    wd_set_i64(wd_set_union(rows, OR, 0), 0, i);
  else
    set_text(wd_set_union(rows, OR, 1), 1, i);
}

/* All but the union. */
static void
set_known(wd_rows *rows, int64_t i)
{
  wd_set_i64(rows, ID, i);
  set_flat(rows, i);
  /* What is set twice counts once. */
  set_nested(rows, i + 1);
  set_nested(rows, i);
  for (uint32_t c = ID + 1; c < OR; c++)
    if ((i + c) % 7 == 0)
      wd_set_null(rows, c);
}

static void
set_row(wd_rows *rows, int64_t i)
{
  set_known(rows, i);
  set_either(rows, i);
}

/* Row `i` as the arguments of a table function, which gives them back. */
static void
take_arguments(void *state, uint32_t partition, const wd_row *arguments,
               void *env)
{
  (void)partition, (void)env;
  *(wd_row *)state = *arguments;
}

static bool
give_arguments(void *state, wd_rows *out, void *env)
{
  const wd_row *arguments = state;
  (void)env;
  for (uint32_t c = 0; c < COLUMNS; c++)
    wd_copy(out, c, arguments, c);
  wd_emit(out);
  return false;
}

static void
show_arguments(int64_t i)
{
  static const wd_generator functions = {
      .size = sizeof(wd_row), .open = take_arguments, .next = give_arguments};
  wd_rows *row = wd_rows_new(SCHEMA);
  set_row(row, i);
  wd_emit(row);
  wd_show(wd_generate(&functions, row, 2, NULL, 0, SCHEMA));
}

/* Row `i` as parameters, which are selected again. */
static void
show_parameters(int64_t i)
{
  wd_rows *row = wd_rows_new(SCHEMA);
  set_row(row, i);
  wd_emit(row);
  wd_show(wd_select(wd_with_parameters(wd_range(0, 2, 1), row), "$id as id",
                    "$t as t", "$t32 as t32", "$span as span", "$u as u",
                    "$f as f", "$e as e", "$n as n", "$l as l", "$ll as ll",
                    "$x as x", "$s as s", "$m as m", "$\"or\" as \"or\"",
                    "$l is null as none", "$s.a as a",
                    "list_contains($l, $l[1]) as there"));
}

static void
copy(const wd_row *row, wd_rows *out, void *env)
{
  (void)env;
  for (uint32_t c = 0; c < COLUMNS; c++)
    wd_copy(out, c, row, c);
}

static void
again(const wd_row *row, wd_rows *out, void *env)
{
  (void)env;
  set_row(out, wd_get_i64(row, 0));
}

static void
copy_emit(const wd_row *row, wd_rows *out, void *env)
{
  copy(row, out, env);
  wd_emit(out);
}

static void
partition_row(void *state, const wd_row *row, wd_rows *out, void *env)
{
  (void)state;
  copy_emit(row, out, env);
}

static void
pass(const wd_batch *in, wd_rows *out, void *env)
{
  (void)env;
  for (uint32_t c = 0; c < COLUMNS; c++)
    wd_pass(out, c, in, c);
}

/* ---- Whole columns */

static bool
emitted(const wd_column *c)
{
  return c->type == WD_STRING || c->type == WD_NULL;
}

static void
valid_copy(const wd_column *c, wd_rows *out, uint32_t column)
{
  if (!c->validity)
    return;
  uint8_t *valid = wd_out_valid(out, column);
  for (uint32_t i = 0; i < c->length; i++)
    valid[i] = c->validity[i / 8] >> i % 8 & 1;
}

static void
columns_copy(const wd_batch *in, wd_rows *out);

static void
nested_copy(const wd_batch *in, wd_rows *out, uint32_t column)
{
  const wd_column *c = in->columns + column;
  wd_batch inside = wd_in_children(in, column);
  if (c->type == WD_LIST || c->type == WD_MAP)
    memcpy(wd_out_offsets(out, column), wd_in_offsets(in, column),
           (c->length + 1) * sizeof(int32_t));
  if (c->type == WD_UNION)
    memcpy(wd_out_members(out, column), c->values, c->length);
  columns_copy(&inside, wd_out_children(out, column, inside.rows));
}

static void
column_copy(const wd_batch *in, wd_rows *out, uint32_t column)
{
  const wd_column *c = in->columns + column;
  if (c->type == WD_I64)
    memcpy(wd_out_i64(out, column), c->values, c->length * sizeof(int64_t));
  else if (c->type == WD_BOOL)
    for (uint32_t i = 0; i < c->length; i++)
      wd_out_bool(out, column)[i] =
          ((const uint8_t *)c->values)[i / 8] >> i % 8 & 1;
  else
    nested_copy(in, out, column);
  if (c->type != WD_UNION)
    valid_copy(c, out, column);
}

/* Numbers and nested columns as wholes, then strings row by row. */
static void
columns_copy(const wd_batch *in, wd_rows *out)
{
  bool some = false;
  for (uint32_t c = 0; c < in->count; c++) {
    some |= emitted(in->columns + c);
    if (!emitted(in->columns + c))
      column_copy(in, out, c);
  }
  wd_row row = {in->columns, in->count, 0};
  for (; some && row.index < in->rows; row.index++) {
    for (uint32_t c = 0; c < in->count; c++)
      if (emitted(in->columns + c))
        wd_copy(out, c, &row, c);
    wd_emit(out);
  }
}

static void
columns(const wd_batch *in, wd_rows *out, void *env)
{
  (void)env;
  for (uint32_t c = ID; c < COLUMNS; c++)
    if (c >= L)
      column_copy(in, out, c);
    else
      wd_pass(out, c, in, c);
}

/* The columns that columns_copy knows. */
#define COPIED                                                                 \
  "id: i64, l: string[], ll: i64[][], x: i64[2], s: struct<a: i64, b: "        \
  "struct<c: string, d: bool[]>>, m: map<string, i64[]>, or: union<i: i64, "   \
  "s: string>"
static void
expand(const wd_batch *in, wd_rows *out, void *env)
{
  (void)env;
  wd_resize(out, in->rows);
  columns_copy(in, out);
}

/* A list that is not right, in a way. */
static void
wrong_columns(const wd_batch *in, wd_rows *out, void *what)
{
  const char *way = what;
  for (uint32_t c = ID; c < COLUMNS; c++)
    if (c != LL)
      wd_pass(out, c, in, c);
  if (!strcmp(way, "whole-order"))
    wd_out_children(out, LL, 3);
  int32_t *offsets = wd_out_offsets(out, LL);
  for (uint32_t i = 0; i <= in->rows; i++)
    offsets[i] = !strcmp(way, "whole-fall") && i == 4 ? 0 : (int32_t)i;
  bool end = !strcmp(way, "whole-end");
  wd_rows *items = wd_out_children(out, LL, in->rows + end);
  wd_out_offsets(items, 0);
  wd_out_children(items, 0, 0);
  if (!strcmp(way, "whole-type"))
    wd_out_offsets(out, S);
  if (!strcmp(way, "whole-size"))
    wd_out_children(out, X, 3);
  for (uint32_t i = 0; !strcmp(way, "whole-more") && i <= in->rows; i++)
    wd_emit(items);
}

/* Whether the nested parts are consistent with the flat ones. */
static bool
keep(const wd_row *row, void *env)
{
  (void)env;
  if (wd_is_null(row, S))
    return true;
  wd_row s = wd_get_struct(row, S);
  wd_row b = wd_get_struct(&s, 1);
  bool there = wd_get_i64_by(&s, "a") % 4 != 0;
  return wd_get_i64(&s, 0) == wd_get_i64(row, ID) &&
         wd_is_null(&s, 1) == !there &&
         wd_get_list_by(&b, "d").size == (there ? 1 : 0);
}

static void
wrong(const wd_row *row, wd_rows *out, void *what)
{
  wd_list list = wd_get_list(row, X);
  wd_row item;
  switch (*(const char *)what) {
  case 'i':
    item = wd_list_at(list, 2);
    wd_copy(out, 0, &item, 0);
    break;
  case 't':
    wd_get_list(row, S);
    break;
  case 'f':
    wd_emit(wd_set_list(out, X));
    break;
  case 'e':
    wd_set_text(out, E, "blue");
    break;
  case 'b':
    wd_set_bytes(out, F, wd_str_of("four"));
    break;
  default:
    wd_set_union(out, OR, 2);
  }
}

static void
write_to(wd_dataset d, const char *const *columns)
{
  wd_wait(wd_write_list(d, "out", WD_CREATE, columns, NULL));
}

int
main(int count, char **arguments)
{
  if (count < 3)
    return 2;
  const char *kind = arguments[1];
  if (!strcmp(kind, "parameters") || !strcmp(kind, "arguments")) {
    (*kind == 'p' ? show_parameters : show_arguments)(atoi(arguments[2]));
    return 0;
  }
  wd_rows *rows = wd_rows_new(SCHEMA);
  for (int64_t i = 0; i < atoi(arguments[2]); i++) {
    set_row(rows, i);
    wd_emit(rows);
  }
  wd_dataset d = wd_create(rows);
  wd_partition_fn partition = {.row = partition_row};
  if (!strcmp(kind, "map"))
    d = wd_map(wd_map(d, copy, NULL, 0, SCHEMA), copy, NULL, 0, NULL);
  else if (!strcmp(kind, "again"))
    d = wd_map(wd_select(d, "id"), again, NULL, 0, SCHEMA);
  else if (!strcmp(kind, "flat-map"))
    d = wd_flat_map(d, copy_emit, NULL, 0, SCHEMA);
  else if (!strcmp(kind, "partitions"))
    d = wd_map_partitions(d, &partition, NULL, 0, SCHEMA);
  else if (!strcmp(kind, "groups"))
    d = wd_map_groups(wd_group_by(d, "s"), &partition, NULL, 0, SCHEMA);
  else if (!strcmp(kind, "pass"))
    d = wd_map_batch(d, pass, NULL, 0, SCHEMA);
  else if (!strcmp(kind, "columns"))
    d = wd_map_batch(d, columns, NULL, 0, SCHEMA);
  else if (!strcmp(kind, "expand"))
    d = wd_flat_map_batch(
        wd_select(d, "id", "l", "ll", "x", "s", "m", "\"or\""), expand, NULL, 0,
        COPIED);
  else if (!strncmp(kind, "whole-", 6))
    d = wd_map_batch(d, wrong_columns, kind, strlen(kind) + 1, SCHEMA);
  else if (!strcmp(kind, "filter"))
    d = wd_filter_by(d, keep, NULL, 0);
  else if (strcmp(kind, "create") && strcmp(kind, "write"))
    d = wd_map(d, wrong, kind, strlen(kind) + 1, SCHEMA);
  if (!strcmp(kind, "write")) /* columns by which to write follow */
    write_to(d, (const char *const *)arguments + 3);
  else
    wd_show(wd_sort(d, "id"));
}
