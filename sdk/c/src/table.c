/* Table functions: as sources (cursors), for rows, and what main says. */
#include <stdio.h>
#include <stdlib.h>

#include "internal.h"

/* How many rows are handed over at once: a chunk of the host's. */
#define BATCH_ROWS 2048

/* A source bound to its arguments: what a handle is. */
struct table {
  struct wd__binding *binding;
  wd_column *arguments;
  uint32_t argument_count;
  struct wd__arena held; /* their values */
  wd_column *columns;    /* of the output */
};

/* One open partition. */
struct scan {
  struct table *table;
  void *state;
  wd_rows *out;
  uint32_t *wanted;
  uint32_t wanted_count;
  bool ended;
};

/* result<table-binding, error>: it has a u64 in it. */
struct table_result {
  bool failed;
  union {
    struct {
      _Alignas(8) uint32_t handle;
      struct wire_list output;
      uint32_t partitions;
      uint64_t rows;
    };
    struct wire_error error;
  };
};

_Static_assert(offsetof(struct table_result, handle) == 8 &&
                   offsetof(struct table_result, error) == 8 &&
                   offsetof(struct table_result, rows) == 24,
               "result of bind-table");

static const struct wd__closure *
closure_of(const struct table *table)
{
  return table->binding->bind.closure;
}

static const void *
bind_error(const struct wd__fault *fault)
{
  static struct table_result result;
  result.failed = true;
  result.error = wd__result_error(fault)->error;
  return &result;
}

/* The columns of the output, for their shape. */
static wd_column *
output_columns(const struct wd__schema *output)
{
  uint32_t count = output->schema.count;
  wd_column *columns = wd__new((count + 1) * sizeof *columns);
  for (uint32_t i = 0; i < count; i++)
    columns[i] = wd__column_of(output->fields + i);
  return columns;
}

/* The row of arguments, each a batch of its own. */
static bool
take_arguments(struct table *table, struct wd__fault *fault)
{
  const wd_bind *bind = &table->binding->bind;
  uint32_t count = bind->input->schema.count;
  table->argument_count = count;
  table->arguments = wd__new((count + 1) * sizeof *table->arguments);
  for (uint32_t i = 0; i < count; i++) {
    const wd_field *unknown = wd__field_unknown(bind->input->fields + i);
    if (unknown)
      return wd__fault(fault, WD_UNSUPPORTED,
                       "argument '%s' has a type that C programs do not get "
                       "(Arrow format '%s')",
                       bind->input->fields[i].name, unknown->timezone);
    table->arguments[i] = wd__column_of(bind->input->fields + i);
    if (!wd__batch_decode(&bind->constants[i].value, table->arguments + i, 1,
                          fault))
      return false;
  }
  wd__arena_swap(&wd__input, &table->held);
  return true;
}

static bool
bind_source(struct wd__binding *binding, uint32_t *out_handle,
            struct wd__fault *fault)
{
  struct table *table = wd__new(sizeof *table);
  const struct wd__closure *closure = binding->bind.closure;
  table->binding = binding;
  if (!closure->has_generator && !closure->rows)
    return wd__fault(fault, WD_INVALID_ARGUMENT,
                     "it is a function over a table: f(TABLE t)");
  if (!take_arguments(table, fault))
    return false;
  table->columns = output_columns(binding->bind.output);
  *out_handle = (uint32_t)(uintptr_t)table;
  return true;
}

static bool
bind_rows(struct wd__binding *binding, uint32_t *out_handle,
          struct wd__fault *fault)
{
  if (!binding->bind.closure->rows)
    return wd__fault(fault, WD_INVALID_ARGUMENT,
                     "its arguments must be constants: it is not for rows");
  if (!wd__binding_columns(binding, fault))
    return false;
  binding->out = wd__rows_make(binding->bind.output);
  *out_handle = (uint32_t)(uintptr_t)binding;
  return true;
}

