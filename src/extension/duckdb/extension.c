/* The extension `wasidata`: wasi_load and wasi_close as table functions
 * (docs/duckdb-extension.md). */
#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "extension/duckdb/loaded.h"

#define CHUNK 2048

/* ---- wasi_load ----------------------------------------------------------- */

/* Texts of DuckDB's, which duckdb_free frees. */
struct asked {
  char *path, *function, *name, *arguments;
};

struct shown {
  struct wd_arena arena;
  struct wd_ext_functions functions;
  uint32_t next;
};

static void
free_asked(void *data)
{
  struct asked *asked = data;

  duckdb_free(asked->path);
  duckdb_free(asked->function);
  duckdb_free(asked->name);
  duckdb_free(asked->arguments);
  wd_mem_free(NULL, asked, sizeof *asked);
}

static char *
take_text(duckdb_value value)
{
  char *text =
      value && !duckdb_is_null_value(value) ? duckdb_get_varchar(value) : NULL;

  if (value)
    duckdb_destroy_value(&value);
  return text;
}

static void
add_columns(duckdb_bind_info info, const char *const *names, unsigned count)
{
  duckdb_logical_type text = duckdb_create_logical_type(DUCKDB_TYPE_VARCHAR);

  for (unsigned i = 0; i < count; i++)
    duckdb_bind_add_result_column(info, names[i], text);
  duckdb_destroy_logical_type(&text);
}

static void
load_bind(duckdb_bind_info info)
{
  static const char *const names[] = {"function", "kind", "arguments",
                                      "result"};
  struct asked *asked = wd_mem_calloc(NULL, 1, sizeof *asked);

  if (!asked) {
    duckdb_bind_set_error(info, "out of memory");
    return;
  }
  duckdb_bind_set_bind_data(info, asked, free_asked);
  add_columns(info, names, 4);
  asked->path = take_text(duckdb_bind_get_parameter(info, 0));
  asked->function =
      take_text(duckdb_bind_get_named_parameter(info, "function"));
  asked->name = take_text(duckdb_bind_get_named_parameter(info, "name"));
  asked->arguments =
      take_text(duckdb_bind_get_named_parameter(info, "arguments"));
  if (!asked->path)
    duckdb_bind_set_error(info, "wasi_load: a file is missing");
}

static void
free_shown(void *data)
{
  struct shown *shown = data;

  wd_arena_fini(&shown->arena);
  wd_mem_free(NULL, shown, sizeof *shown);
}

/* Here and not when it is planned: EXPLAIN shall load nothing. */
static void
load_init(duckdb_init_info info)
{
  const struct asked *asked = duckdb_init_get_bind_data(info);
  const struct wd_ext_request request = {asked->path, asked->function,
                                         asked->name, asked->arguments};
  struct shown *shown = wd_mem_calloc(NULL, 1, sizeof *shown);
  struct wd_error error = {0};

  if (!shown) {
    duckdb_init_set_error(info, "out of memory");
    return;
  }
  wd_arena_init(&shown->arena, NULL, 0);
  duckdb_init_set_init_data(info, shown, free_shown);
  duckdb_init_set_max_threads(info, 1);
  if (wd_ext_load(duckdb_init_get_extra_info(info), &request, &shown->arena,
                  &shown->functions, &error) == WD_OK)
    return;
  wd_error_prefix(&error, "wasi_load");
  duckdb_init_set_error(info, error.message);
}

static void
put(duckdb_data_chunk chunk, idx_t column, idx_t row, const char *text)
{
  duckdb_vector vector = duckdb_data_chunk_get_vector(chunk, column);

  if (text) {
    duckdb_vector_assign_string_element(vector, row, text);
    return;
  }
  duckdb_vector_ensure_validity_writable(vector);
  duckdb_validity_set_row_invalid(duckdb_vector_get_validity(vector), row);
}

static void
load_run(duckdb_function_info info, duckdb_data_chunk chunk)
{
  struct shown *shown = duckdb_function_get_init_data(info);
  idx_t rows = 0;

  for (; rows < CHUNK && shown->next < shown->functions.count; rows++) {
    const struct wd_ext_function *each = &shown->functions.list[shown->next++];

    put(chunk, 0, rows, each->name);
    put(chunk, 1, rows, each->kind);
    put(chunk, 2, rows, each->arguments);
    put(chunk, 3, rows, each->result);
  }
  duckdb_data_chunk_set_size(chunk, rows);
}

/* ---- wasi_close ---------------------------------------------------------- */

static void
close_bind(duckdb_bind_info info)
{
  static const char *const names[] = {"closed"};

  add_columns(info, names, 1);
}

static void
close_init(duckdb_init_info info)
{
  wd_ext_release(duckdb_init_get_extra_info(info));
}

static void
close_run(duckdb_function_info info, duckdb_data_chunk chunk)
{
  (void)info;
  duckdb_data_chunk_set_size(chunk, 0);
}

/* ---- Loading ------------------------------------------------------------- */

static bool
add_table_function(duckdb_connection connection, const char *name,
                   struct wd_ext *ext, bool takes_file,
                   duckdb_table_function_bind_t bind,
                   duckdb_table_function_init_t init,
                   duckdb_table_function_t run)
{
  static const char *const named[] = {"function", "name", "arguments"};
  duckdb_table_function function = duckdb_create_table_function();
  duckdb_logical_type text = duckdb_create_logical_type(DUCKDB_TYPE_VARCHAR);
  bool good;

  duckdb_table_function_set_name(function, name);
  if (takes_file) {
    duckdb_table_function_add_parameter(function, text);
    for (int i = 0; i < 3; i++)
      duckdb_table_function_add_named_parameter(function, named[i], text);
  }
  duckdb_table_function_set_extra_info(function, ext, NULL);
  duckdb_table_function_set_bind(function, bind);
  duckdb_table_function_set_init(function, init);
  duckdb_table_function_set_function(function, run);
  good = duckdb_register_table_function(connection, function) == DuckDBSuccess;
  duckdb_destroy_logical_type(&text);
  duckdb_destroy_table_function(&function);
  return good;
}

/* The one symbol that DuckDB looks for. */
bool
wasidata_init_c_api(duckdb_extension_info info,
                    struct duckdb_extension_access *access);

DUCKDB_EXTENSION_ENTRYPOINT(duckdb_connection connection,
                            duckdb_extension_info info,
                            struct duckdb_extension_access *access)
{
  duckdb_connection own = NULL;
  struct wd_ext *ext = NULL;
  struct wd_error error = {0};

  /* Functions are registered later, by a connection that is there then. */
  if (duckdb_connect(*access->get_database(info), &own) != DuckDBSuccess) {
    access->set_error(info, "no connection to the database");
    return false;
  }
  if (wd_ext_new(own, &ext, &error) != WD_OK) {
    duckdb_disconnect(&own);
    access->set_error(info, error.message);
    return false;
  }
  if (add_table_function(connection, "wasi_load", ext, true, load_bind,
                         load_init, load_run) &&
      add_table_function(connection, "wasi_close", ext, false, close_bind,
                         close_init, close_run))
    return true;
  access->set_error(info, "DuckDB refused wasi_load");
  return false;
}
