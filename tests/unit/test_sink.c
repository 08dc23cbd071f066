#include "folder.h"
#include "oom.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "io/sink.h"

static struct wd_error error;

static struct wd_grant
grant_of(const char *path)
{
  return (struct wd_grant){
      .name = "out", .location = path, .format = WD_FORMAT_CSV};
}

/* Opens, and writes some text. */
static struct wd_sink *
written(const struct wd_grant *grant, enum wd_write_mode mode, const char *text)
{
  struct wd_sink *sink;

  wd_error_clear(&error);
  if (wd_sink_open(grant, mode, NULL, &sink, &error) != WD_OK)
    fail_msg("%s", error.message);
  assert_non_null(sink);
  assert_int_equal(access(wd_sink_path(sink), F_OK), -1);
  file_write(wd_sink_path(sink), text);
  return sink;
}

static void
commit(struct wd_sink *sink)
{
  if (wd_sink_commit(sink, &error) != WD_OK)
    fail_msg("%s", error.message);
}

static void
refuse(const char *path, enum wd_write_mode mode, enum wd_status wanted,
       const char *part)
{
  struct wd_grant grant = grant_of(path);
  struct wd_sink *sink;
  enum wd_status status;

  wd_error_clear(&error);
  status = wd_sink_open(&grant, mode, NULL, &sink, &error);
  assert_null(sink);
  if (status != wanted || !strstr(error.message, part))
    fail_msg("%d: %s", (int)status, error.message);
}

/* The names in a folder, sorted by nothing, each with a space after it. */
static const char *
list(const char *path)
{
  static char text[1024];
  DIR *stream = opendir(path);
  struct dirent *entry;

  assert_non_null(stream);
  text[0] = '\0';
  while ((entry = readdir(stream))) {
    if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
      snprintf(text + strlen(text), sizeof text - strlen(text), "%s ",
               entry->d_name);
  }
  closedir(stream);
  return text;
}

static void
test_create(void **state)
{
  struct folder *folder = *state;
  const char *path = folder_join(folder, "out.csv");
  struct wd_grant grant = grant_of(path);
  struct wd_sink *sink = written(&grant, WD_WRITE_CREATE, "1");

  assert_int_equal(access(path, F_OK), -1);
  commit(sink);
  file_expect(path, "1");
  assert_string_equal(list(folder->path), "out.csv ");
  refuse(path, WD_WRITE_CREATE, WD_IO, "exists already");
}

static void
test_abort(void **state)
{
  struct folder *folder = *state;
  const char *path = folder_join(folder, "out.csv");
  struct wd_grant grant = grant_of(path);
  struct wd_sink *sink;

  wd_sink_abort(written(&grant, WD_WRITE_CREATE, "1"));
  assert_string_equal(list(folder->path), "");
  file_write(path, "old");
  wd_sink_abort(written(&grant, WD_WRITE_OVERWRITE, "1"));
  file_expect(path, "old");
  assert_string_equal(list(folder->path), "out.csv ");
  assert_int_equal(wd_sink_open(&grant, WD_WRITE_OVERWRITE, NULL, &sink, NULL),
                   WD_OK);
  wd_sink_abort(sink); /* nothing was written */
  wd_sink_abort(NULL);
}

static void
test_overwrite(void **state)
{
  struct folder *folder = *state;
  const char *path = folder_join(folder, "out.csv");
  struct wd_grant grant = grant_of(path);
  struct stat info;

  commit(written(&grant, WD_WRITE_OVERWRITE, "1"));
  file_expect(path, "1");
  chmod(path, 0640);
  commit(written(&grant, WD_WRITE_OVERWRITE, "2"));
  file_expect(path, "2");
  assert_int_equal(stat(path, &info), 0);
  assert_int_equal(info.st_mode & 0777, 0640);
}

