#include "extension/duckdb/rows.h"

#include <string.h>
#include <time.h>

#include "engine/duckdb/failure.h"
#include "engine/duckdb/query.h"
#include "engine/duckdb/types.h"

/* What a call is bound to: its values and columns. */
struct bound {
  const struct wd_ext_rows *rows;
  struct wd_arena arena;
  struct wd_batch values;
  struct wd_schema output;
};

/* A scan under way. Each has workers of its own, so that those of a function
 * that does not come back can be killed. */
struct scan {
  struct wd_query
      query; /* stands for DuckDB's; pool, arena and failure count */
  struct wd_duck_source *source;
  struct wd_schema output;
  idx_t count;
  idx_t *columns; /* that are asked for */
};

/* ---- Binding ------------------------------------------------------------- */

enum wd_status
wd_ext_pool_new(struct wd_mem *mem, const struct wd_library *library,
                struct wd_pool **out_pool, struct wd_error *error)
{
  struct timespec now;

  clock_gettime(CLOCK_REALTIME, &now);
  return wd_pool_new(
      &(struct wd_pool_options){
          .mem = mem,
          .linkage = wd_library_linkage(library),
          .image = wd_library_image(library),
          .job = 1,
          .time_ns = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec,
      },
      out_pool, error);
}

static enum wd_status
make_pool(const struct wd_ext_rows *rows, struct wd_pool **out,
          struct wd_error *error)
{
  return wd_ext_pool_new(rows->engine->mem, rows->library, out, error);
}

static enum wd_status
bind_lambda(const struct wd_ext_rows *rows, const struct wd_batch *values,
            struct wd_pool *pool, struct wd_arena *arena,
            struct wd_lambda **out, struct wd_error *error)
{
  struct wd_lambda question = {
      .pool = pool,
      .name = rows->named->name,
      .function = rows->named->closure.function,
      .state = rows->named->closure.state,
      .role = WD_ROLE_TABLE,
      .input = rows->arguments,
      .constant_count = rows->arguments.count,
      .asked = rows->engine->threads,
  };
  enum wd_status status = wd_lambda_constants(&rows->arguments, values, arena,
                                              &question.constants, error);

  if (status == WD_OK)
    status = wd_lambda_bind(&question, arena, out, error);
  return status == WD_OK ? wd_duck_schema_check(&(*out)->output, error)
                         : status;
}

/* DuckDB casts arguments to the types of parameters, but for nested ones. */
static enum wd_status
check_value(const struct wd_ext_rows *rows, duckdb_value value, uint32_t index,
            struct wd_error *error)
{
  const struct wd_column *column = &rows->arguments.columns[index];
  bool null = duckdb_is_null_value(value);
  struct wd_arena arena;
  struct wd_type type;
  enum wd_status status = WD_OK;
  char text[200];

  if (null && rows->named->strict)
    return wd_fail(error, WD_INVALID_ARGUMENT,
                   "the argument '%.48s' is null, which it does not take",
                   column->name);
  if (null || !wd_type_is_nested(&column->type))
    return WD_OK;
  wd_arena_init(&arena, rows->engine->mem, 0);
  status =
      wd_duck_type_from(duckdb_get_value_type(value), &arena, &type, error);
  if (status == WD_OK && !wd_type_equal(&type, &column->type))
    status =
        wd_fail(error, WD_TYPE_MISMATCH,
                "the argument '%.48s' must be a %s: write a cast to it",
                column->name, wd_type_text(&column->type, text, sizeof text));
  wd_arena_fini(&arena);
  return status;
}

/* A value as the first row of a flat vector; one that refers to it is not. */
static void
put_value(duckdb_value value, duckdb_logical_type type, duckdb_vector to)
{
  duckdb_vector from;
  duckdb_selection_vector first;

  if (duckdb_is_null_value(value)) {
    duckdb_vector_ensure_validity_writable(to);
    duckdb_validity_set_row_invalid(duckdb_vector_get_validity(to), 0);
    return;
  }
  from = duckdb_create_vector(type, 1);
  first = duckdb_create_selection_vector(1);
  *duckdb_selection_vector_get_data_ptr(first) = 0;
  duckdb_vector_reference_value(from, value);
  duckdb_vector_copy_sel(from, to, first, 1, 0, 0);
  duckdb_destroy_selection_vector(first);
  duckdb_destroy_vector(&from);
}

