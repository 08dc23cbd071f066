#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/internal.h"
#include "io/unfinished.h"
#include "substrait/plan.h"

/* Bytes of a plan that is explained: as Substrait it holds programs. */
#define EXPLAINED_MAX (256u << 20)

static enum wd_status
add_text(struct wd_run *run, struct wd_texts *list, const char *text,
         struct wd_error *error)
{
  char *copy = wd_arena_strdup(&run->arena, text);

  if (list->count == list->capacity) {
    uint32_t capacity = list->capacity ? list->capacity * 2 : 8;
    const char **grown = wd_arena_array(&run->arena, capacity, sizeof *grown);

    if (!grown)
      return wd_fail_memory(error);
    if (list->count)
      memcpy(grown, list->texts, list->count * sizeof *grown);
    list->texts = grown;
    list->capacity = capacity;
  }
  if (!copy)
    return wd_fail_memory(error);
  list->texts[list->count++] = copy;
  return WD_OK;
}

/* A run around a module, which it takes over. */
static enum wd_status
run_new(struct wd_host *host, struct wd_module *module, const char *name,
        struct wd_run **out_run, struct wd_error *error)
{
  struct wd_run *run = wd_mem_calloc(NULL, 1, sizeof *run);
  enum wd_status status;

  if (!run) {
    wd_module_unref(module);
    return wd_fail_memory(error);
  }
  run->host = host;
  run->module = module;
  wd_mem_init(&run->mem, NULL, "run", UINT64_MAX);
  wd_arena_init(&run->arena, &run->mem, 0);
  wd_grants_init(&run->grants, &run->mem);
  pthread_mutex_init(&run->print_lock, NULL);
  run->format = WD_OUTPUT_BOX;
  run->engine = "duckdb";
  wd_run_streams(run, true, STDOUT_FILENO, STDERR_FILENO);
  status = add_text(run, &run->arguments, name, error);
  if (status != WD_OK) {
    wd_run_free(run);
    return status;
  }
  *out_run = run;
  return WD_OK;
}

enum wd_status
wd_run_new(struct wd_host *host, const char *path, struct wd_run **out_run,
           struct wd_error *error)
{
  struct wd_module *module;
  enum wd_status status =
      wd_module_load_file(host->runtime, path, &module, error);

  return status == WD_OK ? run_new(host, module, wd_module_info(module)->name,
                                   out_run, error)
                         : status;
}

enum wd_status
wd_run_new_from_bytes(struct wd_host *host, const void *bytes, size_t size,
                      const char *name, struct wd_run **out_run,
                      struct wd_error *error)
{
  struct wd_module *module;
  enum wd_status status =
      wd_module_load(host->runtime, bytes, size, name, &module, error);

  return status == WD_OK ? run_new(host, module, wd_module_info(module)->name,
                                   out_run, error)
                         : status;
}

enum wd_status
wd_run_new_from_plan(struct wd_host *host, const void *bytes, size_t size,
                     const char *name, struct wd_run **out_run,
                     struct wd_error *error)
{
  struct wd_run *run;
  enum wd_status status = run_new(host, NULL, name, &run, error);

  if (status != WD_OK)
    return status;
  status = wd_substrait_relation(&run->mem, bytes, size, 0, NULL,
                                 &run->relation, error);
  if (status == WD_OK) {
    *out_run = run;
    return WD_OK;
  }
  wd_error_prefix(error, "%s", name);
  wd_run_free(run);
  return status;
}

enum wd_status
wd_run_new_sql(struct wd_host *host, struct wd_run **out_run,
               struct wd_error *error)
{
  enum wd_status status = run_new(host, NULL, "query", out_run, error);

  if (status == WD_OK)
    (*out_run)->sql = true;
  return status;
}

void
wd_run_free(struct wd_run *run)
{
  if (!run)
    return;
  wd_program_free(run->program);
  wd_run_close_functions(run);
  wd_run_extract_abort(run);
  if (run->relation)
    wd_relation_unref(run->relation);
  wd_grants_fini(&run->grants);
  wd_arena_fini(&run->arena);
  wd_module_unref(run->module);
  pthread_mutex_destroy(&run->print_lock);
  wd_mem_fini(&run->mem);
  wd_mem_free(NULL, run, sizeof *run);
}

