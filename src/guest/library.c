#include "guest/library.h"

#include <stdio.h>
#include <string.h>

#include "guest/internal.h"

struct wd_library {
  struct wd_mem *mem;
  struct wd_arena arena;
  struct wd_module *module;
  struct wd_linkage *linkage;
  struct wd_image *image;
  struct wd_registry *functions;
  struct wd_manifest manifest; /* role: of all scalar functions */
};

static const char *
name_of(const struct wd_library *library)
{
  return wd_module_info(library->module)->name;
}

enum wd_status
wd_library_kind(const struct wd_manifest *manifest, const char *name,
                enum wd_named_kind *out_kind, struct wd_error *error)
{
  bool several = manifest->role == WD_ROLE_MAP && manifest->output.count != 1;

  switch (manifest->role) {
  case WD_ROLE_MAP:
  case WD_ROLE_FILTER:
  case WD_ROLE_SCALAR:
    if (several)
      break;
    *out_kind = WD_NAMED_SCALAR;
    return WD_OK;
  case WD_ROLE_AGGREGATE:
    *out_kind = WD_NAMED_AGGREGATE;
    return WD_OK;
  case WD_ROLE_TABLE:
  case WD_ROLE_LATERAL:
  case WD_ROLE_RELATION:
    *out_kind = WD_NAMED_TABLE;
    return WD_OK;
  default:
    break;
  }
  return wd_fail(
      error, WD_UNSUPPORTED,
      "%s: a %s lambda%s cannot be called by name: that takes one value for "
      "each row (a scalar function, a filter, a map to one column), an "
      "aggregate or a table function",
      name, wd_role_name(manifest->role), several ? " of several columns" : "");
}

/* The name of an extracted function; a lambda had none. */
static const char *
extracted_name(const struct wd_manifest *manifest)
{
  return manifest->name[0] ? manifest->name : "lambda";
}

static enum wd_status
add_extracted(struct wd_library *library, enum wd_named_kind kind,
              struct wd_error *error)
{
  const struct wd_manifest *manifest = &library->manifest;
  const char *name = extracted_name(manifest);
  const struct wd_named function = {
      .kind = kind,
      .closure = {library, manifest->function, manifest->state},
      .typed = manifest->typed,
      .arguments = manifest->input,
      .variadic = manifest->variadic,
      .strict = manifest->strict,
      .deterministic = manifest->deterministic,
  };

  library->functions = wd_registry_new(library->mem);
  return library->functions ? wd_registry_add(library->functions, name,
                                              strlen(name), &function, error)
                            : wd_fail_memory(error);
}

/* What the manifest says and what bind answers must be the same. */
static enum wd_status
check_bind(const struct wd_library *library, struct wd_pool *pool,
           struct wd_error *error)
{
  const struct wd_manifest *manifest = &library->manifest;
  struct wd_arena arena;
  struct wd_lambda *lambda;
  enum wd_status status;

  wd_arena_init(&arena, library->mem, 0);
  status = wd_lambda_bind(&(struct wd_lambda){.pool = pool,
                                              .name = extracted_name(manifest),
                                              .function = manifest->function,
                                              .state = manifest->state,
                                              .role = manifest->role,
                                              .input = manifest->input},
                          &arena, &lambda, error);
  if (status == WD_OK && !wd_schema_equal(&lambda->result, &manifest->output))
    status = wd_fail(error, WD_BAD_MODULE,
                     "the manifest lies: it says another result than bind does "
                     "for these arguments");
  wd_arena_fini(&arena);
  return status;
}

static enum wd_status
check_manifest(struct wd_library *library, struct wd_error *error)
{
  struct wd_pool *pool;
  enum wd_status status;

  if (!library->manifest.typed || !library->manifest.bound)
    return WD_OK;
  status = wd_pool_new(&(struct wd_pool_options){.mem = library->mem,
                                                 .linkage = library->linkage,
                                                 .image = library->image},
                       &pool, error);
  if (status != WD_OK)
    return status;
  status = check_bind(library, pool, error);
  wd_pool_unref(pool);
  if (status != WD_OK)
    wd_error_prefix(error, "%s", name_of(library));
  return status;
}