static enum wd_status
read_values(const struct wd_ext_rows *rows, duckdb_bind_info info,
            struct bound *bound, struct wd_error *error)
{
  const struct wd_schema *arguments = &rows->arguments;
  duckdb_logical_type *types;
  duckdb_data_chunk chunk;
  enum wd_status status;

  bound->values = (struct wd_batch){.rows = 1};
  if (arguments->count == 0)
    return WD_OK;
  status = wd_duck_types_make(rows->engine->mem, arguments, &types, error);
  if (status != WD_OK)
    return status;
  chunk = duckdb_create_data_chunk(types, arguments->count);
  for (uint32_t i = 0; i < arguments->count; i++) {
    duckdb_value value = duckdb_bind_get_parameter(info, i);

    if (status == WD_OK)
      status = check_value(rows, value, i, error);
    if (status == WD_OK)
      put_value(value, types[i], duckdb_data_chunk_get_vector(chunk, i));
    duckdb_destroy_value(&value);
  }
  duckdb_data_chunk_set_size(chunk, 1);
  if (status == WD_OK)
    status = wd_duck_row_take(rows->engine->mem, chunk, arguments,
                              &bound->arena, &bound->values, error);
  duckdb_destroy_data_chunk(&chunk);
  wd_duck_types_free(rows->engine->mem, arguments, types);
  return status;
}

/* Workers that bind are not those that give rows. */
static enum wd_status
find_output(struct bound *bound, struct wd_error *error)
{
  struct wd_lambda *lambda;
  struct wd_pool *pool;
  enum wd_status status = make_pool(bound->rows, &pool, error);

  if (status != WD_OK)
    return status;
  status = bind_lambda(bound->rows, &bound->values, pool, &bound->arena,
                       &lambda, error);
  if (status == WD_OK)
    bound->output = lambda->output;
  wd_pool_leave(pool);
  wd_pool_unref(pool);
  return status;
}

static void
free_bound(void *data)
{
  struct bound *bound = data;
  struct wd_mem *mem = bound->rows->engine->mem;

  wd_arena_fini(&bound->arena);
  wd_mem_free(mem, bound, sizeof *bound);
}

static void
rows_bind(duckdb_bind_info info)
{
  struct wd_ext_rows_slot *slot = duckdb_bind_get_extra_info(info);
  const struct wd_ext_rows *rows = atomic_load(&slot->rows);
  struct wd_mem *mem = rows->engine->mem;
  struct bound *bound = wd_mem_calloc(mem, 1, sizeof *bound);
  struct wd_error error;
  enum wd_status status;

  wd_duck_error_init(&error);
  if (!bound) {
    duckdb_bind_set_error(info, "out of memory");
    return;
  }
  bound->rows = rows;
  wd_arena_init(&bound->arena, mem, 0);
  duckdb_bind_set_bind_data(info, bound, free_bound);
  status = read_values(rows, info, bound, &error);
  if (status == WD_OK)
    status = find_output(bound, &error);
  if (status != WD_OK) {
    wd_error_prefix(&error, "%s", rows->named->name);
    duckdb_bind_set_error(info, error.message);
    return;
  }
  for (uint32_t i = 0; i < bound->output.count; i++) {
    const struct wd_column *column = &bound->output.columns[i];
    duckdb_logical_type type = wd_duck_type_make(&column->type);

    duckdb_bind_add_result_column(info, column->name, type);
    duckdb_destroy_logical_type(&type);
  }
}

/* ---- A scan -------------------------------------------------------------- */

static void
free_scan(void *data)
{
  struct scan *scan = data;
  struct wd_mem *mem = scan->query.engine->mem;

  if (scan->source)
    scan->source->functions->free(scan->source);
  wd_pool_unref(scan->query.pool);
  wd_arena_fini(&scan->query.arena);
  pthread_mutex_destroy(&scan->query.lock);
  wd_mem_free(mem, scan, sizeof *scan);
}

static enum wd_status
open_scan(struct scan *scan, const struct bound *bound, duckdb_init_info info,
          struct wd_error *error)
{
  struct wd_query *query = &scan->query;
  struct wd_lambda *lambda;
  enum wd_status status = make_pool(bound->rows, &query->pool, error);

