/* Granted tables: read by the cluster, which must see the same files. */
#ifndef WD_ENGINE_SPARK_TABLES_H
#define WD_ENGINE_SPARK_TABLES_H

#include "engine/spark/engine.h"

/* The function of the contract. */
enum wd_status
wd_spark_table(struct wd_engine *engine, const struct wd_grant *grant,
               const struct wd_option *options, uint32_t count,
               struct wd_arena *arena, struct wd_schema *out_schema,
               struct wd_error *error);

#endif
