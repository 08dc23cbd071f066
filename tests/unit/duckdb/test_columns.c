/* Values of every type and in every place must come through as they were. */
#include "rows_help.h"

#include "duck_help.h"
#include "engine/duckdb/nested.h"
#include "engine/duckdb/types.h"

struct all {
  struct wd_arena arena;
  struct wd_schema schema;
  struct wd_schema nested;
};

static int
all_setup(void **state)
{
  struct all *all = calloc(1, sizeof *all);

  wd_arena_init(&all->arena, NULL, 0);
  *state = all;
  if (wd_schema_parse(ROWS_NESTED_TYPES, strlen(ROWS_NESTED_TYPES), &all->arena,
                      &all->nested, NULL) != WD_OK)
    return -1;
  return (int)wd_schema_parse(ROWS_ALL_TYPES, strlen(ROWS_ALL_TYPES),
                              &all->arena, &all->schema, NULL);
}

static int
all_teardown(void **state)
{
  struct all *all = *state;

  wd_arena_fini(&all->arena);
  free(all);
  return 0;
}

/* Rows [from, to) of a batch into a vector at `at`, and out again. */
static void
round_trip(const struct wd_schema *schema, enum rows_nulls nulls, uint32_t from,
           uint32_t to, uint32_t at)
{
  struct wd_rows rows, back;
  duckdb_logical_type types[64];
  duckdb_vector vectors[64];
  duckdb_data_chunk chunk;
  struct wd_duck_frame frame;
  uint8_t **places;
  idx_t end;

  rows_make(schema, to + 3, nulls, &rows);
  for (uint32_t i = 0; i < schema->count; i++)
    types[i] = wd_duck_type_make(&schema->columns[i].type);
  chunk = duckdb_create_data_chunk(types, schema->count);
  for (uint32_t i = 0; i < schema->count; i++)
    vectors[i] = duckdb_data_chunk_get_vector(chunk, i);
  /* What nobody wrote is looked at in nested vectors. */
  for (uint32_t i = 0; i < schema->count; i++)
    for (uint32_t row = 0; row < at; row++)
      wd_duck_set_null(&schema->columns[i].type, vectors[i], row);
  wd_duck_batch_read(schema, &rows.batch, from, to, vectors, at);
  duckdb_data_chunk_set_size(chunk, at + to - from);

  assert_int_equal(wd_duck_frame_init(&frame, NULL, schema, NULL), WD_OK);
  wd_duck_frame_read_chunk(&frame, chunk);
  assert_int_equal(
      wd_duck_frame_cut(&frame, at, at + to - from, UINT64_MAX, &end, NULL),
      WD_OK);
  assert_int_equal(end, at + to - from);
  assert_int_equal(wd_rows_new(NULL, &frame.shape, &back, &places, NULL), 0);
  memcpy(frame.places, places, frame.shape.buffer_count * sizeof *frame.places);
  wd_duck_frame_write(&frame, at);
  assert_int_equal(wd_batch_check(schema, &back.batch, to - from, NULL), 0);
  for (uint32_t column = 0; column < schema->count; column++)
    for (uint32_t row = from; row < to; row++)
      rows_expect_value(schema, &rows.batch, row, &back.batch, row - from,
                        column);

  wd_duck_frame_fini(&frame);
  wd_rows_fini(&back);
  wd_rows_fini(&rows);
  duckdb_destroy_data_chunk(&chunk);
  for (uint32_t i = 0; i < schema->count; i++)
    duckdb_destroy_logical_type(&types[i]);
}

static void
test_round_trips(void **state)
{
  struct all *all = *state;
  static const uint32_t places[][3] = {
      {0, 0, 0},   {0, 1, 0},    {0, 2047, 0},  {0, 2047, 1}, {0, 2048, 0},
      {1, 2, 5},   {3, 100, 13}, {64, 128, 64}, {63, 65, 63}, {5, 70, 1},
      {0, 65, 70}, {8, 1000, 8}, {7, 72, 129},
  };

  for (size_t i = 0; i < sizeof places / sizeof *places; i++)
    for (enum rows_nulls nulls = 0; nulls <= ROWS_ALL_NULLS; nulls++) {
      round_trip(&all->schema, nulls, places[i][0], places[i][1], places[i][2]);
      if (places[i][1] < 1000)
        round_trip(&all->nested, nulls, places[i][0], places[i][1],
                   places[i][2]);
    }
}

static void
test_cut_by_bytes(void **state)
{
  static const struct wd_column column = {
      .name = "s", .type = {.id = WD_TYPE_STRING}, .nullable = true};
  static const struct wd_schema schema = {1, &column};
  duckdb_logical_type type = wd_duck_type_make(&column.type);
  duckdb_data_chunk chunk = duckdb_create_data_chunk(&type, 1);
  duckdb_vector vector = duckdb_data_chunk_get_vector(chunk, 0);
  struct wd_duck_frame frame;
  char text[1000] = "";
  idx_t to;

  (void)state;
  for (idx_t i = 0; i < 100; i++)
    duckdb_vector_assign_string_element_len(vector, i, text, sizeof text);
  duckdb_data_chunk_set_size(chunk, 100);
  assert_int_equal(wd_duck_frame_init(&frame, NULL, &schema, NULL), WD_OK);
  wd_duck_frame_read_chunk(&frame, chunk);
  assert_int_equal(wd_duck_frame_cut(&frame, 0, 100, 30000, &to, NULL), 0);
  assert_int_equal(to, 25);
  assert_int_equal(frame.shape.rows, 25);
  assert_int_equal(frame.shape.sizes[2], 25000);
  assert_int_equal(wd_duck_frame_cut(&frame, 99, 100, 10, &to, NULL), 0);
  assert_int_equal(to, 100);
  wd_duck_frame_fini(&frame);
  duckdb_destroy_data_chunk(&chunk);
  duckdb_destroy_logical_type(&type);
}

