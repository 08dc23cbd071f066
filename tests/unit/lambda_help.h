/* What the tests of src/lambda share: a program with lambdas, tests/guests/
 * bare_lambdas.c, frozen where its main calls datasets.range. */
#ifndef WD_TEST_LAMBDA_HELP_H
#define WD_TEST_LAMBDA_HELP_H

#include <pthread.h>
#include <stdlib.h>

#include "wasm_help.h"

#include "lambda/lambda.h"

/* As in the guest. */
enum function {
  F_ADD = 1,
  F_RANDOM,
  F_FAIL,
  F_SAY,
  F_TRAP,
  F_SPIN,
  F_CLOCK,
  F_PLACE,
  F_SECOND,
  F_BINDS,
  F_FICKLE,
  F_EVEN,
  F_RANGE,
  F_SUM,
  F_FAIL_CLOSE,
  F_PASS,
  F_PASS_FAR,
  F_PASS_TEXT,
  F_PASS_TYPE,
  F_PASS_NULL,
};

struct lambda_scene {
  struct wd_runtime *runtime;
  struct wd_module *module;
  struct wd_linkage *driver_linkage;
  struct wd_linkage *linkage;
  struct wd_image *image;
  uint32_t state; /* what F_ADD adds: 100 */
  struct wd_mem mem;
  struct wd_pool *pool;
  struct wd_arena arena;
  pthread_mutex_t lock;
  char printed[4096];
};

static inline enum wd_status
scene_freeze(struct wd_instance *instance, const void *data,
             wasmtime_val_raw_t *values, struct wd_error *error)
{
  struct lambda_scene *scene = wd_instance_env(instance);

  (void)data;
  scene->state = (uint32_t)values[0].i64;
  return wd_instance_freeze(instance, &scene->image, error);
}

static inline enum wd_status
scene_nothing(struct wd_instance *instance, const void *data,
              wasmtime_val_raw_t *values, struct wd_error *error)
{
  (void)instance;
  (void)data;
  (void)values;
  (void)error;
  return WD_OK;
}

static inline void
scene_print(void *env, int stream, const char *text, size_t length)
{
  struct lambda_scene *scene = env;
  size_t used;

  pthread_mutex_lock(&scene->lock);
  used = strlen(scene->printed);
  snprintf(scene->printed + used, sizeof scene->printed - used, "%d:%.*s",
           stream, (int)length, text);
  pthread_mutex_unlock(&scene->lock);
}

/* Loads the program and runs its main. False: the guest was not built. */
static inline bool
scene_load(struct lambda_scene *scene)
{
#define OURS(name) "wasi:data/" name "@0.1.0"
  static const struct wd_import imports[] = {
      {OURS("datasets"), "range", "llli", "", scene_freeze, NULL},
      {OURS("context"), "log", "iii", "", scene_nothing, NULL},
      {OURS("context"), "count", "iil", "", scene_nothing, NULL},
      {OURS("context"), "job-id", "", "l", scene_nothing, NULL},
      {OURS("context"), "partition", "", "i", scene_nothing, NULL},
  };
#undef OURS
  struct wd_error error = {0};
  const char *build = getenv("WD_BUILD");
  struct wd_instance *driver;
  wasmtime_func_t start;
  wasmtime_val_raw_t none = {0};
  char path[4096];
  int code;

  snprintf(path, sizeof path, "%s/tests/guests/bare_lambdas.wasm",
           build ? build : ".");
  assert_ok(wd_runtime_new(&(struct wd_runtime_options){.mem = NULL},
                           &scene->runtime, &error));
  if (wd_module_load_file(scene->runtime, path, &scene->module, &error) ==
      WD_NOT_FOUND) {
    wd_runtime_unref(scene->runtime);
    return false;
  }
  assert_int_equal(error.status, WD_OK);
  assert_ok(wd_linkage_new(scene->module,
                           &(struct wd_linkage_options){
                               .imports = imports,
                               .import_count = sizeof imports / sizeof *imports,
                               .wasi = true},
                           &scene->driver_linkage, &error));
  assert_ok(wd_driver_new(scene->driver_linkage,
                          &(struct wd_instance_options){.env = scene}, &driver,
                          &error));
  assert_ok(wd_instance_function(driver, "_start", "", "", &start, &error));
  assert_ok(wd_instance_call(driver, &start, &none, 1, &code, &error));
  wd_instance_free(driver);
  assert_non_null(scene->image);
  assert_ok(wd_worker_linkage_new(scene->module, WD_VARIANT_PLAIN,
                                  &scene->linkage, &error));
  return true;
}

