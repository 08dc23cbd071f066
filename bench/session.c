#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "api/internal.h"
#include "engine/duckdb/engine.h"
#include "host.h"

void
fail(const char *format, ...)
{
  va_list list;

  va_start(list, format);
  fputs("bench_host: ", stderr);
  vfprintf(stderr, format, list);
  fputc('\n', stderr);
  va_end(list);
  exit(1);
}

void
check(enum wd_status status, const struct wd_error *error)
{
  if (status != WD_OK)
    fail("%s", error->message);
}

/* The text since the last mark, which this removes. */
static void
take_output(int output, char *text, size_t size)
{
  ssize_t got = pread(output, text, size - 1, 0);

  text[got > 0 ? got : 0] = '\0';
  if (ftruncate(output, 0) != 0 || lseek(output, 0, SEEK_SET) != 0)
    fail("the program's output cannot be emptied");
}

static void
on_output(void *env, bool after, char last)
{
  struct session *session = env;
  char text[4096];

  if (!after)
    return;
  if (last == 'B') {
    take_output(session->output, text, sizeof text);
    session->begin(session);
  } else if (last == 'E') {
    take_output(session->output, text, sizeof text);
    text[strcspn(text, "E")] = '\0';
    session->end(session, text);
  }
}

void
session_init(struct session *session, const char *cache, const char *program,
             uint32_t threads, char *const *arguments)
{
  struct wd_error error = {0};

  session->output = memfd_create("output", MFD_CLOEXEC);
  if (session->output < 0)
    fail("no memory for the program's output");
  check(wd_host_new(&(struct wd_host_options){.cache_dir = cache},
                    &session->host, &error),
        &error);
  check(wd_run_new(session->host, program, &session->run, &error), &error);
  wd_run_threads(session->run, threads);
  wd_run_streams(session->run, false, session->output, STDERR_FILENO);
  wd_run_around_output(session->run, on_output, session);
  for (; *arguments; arguments++)
    check(wd_run_argument(session->run, *arguments, &error), &error);
}

void
session_folder(struct session *session, const char *folder)
{
  struct wd_error error = {0};
  char text[4096];

  snprintf(text, sizeof text, "%s::/plans,ro", folder);
  check(wd_run_folder(session->run, text, &error), &error);
}

void
session_run(struct session *session)
{
  struct wd_error error = {0};
  int code;

  check(wd_run_start(session->run, &code, &error), &error);
  if (code != 0)
    fail("the program ended with exit code %d", code);
}

void
session_fini(struct session *session)
{
  wd_run_free(session->run);
  wd_host_free(session->host);
  close(session->output);
}

struct wd_program *
session_program(struct session *session)
{
  return session->run->program;
}

duckdb_database
session_database(struct session *session)
{
  struct wd_engine *engine;
  struct wd_error error = {0};

  check(wd_program_engine(session_program(session), &engine, &error), &error);
  return ((struct wd_duck_engine *)engine)->database;
}
