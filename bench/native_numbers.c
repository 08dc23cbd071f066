/* The table function of bench/guests/named.c by DuckDB's C API. */
#include <duckdb.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "native.h"

#define PARTITIONS 16

/* Of a scan: which partition is next. */
struct scan {
  _Atomic int64_t partition;
};

/* Of a thread: what is left of its partition. */
struct part {
  int64_t next, end;
};

static void *
zeroed(size_t size)
{
  void *made = calloc(1, size);

  if (!made)
    abort();
  return made;
}

static void
bind(duckdb_bind_info info)
{
  duckdb_logical_type type = duckdb_create_logical_type(DUCKDB_TYPE_BIGINT);
  duckdb_value value = duckdb_bind_get_parameter(info, 0);
  int64_t *count = zeroed(sizeof *count);

  *count = duckdb_get_int64(value);
  duckdb_bind_add_result_column(info, "n", type);
  duckdb_bind_set_bind_data(info, count, free);
  duckdb_destroy_value(&value);
  duckdb_destroy_logical_type(&type);
}

static void
init(duckdb_init_info info)
{
  duckdb_init_set_init_data(info, zeroed(sizeof(struct scan)), free);
  duckdb_init_set_max_threads(info, PARTITIONS);
}

static void
local_init(duckdb_init_info info)
{
  duckdb_init_set_init_data(info, zeroed(sizeof(struct part)), free);
}

static void
run(duckdb_function_info info, duckdb_data_chunk out)
{
  struct scan *scan = duckdb_function_get_init_data(info);
  struct part *part = duckdb_function_get_local_init_data(info);
  int64_t count = *(int64_t *)duckdb_function_get_bind_data(info);
  int64_t rows = (int64_t)duckdb_vector_size();
  int64_t *restrict to =
      duckdb_vector_get_data(duckdb_data_chunk_get_vector(out, 0));

  while (part->next == part->end) {
    int64_t partition = atomic_fetch_add(&scan->partition, 1);

    if (partition >= PARTITIONS)
      return;
    part->next = count * partition / PARTITIONS;
    part->end = count * (partition + 1) / PARTITIONS;
  }
  if (rows > part->end - part->next)
    rows = part->end - part->next;
  for (int64_t i = 0; i < rows; i++)
    to[i] = part->next + i;
  part->next += rows;
  duckdb_data_chunk_set_size(out, (idx_t)rows);
}

void
native_register_numbers(duckdb_connection connection)
{
  duckdb_table_function function = duckdb_create_table_function();
  duckdb_logical_type type = duckdb_create_logical_type(DUCKDB_TYPE_BIGINT);

  duckdb_table_function_set_name(function, "n_numbers");
  duckdb_table_function_add_parameter(function, type);
  duckdb_table_function_set_bind(function, bind);
  duckdb_table_function_set_init(function, init);
  duckdb_table_function_set_local_init(function, local_init);
  duckdb_table_function_set_function(function, run);
  if (duckdb_register_table_function(connection, function) != DuckDBSuccess) {
    fprintf(stderr, "DuckDB refused the function n_numbers\n");
    exit(1);
  }
  duckdb_destroy_logical_type(&type);
  duckdb_destroy_table_function(&function);
}