const void *
wd__table_bind(uint32_t state, uint32_t role, const void *arguments,
               uint32_t argument_count, const void *constants,
               uint32_t constant_count, uint32_t partitions)
{
  static struct table_result result;
  struct wd__closure *closure = (struct wd__closure *)(uintptr_t)state;
  struct wd__fault fault;
  uint32_t handle = 0;
  wd__arena_reset(&wd__scratch);
  setvbuf(stdout, NULL, _IOLBF, 0);
  struct wd__binding *binding =
      wd__binding_new(closure, arguments, argument_count);
  binding->bind.constants = constants;
  binding->bind.constant_count = constant_count;
  binding->bind.whole = true;
  if (!wd__binding_decide(binding, &fault))
    return bind_error(&fault);
  if (!(role == 0 ? bind_source(binding, &handle, &fault)
                  : bind_rows(binding, &handle, &fault)))
    return bind_error(&fault);
  result.failed = false;
  result.handle = handle;
  result.output =
      wd__schema_to_wire(&wd__scratch, &binding->bind.output->schema);
  result.partitions = !closure->has_generator     ? 1
                      : closure->table_partitions ? closure->table_partitions
                                                  : partitions;
  result.rows = 0;
  return &result;
}

/* The rows own a copy of the schema. */
static wd_rows *
rows_of(const struct wd__schema *schema)
{
  struct wd__schema *copy = wd__schema_new();
  for (uint32_t i = 0; i < schema->schema.count; i++)
    wd__schema_add(copy, schema->fields + i);
  return wd__rows_make(copy);
}

const void *
wd__table_open(uint32_t handle, uint32_t partition, const uint32_t *columns,
               uint32_t count)
{
  struct table *table = (struct table *)(uintptr_t)handle;
  const wd_generator *f = &closure_of(table)->generator;
  struct scan *scan = wd__new(sizeof *scan);
  wd_row arguments = {table->arguments, table->argument_count, 0};
  wd__arena_reset(&wd__scratch);
  scan->table = table;
  scan->state = wd__new(f->size);
  scan->out = rows_of(table->binding->bind.output);
  scan->wanted = wd__copy_of(columns, count * sizeof *columns);
  scan->wanted_count = count;
  if (f->open)
    f->open(scan->state, partition, &arguments, table->binding->bind.env);
  return wd__result_cursor((uint32_t)(uintptr_t)scan);
}

/* The wanted columns of a batch, in their order. */
static struct wire_batch
choose(const struct scan *scan, const struct wire_batch *all)
{
  const struct table *table = scan->table;
  struct wire_node *nodes =
      wd__arena_take(&wd__scratch, all->node_count * sizeof *nodes);
  struct wire_buffer *buffers =
      wd__arena_take(&wd__scratch, all->buffer_count * sizeof *buffers);
  struct wire_batch batch = {all->rows, nodes, 0, buffers, 0};
  for (uint32_t i = 0; i < scan->wanted_count; i++) {
    uint32_t node = 0, buffer = 0, node_count = 0, buffer_count = 0;
    wd__columns_shape(table->columns, scan->wanted[i], &node, &buffer);
    wd__columns_shape(table->columns + scan->wanted[i], 1, &node_count,
                      &buffer_count);
    memcpy(nodes + batch.node_count, all->nodes + node,
           node_count * sizeof *nodes);
    memcpy(buffers + batch.buffer_count, all->buffers + buffer,
           buffer_count * sizeof *buffers);
    batch.node_count += node_count;
    batch.buffer_count += buffer_count;
  }
  return batch;
}

/* The next rows; a function of rows has one row of arguments, which it is
 * called for once. */
static bool
step(struct scan *scan)
{
  const struct table *table = scan->table;
  const struct wd__closure *closure = closure_of(table);
  wd_row arguments = {table->arguments, table->argument_count, 0};
  void *env = table->binding->bind.env;
  if (closure->has_generator)
    return closure->generator.next(scan->state, scan->out, env);
  closure->rows(&arguments, scan->out, env);
  return false;
}

const void *
wd__table_next(uint32_t cursor)
{
  struct scan *scan = (struct scan *)(uintptr_t)cursor;
  wd_rows *out = scan->out;
  wd__arena_reset(&wd__scratch);
  wd__rows_reset(out);
  /* Whole columns are written once for a batch. */
  while (!scan->ended && !out->size && out->index < BATCH_ROWS &&
         !wd__rows_full(out))
    scan->ended = !step(scan);
  if (!wd__rows_length(out))
    return wd__result_option(NULL);
  struct wire_batch all = wd__rows_to_wire(out);
  struct wire_batch batch = choose(scan, &all);
  return wd__result_option(&batch);
}

