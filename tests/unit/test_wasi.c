/* Preview1 of workers: deterministic, harmless, complete. What would break
 * for a user: a retried task that gives other rows, a lambda that opens files,
 * a program that does not link. */
#include "wasi/worker.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/error.h"
#include "wasm_help.h"

#define P1 "wasi_snapshot_preview1"

/* `at n` reads a word; the others call the function of that name with fixed
 * places: results at 64 and on, strings at 1024 and on. */
static const char imports_text[] =
    "(module"
    " (import \"host\" \"freeze\" (func $freeze (param i32)))"
    " (import \"" P1 "\" \"args_sizes_get\" (func $as (param i32 i32)"
    "  (result i32)))"
    " (import \"" P1 "\" \"args_get\" (func $ag (param i32 i32) (result i32)))"
    " (import \"" P1 "\" \"environ_sizes_get\" (func $es (param i32 i32)"
    "  (result i32)))"
    " (import \"" P1 "\" \"environ_get\" (func $eg (param i32 i32)"
    "  (result i32)))"
    " (import \"" P1 "\" \"clock_time_get\" (func $ct (param i32 i64 i32)"
    "  (result i32)))"
    " (import \"" P1 "\" \"clock_res_get\" (func $cr (param i32 i32)"
    "  (result i32)))"
    " (import \"" P1 "\" \"random_get\" (func $rg (param i32 i32)"
    "  (result i32)))"
    " (import \"" P1 "\" \"fd_write\" (func $fw (param i32 i32 i32 i32)"
    "  (result i32)))"
    " (import \"" P1 "\" \"fd_read\" (func $fr (param i32 i32 i32 i32)"
    "  (result i32)))"
    " (import \"" P1 "\" \"fd_fdstat_get\" (func $fs (param i32 i32)"
    "  (result i32)))"
    " (import \"" P1 "\" \"fd_filestat_get\" (func $ff (param i32 i32)"
    "  (result i32)))"
    " (import \"" P1 "\" \"fd_prestat_get\" (func $fp (param i32 i32)"
    "  (result i32)))"
    " (import \"" P1 "\" \"fd_close\" (func $fc (param i32) (result i32)))"
    " (import \"" P1 "\" \"fd_seek\" (func $fk (param i32 i64 i32 i32)"
    "  (result i32)))"
    " (import \"" P1 "\" \"path_open\" (func $po (param i32 i32 i32 i32 i32"
    "  i64 i64 i32 i32) (result i32)))"
    " (import \"" P1 "\" \"poll_oneoff\" (func $pl (param i32 i32 i32 i32)"
    "  (result i32)))"
    " (import \"" P1 "\" \"sched_yield\" (func $sy (result i32)))"
    " (import \"" P1 "\" \"proc_exit\" (func $px (param i32)))"
    " (import \"" P1 "\" \"sock_shutdown\" (func $ss (param i32 i32)"
    "  (result i32)))"
    " (import \"" P1 "\" \"adapter_monotonic_clock_set_paused\""
    "  (func $ap (param i32)))";

