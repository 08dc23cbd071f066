/* Exports that clang wraps for programs with a main: `f.command_export` runs
 * constructors, f, and destructors (which flush and close). Called on an
 * image they would do that at every call, so the function inside is exported
 * as well, as `__wd_f<export>`, and called instead.
 */
#ifndef WD_WASM_UNWRAP_H
#define WD_WASM_UNWRAP_H

#include "wasm/rewrite.h"

/* Fills outline->unwrapped. */
enum wd_status
wd_unwrap(struct wd_outline *outline, struct wd_arena *arena,
          struct wd_error *error);

#endif
