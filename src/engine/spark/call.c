#include "engine/spark/call.h"
#include "base/base64.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* A frame's head: a flag (compressed) and the length, big-endian. */
#define HEAD 5

/* How much is read ahead of the reader. */
#define READ_AHEAD (8u << 20)

#define IO_BUFFER (512L << 10)

#define DETAILS_MAX 16384
#define MESSAGE_MAX 4096

/* Seconds to connect; seconds without a byte after which a connection is taken
 * for dead (a query that runs reports every few seconds). */
#define CONNECT_SECONDS 10L
#define SILENCE_SECONDS 600L

/* Seconds after which a silent peer is asked whether it is there, and between
 * such questions, of which nine (Linux) may stay without an answer. */
#define ALIVE_SECONDS 30L
#define ALIVE_AGAIN_SECONDS 10L

struct wd_sc_call {
  struct wd_sc_channel *channel;
  CURL *easy;
  char reason[CURL_ERROR_SIZE];
  /* What came: data[at..length) is not read yet. */
  uint8_t *data;
  size_t at, length, capacity;
  bool paused, done, no_memory;
  int code; /* -1: not known yet */
  char message[MESSAGE_MAX];
  uint8_t details[DETAILS_MAX];
  size_t details_length;
  /* What is sent: the frame, then more from the producer. */
  uint8_t head[HEAD];
  size_t head_at;
  const uint8_t *body;
  size_t body_at, body_length;
  struct wd_buf own; /* the body, when there is one only */
  wd_sc_produce *produce;
  void *produce_env;
  bool sent_all;
  bool reuse_only;
  char url[1024];
};

static size_t
frame_length(const uint8_t *head)
{
  return (size_t)head[1] << 24 | (size_t)head[2] << 16 | (size_t)head[3] << 8 |
         head[4];
}

static void
set_head(struct wd_sc_call *call)
{
  size_t length = call->body_length;

  call->head[0] = 0;
  call->head[1] = (uint8_t)(length >> 24);
  call->head[2] = (uint8_t)(length >> 16);
  call->head[3] = (uint8_t)(length >> 8);
  call->head[4] = (uint8_t)length;
  call->head_at = call->body_at = 0;
}

/* Whether a frame waits that is whole, or one that will be refused. */
static bool
has_frame(const struct wd_sc_call *call)
{
  const uint8_t *head = call->data + call->at;
  size_t waiting = call->length - call->at;

  return waiting >= HEAD && (head[0] || frame_length(head) <= waiting - HEAD ||
                             frame_length(head) > WD_SC_RESPONSE_MAX);
}

static bool
make_room(struct wd_sc_call *call, size_t more)
{
  size_t capacity;
  uint8_t *grown;

  if (call->length + more <= call->capacity)
    return true;
  if (call->at) {
    memmove(call->data, call->data + call->at, call->length - call->at);
    call->length -= call->at;
    call->at = 0;
    if (call->length + more <= call->capacity)
      return true;
  }
  capacity = (call->length + more) * 2;
  grown =
      wd_mem_realloc(call->channel->mem, call->data, call->capacity, capacity);
  if (!grown)
    return false;
  call->data = grown;
  call->capacity = capacity;
  return true;
}

/* curl's: what came. Who does not read gets no more than so much ahead. */
static size_t
take_bytes(char *bytes, size_t one, size_t count, void *env)
{
  struct wd_sc_call *call = env;
  size_t length = one * count;

  if (call->length - call->at > READ_AHEAD && has_frame(call)) {
    call->paused = true;
    return CURL_WRITEFUNC_PAUSE;
  }
  if (!make_room(call, length)) {
    call->no_memory = true;
    return 0;
  }
  memcpy(call->data + call->length, bytes, length);
  call->length += length;
  return length;
}

