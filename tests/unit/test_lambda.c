/* Lambdas on real instances: binding, every kind of call, what they see and
 * what they may not do, each again without memory. */
#include "lambda_help.h"

#include "oom.h"

static struct lambda_scene scene;
static bool loaded;

static int
load(void **state)
{
  (void)state;
  pthread_mutex_init(&scene.lock, NULL);
  loaded = scene_load(&scene);
  return 0;
}

static int
unload(void **state)
{
  (void)state;
  if (loaded)
    scene_unload(&scene);
  return 0;
}

static int
begin(void **state)
{
  struct wd_error error = {0};

  (void)state;
  if (!loaded)
    skip();
  assert_ok(scene_pool(&scene, &error));
  return 0;
}

static int
end(void **state)
{
  (void)state;
  scene_pool_end(&scene);
  return 0;
}

static struct wd_lambda *
bound(enum function function, enum wd_role role, uint32_t site)
{
  struct wd_error error = {0};
  struct wd_lambda *lambda = NULL;

  assert_ok(
      scene_bind(&scene, function, role, &scene_one, site, &lambda, &error));
  return lambda;
}

static struct wd_worker *
entered(void)
{
  struct wd_error error = {0};
  struct wd_worker *worker = NULL;

  assert_ok(wd_pool_enter(scene.pool, &worker, &error));
  return worker;
}

/* One map of `rows` rows from `first`; the first value of the result. */
static int64_t
map_once(struct wd_lambda *lambda, uint32_t rows, int64_t first)
{
  struct wd_error error = {0};
  struct wd_worker *worker = entered();
  struct wd_batch batch;
  int64_t value;

  assert_ok(scene_place(worker, lambda, rows, first, false, &error));
  assert_ok(wd_call_map(worker, lambda, &batch, &error));
  assert_int_equal(batch.rows, rows);
  value = rows ? scene_value(&batch, 0) : 0;
  assert_ok(wd_call_end(worker, lambda, &error));
  return value;
}

static void
binding(void **state)
{
  struct wd_error error = {0};
  struct wd_lambda *add, *second;

  (void)state;
  assert_ok(
      scene_bind(&scene, F_ADD, WD_ROLE_MAP, &scene_two, 0, &add, &error));
  assert_true(add->all_columns && add->deterministic && add->strict);
  assert_false(add->total);
  assert_int_equal(add->output.count, 2);
  assert_string_equal(add->output.columns[1].name, "b");
  assert_int_equal(add->node_count, 2);
  assert_int_equal(add->buffer_count, 4);
  assert_ok(scene_bind(&scene, F_SECOND, WD_ROLE_MAP, &scene_two, 1, &second,
                       &error));
  assert_false(second->all_columns);
  assert_int_equal(second->column_count, 1);
  assert_int_equal(second->columns[0], 1);
  assert_string_equal(second->wanted.columns[0].name, "b");
  assert_int_equal(second->output_nodes, 1);
  assert_int_equal(second->output_buffers, 2);
}

static void
binding_refused(void **state)
{
  static const struct wd_type item = {.id = WD_TYPE_DURATION};
  struct wd_column list = {.name = "l", .type = {.id = WD_TYPE_LIST}};
  struct wd_column child = {.name = "item", .type = item};
  const struct wd_schema input = {1, &list};
  struct wd_error error = {0};
  struct wd_lambda *lambda;

  (void)state;
  list.type.child_count = 1;
  list.type.children = &child;
  assert_fails(
      scene_bind(&scene, F_RANDOM, WD_ROLE_MAP, &input, 0, &lambda, &error),
      WD_UNSUPPORTED, "bind of a map lambda: column 'l'");
  assert_fails(
      scene_bind(&scene, F_SECOND, WD_ROLE_MAP, &scene_one, 0, &lambda, &error),
      WD_LAMBDA_FAILED, "it wants column 1 of an input that has 1");
  assert_fails(
      scene_bind(&scene, F_ADD, WD_ROLE_FILTER, &scene_one, 0, &lambda, &error),
      WD_TYPE_MISMATCH, "bind of a filter lambda");
  assert_fails(
      scene_bind(&scene, F_ADD, WD_ROLE_SCALAR, &scene_two, 0, &lambda, &error),
      WD_TYPE_MISMATCH, "returns one column, not 2");
  assert_fails(scene_bind(&scene, F_ADD, WD_ROLE_FOR_EACH, &scene_one, 0,
                          &lambda, &error),
               WD_TYPE_MISMATCH, "returns no columns, not 1");
  assert_fails(scene_bind(&scene, F_SECOND, WD_ROLE_REDUCE, &scene_two, 0,
                          &lambda, &error),
               WD_TYPE_MISMATCH, "returns the columns that it takes");
}

