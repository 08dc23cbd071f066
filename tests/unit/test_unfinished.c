/* What is left of writes when the process has to end at once: nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "io/sink.h"
#include "io/unfinished.h"

static char folder[] = "/tmp/unfinished-XXXXXX";

static void
make(char *path, size_t size, int number)
{
  FILE *file;

  snprintf(path, size, "%s/%d", folder, number);
  file = fopen(path, "w");
  assert_non_null(file);
  fclose(file);
}

/* Entries come and go in any order; those that stay are removed. */
static void
registry(void **state)
{
  struct wd_unfinished entries[5] = {0};
  char paths[5][64];
  int status;
  pid_t child;

  (void)state;
  for (int i = 0; i < 5; i++) {
    make(paths[i], sizeof paths[i], i);
    wd_unfinished_add(&entries[i], paths[i]);
  }
  wd_unfinished_drop(&entries[4]);
  wd_unfinished_drop(&entries[2]);
  wd_unfinished_drop(&entries[2]);
  wd_unfinished_drop(&entries[0]);
  /* It locks the registry for good. */
  child = fork();
  if (child == 0) {
    wd_unfinished_remove_all();
    _exit(0);
  }
  assert_true(child > 0);
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_int_equal(status, 0);
  for (int i = 0; i < 5; i++)
    assert_int_equal(access(paths[i], F_OK), i == 1 || i == 3 ? -1 : 0);
  wd_unfinished_drop(&entries[1]);
  wd_unfinished_drop(&entries[3]);
  for (int i = 0; i < 5; i++)
    unlink(paths[i]);
}

/* A sink is there from its opening to its commit. */
static void
sinks(void **state)
{
  struct wd_error error = {0};
  struct wd_grants grants;
  const struct wd_grant *grant;
  struct wd_sink *sink;
  char text[128];
  char temporary[256];
  int status;
  pid_t child;

  (void)state;
  wd_grants_init(&grants, NULL);
  snprintf(text, sizeof text, "s=%s/out.csv", folder);
  assert_int_equal(wd_grants_add_sink(&grants, text, &error), WD_OK);
  assert_int_equal(wd_grants_sink(&grants, "s", 1, &grant, &error), WD_OK);
  assert_int_equal(wd_sink_open(grant, WD_WRITE_OVERWRITE, NULL, &sink, &error),
                   WD_OK);
  snprintf(temporary, sizeof temporary, "%s", wd_sink_path(sink));
  fclose(fopen(temporary, "w"));
  child = fork();
  if (child == 0) {
    wd_unfinished_remove_all();
    _exit(0);
  }
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_int_equal(access(temporary, F_OK), -1);
  wd_sink_abort(sink);
  wd_grants_fini(&grants);
}

static int
open_folder(void **state)
{
  (void)state;
  return mkdtemp(folder) ? 0 : -1;
}

static int
close_folder(void **state)
{
  (void)state;
  return rmdir(folder);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(registry),
      cmocka_unit_test(sinks),
  };

  return cmocka_run_group_tests(tests, open_folder, close_folder);
}
