#include "abi/call.h"

#include <string.h>

#include "abi/convert.h"
#include "abi/lift.h"
#include "abi/lower.h"

enum wd_status
wd_abi_missing(struct wd_abi_call *call, struct wd_error *error)
{
  return wd_fail(error, WD_UNSUPPORTED, "%s is not supported by this host",
                 call->function->label);
}

static enum wd_status
lift_arguments(struct wd_abi_call *call, const wasmtime_val_raw_t **values,
               void **out_args, struct wd_error *error)
{
  const struct wd_abi_function *function = call->function;
  struct wd_abi_lift lift = {.guest = call->guest,
                             .arena = call->arena,
                             .site = {.function = function},
                             .error = error};
  enum wd_status status = WD_OK;

  *out_args = wd_arena_alloc(call->arena, function->args_size);
  if (!*out_args)
    return wd_fail_memory(error);
  for (size_t i = 0; i < function->argument_count && !status; i++) {
    const struct wd_abi_part *part = &function->arguments[i];

    lift.site.part = part->name;
    status = wd_abi_lift_flat(&lift, part->type, values,
                              (uint8_t *)*out_args + part->host_offset);
  }
  return status;
}

/* The result area that the guest named, checked. */
static enum wd_status
check_area(const struct wd_abi_call *call, uint32_t pointer,
           struct wd_error *error)
{
  const struct wd_abi_function *function = call->function;
  struct wd_abi_site site = {.function = function};
  uint8_t *address;

  return wd_abi_range(call->guest, &site, pointer, 1, function->area_size,
                      function->area_align, &address, error);
}

/* Writes the area: what the handler gave, or its failure. */
static enum wd_status
lower_area(const struct wd_abi_call *call, const void *out,
           const struct wd_abi_error *failure, uint32_t pointer,
           struct wd_error *error)
{
  const struct wd_abi_function *function = call->function;
  struct wd_abi_lower lower = {.guest = call->guest,
                               .arena = call->arena,
                               .site = {.function = function},
                               .error = error};
  uint8_t *image = wd_arena_alloc(call->arena, function->area_size);
  enum wd_status status = WD_OK;

  if (!image)
    return wd_fail_memory(error);
  if (failure) {
    image[0] = 1;
    status = wd_abi_lower_memory(&lower, wd_abi_type_of_error, failure,
                                 image + function->payload);
  } else if (function->result) {
    status = wd_abi_lower_memory(&lower, function->result, out,
                                 image + function->payload);
  }
  return status ? status
                : wd_abi_write(call->guest, &lower.site, pointer, image,
                               function->area_size, function->area_size, error);
}

/* Tells a handler's error to the program when the function can; else it is
 * passed on. */
static enum wd_status
tell(const struct wd_abi_call *call, const struct wd_error *failure,
     uint32_t area, struct wd_error *error)
{
  struct wd_abi_error told;
  enum wd_status status;

  if (!call->function->fallible || call->trap)
    return wd_error_pass(error, failure);
  status = wd_abi_error_make(failure, call->arena, &told, error);
  return status ? status : lower_area(call, NULL, &told, area, error);
}

static enum wd_status
lower_result(const struct wd_abi_call *call, const void *out, uint32_t area,
             wasmtime_val_raw_t *values, struct wd_error *error)
{
  const struct wd_abi_function *function = call->function;
  struct wd_abi_lower lower = {.guest = call->guest,
                               .arena = call->arena,
                               .site = {.function = function},
                               .error = error};

  if (function->area_size)
    return lower_area(call, out, NULL, area, error);
  return function->result
             ? wd_abi_lower_flat(&lower, function->result, out, &values)
             : WD_OK;
}

static enum wd_status
run(struct wd_abi_call *call, const struct wd_abi_handlers *handlers,
    const void *args, uint32_t area, wasmtime_val_raw_t *values,
    struct wd_error *error)
{
  static const struct wd_abi_handlers none;
  const struct wd_abi_function *function = call->function;
  struct wd_error failure;
  enum wd_status status;
  void *out = NULL;

  if (function->result) {
    out = wd_arena_alloc(call->arena, function->result->host_size);
    if (!out)
      return wd_fail_memory(error);
  }
  wd_error_clear(&failure);
  status =
      function->call(handlers ? handlers : &none, call, args, out, &failure);
  if (status && failure.status == WD_OK)
    wd_fail(&failure, status, "%s: %s", function->label,
            wd_status_text(status));
  status = status ? tell(call, &failure, area, error)
                  : lower_result(call, out, area, values, error);
  if (call->release)
    call->release(call->release_data);
  return status;
}

enum wd_status
wd_abi_import_call(const struct wd_abi_function *function,
                   const struct wd_abi_handlers *handlers,
                   struct wd_abi_call *call, wasmtime_val_raw_t *values,
                   struct wd_error *error)
{
  const wasmtime_val_raw_t *at = values;
  enum wd_status status;
  uint32_t area = 0;
  void *args;

  call->function = function;
  call->trap = false;
  call->release = NULL;
  status = lift_arguments(call, &at, &args, error);
  if (!status && function->area_size) {
    area = (uint32_t)at->i32;
    status = check_area(call, area, error);
  }
  return status ? status : run(call, handlers, args, area, values, error);
}
