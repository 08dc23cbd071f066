/* The rewriter: what it takes out and adds, and every reason to refuse. What
 * would break for a user: a program that ran is no longer valid, or a program
 * whose state cannot be carried runs with wrong results. */
#include "wasm/rewrite.h"

#include <stdlib.h>

#include "oom.h"
#include "wasm/unwrap.h"
#include "wasm_help.h"

struct rewritten {
  wasm_byte_vec_t binary;
  struct wd_arena arena;
  struct wd_outline outline;
  struct wd_buf out;
};

static enum wd_status
rewrite_bytes(struct rewritten *r, const uint8_t *bytes, size_t size,
              struct wd_error *error)
{
  enum wd_status status;

  wd_arena_init(&r->arena, NULL, 0);
  status =
      wd_outline_read(bytes, size, "p.wasm", &r->arena, &r->outline, error);
  if (!status)
    status = wd_unwrap(&r->outline, &r->arena, error);
  if (!status)
    status = wd_rewrite(bytes, size, &r->outline, NULL, &r->out, error);
  if (status)
    wd_arena_fini(&r->arena);
  return status;
}

static void
close_rewritten(struct rewritten *r)
{
  wd_buf_fini(&r->out);
  wd_arena_fini(&r->arena);
  wasm_byte_vec_delete(&r->binary);
}

/* Rewrites a text; the result must be valid. */
static void
rewrite_text(struct rewritten *r, const char *text)
{
  struct wd_error error = {0};
  wasm_engine_t *engine = wasm_engine_new();
  wasmtime_error_t *failure;
  wasm_name_t message;

  r->binary = wd_test_wat(text);
  assert_ok(rewrite_bytes(r, (const uint8_t *)r->binary.data, r->binary.size,
                          &error));
  failure = wasmtime_module_validate(engine, (const uint8_t *)r->out.data,
                                     r->out.length);
  if (failure) {
    wasmtime_error_message(failure, &message);
    fail_msg("%.*s", (int)message.size, message.data);
  }
  wasm_engine_delete(engine);
}

static bool
has_text(const struct rewritten *r, const char *text)
{
  return memmem(r->out.data, r->out.length, text, strlen(text)) != NULL;
}

static void
takes_out_and_adds(void **state)
{
  struct rewritten r;

  (void)state;
  rewrite_text(&r,
               "(module (memory 1) (table 2 funcref) (table 1 funcref)"
               " (global (mut i32) (i32.const 1)) (global i32 (i32.const 2))"
               " (global (mut v128) (v128.const i64x2 1 2))"
               " (func $f (data.drop 1)) (start $f)"
               " (export \"run\" (func $f)) (elem (i32.const 0) $f)"
               " (data (i32.const 65530) \"abcdef\") (data \"passive\")"
               " (data (i32.add (i32.const 8) (i32.const 9)) \"xyz\"))");
  assert_int_equal(r.outline.info.segment_count, 2);
  assert_int_equal(r.outline.info.segments[0].offset, 65530);
  assert_int_equal(r.outline.info.segments[1].offset, 17);
  assert_memory_equal(r.binary.data + r.outline.info.segments[1].position,
                      "xyz", 3);
  assert_int_equal(r.outline.info.global_count, 2);
  assert_int_equal(r.outline.info.globals[1].index, 2);
  assert_int_equal(r.outline.info.globals[1].type, 0x7b);
  assert_true(r.outline.info.has_start);
  assert_int_equal(r.outline.info.memory_minimum, 65536);
  assert_true(r.outline.info.memory_maximum == UINT64_MAX);
  assert_false(has_text(&r, "abcdef"));
  assert_false(has_text(&r, "xyz"));
  assert_true(has_text(&r, "passive"));
  assert_true(has_text(&r, "__wd_start"));
  assert_true(has_text(&r, "__wd_g0"));
  assert_false(has_text(&r, "__wd_g1"));
  assert_true(has_text(&r, "__wd_g2"));
  assert_true(has_text(&r, "__wd_memory"));
  assert_true(has_text(&r, "__wd_table1"));
  assert_int_equal(r.outline.info.export_count, 1);
  assert_string_equal(r.outline.info.exports[0].signature, "() -> ()");
  close_rewritten(&r);
}

