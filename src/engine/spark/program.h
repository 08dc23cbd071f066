/* A program's code and memory as artifacts of the session: content-addressed,
 * without zeros, deflated behind their length, sent once. */
#ifndef WD_ENGINE_SPARK_PROGRAM_H
#define WD_ENGINE_SPARK_PROGRAM_H

#include "engine/spark/closure.h"
#include "engine/spark/lower.h"

/* The program of a pool; sends what the session does not have yet, unless
 * the lowering is for looking only. Texts live as long as the pool and the
 * lowering's arena. */
enum wd_status
wd_spark_program(struct wd_spark_lowering *lowering, const struct wd_pool *pool,
                 struct wd_spark_program *out_program);

#endif
