/* What Spark says of a relation without running it. */
#ifndef WD_ENGINE_SPARK_DESCRIBE_H
#define WD_ENGINE_SPARK_DESCRIBE_H

#include "engine/spark/lower.h"

/* Puts a relation as the field given. */
typedef enum wd_status
wd_spark_put_relation(struct wd_spark_lowering *lowering, const void *env,
                      uint32_t field);

/* Its columns, in the arena. Any thread. */
enum wd_status
wd_spark_describe(struct wd_spark_engine *engine, wd_spark_put_relation *put,
                  const void *env, struct wd_arena *arena,
                  struct wd_schema *out_schema, struct wd_error *error);

#endif
