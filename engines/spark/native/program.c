#include "program.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "artifact_file.h"
#include "wasm/image_file.h"

/* Programs that stay though no task uses them. */
#define IDLE_MOST 4

/* A bound place of a plan, by its encoded closure. */
struct place {
  struct place *next;
  struct wd_sc_view closure; /* in the arena */
  struct wd_lambda *lambda;
};

/* A module and what its workers are linked with. */
struct code {
  struct code *next;
  uint32_t users;
  struct wd_module *module;
  struct wd_linkage *linkage;
  char name[WD_SPARK_ARTIFACT];
};

struct wd_executor_program {
  struct wd_executor_program *next;
  uint32_t users;
  uint64_t used; /* when, for those that nobody uses */
  struct wd_arena arena;
  struct wd_sc_view key; /* in the arena */
  struct wd_spark_closure closure;
  pthread_mutex_t lock; /* of loading and binding */
  bool loaded;
  struct code *code;
  struct wd_pool *pool;
  struct place *places;
  pthread_mutex_t said_lock;
  struct wd_buf said; /* records, until a task takes them */
};

/* Bytes that wait to be taken. */
#define SAID_MOST 65536

/* Guards the lists, and users and used of what is in them. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct wd_executor_program *programs;
static struct code *codes;
static uint64_t clock_of_uses;

static struct wd_runtime *runtime;
static struct wd_error runtime_error;

static void
make_runtime(void)
{
  wd_runtime_new(&(struct wd_runtime_options){.mem = NULL}, &runtime,
                 &runtime_error);
}

static void
put_record(struct wd_buf *buf, char letter, int64_t number, const char *text,
           size_t length)
{
  uint32_t size = (uint32_t)length;

  wd_buf_putc(buf, letter);
  wd_buf_add(buf, &number, sizeof number);
  wd_buf_add(buf, &size, sizeof size);
  wd_buf_add(buf, text, length);
}

/* What lambdas print goes where the executor's own messages go, and to the
 * client as far as there is room. */
static void
print(void *env, int fd, const char *text, size_t length)
{
  struct wd_executor_program *program = env;

  fwrite(text, 1, length, stderr);
  pthread_mutex_lock(&program->said_lock);
  if (length <= SAID_MOST && program->said.length <= SAID_MOST - length)
    put_record(&program->said, 's', fd, text, length);
  pthread_mutex_unlock(&program->said_lock);
}

void
wd_executor_program_report(struct wd_executor_program *program,
                           struct wd_buf *buf)
{
  const struct wd_pool_counter *counters = NULL;
  struct wd_arena arena;
  uint32_t count = 0;

  wd_arena_init(&arena, NULL, 0);
  wd_pool_take_counters(program->pool, &arena, &counters, &count, NULL);
  for (uint32_t i = 0; counters && i < count; i++)
    put_record(buf, 'c', (int64_t)counters[i].value, counters[i].name,
               strlen(counters[i].name));
  wd_arena_fini(&arena);
  pthread_mutex_lock(&program->said_lock);
  wd_buf_add(buf, wd_buf_text(&program->said), program->said.length);
  wd_buf_clear(&program->said);
  pthread_mutex_unlock(&program->said_lock);
}

static void
code_free(struct code *code)
{
  if (code->linkage)
    wd_linkage_free(code->linkage);
  wd_module_unref(code->module);
  wd_mem_free(NULL, code, sizeof *code);
}

static void
code_leave(struct code *code)
{
  struct code **at = &codes;

  if (!code)
    return;
  pthread_mutex_lock(&lock);
  if (--code->users > 0) {
    pthread_mutex_unlock(&lock);
    return;
  }
  while (*at != code)
    at = &(*at)->next;
  *at = code->next;
  pthread_mutex_unlock(&lock);
  code_free(code);
}

static enum wd_status
load_code(const struct wd_spark_program *program, const char *folder,
          struct code *code, struct wd_error *error)
{
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  struct wd_buf bytes;
  enum wd_status status;

  pthread_once(&once, make_runtime);
  if (!runtime)
    return wd_error_pass(error, &runtime_error);
  status = wd_artifact_read(folder, program->code, &bytes, error);
  if (status == WD_OK)
    status = wd_module_load(runtime, (const uint8_t *)bytes.data, bytes.length,
                            program->name, &code->module, error);
  wd_buf_fini(&bytes);
  if (status == WD_OK)
    status = wd_worker_linkage_new(code->module, WD_VARIANT_INTERRUPTIBLE,
                                   &code->linkage, error);
  return status;
}

static struct code *
find_code(const char *name)
{
  struct code *code;

  pthread_mutex_lock(&lock);
  for (code = codes; code && strcmp(code->name, name) != 0; code = code->next)
    ;
  if (code)
    code->users++;
  pthread_mutex_unlock(&lock);
  return code;
}

/* Two programs with the same code that come at the same time may compile it
 * twice, which does no harm. */
static enum wd_status
use_code(const struct wd_spark_program *program, const char *folder,
         struct code **out_code, struct wd_error *error)
{
  struct code *code = find_code(program->code);
  enum wd_status status;

