/* Drivers and workers: calls, imports, traps, limits, exits. Killing is in
 * test_kill.c, images in test_image.c. */
#include "wasm/instance.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/error.h"
#include "oom.h"
#include "wasi/driver.h"
#include "wasm_help.h"

static const char program_text[] =
    "(module (import \"host\" \"freeze\" (func $freeze (param i32)))"
    " (memory (export \"memory\") 2) (table (export \"t\") 4 10 funcref)"
    " (elem (i32.const 0) $deep1 $deep2) (data (i32.const 100) \"hi\")"
    " (global $started (mut i32) (i32.const 0))"
    " (func $init (global.set $started (i32.load16_u (i32.const 100))))"
    " (start $init)"
    " (func (export \"started\") (result i32) (global.get $started))"
    " (func $deep2 (param i32) (result i32) (i32.div_s (i32.const 1)"
    "  (local.get 0)))"
    " (func $deep1 (param i32) (result i32) (i32.add (i32.const 1)"
    "  (call $deep2 (local.get 0))))"
    " (func (export \"divide\") (param i32) (result i32)"
    "  (call $deep1 (local.get 0)))"
    " (func (export \"wild\") (param i32) (result i32)"
    "  (i32.load (local.get 0)))"
    " (func $recurse (export \"recurse\") (param i32) (result i32)"
    "  (i32.add (i32.const 1) (call $recurse (local.get 0))))"
    " (func (export \"grow\") (param i32) (result i32)"
    "  (memory.grow (local.get 0)))"
    " (func (export \"grow-table\") (param i32) (result i32)"
    "  (table.grow (ref.null func) (local.get 0)))"
    " (func (export \"set-table\") (param i32) (result i32)"
    "  (table.set (local.get 0) (ref.func $deep1)) (i32.const 0))"
    " (func (export \"host\") (param i32) (result i32)"
    "  (call $freeze (local.get 0)) (i32.const 5))"
    " (func $memory (export \"more\") (param i32) (result i32)"
    "  (local.get 0))"
    " (func (export \"wrong\") (param i64) (result i32) (i32.const 0)))";

static struct wd_test_program program;

static int
open_program(void **state)
{
  struct wd_error error = {0};

  (void)state;
  assert_ok(
      wd_test_open(&program, program_text, WD_VARIANT_PLAIN, 8 << 20, &error));
  return 0;
}

static int
close_program(void **state)
{
  (void)state;
  wd_test_close(&program);
  return 0;
}

static struct wd_instance *
worker(void)
{
  struct wd_error error = {0};
  struct wd_instance *made;

  wd_test_value(program.driver, "host", 0);
  assert_ok(wd_test_worker(&program, 0, &made, &error));
  return made;
}

static void
starts(void **state)
{
  struct wd_error error = {0};
  struct wd_instance *made;

  (void)state;
  assert_int_equal(wd_test_value(program.driver, "started", 0), 0);
  assert_ok(wd_instance_start(program.driver, &error));
  assert_int_equal(wd_test_value(program.driver, "started", 0), 'h' | 'i' << 8);
  made = worker();
  assert_int_equal(wd_test_value(made, "started", 0), 'h' | 'i' << 8);
  assert_ptr_equal(wd_instance_env(made), &program);
  wd_instance_free(made);
}

static void
functions(void **state)
{
  struct wd_error error = {0};
  wasmtime_func_t function;

  (void)state;
  assert_fails(wd_instance_function(program.driver, "nothing", "", "",
                                    &function, &error),
               WD_NOT_FOUND, "test has no exported function 'nothing'");
  assert_fails(
      wd_instance_function(program.driver, "memory", "", "", &function, &error),
      WD_NOT_FOUND, "'memory'");
  assert_fails(wd_instance_function(program.driver, "wrong", "i", "i",
                                    &function, &error),
               WD_BAD_MODULE,
               "the export 'wrong' is (i64) -> i32; it must be (i32) -> i32");
}

