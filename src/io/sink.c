#include "io/sink.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/utf8.h"
#include "io/append.h"
#include "io/format.h"
#include "io/show.h"
#include "io/tree.h"
#include "io/unfinished.h"

/* What a temporary name adds to NAME: `.`, `.<pid>-<n>.wasi-data`. */
#define TEMPORARY_EXTRA 48

struct wd_sink {
  struct wd_mem *mem;
  struct wd_arena arena;
  const struct wd_grant *grant;
  enum wd_write_mode mode;
  bool is_folder;
  bool appends; /* to a folder that is there */
  bool stands;  /* the append has happened, what is left is to move files */
  unsigned serial;
  const char *target; /* without slashes at its end */
  const char *folder; /* that the target is in */
  const char *temporary;
  struct wd_unfinished unfinished;
};

static enum wd_status
fail_at(const struct wd_sink *sink, struct wd_error *error,
        enum wd_status status, const char *path, const char *what)
{
  struct wd_shown name, shown;

  return wd_fail(error, status, "sink '%s': '%s' %s",
                 wd_show(&name, sink->grant->name), wd_show(&shown, path),
                 what);
}

/* "cannot <verb> '<path>': <reason>" */
static enum wd_status
fail_errno(const struct wd_sink *sink, struct wd_error *error, const char *verb,
           const char *path, int number)
{
  struct wd_shown name, shown;

  if (number == ENOMEM)
    return wd_fail_memory(error);
  return wd_fail(error, WD_IO, "sink '%s': cannot %s '%s': %s",
                 wd_show(&name, sink->grant->name), verb, wd_show(&shown, path),
                 strerror(number));
}

static enum wd_status
fail_exists(const struct wd_sink *sink, struct wd_error *error)
{
  return fail_at(sink, error, WD_IO, sink->target,
                 "exists already: remove it, or write with overwrite");
}

/* The place that a link points to, so that the link stays one. */
static enum wd_status
resolve_target(struct wd_sink *sink, struct wd_error *error)
{
  const char *location = sink->grant->location;
  size_t length = strlen(location);
  struct stat info;
  char *real;

  sink->is_folder = sink->is_folder || location[length - 1] == '/';
  while (length > 1 && location[length - 1] == '/')
    length--;
  location = wd_arena_strndup(&sink->arena, location, length);
  if (!location)
    return wd_fail_memory(error);
  sink->target = location;
  if (lstat(location, &info) || !S_ISLNK(info.st_mode))
    return WD_OK;
  real = realpath(location, NULL);
  if (!real)
    return fail_errno(sink, error, "follow the link", location, errno);
  sink->target = wd_arena_strdup(&sink->arena, real);
  free(real);
  return sink->target ? WD_OK : wd_fail_memory(error);
}

/* What is not hidden in a folder that is replaced must be files of the sink's
 * format: nobody shall lose a folder for a mistaken path. */
static enum wd_status
check_replaced(struct wd_sink *sink, struct wd_error *error)
{
  const char *const *files;
  uint32_t count;
  struct wd_shown name, shown, file;
  int number = wd_tree_files(sink->target, &sink->arena, &files, &count);

  if (number)
    return fail_errno(sink, error, "look into", sink->target, number);
  for (uint32_t i = 0; i < count; i++) {
    const char *slash = strrchr(files[i], '/');
    const char *last = slash ? slash + 1 : files[i];

    if (*last == '.' || *last == '_' ||
        wd_format_of_path(files[i]) == sink->grant->format)
      continue;
    return wd_fail(error, WD_IO,
                   "sink '%s': '%s' holds '%s', which is no %s file: it is "
                   "not replaced; remove that file, or the folder",
                   wd_show(&name, sink->grant->name),
                   wd_show(&shown, sink->target), wd_show(&file, files[i]),
                   wd_format_name(sink->grant->format));
  }
  return WD_OK;
}

static enum wd_status
check_folder_target(struct wd_sink *sink, struct wd_error *error)
{
  int number;

  switch (sink->mode) {
  case WD_WRITE_CREATE:
    return fail_exists(sink, error);
  case WD_WRITE_OVERWRITE:
    return check_replaced(sink, error);
  case WD_WRITE_APPEND:
    sink->appends = true;
    number = wd_append_finish(sink->target, &sink->arena);
    return number ? fail_errno(sink, error, "finish an append to", sink->target,
                               number)
                  : WD_OK;
  default:
    return WD_OK;
  }
}

