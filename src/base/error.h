/* Filling a `struct wd_error`.
 *
 * The first report wins: filling an error that already holds one keeps the
 * old text and returns the old status, so that the cause is not hidden by its
 * consequences. Every function here accepts error == NULL.
 */
#ifndef WD_BASE_ERROR_H
#define WD_BASE_ERROR_H

#include <stdarg.h>
#include <stddef.h>

#include "wasidata/error.h"

/* Records status and message (printf style) and returns the status that the
 * error now holds, so that a function can `return wd_fail(error, …)`. The
 * origin is the status's usual one (wd_status_origin). */
enum wd_status
wd_fail(struct wd_error *error, enum wd_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

enum wd_status
wd_vfail(struct wd_error *error, enum wd_status status, const char *format,
         va_list arguments) __attribute__((format(printf, 3, 0)));

/* As wd_fail, with a named origin. */
enum wd_status
wd_fail_at(struct wd_error *error, enum wd_origin origin, enum wd_status status,
           const char *format, ...) __attribute__((format(printf, 4, 5)));

#ifdef __clang_analyzer__
/* Tells the analyzer, which does not see the function, that a failure is one.
 */
#define wd_fail(error, status, ...)                                            \
  ((wd_fail)(error, status, __VA_ARGS__), (status))
#endif

/* WD_NO_MEMORY with the usual text. */
enum wd_status
wd_fail_memory(struct wd_error *error);

#ifdef __clang_analyzer__
#define wd_fail_memory(error) ((wd_fail_memory)(error), WD_NO_MEMORY)
#endif

/* The caller's error, or `local`, prepared, for a caller without one. It does
 * not zero the 4 KiB: hot paths use it. */
static inline struct wd_error *
wd_error_or(struct wd_error *error, struct wd_error *local)
{
  if (error)
    return error;
  local->status = WD_OK;
  local->origin = WD_ORIGIN_HOST;
  local->message[0] = '\0';
  local->trace[0] = '\0';
  return local;
}

/* Appends a line to the trace; silently cut when full. */
void
wd_error_trace(struct wd_error *error, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Puts text before the message: "<prefix>: <message>". */
void
wd_error_prefix(struct wd_error *error, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Copies `from` into `to` unless `to` already holds a report. */
enum wd_status
wd_error_pass(struct wd_error *to, const struct wd_error *from);

enum wd_origin
wd_status_origin(enum wd_status status);

/* Copies length bytes of hostile text into a buffer of `size`: control
 * characters and invalid UTF-8 become '?', the end is cut at a character's
 * edge. Returns `to`. */
char *
wd_text_clean(char *to, size_t size, const char *from, size_t length);

#endif
