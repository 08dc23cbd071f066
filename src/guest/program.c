#include "guest/program.h"

#include <string.h>

#include "abi/imports.h"
#include "guest/internal.h"

static struct wd_abi_handlers handlers;
static pthread_once_t handlers_once = PTHREAD_ONCE_INIT;

static void
make_handlers(void)
{
  wd_guest_builders(&handlers);
  wd_guest_shapes(&handlers);
  wd_guest_plans(&handlers);
  wd_guest_sql(&handlers);
  wd_guest_parameters(&handlers);
  wd_guest_tables(&handlers);
  wd_guest_groups(&handlers);
  wd_guest_actions(&handlers);
  wd_guest_stored(&handlers);
  wd_guest_jobs(&handlers);
  wd_guest_context(&handlers);
  wd_guest_functions(&handlers);
}

static enum wd_status
guest_allocate(void *env, uint32_t align, uint32_t size, uint32_t *out_pointer,
               struct wd_error *error)
{
  struct wd_program *program = env;
  wasmtime_val_raw_t values[4] = {0};
  enum wd_status status;

  if (!program->has_realloc)
    return wd_fail(error, WD_BAD_MODULE,
                   "%s does not export 'cabi_realloc', by which the host gives "
                   "it results",
                   wd_module_info(program->options.module)->name);
  values[2].i32 = (int32_t)align;
  values[3].i32 = (int32_t)size;
  program->allocating = true;
  status = wd_instance_call(program->instance, &program->realloc, values, 4,
                            NULL, error);
  program->allocating = false;
  *out_pointer = (uint32_t)values[0].i32;
  return status;
}

static bool
guest_holds(void *env, enum wd_abi_resource resource, uint32_t handle)
{
  struct wd_program *program = env;

  return wd_handles_get(&program->handles, resource, handle) != NULL;
}

/* Every import of ours comes here. */
static enum wd_status
on_import(struct wd_instance *instance, const void *data,
          wasmtime_val_raw_t *values, struct wd_error *error)
{
  struct wd_program *program = wd_instance_env(instance);
  const struct wd_abi_function *function = data;
  struct wd_arena arena;
  struct wd_abi_call call = {
      .guest = &program->guest, .arena = &arena, .env = program};
  enum wd_status status;

  if (program->allocating)
    return wd_fail(error, WD_TRAP,
                   "%s was called inside cabi_realloc, which may call nothing",
                   function->label);
  wd_arena_init(&arena, program->options.mem, WD_ABI_COPY_LIMIT);
  status = wd_abi_import_call(function, &handlers, &call, values, error);
  wd_arena_fini(&arena);
  return status;
}

static wd_import_function *
driver_function(const struct wd_abi_function *function)
{
  (void)function;
  return on_import;
}

/* Lists and texts are handed over in memory that the program gives. */
static enum wd_status
check_realloc(const struct wd_module *module, const struct wd_import *imports,
              size_t count, struct wd_error *error)
{
  if (wd_module_export(module, "cabi_realloc"))
    return WD_OK;
  for (size_t i = 0; i < count; i++) {
    const struct wd_abi_function *function = imports[i].data;

    if (function->area_size)
      return wd_fail(error, WD_BAD_MODULE,
                     "%s: exports no cabi_realloc, which %s needs to hand over "
                     "its results; build it with the SDK or wit-bindgen",
                     wd_module_info(module)->name, function->label);
  }
  return WD_OK;
}

static enum wd_status
link_driver(struct wd_program *program, struct wd_error *error)
{
  const struct wd_program_options *options = &program->options;
  const struct wd_module_info *info = wd_module_info(options->module);
  size_t room =
      (info->import_count + WD_WASI_FIXED_IMPORTS) * sizeof(struct wd_import);
  struct wd_import *imports = wd_mem_alloc(options->mem, room);
  size_t count = 0;
  enum wd_status status;

  if (!imports)
    return wd_fail_memory(error);
  status = wd_abi_imports_gather(info, driver_function, imports, &count, error);
  if (status != WD_OK)
    wd_error_prefix(error, "%s", info->name);
  if (status == WD_OK)
    status = check_realloc(options->module, imports, count, error);
  if (options->fixed) {
    wd_wasi_fixed_imports(options->fixed, imports + count);
    count += WD_WASI_FIXED_IMPORTS;
  }
  if (status == WD_OK)
    status = wd_linkage_new(options->module,
                            &(struct wd_linkage_options){
                                .variant = options->variant,
                                .imports = imports,
                                .import_count = count,
                                .wasi = true,
                            },
                            &program->driver_linkage, error);
  wd_mem_free(options->mem, imports, room);
  return status;
}

