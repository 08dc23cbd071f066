#include "base/error.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

#ifdef __clang_analyzer__
#undef wd_fail
#undef wd_fail_memory
#endif

const char *
wd_status_text(enum wd_status status)
{
  switch (status) {
#define WD_STATUS_CASE(name, value, text)                                      \
  case WD_##name:                                                              \
    return text;
    WD_STATUS_LIST(WD_STATUS_CASE)
#undef WD_STATUS_CASE
  }
  return "unknown status";
}

enum wd_origin
wd_status_origin(enum wd_status status)
{
  switch (status) {
  case WD_NOT_GRANTED:
  case WD_NOT_FOUND:
  case WD_INVALID_ARGUMENT:
  case WD_TIMEOUT:
    return WD_ORIGIN_USER;
  case WD_INVALID_PLAN:
  case WD_TYPE_MISMATCH:
  case WD_LAMBDA_FAILED:
  case WD_BAD_MODULE:
  case WD_TRAP:
    return WD_ORIGIN_GUEST;
  case WD_ENGINE_FAILED:
    return WD_ORIGIN_ENGINE;
  default:
    return WD_ORIGIN_HOST;
  }
}

void
wd_error_clear(struct wd_error *error)
{
  if (error)
    memset(error, 0, sizeof *error);
}

/* Cuts a text that vsnprintf may have cut inside a character. */
static void
cut_at_character(char *text, size_t size)
{
  size_t length = strlen(text);

  if (length + 1 == size)
    text[wd_utf8_cut((const uint8_t *)text, length)] = '\0';
}

enum wd_status
wd_vfail(struct wd_error *error, enum wd_status status, const char *format,
         va_list arguments)
{
  if (!error)
    return status;
  if (error->status != WD_OK)
    return error->status;
  error->status = status;
  error->origin = wd_status_origin(status);
  vsnprintf(error->message, sizeof error->message, format, arguments);
  cut_at_character(error->message, sizeof error->message);
  return status;
}

enum wd_status
wd_fail(struct wd_error *error, enum wd_status status, const char *format, ...)
{
  va_list arguments;

  va_start(arguments, format);
  status = wd_vfail(error, status, format, arguments);
  va_end(arguments);
  return status;
}

enum wd_status
wd_fail_at(struct wd_error *error, enum wd_origin origin, enum wd_status status,
           const char *format, ...)
{
  va_list arguments;
  int first = error && error->status == WD_OK;

  va_start(arguments, format);
  status = wd_vfail(error, status, format, arguments);
  va_end(arguments);
  if (first)
    error->origin = origin;
  return status;
}

enum wd_status
wd_fail_memory(struct wd_error *error)
{
  return wd_fail(error, WD_NO_MEMORY, "out of memory");
}

void
wd_error_trace(struct wd_error *error, const char *format, ...)
{
  size_t used;
  va_list arguments;

  if (!error)
    return;
  used = strlen(error->trace);
  if (used + 2 >= sizeof error->trace)
    return;
  if (used)
    error->trace[used++] = '\n';
  va_start(arguments, format);
  vsnprintf(error->trace + used, sizeof error->trace - used, format, arguments);
  va_end(arguments);
  cut_at_character(error->trace, sizeof error->trace);
}

void
wd_error_prefix(struct wd_error *error, const char *format, ...)
{
  char old[sizeof error->message];
  size_t used;
  va_list arguments;

  if (!error || error->status == WD_OK)
    return;
  memcpy(old, error->message, sizeof old);
  va_start(arguments, format);
  vsnprintf(error->message, sizeof error->message, format, arguments);
  va_end(arguments);
  used = strlen(error->message);
  snprintf(error->message + used, sizeof error->message - used, ": %s", old);
  cut_at_character(error->message, sizeof error->message);
}

enum wd_status
wd_error_pass(struct wd_error *to, const struct wd_error *from)
{
  if (!to)
    return from->status;
  if (to->status == WD_OK)
    *to = *from;
  return to->status;
}

/* C0, DEL and (in two bytes) C1. */
static bool
is_control(const uint8_t *character, size_t step)
{
  return (step == 1 && (*character < ' ' || *character == 0x7f)) ||
         (step == 2 && character[0] == 0xc2 && character[1] < 0xa0);
}

char *
wd_text_clean(char *to, size_t size, const char *from, size_t length)
{
  size_t n = length < size - 1 ? length : size - 1;
  size_t i = 0;

  memcpy(to, from, n);
  while (i < n) {
    size_t step = wd_utf8_step((const uint8_t *)to + i, n - i);

    if (step == 0 || is_control((const uint8_t *)to + i, step)) {
      if (step == 0 && n - i < 4 && n < length &&
          wd_utf8_cut((const uint8_t *)to, n) <= i)
        break;
      if (to[i] != '\n')
        to[i] = '?';
      step = 1;
    }
    i += step;
  }
  to[i] = '\0';
  return to;
}
