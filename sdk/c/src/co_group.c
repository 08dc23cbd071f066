/* Pairs of groups: what a cursor is. */
#include <stdio.h>
#include <stdlib.h>

#include "internal.h"

/* The program that wants them has them. */
#define WD__CO_NO_EXPORTS
#include "wasidata_co_groups.h"

/* Bound to the columns of both sides: left, right. */
struct co_binding {
  struct wd__closure *closure;
  const wd_co_group_fn *functions;
  struct wd__binding *sides[2];
  struct co_cursor *free_cursors;
};

/* One open pair. Closed ones are kept for the next. */
struct co_cursor {
  struct co_cursor *next_free;
  struct co_binding *binding;
  void *state;
  wd_rows *out;
  wd_column *columns[2];
  struct wd__arena held; /* the batch that was pushed */
  wd_batch in;
  uint32_t next_row;
  bool right;   /* the batch is of the right */
  bool pending; /* there are rows that were not given to the function */
  bool ended;   /* `end` is to be called */
};

static struct wd__schema *
schema_copy(const struct wd__schema *schema)
{
  struct wd__schema *copy = wd__schema_new();
  for (uint32_t i = 0; i < schema->schema.count; i++)
    wd__schema_add(copy, schema->fields + i);
  return copy;
}

const void *
wd__co_bind(uint32_t closure, const void *left, uint32_t left_count,
            const void *right, uint32_t right_count)
{
  struct wd__fault fault;
  struct co_binding *binding = wd__new(sizeof *binding);
  wd__arena_reset(&wd__scratch);
  setvbuf(stdout, NULL, _IOLBF, 0);
  binding->closure = (struct wd__closure *)(uintptr_t)closure;
  binding->functions = binding->closure->co_group;
  binding->sides[0] = wd__binding_new(binding->closure, left, left_count);
  binding->sides[1] = wd__binding_new(binding->closure, right, right_count);
  for (int i = 0; i < 2; i++)
    if (!wd__binding_columns(binding->sides[i], &fault))
      return wd__result_error(&fault);
  struct wire_binding result = {
      .handle = (uint32_t)(uintptr_t)binding,
      .output =
          wd__schema_to_wire(&wd__scratch, &binding->closure->output->schema)};
  return wd__result_binding(&result);
}

static struct co_cursor *
cursor_take(struct co_binding *binding)
{
  struct co_cursor *c = binding->free_cursors;
  if (c) {
    binding->free_cursors = c->next_free;
    memset(c->state, 0, binding->functions->size);
  } else {
    c = wd__new(sizeof *c);
    c->binding = binding;
    c->state = wd__new(binding->functions->size);
    c->out = wd__rows_make(schema_copy(binding->closure->output));
    for (int i = 0; i < 2; i++)
      c->columns[i] =
          wd__copy_of(binding->sides[i]->columns,
                      binding->sides[i]->column_count * sizeof *c->columns[i]);
  }
  c->pending = c->ended = false;
  return c;
}

const void *
wd__co_open(uint32_t handle)
{
  struct co_binding *binding = (struct co_binding *)(uintptr_t)handle;
  struct co_cursor *c = cursor_take(binding);
  if (binding->functions->open)
    binding->functions->open(c->state, binding->closure->env);
  return wd__result_cursor((uint32_t)(uintptr_t)c);
}

const void *
wd__co_push(uint32_t cursor, bool right, uint32_t some, uint32_t rows,
            const void *nodes, uint32_t node_count, const void *buffers,
            uint32_t buffer_count)
{
  struct co_cursor *c = (struct co_cursor *)(uintptr_t)cursor;
  struct wire_batch from = {rows, nodes, node_count, buffers, buffer_count};
  struct wd__fault fault;
  wd__arena_reset(&wd__scratch);
  if (!some) {
    c->ended = right && c->binding->functions->end;
    return wd__result_none();
  }
  if (!wd__binding_decode(c->binding->sides[right], c->columns[right], &from,
                          &c->in, &fault))
    return wd__result_error(&fault);
  c->right = right;
  c->pending = true;
  c->next_row = 0;
  wd__arena_swap(&wd__input, &c->held);
  return wd__result_none();
}

/* Gives the function the pushed rows until its output is large. */
static void
feed(struct co_cursor *c)
{
  const wd_co_group_fn *f = c->binding->functions;
  wd_row row = {c->in.columns, c->in.count, c->next_row};
  void (*function)(void *, const wd_row *, wd_rows *, void *) =
      c->right ? f->right : f->left;
  for (; function && row.index < c->in.rows && !c->out->full; row.index++)
    function(c->state, &row, c->out, c->binding->closure->env);
  c->next_row = row.index;
  c->pending = function && row.index < c->in.rows;
}

const void *
wd__co_next(uint32_t cursor)
{
  struct co_cursor *c = (struct co_cursor *)(uintptr_t)cursor;
  wd__arena_reset(&wd__scratch);
  wd__rows_reset(c->out);
  while (c->pending || c->ended) {
    if (c->pending)
      feed(c);
    else
      c->ended = c->binding->functions->end(c->state, c->out,
                                            c->binding->closure->env);
    if (c->out->index || c->out->size) {
      struct wire_batch batch = wd__rows_to_wire(c->out, NULL, 0);
      return wd__result_option(&batch);
    }
  }
  return wd__result_option(NULL);
}

const void *
wd__co_close(uint32_t cursor)
{
  struct co_cursor *c = (struct co_cursor *)(uintptr_t)cursor;
  struct co_binding *binding = c->binding;
  if (binding->functions->close)
    binding->functions->close(c->state, binding->closure->env);
  c->next_free = binding->free_cursors;
  binding->free_cursors = c;
  return wd__result_none();
}

void
wd__co_post(void)
{
  wd__arena_reset(&wd__input);
}

wd_dataset
wd_co_map_groups(wd_grouped left, wd_grouped right,
                 const wd_co_group_fn *functions, const void *env,
                 size_t env_size, const char *output)
{
  struct result_handle result;
  if (!left.id || !right.id)
    return (wd_dataset){NULL};
  struct wd__closure *closure = wd__closure_of_co_group(
      functions, sizeof *functions, env, env_size, output);
  if (!closure)
    return (wd_dataset){NULL};
  wd__begin();
  struct wire_lambda lambda = wd__closure_to_wire(closure);
  abi_co_map_groups(left.id->handle, right.id->handle, lambda.function,
                    lambda.state, &result);
  struct wd__node *inputs[] = {left.id, right.id};
  return (wd_dataset){wd__node_new(&result, false, inputs, 2, closure)};
}
