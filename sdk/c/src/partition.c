/* Partitions, groups and pairs of groups: what a cursor is. */
#include <stdlib.h>

#include "internal.h"

/* One open partition. Closed ones are kept for the next, rows and all. */
struct wd__cursor {
  struct wd__cursor *next_free;
  struct wd__binding *binding;
  void *state;
  wd_rows *out;
  wd_column *columns[2]; /* of a pair: left, right */
  struct wd__arena held; /* the batch that was pushed */
  wd_batch in;
  uint32_t next_row;
  bool right;   /* the batch is of the right */
  bool pending; /* there is input that was not given to the function */
  bool ended;   /* `end` is to be called */
};

typedef struct wd__cursor cursor;

struct export_result *
lambdas_open(struct wd__binding *binding, uint32_t index);
struct export_result *
lambdas_push(cursor *c, uint32_t some, uint32_t rows,
             const struct wire_node *nodes, uint32_t node_count,
             const struct wire_buffer *buffers, uint32_t buffer_count);
struct export_result *
lambdas_next(cursor *c);
struct export_result *
lambdas_close(cursor *c);

static struct wd__schema *
schema_copy(const struct wd__schema *schema)
{
  struct wd__schema *copy = wd__schema_new();
  for (uint32_t i = 0; i < schema->schema.count; i++)
    wd__schema_add(copy, schema->fields + i);
  return copy;
}

static wd_column *
columns_copy(const struct wd__binding *binding)
{
  return wd__columns_copy(binding->columns, binding->column_count);
}

struct wd__cursor *
wd__cursor_new(struct wd__binding *binding)
{
  const wd_partition_fn *f = &binding->bind.closure->partition;
  cursor *c = binding->free_cursors;
  if (c) {
    binding->free_cursors = c->next_free;
    memset(c->state, 0, f->size);
  } else {
    c = wd__new(sizeof *c);
    c->binding = binding;
    c->state = wd__new(f->size);
    c->out = wd__rows_make(schema_copy(binding->bind.output));
    c->columns[0] = columns_copy(binding);
    c->columns[1] = binding->right ? columns_copy(binding->right) : NULL;
  }
  c->pending = c->ended = false;
  if (binding->right && binding->bind.closure->pair.open)
    binding->bind.closure->pair.open(c->state, binding->bind.env);
  return c;
}

EXPORT("open-partition")
struct export_result *
lambdas_open(struct wd__binding *binding, uint32_t index)
{
  const wd_partition_fn *f = &binding->bind.closure->partition;
  cursor *c = wd__cursor_new(binding);
  if (f->open)
    f->open(c->state, index, binding->bind.env);
  return wd__result_cursor((uint32_t)(uintptr_t)c);
}

struct export_result *
wd__cursor_push(struct wd__cursor *c, bool right, bool some,
                const struct wire_batch *batch)
{
  struct wd__binding *binding = c->binding;
  struct wd__fault fault;
  wd__arena_reset(&wd__scratch);
  if (!some) {
    c->ended = right == (binding->right != NULL) &&
               binding->bind.closure->partition.end;
    return wd__result_none();
  }
  if (!wd__binding_decode(right ? binding->right : binding, c->columns[right],
                          batch, &c->in, &fault))
    return wd__result_error(&fault);
  c->right = right;
  c->pending = true;
  c->next_row = 0;
  wd__arena_swap(&wd__input, &c->held);
  return wd__result_none();
}

EXPORT("push-partition")
struct export_result *
lambdas_push(cursor *c, uint32_t some, uint32_t rows,
             const struct wire_node *nodes, uint32_t node_count,
             const struct wire_buffer *buffers, uint32_t buffer_count)
{
  return wd__cursor_push(
      c, false, some,
      &(struct wire_batch){rows, nodes, node_count, buffers, buffer_count});
}

/* Gives the function the pushed rows until its output is large. */
static void
feed(cursor *c)
{
  const struct wd__closure *closure = c->binding->bind.closure;
  const wd_partition_fn *left = &closure->partition;
  void *env = c->binding->bind.env;
  void (*of_row)(void *, const wd_row *, wd_rows *, void *) =
      c->right ? closure->pair.row : left->row;
  void (*of_batch)(void *, const wd_batch *, wd_rows *, void *) =
      c->right ? closure->pair.batch : left->batch;
  if (of_row) {
    wd_row row = {c->in.columns, c->in.count, c->next_row};
    for (; row.index < c->in.rows && !wd__rows_full(c->out); row.index++)
      of_row(c->state, &row, c->out, env);
    c->next_row = row.index;
    c->pending = row.index < c->in.rows;
    return;
  }
  if (of_batch)
    of_batch(c->state, &c->in, c->out, env);
  c->pending = false;
}

struct export_result *
wd__cursor_next(struct wd__cursor *c)
{
  const wd_partition_fn *f = &c->binding->bind.closure->partition;
  wd__arena_reset(&wd__scratch);
  wd__rows_reset(c->out);
  while (c->pending || c->ended) {
    if (c->pending)
      feed(c);
    else
      c->ended = f->end(c->state, c->out, c->binding->bind.env);
    if (c->out->index || c->out->size) {
      struct wire_batch batch = wd__rows_to_wire(c->out);
      return wd__result_option(&batch);
    }
  }
  return wd__result_option(NULL);
}

EXPORT("next-partition")
struct export_result *
lambdas_next(cursor *c)
{
  return wd__cursor_next(c);
}

struct export_result *
wd__cursor_close(struct wd__cursor *c)
{
  struct wd__binding *binding = c->binding;
  const wd_partition_fn *f = &binding->bind.closure->partition;
  if (f->close)
    f->close(c->state, binding->bind.env);
  c->next_free = binding->free_cursors;
  binding->free_cursors = c;
  return wd__result_none();
}

EXPORT("close-partition")
struct export_result *
lambdas_close(cursor *c)
{
  return wd__cursor_close(c);
}
