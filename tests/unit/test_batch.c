#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "arrow/batch.h"
#include "arrow/decimal.h"
#include "oom.h"

/* One column `a` of a written type, with up to four nodes and eight buffers;
 * what is not set is empty. */
struct fixture {
  struct wd_arena arena;
  struct wd_schema schema;
  struct wd_node nodes[4];
  struct wd_span spans[8];
  struct wd_batch batch;
  struct wd_error error;
};

static void
set_up(struct fixture *fixture, const char *schema, uint32_t rows)
{
  memset(fixture, 0, sizeof *fixture);
  wd_arena_init(&fixture->arena, NULL, 0);
  assert_int_equal(wd_schema_parse(schema, strlen(schema), &fixture->arena,
                                   &fixture->schema, NULL),
                   WD_OK);
  fixture->batch.rows = rows;
  wd_schema_shape(&fixture->schema, &fixture->batch.node_count,
                  &fixture->batch.buffer_count);
  fixture->batch.nodes = fixture->nodes;
  fixture->batch.buffers = fixture->spans;
  for (int i = 0; i < 4; i++)
    fixture->nodes[i].length = rows;
}

static void
tear_down(struct fixture *fixture)
{
  wd_arena_fini(&fixture->arena);
}

static void
put(struct fixture *fixture, int buffer, const void *data, uint64_t size)
{
  fixture->spans[buffer] = (struct wd_span){data, size};
}

static void
expect(struct fixture *fixture, enum wd_status status, const char *message)
{
  enum wd_status got;

  wd_error_clear(&fixture->error);
  got = wd_batch_check(&fixture->schema, &fixture->batch, UINT32_MAX,
                       &fixture->error);
  if (got != status || !strstr(fixture->error.message, message))
    fail_msg("%d (%d expected): '%s' ('%s' expected)", got, status,
             fixture->error.message, message);
  assert_int_equal(
      wd_batch_check(&fixture->schema, &fixture->batch, UINT32_MAX, NULL),
      status);
}

static void
test_counts(void **state)
{
  _Alignas(8) int64_t data[4] = {0};
  struct fixture f;

  (void)state;
  set_up(&f, "a i64, b i64", 2);
  put(&f, 1, data, 16);
  put(&f, 3, data, 32);
  expect(&f, WD_OK, "");
  assert_int_equal(wd_batch_check(&f.schema, &f.batch, 2, NULL), WD_OK);
  assert_int_equal(wd_batch_check(&f.schema, &f.batch, 3, NULL),
                   WD_LAMBDA_FAILED);
  f.batch.node_count = 1;
  expect(&f, WD_TYPE_MISMATCH, "1 nodes");
  f.batch.node_count = 2;
  f.batch.buffer_count = 5;
  expect(&f, WD_TYPE_MISMATCH, "5 buffers");
  f.batch.buffer_count = 4;
  f.nodes[1].length = 3;
  expect(&f, WD_LAMBDA_FAILED, "'b'");
  f.nodes[1].length = 2;
  put(&f, 3, data, 15);
  expect(&f, WD_LAMBDA_FAILED, "column 'b': its data buffer has 15 bytes, 16");
  put(&f, 3, (uint8_t *)data + 4, 16);
  expect(&f, WD_LAMBDA_FAILED, "aligned");
  tear_down(&f);
}

static void
test_no_columns(void **state)
{
  struct fixture f;

  (void)state;
  set_up(&f, "", UINT32_MAX);
  expect(&f, WD_OK, "");
  tear_down(&f);
}

static void
test_empty_buffers_of_no_rows(void **state)
{
  _Alignas(8) uint32_t offsets[2] = {0, 0};
  struct fixture f;

  (void)state;
  set_up(&f, "a string, b decimal(3,1), c boolean", 0);
  expect(&f, WD_OK, "");
  put(&f, 1, offsets, 4);
  expect(&f, WD_OK, "");
  put(&f, 1, offsets, 3);
  expect(&f, WD_LAMBDA_FAILED, "4 are needed");
  offsets[0] = 1;
  put(&f, 1, offsets, 4);
  expect(&f, WD_LAMBDA_FAILED, "begin at 1");
  tear_down(&f);
}

