/* What the tests of src/wasm and src/wasi share: modules from text, and a
 * driver, its images and workers in few lines. */
#ifndef WD_TEST_WASM_HELP_H
#define WD_TEST_WASM_HELP_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "wasm/instance.h"

static inline void
wd_test_ok(enum wd_status status, const struct wd_error *error,
           const char *file, int line)
{
  if (status != WD_OK) {
    print_error("%s:%d: %s: %s\n%s\n", file, line, wd_status_text(status),
                error->message, error->trace);
    _fail(file, line);
  }
}

/* Fails the test with the error's text unless the call is WD_OK. */
#define assert_ok(call)                                                        \
  do {                                                                         \
    struct wd_error *error_ = &error;                                          \
    wd_test_ok((call), error_, __FILE__, __LINE__);                            \
  } while (0)

static inline void
wd_test_contains(const char *text, const char *part, const char *file, int line)
{
  if (!strstr(text, part)) {
    print_error("%s:%d: '%s' is not in '%s'\n", file, line, part, text);
    _fail(file, line);
  }
}

#define assert_contains(text, part)                                            \
  wd_test_contains((text), (part), __FILE__, __LINE__)

/* The call fails with this status and a message that contains the part. */
#define assert_fails(call, status_, part)                                      \
  do {                                                                         \
    wd_error_clear(&error);                                                    \
    assert_int_equal((call), (status_));                                       \
    assert_int_equal(error.status, (status_));                                 \
    assert_contains(error.message, (part));                                    \
    wd_error_clear(&error);                                                    \
  } while (0)

/* The binary of a text; delete it with wasm_byte_vec_delete. */
static inline wasm_byte_vec_t
wd_test_wat(const char *text)
{
  wasm_byte_vec_t binary = {0, NULL};
  wasm_name_t message;
  wasmtime_error_t *failure = wasmtime_wat2wasm(text, strlen(text), &binary);

  if (failure) {
    wasmtime_error_message(failure, &message);
    fail_msg("%.*s", (int)message.size, message.data);
  }
  return binary;
}

static inline enum wd_status
wd_test_load(struct wd_runtime *runtime, const char *text,
             struct wd_module **out_module, struct wd_error *error)
{
  wasm_byte_vec_t binary = wd_test_wat(text);
  enum wd_status status =
      wd_module_load(runtime, (const uint8_t *)binary.data, binary.size, "test",
                     out_module, error);

  wasm_byte_vec_delete(&binary);
  return status;
}

/* A program with the import "host.freeze": (i32) -> (), which makes image
 * number i; one linkage serves driver and workers. */
#define WD_TEST_IMAGES 16

struct wd_test_program {
  struct wd_runtime *runtime;
  struct wd_module *module;
  struct wd_linkage *linkage;
  struct wd_instance *driver;
  struct wd_image *images[WD_TEST_IMAGES];
};

static inline enum wd_status
wd_test_freeze(struct wd_instance *instance, const void *data,
               wasmtime_val_raw_t *values, struct wd_error *error)
{
  struct wd_test_program *program = wd_instance_env(instance);
  struct wd_image **image = &program->images[values[0].i32 % WD_TEST_IMAGES];

  (void)data;
  wd_image_unref(*image);
  *image = NULL;
  return wd_instance_freeze(instance, image, error);
}

static const struct wd_import wd_test_import = {"host", "freeze",       "i",
                                                "",     wd_test_freeze, NULL};

static inline void
wd_test_close(struct wd_test_program *program)
{
  wd_instance_free(program->driver);
  for (int i = 0; i < WD_TEST_IMAGES; i++)
    wd_image_unref(program->images[i]);
  wd_linkage_free(program->linkage);
  wd_module_unref(program->module);
  wd_runtime_unref(program->runtime);
  memset(program, 0, sizeof *program);
}

/* Loads, links, and makes the driver; runs nothing. */
static inline enum wd_status
wd_test_open(struct wd_test_program *program, const char *text,
             enum wd_variant variant, uint64_t limit, struct wd_error *error)
{
  struct wd_runtime_options runtime = {.mem = NULL};
  struct wd_linkage_options linkage = {
      .variant = variant, .imports = &wd_test_import, .import_count = 1};
  struct wd_instance_options driver = {.memory_limit = limit, .env = program};
  enum wd_status status;

  memset(program, 0, sizeof *program);
  status = wd_runtime_new(&runtime, &program->runtime, error);
  if (!status)
    status = wd_test_load(program->runtime, text, &program->module, error);
  if (!status)
    status =
        wd_linkage_new(program->module, &linkage, &program->linkage, error);
  if (!status)
    status = wd_driver_new(program->linkage, &driver, &program->driver, error);
  if (status)
    wd_test_close(program);
  return status;
}

/* Calls an export of type (i32) -> i32, or without either. */
static inline enum wd_status
wd_test_call(struct wd_instance *instance, const char *name, int32_t argument,
             int32_t *out_result, struct wd_error *error)
{
  const struct wd_extern *export =
      wd_module_export(wd_linkage_module(wd_instance_linkage(instance)), name);
  wasmtime_val_raw_t value = {.i32 = argument};
  wasmtime_func_t function;
  enum wd_status status;

  assert_non_null(export);
  status = wd_instance_function(
      instance, name, strncmp(export->signature, "()", 2) ? "i" : "",
      strstr(export->signature, "-> i32") ? "i" : "", &function, error);
  if (!status)
    status = wd_instance_call(instance, &function, &value, 1, NULL, error);
  if (out_result)
    *out_result = value.i32;
  return status;
}

/* What such a call gives; it must not fail. */
static inline int32_t
wd_test_value(struct wd_instance *instance, const char *name, int32_t argument)
{
  struct wd_error error = {0};
  int32_t result;

  assert_ok(wd_test_call(instance, name, argument, &result, &error));
  return result;
}

static inline enum wd_status
wd_test_worker(struct wd_test_program *program, int image,
               struct wd_instance **out_worker, struct wd_error *error)
{
  struct wd_instance_options options = {.env = program};

  return wd_worker_instance_new(program->linkage, program->images[image],
                                &options, out_worker, error);
}

#endif