const void *
wd__table_close(uint32_t cursor)
{
  struct scan *scan = (struct scan *)(uintptr_t)cursor;
  const wd_generator *f = &closure_of(scan->table)->generator;
  if (f->close)
    f->close(scan->state, scan->table->binding->bind.env);
  wd_rows_free(scan->out);
  free(scan->state);
  free(scan->wanted);
  free(scan);
  return wd__result_none();
}

/* result<lateral-rows, error> */
struct rows_result {
  bool failed;
  union {
    struct {
      struct wire_batch output;
      struct wire_list parents;
      bool more;
    };
    struct wire_error error;
  };
};

/* Of the rows from `first` on. */
static void
note_parents(struct wd__binding *binding, uint32_t first, uint32_t parent)
{
  uint32_t count = wd__rows_length(binding->out);
  if (count > binding->parent_room) {
    uint32_t room = count + count / 2 + 1024;
    uint32_t *grown =
        realloc(binding->parents, room * sizeof *binding->parents);
    if (!grown)
      wd_fail("out of memory");
    binding->parents = grown;
    binding->parent_room = room;
  }
  for (; first < count; first++)
    binding->parents[first] = parent;
}

/* A part of the rows: those of arguments from next_row on until it is large. */
static const void *
expand(struct wd__binding *binding)
{
  static struct rows_result result;
  wd_rows *out = binding->out;
  const wd_batch *in = &binding->in;
  wd_row row = {in->columns, in->count, binding->next_row};
  wd__arena_reset(&wd__scratch);
  wd__rows_reset(out);
  for (; row.index < in->rows && !wd__rows_full(out); row.index++) {
    uint32_t first = wd__rows_length(out);
    binding->bind.closure->rows(&row, out, binding->bind.env);
    note_parents(binding, first, row.index);
  }
  binding->next_row = row.index;
  result.failed = false;
  result.output = wd__rows_to_wire(out);
  result.parents = (struct wire_list){binding->parents, result.output.rows};
  result.more = row.index < in->rows;
  return &result;
}

const void *
wd__table_rows(uint32_t handle, uint32_t rows, const void *nodes,
               uint32_t node_count, const void *buffers, uint32_t buffer_count)
{
  static struct rows_result result;
  struct wd__binding *binding = (struct wd__binding *)(uintptr_t)handle;
  struct wire_batch from = {rows, nodes, node_count, buffers, buffer_count};
  struct wd__fault fault;
  wd__arena_reset(&wd__scratch);
  if (!wd__binding_decode(binding, binding->columns, &from, &binding->in,
                          &fault)) {
    result.failed = true;
    result.error = wd__result_error(&fault)->error;
    return &result;
  }
  binding->next_row = 0;
  /* The arguments are needed until the last part. */
  wd__arena_swap(&wd__input, &binding->held);
  return expand(binding);
}

const void *
wd__table_more_rows(uint32_t handle)
{
  return expand((struct wd__binding *)(uintptr_t)handle);
}

void
wd__table_post(void)
{
  wd__arena_reset(&wd__input);
}

wd_dataset
wd_generate(const wd_generator *functions, wd_rows *arguments,
            uint32_t partitions, const void *env, size_t env_size,
            const char *output)
{
  struct result_handle result;
  struct wire_list fields = {NULL, 0};
  struct wire_batch batch = {0};
  struct wd__closure *closure =
      wd__closure_of_table(&(wd_table_function){.generate = functions,
                                                .output = output,
                                                .env = env,
                                                .env_size = env_size});
  if (!closure) {
    wd_rows_free(arguments);
    return (wd_dataset){NULL};
  }
  wd__begin();
  struct wire_lambda lambda = wd__closure_to_wire(closure);
  if (arguments) {
    fields = wd__schema_to_wire(&wd__scratch, &arguments->schema->schema);
    batch = wd__rows_to_wire(arguments);
  }
  abi_generate(lambda.function, lambda.state, arguments != NULL, fields.data,
               fields.count, batch.rows, batch.nodes, batch.node_count,
               batch.buffers, batch.buffer_count, partitions, &result);
  wd_rows_free(arguments);
  return (wd_dataset){wd__node_new(&result, false, NULL, 0, closure)};
}

bool
wd_register_table(const char *name, const char *arguments,
                  const wd_table_function *function)
{
  return wd__register(abi_register_table, name, arguments,
                      wd__closure_of_table(function));
}
