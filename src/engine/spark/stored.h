/* Rows that are kept: of a cache, and tables of the program's own.
 *
 * What is kept is a relation as it was lowered, closures and all, which the
 * server was told to persist; whoever reads it puts the same bytes, and Spark
 * finds what it has. An executor that is lost takes its rows with it: Spark
 * makes them again, by the same lambdas on the same memory. A table that grows
 * has several relations. Any thread.
 */
#ifndef WD_ENGINE_SPARK_STORED_H
#define WD_ENGINE_SPARK_STORED_H

#include "engine/spark/lower.h"

struct wd_spark_stored;
struct wd_spark_part;

/* A relation that a query persisted; it stays when the query ends well. */
struct wd_spark_fill {
  struct wd_spark_fill *next;
  struct wd_spark_stored *stored;
  struct wd_spark_part *part;
};

/* Puts the relation of a node that is a cache, which is persisted first when
 * it is not there yet. */
enum wd_status
wd_spark_lower_stored(struct wd_spark_lowering *lowering,
                      const struct wd_plan_node *node, uint32_t field);

/* Puts what has the rows of a plan made and kept, as the plan's root. */
enum wd_status
wd_spark_lower_into(struct wd_spark_lowering *lowering,
                    const struct wd_request *request);

/* The end of a query with these fills. */
void
wd_spark_fills_end(const struct wd_spark_fill *fills, bool well);

/* The functions of the contract. */
enum wd_status
wd_spark_stored_new(struct wd_engine *engine, bool on_disk,
                    struct wd_stored **out_stored, struct wd_error *error);

struct wd_stored *
wd_spark_stored_ref(struct wd_stored *stored);

void
wd_spark_stored_unref(struct wd_stored *stored);

enum wd_status
wd_spark_stored_schema(struct wd_stored *stored, struct wd_arena *arena,
                       bool *out_filled, struct wd_schema *out_schema,
                       struct wd_error *error);

#endif