/* An export section is made where it belongs, whatever else there is. */
static void
without_exports(void **state)
{
  static const char *const texts[] = {
      "(module (memory 1 2))",
      "(module (memory 0) (func $f) (start $f))",
      ("(module (memory 1) (global (mut i64) (i64.const 1)) (func $f)"
       " (table 1 funcref) (elem (i32.const 0) $f) (data (i32.const 0) "
       "\"x\"))"),
      "(module (memory 1) (data \"x\") (func (data.drop 0)))",
      "(module (memory 1) (@custom \"name\" (after last) \"\\ff\\ff\"))",
      "(module (memory 1) (@custom \"c\" (before first) \"x\") (func))",
      "(module (memory 1) (tag (param i32)) (func))",
  };

  (void)state;
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    struct rewritten r;

    rewrite_text(&r, texts[i]);
    assert_true(has_text(&r, "__wd_memory"));
    close_rewritten(&r);
  }
}

static void
signatures(void **state)
{
  struct rewritten r;

  (void)state;
  rewrite_text(&r, "(module (import \"env\" \"f\" (func (param i32 i64)"
                   " (result f32))) (import \"a:b/c@0.1.0\" \"d\" (func"
                   " (param funcref) (result f64 v128)))"
                   " (import \"env\" \"t\" (table 1 funcref))"
                   " (import \"env\" \"g\" (global i32))"
                   " (memory (export \"memory\") 1))");
  assert_int_equal(r.outline.info.import_count, 4);
  assert_string_equal(r.outline.info.imports[0].signature, "(i32 i64) -> f32");
  assert_string_equal(r.outline.info.imports[1].module, "a:b/c@0.1.0");
  assert_string_equal(r.outline.info.imports[1].signature,
                      "(funcref) -> (f64 v128)");
  assert_int_equal(r.outline.info.imports[2].kind, WD_EXTERN_TABLE);
  assert_null(r.outline.info.imports[3].signature);
  assert_false(has_text(&r, "__wd_memory"));
  close_rewritten(&r);
}

static void
refuses(void **state)
{
  static const struct {
    const char *text;
    const char *reason;
  } cases[] = {
      {"(component)", "a component"},
      {"(module)", "it has no memory"},
      {"(module (memory 1) (memory 1))", "2 memories"},
      {"(module (import \"env\" \"memory\" (memory 1)))",
       "it imports its memory (env.memory)"},
      {"(module (memory 1 2 shared))", "shared"},
      {"(module (memory i64 1))", "memory64"},
      {"(module (memory 1 (pagesize 1)))", "page size"},
      {"(module (memory 1) (global (mut funcref) (ref.null func)))",
       "global 0 is a mutable funcref"},
      {"(module (memory 1) (global (mut externref) (ref.null extern)))",
       "global 0 is a mutable externref"},
      {"(module (import \"env\" \"__memory_base\" (global i32)) (memory 1)"
       " (data (global.get 0) \"x\"))",
       "position-independent"},
      {"(module (memory 1) (func (export \"__wd_start\")))",
       "'__wd_start': names beginning with __wd_ are reserved"},
      {"(module (memory 1) (data (i32.const 65535) \"xy\"))",
       "data segment 0 (2 bytes at 65535) lies outside of the memory of 65536"},
      {"(module (memory 1) (data (i32.const -1) \"\"))", "lies outside"},
      {"(module (memory 1) (type (struct)))", "garbage collected"},
      {"(module (memory 1) (func (export \"a\\00b\")))",
       "the name of export 0 is not valid text"},
  };
  struct wd_error error = {0};

  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    wasm_byte_vec_t binary = wd_test_wat(cases[i].text);
    struct rewritten r;

    assert_fails(
        rewrite_bytes(&r, (const uint8_t *)binary.data, binary.size, &error),
        WD_BAD_MODULE, cases[i].reason);
    wasm_byte_vec_delete(&binary);
  }
}

static void
refuses_bytes(void **state)
{
  static const uint8_t two_types[] = {0, 'a', 's', 'm', 1, 0, 0,
                                      0, 1,   1,   0,   1, 1, 0};
  static const uint8_t long_number[] = {0, 'a', 's',  'm',  1,    0,    0,   0,
                                        1, 5,   0x80, 0x80, 0x80, 0x80, 0x10};
  struct wd_error error = {0};
  struct rewritten r;

  (void)state;
  assert_fails(rewrite_bytes(&r, (const uint8_t *)"", 0, &error), WD_BAD_MODULE,
               "p.wasm: not a WebAssembly file");
  assert_fails(rewrite_bytes(&r, (const uint8_t *)"#!/bin/sh", 9, &error),
               WD_BAD_MODULE, "not a WebAssembly file");
  assert_fails(rewrite_bytes(&r, (const uint8_t *)"\0asm\1", 5, &error),
               WD_BAD_MODULE, "truncated");
  assert_fails(rewrite_bytes(&r, (const uint8_t *)"\0asm\2\0\0\0", 8, &error),
               WD_BAD_MODULE, "unknown version");
  assert_fails(rewrite_bytes(&r, two_types, sizeof two_types, &error),
               WD_BAD_MODULE, "out of order");
  assert_fails(rewrite_bytes(&r, long_number, sizeof long_number, &error),
               WD_BAD_MODULE, "malformed");
}

