/* Functions of other modules that a run is given. */
#include <string.h>

#include "api/internal.h"

/* NAME=FILE[#EXPORT], taken apart. */
struct wd_run_function {
  struct wd_run_function *next;
  const char *name;
  const char *path;
  const char *export; /* NULL: the only one */
  struct wd_library *library;
  bool owned; /* not the library of one before it */
};

enum wd_status
wd_run_function(struct wd_run *run, const char *function,
                struct wd_error *error)
{
  struct wd_run_function *added = wd_arena_alloc(&run->arena, sizeof *added);
  struct wd_run_function **last = &run->functions;
  const char *equals = strchr(function, '=');
  char *path = equals ? wd_arena_strdup(&run->arena, equals + 1) : NULL;
  char *export = path ? strrchr(path, '#') : NULL;
  char shown[200];

  if (!equals || equals == function || !equals[1] || equals[1] == '#' ||
      (export && !export[1]))
    return wd_fail(
        error, WD_INVALID_ARGUMENT,
        "function '%s': write NAME=FILE or NAME=FILE#EXPORT",
        wd_text_clean(shown, sizeof shown, function, strlen(function)));
  if (!added || !path)
    return wd_fail_memory(error);
  if (export)
    *export ++ = '\0';
  added->name =
      wd_arena_strndup(&run->arena, function, (size_t)(equals - function));
  added->path = path;
  added->export = export;
  while (*last)
    last = &(*last)->next;
  *last = added;
  run->function_count++;
  return added->name ? WD_OK : wd_fail_memory(error);
}

/* The library of a file: that of an earlier function, or a new one. */
static enum wd_status
open_library(struct wd_run *run, struct wd_run_function *function,
             struct wd_error *error)
{
  struct wd_module *module;
  enum wd_status status;

  for (struct wd_run_function *before = run->functions; before != function;
       before = before->next)
    if (strcmp(before->path, function->path) == 0) {
      function->library = before->library;
      return WD_OK;
    }
  status =
      wd_module_load_file(run->host->runtime, function->path, &module, error);
  if (status != WD_OK)
    return status;
  status = wd_library_new(module,
                          &(struct wd_library_options){
                              .mem = &run->mem,
                              .variant = run->host->variant,
                              .memory_limit = run->memory_limit,
                          },
                          &function->library, error);
  function->owned = status == WD_OK;
  wd_module_unref(module);
  return status;
}

enum wd_status
wd_run_open_functions(struct wd_run *run,
                      const struct wd_library_function **out_functions,
                      struct wd_error *error)
{
  struct wd_library_function *list =
      wd_arena_array(&run->arena, run->function_count, sizeof *list);
  enum wd_status status = list ? WD_OK : wd_fail_memory(error);
  uint32_t count = 0;

  for (struct wd_run_function *each = run->functions; each && status == WD_OK;
       each = each->next) {
    status = open_library(run, each, error);
    list[count].name = each->name;
    if (status == WD_OK)
      status = wd_library_find(each->library, each->export,
                               &list[count++].function, error);
    if (status != WD_OK)
      wd_error_prefix(error, "function %s", each->name);
  }
  *out_functions = list;
  return status;
}

void
wd_run_close_functions(struct wd_run *run)
{
  for (struct wd_run_function *each = run->functions; each; each = each->next)
    if (each->owned)
      wd_library_free(each->library);
}
