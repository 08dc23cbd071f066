/* Statements of SQL instead of a program. */
#include <string.h>

#include "api/internal.h"
#include "guest/session.h"

/* What the file of wd_run_sql_output is granted as. */
#define SINK "output"

static enum wd_status
open_program(struct wd_run *run, struct wd_program **out_program,
             struct wd_error *error)
{
  struct wd_program *program;
  enum wd_status status = WD_OK;

  if (!run->sql)
    return wd_fail(error, WD_INVALID_ARGUMENT,
                   "a program runs itself; wd_run_new_sql makes a run of SQL");
  if (!run->program) {
    status = wd_run_program(run, &program, error);
    if (status == WD_OK)
      run->program = program;
  }
  *out_program = run->program;
  return status;
}

enum wd_status
wd_run_sql_output(struct wd_run *run, const char *location,
                  struct wd_error *error)
{
  const char *grant = wd_arena_printf(&run->arena, SINK "=%s", location);
  enum wd_status status = grant ? wd_grants_add_sink(&run->grants, grant, error)
                                : wd_fail_memory(error);

  if (status == WD_OK)
    status = wd_grants_sink(&run->grants, SINK, strlen(SINK), &run->query_sink,
                            error);
  return status;
}

/* A file has the rows of one query. */
static enum wd_status
check_output(const struct wd_run *run, const struct wd_statements *statements,
             struct wd_error *error)
{
  uint32_t count = 0;

  for (uint32_t i = 0; i < statements->count; i++)
    count += statements->list[i].kind == WD_STATEMENT_QUERY;
  if (!run->query_sink || count == 1)
    return WD_OK;
  return wd_fail(error, WD_INVALID_ARGUMENT,
                 "there are %u queries, and one file for the rows of one",
                 count);
}

/* The plan of a query is printed where that was asked for. */
static enum wd_status
run_statement(struct wd_run *run, struct wd_program *program,
              const struct wd_statement *statement, struct wd_error *error)
{
  enum wd_explain_form form = run->explain;
  enum wd_status status;

  if (statement->kind == WD_STATEMENT_EXPLAIN && !form)
    run->explain = WD_EXPLAIN_PLAN;
  else if (statement->kind != WD_STATEMENT_EXPLAIN &&
           statement->kind != WD_STATEMENT_QUERY)
    run->explain = WD_EXPLAIN_NONE;
  status = wd_session_run(program, statement,
                          run->explain ? NULL : run->query_sink, error);
  run->explain = form;
  if (status == WD_OK && run->explain_error.status != WD_OK)
    status = wd_error_pass(error, &run->explain_error);
  wd_error_clear(&run->explain_error);
  return status;
}

enum wd_status
wd_run_sql(struct wd_run *run, const char *text, size_t length,
           struct wd_error *error)
{
  struct wd_statements statements = {0, NULL};
  struct wd_program *program;
  struct wd_arena arena;
  char *copy;
  enum wd_status status = open_program(run, &program, error);

  if (status != WD_OK)
    return status;
  run->explain_job = 0;
  wd_session_resume(program);
  wd_arena_init(&arena, &run->mem, 0);
  copy = wd_arena_strndup(&arena, text, length);
  status =
      copy ? wd_session_read(program, copy, length, &arena, &statements, error)
           : wd_fail_memory(error);
  if (status == WD_OK)
    status = check_output(run, &statements, error);
  for (uint32_t i = 0; status == WD_OK && i < statements.count; i++) {
    status = run_statement(run, program, &statements.list[i], error);
    if (status != WD_OK && statements.count > 1)
      wd_error_prefix(error, "statement %u", i + 1);
  }
  wd_arena_fini(&arena);
  return status;
}

enum wd_status
wd_run_sql_is_whole(struct wd_run *run, const char *text, size_t length,
                    bool *out_whole, struct wd_error *error)
{
  struct wd_program *program;
  enum wd_status status = open_program(run, &program, error);

  return status == WD_OK
             ? wd_session_is_whole(program, text, length, out_whole, error)
             : status;
}
