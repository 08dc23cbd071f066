/* Exports: lowering arguments, placing batches, lifting and viewing results of
 * hostile programs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "abi_guest.h"
#include "oom.h"

#define AREA 1024u
#define ROW(name) (&wd_abi_exports[WD_ABI_EXPORT_##name])

static void
says(const struct wd_error *error, const char *text)
{
  if (!strstr(error->message, text))
    fail_msg("'%s' does not say '%s'", error->message, text);
}

static void
put(struct fake_guest *fake, uint32_t pointer, const void *data, size_t size)
{
  memcpy(fake->memory + pointer, data, size);
}

static const struct wd_type *
i64(void)
{
  static struct wd_type type;

  type = wd_type_of(WD_TYPE_I64);
  return &type;
}

/* bind: everything generic in one call, there and back: what is lowered for
 * the guest is lifted again by the export's own argument types. */

struct bind_case {
  struct wd_column column;
  struct wd_schema schema;
  struct wd_abi_lambdas_constant constant;
  uint32_t keys[2];
  struct wd_abi_lambdas_bind_args args;
};

static enum wd_status
make_bind(struct bind_case *bind, struct wd_arena *arena,
          struct wd_error *error)
{
  static const char *const metadata[2] = {"k", "v"};
  static const uint64_t value = 77;
  static const struct wd_node node = {1, 0};
  static const struct wd_span buffers[2] = {{NULL, 0},
                                            {(const uint8_t *)&value, 8}};

  *bind = (struct bind_case){.keys = {5, 6}};
  bind->column = (struct wd_column){.name = "größe",
                                    .type = *i64(),
                                    .nullable = true,
                                    .metadata_count = 1,
                                    .metadata = metadata};
  bind->schema = (struct wd_schema){.count = 1, .columns = &bind->column};
  bind->constant.column = 3;
  bind->constant.value =
      wd_abi_batch_make(&(struct wd_batch){.rows = 1,
                                           .node_count = 1,
                                           .buffer_count = 2,
                                           .nodes = &node,
                                           .buffers = buffers});
  bind->args = (struct wd_abi_lambdas_bind_args){
      .function = {.function = 11, .state = 12},
      .role = WD_ABI_LAMBDAS_ROLE_REDUCE,
      .keys = {.data = bind->keys, .length = 2},
      .constants = {.data = &bind->constant, .length = 1},
  };
  return wd_abi_schema_make(&bind->schema, arena, &bind->args.input, error);
}

static enum wd_status
lift_args(const struct wd_abi_function *row, const struct wd_abi_guest *guest,
          struct wd_arena *arena, const wasmtime_val_raw_t *values, void *args,
          struct wd_error *error)
{
  struct wd_abi_lift lift = {.guest = guest,
                             .arena = arena,
                             .site = {.function = row},
                             .error = error};
  enum wd_status status = WD_OK;

  for (size_t i = 0; i < row->argument_count && !status; i++)
    status = wd_abi_lift_flat(&lift, row->arguments[i].type, &values,
                              (uint8_t *)args + row->arguments[i].host_offset);
  return status;
}

static enum wd_status
check_bind(const struct bind_case *bind,
           const struct wd_abi_lambdas_bind_args *back, struct wd_arena *arena,
           struct wd_error *error)
{
  struct wd_schema schema;
  enum wd_status status =
      wd_abi_schema_parse(&back->input, arena, &schema, error);

  if (status)
    return status;
  assert_true(wd_schema_equal(&schema, &bind->schema));
  assert_string_equal(schema.columns[0].metadata[0], "k");
  assert_int_equal(back->function.state, 12);
  assert_int_equal(back->role, WD_ABI_LAMBDAS_ROLE_REDUCE);
  assert_int_equal(back->keys.length, 2);
  assert_int_equal(back->keys.data[1], 6);
  assert_int_equal(back->constants.data[0].column, 3);
  assert_int_equal(back->constants.data[0].value.buffers.data[1].data[0], 77);
  return WD_OK;
}

