/* Types that Spark has not: batches of all of them, with nulls at every level,
 * are packed into types that it has, and unpacked as they were. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/spark/carried.h"
#include "engine/spark/types.h"
#include "oom.h"

#define ROWS 100

static const char *const schema_text =
    "a u8, b u16, c u32, d u64, e enum<\"x\", \"y\", \"z\">, t0 time<0>, "
    "t3 time<3>, t6 time<6>, t9 time<9>, s0 timestamp<0>, "
    "s3 timestamp_tz<3,UTC>, s6 timestamp<6>, s9 timestamp<9>, i interval, "
    "f fixedbinary<3>, u uuid, x fixedlist<u16, 2>, l list<u8>, "
    "m map<string, fixedlist<interval, 3>>, "
    "r struct<p: u64, q: boolean, n: list<uuid>>, "
    "y fixedlist<struct<h: string, k: list<boolean>, z: binary>, 2>, "
    "o null, w i64";

/* A generator of valid batches, depth first, numbers by a rule. */
struct making {
  struct wd_arena *arena;
  struct wd_node *node;
  struct wd_span *buffer;
  uint64_t seed;
};

static uint32_t
next_number(struct making *making)
{
  making->seed = making->seed * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t)(making->seed >> 33);
}

static void *
new_buffer(struct making *making, struct wd_span *span, size_t size)
{
  void *data = wd_arena_alloc(making->arena, size ? size : 1);

  assert_non_null(data);
  *span = (struct wd_span){data, size};
  return data;
}

static void
make(struct making *making, const struct wd_column *column, uint32_t count);

static int32_t
make_offsets(struct making *making, struct wd_span *span, uint32_t count,
             uint32_t most)
{
  int32_t *offsets = new_buffer(making, span, (count + 1) * sizeof *offsets);

  for (uint32_t i = 0; i < count; i++)
    offsets[i + 1] = offsets[i] + (int32_t)(next_number(making) % (most + 1));
  return offsets[count];
}

/* Values that the type has. */
static void
make_values(struct making *making, const struct wd_type *type,
            struct wd_span *span, uint32_t count)
{
  uint32_t width = wd_type_width(type);
  uint8_t *data = new_buffer(making, span, (size_t)count * width);

  for (uint32_t i = 0; i < count; i++, data += width) {
    uint64_t number = next_number(making);
    int64_t nanos = (int64_t)number * 1000;

    if (type->id == WD_TYPE_ENUM)
      number %= 3;
    else if (type->id == WD_TYPE_TIME)
      number %= type->unit == WD_UNIT_S ? 86400 : 86400000;
    else if (type->id != WD_TYPE_TIMESTAMP)
      number |= number << 32;
    for (uint32_t at = 0; at < width; at += 8)
      memcpy(data + at, &number, width - at < 8 ? width - at : 8);
    if (type->id == WD_TYPE_INTERVAL)
      memcpy(data + 8, &nanos, sizeof nanos);
    if (type->id == WD_TYPE_TIMESTAMP && i % 2) {
      number = -number;
      memcpy(data, &number, sizeof number);
    }
  }
}

static void
make_children(struct making *making, const struct wd_type *type, uint32_t count)
{
  for (uint32_t i = 0; i < type->child_count; i++)
    make(making, &type->children[i], count);
}

static void
make_validity(struct making *making, struct wd_node *node, struct wd_span *span)
{
  uint8_t *bits = new_buffer(making, span, (node->length + 7) / 8);

  for (uint32_t i = 0; i < node->length; i++)
    if (next_number(making) % 5)
      bits[i / 8] |= (uint8_t)(1 << i % 8);
    else
      node->null_count++;
}