static enum wd_status
make_instance(struct wd_program *program, struct wd_error *error)
{
  const struct wd_program_options *options = &program->options;
  wasi_config_t *wasi;
  enum wd_status status = wd_wasi_driver_config(options->wasi, &wasi, error);

  if (status != WD_OK)
    return status;
  return wd_driver_new(program->driver_linkage,
                       &(struct wd_instance_options){
                           .mem = options->mem,
                           .memory_limit = options->memory_limit,
                           .wasi = wasi,
                           .env = program,
                       },
                       &program->instance, error);
}

enum wd_status
wd_program_new(const struct wd_program_options *options,
               struct wd_program **out_program, struct wd_error *error)
{
  struct wd_program *program = wd_mem_calloc(options->mem, 1, sizeof *program);
  enum wd_status status;

  if (!program)
    return wd_fail_memory(error);
  pthread_once(&handlers_once, make_handlers);
  program->options = *options;
  pthread_mutex_init(&program->lock, NULL);
  wd_handles_init(&program->handles, options->mem);
  program->guest = (struct wd_abi_guest){
      .env = program,
      .allocate = guest_allocate,
      .holds = guest_holds,
  };
  status = wd_program_add_libraries(program, error);
  if (status == WD_OK && !options->module) {
    *out_program = program;
    return WD_OK;
  }
  if (status == WD_OK)
    status = link_driver(program, error);
  if (status == WD_OK)
    status = make_instance(program, error);
  if (status == WD_OK)
    wd_instance_memory_places(program->instance, &program->guest.memory,
                              &program->guest.memory_size);
  program->has_realloc =
      wd_module_export(options->module, "cabi_realloc") != NULL;
  if (status == WD_OK && program->has_realloc)
    status = wd_instance_function(program->instance, "cabi_realloc", "iiii",
                                  "i", &program->realloc, error);
  if (status != WD_OK) {
    wd_program_free(program);
    return status;
  }
  *out_program = program;
  return WD_OK;
}

enum wd_status
wd_program_engine(struct wd_program *program, struct wd_engine **out_engine,
                  struct wd_error *error)
{
  const struct wd_program_options *options = &program->options;
  const struct wd_engine_functions *functions;
  enum wd_status status = WD_OK;

  if (!program->engine) {
    status = wd_engine_load(options->engine, &functions, error);
    if (status == WD_OK)
      status = functions->open(
          &(struct wd_engine_options){
              .mem = options->mem,
              .grants = options->grants,
              .threads = options->threads,
              .memory_limit = options->engine_memory,
              .temp_dir = options->temp_dir,
              .location = options->engine_location,
          },
          &program->engine, error);
  }
  *out_engine = program->engine;
  return status;
}

/* What runs: main, or the initialiser of a module that registers functions
 * and has no main. */
static const char *
entry_of(const struct wd_program *program)
{
  const struct wd_module *module = program->options.module;

  if (wd_module_export(module, "_start"))
    return "_start";
  return program->options.registers && wd_module_export(module, "_initialize")
             ? "_initialize"
             : NULL;
}

/* Runs start function, initialiser and main. */
static enum wd_status
run_main(struct wd_program *program, int *out_exit, struct wd_error *error)
{
  struct wd_instance *instance = program->instance;
  const char *entry = entry_of(program);
  wasmtime_func_t function;
  wasmtime_val_raw_t none = {0};
  enum wd_status status;

  if (!entry)
    return wd_fail(error, WD_BAD_MODULE,
                   "%s exports no _start: it is no program but a library of "
                   "functions",
                   wd_module_info(program->options.module)->name);
  status = wd_instance_start(instance, error);
  if (status == WD_OK)
    status = wd_instance_function(instance, entry, "", "", &function, error);
  if (status == WD_OK)
    status = wd_instance_call(instance, &function, &none, 1, out_exit, error);
  if (status == WD_OK && *out_exit < 0)
    *out_exit = 0;
  return status;
}

/* An import traps main for what main did wrong (a forged handle), and for
 * what is not its fault. */
static bool
is_trap(enum wd_status status, const struct wd_error *error)
{
  return status == WD_TRAP || (status == WD_INVALID_ARGUMENT && error &&
                               error->origin == WD_ORIGIN_GUEST);
}

bool
wd_program_cancelled(struct wd_program *program)
{
  bool cancelled;

  pthread_mutex_lock(&program->lock);
  cancelled = program->cancelled;
  pthread_mutex_unlock(&program->lock);
  return cancelled;
}

