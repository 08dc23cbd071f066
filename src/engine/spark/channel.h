/* A channel to a server: gRPC (https://github.com/grpc/grpc/blob/master/doc/
 * PROTOCOL-HTTP2.md) over libcurl's HTTP/2, pulled message by message.
 *
 * A channel belongs to one thread at a time, but for wd_sc_wake. Calls of one
 * channel share a connection; several may be under way. Nothing that a server
 * sends is trusted: lengths, flags and encodings are checked, and what it says
 * reaches people cleaned.
 */
#ifndef WD_ENGINE_SPARK_CHANNEL_H
#define WD_ENGINE_SPARK_CHANNEL_H

#include <stdatomic.h>

#include "engine/spark/message.h"

/* The longest message that is taken from a server. */
#define WD_SC_RESPONSE_MAX (256u << 20)

/* gRPC's own status codes, as far as we tell them apart. */
enum wd_sc_code {
  WD_SC_CODE_OK = 0,
  WD_SC_CODE_CANCELLED = 1,
  WD_SC_CODE_UNKNOWN = 2,
  WD_SC_CODE_NOT_FOUND = 5,
  WD_SC_CODE_PERMISSION_DENIED = 7,
  WD_SC_CODE_EXHAUSTED = 8,
  WD_SC_CODE_UNIMPLEMENTED = 12,
  WD_SC_CODE_INTERNAL = 13,
  WD_SC_CODE_UNAVAILABLE = 14, /* also: the connection failed */
  WD_SC_CODE_UNAUTHENTICATED = 16,
};

struct wd_sc_endpoint {
  const char *host;
  uint32_t port;
  bool tls;
  const char *token;          /* or NULL */
  const char *user;           /* never NULL */
  const char *agent;          /* what the client calls itself */
  const char *session;        /* an id that was asked for, or NULL */
  uint32_t header_count;      /* sent as metadata with each call */
  const char *const *headers; /* `name: value` */
};

struct wd_sc_channel;
struct wd_sc_call;

/* The endpoint must outlive it. `cancelled` (or NULL) ends waiting. Connects
 * with the first call. */
enum wd_status
wd_sc_channel_new(struct wd_mem *mem, const struct wd_sc_endpoint *endpoint,
                  const atomic_bool *cancelled,
                  struct wd_sc_channel **out_channel, struct wd_error *error);

/* All calls ended before. Also for NULL. */
void
wd_sc_channel_free(struct wd_sc_channel *channel);

/* Makes a thread that waits look whether it was cancelled. Any thread. */
void
wd_sc_wake(struct wd_sc_channel *channel);

/* Waits so long, or until it is cancelled. */
void
wd_sc_pause(struct wd_sc_channel *channel, int milliseconds);

bool
wd_sc_cancelled(const struct wd_sc_channel *channel);

/* Gives the next message to send; false: there are no more. The bytes stay the
 * producer's until it is asked again. */
typedef bool
wd_sc_produce(void *env, const void **out_data, size_t *out_length);

/* Starts a call of `/service/method` with one message, which is copied, or
 * with what a producer gives. */
enum wd_status
wd_sc_call_new(struct wd_sc_channel *channel, const char *method,
               const struct wd_sc_writer *request, struct wd_sc_call **out_call,
               struct wd_error *error);

enum wd_status
wd_sc_call_new_stream(struct wd_sc_channel *channel, const char *method,
                      wd_sc_produce *produce, void *env,
                      struct wd_sc_call **out_call, struct wd_error *error);

enum wd_sc_received { WD_SC_MESSAGE, WD_SC_DONE, WD_SC_FAILED };

/* The next message, valid until the next call of this; DONE: the stream ended
 * well; FAILED: see the code and the message. Blocks. */
enum wd_sc_received
wd_sc_receive(struct wd_sc_call *call, struct wd_sc_view *out_message);

/* What a call that failed came to. */
enum wd_sc_code
wd_sc_call_code(const struct wd_sc_call *call);

/* For people: one line, clean. The call's. */
const char *
wd_sc_call_message(const struct wd_sc_call *call);

/* The header or trailer `grpc-status-details-bin`, decoded; empty when there
 * is none. The call's. */
struct wd_sc_view
wd_sc_call_details(const struct wd_sc_call *call);

/* Ends the call, also while it is under way. Also for NULL. */
void
wd_sc_call_free(struct wd_sc_call *call);

#endif
