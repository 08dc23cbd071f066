/* Imports: lifting arguments, handlers, lowering results, hostile guests. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "abi_guest.h"
#include "oom.h"

#define AREA 1024u
#define ROW(name) (&wd_abi_imports[WD_ABI_IMPORT_##name])

/* One call and what came of it. */
struct scene {
  struct fake_guest fake;
  struct wd_arena arena;
  struct wd_abi_call call;
  struct wd_error error;
  wasmtime_val_raw_t values[18];
  unsigned seen;     /* handlers that ran */
  unsigned released; /* results that were freed */
};

static void
scene_init(struct scene *scene)
{
  *scene = (struct scene){0};
  guest_init(&scene->fake);
  wd_arena_init(&scene->arena, NULL, 1 << 20);
  scene->call = (struct wd_abi_call){
      .guest = &scene->fake.guest, .arena = &scene->arena, .env = scene};
}

static void
scene_fini(struct scene *scene)
{
  wd_arena_fini(&scene->arena);
  guest_fini(&scene->fake);
}

static enum wd_status
scene_call(struct scene *scene, const struct wd_abi_function *row,
           const struct wd_abi_handlers *handlers)
{
  return wd_abi_import_call(row, handlers, &scene->call, scene->values,
                            &scene->error);
}

static void
says(const struct scene *scene, const char *text)
{
  if (!strstr(scene->error.message, text))
    fail_msg("'%s' does not say '%s'", scene->error.message, text);
}

static bool
is(struct wd_text text, const char *expected)
{
  return text.length == strlen(expected) &&
         memcmp(text.data, expected, text.length) == 0 &&
         text.data[text.length] == '\0';
}

static uint32_t
word_at(struct scene *scene, uint32_t pointer)
{
  uint32_t word;

  guest_read(&scene->fake, pointer, &word, sizeof word);
  return word;
}

static bool
guest_says(struct scene *scene, uint32_t at, const char *expected)
{
  uint32_t pointer = word_at(scene, at);

  return word_at(scene, at + 4) == strlen(expected) &&
         memcmp(scene->fake.memory + pointer, expected, strlen(expected)) == 0;
}

/* read: strings and a list of pairs in, a handle out. */

static enum wd_status
on_read(struct wd_abi_call *call, const struct wd_abi_datasets_read_args *args,
        uint32_t *out, struct wd_error *error)
{
  struct scene *scene = call->env;

  scene->seen++;
  /* What the guest does now must not matter. */
  memset(scene->fake.memory + 4096, 0xff, GUEST_SIZE - 4096);
  if (!is(args->name, "lines") || args->options.length != 1 ||
      !is(args->options.data[0].f0, "format") ||
      !is(args->options.data[0].f1, "text"))
    return wd_fail(error, WD_INTERNAL, "wrong arguments");
  *out = 7;
  return WD_OK;
}

static void
read_values(struct scene *scene)
{
  struct wd_wire_tuple_string_string option = {
      .f0 = guest_text(&scene->fake, "format"),
      .f1 = guest_text(&scene->fake, "text"),
  };

  guest_pair(scene->values, guest_text(&scene->fake, "lines"));
  guest_pair(scene->values + 2,
             guest_list(&scene->fake, &option, 1, sizeof option));
  scene->values[4].i64 = AREA;
}

static const struct wd_abi_handlers read_handlers = {.datasets_read = on_read};

static enum wd_status
run_read(void *env)
{
  struct scene scene;
  enum wd_status status;

  (void)env;
  scene_init(&scene);
  read_values(&scene);
  status = scene_call(&scene, ROW(DATASETS_READ), &read_handlers);
  if (!status) {
    assert_int_equal(scene.seen, 1);
    assert_int_equal(scene.fake.memory[AREA], 0);
    assert_int_equal(word_at(&scene, AREA + 4), 7);
    assert_int_equal(scene.fake.allocations, 0);
  }
  scene_fini(&scene);
  return status;
}