/* A pool and an arena for one test. */
static inline enum wd_status
scene_pool(struct lambda_scene *scene, struct wd_error *error)
{
  wd_mem_init(&scene->mem, NULL, "test", UINT64_MAX);
  wd_arena_init(&scene->arena, &scene->mem, 0);
  scene->printed[0] = '\0';
  return wd_pool_new(&(struct wd_pool_options){.mem = &scene->mem,
                                               .linkage = scene->linkage,
                                               .image = scene->image,
                                               .job = 42,
                                               .time_ns = 1234567890,
                                               .print = scene_print,
                                               .env = scene},
                     &scene->pool, error);
}

static inline void
scene_pool_end(struct lambda_scene *scene)
{
  wd_pool_unref(scene->pool);
  scene->pool = NULL;
  wd_arena_fini(&scene->arena);
  wd_mem_fini(&scene->mem);
}

static inline void
scene_unload(struct lambda_scene *scene)
{
  wd_image_unref(scene->image);
  wd_linkage_free(scene->linkage);
  wd_linkage_free(scene->driver_linkage);
  wd_module_unref(scene->module);
  wd_runtime_unref(scene->runtime);
}

/* Two i64 columns, a and b. */
static const struct wd_column scene_columns[] = {
    {.name = "a", .type = {.id = WD_TYPE_I64}, .nullable = true},
    {.name = "b", .type = {.id = WD_TYPE_I64}, .nullable = true},
};

static const struct wd_schema scene_one = {1, scene_columns};
static const struct wd_schema scene_two = {2, scene_columns};

static inline enum wd_status
scene_bind(struct lambda_scene *scene, enum function function,
           enum wd_role role, const struct wd_schema *input, uint32_t site,
           struct wd_lambda **out_lambda, struct wd_error *error)
{
  return wd_lambda_bind(&(struct wd_lambda){.pool = scene->pool,
                                            .function = function,
                                            .state = scene->state,
                                            .role = role,
                                            .site = site,
                                            .input = *input},
                        &scene->arena, out_lambda, error);
}

/* Places rows 0, 1, 2 … from `first` in every column that is wanted; row 1 is
 * null when `null`. */
static inline enum wd_status
scene_place(struct wd_worker *worker, const struct wd_lambda *lambda,
            uint32_t rows, int64_t first, bool null, struct wd_error *error)
{
  struct wd_node nodes[4];
  uint64_t sizes[8];
  uint8_t *places[8];
  struct wd_shape shape = {.rows = rows,
                           .node_count = lambda->node_count,
                           .buffer_count = lambda->buffer_count,
                           .nodes = nodes,
                           .sizes = sizes};
  enum wd_status status;

  assert_true(lambda->node_count <= 4);
  for (uint32_t i = 0; i < lambda->node_count; i++) {
    nodes[i] = (struct wd_node){rows, null};
    sizes[2 * i] = null ? (rows + 7) / 8 : 0;
    sizes[2 * i + 1] = rows * 8;
  }
  status = wd_call_batch(worker, lambda, WD_SLOT_INPUT, &shape, places, error);
  for (uint32_t i = 0; !status && rows && i < lambda->node_count; i++) {
    int64_t *values = (int64_t *)(void *)places[2 * i + 1];

    if (null) {
      memset(places[2 * i], 0xff, (rows + 7) / 8);
      places[2 * i][0] = 0xfd;
    }
    for (uint32_t j = 0; j < rows; j++)
      values[j] = first + j + 1000 * i;
  }
  return status;
}

static inline int64_t
scene_value(const struct wd_batch *batch, uint32_t row)
{
  return ((const int64_t *)(const void *)batch->buffers[1].data)[row];
}

#endif