static void
traps(void **state)
{
  struct wd_error error = {0};
  struct wd_instance *made = worker();
  int32_t result;

  (void)state;
  assert_int_equal(wd_test_call(made, "divide", 0, &result, &error), WD_TRAP);
  assert_string_equal(error.message, "trap: integer divide by zero in 'deep2'");
  assert_contains(error.trace, "deep2 (0x");
  assert_contains(error.trace, "\ndeep1 (0x");
  assert_int_equal(error.origin, WD_ORIGIN_GUEST);
  assert_false(wd_instance_alive(made));
  assert_false(wd_instance_reset(made));
  assert_fails(wd_test_call(made, "divide", 1, &result, &error), WD_TRAP,
               "called again after a trap");
  wd_instance_free(made);

  made = worker();
  assert_fails(wd_test_call(made, "wild", -4, &result, &error), WD_TRAP,
               "out of bounds");
  wd_instance_free(made);
  made = worker();
  assert_fails(wd_test_call(made, "recurse", 0, &result, &error), WD_TRAP,
               "call stack exhausted");
  wd_instance_free(made);
  made = worker();
  assert_int_equal(wd_test_value(made, "divide", 1), 2);
  wd_instance_free(made);
}

static enum wd_status
answer(struct wd_instance *instance, const void *data,
       wasmtime_val_raw_t *values, struct wd_error *error)
{
  struct wd_instance *other = wd_instance_env(instance);
  wasmtime_func_t function;
  enum wd_status status;

  (void)data;
  (void)other;
  if (values[0].i32 == 1)
    return wd_fail(error, WD_LAMBDA_FAILED, "my own words");
  if (values[0].i32 == 2)
    return WD_IO;
  if (values[0].i32 == 0)
    return WD_OK;
  /* As cabi_realloc is called: a guest function while the guest waits. */
  status = wd_instance_function(instance, values[0].i32 == 3 ? "more" : "host",
                                "i", "i", &function, error);
  return status ? status
                : wd_instance_call(instance, &function, values, 1, NULL, error);
}

static void
imports(void **state)
{
  struct wd_import import = {"host", "freeze", "i", "", answer, NULL};
  struct wd_linkage_options options = {.imports = &import, .import_count = 1};
  struct wd_instance_options none = {.mem = NULL};
  struct wd_error error = {0};
  struct wd_linkage *linkage;
  struct wd_instance *driver;
  int32_t result;

  (void)state;
  assert_ok(wd_linkage_new(program.module, &options, &linkage, &error));
  assert_ok(wd_driver_new(linkage, &none, &driver, &error));
  assert_int_equal(wd_test_value(driver, "host", 0), 5);
  assert_int_equal(wd_test_call(driver, "host", 1, &result, &error),
                   WD_LAMBDA_FAILED);
  assert_string_equal(error.message, "my own words");
  assert_contains(error.trace, "(0x");
  assert_true(wd_instance_alive(driver));
  assert_fails(wd_test_call(driver, "host", 2, &result, &error), WD_IO,
               "input/output error");
  assert_int_equal(wd_test_value(driver, "host", 3), 5);
  assert_fails(wd_test_call(driver, "host", 4, &result, &error), WD_UNSUPPORTED,
               "host.freeze was called while the host asked");
  assert_int_equal(wd_test_value(driver, "host", 0), 5);
  wd_instance_free(driver);
  wd_linkage_free(linkage);
}

static bool
tolerate(void *env, const struct wd_extern *import)
{
  return strcmp(import->name, env) == 0;
}

static void
missing_imports(void **state)
{
  struct wd_import import = {"host", "freeze", "il", "f", answer, NULL};
  struct wd_linkage_options options = {.import_count = 0};
  struct wd_instance_options none = {.mem = NULL};
  struct wd_error error = {0};
  struct wd_linkage *linkage;
  struct wd_instance *driver;
  struct wd_module *module;
  int32_t result;

  (void)state;
  assert_fails(wd_linkage_new(program.module, &options, &linkage, &error),
               WD_BAD_MODULE,
               "test: imports that are not provided (1): host.freeze");
  options.imports = &import;
  options.import_count = 1;
  assert_fails(wd_linkage_new(program.module, &options, &linkage, &error),
               WD_BAD_MODULE,
               "host.freeze is (i32) -> () in the program, but (i32 i64) -> "
               "f32 here");
  options.import_count = 0;
  options.tolerate = tolerate;
  options.env = (void *)(uintptr_t) "freeze";
  assert_ok(wd_linkage_new(program.module, &options, &linkage, &error));
  assert_ok(wd_driver_new(linkage, &none, &driver, &error));
  assert_int_equal(wd_test_value(driver, "more", 3), 3);
  assert_fails(wd_test_call(driver, "host", 0, &result, &error), WD_BAD_MODULE,
               "the import host.freeze was called");
  wd_instance_free(driver);
  wd_linkage_free(linkage);
  assert_ok(wd_test_load(program.runtime,
                         "(module (import \"env\" \"g\" (global i32))"
                         " (import \"env\" \"freeze\" (func (param funcref)))"
                         " (import \"env\" \"t\" (table 1 funcref))"
                         " (memory 1))",
                         &module, &error));
  assert_fails(wd_linkage_new(module, &options, &linkage, &error),
               WD_BAD_MODULE, "the import env.freeze is (funcref) -> ()");
  options.tolerate = NULL;
  assert_fails(wd_linkage_new(module, &options, &linkage, &error),
               WD_BAD_MODULE, "(3): env.g, env.freeze, env.t");
  wd_module_unref(module);
}

