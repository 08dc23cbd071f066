/* What went wrong, for people.
 *
 * A `struct wd_error` is the caller's: zero it, hand it in as the last
 * parameter, read it when a status other than WD_OK came back. It has a fixed
 * size and filling it never allocates. Not shared between threads.
 */
#ifndef WASIDATA_ERROR_H
#define WASIDATA_ERROR_H

#include "wasidata/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Whose fault it is, as far as the library can tell. */
enum wd_origin {
  WD_ORIGIN_HOST,   /* the library itself, or the machine */
  WD_ORIGIN_USER,   /* an argument, a grant, an option */
  WD_ORIGIN_GUEST,  /* the program or one of its lambdas */
  WD_ORIGIN_ENGINE, /* DuckDB, Spark */
};

struct wd_error {
  enum wd_status status;
  enum wd_origin origin;
  /* One line, UTF-8, zero-terminated, cut at a character's edge. */
  char message[1024];
  /* Where it arose: an operator, a partition, frames of the program, one a
   * line; empty when unknown. */
  char trace[3072];
};

/* Forgets what the error held. */
void
wd_error_clear(struct wd_error *error);

#ifdef __cplusplus
}
#endif

#endif
