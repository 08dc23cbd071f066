#include "cli/spark_record.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"

#define RECORD "cluster"

char *
wd_cli_spark_path(const struct wd_cli_spark_record *record, char path[4096],
                  const char *format, ...)
{
  va_list arguments;
  int used = snprintf(path, 4096, "%s/", record->folder);

  va_start(arguments, format);
  vsnprintf(path + used, 4096 - (size_t)used, format, arguments);
  va_end(arguments);
  return path;
}

bool
wd_cli_make_folders(const char *path)
{
  char part[4096];

  if (snprintf(part, sizeof part, "%s", path) >= (int)sizeof part)
    return false;
  for (char *at = strchr(part + 1, '/'); at; at = strchr(at + 1, '/')) {
    *at = '\0';
    if (mkdir(part, 0700) != 0 && errno != EEXIST)
      return false;
    *at = '/';
  }
  return mkdir(part, 0700) == 0 || errno == EEXIST;
}

static int
remove_entry(const char *path, const struct stat *info, int kind,
             struct FTW *walk)
{
  (void)info, (void)kind, (void)walk;
  return remove(path);
}

enum wd_status
wd_cli_spark_folder_clear(const struct wd_cli_spark_record *record,
                          const char *name, bool anew, struct wd_error *error)
{
  char path[4096];

  wd_cli_spark_path(record, path, "%s", name);
  nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
  if (anew && mkdir(path, 0700) != 0)
    return wd_fail(error, WD_IO, "cannot make the folder '%s': %s", path,
                   strerror(errno));
  return WD_OK;
}

static enum wd_status
find_folder(struct wd_cli_spark_record *record, struct wd_error *error)
{
  const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
  int length;

  if (state && *state == '/')
    length = snprintf(record->folder, sizeof record->folder,
                      "%s/wasi-data/spark", state);
  else if (home && *home == '/')
    length = snprintf(record->folder, sizeof record->folder,
                      "%s/.local/state/wasi-data/spark", home);
  else
    return wd_fail(error, WD_INVALID_ARGUMENT,
                   "there is no place for the cluster's files: set HOME or "
                   "XDG_STATE_HOME");
  if (length < (int)sizeof record->folder &&
      wd_cli_make_folders(record->folder))
    return WD_OK;
  return wd_fail(error, WD_IO, "cannot make the folder '%s': %s",
                 record->folder, strerror(errno));
}

/* A word that the line goes on with. */
static bool
take_word(const char **at, const char *word)
{
  size_t length = strlen(word);
  bool has = strncmp(*at, word, length) == 0;

  *at += has ? length : 0;
  return has;
}

/* A number, 0 for none and for one that is too large, and what ends it. */
static uint64_t
take_number(const char **at, uint64_t most)
{
  char *end;
  uint64_t number = strtoull(*at, &end, 10);

  if (**at < '0' || **at > '9' || number > most)
    return 0;
  *at = *end ? end + 1 : end;
  return number;
}

/* A line that is none is passed over: what it might have named is not ours to
 * end. */
static void
read_line(struct wd_cli_spark_record *record, const char *line)
{
  struct wd_cli_spark_process read = {.name = ""};

  if (take_word(&line, "port "))
    record->port = (uint16_t)take_number(&line, UINT16_MAX);
  else if (take_word(&line, "ui "))
    record->ui = (uint16_t)take_number(&line, UINT16_MAX);
  if (!take_word(&line, "process "))
    return;
  read.process.id = (pid_t)take_number(&line, INT32_MAX);
  read.process.begun = take_number(&line, UINT64_MAX);
  snprintf(read.name, sizeof read.name, "%.*s", (int)strcspn(line, "\n"), line);
  if (read.process.id > 1 && read.process.begun && read.name[0] &&
      record->count < WD_CLI_SPARK_PROCESSES)
    record->processes[record->count++] = read;
}

static void
read_record(struct wd_cli_spark_record *record)
{
  char path[4096], line[256];
  FILE *file = fopen(wd_cli_spark_path(record, path, RECORD), "re");

  if (!file)
    return;
  while (fgets(line, sizeof line, file))
    read_line(record, line);
  fclose(file);
}

enum wd_status
wd_cli_spark_record_open(struct wd_cli_spark_record *record,
                         struct wd_error *error)
{
  char path[4096];
  enum wd_status status;

  memset(record, 0, sizeof *record);
  record->lock = -1;
  status = find_folder(record, error);
  if (status != WD_OK)
    return status;
  wd_cli_spark_path(record, path, "lock");
  record->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (record->lock < 0)
    return wd_fail(error, WD_IO, "cannot write '%s': %s", path,
                   strerror(errno));
  if (flock(record->lock, LOCK_EX | LOCK_NB) != 0)
    return wd_fail(error, WD_IO,
                   "another `wasi-data spark` is at work on the cluster in "
                   "'%s': wait for its end",
                   record->folder);
  read_record(record);
  return WD_OK;
}

void
wd_cli_spark_record_close(struct wd_cli_spark_record *record)
{
  if (record->lock >= 0)
    close(record->lock);
  record->lock = -1;
}

enum wd_status
wd_cli_spark_record_write(const struct wd_cli_spark_record *record,
                          struct wd_error *error)
{
  char path[4096], fresh[4096];
  FILE *file = fopen(wd_cli_spark_path(record, fresh, RECORD ".new"), "we");
  bool failed = !file;

  if (file) {
    fprintf(file, "port %u\nui %u\n", record->port, record->ui);
    for (size_t i = 0; i < record->count; i++)
      fprintf(file, "process %ld %" PRIu64 " %s\n",
              (long)record->processes[i].process.id,
              record->processes[i].process.begun, record->processes[i].name);
    failed = ferror(file) != 0;
    failed |= fclose(file) != 0;
  }
  if (!failed)
    failed = rename(fresh, wd_cli_spark_path(record, path, RECORD)) != 0;
  return failed ? wd_fail(error, WD_IO, "cannot write '%s': %s", fresh,
                          strerror(errno))
                : WD_OK;
}

void
wd_cli_spark_record_remove(struct wd_cli_spark_record *record)
{
  char path[4096];

  record->count = 0;
  remove(wd_cli_spark_path(record, path, RECORD));
}

size_t
wd_cli_spark_record_living(const struct wd_cli_spark_record *record)
{
  size_t living = 0;

  for (size_t i = 0; i < record->count; i++)
    living += wd_cli_process_lives(&record->processes[i].process);
  return living;
}