static void
test_read(void **state)
{
  (void)state;
  assert_int_equal(run_read(NULL), WD_OK);
  wd_oom_each(run_read, NULL);
}

/* create: a schema and batches, copied with their buffers. */

static enum wd_status
on_create(struct wd_abi_call *call,
          const struct wd_abi_datasets_create_args *args, uint32_t *out,
          struct wd_error *error)
{
  struct scene *scene = call->env;
  const struct wd_abi_batch *batch = args->batches.data;
  struct wd_schema schema;
  struct wd_batch view;
  enum wd_status status;

  scene->seen++;
  memset(scene->fake.memory + 4096, 0xff, GUEST_SIZE - 4096);
  status = wd_abi_schema_parse(&args->schema, call->arena, &schema, error);
  if (status)
    return status;
  assert_int_equal(schema.count, 1);
  assert_string_equal(schema.columns[0].name, "a");
  assert_int_equal(schema.columns[0].metadata_count, 1);
  assert_string_equal(schema.columns[0].metadata[1], "v");
  assert_int_equal(args->batches.length, 1);
  view = wd_abi_batch_view_of(batch);
  assert_int_equal(view.rows, 2);
  assert_int_equal(view.nodes[0].length, 2);
  assert_int_equal(view.buffer_count, 2);
  assert_int_equal(view.buffers[0].size, 0);
  assert_int_equal(view.buffers[1].size, 16);
  assert_int_equal(view.buffers[1].data[8], 42);
  assert_int_equal((uintptr_t)view.buffers[1].data % 8, 0);
  *out = 1;
  return WD_OK;
}

static struct wd_wire_list
one_field(struct scene *scene)
{
  struct fake_guest *fake = &scene->fake;
  struct wd_wire_tuple_string_string pair = {guest_text(fake, "k"),
                                             guest_text(fake, "v")};
  struct wd_wire_field field = {
      .name = guest_text(fake, "a"),
      .format = guest_text(fake, "l"),
      .nullable = 1,
      .metadata = guest_list(fake, &pair, 1, sizeof pair),
  };

  return guest_list(fake, &field, 1, sizeof field);
}

static void
create_values(struct scene *scene)
{
  struct fake_guest *fake = &scene->fake;
  uint64_t data[2] = {41, 42};
  struct wd_node node = {.length = 2};
  struct wd_wire_list buffers[2] = {{8, 0}, guest_list(fake, data, 2, 8)};
  struct wd_wire_batch batch = {
      .rows = 2,
      .nodes = guest_list(fake, &node, 1, sizeof node),
      .buffers = guest_list(fake, buffers, 2, sizeof *buffers),
  };

  guest_pair(scene->values, one_field(scene));
  guest_pair(scene->values + 2, guest_list(fake, &batch, 1, sizeof batch));
  scene->values[4].i64 = AREA;
}

static const struct wd_abi_handlers create_handlers = {.datasets_create =
                                                           on_create};

static enum wd_status
run_create(void *env)
{
  struct scene scene;
  enum wd_status status;

  (void)env;
  scene_init(&scene);
  create_values(&scene);
  status = scene_call(&scene, ROW(DATASETS_CREATE), &create_handlers);
  /* The handler's own lack of memory is told, not trapped. */
  if (!status && scene.fake.memory[AREA] == 1)
    status = scene.fake.memory[AREA + 4] == WD_ABI_ERROR_CODE_LIMIT_EXCEEDED
                 ? WD_NO_MEMORY
                 : WD_INTERNAL;
  scene_fini(&scene);
  return status;
}

static void
test_create(void **state)
{
  (void)state;
  assert_int_equal(run_create(NULL), WD_OK);
  wd_oom_each(run_create, NULL);
}

/* aggregate: lists of records with variants, options and inner lists. */

