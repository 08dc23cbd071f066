/* The prompt of `query`: statements and commands, one after another, until the
 * input ends (wd_cli_drive). env: the settings. */
#ifndef WD_CLI_PROMPT_H
#define WD_CLI_PROMPT_H

#include "cli/session.h"

int
wd_cli_prompt(struct wd_cli_watch *watch, struct wd_run *run, void *env);

#endif
