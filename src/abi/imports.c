#include "abi/imports.h"

enum wd_status
wd_abi_imports_gather(const struct wd_module_info *info, wd_abi_choose *choose,
                      struct wd_import *imports, size_t *count,
                      struct wd_error *error)
{
  for (uint32_t i = 0; i < info->import_count; i++) {
    const struct wd_extern *wanted = &info->imports[i];
    const struct wd_abi_function *function;
    enum wd_status status;

    if (!wd_abi_is_ours(wanted->module))
      continue;
    status = wd_abi_find_import(wanted->module, wanted->name, &function, error);
    if (status != WD_OK)
      return status;
    imports[(*count)++] = (struct wd_import){
        .module = wanted->module,
        .name = wanted->name,
        .parameters = function->parameters,
        .results = function->results,
        .function = choose(function),
        .data = function,
    };
  }
  return WD_OK;
}
