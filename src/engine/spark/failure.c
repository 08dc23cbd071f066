/* What a failed call means. A trailer holds a google.rpc.Status with an
 * ErrorInfo (https://github.com/googleapis/googleapis/tree/master/google/rpc),
 * whose metadata name the error; the whole text is fetched by its id. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/spark/session.h"

enum { STATUS_DETAILS = 3, ANY_VALUE = 2, ERROR_INFO_METADATA = 3 };
enum { ENTRY_KEY = 1, ENTRY_VALUE = 2 };

struct report {
  char id[64];
  char error_class[128];
  char sql_state[16];
  char message[8192];
};

static struct wd_sc_view
metadata(const struct wd_sc_call *call, const char *key)
{
  struct wd_sc_view info = wd_sc_find(
      wd_sc_find(wd_sc_call_details(call), STATUS_DETAILS), ANY_VALUE);
  struct wd_sc_field field;

  while (wd_sc_next(&info, &field) == WD_SC_FIELD)
    if (field.number == ERROR_INFO_METADATA && field.is_bytes &&
        wd_sc_is_text(wd_sc_find(field.view, ENTRY_KEY), key))
      return wd_sc_find(field.view, ENTRY_VALUE);
  return (struct wd_sc_view){NULL, 0};
}

bool
wd_sc_call_is_class(const struct wd_sc_call *call, const char *error_class)
{
  return wd_sc_is_text(metadata(call, "errorClass"), error_class);
}

/* The first line says it; where in our own text it was follows. */
static void
cut_line(char *text)
{
  text[strcspn(text, "\n")] = '\0';
}

static enum wd_status
take_details(void *env, struct wd_sc_view response, struct wd_error *error)
{
  struct report *report = env;
  int64_t root = wd_sc_find_int(
      response, WD_SC_FetchErrorDetailsResponse_root_error_idx, 0);
  struct wd_sc_field field;
  int64_t index = 0;

  (void)error;
  while (wd_sc_next(&response, &field) == WD_SC_FIELD) {
    struct wd_sc_view text, thrown;

    if (field.number != WD_SC_FetchErrorDetailsResponse_errors ||
        !field.is_bytes || index++ != root)
      continue;
    text =
        wd_sc_find(field.view, WD_SC_FetchErrorDetailsResponse_Error_message);
    thrown = wd_sc_find(field.view,
                        WD_SC_FetchErrorDetailsResponse_Error_spark_throwable);
    if (text.length)
      wd_sc_copy_text(report->message, sizeof report->message, text);
    if (!thrown.data)
      continue;
    wd_sc_copy_text(
        report->error_class, sizeof report->error_class,
        wd_sc_find(thrown,
                   WD_SC_FetchErrorDetailsResponse_SparkThrowable_error_class));
    wd_sc_copy_text(
        report->sql_state, sizeof report->sql_state,
        wd_sc_find(thrown,
                   WD_SC_FetchErrorDetailsResponse_SparkThrowable_sql_state));
  }
  return WD_OK;
}

static void
fetch_details(struct wd_sc_session *session, struct report *report)
{
  struct wd_sc_writer request;

  wd_sc_writer_init(&request, session->mem);
  wd_sc_session_head(session, &request,
                     WD_SC_FetchErrorDetailsRequest_client_type);
  wd_sc_put_text(&request, WD_SC_FetchErrorDetailsRequest_error_id, report->id);
  wd_sc_session_call(session, "FetchErrorDetails", &request, take_details,
                     report, NULL);
  wd_sc_writer_fini(&request);
}

/* A number and what must stand behind it. */
static bool
take_number(const char **at, const char *behind, long *out_number)
{
  char *end;

  *out_number = strtol(*at, &end, 10);
  if (end == *at || strncmp(end, behind, strlen(behind)) != 0)
    return false;
  *at = end + strlen(behind);
  return true;
}

/* What a lambda in an executor did wrong stands somewhere in Spark's words, as
 * the jar's native side put it there (engines/spark/native/jni.c). */
