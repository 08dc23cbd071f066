/* Images as modules of their own: whoever instantiates one goes on where the
 * program was, and a module is whole or not at all. */
#include "wasm/standalone.h"

#include "oom.h"
#include "wasm_help.h"

#define MOST ((size_t)64 << 20)

/* `start` counts how often the program began: in memory and in a global. The
 * stack lies at the bottom, below all data. `put`: word at argument := the
 * argument + 1, and the globals with it; `get`: that word; `globals`: the sum
 * of all. */
static const char program_text[] =
    "(module (import \"host\" \"freeze\" (func $freeze (param i32)))"
    " (memory (export \"memory\") 4 64)"
    " (global $__stack_pointer (mut i32) (i32.const 65536))"
    " (global $i (mut i32) (i32.const 1)) (global $l (mut i64) (i64.const 2))"
    " (global $f (mut f32) (f32.const 3)) (global $d (mut f64) (f64.const 4))"
    " (global $v (mut v128) (v128.const i32x4 5 5 5 5))"
    " (global $fixed i32 (i32.const 7))"
    " (table 1 funcref) (elem (i32.const 0) $get)"
    " (data (i32.const 65536) \"\\2a\\00\\00\\00\")"
    " (data $late \"\\63\\00\\00\\00\")"
    " (type $unary (func (param i32) (result i32)))"
    " (func $start (i32.store (i32.const 65540)"
    "  (i32.add (i32.load (i32.const 65540)) (i32.const 1))))"
    " (start $start)"
    " (func (export \"_initialize\"))"
    " (func (export \"put\") (param i32) (result i32)"
    "  (i32.store (local.get 0) (i32.add (local.get 0) (i32.const 1)))"
    "  (global.set $i (local.get 0))"
    "  (global.set $l (i64.extend_i32_s (local.get 0)))"
    "  (global.set $f (f32.convert_i32_s (local.get 0)))"
    "  (global.set $d (f64.convert_i32_s (local.get 0)))"
    "  (global.set $v (i32x4.splat (local.get 0))) (i32.const 0))"
    " (func $get (export \"get\") (param i32) (result i32)"
    "  (i32.load (local.get 0)))"
    " (func (export \"late\") (param i32) (result i32)"
    "  (memory.init $late (local.get 0) (i32.const 0) (i32.const 4))"
    "  (call_indirect (type $unary) (local.get 0) (i32.const 0)))"
    " (func (export \"globals\") (param i32) (result i32)"
    "  (i32.add (i32.add (global.get $i) (i32.wrap_i64 (global.get $l)))"
    "   (i32.add (i32.trunc_f32_s (global.get $f)) (i32.add"
    "    (i32.trunc_f64_s (global.get $d))"
    "    (i32x4.extract_lane 2 (global.get $v))))))"
    " (func (export \"grow\") (param i32) (result i32)"
    "  (memory.grow (local.get 0)))"
    " (func (export \"freeze\") (param i32) (result i32)"
    "  (call $freeze (local.get 0)) (i32.const 0)))";

static struct wd_test_program program;

static int
open_program(void **state)
{
  struct wd_error error = {0};

  (void)state;
  assert_ok(wd_test_open(&program, program_text, WD_VARIANT_PLAIN, 0, &error));
  return 0;
}

static int
close_program(void **state)
{
  (void)state;
  wd_test_close(&program);
  return 0;
}

/* The image as it is now, as a module. */
static struct wd_buf
written(void)
{
  struct wd_error error = {0};
  struct wd_buf module;

  wd_test_value(program.driver, "freeze", 0);
  wd_buf_init(&module, NULL, MOST);
  assert_ok(wd_image_standalone(program.images[0], &module, &error));
  return module;
}

/* A module that was written, instantiated. */
struct opened {
  struct wd_module *module;
  struct wd_linkage *linkage;
  struct wd_instance *instance;
};

static struct opened
open_written(const struct wd_buf *bytes)
{
  struct wd_linkage_options options = {.variant = WD_VARIANT_PLAIN,
                                       .imports = &wd_test_import,
                                       .import_count = 1};
  struct wd_instance_options driver = {.env = &program};
  struct wd_error error = {0};
  struct opened opened;

  assert_ok(wd_module_load(program.runtime, (const uint8_t *)bytes->data,
                           bytes->length, "written", &opened.module, &error));
  assert_ok(wd_linkage_new(opened.module, &options, &opened.linkage, &error));
  assert_ok(wd_driver_new(opened.linkage, &driver, &opened.instance, &error));
  return opened;
}

static void
close_opened(struct opened *opened)
{
  wd_instance_free(opened->instance);
  wd_linkage_free(opened->linkage);
  wd_module_unref(opened->module);
}

static void
goes_on(void **state)
{
  static const int32_t places[] = {65540 + 8, 70000, 131072, 262140};
  struct wd_buf module;
  struct opened opened;

  (void)state;
  for (size_t i = 0; i < sizeof places / sizeof *places; i++)
    wd_test_value(program.driver, "put", places[i]);
  module = written();
  wd_test_value(program.driver, "put", 70000 - 4); /* later: it is not in it */
  opened = open_written(&module);
  assert_int_equal(wd_test_value(opened.instance, "get", 65536), 42);
  assert_int_equal(wd_test_value(opened.instance, "get", 65540),
                   wd_test_value(program.driver, "get", 65540));
  for (size_t i = 0; i < sizeof places / sizeof *places; i++)
    assert_int_equal(wd_test_value(opened.instance, "get", places[i]),
                     places[i] + 1);
  assert_int_equal(wd_test_value(opened.instance, "get", 70000 - 4), 0);
  assert_int_equal(wd_test_value(opened.instance, "globals", 0), 5 * 262140);
  assert_int_equal(wd_test_value(opened.instance, "late", 80000), 99);
  close_opened(&opened);
  wd_buf_fini(&module);
}