/* Sizes that would wrap at 2^32. */
static void
test_huge_counts(void **state)
{
  static const char *const types[] = {"a i8",
                                      "a i32",
                                      "a i64",
                                      "a bool",
                                      "a string",
                                      "a decimal(9,0)",
                                      "a fixedbinary(2147483647)"};
  _Alignas(8) uint8_t data[64] = {0};

  (void)state;
  for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
    static const uint32_t rows[] = {UINT32_MAX, UINT32_MAX - 7, 1u << 31,
                                    1u << 30,   1u << 29,       1u << 28};

    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
      struct fixture f;

      set_up(&f, types[i], rows[k]);
      put(&f, 1, data, sizeof data);
      put(&f, 2, data, sizeof data);
      expect(&f, WD_LAMBDA_FAILED, "are needed");
      f.nodes[0].null_count = 1;
      put(&f, 0, data, sizeof data);
      expect(&f, WD_LAMBDA_FAILED, "are needed");
      tear_down(&f);
    }
  }
}

static void
test_nulls(void **state)
{
  _Alignas(8) uint8_t bits[24];
  _Alignas(8) uint8_t data[150] = {0};
  struct fixture f;

  (void)state;
  memset(bits, 0xff, sizeof bits);
  set_up(&f, "a i8", 150);
  put(&f, 1, data, 150);
  expect(&f, WD_OK, "");
  f.nodes[0].null_count = 1;
  expect(&f, WD_LAMBDA_FAILED, "validity buffer has 0 bytes, 19");
  put(&f, 0, bits, 18);
  expect(&f, WD_LAMBDA_FAILED, "19 are needed");
  put(&f, 0, bits, 19);
  expect(&f, WD_LAMBDA_FAILED, "says 1 nulls, its validity buffer 0");
  bits[3] = 0xfe;
  expect(&f, WD_OK, "");
  bits[18] = 0xdf;
  expect(&f, WD_LAMBDA_FAILED, "2");
  f.nodes[0].null_count = 2;
  expect(&f, WD_OK, "");
  bits[18] = 0x1f; /* what follows the last row is not looked at */
  expect(&f, WD_OK, "");
  bits[18] = 0x3f;
  expect(&f, WD_LAMBDA_FAILED, "1");
  f.nodes[0].null_count = 0;
  expect(&f, WD_LAMBDA_FAILED, "says 0 nulls");
  f.nodes[0].null_count = 151;
  expect(&f, WD_LAMBDA_FAILED, "151 nulls in 150 rows");
  memset(bits, 0, sizeof bits);
  f.nodes[0].null_count = 150;
  expect(&f, WD_OK, "");
  put(&f, 0, bits + 1, 19);
  expect(&f, WD_LAMBDA_FAILED, "aligned");
  tear_down(&f);
}

static void
test_not_null(void **state)
{
  _Alignas(8) uint8_t bits[8] = {1};
  _Alignas(8) uint8_t data[8] = {0};
  struct fixture f;

  (void)state;
  set_up(&f, "a i8 not null", 2);
  put(&f, 1, data, 2);
  expect(&f, WD_OK, "");
  f.nodes[0].null_count = 1;
  put(&f, 0, bits, 1);
  expect(&f, WD_TYPE_MISMATCH, "'a': it is declared not null");
  tear_down(&f);
  set_up(&f, "a null", 2);
  expect(&f, WD_LAMBDA_FAILED, "0 nulls in 2 rows of type null");
  f.nodes[0].null_count = 2;
  expect(&f, WD_OK, "");
  tear_down(&f);
}

