/* How a plan is made: tables of the engine's, lambdas bound in the pools of
 * their programs. */
#include <string.h>
#include <strings.h>
#include <time.h>

#include "guest/internal.h"
#include "plan/typing.h"

/* What a binder needs while a plan is made. */
struct binding {
  struct wd_program *program;
  uint64_t job;
  struct wd_pool *pool; /* made at the first lambda, of any program */
  struct wd_pool *own;  /* of main's; made at the first of its lambdas */
};

/* The first pool is the job's, others are joined to it. */
static enum wd_status
add_pool(struct binding *binding, const struct wd_pool_options *options,
         struct wd_pool **out_pool, struct wd_error *error)
{
  enum wd_status status = wd_pool_new(options, out_pool, error);

  if (status != WD_OK)
    return status;
  if (binding->pool)
    wd_pool_join(binding->pool, *out_pool);
  else
    binding->pool = *out_pool;
  return WD_OK;
}

static struct wd_pool_options
pool_options(const struct binding *binding)
{
  const struct wd_program_options *options = &binding->program->options;
  struct timespec now;
  uint64_t time;

  clock_gettime(CLOCK_REALTIME, &now);
  time = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
  return (struct wd_pool_options){
      .mem = options->mem,
      .memory_limit = options->memory_limit,
      .job = binding->job,
      .time_ns = options->fixed ? options->fixed->time : time,
      .environment = options->wasi->environment,
      .environment_count = (uint32_t)options->wasi->environment_count,
      .print = options->print,
      .env = options->env,
  };
}

/* A pool on an image of main's memory. */
static enum wd_status
make_own(struct binding *binding, struct wd_error *error)
{
  struct wd_program *program = binding->program;
  const struct wd_program_options *options = &program->options;
  struct wd_pool_options pool = pool_options(binding);
  enum wd_status status = WD_OK;

  if (!program->worker_linkage)
    status = wd_worker_linkage_new(options->module, options->variant,
                                   &program->worker_linkage, error);
  if (status == WD_OK)
    status = binding->job
                 ? wd_instance_freeze(program->instance, &pool.image, error)
                 : wd_instance_view(program->instance, &pool.image, error);
  if (status != WD_OK)
    return status;
  pool.linkage = program->worker_linkage;
  pool.arguments = options->wasi->arguments;
  pool.argument_count = (uint32_t)options->wasi->argument_count;
  status = add_pool(binding, &pool, &binding->own, error);
  wd_image_unref(pool.image);
  return status;
}

/* A pool on the memory of a program that a plan carries. */
static enum wd_status
make_carried(struct binding *binding, const struct wd_carried *carried,
             struct wd_pool **out_pool, struct wd_error *error)
{
  struct wd_pool_options pool = pool_options(binding);
  const struct wd_program_carried *loaded;
  enum wd_status status =
      wd_program_load_carried(binding->program, carried, &loaded, error);

  if (status != WD_OK)
    return status;
  pool.linkage = loaded->linkage;
  pool.image = loaded->image;
  pool.arguments = loaded->arguments;
  pool.argument_count = loaded->argument_count;
  if (carried->job)
    pool.job = carried->job;
  return add_pool(binding, &pool, out_pool, error);
}

/* The library that a closure is of; NULL: none. */
static const struct wd_library *
library_of(const struct wd_program *program, const struct wd_closure *closure)
{
  const struct wd_program_options *options = &program->options;

  for (uint32_t i = 0; closure->program && i < options->library_count; i++)
    if (options->libraries[i].function->closure.program == closure->program)
      return closure->program;
  return NULL;
}

/* A library's pool for this job, made when it is not there. Libraries see
 * nothing of the program's environment. */
static enum wd_status
find_library(struct binding *binding, const struct wd_library *library,
             struct wd_pool **out_pool, struct wd_error *error)
{
  struct wd_pool_options pool = pool_options(binding);

  for (*out_pool = binding->pool; *out_pool;
       *out_pool = wd_pool_next(*out_pool))
    if (wd_pool_image(*out_pool) == wd_library_image(library))
      return WD_OK;
  pool.environment_count = 0;
  pool.linkage = wd_library_linkage(library);
  pool.image = wd_library_image(library);
  return add_pool(binding, &pool, out_pool, error);
}

static enum wd_status
tell_bound(const struct binding *binding, const struct wd_lambda *lambda,
           struct wd_error *error)
{
  const struct wd_program_options *options = &binding->program->options;

  return binding->job && options->bound
             ? options->bound(options->env, binding->job, lambda, error)
             : WD_OK;
}

/* The pool in which a closure is bound and called. */
static enum wd_status
find_pool(struct binding *binding, const struct wd_closure *closure,
          struct wd_pool **out_pool, struct wd_error *error)
{
  const struct wd_library *library = library_of(binding->program, closure);
  struct wd_pool *pool = binding->pool;
  enum wd_status status = WD_OK;

