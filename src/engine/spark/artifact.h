/* Artifacts: bytes that a session keeps on the server for its executors, sent
 * in pieces. The same name with other bytes is an error of Spark's, so names
 * are made of what is in them. */
#ifndef WD_ENGINE_SPARK_ARTIFACT_H
#define WD_ENGINE_SPARK_ARTIFACT_H

#include "engine/spark/session.h"

/* Sends bytes as `files/<name>`. WD_ENGINE_FAILED also when they arrived
 * damaged. Blocks. */
enum wd_status
wd_sc_artifact_send(struct wd_sc_session *session, const char *name,
                    const void *data, size_t length, struct wd_error *error);

#endif
