/* Stopping guests from another thread: at memory accesses, in the runtime's
 * own copies, in the host's imports, in loops that touch nothing. What would
 * break for a user: Ctrl-C that hangs, or that takes the process down. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/error.h"
#include "wasm/guard.h"
#include "wasm_help.h"

static const char program_text[] =
    "(module (import \"host\" \"freeze\" (func $freeze (param i32)))"
    " (memory (export \"memory\") 64)"
    " (func (export \"main\") (call $freeze (i32.const 0)))"
    " (func $touch (export \"touch\") (param i32) (result i32) (loop $l"
    "  (i32.store (local.get 0) (i32.add (i32.load (local.get 0))"
    "   (i32.const 1))) (br $l)) (i32.const 0))"
    " (func (export \"copy\") (param i32) (result i32) (loop $l"
    "  (memory.copy (i32.const 0) (i32.const 2000000) (i32.const 1900000))"
    "  (memory.fill (i32.const 9) (i32.const 7) (i32.const 4000000))"
    "  (i32.store (i32.const 4100000) (i32.const 1)) (br $l)) (i32.const 0))"
    " (func (export \"grow\") (param i32) (result i32) (loop $l"
    "  (drop (memory.grow (i32.const 1)))"
    "  (i32.store (local.get 0) (i32.const 1)) (br $l)) (i32.const 0))"
    " (func (export \"import\") (param i32) (result i32) (loop $l"
    "  (call $freeze (i32.const -1))"
    "  (i32.store (i32.const 4) (i32.const 1)) (br $l)) (i32.const 0))"
    " (func (export \"brief\") (param i32) (result i32)"
    "  (i32.store (i32.const 8) (local.get 0)) (i32.load (i32.const 8)))"
    " (func (export \"spin\") (param i32) (result i32) (loop $l (br $l))"
    "  (i32.const 0)))";

/* `import` above: host code on the guest's memory, for a while. */
static enum wd_status
use_memory(struct wd_instance *instance, const void *data,
           wasmtime_val_raw_t *values, struct wd_error *error)
{
  uint64_t size;
  uint8_t *memory;

  if (values[0].i32 >= 0)
    return wd_test_freeze(instance, data, values, error);
  memory = wd_instance_memory(instance, &size);
  memset(memory, 1, 100000);
  return WD_OK;
}

struct victim {
  struct wd_instance *instance;
  const char *function;
  atomic_bool done;
  bool repeat;
  struct wd_error error;
  enum wd_status status;
};

static void *
run(void *env)
{
  struct victim *victim = env;
  int32_t result;

  do
    victim->status = wd_test_call(victim->instance, victim->function, 64,
                                  &result, &victim->error);
  while (victim->repeat && victim->status == WD_OK);
  atomic_store(&victim->done, true);
  return NULL;
}

static void
kill_one(struct wd_test_program *program, const char *function, bool repeat,
         unsigned delay)
{
  struct victim victim = {.function = function, .repeat = repeat};
  struct wd_error error = {0};
  pthread_t thread;
  uint64_t size;
  uint8_t *memory;

  assert_ok(wd_test_worker(program, 0, &victim.instance, &error));
  pthread_create(&thread, NULL, run, &victim);
  usleep(delay);
  while (!atomic_load(&victim.done)) {
    wd_instance_kill(victim.instance);
    usleep(300);
  }
  pthread_join(thread, NULL);
  assert_int_equal(victim.status, WD_CANCELLED);
  assert_contains(victim.error.message, "cancelled");
  assert_false(wd_instance_alive(victim.instance));
  assert_false(wd_instance_reset(victim.instance));
  assert_false(wd_instance_kill(victim.instance));
  /* The host may still look at the memory. */
  memory = wd_instance_memory(victim.instance, &size);
  memset(memory, 0, size);
  assert_fails(wd_test_call(victim.instance, "brief", 1, NULL, &error),
               WD_CANCELLED, "cancelled");
  wd_instance_free(victim.instance);
}

static void
open_program(struct wd_test_program *program, enum wd_variant variant)
{
  struct wd_import import = wd_test_import;
  struct wd_linkage_options linkage = {
      .variant = variant, .imports = &import, .import_count = 1};
  struct wd_error error = {0};

  assert_ok(wd_test_open(program, program_text, variant, 0, &error));
  assert_ok(wd_test_call(program->driver, "main", 0, NULL, &error));
  wd_instance_free(program->driver);
  program->driver = NULL;
  wd_linkage_free(program->linkage);
  import.function = use_memory;
  assert_ok(
      wd_linkage_new(program->module, &linkage, &program->linkage, &error));
}

