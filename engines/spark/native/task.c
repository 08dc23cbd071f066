#include "task.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

#include "engine/spark/carried.h"
#include "output.h"

/* Wasm's stack (runtime.h) and the host's functions that guests call. */
#define STACK_SIZE ((size_t)4 << 20)

#define SLOTS (WD_SLOT_RIGHT + 1)
#define OUTPUT SLOTS

static const struct wd_column state_column = {
    .name = "state", .type = {.id = WD_TYPE_BINARY}, .nullable = true};
static const struct wd_schema state_schema = {1, &state_column};

struct wd_task {
  struct wd_arena arena;
  struct wd_sc_view closure;
  const char *folder;
  uint32_t partition, partitions;

  pthread_t thread;
  pthread_mutex_t lock; /* of busy and command */
  pthread_cond_t changed;
  bool busy;
  enum wd_task_command command;
  struct wd_error error;

  struct wd_executor_program *program;
  const struct wd_lambda *lambda;
  _Atomic(struct wd_worker *) worker;

  struct wd_task_input slots[SLOTS]; /* in Spark's form */
  struct wd_task_input given[SLOTS]; /* in the lambda's */
  uint8_t **places[SLOTS];
  struct wd_arena unpacked[SLOTS];
  const uint32_t *groups;

  struct wd_schema scanned; /* of a table: what is wanted */
  const uint32_t *columns;  /* of its output */

  bool open; /* a cursor */
  uint32_t cursor;
  uint32_t group; /* the number of the next */
  bool pending;   /* a result that wd_call_end is to give back */
  bool states;    /* the output is one of states */
  struct wd_batch out;
  bool has, more;

  struct wd_arena packing; /* of the output in Spark's form */
  struct wd_schema packed_schema;
  struct wd_batch packed;
};

/* ---- What a lambda gets and gives ---------------------------------------- */

static const struct wd_schema *
slot_schema(const struct wd_task *task, int slot)
{
  const struct wd_lambda *lambda = task->lambda;
  bool co_group = lambda->role == WD_ROLE_CO_GROUP;

  switch (slot) {
  case WD_SLOT_INPUT:
    return &lambda->wanted;
  case WD_SLOT_RIGHT:
    return co_group ? &lambda->right : &state_schema;
  case WD_SLOT_STATES:
    return &state_schema;
  default:
    if (lambda->role == WD_ROLE_TABLE)
      return &task->scanned;
    return task->states ? &state_schema : &lambda->output;
  }
}

static void
own_shape(const struct wd_task *task, int slot, uint32_t *out_nodes,
          uint32_t *out_buffers)
{
  wd_schema_shape(slot_schema(task, slot), out_nodes, out_buffers);
}

void
wd_task_shape(const struct wd_task *task, int slot, uint32_t *out_nodes,
              uint32_t *out_buffers)
{
  *out_nodes = task->slots[slot].node_count;
  *out_buffers = task->slots[slot].buffer_count;
}

static bool
make_arrays(struct wd_task *task, struct wd_task_input *input)
{
  input->nodes =
      wd_arena_array(&task->arena, input->node_count, sizeof *input->nodes);
  input->sizes =
      wd_arena_array(&task->arena, input->buffer_count, sizeof *input->sizes);
  input->sources =
      wd_arena_array(&task->arena, input->buffer_count, sizeof *input->sources);
  return input->nodes && input->sizes && input->sources;
}

static enum wd_status
make_slot(struct wd_task *task, int slot, struct wd_error *error)
{
  struct wd_task_input *input = &task->slots[slot];
  struct wd_task_input *given = &task->given[slot];
  struct wd_schema carrier;
  enum wd_status status = wd_spark_carrier_schema(
      slot_schema(task, slot), &task->arena, &carrier, error);

  if (status != WD_OK)
    return status;
  wd_schema_shape(&carrier, &input->node_count, &input->buffer_count);
  own_shape(task, slot, &given->node_count, &given->buffer_count);
  task->places[slot] = wd_arena_array(&task->arena, given->buffer_count,
                                      sizeof *task->places[slot]);
  if (!make_arrays(task, input) || !make_arrays(task, given) ||
      !task->places[slot])
    return wd_fail_memory(error);
  return WD_OK;
}

