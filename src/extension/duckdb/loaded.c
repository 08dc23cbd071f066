#include "extension/duckdb/loaded.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/hash.h"
#include "engine/duckdb/functions.h"
#include "engine/duckdb/query.h"
#include "engine/duckdb/types.h"
#include "extension/duckdb/rows.h"
#include "guest/library.h"
#include "wasidata/host.h"
#include "wasm/runtime.h"

#define TYPES_MAX (1u << 20)

/* A module that was loaded; it stays, for queries may be in it. */
struct module {
  struct module *next;
  struct wd_arena arena; /* of its lambdas */
  struct wd_library *library;
  uint32_t sites; /* lambdas bound so far: a worker tells them apart by it */
  struct wd_query query; /* stands for all queries: it has a pool, no more */
};

/* A function that DuckDB knows. */
struct function {
  struct function *next;
  char *name;      /* in lower case */
  char *signature; /* kind, arguments, result */
  struct wd_duck_slot slot;
  struct wd_ext_rows_slot rows; /* a table function's */
};

struct wd_ext {
  struct wd_mem mem;
  pthread_mutex_t lock; /* of all that follows */
  duckdb_connection connection;
  struct wd_runtime *runtime;
  struct wd_duck_engine engine; /* memory and threads, for what is shared */
  struct module *modules;
  struct function *functions;
};

/* One that is about to be registered. */
struct coming {
  const struct wd_named *named;
  const char *name;
  const char *signature;
  struct wd_duck_call *call; /* NULL: its types are not known, or it is of */
  struct wd_ext_rows *rows;  /* a table function */
  struct function *there;    /* NULL: DuckDB does not know it yet */
  struct wd_ext_function *out;
};

/* What a load is made of. */
struct loading {
  struct wd_ext *ext;
  const struct wd_ext_request *request;
  struct wd_arena *arena;
  struct module *module;
  uint32_t count;
  struct coming *list;
  struct wd_error *error;
};

/* ---- The database -------------------------------------------------------- */

enum wd_status
wd_ext_new(duckdb_connection connection, struct wd_ext **out_ext,
           struct wd_error *error)
{
  struct wd_ext *ext = wd_mem_calloc(NULL, 1, sizeof *ext);
  char path[4096];
  enum wd_status status;

  if (!ext)
    return wd_fail_memory(error);
  wd_mem_init(&ext->mem, NULL, "DuckDB extension", UINT64_MAX);
  pthread_mutex_init(&ext->lock, NULL);
  ext->connection = connection;
  ext->engine.mem = &ext->mem;
  status = wd_runtime_new(
      &(struct wd_runtime_options){
          .mem = &ext->mem,
          .cache_dir = wd_host_default_cache(path, sizeof path) ? path : NULL,
      },
      &ext->runtime, error);
  if (status == WD_OK)
    *out_ext = ext;
  else
    wd_mem_free(NULL, ext, sizeof *ext);
  return status;
}

void
wd_ext_release(struct wd_ext *ext)
{
  pthread_mutex_lock(&ext->lock);
  if (ext->connection)
    duckdb_disconnect(&ext->connection);
  ext->connection = NULL;
  pthread_mutex_unlock(&ext->lock);
}

/* What the engine's files ask of a query. */
pthread_mutex_t *
wd_duck_query_worker_lock(struct wd_query *query, struct wd_worker *worker)
{
  /* Only queries with partitions have such locks. */
  (void)query;
  (void)worker;
  return NULL;
}

/* ---- Modules ------------------------------------------------------------- */

static void
module_free(struct wd_ext *ext, struct module *module)
{
  wd_pool_unref(module->query.pool);
  pthread_mutex_destroy(&module->query.lock);
  wd_library_free(module->library);
  wd_arena_fini(&module->arena);
  wd_mem_free(&ext->mem, module, sizeof *module);
}

static enum wd_status
open_library(struct wd_ext *ext, const char *path, struct wd_library **out,
             struct wd_error *error)
{
  struct wd_module *module;
  enum wd_status status =
      wd_module_load_file(ext->runtime, path, &module, error);

