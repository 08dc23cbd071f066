/* Imports: from a guest's call to a handler and back.
 *
 * wd_abi_import_call lifts the arguments (copies, see lift.h), checks where
 * the result shall go, runs the handler, and lowers what it gave. A handler
 * sees host memory only. What it reports as an error is told to the program
 * where the function can fail (`result<…, error>`), and ends the program
 * where it cannot.
 */
#ifndef WD_ABI_CALL_H
#define WD_ABI_CALL_H

#include <wasmtime/val.h>

#include "abi/guest.h"

/* One call of an import. The caller makes it (zeroed but for guest, arena and
 * env); a handler finds it as its first argument. */
struct wd_abi_call {
  const struct wd_abi_guest *guest;
  /* Holds arguments and results until the call ends; has a limit, such as
   * WD_ABI_COPY_LIMIT. The caller empties it afterwards. */
  struct wd_arena *arena;
  void *env; /* the handlers' own */
  /* Filled in by wd_abi_import_call. */
  const struct wd_abi_function *function;
  /* Set by a handler: its error ends the program, also where the function
   * could tell it. */
  bool trap;
  /* Set by a handler that gives what it must free: called once, after the
   * result was lowered or could not be. */
  void (*release)(void *data);
  void *release_data;
};

/* values: arguments in, result out. A status other than WD_OK is to trap:
 * malformed arguments, a cabi_realloc that failed, no memory, an error that
 * the function cannot tell. handlers == NULL: every function is missing. */
enum wd_status
wd_abi_import_call(const struct wd_abi_function *function,
                   const struct wd_abi_handlers *handlers,
                   struct wd_abi_call *call, wasmtime_val_raw_t *values,
                   struct wd_error *error);

#endif