static struct wd_batch
batch_of(struct wd_arena *arena, const struct wd_task_input *input)
{
  struct wd_span *spans =
      wd_arena_array(arena, input->buffer_count, sizeof *spans);

  for (uint32_t i = 0; spans && i < input->buffer_count; i++)
    spans[i] = (struct wd_span){input->sources[i], input->sizes[i]};
  return (struct wd_batch){input->rows, input->node_count, input->buffer_count,
                           input->nodes, spans};
}

/* What Spark gave, as the lambda wants it. */
static enum wd_status
unpack_slot(struct wd_task *task, int slot, struct wd_error *error)
{
  const struct wd_schema *schema = slot_schema(task, slot);
  struct wd_task_input *given = &task->given[slot];
  struct wd_arena *arena = &task->unpacked[slot];
  struct wd_batch batch;
  enum wd_status status;

  if (wd_spark_schema_plain(schema)) {
    *given = task->slots[slot];
    return WD_OK;
  }
  wd_arena_fini(arena);
  batch = batch_of(arena, &task->slots[slot]);
  if (!batch.buffers)
    return wd_fail_memory(error);
  status = wd_spark_unpack(schema, &batch, arena, &batch, error);
  if (status != WD_OK)
    return status;
  given->rows = batch.rows;
  memcpy(given->nodes, batch.nodes, batch.node_count * sizeof *batch.nodes);
  for (uint32_t i = 0; i < batch.buffer_count; i++) {
    given->sizes[i] = batch.buffers[i].size;
    given->sources[i] = batch.buffers[i].data;
  }
  return WD_OK;
}

/* The other way round. */
static enum wd_status
pack_output(struct wd_task *task, struct wd_error *error)
{
  const struct wd_schema *schema = slot_schema(task, OUTPUT);
  enum wd_status status;

  task->packed_schema = *schema;
  task->packed = task->out;
  if (!task->has || wd_spark_schema_plain(schema))
    return WD_OK;
  wd_arena_fini(&task->packing);
  status = wd_spark_carrier_schema(schema, &task->packing, &task->packed_schema,
                                   error);
  return status == WD_OK ? wd_spark_pack(schema, &task->out, &task->packing,
                                         &task->packed, error)
                         : status;
}

enum wd_status
wd_task_columns(struct wd_task *task, const uint32_t *columns, uint32_t count,
                struct wd_error *error)
{
  const struct wd_schema *all = &task->lambda->output;
  uint32_t *taken = wd_arena_array(&task->arena, count, sizeof *taken);
  struct wd_column *wanted =
      wd_arena_array(&task->arena, count, sizeof *wanted);

  if (!taken || !wanted)
    return wd_fail_memory(error);
  for (uint32_t i = 0; i < count; i++) {
    if (columns[i] >= all->count)
      return wd_fail(error, WD_INVALID_ARGUMENT,
                     "a table function has no column %u", columns[i]);
    taken[i] = columns[i];
    wanted[i] = all->columns[columns[i]];
  }
  task->columns = taken;
  task->scanned = (struct wd_schema){count, wanted};
  return WD_OK;
}

/* All columns, until it is known which. */
static enum wd_status
want_all(struct wd_task *task, struct wd_error *error)
{
  uint32_t count = task->lambda->output.count;
  uint32_t *columns = wd_arena_array(&task->arena, count, sizeof *columns);

  if (!columns)
    return wd_fail_memory(error);
  for (uint32_t i = 0; i < count; i++)
    columns[i] = i;
  return wd_task_columns(task, columns, count, error);
}