/* A column that passes by is of the result, not of the batches that the guest
 * gives. */
static void
binding_passes(void **state)
{
  struct wd_error error = {0};
  struct wd_lambda *lambda;

  (void)state;
  assert_ok(
      scene_bind(&scene, F_PASS, WD_ROLE_MAP, &scene_two, 0, &lambda, &error));
  assert_int_equal(lambda->result.count, 2);
  assert_string_equal(lambda->result.columns[0].name, "passed");
  assert_int_equal(lambda->result.columns[0].metadata_count, 0);
  assert_int_equal(lambda->passed[0], 1);
  assert_int_equal(lambda->passed[1], WD_LAMBDA_OWN);
  assert_int_equal(lambda->output.count, 1);
  assert_string_equal(lambda->output.columns[0].name, "out");
  assert_int_equal(lambda->output_nodes, 1);
}

static void
binding_passes_refused(void **state)
{
  static const struct {
    enum function function;
    enum wd_role role;
    const char *message;
  } cases[] = {
      {F_PASS, WD_ROLE_FLAT_MAP, "only a map passes columns"},
      {F_PASS_FAR, WD_ROLE_MAP, "it passes column 7 of an input that has 2"},
      {F_PASS_TEXT, WD_ROLE_MAP,
       "'passed' passes '1x', which is not the index"},
      {F_PASS_TYPE, WD_ROLE_MAP, "'passed' is string, and passes column 1"},
      {F_PASS_NULL, WD_ROLE_MAP, "'passed' is i64 not null, and passes"},
  };
  struct wd_error error = {0};
  struct wd_lambda *lambda;

  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    assert_fails(scene_bind(&scene, cases[i].function, cases[i].role,
                            &scene_two, 0, &lambda, &error),
                 WD_LAMBDA_FAILED, cases[i].message);
}

static void
maps(void **state)
{
  struct wd_error error = {0};
  struct wd_lambda *add, *even;
  struct wd_worker *worker;
  struct wd_batch batch;
  struct wd_pool_figures figures;

  (void)state;
  add = bound(F_ADD, WD_ROLE_MAP, 0);
  even = bound(F_EVEN, WD_ROLE_FILTER, 1);
  assert_int_equal(map_once(add, 3000, 5), 105);
  assert_int_equal(map_once(add, 1, -7), 93);
  assert_int_equal(map_once(add, 0, 0), 0);
  worker = entered();
  assert_ok(scene_place(worker, add, 10, 0, true, &error));
  assert_ok(wd_call_map(worker, add, &batch, &error));
  assert_int_equal(batch.nodes[0].null_count, 1);
  assert_true(wd_value_null(&add->output, &batch, 0, 1));
  assert_false(wd_value_null(&add->output, &batch, 0, 2));
  assert_int_equal(scene_value(&batch, 9), 109);
  assert_ok(wd_call_end(worker, add, &error));
  assert_ok(scene_place(worker, even, 9, 1, false, &error));
  assert_ok(wd_call_map(worker, even, &batch, &error));
  assert_int_equal(batch.buffers[1].data[0], 0xaa);
  assert_ok(wd_call_end(worker, even, &error));
  wd_pool_figures(scene.pool, &figures);
  assert_int_equal(figures.workers, 1);
  assert_int_equal(figures.rows_in, 3020);
  assert_int_equal(figures.rows_out, 3020);
}

static void
wanted_columns(void **state)
{
  struct wd_error error = {0};
  struct wd_lambda *second;

  (void)state;
  assert_ok(scene_bind(&scene, F_SECOND, WD_ROLE_MAP, &scene_two, 0, &second,
                       &error));
  assert_int_equal(second->node_count, 1);
  assert_int_equal(map_once(second, 4, 6), 6);
}

