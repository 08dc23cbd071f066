/* The state that decides whether a guest's memory may be taken away: see
 * instance.h. Entering and leaving cost one atomic exchange each; killing,
 * and whatever meets a kill, takes the lock.
 *
 *   outside --enter--> inside --leave--> outside
 *   outside --kill--> dead
 *   inside  --kill--> killed --leave--> dead
 *
 * Only in `killed` is the memory away, and leaving gives it back: host code
 * never runs without it.
 */
#ifndef WD_WASM_GUARD_H
#define WD_WASM_GUARD_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "wasm/linear.h"

enum wd_guard_state {
  WD_GUARD_OUTSIDE,
  WD_GUARD_INSIDE,
  WD_GUARD_KILLED,
  WD_GUARD_DEAD,
};

struct wd_guard {
  atomic_int state;
  pthread_mutex_t lock;
  int slot; /* of fault.h, while killed; else -1 */
};

void
wd_guard_init(struct wd_guard *guard);

void
wd_guard_fini(struct wd_guard *guard);

/* False when the instance is dead. */
static inline bool
wd_guard_enter(struct wd_guard *guard)
{
  int outside = WD_GUARD_OUTSIDE;

  return atomic_compare_exchange_strong_explicit(
      &guard->state, &outside, WD_GUARD_INSIDE, memory_order_acquire,
      memory_order_relaxed);
}

/* The slow half of wd_guard_leave. */
void
wd_guard_leave_killed(struct wd_guard *guard, const struct wd_linear *memory);

/* False when the guest was killed meanwhile; the memory is accessible then
 * too. */
static inline bool
wd_guard_leave(struct wd_guard *guard, const struct wd_linear *memory)
{
  int inside = WD_GUARD_INSIDE;

  if (atomic_compare_exchange_strong_explicit(
          &guard->state, &inside, WD_GUARD_OUTSIDE, memory_order_release,
          memory_order_relaxed))
    return true;
  wd_guard_leave_killed(guard, memory);
  return false;
}

/* From any thread. True when the guest was inside. Its memory is taken away
 * if `module` is given. */
bool
wd_guard_kill(struct wd_guard *guard, const struct wd_linear *memory,
              const wasmtime_module_t *module);

static inline bool
wd_guard_killed(const struct wd_guard *guard)
{
  return atomic_load(&guard->state) >= WD_GUARD_KILLED;
}

#endif