static enum wd_status
check_target(struct wd_sink *sink, bool *out_exists, struct wd_error *error)
{
  struct stat info;

  *out_exists = false;
  if (stat(sink->target, &info)) {
    if (errno != ENOENT && errno != ENOTDIR)
      return fail_errno(sink, error, "reach", sink->target, errno);
    return WD_OK;
  }
  *out_exists = true;
  if (S_ISDIR(info.st_mode)) {
    sink->is_folder = true;
    return check_folder_target(sink, error);
  }
  if (!S_ISREG(info.st_mode))
    return fail_at(sink, error, WD_IO, sink->target,
                   "is a pipe or a device: a sink is a file or a folder");
  if (sink->is_folder)
    return fail_at(sink, error, WD_IO, sink->target,
                   "is a file: a location that ends in '/', and what is "
                   "written partitioned, is a folder");
  return sink->mode == WD_WRITE_CREATE ? fail_exists(sink, error) : WD_OK;
}

/* A file cannot grow as a whole or not at all. */
static enum wd_status
check_append(const struct wd_sink *sink, struct wd_error *error)
{
  struct wd_shown name;

  if (sink->mode != WD_WRITE_APPEND || sink->is_folder)
    return WD_OK;
  return wd_fail(error, WD_UNSUPPORTED,
                 "sink '%s': rows cannot be appended to a file, only files to "
                 "a folder: grant one, with a location that ends in '/'",
                 wd_show(&name, sink->grant->name));
}

/* "" stands for the current folder, the others end in a slash. */
static enum wd_status
check_folder(const struct wd_sink *sink, struct wd_error *error)
{
  const char *folder = *sink->folder ? sink->folder : ".";
  struct stat info;

  if (stat(folder, &info)) {
    if (errno == ENOTDIR)
      return fail_at(sink, error, WD_NOT_FOUND, folder, "is no folder");
    if (errno == ENOENT)
      return fail_at(sink, error, WD_NOT_FOUND, folder,
                     "does not exist: make this folder first");
    return fail_errno(sink, error, "reach", folder, errno);
  }
  if (faccessat(AT_FDCWD, folder, W_OK | X_OK, AT_EACCESS))
    return fail_errno(sink, error, "write to the folder", folder, errno);
  return WD_OK;
}

/* Two processes with one number (in two containers) may share a folder, so a
 * name that is taken is passed over. */
static enum wd_status
choose_temporary(struct wd_sink *sink, const char *name, struct wd_error *error)
{
  static atomic_uint serial;
  size_t length = strlen(name);
  size_t most = NAME_MAX - TEMPORARY_EXTRA;
  struct stat info;

  if (length > most)
    length = wd_utf8_cut((const uint8_t *)name, most);
  do {
    sink->serial = atomic_fetch_add(&serial, 1) + 1;
    if (sink->appends)
      sink->temporary = wd_arena_printf(
          &sink->arena, "%s/" WD_APPEND_PREFIX "%ld-%u" WD_APPEND_SUFFIX,
          sink->target, (long)getpid(), sink->serial);
    else
      sink->temporary = wd_arena_printf(
          &sink->arena, "%s.%.*s.%ld-%u.wasi-data", sink->folder, (int)length,
          name, (long)getpid(), sink->serial);
    if (!sink->temporary)
      return wd_fail_memory(error);
  } while (lstat(sink->temporary, &info) == 0);
  if (errno != ENOENT)
    return fail_errno(sink, error, "reach", sink->temporary, errno);
  if (sink->is_folder && mkdir(sink->temporary, 0777))
    return fail_errno(sink, error, "write to the folder",
                      sink->appends ? sink->target : sink->folder, errno);
  return WD_OK;
}

static enum wd_status
reserve(struct wd_sink *sink, struct wd_error *error)
{
  const char *slash = strrchr(sink->target, '/');
  const char *name = slash ? slash + 1 : sink->target;
  enum wd_status status;

  sink->folder = wd_arena_strndup(&sink->arena, sink->target,
                                  (size_t)(name - sink->target));
  if (!sink->folder)
    return wd_fail_memory(error);
  status = check_folder(sink, error);
  return status == WD_OK ? choose_temporary(sink, name, error) : status;
}

