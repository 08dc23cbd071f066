#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/append.h"
#include "io/format.h"
#include "io/show.h"

/* Folders in folders: past that it is a loop of links. Linux follows 40 links
 * in a path and then finds nothing. */
#define DEPTH_MAX 32

struct walk {
  const struct wd_grant *grant;
  struct wd_arena *arena;
  const char **files;
  uint32_t count;
  uint32_t capacity;
  struct wd_error *error;
};

static enum wd_status
cannot_read(struct walk *walk, const char *path, int number)
{
  struct wd_shown name, shown;

  return wd_fail(walk->error, WD_IO, "table '%s': cannot read '%s': %s",
                 wd_show(&name, walk->grant->name), wd_show(&shown, path),
                 strerror(number));
}

static enum wd_status
check_compression(struct walk *walk, const char *path)
{
  const char *compression = wd_format_compression(path);
  enum wd_format format = walk->grant->format;
  struct wd_shown name, shown;

  if (!compression || wd_format_reads(format, compression))
    return WD_OK;
  return wd_fail(walk->error, WD_UNSUPPORTED,
                 "table '%s': '%s' is compressed by %s, which is not read as "
                 "%s in this version: unpack it",
                 wd_show(&name, walk->grant->name), wd_show(&shown, path),
                 compression, wd_format_name(format));
}

/* Opening is the one sure test of a permission. */
static enum wd_status
check_readable(struct walk *walk, const char *path)
{
  struct wd_shown name, shown;
  struct stat info;
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  int number = errno;

  if (fd < 0)
    return cannot_read(walk, path, number);
  number = fstat(fd, &info) ? errno : 0;
  close(fd);
  if (number)
    return cannot_read(walk, path, number);
  if (!S_ISREG(info.st_mode))
    return wd_fail(walk->error, WD_UNSUPPORTED,
                   "table '%s': '%s' is no file: pipes and devices cannot be "
                   "read in this version",
                   wd_show(&name, walk->grant->name), wd_show(&shown, path));
  return WD_OK;
}

static enum wd_status
push(struct walk *walk, const char *path)
{
  if (walk->count == walk->capacity) {
    uint32_t capacity = walk->capacity ? walk->capacity * 2 : 16;
    const char **moved = wd_arena_array(walk->arena, capacity, sizeof *moved);

    if (!moved || capacity < walk->capacity)
      return wd_fail_memory(walk->error);
    if (walk->count)
      memcpy(moved, walk->files, walk->count * sizeof *moved);
    walk->files = moved;
    walk->capacity = capacity;
  }
  walk->files[walk->count++] = path;
  return WD_OK;
}

static enum wd_status
add_file(struct walk *walk, const char *path)
{
  enum wd_status status = check_readable(walk, path);

  if (status == WD_OK)
    status = check_compression(walk, path);
  return status == WD_OK ? push(walk, path) : status;
}

static const char *
join(struct walk *walk, const char *folder, const char *name)
{
  size_t length = strlen(folder);

  if (length == 0 || folder[length - 1] == '/')
    return wd_arena_printf(walk->arena, "%s%s", folder, name);
  return wd_arena_printf(walk->arena, "%s/%s", folder, name);
}

/* The entries of a folder in turn. */
typedef enum wd_status
visit_entry(struct walk *walk, const char *path, const char *name,
            const void *env, int depth);

static enum wd_status
each_entry(struct walk *walk, const char *folder, int depth, visit_entry *visit,
           const void *env)
{
  DIR *stream = opendir(*folder ? folder : ".");
  enum wd_status status = WD_OK;
  struct dirent *entry;

  if (!stream)
    return cannot_read(walk, *folder ? folder : ".", errno);
  if (depth >= DEPTH_MAX) {
    closedir(stream);
    return cannot_read(walk, folder, ELOOP);
  }
  while (status == WD_OK && (errno = 0, entry = readdir(stream))) {
    const char *path;

    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
      continue;
    path = join(walk, folder, entry->d_name);
    status =
        path ? visit(walk, path, path + strlen(path) - strlen(entry->d_name),
                     env, depth)
             : wd_fail_memory(walk->error);
  }
  if (status == WD_OK && errno)
    status = cannot_read(walk, folder, errno);
  closedir(stream);
  return status;
}

/* Whether a failure means that nothing is there. */
static bool
is_absent(int number)
{
  return number == ENOENT || number == ENOTDIR;
}