/* What begins a program is done already: it is not in the module. */
static void
begins_no_more(void **state)
{
  struct wd_buf module = written();
  struct opened opened = open_written(&module);

  (void)state;
  assert_false(wd_module_info(opened.module)->has_start);
  assert_null(wd_module_export(opened.module, "_initialize"));
  assert_non_null(wd_module_export(opened.module, "get"));
  close_opened(&opened);
  wd_buf_fini(&module);
}

static void
grown_memory(void **state)
{
  struct wd_buf module;
  struct opened opened;

  (void)state;
  assert_int_equal(wd_test_value(program.driver, "grow", 16), 4);
  wd_test_value(program.driver, "put", 20 * 65536 - 4);
  module = written();
  assert_true(module.length < 4096); /* zeros cost nothing */
  opened = open_written(&module);
  assert_int_equal(wd_test_value(opened.instance, "get", 20 * 65536 - 4),
                   20 * 65536 - 3);
  assert_int_equal(wd_test_value(opened.instance, "grow", 44), 20);
  close_opened(&opened);
  wd_buf_fini(&module);
}

/* Below the stack's top nothing is alive, as nobody returns to main. */
static void
dead_stack(void **state)
{
  struct wd_buf module;
  struct opened opened;

  (void)state;
  wd_test_value(program.driver, "put", 65536 - 64);
  module = written();
  opened = open_written(&module);
  assert_int_equal(wd_test_value(opened.instance, "get", 65536 - 64), 0);
  close_opened(&opened);
  wd_buf_fini(&module);
}

/* Many islands in much memory: data segments are joined, as there must not be
 * more than a hundred thousand of them; and a module's module is the same. */
static void
islands(void **state)
{
  struct wd_buf module, again;
  struct wd_error error = {0};
  struct opened opened;
  struct wd_image *image = NULL;

  (void)state;
  wd_test_value(program.driver, "grow", 60);
  for (int32_t at = 65536 + 4096; at < 64 * 65536; at += 40)
    wd_test_value(program.driver, "put", at);
  module = written();
  opened = open_written(&module);
  for (int32_t at = 65536 + 4096; at < 64 * 65536; at += 40)
    assert_int_equal(wd_test_value(opened.instance, "get", at), at + 1);
  assert_ok(wd_instance_freeze(opened.instance, &image, &error));
  wd_buf_init(&again, NULL, MOST);
  assert_ok(wd_image_standalone(image, &again, &error));
  assert_int_equal(wd_module_info(opened.module)->segment_count > 0, true);
  close_opened(&opened);
  opened = open_written(&again);
  assert_int_equal(wd_test_value(opened.instance, "get", 65536 + 4096),
                   65536 + 4097);
  close_opened(&opened);
  wd_image_unref(image);
  wd_buf_fini(&again);
  wd_buf_fini(&module);
}

static void
same_bytes(void **state)
{
  struct wd_buf one = written(), two = written();

  (void)state;
  assert_int_equal(one.length, two.length);
  assert_memory_equal(one.data, two.data, one.length);
  wd_buf_fini(&one);
  wd_buf_fini(&two);
}

/* With any room that is too little it says so, and of memory that it is out of
 * memory: never a part of a module. */
static void
no_room(void **state)
{
  struct wd_error error = {0};
  struct wd_buf whole, module;

  (void)state;
  wd_test_value(program.driver, "put", 131072);
  whole = written();
  for (size_t most = 0; most < whole.length; most++) {
    wd_buf_init(&module, NULL, most);
    assert_fails(wd_image_standalone(program.images[0], &module, &error),
                 WD_LIMIT_EXCEEDED, "too large for a module");
    wd_buf_fini(&module);
  }
  wd_buf_init(&module, NULL, whole.length);
  assert_ok(wd_image_standalone(program.images[0], &module, &error));
  assert_memory_equal(module.data, whole.data, whole.length);
  wd_buf_fini(&module);
  wd_buf_fini(&whole);
}

static enum wd_status
write_once(void *env)
{
  const struct wd_buf *whole = env;
  struct wd_error error = {0};
  struct wd_buf module;
  enum wd_status status;

  wd_buf_init(&module, NULL, MOST);
  status = wd_image_standalone(program.images[0], &module, &error);
  if (status == WD_OK) {
    assert_int_equal(module.length, whole->length);
    assert_memory_equal(module.data, whole->data, whole->length);
  }
  wd_buf_fini(&module);
  return status;
}

static void
no_memory(void **state)
{
  struct wd_buf whole;

  (void)state;
  for (int32_t at = 131072; at < 131072 + 8192; at += 4)
    wd_test_value(program.driver, "put", at);
  whole = written();
  wd_oom_each(write_once, &whole);
  wd_buf_fini(&whole);
}

#define TEST(name)                                                             \
  cmocka_unit_test_setup_teardown(name, open_program, close_program)

int
main(void)
{
  static const struct CMUnitTest tests[] = {
      TEST(goes_on), TEST(begins_no_more), TEST(grown_memory), TEST(dead_stack),
      TEST(islands), TEST(same_bytes),     TEST(no_room),      TEST(no_memory),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