static void
flat_maps(void **state)
{
  struct wd_error error = {0};
  struct wd_lambda *lambda = bound(F_ADD, WD_ROLE_FLAT_MAP, 0);
  struct wd_worker *worker = entered();
  struct wd_batch batch;
  bool more;

  (void)state;
  for (int round = 0; round < 2; round++) {
    uint32_t rows = 0;

    assert_ok(scene_place(worker, lambda, 5, round, false, &error));
    assert_ok(wd_call_flat_map(worker, lambda, &batch, &more, &error));
    for (;;) {
      rows += batch.rows;
      assert_int_equal(scene_value(&batch, 4), round + 4);
      assert_ok(wd_call_end(worker, lambda, &error));
      if (!more)
        break;
      assert_ok(wd_call_flat_map_next(worker, lambda, &batch, &more, &error));
    }
    assert_int_equal(rows, 15);
  }
}

/* Places states: 8 bytes each, row 0 null when `null`. */
static enum wd_status
place_states(struct wd_worker *worker, const struct wd_lambda *lambda,
             enum wd_call_slot slot, uint32_t rows, const int64_t *values,
             uint8_t **places, struct wd_error *error)
{
  struct wd_node node = {rows, values ? 0 : rows};
  uint64_t sizes[3] = {values ? 0 : (rows + 7) / 8, (rows + 1) * 4,
                       values ? rows * 8 : 0};
  struct wd_shape shape = {rows, 1, 3, &node, sizes};

  return wd_call_batch(worker, lambda, slot, &shape, places, error);
}

static void
fill_states(uint32_t rows, const int64_t *values, uint8_t **places)
{
  int32_t *offsets = (int32_t *)(void *)places[1];

  for (uint32_t i = 0; i <= rows; i++)
    offsets[i] = values ? (int32_t)i * 8 : 0;
  if (values)
    memcpy(places[2], values, rows * 8);
  else
    memset(places[0], 0, (rows + 7) / 8);
}

static int64_t
state_value(const struct wd_batch *states, uint32_t row)
{
  int64_t value;

  memcpy(&value, states->buffers[2].data + row * 8, 8);
  return value;
}

static enum wd_status
update_groups(struct wd_worker *worker, struct wd_lambda *sum,
              struct wd_batch *batch, struct wd_error *error)
{
  uint8_t *places[3];
  uint32_t *groups;
  enum wd_status status =
      place_states(worker, sum, WD_SLOT_STATES, 3, NULL, places, error);

  if (status == WD_OK)
    status = wd_call_groups(worker, sum, 6, &groups, error);
  if (status == WD_OK)
    status = scene_place(worker, sum, 6, 1, false, error);
  if (status != WD_OK)
    return status;
  fill_states(3, NULL, places);
  for (uint32_t i = 0; i < 6; i++)
    groups[i] = i % 3;
  return wd_call_update(worker, sum, batch, error);
}

static void
aggregates(void **state)
{
  const int64_t one[] = {1000}, left[] = {1, 2}, right[] = {30, 40};
  struct wd_error error = {0};
  struct wd_lambda *sum = bound(F_SUM, WD_ROLE_AGGREGATE, 0);
  struct wd_worker *worker = entered();
  struct wd_batch batch;
  uint8_t *places[3], *other[3];

  (void)state;
  assert_ok(update_groups(worker, sum, &batch, &error));
  assert_int_equal(batch.rows, 3);
  assert_int_equal(state_value(&batch, 0), 1 + 4);
  assert_int_equal(state_value(&batch, 2), 3 + 6);
  assert_ok(wd_call_end(worker, sum, &error));

  /* One state: no groups, although the last call had some. */
  assert_ok(place_states(worker, sum, WD_SLOT_STATES, 1, one, places, &error));
  assert_ok(scene_place(worker, sum, 4, 1, false, &error));
  fill_states(1, one, places);
  assert_ok(wd_call_update(worker, sum, &batch, &error));
  assert_int_equal(state_value(&batch, 0), 1010);
  assert_ok(wd_call_end(worker, sum, &error));

  assert_ok(place_states(worker, sum, WD_SLOT_STATES, 2, left, places, &error));
  assert_ok(place_states(worker, sum, WD_SLOT_RIGHT, 2, right, other, &error));
  fill_states(2, left, places);
  fill_states(2, right, other);
  assert_ok(wd_call_combine(worker, sum, &batch, &error));
  assert_int_equal(state_value(&batch, 1), 42);
  assert_ok(wd_call_end(worker, sum, &error));

  assert_ok(
      place_states(worker, sum, WD_SLOT_STATES, 2, right, places, &error));
  fill_states(2, right, places);
  assert_ok(wd_call_finish(worker, sum, &batch, &error));
  assert_int_equal(scene_value(&batch, 1), 40);
  assert_ok(wd_call_end(worker, sum, &error));
}