  if (status != WD_OK)
    return status;
  status = wd_library_new(module,
                          &(struct wd_library_options){
                              .mem = &ext->mem,
                              .variant = WD_VARIANT_PLAIN,
                          },
                          out, error);
  wd_module_unref(module);
  return status;
}

static enum wd_status
module_new(struct wd_ext *ext, const char *path, struct module **out,
           struct wd_error *error)
{
  struct module *module = wd_mem_calloc(&ext->mem, 1, sizeof *module);
  enum wd_status status;

  if (!module)
    return wd_fail_memory(error);
  wd_arena_init(&module->arena, &ext->mem, 0);
  module->query.engine = &ext->engine;
  pthread_mutex_init(&module->query.lock, NULL);
  status = open_library(ext, path, &module->library, error);
  if (status == WD_OK)
    status =
        wd_ext_pool_new(&ext->mem, module->library, &module->query.pool, error);
  if (status == WD_OK)
    *out = module;
  else
    module_free(ext, module);
  return status;
}

/* ---- What is to be registered -------------------------------------------- */

static void
note_function(void *env, struct wd_named *named)
{
  struct loading *loading = env;
  const char *wanted = loading->request->function;

  if (wanted && strcasecmp(wanted, named->name) != 0)
    return;
  if (loading->list)
    loading->list[loading->count].named = named;
  loading->count++;
}

static int
by_name(const void *left, const void *right)
{
  return strcmp(((const struct coming *)left)->named->name,
                ((const struct coming *)right)->named->name);
}

/* The functions that are wanted, in the order of their names. */
static enum wd_status
find_functions(struct loading *loading)
{
  const struct wd_ext_request *request = loading->request;
  const struct wd_named *ignored;

  wd_library_each(loading->module->library, note_function, loading);
  if (request->function && loading->count == 0)
    return wd_library_find(loading->module->library, request->function,
                           &ignored, loading->error);
  if (loading->count > 1 && (request->name || request->arguments))
    return wd_fail(loading->error, WD_INVALID_ARGUMENT,
                   "%s has %u functions: choose the one that is meant by "
                   "function := 'NAME'",
                   request->path, loading->count);
  loading->list =
      wd_arena_array(loading->arena, loading->count, sizeof *loading->list);
  if (!loading->list)
    return wd_fail_memory(loading->error);
  memset(loading->list, 0, loading->count * sizeof *loading->list);
  loading->count = 0;
  wd_library_each(loading->module->library, note_function, loading);
  qsort(loading->list, loading->count, sizeof *loading->list, by_name);
  return WD_OK;
}

/* The types that it is bound to. *out_known false: nobody said. */
static enum wd_status
find_arguments(struct loading *loading, const struct wd_named *named,
               struct wd_schema *out, bool *out_known)
{
  const char *text = loading->request->arguments;

  *out_known = named->typed || text;
  *out = named->arguments;
  if (!text)
    return WD_OK;
  if (named->typed && !named->variadic)
    return wd_fail(loading->error, WD_INVALID_ARGUMENT,
                   "the function %s says itself what it takes", named->name);
  return wd_schema_parse(text, strlen(text), &loading->module->arena, out,
                         loading->error);
}

static enum wd_status
bind(struct loading *loading, struct coming *coming,
     const struct wd_schema *arguments)
{
  const struct wd_named *named = coming->named;
  struct module *module = loading->module;
  enum wd_role role = wd_library_role(module->library, named);
  struct wd_duck_call *call = wd_arena_alloc(&module->arena, sizeof *call);
  struct wd_lambda *lambda;
  enum wd_status status;

  if (!call)
    return wd_fail_memory(loading->error);
  status =
      wd_lambda_bind(&(struct wd_lambda){.pool = module->query.pool,
                                         .name = named->name,
                                         .function = named->closure.function,
                                         .state = named->closure.state,
                                         .role = role,
                                         .site = module->sites++,
                                         .input = *arguments},
                     &module->arena, &lambda, loading->error);
  if (status == WD_OK)
    status = wd_duck_schema_check(&lambda->input, loading->error);
  if (status == WD_OK)
    status = wd_duck_schema_check(&lambda->output, loading->error);
  if (status != WD_OK)
    return status;
  memset(call, 0, sizeof *call);
  call->query = &module->query;
  call->mem = &loading->ext->mem;
  call->lambda = lambda;
  call->picked = lambda->all_columns ? NULL : lambda->columns;
  call->strict = named->strict && named->kind == WD_NAMED_SCALAR;
  coming->call = call;
  return WD_OK;
}

