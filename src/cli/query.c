/* `query`: SQL from the command line, a file, standard input or a prompt. */
#include <string.h>
#include <unistd.h>

#include "cli/prompt.h"
#include "cli/report.h"
#include "cli/session.h"
#include "cli/verbs.h"

/* Most bytes of a file of SQL. */
#define SCRIPT_MAX ((size_t)64 << 20)

struct script {
  const char *text;
  size_t length;
};

static int
finish(struct wd_cli_watch *watch, struct wd_run *run, void *env)
{
  const struct script *script = env;
  struct wd_error error = {0};
  int cancelled_code;
  enum wd_status status = wd_run_sql(run, script->text, script->length, &error);

  if (wd_cli_watch_close(watch, &error, &cancelled_code)) {
    wd_cli_report(&error);
    return cancelled_code;
  }
  return status == WD_OK ? 0 : wd_cli_fail(&error, WD_CLI_STAGE_RUN, false);
}

static int
run_text(const struct wd_cli_settings *settings, const char *text,
         size_t length)
{
  struct script script = {text, length};

  return wd_cli_session_drive(settings, finish, &script);
}

static int
run_file(const struct wd_cli_settings *settings)
{
  struct wd_error error = {0};
  struct wd_buf buf;
  int code;

  wd_buf_init(&buf, NULL, SCRIPT_MAX);
  if (wd_cli_read_file(settings->file, &buf, &error) == WD_OK)
    code = run_text(settings, wd_buf_text(&buf), buf.length);
  else
    code = wd_cli_fail(&error,
                       error.status == WD_NOT_FOUND ? WD_CLI_STAGE_LOAD
                                                    : WD_CLI_STAGE_SETTINGS,
                       false);
  wd_buf_fini(&buf);
  return code;
}

int
wd_cli_query(const struct wd_cli_settings *settings)
{
  if (!wd_cli_is_sql(settings))
    return wd_cli_run(settings);
  if (settings->operand)
    return run_text(settings, settings->operand, strlen(settings->operand));
  if (!settings->file && isatty(STDIN_FILENO) == 1 &&
      isatty(STDOUT_FILENO) == 1)
    return wd_cli_session_drive(settings, wd_cli_prompt,
                                (void *)(uintptr_t)settings);
  return run_file(settings);
}
