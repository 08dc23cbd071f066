#include "wasm/discard.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>

/* Page tables are moved a table (2 MiB) at a time where both addresses lie
 * alike in one. */
#define TABLE ((uintptr_t)2 << 20)

/* Unmapping locks out other changes of the address space, so each piece is
 * short. */
#define PIECE ((size_t)4 << 20)

struct range {
  uint8_t *base;
  size_t size;
};

static void *
unmap_pieces(void *env)
{
  struct range *range = env;

  while (range->size) {
    size_t piece = range->size < PIECE ? range->size : PIECE;

    munmap(range->base, piece);
    range->base += piece;
    range->size -= piece;
  }
  free(range);
  return NULL;
}

static bool
start(struct range *range)
{
  pthread_attr_t attributes;
  pthread_t thread;
  bool started;

  pthread_attr_init(&attributes);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  pthread_attr_setstacksize(&attributes, 256 << 10);
  started = pthread_create(&thread, &attributes, unmap_pieces, range) == 0;
  pthread_attr_destroy(&attributes);
  return started;
}

/* Where `size` bytes fit that lie in their page table as `like` does; the
 * room around is given back. NULL: nowhere. */
static uint8_t *
find_place(const uint8_t *like, size_t size)
{
  uint8_t *room = mmap(NULL, size + TABLE, PROT_NONE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  size_t before;

  if (room == MAP_FAILED)
    return NULL;
  before = ((uintptr_t)like - (uintptr_t)room) & (TABLE - 1);
  if (before)
    munmap(room, before);
  if (before < TABLE)
    munmap(room + before + size, TABLE - before);
  return room + before;
}

bool
wd_discard_moved(uint8_t *base, size_t size)
{
  struct range *range = malloc(sizeof *range);
  uint8_t *place = range ? find_place(base, size) : NULL;

  if (!place) {
    free(range);
    return false;
  }
  *range = (struct range){ place, size };
  if (mremap(base, size, size,
             MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP,
             place) == MAP_FAILED) {
    munmap(place, size);
    free(range);
    return false;
  }
  if (!start(range))
    unmap_pieces(range);
  return true;
}
