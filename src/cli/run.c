/* The verbs that load a program. */
#include <unistd.h>

#include "cli/exit_code.h"
#include "cli/report.h"
#include "cli/session.h"
#include "cli/verbs.h"

/* Runs to the end: the exit code, when all is reported. */
static int
finish(struct wd_cli_watch *watch, struct wd_run *run, void *env)
{
  struct wd_error error = {0};
  int code = 0;
  int cancelled_code;
  enum wd_status status = wd_run_start(run, &code, &error);

  (void)env;
  if (wd_cli_watch_close(watch, &error, &cancelled_code)) {
    wd_cli_report(&error);
    return cancelled_code;
  }
  return status == WD_OK
             ? code
             : wd_cli_fail(&error, WD_CLI_STAGE_RUN, wd_run_trapped(run));
}

int
wd_cli_run(const struct wd_cli_settings *settings)
{
  return wd_cli_session_drive(settings, finish, NULL);
}

int
wd_cli_inspect(const struct wd_cli_settings *settings)
{
  struct wd_error error = {0};
  struct wd_cli_session session;
  bool runs = false;
  int code = wd_cli_session_open(settings, &session);

  if (code)
    return code;
  if (wd_run_inspect(session.run, settings->format ? settings->format : "text",
                     &runs, &error) != WD_OK)
    code = wd_cli_fail(&error, WD_CLI_STAGE_SETTINGS, false);
  else if (!runs)
    code = WD_CLI_EXIT_MODULE;
  wd_cli_session_close(&session);
  return code;
}

static int
tell_compiled(const struct wd_cli_settings *settings, struct wd_run *run,
              uint64_t milliseconds)
{
  char path[4096];
  struct wd_error error = {0};
  struct wd_buf buf;
  int code;

  if (wd_run_compiled_path(run, path, sizeof path, &error) != WD_OK)
    return wd_cli_fail(&error, WD_CLI_STAGE_SETTINGS, false);
  wd_buf_init(&buf, NULL, sizeof path + 2);
  wd_buf_printf(&buf, "%s\n", path);
  code = wd_cli_print_buf(&buf);
  if (code || settings->quiet)
    return code;
  wd_buf_init(&buf, NULL, 256);
  wd_buf_printf(&buf, "compiled in %.2f s\n", (double)milliseconds / 1000);
  wd_cli_write(STDERR_FILENO, wd_buf_text(&buf));
  wd_buf_fini(&buf);
  return 0;
}

int
wd_cli_compile(const struct wd_cli_settings *settings)
{
  uint64_t begin = wd_cli_clock();
  struct wd_error error = {0};
  struct wd_cli_session session;
  int code = wd_cli_session_open(settings, &session);

  if (code)
    return code;
  if (wd_run_compile(session.run, &error) == WD_OK)
    code = tell_compiled(settings, session.run, wd_cli_clock() - begin);
  else
    code = wd_cli_fail(&error, WD_CLI_STAGE_RUN, false);
  wd_cli_session_close(&session);
  return code;
}
