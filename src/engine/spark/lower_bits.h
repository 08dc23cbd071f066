/* Functions of bits as Spark SQL: those of unsigned numbers, and of fewer than
 * 32 bits, work on a BIGINT of the bits. */
#ifndef WD_ENGINE_SPARK_LOWER_BITS_H
#define WD_ENGINE_SPARK_LOWER_BITS_H

#include "engine/spark/lower.h"

bool
wd_spark_is_bitwise(enum wd_function function);

enum wd_status
wd_spark_write_bitwise(struct wd_spark_lowering *lowering,
                       const struct wd_expression *call, struct wd_buf *buf);

/* Around a call over BIGINTs: a `u64` of their bits. */
void
wd_spark_begin_bits(struct wd_buf *buf);

void
wd_spark_end_bits(struct wd_buf *buf);

/* The BIGINT of a u64's bits. */
enum wd_status
wd_spark_write_bits(struct wd_spark_lowering *lowering,
                    const struct wd_expression *operand, struct wd_buf *buf);

#endif