  *out_code = code;
  if (code)
    return WD_OK;
  code = wd_mem_calloc(NULL, 1, sizeof *code);
  if (!code)
    return wd_fail_memory(error);
  snprintf(code->name, sizeof code->name, "%s", program->code);
  status = load_code(program, folder, code, error);
  if (status != WD_OK) {
    code_free(code);
    return status;
  }
  pthread_mutex_lock(&lock);
  code->users = 1;
  code->next = codes;
  codes = code;
  pthread_mutex_unlock(&lock);
  *out_code = code;
  return WD_OK;
}

static enum wd_status
make_pool(struct wd_executor_program *program, struct wd_image *image,
          struct wd_error *error)
{
  const struct wd_spark_program *from = &program->closure.program;

  return wd_pool_new(
      &(struct wd_pool_options){
          .linkage = program->code->linkage,
          .image = image,
          .memory_limit = from->memory_limit,
          .job = from->job,
          .time_ns = from->time_ns,
          .environment = from->environment,
          .environment_count = from->environment_count,
          .arguments = from->arguments,
          .argument_count = from->argument_count,
          .print = print,
          .env = program,
      },
      &program->pool, error);
}

static enum wd_status
load(struct wd_executor_program *program, const char *folder,
     struct wd_error *error)
{
  const struct wd_spark_program *from = &program->closure.program;
  struct wd_image *image = NULL;
  struct wd_buf bytes;
  enum wd_status status = use_code(from, folder, &program->code, error);

  if (status != WD_OK)
    return status;
  status = wd_artifact_read(folder, from->image, &bytes, error);
  if (status == WD_OK)
    status = wd_image_load(program->code->module, (const uint8_t *)bytes.data,
                           bytes.length, &image, error);
  wd_buf_fini(&bytes);
  if (status == WD_OK)
    status = make_pool(program, image, error);
  wd_image_unref(image);
  program->loaded = status == WD_OK;
  return status;
}

static void
program_free(struct wd_executor_program *program)
{
  wd_pool_unref(program->pool);
  code_leave(program->code);
  wd_arena_fini(&program->arena);
  wd_buf_fini(&program->said);
  pthread_mutex_destroy(&program->said_lock);
  pthread_mutex_destroy(&program->lock);
  wd_mem_free(NULL, program, sizeof *program);
}

static bool
same(struct wd_sc_view a, struct wd_sc_view b)
{
  return a.length == b.length && memcmp(a.data, b.data, a.length) == 0;
}

static enum wd_status
copy_view(struct wd_sc_view view, struct wd_arena *arena,
          struct wd_sc_view *out_copy, struct wd_error *error)
{
  uint8_t *data = wd_arena_alloc(arena, view.length + 1);

  if (!data)
    return wd_fail_memory(error);
  memcpy(data, view.data, view.length);
  *out_copy = (struct wd_sc_view){data, view.length};
  return WD_OK;
}

static enum wd_status
program_new(struct wd_sc_view closure, struct wd_executor_program **out_program,
            struct wd_error *error)
{
  struct wd_executor_program *program = wd_mem_calloc(NULL, 1, sizeof *program);
  struct wd_sc_view key;
  enum wd_status status;

  if (!program)
    return wd_fail_memory(error);
  wd_arena_init(&program->arena, NULL, 0);
  pthread_mutex_init(&program->lock, NULL);
  pthread_mutex_init(&program->said_lock, NULL);
  wd_buf_init(&program->said, NULL, 2 * SAID_MOST);
  status = wd_spark_closure_read(closure, &program->arena, &program->closure,
                                 &key, error);
  if (status == WD_OK)
    status = copy_view(key, &program->arena, &program->key, error);
  if (status != WD_OK)
    program_free(program);
  else
    *out_program = program;
  return status;
}

/* The program of that key with one more user; else `fresh` is put into the
 * list. */
static struct wd_executor_program *
find_or_add(struct wd_executor_program *fresh)
{
  struct wd_executor_program *program;

  pthread_mutex_lock(&lock);
  for (program = programs; program && !same(program->key, fresh->key);
       program = program->next)
    ;
  if (!program) {
    program = fresh;
    program->next = programs;
    programs = program;
  }
  program->users++;
  pthread_mutex_unlock(&lock);
  return program;
}

enum wd_status
wd_executor_program_use(struct wd_sc_view closure, const char *folder,
                        struct wd_executor_program **out_program,
                        struct wd_error *error)
{
  struct wd_executor_program *fresh = NULL, *program;
  enum wd_status status = program_new(closure, &fresh, error);

  if (status != WD_OK)
    return status;
  program = find_or_add(fresh);
  if (program != fresh)
    program_free(fresh);
  pthread_mutex_lock(&program->lock);
  if (!program->loaded)
    status = load(program, folder, error);
  pthread_mutex_unlock(&program->lock);
  if (status != WD_OK)
    wd_executor_program_leave(program);
  else
    *out_program = program;
  return status;
}

