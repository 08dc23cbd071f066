/* The cache folder as a whole: clearing it must not take a user's files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "wasm/cache.h"

#define HEX "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static const char *const ours[] = {HEX ".cwasm", HEX ".cwasm.123.4"};

static const char *const others[] = {
    "notes",        ".cwasm",      "x.cwasm",     HEX,
    HEX ".cwasm.x", HEX ".cwasmx", HEX "0.cwasm", HEX ".cwasm.1.old",
};

static void
make(const char *folder, const char *name)
{
  char path[256];
  FILE *file;

  snprintf(path, sizeof path, "%s/%s", folder, name);
  file = fopen(path, "w");
  assert_non_null(file);
  fputs("12345", file);
  fclose(file);
}

static int
gone(const char *folder, const char *name)
{
  char path[256];

  snprintf(path, sizeof path, "%s/%s", folder, name);
  return unlink(path);
}

static void
clearing(void **state)
{
  char folder[] = "/tmp/cache-folder-XXXXXX";
  struct wd_cache_figures figures;
  struct wd_error error = {0};

  (void)state;
  assert_non_null(mkdtemp(folder));
  for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
    make(folder, ours[i]);
  for (size_t i = 0; i < sizeof others / sizeof *others; i++)
    make(folder, others[i]);
  assert_int_equal(wd_cache_measure(folder, &figures, &error), WD_OK);
  assert_int_equal(figures.files, 2);
  assert_int_equal(figures.bytes, 10);
  assert_int_equal(wd_cache_empty(folder, &figures, &error), WD_OK);
  assert_int_equal(figures.files, 2);
  assert_int_equal(wd_cache_measure(folder, &figures, &error), WD_OK);
  assert_int_equal(figures.files, 0);
  for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
    assert_int_equal(gone(folder, ours[i]), -1);
  for (size_t i = 0; i < sizeof others / sizeof *others; i++)
    assert_int_equal(gone(folder, others[i]), 0);
  assert_int_equal(rmdir(folder), 0);
}

static void
no_folder(void **state)
{
  struct wd_cache_figures figures = {7, 7};
  struct wd_error error = {0};

  (void)state;
  assert_int_equal(wd_cache_measure("/nowhere/at/all", &figures, &error),
                   WD_OK);
  assert_int_equal(figures.files, 0);
  assert_int_equal(wd_cache_empty("/dev/null", &figures, &error), WD_IO);
  assert_non_null(strstr(error.message, "/dev/null"));
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(clearing),
      cmocka_unit_test(no_folder),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