static void
sink_free(struct wd_sink *sink)
{
  wd_unfinished_drop(&sink->unfinished);
  wd_arena_fini(&sink->arena);
  wd_mem_free(sink->mem, sink, sizeof *sink);
}

static enum wd_status
check_mode(enum wd_write_mode mode, const struct wd_grant *grant,
           struct wd_error *error)
{
  struct wd_shown name;

  if (mode != WD_WRITE_UPSERT)
    return WD_OK;
  return wd_fail(error, WD_UNSUPPORTED,
                 "sink '%s': files cannot be written with upsert in this "
                 "version: use create, overwrite, append or ignore",
                 wd_show(&name, grant->name));
}

static enum wd_status
open_sink(const struct wd_grant *grant, enum wd_write_mode mode, bool folder,
          struct wd_mem *mem, struct wd_sink **out_sink, struct wd_error *error)
{
  enum wd_status status = check_mode(mode, grant, error);
  struct wd_sink *sink;
  bool exists = false;

  *out_sink = NULL;
  if (status != WD_OK)
    return status;
  sink = wd_mem_calloc(mem, 1, sizeof *sink);
  if (!sink)
    return wd_fail_memory(error);
  sink->mem = mem;
  sink->grant = grant;
  sink->mode = mode;
  sink->is_folder = folder;
  wd_arena_init(&sink->arena, mem, 0);
  status = resolve_target(sink, error);
  if (status == WD_OK)
    status = check_target(sink, &exists, error);
  if (status == WD_OK && exists && mode == WD_WRITE_IGNORE) {
    sink_free(sink);
    return WD_OK;
  }
  if (status == WD_OK)
    status = check_append(sink, error);
  if (status == WD_OK)
    status = reserve(sink, error);
  if (status != WD_OK) {
    sink_free(sink);
    return status;
  }
  wd_unfinished_add(&sink->unfinished, sink->temporary);
  *out_sink = sink;
  return WD_OK;
}

enum wd_status
wd_sink_open(const struct wd_grant *grant, enum wd_write_mode mode,
             struct wd_mem *mem, struct wd_sink **out_sink,
             struct wd_error *error)
{
  return open_sink(grant, mode, false, mem, out_sink, error);
}

enum wd_status
wd_sink_open_folder(const struct wd_grant *grant, enum wd_write_mode mode,
                    struct wd_mem *mem, struct wd_sink **out_sink,
                    struct wd_error *error)
{
  return open_sink(grant, mode, true, mem, out_sink, error);
}

const char *
wd_sink_path(const struct wd_sink *sink)
{
  return sink->temporary;
}

bool
wd_sink_is_folder(const struct wd_sink *sink)
{
  return sink->is_folder;
}

const char *
wd_sink_prefix(struct wd_sink *sink)
{
  struct timespec now;

  if (!sink->appends)
    return "part-";
  clock_gettime(CLOCK_REALTIME, &now);
  return wd_arena_printf(&sink->arena, "part-%llx%08lx-%lx-%x-",
                         (unsigned long long)now.tv_sec, now.tv_nsec,
                         (long)getpid(), sink->serial);
}

/* The permissions of the file that goes, for the one that comes. */
static enum wd_status
inherit_mode(const struct wd_sink *sink, int fd, struct wd_error *error)
{
  struct stat old;

  if (sink->mode != WD_WRITE_OVERWRITE || stat(sink->target, &old) ||
      !S_ISREG(old.st_mode))
    return WD_OK;
  if (fchmod(fd, old.st_mode & 0777))
    return fail_errno(sink, error, "set the permissions of", sink->temporary,
                      errno);
  return WD_OK;
}