/* Pushes once and fetches what comes; the first value, or -1 for nothing. */
static int64_t
push(struct wd_worker *worker, struct wd_lambda *lambda, uint32_t cursor,
     bool last)
{
  struct wd_error error = {0};
  struct wd_batch batch;
  int64_t value = -1;
  bool has = true;

  if (!last)
    assert_ok(scene_place(worker, lambda, 10, 0, false, &error));
  assert_ok(wd_partition_push(worker, lambda, cursor, last, &error));
  while (has) {
    assert_ok(wd_partition_next(worker, lambda, cursor, &batch, &has, &error));
    if (has) {
      value = scene_value(&batch, 0);
      assert_ok(wd_call_end(worker, lambda, &error));
    }
  }
  return value;
}

static void
partitions(void **state)
{
  struct wd_error error = {0};
  struct wd_lambda *sum = bound(F_SUM, WD_ROLE_PARTITION, 0);
  struct wd_lambda *place = bound(F_PLACE, WD_ROLE_PARTITION, 1);
  struct wd_worker *worker = entered();
  uint32_t cursor, first, second;

  (void)state;
  assert_ok(wd_partition_open(worker, sum, 0, 0, &cursor, &error));
  assert_int_equal(push(worker, sum, cursor, false), -1);
  assert_int_equal(push(worker, sum, cursor, false), -1);
  assert_int_equal(push(worker, sum, cursor, true), 90);
  assert_ok(wd_partition_close(worker, sum, cursor, &error));

  /* Two at a time, each with an index of its own. */
  assert_ok(wd_partition_open(worker, place, 7, 0, &first, &error));
  assert_ok(wd_partition_open(worker, place, 8, 0, &second, &error));
  push(worker, place, first, false);
  push(worker, place, second, false);
  assert_int_equal(push(worker, place, first, true), 7);
  assert_int_equal(push(worker, place, second, true), 8);
  assert_ok(wd_partition_close(worker, place, first, &error));
  assert_fails(wd_partition_push(worker, place, first, true, &error),
               WD_LAMBDA_FAILED, "is not open");
  assert_ok(wd_partition_close(worker, place, second, &error));
}

/* A worker with an open partition stays with it. */
static void
partitions_stay(void **state)
{
  struct wd_error error = {0};
  struct wd_lambda *sum = bound(F_SUM, WD_ROLE_PARTITION, 0);
  struct wd_worker *worker = entered();
  uint32_t cursor;

  (void)state;
  assert_ok(wd_partition_open(worker, sum, 0, 0, &cursor, &error));
  wd_pool_leave(scene.pool);
  assert_ptr_equal(entered(), worker);
  assert_ok(wd_partition_close(worker, sum, cursor, &error));
}

static void
partitions_fail(void **state)
{
  struct wd_error error = {0};
  struct wd_lambda *sum = bound(F_SUM, WD_ROLE_PARTITION, 0);
  struct wd_lambda *fail = bound(F_FAIL, WD_ROLE_PARTITION, 1);
  struct wd_lambda *close = bound(F_FAIL_CLOSE, WD_ROLE_PARTITION, 2);
  uint32_t cursor, other;

  (void)state;
  assert_fails(wd_partition_open(entered(), fail, 0, 0, &cursor, &error),
               WD_LAMBDA_FAILED, "map-partitions lambda: not today");
  assert_ok(wd_partition_open(entered(), close, 0, 0, &other, &error));
  assert_fails(wd_partition_close(entered(), close, other, &error),
               WD_LAMBDA_FAILED, "map-partitions lambda: stuck");
  assert_ok(wd_partition_open(entered(), sum, 0, 0, &cursor, &error));
  assert_ok(wd_partition_close(entered(), sum, cursor, &error));
}