static void
test_ignore(void **state)
{
  struct folder *folder = *state;
  const char *path = folder_join(folder, "out.csv");
  struct wd_grant grant = grant_of(path);
  struct wd_sink *sink = written(&grant, WD_WRITE_IGNORE, "1");

  file_write(path, "meanwhile");
  commit(sink);
  file_expect(path, "meanwhile");
  assert_int_equal(wd_sink_open(&grant, WD_WRITE_IGNORE, NULL, &sink, &error),
                   WD_OK);
  assert_null(sink);
  assert_string_equal(list(folder->path), "out.csv ");
}

static void
test_appeared_meanwhile(void **state)
{
  struct folder *folder = *state;
  const char *path = folder_join(folder, "out.csv");
  struct wd_grant grant = grant_of(path);
  struct wd_sink *sink = written(&grant, WD_WRITE_CREATE, "1");

  file_write(path, "meanwhile");
  assert_int_equal(wd_sink_commit(sink, &error), WD_IO);
  assert_non_null(strstr(error.message, "exists already"));
  file_expect(path, "meanwhile");
  assert_string_equal(list(folder->path), "out.csv ");
}

static void
test_nothing_written(void **state)
{
  struct folder *folder = *state;
  struct wd_grant grant = grant_of(folder_join(folder, "out.csv"));
  struct wd_sink *sink;

  assert_int_equal(wd_sink_open(&grant, WD_WRITE_CREATE, NULL, &sink, NULL),
                   WD_OK);
  wd_error_clear(&error);
  assert_int_equal(wd_sink_commit(sink, &error), WD_IO);
  assert_non_null(strstr(error.message, "find what was written"));
}

static void
test_two_at_once(void **state)
{
  struct folder *folder = *state;
  const char *path = folder_join(folder, "out.csv");
  struct wd_grant grant = grant_of(path);
  struct wd_sink *first = written(&grant, WD_WRITE_OVERWRITE, "1");
  struct wd_sink *second = written(&grant, WD_WRITE_OVERWRITE, "2");

  commit(second);
  file_expect(path, "2");
  commit(first);
  file_expect(path, "1");
  assert_string_equal(list(folder->path), "out.csv ");
}

static void
test_bad_places(void **state)
{
  struct folder *folder = *state;
  char path[600];

  file_write(folder_join(folder, "file"), "");
  refuse(folder_join(folder, "no/out.csv"), WD_WRITE_CREATE, WD_NOT_FOUND,
         "no/' does not exist");
  refuse(folder_join(folder, "file/out.csv"), WD_WRITE_CREATE, WD_NOT_FOUND,
         "is no folder");
  refuse(folder->path, WD_WRITE_CREATE, WD_IO, "exists already");
  refuse(folder->path, WD_WRITE_OVERWRITE, WD_IO,
         "holds 'file', which is no csv file");
  refuse(folder_join(folder, "file/"), WD_WRITE_OVERWRITE, WD_IO, "is a file");
  refuse("/dev/null", WD_WRITE_OVERWRITE, WD_IO, "pipe or a device");
  refuse(folder_join(folder, "a.csv"), WD_WRITE_APPEND, WD_UNSUPPORTED,
         "append");
  refuse(folder_join(folder, "a.csv"), WD_WRITE_UPSERT, WD_UNSUPPORTED,
         "upsert");
  snprintf(path, sizeof path, "%s/%0256d", folder->path, 0);
  refuse(path, WD_WRITE_CREATE, WD_IO, "name too long");
}

static void
test_long_name(void **state)
{
  struct folder *folder = *state;
  char path[600];
  struct wd_grant grant = grant_of(path);

  snprintf(path, sizeof path, "%s/%0255d", folder->path, 0);
  commit(written(&grant, WD_WRITE_CREATE, "1"));
  file_expect(path, "1");
}

static void
test_current_folder(void **state)
{
  struct folder *folder = *state;
  struct wd_grant grant = grant_of("out.csv");
  char before[PATH_MAX];

  assert_non_null(getcwd(before, sizeof before));
  assert_int_equal(chdir(folder->path), 0);
  commit(written(&grant, WD_WRITE_CREATE, "1"));
  assert_int_equal(chdir(before), 0);
  file_expect(folder_join(folder, "out.csv"), "1");
}

