#include "engine/spark/session.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

void
wd_sc_uuid(char out[WD_SC_UUID])
{
  uint8_t bytes[16];
  size_t have = 0;

  while (have < sizeof bytes) {
    ssize_t got = getrandom(bytes + have, sizeof bytes - have, 0);

    if (got > 0)
      have += (size_t)got;
  }
  bytes[6] = (uint8_t)((bytes[6] & 0x0f) | 0x40);
  bytes[8] = (uint8_t)((bytes[8] & 0x3f) | 0x80);
  for (size_t i = 0, at = 0; i < sizeof bytes; i++) {
    if (i == 4 || i == 6 || i == 8 || i == 10)
      out[at++] = '-';
    snprintf(out + at, 3, "%02x", bytes[i]);
    at += 2;
  }
}

enum wd_status
wd_sc_session_init(struct wd_sc_session *session, struct wd_mem *mem,
                   const struct wd_sc_endpoint *endpoint, const char *id,
                   const atomic_bool *cancelled, struct wd_error *error)
{
  *session = (struct wd_sc_session){.mem = mem, .endpoint = endpoint};
  if (id)
    snprintf(session->id, sizeof session->id, "%s", id);
  else
    wd_sc_uuid(session->id);
  return wd_sc_channel_new(mem, endpoint, cancelled, &session->channel, error);
}

void
wd_sc_session_fini(struct wd_sc_session *session)
{
  wd_sc_channel_free(session->channel);
  session->channel = NULL;
}

void
wd_sc_session_head(const struct wd_sc_session *session,
                   struct wd_sc_writer *request, uint32_t client_type)
{
  size_t user;

  /* session_id and user_context are fields 1 and 2 of every request. */
  wd_sc_put_text(request, WD_SC_ExecutePlanRequest_session_id, session->id);
  user = wd_sc_begin(request, WD_SC_ExecutePlanRequest_user_context);
  wd_sc_put_text(request, WD_SC_UserContext_user_id, session->endpoint->user);
  wd_sc_end(request, user);
  wd_sc_put_text(request, client_type, session->endpoint->agent);
}

enum wd_status
wd_sc_session_call(struct wd_sc_session *session, const char *method,
                   const struct wd_sc_writer *request, wd_sc_answer *answer,
                   void *env, struct wd_error *error)
{
  char path[128];
  struct wd_sc_call *call;
  struct wd_sc_view message;
  enum wd_sc_received received;
  enum wd_status status;

  snprintf(path, sizeof path, WD_SC_SERVICE "%s", method);
  status = wd_sc_call_new(session->channel, path, request, &call, error);
  if (status != WD_OK)
    return status;
  received = wd_sc_receive(call, &message);
  if (received == WD_SC_MESSAGE && !wd_sc_is_message(message))
    status = wd_fail_at(error, WD_ORIGIN_ENGINE, WD_ENGINE_FAILED,
                        "Spark's answer to %s cannot be read", method);
  else if (received == WD_SC_MESSAGE && answer)
    status = answer(env, message, error);
  else if (received == WD_SC_DONE)
    status = wd_fail_at(error, WD_ORIGIN_ENGINE, WD_ENGINE_FAILED,
                        "Spark did not answer %s", method);
  while (received == WD_SC_MESSAGE)
    received = wd_sc_receive(call, &message);
  if (received == WD_SC_FAILED && status == WD_OK)
    status = wd_sc_session_fail(session, call, error);
  wd_sc_call_free(call);
  return status;
}

enum wd_status
wd_sc_session_configure(struct wd_sc_session *session,
                        const char *const (*pairs)[2], size_t count,
                        struct wd_error *error)
{
  struct wd_sc_writer request;
  size_t operation, set;
  enum wd_status status;

  wd_sc_writer_init(&request, session->mem);
  wd_sc_session_head(session, &request, WD_SC_ConfigRequest_client_type);
  operation = wd_sc_begin(&request, WD_SC_ConfigRequest_operation);
  set = wd_sc_begin(&request, WD_SC_ConfigRequest_Operation_set);
  for (size_t i = 0; i < count; i++) {
    size_t pair = wd_sc_begin(&request, WD_SC_ConfigRequest_Set_pairs);

    wd_sc_put_text(&request, WD_SC_KeyValue_key, pairs[i][0]);
    wd_sc_put_text(&request, WD_SC_KeyValue_value, pairs[i][1]);
    wd_sc_end(&request, pair);
  }
  wd_sc_end(&request, set);
  wd_sc_end(&request, operation);
  status = wd_sc_session_call(session, "Config", &request, NULL, NULL, error);
  wd_sc_writer_fini(&request);
  return status;
}

struct text {
  char *text;
  size_t size;
};

static enum wd_status
take_version(void *env, struct wd_sc_view response, struct wd_error *error)
{
  struct text *text = env;
  struct wd_sc_view version =
      wd_sc_find(wd_sc_find(response, WD_SC_AnalyzePlanResponse_spark_version),
                 WD_SC_AnalyzePlanResponse_SparkVersion_version);

  if (!version.data)
    return wd_fail_at(error, WD_ORIGIN_ENGINE, WD_ENGINE_FAILED,
                      "the server does not tell its version of Spark");
  wd_sc_copy_text(text->text, text->size, version);
  return WD_OK;
}

enum wd_status
wd_sc_session_version(struct wd_sc_session *session, char *text, size_t size,
                      struct wd_error *error)
{
  struct text out = {text, size};
  struct wd_sc_writer request;
  enum wd_status status;

  wd_sc_writer_init(&request, session->mem);
  wd_sc_session_head(session, &request, WD_SC_AnalyzePlanRequest_client_type);
  wd_sc_end(&request,
            wd_sc_begin(&request, WD_SC_AnalyzePlanRequest_spark_version));
  status = wd_sc_session_call(session, "AnalyzePlan", &request, take_version,
                              &out, error);
  wd_sc_writer_fini(&request);
  return status;
}

enum wd_status
wd_sc_session_interrupt(struct wd_sc_session *session, const char *operation,
                        struct wd_error *error)
{
  struct wd_sc_writer request;
  enum wd_status status;

  wd_sc_writer_init(&request, session->mem);
  wd_sc_session_head(session, &request, WD_SC_InterruptRequest_client_type);
  wd_sc_put_int(
      &request, WD_SC_InterruptRequest_interrupt_type,
      WD_SC_InterruptRequest_InterruptType_INTERRUPT_TYPE_OPERATION_ID);
  wd_sc_put_text(&request, WD_SC_InterruptRequest_operation_id, operation);
  status =
      wd_sc_session_call(session, "Interrupt", &request, NULL, NULL, error);
  wd_sc_writer_fini(&request);
  return status;
}

void
wd_sc_session_release(struct wd_sc_session *session)
{
  struct wd_sc_writer request;

  wd_sc_writer_init(&request, session->mem);
  wd_sc_session_head(session, &request,
                     WD_SC_ReleaseSessionRequest_client_type);
  wd_sc_session_call(session, "ReleaseSession", &request, NULL, NULL, NULL);
  wd_sc_writer_fini(&request);
}
