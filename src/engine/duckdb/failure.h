/* Failures: DuckDB's errors to ours. */
#ifndef WD_ENGINE_DUCKDB_FAILURE_H
#define WD_ENGINE_DUCKDB_FAILURE_H

#include <duckdb.h>

#include "base/error.h"

/* A report without the cost of zeroing all of it. */
static inline void
wd_duck_error_init(struct wd_error *error)
{
  error->status = WD_OK;
  error->message[0] = '\0';
  error->trace[0] = '\0';
}

/* DuckDB's message in our words: the prefix that names its exception is taken
 * off and decides the status; interrupted is WD_CANCELLED, out of memory
 * WD_LIMIT_EXCEEDED, files WD_IO, values (overflow, casts) WD_ENGINE_FAILED. */
enum wd_status
wd_duck_fail(struct wd_error *error, const char *message);

enum wd_status
wd_duck_fail_result(struct wd_error *error, duckdb_result *result);

#endif
