/* Writes: Spark fills a folder beside the target, on a file system that it
 * shares with us; its files are then moved to where they belong. */
#ifndef WD_ENGINE_SPARK_WRITE_H
#define WD_ENGINE_SPARK_WRITE_H

#include "engine/spark/lower.h"
#include "engine/spark/query.h"

/* Puts the command that writes the plan's rows. */
enum wd_status
wd_spark_write_lower(struct wd_spark_lowering *lowering, struct wd_query *query,
                     const struct wd_request *request);

/* Moves what was written. */
enum wd_status
wd_spark_write_finish(struct wd_query *query, struct wd_error *error);

/* Removes what is left of it. */
void
wd_spark_write_remove(struct wd_query *query);

#endif
