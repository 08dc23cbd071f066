/* A batch on its way out of an executor's native part: how many bytes its
 * buffers need, and a copy of them. */
#ifndef WD_SPARK_OUTPUT_H
#define WD_SPARK_OUTPUT_H

#include "arrow/batch.h"

/* Bytes of each buffer that the rows of a checked batch need. */
void
wd_output_sizes(const struct wd_schema *schema, const struct wd_batch *batch,
                uint64_t *out_sizes);

/* Copies so many of each, NaNs made canonical. */
void
wd_output_copy(const struct wd_schema *schema, const struct wd_batch *batch,
               const uint64_t *sizes, uint8_t *const *places);

#endif
