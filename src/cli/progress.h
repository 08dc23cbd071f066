/* How far the run is, on stderr: a line that is redrawn, or JSON lines.
 *
 * The bar is drawn by the watcher's thread and taken away by whichever thread
 * prints. */
#ifndef WD_CLI_PROGRESS_H
#define WD_CLI_PROGRESS_H

#include <pthread.h>

#include "cli/options.h"

struct wd_cli_bar {
  enum wd_cli_progress mode; /* BAR, JSON or NONE */
  uint64_t begin;            /* milliseconds, of wd_cli_clock */
  pthread_mutex_t lock;      /* held while others print */
  bool visible;
  bool line_open; /* what was printed last has no newline */
};

/* Milliseconds of a clock that only goes forward. */
uint64_t
wd_cli_clock(void);

/* Decides about `auto`; around the run's output from then on. */
void
wd_cli_bar_init(struct wd_cli_bar *bar, const struct wd_cli_settings *settings,
                struct wd_run *run);

void
wd_cli_bar_fini(struct wd_cli_bar *bar);

/* Shows the progress of the run. Never blocks on those who print. */
void
wd_cli_bar_draw(struct wd_cli_bar *bar, struct wd_run *run);

/* Takes the line away; does not block either. */
void
wd_cli_bar_clear(struct wd_cli_bar *bar);

#endif
