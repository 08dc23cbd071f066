/* Images: what workers see is the program as of each freeze, whatever it does
 * afterwards. */
#include "wasm/image.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "oom.h"
#include "wasm/dirty.h"
#include "wasm/image_internal.h"
#include "wasm_help.h"

#define PAGE 4096

/* `put`: word at argument*4096 := the counter, which grows; `get`: that word;
 * `many`: puts the first `argument` pages; `freeze`: as image `argument`. */
static const char program_text[] =
    "(module (import \"host\" \"freeze\" (func $freeze (param i32)))"
    " (memory (export \"memory\") 32) (data (i32.const 4096) "
    "\"\\2a\\00\\00\\00\")"
    " (global $n (mut i32) (i32.const 100))"
    " (global $l (mut i64) (i64.const 5)) (global $f (mut f32) (f32.const 1.5))"
    " (global $d (mut f64) (f64.const 2.5))"
    " (global $v (mut v128) (v128.const i64x2 7 9))"
    " (func $at (param i32) (result i32) (i32.mul (local.get 0)"
    "  (i32.const 4096)))"
    " (func $put (export \"put\") (param i32) (result i32)"
    "  (i32.store (call $at (local.get 0)) (global.get $n))"
    "  (global.set $n (i32.add (global.get $n) (i32.const 1)))"
    "  (global.get $n))"
    " (func (export \"get\") (param i32) (result i32)"
    "  (i32.load (call $at (local.get 0))))"
    " (func (export \"many\") (param i32) (result i32) (loop $l"
    "  (local.set 0 (i32.sub (local.get 0) (i32.const 1)))"
    "  (drop (call $put (local.get 0))) (br_if $l (local.get 0)))"
    "  (global.get $n))"
    " (func (export \"sparse\") (param i32) (result i32) (loop $l"
    "  (local.set 0 (i32.sub (local.get 0) (i32.const 1)))"
    "  (drop (call $put (i32.mul (local.get 0) (i32.const 300))))"
    "  (br_if $l (local.get 0))) (global.get $n))"
    " (func (export \"grow\") (param i32) (result i32)"
    "  (memory.grow (local.get 0)))"
    " (func (export \"freeze\") (param i32) (result i32)"
    "  (call $freeze (local.get 0)) (i32.const 0))"
    " (func (export \"set\") (param i32) (result i32)"
    "  (global.set $l (i64.extend_i32_s (local.get 0)))"
    "  (global.set $f (f32.convert_i32_s (local.get 0)))"
    "  (global.set $d (f64.convert_i32_s (local.get 0)))"
    "  (global.set $v (i32x4.splat (local.get 0))) (i32.const 0))"
    " (func (export \"globals\") (param i32) (result i32)"
    "  (i32.add (i32.add (i32.wrap_i64 (global.get $l))"
    "   (i32.trunc_f32_s (global.get $f))) (i32.add"
    "   (i32.trunc_f64_s (global.get $d))"
    "   (i32x4.extract_lane 3 (global.get $v))))))";

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

static int32_t
drive(const char *name, int32_t argument)
{
  return wd_test_value(program.driver, name, argument);
}

static struct wd_instance *
worker(int image)
{
  struct wd_error error = {0};
  struct wd_instance *made;

  assert_ok(wd_test_worker(&program, image, &made, &error));
  return made;
}

/* What a fresh worker on the image and wd_image_read both find. */
static int32_t
in_image(int image, int32_t page)
{
  struct wd_error error = {0};
  struct wd_instance *made = worker(image);
  int32_t found = wd_test_value(made, "get", page);
  int32_t read;

  assert_ok(wd_image_read(program.images[image], (uint64_t)page * PAGE, &read,
                          sizeof read, &error));
  assert_int_equal(found, read);
  wd_instance_free(made);
  return found;
}