static int
hex_digit(char c)
{
  if (c >= '0' && c <= '9')
    return c - '0';
  c = (char)(c | 0x20);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* grpc-message is percent-encoded. */
static void
take_message(struct wd_sc_call *call, const char *text, size_t length)
{
  char plain[MESSAGE_MAX];
  size_t used = 0;

  for (size_t i = 0; i < length && used < sizeof plain; i++) {
    int high = i + 2 < length && text[i] == '%' ? hex_digit(text[i + 1]) : -1;
    int low = high >= 0 ? hex_digit(text[i + 2]) : -1;

    if (low >= 0) {
      plain[used++] = (char)(high << 4 | low);
      i += 2;
    } else {
      plain[used++] = text[i];
    }
  }
  wd_text_clean(call->message, sizeof call->message, plain, used);
}

/* The value of a header with this name (with its colon), or NULL. */
static const char *
header_value(const char *line, size_t length, const char *name,
             size_t *out_length)
{
  size_t at = strlen(name);

  if (length < at || strncasecmp(line, name, at) != 0)
    return NULL;
  while (at < length && line[at] == ' ')
    at++;
  *out_length = length - at;
  return line + at;
}

/* curl's: headers, and trailers, which come after the body. */
static size_t
take_header(char *line, size_t one, size_t count, void *env)
{
  struct wd_sc_call *call = env;
  size_t all = one * count, length = all, size;
  const char *value;
  char digits[16];

  /* There is a connection: see set_version. */
  call->channel->warm = true;
  while (length && (line[length - 1] == '\r' || line[length - 1] == '\n'))
    length--;
  value = header_value(line, length, "grpc-status:", &size);
  if (value) {
    snprintf(digits, sizeof digits, "%.*s", (int)(size < 8 ? size : 8), value);
    call->code = size > 0 && size == strspn(digits, "0123456789")
                     ? (int)strtol(digits, NULL, 10)
                     : WD_SC_CODE_UNKNOWN;
  }
  value = header_value(line, length, "grpc-message:", &size);
  if (value)
    take_message(call, value, size);
  value = header_value(line, length, "grpc-status-details-bin:", &size);
  if (value)
    call->details_length =
        wd_base64_decode(value, size, call->details, sizeof call->details);
  return all;
}

/* curl's: what is to be sent. */
static size_t
give_bytes(char *to, size_t one, size_t count, void *env)
{
  struct wd_sc_call *call = env;
  size_t room = one * count, used = 0;

  while (used < room) {
    bool in_head = call->head_at < HEAD;
    size_t left =
        in_head ? HEAD - call->head_at : call->body_length - call->body_at;
    size_t part = left < room - used ? left : room - used;
    const void *data;

    if (in_head) {
      memcpy(to + used, call->head + call->head_at, part);
      call->head_at += part;
    } else if (part) {
      memcpy(to + used, call->body + call->body_at, part);
      call->body_at += part;
    } else if (call->sent_all || !call->produce ||
               !call->produce(call->produce_env, &data, &call->body_length)) {
      call->sent_all = true;
      break;
    } else {
      call->body = data;
      set_head(call);
    }
    used += part;
  }
  return used;
}

/* A connection that is reused must not be made anew: see set_version. */
static int
check_reuse(void *env, char *a, char *b, int c, int d)
{
  struct wd_sc_call *call = env;
  long fresh = 0;

  (void)a, (void)b, (void)c, (void)d;
  curl_easy_getinfo(call->easy, CURLINFO_NUM_CONNECTS, &fresh);
  return call->reuse_only && fresh ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}

/* libcurl 7.88 fails with CURLE_HTTP2 when it reuses a connection without TLS
 * while prior knowledge is asked for; without it, a new connection would begin
 * with HTTP/1.1. So the first call knows, later ones may only reuse. */
static void
set_version(struct wd_sc_call *call)
{
  bool tls = call->channel->endpoint->tls;

  call->reuse_only = !tls && call->channel->warm;
  curl_easy_setopt(call->easy, CURLOPT_HTTP_VERSION,
                   tls                ? CURL_HTTP_VERSION_2TLS
                   : call->reuse_only ? CURL_HTTP_VERSION_2_0
                                      : CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE);
}

static void
set_options(struct wd_sc_call *call)
{
  const char *file = getenv("SSL_CERT_FILE");
  CURL *easy = call->easy;

  curl_easy_setopt(easy, CURLOPT_URL, call->url);
  curl_easy_setopt(easy, CURLOPT_PRIVATE, call);
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_POST, 1L);
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, call->channel->headers);
  curl_easy_setopt(easy, CURLOPT_USERAGENT, call->channel->endpoint->agent);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
  curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L);
  curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
  curl_easy_setopt(easy, CURLOPT_TCP_KEEPIDLE, ALIVE_SECONDS);
  curl_easy_setopt(easy, CURLOPT_TCP_KEEPINTVL, ALIVE_AGAIN_SECONDS);
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, CONNECT_SECONDS);
  curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
  curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, SILENCE_SECONDS);
  curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, IO_BUFFER);
  curl_easy_setopt(easy, CURLOPT_UPLOAD_BUFFERSIZE, IO_BUFFER);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, call->reason);
  curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, check_reuse);
  curl_easy_setopt(easy, CURLOPT_PREREQDATA, call);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_bytes);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, call);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, call);
  curl_easy_setopt(easy, CURLOPT_READFUNCTION, give_bytes);
  curl_easy_setopt(easy, CURLOPT_READDATA, call);
  if (file && *file)
    curl_easy_setopt(easy, CURLOPT_CAINFO, file);
  set_version(call);
}

