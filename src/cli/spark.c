/* `wasi-data spark`: a Spark cluster on this machine. */
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "cli/exit_code.h"
#include "cli/report.h"
#include "cli/spark_cluster.h"
#include "cli/verbs.h"

/* Of `status`, as scripts ask. */
#define EXIT_NOT_RUNNING 1

static int
fail(const struct wd_error *error)
{
  wd_cli_report(error);
  return error->status == WD_CANCELLED ? WD_CLI_EXIT_SIGNAL + 2
                                       : WD_CLI_EXIT_OWN;
}

static int
print_address(const struct wd_cli_spark_record *record)
{
  struct wd_buf buf;

  wd_buf_init(&buf, NULL, 256);
  wd_buf_printf(&buf, "sc://127.0.0.1:%u\n", record->port);
  return wd_cli_print_buf(&buf);
}

static bool
runs(const struct wd_cli_spark_record *record)
{
  return record->count && wd_cli_spark_record_living(record) == record->count;
}

static int
start(struct wd_cli_spark_record *record,
      const struct wd_cli_settings *settings)
{
  struct wd_error error = {0};
  struct wd_buf buf;

  if (runs(record)) {
    wd_cli_complain("a cluster runs already, at sc://127.0.0.1:%u; `wasi-data "
                    "spark stop` ends it",
                    record->port);
    return WD_CLI_EXIT_OWN;
  }
  /* One of which some are gone is of no use. */
  if (record->count)
    wd_cli_spark_cluster_stop(record);
  if (wd_cli_spark_cluster_start(record, settings, &error) != WD_OK)
    return fail(&error);
  if (!settings->quiet) {
    wd_buf_init(&buf, NULL, 8192);
    wd_buf_printf(&buf,
                  "Spark with %u worker%s; its pages: http://127.0.0.1:%u; "
                  "logs: %s/log, of executors: %s/work\n",
                  settings->workers, settings->workers == 1 ? "" : "s",
                  record->ui, record->folder, record->folder);
    wd_cli_write(STDERR_FILENO, wd_buf_text(&buf));
    wd_buf_fini(&buf);
  }
  return print_address(record);
}

static int
stop(struct wd_cli_spark_record *record, const struct wd_cli_settings *settings)
{
  bool any = record->count > 0;

  if (any)
    wd_cli_spark_cluster_stop(record);
  else if (!settings->quiet)
    wd_cli_write(STDERR_FILENO, "no cluster runs\n");
  return 0;
}

static int
status(const struct wd_cli_spark_record *record)
{
  struct wd_buf buf;
  int code;

  if (record->count == 0) {
    wd_cli_write(STDERR_FILENO, "no cluster runs\n");
    return EXIT_NOT_RUNNING;
  }
  wd_buf_init(&buf, NULL, 1u << 16);
  wd_buf_printf(&buf, "sc://127.0.0.1:%u\nhttp://127.0.0.1:%u\n", record->port,
                record->ui);
  for (size_t i = 0; i < record->count; i++)
    wd_buf_printf(&buf, "%-10s %s  %s/log/%s.log\n", record->processes[i].name,
                  wd_cli_process_lives(&record->processes[i].process) ? "runs"
                                                                      : "ended",
                  record->folder, record->processes[i].name);
  code = wd_cli_print_buf(&buf);
  return code ? code : runs(record) ? 0 : EXIT_NOT_RUNNING;
}

int
wd_cli_spark(const struct wd_cli_settings *settings)
{
  struct wd_cli_spark_record record;
  struct wd_error error = {0};
  int code;

  if (wd_cli_spark_record_open(&record, &error) != WD_OK)
    return fail(&error);
  if (strcmp(settings->operand, "start") == 0)
    code = start(&record, settings);
  else if (strcmp(settings->operand, "stop") == 0)
    code = stop(&record, settings);
  else
    code = status(&record);
  wd_cli_spark_record_close(&record);
  return code;
}
