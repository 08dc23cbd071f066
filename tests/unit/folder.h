/* A folder of a test's own. */
#ifndef WD_TEST_FOLDER_H
#define WD_TEST_FOLDER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

struct folder {
  char path[256];
  char joined[4][512]; /* what folder_join gave last */
  unsigned next;
};

static inline int
folder_make(void **state)
{
  struct folder *folder = calloc(1, sizeof *folder);
  const char *base = getenv("TMPDIR");

  if (!folder)
    return -1;
  snprintf(folder->path, sizeof folder->path, "%.200s/wd-test-XXXXXX",
           base ? base : "/tmp");
  *state = folder;
  /* For tests that give up their privileges. */
  return mkdtemp(folder->path) && chmod(folder->path, 0755) == 0 ? 0 : -1;
}

static inline int
folder_remove_one(const char *path, const struct stat *info, int flag,
                  struct FTW *at)
{
  (void)info;
  (void)flag;
  (void)at;
  return remove(path);
}

static inline int
folder_remove(void **state)
{
  struct folder *folder = *state;
  int status = nftw(folder->path, folder_remove_one, 16, FTW_DEPTH | FTW_PHYS);

  free(folder);
  return status;
}

/* Good until the fourth call from now. */
static inline const char *
folder_join(struct folder *folder, const char *name)
{
  char *to = folder->joined[folder->next++ % 4];
  char text[sizeof folder->joined[0]];

  snprintf(text, sizeof text, "%s/%s", folder->path, name);
  return strcpy(to, text);
}

static inline void
file_write(const char *path, const char *text)
{
  FILE *file = fopen(path, "w");

  assert_non_null(file);
  assert_true(fputs(text, file) >= 0);
  assert_int_equal(fclose(file), 0);
}

static inline void
file_expect(const char *path, const char *text)
{
  char found[256] = "";
  FILE *file = fopen(path, "r");

  assert_non_null(file);
  found[fread(found, 1, sizeof found - 1, file)] = '\0';
  fclose(file);
  assert_string_equal(found, text);
}

#endif
