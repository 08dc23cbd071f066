#include "engine/duckdb/functions.h"

#include <stdio.h>
#include <string.h>

#include "engine/duckdb/types.h"

static const char *
kind_name(enum wd_duck_kind kind)
{
  static const char *const names[] = {"map", "flat_map", "sink", "aggregate",
                                      "barrier"};

  return names[kind];
}

/* Parameters and result as text: two lambdas with the same one can share a
 * function, one after the other. */
static bool
make_signature(const struct wd_duck_call *call, struct wd_buf *buf)
{
  const struct wd_schema *schemas[2];

  if (!call->lambda)
    return wd_buf_puts(buf, "()");
  schemas[0] = &call->lambda->wanted;
  schemas[1] = &call->lambda->output;
  for (int side = 0; side < 2; side++) {
    wd_buf_putc(buf, '(');
    for (uint32_t i = 0; i < schemas[side]->count; i++) {
      wd_duck_type_sql(&schemas[side]->columns[i].type, buf);
      wd_buf_putc(buf, ',');
    }
    wd_buf_putc(buf, ')');
  }
  wd_buf_puts(buf, call->numbered ? "numbered" : "");
  return wd_buf_puts(buf, call->wrapped ? "wrapped" : "");
}

static enum wd_status
make_result_type(enum wd_duck_kind kind, const struct wd_duck_call *call,
                 duckdb_logical_type *out_type, struct wd_error *error)
{
  struct wd_type boolean = wd_type_of(WD_TYPE_BOOL);
  enum wd_status status = WD_OK;

  if (kind == WD_DUCK_SINK || kind == WD_DUCK_BARRIER)
    *out_type = wd_duck_type_make(&boolean);
  else if (call->wrapped)
    status = wd_duck_type_struct_of(&call->lambda->output, call->mem, out_type,
                                    error);
  else if (call->lambda->output.count)
    *out_type = wd_duck_type_make(&call->lambda->output.columns[0].type);
  else
    *out_type = wd_duck_type_make(&boolean);
  if (status == WD_OK && kind == WD_DUCK_FLAT_MAP)
    *out_type = wd_duck_type_list_of(*out_type);
  return status;
}

static enum wd_status
registered(duckdb_state state, const struct wd_duck_slot *slot,
           struct wd_error *error)
{
  if (state == DuckDBSuccess)
    return WD_OK;
  return wd_fail(error, WD_INTERNAL, "DuckDB refused the function %s",
                 slot->name);
}

static void
add_parameters(duckdb_scalar_function function, const struct wd_duck_call *call)
{
  struct wd_type number = wd_type_of(WD_TYPE_U32);
  uint32_t count = call->lambda ? call->lambda->wanted.count : 0;

  for (uint32_t i = 0; i < count + call->numbered; i++) {
    duckdb_logical_type type = wd_duck_type_make(
        i < count ? &call->lambda->wanted.columns[i].type : &number);

    duckdb_scalar_function_add_parameter(function, type);
    duckdb_destroy_logical_type(&type);
  }
}

static enum wd_status
register_scalar(struct wd_duck_engine *engine, struct wd_duck_slot *slot,
                const struct wd_duck_call *call, duckdb_logical_type result,
                struct wd_error *error)
{
  static const duckdb_scalar_function_t run[] = {
      [WD_DUCK_MAP] = wd_duck_map_run,
      [WD_DUCK_FLAT_MAP] = wd_duck_flat_map_run,
      [WD_DUCK_SINK] = wd_duck_sink_run,
      [WD_DUCK_BARRIER] = wd_duck_barrier_run,
  };
  duckdb_scalar_function function = duckdb_create_scalar_function();
  duckdb_state state;

  duckdb_scalar_function_set_name(function, slot->name);
  add_parameters(function, call);
  duckdb_scalar_function_set_return_type(function, result);
  duckdb_scalar_function_set_extra_info(function, slot, NULL);
  duckdb_scalar_function_set_function(function, run[slot->kind]);
  /* Volatile, or the optimiser copies and moves calls; nulls are the
   * lambda's business. */
  duckdb_scalar_function_set_volatile(function);
  duckdb_scalar_function_set_special_handling(function);
  state = duckdb_register_scalar_function(engine->connection, function);
  duckdb_destroy_scalar_function(&function);
  return registered(state, slot, error);
}

static enum wd_status
register_aggregate(struct wd_duck_engine *engine, struct wd_duck_slot *slot,
                   const struct wd_duck_call *call, duckdb_logical_type result,
                   struct wd_error *error)
{
  duckdb_aggregate_function function = duckdb_create_aggregate_function();
  duckdb_state state;