static void
test_link(void **state)
{
  struct folder *folder = *state;
  const char *path = folder_join(folder, "link.csv");
  struct wd_grant grant = grant_of(path);
  struct stat info;

  mkdir(folder_join(folder, "d"), 0777);
  assert_int_equal(symlink("d/out.csv", path), 0);
  refuse(path, WD_WRITE_OVERWRITE, WD_IO, "follow the link");
  file_write(folder_join(folder, "d/out.csv"), "old");
  commit(written(&grant, WD_WRITE_OVERWRITE, "1"));
  assert_int_equal(lstat(path, &info), 0);
  assert_true(S_ISLNK(info.st_mode));
  file_expect(folder_join(folder, "d/out.csv"), "1");
}

static int
wait_for(pid_t child)
{
  int status;

  assert_true(child > 0);
  assert_int_equal(waitpid(child, &status, 0), child);
  return status;
}

static void
test_killed(void **state)
{
  struct folder *folder = *state;
  const char *path = folder_join(folder, "out.csv");
  struct wd_grant grant = grant_of(path);
  char prefix[64];
  const char *names;
  pid_t child = fork();
  int status;

  if (child == 0) {
    struct wd_sink *sink;

    if (wd_sink_open(&grant, WD_WRITE_CREATE, NULL, &sink, NULL) == WD_OK)
      close(open(wd_sink_path(sink), O_CREAT | O_WRONLY, 0600));
    kill(getpid(), SIGKILL);
  }
  status = wait_for(child);
  assert_true(WIFSIGNALED(status));
  snprintf(prefix, sizeof prefix, ".out.csv.%ld-", (long)child);
  names = list(folder->path);
  assert_memory_equal(names, prefix, strlen(prefix));
  assert_string_equal(strchr(names + strlen(prefix), '.'), ".wasi-data ");
  commit(written(&grant, WD_WRITE_CREATE, "1")); /* not in the way */
}

static void
test_not_writable(void **state)
{
  struct folder *folder = *state;
  struct wd_grant grant = grant_of(folder_join(folder, "out.csv"));
  pid_t child = fork();

  if (child == 0) {
    struct wd_sink *sink;

    if (geteuid() == 0 && seteuid(65534))
      _exit(9);
    if (geteuid() != 65534)
      chmod(folder->path, 0555);
    _exit(wd_sink_open(&grant, WD_WRITE_CREATE, NULL, &sink, &error) != WD_IO ||
          !strstr(error.message, "cannot write to the folder") ||
          !strstr(error.message, "Permission denied"));
  }
  assert_int_equal(wait_for(child), 0);
  chmod(folder->path, 0755);
}

/* Writes until it does not go on; whether that was so because it is full. */
static bool
fill(const char *path, int expected)
{
  static char zeros[65536];
  int fd = open(path, O_CREAT | O_EXCL | O_WRONLY, 0600);
  ssize_t written_bytes = 0;

  while (fd >= 0 && written_bytes >= 0)
    written_bytes = write(fd, zeros, sizeof zeros);
  if (fd < 0 || errno != expected)
    return false;
  close(fd);
  return true;
}

/* What a full place leaves: the old file as it was, and nothing besides. */
static void
give_up_full(const char *folder, const char *path, int expected)
{
  struct wd_grant grant = grant_of(path);
  struct wd_sink *sink;

  file_write(path, "old");
  assert_int_equal(wd_sink_open(&grant, WD_WRITE_OVERWRITE, NULL, &sink, NULL),
                   WD_OK);
  assert_true(fill(wd_sink_path(sink), expected));
  wd_sink_abort(sink);
  file_expect(path, "old");
  assert_string_equal(list(folder), "out.csv ");
  commit(written(&grant, WD_WRITE_OVERWRITE, "new"));
  file_expect(path, "new");
}

