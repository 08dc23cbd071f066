/* Table functions as sources: bind, cursors, and what main says. */
#include <stdio.h>
#include <stdlib.h>

#include "internal.h"

/* How many rows are handed over at once: a chunk of the host's. */
#define BATCH_ROWS 2048

/* A function bound to its arguments: what a handle is. */
struct table {
  struct wd__closure *closure;
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

static const wd_generator *
functions_of(const struct wd__closure *closure)
{
  return &closure->generator;
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
output_columns(const struct wd__closure *closure)
{
  const struct wd__schema *output = closure->output;
  uint32_t count = output->schema.count;
  wd_column *columns = wd__new((count + 1) * sizeof *columns);
  for (uint32_t i = 0; i < count; i++)
    columns[i] = wd__column_of(output->fields + i);
  return columns;
}

/* The row of arguments, each a batch of its own. */
static bool
take_arguments(struct table *table, const struct wire_field *fields,
               uint32_t count, const struct wire_constant *constants,
               struct wd__fault *fault)
{
  struct wd__schema *schema = wd__schema_new(); /* lives as long as the table */
  wd__schema_from_wire(schema, fields, count);
  table->argument_count = count = schema->schema.count;
  table->arguments = wd__new((count + 1) * sizeof *table->arguments);
  for (uint32_t i = 0; i < count; i++) {
    const wd_field *unknown = wd__field_unknown(schema->fields + i);
    if (unknown)
      return wd__fault(fault, WD_UNSUPPORTED,
                       "argument '%s' has a type that C programs do not get "
                       "(Arrow format '%s')",
                       schema->fields[i].name, unknown->timezone);
    table->arguments[i] = wd__column_of(schema->fields + i);
    if (!wd__batch_decode(&constants[i].value, table->arguments + i, 1, fault))
      return false;
  }
  wd__arena_swap(&wd__input, &table->held);
  return true;
}

const void *
wd__table_bind(uint32_t closure, uint32_t role, const void *arguments,
               uint32_t argument_count, const void *constants,
               uint32_t constant_count, uint32_t partitions)
{
  static struct table_result result;
  struct wd__closure *c = (struct wd__closure *)(uintptr_t)closure;
  struct table *table = wd__new(sizeof *table);
  struct wd__fault fault;
  (void)constant_count;
  wd__arena_reset(&wd__scratch);
  setvbuf(stdout, NULL, _IOLBF, 0);
  table->closure = c;
  if (role != 0) {
    wd__fault(&fault, WD_UNSUPPORTED,
              "C programs have no table functions over rows");
    return bind_error(&fault);
  }
  if (!take_arguments(table, arguments, argument_count, constants, &fault))
    return bind_error(&fault);
  table->columns = output_columns(c);
  result.failed = false;
  result.handle = (uint32_t)(uintptr_t)table;
  result.output = wd__schema_to_wire(&wd__scratch, &c->output->schema);
  result.partitions = partitions;
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
wd__table_open(uint32_t binding, uint32_t partition, const uint32_t *columns,
               uint32_t count)
{
  struct table *table = (struct table *)(uintptr_t)binding;
  const wd_generator *f = functions_of(table->closure);
  struct scan *scan = wd__new(sizeof *scan);
  wd_row arguments = {table->arguments, table->argument_count, 0};
  wd__arena_reset(&wd__scratch);
  scan->table = table;
  scan->state = wd__new(f->size);
  scan->out = rows_of(table->closure->output);
  scan->wanted = wd__copy_of(columns, count * sizeof *columns);
  scan->wanted_count = count;
  if (f->open)
    f->open(scan->state, partition, &arguments, table->closure->env);
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

const void *
wd__table_next(uint32_t cursor)
{
  struct scan *scan = (struct scan *)(uintptr_t)cursor;
  const wd_generator *f = functions_of(scan->table->closure);
  wd_rows *out = scan->out;
  wd__arena_reset(&wd__scratch);
  wd__rows_reset(out);
  /* Whole columns are written once for a batch. */
  while (!scan->ended && !out->size && out->index < BATCH_ROWS &&
         !wd__rows_full(out))
    scan->ended = !f->next(scan->state, out, scan->table->closure->env);
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
  const wd_generator *f = functions_of(scan->table->closure);
  if (f->close)
    f->close(scan->state, scan->table->closure->env);
  wd_rows_free(scan->out);
  free(scan->state);
  free(scan->wanted);
  free(scan);
  return wd__result_none();
}

const void *
wd__table_no_rows(void)
{
  struct wd__fault fault;
  wd__arena_reset(&wd__scratch);
  wd__fault(&fault, WD_UNSUPPORTED,
            "C programs have no table functions over rows");
  return wd__result_error(&fault);
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
      wd__closure_of_generator(functions, env, env_size, output);
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