static enum wd_status
run_bind(void *env)
{
  const struct wd_abi_function *row = ROW(LAMBDAS_BIND);
  struct fake_guest fake;
  struct wd_arena arena;
  struct wd_error error = {0};
  struct bind_case bind;
  struct wd_abi_lambdas_bind_args back = {0};
  wasmtime_val_raw_t values[16] = {0};
  enum wd_status status;

  (void)env;
  guest_init(&fake);
  wd_arena_init(&arena, NULL, 0);
  status = make_bind(&bind, &arena, &error);
  if (!status)
    status = wd_abi_arguments_lower(row, &fake.guest, &arena, &bind.args,
                                    values, &error);
  if (!status)
    status = lift_args(row, &fake.guest, &arena, values, &back, &error);
  if (!status)
    status = check_bind(&bind, &back, &arena, &error);
  wd_arena_fini(&arena);
  guest_fini(&fake);
  return status;
}

static void
test_bind_arguments(void **state)
{
  (void)state;
  assert_int_equal(run_bind(NULL), WD_OK);
  wd_oom_each(run_bind, NULL);
}

static void
put_binding(struct fake_guest *fake)
{
  uint32_t columns[2] = {0, 2};
  struct wd_wire_field field = {.name = guest_text(fake, "n"),
                                .format = guest_text(fake, "l"),
                                .nullable = 2};
  struct wd_wire_lambdas_binding binding = {
      .handle = 9,
      .output = {guest_list(fake, &field, 1, sizeof field)},
      .columns = {.tag = 1, .as.value = guest_list(fake, columns, 2, 4)},
      .properties = 0xfd,
  };

  put(fake, AREA + 4, &binding, sizeof binding);
}

static enum wd_status
run_binding(void *env)
{
  struct fake_guest fake;
  struct wd_arena arena;
  struct wd_error error = {0};
  struct wd_abi_lambdas_binding binding;
  wasmtime_val_raw_t value = {.i32 = AREA};
  enum wd_status status;

  (void)env;
  guest_init(&fake);
  wd_arena_init(&arena, NULL, 0);
  put_binding(&fake);
  status = wd_abi_result_lift(ROW(LAMBDAS_BIND), &fake.guest, &value, &arena,
                              &binding, &error);
  if (!status) {
    memset(fake.memory, 0xff, GUEST_SIZE);
    assert_int_equal(binding.handle, 9);
    assert_int_equal(binding.output.fields.length, 1);
    assert_string_equal(binding.output.fields.data[0].format.data, "l");
    /* As the canonical ABI has it: any number but 0 is true, flags that do
     * not exist are dropped. */
    assert_true(binding.output.fields.data[0].nullable == true);
    assert_int_equal(binding.properties,
                     WD_ABI_LAMBDAS_PROPERTIES_DETERMINISTIC |
                         WD_ABI_LAMBDAS_PROPERTIES_STRICT);
    assert_true(binding.columns.some);
    assert_int_equal(binding.columns.value.data[1], 2);
  }
  wd_arena_fini(&arena);
  guest_fini(&fake);
  return status;
}

static void
test_bind_result(void **state)
{
  (void)state;
  assert_int_equal(run_binding(NULL), WD_OK);
  wd_oom_each(run_binding, NULL);
}

static void
test_guest_error(void **state)
{
  struct fake_guest fake;
  struct wd_error error = {0};
  struct wd_wire_error wire = {.code = WD_ABI_ERROR_CODE_IO};
  wasmtime_val_raw_t value = {.i32 = AREA};
  const void *payload;

  (void)state;
  guest_init(&fake);
  fake.memory[AREA] = 1;
  wire.code = WD_ABI_ERROR_CODE_LAMBDA_FAILED;
  wire.message = guest_text(&fake, "bad \x1b[31m row\xff");
  wire.origin = guest_text(&fake, "row 7");
  put(&fake, AREA + 4, &wire, sizeof wire);
  assert_int_equal(wd_abi_result_view(ROW(LAMBDAS_MAP), &fake.guest, &value,
                                      &payload, &error),
                   WD_LAMBDA_FAILED);
  assert_string_equal(error.message, "bad ?[31m row?");
  assert_string_equal(error.trace, "row 7");
  assert_int_equal(error.origin, WD_ORIGIN_GUEST);

  /* What kind of failure it is, but for what is the host's to say. */
  for (unsigned code = 0; code < 256; code++) {
    bool own = code == WD_ABI_ERROR_CODE_CANCELLED ||
               code == WD_ABI_ERROR_CODE_ENGINE_FAILED ||
               code >= WD_ABI_ERROR_CODE_INTERNAL;

    wd_error_clear(&error);
    wire.code = (uint8_t)code;
    put(&fake, AREA + 4, &wire, sizeof wire);
    assert_int_equal(wd_abi_result_view(ROW(LAMBDAS_MAP), &fake.guest, &value,
                                        &payload, &error),
                     own ? WD_LAMBDA_FAILED
                         : wd_abi_status_of((enum wd_abi_error_code)code));
  }

  /* A message that is nowhere. */
  wd_error_clear(&error);
  wire.message.pointer = GUEST_SIZE - 2;
  wire.code = WD_ABI_ERROR_CODE_LAMBDA_FAILED;
  put(&fake, AREA + 4, &wire, sizeof wire);
  assert_int_equal(wd_abi_result_view(ROW(LAMBDAS_MAP), &fake.guest, &value,
                                      &payload, &error),
                   WD_LAMBDA_FAILED);
  assert_string_equal(error.message, "lambdas.map failed without a message");
  guest_fini(&fake);
}