static enum wd_status
on_aggregate(struct wd_abi_call *call,
             const struct wd_abi_datasets_dataset_aggregate_args *args,
             uint32_t *out, struct wd_error *error)
{
  const struct wd_abi_datasets_measure *measures = args->measures.data;
  struct scene *scene = call->env;

  (void)error;
  scene->seen++;
  assert_int_equal(args->self, 3);
  assert_int_equal(args->measures.length, 2);
  assert_true(is(measures[0].name, "s"));
  assert_int_equal(measures[0].what.tag, WD_ABI_DATASETS_AGGREGATE_EXPRESSION);
  assert_true(is(measures[0].what.as.expression, "sum(x)"));
  assert_false(measures[0].filter.some);
  assert_int_equal(measures[1].what.tag, WD_ABI_DATASETS_AGGREGATE_LAMBDA);
  assert_int_equal(measures[1].what.as.lambda.function.state, 9);
  assert_true(is(measures[1].what.as.lambda.arguments.data[1], "y"));
  assert_true(measures[1].filter.some);
  assert_true(is(measures[1].filter.value, "x > 0"));
  *out = 4;
  return WD_OK;
}

/* Wire form: name 0, what tag 8, payload 12 (16 bytes), filter tag 28, 32. */
static void
aggregate_values(struct scene *scene)
{
  struct fake_guest *fake = &scene->fake;
  uint32_t measures[2][10] = {0};
  struct wd_wire_list names[2] = {guest_text(fake, "x"), guest_text(fake, "y")};
  struct wd_wire_list texts[5] = {
      guest_text(fake, "s"), guest_text(fake, "sum(x)"), guest_text(fake, "t"),
      guest_list(fake, names, 2, sizeof *names), guest_text(fake, "x > 0")};

  memcpy(&measures[0][0], &texts[0], 8);
  memcpy(&measures[0][3], &texts[1], 8);
  memcpy(&measures[1][0], &texts[2], 8);
  measures[1][2] = 1;
  measures[1][3] = 2;
  measures[1][4] = 9;
  memcpy(&measures[1][5], &texts[3], 8);
  measures[1][7] = 1;
  memcpy(&measures[1][8], &texts[4], 8);
  scene->values[0].i64 = 3;
  guest_pair(scene->values + 1,
             guest_list(fake, measures, 2, sizeof *measures));
  scene->values[3].i64 = AREA;
}

static enum wd_status
run_aggregate(void *env)
{
  static const struct wd_abi_handlers handlers = {.datasets_dataset_aggregate =
                                                      on_aggregate};
  struct scene scene;
  enum wd_status status;

  (void)env;
  scene_init(&scene);
  aggregate_values(&scene);
  status = scene_call(&scene, ROW(DATASETS_DATASET_AGGREGATE), &handlers);
  if (!status)
    assert_int_equal(word_at(&scene, AREA + 4), 4);
  scene_fini(&scene);
  return status;
}

static void
test_aggregate(void **state)
{
  (void)state;
  assert_int_equal(run_aggregate(NULL), WD_OK);
  wd_oom_each(run_aggregate, NULL);
}

/* join: a variant in core values. */

static enum wd_status
on_join(struct wd_abi_call *call,
        const struct wd_abi_datasets_dataset_join_args *args, uint32_t *out,
        struct wd_error *error)
{
  struct scene *scene = call->env;

  (void)error;
  scene->seen++;
  assert_int_equal(args->right, 2);
  assert_int_equal(args->kind, WD_ABI_DATASETS_JOIN_KIND_AS_OF);
  assert_int_equal(args->condition.tag, WD_ABI_DATASETS_JOIN_CONDITION_USING);
  assert_true(is(args->condition.as.using.data[0], "id"));
  *out = 5;
  return WD_OK;
}

static void
join_values(struct scene *scene)
{
  struct wd_wire_list name = guest_text(&scene->fake, "id");

  scene->values[0].i64 = 1;
  scene->values[1].i64 = 2;
  scene->values[2].i64 = WD_ABI_DATASETS_JOIN_KIND_AS_OF;
  scene->values[3].i64 = WD_ABI_DATASETS_JOIN_CONDITION_USING;
  guest_pair(scene->values + 4,
             guest_list(&scene->fake, &name, 1, sizeof name));
  scene->values[6].i64 = AREA;
}