static const char functions_text[] =
    " (memory (export \"memory\") 1)"
    " (data (i32.const 0) \"\\10\\00\\00\\00\\06\\00\\00\\00"
    "\\16\\00\\00\\00\\05\\00\\00\\00ab\\nc\\1b[31mde\\nf\")"
    " (data (i32.const 200) \"\\07\\00\\00\\00\\00\\00\\00\\00\\00\")"
    " (func (export \"main\") (call $freeze (i32.const 0)))"
    " (func (export \"at\") (param i32) (result i32) (i32.load (local.get 0)))"
    " (func (export \"args_sizes\") (param i32) (result i32)"
    "  (call $as (local.get 0) (i32.const 68)))"
    " (func (export \"args\") (param i32) (result i32)"
    "  (call $ag (i32.const 64) (local.get 0)))"
    " (func (export \"environ_sizes\") (param i32) (result i32)"
    "  (call $es (local.get 0) (i32.const 68)))"
    " (func (export \"environ\") (param i32) (result i32)"
    "  (call $eg (i32.const 64) (local.get 0)))"
    " (func (export \"clock\") (param i32) (result i32)"
    "  (call $ct (local.get 0) (i64.const 1) (i32.const 64)))"
    " (func (export \"clock_to\") (param i32) (result i32)"
    "  (call $ct (i32.const 0) (i64.const 1) (local.get 0)))"
    " (func (export \"resolution\") (param i32) (result i32)"
    "  (call $cr (local.get 0) (i32.const 64)))"
    " (func (export \"random\") (param i32) (result i32)"
    "  (call $rg (i32.const 64) (local.get 0)))"
    " (func (export \"write\") (param i32) (result i32)"
    "  (call $fw (local.get 0) (i32.const 0) (i32.const 2) (i32.const 64)))"
    " (func (export \"write_from\") (param i32) (result i32)"
    "  (call $fw (i32.const 1) (local.get 0) (i32.const 2) (i32.const 64)))"
    " (func (export \"write_count\") (param i32) (result i32)"
    "  (call $fw (i32.const 1) (i32.const 0) (local.get 0) (i32.const 64)))"
    " (func (export \"read\") (param i32) (result i32)"
    "  (call $fr (local.get 0) (i32.const 0) (i32.const 1) (i32.const 64)))"
    " (func (export \"fdstat\") (param i32) (result i32)"
    "  (call $fs (local.get 0) (i32.const 64)))"
    " (func (export \"filestat\") (param i32) (result i32)"
    "  (call $ff (local.get 0) (i32.const 64)))"
    " (func (export \"prestat\") (param i32) (result i32)"
    "  (call $fp (local.get 0) (i32.const 64)))"
    " (func (export \"close\") (param i32) (result i32)"
    "  (call $fc (local.get 0)))"
    " (func (export \"seek\") (param i32) (result i32)"
    "  (call $fk (local.get 0) (i64.const 0) (i32.const 0) (i32.const 64)))"
    " (func (export \"open\") (param i32) (result i32)"
    "  (call $po (local.get 0) (i32.const 0) (i32.const 16) (i32.const 2)"
    "   (i32.const 0) (i64.const 0) (i64.const 0) (i32.const 0)"
    "   (i32.const 64)))"
    " (func (export \"poll\") (param i32) (result i32)"
    "  (call $pl (i32.const 200) (i32.const 300) (local.get 0)"
    "   (i32.const 64)))"
    " (func (export \"yield\") (param i32) (result i32) (call $ap (i32.const "
    "1))"
    "  (call $sy))"
    " (func (export \"shutdown\") (param i32) (result i32)"
    "  (call $ss (local.get 0) (i32.const 0)))"
    " (func (export \"exit\") (param i32) (result i32)"
    "  (call $px (local.get 0)) (i32.const 0)))";

enum { BADF = 8, FAULT = 21, INVAL = 28, SPIPE = 70, NOTCAPABLE = 76 };

/* The env of a worker begins with its WASI part. */
struct test_worker {
  struct wd_wasi_worker wasi;
  struct wd_instance *instance;
  char text[3][600];
};

static struct wd_test_program program;

static void
sink(void *env, int stream, const char *text, size_t length)
{
  struct test_worker *worker = env;
  char *to = worker->text[stream];
  size_t used = strlen(to);

  assert_true(length > 0);
  if (used + length + 2 < sizeof worker->text[0])
    snprintf(to + used, sizeof worker->text[0] - used, "%.*s|", (int)length,
             text);
}

/* One linkage for both: the worker's imports and the one that freezes. */
static int
open_program(void **state)
{
  size_t count;
  const struct wd_import *wasi = wd_wasi_worker_imports(&count);
  struct wd_import *imports = calloc(count + 1, sizeof *imports);
  struct wd_linkage_options linkage = {.imports = imports,
                                       .import_count = count + 1};
  struct wd_runtime_options runtime = {.mem = NULL};
  struct wd_instance_options driver = {.env = &program};
  struct wd_error error = {0};
  char text[sizeof imports_text + sizeof functions_text];

  (void)state;
  snprintf(text, sizeof text, "%s%s", imports_text, functions_text);
  memcpy(imports, wasi, count * sizeof *imports);
  imports[count] = wd_test_import;
  assert_ok(wd_runtime_new(&runtime, &program.runtime, &error));
  assert_ok(wd_test_load(program.runtime, text, &program.module, &error));
  assert_ok(wd_linkage_new(program.module, &linkage, &program.linkage, &error));
  assert_ok(wd_driver_new(program.linkage, &driver, &program.driver, &error));
  assert_ok(wd_test_call(program.driver, "main", 0, NULL, &error));
  free(imports);
  return 0;
}

static int
close_program(void **state)
{
  (void)state;
  wd_test_close(&program);
  return 0;
}

