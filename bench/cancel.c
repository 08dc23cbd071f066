/* Cancelling: from the kill to the error.
 *
 *   bench_host cancel CACHE PROGRAM THREADS TIMES
 *
 * PROGRAM is guests/spin.c, whose lambda does not end. Prints JSON: a list of
 * milliseconds. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "host.h"
#include "measure.h"

struct attempt {
  struct session session;
  atomic_bool begun, ended;
  double end;
  struct wd_error error;
  enum wd_status status;
};

static void
on_begin(struct session *session)
{
  atomic_store(&((struct attempt *)session)->begun, true);
}

static void
on_end(struct session *session, const char *result)
{
  (void)session;
  (void)result;
}

static void *
run(void *data)
{
  struct attempt *attempt = data;
  int code;

  attempt->status = wd_run_start(attempt->session.run, &code, &attempt->error);
  attempt->end = measure_wall();
  atomic_store(&attempt->ended, true);
  return NULL;
}

/* The lambda has been running for a while that differs from time to time. */
static double
cancel_once(const char *cache, const char *program, uint32_t threads,
            unsigned number)
{
  struct attempt attempt = {.session = {.begin = on_begin, .end = on_end}};
  char *none[] = {NULL};
  pthread_t thread;
  double killed;

  session_init(&attempt.session, cache, program, threads, none);
  if (pthread_create(&thread, NULL, run, &attempt) != 0)
    fail("no thread");
  while (!atomic_load(&attempt.begun))
    usleep(100);
  usleep(60000 + number * 7919 % 20000);
  killed = measure_wall();
  while (!atomic_load(&attempt.ended)) {
    wd_run_cancel(attempt.session.run);
    usleep(50);
  }
  pthread_join(thread, NULL);
  if (attempt.status != WD_CANCELLED)
    fail("cancelled, the run said: %s", attempt.error.message);
  session_fini(&attempt.session);
  return attempt.end - killed;
}

int
bench_cancel(int argc, char **argv)
{
  unsigned times;

  if (argc != 5)
    fail("usage: bench_host cancel CACHE PROGRAM THREADS TIMES");
  times = (unsigned)strtoul(argv[4], NULL, 10);
  printf("[");
  for (unsigned i = 0; i < times; i++)
    printf(
        "%s%.3f", i ? ", " : "",
        cancel_once(argv[1], argv[2], (uint32_t)strtoul(argv[3], NULL, 10), i));
  printf("]\n");
  return 0;
}