/* Takes the one out that was used longest ago, when too many are idle or it is
 * of no use. The lock is held. */
static struct wd_executor_program *
take_idle(void)
{
  struct wd_executor_program **oldest = NULL;
  uint32_t idle = 0;

  for (struct wd_executor_program **at = &programs; *at; at = &(*at)->next) {
    struct wd_executor_program *taken = *at;

    if (taken->users)
      continue;
    idle++;
    if (!taken->loaded) {
      *at = taken->next;
      return taken;
    }
    if (!oldest || taken->used < (*oldest)->used)
      oldest = at;
  }
  if (idle > IDLE_MOST) {
    struct wd_executor_program *taken = *oldest;

    *oldest = taken->next;
    return taken;
  }
  return NULL;
}

void
wd_executor_program_leave(struct wd_executor_program *program)
{
  struct wd_executor_program *idle;

  if (!program)
    return;
  pthread_mutex_lock(&lock);
  program->users--;
  program->used = ++clock_of_uses;
  idle = take_idle();
  pthread_mutex_unlock(&lock);
  if (idle)
    program_free(idle);
}

struct wd_pool *
wd_executor_program_pool(struct wd_executor_program *program)
{
  return program->pool;
}

/* All arguments of a table function are constants. */
static enum wd_status
check_arguments(const struct wd_spark_closure *closure, struct wd_error *error)
{
  for (uint32_t i = 0; i < closure->input.count; i++)
    if (i >= closure->constant_count || closure->constants[i].column != i)
      return wd_fail(error, WD_INVALID_ARGUMENT,
                     "a closure has not all arguments of a table function");
  return WD_OK;
}

/* As the client bound it (src/guest/plan.c). */
static enum wd_status
bind_role(struct wd_executor_program *program,
          const struct wd_spark_closure *closure, struct wd_lambda **out_lambda,
          struct wd_error *error)
{
  struct wd_lambda question = {
      .pool = program->pool,
      .function = closure->function,
      .state = closure->state,
      .role = closure->role,
      .site = closure->site,
      .input = closure->input,
      .keys = closure->keys,
      .key_count = closure->key_count,
  };
  enum wd_status status = WD_OK;

  switch (closure->role) {
  case WD_ROLE_CO_GROUP:
    question.right = closure->right;
    question.right_keys = closure->right_keys;
    break;
  case WD_ROLE_TABLE:
    status = check_arguments(closure, error);
    question.name = closure->name;
    question.constant_count = closure->input.count;
    question.constants = closure->constants;
    question.asked = closure->partitions;
    break;
  case WD_ROLE_SCALAR:
  case WD_ROLE_LATERAL:
    question.name = closure->name;
    question.constant_count = closure->constant_count;
    question.constants = closure->constants;
    break;
  case WD_ROLE_TO_TEXT:
  case WD_ROLE_FROM_TEXT:
  case WD_ROLE_SORT_KEYS:
    question.name = closure->name;
    question.right = closure->right;
    break;
  default:
    break;
  }
  return status == WD_OK
             ? wd_lambda_bind(&question, &program->arena, out_lambda, error)
             : status;
}

static enum wd_status
bind(struct wd_executor_program *program,
     const struct wd_spark_closure *closure, struct wd_lambda **out_lambda,
     struct wd_error *error)
{
  enum wd_status status = bind_role(program, closure, out_lambda, error);

  if (status == WD_OK &&
      !wd_schema_equal(&(*out_lambda)->output, &closure->output))
    status = wd_fail(error, WD_LAMBDA_FAILED,
                     "bind answered differently in an executor than at plan "
                     "time; it must depend on its arguments and the image "
                     "only");
  return status;
}

static enum wd_status
add_place(struct wd_executor_program *program, struct wd_sc_view closure,
          struct place **out_place, struct wd_error *error)
{
  struct place *place = wd_arena_alloc(&program->arena, sizeof *place);
  struct wd_spark_closure read;
  struct wd_sc_view key;
  enum wd_status status;

  if (!place)
    return wd_fail_memory(error);
  status = copy_view(closure, &program->arena, &place->closure, error);
  if (status == WD_OK)
    status = wd_spark_closure_read(place->closure, &program->arena, &read, &key,
                                   error);
  if (status == WD_OK)
    status = bind(program, &read, &place->lambda, error);
  if (status != WD_OK)
    return status;
  place->next = program->places;
  program->places = place;
  *out_place = place;
  return WD_OK;
}

enum wd_status
wd_executor_program_lambda(struct wd_executor_program *program,
                           struct wd_sc_view closure,
                           const struct wd_lambda **out_lambda,
                           struct wd_error *error)
{
  struct place *place;
  enum wd_status status = WD_OK;

  pthread_mutex_lock(&program->lock);
  for (place = program->places; place && !same(place->closure, closure);
       place = place->next)
    ;
  if (!place)
    status = add_place(program, closure, &place, error);
  pthread_mutex_unlock(&program->lock);
  if (status == WD_OK)
    *out_lambda = place->lambda;
  return status;
}
