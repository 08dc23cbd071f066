#include "cli/report.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "cli/exit_code.h"

/* A whole report: message, trace with indents, colours. */
#define REPORT_SIZE 8192

static bool
is_coloured(void)
{
  const char *no_color = getenv("NO_COLOR");
  const char *term = getenv("TERM");

  return !(no_color && *no_color) && isatty(STDERR_FILENO) == 1 &&
         !(term && strcmp(term, "dumb") == 0);
}

bool
wd_cli_write(int fd, const char *text)
{
  size_t length = strlen(text);

  while (length) {
    ssize_t written = write(fd, text, length);

    if (written < 0 && errno == EINTR)
      continue;
    if (written < 0)
      return false;
    text += written;
    length -= (size_t)written;
  }
  return true;
}

static void
append(char *report, const char *text)
{
  size_t used = strlen(report);

  snprintf(report + used, REPORT_SIZE - used, "%s", text);
}

/* Each line of the trace behind four blanks. */
static void
append_trace(char *report, const char *trace)
{
  char line[512];

  while (*trace) {
    size_t length = strcspn(trace, "\n");

    append(report, "    ");
    append(report, wd_text_clean(line, sizeof line, trace, length));
    append(report, "\n");
    trace += length;
    trace += *trace == '\n';
  }
}

void
wd_cli_report(const struct wd_error *error)
{
  char report[REPORT_SIZE] = "";
  char message[sizeof error->message];

  append(report,
         is_coloured() ? "\033[1;31mwasi-data:\033[0m " : "wasi-data: ");
  append(report, wd_text_clean(message, sizeof message, error->message,
                               strlen(error->message)));
  append(report, "\n");
  append_trace(report, error->trace);
  wd_cli_write(STDERR_FILENO, report);
}

void
wd_cli_complain(const char *format, ...)
{
  struct wd_error error = {0};
  va_list arguments;

  va_start(arguments, format);
  wd_vfail(&error, WD_INVALID_ARGUMENT, format, arguments);
  va_end(arguments);
  wd_cli_report(&error);
}

int
wd_cli_print(const char *text)
{
  if (wd_cli_write(STDOUT_FILENO, text))
    return 0;
  if (errno == EPIPE)
    wd_cli_complain("output is closed");
  else
    wd_cli_complain("cannot write the output: %s", strerror(errno));
  return WD_CLI_EXIT_OWN;
}
