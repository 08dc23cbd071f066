#include "cli/session.h"

#include <string.h>

#include "base/error.h"
#include "cli/plan_json.h"
#include "cli/report.h"
#include "cli/verbs.h"
#include "plan/suggest.h"

bool
wd_cli_is_sql(const struct wd_cli_settings *settings)
{
  return settings->verb == WD_CLI_QUERY && !settings->plan;
}

void
wd_cli_session_close(struct wd_cli_session *session)
{
  wd_run_free(session->run);
  wd_host_free(session->host);
}

int
wd_cli_fail(const struct wd_error *error, enum wd_cli_stage stage, bool trapped)
{
  /* A limit that a lambda tells of is not the host's. */
  bool told = stage == WD_CLI_STAGE_RUN && error->origin == WD_ORIGIN_GUEST &&
              error->status == WD_LIMIT_EXCEEDED;

  wd_cli_report(error);
  return wd_cli_exit_code(stage, told ? WD_LAMBDA_FAILED : error->status,
                          trapped);
}

/* What stands in the verb's place is neither a verb nor a file. */
static void
suggest_verb(const char *name, struct wd_error *error)
{
  const char *best = NULL;
  unsigned distance = 0;
  char shown[80];

  for (int i = 0; i < WD_CLI_VERB_COUNT; i++)
    wd_suggest(name, strlen(name), wd_cli_verbs[i].name, &best, &distance);
  if (!best)
    return;
  wd_error_clear(error);
  wd_fail(error, WD_NOT_FOUND,
          "'%s' is neither a file nor a verb; did you mean '%s'?",
          wd_text_clean(shown, sizeof shown, name, strlen(name)), best);
}

/* The program, or the plan that stands for one. */
static enum wd_status
open_run(const struct wd_cli_settings *settings, struct wd_cli_session *session,
         struct wd_error *error)
{
  struct wd_buf plan;
  enum wd_status status;

  if (wd_cli_is_sql(settings))
    return wd_run_new_sql(session->host, &session->run, error);
  if (!settings->plan)
    return wd_run_new(session->host, settings->operand, &session->run, error);
  wd_buf_init(&plan, NULL, WD_CLI_PLAN_MAX);
  status = wd_cli_read_file(settings->plan, &plan, error);
  if (status == WD_OK && wd_cli_is_json(plan.data, plan.length)) {
    status = wd_cli_plan_from_json(&plan, error);
    if (status != WD_OK)
      wd_error_prefix(error, "%s", settings->plan);
  }
  if (status == WD_OK)
    status = wd_run_new_from_plan(session->host, plan.data, plan.length,
                                  settings->plan, &session->run, error);
  wd_buf_fini(&plan);
  return status;
}

/* A plan that is no good is wasi-data's error, a program that is none its own.
 */
static enum wd_cli_stage
stage_of(const struct wd_cli_settings *settings, const struct wd_error *error)
{
  return settings->plan && error->status != WD_NOT_FOUND ? WD_CLI_STAGE_SETTINGS
                                                         : WD_CLI_STAGE_LOAD;
}

int
wd_cli_session_open(const struct wd_cli_settings *settings,
                    struct wd_cli_session *session)
{
  char path[4096];
  struct wd_error error = {0};
  struct wd_host_options options = {
      .cache_dir = wd_cli_cache_folder(settings, path, sizeof path),
      .interruptible = settings->interruptible,
      .backtrace_details = settings->backtrace_details,
  };
  int code;

  *session = (struct wd_cli_session){0};
  if (wd_host_new(&options, &session->host, &error) != WD_OK)
    return wd_cli_fail(&error, WD_CLI_STAGE_SETTINGS, false);
  if (open_run(settings, session, &error) == WD_OK)
    return 0;
  if (error.status == WD_NOT_FOUND && settings->implied)
    suggest_verb(settings->operand, &error);
  code = wd_cli_fail(&error, stage_of(settings, &error), false);
  session->run = NULL;
  wd_cli_session_close(session);
  return code;
}

static enum wd_status
add_grant(struct wd_run *run, const struct wd_cli_grant *grant,
          struct wd_error *error)
{
  switch (grant->id) {
  case WD_CLI_OPT_TABLE:
    return wd_run_table(run, grant->value, error);
  case WD_CLI_OPT_SINK:
    return wd_run_sink(run, grant->value, error);
  case WD_CLI_OPT_FUNCTION:
    return wd_run_function(run, grant->value, error);
  case WD_CLI_OPT_ENV:
    return wd_run_environment(run, grant->value, error);
  default:
    return wd_run_folder(run, grant->value, error);
  }
}

enum wd_status
wd_cli_session_apply(const struct wd_cli_settings *settings, struct wd_run *run,
                     struct wd_error *error)
{
  enum wd_status status = WD_OK;

  for (size_t i = 0; i < settings->grant_count && status == WD_OK; i++)
    status = add_grant(run, &settings->grants[i], error);
  for (int i = 0; i < settings->argument_count && status == WD_OK; i++)
    status = wd_run_argument(run, settings->arguments[i], error);
  wd_run_threads(run, settings->threads);
  wd_run_memory_limit(run, settings->memory_limit);
  wd_run_engine_memory(run, settings->engine_memory);
  if (status == WD_OK && settings->engine)
    status = wd_run_engine(run, settings->engine, error);
  if (status == WD_OK &&
      (settings->verb == WD_CLI_EXPLAIN || settings->explain))
    status = wd_run_explain(run, settings->format ? settings->format : "text",
                            settings->job, error);
  else if (status == WD_OK && settings->verb == WD_CLI_EXTRACT)
    status = wd_run_extract(run, settings->output ? settings->output : ".",
                            settings->job, error);
  else if (status == WD_OK && settings->format)
    status = wd_run_format(run, settings->format, error);
  if (status == WD_OK && wd_cli_is_sql(settings) && settings->output)
    status = wd_run_sql_output(run, settings->output, error);
  return status;
}

int
wd_cli_session_drive(const struct wd_cli_settings *settings,
                     wd_cli_drive *drive, void *env)
{
  struct wd_error error = {0};
  struct wd_cli_watch watch;
  struct wd_cli_session session;
  int code = wd_cli_session_open(settings, &session);

  if (code)
    return code;
  if (wd_cli_session_apply(settings, session.run, &error) != WD_OK ||
      wd_cli_watch_start(&watch, session.run, settings, &error) != WD_OK) {
    wd_cli_session_close(&session);
    return wd_cli_fail(&error, WD_CLI_STAGE_SETTINGS, false);
  }
  code = drive(&watch, session.run, env);
  wd_cli_watch_free(&watch, code);
  wd_cli_session_close(&session);
  wd_cli_watch_stop(&watch);
  return code;
}