enum wd_status
wd_run_table(struct wd_run *run, const char *grant, struct wd_error *error)
{
  return wd_grants_add_table(&run->grants, grant, error);
}

enum wd_status
wd_run_sink(struct wd_run *run, const char *grant, struct wd_error *error)
{
  return wd_grants_add_sink(&run->grants, grant, error);
}

enum wd_status
wd_run_environment(struct wd_run *run, const char *variable,
                   struct wd_error *error)
{
  const char *value;
  char *text;

  if (variable[0] == '=' || variable[0] == '\0')
    return wd_fail(error, WD_INVALID_ARGUMENT,
                   "environment '%s': a name is missing; write NAME=value or "
                   "NAME",
                   variable);
  if (strchr(variable, '='))
    return add_text(run, &run->environment, variable, error);
  value = getenv(variable);
  if (!value)
    return wd_fail(error, WD_INVALID_ARGUMENT,
                   "environment '%s' is not set here; write %s=value", variable,
                   variable);
  text = wd_arena_printf(&run->arena, "%s=%s", variable, value);
  return text ? add_text(run, &run->environment, text, error)
              : wd_fail_memory(error);
}

/* Splits HOST[::GUEST][,ro]. */
static enum wd_status
parse_folder(struct wd_run *run, const char *text,
             struct wd_wasi_folder *out_folder, struct wd_error *error)
{
  size_t length = strlen(text);
  char *copy;
  char *guest;

  out_folder->read_only = length > 3 && strcmp(text + length - 3, ",ro") == 0;
  if (out_folder->read_only)
    length -= 3;
  copy = wd_arena_strndup(&run->arena, text, length);
  if (!copy)
    return wd_fail_memory(error);
  guest = strstr(copy, "::");
  if (guest) {
    *guest = '\0';
    guest += 2;
  }
  out_folder->host = copy;
  out_folder->guest = guest;
  if (!*copy || (guest && !*guest))
    return wd_fail(error, WD_INVALID_ARGUMENT,
                   "folder '%s': write HOST or HOST::GUEST", text);
  return WD_OK;
}

enum wd_status
wd_run_folder(struct wd_run *run, const char *folder, struct wd_error *error)
{
  if (run->folder_count == run->folder_capacity) {
    uint32_t capacity = run->folder_capacity ? run->folder_capacity * 2 : 4;
    struct wd_wasi_folder *grown =
        wd_arena_array(&run->arena, capacity, sizeof *grown);

    if (!grown)
      return wd_fail_memory(error);
    if (run->folder_count)
      memcpy(grown, run->folders, run->folder_count * sizeof *grown);
    run->folders = grown;
    run->folder_capacity = capacity;
  }
  if (parse_folder(run, folder, &run->folders[run->folder_count], error) !=
      WD_OK)
    return error ? error->status : WD_INVALID_ARGUMENT;
  run->folder_count++;
  return WD_OK;
}

enum wd_status
wd_run_argument(struct wd_run *run, const char *argument,
                struct wd_error *error)
{
  return add_text(run, &run->arguments, argument, error);
}

enum wd_status
wd_run_name(struct wd_run *run, const char *name, struct wd_error *error)
{
  run->arguments.texts[0] = wd_arena_strdup(&run->arena, name);
  return run->arguments.texts[0] ? WD_OK : wd_fail_memory(error);
}

void
wd_run_threads(struct wd_run *run, uint32_t threads)
{
  run->threads = threads;
}

void
wd_run_memory_limit(struct wd_run *run, uint64_t bytes)
{
  run->memory_limit = bytes;
}

void
wd_run_engine_memory(struct wd_run *run, uint64_t bytes)
{
  run->engine_memory = bytes;
}

enum wd_status
wd_run_engine(struct wd_run *run, const char *engine, struct wd_error *error)
{
  char shown[80];

  if (strcmp(engine, "duckdb") == 0) {
    run->engine = "duckdb";
    run->engine_location = NULL;
    return WD_OK;
  }
  if (strncmp(engine, "sc://", 5) != 0)
    return wd_fail(error, WD_INVALID_ARGUMENT,
                   "'%s' is no engine; there are duckdb, and Spark by the "
                   "address of its Connect server, sc://HOST:PORT",
                   wd_text_clean(shown, sizeof shown, engine, strlen(engine)));
  run->engine = "spark";
  run->engine_location = wd_arena_strdup(&run->arena, engine);
  return run->engine_location ? WD_OK : wd_fail_memory(error);
}

