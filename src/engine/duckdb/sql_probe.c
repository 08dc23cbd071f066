/* Probes: functions that stand for the program's until it is known what they
 * are called with. DuckDB tells a scalar function the types of its operands
 * when it plans a call; a probe notes them and refuses. */
#include <stdio.h>
#include <string.h>

#include "engine/duckdb/failure.h"
#include "engine/duckdb/sql.h"
#include "engine/duckdb/types.h"

struct wd_duck_probe {
  struct wd_duck_probe *next;
  struct wd_duck_engine *engine;
  uint32_t call;
};

/* A value of a type that has literals here; false for others. */
static bool
read_value(duckdb_value from, const struct wd_type *type,
           struct wd_arena *arena, struct wd_literal *out)
{
  char *text;

  *out = (struct wd_literal){.null = duckdb_is_null_value(from)};
  if (out->null)
    return true;
  switch (type->id) {
  case WD_TYPE_BOOL:
    out->value.boolean = duckdb_get_bool(from);
    return true;
  case WD_TYPE_I8:
  case WD_TYPE_I16:
  case WD_TYPE_I32:
  case WD_TYPE_I64:
    out->value.integer = duckdb_get_int64(from);
    return true;
  case WD_TYPE_U8:
  case WD_TYPE_U16:
  case WD_TYPE_U32:
  case WD_TYPE_U64:
    out->value.natural = duckdb_get_uint64(from);
    return true;
  case WD_TYPE_F32:
  case WD_TYPE_F64:
    out->value.real = duckdb_get_double(from);
    return true;
  case WD_TYPE_DATE:
    out->value.integer = duckdb_get_date(from).days;
    return true;
  case WD_TYPE_STRING:
    text = duckdb_get_varchar(from);
    out->value.bytes.data =
        text ? wd_arena_strndup(arena, text, strlen(text)) : NULL;
    out->value.bytes.length = text ? strlen(text) : 0;
    duckdb_free(text);
    return out->value.bytes.data != NULL;
  default:
    return false;
  }
}

/* Literals in the text have types of their own until they are used. */
static duckdb_logical_type
plain_type(duckdb_logical_type type)
{
  duckdb_type id = duckdb_get_type_id(type);

  if (id != DUCKDB_TYPE_STRING_LITERAL && id != DUCKDB_TYPE_INTEGER_LITERAL)
    return type;
  duckdb_destroy_logical_type(&type);
  return duckdb_create_logical_type(id == DUCKDB_TYPE_STRING_LITERAL
                                        ? DUCKDB_TYPE_VARCHAR
                                        : DUCKDB_TYPE_INTEGER);
}

static void
fold(duckdb_bind_info info, duckdb_expression expression,
     const struct wd_type *type, struct wd_arena *arena, bool *out_known,
     struct wd_literal *out, duckdb_value *out_value)
{
  duckdb_client_context context;
  duckdb_value value = NULL;
  duckdb_error_data failure;

  if (!duckdb_expression_is_foldable(expression))
    return;
  duckdb_scalar_function_get_client_context(info, &context);
  failure = duckdb_expression_fold(context, expression, &value);
  if (value && !duckdb_error_data_has_error(failure)) {
    *out_known = read_value(value, type, arena, out);
    *out_value = value;
  } else {
    duckdb_destroy_value(&value);
  }
  duckdb_destroy_error_data(&failure);
  duckdb_destroy_client_context(&context);
}

