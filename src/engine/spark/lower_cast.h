/* Casts as Spark SQL: of Spark's own types, and of those that others carry
 * (carried.h). */
#ifndef WD_ENGINE_SPARK_LOWER_CAST_H
#define WD_ENGINE_SPARK_LOWER_CAST_H

#include "engine/spark/lower.h"

enum wd_status
wd_spark_write_cast(struct wd_spark_lowering *lowering,
                    const struct wd_expression *cast, struct wd_buf *buf);

/* A cast that no plan has. */
enum wd_status
wd_spark_write_as(struct wd_spark_lowering *lowering,
                  const struct wd_expression *operand,
                  const struct wd_type *type, struct wd_buf *buf);

/* The same, where lists, structs and maps may be in other forms within. */
enum wd_status
wd_spark_write_converted(struct wd_spark_lowering *lowering,
                         const struct wd_expression *operand,
                         const struct wd_type *type, struct wd_buf *buf);

/* Before and after a number of at least twice the width: what carries an
 * unsigned type, or an error (null, when it is tried) past its range. */
void
wd_spark_begin_narrow(bool attempt, struct wd_buf *buf);

void
wd_spark_end_narrow(const struct wd_type *type, bool attempt,
                    struct wd_buf *buf);

/* Casts to and from texts of times, intervals, UUIDs and the like; false when
 * neither type is one of these. */
bool
wd_spark_cast_is_of_text(const struct wd_type *from, const struct wd_type *to);

enum wd_status
wd_spark_write_text_cast(struct wd_spark_lowering *lowering,
                         const struct wd_expression *cast, struct wd_buf *buf);

/* Casts between timestamps of any units, and dates. */
enum wd_status
wd_spark_write_unit_cast(struct wd_spark_lowering *lowering,
                         const struct wd_expression *cast, struct wd_buf *buf);

/* Of a time of day or a timestamp to a time of day. */
enum wd_status
wd_spark_write_time_cast(struct wd_spark_lowering *lowering,
                         const struct wd_expression *cast, struct wd_buf *buf);

#endif