static void
memory_limits(void **state)
{
  struct wd_instance_options options = {.memory_limit = 65536};
  struct wd_error error = {0};
  struct wd_instance *made;
  struct wd_mem budget;
  int32_t result;

  (void)state;
  assert_fails(wd_driver_new(program.linkage, &options, &made, &error),
               WD_LIMIT_EXCEEDED,
               "starts with 131072 bytes of memory; the limit is 65536");
  wd_test_value(program.driver, "host", 0);
  assert_fails(wd_worker_instance_new(program.linkage, program.images[0],
                                      &options, &made, &error),
               WD_LIMIT_EXCEEDED,
               "image has 131072 bytes of memory; the limit is 65536");
  assert_int_equal(wd_test_value(program.driver, "grow", 126), 2);
  assert_int_equal(wd_test_value(program.driver, "grow", 1), -1);
  assert_fails(wd_test_call(program.driver, "divide", 0, &result, &error),
               WD_TRAP,
               "refused to grow its memory to 8454144 bytes (the "
               "limit is 8388608)");

  /* What is beyond the image counts in the budget. */
  wd_mem_init(&budget, NULL, "test", 1 << 20);
  options = (struct wd_instance_options){.mem = &budget};
  assert_ok(wd_worker_instance_new(program.linkage, program.images[0], &options,
                                   &made, &error));
  assert_int_equal(wd_test_value(made, "grow", 8), 2);
  assert_true(wd_mem_used(&budget) > 8 * 65536);
  assert_int_equal(wd_test_value(made, "grow", 8), -1);
  assert_int_equal(wd_test_value(made, "grow", 7), 10);
  wd_instance_free(made);
  wd_mem_fini(&budget);
}

static void
table_changes(void **state)
{
  struct wd_error error = {0};
  struct wd_instance *made = worker();

  (void)state;
  assert_int_equal(wd_test_value(made, "grow-table", 1), 4);
  assert_false(wd_instance_reset(made));
  wd_instance_free(made);
  made = worker();
  assert_true(wd_instance_reset(made));
  wd_test_value(made, "set-table", 0); /* the same as before */
  assert_true(wd_instance_reset(made));
  wd_test_value(made, "set-table", 1);
  assert_false(wd_instance_reset(made));
  wd_instance_free(made);

  wd_test_value(program.driver, "set-table", 3);
  assert_fails(wd_test_call(program.driver, "host", 0, NULL, &error),
               WD_UNSUPPORTED, "changed its function table");
}

static void
not_frozen(void **state)
{
  struct wd_error error = {0};
  struct wd_instance *made = worker();
  struct wd_image *image;

  (void)state;
  assert_fails(wd_instance_freeze(made, &image, &error), WD_INTERNAL,
               "a worker cannot be frozen");
  wd_instance_free(made);
  assert_false(wd_instance_reset(program.driver));
  wd_instance_kill(program.driver);
  assert_fails(wd_instance_freeze(program.driver, &image, &error), WD_CANCELLED,
               "cancelled");
  wd_instance_free(NULL);
  wd_image_unref(NULL);
  wd_linkage_free(NULL);
}