enum wd_status
wd_run_format(struct wd_run *run, const char *format, struct wd_error *error)
{
  return wd_output_format_of(format, &run->format, error);
}

void
wd_run_streams(struct wd_run *run, bool input, int output, int errors)
{
  run->input = input;
  run->output_fd = output;
  wd_wasi_output_init(&run->output, output);
  wd_wasi_output_init(&run->errors, errors);
  wd_wasi_output_init(&run->prints, errors);
}

void
wd_run_around_output(struct wd_run *run,
                     void (*around)(void *env, bool after, char last),
                     void *env)
{
  struct wd_wasi_output *outputs[] = {&run->output, &run->errors, &run->prints};

  for (int i = 0; i < 3; i++) {
    outputs[i]->around = around;
    outputs[i]->around_env = env;
  }
}

enum wd_status
wd_run_explain(struct wd_run *run, const char *form, uint64_t job,
               struct wd_error *error)
{
  if (wd_plan_form_find(form, strlen(form), &run->plan_form))
    run->explain = WD_EXPLAIN_PLAN;
  else if (strcmp(form, "sql") == 0)
    run->explain = WD_EXPLAIN_SQL;
  else if (strcmp(form, "substrait") == 0)
    run->explain = WD_EXPLAIN_SUBSTRAIT;
  else
    return wd_fail(error, WD_INVALID_ARGUMENT,
                   "explain: '%s' is no form; there are " WD_PLAN_FORM_LIST
                   ", sql, substrait",
                   form);
  run->explain_job = job ? job : 1;
  return WD_OK;
}

/* What lambdas print and log goes to the run's errors. */
static void
print(void *env, int stream, const char *text, size_t length)
{
  struct wd_run *run = env;

  (void)stream;
  if (run->prints.fd < 0)
    return;
  pthread_mutex_lock(&run->print_lock);
  wd_wasi_output_write(&run->prints, text, length);
  pthread_mutex_unlock(&run->print_lock);
}

static enum wd_status
print_plan(struct wd_run *run, const struct wd_plan *plan,
           struct wd_engine *engine, struct wd_buf *buf, struct wd_error *error)
{
  switch (run->explain) {
  case WD_EXPLAIN_EXTRACT:
    return WD_OK;
  case WD_EXPLAIN_SQL:
    return engine->functions->explain(engine, plan, buf, error);
  case WD_EXPLAIN_SUBSTRAIT:
    return wd_program_write_plan(engine, plan, buf, error);
  default:
    wd_plan_print(plan, run->plan_form, buf);
    return WD_OK;
  }
}

static bool
planned(void *env, uint64_t job, const struct wd_plan *plan,
        struct wd_engine *engine)
{
  struct wd_run *run = env;
  struct wd_error *error = &run->explain_error;
  struct wd_buf buf;

  if (!run->explain || job < run->explain_job)
    return false;
  run->explained = true;
  wd_buf_init(&buf, &run->mem, EXPLAINED_MAX);
  if (print_plan(run, plan, engine, &buf, error) == WD_OK && buf.failed)
    wd_fail_memory(error);
  if (error->status == WD_OK && run->output_fd >= 0)
    wd_run_take(run, wd_buf_text(&buf), buf.length, error);
  wd_buf_fini(&buf);
  return true;
}

static void
set_wasi(struct wd_run *run)
{
  for (uint32_t i = 0; i < run->folder_count && run->explain; i++)
    run->folders[i].read_only = true;
  run->wasi = (struct wd_wasi_driver_options){
      .arguments = run->arguments.texts,
      .argument_count = run->arguments.count,
      .environment = run->environment.texts,
      .environment_count = run->environment.count,
      .folders = run->folders,
      .folder_count = run->folder_count,
      .inherit_stdin = run->input,
      .output = run->output.fd < 0 || run->explain ? NULL : &run->output,
      .errors = run->errors.fd < 0 ? NULL : &run->errors,
  };
}

