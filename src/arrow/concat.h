/* Batches after each other as one. */
#ifndef WD_ARROW_CONCAT_H
#define WD_ARROW_CONCAT_H

#include "arrow/batch.h"

/* Most rows that one batch may come to here, at every level. */
#define WD_CONCAT_ROWS ((uint64_t)INT32_MAX)

/* The rows of `count` checked batches of a schema, in their order; of one batch
 * a copy. All of it lies in the arena. WD_LIMIT_EXCEEDED when offsets or
 * lengths of the whole would not fit. */
enum wd_status
wd_batches_concat(const struct wd_schema *schema, uint32_t count,
                  const struct wd_batch *batches, struct wd_arena *arena,
                  struct wd_batch *out_batch, struct wd_error *error);

#endif