static enum wd_status
call_new(struct wd_sc_channel *channel, const char *method,
         struct wd_sc_call **out_call, struct wd_error *error)
{
  const struct wd_sc_endpoint *endpoint = channel->endpoint;
  struct wd_sc_call *call = wd_mem_calloc(channel->mem, 1, sizeof *call);

  if (!call)
    return wd_fail_memory(error);
  call->channel = channel;
  call->code = -1;
  wd_buf_init(&call->own, channel->mem, WD_SC_REQUEST_MAX);
  call->easy = curl_easy_init();
  if (!call->easy) {
    wd_sc_call_free(call);
    return wd_fail_memory(error);
  }
  snprintf(call->url, sizeof call->url,
           strchr(endpoint->host, ':') ? "%s://[%s]:%u%s" : "%s://%s:%u%s",
           endpoint->tls ? "https" : "http", endpoint->host, endpoint->port,
           method);
  set_options(call);
  *out_call = call;
  return WD_OK;
}

static enum wd_status
begin(struct wd_sc_call *call, struct wd_sc_call **out_call,
      struct wd_error *error)
{
  if (curl_multi_add_handle(call->channel->multi, call->easy)) {
    wd_sc_call_free(call);
    return wd_fail_memory(error);
  }
  *out_call = call;
  return WD_OK;
}

enum wd_status
wd_sc_call_new(struct wd_sc_channel *channel, const char *method,
               const struct wd_sc_writer *request, struct wd_sc_call **out_call,
               struct wd_error *error)
{
  struct wd_sc_call *call;
  enum wd_status status = wd_sc_writer_check(request, error);

  if (status == WD_OK)
    status = call_new(channel, method, &call, error);
  if (status != WD_OK)
    return status;
  if (!wd_buf_add(&call->own, request->buf.data, request->buf.length)) {
    wd_sc_call_free(call);
    return wd_fail_memory(error);
  }
  call->body = (const uint8_t *)call->own.data;
  call->body_length = call->own.length;
  set_head(call);
  curl_easy_setopt(call->easy, CURLOPT_POSTFIELDSIZE_LARGE,
                   (curl_off_t)(call->body_length + HEAD));
  return begin(call, out_call, error);
}

enum wd_status
wd_sc_call_new_stream(struct wd_sc_channel *channel, const char *method,
                      wd_sc_produce *produce, void *env,
                      struct wd_sc_call **out_call, struct wd_error *error)
{
  struct wd_sc_call *call;
  enum wd_status status = call_new(channel, method, &call, error);

  if (status != WD_OK)
    return status;
  call->produce = produce;
  call->produce_env = env;
  call->head_at = HEAD;
  return begin(call, out_call, error);
}

static void
fail_call(struct wd_sc_call *call, enum wd_sc_code code, const char *message)
{
  call->code = (int)code;
  snprintf(call->message, sizeof call->message, "%s", message);
  call->done = true;
}

/* The transfer ended, and no status came with it. */
static void
fail_transport(struct wd_sc_call *call, CURLcode result)
{
  long http = 0;

  curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &http);
  if (call->no_memory)
    fail_call(call, WD_SC_CODE_EXHAUSTED, "out of memory");
  else if (result != CURLE_OK)
    fail_call(call, WD_SC_CODE_UNAVAILABLE,
              *call->reason ? call->reason : curl_easy_strerror(result));
  else if (http == 200)
    fail_call(call, WD_SC_CODE_UNAVAILABLE,
              "the stream ended without a status");
  else {
    char text[96];

    snprintf(text, sizeof text,
             "HTTP status %ld: there is no Spark Connect server", http);
    fail_call(call,
              http == 401 ? WD_SC_CODE_UNAUTHENTICATED : WD_SC_CODE_UNKNOWN,
              text);
  }
}

