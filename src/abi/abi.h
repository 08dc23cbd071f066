/* The canonical ABI at the level of core modules: how a program and the host
 * speak. The contract is wit/, the tables are made from it
 * (scripts/wit-generate), this room interprets them.
 *
 *   function.h  the tables: types, imports, exports, and finding them
 *   guest.h     memory, cabi_realloc and handles of a guest
 *   lift.h      guest memory and core values → host structs
 *   lower.h     host structs → guest memory and core values
 *   call.h      a program calls an import
 *   export.h    the host calls an export
 *   convert.h   the contract's forms ↔ the house's
 */
#ifndef WD_ABI_ABI_H
#define WD_ABI_ABI_H

#include "abi/call.h"
#include "abi/convert.h"
#include "abi/export.h"
#include "abi/function.h"
#include "abi/guest.h"
#include "abi/lift.h"
#include "abi/lower.h"

#endif