static void
make(struct making *making, const struct wd_column *column, uint32_t count)
{
  const struct wd_type *type = &column->type;
  struct wd_node *node = making->node++;
  struct wd_span *own = making->buffer;
  int32_t length;

  making->buffer += wd_type_buffers(type);
  *node = (struct wd_node){count, 0};
  if (type->id == WD_TYPE_NULL) {
    node->null_count = count;
    return;
  }
  if (column->nullable)
    make_validity(making, node, own);
  switch (type->id) {
  case WD_TYPE_STRING:
  case WD_TYPE_BINARY:
    length = make_offsets(making, &own[1], count, 5);
    memset(new_buffer(making, &own[2], (size_t)length), 'x', (size_t)length);
    break;
  case WD_TYPE_BOOL:
    memset(new_buffer(making, &own[1], (count + 7) / 8), 0x5a, (count + 7) / 8);
    break;
  case WD_TYPE_LIST:
  case WD_TYPE_MAP:
    length = make_offsets(making, &own[1], count, 3);
    make_children(making, type, (uint32_t)length);
    break;
  case WD_TYPE_FIXED_LIST:
    make_children(making, type, count * type->width);
    break;
  case WD_TYPE_STRUCT:
    make_children(making, type, count);
    break;
  default:
    make_values(making, type, &own[1], count);
  }
}

static void
make_batch(const struct wd_schema *schema, uint32_t rows,
           struct wd_arena *arena, struct wd_batch *out_batch)
{
  uint32_t nodes, buffers;
  struct making making = {.arena = arena, .seed = rows};

  wd_schema_shape(schema, &nodes, &buffers);
  making.node = wd_arena_array(arena, nodes, sizeof *making.node);
  making.buffer = wd_arena_array(arena, buffers, sizeof *making.buffer);
  *out_batch =
      (struct wd_batch){rows, nodes, buffers, making.node, making.buffer};
  for (uint32_t i = 0; i < schema->count; i++)
    make(&making, &schema->columns[i], rows);
}

struct fixture {
  struct wd_arena arena;
  struct wd_schema schema;
  struct wd_batch batch;
  struct wd_error error;
};

static int
set_up(void **state)
{
  struct fixture *fixture = calloc(1, sizeof *fixture);

  wd_arena_init(&fixture->arena, NULL, 0);
  assert_int_equal(wd_schema_parse(schema_text, strlen(schema_text),
                                   &fixture->arena, &fixture->schema,
                                   &fixture->error),
                   WD_OK);
  *state = fixture;
  return 0;
}

static int
tear_down(void **state)
{
  struct fixture *fixture = *state;

  wd_arena_fini(&fixture->arena);
  free(fixture);
  return 0;
}

static void
assert_same(const struct wd_schema *schema, const struct wd_batch *a,
            const struct wd_batch *b)
{
  struct wd_buf x, y;

  assert_int_equal(a->rows, b->rows);
  wd_buf_init(&x, NULL, 1 << 20);
  wd_buf_init(&y, NULL, 1 << 20);
  for (uint32_t column = 0; column < schema->count; column++)
    for (uint32_t row = 0; row < a->rows; row++) {
      wd_buf_clear(&x);
      wd_buf_clear(&y);
      assert_int_equal(wd_value_null(schema, a, column, row),
                       wd_value_null(schema, b, column, row));
      if (wd_value_null(schema, a, column, row))
        continue;
      wd_value_print(schema, a, column, row, &x);
      wd_value_print(schema, b, column, row, &y);
      assert_string_equal(wd_buf_text(&x), wd_buf_text(&y));
    }
  wd_buf_fini(&x);
  wd_buf_fini(&y);
}