  if (library)
    return find_library(binding, library, out_pool, error);
  if (closure->program == binding->program) {
    if (!binding->own)
      status = make_own(binding, error);
    *out_pool = binding->own;
    return status;
  }
  for (; pool; pool = wd_pool_next(pool))
    if (wd_program_is_carried(binding->program, closure->program,
                              wd_pool_image(pool))) {
      *out_pool = pool;
      return WD_OK;
    }
  return make_carried(binding, closure->program, out_pool, error);
}

static enum wd_status
bind_table(void *env, const char *name, const struct wd_option *options,
           uint32_t count, struct wd_arena *arena, struct wd_schema *out_schema,
           struct wd_error *error)
{
  struct binding *binding = env;
  const struct wd_grant *grant;
  struct wd_engine *engine;
  enum wd_status status = wd_grants_table(binding->program->options.grants,
                                          name, strlen(name), &grant, error);

  if (status == WD_OK)
    status = wd_program_engine(binding->program, &engine, error);
  if (status == WD_OK)
    status = engine->functions->table(engine, grant, options, count, arena,
                                      out_schema, error);
  return status;
}

static struct wd_bound
bound_of(struct wd_lambda *lambda)
{
  return (struct wd_bound){
      .lambda = lambda,
      .output = lambda->result,
      .passed = lambda->passed,
      .all_columns = lambda->all_columns,
      .column_count = lambda->column_count,
      .columns = lambda->columns,
      .deterministic = lambda->deterministic,
      .total = lambda->total,
      .strict = lambda->strict,
      .partitions = lambda->partitions,
  };
}

/* Binds what a closure asks in its pool. */
static enum wd_status
bind_closure(struct binding *binding, const struct wd_closure *closure,
             struct wd_lambda question, struct wd_arena *arena,
             struct wd_bound *out_bound, struct wd_error *error)
{
  struct wd_lambda *lambda;
  enum wd_status status = find_pool(binding, closure, &question.pool, error);

  question.function = closure->function;
  question.state = closure->state;
  if (status == WD_OK)
    status = wd_lambda_bind(&question, arena, &lambda, error);
  if (status == WD_OK)
    status = tell_bound(binding, lambda, error);
  if (status == WD_OK)
    *out_bound = bound_of(lambda);
  return status;
}

static enum wd_status
bind_lambda(void *env, const struct wd_closure *closure, enum wd_role role,
            const struct wd_schema *input, const uint32_t *keys,
            uint32_t key_count, uint32_t site, struct wd_arena *arena,
            struct wd_bound *out_bound, struct wd_error *error)
{
  return bind_closure(env, closure,
                      (struct wd_lambda){.role = role,
                                         .site = site,
                                         .input = *input,
                                         .keys = keys,
                                         .key_count = key_count},
                      arena, out_bound, error);
}

/* NULL: out of memory. */
static struct wd_lambda_constant *
known_of(const struct wd_constant *constants, uint32_t count,
         struct wd_arena *arena)
{
  struct wd_lambda_constant *known =
      wd_arena_array(arena, count, sizeof *known);

  for (uint32_t i = 0; known && i < count; i++)
    known[i] =
        (struct wd_lambda_constant){constants[i].column, constants[i].value};
  return known;
}

static enum wd_status
bind_named(void *env, const struct wd_named *function,
           const struct wd_schema *input, const struct wd_constant *constants,
           uint32_t constant_count, uint32_t site, struct wd_arena *arena,
           struct wd_bound *out_bound, struct wd_error *error)
{
  const struct wd_lambda_constant *known =
      known_of(constants, constant_count, arena);
  const struct wd_library *library =
      library_of(((struct binding *)env)->program, &function->closure);
  enum wd_role role =
      library ? wd_library_role(library, function) : wd_named_role(function);
  struct wd_column *made = wd_arena_alloc(arena, sizeof *made);
  const struct wd_schema result = {function->kind == WD_NAMED_FROM_TEXT, made};

  if (!known || !made)
    return wd_fail_memory(error);
  *made = function->result;
  return bind_closure(env, &function->closure,
                      (struct wd_lambda){.name = function->name,
                                         .role = role,
                                         .site = site,
                                         .input = *input,
                                         .constant_count = constant_count,
                                         .constants = known,
                                         .right = result},
                      arena, out_bound, error);
}

static enum wd_status
bind_pair(void *env, const struct wd_closure *closure,
          const struct wd_schema *left, const uint32_t *left_keys,
          const struct wd_schema *right, const uint32_t *right_keys,
          uint32_t key_count, uint32_t site, struct wd_arena *arena,
          struct wd_bound *out_bound, struct wd_error *error)
{
  return bind_closure(env, closure,
                      (struct wd_lambda){.role = WD_ROLE_CO_GROUP,
                                         .site = site,
                                         .input = *left,
                                         .keys = left_keys,
                                         .key_count = key_count,
                                         .right = *right,
                                         .right_keys = right_keys},
                      arena, out_bound, error);
}