static const char wasi_text[] =
    "(module (import \"wasi_snapshot_preview1\" \"proc_exit\""
    "  (func $exit (param i32)))"
    " (import \"wasi_snapshot_preview1\" \"args_sizes_get\""
    "  (func $args (param i32 i32) (result i32)))"
    " (import \"wasi_snapshot_preview1\" \"environ_sizes_get\""
    "  (func $environ (param i32 i32) (result i32)))"
    " (import \"wasi_snapshot_preview1\" \"fd_write\""
    "  (func $write (param i32 i32 i32 i32) (result i32)))"
    " (memory (export \"memory\") 1)"
    " (data (i32.const 0) \"\\10\\00\\00\\00\\0c\\00\\00\\00\")"
    " (data (i32.const 16) \"hi \\1b[31mred\\n\")"
    " (func (export \"exit\") (param i32) (result i32)"
    "  (call $exit (local.get 0)) (i32.const 0))"
    " (func (export \"args\") (param i32) (result i32)"
    "  (drop (call $args (i32.const 64) (i32.const 68)))"
    "  (i32.load (local.get 0)))"
    " (func (export \"environ\") (param i32) (result i32)"
    "  (drop (call $environ (i32.const 64) (i32.const 68)))"
    "  (i32.load (local.get 0)))"
    " (func (export \"print\") (param i32) (result i32)"
    "  (call $write (local.get 0) (i32.const 0) (i32.const 1)"
    "   (i32.const 72))))";

struct wasi_driver {
  struct wd_module *module;
  struct wd_linkage *linkage;
  struct wd_instance *driver;
};

static void
open_wasi(struct wasi_driver *made, const struct wd_wasi_driver_options *wasi)
{
  struct wd_linkage_options options = {.wasi = true};
  struct wd_instance_options instance = {.mem = NULL};
  struct wd_error error = {0};

  assert_ok(wd_wasi_driver_config(wasi, &instance.wasi, &error));
  assert_ok(wd_test_load(program.runtime, wasi_text, &made->module, &error));
  assert_ok(wd_linkage_new(made->module, &options, &made->linkage, &error));
  assert_ok(wd_driver_new(made->linkage, &instance, &made->driver, &error));
}

static void
close_wasi(struct wasi_driver *made)
{
  wd_instance_free(made->driver);
  wd_linkage_free(made->linkage);
  wd_module_unref(made->module);
}

static void
exits(void **state)
{
  static const int32_t codes[] = {0, 3, 125, 200, -1, 256};
  static const int expected[] = {0, 3, 125, 200, 255, 1};
  struct wd_wasi_driver_options wasi = {.argument_count = 0};
  struct wd_error error = {0};
  struct wasi_driver made;
  wasmtime_func_t function;

  (void)state;
  for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
    wasmtime_val_raw_t value = {.i32 = 64};
    int code;

    open_wasi(&made, &wasi);
    assert_ok(
        wd_instance_function(made.driver, "args", "i", "i", &function, &error));
    assert_ok(
        wd_instance_call(made.driver, &function, &value, 1, &code, &error));
    assert_int_equal(code, -1);
    value.i32 = codes[i];
    assert_ok(
        wd_instance_function(made.driver, "exit", "i", "i", &function, &error));
    assert_ok(
        wd_instance_call(made.driver, &function, &value, 1, &code, &error));
    assert_int_equal(code, expected[i]);
    assert_false(wd_instance_alive(made.driver));
    close_wasi(&made);
  }
  open_wasi(&made, &wasi);
  assert_fails(wd_test_call(made.driver, "exit", 7, NULL, &error), WD_TRAP,
               "proc_exit(7)");
  close_wasi(&made);
}

static void
driver_world(void **state)
{
  static const char *const arguments[] = {"prog", "one", "zwei"};
  static const char *const environment[] = {"A=1", "LONG=x=y"};
  struct wd_wasi_output output;
  struct wd_wasi_driver_options wasi = {.arguments = arguments,
                                        .argument_count = 3,
                                        .environment = environment,
                                        .environment_count = 2,
                                        .output = &output};
  struct wasi_driver made;
  char text[64] = "";
  int ends[2];

  (void)state;
  assert_int_equal(pipe(ends), 0);
  wd_wasi_output_init(&output, ends[1]);
  assert_false(output.filtered);
  output.filtered = true;
  open_wasi(&made, &wasi);
  assert_int_equal(wd_test_value(made.driver, "args", 64), 3);
  assert_int_equal(wd_test_value(made.driver, "args", 68), 5 + 4 + 5);
  assert_int_equal(wd_test_value(made.driver, "environ", 64), 2);
  assert_int_equal(wd_test_value(made.driver, "environ", 68), 4 + 9);
  assert_int_equal(wd_test_value(made.driver, "print", 1), 0);
  assert_int_equal(read(ends[0], text, sizeof text - 1), 7);
  assert_string_equal(text, "hi red\n");
  assert_int_equal(wd_test_value(made.driver, "print", 2), 0); /* dropped */
  assert_int_equal(output.error, 0);
  sigaction(SIGPIPE, &(struct sigaction){.sa_handler = SIG_IGN}, NULL);
  close(ends[0]);
  assert_int_not_equal(wd_test_value(made.driver, "print", 1), 0);
  assert_int_equal(output.error, EPIPE);
  close(ends[1]);
  close_wasi(&made);
}