static void
test_there_and_back(void **state)
{
  struct fixture *fixture = *state;
  struct wd_schema carrier;
  struct wd_batch batch, packed, unpacked;

  assert_false(wd_spark_schema_plain(&fixture->schema));
  assert_int_equal(wd_spark_carrier_schema(&fixture->schema, &fixture->arena,
                                           &carrier, NULL),
                   WD_OK);
  assert_true(wd_spark_schema_plain(&carrier));
  assert_int_equal(wd_spark_schema_check(&fixture->schema, NULL), WD_OK);
  for (uint32_t rows = 0; rows < ROWS; rows += rows < 10 ? 1 : 31) {
    make_batch(&fixture->schema, rows, &fixture->arena, &batch);
    assert_int_equal(
        wd_batch_check(&fixture->schema, &batch, rows, &fixture->error), WD_OK);
    assert_int_equal(wd_spark_pack(&fixture->schema, &batch, &fixture->arena,
                                   &packed, &fixture->error),
                     WD_OK);
    assert_int_equal(wd_batch_check(&carrier, &packed, rows, &fixture->error),
                     WD_OK);
    assert_int_equal(wd_spark_unpack(&fixture->schema, &packed, &fixture->arena,
                                     &unpacked, &fixture->error),
                     WD_OK);
    assert_int_equal(
        wd_batch_check(&fixture->schema, &unpacked, rows, &fixture->error),
        WD_OK);
    assert_same(&fixture->schema, &batch, &unpacked);
  }
}

/* Nothing is taken for a value that is none. */
static void
test_values_of_others(void **state)
{
  static const struct {
    const char *schema;
    const char *carrier;
    const char *value;
    size_t size;
    const char *text;
  } cases[] = {
      {"a u8", "a i16", "\0\1", 2, "column 'a'"},
      {"a u8", "a i16", "\377\377", 2, "no u8"},
      {"a u64", "a decimal<20,0>", "\0\0\0\0\0\0\0\0\1\0\0\0\0\0\0", 16,
       "no u64"},
      {"a time<3>", "a i64", "\0\0\0\0\1\0\0", 8, "no time<3>"},
  };
  struct fixture *fixture = *state;

  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const struct wd_node node = {1, 0};
    const struct wd_span spans[] = {
        {NULL, 0}, {(const uint8_t *)cases[i].value, cases[i].size}};
    const struct wd_batch batch = {1, 1, 2, &node, spans};
    struct wd_schema schema;
    struct wd_batch out;

    assert_int_equal(wd_schema_parse(cases[i].schema, strlen(cases[i].schema),
                                     &fixture->arena, &schema, NULL),
                     WD_OK);
    fixture->error = (struct wd_error){0};
    assert_int_equal(wd_spark_unpack(&schema, &batch, &fixture->arena, &out,
                                     &fixture->error),
                     WD_ENGINE_FAILED);
    assert_non_null(strstr(fixture->error.message, cases[i].text));
  }
}

static void
test_too_far_for_spark(void **state)
{
  static const int64_t year = INT64_MAX / 1000;
  struct fixture *fixture = *state;
  const struct wd_node node = {1, 0};
  const struct wd_span spans[] = {{NULL, 0},
                                  {(const uint8_t *)&year, sizeof year}};
  const struct wd_batch batch = {1, 1, 2, &node, spans};
  const struct wd_column column = {.name = "a",
                                   .type = wd_type_timestamp(WD_UNIT_S, NULL)};
  const struct wd_schema schema = {1, &column};
  struct wd_batch out;

  assert_int_equal(
      wd_spark_pack(&schema, &batch, &fixture->arena, &out, &fixture->error),
      WD_UNSUPPORTED);
  assert_non_null(strstr(fixture->error.message, "column 'a': a timestamp"));
}

static enum wd_status
pack_once(void *env)
{
  struct fixture *fixture = env;
  struct wd_arena arena;
  struct wd_batch packed, unpacked;
  enum wd_status status;

  wd_arena_init(&arena, NULL, 0);
  status =
      wd_spark_pack(&fixture->schema, &fixture->batch, &arena, &packed, NULL);
  if (status == WD_OK)
    status =
        wd_spark_unpack(&fixture->schema, &packed, &arena, &unpacked, NULL);
  wd_arena_fini(&arena);
  return status;
}

static void
test_memory(void **state)
{
  struct fixture *fixture = *state;

  make_batch(&fixture->schema, 20, &fixture->arena, &fixture->batch);
  wd_oom_each(pack_once, fixture);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(test_there_and_back, set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_values_of_others, set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_too_far_for_spark, set_up,
                                      tear_down),
      cmocka_unit_test_setup_teardown(test_memory, set_up, tear_down),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
