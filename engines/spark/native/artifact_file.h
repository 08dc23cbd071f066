/* Artifacts as they lie on an executor: deflated (zlib's format) behind their
 * length, as src/engine/spark/lambda.c sends them. Any thread. */
#ifndef WD_SPARK_ARTIFACT_FILE_H
#define WD_SPARK_ARTIFACT_FILE_H

#include "base/buf.h"
#include "base/error.h"

/* Reads one; the buffer is prepared, and the caller's to end, also when this
 * fails. WD_NOT_FOUND, WD_IO. */
enum wd_status
wd_artifact_read(const char *folder, const char *name, struct wd_buf *out_bytes,
                 struct wd_error *error);

#endif
