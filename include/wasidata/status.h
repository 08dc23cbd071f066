/* What a call came to: the codes that every function of the library returns.
 *
 * The values are pinned: they are part of the ABI, of the WIT enum
 * `error-code` (the first twelve, shifted by one) and of logs. New codes are
 * added at the end.
 */
#ifndef WASIDATA_STATUS_H
#define WASIDATA_STATUS_H

/* X(name, value, short text) */
#define WD_STATUS_LIST(X)                                                      \
  X(OK, 0, "ok")                                                               \
  X(NOT_GRANTED, 1, "not granted")                                             \
  X(NOT_FOUND, 2, "not found")                                                 \
  X(INVALID_ARGUMENT, 3, "invalid argument")                                   \
  X(INVALID_PLAN, 4, "invalid plan")                                           \
  X(TYPE_MISMATCH, 5, "type mismatch")                                         \
  X(UNSUPPORTED, 6, "unsupported")                                             \
  X(LIMIT_EXCEEDED, 7, "limit exceeded")                                       \
  X(CANCELLED, 8, "cancelled")                                                 \
  X(LAMBDA_FAILED, 9, "lambda failed")                                         \
  X(ENGINE_FAILED, 10, "engine failed")                                        \
  X(IO, 11, "input/output error")                                              \
  X(INTERNAL, 12, "internal error")                                            \
  X(NO_MEMORY, 13, "out of memory")                                            \
  X(BAD_MODULE, 14, "module cannot run")                                       \
  X(TRAP, 15, "trap")                                                          \
  X(TIMEOUT, 16, "timed out")

enum wd_status {
#define WD_STATUS_ENUM(name, value, text) WD_##name = value,
  WD_STATUS_LIST(WD_STATUS_ENUM)
#undef WD_STATUS_ENUM
};

#ifdef __cplusplus
extern "C" {
#endif

/* The short text of a status, `"unknown status"` for a foreign value.
 * Static storage; any thread. */
const char *
wd_status_text(enum wd_status status);

#ifdef __cplusplus
}
#endif

#endif
