#include "engine/spark/artifact.h"

#include <stdio.h>
#include <string.h>
#include <zlib.h>

/* As Spark's own clients cut them. */
#define PIECE (32u << 10)

struct upload {
  const struct wd_sc_session *session;
  const char *name;
  const uint8_t *data;
  size_t length, at;
  bool begun;
  struct wd_sc_writer message;
};

static void
put_piece(struct upload *upload, uint32_t field)
{
  size_t left = upload->length - upload->at;
  size_t length = left < PIECE ? left : PIECE;
  const uint8_t *data = upload->data + upload->at;
  size_t piece = wd_sc_begin(&upload->message, field);

  wd_sc_put_bytes(&upload->message,
                  WD_SC_AddArtifactsRequest_ArtifactChunk_data, data, length);
  wd_sc_put_int(&upload->message, WD_SC_AddArtifactsRequest_ArtifactChunk_crc,
                (int64_t)crc32(0, data, (uInt)length));
  wd_sc_end(&upload->message, piece);
  upload->at += length;
}

/* All of it in one message. */
static void
put_whole(struct upload *upload)
{
  struct wd_sc_writer *message = &upload->message;
  size_t batch = wd_sc_begin(message, WD_SC_AddArtifactsRequest_batch);
  size_t artifact =
      wd_sc_begin(message, WD_SC_AddArtifactsRequest_Batch_artifacts);

  wd_sc_put_text(message, WD_SC_AddArtifactsRequest_SingleChunkArtifact_name,
                 upload->name);
  put_piece(upload, WD_SC_AddArtifactsRequest_SingleChunkArtifact_data);
  wd_sc_end(message, artifact);
  wd_sc_end(message, batch);
}

static void
put_first(struct upload *upload)
{
  struct wd_sc_writer *message = &upload->message;
  size_t begin = wd_sc_begin(message, WD_SC_AddArtifactsRequest_begin_chunk);

  wd_sc_put_text(message, WD_SC_AddArtifactsRequest_BeginChunkedArtifact_name,
                 upload->name);
  wd_sc_put_int(message,
                WD_SC_AddArtifactsRequest_BeginChunkedArtifact_total_bytes,
                (int64_t)upload->length);
  wd_sc_put_int(message,
                WD_SC_AddArtifactsRequest_BeginChunkedArtifact_num_chunks,
                (int64_t)((upload->length + PIECE - 1) / PIECE));
  put_piece(upload,
            WD_SC_AddArtifactsRequest_BeginChunkedArtifact_initial_chunk);
  wd_sc_end(message, begin);
}

static bool
produce(void *env, const void **out_data, size_t *out_length)
{
  struct upload *upload = env;

  if (upload->begun && upload->at == upload->length)
    return false;
  wd_buf_clear(&upload->message.buf);
  wd_sc_session_head(upload->session, &upload->message,
                     WD_SC_AddArtifactsRequest_client_type);
  if (upload->begun)
    put_piece(upload, WD_SC_AddArtifactsRequest_chunk);
  else if (upload->length <= PIECE)
    put_whole(upload);
  else
    put_first(upload);
  upload->begun = true;
  *out_data = upload->message.buf.data;
  *out_length = upload->message.buf.length;
  return !upload->message.buf.failed;
}

static enum wd_status
check_answer(const struct upload *upload, struct wd_sc_view answer,
             struct wd_error *error)
{
  struct wd_sc_view summary =
      wd_sc_find(answer, WD_SC_AddArtifactsResponse_artifacts);

  if (wd_sc_find_int(
          summary, WD_SC_AddArtifactsResponse_ArtifactSummary_is_crc_successful,
          0))
    return WD_OK;
  return wd_fail_at(error, WD_ORIGIN_ENGINE, WD_ENGINE_FAILED,
                    "the artifact '%s' arrived damaged at Spark", upload->name);
}

enum wd_status
wd_sc_artifact_send(struct wd_sc_session *session, const char *name,
                    const void *data, size_t length, struct wd_error *error)
{
  char path[256];
  struct upload upload = {.session = session, .data = data, .length = length};
  struct wd_sc_call *call;
  struct wd_sc_view answer;
  enum wd_sc_received received;
  enum wd_status status;

  snprintf(path, sizeof path, "files/%s", name);
  upload.name = path;
  wd_sc_writer_init(&upload.message, session->mem);
  status = wd_sc_call_new_stream(session->channel, WD_SC_SERVICE "AddArtifacts",
                                 produce, &upload, &call, error);
  if (status == WD_OK) {
    received = wd_sc_receive(call, &answer);
    if (received == WD_SC_MESSAGE) {
      status = check_answer(&upload, answer, error);
      received = wd_sc_receive(call, &answer);
    }
    if (received == WD_SC_FAILED && status == WD_OK)
      status = wd_sc_session_fail(session, call, error);
    wd_sc_call_free(call);
  }
  wd_sc_writer_fini(&upload.message);
  return status;
}
