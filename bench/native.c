#include "native.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels.h"

static void *
column(duckdb_data_chunk chunk, idx_t i)
{
  return duckdb_vector_get_data(duckdb_data_chunk_get_vector(chunk, i));
}

/* ---- Scalars */

static void
run_increment(duckdb_function_info info, duckdb_data_chunk in,
              duckdb_vector out)
{
  idx_t rows = duckdb_data_chunk_get_size(in);
  const int64_t *restrict from = column(in, 0);
  int64_t *restrict to = duckdb_vector_get_data(out);

  (void)info;
  for (idx_t i = 0; i < rows; i++)
    to[i] = from[i] + 1;
}

static void
run_hash(duckdb_function_info info, duckdb_data_chunk in, duckdb_vector out)
{
  idx_t rows = duckdb_data_chunk_get_size(in);
  const int64_t *restrict from = column(in, 0);
  int64_t *restrict to = duckdb_vector_get_data(out);

  (void)info;
  for (idx_t i = 0; i < rows; i++)
    to[i] = bench_hash(from[i]);
}

static void
run_gcd(duckdb_function_info info, duckdb_data_chunk in, duckdb_vector out)
{
  idx_t rows = duckdb_data_chunk_get_size(in);
  const int64_t *a = column(in, 0), *b = column(in, 1);
  int64_t *to = duckdb_vector_get_data(out);

  (void)info;
  for (idx_t i = 0; i < rows; i++)
    to[i] = bench_gcd(a[i], b[i]);
}

static void
run_binary_gcd(duckdb_function_info info, duckdb_data_chunk in,
               duckdb_vector out)
{
  idx_t rows = duckdb_data_chunk_get_size(in);
  const int64_t *a = column(in, 0), *b = column(in, 1);
  int64_t *to = duckdb_vector_get_data(out);

  (void)info;
  for (idx_t i = 0; i < rows; i++)
    to[i] = bench_binary_gcd(a[i], b[i]);
}

static _Atomic int64_t sunk;

static void
run_sink(duckdb_function_info info, duckdb_data_chunk in, duckdb_vector out)
{
  idx_t rows = duckdb_data_chunk_get_size(in);
  const int64_t *x = column(in, 0);
  int64_t sum = 0;

  (void)info;
  for (idx_t i = 0; i < rows; i++)
    sum += x[i];
  atomic_fetch_add(&sunk, sum);
  memset(duckdb_vector_get_data(out), 0, rows);
}

static void
run_sunk(duckdb_function_info info, duckdb_data_chunk in, duckdb_vector out)
{
  idx_t rows = duckdb_data_chunk_get_size(in);
  int64_t *to = duckdb_vector_get_data(out);

  (void)info;
  for (idx_t i = 0; i < rows; i++)
    to[i] = atomic_exchange(&sunk, 0);
}

/* ---- Strings, as the C API has them: one by one */

static const char *
string_data(const duckdb_string_t *s, uint32_t *out_size)
{
  *out_size = s->value.inlined.length;
  return *out_size <= 12 ? s->value.inlined.inlined : s->value.pointer.ptr;
}

static void
run_upper(duckdb_function_info info, duckdb_data_chunk in, duckdb_vector out)
{
  idx_t rows = duckdb_data_chunk_get_size(in);
  const duckdb_string_t *strings = column(in, 0);
  char text[4096];

  for (idx_t i = 0; i < rows; i++) {
    uint32_t size;
    const char *data = string_data(strings + i, &size);

    if (size > sizeof text) {
      duckdb_scalar_function_set_error(info, "a string is too long");
      return;
    }
    bench_upper(data, text, size);
    duckdb_unsafe_vector_assign_string_element_len(out, i, text, size);
  }
}

static void
run_tokens(duckdb_function_info info, duckdb_data_chunk in, duckdb_vector out)
{
  idx_t rows = duckdb_data_chunk_get_size(in), count = 0, room = 0;
  const duckdb_string_t *strings = column(in, 0);
  duckdb_list_entry *lists = duckdb_vector_get_data(out);
  duckdb_vector child = duckdb_list_vector_get_child(out);

  (void)info;
  for (idx_t i = 0; i < rows; i++) {
    uint32_t size, word, at = 0;
    const char *data = string_data(strings + i, &size);

    lists[i].offset = count;
    while ((word = bench_word(data, size, &at))) {
      if (count == room) {
        room = room ? room * 2 : 8192;
        duckdb_list_vector_set_size(out, count);
        duckdb_list_vector_reserve(out, room);
      }
      duckdb_unsafe_vector_assign_string_element_len(child, count++,
                                                     data + at - word, word);
    }
    lists[i].length = count - lists[i].offset;
  }
  duckdb_list_vector_set_size(out, count);
}

/* ---- Aggregates */

static idx_t
variance_size(duckdb_function_info info)
{
  (void)info;
  return sizeof(struct bench_variance);
}

static void
variance_init(duckdb_function_info info, duckdb_aggregate_state state)
{
  (void)info;
  memset(state, 0, sizeof(struct bench_variance));
}

