#include "wasm/guard.h"

#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "wasm/fault.h"

bool wd_guard_fences;

static void
install(void)
{
  wd_guard_fences =
      syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0,
              0) != 0;
}

void
wd_guard_install(void)
{
  static pthread_once_t once = PTHREAD_ONCE_INIT;

  pthread_once(&once, install);
}

void
wd_guard_init(struct wd_guard *guard)
{
  wd_guard_install();
  atomic_init(&guard->inside, false);
  atomic_init(&guard->condemned, false);
  pthread_mutex_init(&guard->lock, NULL);
  guard->dead = false;
  guard->slot = -1;
}

void
wd_guard_fini(struct wd_guard *guard)
{
  pthread_mutex_destroy(&guard->lock);
}

void
wd_guard_die(struct wd_guard *guard, const struct wd_linear *memory)
{
  pthread_mutex_lock(&guard->lock);
  if (guard->slot >= 0) {
    wd_linear_protect(memory, atomic_load(&memory->size), true);
    wd_fault_remove(guard->slot);
    guard->slot = -1;
  }
  guard->dead = true;
  atomic_store(&guard->inside, false);
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

/* Says that it is condemned, and then asks where the guest is. When it is said
 * to be inside after all, its thread will see the first. */
static bool
condemn(struct wd_guard *guard)
{
  if (!atomic_exchange(&guard->condemned, true) && !wd_guard_fences)
    syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0);
  return atomic_load(&guard->inside);
}

bool
wd_guard_kill(struct wd_guard *guard, const struct wd_linear *memory,
              const wasmtime_module_t *module)
{
  bool inside;

  pthread_mutex_lock(&guard->lock);
  inside = condemn(guard) && !guard->dead;
  if (inside && module)
    take_away(guard, memory, module);
  pthread_mutex_unlock(&guard->lock);
  return inside;
}