static void
test_offsets(void **state)
{
  _Alignas(8) uint32_t offsets[41];
  _Alignas(8) uint8_t data[40];
  struct fixture f;

  (void)state;
  memset(data, 'x', sizeof data);
  set_up(&f, "a binary", 40);
  put(&f, 1, offsets, sizeof offsets);
  put(&f, 2, data, 40);
  for (uint32_t i = 0; i < 41; i++)
    offsets[i] = i;
  expect(&f, WD_OK, "");
  put(&f, 2, data, 39);
  expect(&f, WD_LAMBDA_FAILED, "its data buffer has 39 bytes, 40");
  put(&f, 2, data, 40);
  put(&f, 1, offsets, 160);
  expect(&f, WD_LAMBDA_FAILED, "its offsets buffer has 160 bytes, 164");
  put(&f, 1, offsets, sizeof offsets);
  offsets[0] = 1;
  expect(&f, WD_LAMBDA_FAILED, "begin at 1");
  offsets[0] = 0;
  for (uint32_t i = 1; i < 41; i++) {
    uint32_t wrong[] = {i + 2, UINT32_MAX, 0x80000000u, 0x7fffffffu};

    for (size_t k = 0; k < 4; k++) {
      offsets[i] = wrong[k];
      expect(&f, WD_LAMBDA_FAILED, i < 40 ? "'a'" : "");
    }
    offsets[i] = i - 2;
    if (i > 1)
      expect(&f, WD_LAMBDA_FAILED, "its offsets fall");
    offsets[i] = i;
  }
  offsets[40] = 41;
  expect(&f, WD_LAMBDA_FAILED, "41 are needed");
  tear_down(&f);
}

/* Falling under a null is falling all the same. */
static void
test_offsets_under_null(void **state)
{
  _Alignas(8) uint32_t offsets[3] = {0, 5, 2};
  _Alignas(8) uint8_t bits[8] = {1};
  _Alignas(8) uint8_t data[8] = {0};
  struct fixture f;

  (void)state;
  set_up(&f, "a string", 2);
  f.nodes[0].null_count = 1;
  put(&f, 0, bits, 1);
  put(&f, 1, offsets, 12);
  put(&f, 2, data, 8);
  expect(&f, WD_LAMBDA_FAILED, "fall");
  tear_down(&f);
}

static void
test_utf8(void **state)
{
  _Alignas(8) uint32_t offsets[4] = {0, 2, 4, 4};
  _Alignas(8) uint8_t data[8] = "\xc3\xa4"
                                "bc";
  _Alignas(8) uint8_t bits[8] = {5};
  struct fixture f;

  (void)state;
  set_up(&f, "a string", 3);
  put(&f, 1, offsets, 16);
  put(&f, 2, data, 8);
  expect(&f, WD_OK, "");
  offsets[1] = 1;
  expect(&f, WD_LAMBDA_FAILED, "the string of row 0 is not UTF-8");
  offsets[1] = 0;
  offsets[2] = 1;
  offsets[3] = 4;
  expect(&f, WD_LAMBDA_FAILED, "row 1 is not UTF-8");
  offsets[2] = 4;
  expect(&f, WD_OK, "");
  memcpy(data, "\xed\xa0\x80", 3);
  expect(&f, WD_LAMBDA_FAILED, "row 1 is not UTF-8");
  f.nodes[0].null_count = 1;
  put(&f, 0, bits, 8);
  expect(&f, WD_OK, ""); /* row 1 is null */
  memset(data, 0xff, sizeof data);
  offsets[2] = offsets[3] = 0;
  expect(&f, WD_OK, ""); /* behind the last offset */
  tear_down(&f);
}

/* The last character is cut by the end of the last value. */
static void
test_utf8_at_the_end(void **state)
{
  _Alignas(8) uint32_t offsets[2] = {0, 3};
  _Alignas(8) uint8_t data[8] = "ab\xc3\xa4";
  struct fixture f;

  (void)state;
  set_up(&f, "a string", 1);
  put(&f, 1, offsets, 8);
  put(&f, 2, data, 8);
  expect(&f, WD_LAMBDA_FAILED, "row 0 is not UTF-8");
  offsets[1] = 4;
  expect(&f, WD_OK, "");
  tear_down(&f);
}

