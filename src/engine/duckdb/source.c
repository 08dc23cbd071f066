#include "engine/duckdb/source.h"

#include <stdatomic.h>
#include <string.h>
#include <time.h>

#include "engine/duckdb/failure.h"
#include "engine/duckdb/names.h"
#include "engine/duckdb/query.h"
#include "engine/duckdb/types.h"

/* What is wanted of a source in one query: shared by its threads. */
struct scan {
  struct wd_duck_source *source;
  struct wd_mem *mem;
  idx_t count;
  idx_t columns[]; /* in the order of the chunk */
};

struct local {
  struct wd_duck_source *source;
  struct wd_mem *mem;
  void *inner;
  uint32_t count;
  duckdb_vector vectors[]; /* by column of the source */
};

static struct wd_duck_source *
find_source(struct wd_duck_engine *engine, uint64_t number)
{
  struct wd_duck_source *source;

  pthread_mutex_lock(&engine->lock);
  source = engine->sources;
  while (source && source->number != number)
    source = source->next;
  pthread_mutex_unlock(&engine->lock);
  return source;
}

static void
source_bind(duckdb_bind_info info)
{
  struct wd_duck_engine *engine = duckdb_bind_get_extra_info(info);
  duckdb_value value = duckdb_bind_get_parameter(info, 0);
  struct wd_type boolean = wd_type_of(WD_TYPE_BOOL);
  struct wd_duck_source *source =
      find_source(engine, (uint64_t)duckdb_get_int64(value));

  duckdb_destroy_value(&value);
  if (!source) {
    duckdb_bind_set_error(info, "there is no such source");
    return;
  }
  for (uint32_t i = 0; i < wd_duck_width(&source->schema); i++) {
    struct wd_duck_name name = wd_duck_name(&source->schema, i);
    duckdb_logical_type type = wd_duck_type_make(
        source->schema.count ? &source->schema.columns[i].type : &boolean);

    duckdb_bind_add_result_column(info, name.text, type);
    duckdb_destroy_logical_type(&type);
  }
  if (source->cardinality)
    duckdb_bind_set_cardinality(info, source->cardinality, false);
  duckdb_bind_set_bind_data(info, source, NULL);
}

static void
scan_free(void *data)
{
  struct scan *scan = data;
  struct wd_duck_source *source = scan->source;

  if (source->functions->ended)
    source->functions->ended(source);
  wd_mem_free(scan->mem, scan,
              sizeof *scan + scan->count * sizeof *scan->columns);
  atomic_fetch_sub(&source->users, 1);
}

static void
fail_memory(duckdb_init_info info, struct wd_duck_source *source)
{
  struct wd_error error;

  wd_duck_error_init(&error);
  wd_fail_memory(&error);
  wd_duck_query_fail(source->query, &error);
  duckdb_init_set_error(info, error.message);
}

static void
source_init(duckdb_init_info info)
{
  struct wd_duck_source *source = duckdb_init_get_bind_data(info);
  idx_t count = duckdb_init_get_column_count(info);
  struct scan *scan =
      wd_mem_alloc(source->mem, sizeof *scan + count * sizeof *scan->columns);

  if (!scan) {
    fail_memory(info, source);
    return;
  }
  scan->source = source;
  scan->mem = source->mem;
  scan->count = count;
  for (idx_t i = 0; i < count; i++)
    scan->columns[i] = duckdb_init_get_column_index(info, i);
  duckdb_init_set_max_threads(info, source->max_threads);
  atomic_fetch_add(&source->users, 1);
  duckdb_init_set_init_data(info, scan, scan_free);
}

static void
local_free(void *data)
{
  struct local *local = data;
  struct wd_duck_source *source = local->source;

  if (local->inner)
    source->functions->local_free(source, local->inner);
  wd_mem_free(local->mem, local,
              sizeof *local + local->count * sizeof(duckdb_vector));
  atomic_fetch_sub(&source->users, 1);
}

