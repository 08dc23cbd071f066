/* Batches after each other as one: every type, with and without nulls. */
#include "arrow/concat.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* A schema of all shapes of buffers, from text. */
static const char all[] =
    "a i64, b string, c boolean, d list<string>, e struct<x i32, y binary>, "
    "f fixedlist<i16, 2>, g map<string, i64>, h decimal<10,2>, i uuid";

/* A batch of so many rows that was never anywhere: filled by hand per type. */
struct made {
  uint32_t nodes;
  uint32_t buffers;
  struct wd_node node[32];
  struct wd_span span[64];
};

static uint8_t *
take(struct wd_arena *arena, struct made *made, uint64_t size)
{
  uint8_t *place = wd_arena_alloc(arena, size + 8);

  assert_non_null(place);
  made->span[made->buffers++] = (struct wd_span){size ? place : NULL, size};
  return place;
}

/* Every third is null, when there may be nulls. */
static uint32_t
put_validity(struct wd_arena *arena, struct made *made, uint32_t rows,
             bool nulls)
{
  uint32_t count = 0;
  uint8_t *bits = take(arena, made, nulls ? (rows + 7) / 8 : 0);

  for (uint32_t i = 0; nulls && i < rows; i++)
    if (i % 3 == 1)
      count++;
    else
      bits[i / 8] |= (uint8_t)(1u << i % 8);
  return count;
}

static void
put_column(struct wd_arena *arena, struct made *made,
           const struct wd_column *column, uint32_t rows, uint32_t seed,
           bool nulls)
{
  const struct wd_type *type = &column->type;
  struct wd_node *node = &made->node[made->nodes++];
  uint32_t children = rows, offset = 0;
  bool text = type->id == WD_TYPE_STRING || type->id == WD_TYPE_BINARY;

  node->length = rows;
  node->null_count = put_validity(arena, made, rows, nulls && column->nullable);
  if (text || type->id == WD_TYPE_LIST || type->id == WD_TYPE_MAP) {
    uint32_t *offsets = (uint32_t *)(void *)take(arena, made, 4 * (rows + 1));

    for (uint32_t i = 0; i < rows; i++)
      offsets[i + 1] = offset += (i + seed) % 4;
    children = offset;
  } else if (type->id == WD_TYPE_BOOL) {
    uint8_t *bits = take(arena, made, (rows + 7) / 8);

    for (uint32_t i = 0; i < rows; i++)
      bits[i / 8] |= (uint8_t)(((i + seed) & 1) << i % 8);
  } else if (!type->child_count) {
    uint64_t width = wd_type_width(type);
    uint8_t *data = take(arena, made, rows * width);

    for (uint32_t i = 0; i < rows; i++)
      data[i * width] = (uint8_t)(seed + i);
  }
  if (text)
    memset(take(arena, made, offset), 'a' + (int)(seed % 26), offset);
  if (type->id == WD_TYPE_FIXED_LIST)
    children = rows * type->width;
  for (uint32_t i = 0; i < type->child_count; i++)
    put_column(arena, made, &type->children[i], children, seed + i, nulls);
}

static struct wd_batch
make(struct wd_arena *arena, const struct wd_schema *schema, uint32_t rows,
     uint32_t seed, bool nulls)
{
  struct made *made = wd_arena_alloc(arena, sizeof *made);

  assert_non_null(made);
  for (uint32_t i = 0; i < schema->count; i++)
    put_column(arena, made, &schema->columns[i], rows, seed + i, nulls);
  return (struct wd_batch){rows, made->nodes, made->buffers, made->node,
                           made->span};
}

/* Rows of all batches, and of the one, as text. */
static void
check(const struct wd_schema *schema, uint32_t count,
      const struct wd_batch *batches, const struct wd_batch *whole)
{
  uint32_t row = 0;

  for (uint32_t k = 0; k < count; k++)
    for (uint32_t i = 0; i < batches[k].rows; i++, row++)
      for (uint32_t c = 0; c < schema->count; c++) {
        struct wd_buf one, other;
        bool null = wd_value_null(schema, &batches[k], c, i);

        assert_int_equal(wd_value_null(schema, whole, c, row), null);
        wd_buf_init(&one, NULL, 4096);
        wd_buf_init(&other, NULL, 4096);
        if (!null) {
          wd_value_print(schema, &batches[k], c, i, &one);
          wd_value_print(schema, whole, c, row, &other);
          assert_string_equal(wd_buf_text(&one), wd_buf_text(&other));
        }
        wd_buf_fini(&one);
        wd_buf_fini(&other);
      }
  assert_int_equal(whole->rows, row);
}

static void
test_all_types(void **state)
{
  static const uint32_t sizes[][4] = {
      {0, 0, 0, 0}, {1, 0, 0, 0}, {3, 5, 0, 9}, {8, 8, 64, 1}, {100, 7, 3, 33}};
  struct wd_arena arena;
  struct wd_schema schema;

  (void)state;
  for (int nulls = 0; nulls < 3; nulls++)
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
      struct wd_batch batches[4], whole;
      struct wd_error error = {0};

      wd_arena_init(&arena, NULL, 0);
      assert_int_equal(
          wd_schema_parse(all, strlen(all), &arena, &schema, &error), WD_OK);
      for (uint32_t k = 0; k < 4; k++) {
        batches[k] = make(&arena, &schema, sizes[s][k], 7 * k,
                          nulls == 1 || (nulls == 2 && k % 2));
        wd_batch_check(&schema, &batches[k], UINT32_MAX, &error);
        assert_string_equal(error.message, "");
      }
      for (uint32_t count = 1; count <= 4; count++) {
        assert_int_equal(
            wd_batches_concat(&schema, count, batches, &arena, &whole, &error),
            WD_OK);
        assert_int_equal(wd_batch_check(&schema, &whole, UINT32_MAX, &error),
                         WD_OK);
        check(&schema, count, batches, &whole);
      }
      wd_arena_fini(&arena);
    }
}

/* More rows than a batch can have: nothing is copied. */
static void
test_too_many(void **state)
{
  static const struct wd_column null = {
      .name = "n", .type = {.id = WD_TYPE_NULL}, .nullable = true};
  static const struct wd_schema schema = {1, &null};
  const struct wd_node node = {INT32_MAX, INT32_MAX};
  const struct wd_batch one = {INT32_MAX, 1, 0, &node, NULL};
  const struct wd_batch two[] = {one, one};
  struct wd_batch whole;
  struct wd_error error = {0};
  struct wd_arena arena;

  (void)state;
  wd_arena_init(&arena, NULL, 0);
  assert_int_equal(wd_batches_concat(&schema, 1, two, &arena, &whole, &error),
                   WD_OK);
  assert_int_equal(wd_batches_concat(&schema, 2, two, &arena, &whole, &error),
                   WD_LIMIT_EXCEEDED);
  wd_arena_fini(&arena);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_all_types),
      cmocka_unit_test(test_too_many),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
