#include "cli/watch.h"

#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/error.h"
#include "base/units.h"
#include "cli/exit_code.h"
#include "cli/report.h"

#define CANCEL_EVERY 5
#define DRAW_EVERY 100
#define CANCEL_PATIENCE 300
#define FREE_PATIENCE 2000
#define NEVER UINT64_MAX

static const char *
signal_words(int number)
{
  return number == SIGINT   ? "interrupted"
         : number == SIGHUP ? "hung up"
                            : "terminated";
}

/* Why the run was cancelled, and its exit code. */
static int
tell_cause(const struct wd_cli_watch *watch, struct wd_error *error)
{
  char time[32];

  if (watch->signal) {
    wd_fail(error, WD_CANCELLED, "%s", signal_words(watch->signal));
    return WD_CLI_EXIT_SIGNAL + watch->signal;
  }
  wd_fail(error, WD_TIMEOUT, "timed out after %s",
          wd_duration_print(watch->timeout, time, sizeof time));
  return WD_CLI_EXIT_LIMIT;
}

/* Under the lock: the process cannot wait for those who run. */
static _Noreturn void
end_process(struct wd_cli_watch *watch)
{
  struct wd_error error = {0};
  int code = watch->code;

  wd_cli_bar_clear(&watch->bar);
  if (watch->leave)
    watch->leave();
  if (!watch->closing) {
    code = tell_cause(watch, &error);
    wd_cli_report(&error);
  }
  wd_abandon_writes();
  _exit(code);
}

static bool
is_cancelled(const struct wd_cli_watch *watch)
{
  return watch->signal || watch->timed_out;
}

static void
take_signal(struct wd_cli_watch *watch, uint64_t now)
{
  struct signalfd_siginfo info;
  bool resting;

  if (read(watch->signals, &info, sizeof info) != (ssize_t)sizeof info)
    return;
  resting = watch->resting && !watch->closing;
  if (resting && info.ssi_signo == SIGINT)
    return;
  if (resting)
    watch->signal = (int)info.ssi_signo;
  if (is_cancelled(watch) || watch->closing)
    end_process(watch);
  watch->signal = (int)info.ssi_signo;
  watch->patience = now + CANCEL_PATIENCE;
}

/* Under the lock: what is due now. */
static void
act(struct wd_cli_watch *watch, bool signalled)
{
  uint64_t now = wd_cli_clock();

  if (signalled)
    take_signal(watch, now);
  if (now >= watch->deadline && !watch->closing && !watch->resting &&
      !is_cancelled(watch)) {
    watch->timed_out = true;
    watch->patience = now + CANCEL_PATIENCE;
  }
  if (now >= watch->patience)
    end_process(watch);
  if (watch->closing || watch->resting)
    return;
  if (is_cancelled(watch)) {
    wd_run_cancel(watch->run);
  } else if (now >= watch->next_draw) {
    wd_cli_bar_draw(&watch->bar, watch->run);
    watch->next_draw = now + DRAW_EVERY;
  }
}

/* Milliseconds to sleep; -1: until something comes. */
static int
pause_length(const struct wd_cli_watch *watch)
{
  uint64_t now = wd_cli_clock();
  uint64_t until = watch->patience;

  if (watch->resting && !watch->closing)
    return -1;
  if (is_cancelled(watch) && !watch->closing)
    return CANCEL_EVERY;
  if (!watch->closing && watch->deadline < until)
    until = watch->deadline;
  if (!watch->closing && watch->bar.mode != WD_CLI_PROGRESS_NONE &&
      watch->next_draw < until)
    until = watch->next_draw;
  if (until == NEVER)
    return -1;
  if (until <= now)
    return 0;
  return until - now < 1000000 ? (int)(until - now) : 1000000;
}

static void *
watch_thread(void *env)
{
  struct wd_cli_watch *watch = env;
  uint64_t count;

  pthread_mutex_lock(&watch->lock);
  while (!watch->stopped) {
    struct pollfd files[2] = {{watch->signals, POLLIN, 0},
                              {watch->wake, POLLIN, 0}};
    int pause = pause_length(watch);

    pthread_mutex_unlock(&watch->lock);
    poll(files, 2, pause);
    if ((files[1].revents & POLLIN) &&
        read(watch->wake, &count, sizeof count) < 0)
      files[1].revents = 0;
    pthread_mutex_lock(&watch->lock);
    if (!watch->stopped)
      act(watch, files[0].revents & POLLIN);
  }
  pthread_mutex_unlock(&watch->lock);
  return NULL;
}

