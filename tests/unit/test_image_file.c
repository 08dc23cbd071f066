/* Images as bytes: a worker on what was read sees what one on the image sees,
 * zeros cost nothing, and bytes that are no image of the program are refused.
 */
#include "wasm/image_file.h"

#include <stdlib.h>

#include "oom.h"
#include "wasm_help.h"

#define SIZE_MOST (64u << 20)

/* 1 GiB of memory; words far from one another, and globals of every kind. */
static const char program_text[] =
    "(module (import \"host\" \"freeze\" (func $freeze (param i32)))"
    " (memory (export \"memory\") 16384)"
    " (data (i32.const 4096) \"\\2a\\00\\00\\00\")"
    " (global $n (mut i32) (i32.const 0)) (global $l (mut i64) (i64.const 0))"
    " (global $f (mut f32) (f32.const 0)) (global $d (mut f64) (f64.const 0))"
    " (global $v (mut v128) (v128.const i64x2 0 0))"
    " (func (export \"put\") (param i32) (result i32)"
    "  (i32.store (local.get 0) (i32.const 7)) (i32.const 0))"
    " (func (export \"get\") (param i32) (result i32)"
    "  (i32.load (local.get 0)))"
    " (func (export \"freeze\") (param i32) (result i32)"
    "  (call $freeze (local.get 0)) (i32.const 0))"
    " (func (export \"set\") (param i32) (result i32)"
    "  (global.set $n (local.get 0))"
    "  (global.set $l (i64.extend_i32_s (local.get 0)))"
    "  (global.set $f (f32.convert_i32_s (local.get 0)))"
    "  (global.set $d (f64.convert_i32_s (local.get 0)))"
    "  (global.set $v (i32x4.splat (local.get 0))) (i32.const 0))"
    " (func (export \"sum\") (param i32) (result i32)"
    "  (i32.add (global.get $n) (i32.add (i32.add (i32.wrap_i64 (global.get "
    "$l))"
    "   (i32.trunc_f32_s (global.get $f))) (i32.add"
    "   (i32.trunc_f64_s (global.get $d))"
    "   (i32x4.extract_lane 3 (global.get $v)))))))";

static struct wd_test_program program;
static struct wd_buf saved;

static int
open_program(void **state)
{
  struct wd_error error = {0};

  (void)state;
  assert_ok(wd_test_open(&program, program_text, WD_VARIANT_PLAIN, 0, &error));
  wd_test_value(program.driver, "put", 1 << 20);
  wd_test_value(program.driver, "put", (1 << 30) - 4);
  wd_test_value(program.driver, "set", 3);
  wd_test_value(program.driver, "freeze", 0);
  wd_buf_init(&saved, NULL, SIZE_MOST);
  assert_ok(wd_image_save(program.images[0], &saved, &error));
  return 0;
}

static int
close_program(void **state)
{
  (void)state;
  wd_buf_fini(&saved);
  wd_test_close(&program);
  return 0;
}

static enum wd_status
load(const uint8_t *bytes, size_t size, struct wd_image **out_image,
     struct wd_error *error)
{
  return wd_image_load(program.module, bytes, size, out_image, error);
}

static void
comes_back(void **state)
{
  struct wd_error error = {0};
  struct wd_instance *worker;
  struct wd_image *image;

  (void)state;
  assert_ok(load((const uint8_t *)saved.data, saved.length, &image, &error));
  assert_int_equal(wd_image_size(image), wd_image_size(program.images[0]));
  wd_image_unref(program.images[1]);
  program.images[1] = image;
  assert_ok(wd_test_worker(&program, 1, &worker, &error));
  assert_int_equal(wd_test_value(worker, "get", 4096), 42);
  assert_int_equal(wd_test_value(worker, "get", 1 << 20), 7);
  assert_int_equal(wd_test_value(worker, "get", (1 << 30) - 4), 7);
  assert_int_equal(wd_test_value(worker, "get", 2 << 20), 0);
  assert_int_equal(wd_test_value(worker, "sum", 0), 15);
  wd_instance_free(worker);
}

/* Three pages are in use, of 262,144. */
static void
zeros_cost_nothing(void **state)
{
  struct wd_error error = {0};
  struct wd_buf small;

  (void)state;
  assert_true(saved.length < 4 * 4096);
  wd_buf_init(&small, NULL, 4096);
  assert_fails(wd_image_save(program.images[0], &small, &error),
               WD_LIMIT_EXCEEDED, "too large to be sent");
  wd_buf_fini(&small);
}

static void
refuses(const uint8_t *bytes, size_t size)
{
  struct wd_error error = {0};
  struct wd_image *image;

  assert_fails(load(bytes, size, &image, &error), WD_INVALID_ARGUMENT,
               "not an image of this program's memory");
}

/* A copy that is as long as it is, so that reading past it is seen. */
static uint8_t *
copy_of(size_t size)
{
  uint8_t *copy = malloc(size ? size : 1);

  assert_non_null(copy);
  memcpy(copy, saved.data, size < saved.length ? size : saved.length);
  return copy;
}

static void
cut_or_longer(void **state)
{
  (void)state;
  for (size_t size = 0; size <= saved.length + 1;
       size += size < 300 ? 1 : 509) {
    uint8_t *copy = copy_of(size);

    if (size != saved.length)
      refuses(copy, size);
    free(copy);
  }
}

/* Whatever a byte of what is no page says, nothing is written outside. */
static void
damaged(void **state)
{
  struct wd_error error = {0};

  (void)state;
  for (size_t at = 0; at < 200; at++)
    for (int bit = 0; bit < 8; bit++) {
      uint8_t *copy = copy_of(saved.length);
      struct wd_image *image = NULL;

      copy[at] ^= (uint8_t)(1 << bit);
      if (load(copy, saved.length, &image, &error) != WD_OK)
        assert_int_equal(error.status, WD_INVALID_ARGUMENT);
      wd_error_clear(&error);
      wd_image_unref(image);
      free(copy);
    }
}

static void
of_another_module(void **state)
{
  struct wd_error error = {0};
  struct wd_module *module;
  struct wd_image *image;

  (void)state;
  assert_ok(wd_test_load(program.runtime, "(module (memory 16384))", &module,
                         &error));
  assert_fails(wd_image_load(module, (const uint8_t *)saved.data, saved.length,
                             &image, &error),
               WD_INVALID_ARGUMENT, "not an image");
  wd_module_unref(module);
}

static enum wd_status
save_and_load(void *env)
{
  struct wd_image *image = NULL;
  struct wd_buf buf;
  enum wd_status status;

  (void)env;
  wd_buf_init(&buf, NULL, SIZE_MOST);
  status = wd_image_save(program.images[0], &buf, NULL);
  /* A buffer cannot tell no memory from no room. */
  if (status == WD_LIMIT_EXCEEDED)
    status = WD_NO_MEMORY;
  if (status == WD_OK)
    status = load((const uint8_t *)buf.data, buf.length, &image, NULL);
  wd_image_unref(image);
  wd_buf_fini(&buf);
  return status;
}

static void
without_memory(void **state)
{
  (void)state;
  wd_oom_each(save_and_load, NULL);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(comes_back),        cmocka_unit_test(zeros_cost_nothing),
      cmocka_unit_test(cut_or_longer),     cmocka_unit_test(damaged),
      cmocka_unit_test(of_another_module), cmocka_unit_test(without_memory),
  };

  return cmocka_run_group_tests(tests, open_program, close_program);
}