/* Hidden files, and those that a job leaves beside its own (_SUCCESS). */
static bool
is_hidden(const char *name)
{
  return *name == '.' || *name == '_';
}

/* Whether a file in a folder counts: its ending tells the table's format; for
 * text also an ending that tells none. */
static bool
is_wanted(const struct walk *walk, const char *name)
{
  enum wd_format format = wd_format_of_path(name);

  return format == walk->grant->format ||
         (format == WD_FORMAT_UNKNOWN && walk->grant->format == WD_FORMAT_TEXT);
}

static enum wd_status
visit_folder_entry(struct walk *walk, const char *path, const char *name,
                   const void *env, int depth)
{
  struct stat info;

  (void)env;
  if (is_hidden(name))
    return WD_OK;
  if (stat(path, &info))
    return is_absent(errno) && !is_wanted(walk, name)
               ? WD_OK
               : cannot_read(walk, path, errno);
  if (S_ISDIR(info.st_mode))
    return each_entry(walk, path, depth + 1, visit_folder_entry, NULL);
  if (!S_ISREG(info.st_mode) || !is_wanted(walk, name))
    return WD_OK;
  return add_file(walk, path);
}

static bool
is_glob(const char *text, size_t length)
{
  for (size_t i = 0; i < length; i++) {
    if (strchr("*?[", text[i]))
      return true;
  }
  return false;
}

/* What matched as a whole: a file counts whatever its ending. */
static enum wd_status
add_match(struct walk *walk, const char *path, int depth)
{
  struct stat info;

  if (stat(path, &info))
    return is_absent(errno) ? WD_OK : cannot_read(walk, path, errno);
  if (S_ISDIR(info.st_mode))
    return each_entry(walk, path, depth, visit_folder_entry, NULL);
  return add_file(walk, path);
}

/* One part of a pattern and what follows it. */
struct pattern {
  const char *part;
  const char *rest; /* "" at the end, else without slashes before it */
};

static enum wd_status
match(struct walk *walk, const char *folder, const char *pattern, int depth);

static enum wd_status
find_folder(struct walk *walk, const char *path, bool *out_is)
{
  struct stat info;

  *out_is = false;
  if (stat(path, &info))
    return is_absent(errno) ? WD_OK : cannot_read(walk, path, errno);
  *out_is = S_ISDIR(info.st_mode);
  return WD_OK;
}

static enum wd_status
visit_glob_entry(struct walk *walk, const char *path, const char *name,
                 const void *env, int depth)
{
  const struct pattern *pattern = env;
  enum wd_status status;
  bool is_folder;

  if ((is_hidden(name) && pattern->part[0] != name[0]) ||
      fnmatch(pattern->part, name, FNM_PERIOD) != 0)
    return WD_OK;
  if (*pattern->rest == '\0')
    return add_match(walk, path, depth + 1);
  status = find_folder(walk, path, &is_folder);
  if (status != WD_OK || !is_folder)
    return status;
  return match(walk, path, pattern->rest, depth + 1);
}

/* `**`: the rest is tried in every folder below. */
static enum wd_status
visit_any_folder(struct walk *walk, const char *path, const char *name,
                 const void *env, int depth)
{
  const char *rest = env;
  enum wd_status status;
  bool is_folder;

  if (is_hidden(name))
    return WD_OK;
  status = find_folder(walk, path, &is_folder);
  if (status != WD_OK || !is_folder)
    return status;
  status = match(walk, path, rest, depth + 1);
  if (status != WD_OK)
    return status;
  return each_entry(walk, path, depth + 1, visit_any_folder, rest);
}

static enum wd_status
match_any_folder(struct walk *walk, const char *folder, const char *rest,
                 int depth)
{
  enum wd_status status;

  while (strncmp(rest, "**/", 3) == 0)
    rest += 3;
  if (*rest == '\0' || strcmp(rest, "**") == 0)
    return each_entry(walk, folder, depth, visit_folder_entry, NULL);
  status = match(walk, folder, rest, depth + 1);
  if (status != WD_OK)
    return status;
  return each_entry(walk, folder, depth, visit_any_folder, rest);
}

/* Appends the leading parts without wildcards to the folder and gives what
 * follows them. */