static const char rich_text[] =
    "(module (import \"host\" \"freeze\" (func (param i32)))"
    " (memory (export \"memory\") 1) (global (mut f64) (f64.const 1))"
    " (table (export \"t\") 3 funcref) (func $f (export \"f\") (param i32)"
    " (result i32) (local.get 0)) (func $s) (start $s) (elem (i32.const 1) $f)"
    " (data (i32.const 3) \"hello\") (data \"there\"))";

/* Every prefix of a module is refused or, at a section's edge, good. */
static void
every_prefix(void **state)
{
  wasm_byte_vec_t binary = wd_test_wat(rich_text);
  struct wd_error error = {0};
  struct rewritten r;

  (void)state;
  for (size_t size = 0; size < binary.size; size++) {
    uint8_t *copy = malloc(size ? size : 1);

    memcpy(copy, binary.data, size);
    wd_error_clear(&error);
    if (rewrite_bytes(&r, copy, size, &error) == WD_OK) {
      wd_buf_fini(&r.out);
      wd_arena_fini(&r.arena);
    } else {
      assert_int_equal(error.status, WD_BAD_MODULE);
    }
    free(copy);
  }
  wasm_byte_vec_delete(&binary);
}

/* Every byte replaced by others: refused or rewritten, in bounds. */
static void
every_byte(void **state)
{
  static const uint8_t others[] = {0, 1, 0x7f, 0x80, 0xff};
  wasm_byte_vec_t binary = wd_test_wat(rich_text);
  struct rewritten r;

  (void)state;
  for (size_t at = 0; at < binary.size; at++)
    for (size_t k = 0; k < sizeof others; k++) {
      uint8_t *copy = malloc(binary.size);

      memcpy(copy, binary.data, binary.size);
      copy[at] = others[k];
      if (rewrite_bytes(&r, copy, binary.size, NULL) == WD_OK) {
        wd_buf_fini(&r.out);
        wd_arena_fini(&r.arena);
      }
      free(copy);
    }
  wasm_byte_vec_delete(&binary);
}

/* Exports as clang makes them for a program with main. */
static const char wrapped_text[] =
    "(module (memory 1)"
    " (func $main (export \"_start\"))"
    " (func $dtors)"
    " (func $add (param i32) (result i32) (local.get 0))"
    " (func $flush)"
    " (func (export \"add\") (param i32) (result i32)"
    "  (call $add (local.get 0)) (call $dtors))"
    " (func (export \"flush\") (call $flush) (call $dtors)))";

static void
unwraps(void **state)
{
  struct rewritten r;

  (void)state;
  /* The text's names are in the name section, and say nothing. */
  rewrite_text(&r, wrapped_text);
  assert_true(r.outline.unwrapped == NULL ||
              r.outline.unwrapped[1] == UINT32_MAX);
  r.outline.names = NULL;
  assert_int_equal(wd_unwrap(&r.outline, &r.arena, NULL), WD_OK);
  assert_non_null(r.outline.unwrapped);
  assert_true(r.outline.unwrapped[0] == UINT32_MAX);
  assert_int_equal(r.outline.unwrapped[1], 2);
  assert_int_equal(r.outline.unwrapped[2], 3);
  close_rewritten(&r);
}

static enum wd_status
run_rich(void *env)
{
  const wasm_byte_vec_t *binary = env;
  struct rewritten r;
  enum wd_status status =
      rewrite_bytes(&r, (const uint8_t *)binary->data, binary->size, NULL);

  if (status == WD_OK) {
    wd_buf_fini(&r.out);
    wd_arena_fini(&r.arena);
  }
  return status;
}

static void
out_of_memory(void **state)
{
  wasm_byte_vec_t binary = wd_test_wat(rich_text);

  (void)state;
  wd_oom_each(run_rich, &binary);
  wasm_byte_vec_delete(&binary);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(takes_out_and_adds), cmocka_unit_test(without_exports),
      cmocka_unit_test(signatures),         cmocka_unit_test(refuses),
      cmocka_unit_test(refuses_bytes),      cmocka_unit_test(every_prefix),
      cmocka_unit_test(every_byte),         cmocka_unit_test(unwraps),
      cmocka_unit_test(out_of_memory),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
