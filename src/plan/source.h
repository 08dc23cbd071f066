/* The text that a syntax tree was made of, kept to show where an error is. */
#ifndef WD_PLAN_SOURCE_H
#define WD_PLAN_SOURCE_H

#include "base/error.h"

struct wd_source {
  const char *text; /* valid UTF-8 without NUL, zero-terminated */
  size_t length;
  const char *folded; /* without `as name`, blanks folded */
};

/* Fails with the message, the text around `at` and a caret below it; without
 * a source with the message. */
enum wd_status
wd_source_fail(const struct wd_source *source, size_t at, enum wd_status status,
               struct wd_error *error, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

#ifdef __clang_analyzer__
/* As for wd_fail. */
#define wd_source_fail(source, at, status, error, ...)                         \
  ((wd_source_fail)(source, at, status, error, __VA_ARGS__), (status))
#endif

#endif
