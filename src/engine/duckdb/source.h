/* Sources: what our one table function, wd_source(number), gives.
 *
 * A source belongs to a query, which puts it into the engine's list before
 * its SQL is planned and takes it out at its end. Its functions are called by
 * engine threads; `fill` by many at a time, each with its own local state.
 */
#ifndef WD_ENGINE_DUCKDB_SOURCE_H
#define WD_ENGINE_DUCKDB_SOURCE_H

#include "engine/duckdb/engine.h"

struct wd_duck_source;

struct wd_duck_source_functions {
  /* What one thread needs; may be NULL, then local is NULL. */
  enum wd_status (*local_new)(struct wd_duck_source *source, void **out_local,
                              struct wd_error *error);
  void (*local_free)(struct wd_duck_source *source, void *local);
  /* The next rows, at most a chunk of them, into the vectors of the columns
   * that are wanted (vectors[i] is NULL for the others). No rows: the end, for
   * this thread. */
  enum wd_status (*fill)(struct wd_duck_source *source, void *local,
                         const duckdb_vector *vectors, idx_t *out_rows,
                         struct wd_error *error);
  /* Nobody will ask it for more, or shall wait for it any longer; may be NULL.
   * Any thread. */
  void (*ended)(struct wd_duck_source *source);
  void (*free)(struct wd_duck_source *source);
};

/* The head of every source. */
struct wd_duck_source {
  const struct wd_duck_source_functions *functions;
  struct wd_duck_source *next; /* of the engine */
  struct wd_duck_source *next_of_query;
  uint64_t number;
  struct wd_mem *mem;
  struct wd_query *query;
  struct wd_schema schema; /* no columns: one BOOLEAN, whose values are idle */
  uint32_t max_threads;
  idx_t cardinality;       /* an estimate; 0: none */
  _Atomic(uint32_t) users; /* scans of DuckDB's that have not been freed */
};

/* Registers the table function. Once per engine. */
enum wd_status
wd_duck_source_define(struct wd_duck_engine *engine, struct wd_error *error);

/* Gives it its number and puts it into the lists of query and engine. */
void
wd_duck_source_add(struct wd_query *query, struct wd_duck_source *source);

/* Takes it out of the engine's list, when DuckDB has let go of it: an engine
 * thread may do so some moments after the query's end. Not before the query's
 * connection is closed. */
void
wd_duck_source_remove(struct wd_duck_engine *engine,
                      struct wd_duck_source *source);

/* Rows that the program made: batches that stay as long as the query. */
enum wd_status
wd_duck_values_new(struct wd_mem *mem, const struct wd_schema *schema,
                   uint32_t batch_count, const struct wd_rows *batches,
                   struct wd_duck_source **out_source, struct wd_error *error);

/* Lines of text files, one string column: without their ends (LF or CR LF),
 * the last one with or without an end, UTF-8 or an error that names file and
 * line. A byte order mark at a file's beginning is skipped. Files are read
 * by ranges of `range` bytes, in parallel. `files` stay as long as the query;
 * they may grow while they are read, but not shrink. */
enum wd_status
wd_duck_text_new(struct wd_mem *mem, const char *table,
                 const char *const *files, uint32_t file_count, uint64_t range,
                 uint32_t threads, struct wd_duck_source **out_source,
                 struct wd_error *error);

/* Rows of Arrow streams and files of this schema. Schema and files stay as
 * long as the query. `numbered`: one more column, u32, has the number of the
 * file, from 0. */
enum wd_status
wd_duck_arrow_new(struct wd_mem *mem, const char *table,
                  const struct wd_schema *schema, const char *const *files,
                  uint32_t file_count, bool numbered, uint32_t threads,
                  struct wd_duck_source **out_source, struct wd_error *error);

/* The rows of a table function: its partitions are run by as many threads as
 * there are partitions, at most the engine's, from the first time on that rows
 * are asked for. The lambda stays as long as the query. */
enum wd_status
wd_duck_generate_new(struct wd_query *query, const struct wd_lambda *lambda,
                     struct wd_duck_source **out_source,
                     struct wd_error *error);

/* Lines longer than this are an error. */
#define WD_DUCK_LINE_MAX (1u << 30)

#endif