static void
test_decimals(void **state)
{
  static const uint8_t precisions[] = {1, 9, 18, 19, 37, 38};
  wd_int128 values[3] = {0};
  _Alignas(8) uint8_t bits[8] = {5};

  (void)state;
  for (size_t i = 0; i < sizeof precisions; i++) {
    wd_int128 limit = (wd_int128)wd_decimal_limit(precisions[i]);
    const wd_int128 wrong[] = {limit, -limit, limit * -1 - 1,
                               (wd_int128)((wd_uint128)1 << 127),
                               (wd_int128)(((wd_uint128)1 << 127) - 1)};
    struct wd_column column = {.name = "a",
                               .type = wd_type_decimal(precisions[i], 0),
                               .nullable = true};
    struct fixture f;

    set_up(&f, "a decimal(1,0)", 3);
    f.schema.columns = &column;
    put(&f, 1, values, 48);
    values[1] = limit - 1;
    values[2] = -(limit - 1);
    expect(&f, WD_OK, "");
    for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++) {
      values[1] = wrong[k];
      f.nodes[0].null_count = 0;
      put(&f, 0, NULL, 0);
      expect(&f, WD_LAMBDA_FAILED, "the decimal of row 1");
      f.nodes[0].null_count = 1;
      put(&f, 0, bits, 8);
      expect(&f, WD_OK, "");
    }
    tear_down(&f);
  }
}

static void
test_enum(void **state)
{
  _Alignas(8) uint8_t data[8] = {0, 1, 2};
  struct fixture f;

  (void)state;
  set_up(&f, "a enum<\"x\", \"y\">", 3);
  put(&f, 1, data, 3);
  expect(&f, WD_LAMBDA_FAILED, "row 2 has the index 2 into a dictionary of 2");
  data[2] = 1;
  expect(&f, WD_OK, "");
  tear_down(&f);
}

static void
test_nested(void **state)
{
  _Alignas(8) uint32_t offsets[4] = {0, 1, 1, 3};
  _Alignas(8) uint32_t data[8] = {0};
  struct fixture f;

  (void)state;
  set_up(&f, "a list<i32>", 3);
  put(&f, 1, offsets, 16);
  put(&f, 3, data, 16);
  expect(&f, WD_OK, "");
  f.nodes[1].length = 2;
  expect(&f, WD_LAMBDA_FAILED, "length 2, 3 are needed");
  f.nodes[1].length = 5;
  expect(&f, WD_LAMBDA_FAILED, "20 are needed");
  tear_down(&f);
  set_up(&f, "a fixedlist<i32, 2147483647>", 3);
  expect(&f, WD_LAMBDA_FAILED, "length 3, 6442450941 are needed");
  tear_down(&f);
  set_up(&f, "a struct<x i32, y i32>", 3);
  put(&f, 2, data, 16);
  put(&f, 4, data, 16);
  expect(&f, WD_OK, "");
  f.nodes[2].length = 4;
  expect(&f, WD_LAMBDA_FAILED, "length 4, 3");
  tear_down(&f);
  set_up(&f, "a union<x i32, y i32>", 3);
  put(&f, 0, data, 3);
  put(&f, 2, data, 16);
  put(&f, 4, data, 16);
  expect(&f, WD_OK, "");
  data[0] = 2;
  expect(&f, WD_LAMBDA_FAILED, "member 2 of a union of 2");
  f.nodes[0].null_count = 1;
  expect(&f, WD_LAMBDA_FAILED, "a union itself has no nulls");
  tear_down(&f);
}

/* What a struct, a fixed list or a union hides may be null though it is
 * declared not to be; what it shows may not. */
