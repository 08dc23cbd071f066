#include "cli/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "cli/report.h"

/* Runs that are shorter show no bar. */
#define BAR_AFTER 300

#define BAR_CELLS 20

uint64_t
wd_cli_clock(void)
{
  struct timespec now;

  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void
take_away(struct wd_cli_bar *bar)
{
  if (bar->visible)
    wd_cli_write(STDERR_FILENO, "\r\033[K");
  bar->visible = false;
}

/* Told by the run when it prints. */
static void
around(void *env, bool after, char last)
{
  struct wd_cli_bar *bar = env;

  if (!after) {
    pthread_mutex_lock(&bar->lock);
    take_away(bar);
    return;
  }
  bar->line_open = last != '\n';
  pthread_mutex_unlock(&bar->lock);
}

void
wd_cli_bar_init(struct wd_cli_bar *bar, const struct wd_cli_settings *settings,
                struct wd_run *run)
{
  memset(bar, 0, sizeof *bar);
  pthread_mutex_init(&bar->lock, NULL);
  bar->begin = wd_cli_clock();
  bar->mode = settings->progress;
  if (bar->mode == WD_CLI_PROGRESS_AUTO)
    bar->mode =
        isatty(STDERR_FILENO) == 1 ? WD_CLI_PROGRESS_BAR : WD_CLI_PROGRESS_NONE;
  if (settings->quiet ||
      (settings->verb != WD_CLI_RUN && settings->verb != WD_CLI_QUERY))
    bar->mode = WD_CLI_PROGRESS_NONE;
  if (bar->mode == WD_CLI_PROGRESS_BAR)
    wd_run_around_output(run, around, bar);
}

void
wd_cli_bar_fini(struct wd_cli_bar *bar)
{
  pthread_mutex_destroy(&bar->lock);
}

static int
terminal_width(void)
{
  struct winsize size;

  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
    return 80;
  return size.ws_col;
}

/* "job 2 [#####     ] 45%  12300 rows  1.2s", cut to the terminal. */
static void
draw_line(struct wd_cli_bar *bar, const struct wd_run_progress *progress,
          double elapsed)
{
  char cells[BAR_CELLS + 1];
  char line[256];
  char share[48] = "";
  int width = terminal_width() - 1;
  uint64_t rows = progress->rows_out ? progress->rows_out : progress->rows_in;

  if (progress->fraction >= 0) {
    double fraction = progress->fraction < 1 ? progress->fraction : 1;
    int full = (int)(fraction * BAR_CELLS);

    memset(cells, ' ', BAR_CELLS);
    memset(cells, '#', (size_t)full);
    cells[BAR_CELLS] = '\0';
    snprintf(share, sizeof share, " [%s] %3d%%", cells, (int)(fraction * 100));
  }
  snprintf(line, sizeof line, "job %" PRIu64 "%s  %" PRIu64 " rows  %.1fs",
           progress->job, share, rows, elapsed);
  if (width < (int)sizeof line)
    line[width > 0 ? width : 0] = '\0';
  wd_cli_write(STDERR_FILENO, "\r\033[K");
  wd_cli_write(STDERR_FILENO, line);
  bar->visible = true;
}

static void
write_json(const struct wd_run_progress *progress, double elapsed)
{
  char line[256];
  char fraction[32] = "null";

  if (progress->fraction >= 0)
    snprintf(fraction, sizeof fraction, "%.4f", progress->fraction);
  snprintf(line, sizeof line,
           "{\"job\":%" PRIu64 ",\"rows_in\":%" PRIu64 ",\"rows_out\":%" PRIu64
           ",\"fraction\":%s,\"elapsed\":%.3f}\n",
           progress->job, progress->rows_in, progress->rows_out, fraction,
           elapsed);
  wd_cli_write(STDERR_FILENO, line);
}

void
wd_cli_bar_draw(struct wd_cli_bar *bar, struct wd_run *run)
{
  uint64_t elapsed = wd_cli_clock() - bar->begin;
  struct wd_run_progress progress;
  bool runs;

  if (bar->mode == WD_CLI_PROGRESS_NONE)
    return;
  runs = wd_run_progress(run, &progress);
  if (bar->mode == WD_CLI_PROGRESS_JSON) {
    if (runs)
      write_json(&progress, (double)elapsed / 1000);
    return;
  }
  if (elapsed < BAR_AFTER || pthread_mutex_trylock(&bar->lock) != 0)
    return;
  if (!runs)
    take_away(bar);
  else if (!bar->line_open)
    draw_line(bar, &progress, (double)elapsed / 1000);
  pthread_mutex_unlock(&bar->lock);
}

void
wd_cli_bar_clear(struct wd_cli_bar *bar)
{
  if (bar->mode != WD_CLI_PROGRESS_BAR ||
      pthread_mutex_trylock(&bar->lock) != 0)
    return;
  take_away(bar);
  pthread_mutex_unlock(&bar->lock);
}