/* A guest's NaN may have any bits; whoever looks at bytes sees one only. */
static void
test_nan_is_canonical(void **state)
{
  static const struct wd_type type = {.id = WD_TYPE_F64};
  static const uint64_t bits[2] = {0xfff8000000000123u, 0x7ff0000000000001u};
  duckdb_logical_type logical = wd_duck_type_make(&type);
  duckdb_data_chunk chunk = duckdb_create_data_chunk(&logical, 1);
  duckdb_vector vector = duckdb_data_chunk_get_vector(chunk, 0);
  const struct wd_span buffers[2] = {{NULL, 0},
                                     {(const uint8_t *)bits, sizeof bits}};
  const struct wd_node node = {2, 0};
  const uint64_t *found = duckdb_vector_get_data(vector);

  (void)state;
  wd_duck_column_read(&type, &node, buffers, 0, 2, vector, 0);
  assert_int_equal(found[0], 0x7ff8000000000000u);
  assert_int_equal(found[1], 0x7ff8000000000000u);
  duckdb_destroy_data_chunk(&chunk);
  duckdb_destroy_logical_type(&logical);
}

static struct wd_relation *
values_of(const char *columns, uint32_t batches, uint32_t rows,
          enum rows_nulls nulls)
{
  struct wd_relation *relation = rel(WD_REL_VALUES, NULL, NULL);

  assert_int_equal(wd_schema_parse(columns, strlen(columns), &relation->arena,
                                   &relation->values.schema, NULL),
                   WD_OK);
  relation->values.batches =
      wd_arena_array(&relation->arena, batches, sizeof(struct wd_rows));
  for (uint32_t i = 0; i < batches; i++)
    rows_make(&relation->values.schema, rows, nulls,
              &relation->values.batches[i]);
  relation->values.batch_count = batches;
  return relation;
}

/* Everything goes through the database and a lambda and comes back. */
static void
through_the_engine(struct duck *duck, const char *types, const uint32_t *sizes)
{
  static const enum wd_role roles[] = {WD_ROLE_MAP, WD_ROLE_FLAT_MAP,
                                       WD_ROLE_PARTITION};

  for (; *sizes != UINT32_MAX; sizes++) {
    for (enum rows_nulls nulls = 0; nulls <= ROWS_ALL_NULLS; nulls++) {
      char *plain = duck_run(duck, values_of(types, 1, *sizes, nulls));

      if (!plain)
        fail_msg("%s", duck->error.message);
      for (size_t r = 0; r < 3; r++) {
        char *mapped =
            duck_run(duck, rel_lambda(values_of(types, 1, *sizes, nulls),
                                      roles[r], FAKE_IDENTITY));

        if (!mapped)
          fail_msg("%s", duck->error.message);
        if (roles[r] == WD_ROLE_FLAT_MAP)
          assert_int_equal(strlen(mapped), 2 * strlen(plain));
        else if (*sizes <= 2048)
          assert_string_equal(mapped, plain);
        else
          assert_int_equal(strlen(mapped), strlen(plain));
        free(mapped);
      }
      free(plain);
    }
  }
}

static void
test_through_the_engine(void **state)
{
  static const uint32_t sizes[] = {0, 1, 2047, 2048, 2049, 5000, UINT32_MAX};

  through_the_engine(*state, ROWS_ALL_TYPES, sizes);
}

static void
test_nested_through_the_engine(void **state)
{
  static const uint32_t sizes[] = {0, 1, 70, 2049, UINT32_MAX};

  through_the_engine(*state, ROWS_NESTED_TYPES, sizes);
}

/* 250 columns: more than have room in a frame. */
static void
test_many_columns(void **state)
{
  struct duck *duck = *state;
  struct wd_buf buf;
  char *plain, *mapped;

  wd_buf_init(&buf, NULL, 1 << 20);
  wd_buf_puts(&buf, "id");
  for (int i = 1; i < 250; i++)
    wd_buf_printf(&buf, ";id * %d as x%d", i, i);
  plain = duck_run(duck, rel_select(rel_range(0, 3000, 1), wd_buf_text(&buf)));
  mapped = duck_run(duck, rel_sort(rel_lambda(rel_select(rel_range(0, 3000, 1),
                                                         wd_buf_text(&buf)),
                                              WD_ROLE_MAP, FAKE_IDENTITY),
                                   "+id"));
  if (!mapped)
    fail_msg("%s", duck->error.message);
  assert_string_equal(plain, mapped);
  free(plain);
  free(mapped);
  wd_buf_fini(&buf);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(test_round_trips, all_setup,
                                      all_teardown),
      cmocka_unit_test(test_cut_by_bytes),
      cmocka_unit_test(test_nan_is_canonical),
      cmocka_unit_test_setup_teardown(test_through_the_engine, duck_open,
                                      duck_close),
      cmocka_unit_test_setup_teardown(test_nested_through_the_engine, duck_open,
                                      duck_close),
      cmocka_unit_test_setup_teardown(test_many_columns, duck_open, duck_close),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
