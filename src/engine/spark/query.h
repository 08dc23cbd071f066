/* Queries: an execution on the server, and its rows. */
#ifndef WD_ENGINE_SPARK_QUERY_H
#define WD_ENGINE_SPARK_QUERY_H

#include "arrow/ipc_reader.h"
#include "engine/spark/engine.h"
#include "engine/spark/execution.h"

/* Numbers of a query, as figures.c names them. Those from tasks that failed on
 * come from the jar, at the end. */
enum wd_spark_figure {
  WD_SPARK_STAGES,
  WD_SPARK_TASKS,
  WD_SPARK_TASKS_DONE,
  WD_SPARK_TASKS_FAILED,
  WD_SPARK_EXECUTORS_LOST,
  WD_SPARK_ROWS_IN,
  WD_SPARK_BYTES_IN,
  WD_SPARK_BYTES_SHUFFLED,
  WD_SPARK_LAMBDA_TIME,
  WD_SPARK_FIGURES,
};

struct wd_query {
  struct wd_spark_engine *engine;
  struct wd_schema schema;  /* the plan's */
  struct wd_schema carrier; /* the same in Spark's forms */
  struct wd_arena arena;
  struct wd_arena unpacked;     /* the batch under way */
  struct wd_sc_session session; /* the engine's id, a connection of its own */
  struct wd_sc_writer plan;
  struct wd_sc_execution execution;
  struct wd_ipc_reader *reader; /* of the batch message under way */
  /* A write: where Spark writes, and where it then is to be. */
  const char *write_path;
  const char *write_prefix;
  enum wd_format write_format;
  const char *scratch;
  bool into; /* rows are kept, and their count is what comes back */
  const struct wd_spark_fill *fills;
  bool failed;
  atomic_bool cancelled;
  _Atomic uint64_t rows_out;
  struct wd_pool *pool; /* the job's; NULL: no lambdas */
  char operation[WD_SC_UUID];
  bool extended; /* the jar has figures of it */
  bool fetched;  /* they were asked for */
  _Atomic uint64_t figures[WD_SPARK_FIGURES];
};

/* The functions of the contract. */
enum wd_status
wd_spark_query_start(struct wd_engine *engine, const struct wd_request *request,
                     struct wd_query **out_query, struct wd_error *error);

enum wd_status
wd_spark_query_next(struct wd_query *query, struct wd_rows *out_rows,
                    bool *out_has, struct wd_error *error);

void
wd_spark_query_cancel(struct wd_query *query);

void
wd_spark_query_free(struct wd_query *query);

enum wd_status
wd_spark_query_explain(struct wd_engine *engine, const struct wd_plan *plan,
                       struct wd_buf *buf, struct wd_error *error);

#endif