static enum wd_status
start(struct wd_task *task, struct wd_error *error)
{
  struct wd_worker *worker;
  enum wd_status status = wd_executor_program_use(task->closure, task->folder,
                                                  &task->program, error);

  if (status == WD_OK)
    status = wd_executor_program_lambda(task->program, task->closure,
                                        &task->lambda, error);
  if (status == WD_OK)
    status =
        wd_pool_enter(wd_executor_program_pool(task->program), &worker, error);
  if (status != WD_OK)
    return status;
  atomic_store(&task->worker, worker);
  for (int slot = 0; slot < SLOTS && status == WD_OK; slot++)
    status = make_slot(task, slot, error);
  if (status == WD_OK && task->lambda->role == WD_ROLE_TABLE)
    return want_all(task, error);
  if (status == WD_OK)
    status = wd_call_partition(worker, task->lambda, task->partition,
                               task->partitions, error);
  return status;
}

/* Room for a batch; it is filled when all of a call have theirs. */
static enum wd_status
place(struct wd_task *task, enum wd_call_slot slot, struct wd_error *error)
{
  const struct wd_task_input *input = &task->given[slot];
  struct wd_shape shape;
  enum wd_status status = unpack_slot(task, (int)slot, error);

  if (status != WD_OK)
    return status;
  shape = (struct wd_shape){input->rows, input->node_count, input->buffer_count,
                            input->nodes, input->sizes};
  return wd_call_batch(task->worker, task->lambda, slot, &shape,
                       task->places[slot], error);
}

static void
fill(struct wd_task *task, enum wd_call_slot slot)
{
  const struct wd_task_input *input = &task->given[slot];

  for (uint32_t i = 0; i < input->buffer_count; i++)
    if (input->sizes[i])
      memcpy(task->places[slot][i], input->sources[i], input->sizes[i]);
}

static enum wd_status
place_and_fill(struct wd_task *task, enum wd_call_slot slot,
               struct wd_error *error)
{
  enum wd_status status = place(task, slot, error);

  if (status == WD_OK)
    fill(task, slot);
  return status;
}

/* ---- Commands ------------------------------------------------------------ */

static bool
has_cursors(const struct wd_lambda *lambda)
{
  return lambda->role == WD_ROLE_PARTITION || lambda->role == WD_ROLE_GROUP ||
         lambda->role == WD_ROLE_FOR_EACH || lambda->role == WD_ROLE_CO_GROUP ||
         lambda->role == WD_ROLE_TABLE;
}

static enum wd_status
open_cursor(struct wd_task *task, struct wd_error *error)
{
  bool groups = task->lambda->role == WD_ROLE_GROUP ||
                task->lambda->role == WD_ROLE_CO_GROUP;
  /* Groups of all partitions have numbers of their own. */
  uint32_t index = task->partition + task->group++ * task->partitions;
  enum wd_status status = wd_partition_open(
      task->worker, task->lambda, groups ? index : task->partition,
      groups ? 0 : task->partitions, &task->cursor, error);

  task->open = status == WD_OK;
  return status;
}

static enum wd_status
shut_cursor(struct wd_task *task, struct wd_error *error)
{
  if (!task->open)
    return WD_OK;
  task->open = false;
  return task->lambda->role == WD_ROLE_TABLE
             ? wd_scan_close(task->worker, task->lambda, task->cursor, error)
             : wd_partition_close(task->worker, task->lambda, task->cursor,
                                  error);
}

static enum wd_status
read_cursor(struct wd_task *task, struct wd_error *error)
{
  if (task->lambda->role == WD_ROLE_TABLE)
    return wd_scan_next(task->worker, task->lambda, &task->scanned,
                        task->cursor, &task->out, &task->has, error);
  return wd_partition_next(task->worker, task->lambda, task->cursor, &task->out,
                           &task->has, error);
}

/* The next rows of an open cursor. */
static enum wd_status
next_of_cursor(struct wd_task *task, struct wd_error *error)
{
  enum wd_status status;

  for (;;) {
    status = read_cursor(task, error);
    task->more = task->pending = status == WD_OK && task->has;
    if (status != WD_OK || !task->has || task->out.rows)
      return status;
    task->pending = false;
    status = wd_call_end(task->worker, task->lambda, error);
    if (status != WD_OK)
      return status;
  }
}