static void
cancel_jobs(struct wd_program *program)
{
  pthread_mutex_lock(&program->lock);
  for (struct wd_program_job *job = program->jobs; job; job = job->next)
    wd_job_cancel(job->job);
  pthread_mutex_unlock(&program->lock);
}

/* Nobody will fetch the rows of a collect any more. */
static void
cancel_collects(struct wd_program *program)
{
  for (struct wd_program_job *job = program->jobs; job; job = job->next)
    if (!wd_job_writes(job->job))
      wd_job_cancel(job->job);
}

/* Waits for the writes; the error of one that failed. Those that the program
 * cancelled itself are none. */
static enum wd_status
finish_writes(struct wd_program *program, struct wd_error *error)
{
  cancel_collects(program);
  for (struct wd_program_job *job = program->jobs; job; job = job->next) {
    struct wd_error write_error = {0};

    if (wd_job_writes(job->job) &&
        wd_job_wait(job->job, -1, &write_error) != WD_OK &&
        (write_error.status != WD_CANCELLED || wd_program_cancelled(program)))
      wd_error_pass(&program->write_error, &write_error);
  }
  if (program->write_error.status != WD_OK)
    return wd_error_pass(error, &program->write_error);
  return WD_OK;
}

enum wd_status
wd_program_run(struct wd_program *program, int *out_exit,
               struct wd_error *error)
{
  enum wd_status status;

  *out_exit = 0;
  status = program->options.relation
               ? wd_program_show(program, program->options.relation, error)
               : run_main(program, out_exit, error);
  program->trapped = is_trap(status, error);
  if (program->stopped) {
    *out_exit = 0;
    wd_error_clear(error);
    cancel_jobs(program);
    return WD_OK;
  }
  if (status != WD_OK || *out_exit != 0) {
    cancel_jobs(program);
    return status == WD_OK && wd_program_cancelled(program)
               ? wd_fail(error, WD_CANCELLED, "cancelled")
               : status;
  }
  return finish_writes(program, error);
}

void
wd_program_take_functions(struct wd_program *program,
                          struct wd_registry **out_functions,
                          struct wd_image **out_image)
{
  *out_functions = program->functions;
  *out_image = program->registered;
  program->functions = NULL;
  program->registered = NULL;
}

bool
wd_program_trapped(const struct wd_program *program)
{
  return program->trapped;
}

void
wd_program_cancel(struct wd_program *program)
{
  pthread_mutex_lock(&program->lock);
  program->cancelled = true;
  pthread_mutex_unlock(&program->lock);
  /* First main: it shall not be told that its job was cancelled, and go on. */
  if (program->instance)
    wd_instance_kill(program->instance);
  cancel_jobs(program);
}

bool
wd_program_progress(struct wd_program *program,
                    struct wd_job_progress *out_progress, uint64_t *out_job)
{
  bool found = false;

  pthread_mutex_lock(&program->lock);
  for (struct wd_program_job *job = program->jobs; job && !found;
       job = job->next) {
    wd_job_progress(job->job, out_progress);
    *out_job = wd_job_id(job->job);
    found = out_progress->state < WD_JOB_SUCCEEDED;
  }
  pthread_mutex_unlock(&program->lock);
  return found;
}

static void
free_handles(struct wd_program *program)
{
  enum wd_abi_resource resource;
  void *object;

  while ((object = wd_handles_pop(&program->handles, &resource)))
    switch (resource) {
    case WD_ABI_RESOURCE_DATASET:
      wd_relation_unref(object);
      break;
    case WD_ABI_RESOURCE_GROUPED:
      wd_grouped_free(program, object);
      break;
    case WD_ABI_RESOURCE_JOB:
      break;
    }
  wd_handles_fini(&program->handles);
}

void
wd_program_free(struct wd_program *program)
{
  struct wd_mem *mem;

  if (!program)
    return;
  mem = program->options.mem;
  cancel_jobs(program);
  while (program->jobs) {
    struct wd_program_job *job = program->jobs;

    program->jobs = job->next;
    wd_job_free(job->job);
    wd_mem_free(mem, job, sizeof *job);
  }
  free_handles(program);
  wd_program_free_tables(program);
  wd_registry_free(program->functions);
  wd_image_unref(program->registered);
  if (program->engine)
    program->engine->functions->close(program->engine);
  wd_instance_free(program->instance);
  wd_program_free_carried(program);
  if (program->worker_linkage)
    wd_linkage_free(program->worker_linkage);
  if (program->driver_linkage)
    wd_linkage_free(program->driver_linkage);
  pthread_mutex_destroy(&program->lock);
  wd_mem_free(mem, program, sizeof *program);
}