static void
test_hidden_nulls(void **state)
{
  _Alignas(8) uint8_t outer[8] = {5}, inner[8] = {1}, ids[8] = {0, 1, 0};
  _Alignas(8) uint32_t data[8] = {0};
  struct fixture f;

  (void)state;
  set_up(&f, "a struct<x i32 not null>", 3);
  put(&f, 0, outer, 1);
  put(&f, 1, inner, 1);
  put(&f, 2, data, 16);
  f.nodes[0].null_count = 1;
  f.nodes[1].null_count = 2;
  expect(&f, WD_TYPE_MISMATCH, "declared not null, but has 2 nulls");
  inner[0] = 5;
  f.nodes[1].null_count = 1;
  expect(&f, WD_OK, "");
  tear_down(&f);
  set_up(&f, "a fixedlist<i16 not null, 2>", 3);
  put(&f, 0, outer, 1);
  put(&f, 1, inner, 1);
  put(&f, 2, data, 16);
  f.nodes[1].length = 6;
  inner[0] = 0x33;
  f.nodes[0].null_count = 1;
  f.nodes[1].null_count = 2;
  expect(&f, WD_OK, "");
  inner[0] = 0x35;
  expect(&f, WD_TYPE_MISMATCH, "declared not null, but has 2 nulls");
  inner[0] = 5;
  tear_down(&f);
  set_up(&f, "a union<x i32 not null, y i32>", 3);
  put(&f, 0, ids, 3);
  put(&f, 1, inner, 1);
  put(&f, 2, data, 16);
  put(&f, 4, data, 16);
  f.nodes[1].null_count = 1;
  expect(&f, WD_OK, "");
  ids[1] = 0;
  expect(&f, WD_TYPE_MISMATCH, "declared not null");
  tear_down(&f);
  set_up(&f, "a map<i32, i32>", 3);
  data[3] = 1;
  put(&f, 1, data, 16);
  f.nodes[1].length = f.nodes[2].length = f.nodes[3].length = 1;
  put(&f, 3, inner, 1);
  put(&f, 4, data, 16);
  put(&f, 6, data, 16);
  expect(&f, WD_OK, "");
  inner[0] = 0;
  f.nodes[2].null_count = 1;
  expect(&f, WD_TYPE_MISMATCH, "declared not null");
  tear_down(&f);
}

static void
test_times(void **state)
{
  _Alignas(8) int64_t times[2] = {INT64_C(86400000000), 0};
  _Alignas(8) int64_t intervals[4] = {0, 1000, -1, -5000};
  struct fixture f;

  (void)state;
  set_up(&f, "a time", 2);
  put(&f, 1, times, 16);
  expect(&f, WD_OK, "");
  times[1] = -1;
  expect(&f, WD_LAMBDA_FAILED, "the time of row 1 is not within a day");
  times[1] = times[0] + 1;
  expect(&f, WD_LAMBDA_FAILED, "the time of row 1 is not within a day");
  tear_down(&f);
  set_up(&f, "a interval", 2);
  put(&f, 1, intervals, 32);
  expect(&f, WD_OK, "");
  intervals[3] = 999;
  expect(&f, WD_LAMBDA_FAILED, "the interval of row 1 has nanoseconds");
  tear_down(&f);
}

/* A null of type null takes no bytes here, but some in an engine. */
static void
test_many_nulls(void **state)
{
  _Alignas(8) uint32_t offsets[2] = {0, INT32_MAX};
  struct fixture f;

  (void)state;
  set_up(&f, "a list<null>", 1);
  put(&f, 1, offsets, 8);
  f.nodes[1] = (struct wd_node){INT32_MAX, INT32_MAX};
  expect(&f, WD_LIMIT_EXCEEDED, "2147483647 values of type null");
  tear_down(&f);
}

static void
test_need(void **state)
{
  _Alignas(8) uint32_t offsets[10] = {0, 1, 1, 3, 4, 5, 6, 7, 8, 11};
  struct wd_span spans[3] = {
      {(void *)offsets, 16}, {(void *)offsets, 64}, {(void *)offsets, 16}};
  struct wd_type type = wd_type_of(WD_TYPE_STRING);

  (void)state;
  assert_int_equal(wd_buffer_need(&type, 9, spans, 0), 2);
  assert_int_equal(wd_buffer_need(&type, 9, spans, 1), 40);
  assert_int_equal(wd_buffer_need(&type, 9, spans, 2), 11);
  assert_int_equal(wd_buffer_need(&type, 0, spans, 1), 0);
  assert_int_equal(wd_buffer_need(&type, 0, spans, 2), 0);
  type = wd_type_of(WD_TYPE_BOOL);
  assert_int_equal(wd_buffer_need(&type, 9, spans, 1), 2);
  type = wd_type_of(WD_TYPE_I32);
  assert_int_equal(wd_buffer_need(&type, 9, spans, 1), 36);
  spans[0].size = 0;
  assert_int_equal(wd_buffer_need(&type, 9, spans, 0), 0);
}

