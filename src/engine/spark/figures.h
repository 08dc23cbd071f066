/* Figures of a query: what Spark says while it runs, and, at its end, what
 * wasi-data's jar knows of tasks, executors and lambdas. */
#ifndef WD_ENGINE_SPARK_FIGURES_H
#define WD_ENGINE_SPARK_FIGURES_H

#include "engine/spark/query.h"

/* Takes an ExecutionProgress. */
void
wd_spark_take_progress(struct wd_query *query, struct wd_sc_view progress);

/* Fetches what the jar knows, and hands on what lambdas counted and said to the
 * job's pool. A query that called none has nothing there; what cannot be
 * fetched is left out. */
void
wd_spark_fetch_figures(struct wd_query *query);

/* Functions of the contract. */
void
wd_spark_query_progress(struct wd_query *query,
                        struct wd_engine_progress *out_progress);

enum wd_status
wd_spark_query_figures(struct wd_query *query, struct wd_arena *arena,
                       const struct wd_engine_figure **out_figures,
                       uint32_t *out_count, struct wd_error *error);

#endif
