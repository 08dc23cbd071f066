#include "plan/relation.h"

#include <assert.h>

/* Bytes of what a program may say in one relation. */
#define ARENA_MAX (64u << 20)

struct wd_relation *
wd_relation_new(struct wd_mem *mem, enum wd_relation_kind kind,
                struct wd_relation *left, struct wd_relation *right)
{
  struct wd_relation *relation = wd_mem_calloc(mem, 1, sizeof *relation);

  if (!relation)
    return NULL;
  relation->kind = kind;
  atomic_init(&relation->references, 1);
  wd_arena_init(&relation->arena, mem, ARENA_MAX);
  relation->left = left ? wd_relation_ref(left) : NULL;
  relation->right = right ? wd_relation_ref(right) : NULL;
  return relation;
}

enum wd_status
wd_relation_take_inputs(struct wd_relation *relation, uint32_t count,
                        const struct wd_written_input *inputs,
                        struct wd_error *error)
{
  struct wd_written_input *copy =
      wd_arena_array(&relation->arena, count, sizeof *copy);

  if (!copy)
    return wd_fail_memory(error);
  relation->written.inputs = copy;
  for (uint32_t i = 0; i < count; i++) {
    copy[i].name = wd_arena_strdup(&relation->arena, inputs[i].name);
    if (!copy[i].name)
      return wd_fail_memory(error);
    copy[i].relation = wd_relation_ref(inputs[i].relation);
    relation->written.input_count++;
  }
  return WD_OK;
}

struct wd_relation *
wd_relation_ref(struct wd_relation *relation)
{
  atomic_fetch_add_explicit(&relation->references, 1, memory_order_relaxed);
  return relation;
}

/* Puts it on the list when this was the last reference. */
static void
drop(struct wd_relation *relation, struct wd_relation **dead)
{
  unsigned before;

  if (!relation)
    return;
  before =
      atomic_fetch_sub_explicit(&relation->references, 1, memory_order_acq_rel);
  assert(before > 0);
  if (before > 1)
    return;
  relation->dead = *dead;
  *dead = relation;
}

static void
free_relation(struct wd_relation *relation)
{
  struct wd_mem *mem = relation->arena.mem;

  if (relation->kind == WD_REL_VALUES && relation->values.batches)
    for (uint32_t i = 0; i < relation->values.batch_count; i++)
      wd_rows_fini(&relation->values.batches[i]);
  if (relation->kind == WD_REL_GENERATE)
    wd_rows_fini(&relation->generate.values);
  if (relation->kind == WD_REL_CACHE && relation->cache.release)
    relation->cache.release(relation->cache.stored);
  wd_arena_fini(&relation->arena);
  wd_mem_free(mem, relation, sizeof *relation);
}

void
wd_relation_unref(struct wd_relation *relation)
{
  struct wd_relation *dead = NULL;

  drop(relation, &dead);
  while (dead) {
    struct wd_relation *next = dead;

    dead = next->dead;
    drop(next->left, &dead);
    drop(next->right, &dead);
    if (next->kind == WD_REL_WRITTEN)
      for (uint32_t i = 0; i < next->written.input_count; i++)
        drop(next->written.inputs[i].relation, &dead);
    free_relation(next);
  }
}
