/* What the command says on stderr. Any thread. */
#ifndef WD_CLI_REPORT_H
#define WD_CLI_REPORT_H

#include <stdbool.h>

#include "wasidata/error.h"

/* "wasi-data: message", then the trace, indented. What would steer a terminal
 * is taken out; colour only on terminals, and never with NO_COLOR set
 * (https://no-color.org). */
void
wd_cli_report(const struct wd_error *error);

/* A message of printf style. */
void
wd_cli_complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Writes text to a descriptor: false when it could not be. */
bool
wd_cli_write(int fd, const char *text);

/* Writes text to stdout: 0, or the exit code when it cannot be, which is then
 * reported. */
int
wd_cli_print(const char *text);

#endif