/* A reused connection was gone: once more, with a new one. */
static bool
repeat_fresh(struct wd_sc_call *call, CURLcode result)
{
  if (!call->reuse_only || result != CURLE_ABORTED_BY_CALLBACK ||
      call->length || call->body_at)
    return false;
  call->channel->warm = false;
  curl_multi_remove_handle(call->channel->multi, call->easy);
  set_version(call);
  return curl_multi_add_handle(call->channel->multi, call->easy) == CURLM_OK;
}

static void
finish(struct wd_sc_call *call, CURLcode result)
{
  if (repeat_fresh(call, result))
    return;
  call->done = true;
  if (call->code < 0 || (call->code == 0 && result != CURLE_OK))
    fail_transport(call, result);
}

/* Takes the next frame out of what came; false: there is none whole. */
static bool
take_frame(struct wd_sc_call *call, enum wd_sc_received *out_received,
           struct wd_sc_view *out_message)
{
  const uint8_t *head = call->data + call->at;
  size_t waiting = call->length - call->at, length;

  if (waiting < HEAD)
    return false;
  length = frame_length(head);
  *out_received = WD_SC_FAILED;
  if (head[0]) {
    fail_call(call, WD_SC_CODE_INTERNAL,
              "the server sent a compressed message, which was not agreed on");
    return true;
  }
  if (length > WD_SC_RESPONSE_MAX) {
    fail_call(call, WD_SC_CODE_EXHAUSTED,
              "the server sent a message of more than 256 MiB");
    return true;
  }
  if (waiting - HEAD < length)
    return false;
  *out_message = (struct wd_sc_view){head + HEAD, length};
  call->at += HEAD + length;
  *out_received = WD_SC_MESSAGE;
  return true;
}

static void
perform(struct wd_sc_call *call)
{
  CURLM *multi = call->channel->multi;
  int running, left;
  CURLMsg *message;
  size_t before = call->length;

  if (call->paused) {
    call->paused = false;
    curl_easy_pause(call->easy, CURLPAUSE_CONT);
  }
  curl_multi_perform(multi, &running);
  while ((message = curl_multi_info_read(multi, &left))) {
    struct wd_sc_call *ended = NULL;

    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &ended);
    if (message->msg == CURLMSG_DONE && ended)
      finish(ended, message->data.result);
  }
  if (!call->done && call->length == before && !call->paused)
    curl_multi_poll(multi, NULL, 0, 1000, NULL);
}

enum wd_sc_received
wd_sc_receive(struct wd_sc_call *call, struct wd_sc_view *out_message)
{
  enum wd_sc_received received;

  for (;;) {
    if (take_frame(call, &received, out_message))
      return received;
    /* A server may fail a call while we still send: curl would go on. */
    if (call->code > 0)
      call->done = true;
    if (call->done && call->code == 0 && call->at < call->length)
      fail_call(call, WD_SC_CODE_INTERNAL,
                "the server ended in the middle of a message");
    if (call->done)
      return call->code == 0 ? WD_SC_DONE : WD_SC_FAILED;
    if (wd_sc_cancelled(call->channel)) {
      fail_call(call, WD_SC_CODE_CANCELLED, "cancelled");
      return WD_SC_FAILED;
    }
    perform(call);
  }
}

enum wd_sc_code
wd_sc_call_code(const struct wd_sc_call *call)
{
  return (enum wd_sc_code)(call->code < 0 ? WD_SC_CODE_UNKNOWN : call->code);
}

const char *
wd_sc_call_message(const struct wd_sc_call *call)
{
  return *call->message ? call->message : "the server gives no reason";
}

struct wd_sc_view
wd_sc_call_details(const struct wd_sc_call *call)
{
  return (struct wd_sc_view){call->details, call->details_length};
}

void
wd_sc_call_free(struct wd_sc_call *call)
{
  struct wd_mem *mem;

  if (!call)
    return;
  mem = call->channel->mem;
  if (call->easy) {
    curl_multi_remove_handle(call->channel->multi, call->easy);
    curl_easy_cleanup(call->easy);
  }
  wd_buf_fini(&call->own);
  wd_mem_free(mem, call->data, call->capacity);
  wd_mem_free(mem, call, sizeof *call);
}