/* A table function is bound where it is called. */
static enum wd_status
keep_rows(struct loading *loading, struct coming *coming,
          const struct wd_schema *arguments)
{
  struct wd_ext_rows *rows =
      wd_arena_alloc(&loading->module->arena, sizeof *rows);

  if (!rows)
    return wd_fail_memory(loading->error);
  *rows = (struct wd_ext_rows){&loading->ext->engine, loading->module->library,
                               coming->named, *arguments};
  coming->rows = rows;
  return wd_duck_schema_check(arguments, loading->error);
}

static const char *
print_types(struct wd_arena *arena, const struct wd_schema *schema, bool names)
{
  struct wd_buf buf;
  const char *text;

  wd_buf_init(&buf, NULL, TYPES_MAX);
  for (uint32_t i = 0; i < schema->count; i++) {
    wd_buf_puts(&buf, i ? ", " : "");
    if (names && schema->columns[i].name[0])
      wd_buf_printf(&buf, "%s ", schema->columns[i].name);
    wd_duck_type_sql(&schema->columns[i].type, &buf);
  }
  text = buf.failed ? NULL : wd_arena_strdup(arena, wd_buf_text(&buf));
  wd_buf_fini(&buf);
  return text;
}

/* What it is called, of what types it is, and whether it is there. */
static enum wd_status
describe(struct loading *loading, struct coming *coming)
{
  static const char *const kinds[] = {
      [WD_NAMED_SCALAR] = "scalar",
      [WD_NAMED_AGGREGATE] = "aggregate",
      [WD_NAMED_TABLE] = "table",
  };
  struct wd_arena *arena = loading->arena;
  const struct wd_named *named = coming->named;
  const struct wd_lambda *lambda = coming->call ? coming->call->lambda : NULL;
  const struct wd_schema *input = coming->rows ? &coming->rows->arguments
                                  : lambda     ? &lambda->input
                                               : NULL;
  const char *kind = kinds[named->kind];
  struct wd_ext_function *out = coming->out;

  coming->name = loading->request->name ? loading->request->name : named->name;
  *out = (struct wd_ext_function){
      .name = wd_arena_strdup(arena, coming->name),
      .kind = kind,
      .arguments = input ? print_types(arena, input, true) : "any",
      .result = coming->rows ? "TABLE"
                : lambda     ? print_types(arena, &lambda->output, false)
                             : NULL,
  };
  if (input)
    coming->signature =
        wd_arena_printf(arena, "%s(%s) %s", kind,
                        print_types(arena, input, false), out->result);
  return out->name && out->arguments &&
                 (!input || (out->result && coming->signature))
             ? WD_OK
             : wd_fail_memory(loading->error);
}

/* ---- Names --------------------------------------------------------------- */

static struct function *
find(struct wd_ext *ext, const char *name)
{
  struct function *function = ext->functions;

  while (function && strcasecmp(function->name, name) != 0)
    function = function->next;
  return function;
}

/* The number that a query about a name gives. */
static enum wd_status
ask(struct wd_ext *ext, const char *sql, const char *name, int64_t *out_number,
    struct wd_error *error)
{
  duckdb_prepared_statement prepared = NULL;
  duckdb_result result = {0};
  bool good =
      duckdb_prepare(ext->connection, sql, &prepared) == DuckDBSuccess &&
      duckdb_bind_varchar(prepared, 1, name) == DuckDBSuccess &&
      duckdb_execute_prepared(prepared, &result) == DuckDBSuccess;

  if (good) {
    duckdb_data_chunk chunk = duckdb_fetch_chunk(result);

    good = chunk != NULL;
    if (good)
      *out_number = *(const int64_t *)duckdb_vector_get_data(
          duckdb_data_chunk_get_vector(chunk, 0));
    duckdb_destroy_data_chunk(&chunk);
  }
  duckdb_destroy_result(&result);
  duckdb_destroy_prepare(&prepared);
  return good ? WD_OK
              : wd_fail(error, WD_ENGINE_FAILED,
                        "DuckDB does not tell its functions and settings");
}