static void
as_of_then(void **state)
{
  (void)state;
  assert_int_equal(drive("get", 1), 42);
  drive("put", 2);
  drive("freeze", 0);
  for (int i = 1; i < 10; i++) {
    drive("put", 2);
    drive("put", 10 + i);
    drive("freeze", i);
  }
  drive("put", 2);
  for (int i = 0; i < 10; i++) {
    assert_int_equal(in_image(i, 1), 42);
    assert_int_equal(in_image(i, 2), i ? 99 + 2 * i : 100);
    assert_int_equal(in_image(i, 19), i == 9 ? 118 : 0);
    assert_int_equal(wd_image_size(program.images[i]), 32 * 65536);
  }
  assert_int_equal(wd_image_delta(program.images[0]), 0);
  assert_true(wd_image_delta(program.images[9]) > 0);
  assert_true(wd_image_id(program.images[0]) != wd_image_id(program.images[1]));
}

static void
hundredth(void **state)
{
  (void)state;
  for (int i = 0; i < 100; i++) {
    drive("put", i);
    drive("freeze", i % 2);
    if (i % 10 == 9)
      drive("many", 400); /* most of it: a new base */
  }
  drive("put", 5);
  /* In image 0 (i = 98): pages up to 98, since the fill at i = 89. */
  assert_true(in_image(0, 98) > in_image(0, 97));
  assert_true(in_image(0, 99) < in_image(0, 90));
  assert_true(in_image(1, 99) > in_image(1, 98));
}

static void
growth(void **state)
{
  struct wd_error error = {0};
  struct wd_instance *made;
  uint8_t byte;

  (void)state;
  assert_int_equal(drive("grow", 1), 32);
  drive("put", 32 * 16 + 3); /* in the grown part, before the first freeze */
  drive("freeze", 0);
  assert_int_equal(drive("grow", 2), 33);
  drive("put", 34 * 16);
  drive("freeze", 1);
  assert_int_equal(drive("grow", 200), 35);
  drive("many", 200 * 16);
  drive("freeze", 2);
  assert_int_equal(wd_image_size(program.images[0]), 33 * 65536);
  assert_int_equal(wd_image_size(program.images[1]), 35 * 65536);
  assert_int_equal(wd_image_size(program.images[2]), 235 * 65536);
  assert_int_equal(in_image(0, 32 * 16 + 3), 100);
  assert_int_equal(in_image(1, 32 * 16 + 3), 100);
  assert_int_equal(in_image(1, 34 * 16), 101);
  assert_int_equal(in_image(2, 3199), 102);
  assert_fails(wd_image_read(program.images[0], 33 * 65536, &byte, 1, &error),
               WD_INVALID_ARGUMENT, "outside");
  assert_ok(wd_image_read(program.images[0], 33 * 65536, &byte, 0, &error));
  /* A worker sees the image's size and grows from there, alone. */
  made = worker(1);
  assert_int_equal(wd_test_value(made, "grow", 1), 35);
  wd_test_value(made, "put", 35 * 16);
  assert_int_equal(wd_test_value(made, "get", 35 * 16), 102);
  assert_false(wd_instance_reset(made));
  wd_instance_free(made);
  assert_int_equal(drive("get", 34 * 16 + 1), 102 + 3200 - 1 - (34 * 16 + 1));
}

static void
globals(void **state)
{
  struct wd_instance *first;
  struct wd_instance *second;

  (void)state;
  assert_int_equal(drive("globals", 0), 5 + 1 + 2 + 0);
  drive("set", 1000);
  drive("freeze", 0);
  drive("set", -7);
  drive("freeze", 1);
  first = worker(0);
  second = worker(1);
  assert_int_equal(wd_test_value(first, "globals", 0), 4000);
  assert_int_equal(wd_test_value(second, "globals", 0), -28);
  wd_test_value(first, "set", 1);
  assert_int_equal(wd_test_value(first, "globals", 0), 4);
  assert_true(wd_instance_reset(first));
  assert_int_equal(wd_test_value(first, "globals", 0), 4000);
  wd_instance_free(first);
  wd_instance_free(second);
}

