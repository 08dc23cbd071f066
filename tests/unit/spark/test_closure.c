/* Closures on their way: what is put is read again, and bytes that are none are
 * refused before anybody trusts them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/spark/closure.h"
#include "oom.h"

static const struct wd_column left_columns[] = {
    {.name = "a \"b\"", .type = {.id = WD_TYPE_I64}, .nullable = true},
    {.name = "ü", .type = {.id = WD_TYPE_STRING}},
};
static const struct wd_column right_columns[] = {
    {.name = "x", .type = {.id = WD_TYPE_F64}, .nullable = true},
};
static const char *const environment[] = {"A=1", "B="};
static const char *const arguments[] = {"prog", "", "three"};
static const uint32_t keys[] = {1}, right_keys[] = {0};

/* One row of the first column: 42. */
static const int64_t value = 42;
static const struct wd_node value_node = {1, 0};
static const struct wd_span value_buffers[] = {
    {NULL, 0}, {(const uint8_t *)&value, sizeof value}};
static const struct wd_lambda_constant constant = {
    .column = 0, .value = {1, 1, 2, &value_node, value_buffers}};

static struct wd_spark_closure
example(void)
{
  return (struct wd_spark_closure){
      .program = {.name = "p.wasm",
                  .code = "wd-code-1",
                  .image = "wd-image-2",
                  .job = UINT64_MAX,
                  .time_ns = 5,
                  .memory_limit = 1 << 20,
                  .environment_count = 2,
                  .environment = environment,
                  .argument_count = 3,
                  .arguments = arguments},
      .function = UINT32_MAX,
      .state = 7,
      .role = WD_ROLE_CO_GROUP,
      .site = 3,
      .input = {2, left_columns},
      .key_count = 1,
      .keys = keys,
      .right = {1, right_columns},
      .right_keys = right_keys,
      .output = {1, right_columns},
      .name = "f",
      .constant_count = 1,
      .constants = &constant,
      .partitions = 9,
  };
}

static void
put(struct wd_sc_writer *writer, const struct wd_spark_closure *closure)
{
  wd_sc_writer_init(writer, NULL);
  wd_spark_closure_put(writer, 3, closure);
}

static struct wd_sc_view
message_of(const struct wd_sc_writer *writer)
{
  return wd_sc_find((struct wd_sc_view){(const uint8_t *)writer->buf.data,
                                        writer->buf.length},
                    3);
}

static void
comes_back(void **state)
{
  struct wd_spark_closure closure = example(), read;
  struct wd_sc_writer writer;
  struct wd_sc_view program;
  struct wd_arena arena;

  (void)state;
  put(&writer, &closure);
  wd_arena_init(&arena, NULL, 0);
  assert_int_equal(
      wd_spark_closure_read(message_of(&writer), &arena, &read, &program, NULL),
      WD_OK);
  assert_string_equal(read.program.name, "p.wasm");
  assert_string_equal(read.program.code, "wd-code-1");
  assert_string_equal(read.program.image, "wd-image-2");
  assert_true(read.program.job == UINT64_MAX);
  assert_int_equal(read.program.time_ns, 5);
  assert_int_equal(read.program.memory_limit, 1 << 20);
  assert_int_equal(read.program.environment_count, 2);
  assert_string_equal(read.program.environment[1], "B=");
  assert_int_equal(read.program.argument_count, 3);
  assert_string_equal(read.program.arguments[1], "");
  assert_string_equal(read.program.arguments[2], "three");
  assert_true(read.function == UINT32_MAX);
  assert_int_equal(read.state, 7);
  assert_int_equal(read.role, WD_ROLE_CO_GROUP);
  assert_int_equal(read.site, 3);
  assert_true(wd_schema_equal(&read.input, &closure.input));
  assert_true(wd_schema_equal(&read.right, &closure.right));
  assert_true(wd_schema_equal(&read.output, &closure.output));
  assert_int_equal(read.key_count, 1);
  assert_int_equal(read.keys[0], 1);
  assert_int_equal(read.right_keys[0], 0);
  assert_string_equal(read.name, "f");
  assert_int_equal(read.partitions, 9);
  assert_int_equal(read.constant_count, 1);
  assert_int_equal(read.constants[0].column, 0);
  assert_int_equal(read.constants[0].value.rows, 1);
  assert_memory_equal(read.constants[0].value.buffers[1].data, &value,
                      sizeof value);
  wd_arena_fini(&arena);
  wd_sc_writer_fini(&writer);
}

static void
refuses(const struct wd_spark_closure *closure)
{
  struct wd_spark_closure read;
  struct wd_sc_writer writer;
  struct wd_sc_view program;
  struct wd_arena arena;

  put(&writer, closure);
  wd_arena_init(&arena, NULL, 0);
  assert_int_equal(
      wd_spark_closure_read(message_of(&writer), &arena, &read, &program, NULL),
      WD_INVALID_ARGUMENT);
  wd_arena_fini(&arena);
  wd_sc_writer_fini(&writer);
}

static void
bad_ones_are_refused(void **state)
{
  static const uint32_t beyond[] = {2};
  /* Of more rows than there are values. */
  static const struct wd_node long_node = {2, 0};
  static const struct wd_lambda_constant two_rows = {
      .column = 0, .value = {1, 1, 2, &long_node, value_buffers}};
  struct wd_spark_closure closure = example();

  (void)state;
  closure.keys = beyond;
  refuses(&closure);
  closure = example();
  closure.right_keys = NULL;
  refuses(&closure);
  closure = example();
  closure.constants = &two_rows;
  refuses(&closure);
  closure = example();
  closure.role = (enum wd_role)(WD_ROLE_SORT_KEYS + 1);
  refuses(&closure);
}

/* Each end of the bytes is an error or a closure, and nothing is read past
 * it. */
static void
cut_bytes(void **state)
{
  struct wd_spark_closure closure = example(), read;
  struct wd_sc_writer writer;
  struct wd_sc_view whole, program;

  (void)state;
  put(&writer, &closure);
  whole = message_of(&writer);
  for (size_t length = 0; length < whole.length; length++) {
    uint8_t *copy = malloc(length + 1);
    struct wd_arena arena;

    assert_non_null(copy);
    memcpy(copy, whole.data, length);
    wd_arena_init(&arena, NULL, 0);
    wd_spark_closure_read((struct wd_sc_view){copy, length}, &arena, &read,
                          &program, NULL);
    wd_arena_fini(&arena);
    free(copy);
  }
  wd_sc_writer_fini(&writer);
}

static enum wd_status
put_and_read(void *env)
{
  struct wd_spark_closure closure = example(), read;
  struct wd_sc_writer writer;
  struct wd_sc_view program;
  struct wd_arena arena;
  enum wd_status status;

  (void)env;
  put(&writer, &closure);
  wd_arena_init(&arena, NULL, 0);
  status = writer.buf.failed
               ? WD_NO_MEMORY
               : wd_spark_closure_read(message_of(&writer), &arena, &read,
                                       &program, NULL);
  wd_arena_fini(&arena);
  wd_sc_writer_fini(&writer);
  return status;
}

static void
without_memory(void **state)
{
  (void)state;
  wd_oom_each(put_and_read, NULL);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(comes_back),
      cmocka_unit_test(bad_ones_are_refused),
      cmocka_unit_test(cut_bytes),
      cmocka_unit_test(without_memory),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