/* How many threads DuckDB has; asked once. */
static enum wd_status
ask_threads(struct wd_ext *ext, struct wd_error *error)
{
  int64_t threads = 1;
  enum wd_status status;

  if (ext->engine.threads)
    return WD_OK;
  status = ask(ext,
               "SELECT CAST(value AS BIGINT) FROM duckdb_settings() "
               "WHERE name = $1",
               "threads", &threads, error);
  ext->engine.threads = threads > 0 && threads < 4096 ? (uint32_t)threads : 1;
  return status;
}

static enum wd_status
check_name(struct loading *loading, struct coming *coming)
{
  int64_t known = 0;
  enum wd_status status;

  coming->there = find(loading->ext, coming->name);
  if (coming->there && strcmp(coming->there->signature, coming->signature) == 0)
    return WD_OK;
  if (coming->there)
    return wd_fail(loading->error, WD_INVALID_ARGUMENT,
                   "%s is loaded already, as %s, and DuckDB cannot drop it; "
                   "this one is %s: give it another name by name := 'NAME'",
                   coming->name, coming->there->signature, coming->signature);
  /* Of its own, or somebody else's. */
  status = ask(loading->ext,
               "SELECT count(*) FROM duckdb_functions() WHERE "
               "lower(function_name) = lower($1)",
               coming->name, &known, loading->error);
  if (status == WD_OK && known)
    status = wd_fail(loading->error, WD_INVALID_ARGUMENT,
                     "DuckDB has a function %s: give this one another name by "
                     "name := 'NAME'",
                     coming->name);
  return status;
}

/* ---- Registering --------------------------------------------------------- */

static duckdb_state
register_scalar(struct wd_ext *ext, struct function *function,
                const struct wd_lambda *lambda)
{
  duckdb_scalar_function scalar = duckdb_create_scalar_function();
  duckdb_logical_type type = wd_duck_type_make(&lambda->output.columns[0].type);
  duckdb_state state;

  duckdb_scalar_function_set_name(scalar, function->name);
  duckdb_scalar_function_set_return_type(scalar, type);
  duckdb_destroy_logical_type(&type);
  for (uint32_t i = 0; i < lambda->input.count; i++) {
    type = wd_duck_type_make(&lambda->input.columns[i].type);
    duckdb_scalar_function_add_parameter(scalar, type);
    duckdb_destroy_logical_type(&type);
  }
  duckdb_scalar_function_set_extra_info(scalar, &function->slot, NULL);
  duckdb_scalar_function_set_function(scalar, wd_duck_map_run);
  duckdb_scalar_function_set_special_handling(scalar);
  if (!lambda->deterministic)
    duckdb_scalar_function_set_volatile(scalar);
  state = duckdb_register_scalar_function(ext->connection, scalar);
  duckdb_destroy_scalar_function(&scalar);
  return state;
}

static duckdb_state
register_aggregate(struct wd_ext *ext, struct function *function,
                   const struct wd_lambda *lambda)
{
  duckdb_aggregate_function aggregate = duckdb_create_aggregate_function();
  duckdb_logical_type type = wd_duck_type_make(&lambda->output.columns[0].type);
  duckdb_state state;

  duckdb_aggregate_function_set_name(aggregate, function->name);
  duckdb_aggregate_function_set_return_type(aggregate, type);
  duckdb_destroy_logical_type(&type);
  for (uint32_t i = 0; i < lambda->input.count; i++) {
    type = wd_duck_type_make(&lambda->input.columns[i].type);
    duckdb_aggregate_function_add_parameter(aggregate, type);
    duckdb_destroy_logical_type(&type);
  }
  duckdb_aggregate_function_set_extra_info(aggregate, &function->slot, NULL);
  duckdb_aggregate_function_set_special_handling(aggregate);
  wd_duck_aggregate_define(aggregate);
  state = duckdb_register_aggregate_function(ext->connection, aggregate);
  duckdb_destroy_aggregate_function(&aggregate);
  return state;
}

