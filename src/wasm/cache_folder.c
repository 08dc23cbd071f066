/* The folder of compiled code as a whole. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "wasm/cache.h"

#define HEX_LENGTH 64

/* `<hash>.cwasm`, and `<hash>.cwasm.<pid>.<n>` while it is written. */
static bool
is_ours(const char *name)
{
  static const char ending[] = ".cwasm";
  size_t length = strspn(name, "0123456789abcdef");

  if (length != HEX_LENGTH ||
      strncmp(name + length, ending, sizeof ending - 1) != 0)
    return false;
  name += length + sizeof ending - 1;
  return !*name ||
         (*name == '.' && strspn(name, ".0123456789") == strlen(name));
}

static enum wd_status
fail_folder(const char *folder, struct wd_error *error)
{
  return wd_fail(error, WD_IO, "cache folder %s: %s", folder, strerror(errno));
}

/* One file of the folder: counts it, and removes it when asked. */
static enum wd_status
visit(const char *folder, int fd, const char *name, bool remove,
      struct wd_cache_figures *figures, struct wd_error *error)
{
  struct stat info;

  if (!is_ours(name) || fstatat(fd, name, &info, AT_SYMLINK_NOFOLLOW) != 0 ||
      !S_ISREG(info.st_mode))
    return WD_OK;
  if (remove && unlinkat(fd, name, 0) != 0 && errno != ENOENT)
    return wd_fail(error, WD_IO, "cannot remove %s/%s: %s", folder, name,
                   strerror(errno));
  figures->files++;
  figures->bytes += (uint64_t)info.st_size;
  return WD_OK;
}

static enum wd_status
walk(const char *folder, bool remove, struct wd_cache_figures *out_figures,
     struct wd_error *error)
{
  DIR *stream = opendir(folder);
  enum wd_status status = WD_OK;
  const struct dirent *entry;

  *out_figures = (struct wd_cache_figures){0};
  if (!stream)
    return errno == ENOENT ? WD_OK : fail_folder(folder, error);
  while ((entry = readdir(stream))) {
    enum wd_status one =
        visit(folder, dirfd(stream), entry->d_name, remove, out_figures, error);

    status = status == WD_OK ? one : status;
  }
  closedir(stream);
  return status;
}

enum wd_status
wd_cache_measure(const char *folder, struct wd_cache_figures *out_figures,
                 struct wd_error *error)
{
  return walk(folder, false, out_figures, error);
}

enum wd_status
wd_cache_empty(const char *folder, struct wd_cache_figures *out_figures,
               struct wd_error *error)
{
  return walk(folder, true, out_figures, error);
}
