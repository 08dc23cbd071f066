#include "io/append.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/tree.h"

#define MANIFEST ".manifest"

/* Bytes of a manifest at most. */
#define MANIFEST_MAX (64 << 20)

/* The folders above a file that is to come. */
static int
make_folders(char *path, size_t from)
{
  for (char *slash = strchr(path + from, '/'); slash;
       slash = strchr(slash + 1, '/')) {
    int failed;

    *slash = '\0';
    failed = mkdir(path, 0777) && errno != EEXIST ? errno : 0;
    *slash = '/';
    if (failed)
      return failed;
  }
  return 0;
}

/* A manifest may be anybody's who can write there. */
static bool
is_inside(const char *name)
{
  if (*name == '/' || *name == '\0')
    return false;
  for (const char *part = name; part; part = strchr(part, '/')) {
    part += *part == '/';
    if (strncmp(part, "..", 2) == 0 && (part[2] == '/' || part[2] == '\0'))
      return false;
  }
  return true;
}

/* Moves one file; one that is gone was moved by somebody else. */
static int
move(const char *folder, const char *hidden, const char *name,
     struct wd_arena *arena)
{
  char *from, *to;
  int number;

  if (!is_inside(name))
    return EINVAL;
  from = wd_arena_printf(arena, "%s/%s", hidden, name);
  to = wd_arena_printf(arena, "%s/%s", folder, name);
  if (!from || !to)
    return ENOMEM;
  number = make_folders(to, strlen(folder) + 1);
  if (number == 0 && rename(from, to) && errno != ENOENT)
    number = errno;
  return number;
}

/* Moves what a manifest lists, and then removes it. */
static int
move_all(const char *folder, const char *hidden, const char *manifest,
         const char *names, size_t size, struct wd_arena *arena)
{
  int number = 0;

  for (size_t at = 0; number == 0 && at < size; at += strlen(names + at) + 1)
    number = move(folder, hidden, names + at, arena);
  if (number == 0)
    number = wd_path_sync(folder);
  if (number == 0 && unlink(manifest) && errno != ENOENT)
    number = errno;
  if (number == 0)
    wd_tree_remove(hidden);
  return number;
}

static int
write_all(int descriptor, const char *data, size_t size)
{
  while (size > 0) {
    ssize_t done = write(descriptor, data, size);

    if (done < 0 && errno != EINTR)
      return errno;
    if (done > 0) {
      data += done;
      size -= (size_t)done;
    }
  }
  return fsync(descriptor) ? errno : 0;
}

static int
write_manifest(const char *folder, const char *manifest, const char *data,
               size_t size, struct wd_arena *arena)
{
  const char *draft = wd_arena_printf(arena, "%s.new", manifest);
  int descriptor, number;

  if (!draft)
    return ENOMEM;
  descriptor = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (descriptor < 0)
    return errno;
  number = write_all(descriptor, data, size);
  close(descriptor);
  if (number == 0 && rename(draft, manifest))
    number = errno;
  if (number)
    unlink(draft);
  return number ? number : wd_path_sync(folder);
}

/* Names one after the other, each with its zero. */
static char *
join_names(const char *const *files, uint32_t count, struct wd_arena *arena,
           size_t *out_size)
{
  size_t size = 0, at = 0;
  char *names;

  for (uint32_t i = 0; i < count; i++)
    size += strlen(files[i]) + 1;
  names = size <= MANIFEST_MAX ? wd_arena_alloc(arena, size + 1) : NULL;
  for (uint32_t i = 0; names && i < count; i++) {
    memcpy(names + at, files[i], strlen(files[i]) + 1);
    at += strlen(files[i]) + 1;
  }
  *out_size = size;
  return names;
}

int
wd_append_publish(const char *folder, const char *hidden,
                  struct wd_arena *arena, bool *out_stands,
                  const char **out_what)
{
  const char *const *files;
  const char *manifest;
  char *names;
  uint32_t count;
  size_t size;
  int number = wd_tree_sync(hidden);

  *out_stands = false;
  *out_what = "write";
  if (number == 0)
    number = wd_tree_files(hidden, arena, &files, &count);
  if (number)
    return number;
  manifest = wd_arena_printf(arena, "%s" MANIFEST, hidden);
  names = join_names(files, count, arena, &size);
  if (!manifest || !names)
    return ENOMEM;
  *out_what = "write the manifest of an append to";
  number = write_manifest(folder, manifest, names, size, arena);
  if (number)
    return number;
  *out_stands = true;
  *out_what = "finish the append to";
  return move_all(folder, hidden, manifest, names, size, arena);
}

static bool
ends_with(const char *name, const char *ending)
{
  size_t length = strlen(name), most = strlen(ending);

  return length >= most && strcmp(name + length - most, ending) == 0;
}

/* Reads a manifest whole; *out_size 0 when it has gone meanwhile. */
static int
read_manifest(const char *path, struct wd_arena *arena, char **out_names,
              size_t *out_size)
{
  int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  int number = errno;
  struct stat info;
  ssize_t done = -1;

  *out_size = 0;
  if (descriptor < 0)
    return number == ENOENT ? 0 : number;
  number = fstat(descriptor, &info) ? errno : 0;
  if (number == 0 && (!S_ISREG(info.st_mode) || info.st_size > MANIFEST_MAX))
    number = EINVAL;
  *out_names = number ? NULL : wd_arena_alloc(arena, (size_t)info.st_size + 1);
  if (number == 0 && !*out_names)
    number = ENOMEM;
  if (number == 0)
    done = read(descriptor, *out_names, (size_t)info.st_size);
  if (number == 0 && done != info.st_size)
    number = done < 0 ? errno : EIO;
  close(descriptor);
  if (number == 0) {
    (*out_names)[done] = '\0';
    *out_size = (size_t)done;
  }
  return number;
}

static int
finish_one(const char *folder, const char *name, struct wd_arena *arena)
{
  char *manifest = wd_arena_printf(arena, "%s/%s", folder, name);
  char *hidden = wd_arena_printf(arena, "%s/%.*s", folder,
                                 (int)(strlen(name) - strlen(MANIFEST)), name);
  char *names;
  size_t size;
  int number;

  if (!manifest || !hidden)
    return ENOMEM;
  number = read_manifest(manifest, arena, &names, &size);
  return number || size == 0
             ? number
             : move_all(folder, hidden, manifest, names, size, arena);
}

int
wd_append_finish(const char *folder, struct wd_arena *arena)
{
  DIR *stream = opendir(folder);
  struct dirent *entry;
  int number = 0;

  if (!stream)
    return errno;
  while (number == 0 && (errno = 0, entry = readdir(stream)))
    if (strncmp(entry->d_name, WD_APPEND_PREFIX, strlen(WD_APPEND_PREFIX)) ==
            0 &&
        ends_with(entry->d_name, WD_APPEND_SUFFIX MANIFEST))
      number = finish_one(folder, entry->d_name, arena);
  if (number == 0)
    number = errno;
  closedir(stream);
  return number;
}