static void
test_hostile_area(void **state)
{
  static const struct {
    uint32_t pointer;
    uint8_t tag;
    const char *text;
  } cases[] = {
      {AREA, 2, "lambdas.map, result: case 2 where there are 2"},
      {AREA + 1, 0, "not a multiple of 4"},
      {GUEST_SIZE - 20, 0, "outside of the program's memory"},
      {UINT32_MAX - 3, 0, "outside"},
  };

  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct fake_guest fake;
    struct wd_error error = {0};
    wasmtime_val_raw_t value = {.i64 = cases[i].pointer};
    const void *payload;

    guest_init(&fake);
    fake.memory[AREA] = cases[i].tag;
    assert_int_equal(wd_abi_result_view(ROW(LAMBDAS_MAP), &fake.guest, &value,
                                        &payload, &error),
                     WD_LAMBDA_FAILED);
    says(&error, cases[i].text);
    guest_fini(&fake);
  }
}

/* A batch of one int64 column with nulls, as a program returns it. */
static struct wd_wire_batch
put_batch(struct fake_guest *fake)
{
  uint64_t bits = 3;
  uint64_t data[2] = {1, 2};
  struct wd_node node = {.length = 2};
  struct wd_wire_list buffers[2] = {guest_list(fake, &bits, 1, 8),
                                    guest_list(fake, data, 2, 8)};

  return (struct wd_wire_batch){
      .rows = 2,
      .nodes = guest_list(fake, &node, 1, sizeof node),
      .buffers = guest_list(fake, buffers, 2, sizeof *buffers),
  };
}

static void
test_batch_view(void **state)
{
  struct fake_guest fake;
  struct wd_error error = {0};
  struct wd_span spans[2];
  struct wd_batch batch;
  struct wd_wire_option_batch option = {.tag = 1};
  bool some;

  (void)state;
  guest_init(&fake);
  option.as.value = put_batch(&fake);
  assert_int_equal(wd_abi_option_batch_view(ROW(LAMBDAS_NEXT_PARTITION),
                                            &fake.guest, &option, spans, 2,
                                            &some, &batch, &error),
                   WD_OK);
  assert_true(some);
  assert_int_equal(batch.rows, 2);
  assert_int_equal(batch.node_count, 1);
  assert_int_equal(batch.nodes[0].length, 2);
  assert_int_equal(batch.buffers[1].size, 16);
  assert_int_equal(batch.buffers[1].data[8], 2);
  /* In place: no copy. */
  assert_true(batch.buffers[1].data > fake.memory &&
              batch.buffers[1].data < fake.memory + GUEST_SIZE);
  option.tag = 0;
  assert_int_equal(wd_abi_option_batch_view(ROW(LAMBDAS_NEXT_PARTITION),
                                            &fake.guest, &option, spans, 2,
                                            &some, &batch, &error),
                   WD_OK);
  assert_false(some);
  option.tag = 7;
  assert_int_equal(wd_abi_option_batch_view(ROW(LAMBDAS_NEXT_PARTITION),
                                            &fake.guest, &option, spans, 2,
                                            &some, &batch, &error),
                   WD_LAMBDA_FAILED);
  says(&error, "lambdas.next-partition, result: case 7");
  guest_fini(&fake);
}