/* The image is the state as of the freeze, whatever main did later; what bind
 * found is there, and what a call changed is seen by nobody else. */
static void
memory_as_of_the_image(void **state)
{
  struct wd_lambda *add = bound(F_ADD, WD_ROLE_MAP, 0);
  struct wd_lambda *binds = bound(F_BINDS, WD_ROLE_MAP, 1);

  (void)state;
  assert_int_equal(map_once(add, 1, 0), 100);
  assert_int_equal(map_once(binds, 2, 0), 2);
}

static void
failures(void **state)
{
  struct wd_error error = {0}, kept = {0};
  struct wd_lambda *fail = bound(F_FAIL, WD_ROLE_MAP, 0);
  struct wd_lambda *trap = bound(F_TRAP, WD_ROLE_MAP, 1);
  struct wd_lambda *range = bound(F_RANGE, WD_ROLE_MAP, 2);
  struct wd_lambda *add = bound(F_ADD, WD_ROLE_MAP, 3);
  struct wd_batch batch;
  struct wd_pool_figures figures;

  (void)state;
  assert_int_equal(wd_pool_failure(scene.pool, &kept), WD_OK);
  assert_ok(scene_place(entered(), fail, 1, 0, false, &error));
  assert_int_equal(wd_call_map(entered(), fail, &batch, &error),
                   WD_LAMBDA_FAILED);
  assert_string_equal(error.message, "map lambda: row 7 is not to my taste");
  assert_contains(error.trace, "row 7");
  assert_int_equal(error.origin, WD_ORIGIN_GUEST);
  wd_error_clear(&error);
  /* The first failure is the pool's; another worker takes over. */
  assert_ok(scene_place(entered(), trap, 1, 0, false, &error));
  assert_fails(wd_call_map(entered(), trap, &batch, &error), WD_TRAP,
               "map lambda: trap");
  assert_ok(scene_place(entered(), range, 1, 0, false, &error));
  assert_fails(wd_call_map(entered(), range, &batch, &error), WD_LAMBDA_FAILED,
               "datasets.range was called inside a lambda");
  assert_int_equal(map_once(add, 1, 1), 101);
  assert_int_equal(wd_pool_failure(scene.pool, &kept), WD_LAMBDA_FAILED);
  assert_contains(kept.message, "not to my taste");
  wd_pool_figures(scene.pool, &figures);
  assert_int_equal(figures.workers, 4);
  /* Errors need not be asked for. */
  assert_ok(scene_place(entered(), fail, 1, 0, false, &error));
  assert_int_equal(wd_call_map(entered(), fail, &batch, NULL),
                   WD_LAMBDA_FAILED);
}

static void
says(void **state)
{
  struct wd_error error = {0};
  struct wd_lambda *say = bound(F_SAY, WD_ROLE_MAP, 0);
  const struct wd_pool_counter *counters;
  uint32_t count;

  (void)state;
  map_once(say, 3, 0);
  map_once(say, 4, 0);
  assert_ok(
      wd_pool_counters(scene.pool, &scene.arena, &counters, &count, &error));
  assert_int_equal(count, 1);
  assert_string_equal(counters[0].name, "rows seen");
  assert_int_equal(counters[0].value, 7);
  assert_contains(scene.printed, "2:a logged");
  assert_contains(scene.printed, "1:printed 3\n");
  assert_contains(scene.printed, "1:and halfprinted 4\n");
  assert_null(strchr(scene.printed, '\x1b'));
  /* What has no end of line comes when the worker goes. */
  wd_pool_unref(scene.pool);
  scene.pool = NULL;
  assert_contains(scene.printed + strlen(scene.printed) - 10, "1:and half");
}

/* ---- Repeating ----------------------------------------------------------- */

static void
clock_stands_still(void **state)
{
  struct wd_lambda *clock = bound(F_CLOCK, WD_ROLE_MAP, 0);

  (void)state;
  assert_int_equal(map_once(clock, 1, 0), 1234567890);
  assert_int_equal(map_once(clock, 1, 0), 1234567890);
}

struct other_thread {
  struct wd_lambda *lambda;
  int64_t value;
  struct wd_error error;
};