/* In a mount namespace of our own, so that it ends with us. */
static void
test_full_disk(void **state)
{
  struct folder *folder = *state;
  const char *disk = folder_join(folder, "disk");

  mkdir(disk, 0777);
  if (unshare(CLONE_NEWNS) ||
      mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
      mount("wd-test", disk, "tmpfs", 0, "size=256k")) {
    print_message("a tmpfs cannot be mounted here\n");
    skip();
  }
  give_up_full(disk, folder_join(folder, "disk/out.csv"), ENOSPC);
  assert_int_equal(umount(disk), 0);
}

static void
test_file_size_limit(void **state)
{
  struct folder *folder = *state;
  struct rlimit old, small;

  assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
  small = old;
  small.rlim_cur = 1 << 20;
  signal(SIGXFSZ, SIG_IGN);
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
  give_up_full(folder->path, folder_join(folder, "out.csv"), EFBIG);
  setrlimit(RLIMIT_FSIZE, &old);
  signal(SIGXFSZ, SIG_DFL);
}

static enum wd_status
run_sink(void *env)
{
  struct wd_grant grant = grant_of(env);
  struct wd_error local = {0};
  struct wd_sink *sink;
  enum wd_status status =
      wd_sink_open(&grant, WD_WRITE_OVERWRITE, NULL, &sink, &local);

  if (status != WD_OK)
    return status;
  close(open(wd_sink_path(sink), O_CREAT | O_WRONLY, 0600));
  return wd_sink_commit(sink, &local);
}

/* A file in a folder that is being written. */
static void
put(struct wd_sink *sink, const char *name, const char *text)
{
  char path[1200];

  snprintf(path, sizeof path, "%s/%s", wd_sink_path(sink), name);
  file_write(path, text);
}

static struct wd_sink *
folder_sink(const char *path, enum wd_write_mode mode)
{
  static struct wd_grant grant;
  struct wd_sink *sink;

  grant = grant_of(path);
  wd_error_clear(&error);
  if (wd_sink_open_folder(&grant, mode, NULL, &sink, &error) != WD_OK)
    fail_msg("%s", error.message);
  assert_true(wd_sink_is_folder(sink));
  return sink;
}

static void
test_folders(void **state)
{
  struct folder *folder = *state;
  const char *path = folder_join(folder, "out");
  struct wd_sink *sink = folder_sink(path, WD_WRITE_CREATE);
  struct stat info;

  assert_string_equal(wd_sink_prefix(sink), "part-");
  put(sink, "a.csv", "1");
  assert_int_equal(access(path, F_OK), -1);
  commit(sink);
  file_expect(folder_join(folder, "out/a.csv"), "1");
  assert_string_equal(list(folder->path), "out ");
  sink = folder_sink(path, WD_WRITE_OVERWRITE);
  put(sink, "b.csv", "2");
  wd_sink_abort(sink);
  assert_string_equal(list(path), "a.csv ");
  chmod(path, 0750);
  sink = folder_sink(path, WD_WRITE_OVERWRITE);
  put(sink, "b.csv", "2");
  commit(sink);
  assert_string_equal(list(path), "b.csv ");
  assert_int_equal(stat(path, &info), 0);
  assert_int_equal(info.st_mode & 0777, 0750);
  assert_string_equal(list(folder->path), "out ");
}

static void
test_folder_that_appeared_meanwhile(void **state)
{
  struct folder *folder = *state;
  const char *path = folder_join(folder, "out");
  struct wd_sink *create = folder_sink(path, WD_WRITE_CREATE);
  struct wd_sink *ignore = folder_sink(path, WD_WRITE_IGNORE);

  put(create, "a.csv", "1");
  put(ignore, "b.csv", "2");
  mkdir(path, 0777);
  file_write(folder_join(folder, "out/c.csv"), "meanwhile");
  assert_int_equal(wd_sink_commit(create, &error), WD_IO);
  assert_non_null(strstr(error.message, "exists already"));
  commit(ignore);
  assert_string_equal(list(path), "c.csv ");
  assert_string_equal(list(folder->path), "out ");
}