static const struct wd_abi_handlers join_handlers = {.datasets_dataset_join =
                                                         on_join};

static void
test_join(void **state)
{
  struct scene scene;

  (void)state;
  scene_init(&scene);
  join_values(&scene);
  assert_int_equal(
      scene_call(&scene, ROW(DATASETS_DATASET_JOIN), &join_handlers), WD_OK);
  assert_int_equal(scene.seen, 1);
  assert_int_equal(word_at(&scene, AREA + 4), 5);
  scene_fini(&scene);
}

/* Results. */

static void
count_release(void *data)
{
  struct scene *scene = data;

  scene->released++;
}

static enum wd_status
on_next_batch(struct wd_abi_call *call,
              const struct wd_abi_jobs_job_next_batch_args *args,
              struct wd_abi_option_batch *out, struct wd_error *error)
{
  static const struct wd_node nodes[2] = {{3, 1}, {3, 0}};
  static const uint8_t bits[1] = {5};
  static const uint8_t data[12] = {1, 0, 0, 0, 0, 0, 0, 0, 3};
  static const struct wd_span buffers[3] = {{bits, 1}, {data, 12}, {NULL, 0}};

  (void)args;
  (void)error;
  call->release = count_release;
  call->release_data = call->env;
  out->some = true;
  out->value = wd_abi_batch_make(&(struct wd_batch){.rows = 3,
                                                    .node_count = 2,
                                                    .buffer_count = 3,
                                                    .nodes = nodes,
                                                    .buffers = buffers});
  return WD_OK;
}

static const struct wd_abi_handlers next_handlers = {.jobs_job_next_batch =
                                                         on_next_batch};

static void
check_next_batch(struct scene *scene)
{
  uint32_t nodes = word_at(scene, AREA + 12);
  uint32_t buffers = word_at(scene, AREA + 20);
  uint32_t data = word_at(scene, buffers + 8);

  assert_int_equal(scene->fake.memory[AREA], 0);
  assert_int_equal(scene->fake.memory[AREA + 4], 1);
  assert_int_equal(word_at(scene, AREA + 8), 3);
  assert_int_equal(word_at(scene, AREA + 16), 2);
  assert_int_equal(word_at(scene, AREA + 24), 3);
  assert_int_equal(word_at(scene, nodes + 4), 1);
  assert_int_equal(word_at(scene, buffers + 4), 1);
  assert_int_equal(word_at(scene, word_at(scene, buffers)), 5);
  assert_int_equal(word_at(scene, buffers + 12), 2);
  assert_int_equal(data % 8, 0);
  assert_int_equal(word_at(scene, data + 8), 3);
  assert_int_equal(word_at(scene, data + 12), 0);
  assert_int_equal(word_at(scene, buffers + 16), 8);
  assert_int_equal(word_at(scene, buffers + 20), 0);
}

static enum wd_status
run_next_batch(void *env)
{
  struct scene scene;
  enum wd_status status;

  (void)env;
  scene_init(&scene);
  /* What was there before must not show through as padding. */
  memset(scene.fake.memory, 0xee, GUEST_SIZE);
  scene.values[0].i64 = 1;
  scene.values[1].i64 = AREA;
  status = scene_call(&scene, ROW(JOBS_JOB_NEXT_BATCH), &next_handlers);
  if (!status) {
    check_next_batch(&scene);
    assert_int_equal(scene.released, 1);
    assert_int_equal(scene.fake.allocations, 4);
  }
  scene_fini(&scene);
  return status;
}

static void
test_next_batch(void **state)
{
  (void)state;
  assert_int_equal(run_next_batch(NULL), WD_OK);
  wd_oom_each(run_next_batch, NULL);
}

