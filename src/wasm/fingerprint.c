#include "wasm/fingerprint.h"

#include <inttypes.h>
#include <stdio.h>

/* A function's address less that of an exported one: where it lies in its
 * instance, which is the same in every instance of the module. Should that
 * ever change, fingerprints differ and instances are made anew, never the
 * other way round: in one instance two functions never share an address. */
static uint64_t
anchor(struct wd_instance *instance)
{
  const struct wd_module_info *info = wd_module_info(instance->linkage->module);
  wasmtime_extern_t item;

  for (uint32_t i = 0; i < info->export_count; i++)
    if (info->exports[i].kind == WD_EXTERN_FUNCTION &&
        wd_instance_item(instance, info->exports[i].name, WASMTIME_EXTERN_FUNC,
                         &item))
      return (uint64_t)(uintptr_t)wasmtime_func_to_raw(instance->context,
                                                       &item.of.func);
  return 0;
}

static uint64_t
mix(uint64_t print, uint64_t value)
{
  print = (print ^ value) * UINT64_C(0x9e3779b97f4a7c15);
  return print ^ print >> 29;
}

static bool
holds_reference(const wasmtime_val_t *value)
{
  return (value->kind == WASMTIME_EXTERNREF &&
          !wasmtime_externref_is_null(&value->of.externref)) ||
         (value->kind == WASMTIME_ANYREF &&
          !wasmtime_anyref_is_null(&value->of.anyref)) ||
         (value->kind == WASMTIME_EXNREF &&
          !wasmtime_exnref_is_null(&value->of.exnref));
}

static uint64_t
add_table(struct wd_instance *instance, const wasmtime_table_t *table,
          uint64_t zero, uint64_t print)
{
  uint64_t size = wasmtime_table_size(instance->context, table);

  print = mix(print, size);
  for (uint64_t i = 0; i < size; i++) {
    wasmtime_val_t value;
    uint64_t address = 1; /* null; no function lies there */

    if (!wasmtime_table_get(instance->context, table, i, &value))
      break;
    if (value.kind == WASMTIME_FUNCREF && value.of.funcref.store_id)
      address = (uint64_t)(uintptr_t)wasmtime_func_to_raw(instance->context,
                                                          &value.of.funcref) -
                zero;
    else if (holds_reference(&value))
      address = 2; /* of the host or an exception: never the same again */
    wasmtime_val_unroot(&value);
    print = mix(print, address);
  }
  return print;
}

uint64_t
wd_table_fingerprint(struct wd_instance *instance)
{
  uint32_t count = instance->linkage->module->outline.table_count;
  uint64_t zero = count ? anchor(instance) : 0;
  uint64_t print = 0;

  for (uint32_t i = 0; i < count; i++) {
    char name[32] = "__wd_table";
    wasmtime_extern_t item;

    if (i)
      snprintf(name, sizeof name, "__wd_table%" PRIu32, i);
    if (wd_instance_item(instance, name, WASMTIME_EXTERN_TABLE, &item))
      print = add_table(instance, &item.of.table, zero, print);
  }
  return print;
}
