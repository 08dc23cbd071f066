/* An execution: a plan that runs on the server, and its stream of responses.
 *
 * The stream is reattachable: a server ends it after two minutes or 1 GB, and
 * connections drop; what is missing is asked for again, from the last response
 * that arrived, and responses that were read are released. One thread at a
 * time. */
#ifndef WD_ENGINE_SPARK_EXECUTION_H
#define WD_ENGINE_SPARK_EXECUTION_H

#include "engine/spark/session.h"

struct wd_sc_execution {
  struct wd_sc_session *session;
  struct wd_sc_call *call;
  const struct wd_sc_writer *plan;
  char operation[WD_SC_UUID];
  char last[64]; /* the id of the last response; empty: none yet */
  bool complete;
  bool failed;
  uint32_t tries; /* since something arrived */
  uint32_t unreleased;
  struct wd_sc_call *release; /* under way */
};

/* Starts a plan (an encoded spark.connect.Plan), which must outlive it, as the
 * operation of that UUID. */
enum wd_status
wd_sc_execution_start(struct wd_sc_execution *execution,
                      struct wd_sc_session *session, const char *operation,
                      const struct wd_sc_writer *plan, struct wd_error *error);

/* The next response (ExecutePlanResponse), valid until the next call;
 * *out_has false: all are there. Blocks. */
enum wd_status
wd_sc_execution_next(struct wd_sc_execution *execution,
                     struct wd_sc_view *out_response, bool *out_has,
                     struct wd_error *error);

/* Ends it: stops it on the server when it still runs. Also for a zeroed one.
 */
void
wd_sc_execution_fini(struct wd_sc_execution *execution);

#endif
