/* What the command exits with, beside the program's own codes
 * (docs/cli.md). */
#ifndef WD_CLI_EXIT_CODE_H
#define WD_CLI_EXIT_CODE_H

#include "wasidata/host.h"

enum wd_cli_exit {
  WD_CLI_EXIT_LIMIT = 124,     /* a limit of the host, or its time */
  WD_CLI_EXIT_OWN = 125,       /* wasi-data's own error */
  WD_CLI_EXIT_MODULE = 126,    /* the module cannot run */
  WD_CLI_EXIT_NOT_FOUND = 127, /* there is no such program */
  WD_CLI_EXIT_SIGNAL = 128,    /* and the signal's number: 129, 130, 143 */
  WD_CLI_EXIT_TRAP = 134,      /* main trapped */
};

/* Where an error came up. */
enum wd_cli_stage {
  WD_CLI_STAGE_SETTINGS, /* options, grants */
  WD_CLI_STAGE_LOAD,     /* reading the program */
  WD_CLI_STAGE_RUN,
};

/* trapped: main itself did (wd_run_trapped). */
int
wd_cli_exit_code(enum wd_cli_stage stage, enum wd_status status, bool trapped);

#endif