/* The memory of an extracted module is in it. */
static enum wd_status
freeze_extracted(struct wd_library *library,
                 const struct wd_library_options *options,
                 struct wd_error *error)
{
  struct wd_instance *instance;
  enum wd_status status =
      wd_driver_new(library->linkage,
                    &(struct wd_instance_options){
                        .mem = options->mem,
                        .memory_limit = options->memory_limit,
                    },
                    &instance, error);

  if (status != WD_OK)
    return status;
  status = wd_instance_freeze(instance, &library->image, error);
  wd_instance_free(instance);
  return status;
}

static enum wd_status
open_extracted(struct wd_library *library,
               const struct wd_library_options *options, struct wd_error *error)
{
  enum wd_named_kind kind;
  enum wd_status status =
      wd_library_kind(&library->manifest, name_of(library), &kind, error);

  if (status == WD_OK)
    status = freeze_extracted(library, options, error);
  if (status == WD_OK)
    status = add_extracted(library, kind, error);
  return status == WD_OK ? check_manifest(library, error) : status;
}

static enum wd_status
check_registered(const struct wd_library *library, int code,
                 struct wd_error *error)
{
  if (code != 0)
    return wd_fail(error, WD_BAD_MODULE,
                   "%s: main ended with exit code %d before its functions were "
                   "registered; it runs without grants for that",
                   name_of(library), code);
  if (!library->functions || !library->image)
    return wd_fail(error, WD_BAD_MODULE,
                   "%s: it registers no function, and was not extracted from "
                   "one that has",
                   name_of(library));
  return WD_OK;
}

static void
adopt(void *env, struct wd_named *function)
{
  function->closure.program = env;
}

static void
adopt_all(struct wd_library *library)
{
  const struct wd_named_type *at = wd_registry_types(library->functions);

  wd_registry_each(library->functions, adopt, library);
  for (; at; at = at->next) {
    struct wd_named_type *type = (struct wd_named_type *)(uintptr_t)at;

    type->program = library;
    type->to_text.closure.program = library;
    type->from_text.closure.program = library;
    type->sort_keys.closure.program = library;
  }
}

/* Runs main of a module that registers functions, in nobody's world. */
static enum wd_status
register_functions(struct wd_library *library,
                   const struct wd_library_options *options,
                   struct wd_error *error)
{
  const char *name = name_of(library);
  struct wd_wasi_driver_options wasi = {.arguments = &name,
                                        .argument_count = 1};
  struct wd_wasi_fixed fixed;
  struct wd_grants grants;
  struct wd_program *program;
  int code = 0;
  enum wd_status status;

  wd_wasi_fixed_init(&fixed);
  wd_grants_init(&grants, options->mem);
  status = wd_program_new(
      &(struct wd_program_options){
          .mem = options->mem,
          .module = library->module,
          .variant = options->variant,
          .grants = &grants,
          .engine = "duckdb",
          .memory_limit = options->memory_limit,
          .wasi = &wasi,
          .fixed = &fixed,
          .registers = true,
      },
      &program, error);
  if (status == WD_OK) {
    status = wd_program_run(program, &code, error);
    wd_program_take_functions(program, &library->functions, &library->image);
    wd_program_free(program);
  }
  wd_grants_fini(&grants);
  if (status != WD_OK) {
    wd_error_prefix(error, "%s registers its functions", name);
    return status;
  }
  status = check_registered(library, code, error);
  if (status == WD_OK)
    adopt_all(library);
  return status;
}

static enum wd_status
open_library(struct wd_library *library,
             const struct wd_library_options *options, struct wd_error *error)
{
  bool extracted;
  enum wd_status status = wd_manifest_read(
      library->module, &library->arena, &extracted, &library->manifest, error);

  if (status == WD_OK)
    status = wd_worker_linkage_new(library->module, options->variant,
                                   &library->linkage, error);
  if (status != WD_OK)
    return status;
  if (extracted)
    return open_extracted(library, options, error);
  library->manifest.role = WD_ROLE_SCALAR;
  return register_functions(library, options, error);
}