static enum wd_status
copy_rows(void *env)
{
  _Alignas(8) uint32_t offsets[3] = {0, 1, 3};
  struct wd_node node = {2, 0};
  struct wd_span spans[3] = {
      {NULL, 0}, {(void *)offsets, 12}, {(const void *)"abc", 3}};
  struct wd_batch batch = {2, 1, 3, &node, spans};
  struct wd_rows rows;
  enum wd_status status = wd_rows_copy(NULL, &batch, &rows, NULL);

  (void)env;
  if (status == WD_OK) {
    const struct wd_span *copy = rows.batch.buffers;

    assert_int_equal(rows.batch.rows, 2);
    assert_int_equal(rows.batch.nodes[0].length, 2);
    assert_null(copy[0].data);
    assert_memory_equal(copy[1].data, offsets, 12);
    assert_int_equal(copy[2].size, 3);
    assert_memory_equal(copy[2].data, "abc\0\0\0\0\0", 8);
    assert_int_equal((uintptr_t)copy[1].data % 16, 0);
    assert_int_equal((uintptr_t)copy[2].data % 16, 0);
  }
  wd_rows_fini(&rows);
  wd_rows_fini(&rows);
  return status;
}

static void
test_rows_copy(void **state)
{
  (void)state;
  assert_int_equal(copy_rows(NULL), WD_OK);
  wd_oom_each(copy_rows, NULL);
}

static void
test_rows_too_large(void **state)
{
  uint64_t sizes[2] = {INT64_MAX, INT64_MAX};
  struct wd_shape shape = {1, 0, 2, NULL, sizes};
  struct wd_rows rows;
  struct wd_mem mem;
  uint8_t **places;

  (void)state;
  assert_int_equal(wd_rows_new(NULL, &shape, &rows, &places, NULL),
                   WD_NO_MEMORY);
  sizes[0] = sizes[1] = INT64_MAX - 100;
  assert_int_equal(wd_rows_new(NULL, &shape, &rows, &places, NULL),
                   WD_NO_MEMORY);
  wd_mem_init(&mem, NULL, "test", 1000);
  sizes[0] = sizes[1] = 500;
  assert_int_equal(wd_rows_new(&mem, &shape, &rows, &places, NULL),
                   WD_NO_MEMORY);
  wd_rows_fini(&rows);
  wd_mem_fini(&mem);
}

static void
test_rows_without_anything(void **state)
{
  struct wd_batch batch = {.rows = 7};
  struct wd_rows rows;

  (void)state;
  assert_int_equal(wd_rows_copy(NULL, &batch, &rows, NULL), WD_OK);
  assert_int_equal(rows.batch.rows, 7);
  wd_rows_fini(&rows);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_counts),
      cmocka_unit_test(test_no_columns),
      cmocka_unit_test(test_empty_buffers_of_no_rows),
      cmocka_unit_test(test_huge_counts),
      cmocka_unit_test(test_nulls),
      cmocka_unit_test(test_not_null),
      cmocka_unit_test(test_offsets),
      cmocka_unit_test(test_offsets_under_null),
      cmocka_unit_test(test_utf8),
      cmocka_unit_test(test_utf8_at_the_end),
      cmocka_unit_test(test_decimals),
      cmocka_unit_test(test_enum),
      cmocka_unit_test(test_nested),
      cmocka_unit_test(test_hidden_nulls),
      cmocka_unit_test(test_times),
      cmocka_unit_test(test_many_nulls),
      cmocka_unit_test(test_need),
      cmocka_unit_test(test_rows_copy),
      cmocka_unit_test(test_rows_too_large),
      cmocka_unit_test(test_rows_without_anything),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