static void *
map_in_thread(void *env)
{
  struct other_thread *other = env;
  struct wd_worker *worker;
  struct wd_batch batch;
  enum wd_status status = wd_pool_enter(scene.pool, &worker, &other->error);

  if (status == WD_OK)
    status = scene_place(worker, other->lambda, 2, 0, false, &other->error);
  if (status == WD_OK)
    status = wd_call_map(worker, other->lambda, &batch, &other->error);
  if (status == WD_OK) {
    other->value = scene_value(&batch, 0);
    status = wd_call_end(worker, other->lambda, &other->error);
  }
  return NULL;
}

static struct other_thread
in_thread(struct wd_lambda *lambda)
{
  struct other_thread other = {.lambda = lambda};
  pthread_t thread;

  assert_int_equal(pthread_create(&thread, NULL, map_in_thread, &other), 0);
  pthread_join(thread, NULL);
  return other;
}

/* Calls of other lambdas do not change a lambda's random numbers; another
 * place of the plan and another worker have others. */
static void
random_repeats(void **state)
{
  int64_t first[2], later[2], other_site, other_worker;

  (void)state;
  for (int i = 0; i < 2; i++) {
    struct wd_lambda *random = bound(F_RANDOM, WD_ROLE_MAP, 0);
    struct wd_lambda *noise = bound(F_RANDOM, WD_ROLE_MAP, 1);

    first[i] = map_once(random, 2, 0);
    other_site = map_once(noise, 3 + (uint32_t)i, 0);
    later[i] = map_once(random, 2, 0);
    other_worker = in_thread(random).value;
    scene_pool_end(&scene);
    begin(state);
  }
  assert_int_equal(first[0], first[1]);
  assert_int_equal(later[0], later[1]);
  assert_int_not_equal(first[0], later[0]);
  assert_int_not_equal(first[0], other_site);
  assert_int_not_equal(first[0], other_worker);
}

/* The same partition gives the same bytes, alone or beside others. */
static void
random_of_partitions(void **state)
{
  struct wd_error error = {0};
  struct wd_lambda *random = bound(F_RANDOM, WD_ROLE_PARTITION, 0);
  struct wd_worker *worker = entered();
  int64_t alone[2], beside[2], other;
  uint32_t one, two;

  (void)state;
  assert_ok(wd_partition_open(worker, random, 5, 0, &one, &error));
  alone[0] = push(worker, random, one, false);
  alone[1] = push(worker, random, one, false);
  assert_ok(wd_partition_close(worker, random, one, &error));
  assert_ok(wd_partition_open(worker, random, 5, 0, &one, &error));
  assert_ok(wd_partition_open(worker, random, 6, 0, &two, &error));
  beside[0] = push(worker, random, one, false);
  other = push(worker, random, two, false);
  beside[1] = push(worker, random, one, false);
  assert_ok(wd_partition_close(worker, random, one, &error));
  assert_ok(wd_partition_close(worker, random, two, &error));
  assert_int_equal(alone[0], beside[0]);
  assert_int_equal(alone[1], beside[1]);
  assert_int_not_equal(alone[0], other);
}

static void
places(void **state)
{
  struct wd_error error = {0};
  struct wd_lambda *place = bound(F_PLACE, WD_ROLE_MAP, 0);
  struct wd_worker *worker = entered();
  struct wd_batch batch;

  (void)state;
  assert_ok(scene_place(worker, place, 2, 0, false, &error));
  assert_ok(wd_call_map(worker, place, &batch, &error));
  assert_int_equal(scene_value(&batch, 0), 0);
  assert_int_equal(scene_value(&batch, 1), 42);
  assert_ok(wd_call_end(worker, place, &error));
  assert_int_equal(in_thread(place).value, 1);
}

/* A second worker binds for itself; it must come to the same. */
static void
bind_differs(void **state)
{
  struct wd_lambda *binds, *fickle;
  struct other_thread other;
  struct wd_error kept = {0};

  (void)state;
  fickle = bound(F_FICKLE, WD_ROLE_MAP, 0);
  other = in_thread(fickle);
  assert_int_equal(other.error.status, WD_OK);
  scene_pool_end(&scene);
  begin(state);
  binds = bound(F_BINDS, WD_ROLE_MAP, 0);
  fickle = bound(F_FICKLE, WD_ROLE_MAP, 1);
  assert_string_equal(fickle->output.columns[0].name, "other");
  other = in_thread(fickle);
  assert_int_equal(other.error.status, WD_LAMBDA_FAILED);
  assert_contains(other.error.message, "bind answered differently");
  assert_int_equal(wd_pool_failure(scene.pool, &kept), WD_LAMBDA_FAILED);
  assert_int_equal(map_once(binds, 1, 0), 2);
}

