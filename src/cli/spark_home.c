#include "cli/spark_home.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "cli/process.h"
#include "cli/report.h"
#include "cli/spark_record.h"

/* The oldest that Spark 4 runs on. */
#define JAVA_OLDEST 17

/* Where a jar lies, from the folder of this command on: built, installed. */
static const char *const jar_places[] = {
    "../spark/wasi-data-spark.jar",
    "../share/wasi-data/wasi-data-spark.jar",
};

/* The number of `java -version`: "openjdk version "17.0.15" …", 0 for none. */
static int
java_version(const char *text)
{
  const char *at = strstr(text, "version \"");

  return at ? atoi(at + strlen("version \"")) : 0;
}

enum wd_status
wd_cli_spark_java(struct wd_error *error)
{
  const char *home = getenv("JAVA_HOME");
  char java[4096] = "java", text[1024];
  int version;

  if (home && *home)
    snprintf(java, sizeof java, "%s/bin/java", home);
  if (!wd_cli_process_run((const char *const[]){java, "-version", NULL}, text,
                          sizeof text))
    return wd_fail(error, WD_NOT_FOUND,
                   "Spark needs Java %d or newer, and '%s' does not run: "
                   "install one (Debian: openjdk-17-jre-headless), or set "
                   "JAVA_HOME",
                   JAVA_OLDEST, java);
  version = java_version(text);
  if (version < JAVA_OLDEST)
    return wd_fail(error, WD_UNSUPPORTED,
                   "Spark needs Java %d or newer, and '%s' is of version %d: "
                   "set JAVA_HOME to a newer one",
                   JAVA_OLDEST, java, version);
  return WD_OK;
}

static bool
is_spark(const char *folder)
{
  char path[4200];

  snprintf(path, sizeof path, "%s/bin/spark-class", folder);
  return access(path, X_OK) == 0;
}

static enum wd_status
own_folder(char *path, size_t size, struct wd_error *error)
{
  const char *data = getenv("XDG_DATA_HOME"), *home = getenv("HOME");

  if (data && *data == '/')
    snprintf(path, size, "%s/wasi-data", data);
  else if (home && *home == '/')
    snprintf(path, size, "%s/.local/share/wasi-data", home);
  else
    return wd_fail(error, WD_INVALID_ARGUMENT,
                   "there is no Spark: set SPARK_HOME, or HOME for a Spark of "
                   "wasi-data's own");
  if (wd_cli_make_folders(path))
    return WD_OK;
  return wd_fail(error, WD_IO, "cannot make the folder '%s': %s", path,
                 strerror(errno));
}

/* What pip is told: the version and the hash of what it may install. */
static enum wd_status
write_requirement(const char *path, struct wd_error *error)
{
  FILE *file = fopen(path, "we");
  bool failed = !file || fprintf(file, "pyspark==%s --hash=sha256:%s\n",
                                 WD_SPARK_VERSION, WD_SPARK_SHA256) < 0;

  if (file)
    failed |= fclose(file) != 0;
  return failed ? wd_fail(error, WD_IO, "cannot write '%s': %s", path,
                          strerror(errno))
                : WD_OK;
}

/* Fetches Spark from PyPI, where pyspark has all of it, into a folder that gets
 * its name when all is there. */
static enum wd_status
install(const char *own, const char *folder, struct wd_error *error)
{
  char partial[4300], wanted[4300];
  enum wd_status status;

  snprintf(partial, sizeof partial, "%s.%ld", folder, (long)getpid());
  snprintf(wanted, sizeof wanted, "%s/requirement.txt", own);
  status = write_requirement(wanted, error);
  if (status != WD_OK)
    return status;
  if (wd_cli_process_run(
          (const char *const[]){"python3", "-m", "pip", "--quiet", "install",
                                "--no-deps", "--target", partial,
                                "--require-hashes", "-r", wanted, NULL},
          NULL, 0) &&
      rename(partial, folder) == 0)
    return WD_OK;
  return wd_fail(error, WD_NOT_FOUND,
                 "Spark %s could not be fetched by pip (python3 -m pip) into "
                 "'%s': set SPARK_HOME to a Spark that is there",
                 WD_SPARK_VERSION, folder);
}

enum wd_status
wd_cli_spark_home(bool quiet, char out_path[4096], struct wd_error *error)
{
  const char *home = getenv("SPARK_HOME");
  char own[2048], folder[2200];
  enum wd_status status;

  if (home && *home) {
    snprintf(out_path, 4096, "%s", home);
    if (is_spark(home))
      return WD_OK;
    return wd_fail(error, WD_NOT_FOUND,
                   "SPARK_HOME is '%s', which has no bin/spark-class", home);
  }
  status = own_folder(own, sizeof own, error);
  if (status != WD_OK)
    return status;
  snprintf(folder, sizeof folder, "%s/spark-%s", own, WD_SPARK_VERSION);
  snprintf(out_path, 4096, "%s/pyspark", folder);
  if (is_spark(out_path))
    return WD_OK;
  if (!quiet)
    wd_cli_complain("SPARK_HOME is not set: fetching Spark %s (450 MB) into %s",
                    WD_SPARK_VERSION, folder);
  return install(own, folder, error);
}

enum wd_status
wd_cli_spark_jar(const char *given, char out_path[4096], struct wd_error *error)
{
  char self[2048], path[4096];
  ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);

  if (given && realpath(given, out_path))
    return WD_OK;
  if (given)
    return wd_fail(error, WD_NOT_FOUND, "the jar '%s' cannot be read: %s",
                   given, strerror(errno));
  self[length < 0 ? 0 : length] = '\0';
  if (strrchr(self, '/'))
    *strrchr(self, '/') = '\0';
  for (size_t i = 0; i < sizeof jar_places / sizeof *jar_places; i++) {
    snprintf(path, sizeof path, "%s/%s", self, jar_places[i]);
    if (realpath(path, out_path))
      return WD_OK;
  }
  return wd_fail(error, WD_NOT_FOUND,
                 "wasi-data's jar for Spark is neither '%s/%s' nor in "
                 "'../share/wasi-data': `make spark` builds it, --jar FILE "
                 "names one",
                 self, jar_places[0]);
}