static void
source_init_local(duckdb_init_info info)
{
  struct wd_duck_source *source = duckdb_init_get_bind_data(info);
  uint32_t count = wd_duck_width(&source->schema);
  struct local *local = wd_mem_calloc(
      source->mem, 1, sizeof *local + count * sizeof(duckdb_vector));
  struct wd_error error;

  if (!local) {
    fail_memory(info, source);
    return;
  }
  wd_duck_error_init(&error);
  local->source = source;
  local->mem = source->mem;
  local->count = count;
  atomic_fetch_add(&source->users, 1);
  if (source->functions->local_new &&
      source->functions->local_new(source, &local->inner, &error) != WD_OK) {
    wd_duck_query_fail(source->query, &error);
    duckdb_init_set_error(info, error.message);
    local_free(local);
    return;
  }
  duckdb_init_set_init_data(info, local, local_free);
}

static void
source_run(duckdb_function_info info, duckdb_data_chunk chunk)
{
  struct scan *scan = duckdb_function_get_init_data(info);
  struct local *local = duckdb_function_get_local_init_data(info);
  struct wd_duck_source *source = scan->source;
  struct wd_error error;
  idx_t rows = 0;

  wd_duck_error_init(&error);
  /* Virtual columns, which have large indices, are asked for when only the
   * number of rows counts. */
  for (idx_t i = 0; i < scan->count; i++)
    if (scan->columns[i] < local->count)
      local->vectors[scan->columns[i]] = duckdb_data_chunk_get_vector(chunk, i);
  if (source->functions->fill(source, local->inner, local->vectors, &rows,
                              &error) != WD_OK) {
    wd_duck_query_fail(source->query, &error);
    duckdb_function_set_error(info, error.message);
    rows = 0;
  }
  if (source->schema.count == 0 && local->vectors[0])
    memset(duckdb_vector_get_data(local->vectors[0]), 1, rows);
  duckdb_data_chunk_set_size(chunk, rows);
}

enum wd_status
wd_duck_source_define(struct wd_duck_engine *engine, struct wd_error *error)
{
  duckdb_table_function function = duckdb_create_table_function();
  duckdb_logical_type number = duckdb_create_logical_type(DUCKDB_TYPE_BIGINT);
  duckdb_state state;

  duckdb_table_function_set_name(function, "wd_source");
  duckdb_table_function_add_parameter(function, number);
  duckdb_table_function_set_extra_info(function, engine, NULL);
  duckdb_table_function_set_bind(function, source_bind);
  duckdb_table_function_set_init(function, source_init);
  duckdb_table_function_set_local_init(function, source_init_local);
  duckdb_table_function_set_function(function, source_run);
  duckdb_table_function_supports_projection_pushdown(function, true);
  state = duckdb_register_table_function(engine->connection, function);
  duckdb_destroy_table_function(&function);
  duckdb_destroy_logical_type(&number);
  if (state != DuckDBSuccess)
    return wd_fail(error, WD_INTERNAL, "DuckDB refused our table function");
  return WD_OK;
}

void
wd_duck_source_add(struct wd_query *query, struct wd_duck_source *source)
{
  struct wd_duck_engine *engine = query->engine;

  source->query = query;
  source->next_of_query = query->sources;
  query->sources = source;
  pthread_mutex_lock(&engine->lock);
  source->number = ++engine->source_count;
  source->next = engine->sources;
  engine->sources = source;
  pthread_mutex_unlock(&engine->lock);
}

void
wd_duck_source_remove(struct wd_duck_engine *engine,
                      struct wd_duck_source *source)
{
  struct wd_duck_source **link = &engine->sources;

  pthread_mutex_lock(&engine->lock);
  while (*link && *link != source)
    link = &(*link)->next;
  if (*link)
    *link = source->next;
  pthread_mutex_unlock(&engine->lock);
  /* A thread that ran the query's last task holds it until it has dropped the
   * task, whoever waits for the query. */
  while (atomic_load(&source->users))
    nanosleep(&(struct timespec){.tv_nsec = 20000}, NULL);
}