static enum wd_status
next_of_flat_map(struct wd_task *task, enum wd_status status,
                 struct wd_error *error)
{
  while (status == WD_OK && task->out.rows == 0 && task->more) {
    status = wd_call_end(task->worker, task->lambda, error);
    if (status == WD_OK)
      status = wd_call_flat_map_next(task->worker, task->lambda, &task->out,
                                     &task->more, error);
  }
  task->has = task->pending = status == WD_OK;
  return status;
}

static enum wd_status
push(struct wd_task *task, bool right, bool end, struct wd_error *error)
{
  enum wd_status status = WD_OK;

  if (!task->open)
    status = open_cursor(task, error);
  if (status == WD_OK && !end)
    status = place_and_fill(task, right ? WD_SLOT_RIGHT : WD_SLOT_INPUT, error);
  if (status == WD_OK)
    status = right ? wd_partition_push_right(task->worker, task->lambda,
                                             task->cursor, end, error)
                   : wd_partition_push(task->worker, task->lambda, task->cursor,
                                       end, error);
  return status == WD_OK ? next_of_cursor(task, error) : status;
}

static enum wd_status
scan(struct wd_task *task, struct wd_error *error)
{
  enum wd_status status =
      wd_scan_open(task->worker, task->lambda, task->partition, task->columns,
                   task->scanned.count, &task->cursor, error);

  task->open = status == WD_OK;
  return status == WD_OK ? next_of_cursor(task, error) : status;
}

static enum wd_status
call(struct wd_task *task, struct wd_error *error)
{
  enum wd_status status;

  if (has_cursors(task->lambda))
    return push(task, false, false, error);
  status = place_and_fill(task, WD_SLOT_INPUT, error);
  if (status == WD_OK && task->lambda->role == WD_ROLE_FLAT_MAP)
    return next_of_flat_map(task,
                            wd_call_flat_map(task->worker, task->lambda,
                                             &task->out, &task->more, error),
                            error);
  if (status == WD_OK)
    status = wd_call_map(task->worker, task->lambda, &task->out, error);
  task->has = task->pending = status == WD_OK;
  return status;
}

static enum wd_status
next(struct wd_task *task, struct wd_error *error)
{
  if (has_cursors(task->lambda))
    return next_of_cursor(task, error);
  return next_of_flat_map(task,
                          wd_call_flat_map_next(task->worker, task->lambda,
                                                &task->out, &task->more, error),
                          error);
}

static enum wd_status
update(struct wd_task *task, struct wd_error *error)
{
  uint32_t rows = task->slots[WD_SLOT_INPUT].rows;
  uint32_t *groups = NULL;
  enum wd_status status = place(task, WD_SLOT_STATES, error);

  if (status == WD_OK && task->slots[WD_SLOT_STATES].rows != 1)
    status = wd_call_groups(task->worker, task->lambda, rows, &groups, error);
  if (status == WD_OK)
    status = place(task, WD_SLOT_INPUT, error);
  if (status != WD_OK)
    return status;
  fill(task, WD_SLOT_STATES);
  fill(task, WD_SLOT_INPUT);
  if (groups && rows)
    memcpy(groups, task->groups, rows * sizeof *groups);
  return wd_call_update(task->worker, task->lambda, &task->out, error);
}

static enum wd_status
combine(struct wd_task *task, struct wd_error *error)
{
  enum wd_status status = place(task, WD_SLOT_STATES, error);

  if (status == WD_OK)
    status = place(task, WD_SLOT_RIGHT, error);
  if (status != WD_OK)
    return status;
  fill(task, WD_SLOT_STATES);
  fill(task, WD_SLOT_RIGHT);
  return wd_call_combine(task->worker, task->lambda, &task->out, error);
}

static enum wd_status
finish(struct wd_task *task, struct wd_error *error)
{
  enum wd_status status = place_and_fill(task, WD_SLOT_STATES, error);

  return status == WD_OK
             ? wd_call_finish(task->worker, task->lambda, &task->out, error)
             : status;
}

