/* A session on a Spark Connect server, and its short calls.
 *
 * One thread at a time per channel: a query has a session object of its own on
 * its own channel, all with the id of the engine's session.
 */
#ifndef WD_ENGINE_SPARK_SESSION_H
#define WD_ENGINE_SPARK_SESSION_H

#include "engine/spark/channel.h"

#define WD_SC_SERVICE "/spark.connect.SparkConnectService/"

/* A UUID as text. */
#define WD_SC_UUID 37

struct wd_sc_session {
  struct wd_mem *mem;
  const struct wd_sc_endpoint *endpoint;
  struct wd_sc_channel *channel;
  char id[WD_SC_UUID];
};

/* A random (version 4) UUID. */
void
wd_sc_uuid(char out[WD_SC_UUID]);

/* `id` NULL: a new session. `cancelled` as of the channel. */
enum wd_status
wd_sc_session_init(struct wd_sc_session *session, struct wd_mem *mem,
                   const struct wd_sc_endpoint *endpoint, const char *id,
                   const atomic_bool *cancelled, struct wd_error *error);

/* Also for a zeroed one. Does not end it on the server. */
void
wd_sc_session_fini(struct wd_sc_session *session);

/* Begins a request: the session's id, its user, and the client's name in the
 * field given. */
void
wd_sc_session_head(const struct wd_sc_session *session,
                   struct wd_sc_writer *request, uint32_t client_type);

/* One request, one response, which the function looks at before it goes. */
typedef enum wd_status
wd_sc_answer(void *env, struct wd_sc_view response, struct wd_error *error);

enum wd_status
wd_sc_session_call(struct wd_sc_session *session, const char *method,
                   const struct wd_sc_writer *request, wd_sc_answer *answer,
                   void *env, struct wd_error *error);

/* Sets options of the session: pairs of name and value. */
enum wd_status
wd_sc_session_configure(struct wd_sc_session *session,
                        const char *const (*pairs)[2], size_t count,
                        struct wd_error *error);

/* The server's version, cut to the size. */
enum wd_status
wd_sc_session_version(struct wd_sc_session *session, char *text, size_t size,
                      struct wd_error *error);

/* Asks the server to stop an operation; not more is known after it. */
enum wd_status
wd_sc_session_interrupt(struct wd_sc_session *session, const char *operation,
                        struct wd_error *error);

/* Ends the session on the server, with all that it keeps. */
void
wd_sc_session_release(struct wd_sc_session *session);

/* What a call that failed means, with Spark's message, error class and SQL
 * state: its trailers tell little, the rest is fetched. */
enum wd_status
wd_sc_session_fail(struct wd_sc_session *session, const struct wd_sc_call *call,
                   struct wd_error *error);

/* Whether that failure has this error class. */
bool
wd_sc_call_is_class(const struct wd_sc_call *call, const char *error_class);

#endif
