#include "engine/spark/execution.h"

#include <stdio.h>

/* How often a stream is asked for again when nothing arrives, and the pauses
 * between: from 50 ms, doubled each time. */
#define TRIES 8
#define PAUSE_MS 50

/* Responses that are read before the server is told to forget them. */
#define RELEASE_AFTER 16

static enum wd_status
execute(struct wd_sc_execution *execution, struct wd_error *error)
{
  struct wd_sc_session *session = execution->session;
  const struct wd_buf *plan = &execution->plan->buf;
  struct wd_sc_writer request;
  size_t option, reattach;
  enum wd_status status;

  wd_sc_writer_init(&request, session->mem);
  wd_sc_session_head(session, &request, WD_SC_ExecutePlanRequest_client_type);
  wd_sc_put_text(&request, WD_SC_ExecutePlanRequest_operation_id,
                 execution->operation);
  wd_sc_put_bytes(&request, WD_SC_ExecutePlanRequest_plan, plan->data,
                  plan->length);
  option = wd_sc_begin(&request, WD_SC_ExecutePlanRequest_request_options);
  reattach = wd_sc_begin(
      &request, WD_SC_ExecutePlanRequest_RequestOption_reattach_options);
  wd_sc_put_int(&request, WD_SC_ReattachOptions_reattachable, 1);
  wd_sc_end(&request, reattach);
  wd_sc_end(&request, option);
  status = wd_sc_call_new(session->channel, WD_SC_SERVICE "ExecutePlan",
                          &request, &execution->call, error);
  wd_sc_writer_fini(&request);
  return status;
}

static enum wd_status
reattach(struct wd_sc_execution *execution, struct wd_error *error)
{
  struct wd_sc_session *session = execution->session;
  struct wd_sc_writer request;
  enum wd_status status;

  wd_sc_writer_init(&request, session->mem);
  wd_sc_session_head(session, &request,
                     WD_SC_ReattachExecuteRequest_client_type);
  wd_sc_put_text(&request, WD_SC_ReattachExecuteRequest_operation_id,
                 execution->operation);
  if (*execution->last)
    wd_sc_put_text(&request, WD_SC_ReattachExecuteRequest_last_response_id,
                   execution->last);
  status = wd_sc_call_new(session->channel, WD_SC_SERVICE "ReattachExecute",
                          &request, &execution->call, error);
  wd_sc_writer_fini(&request);
  return status;
}

/* A request that lets the server forget all responses, or those up to the last
 * one read. */
static void
write_release(const struct wd_sc_execution *execution, bool all,
              struct wd_sc_writer *request)
{
  size_t until;

  wd_sc_session_head(execution->session, request,
                     WD_SC_ReleaseExecuteRequest_client_type);
  wd_sc_put_text(request, WD_SC_ReleaseExecuteRequest_operation_id,
                 execution->operation);
  until = wd_sc_begin(request, all ? WD_SC_ReleaseExecuteRequest_release_all
                                   : WD_SC_ReleaseExecuteRequest_release_until);
  if (!all)
    wd_sc_put_text(request,
                   WD_SC_ReleaseExecuteRequest_ReleaseUntil_response_id,
                   execution->last);
  wd_sc_end(request, until);
}

/* Runs beside the stream, on the same connection; its answer says nothing. */
static void
release_read(struct wd_sc_execution *execution)
{
  struct wd_sc_writer request;

  if (++execution->unreleased < RELEASE_AFTER || !*execution->last)
    return;
  execution->unreleased = 0;
  wd_sc_call_free(execution->release);
  execution->release = NULL;
  wd_sc_writer_init(&request, execution->session->mem);
  write_release(execution, false, &request);
  wd_sc_call_new(execution->session->channel, WD_SC_SERVICE "ReleaseExecute",
                 &request, &execution->release, NULL);
  wd_sc_writer_fini(&request);
}