static void
test_append(void **state)
{
  struct folder *folder = *state;
  struct wd_sink *sink, *other;
  char path[512], first[200];

  snprintf(path, sizeof path, "%s", folder_join(folder, "out"));
  mkdir(path, 0777);
  file_write(folder_join(folder, "out/a.csv"), "1");
  sink = folder_sink(path, WD_WRITE_APPEND);
  other = folder_sink(path, WD_WRITE_APPEND);
  snprintf(first, sizeof first, "%s", wd_sink_prefix(sink));
  assert_string_not_equal(first, wd_sink_prefix(other));
  put(sink, "b.csv", "2");
  put(other, "c.csv", "3");
  wd_sink_abort(other);
  commit(sink);
  file_expect(folder_join(folder, "out/a.csv"), "1");
  file_expect(folder_join(folder, "out/b.csv"), "2");
  assert_int_equal(access(folder_join(folder, "out/c.csv"), F_OK), -1);
  assert_int_equal(strlen(list(path)), strlen("a.csv b.csv "));
}

struct memory_case {
  const char *path;
  enum wd_write_mode mode;
};

static enum wd_status
run_folder(void *env)
{
  const struct memory_case *wanted = env;
  struct wd_grant grant = grant_of(wanted->path);
  struct wd_error local = {0};
  struct wd_sink *sink;
  enum wd_status status =
      wd_sink_open_folder(&grant, wanted->mode, NULL, &sink, &local);

  if (status != WD_OK)
    return status;
  if (!wd_sink_prefix(sink)) {
    wd_sink_abort(sink);
    return WD_NO_MEMORY;
  }
  put(sink, "a.csv", "1");
  return wd_sink_commit(sink, &local);
}

static void
test_folder_out_of_memory(void **state)
{
  struct folder *folder = *state;
  struct memory_case wanted = {folder_join(folder, "out"), WD_WRITE_OVERWRITE};

  mkdir(wanted.path, 0777);
  wd_oom_each(run_folder, &wanted);
  wanted.mode = WD_WRITE_APPEND;
  wd_oom_each(run_folder, &wanted);
  /* An append whose memory ran out after its manifest is finished by the
   * next. */
  assert_string_equal(list(wanted.path), "a.csv ");
}

static void
test_out_of_memory(void **state)
{
  struct folder *folder = *state;
  const char *link = folder_join(folder, "link");
  char path[600];

  file_write(folder_join(folder, "target"), "");
  assert_int_equal(symlink("target", link), 0);
  wd_oom_each(run_sink, (void *)(uintptr_t)link);
  snprintf(path, sizeof path, "%s/%0255d", folder->path, 0);
  wd_oom_each(run_sink, path);
}

#define IN_FOLDER(name)                                                        \
  cmocka_unit_test_setup_teardown(name, folder_make, folder_remove)

int
main(void)
{
  const struct CMUnitTest tests[] = {
      IN_FOLDER(test_create),
      IN_FOLDER(test_abort),
      IN_FOLDER(test_overwrite),
      IN_FOLDER(test_ignore),
      IN_FOLDER(test_appeared_meanwhile),
      IN_FOLDER(test_nothing_written),
      IN_FOLDER(test_two_at_once),
      IN_FOLDER(test_bad_places),
      IN_FOLDER(test_long_name),
      IN_FOLDER(test_current_folder),
      IN_FOLDER(test_link),
      IN_FOLDER(test_killed),
      IN_FOLDER(test_not_writable),
      IN_FOLDER(test_full_disk),
      IN_FOLDER(test_file_size_limit),
      IN_FOLDER(test_folders),
      IN_FOLDER(test_folder_that_appeared_meanwhile),
      IN_FOLDER(test_append),
      IN_FOLDER(test_folder_out_of_memory),
      IN_FOLDER(test_out_of_memory),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