static void
test_hostile_batches(void **state)
{
  static const struct {
    unsigned list; /* 0 nodes, 1 buffers, 2 the first buffer */
    struct wd_wire_list by;
    const char *text;
  } cases[] = {
      {0, {4098, 1}, "0x1002 is not a multiple of 4"},
      {0, {8, 0x20000000}, "outside"},
      {0, {GUEST_SIZE - 4, 1}, "outside"},
      {1, {4096, 3}, "3 buffers, but the schema has 2"},
      {1, {4096, UINT32_MAX}, "4294967295 buffers"},
      {1, {GUEST_SIZE - 12, 2}, "outside"},
      {1, {4094, 2}, "not a multiple of 4"},
      {2, {4100, 1}, "not a multiple of 8"},
      {2, {GUEST_SIZE - 8, 2}, "pointer 0xfff8 + 2 × 8 is outside"},
      {2, {0xfffffff8, 0x20000000}, "outside"},
      {2, {8, 0x1fffffff}, "outside"},
  };

  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct fake_guest fake;
    struct wd_error error = {0};
    struct wd_span spans[2];
    struct wd_batch batch;
    struct wd_wire_batch wire;

    guest_init(&fake);
    wire = put_batch(&fake);
    if (cases[i].list == 0)
      wire.nodes = cases[i].by;
    else if (cases[i].list == 1)
      wire.buffers = cases[i].by;
    else
      put(&fake, wire.buffers.pointer, &cases[i].by, sizeof cases[i].by);
    assert_int_equal(wd_abi_batch_view(ROW(LAMBDAS_MAP), &fake.guest, &wire,
                                       spans, 2, &batch, &error),
                     WD_LAMBDA_FAILED);
    says(&error, cases[i].text);
    assert_int_equal(error.origin, WD_ORIGIN_GUEST);
    guest_fini(&fake);
  }
}

static void
test_u32_view(void **state)
{
  struct fake_guest fake;
  struct wd_error error = {0};
  uint32_t parents[2] = {0, 4};
  struct wd_wire_list list;
  const uint32_t *data;

  (void)state;
  guest_init(&fake);
  list = guest_list(&fake, parents, 2, 4);
  assert_int_equal(
      wd_abi_u32_view(ROW(TABLES_CALL_ROWS), &fake.guest, &list, &data, &error),
      WD_OK);
  assert_int_equal(data[1], 4);
  list.pointer += 2;
  assert_int_equal(
      wd_abi_u32_view(ROW(TABLES_CALL_ROWS), &fake.guest, &list, &data, &error),
      WD_LAMBDA_FAILED);
  guest_fini(&fake);
}

/* Placing a batch to be filled. */

static const struct wd_node place_nodes[2] = {{3, 0}, {3, 1}};
static const uint64_t place_sizes[4] = {0, 24, 1, 13};

static struct wd_shape
place_shape(void)
{
  return (struct wd_shape){.rows = 3,
                           .node_count = 2,
                           .buffer_count = 4,
                           .nodes = (struct wd_node *)place_nodes,
                           .sizes = (uint64_t *)place_sizes};
}

static void
check_place(bool shares_blocks, unsigned allocations)
{
  struct fake_guest fake;
  struct wd_error error = {0};
  struct wd_shape shape = place_shape();
  struct wd_wire_list pairs[4];
  struct wd_wire_batch wire;
  struct wd_span spans[4];
  struct wd_batch batch;
  uint8_t *places[4];

  guest_init(&fake);
  fake.guest.shares_blocks = shares_blocks;
  memset(fake.memory, 0xee, GUEST_SIZE);
  assert_int_equal(wd_abi_batch_place(ROW(LAMBDAS_MAP), &fake.guest, "input",
                                      &shape, pairs, &wire, places, &error),
                   WD_OK);
  assert_int_equal(fake.allocations, allocations);
  assert_null(places[0]);
  for (size_t i = 1; i < 4; i++)
    memset(places[i], (int)i, place_sizes[i]);
  assert_int_equal(wd_abi_batch_view(ROW(LAMBDAS_MAP), &fake.guest, &wire,
                                     spans, 4, &batch, &error),
                   WD_OK);
  assert_int_equal(batch.rows, 3);
  assert_int_equal(batch.nodes[1].null_count, 1);
  assert_int_equal(batch.buffers[0].size, 0);
  assert_int_equal(batch.buffers[2].size, 8);
  assert_int_equal(batch.buffers[2].data[0], 2);
  assert_int_equal(batch.buffers[2].data[1], 0);
  assert_int_equal(batch.buffers[3].size, 16);
  assert_int_equal(batch.buffers[3].data[12], 3);
  assert_int_equal(batch.buffers[3].data[13], 0);
  guest_fini(&fake);
}

static void
test_place(void **state)
{
  (void)state;
  check_place(false, 5); /* three buffers with bytes, two lists */
}

