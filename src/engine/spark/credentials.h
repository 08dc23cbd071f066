/* Credentials for what a cluster reads, out of this process's environment. They
 * go to the server with the relation that needs them and nowhere else: no
 * message, no plan that is shown, no figure holds one. */
#ifndef WD_ENGINE_SPARK_CREDENTIALS_H
#define WD_ENGINE_SPARK_CREDENTIALS_H

#include "engine/spark/lower.h"

/* Options of the data source that is being written, for a grant with
 * `credentials=env`. WD_NOT_FOUND: a variable that is not set, by its name;
 * WD_UNSUPPORTED: a location that has none. */
enum wd_status
wd_spark_put_credentials(struct wd_spark_lowering *lowering,
                         const struct wd_grant *grant);

#endif