static void
kill_all_kinds(enum wd_variant variant, int times)
{
  static const char *const functions[] = {"touch", "copy", "grow", "import"};
  struct wd_test_program program;

  srand(1);
  open_program(&program, variant);
  for (int i = 0; i < times; i++) {
    kill_one(&program, functions[i % 4], false, (unsigned)(rand() % 3000));
    kill_one(&program, "brief", true, (unsigned)(rand() % 1000));
  }
  if (variant == WD_VARIANT_INTERRUPTIBLE)
    for (int i = 0; i < times / 4; i++)
      kill_one(&program, "spin", false, (unsigned)(rand() % 1000));
  wd_test_close(&program);
}

static void
plain(void **state)
{
  (void)state;
  kill_all_kinds(WD_VARIANT_PLAIN, 200);
}

static void
interruptible(void **state)
{
  (void)state;
  kill_all_kinds(WD_VARIANT_INTERRUPTIBLE, 80);
}

/* A system without membarrier. */
static void
fenced(void **state)
{
  bool before;

  (void)state;
  wd_guard_install();
  before = wd_guard_fences;
  wd_guard_fences = true;
  kill_all_kinds(WD_VARIANT_PLAIN, 100);
  wd_guard_fences = before;
}

static const char wasi_text[] =
    "(module (import \"wasi_snapshot_preview1\" \"random_get\""
    "  (func $random (param i32 i32) (result i32)))"
    " (memory (export \"memory\") 64)"
    " (func (export \"loop\") (param i32) (result i32) (loop $l"
    "  (drop (call $random (i32.const 65536) (i32.const 100000)))"
    "  (i32.store (i32.const 4) (i32.const 1)) (br $l)) (i32.const 0)))";

/* wasmtime's own WASI writes into the memory of a driver that is killed. */
static void
runtime_imports(void **state)
{
  struct wd_linkage_options options = {.wasi = true};
  struct wd_instance_options none = {.mem = NULL};
  struct wd_test_program program;
  struct wd_error error = {0};
  struct wd_linkage *linkage;
  struct wd_module *module;

  (void)state;
  open_program(&program, WD_VARIANT_PLAIN);
  assert_ok(wd_test_load(program.runtime, wasi_text, &module, &error));
  assert_ok(wd_linkage_new(module, &options, &linkage, &error));
  for (int i = 0; i < 50; i++) {
    struct victim victim = {.function = "loop"};
    pthread_t thread;

    assert_ok(wd_driver_new(linkage, &none, &victim.instance, &error));
    pthread_create(&thread, NULL, run, &victim);
    usleep((unsigned)(rand() % 2000));
    while (!atomic_load(&victim.done)) {
      wd_instance_kill(victim.instance);
      usleep(300);
    }
    pthread_join(thread, NULL);
    assert_int_equal(victim.status, WD_CANCELLED);
    wd_instance_free(victim.instance);
  }
  wd_linkage_free(linkage);
  wd_module_unref(module);
  wd_test_close(&program);
}

/* Ticks without a kill disturb nobody. */
static void
ticks(void **state)
{
  struct wd_test_program program;
  struct wd_error error = {0};
  struct wd_instance *worker;
  int32_t result;

  (void)state;
  open_program(&program, WD_VARIANT_INTERRUPTIBLE);
  assert_ok(wd_test_worker(&program, 0, &worker, &error));
  for (int i = 0; i < 1000; i++) {
    wd_runtime_tick(program.runtime);
    assert_ok(wd_test_call(worker, "brief", i, &result, &error));
    assert_int_equal(result, i);
  }
  wd_instance_free(worker);
  wd_test_close(&program);
}

/* A worker that is outside dies without losing its memory. */
static void
outside(void **state)
{
  struct wd_test_program program;
  struct wd_error error = {0};
  struct wd_instance *worker;
  uint64_t size;

  (void)state;
  open_program(&program, WD_VARIANT_PLAIN);
  assert_ok(wd_test_worker(&program, 0, &worker, &error));
  assert_false(wd_instance_kill(worker));
  wd_instance_memory(worker, &size)[5] = 1;
  assert_fails(wd_test_call(worker, "brief", 1, NULL, &error), WD_CANCELLED,
               "cancelled");
  wd_instance_free(worker);
  wd_test_close(&program);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(plain),           cmocka_unit_test(interruptible),
      cmocka_unit_test(runtime_imports), cmocka_unit_test(ticks),
      cmocka_unit_test(outside),         cmocka_unit_test(fenced),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