static enum wd_status
bind_table_function(void *env, const char *name,
                    const struct wd_closure *closure,
                    const struct wd_schema *arguments,
                    const struct wd_batch *values, uint32_t partitions,
                    uint32_t site, struct wd_arena *arena,
                    struct wd_bound *out_bound, struct wd_error *error)
{
  struct wd_lambda question = {.name = name,
                               .role = WD_ROLE_TABLE,
                               .site = site,
                               .input = *arguments,
                               .constant_count = arguments->count,
                               .asked = partitions};
  enum wd_status status =
      wd_lambda_constants(arguments, values, arena, &question.constants, error);

  return status == WD_OK
             ? bind_closure(env, closure, question, arena, out_bound, error)
             : status;
}

static enum wd_status
bind_relation(void *env, const struct wd_named *function,
              const struct wd_schema *input, const uint32_t *keys,
              uint32_t key_count, const struct wd_constant *constants,
              uint32_t constant_count, uint32_t site, struct wd_arena *arena,
              struct wd_bound *out_bound, struct wd_error *error)
{
  const struct wd_lambda_constant *known =
      known_of(constants, constant_count, arena);

  if (!known)
    return wd_fail_memory(error);
  return bind_closure(env, &function->closure,
                      (struct wd_lambda){.name = function->name,
                                         .role = WD_ROLE_RELATION,
                                         .site = site,
                                         .input = *input,
                                         .keys = keys,
                                         .key_count = key_count,
                                         .constant_count = constant_count,
                                         .constants = known},
                      arena, out_bound, error);
}

static enum wd_status
bind_stored(void *env, void *stored, struct wd_arena *arena, bool *out_filled,
            struct wd_schema *out_schema, struct wd_error *error)
{
  const struct wd_engine *engine = ((struct wd_stored *)stored)->engine;

  (void)env;
  return engine->functions->stored_schema(stored, arena, out_filled, out_schema,
                                          error);
}

/* Whether a written plan's text names no table but its inputs: where there are
 * none, an engine would look elsewhere. (A program's are looked up before.) */
static enum wd_status
check_tables(struct binding *binding, struct wd_engine *engine,
             const struct wd_sql *sql, struct wd_arena *arena,
             struct wd_error *error)
{
  const char *const *names;
  uint32_t count, found;
  enum wd_status status = engine->functions->sql_tables(
      engine, sql->text, sql->length, binding->program->functions, arena,
      &count, &names, error);

  for (uint32_t i = 0; status == WD_OK && i < count; i++) {
    for (found = 0; found < sql->input_count; found++)
      if (strcasecmp(sql->inputs[found].name, names[i]) == 0)
        break;
    if (found == sql->input_count)
      return wd_fail(error, WD_NOT_GRANTED,
                     "the query reads '%.100s', which is none of its inputs",
                     names[i]);
  }
  return status;
}

static enum wd_status
bind_sql(void *env, struct wd_sql *sql, const struct wd_sql_binder *binder,
         struct wd_arena *arena, struct wd_error *error)
{
  struct binding *binding = env;
  struct wd_engine *engine;
  enum wd_status status = wd_program_engine(binding->program, &engine, error);

  if (status != WD_OK)
    return status;
  if (sql->dialect && strcmp(sql->dialect, engine->functions->name) != 0)
    return wd_fail(error, WD_UNSUPPORTED,
                   "the text is in the dialect '%.60s', the engine is %s",
                   sql->dialect, engine->functions->name);
  if (sql->dialect)
    status = check_tables(binding, engine, sql, arena, error);
  if (status != WD_OK)
    return status;
  sql->dialect = engine->functions->name;
  return engine->functions->sql_bind(engine, sql, binder, arena, error);
}

enum wd_status
wd_program_plan(struct wd_program *program, struct wd_relation *relation,
                uint64_t job, struct wd_plan *out_plan,
                struct wd_pool **out_pool, struct wd_error *error)
{
  struct binding binding = {.program = program, .job = job};
  const struct wd_binder binder = {
      .env = &binding,
      .table = bind_table,
      .bind = bind_lambda,
      .bind_pair = bind_pair,
      .functions = program->functions,
      .bind_named = bind_named,
      .bind_table = bind_table_function,
      .bind_relation = bind_relation,
      .sql = bind_sql,
      .stored = bind_stored,
  };
  enum wd_status status =
      wd_plan_make(program->options.mem, relation, &binder, out_plan, error);

  if (binding.pool)
    wd_pool_leave(binding.pool);
  if (status != WD_OK)
    wd_pool_unref(binding.pool);
  else
    *out_pool = binding.pool;
  return status;
}
