/* Which imports of the contract a module wants. */
#ifndef WD_ABI_IMPORTS_H
#define WD_ABI_IMPORTS_H

#include "abi/function.h"
#include "wasm/instance.h"

/* Who answers an import. */
typedef wd_import_function *
wd_abi_choose(const struct wd_abi_function *function);

/* Appends a row for each import of ours, under the name that the module uses
 * and with its function as data, at imports[*count]; there is room for all
 * imports of the module. WD_BAD_MODULE as wd_abi_find_import says. */
enum wd_status
wd_abi_imports_gather(const struct wd_module_info *info, wd_abi_choose *choose,
                      struct wd_import *imports, size_t *count,
                      struct wd_error *error);

#endif
