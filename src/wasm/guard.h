/* The state that decides whether a guest's memory may be taken away: see
 * instance.h.
 *
 * The thread that runs the guest says where it is, whoever kills it says that
 * it is condemned; each looks at the other's word after giving its own, so at
 * least one of them sees both. Entering and leaving happen several times for
 * each batch, a kill once: so the killer pays for the order of both sides'
 * accesses, by the system call membarrier(2), and entering and leaving are a
 * store and a load. Where the system does not have it they fence themselves.
 *
 * Only while the guest is inside and condemned is its memory away, and leaving
 * gives it back: host code never runs without it.
 */
#ifndef WD_WASM_GUARD_H
#define WD_WASM_GUARD_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "wasm/linear.h"

struct wd_guard {
  atomic_bool inside;    /* written by the guest's thread only */
  atomic_bool condemned; /* never taken back */
  pthread_mutex_t lock;
  bool dead; /* the guest's thread knows that it is condemned */
  int slot;  /* of fault.h, while the memory is away; else -1 */
};

/* Entering and leaving must fence: there is no membarrier. Set once, before
 * the first guard is in use. */
extern bool wd_guard_fences;

/* Once for the process, before other threads run guests; again is free. */
void
wd_guard_install(void);

void
wd_guard_init(struct wd_guard *guard);

void
wd_guard_fini(struct wd_guard *guard);

/* What a condemned guest's thread does: the memory comes back, the instance is
 * dead. */
void
wd_guard_die(struct wd_guard *guard, const struct wd_linear *memory);

/* The guest's thread says where it is. False when it is condemned. */
static inline bool
wd_guard_move(struct wd_guard *guard, const struct wd_linear *memory,
              bool inside)
{
  if (__builtin_expect(wd_guard_fences, false))
    atomic_store(&guard->inside, inside);
  else
    atomic_store_explicit(&guard->inside, inside, memory_order_release);
  atomic_signal_fence(memory_order_seq_cst); /* the compiler keeps the order */
  if (__builtin_expect(!atomic_load(&guard->condemned), true))
    return true;
  wd_guard_die(guard, memory);
  return false;
}

/* False when the instance is dead. */
static inline bool
wd_guard_enter(struct wd_guard *guard, const struct wd_linear *memory)
{
  return wd_guard_move(guard, memory, true);
}

/* False when the guest was killed meanwhile; the memory is accessible then
 * too. */
static inline bool
wd_guard_leave(struct wd_guard *guard, const struct wd_linear *memory)
{
  return wd_guard_move(guard, memory, false);
}

/* From any thread. True when the guest was inside. Its memory is taken away
 * if `module` is given. */
bool
wd_guard_kill(struct wd_guard *guard, const struct wd_linear *memory,
              const wasmtime_module_t *module);

static inline bool
wd_guard_killed(const struct wd_guard *guard)
{
  return atomic_load(&guard->condemned);
}

#endif
