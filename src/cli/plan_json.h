/* A plan in protobuf's JSON form as protobuf:
 * https://protobuf.dev/programming-guides/json/
 *
 * Strict: a name that no field has, a value of another kind, a number past its
 * type, a name twice are errors with the field's path. What the message means
 * is for the decoder to check (substrait/proto.h). */
#ifndef WD_CLI_PLAN_JSON_H
#define WD_CLI_PLAN_JSON_H

#include "base/buf.h"
#include "base/error.h"

/* Whether bytes are JSON rather than protobuf: a plan in protobuf begins with
 * the tag of a field, never with white space and `{`. */
bool
wd_cli_is_json(const void *data, size_t length);

/* Puts protobuf in the place of the JSON in the buffer. WD_INVALID_PLAN,
 * WD_LIMIT_EXCEEDED. */
enum wd_status
wd_cli_plan_from_json(struct wd_buf *plan, struct wd_error *error);

#endif