static enum wd_status
find_lambda_failure(const char *text, struct wd_error *error)
{
  static const char mark[] = "[wasi-data:", end_mark[] = "[wasi-data:end]";
  const char *message = strstr(text, mark), *trace, *end;
  long status, origin;

  if (!message)
    return WD_OK;
  message += strlen(mark);
  if (!take_number(&message, ":", &status) ||
      !take_number(&message, "] ", &origin))
    return WD_OK;
  end = strstr(message, end_mark);
  end = end ? end : message + strlen(message);
  trace = message + strcspn(message, "\n");
  if (trace > end)
    trace = end;
  if (status <= WD_OK || status > INT_MAX ||
      *wd_status_text((enum wd_status)status) == '?')
    status = WD_ENGINE_FAILED;
  wd_fail_at(error,
             origin == WD_ORIGIN_GUEST ? WD_ORIGIN_GUEST : WD_ORIGIN_ENGINE,
             (enum wd_status)status, "%.*s", (int)(trace - message), message);
  if (trace < end)
    wd_error_trace(error, "%.*s", (int)(end - trace - 1), trace + 1);
  return (enum wd_status)status;
}

/* What was sent with the session (program.c), and Spark has no more: it says
 * little more than the path. */
static enum wd_status
find_lost_artifact(const char *text, struct wd_error *error)
{
  static const char *const kinds[] = {"/wd-code-", "/wd-image-"};
  static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-";

  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
    const char *found = strstr(text, kinds[i]);

    if (found)
      return wd_fail_at(
          error, WD_ORIGIN_ENGINE, WD_ENGINE_FAILED,
          "the artifact '%.*s' did not reach the executors: Spark: %s; run the "
          "program again, which sends it again",
          (int)strspn(found + 1, letters), found + 1, text);
  }
  return WD_OK;
}

static enum wd_status
fail_connection(const struct wd_sc_session *session,
                const struct wd_sc_call *call, struct wd_error *error)
{
  const struct wd_sc_endpoint *endpoint = session->endpoint;

  return wd_fail_at(error, WD_ORIGIN_ENGINE, WD_IO,
                    "no connection to Spark at %s:%u: %s", endpoint->host,
                    endpoint->port, wd_sc_call_message(call));
}

enum wd_status
wd_sc_session_fail(struct wd_sc_session *session, const struct wd_sc_call *call,
                   struct wd_error *error)
{
  struct report report = {.id = ""};
  enum wd_status status;

  switch (wd_sc_call_code(call)) {
  case WD_SC_CODE_CANCELLED:
    return wd_fail(error, WD_CANCELLED, "cancelled");
  case WD_SC_CODE_UNAVAILABLE:
    return fail_connection(session, call, error);
  case WD_SC_CODE_UNAUTHENTICATED:
  case WD_SC_CODE_PERMISSION_DENIED:
    return wd_fail(error, WD_NOT_GRANTED,
                   "Spark at %s:%u refuses access: %s (token=… in the address, "
                   "or SPARK_CONNECT_AUTHENTICATE_TOKEN)",
                   session->endpoint->host, session->endpoint->port,
                   wd_sc_call_message(call));
  default:
    break;
  }
  wd_sc_copy_text(report.id, sizeof report.id, metadata(call, "errorId"));
  wd_sc_copy_text(report.error_class, sizeof report.error_class,
                  metadata(call, "errorClass"));
  wd_sc_copy_text(report.sql_state, sizeof report.sql_state,
                  metadata(call, "sqlState"));
  snprintf(report.message, sizeof report.message, "%.8000s",
           wd_sc_call_message(call));
  if (*report.id)
    fetch_details(session, &report);
  status = find_lambda_failure(report.message, error);
  if (status != WD_OK)
    return status;
  cut_line(report.message);
  report.message[1000] = '\0';
  if (strstr(report.error_class, "NO_HANDLER_FOR_EXTENSION"))
    return wd_fail(error, WD_UNSUPPORTED,
                   "the Spark server at %s:%u does not have wasi-data's jar, "
                   "which lambdas need: docs/spark.md says how it is added",
                   session->endpoint->host, session->endpoint->port);
  if (strncmp(report.error_class, "OPERATION_CANCELED", 18) == 0)
    return wd_fail(error, WD_CANCELLED, "cancelled");
  status = find_lost_artifact(report.message, error);
  if (status != WD_OK)
    return status;
  /* Spark's messages begin with the class in brackets, most of them. */
  if (*report.error_class && !strstr(report.message, report.error_class))
    return wd_fail_at(error, WD_ORIGIN_ENGINE, WD_ENGINE_FAILED,
                      "Spark: [%s] %s", report.error_class, report.message);
  return wd_fail_at(error, WD_ORIGIN_ENGINE, WD_ENGINE_FAILED, "Spark: %s",
                    report.message);
}