static enum wd_status
on_figures(struct wd_abi_call *call,
           const struct wd_abi_jobs_job_figures_args *args,
           struct wd_abi_list_jobs_figure *out, struct wd_error *error)
{
  static const struct wd_abi_jobs_figure figures[2] = {
      {{"scan", 4}, {"rows", 4}, 1ull << 40},
      {{"", 0}, {"µs", 3}, 2},
  };

  (void)call;
  (void)args;
  (void)error;
  out->data = figures;
  out->length = 2;
  return WD_OK;
}

static void
test_figures(void **state)
{
  static const struct wd_abi_handlers handlers = {.jobs_job_figures =
                                                      on_figures};
  struct scene scene;
  uint32_t list;
  uint64_t value;

  (void)state;
  scene_init(&scene);
  scene.values[1].i64 = AREA;
  assert_int_equal(scene_call(&scene, ROW(JOBS_JOB_FIGURES), &handlers), WD_OK);
  list = word_at(&scene, AREA);
  assert_int_equal(word_at(&scene, AREA + 4), 2);
  assert_true(guest_says(&scene, list, "scan"));
  assert_true(guest_says(&scene, list + 24 + 8, "µs"));
  guest_read(&scene.fake, list + 16, &value, 8);
  assert_true(value == 1ull << 40);
  scene_fini(&scene);
}

static enum wd_status
on_wait(struct wd_abi_call *call, const struct wd_abi_jobs_job_wait_args *args,
        struct wd_abi_jobs_progress *out, struct wd_error *error)
{
  (void)call;
  (void)error;
  assert_true(args->timeout_ms.some);
  assert_true(args->timeout_ms.value == UINT64_MAX);
  *out = (struct wd_abi_jobs_progress){
      .state = WD_ABI_JOBS_STATE_SUCCEEDED, .bytes_out = 11, .fraction = 0.5};
  return WD_OK;
}

static enum wd_status
on_job_id(struct wd_abi_call *call, uint64_t *out, struct wd_error *error)
{
  (void)call;
  (void)error;
  *out = 1ull << 33;
  return WD_OK;
}

static void
test_scalars(void **state)
{
  static const struct wd_abi_handlers handlers = {.jobs_job_wait = on_wait,
                                                  .context_job_id = on_job_id};
  struct scene scene;
  uint64_t bytes;
  double fraction;

  (void)state;
  scene_init(&scene);
  scene.values[1].i64 = 1;
  scene.values[2].i64 = -1;
  scene.values[3].i64 = AREA;
  assert_int_equal(scene_call(&scene, ROW(JOBS_JOB_WAIT), &handlers), WD_OK);
  assert_int_equal(scene.fake.memory[AREA + 8], WD_ABI_JOBS_STATE_SUCCEEDED);
  guest_read(&scene.fake, AREA + 8 + 32, &bytes, 8);
  guest_read(&scene.fake, AREA + 8 + 40, &fraction, 8);
  assert_true(bytes == 11 && fraction == 0.5);
  assert_int_equal(scene_call(&scene, ROW(CONTEXT_JOB_ID), &handlers), WD_OK);
  assert_true(scene.values[0].i64 == 1ll << 33);
  scene_fini(&scene);
}

/* Errors. */

static enum wd_status
on_read_failing(struct wd_abi_call *call,
                const struct wd_abi_datasets_read_args *args, uint32_t *out,
                struct wd_error *error)
{
  struct scene *scene = call->env;

  (void)out;
  call->trap = scene->seen != 0;
  wd_fail(error, WD_NOT_GRANTED, "table '%s' is not granted \xff",
          args->name.data);
  wd_error_trace(error, "main");
  return WD_NOT_GRANTED;
}

