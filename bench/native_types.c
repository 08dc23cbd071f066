/* The functions of bench/guests/types.c and wide.c by DuckDB's C API. */
#include <duckdb.h>
#include <string.h>

#include "native.h"

__extension__ typedef __int128 hugeint;

static duckdb_vector
vector(duckdb_data_chunk chunk, idx_t i)
{
  return duckdb_data_chunk_get_vector(chunk, i);
}

/* What is null in one is null in the other. */
static void
pass_validity(duckdb_vector from, duckdb_vector to, idx_t rows)
{
  const uint64_t *bits = duckdb_vector_get_validity(from);

  if (!bits)
    return;
  duckdb_vector_ensure_validity_writable(to);
  memcpy(duckdb_vector_get_validity(to), bits, (rows + 63) / 64 * 8);
}

static void
add_one(const int64_t *restrict from, int64_t *restrict to, idx_t rows)
{
  for (idx_t i = 0; i < rows; i++)
    to[i] = from[i] + 1;
}

static void
run_nulls(duckdb_function_info info, duckdb_data_chunk in, duckdb_vector out)
{
  idx_t rows = duckdb_data_chunk_get_size(in);
  duckdb_vector from = vector(in, 0);

  (void)info;
  add_one(duckdb_vector_get_data(from), duckdb_vector_get_data(out), rows);
  pass_validity(from, out, rows);
}

static void
run_decimal_18(duckdb_function_info info, duckdb_data_chunk in,
               duckdb_vector out)
{
  idx_t rows = duckdb_data_chunk_get_size(in);
  const int64_t *restrict from = duckdb_vector_get_data(vector(in, 0));
  int64_t *restrict to = duckdb_vector_get_data(out);

  (void)info;
  for (idx_t i = 0; i < rows; i++)
    to[i] = from[i] + from[i];
}

static void
run_decimal_38(duckdb_function_info info, duckdb_data_chunk in,
               duckdb_vector out)
{
  idx_t rows = duckdb_data_chunk_get_size(in);
  const hugeint *restrict from = duckdb_vector_get_data(vector(in, 0));
  hugeint *restrict to = duckdb_vector_get_data(out);

  (void)info;
  for (idx_t i = 0; i < rows; i++)
    to[i] = from[i] + from[i];
}

static void
run_list_sum(duckdb_function_info info, duckdb_data_chunk in, duckdb_vector out)
{
  idx_t rows = duckdb_data_chunk_get_size(in);
  const duckdb_list_entry *lists = duckdb_vector_get_data(vector(in, 0));
  const int64_t *items =
      duckdb_vector_get_data(duckdb_list_vector_get_child(vector(in, 0)));
  int64_t *to = duckdb_vector_get_data(out);

  (void)info;
  for (idx_t i = 0; i < rows; i++) {
    int64_t sum = 0;

    for (uint64_t k = 0; k < lists[i].length; k++)
      sum += items[lists[i].offset + k];
    to[i] = sum;
  }
}

static void
run_list_add(duckdb_function_info info, duckdb_data_chunk in, duckdb_vector out)
{
  idx_t rows = duckdb_data_chunk_get_size(in), count = 0;
  const duckdb_list_entry *lists = duckdb_vector_get_data(vector(in, 0));
  const int64_t *items =
      duckdb_vector_get_data(duckdb_list_vector_get_child(vector(in, 0)));
  duckdb_list_entry *to = duckdb_vector_get_data(out);
  int64_t *added;

  (void)info;
  for (idx_t i = 0; i < rows; i++)
    count += lists[i].length;
  duckdb_list_vector_reserve(out, count);
  duckdb_list_vector_set_size(out, count);
  added = duckdb_vector_get_data(duckdb_list_vector_get_child(out));
  count = 0;
  for (idx_t i = 0; i < rows; i++) {
    to[i] = (duckdb_list_entry){count, lists[i].length};
    add_one(items + lists[i].offset, added + count, lists[i].length);
    count += lists[i].length;
  }
}

static void *
field(duckdb_vector of, idx_t i)
{
  return duckdb_vector_get_data(duckdb_struct_vector_get_child(of, i));
}

static void
run_pair(duckdb_function_info info, duckdb_data_chunk in, duckdb_vector out)
{
  idx_t rows = duckdb_data_chunk_get_size(in);

  (void)info;
  add_one(field(vector(in, 0), 0), field(out, 0), rows);
  memcpy(field(out, 1), field(vector(in, 0), 1), rows * sizeof(int64_t));
}

static void
run_three(duckdb_function_info info, duckdb_data_chunk in, duckdb_vector out)
{
  idx_t rows = duckdb_data_chunk_get_size(in);
  const int64_t *a = duckdb_vector_get_data(vector(in, 0));
  const int64_t *b = duckdb_vector_get_data(vector(in, 1));
  const int64_t *c = duckdb_vector_get_data(vector(in, 2));
  int64_t *to = duckdb_vector_get_data(out);

  (void)info;
  for (idx_t i = 0; i < rows; i++)
    to[i] = a[i] + b[i] + c[i];
}

static duckdb_logical_type
bigint(void)
{
  return duckdb_create_logical_type(DUCKDB_TYPE_BIGINT);
}

/* Takes over the types. */
static void
add(duckdb_connection connection, const char *name, duckdb_logical_type from,
    int parameters, duckdb_logical_type to, duckdb_scalar_function_t run)
{
  native_add_scalar(connection, name, from, parameters, to, run);
  duckdb_destroy_logical_type(&from);
  duckdb_destroy_logical_type(&to);
}

static duckdb_logical_type
bigints(void)
{
  duckdb_logical_type element = bigint();
  duckdb_logical_type list = duckdb_create_list_type(element);

  duckdb_destroy_logical_type(&element);
  return list;
}

static duckdb_logical_type
pair(void)
{
  duckdb_logical_type element = bigint();
  duckdb_logical_type types[2] = {element, element};
  const char *names[2] = {"a", "b"};
  duckdb_logical_type made = duckdb_create_struct_type(types, names, 2);

  duckdb_destroy_logical_type(&element);
  return made;
}

void
native_register_types(duckdb_connection connection)
{
  add(connection, "n_nulls", bigint(), 1, bigint(), run_nulls);
  add(connection, "n_three", bigint(), 3, bigint(), run_three);
  add(connection, "n_decimal_18", duckdb_create_decimal_type(18, 2), 1,
      duckdb_create_decimal_type(18, 2), run_decimal_18);
  add(connection, "n_decimal_38", duckdb_create_decimal_type(38, 4), 1,
      duckdb_create_decimal_type(38, 4), run_decimal_38);
  add(connection, "n_list_sum", bigints(), 1, bigint(), run_list_sum);
  add(connection, "n_list_add", bigints(), 1, bigints(), run_list_add);
  add(connection, "n_pair", pair(), 1, pair(), run_pair);
}
