/* The contract of an engine: a struct of functions.
 *
 * An engine runs typed plans. It reads granted tables itself, does the
 * relational part itself, and calls lambdas (lambda/lambda.h) batch by batch
 * on its own threads. One engine instance belongs to one program; its
 * functions may be called by any thread; the functions of one query by one
 * thread at a time, but for cancel and progress.
 */
#ifndef WD_ENGINE_ENGINE_H
#define WD_ENGINE_ENGINE_H

#include "io/grant.h"
#include "lambda/lambda.h"
#include "plan/plan.h"
#include "plan/sql.h"
#include "plan/typing.h"

struct wd_engine_options {
  struct wd_mem *mem;
  const struct wd_grants *grants;
  uint32_t threads;      /* 0: as many as there are processors */
  uint64_t memory_limit; /* bytes for the engine; 0: its own default */
  const char *temp_dir;  /* for spilling; NULL: the system's */
  const char *location;  /* where it is, when not in this process; or NULL */
};

struct wd_engine_progress {
  double fraction; /* 0 to 1; below 0: unknown */
  uint64_t rows_in;
  uint64_t rows_out;
};

/* A number of an engine's own, by where it arose. */
struct wd_engine_figure {
  const char *stage;
  const char *name;
  uint64_t value;
};

struct wd_stored;

/* What to run. The plan, its lambdas and their pool stay until the query is
 * freed. */
struct wd_request {
  const struct wd_plan *plan;
  struct wd_pool *pool; /* NULL: no lambdas */
  /* NULL: rows are fetched by next. Else: written to this path as a file of
   * this format; next then blocks until it is done and gives no rows. */
  const char *write_path;
  enum wd_format write_format;
  /* Not NULL: the path is an empty folder, to be filled with files whose names
   * begin so. */
  const char *write_prefix;
  /* Columns by whose values the files of a folder lie in folders
   * `name=value`. */
  uint32_t partition_count;
  const uint32_t *partition_columns;
  uint32_t option_count;
  const struct wd_option *options; /* of the write */
  /* Not NULL: the rows are kept there, added to what is there or as all there
   * is; next then blocks until it is done and gives no rows. */
  struct wd_stored *into;
  bool append;
};

struct wd_query;
struct wd_engine;

/* The head of what an engine keeps rows in: of a cache, which the first query
 * that needs it fills, or a table of the program's own. Counted. */
struct wd_stored {
  struct wd_engine *engine;
};

struct wd_engine_functions {
  const char *name;

  enum wd_status (*open)(const struct wd_engine_options *options,
                         struct wd_engine **out_engine, struct wd_error *error);

  /* All queries are freed before. */
  void (*close)(struct wd_engine *engine);

  /* The columns of a granted table with the program's options, in the arena.
   * Reads no more than it must. */
  enum wd_status (*table)(struct wd_engine *engine,
                          const struct wd_grant *grant,
                          const struct wd_option *options, uint32_t count,
                          struct wd_arena *arena, struct wd_schema *out_schema,
                          struct wd_error *error);

  /* Starts a query; returns when it is under way. */
  enum wd_status (*start)(struct wd_engine *engine,
                          const struct wd_request *request,
                          struct wd_query **out_query, struct wd_error *error);

  /* The next rows, in the plan's schema; *out_has false at the end. Blocks.
   * After an error the query can only be freed. */
  enum wd_status (*next)(struct wd_query *query, struct wd_rows *out_rows,
                         bool *out_has, struct wd_error *error);

  /* Asks it to stop; next then fails with WD_CANCELLED. Lambdas are stopped by
   * the pool's owner. Any thread. */
  void (*cancel)(struct wd_query *query);

  /* Any thread; does not block. */
  void (*progress)(struct wd_query *query,
                   struct wd_engine_progress *out_progress);

  /* Stops it when it still runs, waits for its threads, frees it. */
  void (*free)(struct wd_query *query);

  /* The query in the engine's own words (SQL), for people. */
  enum wd_status (*explain)(struct wd_engine *engine,
                            const struct wd_plan *plan, struct wd_buf *buf,
                            struct wd_error *error);

  /* SQL of the engine's own. Finds where the first statement of a text without
   * NUL ends; what is no SQL is one statement. */
  enum wd_status (*sql_end)(struct wd_engine *engine, const char *text,
                            size_t length, struct wd_sql_end *out_end,
                            struct wd_error *error);

  /* Checks that a text is one query and of what is safe, and lists the tables
   * that it names without defining them (in the arena, each once).
   * WD_INVALID_PLAN says what it is instead. `functions` are the program's; or
   * NULL. */
  enum wd_status (*sql_tables)(struct wd_engine *engine, const char *text,
                               size_t length,
                               const struct wd_registry *functions,
                               struct wd_arena *arena, uint32_t *out_count,
                               const char *const **out_names,
                               struct wd_error *error);

  /* Fills in what comes out of a query over inputs that are planned, binding
   * the program's functions that it calls. */
  enum wd_status (*sql_bind)(struct wd_engine *engine, struct wd_sql *sql,
                             const struct wd_sql_binder *binder,
                             struct wd_arena *arena, struct wd_error *error);

  /* Room for rows, empty; the caller has the one reference. Any thread. */
  enum wd_status (*stored_new)(struct wd_engine *engine, bool on_disk,
                               struct wd_stored **out_stored,
                               struct wd_error *error);

  struct wd_stored *(*stored_ref)(struct wd_stored *stored);

  /* The last one frees the rows. Also for NULL. */
  void (*stored_unref)(struct wd_stored *stored);

  /* Whether rows are there; their columns then, in the arena. */
  enum wd_status (*stored_schema)(struct wd_stored *stored,
                                  struct wd_arena *arena, bool *out_filled,
                                  struct wd_schema *out_schema,
                                  struct wd_error *error);

  /* Figures beside progress and the pool's, in the arena; NULL: it has none.
   * Any thread; does not block. */
  enum wd_status (*figures)(struct wd_query *query, struct wd_arena *arena,
                            const struct wd_engine_figure **out_figures,
                            uint32_t *out_count, struct wd_error *error);
};

struct wd_engine {
  const struct wd_engine_functions *functions;
};

/* Loads an engine's library (libwasidata-<name>) and finds its functions
 * (symbol wd_engine_<name>). WD_NOT_FOUND says where it looked. Kept for the
 * process's life. */
enum wd_status
wd_engine_load(const char *name,
               const struct wd_engine_functions **out_functions,
               struct wd_error *error);

#endif
