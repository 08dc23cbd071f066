/* Intervals as Spark SQL: structs of months, days and microseconds, as Spark's
 * own intervals are not compared, sorted or grouped by. */
#ifndef WD_ENGINE_SPARK_LOWER_INTERVAL_H
#define WD_ENGINE_SPARK_LOWER_INTERVAL_H

#include "engine/spark/lower.h"

/* What an expression is compared and sorted by: itself, but for intervals,
 * whose months have 30 days and whose days 24 hours. */
enum wd_status
wd_spark_write_key(struct wd_spark_lowering *lowering,
                   const struct wd_expression *expression, struct wd_buf *buf);

/* A literal as one of Spark's intervals. */
void
wd_spark_write_calendar(const struct wd_literal *literal, struct wd_buf *buf);

/* Arithmetic of dates, timestamps, intervals and numbers. */
enum wd_status
wd_spark_write_times(struct wd_spark_lowering *lowering,
                     const struct wd_expression *call, struct wd_buf *buf);

/* The least or greatest of intervals, without nulls. */
enum wd_status
wd_spark_write_interval_extreme(struct wd_spark_lowering *lowering,
                                const struct wd_expression *call, bool least,
                                bool skips_nulls, struct wd_buf *buf);

#endif