static void
open_worker(struct test_worker *worker)
{
  static const char *const arguments[] = {"prog", "x"};
  static const char *const environment[] = {"LANG=C"};
  struct wd_instance_options options = {.env = worker};
  struct wd_error error = {0};

  memset(worker->text, 0, sizeof worker->text);
  wd_wasi_worker_init(&worker->wasi);
  worker->wasi.arguments = arguments;
  worker->wasi.argument_count = 2;
  worker->wasi.environment = environment;
  worker->wasi.environment_count = 1;
  worker->wasi.time = 1234567890;
  wd_random_seed(&worker->wasi.random, 1, 2, 3);
  worker->wasi.sink = sink;
  worker->wasi.sink_env = worker;
  assert_ok(wd_worker_instance_new(program.linkage, program.images[0], &options,
                                   &worker->instance, &error));
}

static int32_t
call(struct test_worker *worker, const char *name, int32_t argument)
{
  return wd_test_value(worker->instance, name, argument);
}

static const char *
text_at(struct test_worker *worker, int32_t pointer)
{
  uint64_t size;
  uint8_t *memory = wd_instance_memory(worker->instance, &size);

  return (const char *)memory + call(worker, "at", pointer);
}

static void
arguments(void **state)
{
  struct test_worker worker;

  (void)state;
  open_worker(&worker);
  assert_int_equal(call(&worker, "args_sizes", 64), 0);
  assert_int_equal(call(&worker, "at", 64), 2);
  assert_int_equal(call(&worker, "at", 68), 7);
  assert_int_equal(call(&worker, "args_sizes", 65534), FAULT);
  assert_int_equal(call(&worker, "args", 1024), 0);
  assert_string_equal(text_at(&worker, 64), "prog");
  assert_string_equal(text_at(&worker, 68), "x");
  assert_int_equal(call(&worker, "args", -2), FAULT);
  assert_int_equal(call(&worker, "args", 65530), FAULT);
  assert_int_equal(call(&worker, "environ_sizes", 64), 0);
  assert_int_equal(call(&worker, "at", 68), 7);
  assert_int_equal(call(&worker, "environ", 1024), 0);
  assert_string_equal(text_at(&worker, 64), "LANG=C");
  wd_instance_free(worker.instance);
}

static void
time_stands(void **state)
{
  struct test_worker worker;

  (void)state;
  open_worker(&worker);
  for (int32_t clock = 0; clock < 2; clock++) {
    assert_int_equal(call(&worker, "clock", clock), 0);
    assert_int_equal(call(&worker, "at", 64), 1234567890);
    assert_int_equal(call(&worker, "at", 68), 0);
  }
  assert_int_equal(call(&worker, "clock", 3), 0);
  assert_int_equal(call(&worker, "at", 64), 0);
  assert_int_equal(call(&worker, "clock", 4), INVAL);
  assert_int_equal(call(&worker, "clock", -1), INVAL);
  assert_int_equal(call(&worker, "clock_to", 65529), FAULT);
  assert_int_equal(call(&worker, "resolution", 1), 0);
  assert_int_equal(call(&worker, "resolution", 9), INVAL);
  assert_int_equal(call(&worker, "poll", 1), 0);
  assert_int_equal(call(&worker, "at", 64), 1);
  assert_int_equal(call(&worker, "at", 300), 7);
  assert_int_equal(call(&worker, "at", 308), 0);
  assert_int_equal(call(&worker, "poll", 0), INVAL);
  assert_int_equal(call(&worker, "poll", -1), FAULT);
  assert_int_equal(call(&worker, "yield", 0), 0);
  wd_instance_free(worker.instance);
}

static void
random_repeats(void **state)
{
  struct test_worker worker;
  struct wd_random random;
  int32_t first[2];
  int32_t other;

  (void)state;
  for (int i = 0; i < 2; i++) {
    open_worker(&worker);
    assert_int_equal(call(&worker, "random", 5), 0);
    assert_int_equal(call(&worker, "random", 4), 0);
    first[i] = call(&worker, "at", 64);
    assert_int_equal(call(&worker, "random", 65536), FAULT);
    assert_int_equal(call(&worker, "random", 0), 0);
    wd_instance_free(worker.instance);
  }
  assert_int_equal(first[0], first[1]);
  open_worker(&worker);
  wd_random_seed(&worker.wasi.random, 1, 2, 4);
  call(&worker, "random", 5);
  call(&worker, "random", 4);
  other = call(&worker, "at", 64);
  assert_int_not_equal(first[0], other);
  wd_instance_free(worker.instance);
  /* The generator's first number from the state 1, 2, 3, 4. */
  random = (struct wd_random){{1, 2, 3, 4}};
  assert_true(wd_random_next(&random) == 11520);
  assert_true(wd_random_next(&random) == 0);
  assert_true(wd_random_next(&random) == 1509978240);
}

