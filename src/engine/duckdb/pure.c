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
  }
  return NULL;
}

static enum wd_status
register_pure(struct wd_duck_engine *engine, struct wd_duck_pure *pure,
              struct wd_error *error)
{
  duckdb_scalar_function function = duckdb_create_scalar_function();
  duckdb_logical_type result = wd_duck_type_make(&pure->result);
  duckdb_state state;

  duckdb_scalar_function_set_name(function, pure->name);
  add_parameter(function, &pure->left);
  if (pure->binary)
    add_parameter(function, &pure->right);
  duckdb_scalar_function_set_return_type(function, result);
  duckdb_scalar_function_set_extra_info(function, pure, NULL);
  duckdb_scalar_function_set_special_handling(function);
  duckdb_scalar_function_set_function(function,
                                      callback(kinds[pure->kind].class));
  state = duckdb_register_scalar_function(engine->connection, function);
  duckdb_destroy_scalar_function(&function);
  duckdb_destroy_logical_type(&result);
  if (state == DuckDBSuccess)
    return WD_OK;
  return wd_fail(error, WD_INTERNAL, "DuckDB refused the function %s",
                 pure->name);
}

static void
set_types(struct wd_duck_pure *pure, const struct wd_type *left,
          const struct wd_type *right, const struct wd_type *result)
{
  struct wd_type real = wd_type_of(WD_TYPE_F64);
  enum class class = kinds[pure->kind].class;

  pure->binary = kinds[pure->kind].operands == 2;
  if (class == CLASS_REAL) {
    pure->left = pure->right = pure->result = real;
    if (result->id == WD_TYPE_F32)
      pure->result = *result;
    return;
  }
  pure->left = *left;
  pure->right = *right;
  pure->result = *result;
  if (pure->kind == WD_DUCK_PURE_ROUND || pure->kind == WD_DUCK_PURE_ROUND_EVEN)
    pure->right = wd_type_decimal(10, 0);
  if (class == CLASS_PARSE)
    pure->result = wd_type_decimal(38, 0);
}

/* Under the engine's lock. */
static enum wd_status
find_or_make(struct wd_duck_engine *engine, const struct wd_duck_pure *like,
             const char **out_name, struct wd_error *error)
{
  struct wd_duck_pure *pure = engine->pures;

  while (pure && (pure->kind != like->kind ||
                  !wd_type_equal(&pure->left, &like->left) ||
                  !wd_type_equal(&pure->right, &like->right) ||
                  !wd_type_equal(&pure->result, &like->result)))
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
wd_duck_pure_find(struct wd_duck_engine *engine, enum wd_duck_pure_kind kind,
                  const struct wd_type *left, const struct wd_type *right,
                  const struct wd_type *result, const char **out_name,
                  struct wd_error *error)
{
  struct wd_duck_pure like = {.kind = kind};
  enum wd_status status;

  set_types(&like, left, right, result);
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