static void
test_place_in_one_block(void **state)
{
  (void)state;
  check_place(true, 1);
}

static void
test_hostile_place(void **state)
{
  static const struct {
    enum guest_mood mood;
    enum wd_status status;
    const char *text;
  } cases[] = {
      {GUEST_NULL, WD_LAMBDA_FAILED,
       "lambdas.map, parameter 'input': cabi_realloc gave no memory for 24"},
      {GUEST_UNALIGNED, WD_LAMBDA_FAILED, "not a multiple of 8"},
      {GUEST_OUTSIDE, WD_LAMBDA_FAILED, "cabi_realloc: lambdas.map"},
      {GUEST_WRAPPING, WD_LAMBDA_FAILED, "outside"},
      {GUEST_TRAPPING, WD_TRAP, "unreachable"},
  };

  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct fake_guest fake;
    struct wd_error error = {0};
    struct wd_shape shape = place_shape();
    struct wd_wire_list pairs[4];
    struct wd_wire_batch wire;
    uint8_t *places[4];

    guest_init(&fake);
    fake.mood = cases[i].mood;
    assert_int_equal(wd_abi_batch_place(ROW(LAMBDAS_MAP), &fake.guest, "input",
                                        &shape, pairs, &wire, places, &error),
                     cases[i].status);
    says(&error, cases[i].text);
    guest_fini(&fake);
  }
}

static void
test_place_too_large(void **state)
{
  struct fake_guest fake;
  struct wd_error error = {0};
  uint64_t sizes[1] = {(uint64_t)1 << 32};
  struct wd_shape shape = {.buffer_count = 1, .sizes = sizes};
  struct wd_wire_list pairs[1];
  struct wd_wire_batch wire;

  (void)state;
  guest_init(&fake);
  assert_int_equal(wd_abi_batch_place(ROW(LAMBDAS_MAP), &fake.guest, "input",
                                      &shape, pairs, &wire, NULL, &error),
                   WD_LIMIT_EXCEEDED);
  assert_int_equal(fake.allocations, 0);
  guest_fini(&fake);
}

/* Every status has a code, every code comes back as the status it names. */
static void
test_codes(void **state)
{
  (void)state;
  for (int i = WD_NOT_GRANTED; i <= WD_INTERNAL; i++) {
    enum wd_status status = (enum wd_status)i;

    assert_int_equal(wd_abi_status_of(wd_abi_error_code_of(status)), status);
  }
  assert_int_equal(wd_abi_error_code_of(WD_NO_MEMORY),
                   WD_ABI_ERROR_CODE_LIMIT_EXCEEDED);
  assert_int_equal(wd_abi_error_code_of(WD_TRAP),
                   WD_ABI_ERROR_CODE_LAMBDA_FAILED);
}

static void
test_parameters(void **state)
{
  static const struct wd_node node = {1, 0};
  static const uint64_t value = 5;
  static const struct wd_span buffers[2] = {{NULL, 0},
                                            {(const uint8_t *)&value, 8}};
  struct wd_abi_field field = {.name = {"p", 1}, .format = {"l", 1}};
  struct wd_abi_parameters from = {
      .schema = {{&field, 1}},
      .values = {1, {&node, 1}, {buffers, 2}},
  };
  struct wd_arena arena;
  struct wd_schema schema;
  struct wd_batch values;
  struct wd_error error = {0};

  (void)state;
  wd_arena_init(&arena, NULL, 0);
  assert_int_equal(
      wd_abi_parameters_parse(&from, &arena, &schema, &values, &error), WD_OK);
  assert_string_equal(schema.columns[0].name, "p");
  assert_ptr_equal(values.buffers[1].data, &value);
  from.values.rows = 2;
  assert_int_not_equal(
      wd_abi_parameters_parse(&from, &arena, &schema, &values, &error), WD_OK);
  wd_arena_fini(&arena);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_bind_arguments),
      cmocka_unit_test(test_bind_result),
      cmocka_unit_test(test_guest_error),
      cmocka_unit_test(test_hostile_area),
      cmocka_unit_test(test_batch_view),
      cmocka_unit_test(test_hostile_batches),
      cmocka_unit_test(test_u32_view),
      cmocka_unit_test(test_place),
      cmocka_unit_test(test_place_in_one_block),
      cmocka_unit_test(test_hostile_place),
      cmocka_unit_test(test_place_too_large),
      cmocka_unit_test(test_codes),
      cmocka_unit_test(test_parameters),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