static enum wd_status
run_told(void *env)
{
  static const struct wd_abi_handlers handlers = {.datasets_read =
                                                      on_read_failing};
  struct scene scene;
  enum wd_status status;

  (void)env;
  scene_init(&scene);
  read_values(&scene);
  status = scene_call(&scene, ROW(DATASETS_READ), &handlers);
  if (!status) {
    assert_int_equal(scene.error.status, WD_OK);
    assert_int_equal(scene.fake.memory[AREA], 1);
    assert_int_equal(scene.fake.memory[AREA + 4],
                     WD_ABI_ERROR_CODE_NOT_GRANTED);
    assert_true(guest_says(&scene, AREA + 8, "table 'lines' is not granted ?"));
    assert_true(guest_says(&scene, AREA + 16, "main"));
  }
  scene_fini(&scene);
  return status;
}

static void
test_error_told(void **state)
{
  (void)state;
  assert_int_equal(run_told(NULL), WD_OK);
  wd_oom_each(run_told, NULL);
}

static void
test_error_trapped(void **state)
{
  static const struct wd_abi_handlers handlers = {.datasets_read =
                                                      on_read_failing};
  struct scene scene;

  (void)state;
  scene_init(&scene);
  read_values(&scene);
  scene.seen = 1;
  assert_int_equal(scene_call(&scene, ROW(DATASETS_READ), &handlers),
                   WD_NOT_GRANTED);
  says(&scene, "is not granted");
  assert_int_equal(scene.fake.memory[AREA], 0);
  scene_fini(&scene);
}

static void
test_missing(void **state)
{
  struct scene scene;

  (void)state;
  scene_init(&scene);
  read_values(&scene);
  assert_int_equal(scene_call(&scene, ROW(DATASETS_READ), NULL), WD_OK);
  assert_int_equal(scene.fake.memory[AREA], 1);
  assert_int_equal(scene.fake.memory[AREA + 4], WD_ABI_ERROR_CODE_UNSUPPORTED);
  assert_true(guest_says(&scene, AREA + 8,
                         "datasets.read is not supported by this host"));
  assert_int_equal(scene_call(&scene, ROW(CONTEXT_JOB_ID), NULL),
                   WD_UNSUPPORTED);
  says(&scene, "context.job-id is not supported");
  scene_fini(&scene);
}

/* Hostile guests: each change to a good call must be refused. */

struct hostile {
  unsigned value; /* which core value is replaced */
  uint32_t by;
  const char *says;
};

static void
refuses(const struct wd_abi_function *row,
        const struct wd_abi_handlers *handlers, void (*fill)(struct scene *),
        const struct hostile *cases, size_t count)
{
  for (size_t i = 0; i < count; i++) {
    struct scene scene;

    scene_init(&scene);
    fill(&scene);
    scene.values[cases[i].value].i64 = cases[i].by;
    assert_int_equal(scene_call(&scene, row, handlers), WD_INVALID_ARGUMENT);
    says(&scene, row->label);
    says(&scene, cases[i].says);
    assert_int_equal(scene.error.origin, WD_ORIGIN_GUEST);
    assert_int_equal(scene.seen, 0);
    scene_fini(&scene);
  }
}

static void
test_hostile_pointers(void **state)
{
  static const struct hostile cases[] = {
      {0, GUEST_SIZE - 4, "parameter 'name': pointer 0xfffc + 5"},
      {0, GUEST_SIZE, "outside of the program's memory (65536 bytes)"},
      {0, UINT32_MAX, "outside"},
      {1, UINT32_MAX, "outside"},
      {2, 4097, "not a multiple of 4"},
      {3, 0x10000000, "parameter 'options'"},
      {3, UINT32_MAX, "× 16 is outside"},
      {4, GUEST_SIZE - 20, "result: pointer 0xffec"},
      {4, AREA + 2, "result: pointer 0x402 is not a multiple of 4"},
      {4, UINT32_MAX - 3, "outside"},
  };

  (void)state;
  refuses(ROW(DATASETS_READ), &read_handlers, read_values, cases,
          sizeof cases / sizeof *cases);
}

