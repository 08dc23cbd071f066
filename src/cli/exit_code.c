#include "cli/exit_code.h"

static int
of_load(enum wd_status status)
{
  switch (status) {
  case WD_NOT_FOUND:
    return WD_CLI_EXIT_NOT_FOUND;
  case WD_BAD_MODULE:
  case WD_UNSUPPORTED:
  case WD_IO:
    return WD_CLI_EXIT_MODULE;
  default:
    return WD_CLI_EXIT_OWN;
  }
}

static int
of_run(enum wd_status status)
{
  switch (status) {
  case WD_BAD_MODULE:
    return WD_CLI_EXIT_MODULE;
  case WD_LIMIT_EXCEEDED:
  case WD_TIMEOUT:
    return WD_CLI_EXIT_LIMIT;
  default:
    return WD_CLI_EXIT_OWN;
  }
}

int
wd_cli_exit_code(enum wd_cli_stage stage, enum wd_status status, bool trapped)
{
  if (trapped)
    return WD_CLI_EXIT_TRAP;
  if (stage == WD_CLI_STAGE_LOAD)
    return of_load(status);
  return stage == WD_CLI_STAGE_RUN ? of_run(status) : WD_CLI_EXIT_OWN;
}
