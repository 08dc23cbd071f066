#include "wasm/memory_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define COPY_SIZE 65536

static enum wd_status
fail(struct wd_error *error, const char *what, uint64_t size)
{
  return wd_fail(error, WD_NO_MEMORY,
                 "cannot %s a memory image of %" PRIu64 " bytes: %s", what,
                 size, strerror(errno));
}

enum wd_status
wd_memory_file_new(struct wd_mem *mem, uint64_t size,
                   struct wd_memory_file **out_file, struct wd_error *error)
{
  struct wd_memory_file *file = wd_mem_calloc(mem, 1, sizeof *file);
  enum wd_status status;

  if (!file)
    return wd_fail_memory(error);
  atomic_init(&file->references, 1);
  file->mem = mem;
  file->fd = memfd_create("wasi-data", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (file->fd < 0)
    status = fail(error, "make", size);
  else
    status = wd_memory_file_grow(file, size, error);
  if (status)
    wd_memory_file_unref(file);
  else
    *out_file = file;
  return status;
}

struct wd_memory_file *
wd_memory_file_ref(struct wd_memory_file *file)
{
  atomic_fetch_add_explicit(&file->references, 1, memory_order_relaxed);
  return file;
}

void
wd_memory_file_unref(struct wd_memory_file *file)
{
  if (!file || atomic_fetch_sub_explicit(&file->references, 1,
                                         memory_order_acq_rel) != 1)
    return;
  if (file->fd >= 0)
    close(file->fd);
  wd_mem_free(file->mem, file, sizeof *file);
}

enum wd_status
wd_memory_file_grow(struct wd_memory_file *file, uint64_t size,
                    struct wd_error *error)
{
  if (ftruncate(file->fd, (off_t)size) != 0)
    return fail(error, "grow", size);
  file->size = size;
  return WD_OK;
}

enum wd_status
wd_memory_file_write(struct wd_memory_file *file, uint64_t offset,
                     const void *from, uint64_t size, struct wd_error *error)
{
  const char *at = from;

  while (size) {
    ssize_t written = pwrite(file->fd, at, size, (off_t)offset);

    if (written < 0 && errno == EINTR)
      continue;
    if (written <= 0)
      return fail(error, "write", file->size);
    at += written;
    offset += (uint64_t)written;
    size -= (uint64_t)written;
  }
  return WD_OK;
}

enum wd_status
wd_memory_file_read(const struct wd_memory_file *file, uint64_t offset,
                    void *to, uint64_t size, struct wd_error *error)
{
  char *at = to;

  while (size) {
    ssize_t got = pread(file->fd, at, size, (off_t)offset);

    if (got < 0 && errno == EINTR)
      continue;
    if (got <= 0)
      return fail(error, "read", file->size);
    at += got;
    offset += (uint64_t)got;
    size -= (uint64_t)got;
  }
  return WD_OK;
}

uint64_t
wd_memory_file_used(const struct wd_memory_file *file)
{
  struct stat info;

  return fstat(file->fd, &info) == 0 ? (uint64_t)info.st_blocks * 512 : 0;
}

static enum wd_status
copy_piece(const struct wd_memory_file *file, uint64_t from, uint64_t to,
           struct wd_memory_file *copy, struct wd_error *error)
{
  char piece[COPY_SIZE];
  enum wd_status status = WD_OK;

  while (from < to && !status) {
    uint64_t size = to - from < COPY_SIZE ? to - from : COPY_SIZE;

    status = wd_memory_file_read(file, from, piece, size, error);
    if (!status)
      status = wd_memory_file_write(copy, from, piece, size, error);
    from += size;
  }
  return status;
}

/* The first data at or behind `from`; at the end of the file when there is
 * none. */
static enum wd_status
find_data(const struct wd_memory_file *file, uint64_t from,
          struct wd_data_extent *extent, struct wd_error *error)
{
  off_t begin;
  off_t end;

  if (from < extent->end)
    return WD_OK;
  begin = lseek(file->fd, (off_t)from, SEEK_DATA);
  if (begin < 0 && errno == ENXIO) {
    *extent = (struct wd_data_extent){file->size, file->size};
    return WD_OK;
  }
  end = begin < 0 ? -1 : lseek(file->fd, begin, SEEK_HOLE);
  if (end < 0)
    return fail(error, "read", file->size);
  *extent = (struct wd_data_extent){(uint64_t)begin, (uint64_t)end};
  return WD_OK;
}

enum wd_status
wd_memory_file_copy(const struct wd_memory_file *file, uint64_t from,
                    uint64_t to, struct wd_memory_file *copy,
                    struct wd_data_extent *extent, struct wd_error *error)
{
  enum wd_status status = WD_OK;

  while (from < to && !status) {
    uint64_t end;

    status = find_data(file, from, extent, error);
    if (from < extent->begin)
      from = extent->begin;
    end = extent->end < to ? extent->end : to;
    if (status || from >= end)
      break;
    status = copy_piece(file, from, end, copy, error);
    from = end;
  }
  return status;
}

enum wd_status
wd_memory_file_seal(struct wd_memory_file *file, struct wd_error *error)
{
  int seals = F_SEAL_FUTURE_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;

  if (fcntl(file->fd, F_ADD_SEALS, seals) != 0)
    return fail(error, "seal", file->size);
  return WD_OK;
}