static enum wd_status
note_operands(struct wd_duck_probed *probed, duckdb_bind_info info)
{
  idx_t count = duckdb_scalar_function_bind_get_argument_count(info);
  struct wd_column *columns =
      wd_arena_array(probed->arena, count, sizeof *columns);
  bool *known = wd_arena_array(probed->arena, count, sizeof *known);
  struct wd_literal *values =
      wd_arena_array(probed->arena, count, sizeof *values);
  enum wd_status status = WD_OK;

  probed->values = wd_arena_array(probed->arena, count, sizeof *probed->values);
  probed->operands.count = 0;
  if (!columns || !known || !values || !probed->values)
    return wd_fail_memory(&probed->error);
  probed->operands.count = (uint32_t)count;
  for (idx_t i = 0; status == WD_OK && i < count; i++) {
    duckdb_expression operand =
        duckdb_scalar_function_bind_get_argument(info, i);
    duckdb_logical_type type =
        plain_type(duckdb_expression_return_type(operand));

    columns[i].nullable = true;
    status = wd_duck_type_from(type, probed->arena, &columns[i].type,
                               &probed->error);
    if (status == WD_OK)
      fold(info, operand, &columns[i].type, probed->arena, &known[i],
           &values[i], &probed->values[i]);
    columns[i].nullable = !known[i] || values[i].null;
    duckdb_destroy_logical_type(&type);
    duckdb_destroy_expression(&operand);
  }
  probed->operands =
      (struct wd_sql_operands){(uint32_t)count, columns, known, values};
  return status;
}

void
wd_duck_probed_fini(struct wd_duck_probed *probed)
{
  for (uint32_t i = 0; i < probed->operands.count; i++)
    duckdb_destroy_value(&probed->values[i]);
}

static void
probe_bind(duckdb_bind_info info)
{
  struct wd_duck_probe *probe =
      duckdb_scalar_function_bind_get_extra_info(info);
  struct wd_duck_probed *probed = probe->engine->probed;

  duckdb_scalar_function_bind_set_error(info, "a function is not known yet");
  if (!probed || probed->hit)
    return;
  probed->hit = true;
  probed->call = probe->call;
  note_operands(probed, info);
}

/* Never called: no plan has a probe. */
static void
probe_run(duckdb_function_info info, duckdb_data_chunk input,
          duckdb_vector output)
{
  (void)input, (void)output;
  duckdb_scalar_function_set_error(info, "a function is not known yet");
}

static enum wd_status
probe_define(struct wd_duck_engine *engine, struct wd_duck_probe *probe,
             struct wd_error *error)
{
  duckdb_scalar_function function = duckdb_create_scalar_function();
  duckdb_logical_type any = duckdb_create_logical_type(DUCKDB_TYPE_ANY);
  duckdb_logical_type result = duckdb_create_logical_type(DUCKDB_TYPE_BOOLEAN);
  duckdb_state state;
  char name[32];

  snprintf(name, sizeof name, "wd_probe_%u", probe->call);
  duckdb_scalar_function_set_name(function, name);
  duckdb_scalar_function_set_varargs(function, any);
  duckdb_scalar_function_set_return_type(function, result);
  duckdb_scalar_function_set_extra_info(function, probe, NULL);
  duckdb_scalar_function_set_bind(function, probe_bind);
  duckdb_scalar_function_set_function(function, probe_run);
  duckdb_scalar_function_set_volatile(function);
  duckdb_scalar_function_set_special_handling(function);
  state = duckdb_register_scalar_function(engine->connection, function);
  duckdb_destroy_scalar_function(&function);
  duckdb_destroy_logical_type(&any);
  duckdb_destroy_logical_type(&result);
  return state == DuckDBSuccess
             ? WD_OK
             : wd_fail(error, WD_INTERNAL, "DuckDB refused the function %s",
                       name);
}

enum wd_status
wd_duck_probes_need(struct wd_duck_engine *engine, uint32_t count,
                    struct wd_error *error)
{
  enum wd_status status = WD_OK;

  pthread_mutex_lock(&engine->lock);
  while (status == WD_OK && engine->probe_count < count) {
    struct wd_duck_probe *probe = wd_mem_calloc(engine->mem, 1, sizeof *probe);

    if (!probe) {
      status = wd_fail_memory(error);
      break;
    }
    *probe =
        (struct wd_duck_probe){engine->probes, engine, engine->probe_count++};
    engine->probes = probe;
    status = probe_define(engine, probe, error);
  }
  pthread_mutex_unlock(&engine->lock);
  return status;
}

void
wd_duck_probes_free(struct wd_duck_engine *engine)
{
  while (engine->probes) {
    struct wd_duck_probe *probe = engine->probes;

    engine->probes = probe->next;
    wd_mem_free(engine->mem, probe, sizeof *probe);
  }
}