enum wd_status
wd_library_new(struct wd_module *module,
               const struct wd_library_options *options,
               struct wd_library **out_library, struct wd_error *error)
{
  struct wd_library *library = wd_mem_calloc(options->mem, 1, sizeof *library);
  enum wd_status status;

  if (!library)
    return wd_fail_memory(error);
  library->mem = options->mem;
  library->module = wd_module_ref(module);
  wd_arena_init(&library->arena, options->mem, 0);
  status = open_library(library, options, error);
  if (status == WD_OK)
    *out_library = library;
  else
    wd_library_free(library);
  return status;
}

void
wd_library_free(struct wd_library *library)
{
  if (!library)
    return;
  wd_registry_free(library->functions);
  wd_image_unref(library->image);
  if (library->linkage)
    wd_linkage_free(library->linkage);
  wd_module_unref(library->module);
  wd_arena_fini(&library->arena);
  wd_mem_free(library->mem, library, sizeof *library);
}

/* The names of all functions, as far as there is room. */
struct names {
  const struct wd_named *first;
  uint32_t count;
  char text[400];
};

static void
note_name(void *env, struct wd_named *function)
{
  struct names *names = env;
  size_t used = strlen(names->text);

  if (names->count++ == 0)
    names->first = function;
  if (used + 140 < sizeof names->text)
    snprintf(names->text + used, sizeof names->text - used, "%s%s",
             used ? ", " : "", function->name);
}

enum wd_status
wd_library_find(const struct wd_library *library, const char *export,
                const struct wd_named **out_function, struct wd_error *error)
{
  struct names names = {0};
  char shown[80];

  wd_registry_each(library->functions, note_name, &names);
  *out_function =
      export ? wd_registry_find(library->functions, export, strlen(export))
      : names.count == 1 ? names.first
                         : NULL;
  if (*out_function)
    return WD_OK;
  if (!export)
    return wd_fail(error, WD_INVALID_ARGUMENT,
                   "%s has %u functions; choose one by '#': %s",
                   name_of(library), names.count, names.text);
  return wd_fail(error, WD_NOT_FOUND, "%s has no function '%s'; it has: %s",
                 name_of(library),
                 wd_text_clean(shown, sizeof shown, export, strlen(export)),
                 names.text);
}

void
wd_library_each(const struct wd_library *library,
                void (*visit)(void *env, struct wd_named *function), void *env)
{
  wd_registry_each(library->functions, visit, env);
}

struct wd_image *
wd_library_image(const struct wd_library *library)
{
  return library->image;
}

struct wd_linkage *
wd_library_linkage(const struct wd_library *library)
{
  return library->linkage;
}

enum wd_role
wd_library_role(const struct wd_library *library,
                const struct wd_named *function)
{
  return function->kind == WD_NAMED_SCALAR ? library->manifest.role
                                           : wd_named_role(function);
}

/* The types of a module whose functions are registered, once. */
static enum wd_status
add_types(struct wd_program *program, const struct wd_library *library,
          struct wd_error *error)
{
  const struct wd_named_type *type =
      library->functions ? wd_registry_types(library->functions) : NULL;
  enum wd_status status = WD_OK;

  for (; type && status == WD_OK; type = type->next) {
    const struct wd_named_type *known =
        wd_registry_type(program->functions, type->name);

    if (known && known->program == library)
      continue;
    status = wd_program_register_type(
        program, &type->type,
        type->has_operations ? &type->to_text.closure : NULL, library, error);
  }
  return status;
}

enum wd_status
wd_program_add_libraries(struct wd_program *program, struct wd_error *error)
{
  const struct wd_program_options *options = &program->options;
  enum wd_status status = WD_OK;

  for (uint32_t i = 0; i < options->library_count && status == WD_OK; i++) {
    const struct wd_library_function *function = &options->libraries[i];

    status =
        wd_program_register(program, function->name, strlen(function->name),
                            function->function, error);
    if (status == WD_OK)
      status = add_types(program, function->function->closure.program, error);
    if (status != WD_OK)
      wd_error_prefix(error, "function");
  }
  return status;
}