static void
prints(void **state)
{
  struct test_worker worker;

  (void)state;
  open_worker(&worker);
  assert_int_equal(call(&worker, "write", 1), 0);
  assert_int_equal(call(&worker, "at", 64), 11);
  assert_string_equal(worker.text[1], "ab\n|");
  assert_int_equal(call(&worker, "write", 2), 0);
  assert_string_equal(worker.text[2], "ab\n|");
  assert_int_equal(call(&worker, "write", 0), BADF);
  assert_int_equal(call(&worker, "write", 3), BADF);
  assert_int_equal(call(&worker, "write_from", 65530), FAULT);
  assert_int_equal(call(&worker, "write_count", -1), FAULT);
  wd_wasi_worker_flush(&worker.wasi);
  assert_string_equal(worker.text[1], "ab\n|cde|");
  wd_wasi_worker_flush(&worker.wasi);
  assert_string_equal(worker.text[1], "ab\n|cde|");
  wd_instance_free(worker.instance);
}

static void
no_world(void **state)
{
  struct test_worker worker;

  (void)state;
  open_worker(&worker);
  assert_int_equal(call(&worker, "read", 0), 0);
  assert_int_equal(call(&worker, "at", 64), 0);
  assert_int_equal(call(&worker, "read", 3), BADF);
  assert_int_equal(call(&worker, "fdstat", 1), 0);
  assert_int_equal(call(&worker, "fdstat", 3), BADF);
  assert_int_equal(call(&worker, "filestat", 0), 0);
  assert_int_equal(call(&worker, "filestat", 3), BADF);
  assert_int_equal(call(&worker, "prestat", 3), BADF);
  assert_int_equal(call(&worker, "close", 1), 0);
  assert_int_equal(call(&worker, "close", 3), BADF);
  assert_int_equal(call(&worker, "seek", 1), SPIPE);
  assert_int_equal(call(&worker, "seek", 7), BADF);
  assert_int_equal(call(&worker, "open", 3), NOTCAPABLE);
  assert_int_equal(call(&worker, "shutdown", 3), BADF);
  wd_instance_free(worker.instance);
}

static void
exit_is_refused(void **state)
{
  struct test_worker worker;
  struct wd_error error = {0};

  (void)state;
  open_worker(&worker);
  assert_fails(wd_test_call(worker.instance, "exit", 3, NULL, &error),
               WD_LAMBDA_FAILED, "proc_exit(3) was called inside a lambda");
  wd_instance_free(worker.instance);
}

/* wasmtime's own preview1 gives no function that ours lacks, with the same
 * types: a module that imports all of ours links with both. */
static void
complete(void **state)
{
  static const char *const letters = "ilfd";
  static const char *const names[] = {"i32", "i64", "f32", "f64"};
  size_t count;
  const struct wd_import *imports = wd_wasi_worker_imports(&count);
  struct wd_linkage_options theirs = {.wasi = true};
  struct wd_error error = {0};
  struct wd_linkage *linkage;
  struct wd_module *module;
  struct wd_buf text;

  (void)state;
  wd_buf_init(&text, NULL, 65536);
  wd_buf_puts(&text, "(module");
  for (size_t i = 0; i < count; i++) {
    if (strncmp(imports[i].name, "adapter_", 8) == 0)
      continue;
    wd_buf_printf(&text, " (import \"%s\" \"%s\" (func (param",
                  imports[i].module, imports[i].name);
    for (const char *p = imports[i].parameters; *p; p++)
      wd_buf_printf(&text, " %s", names[strchr(letters, *p) - letters]);
    wd_buf_printf(&text, ")%s))", *imports[i].results ? "(result i32)" : "");
  }
  wd_buf_puts(&text, " (memory (export \"memory\") 1))");
  assert_int_equal(count, 47);
  assert_ok(wd_test_load(program.runtime, wd_buf_text(&text), &module, &error));
  assert_ok(wd_linkage_new(module, &theirs, &linkage, &error));
  wd_linkage_free(linkage);
  wd_module_unref(module);
  wd_buf_fini(&text);
}

#define CASE(name)                                                             \
  cmocka_unit_test_setup_teardown(name, open_program, close_program)

int
main(void)
{
  const struct CMUnitTest tests[] = {
      CASE(arguments), CASE(time_stands), CASE(random_repeats),
      CASE(prints),    CASE(no_world),    CASE(exit_is_refused),
      CASE(complete),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