enum wd_status
wd_run_program(struct wd_run *run, struct wd_program **out_program,
               struct wd_error *error)
{
  const struct wd_library_function *libraries;
  enum wd_status status = wd_run_open_functions(run, &libraries, error);
  bool extracts = run->explain == WD_EXPLAIN_EXTRACT;

  if (status != WD_OK)
    return status;
  set_wasi(run);
  return wd_program_new(
      &(struct wd_program_options){
          .mem = &run->mem,
          .runtime = run->host->runtime,
          .module = run->module,
          .relation = run->relation,
          .variant = run->host->variant,
          .grants = &run->grants,
          .engine = run->engine,
          .engine_location = run->engine_location,
          .threads = run->threads,
          .memory_limit = run->memory_limit,
          .engine_memory = run->engine_memory,
          .wasi = &run->wasi,
          .show = run->output_fd < 0 ? NULL : wd_run_show,
          .print = print,
          .planned = run->explain || run->sql ? planned : NULL,
          .bound = extracts ? wd_run_bound : NULL,
          .fixed = extracts ? &run->fixed : NULL,
          .library_count = run->function_count,
          .libraries = libraries,
          .env = run,
      },
      out_program, error);
}

/* What explaining came to, when main has ended with a code. */
static enum wd_status
check_explained(struct wd_run *run, int code, struct wd_error *error)
{
  if (run->explain_error.status != WD_OK)
    return wd_error_pass(error, &run->explain_error);
  if (!run->explain || run->explained)
    return WD_OK;
  return wd_fail(error, WD_INVALID_ARGUMENT,
                 "%s ended with exit code %d before its action number %" PRIu64
                 ": there is no plan to explain",
                 run->arguments.texts[0], code, run->explain_job);
}

/* A program that did not look whether its output arrived. */
static enum wd_status
check_output(struct wd_run *run, int code, struct wd_error *error)
{
  int cause = atomic_load(&run->output.error);

  if (!cause || code != 0)
    return WD_OK;
  if (cause == EPIPE)
    return wd_fail(error, WD_IO, "output is closed");
  return wd_fail(error, WD_IO, "cannot write the output: %s", strerror(cause));
}

enum wd_status
wd_run_start(struct wd_run *run, int *out_code, struct wd_error *error)
{
  struct wd_program *program;
  enum wd_status status;

  if (run->program)
    return wd_fail(error, WD_INVALID_ARGUMENT, "a run can be started once");
  if (run->sql)
    return wd_fail(error, WD_INVALID_ARGUMENT,
                   "a run of SQL has no main: wd_run_sql runs its statements");
  *out_code = 0;
  status = wd_run_program(run, &program, error);
  if (status != WD_OK)
    return status;
  run->program = program;
  status = wd_program_run(program, out_code, error);
  if (status == WD_OK)
    status = check_explained(run, *out_code, error);
  if (status == WD_OK && run->explain == WD_EXPLAIN_EXTRACT)
    status = wd_run_extract_finish(run, error);
  return status == WD_OK ? check_output(run, *out_code, error) : status;
}

bool
wd_run_trapped(const struct wd_run *run)
{
  return run->program && wd_program_trapped(run->program);
}

void
wd_run_cancel(struct wd_run *run)
{
  if (run->program)
    wd_program_cancel(run->program);
}

bool
wd_run_progress(struct wd_run *run, struct wd_run_progress *out_progress)
{
  struct wd_job_progress progress;
  uint64_t job;

  if (!run->program || !wd_program_progress(run->program, &progress, &job))
    return false;
  *out_progress = (struct wd_run_progress){
      job, progress.rows_in, progress.rows_out, progress.fraction};
  return true;
}

enum wd_status
wd_run_compile(struct wd_run *run, struct wd_error *error)
{
  return wd_module_precompile(run->module, run->host->variant, error);
}

enum wd_status
wd_run_compiled_path(struct wd_run *run, char *out_path, size_t size,
                     struct wd_error *error)
{
  return wd_module_cache_path(run->module, run->host->variant, out_path, size,
                              error);
}

void
wd_abandon_writes(void)
{
  wd_unfinished_remove_all();
}