static enum wd_status
sync_file(const struct wd_sink *sink, struct wd_error *error)
{
  int fd = open(sink->temporary, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  enum wd_status status = WD_OK;

  if (fd < 0)
    return fail_errno(sink, error, "find what was written to", sink->temporary,
                      errno);
  if (fsync(fd))
    status = fail_errno(sink, error, "write", sink->target, errno);
  if (status == WD_OK)
    status = inherit_mode(sink, fd, error);
  close(fd);
  return status;
}

/* Renames unless something is there; 0 or an error number. For file systems
 * that cannot, a second name does the same. */
static int
rename_new(const char *from, const char *to)
{
  if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
    return 0;
  if (errno != EINVAL && errno != ENOSYS)
    return errno;
  if (link(from, to))
    return errno;
  unlink(from);
  return 0;
}

static enum wd_status
appear(const struct wd_sink *sink, struct wd_error *error)
{
  int number;

  if (sink->mode == WD_WRITE_OVERWRITE)
    number = rename(sink->temporary, sink->target) ? errno : 0;
  else
    number = rename_new(sink->temporary, sink->target);
  if (number == EEXIST && sink->mode == WD_WRITE_IGNORE) {
    wd_tree_remove(sink->temporary);
    return WD_OK;
  }
  if (number == EEXIST)
    return fail_exists(sink, error);
  if (number)
    return fail_errno(sink, error, "write", sink->target, number);
  return WD_OK;
}

/* The new name reaches the disk. A folder that cannot be opened for reading,
 * or that does not know how to be synced, is left to the system. */
static enum wd_status
sync_folder(const struct wd_sink *sink, struct wd_error *error)
{
  const char *folder = *sink->folder ? sink->folder : ".";
  int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  int number;

  if (fd < 0)
    return WD_OK;
  number = fsync(fd) ? errno : 0;
  close(fd);
  if (number == 0 || number == EINVAL || number == ENOTSUP)
    return WD_OK;
  return fail_errno(sink, error, "sync the folder", folder, number);
}

/* Exchanges two paths; 0 or an error number. A file system that cannot is
 * left without the target for a moment. */
static int
exchange(const struct wd_sink *sink)
{
  const char *aside;
  int number;

  if (renameat2(AT_FDCWD, sink->temporary, AT_FDCWD, sink->target,
                RENAME_EXCHANGE) == 0)
    return 0;
  if (errno != EINVAL && errno != ENOSYS)
    return errno;
  aside = wd_arena_printf((struct wd_arena *)(uintptr_t)&sink->arena, "%s.old",
                          sink->temporary);
  if (!aside)
    return ENOMEM;
  if (rename(sink->target, aside))
    return errno;
  number = rename(sink->temporary, sink->target) ? errno : 0;
  if (rename(aside, number ? sink->target : sink->temporary))
    return errno;
  return number;
}

/* A folder that takes the place of another one gets its permissions. */
static enum wd_status
replace_folder(const struct wd_sink *sink, struct wd_error *error)
{
  struct stat old;
  int number = rename_new(sink->temporary, sink->target);

  if (number != EEXIST && number != ENOTEMPTY)
    return number ? fail_errno(sink, error, "write", sink->target, number)
                  : WD_OK;
  if (stat(sink->target, &old) == 0)
    chmod(sink->temporary, old.st_mode & 0777);
  number = exchange(sink);
  if (number)
    return fail_errno(sink, error, "write", sink->target, number);
  wd_tree_remove(sink->temporary);
  return WD_OK;
}

static enum wd_status
commit_folder(struct wd_sink *sink, struct wd_error *error)
{
  const char *what;
  int number;

  if (sink->appends) {
    number = wd_append_publish(sink->target, sink->temporary, &sink->arena,
                               &sink->stands, &what);
    return number ? fail_errno(sink, error, what, sink->target, number) : WD_OK;
  }
  number = wd_tree_sync(sink->temporary);
  if (number)
    return fail_errno(sink, error, "write", sink->target, number);
  return sink->mode == WD_WRITE_OVERWRITE ? replace_folder(sink, error)
                                          : appear(sink, error);
}

enum wd_status
wd_sink_commit(struct wd_sink *sink, struct wd_error *error)
{
  enum wd_status status;

  if (sink->is_folder) {
    status = commit_folder(sink, error);
  } else {
    status = sync_file(sink, error);
    if (status == WD_OK)
      status = appear(sink, error);
  }
  if (status != WD_OK) {
    wd_sink_abort(sink);
    return status;
  }
  status = sync_folder(sink, error);
  sink_free(sink);
  return status;
}

void
wd_sink_abort(struct wd_sink *sink)
{
  if (!sink)
    return;
  if (!sink->stands)
    wd_tree_remove(sink->temporary);
  sink_free(sink);
}
