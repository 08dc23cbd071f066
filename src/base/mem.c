#include "base/mem.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static struct wd_mem process = {NULL, "process", UINT64_MAX, 0, 0};
static atomic_long allocations;
static atomic_long fail_at;

void
wd_mem_init(struct wd_mem *mem, struct wd_mem *parent, const char *name,
            uint64_t limit)
{
  mem->parent = parent ? parent : &process;
  mem->name = name;
  mem->limit = limit;
  atomic_init(&mem->used, 0);
  atomic_init(&mem->peak, 0);
}

void
wd_mem_fini(struct wd_mem *mem)
{
  assert(wd_mem_used(mem) == 0);
  (void)mem;
}

uint64_t
wd_mem_used(const struct wd_mem *mem)
{
  if (!mem)
    mem = &process;
  return atomic_load_explicit(&mem->used, memory_order_relaxed);
}

static void
discharge_up_to(struct wd_mem *mem, const struct wd_mem *end, uint64_t size)
{
  for (; mem != end; mem = mem->parent)
    atomic_fetch_sub_explicit(&mem->used, size, memory_order_relaxed);
}

bool
wd_mem_charge(struct wd_mem *mem, uint64_t size)
{
  struct wd_mem *first = mem ? mem : &process;

  for (mem = first; mem; mem = mem->parent) {
    uint64_t before =
        atomic_fetch_add_explicit(&mem->used, size, memory_order_relaxed);
    uint64_t used = before + size;
    uint64_t peak = atomic_load_explicit(&mem->peak, memory_order_relaxed);

    if (used < before || used > mem->limit) {
      discharge_up_to(first, mem->parent, size);
      return false;
    }
    while (used > peak && !atomic_compare_exchange_weak_explicit(
                              &mem->peak, &peak, used, memory_order_relaxed,
                              memory_order_relaxed))
      ;
  }
  return true;
}

void
wd_mem_discharge(struct wd_mem *mem, uint64_t size)
{
  discharge_up_to(mem ? mem : &process, NULL, size);
}

/* Counts the allocation; false when a test wants this one to fail. */
static bool
permitted(void)
{
  long at = atomic_load_explicit(&fail_at, memory_order_relaxed);
  long now =
      atomic_fetch_add_explicit(&allocations, 1, memory_order_relaxed) + 1;

  return at == 0 || now != at;
}

void
wd_mem_fail_after(long count)
{
  atomic_store(&fail_at, count ? atomic_load(&allocations) + count : 0);
}

long
wd_mem_count(void)
{
  return atomic_load(&allocations);
}

void *
wd_mem_alloc(struct wd_mem *mem, size_t size)
{
  void *block;

  if (!permitted() || !wd_mem_charge(mem, size))
    return NULL;
  block = malloc(size ? size : 1);
  if (!block)
    wd_mem_discharge(mem, size);
  return block;
}

void *
wd_mem_calloc(struct wd_mem *mem, size_t count, size_t size)
{
  size_t total;
  void *block;

  if (__builtin_mul_overflow(count, size, &total) || !permitted() ||
      !wd_mem_charge(mem, total))
    return NULL;
  block = calloc(1, total ? total : 1);
  if (!block)
    wd_mem_discharge(mem, total);
  return block;
}

void *
wd_mem_realloc(struct wd_mem *mem, void *block, size_t old_size,
               size_t new_size)
{
  void *moved;

  if (!permitted())
    return NULL;
  if (new_size > old_size && !wd_mem_charge(mem, new_size - old_size))
    return NULL;
  moved = realloc(block, new_size ? new_size : 1);
  if (!moved) {
    if (new_size > old_size)
      wd_mem_discharge(mem, new_size - old_size);
    return NULL;
  }
  if (new_size < old_size)
    wd_mem_discharge(mem, old_size - new_size);
  return moved;
}

void
wd_mem_free(struct wd_mem *mem, void *block, size_t size)
{
  if (!block)
    return;
  free(block);
  wd_mem_discharge(mem, size);
}

char *
wd_mem_strndup(struct wd_mem *mem, const char *text, size_t length)
{
  char *copy = wd_mem_alloc(mem, length + 1);

  if (!copy)
    return NULL;
  memcpy(copy, text, length);
  copy[length] = '\0';
  return copy;
}
