#include "wasm/reservation.h"

#include <pthread.h>
#include <stdbool.h>
#include <sys/mman.h>

/* More than engine threads of a usual machine; 16 GiB of addresses each four.
 */
#define KEPT 16

struct kept {
  uint8_t *base;
  size_t size;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct kept kept[KEPT];
static unsigned kept_count;

static uint8_t *
map_nothing(uint8_t *at, size_t size, int flags)
{
  uint8_t *base =
      mmap(at, size, PROT_NONE,
           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | flags, -1, 0);

  return base == MAP_FAILED ? NULL : base;
}

static uint8_t *
find_kept(size_t size)
{
  uint8_t *base = NULL;

  pthread_mutex_lock(&lock);
  for (unsigned i = kept_count; i > 0 && !base; i--)
    if (kept[i - 1].size == size) {
      base = kept[i - 1].base;
      kept[i - 1] = kept[--kept_count];
    }
  pthread_mutex_unlock(&lock);
  return base;
}

uint8_t *
wd_reservation_take(size_t size)
{
  uint8_t *base = find_kept(size);

  return base ? base : map_nothing(NULL, size, 0);
}

static bool
keep(uint8_t *base, size_t size)
{
  bool room;

  pthread_mutex_lock(&lock);
  room = kept_count < KEPT;
  if (room)
    kept[kept_count++] = (struct kept){base, size};
  pthread_mutex_unlock(&lock);
  return room;
}

void
wd_reservation_give(uint8_t *base, size_t size)
{
  if (!map_nothing(base, size, MAP_FIXED) || !keep(base, size))
    munmap(base, size);
}