  duckdb_aggregate_function_set_name(function, slot->name);
  for (uint32_t i = 0; i < call->lambda->wanted.count; i++) {
    duckdb_logical_type type =
        wd_duck_type_make(&call->lambda->wanted.columns[i].type);

    duckdb_aggregate_function_add_parameter(function, type);
    duckdb_destroy_logical_type(&type);
  }
  duckdb_aggregate_function_set_return_type(function, result);
  duckdb_aggregate_function_set_extra_info(function, slot, NULL);
  duckdb_aggregate_function_set_special_handling(function);
  wd_duck_aggregate_define(function);
  state = duckdb_register_aggregate_function(engine->connection, function);
  duckdb_destroy_aggregate_function(&function);
  return registered(state, slot, error);
}

/* Under the engine's lock. The slot stays in the list also when DuckDB refused
 * it (it is then taken for ever): DuckDB may have kept its address. */
static enum wd_status
slot_new(struct wd_duck_engine *engine, enum wd_duck_kind kind,
         const struct wd_duck_call *call, const char *signature,
         struct wd_duck_slot **out_slot, struct wd_error *error)
{
  struct wd_duck_slot *slot = wd_mem_calloc(engine->mem, 1, sizeof *slot);
  duckdb_logical_type result;
  enum wd_status status;

  if (!slot)
    return wd_fail_memory(error);
  slot->signature = wd_mem_strndup(engine->mem, signature, strlen(signature));
  if (!slot->signature) {
    wd_mem_free(engine->mem, slot, sizeof *slot);
    return wd_fail_memory(error);
  }
  slot->kind = kind;
  slot->taken = true;
  snprintf(slot->name, sizeof slot->name, "wd_%s_%u", kind_name(kind),
           engine->slot_count++);
  slot->next = engine->slots;
  engine->slots = slot;
  status = make_result_type(kind, call, &result, error);
  if (status != WD_OK)
    return status;
  if (kind == WD_DUCK_AGGREGATE)
    status = register_aggregate(engine, slot, call, result, error);
  else
    status = register_scalar(engine, slot, call, result, error);
  duckdb_destroy_logical_type(&result);
  *out_slot = slot;
  return status;
}

static struct wd_duck_slot *
find_empty(struct wd_duck_engine *engine, enum wd_duck_kind kind,
           const char *signature)
{
  struct wd_duck_slot *slot = engine->slots;

  while (slot && (slot->taken || slot->kind != kind ||
                  strcmp(slot->signature, signature) != 0))
    slot = slot->next;
  if (slot)
    slot->taken = true;
  return slot;
}

enum wd_status
wd_duck_slot_take(struct wd_duck_engine *engine, enum wd_duck_kind kind,
                  struct wd_duck_call *call, struct wd_error *error)
{
  struct wd_buf signature;
  struct wd_duck_slot *slot;
  enum wd_status status = WD_OK;

  wd_buf_init(&signature, engine->mem, 1 << 20);
  if (!make_signature(call, &signature)) {
    wd_buf_fini(&signature);
    return wd_fail_memory(error);
  }
  pthread_mutex_lock(&engine->lock);
  slot = find_empty(engine, kind, wd_buf_text(&signature));
  if (!slot)
    status =
        slot_new(engine, kind, call, wd_buf_text(&signature), &slot, error);
  pthread_mutex_unlock(&engine->lock);
  wd_buf_fini(&signature);
  if (status != WD_OK)
    return status;
  call->slot = slot;
  atomic_store(&slot->call, call);
  return WD_OK;
}

void
wd_duck_slot_give_back(struct wd_duck_engine *engine, struct wd_duck_slot *slot)
{
  atomic_store(&slot->call, NULL);
  pthread_mutex_lock(&engine->lock);
  slot->taken = false;
  pthread_mutex_unlock(&engine->lock);
}

void
wd_duck_slots_free(struct wd_duck_engine *engine)
{
  struct wd_duck_slot *slot = engine->slots;

  while (slot) {
    struct wd_duck_slot *next = slot->next;

    wd_mem_free(engine->mem, slot->signature, strlen(slot->signature) + 1);
    wd_mem_free(engine->mem, slot, sizeof *slot);
    slot = next;
  }
  engine->slots = NULL;
}

uint32_t
wd_duck_slots_count(struct wd_duck_engine *engine)
{
  uint32_t count;

  pthread_mutex_lock(&engine->lock);
  count = engine->slot_count;
  pthread_mutex_unlock(&engine->lock);
  return count;
}
