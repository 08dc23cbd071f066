#include "wasm/fault.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <ucontext.h>

#define SLOTS 64
#define PAGE_MASK ((uintptr_t)4095)

/* Read by the handler without a lock. `base` is written last when a slot is
 * filled and first when it is emptied. The range that a fault lies in belongs
 * to the instance of the faulting thread, so it does not change meanwhile. */
struct slot {
  atomic_bool taken;
  _Atomic uintptr_t base;
  _Atomic size_t size;
  _Atomic uintptr_t code;
  _Atomic uintptr_t code_end;
};

static struct slot slots[SLOTS];
static struct sigaction previous;

static uintptr_t
instruction(const ucontext_t *context)
{
#if defined(__x86_64__)
  return (uintptr_t)context->uc_mcontext.gregs[REG_RIP];
#elif defined(__aarch64__)
  return (uintptr_t)context->uc_mcontext.pc;
#else
#error "unknown machine"
#endif
}

/* Gives the page at `address` back, no more: so the guest traps soon after the
 * access of the runtime's. False when it is none of ours, or the
 * guest's own access. */
static bool
give_back(uintptr_t address, uintptr_t at)
{
  for (int i = 0; i < SLOTS; i++) {
    uintptr_t base = atomic_load(&slots[i].base);
    size_t size = atomic_load(&slots[i].size);

    if (!base || address < base || address - base >= size)
      continue;
    if (at >= atomic_load(&slots[i].code) &&
        at < atomic_load(&slots[i].code_end))
      return false;
    return mprotect((void *)(address & ~PAGE_MASK), PAGE_MASK + 1,
                    PROT_READ | PROT_WRITE) == 0;
  }
  return false;
}

static void
pass_on(int number, siginfo_t *info, void *context)
{
  if (previous.sa_flags & SA_SIGINFO)
    previous.sa_sigaction(number, info, context);
  else if (previous.sa_handler != SIG_DFL && previous.sa_handler != SIG_IGN)
    previous.sa_handler(number);
  else
    sigaction(number, &previous, NULL);
}

static void
handle(int number, siginfo_t *info, void *context)
{
  int saved = errno;

  if (!give_back((uintptr_t)info->si_addr, instruction(context)))
    pass_on(number, info, context);
  errno = saved;
}

static void
install(void)
{
  struct sigaction action = {.sa_sigaction = handle,
                             .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};

  sigemptyset(&action.sa_mask);
  sigaction(SIGSEGV, &action, &previous);
}

void
wd_fault_install(void)
{
  static pthread_once_t once = PTHREAD_ONCE_INIT;

  pthread_once(&once, install);
}

int
wd_fault_add(const struct wd_fault_range *range)
{
  for (int i = 0; i < SLOTS; i++) {
    if (atomic_exchange(&slots[i].taken, true))
      continue;
    atomic_store(&slots[i].size, range->size);
    atomic_store(&slots[i].code, (uintptr_t)range->code);
    atomic_store(&slots[i].code_end, (uintptr_t)range->code_end);
    atomic_store(&slots[i].base, (uintptr_t)range->base);
    return i;
  }
  return -1;
}

void
wd_fault_resize(int slot, size_t size)
{
  atomic_store(&slots[slot].size, size);
}

void
wd_fault_remove(int slot)
{
  atomic_store(&slots[slot].base, 0);
  atomic_store(&slots[slot].taken, false);
}
