/* A number for what the function tables hold, to see that they were changed.
 * Comparable between all instances of a module. */
#ifndef WD_WASM_FINGERPRINT_H
#define WD_WASM_FINGERPRINT_H

#include "wasm/instance_internal.h"

uint64_t
wd_table_fingerprint(struct wd_instance *instance);

#endif
