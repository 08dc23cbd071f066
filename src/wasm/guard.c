#include "wasm/guard.h"

#include "wasm/fault.h"

void
wd_guard_init(struct wd_guard *guard)
{
  atomic_init(&guard->state, WD_GUARD_OUTSIDE);
  pthread_mutex_init(&guard->lock, NULL);
  guard->slot = -1;
}

void
wd_guard_fini(struct wd_guard *guard)
{
  pthread_mutex_destroy(&guard->lock);
}

void
wd_guard_leave_killed(struct wd_guard *guard, const struct wd_linear *memory)
{
  pthread_mutex_lock(&guard->lock);
  if (guard->slot >= 0) {
    wd_linear_protect(memory, atomic_load(&memory->size), true);
    wd_fault_remove(guard->slot);
    guard->slot = -1;
  }
  atomic_store(&guard->state, WD_GUARD_DEAD);
  pthread_mutex_unlock(&guard->lock);
}

static void
take_away(struct wd_guard *guard, const struct wd_linear *memory,
          const wasmtime_module_t *module)
{
  size_t size = atomic_load(&memory->size);
  void *code;
  void *code_end;

  if (guard->slot < 0) {
    wasmtime_module_image_range(module, &code, &code_end);
    guard->slot = wd_fault_add(
        &(struct wd_fault_range){memory->base, size, code, code_end});
  } else {
    wd_fault_resize(guard->slot, size);
  }
  if (guard->slot >= 0)
    wd_linear_protect(memory, size, false);
}

/* The next state of a kill: from outside dead, from inside killed. */
static int
condemn(struct wd_guard *guard)
{
  int state = atomic_load(&guard->state);
  int next;

  do {
    if (state >= WD_GUARD_KILLED)
      return state;
    next = state == WD_GUARD_INSIDE ? WD_GUARD_KILLED : WD_GUARD_DEAD;
  } while (!atomic_compare_exchange_weak(&guard->state, &state, next));
  return next;
}

bool
wd_guard_kill(struct wd_guard *guard, const struct wd_linear *memory,
              const wasmtime_module_t *module)
{
  bool inside;

  pthread_mutex_lock(&guard->lock);
  inside = condemn(guard) == WD_GUARD_KILLED;
  if (inside && module)
    take_away(guard, memory, module);
  pthread_mutex_unlock(&guard->lock);
  return inside;
}
