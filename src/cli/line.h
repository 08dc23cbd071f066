/* Lines that somebody types: edited and remembered by libedit.
 *
 * One at a time. The history is $XDG_STATE_HOME/wasi-data/history (else in
 * ~/.local/state), mode 0600; where it cannot be kept it is not. */
#ifndef WD_CLI_LINE_H
#define WD_CLI_LINE_H

#include "wasidata/error.h"

struct wd_cli_line;

enum wd_cli_line_state {
  WD_CLI_LINE_READ,
  WD_CLI_LINE_INTERRUPTED, /* Ctrl-C: what was typed is nothing */
  WD_CLI_LINE_END,
};

enum wd_status
wd_cli_line_open(struct wd_cli_line **out_line, struct wd_error *error);

/* The text is without its newline and lives until the next call. */
enum wd_cli_line_state
wd_cli_line_read(struct wd_cli_line *line, const char *prompt,
                 const char **out_text);

/* Adds a line to the history, and writes that. */
void
wd_cli_line_remember(struct wd_cli_line *line, const char *text);

/* The terminal as it was before, also from another thread: for who ends the
 * process while somebody types. */
void
wd_cli_line_leave(void);

void
wd_cli_line_close(struct wd_cli_line *line);

#endif
