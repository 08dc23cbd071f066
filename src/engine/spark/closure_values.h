/* Values in a closure: a batch as a message of nodes and buffers. */
#ifndef WD_ENGINE_SPARK_CLOSURE_VALUES_H
#define WD_ENGINE_SPARK_CLOSURE_VALUES_H

#include "arrow/batch.h"
#include "engine/spark/message.h"

/* Puts a checked batch of the schema as a field of the message that is
 * written. */
void
wd_spark_values_put(struct wd_sc_writer *writer, uint32_t field,
                    const struct wd_schema *schema,
                    const struct wd_batch *batch);

/* Reads one row of the schema into the arena, checked. WD_INVALID_ARGUMENT. */
enum wd_status
wd_spark_values_read(struct wd_sc_view message, const struct wd_schema *schema,
                     struct wd_arena *arena, struct wd_batch *out_batch,
                     struct wd_error *error);

#endif