/* Wakes the thread, under the lock. */
static void
wake(struct wd_cli_watch *watch)
{
  uint64_t one = 1;

  if (write(watch->wake, &one, sizeof one) < 0)
    return; /* it is awake already */
}

/* Those that end a process, but for the ones that somebody switched off. */
static void
wanted_signals(sigset_t *set)
{
  static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};

  sigemptyset(set);
  for (int i = 0; i < 3; i++) {
    struct sigaction old;

    if (sigaction(numbers[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
      sigaddset(set, numbers[i]);
  }
}

static uint64_t
deadline_after(uint64_t timeout, uint64_t now)
{
  return timeout && timeout < NEVER - now ? now + timeout : NEVER;
}

enum wd_status
wd_cli_watch_start(struct wd_cli_watch *watch, struct wd_run *run,
                   const struct wd_cli_settings *settings,
                   struct wd_error *error)
{
  uint64_t now = wd_cli_clock();
  sigset_t set;

  memset(watch, 0, sizeof *watch);
  watch->run = run;
  watch->timeout = settings->timeout;
  watch->patience = NEVER;
  watch->deadline = deadline_after(settings->timeout, now);
  watch->next_draw = now + DRAW_EVERY;
  wanted_signals(&set);
  pthread_sigmask(SIG_BLOCK, &set, NULL);
  watch->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  watch->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  pthread_mutex_init(&watch->lock, NULL);
  wd_cli_bar_init(&watch->bar, settings, run);
  if (watch->signals < 0 || watch->wake < 0 ||
      pthread_create(&watch->thread, NULL, watch_thread, watch) != 0)
    return wd_fail(error, WD_INTERNAL, "no thread for signals can be made");
  return WD_OK;
}

/* What ran has ended. */
static bool
settle(struct wd_cli_watch *watch, bool *mark, struct wd_error *error,
       int *out_code)
{
  struct wd_error cause = {0};
  bool cancelled;

  pthread_mutex_lock(&watch->lock);
  *mark = true;
  watch->patience = NEVER;
  cancelled = is_cancelled(watch);
  if (cancelled)
    *out_code = tell_cause(watch, &cause);
  wake(watch);
  pthread_mutex_unlock(&watch->lock);
  wd_cli_bar_clear(&watch->bar);
  if (cancelled) {
    /* Where it was is worth knowing when nobody asked it to end. */
    if (cause.status == WD_TIMEOUT && error->trace[0])
      wd_error_trace(&cause, "%s", error->trace);
    *error = cause;
  }
  return cancelled;
}

bool
wd_cli_watch_close(struct wd_cli_watch *watch, struct wd_error *error,
                   int *out_code)
{
  return settle(watch, &watch->closing, error, out_code);
}

bool
wd_cli_watch_rest(struct wd_cli_watch *watch, struct wd_error *error,
                  int *out_code)
{
  return settle(watch, &watch->resting, error, out_code);
}

void
wd_cli_watch_resume(struct wd_cli_watch *watch)
{
  uint64_t now = wd_cli_clock();

  pthread_mutex_lock(&watch->lock);
  watch->resting = false;
  watch->signal = 0;
  watch->timed_out = false;
  watch->bar.begin = now;
  watch->next_draw = now + DRAW_EVERY;
  watch->deadline = deadline_after(watch->timeout, now);
  wake(watch);
  pthread_mutex_unlock(&watch->lock);
}

void
wd_cli_watch_free(struct wd_cli_watch *watch, int code)
{
  pthread_mutex_lock(&watch->lock);
  watch->code = code;
  watch->patience = wd_cli_clock() + FREE_PATIENCE;
  wake(watch);
  pthread_mutex_unlock(&watch->lock);
}

void
wd_cli_watch_stop(struct wd_cli_watch *watch)
{
  pthread_mutex_lock(&watch->lock);
  watch->stopped = true;
  wake(watch);
  pthread_mutex_unlock(&watch->lock);
  pthread_join(watch->thread, NULL);
  close(watch->signals);
  close(watch->wake);
  wd_cli_bar_fini(&watch->bar);
  pthread_mutex_destroy(&watch->lock);
}
