/* What is kept about the local cluster of `wasi-data spark`: a file that names
 * its processes, and folders for what they write. Main thread. */
#ifndef WD_CLI_SPARK_RECORD_H
#define WD_CLI_SPARK_RECORD_H

#include "cli/options.h"
#include "cli/process.h"

/* Those of the workers, one of the master, one of the server. */
#define WD_CLI_SPARK_PROCESSES (WD_CLI_WORKERS_MAX + 2)

struct wd_cli_spark_process {
  struct wd_cli_process process;
  char name[16]; /* master, server, worker-1 …; its log is <name>.log */
};

struct wd_cli_spark_record {
  char folder[3072];
  int lock;      /* held while a command changes the cluster */
  uint16_t port; /* of Spark Connect */
  uint16_t ui;
  size_t count;
  struct wd_cli_spark_process processes[WD_CLI_SPARK_PROCESSES];
};

/* Makes the folder ($XDG_STATE_HOME/wasi-data/spark), waits for the lock, and
 * reads what is there; nothing is a count of 0. */
enum wd_status
wd_cli_spark_record_open(struct wd_cli_spark_record *record,
                         struct wd_error *error);

void
wd_cli_spark_record_close(struct wd_cli_spark_record *record);

enum wd_status
wd_cli_spark_record_write(const struct wd_cli_spark_record *record,
                          struct wd_error *error);

/* Forgets the processes, also in the file. */
void
wd_cli_spark_record_remove(struct wd_cli_spark_record *record);

/* How many of its processes live. */
size_t
wd_cli_spark_record_living(const struct wd_cli_spark_record *record);

/* A path below the folder. Returns `path`. */
char *
wd_cli_spark_path(const struct wd_cli_spark_record *record, char path[4096],
                  const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Removes a folder below it with all that it holds, and makes it anew when that
 * is wanted. */
enum wd_status
wd_cli_spark_folder_clear(const struct wd_cli_spark_record *record,
                          const char *name, bool anew, struct wd_error *error);

/* Makes a folder and those above it, for its owner only. */
bool
wd_cli_make_folders(const char *path);

#endif