static void
stopped(void **state)
{
  struct timespec pause = {0, 20000000};
  struct wd_lambda *spin = bound(F_SPIN, WD_ROLE_MAP, 0);
  struct other_thread other = {.lambda = spin};
  struct wd_error error = {0};
  struct wd_worker *worker;
  pthread_t thread;

  (void)state;
  assert_int_equal(pthread_create(&thread, NULL, map_in_thread, &other), 0);
  nanosleep(&pause, NULL);
  wd_pool_kill(scene.pool);
  wd_pool_kill(scene.pool);
  pthread_join(thread, NULL);
  assert_int_equal(other.error.status, WD_CANCELLED);
  assert_fails(wd_pool_enter(scene.pool, &worker, &error), WD_CANCELLED,
               "cancelled");
}

/* ---- Without memory ------------------------------------------------------ */

static enum wd_status
run_all(void *env)
{
  struct wd_error error = {0};
  struct wd_lambda *add, *part;
  struct wd_worker *worker;
  struct wd_batch batch;
  uint32_t cursor;
  bool has;
  enum wd_status status = scene_pool(&scene, &error);

  (void)env;
  if (status != WD_OK)
    return status;
  status = scene_bind(&scene, F_ADD, WD_ROLE_MAP, &scene_two, 9, &add, &error);
  if (status == WD_OK)
    status = scene_bind(&scene, F_SUM, WD_ROLE_PARTITION, &scene_one, 30, &part,
                        &error);
  if (status == WD_OK)
    status = wd_pool_enter(scene.pool, &worker, &error);
  if (status == WD_OK)
    status = scene_place(worker, add, 10, 0, false, &error);
  if (status == WD_OK)
    status = wd_call_map(worker, add, &batch, &error);
  if (status == WD_OK)
    status = wd_call_end(worker, add, &error);
  if (status == WD_OK)
    status = wd_partition_open(worker, part, 0, 0, &cursor, &error);
  if (status == WD_OK)
    status = wd_partition_push(worker, part, cursor, true, &error);
  if (status == WD_OK)
    status = wd_partition_next(worker, part, cursor, &batch, &has, &error);
  if (status == WD_OK)
    status = wd_partition_close(worker, part, cursor, &error);
  assert_int_equal(status, error.status);
  scene_pool_end(&scene);
  return status;
}

static void
no_memory(void **state)
{
  (void)state;
  if (!loaded)
    skip();
  wd_oom_each(run_all, NULL);
}

static enum wd_status
rebind_all(void *env)
{
  struct other_thread other = in_thread(env);

  return other.error.status;
}

/* Binding in a second worker, and making it. */
static void
no_memory_in_a_thread(void **state)
{
  struct wd_lambda *add = bound(F_ADD, WD_ROLE_MAP, 0);
  enum wd_status status = WD_NO_MEMORY;

  (void)state;
  for (long n = 1; status != WD_OK; n++) {
    wd_mem_fail_after(n);
    status = rebind_all(add);
    wd_mem_fail_after(0);
    assert_true(status == WD_OK || status == WD_NO_MEMORY);
  }
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
  const struct CMUnitTest tests[] = {
      CASE(binding),
      CASE(binding_refused),
      CASE(binding_passes),
      CASE(binding_passes_refused),
      CASE(maps),
      CASE(wanted_columns),
      CASE(flat_maps),
      CASE(aggregates),
      CASE(partitions),
      CASE(partitions_stay),
      CASE(partitions_fail),
      CASE(memory_as_of_the_image),
      CASE(failures),
      CASE(says),
      CASE(clock_stands_still),
      CASE(random_repeats),
      CASE(random_of_partitions),
      CASE(places),
      CASE(bind_differs),
      CASE(stopped),
      cmocka_unit_test(no_memory),
      CASE(no_memory_in_a_thread),
  };

  return cmocka_run_group_tests(tests, load, unload);
}
