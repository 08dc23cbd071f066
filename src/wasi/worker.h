/* WASI preview1 for workers: deterministic and without a world.
 *
 * The same image, seed and batches give the same bytes: clocks stand still at
 * the job's start, sleeping only moves them on, random numbers are a repeatable
 * sequence. There are no files and no network. What a lambda prints goes to a
 * sink, line by line. Every function of preview1 is there, so that any
 * program links; those that cannot work answer an error number.
 *
 * The env of a worker instance is a struct that begins with a
 * `struct wd_wasi_worker`. Used by the instance's thread only.
 */
#ifndef WD_WASI_WORKER_H
#define WD_WASI_WORKER_H

#include "wasi/filter.h"
#include "wasi/random.h"
#include "wasm/instance.h"

/* Takes text of stream 1 or 2: a line with its newline, or a part of a long
 * line. Filtered (filter.h): fit for a terminal. Any worker's thread. */
typedef void
wd_wasi_sink(void *env, int stream, const char *text, size_t length);

struct wd_wasi_line {
  struct wd_filter filter;
  size_t length;
  char text[1024];
};

struct wd_wasi_worker {
  const char *const *arguments; /* the program's, borrowed */
  uint32_t argument_count;
  const char *const *environment; /* "NAME=value", only what was granted */
  uint32_t environment_count;
  uint64_t time; /* nanoseconds since 1970; set again before each call */
  struct wd_random random;
  wd_wasi_sink *sink; /* NULL: text is dropped */
  void *sink_env;
  struct wd_wasi_line lines[2];
};

/* Zeroes; then the fields above `lines` are set as wanted. */
void
wd_wasi_worker_init(struct wd_wasi_worker *worker);

/* Hands what has no newline yet to the sink. */
void
wd_wasi_worker_flush(struct wd_wasi_worker *worker);

/* The table of imports, static. */
const struct wd_import *
wd_wasi_worker_imports(size_t *out_count);

#endif
