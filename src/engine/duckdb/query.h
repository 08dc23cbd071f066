/* Queries: a plan under way.
 *
 * Made by start, driven by the thread that calls next; engine threads report
 * failures to it. Freed when its result, its stages and all that engine
 * threads might still reach have ended, in that order.
 */
#ifndef WD_ENGINE_DUCKDB_QUERY_H
#define WD_ENGINE_DUCKDB_QUERY_H

#include "arrow/ipc.h"
#include "engine/duckdb/call.h"
#include "engine/duckdb/engine.h"
#include "engine/duckdb/source.h"
#include "engine/duckdb/stage.h"

struct wd_duck_fill;
struct wd_duck_stored;
struct wd_duck_worker_lock;

/* The files that a table is read from: what an error is about. */
struct wd_duck_read {
  struct wd_duck_read *next;
  const char *table;
  const char *const *files;
  uint32_t count;
};

struct wd_query {
  struct wd_duck_engine *engine;
  struct wd_pool *pool;
  struct wd_schema schema; /* the plan's */
  struct wd_arena arena;
  char *sql; /* in the arena */
  bool ordered;

  duckdb_connection connection;
  duckdb_prepared_statement prepared;
  duckdb_pending_result pending;
  duckdb_result result;
  duckdb_data_chunk chunk; /* being handed out, from row chunk_from on */
  idx_t chunk_from;
  bool has_result;
  bool ended;

  struct wd_duck_call *calls;
  struct wd_duck_source *sources; /* stages too */
  struct wd_duck_stage *stages;

  struct wd_duck_read *reads;
  struct wd_duck_fill *fills; /* run before anything else */
  bool planned;

  struct wd_duck_stored *into; /* NULL: no table is made */
  bool into_ordered;
  bool append;
  const char *write_path; /* NULL: rows are fetched */
  enum wd_format write_format;
  bool write_stream; /* Arrow: a stream, not a file */
  /* Arrow, partitioned: what files end with, NULL: it is not; the folders of
   * the rows that were handed out last, which are a text behind the columns of
   * `schema`. */
  const char *write_ending;
  char write_folders[4096];

  pthread_mutex_t lock; /* failure, worker locks */
  struct wd_error failure;
  struct wd_duck_worker_lock *worker_locks;
  atomic_bool cancelled;
  _Atomic uint64_t rows_out;
};

/* Records the first failure. Any thread. */
void
wd_duck_query_fail(struct wd_query *query, const struct wd_error *error);

/* DuckDB names the file that it could not read; users named a table: its name
 * is put before the message. The longest path that is there is meant. */
void
wd_duck_query_name_table(const struct wd_query *query, struct wd_error *error);

/* What was recorded, WD_OK for nothing. Any thread. */
enum wd_status
wd_duck_query_failure(struct wd_query *query, struct wd_error *error);

/* A connection with the settings that all of ours have. */
enum wd_status
wd_duck_query_connect(struct wd_query *query, duckdb_connection *out_connection,
                      struct wd_error *error);

/* Plans a statement; the order of rows is a setting of the database that
 * counts while it plans. */
enum wd_status
wd_duck_query_plan(struct wd_query *query, duckdb_connection connection,
                   const char *sql, bool ordered, bool streaming,
                   duckdb_prepared_statement *out_prepared,
                   duckdb_pending_result *out_pending, struct wd_error *error);

/* Runs the SQL of a stage to its end. The stage's thread. */
enum wd_status
wd_duck_query_run_stage(struct wd_query *query, duckdb_connection connection,
                        const char *sql, bool ordered, struct wd_error *error);

/* The lock of a worker; NULL when memory is short. Any thread. */
pthread_mutex_t *
wd_duck_query_worker_lock(struct wd_query *query, struct wd_worker *worker);

/* The functions of the contract. */
enum wd_status
wd_duck_query_start(struct wd_engine *engine, const struct wd_request *request,
                    struct wd_query **out_query, struct wd_error *error);

enum wd_status
wd_duck_query_next(struct wd_query *query, struct wd_rows *out_rows,
                   bool *out_has, struct wd_error *error);

void
wd_duck_query_cancel(struct wd_query *query);

void
wd_duck_query_progress(struct wd_query *query,
                       struct wd_engine_progress *out_progress);

void
wd_duck_query_free(struct wd_query *query);

enum wd_status
wd_duck_query_explain(struct wd_engine *engine, const struct wd_plan *plan,
                      struct wd_buf *buf, struct wd_error *error);

#endif
