#include "engine/duckdb/pure.h"

#include <stdio.h>

#include "engine/duckdb/pure_run.h"
#include "engine/duckdb/types.h"

enum class {
  CLASS_DECIMAL,
  CLASS_INTEGER,
  CLASS_REAL,
  CLASS_PARSE,
  CLASS_DISTANCE,
  CLASS_TIME,
};

static const struct {
  enum class class;
  int operands;
} kinds[] = {
#define KIND(id, class, operands)                                              \
  [WD_DUCK_PURE_##id] = {CLASS_##class, operands},
    WD_DUCK_PURES(KIND)};

static void
add_parameter(duckdb_scalar_function function, const struct wd_type *type)
{
  duckdb_logical_type logical = wd_duck_type_make(type);

  duckdb_scalar_function_add_parameter(function, logical);
  duckdb_destroy_logical_type(&logical);
}

static duckdb_scalar_function_t callback(enum class class)
{
  switch (class) {
  case CLASS_DECIMAL:
    return wd__pure_decimal;
  case CLASS_INTEGER:
    return wd__pure_integer;
  case CLASS_REAL:
    return wd__pure_real;
  case CLASS_PARSE:
    return wd__pure_parse;
  case CLASS_DISTANCE:
    return wd__pure_distance;
  case CLASS_TIME:
    return wd__pure_time;
  }
  return NULL;
}

static enum wd_status
register_pure(struct wd_duck_engine *engine, struct wd_duck_pure *pure,
              struct wd_error *error)
{
  duckdb_scalar_function function = duckdb_create_scalar_function();
  duckdb_logical_type result = wd_duck_type_make(&pure->key.result);
  duckdb_state state;

  duckdb_scalar_function_set_name(function, pure->name);
  add_parameter(function, &pure->key.left);
  if (pure->binary)
    add_parameter(function, &pure->key.right);
  duckdb_scalar_function_set_return_type(function, result);
  duckdb_scalar_function_set_extra_info(function, pure, NULL);
  duckdb_scalar_function_set_special_handling(function);
  duckdb_scalar_function_set_function(function,
                                      callback(kinds[pure->key.kind].class));
  state = duckdb_register_scalar_function(engine->connection, function);
  duckdb_destroy_scalar_function(&function);
  duckdb_destroy_logical_type(&result);
  if (state == DuckDBSuccess)
    return WD_OK;
  return wd_fail(error, WD_INTERNAL, "DuckDB refused the function %s",
                 pure->name);
}

/* The types that the class takes. */
static void
set_types(struct wd_duck_pure *pure)
{
  struct wd_duck_pure_key *key = &pure->key;
  struct wd_type real = wd_type_of(WD_TYPE_F64);
  enum class class = kinds[key->kind].class;

  pure->binary = kinds[key->kind].operands == 2;
  if (class == CLASS_REAL) {
    key->left = key->right = real;
    if (key->result.id != WD_TYPE_F32)
      key->result = real;
    return;
  }
  if (!pure->binary)
    key->right = key->left;
  if (key->kind == WD_DUCK_PURE_ROUND || key->kind == WD_DUCK_PURE_ROUND_EVEN)
    key->right = wd_type_decimal(10, 0);
  if (class == CLASS_PARSE)
    key->result = wd_type_decimal(38, 0);
}

static bool
is_same(const struct wd_duck_pure_key *a, const struct wd_duck_pure_key *b)
{
  return a->kind == b->kind && wd_call_options_equal(a->options, b->options) &&
         wd_type_equal(&a->left, &b->left) &&
         wd_type_equal(&a->right, &b->right) &&
         wd_type_equal(&a->result, &b->result);
}

/* Under the engine's lock. */
static enum wd_status
find_or_make(struct wd_duck_engine *engine, const struct wd_duck_pure *like,
             const char **out_name, struct wd_error *error)
{
  struct wd_duck_pure *pure = engine->pures;

  while (pure && !is_same(&pure->key, &like->key))
    pure = pure->next;
  if (!pure) {
    pure = wd_mem_calloc(engine->mem, 1, sizeof *pure);
    if (!pure)
      return wd_fail_memory(error);
    *pure = *like;
    snprintf(pure->name, sizeof pure->name, "wd_pure_%u", engine->pure_count++);
    pure->next = engine->pures;
    engine->pures = pure;
    if (register_pure(engine, pure, error) != WD_OK)
      return WD_INTERNAL;
  }
  *out_name = pure->name;
  return WD_OK;
}

enum wd_status
wd_duck_pure_find(struct wd_duck_engine *engine,
                  const struct wd_duck_pure_key *key, const char **out_name,
                  struct wd_error *error)
{
  struct wd_duck_pure like = {.key = *key};
  enum wd_status status;

  set_types(&like);
  pthread_mutex_lock(&engine->lock);
  status = find_or_make(engine, &like, out_name, error);
  pthread_mutex_unlock(&engine->lock);
  return status;
}

void
wd_duck_pures_free(struct wd_duck_engine *engine)
{
  while (engine->pures) {
    struct wd_duck_pure *pure = engine->pures;

    engine->pures = pure->next;
    wd_mem_free(engine->mem, pure, sizeof *pure);
  }
}
