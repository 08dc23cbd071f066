#include "wasm/discard.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>

/* Page tables are moved a table (2 MiB) at a time where both addresses lie
 * alike in one. */
#define TABLE ((uintptr_t)2 << 20)

/* Unmapping locks out other changes of the address space, so each piece is
 * short. */
#define PIECE ((size_t)1 << 20)

static void
unmap_pieces(struct wd_moved moved)
{
  while (moved.size) {
    size_t piece = moved.size < PIECE ? moved.size : PIECE;

    munmap(moved.base, piece);
    moved.base += piece;
    moved.size -= piece;
  }
}

static void *
run(void *env)
{
  struct wd_moved moved = *(struct wd_moved *)env;
  struct timespec pause = {0, 2000000};

  free(env);
  /* Let the action that waits for the image begin first. */
  nanosleep(&pause, NULL);
  unmap_pieces(moved);
  return NULL;
}

static bool
start(struct wd_moved *moved)
{
  pthread_attr_t attributes;
  pthread_t thread;
  bool started;

  pthread_attr_init(&attributes);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  pthread_attr_setstacksize(&attributes, 256 << 10);
  started = pthread_create(&thread, &attributes, run, moved) == 0;
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

struct wd_moved
wd_move_aside(uint8_t *base, size_t size)
{
  struct wd_moved moved = {find_place(base, size), size};

  if (moved.base &&
      mremap(base, size, size, MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP,
             moved.base) == MAP_FAILED) {
    munmap(moved.base, size);
    moved.base = NULL;
  }
  return moved;
}

void
wd_moved_discard(struct wd_moved moved)
{
  struct wd_moved *copy;

  if (!moved.base)
    return;
  copy = malloc(sizeof *copy);
  if (copy)
    *copy = moved;
  if (!copy || !start(copy)) {
    free(copy);
    unmap_pieces(moved);
  }
}
