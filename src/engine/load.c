#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "engine/engine.h"

/* The folder of the library (or program) that this function is in. */
static bool
own_folder(char *text, size_t size)
{
  Dl_info info;
  const char *slash;

  if (!dladdr((void *)(uintptr_t)wd_engine_load, &info) || !info.dli_fname)
    return false;
  slash = strrchr(info.dli_fname, '/');
  if (!slash || (size_t)(slash - info.dli_fname) >= size)
    return false;
  memcpy(text, info.dli_fname, (size_t)(slash - info.dli_fname));
  text[slash - info.dli_fname] = '\0';
  return true;
}

/* Beside us first, then where the dynamic linker looks. */
static void *
open_library(const char *name, const char *folder, struct wd_error *error)
{
  char path[4096 + 64];
  char reason[512] = "";
  void *library = NULL;

  if (folder) {
    snprintf(path, sizeof path, "%s/libwasidata-%s.so", folder, name);
    library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  }
  if (!library && folder)
    snprintf(reason, sizeof reason, "%s", dlerror());
  if (!library) {
    snprintf(path, sizeof path, "libwasidata-%s.so", name);
    library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  }
  if (!library)
    wd_fail(error, WD_NOT_FOUND,
            "the engine '%s' cannot be loaded: libwasidata-%s.so is not in "
            "'%s' nor where libraries are looked for (%s)",
            name, name, folder ? folder : "?", *reason ? reason : dlerror());
  return library;
}

static bool
is_plain(const char *name)
{
  return *name && strlen(name) <= 32 &&
         strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == strlen(name);
}

enum wd_status
wd_engine_load(const char *name,
               const struct wd_engine_functions **out_functions,
               struct wd_error *error)
{
  char folder[4096], symbol[64];
  void *library;

  if (!is_plain(name))
    return wd_fail(error, WD_NOT_FOUND, "there is no engine '%s'", name);
  library = open_library(
      name, own_folder(folder, sizeof folder) ? folder : NULL, error);
  if (!library)
    return WD_NOT_FOUND;
  snprintf(symbol, sizeof symbol, "wd_engine_%s", name);
  *out_functions = dlsym(library, symbol);
  if (!*out_functions)
    return wd_fail(error, WD_NOT_FOUND,
                   "libwasidata-%s.so is no engine: it has no %s", name,
                   symbol);
  return WD_OK;
}