static void
variance_update(duckdb_function_info info, duckdb_data_chunk in,
                duckdb_aggregate_state *states)
{
  idx_t rows = duckdb_data_chunk_get_size(in);
  const int64_t *x = column(in, 0);

  (void)info;
  for (idx_t i = 0; i < rows; i++)
    bench_variance_add((struct bench_variance *)states[i], x[i]);
}

static void
variance_combine(duckdb_function_info info, duckdb_aggregate_state *from,
                 duckdb_aggregate_state *to, idx_t count)
{
  (void)info;
  for (idx_t i = 0; i < count; i++)
    bench_variance_join((struct bench_variance *)to[i],
                        (struct bench_variance *)from[i]);
}

static void
variance_finish(duckdb_function_info info, duckdb_aggregate_state *states,
                duckdb_vector out, idx_t count, idx_t offset)
{
  int64_t *to = duckdb_vector_get_data(out);

  (void)info;
  for (idx_t i = 0; i < count; i++)
    to[offset + i] = bench_variance_value((struct bench_variance *)states[i]);
}

struct folded {
  int64_t some, sum, most;
};

static idx_t
reduce_size(duckdb_function_info info)
{
  (void)info;
  return sizeof(struct folded);
}

static void
reduce_init(duckdb_function_info info, duckdb_aggregate_state state)
{
  (void)info;
  memset(state, 0, sizeof(struct folded));
}

static void
fold(struct folded *state, int64_t sum, int64_t most)
{
  if (!state->some) {
    *state = (struct folded){1, sum, most};
    return;
  }
  state->sum += sum;
  if (most > state->most)
    state->most = most;
}

static void
reduce_update(duckdb_function_info info, duckdb_data_chunk in,
              duckdb_aggregate_state *states)
{
  idx_t rows = duckdb_data_chunk_get_size(in);
  const int64_t *x = column(in, 0), *g = column(in, 1);

  (void)info;
  for (idx_t i = 0; i < rows; i++)
    fold((struct folded *)states[i], x[i], g[i]);
}

static void
reduce_combine(duckdb_function_info info, duckdb_aggregate_state *from,
               duckdb_aggregate_state *to, idx_t count)
{
  (void)info;
  for (idx_t i = 0; i < count; i++) {
    const struct folded *other = (struct folded *)from[i];

    if (other->some)
      fold((struct folded *)to[i], other->sum, other->most);
  }
}

static void
reduce_finish(duckdb_function_info info, duckdb_aggregate_state *states,
              duckdb_vector out, idx_t count, idx_t offset)
{
  int64_t *sum = duckdb_vector_get_data(duckdb_struct_vector_get_child(out, 0));
  int64_t *most =
      duckdb_vector_get_data(duckdb_struct_vector_get_child(out, 1));

  (void)info;
  for (idx_t i = 0; i < count; i++) {
    const struct folded *state = (struct folded *)states[i];

    sum[offset + i] = state->sum;
    most[offset + i] = state->most;
  }
}

static idx_t
longest_size(duckdb_function_info info)
{
  (void)info;
  return sizeof(struct bench_longest);
}

static void
longest_init(duckdb_function_info info, duckdb_aggregate_state state)
{
  (void)info;
  memset(state, 0, sizeof(struct bench_longest));
}

static void
longest_update(duckdb_function_info info, duckdb_data_chunk in,
               duckdb_aggregate_state *states)
{
  idx_t rows = duckdb_data_chunk_get_size(in);
  const duckdb_string_t *strings = column(in, 0);

  (void)info;
  for (idx_t i = 0; i < rows; i++) {
    uint32_t size;
    const char *data = string_data(strings + i, &size);

    bench_longest_add((struct bench_longest *)states[i], data, size);
  }
}

static void
longest_combine(duckdb_function_info info, duckdb_aggregate_state *from,
                duckdb_aggregate_state *to, idx_t count)
{
  (void)info;
  for (idx_t i = 0; i < count; i++) {
    const struct bench_longest *more = (struct bench_longest *)from[i];

    if (more->text)
      bench_longest_add((struct bench_longest *)to[i], more->text, more->size);
  }
}

static void
longest_finish(duckdb_function_info info, duckdb_aggregate_state *states,
               duckdb_vector out, idx_t count, idx_t offset)
{
  (void)info;
  for (idx_t i = 0; i < count; i++) {
    const struct bench_longest *state = (struct bench_longest *)states[i];

    duckdb_unsafe_vector_assign_string_element_len(
        out, offset + i, state->text ? state->text : "", state->size);
  }
}

static void
longest_destroy(duckdb_aggregate_state *states, idx_t count)
{
  for (idx_t i = 0; i < count; i++)
    free(((struct bench_longest *)states[i])->text);
}

/* ---- Registering */

static void
check(duckdb_state state, const char *name)
{
  if (state == DuckDBSuccess)
    return;
  fprintf(stderr, "DuckDB refused the function %s\n", name);
  exit(1);
}

