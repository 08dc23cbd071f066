/* Calls of the guest by the host and of the host by the guest. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "wasm/instance_internal.h"
#include "wasm/trap.h"

/* An error that holds nothing yet, without clearing its 4 KiB. */
static void
prepare(struct wd_error *error)
{
  error->status = WD_OK;
  error->message[0] = '\0';
  error->trace[0] = '\0';
}

static wasm_trap_t *
new_trap(void)
{
  static const char text[] = "an import failed";

  return wasmtime_trap_new(text, sizeof text - 1);
}

/* Guest code that runs while the driver is suspended in an import is only
 * there to give memory. */
static enum wd_status
call_import(struct wd_instance *instance, const struct wd_import *import,
            wasmtime_val_raw_t *values, struct wd_error *error)
{
  if (instance->depth > 1)
    return wd_fail_at(error, WD_ORIGIN_GUEST, WD_UNSUPPORTED,
                      "the import %s.%s was called while the host asked the "
                      "program for memory",
                      import->module, import->name);
  return import->function(instance, import->data, values, error);
}

wasm_trap_t *
wd_instance_import(void *env, wasmtime_caller_t *caller,
                   wasmtime_val_raw_t *values, size_t count)
{
  struct wd_instance *instance =
      wasmtime_context_get_data(wasmtime_caller_context(caller));
  struct wd_error error;
  enum wd_status status;

  (void)count;
  if (!wd_guard_leave(&instance->guard, &instance->memory))
    return new_trap();
  prepare(&error);
  status = call_import(instance, env, values, &error);
  if (!status)
    status = wd_linear_settle(&instance->memory, &error);
  /* Killed meanwhile: what came back does not matter. */
  if (!wd_guard_enter(&instance->guard, &instance->memory))
    return new_trap();
  if (!status)
    return NULL;
  if (error.status == WD_OK)
    wd_fail(&error, status, "%s", wd_status_text(status));
  instance->failure = error;
  return new_trap();
}

/* As a parent process would see it, but that only 0 is success. */
static int
exit_code(int32_t code)
{
  return code && (code & 0xff) == 0 ? 1 : code & 0xff;
}

enum wd_status
wd_instance_exit(struct wd_instance *instance, const void *data,
                 wasmtime_val_raw_t *values, struct wd_error *error)
{
  (void)data;
  instance->exited = true;
  instance->exit_code = exit_code(values[0].i32);
  return wd_fail(error, WD_TRAP, "the program called proc_exit(%" PRId32 ")",
                 values[0].i32);
}

static enum wd_status
fail_killed(const struct wd_trap *trap, struct wd_error *error)
{
  enum wd_status status =
      trap && trap->place[0]
          ? wd_fail(error, WD_CANCELLED, "cancelled while it ran '%s'",
                    trap->place)
          : wd_fail(error, WD_CANCELLED, "cancelled");

  if (trap && trap->trace[0])
    wd_error_trace(error, "%s", trap->trace);
  return status;
}

static enum wd_status
fail_trap(struct wd_instance *instance, const struct wd_trap *trap,
          struct wd_error *error)
{
  char limit[160] = "";
  enum wd_status status;

  instance->failed = true;
  if (instance->memory.refused)
    snprintf(limit, sizeof limit,
             "; before, it was refused to grow its memory to %" PRIu64
             " bytes (the limit is %" PRIu64 ")",
             instance->memory.refused, instance->memory.limit);
  status = wd_fail(error, WD_TRAP, "trap: %s%s%s%s%s", trap->cause,
                   trap->place[0] ? " in '" : "", trap->place,
                   trap->place[0] ? "'" : "", limit);
  if (trap->trace[0])
    wd_error_trace(error, "%s", trap->trace);
  return status;
}

/* What to make of a call that did not return. */
static enum wd_status
fail_call(struct wd_instance *instance, bool killed, wasmtime_error_t *failure,
          wasm_trap_t *trap, int *out_exit, struct wd_error *error)
{
  struct wd_trap report;
  enum wd_status status;

  wd_trap_read(failure, trap, &report);
  if (killed)
    return fail_killed(&report, error);
  if (instance->exited && out_exit) {
    instance->failed = true;
    *out_exit = instance->exit_code;
    return WD_OK;
  }
  if (instance->failure.status == WD_OK)
    return fail_trap(instance, &report, error);
  if (instance->exited)
    instance->failed = true;
  if (report.trace[0])
    wd_error_trace(&instance->failure, "%s", report.trace);
  status = wd_error_pass(error, &instance->failure);
  prepare(&instance->failure);
  return status;
}

enum wd_status
wd_instance_call(struct wd_instance *instance, const wasmtime_func_t *function,
                 wasmtime_val_raw_t *values, size_t count, int *out_exit,
                 struct wd_error *error)
{
  wasmtime_error_t *failure;
  wasm_trap_t *trap = NULL;
  bool killed;

  if (out_exit)
    *out_exit = -1;
  if (instance->failed)
    return wd_fail(error, WD_TRAP, "called again after a trap");
  if (instance->memory.frozen) {
    enum wd_status status = wd_linear_settle(&instance->memory, error);

    if (status)
      return status;
  }
  if (!wd_guard_enter(&instance->guard, &instance->memory))
    return fail_killed(NULL, error);
  instance->depth++;
  failure = wasmtime_func_call_unchecked(instance->context, function, values,
                                         count, &trap);
  instance->depth--;
  killed = !wd_guard_leave(&instance->guard, &instance->memory);
  if (__builtin_expect(failure || trap, 0))
    return fail_call(instance, killed, failure, trap, out_exit, error);
  return killed ? fail_killed(NULL, error) : WD_OK;
}