/* Those of aggregates: one batch for one. */
static enum wd_status
aggregate(struct wd_task *task, enum wd_task_command command,
          struct wd_error *error)
{
  enum wd_status status = command == WD_TASK_UPDATE    ? update(task, error)
                          : command == WD_TASK_COMBINE ? combine(task, error)
                                                       : finish(task, error);

  task->states = command != WD_TASK_FINISH;
  task->has = task->pending = status == WD_OK;
  return status;
}

static enum wd_status
carry_out(struct wd_task *task, enum wd_task_command command,
          struct wd_error *error)
{
  enum wd_status status = WD_OK;

  if (task->pending)
    status = wd_call_end(task->worker, task->lambda, error);
  task->pending = task->has = false;
  if (status != WD_OK)
    return status;
  switch (command) {
  case WD_TASK_START:
    return start(task, error);
  case WD_TASK_CALL:
    return call(task, error);
  case WD_TASK_END:
    return push(task, false, true, error);
  case WD_TASK_RIGHT:
    return push(task, true, false, error);
  case WD_TASK_RIGHT_END:
    return push(task, true, true, error);
  case WD_TASK_NEXT:
    return next(task, error);
  case WD_TASK_OPEN:
    return open_cursor(task, error);
  case WD_TASK_SHUT:
    return shut_cursor(task, error);
  case WD_TASK_UPDATE:
  case WD_TASK_COMBINE:
  case WD_TASK_FINISH:
    return aggregate(task, command, error);
  case WD_TASK_SCAN:
    return scan(task, error);
  case WD_TASK_QUIT:
    break;
  }
  return WD_OK;
}

/* ---- Threads ------------------------------------------------------------- */

/* The thread's last words: its worker is another task's next. */
static void
leave(struct wd_task *task)
{
  struct wd_error ignored = {0};

  if (task->worker && !task->error.status) {
    if (task->pending)
      wd_call_end(task->worker, task->lambda, &ignored);
    shut_cursor(task, &ignored);
  }
  if (task->program)
    wd_pool_leave(wd_executor_program_pool(task->program));
}

static void *
run(void *env)
{
  struct wd_task *task = env;
  bool quit = false;

  pthread_mutex_lock(&task->lock);
  while (!quit) {
    while (!task->busy)
      pthread_cond_wait(&task->changed, &task->lock);
    pthread_mutex_unlock(&task->lock);
    quit = task->command == WD_TASK_QUIT;
    if (!quit && !task->error.status &&
        carry_out(task, task->command, &task->error) == WD_OK)
      pack_output(task, &task->error);
    pthread_mutex_lock(&task->lock);
    task->busy = false;
    pthread_cond_broadcast(&task->changed);
  }
  pthread_mutex_unlock(&task->lock);
  leave(task);
  return NULL;
}

static void
task_fini(struct wd_task *task)
{
  wd_executor_program_leave(task->program);
  pthread_cond_destroy(&task->changed);
  pthread_mutex_destroy(&task->lock);
  for (int slot = 0; slot < SLOTS; slot++)
    wd_arena_fini(&task->unpacked[slot]);
  wd_arena_fini(&task->packing);
  wd_arena_fini(&task->arena);
  wd_mem_free(NULL, task, sizeof *task);
}

static enum wd_status
copy_arguments(struct wd_task *task, struct wd_sc_view closure,
               const char *folder, struct wd_error *error)
{
  uint8_t *copy = wd_arena_alloc(&task->arena, closure.length + 1);

  task->folder = wd_arena_strdup(&task->arena, folder);
  if (!copy || !task->folder)
    return wd_fail_memory(error);
  memcpy(copy, closure.data, closure.length);
  task->closure = (struct wd_sc_view){copy, closure.length};
  return WD_OK;
}