static void
isolation_and_reset(void **state)
{
  struct wd_instance *made[8];

  (void)state;
  drive("many", 20);
  drive("freeze", 0);
  drive("put", 7);
  drive("freeze", 1);
  for (int i = 0; i < 8; i++)
    made[i] = worker(i % 2);
  for (int round = 0; round < 3; round++) {
    for (int i = 0; i < 8; i++) {
      assert_int_equal(wd_test_value(made[i], "get", 7), i % 2 ? 120 : 112);
      assert_int_equal(wd_test_value(made[i], "put", 7), i % 2 ? 122 : 121);
      assert_int_equal(wd_test_value(made[i], "get", 7), i % 2 ? 121 : 120);
    }
    for (int i = 0; i < 8; i++)
      assert_true(wd_instance_reset(made[i]));
  }
  assert_true(wd_instance_private_bytes(made[0]) < 100000);
  for (int i = 0; i < 8; i++)
    wd_instance_free(made[i]);
  assert_int_equal(drive("get", 7), 120);
}

/* More runs than are mapped: copied at instantiation and at reset. */
static void
many_runs(void **state)
{
  struct wd_instance *made;

  (void)state;
  drive("grow", 16384); /* 1 GiB */
  drive("freeze", 0);
  drive("sparse", 700);
  drive("freeze", 1);
  assert_true(program.images[1]->contents.copied);
  drive("sparse", 700);
  assert_int_equal(in_image(0, 300), 0);
  assert_int_equal(in_image(1, 300), 100 + 698);
  assert_int_equal(in_image(1, 699 * 300), 100);
  made = worker(1);
  wd_test_value(made, "sparse", 700);
  assert_int_equal(wd_test_value(made, "get", 300), 100 + 700 + 698);
  assert_true(wd_instance_reset(made));
  assert_int_equal(wd_test_value(made, "get", 300), 100 + 698);
  wd_instance_free(made);
}

/* 100 MiB, all of it used. */
static void
large(void **state)
{
  (void)state;
  drive("grow", 1600);
  drive("many", 25600);
  drive("freeze", 0);
  drive("many", 1000);
  drive("freeze", 1);
  drive("many", 20000);
  drive("freeze", 2);
  assert_int_equal(in_image(0, 0), 100 + 25599);
  assert_int_equal(in_image(0, 25599), 100);
  assert_int_equal(in_image(1, 999), 100 + 25600);
  assert_int_equal(in_image(1, 1000), 100 + 24599);
  assert_int_equal(in_image(2, 19999), 100 + 26600);
  assert_int_equal(in_image(2, 20000), 100 + 5599);
  assert_true(wd_image_delta(program.images[1]) > 0);
  assert_int_equal(wd_image_delta(program.images[2]), 0);
}

static long
resident_kib(void)
{
  FILE *file = fopen("/proc/self/statm", "r");
  long total = 0;
  long resident = 0;

  assert_int_equal(fscanf(file, "%ld %ld", &total, &resident), 2);
  fclose(file);
  return resident * 4;
}

static int
mappings(void)
{
  FILE *file = fopen("/proc/self/maps", "r");
  int count = 0;

  for (int c = fgetc(file); c != EOF; c = fgetc(file))
    count += c == '\n';
  fclose(file);
  return count;
}

static int
descriptors(void)
{
  int count = 0;

  for (int fd = 0; fd < 1000; fd++)
    count += lseek(fd, 0, SEEK_CUR) >= 0;
  return count;
}

/* AddressSanitizer keeps what was freed for a while. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SLACK_KIB (512 * 1024)
#else
#define SLACK_KIB (4 * 1024)
#endif

/* 10,000 actions, each with a changed MiB, leave nothing behind. */
static void
flat(void **state)
{
  uint64_t used;
  long resident;
  int maps;
  int fds;

  (void)state;
  drive("grow", 100);
  for (int i = 0; i < 50; i++) {
    drive("many", 256);
    drive("freeze", i % 2);
  }
  resident = resident_kib();
  maps = mappings();
  fds = descriptors();
  used = wd_mem_used(NULL);
  for (int i = 0; i < 10000; i++) {
    drive("many", 256);
    drive("freeze", i % 2);
    if (i % 100 == 0) {
      struct wd_instance *made = worker(i % 2);

      assert_int_equal(wd_test_value(made, "get", 255) + 255,
                       wd_test_value(made, "get", 0));
      wd_instance_free(made);
    }
  }
  assert_true(resident_kib() < resident + SLACK_KIB);
  assert_true(mappings() <= maps + 2);
  assert_int_equal(descriptors(), fds);
  assert_int_equal(wd_mem_used(NULL), used);
}

