/* Lambdas over pairs of groups: bind, and what main says. Cursors are those of
 * partitions. */
#include <stdio.h>
#include <stdlib.h>

#include "internal.h"

/* The program that wants them has them. */
#define WD__CO_NO_EXPORTS
#include "wasidata_co_groups.h"

static struct wd__binding *
side_new(struct wd__closure *closure, const void *fields, uint32_t count,
         const uint32_t *keys, uint32_t key_count)
{
  struct wd__binding *side = wd__binding_new(closure, fields, count);
  side->bind.whole = true;
  side->bind.keys = wd__copy_of(keys, key_count * sizeof *keys);
  side->bind.key_count = key_count;
  return side;
}

/* What the closure and its bind function say comes out. */
static bool
decide(struct wd__binding *left, struct wd__fault *fault)
{
  struct wd__closure *closure = left->bind.closure;
  struct wd__schema *output = left->bind.output;
  const struct wd__schema *fixed = closure->output;
  for (uint32_t i = 0; fixed && i < fixed->schema.count; i++)
    wd__schema_add(output, fixed->fields + i);
  left->right->bind.env = left->bind.env;
  left->right->bind.output = output;
  if (closure->pair.bind)
    closure->pair.bind(&left->bind, &left->right->bind, left->bind.env);
  for (const struct wd__binding *side = left; side; side = side->right)
    if (side->bind.refused) {
      *fault = side->bind.refusal;
      return false;
    }
  return !output->star ||
         wd__fault(fault, WD_INVALID_ARGUMENT,
                   "an output of pairs of groups has no '*': which side's "
                   "columns would it be?");
}

const void *
wd__co_bind(uint32_t closure, const void *left, uint32_t left_count,
            const uint32_t *left_keys, const void *right, uint32_t right_count,
            const uint32_t *right_keys, uint32_t key_count)
{
  struct wd__closure *c = (struct wd__closure *)(uintptr_t)closure;
  struct wd__fault fault;
  wd__arena_reset(&wd__scratch);
  setvbuf(stdout, NULL, _IOLBF, 0);
  struct wd__binding *binding =
      side_new(c, left, left_count, left_keys, key_count);
  binding->right = side_new(c, right, right_count, right_keys, key_count);
  if (!decide(binding, &fault) || !wd__binding_columns(binding, &fault) ||
      !wd__binding_columns(binding->right, &fault))
    return wd__result_error(&fault);
  struct wire_binding result = {
      .handle = (uint32_t)(uintptr_t)binding,
      .output = wd__schema_to_wire(&wd__scratch, &binding->bind.output->schema),
  };
  return wd__result_binding(&result);
}

const void *
wd__co_open(uint32_t binding)
{
  return wd__result_cursor((uint32_t)(uintptr_t)wd__cursor_new(
      (struct wd__binding *)(uintptr_t)binding));
}

const void *
wd__co_push(uint32_t cursor, bool right, uint32_t some, uint32_t rows,
            const void *nodes, uint32_t node_count, const void *buffers,
            uint32_t buffer_count)
{
  return wd__cursor_push(
      (struct wd__cursor *)(uintptr_t)cursor, right, some,
      &(struct wire_batch){rows, nodes, node_count, buffers, buffer_count});
}

const void *
wd__co_next(uint32_t cursor)
{
  return wd__cursor_next((struct wd__cursor *)(uintptr_t)cursor);
}

const void *
wd__co_close(uint32_t cursor)
{
  return wd__cursor_close((struct wd__cursor *)(uintptr_t)cursor);
}

void
wd__co_post(void)
{
  wd__arena_reset(&wd__input);
}

static struct wd__closure *
closure_new(const wd_co_group_fn *f, const void *env, size_t env_size,
            const char *output)
{
  wd_partition_fn left = {.size = f->size,
                          .row = f->left,
                          .batch = f->left_batch,
                          .end = f->end,
                          .close = f->close};
  struct wd__pair pair = {f->open, f->right, f->right_batch, f->bind};
  if ((f->left && f->left_batch) || (f->right && f->right_batch)) {
    wd__raise(WD_INVALID_ARGUMENT,
              "a co-group function has both `%s` and `%s_batch`",
              f->left && f->left_batch ? "left" : "right",
              f->left && f->left_batch ? "left" : "right");
    return NULL;
  }
  if (!output && !f->bind) {
    wd__raise(WD_INVALID_ARGUMENT,
              "a lambda over pairs of groups needs an output or a bind");
    return NULL;
  }
  return wd__closure_of_pair(&left, &pair, env, env_size, output);
}

wd_dataset
wd_co_map_groups(wd_grouped left, wd_grouped right,
                 const wd_co_group_fn *functions, const void *env,
                 size_t env_size, const char *output)
{
  struct result_handle result;
  if (!left.id || !right.id)
    return (wd_dataset){NULL};
  struct wd__closure *closure = closure_new(functions, env, env_size, output);
  if (!closure)
    return (wd_dataset){NULL};
  wd__begin();
  struct wire_lambda lambda = wd__closure_to_wire(closure);
  abi_co_map_groups(left.id->handle, right.id->handle, lambda.function,
                    lambda.state, &result);
  struct wd__node *inputs[] = {left.id, right.id};
  return (wd_dataset){wd__node_new(&result, false, inputs, 2, closure)};
}