static enum wd_status
start_thread(struct wd_task *task, struct wd_error *error)
{
  pthread_attr_t attributes;
  int failed;

  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, STACK_SIZE);
  failed = pthread_create(&task->thread, &attributes, run, task);
  pthread_attr_destroy(&attributes);
  if (failed)
    return wd_fail(error, WD_NO_MEMORY, "cannot start a thread: %s",
                   strerror(failed));
  return WD_OK;
}

enum wd_status
wd_task_new(struct wd_sc_view closure, const char *folder, uint32_t partition,
            uint32_t partitions, struct wd_task **out_task,
            struct wd_error *error)
{
  struct wd_task *task = wd_mem_calloc(NULL, 1, sizeof *task);
  pthread_condattr_t attributes;
  enum wd_status status;

  if (!task)
    return wd_fail_memory(error);
  wd_arena_init(&task->arena, NULL, 0);
  wd_arena_init(&task->packing, NULL, 0);
  for (int slot = 0; slot < SLOTS; slot++)
    wd_arena_init(&task->unpacked[slot], NULL, 0);
  pthread_mutex_init(&task->lock, NULL);
  pthread_condattr_init(&attributes);
  pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
  pthread_cond_init(&task->changed, &attributes);
  pthread_condattr_destroy(&attributes);
  task->partition = partition;
  task->partitions = partitions;
  task->busy = true;
  task->command = WD_TASK_START;
  status = copy_arguments(task, closure, folder, error);
  if (status == WD_OK)
    status = start_thread(task, error);
  if (status != WD_OK)
    task_fini(task);
  else
    *out_task = task;
  return status;
}

void
wd_task_free(struct wd_task *task)
{
  if (!task)
    return;
  while (!wd_task_wait(task, 100))
    wd_task_kill(task);
  wd_task_run(task, WD_TASK_QUIT);
  pthread_join(task->thread, NULL);
  task_fini(task);
}

struct wd_task_input *
wd_task_input(struct wd_task *task, int slot)
{
  return &task->slots[slot];
}

void
wd_task_groups(struct wd_task *task, const uint32_t *groups)
{
  task->groups = groups;
}

void
wd_task_run(struct wd_task *task, enum wd_task_command command)
{
  pthread_mutex_lock(&task->lock);
  task->command = command;
  task->busy = true;
  pthread_cond_broadcast(&task->changed);
  pthread_mutex_unlock(&task->lock);
}

bool
wd_task_wait(struct wd_task *task, uint32_t milliseconds)
{
  struct timespec until;
  bool done;

  clock_gettime(CLOCK_MONOTONIC, &until);
  until.tv_sec += milliseconds / 1000;
  until.tv_nsec += (long)(milliseconds % 1000) * 1000000;
  if (until.tv_nsec >= 1000000000) {
    until.tv_sec++;
    until.tv_nsec -= 1000000000;
  }
  pthread_mutex_lock(&task->lock);
  while (task->busy && pthread_cond_timedwait(&task->changed, &task->lock,
                                              &until) != ETIMEDOUT)
    ;
  done = !task->busy;
  pthread_mutex_unlock(&task->lock);
  return done;
}

const struct wd_error *
wd_task_failure(const struct wd_task *task)
{
  return task->error.status ? &task->error : NULL;
}

void
wd_task_kill(struct wd_task *task)
{
  struct wd_worker *worker = atomic_load(&task->worker);

  if (worker)
    wd_worker_kill(worker);
}

void
wd_task_report(struct wd_task *task, struct wd_buf *buf)
{
  if (task->program)
    wd_executor_program_report(task->program, buf);
}

/* ---- Output -------------------------------------------------------------- */

const struct wd_batch *
wd_task_output(const struct wd_task *task, bool *out_more)
{
  *out_more = task->more;
  return task->has ? &task->packed : NULL;
}

void
wd_task_output_sizes(const struct wd_task *task, uint64_t *out_sizes)
{
  wd_output_sizes(&task->packed_schema, &task->packed, out_sizes);
}

void
wd_task_output_copy(const struct wd_task *task, const uint64_t *sizes,
                    uint8_t *const *places)
{
  wd_output_copy(&task->packed_schema, &task->packed, sizes, places);
}
