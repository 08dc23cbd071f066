#include "wasm/dirty.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define PAGE 4096u
#define BATCH 512

/* PAGEMAP_SCAN of Linux 6.7, which the headers of older systems lack:
 * Documentation/admin-guide/mm/pagemap.rst. */
struct page_region {
  uint64_t start;
  uint64_t end;
  uint64_t categories;
};

struct pagemap_scan {
  uint64_t size;
  uint64_t flags;
  uint64_t start;
  uint64_t end;
  uint64_t walk_end;
  uint64_t vec;
  uint64_t vec_len;
  uint64_t max_pages;
  uint64_t category_inverted;
  uint64_t category_mask;
  uint64_t category_anyof_mask;
  uint64_t return_mask;
};

#define PAGEMAP_SCAN_REQUEST _IOWR('f', 16, struct pagemap_scan)

enum {
  IS_FILE = 1 << 2,
  IS_PRESENT = 1 << 3,
  IS_SWAPPED = 1 << 4,
  IS_ZERO = 1 << 5,
};

/* Entries of /proc/self/pagemap, one for each page. */
#define ENTRY_PRESENT (UINT64_C(1) << 63)
#define ENTRY_SWAPPED (UINT64_C(1) << 62)
#define ENTRY_FILE (UINT64_C(1) << 61)

void
wd_runs_init(struct wd_runs *runs, struct wd_mem *mem)
{
  *runs = (struct wd_runs){.mem = mem};
}

void
wd_runs_fini(struct wd_runs *runs)
{
  wd_mem_free(runs->mem, runs->items, runs->capacity * sizeof *runs->items);
  wd_runs_init(runs, runs->mem);
}

static bool
add_run(struct wd_runs *runs, uint64_t begin, uint64_t end)
{
  size_t size = sizeof *runs->items;

  runs->bytes += end - begin;
  if (runs->count && runs->items[runs->count - 1].end == begin) {
    runs->items[runs->count - 1].end = end;
    return true;
  }
  if (runs->count == runs->capacity) {
    uint32_t capacity = runs->capacity ? runs->capacity * 2 : 64;
    struct wd_run *moved = wd_mem_realloc(
        runs->mem, runs->items, runs->capacity * size, capacity * size);

    if (!moved)
      return false;
    runs->items = moved;
    runs->capacity = capacity;
  }
  runs->items[runs->count++] = (struct wd_run){begin, end};
  return true;
}

void
wd_runs_join(struct wd_runs *runs, uint64_t gap)
{
  uint32_t kept = 0;

  for (uint32_t i = 1; i < runs->count; i++) {
    uint64_t between = runs->items[i].begin - runs->items[kept].end;

    if (between <= gap) {
      runs->items[kept].end = runs->items[i].end;
      runs->bytes += between;
    } else {
      runs->items[++kept] = runs->items[i];
    }
  }
  if (runs->count)
    runs->count = kept + 1;
}

uint32_t
wd_runs_count(const struct wd_runs *runs, uint64_t gap, uint64_t *out_bytes)
{
  uint32_t count = runs->count;

  *out_bytes = runs->bytes;
  for (uint32_t i = 1; i < runs->count; i++) {
    uint64_t between = runs->items[i].begin - runs->items[i - 1].end;

    if (between <= gap) {
      *out_bytes += between;
      count--;
    }
  }
  return count;
}

/* -1 with errno: the kernel cannot; 0: done; 1: no memory. */
static int
scan(int fd, const uint8_t *base, uint64_t size, struct wd_runs *runs)
{
  struct page_region found[BATCH];
  uint64_t begin = (uint64_t)(uintptr_t)base;
  struct pagemap_scan request = {
      .size = sizeof request,
      .start = begin,
      .end = begin + size,
      .vec = (uint64_t)(uintptr_t)found,
      .vec_len = BATCH,
      .category_inverted = IS_FILE | IS_ZERO,
      .category_mask = IS_FILE | IS_ZERO,
      .category_anyof_mask = IS_PRESENT | IS_SWAPPED,
      .return_mask = IS_FILE,
  };

  while (request.start < request.end) {
    int count = ioctl(fd, PAGEMAP_SCAN_REQUEST, &request);

    if (count < 0)
      return -1;
    for (int i = 0; i < count; i++)
      if (!add_run(runs, found[i].start - begin, found[i].end - begin))
        return 1;
    if (request.walk_end <= request.start)
      break;
    request.start = request.walk_end;
  }
  return 0;
}

static int
read_entries(int fd, const uint8_t *base, uint64_t size, struct wd_runs *runs)
{
  uint64_t entries[BATCH];
  uint64_t first = (uint64_t)(uintptr_t)base / PAGE;
  uint64_t pages = size / PAGE;
  ssize_t got;

  for (uint64_t page = 0; page < pages;) {
    uint64_t wanted = pages - page < BATCH ? pages - page : BATCH;

    got = pread(fd, entries, wanted * sizeof *entries,
                (off_t)((first + page) * sizeof *entries));
    if (got < (ssize_t)sizeof *entries)
      return -1;
    wanted = (uint64_t)got / sizeof *entries;
    for (uint64_t i = 0; i < wanted; i++, page++)
      if ((entries[i] & (ENTRY_PRESENT | ENTRY_SWAPPED)) &&
          !(entries[i] & ENTRY_FILE) &&
          !add_run(runs, page * PAGE, (page + 1) * PAGE))
        return 1;
  }
  return 0;
}

static enum wd_status
find(const uint8_t *base, uint64_t size, struct wd_runs *runs, bool slowly,
     struct wd_error *error)
{
  int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
  int outcome = -1;
  int cause;

  if (fd >= 0 && !slowly)
    outcome = scan(fd, base, size, runs);
  if (fd >= 0 && outcome < 0) {
    runs->count = 0;
    runs->bytes = 0;
    outcome = read_entries(fd, base, size, runs);
  }
  cause = errno;
  if (fd >= 0)
    close(fd);
  if (outcome < 0)
    return wd_fail(error, WD_IO, "cannot read /proc/self/pagemap: %s",
                   strerror(cause));
  return outcome ? wd_fail_memory(error) : WD_OK;
}

enum wd_status
wd_dirty_find(const uint8_t *base, uint64_t size, struct wd_runs *runs,
              struct wd_error *error)
{
  return find(base, size, runs, false, error);
}

enum wd_status
wd_dirty_find_slowly(const uint8_t *base, uint64_t size, struct wd_runs *runs,
                     struct wd_error *error)
{
  return find(base, size, runs, true, error);
}