enum wd_status
wd_sc_execution_start(struct wd_sc_execution *execution,
                      struct wd_sc_session *session, const char *operation,
                      const struct wd_sc_writer *plan, struct wd_error *error)
{
  *execution = (struct wd_sc_execution){.session = session, .plan = plan};
  snprintf(execution->operation, sizeof execution->operation, "%s", operation);
  return execute(execution, error);
}

/* Takes what the client itself wants to know of a response. */
static enum wd_status
look_at(struct wd_sc_execution *execution, struct wd_sc_view response,
        struct wd_error *error)
{
  struct wd_sc_view id;

  if (!wd_sc_is_message(response)) {
    execution->failed = true;
    return wd_fail_at(error, WD_ORIGIN_ENGINE, WD_ENGINE_FAILED,
                      "a response of Spark cannot be read");
  }
  id = wd_sc_find(response, WD_SC_ExecutePlanResponse_response_id);
  if (id.length && !wd_sc_is_text(id, execution->last)) {
    wd_sc_copy_text(execution->last, sizeof execution->last, id);
    execution->tries = 0;
  }
  if (wd_sc_find(response, WD_SC_ExecutePlanResponse_result_complete).data)
    execution->complete = true;
  return WD_OK;
}

/* The stream ended early, or the connection did. A server that lost the
 * operation never got it, when nothing of it arrived: then it is sent again. */
static enum wd_status
go_on(struct wd_sc_execution *execution, enum wd_sc_received received,
      struct wd_error *error)
{
  struct wd_sc_call *call = execution->call;
  bool gone = received == WD_SC_FAILED &&
              wd_sc_call_is_class(call, "INVALID_HANDLE.OPERATION_NOT_FOUND");
  bool lost = received == WD_SC_FAILED &&
              wd_sc_call_code(call) == WD_SC_CODE_UNAVAILABLE;
  bool again = gone && !*execution->last && execution->tries;

  if ((received == WD_SC_FAILED && !lost && !again) ||
      execution->tries++ >= TRIES) {
    execution->failed = true;
    if (received == WD_SC_DONE)
      return wd_fail_at(error, WD_ORIGIN_ENGINE, WD_ENGINE_FAILED,
                        "Spark ended the stream of results again and again");
    return wd_sc_session_fail(execution->session, call, error);
  }
  wd_sc_call_free(call);
  execution->call = NULL;
  if (lost || execution->tries > 1)
    wd_sc_pause(execution->session->channel,
                PAUSE_MS << (execution->tries - 1));
  return again ? execute(execution, error) : reattach(execution, error);
}

enum wd_status
wd_sc_execution_next(struct wd_sc_execution *execution,
                     struct wd_sc_view *out_response, bool *out_has,
                     struct wd_error *error)
{
  enum wd_status status = WD_OK;

  *out_has = false;
  release_read(execution);
  while (status == WD_OK) {
    enum wd_sc_received received = wd_sc_receive(execution->call, out_response);

    if (received == WD_SC_MESSAGE) {
      *out_has = true;
      return look_at(execution, *out_response, error);
    }
    if (received == WD_SC_DONE && execution->complete)
      return WD_OK;
    /* All is there: how the stream ends does not matter. */
    if (execution->complete)
      return WD_OK;
    status = go_on(execution, received, error);
  }
  execution->failed = true;
  return status;
}

void
wd_sc_execution_fini(struct wd_sc_execution *execution)
{
  struct wd_sc_session *session = execution->session;
  struct wd_sc_writer request;

  if (!session)
    return;
  wd_sc_call_free(execution->call);
  wd_sc_call_free(execution->release);
  execution->call = execution->release = NULL;
  if (!execution->complete)
    wd_sc_session_interrupt(session, execution->operation, NULL);
  wd_sc_writer_init(&request, session->mem);
  write_release(execution, true, &request);
  wd_sc_session_call(session, "ReleaseExecute", &request, NULL, NULL, NULL);
  wd_sc_writer_fini(&request);
  execution->session = NULL;
}