static duckdb_state
register_function(struct wd_ext *ext, const struct coming *coming,
                  struct function *function)
{
  if (coming->rows)
    return wd_ext_rows_register(ext->connection, function->name,
                                &function->rows);
  return coming->named->kind == WD_NAMED_AGGREGATE
             ? register_aggregate(ext, function, coming->call->lambda)
             : register_scalar(ext, function, coming->call->lambda);
}

/* What it does from now on. */
static void
fill_slots(const struct coming *coming, struct function *function)
{
  if (coming->call)
    coming->call->slot = &function->slot;
  atomic_store(&function->slot.call, coming->call);
  atomic_store(&function->rows.rows, coming->rows);
}

/* Makes DuckDB know a function. What it may have kept of a failure stays. */
static enum wd_status
make_function(struct loading *loading, struct coming *coming)
{
  struct wd_ext *ext = loading->ext;
  struct function *function = wd_mem_calloc(&ext->mem, 1, sizeof *function);

  if (!function)
    return wd_fail_memory(loading->error);
  function->name =
      wd_mem_strndup(&ext->mem, coming->name, strlen(coming->name));
  function->signature =
      wd_mem_strndup(&ext->mem, coming->signature, strlen(coming->signature));
  if (!function->name || !function->signature)
    return wd_fail_memory(loading->error);
  fill_slots(coming, function);
  if (register_function(ext, coming, function) != DuckDBSuccess)
    return wd_fail(loading->error, WD_ENGINE_FAILED,
                   "DuckDB refused the function %s", coming->name);
  function->next = ext->functions;
  ext->functions = function;
  return WD_OK;
}

static enum wd_status
prepare(struct loading *loading)
{
  enum wd_status status = find_functions(loading);

  for (uint32_t i = 0; status == WD_OK && i < loading->count; i++) {
    struct coming *coming = &loading->list[i];
    struct wd_schema arguments;
    bool known;

    status = find_arguments(loading, coming->named, &arguments, &known);
    if (status == WD_OK && known)
      status = coming->named->kind == WD_NAMED_TABLE
                   ? keep_rows(loading, coming, &arguments)
                   : bind(loading, coming, &arguments);
    coming->out = wd_arena_alloc(loading->arena, sizeof *coming->out);
    if (status == WD_OK && !coming->out)
      status = wd_fail_memory(loading->error);
    if (status == WD_OK)
      status = describe(loading, coming);
    if (status == WD_OK && known)
      status = check_name(loading, coming);
    if (status != WD_OK)
      wd_error_prefix(loading->error, "function %s", coming->named->name);
  }
  return status;
}

/* After this the module is the database's. */
static enum wd_status
commit(struct loading *loading, struct wd_ext_functions *out)
{
  enum wd_status status = WD_OK;

  out->list = wd_arena_array(loading->arena, loading->count, sizeof *out->list);
  if (!out->list)
    return wd_fail_memory(loading->error);
  loading->module->next = loading->ext->modules;
  loading->ext->modules = loading->module;
  loading->module = NULL;
  for (uint32_t i = 0; status == WD_OK && i < loading->count; i++) {
    struct coming *coming = &loading->list[i];

    out->list[i] = *coming->out;
    if (coming->there)
      fill_slots(coming, coming->there);
    else if (coming->signature)
      status = make_function(loading, coming);
  }
  out->count = loading->count;
  return status;
}

enum wd_status
wd_ext_load(struct wd_ext *ext, const struct wd_ext_request *request,
            struct wd_arena *arena, struct wd_ext_functions *out_functions,
            struct wd_error *error)
{
  struct loading loading = {
      .ext = ext, .request = request, .arena = arena, .error = error};
  enum wd_status status = WD_OK;

  pthread_mutex_lock(&ext->lock);
  if (!ext->connection)
    status = wd_fail(error, WD_INVALID_ARGUMENT,
                     "wasi_close() has let go of this database: nothing more "
                     "can be loaded");
  if (status == WD_OK)
    status = ask_threads(ext, error);
  if (status == WD_OK)
    status = module_new(ext, request->path, &loading.module, error);
  if (status == WD_OK)
    status = prepare(&loading);
  if (status == WD_OK)
    status = commit(&loading, out_functions);
  if (loading.module)
    module_free(ext, loading.module);
  pthread_mutex_unlock(&ext->lock);
  return status;
}
