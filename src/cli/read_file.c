/* Reading a plan or SQL: a file, or anything that can be read. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "cli/verbs.h"

#define PIECE 65536u

static enum wd_status
fail_file(const char *path, struct wd_error *error)
{
  enum wd_status status =
      errno == ENOENT || errno == ENOTDIR ? WD_NOT_FOUND : WD_IO;

  return wd_fail(error, status, "%s: %s", path, strerror(errno));
}

static enum wd_status
read_all(int fd, const char *path, struct wd_buf *buf, struct wd_error *error)
{
  for (;;) {
    void *room = wd_buf_reserve(buf, PIECE);
    ssize_t got;

    if (!room)
      return buf->length + PIECE > buf->maximum
                 ? wd_fail(error, WD_LIMIT_EXCEEDED, "%s has more than %zu MiB",
                           path, buf->maximum >> 20)
                 : wd_fail_memory(error);
    got = read(fd, room, PIECE);
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return fail_file(path, error);
    if (got == 0)
      return WD_OK;
    buf->length += (size_t)got;
  }
}

enum wd_status
wd_cli_read_file(const char *path, struct wd_buf *buf, struct wd_error *error)
{
  int fd;
  enum wd_status status;

  if (!path)
    return read_all(STDIN_FILENO, "standard input", buf, error);
  fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
  if (fd < 0)
    return fail_file(path, error);
  status = read_all(fd, path, buf, error);
  close(fd);
  return status;
}
