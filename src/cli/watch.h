/* A thread that looks after a run: signals, its time, its progress.
 *
 * SIGINT, SIGTERM, SIGHUP (unless they were ignored when the process began) and
 * the end of the time cancel the run. What has not stopped 300 ms later (plain
 * code in a loop without memory, compiling) is ended with the process: the
 * temporary files of sinks are removed, and nothing more is committed. A second
 * signal ends it at once. */
#ifndef WD_CLI_WATCH_H
#define WD_CLI_WATCH_H

#include "cli/progress.h"

struct wd_cli_watch {
  struct wd_run *run;
  struct wd_cli_bar bar;
  pthread_t thread;
  int signals;          /* a signalfd */
  int wake;             /* an eventfd */
  pthread_mutex_t lock; /* of what follows */
  uint64_t timeout;     /* milliseconds, as it was given; 0: none */
  uint64_t deadline;    /* of wd_cli_clock; UINT64_MAX: none */
  uint64_t patience;    /* when the process is ended; UINT64_MAX: never */
  uint64_t next_draw;
  int signal;          /* that cancelled it; 0: none */
  bool timed_out;      /* its time cancelled it */
  bool resting;        /* nothing runs: somebody types */
  void (*leave)(void); /* before the process is ended; or NULL */
  bool closing;        /* the run has ended; it is being freed */
  bool stopped;
  int code; /* while closing: what to exit with */
};

/* Before the run starts, on the main thread: blocks the signals, makes the
 * thread. */
enum wd_status
wd_cli_watch_start(struct wd_cli_watch *watch, struct wd_run *run,
                   const struct wd_cli_settings *settings,
                   struct wd_error *error);

/* After wd_run_start, before the run is freed: the run is left alone from now
 * on. True when it was cancelled: then the error holds why, and *out_code what
 * to exit with. */
bool
wd_cli_watch_close(struct wd_cli_watch *watch, struct wd_error *error,
                   int *out_code);

/* Of a prompt, which runs one thing after another: what ran has ended. As
 * wd_cli_watch_close, but the run can go on. Until then SIGINT means nothing;
 * other signals end the process, after `leave`. */
bool
wd_cli_watch_rest(struct wd_cli_watch *watch, struct wd_error *error,
                  int *out_code);

/* The next thing runs; it has all of the time. */
void
wd_cli_watch_resume(struct wd_cli_watch *watch);

/* The run is about to be freed, which waits for lambdas: not longer than two
 * seconds, then the process ends with that code. */
void
wd_cli_watch_free(struct wd_cli_watch *watch, int code);

/* Ends the thread. */
void
wd_cli_watch_stop(struct wd_cli_watch *watch);

#endif
