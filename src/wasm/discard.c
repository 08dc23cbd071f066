#include "wasm/discard.h"

#include <sys/mman.h>

/* Page tables are moved a table (2 MiB) at a time where both addresses lie
 * alike in one. */
#define TABLE ((uintptr_t)2 << 20)

/* Unmapping locks out other changes of the address space, so each piece is
 * short. */
#define PIECE ((size_t)1 << 20)

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

  if (!moved.base)
    return (struct wd_moved){NULL, 0};
  if (mremap(base, size, size, MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP,
             moved.base) == MAP_FAILED) {
    munmap(moved.base, size);
    moved = (struct wd_moved){NULL, 0};
  }
  return moved;
}

void
wd_moved_discard(struct wd_moved *moved)
{
  while (moved->size) {
    size_t piece = moved->size < PIECE ? moved->size : PIECE;

    munmap(moved->base, piece);
    moved->base += piece;
    moved->size -= piece;
  }
  moved->base = NULL;
}
