#include <signal.h>

#include "cli/exit_code.h"
#include "cli/report.h"
#include "cli/verbs.h"

static int
print_version(void)
{
  struct wd_buf buf;

  wd_buf_init(&buf, NULL, 256);
  wd_buf_printf(&buf, "wasi-data %s\n", wd_version());
  return wd_cli_print_buf(&buf);
}

static int
help(const struct wd_cli_settings *settings)
{
  return wd_cli_help(settings->operand ? wd_cli_verb_find(settings->operand)
                                       : WD_CLI_NO_VERB);
}

static int
perform(const struct wd_cli_settings *settings)
{
  switch (settings->verb) {
  case WD_CLI_RUN:
  case WD_CLI_EXPLAIN:
  case WD_CLI_EXTRACT:
    return wd_cli_run(settings);
  case WD_CLI_QUERY:
    return wd_cli_query(settings);
  case WD_CLI_INSPECT:
    return wd_cli_inspect(settings);
  case WD_CLI_COMPILE:
    return wd_cli_compile(settings);
  case WD_CLI_CACHE:
    return wd_cli_cache(settings);
  case WD_CLI_SPARK:
    return wd_cli_spark(settings);
  case WD_CLI_COMPLETION:
    return wd_cli_completion(settings);
  case WD_CLI_HELP:
    return help(settings);
  case WD_CLI_VERSION:
    return print_version();
  case WD_CLI_NO_VERB:
    break;
  }
  return wd_cli_usage();
}

static int
read_and_perform(int argc, char **argv)
{
  struct wd_cli_settings settings;
  struct wd_error error = {0};
  int code;

  if (wd_cli_settings_read(argc, argv, &settings, &error) != WD_OK) {
    wd_cli_report(&error);
    code = WD_CLI_EXIT_OWN;
  } else if (settings.version) {
    code = print_version();
  } else if (settings.help && settings.verb != WD_CLI_HELP) {
    code = wd_cli_help(settings.verb);
  } else {
    code = perform(&settings);
  }
  wd_cli_settings_fini(&settings);
  return code;
}

int
main(int argc, char **argv)
{
  /* A reader that goes away is an error of writing, not our death. */
  signal(SIGPIPE, SIG_IGN);
  signal(SIGXFSZ, SIG_IGN); /* a file at its limit is an error, not the end */
  return argc < 2 ? wd_cli_usage() : read_and_perform(argc, argv);
}
