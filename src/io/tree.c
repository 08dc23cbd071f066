#include "io/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What is done with an entry; folders come after what is in them. */
typedef int
visit_entry(const FTSENT *entry, void *env);

static int
walk(const char *path, visit_entry *visit, void *env)
{
  char *paths[] = {(char *)(uintptr_t)path, NULL};
  FTS *tree = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
  int number = 0;

  if (!tree)
    return errno;
  for (FTSENT *entry; number == 0 && (errno = 0, entry = fts_read(tree));) {
    switch (entry->fts_info) {
    case FTS_D:
      break;
    case FTS_ERR:
    case FTS_DNR:
    case FTS_NS:
      number = entry->fts_errno;
      break;
    default:
      number = visit(entry, env);
    }
  }
  if (number == 0)
    number = errno;
  fts_close(tree);
  return number;
}

int
wd_path_sync(const char *path)
{
  int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  int number = errno;
  struct stat info;

  if (descriptor < 0)
    return number;
  number = fsync(descriptor) ? errno : 0;
  if ((number == EINVAL || number == ENOTSUP) &&
      fstat(descriptor, &info) == 0 && S_ISDIR(info.st_mode))
    number = 0;
  close(descriptor);
  return number;
}

static int
sync_entry(const FTSENT *entry, void *env)
{
  (void)env;
  if (entry->fts_info != FTS_F && entry->fts_info != FTS_DP)
    return 0;
  return wd_path_sync(entry->fts_accpath);
}

int
wd_tree_sync(const char *path)
{
  return walk(path, sync_entry, NULL);
}

static int
remove_entry(const FTSENT *entry, void *env)
{
  (void)env;
  if (entry->fts_info == FTS_DP)
    return rmdir(entry->fts_accpath) && errno != ENOENT ? errno : 0;
  return unlink(entry->fts_accpath) && errno != ENOENT ? errno : 0;
}

int
wd_tree_remove(const char *path)
{
  int number = walk(path, remove_entry, NULL);

  return number == ENOENT ? 0 : number;
}

struct listing {
  struct wd_arena *arena;
  size_t prefix; /* of the root, with a slash */
  const char **files;
  uint32_t count;
  uint32_t capacity;
};

static int
list_entry(const FTSENT *entry, void *env)
{
  struct listing *listing = env;
  const char *path;

  if (entry->fts_info != FTS_F)
    return 0;
  if (listing->count == listing->capacity) {
    uint32_t capacity = listing->capacity ? 2 * listing->capacity : 16;
    const char **moved =
        wd_arena_array(listing->arena, capacity, sizeof *moved);

    if (!moved)
      return ENOMEM;
    if (listing->count)
      memcpy(moved, listing->files, listing->count * sizeof *moved);
    listing->files = moved;
    listing->capacity = capacity;
  }
  path = wd_arena_strdup(listing->arena, entry->fts_path + listing->prefix);
  listing->files[listing->count++] = path;
  return path ? 0 : ENOMEM;
}

int
wd_tree_files(const char *path, struct wd_arena *arena,
              const char *const **out_files, uint32_t *out_count)
{
  struct listing listing = {.arena = arena, .prefix = strlen(path) + 1};
  int number = walk(path, list_entry, &listing);

  *out_files = listing.files;
  *out_count = listing.count;
  return number;
}