static void
test_hostile_cases(void **state)
{
  static const struct hostile cases[] = {
      {0, 8, "parameter 'self': the program holds no handle 8"},
      {1, UINT32_MAX, "parameter 'right'"},
      {2, 9, "parameter 'kind': case 9 where there are 9"},
      {2, 256, "case 256"},
      {3, 2, "parameter 'condition': case 2 where there are 2"},
      {3, UINT32_MAX, "case 4294967295"},
      {5, GUEST_SIZE, "outside"},
  };

  (void)state;
  refuses(ROW(DATASETS_DATASET_JOIN), &join_handlers, join_values, cases,
          sizeof cases / sizeof *cases);
}

/* Changes one word of guest memory after a good call was set up. */
static void
refuses_memory(void (*fill)(struct scene *), const struct wd_abi_function *row,
               const struct wd_abi_handlers *handlers, unsigned list,
               uint32_t offset, uint32_t by, const char *text)
{
  struct scene scene;
  uint32_t at;

  scene_init(&scene);
  fill(&scene);
  at = (uint32_t)scene.values[list].i32 + offset;
  memcpy(scene.fake.memory + at, &by, sizeof by);
  assert_int_equal(scene_call(&scene, row, handlers), WD_INVALID_ARGUMENT);
  says(&scene, text);
  assert_int_equal(scene.seen, 0);
  scene_fini(&scene);
}

static void
test_hostile_memory(void **state)
{
  const struct wd_abi_function *create = ROW(DATASETS_CREATE);
  const struct wd_abi_function *aggregate = ROW(DATASETS_DATASET_AGGREGATE);
  const struct wd_abi_handlers none = {0};

  (void)state;
  /* A name that is not UTF-8, and one that is outside. */
  refuses_memory(read_values, ROW(DATASETS_READ), &read_handlers, 0, 0,
                 0xffc0af41, "is not UTF-8");
  refuses_memory(create_values, create, &create_handlers, 0, 4, UINT32_MAX,
                 "parameter 'schema'");
  /* nodes, then buffers, of the batch: pointer and length. */
  refuses_memory(create_values, create, &create_handlers, 2, 4, 2,
                 "not a multiple of 4");
  refuses_memory(create_values, create, &create_handlers, 2, 8, 0x20000000,
                 "outside");
  refuses_memory(create_values, create, &create_handlers, 2, 12, GUEST_SIZE,
                 "outside");
  refuses_memory(create_values, create, &create_handlers, 2, 16, 0x20000001,
                 "outside");
  /* Cases in memory: an aggregate, the filter's option. */
  refuses_memory(aggregate_values, aggregate, &none, 1, 8, 2,
                 "case 2 where there are 2");
  refuses_memory(aggregate_values, aggregate, &none, 1, 28, 255, "case 255");
}

/* A buffer that is misaligned, or wraps at 2^32. */
static void
test_hostile_buffers(void **state)
{
  static const struct wd_wire_list bad[] = {
      {4100, 1},       {GUEST_SIZE - 8, 2}, {0xfffffff8, 1},
      {8, 0x20000000}, {GUEST_SIZE + 8, 0},
  };

  (void)state;
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    struct scene scene;
    uint32_t batch, buffers;

    scene_init(&scene);
    create_values(&scene);
    batch = (uint32_t)scene.values[2].i32;
    buffers = word_at(&scene, batch + 12);
    memcpy(scene.fake.memory + buffers + 8, &bad[i], sizeof bad[i]);
    assert_int_equal(scene_call(&scene, ROW(DATASETS_CREATE), &create_handlers),
                     WD_INVALID_ARGUMENT);
    says(&scene, "parameter 'batches'");
    assert_int_equal(scene.seen, 0);
    scene_fini(&scene);
  }
}