void
native_add_scalar(duckdb_connection connection, const char *name,
                  duckdb_logical_type from, int parameters,
                  duckdb_logical_type to, duckdb_scalar_function_t run)
{
  duckdb_scalar_function function = duckdb_create_scalar_function();

  duckdb_scalar_function_set_name(function, name);
  for (int i = 0; i < parameters; i++)
    duckdb_scalar_function_add_parameter(function, from);
  duckdb_scalar_function_set_return_type(function, to);
  duckdb_scalar_function_set_function(function, run);
  duckdb_scalar_function_set_volatile(function);
  check(duckdb_register_scalar_function(connection, function), name);
  duckdb_destroy_scalar_function(&function);
}

static void
add_scalar(duckdb_connection connection, const char *name, duckdb_type from,
           int parameters, duckdb_logical_type to, duckdb_scalar_function_t run)
{
  duckdb_logical_type type = duckdb_create_logical_type(from);

  native_add_scalar(connection, name, type, parameters, to, run);
  duckdb_destroy_logical_type(&type);
  duckdb_destroy_logical_type(&to);
}

static void
add_aggregate(duckdb_connection connection, const char *name, duckdb_type from,
              int parameters, duckdb_logical_type result,
              duckdb_aggregate_state_size size, duckdb_aggregate_init_t init,
              duckdb_aggregate_update_t update,
              duckdb_aggregate_combine_t combine,
              duckdb_aggregate_finalize_t finish,
              duckdb_aggregate_destroy_t destroy)
{
  duckdb_aggregate_function function = duckdb_create_aggregate_function();
  duckdb_logical_type type = duckdb_create_logical_type(from);

  duckdb_aggregate_function_set_name(function, name);
  for (int i = 0; i < parameters; i++)
    duckdb_aggregate_function_add_parameter(function, type);
  duckdb_aggregate_function_set_return_type(function, result);
  duckdb_aggregate_function_set_functions(function, size, init, update, combine,
                                          finish);
  if (destroy)
    duckdb_aggregate_function_set_destructor(function, destroy);
  check(duckdb_register_aggregate_function(connection, function), name);
  duckdb_destroy_aggregate_function(&function);
  duckdb_destroy_logical_type(&type);
  duckdb_destroy_logical_type(&result);
}

static duckdb_logical_type
pair_type(void)
{
  duckdb_logical_type bigint = duckdb_create_logical_type(DUCKDB_TYPE_BIGINT);
  duckdb_logical_type types[2] = {bigint, bigint};
  const char *names[2] = {"x", "g"};
  duckdb_logical_type pair = duckdb_create_struct_type(types, names, 2);

  duckdb_destroy_logical_type(&bigint);
  return pair;
}

static duckdb_logical_type
list_type(duckdb_type of)
{
  duckdb_logical_type element = duckdb_create_logical_type(of);
  duckdb_logical_type list = duckdb_create_list_type(element);

  duckdb_destroy_logical_type(&element);
  return list;
}

void
native_register(duckdb_connection connection)
{
  static const struct {
    const char *name;
    int parameters;
    duckdb_scalar_function_t run;
  } integers[] = {
      {"n_increment", 1, run_increment},
      {"n_hash", 1, run_hash},
      {"n_gcd", 2, run_gcd},
      {"n_binary_gcd", 2, run_binary_gcd},
      {"n_sunk", 0, run_sunk},
  };

  for (size_t i = 0; i < sizeof integers / sizeof *integers; i++)
    add_scalar(connection, integers[i].name, DUCKDB_TYPE_BIGINT,
               integers[i].parameters,
               duckdb_create_logical_type(DUCKDB_TYPE_BIGINT), integers[i].run);
  add_scalar(connection, "n_sink", DUCKDB_TYPE_BIGINT, 1,
             duckdb_create_logical_type(DUCKDB_TYPE_BOOLEAN), run_sink);
  add_scalar(connection, "n_upper", DUCKDB_TYPE_VARCHAR, 1,
             duckdb_create_logical_type(DUCKDB_TYPE_VARCHAR), run_upper);
  add_scalar(connection, "n_tokens", DUCKDB_TYPE_VARCHAR, 1,
             list_type(DUCKDB_TYPE_VARCHAR), run_tokens);
  add_aggregate(connection, "n_variance", DUCKDB_TYPE_BIGINT, 1,
                duckdb_create_logical_type(DUCKDB_TYPE_BIGINT), variance_size,
                variance_init, variance_update, variance_combine,
                variance_finish, NULL);
  add_aggregate(connection, "n_longest", DUCKDB_TYPE_VARCHAR, 1,
                duckdb_create_logical_type(DUCKDB_TYPE_VARCHAR), longest_size,
                longest_init, longest_update, longest_combine, longest_finish,
                longest_destroy);
  add_aggregate(connection, "n_reduce", DUCKDB_TYPE_BIGINT, 2, pair_type(),
                reduce_size, reduce_init, reduce_update, reduce_combine,
                reduce_finish, NULL);
  native_register_numbers(connection);
  native_register_types(connection);
}
