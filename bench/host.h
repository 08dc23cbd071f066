/* A run of a program that stops at its marks: what the files of the benchmark
 * host share.
 *
 * A guest prints `B` before an action and `…E` after it (guests/bench.h). The
 * host sees both while the guest waits in its write: there it runs what the
 * action is compared with, and there it starts and stops its clocks. */
#ifndef WD_BENCH_HOST_H
#define WD_BENCH_HOST_H

#include <duckdb.h>
#include <stdbool.h>
#include <stdint.h>

#include "guest/internal.h"
#include "wasidata/host.h"

/* Ends the process with a message. */
_Noreturn void
fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

void
check(enum wd_status status, const struct wd_error *error);

struct session {
  struct wd_host *host;
  struct wd_run *run;
  int output; /* a memfd */
  void (*begin)(struct session *session);
  void (*end)(struct session *session, const char *result);
};

/* Loads a program; its code is cached in `cache`. Before it is run, grants may
 * be added to session->run. */
void
session_init(struct session *session, const char *cache, const char *program,
             uint32_t threads, char *const *arguments);

/* Lets the program read a folder as /plans. */
void
session_folder(struct session *session, const char *folder);

/* Runs it to its end; a program that fails ends the process. */
void
session_run(struct session *session);

void
session_fini(struct session *session);

/* The running program, and the database of its engine. */
struct wd_program *
session_program(struct session *session);

duckdb_database
session_database(struct session *session);

/* The other benchmarks: JSON to stdout. */
int
bench_image(int argc, char **argv);

int
bench_cancel(int argc, char **argv);

int
bench_translate(int argc, char **argv);

#endif