/* A list whose elements all name the same large buffer. */
static void
test_copy_limit(void **state)
{
  struct scene scene;
  struct wd_wire_list same[100];
  struct wd_wire_batch batch = {0};

  (void)state;
  scene_init(&scene);
  for (size_t i = 0; i < 100; i++)
    same[i] = (struct wd_wire_list){0, GUEST_SIZE / 8};
  batch.buffers = guest_list(&scene.fake, same, 100, sizeof *same);
  scene.values[0].i64 = 0;
  scene.values[1].i64 = 0;
  guest_pair(scene.values + 2,
             guest_list(&scene.fake, &batch, 1, sizeof batch));
  scene.values[4].i64 = AREA;
  assert_int_equal(scene_call(&scene, ROW(DATASETS_CREATE), &create_handlers),
                   WD_LIMIT_EXCEEDED);
  says(&scene, "copied out of the program");
  assert_true(scene.arena.total <= 1 << 20);
  scene_fini(&scene);
}

static void
test_hostile_realloc(void **state)
{
  static const struct {
    enum guest_mood mood;
    enum wd_status status;
    const char *text;
  } cases[] = {
      {GUEST_NULL, WD_INVALID_ARGUMENT, "cabi_realloc gave no memory"},
      {GUEST_UNALIGNED, WD_INVALID_ARGUMENT, "not a multiple of"},
      {GUEST_OUTSIDE, WD_INVALID_ARGUMENT, "cabi_realloc: jobs.job.next-batch"},
      {GUEST_WRAPPING, WD_INVALID_ARGUMENT, "outside"},
      {GUEST_TRAPPING, WD_TRAP, "unreachable"},
  };

  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct scene scene;

    scene_init(&scene);
    scene.fake.mood = cases[i].mood;
    scene.values[1].i64 = AREA;
    assert_int_equal(
        scene_call(&scene, ROW(JOBS_JOB_NEXT_BATCH), &next_handlers),
        cases[i].status);
    says(&scene, cases[i].text);
    assert_int_equal(scene.released, 1);
    assert_int_equal(scene.fake.memory[AREA + 4], 0);
    scene_fini(&scene);
  }
}

static enum wd_status
on_explain(struct wd_abi_call *call,
           const struct wd_abi_datasets_dataset_explain_args *args,
           struct wd_text *out, struct wd_error *error)
{
  (void)call;
  (void)args;
  (void)error;
  *out = (struct wd_text){"\xc3(", 2};
  return WD_OK;
}

/* A fault of the host's own is not handed to the program. */
static void
test_host_text(void **state)
{
  static const struct wd_abi_handlers handlers = {.datasets_dataset_explain =
                                                      on_explain};
  struct scene scene;

  (void)state;
  scene_init(&scene);
  scene.values[3].i64 = AREA;
  assert_int_equal(scene_call(&scene, ROW(DATASETS_DATASET_EXPLAIN), &handlers),
                   WD_INTERNAL);
  says(&scene, "not UTF-8");
  scene_fini(&scene);
}

static void
test_drop(void **state)
{
  struct scene scene;

  (void)state;
  scene_init(&scene);
  scene.values[0].i64 = 8;
  assert_int_equal(scene_call(&scene, ROW(DATASETS_DATASET_DROP), NULL),
                   WD_INVALID_ARGUMENT);
  says(&scene, "holds no handle 8");
  scene_fini(&scene);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_read),
      cmocka_unit_test(test_create),
      cmocka_unit_test(test_aggregate),
      cmocka_unit_test(test_join),
      cmocka_unit_test(test_next_batch),
      cmocka_unit_test(test_figures),
      cmocka_unit_test(test_scalars),
      cmocka_unit_test(test_error_told),
      cmocka_unit_test(test_error_trapped),
      cmocka_unit_test(test_missing),
      cmocka_unit_test(test_hostile_pointers),
      cmocka_unit_test(test_hostile_cases),
      cmocka_unit_test(test_hostile_memory),
      cmocka_unit_test(test_hostile_buffers),
      cmocka_unit_test(test_copy_limit),
      cmocka_unit_test(test_hostile_realloc),
      cmocka_unit_test(test_host_text),
      cmocka_unit_test(test_drop),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
