/* A host and the one run on it, as the settings say. Main thread. */
#ifndef WD_CLI_SESSION_H
#define WD_CLI_SESSION_H

#include "cli/exit_code.h"
#include "cli/options.h"
#include "cli/watch.h"

struct wd_cli_session {
  struct wd_host *host;
  struct wd_run *run;
};

/* Whether SQL is run, and no program or plan. */
bool
wd_cli_is_sql(const struct wd_cli_settings *settings);

/* 0, or the exit code: what failed is reported, nothing is left open. */
int
wd_cli_session_open(const struct wd_cli_settings *settings,
                    struct wd_cli_session *session);

/* Grants, limits, formats. */
enum wd_status
wd_cli_session_apply(const struct wd_cli_settings *settings, struct wd_run *run,
                     struct wd_error *error);

void
wd_cli_session_close(struct wd_cli_session *session);

/* What is done with a run that is set up and watched: the exit code. Closes the
 * watch (wd_cli_watch_close). */
typedef int
wd_cli_drive(struct wd_cli_watch *watch, struct wd_run *run, void *env);

/* All of it, around that. */
int
wd_cli_session_drive(const struct wd_cli_settings *settings,
                     wd_cli_drive *drive, void *env);

/* Reports an error: the exit code. */
int
wd_cli_fail(const struct wd_error *error, enum wd_cli_stage stage,
            bool trapped);

#endif
