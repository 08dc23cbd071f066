/* Connection strings: `sc://HOST[:PORT][/;NAME=VALUE;…]`, as Spark's own
 * clients take them
 * (https://github.com/apache/spark/blob/master/sql/connect/docs/client-connection-string.md).
 */
#ifndef WD_ENGINE_SPARK_ENDPOINT_H
#define WD_ENGINE_SPARK_ENDPOINT_H

#include "base/arena.h"
#include "engine/spark/channel.h"

/* The default port of a Spark Connect server. */
#define WD_SC_PORT 15002

/* Parses into the arena. Names: use_ssl, token, user_id, user_agent,
 * session_id; all others are sent as metadata with each call. A token may also
 * come from SPARK_CONNECT_AUTHENTICATE_TOKEN; it turns TLS on, but for this
 * machine, or where use_ssl says false. WD_INVALID_ARGUMENT never shows a
 * value. */
enum wd_status
wd_sc_endpoint_parse(const char *text, struct wd_arena *arena,
                     struct wd_sc_endpoint *out_endpoint,
                     struct wd_error *error);

#endif