  scan->count = duckdb_init_get_column_count(info);
  scan->columns =
      wd_arena_array(&query->arena, scan->count, sizeof *scan->columns);
  if (status == WD_OK && !scan->columns)
    status = wd_fail_memory(error);
  if (status != WD_OK)
    return status;
  for (idx_t i = 0; i < scan->count; i++)
    scan->columns[i] = duckdb_init_get_column_index(info, i);
  status = bind_lambda(bound->rows, &bound->values, query->pool, &query->arena,
                       &lambda, error);
  wd_pool_leave(query->pool);
  if (status == WD_OK && !wd_schema_equal(&lambda->output, &bound->output))
    status = wd_fail(error, WD_LAMBDA_FAILED,
                     "bind gives other columns than before");
  return status == WD_OK
             ? wd_duck_generate_new(query, lambda, &scan->source, error)
             : status;
}

static void
rows_init(duckdb_init_info info)
{
  const struct bound *bound = duckdb_init_get_bind_data(info);
  struct wd_mem *mem = bound->rows->engine->mem;
  struct scan *scan = wd_mem_calloc(mem, 1, sizeof *scan);
  struct wd_error error;

  wd_duck_error_init(&error);
  if (!scan) {
    duckdb_init_set_error(info, "out of memory");
    return;
  }
  scan->query.engine = bound->rows->engine;
  scan->output = bound->output;
  wd_arena_init(&scan->query.arena, mem, 0);
  pthread_mutex_init(&scan->query.lock, NULL);
  duckdb_init_set_init_data(info, scan, free_scan);
  /* Rows come from threads of the source's own; as many may take them. */
  duckdb_init_set_max_threads(info, bound->rows->engine->threads);
  if (open_scan(scan, bound, info, &error) == WD_OK)
    return;
  wd_error_prefix(&error, "%s", bound->rows->named->name);
  duckdb_init_set_error(info, error.message);
}

/* The vectors of the columns that are asked for; the others are NULL. Virtual
 * columns, which have large indices, are asked for when only the number of rows
 * counts. */
static void
find_vectors(const struct scan *scan, duckdb_data_chunk chunk,
             duckdb_vector *vectors)
{
  memset(vectors, 0, scan->output.count * sizeof *vectors);
  for (idx_t i = 0; i < scan->count; i++)
    if (scan->columns[i] < scan->output.count)
      vectors[scan->columns[i]] = duckdb_data_chunk_get_vector(chunk, i);
}

static void
rows_run(duckdb_function_info info, duckdb_data_chunk chunk)
{
  struct scan *scan = duckdb_function_get_init_data(info);
  struct wd_mem *mem = scan->query.engine->mem;
  size_t size = scan->output.count * sizeof(duckdb_vector);
  duckdb_vector *vectors = wd_mem_alloc(mem, size);
  struct wd_error error;
  idx_t rows = 0;
  enum wd_status status = WD_OK;

  wd_duck_error_init(&error);
  if (vectors) {
    find_vectors(scan, chunk, vectors);
    status = scan->source->functions->fill(scan->source, NULL, vectors, &rows,
                                           &error);
  } else {
    status = wd_fail_memory(&error);
  }
  wd_mem_free(mem, vectors, size);
  if (status != WD_OK) {
    duckdb_function_set_error(info, error.message);
    rows = 0;
  }
  duckdb_data_chunk_set_size(chunk, rows);
}

duckdb_state
wd_ext_rows_register(duckdb_connection connection, const char *name,
                     struct wd_ext_rows_slot *slot)
{
  const struct wd_schema *arguments = &atomic_load(&slot->rows)->arguments;
  duckdb_table_function function = duckdb_create_table_function();
  duckdb_state state;

  duckdb_table_function_set_name(function, name);
  for (uint32_t i = 0; i < arguments->count; i++) {
    duckdb_logical_type type = wd_duck_type_make(&arguments->columns[i].type);

    duckdb_table_function_add_parameter(function, type);
    duckdb_destroy_logical_type(&type);
  }
  duckdb_table_function_set_extra_info(function, slot, NULL);
  duckdb_table_function_set_bind(function, rows_bind);
  duckdb_table_function_set_init(function, rows_init);
  duckdb_table_function_set_function(function, rows_run);
  duckdb_table_function_supports_projection_pushdown(function, true);
  state = duckdb_register_table_function(connection, function);
  duckdb_destroy_table_function(&function);
  return state;
}