/* The scan and its fallback find the same pages. */
static void
both_ways_to_find(void **state)
{
  struct wd_error error = {0};
  struct wd_runs quick;
  struct wd_runs slow;
  uint64_t size;
  uint8_t *memory;

  (void)state;
  wd_runs_init(&quick, NULL);
  wd_runs_init(&slow, NULL);
  drive("freeze", 0);
  drive("grow", 10);
  drive("get", 600); /* read only */
  drive("put", 3);
  drive("put", 4);
  drive("put", 100);
  drive("put", 32 * 16 + 1);
  memory = wd_instance_memory(program.driver, &size);
  assert_ok(wd_dirty_find(memory, size, &quick, &error));
  assert_ok(wd_dirty_find_slowly(memory, size, &slow, &error));
  assert_int_equal(quick.count, 3);
  assert_int_equal(quick.items[0].begin, 3 * PAGE);
  assert_int_equal(quick.items[0].end, 5 * PAGE);
  assert_int_equal(quick.bytes, 4 * PAGE);
  assert_true(slow.count >= quick.count);
  assert_memory_equal(quick.items, slow.items, 2 * sizeof *quick.items);
  wd_runs_join(&quick, 95 * PAGE);
  assert_int_equal(quick.count, 2);
  assert_int_equal(quick.items[0].end, 101 * PAGE);
  assert_int_equal(quick.bytes, (98 + 1) * PAGE);
  wd_runs_fini(&quick);
  wd_runs_fini(&slow);
}

static void *
use_workers(void *env)
{
  long bad = 0;

  (void)env;
  for (int i = 0; i < 300; i++) {
    struct wd_instance *made = NULL;
    int32_t result = 0;

    if (wd_test_worker(&program, i % 2, &made, NULL) ||
        wd_test_call(made, "put", 5, &result, NULL) ||
        wd_test_call(made, "get", 5, &result, NULL) ||
        result != 100 + 21 + i % 2)
      bad++;
    wd_instance_free(made);
  }
  return (void *)bad;
}

static void
threads(void **state)
{
  pthread_t thread[4];

  (void)state;
  drive("many", 21);
  drive("freeze", 0);
  drive("put", 5);
  drive("freeze", 1);
  for (int i = 0; i < 4; i++)
    pthread_create(&thread[i], NULL, use_workers, NULL);
  for (int i = 0; i < 4; i++) {
    void *bad;

    pthread_join(thread[i], &bad);
    assert_null(bad);
  }
}

static enum wd_status
freeze_twice(void *env)
{
  struct wd_test_program own;
  struct wd_instance *made = NULL;
  enum wd_status status;

  (void)env;
  status = wd_test_open(&own, program_text, WD_VARIANT_PLAIN, 0, NULL);
  if (status)
    return status;
  status = wd_test_call(own.driver, "freeze", 0, NULL, NULL);
  if (!status)
    status = wd_test_call(own.driver, "put", 9, NULL, NULL);
  if (!status)
    status = wd_test_call(own.driver, "freeze", 1, NULL, NULL);
  if (!status)
    status = wd_test_worker(&own, 1, &made, NULL);
  wd_instance_free(made);
  wd_test_close(&own);
  return status;
}

static void
out_of_memory(void **state)
{
  (void)state;
  wd_oom_each(freeze_twice, NULL);
}

#define CASE(name)                                                             \
  cmocka_unit_test_setup_teardown(name, open_program, close_program)

int
main(void)
{
  const struct CMUnitTest tests[] = {
      CASE(as_of_then),
      CASE(hundredth),
      CASE(growth),
      CASE(globals),
      CASE(isolation_and_reset),
      CASE(many_runs),
      CASE(large),
      CASE(flat),
      CASE(both_ways_to_find),
      CASE(threads),
      cmocka_unit_test(out_of_memory),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