static void
driver_refusals(void **state)
{
  static const char *const bad_argument[] = {"a\xff"};
  static const char *const bad_variable[] = {"=x"};
  struct wd_wasi_folder folder = {"/nowhere", NULL, true};
  struct wd_wasi_driver_options wasi = {.arguments = bad_argument,
                                        .argument_count = 1};
  struct wd_error error = {0};
  wasi_config_t *config;

  (void)state;
  assert_fails(wd_wasi_driver_config(&wasi, &config, &error),
               WD_INVALID_ARGUMENT, "not valid UTF-8: a?");
  wasi = (struct wd_wasi_driver_options){.environment = bad_variable,
                                         .environment_count = 1};
  assert_fails(wd_wasi_driver_config(&wasi, &config, &error),
               WD_INVALID_ARGUMENT, "'=x' is no variable");
  wasi = (struct wd_wasi_driver_options){.folders = &folder, .folder_count = 1};
  assert_fails(wd_wasi_driver_config(&wasi, &config, &error), WD_NOT_FOUND,
               "folder /nowhere");
  folder.host = "/dev/null";
  assert_fails(wd_wasi_driver_config(&wasi, &config, &error), WD_IO,
               "folder /dev/null");
  folder.host = "/tmp";
  assert_ok(wd_wasi_driver_config(&wasi, &config, &error));
  wasi_config_delete(config);
}

static const char exceptions_text[] =
    "(module (import \"host\" \"freeze\" (func $freeze (param i32)))"
    " (memory (export \"memory\") 2) (tag $e (param i32)) (table 2 externref)"
    " (func $throw (param i32) (throw $e (local.get 0)))"
    " (func (export \"main\") (call $freeze (i32.const 0)))"
    " (func (export \"try\") (param i32) (result i32) (block $h (result i32)"
    "  (try_table (catch $e $h) (call $throw (local.get 0)))"
    "  (i32.const -1))))";

/* wasmtime makes a heap for them, before the memory. */
static void
exceptions(void **state)
{
  struct wd_error error = {0};
  struct wd_test_program own;
  struct wd_instance *made;

  (void)state;
  assert_ok(
      wd_test_open(&own, exceptions_text, WD_VARIANT_PLAIN, 8 << 20, &error));
  assert_int_equal(wd_test_value(own.driver, "try", 5), 5);
  assert_ok(wd_test_call(own.driver, "main", 0, NULL, &error));
  assert_ok(wd_test_worker(&own, 0, &made, &error));
  for (int i = 0; i < 3; i++) {
    assert_int_equal(wd_test_value(made, "try", i), i);
    assert_true(wd_instance_reset(made));
  }
  wd_instance_free(made);
  wd_test_close(&own);
}

static void
refused_at_start(void **state)
{
  struct wd_error error = {0};
  struct wd_test_program own;

  (void)state;
  assert_fails(wd_test_open(&own, "(module (memory 1) (table 2000000 funcref))",
                            WD_VARIANT_PLAIN, 0, &error),
               WD_BAD_MODULE, "cannot be instantiated");
  assert_fails(wd_test_open(&own,
                            "(module (memory 1) (table 1 funcref) (func $f)"
                            " (elem (i32.const 5) $f))",
                            WD_VARIANT_PLAIN, 0, &error),
               WD_BAD_MODULE, "table");
}

#define CASE(name)                                                             \
  cmocka_unit_test_setup_teardown(name, open_program, close_program)

int
main(void)
{
  const struct CMUnitTest tests[] = {
      CASE(starts),        CASE(functions),       CASE(traps),
      CASE(imports),       CASE(missing_imports), CASE(memory_limits),
      CASE(table_changes), CASE(not_frozen),      CASE(exits),
      CASE(driver_world),  CASE(driver_refusals), CASE(refused_at_start),
      CASE(exceptions),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