static const char *
take_plain_parts(struct walk *walk, const char **folder, const char *pattern)
{
  size_t plain = 0;

  for (;;) {
    size_t end = plain + strcspn(pattern + plain, "/");

    if (is_glob(pattern + plain, end - plain))
      break;
    plain = end + strspn(pattern + end, "/");
    if (pattern[end] == '\0')
      break;
  }
  if (plain) {
    const char *part = wd_arena_strndup(walk->arena, pattern, plain);

    *folder = part ? join(walk, *folder, part) : NULL;
  }
  return pattern + plain;
}

static enum wd_status
match(struct walk *walk, const char *folder, const char *pattern, int depth)
{
  enum wd_status status;
  struct pattern parts;
  bool is_folder;
  size_t end;

  pattern = take_plain_parts(walk, &folder, pattern);
  if (!folder)
    return wd_fail_memory(walk->error);
  if (*pattern == '\0')
    return add_match(walk, folder, depth);
  status = find_folder(walk, *folder ? folder : ".", &is_folder);
  if (status != WD_OK || !is_folder)
    return status;
  end = strcspn(pattern, "/");
  parts.part = wd_arena_strndup(walk->arena, pattern, end);
  if (!parts.part)
    return wd_fail_memory(walk->error);
  parts.rest = pattern + end + strspn(pattern + end, "/");
  if (strcmp(parts.part, "**") == 0)
    return match_any_folder(walk, folder, parts.rest, depth);
  return each_entry(walk, folder, depth, visit_glob_entry, &parts);
}

static int
compare(const void *a, const void *b)
{
  const char *const *left = a;
  const char *const *right = b;

  return strcmp(*left, *right);
}

/* Sorts; a file that two ways of a `**` led to counts once. */
static void
settle(struct walk *walk)
{
  uint32_t kept = 0;

  if (walk->count)
    qsort(walk->files, walk->count, sizeof *walk->files, compare);
  for (uint32_t i = 0; i < walk->count; i++) {
    if (kept == 0 || strcmp(walk->files[kept - 1], walk->files[i]) != 0)
      walk->files[kept++] = walk->files[i];
  }
  walk->count = kept;
}

/* An append that was cut off belongs to the folder; it is finished first. */
static enum wd_status
expand_folder(struct walk *walk, const char *path)
{
  int number = wd_append_finish(path, walk->arena);
  struct wd_shown name, shown;

  if (number == ENOMEM)
    return wd_fail_memory(walk->error);
  if (number)
    return wd_fail(walk->error, WD_IO,
                   "table '%s': an append to '%s' was cut off and cannot be "
                   "finished: %s",
                   wd_show(&name, walk->grant->name), wd_show(&shown, path),
                   strerror(number));
  return each_entry(walk, path, 0, visit_folder_entry, NULL);
}

static enum wd_status
expand(struct walk *walk, const char *location)
{
  const char *path = wd_arena_strdup(walk->arena, location);
  struct wd_shown name, shown;
  struct stat info;

  if (!path)
    return wd_fail_memory(walk->error);
  if (stat(path, &info) == 0)
    return S_ISDIR(info.st_mode) ? expand_folder(walk, path)
                                 : add_file(walk, path);
  if (is_glob(path, strlen(path)))
    return match(walk, "", path, 0);
  if (!is_absent(errno))
    return cannot_read(walk, path, errno);
  return wd_fail(walk->error, WD_NOT_FOUND, "table '%s': '%s' does not exist",
                 wd_show(&name, walk->grant->name), wd_show(&shown, path));
}

enum wd_status
wd_grant_files(const struct wd_grant *grant, struct wd_arena *arena,
               const char *const **out_files, uint32_t *out_count,
               struct wd_error *error)
{
  struct walk walk = {.grant = grant, .arena = arena, .error = error};
  struct wd_shown name, shown;
  enum wd_status status;

  *out_files = NULL;
  *out_count = 0;
  if (grant->remote)
    return wd_fail(error, WD_UNSUPPORTED,
                   "table '%s' is at '%s', which the engine spark reads, not "
                   "this one (--engine sc://HOST:PORT)",
                   wd_show(&name, grant->name),
                   wd_show(&shown, grant->location));
  status = expand(&walk, grant->location);
  if (status != WD_OK)
    return status;
  settle(&walk);
  if (walk.count == 0)
    return wd_fail(error, WD_NOT_FOUND, "table '%s': no %s file in '%s'",
                   wd_show(&name, grant->name), wd_format_name(grant->format),
                   wd_show(&shown, grant->location));
  *out_files = walk.files;
  *out_count = walk.count;
  return WD_OK;
}
